-- "During lead conversion, triggers fire.  Universally required custom fields and
-- validation rules are enforced.  When updating a lead, triggers that cause the
-- lead to convert can cause a warning. ... If the Require Validation for Converted
-- Leads checkbox on the Lead Settings page is deselected, Salesforce ignores
-- lookup filters when converting leads."
BEGIN;
\ir helpers.psql
SELECT t.no_duplicate_rules();
SELECT * FROM no_plan();

--
-- Triggers fire, required fields and rules are enforced
--
CREATE TABLE t.fired (rel text, op text);
CREATE FUNCTION t.fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t.fired VALUES (TG_TABLE_NAME, TG_OP); RETURN NULL; END $$;
DO $$ DECLARE rel text; BEGIN
    FOREACH rel IN ARRAY '{lead,account,contact,opportunity}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER fired AFTER INSERT OR UPDATE ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.fired()', rel);
    END LOOP;
END $$;
SELECT t.go();
SELECT set_eq('SELECT * FROM t.fired', $$VALUES ('lead', 'INSERT'), ('account', 'INSERT'), ('contact', 'INSERT'), ('opportunity', 'INSERT'), ('lead', 'UPDATE')$$, 'triggers fire during a conversion');
DO $$ DECLARE rel text; BEGIN
    FOREACH rel IN ARRAY '{lead,account,contact,opportunity}'::text[] LOOP
        EXECUTE format('DROP TRIGGER fired ON crm.%I', rel);
    END LOOP;
END $$;

ALTER TABLE crm.contact ADD COLUMN score integer;
UPDATE crm.contact SET score = 1;
ALTER TABLE crm.contact ALTER COLUMN score SET NOT NULL;
SELECT t.lead() AS l \gset
SELECT t.fails(t.call(jsonb_build_object('lead_id', :l)), '23502', '"score"', 'a universally required custom field is enforced', false);
ALTER TABLE crm.contact DROP COLUMN score;

-- Each table that a conversion writes, and each way in which it does
CREATE FUNCTION t.broken(rel text, event text, kind text, request jsonb DEFAULT '{}', l bigint DEFAULT t.lead()) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER zz %s ON crm.%I FOR EACH ROW EXECUTE FUNCTION leadconv.validation_error(%L%s)', event, rel, 'No', kind);
    PERFORM t.convert(l, request);
    RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'ZZ000' THEN 'converted' ELSE SQLSTATE END;
END $$;
SELECT t.new('account', '{"name": "Old"}') AS account \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :account)) AS contact \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old', 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'account_id', :account)) AS opportunity \gset
SELECT jsonb_build_object('account_id', :account, 'contact_id', :contact, 'opportunity_id', :opportunity) AS old \gset
CREATE FUNCTION t.cases(old jsonb) RETURNS TABLE (rel text, event text, request jsonb) LANGUAGE sql AS $$
    SELECT r, 'BEFORE INSERT', '{}'::jsonb FROM unnest('{account,contact,opportunity,opportunity_contact_role,account_contact_relation}'::text[]) r
    UNION ALL SELECT r, 'AFTER INSERT', '{}' FROM unnest('{account,contact,opportunity}'::text[]) r
    UNION ALL SELECT r, 'BEFORE UPDATE', old FROM unnest('{account,contact,opportunity}'::text[]) r
    UNION ALL SELECT 'lead', 'BEFORE UPDATE', '{}'
    UNION ALL SELECT 'task', 'BEFORE INSERT', '{"follow_up_task": {"subject": "x"}}'
    UNION ALL SELECT r, 'BEFORE UPDATE', '{}' FROM unnest('{task,event,note,campaign_member}'::text[]) r
$$;
CREATE FUNCTION t.outcomes(old jsonb) RETURNS TABLE (rel text, event text, rule text, filter text) LANGUAGE sql AS $$
    SELECT rel, event, t.broken(rel, event, '', request, t.laden_lead('{"lead_source": "Web", "phone": "1"}')), t.broken(rel, event, ', ''id'', ''lookup_filter''', request, t.laden_lead('{"lead_source": "Web", "phone": "1"}'))
    FROM t.cases(old)
$$;
SELECT results_eq(format('SELECT rule, filter, count(*) FROM t.outcomes(%L) GROUP BY 1, 2', :'old'), $$VALUES ('LC014', 'LC015', 17::bigint)$$,
    'validation rules and lookup filters are enforced on all rows that a conversion writes');
UPDATE crm.lead_convert_settings SET require_validation = false;
SELECT results_eq(format('SELECT rule, filter, count(*) FROM t.outcomes(%L) GROUP BY 1, 2', :'old'), $$VALUES ('converted', 'converted', 17::bigint)$$,
    'with require_validation off, they are ignored');
