-- Matching methods: how much two values are the same
BEGIN;
\ir helpers.psql
SELECT no_plan();

-- Scores and verdicts, in both directions
CREATE FUNCTION t.compares(method text, a text, b text, score integer, matches boolean) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT is(leadconv.match_score(method, a, b) || ' ' || leadconv.is_match(method, a, b), score || ' ' || matches, format('%s: %s, %s', method, a, b));
    RETURN NEXT is(leadconv.match_score(method, b, a) || ' ' || leadconv.is_match(method, b, a), score || ' ' || matches, format('%s: %s, %s', method, b, a));
END $$;

-- What the platform documents
SELECT t.compares(m, a, b, score, matches) FROM (VALUES
    ('FirstName', 'Jon', 'Jonathan', 85, true), ('FirstName', 'Sam', 'Samuel', 88, true), ('FirstName', 'Dan', 'Daniel', 88, true),
    ('FirstName', 'Raj', 'Rajesh', 88, false), ('FirstName', 'Jay', 'Jayson', 88, false), ('FirstName', 'Sal', 'Salima', 88, false),
    ('FirstName', 'J', 'Jonathan', 100, true), ('FirstName', 'J.', 'Jonathan', 100, true),
    ('Phone', '1-415-555-1234', '1-415-555-5678', 90, true), ('Phone', '1-415-555-1234', '1-415-666-1234', 70, false), ('Phone', '1-415-555-1234', '1-650-555-1234', 50, false),
    ('CompanyName', 'AMD', 'Advanced Micro Devices', 100, true), ('Title', 'VP Sales', 'VP of Sales', 73, true)) v (m, a, b, score, matches);

