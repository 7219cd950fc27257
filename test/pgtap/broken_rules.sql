-- Matching rules and duplicate rules that have become wrong: validate() tells of each, the
-- columns that they name are protected, and what was written in the meantime is found later
BEGIN;
\ir helpers.psql
SELECT no_plan();

ALTER TABLE crm.contact ADD badge text, ADD hired date;
ALTER TABLE crm.account ADD tier text;
ALTER TABLE crm.app_user ADD region text;
CREATE FUNCTION t.matching(name text, object text, filter text, VARIADIC items text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    rule bigint;
BEGIN
    INSERT INTO crm.matching_rule (object, developer_name, master_label, boolean_filter) VALUES (object, name, name, filter) RETURNING id INTO rule;
    INSERT INTO crm.matching_rule_item (matching_rule_id, sort_order, field, matching_method)
        SELECT rule, o, split_part(i, ':', 1), split_part(i, ':', 2) FROM unnest(items) WITH ORDINALITY u (i, o);
    RETURN rule;
END $$;
-- as build_match_keys() leaves it, when there are no records
CREATE FUNCTION t.build(rule bigint, VARIADIC keys text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE crm.matching_rule SET keys_built = (SELECT array_agg('1 ' || k ORDER BY o) FROM unnest(keys) WITH ORDINALITY u (k, o)) WHERE id = rule
$$;
CREATE FUNCTION t.condition(rule bigint, number int, field text, operation text, value text, object text DEFAULT 'record') RETURNS void LANGUAGE sql AS $$
    INSERT INTO crm.duplicate_rule_filter_item (duplicate_rule_id, sort_order, object, field, operation, value) VALUES (rule, number, object, field, operation, value) $$;
CREATE FUNCTION t.told() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' | ', severity, regexp_replace(object, '\d+', 'N'), problem), E'\n' ORDER BY object, problem) FROM leadconv.validate() $$;
CREATE FUNCTION t.hints() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(hint, E'\n' ORDER BY object, problem) FROM leadconv.validate() $$;
CREATE FUNCTION t.found(object text, record jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ', ' ORDER BY name) FROM leadconv.find_matches(object, record)
$$;
CREATE FUNCTION t.protected(col text) RETURNS boolean LANGUAGE sql AS $$
    SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'crm.mapped_columns'::regclass AND attname = col) $$;

SELECT is(t.told(), NULL, 'all is well in a new database');
SELECT id AS contact_match FROM crm.matching_rule WHERE is_standard AND object = 'contact' \gset
SELECT id AS lead_match FROM crm.matching_rule WHERE is_standard AND object = 'lead' \gset
SELECT id AS contact_rule FROM crm.duplicate_rule WHERE is_standard AND object = 'contact' \gset

--
-- Duplicate rules
--
UPDATE crm.matching_rule SET is_active = false WHERE id = :contact_match;
SELECT is(t.told(), 'warning | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" finds nothing: matching rule "Standard_Contact_Match_Rule_v1_1" of object "contact" is not active',
    'a rule whose only matching rule is not active');
SELECT is(t.hints(), 'Set is_active of the matching rule in crm.matching_rule, or that of this rule to false in crm.duplicate_rule.', 'and what to do');
INSERT INTO crm.duplicate_rule_match_rule (duplicate_rule_id, sort_order, matching_rule_id) VALUES (:contact_rule, 2, :lead_match);
SELECT is(t.told(), 'warning | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" asks one matching rule less: matching rule "Standard_Contact_Match_Rule_v1_1" of object "contact" is not active',
    'one of several');
