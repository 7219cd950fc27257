-- Person accounts: which requests are refused, and what of a new one is looked at.
BEGIN;
\ir helpers.psql
SELECT plan(50);

SELECT t.new('app_user', '{"name": "Gone", "is_active": false}') AS gone \gset
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.new('account', '{"name": "Business"}') AS b \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'B', 'account_id', :b)) AS bc \gset
SELECT t.new('account', '{"name": "Maya Rao", "is_person_account": true}') AS p \gset
SELECT t.new('contact', jsonb_build_object('first_name', 'Maya', 'last_name', 'Rao', 'account_id', :p, 'is_person_account', true)) AS pc \gset
SELECT t.lead('{"company": null}') AS l \gset
SELECT t.lead() AS lb \gset

SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :p, 'contact_id', :pc), 'INVALID_FIELD', 'LC003', '{Id}', 'If accountId is a person account, contactId must be null', 'contact_id of an existing person account');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :p, 'contact_id', :bc), 'INVALID_FIELD', 'LC003', '{Id}', 'If accountId is a person account, contactId must be null', 'another contact_id');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :b, 'contact_id', :pc), 'INVALID_ID_FIELD', 'LC002', '{}', 'is the person of a person account', 'the contact of a person account with a business account');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'contact_id', :pc), 'REQUIRED_FIELD_MISSING', 'LC001', '{Id}', 'accountId must be specified', 'the contact of a person account alone');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :p, 'contact_record', '{"title": "x"}'::jsonb), 'INVALID_FIELD', 'LC003', '{contact_record}', 'contact_record is only for a new contact', 'a contact record with an existing person account');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :p, 'account_record', '{"site": "x"}'::jsonb), 'INVALID_FIELD', 'LC003', '{account_record}', 'account_record is only for a new account', 'an account record');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'do_not_create_contact', true), 'INVALID_FIELD', 'LC003', '{Id}', 'If doNotCreateContact is true, the lead cannot be converted to a person account', 'do_not_create_contact and a new person account');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :p, 'do_not_create_contact', true), 'INVALID_FIELD', 'LC003', '{Id}', 'If doNotCreateContact is true, the lead cannot be converted to a person account', '... and an existing one');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_record', '{"is_person_account": false}'::jsonb), 'INVALID_FIELD', 'LC003', '{is_person_account}', 'cannot be set', 'is_person_account among the values');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(jsonb_build_object('company', NULL, 'owner_id', :gone))), 'INACTIVE_OWNER_OR_USER', 'LC009', '{owner_id}', 'inactive user', 'an inactive owner of a new person account');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead(jsonb_build_object('company', NULL, 'owner_id', :gone)), 'account_id', :p, 'do_not_create_opportunity', true)), '... matters only where something new is his');
UPDATE crm.account SET is_deleted = true WHERE id = :p;
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :p), 'ENTITY_IS_DELETED', 'LC006', '{}', 'is deleted', 'a person account in the recycle bin');
UPDATE crm.account SET is_deleted = false WHERE id = :p;
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', :p + 1000), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{account_id}', 'does not exist', 'an account that does not exist');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'account_id', t.new('account', '{"name": "Half", "is_person_account": true}')), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{account_id}', 'has no contact', 'a person account without its contact');

-- the title
SELECT t.lead(jsonb_build_object('company', NULL, 'title', repeat('é', 81))) AS long \gset
SELECT t.refuses(jsonb_build_object('lead_id', :long), 'STRING_TOO_LONG', 'LC012', '{title}', 'longer than 80 characters', 'a title over 80 characters');
SELECT t.refuses(jsonb_build_object('lead_id', :long, 'account_id', :p), 'STRING_TOO_LONG', 'LC012', '{title}', 'longer than 80 characters', '... also when it would be filled');
SELECT t.refuses(jsonb_build_object('lead_id', :l, 'contact_record', jsonb_build_object('title', repeat('x', 81))), 'STRING_TOO_LONG', 'LC012', '{title}', 'longer than 80 characters', '... or is given');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', :long, 'contact_record', '{"title": "short"}'::jsonb)), 'another one is given');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead(jsonb_build_object('company', NULL, 'title', repeat('é', 80))))), '80 characters are not too long');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead(jsonb_build_object('title', repeat('x', 128))))), 'a business account''s contact may have a longer one');
UPDATE crm.contact SET title = 'has one' WHERE id = :pc;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead(jsonb_build_object('company', NULL, 'title', repeat('x', 81))), 'account_id', :p)), 'so may a lead whose title goes nowhere');

