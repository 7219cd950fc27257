-- Standard and custom lead fields: what is mapped is copied; blank picklists get the
-- default of the new record, restricted ones refuse other values; the lead is read
-- and has the date in Greenwich.
BEGIN;
\ir helpers.psql
\ir consideration.psql
SELECT plan(59);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- mapping
ALTER TABLE crm.lead ADD COLUMN branch text, ADD COLUMN budget numeric;
ALTER TABLE crm.account ADD COLUMN branch text;
ALTER TABLE crm.contact ADD COLUMN branch text;
ALTER TABLE crm.opportunity ADD COLUMN budget numeric DEFAULT 7;
SELECT leadconv.map_lead_field('branch', 'account', 'branch'), leadconv.map_lead_field('branch', 'contact', 'branch'), leadconv.map_lead_field('budget', 'opportunity', 'budget');
SELECT t.go('{}', '{"branch": "North", "budget": 5, "industry": "Energy"}');
SELECT is(t.got('account', 'industry'), 'Energy', 'a standard lead field is mapped to a standard field');
SELECT is(concat(t.got('account', 'branch'), ' ', t.got('contact', 'branch'), ' ', t.got('opportunity', 'budget')), 'North North 5', 'a custom one to the custom fields of its mappings');
SELECT t.go();
SELECT is(t.got('opportunity', 'budget'), NULL, 'a blank custom field gets no default');

-- unread, and the date in Greenwich, whatever the session's time zone
SELECT t.lead() AS l \gset
SELECT is((SELECT is_unread_by_owner FROM crm.lead WHERE id = :l), true, 'a new lead is unread');
SELECT is(t.get('lead', (SELECT lead_id FROM r), 'is_unread_by_owner'), 'false', 'converting it sets the unread field to false');
SET LOCAL TimeZone = 'Pacific/Kiritimati';
SELECT t.go();
SELECT is(t.get('lead', (SELECT lead_id FROM r), 'converted_date'), (now() AT TIME ZONE 'UTC')::date::text, 'the converted date is the GMT date, fourteen hours ahead of it');
SET LOCAL TimeZone = 'Etc/GMT+12';
SELECT t.go();
SELECT is(t.get('lead', (SELECT lead_id FROM r), 'converted_date'), (now() AT TIME ZONE 'UTC')::date::text, '... and twelve behind');
RESET TimeZone;

-- defaults of blank picklists
CREATE FUNCTION t.value_id(o text, f text, v text) RETURNS bigint LANGUAGE sql AS $$
    SELECT v_.id FROM crm.picklist_value v_ JOIN crm.picklist_field p ON p.id = picklist_field_id WHERE (object, field, value) = (o, f, v) $$;
UPDATE crm.picklist_value SET is_default = true
WHERE id IN (t.value_id('account', 'industry', 'Finance'), t.value_id('contact', 'lead_source', 'Other'), t.value_id('opportunity', 'lead_source', 'Web'));
SELECT t.go();
SELECT is(concat(t.got('account', 'industry'), ' ', t.got('contact', 'lead_source'), ' ', t.got('opportunity', 'lead_source')), 'Finance Other Web', 'blank picklists get the default of the account, contact and opportunity');
SELECT t.go('{}', '{"industry": " ", "lead_source": "Phone Inquiry"}');
SELECT is(concat(t.got('account', 'industry'), ' ', t.got('contact', 'lead_source'), ' ', t.got('opportunity', 'lead_source')), 'Finance Phone Inquiry Phone Inquiry', '... those that are not blank do not');
SELECT t.go('{"account_record": {"industry": null}}');
SELECT is(t.got('account', 'industry'), NULL, '... nor what the request leaves blank');
SELECT t.new('account', '{"name": "Old"}') AS old \gset
SELECT t.go(jsonb_build_object('account_id', :old));
SELECT is(t.got('account', 'industry'), NULL, '... nor existing records');

