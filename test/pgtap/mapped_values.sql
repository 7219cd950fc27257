-- Values that are written cut, or not at all; and values that are rows.
BEGIN;
\ir helpers.psql
SELECT plan(26);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);


-- A warning only where a cut value was written
ALTER TABLE crm.lead ADD COLUMN pick text;
ALTER TABLE crm.account ADD COLUMN pick varchar(3);
ALTER TABLE crm.contact ADD COLUMN pick varchar(3), ADD COLUMN pick_never varchar(2);
ALTER TABLE crm.opportunity ADD COLUMN pick varchar(3);
INSERT INTO crm.picklist_field (object, field) VALUES ('lead', 'pick');
SELECT leadconv.map_lead_field('pick', o, 'pick') FROM unnest('{account,contact,opportunity}'::text[]) o;
SELECT leadconv.map_lead_field('pick', 'contact', 'pick_never');
UPDATE crm.lead_field_mapping SET existing_record = 'never' WHERE target_field = 'pick_never';
CREATE FUNCTION t.cuts(request jsonb DEFAULT '{}', lead jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.lead('{"pick": "abcdef"}' || lead);
    cols text := (SELECT string_agg(format('%s => %L', key, CASE jsonb_typeof(value) WHEN 'object' THEN value::text ELSE value #>> '{}' END), ', ') FROM jsonb_each(request));
    seen text;
    result text;
BEGIN
    SELECT string_agg(substring(note FROM '"([^"]*)"$'), ', ' ORDER BY substring(note FROM '"([^"]*)"$')) INTO seen
        FROM t.look(ARRAY[jsonb_populate_record(leadconv.new_lead_convert(l), request)]) WHERE status_code = 'VALUE_TRUNCATED';
    SELECT string_agg(substring(w.message FROM '"([^"]*)"$'), ', ' ORDER BY substring(w.message FROM '"([^"]*)"$')) INTO result
        FROM t.convert(l, request) c, unnest(c.warnings) w WHERE w.status_code = 'VALUE_TRUNCATED';
    RETURN coalesce(result, 'none') || CASE WHEN seen IS DISTINCT FROM result THEN ' but seen before ' || coalesce(seen, 'none') ELSE '' END;
END $$;
SELECT is(t.cuts(), 'account.pick, contact.pick, contact.pick_never, opportunity.pick', 'new records');
SELECT is(t.cuts(lead => '{"pick": "abc"}'), 'contact.pick_never', 'a value that fits into most');
SELECT is(t.cuts(lead => '{"pick": null}'), 'none', 'no value');
SELECT is(t.cuts('{"do_not_create_opportunity": true}'), 'account.pick, contact.pick, contact.pick_never', 'no opportunity');
SELECT is(t.cuts('{"account_record": {"pick": "x"}, "opportunity_record": {"pick": null}}'), 'contact.pick, contact.pick_never', 'the request gives other values, or none');
SELECT t.new('account', '{"name": "Full", "pick": "own"}') AS full \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Full', 'pick', 'own', 'account_id', :full)) AS full_c \gset
SELECT t.new('account', '{"name": "Empty"}') AS empty \gset
SELECT is(t.cuts(jsonb_build_object('account_id', :full, 'do_not_create_contact', true)), 'opportunity.pick', 'an existing account that has a value, and no contact');
SELECT is(t.cuts(jsonb_build_object('account_id', :full, 'contact_id', :full_c, 'do_not_create_opportunity', true)), 'none', 'existing records with values');
SELECT is(t.cuts(jsonb_build_object('account_id', :empty, 'do_not_create_contact', true, 'do_not_create_opportunity', true)), 'account.pick', 'an existing account that is filled');
SELECT is(t.cuts(jsonb_build_object('account_id', :empty, 'do_not_create_contact', true, 'do_not_create_opportunity', true)), 'none', '... once');
SELECT t.lead('{"pick": "abcdef"}') AS l1 \gset
SELECT t.lead('{"pick": "ghijkl"}') AS l2 \gset
SELECT t.new('account', '{"name": "Shared"}') AS shared \gset
SELECT is((SELECT array_agg((SELECT count(*) FROM unnest(warnings) w WHERE w.message LIKE '%account.pick"')) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => :shared), leadconv.new_lead_convert(:l2, account_id => :shared)])),
    '{1,0}', 'of two leads for one account, the one that fills it');
SELECT is((SELECT warnings @> '[{"status_code": "VALUE_TRUNCATED"}]' FROM crm.lead_conversion WHERE lead_id = :l1), true, '... and the ledger has the warning');
SELECT t.lead('{"pick": "abcdef"}') AS l \gset
SELECT is((SELECT ROW(success, warnings)::text FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l, account_id => -5)], all_or_none => false)), '(f,{})', 'a request that is refused writes nothing');

-- Rows as values: one with NULLs in it is a value
CREATE TYPE t.size AS (width int, height int);
CREATE DOMAIN t.any_size AS t.size;
CREATE FUNCTION t.sizes(type text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    a bigint;
    got jsonb;
BEGIN
    EXECUTE format('ALTER TABLE crm.lead ADD COLUMN size %s; ALTER TABLE crm.account ADD COLUMN size %1$s', type);
    PERFORM leadconv.map_lead_field('size', 'account', 'size');
    FOR got IN SELECT unnest(ARRAY['{"width": 1, "height": 2}', '{"width": 1, "height": null}', '{"width": null, "height": null}']::jsonb[]) LOOP
        a := t.new('account', '{"name": "Empty"}');
        PERFORM t.convert(t.lead(jsonb_build_object('size', got)), jsonb_build_object('account_id', a));
        RETURN NEXT is((SELECT to_jsonb(x) -> 'size' FROM crm.account x WHERE id = a), got, format('%s %s fills an existing account', type, got));
        a := t.new('account', jsonb_build_object('name', 'Full', 'size', got));
        PERFORM t.convert(t.lead('{"size": {"width": 7, "height": 7}}'), jsonb_build_object('account_id', a));
        RETURN NEXT is((SELECT to_jsonb(x) -> 'size' FROM crm.account x WHERE id = a), got, '... and is not overwritten there');
    END LOOP;
    PERFORM leadconv.unmap_lead_field('size', 'account', 'size');
    RETURN NEXT is((SELECT string_agg(w.status_code, ',') FROM t.convert(t.lead('{"size": {"width": 1, "height": null}}')) c, unnest(c.warnings) w), 'UNMAPPED_FIELD', '... nor lost without a warning');
    ALTER TABLE crm.lead DROP COLUMN size;
    ALTER TABLE crm.account DROP COLUMN size;
END $$;
SELECT t.sizes('t.size');
SELECT t.sizes('t.any_size');

SELECT * FROM finish();
ROLLBACK;
