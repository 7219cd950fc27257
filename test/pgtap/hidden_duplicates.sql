-- Duplicates that a user may not see: what he is told is what he would be told if they were
-- not there, in results, scores, order, errors and data; and what he may not read of a
-- record is not told him by its being like another
BEGIN;
\ir helpers.psql
SELECT plan(12);

ALTER TABLE crm.contact ADD badge text;
CREATE ROLE seller;
SELECT leadconv.grant_role_privileges('seller', 'sales');
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact TO seller;
GRANT USAGE ON SCHEMA t TO seller;
GRANT ALL ON ALL TABLES IN SCHEMA t TO seller;
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON crm.account USING (description IS DISTINCT FROM 'hidden') WITH CHECK (true);
CREATE POLICY seen ON crm.contact USING (description IS DISTINCT FROM 'hidden') WITH CHECK (true);

SELECT t.new('account', '{"name": "Acme", "phone": "415-555-1234", "billing_city": "Boston", "billing_state": "MA", "billing_postal_code": "02101", "billing_street": "1 Main Street"}') AS acme \gset
SELECT t.new('contact', format('{"first_name": "Maya", "last_name": "Rao", "email": "maya@acme.example", "account_id": %s}', :acme)::jsonb) AS maya \gset
SELECT t.lead('{"email": "maya@acme.example", "phone": "415-555-1234", "street": "1 Main Street", "city": "Boston", "state": "MA", "postal_code": "02101"}') AS lead \gset

-- A matching rule whose keys are its fields, before there are records with them
CREATE FUNCTION t.matching(name text, filter text, VARIADIC items text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.matching_rule (object, developer_name, master_label, boolean_filter) VALUES ('contact', name, name, filter);
    INSERT INTO crm.matching_rule_item (matching_rule_id, sort_order, field, matching_method)
        SELECT id, o, split_part(i, ':', 1), split_part(i, ':', 2) FROM crm.matching_rule, unnest(items) WITH ORDINALITY u (i, o) WHERE developer_name = name;
    UPDATE crm.matching_rule SET keys_built = (SELECT array_agg('1 ' || i) FROM unnest(items) i) WHERE developer_name = name;
END $$;

-- All that a user can ask
CREATE FUNCTION t.error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    d text;
    h text;
BEGIN
    EXECUTE query INTO d;
    RAISE EXCEPTION 'done: %', d USING ERRCODE = 'ZZ000';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, SQLERRM, d, h);
