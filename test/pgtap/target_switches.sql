-- Which records a conversion creates without being asked: the settings
-- convert_to_account, convert_to_contact and convert_to_opportunity
BEGIN;
\ir helpers.psql
SELECT plan(30);


-- What the last conversion made: "account contact opportunity"
CREATE FUNCTION t.made() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', CASE WHEN account_created THEN 'account' END, CASE WHEN contact_created THEN 'contact' END,
        CASE WHEN opportunity_created THEN 'opportunity' END) FROM r $$;

SELECT t.go();
SELECT is(t.made(), 'account contact opportunity', 'as shipped, a conversion creates all three');
SELECT is((SELECT concat_ws(' ', convert_to_account, convert_to_contact, convert_to_opportunity, opportunity_name_template) FROM crm.lead_convert_settings),
    't t t {company}', 'the settings as shipped');

-- each one alone
UPDATE crm.lead_convert_settings SET convert_to_opportunity = false;
SELECT t.go();
SELECT is(t.made(), 'account contact', 'without the opportunity');
SELECT is((SELECT opportunity_id FROM r), NULL, 'there is none in the result');
SELECT is((SELECT concat(is_converted, ' ', status, ' ', company, ' ', converted_opportunity_id) FROM crm.lead JOIN r ON id = lead_id),
    't Closed - Converted Acme ', 'the lead is converted, has the converted status and keeps its information');
SELECT is((SELECT count(*) FROM crm.opportunity_contact_role JOIN r USING (contact_id)), 0::bigint, 'and no contact role');
SELECT t.go('{"opportunity_name": "Asked for"}');
SELECT is(t.made(), 'account contact opportunity', 'a name asks for an opportunity');
SELECT t.go('{"opportunity_record": {"amount": 5}}');
SELECT is(t.made(), 'account contact opportunity', 'so do values of an opportunity');
SELECT t.go('{"opportunity_record": {}}');
SELECT is(t.made(), 'account contact opportunity', 'and an empty record');
SELECT opportunity_id AS old_opportunity, account_id AS old_account, contact_id AS old_contact FROM r \gset
SELECT t.go(jsonb_build_object('account_id', :old_account, 'opportunity_id', :old_opportunity));
SELECT is((SELECT opportunity_id FROM r), :old_opportunity::bigint, 'an existing opportunity that is named is used');

UPDATE crm.lead_convert_settings SET convert_to_opportunity = true, convert_to_account = false;
SELECT t.go();
SELECT is(t.made(), 'contact opportunity', 'without the account');
SELECT is((SELECT concat(c.account_id, '/', o.account_id) FROM r JOIN crm.contact c ON c.id = r.contact_id JOIN crm.opportunity o ON o.id = r.opportunity_id),
    '/', 'contact and opportunity belong to none');
SELECT t.go('{}', '{"company": null}');
SELECT is(t.made(), 'contact opportunity', 'a lead without a company needs no account');
SELECT t.go('{"account_record": {"industry": "Steel"}}');
SELECT is(t.made(), 'account contact opportunity', 'values of an account ask for one');
SELECT t.go(jsonb_build_object('account_id', :old_account));
SELECT is((SELECT account_id FROM r), :old_account::bigint, 'an existing account that is named is used');
SELECT is(t.made(), 'contact opportunity', 'and the others are created');

UPDATE crm.lead_convert_settings SET convert_to_account = true, convert_to_contact = false;
SELECT t.go();
SELECT is(t.made(), 'account opportunity', 'without the contact');
SELECT t.go('{"contact_record": {"title": "CEO"}}');
SELECT is(t.made(), 'account contact opportunity', 'values of a contact ask for one');
SELECT t.go(jsonb_build_object('account_id', :old_account, 'contact_id', :old_contact));
SELECT is((SELECT contact_id FROM r), :old_contact::bigint, 'an existing contact that is named is used');

UPDATE crm.lead_convert_settings SET convert_to_account = false, convert_to_opportunity = false, convert_to_contact = true;
SELECT t.go();
SELECT is(t.made(), 'contact', 'a contact only');
SELECT is((SELECT count(*) FROM crm.lead_conversion c JOIN r USING (lead_id) WHERE c.contact_created AND NOT c.account_created AND c.account_id IS NULL AND c.opportunity_id IS NULL),
    1::bigint, 'as the ledger says');

-- a call leaves out what the settings create
UPDATE crm.lead_convert_settings SET convert_to_account = true, convert_to_opportunity = true;
SELECT t.go('{"do_not_create_account": true, "do_not_create_opportunity": true}');
SELECT is(t.made(), 'contact', 'each can be left out by a call');

-- and cannot both ask for a record and leave it out
UPDATE crm.lead_convert_settings SET convert_to_account = false;
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'do_not_create_account', true, 'account_record', '{"name": "X"}'::jsonb),
    'INVALID_FIELD', 'LC003', '{Id}', 'doNotCreateAccount', 'a record that is left out and given');

-- many at once, and what would happen
CREATE TEMP TABLE many AS
    SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead()), leadconv.new_lead_convert(t.lead(), account_record => '{"name": "Asked"}')]);
SELECT is((SELECT string_agg(concat(account_created, contact_created, opportunity_created), ' ' ORDER BY lead_id) FROM many), 'ftt ttt', 'in a bulk call each request asks for itself');
SELECT t.lead() AS l \gset
SELECT is((SELECT string_agg(DISTINCT step, ' ' ORDER BY step) FROM t.look(ARRAY[leadconv.new_lead_convert(:l)]) WHERE step IN ('account', 'contact', 'opportunity')), 'contact opportunity', 'a look tells the same');

-- with the platform's setting
UPDATE crm.lead_convert_settings SET convert_to_account = true, opportunity_creation_options = 'NotVisible';
SELECT t.go();
SELECT is(t.made(), 'account contact', 'NotVisible creates no opportunity either');

-- what contradicts itself is not stored
SELECT throws_ok('UPDATE crm.lead_convert_settings SET convert_to_account = false, convert_to_contact = false, convert_to_opportunity = false', '23514', NULL,
    'a conversion to nothing');
SELECT throws_ok('UPDATE crm.lead_convert_settings SET convert_to_opportunity = false, opportunity_creation_options = ''VisibleRequired''', '23514', NULL,
    'an opportunity that is required and never created');
SELECT throws_ok('UPDATE crm.lead_convert_settings SET convert_to_contact = NULL', '23502', NULL, 'NULL');

SELECT finish();
ROLLBACK;
