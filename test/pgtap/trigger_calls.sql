-- Trigger functions work on the tables, events and levels that they are made for,
-- and on any other raise an error that tells nothing.
BEGIN;
\ir helpers.psql
SELECT * FROM no_plan();

-- What each function is made for, as doc/functions.md has it
CREATE TABLE t.made_for (func text, timing text, level text, events text[], args text, tables text);
INSERT INTO t.made_for VALUES
    ('set_audit_fields', 'BEFORE', 'ROW', '{INSERT,UPDATE}', '', '.'),
    ('guard_converted_lead', 'AFTER', 'ROW', '{INSERT,UPDATE}', '', '^lead$'),
    ('guard_lead_child', 'AFTER', 'ROW', '{INSERT,UPDATE}', '''lead_id''', 'see below'),
    ('forget_import', 'AFTER', 'ROW', '{DELETE}', '', '.'),
    ('release_lead_children', 'AFTER', 'ROW', '{DELETE}', '', '^lead$'),
    ('set_member_response', 'BEFORE', 'ROW', '{INSERT,UPDATE}', '', '^campaign_member$'),
    ('set_derived_fields', 'BEFORE', 'ROW', '{INSERT,UPDATE}', '', '^(opportunity|task|campaign_member)$'),
    ('track_history', 'AFTER', 'ROW', '{UPDATE}', '', '^(lead|opportunity)$'),
    ('set_lead_status', 'BEFORE', 'ROW', '{UPDATE}', '', '^lead$'),
    ('guard_person_account', 'BEFORE', 'ROW', '{UPDATE}', '', '^account$'),
    ('guard_person_contact', 'AFTER', 'ROW', '{INSERT,UPDATE,DELETE}', '', '^contact$'),
    -- on a view, and so not below; person_view.sql has what it does
    ('write_person_account', 'INSTEAD OF', 'ROW', '{INSERT,UPDATE,DELETE}', '', '^person_account$'),
    -- rules; validation_error works on any table, and rules.sql has what it says
    ('assign_owner', 'BEFORE', 'ROW', '{INSERT,UPDATE}', $$'Ann'$$, '^(lead|account|contact|opportunity|campaign|task|event)$'),
    ('assign_territory', 'BEFORE', 'ROW', '{INSERT,UPDATE}', $$'North'$$, '^opportunity$'),
    ('workflow_task', 'AFTER', 'ROW', '{INSERT,UPDATE}', $$'Call'$$, '^(lead|account|contact|opportunity)$'),
    ('check_duplicates', 'AFTER', 'ROW', '{INSERT,UPDATE}', '', '^(lead|account|contact)$'),
    ('write_match_keys', 'AFTER', 'ROW', '{INSERT,UPDATE,DELETE}', '', '^(lead|account|contact)$'),
    ('forget_match_keys', 'AFTER', 'STATEMENT', '{TRUNCATE}', '', '^(lead|account|contact)$'),
    ('collect_match_keys', 'BEFORE', 'STATEMENT', '{INSERT}', '', '^(lead|account|contact)$'),
    ('store_match_keys', 'AFTER', 'STATEMENT', '{INSERT}', '', '^(lead|account|contact)$'),
    ('check_matching_rule', 'AFTER', 'ROW', '{INSERT,UPDATE,DELETE}', '', '^(matching_rule|matching_rule_item)$'),
    ('metadata_row_changed', 'AFTER', 'ROW', '{INSERT,UPDATE,DELETE}', '', 'see below'),
    ('metadata_changed', 'AFTER', 'STATEMENT', '{INSERT,UPDATE,DELETE,TRUNCATE}', '', 'see below');
UPDATE t.made_for SET tables = (SELECT '^(' || string_agg(tgrelid::regclass::text, '|') || ')$' FROM pg_trigger
    WHERE tgname = 'leadconv_metadata_changed') WHERE func IN ('metadata_changed', 'metadata_row_changed');