END $$;
CREATE FUNCTION t.asked(lead bigint, account bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(E'\n',
        (SELECT string_agg(x::text, E'\n') FROM leadconv.find_account_matches(lead) x),
        (SELECT string_agg(x::text, E'\n') FROM leadconv.find_contact_matches(lead) x),
        (SELECT string_agg(x::text, E'\n') FROM leadconv.find_contact_matches(lead, account) x),
        (SELECT string_agg(x::text, E'\n') FROM leadconv.find_opportunity_matches(account, lead) x),
        (SELECT string_agg(x::text, E'\n') FROM leadconv.find_matches('account', '{"name": "Acme", "billing_city": "Boston", "phone": "415-555-1234"}') x),
        (SELECT string_agg(x::text, E'\n') FROM leadconv.find_matches('contact', '{"first_name": "Maya", "last_name": "Rao", "email": "maya@acme.example", "account.name": "Acme"}') x),
        (SELECT string_agg(concat_ws(' ', step, object, record_id, field, new_value, status_code, note), E'\n') FROM leadconv.preview_lead_conversion(lead) WHERE step NOT IN ('create', 'lead')),
        (SELECT string_agg(concat_ws(' ', step, object, record_id, field, new_value, status_code, note), E'\n')
            FROM leadconv.preview_lead_conversions(ARRAY[leadconv.new_lead_convert(lead)], false, true, true) WHERE step NOT IN ('create', 'lead')),
        t.error_of(format('SELECT account_created FROM leadconv.convert_lead(%s)', lead)),
        t.error_of(format('SELECT concat_ws('' '', account_created, contact_created, warnings) FROM leadconv.convert_lead(%s, allow_save => true)', lead)),
        t.error_of(format('SELECT r - ''account_id'' - ''contact_id'' - ''opportunity_id'' FROM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object(''lead_id'', %s)), all_or_none => false) r', lead)))
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leadconv TO seller;
CREATE TEMP TABLE told (place text, what text);
GRANT ALL ON told TO seller;

-- with those like it that he sees
SET ROLE seller;
INSERT INTO told SELECT 'before', t.asked(:lead, :acme);
RESET ROLE;
SELECT matches((SELECT what FROM told), 'LC010 \| Use one of these records\?', 'he is told of duplicates that he sees');
SAVEPOINT hidden;
-- ... and others that he does not, one better than any
INSERT INTO crm.account (name, phone, billing_city, billing_state, billing_postal_code, billing_street, description)
    SELECT 'Acme', '415-555-1234', 'Boston', 'MA', '02101', '1 Main Street', 'hidden' FROM generate_series(1, 250);
INSERT INTO crm.contact (first_name, last_name, email, phone, description)
    SELECT 'Maya', 'Rao', 'maya@acme.example', '415-555-1234', 'hidden' FROM generate_series(1, 250);
INSERT INTO crm.opportunity (account_id, name, stage_name, close_date) SELECT id, 'Acme', 'Prospecting', '2030-01-01' FROM crm.account WHERE description = 'hidden' LIMIT 20;
SET ROLE seller;
INSERT INTO told SELECT 'after', t.asked(:lead, :acme);
RESET ROLE;
SELECT is((SELECT what FROM told WHERE place = 'after'), (SELECT what FROM told WHERE place = 'before'), 'nothing of what he is told changes');
ROLLBACK TO hidden;

-- with none that he sees
UPDATE crm.account SET description = 'hidden' WHERE id = :acme;
UPDATE crm.contact SET description = 'hidden' WHERE id = :maya;
SET ROLE seller;
INSERT INTO told SELECT 'alone', t.asked(:lead, :acme);
RESET ROLE;
DELETE FROM crm.account WHERE id = :acme;
SET ROLE seller;
INSERT INTO told SELECT 'gone', t.asked(:lead, :acme);
RESET ROLE;
SELECT is(regexp_replace((SELECT what FROM told WHERE place = 'alone'), '\d+', 'N', 'g'), regexp_replace((SELECT what FROM told WHERE place = 'gone'), '\d+', 'N', 'g'), 'hidden or gone is the same');
SELECT doesnt_match((SELECT what FROM told WHERE place = 'alone'), 'LC010', 'he may make another');
ROLLBACK TO hidden;

-- a rule that bypasses row security says that there is one, and not a word more
UPDATE crm.duplicate_rule SET security_option = 'BypassSharingRules' WHERE is_active;
UPDATE crm.account SET description = 'hidden' WHERE id = :acme;
UPDATE crm.contact SET description = 'hidden' WHERE id = :maya;
SET ROLE seller;
INSERT INTO told SELECT 'one', t.asked(:lead, :acme);
RESET ROLE;
SELECT matches((SELECT what FROM told WHERE place = 'one'), 'a record that you may not see', 'told');
INSERT INTO crm.account (name, phone, billing_city, billing_state, billing_postal_code, billing_street, description)
    SELECT 'Acme', '415-555-1234', 'Boston', 'MA', '02101', '1 Main Street', 'hidden' FROM generate_series(1, 250);
INSERT INTO crm.contact (first_name, last_name, email, phone, description)
    SELECT 'Maya', 'Rao', 'maya@acme.example', '415-555-1234', 'hidden' FROM generate_series(1, 250);
SET ROLE seller;
INSERT INTO told SELECT 'many', t.asked(:lead, :acme);
RESET ROLE;
SELECT is((SELECT what FROM told WHERE place = 'many'), (SELECT what FROM told WHERE place = 'one'), 'not how many, how alike, or which');
ROLLBACK TO hidden;

-- which of too many are compared does not depend on those that he does not see
UPDATE crm.matching_rule SET is_active = false, keys_built = NULL WHERE object = 'contact';
SELECT t.matching('either', '1 OR 2', 'email:Exact', 'badge:Exact');
INSERT INTO crm.contact (last_name, email) SELECT 'A' || i, 'one@acme.example' FROM generate_series(1, 110) i;
INSERT INTO crm.contact (last_name, badge) SELECT 'B' || i, 'one' FROM generate_series(1, 110) i;
CREATE FUNCTION t.which() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ' ' ORDER BY ord) FROM leadconv.find_matches('contact', '{"email": "one@acme.example", "badge": "one"}') WITH ORDINALITY f (rule, id, name, score, fields, ord) $$;
SET ROLE seller;
INSERT INTO told SELECT 'none hidden', t.which();
RESET ROLE;
INSERT INTO crm.contact (last_name, email, description) VALUES ('C', 'one@acme.example', 'hidden');
SET ROLE seller;
INSERT INTO told SELECT 'one hidden', t.which();
RESET ROLE;
SELECT is((SELECT what FROM told WHERE place = 'one hidden'), (SELECT what FROM told WHERE place = 'none hidden'), 'one that is hidden changes nothing');
INSERT INTO crm.contact (id, last_name, email, description) OVERRIDING SYSTEM VALUE SELECT -i, 'C', 'one@acme.example', 'hidden' FROM generate_series(1, 3000) i;
SET ROLE seller;
INSERT INTO told SELECT 'many hidden', t.which();
RESET ROLE;
SELECT is((SELECT what FROM told WHERE place = 'many hidden'), (SELECT what FROM told WHERE place = 'none hidden'), 'nor do thousands');
ROLLBACK TO hidden;

