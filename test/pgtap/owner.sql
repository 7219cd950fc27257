-- Who owns the new records, and who converts.
BEGIN;
\ir helpers.psql
SELECT plan(74);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT t.new('app_user', '{"name": "Cy"}') AS cy \gset
SELECT t.new('app_user', '{"name": "Gone", "is_active": false}') AS gone \gset
SELECT t.new('app_user', '{"name": "Queue", "user_type": "Queue"}') AS queue \gset
SELECT set_config('leadconv.user_id', :'ann', true);
CREATE FUNCTION t.owners(lead_owner bigint, request jsonb DEFAULT '{}') RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    r leadconv.lead_convert_result := t.convert(t.lead(jsonb_build_object('owner_id', lead_owner)), request);
BEGIN
    RETURN ARRAY[(SELECT owner_id FROM crm.account WHERE id = r.account_id), (SELECT owner_id FROM crm.contact WHERE id = r.contact_id),
                 (SELECT owner_id FROM crm.opportunity WHERE id = r.opportunity_id), (SELECT owner_id FROM crm.lead WHERE id = r.lead_id), (SELECT owner_id FROM crm.lead_conversion WHERE lead_id = r.lead_id)];
END $$;

SELECT is(t.owners(:bob), ARRAY[:bob, :bob, :bob, :bob, :bob]::bigint[], 'the lead''s owner, not the converter');
SELECT is(t.owners(:bob, jsonb_build_object('owner_id', :cy)), ARRAY[:cy, :cy, :cy, :bob, :cy]::bigint[], 'owner_id; the lead keeps its owner');
SELECT is(t.owners(:queue, jsonb_build_object('owner_id', :cy)), ARRAY[:cy, :cy, :cy, :queue, :cy]::bigint[], 'queue-owned lead with owner_id');
SELECT is(t.owners(:gone, jsonb_build_object('owner_id', :cy)), ARRAY[:cy, :cy, :cy, :gone, :cy]::bigint[], 'lead of an inactive user with owner_id');
SELECT is((t.owners(NULL))[1:3], ARRAY[:ann, :ann, :ann]::bigint[], 'a lead without owner: the converter');
SELECT is(t.owners(:bob, jsonb_build_object('account_record', jsonb_build_object('owner_id', :cy))), ARRAY[:cy, :bob, :bob, :bob, :bob]::bigint[], 'account_record.owner_id wins');

-- existing records keep theirs
SELECT t.new('account', jsonb_build_object('name', 'A', 'owner_id', :cy)) AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'C', 'account_id', :a, 'owner_id', NULL)) AS c \gset
SELECT is(t.owners(:bob, jsonb_build_object('account_id', :a, 'contact_id', :c, 'owner_id', :ann)), ARRAY[:cy, NULL, :ann, :bob, :ann]::bigint[], 'the owner of existing records never changes, not even an empty one');

-- default_owner_id is for queues
UPDATE crm.lead_convert_settings SET default_owner_id = :cy;
SELECT is((t.owners(:queue))[1:3], ARRAY[:cy, :cy, :cy]::bigint[], 'default_owner_id for a queue-owned lead');
SELECT is((t.owners(:queue, jsonb_build_object('owner_id', :bob)))[1:3], ARRAY[:bob, :bob, :bob]::bigint[], '... owner_id wins');
SELECT is((t.owners(:bob))[1:3], ARRAY[:bob, :bob, :bob]::bigint[], '... and not for one that a user owns');
UPDATE crm.lead_convert_settings SET default_owner_id = :queue;
SELECT t.lead(jsonb_build_object('owner_id', :queue)) AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'UNKNOWN_EXCEPTION', 'LC008', '{owner_id}', 'Converted objects can only be owned by users.', 'a default owner that is a queue himself');
UPDATE crm.lead_convert_settings SET default_owner_id = :gone;
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'INACTIVE_OWNER_OR_USER', 'LC009', '{owner_id}', 'inactive', 'a default owner who is inactive');
UPDATE crm.lead_convert_settings SET default_owner_id = NULL;

-- owner_source = converter
UPDATE crm.lead_convert_settings SET owner_source = 'converter';
SELECT is((t.owners(:bob))[1:4], ARRAY[:ann, :ann, :ann, :bob]::bigint[], 'owner_source converter');
SELECT is((t.owners(:queue))[1:3], ARRAY[:ann, :ann, :ann]::bigint[], '... also for a queue-owned lead');
SELECT is((t.owners(:bob, jsonb_build_object('owner_id', :cy)))[1:3], ARRAY[:cy, :cy, :cy]::bigint[], '... owner_id wins');
UPDATE crm.lead_convert_settings SET owner_source = 'lead_owner';

