-- Taking a conversion back: what is the way it was, what has been changed since and is
-- not lost, what is gone, and who may
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(97);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann, t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = true;

-- The result in short: what was deleted, and warnings
CREATE FUNCTION t.undo(lead bigint, on_change text DEFAULT 'refuse') RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', CASE WHEN u.account_deleted THEN 'a' END, CASE WHEN u.contact_deleted THEN 'c' END, CASE WHEN u.opportunity_deleted THEN 'o' END,
        (SELECT string_agg(w.message, ', ' ORDER BY regexp_replace(w.message, '\d+', '', 'g')) FROM unnest(u.warnings) w))
    FROM leadconv.undo_lead_conversion(lead, on_change) u $$;
-- Undo must be refused: because of these rows
CREATE FUNCTION t.blocked(lead bigint, rows text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    u leadconv.lead_undo_result;
    before text[] := t.dump();
    said text;
BEGIN
    SELECT * INTO u FROM leadconv.undo_lead_conversions(ARRAY[lead], all_or_none => false);
    SELECT string_agg(concat_ws(' ', b ->> 'table', b ->> 'id', b ->> 'reason'), ', ' ORDER BY b ->> 'table', b ->> 'id') INTO said
    FROM unnest(u.errors) e, jsonb_array_elements(e.data) b WHERE e.status_code = 'UNDO_BLOCKED';
    RETURN NEXT is(said, rows, what);
    RETURN NEXT is(t.difference(before, t.dump()), NULL, '... and nothing is changed');
    RETURN NEXT t.fails(format('SELECT leadconv.undo_lead_conversion(%s)', lead), 'LC025', 'cannot be undone', '... raised', true, 'step judge, status code UNDO_BLOCKED');
END $$;

--
-- Back, and once more
--
SELECT t.lead(jsonb_build_object('owner_id', :bob, 'phone', '1')) AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Call')) AS task \gset
SELECT t.state('{crm}') AS before \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l, '{"follow_up_task": {"subject": "x"}, "request_id": "r1"}') \gset
CREATE TEMP TABLE u AS SELECT * FROM leadconv.undo_lead_conversion(:l, reason => 'wrong');
SELECT is((SELECT to_jsonb(u) - 'lead_id' - 'conversion_id' FROM u), '{"success": true, "account_deleted": true, "contact_deleted": true, "opportunity_deleted": true, "rows_moved_back": 1, "fields_restored": 0, "members_restored": 0, "errors": [], "warnings": []}', 'the result');
SELECT is(t.changed_since(:'before', '{crm}'), NULL, 'everything is the way it was');
SELECT is((SELECT concat_ws(' ', undone_date = now(), undone_by_id = :ann, undo_reason) FROM crm.lead_conversion WHERE id = (SELECT conversion_id FROM u)), 't t wrong', 'the ledger says so');
SELECT is((SELECT concat_ws(' ', undone_by_id = :ann, undo_reason) FROM crm.lead_conversion_audit WHERE lead_id = :l), 't wrong', 'so does the audit');
SELECT t.fails(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'LC022', 'has not been converted', 'there is nothing to undo any more');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'follow_up_task', '{"subject": "x"}'::jsonb, 'request_id', 'r1'), 'DUPLICATE_VALUE', 'LC017', '{request_id}', 'used for a conversion that has been undone', 'its request id is used up');
SELECT ok((t.convert(:l, '{"request_id": "r2"}')).success, 'the lead is converted again');
SELECT is((t.convert(:l, '{"request_id": "r2"}')).account_id, converted_account_id, '... which can be retried') FROM crm.lead WHERE id = :l;
SELECT is(t.undo(:l), 'a c o', '... and undone again');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE lead_id = :l AND undone_date IS NOT NULL), 2::bigint, '... two rows in the ledger');

