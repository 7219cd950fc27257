-- The lead after its conversion, its lock, the ledger and request_id.
BEGIN;
\ir helpers.psql
SELECT plan(76);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.new('campaign', '{"name": "Camp"}') AS camp \gset

SELECT t.lead(jsonb_build_object('owner_id', :bob, 'email', 'a@b.c')) AS l \gset
INSERT INTO crm.task (lead_id, subject) VALUES (:l, 'Call') RETURNING id AS task \gset
SELECT to_jsonb(x) AS before FROM crm.lead x WHERE id = :l \gset
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT to_jsonb(x) AS res FROM t.convert(:l) x \gset
INSERT INTO crm.contact (last_name) VALUES ('Another');
SELECT (:'res'::jsonb ->> 'account_id')::bigint AS a, (:'res'::jsonb ->> 'contact_id')::bigint AS c, (:'res'::jsonb ->> 'opportunity_id')::bigint AS o \gset
SET LOCAL TimeZone = 'UTC';
SELECT is((SELECT jsonb_object_agg(n.key, n.value) FROM crm.lead x, jsonb_each(to_jsonb(x)) n JOIN jsonb_each(:'before'::jsonb) b USING (key) WHERE x.id = :l AND n.value <> b.value
           AND n.key NOT LIKE 'last\_modified%' AND n.key <> 'created_date'),
    jsonb_build_object('is_converted', true, 'status', 'Closed - Converted', 'converted_date', now()::date, 'converted_account_id', :a, 'converted_contact_id', :c, 'converted_opportunity_id', :o, 'is_unread_by_owner', false),
    'what changes on the lead: flag, date in UTC, ids, status, unread; nothing else');

--
-- The lock
--
SELECT t.fails(format('UPDATE crm.lead SET %s WHERE id = %s', s, :l), 'LC005', 'cannot reference converted lead', 'locked: SET ' || s)
  FROM unnest(ARRAY['title = ''x''', 'email = NULL', 'is_converted = false', 'converted_date = NULL', 'converted_date = ''2000-01-01''', 'converted_account_id = NULL', 'converted_contact_id = (SELECT max(id) FROM crm.contact)',
                    'status = ''Working - Contacted''', 'owner_id = NULL', 'is_deleted = true', 'is_unread_by_owner = true', 'is_converted = false, converted_account_id = NULL, converted_contact_id = NULL, converted_opportunity_id = NULL, converted_date = NULL']) s;
SELECT t.lead() AS other \gset
SELECT t.fails(format(q, :l), 'LC005', 'cannot reference converted lead', 'no new child: ' || left(q, 40)) FROM unnest(ARRAY[
    'INSERT INTO crm.task (lead_id, subject) VALUES (%s, ''x'')', 'INSERT INTO crm.event (lead_id, subject) VALUES (%s, ''x'')', 'INSERT INTO crm.note (lead_id, title) VALUES (%s, ''x'')',
    'INSERT INTO crm.attachment (lead_id, name) VALUES (%s, ''x'')', 'INSERT INTO crm.content_note (lead_id, title) VALUES (%s, ''x'')', 'INSERT INTO crm.email_status (lead_id) VALUES (%s)',
    'INSERT INTO crm.email_message (lead_id) VALUES (%s)', 'INSERT INTO crm.social_post (lead_id, name) VALUES (%s, ''x'')', 'INSERT INTO crm.social_persona (lead_id, name) VALUES (%s, ''x'')',
    'INSERT INTO crm.marketing_action (lead_id, name) VALUES (%s, ''x'')', 'INSERT INTO crm.content_distribution (lead_id, name) VALUES (%s, ''x'')',
    'WITH d AS (INSERT INTO crm.content_document (title) VALUES (''x'') RETURNING id) INSERT INTO crm.task (subject) SELECT id::text FROM d; INSERT INTO crm.content_document_link (content_document_id, lead_id) SELECT max(id), %s FROM crm.content_document',
    'UPDATE crm.task SET lead_id = %s']) q;
INSERT INTO crm.task (lead_id, subject) VALUES (:other, 'movable') RETURNING id AS other_task \gset
SELECT t.fails(format('UPDATE crm.task SET lead_id = %s WHERE id = %s', :l, :other_task), 'LC005', 'cannot reference converted lead', 'no task moved back to it');
SELECT t.fails(format('INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES (%s, %s)', :camp, :l), 'LC005', 'cannot reference converted lead', 'no campaign member');
-- un-converted leads: nobody sets the flag by hand
SELECT t.fails(format('UPDATE crm.lead SET %s WHERE id = %s', s, :other), 'LC003', 'converted', 'not by hand: SET ' || s)
  FROM unnest(ARRAY['is_converted = true', 'converted_date = now()', format('converted_account_id = %s', :a), format('is_converted = true, converted_date = now(), converted_account_id = %s', :a)]) s;
