-- A schema in front of pg_catalog has operators, functions and types of the names that
-- the server's have: nothing of leadconv uses them
BEGIN;
\ir helpers.psql
SELECT plan(25);

CREATE SCHEMA shadow;
DO $$
DECLARE
    o record;
    n int := 0;
BEGIN
    FOR o IN SELECT oprname, oprleft::regtype AS l, oprright::regtype AS r, oprresult::regtype AS result
        FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'
        AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid IN (oprleft, oprright, oprresult) AND typtype = 'p')
    LOOP
        n := n + 1;
        EXECUTE format('CREATE FUNCTION shadow.operator_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS %L', n, o.l, o.r, o.result,
            format('BEGIN RAISE ''operator %s(%s, %s) of the caller''; END', replace(o.oprname, '%', '%%'), o.l, o.r));
        EXECUTE format('CREATE OPERATOR shadow.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = shadow.operator_%s)', o.oprname, o.l, o.r, n);
    END LOOP;
    FOR o IN SELECT proname, pg_get_function_identity_arguments(p.oid) AS args, prorettype::regtype AS result
        FROM pg_proc p WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset
        AND proname IN ('now', 'length', 'lower', 'upper', 'translate', 'replace', 'btrim', 'to_jsonb', 'quote_ident',
            'jsonb_exists', 'array_position', 'array_length')
    LOOP
        EXECUTE format('CREATE FUNCTION shadow.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', o.proname, o.args, o.result,
            format('BEGIN RAISE ''function %s of the caller''; END', o.proname));
    END LOOP;
    FOR o IN SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace
        AND typname IN ('text', 'int8', 'int4', 'bool', 'date', 'timestamptz', 'jsonb', 'name', 'oid', 'regclass', 'numeric')
    LOOP
        EXECUTE format('CREATE DOMAIN shadow.%I AS pg_catalog.%1$I CHECK (false)', o.typname);
    END LOOP;
END $$;