--
-- What cannot be undone
--
SELECT t.fails('SELECT leadconv.undo_lead_conversion(0)', 'LC016', 'lead 0 does not exist', 'no such lead');
SELECT t.fails('SELECT leadconv.undo_lead_conversion(NULL)', 'LC001', 'leadId must be specified', 'no lead');
SELECT t.fails(format('SELECT leadconv.undo_lead_conversion(%s, ''maybe'')', :l), 'LC003', 'invalid value for argument "on_change"', 'another way');
SELECT t.lead() AS bin \gset
SELECT t.convert(:bin);
SET LOCAL session_replication_role = replica;
UPDATE crm.lead SET is_deleted = true WHERE id = :bin;
SET LOCAL session_replication_role = origin;
SELECT t.fails(format('SELECT leadconv.undo_lead_conversion(%s)', :bin), 'LC006', 'is deleted', 'a lead in the recycle bin');

--
-- Edited since
--
SELECT t.lead() AS l \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
UPDATE crm.account SET phone = '5' WHERE id = :a;
SELECT t.blocked(:l, format('crm.account %s it has been changed since', :a), 'an account that was edited');
SAVEPOINT s;
SELECT is(t.undo(:l, 'keep'), format('c o row %s of crm.account stays as it is: it has been changed since', :a), '... stays');
SELECT is((SELECT concat_ws(' ', is_converted, converted_account_id IS NULL) FROM crm.lead WHERE id = :l), 'f t', '... and the lead is open');
SELECT is(t.get('account', :a, 'phone'), '5', '... with the edit');
ROLLBACK TO s;
SELECT t.new('account', '{"name": "Elsewhere"}') AS else \gset
UPDATE crm.contact SET account_id = :else WHERE id = :c;
SELECT t.blocked(:l, format('crm.account %s it has been changed since, crm.contact %s it has been changed since', :a, :c), 'a contact that went to another account');
ROLLBACK TO s;

-- In use
UPDATE crm.account SET phone = NULL WHERE id = :a;
SELECT t.lead() AS l \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
SELECT t.new('task', jsonb_build_object('contact_id', :c)) AS task \gset
SELECT t.blocked(:l, format('crm.task %s it uses contact %s', :task, :c), 'a task of the contact');
SAVEPOINT s;
SELECT is(t.undo(:l, 'keep'), format('o row %s of crm.contact stays as it is: it uses account %s, row %s of crm.task stays as it is: it uses contact %s', :c, :a, :task, :c), '... contact and account stay');
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE contact_id = :c AND account_id = :a), 1::bigint, '... and so does what joins them');
ROLLBACK TO s;
DELETE FROM crm.task WHERE id = :task;
CREATE TABLE public.quote (nr bigint PRIMARY KEY, deal bigint REFERENCES crm.opportunity (id) ON DELETE CASCADE);
INSERT INTO public.quote VALUES (7, :o);
SELECT t.blocked(:l, format('public.quote it uses opportunity %s', :o), 'a table of the user''s, that would go along');
DROP TABLE public.quote;
CREATE TABLE public.quote (id bigint PRIMARY KEY, deal bigint REFERENCES crm.opportunity (id) ON DELETE SET NULL);
INSERT INTO public.quote VALUES (7, :o);
SELECT t.blocked(:l, format('public.quote 7 it uses opportunity %s', :o), '... or lose its reference');
DROP TABLE public.quote;
SELECT is(t.undo(:l), 'a c o', 'without them');

-- Another lead that was converted into the account
SELECT t.lead() AS l1, t.lead('{"last_name": "Second", "phone": "77"}') AS l2 \gset
SELECT t.state('{crm}') AS before \gset
SELECT account_id AS a, contact_id AS c FROM t.convert(:l1) \gset
SELECT contact_id AS c2, opportunity_id AS o2 FROM t.convert(:l2, jsonb_build_object('account_id', :a)) \gset
SELECT is((SELECT bool_or(b ->> 'table' = 'crm.lead' AND b ->> 'id' = :'l2') FROM leadconv.undo_lead_conversions(ARRAY[:l1], all_or_none => false) u, unnest(u.errors) e, jsonb_array_elements(e.data) b), true, 'another lead uses the account');
SELECT is((SELECT string_agg(concat_ws(' ', u.lead_id = :l1, u.success, account_deleted, fields_restored), ', ' ORDER BY u.lead_id) FROM leadconv.undo_lead_conversions(ARRAY[:l1, :l2]) u), 't t t 0, f t f 1', 'both together');
SELECT is(t.changed_since(:'before', '{crm}'), NULL, '... and all is the way it was');
SELECT is((SELECT string_agg(u.success::text, ' ') FROM t.convert(:l1) x, leadconv.undo_lead_conversions(ARRAY[:l1, :l1, NULL, :l2], all_or_none => false) u), 'true false false false', 'twice, no lead, and one that is open');

