-- Taking back conversions after columns have been dropped, renamed, required or given
-- other types since: what can be taken back is; what cannot is in the way, or stays and is
-- told.  What a created record has lost or got of columns is no edit.
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(29);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.drop_reports();
UPDATE crm.related_list SET keep_lead = false WHERE child = 'crm.content_document_link'::regclass;
ALTER TABLE crm.lead ADD COLUMN tier text, ADD COLUMN since date;
ALTER TABLE crm.account ADD COLUMN tier text, ADD COLUMN since date, ADD COLUMN extra text;
SELECT leadconv.map_lead_field('tier', 'account', 'tier'), leadconv.map_lead_field('since', 'account', 'since');
ALTER TABLE crm.campaign_member ADD COLUMN colour text;
ALTER TABLE crm.content_document_link ADD COLUMN colour text;

-- One that goes into records that are there, one that makes its own, and one like the first
SELECT t.new('account', '{"name": "Old"}') AS a, t.new('campaign', '{"name": "C"}') AS camp, t.new('content_document', '{"title": "D"}') AS doc \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (:camp, 'Sent', 1, false), (:camp, 'Responded', 2, true);
SELECT t.new('contact', jsonb_build_object('last_name', 'M', 'account_id', :a)) AS c \gset
SELECT t.lead('{"tier": "gold", "since": "2026-02-01", "phone": "1"}') AS old, t.lead('{"tier": "gold", "since": "2026-02-01"}') AS new, t.lead('{"fax": "2"}') AS other \gset
SELECT t.new(x, jsonb_build_object('lead_id', l) || v) FROM (VALUES (:old), (:new)) l (l),
    (VALUES ('task', '{"subject": "T"}'::jsonb), ('content_document_link', jsonb_build_object('content_document_id', :doc, 'share_type', 'V', 'colour', 'green'))) c (x, v);
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'contact_id', :c, 'status', 'Sent', 'colour', 'red')) AS kept,
    t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :old, 'status', 'Responded', 'colour', 'blue')) AS gone \gset
SELECT jsonb_build_object('account_id', :a, 'contact_id', :c, 'do_not_create_opportunity', true) AS into \gset
SELECT t.state('{crm}') AS before \gset
SELECT t.convert(:old, :'into'), t.convert(:new), t.convert(:other, :'into');

-- What undo says, in short, without ids
CREATE FUNCTION t.undo(leads bigint[], on_change text DEFAULT 'refuse') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', CASE WHEN u.account_deleted THEN 'a' END, CASE WHEN u.contact_deleted THEN 'c' END, CASE WHEN u.opportunity_deleted THEN 'o' END,
        concat_ws('/', u.fields_restored, u.members_restored, u.rows_moved_back),
        (SELECT string_agg(regexp_replace(w.message, '\d+', 'N', 'g'), ', ' ORDER BY w.message) FROM unnest(u.warnings) w),
        (SELECT string_agg(concat_ws(' ', e.status_code, r ->> 'table', regexp_replace(r ->> 'reason', '\d+', 'N', 'g')), ', ') FROM unnest(u.errors) e LEFT JOIN jsonb_array_elements(e.data) r ON true)), '; ' ORDER BY u.lead_id)
    FROM leadconv.undo_lead_conversions(leads, on_change, all_or_none => false) u $$;
-- What is not the way it was before the conversions, but for columns
CREATE FUNCTION t.left_over(before text, columns text[]) RETURNS text LANGUAGE sql AS $$
    SELECT t.difference(ARRAY(SELECT substring(s FROM '^[^{]*') || ((substring(s FROM '{.*'))::jsonb - columns)::text FROM unnest(t.without_history(before::text[])) s WHERE s !~ '^crm.lead_field_mapping'),
        ARRAY(SELECT substring(s FROM '^[^{]*') || ((substring(s FROM '{.*'))::jsonb - columns)::text FROM unnest(t.without_history(t.state('{crm}'))) s WHERE s !~ '^crm.lead_field_mapping')) $$;
