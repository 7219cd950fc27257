-- The order of the steps, and triggers of the user on every table: in order,
-- undone as one, respected or reported, recursion.
BEGIN;
\ir helpers.psql
SELECT plan(147);
SELECT t.no_duplicate_rules();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT t.new('campaign', '{"name": "Camp"}') AS camp \gset
SELECT t.new('campaign', '{"name": "Camp2"}') AS camp2 \gset

-- A laden lead whose owner converts it, owns its task and follows it
CREATE FUNCTION t.own_lead() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    me bigint := leadconv.current_user_id();
    l bigint := t.laden_lead('{"email": "x@y.z", "phone": "1", "lead_source": "Web"}');
BEGIN
    UPDATE crm.lead SET owner_id = me WHERE id = l;
    UPDATE crm.task SET owner_id = me WHERE lead_id = l;
    PERFORM t.new('entity_subscription', jsonb_build_object('lead_id', l, 'subscriber_id', me));
    RETURN l;
END $$;
CREATE FUNCTION t.everything() RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('owner_id', (SELECT id FROM crm.app_user WHERE name = 'Bob'), 'send_notification_email', true, 'follow_up_task', '{"subject": "Follow up"}'::jsonb, 'request_id', 'r1') $$;
-- tables on which a conversion changes rows
CREATE TEMP TABLE tables AS SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' ORDER BY 1;

--
-- Order
--
CREATE TEMP TABLE log (n serial, what text);
CREATE FUNCTION t.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (what) VALUES (concat_ws(' ', TG_TABLE_NAME, lower(TG_WHEN), lower(TG_OP))); RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END $$;
SAVEPOINT order_;
SELECT t.own_lead() AS l \gset
DO $$ DECLARE r record; BEGIN FOR r IN SELECT name FROM tables LOOP
    EXECUTE format('CREATE TRIGGER zz_note_b BEFORE INSERT OR UPDATE OR DELETE ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.note()', r.name);
    EXECUTE format('CREATE TRIGGER zz_note_a AFTER INSERT OR UPDATE OR DELETE ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.note()', r.name);
END LOOP; END $$;
SELECT ok((t.convert(:l, t.everything())).success, 'a laden lead converts under triggers on every table');
SELECT is((SELECT array_agg(what ORDER BY n) FROM log WHERE n <= 8), ARRAY['account before insert', 'account after insert', 'contact before insert', 'contact after insert',
    'opportunity before insert', 'opportunity after insert', 'opportunity_contact_role before insert', 'opportunity_contact_role after insert'], 'account, contact, opportunity, contact role');
SELECT is((SELECT array_agg(DISTINCT what) FROM log WHERE n < (SELECT min(n) FROM log WHERE what = 'lead before update') AND what LIKE 'task%'), '{task after update,task before update}', 'related lists before the lead');
SELECT ok((SELECT min(n) FROM log WHERE what LIKE 'lead before%') > (SELECT max(n) FROM log WHERE what ~ '^(event|note|attachment|content_|social_|marketing|email_|list_email|campaign_member|account_contact)'), '... all of them');
SELECT is((SELECT array_agg(what) FROM log WHERE what LIKE 'lead %'), '{lead before update,lead after update}', 'one UPDATE of the lead');
SELECT ok((SELECT max(n) FROM log WHERE what LIKE 'lead %') < (SELECT min(n) FROM log WHERE what IN ('task after insert', 'notification after insert', 'lead_conversion after insert', 'entity_subscription after insert')), 'follow-up task, follow, notification, ledger after the lead');
SELECT is((SELECT what FROM log ORDER BY n DESC LIMIT 1), 'lead_conversion after insert', '... the ledger last');
SELECT is((SELECT array_agg(DISTINCT split_part(what, ' ', 1) ORDER BY split_part(what, ' ', 1)) FROM log),
    '{account,account_contact_relation,attachment,campaign_member,contact,content_distribution,content_document_link,content_note,email_message,email_status,entity_subscription,event,lead,lead_conversion,list_email_individual_recipient,marketing_action,note,notification,opportunity,opportunity_contact_role,social_persona,social_post,task}',
    'triggers fired on every table that changes');
ROLLBACK TO order_;

