-- The consideration "Person Accounts": with person accounts enabled, leads are converted to person accounts or to
-- business accounts.
BEGIN;
\ir helpers.psql
SELECT plan(76);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Owner"}') AS u \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- Both halves of a person account, as one JSON object without what is not given
CREATE FUNCTION t.person(account_id bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(to_jsonb(a) || jsonb_build_object('contact', to_jsonb(c)))
    FROM crm.account a LEFT JOIN crm.contact c ON c.account_id = a.id AND c.is_person_account WHERE a.id = $1 $$;
CREATE FUNCTION t.pick(object jsonb, keys text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(key, value) FROM jsonb_each(object) WHERE key = ANY (keys) $$;

--
-- While they are not enabled
--
SELECT t.new('account', '{"name": "Old Person", "is_person_account": true}') AS p0 \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Person', 'account_id', :p0, 'is_person_account', true));
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"company": null}')), 'REQUIRED_FIELD_MISSING', 'LC001', '{Company}', 'company', 'not enabled: a lead without a company has no account to go to');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'account_id', :p0), 'INVALID_OPERATION', 'LC022', '{account_id}', 'person accounts are not enabled', 'not enabled: an existing person account is refused');

UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;

--
-- Leads that don't have a value in the Company field are converted to person accounts
--
SELECT t.go(jsonb_build_object('owner_id', :u), '{"company": null, "salutation": "Ms.", "middle_name": "Q.", "suffix": "Jr.", "email": "maya@example.com",
    "title": "Poet", "street": "1 Way", "city": "Ulm", "state": "BW", "postal_code": "89073", "country": "Germany", "phone": "1", "fax": "2", "mobile_phone": "3",
    "website": "w.example.com", "industry": "Arts", "rating": "Hot", "annual_revenue": 5, "number_of_employees": 1, "description": "Writes", "lead_source": "Web",
    "do_not_call": true, "has_opted_out_of_email": true, "company_local": "nobody", "company_duns_number": "1"}');
SELECT account_id AS a, contact_id AS c, opportunity_id AS o, lead_id AS l FROM r \gset
SELECT is(ROW(account_created, contact_created, opportunity_created, related_person_account_id, warnings)::text, '(t,t,t,,{})', 'a lead without a company becomes a person account: an account and a contact, made together') FROM r;
SELECT is(t.pick(t.person(:a), '{name,is_person_account,name_local,duns_number}'), '{"name": "Maya Q. Rao Jr.", "is_person_account": true}', 'its name is that of the person, without the salutation; nothing of a company is in it');
SELECT is(t.pick(t.person(:a), '{billing_street,billing_city,billing_state,billing_postal_code,billing_country}'),
    '{"billing_street": "1 Way", "billing_city": "Ulm", "billing_state": "BW", "billing_postal_code": "89073", "billing_country": "Germany"}', 'the address goes to the billing address');
SELECT is(t.pick(t.person(:a) -> 'contact', '{mailing_street,mailing_city,mailing_state,mailing_postal_code,mailing_country}'),
    '{"mailing_street": "1 Way", "mailing_city": "Ulm", "mailing_state": "BW", "mailing_postal_code": "89073", "mailing_country": "Germany"}', 'and to the mailing address');
SELECT is(t.pick(t.person(:a), '{phone,fax,website,industry,rating,annual_revenue,number_of_employees,description,account_source,owner_id}'),
    jsonb_build_object('phone', '1', 'fax', '2', 'website', 'w.example.com', 'industry', 'Arts', 'rating', 'Hot', 'annual_revenue', 5, 'number_of_employees', 1,
                       'description', 'Writes', 'account_source', 'Web', 'owner_id', :u), 'what else is the account''s');
SELECT is(t.pick(t.person(:a) -> 'contact', '{salutation,first_name,middle_name,last_name,suffix,email,title,mobile_phone,lead_source,do_not_call,has_opted_out_of_email,is_person_account,account_id,owner_id}'),
    jsonb_build_object('salutation', 'Ms.', 'first_name', 'Maya', 'middle_name', 'Q.', 'last_name', 'Rao', 'suffix', 'Jr.', 'email', 'maya@example.com', 'title', 'Poet',
                       'mobile_phone', '3', 'lead_source', 'Web', 'do_not_call', true, 'has_opted_out_of_email', true, 'is_person_account', true, 'account_id', :a, 'owner_id', :u),
    'the person is in the contact');
SELECT is(ROW(name, account_id, owner_id)::text, format('("Maya Q. Rao Jr.",%s,%s)', :'a', :'u'), 'the opportunity is named after the person') FROM crm.opportunity WHERE id = :o;
SELECT is(ROW(is_converted, converted_account_id, converted_contact_id, converted_opportunity_id)::text, format('(t,%s,%s,%s)', :'a', :'c', :'o'), 'the lead names both halves') FROM crm.lead WHERE id = :l;
SELECT is(ROW(contact_id, is_primary)::text, format('(%s,t)', :'c'), 'the person has the primary role in the opportunity') FROM crm.opportunity_contact_role WHERE opportunity_id = :o;
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE :c = contact_id), 0::bigint, 'a person account is not related to itself');
SELECT is((SELECT count(*) FROM crm.entity_subscription WHERE account_id = :a AND subscriber_id = :ann), 1::bigint, 'who converts follows the new account');
SELECT is(ROW(account_id, account_created, contact_id, contact_created, related_person_account_id, filled_fields)::text, format('(%s,t,%s,t,,)', :'a', :'c'), 'the ledger has both as created') FROM crm.lead_conversion WHERE lead_id = :l;
SELECT is(ROW(id, person_contact_id, first_name, last_name, person_email, person_title, description)::text, format('(%s,%s,Maya,Rao,maya@example.com,Poet,Writes)', :'a', :'c'), 'the view crm.person_account shows the person') FROM crm.person_account WHERE id = :a;