-- for nothing but these rows
CREATE TRIGGER zz BEFORE INSERT OR UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.validation_error('No');
SELECT throws_ok($$INSERT INTO crm.account (name) VALUES ('x')$$, 'LC014', 'No', 'an INSERT by hand is not a conversion');
SELECT throws_ok(format('UPDATE crm.account SET phone = 2 WHERE id = %s', :account), 'LC014', 'No', 'nor is an UPDATE');
CREATE FUNCTION t.another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO crm.account (name) VALUES ('Another'); RETURN NULL; END $$;
CREATE TRIGGER another AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.another();
SELECT throws_ok(t.call(jsonb_build_object('lead_id', :l)), 'LC014', 'No', 'nor is what a trigger writes in the midst of a conversion');
DROP TRIGGER another ON crm.contact;
SELECT ok((t.convert(:l)).success, 'which else succeeds');
DROP TRIGGER zz ON crm.account;
-- and nothing else is ignored
CREATE FUNCTION t.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
CREATE TRIGGER zz BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.refuse();
SELECT t.lead() AS l \gset
SELECT t.fails(t.call(jsonb_build_object('lead_id', :l)), 'P0001', 'no', 'triggers of the user fire all the same', false);
DROP TRIGGER zz ON crm.account;
ALTER TABLE crm.contact ADD CONSTRAINT c CHECK (last_name <> 'Rao') NOT VALID;
SELECT t.fails(t.call(jsonb_build_object('lead_id', :l)), '23514', '"c"', 'and constraints are checked', false);
ALTER TABLE crm.contact DROP CONSTRAINT c;
-- the setting is read when it has changed, and not otherwise
CREATE TRIGGER zz BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.validation_error('No');
SELECT ok((t.convert(:l)).success, 'off');
UPDATE crm.lead_convert_settings SET require_validation = true;
SELECT t.lead() AS l \gset
SELECT throws_ok(t.call(jsonb_build_object('lead_id', :l)), 'LC014', 'No', 'on');
SAVEPOINT a;
UPDATE crm.lead_convert_settings SET require_validation = false;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', :l)), 'off again');
ROLLBACK TO a;
SELECT throws_ok(t.call(jsonb_build_object('lead_id', :l)), 'LC014', 'No', 'which is rolled back');
DROP TRIGGER zz ON crm.account;

--
-- A trigger on leads that converts the lead
--
CREATE FUNCTION t.convert_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT leadconv.is_converting() AND NOT NEW.is_converted AND NEW.rating = 'Hot' THEN
        PERFORM leadconv.convert_lead(NEW.id);
        IF TG_ARGV[0] = 'suppress' THEN
            RETURN NULL;
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION t.convert_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT leadconv.is_converting() THEN
        PERFORM FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(id)) FROM crm.lead WHERE rating = 'Hot' AND NOT is_converted));
    END IF;
    RETURN NULL;
END $$;
-- What comes of it, and that nothing is half done: of the lead, of what hangs on it, of what the statement says besides
CREATE FUNCTION t.is_whole() RETURNS boolean LANGUAGE sql AS $$
    SELECT bool_and(CASE WHEN l.is_converted
        THEN l.status = (SELECT api_name FROM crm.lead_status WHERE is_converted ORDER BY sort_order LIMIT 1) AND l.converted_date IS NOT NULL
            AND (SELECT count(*) FROM crm.account a WHERE a.id = l.converted_account_id) = 1
            AND (SELECT count(*) FROM crm.contact c WHERE c.id = l.converted_contact_id AND c.account_id = l.converted_account_id) = 1
            AND (SELECT count(*) FROM crm.lead_conversion c WHERE c.lead_id = l.id) = 1
            AND NOT EXISTS (SELECT FROM crm.task x WHERE x.lead_id = l.id)
        ELSE l.converted_account_id IS NULL AND l.converted_date IS NULL AND NOT EXISTS (SELECT FROM crm.lead_conversion c WHERE c.lead_id = l.id) END)
    AND (SELECT count(*) FROM crm.account) = (SELECT count(*) FROM crm.lead_conversion) + 1
    FROM crm.lead l
