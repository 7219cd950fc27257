-- A row that a step of the conversion writes violates a constraint: the caller is
-- told of the constraint, and nothing of rows that he may not see.
BEGIN;
\ir helpers.psql
SELECT plan(127);

CREATE ROLE lc_t_poor;          -- no privileges but those that a conversion needs
CREATE ROLE lc_t_reader;        -- may read some columns
CREATE ROLE lc_t_bound;         -- may read everything, but that policies hide rows
GRANT USAGE ON SCHEMA crm, leadconv, t TO PUBLIC;
GRANT SELECT, UPDATE ON crm.lead TO lc_t_poor, lc_t_reader;
GRANT SELECT, INSERT, UPDATE ON crm.account, crm.contact, crm.opportunity TO lc_t_poor, lc_t_reader;
GRANT SELECT (id) ON crm.app_user TO lc_t_poor, lc_t_reader;    -- to name an owner
GRANT ALL ON ALL TABLES IN SCHEMA crm TO lc_t_bound;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead, leadconv.convert_leads_json TO lc_t_poor, lc_t_reader, lc_t_bound;
SELECT current_user AS super \gset

-- The number 777... and the word SECRET are in rows that nobody may see
INSERT INTO crm.app_user (id, name) VALUES (1, 'Sue'), (2, 'Cy'), (777001, 'SECRET');
INSERT INTO crm.account (id, name) VALUES (101, 'Old'), (777101, 'SECRET');
INSERT INTO crm.contact (id, last_name, account_id) VALUES (201, 'Old', 101);
-- there is a row in each table already
SELECT t.laden_lead('{"owner_id": 1}') AS earlier \gset
SELECT t.new('partner_network_record_connection', jsonb_build_object('lead_id', :earlier, 'connection_name', 'x')) AS x \gset
SELECT set_config('leadconv.user_id', '1', true), success FROM leadconv.convert_lead(:earlier, send_notification_email => true) \gset
SELECT t.laden_lead('{"owner_id": 1}') AS l \gset
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', (SELECT min(id) FROM crm.campaign), 'contact_id', 201)) AS member \gset
SELECT t.new('entity_subscription', jsonb_build_object('lead_id', :l, 'subscriber_id', 1)),
    t.new('partner_network_record_connection', jsonb_build_object('lead_id', :l, 'connection_name', 'x')) \gset x
