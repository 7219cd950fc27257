-- The standard mapping, into new and into existing records, and the defaults of a
-- new opportunity.
BEGIN;
\ir helpers.psql
SELECT plan(68);
SELECT t.no_duplicate_rules();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.new('division', '{"name": "North"}') AS north \gset
SELECT t.new('division', '{"name": "South"}') AS south \gset
SELECT t.new('account', '{"name": "Partner"}') AS partner \gset
SELECT t.new('campaign', '{"name": "First"}') AS camp1 \gset
SELECT t.new('campaign', '{"name": "Second"}') AS camp2 \gset

-- every standard field with a value of its own
CREATE FUNCTION t.full_lead() RETURNS jsonb LANGUAGE sql AS $$ SELECT '{
    "salutation": "Dr.", "first_name": "Fi", "middle_name": "Mi", "last_name": "La", "suffix": "Jr.",
    "first_name_local": "FiLoc", "last_name_local": "LaLoc", "company": "Comp", "company_local": "CompLoc", "title": "Boss",
    "street": "Street 1", "city": "City", "state": "State", "state_code": "ST", "postal_code": "12345", "country": "Country",
    "country_code": "CC", "latitude": 1.5, "longitude": 2.5, "geocode_accuracy": "Block",
    "phone": "+1", "mobile_phone": "+2", "fax": "+3", "email": "a@b.c", "email_bounced_reason": "full", "email_bounced_date": "2020-01-01",
    "website": "w.example", "description": "Desc", "lead_source": "Web", "status": "Working - Contacted", "industry": "Energy", "rating": "Hot",
    "annual_revenue": 1000.25, "number_of_employees": 77, "currency_iso_code": "EUR",
    "do_not_call": true, "has_opted_out_of_email": true, "has_opted_out_of_fax": true,
    "individual_id": "ind", "pronouns": "They", "gender_identity": "GI", "specialty": "Heart", "birth_date": "1970-01-01",
    "jigsaw": "jig", "company_duns_number": "123456789", "dandb_company_id": "dnb", "last_activity_date": "2020-02-02", "external_id": "00Q1"}'::jsonb $$;
SELECT t.lead(t.full_lead() || jsonb_build_object('division_id', :north, 'partner_account_id', :partner, 'owner_id', :ann)) AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, created_date) VALUES (:camp2, :l, '2021-01-01'), (:camp1, :l, '2020-01-01');

-- new records: everything that the table lists, and nothing else
CREATE FUNCTION t.filled(name text, row_id bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    result jsonb;
BEGIN
    EXECUTE format('SELECT jsonb_strip_nulls(to_jsonb(x)) FROM crm.%I x WHERE id = $1', name) INTO result USING row_id;
    RETURN result - ARRAY['id', 'created_date', 'created_by_id', 'last_modified_date', 'last_modified_by_id', 'revision'];
END $$;
INSERT INTO r SELECT * FROM t.convert(:l);
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM r \gset
SELECT is(t.filled('account', :a), jsonb_build_object('owner_id', :ann, 'division_id', :north) || '{
    "name": "Comp", "name_local": "CompLoc", "billing_street": "Street 1", "billing_city": "City", "billing_state": "State", "billing_state_code": "ST",
    "billing_postal_code": "12345", "billing_country": "Country", "billing_country_code": "CC", "billing_latitude": 1.5, "billing_longitude": 2.5,
    "billing_geocode_accuracy": "Block", "phone": "+1", "fax": "+3", "website": "w.example", "industry": "Energy", "rating": "Hot",
    "annual_revenue": 1000.25, "number_of_employees": 77, "account_source": "Web", "duns_number": "123456789", "dandb_company_id": "dnb",
    "currency_iso_code": "EUR", "is_deleted": false, "is_person_account": false, "is_customer_portal": false, "is_partner": false}'
    - (SELECT array_agg(k) FROM unnest(ARRAY['is_customer_portal', 'is_partner']) k
       WHERE NOT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = 'crm.account'::regclass AND attname = k)), 'account: all mapped fields, nothing else');
