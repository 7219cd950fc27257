-- leadconv.grant_role_privileges(), revoke_role_privileges(), setup_report_role():
-- who may do what with it, and that what README shows can be done with it
BEGIN;
\ir helpers.psql
SELECT plan(52);

-- All privileges of schemas crm and leadconv that are not the owner's, as text
CREATE FUNCTION t.grants(who name) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(x ORDER BY x) FROM (
        SELECT format('%s on %s', a.privilege_type, c.relname) || CASE WHEN a.is_grantable THEN ' grantable' ELSE '' END
        FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'crm'::regnamespace AND a.grantee = quote_ident(who)::regrole
        UNION ALL SELECT format('%s on %s', a.privilege_type, n.nspname) FROM pg_namespace n, aclexplode(n.nspacl) a
        WHERE n.nspname IN ('crm', 'leadconv') AND a.grantee = quote_ident(who)::regrole
        UNION ALL SELECT format('%s on %s()', a.privilege_type, p.proname) FROM pg_proc p, aclexplode(p.proacl) a
        WHERE p.pronamespace = 'leadconv'::regnamespace AND a.grantee = quote_ident(who)::regrole) AS g (x)
$$;
-- What may be done with each table, as "SIUD", for a role
CREATE FUNCTION t.rights(who name, tab text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(left(p, 1), '' ORDER BY n) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) WITH ORDINALITY AS x (p, n)
    WHERE has_table_privilege(who, 'crm.' || tab, p)
$$;

CREATE ROLE gp_sales;
CREATE ROLE gp_administrator;
CREATE ROLE gp_integration;
CREATE ROLE gp_report;
CREATE ROLE gp_other;
CREATE ROLE "gp Odd ""Name""";
SELECT lives_ok(format('SELECT leadconv.grant_role_privileges(%L, %L)', 'gp_' || p, p), p)
FROM unnest(ARRAY['sales', 'administrator', 'integration', 'report']) p;

-- Tables, by what they are for: sales, administrator, integration, report
SELECT is((SELECT string_agg(concat_ws(' ', rights || ':', names), E'\n' ORDER BY names COLLATE "C") FROM (
        SELECT (SELECT string_agg(coalesce(t.rights('gp_' || p, c.relname), '-'), '/' ORDER BY n)
            FROM unnest(ARRAY['sales', 'administrator', 'integration', 'report']) WITH ORDINALITY AS x (p, n)) AS rights,
            string_agg(c.relname, ' ' ORDER BY c.relname) AS names
        FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname <> 'mapped_columns' GROUP BY 1) x),
    concat_ws(E'\n',
    'SIU/SIUD/SIU/S: account account_contact_relation attachment campaign_member contact content_distribution content_document content_document_link content_note email_message entity_subscription event lead marketing_action note opportunity opportunity_contact_role person_account social_persona social_post task',
    'S/S/S/S: account_activity activity activity_history contact_activity converted_opportunity converted_opportunity_quality duplicate_report duplicate_rule duplicate_rule_filter_item duplicate_rule_match_rule lead_activity lead_conversion_audit lead_conversion_by_day lead_conversion_by_source lead_conversion_failure lead_conversion_rate lead_convert_settings lead_day lead_field_mapping lead_funnel lead_history lead_report lead_time_to_conversion lead_timeline matching_rule matching_rule_item no_opportunity_conversion open_activity open_lead opportunity_activity opportunity_history related_list',
    'S/SIUD/SIU/S: app_user campaign campaign_member_status email_status lead_status list_email list_email_individual_recipient opportunity_stage partner_network_record_connection',
    'S/SIUD/S/S: division duplicate_record_item duplicate_record_set name_variant picklist_field picklist_value record_type record_type_picklist_value territory user_record_type',
    '-/-/-/-: import_base match_key
-/S/S/-: import_reference
-/SD/SD/-: import_reject
-/S/S/S: lead_conversion lead_conversion_error lead_conversion_job',
    '-/SIUD/SIUD/S: notification',
    'SI/SIUD/SIU/S: process_instance',
    'S/SIUD/SIUD/S: workflow_time_queue'), 'tables');

