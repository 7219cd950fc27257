--
-- What every benchmark database has: users, campaigns, and bench.load() for
-- leads.  Each lead has two tasks, an event, a campaign membership and a note.
--
CREATE SCHEMA bench;

INSERT INTO crm.app_user (id, name)
SELECT i, 'User ' || i FROM generate_series(1, 20) i;
INSERT INTO crm.campaign (id, name, is_active)
SELECT i, 'Campaign ' || i, true FROM generate_series(1, 20) i;
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded, is_default)
SELECT c.id, s.label, s.sort_order, s.has_responded, s.is_default
FROM crm.campaign c
CROSS JOIN (VALUES ('Sent', 1, false, true), ('Responded', 2, true, false)) AS s (label, sort_order, has_responded, is_default);

-- Loads leads with these ids.  Without triggers and foreign-key checks: for the
-- superuser that runs the benchmarks.
CREATE FUNCTION bench.load(first_id bigint, last_id bigint, step bigint DEFAULT 1)
RETURNS void
LANGUAGE sql
SET session_replication_role = replica
AS $$
INSERT INTO crm.lead (id, salutation, first_name, last_name, company, title, street, city, state, postal_code, country,
                      phone, mobile_phone, email, website, description, lead_source, industry, rating,
                      annual_revenue, number_of_employees, owner_id, created_date, last_modified_date)
SELECT i, 'Ms.', 'Maya', 'Rao ' || i, 'Acme Manufacturing ' || i, 'Head of Purchasing', i || ' Market Street',
       'San Francisco', 'CA', '94105', 'USA', '+1 415 555 ' || i, '+1 628 555 ' || i, 'maya.rao' || i || '@example.com',
       'https://acme' || i || '.example.com', 'Met at the fair; wants a quote for next year''s volume.', 'Web',
       'Manufacturing', 'Warm', 1000000 + i, 50 + i % 1000, 1 + i % 20, now(), now()
FROM generate_series(first_id, last_id, step) i;

INSERT INTO crm.task (lead_id, subject, activity_date, owner_id, created_date, last_modified_date)
SELECT i, v.subject, current_date + 7, 1 + i % 20, now(), now()
FROM generate_series(first_id, last_id, step) i
CROSS JOIN (VALUES ('Call'), ('Send Quote')) AS v (subject);

INSERT INTO crm.event (lead_id, subject, start_date_time, end_date_time, owner_id, created_date, last_modified_date)
SELECT i, 'Meeting', now(), now() + interval '1 hour', 1 + i % 20, now(), now()
FROM generate_series(first_id, last_id, step) i;

INSERT INTO crm.campaign_member (campaign_id, lead_id, status, created_date, last_modified_date)
SELECT 1 + i % 20, i, 'Sent', now(), now()
FROM generate_series(first_id, last_id, step) i;

INSERT INTO crm.note (lead_id, title, body, owner_id, created_date, last_modified_date)
SELECT i, 'Background', 'Two plants, one warehouse, decides in spring.', 1 + i % 20, now(), now()
FROM generate_series(first_id, last_id, step) i;
$$;

-- The past: accounts with a contact and an opportunity each, so that no table
-- that foreign keys look into is small.
CREATE FUNCTION bench.load_accounts(n bigint)
RETURNS void
LANGUAGE sql
SET session_replication_role = replica
AS $$
INSERT INTO crm.account (id, name, owner_id, created_date, last_modified_date)
SELECT nextval('crm.account_id_seq'), 'Old Account ' || i, 1 + i % 20, now(), now()
FROM generate_series(1, n) i;
INSERT INTO crm.contact (id, account_id, first_name, last_name, email, owner_id, created_date, last_modified_date)
SELECT nextval('crm.contact_id_seq'), i, 'Old', 'Contact ' || i, 'old' || i || '@example.com', 1 + i % 20, now(), now()
FROM generate_series(1, n) i;
INSERT INTO crm.opportunity (id, account_id, name, stage_name, close_date, owner_id, created_date, last_modified_date)
SELECT nextval('crm.opportunity_id_seq'), i, 'Old Deal ' || i, 'Prospecting', current_date, 1 + i % 20, now(), now()
FROM generate_series(1, n) i;
$$;

-- Requests for the bulk calls
CREATE FUNCTION bench.requests(first_id bigint, last_id bigint)
RETURNS leadconv.lead_convert[]
LANGUAGE sql
AS $$
SELECT array_agg(leadconv.new_lead_convert(i)) FROM generate_series(first_id, last_id) i
$$;
