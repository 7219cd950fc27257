-- leadconv at work on the bundled sample (test/data). Run by demo/run, which
-- sets the variable load to the script that loads it.

\set ON_ERROR_STOP on
\set QUIET on
\pset border 2
\pset footer off
\pset null ''
SET client_min_messages = warning;

\echo
\echo '== CREATE EXTENSION leadconv CASCADE'
CREATE EXTENSION leadconv CASCADE;

\echo
\echo '== A Salesforce export is loaded: one CSV file an object, Salesforce field names, Salesforce ids'
\i :load

\echo
\echo '== The leads. Product_Interest__c and Branch__c are custom fields of that organisation'
SELECT l.id, l.name, l.company, l.status, u.name AS owner, l.product_interest__c, l.branch__c
FROM crm.lead l LEFT JOIN crm.app_user u ON u.id = l.owner_id
ORDER BY l.id;

-- From here on Nadia Karim is at work, and the leads are known by their first names
SELECT set_config('leadconv.user_id', id::text, false) AS nadia FROM crm.app_user WHERE name = 'Nadia Karim' \gset
SELECT id AS maya FROM crm.lead WHERE email = 'maya.rao@acme.example.com' \gset
SELECT id AS paul FROM crm.lead WHERE email = 'paul.mercer@northwind.example.com' \gset
SELECT id AS henrik FROM crm.lead WHERE email = 'henrik.solberg@halden.example.com' \gset
SELECT id AS carol FROM crm.lead WHERE email = 'carol@whitfield.example.com' \gset
SELECT id AS samir FROM crm.lead WHERE email = 'samir.haddad@cedarlabs.example.com' \gset
SELECT id AS jun FROM crm.lead WHERE email = 'jun.park@hanok.example.com' \gset
SELECT id AS northwind FROM crm.account WHERE name = 'Northwind Bakery Group' \gset
SELECT id AS halden FROM crm.account WHERE name = 'Halden Instruments' \gset
SELECT id AS paul_contact FROM crm.contact WHERE email = 'paul.mercer@northwind.example.com' \gset

\echo
\echo '== A custom field is a column, and one call maps it to a field of the opportunity'
ALTER TABLE crm.opportunity ADD COLUMN product_interest text;
SELECT leadconv.map_lead_field('product_interest__c', 'opportunity', 'product_interest');

\echo '== Our own trigger on opportunities: it fires in a conversion as for any other INSERT'
CREATE FUNCTION public.name_the_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF leadconv.is_converting() AND NEW.product_interest IS NOT NULL THEN
        NEW.next_step := 'Send the brochure on ' || lower(NEW.product_interest);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER name_the_product BEFORE INSERT ON crm.opportunity
    FOR EACH ROW EXECUTE FUNCTION public.name_the_product();

\echo
\echo '== 1. Maya Rao: a new account, contact and opportunity'
SELECT lead_id, success, account_id, account_created, contact_id, contact_created, opportunity_id, opportunity_created
FROM leadconv.convert_lead(:maya, opportunity_name => 'Acme Manufacturing - Pilot line');

\echo
\echo '== 2. Henrik Solberg: into an existing account, whose empty fields he fills'
SELECT name, phone, website, industry, annual_revenue, billing_street, billing_city FROM crm.account WHERE id = :halden;
SELECT lead_id, success, account_id, account_created, contact_id, contact_created, opportunity_id, opportunity_created
FROM leadconv.convert_lead(:henrik, account_id => :halden);
SELECT name, phone, website, industry, annual_revenue, billing_street, billing_city FROM crm.account WHERE id = :halden;

\echo
\echo '== 3. Paul Mercer is a contact already: existing account and contact; both are members of one campaign'
SELECT c.name AS campaign, m.lead_id, m.contact_id, m.status
FROM crm.campaign_member m JOIN crm.campaign c ON c.id = m.campaign_id
WHERE m.lead_id = :paul OR m.contact_id = :paul_contact ORDER BY m.id;
SELECT lead_id, success, account_id, account_created, contact_id, contact_created, opportunity_id, opportunity_created
FROM leadconv.convert_lead(:paul, account_id => :northwind, contact_id => :paul_contact,
                           opportunity_name => 'Northwind Bakery Group - Second oven');