UPDATE crm.duplicate_rule SET is_active = false WHERE id = :contact_rule;
SELECT is(t.told(), NULL, 'nobody minds what a rule finds that is not active');
UPDATE crm.duplicate_rule SET is_active = true WHERE id = :contact_rule;
UPDATE crm.matching_rule SET is_active = true WHERE id = :contact_match;
SAVEPOINT a;
UPDATE crm.matching_rule SET keys_built = NULL WHERE id = :lead_match;
SELECT is(t.told(), concat_ws(E'\n', 'warning | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" asks one matching rule less: matching rule "Standard_Lead_Match_Rule_v1_0" of object "lead" has no match keys: they are not built',
    'warning | crm.duplicate_rule N | rule "Standard_Lead_Duplicate_Rule" of object "lead" finds nothing: matching rule "Standard_Lead_Match_Rule_v1_0" of object "lead" has no match keys: they are not built',
    'warning | crm.matching_rule N | rule "Standard_Lead_Match_Rule_v1_0" of object "lead" is not used: its match keys are not built'), 'keys that are not built: each rule that they are missing to');
ROLLBACK TO a;
ALTER TABLE crm.duplicate_rule_match_rule DROP CONSTRAINT duplicate_rule_match_rule_matching_rule_id_fkey;
UPDATE crm.duplicate_rule_match_rule SET matching_rule_id = 4711;
SELECT is(t.told(), 'warning | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" asks one matching rule less: matching rule 4711 does not exist', 'a matching rule that is gone');
ROLLBACK TO a;

-- conditions
SELECT t.condition(:contact_rule, 1, 'badge', 'equals', 'A');
SELECT t.condition(:contact_rule, 2, 'hired', 'greaterThan', '2020-01-01');
SELECT t.condition(:contact_rule, 3, 'region', 'equals', 'North', 'user');
SELECT t.condition(:contact_rule, 4, 'account.tier', 'equals', 'gold');
SELECT is(t.told(), NULL, 'conditions that can be asked');
SELECT is(ARRAY[t.protected('contact.badge'), t.protected('contact.hired'), t.protected('app_user.region'), t.protected('account.tier')], '{t,t,t,t}', 'the columns are protected');
SELECT throws_ok('ALTER TABLE crm.contact DROP badge', '2BP01', NULL, 'none is dropped');
SELECT throws_ok('ALTER TABLE crm.app_user DROP region', '2BP01', NULL, 'also of users');
SELECT throws_ok('ALTER TABLE crm.account ALTER tier TYPE integer USING 1', '0A000', NULL, 'or retyped');
SAVEPOINT b;
ALTER TABLE crm.contact RENAME badge TO badge_no;
SELECT is(t.told(), 'error | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used, and no record can be written that it would judge: table "crm.contact" has no column "badge", which a condition of it names; it was renamed to "badge_no"',
    'a column that was renamed');
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', t.lead()), 'LC003', 'duplicate rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used', 'so it is');
UPDATE crm.duplicate_rule_filter_item SET field = 'badge_no' WHERE field = 'badge';
SELECT is(t.told(), NULL, 'with the new name all is well');
SELECT is(ARRAY[t.protected('contact.badge'), t.protected('contact.badge_no')], '{f,t}', 'which is protected');
ROLLBACK TO b;
UPDATE crm.duplicate_rule_filter_item SET value = 'long ago' WHERE field = 'hired';
SELECT is(t.told(), 'error | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used, and no record can be written that it would judge: its condition on column "hired" cannot be asked: invalid input syntax for type date: "long ago"',
    'a value that is none of the column''s type');
UPDATE crm.duplicate_rule_filter_item SET value = '2020-01-01', operation = 'contains' WHERE field = 'hired';
SELECT is(t.told(), 'error | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used, and no record can be written that it would judge: operation "contains" is for texts, and column "hired" is date',
    'an operation that does not fit');
