-- leadconv.status_code(), the status code of an error as programs read it, and leadconv.convert_lead_json()
BEGIN;
\ir helpers.psql
SELECT plan(43);

-- What a program sees of the error of a statement: SQLSTATE, status code (the field for the name of a data type), message
CREATE FUNCTION t.diagnostics(query text, OUT state text, OUT code text, OUT message text, OUT place text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, code = PG_DATATYPE_NAME, message = MESSAGE_TEXT, place = PG_EXCEPTION_CONTEXT;
END $$;
CREATE FUNCTION t.code(query text) RETURNS text LANGUAGE sql AS $$ SELECT state || ' ' || code FROM t.diagnostics(query) $$;

-- Translation
SELECT is(leadconv.status_code(s), c, coalesce(c, 'no error') || ' is ' || s) FROM (VALUES
    ('LC001', 'REQUIRED_FIELD_MISSING'), ('LC005', 'CANNOT_UPDATE_CONVERTED_LEAD'), ('LC023', 'SCHEMA_NOT_READY'),
    ('23502', 'REQUIRED_FIELD_MISSING'), ('23505', 'DUPLICATE_VALUE'), ('23514', 'FIELD_CUSTOM_VALIDATION_EXCEPTION'),
    ('23503', 'INVALID_CROSS_REFERENCE_KEY'), ('22001', 'STRING_TOO_LONG'), ('42501', 'INSUFFICIENT_ACCESS_OR_READONLY'),
    ('25006', 'INSUFFICIENT_ACCESS_OR_READONLY'), ('P0001', 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'), ('40001', 'UNABLE_TO_LOCK_ROW'),
    ('LC999', 'UNKNOWN_EXCEPTION'), ('LCXYZ', 'UNKNOWN_EXCEPTION'), ('XX000', 'UNKNOWN_EXCEPTION'), ('00000', NULL)) x (s, c);
SELECT is(leadconv.status_code(NULL), NULL, 'NULL is NULL');
SELECT t.fails(format('SELECT leadconv.status_code(%L)', s), 'LC003', 'is not an SQLSTATE', format('"%s"', s))
FROM unnest(ARRAY['', 'LC05', 'lc005', 'LC 05', 'LC0055']) s;

-- Errors of conversion
SELECT t.lead() AS l \gset
SELECT is(t.code('SELECT leadconv.convert_lead(NULL)'), 'LC001 REQUIRED_FIELD_MISSING', 'what the engine finds');
SELECT is(t.code('SELECT leadconv.convert_lead(' || :l || ', opportunity_record => ''{"amount": "x"}'')'), 'LC018 INVALID_TYPE_ON_FIELD_IN_RECORD', 'a value');
SELECT is(t.code('SELECT leadconv.convert_leads_json(''{}'')'), 'LC018 INVALID_TYPE_ON_FIELD_IN_RECORD', 'before anything is begun');
SELECT is(t.code('SELECT leadconv.map_lead_field(''no'', ''account'', ''such'')'), 'LC003 INVALID_FIELD', 'in other functions');
SAVEPOINT s;
ALTER TABLE crm.account ADD CONSTRAINT t_phone CHECK (phone IS NOT NULL);
SELECT is(t.code(format('SELECT leadconv.convert_lead(%s)', :l)), '23514 FIELD_CUSTOM_VALIDATION_EXCEPTION', 'a constraint');
SELECT matches((t.diagnostics(format('SELECT leadconv.convert_lead(%s)', :l))).place, 'step insert account, status code FIELD_CUSTOM_VALIDATION_EXCEPTION', '... which the context says, too');
ROLLBACK TO s;
CREATE FUNCTION t.divide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / 0; RETURN NEW; END $$;
CREATE TRIGGER zz_divide BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.divide();
SELECT is(t.code(format('SELECT leadconv.convert_lead(%s)', :l)), '22012 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'a trigger under an SQLSTATE of the server');
SELECT is((t.diagnostics(format('SELECT leadconv.convert_lead(%s)', :l))).message, 'division by zero', '... in its own words');
ROLLBACK TO s;
CREATE FUNCTION t.raise() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING DATATYPE = 'my own', ERRCODE = 'ZZ001'; END $$;
CREATE TRIGGER zz_raise BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.raise();
SELECT is(t.code(format('SELECT leadconv.convert_lead(%s)', :l)), 'ZZ001 my own', 'what says a name itself keeps it');
ROLLBACK TO s;
CREATE DOMAIN t.phone AS text CHECK (VALUE ~ '^[+]');
ALTER TABLE crm.contact ADD COLUMN mobile_two t.phone;
ALTER TABLE crm.lead ADD COLUMN mobile_two text DEFAULT '5';
SELECT leadconv.map_lead_field('mobile_two', 'contact', 'mobile_two');
SELECT is(t.code(format('SELECT leadconv.convert_lead(%s)', :l)), '23514 phone', 'a domain, likewise');
ROLLBACK TO s;
SELECT is((t.convert(:l)).success, true, 'nothing was kept of all that');
SELECT is(t.code(format('UPDATE crm.lead SET last_name = ''X'' WHERE id = %s', :l)), 'LC005 CANNOT_UPDATE_CONVERTED_LEAD', 'triggers of tables');

-- One lead, from JSON
SELECT t.lead() AS l \gset
SELECT leadconv.convert_lead_json(jsonb_build_object('lead_id', :l, 'opportunity_name', 'Big', 'account_record', '{"phone": "5"}'::jsonb)) AS r \gset
SELECT is(:'r'::jsonb - ARRAY['account_id', 'contact_id', 'opportunity_id'], jsonb_build_object('lead_id', :l, 'success', true, 'errors', '[]'::jsonb,
    'warnings', '[]'::jsonb, 'account_created', true, 'contact_created', true, 'opportunity_created', true, 'related_person_account_id', NULL), 'the result');
SELECT is((SELECT name || ' ' || t.get('account', account_id, 'phone') FROM crm.opportunity WHERE id = (:'r'::jsonb ->> 'opportunity_id')::bigint), 'Big 5', 'the records');
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(:'r'::jsonb) k),
    (SELECT array_agg(k ORDER BY k) FROM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', t.lead()))) x, jsonb_object_keys(x) k), 'keys as of the bulk call');
SELECT t.fails(format('SELECT leadconv.convert_lead_json(''{"lead_id": %s}'')', :l), 'LC005', 'converted', 'an error is raised, as by convert_lead()', true, 'status code CANNOT_UPDATE_CONVERTED_LEAD');
SELECT t.fails(format('SELECT leadconv.convert_lead_json(%L)', r), s, m, 'request ' || r) FROM (VALUES
    ('{"lead_id": 1, "colour": 2}', 'LC003', 'colour'), ('[]', 'LC018', 'not a JSON object'), ('{"allow_save": 1}', 'LC018', 'allow_save')) x (r, s, m);
SELECT t.fails('SELECT leadconv.convert_lead_json(NULL)', 'LC001', 'the request is NULL', 'no request');
SELECT is((leadconv.convert_lead_json(jsonb_build_object('lead_id', t.lead(), 'allow_save', true)) ->> 'success')::boolean, true, 'allow_save, as an argument of convert_lead()');

SELECT * FROM finish();
ROLLBACK;
