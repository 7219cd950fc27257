-- Errors as psql shows them: message, DETAIL, HINT, CONTEXT and SQLSTATE
SET client_min_messages = warning;
DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
CREATE EXTENSION leadconv;
INSERT INTO crm.app_user (name, user_type) VALUES ('Ann', 'Standard'), ('Queue', 'Queue');
INSERT INTO crm.account (name) VALUES ('Acme'), ('Other');
INSERT INTO crm.contact (last_name, account_id) VALUES ('Rao', 1), ('Kim', 2);
INSERT INTO crm.lead (last_name, company, owner_id) VALUES ('Lead', 'Acme', NULL), ('Queued', 'Acme', 2), ('Person', NULL, NULL);
\set SHOW_CONTEXT always

SELECT leadconv.convert_lead(99);
SELECT leadconv.convert_lead(NULL);
SELECT leadconv.convert_lead(1, contact_id => 1);
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = false;
SELECT leadconv.convert_lead(1, account_id => 1, contact_id => 2);
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = true;
SELECT leadconv.convert_lead(1, account_id => 99);
SELECT leadconv.convert_lead(1, account_id => 0);
SELECT leadconv.convert_lead(1, opportunity_id => 1);
SELECT leadconv.convert_lead(1, opportunity_name => 'X', do_not_create_opportunity => true);
SELECT leadconv.convert_lead(1, converted_status => 'Nope');
SELECT leadconv.convert_lead(1, account_record => '{"nme": "x"}');
SELECT leadconv.convert_lead(1, account_record => '{"id": 1}');
SELECT leadconv.convert_lead(1, account_record => '{"annual_revenue": "much"}');
SELECT leadconv.convert_lead(1, account_record => '[]');
SELECT leadconv.convert_lead(1, options => '{"x": 1}');
SELECT leadconv.convert_lead(1, opportunity_name => repeat('x', 81));
SELECT leadconv.convert_lead(2);
SELECT leadconv.convert_lead(3);
SELECT leadconv.convert_leads_json('[{"lead_id": 1, "colour": "red"}]');
SELECT leadconv.convert_leads_json('{}');

-- what constraints and triggers raise propagates unchanged, with one more CONTEXT line
CREATE FUNCTION failure(query text, OUT state text, OUT message text, OUT hint text, OUT our_context text)
LANGUAGE plpgsql AS $$
DECLARE
    context text;
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
    our_context := (SELECT string_agg(line, E'\n') FROM regexp_split_to_table(context, E'\n') line WHERE line LIKE 'lead conversion%');
END $$;
\x on
SELECT * FROM failure($$SELECT leadconv.convert_lead(1, contact_record => '{"last_name": null}')$$);
SELECT * FROM failure($$SELECT leadconv.convert_lead(1, account_record => '{"record_type_id": 5}')$$);
ALTER TABLE crm.opportunity ADD CONSTRAINT amount_required CHECK (amount IS NOT NULL) NOT VALID;
SELECT * FROM failure($$SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(1, opportunity_record => '{"amount": 5}'), leadconv.new_lead_convert(2, owner_id => 1)])$$);
ALTER TABLE crm.opportunity DROP CONSTRAINT amount_required;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not on Sundays' USING HINT = 'Come back tomorrow.'; END $$;
CREATE TRIGGER zz_refuse BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION refuse();
SELECT * FROM failure('SELECT leadconv.convert_lead(1)');
DROP TRIGGER zz_refuse ON crm.contact;
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER zz_swallow BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION swallow();
\x off
SELECT leadconv.convert_lead(1);
DROP TRIGGER zz_swallow ON crm.contact;
SELECT count(*) FROM crm.lead_conversion;

-- the lock
SELECT account_id IS NOT NULL AS converted FROM leadconv.convert_lead(1, account_id => 1, contact_id => 1, do_not_create_opportunity => true);
\set VERBOSITY terse
SELECT leadconv.convert_lead(1);
UPDATE crm.lead SET title = 'x' WHERE id = 1;
INSERT INTO crm.task (lead_id, subject) VALUES (1, 'x');
UPDATE crm.lead SET is_converted = true WHERE id = 2;
\set VERBOSITY default

-- mapping
ALTER TABLE crm.lead ADD COLUMN budget numeric(12,2);
ALTER TABLE crm.account ADD COLUMN budget numeric(10,2), ADD COLUMN big_budget numeric(12,2);
SELECT leadconv.map_lead_field('budget', 'account', 'budget');
SELECT leadconv.map_lead_field('budget', 'account', 'nothing');
SELECT leadconv.map_lead_field('company', 'account', 'big_budget');
SELECT leadconv.map_lead_field('budget', 'account', 'big_budget');
ALTER TABLE crm.account DROP COLUMN big_budget;
ALTER TABLE crm.account ALTER COLUMN big_budget TYPE text;
ALTER TABLE crm.account RENAME COLUMN big_budget TO money;
SELECT leadconv.convert_lead(2, owner_id => 1);
ALTER TABLE crm.account RENAME COLUMN money TO big_budget;
SELECT leadconv.register_related_list('crm.task', 'lead_id', 'contact_id');

DROP FUNCTION failure(text);
DROP FUNCTION refuse();
DROP FUNCTION swallow();

DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
CREATE EXTENSION leadconv;
