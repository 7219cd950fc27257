-- What a preview says and what the conversion then does: the same, field by field, row by
-- row, warning by warning, for random requests. A case that fails can be looked at alone:
-- t.round(seed).
BEGIN;
\ir helpers.psql
\ir random_leads.psql
SELECT plan(4);
-- some requests fail: for each of the reasons a row can be refused
ALTER TABLE crm.account ADD COLUMN grade varchar(4), ADD COLUMN score numeric(3, 1), ADD COLUMN ratio integer DEFAULT 1, ADD CONSTRAINT no_monkeys CHECK (industry <> 'industry1'), ADD CONSTRAINT inverse CHECK (1 / ratio >= 0);
ALTER TABLE crm.contact ADD COLUMN needed text NOT NULL DEFAULT 'x';
ALTER TABLE crm.opportunity ADD CONSTRAINT not_that CHECK (name <> 'Co3');
ALTER TABLE crm.lead ADD COLUMN score numeric, ADD COLUMN ratio integer, ADD COLUMN unmapped text;
INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('score', 'account', 'score'), ('ratio', 'account', 'ratio');

-- Of a call: what the preview says that did not come true, or came true and it does not say
CREATE FUNCTION t.unlike(p leadconv.lead_preview[], request leadconv.lead_convert, nr integer, r leadconv.lead_convert_result, before text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    wrong text[] := '{}';
    fact leadconv.lead_preview;
    rec jsonb;
    tab text;
    id bigint;
    created boolean;
    l crm.lead := x FROM crm.lead x WHERE x.id = request.lead_id;
    n bigint;
BEGIN
    p := ARRAY(SELECT f FROM unnest(p) f WHERE f.request_position = nr);
    IF r.success <> NOT EXISTS (SELECT FROM unnest(p) f WHERE f.step = 'error') THEN
        RETURN concat('success ', r.success, ' ', r.errors[1].message, (SELECT string_agg(f.note, ',') FROM unnest(p) f WHERE f.step = 'error'));
    END IF;
    IF NOT r.success THEN
        IF NOT EXISTS (SELECT FROM unnest(p) f WHERE f.step = 'error' AND f.status_code = r.errors[1].status_code AND f.note = r.errors[1].message) THEN
            wrong := wrong || concat('error ', r.errors[1].status_code, ' ', r.errors[1].message, ' / ', (SELECT string_agg(concat(f.status_code, ' ', f.note), ', ') FROM unnest(p) f WHERE f.step = 'error'));
        END IF;
        RETURN nullif(array_to_string(wrong, '; '), '');
    END IF;
    IF (SELECT string_agg(concat(f.status_code, f.note), ' ' ORDER BY f.status_code, f.note) FROM unnest(p) f WHERE f.step = 'warning')
        IS DISTINCT FROM (SELECT string_agg(concat(w.status_code, w.message), ' ' ORDER BY w.status_code, w.message) FROM unnest(r.warnings) w) THEN
        wrong := wrong || concat('warnings ', (SELECT string_agg(f.note, ', ') FROM unnest(p) f WHERE f.step = 'warning'), ' / ', (SELECT string_agg(w.message, ', ') FROM unnest(r.warnings) w));
    END IF;
    -- records
    FOR tab, id, created IN VALUES ('account', r.account_id, r.account_created), ('contact', r.contact_id, r.contact_created), ('opportunity', r.opportunity_id, r.opportunity_created) LOOP
        CONTINUE WHEN id IS NULL;
        EXECUTE format('SELECT to_jsonb(x) FROM crm.%I x WHERE id = $1', tab) INTO rec USING id;
        IF created <> EXISTS (SELECT FROM unnest(p) f WHERE f.step = tab AND f.field IS NULL AND f.note = 'new record') THEN
            wrong := wrong || concat(tab, ' created ', created);
        END IF;
        FOREACH fact IN ARRAY ARRAY(SELECT f FROM unnest(p) f WHERE f.step = tab AND f.field IS NOT NULL) LOOP
            -- another request of the call may have filled it later
            CONTINUE WHEN NOT created AND EXISTS (SELECT FROM crm.lead_conversion c WHERE c.id > (SELECT max(d.id) FROM crm.lead_conversion d WHERE d.lead_id = l.id) AND c.filled_fields -> tab ? fact.field);
            CONTINUE WHEN created AND EXISTS (SELECT FROM crm.lead_conversion c WHERE c.lead_id <> l.id AND c.filled_fields -> tab ? fact.field);
            IF fact.new_value IS NOT NULL AND fact.new_value IS DISTINCT FROM (CASE rec ->> fact.field WHEN 'true' THEN 't' WHEN 'false' THEN 'f' ELSE rec ->> fact.field END)
                AND NOT (rec ->> fact.field ~ '^[-0-9.]+$' AND fact.new_value ~ '^[-0-9.]+$' AND (rec ->> fact.field)::numeric = fact.new_value::numeric) THEN
                wrong := wrong || concat(tab, '.', fact.field, ' ', fact.new_value, ' ', fact.source, ' / ', rec ->> fact.field);
            END IF;
        END LOOP;
        IF created THEN
            SELECT concat(tab, ' not said: ', string_agg(k.key, ' ')) INTO STRICT fact.note FROM jsonb_each_text(rec) k
            WHERE k.value IS NOT NULL AND k.key <> ALL ('{id,created_date,created_by_id,last_modified_date,last_modified_by_id,revision}') AND NOT (tab = 'contact' AND k.key = 'name')
                AND NOT EXISTS (SELECT FROM unnest(p) f WHERE f.step = tab AND f.field = k.key)
                AND NOT EXISTS (SELECT FROM crm.lead_conversion c WHERE c.lead_id <> l.id AND c.filled_fields -> tab ? k.key);
            IF fact.note <> tab || ' not said: ' THEN wrong := wrong || fact.note; END IF;
        ELSIF (SELECT string_agg(f.field, ' ' ORDER BY f.field) FROM unnest(p) f WHERE f.step = tab AND f.source ~ '^lead|engine')
            IS DISTINCT FROM (SELECT string_agg(x, ' ' ORDER BY x) FROM crm.lead_conversion c, jsonb_array_elements_text(c.filled_fields -> tab) x WHERE c.lead_id = l.id) THEN
            wrong := wrong || concat(tab, ' fills ', (SELECT string_agg(f.field, ' ' ORDER BY f.field) FROM unnest(p) f WHERE f.step = tab AND f.source ~ '^lead|engine'), ' / ',
                (SELECT c.filled_fields -> tab FROM crm.lead_conversion c WHERE c.lead_id = l.id));
        END IF;
    END LOOP;
    -- related lists, owners, members
    FOREACH tab IN ARRAY '{crm.task,crm.event,crm.note,crm.email_message,public.stay}'::text[] LOOP
        EXECUTE format('SELECT count(*) FROM %s WHERE %I = $1 %s', tab, CASE tab WHEN 'public.stay' THEN 'src' ELSE 'source_lead_id' END,
            CASE tab WHEN 'crm.task' THEN 'AND subject <> ''Follow''' ELSE '' END) INTO n USING l.id;
        IF n <> coalesce((SELECT f.new_value::bigint FROM unnest(p) f WHERE f.step = 'list' AND f.object = tab AND f.field IS NULL), 0) THEN
            wrong := wrong || concat(tab, ' rows ', n, ' / ', (SELECT f.new_value FROM unnest(p) f WHERE f.step = 'list' AND f.object = tab AND f.field IS NULL));
        END IF;
    END LOOP;
    IF (SELECT string_agg(concat_ws(' ', f.object, f.record_id, f.old_value, f.new_value), ', ' ORDER BY f.object, f.record_id) FROM unnest(p) f WHERE f.step = 'list' AND f.note = 'new owner')
        IS DISTINCT FROM (SELECT string_agg(concat_ws(' ', o ->> 'table', o ->> 'id', o ->> 'from', o ->> 'to'), ', ' ORDER BY o ->> 'table', (o ->> 'id')::bigint) FROM crm.lead_conversion c, jsonb_array_elements(c.owner_changes) o WHERE c.lead_id = l.id) THEN
        wrong := wrong || 'owners'::text;
    END IF;
    IF (SELECT string_agg(concat_ws(' ', f.record_id, substring(f.note FROM 'member (\d+);')), ', ' ORDER BY f.record_id) FROM unnest(p) f WHERE f.step = 'campaign' AND f.field = 'status')
        IS DISTINCT FROM (SELECT string_agg(concat_ws(' ', m ->> 'removed', m ->> 'kept'), ', ' ORDER BY (m ->> 'removed')::bigint) FROM crm.lead_conversion c, jsonb_array_elements(c.merged_campaign_members) m WHERE c.lead_id = l.id) THEN
        wrong := wrong || concat('members ', (SELECT string_agg(f.note, ', ') FROM unnest(p) f WHERE f.step = 'campaign'), ' / ', (SELECT c.merged_campaign_members FROM crm.lead_conversion c WHERE c.lead_id = l.id));
    END IF;
    IF nr = (SELECT max(f.request_position) FROM unnest(p) f) AND EXISTS (SELECT FROM unnest(p) f JOIN crm.campaign_member m ON m.id = substring(f.note FROM 'member (\d+);')::bigint WHERE f.step = 'campaign' AND f.field = 'status' AND m.status <> f.new_value
        AND NOT EXISTS (SELECT FROM crm.lead_conversion c WHERE c.lead_id <> l.id AND c.merged_campaign_members IS NOT NULL)) THEN
        wrong := wrong || 'status of a member'::text;
    END IF;
    -- the lead
    FOREACH fact IN ARRAY ARRAY(SELECT f FROM unnest(p) f WHERE f.step = 'lead' AND f.new_value IS NOT NULL) LOOP
        IF fact.new_value IS DISTINCT FROM (CASE to_jsonb(l) ->> fact.field WHEN 'true' THEN 't' WHEN 'false' THEN 'f' ELSE to_jsonb(l) ->> fact.field END) THEN
            wrong := wrong || concat('lead.', fact.field, ' ', fact.new_value, ' / ', to_jsonb(l) ->> fact.field);
        END IF;
    END LOOP;
    RETURN nullif(array_to_string(wrong, '; '), '');
END $$;
CREATE FUNCTION t.round(seed integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    requests leadconv.lead_convert[];
    p leadconv.lead_preview[];
    results leadconv.lead_convert_result[];
    reuse boolean;
    before text[];
    result text;
BEGIN
    PERFORM setseed(seed / 100000.0);
    requests := t.random_requests();
    UPDATE crm.lead SET score = CASE WHEN t.maybe(0.1) THEN 1000 WHEN t.maybe(0.3) THEN 2.34 END, ratio = CASE WHEN t.maybe(0.05) THEN 0 WHEN t.maybe(0.3) THEN 2 END, unmapped = CASE WHEN t.maybe(0.3) THEN 'lost' END;
    reuse := t.maybe(0.2);
    before := t.dump();
    SELECT array_agg(f) INTO p FROM leadconv.preview_lead_conversions(requests, reuse_accounts => reuse, reuse_contacts => reuse) f;
    result := t.difference(before, t.dump());
    SELECT array_agg(r) INTO results FROM leadconv.convert_leads(requests, all_or_none => false, reuse_accounts => reuse, reuse_contacts => reuse) r;
    SELECT nullif(concat_ws(' | ', result, string_agg(x, ' | ')), '') INTO result FROM (SELECT t.unlike(p, requests[n], n, results[n], before) FROM generate_subscripts(requests, 1) n) u (x);
    RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = CASE WHEN result IS NULL THEN '' ELSE format('%s: %s', seed, result) END,
        DETAIL = (SELECT string_agg(DISTINCT CASE WHEN x.success THEN 'success' ELSE x.errors[1].status_code END, ',') FROM unnest(results) x);
END $$;
SELECT is(t.rounds(1, 100, 't.round(%s)'), '', '100 random calls');
SELECT is((SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM t.kinds), 'FIELD_CUSTOM_VALIDATION_EXCEPTION INVALID_TYPE_ON_FIELD_IN_RECORD success', '... of which some fail');
-- a row has every reason
SELECT t.lead('{"industry": "industry1", "score": 1000, "ratio": 0}') AS l \gset
SELECT is((SELECT string_agg(concat_ws(' ', status_code, field, note), E'\n') FROM leadconv.preview_lead_conversion(:l, contact_record => '{"needed": null}') WHERE step = 'error'),
    concat_ws(E'\n', 'INVALID_TYPE_ON_FIELD_IN_RECORD score numeric field overflow', 'INVALID_TYPE_ON_FIELD_IN_RECORD division by zero',
    'FIELD_CUSTOM_VALIDATION_EXCEPTION new row for relation "account" violates check constraint "no_monkeys"',
    'REQUIRED_FIELD_MISSING needed null value in column "needed" of relation "contact" violates not-null constraint'), 'every reason for which a row would be refused');
SELECT is((SELECT count(*) FROM leadconv.preview_lead_conversion(:l) WHERE step = 'account' AND field = 'industry'), 1::bigint, '... beside what it would be');
SELECT * FROM finish();
ROLLBACK;
