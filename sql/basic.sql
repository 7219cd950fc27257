-- The quick start, and what a conversion looks like from psql
SET client_min_messages = warning;
DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
CREATE EXTENSION leadconv;
\pset null '-'

INSERT INTO crm.lead (first_name, last_name, company, email, phone, street, city, lead_source)
VALUES ('Maya', 'Rao', 'Acme Manufacturing', 'maya.rao@example.com', '+1 415 555 0100', '1 Main St', 'Springfield', 'Web');
SELECT * FROM leadconv.convert_lead(1, opportunity_name => 'Acme Manufacturing - Initial Order');

SELECT name, phone, billing_street, billing_city, account_source FROM crm.account;
SELECT name, email, phone, mailing_city, lead_source, account_id FROM crm.contact;
SELECT name, account_id, stage_name, probability, amount, lead_source FROM crm.opportunity;
SELECT opportunity_id, contact_id, is_primary, role FROM crm.opportunity_contact_role;
SELECT account_id, contact_id, is_direct FROM crm.account_contact_relation;
SELECT status, is_converted, is_unread_by_owner, converted_account_id, converted_contact_id, converted_opportunity_id,
       converted_date = (now() AT TIME ZONE 'UTC')::date AS converted_today
FROM crm.lead;
SELECT lead_id, account_created, contact_created, opportunity_created, converted_status, request FROM crm.lead_conversion;

-- a second lead of the same company: existing account, no opportunity, activities
INSERT INTO crm.lead (last_name, company, website) VALUES ('Kim', 'ACME', 'acme.example');
INSERT INTO crm.task (lead_id, subject) VALUES (2, 'Call'), (2, 'Send quote');
INSERT INTO crm.note (lead_id, title) VALUES (2, 'Likes blue');
SELECT account_id, contact_id, opportunity_id, account_created, contact_created, opportunity_created
FROM leadconv.convert_lead(2, account_id => 1, do_not_create_opportunity => true, reason => 'same company');
SELECT name, website FROM crm.account;
SELECT subject, lead_id, contact_id, account_id, opportunity_id, source_lead_id FROM crm.task ORDER BY id;
SELECT title, lead_id, contact_id FROM crm.note;
SELECT filled_fields, reason FROM crm.lead_conversion WHERE lead_id = 2;

-- many at once
INSERT INTO crm.lead (last_name, company) SELECT 'Lead ' || i, 'Company ' || i FROM generate_series(3, 5) i;
SELECT lead_id, success, account_id, contact_id, opportunity_id
FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(id) FROM crm.open_lead ORDER BY id));

-- some fail, the others do not
INSERT INTO crm.lead (last_name, company) VALUES ('Good', 'Good'), ('Bad', NULL);
SELECT r.lead_id, r.success, r.account_id, e.status_code, e.sqlstate, e.message, e.fields
FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(id) FROM crm.open_lead ORDER BY id), all_or_none => false) r
LEFT JOIN LATERAL unnest(r.errors) e ON true;
SELECT lead_id, status_code FROM crm.lead_conversion_error;

-- from JSON
SELECT jsonb_pretty(leadconv.convert_leads_json('[{"lead_id": 7, "account_id": 1, "do_not_create_opportunity": true}]'));

-- in a transaction that is rolled back nothing has happened
INSERT INTO crm.lead (last_name, company) VALUES ('Undo', 'Undo');
BEGIN;
SELECT success FROM leadconv.convert_lead(8);
ROLLBACK;
SELECT is_converted FROM crm.lead WHERE id = 8;
SELECT * FROM leadconv.validate();

DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
CREATE EXTENSION leadconv;