ROLLBACK TO b;
UPDATE crm.duplicate_rule SET boolean_filter = '1 AND (2 OR' WHERE id = :contact_rule;
SELECT is(t.told(), 'error | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used, and no record can be written that it would judge: its boolean filter ends where a number or a parenthesis should be', 'a filter that cannot be read');
UPDATE crm.duplicate_rule SET boolean_filter = '1 AND 7' WHERE id = :contact_rule;
SELECT is(t.told(), 'error | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used, and no record can be written that it would judge: its boolean filter names item 7, which it does not have', 'or names a condition that there is not');
ALTER TABLE crm.duplicate_rule_filter_item ALTER field DROP NOT NULL;
UPDATE crm.duplicate_rule_filter_item SET field = NULL WHERE field = 'badge';
SELECT matches(t.told(), '^error \| crm.duplicate_rule_filter_item \| column "field" of table "crm.duplicate_rule_filter_item" is null: In the row with id \d+\.$', 'NULL where something must be');
UPDATE crm.duplicate_rule SET is_active = false WHERE id = :contact_rule;
SELECT is(t.protected('contact.hired'), false, 'columns of a rule that is not active are not protected');
SELECT lives_ok('ALTER TABLE crm.contact DROP hired', 'and can be dropped');
ROLLBACK TO a;

-- field_mapping
UPDATE crm.duplicate_rule SET field_mapping = '{"email": "e_mail"}' WHERE id = :contact_rule;
SELECT is(t.told(), 'error | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used, and no record can be written that it would judge: table "crm.contact" has no column "e_mail", which its field_mapping names', 'a column that stands for another, and is none');
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', t.lead()), 'LC003', 'duplicate rule "Standard_Contact_Duplicate_Rule" of object "contact" cannot be used', 'conversions are told the same');
ROLLBACK TO a;
ALTER TABLE crm.lead ADD badge text;
SELECT t.matching('lead_badge', 'lead', NULL, 'badge:Exact') AS lead_badge \gset
SELECT t.build(:lead_badge, 'badge:Exact');
ALTER TABLE crm.contact RENAME badge TO badge_of_contact;
UPDATE crm.duplicate_rule_match_rule SET matching_rule_id = :lead_badge;
SELECT is(t.told(), 'warning | crm.duplicate_rule N | rule "Standard_Contact_Duplicate_Rule" of object "contact" has nothing to compare with field "badge" of matching rule "lead_badge" of object "lead"', 'a field that nothing stands for');
UPDATE crm.duplicate_rule_match_rule SET field_mapping = '{"badge": "badge_of_contact"}';
SELECT is(t.told(), NULL, 'until something does');
ROLLBACK TO a;

ALTER TABLE crm.duplicate_rule DROP CONSTRAINT duplicate_rule_field_mapping_check;
UPDATE crm.duplicate_rule SET field_mapping = '[1]' WHERE id = :contact_rule;
SELECT is(t.told(), 'error | crm.duplicate_rule | cannot call jsonb_each_text on a non-object', 'what is no mapping at all');
ROLLBACK TO a;