SELECT is(t.filled('contact', :c), jsonb_build_object('owner_id', :ann, 'division_id', :north, 'account_id', :a) || '{
    "salutation": "Dr.", "first_name": "Fi", "middle_name": "Mi", "last_name": "La", "suffix": "Jr.", "first_name_local": "FiLoc", "last_name_local": "LaLoc",
    "name": "Fi Mi La Jr.", "title": "Boss", "mailing_street": "Street 1", "mailing_city": "City", "mailing_state": "State", "mailing_state_code": "ST",
    "mailing_postal_code": "12345", "mailing_country": "Country", "mailing_country_code": "CC", "mailing_latitude": 1.5, "mailing_longitude": 2.5,
    "mailing_geocode_accuracy": "Block", "phone": "+1", "mobile_phone": "+2", "fax": "+3", "email": "a@b.c", "description": "Desc", "lead_source": "Web",
    "do_not_call": true, "has_opted_out_of_email": true, "has_opted_out_of_fax": true, "individual_id": "ind", "pronouns": "They", "gender_identity": "GI",
    "jigsaw": "jig", "currency_iso_code": "EUR",
    "is_deleted": false, "is_person_account": false, "is_email_bounced": false, "can_allow_portal_self_reg": false}', 'contact: all mapped fields, nothing else');
CREATE FUNCTION t.fiscal(day date) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('fiscal', to_char(day, 'YYYY Q'), 'fiscal_year', to_char(day, 'YYYY')::integer, 'fiscal_quarter', to_char(day, 'Q')::integer) $$;
SELECT is(t.filled('opportunity', :o), jsonb_build_object('owner_id', :ann, 'division_id', :north, 'account_id', :a, 'campaign_id', :camp2, 'partner_account_id', :partner,
        'close_date', (date_trunc('quarter', now() AT TIME ZONE 'UTC') + interval '3 months - 1 day')::date)
    || t.fiscal((now() AT TIME ZONE 'UTC')::date) || '{
    "name": "Comp", "stage_name": "Prospecting", "probability": 10, "forecast_category": "Pipeline", "forecast_category_name": "Pipeline",
    "lead_source": "Web", "currency_iso_code": "EUR", "is_closed": false, "is_won": false,
    "is_deleted": false, "has_opportunity_line_item": false, "has_open_activity": false, "has_overdue_task": false}', 'opportunity: all mapped fields and defaults, no amount, no description');
SELECT is_empty('SELECT * FROM leadconv.validate()', 'validate() finds nothing wrong with the standard mapping');

-- mapped lead values win over the defaults of the new records; a blank standard field gets the default
ALTER TABLE crm.account ALTER COLUMN industry SET DEFAULT 'DefInd', ALTER COLUMN website SET DEFAULT 'def.example', ALTER COLUMN site SET DEFAULT 'HQ';
CREATE FUNCTION t.set_default(object_name text, field_name text, val text) RETURNS void LANGUAGE sql AS $$
    UPDATE crm.picklist_value SET is_default = true WHERE value = val
    AND picklist_field_id = (SELECT id FROM crm.picklist_field WHERE object = object_name AND field = field_name) $$;
SELECT t.set_default('account', 'rating', 'Cold'), t.set_default('contact', 'lead_source', 'Other'), t.set_default('opportunity', 'type', 'New Customer'), t.set_default('account', 'account_source', 'Phone Inquiry');
SELECT t.go(lead => t.full_lead() - 'external_id');
SELECT is(ARRAY[industry, website, site, rating, account_source], ARRAY['Energy', 'w.example', 'HQ', 'Hot', 'Web']::varchar[], 'lead values win over defaults') FROM crm.account WHERE id = (SELECT account_id FROM r);
SELECT t.go(lead => '{"website": "", "industry": ""}');
SELECT is(ARRAY[industry, website, site, rating, account_source], ARRAY['DefInd', 'def.example', 'HQ', 'Cold', 'Phone Inquiry']::varchar[], 'blank fields: the picklist default, or the column default') FROM crm.account WHERE id = (SELECT account_id FROM r);
SELECT is(t.get('contact', contact_id, 'lead_source'), 'Other', '... contact') FROM r;
SELECT is(t.get('opportunity', opportunity_id, 'lead_source'), NULL, '... a picklist without default stays blank') FROM r;

-- explicit records win over mapped values
SELECT t.go(lead => t.full_lead() - 'external_id', request => '{
    "account_record": {"name": "Explicit", "phone": "+9", "website": null, "shipping_city": "Ship", "annual_revenue": 5},
    "contact_record": {"last_name": "Ex", "department": "Dept", "do_not_call": false, "email": null},
    "opportunity_record": {"amount": 99.5, "name": "ExOpp", "close_date": "2031-05-05", "stage_name": "Closed Won", "description": "d"}}');