-- an inactive owner matters only where something new would be his
SELECT t.new('opportunity', jsonb_build_object('name', 'O', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead(jsonb_build_object('owner_id', :gone)), 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o)), 'lead of an inactive user, everything exists: converts');

-- an owner among the values of a record obeys the same rules, however it is written
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(jsonb_build_object('owner_id', :bob)), record,
        vals || jsonb_build_object('owner_id', owner)), status, state, '{owner_id}', says, record || ': ' || owner)
FROM (VALUES ('account_record', '{}'::jsonb), ('contact_record', '{}'), ('opportunity_record', '{}'), ('follow_up_task', '{"subject": "x"}')) r (record, vals),
    (VALUES (to_jsonb(:queue), 'UNKNOWN_EXCEPTION', 'LC008', 'Converted objects can only be owned by users.'),
        (to_jsonb(format(' %s ', :queue)), 'UNKNOWN_EXCEPTION', 'LC008', 'Converted objects can only be owned by users.'),
        (to_jsonb(:gone), 'INACTIVE_OWNER_OR_USER', 'LC009', 'inactive'),
        (to_jsonb(99999999), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', 'user 99999999 does not exist')) o (owner, status, state, says)
WHERE NOT (record = 'follow_up_task' AND state = 'LC008');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead(), 'follow_up_task', jsonb_build_object('subject', 'x', 'owner_id', :queue))), 'a task can be a queue''s');
SELECT is((t.owners(NULL, '{"account_record": {"owner_id": null}}'))[1:3], ARRAY[NULL, :ann, :ann]::bigint[], 'a record without an owner');
SELECT is((t.owners(:gone, (SELECT jsonb_object_agg(record, jsonb_build_object('owner_id', :cy))
        FROM unnest('{account_record,contact_record,opportunity_record}'::text[]) record)))[1:3],
    ARRAY[:cy, :cy, :cy]::bigint[], 'lead of an inactive user, who gets nothing');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(jsonb_build_object('owner_id', :gone)), 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o,
    'follow_up_task', '{"subject": "x"}'::jsonb), 'INACTIVE_OWNER_OR_USER', 'LC009', '{owner_id}', 'inactive', 'lead of an inactive user, who would get a task');

-- a lead without an owner: who converts becomes it, and must be a user who is active
SELECT set_config('leadconv.user_id', :'queue', true);
SELECT t.refuses(jsonb_build_object('lead_id', t.lead()), 'UNKNOWN_EXCEPTION', 'LC008', '{owner_id}', 'Converted objects can only be owned by users.', 'ownerless lead, a queue at work');
SELECT is((t.owners(NULL, jsonb_build_object('owner_id', :cy)))[1:3], ARRAY[:cy, :cy, :cy]::bigint[], '... owner_id wins');
SELECT set_config('leadconv.user_id', :'gone', true);
SELECT t.refuses(jsonb_build_object('lead_id', t.lead()), 'INACTIVE_OWNER_OR_USER', 'LC009', '{owner_id}', 'inactive', 'ownerless lead, an inactive user at work');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead(), 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o)), '... everything exists: converts');
SELECT set_config('leadconv.user_id', :'ann', true);

-- who converts
CREATE FUNCTION t.who() RETURNS text LANGUAGE plpgsql AS $$
DECLARE r leadconv.lead_convert_result := t.convert(t.lead(jsonb_build_object('owner_id', (SELECT id FROM crm.app_user WHERE name = 'Bob'))));
BEGIN
    RETURN (SELECT concat_ws(' ', coalesce(a.created_by_id::text, '-'), coalesce(a.last_modified_by_id::text, '-'), coalesce(l.last_modified_by_id::text, '-'), coalesce(c.created_by_id::text, '-'), c.created_by_role)
    FROM crm.account a, crm.lead l, crm.lead_conversion c WHERE a.id = r.account_id AND l.id = r.lead_id AND c.lead_id = l.id);
END $$;
SELECT is(leadconv.current_user_id(), :ann::bigint, 'current_user_id() is leadconv.user_id');
SELECT is(t.who(), format('%s %s %s %s %s', :ann, :ann, :ann, :ann, current_user), 'created_by, last_modified_by and ledger name leadconv.user_id and the role');
SELECT set_config('leadconv.user_id', '', true);
SELECT is(leadconv.current_user_id(), NULL, 'without it and without a db_role: nobody');
SELECT is(t.who(), format('- - - - %s', current_user), '... conversion works all the same');
SELECT format('UPDATE crm.app_user SET db_role = current_user WHERE id = %s', :cy) \gexec
SELECT is(leadconv.current_user_id(), :cy::bigint, 'db_role');
SELECT is(t.who(), format('%s %s %s %s %s', :cy, :cy, :cy, :cy, current_user), '... is who converts');
SELECT set_config('leadconv.user_id', :'bob', true);
SELECT is(t.who(), format('%s %s %s %s %s', :bob, :bob, :bob, :bob, current_user), '... leadconv.user_id wins');
SELECT throws_matching('SET leadconv.user_id = ''abc''; SELECT leadconv.current_user_id()', 'user_id', 'a user id that is no number');

