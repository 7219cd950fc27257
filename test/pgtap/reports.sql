-- The views of reports: hand-made cases with their figures, and random data against
-- a second computation
BEGIN;
\ir helpers.psql
SELECT plan(116);
SET LOCAL timezone = 'Pacific/Auckland';

-- Nothing there
CREATE FUNCTION t.views() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT unnest('{converted_opportunity,lead_day,lead_conversion_rate,lead_conversion_by_day,lead_conversion_by_source,lead_time_to_conversion,converted_opportunity_quality,no_opportunity_conversion,lead_conversion_audit,lead_conversion_failure,lead_funnel,lead_report}'::text[])
$$;
CREATE FUNCTION t.count(name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT * FROM crm.%I OFFSET 0) x', name) INTO result;
    RETURN result;
END $$;
SELECT is((SELECT string_agg(v || ' ' || t.count(v), ', ') FROM t.views() v WHERE t.count(v) <> 0), NULL, 'empty tables: no rows, no errors');
SELECT is((SELECT string_agg(c.relname || '.' || a.attname, ', ') FROM t.views() v JOIN pg_class c ON c.oid = ('crm.' || v)::regclass
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE col_description(c.oid, a.attnum) IS NULL), NULL, 'each column has a comment');
SELECT is((SELECT string_agg(v, ', ') FROM t.views() v JOIN pg_class c ON c.oid = ('crm.' || v)::regclass WHERE c.reloptions IS DISTINCT FROM '{security_invoker=true}' OR obj_description(c.oid) IS NULL), NULL,
    'each view has the rights of its reader, and a comment');
