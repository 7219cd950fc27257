--
-- The past of a company, for the speed of reports: five years of leads, as many as
-- the variable "leads" says, ids in the order of creation.  A fifth is converted,
-- most of them within weeks.  Rows are where they would be: a lead that was
-- converted, or an activity that was moved then, has been written anew at that
-- time.  Without triggers and foreign-key checks; the indexes are built afterwards.
--
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB';
SET work_mem = '256MB';
SET synchronous_commit = off;

CREATE TEMPORARY TABLE definition AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS sql
FROM pg_index i
WHERE i.indrelid IN ('crm.lead'::regclass, 'crm.account'::regclass, 'crm.contact'::regclass, 'crm.opportunity'::regclass,
    'crm.campaign_member'::regclass, 'crm.task'::regclass, 'crm.event'::regclass, 'crm.lead_conversion'::regclass,
    'crm.lead_history'::regclass, 'crm.opportunity_history'::regclass)
AND NOT i.indisunique;
SELECT format('DROP INDEX %s', name) FROM definition \gexec

INSERT INTO crm.app_user (id, name, created_date, last_modified_date)
SELECT i, 'User ' || i, now(), now() FROM generate_series(1, 200) i;
INSERT INTO crm.record_type (id, object, developer_name, name, created_date, last_modified_date)
VALUES (1, 'lead', 'new_business', 'New Business', now(), now()), (2, 'lead', 'partner', 'Partner', now(), now());
-- five campaigns in each quarter
INSERT INTO crm.campaign (id, name, is_active, created_date, last_modified_date)
SELECT i, 'Campaign ' || i, true, now(), now() FROM generate_series(1, 105) i;
INSERT INTO crm.lead_status (api_name, master_label, sort_order, is_qualified)
SELECT 'Qualified', 'Qualified', max(sort_order) + 1, true FROM crm.lead_status WHERE NOT is_converted AND api_name LIKE 'Working%';

-- What becomes of each lead: a number from 0 to 1 of each kind of chance
CREATE FUNCTION pg_temp.chance(id bigint, kind bigint) RETURNS double precision LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(id, kind) & 1048575) / 1048576.0::double precision
$$;
CREATE TEMPORARY TABLE fate AS
SELECT i AS id, created, CASE WHEN pg_temp.chance(i, 1) < 0.205 AND converted < now() THEN converted END AS converted,
    pg_temp.chance(i, 3) AS how, pg_temp.chance(i, 4) AS worked
FROM (
    SELECT i, created, created + interval '60 days' * power(pg_temp.chance(i, 2), 2) AS converted
    FROM (
        SELECT i, now() - interval '1826 days' + interval '1826 days' * (i / (:leads + 1.0)) AS created
        FROM generate_series(1::bigint, :leads) i
    ) AS x
) AS x;

INSERT INTO crm.lead (id, salutation, first_name, last_name, company, title, street, city, state, postal_code, country,
    phone, email, description, lead_source, industry, rating, status, owner_id, record_type_id, is_deleted,
    is_converted, converted_date, converted_account_id, converted_contact_id, converted_opportunity_id, created_date, last_modified_date)
SELECT id, 'Ms.', 'Maya', 'Rao ' || id, 'Acme Manufacturing ' || id, 'Head of Purchasing', id || ' Market Street', 'San Francisco', 'CA', '94105', 'USA',
    '+1 415 555 ' || id, 'maya.rao' || id || '@example.com', 'Met at the fair; wants a quote for next year''s volume.',
    (ARRAY['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other', 'Trade Show', 'Advertisement', NULL])[1 + floor(8 * power(pg_temp.chance(id, 5), 2))::int],
    'Manufacturing', 'Warm',
    CASE WHEN converted IS NOT NULL THEN 'Closed - Converted' WHEN worked < 0.4 THEN 'Open - Not Contacted' WHEN worked < 0.6 THEN 'Working - Contacted'
        WHEN worked < 0.65 THEN 'Qualified' ELSE 'Closed - Not Converted' END,
    1 + floor(200 * pg_temp.chance(id, 6))::int, 1 + (pg_temp.chance(id, 7) < 0.2)::int, pg_temp.chance(id, 8) < 0.01,
    converted IS NOT NULL, (converted AT TIME ZONE 'UTC')::date, CASE WHEN converted IS NOT NULL THEN id END, CASE WHEN converted IS NOT NULL THEN id END,
    CASE WHEN converted IS NOT NULL AND how < 0.9 THEN id END, created, coalesce(converted, created)
