-- Existing accounts and contacts: nothing that they have is overwritten, only their empty
-- fields are filled; state and country go to a contact only together, where the
-- picklists of these are on.
BEGIN;
\ir helpers.psql
\ir consideration.psql
SELECT plan(22);

ALTER TABLE crm.lead ADD COLUMN tier text;
ALTER TABLE crm.account ADD COLUMN tier text;
SELECT leadconv.map_lead_field('tier', 'account', 'tier');
-- Converts a lead into an account and contact that are as given; the named columns of them
CREATE FUNCTION t.into(lead jsonb, account jsonb, contact jsonb, VARIADIC cols text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    a bigint := t.new('account', '{"name": "Old"}' || account);
    c bigint := t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', a) || contact);
BEGIN
    PERFORM t.go(jsonb_build_object('account_id', a, 'contact_id', c), lead);
    RETURN (SELECT string_agg(coalesce(t.got(split_part(col, '.', 1), split_part(col, '.', 2)), '-'), ' ' ORDER BY i) FROM unnest(cols) WITH ORDINALITY u (col, i));
END $$;

-- names and values that are there
SELECT is(t.into('{"company": "New", "last_name": "New", "first_name": "Nu", "phone": "1", "title": "CEO", "industry": "Energy", "tier": "gold"}',
    '{"phone": "9", "industry": "Retail", "tier": "basic"}', '{"first_name": "Al", "phone": "8", "title": "CFO"}',
    'account.name', 'account.phone', 'account.industry', 'account.tier', 'contact.name', 'contact.phone', 'contact.title'),
    'Old 9 Retail basic Al Old 8 CFO', 'lead values do not overwrite what the account and contact have');
SELECT is(t.into('{"phone": "1", "title": "CEO", "industry": "Energy", "tier": "gold", "first_name": "Nu"}', '{}', '{"title": " "}',
    'account.name', 'account.phone', 'account.industry', 'account.tier', 'contact.name', 'contact.phone', 'contact.title'),
    'Old 1 Energy gold Nu Old 1 CEO', 'empty fields are filled, custom ones and blanks too');
SELECT is((SELECT success FROM r), true, '... with success');
SELECT is(t.into('{"do_not_call": true, "has_opted_out_of_email": true}', '{}', '{}', 'contact.do_not_call', 'contact.has_opted_out_of_email'), 'false false', 'flags of an existing contact are left alone');
SELECT is(t.into('{}', '{"phone": "9"}', '{"phone": "8"}', 'account.phone', 'contact.phone'), '9 8', 'a lead without a value changes nothing');

-- addresses, part by part
SELECT is(t.into('{"street": "S", "city": "C", "postal_code": "P"}', '{"billing_city": "Old City"}', '{"mailing_street": "Old Street"}',
    'account.billing_street', 'account.billing_city', 'account.billing_postal_code', 'contact.mailing_street', 'contact.mailing_city', 'contact.mailing_postal_code'),
    'S Old City P Old Street C P', 'an address is filled part by part');

-- states and countries
SELECT '{"state": "Ohio", "country": "USA", "city": "Troy"}' AS place \gset
SELECT is(t.into(:'place', '{}', '{"mailing_state": "Utah"}', 'contact.mailing_state', 'contact.mailing_country'), 'Utah USA', 'state and country are parts as the others');
UPDATE crm.lead_convert_settings SET state_and_country_picklists_enabled = true;
SELECT is(t.into(:'place', '{}', '{}', 'contact.mailing_state', 'contact.mailing_country'), 'Ohio USA', 'with their picklists on, both go to a contact that has neither');
SELECT is(t.into(:'place', '{}', '{"mailing_state": "Utah"}', 'contact.mailing_state', 'contact.mailing_country'), 'Utah -', '... and none to one that has a state');
SELECT is(t.into(:'place', '{}', '{"mailing_country": "Peru"}', 'contact.mailing_state', 'contact.mailing_country'), '- Peru', '... or a country');
SELECT is(t.into(:'place', '{}', '{"mailing_country": " "}', 'contact.mailing_state', 'contact.mailing_country'), 'Ohio USA', '... a blank is none');
SELECT is(t.into(:'place', '{}', '{"mailing_country_code": "PE"}', 'contact.mailing_state', 'contact.mailing_country'), '- -', '... their codes count as well');
SELECT is(t.into(:'place', '{}', '{"mailing_state": "Utah"}', 'contact.mailing_city'), 'Troy', '... the rest of the address is filled');
SELECT is(t.into('{"country": "USA"}', '{}', '{}', 'contact.mailing_state', 'contact.mailing_country'), '- USA', '... a lead that has only one gives that one');
SELECT is(t.into(:'place', '{"billing_state": "Utah"}', '{}', 'account.billing_state', 'account.billing_country'), 'Utah USA', 'accounts are filled part by part all the same');
SELECT t.go('{}', :'place');
SELECT is(concat(t.got('contact', 'mailing_state'), ' ', t.got('contact', 'mailing_country')), 'Ohio USA', 'a new contact gets both');

-- two leads into one contact
SELECT t.new('account', '{"name": "Two"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Two', 'account_id', :a)) AS c \gset
SELECT t.lead('{"state": "Ohio"}') AS l1 \gset
SELECT t.lead('{"state": "Utah", "country": "USA"}') AS l2 \gset
SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => :a, contact_id => :c), leadconv.new_lead_convert(:l2, account_id => :a, contact_id => :c)]);
SELECT is(t.get('contact', :c, 'mailing_state') || coalesce(t.get('contact', :c, 'mailing_country'), '-'), 'Ohio-', 'state and country of a contact come from one lead');

-- accounts and contacts that share the names on the leads
SELECT t.new('account', '{"name": "Shared", "phone": "9"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Rao', 'first_name', 'Maya', 'email', 'maya@shared.example', 'account_id', :a)) AS c \gset
SELECT t.lead('{"company": "Shared", "email": "maya@shared.example", "phone": "1", "website": "shared.example"}') AS l \gset
SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l)], reuse_accounts => true, reuse_contacts => true);
SELECT is((SELECT concat(converted_account_id, ' ', converted_contact_id) FROM crm.lead WHERE id = :l), concat(:a, ' ', :c), 'one can choose to update the account and contact that share names with the lead');
SELECT is((SELECT concat(phone, ' ', website) FROM crm.account WHERE id = :a), '9 shared.example', '... in their empty fields');
SELECT is((SELECT phone FROM crm.contact WHERE id = :c), '1', '... of both');

-- a look, and the ledger
SELECT t.lead('{"phone": "1", "fax": "2"}') AS l \gset
SELECT t.new('account', '{"name": "Old", "phone": "9"}') AS a \gset
SELECT is((SELECT string_agg(field, ' ') FROM t.look(ARRAY[leadconv.new_lead_convert(:l, account_id => :a)]) WHERE step = 'account' AND source <> 'kept'), 'fax', 'a look shows what would be filled');
SELECT t.convert(:l, jsonb_build_object('account_id', :a)) IS NOT NULL;
SELECT is((SELECT filled_fields -> 'account' FROM crm.lead_conversion WHERE lead_id = :l), '["fax"]', '... and the ledger what was');

SELECT * FROM finish();
ROLLBACK;