SELECT t.go('{}', '{"company": " ", "first_name": null}');
SELECT is((SELECT t.pick(t.person(account_id), '{name,is_person_account}') FROM r), '{"name": "Rao", "is_person_account": true}', 'a company of blanks is none');
SELECT is((SELECT last_name FROM crm.person_account p JOIN r ON p.id = r.account_id), 'Rao', '... the person');

-- values of the request: the name follows those of the person
SELECT t.go('{"account_record": {"site": "HQ"}, "contact_record": {"first_name": "Mia", "last_name": "Ray", "department": "X", "owner_id": null}, "opportunity_record": {"type": "T"}}', '{"company": null}');
SELECT is((SELECT t.pick(t.person(account_id), '{name,site}') FROM r), '{"name": "Mia Ray", "site": "HQ"}', 'values of the request win, and the name is made of them');
SELECT is((SELECT t.pick(t.person(account_id) -> 'contact', '{first_name,last_name,department}') FROM r), '{"first_name": "Mia", "last_name": "Ray", "department": "X"}', '... in the contact');
SELECT t.go(jsonb_build_object('account_record', jsonb_build_object('owner_id', :ann, 'phone', '9'), 'contact_record', '{"description": "C", "phone": "8", "fax": null}'::jsonb), jsonb_build_object('company', NULL, 'owner_id', :u, 'fax', '3', 'phone', '1'));
SELECT is((SELECT jsonb_build_array(t.pick(t.person(account_id), '{owner_id,phone,description,fax}'), t.pick(t.person(account_id) -> 'contact', '{owner_id,phone,description,fax}')) FROM r),
    jsonb_build_array(jsonb_build_object('owner_id', :ann, 'phone', '9', 'description', 'C'), jsonb_build_object('owner_id', :ann, 'phone', '8', 'description', 'C')), 'what a person has once is given to both halves, whichever record names it');
