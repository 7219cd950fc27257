-- Values of account_record and the like: each key is judged by itself, all that are
-- wrong are named, and what is no fault of a value is not taken for one.
BEGIN;
\ir helpers.psql
SELECT plan(37);
SELECT t.no_duplicate_rules();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- The error of a request that fails, as the result has it
CREATE FUNCTION t.error(request jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', t.lead()) || request), false) #> '{errors,0}' $$;
CREATE FUNCTION t.blamed(request jsonb) RETURNS text LANGUAGE sql AS $$ SELECT t.error(request) ->> 'fields' $$;

SELECT is(t.error('{"account_record": {"type": "x", "annual_revenue": "much"}}') - 'data',
    '{"fields": ["annual_revenue"], "status_code": "INVALID_TYPE_ON_FIELD_IN_RECORD", "sqlstate": "LC018", "hint": "Give a value that the column''s type accepts.",
      "message": "the value of \"annual_revenue\" in account_record does not fit column crm.account.annual_revenue", "detail": "invalid input syntax for type numeric: \"much\""}',
    'one of two does not fit: it is named, the other is not');
SELECT is(t.blamed('{"account_record": {"annual_revenue": "much"}}'), '["annual_revenue"]', 'the only one');
SELECT is(t.blamed('{"account_record": {"annual_revenue": "5", "type": "x", "phone": "1"}}'), NULL, 'none');
SELECT is(t.error('{"account_record": {"id": 1, "typ": "x", "phone": "12345678901234567890123456789012345678901", "annual_revenue": "much", "number_of_employees": "many", "type": "x"}, "follow_up_task": {"activity_date": "soon"}}') ->> 'fields',
    '["id", "typ", "phone", "annual_revenue", "number_of_employees", "activity_date"]', 'six of seven, for all reasons: all are named');
SELECT is(string_to_array(t.error('{"account_record": {"typ": "x", "annual_revenue": "much", "number_of_employees": "many"}}') ->> 'detail', E'\n'),
    '{"Likewise, the value of \"annual_revenue\" in account_record does not fit column crm.account.annual_revenue: invalid input syntax for type numeric: \"much\"","Likewise, the value of \"number_of_employees\" in account_record does not fit column crm.account.number_of_employees: invalid input syntax for type integer: \"many\""}',
    '... with the reason for each');
SELECT t.fails(t.call(jsonb_build_object('lead_id', t.lead(), 'account_record', '{"typ": "x", "annual_revenue": "much"}'::jsonb)), 'LC003', 'key "typ" of account_record is not a column', 'raised: the first one counts');
SELECT is(t.blamed('{"do_not_create_account": true, "account_record": {"annual_revenue": "much"}}'), '["Id"]', 'what the arguments do wrong comes first, and alone');

-- every column that may be set, with a value that does not fit, among values that do
CREATE TEMP TABLE columns AS
    SELECT tab, CASE tab WHEN 'task' THEN 'follow_up_task' ELSE tab || '_record' END AS arg, attname::text AS col, atttypid::regtype::text AS type,
        CASE WHEN atttypid = 'text'::regtype THEN NULL WHEN atttypid = 'varchar'::regtype THEN to_jsonb(repeat('x', atttypmod - 3)) ELSE to_jsonb('?'::text) END AS bad,
        CASE WHEN typcategory = 'S' THEN to_jsonb('x'::text) WHEN typcategory = 'N' THEN '1' WHEN typcategory = 'B' THEN 'true' ELSE '"2030-01-01"' END AS good
    FROM unnest('{account,contact,opportunity,task}'::text[]) tab, pg_attribute a JOIN pg_type y ON y.oid = atttypid
    WHERE attrelid = ('crm.' || tab)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    AND attname NOT IN ('id', 'created_date', 'created_by_id', 'last_modified_date', 'last_modified_by_id', 'is_deleted', 'is_person_account', 'revision',
                        'account_id', 'contact_id', 'opportunity_id', 'lead_id', 'source_lead_id');
SELECT cmp_ok(count(*), '>', 100::bigint, 'columns to be tried') FROM columns WHERE bad IS NOT NULL;
SELECT is((SELECT string_agg(concat_ws(' ', tab, col, type, blamed), ', ') FROM
    (SELECT c.*, t.blamed(jsonb_build_object(arg, (SELECT jsonb_object_agg(o.col, CASE WHEN o.col = c.col THEN c.bad ELSE o.good END) FROM columns o WHERE o.tab = c.tab))) AS blamed
     FROM columns c WHERE bad IS NOT NULL) x WHERE blamed IS DISTINCT FROM jsonb_build_array(col)::text), NULL, 'each of them: it is named, and it alone');
SELECT is((SELECT string_agg(tab || ' ' || blamed, ', ') FROM
    (SELECT tab, t.blamed(jsonb_build_object(arg, jsonb_object_agg(col, bad))) AS blamed, jsonb_agg(col ORDER BY length(col), col COLLATE "C")::text AS expected FROM columns WHERE bad IS NOT NULL GROUP BY tab, arg) x
     WHERE blamed IS DISTINCT FROM expected), NULL, 'all of a table at once: all are named');