-- A chain of calls that all go into the account which the first one made
SELECT t.lead('{"last_name": "One"}') AS l1, t.lead('{"last_name": "Two", "phone": "2"}') AS l2, t.lead('{"last_name": "Three", "fax": "3"}') AS l3, t.lead('{"last_name": "Four", "website": "4"}') AS l4,
    t.lead('{"last_name": "Five", "industry": "5"}') AS l5, t.lead('{"last_name": "Six", "rating": "6"}') AS l6 \gset
SELECT t.state('{crm}') AS before \gset
SELECT account_id AS a FROM t.convert(:l1) \gset
SELECT count(*) FROM (SELECT t.convert(l, jsonb_build_object('account_id', :a)) FROM unnest(ARRAY[:l2, :l3, :l4]::bigint[]) l) x;
SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l5, account_id => :a), leadconv.new_lead_convert(:l6, account_id => :a)]);
SAVEPOINT s;
SELECT is((SELECT string_agg(concat_ws(' ', u.success, u.account_deleted, u.fields_restored), ', ' ORDER BY u.lead_id) FROM leadconv.undo_lead_conversions(ARRAY[:l1, :l2, :l3, :l4, :l5, :l6]) u),
    't t 0, t f 1, t f 1, t f 1, t f 1, t f 1', 'a chain of calls, undone in one');
SELECT is(t.changed_since(:'before', '{crm}'), NULL, '... all is the way it was');
ROLLBACK TO s;
SELECT is((SELECT string_agg(concat_ws(' ', u.success, u.account_deleted, u.fields_restored), ', ' ORDER BY n) FROM unnest(ARRAY[:l6, :l5, :l4, :l3, :l2, :l1]::bigint[]) WITH ORDINALITY l (l, n), leadconv.undo_lead_conversion(l) u),
    't f 1, t f 1, t f 1, t f 1, t f 1, t t 0', '... and one by one, from the end');
SELECT is(t.changed_since(:'before', '{crm}'), NULL, '... all is the way it was');
ROLLBACK TO s;
UPDATE crm.account SET site = 'edited' WHERE id = :a;
SELECT is((SELECT string_agg(concat_ws(' ', u.success, u.fields_restored), ', ' ORDER BY u.lead_id) FROM leadconv.undo_lead_conversions(ARRAY[:l1, :l2, :l3, :l4, :l5, :l6], all_or_none => false) u),
    'f 0, t 1, t 1, t 1, t 1, t 1', '... an edit is still one');
SELECT is((SELECT success FROM leadconv.undo_lead_conversion(:l1, 'keep')), true, '... and kept');
SELECT is(t.get('account', :a, 'site'), 'edited', '... with the account');

--
-- Fields of existing records
--
SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.lead('{"phone": "1", "fax": "2"}') AS l \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a, 'do_not_create_opportunity', true));
UPDATE crm.account SET fax = '3', website = 'w' WHERE id = :a;
SELECT t.blocked(:l, format('crm.account %s its field "fax" has been changed since', :a), 'a field that was changed');
SELECT is(t.undo(:l, 'keep'), format('c row %s of crm.account stays as it is: its field "fax" has been changed since', :a), '... keeps its value');
SELECT is((SELECT concat_ws(' ', coalesce(phone, '-'), fax, website) FROM crm.account WHERE id = :a), '- 3 w', '... and the others are empty again');