-- with record types, the default of the new owner's
INSERT INTO crm.record_type (object, developer_name, name) VALUES ('lead', 'lt', 'L'), ('account', 'a1', 'A1'), ('account', 'a2', 'A2'), ('contact', 'c1', 'C1'), ('opportunity', 'o1', 'O1');
CREATE FUNCTION t.type(code text) RETURNS bigint LANGUAGE sql AS $$ SELECT id FROM crm.record_type WHERE developer_name = code $$;
INSERT INTO crm.user_record_type (user_id, record_type_id, is_default)
SELECT u.id, t.type(y), true FROM (VALUES ('Ann', 'a1'), ('Bob', 'a2'), ('Ann', 'c1'), ('Bob', 'c1'), ('Ann', 'o1'), ('Bob', 'o1')) v (who, y) JOIN crm.app_user u ON u.name = who;
CREATE FUNCTION t.offer(code text, o text, f text, v text, def boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$
    INSERT INTO crm.record_type_picklist_value (record_type_id, picklist_value_id, is_default) VALUES (t.type(code), t.value_id(o, f, v), def) $$;
SELECT t.offer('a1', 'account', 'industry', 'Energy', true), t.offer('a1', 'account', 'industry', 'Banking'), t.offer('a2', 'account', 'industry', 'Retail'), t.offer('a2', 'account', 'rating', 'Hot', true);
SELECT jsonb_build_object('record_type_id', t.type('lt'), 'owner_id', :ann) AS typed \gset
SELECT t.go('{}', :'typed');
SELECT is(concat(t.got('account', 'industry'), ' ', coalesce(t.got('account', 'rating'), '-')), 'Energy -', 'the default of the record type of the new owner');
SELECT t.go(jsonb_build_object('owner_id', :bob), :'typed');
SELECT is(concat(coalesce(t.got('account', 'industry'), '-'), ' ', t.got('account', 'rating')), '- Hot', '... of another owner another one, and a default that it does not offer is none');
SELECT t.offer('a2', 'account', 'industry', 'Finance');
SELECT t.go(jsonb_build_object('owner_id', :bob), :'typed');
SELECT is(t.got('account', 'industry'), 'Finance', '... one that it offers is');
SELECT t.go();
SELECT is(concat(t.got('account', 'industry'), ' ', coalesce(t.got('account', 'rating'), '-')), 'Finance -', 'without a record type the general one');
SELECT t.go(jsonb_build_object('account_record', jsonb_build_object('record_type_id', t.type('a1'))));
SELECT is(t.got('account', 'industry'), 'Energy', 'that of a record type that is asked for');
SELECT is(t.got('contact', 'lead_source'), 'Other', 'a record type that says nothing of a picklist leaves it the general one');
SELECT t.go('{}', :'typed'::jsonb || '{"industry": "Retail"}');
SELECT is(t.got('account', 'industry'), 'Retail', 'a value of the lead is copied, offered or not');
ALTER TABLE crm.account ALTER rating SET DEFAULT 'Cold';
SELECT t.go('{}', :'typed');
SELECT is(t.got('account', 'rating'), 'Cold', 'where a record type has no default, that of the column counts');
SELECT t.go(jsonb_build_object('owner_id', :bob, 'account_record', '{"phone": "1"}'::jsonb), :'typed');
SELECT is(t.got('account', 'rating'), 'Hot', '... and gives way where it has one, also with values of the request');
ALTER TABLE crm.account ALTER rating DROP DEFAULT;
SELECT t.lead(:'typed') AS l \gset
SELECT is(t.shown(jsonb_build_object('lead_id', :l), 'account', 'industry'), 'Energy from picklist', 'a look shows it, and where it comes from');
SELECT is(t.shown(jsonb_build_object('lead_id', :l, 'owner_id', :bob), 'account', 'industry'), 'Finance from picklist', '... for each owner');
SELECT is(t.shown(jsonb_build_object('lead_id', :l, 'account_record', '{"industry": "Retail"}'::jsonb), 'account', 'industry'), 'Retail from request', '... unless the request has one');

-- whatever is in a value
INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order, is_default)
SELECT id, v, v, 900, v LIKE '%general' FROM crm.picklist_field, unnest(ARRAY[E'O''Neil \\ 50 % ; -- $1 general', E'O''Neil \\ 50 % ; -- $1 "typed"']) v WHERE (object, field) = ('contact', 'salutation');
SELECT t.offer('c1', 'contact', 'salutation', E'O''Neil \\ 50 % ; -- $1 "typed"', true);
SELECT t.go();
SELECT is(t.got('contact', 'salutation'), E'O''Neil \\ 50 % ; -- $1 general', 'a default is what it is, whatever is in it');
SELECT t.go('{"contact_record": {"phone": "1"}}', :'typed');
SELECT is(t.got('contact', 'salutation'), E'O''Neil \\ 50 % ; -- $1 "typed"', '... that of a record type, too');
UPDATE crm.picklist_field SET is_restricted = true WHERE (object, field) = ('contact', 'salutation');
SELECT t.go('{}', :'typed'::jsonb || jsonb_build_object('salutation', E'O''Neil \\ 50 % ; -- $1 "typed"'));
SELECT is((SELECT success FROM r), true, '... and is found in the list');
UPDATE crm.picklist_field SET is_restricted = false;

