-- Each required trigger, altered in each of its attributes: validate() reports it,
-- conversion is refused until upgrade_crm() has put it right. Likewise the functions
-- that they call, which are mended with the statement of the hint.
BEGIN;
\ir helpers.psql
SELECT * FROM no_plan();

-- A table of the user's, which is registered
CREATE TABLE t.visit (id bigint PRIMARY KEY, who bigint REFERENCES crm.lead (id), contact_id bigint);
CREATE INDEX ON t.visit (who);
SELECT lives_ok($$SELECT leadconv.register_related_list('t.visit', lead_column => 'who', contact_column => 'contact_id')$$, 'a table is registered');

-- The triggers as they are, attribute by attribute
CREATE TYPE t.trigger AS (tab regclass, name name, timing text, events text[], columns text[], level text, condition text, function text, args text[], enabled "char", is_constraint text, transition text);
CREATE VIEW t.required AS
SELECT tgrelid::regclass AS tab, tgname AS name, CASE WHEN tgtype::int & 2 > 0 THEN 'BEFORE' ELSE 'AFTER' END AS timing,
    array_remove(ARRAY[CASE WHEN tgtype::int & 4 > 0 THEN 'INSERT' END, CASE WHEN tgtype::int & 16 > 0 THEN 'UPDATE' END,
        CASE WHEN tgtype::int & 8 > 0 THEN 'DELETE' END, CASE WHEN tgtype::int & 32 > 0 THEN 'TRUNCATE' END], NULL) AS events,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = tgrelid AND attnum = ANY (tgattr)) AS columns,
    CASE WHEN tgtype::int & 1 > 0 THEN 'ROW' ELSE 'STATEMENT' END AS level,
    substring(pg_get_triggerdef(g.oid) FROM 'WHEN \((.*)\) EXECUTE') AS condition, tgfoid::regproc::text AS function,
    (string_to_array(encode(tgargs, 'escape'), '\000'))[:tgnargs] AS args, tgenabled AS enabled,
    CASE WHEN tgconstraint <> 0 THEN concat_ws(' ', CASE WHEN tgdeferrable THEN 'DEFERRABLE' END, CASE WHEN tginitdeferred THEN 'INITIALLY DEFERRED' END) END AS is_constraint,
    concat_ws(' ', 'OLD TABLE AS ' || tgoldtable, 'NEW TABLE AS ' || tgnewtable) AS transition
-- those of tables: without the one of a view, conversions go on, and person_view.sql has what is said
FROM pg_trigger g WHERE NOT tgisinternal AND tgfoid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'leadconv'::regnamespace)
    AND tgtype::int & 64 = 0;
CREATE TABLE t.right_ones AS SELECT (r.tab, r.name, r.timing, r.events, r.columns, r.level, r.condition, r.function, r.args, r.enabled, r.is_constraint, nullif(r.transition, ''))::t.trigger AS g FROM t.required r;
CREATE VIEW t.catalog AS SELECT tgrelid::regclass AS tab, tgname, tgenabled, pg_get_triggerdef(g.oid) AS definition,
    (SELECT count(*) FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = g.oid AND d.deptype = 'x') AS depends
FROM pg_trigger g WHERE NOT tgisinternal;
CREATE TABLE t.right_catalog AS SELECT * FROM t.catalog;
SELECT cmp_ok((SELECT count(*) FROM t.right_ones), '>=', 80::bigint, 'there are many triggers');
SELECT ok(EXISTS (SELECT FROM t.right_ones WHERE (g).tab = 't.visit'::regclass), '... those on a registered table, too');

-- Makes a trigger with these attributes
CREATE FUNCTION t.make(g t.trigger) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', g.name, g.tab);
    EXECUTE format('CREATE %s TRIGGER %I %s %s ON %s %s %s FOR EACH %s %s EXECUTE FUNCTION %s(%s)',
        CASE WHEN g.is_constraint IS NOT NULL THEN 'CONSTRAINT' END, g.name, g.timing,
        (SELECT string_agg(e || CASE WHEN e = 'UPDATE' AND g.columns <> '{}' THEN (SELECT ' OF ' || string_agg(quote_ident(c), ', ') FROM unnest(g.columns) c) ELSE '' END, ' OR ') FROM unnest(g.events) e),
        g.tab, g.is_constraint, 'REFERENCING ' || g.transition, g.level, 'WHEN (' || g.condition || ')', g.function,
        (SELECT string_agg(quote_literal(a), ', ') FROM unnest(g.args) a));
    EXECUTE format('ALTER TABLE %s %s TRIGGER %I', g.tab, CASE g.enabled WHEN 'O' THEN 'ENABLE' WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'DISABLE' END, g.name);
    EXECUTE format('ALTER TRIGGER %I ON %s DEPENDS ON EXTENSION leadconv', g.name, g.tab);
