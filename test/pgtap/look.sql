-- What requests would do, looked at without doing anything: every reason for a
-- refusal, the row before it is written with the source of each value, and the
-- same rows and privileges as a conversion sees, in a read-only transaction too.
BEGIN;
\ir helpers.psql
SELECT plan(55);
SELECT t.no_duplicate_rules();

-- Value and source of a field of a new record
CREATE FUNCTION t.field(request jsonb, target text, name text) RETURNS text LANGUAGE sql AS $$
    SELECT concat(new_value, ' from ', source) FROM t.look(request) WHERE step = target AND field = name $$;
-- The reasons for a refusal, in their order
CREATE FUNCTION t.reasons(request jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(status_code, ':', field), ' ') FROM t.look(request) WHERE step = 'error' $$;

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob", "is_active": false}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);

--
-- The row before it is written: value of the request, mapped lead value, the
-- engine's value, default of the picklist, default of the column
--
CREATE SEQUENCE crm.ticket_seq;
ALTER TABLE crm.lead ADD COLUMN tier text, ADD COLUMN budget numeric;
ALTER TABLE crm.account ADD COLUMN tier text NOT NULL DEFAULT 'basic', ADD COLUMN budget numeric DEFAULT 1,
    ADD COLUMN ticket bigint DEFAULT nextval('crm.ticket_seq'), ADD COLUMN grade text DEFAULT 'g';
SELECT leadconv.map_lead_field('tier', 'account', 'tier'), leadconv.map_lead_field('budget', 'account', 'budget');
WITH f AS (INSERT INTO crm.picklist_field (object, field) VALUES ('account', 'grade'), ('account', 'ownership') RETURNING id, field)
INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order, is_default) SELECT id, 'pick ' || field, 'Pick', 1, true FROM f;
SELECT t.lead(jsonb_build_object('owner_id', :ann, 'phone', '1', 'tier', 'gold', 'budget', 5, 'website', '')) AS l \gset
SELECT jsonb_build_object('lead_id', :l) AS req \gset

SELECT is(t.field(:'req', 'account', 'phone'), '1 from lead.phone', 'a mapped lead value');
SELECT is(t.field(:'req'::jsonb || '{"account_record": {"phone": "2"}}', 'account', 'phone'), '2 from request', 'a value of the request wins over it');
SELECT is(t.field(:'req'::jsonb || '{"account_record": {"phone": null}}', 'account', 'phone'), NULL, 'also when it is null');
SELECT is(t.field(:'req', 'account', 'owner_id'), :ann || ' from engine', 'what the engine says');
SELECT is(t.field(:'req', 'account', 'tier'), 'gold from lead.tier', 'a custom field');
SELECT is(t.field(jsonb_build_object('lead_id', t.lead('{}')), 'account', 'tier'), 'basic from default', 'which must not be null: blank on the lead, the default');
SELECT is(t.field(jsonb_build_object('lead_id', t.lead('{}')), 'account', 'budget'), NULL, 'a blank custom field takes no default');
SELECT is(t.field(:'req', 'account', 'ownership'), 'pick ownership from picklist', 'the default of a picklist');
SELECT is(t.field(:'req', 'account', 'grade'), 'pick grade from picklist', 'wins over that of the column');
SELECT is(t.field(:'req'::jsonb || '{"account_record": {"grade": "A"}}', 'account', 'grade'), 'A from request', 'and the request over both');
SELECT is(t.field(:'req', 'account', 'is_deleted'), 'f from default', 'the default of a column');
SELECT is(t.field(:'req', 'opportunity', 'name'), 'Acme from engine', 'the name of the opportunity');
SELECT is(t.field(:'req'::jsonb || '{"opportunity_name": "Deal"}', 'opportunity', 'name'), 'Deal from engine', 'or the one that was asked for');
SELECT is((SELECT is_called FROM crm.ticket_seq), false, 'a default that draws a number is not asked for');
SELECT is((SELECT count(*) FROM t.look(:'req'::jsonb) WHERE step = 'contact' AND field = 'last_name'), 1::bigint, 'each field once');
SELECT is((SELECT count(*) FROM t.look(:'req'::jsonb || '{"do_not_create_opportunity": true}') WHERE step = 'opportunity'), 0::bigint, 'no row for a record that is not created');