-- restricted picklists
UPDATE crm.picklist_field SET is_restricted = true WHERE object = 'account' AND field IN ('industry', 'type');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"industry": "Wine"}')), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'LC024', '{industry}',
    'bad value for restricted picklist field account.industry: Wine', 'a restricted picklist refuses a value that it has not');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'account_record', '{"industry": "energy"}'::jsonb), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'LC024', '{industry}',
    'account.industry: energy', '... from the request, too');
UPDATE crm.picklist_value SET is_active = false WHERE id = t.value_id('account', 'industry', 'Apparel');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"industry": "Apparel"}')), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'LC024', '{industry}',
    'Apparel', '... or that is not active');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(:'typed'::jsonb || '{"industry": "Retail"}')), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'LC024', '{industry}',
    'Retail', '... or that the record type does not offer');
SELECT t.go('{}', '{"industry": "Retail"}');
SELECT is(t.got('account', 'industry'), 'Retail', 'an active value is none that is refused');
SELECT t.go('{}', :'typed'::jsonb || '{"industry": "Banking"}');
SELECT is(t.got('account', 'industry'), 'Banking', '... nor is one that the record type offers');
SELECT t.go('{"account_record": {"industry": null, "type": " "}}');
SELECT is(t.got('account', 'industry'), NULL, '... nor is a blank');
SELECT t.go('{"do_not_create_account": true, "do_not_create_opportunity": true}', '{"industry": "Wine"}');
SELECT is((SELECT success FROM r), true, '... nor one that goes nowhere');
SELECT t.go('{"account_record": {"industry": "Energy"}}', '{"industry": "Wine"}');
SELECT is(t.got('account', 'industry'), 'Energy', '... nor one of the lead where the request has another');
SELECT t.new('account', '{"name": "Vineyard", "industry": "Energy"}') AS full \gset
SELECT t.go(jsonb_build_object('account_id', :full), '{"industry": "Wine"}');
SELECT is(t.got('account', 'industry'), 'Energy', '... nor one that an existing record does not take');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"industry": "Wine"}'), 'account_id', :old), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'LC024', '{industry}',
    'Wine', 'but one that an existing record would be filled with');
