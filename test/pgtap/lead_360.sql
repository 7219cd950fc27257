-- leadconv.lead_360() and crm.lead_timeline: a lead with everything related to it,
-- before and after its conversion
BEGIN;
\ir helpers.psql
SELECT plan(36);

INSERT INTO crm.app_user (name) VALUES ('Uma') RETURNING id AS u \gset
SELECT t.lead(jsonb_build_object('owner_id', :u, 'lead_source', 'Web')) AS l, t.lead('{"last_name": "Other"}') AS other \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Before')) AS k \gset
SELECT t.new('task', jsonb_build_object('lead_id', :other, 'subject', 'Of another lead')) AS k2 \gset
SELECT t.new('note', jsonb_build_object('lead_id', :l, 'title', 'Note before')) AS n \gset
UPDATE crm.lead SET status = 'Working - Contacted' WHERE id = :l;

SELECT is(leadconv.lead_360(0), NULL, 'no such lead');
SELECT is(leadconv.lead_360(NULL), NULL, 'no lead');
SELECT leadconv.lead_360(:l) AS d \gset
SELECT is((SELECT string_agg(k, ' ' ORDER BY k) FROM jsonb_object_keys(:'d') k), 'account contact lead omitted opportunity owner related truncated', 'keys of the document');
SELECT is(:'d'::jsonb -> 'lead', (SELECT to_jsonb(l) FROM crm.lead l WHERE id = :l), 'the lead with all of its columns');
SELECT is(:'d'::jsonb -> 'owner' ->> 'name', 'Uma', 'its owner');
SELECT is(ARRAY[:'d'::jsonb ->> 'account', :'d'::jsonb ->> 'contact', :'d'::jsonb ->> 'opportunity'], '{NULL,NULL,NULL}', 'an open lead has no records');
SELECT is(:'d'::jsonb #> '{related,task}', jsonb_build_object('before', (SELECT jsonb_agg(to_jsonb(k)) FROM crm.task k WHERE id = :k), 'after', '[]'::jsonb), 'its task, and no other');
SELECT is(:'d'::jsonb #>> '{related,lead_history,before,0,new_value}', 'Working - Contacted', 'its history');

-- before and after
CREATE TABLE t.survey (id int, "Lead Id" bigint REFERENCES crm.lead (id), opportunity bigint REFERENCES crm.opportunity (id));
INSERT INTO t.survey VALUES (1, :l, NULL);
SELECT * FROM leadconv.convert_lead(:l) \gset r_
SELECT t.new('task', jsonb_build_object('contact_id', :r_contact_id, 'subject', 'Of the contact')) AS k3,
    t.new('event', jsonb_build_object('opportunity_id', :r_opportunity_id, 'subject', 'Of the opportunity')) AS e,
    t.new('task', jsonb_build_object('account_id', :r_account_id, 'subject', 'Of the account')) AS k4 \gset
SELECT t.new('contact', jsonb_build_object('account_id', :r_account_id, 'last_name', 'Colleague')) AS colleague \gset
SELECT t.new('task', jsonb_build_object('account_id', :r_account_id, 'contact_id', :colleague, 'subject', 'Of a colleague')) AS k5 \gset
INSERT INTO t.survey VALUES (2, NULL, :r_opportunity_id);
UPDATE crm.opportunity SET stage_name = 'Closed Won' WHERE id = :r_opportunity_id;
SELECT leadconv.lead_360(:l) AS d \gset
SELECT is(ARRAY[:'d'::jsonb #>> '{account,name}', :'d'::jsonb #>> '{contact,name}', :'d'::jsonb #>> '{opportunity,stage_name}'], '{Acme,Maya Rao,Closed Won}', 'a converted lead has records');
SELECT is((SELECT string_agg(x ->> 'subject', ', ') FROM jsonb_array_elements(:'d'::jsonb #> '{related,task,before}') x), 'Before', 'tasks: moved by the conversion');
SELECT is((SELECT string_agg(x ->> 'subject', ', ') FROM jsonb_array_elements(:'d'::jsonb #> '{related,task,after}') x), 'Of the contact, Of the account', '... and made since; not those of others at the account');
SELECT is(:'d'::jsonb #>> '{related,event,after,0,subject}', 'Of the opportunity', 'events');
SELECT is(:'d'::jsonb #>> '{related,note,before,0,title}', 'Note before', 'notes');
SELECT is(:'d'::jsonb #>> '{related,opportunity_contact_role,after,0,is_primary}', 'true', 'the contact role');
SELECT is(:'d'::jsonb #>> '{related,account_contact_relation,after,0,contact_id}', :'r_contact_id', 'the relation');
SELECT is(:'d'::jsonb #>> '{related,lead_conversion,before,0,account_created}', 'true', 'the ledger');
SELECT is(:'d'::jsonb #>> '{related,opportunity_history,after,0,new_value}', 'Closed Won', 'the history of the opportunity');
SELECT is(:'d'::jsonb #> '{related,t.survey}', format('{"after": [{"id": 2, "Lead Id": null, "opportunity": %s}], "before": [{"id": 1, "Lead Id": %s, "opportunity": null}]}', :r_opportunity_id, :l)::jsonb, 'a table of the user that refers to leads, with any name');
SELECT is(:'d'::jsonb -> 'truncated', '[]', 'all rows');
SELECT is((SELECT jsonb_array_length(x #> '{related,task,before}') + jsonb_array_length(x #> '{related,task,after}') || ' ' || (x ->> 'truncated') FROM leadconv.lead_360(:l, 2) x), '2 ["opportunity_history", "task"]', 'or the first, which is said');
SELECT throws_ok(format('SELECT leadconv.lead_360(%s, -1)', :l), '22023', NULL, 'less than none');

-- timeline
SELECT is((SELECT string_agg(concat_ws(' ', kind, object, subject), ', ' ORDER BY kind, object, subject) FROM crm.lead_timeline WHERE lead_id = :l),
    'activity event Of the opportunity, activity task Before, activity task Of the contact, changed lead status, changed opportunity forecast_category, changed opportunity probability, changed opportunity stage_name, converted lead Maya Rao, created lead Maya Rao, created opportunity Acme, note note Note before', 'the timeline of a converted lead');
SELECT is((SELECT string_agg(concat_ws(' ', kind, object, subject, detail), ', ' ORDER BY kind) FROM crm.lead_timeline WHERE lead_id = :other AND kind <> 'activity'), 'created lead Maya Other', 'and of an open one');
SELECT is((SELECT detail FROM crm.lead_timeline WHERE lead_id = :l AND object = 'lead' AND kind = 'changed'), 'Open - Not Contacted -> Working - Contacted', 'a change');
SELECT is((SELECT occurred_at FROM crm.lead_timeline WHERE lead_id = :l AND kind = 'converted'), now(), 'when it was converted');

-- with the rights of who asks
CREATE ROLE t_user;
SELECT leadconv.grant_role_privileges('t_user', 'sales');
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO t_user;
ALTER TABLE crm.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY t_some ON crm.task TO t_user USING (subject <> 'Before');
SET LOCAL ROLE t_user;
SELECT leadconv.lead_360(:l) AS d \gset
SELECT is(:'d'::jsonb -> 'omitted', '["lead_conversion", "lead_conversion_error", "notification", "t.survey"]', 'tables that one may not read are named');
SELECT is((SELECT string_agg(x ->> 'subject', ', ') FROM jsonb_path_query(:'d', '$.related.task.*[*]') x), 'Of the contact, Of the account', 'rows that one may not see are not there');
SELECT is((SELECT count(*) FROM crm.lead_timeline WHERE lead_id = :l AND subject = 'Before'), 0::bigint, '... nor in the timeline, which a sales user may read');
RESET ROLE;

-- a column can have any name
ALTER TABLE crm.lead ADD COLUMN l int, ADD COLUMN t int, ADD COLUMN x int;
ALTER TABLE crm.account ADD COLUMN l int, ADD COLUMN t int, ADD COLUMN r int;
ALTER TABLE crm.note ADD COLUMN l int, ADD COLUMN t int, ADD COLUMN x int;
SELECT leadconv.lead_360(:l) AS d \gset
SELECT is(:'d'::jsonb -> 'lead', (SELECT to_jsonb(lead.*) FROM crm.lead WHERE id = :l), 'a lead with columns of short names');
SELECT is(:'d'::jsonb -> 'account', (SELECT to_jsonb(account.*) FROM crm.account WHERE id = :r_account_id), '... its account');
SELECT is(:'d'::jsonb #> '{related,note,before,0}', (SELECT to_jsonb(note.*) FROM crm.note WHERE id = :n), '... and a note');

-- tables whose columns are of other types
CREATE TABLE crm.t_text (lead_id text);
CREATE TABLE crm.t_json (lead_id jsonb);
CREATE TABLE t.no_order (id json, lead bigint REFERENCES crm.lead (id));
INSERT INTO crm.t_text VALUES (:l);
INSERT INTO t.no_order VALUES ('1', :l);
SELECT leadconv.lead_360(:l) -> 'related' AS d \gset
SELECT is(:'d'::jsonb #> '{t.no_order,before}', jsonb_build_array(jsonb_build_object('id', 1, 'lead', :l)), 'a table whose id has no order');
SELECT ok(NOT :'d'::jsonb ? 't_text', 'a text that is called lead_id is not one');
SELECT ok(NOT :'d'::jsonb ? 't_json', '... nor is a document');

-- fast: by indexes
INSERT INTO crm.lead (last_name, company) SELECT 'L' || n, 'C' FROM generate_series(1, 3000) n;
INSERT INTO crm.task (lead_id, subject) SELECT id, 'T' FROM crm.lead l, generate_series(1, 2) WHERE NOT is_converted;
INSERT INTO crm.note (lead_id, title) SELECT id, 'T' FROM crm.lead l WHERE NOT is_converted;
ALTER TABLE crm.task DISABLE ROW LEVEL SECURITY;
ANALYZE crm.lead, crm.task, crm.note;
CREATE FUNCTION t.scans(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN (SELECT string_agg(DISTINCT x ->> 'Relation Name', ' ') FROM jsonb_path_query(plan, '$.** ? (@."Node Type" == "Seq Scan" && @."Relation Name" like_regex "^(lead|task|note)$")') x);
END $$;
SELECT is(t.scans(format('SELECT * FROM crm.lead_timeline WHERE lead_id = %s', :l)), NULL, 'the timeline of a lead is found by indexes');
SELECT is(t.scans('SELECT * FROM crm.lead_timeline WHERE lead_id IN (1, 2, 3)'), NULL, '... or of three');

SELECT finish();
ROLLBACK;
