-- A renamed picklist value reaches all records that have it, converted leads as well,
-- whose last-modified columns say so.
BEGIN;
\ir helpers.psql
SELECT plan(31);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.lead('{"lead_source": "Web", "industry": "Energy"}') AS open \gset
SELECT t.lead('{"lead_source": "Web", "created_date": "2020-01-01", "last_modified_date": "2020-01-01"}') AS converted \gset
SELECT t.lead('{"lead_source": "Other"}') AS other \gset
SELECT t.convert(:converted) IS NOT NULL;
ALTER TABLE crm.lead DISABLE TRIGGER USER;
UPDATE crm.lead SET last_modified_date = '2020-01-01', last_modified_by_id = :ann;
ALTER TABLE crm.lead ENABLE TRIGGER USER;
SELECT set_config('leadconv.user_id', :'bob', true);

SELECT is(leadconv.rename_picklist_value('lead', 'lead_source', 'Web', 'Internet'), 2::bigint, 'the leads that have the value are counted');
SELECT is(t.get('lead', :open, 'lead_source'), 'Internet', 'an open lead has the new name');
SELECT is((SELECT concat(lead_source, ' ', is_converted) FROM crm.lead WHERE id = :converted), 'Internet t', 'a converted lead, too');
SELECT is((SELECT concat(last_modified_date = now(), ' ', last_modified_by_id) FROM crm.lead WHERE id = :converted), 't ' || :bob, '... whose last-modified columns say when and by whom');
SELECT is((SELECT concat(last_modified_date, ' ', lead_source) FROM crm.lead WHERE id = :other), '2020-01-01' || to_char('2020-01-01'::timestamptz, ' HH24:MI:SSTZH') || ' Other', 'others are not touched');
SELECT is((SELECT string_agg(v.value, ' ' ORDER BY v.id) FROM crm.picklist_value v JOIN crm.picklist_field f ON f.id = picklist_field_id WHERE (object, field) = ('lead', 'lead_source') AND v.value IN ('Web', 'Internet')), 'Internet', 'so has the list');
SELECT is((SELECT lead_source FROM crm.contact WHERE id = (SELECT converted_contact_id FROM crm.lead WHERE id = :converted)), 'Web', 'contacts have a picklist of their own');
SELECT is(leadconv.rename_picklist_value('contact', 'lead_source', 'Web', 'Internet'), 1::bigint, '... which is renamed likewise');
SELECT is(leadconv.rename_picklist_value('lead', 'industry', 'Energy', 'Energy'), 1::bigint, 'the same name again is no error');
SELECT is(leadconv.rename_picklist_value('lead', 'rating', 'Hot', 'Very hot'), 0::bigint, 'no record need have the value');
SELECT t.lead('{"rating": "Hot"}') AS late \gset
SELECT is(leadconv.rename_picklist_value('lead', 'rating', 'Hot', 'Very hot'), 1::bigint, 'once more, for a record that came later with the old name');
SELECT is(t.get('lead', :late, 'rating'), 'Very hot', '... which has the new one then');

-- statuses are renamed by their foreign key
SELECT t.get('lead', :converted, 'status') AS status \gset
ALTER TABLE crm.lead DISABLE TRIGGER USER;
UPDATE crm.lead SET last_modified_date = '2020-01-01', last_modified_by_id = :ann;
ALTER TABLE crm.lead ENABLE TRIGGER USER;
UPDATE crm.lead_status SET api_name = 'Won over' WHERE api_name = :'status';
SELECT is((SELECT concat(status, ' ', last_modified_date = now(), ' ', last_modified_by_id) FROM crm.lead WHERE id = :converted), 'Won over t ' || :bob, 'a renamed lead status reaches the converted lead and its last-modified columns');

