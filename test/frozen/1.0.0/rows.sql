-- Leads, and conversions of every kind
INSERT INTO crm.app_user (name, db_role) VALUES ('Sue', 'seller'), ('Old', NULL), ('Ann', NULL);
SET leadconv.user_id = '3';
INSERT INTO crm.campaign (name) VALUES ('Spring'), ('Autumn');
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded)
    SELECT c, s.label, s.n, s.n = 2 FROM generate_series(1, 2) AS c, (VALUES ('Sent', 1), ('Responded', 2)) AS s (label, n);
INSERT INTO crm.lead (last_name, company, budget, score, external_id, owner_id, email, lead_source)
    SELECT 'L' || i, 'C' || i, i, i, '00Q' || i, 1, 'l' || i || '@example.com', 'Web' FROM generate_series(1, 20) AS i;
INSERT INTO crm.lead (last_name, company, description) VALUES (E'tab\t', E'back\\slash', E'two\nlines');
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) SELECT 1, i, 'Sent' FROM generate_series(1, 6) AS i;
INSERT INTO crm.task (lead_id, subject, owner_id) SELECT i, 'Call', 3 FROM generate_series(1, 20) AS i;
INSERT INTO crm.event (lead_id, subject) SELECT i, 'Visit' FROM generate_series(1, 10) AS i;
INSERT INTO crm.note (lead_id, title) SELECT i, 'Note' FROM generate_series(1, 10) AS i;
INSERT INTO public.visit (who, remark) SELECT i, 'Fair' FROM generate_series(1, 20) AS i;

-- single: new records, request ids, existing records, owner, follow-up task
SELECT success FROM leadconv.convert_lead(1, request_id => 'r1', owner_id => 2, follow_up_task => '{"subject": "Thank you"}');
SELECT success FROM leadconv.convert_lead(2, request_id => 'r2', do_not_create_opportunity => true, reason => 'no deal');
INSERT INTO crm.account (name) VALUES ('There before');
INSERT INTO crm.contact (last_name, account_id) SELECT 'There before', id FROM crm.account WHERE name = 'There before';
INSERT INTO crm.campaign_member (campaign_id, contact_id, status) SELECT 1, max(id), 'Responded' FROM crm.contact;
SELECT success FROM crm.contact c, leadconv.convert_lead(3, account_id => c.account_id, contact_id => c.id, overwrite_lead_source => true) WHERE c.last_name = 'There before';

-- bulk, with a failure that is noted
SELECT lead_id, success FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(i, request_id => 'b' || i) FROM generate_series(4, 9) AS i));
SELECT lead_id, success FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(1), leadconv.new_lead_convert(10)], all_or_none => false);

-- a job
CALL leadconv.convert_leads_in_batches('autumn', lead_ids => '{11,12,13,14,15}', batch_size => 2);
REFRESH MATERIALIZED VIEW public.conversions;
DELETE FROM crm.account WHERE id = 2;