-- Functions: each that is not for everybody is somebody's, or the owner's alone
SELECT is((SELECT string_agg(concat_ws(' ', roles || ':', names), E'\n' ORDER BY roles COLLATE "C") FROM (
        SELECT array_to_string(ARRAY(SELECT r FROM unnest(ARRAY['sales', 'administrator', 'integration', 'report']) r
                WHERE has_function_privilege('gp_' || r, p.oid, 'EXECUTE')), ' ') AS roles,
            string_agg(p.proname, ' ' ORDER BY p.proname) AS names
        FROM pg_proc p WHERE p.pronamespace = 'leadconv'::regnamespace AND NOT has_function_privilege('gp_other', p.oid, 'EXECUTE') GROUP BY 1) x),
    concat_ws(E'\n',
    ': build_match_keys create_crm grant_role_privileges hide_converted_leads map_lead_field protect_mapped_columns register_related_list revoke_role_privileges setup_report_role setup_reports setup_search unmap_lead_field unregister_related_list upgrade_crm',
    'administrator: refresh_derived_columns rename_picklist_value validate view_and_edit_converted_leads',
    'administrator integration: cancel_conversion_job convert_leads_in_batches import_records undo_lead_conversion undo_lead_conversions',
    'integration report: view_converted_leads',
    'sales administrator integration: complete_lead_conversion convert_lead convert_lead_json convert_leads convert_leads_json delete_activity find_account_matches find_contact_matches find_opportunity_matches preview_lead_completion preview_lead_conversion preview_lead_conversions restore_activity'), 'functions');
SELECT is((SELECT count(*) FROM unnest(ARRAY['gp_sales', 'gp_administrator', 'gp_integration', 'gp_report']) w, unnest(t.grants(w)) g WHERE g LIKE '%grantable'),
    0::bigint, 'nothing can be granted on');

-- Twice, back, and for a report role
SELECT t.grants('gp_sales') AS before \gset
SELECT lives_ok('SELECT leadconv.grant_role_privileges(''gp_sales'', ''sales'')', 'again');
SELECT is(t.grants('gp_sales'), :'before'::text[], 'nothing is different');
SELECT lives_ok(format('SELECT leadconv.revoke_role_privileges(%L, %L)', 'gp_' || p, p), p || ' revoked') FROM unnest(ARRAY['sales', 'administrator', 'integration']) p;
SELECT is(t.grants('gp_' || p), NULL, p || ': nothing is left') FROM unnest(ARRAY['sales', 'administrator', 'integration']) p;
SELECT is((SELECT count(*) FROM leadconv.validate()), 0::bigint, 'validate() has nothing to say');
SELECT lives_ok('SELECT leadconv.setup_report_role(''gp_other'')', 'setup_report_role()');
SELECT is(t.grants('gp_other'), t.grants('gp_report'), 'is the profile for reports');
SELECT lives_ok('SELECT leadconv.revoke_role_privileges(''gp_other'', ''report'')', 'which can be revoked');
SELECT lives_ok('SELECT leadconv.grant_role_privileges(''gp Odd "Name"'', ''report'')', 'a role with an odd name');
SELECT is(t.grants('gp Odd "Name"'), t.grants('gp_report'), 'has got it, too');

-- Who may, and arguments
SELECT t.fails('SELECT leadconv.grant_role_privileges(''gp_sales'', ''boss'')', 'LC003', 'there is no profile "boss"', 'unknown profile');
SELECT t.fails('SELECT leadconv.grant_role_privileges(''gp_sales'', NULL)', 'LC001', 'argument "profile" is required', 'no profile');
SELECT t.fails('SELECT leadconv.grant_role_privileges(NULL, ''sales'')', 'LC001', 'argument "role" is required', 'no role');
SELECT t.fails('SELECT leadconv.setup_report_role(NULL)', 'LC001', 'argument "role" is required', 'no role');
SELECT t.fails('SELECT leadconv.grant_role_privileges(''public'', ''sales'')', '42704', 'role "public" does not exist', 'everybody is no role', false);
SELECT t.fails('SELECT leadconv.grant_role_privileges(''gp_nobody'', ''sales'')', '42704', 'role "gp_nobody" does not exist', 'no such role', false);
GRANT USAGE ON SCHEMA leadconv TO gp_other;
GRANT EXECUTE ON FUNCTION leadconv.grant_role_privileges, leadconv.hide_converted_leads TO gp_other;
SET LOCAL ROLE gp_other;
SELECT throws_ok('SELECT leadconv.grant_role_privileges(''gp_other'', ''administrator'')', '42501', 'must be owner of schema "crm" to grant privileges on it', 'not the owner');
SELECT throws_ok('SELECT leadconv.hide_converted_leads(true)', '42501', 'must be owner of schema "crm" to hide converted leads', 'nor of the table');
RESET ROLE;