FROM fate
ORDER BY coalesce(converted, created);

-- how < 0.8: a new opportunity; < 0.85: an existing one; < 0.9: converted elsewhere, to a new one; the others have none
INSERT INTO crm.account (id, name, owner_id, created_date, last_modified_date)
SELECT id, 'Acme Manufacturing ' || id, 1, converted, converted FROM fate WHERE converted IS NOT NULL ORDER BY converted;
INSERT INTO crm.contact (id, account_id, first_name, last_name, email, owner_id, created_date, last_modified_date)
SELECT id, id, 'Maya', 'Rao ' || id, 'maya.rao' || id || '@example.com', 1, converted, converted FROM fate WHERE converted IS NOT NULL ORDER BY converted;
CREATE TEMPORARY TABLE deal AS
SELECT id, CASE WHEN how >= 0.8 AND how < 0.85 THEN converted - interval '90 days' ELSE converted END AS created, pg_temp.chance(id, 11) AS stage
FROM fate WHERE converted IS NOT NULL AND how < 0.9;
INSERT INTO crm.opportunity (id, account_id, name, stage_name, amount, close_date, is_closed, is_won, campaign_id, owner_id, is_deleted, created_date, last_modified_date)
SELECT id, id, 'Acme Manufacturing ' || id, CASE WHEN stage < 0.3 THEN 'Closed Won' WHEN stage < 0.6 THEN 'Closed Lost' WHEN stage < 0.8 THEN 'Prospecting' ELSE 'Proposal/Price Quote' END,
    (1000 + id % 9000)::numeric, (created + interval '90 days')::date, stage < 0.6, stage < 0.3,
    CASE WHEN pg_temp.chance(id, 9) < 0.25 THEN 1 + 5 * floor(20 * id / (:leads + 1.0))::int + id % 5 END, 1, pg_temp.chance(id, 12) < 0.01, created, created
FROM deal ORDER BY created;
INSERT INTO crm.opportunity_history (opportunity_id, field, old_value, new_value, created_date, created_by_id)
SELECT d.id, c.field, c.old_value, c.new_value, d.created + c.days * interval '1 day', 1
FROM deal d
JOIN (VALUES ('stage_name', 'Prospecting', 'Value Proposition', 10, 0.8), ('stage_name', 'Value Proposition', 'Closed Won', 60, 0.3),
    ('amount', '1000', '2000', 20, 0.3), ('close_date', '2024-01-01', '2024-02-01', 30, 0.2)) AS c (field, old_value, new_value, days, part) ON d.stage < c.part
ORDER BY d.created + c.days * interval '1 day';

INSERT INTO crm.lead_conversion (lead_id, account_id, contact_id, opportunity_id, account_created, contact_created, opportunity_created,
    converted_status, owner_id, created_by_id, created_by_role, created_date, request, warnings, origin, options, undo, undone_date)
SELECT id, id, id, CASE WHEN how < 0.9 OR how > 0.99 THEN id END, how < 0.85 OR how >= 0.9, how < 0.85 OR how >= 0.9, how < 0.8 OR how > 0.99, 'Closed - Converted', 1, 1, 'sales', converted,
    jsonb_build_object('lead_id', id, 'converted_status', 'Closed - Converted'),
    CASE WHEN how < 0.3 THEN '[{"status_code": "UNMAPPED_FIELD", "message": "Some fields of the lead are not mapped and stay only on the lead.", "fields": ["rating", "title"]}]'::jsonb END,
    CASE WHEN how >= 0.85 AND how < 0.9 THEN 'imported' ELSE 'single' END, '{"send_notification_email": true}', jsonb_build_object('lead', jsonb_build_object('status', 'Working - Contacted', 'is_unread_by_owner', true)),
    CASE WHEN how > 0.99 THEN now() END
