-- Which records match: whom the caller sees, how many are compared, and person accounts
BEGIN;
\ir helpers.psql
SELECT plan(30);

CREATE FUNCTION t.found(object text, record jsonb) RETURNS bigint[] LANGUAGE sql AS $$
    SELECT coalesce(array_agg(record_id ORDER BY record_id), '{}') FROM leadconv.find_matches(object, record)
$$;
CREATE ROLE fm_reader;
GRANT USAGE ON SCHEMA crm, leadconv, t TO fm_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO fm_reader;

-- one e-mail address on very many contacts
SELECT t.new('account', '{"id": 1001, "name": "Acme"}'), t.new('account', '{"id": 1002, "name": "Acme"}');
INSERT INTO crm.contact (id, account_id, first_name, last_name, email)
SELECT 2000 + g, 1001, 'Ada', 'King', 'info@acme.example' FROM generate_series(1, 3000) g;
SELECT is(cardinality(t.found('contact', '{"first_name": "Ada", "last_name": "King", "email": "info@acme.example"}')), 100, 'at most a hundred match');
SELECT is((t.found('contact', '{"first_name": "Ada", "last_name": "King", "email": "info@acme.example"}'))[1], 2001::bigint, 'the oldest of those that are the same');
-- one that shares more
UPDATE crm.contact SET phone = '030 7654321' WHERE id = 4999;
SELECT ok(4999 = ANY (t.found('contact', '{"first_name": "Ada", "last_name": "King", "email": "info@acme.example", "phone": "030 7654321"}')),
    'one with a key that few have is among the hundred');

-- row security: who sees only the last ones sees them, not what is left of the first hundred
CREATE POLICY fm ON crm.contact FOR SELECT TO fm_reader USING (id > 4990);
ALTER TABLE crm.contact ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON crm.contact TO fm_reader;
SET ROLE fm_reader;
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "King", "email": "info@acme.example"}'),
    ARRAY(SELECT generate_series(4991, 5000)::bigint), 'hidden records take nobody''s place among the hundred');
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "King", "title": "CEO", "account.name": "Acme"}'), '{}', 'who may not read accounts ...');
RESET ROLE;
GRANT SELECT ON crm.account TO fm_reader;
UPDATE crm.contact SET title = 'CEO' WHERE id IN (2500, 5000);
SET ROLE fm_reader;
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "King", "title": "CEO", "account.name": "Acme"}'), ARRAY[5000]::bigint[], '... and who may');
RESET ROLE;
CREATE POLICY fm ON crm.account FOR SELECT TO fm_reader USING (id <> 1001);
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
SET ROLE fm_reader;
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "King", "title": "CEO", "account.name": "Acme"}'), '{}', 'a company that is hidden is not there');
RESET ROLE;
UPDATE crm.contact SET account_id = 1002 WHERE id = 5000;
SET ROLE fm_reader;
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "King", "title": "CEO", "account.name": "Acme"}'), ARRAY[5000]::bigint[], 'one that is seen is');
RESET ROLE;
DROP POLICY fm ON crm.account;
ALTER TABLE crm.account DISABLE ROW LEVEL SECURITY;
DROP POLICY fm ON crm.contact;
ALTER TABLE crm.contact DISABLE ROW LEVEL SECURITY;

-- privileges on single columns
REVOKE SELECT ON crm.contact, crm.account FROM fm_reader;
SET ROLE fm_reader;
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "King", "email": "info@acme.example"}'), '{}', 'who may read nothing finds nothing');
RESET ROLE;
GRANT SELECT (id, first_name, last_name, title, email, phone, mailing_street, mailing_city) ON crm.contact TO fm_reader;
SET ROLE fm_reader;
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "King", "email": "info@acme.example"}'), '{}', 'nor who may not read a column of the rule');
RESET ROLE;
GRANT SELECT (mailing_postal_code) ON crm.contact TO fm_reader;
SET ROLE fm_reader;
SELECT is(cardinality(t.found('contact', '{"first_name": "Ada", "last_name": "King", "email": "info@acme.example"}')), 100, 'who may read them all does');
RESET ROLE;

