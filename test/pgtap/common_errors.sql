-- The errors that users of lead conversion meet most: what they see, and the way out
BEGIN;
\ir helpers.psql
SELECT plan(26);

-- One error of a call: status code, SQLSTATE, message, hint, as the bulk call returns it; the single call must raise the same
CREATE FUNCTION t.error(request jsonb, OUT status_code text, OUT sqlstate text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
DECLARE
    raised text;
    raised_message text;
    raised_hint text;
BEGIN
    SELECT e.status_code, e.sqlstate, e.message, e.hint INTO STRICT status_code, sqlstate, message, hint
    FROM leadconv.convert_leads(ARRAY[jsonb_populate_record(NULL::leadconv.lead_convert, request)], all_or_none => false) r, unnest(r.errors) e;
    BEGIN
        PERFORM t.convert(request);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS raised = RETURNED_SQLSTATE, raised_message = MESSAGE_TEXT, raised_hint = PG_EXCEPTION_HINT;
    END;
    IF (raised, raised_message, raised_hint) IS DISTINCT FROM (sqlstate, message, coalesce(hint, '')) THEN
        RAISE 'raised % % %', raised, raised_message, raised_hint;
    END IF;
END $$;

-- Conversion blocked by required field
SELECT t.lead() AS l \gset
SAVEPOINT s;
ALTER TABLE crm.account ADD COLUMN region text NOT NULL;
ALTER TABLE crm.lead ADD COLUMN region text;
SELECT * FROM t.error(jsonb_build_object('lead_id', :l)) \gset e_
SELECT is(:'e_status_code'::text, 'REQUIRED_FIELD_MISSING', 'required field: status code');
SELECT is(:'e_sqlstate'::text, '23502', '... SQLSTATE of the server');
SELECT is(:'e_message'::text, 'null value in column "region" of relation "account" violates not-null constraint', '... which column of which object');
SELECT is(:'e_hint'::text, 'Map a lead field to column "region" with leadconv.map_lead_field(), give the column a default, or give its value in account_record.', '... what to do');
SELECT leadconv.map_lead_field('region', 'account', 'region');
UPDATE crm.lead SET region = 'North' WHERE id = :l;
SELECT is((t.convert(:l)).success, true, '... map a field');
SELECT is((t.convert(t.lead(), '{"account_record": {"region": "South"}}')).success, true, '... or give the value');
ALTER TABLE crm.account ALTER COLUMN region SET DEFAULT 'East';
SELECT is((t.convert(t.lead())).success, true, '... or a default');
ROLLBACK TO s;
ALTER TABLE crm.opportunity ADD CONSTRAINT t_amount CHECK (amount > 0 IS TRUE);
SELECT * FROM t.error(jsonb_build_object('lead_id', :l)) \gset e_
SELECT is(ARRAY[:'e_status_code'::text, :'e_sqlstate', :'e_hint'], '{FIELD_CUSTOM_VALIDATION_EXCEPTION,23514,"Correct the lead, or give values that the constraint accepts in opportunity_record."}'::text[], 'a constraint');
SELECT is((t.convert(:l, '{"opportunity_record": {"amount": 5}}')).success, true, '... with a value');
ROLLBACK TO s;
CREATE FUNCTION t.wants_phone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a phone number is required' USING HINT = 'Ask for it.'; END $$;
CREATE TRIGGER zz_phone BEFORE INSERT ON crm.contact FOR EACH ROW WHEN (NEW.phone IS NULL) EXECUTE FUNCTION t.wants_phone();
SELECT * FROM t.error(jsonb_build_object('lead_id', :l)) \gset e_
SELECT is(ARRAY[:'e_status_code'::text, :'e_message', :'e_hint'], '{CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY,"a phone number is required","Ask for it."}'::text[], 'a trigger says it in its own words');
ROLLBACK TO s;

-- The record is there already
CREATE UNIQUE INDEX t_one ON crm.account (lower(name));
SELECT t.new('account', '{"name": "ACME"}') AS a \gset
SELECT * FROM t.error(jsonb_build_object('lead_id', :l)) \gset e_
SELECT is(ARRAY[:'e_status_code'::text, :'e_sqlstate', :'e_hint'], '{DUPLICATE_VALUE,23505,"Give the record that is there in account_id, or other values in account_record."}'::text[], 'a unique index');
SELECT is((t.convert(:l, jsonb_build_object('account_id', :a))).account_created, false, '... select the existing record');
ROLLBACK TO s;
SELECT t.new('account', '{"name": "ACME, Inc."}') AS a \gset
SELECT is((SELECT account_id FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l)], reuse_accounts => true)), :a::bigint, '... or let conversion find it');
ROLLBACK TO s;