$$;
DELETE FROM crm.lead_conversion;
DELETE FROM crm.lead;
DELETE FROM crm.account WHERE id <> :account;
CREATE FUNCTION t.try(made text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    message text;
    hint text;
BEGIN
    PERFORM t.lead() FROM generate_series(1, 2);
    INSERT INTO crm.task (lead_id, subject) SELECT id, 'Call' FROM crm.lead;
    IF statement ~ 'insert' THEN
        statement := $s$INSERT INTO crm.lead (last_name, company, rating) SELECT 'New', 'Acme', 'Hot' FROM generate_series(1, 2)$s$;
    ELSIF statement ~ 'merge' THEN
        statement := $s$INSERT INTO crm.lead (id, last_name, company) SELECT id, 'New', 'Acme' FROM crm.lead ON CONFLICT (id) DO UPDATE SET rating = 'Hot', title = 'CEO'$s$;
    ELSE
        statement := $s$UPDATE crm.lead SET rating = 'Hot', title = 'CEO'$s$;
    END IF;
    EXECUTE made;
    BEGIN
        EXECUTE statement;
        SET CONSTRAINTS ALL IMMEDIATE;
        result := (SELECT count(*) FILTER (WHERE is_converted) || ' converted, ' || count(*) FILTER (WHERE NOT is_converted) || ' not, ' || count(title) || ' CEO' FROM crm.lead);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
        result := SQLSTATE || ' ' || message || CASE WHEN hint <> '' THEN '' ELSE ' without a hint' END;
    END;
    IF NOT coalesce(t.is_whole(), true) THEN
        result := 'corrupt: ' || result;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
    RETURN regexp_replace(result, '\d+ does not', 'N does not');
END $$;
SELECT is(t.try('CREATE TRIGGER zz AFTER INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'insert'), '2 converted, 2 not, 0 CEO', 'AFTER INSERT, for each row: converts');
SELECT is(t.try('CREATE TRIGGER "A" AFTER INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'insert'), '2 converted, 2 not, 0 CEO', 'before our own triggers, too');
SELECT is(t.try('CREATE TRIGGER zz AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'update'), '2 converted, 0 not, 2 CEO', 'AFTER UPDATE, for each row: converts');
SELECT is(t.try('CREATE TRIGGER "A" AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'update'), '2 converted, 0 not, 2 CEO', 'before our own triggers, too');
SELECT is(t.try('CREATE TRIGGER zz AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.rating = ''Hot'' AND NOT OLD.is_converted) EXECUTE FUNCTION t.convert_row()', 'merge'), '2 converted, 0 not, 2 CEO', 'ON CONFLICT DO UPDATE, too');
SELECT is(t.try('CREATE TRIGGER zz AFTER INSERT ON crm.lead EXECUTE FUNCTION t.convert_all()', 'insert'), '2 converted, 2 not, 0 CEO', 'AFTER INSERT, for each statement: converts');
SELECT is(t.try('CREATE TRIGGER zz AFTER UPDATE ON crm.lead EXECUTE FUNCTION t.convert_all()', 'update'), '2 converted, 0 not, 2 CEO', 'AFTER UPDATE, for each statement: converts');
SELECT is(t.try('CREATE CONSTRAINT TRIGGER zz AFTER INSERT OR UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'update'), '2 converted, 0 not, 2 CEO', 'a constraint trigger: converts');
SELECT is(t.try('CREATE CONSTRAINT TRIGGER zz AFTER INSERT OR UPDATE ON crm.lead DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'update'), '2 converted, 0 not, 2 CEO', 'a deferred one: converts');
SELECT is(t.try('CREATE CONSTRAINT TRIGGER zz AFTER INSERT OR UPDATE ON crm.lead DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'insert'), '2 converted, 2 not, 0 CEO', 'of an INSERT, too');
SELECT is(t.try('CREATE TRIGGER zz BEFORE INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'insert'), 'LC016 lead N does not exist', 'BEFORE INSERT, the lead is not there yet');
SELECT is(t.try('CREATE TRIGGER zz BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row()', 'update'), '27000 tuple to be updated was already modified by an operation triggered by the current command', 'BEFORE UPDATE, the server refuses the update');
SELECT is(t.try('CREATE TRIGGER zz BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_row(''suppress'')', 'update'), '2 converted, 0 not, 0 CEO', 'unless the trigger suppresses it: converts, and the update is not made');

-- converting another lead of the same statement
CREATE FUNCTION t.convert_others() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT leadconv.is_converting() THEN
        PERFORM leadconv.convert_lead(id) FROM crm.lead WHERE id <> NEW.id AND NOT is_converted;
    END IF;
    RETURN NEW;
END $$;
SELECT is(t.try('CREATE TRIGGER zz BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_others()', 'update'), '27000 tuple to be updated was already modified by an operation triggered by the current command', 'BEFORE UPDATE, another lead that the statement updates');
SELECT is(t.try('CREATE TRIGGER zz AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_others()', 'update'), '2 converted, 0 not, 2 CEO', 'AFTER UPDATE, another lead');

-- the conversion that a trigger makes of the lead whose conversion fired it
CREATE FUNCTION t.convert_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM leadconv.convert_lead(NEW.id); RETURN NEW; END $$;
CREATE TRIGGER again AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.convert_again();
SELECT t.lead() AS l \gset
SELECT t.fails(t.call(jsonb_build_object('lead_id', :l)), 'LC005', 'cannot reference converted lead', 'a conversion within the conversion of the lead is refused');

SELECT * FROM finish();
ROLLBACK;
