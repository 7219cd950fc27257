-- What the ledger says of a conversion: how it was asked for, and what is needed
-- to take it back.
BEGIN;
\ir helpers.psql
SELECT plan(40);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann, t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
-- The ledger's word about a lead
CREATE FUNCTION t.ledger(lead bigint) RETURNS crm.lead_conversion LANGUAGE sql AS $$
    SELECT c FROM crm.lead_conversion c WHERE lead_id = lead $$;
CREATE FUNCTION t.undo(lead bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT undo FROM t.ledger(lead) $$;

--
-- Origin, job and options
--
SELECT t.lead() AS l \gset
SELECT t.convert(:l);
SELECT is(ROW(c.origin, c.job, c.options), ROW('single'::text, NULL::text, NULL::jsonb), 'convert_lead()') FROM t.ledger(:l) c;
SELECT t.lead() AS l \gset
SELECT leadconv.convert_lead(:l, allow_save => true);
SELECT is((t.ledger(:l)).options, '{"allow_save": true}', 'an option that is not the default');
SELECT t.lead() AS l, t.lead() AS m \gset
SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l)]);
SELECT is(ROW(c.origin, c.job, c.options), ROW('bulk'::text, NULL::text, NULL::jsonb), 'convert_leads(), even for one') FROM t.ledger(:l) c;
SELECT leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', :m)), all_or_none => false, reuse_accounts => true, reuse_contacts => true);
SELECT is(ROW(c.origin, c.options), ROW('bulk'::text, '{"all_or_none": false, "reuse_accounts": true, "reuse_contacts": true}'::jsonb), 'convert_leads_json() with options') FROM t.ledger(:m) c;
SELECT throws_ok(format('INSERT INTO crm.lead_conversion (lead_id, account_created, contact_created, opportunity_created, created_by_role, created_date, request, origin)
    VALUES (%s, false, false, false, %L, now(), %L, %L)', :l, 'x', '{}', 'guess'), '23514', NULL, 'no other origin than single, bulk, job and imported');

--
-- The lead before
--
INSERT INTO crm.lead_status (api_name, master_label, sort_order) VALUES ('Working', 'Working', 50);
SELECT t.lead('{"status": "Working", "is_unread_by_owner": false}') AS l \gset
SELECT t.convert(:l);
SELECT is(t.undo(:l), '{"lead": {"status": "Working", "is_unread_by_owner": false}}', 'status and flag of the lead; nothing else to say about new records');

--
-- Values that were filled or overwritten, and the revisions of records
--
ALTER TABLE crm.lead ADD COLUMN amount numeric, ADD COLUMN due timestamptz, ADD COLUMN tags text[];
ALTER TABLE crm.account ADD COLUMN amount numeric, ADD COLUMN due timestamptz, ADD COLUMN tags text[];
SELECT leadconv.map_lead_field(f, 'account', f) FROM unnest('{amount,due,tags}'::text[]) f;
SELECT t.new('account', '{"name": "Old", "website": "", "phone": "9"}') AS a \gset
UPDATE crm.account SET fax = '5' WHERE id = :a;
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a, 'lead_source', 'Web')) AS c \gset
SELECT t.lead('{"website": "w.example", "phone": "1", "amount": 12.50, "due": "2026-03-01 10:00:00.123456+02", "tags": "{a,\"b c\"}", "lead_source": "Phone", "title": "Dr. \"X\""}') AS l \gset
SET LOCAL DateStyle = 'SQL, DMY';
SELECT t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c, 'overwrite_lead_source', true));
RESET DateStyle;
SELECT is((t.undo(:l) #> '{fields,account}') - '{due}'::text[], '{"website": ["", "w.example"], "amount": [null, 12.50], "tags": [null, ["a", "b c"]], "account_source": [null, "Phone"]}', 'fields of the account: old and new value');
SELECT is((t.undo(:l) #>> '{fields,account,due,1}')::timestamptz, '2026-03-01 10:00:00.123456+02', 'a time, whatever the session''s DateStyle');
SELECT is(t.undo(:l) -> 'fields' -> 'contact', '{"first_name": [null, "Maya"], "phone": [null, "1"], "title": [null, "Dr. \"X\""], "lead_source": ["Web", "Phone"]}', 'fields of the contact: filled and overwritten');
SELECT is(t.undo(:l) -> 'revision', jsonb_build_object('account', a.revision, 'contact', c.revision), 'their revisions after it')
FROM crm.account a, crm.contact c WHERE a.id = :a AND c.id = :c;
SELECT is(ROW(a.revision, c.revision), ROW(3, 2), '... raised by it') FROM crm.account a, crm.contact c WHERE a.id = :a AND c.id = :c;
SELECT is((t.ledger(:l)).filled_fields -> 'contact', '["first_name", "title", "phone", "lead_source"]', 'filled_fields keeps its shape');
SELECT is(t.undo(:l) ->> 'revision' IS NOT NULL AND t.undo(:l) -> 'fields' -> 'opportunity' IS NULL, true, 'nothing of a record that is new');

-- an existing record without anything to fill is not touched
SELECT t.lead('{"company": "X", "first_name": null, "last_name": "Old"}') AS l \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c));
SELECT is(t.undo(:l) ?| '{fields,revision}', false, 'nothing was filled: no value, no revision');

-- several leads fill one account: each field for the lead that it came from
SELECT t.new('account', '{"name": "Shared"}') AS s \gset
SELECT t.lead('{"phone": "1"}') AS l1, t.lead('{"phone": "2", "fax": "22"}') AS l2 \gset
SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => :s), leadconv.new_lead_convert(:l2, account_id => :s)]);
SELECT is(t.undo(:l1) -> 'fields' -> 'account', '{"phone": [null, "1"]}', 'two leads, one account: what the first filled');
SELECT is(t.undo(:l2) -> 'fields' -> 'account', '{"fax": [null, "22"]}', '... and the second');
SELECT is(ARRAY[t.undo(:l1) #> '{revision,account}', t.undo(:l2) #> '{revision,account}'], '{2,2}'::jsonb[], 'one update, one revision');

-- a trigger of the user edits a new record in the middle of it
CREATE FUNCTION t.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE crm.contact SET department = 'Sales' WHERE id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER touch AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.touch();
SELECT t.lead() AS l \gset
SELECT t.convert(:l);
SELECT is(t.undo(:l) -> 'revision', '{"contact": 2}', 'the revision at the end of the conversion counts');
DROP TRIGGER touch ON crm.contact;

--
-- Moved rows
--
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Plain')) AS plain \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Linked', 'account_id', :a)) AS linked \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Edited')) AS edited \gset
UPDATE crm.task SET subject = 'Edited twice' WHERE id = :edited;
SELECT t.new('note', jsonb_build_object('lead_id', :l, 'title', 'Note')) AS note \gset
SELECT t.convert(:l);
SELECT is(t.undo(:l) -> 'rows', jsonb_build_array(
    jsonb_build_object('table', 'crm.task', 'key', jsonb_build_object('id', :linked), 'kept', '["account_id"]'::jsonb),
    jsonb_build_object('table', 'crm.task', 'key', jsonb_build_object('id', :edited), 'revision', 3)),
    'what source_lead_id does not tell: columns that were not empty, revisions that are not the usual one');