-- No opportunity created
SELECT is((t.convert(t.lead(), '{"do_not_create_opportunity": true}')).opportunity_id, NULL, 'no opportunity: the option of the call');
UPDATE crm.lead_convert_settings SET opportunity_creation_options = 'NotVisible';
SELECT is((t.convert(t.lead())).opportunity_id, NULL, '... a setting');
UPDATE crm.lead_convert_settings SET opportunity_creation_options = 'VisibleRequired';
SELECT * FROM t.error(jsonb_build_object('lead_id', :l, 'do_not_create_opportunity', true)) \gset e_
SELECT is(:'e_hint' <> '', true, '... and the setting that forbids it says so');
SELECT is((t.convert(:l)).opportunity_created, true, '... with one');
ROLLBACK TO s;

-- Wrong opportunity owner
INSERT INTO crm.app_user (name) VALUES ('Lee') RETURNING id AS lee \gset
INSERT INTO crm.app_user (name) VALUES ('Kim') RETURNING id AS kim \gset
INSERT INTO crm.app_user (name, user_type) VALUES ('Inbound', 'Queue') RETURNING id AS queue \gset
SELECT set_config('leadconv.user_id', :'kim', true) \g /dev/null
SELECT is(t.get('opportunity', (t.convert(t.lead(jsonb_build_object('owner_id', :lee)))).opportunity_id, 'owner_id'), :'lee'::text, 'owner: the owner of the lead');
SELECT is(t.get('opportunity', (t.convert(t.lead(jsonb_build_object('owner_id', :lee)), jsonb_build_object('owner_id', :kim))).opportunity_id, 'owner_id'), :'kim'::text, '... or who is given');
UPDATE crm.lead_convert_settings SET owner_source = 'converter';
SELECT is(t.get('opportunity', (t.convert(t.lead(jsonb_build_object('owner_id', :lee)))).opportunity_id, 'owner_id'), :'kim'::text, '... or who converts, by a setting');
UPDATE crm.lead_convert_settings SET owner_source = 'lead_owner';
SELECT t.lead(jsonb_build_object('owner_id', :queue)) AS q \gset
SELECT * FROM t.error(jsonb_build_object('lead_id', :q)) \gset e_
SELECT is(:'e_hint' ~ 'owner_id', true, 'a lead of a queue needs an owner, which the hint says');
SELECT is((t.convert(:q, jsonb_build_object('owner_id', :lee))).success, true, '... then it is converted');

-- Converted lead cannot be edited like an open lead
SELECT (t.convert(:l)).contact_id AS c \gset
SELECT t.fails(format('UPDATE crm.lead SET phone = ''1'' WHERE id = %s', :l), 'LC005', 'converted', 'a converted lead is locked');
SELECT lives_ok(format('UPDATE crm.contact SET phone = ''1'' WHERE id = %s', :c), '... its contact is not');
SELECT * FROM t.error(jsonb_build_object('lead_id', :l)) \gset e_
SELECT is(:'e_status_code'::text, 'CANNOT_UPDATE_CONVERTED_LEAD', 'nor can it be converted again');
SELECT is(:'e_hint' <> '', true, '... which has a hint');

SELECT finish();
ROLLBACK;