END $$;

-- What is said about it, and to who converts: the error, or nothing
CREATE FUNCTION t.reported(severity text) RETURNS text[] LANGUAGE sql AS $$
    SELECT ARRAY(SELECT object FROM leadconv.validate() v WHERE v.severity = $1 ORDER BY object) $$;
SELECT t.lead() AS lead \gset
CREATE FUNCTION t.refusal(lead_id bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    PERFORM leadconv.convert_lead($1);
    RAISE EXCEPTION 'done' USING ERRCODE = 'ZZ000';
EXCEPTION
    WHEN SQLSTATE 'ZZ000' THEN RETURN NULL;
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
        RETURN concat_ws(' | ', SQLSTATE, SQLERRM, hint);
END $$;
SELECT is(t.reported('error') || t.reported('warning'), '{}', 'nothing to report at first');
SELECT is(t.refusal(:lead), NULL, '... and leads are converted');
DO $$ BEGIN PERFORM t.make(g) FROM t.right_ones; END $$;
SELECT is(t.reported('error') || t.reported('warning'), '{}', 'nor when all triggers are made again as they are');

-- The alterations: what becomes of the attributes of those triggers that they fit
CREATE TABLE t.alteration (what text, problem text, altered text, fits text);
INSERT INTO t.alteration VALUES
    ('disabled', 'is disabled', '{"enabled": "D"}', 'true'),
    ('on a replica only', 'fires on a replica only', '{"enabled": "R"}', 'true'),
    ('WHEN (false)', 'has another condition', '{"condition": "false"}', '(g).level = ''ROW'''),
    ('a condition more', 'has another condition', 'jsonb_build_object(''condition'', (g).condition || '' AND false'')', '(g).condition IS NOT NULL'),
    ('a condition less', 'has another condition', '{"condition": null}', '(g).condition IS NOT NULL'),
    ('the opposite condition', 'has another condition', 'jsonb_build_object(''condition'', ''NOT ('' || (g).condition || '')'')', '(g).condition IS NOT NULL'),
    ('BEFORE', 'fires BEFORE ', '{"timing": "BEFORE"}', '(g).timing = ''AFTER'''),
    ('AFTER', 'fires AFTER ', '{"timing": "AFTER"}', '(g).timing = ''BEFORE'''),
    ('for each row', ' for each row, not ', '{"level": "ROW", "events": ["INSERT", "UPDATE", "DELETE"]}', '(g).level = ''STATEMENT'''),
    ('for each statement', ' for each statement, not ', '{"level": "STATEMENT", "condition": null}', '(g).level = ''ROW'''),
    ('one column', 'fires at an UPDATE of other columns', 'jsonb_build_object(''columns'', ARRAY[(SELECT attname FROM pg_attribute WHERE attrelid = (g).tab AND attnum = 1)])', '''UPDATE'' = ANY ((g).events) AND (g).columns = ''{}'''),
    ('all columns', 'fires at an UPDATE of other columns', '{"columns": []}', '(g).columns <> ''{}'''),
    ('another column', 'fires at an UPDATE of other columns', 'jsonb_build_object(''columns'', ARRAY[(SELECT attname FROM pg_attribute WHERE attrelid = (g).tab AND attnum = 1)])', '(g).columns <> ''{}'''),
    ('a column more', 'fires at an UPDATE of other columns', 'jsonb_build_object(''columns'', (g).columns || (SELECT attname::text FROM pg_attribute WHERE attrelid = (g).tab AND attnum = 1))', '(g).columns <> ''{}'''),
    ('an argument more', 'has other arguments', 'jsonb_build_object(''args'', (g).args || ''x''::text)', 'true'),
    ('no argument', 'has other arguments', '{"args": []}', '(g).args <> ''{}'''),
    ('another argument', 'has other arguments', '{"args": ["id"]}', '(g).args <> ''{}'''),
    ('another function', 'calls another function', '{"function": "t.pass"}', 'true'),
    ('another function of ours', 'calls another function', 'jsonb_build_object(''function'', (SELECT max(o.function) FROM t.required o WHERE o.function <> (g).function))', 'true'),
    ('a constraint trigger', 'is a constraint trigger', '{"is_constraint": "NOT DEFERRABLE"}', '(g).timing = ''AFTER'' AND (g).level = ''ROW'''),
    ('a deferrable one', 'is a constraint trigger', '{"is_constraint": "DEFERRABLE"}', '(g).timing = ''AFTER'' AND (g).level = ''ROW'''),
    ('a deferred one', 'is a constraint trigger', '{"is_constraint": "DEFERRABLE INITIALLY DEFERRED"}', '(g).timing = ''AFTER'' AND (g).level = ''ROW'''),
    ('a transition table', 'has transition tables', '{"transition": "NEW TABLE AS n"}', '(g).timing = ''AFTER'' AND (g).events IN (''{INSERT}'', ''{UPDATE}'')'),
    ('an old transition table', 'has transition tables', '{"transition": "OLD TABLE AS o"}', '(g).timing = ''AFTER'' AND (g).events IN (''{DELETE}'', ''{UPDATE}'')');
INSERT INTO t.alteration
SELECT 'also ' || e, ' fires .*, not ', format('jsonb_build_object(''events'', (g).events || %L::text, ''condition'', NULL)', e), format('NOT %L = ANY ((g).events)', e)
FROM unnest('{INSERT,UPDATE,DELETE}'::text[]) e
UNION ALL
SELECT 'not ' || e, ' fires .*, not ', format('jsonb_build_object(''events'', array_remove((g).events, %L), ''columns'', ''{}''::text[])', e),
    format('%L = ANY ((g).events) AND cardinality((g).events) > 1', e)
FROM unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) e;
CREATE FUNCTION t.pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

