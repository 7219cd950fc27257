-- Columns of yours may have any names, those that statements use for tables and rows as
-- well.  Here every table has a column for each letter, of a type that has no equality,
-- so that one that is taken for something else raises an error.
BEGIN;
\ir helpers.psql
SELECT plan(14);

SELECT format('ALTER TABLE %s %s', oid::regclass, (SELECT string_agg(format('ADD COLUMN %I line', chr(l)), ', ') FROM generate_series(ascii('a'), ascii('z')) l))
FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' \gexec
-- and one is given a value
ALTER TABLE crm.lead ADD COLUMN ord text;
ALTER TABLE crm.account ADD COLUMN ord text;
SELECT leadconv.map_lead_field('ord', 'account', 'ord');

INSERT INTO crm.app_user (name) VALUES ('Ann') RETURNING id AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
INSERT INTO crm.campaign (name) VALUES ('C') RETURNING id AS camp \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (:camp, 'Sent', 1, false), (:camp, 'Responded', 2, true);

-- Leads with one of each, of one person
CREATE FUNCTION t.full_lead(vals jsonb DEFAULT '{}') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint := t.lead('{"email": "maya@acme.test", "phone": "+1 415 555 0134", "ord": "O"}' || vals);
BEGIN
    INSERT INTO crm.task (subject, lead_id) VALUES ('T', made);
    INSERT INTO crm.note (title, lead_id) VALUES ('N', made);
    INSERT INTO crm.campaign_member (campaign_id, lead_id, status) SELECT min(crm.campaign.id), made, 'Sent' FROM crm.campaign;
    RETURN made;
END $$;
SELECT t.full_lead() AS l1, t.full_lead() AS l2, t.full_lead() AS l3, t.full_lead() AS l4, t.full_lead('{"company": "Globex"}') AS l5 \gset

SELECT (t.convert(:l1, '{"request_id": "R", "follow_up_task": {"subject": "x"}, "account_record": {"site": "s"}}')).contact_id AS contact \gset
SELECT is((t.convert(:l1, '{"request_id": "R", "follow_up_task": {"subject": "x"}, "account_record": {"site": "s"}}')).contact_id, :contact::bigint, 'a retry');
SELECT is(t.get('account', (SELECT converted_account_id FROM crm.lead WHERE id = :l1), 'ord'), 'O', 'a mapped value');
SELECT t.convert(:l2, '{"do_not_create_opportunity": true, "allow_save": true}') IS NOT NULL AS done \gset
SELECT isnt((SELECT opportunity_id FROM leadconv.complete_lead_conversion(:l2)), NULL, 'a completion');
SELECT is((SELECT array_agg(success) FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(l)) FROM unnest(ARRAY[:l3, :l4, :l5]) l), false, true, true, true)),
    '{t,t,t}', 'several, with records that they share');
SELECT is((SELECT count(*) FROM crm.campaign_member WHERE contact_id = :contact), 1::bigint, '... members are merged');
SELECT cmp_ok((SELECT count(*) FROM crm.duplicate_record_item), '>', 1::bigint, '... duplicates are noted');
SELECT is((SELECT string_agg(status_code, ', ') FROM t.look(ARRAY[leadconv.new_lead_convert(t.full_lead(), account_id => (SELECT converted_account_id FROM crm.lead WHERE id = :l1))]) WHERE step = 'error'), 'DUPLICATES_DETECTED', 'a look');
SELECT is((SELECT array_agg(success) FROM leadconv.undo_lead_conversions(ARRAY[:l1, :l2, :l3, :l4, :l5], 'keep')), '{t,t,t,t,t}', 'undo');
SELECT is((SELECT count(*) FROM crm.campaign_member WHERE lead_id IS NOT NULL), 6::bigint, '... members are several again');
SELECT isnt(leadconv.lead_360(:l1), NULL, 'lead_360');
SELECT lives_ok('SELECT leadconv.search(''Maya''), leadconv.field_mapping_report(), leadconv.setup_search(false), leadconv.setup_reports(true)', 'search');
SELECT is((SELECT string_agg(problem, '; ') FROM leadconv.validate()), NULL, 'nothing is wrong');

-- a person account
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.full_lead('{"company": null, "last_name": "Person"}') AS l6 \gset
SELECT is((t.convert(:l6)).success AND (leadconv.undo_lead_conversion(:l6)).success, true, 'a person account');

-- columns of an export
CREATE TEMP TABLE export ("Id" text, "LastName" text, "Company" text, "AnnualRevenue" text, "s" text, "u" text, "f" text);
INSERT INTO export VALUES ('00Q5g00000AbCdEEAV', 'Shah', 'Shah Logistics', 'much', 'S', 'U', 'F');
SELECT leadconv.import_records('Lead', 'export', on_error => 'reject') IS NOT NULL AS done \gset
SELECT is((SELECT "row" ->> 's' FROM crm.import_reject), 'S', 'a row that is rejected');

SELECT * FROM finish();
ROLLBACK;