-- columns that he may not read
UPDATE crm.matching_rule SET is_active = false, keys_built = NULL WHERE object = 'contact';
SELECT t.matching('mail', NULL, 'email:Exact');
UPDATE crm.contact SET email = email || 'x' WHERE id = :maya;
UPDATE crm.contact SET email = 'maya@acme.example' WHERE id = :maya;
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA crm, t, leadconv TO clerk;
GRANT EXECUTE ON FUNCTION leadconv.find_matches TO clerk;
GRANT SELECT (id, email, description) ON crm.contact TO clerk;
GRANT SELECT (id, name) ON crm.account TO clerk;
SET ROLE clerk;
SELECT results_eq($$SELECT record_id, name, score, fields FROM leadconv.find_matches('contact', '{"email": "maya@acme.example"}')$$,
    format('SELECT %s::bigint, NULL::text, 100, ''{email}''::text[]', :maya), 'the name of a record is not told to who may not read it');
RESET ROLE;
REVOKE SELECT (email) ON crm.contact FROM clerk;
SET ROLE clerk;
SELECT is_empty($$SELECT * FROM leadconv.find_matches('contact', '{"email": "maya@acme.example"}')$$, 'nor that one matches to who may not read by what');
RESET ROLE;
ROLLBACK TO hidden;

-- a new contact of an account that he does not see: what that is called cannot be tried out
CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
SELECT t.new('account', '{"name": "Secret Services", "description": "hidden"}') AS secret \gset
SET ROLE seller;
INSERT INTO crm.account (name) VALUES ('Secret Services');
INSERT INTO crm.contact (first_name, last_name, title, account_id) SELECT 'Nora', 'Quist', 'Director', max(id) FROM crm.account WHERE name = 'Secret Services';
SELECT matches(t.error_of(format($$INSERT INTO crm.contact (first_name, last_name, title, account_id) SELECT 'Nora', 'Quist', 'Director', max(id) FROM crm.account WHERE name = 'Secret Services'$$)),
    'LC010.*account\.name', 'a second one of an account that he sees is told');
SELECT matches(t.error_of(format($$INSERT INTO crm.contact (first_name, last_name, title, account_id) VALUES ('Nora', 'Quist', 'Director', %s) RETURNING 1$$, :secret)),
    '^ZZ000', 'one of an account that he does not see tells nothing of it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
