-- An invalid metadata row gets an error that names it, with its own SQLSTATE and a
-- hint, and nothing is changed.
BEGIN;
\ir helpers.psql
SELECT plan(32);

SELECT t.lead('{"lead_source": "Web"}') AS l \gset
INSERT INTO crm.task (lead_id, subject) VALUES (:l, 'Call');
SELECT format('SELECT leadconv.convert_lead(%s)', :l) AS call \gset
-- what a change of the metadata makes of a conversion
CREATE FUNCTION t.with_metadata(change text, call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before text[] := t.dump();
    outcome text;
    hint text;
BEGIN
    BEGIN
        EXECUTE change;
        BEGIN
            EXECUTE call;
            outcome := 'converted';
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
            outcome := SQLSTATE || ' ' || SQLERRM || CASE WHEN hint = '' THEN ' (no hint)' ELSE '' END;
        END;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = outcome;
    EXCEPTION WHEN OTHERS THEN
        outcome := CASE WHEN SQLSTATE = 'ZZ000' THEN SQLERRM ELSE 'change refused: ' || SQLSTATE END;
    END;
    RETURN outcome || coalesce(E'\n' || t.difference(before, t.dump()), '');
END $$;
SELECT is(t.with_metadata('SELECT 1', :'call'), 'converted', 'with the metadata as shipped');
SELECT matches(t.with_metadata(change, :'call'), '^(change refused: (23|LC|42)...$|LC0\d\d (?!.*\(no hint\)).*(' || names || ')|42809 .*(' || names || '))', change) FROM (VALUES
    ($$INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('no_such', 'account', 'site')$$, 'no_such'),
    ($$INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('title', 'account', 'no_such')$$, 'no_such'),
    ($$INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('title', 'account', 'number_of_employees') ON CONFLICT (target_object, target_field) DO UPDATE SET lead_field = 'title'$$, 'number_of_employees'),
    ($$INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('title', 'account', 'id')$$, 'id'),
    ($$INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('title', 'contact', 'name')$$, 'name'),
    ($$INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('', 'account', '')$$, ''),
    ($$UPDATE crm.lead_field_mapping SET lead_field = repeat('x', 5000) WHERE target_field = 'website'$$, 'xxx'),
    ($$UPDATE crm.related_list SET contact_column = 'no_such' WHERE label = 'Tasks'$$, 'no_such'),
    ($$UPDATE crm.related_list SET lead_column = 'no_such' WHERE label = 'Tasks'$$, 'no_such'),
    ($$UPDATE crm.related_list SET lead_column = 'subject' WHERE label = 'Tasks'$$, 'subject'),
    ($$UPDATE crm.related_list SET contact_column = 'subject' WHERE label = 'Tasks'$$, 'subject'),
    ($$UPDATE crm.related_list SET owner_column = 'subject' WHERE label = 'Tasks'$$, 'subject'),
    ($$UPDATE crm.related_list SET closed_column = 'subject' WHERE label = 'Tasks'$$, 'subject'),
    ($$UPDATE crm.related_list SET child = 99999 WHERE label = 'Tasks'$$, 'Tasks'),
    ($$UPDATE crm.related_list SET child = 'crm.open_lead' WHERE label = 'Tasks'$$, 'Tasks|open_lead'),
    ($$UPDATE crm.related_list SET child = 'crm.lead_pkey' WHERE label = 'Tasks'$$, 'Tasks|lead_pkey'),
    ($$UPDATE crm.related_list SET setting = 'no_such' WHERE label = 'Tasks'$$, 'Tasks'),
    ($$UPDATE crm.related_list SET action = 'link', link_column = NULL WHERE label = 'Tasks'$$, 'Tasks'),
    ($$UPDATE crm.related_list SET action = 'merge_campaign_member' WHERE label = 'Tasks'$$, 'Tasks'),
    ($$UPDATE crm.related_list SET contact_column = NULL WHERE label = 'Campaign History'$$, 'Campaign History'),
    ($$DELETE FROM crm.lead_convert_settings$$, 'lead_convert_settings'),
    ($$DELETE FROM crm.opportunity_stage$$, 'stage'),
    ($$UPDATE crm.lead SET status = 'Closed - Converted'; DELETE FROM crm.lead_status WHERE api_name <> 'Closed - Converted'; UPDATE crm.lead_status SET is_converted = false$$, 'status'),
    ($$UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 13$$, 'fiscal'),
    ($$UPDATE crm.lead_convert_settings SET default_owner_id = 12345$$, 'owner')) v (change, names);
SELECT is(t.with_metadata(change, :'call'), 'converted', change) FROM unnest(ARRAY[
    'DELETE FROM crm.related_list', 'TRUNCATE crm.lead_field_mapping; INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES (''company'', ''account'', ''name''), (''last_name'', ''contact'', ''last_name'')',
    'DELETE FROM crm.picklist_field', 'UPDATE crm.related_list SET is_active = false', 'UPDATE crm.lead_field_mapping SET existing_record = ''never''']) change;
SELECT ok((t.convert(:l)).success, 'afterwards the lead converts');

SELECT * FROM finish();
ROLLBACK;