UPDATE crm.lead_convert_settings SET convert_to_contact = false;
SELECT t.go('{}', '{"company": null}');
SELECT is(contact_created, true, 'a person account is made as a whole, also where conversions make no contacts') FROM r;
UPDATE crm.lead_convert_settings SET convert_to_contact = true, convert_to_account = false;
SELECT t.go('{}', '{"company": null}');
SELECT is(account_id, NULL, 'but none where they make no accounts') FROM r;
UPDATE crm.lead_convert_settings SET convert_to_account = true;
SELECT t.go('{"do_not_create_opportunity": true}', '{"company": null}');
SELECT is(ROW(account_created, contact_created, opportunity_id)::text, '(t,t,)', 'without an opportunity') FROM r;

--
-- Leads that do have a value in the Company field are converted to business accounts
--
SELECT t.go('{}', '{"company": "Acme"}');
SELECT is((SELECT jsonb_build_array(a.name, a.is_person_account, c.is_person_account) FROM r JOIN crm.account a ON a.id = r.account_id JOIN crm.contact c ON c.id = r.contact_id),
    '["Acme", false, false]', 'a lead with a company becomes a business account and a contact');
SELECT t.go('{"account_record": {"name": "Given"}}', '{"company": null}');
SELECT is((SELECT jsonb_build_array(a.name, a.is_person_account, c.is_person_account) FROM r JOIN crm.account a ON a.id = r.account_id JOIN crm.contact c ON c.id = r.contact_id),
    '["Given", false, false]', 'a company that the request gives counts as one');
SELECT t.go('{"do_not_create_account": true}', '{"company": null}');
SELECT is((SELECT jsonb_build_array(r.account_id, c.account_id, c.is_person_account) FROM r JOIN crm.contact c ON c.id = r.contact_id), '[null, null, false]', 'without any account there is only a contact');

-- leads without company information can still be converted to an existing business account
SELECT t.new('account', '{"name": "Old"}') AS old \gset
SELECT t.go(jsonb_build_object('account_id', :old), '{"company": null}');
SELECT is((SELECT jsonb_build_array(r.account_id, c.account_id, c.is_person_account, o.name) FROM r JOIN crm.contact c ON c.id = r.contact_id JOIN crm.opportunity o ON o.id = r.opportunity_id),
    jsonb_build_array(:old, :old, false, 'Maya Rao'), 'a lead without a company goes to an existing business account');

--
-- An existing person account, by its account alone
--
CREATE FUNCTION t.new_person(account jsonb, contact jsonb) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    a bigint := t.new('account', '{"name": "Maya Rao", "is_person_account": true}' || account);
BEGIN
    PERFORM t.new('contact', jsonb_build_object('last_name', 'Rao', 'first_name', 'Maya', 'is_person_account', true, 'account_id', a) || contact);
    RETURN a;