-- The row that is looked at is the row that is written, column by column
SELECT jsonb_build_object('account_record', jsonb_build_object('industry', 'Wine', 'grade', 'B'), 'contact_record',
    jsonb_build_object('title', 'Dr.'), 'opportunity_record', jsonb_build_object('amount', 12.5)) AS record \gset
CREATE TEMP TABLE looked AS SELECT * FROM t.look(:'req'::jsonb || :'record'::jsonb);
SELECT t.lead(jsonb_build_object('owner_id', :ann, 'phone', '1', 'tier', 'gold', 'budget', 5, 'website', '')) AS same \gset
CREATE TEMP TABLE written AS SELECT * FROM t.convert(:same, :'record'::jsonb);
CREATE FUNCTION t.unlike(target text, made jsonb, ignored text[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(k.key, ': ', l.new_value, ' / ', k.value #>> '{}'), ', ' ORDER BY k.key)
    FROM jsonb_each(made - ignored) k LEFT JOIN looked l ON l.step = target AND l.field = k.key
    WHERE l.new_value IS DISTINCT FROM CASE k.value WHEN 'true' THEN 't' WHEN 'false' THEN 'f' ELSE k.value #>> '{}' END $$;
\set made '{id,created_date,created_by_id,last_modified_date,last_modified_by_id,ticket,revision,account_id}'
SELECT is(t.unlike('account', to_jsonb(a), :'made'), NULL, 'the account that is looked at is the one that is written') FROM crm.account a, written w WHERE a.id = w.account_id;
SELECT is(t.unlike('contact', to_jsonb(c), :'made'::text[] || '{name}'), NULL, 'so is the contact') FROM crm.contact c, written w WHERE c.id = w.contact_id;
SELECT is(t.unlike('opportunity', to_jsonb(o), :'made'), NULL, 'and the opportunity') FROM crm.opportunity o, written w WHERE o.id = w.opportunity_id;

-- Existing records: what would be filled
SELECT t.new('account', '{"name": "Old", "tier": "x", "phone": "9", "budget": null}') AS old \gset
SELECT is((SELECT string_agg(field, ' ' ORDER BY field) FROM t.look(:'req'::jsonb || jsonb_build_object('account_id', :old)) WHERE step = 'account' AND source <> 'kept'),
    'budget', 'an existing account: what is empty there and not on the lead');
SELECT is((SELECT bool_and(record_id = :old) FROM t.look(:'req'::jsonb || jsonb_build_object('account_id', :old)) WHERE step = 'account'), true, 'with its id');

-- Reuse
SELECT is((SELECT count(*) FROM t.look(ARRAY[leadconv.new_lead_convert(t.lead('{"company": "OLD, Inc."}'))], reuse_accounts => true)
    WHERE step = 'account' AND record_id IS NULL), 0::bigint, 'an account that would be reused is not a new one');

--
-- Every reason, not only the first
--
SELECT is(t.reasons('{"lead_id": 0}'), 'INVALID_CROSS_REFERENCE_KEY:lead_id', 'a lead that does not exist');
SELECT is(t.reasons('{}'), 'REQUIRED_FIELD_MISSING:lead_id', 'no lead at all');
SELECT is(t.reasons('{"lead_id": 0, "opportunity_name": "Deal", "opportunity_id": 5, "owner_id": 0, "account_record": {"nonsense": 1}}'),
    'INVALID_CROSS_REFERENCE_KEY:lead_id INVALID_FIELD:Id INVALID_FIELD:Id INVALID_CROSS_REFERENCE_KEY:owner_id INVALID_FIELD:nonsense', 'a lead that does not exist, and arguments that are wrong for any');
SELECT is(t.reasons('{"opportunity_name": "Deal", "opportunity_id": 5, "owner_id": 0, "account_record": {"nonsense": 1}}'),
    'REQUIRED_FIELD_MISSING:lead_id INVALID_FIELD:Id INVALID_FIELD:Id INVALID_CROSS_REFERENCE_KEY:owner_id INVALID_FIELD:nonsense', '... and for none');
SELECT is(t.reasons(:'req'::jsonb || jsonb_build_object('contact_id', 999999, 'opportunity_id', 999999, 'opportunity_name', repeat('x', 81),
        'converted_status', 'Nonsense', 'owner_id', :bob, 'account_record', '{"nonsense": 1, "annual_revenue": "much", "id": 5}'::jsonb)),
    'REQUIRED_FIELD_MISSING:Id INVALID_FIELD:Id INVALID_FIELD:Id STRING_TOO_LONG:opportunity_name INVALID_FIELD:id INVALID_FIELD:nonsense'
    ' INVALID_TYPE_ON_FIELD_IN_RECORD:annual_revenue INVALID_STATUS:converted_status INACTIVE_OWNER_OR_USER:owner_id'
    ' INVALID_CROSS_REFERENCE_KEY:contact_id INVALID_CROSS_REFERENCE_KEY:opportunity_id',
    'arguments, status, owner and records that do not exist, all at once');
SELECT t.lead('{"company": null, "is_deleted": true}') AS gone \gset
SELECT is(t.reasons(jsonb_build_object('lead_id', :gone)), 'ENTITY_IS_DELETED:lead_id REQUIRED_FIELD_MISSING:Company', 'in the recycle bin, and without a company');
SELECT is(t.reasons(jsonb_build_object('lead_id', :same)), 'CANNOT_UPDATE_CONVERTED_LEAD:', 'converted already');
SELECT t.new('account', '{"name": "Bin", "is_deleted": true}') AS bin \gset
SELECT is(t.reasons(:'req'::jsonb || jsonb_build_object('account_id', :bin, 'follow_up_task', '{"owner": 1}'::jsonb)), 'INVALID_FIELD:owner ENTITY_IS_DELETED:', 'a key that is no column, an account in the bin');
SELECT is((SELECT cardinality(errors) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:gone)], all_or_none => false)),
    1, 'a conversion gives the first alone');