SELECT lives_ok(format('UPDATE crm.lead SET status = ''Closed - Converted'' WHERE id = %s', :other), 'a converted status by plain update');
SELECT ok(NOT is_converted, '... converts nothing') FROM crm.lead WHERE id = :other;
-- importable as already converted, on insert only, with the date
SELECT lives_ok(format('INSERT INTO crm.lead (last_name, is_converted, converted_date, converted_account_id) VALUES (''Imp'', true, ''2020-01-01'', %s)', :a), 'a lead can be inserted as converted');
SELECT t.fails(format('INSERT INTO crm.lead (last_name, is_converted, converted_account_id) VALUES (''Imp'', true, %s)', :a), 'LC001', 'converted_date', 'ConvertedDate is mandatory then');
SELECT lives_ok('INSERT INTO crm.lead (last_name, is_converted, converted_date) VALUES (''Imp'', true, now())', '... ConvertedAccountId is not: the account may be gone');
SELECT t.fails(format('INSERT INTO crm.lead (last_name, converted_account_id) VALUES (''Imp'', %s)', :a), 'LC003', 'converted_account_id', 'ids without the flag');

-- the exceptions: renamed picklist value, SET NULL of converted ids, a holder of the permission
SELECT lives_ok('UPDATE crm.lead_status SET api_name = ''Converted!'' WHERE api_name = ''Closed - Converted''', 'a status can be renamed');
SELECT is(t.get('lead', :l, 'status'), 'Converted!', '... on converted leads too');
SELECT is(t.get('lead', :l, 'last_modified_by_id'), :'ann', '... LastModifiedBy is updated');
SAVEPOINT del;
SELECT lives_ok(format('DELETE FROM crm.account WHERE id = %s', :a), 'the account can be deleted');
SELECT ok(is_converted AND converted_account_id IS NULL AND converted_contact_id IS NULL AND converted_opportunity_id IS NULL AND converted_date IS NOT NULL, 'a converted lead survives its account') FROM crm.lead WHERE id = :l;
ROLLBACK TO del;
-- a foreign key that PostgreSQL does not enforce, where it has them, does nothing: what it points at need not be there
SELECT CASE WHEN current_setting('server_version_num')::int >= 180000 THEN 'REFERENCES crm.account NOT ENFORCED' ELSE '' END AS not_enforced \gset
ALTER TABLE crm.lead ADD COLUMN partner_id bigint DEFAULT 4711 :not_enforced;
SELECT t.fails(format('UPDATE crm.lead SET partner_id = NULL WHERE id = %s', :l), 'LC005', 'cannot reference converted lead', 'locked: a lookup at nothing');
ALTER TABLE crm.lead DROP COLUMN partner_id;
CREATE ROLE lc_t_plain;
CREATE ROLE lc_t_holder;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_plain, lc_t_holder;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA crm TO lc_t_plain, lc_t_holder;
GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads() TO lc_t_holder;
CREATE FUNCTION t.try(role name, query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE query;
    RESET ROLE;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT is(t.try('lc_t_plain', format('UPDATE crm.lead SET title = ''x'' WHERE id = %s', :l)), 'LC005', 'without the permission: locked');
SELECT is(t.try('lc_t_holder', format('UPDATE crm.lead SET title = ''edited'' WHERE id = %s', :l)), 'done', 'a holder of View and Edit Converted Leads may edit');
SELECT is(t.get('lead', :l, 'title'), 'edited', '... it is done');
SELECT is(t.try('lc_t_holder', format('UPDATE crm.lead SET is_converted = false WHERE id = %s', :l)), 'LC005', '... but not un-convert');
SELECT is(t.try('lc_t_holder', format('UPDATE crm.lead SET converted_contact_id = NULL WHERE id = %s', :l)), 'LC005', '... nor redirect');
SELECT is(t.try('lc_t_holder', format('UPDATE crm.lead SET is_converted = true, converted_account_id = %s, converted_date = now() WHERE id = %s', :a, :other)), 'LC003', '... nor convert by hand');
CREATE ROLE lc_t_heir ROLE lc_t_plain;
ALTER ROLE lc_t_plain NOINHERIT;
SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'GRANT lc_t_heir TO lc_t_plain WITH INHERIT FALSE' ELSE 'SELECT' END AS grant_16 \gset
:grant_16;
GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads() TO lc_t_heir;
SELECT is(t.try('lc_t_plain', format('UPDATE crm.lead SET title = ''x'' WHERE id = %s', :l)), 'LC005', 'a member that does not inherit has no permission');
ALTER ROLE lc_t_plain INHERIT;
SELECT CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'GRANT lc_t_heir TO lc_t_plain WITH INHERIT TRUE' ELSE 'SELECT' END AS grant_16 \gset
:grant_16;
SELECT is(t.try('lc_t_plain', format('UPDATE crm.lead SET title = ''edited'' WHERE id = %s', :l)), 'done', '... one that inherits has it');
SELECT t.fails(format('UPDATE crm.lead SET title = ''y'' WHERE id = %s', :l), 'LC005', 'cannot reference converted lead', 'raised even for an administrator without the special permission');

--
-- Ledger
--
SELECT is((SELECT to_jsonb(x) - 'id' - 'created_date' - 'request' FROM crm.lead_conversion x WHERE lead_id = :l),
    jsonb_build_object('lead_id', :l, 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o, 'related_person_account_id', NULL, 'account_created', true, 'contact_created', true, 'opportunity_created', true,
        'converted_status', 'Closed - Converted', 'owner_id', :bob, 'created_by_id', :ann, 'created_by_role', current_user, 'request_id', NULL, 'reason', NULL, 'filled_fields', NULL, 'owner_changes', NULL, 'merged_campaign_members', NULL, 'warnings', NULL,
        'origin', 'single', 'job', NULL, 'options', NULL, 'undo', '{"lead": {"status": "Open - Not Contacted", "is_unread_by_owner": true}}'::jsonb, 'undone_date', NULL, 'undone_by_id', NULL, 'undo_reason', NULL, 'completions', NULL),
    'the ledger row');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE lead_id = :l), 1::bigint, '... one per conversion');
