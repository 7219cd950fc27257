-- leadconv.report() and leadconv.field_mapping_report()
BEGIN;
\ir helpers.psql
SELECT plan(33);
SET LOCAL timezone = 'Pacific/Auckland';

-- A report as text, without bars
CREATE FUNCTION t.report(name text, from_date date DEFAULT NULL, to_date date DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', label, value, rate), ', ' ORDER BY n) FROM leadconv.report(name, from_date, to_date) WITH ORDINALITY AS x (label, value, rate, bar, n)
$$;
CREATE FUNCTION t.names() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT unnest('{funnel,sources,owners,months,conversions,time_to_conversion,time_to_conversion_by_source,time_to_conversion_by_owner,time_to_conversion_by_month}'::text[])
$$;
SELECT is((SELECT string_agg(concat(n, ' ', t.report(n), t.report(n, '2026-01-01', '2026-02-01')), ', ') FROM t.names() n WHERE t.report(n) IS NOT NULL), NULL, 'empty tables');
SELECT throws_ok('SELECT * FROM leadconv.report(''tunnel'')', '22023', 'there is no report ''tunnel''', 'unknown name');
SELECT throws_ok('SELECT * FROM leadconv.report(NULL)', '22023', 'there is no report ''''', 'no name');
CREATE FUNCTION t.hint() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM * FROM leadconv.report('tunnel');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS result = PG_EXCEPTION_HINT;
    RETURN result;
END $$;
SELECT is(t.hint(), regexp_replace((SELECT 'The reports are ' || string_agg(n, ', ') || '.' FROM t.names() n), ', ([^,]*)$', ' and \1'), '... is told all of them');

-- Ten leads of Uma and one of nobody, of which five are converted after 1, 2, 3, 4 and 10 days
INSERT INTO crm.app_user (name) VALUES ('Uma') RETURNING id AS u \gset
SELECT t.new('account', '{"name": "Globex"}') AS a \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Deal ' || i, 'account_id', :a, 'stage_name', CASE i WHEN 1 THEN 'Closed Won' ELSE 'Prospecting' END, 'close_date', '2026-06-01', 'amount', 100 * i,
    'created_date', '2026-01-31 12:00+00'::timestamptz + d * interval '1 day')) AS id, d FROM (VALUES (1, 1), (2, 2), (3, 10)) x (i, d) \g /dev/null
UPDATE crm.lead_status SET is_qualified = true WHERE api_name = 'Working - Contacted';
INSERT INTO crm.lead (last_name, company, lead_source, status, owner_id, created_date, is_converted, converted_date, converted_account_id, converted_opportunity_id)
SELECT 'L' || d, 'C', CASE WHEN d <= 4 THEN 'Web' ELSE 'Other' END, 'Closed - Converted', :u, '2026-01-31 23:59:59+00', true, '2026-01-31'::date + d, :a,
    (SELECT id FROM crm.opportunity o WHERE o.created_date::timestamptz = '2026-01-31 12:00+00'::timestamptz + d * interval '1 day')
FROM unnest(ARRAY[1, 2, 3, 4, 10]) d;
INSERT INTO crm.lead (last_name, company, lead_source, status, owner_id, created_date)
SELECT 'N' || i, 'C', CASE WHEN i > 1 THEN 'Web' END, CASE WHEN i = 2 THEN 'Working - Contacted' ELSE 'Open - Not Contacted' END, CASE WHEN i > 1 THEN :u END, '2026-02-01 00:00+00' FROM generate_series(1, 6) i;

SELECT is(t.report('funnel'), 'New lead 11, Working - Contacted 6 0.5455, Qualified 6 1.0000, Converted 5 0.8333, Opportunity 3 0.6000, Qualification 1 0.3333, Needs Analysis 1 1.0000, Value Proposition 1 1.0000, Id. Decision Makers 1 1.0000, Perception Analysis 1 1.0000, Proposal/Price Quote 1 1.0000, Negotiation/Review 1 1.0000, Won 1 1.0000', 'funnel');
SELECT is(t.report('sources'), 'Web 9 0.4444, Other 1 1.0000, (none) 1 0.0000', 'sources');
SELECT is(t.report('owners'), 'Uma 10 0.5000, (none) 1', 'owners, by rate');
SELECT is(t.report('months'), '2026-01 5 0.6000, 2026-02 6 0.0000', 'months in UTC');
SELECT is(t.report('conversions'), '2026-02 5 0.6000', 'conversions by month');
SELECT is(t.report('time_to_conversion'), 'median 3.0 0.5, 75th percentile 4.0 0.75, 90th percentile 7.6 0.9', 'time to conversion');
SELECT is(t.report('time_to_conversion_by_source'), 'Other: median 10.0 0.5, Other: 75th percentile 10.0 0.75, Other: 90th percentile 10.0 0.9, Web: median 2.5 0.5, Web: 75th percentile 3.3 0.75, Web: 90th percentile 3.7 0.9', '... by source');
SELECT is(t.report('time_to_conversion_by_owner'), 'Uma: median 3.0 0.5, Uma: 75th percentile 4.0 0.75, Uma: 90th percentile 7.6 0.9', '... by owner');
SELECT is(t.report('time_to_conversion_by_month'), '2026-02: median 3.0 0.5, 2026-02: 75th percentile 4.0 0.75, 2026-02: 90th percentile 7.6 0.9', '... by month');
-- periods, both ends included
SELECT is(t.report('months', '2026-02-01'), '2026-02 6 0.0000', 'from a day');
SELECT is(t.report('months', NULL, '2026-01-31'), '2026-01 5 0.6000', 'to a day');
SELECT is(t.report('months', '2026-01-31', '2026-01-31'), '2026-01 5 0.6000', 'of a day');
SELECT is(t.report('conversions', '2026-02-02', '2026-02-04'), '2026-02 3 0.3333', 'conversions of three days');
SELECT is(t.report('time_to_conversion', '2026-02-04', 'infinity'), 'median 7.0 0.5, 75th percentile 8.5 0.75, 90th percentile 9.4 0.9', 'time to conversion from a day');
SELECT is((SELECT string_agg(concat_ws(' ', n, t.report(n, '2026-03-01', '2026-02-01')), ', ') FROM t.names() n WHERE t.report(n, '2026-03-01', '2026-02-01') IS NOT NULL), NULL, 'no day at all');
SELECT is(t.report('FUNNEL', '2026-02-01'), t.report('funnel', '2026-02-01'), 'a name in any case');
-- bars
SELECT is((SELECT string_agg(bar, ' ') FROM leadconv.report('sources')), CASE current_setting('server_encoding') WHEN 'UTF8' THEN repeat('█', 30) || ' ███▍ ███▍' END, 'bars are relative to the longest');
SELECT is((SELECT string_agg(length(bar)::text, ' ') FROM leadconv.report('owners')), '30 0', '... of rates: no rate, no bar');
-- what a caller has made does not matter
CREATE SCHEMA mine;
CREATE FUNCTION mine.sum(bigint) RETURNS numeric LANGUAGE sql AS 'SELECT 42::numeric';
CREATE FUNCTION mine.round(numeric, integer) RETURNS numeric LANGUAGE sql AS 'SELECT 42::numeric';
CREATE FUNCTION mine.larger(bigint, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR mine.> (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = mine.larger);
SET LOCAL search_path = mine, pg_catalog, public, t;
SELECT is(t.report('sources'), 'Web 9 0.4444, Other 1 1.0000, (none) 1 0.0000', 'a search_path with functions and operators of the same name');
RESET search_path;

-- Rights
CREATE ROLE rp_report;
CREATE ROLE rp_none;
SELECT leadconv.setup_report_role('rp_report');
GRANT USAGE ON SCHEMA leadconv TO rp_none;
SET LOCAL ROLE rp_report;
SELECT is(t.report('months'), '2026-01 5 0.6000, 2026-02 6 0.0000', 'a reader of reports');
RESET ROLE;
SET LOCAL jit = on;
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
CREATE POLICY rp ON crm.lead USING (set_config('t.jit', current_setting('jit'), true) IS NOT NULL);
SET LOCAL ROLE rp_report;
SELECT is(t.report('months'), '2026-01 5 0.6000, 2026-02 6 0.0000', '... with a policy');
SELECT is(current_setting('t.jit'), 'off', 'its statement is not compiled');
SELECT is(current_setting('jit'), 'on', '... others are');
RESET ROLE;
DROP POLICY rp ON crm.lead;
ALTER TABLE crm.lead DISABLE ROW LEVEL SECURITY;
SET LOCAL ROLE rp_none;
SELECT throws_ok('SELECT * FROM leadconv.report(''months'')', '42501', NULL, 'a role without privileges');
SELECT throws_ok('SELECT * FROM leadconv.field_mapping_report()', '42501', NULL, '... nor mappings');
RESET ROLE;

-- Fields
ALTER TABLE crm.lead ADD COLUMN "Odd ""Name" text, ADD COLUMN budget numeric, ADD COLUMN vip boolean, ADD COLUMN gone integer;
ALTER TABLE crm.lead DROP COLUMN gone;
ALTER TABLE crm.opportunity ADD COLUMN budget numeric;
SELECT leadconv.map_lead_field('budget', 'opportunity', 'budget');
INSERT INTO crm.lead (last_name, company, status, created_date, is_converted, converted_date, converted_account_id, "Odd ""Name", budget, vip, title)
    SELECT 'L', 'C', 'Closed - Converted', '2026-01-31 23:59:59+00', true, '2026-01-31', :a, 'chess', 5, true, ' ';
UPDATE crm.lead SET vip = false, "Odd ""Name" = 'go', budget = 1 WHERE last_name LIKE 'N%';
SELECT is((SELECT string_agg(concat_ws(' ', lead_field, mapped_to, kept_by, filled, converted_leads, rate), ', ' ORDER BY lead_field)
    FROM leadconv.field_mapping_report() WHERE lead_field IN ('Odd "Name', 'budget', 'vip', 'title', 'lead_source', 'last_name', 'status')),
    'Odd "Name {} lead 1 6 0.1667, budget {opportunity.budget} mapped 1 6 0.1667, last_name {contact.last_name} mapped 6 6 1.0000, lead_source {account.account_source,contact.lead_source,opportunity.lead_source} mapped 5 6 0.8333, status {} conversion 6 6 1.0000, title {contact.title} mapped 0 6 0.0000, vip {} lead 1 6 0.1667',
    'fields of a lead: where they go, and how often they have a value when it was converted');
SELECT set_eq('SELECT lead_field FROM leadconv.field_mapping_report()', $$SELECT attname::text FROM pg_attribute WHERE attrelid = 'crm.lead'::regclass AND attnum > 0 AND NOT attisdropped$$, 'all columns are there');
SELECT set_eq('SELECT DISTINCT u FROM crm.lead_conversion_audit, unnest(unmapped_fields) u', 'SELECT NULL::text WHERE false', 'no conversion of ours yet');
SELECT leadconv.convert_lead(t.lead('{"vip": true, "budget": 3, "title": "CEO", "Odd \"Name": "x", "birth_date": "2000-01-01"}')) \g /dev/null
SELECT set_eq('SELECT unnest(unmapped_fields) FROM crm.lead_conversion_audit',
    $$SELECT f.lead_field FROM leadconv.field_mapping_report() f WHERE f.kept_by = 'lead' AND f.lead_field IN ('budget', 'vip', 'title', 'Odd "Name')$$,
    'the audit of a conversion names the same');
SELECT * FROM finish();
ROLLBACK;
