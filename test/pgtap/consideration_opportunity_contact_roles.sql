-- Considerations for converting leads: opportunity contact roles
BEGIN;
\ir helpers.psql
SELECT plan(21);

SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old 2', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o2 \gset
SELECT t.new('opportunity_contact_role', jsonb_build_object('opportunity_id', :o2, 'contact_id', :c)) AS role \gset

-- a custom field that is not required
ALTER TABLE crm.opportunity_contact_role ADD COLUMN notes text, ADD COLUMN weight integer NOT NULL DEFAULT 1;
SELECT t.go();
SELECT is((SELECT concat_ws('/', is_primary, role, notes, weight) FROM crm.opportunity_contact_role JOIN r USING (opportunity_id, contact_id)), 't/1', 'custom fields that need no value do not matter');

-- one that is
ALTER TABLE crm.opportunity_contact_role ADD COLUMN region text;
UPDATE crm.opportunity_contact_role SET region = 'x';
ALTER TABLE crm.opportunity_contact_role ALTER COLUMN region SET NOT NULL;
SELECT t.lead() AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l) || request, 'REQUIRED_FIELD_MISSING', 'LC001', '{region}', 'crm.opportunity_contact_role.region is required',
    'an opportunity cannot be created: ' || request::text)
  FROM (VALUES ('{}'::jsonb), (jsonb_build_object('account_id', :a)), (jsonb_build_object('account_id', :a, 'contact_id', :c)), ('{"opportunity_name": "X"}')) v (request);
-- and nothing else is blocked
SELECT ok(success AND account_created AND contact_created AND opportunity_id IS NULL AND warnings = '{}', 'without an opportunity') FROM t.convert(:l, '{"do_not_create_opportunity": true}');
SELECT ok(success AND opportunity_created AND contact_id IS NULL, 'without a contact there is no role') FROM t.convert(t.lead(), '{"do_not_create_contact": true}');
SELECT ok(success AND opportunity_id = :o2 AND warnings = '{}', 'an existing opportunity in which the contact has a role') FROM t.convert(t.lead(), jsonb_build_object('account_id', :a, 'contact_id', :c, 'opportunity_id', :o2));
CREATE TEMP TABLE result AS SELECT * FROM t.convert(t.lead(), jsonb_build_object('account_id', :a, 'opportunity_id', :o));
SELECT ok(success AND opportunity_id = :o AND contact_created, 'an existing opportunity without the contact') FROM result;
SELECT is((SELECT concat_ws('/', (warnings[1]).status_code, (warnings[1]).fields[1], array_length(warnings, 1), (warnings[1]).hint IS NOT NULL) FROM result), 'CONTACT_ROLE_NOT_CREATED/region/1/t', '... a warning says that it gets no role');
SELECT is((SELECT count(*) FROM crm.opportunity_contact_role WHERE opportunity_id = :o), 0::bigint, '... and it has none');
SELECT is((SELECT string_agg(CASE WHEN success THEN 'done' ELSE errors[1].status_code END, ' ' ORDER BY lead_id) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead()),
    leadconv.new_lead_convert(t.lead(), do_not_create_opportunity => true)], all_or_none => false)), 'REQUIRED_FIELD_MISSING done', 'in a bulk call, those that create one');
UPDATE crm.lead_convert_settings SET convert_to_opportunity = false;
SELECT t.go();
SELECT ok(success AND opportunity_id IS NULL, 'and where conversions create none') FROM r;
UPDATE crm.lead_convert_settings SET convert_to_opportunity = true;

-- a completion
SELECT t.fails(format('SELECT leadconv.complete_lead_conversion(%s)', :l), 'LC001', 'crm.opportunity_contact_role.region is required', 'nor can it be created later');

-- a trigger can give the role of an existing opportunity the value
CREATE FUNCTION t.fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.region := 'North'; RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE INSERT ON crm.opportunity_contact_role FOR EACH ROW EXECUTE FUNCTION t.fill();
SELECT ok(success AND warnings = '{}', 'a trigger that fills the column') FROM t.convert(t.lead(), jsonb_build_object('account_id', :a, 'opportunity_id', :o));
SELECT is((SELECT region FROM crm.opportunity_contact_role WHERE opportunity_id = :o), 'North', '... of the role in an existing opportunity');
DROP TRIGGER zz ON crm.opportunity_contact_role;

-- until the column has a default
ALTER TABLE crm.opportunity_contact_role ALTER COLUMN region SET DEFAULT 'South';
SELECT t.go();
SELECT is((SELECT region FROM crm.opportunity_contact_role JOIN r USING (opportunity_id)), 'South', 'a default is enough');

SELECT * FROM finish();
ROLLBACK;