SELECT is(ARRAY[name, phone, website, shipping_city, annual_revenue::text, fax], ARRAY['Explicit', '+9', NULL, 'Ship', '5', '+3']::varchar[], 'account_record wins, also with NULL') FROM crm.account WHERE id = (SELECT account_id FROM r);
SELECT is(ARRAY[last_name, department, do_not_call::text, email, first_name], ARRAY['Ex', 'Dept', 'false', NULL, 'Fi']::varchar[], 'contact_record wins') FROM crm.contact WHERE id = (SELECT contact_id FROM r);
SELECT is(jsonb_build_array(amount, name, close_date, stage_name, description, probability, is_closed, is_won, forecast_category),
    '[99.5, "ExOpp", "2031-05-05", "Closed Won", "d", 100, true, true, "Closed"]', 'opportunity_record wins, the rest follows the stage') FROM crm.opportunity WHERE id = (SELECT opportunity_id FROM r);
SELECT t.go('{"opportunity_record": {"probability": 42, "stage_name": "Closed Lost"}}');
SELECT is(jsonb_build_array(probability, is_closed, is_won, forecast_category), '[42, true, false, "Omitted"]', 'a given probability wins over the stage''s') FROM crm.opportunity WHERE id = (SELECT opportunity_id FROM r);
SELECT t.go(jsonb_build_object('opportunity_name', repeat('ö', 80)));
SELECT is(t.get('opportunity', opportunity_id, 'name'), repeat('ö', 80), 'an opportunity name of 80 characters') FROM r;
SELECT t.go(lead => jsonb_build_object('company', repeat('ö', 255)));
SELECT is(t.get('opportunity', opportunity_id, 'name'), repeat('ö', 120), '... the company is cut to the 120 that an opportunity''s name holds') FROM r;
SELECT is(t.get('account', account_id, 'name'), repeat('ö', 255), '... the account name all 255') FROM r;

--
-- Existing records: only the empty fields
--
CREATE TEMP TABLE updates (name text, id bigint);
CREATE FUNCTION t.count_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO updates VALUES (TG_TABLE_NAME, NEW.id); RETURN NULL; END $$;
CREATE TRIGGER zz_count AFTER UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.count_update();
CREATE TRIGGER zz_count AFTER UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.count_update();
CREATE TRIGGER zz_count AFTER UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.count_update();
CREATE TEMP TABLE statements (name text);
CREATE FUNCTION t.count_statement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO statements VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER zz_statement BEFORE UPDATE ON crm.account FOR EACH STATEMENT EXECUTE FUNCTION t.count_statement();
CREATE TRIGGER zz_statement BEFORE UPDATE ON crm.contact FOR EACH STATEMENT EXECUTE FUNCTION t.count_statement();
CREATE TRIGGER zz_statement BEFORE UPDATE ON crm.opportunity FOR EACH STATEMENT EXECUTE FUNCTION t.count_statement();

-- all empty: all is filled, but for opt-out flags, names, owner, division and partner
SELECT t.new('account', '{"name": "Old", "industry": null, "website": "", "site": null}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old', 'account_id', NULL, 'stage_name', 'Qualification', 'close_date', '2030-01-01')) AS o \gset
SELECT t.lead(t.full_lead() - 'external_id' || jsonb_build_object('division_id', :north, 'partner_account_id', :partner, 'owner_id', :ann)) AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES (:camp1, :l);
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c, 'opportunity_id', :o))).success, 'into three existing, empty records');
SELECT is(t.filled('account', :a) - '{is_deleted,is_person_account,is_customer_portal,is_partner}'::text[], '{
    "name": "Old", "name_local": "CompLoc", "billing_street": "Street 1", "billing_city": "City", "billing_state": "State", "billing_state_code": "ST",
    "billing_postal_code": "12345", "billing_country": "Country", "billing_country_code": "CC", "billing_latitude": 1.5, "billing_longitude": 2.5,
    "billing_geocode_accuracy": "Block", "phone": "+1", "fax": "+3", "website": "w.example", "industry": "Energy", "rating": "Hot",
    "annual_revenue": 1000.25, "number_of_employees": 77, "account_source": "Web", "duns_number": "123456789", "dandb_company_id": "dnb"}'::jsonb
    || CASE WHEN t.filled('account', :a) ? 'currency_iso_code' THEN '{"currency_iso_code": "EUR"}' ELSE '{}' END::jsonb, 'existing account: empty fields filled (no division, no owner)');
