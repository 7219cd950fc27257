-- How statements are planned: ours for large tables whenever they are planned,
-- and nobody else's.
BEGIN;
\ir helpers.psql
SELECT plan(13);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- Sequential scans of the tables that the records of a lead are in or refer to
CREATE FUNCTION t.scans() RETURNS bigint LANGUAGE sql AS $$
    SELECT sum(seq_scan)::bigint FROM pg_stat_xact_user_tables
    WHERE schemaname = 'crm' AND relname = ANY ('{lead,account,contact,opportunity,app_user,task,campaign_member}') $$;
-- Converts n new leads, one by one or in one call; returns how many sequential scans that took
CREATE FUNCTION t.scans_of(n integer, bulk boolean) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    leads bigint[];
    before bigint;
BEGIN
    WITH l AS (INSERT INTO crm.lead (last_name, company, owner_id)
        SELECT 'Rao', 'Acme ' || i, (SELECT min(id) FROM crm.app_user) FROM generate_series(1, n) i RETURNING id)
    SELECT array_agg(id) INTO leads FROM l;
    INSERT INTO crm.task (lead_id, subject) SELECT unnest(leads), 'Call';
    before := t.scans();
    IF bulk THEN
        PERFORM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(l)) FROM unnest(leads) l));
    ELSE
        PERFORM leadconv.convert_lead(l) FROM unnest(leads) l;
    END IF;
    RETURN t.scans() - before;
END $$;
CREATE FUNCTION t.first_node(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    EXECUTE 'EXPLAIN (COSTS OFF) ' || query INTO line;
    RETURN line;
END $$;

-- A query of the application, planned while the table is small
CREATE TABLE public.theirs (id bigint PRIMARY KEY);
INSERT INTO public.theirs VALUES (1), (2);
ANALYZE public.theirs;
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE theirs (bigint) AS SELECT FROM public.theirs WHERE id = $1;
SELECT t.first_node('EXECUTE theirs (1)') AS small \gset
SELECT matches(:'small'::text, 'Seq Scan', 'a query of the application, on a table of one page');
RESET plan_cache_mode;

-- The first conversions of the session, on tables that are (nearly) empty
SELECT t.scans_of(1, false) AS first_single, t.scans_of(2, true) AS first_bulk \gset
SELECT is(t.scans_of(1, false), 0::bigint, 'a conversion looks nothing up in a whole table, foreign keys included');
INSERT INTO crm.account (name) SELECT 'Old ' || i FROM generate_series(1, 3000) i;
INSERT INTO public.theirs SELECT generate_series(3, 20000);
INSERT INTO crm.contact (last_name, account_id) SELECT 'Old', min(id) FROM crm.account, generate_series(1, 3000);
SELECT is(t.scans_of(200, true), 0::bigint, 'nor does a bulk call in a session that began with empty tables');

-- what is not ours keeps its plans
SET LOCAL plan_cache_mode = force_generic_plan;
SELECT is(t.first_node('EXECUTE theirs (1)'), :'small', 'the application''s plan is as it was: nothing of it was reset');
RESET plan_cache_mode;

-- planned anew in the middle: by an index, by ANALYZE, under settings of the session
CREATE INDEX ON crm.account (rating);
CREATE INDEX ON crm.contact (department);
SELECT is(t.scans_of(1, false), 0::bigint, 'a plan that was invalidated is made in the same way');
ANALYZE crm.lead;
SELECT is(t.scans_of(50, true), 0::bigint, '... also for many');
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL enable_nestloop = off;
SELECT is(t.scans_of(3, true), 0::bigint, 'whatever the session thinks of generic plans and nested loops');
RESET enable_nestloop;
RESET plan_cache_mode;

-- What is not ours keeps its settings: a function that the planner evaluates while it plans for us
CREATE TABLE public.few (id bigint PRIMARY KEY);
INSERT INTO public.few VALUES (1), (2);
ANALYZE public.few;
CREATE FUNCTION public.look_into_few() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM FROM public.few WHERE id = 1;
    RETURN 'looked';
END $$;
ALTER TABLE crm.account ADD COLUMN looked text;
ALTER TABLE crm.account ALTER COLUMN looked SET DEFAULT public.look_into_few();
SELECT coalesce(sum(seq_scan), 0) AS seen FROM pg_stat_xact_user_tables WHERE relid = 'public.few'::regclass \gset
DISCARD PLANS;
SELECT t.lead() AS l \gset
SELECT account_id AS a FROM t.convert(:l, '{"account_record": {"site": "x"}}') \gset
SELECT is(t.get('account', :a, 'looked'), 'looked', 'a function in a default');
SELECT is((SELECT ROW(coalesce(idx_scan, 0), seq_scan > :seen) FROM pg_stat_xact_user_tables WHERE relid = 'public.few'::regclass), ROW(0::bigint, true), 'is evaluated while we plan, and planned under the session''s settings');
SELECT is(current_setting('enable_seqscan') || current_setting('random_page_cost'), 'on4', 'and those are as they were');

-- and a function that sets what we plan under, in its own ways
SET LOCAL random_page_cost = 5;
CREATE FUNCTION public.fails() RETURNS text LANGUAGE plpgsql IMMUTABLE SET random_page_cost = 3 AS $$
BEGIN
    RAISE 'it fails';
END $$;
ALTER TABLE crm.account ALTER COLUMN looked SET DEFAULT public.fails();
SELECT throws_ok($$ SELECT t.convert(t.lead(), '{"account_record": {"site": "x"}}') $$, 'P0001', 'it fails', 'a function in a default that sets a cost, and fails');
SELECT is(current_setting('enable_seqscan') || current_setting('random_page_cost'), 'on5', 'takes none of our settings with it');
CREATE OR REPLACE FUNCTION public.fails() RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM set_config('random_page_cost', '3', true);
    RETURN 'set';
END $$;
SELECT account_id AS a FROM t.convert(t.lead(), '{"account_record": {"site": "x"}}') \gset
SELECT is(t.get('account', :a, 'looked') || current_setting('enable_seqscan'), 'seton', 'nor does one that sets it for the transaction');
SELECT * FROM finish();
ROLLBACK;