FROM fate WHERE converted IS NOT NULL ORDER BY converted;

INSERT INTO crm.lead_history (lead_id, field, old_value, new_value, created_date, created_by_id)
SELECT f.id, c.field, c.old_value, c.new_value, f.created + c.days * interval '1 day', 1
FROM fate f
JOIN (VALUES ('status', 'Open - Not Contacted', 'Working - Contacted', 1, 0.4, 1.0), ('status', 'Working - Contacted', 'Qualified', 5, 0.6, 0.7),
    ('status', 'Working - Contacted', 'Closed - Not Converted', 10, 0.65, 1.0), ('owner_id', '1', '2', 2, 0.0, 0.1)) AS c (field, old_value, new_value, days, low, high)
    ON f.worked >= c.low AND f.worked < c.high
WHERE f.created + c.days * interval '1 day' < now()
ORDER BY f.created + c.days * interval '1 day';

INSERT INTO crm.campaign_member (lead_id, contact_id, campaign_id, status, created_date, last_modified_date)
SELECT f.id, CASE WHEN f.converted IS NOT NULL THEN f.id END, 1 + 5 * floor(20 * f.id / (:leads + 1.0))::int + (f.id + n) % 5, 'Sent', f.created + n * interval '3 days', f.created
FROM fate f, generate_series(0, 2) n
WHERE pg_temp.chance(f.id, 9) < (ARRAY[0.25, 0.06, 0.01])[n + 1]
ORDER BY f.created + n * interval '3 days';

-- three activities for five leads
INSERT INTO crm.task (lead_id, contact_id, account_id, source_lead_id, subject, status, is_closed, activity_date, completed_date_time, owner_id, created_date, last_modified_date)
SELECT CASE WHEN f.converted IS NULL THEN f.id END, CASE WHEN f.converted IS NOT NULL THEN f.id END, CASE WHEN f.converted IS NOT NULL THEN f.id END,
    CASE WHEN f.converted IS NOT NULL THEN f.id END, 'Call', CASE WHEN n < 2 THEN 'Completed' ELSE 'Not Started' END, n < 2, (f.created + n * interval '2 days')::date,
    CASE WHEN n < 2 THEN f.created + n * interval '2 days' END, 1 + f.id % 200, f.created, coalesce(f.converted, f.created)
FROM fate f, generate_series(1, 3) n
WHERE pg_temp.chance(f.id, 10) < (ARRAY[0.25, 0.15, 0.05])[n]
ORDER BY coalesce(f.converted, f.created);
INSERT INTO crm.event (lead_id, contact_id, account_id, source_lead_id, subject, start_date_time, end_date_time, activity_date, owner_id, created_date, last_modified_date)
SELECT CASE WHEN f.converted IS NULL THEN f.id END, CASE WHEN f.converted IS NOT NULL THEN f.id END, CASE WHEN f.converted IS NOT NULL THEN f.id END,
    CASE WHEN f.converted IS NOT NULL THEN f.id END, 'Meeting', f.created + interval '4 days', f.created + interval '4 days 1 hour', (f.created + interval '4 days')::date,
    1 + f.id % 200, f.created, coalesce(f.converted, f.created)
FROM fate f
WHERE pg_temp.chance(f.id, 13) < 0.15
ORDER BY coalesce(f.converted, f.created);
INSERT INTO crm.lead_conversion_error (lead_id, status_code, message, created_by_role, created_date)
SELECT id, 'INVALID_STATUS', 'status "Nonsense" is not a converted status', 'sales', created FROM fate WHERE id % 500 = 0 ORDER BY created;

SELECT sql FROM definition \gexec
SELECT format('SELECT setval(%L, (SELECT coalesce(max(id), 1) FROM %s))', pg_get_serial_sequence(t, 'id'), t)
FROM unnest('{crm.app_user,crm.record_type,crm.campaign,crm.lead,crm.account,crm.contact,crm.opportunity}'::text[]) t \gexec
RESET session_replication_role;
VACUUM ANALYZE;