-- what the lead's trigger sees
SAVEPOINT sees;
CREATE TEMP TABLE seen (what text);
CREATE FUNCTION t.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen VALUES (format('%s %s->%s %s->%s %s %s ids:%s status:%s', TG_WHEN, OLD.is_converted, NEW.is_converted, OLD.converted_account_id IS NOT NULL, NEW.converted_account_id IS NOT NULL,
        leadconv.is_converting(), leadconv.converting_lead_id() = NEW.id, num_nonnulls(NEW.converted_account_id, NEW.converted_contact_id, NEW.converted_opportunity_id), NEW.status));
    -- the role is there already
    PERFORM 1 FROM crm.opportunity_contact_role WHERE opportunity_id = NEW.converted_opportunity_id AND contact_id = NEW.converted_contact_id;
    INSERT INTO seen VALUES ('role ' || FOUND);
    RETURN NEW; END $$;
CREATE TRIGGER zz_before BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.see();
CREATE TRIGGER zz_after AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.is_converted AND NOT OLD.is_converted) EXECUTE FUNCTION t.see();
CREATE FUNCTION t.see_deferred() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO seen VALUES (format('deferred %s %s', leadconv.is_converting(), leadconv.converting_lead_id())); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER zz_deferred AFTER UPDATE ON crm.lead DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t.see_deferred();
SELECT t.lead() AS l \gset
SELECT ok((t.convert(:l)).success, 'with triggers on the lead');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is((SELECT array_agg(what) FROM seen), ARRAY['BEFORE f->t f->t t t ids:3 status:Closed - Converted', 'role true', 'AFTER f->t f->t t t ids:3 status:Closed - Converted', 'role true', 'deferred f '],
    'the flag flips with all ids set; a deferred trigger sees is_converting() false');
SELECT ok(NOT leadconv.is_converting() AND leadconv.converting_lead_id() IS NULL, 'nothing is converting afterwards');
ROLLBACK TO sees;

