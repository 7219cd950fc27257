-- What a lead could be converted to: find_account_matches, find_contact_matches, find_opportunity_matches.
BEGIN;
\ir helpers.psql
SELECT plan(54);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- Found records by name, with what is told of them
CREATE FUNCTION t.accounts(l bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ', ' ORDER BY n) FROM leadconv.find_account_matches(l) WITH ORDINALITY x (id, name, score, rule, matched_fields, open_opportunities, n) $$;
CREATE FUNCTION t.contacts(l bigint, a bigint DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(name, ', ' ORDER BY n) FROM leadconv.find_contact_matches(l, a) WITH ORDINALITY x (id, name, score, rule, matched_fields, contact_account_id, open_opportunities, n) $$;
CREATE FUNCTION t.opportunities(a bigint, l bigint DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', name, score), ', ' ORDER BY n) FROM leadconv.find_opportunity_matches(a, l) WITH ORDINALITY x (id, name, score, rule, matched_fields, stage_name, is_closed, close_date, n) $$;

\set acme '{"billing_street": "1 Main Street", "billing_city": "Springfield", "billing_state": "IL", "billing_postal_code": "62701", "phone": "+1 217 555 0100"}'
SELECT t.new('account', '{"name": "Acme Inc."}' || :'acme'::jsonb) AS a1 \gset
SELECT t.new('account', '{"name": "Elsewhere", "billing_city": "Boston"}') AS a2 \gset
SELECT t.new('account', '{"name": "Gone Acme", "is_deleted": true}' || :'acme'::jsonb) AS gone \gset
SELECT t.new('contact', jsonb_build_object('first_name', 'Maya', 'last_name', 'Rao', 'email', 'maya@acme.example', 'account_id', :a2)) AS c1 \gset
SELECT t.new('contact', jsonb_build_object('first_name', 'Maya', 'last_name', 'Rao', 'email', 'maya@acme.example', 'account_id', :a1, 'is_deleted', true)) AS c2 \gset
SELECT t.lead('{"company": "ACME", "street": "1 Main Street", "city": "Springfield", "state": "IL", "postal_code": "62701", "phone": "+1 217 555 0100", "email": "maya@acme.example"}') AS lead \gset

-- accounts
SELECT results_eq(format('SELECT id, name, score, rule, open_opportunities FROM leadconv.find_account_matches(%s)', :lead),
    format('VALUES (%s::bigint, ''Acme Inc.'', 100, ''Standard_Account_Match_Rule_v1_0'', 0::bigint)', :a1), 'the account of that name and place, by the standard rule, and none in the recycle bin');
SELECT is((SELECT matched_fields @> '{name,billing_city}' FROM leadconv.find_account_matches(:lead)), true, '... with the fields that match');
SELECT is(t.accounts(t.lead('{"company": "Acme"}')), NULL, 'the name alone is not enough');
SELECT is(t.accounts(t.lead('{"company": null, "first_name": "Maya"}')), NULL, 'a lead without a company');
-- by what the conversion would make of the lead
SELECT is(t.accounts(t.lead('{"company": "Zebra", "street": "1 Main Street", "city": "Springfield", "state": "IL", "website": "acme.example"}')), NULL, 'another name at the same place');
-- the order: score, then open opportunities, then what was changed last
SELECT t.new('account', '{"name": "Acme"}' || :'acme'::jsonb) AS a3 \gset
SELECT t.new('account', '{"name": "Acme Corp"}' || :'acme'::jsonb) AS a4 \gset
UPDATE crm.account SET last_modified_date = '2020-01-01' WHERE id = :a1;
SELECT t.new('opportunity', jsonb_build_object('name', 'Closed', 'account_id', :a3, 'stage_name', 'Closed Won', 'close_date', '2030-01-01'));
SELECT t.new('opportunity', jsonb_build_object('name', 'Open', 'account_id', :a4, 'stage_name', 'Prospecting', 'close_date', '2030-01-01'));
SELECT t.new('opportunity', jsonb_build_object('name', 'Binned', 'account_id', :a1, 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'is_deleted', true));
SELECT is((SELECT string_agg(concat(name, ' ', score, ' ', open_opportunities), ', ' ORDER BY n) FROM leadconv.find_account_matches(:lead) WITH ORDINALITY x (id, name, score, rule, matched_fields, open_opportunities, n)),
    'Acme Corp 100 1, Acme Inc. 100 0, Acme 100 0', 'of the same score: one with open opportunities, then by id');
SELECT set_config('leadconv.user_id', '', true);
ALTER TABLE crm.account DISABLE TRIGGER USER;
UPDATE crm.account SET last_modified_date = '2040-01-01' WHERE id = :a3;
ALTER TABLE crm.account ENABLE TRIGGER USER;
SELECT is(t.accounts(:lead), 'Acme Corp, Acme, Acme Inc.', '... before that the one that was changed last');

-- contacts
SELECT results_eq(format('SELECT id, name, score, rule, matched_fields, contact_account_id, open_opportunities FROM leadconv.find_contact_matches(%s)', :lead),
    format('VALUES (%s::bigint, ''Maya Rao'', 100, ''Standard_Contact_Match_Rule_v1_1'', ''{first_name,last_name,email}''::text[], %s::bigint, 0::bigint)', :c1, :a2), 'the contact of that name and address');
SELECT t.new('contact', jsonb_build_object('first_name', 'Maya', 'last_name', 'Rao', 'email', 'maya@acme.example', 'phone', '+1 217 555 0100', 'account_id', :a1)) AS c3 \gset
SELECT t.new('contact', jsonb_build_object('first_name', 'M', 'last_name', 'Rao', 'email', 'maya@acme.example', 'account_id', :a4)) AS c4 \gset
SELECT is((SELECT array_agg(id) FROM leadconv.find_contact_matches(:lead)), ARRAY[:c1, :c3, :c4]::bigint[], 'several, by score and id');
SELECT is((SELECT array_agg(id) FROM leadconv.find_contact_matches(:lead, :a4)), ARRAY[:c4, :c1, :c3]::bigint[], '... first those of an account');
SELECT t.new('opportunity_contact_role', jsonb_build_object('contact_id', :c3, 'opportunity_id', (SELECT id FROM crm.opportunity WHERE name = 'Open')));
SELECT is((SELECT array_agg(concat(id, ' ', open_opportunities)) FROM leadconv.find_contact_matches(:lead)), ARRAY[:c3 || ' 1', :c1 || ' 0', :c4 || ' 0'], '... of the same score first who has a role in an open opportunity');
SELECT t.new('account_contact_relation', jsonb_build_object('contact_id', :c1, 'account_id', :a4, 'is_active', true));
SELECT is((SELECT array_agg(id) FROM leadconv.find_contact_matches(:lead, :a4)), ARRAY[:c1, :c4, :c3]::bigint[], '... one that is related to the account is one of it');
UPDATE crm.account_contact_relation SET is_active = false;
SELECT is((SELECT array_agg(id) FROM leadconv.find_contact_matches(:lead, :a4)), ARRAY[:c4, :c3, :c1]::bigint[], '... while the relation is active');
SELECT is((SELECT count(*) FROM leadconv.find_contact_matches(:lead, :gone)), 3::bigint, 'an account that is not to be used changes nothing');
SELECT is((SELECT count(*) FROM leadconv.find_contact_matches(:lead, 0)), 3::bigint, '... nor one that there is not');
-- company and title: the company is that of the account that is given
SELECT t.new('contact', jsonb_build_object('first_name', 'Li', 'last_name', 'Wu', 'title', 'CEO', 'account_id', :a2)) AS li \gset
SELECT t.lead('{"first_name": "Li", "last_name": "Wu", "title": "CEO", "company": "Acme"}') AS ceo \gset
SELECT is(t.contacts(:ceo), NULL, 'another company');
SELECT is(t.contacts(:ceo, :a2), 'Li Wu', '... which is that of the account if one is given');

-- opportunities
SELECT is(t.opportunities(:a4), 'Open', 'the opportunities of an account');
SELECT is((SELECT ARRAY[id, score, cardinality(matched_fields)] FROM leadconv.find_opportunity_matches(:a4)), ARRAY[(SELECT id FROM crm.opportunity WHERE name = 'Open'), NULL, 0]::bigint[], '... without a score');
SELECT is((SELECT (x.rule, x.stage_name, x.is_closed, x.close_date)::text FROM leadconv.find_opportunity_matches(:a4) x), '(,Prospecting,f,2030-01-01)', '... and its state');
SELECT is(t.opportunities(:a1), NULL, 'not those in the recycle bin');
SELECT t.new('opportunity', jsonb_build_object('name', 'Won ' || i, 'account_id', :a2, 'stage_name', 'Closed Won', 'close_date', '2030-01-01', 'created_date', '2021-01-01'::date + i)) FROM generate_series(1, 3) i;
SELECT t.new('opportunity', jsonb_build_object('name', 'Elsewhere - Order ' || i, 'account_id', :a2, 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'created_date', '2020-01-01'::date + i)) FROM generate_series(1, 2) i;
SELECT is(t.opportunities(:a2), 'Elsewhere - Order 2, Elsewhere - Order 1, Won 3, Won 2, Won 1', 'open ones first, the newest first');
SELECT t.lead('{"company": "elsewhere ltd"}') AS elsewhere, t.lead('{"company": null}') AS nowhere \gset
SELECT is((SELECT string_agg(concat(score > 70, ' ', matched_fields), ', ' ORDER BY n) FROM leadconv.find_opportunity_matches(:a2, :elsewhere) WITH ORDINALITY x (id, name, score, rule, matched_fields, stage_name, is_closed, close_date, n)),
    't {name}, t {name}, f {}, f {}, f {}', '... and how well they fit the company');
SELECT is(t.opportunities(:a4, :nowhere), 'Open', '... of a lead that has one');
SELECT t.new('opportunity', jsonb_build_object('name', 'Many ' || i, 'account_id', :a3, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) FROM generate_series(1, 30) i;
SELECT is((SELECT count(*) FROM leadconv.find_opportunity_matches(:a3)), 20::bigint, 'at most 20');
SELECT is(t.opportunities(NULL), NULL, 'no account');
SELECT is(t.opportunities(:gone), NULL, 'an account in the recycle bin');

-- leads that there are not
SELECT throws_ok(format('SELECT leadconv.%s', call), 'LC016', format('lead %s does not exist', 4711), call)
FROM unnest('{find_account_matches(4711),find_contact_matches(4711),"find_opportunity_matches(1, 4711)"}'::text[]) call;
SELECT throws_ok('SELECT leadconv.find_account_matches(NULL)', 'LC001', 'leadId must be specified', 'no lead');
SELECT t.lead('{"is_deleted": true}') AS binned, t.lead('{"last_name": "Done"}') AS done, t.lead('{"company": "Acme", "status": "Open - Not Contacted"}') AS open \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT success FROM leadconv.convert_lead(:done);
SELECT throws_ok(format('SELECT leadconv.find_account_matches(%s)', :binned), 'LC006', format('lead %s is deleted', :binned), 'one in the recycle bin');
SELECT throws_ok(format('SELECT leadconv.find_contact_matches(%s)', :done), 'LC005', format('cannot reference converted lead: lead %s has been converted already', :done), 'one that has been converted');
-- what else is wrong does not matter yet
UPDATE crm.lead_status SET is_converted = false;
SELECT lives_ok(format('SELECT leadconv.find_contact_matches(%s)', :open), 'without a converted status');
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :open), 'LC004', NULL, '... with which no lead can be converted');
-- what the settings leave out can be chosen
UPDATE crm.lead_convert_settings SET convert_to_account = false, convert_to_contact = false;
SELECT is((SELECT count(*) FROM leadconv.find_contact_matches(:lead)), 3::bigint, 'where conversions make no contact');
SELECT is((SELECT count(*) FROM leadconv.find_account_matches(:lead)), 3::bigint, '... or account');
UPDATE crm.lead_convert_settings SET convert_to_account = true, convert_to_contact = true;

-- nothing is written or locked, as in a read-only transaction
SELECT t.dump() AS before \gset
SAVEPOINT read_only;
SET LOCAL transaction_read_only = on;
SET LOCAL plan_cache_mode = force_custom_plan;
SELECT is(concat_ws('; ', (SELECT count(*) FROM leadconv.find_account_matches(:lead)), (SELECT count(*) FROM leadconv.find_contact_matches(:lead)), (SELECT count(*) FROM leadconv.find_opportunity_matches(:a4, :lead))), '3; 3; 1', 'in a read-only transaction');
ROLLBACK TO read_only;
SELECT is(t.difference(:'before'::text[], t.dump()), NULL, 'nothing is written');

-- rules: in use, on standard fields
UPDATE crm.matching_rule SET is_active = false;
SELECT is((SELECT count(*) FROM leadconv.find_account_matches(:lead)) + (SELECT count(*) FROM leadconv.find_contact_matches(:lead)), 0::bigint, 'without a rule in use there are no matches');
INSERT INTO crm.matching_rule (object, developer_name, master_label, is_active) VALUES ('contact', 'Same_Mail', 'Same mail', true), ('contact', 'Same_Badge', 'Same badge', true);
ALTER TABLE crm.contact ADD badge text;
ALTER TABLE crm.lead ADD badge text;
SELECT leadconv.map_lead_field('badge', 'contact', 'badge');
INSERT INTO crm.matching_rule_item (matching_rule_id, sort_order, field, matching_method)
SELECT id, 1, CASE developer_name WHEN 'Same_Mail' THEN 'email' ELSE 'badge' END, 'Exact' FROM crm.matching_rule WHERE developer_name IN ('Same_Mail', 'Same_Badge');
-- as build_match_keys() does it, which commits
UPDATE crm.matching_rule SET keys_built = ARRAY['1 ' || CASE developer_name WHEN 'Same_Mail' THEN 'email:Exact' ELSE 'badge:Exact' END] WHERE developer_name IN ('Same_Mail', 'Same_Badge');
UPDATE crm.contact SET email = 'M2@acme.example', badge = 'B1' WHERE id = :c1;
SELECT t.lead('{"company": "Else", "last_name": "Other", "email": "m2@acme.example"}') AS mail, t.lead('{"company": "Else", "last_name": "Other", "email": null, "badge": "B1"}') AS badge \gset
SELECT is((SELECT concat(id, ' ', rule, ' ', matched_fields) FROM leadconv.find_contact_matches(:mail)), :c1 || ' Same_Mail {email}', 'a rule of the user''s');
SELECT is((SELECT count(*) FROM leadconv.find_contact_matches(:badge)), 0::bigint, '... not on fields of his own');
SELECT is((SELECT string_agg(rule, ',') FROM leadconv.find_matches('contact', '{"badge": "B1"}')), 'Same_Badge', '... which are in use');

-- only what the caller may see
CREATE ROLE lc_t_seller;
CREATE ROLE lc_t_nobody;
SELECT leadconv.grant_role_privileges('lc_t_seller', 'sales');
GRANT USAGE ON SCHEMA leadconv TO lc_t_nobody;
GRANT USAGE ON SCHEMA t TO lc_t_seller, lc_t_nobody;
UPDATE crm.matching_rule SET is_active = true WHERE developer_name LIKE 'Standard_%' AND object IN ('account', 'contact');
UPDATE crm.contact SET email = 'maya@acme.example' WHERE id = :c1;
CREATE FUNCTION t.seen(l bigint, a bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws('; ', (SELECT array_agg(id ORDER BY id) FROM leadconv.find_account_matches(l)), (SELECT array_agg(id ORDER BY id) FROM leadconv.find_contact_matches(l)),
        (SELECT string_agg(concat(contact_account_id, ':', open_opportunities), ',' ORDER BY id) FROM leadconv.find_contact_matches(l)),
        (SELECT count(*) FROM leadconv.find_opportunity_matches(a, l))) $$;
SELECT t.seen(:lead, :a4) AS all_of_it \gset
SET LOCAL ROLE lc_t_seller;
SELECT is(t.seen(:lead, :a4), :'all_of_it', 'a role that sees everything');
RESET ROLE;
SELECT t.show_only('{account,contact,opportunity,opportunity_contact_role}', 'external_id IS NULL');
UPDATE crm.account SET external_id = 'hidden' WHERE id = :a4;
UPDATE crm.contact SET external_id = 'hidden' WHERE id = :c1;
SET LOCAL ROLE lc_t_seller;
SELECT is(t.seen(:lead, :a4), format('{%s,%s}; {%s,%s}; %s:1,%s:0; 0', :a1, :a3, :c3, :c4, :a1, :a4), 'hidden records are not there, and opportunities of a hidden account');
RESET ROLE;
UPDATE crm.opportunity SET external_id = 'hidden ' || id;
SET LOCAL ROLE lc_t_seller;
SELECT is((SELECT sum(open_opportunities) FROM leadconv.find_contact_matches(:lead)), 0::numeric, '... nor are hidden opportunities counted');
RESET ROLE;
REVOKE SELECT ON crm.opportunity, crm.opportunity_contact_role FROM lc_t_seller;
SET LOCAL ROLE lc_t_seller;
SELECT is(t.seen(:lead, :a1), format('{%s,%s}; {%s,%s}; %s:0,%s:0; 0', :a1, :a3, :c3, :c4, :a1, :a4), '... of which he may read none');
RESET ROLE;
REVOKE SELECT ON crm.account FROM lc_t_seller;
GRANT SELECT (id, name) ON crm.account TO lc_t_seller;
SET LOCAL ROLE lc_t_seller;
SELECT lives_ok(format('SELECT leadconv.find_account_matches(%s)', :lead), 'no columns that the rules compare: no error');
SELECT is((SELECT count(*) FROM leadconv.find_account_matches(:lead)), 0::bigint, '... and no matches');
SET LOCAL ROLE lc_t_nobody;
SELECT throws_ok(format('SELECT leadconv.find_%s_matches(1)', x), '42501', format('permission denied for function find_%s_matches', x), 'not for everybody: ' || x) FROM unnest('{account,contact,opportunity}'::text[]) x;
RESET ROLE;

-- persons
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.lead('{"company": null, "first_name": "Maya", "last_name": "Rao", "email": "maya@acme.example"}') AS person \gset
SELECT is((SELECT count(*) FROM leadconv.find_contact_matches(:person)), 0::bigint, 'the contact of a person account is a part of it');
SELECT is((SELECT count(*) FROM leadconv.find_account_matches(:person)), 0::bigint, 'rules for person accounts are not in use as shipped');

SELECT * FROM finish();
ROLLBACK;