SELECT is((SELECT array_agg(ROW(revision, account_id = :a)::text ORDER BY id) FROM crm.task WHERE source_lead_id = :l), '{"(2,f)","(2,t)","(3,f)"}', '... and so it is');

-- touched again by a trigger after it was moved
CREATE FUNCTION t.again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE crm.task SET priority = 'High' WHERE id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER again AFTER UPDATE OF contact_id ON crm.task FOR EACH ROW EXECUTE FUNCTION t.again();
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Call')) AS task \gset
SELECT t.convert(:l);
SELECT is(t.undo(:l) #> '{rows,0,revision}', '3', 'a row that a trigger has edited after the move');
SELECT is((SELECT revision FROM crm.task WHERE id = :task), 3, '... has that revision');
DROP TRIGGER again ON crm.task;

-- the user's own tables
CREATE TABLE public.visit (place text, nr integer, lead_id bigint REFERENCES crm.lead (id), who bigint, firm bigint, src bigint, PRIMARY KEY (place, nr));
CREATE TABLE public.stroll (lead_id bigint REFERENCES crm.lead (id), who bigint);
CREATE INDEX ON public.visit (lead_id);
CREATE INDEX ON public.stroll (lead_id);
SELECT leadconv.register_related_list('public.visit', 'lead_id', contact_column => 'who', account_column => 'firm');
SELECT leadconv.register_related_list('public.stroll', 'lead_id', contact_column => 'who');
SELECT t.lead() AS l \gset
INSERT INTO public.visit VALUES ('Paris "x"', 1, :l, NULL, NULL), ('Rome', 2, :l, NULL, :a);
INSERT INTO public.stroll VALUES (:l);
SELECT t.convert(:l);
SELECT is(t.undo(:l) -> 'rows', jsonb_build_array(
    jsonb_build_object('table', 'public.visit', 'key', '{"place": "Paris \"x\"", "nr": 1}'::jsonb),
    jsonb_build_object('table', 'public.visit', 'key', '{"place": "Rome", "nr": 2}'::jsonb, 'kept', '["firm"]'::jsonb)),
    'a table without a column for the lead that rows came from: all that were moved, by their primary key');
SELECT is((SELECT count(*) FROM public.stroll WHERE who IS NOT NULL), 1::bigint, 'rows without a primary key cannot be named, and are moved');
SELECT leadconv.register_related_list('public.visit', 'lead_id', contact_column => 'who', account_column => 'firm', source_column => 'src');
SELECT t.lead() AS l \gset
INSERT INTO public.visit VALUES ('Oslo', 1, :l, NULL, NULL), ('Oslo', 2, :l, NULL, :a);
SELECT t.convert(:l);
SELECT is(t.undo(:l) -> 'rows', jsonb_build_array(
    jsonb_build_object('table', 'public.visit', 'key', '{"place": "Oslo", "nr": 2}'::jsonb, 'kept', '["firm"]'::jsonb)),
    '... and with one only those with a column that was not empty');
SELECT t.lead() AS l1, t.lead() AS l2 \gset
INSERT INTO public.visit VALUES ('Bonn', 1, :l1, NULL, :a), ('Bonn', 2, :l2, NULL, :a);
SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2)]);
SELECT is(ARRAY[t.undo(:l1) #> '{rows,0,key,nr}', t.undo(:l2) #> '{rows,0,key,nr}'], '{1,2}'::jsonb[], 'in a bulk call: each lead its own');

--
-- Owners, merged members, subscriptions, connections, the follow-up task
--
SELECT t.lead(jsonb_build_object('owner_id', :bob)) AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Mine', 'owner_id', :ann)) AS task \gset
SELECT t.convert(:l);
SELECT is((t.ledger(:l)).owner_changes, jsonb_build_array(jsonb_build_object('table', 'crm.task', 'id', :task, 'from', :ann, 'to', :bob)), 'owner changes are where they were');
SELECT is(t.undo(:l) ? 'rows', false, '... and not said twice');

SELECT t.new('campaign', '{"name": "C"}') AS camp \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded, is_default) VALUES (:camp, 'Sent', 1, false, true), (:camp, 'Responded', 2, true, false);
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'contact_id', :c, 'status', 'Sent')) AS kept \gset
SELECT t.lead() AS l \gset
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :l, 'status', 'Responded', 'external_id', 'M-1')) AS gone \gset
SELECT to_jsonb(m) AS kept_row FROM crm.campaign_member m WHERE id = :kept \gset
SELECT to_jsonb(m) AS gone_row FROM crm.campaign_member m WHERE id = :gone \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c));
SELECT is(t.undo(:l) -> 'members', jsonb_build_array(jsonb_build_object('kept', :'kept_row'::jsonb, 'removed', :'gone_row'::jsonb, 'revision', 2)), 'merged members, both rows whole as they were, and the revision that is left');
SELECT is((t.ledger(:l)).merged_campaign_members, jsonb_build_array(jsonb_build_object('campaign_id', :camp, 'kept', :kept, 'removed', :gone)), 'merged_campaign_members keeps its shape');

