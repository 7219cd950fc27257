-- The three settings of the page "Lead Settings": "Require Validation for
-- Converted Leads - toggles whether validation rules apply to the Lead at
-- conversion; Preserve Lead Status when converted - whether the Status from the
-- Lead persists; Enable Conversions for Leads with Active Assignment Rules -
-- controls whether the assignment rule fires for the new records."  And what the
-- conversion never does: copy account or opportunity teams.
BEGIN;
\ir helpers.psql
SELECT t.no_duplicate_rules();
SELECT * FROM no_plan();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann, t.new('app_user', '{"name": "Bob"}') AS bob, t.new('app_user', '{"name": "Cay"}') AS cay,
    t.new('app_user', '{"name": "Queue", "user_type": "Queue"}') AS queue \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- A setting as it ships
CREATE FUNCTION t.set(name text, value boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE crm.lead_convert_settings SET %I = $1', name) USING value;
END $$;
SELECT results_eq('SELECT require_validation, preserve_lead_status, assignment_rules_on_convert, notify FROM crm.lead_convert_settings',
    'VALUES (true, true, false, false)', 'the settings as they ship');

--
-- Require validation
--
CREATE TRIGGER zz BEFORE UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.industry IS NULL) EXECUTE FUNCTION leadconv.validation_error('Industry is required', 'industry');
SELECT t.lead() AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'LC014', '{industry}', 'Industry is required', 'require_validation on: a rule of the lead applies to its conversion');
SELECT t.set('require_validation', false);
SELECT ok((t.convert(:l)).success, 'require_validation off: it does not');
SELECT throws_ok($$UPDATE crm.lead SET title = 'x' WHERE NOT is_converted AND id = $$ || t.lead(), 'LC014', NULL, 'but to other updates of leads');
SELECT t.set('require_validation', true);
DROP TRIGGER zz ON crm.lead;

--
-- Preserve lead status
--
-- The status of a lead after a change of owner: by an update, and what else it sets
CREATE FUNCTION t.status(what text, lead jsonb DEFAULT '{"status": "Working - Contacted"}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.lead(lead || jsonb_build_object('owner_id', (SELECT id FROM crm.app_user WHERE name = 'Ann')));
BEGIN
    EXECUTE format('UPDATE crm.lead SET %s WHERE id = %s', what, l);
    RETURN t.get('lead', l, 'status');
END $$;
SELECT is(t.status('owner_id = ' || :bob), 'Working - Contacted', 'preserve_lead_status on: a change of owner keeps the status');
SELECT t.set('preserve_lead_status', false);
SELECT is(t.status('owner_id = ' || :bob), 'Open - Not Contacted', 'preserve_lead_status off: it goes to the default status');
SELECT is(t.status(format('owner_id = %s, status = ''Closed - Not Converted''', :bob)), 'Closed - Not Converted', 'unless the update sets the status');
SELECT is(t.status(format('owner_id = %s, status = ''Working - Contacted''', :bob)), 'Working - Contacted', 'also to what it is');
SELECT is(t.status('owner_id = ' || :ann), 'Working - Contacted', 'nor when the owner is the same');
SELECT is(t.status('title = ''CEO'''), 'Working - Contacted', 'nor when something else changes');
SELECT is(t.status('owner_id = NULL'), 'Open - Not Contacted', 'no owner is another one');
CREATE TRIGGER zz BEFORE INSERT OR UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.country = 'CH') EXECUTE FUNCTION leadconv.assign_owner('Bob');
SELECT is(t.status('country = ''CH'''), 'Open - Not Contacted', 'a rule changes the owner, too');
SELECT is(t.status('country = ''CH'', status = ''Closed - Not Converted'''), 'Closed - Not Converted', 'of an update that sets the status');
SELECT is(t.status('title = ''x''', '{"country": "CH", "status": "Working - Contacted"}'), 'Open - Not Contacted', 'also of a new lead');
SELECT t.set('preserve_lead_status', true);
SELECT is(t.status('country = ''CH'''), 'Working - Contacted', 'preserve_lead_status on: the rule keeps the status');
SELECT t.set('preserve_lead_status', false);
UPDATE crm.lead_status SET is_default = false;
SELECT is(t.status('owner_id = ' || :bob), 'Working - Contacted', 'without a default status it stays');
UPDATE crm.lead_status SET is_default = true WHERE is_converted;
SELECT is(t.status('owner_id = ' || :bob), 'Working - Contacted', 'and no converted one is the default');
UPDATE crm.lead_status SET is_default = api_name ~ '^(Open|Working)';
SELECT is(t.status('owner_id = ' || :bob), 'Open - Not Contacted', 'of several, the first');
DROP TRIGGER zz ON crm.lead;
-- the converted status
SELECT t.go(jsonb_build_object('owner_id', :bob), jsonb_build_object('owner_id', :ann, 'status', 'Working - Contacted'));
SELECT is(t.get('lead', (SELECT lead_id FROM r), 'status'), 'Closed - Converted', 'a conversion sets the converted status in any case');
CREATE ROLE lc_t_editor;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_editor;
GRANT SELECT, UPDATE ON crm.lead TO lc_t_editor;
GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO lc_t_editor;
SET LOCAL ROLE lc_t_editor;
UPDATE crm.lead SET owner_id = :cay WHERE id = (SELECT lead_id FROM r);
RESET ROLE;
SELECT results_eq('SELECT status, owner_id FROM crm.lead WHERE id = (SELECT lead_id FROM r)', format('VALUES (''Closed - Converted'', %s::bigint)', :cay), 'and a change of owner leaves it alone');
SELECT t.set('preserve_lead_status', true);