UPDATE t.made_for SET tables = replace(tables, 'crm.', '');
UPDATE t.made_for SET tables = (SELECT '^(' || string_agg(relname, '|') || ')$' FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'lead_id' AND c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r'
    WHERE EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND confrelid = 'crm.lead'::regclass AND conkey = ARRAY[a.attnum]))
    WHERE func = 'guard_lead_child';

SELECT set_eq($$SELECT proname::text FROM pg_proc WHERE pronamespace = 'leadconv'::regnamespace AND prorettype = 'trigger'::regtype$$,
    $$SELECT func FROM t.made_for UNION SELECT 'validation_error'$$, 'all trigger functions are tested');
INSERT INTO crm.app_user (name) VALUES ('Ann');
INSERT INTO crm.territory (name, developer_name) VALUES ('North', 'North');

-- The error of a statement, or nothing when there is none; either way it is undone
CREATE FUNCTION t.error(statement text, OUT state text, OUT says text) LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION 'done' USING ERRCODE = 'ZZ000';
EXCEPTION WHEN OTHERS THEN
    IF SQLSTATE <> 'ZZ000' THEN
        state := SQLSTATE;
        GET STACKED DIAGNOSTICS says = MESSAGE_TEXT, part = PG_EXCEPTION_DETAIL;
        says := concat_ws(' ', says, part);
        GET STACKED DIAGNOSTICS part = PG_EXCEPTION_HINT;
        says := concat_ws(' ', says, part);
    END IF;
END $$;

--
-- A role without any right on crm, on tables of its own that look like ours
--
SELECT t.lead() AS converted, t.lead() AS open \gset
SELECT success FROM leadconv.convert_lead(:converted);
SELECT t.laden_lead();
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA leadconv TO stranger;
CREATE SCHEMA strange AUTHORIZATION stranger;
CREATE TABLE strange.lead (LIKE crm.lead);
CREATE TABLE strange.opportunity (LIKE crm.opportunity);
CREATE TABLE strange.campaign_member (LIKE crm.campaign_member);
CREATE TABLE strange.task (LIKE crm.task);
CREATE TABLE strange.lead_convert_settings (LIKE crm.lead_convert_settings);
CREATE TABLE strange.bare (lead_id bigint);
INSERT INTO strange.lead SELECT * FROM crm.lead WHERE id = :converted;
INSERT INTO strange.opportunity SELECT * FROM crm.opportunity LIMIT 1;
INSERT INTO strange.campaign_member SELECT * FROM crm.campaign_member LIMIT 1;
INSERT INTO strange.task SELECT * FROM crm.task LIMIT 1;
UPDATE strange.campaign_member SET lead_id = :converted;
UPDATE strange.task SET lead_id = :converted;
INSERT INTO strange.lead_convert_settings SELECT * FROM crm.lead_convert_settings;
INSERT INTO strange.bare VALUES (:converted);
CREATE VIEW strange.seen AS SELECT * FROM strange.bare;
SELECT format('ALTER TABLE strange.%I OWNER TO stranger', relname) FROM pg_class WHERE relnamespace = 'strange'::regnamespace AND relkind = 'r' \gexec
ALTER VIEW strange.seen OWNER TO stranger;

