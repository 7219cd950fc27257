-- A related person account beside a business account, existing or new, in place of a contact.
BEGIN;
\ir helpers.psql
SELECT plan(57);

UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.new('app_user', '{"name": "Owner"}') AS u \gset
SELECT t.new('account', '{"name": "Business"}') AS b \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'B', 'account_id', :b)) AS bc \gset
SELECT t.new('account', '{"name": "Maya Rao", "is_person_account": true}') AS p \gset
SELECT t.new('contact', jsonb_build_object('first_name', 'Maya', 'last_name', 'Rao', 'account_id', :p, 'is_person_account', true, 'lead_source', 'Old')) AS pc \gset

-- an existing one, beside a new business account
SELECT t.go(jsonb_build_object('related_person_account_id', :p, 'owner_id', :u), '{"phone": "1", "email": "m@example.com", "city": "Ulm", "lead_source": "Web", "website": "w.example.com"}');
SELECT is(ROW(contact_id, related_person_account_id, account_created, contact_created, opportunity_created)::text, format('(%s,%s,t,f,t)', :'pc', :'p'), 'an existing person account beside a new business account') FROM r;
SELECT is((SELECT ROW(name, is_person_account, phone, billing_city, website)::text FROM crm.account a JOIN r ON a.id = r.account_id), '(Acme,f,1,Ulm,w.example.com)', 'the company is the business account');
SELECT is((SELECT ROW(name, is_person_account, phone, billing_city)::text FROM crm.account WHERE id = :p), '("Maya Rao",t,1,Ulm)', 'empty fields of the person account are filled');
SELECT is((SELECT ROW(account_id, email, mailing_city, lead_source)::text FROM crm.contact WHERE id = :pc), format('(%s,m@example.com,Ulm,Old)', :p), '... and of its contact, which stays in it');
SELECT is((SELECT jsonb_agg(jsonb_build_array(x.account_id = r.account_id, x.contact_id, x.is_direct, x.is_active)) FROM crm.account_contact_relation x, r WHERE x.contact_id = :pc), jsonb_build_array(jsonb_build_array(true, :pc, false, true)), 'the person is related to the business account, indirectly');
SELECT is((SELECT jsonb_agg(jsonb_build_array(o.account_id = r.account_id, x.contact_id, x.is_primary, o.name)) FROM crm.opportunity o JOIN r ON o.id = r.opportunity_id JOIN crm.opportunity_contact_role x ON x.opportunity_id = o.id), jsonb_build_array(jsonb_build_array(true, :pc, true, 'Acme')), 'the opportunity is that of the company, and the person its primary contact');
SELECT is((SELECT ROW(l.converted_account_id = r.account_id, l.converted_contact_id)::text FROM crm.lead l JOIN r ON l.id = r.lead_id), format('(t,%s)', :'pc'), 'the lead names the business account and the person');
SELECT is((SELECT ROW(c.related_person_account_id, c.account_created, c.contact_created, c.filled_fields -> 'account', c.filled_fields -> 'person_account', undo -> 'revision')::text FROM crm.lead_conversion c JOIN r USING (lead_id)),
    format('(%s,t,f,,"[""billing_city"", ""phone"", ""website"", ""account_source""]","{""contact"": 2, ""person_account"": 2}")', :p), 'the ledger tells of both accounts');