-- blanks beside an e-mail address, swapped names
SELECT t.new('contact', '{"id": 9001, "last_name": "Byron", "email": "a.byron@example.com"}'), t.new('contact', '{"id": 9002, "first_name": "Lord", "last_name": "George", "phone": "040 1234567"}');
SELECT is(t.found('contact', '{"email": "a.byron@example.com"}'), ARRAY[9001]::bigint[], 'names may be missing beside an e-mail address');
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "Byron", "email": "a.byron@example.com"}'), ARRAY[9001]::bigint[], 'or one of them');
SELECT is(t.found('contact', '{"first_name": "Ada", "last_name": "Lovelace", "email": "a.byron@example.com"}'), '{}', 'but no name may be another');
SELECT is(t.found('contact', '{"last_name": "George", "phone": "040 1234567"}'), '{}', 'beside a phone none may be missing');
SELECT is(t.found('contact', '{"first_name": "George", "last_name": "Lord", "phone": "040 1234567"}'), ARRAY[9002]::bigint[], 'names may be swapped');

-- what has another key as it is written
SELECT t.new('contact', '{"id": 9003, "first_name": "Robert", "last_name": "Schmitt", "phone": "060 1234567"}');
SELECT is(t.found('contact', '{"first_name": "Bob", "last_name": "Schmidt", "phone": "060 1234567"}'), ARRAY[9003]::bigint[], 'variants of a first name, and a last name that sounds the same');
SELECT t.new('account', '{"id": 1004, "name": "Advanced Micro Devices", "billing_city": "Austin", "billing_postal_code": "78701", "billing_state": "TX"}'),
    t.new('account', '{"id": 1005, "name": "ABC", "billing_city": "London", "billing_state": "L"}');
SELECT is(t.found('account', '{"name": "AMD", "billing_city": "Austin", "billing_state": "tx"}'), ARRAY[1004]::bigint[], 'initials of a company');
SELECT is(t.found('account', '{"name": "Alpha Beta Corporation Gamma", "billing_city": "London", "billing_state": "L"}') || t.found('account', '{"name": "Able Baker Charlie", "billing_city": "London", "billing_state": "L"}'), ARRAY[1005]::bigint[], 'of either');

-- the rule for accounts wants a place
SELECT t.new('account', '{"id": 1003, "name": "Babbage", "phone": "050 1234567", "billing_city": "London"}');
SELECT is(t.found('account', '{"name": "Babbage", "phone": "050 1234567"}'), '{}', 'an account without a place');
SELECT is(t.found('account', '{"name": "Babbage", "phone": "050 1234567", "billing_city": "Paris"}'), ARRAY[1003]::bigint[], 'one with a place');
SELECT is(t.found('account', '{"name": "Babbage", "billing_city": "Paris"}'), '{}', 'a name alone is not enough');

-- person accounts
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
UPDATE crm.matching_rule SET is_active = true, keys_built = '{"1 person_email:Exact","1 first_name:FirstName(1,1)+last_name:LastName+billing_city:City(1,6)","1 first_name:FirstName(1,1)+last_name:LastName+billing_postal_code:Zip(1,3)","1 billing_street:Street","1 phone:Phone"}'
WHERE object = 'person_account';
INSERT INTO crm.person_account (first_name, last_name, person_email, billing_street, billing_city) VALUES ('Mary', 'Somerville', 'mary@example.com', '1 High Street', 'Jedburgh');
SELECT id AS mary FROM crm.account WHERE is_person_account \gset
SELECT is(t.found('person_account', '{"first_name": "Mary", "last_name": "Somerville", "person_email": "mary@example.com"}'), ARRAY[:mary]::bigint[], 'a person account, by the id of the account');
SELECT is(t.found('person_account', '{"first_name": "Mary", "last_name": "Somerville", "billing_street": "1 high street", "billing_city": "Jedburgh"}'), ARRAY[:mary]::bigint[], 'by columns of the account');
SELECT is(t.found('contact', '{"first_name": "Mary", "last_name": "Somerville", "email": "mary@example.com"}'), '{}', 'it is no contact');
SELECT is(t.found('account', '{"name": "Mary Somerville", "billing_city": "Jedburgh", "billing_street": "1 High Street"}'), '{}', 'and no account');
UPDATE crm.person_account SET billing_street = '2 Low Street';
SELECT is(t.found('person_account', '{"first_name": "Mary", "last_name": "Somerville", "billing_street": "2 Low Street", "billing_city": "Jedburgh"}'), ARRAY[:mary]::bigint[], 'its keys follow');
UPDATE crm.contact SET is_deleted = true WHERE is_person_account;
SELECT is(t.found('person_account', '{"first_name": "Mary", "last_name": "Somerville", "person_email": "mary@example.com"}'), '{}', 'not in the recycle bin');

-- odd calls
SELECT throws_ok($$SELECT leadconv.find_matches('contact', '[1]')$$, 'LC018', 'record is not a JSON object', 'no object');
SELECT is(t.found('nothing', '{"name": "x"}') || t.found(NULL, NULL), '{}', 'nothing to find');

SELECT * FROM finish();
ROLLBACK;