-- two leads of one call into one contact: the member that the first has moved is the
-- one that the second's is merged into, and had no contact before
SELECT t.new('campaign', '{"name": "D"}') AS camp \gset
SELECT t.lead() AS l1, t.lead() AS l2 \gset
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :l1)) AS kept \gset
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :l2)) AS gone \gset
SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => :a, contact_id => :c), leadconv.new_lead_convert(:l2, account_id => :a, contact_id => :c)]);
SELECT is(t.undo(:l1) -> 'rows', jsonb_build_array(jsonb_build_object('table', 'crm.campaign_member', 'key', jsonb_build_object('id', :kept), 'revision', 3)),
    'a member that was moved and then merged into: its revision, and no column that was not empty');
SELECT is(t.undo(:l2) #> '{members,0,kept,revision}', '2', '... and how it was in between');

SELECT t.lead(jsonb_build_object('owner_id', :ann)) AS l \gset
SELECT t.new('entity_subscription', jsonb_build_object('subscriber_id', :ann, 'lead_id', :l)) AS sub \gset
SELECT to_jsonb(s) AS sub_row FROM crm.entity_subscription s WHERE id = :sub \gset
SELECT t.new('partner_network_record_connection', jsonb_build_object('lead_id', :l, 'connection_name', 'Partner', 'status', 'Active (received)')) AS conn \gset
SELECT t.convert(:l, '{"follow_up_task": {"subject": "Call back"}}');
SELECT is(t.undo(:l) -> 'subscriptions', jsonb_build_array(:'sub_row'::jsonb), 'a subscription that has ended, whole');
SELECT is(t.undo(:l) -> 'connections', jsonb_build_array(jsonb_build_object('id', :conn, 'status', 'Active (received)')), 'a connection that has become inactive, with its status before');
SELECT is(t.undo(:l) -> 'follow_up_task', to_jsonb(id), 'the follow-up task') FROM crm.task WHERE source_lead_id = :l AND subject = 'Call back';

-- privileges: the task's id needs no privilege on its sequence
CREATE ROLE converter;
GRANT USAGE ON SCHEMA crm, leadconv TO converter;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA crm TO converter;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leadconv TO converter;
REVOKE INSERT ON crm.task FROM converter;
SELECT t.lead() AS l \gset
SET LOCAL ROLE converter;
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s, follow_up_task => %L)', :l, '{"subject": "x"}'), '42501', 'permission denied for table task', 'a follow-up task needs INSERT on crm.task');
SELECT lives_ok(format('SELECT leadconv.convert_lead(%s)', :l), 'and a conversion without one does not');
RESET ROLE;
SELECT is((SELECT bool_and(undo #>> '{lead,status}' <> '') FROM crm.lead_conversion), true, 'every conversion has an undo');

--
-- Roles with no privilege on the ledger's columns read nothing of it
--
SELECT is(has_table_privilege('public', 'crm.lead_conversion', 'SELECT'), false, 'the ledger is not everybody''s');
SELECT is(count(*), 0::bigint, 'all text in undo is JSON of what it says') FROM crm.lead_conversion c, jsonb_object_keys(c.undo) k
WHERE k <> ALL ('{lead,revision,before,fields,made,rows,members,subscriptions,connections,follow_up_task}');
SELECT * FROM finish();
ROLLBACK;