--
-- Matching rules
--
SELECT t.matching('badge', 'contact', '1 OR (2 AND 3)', 'badge:Exact', 'hired:Exact', 'account.tier:Exact') AS badge \gset
SELECT t.build(:badge, 'badge:Exact', 'hired:Exact@date+account.tier:Exact');
SELECT is(t.told(), NULL, 'a rule on columns of one''s own');
SELECT is(ARRAY[t.protected('contact.badge'), t.protected('contact.hired'), t.protected('account.tier')], '{t,t,t}', 'the columns are protected');
SELECT throws_ok('ALTER TABLE crm.contact ALTER badge TYPE varchar(10)', '0A000', NULL, 'and not retyped');
-- renamed, and back: who was written in between has the keys
ALTER TABLE crm.contact RENAME badge TO badge_no;
SELECT is(t.told(), 'warning | crm.matching_rule N | rule "badge" of object "contact" is not used: item 1 compares column "badge", which table "crm.contact" does not have; it was renamed to "badge_no"', 'a column that was renamed');
SELECT t.new('contact', '{"last_name": "Quist", "badge_no": "A-1"}') AS quist \gset
ALTER TABLE crm.contact RENAME badge_no TO badge;
SELECT is(t.told(), NULL, 'as it was, all is well');
SELECT is(t.found('contact', '{"badge": "a-1"}'), 'Quist', 'and what has been written under the other name is found');
ALTER TABLE crm.contact RENAME badge TO badge_no;
UPDATE crm.matching_rule_item SET field = 'badge_no' WHERE field = 'badge';
SELECT is(t.told(), 'warning | crm.matching_rule N | rule "badge" of object "contact" is not used: its match keys are not built', 'with the new name keys are to be built');
ROLLBACK TO a;
-- dropped all the same, and made again
SELECT t.matching('badge', 'contact', '1 OR 2', 'badge:Exact', 'account.tier:Exact') AS badge \gset
SELECT t.build(:badge, 'badge:Exact', 'account.tier:Exact');
ALTER TABLE crm.contact DROP badge CASCADE;
SELECT is(t.told(), 'warning | crm.matching_rule N | rule "badge" of object "contact" is not used: item 1 compares column "badge", which table "crm.contact" does not have', 'a column that is gone');
SELECT t.new('account', '{"name": "Nile", "tier": "gold"}') AS nile \gset
SELECT t.new('contact', format('{"last_name": "Quist", "account_id": %s}', :nile)::jsonb) AS quist \gset
ALTER TABLE crm.contact ADD badge text;
SELECT is(t.found('contact', '{"account.tier": "gold"}'), 'Quist', 'when it is there again, nothing that was written in between is missing');
UPDATE crm.contact SET badge = 'B-2' WHERE id = :quist;
SELECT is(t.found('contact', '{"badge": "b-2"}'), 'Quist', 'nor what it gets then');
SELECT leadconv.protect_mapped_columns();
SELECT is(t.protected('contact.badge'), true, 'protect_mapped_columns() protects it');
-- another type: other keys
UPDATE crm.matching_rule SET is_active = false WHERE id = :badge;
SELECT throws_ok('ALTER TABLE crm.contact ALTER badge TYPE integer USING 7', '0A000', NULL, 'protected while its keys are kept');
SELECT t.drop_reports();
DROP VIEW crm.mapped_columns;
ALTER TABLE crm.contact ALTER badge TYPE integer USING 7;
UPDATE crm.matching_rule SET is_active = true WHERE id = :badge;
SELECT is(t.told(), 'warning | crm.matching_rule N | rule "badge" of object "contact" is not used: its match keys are not built', 'a column that was retyped makes other keys');
SELECT is(t.found('contact', '{"badge": "7"}'), NULL, 'so the rule is not used');
SELECT is(t.protected('contact.badge'), true, 'a change of a rule protects the columns anew');
SELECT t.build(:badge, 'badge:Exact@int4', 'account.tier:Exact');
UPDATE crm.contact SET badge = 8 WHERE id = :quist;
SELECT is(t.found('contact', '{"badge": "8"}'), 'Quist', 'with its new keys it is');
ROLLBACK TO a;

--
-- Who may change rules need not own crm
--
CREATE ROLE ruler;
GRANT USAGE ON SCHEMA crm TO ruler;
GRANT SELECT, INSERT, UPDATE, DELETE ON crm.matching_rule, crm.matching_rule_item, crm.duplicate_rule, crm.duplicate_rule_filter_item TO ruler;
SET ROLE ruler;
UPDATE crm.duplicate_rule SET boolean_filter = NULL;
INSERT INTO crm.duplicate_rule_filter_item (duplicate_rule_id, sort_order, field, value) SELECT id, 1, 'badge', 'x' FROM crm.duplicate_rule WHERE object = 'contact';
RESET ROLE;
SELECT is(t.protected('contact.badge'), true, 'a column that somebody else names is protected, too');
SELECT is((SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'crm.mapped_columns'::regclass), (SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'crm')::name, 'by the owner of crm');

SELECT * FROM finish();
ROLLBACK;
