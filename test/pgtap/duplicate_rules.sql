-- Duplicate rules during conversion: alert and block, reports, conditions, several
-- rules, who may see what, records of one call.
BEGIN;
\ir helpers.psql
SELECT no_plan();

-- The one person who comes again, and others
CREATE FUNCTION t.person(vals jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
    SELECT t.lead('{"first_name": "Maya", "last_name": "Rao", "company": "Acme", "email": "maya@acme.example", "phone": "415-555-1234",
        "street": "1 Main Street", "city": "Boston", "postal_code": "02101"}' || vals) $$;
CREATE FUNCTION t.other(n int, vals jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
    SELECT t.lead(jsonb_build_object('first_name', 'F' || n, 'last_name', 'Xy' || n || 'z', 'company', 'Firm' || n || n, 'email', n || '@firm' || n || '.example') || vals) $$;
-- How a request ends: what is made, or the error, in a subtransaction
CREATE FUNCTION t.outcome(request jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r leadconv.lead_convert_result;
    d text;
    h text;
BEGIN
    BEGIN
        r := t.convert(request);
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
    EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
        RETURN concat_ws(' ', 'made', CASE WHEN r.account_created THEN 'account' END, CASE WHEN r.contact_created THEN 'contact' END,
            (SELECT 'warned ' || string_agg(w.status_code, ' ') FROM unnest(r.warnings) w));
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
        RETURN concat_ws(' | ', SQLSTATE, SQLERRM, d);
    END;
END $$;
-- The same by a bulk call with partial success: the error of the result
CREATE FUNCTION t.error(request jsonb, allow_save boolean DEFAULT false) RETURNS jsonb LANGUAGE sql AS $$
    SELECT leadconv.convert_leads_json(jsonb_build_array(request), all_or_none => false, allow_save => allow_save) #> '{errors,0}' $$;
CREATE FUNCTION t.req(lead bigint, vals jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('lead_id', lead) || vals $$;
CREATE FUNCTION t.rule(obj text, vals jsonb) RETURNS bigint LANGUAGE sql AS $$
    SELECT t.new('duplicate_rule', jsonb_build_object('object', obj, 'developer_name', 'R' || (SELECT count(*) FROM crm.duplicate_rule), 'master_label', 'Rule',
        'matching_rule_id', (SELECT m.id FROM crm.matching_rule m WHERE m.is_standard AND m.object = obj)) || vals) $$;
CREATE FUNCTION t.only(rule bigint) RETURNS void LANGUAGE sql AS $$ UPDATE crm.duplicate_rule SET is_active = id = rule WHERE is_active <> (id = rule) $$;

SELECT id AS account_rule FROM crm.duplicate_rule WHERE is_standard AND object = 'account' AND is_active \gset
SELECT id AS contact_rule FROM crm.duplicate_rule WHERE is_standard AND object = 'contact' \gset
SELECT is((SELECT string_agg(concat_ws(' ', object, developer_name, action_on_insert, action_on_update, operations, operations_on_update, security_option, alert_text, is_active), E'\n' ORDER BY id) FROM crm.duplicate_rule),
    concat_ws(E'\n',
    'account Standard_Account_Duplicate_Rule Allow Allow {alert,report} {report} EnforceSharingRules Use one of these records? t',
    'contact Standard_Contact_Duplicate_Rule Allow Allow {alert,report} {report} EnforceSharingRules Use one of these records? t',
    'lead Standard_Lead_Duplicate_Rule Allow Allow {alert,report} {report} EnforceSharingRules Use one of these records? t',
    'account Standard_Person_Account_Duplicate_Rule Allow Allow {alert,report} {report} EnforceSharingRules Use one of these records? f'), 'the standard rules');

--
-- Alerts
--
SELECT (t.convert(t.person())).account_id AS a \gset
SELECT id AS c FROM crm.contact WHERE account_id = :a \gset
SELECT t.person() AS l \gset
SELECT t.refuses(t.req(:l), 'DUPLICATES_DETECTED', 'LC010', '{}', 'Use one of these records?', 'an alert refuses');
SELECT is(t.outcome(t.req(:l)), format('LC010 | Use one of these records? | Duplicate rule "Standard_Account_Duplicate_Rule", matching rule "Standard_Account_Match_Rule_v1_0": account %s "Acme" (score 100: name, billing_street, billing_city, billing_postal_code, phone).
Duplicate rule "Standard_Contact_Duplicate_Rule", matching rule "Standard_Contact_Match_Rule_v1_1": contact %s "Maya Rao" (score 100: first_name, last_name, account.name, email, phone, mailing_street, mailing_city, mailing_postal_code).', :a, :c), 'which are named, account first');
SELECT is(t.error(t.req(:l)) -> 'data', jsonb_build_array(
    jsonb_build_object('rule', 'Standard_Account_Duplicate_Rule', 'matching_rule', 'Standard_Account_Match_Rule_v1_0', 'object', 'account', 'alert_text', 'Use one of these records?', 'allow_save', true,
        'matches', jsonb_build_array(jsonb_build_object('id', :a, 'score', 100, 'fields', '["name", "billing_street", "billing_city", "billing_postal_code", "phone"]'::jsonb))),
    jsonb_build_object('rule', 'Standard_Contact_Duplicate_Rule', 'matching_rule', 'Standard_Contact_Match_Rule_v1_1', 'object', 'contact', 'alert_text', 'Use one of these records?', 'allow_save', true,
        'matches', jsonb_build_array(jsonb_build_object('id', :c, 'score', 100, 'fields', '["first_name", "last_name", "account.name", "email", "phone", "mailing_street", "mailing_city", "mailing_postal_code"]'::jsonb)))), 'and in the data');
SELECT is((SELECT data -> 0 ->> 'rule' FROM crm.lead_conversion_error ORDER BY id DESC LIMIT 1), 'Standard_Account_Duplicate_Rule', 'which failures keep');
DELETE FROM crm.lead_conversion_error;
SELECT t.person('{"company": "Globex", "street": "9 Other Road", "city": "Austin", "postal_code": "73301", "phone": null}') AS elsewhere \gset
SELECT t.refuses(t.req(:elsewhere), 'DUPLICATES_DETECTED', 'LC010', '{}', 'Use one of these records?', 'only the contact matches: no account is made either');
SELECT matches(t.outcome(t.req(:elsewhere)), '^LC010 \| Use one of these records\? \| Duplicate rule "Standard_Contact_Duplicate_Rule"[^\n]*$', 'only it is told');
SELECT is(t.outcome(t.req(:l, jsonb_build_object('account_id', :a, 'contact_id', :c))), 'made', 'records that are there are not judged');
SELECT matches(t.outcome(t.req(:l, jsonb_build_object('account_id', :a))), 'contact ' || :c || ' "Maya Rao" \(score 100: first_name, last_name, account.name,', 'a new contact of one is, with the name of its account');
SELECT is(t.outcome(t.req(t.person('{"company": "Globex", "street": "9 Other Road", "city": "Austin", "postal_code": "73301", "phone": null, "email": null, "first_name": "Jo"}'))), 'made account contact', 'another is none');
SELECT is(t.outcome(t.req(:l, '{"account_record": {"name": "Umbrella"}, "contact_record": {"email": null, "phone": null, "mailing_street": null}}')), 'made account contact', 'the values of the request count, also when they are null');
SELECT matches(t.outcome(t.req(t.other(1), '{"contact_record": {"email": "maya@acme.example", "first_name": "Maya", "last_name": "Rao"}}')), 'contact ' || :c, '... and make a duplicate');

-- allow_save
SELECT is(t.outcome(t.req(:l, '{"allow_save": true}')), 'made account contact warned DUPLICATES_DETECTED', 'allow_save passes alerts');
SELECT is((SELECT count(*) FROM crm.duplicate_record_set), 0::bigint, 'what was rolled back leaves no set');
CREATE TEMP TABLE kept AS SELECT * FROM t.convert(t.req(:l, '{"allow_save": true}'));
SELECT account_id AS a2, contact_id AS c2 FROM kept \gset
SELECT is((SELECT (w).data -> 0 -> 'matches' -> 0 ->> 'id' FROM (SELECT unnest(warnings) w FROM kept) x), :'a', 'the warning has the data');
SELECT is((SELECT string_agg(concat_ws(' ', duplicate_rule, object, record_id, name), ', ' ORDER BY duplicate_record_item_id) FROM crm.duplicate_report),
    format('Standard Account Duplicate Rule account %s Acme, Standard Account Duplicate Rule account %s Acme, Standard Contact Duplicate Rule contact %s Maya Rao, Standard Contact Duplicate Rule contact %s Maya Rao', :a, :a2, :c, :c2), 'and they are reported, one set a rule');
SELECT results_eq(format('SELECT duplicates_overridden, undo -> ''duplicate_sets'', undo -> ''duplicate_items'' FROM crm.lead_conversion_audit a JOIN crm.lead_conversion c ON c.id = a.conversion_id WHERE a.lead_id = %s', :l),
    'SELECT true, (SELECT jsonb_agg(id ORDER BY id) FROM crm.duplicate_record_set), (SELECT jsonb_agg(id ORDER BY id) FROM crm.duplicate_record_item)', 'the ledger says so, and what was made');
SELECT is((SELECT bool_or(duplicates_overridden) FROM crm.lead_conversion_audit WHERE lead_id <> :l), false, 'and of no other conversion');
SELECT t.person() AS l3 \gset
CREATE TEMP TABLE third AS SELECT * FROM t.convert(t.req(:l3, '{"allow_save": true}'));
SELECT is((SELECT string_agg(n::text, ' ') FROM (SELECT count(*) n FROM crm.duplicate_report GROUP BY duplicate_record_set_id) x), '3 3', 'a third one goes into the sets that are there');
SELECT is((SELECT undo ? 'duplicate_sets' FROM crm.lead_conversion WHERE lead_id = :l3), false, '... which it has not made');

-- taken back: what a conversion has reported goes with its records
SAVEPOINT s;
SELECT is((leadconv.undo_lead_conversion(:l3)).success, true, 'undone, although the record is in a set');
SELECT is((SELECT string_agg(n::text, ' ') FROM (SELECT count(*) n FROM crm.duplicate_record_item GROUP BY duplicate_record_set_id) x), '2 2', '... which has it no more');
SELECT is((leadconv.undo_lead_conversion(:l)).success, true, 'undone, what has made the sets');
SELECT is((SELECT count(*) FROM crm.duplicate_record_set), 0::bigint, '... takes them along');
ROLLBACK TO s;
SELECT is((leadconv.undo_lead_conversion(:l)).success, true, 'undone before the other');
SELECT is((SELECT string_agg(n::text, ' ') FROM (SELECT count(*) n FROM crm.duplicate_record_item GROUP BY duplicate_record_set_id) x), '2 2', '... the sets stay, with the others');
ROLLBACK TO s;

-- a record that was there already, put into a set that was there already
SELECT t.new('account', '{"name": "Acme", "phone": "415-555-1234", "billing_street": "1 Main Street", "billing_city": "Boston", "billing_postal_code": "02101"}') AS there \gset
CREATE FUNCTION t.in_set(account bigint) RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM crm.duplicate_record_item WHERE account_id = account $$;
CREATE FUNCTION t.sizes() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(n::text, ' ' ORDER BY id) FROM (SELECT s.id, count(i.id) n FROM crm.duplicate_record_set s LEFT JOIN crm.duplicate_record_item i ON i.duplicate_record_set_id = s.id GROUP BY s.id) x $$;
SELECT t.person() AS l4 \gset
SELECT t.person() AS l5 \gset
SELECT account_id AS a4 FROM t.convert(t.req(:l4, '{"allow_save": true}')) \gset
SELECT is(t.sizes(), '5 4', 'both it and the new one are in the set');
SELECT is(t.in_set(:there), 1::bigint, 'it is');
SAVEPOINT u;
SELECT is((leadconv.undo_lead_conversion(:l4)).success, true, 'taken back');
SELECT is(t.sizes(), '3 3', 'neither is in it any more');
SELECT is(t.in_set(:there), 0::bigint, 'also not what was there before');
ROLLBACK TO u;
SELECT count(*) FROM t.convert(t.req(:l5, '{"allow_save": true}')) \g /dev/null
SELECT is(t.sizes(), '6 5', 'another one');
SELECT is((leadconv.undo_lead_conversion(:l4)).success, true, 'taken back, the first of two');
SELECT is(ARRAY[t.in_set(:there), t.in_set(:a4)], '{1,0}', 'what was there stays: it is like the other one, too');
ROLLBACK TO u;
SELECT count(*) FROM t.convert(t.req(:l5, '{"allow_save": true}')) \g /dev/null
SELECT is((SELECT count(*) FROM leadconv.undo_lead_conversions(ARRAY[:l4, :l5]::bigint[]) WHERE success), 2::bigint, 'both at once');
SELECT is(t.sizes(), '3 3', 'nothing of them is left');
ROLLBACK TO u;
-- a record that stays, because it has been edited
UPDATE crm.account SET description = 'Mine' WHERE id = :a4;
SELECT is((leadconv.undo_lead_conversion(:l4, on_change => 'keep')).success, true, 'taken back, but for the account');
SELECT is(ARRAY[t.in_set(:there), t.in_set(:a4)], '{1,1}', 'it is a duplicate still');
ROLLBACK TO s;

-- flags that skip rules
SELECT t.person() AS l \gset
SELECT is(t.outcome(t.req(:l, '{"bypass_account_dedupe_check": true, "bypass_contact_dedupe_check": true}')), 'made account contact', 'the flags skip the rules');
SELECT matches(t.outcome(t.req(:l, '{"bypass_account_dedupe_check": true}')), '^LC010 [^\n]* Duplicate rule "Standard_Contact_Duplicate_Rule"', 'each its own');
SELECT matches(t.outcome(t.req(:l, '{"bypass_contact_dedupe_check": true}')), '^LC010 [^\n]* Duplicate rule "Standard_Account_Duplicate_Rule"[^\n]*$', '... and the other one its own');
SAVEPOINT s;
DELETE FROM crm.duplicate_record_set;
SELECT count(*) FROM t.convert(t.req(:l, '{"bypass_account_dedupe_check": true, "bypass_contact_dedupe_check": true, "allow_save": true}')) \g /dev/null
SELECT is((SELECT count(*) FROM crm.duplicate_record_set), 0::bigint, 'and the report');
ROLLBACK TO s;
UPDATE crm.lead_convert_settings SET require_validation = false;
SELECT is(t.outcome(t.req(:l)), 'made account contact', 'without require_validation no rule is asked');
ROLLBACK TO s;
UPDATE crm.duplicate_rule SET is_active = false;
SELECT is(t.outcome(t.req(:l)), 'made account contact', 'nor one that is not active');
ROLLBACK TO s;
UPDATE crm.matching_rule SET is_active = false;
SELECT is(t.outcome(t.req(:l)), 'made account contact', 'nor one whose matching rule is not');
ROLLBACK TO s;

-- Looking
SELECT is((SELECT string_agg(concat_ws(' ', step, object, record_id, field, new_value, source, status_code, note), E'\n') FROM t.look(t.req(:l)) WHERE step IN ('duplicate', 'error') AND ((object, record_id) IN (('account', :a), ('contact', :c)) OR step = 'error')),
    format(E'duplicate account %s DUPLICATES_DETECTED "Acme": score 100 by rule Standard_Account_Duplicate_Rule, matching rule Standard_Account_Match_Rule_v1_0 (name, billing_street, billing_city, billing_postal_code, phone)\nduplicate contact %s DUPLICATES_DETECTED "Maya Rao": score 100 by rule Standard_Contact_Duplicate_Rule, matching rule Standard_Contact_Match_Rule_v1_1 (first_name, last_name, account.name, email, phone, mailing_street, mailing_city, mailing_postal_code)\nerror DUPLICATES_DETECTED Use one of these records?', :a, :c), 'a look tells each of them');

--
-- Actions and operations
--
SELECT t.only(:account_rule);
UPDATE crm.duplicate_rule SET action_on_insert = 'Block', alert_text = 'Mine' WHERE id = :account_rule;
SELECT matches(t.outcome(t.req(:l, '{"allow_save": true}')), '^LC010 \| Use one of these records\? \|', 'a block is not passed by allow_save, and does not show the text of the rule');
SELECT is((t.error(t.req(:l), true) #> '{data,0}') - 'matches', '{"rule": "Standard_Account_Duplicate_Rule", "matching_rule": "Standard_Account_Match_Rule_v1_0", "object": "account", "allow_save": false}'::jsonb, '... which says so');
DELETE FROM crm.lead_conversion_error;
UPDATE crm.duplicate_rule SET action_on_insert = 'Allow' WHERE id = :account_rule;
SELECT is(t.error(t.req(:l)) #>> '{data,0,alert_text}', 'Mine', 'the text of an alert is in the data');
DELETE FROM crm.lead_conversion_error;
UPDATE crm.duplicate_rule SET operations = '{}' WHERE id = :account_rule;
SELECT is(t.outcome(t.req(:l)), 'made account contact', 'neither alert nor report: nothing is said');
SAVEPOINT s;
DELETE FROM crm.duplicate_record_set;
SELECT count(*) FROM t.convert(:l) \g /dev/null
SELECT is((SELECT count(*) FROM crm.duplicate_record_set), 0::bigint, '... nor reported');
ROLLBACK TO s;
UPDATE crm.duplicate_rule SET operations = '{report}' WHERE id = :account_rule;
DELETE FROM crm.duplicate_record_set;
SELECT is(t.outcome(t.req(:l)), 'made account contact', 'report without alert passes silently');
SELECT (t.convert(:l)).account_id AS a4 \gset
SELECT is((SELECT count(*) FROM crm.duplicate_report WHERE record_id = :a4), 1::bigint, '... and is reported');
SELECT is((SELECT duplicates_overridden FROM crm.lead_conversion_audit WHERE lead_id = :l), false, '... of which nothing was overridden');
ROLLBACK TO s;

--
-- Conditions
--
SELECT t.only(:account_rule);
UPDATE crm.duplicate_rule SET operations = '{alert}' WHERE id = :account_rule;
ALTER TABLE crm.account ADD COLUMN tier text, ADD COLUMN opened date, ADD COLUMN is_key boolean, ADD COLUMN kinds text;
SELECT t.new('app_user', '{"name": "Ann", "user_type": "Standard"}') AS ann \gset
CREATE FUNCTION t.asked(request jsonb, VARIADIC items text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    FOR i IN 1 .. array_length(items, 1) LOOP
        INSERT INTO crm.duplicate_rule_filter_item (duplicate_rule_id, sort_order, object, field, operation, value)
        SELECT (SELECT id FROM crm.duplicate_rule WHERE is_active), i, w[1], w[2], w[3], w[4] FROM string_to_array(items[i], '|', '-') w;
    END LOOP;
    result := CASE left(t.outcome(request), 5) WHEN 'LC010' THEN 'yes' WHEN 'made ' THEN 'no' ELSE t.outcome(request) END;
    DELETE FROM crm.duplicate_rule_filter_item;
    RETURN result;
END $$;
CREATE FUNCTION t.filter(vals jsonb, VARIADIC items text[]) RETURNS text LANGUAGE sql AS $$
    SELECT t.asked(jsonb_build_object('lead_id', (SELECT max(id) FROM crm.lead WHERE NOT is_converted AND email = 'maya@acme.example' AND company = 'Acme'), 'account_record', vals), VARIADIC items) $$;
SELECT is(t.filter(vals, item), want, format('%s: %s', vals, item)) FROM (VALUES
    ('{"tier": "gold"}'::jsonb, 'record|tier|equals|Gold', 'yes'),
    ('{"tier": "gold"}', 'record|tier|equals|silver', 'no'),
    ('{"tier": "gold"}', 'record|tier|equals|silver, GOLD', 'yes'),
    ('{"tier": "gold"}', 'record|tier|notEqual|silver,gold', 'no'),
    ('{}', 'record|tier|notEqual|silver', 'yes'),
    ('{}', 'record|tier|equals|silver', 'no'),
    ('{}', 'record|tier|equals|-', 'yes'),
    ('{"tier": " "}', 'record|tier|equals|-', 'yes'),
    ('{"tier": "x"}', 'record|tier|equals|-', 'no'),
    ('{"tier": "x"}', 'record|tier|notEqual|-', 'yes'),
    ('{}', 'record|tier|notEqual|-', 'no'),
    ('{"tier": "golden"}', 'record|tier|contains|OLD', 'yes'),
    ('{"tier": "golden"}', 'record|tier|notContain|old', 'no'),
    ('{}', 'record|tier|notContain|old', 'yes'),
    ('{"tier": "golden"}', 'record|tier|startsWith|go', 'yes'),
    ('{"tier": "golden"}', 'record|tier|startsWith|old', 'no'),
    ('{"tier": "b"}', 'record|tier|greaterThan|a', 'yes'),
    ('{"tier": "b"}', 'record|tier|lessThan|a', 'no'),
    ('{"kinds": "wine; beer"}', 'record|kinds|includes|beer', 'yes'),
    ('{"kinds": "wine;beers"}', 'record|kinds|includes|beer', 'no'),
    ('{"kinds": "wine;beers"}', 'record|kinds|excludes|beer;wine', 'no'),
    ('{"kinds": "wine;beers"}', 'record|kinds|excludes|beer', 'yes'),
    ('{"annual_revenue": 10}', 'record|annual_revenue|greaterThan|9', 'yes'),
    ('{"annual_revenue": 10}', 'record|annual_revenue|lessOrEqual|9.99', 'no'),
    ('{"annual_revenue": 10}', 'record|annual_revenue|equals|10.00', 'yes'),
    ('{}', 'record|annual_revenue|lessThan|9', 'no'),
    ('{"number_of_employees": 10}', 'record|number_of_employees|greaterOrEqual|10', 'yes'),
    ('{"opened": "2026-02-01"}', 'record|opened|lessThan|2026-10-01', 'yes'),
    ('{"opened": "2026-02-01"}', 'record|opened|greaterThan|2026-10-01', 'no'),
    ('{"is_key": true}', 'record|is_key|equals|True', 'yes'),
    ('{"is_key": false}', 'record|is_key|equals|true', 'no')) v (vals, item, want);
SELECT is(t.filter('{"tier": "gold"}', 'record|tier|equals|gold', 'record|is_key|equals|true'), 'no', 'all conditions');
UPDATE crm.duplicate_rule SET boolean_filter = '1 OR 2' WHERE id = :account_rule;
SELECT is(t.filter('{"tier": "gold"}', 'record|tier|equals|gold', 'record|is_key|equals|true'), 'yes', '... or as the filter says');
UPDATE crm.duplicate_rule SET boolean_filter = '1 AND (2 OR 3)' WHERE id = :account_rule;
SELECT is(t.filter('{"tier": "gold"}', 'record|tier|equals|gold', 'record|is_key|equals|true', 'record|kinds|equals|-'), 'yes', '... with parentheses');
UPDATE crm.duplicate_rule SET boolean_filter = '1 AND 4' WHERE id = :account_rule;
SELECT matches(t.filter('{}', 'record|tier|equals|gold'), '^LC003 \| duplicate rule "Standard_Account_Duplicate_Rule" of object "account" cannot be used \| What is wrong: its boolean filter names item 4', 'a filter that names what is not there');
UPDATE crm.duplicate_rule SET boolean_filter = NULL WHERE id = :account_rule;
SELECT matches(t.filter('{}', 'record|colour|equals|red'), '^LC003 .*table "crm.account" has no column "colour"', 'a column that is not there');
SELECT matches(t.filter('{}', 'record|annual_revenue|contains|1'), '^LC003 .*operation "contains" is for texts, and column "annual_revenue" is numeric', 'an operation that is not for the type');
SELECT matches(t.filter('{"annual_revenue": 1}', 'record|annual_revenue|equals|one'), '^22P02 ', 'a value that is none of the type');
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT is(t.filter('{}', 'user|name|equals|ann'), 'yes', 'a field of the user');
SELECT is(t.filter('{}', 'user|name|equals|bob'), 'no', '... which is not so');
SELECT set_config('leadconv.user_id', '', true);
SELECT is(t.filter('{}', 'user|name|equals|ann'), 'no', 'nobody is not so either');
SELECT is(t.filter('{}', $$record|tier|equals|' OR true; DROP TABLE crm.lead; --$$), 'no', 'values are values');

--
-- Several rules, several matching rules
--
SELECT t.rule('account', '{"action_on_insert": "Block", "sort_order": 0}') AS first_rule \gset
SELECT is((SELECT string_agg(d ->> 'rule', ' ') FROM jsonb_array_elements(t.error(t.req(t.person())) -> 'data') d), (SELECT developer_name::text FROM crm.duplicate_rule WHERE id = :first_rule) || ' Standard_Account_Duplicate_Rule', 'in their order');
SELECT is((SELECT string_agg(d ->> 'rule', ' ') FROM jsonb_array_elements(t.error(t.req(t.person()), true) -> 'data') d), (SELECT developer_name::text FROM crm.duplicate_rule WHERE id = :first_rule), 'with allow_save only those that block');
DELETE FROM crm.lead_conversion_error;
SELECT t.only(:contact_rule);
INSERT INTO crm.duplicate_rule_match_rule (duplicate_rule_id, sort_order, matching_rule_id) SELECT :contact_rule, 2, id FROM crm.matching_rule WHERE object = 'lead';
SELECT t.other(7) AS l7 \gset
SELECT t.other(7) AS again \gset
SELECT is(t.outcome(t.req(:l7)), 'made account contact', 'rules for other objects are not asked in conversions');
WITH m AS (INSERT INTO crm.matching_rule (object, developer_name, master_label, is_active) VALUES ('contact', 'By_Department', 'By department', false) RETURNING id)
INSERT INTO crm.matching_rule_item (matching_rule_id, sort_order, field) SELECT id, 1, 'department' FROM m;
INSERT INTO crm.duplicate_rule_match_rule (duplicate_rule_id, sort_order, matching_rule_id) SELECT :contact_rule, 3, id FROM crm.matching_rule WHERE developer_name = 'By_Department';
SELECT throws_ok(format('INSERT INTO crm.duplicate_rule_match_rule (duplicate_rule_id, sort_order, matching_rule_id) SELECT %s, 4, id FROM crm.matching_rule LIMIT 1', :contact_rule), '23514', NULL, 'there is no fourth one');

-- five are active at most
UPDATE crm.duplicate_rule SET is_active = false;
SELECT lives_ok($$SELECT t.rule('lead', '{}') FROM generate_series(1, 5)$$, 'five rules');
SELECT throws_ok($$SELECT t.rule('lead', '{}')$$, 'LC021', 'more than 5 duplicate rules of object "lead" are active', '... and no sixth');
SELECT lives_ok($$SELECT t.rule('lead', '{"is_active": false}')$$, '... that is active');
UPDATE crm.duplicate_rule SET is_active = is_standard AND developer_name !~ 'Person';
UPDATE crm.duplicate_rule SET operations = '{alert,report}' WHERE is_standard;

--
-- Who may see what
--
CREATE ROLE dr_seller;
GRANT USAGE ON SCHEMA crm, leadconv, t TO dr_seller;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA crm TO dr_seller;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv, t TO dr_seller;
SELECT t.other(8, '{"email": "z8@firm8.example", "city": "Rome"}') AS l8 \gset
SELECT (t.convert(:l8)).account_id AS a8 \gset
SELECT id AS c8 FROM crm.contact WHERE account_id = :a8 \gset
SELECT t.other(8, '{"email": "z8@firm8.example", "city": "Rome", "phone": "1"}') AS l8 \gset
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON crm.account TO dr_seller USING (id > 0 AND name <> 'Firm88' OR description = 'mine') WITH CHECK (true);
CREATE POLICY p ON crm.contact TO dr_seller USING (email <> 'z8@firm8.example' OR description = 'mine') WITH CHECK (true);
SET ROLE dr_seller;
SELECT is(t.outcome(t.req(:l8, '{"account_record": {"description": "mine"}, "contact_record": {"description": "mine"}}')), 'made account contact', 'a record that the caller may not see does not count');
RESET ROLE;
UPDATE crm.duplicate_rule SET security_option = 'BypassSharingRules' WHERE is_standard;
SET ROLE dr_seller;
SELECT is(t.outcome(t.req(:l8, '{"account_record": {"description": "mine"}, "contact_record": {"description": "mine"}}')),
    'LC010 | Use one of these records? | Duplicate rule "Standard_Contact_Duplicate_Rule", matching rule "Standard_Contact_Match_Rule_v1_1": a record that you may not see.', 'with BypassSharingRules it counts, and nothing is told but that there is one');
SELECT is(t.error(t.req(:l8)) #> '{data,0,matches}', '[]'::jsonb, '... also in the data');
SELECT is((SELECT string_agg(concat_ws(' ', step, object, record_id, field, new_value, note), ', ') FROM t.look(t.req(:l8, '{"account_record": {"description": "mine"}}')) WHERE step = 'duplicate'), 'duplicate contact a record that you may not see, by rule Standard_Contact_Duplicate_Rule, matching rule Standard_Contact_Match_Rule_v1_1', '... and to who looks');
SELECT is(t.outcome(t.req(:l8, '{"allow_save": true, "account_record": {"description": "mine"}, "contact_record": {"description": "mine"}}')), 'made account contact warned DUPLICATES_DETECTED', 'an alert about it can be passed');
RESET ROLE;
SELECT is((SELECT count(*) FROM crm.duplicate_record_item WHERE contact_id = :c8), 0::bigint, 'and it is not put into a set');
UPDATE crm.duplicate_rule SET security_option = 'EnforceSharingRules' WHERE is_standard;
REVOKE SELECT ON crm.contact, crm.account FROM dr_seller;
ALTER TABLE crm.account DISABLE ROW LEVEL SECURITY;
ALTER TABLE crm.contact DISABLE ROW LEVEL SECURITY;
SET ROLE dr_seller;
SELECT is(t.outcome(t.req(:l8)), 'made account contact', 'who may not read the tables is told of nothing');
RESET ROLE;

--
-- Records of one call
--
SELECT t.other(9, '{"city": "Oslo"}') AS x1, t.other(9, '{"city": "Oslo"}') AS x2, t.other(10) AS x3 \gset
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'success', r #>> '{errors,0,status_code}', r #>> '{errors,0,data,0,matches,0,request_position}'), ', ')
    FROM leadconv.convert_leads_json(jsonb_build_array(t.req(:x1), t.req(:x2), t.req(:x3)), all_or_none => false) r), 'true, false DUPLICATES_DETECTED 1, true', 'the second of a call is a duplicate of the first');
SELECT t.other(11, '{"city": "Oslo"}') AS x1, t.other(11, '{"city": "Oslo"}') AS x2 \gset
SELECT throws_ok(format('SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), leadconv.new_lead_convert(%s)])', :x1, :x2), 'LC010', 'Use one of these records?', 'all or none: none');
SELECT is((SELECT count(*) FROM crm.contact WHERE last_name = 'Xy11z'), 0::bigint, '... is made');
SELECT is((SELECT string_agg(r ->> 'success', ' ') FROM leadconv.convert_leads_json(jsonb_build_array(t.req(:x1, '{"converted_status": "No such"}'), t.req(:x2)), all_or_none => false) r), 'false true', 'one that is refused makes nothing to be a duplicate of');
SELECT t.other(12, '{"city": "Oslo"}') AS x1, t.other(12, '{"city": "Oslo"}') AS x2, t.other(12, '{"city": "Oslo"}') AS x3 \gset
DELETE FROM crm.duplicate_record_set;
SELECT is((SELECT string_agg(concat(r ->> 'success', jsonb_array_length(r -> 'warnings')), ' ') FROM leadconv.convert_leads_json(jsonb_build_array(t.req(:x1), t.req(:x2), t.req(:x3)), allow_save => true) r), 'true0 true1 true1', 'allow_save passes these, too');
SELECT is((SELECT string_agg(concat(object, n), ' ' ORDER BY object) FROM (SELECT object, count(*) n FROM crm.duplicate_report GROUP BY duplicate_record_set_id, object) x), 'contact3', 'and they are in one set');
SELECT t.other(13, '{"city": "Oslo"}') AS x1, t.other(13, '{"city": "Oslo"}') AS x2 \gset
SELECT is((SELECT string_agg(concat_ws(' ', r ->> 'success', r ->> 'account_created', r ->> 'contact_created'), ', ') FROM leadconv.convert_leads_json(jsonb_build_array(t.req(:x1), t.req(:x2)), reuse_accounts => true, reuse_contacts => true) r), 'true true true, true false false', 'what is reused is not judged');
SELECT is((SELECT string_agg(DISTINCT r #>> '{errors,0,status_code}', ' ') FROM leadconv.convert_leads_json((SELECT jsonb_agg(t.req(t.other(14))) FROM generate_series(1, 40)), all_or_none => false) r), 'DUPLICATES_DETECTED', 'many of a kind');
SELECT is((SELECT count(*) FROM crm.contact WHERE last_name = 'Xy14z'), 1::bigint, '... of which there is one');

--
-- Completions
--
SELECT t.other(15) AS x1, t.other(15) AS x2 \gset
SELECT count(*) FROM t.convert(:x1) \g /dev/null
SELECT count(*) FROM t.convert(t.req(:x2, '{"do_not_create_contact": true, "do_not_create_account": true, "do_not_create_opportunity": true}')) \g /dev/null
SELECT throws_ok(format('SELECT leadconv.complete_lead_conversion(%s, contact_record => ''{}'')', :x2), 'LC010', 'Use one of these records?', 'what completes a conversion is judged');

--
-- Person accounts
--
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.person('{"company": null, "email": "p@x.example"}') AS p1, t.person('{"company": null, "email": "p@x.example"}') AS p2 \gset
SELECT count(*) FROM t.convert(:p1) \g /dev/null
SELECT is(t.outcome(t.req(:p2)), 'made account contact', 'the rule for person accounts is not active');
UPDATE crm.matching_rule SET is_active = true, keys_built = match_keys WHERE object = 'person_account';
SELECT finish();
ROLLBACK;
