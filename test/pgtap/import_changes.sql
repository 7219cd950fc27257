-- leadconv.import_records(): what has been changed here since the import is neither
-- lost nor in the way
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(42);

CREATE FUNCTION t.accounts(phone text, website text DEFAULT 'w', conflict text DEFAULT 'keep') RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    CREATE TEMP TABLE s ON COMMIT DROP AS SELECT '001A'::text AS "Id", 'Acme'::text AS "Name", accounts.phone AS "Phone", accounts.website AS "Website", '10'::text AS "NumberOfEmployees", '1000.5'::text AS "AnnualRevenue";
    SELECT * INTO r FROM leadconv.import_records('Account', 's', on_conflict => conflict);
    DROP TABLE s;
    RETURN ARRAY[format('%s %s %s %s', r.inserted, r.updated, r.unchanged, r.conflicts)] || r.notes;
END $$;
CREATE FUNCTION t.now() RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' ', phone, website, number_of_employees) FROM crm.account WHERE external_id = '001A' $$;
CREATE FUNCTION t.base() RETURNS jsonb LANGUAGE sql AS $$ SELECT fields FROM crm.import_base WHERE object = 'account' AND record_id = (SELECT id FROM crm.account WHERE external_id = '001A') $$;

SELECT is(t.accounts(NULL), '{1 0 0 0}', 'an account without a phone');
SELECT is(t.base(), NULL, 'nothing is noted of it');

-- a conversion fills it
SELECT ok((t.convert(t.lead('{"phone": "555"}'), jsonb_build_object('account_id', id))).success, 'a lead is converted into it') FROM crm.account WHERE external_id = '001A';
SELECT is(t.now(), '555 w 10', '... and fills the phone');
SELECT is(t.accounts(NULL), '{0 0 1 0}', 'the same export');
SELECT is(t.now(), '555 w 10', '... does not erase it');
SELECT is(t.accounts('777'), ARRAY['0 0 1 1', 'record 001A: phone was changed to "555" here and to "777" in "s"; what is here was kept'], 'an export with another phone: a conflict');
SELECT is(t.now(), '555 w 10', '... what is here is kept');
SELECT is(t.accounts('777'), ARRAY['0 0 1 1', 'record 001A: phone was changed to "555" here and to "777" in "s"; what is here was kept'], '... and told again');
SELECT is(t.accounts('777', 'w', 'overwrite'), ARRAY['0 1 0 1', 'record 001A: phone was changed to "555" here and to "777" in "s"; what is here was overwritten'], 'overwritten, if so wanted');
SELECT is(t.now(), '777 w 10', '... it is as there');
SELECT is(t.base(), NULL, '... and forgotten');

-- edits
UPDATE crm.account SET website = 'here', number_of_employees = 11 WHERE external_id = '001A';
SELECT is(t.base(), '{"website": "w", "number_of_employees": "10"}', 'an edit: the old values of what it changed are noted');
UPDATE crm.account SET website = 'again' WHERE external_id = '001A';
SELECT is(t.base(), '{"website": "w", "number_of_employees": "10"}', '... once');
SELECT is(t.accounts('888'), '{0 1 0 0}', 'the export has another phone, and the same website');
SELECT is(t.now(), '888 again 11', '... which gets the phone');
SELECT is(t.base(), '{"website": "w", "number_of_employees": "10"}', '... what was changed here is still known');
SELECT is(t.accounts('888', 'again'), '{0 0 1 0}', 'changed there to what it is here: no conflict');
SELECT is(t.base(), '{"number_of_employees": "10"}', '... and settled');
SELECT is(t.accounts('888', 'there'), '{0 1 0 0}', 'so it follows the export');
SELECT is(t.now(), '888 there 11', '... again');
UPDATE crm.account SET number_of_employees = 10 WHERE external_id = '001A';
SELECT is(t.accounts('888', 'there'), '{0 0 1 0}', 'changed back here');
SELECT is(t.base(), NULL, '... is as if never changed');
UPDATE crm.account SET phone = NULL WHERE external_id = '001A';
SELECT is(t.accounts('888', 'there'), '{0 0 1 0}', 'emptied here');
SELECT is(t.now(), 'there 10', '... it stays empty');
SELECT is(t.accounts(NULL, 'there'), '{0 0 1 0}', 'emptied there, too');
SELECT is(t.base(), NULL, '... that is settled');
SELECT is(t.accounts('1', 'there'), '{0 1 0 0}', '... and a new value comes in');

