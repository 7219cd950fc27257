-- Matching rules: what is refused when they are entered, and what makes them unusable later
BEGIN;
\ir helpers.psql
SELECT plan(48);

ALTER TABLE crm.contact ADD badge_number text, ADD hired date;

CREATE FUNCTION t.rule(name text, filter text DEFAULT NULL, object text DEFAULT 'contact', active boolean DEFAULT true) RETURNS bigint
LANGUAGE sql AS $$
    INSERT INTO crm.matching_rule (object, developer_name, master_label, boolean_filter, is_active) VALUES (object, name, name, filter, active) RETURNING id
$$;
CREATE FUNCTION t.item(rule bigint, number int, field text, method text DEFAULT 'Exact', blanks text DEFAULT 'NullNotAllowed') RETURNS void
LANGUAGE sql AS $$
    INSERT INTO crm.matching_rule_item (matching_rule_id, sort_order, field, matching_method, blank_value_behavior)
    VALUES (rule, number, field, method, blanks)
$$;
-- as build_match_keys() leaves it, when there are no records
CREATE FUNCTION t.build(rule bigint, VARIADIC keys text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE crm.matching_rule SET keys_built = (SELECT array_agg('1 ' || k ORDER BY o) FROM unnest(keys) WITH ORDINALITY u (k, o)) WHERE id = rule
$$;
CREATE FUNCTION t.found(object text, record jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', rule, name, score, fields::text), ', ' ORDER BY rule, name) FROM leadconv.find_matches(object, record)
$$;
-- only the rules of this file
UPDATE crm.matching_rule SET is_active = false, keys_built = NULL;
SELECT t.no_duplicate_rules();

-- filters
SELECT throws_ok($$SELECT t.rule('bad', '1 AND')$$, 'LC003',
    'matching rule "bad" of object "contact" cannot be used: its boolean filter ends where a number or a parenthesis should be', 'a filter that ends early');
SELECT throws_ok($$SELECT t.rule('bad', '1 2')$$, 'LC003',
    'matching rule "bad" of object "contact" cannot be used: its boolean filter has "2" where AND or OR should be', 'no operator');
SELECT throws_ok($$SELECT t.rule('bad', '(1 OR 2')$$, 'LC003',
    'matching rule "bad" of object "contact" cannot be used: a parenthesis of its boolean filter is not closed', 'an open parenthesis');
SELECT throws_ok($$SELECT t.rule('bad', '1 AND NOT 2')$$, 'LC003',
    'matching rule "bad" of object "contact" cannot be used: its boolean filter has NOT, which a matching rule cannot have', 'NOT');
SELECT throws_ok($$SELECT t.rule('bad', '1 ; DROP')$$, 'LC003',
    'matching rule "bad" of object "contact" cannot be used: its boolean filter has "; DROP" where AND or OR should be', 'something else');
SELECT throws_ok($$SELECT t.rule('bad', repeat('(', 100000))$$, '54001', NULL, 'too many parentheses');
SELECT t.rule('many', NULL, 'contact', false) AS many \gset
SELECT t.item(:many, g, (ARRAY['phone', 'email', 'title', 'department', 'fax', 'last_name', 'first_name'])[g]) FROM generate_series(1, 7) g;
SELECT throws_ok(format($$UPDATE crm.matching_rule SET is_active = true, boolean_filter = (SELECT string_agg('(1 OR 2 OR 3 OR 4 OR 5 OR 6 OR 7)', ' AND ')
    FROM generate_series(1, 7)) WHERE id = %s$$, :many), 'LC003',
    'matching rule "many" of object "contact" cannot be used: its boolean filter has more than 64 alternatives', 'many alternatives');

-- items
SELECT t.rule('badge', '1 OR (2 and 3)') AS badge \gset
SELECT throws_ok(format($$SELECT t.item(%s, 1, 'badge')$$, :badge), 'LC003',
    'matching rule "badge" of object "contact" cannot be used: item 1 compares column "badge", which table "crm.contact" does not have', 'no such column');
SELECT throws_ok(format($$SELECT t.item(%s, 1, 'account.badge')$$, :badge), 'LC003',
    'matching rule "badge" of object "contact" cannot be used: item 1 compares column "badge", which table "crm.account" does not have', 'nor of the account');
SELECT throws_ok(format($$SELECT t.item(%s, 1, 'email', 'Soundex')$$, :badge), '23514', NULL, 'no such method');
SELECT lives_ok(format($$SELECT t.item(%s, 1, 'badge_number')$$, :badge), 'items come one by one');
SELECT lives_ok(format($$SELECT t.item(%s, 2, 'last_name', 'LastName')$$, :badge), 'another');
SELECT results_eq(format($$SELECT problem FROM leadconv.validate() WHERE object = 'crm.matching_rule %s'$$, :badge),
    $$VALUES ('rule "badge" of object "contact" is not used: its boolean filter names item 3, which it does not have')$$, 'validate() tells what is missing');
SELECT t.item(:badge, 3, 'home_phone', 'Phone');
SELECT results_eq(format($$SELECT problem, severity, hint FROM leadconv.validate() WHERE object = 'crm.matching_rule %s'$$, :badge),
    $$VALUES ('rule "badge" of object "contact" is not used: its match keys are not built', 'warning', 'Run CALL leadconv.build_match_keys(''badge'', ''contact'').')$$,
    'and that it is not built');
SELECT t.build(:badge, 'badge_number:Exact', 'last_name:LastName+home_phone:Phone');
SELECT is_empty('SELECT * FROM leadconv.validate()', 'when it is, all is well');

-- its use
INSERT INTO crm.contact (first_name, last_name, badge_number, home_phone) VALUES ('Ada', 'King', 'A-1', '030 123456'), ('Eva', 'Kong', 'B-2', '030 654321');
SELECT is(t.found('contact', '{"badge_number": "a-1"}'), 'badge Ada King 100 {badge_number}', 'a rule of one''s own on a custom column');
SELECT is(t.found('contact', '{"badge_number": "B-2", "last_name": "KING", "home_phone": "030 123456"}'),
    'badge Ada King 100 {last_name,home_phone}, badge Eva Kong 100 {badge_number}', 'either of its alternatives');
SELECT is(t.found('contact', '{"badge_number": " ", "last_name": "King"}'), NULL, 'blanks do not match');

-- changes of a rule whose keys are built
SELECT throws_ok(format('DELETE FROM crm.matching_rule_item WHERE matching_rule_id = %s AND sort_order = 3', :badge), 'LC003',
    'matching rule "badge" of object "contact" cannot be used: its boolean filter names item 3, which it does not have', 'no item is taken from a rule that is built');
SELECT throws_ok(format($$UPDATE crm.matching_rule SET match_keys = '{title}' WHERE id = %s$$, :badge), 'LC003',
    'matching rule "badge" of object "contact" cannot be used: match key "title" has field "title", which none of its items compares', 'a key of another field');
SELECT throws_ok(format($$UPDATE crm.matching_rule SET match_keys = '{badge_number}' WHERE id = %s$$, :badge), 'LC003',
    'matching rule "badge" of object "contact" cannot be used: what matches by (2 AND 3) is found by none of its match keys', 'an alternative without a key');
SELECT throws_like(format($$UPDATE crm.matching_rule SET match_keys = '{"badge_number(1"}' WHERE id = %s$$, :badge),
    '%match key "badge_number(1" has "(1" where a number of words and one of characters should be', 'a key that cannot be read');
UPDATE crm.matching_rule SET match_keys = '{badge_number,last_name}' WHERE id = :badge;
SELECT is(t.found('contact', '{"badge_number": "A-1"}'), NULL, 'with other keys it is not used before they are built');
UPDATE crm.matching_rule SET match_keys = NULL WHERE id = :badge;
UPDATE crm.matching_rule_item SET matching_method = 'Phone' WHERE matching_rule_id = :badge AND sort_order = 1;
SELECT is(t.found('contact', '{"badge_number": "A-1"}'), NULL, 'nor with another method');
UPDATE crm.matching_rule_item SET matching_method = 'Exact' WHERE matching_rule_id = :badge AND sort_order = 1;
SELECT isnt(t.found('contact', '{"badge_number": "A-1"}'), NULL, 'as it was, it is');

-- what becomes wrong later
ALTER TABLE crm.contact RENAME badge_number TO badge_no;
SELECT is(t.found('contact', '{"badge_number": "A-1"}'), NULL, 'a column that is gone makes a rule unusable');
SELECT lives_ok($$INSERT INTO crm.contact (last_name) VALUES ('Quist')$$, 'and is no error where records are written');
SELECT results_eq(format($$SELECT problem, severity FROM leadconv.validate() WHERE object = 'crm.matching_rule %s'$$, :badge),
    $$VALUES ('rule "badge" of object "contact" is not used: item 1 compares column "badge_number", which table "crm.contact" does not have; it was renamed to "badge_no"', 'warning')$$,
    'validate() tells of it');
SELECT lives_ok(format('UPDATE crm.matching_rule SET is_active = false, keys_built = NULL WHERE id = %s', :badge), 'it can be switched off');
ALTER TABLE crm.contact RENAME badge_no TO badge_number;

-- only titles, too many
SELECT t.rule('title') AS title \gset
SELECT throws_ok(format($$SELECT t.item(%s, 1, 'title', 'Title')$$, :title), 'LC003',
    'matching rule "title" of object "contact" cannot be used: a group of its filter has only fields that yield no match key (item 1)', 'a title gives no key');
SELECT lives_ok($$SELECT t.rule('r' || g, NULL, 'account') FROM generate_series(1, 5) g$$, 'five active rules of an object');
SELECT throws_ok($$SELECT t.rule('r6', NULL, 'account')$$, 'LC021', 'more than 5 matching rules of object "account" are active', 'a sixth');
SELECT lives_ok($$SELECT t.rule('r6', NULL, 'account', false)$$, 'a sixth that is not active');
SELECT throws_ok($$UPDATE crm.matching_rule SET is_active = true WHERE developer_name = 'r6'$$, 'LC021',
    'more than 5 matching rules of object "account" are active', 'nor can it be made active');
SELECT throws_ok($$SELECT t.rule('s' || g, NULL, 'lead', false) FROM generate_series(1, 100) g$$, 'LC021', 'there are more than 100 matching rules', 'a hundred');

-- blanks that match
SELECT t.rule('blanks') AS blanks \gset
SELECT t.item(:blanks, 1, 'last_name', 'LastName');
SELECT t.item(:blanks, 2, 'badge_number', 'Exact', 'MatchBlanks');
SELECT t.build(:blanks, 'last_name:LastName+badge_number:Exact?');
SELECT is_empty(format($$SELECT * FROM leadconv.validate() WHERE object = 'crm.matching_rule %s'$$, :blanks), 'a rule by which blanks match');
INSERT INTO crm.contact (first_name, last_name, badge_number) VALUES ('No', 'Badge', NULL), ('Empty', 'Badge', ' '), ('Some', 'Badge', 'C-3');
SELECT is(t.found('contact', '{"last_name": "Badge"}'), 'blanks Empty Badge 100 {last_name}, blanks No Badge 100 {last_name}', 'two blanks match, of which one may be empty and the other missing');
SELECT is(t.found('contact', '{"last_name": "Badge", "badge_number": "c-3"}'), 'blanks Some Badge 100 {last_name,badge_number}', '... a value and a blank do not');
UPDATE crm.matching_rule_item SET blank_value_behavior = 'NullNotAllowed' WHERE matching_rule_id = :blanks;
SELECT t.build(:blanks, 'last_name:LastName+badge_number:Exact');
SELECT is(t.found('contact', '{"last_name": "Badge"}'), NULL, '... and without the option none do');
UPDATE crm.matching_rule SET is_active = false, keys_built = NULL WHERE id = :blanks;

-- least scores of alternatives
SELECT t.rule('least', '1 OR 2') AS least \gset
SELECT t.item(:least, 1, 'home_phone', 'Phone');
SELECT t.item(:least, 2, 'other_phone', 'Phone');
SELECT t.build(:least, 'home_phone:Phone', 'other_phone:Phone');
INSERT INTO crm.contact (last_name, home_phone, other_phone) VALUES ('Call', '415-555-1234', '415-555-1234');
SELECT is(t.found('contact', '{"home_phone": "415-555-5678"}'), 'least Call 90 {home_phone}', 'a score that is enough');
UPDATE crm.matching_rule SET group_scores = '{95,80}' WHERE id = :least;
SELECT is(t.found('contact', '{"home_phone": "415-555-5678"}'), NULL, '... and not when the alternative wants more');
SELECT is(t.found('contact', '{"other_phone": "415-555-5678"}'), 'least Call 90 {other_phone}', '... unlike the other one');

-- letters that are written from right to left, and in other ways
INSERT INTO crm.contact (last_name, home_phone) VALUES ('محمد', '+20 2 55551234'), ('כהן', '+972 3 5555678'), ('ราชา', '+66 2 5551234');
SELECT is(t.found('contact', '{"home_phone": "+20 2 55551234"}') || t.found('contact', '{"home_phone": "+972 3 5555678"}') || t.found('contact', '{"home_phone": "+66 2 5551234"}'),
    'least محمد 100 {home_phone}least כהן 100 {home_phone}least ราชา 100 {home_phone}', 'Arabic, Hebrew, Thai');
SELECT results_eq($$SELECT leadconv.match_score(m, a, b) FROM (VALUES ('LastName', 'محمد', 'محمد'), ('LastName', 'محمّد', 'محمد'), ('FirstName', 'כהן', 'כהן'), ('CompanyName', 'شركة النور', 'شركة النور')) v (m, a, b)$$,
    'VALUES (100), (100), (100), (100)', '... are compared, marks aside');

-- limits of one rule
SELECT throws_ok(format($$UPDATE crm.matching_rule SET match_keys = (SELECT array_agg('home_phone(' || i || ',1)') FROM generate_series(1, 11) i) WHERE id = %s$$, :least), 'LC003',
    'matching rule "least" of object "contact" cannot be used: it has more than 10 match keys', 'ten match keys');
SELECT t.rule('big', NULL, 'contact', true) AS big \gset
SELECT throws_ok(format($$SELECT t.item(%s, i, 'last_name') FROM generate_series(1, 33) i$$, :big), 'LC003',
    'matching rule "big" of object "contact" cannot be used: it has more than 32 items', 'thirty-two items');
SELECT throws_ok($$INSERT INTO crm.duplicate_rule_match_rule (duplicate_rule_id, sort_order, matching_rule_id) SELECT id, 4, matching_rule_id FROM crm.duplicate_rule$$, '23514', NULL, 'three matching rules of a duplicate rule');
SELECT throws_ok($$UPDATE crm.matching_rule SET object = 'campaign'$$, '23514', NULL, 'of four objects');

SELECT * FROM finish();
ROLLBACK;