--
-- Fault injection: an exception on each table in turn undoes everything
--
SELECT t.own_lead() AS l \gset
CREATE FUNCTION t.boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'boom on %', TG_TABLE_NAME; END $$;
CREATE FUNCTION t.inject(name text, timing text, action text, request jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before text[] := t.dump();
    outcome text := 'converted';
    difference text;
BEGIN
    BEGIN
        EXECUTE format('CREATE TRIGGER zz_boom %s INSERT OR UPDATE OR DELETE ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.%I()', timing, name, action);
        PERFORM t.convert(request);
        IF NOT EXISTS (SELECT x FROM unnest(t.dump()) x WHERE x LIKE name || ': %' EXCEPT SELECT unnest(before)) THEN
            outcome := 'not concerned';
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = outcome;
    EXCEPTION WHEN OTHERS THEN
        outcome := SQLSTATE || ' ' || SQLERRM;
    END;
    difference := t.difference(before, t.dump());
    IF difference IS NOT NULL THEN outcome := outcome || E'\nLEFT BEHIND\n' || difference; END IF;
    IF leadconv.is_converting() THEN outcome := outcome || ' STILL CONVERTING'; END IF;
    RETURN outcome;
END $$;
CREATE FUNCTION t.writes() RETURNS text[] LANGUAGE sql AS $$ SELECT '{account,account_contact_relation,attachment,campaign_member,contact,content_distribution,content_document_link,content_note,email_message,email_status,entity_subscription,event,lead,lead_conversion,list_email_individual_recipient,marketing_action,note,notification,opportunity,opportunity_contact_role,social_persona,social_post,task}'::text[] $$;
SELECT is(t.inject(name, timing, 'boom', jsonb_build_object('lead_id', :l) || t.everything()), 'P0001 boom on ' || name, format('exception %s on %s undoes everything', timing, name))
  FROM unnest(t.writes()) name, unnest('{BEFORE,AFTER}'::text[]) timing;
-- into existing records: their UPDATEs
SELECT is(t.inject(name, timing, 'boom', jsonb_build_object('lead_id', :l, 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o)), 'P0001 boom on ' || name, format('existing records: exception %s on %s undoes everything', timing, name))
  FROM unnest('{account,contact,opportunity,opportunity_contact_role,account_contact_relation,lead}'::text[]) name, unnest('{BEFORE,AFTER}'::text[]) timing;
-- a campaign member that is merged
SAVEPOINT merge;
INSERT INTO crm.campaign_member (campaign_id, contact_id) VALUES (:camp, :c);
SELECT is(t.inject('campaign_member', timing, 'boom', jsonb_build_object('lead_id', :l, 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o)), 'P0001 boom on campaign_member', format('merged member: exception %s', timing))
  FROM unnest('{BEFORE,AFTER}'::text[]) timing;
ROLLBACK TO merge;

--
-- A BEFORE trigger that suppresses the row: an error that names the step, never half a conversion
--
CREATE FUNCTION t.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
SELECT matches(t.inject(name, 'BEFORE', 'swallow', jsonb_build_object('lead_id', :l) || t.everything()), '^LC019 .*' || name, format('BEFORE trigger on %s returns NULL: an error', name))
  FROM unnest(t.writes()) name;
SELECT matches(t.inject(name, 'BEFORE', 'swallow', jsonb_build_object('lead_id', :l, 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o)), '^LC019 .*' || name, format('the same, existing %s', name))
  FROM unnest('{account,contact,opportunity}'::text[]) name;
SAVEPOINT merge;
INSERT INTO crm.campaign_member (campaign_id, contact_id) VALUES (:camp, :c);
SELECT matches(t.inject('campaign_member', 'BEFORE', 'swallow', jsonb_build_object('lead_id', :l, 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o)), '^LC019 .*campaign_member', 'the same, merged member');
ROLLBACK TO merge;
SELECT t.lead() AS bare \gset
SELECT matches(t.inject('task', 'BEFORE', 'swallow', jsonb_build_object('lead_id', :bare) || t.everything()), '^LC019 .*task', 'the same, follow-up task');
INSERT INTO crm.entity_subscription (lead_id, subscriber_id) VALUES (:bare, :ann);
UPDATE crm.lead SET owner_id = :ann WHERE id = :bare;
SELECT matches(t.inject('entity_subscription', 'BEFORE', 'swallow', jsonb_build_object('lead_id', :bare, 'account_id', :a)), '^(LC019 .*entity_subscription|ZZ000 not concerned)', 'a subscription that a trigger keeps: respected or reported');

-- ... that changes the id
CREATE FUNCTION t.reid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'INSERT' THEN NEW.id := NEW.id + 1000000; END IF; RETURN NEW; END $$;
SELECT matches(t.inject(name, 'BEFORE', 'reid', jsonb_build_object('lead_id', :l)), '^(LC019|23503) .*' || name, format('BEFORE trigger on %s changes the id: an error', name))
  FROM unnest('{account,contact,opportunity}'::text[]) name;
SELECT t.convert(:l) IS NULL AS x \gset
-- ... that restores the reference to the lead
SELECT t.own_lead() AS l \gset
CREATE FUNCTION t.restore() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'UPDATE' THEN NEW.lead_id := OLD.lead_id; END IF; RETURN NEW; END $$;
SELECT matches(t.inject(name, 'BEFORE', 'restore', jsonb_build_object('lead_id', :l)), '^LC019 .*' || name, format('BEFORE trigger on %s keeps the lead: an error', name))
  FROM unnest('{task,event,note,attachment,content_note,content_distribution,email_status,email_message,social_post,social_persona,marketing_action,list_email_individual_recipient}'::text[]) name;
-- ... that un-converts the lead, or redirects it
CREATE FUNCTION t.unconvert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.is_converted := false; RETURN NEW; END $$;
CREATE FUNCTION t.redirect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.converted_contact_id := NULL; RETURN NEW; END $$;
SELECT matches(t.inject('lead', 'BEFORE', f, jsonb_build_object('lead_id', :l)), '^LC019 .*lead', 'BEFORE trigger on lead: ' || f) FROM unnest('{unconvert,redirect}'::text[]) f;

-- ... that changes other values is respected
SAVEPOINT change;
CREATE FUNCTION t.change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    CASE TG_TABLE_NAME
        WHEN 'account' THEN NEW.name := NEW.name || ' (changed)'; NEW.owner_id := NULL;
        WHEN 'contact' THEN NEW.title := 'changed';
        WHEN 'opportunity' THEN NEW.amount := 7; NEW.stage_name := 'Closed Won';
        WHEN 'opportunity_contact_role' THEN NEW.role := 'changed';
        WHEN 'task' THEN NEW.subject := 'changed';
        WHEN 'campaign_member' THEN NEW.source_lead_id := -1;
        WHEN 'lead' THEN NEW.description := 'changed'; NEW.status := 'Closed - Not Converted';
    END CASE;
    RETURN NEW; END $$;
DO $$ DECLARE n text; BEGIN FOREACH n IN ARRAY '{account,contact,opportunity,opportunity_contact_role,task,campaign_member,lead}'::text[] LOOP
    EXECUTE format('CREATE TRIGGER a_change BEFORE INSERT OR UPDATE ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.change()', n); END LOOP; END $$;
SELECT to_jsonb(x) AS res FROM t.convert(:l) x \gset
SELECT is((SELECT ARRAY[(SELECT name || coalesce(owner_id, 0) FROM crm.account WHERE id = (r ->> 'account_id')::bigint), (SELECT title FROM crm.contact WHERE id = (r ->> 'contact_id')::bigint),
        (SELECT amount || stage_name FROM crm.opportunity WHERE id = (r ->> 'opportunity_id')::bigint), (SELECT role FROM crm.opportunity_contact_role WHERE opportunity_id = (r ->> 'opportunity_id')::bigint),
        (SELECT subject FROM crm.task WHERE source_lead_id = :l), (SELECT source_lead_id::text FROM crm.campaign_member WHERE lead_id = :l), (SELECT description || status || is_converted FROM crm.lead WHERE id = :l)]
     FROM (SELECT :'res'::jsonb) v (r)), '{"Acme (changed)0",changed,"7Closed Won",changed,changed,-1,"changedClosed - Not Convertedtrue"}', 'BEFORE triggers that change values are respected');
ROLLBACK TO change;

-- triggers that delete what was made
CREATE FUNCTION t.remove() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'INSERT' THEN EXECUTE format('DELETE FROM crm.%I WHERE id = $1', TG_TABLE_NAME) USING NEW.id; END IF; RETURN NULL; END $$;
SELECT matches(t.inject(name, 'AFTER', 'remove', jsonb_build_object('lead_id', :l)), '^(LC019|23503) .*', format('AFTER trigger deletes the new %s: an error', name))
  FROM unnest('{account,contact,opportunity}'::text[]) name;

--
-- Triggers that add to the lead while it is being converted
--
CREATE FUNCTION t.add_task() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF leadconv.is_converting() THEN INSERT INTO crm.task (lead_id, subject) VALUES (leadconv.converting_lead_id(), 'added on ' || TG_TABLE_NAME); END IF; RETURN NULL; END $$;
CREATE FUNCTION t.add_to(name text, events text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.own_lead();
    left_over bigint;
    moved bigint;
    result text;
BEGIN
    EXECUTE format('CREATE TRIGGER zz_add AFTER %s ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.add_task()', events, name);
    PERFORM t.convert(l, t.everything() - 'request_id');
    EXECUTE format('DROP TRIGGER zz_add ON crm.%I', name);
    SELECT count(*) FILTER (WHERE lead_id = l), count(*) FILTER (WHERE source_lead_id = l AND contact_id IS NOT NULL AND subject = 'added on ' || name) INTO left_over, moved FROM crm.task;
    RETURN format('%s left, %s', left_over, CASE WHEN moved > 0 THEN 'moved' ELSE 'none moved' END);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(t.add_to(name, 'INSERT'), '0 left, moved', format('a task that a trigger on %s adds to the lead moves too', name))
  FROM unnest('{account,contact,opportunity,opportunity_contact_role,account_contact_relation,content_document_link}'::text[]) name;
SELECT is(t.add_to(name, 'UPDATE'), '0 left, moved', format('a task that a trigger on %s adds to the lead moves too', name))
  FROM unnest('{event,note,campaign_member,list_email_individual_recipient}'::text[]) name;
-- after the lead is converted it takes nothing more, but from its own conversion; nothing may stay on it
SELECT ok(x = '0 left, moved' OR x LIKE 'LC005 %', format('after the lead''s update, on %s: moved or refused, never left behind (%s)', name, x))
  FROM (VALUES ('lead', 'UPDATE'), ('notification', 'INSERT'), ('lead_conversion', 'INSERT'), ('entity_subscription', 'INSERT')) v (name, e), LATERAL (SELECT t.add_to(name, e)) y (x);
-- a trigger that never stops
CREATE FUNCTION t.endless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO crm.task (lead_id, subject) VALUES (leadconv.converting_lead_id(), 'more'); RETURN NULL; END $$;
SELECT t.lead() AS l \gset
INSERT INTO crm.task (lead_id, subject) VALUES (:l, 'first');
SAVEPOINT endless;
CREATE TRIGGER zz_endless AFTER UPDATE ON crm.task FOR EACH ROW WHEN (OLD.lead_id IS NOT NULL AND NEW.lead_id IS NULL) EXECUTE FUNCTION t.endless();
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC019', 'keep adding', 'a trigger that adds for ever: an error');
ROLLBACK TO endless;

--
-- Recursion
--
SELECT t.lead('{"company": "Inner"}') AS inner_lead \gset
CREATE FUNCTION t.recurse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other bigint := TG_ARGV[0];
BEGIN
    IF NEW.name <> 'Inner' THEN
        INSERT INTO log (what) SELECT format('%s %s', r.success, leadconv.converting_lead_id() <> other) FROM leadconv.convert_lead(other) r;
    END IF;
    RETURN NULL;
END $$;
SAVEPOINT recursion;
SELECT format('CREATE TRIGGER zz_recurse AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.recurse(%s)', :inner_lead) \gexec
SELECT t.own_lead() AS l \gset
TRUNCATE log;
SELECT ok((t.convert(:l)).success, 'converting another lead in a trigger works');
SELECT is((SELECT array_agg(what) FROM log), '{t t}', '... the inner one succeeded, and afterwards the outer is the one being converted');
SELECT ok((SELECT bool_and(is_converted AND converted_contact_id IS NOT NULL) FROM crm.lead WHERE id IN (:l, :inner_lead)), '... both are converted');
SELECT is((SELECT count(*) FROM crm.task WHERE lead_id = :l), 0::bigint, '... nothing stays on the outer');
ROLLBACK TO recursion;
SELECT t.lead() AS l \gset
SELECT format('CREATE TRIGGER zz_recurse AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.recurse(%s)', :l) \gexec
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC005', 'cannot reference converted lead', 'converting the same lead in a trigger is refused');
DROP TRIGGER zz_recurse ON crm.account;
SELECT ok(NOT leadconv.is_converting(), '... and leaves no frame behind');
-- the trigger catches the refusal and goes on
CREATE FUNCTION t.try() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    BEGIN PERFORM leadconv.convert_lead(leadconv.converting_lead_id()); EXCEPTION WHEN SQLSTATE 'LC005' THEN INSERT INTO log (what) VALUES ('caught ' || leadconv.is_converting()); END; RETURN NULL; END $$;
TRUNCATE log;
CREATE TRIGGER zz_try AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.try();
SELECT ok((t.convert(:l)).success, 'a trigger that catches the refusal: the outer conversion goes on');
SELECT is((SELECT array_agg(what) FROM log), '{"caught true"}', '... in its frame');
DROP TRIGGER zz_try ON crm.contact;
-- a trigger that updates the lead again after conversion
CREATE FUNCTION t.again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF pg_trigger_depth() < 2 THEN UPDATE crm.lead SET description = 'again' WHERE id = NEW.id; END IF; RETURN NULL; END $$;
CREATE TRIGGER zz_again AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.is_converted) EXECUTE FUNCTION t.again();
SELECT t.lead() AS l \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC005', 'cannot reference converted lead', 'a trigger that updates the lead again after conversion');
DROP TRIGGER zz_again ON crm.lead;
-- another converted lead is locked for triggers, too (it is not any statement that may pass while something is converting)
SELECT t.lead() AS done \gset
SELECT t.convert(:done) IS NULL AS x \gset
CREATE FUNCTION t.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE crm.lead SET description = 'x' WHERE id = TG_ARGV[0]::bigint; RETURN NULL; END $$;
SELECT format('CREATE TRIGGER zz_touch AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.touch(%s)', :done) \gexec
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC005', 'cannot reference converted lead', 'another converted lead stays locked while something is converting');
DROP TRIGGER zz_touch ON crm.account;
SELECT ok((t.convert(:l)).success, 'the lead still converts');

SELECT * FROM finish();
ROLLBACK;