SELECT is(t.filled('contact', :c) - '{is_deleted,is_person_account,is_email_bounced,can_allow_portal_self_reg,currency_iso_code}'::text[], jsonb_build_object('account_id', :a) || '{
    "salutation": "Dr.", "first_name": "Fi", "middle_name": "Mi", "last_name": "Old", "suffix": "Jr.", "first_name_local": "FiLoc", "last_name_local": "LaLoc",
    "name": "Fi Mi Old Jr.", "title": "Boss", "mailing_street": "Street 1", "mailing_city": "City", "mailing_state": "State", "mailing_state_code": "ST",
    "mailing_postal_code": "12345", "mailing_country": "Country", "mailing_country_code": "CC", "mailing_latitude": 1.5, "mailing_longitude": 2.5,
    "mailing_geocode_accuracy": "Block", "phone": "+1", "mobile_phone": "+2", "fax": "+3", "email": "a@b.c", "description": "Desc", "lead_source": "Web",
    "do_not_call": false, "has_opted_out_of_email": false, "has_opted_out_of_fax": false, "individual_id": "ind", "pronouns": "They", "gender_identity": "GI",
    "jigsaw": "jig"}', 'existing contact: empty fields filled, opt-out flags never');
SELECT is(t.filled('opportunity', :o) - '{is_deleted,has_opportunity_line_item,has_open_activity,has_overdue_task,currency_iso_code,is_closed,is_won}'::text[],
    jsonb_build_object('campaign_id', :camp1) || t.fiscal('2030-01-01') || '{"name": "Old", "stage_name": "Qualification", "close_date": "2030-01-01", "lead_source": "Web",
    "probability": 10, "forecast_category": "Pipeline", "forecast_category_name": "Pipeline"}', 'existing opportunity: source and campaign, never account, partner, owner, stage');
SELECT is((SELECT array_agg(name ORDER BY name) FROM updates), '{account,contact,opportunity}', 'one UPDATE each');
SELECT is((SELECT jsonb_object_agg(key, (SELECT count(*) FROM jsonb_array_elements_text(value))) FROM crm.lead_conversion c, jsonb_each(c.filled_fields) WHERE c.lead_id = :l) ?& ARRAY['account', 'contact', 'opportunity'], true, 'the ledger says what was filled');
SELECT ok(filled_fields -> 'opportunity' @> '["lead_source", "campaign_id"]' AND jsonb_array_length(filled_fields -> 'opportunity') = 2, '... by name') FROM crm.lead_conversion WHERE lead_id = :l;

-- full: nothing is touched, and no UPDATE is issued
TRUNCATE updates, statements;
SELECT ctid AS ctid_a, xmin AS xmin_a FROM crm.account WHERE id = :a \gset
SELECT ctid AS ctid_c FROM crm.contact WHERE id = :c \gset
SELECT ctid AS ctid_o FROM crm.opportunity WHERE id = :o \gset
SELECT t.lead((SELECT jsonb_object_agg(key, CASE WHEN key IN ('status', 'state_code', 'country_code', 'currency_iso_code', 'company_duns_number', 'first_name') OR jsonb_typeof(value) <> 'string' OR key LIKE '%date' THEN value
      ELSE to_jsonb('x' || left(value #>> '{}', 15)) END) FROM jsonb_each(t.full_lead() - 'external_id')) || '{"first_name": "Zed", "annual_revenue": 3, "number_of_employees": 4}') AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES (:camp2, :l);
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c, 'opportunity_id', :o))).success, 'into three full records');
SELECT is((SELECT count(*) FROM updates), 0::bigint, 'no UPDATE of a row that gains nothing');
SELECT is((SELECT count(*) FROM statements), 0::bigint, '... not even a statement');
SELECT ok((SELECT ctid = :'ctid_a' FROM crm.account WHERE id = :a) AND (SELECT ctid = :'ctid_c' FROM crm.contact WHERE id = :c) AND (SELECT ctid = :'ctid_o' FROM crm.opportunity WHERE id = :o), '... the row versions are the same');
SELECT is(filled_fields, NULL, '... nothing in the ledger') FROM crm.lead_conversion WHERE lead_id = :l;
SELECT is(t.get('opportunity', :o, 'campaign_id'), :'camp1', 'an existing opportunity keeps its campaign');

-- an empty lead fills nothing
SELECT t.new('account', '{"name": "Old2", "industry": null}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old2', 'account_id', :a)) AS c \gset
SELECT ok((t.convert(t.lead('{"first_name": null, "email": "", "phone": ""}'), jsonb_build_object('account_id', :a, 'contact_id', :c, 'do_not_create_opportunity', true))).success, 'an empty lead');
SELECT is((SELECT count(*) FROM statements), 0::bigint, 'an empty lead: no UPDATE');