END $$;
SELECT t.new_person('{"phone": "0", "account_source": "Old"}', '{"email": "kept@example.com", "lead_source": "Old"}') AS p \gset
SELECT t.go(jsonb_build_object('account_id', :p), '{"company": null, "phone": "1", "fax": "2", "email": "new@example.com", "title": "Poet", "city": "Ulm", "lead_source": "Web", "description": "D", "do_not_call": true}');
SELECT is(ROW(account_id, contact_id, account_created, contact_created)::text, format('(%s,%s,f,f)', :p, t.person(:p) #>> '{contact,id}'), 'an existing person account is named by its account, and its contact is used') FROM r;
SELECT is(t.pick(t.person(:p), '{name,phone,fax,billing_city,account_source,description}'), '{"name": "Maya Rao", "phone": "0", "fax": "2", "billing_city": "Ulm", "account_source": "Old", "description": "D"}', 'empty fields of its account are filled');
SELECT is(t.pick(t.person(:p) -> 'contact', '{email,title,mailing_city,lead_source,phone}'), '{"email": "kept@example.com", "title": "Poet", "mailing_city": "Ulm", "lead_source": "Old", "phone": "1"}', 'and of its contact');
SELECT is(filled_fields, '{"account": ["billing_city", "fax", "description"], "contact": ["mailing_city", "title", "phone", "fax", "description"]}', 'the ledger says which') FROM crm.lead_conversion JOIN r USING (lead_id);
SELECT is(undo -> 'revision', '{"account": 2, "contact": 2}', '... and what is needed to take it back') FROM crm.lead_conversion JOIN r USING (lead_id);
SELECT is(undo #> '{fields,account,fax}', '[null, "2"]', '... values before and after') FROM crm.lead_conversion JOIN r USING (lead_id);
SELECT is((SELECT o.account_id FROM crm.opportunity o JOIN r ON o.id = r.opportunity_id), :p::bigint, 'the opportunity is the person account''s');
SELECT is((SELECT count(*) FROM crm.entity_subscription WHERE account_id = :p), 0::bigint, 'nobody follows an existing one because of it');
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE account_id = :p), 0::bigint, 'and it is not related to itself');

SELECT t.go(jsonb_build_object('account_id', :p, 'overwrite_lead_source', true), '{"company": null, "lead_source": "Web"}');
SELECT is(jsonb_build_array(t.person(:p) -> 'account_source', t.person(:p) #> '{contact,lead_source}'), '["Old", "Web"]', 'overwrite_lead_source overwrites the person''s, which needs no contact_id');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'account_id', :old, 'overwrite_lead_source', true), 'REQUIRED_FIELD_MISSING', 'LC001', '{Id}', 'contactId must be specified', 'a business account does');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"company": null}'), 'overwrite_lead_source', true), 'REQUIRED_FIELD_MISSING', 'LC001', '{Id}', 'contactId must be specified', 'so does a new person account');

SELECT t.go(jsonb_build_object('account_id', :p, 'opportunity_id', t.new('opportunity', jsonb_build_object('name', 'Deal', 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'account_id', :p))), '{"company": "Acme"}');
SELECT is(ROW(account_id, opportunity_created)::text, format('(%s,f)', :p), 'with an opportunity of the person account, and also by a lead with a company') FROM r;

-- a part of the name that is filled is part of the account's name, too
SELECT t.new_person('{"name": "Rao"}', '{"first_name": null}') AS p2 \gset
SELECT t.go(jsonb_build_object('account_id', :p2), '{"company": null}');
SELECT is(t.person(:p2) ->> 'name', 'Maya Rao', 'the account of a person whose first name is filled is named after it');
SELECT is(ROW(filled_fields, undo -> 'fields')::text, '("{""account"": [""name""], ""contact"": [""first_name""]}","{""account"": {""name"": [""Rao"", ""Maya Rao""]}, ""contact"": {""first_name"": [null, ""Maya""]}}")', '... and the ledger says so') FROM crm.lead_conversion JOIN r USING (lead_id);

-- two leads of one call go to one person
SELECT t.new_person('{}', '{}') AS p3 \gset
SELECT t.lead('{"company": null, "phone": "1"}') AS l1 \gset
SELECT t.lead('{"company": null, "phone": "2", "email": "b@example.com"}') AS l2 \gset
SELECT is((SELECT array_agg(success) FROM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', :l1, 'account_id', :p3), jsonb_build_object('lead_id', :l2, 'account_id', :p3))) j, LATERAL (SELECT j ->> 'success') s (success)), '{true,true}', 'two leads of one call go to one person account');
SELECT is(jsonb_build_array(t.person(:p3) -> 'phone', t.person(:p3) #> '{contact,email}'), '["1", "b@example.com"]', '... the first that has a value fills a field');

--
-- A batch of both kinds
--
SELECT array_agg(t.lead(jsonb_build_object('last_name', 'L' || i, 'company', CASE WHEN i % 2 = 0 THEN 'C' || i END))) AS batch FROM generate_series(1, 20) i \gset
CREATE TEMP TABLE b AS SELECT x.* FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l) FROM unnest(:'batch'::bigint[]) l)) x;
SELECT is((SELECT array_agg(DISTINCT concat(l.company, ':', a.name, ':', a.is_person_account, c.is_person_account, c.account_id = a.id, o.account_id = a.id, b.account_created)) FILTER (WHERE l.last_name IN ('L1', 'L2')) FROM b JOIN crm.lead l ON l.id = b.lead_id JOIN crm.account a ON a.id = b.account_id
      JOIN crm.contact c ON c.id = b.contact_id JOIN crm.opportunity o ON o.id = b.opportunity_id), '{":Maya L1:ttttt","C2:C2:ffttt"}', 'one call converts leads to business and to person accounts');
SELECT is((SELECT count(*) FROM b JOIN crm.person_account p ON p.id = b.account_id AND p.person_contact_id = b.contact_id), 10::bigint, '... each to its own');

-- partial success
SELECT t.lead('{"company": null, "last_name": "Bad"}') AS bad \gset
SELECT t.lead('{"company": null}') AS good \gset
ALTER TABLE crm.contact ADD CONSTRAINT no_bad CHECK (last_name <> 'Bad');
SELECT is((SELECT array_agg(success ORDER BY lead_id) FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l) FROM unnest(ARRAY[:bad, :good]) l), all_or_none => false)), '{f,t}', 'partial success: one of two persons fails');
SELECT is((SELECT count(*) FROM crm.account WHERE name = 'Maya Bad'), 0::bigint, '... and no half of an account is left');

-- a retry
SELECT t.lead('{"company": null}') AS l \gset
SELECT t.convert(:l, '{"request_id": "p1"}') AS first \gset
SELECT is(t.convert(:l, '{"request_id": "p1"}')::text, :'first', 'a retry of the request gets its first result');
SELECT leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', t.lead('{"company": null}')))) AS json \gset
SELECT is(t.pick(:'json', '{success,account_created,contact_created}'), '{"success": true, "account_created": true, "contact_created": true}', 'the function for JSON');

--
-- Converting a lead to a person account doesn't trigger workflow rules
--
CREATE TRIGGER w_lead AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.is_converted AND NOT OLD.is_converted) EXECUTE FUNCTION leadconv.workflow_task('w lead');
CREATE TRIGGER w_opportunity AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.workflow_task('w opportunity');
SELECT t.go('{}', '{"company": null}');
SELECT is((SELECT count(*) FROM crm.task WHERE subject LIKE 'w %'), 0::bigint, 'a new person account starts no workflow');
SELECT t.go(jsonb_build_object('account_id', :p), '{"company": null}');
SELECT is((SELECT count(*) FROM crm.task WHERE subject LIKE 'w %'), 0::bigint, 'nor does an existing one');
-- nor does an opportunity that is made for it later
SELECT t.go('{"do_not_create_opportunity": true}', '{"company": null}');
SELECT is(ROW(x.account_id = r.account_id, x.contact_id = r.contact_id, x.opportunity_created)::text, '(t,t,t)', 'a conversion to a person account is completed') FROM r, leadconv.complete_lead_conversion(r.lead_id) x;
SELECT is((SELECT jsonb_agg(jsonb_build_array(o.account_id = r.account_id, x.contact_id = r.contact_id, x.is_primary)) FROM r JOIN crm.lead l ON l.id = r.lead_id JOIN crm.opportunity o ON o.id = l.converted_opportunity_id JOIN crm.opportunity_contact_role x ON x.opportunity_id = o.id), '[[true, true, true]]', '... the opportunity is the person''s');
SELECT is((SELECT count(*) FROM crm.account_contact_relation x JOIN r ON x.contact_id = r.contact_id), 0::bigint, '... who is not related to the own account');
SELECT is((SELECT count(*) FROM crm.task WHERE subject LIKE 'w %'), 0::bigint, '... without workflow');
SELECT t.go();
SELECT is((SELECT array_agg(subject::text ORDER BY subject) FROM crm.task WHERE subject LIKE 'w %'), '{"w lead","w opportunity"}', 'a business account does');

