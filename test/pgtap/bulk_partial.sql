-- All or none raises the first failure in request order and changes nothing;
-- partial success keeps everything else and nothing of what failed.
BEGIN;
\ir helpers.psql
\ir bulk.psql
SELECT no_plan();
SELECT t.no_duplicate_rules();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.new('account', '{"name": "Old Account"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset

-- What the user added: reasons to fail, by the lead's title
ALTER TABLE crm.account ADD CONSTRAINT account_check_me CHECK (phone <> 'check'), ADD COLUMN ref bigint REFERENCES crm.app_user (id),
    ADD COLUMN late_ref bigint REFERENCES crm.app_user (id) DEFERRABLE INITIALLY DEFERRED, ADD COLUMN code text UNIQUE;
ALTER TABLE crm.opportunity ADD COLUMN late_code text UNIQUE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE crm.contact ADD COLUMN needed text;
CREATE FUNCTION t.opportunity_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name ~ '^raise ' THEN
        RAISE EXCEPTION 'opportunity %', NEW.name USING ERRCODE = substr(NEW.name, 7, 5), HINT = 'from the trigger';
    ELSIF NEW.name = 'assert' THEN
        ASSERT false, 'asserted';
    ELSIF NEW.name = 'divide' THEN
        PERFORM 1 / (NEW.id - NEW.id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER zz_fail BEFORE INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.opportunity_trigger();
CREATE FUNCTION t.contact_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.title = 'after' THEN
        RAISE EXCEPTION 'contact after';
    ELSIF NEW.title = 'statement' THEN
        RAISE EXCEPTION 'contact before';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER zz_after AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.contact_trigger();

-- An audit trail of each table that conversion writes
CREATE TABLE t.audit (tab text, op text, row_id bigint);
CREATE FUNCTION t.audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO t.audit VALUES (TG_TABLE_NAME, TG_OP, NEW.id);
    RETURN NULL;
END $$;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{account,contact,opportunity,opportunity_contact_role,account_contact_relation,lead,task,event,note,campaign_member,content_document_link,lead_conversion,notification,entity_subscription}'::text[]
    LOOP
        EXECUTE format('CREATE TRIGGER zz_audit AFTER INSERT OR UPDATE ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.audit()', name);
    END LOOP;
END $$;

-- A lead that fails (or not) in the given way, with everything attached, and the
-- request for it
SELECT t.new('campaign', '{"name": "Camp"}') AS camp \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order) VALUES (:camp, 'Sent', 1) ON CONFLICT DO NOTHING;
SELECT set_config('t.camp', :'camp', true);
CREATE FUNCTION t.make(how text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.lead(jsonb_build_object('company', 'Co ' || how, 'title', CASE WHEN how IN ('after') THEN how END,
                                          'phone', CASE WHEN how = 'check' THEN 'check' ELSE '1' END));
    doc bigint := t.new('content_document', '{"title": "Doc"}');
BEGIN
    INSERT INTO crm.task (lead_id, subject) VALUES (l, how), (l, how || ' 2');
    INSERT INTO crm.event (lead_id, subject) VALUES (l, how);
    INSERT INTO crm.note (lead_id, title) VALUES (l, how);
    INSERT INTO crm.campaign_member (lead_id, campaign_id, status) VALUES (l, current_setting('t.camp')::bigint, 'Sent');
    INSERT INTO crm.content_document_link (content_document_id, lead_id) VALUES (doc, l);
    INSERT INTO crm.entity_subscription (subscriber_id, lead_id) VALUES (current_setting('leadconv.user_id')::bigint, l);
    RETURN jsonb_build_object('lead_id', l, 'request_id', 'req ' || l, 'follow_up_task', '{"subject": "next"}'::jsonb) || more || CASE
        WHEN how IN ('ok', 'check', 'after') THEN '{}'
        WHEN how IN ('assert', 'divide') OR how ~ '^raise ' THEN jsonb_build_object('opportunity_name', how)
        WHEN how = 'unique' THEN '{"account_record": {"code": "same"}}'
        WHEN how = 'fk' THEN '{"account_record": {"ref": 999999}}'
        WHEN how = 'late_fk' THEN '{"account_record": {"late_ref": 999999}}'
        WHEN how = 'late_unique' THEN '{"opportunity_record": {"late_code": "same"}}'
        WHEN how = 'null' THEN '{"contact_record": {"last_name": null}}'
        WHEN how = 'judged' THEN '{"converted_status": "No Such"}'
        WHEN how = 'missing' THEN '{"lead_id": 987654321}'
        WHEN how = 'filled' THEN jsonb_build_object('account_id', current_setting('t.a')) END::jsonb;
END $$;
SELECT set_config('t.a', :'a', true);

-- A list of ways, separated by |
CREATE TEMP TABLE made (n bigint, how text, request jsonb);
CREATE FUNCTION t.make_all(ways text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM made;
    INSERT INTO made SELECT n, trim(w), t.make(trim(w)) FROM string_to_table(ways, '|') WITH ORDINALITY x (w, n) ORDER BY n;
    DELETE FROM t.audit;
    RETURN (SELECT jsonb_agg(request ORDER BY n) FROM made);
END $$;

--
-- All or none
--
CREATE FUNCTION t.first_failure(ways text, want int, state text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    requests jsonb := t.make_all(ways);
    before text[] := t.dump();
    row record;
    total int := jsonb_array_length(requests);
    wanted bigint := requests -> want - 1 ->> 'lead_id';
BEGIN
    PERFORM t.run(requests);
    SELECT * INTO row FROM r;
    RETURN NEXT ok(coalesce(row.sqlstate = state AND row.context ~ format('lead conversion of lead %s \(request %s of %s\), step [a-z_ ]+, status code [A-Z_]+', wanted, want, total), false),
                   format('all or none, %s: request %s is raised', ways, want))
        || CASE WHEN row.sqlstate = state AND strpos(row.context, format('lead %s (request %s of %s)', wanted, want, total)) > 0 THEN ''
           ELSE E'\n' || diag(format('wanted %s of lead %s, got %s %s: %s', state, wanted, row.sqlstate, row.raised, row.context)) END;
    RETURN NEXT is(t.difference(before, t.dump()), NULL, '... and nothing is changed');
    RETURN NEXT is((SELECT count(*) FROM t.audit), 0::bigint, '... not even by triggers');
END $$;
SELECT t.first_failure('ok|check|ok', 2, '23514');
SELECT t.first_failure('ok|ok|raise P0001', 3, 'P0001');
SELECT t.first_failure('judged|check', 1, 'LC004');
SELECT t.first_failure('check|judged', 1, '23514');
SELECT t.first_failure('ok|raise P0001|ok|check|judged', 2, 'P0001');
SELECT t.first_failure('ok|judged|raise P0001|check', 2, 'LC004');
SELECT t.first_failure('raise 23000|check|judged|missing', 1, '23000');
SELECT t.first_failure('missing|check', 1, 'LC016');
SELECT t.first_failure('after|check|ok', 1, 'P0001');
SELECT t.first_failure('check|after|ok', 1, '23514');
SELECT t.first_failure('ok|unique|unique|check', 3, '23505');
SELECT t.first_failure('ok|unique|check|unique', 3, '23514');
SELECT t.first_failure('ok|fk|ok|ok', 2, '23503');
SELECT t.first_failure('fk|ok|check|fk', 1, '23503');
SELECT t.first_failure('ok|raise 22012|fk|ok', 2, '22012');
SELECT t.first_failure('ok|null|fk|judged', 2, '23502');
SELECT t.first_failure('ok|ok|ok|ok|ok|ok|ok|ok|ok|ok|ok|ok|ok|ok|ok|ok|raise P0001|ok|ok|check|ok|ok|judged', 17, 'P0001');
-- an error that nobody may swallow comes through whatever is before or after it
SELECT t.first_failure('ok|raise 57014|ok', 2, '57014');
-- deferred constraints, checked with the setting on
UPDATE crm.lead_convert_settings SET check_deferred_constraints = true;
SELECT t.first_failure('ok|late_fk|ok|ok', 2, '23503');
SELECT t.first_failure('ok|late_fk|check|ok', 2, '23503');
SELECT t.first_failure('ok|check|late_fk', 2, '23514');
SELECT t.first_failure('late_fk|judged', 1, '23503');
SELECT t.first_failure('judged|late_fk', 1, 'LC004');
SELECT t.first_failure('ok|late_unique|ok|late_unique|late_fk', 4, '23505');

--
-- Partial success
--
-- Runs the ways and checks all that can be said about the state after it
CREATE FUNCTION t.partial(ways text, want text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    requests jsonb := t.make_all(ways);
    before text[] := t.dump();
    noted bigint := (SELECT count(*) FROM crm.lead_conversion_error);
    fails bigint;
    traces text;
BEGIN
    PERFORM t.run(requests, false);
    RETURN NEXT is(t.outcome(), want, 'partial, ' || ways);
    SELECT count(*) INTO fails FROM r WHERE NOT success;
    CREATE TEMP TABLE failed ON COMMIT DROP AS SELECT made.*, (request ->> 'lead_id')::bigint AS lead_id FROM made JOIN r USING (n) WHERE NOT success;
    RETURN NEXT is((SELECT count(*) FROM crm.lead_conversion_error) - noted, fails, '... failures are noted');
    RETURN NEXT is((SELECT string_agg(e.lead_id || ' ' || e.request_position || ' ' || e.status_code || ' ' || e.sqlstate || ' ' || e.message, ', ' ORDER BY e.request_position)
                    FROM (SELECT * FROM crm.lead_conversion_error ORDER BY id DESC LIMIT fails) e),
                   (SELECT string_agg(lead_id || ' ' || n || ' ' || r.errors[1].status_code || ' ' || r.errors[1].sqlstate || ' ' || r.errors[1].message, ', ' ORDER BY n) FROM r WHERE NOT success),
                   '... with lead, position, status code, sqlstate and message of the result');
    SELECT string_agg(x, E'\n') INTO traces FROM (
        SELECT 'lead ' || l.id AS x FROM crm.lead l JOIN failed f ON f.lead_id = l.id WHERE is_converted OR converted_account_id IS NOT NULL OR status <> 'Open - Not Contacted'
        UNION ALL SELECT 'ledger ' || l.lead_id FROM crm.lead_conversion l JOIN failed USING (lead_id)
        UNION ALL SELECT 'request id ' || l.request_id FROM crm.lead_conversion l JOIN failed f ON f.request ->> 'request_id' = l.request_id
        UNION ALL SELECT 'task ' || x.id FROM crm.task x JOIN failed f ON f.lead_id = x.source_lead_id
        UNION ALL SELECT 'event ' || x.id FROM crm.event x JOIN failed f ON f.lead_id = x.source_lead_id
        UNION ALL SELECT 'note ' || x.id FROM crm.note x JOIN failed f ON f.lead_id = x.source_lead_id
        UNION ALL SELECT 'member ' || x.id FROM crm.campaign_member x JOIN failed f ON f.lead_id IN (x.source_lead_id, x.lead_id) WHERE x.contact_id IS NOT NULL
        UNION ALL SELECT 'file ' || x.id FROM crm.content_document_link x JOIN failed f ON f.lead_id = x.source_lead_id
        -- records without a converted lead
        UNION ALL SELECT 'account ' || x.id FROM crm.account x LEFT JOIN crm.lead_conversion l ON l.account_id = x.id WHERE l.id IS NULL AND x.id <> current_setting('t.a')::bigint
        UNION ALL SELECT 'contact ' || x.id FROM crm.contact x LEFT JOIN crm.lead_conversion l ON l.contact_id = x.id WHERE l.id IS NULL AND x.account_id <> current_setting('t.a')::bigint
        UNION ALL SELECT 'opportunity ' || x.id FROM crm.opportunity x LEFT JOIN crm.lead_conversion l ON l.opportunity_id = x.id WHERE l.id IS NULL
        UNION ALL SELECT 'role ' || x.id FROM crm.opportunity_contact_role x LEFT JOIN crm.lead_conversion l ON l.opportunity_id = x.opportunity_id AND l.contact_id = x.contact_id WHERE l.id IS NULL
        ) y;
    RETURN NEXT is(traces, NULL, '... nothing of a failed lead remains');
    -- what each successful one left: 2 tasks + 1 follow-up, event, note, member, file
    RETURN NEXT is((SELECT string_agg(n || ': ' || x, ', ' ORDER BY n) FROM (SELECT n,
            (SELECT count(*) FROM crm.task t WHERE t.contact_id = r.contact_id) || ' ' || (SELECT count(*) FROM crm.event t WHERE t.contact_id = r.contact_id) || ' ' ||
            (SELECT count(*) FROM crm.note t WHERE t.contact_id = r.contact_id) || ' ' || (SELECT count(*) FROM crm.campaign_member t WHERE t.contact_id = r.contact_id AND t.lead_id = r.lead_id) || ' ' ||
            (SELECT count(*) FROM crm.content_document_link t WHERE t.contact_id = r.contact_id) || ' ' || (SELECT count(*) FROM crm.lead_conversion t WHERE t.lead_id = r.lead_id) AS x
            FROM r WHERE success AND contact_created) y WHERE x <> '3 1 1 1 1 1'), NULL, '... everything of the others has moved');
    -- triggers took effect exactly once for each surviving row
    RETURN NEXT is((SELECT string_agg(tab || ' ' || op || ' ' || row_id || ' ' || n, ', ') FROM
                        (SELECT tab, op, row_id, count(*) AS n FROM t.audit GROUP BY 1, 2, 3) y WHERE n > 1), NULL, '... no trigger took effect twice');
    RETURN NEXT is((SELECT count(*) FROM t.audit a WHERE tab = 'lead' AND op = 'UPDATE' AND row_id NOT IN (SELECT lead_id FROM r WHERE success)
                    OR tab = 'account' AND op = 'INSERT' AND row_id NOT IN (SELECT id FROM crm.account)
                    OR tab = 'contact' AND op = 'INSERT' AND row_id NOT IN (SELECT id FROM crm.contact)
                    OR tab = 'opportunity' AND op = 'INSERT' AND row_id NOT IN (SELECT id FROM crm.opportunity)
                    OR tab = 'task' AND row_id NOT IN (SELECT id FROM crm.task WHERE lead_id IS NULL OR lead_id NOT IN (SELECT lead_id FROM failed))), 0::bigint, '... none for a row that is gone');
    RETURN NEXT is((SELECT count(*) FROM t.audit WHERE tab = 'lead'), (SELECT count(*) FROM r WHERE success), '... one update for each converted lead');
    RETURN NEXT is((SELECT count(*) FROM t.audit WHERE tab = 'account' AND op = 'INSERT'), (SELECT count(*) FROM r WHERE account_created), '... one insert for each account');
    DROP TABLE failed;
END $$;
SELECT t.partial('ok|check|ok', '+ FIELD_CUSTOM_VALIDATION_EXCEPTION +');
SELECT t.partial('ok|raise P0001|ok|raise 22012|after', '+ CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY + CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY');
SELECT is((SELECT array_agg(errors[1].sqlstate ORDER BY n) FROM r WHERE NOT success), '{P0001,22012,P0001}', '... sqlstate kept');
SELECT is((SELECT errors[1].hint FROM r WHERE n = 2), 'from the trigger', '... hint kept');
SELECT t.partial('divide|ok', 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY +');
SELECT t.partial('ok|unique|unique|ok', '+ + DUPLICATE_VALUE +');
SELECT is((SELECT (errors[1].sqlstate, errors[1].data)::text FROM r WHERE n = 3), $$(23505,"{""table"": ""account"", ""constraint"": ""account_code_key""}")$$, '... with the constraint');
SELECT t.partial('fk|ok|fk', 'INVALID_CROSS_REFERENCE_KEY + INVALID_CROSS_REFERENCE_KEY');
SELECT is((SELECT errors[1].sqlstate FROM r WHERE n = 1), '23503', '... sqlstate kept');
SELECT t.partial('ok|null|judged|missing|ok', '+ REQUIRED_FIELD_MISSING INVALID_STATUS INVALID_CROSS_REFERENCE_KEY +');
SELECT is((SELECT (errors[1].sqlstate, errors[1].fields)::text FROM r WHERE n = 2), '(23502,{last_name})', '... sqlstate and field kept');
SELECT t.partial('raise 22001|raise 44000|raise 42501|raise P0002|raise 23P01|raise 23001|raise LC010|ok',
                 'STRING_TOO_LONG INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_OR_READONLY CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY DUPLICATE_VALUE CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY DUPLICATES_DETECTED +');
SELECT t.partial('late_fk|ok|late_unique|late_unique|ok', 'INVALID_CROSS_REFERENCE_KEY + + DUPLICATE_VALUE +');
SELECT t.partial('check|check|check', 'FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_CUSTOM_VALIDATION_EXCEPTION');
SELECT t.partial('check', 'FIELD_CUSTOM_VALIDATION_EXCEPTION');
SELECT t.partial('ok', '+');
-- off: what is deferred fails the caller's transaction, not the row
UPDATE crm.lead_convert_settings SET check_deferred_constraints = false;
SELECT t.run(jsonb_build_array(t.make('ok'), t.make('late_fk')), false);
SELECT is(t.outcome(), '+ +', 'deferred constraints are not checked by default');
SELECT throws_ok('SET CONSTRAINTS ALL IMMEDIATE', '23503', NULL, '... but fail the transaction');
SET CONSTRAINTS ALL DEFERRED;
UPDATE crm.account SET late_ref = NULL WHERE late_ref = 999999;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

--
-- What may not be swallowed propagates, and nothing is kept
--
CREATE FUNCTION t.propagates(ways text, state text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    requests jsonb := t.make_all(ways);
    before text[] := t.dump();
    raised text;
BEGIN
    BEGIN
        PERFORM leadconv.convert_leads(t.requests(requests), false);
    EXCEPTION WHEN OTHERS OR assert_failure OR query_canceled THEN
        raised := SQLSTATE;
    END;
    RETURN NEXT is(raised, state, ways || ': propagates');
    RETURN NEXT is(t.difference(before, t.dump()), NULL, '... nothing is kept, no failure is noted');
END $$;
SELECT t.propagates('ok|assert|ok', 'P0004');
SELECT t.propagates('assert', 'P0004');
SELECT t.propagates('ok|raise 57014|ok', '57014');
SELECT t.propagates('ok|raise 40P01', '40P01');
SELECT t.propagates('raise 40001|ok', '40001');
SELECT t.propagates('check|raise 55P03', '55P03');
SELECT t.propagates('check|raise 53100|ok', '53100');
SELECT t.propagates('check|raise 25006', '25006');
SELECT t.propagates('check|raise 42601', '42601');
SELECT t.propagates('check|raise 42P01', '42P01');
SELECT t.propagates('check|raise XX000', 'XX000');
SELECT t.propagates('check|raise 57P01', '57P01');
SELECT t.propagates('check|ok|raise 0A000', '0A000');
SELECT is((SELECT count(*) FROM t.audit), 0::bigint, 'triggers left nothing');

--
-- The request id of a failed lead is free
--
SELECT t.make('check', '{"request_id": "again"}') AS q \gset
SELECT t.run(jsonb_build_array(:'q'::jsonb, t.make('ok')), false);
SELECT is(t.outcome(), 'FIELD_CUSTOM_VALIDATION_EXCEPTION +', 'a request with an id fails');
UPDATE crm.lead SET phone = '2' WHERE id = (:'q'::jsonb ->> 'lead_id')::bigint;
SELECT t.run(jsonb_build_array(:'q'::jsonb), false);
SELECT is(t.outcome(), '+', '... and succeeds when tried again');
SELECT t.run(jsonb_build_array(:'q'::jsonb), false);
SELECT is((SELECT (success, account_created)::text FROM r), '(t,t)', '... and is replayed after that');
-- also for another lead, in the same call
SELECT t.make('check', '{"request_id": "moves"}') AS q1 \gset
SELECT t.make('ok', '{"request_id": "moves"}') AS q2 \gset
SELECT t.run(jsonb_build_array(:'q1'::jsonb, :'q2'::jsonb), false);
SELECT is(t.outcome(), 'FIELD_CUSTOM_VALIDATION_EXCEPTION +', 'the request id of a failed lead can be used by the next request');

--
-- Failing requests and existing records: the failed one fills nothing
--
SELECT t.new('account', '{"name": "Fill me"}') AS f \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Fill', 'account_id', :f)) AS fc \gset
SELECT t.lead('{"fax": "1", "title": "CFO"}') AS l1 \gset
SELECT t.lead('{"fax": "2", "title": "CTO"}') AS l2 \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l1, 'account_id', :f, 'contact_id', :fc, 'opportunity_name', 'raise P0001'),
                               jsonb_build_object('lead_id', :l2, 'account_id', :f, 'contact_id', :fc)), false);
SELECT is(t.outcome(), 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY +', 'two into one contact, the first fails');
SELECT is(t.get('account', :f, 'fax') || t.get('contact', :fc, 'title'), '2CTO', '... the second fills');

--
-- 300 requests, about ten random failures
--
SELECT setseed(0.42);
CREATE TEMP TABLE ways AS SELECT i, (ARRAY['check', 'raise P0001', 'fk', 'null', 'judged', 'after', 'divide', 'late_fk'])[1 + (random() * 7)::int] AS how FROM generate_series(1, 300) i;
UPDATE ways SET how = 'ok' WHERE i NOT IN (SELECT i FROM ways ORDER BY random() LIMIT 10);
UPDATE crm.lead_convert_settings SET check_deferred_constraints = true;
SELECT t.partial(string_agg(how, '|' ORDER BY i), string_agg(CASE how WHEN 'ok' THEN '+' WHEN 'check' THEN 'FIELD_CUSTOM_VALIDATION_EXCEPTION' WHEN 'fk' THEN 'INVALID_CROSS_REFERENCE_KEY'
    WHEN 'late_fk' THEN 'INVALID_CROSS_REFERENCE_KEY' WHEN 'null' THEN 'REQUIRED_FIELD_MISSING' WHEN 'judged' THEN 'INVALID_STATUS' ELSE 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' END, ' ' ORDER BY i)) FROM ways;

-- A failure that no row trigger can name (a foreign key, a deferred constraint) is
-- found by halving, not by giving up one row after the other: a few dozen
-- attempts, counted by a sequence, which is not rolled back
CREATE SEQUENCE t.attempts;
CREATE FUNCTION t.count_attempt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('t.attempts'); RETURN NEW; END $$;
CREATE TRIGGER zz_attempt BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.count_attempt();
CREATE FUNCTION t.work(how text, at int, total int) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    requests jsonb := t.make_all(repeat('ok|', at - 1) || how || repeat('|ok', total - at));
    before bigint := (SELECT last_value FROM t.attempts);
BEGIN
    PERFORM t.run(requests, false);
    IF (SELECT count(*) FROM r WHERE success) <> total - 1 OR (SELECT success FROM r WHERE n = at) THEN
        RETURN NULL;
    END IF;
    RETURN ((SELECT last_value FROM t.attempts) - before)::numeric / total;
END $$;
SELECT cmp_ok(t.work('check', 2, 400), '<', 4::numeric, 'a failing CHECK at the start: few rows are written again');
SELECT cmp_ok(t.work('fk', 2, 400), '<', 4::numeric, 'a failing foreign key at the start: few rows are written again');
SELECT cmp_ok(t.work('fk', 200, 400), '<', 4::numeric, 'a failing foreign key in the middle: few rows are written again');
SELECT cmp_ok(t.work('after', 2, 400), '<', 4::numeric, 'a failing AFTER trigger at the start: few rows are written again');
SELECT cmp_ok(t.work('late_fk', 2, 400), '<', 4::numeric, 'a failing deferred constraint at the start: few rows are written again');
SELECT cmp_ok(t.work('late_fk', 200, 400), '<', 4::numeric, 'a failing deferred constraint in the middle: few rows are written again');

SELECT * FROM finish();
ROLLBACK;
