-- Conversions after an upgrade, whose rows must be those of a new database
SELECT setval(pg_get_serial_sequence(c.oid::regclass::text, 'id'), 100000) IS NOT NULL
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND a.attidentity <> ''
WHERE c.relnamespace IN ('crm'::regnamespace, 'public'::regnamespace) AND c.relkind = 'r';
SET leadconv.user_id = '3';
INSERT INTO crm.campaign (id, name) VALUES (100, 'Winter');
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (100, 'Sent', 1, false), (100, 'Responded', 2, true);
INSERT INTO crm.lead (id, last_name, company, budget, score, lead_source, owner_id, rating)
    SELECT 1000 + i, 'N' || i, 'M' || i, i, i, 'Web', 1, 'Hot' FROM generate_series(1, 12) AS i;
UPDATE crm.lead SET status = 'Working - Contacted', owner_id = 2 WHERE id = 1001;
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) SELECT 100, 1000 + i, 'Sent' FROM generate_series(1, 4) AS i;
INSERT INTO crm.task (lead_id, subject, owner_id) SELECT 1000 + i, 'Call', 3 FROM generate_series(1, 12) AS i;
INSERT INTO crm.event (lead_id, subject) SELECT 1000 + i, 'Visit' FROM generate_series(1, 12) AS i;
INSERT INTO public.visit (who, remark) SELECT 1000 + i, 'Fair' FROM generate_series(1, 12) AS i;
INSERT INTO crm.account (id, name) VALUES (1000, 'There before');
INSERT INTO crm.contact (id, last_name, account_id) VALUES (1000, 'There before', 1000);
INSERT INTO crm.opportunity (id, name, stage_name, close_date, account_id) VALUES (1000, 'There before', 'Prospecting', '2030-01-01', 1000);
UPDATE crm.opportunity SET stage_name = 'Qualification', amount = 7 WHERE id = 1000;
INSERT INTO crm.campaign_member (campaign_id, contact_id, status) VALUES (100, 1000, 'Responded');

SELECT success FROM leadconv.convert_lead(1001, request_id => 'n1', owner_id => 2, follow_up_task => '{"subject": "Thank you"}');
SELECT success FROM leadconv.convert_lead(1002, account_id => 1000, contact_id => 1000, opportunity_id => 1000, overwrite_lead_source => true);
SELECT lead_id, success FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(1000 + i, request_id => 'm' || i) FROM generate_series(3, 7) AS i));
SELECT lead_id, success FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(1001), leadconv.new_lead_convert(1008)], all_or_none => false);
CALL leadconv.convert_leads_in_batches('winter', lead_ids => '{1009,1010,1011}', batch_size => 2);