--
-- Rows of related lists
--
SELECT t.lead() AS l, t.new('contact', '{"last_name": "Other"}') AS other \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l)) AS task, t.new('event', jsonb_build_object('lead_id', :l)) AS event \gset
SELECT contact_id AS c FROM t.convert(:l) \gset
UPDATE crm.task SET subject = 'Edited' WHERE id = :task;
UPDATE crm.event SET contact_id = :other, account_id = NULL, opportunity_id = NULL WHERE id = :event;
SELECT is(t.undo(:l), 'a c o', 'a row that went away from the records has nothing to do with it');
SELECT is((SELECT concat_ws(' ', lead_id = :l, subject, contact_id, source_lead_id) FROM crm.task WHERE id = :task), 't Edited', '... one that was edited goes back as it is');
SELECT is((SELECT concat_ws(' ', lead_id, contact_id = :other) FROM crm.event WHERE id = :event), 't', '... the other stays where it is');
SELECT t.lead() AS l, t.lead() AS l2 \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l)) AS task \gset
SELECT contact_id AS c FROM t.convert(:l) \gset
UPDATE crm.task SET lead_id = :l2 WHERE id = :task;
SELECT is((SELECT string_agg(concat_ws(' ', b ->> 'table', b ->> 'reason'), ', ' ORDER BY b ->> 'table') FROM leadconv.undo_lead_conversions(ARRAY[:l], all_or_none => false) u, unnest(u.errors) e, jsonb_array_elements(e.data) b
    WHERE b ->> 'table' = 'crm.task'), 'crm.task it has been given to another record since', 'a row that was given to another lead');
UPDATE crm.task SET contact_id = NULL, account_id = NULL, opportunity_id = NULL WHERE id = :task;
SELECT is(t.undo(:l), 'a c o', '... and taken away from the records');

-- owners
SELECT t.lead(jsonb_build_object('owner_id', :bob)) AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'owner_id', :ann)) AS t1, t.new('task', jsonb_build_object('lead_id', :l, 'owner_id', :ann)) AS t2 \gset
SELECT t.convert(:l);
SELECT t.new('app_user', '{"name": "Cid"}') AS cid \gset
UPDATE crm.task SET owner_id = :cid WHERE id = :t2;
SELECT is(t.undo(:l, 'keep'), format('a c o row %s of crm.task stays as it is: it has got another owner since', :t2), 'a task that has got another owner');
SELECT is(t.get('task', :t1, 'owner_id') || ' ' || t.get('task', :t2, 'owner_id'), format('%s %s', :ann, :cid), '... which it keeps');

-- members
SELECT t.new('campaign', '{"name": "C"}') AS camp, t.new('account', '{"name": "M"}') AS a \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (:camp, 'Sent', 1, false), (:camp, 'Responded', 2, true);
SELECT t.new('contact', jsonb_build_object('last_name', 'M', 'account_id', :a)) AS c \gset
SELECT t.lead() AS l \gset
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'contact_id', :c, 'status', 'Sent')) AS kept, t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :l, 'status', 'Responded')) AS gone \gset
SELECT jsonb_build_object('account_id', :a, 'contact_id', :c, 'do_not_create_opportunity', true) AS into \gset
SELECT t.convert(:l, :'into');
SELECT is((SELECT members_restored FROM leadconv.undo_lead_conversion(:l)), 1, 'a member that was merged');
SELECT is((SELECT string_agg(concat_ws(' ', id, lead_id, contact_id, status), ', ' ORDER BY id) FROM crm.campaign_member WHERE campaign_id = :camp), format('%s %s Sent, %s %s Responded', :kept, :c, :gone, :l), '... comes back with its id');
SELECT t.convert(:l, :'into');
UPDATE crm.campaign_member SET external_id = 'x' WHERE id = :kept;
SELECT t.blocked(:l, format('crm.campaign_member %s it has been changed since', :kept), 'the one that was kept, edited');
DELETE FROM crm.campaign WHERE id = :camp;
SELECT is(t.undo(:l), '1 campaign member(s) that were merged do not come back: the campaign, the status or the place is gone', 'without the campaign');

