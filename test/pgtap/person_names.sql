-- Person accounts that there are already: the setting that refuses a name, and reuse by e-mail address.
BEGIN;
\ir helpers.psql
SELECT plan(35);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
CREATE FUNCTION t.person(first text, last text, email text DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO crm.person_account (first_name, last_name, person_email) VALUES (first, last, email) RETURNING id $$;
SELECT t.person('Maya', 'Rao') AS p \gset
SELECT t.new('account', '{"name": "Otto Meier"}') AS b \gset

SELECT t.go('{}', '{"company": null}');
SELECT ok(account_created, 'as shipped, there may be several person accounts of one name') FROM r;
DELETE FROM crm.account WHERE id = (SELECT account_id FROM r);

--
-- The setting
--
UPDATE crm.lead_convert_settings SET refuse_existing_person_account_name = true;
SELECT t.lead('{"company": null}') AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'DUPLICATE_VALUE', 'LC017', '{name}', 'there is a person account named "Maya Rao" already', 'with the setting a lead does not become a person account whose name there is');
SELECT is(errors -> 0 ->> 'detail', format('It is account %s.', :p), '... the error says which') FROM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', :l)), all_or_none => false) x, LATERAL (SELECT x -> 'errors') e (errors);
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"company": null, "first_name": "MAYA", "last_name": "rao"}')), 'DUPLICATE_VALUE', 'LC017', '{name}', 'named "MAYA rao" already', 'case does not matter');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"company": null, "first_name": "x"}'), 'contact_record', '{"first_name": "Maya"}'::jsonb), 'DUPLICATE_VALUE', 'LC017', '{name}', 'named "Maya Rao" already', 'values of the request count');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'related_person_account_record', '{}'::jsonb), 'DUPLICATE_VALUE', 'LC017', '{name}', 'named "Maya Rao" already', 'so do those of a related person account');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead('{"company": null, "middle_name": "Q."}'))), 'another name');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead('{"company": null, "first_name": "Otto", "last_name": "Meier"}'))), 'the name of a business account is another matter');
SELECT t.person('Ana', 'Sa') AS sa \gset
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead('{"company": null, "first_name": null, "last_name": "Ana"}'))), 'a family name that looks like a legal form is a name');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"company": null, "first_name": "Ana", "last_name": "Sa"}')), 'DUPLICATE_VALUE', 'LC017', '{name}', 'named "Ana Sa"', '... and found');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead())), 'a lead with a company is not concerned');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', :l, 'account_id', :p)), 'nor is one that goes to the person account');
UPDATE crm.person_account SET is_deleted = true WHERE id = :sa;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead('{"company": null, "first_name": "Ana", "last_name": "Sa"}'))), 'one in the recycle bin does not count');

-- in one call
SELECT array_agg(t.lead(jsonb_build_object('company', NULL, 'first_name', f))) AS leads FROM unnest('{Ina,Ina,Uta,Maya}'::text[]) f \gset
SELECT is((SELECT array_agg(success) FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l) FROM unnest(:'leads'::bigint[]) l), all_or_none => false)), '{t,f,t,f}', 'of two leads of one call the first becomes the person account');
SELECT is((SELECT array_agg(detail ORDER BY id) FROM crm.lead_conversion_error WHERE lead_id = ANY (:'leads')), ARRAY['An earlier request of the call makes it.', format('It is account %s.', :p)], '... the errors say why');
-- one that fails leaves the name to the next
ALTER TABLE crm.contact ADD CONSTRAINT no_bad CHECK (title <> 'bad');
SELECT ARRAY[t.lead('{"company": null, "first_name": "Eva", "title": "bad"}'), t.lead('{"company": null, "first_name": "Eva"}'), t.lead('{"company": null, "first_name": "Eva"}')] AS leads \gset
SELECT is((SELECT array_agg(success) FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l) FROM unnest(:'leads'::bigint[]) l), all_or_none => false)), '{f,t,f}', 'a request that fails leaves the name to the next');