UPDATE crm.task SET owner_id = 1, account_id = 777101 WHERE lead_id = :l;
UPDATE crm.event SET owner_id = 777001, account_id = 777101 WHERE lead_id = :l;
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT a.attrelid::regclass AS name, string_agg(format('%I = ''SECRET'' || coalesce(%I, '''') || t.id', a.attname, a.attname), ', ') AS sets
        FROM pg_attribute a WHERE a.attrelid IN (SELECT child FROM crm.related_list UNION SELECT 'crm.entity_subscription'::regclass UNION SELECT 'crm.partner_network_record_connection')
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'varchar'::regtype)
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype IN ('c', 'f') AND a.attnum = ANY (k.conkey))
        GROUP BY a.attrelid
    LOOP
        EXECUTE format('UPDATE %s t SET %s', r.name, r.sets);
    END LOOP;
END $$;
GRANT SELECT (id, lead_id), UPDATE (lead_id) ON crm.task, crm.event, crm.note TO lc_t_reader;

-- A conversion that writes to everything; the account is followed only when it is new
CREATE FUNCTION t.request(name regclass) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('lead_id', (SELECT max(id) FROM crm.lead), 'send_notification_email', true, 'owner_id', 2)
        || CASE WHEN name = 'crm.entity_subscription'::regclass THEN '{}'::jsonb ELSE '{"account_id": 101, "contact_id": 201}' END
$$;

-- How a row can fail; what happens to it before
CREATE TABLE public.audit (what text CONSTRAINT zz_audit CHECK (what IS NULL));
GRANT INSERT ON public.audit TO PUBLIC;
CREATE FUNCTION t.spoil() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text := TG_ARGV[0];
BEGIN
    IF kind = 'audit' THEN
        INSERT INTO public.audit SELECT NEW::text;
        RETURN NEW;
    END IF;
    RETURN jsonb_populate_record(NEW, CASE kind
        WHEN 'not null' THEN '{"created_date": null}'::jsonb
        WHEN 'unique' THEN '{"id": 777999}'
        WHEN 'foreign key' THEN '{"zz": 777888}' END);
END $$;
CREATE FUNCTION t.make_fail(name regclass, kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF kind = 'policies' THEN
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', name);
    END IF;
    IF kind IN ('check', 'policies') THEN
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT zz_fails CHECK (false) NOT VALID', name);
        RETURN;
    ELSIF kind = 'unique' THEN
        EXECUTE format('UPDATE %s SET id = 777999 WHERE id = (SELECT min(id) FROM %s)', name, name);
    ELSIF kind = 'foreign key' THEN
        EXECUTE format('ALTER TABLE %s ADD COLUMN zz bigint REFERENCES crm.account', name);
    END IF;
    EXECUTE format('CREATE TRIGGER zz_spoil BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION t.spoil(%L)', name, kind);
END $$;

-- Everything that a role is told, by both ways in, with what is kept of the failure;
-- all of it undone
CREATE FUNCTION t.told(role name, request jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    told text := 'no error';
    result text;
    a text; b text; c text;
BEGIN
    BEGIN
        PERFORM set_config('leadconv.user_id', '1', true), set_config('role', role, true);
        EXECUTE t.call(request) INTO result;
        RAISE EXCEPTION 'done' USING ERRCODE = 'ZZ000';
    EXCEPTION
        WHEN SQLSTATE 'ZZ000' THEN NULL;
        WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS a = PG_EXCEPTION_DETAIL, b = PG_EXCEPTION_HINT, c = PG_EXCEPTION_CONTEXT;
            told := concat_ws(E'\n', SQLSTATE || ' ' || SQLERRM, a, b, c);
    END;
    BEGIN
        PERFORM set_config('leadconv.user_id', '1', true), set_config('role', role, true);
        SELECT x INTO result FROM leadconv.convert_leads_json(jsonb_build_array(request), all_or_none => false) x WHERE NOT (x ->> 'success')::boolean;
        PERFORM set_config('role', 'none', true);
        told := concat_ws(E'\n', told, result, (SELECT string_agg(e::text, E'\n') FROM crm.lead_conversion_error e));
        RAISE EXCEPTION 'done' USING ERRCODE = 'ZZ000';
    EXCEPTION WHEN SQLSTATE 'ZZ000' THEN RETURN told;
    END;
END $$;

-- What each role is told when rows of a table fail
CREATE FUNCTION t.all_told(name regclass, kind text, roles name[]) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.make_fail(name, kind);
    RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = (SELECT jsonb_object_agg(role, t.told(role, t.request(name))) FROM unnest(roles) role);
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN RETURN SQLERRM;
END $$;
CREATE TEMP TABLE told AS
SELECT name, kind, e.key AS role, e.value AS told
FROM (SELECT child::regclass AS name FROM crm.related_list
      UNION SELECT unnest('{crm.opportunity_contact_role,crm.account_contact_relation,crm.entity_subscription,crm.partner_network_record_connection,crm.notification,crm.lead_conversion,crm.lead}'::regclass[])) tables,
    unnest('{check,policies,not null,unique,foreign key,audit}'::text[]) kind,
    jsonb_each_text(t.all_told(name, kind, CASE kind WHEN 'check' THEN ARRAY['lc_t_poor', 'lc_t_reader', :'super'] WHEN 'policies' THEN ARRAY['lc_t_bound'] ELSE ARRAY['lc_t_poor'] END)) e
WHERE NOT (name = 'crm.lead'::regclass AND kind IN ('unique', 'policies'));
SELECT is(string_agg(role || ': ' || told, E'\n') FILTER (WHERE told ~ 'SECRET|777' AND role <> :'super'), NULL, format('%s: %s', name, kind))
FROM told GROUP BY name, kind ORDER BY name::text, kind;
-- a key that is there already is no error where the row itself may be
SELECT is((SELECT string_agg(DISTINCT concat_ws(' ', name, kind, left(told, 200)), E'\n') FROM told WHERE told !~ '^23'
    AND NOT (kind = 'unique' AND name::text ~ 'role|relation|subscription|document_link')), NULL, 'all of them fail, with a constraint');

-- those who have the owner's rights are shown the row, and the server's log shows it in any case
SELECT is((SELECT array_agg(DISTINCT name::text ORDER BY name::text) FROM told WHERE role = :'super' AND kind = 'check' AND told !~ 'Failing row contains'), NULL, 'who has the owner''s rights sees the row');
SELECT cmp_ok((SELECT count(*) FROM told WHERE role = :'super' AND told ~ 'SECRET|777'), '>', 10::bigint, '... and there is something to hide');

SELECT * FROM finish();
ROLLBACK;