--
-- Different record types for leads that convert to person accounts and to business accounts
--
INSERT INTO crm.record_type (object, developer_name, name, is_person_type, requires_company) VALUES
    ('lead', 'person_lead', 'Person lead', false, false), ('lead', 'business_lead', 'Business lead', false, true),
    ('account', 'person', 'Person', true, false), ('account', 'business', 'Business', false, false);
SELECT id AS tpl FROM crm.record_type WHERE developer_name = 'person_lead' \gset
SELECT id AS tbl FROM crm.record_type WHERE developer_name = 'business_lead' \gset
SELECT id AS tp FROM crm.record_type WHERE developer_name = 'person' \gset
SELECT id AS tb FROM crm.record_type WHERE developer_name = 'business' \gset
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(jsonb_build_object('company', NULL, 'record_type_id', :tbl))), 'REQUIRED_FIELD_MISSING', 'LC001', '{Company}', 'has no company', 'a record type of leads may require a company');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(jsonb_build_object('company', NULL, 'owner_id', :u, 'record_type_id', :tpl))), 'UNAVAILABLE_RECORDTYPE_EXCEPTION', 'LC011', '{record_type_id}', 'Unable to find default record type for the new person account', 'a person account needs a default record type, when the lead has one');
INSERT INTO crm.user_record_type (user_id, record_type_id, is_default) VALUES (:u, :tb, true);
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(jsonb_build_object('company', NULL, 'owner_id', :u, 'record_type_id', :tpl))), 'UNAVAILABLE_RECORDTYPE_EXCEPTION', 'LC011', '{record_type_id}', 'Unable to find default record type for the new person account', '... one for persons');
UPDATE crm.user_record_type SET record_type_id = :tp;
SELECT t.go('{}', jsonb_build_object('company', NULL, 'owner_id', :u, 'record_type_id', :tpl));
SELECT is((SELECT a.record_type_id FROM crm.account a JOIN r ON a.id = r.account_id), :tp::bigint, 'it gets the default of the new owner');
SELECT t.go('{}', jsonb_build_object('owner_id', :u, 'record_type_id', :tbl));
SELECT is((SELECT a.record_type_id FROM crm.account a JOIN r ON a.id = r.account_id), :tb::bigint, 'a business account the first one for businesses');
SELECT t.go('{"related_person_account_record": {}}', jsonb_build_object('owner_id', :u, 'record_type_id', :tbl));
SELECT is((SELECT array_agg(a.record_type_id ORDER BY a.is_person_account) FROM crm.account a JOIN r ON a.id IN (r.account_id, r.related_person_account_id)), ARRAY[:tb, :tp]::bigint[], 'a business account and a related person account one each');
SELECT t.go('{}', jsonb_build_object('company', NULL, 'owner_id', :u));
SELECT is((SELECT a.record_type_id FROM crm.account a JOIN r ON a.id = r.account_id), NULL, 'none, when the lead has none');
SELECT t.go(jsonb_build_object('account_record', jsonb_build_object('record_type_id', :tp)), jsonb_build_object('company', NULL));
SELECT is((SELECT a.record_type_id FROM crm.account a JOIN r ON a.id = r.account_id), :tp::bigint, 'one that the request gives');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"company": null}'), 'account_record', jsonb_build_object('record_type_id', :tb)), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{record_type_id}', 'is not one for person accounts', 'it must be one for persons');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'account_record', jsonb_build_object('record_type_id', :tp)), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{record_type_id}', 'is not one for business accounts', '... and that of a business account one for businesses');

SELECT * FROM finish();
ROLLBACK;