SELECT t.lead() AS asked \gset
SELECT t.convert(:asked, '{"request_id": "r-1"}');
SELECT is((SELECT string_agg(DISTINCT step, ' ' ORDER BY step) FROM t.look(jsonb_build_object('lead_id', :asked, 'request_id', 'r-1'))), 'argument replay', 'a request that has been made before');
SELECT is((SELECT string_agg(concat_ws(' ', object, new_value, note), ', ' ORDER BY object) FROM t.look(jsonb_build_object('lead_id', :asked, 'request_id', 'r-1')) WHERE record_id IS NOT NULL),
    format('account %s created, contact %s created, opportunity %s created', converted_account_id, converted_contact_id, converted_opportunity_id), '... what it would be answered') FROM crm.lead WHERE id = :asked;
SELECT is(t.reasons(jsonb_build_object('lead_id', :l, 'request_id', 'r-1')), 'DUPLICATE_VALUE:request_id', 'its id with another request');

--
-- Nothing is changed, and nothing locked, in a read-only transaction too
--
SELECT last_value AS last_account FROM crm.account_id_seq \gset
CREATE TEMP TABLE before AS SELECT t.dump() AS rows;
SAVEPOINT a;
SET TRANSACTION READ ONLY;
SELECT is((SELECT count(DISTINCT step) FROM t.look(:'req'::jsonb || jsonb_build_object('account_id', :old, 'contact_record', '{"title": "Dr."}'::jsonb)))::int, 7,
    'in a read-only transaction');
SET LOCAL plan_cache_mode = force_custom_plan;
SELECT is((SELECT count(DISTINCT step) FROM t.look(:'req'::jsonb || jsonb_build_object('account_id', :old, 'contact_record', '{"title": "Dr."}'::jsonb)))::int, 7,
    '... also in a session that wants no generic plans');
