-- leadconv.import_records(): what is wrong with rows is told in full, or they are put
-- aside; dates, numbers and values of lists
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(47);

CREATE FUNCTION t.staged(columns text[], records jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.staging;
    EXECUTE (SELECT format('CREATE TEMP TABLE staging (%s)', string_agg(format('%I text', c), ', ' ORDER BY n)) FROM unnest(columns) WITH ORDINALITY u (c, n));
    INSERT INTO staging SELECT x.* FROM jsonb_array_elements(records) WITH ORDINALITY e (value, n), jsonb_populate_record(NULL::staging, e.value) x ORDER BY n;
END $$;
CREATE FUNCTION t.rejects() RETURNS text[] LANGUAGE sql AS $$ SELECT array_agg(concat_ws(' | ', row_number, external_id, array_to_string(reasons, ' & ')) ORDER BY id) FROM crm.import_reject $$;

SELECT t.staged('{Id,LastName,City,NumberOfEmployees,EmailBouncedDate}', jsonb_build_array(
    '{"Id": "1", "LastName": "good", "NumberOfEmployees": "5"}'::jsonb,
    jsonb_build_object('Id', '2', 'City', repeat('x', 41), 'NumberOfEmployees', 'many', 'EmailBouncedDate', 'never'),
    '{"Id": "3", "LastName": "dup"}'::jsonb, '{"Id": "3", "LastName": "dup"}'::jsonb, '{"LastName": "nobody"}'::jsonb,
    '{"Id": "4", "LastName": "also good", "EmailBouncedDate": "2026-01-02T03:04:05Z"}'::jsonb, '{"Id": "5", "LastName": "five", "NumberOfEmployees": "few"}'::jsonb));

-- all or nothing, with all reasons
SELECT throws_ok($$SELECT leadconv.import_records('Lead', 'staging')$$, 'LC001', '"staging" has rows without an id', 'all or nothing');
CREATE FUNCTION t.detail(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    EXECUTE query;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN detail;
END $$;
SELECT is(regexp_replace(t.detail($$SELECT leadconv.import_records('Lead', 'staging')$$), 'x{40,}', 'x', 'g'), E'Column "Id" is empty there.
record 3 is 2 times in "staging"
record 3 is 2 times in "staging"
record 2: column "NumberOfEmployees" cannot be imported into lead.number_of_employees: Value "many" is not a valid integer: invalid input syntax for type integer: "many".
record 5: column "NumberOfEmployees" cannot be imported into lead.number_of_employees: Value "few" is not a valid integer: invalid input syntax for type integer: "few".
record 2: column "EmailBouncedDate" cannot be imported into lead.email_bounced_date: Value "never" is not a valid timestamp with time zone: invalid input syntax for type timestamp with time zone: "never".
record 2: column "LastName" is required for lead.last_name
record 2: column "City" is too long for lead.city: Value "x" has 41 characters, 40 fit.', '... with all reasons');
SELECT is((SELECT count(*)::int FROM crm.lead), 0, '... and nothing is imported');

-- put aside
SELECT is((SELECT (rows_read, inserted, updated, unchanged, rejected)::text FROM leadconv.import_records('Lead', 'staging', on_error => 'reject')), '(7,2,0,0,5)', 'bad rows are put aside, the others imported');
SELECT is((SELECT array_agg(last_name::text ORDER BY id) FROM crm.lead), '{good,"also good"}', '... these');
SELECT is((SELECT array_agg(concat_ws(' ', row_number, external_id, cardinality(reasons)) ORDER BY id) FROM crm.import_reject), '{"2 2 4","3 3 1","4 3 1","5 1","7 5 1"}', '... with their number and all reasons');
SELECT is((SELECT (object, source, row ->> 'City' = repeat('x', 41), created_date = now(), created_by_role = current_user)::text FROM crm.import_reject WHERE external_id = '2'), '(lead,staging,t,t,t)', '... and the row');
SELECT is((SELECT (rows_read, inserted, updated, unchanged, rejected)::text FROM leadconv.import_records('Lead', 'staging', on_error => 'reject')), '(7,0,0,2,5)', 'again');
DELETE FROM crm.import_reject;

-- what constraints and triggers have against rows
ALTER TABLE crm.lead ADD CONSTRAINT no_cats CHECK (company <> 'Cats');
CREATE FUNCTION t.no_dogs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no dogs'; END $$;
CREATE TRIGGER no_dogs BEFORE INSERT OR UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.company = 'Dogs') EXECUTE FUNCTION t.no_dogs();
SELECT t.staged('{Id,LastName,Company}', (SELECT jsonb_agg(jsonb_build_object('Id', (100 + i)::text, 'LastName', i::text, 'Company', CASE i WHEN 3 THEN 'Cats' WHEN 17 THEN 'Dogs' ELSE 'Birds' END)) FROM generate_series(1, 20) i));
SELECT is((SELECT (rows_read, inserted, rejected, notes)::text FROM leadconv.import_records('Lead', 'staging', on_error => 'reject')), '(20,18,2,{})', 'rows that a constraint and a trigger refuse');
SELECT is(t.rejects()::text ~ 'no_cats' AND t.rejects()::text ~ '117 \| no dogs', true, '... are put aside, too');
UPDATE staging SET "Company" = CASE "Id" WHEN '105' THEN 'Cats' ELSE 'Fish' END WHERE "Id" IN ('105', '106');
DELETE FROM crm.import_reject;
SELECT is((SELECT (rows_read, inserted, updated, unchanged, rejected)::text FROM leadconv.import_records('Lead', 'staging', on_error => 'reject')), '(20,0,1,16,3)', '... also when they are updated');
SELECT throws_ok($$SELECT leadconv.import_records('Lead', 'staging')$$, '23514', NULL, 'without on_error, they end the import');
DELETE FROM crm.import_reject;

-- references
SELECT t.new('campaign', '{"name": "Fair", "external_id": "c1"}') AS fair \gset
SELECT t.staged('{Id,CampaignId,LeadId}', '[{"Id": "m1", "CampaignId": "c1", "LeadId": "1"}, {"Id": "m2", "CampaignId": "c9", "LeadId": "1"}, {"Id": "m3", "LeadId": "4"}, {"Id": "m4", "CampaignId": "c1", "LeadId": "nobody"}]');
SELECT is((SELECT (rows_read, inserted, rejected)::text FROM leadconv.import_records('CampaignMember', 'staging', on_error => 'reject')), '(4,1,3)', 'references that rows cannot do without');
SELECT is(array_to_string((t.rejects())[1:2], E'\n'), E'2 | m2 | record m2: column "CampaignId" refers to no record of crm.campaign: No record has external_id "c9".\n3 | m3 | record m3: column "CampaignId" refers to no record of crm.campaign: The value is empty.', '... are reasons');
DELETE FROM crm.import_reject;

-- dates
SELECT t.staged('{Id,Name,StageName,CloseDate}', '[{"Id": "o1", "Name": "o", "StageName": "Qualification", "CloseDate": "31.12.2026"}, {"Id": "o2", "Name": "o", "StageName": "Qualification", "CloseDate": "1/2/2026"}]');
SELECT t.fails($$SELECT leadconv.import_records('Opportunity', 'staging')$$, 'LC018', 'record o1: column "CloseDate" cannot be imported', 'a date is ISO');
SELECT is((SELECT inserted FROM leadconv.import_records('Opportunity', 'staging', date_style => 'DMY')), 2::bigint, '... unless it is said what it is');
SELECT is((SELECT array_agg(close_date ORDER BY external_id) FROM crm.opportunity), '{2026-12-31,2026-02-01}', '... day, month, year');
SELECT is((SELECT (updated, rejected)::text FROM leadconv.import_records('Opportunity', 'staging', date_style => 'MDY', on_error => 'reject')), '(1,1)', '... or month, day, year');
SELECT is((SELECT array_agg(close_date ORDER BY external_id) FROM crm.opportunity), '{2026-12-31,2026-01-02}', '... which there is not always');
DELETE FROM crm.import_reject;
SELECT t.staged('{Id,Name,StageName,CloseDate}', (SELECT jsonb_agg(jsonb_build_object('Id', 'p' || n, 'Name', 'o', 'StageName', 'Qualification', 'CloseDate', d)) FROM unnest('{today,infinity,-infinity,now, today,TOMORROW,2026-13-01,20261231,2026-02-28}'::text[]) WITH ORDINALITY u (d, n)));
SELECT is((SELECT (inserted, rejected)::text FROM leadconv.import_records('Opportunity', 'staging', on_error => 'reject')), '(1,8)', 'what is no day of the calendar is refused');
SELECT is((SELECT array_agg(close_date) FROM crm.opportunity WHERE external_id ~ '^p'), '{2026-02-28}', '... and nothing else');
DELETE FROM crm.import_reject;
SELECT t.staged('{Id,LastName,EmailBouncedDate}', '[{"Id": "6", "LastName": "x", "EmailBouncedDate": "2.1.2026 03:04"}, {"Id": "7", "LastName": "x", "EmailBouncedDate": "2026-01-02 03:04:05+02"}]');
SELECT is((SELECT inserted FROM leadconv.import_records('Lead', 'staging', locale => 'de_DE')), 2::bigint, 'a time of day, with a locale');
SELECT is((SELECT array_agg(email_bounced_date AT TIME ZONE 'UTC' ORDER BY external_id) FROM crm.lead WHERE external_id IN ('6', '7')), '{"2026-01-02 03:04:00","2026-01-02 01:04:05"}', '... is UTC unless it says');

-- numbers
SELECT t.staged('{Id,Name,AnnualRevenue,NumberOfEmployees}', '[{"Id": "a1", "Name": "a", "AnnualRevenue": "$1,234.50", "NumberOfEmployees": "1,000"}]');
SELECT t.fails($$SELECT leadconv.import_records('Account', 'staging')$$, 'LC018', 'record a1: column "AnnualRevenue" cannot be imported', 'signs of currencies and thousands');
SELECT is((SELECT inserted FROM leadconv.import_records('Account', 'staging', locale => 'en')), 1::bigint, '... are understood with a locale');
SELECT is((SELECT (annual_revenue, number_of_employees)::text FROM crm.account WHERE external_id = 'a1'), '(1234.50,1000)', '... with a point');
UPDATE staging SET "AnnualRevenue" = '1.234,56 €', "NumberOfEmployees" = '2.000';
SELECT is((SELECT updated FROM leadconv.import_records('Account', 'staging', locale => 'de')), 1::bigint, '... or');
SELECT is((SELECT (annual_revenue, number_of_employees)::text FROM crm.account WHERE external_id = 'a1'), '(1234.56,2000)', '... with a comma');
UPDATE staging SET "AnnualRevenue" = 'CHF 1''234.50';
SELECT is((SELECT updated FROM leadconv.import_records('Account', 'staging', locale => 'de_CH')), 1::bigint, '... or as in Switzerland');
UPDATE staging SET "AnnualRevenue" = 'NaN', "NumberOfEmployees" = NULL;
SELECT t.fails($$SELECT leadconv.import_records('Account', 'staging')$$, 'LC018', 'record a1: column "AnnualRevenue" cannot be imported', 'NaN is no number');
UPDATE staging SET "AnnualRevenue" = 'Infinity';
SELECT t.fails($$SELECT leadconv.import_records('Account', 'staging')$$, 'LC018', 'record a1: column "AnnualRevenue" cannot be imported', 'nor is Infinity');
SELECT t.fails($$SELECT leadconv.import_records('Account', 'staging', locale => 'german')$$, 'LC003', 'argument "locale" cannot be "german"', 'no locale');
SELECT t.fails($$SELECT leadconv.import_records('Account', 'staging', date_style => 'YDM')$$, 'LC003', 'argument "date_style" cannot be "YDM"', 'no order of dates');

-- values of lists
SELECT t.staged('{Id,LastName,Status}', '[{"Id": "8", "LastName": "x", "Status": "Warm"}, {"Id": "9", "LastName": "x", "Status": "Working - Contacted"}]');
SELECT throws_like($$SELECT leadconv.import_records('Lead', 'staging', unknown_values => 'refuse')$$, 'record 8: "Warm" is not in crm.lead_status', 'a status that there is not can be refused');
SELECT is((SELECT (inserted, rejected)::text FROM leadconv.import_records('Lead', 'staging', unknown_values => 'refuse', on_error => 'reject')), '(1,1)', '... or its rows put aside');
SELECT is((SELECT (inserted, notes)::text FROM leadconv.import_records('Lead', 'staging')), '(1,"{""added to crm.lead_status: \\""Warm\\""""}")', '... or added');

-- columns that follow from others
SELECT t.staged('{Id,Name,StageName,CloseDate,Amount}', '[{"Id": "q1", "Name": "o", "StageName": "Closed Won", "CloseDate": "2026-05-06", "Amount": "200"}, {"Id": "q2", "Name": "o", "StageName": "Qualification", "CloseDate": "2026-05-06", "Amount": "200"}]');
SELECT is((SELECT inserted FROM leadconv.import_records('Opportunity', 'staging')), 2::bigint, 'opportunities without the columns that follow from the stage');
SELECT is((SELECT array_agg((o.is_closed, o.is_won, o.probability = s.default_probability, o.forecast_category = s.forecast_category, o.expected_revenue = o.amount * o.probability / 100, o.fiscal)::text ORDER BY o.external_id)
        FROM crm.opportunity o JOIN crm.opportunity_stage s ON s.api_name = o.stage_name WHERE o.external_id ~ '^q'), '{"(t,t,t,t,t,\"2026 2\")","(f,f,t,t,t,\"2026 2\")"}', '... have them');
SELECT is((t.import('Task', '{Id,Subject,Status,Priority}', '[{"Id": "t1", "Subject": "a", "Status": "Completed", "Priority": "High"}]'))[1], '1 1 0 0 0', 'a task');
SELECT is((SELECT (is_closed, is_high_priority, completed_date_time IS NOT NULL)::text FROM crm.task WHERE external_id = 't1'), '(t,t,t)', '... likewise');

-- rows that do not fit into memory
SET LOCAL work_mem = '64kB';
CREATE TEMP TABLE many AS SELECT 'x' || i AS "Id", 'many ' || i AS "LastName", CASE WHEN i % 500 = 0 THEN 'few' ELSE '1' END AS "NumberOfEmployees", repeat('x', 100) AS "Description" FROM generate_series(1, 2000) i;
SELECT is((SELECT (inserted, updated, unchanged, rejected)::text FROM leadconv.import_records('Lead', 'many', on_error => 'reject')), '(1996,0,0,4)', 'rows that go to disk');
UPDATE many SET "LastName" = 'x' WHERE "Id" IN ('x1', 'x2');
SELECT is((SELECT (inserted, updated, unchanged, rejected)::text FROM leadconv.import_records('Lead', 'many', on_error => 'reject')), '(0,2,1994,4)', '... also when they are there');
SELECT is((SELECT array_agg(DISTINCT id - lag) FROM (SELECT id, lag(id) OVER (ORDER BY substr(external_id, 2)::int) FROM crm.lead WHERE external_id ~ '^x') x WHERE lag IS NOT NULL), '{1}', '... and keep their order');

-- privileges
CREATE ROLE lc_t_import;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_import;
SELECT format('GRANT EXECUTE ON FUNCTION %s TO lc_t_import', 'leadconv.import_records'::regproc) \gexec
GRANT SELECT, INSERT ON crm.contact TO lc_t_import;
SELECT t.staged('{Id,LastName,AccountId,OwnerId}', '[{"Id": "c1", "LastName": "x", "OwnerId": "005Z"}]');
CREATE TABLE t.staged AS TABLE staging;
CREATE FUNCTION t.told(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLERRM, detail, hint);
END $$;
SET LOCAL ROLE lc_t_import;
SELECT is(t.told($$SELECT leadconv.import_records('Contact', 't.staged')$$), 'permission denied to import into crm.contact | Role "lc_t_import" lacks SELECT on t.staged, UPDATE on crm.contact, SELECT on crm.account, SELECT on crm.app_user. | Run GRANT SELECT ON t.staged TO lc_t_import; GRANT UPDATE ON crm.contact TO lc_t_import; GRANT SELECT ON crm.account TO lc_t_import; GRANT SELECT ON crm.app_user TO lc_t_import; the profile integration of leadconv.grant_role_privileges() has all that imports need.', 'missing privileges are told at once');
RESET ROLE;
GRANT SELECT ON t.staged, crm.account, crm.app_user TO lc_t_import;
GRANT UPDATE ON crm.contact TO lc_t_import;
SET LOCAL ROLE lc_t_import;
SELECT is(t.told($$SELECT leadconv.import_records('Contact', 't.staged')$$), 'permission denied to add to crm.app_user what the import into crm.contact needs | Role "lc_t_import" lacks INSERT on crm.app_user. | Run GRANT INSERT ON crm.app_user TO lc_t_import; or add the values that are missing first.', '... and those that only some imports need');
RESET ROLE;
GRANT INSERT ON crm.app_user TO lc_t_import;
SET LOCAL ROLE lc_t_import;
SELECT is(t.told($$SELECT leadconv.import_records('Contact', 't.staged', on_error => 'reject')$$), 'none', 'with them, it imports');
SELECT is((SELECT (inserted, updated, unchanged)::text FROM leadconv.import_records('Contact', 't.staged')), '(0,0,1)', '... and again');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