-- an address is filled component by component
SELECT t.new('account', '{"name": "Addr", "billing_street": "Mine 5", "billing_state": "MyState"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Addr', 'account_id', :a, 'mailing_city', 'MyCity', 'mailing_state', 'MyState')) AS c \gset
SELECT t.convert(t.lead(t.full_lead() - 'external_id'), jsonb_build_object('account_id', :a, 'contact_id', :c, 'do_not_create_opportunity', true)) IS NULL;
SELECT is(ARRAY[billing_street, billing_city, billing_state, billing_postal_code, billing_country], '{Mine 5,City,MyState,12345,Country}'::varchar[], 'account address by component') FROM crm.account WHERE id = :a;
SELECT is(ARRAY[mailing_street, mailing_city, mailing_state, mailing_postal_code, mailing_country], '{Street 1,MyCity,MyState,12345,Country}'::varchar[], 'contact address by component') FROM crm.contact WHERE id = :c;

-- state and country are filled together where they are picklists
UPDATE crm.lead_convert_settings SET state_and_country_picklists_enabled = true;
CREATE FUNCTION t.pair(have jsonb) RETURNS varchar[] LANGUAGE plpgsql AS $$
DECLARE
    a bigint := t.new('account', '{"name": "Pair"}');
    c bigint := t.new('contact', have || jsonb_build_object('last_name', 'Pair', 'account_id', a));
BEGIN
    PERFORM t.convert(t.lead(t.full_lead() - 'external_id'), jsonb_build_object('account_id', a, 'contact_id', c, 'do_not_create_opportunity', true));
    RETURN (SELECT ARRAY[mailing_state, mailing_country, mailing_city] FROM crm.contact WHERE id = c);
END $$;
SELECT is(t.pair('{}'), '{State,Country,City}', 'state and country: both empty, both filled');
SELECT is(t.pair('{"mailing_state": "S"}'), ARRAY['S', NULL, 'City']::varchar[], 'state set: country stays empty, the city does not');
SELECT is(t.pair('{"mailing_country": "C"}'), ARRAY[NULL, 'C', 'City']::varchar[], 'country set: state stays empty');
SELECT is(t.pair('{"mailing_state": "S", "mailing_country": "C"}'), '{S,C,City}', 'both set');
UPDATE crm.lead_convert_settings SET state_and_country_picklists_enabled = false;
SELECT is(t.pair('{"mailing_state": "S"}'), '{S,Country,City}', 'setting off: by component');