-- Each method
SELECT t.compares(m, a, b, score, matches) FROM (VALUES
    ('Exact', 'Maya.Rao@Example.com', ' maya.rao@example.COM ', 100, true), ('Exact', 'a', 'b', 0, false), ('Exact', 'STRASSE', 'Straße', 100, true),
    ('Exact', 'https://www.acme.com/', 'acme.com', 100, true), ('Exact', 'é', 'e', 0, false),
    ('FirstName', 'Bob', 'Robert', 85, true), ('FirstName', 'Bob', 'Rob', 85, true), ('FirstName', 'Bill', 'Will', 85, true), ('FirstName', 'Bob', 'William', 0, false),
    ('FirstName', 'Michael', 'Micheal', 97, true), ('FirstName', 'Mary Ann', 'Maryann', 100, true), ('FirstName', 'Mary Ann', 'Mary', 95, true), ('FirstName', 'Mary Ann', 'Mary Beth', 0, false),
    ('FirstName', 'John A.', 'John', 95, true), ('FirstName', 'J.R.', 'John Robert', 100, true), ('FirstName', 'J R', 'John Robert', 100, true), ('FirstName', 'JR', 'John Robert', 100, true),
    ('FirstName', 'Robert', 'Roberta', 97, false), ('FirstName', 'Alexander', 'Alexandra', 96, false), ('FirstName', 'Michae', 'Michael', 97, true),
    ('FirstName', 'François', 'Francois', 100, true), ('FirstName', 'Саша', 'Александр', 85, true), ('FirstName', 'Саша', 'Мария', 48, false), ('FirstName', 'Пётр', 'Петр', 100, true),
    ('LastName', 'Smith', 'SMITH', 100, true), ('LastName', 'Smith', 'Smitj', 90, true), ('LastName', 'Smith', 'Simth', 90, true), ('LastName', 'Smith', 'Smyth', 90, true), ('LastName', 'Smith', 'Smithe', 90, true),
    ('LastName', 'Müller', 'Mueller', 90, true), ('LastName', 'Müller', 'Muller', 100, true), ('LastName', 'O''Brien', 'OBrien', 100, true), ('LastName', 'van der Berg', 'Vanderberg', 100, true),
    ('LastName', 'Smith Jr.', 'Smith', 100, true), ('LastName', 'Lee', 'Li', 0, false), ('LastName', 'Lee', 'Low', 50, false), ('LastName', 'Johnson', 'Jonson', 90, true), ('LastName', 'Johnson', 'Jackson', 57, false),
    ('LastName', 'Иванов', 'ИВАНОВ', 100, true), ('LastName', 'Иванов', 'Петров', 50, false), ('LastName', 'Кузнецов', 'Кузнеыов', 94, true), ('LastName', 'King', 'Kong', 88, false), ('LastName', '王', '王', 100, true), ('LastName', '王', '李', 0, false),
    ('CompanyName', 'Acme', 'ACME, Inc.', 100, true), ('CompanyName', 'The Acme Company', 'Acme GmbH & Co. KG', 100, true), ('CompanyName', 'Acme Corp', 'ACME Corporation', 100, true),
    ('CompanyName', 'Acme', 'Acme Foods', 83, true), ('CompanyName', 'Acme', 'Acme Rockets', 67, false), ('CompanyName', 'Acme Steel', 'Acme Rockets', 53, false), ('CompanyName', 'Acme Foods', 'Acme Steel', 56, false), ('CompanyName', 'Acme Engrng', 'Acme Engineering', 94, true), ('CompanyName', 'Micrsoft', 'Microsoft', 89, true),
    ('CompanyName', 'Sales Force', 'salesforce', 100, true), ('CompanyName', 'IBM', 'International Business Machines', 100, true), ('CompanyName', 'Elite Sport', 'Elite Sports', 98, true),
    ('CompanyName', 'General Motors', 'General Electric', 33, false), ('CompanyName', 'Bank of America', 'Bank of China', 36, false), ('CompanyName', 'Smith and Sons', 'Smith & Sons', 100, true),
    ('CompanyName', 'Société Générale', 'SOCIETE GENERALE SA', 100, true), ('CompanyName', '株式会社トヨタ', 'トヨタ', 100, true), ('CompanyName', 'ООО «Ромашка»', 'Ромашка', 100, true), ('CompanyName', 'MIT', 'Massachusetts Institute of Technology', 100, true),
    ('Phone', '+1 (415) 555-1234', '415.555.1234', 100, true), ('Phone', '415-555-1234 x22', '1-415-555-1234', 100, true), ('Phone', '+49 (0)30 901820', '0049 30 901820', 100, true), ('Phone', '030 901820', '+49 30 901820', 100, true),
    ('Phone', '555-1234', '555-1234', 100, true), ('Phone', '555-1234', '555-5678', 80, true), ('Phone', '٤١٥-٥٥٥-١٢٣٤', '415-555-1234', 100, true),
    ('City', 'Pittsburgh', 'Pittsburg', 90, true), ('City', 'St. Louis', 'Saint Louis', 100, true), ('City', 'München', 'MUNCHEN', 100, true), ('City', 'Berlin', 'Bern', 67, false), ('City', 'San Jose', 'San Diego', 44, false),
    ('Street', '123 Main Street', '123 MAIN ST.', 100, true), ('Street', '123 Main St', '125 Main St', 70, false), ('Street', '123 Main St, Suite 4', '123 Main Street', 95, true), ('Street', '123 Main St #4', '123 Main St Ste 4', 100, true),
    ('Street', '123 Washington Ave', '123 Washingtn Ave', 95, true), ('Street', 'Hauptstraße 5', 'Hauptstr. 5', 100, true), ('Street', '12 5th Ave', '12 Fifth Avenue', 100, true), ('Street', '1 Main St', '1 Oak St', 50, false),
    ('Zip', '94105', '94105-1234', 90, true), ('Zip', '94105', '94107', 10, false), ('Zip', '02139', '2139', 100, true), ('Zip', 'SW1A 1AA', 'sw1a1aa', 100, true),
    ('Title', 'CEO', 'Chief Executive Officer', 100, true), ('Title', 'VP', 'Vice President', 100, true), ('Title', 'VP Sales', 'Vice President, Sales', 100, true), ('Title', 'Sr. Mgr', 'Senior Manager', 100, true),
    ('Title', 'Sales Manager', 'Marketing Manager', 33, false), ('Title', 'Accountant', 'Engineer', 0, false)) v (m, a, b, score, matches);

-- Nothing to compare
SELECT is(leadconv.match_score(m, a, 'x'), NULL, format('%s: %L is nothing to compare', m, a)) FROM (VALUES
    ('Exact', ''), ('FirstName', ' '), ('Phone', 'none'), ('Phone', '000-000-0000'), ('Zip', '-'), ('CompanyName', U&'\3000'), ('LastName', NULL)) v (m, a);
