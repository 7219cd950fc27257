-- The name of a new opportunity: the setting opportunity_name_template
BEGIN;
\ir helpers.psql
SELECT plan(28);

-- The name that an opportunity gets by a template
CREATE FUNCTION t.name(template text, lead jsonb DEFAULT '{}', request jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.lead_convert_settings SET opportunity_name_template = template;
    PERFORM t.go(request, lead);
    RETURN (SELECT name FROM crm.opportunity JOIN r ON id = opportunity_id);
END $$;

SELECT is(t.name('{company}'), 'Acme', 'as shipped: the company');
SELECT is(t.name('{company}-'), 'Acme-', 'as the platform''s dialog fills it in');
SELECT is(t.name('{company} - {city}, {last_name}', '{"city": "Pune"}'), 'Acme - Pune, Rao', 'several columns');
SELECT is(t.name('{company} {city}{state}'), 'Acme', 'blanks at the ends are not part of the name');
SELECT is(t.name('New deal'), 'New deal', 'text only');
SELECT is(t.name(E'It''s \\ "{company}"'), E'It''s \\ "Acme"', 'text is text');
SELECT is(t.name('{company}-', '{}', '{"opportunity_name": "Given"}'), 'Given', 'a name that is given wins');
SELECT is(t.name('{company}-', '{}', '{"opportunity_record": {"name": "Recorded"}}'), 'Recorded', 'so does one among the values of the record');
SELECT is(t.name('{annual_revenue} {number_of_employees}', '{"annual_revenue": 12.50, "number_of_employees": 7}'), '12.50 7', 'numbers');

-- blank
SELECT is(t.name('{city}-'), 'Acme', 'without a value in any column: the company');
SELECT is(t.name('{company}-', '{"company": "  "}', '{"account_record": {"name": "A"}}'), 'Maya Rao', 'a blank company has no value: the lead''s name');
SELECT is(t.name('{city} - {company}', '{"city": ""}'), '- Acme', 'one value is enough');
SELECT is(t.name('{company}', '{"company": null}', '{"account_record": {"name": "A"}}'), 'Maya Rao', 'and as shipped: the lead''s name');

-- length
SELECT is(char_length(t.name('{company}-{last_name}', jsonb_build_object('company', repeat('é', 119)))), 120, 'cut to 120 characters');
SELECT is(t.name('{description}', jsonb_build_object('description', repeat('x', 5000))), repeat('x', 120), 'of a long text, too');

-- columns of one's own, of any type and name
ALTER TABLE crm.lead ADD COLUMN "Deal {x" text, ADD COLUMN "my ""region""" text, ADD COLUMN since date, ADD COLUMN tags text[];
SELECT is(t.name('{my "region"} {tags}', '{"my \"region\"": "North", "tags": ["a", "b"]}'), 'North {a,b}', 'columns of one''s own');
SELECT is(t.name('{since}!'), 'Acme', 'one without a value');

-- what is no column is not stored
SELECT t.fails($$UPDATE crm.lead_convert_settings SET opportunity_name_template = '{compny}'$$, 'LC020', 'opportunity_name_template', 'a column that does not exist');
SELECT t.fails($$UPDATE crm.lead_convert_settings SET opportunity_name_template = '{}'$$, 'LC020', 'opportunity_name_template', 'no name in braces');
SELECT t.fails($$UPDATE crm.lead_convert_settings SET opportunity_name_template = '{company'$$, 'LC020', 'opportunity_name_template', 'a brace that is not closed');
SELECT t.fails($$UPDATE crm.lead_convert_settings SET opportunity_name_template = 'company}'$$, 'LC020', 'opportunity_name_template', 'one that is not opened');
SELECT t.fails($$UPDATE crm.lead_convert_settings SET opportunity_name_template = '{{company}}'$$, 'LC020', 'opportunity_name_template', 'braces in braces');
SELECT t.fails($$UPDATE crm.lead_convert_settings SET opportunity_name_template = '{ctid}'$$, 'LC020', 'opportunity_name_template', 'a system column');
SELECT throws_ok($$UPDATE crm.lead_convert_settings SET opportunity_name_template = E' \n'$$, '23514', NULL, 'a blank template');

-- a column that is gone, or has another name, since
UPDATE crm.lead_convert_settings SET opportunity_name_template = '{since} {company}';
ALTER TABLE crm.lead DROP COLUMN since;
SELECT t.fails(t.call(jsonb_build_object('lead_id', t.lead())), 'LC020', 'opportunity_name_template', 'a column that was dropped since');
UPDATE crm.lead_convert_settings SET opportunity_name_template = '{company}';
SELECT lives_ok($$SELECT t.go()$$, 'until the template is put right');

-- many at once
UPDATE crm.lead_convert_settings SET opportunity_name_template = '{last_name}: {company}';
CREATE TEMP TABLE many AS
    SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead('{"last_name": "A"}')), leadconv.new_lead_convert(t.lead('{"last_name": "B"}'))]);
SELECT is((SELECT array_agg(name ORDER BY name) FROM crm.opportunity JOIN many ON id = opportunity_id), '{A: Acme,B: Acme}', 'in a bulk call each lead has its own');

-- what it would be
SELECT t.lead() AS l \gset
SELECT is((SELECT concat_ws(' from ', new_value, source) FROM t.look(ARRAY[leadconv.new_lead_convert(:l)]) WHERE step = 'opportunity' AND field = 'name'), 'Rao: Acme from engine', 'a look tells the same');

SELECT finish();
ROLLBACK;
