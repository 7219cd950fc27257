-- Conversions of every kind, taken back: 350 random calls leave everything the way it
-- was; and 180 with random edits in between lose none of these. Each case has a seed of its
-- own, so that one that fails can be looked at alone: t.round(seed).
BEGIN;
\ir helpers.psql
\ir undo.psql
\ir random_leads.psql
SELECT plan(7);
-- Edits something that a conversion has to do with, in a way that can be looked for later: SQL that is true as long as it is not lost
CREATE FUNCTION t.edit(lead bigint, users bigint[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c crm.lead_conversion := x FROM crm.lead_conversion x WHERE lead_id = lead AND undone_date IS NULL;
    tab text;
    row_id bigint;
BEGIN
    CASE t.dice(11)
        WHEN 0 THEN tab := 'account'; row_id := c.account_id;
        WHEN 1 THEN tab := 'contact'; row_id := c.contact_id;
        WHEN 2 THEN tab := 'opportunity'; row_id := c.opportunity_id;
        WHEN 3 THEN
            IF c.contact_id IS NULL THEN RETURN NULL; END IF;
            RETURN format('EXISTS (SELECT FROM crm.task WHERE id = %s AND contact_id = %s)', t.new('task', jsonb_build_object('contact_id', c.contact_id, 'subject', 'added')), c.contact_id);
        WHEN 4 THEN
            IF c.account_id IS NULL THEN RETURN NULL; END IF;
            RETURN format('EXISTS (SELECT FROM crm.contact WHERE id = %s AND account_id = %s)', t.new('contact', jsonb_build_object('last_name', 'added', 'account_id', c.account_id)), c.account_id);
        WHEN 5 THEN
            IF c.opportunity_id IS NULL THEN RETURN NULL; END IF;
            INSERT INTO public.stay (deal) VALUES (c.opportunity_id) RETURNING stay.id INTO row_id;
            RETURN format('EXISTS (SELECT FROM public.stay WHERE id = %s AND deal = %s)', row_id, c.opportunity_id);
        WHEN 6 THEN tab := 'task'; SELECT k.id INTO row_id FROM crm.task k WHERE k.source_lead_id = lead ORDER BY k.id LIMIT 1;
        WHEN 7 THEN
            SELECT k.id INTO row_id FROM crm.task k WHERE k.source_lead_id = lead AND lead_id IS NULL ORDER BY k.id LIMIT 1;
            UPDATE crm.task SET contact_id = (SELECT min(x.id) FROM crm.contact x WHERE last_name = 'Spare') WHERE task.id = row_id;
            RETURN CASE WHEN row_id IS NOT NULL THEN format('(SELECT contact_id = (SELECT min(x.id) FROM crm.contact x WHERE last_name = ''Spare'') FROM crm.task WHERE id = %s)', row_id) END;
        WHEN 8 THEN
            UPDATE crm.opportunity_contact_role r SET role = 'Boss' WHERE r.opportunity_id = c.opportunity_id AND r.contact_id = c.contact_id RETURNING r.id INTO row_id;
            RETURN CASE WHEN row_id IS NOT NULL THEN format('EXISTS (SELECT FROM crm.opportunity_contact_role WHERE id = %s AND role = ''Boss'')', row_id) END;
        WHEN 9 THEN
            SELECT m.id INTO row_id FROM crm.campaign_member m WHERE m.contact_id = c.contact_id ORDER BY m.id LIMIT 1;
            UPDATE crm.campaign_member m SET external_id = 'edited' || m.id WHERE m.id = row_id;
            RETURN CASE WHEN row_id IS NOT NULL THEN format('EXISTS (SELECT FROM crm.campaign_member WHERE id = %s AND external_id = ''edited%1$s'')', row_id) END;
        ELSE
            UPDATE crm.account a SET phone = 'new phone' WHERE a.id = c.account_id RETURNING a.id INTO row_id;
            RETURN CASE WHEN row_id IS NOT NULL THEN format('(SELECT phone = ''new phone'' FROM crm.account WHERE id = %s)', row_id) END;
    END CASE;
    IF row_id IS NULL THEN RETURN NULL; END IF;
    EXECUTE format('UPDATE crm.%I SET description = ''edited'' WHERE id = $1', tab) USING row_id;
    RETURN CASE WHEN row_id IS NOT NULL THEN format('(SELECT description = ''edited'' FROM crm.%I WHERE id = %s)', tab, row_id) END;
END $$;

-- One case: what is wrong with it, or NULL; of what kind it was is counted in t.kinds
CREATE FUNCTION t.round(seed integer, edits boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    users bigint[] := ARRAY(SELECT id FROM crm.app_user ORDER BY id LIMIT 2);
    leads bigint[] := '{}';
    requests leadconv.lead_convert[];
    results leadconv.lead_convert_result[];
    undone leadconv.lead_undo_result[];
    said text[] := '{}';
    before text[];
    between text[];
    i integer;
    lost text;
    result text;
BEGIN
    PERFORM setseed(seed / 100000.0);
    requests := t.random_requests();
    before := t.without_history(t.state('{crm,public}'));
    SELECT array_agg(r) INTO results FROM leadconv.convert_leads(requests, all_or_none => false, reuse_accounts => t.maybe(0.3), reuse_contacts => t.maybe(0.3)) r;
    leads := ARRAY(SELECT r.lead_id FROM unnest(results) r WHERE r.success);
    IF leads = '{}' THEN RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = ''; END IF;
    -- the failures of the others are in the database
    IF NOT edits THEN
        IF t.maybe(0.5) THEN
            SELECT array_agg(u) INTO undone FROM leadconv.undo_lead_conversions(leads) u;
        ELSE
            FOR i IN REVERSE cardinality(leads) .. 1 LOOP
                PERFORM leadconv.undo_lead_conversion(leads[i]);
            END LOOP;
        END IF;
        result := t.difference(before, ARRAY(SELECT s FROM unnest(t.without_history(t.state('{crm,public}'))) s WHERE s !~ '^crm.lead_conversion_error'));
        IF result IS NULL AND EXISTS (SELECT FROM crm.lead_conversion WHERE undone_date IS NULL) THEN result := 'not all are undone'; END IF;
        IF result IS NULL THEN
            -- and once more
            SELECT string_agg(e.message, ' ') INTO result FROM leadconv.convert_leads(ARRAY(SELECT r FROM unnest(requests) r WHERE r.lead_id = ANY (leads)), all_or_none => false) c, unnest(c.errors) e;
        END IF;
        INSERT INTO t.kinds VALUES (concat('undone ', cardinality(leads)));
    ELSE
        FOR i IN 1 .. 1 + t.dice(3) LOOP
            said := said || t.edit(t.one(leads), users);
        END LOOP;
        said := array_remove(said, NULL);
        between := t.without_history(t.state('{crm,public}'));
        SELECT array_agg(u) INTO undone FROM leadconv.undo_lead_conversions(leads, all_or_none => false) u;
        IF NOT EXISTS (SELECT FROM unnest(undone) u WHERE u.success) THEN
            result := t.difference(between, t.without_history(t.state('{crm,public}')));
        END IF;
        INSERT INTO t.kinds SELECT concat('edited ', CASE WHEN u.success THEN 'undone' ELSE 'refused' END) FROM unnest(undone) u;
        FOREACH lost IN ARRAY said LOOP
            EXECUTE 'SELECT (' || lost || ') IS NOT TRUE' INTO STRICT edits;
            IF edits THEN result := concat(result, ' refuse lost ', lost); END IF;
        END LOOP;
        leads := ARRAY(SELECT u.lead_id FROM unnest(undone) u WHERE NOT u.success);
        SELECT array_agg(u) INTO undone FROM leadconv.undo_lead_conversions(leads, 'keep', all_or_none => false) u;
        SELECT concat(result, string_agg(e.message, ' ')) INTO result FROM unnest(undone) u, unnest(u.errors) e;
        FOREACH lost IN ARRAY said LOOP
            EXECUTE 'SELECT (' || lost || ') IS NOT TRUE' INTO STRICT edits;
            IF edits THEN result := concat(result, ' keep lost ', lost); END IF;
        END LOOP;
        IF EXISTS (SELECT FROM crm.lead WHERE is_converted) THEN result := concat(result, ' still converted'); END IF;
        -- each row that there was, or was added, is there
        result := nullif(result, '');
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = CASE WHEN result IS NULL THEN '' ELSE format('%s: %s', seed, result) END, DETAIL = coalesce((SELECT string_agg(DISTINCT kind, ',') FROM t.kinds), '');
END $$;
SELECT is(t.rounds(1, 180, 't.round(%s, false)'), '', '180 random calls');
UPDATE crm.related_list SET keep_lead = false WHERE child = 'crm.content_document_link'::regclass;
SELECT is(t.rounds(201, 370, 't.round(%s, false)'), '', '170 of which leads lose their links');
SELECT ok((SELECT count(DISTINCT kind) FROM t.kinds) >= 4, '... with one lead and many');
SELECT is(t.rounds(1001, 1180, 't.round(%s, true)'), '', '180 with edits in between');
SELECT ok((SELECT count(*) FROM t.kinds WHERE kind = 'edited refused') > 50, '... many are refused');
SELECT ok((SELECT count(*) FROM t.kinds WHERE kind = 'edited undone') > 50, '... and many are undone');
SELECT is((SELECT count(*) FROM crm.lead), 0::bigint, '... and nothing is left of any');
SELECT * FROM finish();
ROLLBACK;