SAVEPOINT s;
SELECT is(t.undo(ARRAY[:old, :new, :other]), '5/1/4; a c o 0/0/5; 2/0/0', 'nothing altered');
SELECT is(t.left_over(:'before', '{}'), NULL, '... all as it was');
ROLLBACK TO s;

-- gone, and called otherwise
SELECT leadconv.unmap_lead_field('tier', 'account', 'tier');
ALTER TABLE crm.account DROP COLUMN tier, DROP COLUMN extra;
ALTER TABLE crm.lead DROP COLUMN tier;
ALTER TABLE crm.campaign_member DROP COLUMN colour;
ALTER TABLE crm.content_document_link DROP COLUMN colour;
SELECT is(t.undo(ARRAY[:old, :new, :other]), '4/1/4 field "tier" of account is not there any more; a c o 0/0/5; 2/0/0', 'columns that are gone, of records and rows');
SELECT is(t.left_over(:'before', '{tier,extra,colour}'), NULL, '... all the rest as it was');
SELECT is((SELECT string_agg(DISTINCT l.status_code, ',') FROM t.look(jsonb_build_object('lead_id', :old)) l WHERE l.status_code IS NOT NULL), NULL, '... and can be converted again');
ROLLBACK TO s;
SELECT leadconv.unmap_lead_field('tier', 'account', 'tier');
ALTER TABLE crm.account RENAME COLUMN tier TO class;
SELECT is(t.undo(ARRAY[:old, :new]), '4/1/4 field "tier" of account is not there any more; a c o 0/0/5', 'a column that has another name');
SELECT is(t.get('account', :a, 'class'), 'gold', '... keeps its value');
ROLLBACK TO s;

-- of other types: that can hold what was
SELECT leadconv.unmap_lead_field('since', 'account', 'since'), leadconv.unmap_lead_field('tier', 'account', 'tier');
ALTER TABLE crm.account ALTER COLUMN since TYPE timestamp, ALTER COLUMN tier TYPE varchar(10);
ALTER TABLE crm.campaign_member ALTER COLUMN colour TYPE varchar(10);
SELECT is(t.undo(ARRAY[:old, :new, :other]), '5/1/4; a c o 0/0/5; 2/0/0', 'types that take the same values');
ROLLBACK TO s;
-- ... and that cannot: with one conversion, and several in a call
SELECT leadconv.unmap_lead_field('tier', 'account', 'tier');
ALTER TABLE crm.account ALTER COLUMN tier TYPE integer USING length(tier);
SELECT t.dump() AS altered \gset
SELECT is(t.undo(ARRAY[:old]), '0/0/0 UNDO_BLOCKED crm.account its field "tier" does not take the value that it had', 'a type that does not');
SELECT is(t.difference(:'altered', t.dump()), NULL, '... nothing is changed');
SELECT is(t.undo(ARRAY[:old, :new, :other]), '0/0/0 UNDO_BLOCKED crm.account its field "tier" does not take the value that it had; a c o 0/0/5; 2/0/0', '... the others are undone');
ROLLBACK TO s;
SELECT leadconv.unmap_lead_field('tier', 'account', 'tier');
ALTER TABLE crm.account ALTER COLUMN tier TYPE integer USING length(tier);
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :old), 'LC025', NULL, '... raised');
SELECT is(t.undo(ARRAY[:old, :new], 'keep'), '4/1/4 row N of crm.account stays as it is: its field "tier" does not take the value that it had; a c o 0/0/5', '... or it stays');
SELECT is((SELECT concat_ws(' ', tier, coalesce(phone, '-'), coalesce(since::text, '-')) FROM crm.account WHERE id = :a), '4 - -', '... and the others are empty');
ROLLBACK TO s;