-- a new one, beside a new and an existing business account
SELECT t.go('{"related_person_account_record": {"person_title": "Poet", "first_name": "Mia", "phone": "9", "person_email": null, "site": "Home"}}', '{"email": "x@example.com", "phone": "1", "company_duns_number": "123"}');
SELECT is((SELECT ROW(r.account_created, r.contact_created, r.related_person_account_id IS NOT NULL, r.related_person_account_id <> r.account_id)::text FROM r), '(t,t,t,t)', 'a new person account beside a new business account');
SELECT is((SELECT ROW(a.name, a.phone, a.site, a.duns_number, a.is_person_account)::text FROM crm.account a JOIN r ON a.id = r.related_person_account_id), '("Mia Rao",9,Home,,t)', 'with the values of the request, the account');
SELECT is((SELECT ROW(c.account_id = r.related_person_account_id, c.first_name, c.title, c.email, c.is_person_account)::text FROM crm.contact c JOIN r ON c.id = r.contact_id), '(t,Mia,Poet,,t)', '... and the contact');
SELECT is((SELECT ROW(a.name, a.phone, a.site, a.duns_number, a.is_person_account)::text FROM crm.account a JOIN r ON a.id = r.account_id), '(Acme,1,,123,f)', '... the business account with those of the lead');
SELECT is((SELECT count(*) FROM crm.account_contact_relation x JOIN r USING (contact_id, account_id) WHERE NOT x.is_direct), 1::bigint, '... and related');
SELECT t.go(jsonb_build_object('account_id', :b, 'related_person_account_record', '{}'::jsonb), '{"company": null}');
SELECT is((SELECT ROW(r.account_id, r.account_created, r.contact_created, a.name)::text FROM r JOIN crm.account a ON a.id = r.related_person_account_id), format('(%s,f,t,"Maya Rao")', :b), 'a new person account beside an existing business account; the lead needs no company');
SELECT t.go(jsonb_build_object('account_id', :b, 'related_person_account_id', :p, 'overwrite_lead_source', true), '{"lead_source": "Web"}');
SELECT is((SELECT lead_source::text FROM crm.contact WHERE id = :pc), 'Web', 'overwrite_lead_source with both existing');
SELECT is(undo -> 'made', '["relation"]', '... the relation between them is what was made') FROM crm.lead_conversion JOIN r USING (lead_id);
SELECT t.go(jsonb_build_object('account_id', :b, 'related_person_account_id', :p));
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE account_id = :b AND contact_id = :pc), 1::bigint, 'a second time the relation is there already');

UPDATE crm.lead_convert_settings SET convert_to_account = false;
SELECT t.go('{"related_person_account_record": {"owner_id": null, "fax": "5"}}');
SELECT is((SELECT ROW(a.name, p.owner_id, c.owner_id, p.fax, c.fax)::text FROM r JOIN crm.account a ON a.id = r.account_id JOIN crm.account p ON p.id = r.related_person_account_id JOIN crm.contact c ON c.id = r.contact_id), '(Acme,,,5,5)',
    'it asks for the business account, too; what a person has once is given to both halves');
SELECT t.go(jsonb_build_object('account_id', :b, 'related_person_account_id', :p));
SELECT is((SELECT ROW(account_id, contact_id)::text FROM r), format('(%s,%s)', :b, :'pc'), '... or uses the one that is named');
UPDATE crm.lead_convert_settings SET convert_to_account = true;

-- related lists: the person's column for the person
SELECT t.convert(t.laden_lead(), '{"related_person_account_record": {}}') AS x \gset
SELECT is((SELECT ROW(lead_id IS NOT NULL, contact_id)::text FROM crm.content_distribution WHERE lead_id = (:'x'::leadconv.lead_convert_result).lead_id), '(t,)', 'content deliveries do not go to the person');
SELECT is((SELECT ROW(contact_id = (:'x'::leadconv.lead_convert_result).contact_id, account_id = (:'x'::leadconv.lead_convert_result).account_id)::text FROM crm.task WHERE source_lead_id = (:'x'::leadconv.lead_convert_result).lead_id), '(t,t)', 'activities go to the person and the business account');
SELECT is((:'x'::leadconv.lead_convert_result).warnings::text, '{}', 'without a warning');

-- several in one call: two leads of one person, and what is different
SELECT t.lead('{"company": "A", "fax": "1"}') AS l1 \gset
SELECT t.lead('{"company": "B", "fax": "2"}') AS l2 \gset
SELECT t.lead('{"company": null}') AS l3 \gset
CREATE TEMP TABLE b AS SELECT x.* FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, related_person_account_id => :p), leadconv.new_lead_convert(:l2, related_person_account_id => :p),
    leadconv.new_lead_convert(:l3), leadconv.new_lead_convert(t.lead(), related_person_account_record => '{}')]) x;
SELECT is((SELECT array_agg(concat(related_person_account_id = :p, ' ', contact_id = :pc) ORDER BY lead_id) FROM b), '{"t t","t t"," f","f f"}', 'several in one call');
SELECT is((SELECT fax::text FROM crm.account WHERE id = :p), '1', 'the first fills');
SELECT is((SELECT count(DISTINCT account_id) FROM crm.account_contact_relation JOIN b USING (account_id, contact_id)), 2::bigint + 1, 'each business account is related');
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"request_id": "p1", "related_person_account_record": {"person_title": "x"}}') AS first \gset
SELECT is(t.convert(:l, '{"request_id": "p1", "related_person_account_record": {"person_title": "x"}}')::text, :'first', 'a retry gets the first result');