-- also inside steps that run as another role
CREATE ROLE lc_t_user;
INSERT INTO crm.app_user (name, db_role) VALUES ('Role', 'lc_t_user') RETURNING id AS role_user \gset
SELECT set_config('leadconv.user_id', '', true);
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_user;
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO lc_t_user;
SELECT t.lead(jsonb_build_object('owner_id', :bob)) AS l \gset
INSERT INTO crm.task (lead_id, subject, owner_id) VALUES (:l, 'of the converter', :role_user);
SET ROLE lc_t_user;
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :l), '42501', NULL, 'the permission to convert leads is EXECUTE on the entry point');
RESET ROLE;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO lc_t_user;
SET ROLE lc_t_user;
SELECT success, account_id AS na, contact_id AS nc, opportunity_id AS no FROM leadconv.convert_lead(:l) \gset
RESET ROLE;
SELECT is((SELECT array_agg(DISTINCT x) FROM unnest(ARRAY[(SELECT created_by_id FROM crm.account WHERE id = :na), (SELECT created_by_id FROM crm.opportunity_contact_role WHERE opportunity_id = :no),
    (SELECT last_modified_by_id FROM crm.task WHERE source_lead_id = :l), (SELECT last_modified_by_id FROM crm.lead WHERE id = :l), (SELECT created_by_id FROM crm.lead_conversion WHERE lead_id = :l)]) x),
    ARRAY[:role_user]::bigint[], 'the same user in steps that run as the owner of the tables');
SELECT is((SELECT created_by_role FROM crm.lead_conversion WHERE lead_id = :l), 'lc_t_user', '... the ledger has the caller''s role');
SELECT is((SELECT owner_id FROM crm.task WHERE source_lead_id = :l), :bob::bigint, 'his open task went to the new owner');

-- privileges decide up front
SELECT t.lead() AS l \gset
REVOKE INSERT ON crm.opportunity FROM lc_t_user;
SET ROLE lc_t_user;
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :l), '42501', NULL, 'a new opportunity needs INSERT on opportunity');
SELECT lives_ok(format('SELECT leadconv.convert_lead(%s, do_not_create_opportunity => true)', :l), '... but not without one');
RESET ROLE;

-- who may not look at users can name none, and learns nothing about them
GRANT INSERT ON crm.opportunity, crm.task TO lc_t_user;
REVOKE SELECT ON crm.app_user FROM lc_t_user;
SELECT t.lead() AS l \gset
SELECT t.new('app_user', '{"name": "Away", "is_active": false}') AS away, t.new('app_user', '{"name": "Line", "user_type": "Queue"}') AS line, max(id) + 1000 AS missing FROM crm.app_user \gset
CREATE FUNCTION t.told(l bigint, who bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    request text;
    hint text;
BEGIN
    FOREACH request IN ARRAY ARRAY['owner_id => %2$s', 'account_record => ''{"owner_id": %2$s}''', 'follow_up_task => ''{"subject": "x", "owner_id": %2$s}'''] LOOP
        BEGIN
            EXECUTE format('SELECT leadconv.convert_lead(%1$s, ' || request || ')', l, who);
            RAISE EXCEPTION 'converted';
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
            RETURN NEXT replace(concat_ws(' ', SQLSTATE, SQLERRM, hint), 'user ' || who, 'user N');
        END;
    END LOOP;
END $$;
GRANT EXECUTE ON FUNCTION t.told TO lc_t_user;
SET ROLE lc_t_user;
SELECT is(ARRAY(SELECT DISTINCT says FROM unnest(ARRAY[:bob, :away, :line, :missing]) who, t.told(:l, who) says), '{"LC016 user N does not exist Give the id of a row of crm.app_user that you may see."}', 'without SELECT on users: the same answer for a user, an inactive one, a queue and none');
RESET ROLE;
GRANT SELECT (id) ON crm.app_user TO lc_t_user;
SET ROLE lc_t_user;
SELECT is(ARRAY(SELECT t.told(:l, :bob)), '{"P0001 converted ","P0001 converted ","P0001 converted "}', '... with SELECT on their ids: named');
SELECT is(ARRAY(SELECT left(t.told(:l, who), 5) FROM unnest(ARRAY[:away, :line, :missing]) who), '{LC009,LC009,LC009,LC008,LC008,P0001,LC016,LC016,LC016}', '... and judged');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
