-- Differences from the platform that doc/conversion.md, doc/bulk.md and doc/errors.md
-- name and no other file shows.
BEGIN;
\ir helpers.psql
SELECT plan(16);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT t.new('app_user', '{"name": "Cid"}') AS cid \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- triggers see the owner that the record keeps, and no change of owner after that
CREATE TABLE t.seen (tab text, moment text, op text, owner_id bigint);
CREATE FUNCTION t.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t.seen VALUES (TG_TABLE_NAME, TG_WHEN, TG_OP, NEW.owner_id); RETURN NEW; END $$;
SELECT format('CREATE TRIGGER see_%2$s %2$s INSERT OR UPDATE ON crm.%1$s FOR EACH ROW EXECUTE FUNCTION t.see()', tab, moment)
FROM unnest('{account,contact,opportunity}'::text[]) tab, unnest('{BEFORE,AFTER}'::text[]) moment \gexec
CREATE FUNCTION t.seen() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT op || ' ' || owner_id, ', ') || ' ' || count(*) FROM t.seen $$;
SELECT ok((t.convert(t.lead(jsonb_build_object('owner_id', :bob)))).success, 'Ann converts a lead of Bob');
SELECT is(t.seen(), format('INSERT %s 6', :bob), '... triggers of all three see Bob, once before and once after');
DELETE FROM t.seen;
SELECT ok((t.convert(t.lead(jsonb_build_object('owner_id', :bob)), jsonb_build_object('owner_id', :cid))).success, '... and one for Cid');
SELECT is(t.seen(), format('INSERT %s 6', :cid), '... they see Cid');
DELETE FROM t.seen;
UPDATE crm.lead_convert_settings SET owner_source = 'converter';
SELECT ok((t.convert(t.lead(jsonb_build_object('owner_id', :bob)))).success, 'where the setting says so, the converter');
SELECT is(t.seen(), format('INSERT %s 6', :ann), '... they see Ann');
UPDATE crm.lead_convert_settings SET owner_source = DEFAULT;
SELECT format('DROP TRIGGER see_%2$s ON crm.%1$s', tab, moment)
FROM unnest('{account,contact,opportunity}'::text[]) tab, unnest('{BEFORE,AFTER}'::text[]) moment \gexec

-- without a status, the first converted one that is valid for the record type
INSERT INTO crm.lead_status (api_name, master_label, sort_order, is_converted) VALUES ('Later', 'Later', 90, true), ('Sooner', 'Sooner', -1, true), ('Soonest', 'Soonest', -2, false);
SELECT t.go();
SELECT is(t.get('lead', lead_id, 'status'), 'Sooner', 'no status given: the first converted one by sort_order') FROM r;
SELECT t.new('record_type', '{"object": "lead", "developer_name": "Partner", "name": "Partner"}') AS rt \gset
INSERT INTO crm.record_type_picklist_value (record_type_id, lead_status_id) SELECT :rt, id FROM crm.lead_status WHERE api_name IN ('Later', 'Soonest');
SELECT t.go('{}', jsonb_build_object('record_type_id', :rt));
SELECT is(t.get('lead', lead_id, 'status'), 'Later', '... that is valid for the record type') FROM r;

-- several leads that overwrite one contact's lead source: the last in request order
SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a, 'lead_source', 'Old')) AS c \gset
CREATE FUNCTION t.overwrite(sources text[], flags boolean[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    c bigint := (SELECT max(id) FROM crm.contact WHERE last_name = 'Old');
    a bigint := (SELECT x.account_id FROM crm.contact x WHERE x.id = c);
BEGIN
    UPDATE crm.contact SET lead_source = 'Old' WHERE id = c;
    PERFORM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(t.lead(jsonb_build_object('lead_source', s)), account_id => a, contact_id => c, overwrite_lead_source => f) ORDER BY o)
        FROM unnest(sources, flags) WITH ORDINALITY u (s, f, o)));
    RETURN t.get('contact', c, 'lead_source');
END $$;
SELECT is(t.overwrite('{A,B,C}', '{t,t,t}'), 'C', 'three leads overwrite a lead source: the last one wins');
SELECT is(t.overwrite('{A,B,C}', '{t,t,f}'), 'B', '... of those that overwrite');
SELECT is(t.overwrite('{A,B,NULL}', '{t,t,t}'), 'B', '... and have one');

-- errors in the metadata are raised for the whole call, also with partial success
ALTER TABLE crm.lead ADD budget numeric;
ALTER TABLE crm.account ADD budget numeric;
SELECT leadconv.map_lead_field('budget', 'account', 'budget');
SELECT t.lead() AS l \gset
CREATE FUNCTION t.partial(lead_id bigint) RETURNS text LANGUAGE sql AS $$ SELECT format('SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), leadconv.new_lead_convert(NULL)], false)', $1) $$;
SAVEPOINT s;
ALTER TABLE crm.account RENAME budget TO spend;
SELECT t.fails(t.partial(:l), 'LC020', 'was renamed', 'a renamed mapped column: raised with all_or_none => false', true, 'lead conversion, step compile, status code FIELD_INTEGRITY_EXCEPTION');
ROLLBACK TO s;
CREATE TABLE t.child (id bigint PRIMARY KEY, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact);
CREATE INDEX ON t.child (lead_id);
SELECT leadconv.register_related_list('t.child', 'lead_id', 'contact_id');
ALTER TABLE t.child RENAME contact_id TO person_id;
SELECT t.fails(t.partial(:l), 'LC020', 'was renamed', '... a renamed column of a related list', true, 'step compile');
ROLLBACK TO s;
DROP TRIGGER _leadconv_audit ON crm.account;
SELECT t.fails(t.partial(:l), 'LC023', 'trigger', '... a required trigger that is missing', true, 'step compile');
ROLLBACK TO s;
SELECT is((SELECT string_agg(success::text, ' ' ORDER BY ordinality) FROM ROWS FROM (leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l), leadconv.new_lead_convert(NULL)], false)) WITH ORDINALITY), 'true false', 'with metadata in order, one fails and one is converted');
SELECT is((SELECT count(*) FROM crm.lead_conversion_error), 1::bigint, '... and only that is recorded');

SELECT * FROM finish();
ROLLBACK;