-- What a statement says when the schema is in front, or NULL; only leadconv's own statements and constants may be in it
CREATE FUNCTION t.shadowed(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    context text;
BEGIN
    PERFORM set_config('search_path', 'shadow, pg_catalog', true);
    EXECUTE statement;
    PERFORM pg_catalog.set_config('search_path', 'public, pg_catalog', true);
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
    RETURN pg_catalog.concat(SQLERRM, E'\n', context);
END $$;
SELECT matches(t.shadowed('SELECT 1 = 1'), '^operator =', 'the schema is in front');

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
CREATE EXTENSION IF NOT EXISTS pg_trgm;
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true, opportunity_name_template = '{company} {id}', notify = true;
INSERT INTO crm.record_type (object, name, developer_name)
SELECT o, 'R', 'R' FROM unnest('{lead,account,contact,opportunity}'::text[]) o;
INSERT INTO crm.record_type_picklist_value (record_type_id, picklist_value_id, is_default)
SELECT r.id, v.id, v.value = 'Web' FROM crm.record_type r JOIN crm.picklist_field f ON f.object = r.object JOIN crm.picklist_value v ON v.picklist_field_id = f.id;
INSERT INTO crm.user_record_type (user_id, record_type_id, is_default) SELECT :ann, id, true FROM crm.record_type WHERE object <> 'lead';
UPDATE crm.picklist_field SET is_restricted = true WHERE field = 'lead_source';
CREATE TRIGGER t_task AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.workflow_task('Call', 'due_days=3', 'owner=Ann');
CREATE TRIGGER t_owner BEFORE INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.assign_owner('Ann');
SELECT t.new('campaign', '{"name": "C"}') AS g \gset
CREATE FUNCTION t.full_lead(vals jsonb DEFAULT '{}') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.lead(vals);
BEGIN
    INSERT INTO crm.task (subject, lead_id) VALUES ('T', l);
    INSERT INTO crm.note (title, lead_id) VALUES ('N', l);
    INSERT INTO crm.campaign_member (campaign_id, lead_id) SELECT min(id), l FROM crm.campaign;
    RETURN l;
END $$;
SELECT t.full_lead() AS l1, t.full_lead('{"company": null}') AS l2, t.full_lead() AS l3, t.full_lead() AS l4, t.full_lead() AS l5, t.full_lead() AS l6,
    t.full_lead(jsonb_build_object('record_type_id', (SELECT id FROM crm.record_type WHERE object = 'lead'))) AS l7 \gset
SELECT t.new('task', '{"subject": "T"}') AS k \gset

SELECT is(t.shadowed(format('SELECT leadconv.convert_lead(%s, send_notification_email => true)', :l1)), NULL, 'a conversion');
SELECT is(t.shadowed(format('SELECT leadconv.convert_lead(%s)', :l2)), NULL, 'to a person account');
SELECT is(t.shadowed(format('SELECT leadconv.convert_lead(%s)', :l7)), NULL, 'with record types');
SELECT is(t.shadowed(format('SELECT leadconv.convert_lead(%s, related_person_account_record => ''{}'')', :l3)), NULL, 'with a related person account');
SELECT is(t.shadowed(format('SELECT leadconv.convert_lead(%s, do_not_create_account => true, do_not_create_opportunity => true)', :l4)), NULL, 'to a contact only');
SELECT is(t.shadowed(format('SELECT leadconv.complete_lead_conversion(%s, send_notification_email => true)', :l4)), NULL, 'which is completed');
SELECT is(t.shadowed(format('SELECT leadconv.convert_leads_json(''[{"lead_id": %s}, {"lead_id": %s}]'', reuse_accounts => true, reuse_contacts => true)', :l5, :l6)), NULL, 'many');
SELECT is((SELECT count(*) FROM crm.lead WHERE is_converted), 7::bigint, '... all of them');
SELECT is(t.shadowed('SELECT leadconv.search(''Maya Ra'')'), NULL, 'search');
SELECT is(t.shadowed('SELECT leadconv.setup_search(true)'), NULL, 'its indexes');
SELECT is(t.shadowed('SELECT leadconv.search(''+1 555 123'')'), NULL, 'search by them');
SELECT is(t.shadowed('SELECT leadconv.setup_search(false)'), NULL, 'no indexes');
SELECT is(t.shadowed('SELECT leadconv.setup_reports(true)'), NULL, 'indexes of reports');
SELECT is(t.shadowed(format('SELECT leadconv.lead_360(%s)', :l1)), NULL, 'lead_360');
SELECT is(t.shadowed('TABLE crm.lead_timeline'), NULL, 'lead_timeline');
SELECT is(t.shadowed('SELECT leadconv.rename_picklist_value(''lead'', ''lead_source'', ''Web'', ''Internet'')'), NULL, 'rename_picklist_value');
UPDATE crm.opportunity_stage SET default_probability = 11;
UPDATE crm.picklist_value SET is_high_priority = true;
SELECT is(t.shadowed('SELECT leadconv.refresh_derived_columns(''crm.opportunity'')'), NULL, 'refresh_derived_columns');
SELECT is(t.shadowed('SELECT leadconv.refresh_derived_columns(''crm.task'')'), NULL, '... of tasks');
SELECT is(t.shadowed('SELECT leadconv.refresh_derived_columns(''crm.campaign_member'')'), NULL, '... of members');
SELECT is(t.shadowed(format('SELECT leadconv.delete_activity(''task'', %s), leadconv.restore_activity(''task'', %1$s)', :k)), NULL, 'delete_activity, restore_activity');
SELECT is(t.shadowed('INSERT INTO crm.lead (last_name, company) VALUES (''A'', ''B'')'), NULL, 'triggers on leads');
SELECT is(t.shadowed('UPDATE crm.opportunity SET stage_name = ''Closed Won'''), NULL, 'triggers on opportunities');
SELECT is(t.shadowed('SELECT leadconv.validate()'), NULL, 'validate');
SELECT is(t.shadowed('SELECT leadconv.hide_converted_leads(true), leadconv.hide_converted_leads(false)'), NULL, 'hide_converted_leads');

SELECT * FROM finish();
ROLLBACK;
