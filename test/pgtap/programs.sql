-- Compiled programs: under row security each role has one of its own; those used
-- last are kept, and nothing is compiled again while there is room.
BEGIN;
\ir helpers.psql
SELECT plan(8);

ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_leads ON crm.lead USING (true);
SELECT format('CREATE ROLE prog_%s', i) FROM generate_series(1, 33) i \gexec
SELECT format('GRANT USAGE ON SCHEMA crm, leadconv TO prog_%1$s; GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO prog_%1$s;'
              ' GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO prog_%1$s', i) FROM generate_series(1, 33) i \gexec

-- Converts a new lead as these roles, one after the other
CREATE FUNCTION t.convert_as(roles integer[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    l bigint;
    i integer;
    n integer := 0;
BEGIN
    FOREACH i IN ARRAY roles LOOP
        l := t.lead();
        PERFORM set_config('role', 'prog_' || i, true);
        n := n + (SELECT success::integer FROM leadconv.convert_lead(l));
        PERFORM set_config('role', 'none', true);
    END LOOP;
    RETURN n;
END $$;
-- The programs kept, by the order in which they were compiled
CREATE FUNCTION t.programs() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(ident, ', ' ORDER BY split_part(ident, ' ', 1)::integer)
    FROM pg_backend_memory_contexts WHERE name = 'leadconv program' $$;

SELECT is(t.convert_as('{1,2,3}'), 3, 'three roles convert');
SELECT is(t.programs(), '1 for role prog_1, 2 for role prog_2, 3 for role prog_3', '... each with a program of its own');
SELECT t.convert_as(ARRAY(SELECT generate_series(4, 25)));
SELECT t.programs() AS before \gset
SELECT is(t.convert_as(ARRAY(SELECT 1 + i % 25 FROM generate_series(1, 75) i)), 75, '25 roles convert, three times in turn');
SELECT is(t.programs(), :'before', '... and nothing is compiled again');

-- when there are too many, the one that has not been used for the longest time goes
SELECT t.convert_as(ARRAY(SELECT generate_series(26, 32)));
SELECT is(array_length(string_to_array(t.programs(), ', '), 1), 32, '32 are kept');
SELECT t.convert_as('{1,33}');
SELECT alike(t.programs(), '1 for role prog_1, 3 for role prog_3, %, 33 for role prog_33', 'the next one takes the place of the one used least recently');
SELECT is(array_length(string_to_array(t.programs(), ', '), 1), 32, '... and only of that one');

-- without row security one is enough
ALTER TABLE crm.lead DISABLE ROW LEVEL SECURITY;
SELECT t.convert_as('{33,32,31,30}');
SELECT alike(t.programs(), '%, 34', 'without row security roles share one');

SELECT * FROM finish();
ROLLBACK;