--
-- Assignment rules on convert
--
DO $$ DECLARE rel text; BEGIN
    FOREACH rel IN ARRAY '{account,contact,opportunity}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER assign BEFORE INSERT OR UPDATE ON crm.%I FOR EACH ROW EXECUTE FUNCTION leadconv.assign_owner(''Bob'')', rel);
    END LOOP;
    CREATE TRIGGER assign BEFORE INSERT OR UPDATE ON crm.task FOR EACH ROW EXECUTE FUNCTION leadconv.assign_owner('Bob');
    CREATE TRIGGER assign BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.assign_owner('Bob');
END $$;
-- Who owns what a conversion of Ann's lead makes or fills
CREATE FUNCTION t.owners(request jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    names text;
BEGIN
    PERFORM t.go(request, jsonb_build_object('owner_id', (SELECT id FROM crm.app_user WHERE name = 'Ann'), 'lead_source', 'Web', 'phone', '1'));
    SELECT string_agg(u.name, ' ' ORDER BY n) INTO names
    FROM (SELECT 1 AS n, owner_id FROM crm.account, r WHERE id = r.account_id UNION ALL SELECT 2, owner_id FROM crm.contact, r WHERE id = r.contact_id
          UNION ALL SELECT 3, owner_id FROM crm.opportunity, r WHERE id = r.opportunity_id UNION ALL SELECT 4, owner_id FROM crm.lead, r WHERE id = r.lead_id
          UNION ALL SELECT 5, t.owner_id FROM crm.task t, r WHERE t.contact_id = r.contact_id AND t.subject = 'Follow') x JOIN crm.app_user u ON u.id = x.owner_id;
    RETURN names;
END $$;
SELECT is(t.owners('{"follow_up_task": {"subject": "Follow"}}'), 'Ann Ann Ann Ann Ann', 'assignment_rules_on_convert off: the new records are of the lead''s owner');
SELECT t.set('assignment_rules_on_convert', true);
SELECT is(t.owners('{"follow_up_task": {"subject": "Follow"}}'), 'Bob Bob Bob Ann Ann', 'assignment_rules_on_convert on: the rules fire for the new records, not for the lead nor the follow-up task');
SELECT is(t.owners(jsonb_build_object('owner_id', :cay)), 'Cay Cay Cay Ann', 'an owner whom the request names wins');
SELECT is(t.owners(jsonb_build_object('contact_record', jsonb_build_object('owner_id', :cay))), 'Bob Cay Bob Ann', 'for the record for which it does');
ALTER TABLE crm.account DISABLE TRIGGER assign;
ALTER TABLE crm.contact DISABLE TRIGGER assign;
ALTER TABLE crm.opportunity DISABLE TRIGGER assign;
SELECT t.new('account', jsonb_build_object('name', 'Old', 'owner_id', :cay)) AS account \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :account, 'owner_id', :cay)) AS contact \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old', 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'account_id', :account, 'owner_id', :cay)) AS opportunity \gset
ALTER TABLE crm.account ENABLE TRIGGER assign;
ALTER TABLE crm.contact ENABLE TRIGGER assign;
ALTER TABLE crm.opportunity ENABLE TRIGGER assign;
SELECT is(t.owners(jsonb_build_object('account_id', :account, 'contact_id', :contact, 'opportunity_id', :opportunity)), 'Cay Cay Cay Ann', 'existing records keep their owner');
SELECT is(t.get('contact', :contact, 'phone'), '1', 'although they are filled');
UPDATE crm.contact SET phone = '2' WHERE id = :contact;
SELECT is(t.get('contact', :contact, 'owner_id'), :'bob', 'which any other update changes');
-- in a bulk call, request by request, also when they share a record
SELECT t.lead('{"company": "Shared"}') AS l1, t.lead('{"company": "Shared"}') AS l2, t.lead('{"company": "Other"}') AS l3 \gset
CREATE TEMP TABLE results AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, owner_id => :cay), leadconv.new_lead_convert(:l2), leadconv.new_lead_convert(:l3)], reuse_accounts => true);
SELECT results_eq('SELECT a.owner_id, c.owner_id, o.owner_id FROM results x JOIN crm.account a ON a.id = x.account_id JOIN crm.contact c ON c.id = x.contact_id JOIN crm.opportunity o ON o.id = x.opportunity_id ORDER BY x.lead_id',
    format('VALUES (%1$s::bigint, %1$s::bigint, %1$s::bigint), (%1$s, %2$s, %2$s), (%2$s, %2$s, %2$s)', :cay, :bob), 'a bulk call');
-- a lead of a queue still needs an owner, whom the rules may replace
SELECT t.lead(jsonb_build_object('owner_id', :queue)) AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'UNKNOWN_EXCEPTION', 'LC008', '{owner_id}', 'can only be owned by users', 'a rule is no reason to let a queue own the records');
UPDATE crm.lead_convert_settings SET default_owner_id = :cay;
SELECT account_id AS account FROM t.convert(:l) \gset
SELECT is(t.get('account', :account, 'owner_id'), :'bob', 'with a default owner, the rules assign');
-- what triggers make in the midst is theirs
SELECT t.set('assignment_rules_on_convert', false);
CREATE FUNCTION t.another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO crm.account (name) VALUES ('Another'); RETURN NULL; END $$;
CREATE TRIGGER another AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.another();
SELECT t.owners();
SELECT is((SELECT owner_id FROM crm.account WHERE name = 'Another'), :bob::bigint, 'an account that a trigger makes in the midst is assigned as always');

SELECT * FROM finish();
ROLLBACK;