-- types of users
CREATE FUNCTION t.counted(value text) RETURNS boolean LANGUAGE plpgsql STRICT AS $$ BEGIN PERFORM nextval('t.calls'); RETURN value <> 'bad'; END $$;
CREATE FUNCTION t.raises(value text) RETURNS boolean LANGUAGE plpgsql STRICT AS $$
BEGIN
    IF value = 'ok' THEN RETURN true; END IF;
    INSERT INTO t.tried VALUES (value);
    RAISE EXCEPTION 'raised %', value USING ERRCODE = value;
END $$;
CREATE SEQUENCE t.calls;
CREATE TABLE t.tried (value text);
GRANT ALL ON t.tried, t.calls TO PUBLIC;
CREATE DOMAIN t.counted AS text CHECK (t.counted(VALUE));
CREATE DOMAIN t.raising AS text CHECK (t.raises(VALUE));
CREATE DOMAIN t.required AS text NOT NULL DEFAULT 'x' CHECK (VALUE <> '');
CREATE TYPE t.colour AS ENUM ('red', 'green');
CREATE TYPE t.place AS (street text, number integer);
ALTER TABLE crm.account ADD counted t.counted, ADD raising t.raising, ADD colour t.colour, ADD place t.place, ADD numbers integer[], ADD doc jsonb, ADD during tstzrange;
SELECT is(t.blamed(jsonb_build_object('account_record', v)), w, 'values of other types: ' || v::text)
  FROM (VALUES ('{"colour": "red", "place": {"street": "Main", "number": 1}, "numbers": [1, 2], "doc": {"a": [1]}, "during": "[2030-01-01,)"}'::jsonb, NULL),
               ('{"colour": "blue", "doc": 1}', '["colour"]'), ('{"colour": "red", "place": {"street": "Main", "number": "x"}}', '["place"]'),
               ('{"numbers": "1,2", "place": {"street": "Main"}}', '["numbers"]'), ('{"numbers": [1, "x"], "during": "never"}', '["during", "numbers"]'),
               ('{"colour": null, "numbers": null, "during": "x"}', '["during"]'), ('{"counted": "bad", "colour": "red"}', '["counted"]')) x (v, w);

-- a value is converted once to be judged, and once by the INSERT
SELECT setval('t.calls', 1);
SELECT is(t.blamed('{"account_record": {"counted": "good", "type": "x", "phone": "1", "fax": "2", "site": "s", "rating": "r", "industry": "i"}}'), NULL, 'seven values that fit');
SELECT is(currval('t.calls'), 3::bigint, '... are judged once, not once for each of them');

-- what is no fault of a value propagates; what was done meanwhile is undone
SELECT is(t.blamed(jsonb_build_object('account_record', jsonb_build_object('type', 'x', 'raising', e, 'colour', 'red'))), '["raising"]', 'a fault of the value: ' || e)
  FROM unnest('{22023,23514,P0001,LC003,42501}'::text[]) e;
CREATE FUNCTION t.raised(request jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN t.error(request);
EXCEPTION WHEN query_canceled OR assert_failure OR OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(t.raised(jsonb_build_object('account_record', jsonb_build_object('raising', e, 'type', 'x'))), e || ' raised ' || e, 'not a fault of the value: ' || e)
  FROM unnest('{57014,53200,40001,40P01,P0004,54001,XX000,25006}'::text[]) e;
SELECT is((SELECT count(*) FROM t.tried), 0::bigint, '... nothing is left of it');
SELECT is((SELECT count(*) FROM leadconv.convert_leads_json((SELECT jsonb_agg(jsonb_build_object('lead_id', t.lead(), 'account_record', jsonb_build_object('raising', e))) FROM unnest('{ok,22023,ok,P0001}'::text[]) e), false) r
           WHERE (r ->> 'success')::boolean), 2::bigint, 'in a bulk call the others are converted');
SELECT is((SELECT count(*) FROM t.tried), 0::bigint, '... likewise');

-- nothing is said about columns that are not given
ALTER TABLE crm.account ADD required t.required;
SELECT is(t.blamed('{"account_record": {"type": "x", "annual_revenue": "much"}}'), '["annual_revenue"]', 'a column that must have a value, and is not given, is not blamed');

-- a look says each by itself
SELECT t.lead() AS l \gset
SELECT is((SELECT string_agg(status_code || ' ' || field, ', ') FROM t.look(ARRAY[leadconv.new_lead_convert(:l, account_record => '{"typ": "x", "annual_revenue": "much", "type": "x"}')]) WHERE step = 'error'),
    'INVALID_FIELD typ, INVALID_TYPE_ON_FIELD_IN_RECORD annual_revenue', 'a look at it: one row for each');

SELECT * FROM finish();
ROLLBACK;
