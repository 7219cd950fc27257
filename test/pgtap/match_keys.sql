-- Match keys: what a record has, and that they follow it whatever becomes of it
BEGIN;
\ir helpers.psql
SELECT plan(43);

-- the keys that are stored of a record, as far as they are those that it should have
CREATE FUNCTION t.stored(record bigint) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(key ORDER BY key), '{}') FROM crm.match_key WHERE record_id = record
$$;
-- which records match, by all rules
CREATE FUNCTION t.found(object text, record jsonb) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(DISTINCT record_id ORDER BY record_id), '{}') FROM leadconv.find_matches(object, record)
$$;
-- ids that no two objects share
ALTER TABLE crm.account ALTER id RESTART WITH 1000;
ALTER TABLE crm.contact ALTER id RESTART WITH 2000;
ALTER TABLE crm.lead ALTER id RESTART WITH 3000;

SELECT results_eq('SELECT object, developer_name::text, is_active, keys_built IS NOT NULL FROM crm.matching_rule ORDER BY object',
    $$VALUES ('account', 'Standard_Account_Match_Rule_v1_0', true, true), ('contact', 'Standard_Contact_Match_Rule_v1_1', true, true),
        ('lead', 'Standard_Lead_Match_Rule_v1_0', true, true), ('person_account', 'Standard_Person_Account_Match_Rule_v1_0', false, false)$$,
    'a new database has the rules of the platform, of which that of person accounts is not active');

-- documented examples
SELECT t.new('account', '{"name": "Acme, Inc.", "billing_street": "123 Maple Avenue", "billing_city": "Philadelphia", "billing_state": "PA",
    "billing_postal_code": "19103-1234", "phone": "1-415-555-1234", "website": "http://www.acme.com/"}') AS acme \gset
SELECT results_eq(format('SELECT definition, value FROM leadconv.match_keys(''account'', %s)', :acme),
    $$VALUES ('name(1,2)+billing_postal_code(1,5)', 'ac19103'), ('name(2,6)+billing_city(1,6)', 'acmephilad'),
        ('name(1,2)+phone', 'ac415555'), ('website', 'acme.com')$$,
    'keys of an account: legal form, last digits of phone and postal code, and www are left out');