-- looked at
CREATE FUNCTION t.shows(request jsonb, what text[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', step, object, record_id, field, new_value, source, status_code), ', ' ORDER BY step, object, field)
    FROM t.look(request) WHERE field = ANY (what) OR step IN ('error', 'warning') $$;
SELECT is(t.shows(jsonb_build_object('lead_id', :l), '{name,is_person_account,first_name}'),
    'account account is_person_account t engine, account account name Maya Rao engine, contact contact first_name Maya lead.first_name, contact contact is_person_account t engine, opportunity opportunity name Maya Rao engine',
    'what a new person account would be');
SELECT is(t.shows(jsonb_build_object('lead_id', t.lead('{"company": null, "fax": "1"}'), 'account_id', :p, 'do_not_create_opportunity', true), '{fax,name}'),
    format('account account %s fax 1 lead.fax, contact contact %s fax 1 lead.fax', :p, :pc), 'what would be filled of an existing one');
SELECT t.new('account', '{"name": "Rao", "is_person_account": true}') AS p2 \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Rao', 'account_id', :p2, 'is_person_account', true)) AS pc2 \gset
SELECT is(t.shows(jsonb_build_object('lead_id', :l, 'account_id', :p2, 'do_not_create_opportunity', true), '{name,first_name}'),
    format('account account %s name engine, contact contact %s first_name Maya lead.first_name', :p2, :pc2), '... and that its name follows');
SELECT is(t.shows(jsonb_build_object('lead_id', :l, 'account_id', :p, 'contact_id', :pc), '{}'), 'error Id INVALID_FIELD', 'why it would be refused');
SELECT is(t.shows(jsonb_build_object('lead_id', :lb), '{is_person_account}'), 'account account is_person_account f default, contact contact is_person_account f engine', 'a business account');

-- privileges
CREATE ROLE lc_t_person;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_person;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead, leadconv.convert_leads_json TO lc_t_person;
GRANT SELECT, UPDATE ON crm.lead, crm.account TO lc_t_person;
GRANT INSERT ON crm.opportunity TO lc_t_person;
SET ROLE lc_t_person;
SELECT throws_ok(t.call(jsonb_build_object('lead_id', :l, 'account_id', :p)), '42501', 'permission denied for table contact', 'an existing person account takes privileges on its contact');
SELECT throws_ok(t.call(jsonb_build_object('lead_id', :l)), '42501', 'permission denied for table account', 'a new one takes INSERT on accounts and contacts');
RESET ROLE;
GRANT SELECT, UPDATE ON crm.contact TO lc_t_person;
SET ROLE lc_t_person;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', :l, 'account_id', :p)), 'with them it works, and takes no INSERT');
RESET ROLE;
GRANT INSERT ON crm.contact, crm.account TO lc_t_person;
REVOKE SELECT, UPDATE ON crm.contact, crm.account FROM lc_t_person;
SELECT t.lead('{"company": null}') AS l2 \gset
SET ROLE lc_t_person;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', :l2)), 'INSERT alone is enough for a new one');
RESET ROLE;
-- what policies hide is not there
GRANT SELECT, UPDATE ON crm.contact, crm.account TO lc_t_person;
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON crm.account USING (site IS DISTINCT FROM 'hidden');
UPDATE crm.account SET site = 'hidden' WHERE id = :p;
SELECT t.lead('{"company": null}') AS l3 \gset
SET ROLE lc_t_person;
SELECT throws_ok(t.call(jsonb_build_object('lead_id', :l3, 'account_id', :p)), 'LC016', format('account %s does not exist', :p), 'a person account that policies hide does not exist');
RESET ROLE;

-- what to do about a person without a last name, whose account gets no name
CREATE FUNCTION t.hint(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS result = PG_EXCEPTION_HINT;
    RETURN result;
END $$;
SELECT is(t.hint(t.call(jsonb_build_object('lead_id', t.lead('{"company": null, "last_name": " "}')))),
    'Give the lead a company or, for a person account, a last name; or give account_record a name, or contact_record a last_name.', 'a person without a last name: the hint says what a person account is named after');
SELECT t.lead('{"company": null}') AS l4 \gset
SELECT t.convert(:l4, '{"do_not_create_account": true, "do_not_create_opportunity": true}') AS ignored \gset
SELECT is(t.hint(format('SELECT leadconv.complete_lead_conversion(%s, account_id => %s)', :l4, :p)), 'A completion adds no person account: give a business account, or none.', 'a completion with a person account: the hint names no argument that it does not have');
SELECT t.lead() AS l5 \gset
SELECT t.convert(:l5, '{"do_not_create_contact": true, "do_not_create_opportunity": true}') AS ignored \gset
SELECT is(t.hint(format('SELECT leadconv.complete_lead_conversion(%s, contact_id => %s)', :l5, :pc)), 'A completion adds no person account: give another contact, or none.', '... nor with the contact of one');

SELECT * FROM finish();
ROLLBACK;