-- values that settings change
ALTER TABLE crm.account ADD day date, ADD at timestamptz, ADD list text[];
SET LOCAL datestyle = 'ISO, DMY';
SELECT is((t.import('Account', '{Id,Day,At,List}', '[{"Id": "001A", "Day": "2026-01-02", "At": "2026-01-02T03:04:05Z", "List": "a;b"}]'))[1], '1 0 1 0 0', 'a day, a time and a list');
SET LOCAL datestyle = 'SQL, DMY';
SET LOCAL timezone = 'Asia/Tokyo';
UPDATE crm.account SET day = '03/02/2026', at = now(), list = '{c}' WHERE external_id = '001A';
SELECT is(t.base(), '{"day": "2026-01-02", "at": "2026-01-02T03:04:05+00:00", "list": "{a,b}"}', '... are noted in one form');
SET LOCAL timezone = 'America/New_York';
SET LOCAL datestyle = 'German';
SELECT is((t.import('Account', '{Id,Day,At,List}', '[{"Id": "001A", "Day": "2026-01-02", "At": "2026-01-02T03:04:05Z", "List": "a;b"}]'))[1], '1 0 0 1 0', '... and recognised whatever the settings');
SET LOCAL datestyle = 'ISO';

-- what nobody edited, and what is gone
UPDATE crm.account SET phone = phone WHERE external_id = '001A';
SELECT is((SELECT count(*)::int FROM crm.import_base), 1, 'an update that changes nothing notes nothing');
INSERT INTO crm.account (name) VALUES ('local');
UPDATE crm.account SET name = 'x' WHERE name = 'local';
SELECT is((SELECT count(*)::int FROM crm.import_base), 1, 'nor does one of a record that was not imported');
SELECT is((t.import('Account', '{Id,Name,ParentId}', '[{"Id": "001B", "Name": "B", "ParentId": "001Z"}]'))[1], '1 1 0 0 1', 'a record that waits for another');
DELETE FROM crm.account WHERE external_id IN ('001A', '001B');
SELECT is((SELECT count(*)::int FROM crm.import_base) + (SELECT count(*)::int FROM crm.import_reference), 0, 'what is noted goes with the record');

-- tasks that a conversion moves, references
SELECT t.lead('{"external_id": "00QA"}') AS l \gset
SELECT is((t.import('Task', '{Id,WhoId,Subject}', '[{"Id": "00T1", "WhoId": "00QA", "Subject": "a"}]'))[1], '1 1 0 0 0', 'a task');
SELECT ok((t.convert(:l)).success, '... of a lead that is converted');
SELECT is((SELECT count(*)::int FROM crm.import_base), 0, '... leaves nothing in crm.import_base');
UPDATE crm.task SET subject = 'mine', owner_id = t.new('app_user', '{"name": "Ann"}') WHERE external_id = '00T1';
SELECT is((t.import('Task', '{Id,WhoId,Subject,Description}', '[{"Id": "00T1", "WhoId": "00QA", "Subject": "a", "Description": "d"}]'))[1], '1 0 1 0 0', 'an edit of the task');
SELECT is((SELECT (lead_id, contact_id IS NOT NULL, subject, description)::text FROM crm.task WHERE external_id = '00T1'), '(,t,mine,d)', '... stays, as does its place');

SELECT t.fails($$SELECT leadconv.import_records('Account', 'pg_class', on_conflict => 'maybe')$$, 'LC003', 'argument "on_conflict" cannot be "maybe"', 'what is no choice');
CREATE ROLE lc_t_importer;
SELECT leadconv.grant_role_privileges('lc_t_importer', 'integration');
SET LOCAL ROLE lc_t_importer;
SELECT throws_ok('SELECT * FROM crm.import_base', '42501', NULL, 'the old values are for the owner only');

SELECT * FROM finish();
ROLLBACK;