-- what the caller may not see does not exist
CREATE ROLE lc_t_person;
SELECT leadconv.grant_role_privileges('lc_t_person', 'sales');
SELECT t.lead('{"company": null}') AS l \gset
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON crm.account USING (site IS DISTINCT FROM 'hidden');
SET ROLE lc_t_person;
SELECT throws_ok(t.call(jsonb_build_object('lead_id', :l)), 'LC017', 'there is a person account named "Maya Rao" already', 'a user who sees it');
RESET ROLE;
UPDATE crm.account SET site = 'hidden' WHERE id = :p;
SET ROLE lc_t_person;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', :l)), 'a user who does not');
RESET ROLE;
ALTER TABLE crm.account DISABLE ROW LEVEL SECURITY;
CREATE ROLE lc_t_insert;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_insert;
GRANT SELECT, UPDATE ON crm.lead TO lc_t_insert;
GRANT INSERT ON crm.account, crm.contact, crm.opportunity TO lc_t_insert;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO lc_t_insert;
SELECT t.lead('{"company": null}') AS l \gset
SET ROLE lc_t_insert;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', :l)), 'nor does one who may not read accounts');
RESET ROLE;
UPDATE crm.lead_convert_settings SET refuse_existing_person_account_name = false;

--
-- Reuse, of what is both an account and a contact: by e-mail address
--
SELECT t.person('Iris', 'Klee', 'iris@example.com') AS q \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Worker', 'email', 'work@example.com', 'account_id', :b)) AS w \gset
CREATE FUNCTION t.reusing(leads bigint[], accounts boolean, contacts boolean) RETURNS TABLE (n bigint, account_id bigint, contact_id bigint, created boolean) LANGUAGE sql AS $$
    SELECT row_number() OVER (), x.account_id, x.contact_id, x.account_created FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l) FROM unnest(leads) l), reuse_accounts => accounts, reuse_contacts => contacts) x $$;
SELECT is((SELECT array_agg(account_id = :q AND NOT created) FROM t.reusing(ARRAY[t.lead('{"company": null, "email": " IRIS@example.com ", "phone": "7"}')], false, true)), '{t}', 'with reuse_contacts a person account of that e-mail address is used');
SELECT is((SELECT phone::text FROM crm.person_account WHERE id = :q), '7', '... and its empty fields are filled');
SELECT is((SELECT array_agg(account_id = :q AND NOT created) FROM t.reusing(ARRAY[t.lead('{"company": null, "email": "iris@example.com"}')], true, false)), '{t}', 'with reuse_accounts, too');
SELECT is((SELECT array_agg(account_id = :q) FROM t.reusing(ARRAY[t.lead('{"company": null, "email": "iris@example.com"}')], false, false)), '{f}', 'without, there is another one');
DELETE FROM crm.account WHERE id = (SELECT max(id) FROM crm.account);
CREATE TEMP TABLE k AS SELECT * FROM t.reusing(ARRAY[t.lead('{"company": null, "email": "new@example.com"}'), t.lead('{"company": null, "email": "NEW@example.com", "fax": "8"}'),
    t.lead('{"company": null}'), t.lead('{"company": null}'), t.lead('{"company": "Other", "email": "new@example.com"}'), t.lead('{"company": null, "email": "work@example.com"}')], true, true);
SELECT is((SELECT array_agg(created ORDER BY n) FROM k), '{t,f,t,t,t,t}', 'leads of one call with one address become one person account, those without an address one each');
SELECT is((SELECT count(DISTINCT (account_id, contact_id)) FROM k WHERE n <= 2), 1::bigint, '... the same');
SELECT is((SELECT p.fax::text FROM crm.person_account p JOIN k ON p.id = k.account_id AND p.person_contact_id = k.contact_id WHERE n = 2), '8', '... which is filled by the later one');
SELECT is((SELECT is_person_account FROM crm.account JOIN k ON id = account_id WHERE n = 5), false, 'a lead with a company does not use a person account');
SELECT is((SELECT is_person_account FROM crm.account JOIN k ON id = account_id WHERE n = 6), true, 'a person does not use the contact of a business');
SELECT is((SELECT array_agg(DISTINCT created) FROM t.reusing(ARRAY[t.lead('{"company": null, "email": "new@example.com"}'), t.lead('{"company": null, "email": "new@example.com"}')], true, true)), '{f}', 'a second call finds it');
SELECT is((SELECT (x.related_person_account_id = :q AND NOT x.contact_created)::text || (x.warnings)[1].status_code FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead('{"email": "iris@example.com"}'), related_person_account_record => '{"site": "x"}')], reuse_contacts => true) x), 'trueRECORD_NOT_USED', 'a related person account is reused, and its values are not used');

SELECT * FROM finish();
ROLLBACK;