-- overwrite_lead_source: fills, overwrites, but never empties
CREATE FUNCTION t.source(lead_has text, contact_has text, overwrite boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    a bigint := t.new('account', '{"name": "Src"}');
    c bigint := t.new('contact', jsonb_build_object('first_name', 'Has', 'last_name', 'Src', 'account_id', a, 'lead_source', contact_has));
BEGIN
    PERFORM t.convert(t.lead(jsonb_build_object('lead_source', lead_has)), jsonb_build_object('account_id', a, 'contact_id', c, 'do_not_create_opportunity', true, 'overwrite_lead_source', overwrite));
    RETURN t.get('contact', c, 'lead_source');
END $$;
SELECT is(t.source('L', 'C', false), 'C', 'overwrite_lead_source off: kept');
SELECT is(t.source('L', 'C', true), 'L', 'on: overwritten');
SELECT is(t.source('L', NULL, false), 'L', 'empty: filled');
SELECT is(t.source(NULL, 'C', true), 'C', 'the lead has none: kept');
SELECT is(t.source('', 'C', true), 'C', 'the lead''s is empty: kept');
TRUNCATE updates, statements;
SELECT is(t.source('Same', 'Same', true), 'Same', 'the same');
SELECT is((SELECT count(*) FROM updates WHERE name = 'contact'), 0::bigint, '... no UPDATE of the contact');

-- division: with an existing account, its division
SELECT t.new('account', jsonb_build_object('name', 'Div', 'division_id', :south)) AS a \gset
SELECT t.go(lead => jsonb_build_object('division_id', :north), request => jsonb_build_object('account_id', :a));
SELECT is(ARRAY[t.get('account', account_id, 'division_id'), t.get('contact', contact_id, 'division_id'), t.get('opportunity', opportunity_id, 'division_id')],
    ARRAY[:'south', :'south', :'south'], 'existing account: new contact and opportunity take its division') FROM r;

--
-- Defaults of a new opportunity
--
UPDATE crm.opportunity_stage SET is_active = false WHERE api_name = 'Prospecting';
UPDATE crm.opportunity_stage SET default_probability = 33, forecast_category = 'BestCase', forecast_category_name = 'Best Case' WHERE api_name = 'Qualification';
SELECT t.go();
SELECT is(jsonb_build_array(stage_name, probability, forecast_category, forecast_category_name, is_closed, is_won, amount),
    '["Qualification", 33, "BestCase", "Best Case", false, false, null]', 'first active stage, and what follows from it') FROM crm.opportunity WHERE id = (SELECT opportunity_id FROM r);
UPDATE crm.opportunity_stage SET sort_order = 0 WHERE api_name = 'Closed Won';
SELECT t.go();
SELECT is(t.get('opportunity', opportunity_id, 'stage_name'), 'Closed Won', 'first by sort_order') FROM r;
UPDATE crm.opportunity_stage SET is_active = false WHERE true;
SELECT t.lead() AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'REQUIRED_FIELD_MISSING', 'LC001', '{stage_name}', 'stage', 'no active stage');
SELECT ok((t.convert(:l, '{"do_not_create_opportunity": true}')).success, '... without opportunity it works');
UPDATE crm.opportunity_stage SET is_active = true WHERE true;

-- close date for each start of the fiscal year: end of the quarter by arithmetic of its own
CREATE FUNCTION t.close_date(start integer) RETURNS date LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.lead_convert_settings SET fiscal_year_start_month = start;
    RETURN t.get('opportunity', (t.convert(t.lead())).opportunity_id, 'close_date')::date;
END $$;
SELECT is(t.close_date(m), (SELECT min(q)::date FROM (SELECT make_date(y, m, 1) + k * interval '3 months' - interval '1 day' AS q
              FROM generate_series(extract(year FROM now())::int - 2, extract(year FROM now())::int + 1) y, generate_series(0, 8) k) x
          WHERE q::date >= (now() AT TIME ZONE 'UTC')::date), format('close date, fiscal year starts in month %s', m))
  FROM generate_series(1, 12) m;
UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 1;

-- primary campaign source: the most recently associated campaign, whatever its id
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, created_date) VALUES (:camp1, :l, '2022-01-01'), (:camp2, :l, '2020-01-01');
SELECT is(t.get('opportunity', (t.convert(:l)).opportunity_id, 'campaign_id'), :'camp1', 'primary campaign source: the most recent member');
SELECT is(t.get('opportunity', (t.convert(t.lead())).opportunity_id, 'campaign_id'), NULL, '... none');

-- opportunity_creation_options
UPDATE crm.lead_convert_settings SET opportunity_creation_options = 'NotVisible';
SELECT is((t.convert(t.lead())).opportunity_id, NULL, 'NotVisible: no opportunity is made');
UPDATE crm.lead_convert_settings SET opportunity_creation_options = 'VisibleRequired';
SELECT t.lead() AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'do_not_create_opportunity', true), 'REQUIRED_FIELD_MISSING', 'LC001', '{opportunity_name}', 'opportunity', 'VisibleRequired: an opportunity must be made');
UPDATE crm.lead_convert_settings SET opportunity_creation_options = 'VisibleOptional';

-- a mapping that is switched off does nothing
UPDATE crm.lead_field_mapping SET is_active = false WHERE target_object = 'account' AND target_field = 'account_source';
UPDATE crm.picklist_value SET is_default = false WHERE picklist_field_id = (SELECT id FROM crm.picklist_field WHERE object = 'account' AND field = 'account_source');
SELECT is(t.get('account', (t.convert(t.lead('{"lead_source": "Web"}'))).account_id, 'account_source'), NULL, 'lead source to account is switchable');

SELECT * FROM finish();
ROLLBACK;