-- ... or without the status that it had
SELECT t.new('campaign', '{"name": "C"}') AS camp \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (:camp, 'Sent', 1, false), (:camp, 'Odd', 2, false), (:camp, 'Responded', 3, true);
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'contact_id', :c, 'status', 'Responded')) AS kept, t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :l, 'status', 'Odd')) AS odd \gset
SELECT t.convert(:l, :'into');
DELETE FROM crm.campaign_member_status WHERE campaign_id = :camp AND label = 'Odd';
SELECT is(t.undo(:l), '1 campaign member(s) that were merged do not come back: the campaign, the status or the place is gone', 'without the status');
SELECT is((SELECT string_agg(concat_ws(' ', id = :kept, status), ', ') FROM crm.campaign_member WHERE campaign_id = :camp), 't Responded', '... the other is as it was');

-- the lead's status, a notification, the follow-up task
INSERT INTO crm.lead_status (api_name, master_label, sort_order) VALUES ('Odd', 'Odd', 50);
SELECT t.lead('{"status": "Odd"}') AS l \gset
SELECT t.convert(:l, jsonb_build_object('send_notification_email', true, 'owner_id', :bob));
DELETE FROM crm.lead_status WHERE api_name = 'Odd';
SELECT is(t.undo(:l), 'a c o the notification that was made stays, the status "Odd" is gone; the lead gets "Open - Not Contacted"', 'a status that is gone, and a notification');
SELECT is(t.get('lead', :l, 'status'), 'Open - Not Contacted', '... the default one');
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"follow_up_task": {"subject": "Call"}}');
SELECT (undo ->> 'follow_up_task')::bigint AS task FROM crm.lead_conversion WHERE lead_id = :l \gset
UPDATE crm.task SET description = 'said' WHERE id = :task;
SELECT is((SELECT bool_or(b ->> 'id' = :'task') FROM leadconv.undo_lead_conversions(ARRAY[:l], all_or_none => false) u, unnest(u.errors) e, jsonb_array_elements(e.data) b), true, 'a follow-up task that was edited');

-- gone
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l)) AS task \gset
SELECT account_id AS a, contact_id AS c FROM t.convert(:l) \gset
DELETE FROM crm.contact WHERE id = :c;
SELECT is(t.undo(:l), 'a o', 'a contact that is gone stays gone');
SELECT is((SELECT concat_ws(' ', lead_id = :l, account_id) FROM crm.task WHERE id = :task), 't', '... its task is on the lead');

-- an account that was merged into another one by hand
SELECT t.lead() AS l, t.new('account', '{"name": "Master"}') AS master \gset
SELECT t.new('note', jsonb_build_object('lead_id', :l, 'title', 'N')) AS note, t.new('task', jsonb_build_object('lead_id', :l)) AS task \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
UPDATE crm.contact SET account_id = :master WHERE account_id = :a;
UPDATE crm.opportunity SET account_id = :master WHERE account_id = :a;
UPDATE crm.task SET account_id = :master WHERE account_id = :a;
DELETE FROM crm.account WHERE id = :a;
SELECT t.blocked(:l, format('crm.contact %s it has been changed since, crm.opportunity %s it has been changed since, crm.task %s it has been given to another record since', :c, :o, :task), 'an account that was merged by hand');
SELECT is((SELECT concat_ws(' ', u.success, u.account_deleted, u.contact_deleted) FROM leadconv.undo_lead_conversion(:l, 'keep') u), 't f f', '... what it became stays');
SELECT is((SELECT concat_ws(' ', l.is_converted, n.lead_id = l.id, c.account_id = :master) FROM crm.lead l, crm.note n, crm.contact c WHERE l.id = :l AND n.id = :note AND c.id = :c), 'f t t', '... and all else is undone');