CREATE TABLE t.outcome (func text, tab text, timing text, level text, event text, args text, state text, says text);
CREATE FUNCTION t.event_of(tab text, event text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE event
        WHEN 'INSERT' THEN format('INSERT INTO %s SELECT * FROM %s', tab, tab)
        WHEN 'UPDATE' THEN format('UPDATE %s SET %I = %I', tab, a.attname, a.attname)
        WHEN 'DELETE' THEN 'DELETE FROM ' || tab
        WHEN 'TRUNCATE' THEN 'TRUNCATE ' || tab || ' CASCADE' END
    FROM pg_attribute a WHERE a.attrelid = tab::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
    ORDER BY a.attnum LIMIT 1
$$;
CREATE FUNCTION t.fire(func text, tab text, timing text, level text, event text, args text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO t.outcome SELECT func, tab, timing, level, event, args, e.state, e.says
        FROM t.error(format('CREATE TRIGGER "A first" %s %s ON %s FOR EACH %s EXECUTE FUNCTION leadconv.%I(%s); %s',
            timing, event, tab, level, func, args, t.event_of(tab, event))) e;
END $$;
GRANT ALL ON ALL TABLES IN SCHEMA t TO stranger;
SET ROLE stranger;
SELECT count(t.fire(m.func, tab, w.timing, l.level, event, a.args))
FROM t.made_for m,
    unnest('{strange.lead,strange.opportunity,strange.campaign_member,strange.task,strange.lead_convert_settings,strange.bare,strange.seen}'::text[]) tab,
    unnest('{BEFORE,AFTER,INSTEAD OF}'::text[]) w (timing), unnest('{ROW,STATEMENT}'::text[]) l (level),
    unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) event, unnest(ARRAY['', '''lead_id''', '''id''', '''nope''', '''a'', ''b''']) a (args)
-- what PostgreSQL can have
WHERE CASE WHEN tab = 'strange.seen' THEN event <> 'TRUNCATE' AND w.timing = 'INSTEAD OF' AND l.level = 'ROW'
    ELSE w.timing <> 'INSTEAD OF' AND (event <> 'TRUNCATE' OR l.level = 'STATEMENT') END
AND (func = 'guard_lead_child' OR a.args IN ('', '''lead_id'''));
RESET ROLE;
SELECT cmp_ok((SELECT count(*) FROM t.outcome), '>', 1000::bigint, 'all combinations are tried');
SELECT is_empty($$SELECT * FROM t.outcome WHERE state IS NULL$$, 'no function does anything for a stranger');
SELECT is_empty($$SELECT * FROM t.outcome WHERE state NOT IN ('39P01', '42703')$$, '... it was called wrongly, or its argument is no column');
SELECT is_empty($$SELECT * FROM t.outcome WHERE state = '42703' AND (func <> 'guard_lead_child' OR args !~ 'nope|id')$$, '... which is for guard_lead_child alone');
SELECT is_empty($$SELECT * FROM t.outcome WHERE says ~* 'converted (on|to)|was converted|account \d|Sent'$$, '... and tells nothing');
SELECT is((SELECT count(DISTINCT says) FROM t.outcome WHERE tab = 'strange.bare' AND func = 'guard_lead_child' AND args = '''lead_id''' AND timing = 'AFTER' AND level = 'ROW' AND event IN ('INSERT', 'UPDATE')), 1::bigint, '... about any lead');
-- a foreign key needs a privilege on crm.lead, and then the guard does its work
GRANT REFERENCES (id) ON crm.lead TO stranger;
GRANT USAGE ON SCHEMA crm TO stranger;
SET ROLE stranger;
CREATE TABLE strange.visit (lead_id bigint REFERENCES crm.lead (id), other_id bigint);
CREATE TRIGGER guard AFTER INSERT ON strange.visit FOR EACH ROW EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
SELECT throws_ok(format('INSERT INTO strange.visit VALUES (%s)', :converted), 'LC005', 'cannot reference converted lead', 'with a foreign key, the guard guards');
SELECT lives_ok(format('INSERT INTO strange.visit VALUES (%s)', :open), '... and lets pass');
SELECT is((SELECT says FROM t.error(format('INSERT INTO strange.visit VALUES (%s)', :converted))) ~ 'to account', false, '... and does not tell to what the lead was converted');
CREATE TRIGGER other AFTER INSERT ON strange.visit FOR EACH ROW EXECUTE FUNCTION leadconv.guard_lead_child('other_id');
SELECT throws_ok(format('INSERT INTO strange.visit VALUES (NULL, %s)', :converted), '39P01', NULL, '... not by a column without one');
RESET ROLE;

--
-- The owner, on all tables of crm that have rows
--
DELETE FROM t.outcome;
SELECT t.new('opportunity', '{"name": "x", "stage_name": "Prospecting", "close_date": "2030-01-01"}');
INSERT INTO crm.app_user (name) VALUES ('x');
DROP TABLE strange.visit;
DELETE FROM crm.lead WHERE id = :converted;
CREATE FUNCTION t.has_rows(tab text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    result boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', tab) INTO result;
    RETURN result;
END $$;
SELECT count(t.fire(func, c.oid::regclass::text, timing, level, event, args))
FROM t.made_for, unnest(events) event, pg_class c
WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND t.has_rows(c.oid::regclass::text)
AND timing <> 'INSTEAD OF' AND (event IN ('UPDATE', 'DELETE') OR level = 'STATEMENT' AND event <> 'INSERT');
SELECT cmp_ok((SELECT count(DISTINCT tab) FROM t.outcome), '>', 25::bigint, 'on many tables of crm');
SELECT is_empty($$SELECT o.* FROM t.outcome o JOIN t.made_for m USING (func)
    WHERE substr(tab, 5) !~ m.tables AND state IS DISTINCT FROM '39P01' AND NOT (func = 'guard_lead_child' AND state = '42703')$$,
    'on tables of crm that it is not made for, a function refuses');
SELECT is_empty($$SELECT o.* FROM t.outcome o JOIN t.made_for m USING (func) WHERE substr(tab, 5) ~ m.tables AND state = '39P01'$$,
    'on those that it is made for, it does not');
SELECT set_eq($$SELECT DISTINCT func FROM t.outcome WHERE state IS NULL$$, $$SELECT func FROM t.made_for WHERE func <> 'guard_lead_child' AND timing <> 'INSTEAD OF'
    AND events <> '{INSERT}' -- collected_match_keys.sql has those
    UNION SELECT 'guard_lead_child'$$, 'each function works somewhere');

-- events and levels on the right table: only those that a function is made for
DELETE FROM t.outcome;
DELETE FROM crm.duplicate_rule;     -- they refer to matching rules
SELECT count(t.fire(func, tab, w.timing, l.level, event, a.args))
FROM t.made_for m, unnest('{BEFORE,AFTER}'::text[]) w (timing), unnest('{ROW,STATEMENT}'::text[]) l (level),
    unnest('{UPDATE,DELETE}'::text[]) event, unnest(ARRAY['', '''lead_id''', '''a'', ''b''', m.args]) a (args),
    LATERAL (SELECT CASE func WHEN 'guard_lead_child' THEN 'crm.task' WHEN 'set_member_response' THEN 'crm.campaign_member'
        WHEN 'metadata_changed' THEN 'crm.matching_rule' WHEN 'check_matching_rule' THEN 'crm.matching_rule' WHEN 'metadata_row_changed' THEN 'crm.matching_rule' WHEN 'set_derived_fields' THEN 'crm.task' WHEN 'assign_territory' THEN 'crm.opportunity'
        WHEN 'guard_person_account' THEN 'crm.account' WHEN 'guard_person_contact' THEN 'crm.contact' ELSE 'crm.lead' END) x (tab)
WHERE t.has_rows(tab) OR l.level = 'STATEMENT';
SELECT is_empty($$SELECT o.* FROM t.outcome o JOIN t.made_for m USING (func)
    WHERE (o.state IS NOT DISTINCT FROM '39P01') = ((o.timing = m.timing OR func = 'check_duplicates') AND o.level = m.level AND o.event = ANY (m.events)
        AND CASE WHEN func ~ '^(assign|workflow)' THEN o.args ~ '^[^,]+$' ELSE o.args = m.args END)$$,
    'timing, level, event and arguments are as the function is made for, or it refuses');

SELECT * FROM finish();
ROLLBACK;