-- An owner of crm to whom the functions do not belong needs the grant option
CREATE ROLE gp_owner;
SAVEPOINT a;
ALTER SCHEMA crm OWNER TO gp_owner;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'v') LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO gp_owner', name);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA leadconv, t TO gp_owner;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO gp_owner;
SET LOCAL ROLE gp_owner;
SELECT throws_ok('SELECT leadconv.grant_role_privileges(''gp_sales'', ''sales'')', '42501', NULL, 'without the grant option');
RESET ROLE;
SELECT is(t.grants('gp_sales'), NULL, 'nothing is granted');
GRANT USAGE ON SCHEMA leadconv TO gp_owner WITH GRANT OPTION;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO gp_owner WITH GRANT OPTION;
CREATE ROLE gp_deputy;
GRANT gp_owner TO gp_deputy;
SET LOCAL ROLE gp_deputy;
SELECT lives_ok('SELECT leadconv.grant_role_privileges(''gp_sales'', ''sales'')', 'a member of the owner, with it');
SELECT lives_ok('SELECT leadconv.hide_converted_leads(true)', 'who may hide leads, too');
RESET ROLE;
SELECT is(t.grants('gp_sales'), :'before'::text[], 'all is granted');
SELECT is((SELECT array_agg(DISTINCT a.grantor::regrole::text) FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'crm'::regnamespace AND a.grantee = 'gp_sales'::regrole),
    ARRAY['gp_owner'], 'by the owner');
ROLLBACK TO a;

-- What README and doc/permissions.md show, with the privileges of each
SELECT leadconv.grant_role_privileges('gp_' || p, p) FROM unnest(ARRAY['sales', 'administrator', 'integration']) p;
SELECT t.new('app_user', '{"name": "Sue", "db_role": "gp_sales"}') AS sue \gset
SELECT t.new('account', '{"name": "Globex"}') AS account \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Lee', 'account_id', :account)) AS contact \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Deal', 'account_id', :account, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS opportunity \gset

-- Statements of these, as a role: lives_ok for each
CREATE FUNCTION t.shown(who name, VARIADIC statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    statement text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', who);
    FOREACH statement IN ARRAY statements LOOP
        RETURN NEXT lives_ok(statement, who || ': ' || left(regexp_replace(statement, '\s+', ' ', 'g'), 70));
    END LOOP;
    RESET ROLE;
END $$;
SELECT nextval('crm.lead_id_seq') AS n \gset
SELECT t.shown('gp_sales',
    $$INSERT INTO crm.lead (first_name, last_name, company, email) SELECT 'Maya', 'Rao', 'Acme', 'maya' || i || '@example.com' FROM generate_series(1, 9) i$$,
    format('SELECT * FROM leadconv.convert_lead(%s + 1, opportunity_name => ''Acme - Initial Order'')', :n),
    format($$SELECT a.name, c.name, o.name, o.stage_name, o.close_date FROM crm.lead l JOIN crm.account a ON a.id = l.converted_account_id
        JOIN crm.contact c ON c.id = l.converted_contact_id JOIN crm.opportunity o ON o.id = l.converted_opportunity_id WHERE l.id = %s + 1$$, :n),
    format('SELECT * FROM leadconv.convert_lead(%s + 2, account_id => %s, contact_id => %s)', :n, :account, :contact),
    format('SELECT * FROM leadconv.convert_lead(%s + 3, account_id => %s, opportunity_id => %s)', :n, :account, :opportunity),
    format($$SELECT * FROM leadconv.convert_lead(%s + 4, account_record => '{"industry": "Biotechnology"}', opportunity_record => '{"amount": 42000}',
        follow_up_task => '{"subject": "Call about the demo"}', owner_id => %s, request_id => 'web-4711')$$, :n, :sue),
    'SELECT * FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(id) ORDER BY id) FROM crm.open_lead), all_or_none => false, reuse_accounts => true, reuse_contacts => true)',
    $$SELECT * FROM leadconv.convert_leads_json('[{"lead_id": 5, "opportunity_name": "Ito - first order"}, {"lead_id": 99}]', all_or_none => false)$$,
    $$INSERT INTO crm.task (contact_id, subject) SELECT min(id), 'Call' FROM crm.contact$$,
    'SELECT * FROM crm.open_lead', 'SELECT * FROM crm.person_account');
SELECT t.shown('gp_administrator', format('UPDATE crm.lead SET title = ''CEO'' WHERE id = %s + 1', :n), 'SELECT * FROM leadconv.validate()',
    'SELECT * FROM crm.lead_conversion', 'UPDATE crm.lead_status SET sort_order = sort_order');
CREATE TABLE t.staging ("Id" text, "LastName" text, "Company" text);
INSERT INTO t.staging VALUES ('00Q000000000001AAA', 'Li', 'Beta');
GRANT SELECT ON t.staging TO gp_integration;
SELECT t.shown('gp_integration', 'SELECT * FROM leadconv.import_records(''Lead'', ''t.staging'')',
    'SELECT * FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(id)) FROM crm.open_lead))');

SELECT * FROM finish();
ROLLBACK;