--
-- What the ledger does not say
--
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l)) AS task \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
UPDATE crm.lead_conversion SET undo = NULL WHERE lead_id = :l;
SELECT t.fails(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'LC025', 'the ledger does not say what it did', 'a conversion of an earlier version');
SELECT is(t.undo(:l, 'keep'), 'the status and flags of the lead before are not known, whether the records that were created have been changed since is not known: they stay', '... only what can be known');
SELECT is((SELECT concat_ws(' ', is_converted, status) FROM crm.lead WHERE id = :l), 'f Open - Not Contacted', '... the lead is open');
SELECT is(t.get('task', :task, 'lead_id') || ' ' || t.get('account', :a, 'id'), format('%s %s', :l, :a), '... its task is there, and so is the account');

--
-- Triggers know, and guards let just this pass
--
CREATE TABLE t.seen (what text);
CREATE FUNCTION t.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO t.seen VALUES (concat_ws(' ', TG_TABLE_NAME, TG_OP, leadconv.is_converting(), leadconv.is_undoing(), leadconv.converting_lead_id())); RETURN NULL; END $$;
CREATE TRIGGER zz_see AFTER DELETE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.see();
CREATE TRIGGER zz_see AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.see();
SELECT t.lead() AS l \gset
SELECT t.convert(:l);
SELECT t.undo(:l);
SELECT is((SELECT array_agg(what) FROM t.seen), ARRAY[format('lead UPDATE t f %s', :l), format('lead UPDATE t t %s', :l), format('account DELETE t t %s', :l)], 'triggers');
SELECT is(leadconv.is_undoing(), false, '... and not outside');
CREATE FUNCTION t.cheat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE crm.lead SET is_converted = true, converted_date = now() WHERE id = (SELECT min(id) FROM crm.lead WHERE last_name = 'Cheat'); RETURN NULL; END $$;
CREATE TRIGGER zzz_cheat AFTER DELETE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.cheat();
SELECT t.lead('{"last_name": "Cheat"}') AS l \gset
SELECT t.convert(:l);
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'LC003', NULL, 'a trigger cannot convert the lead by hand meanwhile');
DROP TRIGGER zzz_cheat ON crm.account;
CREATE FUNCTION t.again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM leadconv.undo_lead_conversion((SELECT min(id) FROM crm.lead WHERE last_name = 'Cheat')); RETURN NULL; END $$;
CREATE TRIGGER zzz_again AFTER DELETE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.again();
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'LC005', NULL, '... nor undo it once more');
DROP TRIGGER zzz_again ON crm.account;
CREATE FUNCTION t.suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER zzz_suppress BEFORE DELETE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.suppress();
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), '42501', NULL, '... nor keep a record');
DROP TRIGGER zzz_suppress ON crm.account;
CREATE TRIGGER zzz_suppress BEFORE UPDATE ON crm.lead_conversion FOR EACH ROW EXECUTE FUNCTION t.suppress();
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'LC019', 'step "update lead_conversion" of the lead conversion processed 0 of 1 row(s)', '... nor keep it from the ledger');
DROP TRIGGER zzz_suppress ON crm.lead_conversion;

--
-- Who may
--
CREATE ROLE lc_t_undoer;
SELECT has_function_privilege('lc_t_undoer', 'leadconv.undo_lead_conversion(bigint, text, text)', 'EXECUTE') AS may \gset
SELECT is(:'may'::boolean, false, 'not for everybody');
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_undoer;
GRANT EXECUTE ON FUNCTION leadconv.undo_lead_conversion, leadconv.undo_lead_conversions TO lc_t_undoer;
GRANT EXECUTE ON FUNCTION t.undo TO lc_t_undoer;
GRANT INSERT ON t.seen TO lc_t_undoer;
SET LOCAL ROLE lc_t_undoer;
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), '42501', 'permission denied for table lead', 'SELECT and UPDATE of the lead');
RESET ROLE;
GRANT SELECT, UPDATE ON crm.lead TO lc_t_undoer;
SET LOCAL ROLE lc_t_undoer;
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), '42501', 'permission denied for table opportunity', 'DELETE of the records');
RESET ROLE;
GRANT SELECT, DELETE ON crm.account, crm.contact, crm.opportunity TO lc_t_undoer;
SELECT converted_contact_id AS c FROM crm.lead WHERE id = :l \gset
SELECT t.new('task', jsonb_build_object('contact_id', :c)) AS task \gset
SET LOCAL ROLE lc_t_undoer;
SELECT is((SELECT string_agg(concat_ws(' ', b ->> 'table', b ->> 'id'), ', ' ORDER BY b ->> 'table') FROM leadconv.undo_lead_conversions(ARRAY[:l], all_or_none => false) u, unnest(u.errors) e, jsonb_array_elements(e.data) b),
    'crm.task', 'of a row that he may not see, the caller is told the table only');