-- columns that must have a value by now, which they had not
SELECT leadconv.unmap_lead_field('tier', 'account', 'tier');
UPDATE crm.account SET tier = 'none' WHERE tier IS NULL;
ALTER TABLE crm.account ALTER COLUMN tier SET NOT NULL, ADD CHECK (phone IS NOT NULL OR name <> 'Old') NOT VALID;
SELECT is(t.undo(ARRAY[:old]), '0/0/0 UNDO_BLOCKED crm.account its field "tier" does not take the value that it had', 'a field that is required since');
SELECT is(t.undo(ARRAY[:old, :new], 'keep'), '3/1/4 row N of crm.account stays as it is: its field "tier" does not take the value that it had; a c o 0/0/5', '... stays');
SELECT is((SELECT concat_ws(' ', tier, phone, coalesce(since::text, '-')) FROM crm.account WHERE id = :a), 'gold 1 -', '... all of them');
ROLLBACK TO s;
-- a trigger that refuses is heard
CREATE FUNCTION t.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE check_violation USING MESSAGE = 'not this one'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON crm.account FOR EACH ROW WHEN (NEW.phone IS NULL) EXECUTE FUNCTION t.refuse();
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s, %L)', :old, 'keep'), '23514', 'not this one', 'what a trigger refuses is refused');
ROLLBACK TO s;

-- campaign members and links, likewise
ALTER TABLE crm.campaign_member ALTER COLUMN colour TYPE integer USING length(colour);
SELECT is(t.undo(ARRAY[:old, :new]), '0/0/0 UNDO_BLOCKED crm.campaign_member what it was does not fit the columns any more; a c o 0/0/5', 'a member that does not fit');
ROLLBACK TO s;
ALTER TABLE crm.campaign_member ALTER COLUMN colour TYPE integer USING length(colour);
SELECT is(t.undo(ARRAY[:old], 'keep'), '5/0/4 a row of crm.campaign_member stays as it is: what it was does not fit the columns any more', '... stays merged');
SELECT is((SELECT string_agg(concat_ws(' ', id = :kept, contact_id = :c, status), ', ') FROM crm.campaign_member), 't t Responded', '... whole');
ROLLBACK TO s;
ALTER TABLE crm.campaign_member ADD COLUMN must text;
UPDATE crm.campaign_member SET must = 'x', revision = revision - 1;
ALTER TABLE crm.campaign_member ALTER COLUMN must SET NOT NULL;
SELECT is(t.undo(ARRAY[:old], 'keep'), '5/0/4 a row of crm.campaign_member stays as it is: what it was does not fit the columns any more, row N of crm.campaign_member stays as it is: it has been changed since', 'one that misses what is required since');
ROLLBACK TO s;
ALTER TABLE crm.content_document_link ALTER COLUMN colour TYPE integer USING length(colour);
SELECT is(t.undo(ARRAY[:old]), '0/0/0 UNDO_BLOCKED crm.content_document_link what it was does not fit the columns any more', 'a link that does not fit');
SELECT is(t.undo(ARRAY[:old, :new], 'keep'), '5/1/3 a row of crm.content_document_link stays as it is: what it was does not fit the columns any more; a c o 0/0/4 a row of crm.content_document_link stays as it is: what it was does not fit the columns any more', '... stays away');
ROLLBACK TO s;

-- without revisions it is not known that a record was edited, and without the column of a list, nothing
ALTER TABLE crm.account DROP COLUMN revision;
SELECT is(t.undo(ARRAY[:old, :new, :other]), '5/1/4; a c o 0/0/5; 2/0/0', 'no revisions');
ROLLBACK TO s;
ALTER TABLE crm.task DROP COLUMN source_lead_id CASCADE;
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :new), 'LC020', 'column "source_lead_id" of related list "Tasks" does not exist', 'a list without its column');
UPDATE crm.related_list SET source_column = NULL WHERE child = 'crm.task'::regclass;
SELECT is(t.undo(ARRAY[:new]), '0/0/0 UNDO_BLOCKED crm.task it uses account N', '... of which the list knows');
SELECT is(t.undo(ARRAY[:new], 'keep'), '0/0/4 row N of crm.task stays as it is: it uses account N', '... the task stays');
ROLLBACK TO s;

-- what looks at a converted lead does so with any columns
ALTER TABLE crm.account DROP COLUMN extra;
SELECT is((SELECT string_agg(DISTINCT status_code, ' ') FROM t.look(jsonb_build_object('lead_id', :old))), 'CANNOT_UPDATE_CONVERTED_LEAD', 'a look');
SELECT * FROM finish();
ROLLBACK;