SELECT is(leadconv.is_match('Title', '', ''), NULL, 'nor do two blank values match');
SELECT is(leadconv.match_score('CompanyName', '???', '???'), 100, 'nothing but punctuation is compared as it is');
SELECT throws_ok('SELECT leadconv.match_score(''fuzzy'', ''a'', ''b'')', '22023', 'there is no matching method "fuzzy"', 'a method that there is not');

-- Any text by any method: a score, the same both ways, 100 with itself
CREATE TEMP TABLE texts (value text);
INSERT INTO texts VALUES ('Inc'), ('&'), ('a'), ('Maya Rao'), ('Иванов'), ('王小明'), ('محمد علي'), ('שלום'), (U&'\202Eabc\202C'), ('👩‍👩‍👧 Acme'), ('ᄀᄁᄂ'), (U&'e\0301\0301\0301'), ('123'), ('+'), ('+1'),
    ('00'), ('1-800-FLOWERS'), ('x' || repeat(U&'\0301', 5000)), (repeat('Inc ', 2500)), (repeat('Ä', 10000)), (repeat('王', 3333)), (repeat('1 ', 5000)), (repeat('a b ', 2500)), (chr(1)), ('St'), ('Suite'), ('5th'), ('0000');
SELECT is((SELECT count(*) FROM texts a JOIN texts b ON a.value <= b.value, unnest(ARRAY['Exact', 'FirstName', 'LastName', 'CompanyName', 'Phone', 'City', 'Street', 'Zip', 'Title']) m,
           LATERAL (SELECT leadconv.match_score(m, a.value, b.value) AS ab, leadconv.match_score(m, b.value, a.value) AS ba) s
           WHERE s.ab IS DISTINCT FROM s.ba OR s.ab NOT BETWEEN 0 AND 100 OR (a.value = b.value AND s.ab <> 100)), 0::bigint, 'any text by any method');

-- Variants of first names
SELECT is(leadconv.is_match('FirstName', 'Raj', 'Rajesh'), false, 'variants: not yet');
INSERT INTO crm.name_variant (name, variant) VALUES ('rajesh', 'RAJ'), ('Zoë', 'Zozo');
SELECT ok(leadconv.is_match('FirstName', 'Raj', 'Rajesh'), 'variants: a row of the user''s own');
SELECT ok(leadconv.is_match('FirstName', 'zozo', 'ZOE'), '... without case and accents');
SAVEPOINT s;
DELETE FROM crm.name_variant WHERE NOT is_standard;
SELECT ok(NOT leadconv.is_match('FirstName', 'Raj', 'Rajesh'), '... and gone');
ROLLBACK TO s;
SELECT ok(leadconv.is_match('FirstName', 'Raj', 'Rajesh'), '... and back');
ALTER TABLE crm.name_variant RENAME TO gone;
SELECT is(leadconv.is_match('FirstName', 'Bob', 'Robert'), false, 'variants: without the table there are none');
ALTER TABLE crm.gone RENAME TO name_variant;
SELECT ok(leadconv.is_match('FirstName', 'Bob', 'Robert'), '... and again');
SELECT is((SELECT count(*) FROM crm.name_variant WHERE name = '' OR variant = '' OR lower(name) = lower(variant)), 0::bigint, 'shipped variants: none is empty or its own');
SELECT cmp_ok((SELECT count(*) FROM crm.name_variant WHERE is_standard), '>', 1000::bigint, '... and there are many');
SELECT is((SELECT string_agg(variant, ' ' ORDER BY variant) FROM crm.name_variant WHERE name = 'Александр'), 'Алик Саня Саша Шура', '... in Cyrillic, too');

-- Contrib, wherever it is
CREATE SCHEMA "t Other";
ALTER EXTENSION fuzzystrmatch SET SCHEMA "t Other";
ALTER EXTENSION unaccent SET SCHEMA "t Other";
SET LOCAL search_path = t, pg_catalog, public;
CREATE FUNCTION t.dmetaphone(text) RETURNS text LANGUAGE sql AS $$ SELECT 'wrong' $$;
SELECT ok(leadconv.is_match('LastName', 'Müller', 'Mueller') AND NOT leadconv.is_match('LastName', 'Johnson', 'Jackson'), 'the functions of the extensions, never those of search_path');

SELECT * FROM finish();
ROLLBACK;