RESET ROLE;
DELETE FROM crm.task WHERE id = :task;
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY none ON crm.account FOR SELECT USING (false);
SET LOCAL ROLE lc_t_undoer;
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), '42501', NULL, 'a record that a policy hides');
RESET ROLE;
ALTER TABLE crm.account DISABLE ROW LEVEL SECURITY;
SET LOCAL ROLE lc_t_undoer;
SELECT is((SELECT success FROM leadconv.undo_lead_conversion(:l)), true, 'otherwise it is undone');
RESET ROLE;
--
-- Columns of yours: of a type that has no equality, and such as number their rows
--
ALTER TABLE crm.lead ADD COLUMN terms json, ADD COLUMN place point;
ALTER TABLE crm.account ADD COLUMN terms json, ADD COLUMN place point;
ALTER TABLE crm.campaign_member ADD COLUMN terms json, ADD COLUMN number integer GENERATED ALWAYS AS IDENTITY, ADD COLUMN ticket integer GENERATED BY DEFAULT AS IDENTITY;
SELECT leadconv.map_lead_field('terms', 'account', 'terms'), leadconv.map_lead_field('place', 'account', 'place');
ALTER TABLE crm.content_document_link ADD COLUMN number integer GENERATED ALWAYS AS IDENTITY, ADD COLUMN ticket integer GENERATED BY DEFAULT AS IDENTITY,
    ADD COLUMN file text GENERATED ALWAYS AS (id || '/' || content_document_id) STORED;
SELECT t.new('account', '{"name": "Old"}') AS a, t.new('campaign', '{"name": "Numbered"}') AS camp, t.new('content_document', '{"title": "File"}') AS doc \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c, t.lead('{"place": "(1,2.5)"}') AS l \gset
UPDATE crm.lead SET terms = '{"days":  30, "days": 60}' WHERE id = :l;
INSERT INTO crm.campaign_member (campaign_id, contact_id, lead_id, terms) VALUES (:camp, :c, NULL, NULL), (:camp, NULL, :l, '{"a":  1}');
INSERT INTO crm.content_document_link (content_document_id, lead_id, share_type) VALUES (:doc, :l, 'V');
SELECT array_agg(to_jsonb(m) - 'revision' - 'last_modified_date' - 'last_modified_by_id' ORDER BY id) AS before FROM crm.campaign_member m WHERE campaign_id = :camp \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c));
SELECT is(concat_ws(' ', terms, place, (SELECT number FROM crm.campaign_member WHERE campaign_id = :camp)), concat('{"days":  30, "days": 60} (1,2.5) ', ((:'before'::jsonb[])[1] ->> 'number')), 'they are filled, and a member keeps its number') FROM crm.account WHERE id = :a;
SELECT is((SELECT concat_ws(' ', success, fields_restored, members_restored) FROM leadconv.undo_lead_conversion(:l)), 't 3 1', '... and taken back');
SELECT is((SELECT array_agg(to_jsonb(m) - 'revision' - 'last_modified_date' - 'last_modified_by_id' ORDER BY id) FROM crm.campaign_member m WHERE campaign_id = :camp), :'before', '... the members as they were');
SELECT is((SELECT array_agg(lead_id) FROM crm.content_document_link WHERE content_document_id = :doc), ARRAY[:l::bigint], '... and the links to files');

SELECT * FROM finish();
ROLLBACK;