-- names, order and types are promised
CREATE FUNCTION t.columns(name text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(attname, ' ', format_type(atttypid, NULL)), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = ('crm.' || name)::regclass AND attnum > 0
$$;
SELECT is(t.columns(name), columns, 'columns of ' || name) FROM (VALUES
    ('lead_conversion_rate', 'created_day date, owner_id bigint, owner text, record_type_id bigint, record_type text, leads bigint, qualified bigint, converted bigint, with_opportunity bigint, without_opportunity bigint, rate numeric'),
    ('lead_conversion_by_day', 'converted_day date, owner_id bigint, owner text, record_type_id bigint, record_type text, converted bigint, with_opportunity bigint, without_opportunity bigint'),
    ('lead_conversion_by_source', 'created_day date, lead_source text, first_campaign_id bigint, last_campaign_id bigint, primary_campaign_id bigint, leads bigint, converted bigint, opportunities bigint, won bigint, amount numeric, won_amount numeric'),
    ('lead_time_to_conversion', 'lead_id bigint, lead_source text, owner_id bigint, created_day date, converted_day date, days_to_conversion integer, days_to_first_activity integer'),
    ('converted_opportunity_quality', 'opportunity_id bigint, lead_id bigint, conversion_id bigint, converted_day date, stage_name text, days_in_stage integer, amount_changes bigint, close_date_pushes bigint, is_closed boolean, is_won boolean, days_to_close integer, amount numeric'),
    ('no_opportunity_conversion', 'lead_id bigint, lead text, converted_date date, owner_id bigint, owner text, converter_id bigint, converter text, reason text'),
    ('lead_conversion_failure', 'id bigint, job text, lead_id bigint, status_code text, message text, created_by_id bigint, role text, failed_at timestamp with time zone'),
    ('lead_day', 'created_day date, first_lead_id bigint, last_lead_id bigint, lead_ids bigint[]'),
    ('lead_funnel', 'created_day date, step_order integer, step text, records bigint, rate_from_previous numeric, amount numeric')) AS x (name, columns);
SELECT is(t.columns('lead_conversion_audit'), 'conversion_id bigint, lead_id bigint, converter_id bigint, converter text, role text, converted_at timestamp with time zone, origin text, job text, options jsonb, account_id bigint, account_created boolean, contact_id bigint, contact_created boolean, opportunity_id bigint, opportunity_created boolean, duplicates_overridden boolean, unmapped_fields text[], undone_date timestamp with time zone, undone_by_id bigint, undo_reason text, reason text, request_id text', 'columns of lead_conversion_audit');
SELECT is(t.columns('lead_report'), t.columns('lead') || ', account text, contact text, opportunity text, stage_name text, owner text, campaign text', 'columns of lead_report: those of the lead, and names');

--
-- Hand-made: ten leads, as conversions make them
--
SAVEPOINT empty;
INSERT INTO crm.app_user (name) VALUES ('Uma') RETURNING id AS u \gset
INSERT INTO crm.app_user (name, db_role) VALUES ('Con Verter', current_user) RETURNING id AS v \gset
UPDATE crm.lead_status SET is_qualified = true WHERE api_name = 'Working - Contacted';
SELECT t.new('campaign', '{"name": "Spring"}') AS c1, t.new('campaign', '{"name": "Autumn"}') AS c2 \gset
SELECT t.new('account', '{"name": "Globex"}') AS a \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old deal', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'amount', 7000)) AS o \gset
ALTER TABLE crm.lead ADD COLUMN budget numeric, ADD COLUMN "Hobby horse" text;
-- 11:30 in Auckland on the 2nd is the 1st in UTC
CREATE FUNCTION t.hand(vals jsonb) RETURNS bigint LANGUAGE sql AS $$
    SELECT t.lead('{"created_date": "2026-03-02 11:30+13", "lead_source": "Web"}' || vals)
$$;
SELECT t.hand(jsonb_build_object('owner_id', :u, 'budget', 5, '"Hobby horse"', NULL) - '"Hobby horse"' || '{"Hobby horse": "false", "industry": "Banking", "specialty": " "}') AS l1,
    t.hand(jsonb_build_object('owner_id', :u)) AS l2, t.hand(jsonb_build_object('owner_id', :u)) AS l3, t.hand(jsonb_build_object('owner_id', :u)) AS l4,
    t.hand(jsonb_build_object('owner_id', :u)) AS l5, t.hand(jsonb_build_object('owner_id', :u, 'budget', 3)) AS l6, t.hand(jsonb_build_object('owner_id', :u)) AS l7,
    t.hand(jsonb_build_object('owner_id', :u)) AS l8, t.hand(jsonb_build_object('owner_id', :u)) AS l9, t.hand(jsonb_build_object('owner_id', :u)) AS l10 \gset
SELECT t.new('campaign_member', jsonb_build_object('lead_id', :l1, 'campaign_id', :c2, 'created_date', '2026-02-01')),
    t.new('campaign_member', jsonb_build_object('lead_id', :l1, 'campaign_id', :c1, 'created_date', '2026-03-01')) \g /dev/null
SELECT t.new('task', jsonb_build_object('lead_id', :l1, 'subject', 'Late', 'status', 'Completed', 'completed_date_time', '2026-03-06 00:00+00')),
    t.new('task', jsonb_build_object('lead_id', :l1, 'subject', 'Early', 'status', 'Completed', 'completed_date_time', '2026-03-03 23:00+00')),
    t.new('task', jsonb_build_object('lead_id', :l1, 'subject', 'Open', 'activity_date', '2026-03-01')) \g /dev/null
SELECT t.new('event', jsonb_build_object('lead_id', :l1, 'subject', 'In the bin', 'start_date_time', '2026-03-01 12:00+00', 'is_deleted', true)),
    t.new('event', jsonb_build_object('lead_id', :l1, 'subject', 'Planned', 'activity_date', '2099-01-01')),
    t.new('event', jsonb_build_object('lead_id', :l2, 'subject', 'Past', 'start_date_time', '2026-03-03 12:59+13')),
    t.new('event', jsonb_build_object('lead_id', :l3, 'subject', 'All day', 'activity_date', '2026-03-05')),
    t.new('event', jsonb_build_object('lead_id', :l4, 'subject', 'Planned', 'start_date_time', '2099-01-01 00:00+00')) \g /dev/null
-- 1 has a new opportunity, won; 2 an existing one; 3 none; 4 a new one, which is deleted; 5 a new one, in the bin;
-- 6 a new one, and is deleted itself; 7 was worked on and opened again; 8 is new; 9 had its conversion undone; 10 could not be converted
SELECT opportunity_id AS o1 FROM t.convert(:l1, '{"reason": "wants it", "request_id": "r1", "opportunity_record": {"amount": 100}}') \gset
SELECT t.convert(:l2, jsonb_build_object('account_id', :a, 'opportunity_id', :o)) \g /dev/null
SELECT t.convert(:l3, '{"do_not_create_opportunity": true, "reason": "a student"}') \g /dev/null
SELECT opportunity_id AS o4 FROM t.convert(:l4) \gset
SELECT opportunity_id AS o5 FROM t.convert(:l5) \gset
SELECT opportunity_id AS o6 FROM t.convert(:l6) \gset
DELETE FROM crm.opportunity WHERE id = :o4;
UPDATE crm.opportunity SET is_deleted = true WHERE id = :o5;
DELETE FROM crm.lead WHERE id = :l6;
UPDATE crm.lead SET status = 'Working - Contacted' WHERE id = :l7;
UPDATE crm.lead SET status = 'Open - Not Contacted' WHERE id = :l7;
INSERT INTO crm.lead_conversion (lead_id, account_id, account_created, contact_created, opportunity_created, opportunity_id, created_by_id, created_by_role, created_date, request, undone_date, undo_reason)
    VALUES (:l9, :a, false, false, true, :o1, :v, 'batch', now(), '{}', now(), 'a mistake');
SELECT count(*) FROM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', :l10, 'converted_status', 'Nonsense')), all_or_none => false) \g /dev/null
UPDATE crm.opportunity SET amount = 250, close_date = close_date + 7 WHERE id = :o1;
UPDATE crm.opportunity SET amount = 260, close_date = close_date - 1, stage_name = 'Value Proposition' WHERE id = :o1;
UPDATE crm.opportunity SET stage_name = 'Closed Won' WHERE id = :o1;
SELECT (now() AT TIME ZONE 'UTC')::date AS today \gset

SELECT results_eq('SELECT created_day, owner, leads, qualified, converted, with_opportunity, without_opportunity, rate FROM crm.lead_conversion_rate',
    $$VALUES ('2026-03-01'::date, 'Uma', 9::bigint, 6::bigint, 5::bigint, 4::bigint, 1::bigint, 0.6667)$$,
    'conversion rate: a day in UTC; who was qualified once is; a lead that is gone does not count, one whose opportunity is gone had one');
SELECT results_eq('SELECT converted_day, owner_id, converted, with_opportunity, without_opportunity FROM crm.lead_conversion_by_day',
    format('VALUES (%L::date, %s::bigint, 5::bigint, 4::bigint, 1::bigint)', :'today', :u), 'conversions of a day');
SELECT results_eq('SELECT created_day, lead_source, first_campaign_id, last_campaign_id, primary_campaign_id, leads, converted, opportunities, won, amount, won_amount FROM crm.lead_conversion_by_source ORDER BY leads',
    format($$VALUES ('2026-03-01'::date, 'Web', %s::bigint, %s::bigint, %s::bigint, 1::bigint, 1::bigint, 1::bigint, 1::bigint, 260::numeric, 260::numeric),
        ('2026-03-01', 'Web', NULL, NULL, NULL, 8, 4, 0, 0, NULL, NULL)$$, :c2, :c1, :c1), 'sources: an opportunity that was there before does not count, nor what is in the bin');
SELECT results_eq(format('SELECT days_to_conversion, days_to_first_activity FROM crm.lead_time_to_conversion WHERE lead_id <= %s ORDER BY lead_id', :l4),
    format('SELECT %L::date - ''2026-03-01''::date, d FROM unnest(''{2,1,4,NULL}''::int[]) d', :'today'), 'days to conversion, and to the first activity that is done');
SELECT is((SELECT string_agg(lead_id - :l1 + 1 || '', ' ' ORDER BY lead_id) FROM crm.lead_time_to_conversion), '1 2 3 4 5', '... of converted leads');
SELECT results_eq('SELECT lead_id, stage_name, days_in_stage, amount_changes, close_date_pushes, is_closed, is_won, days_to_close, amount FROM crm.converted_opportunity_quality ORDER BY 1',
    format($$VALUES (%s::bigint, 'Closed Won', 0, 2::bigint, 1::bigint, true, true, 0, 260::numeric), (%s, 'Prospecting', 0, 0, 0, false, false, NULL, NULL)$$, :l1, :l6),
    'quality: an opportunity that was there before is none of them');
SELECT results_eq('SELECT lead_id, lead, owner, converter, reason FROM crm.no_opportunity_conversion', format($$VALUES (%s::bigint, 'Maya Rao', 'Uma', 'Con Verter', 'a student')$$, :l3),
    'without opportunity: only who never had one');
SELECT is((SELECT string_agg(lead_id - :l1 + 1 || '', ' ' ORDER BY lead_id) FROM crm.lead_conversion_audit), '1 2 3 4 5 6 9', 'the audit has all conversions');
SELECT results_eq(format('SELECT converter, role, origin, account_created, opportunity_created, duplicates_overridden, unmapped_fields, reason, request_id FROM crm.lead_conversion_audit WHERE lead_id = %s', :l1),
    format('SELECT %L, current_user::text, %L, true, true, false, %L::text[], %L, %L', 'Con Verter', 'single', '{"Hobby horse",budget}', 'wants it', 'r1'), '... with what is only on the lead');
SELECT is((SELECT undo_reason || ' ' || role FROM crm.lead_conversion_audit WHERE undone_date IS NOT NULL), 'a mistake batch', '... undone ones, too');
SELECT is((SELECT unmapped_fields FROM crm.lead_conversion_audit WHERE lead_id = :l6), '{budget}', '... also of a lead that is gone');
SELECT is((SELECT string_agg(status_code || ' ' || (failed_at = now()), ',') FROM crm.lead_conversion_failure WHERE lead_id = :l10), 'INVALID_STATUS true', 'failures of a bulk call');
SELECT is((SELECT string_agg(concat_ws(' ', step_order || '.', step, records, rate_from_previous, amount), ', ' ORDER BY step_order) FROM crm.lead_funnel),
    '1. New lead 9 260, 2. Working - Contacted 6 0.6667 260, 3. Qualified 6 1.0000 260, 4. Converted 5 0.8333 260, 5. Opportunity 1 0.2000 260, 6. Qualification 1 1.0000 260, 7. Needs Analysis 1 1.0000 260, 8. Value Proposition 1 1.0000 260, 9. Id. Decision Makers 1 1.0000 260, 10. Perception Analysis 1 1.0000 260, 11. Proposal/Price Quote 1 1.0000 260, 12. Negotiation/Review 1 1.0000 260, 13. Won 1 1.0000 260',
    'the funnel');
UPDATE crm.opportunity SET stage_name = 'Closed Lost' WHERE id = :o1;
SELECT is((SELECT string_agg(concat_ws(' ', step, records, rate_from_previous), ', ' ORDER BY step_order) FROM crm.lead_funnel WHERE step_order > 7),
    'Value Proposition 1 1.0000, Id. Decision Makers 0 0.0000, Perception Analysis 0, Proposal/Price Quote 0, Negotiation/Review 0, Won 0', '... of a deal that is lost: as far as it had come');
SELECT results_eq(format('SELECT id, budget_is_there, account, contact, opportunity, stage_name, owner, campaign FROM (SELECT *, false AS budget_is_there FROM crm.lead_report) x WHERE id IN (%s, %s) ORDER BY id', :l1, :l8),
    format($$VALUES (%s::bigint, false, 'Acme', 'Maya Rao', 'Acme', 'Closed Lost', 'Uma', 'Spring'), (%s, false, NULL, NULL, NULL, NULL, 'Uma', NULL)$$, :l1, :l8), 'the list of leads');
-- leads that came converted from another system
SELECT t.new('opportunity', jsonb_build_object('name', 'New then', 'account_id', :a, 'stage_name', 'Closed Won', 'close_date', '2025-06-30', 'amount', 9, 'created_date', '2025-05-31 23:30+00')) AS o20,
    t.new('opportunity', jsonb_build_object('name', 'Old then', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2025-06-30', 'created_date', '2025-05-30 23:30+00')) AS o21 \gset
INSERT INTO crm.lead (last_name, company, created_date, status, is_converted, converted_date, converted_account_id, converted_opportunity_id)
    SELECT 'I', 'I', '2025-05-01 00:00+00', 'Closed - Converted', true, '2025-05-31', :a, o FROM unnest(ARRAY[:o20, :o20, :o21, NULL]) o;
-- ... one of them by an import, which has a row in the ledger
INSERT INTO crm.lead_conversion (lead_id, opportunity_id, account_created, contact_created, opportunity_created, created_by_role, created_date, request, origin)
    SELECT min(id), :o20, false, false, false, 'x', '2025-05-31 00:00+00', '{}', 'imported' FROM crm.lead WHERE converted_opportunity_id = :o20;
SELECT results_eq('SELECT opportunity_id, conversion_id, converted_day, days_to_close FROM crm.converted_opportunity_quality WHERE conversion_id IS NULL',
    format($$VALUES (%s::bigint, NULL::bigint, '2025-05-31'::date, 30)$$, :o20), 'imported: an opportunity of the day counts once, an older one does not');
SELECT is((SELECT concat_ws(' ', sum(leads), sum(converted), sum(opportunities), sum(won_amount)) FROM crm.lead_conversion_by_source WHERE created_day = '2025-05-01'), '4 4 1 9', '... in the sources, too');
SELECT is((SELECT concat_ws(' ', sum(converted), sum(with_opportunity), sum(without_opportunity)) FROM crm.lead_conversion_by_day WHERE converted_day = '2025-05-31'), '4 3 1', '... and in the days');

-- merged accounts: contacts and opportunities of one go to the other, and it is deleted
SELECT string_agg(x::text, E'\n' ORDER BY x::text) AS figures FROM (
    SELECT to_jsonb(v) AS x FROM crm.lead_conversion_rate v UNION ALL SELECT to_jsonb(v) FROM crm.lead_conversion_by_day v UNION ALL SELECT to_jsonb(v) FROM crm.lead_conversion_by_source v
    UNION ALL SELECT to_jsonb(v) FROM crm.lead_funnel v UNION ALL SELECT to_jsonb(v) FROM crm.lead_time_to_conversion v UNION ALL SELECT to_jsonb(v) FROM crm.converted_opportunity_quality v) y \gset
SELECT converted_account_id AS old_account, converted_contact_id AS contact FROM crm.lead WHERE id = :l1 \gset
UPDATE crm.contact SET account_id = :a WHERE account_id = :old_account;
UPDATE crm.opportunity SET account_id = :a WHERE account_id = :old_account;
UPDATE crm.task SET account_id = :a WHERE account_id = :old_account;
UPDATE crm.event SET account_id = :a WHERE account_id = :old_account;
DELETE FROM crm.account WHERE id = :old_account;
SELECT is(string_agg(x::text, E'\n' ORDER BY x::text), :'figures', 'merged accounts: no figure changes') FROM (
    SELECT to_jsonb(v) AS x FROM crm.lead_conversion_rate v UNION ALL SELECT to_jsonb(v) FROM crm.lead_conversion_by_day v UNION ALL SELECT to_jsonb(v) FROM crm.lead_conversion_by_source v
    UNION ALL SELECT to_jsonb(v) FROM crm.lead_funnel v UNION ALL SELECT to_jsonb(v) FROM crm.lead_time_to_conversion v UNION ALL SELECT to_jsonb(v) FROM crm.converted_opportunity_quality v) y;
SELECT is((SELECT concat_ws(' ', r.converted_contact_id - :contact, r.contact, r.account, a.name) FROM crm.lead_report r JOIN crm.contact c ON c.id = r.converted_contact_id JOIN crm.account a ON a.id = c.account_id WHERE r.id = :l1),
    '0 Maya Rao Globex', '... and the list of leads has the contact, whose account is the other one');
SELECT is((SELECT account_id FROM crm.lead_conversion_audit WHERE lead_id = :l1), :old_account::bigint, '... the audit what the lead was converted to');
-- a status that gets another name is in the history by its old one
UPDATE crm.lead_status SET api_name = 'In touch' WHERE api_name = 'Working - Contacted';
SELECT is((SELECT sum(qualified) FROM crm.lead_conversion_rate WHERE created_day = '2026-03-01'), 5::numeric, 'a renamed status is not known by its old name');
UPDATE crm.lead_history SET old_value = CASE old_value WHEN 'Working - Contacted' THEN 'In touch' ELSE old_value END,
    new_value = CASE new_value WHEN 'Working - Contacted' THEN 'In touch' ELSE new_value END WHERE field = 'status';
SELECT is((SELECT sum(qualified) FROM crm.lead_conversion_rate WHERE created_day = '2026-03-01'), 6::numeric, '... until the history is renamed');
ROLLBACK TO empty;

--
-- Random: 400 leads of five days, against a loop over them
--
SELECT setseed(0.42);
CREATE FUNCTION t.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT choices[1 + floor(random() * cardinality(choices))::int]
$$;
INSERT INTO crm.app_user (name) VALUES ('U1'), ('U2');
INSERT INTO crm.record_type (object, developer_name, name) VALUES ('lead', 'a', 'A'), ('lead', 'b', 'B');
INSERT INTO crm.lead_status (api_name, master_label, sort_order, is_qualified) VALUES ('Good', 'Good', 3, true), ('Very good', 'Very good', 9, true);
UPDATE crm.lead_status SET sort_order = sort_order * 2 WHERE api_name NOT IN ('Good', 'Very good');
INSERT INTO crm.campaign (name) VALUES ('C1'), ('C2'), ('C3');
INSERT INTO crm.account (name) VALUES ('A');
CREATE FUNCTION t.stage() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT t.pick('Prospecting', 'Qualification', 'Value Proposition', 'Negotiation/Review', 'Closed Won', 'Closed Lost')
$$;
DO $$
DECLARE
    l bigint;
    o bigint;
    c bigint;
    conversion text;
    day timestamptz;
    status text[] := ARRAY(SELECT api_name FROM crm.lead_status WHERE NOT is_converted);
BEGIN
    FOR i IN 1..400 LOOP
        day := '2026-01-01 00:00+00'::timestamptz + floor(random() * 10) * interval '12 hours' + t.pick('-1 second', '0', '11 hours')::interval;
        conversion := t.pick('none', 'none', 'none', 'new', 'new', 'old', 'without', 'imported', 'undone', 'new and gone');
        o := NULL;
        c := NULL;
        IF random() < 0.5 THEN
            INSERT INTO crm.contact (account_id, last_name) SELECT min(a.id), 'C' FROM crm.account a RETURNING id INTO c;
        END IF;
        IF conversion IN ('new', 'old', 'imported', 'undone', 'new and gone') THEN
            INSERT INTO crm.opportunity (name, account_id, stage_name, close_date, amount, campaign_id, is_deleted, created_date)
                SELECT 'O', min(a.id), t.stage(), '2026-02-01', nullif(floor(random() * 5), 0) * 10, (SELECT min(c.id) FROM crm.campaign c) + nullif(floor(random() * 4), 3),
                    random() < 0.1, CASE conversion WHEN 'old' THEN day - interval '1 month' ELSE day + t.pick('2 days', '2 days 3 hours')::interval END
                FROM crm.account a RETURNING id INTO o;
            INSERT INTO crm.opportunity_history (opportunity_id, field, old_value, new_value, created_date)
                SELECT o, 'stage_name', t.stage(), t.stage(), day + interval '3 days' * n FROM generate_series(1, floor(random() * 3)::int) n;
            INSERT INTO crm.opportunity_history (opportunity_id, field, old_value, new_value)
                SELECT o, t.pick('amount', 'close_date', 'close_date'), t.pick('2026-02-01', NULL, '2026-12-01'), t.pick('2026-02-01', NULL, '2026-12-01') FROM generate_series(1, floor(random() * 4)::int);
        END IF;
        INSERT INTO crm.lead (last_name, company, lead_source, status, owner_id, record_type_id, created_date, is_deleted, is_converted, converted_date, converted_account_id, converted_contact_id, converted_opportunity_id)
            SELECT 'L' || i, 'C', t.pick('Web', 'Other', NULL), CASE WHEN conversion IN ('none', 'undone') THEN status[1 + floor(random() * cardinality(status))::int] ELSE 'Closed - Converted' END,
                (SELECT min(u.id) FROM crm.app_user u) + nullif(floor(random() * 3), 2), (SELECT min(x.id) FROM crm.record_type x) + nullif(floor(random() * 3), 2),
                day, random() < 0.1, conversion NOT IN ('none', 'undone'), CASE WHEN conversion NOT IN ('none', 'undone') THEN (day AT TIME ZONE 'UTC')::date + 2 END,
                CASE WHEN conversion NOT IN ('none', 'undone') THEN min(a.id) END, CASE WHEN conversion NOT IN ('none', 'undone') THEN c END,
                CASE WHEN conversion NOT IN ('none', 'undone', 'new and gone') THEN o END
            FROM crm.account a RETURNING id INTO l;
        IF conversion NOT IN ('none', 'imported') OR conversion = 'imported' AND random() < 0.5 THEN
            INSERT INTO crm.lead_conversion (lead_id, opportunity_id, account_created, contact_created, opportunity_created, created_by_role, created_date, request, warnings, origin, undone_date)
                SELECT l, o, false, false, conversion IN ('new', 'undone', 'new and gone'), 'x', (day AT TIME ZONE 'UTC')::date::timestamp AT TIME ZONE 'UTC' + interval '2 days 1 hour', '{}',
                    t.pick(NULL, '[]', '[{"status_code": "UNMAPPED_FIELD", "fields": ["title", "rating"]}]', '[{"status_code": "DUPLICATES_DETECTED", "fields": ["email"]}, {"status_code": "UNMAPPED_FIELD", "fields": ["fax"]}, {"status_code": "UNMAPPED_FIELD", "fields": ["city", "fax"]}]')::jsonb,
                    CASE conversion WHEN 'imported' THEN 'imported' ELSE 'single' END,
                    CASE WHEN conversion = 'undone' THEN now() END;
        END IF;
        IF random() < 0.05 THEN    -- converted once more, by somebody who has reopened the lead by hand
            INSERT INTO crm.lead_conversion (lead_id, account_created, contact_created, opportunity_created, created_by_role, created_date, request)
                SELECT l, false, false, false, 'x', max(c.created_date), '{}' FROM crm.lead_conversion c WHERE c.lead_id = l AND c.undone_date IS NULL HAVING count(*) > 0;
        END IF;
        IF conversion = 'new and gone' THEN
            DELETE FROM crm.opportunity WHERE id = o;
        END IF;
        INSERT INTO crm.lead_history (lead_id, field, old_value, new_value)
            SELECT l, t.pick('status', 'status', 'owner_id'), t.pick(VARIADIC status), t.pick(VARIADIC status) FROM generate_series(1, greatest(0, floor(random() * 4 - 1))::int);
        PERFORM set_config('session_replication_role', 'replica', true);    -- converted leads get no members any more
        INSERT INTO crm.campaign_member (lead_id, campaign_id, is_deleted, created_date, last_modified_date)
            SELECT l, c.id, random() < 0.2, '2026-01-01'::timestamptz + floor(random() * 2) * interval '1 day', now() FROM crm.campaign c WHERE random() < 0.4;
        INSERT INTO crm.task (lead_id, contact_id, account_id, source_lead_id, subject, is_closed, is_deleted, activity_date, completed_date_time, created_date, last_modified_date)
            SELECT CASE WHEN n % 2 = 0 THEN l END, CASE WHEN n % 3 = 0 THEN c END, CASE WHEN n % 5 < 3 THEN a.id END, nullif(l - (n % 4 = 3)::int, 0), 'T', random() < 0.7, random() < 0.1,
                CASE WHEN random() < 0.7 THEN '2026-01-01'::date + floor(random() * 20)::int END, CASE WHEN random() < 0.5 THEN day + random() * interval '9 days' END, day + interval '30 days', day
            FROM (SELECT floor(random() * 60)::int AS n FROM generate_series(1, floor(random() * 3)::int)) x, (SELECT min(id) AS id FROM crm.account) a;
        INSERT INTO crm.event (lead_id, contact_id, account_id, source_lead_id, subject, is_child, is_deleted, activity_date, start_date_time, created_date, last_modified_date)
            SELECT CASE WHEN n % 2 = 0 THEN l END, CASE WHEN n % 3 = 0 THEN c END, CASE WHEN n % 5 < 3 THEN a.id END, nullif(l - (n % 4 = 3)::int, 0), 'E', random() < 0.1, random() < 0.1,
                CASE WHEN random() < 0.7 THEN t.pick('2026-01-04', '2026-01-09', '2099-01-01')::date END, CASE WHEN random() < 0.5 THEN t.pick('2026-01-05 23:30+00', '2026-01-02 00:30+00', '2099-01-01 00:00+00')::timestamptz END, day, day
            FROM (SELECT floor(random() * 60)::int AS n FROM generate_series(1, floor(random() * 3)::int)) x, (SELECT min(id) AS id FROM crm.account) a;
        PERFORM set_config('session_replication_role', 'origin', true);
    END LOOP;
END $$;

-- The second computation: what is to be known of each lead, found out step by step
CREATE TEMP TABLE fact (lead_id bigint, day date, source text, owner bigint, type bigint, converted boolean, converted_on date, qualified boolean, with_opportunity boolean,
    made bigint, amount numeric, won boolean, first_campaign bigint, last_campaign bigint, main_campaign bigint, steps text[], first_activity int);
DO $$
DECLARE
    l crm.lead;
    f fact;
    c crm.lead_conversion;
    o crm.opportunity;
    seen text[];
    x record;
BEGIN
    FOR l IN SELECT * FROM crm.lead LOOP
        CONTINUE WHEN l.is_deleted;
        f := NULL;
        f.lead_id := l.id;
        f.day := '1970-01-01'::date + floor(extract(epoch FROM l.created_date) / 86400)::int;
        f.source := l.lead_source;
        f.owner := l.owner_id;
        f.type := l.record_type_id;
        f.converted := l.is_converted;
        f.converted_on := l.converted_date;
        seen := ARRAY[l.status];
        FOR x IN SELECT * FROM crm.lead_history WHERE lead_id = l.id AND field = 'status' LOOP
            seen := seen || x.old_value || x.new_value;
        END LOOP;
        f.qualified := l.is_converted OR 'Good' = ANY (seen) OR 'Very good' = ANY (seen);
        c := NULL;
        f.with_opportunity := l.is_converted AND l.converted_opportunity_id IS NOT NULL;
        FOR c IN SELECT * FROM crm.lead_conversion WHERE lead_id = l.id AND undone_date IS NULL ORDER BY id LOOP
            f.with_opportunity := f.with_opportunity OR c.opportunity_id IS NOT NULL;
        END LOOP;
        IF c.origin = 'imported' THEN
            c := NULL;
        END IF;
        o := NULL;
        IF l.is_converted AND (c.id IS NULL OR c.opportunity_created) THEN
            SELECT * INTO o FROM crm.opportunity WHERE id = coalesce(c.opportunity_id, l.converted_opportunity_id);
            IF o.is_deleted OR (c.id IS NULL AND '1970-01-01'::date + floor(extract(epoch FROM o.created_date) / 86400)::int <> l.converted_date) THEN
                o := NULL;
            END IF;
        END IF;
        f.made := o.id;
        f.amount := o.amount;
        f.won := o.is_won;
        f.main_campaign := o.campaign_id;
        FOR x IN SELECT * FROM crm.campaign_member WHERE lead_id = l.id AND NOT is_deleted ORDER BY created_date, id LOOP
            f.first_campaign := coalesce(f.first_campaign, x.campaign_id);
            f.last_campaign := x.campaign_id;
        END LOOP;
        -- the furthest step says all
        f.steps := '{New lead}';
        IF NOT seen <@ ARRAY['Open - Not Contacted', 'Very good', 'Closed - Not Converted'] OR f.qualified THEN
            f.steps := f.steps || 'Good'::text;
        END IF;
        IF 'Working - Contacted' = ANY (seen) OR f.qualified THEN
            f.steps := f.steps || 'Working - Contacted'::text;
        END IF;
        IF f.qualified THEN
            f.steps := f.steps || 'Qualified'::text;
        END IF;
        IF f.converted THEN
            f.steps := f.steps || 'Converted'::text;
        END IF;
        IF f.made IS NOT NULL THEN
            f.steps := f.steps || 'Opportunity'::text;
            seen := ARRAY(SELECT old_value FROM crm.opportunity_history WHERE opportunity_id = o.id AND field = 'stage_name') || ARRAY(SELECT new_value FROM crm.opportunity_history WHERE opportunity_id = o.id AND field = 'stage_name');
            seen := seen || o.stage_name;
            FOR x IN SELECT *, row_number() OVER (ORDER BY sort_order) AS n FROM crm.opportunity_stage WHERE sort_order < 9 ORDER BY sort_order LOOP
                IF x.n > 1 AND (o.stage_name = 'Closed Won' OR EXISTS (SELECT FROM crm.opportunity_stage s WHERE s.sort_order >= x.sort_order AND s.sort_order < 9 AND s.api_name = ANY (seen))) THEN
                    f.steps := f.steps || x.master_label;
                END IF;
            END LOOP;
        END IF;
        IF f.won THEN
            f.steps := f.steps || 'Won'::text;
        END IF;
        -- what is on the lead, or came from it and is on its contact, or on its account when it has no contact
        f.first_activity := NULL;
        FOR x IN SELECT contact_id, account_id, lead_id, source_lead_id, is_closed AS done, is_deleted, completed_date_time AS instant, activity_date, created_date FROM crm.task
                UNION ALL SELECT contact_id, account_id, lead_id, source_lead_id, NOT is_child AND coalesce(start_date_time, activity_date::timestamp AT TIME ZONE 'UTC') < '2090-01-01', is_deleted, start_date_time, activity_date, NULL FROM crm.event LOOP
            IF x.done AND NOT x.is_deleted AND (x.lead_id = l.id OR x.source_lead_id = l.id AND (x.contact_id = l.converted_contact_id OR l.converted_contact_id IS NULL AND x.account_id = l.converted_account_id)) THEN
                f.first_activity := least(f.first_activity, CASE WHEN x.instant IS NOT NULL THEN floor(extract(epoch FROM x.instant) / 86400)::int
                    WHEN x.activity_date IS NOT NULL THEN x.activity_date - '1970-01-01'::date ELSE floor(extract(epoch FROM x.created_date) / 86400)::int END);
            END IF;
        END LOOP;
        f.first_activity := f.first_activity - (f.day - '1970-01-01'::date);
        INSERT INTO fact SELECT f.*;
    END LOOP;
END $$;
SELECT cmp_ok((SELECT count(*) FROM fact WHERE made IS NOT NULL), '>', 60::bigint, 'random data: there is something to count');

SELECT results_eq('SELECT created_day, owner_id, record_type_id, leads, qualified, converted, with_opportunity, without_opportunity, rate FROM crm.lead_conversion_rate ORDER BY 1, 2, 3',
    $$SELECT day, owner, type, count(*), sum(qualified::int), sum(converted::int), sum(with_opportunity::int), count(nullif(converted AND NOT with_opportunity, false)),
        CASE WHEN sum(qualified::int) > 0 THEN round(sum(with_opportunity::int) * 1.0 / sum(qualified::int), 4) END FROM fact GROUP BY 1, 2, 3 ORDER BY 1, 2, 3$$, 'random: rates');
SELECT results_eq('SELECT converted_day, owner_id, record_type_id, converted, with_opportunity, without_opportunity FROM crm.lead_conversion_by_day ORDER BY 1, 2, 3',
    $$SELECT converted_on, owner, type, count(*), sum(with_opportunity::int), sum(1 - with_opportunity::int) FROM fact WHERE converted GROUP BY 1, 2, 3 ORDER BY 1, 2, 3$$, 'random: days');
SELECT results_eq('SELECT created_day, lead_source, first_campaign_id, last_campaign_id, primary_campaign_id, leads, converted, opportunities, won, amount, won_amount FROM crm.lead_conversion_by_source ORDER BY 1, 2, 3, 4, 5',
    $$SELECT day, source, first_campaign, last_campaign, main_campaign, count(*), sum(converted::int), sum((made IS NOT NULL)::int), sum((won IS TRUE)::int), sum(amount), sum(CASE WHEN won THEN amount END)
        FROM fact GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5$$, 'random: sources');
SELECT results_eq('SELECT created_day, step, records, amount FROM crm.lead_funnel WHERE records > 0 ORDER BY 1, 2',
    'SELECT day, step, count(*), sum(amount) FROM fact, unnest(steps) step GROUP BY 1, 2 ORDER BY 1, 2', 'random: funnel');
SELECT set_eq('SELECT lead_id FROM crm.no_opportunity_conversion', 'SELECT lead_id FROM fact WHERE converted AND NOT with_opportunity', 'random: without opportunity');
SELECT set_eq('SELECT id, opportunity, owner FROM crm.lead_report', $$SELECT f.lead_id, (SELECT o.name FROM crm.lead l, crm.opportunity o WHERE l.id = f.lead_id AND o.id = l.converted_opportunity_id)::text AS opportunity,
    (SELECT name FROM crm.app_user u WHERE u.id = f.owner)::text AS owner FROM fact f$$, 'random: list of leads');
SELECT set_eq('SELECT lead_id, days_to_conversion, days_to_first_activity FROM crm.lead_time_to_conversion', 'SELECT lead_id, 2, first_activity FROM fact WHERE converted', 'random: time to conversion, and to the first activity');
SELECT cmp_ok((SELECT count(*) FROM fact WHERE converted AND first_activity IS NOT NULL), '>', 50::bigint, '... there are activities');
CREATE TEMP TABLE found (id bigint, unmapped text[], duplicates boolean);
DO $$
DECLARE
    c crm.lead_conversion;
    w jsonb;
    f found;
BEGIN
    FOR c IN SELECT * FROM crm.lead_conversion LOOP
        f := (c.id, '{}', false);
        FOR w IN SELECT jsonb_array_elements(coalesce(c.warnings, '[]')) LOOP
            f.duplicates := f.duplicates OR w ->> 'status_code' = 'DUPLICATES_DETECTED';
            IF w ->> 'status_code' = 'UNMAPPED_FIELD' THEN
                f.unmapped := ARRAY(SELECT DISTINCT n FROM unnest(f.unmapped || ARRAY(SELECT jsonb_array_elements_text(w -> 'fields'))) n ORDER BY 1);
            END IF;
        END LOOP;
        INSERT INTO found SELECT f.*;
    END LOOP;
END $$;
SELECT results_eq('SELECT conversion_id, lead_id, role COLLATE "C", converted_at, origin, opportunity_id, opportunity_created, unmapped_fields, duplicates_overridden, undone_date FROM crm.lead_conversion_audit ORDER BY 1',
    'SELECT c.id, c.lead_id, c.created_by_role::text COLLATE "C", c.created_date, c.origin, c.opportunity_id, c.opportunity_created, f.unmapped, f.duplicates, c.undone_date FROM crm.lead_conversion c JOIN found f ON f.id = c.id ORDER BY 1', 'random: audit');
INSERT INTO crm.lead_conversion_error (lead_id, job, status_code, message, created_by_role, created_date)
    SELECT CASE WHEN random() < 0.8 THEN id END, t.pick('j', NULL), t.pick('INVALID_STATUS', 'DUPLICATES_DETECTED'), 'M' || id, 'x', created_date FROM crm.lead WHERE random() < 0.3;
SELECT results_eq('SELECT id, job, lead_id, status_code, message, created_by_id, role COLLATE "C", failed_at FROM crm.lead_conversion_failure ORDER BY 1',
    'SELECT id, job, lead_id, status_code, message, created_by_id, ''x''::text COLLATE "C", created_date FROM crm.lead_conversion_error ORDER BY 1', 'random: failures');
SELECT set_eq('SELECT opportunity_id, lead_id, days_in_stage, amount_changes, close_date_pushes, days_to_close FROM crm.converted_opportunity_quality WHERE lead_id IN (SELECT id FROM crm.lead WHERE NOT is_deleted)', $$
    SELECT o.id, f.lead_id, ((now() AT TIME ZONE 'UTC')::date - (s.since AT TIME ZONE 'UTC')::date), (SELECT count(*) FROM crm.opportunity_history h WHERE (h.opportunity_id, h.field) = (o.id, 'amount')) AS changes,
        (SELECT count(*) FROM crm.opportunity_history h WHERE (h.opportunity_id, h.field) = (o.id, 'close_date') AND h.old_value::date < h.new_value::date) AS pushes,
        CASE WHEN o.stage_name IN ('Closed Won', 'Closed Lost') THEN CASE WHEN s.since = o.created_date THEN o.close_date ELSE (s.since AT TIME ZONE 'UTC')::date END - f.converted_on END
    FROM fact f JOIN crm.opportunity o ON o.id = f.made,
        LATERAL (SELECT max(d) AS since FROM (SELECT o.created_date WHERE NOT EXISTS (SELECT FROM crm.opportunity_history h WHERE h.opportunity_id = o.id AND h.field = 'stage_name')
            UNION ALL SELECT created_date FROM crm.opportunity_history WHERE opportunity_id = o.id AND field = 'stage_name') x (d)) s$$, 'random: quality');

CREATE FUNCTION t.explain(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$;
-- A restriction on the day reaches the lead, in each view that has one
SELECT is((SELECT string_agg(v, ', ') FROM unnest('{lead_conversion_rate,lead_conversion_by_source,lead_time_to_conversion,lead_funnel}'::text[]) v
    WHERE NOT EXISTS (SELECT FROM t.explain(format('SELECT * FROM crm.%I WHERE created_day >= ''2026-01-03''', v)) e WHERE e ~ 'Filter: .*created_date AT TIME ZONE .*>= ''2026-01-03''')), NULL,
    'a restriction on the day of creation is pushed down to the lead');

-- Their indexes
CREATE FUNCTION t.indexes() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
    WHERE c.relnamespace = 'crm'::regnamespace AND obj_description(c.oid) = 'Made by leadconv.setup_reports(), for the views of reports' AND i.indisvalid
$$;
CREATE FUNCTION t.digest() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text := '';
    v text;
    one text;
BEGIN
    FOR v IN SELECT n FROM t.views() n WHERE n <> 'lead_day' LOOP
        EXECUTE format('SELECT count(*) || md5(string_agg(x::text, E''\n'' ORDER BY x::text COLLATE "C")) FROM crm.%I x', v) INTO one;
        result := concat_ws(' ', result, v, one);
    END LOOP;
    RETURN result;
END $$;
-- the same leads once more, on forty days and with keys far apart, in no order
CREATE TEMP TABLE copy AS
SELECT l.id, 1000000 + 1000 * row_number() OVER (ORDER BY md5(l.id::text)) AS new_id, l.id * 7 % 40 AS days FROM crm.lead l;
SET LOCAL session_replication_role = replica;
INSERT INTO crm.lead (id, last_name, company, lead_source, status, owner_id, record_type_id, created_date, last_modified_date, is_deleted, is_converted, converted_date, converted_account_id, converted_contact_id, converted_opportunity_id)
    SELECT c.new_id, last_name, company, lead_source, status, owner_id, record_type_id, created_date + c.days * interval '1 day', last_modified_date, is_deleted, is_converted, converted_date, converted_account_id, converted_contact_id, converted_opportunity_id
    FROM crm.lead l JOIN copy c ON c.id = l.id;
INSERT INTO crm.lead_history (lead_id, field, old_value, new_value) SELECT c.new_id, field, old_value, new_value FROM crm.lead_history h JOIN copy c ON c.id = h.lead_id;
INSERT INTO crm.campaign_member (lead_id, campaign_id, is_deleted, created_date, last_modified_date)
    SELECT c.new_id, campaign_id, is_deleted, created_date, last_modified_date FROM crm.campaign_member m JOIN copy c ON c.id = m.lead_id;
INSERT INTO crm.lead_conversion (lead_id, opportunity_id, account_created, contact_created, opportunity_created, created_by_role, created_date, request, origin, undone_date)
    SELECT c.new_id, opportunity_id, account_created, contact_created, opportunity_created, created_by_role, created_date, request, origin, undone_date FROM crm.lead_conversion k JOIN copy c ON c.id = k.lead_id ORDER BY k.id;
SET LOCAL session_replication_role = origin;
SELECT t.digest() AS before \gset
SELECT is((SELECT count(*) FROM crm.lead_day), 0::bigint, 'without the index, leads are not read by day');
SELECT throws_ok('SELECT leadconv.setup_reports(NULL)', 'LC001', NULL, 'set up, or not?');
SELECT lives_ok('SELECT leadconv.setup_reports(true)', 'the indexes of reports are built');
SELECT lives_ok('SELECT leadconv.setup_reports(true)', '... again');
SELECT is(t.indexes(), 'campaign_member_report_idx lead_conversion_report_lead_id_idx lead_conversion_report_opportunity_id_idx lead_history_report_idx lead_report_converted_date_idx lead_report_created_day_idx', '... all of them');
SELECT is(t.digest(), :'before', 'they change no figure');
-- row-level security does not let an index on an expression be used
CREATE ROLE t_restricted;
SELECT lives_ok('SELECT leadconv.setup_report_role(''t_restricted'')', 'a reader');
-- who has a view of ours in another schema need not know schema crm
CREATE VIEW t.rate WITH (security_invoker = true) AS SELECT * FROM crm.lead_conversion_rate;
GRANT SELECT ON t.rate TO t_restricted;
GRANT USAGE ON SCHEMA t TO t_restricted;
REVOKE USAGE ON SCHEMA crm FROM t_restricted;
SET LOCAL ROLE t_restricted;
SELECT lives_ok('SELECT * FROM t.rate', '... through a view elsewhere, without the right to look names up in crm');
RESET ROLE;
GRANT USAGE ON SCHEMA crm TO t_restricted;
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
CREATE POLICY t_all ON crm.lead TO t_restricted USING (true);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO t_restricted;
GRANT USAGE ON SCHEMA t TO t_restricted;
SET LOCAL ROLE t_restricted;
SELECT is((SELECT count(*) FROM crm.lead_day), 0::bigint, 'a reader with row-level security does not read by day');
SELECT is(t.digest(), :'before', '... and gets the same figures');
RESET ROLE;
DROP POLICY t_all ON crm.lead;
CREATE POLICY t_some ON crm.lead TO t_restricted USING (id % 2 = 0);
SET LOCAL ROLE t_restricted;
SELECT is((SELECT sum(leads) FROM crm.lead_conversion_rate), (SELECT count(*)::numeric FROM crm.lead WHERE NOT is_deleted), '... of the leads that he sees');
SELECT is((SELECT sum(records) FROM crm.lead_funnel WHERE step_order = 1), (SELECT sum(leads) FROM crm.lead_conversion_by_source), '... everywhere');
RESET ROLE;
SELECT is((SELECT sum(leads) FROM crm.lead_conversion_rate), (SELECT count(*)::numeric FROM crm.lead WHERE NOT is_deleted), 'others see all');
ALTER TABLE crm.lead DISABLE ROW LEVEL SECURITY;
DROP POLICY t_some ON crm.lead;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_bitmapscan = off;
SELECT is(t.digest(), :'before', 'they change no figure, whatever the plan');
SELECT is((SELECT array_agg(created_day ORDER BY created_day) FROM crm.lead_day), (SELECT array_agg(DISTINCT (created_date AT TIME ZONE 'UTC')::date ORDER BY (created_date AT TIME ZONE 'UTC')::date) FROM crm.lead), 'leads are read by day');
SELECT is((SELECT count(*) FROM crm.lead_day d WHERE ARRAY(SELECT l.id FROM crm.lead l WHERE (l.created_date AT TIME ZONE 'UTC')::date = d.created_day AND (l.id BETWEEN d.first_lead_id AND d.last_lead_id OR l.id = ANY (d.lead_ids)))
    IS DISTINCT FROM ARRAY(SELECT l.id FROM crm.lead l WHERE (l.created_date AT TIME ZONE 'UTC')::date = d.created_day)), 0::bigint, '... all of each day');
SELECT cmp_ok((SELECT count(*) FROM crm.lead_day WHERE first_lead_id IS NOT NULL AND last_lead_id IS NOT NULL AND lead_ids IS NULL), '>', 1::bigint, '... from the first key to the last');
SELECT cmp_ok((SELECT count(*) FROM crm.lead_day WHERE first_lead_id IS NULL AND last_lead_id IS NULL AND lead_ids IS NOT NULL), '>', 10::bigint, '... or key by key, where they are far apart');
-- one key far from all others makes no difference to days whose keys are in no order
SAVEPOINT far;
SET LOCAL session_replication_role = replica;
INSERT INTO crm.lead (id, last_name, status, created_date, last_modified_date)
    SELECT 20000000 + i, 'L', 'Open - Not Contacted', '2026-05-01 12:00+00'::timestamptz + i % 6 * interval '1 day', now() FROM generate_series(1, 3000) i
    UNION ALL SELECT 8000000000000000000, 'L', 'Open - Not Contacted', '2026-05-09 12:00+00', now();
SELECT is((SELECT string_agg(cardinality(lead_ids)::text, ' ') FROM crm.lead_day WHERE created_day BETWEEN '2026-05-01' AND '2026-05-06'), '500 500 500 500 500 500', '... or have many keys of other days between them');
DELETE FROM crm.lead WHERE created_date > '2026-05-02' AND id < 8000000000000000000;
SELECT is((SELECT last_lead_id - first_lead_id FROM crm.lead_day WHERE created_day = '2026-05-01'), 2994::bigint, '... not when there are few');
ROLLBACK TO far;
SELECT is((SELECT string_agg(e, ' ') FROM t.explain(format('SELECT * FROM crm.%I WHERE %s >= ''2026-01-09''', v, d)) e WHERE e ~ 'Seq Scan on (lead|lead_conversion|lead_history|campaign_member|opportunity|opportunity_history)( |$)'), NULL,
    v || ': nothing large is read as a whole for some days')
FROM (VALUES ('lead_conversion_rate', 'created_day'), ('lead_conversion_by_source', 'created_day'), ('lead_funnel', 'created_day'), ('lead_conversion_by_day', 'converted_day')) AS x (v, d);
SELECT ok(EXISTS (SELECT FROM t.explain(format('SELECT * FROM crm.%I WHERE %s >= ''2026-01-09''', v, d)) e WHERE e LIKE '%using lead_report_' || i || '_idx%'), v || ': days are found by the index')
FROM (VALUES ('lead_conversion_rate', 'created_day', 'created_day'), ('lead_conversion_by_source', 'created_day', 'created_day'), ('lead_funnel', 'created_day', 'created_day'), ('lead_conversion_by_day', 'converted_day', 'converted_date')) AS x (v, d, i);
-- ... whatever number of leads a day is taken to have
SET LOCAL enable_hashjoin = on;
SET LOCAL enable_mergejoin = on;
SET LOCAL enable_nestloop = off;
SELECT ok(EXISTS (SELECT FROM t.explain('SELECT * FROM crm.' || v) e WHERE e LIKE '%Index Cond: (id = CASE %'), v || ': no day reads all opportunities')
FROM unnest('{lead_conversion_by_source,lead_funnel}'::text[]) v;
RESET enable_nestloop;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
-- how large a table is depends on what other tests have left in it
SET LOCAL enable_sort = off;
SELECT is((SELECT string_agg(e, ' ') FROM t.explain(format('SELECT * FROM crm.%I ORDER BY %s DESC LIMIT 100', v, k)) e WHERE e ~ '^  ->  .*Sort'), NULL, v || ': the newest rows are found without sorting')
FROM (VALUES ('lead_time_to_conversion', 'converted_day'), ('converted_opportunity', 'opportunity_id'), ('converted_opportunity_quality', 'opportunity_id'),
    ('no_opportunity_conversion', 'converted_date'), ('lead_conversion_audit', 'conversion_id'), ('lead_conversion_failure', 'id'), ('lead_report', 'id')) AS x (v, k);
CREATE ROLE t_other;
GRANT USAGE ON SCHEMA leadconv TO t_other;
GRANT EXECUTE ON FUNCTION leadconv.setup_reports TO t_other;
SET LOCAL ROLE t_other;
SELECT throws_ok('SELECT leadconv.setup_reports(true)', '42501', NULL, 'for the owner of crm');
RESET ROLE;
SELECT lives_ok('SELECT leadconv.setup_reports(false)', 'the indexes are dropped');
SELECT is(t.indexes(), NULL, '... all of them');
RESET enable_sort;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_bitmapscan;

-- The way back, by an index
SET LOCAL enable_seqscan = off;
SELECT is((SELECT string_agg(o, ', ') FROM unnest('{account,contact,opportunity}'::text[]) o
    WHERE NOT EXISTS (SELECT FROM t.explain(format('SELECT l.id FROM crm.%I o JOIN crm.lead l ON l.converted_%1$s_id = o.id WHERE o.id = 1', o)) e
        WHERE e LIKE '%Scan%lead_converted_' || o || '_id_idx%')), NULL, 'from an account, a contact or an opportunity to its leads by an index');
RESET enable_seqscan;

-- Figures without personal data: grants of the columns that the views name
CREATE ROLE figures;
CREATE FUNCTION t.readable(who name) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(x.readable, ' ' ORDER BY x.relname COLLATE "C") FROM (
        SELECT c.relname, format('%s(%s)', c.relname, string_agg(a.attname, ',' ORDER BY a.attname COLLATE "C")) AS readable
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND has_column_privilege(who, c.oid, a.attnum, 'SELECT')
        GROUP BY c.relname) x
$$;
SELECT lives_ok('SELECT leadconv.setup_report_role(''figures'', figures_only => true)', 'who reads figures only');
SELECT is(t.readable('figures'), 'app_user(id,name) campaign_member(campaign_id,created_date,id,is_deleted,lead_id) event(account_id,activity_date,contact_id,is_child,is_deleted,lead_id,source_lead_id,start_date_time) lead(converted_account_id,converted_contact_id,converted_date,converted_opportunity_id,created_date,id,is_converted,is_deleted,lead_source,owner_id,record_type_id,status) lead_conversion(created_date,id,lead_id,opportunity_created,opportunity_id,origin,undone_date) lead_history(field,id,lead_id,new_value,old_value) lead_status(api_name,is_converted,is_qualified,master_label,sort_order) opportunity(amount,campaign_id,close_date,created_date,id,is_closed,is_deleted,is_won,stage_name) opportunity_history(created_date,field,id,new_value,old_value,opportunity_id) opportunity_stage(api_name,is_active,is_closed,master_label,sort_order) record_type(id,name) task(account_id,activity_date,completed_date_time,contact_id,created_date,is_closed,is_deleted,lead_id,source_lead_id)',
    '... reads columns that say nothing of a person, but the names of users');
SELECT is((SELECT string_agg(c.relname, ' ' ORDER BY c.relname COLLATE "C") FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege('figures', c.oid, 'SELECT')),
    'converted_opportunity converted_opportunity_quality lead_conversion_by_day lead_conversion_by_source lead_conversion_rate lead_day lead_funnel lead_time_to_conversion', '... and the views of figures, and no table as a whole');
SELECT sum(converted) AS converted FROM crm.lead_conversion_rate \gset
SET LOCAL ROLE figures;
SELECT is((SELECT sum(converted) FROM crm.lead_conversion_rate), :converted::numeric, 'who may read figures only: all of them');
SELECT lives_ok(format('SELECT * FROM crm.%I', v), '... ' || v) FROM unnest('{lead_conversion_by_day,lead_conversion_by_source,lead_time_to_conversion,converted_opportunity_quality,lead_funnel}'::text[]) v;
SELECT lives_ok(format('SELECT * FROM leadconv.report(%L)', v), '... report ' || v) FROM unnest('{funnel,sources,owners,months,conversions,time_to_conversion,time_to_conversion_by_owner}'::text[]) v;
SELECT throws_ok(q, '42501', NULL, '... and not: ' || q) FROM unnest('{SELECT email FROM crm.lead,SELECT last_name FROM crm.lead,SELECT * FROM crm.lead_report,SELECT subject FROM crm.task,SELECT request FROM crm.lead_conversion,SELECT name FROM crm.opportunity,SELECT * FROM crm.no_opportunity_conversion}'::text[]) q;
RESET ROLE;
SELECT lives_ok('SELECT leadconv.revoke_role_privileges(''figures'', ''figures'')', 'it can be revoked');
SELECT is(t.readable('figures'), NULL, '... all of it');

SELECT * FROM finish();
ROLLBACK;