SELECT c.name AS campaign, m.lead_id, m.contact_id, m.status
FROM crm.campaign_member m JOIN crm.campaign c ON c.id = m.campaign_id
WHERE m.lead_id = :paul OR m.contact_id = :paul_contact ORDER BY m.id;

\echo
\echo '== 4. Carol Whitfield: without an opportunity'
SELECT lead_id, success, account_id, account_created, contact_id, contact_created, opportunity_id, opportunity_created
FROM leadconv.convert_lead(:carol, do_not_create_opportunity => true);

\echo
\echo '== 5. Samir Haddad: with values for the opportunity and a follow-up task'
SELECT lead_id, success, account_id, account_created, contact_id, contact_created, opportunity_id, opportunity_created
FROM leadconv.convert_lead(:samir,
    opportunity_record => '{"amount": 42000, "stage_name": "Proposal/Price Quote", "type": "New Customer"}',
    follow_up_task => '{"subject": "Call about the demo"}');

\echo
\echo '== 6. Jun Park: the client lost the connection and sends the request again: the same answer, nothing done twice'
SELECT lead_id, success, account_id, contact_id, opportunity_id
FROM leadconv.convert_lead(:jun, request_id => 'web-4711', reason => 'Asked for a quote');
SELECT lead_id, success, account_id, contact_id, opportunity_id
FROM leadconv.convert_lead(:jun, request_id => 'web-4711', reason => 'Asked for a quote');

\set ON_ERROR_STOP off
\echo
\echo '== 7. Refused: Maya Rao is converted already'
SELECT * FROM leadconv.convert_lead(:maya);

\echo
\echo '== 8. Refused: a contact without its account'
SELECT leadconv.convert_lead(id, contact_id => :paul_contact) FROM crm.lead WHERE last_name = 'Lindqvist';

\echo
\echo '== 9. Refused: a converted lead is locked'
UPDATE crm.lead SET company = 'Acme Inc.' WHERE id = :maya;
\set ON_ERROR_STOP on

\echo
\echo '== What became of the leads'
SELECT l.id, l.name, l.status, l.is_converted, a.name AS account, c.name AS contact, o.name AS opportunity
FROM crm.lead l
LEFT JOIN crm.account a ON a.id = l.converted_account_id
LEFT JOIN crm.contact c ON c.id = l.converted_contact_id
LEFT JOIN crm.opportunity o ON o.id = l.converted_opportunity_id
ORDER BY l.id;

\echo
\echo '== The new opportunities, with the mapped field and what the trigger wrote'
SELECT o.id, o.name, o.stage_name, o.probability, o.amount, o.close_date, o.product_interest, o.next_step,
       ca.name AS campaign
FROM crm.opportunity o LEFT JOIN crm.campaign ca ON ca.id = o.campaign_id
WHERE o.external_id IS NULL
ORDER BY o.id;

\echo
\echo '== Where the tasks and events of the leads are now'
SELECT 'task' AS kind, t.id, t.subject, t.status, t.source_lead_id, c.name AS contact, a.name AS account,
       o.name AS opportunity
FROM crm.task t
LEFT JOIN crm.contact c ON c.id = t.contact_id
LEFT JOIN crm.account a ON a.id = t.account_id
LEFT JOIN crm.opportunity o ON o.id = t.opportunity_id
WHERE t.lead_id IS NULL
UNION ALL
SELECT 'event', e.id, e.subject, NULL, e.source_lead_id, c.name, a.name, o.name
FROM crm.event e
LEFT JOIN crm.contact c ON c.id = e.contact_id
LEFT JOIN crm.account a ON a.id = e.account_id
LEFT JOIN crm.opportunity o ON o.id = e.opportunity_id
WHERE e.lead_id IS NULL
ORDER BY kind DESC, id;

\echo
\echo '== The ledger: one row a conversion'
SELECT id, lead_id, account_id, contact_id, opportunity_id, filled_fields, request_id, reason
FROM crm.lead_conversion ORDER BY id;

\echo
\echo '== The funnel: how far the leads have come'
SELECT label, value, rate, bar FROM leadconv.report('funnel');

\echo
\echo '== The sources: leads, and how many of them are converted'
SELECT label, value, rate, bar FROM leadconv.report('sources');