SELECT is(cardinality(t.stored(:acme)), 4, 'they are stored');
SELECT t.new('contact', format('{"first_name": "John", "last_name": "Doe", "account_id": %s, "email": "John_Doe@us.acme.com",
    "phone": "+1 (415) 555-1234", "title": "VP", "mailing_street": "Hauptstr. 5"}', :acme)::jsonb) AS john \gset
SELECT results_eq(format('SELECT definition, split_part(value, ''@'', 2) FROM leadconv.match_keys(''contact'', %s)', :john),
    $$VALUES ('email', 'acme.com'), ('first_name(1,1)+last_name+email_domain', ''), ('first_name(1,1)+last_name+account.name(2,5)', ''),
        ('first_name(1,1)+last_name+phone', '')$$,
    'keys of a contact: the company is that of the account; an address has no sub-domain');
SELECT is(cardinality(t.stored(:john)), 4, 'they are stored');

SELECT t.new('account', '{"name": "Zenithal Foods", "billing_city": "Akron", "billing_postal_code": "44301", "phone": "330-555-1234"}') AS zenithal \gset
SELECT is(t.found('account', '{"name": "Zenihtal Foods", "billing_city": "Acron", "billing_postal_code": "44301"}'), ARRAY[:zenithal]::bigint[],
    'an error behind the first two letters of a name does not hide an account of the same postal code');
SELECT is(t.found('account', '{"name": "Zenihtal Foods", "billing_city": "Kent", "phone": "330-555-9999"}'), ARRAY[:zenithal]::bigint[], '... or phone');

-- an account is renamed, a contact gets another one
SELECT t.stored(:john) AS before \gset
UPDATE crm.account SET description = 'x' WHERE id = :acme;
SELECT is(t.stored(:john), :'before'::bigint[], 'the keys stay when the account changes otherwise');
UPDATE crm.account SET name = 'Zeta' WHERE id = :acme;
SELECT isnt(t.stored(:john), :'before'::bigint[], 'the keys of a contact follow when its account is renamed');
SELECT is(cardinality(t.stored(:john)), 4, 'and none is left over');
SELECT is(t.found('contact', '{"first_name": "John", "last_name": "Doe", "title": "VP", "account.name": "zeta"}'), ARRAY[:john]::bigint[],
    'it is found by the new name');
SELECT is(t.found('contact', '{"first_name": "John", "last_name": "Doe", "title": "VP", "account.name": "Acme"}'), '{}', 'and not by the old one');
UPDATE crm.account SET name = 'Acme, Inc.' WHERE id = :acme;
SELECT is(t.stored(:john), :'before'::bigint[], 'renamed back, it has the same keys as before');
UPDATE crm.contact SET account_id = t.new('account', '{"name": "Eta"}') WHERE id = :john;
SELECT is(t.found('contact', '{"first_name": "John", "last_name": "Doe", "title": "VP", "account.name": "Eta"}'), ARRAY[:john]::bigint[],
    'the keys of a contact follow when it gets another account');
UPDATE crm.contact SET account_id = NULL WHERE id = :john;
SELECT is(cardinality(t.stored(:john)), 3, 'a contact without an account has no key with a company');
UPDATE crm.contact SET account_id = :acme WHERE id = :john;
SELECT is(t.stored(:john), :'before'::bigint[], 'back at its account, it has the same keys as before');

-- recycle bin, conversion, deletion
UPDATE crm.contact SET is_deleted = true WHERE id = :john;
SELECT is(t.stored(:john), '{}', 'in the recycle bin a record has no keys');
UPDATE crm.contact SET is_deleted = false WHERE id = :john;
SELECT is(t.stored(:john), :'before'::bigint[], 'taken out of it, it has them again');
SELECT t.lead('{"email": "maya@rao.example", "phone": "030 123456"}') AS lead \gset
SELECT isnt(t.stored(:lead), '{}', 'a lead has keys');
SELECT is(t.found('lead', '{"first_name": "Maya", "last_name": "Rao", "email": "maya@rao.example"}'), ARRAY[:lead]::bigint[], 'and is found by them');
SELECT is(t.found('lead', format('{"first_name": "Maya", "last_name": "Rao", "email": "maya@rao.example", "id": %s}', :lead)::jsonb), '{}', 'but not by itself');
SELECT count(*) FROM leadconv.convert_lead(:lead);
SELECT is(t.stored(:lead), '{}', 'a converted lead has none');
SELECT is(t.found('contact', '{"first_name": "Maya", "last_name": "Rao", "email": "maya@rao.example"}'),
    (SELECT ARRAY[converted_contact_id] FROM crm.lead WHERE id = :lead), 'its contact is found');
DELETE FROM crm.account WHERE id = :acme;
SELECT is(t.stored(:acme) || t.stored(:john), '{}', 'deleted records have none, a contact that goes with its account among them');

-- what is rolled back
SAVEPOINT a;
SELECT t.new('account', '{"name": "Theta", "billing_city": "Bonn"}') AS theta \gset
UPDATE crm.account SET name = 'Iota' WHERE id = :theta;
SELECT is(cardinality(t.stored(:theta)), 1, 'a record that is changed by the transaction that has made it has the keys of the last version');
ROLLBACK TO a;
SELECT is(t.stored(:theta), '{}', 'what is rolled back is gone');

-- values without a key, and long ones
SELECT t.new('account', '{"name": "!!!", "billing_city": "", "phone": "-", "website": " ", "billing_postal_code": "."}') AS odd \gset
SELECT is(t.stored(:odd), '{}', 'what has no letters and digits gives no key');
SELECT lives_ok($$SELECT t.new('account', jsonb_build_object('name', repeat('Ärger 長い ', 28), 'billing_city', 'Bonn', 'website', repeat('x@', 127)))$$,
    'long values are no problem');
SELECT is(cardinality(t.found('account', jsonb_build_object('name', repeat('Ärger 長い ', 1000), 'billing_city', 'Bonn', 'billing_state', 'NW'))), 0,
    'nor ones of 10 kB that are looked for');
SELECT t.new('account', '{"name": "Книга", "billing_city": "Москва", "billing_state": "M"}') AS kniga \gset
SELECT is(t.found('account', '{"name": "КНИГА", "billing_city": "москва", "billing_state": "m"}'), ARRAY[:kniga]::bigint[], 'Cyrillic');
SELECT t.new('contact', '{"first_name": "小明", "last_name": "王", "email": "wang@example.cn"}') AS wang \gset
SELECT is(t.found('contact', '{"first_name": "小明", "last_name": "王", "email": "WANG@example.cn"}'), ARRAY[:wang]::bigint[], 'Han');
SELECT is(t.found('contact', '{"first_name": "王", "last_name": "小明", "email": "wang@example.cn"}'), ARRAY[:wang]::bigint[], 'swapped names');

-- tables that are truncated
CREATE FUNCTION t.keys_of(which text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM crm.match_key WHERE (record_id < 2000 AND which = 'account') OR (record_id BETWEEN 2000 AND 2999 AND which = 'contact')
    OR (record_id >= 3000 AND which = 'lead')
$$;
CREATE FUNCTION t.has_keys() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(w, ' ' ORDER BY w) FROM unnest('{account,contact,lead}'::text[]) w WHERE t.keys_of(w) > 0
$$;
SELECT t.lead('{"email": "maya@rao.example"}') AS lead \gset
SELECT is(t.has_keys(), 'account contact lead', 'there are keys of all');
SELECT t.keys_of('account') AS accounts, t.keys_of('contact') AS contacts \gset
SAVEPOINT a;
TRUNCATE crm.lead CASCADE;
SELECT is(t.has_keys(), 'account contact', 'TRUNCATE takes the keys of the records');
SELECT is(ARRAY[t.keys_of('account'), t.keys_of('contact')], ARRAY[:accounts, :contacts]::bigint[], 'and no others');
SELECT t.lead('{"email": "maya@rao.example"}') AS other \gset
SELECT isnt(t.stored(:other), '{}', 'records that come later have keys');
TRUNCATE crm.contact CASCADE;
SELECT is(t.has_keys(), 'account', 'also those that the transaction has written');
ROLLBACK TO a;
SELECT is(t.has_keys(), 'account contact lead', 'when TRUNCATE is rolled back, they are there again');
SELECT isnt(t.stored(:lead), '{}', 'those of each record');
-- all, by somebody who may truncate the records and cannot see a key
CREATE ROLE emptier;
GRANT USAGE ON SCHEMA crm TO emptier;
SELECT format('GRANT TRUNCATE ON %s TO emptier', oid::regclass) FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' AND relname <> 'match_key' \gexec
SET ROLE emptier;
TRUNCATE crm.account CASCADE;
RESET ROLE;
SELECT is(t.has_keys(), NULL, 'nothing is left, whoever truncates');
SELECT is(pg_relation_size('crm.match_key'), 0::bigint, 'not even space');
ROLLBACK TO a;

-- rules that do without
UPDATE crm.matching_rule SET is_active = false, keys_built = NULL;
SELECT count(*) AS before FROM crm.match_key \gset
INSERT INTO crm.account (name, billing_city) VALUES ('Kappa', 'Bonn');
UPDATE crm.account SET name = 'Lambda' WHERE name = 'Kappa';
SELECT is((SELECT count(*) FROM crm.match_key), :before::bigint, 'no keys are written when no rule needs any');
SELECT is(t.found('account', '{"name": "Lambda", "billing_city": "Bonn"}'), '{}', 'and nothing is found');

SELECT * FROM finish();
ROLLBACK;