-- what follows from a value follows from its new name
SELECT t.new('task', '{"subject": "x", "status": "Completed", "priority": "High", "completed_date_time": "2021-01-01"}') AS task \gset
SELECT is(leadconv.rename_picklist_value('task', 'status', 'Completed', 'Done'), 1::bigint, 'a task status');
SELECT is((SELECT concat(status, ' ', is_closed, ' ', completed_date_time = '2021-01-01') FROM crm.task WHERE id = :task), 'Done t t', '... a task that was completed stays so');

-- errors
SELECT t.fails('SELECT leadconv.rename_picklist_value(''lead'', ''status'', ''a'', ''b'')', 'LC003', 'there is no picklist lead.status', 'a status is no picklist');
SELECT t.fails('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Radio'', ''b'')', 'LC016', 'has no value "Radio"', 'a value that is not there');
SELECT t.fails('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Other'', ''Internet'')', 'LC017', 'has a value "Internet" already', 'a name that is taken');
SELECT t.fails('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Other'', '' '')', 'LC001', 'argument "new_value" is required', 'a blank name');
SELECT t.fails('SELECT leadconv.rename_picklist_value(''lead'', NULL, ''Other'', ''x'')', 'LC001', 'argument "field" is required', 'an argument that is NULL');
SELECT t.fails(format('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Other'', %L)', repeat('x', 256)), '22001', 'value too long', 'a name that is too long for the records', false);
INSERT INTO crm.picklist_field (object, field) VALUES ('lead', 'gone'), ('nothing', 'at_all');
SELECT t.fails('SELECT leadconv.rename_picklist_value(''lead'', ''gone'', ''a'', ''b'')', 'LC003', 'is of no column', 'a picklist without its column');
SELECT t.fails('SELECT leadconv.rename_picklist_value(''nothing'', ''at_all'', ''a'', ''b'')', 'LC023', 'nothing', '... or table');

-- a hostile name
SELECT lives_ok($$SELECT leadconv.rename_picklist_value('lead', 'lead_source', 'Other', 'it''s "; DROP')$$, 'names are values, whatever is in them');
SELECT is(t.get('lead', :other, 'lead_source'), 'it''s "; DROP', '... and are stored as they are');

-- privileges
CREATE ROLE renamer;
GRANT USAGE ON SCHEMA leadconv, crm TO renamer;
GRANT SELECT, UPDATE ON crm.picklist_value, crm.lead TO renamer;
GRANT SELECT ON crm.picklist_field, crm.lead_convert_settings TO renamer;
SET ROLE renamer;
SELECT throws_ok('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Internet'', ''Web'')', '42501', NULL, 'EXECUTE is granted to nobody');
RESET ROLE;
GRANT EXECUTE ON FUNCTION leadconv.rename_picklist_value TO renamer;
SELECT set_config('leadconv.user_id', '', true);
SET ROLE renamer;
SELECT is(leadconv.rename_picklist_value('lead', 'lead_source', 'Internet', 'Web'), 2::bigint, 'who may rename renames converted leads, too');
SELECT throws_ok(format('UPDATE crm.lead SET lead_source = ''Internet'' WHERE id = %s', :converted), 'LC005', NULL, '... and changes them in no other way');
RESET ROLE;
-- what a trigger does of its own meanwhile is no renaming
CREATE FUNCTION t.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE crm.lead SET title = 'x' WHERE is_converted; RETURN NULL; END $$;
CREATE TRIGGER meddle BEFORE UPDATE OF lead_source ON crm.lead EXECUTE FUNCTION t.meddle();
SELECT throws_ok('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Web'', ''Net'')', 'LC005', NULL, '... nor do triggers while it goes on');
DROP TRIGGER meddle ON crm.lead;
SELECT throws_ok('UPDATE crm.lead SET lead_source = ''Net'' WHERE is_converted', 'LC005', NULL, '... or after it failed');
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
SET ROLE renamer;
SELECT throws_ok('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Web'', ''Internet'')', 'LC013', NULL, 'policies would leave out rows');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
