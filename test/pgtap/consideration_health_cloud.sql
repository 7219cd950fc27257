-- Health Cloud: specialty and birth date are on the lead, and go nowhere.
BEGIN;
\ir helpers.psql
SELECT plan(13);

SELECT '{"specialty": "Cardiology", "birth_date": "1970-02-03"}' AS lead \gset
SELECT t.go('{}', :'lead');
SELECT is((SELECT concat(specialty, ' ', birth_date, ' ', is_converted) FROM crm.lead WHERE id = (SELECT lead_id FROM r)), 'Cardiology 1970-02-03 t', 'the lead has them, and keeps them');
SELECT is((SELECT warnings::text FROM r), '{}', '... without a warning that they go nowhere');
CREATE FUNCTION t.words(name text, row_id bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT x::text FROM crm.%I x WHERE id = $1', name) INTO result USING row_id;
    RETURN result;
END $$;
SELECT unalike(concat(t.words('account', account_id), t.words('contact', contact_id), t.words('opportunity', opportunity_id)), '%Cardiology%', 'the specialty is on no other record') FROM r;
SELECT unalike(concat(t.words('account', account_id), t.words('contact', contact_id), t.words('opportunity', opportunity_id)), '%1970%', 'nor is the birth date') FROM r;

ALTER TABLE crm.account ADD COLUMN specialty2 text, ADD COLUMN born date;
ALTER TABLE crm.contact ADD COLUMN specialty2 text, ADD COLUMN born date;
SELECT t.fails(format('SELECT leadconv.map_lead_field(%L, %L, %L)', f, o, c), 'LC020', 'it is a standard field', f || ' cannot be mapped to the ' || o)
FROM (VALUES ('specialty', 'account', 'specialty2'), ('specialty', 'contact', 'specialty2'), ('birth_date', 'account', 'born'), ('birth_date', 'contact', 'born')) v (f, o, c);
SELECT throws_ok(format('INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES (%L, %L, %L)', f, 'contact', c), '23514', NULL, f || ' cannot be mapped by hand')
FROM (VALUES ('specialty', 'specialty2'), ('birth_date', 'born')) v (f, c);
SELECT throws_ok($$UPDATE crm.lead_field_mapping SET lead_field = 'specialty' WHERE lead_field = 'title'$$, '23514', NULL, '... nor by a change of another mapping');
SELECT is((SELECT count(*) FROM crm.lead_field_mapping WHERE lead_field IN ('specialty', 'birth_date')), 0::bigint, 'no mapping that is shipped has them');
SELECT is_empty('SELECT * FROM leadconv.validate()', 'and nothing is wrong with that');

SELECT * FROM finish();
ROLLBACK;