SELECT is(t.shown(jsonb_build_object('lead_id', t.lead('{"industry": "Wine"}')), 'account', 'industry'), ' from INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'a look tells of it');
SELECT t.lead('{"industry": "Wine", "company": "One"}') AS l1 \gset
SELECT t.lead('{"industry": "Energy", "company": "Two"}') AS l2 \gset
SELECT t.lead('{"industry": "Wine", "company": "Two"}') AS l3 \gset
SELECT results_eq(format('SELECT success, (errors[1]).status_code FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), leadconv.new_lead_convert(%s), leadconv.new_lead_convert(%s)], all_or_none => false)', :l1, :l2, :l3),
    $$VALUES (false, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'), (true, NULL), (false, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST')$$, 'many leads: those are refused, and no other');
SELECT t.lead('{"company": "Three"}') AS l1 \gset
SELECT t.lead('{"industry": "Wine", "company": "Three"}') AS l2 \gset
UPDATE crm.picklist_value SET is_default = false WHERE id = t.value_id('account', 'industry', 'Finance');
SELECT results_eq(format('SELECT success, (errors[1]).status_code FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), leadconv.new_lead_convert(%s)], all_or_none => false, reuse_accounts => true)', :l1, :l2),
    $$VALUES (true, NULL), (false, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST')$$, '... also when the account is one that an earlier lead of the call makes');
SELECT is((SELECT array_agg(industry) FROM crm.account WHERE name = 'Three'), '{NULL}', '... which is made, and not filled with it');
SELECT t.new('account', '{"name": "Empty"}') AS empty \gset
CREATE TEMP TABLE several AS SELECT * FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(t.lead(jsonb_build_object('industry', v, 'last_name', i)), account_id => :empty)
    FROM unnest('{Wine,Wine,Energy,Wine}'::text[]) WITH ORDINALITY u (v, i)), all_or_none => false);
SELECT is(ARRAY(SELECT success FROM several ORDER BY lead_id), '{f,f,t,t}', 'several leads into one account: those before it is filled');
SELECT is(t.get('account', :empty, 'industry'), 'Energy', '... which it is with the first value that is good');
SELECT t.new('account', '{"name": "Emptier"}') AS empty \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Emptier', 'account_id', :empty)) AS c \gset
UPDATE crm.picklist_field SET is_restricted = true WHERE (object, field) = ('contact', 'salutation');
SELECT t.lead('{"industry": "Energy", "salutation": "Sir", "last_name": "One"}') AS l1 \gset
SELECT t.lead('{"industry": "Wine", "last_name": "Two"}') AS l2 \gset
SELECT is(ARRAY(SELECT success FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => :empty, contact_id => :c), leadconv.new_lead_convert(:l2, account_id => :empty)], all_or_none => false)),
    '{f,f}', '... a lead that is refused for its contact does not fill the account');
SELECT is(t.get('account', :empty, 'industry'), NULL, '... nor does the other one');
UPDATE crm.picklist_field SET is_restricted = true WHERE object = 'task' AND field = 'priority';
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'follow_up_task', '{"subject": "Call", "priority": "Huge"}'::jsonb), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'LC024', '{priority}',
    'task.priority: Huge', 'those of a follow-up task');
SELECT t.go('{"follow_up_task": {"subject": "Call", "priority": "Low"}}');
SELECT is((SELECT success FROM r), true, '... refuse no other');
UPDATE crm.picklist_field SET is_restricted = false;

-- lead sources
SELECT t.offer('c1', 'contact', 'lead_source', 'Web'), t.offer('c1', 'contact', 'lead_source', 'Other');
SELECT t.go('{}', :'typed'::jsonb || '{"lead_source": "Web"}');
SELECT is(concat(t.got('contact', 'lead_source'), ' ', (SELECT warnings FROM r)), 'Web {}', 'the lead sources that the default record type offers are available');
SELECT t.go('{}', :'typed'::jsonb || '{"lead_source": "Phone Inquiry"}');
SELECT is(concat(t.got('contact', 'lead_source'), ' ', t.got('opportunity', 'lead_source')), 'Other Phone Inquiry', 'another one is not, and is as a blank one');
SELECT is((SELECT array_agg(concat(w.status_code, ' ', w.fields, ' ', w.message)) FROM r, unnest(warnings) w), '{"PICKLIST_VALUE_NOT_OFFERED {lead_source} \"Phone Inquiry\" is no lead source of the new contact"}', '... with a warning');
SELECT t.go('{"contact_record": {"lead_source": "Phone Inquiry"}}', :'typed'::jsonb || '{"lead_source": "Phone Inquiry"}');
SELECT is(concat(t.got('contact', 'lead_source'), ' ', (SELECT warnings FROM r)), 'Phone Inquiry {}', 'one that the request gives is written');
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :old)) AS c \gset
SELECT t.go(jsonb_build_object('account_id', :old, 'contact_id', :c), :'typed'::jsonb || '{"lead_source": "Phone Inquiry"}');
SELECT is(concat(t.got('contact', 'lead_source'), ' ', (SELECT warnings FROM r)), 'Phone Inquiry {}', 'the record type of an existing contact is its own affair');
SELECT t.go('{}', '{"lead_source": "Phone Inquiry"}');
SELECT is(t.got('contact', 'lead_source'), 'Phone Inquiry', 'without a record type they are all available');

SELECT * FROM finish();
ROLLBACK;
