-- crm.open_lead: its last column is the whole row, so that it can be filtered by columns of users
BEGIN;
\ir helpers.psql
SELECT plan(15);

SELECT is((SELECT attname || ' ' || format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'crm.open_lead'::regclass AND attnum > 0 ORDER BY attnum DESC LIMIT 1),
    'lead crm.lead', 'the last column');
SELECT t.lead() AS a \gset
SELECT t.lead() AS b \gset
PREPARE emea AS SELECT array_agg(id ORDER BY id) FROM crm.open_lead WHERE (lead).last_name = 'Rao' AND to_jsonb(lead) ->> 'region' = 'EMEA';
EXECUTE emea;
ALTER TABLE crm.lead ADD COLUMN region text;
UPDATE crm.lead SET region = 'EMEA' WHERE id IN (:a, :b);
SELECT results_eq('EXECUTE emea', format('SELECT %L::bigint[]', ARRAY[:a, :b]), 'a plan from before the column was added');
SELECT is((SELECT array_agg(id ORDER BY id) FROM crm.open_lead WHERE (lead).region = 'EMEA'), ARRAY[:a, :b]::bigint[], 'a new column');
SELECT is((SELECT count(*) FROM crm.open_lead WHERE (lead).id <> id OR (lead).phone IS DISTINCT FROM phone), 0::bigint, 'it is the same row');
SELECT lives_ok(format('SELECT leadconv.convert_lead(%s)', :a), 'converted');
SELECT is((SELECT array_agg(id) FROM crm.open_lead WHERE (lead).region = 'EMEA'), ARRAY[:b]::bigint[], '... is no longer in it');
ALTER TABLE crm.lead RENAME COLUMN region TO area;
SELECT is((SELECT array_agg(id) FROM crm.open_lead WHERE (lead).area = 'EMEA'), ARRAY[:b]::bigint[], 'renamed');
ALTER TABLE crm.lead ALTER COLUMN area TYPE varchar(4), ADD COLUMN score integer DEFAULT 5 NOT NULL;
SELECT is((SELECT array_agg(id) FROM crm.open_lead WHERE (lead).area = 'EMEA' AND (lead).score = 5), ARRAY[:b]::bigint[], 'of another type; a default');
SELECT lives_ok('ALTER TABLE crm.lead DROP COLUMN area', 'a column can be dropped');
SELECT throws_ok('SELECT 1 FROM crm.open_lead WHERE (lead).area IS NULL', '42703', NULL, '... and is gone');
-- a column of the same name
ALTER TABLE crm.lead ADD COLUMN lead text DEFAULT 'x';
SELECT is((SELECT (lead).lead FROM crm.open_lead WHERE id = :b), 'x', 'a column with the name of the table');
SELECT pg_get_viewdef('crm.open_lead') AS def \gset
SELECT lives_ok('CREATE OR REPLACE VIEW crm.open_lead WITH (security_invoker = true) AS ' || :'def', '... and the view can be made again, as a restore does');
SELECT is((SELECT (lead).lead FROM crm.open_lead WHERE id = :b), 'x', '... as it was');

-- Privileges are those of the caller, who needs SELECT on the table or on all of its columns
CREATE ROLE lc_t_reader;
GRANT USAGE ON SCHEMA crm TO lc_t_reader;
GRANT SELECT ON crm.open_lead TO lc_t_reader;
SELECT format('GRANT SELECT (%s) ON crm.lead TO lc_t_reader', string_agg(quote_ident(attname), ', ')) AS all_columns
FROM pg_attribute WHERE attrelid = 'crm.lead'::regclass AND attnum > 0 AND NOT attisdropped \gset
:all_columns;
SET ROLE lc_t_reader;
SELECT lives_ok('SELECT (lead).score FROM crm.open_lead', 'all columns');
RESET ROLE;
REVOKE SELECT (score) ON crm.lead FROM lc_t_reader;
SET ROLE lc_t_reader;
SELECT throws_ok('SELECT id FROM crm.open_lead', '42501', NULL, '... but for one');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
