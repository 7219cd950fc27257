-- leadconv.check_duplicates(): duplicate rules as triggers on the tables, outside of
-- conversions.
BEGIN;
\ir helpers.psql
SELECT no_plan();
CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
UPDATE crm.duplicate_rule SET is_active = is_standard AND developer_name !~ 'Person';

-- How a statement ends
CREATE FUNCTION t.ends(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    d text;
    h text;
    n text;
BEGIN
    BEGIN
        EXECUTE query;
        RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
    EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
        RETURN 'done';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT, n = CONSTRAINT_NAME;
        RETURN concat_ws(' | ', SQLSTATE, SQLERRM, d, h, n);
    END;
END $$;
CREATE FUNCTION t.lead_row(vals jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT t.new(''lead'', %L)', '{"first_name": "Maya", "last_name": "Rao", "company": "Acme", "email": "maya@acme.example"}'::jsonb || vals) $$;
CREATE FUNCTION t.contact_row(vals jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT t.new(''contact'', %L)', '{"first_name": "Maya", "last_name": "Rao", "email": "maya@acme.example"}'::jsonb || vals) $$;

-- Insert
SELECT t.new('lead', '{"first_name": "Maya", "last_name": "Rao", "company": "Acme", "email": "maya@acme.example"}') AS l \gset
SELECT is(t.ends(t.lead_row()), format('LC010 | Use one of these records? | Duplicate rule "Standard_Lead_Duplicate_Rule", matching rule "Standard_Lead_Match_Rule_v1_0": lead %s "Maya Rao" (score 100: first_name, last_name, company, email). | Use the record that is there; or set leadconv.allow_save to write this one all the same. | Standard_Lead_Duplicate_Rule', :l), 'a new lead like another');
SELECT is(t.ends(t.lead_row('{"first_name": "Zoe", "email": "zoe@acme.example"}')), 'done', 'one unlike it');
SELECT is(t.ends(t.lead_row('{"is_deleted": true}')), 'done', 'one in the recycle bin');
SELECT is(t.ends('INSERT INTO crm.lead (first_name, last_name, company, email) VALUES (''Al'', ''Gore'', ''G'', ''al@g.example''), (''Al'', ''Gore'', ''G'', ''al@g.example'')') ~ '^LC010', true, 'two rows of a statement');
UPDATE crm.duplicate_rule SET alert_text = 'There is one.';
SELECT matches(t.ends(t.lead_row()), '^LC010 \| There is one\. \|', 'the text of the rule is shown');
UPDATE crm.duplicate_rule SET alert_text = 'Use one of these records?';

-- allow_save, report
SET LOCAL leadconv.allow_save = on;
SELECT is(t.ends(t.lead_row()), 'done', 'leadconv.allow_save passes an alert');
SELECT t.new('lead', '{"first_name": "Maya", "last_name": "Rao", "company": "Acme", "email": "maya@acme.example"}') AS l2 \gset
SELECT is((SELECT string_agg(concat(object, record_id), ' ' ORDER BY record_id) FROM crm.duplicate_report), format('lead%s lead%s', :l, :l2), '... and it is reported');
UPDATE crm.duplicate_rule SET action_on_insert = 'Block' WHERE object = 'lead';
SELECT matches(t.ends(t.lead_row()), '^LC010 \| Use one of these records\? \| .* \| Use the record that is there\. \|', 'but no block');
UPDATE crm.duplicate_rule SET action_on_insert = 'Allow' WHERE object = 'lead';
SET LOCAL leadconv.allow_save = off;
UPDATE crm.duplicate_rule SET operations = '{}' WHERE object = 'lead';
DELETE FROM crm.duplicate_record_set;
SELECT t.new('lead', '{"first_name": "Maya", "last_name": "Rao", "company": "Acme", "email": "maya@acme.example"}') AS l3 \gset
SELECT is((SELECT count(*) FROM crm.duplicate_record_set), 0::bigint, 'neither alert nor report');
DELETE FROM crm.lead WHERE id IN (:l2, :l3);
UPDATE crm.duplicate_rule SET operations = '{alert,report}' WHERE object = 'lead';

-- Update: by what the rule reads
SELECT t.new('lead', '{"first_name": "Zoe", "last_name": "Rao", "company": "Acme", "email": "zoe@acme.example"}') AS z \gset
SELECT is(t.ends(format('UPDATE crm.lead SET first_name = ''Maya'', email = ''maya@acme.example'' WHERE id = %s', :z)), 'done', 'the standard rule only reports a change');
UPDATE crm.lead SET first_name = 'Maya', email = 'maya@acme.example' WHERE id = :z;
SELECT is((SELECT string_agg(concat(object, record_id), ' ' ORDER BY record_id) FROM crm.duplicate_report), format('lead%s lead%s', :l, :z), '... so');
UPDATE crm.duplicate_rule SET action_on_update = 'Block' WHERE object = 'lead';
SELECT is(t.ends(format('UPDATE crm.lead SET description = ''x'', first_name = first_name WHERE id = %s', :z)), 'done', 'a change of nothing that it reads');
SELECT matches(t.ends(format('UPDATE crm.lead SET title = ''Dr'' WHERE id = %s', :z)), '^LC010', 'of something that it reads');
SELECT is(t.ends(format('UPDATE crm.lead SET is_deleted = true, title = ''Dr'' WHERE id = %s', :z)), 'done', 'into the recycle bin');
UPDATE crm.lead SET is_deleted = true WHERE id = :z;
SELECT is(t.ends(format('UPDATE crm.lead SET is_deleted = false WHERE id = %s', :z)), 'done', 'and out of it again');
UPDATE crm.duplicate_rule SET operations_on_update = NULL, action_on_update = 'Allow' WHERE object = 'lead';
SELECT matches(t.ends(format('UPDATE crm.lead SET is_deleted = false, title = ''Dr'' WHERE id = %s', :z)), '^LC010', 'without operations of its own, an update has those of an insert');
DELETE FROM crm.lead WHERE id = :z;

-- Contacts: the company is the account's name
SELECT t.new('account', '{"name": "Acme"}') AS a, t.new('account', '{"name": "Globex"}') AS b \gset
SELECT t.new('contact', jsonb_build_object('first_name', 'Kim', 'last_name', 'Lee', 'title', 'CEO', 'account_id', :a)) AS k \gset
SELECT matches(t.ends(t.contact_row(jsonb_build_object('first_name', 'Kim', 'last_name', 'Lee', 'title', 'CEO', 'email', null, 'account_id', :a))), format('contact %s "Kim Lee" \(score 100: first_name, last_name, title, account.name\)', :k), 'a contact of the same account');
SELECT t.new('contact', jsonb_build_object('first_name', 'Kim', 'last_name', 'Lee', 'title', 'CEO', 'account_id', :b)) AS k2 \gset
UPDATE crm.duplicate_rule SET action_on_update = 'Block' WHERE object = 'contact';
SELECT matches(t.ends(format('UPDATE crm.contact SET account_id = %s WHERE id = %s', :a, :k2)), '^LC010', 'who comes to it from another one');

-- Rules for another object
SELECT is(t.ends(t.contact_row()), 'done', 'a contact like a lead');
INSERT INTO crm.duplicate_rule_match_rule (duplicate_rule_id, sort_order, matching_rule_id) SELECT d.id, 2, m.id FROM crm.duplicate_rule d, crm.matching_rule m WHERE d.object = 'contact' AND m.object = 'lead';
SELECT matches(t.ends(t.contact_row()), format('lead %s "Maya Rao" \(score 100: first_name, last_name, email\)', :l), '... where the rule looks at leads');
SELECT matches(t.ends(t.contact_row(jsonb_build_object('email', null, 'phone', '415-555-9999', 'account_id', :a))), 'done', 'without phone of the lead no match');
UPDATE crm.lead SET phone = '415-555-9999', email = NULL WHERE id = :l;
SELECT matches(t.ends(t.contact_row(jsonb_build_object('email', null, 'mobile_phone', '415-555-9999', 'account_id', :a))), 'done', 'fields go by their usual names');
UPDATE crm.duplicate_rule_match_rule SET field_mapping = '{"phone": "mobile_phone"}';
SELECT matches(t.ends(t.contact_row(jsonb_build_object('email', null, 'mobile_phone', '415-555-9999', 'account_id', :a))), format('lead %s "Maya Rao" \(score 100: first_name, last_name, company, phone\)', :l), '... or as the rule says');
SET LOCAL leadconv.allow_save = on;
SELECT t.new('contact', jsonb_build_object('first_name', 'Maya', 'last_name', 'Rao', 'mobile_phone', '415-555-9999', 'account_id', :a)) AS c \gset
SET LOCAL leadconv.allow_save = off;
SELECT is((SELECT string_agg(concat(object, record_id), ' ' ORDER BY object) FROM crm.duplicate_report WHERE duplicate_record_set_id = (SELECT duplicate_record_set_id FROM crm.duplicate_record_item WHERE contact_id = :c)), format('contact%s lead%s', :c, :l), 'both are in one set');

-- Conversions are not judged twice, and by their own rules
SELECT is((t.convert(:l, jsonb_build_object('account_id', :b))).success, true, 'a conversion of that lead: its contact is not compared with leads');
SELECT is(t.ends(format('UPDATE crm.lead SET title = ''x'' WHERE id = %s', :l)) ~ '^LC010', false, 'a converted lead is not judged');

-- BEFORE
DROP TRIGGER zz_duplicates ON crm.lead;
CREATE TRIGGER zz_duplicates BEFORE INSERT OR UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
SELECT t.new('lead', '{"first_name": "Bea", "last_name": "Arthur", "company": "B", "email": "bea@b.example"}') AS bea \gset
SELECT matches(t.ends('SELECT t.new(''lead'', ''{"first_name": "Bea", "last_name": "Arthur", "company": "B", "email": "bea@b.example"}'')'), format('^LC010 .* lead %s "Bea Arthur"', :bea), 'BEFORE, too');
SET LOCAL leadconv.allow_save = on;
DELETE FROM crm.duplicate_record_set;
SELECT t.new('lead', '{"first_name": "Bea", "last_name": "Arthur", "company": "B", "email": "bea@b.example"}') \g /dev/null
SELECT is((SELECT count(*) FROM crm.duplicate_record_set), 0::bigint, '... where the row is not yet there to be reported');
SET LOCAL leadconv.allow_save = off;

-- Person accounts are judged with their contacts
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
UPDATE crm.duplicate_rule SET is_active = true WHERE is_standard;
UPDATE crm.matching_rule SET is_active = true WHERE object = 'person_account';
SELECT is(t.ends('INSERT INTO crm.person_account (first_name, last_name, person_email) VALUES (''Pat'', ''Doe'', ''pat@doe.example''), (''Pat'', ''Doe'', ''pat@doe.example'')'), 'done', 'without keys the rule for persons is not asked');

-- How it must not be attached
SELECT matches(t.ends('CREATE TRIGGER x AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates(); SELECT t.new(''opportunity'', ''{"name": "x", "stage_name": "Prospecting", "close_date": "2026-01-01"}'')'), '^39P01 \| function "check_duplicates" must not be fired for table "opportunity" \| It is made for tables crm.lead, crm.account and crm.contact', 'on another table');
SELECT matches(t.ends('CREATE TRIGGER x AFTER INSERT ON crm.lead EXECUTE FUNCTION leadconv.check_duplicates(); SELECT t.lead()'), '^39P01 ', 'for each statement');
SELECT matches(t.ends('CREATE TRIGGER x AFTER INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates(''x''); SELECT t.lead()'), '^39P01 ', 'with an argument');
SELECT matches(t.ends('CREATE CONSTRAINT TRIGGER x AFTER INSERT ON crm.lead DEFERRABLE FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates(); SELECT t.lead()'), '^39P01 ', 'deferrable');
SELECT finish();
ROLLBACK;