SELECT is((SELECT request FROM crm.lead_conversion WHERE lead_id = :l), jsonb_build_object('lead_id', :l), '... the request without what was not given');

--
-- request_id
--
SELECT t.lead() AS l1 \gset
SELECT to_jsonb(x) AS first FROM t.convert(:l1, '{"request_id": "r1", "opportunity_name": "Opp", "reason": "because"}') x \gset
SELECT is(reason || ' ' || request_id, 'because r1', 'reason and request_id are in the ledger') FROM crm.lead_conversion WHERE lead_id = :l1;
SELECT t.dump() AS before \gset
SELECT is((SELECT to_jsonb(x) FROM t.convert(:l1, '{"request_id": "r1", "opportunity_name": "Opp", "reason": "because"}') x), :'first'::jsonb, 'the same request again: the first result');
SELECT is((SELECT to_jsonb(x) FROM t.convert(:l1, '{"request_id": "r1", "opportunity_name": "Opp", "reason": "another", "do_not_create_contact": false, "overwrite_lead_source": null, "allow_save": true}') x), :'first'::jsonb, '... normalised: NULL booleans false, without reason and allow_save');
SELECT is((SELECT x FROM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('opportunity_name', 'Opp', 'lead_id', :l1, 'request_id', 'r1'))) x), :'first'::jsonb, '... by another entry point');
SELECT is(t.difference(:'before'::text[], t.dump()), NULL, '... nothing was changed');
SELECT t.lead() AS l2 \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l1, 'request_id', 'r1', 'opportunity_name', 'Other'), 'DUPLICATE_VALUE', 'LC017', '{request_id}', '"r1"', 'another request with the same id');
SELECT t.refuses(jsonb_build_object('lead_id', :l2, 'request_id', 'r1', 'opportunity_name', 'Opp'), 'DUPLICATE_VALUE', 'LC017', '{request_id}', '"r1"', 'the same id for another lead');
SELECT t.refuses(jsonb_build_object('lead_id', :l1, 'request_id', 'r2', 'opportunity_name', 'Opp'), 'CANNOT_UPDATE_CONVERTED_LEAD', 'LC005', '{}', 'cannot reference converted lead', 'another id for the converted lead');
SELECT t.refuses(jsonb_build_object('lead_id', :l1), 'CANNOT_UPDATE_CONVERTED_LEAD', 'LC005', '{}', 'cannot reference converted lead', 'no id for the converted lead');
-- unique per user
SELECT set_config('leadconv.user_id', :'bob', true);
SELECT ok((t.convert(:l2, '{"request_id": "r1"}')).success, 'another user has request ids of his own');
SELECT set_config('leadconv.user_id', '', true);
SELECT t.lead() AS l3 \gset
SELECT to_jsonb(x) AS first FROM t.convert(:l3, '{"request_id": "r1"}') x \gset
SELECT is((SELECT to_jsonb(x) FROM t.convert(:l3, '{"request_id": "r1"}') x), :'first'::jsonb, 'without a user: a retry is recognised, too');
-- a failed request leaves its id free
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.lead('{"company": null}') AS l4 \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s, request_id => ''r4'')', :l4), 'LC001', 'company', 'a request that is refused');
UPDATE crm.lead SET company = 'Now' WHERE id = :l4;
SELECT ok((t.convert(:l4, '{"request_id": "r4"}')).success, '... can be repeated with its id');
-- a retry keeps the warnings of the first result
SELECT t.lead() AS l5 \gset
INSERT INTO crm.note (lead_id, title) VALUES (:l5, 'x');
SELECT to_jsonb(x) AS first FROM t.convert(:l5, '{"request_id": "r5", "do_not_create_contact": true}') x \gset
SELECT ok(jsonb_array_length(:'first'::jsonb -> 'warnings') = 1, 'a result with a warning');
SELECT is((SELECT to_jsonb(x) FROM t.convert(:l5, '{"request_id": "r5", "do_not_create_contact": true}') x), :'first'::jsonb, '... is given again with it');
-- both in one call
SELECT t.lead() AS l6 \gset
SELECT is((SELECT count(DISTINCT x) FROM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', :l6, 'request_id', 'r6'), jsonb_build_object('lead_id', :l6, 'request_id', 'r6'))) x), 1::bigint, 'the same request twice in one call: the same result twice');

SELECT * FROM finish();
ROLLBACK;
