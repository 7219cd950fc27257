-- Local lead names: company, first and last name (local) go to the local names of the
-- new or existing account and contact, along with the standard names.
BEGIN;
\ir helpers.psql
\ir consideration.psql
SELECT plan(7);

SELECT '{"company": "Toyota", "company_local": "トヨタ自動車", "first_name": "Akio", "first_name_local": "章男", "last_name": "Toyoda", "last_name_local": "豊田"}' AS lead \gset

SELECT t.go('{}', :'lead');
SELECT is(concat(t.got('account', 'name'), ' ', t.got('account', 'name_local')), 'Toyota トヨタ自動車', 'Company (Local) goes to Account Name (Local), the company to its name');
SELECT is(concat(t.got('contact', 'first_name'), ' ', t.got('contact', 'first_name_local'), ' ', t.got('contact', 'last_name'), ' ', t.got('contact', 'last_name_local')), 'Akio 章男 Toyoda 豊田', 'first and last name (local) go to the contact, along with the standard ones');
SELECT is(t.got('opportunity', 'name'), 'Toyota', 'the opportunity is named after the company');
SELECT t.go();
SELECT is(concat(t.got('account', 'name_local'), t.got('contact', 'first_name_local'), t.got('contact', 'last_name_local')), '', 'local names that the lead has not are not made up');
SELECT t.new('account', '{"name": "Toyota Motor"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Toyoda', 'last_name_local', '豊田さん', 'account_id', :a)) AS c \gset
SELECT t.go(jsonb_build_object('account_id', :a, 'contact_id', :c), :'lead');
SELECT is(concat(t.got('account', 'name'), ' ', t.got('account', 'name_local')), 'Toyota Motor トヨタ自動車', 'an existing account gets the local name that it has not, and keeps its name');
SELECT is(concat(t.got('contact', 'first_name_local'), ' ', t.got('contact', 'last_name_local')), '章男 豊田さん', 'an existing contact keeps the local names that it has');
SELECT t.go('{"account_record": {"name_local": "トヨタ"}}', :'lead');
SELECT is(t.got('account', 'name_local'), 'トヨタ', 'a local name that the request gives wins');

SELECT * FROM finish();
ROLLBACK;