-- what is refused
SELECT t.lead() AS l \gset
CREATE FUNCTION t.no(request jsonb, status text, state text, fields text[], says text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT t.refuses(request, status, state, fields, says, says) $$;
SELECT jsonb_build_object('lead_id', :l, 'related_person_account_id', :p) AS req \gset
SELECT jsonb_build_object('lead_id', :l, 'related_person_account_record', '{}'::jsonb) AS rec \gset
SELECT t.no(:'req'::jsonb || '{"related_person_account_record": {}}', 'INVALID_FIELD', 'LC003', '{Id}', 'but not both');
SELECT t.no(:'req'::jsonb || jsonb_build_object('account_id', :b, 'contact_id', :bc), 'INVALID_FIELD', 'LC003', '{Id}', 'contactId must be null');
SELECT t.no(:'rec'::jsonb || '{"contact_record": {}}', 'INVALID_FIELD', 'LC003', '{Id}', 'the contact record must be null');
SELECT t.no(:'rec'::jsonb || '{"do_not_create_account": true}', 'INVALID_FIELD', 'LC003', '{Id}', 'If doNotCreateAccount is true, there can be no related person account');
SELECT t.no(:'req'::jsonb || '{"do_not_create_contact": true}', 'INVALID_FIELD', 'LC003', '{Id}', 'If doNotCreateContact is true, there can be no related person account');
SELECT t.no(jsonb_build_object('lead_id', t.lead('{"company": null}'), 'related_person_account_id', :p), 'REQUIRED_FIELD_MISSING', 'LC001', '{Company}', 'has no company');
SELECT t.no(:'req'::jsonb || jsonb_build_object('account_id', :p), 'INVALID_ID_FIELD', 'LC002', '{}', 'is a person account');
SELECT t.no(:'req'::jsonb || jsonb_build_object('related_person_account_id', :b), 'INVALID_ID_FIELD', 'LC002', '{}', format('account %s is not a person account', :b));
SELECT t.no(:'req'::jsonb || '{"related_person_account_id": 99999}', 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{related_person_account_id}', 'person account 99999 does not exist');
SELECT t.no(:'req'::jsonb || '{"related_person_account_id": 0}', 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{related_person_account_id}', 'person account 0 does not exist');
SELECT t.no(jsonb_build_object('lead_id', t.lead(jsonb_build_object('title', repeat('x', 81))), 'related_person_account_record', '{}'::jsonb), 'STRING_TOO_LONG', 'LC012', '{title}', 'longer than 80');
-- the shape of the record: every bad key is named
SELECT t.no(jsonb_set(:'rec', '{related_person_account_record}', '[]'), 'INVALID_TYPE_ON_FIELD_IN_RECORD', 'LC018', '{related_person_account_record}', 'is not a JSON object');
SELECT is((SELECT jsonb_build_array(errors -> 0 -> 'message', errors -> 0 -> 'fields') FROM (SELECT leadconv.convert_leads_json(jsonb_build_array(jsonb_set(:'rec', '{related_person_account_record}',
    '{"name": "x", "title": "x", "person_nothing": "x", "id": 1, "person_account_id": 1, "person_birthdate": "never", "person_is_person_account": true}')), all_or_none => false) -> 'errors') x (errors)),
    '["the name of a person account is made of the names of the person: \"name\" cannot be set by related_person_account_record", ["name", "title", "person_nothing", "id", "person_account_id", "person_is_person_account", "person_birthdate"]]', 'every bad key is named');
SELECT t.no(jsonb_set(:'rec', '{related_person_account_record}', '{"title": "x"}'), 'INVALID_FIELD', 'LC003', '{title}', 'not a column of a person account');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = false;
SELECT t.no(:'req', 'INVALID_OPERATION', 'LC022', '{related_person_account_id}', 'needs contacts to multiple accounts');
SELECT t.no(:'rec', 'INVALID_OPERATION', 'LC022', '{related_person_account_record}', 'needs contacts to multiple accounts');

SELECT * FROM finish();
ROLLBACK;