SELECT is(current_setting('plan_cache_mode'), 'force_custom_plan', '... as it still does');
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :l), '25006', NULL, 'in which a conversion fails');
SELECT is(t.difference((SELECT rows FROM before), t.dump()), NULL, 'no row is changed');
SELECT is((SELECT xmax::text FROM crm.lead WHERE id = :l) || (SELECT xmax::text FROM crm.account WHERE id = :old), '00', 'no row is locked');
SELECT is((SELECT last_value FROM crm.account_id_seq), :last_account::bigint, 'no id is drawn');
SELECT is((SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()), 0::bigint, 'no match key is locked');
ROLLBACK TO a;
CREATE FUNCTION t.refuse_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a trigger'; END $$;
SELECT format('CREATE TRIGGER a_refuse BEFORE INSERT OR UPDATE OR DELETE ON crm.%I FOR EACH ROW EXECUTE FUNCTION t.refuse_all(); CREATE TRIGGER a_refuse_statement BEFORE INSERT OR UPDATE OR DELETE ON crm.%1$I EXECUTE FUNCTION t.refuse_all()', relname)
FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' \gexec
SELECT is((SELECT count(*) FROM t.look(:'req'::jsonb || jsonb_build_object('account_id', :old)) WHERE step = 'error'), 0::bigint, 'no trigger is fired');
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :l), 'P0001', 'a trigger', '... as a conversion does');
ROLLBACK TO a;
SELECT is((t.convert(:l)).success, true, 'the same lead can be converted afterwards, with the locks');

--
-- What the caller may update decides, as it does for a conversion
--
CREATE ROLE looker;
GRANT USAGE ON SCHEMA crm, leadconv TO looker;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO looker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leadconv TO looker;
SELECT t.lead('{"company": "Seen"}') AS seen, t.lead('{"company": "Mine"}') AS mine \gset
SET LOCAL ROLE looker;
SELECT is(t.reasons(jsonb_build_object('lead_id', :mine)), 'INSUFFICIENT_ACCESS_OR_READONLY:', 'without UPDATE on the lead');
RESET ROLE;
GRANT UPDATE (status) ON crm.lead TO looker;
SET LOCAL ROLE looker;
SELECT is(t.reasons(jsonb_build_object('lead_id', :mine)), 'INSUFFICIENT_ACCESS_OR_READONLY:', 'without INSERT on the tables of the new records');
RESET ROLE;
GRANT INSERT ON crm.account, crm.contact, crm.opportunity TO looker;
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON crm.lead FOR SELECT USING (true);
CREATE POLICY change ON crm.lead FOR UPDATE USING (company <> 'Seen');
SET LOCAL ROLE looker;
SELECT is(t.reasons(jsonb_build_object('lead_id', :mine)), NULL, 'UPDATE of one column is enough');
SELECT is(t.reasons(jsonb_build_object('lead_id', :seen)), 'INVALID_CROSS_REFERENCE_KEY:lead_id', 'a lead that a policy keeps from being updated does not exist');
SELECT throws_like(format('SELECT leadconv.convert_lead(%s)', :seen), '%does not exist', 'as for a conversion');
RESET ROLE;

-- So it does for an existing account
SELECT t.new('account', '{"name": "Hidden"}') AS hidden, t.new('account', '{"name": "Open"}') AS open \gset
SET LOCAL ROLE looker;
SELECT is(t.reasons(jsonb_build_object('lead_id', :mine, 'account_id', :open)), 'INSUFFICIENT_ACCESS_OR_READONLY:', 'without UPDATE on the account');
RESET ROLE;
GRANT UPDATE (phone) ON crm.account TO looker;
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON crm.account FOR SELECT USING (true);
CREATE POLICY change ON crm.account FOR UPDATE USING (name <> 'Hidden');
SET LOCAL ROLE looker;
SELECT is(t.reasons(jsonb_build_object('lead_id', :mine, 'account_id', :open)), NULL, 'UPDATE of one column of it is enough');
SELECT is((SELECT name FROM crm.account WHERE id = :hidden), 'Hidden', 'an account that can be seen');
SELECT is(t.reasons(jsonb_build_object('lead_id', :mine, 'account_id', :hidden)), 'INVALID_CROSS_REFERENCE_KEY:account_id', 'but that a policy keeps from being updated does not exist');
SELECT throws_like(format('SELECT leadconv.convert_lead(%s, account_id => %s)', :mine, :hidden), '%does not exist', 'as for a conversion with it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