-- Each alteration of all triggers that it fits, at once, and of one of them alone
CREATE FUNCTION t.alter(what text, altered text, fits text, problem text, l bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    names text[];
    expression text := CASE WHEN altered LIKE '{%' THEN quote_literal(altered) || '::jsonb' ELSE altered END;
    one record;
BEGIN
    EXECUTE format('CREATE TEMP TABLE altered ON COMMIT DROP AS SELECT jsonb_populate_record(g, %s) AS g, concat((g).name, '' on '', (g).tab) AS object FROM t.right_ones WHERE %s', expression, fits);
    names := ARRAY(SELECT object FROM altered ORDER BY object);
    RETURN NEXT cmp_ok(cardinality(names), '>', 0, what || ': fits some triggers');
    PERFORM t.make(g) FROM altered;
    RETURN NEXT is(t.reported('error'), names, format('%s: each of %s is reported', what, cardinality(names)));
    RETURN NEXT is(ARRAY(SELECT DISTINCT v.problem FROM leadconv.validate() v WHERE severity = 'error' AND NOT v.problem ~ ('^required trigger.*' || $4)), '{}', '... as what it is');
    RETURN NEXT alike(t.refusal(l), 'LC023 | trigger % | Run leadconv.upgrade_crm()%', '... and conversion refused');
    RETURN NEXT alike(leadconv.upgrade_crm(), format('%% %s triggers and indexes attached', cardinality(names)), '... it is put right');
    RETURN NEXT is(ARRAY(SELECT c::text FROM t.catalog c EXCEPT SELECT c::text FROM t.right_catalog c), '{}', '... exactly');
    -- any of them is enough
    SELECT * INTO one FROM altered ORDER BY hashtext(object || what) LIMIT 1;
    PERFORM t.make(one.g);
    RETURN NEXT is(t.reported('error'), ARRAY[one.object], format('%s: %s alone is reported', what, one.object));
    RETURN NEXT alike(t.refusal(l), 'LC023 | % | Run leadconv.upgrade_crm()%', '... conversion refused');
    PERFORM leadconv.upgrade_crm();
    RETURN NEXT is(t.refusal(l), NULL, '... until it is put right');
    DROP TABLE altered;
END $$;
SELECT t.alter(what, altered, fits, problem, :lead) FROM t.alteration;
SELECT is(t.reported('error') || t.reported('warning'), '{}', 'all is as it was');

-- Those that fire always must, and others may
DO $$ BEGIN PERFORM t.make(jsonb_populate_record(g, '{"enabled": "A"}')) FROM t.right_ones; END $$;
SELECT is(t.reported('error') || t.reported('warning'), '{}', 'all may fire always');
SELECT is(t.refusal(:lead), NULL, '... conversion likewise');
DO $$ BEGIN PERFORM t.make(jsonb_populate_record(g, '{"enabled": "O"}')) FROM t.right_ones; END $$;
SELECT is(t.reported('warning'), ARRAY(SELECT concat((g).name, ' on ', (g).tab) FROM t.right_ones WHERE (g).enabled = 'A' ORDER BY 1), 'a metadata trigger that does not is reported');
SELECT is(leadconv.upgrade_crm() ~ format(' %s triggers', (SELECT count(*) FROM t.right_ones WHERE (g).enabled = 'A')), true, '... and put right');
DO $$ DECLARE g record; BEGIN FOR g IN SELECT tab, name FROM t.required LOOP EXECUTE format('DROP TRIGGER %I ON %s', g.name, g.tab); END LOOP; END $$;
SELECT is(t.reported('error'), ARRAY(SELECT concat((g).name, ' on ', (g).tab) FROM t.right_ones ORDER BY 1), 'dropped: each is reported');
SELECT alike(t.refusal(:lead), 'LC023 | %is missing | Run leadconv.upgrade_crm()%', '... conversion refused');
SELECT alike(leadconv.upgrade_crm(), format('%% %s triggers%%', (SELECT count(*) FROM t.right_ones)), '... all are put right');
SELECT is(ARRAY(SELECT c::text FROM t.catalog c EXCEPT SELECT c::text FROM t.right_catalog c), '{}', '... exactly');

-- The functions that they call, altered one by one
CREATE ROLE lc_t_meddler SUPERUSER;
CREATE FUNCTION t.state_of(function text) RETURNS text LANGUAGE sql AS $$
    SELECT (prolang, probin, prosrc, prosecdef, proconfig, proowner, proname)::text FROM pg_proc WHERE oid = function::regproc $$;
CREATE FUNCTION t.alter_function(function text, what text, statement text, problem text, l bigint) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    before text := t.state_of(function);
    refusal text;
BEGIN
    EXECUTE replace(statement, '@', function);
    refusal := t.refusal(l);
    RETURN NEXT matches(refusal, format('^LC023 \| function %s\(\) %s', function, problem), format('%s, %s: conversion is refused', function, what));
    RETURN NEXT is(t.reported('error'), ARRAY['function ' || function || '()'], '... reported');
    RETURN NEXT ok(leadconv.upgrade_crm() ~ ' 0 triggers', '... upgrade_crm() leaves it to the owner of the extension');
    EXECUTE substring(refusal FROM 'Run (.*?)(; as the owner of the extension)?\.$');
    RETURN NEXT is(t.state_of(function), before, '... the statement in the hint puts it right');
    RETURN NEXT is(t.refusal(l), NULL, '... and leads are converted');
    RETURN NEXT is(t.reported('error') || t.reported('warning'), '{}', '... nothing to report');
END $$;
SELECT t.alter_function(f, what, statement, problem, :lead)
FROM (SELECT DISTINCT (g).function FROM t.right_ones) r (f),
    (VALUES ('another symbol', 'CREATE OR REPLACE FUNCTION @() RETURNS trigger LANGUAGE C AS ''$libdir/leadconv'', ''leadconv_is_blank''', 'is not the one of the extension'),
        ('another library', 'UPDATE pg_proc SET probin = ''$libdir/other'' WHERE oid = ''@''::regproc', 'is not the one of the extension'),
        ('another language', 'CREATE OR REPLACE FUNCTION @() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NEW; END''', 'is not the one of the extension'),
        ('SECURITY DEFINER', 'ALTER FUNCTION @() SECURITY DEFINER', 'is SECURITY DEFINER'),
        ('a setting', 'ALTER FUNCTION @() SET work_mem = ''64kB''', 'has settings of its own'),
        ('an owner', 'ALTER FUNCTION @() OWNER TO lc_t_meddler', 'does not belong to the owner of the extension')) a (what, statement, problem)
ORDER BY 1;

SELECT * FROM finish();
ROLLBACK;
