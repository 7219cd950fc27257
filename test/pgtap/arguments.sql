-- What each combination of arguments gives, what is refused, with which status
-- code, SQLSTATE and message; and that a refusal changes nothing.
BEGIN;
\ir helpers.psql
SELECT plan(299);

-- who is there
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT t.new('app_user', '{"name": "Gone", "is_active": false}') AS gone \gset
SELECT t.new('app_user', '{"name": "Queue", "user_type": "Queue"}') AS queue \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.new('account', '{"name": "Old Account"}') AS a \gset
SELECT t.new('account', '{"name": "Other Account"}') AS a2 \gset
SELECT t.new('account', '{"name": "Deleted Account", "is_deleted": true}') AS a_deleted \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old Contact', 'account_id', :a)) AS c \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Contact of another', 'account_id', :a2)) AS c2 \gset
SELECT t.new('contact', '{"last_name": "Free"}') AS c_free \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Deleted', 'account_id', :a, 'is_deleted', true)) AS c_deleted \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old Opp', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Opp of another', 'account_id', :a2, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o2 \gset
SELECT t.new('opportunity', '{"name": "Free Opp", "stage_name": "Prospecting", "close_date": "2030-01-01"}') AS o_free \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Deleted', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'is_deleted', true)) AS o_deleted \gset
INSERT INTO crm.lead_status (api_name, master_label, sort_order, is_converted) VALUES ('Won', 'Won!', 9, true);
CREATE FUNCTION t.req(request jsonb) RETURNS jsonb LANGUAGE sql AS
    $$ SELECT jsonb_build_object('lead_id', (SELECT max(id) FROM crm.lead)) || request $$;

--
-- New and existing records, in each combination
--
SELECT t.go('{"converted_status": "Closed - Converted"}', '{"company": "Acme Manufacturing"}');
SELECT ok(success AND account_created AND contact_created AND opportunity_created, 'only lead and status: all three are created') FROM r;
SELECT is(t.get('account', account_id, 'name'), 'Acme Manufacturing', '... the account is named after the company') FROM r;
SELECT is(t.get('opportunity', opportunity_id, 'name'), 'Acme Manufacturing', '... so is the opportunity') FROM r;
SELECT is(t.get('contact', contact_id, 'account_id'), account_id::text, '... the contact belongs to the account') FROM r;
SELECT is(t.get('opportunity', opportunity_id, 'account_id'), account_id::text, '... so does the opportunity') FROM r;
SELECT is(t.get('lead', lead_id, 'converted_date'), (now() AT TIME ZONE 'UTC')::date::text, '... converted date set') FROM r;
SELECT is(t.get('lead', lead_id, 'status'), 'Closed - Converted', '... status set') FROM r;
SELECT ok(errors = '{}' AND warnings = '{}', '... no error, no warning') FROM r;
SELECT is(related_person_account_id, NULL, '... no related person account') FROM r;

SELECT t.go(jsonb_build_object('account_id', :a));
SELECT ok(success AND NOT account_created AND contact_created AND opportunity_created AND account_id = :a, 'existing account: kept, the rest created') FROM r;
SELECT is(t.get('account', :a, 'name'), 'Old Account', '... its name is kept');
SELECT is(t.get('opportunity', opportunity_id, 'name'), 'Acme', '... the new opportunity is still named after the lead''s company') FROM r;
SELECT is(t.get('contact', contact_id, 'account_id'), :'a', '... the new contact belongs to it') FROM r;

SELECT t.go(jsonb_build_object('account_id', :a, 'contact_id', :c));
SELECT ok(success AND NOT account_created AND NOT contact_created AND contact_id = :c AND account_id = :a, 'account and its contact: both kept') FROM r;
SELECT is(t.get('contact', :c, 'last_name'), 'Old Contact', '... name not overwritten');

SELECT t.go(jsonb_build_object('account_id', :a, 'opportunity_id', :o));
SELECT ok(success AND NOT opportunity_created AND opportunity_id = :o AND contact_created, 'opportunity of the account: kept, contact created') FROM r;
SELECT is(t.get('opportunity', :o, 'name'), 'Old Opp', '... name kept');

SELECT t.go(jsonb_build_object('account_id', :a, 'opportunity_id', :o_free));
SELECT ok(success AND opportunity_id = :o_free, 'opportunity without account: accepted') FROM r;
SELECT is(t.get('opportunity', :o_free, 'account_id'), NULL, '... and stays without');

SELECT t.go('{"do_not_create_opportunity": true}');
SELECT ok(success AND opportunity_id IS NULL AND NOT opportunity_created AND account_created AND contact_created, 'doNotCreateOpportunity') FROM r;
SELECT is(t.get('lead', lead_id, 'converted_opportunity_id'), NULL, '... nor on the lead') FROM r;

UPDATE crm.account SET account_source = 'A' WHERE id = :a;
UPDATE crm.contact SET lead_source = 'C' WHERE id = :c;
UPDATE crm.opportunity SET lead_source = 'O' WHERE id = :o;
SELECT t.go(jsonb_build_object('account_id', :a, 'contact_id', :c, 'opportunity_id', :o), '{"lead_source": "L"}');
SELECT is(ARRAY[t.get('account', :a, 'account_source'), t.get('contact', :c, 'lead_source'), t.get('opportunity', :o, 'lead_source')],
          ARRAY['A', 'C', 'O'], 'three existing with a source: none changes');
SELECT t.go(jsonb_build_object('account_id', :a, 'contact_id', :c, 'opportunity_id', :o, 'overwrite_lead_source', true), '{"lead_source": "L"}');
SELECT is(ARRAY[t.get('account', :a, 'account_source'), t.get('contact', :c, 'lead_source'), t.get('opportunity', :o, 'lead_source')],
          ARRAY['A', 'L', 'O'], 'overwriteLeadSource changes the contact''s only');

SELECT t.lead() AS l \gset
UPDATE crm.lead SET status = 'Closed - Converted' WHERE id = :l;
SELECT ok(status = 'Closed - Converted' AND NOT is_converted AND converted_account_id IS NULL AND converted_date IS NULL,
          'a converted status by plain update converts nothing') FROM crm.lead WHERE id = :l;
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE lead_id = :l), 0::bigint, '... no ledger row');
SELECT ok((t.convert(:l)).success, '... and it can still be converted');

-- refusals, all on one lead that must stay convertible
SELECT t.lead('{"lead_source": "L"}') AS l \gset
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', :c_free)), 'INVALID_ID_FIELD', 'LC002', '{}', 'contact ' || :c_free, 'contact without account');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = false;
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', :c2)), 'INVALID_ID_FIELD', 'LC002', '{}', 'contact ' || :c2, 'contact of another account');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = true;
SELECT t.refuses(t.req(jsonb_build_object('contact_id', :c)), 'REQUIRED_FIELD_MISSING', 'LC001', '{Id}', 'accountId must be specified if contactId is not null', 'contact, no account');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'opportunity_id', :o2)), 'INVALID_ID_FIELD', 'LC002', '{}', 'opportunity ' || :o2, 'opportunity of another account');
SELECT t.refuses(t.req(jsonb_build_object('opportunity_id', :o)), 'INVALID_FIELD', 'LC003', '{Id}', 'Specify an accountId if opportunityId is not null', 'opportunity, no account');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'opportunity_id', :o, 'do_not_create_opportunity', true)), 'INVALID_FIELD', 'LC003', '{Id}',
    'If doNotCreateOpportunity is true, opportunityName and opportunityId must be null', 'opportunityId with doNotCreateOpportunity');
SELECT t.refuses(t.req('{"opportunity_name": "X", "do_not_create_opportunity": true}'), 'INVALID_FIELD', 'LC003', '{Id}',
    'If doNotCreateOpportunity is true, opportunityName and opportunityId must be null', 'opportunityName with doNotCreateOpportunity');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'opportunity_id', :o, 'opportunity_name', 'X')), 'INVALID_FIELD', 'LC003', '{Id}',
    'Specify an opportunityId or an opportunityName, but not both', 'opportunityId and opportunityName');
SELECT t.refuses(t.req('{"converted_status": "Working - Contacted"}'), 'INVALID_STATUS', 'LC004', '{converted_status}', 'invalid convertedStatus: Working - Contacted', 'not a converted status');
SELECT t.refuses(t.req('{"converted_status": "No Such"}'), 'INVALID_STATUS', 'LC004', '{converted_status}', 'invalid convertedStatus: No Such', 'unknown status');
SELECT t.refuses(t.req('{"converted_status": "."}'), 'INVALID_STATUS', 'LC004', '{converted_status}', 'invalid convertedStatus: .', 'a status that does not exist');
SELECT t.refuses(t.req('{"overwrite_lead_source": true}'), 'REQUIRED_FIELD_MISSING', 'LC001', '{Id}', 'contactId', 'overwriteLeadSource needs contactId');
SELECT t.refuses(t.req(jsonb_build_object('overwrite_lead_source', true, 'account_id', :a)), 'REQUIRED_FIELD_MISSING', 'LC001', '{Id}', 'contactId', 'overwriteLeadSource, account only');

-- opportunityName has at most 80 characters
SELECT t.refuses(t.req(jsonb_build_object('opportunity_name', repeat('ö', 81))), 'STRING_TOO_LONG', 'LC012', '{opportunity_name}', 'opportunityName', 'opportunityName of 81 characters');
SELECT t.refuses(t.req(jsonb_build_object('opportunity_name', repeat('x', 1000000))), 'STRING_TOO_LONG', 'LC012', '{opportunity_name}', 'opportunityName', 'opportunityName of a million characters');

-- records that are missing or deleted
SELECT t.refuses('{"lead_id": null}', 'REQUIRED_FIELD_MISSING', 'LC001', '{lead_id}', 'lead', 'lead id NULL');
SELECT t.refuses('{"lead_id": 0}', 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{lead_id}', 'lead 0', 'lead id 0');
SELECT t.refuses('{"lead_id": -1}', 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{lead_id}', 'lead -1', 'lead id negative');
SELECT t.refuses('{"lead_id": 9223372036854775807}', 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{lead_id}', 'lead 9223372036854775807', 'lead missing');
SELECT t.refuses(t.req('{"account_id": 999999999}'), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{account_id}', 'account 999999999', 'account missing');
SELECT t.refuses(t.req('{"account_id": 0}'), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{account_id}', 'account 0', 'account 0');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', 0)), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{contact_id}', 'contact 0', 'contact 0');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'opportunity_id', 0)), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{opportunity_id}', 'opportunity 0', 'opportunity 0');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', 999999999)), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{contact_id}', 'contact 999999999', 'contact missing');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'opportunity_id', 999999999)), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{opportunity_id}', 'opportunity 999999999', 'opportunity missing');
SELECT t.refuses(t.req('{"owner_id": 999999999}'), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{owner_id}', 'user 999999999', 'owner missing');
SELECT t.refuses(t.req('{"owner_id": 0}'), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{owner_id}', 'user 0', 'owner 0');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a_deleted)), 'ENTITY_IS_DELETED', 'LC006', NULL, 'account ' || :a_deleted, 'account deleted');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', :c_deleted)), 'ENTITY_IS_DELETED', 'LC006', NULL, 'contact ' || :c_deleted, 'contact deleted');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'opportunity_id', :o_deleted)), 'ENTITY_IS_DELETED', 'LC006', NULL, 'opportunity ' || :o_deleted, 'opportunity deleted');
SELECT t.lead('{"is_deleted": true}') AS l_deleted \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l_deleted), 'ENTITY_IS_DELETED', 'LC006', '{lead_id}', 'lead ' || :l_deleted, 'lead deleted');
DELETE FROM crm.lead WHERE id = :l_deleted;

-- the owner is an active user, never a queue
SELECT t.refuses(t.req(jsonb_build_object('owner_id', :gone)), 'INACTIVE_OWNER_OR_USER', 'LC009', '{owner_id}', 'inactive user', 'inactive owner');
SELECT t.refuses(t.req(jsonb_build_object('owner_id', :queue)), 'UNKNOWN_EXCEPTION', 'LC008', '{owner_id}',
    'Converted objects can only be owned by users.  If the lead is not owned by a user, you must specify a user for the Owner field.', 'queue as owner');
UPDATE crm.lead SET owner_id = :queue WHERE id = :l;
SELECT t.refuses(t.req('{}'), 'UNKNOWN_EXCEPTION', 'LC008', '{owner_id}',
    'Converted objects can only be owned by users.  If the lead is not owned by a user, you must specify a user for the Owner field.', 'queue-owned lead');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', :c, 'do_not_create_opportunity', true)), 'UNKNOWN_EXCEPTION', 'LC008', '{owner_id}',
    'Converted objects can only be owned by users.', 'queue-owned lead even with existing account and contact');
UPDATE crm.lead SET owner_id = :gone WHERE id = :l;
SELECT t.refuses(t.req('{}'), 'INACTIVE_OWNER_OR_USER', 'LC009', '{owner_id}', 'inactive user', 'lead of an inactive user');
UPDATE crm.lead SET owner_id = :bob WHERE id = :l;

-- a lead that something else holds, or that lacks what a new record requires
SELECT t.new('process_instance', jsonb_build_object('lead_id', :l, 'status', 'Pending')) AS pi \gset
SELECT t.refuses(t.req('{}'), 'ENTITY_IS_LOCKED', 'LC007', NULL, 'approval', 'in an approval process');
UPDATE crm.process_instance SET status = 'Approved' WHERE id = :pi;
INSERT INTO crm.workflow_time_queue (lead_id, action_name, scheduled_date) VALUES (:l, 'x', now());
SELECT t.refuses(t.req('{}'), 'ENTITY_IS_LOCKED', 'LC007', NULL, 'workflow', 'pending workflow actions');
DELETE FROM crm.workflow_time_queue;
ALTER TABLE crm.opportunity_contact_role ADD COLUMN region text;
UPDATE crm.opportunity_contact_role SET region = 'x';
ALTER TABLE crm.opportunity_contact_role ALTER COLUMN region SET NOT NULL;
SELECT t.refuses(t.req('{}'), 'REQUIRED_FIELD_MISSING', 'LC001', '{region}', 'region', 'required custom field of the contact role');
SAVEPOINT s;
SELECT ok((t.convert(t.req('{"do_not_create_opportunity": true}'))).success, '... without an opportunity it works');
ROLLBACK TO s;
ALTER TABLE crm.opportunity_contact_role ALTER COLUMN region SET DEFAULT 'y';
SAVEPOINT s;
SELECT ok((t.convert(t.req('{}'))).success, '... with a default too');
ROLLBACK TO s;
ALTER TABLE crm.opportunity_contact_role DROP COLUMN region;

-- the status must be among those of the lead's record type
SELECT t.new('record_type', '{"object": "lead", "developer_name": "rt", "name": "RT"}') AS rt \gset
INSERT INTO crm.record_type_picklist_value (record_type_id, lead_status_id) SELECT :rt, id FROM crm.lead_status WHERE api_name IN ('Won', 'Working - Contacted');
UPDATE crm.lead SET record_type_id = :rt WHERE id = :l;
SELECT t.refuses(t.req('{"converted_status": "Closed - Converted"}'), 'INVALID_STATUS', 'LC004', '{converted_status}', 'invalid convertedStatus: Closed - Converted', 'status not valid for the record type');
SAVEPOINT s;
SELECT is(t.get('lead', (t.convert(t.req('{}'))).lead_id, 'status'), 'Won', 'NULL status: the first that the record type has');
ROLLBACK TO s;
SAVEPOINT s;
SELECT is(t.get('lead', (t.convert(t.req('{"converted_status": "Won!"}'))).lead_id, 'status'), 'Won', 'a status by its label stores the API name');
ROLLBACK TO s;
UPDATE crm.lead SET record_type_id = NULL WHERE id = :l;
SAVEPOINT s;
SELECT is(t.get('lead', (t.convert(t.req('{}'))).lead_id, 'status'), 'Closed - Converted', 'NULL status: the first converted one');
ROLLBACK TO s;
UPDATE crm.lead_status SET is_converted = false WHERE api_name <> 'x';
SELECT t.refuses(t.req('{}'), 'INVALID_STATUS', 'LC004', '{converted_status}', 'converted lead status', 'no converted status at all');
UPDATE crm.lead_status SET is_converted = true WHERE api_name IN ('Won', 'Closed - Converted');

-- do_not_create_*
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'do_not_create_account', true)), 'INVALID_FIELD', 'LC003', '{Id}', 'doNotCreateAccount', 'accountId with doNotCreateAccount');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', :c, 'do_not_create_contact', true)), 'INVALID_FIELD', 'LC003', '{Id}', 'doNotCreateContact', 'contactId with doNotCreateContact');
SELECT t.refuses(t.req('{"do_not_create_account": true, "account_record": {"name": "X"}}'), 'INVALID_FIELD', 'LC003', '{Id}', 'account', 'account_record with doNotCreateAccount');
SELECT t.refuses(t.req('{"do_not_create_opportunity": true, "opportunity_record": {"amount": 1}}'), 'INVALID_FIELD', 'LC003', '{opportunity_record}', 'opportunity_record', 'opportunity_record with doNotCreateOpportunity');

-- person-account arguments: person accounts are off
SELECT t.refuses(t.req(jsonb_build_object('related_person_account_id', :a)), 'INVALID_OPERATION', 'LC022', '{related_person_account_id}', 'person account', 'related_person_account_id');
SELECT t.refuses(t.req('{"related_person_account_record": {"last_name": "X"}}'), 'INVALID_OPERATION', 'LC022', '{related_person_account_record}', 'person account', 'related_person_account_record');
SELECT t.refuses(t.req('{"related_person_account_id": 1, "related_person_account_record": {}}'), 'INVALID_OPERATION', 'LC022', '{related_person_account_id}', 'person account', 'both');
SELECT t.lead('{"company": null}') AS l_nc \gset
SELECT t.refuses('{}' || jsonb_build_object('lead_id', :l_nc), 'REQUIRED_FIELD_MISSING', 'LC001', '{Company}', 'company', 'no company, person accounts off');
SAVEPOINT s;
SELECT is(t.get('account', (t.convert(:l_nc, '{"account_record": {"name": "Given"}}')).account_id, 'name'), 'Given', '... a name in account_record will do');
ROLLBACK TO s;
SAVEPOINT s;
SELECT ok((t.convert(:l_nc, jsonb_build_object('account_id', :a))).success, 'a lead without company goes to an existing business account');
ROLLBACK TO s;
DELETE FROM crm.lead WHERE id = :l_nc;

-- jsonb records
SELECT t.refuses(t.req('{"account_record": {"nme": "X"}}'), 'INVALID_FIELD', 'LC003', '{nme}', '"nme"', 'unknown key in account_record');
SELECT t.refuses(t.req('{"account_record": {"NAME": "X"}}'), 'INVALID_FIELD', 'LC003', '{NAME}', '"NAME"', 'keys are case-sensitive');
SELECT t.refuses(t.req('{"account_record": {"": "X"}}'), 'INVALID_FIELD', 'LC003', '{""}', '""', 'empty key');
SELECT t.refuses(t.req(jsonb_build_object('account_record', jsonb_build_object(repeat('k', 5000), 1))), 'INVALID_FIELD', 'LC003', ARRAY[repeat('k', 5000)], 'kkk', 'key longer than a name');
SELECT t.refuses(t.req('{"contact_record": {"x\" y": "X"}}'), 'INVALID_FIELD', 'LC003', ARRAY['x" y'], 'x" y', 'unknown key in contact_record');
SELECT t.refuses(t.req('{"opportunity_record": {"ctid": "(0,1)"}}'), 'INVALID_FIELD', 'LC003', '{ctid}', 'ctid', 'system column as key');
SELECT t.refuses(t.req('{"opportunity_record": {"tableoid": 1}}'), 'INVALID_FIELD', 'LC003', '{tableoid}', 'tableoid', 'tableoid as key');
SELECT t.refuses(t.req('{"follow_up_task": {"foo": 1}}'), 'INVALID_FIELD', 'LC003', '{foo}', 'foo', 'unknown key in follow_up_task');
SELECT t.refuses(t.req(format('{"%s_record": {"%s": "2020-01-01"}}', o, k)::jsonb), 'INVALID_FIELD', 'LC003', ARRAY[k], k, format('%s_record may not set %s', o, k))
  FROM unnest(ARRAY['account', 'contact', 'opportunity']) o, unnest(ARRAY['id', 'created_date', 'created_by_id', 'last_modified_date', 'last_modified_by_id', 'is_deleted']) k;
SELECT t.refuses(t.req('{"contact_record": {"name": "X"}}'), 'INVALID_FIELD', 'LC003', '{name}', 'name', 'generated column');
SELECT t.refuses(t.req('{"contact_record": {"account_id": 1}}'), 'INVALID_FIELD', 'LC003', '{account_id}', 'account_id', 'contact_record.account_id');
SELECT t.refuses(t.req(format('{"%s": %s}', f, v)::jsonb), 'INVALID_TYPE_ON_FIELD_IN_RECORD', 'LC018', ARRAY[f], f, format('%s is %s', f, v))
  FROM unnest(ARRAY['account_record', 'contact_record', 'opportunity_record', 'follow_up_task']) f, unnest(ARRAY['[]', '1', '"x"', '[{"name": 1}]', 'true']) v;
SELECT t.refuses(t.req('{"account_record": {"annual_revenue": "a lot"}}'), 'INVALID_TYPE_ON_FIELD_IN_RECORD', 'LC018', '{annual_revenue}', 'annual_revenue', 'text for a number');
SELECT t.refuses(t.req('{"account_record": {"number_of_employees": 99999999999}}'), 'INVALID_TYPE_ON_FIELD_IN_RECORD', 'LC018', '{number_of_employees}', 'number_of_employees', 'number out of range');
SELECT t.refuses(t.req('{"contact_record": {"do_not_call": "perhaps"}}'), 'INVALID_TYPE_ON_FIELD_IN_RECORD', 'LC018', '{do_not_call}', 'do_not_call', 'text for a boolean');
SELECT t.refuses(t.req('{"opportunity_record": {"close_date": "2026-02-30"}}'), 'INVALID_TYPE_ON_FIELD_IN_RECORD', 'LC018', '{close_date}', 'close_date', 'not a date');
SELECT t.refuses(t.req(jsonb_build_object('account_record', jsonb_build_object('name', repeat('x', 256)))), 'STRING_TOO_LONG', 'LC012', '{name}', 'name', 'too long a value in a record');
SELECT t.refuses(t.req('{"opportunity_record": {"stage_name": "Nowhere"}}'), 'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{stage_name}', 'Nowhere', 'unknown stage');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'account_record', '{"name": "X"}'::jsonb)), 'INVALID_FIELD', 'LC003', '{account_record}', 'account_record', 'account_record for an existing account');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'contact_id', :c, 'contact_record', '{"title": "X"}'::jsonb)), 'INVALID_FIELD', 'LC003', '{contact_record}', 'contact_record', 'contact_record for an existing contact');
SELECT t.refuses(t.req(jsonb_build_object('account_id', :a, 'opportunity_id', :o, 'opportunity_record', '{"amount": 1}'::jsonb)), 'INVALID_FIELD', 'LC003', '{opportunity_record}', 'opportunity_record', 'opportunity_record for an existing opportunity');
SELECT t.refuses(t.req('{"options": {"colour": "red"}}'), 'INVALID_FIELD', 'LC003', '{options}', 'options', 'unknown key in options');
SELECT t.refuses(t.req('{"options": []}'), 'INVALID_FIELD', 'LC003', '{options}', 'options', 'options is no object');

-- NULL where a value is needed: the constraint's own error, translated in the result
SELECT t.fails(t.call(t.req('{"account_record": {"name": null}}')), '23502', 'name', 'account_record with name NULL', false, 'status code REQUIRED_FIELD_MISSING');
SELECT t.fails(t.call(t.req('{"opportunity_record": {"close_date": null}}')), '23502', 'close_date', 'opportunity_record with close_date NULL', false, 'status code REQUIRED_FIELD_MISSING');
SELECT t.fails(t.call(t.req('{"account_record": {"record_type_id": 77777}}')), '23503', 'record_type', 'foreign key', false, 'status code INVALID_CROSS_REFERENCE_KEY');
INSERT INTO crm.account (name, external_id) VALUES ('E', 'ext-1');
SELECT t.fails(t.call(t.req('{"account_record": {"external_id": "ext-1"}}')), '23505', 'external_id', 'unique', false, 'status code DUPLICATE_VALUE');
ALTER TABLE crm.account ADD CONSTRAINT no_x CHECK (name <> 'XX');
SELECT t.fails(t.call(t.req('{"account_record": {"name": "XX"}}')), '23514', 'no_x', 'check', false, 'status code FIELD_CUSTOM_VALIDATION_EXCEPTION');
SELECT is(x ->> 'status_code' || ' ' || (x ->> 'sqlstate'), w, 'translated in the result: ' || w)
  FROM (VALUES ('{"account_record": {"name": null}}', 'REQUIRED_FIELD_MISSING 23502'),
               ('{"account_record": {"record_type_id": 77777}}', 'INVALID_CROSS_REFERENCE_KEY 23503'),
               ('{"account_record": {"external_id": "ext-1"}}', 'DUPLICATE_VALUE 23505'),
               ('{"account_record": {"name": "XX"}}', 'FIELD_CUSTOM_VALIDATION_EXCEPTION 23514')) v (r, w),
       LATERAL (SELECT leadconv.convert_leads_json(jsonb_build_array(t.req(r::jsonb)), false) #> '{errors,0}') c (x);

-- one CONTEXT line of ours: not the text of the generated statement
CREATE FUNCTION t.context(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    context text;
BEGIN
    EXECUTE query;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
    RETURN context;
END $$;
SELECT unalike(t.context(t.call(t.req('{"account_record": {"name": "XX"}}'))), '%INSERT INTO crm.%', 'the CONTEXT of an error is one line, without the generated statement');

-- malformed JSON requests
SELECT t.fails($$SELECT leadconv.convert_leads_json('{"lead_id": 1}')$$, 'LC018', 'array', 'requests is no array');
SELECT t.fails($$SELECT leadconv.convert_leads_json('"x"')$$, 'LC018', 'array', 'requests is a string');
-- what array_agg() makes of no rows
SELECT is((SELECT count(*) FROM leadconv.convert_leads(NULL)), 0::bigint, 'requests NULL: no requests, no results');
SELECT is((SELECT count(*) FROM leadconv.convert_leads_json(NULL)), 0::bigint, 'JSON requests NULL: likewise');
SELECT t.fails($$SELECT leadconv.convert_leads(ARRAY[NULL]::leadconv.lead_convert[])$$, 'LC001', 'request', 'a request is NULL');
SELECT t.fails($$SELECT leadconv.convert_leads_json('[null]')$$, 'LC018', 'request', 'a JSON request is null');
SELECT t.fails($$SELECT leadconv.convert_leads_json('[1]')$$, 'LC018', 'request', 'a JSON request is a number');
SELECT t.fails($$SELECT leadconv.convert_leads_json('[[]]')$$, 'LC018', 'request', 'a JSON request is an array');
SELECT t.fails($$SELECT leadconv.convert_leads_json('[{}]')$$, 'LC001', 'leadId', 'a JSON request without lead_id');
SELECT t.fails(format($$SELECT leadconv.convert_leads_json('[{"lead_id": %s, "colour": 1}]')$$, :l), 'LC003', 'colour', 'unknown key of a request');
SELECT t.fails(format($$SELECT leadconv.convert_leads_json('[{"lead_id": %s, "allow_save": true}]')$$, :l), 'LC003', 'allow_save', 'a flag of the call is no key of a request');
SELECT t.fails(format($$SELECT leadconv.convert_leads_json('[{"lead_id": %s}]')$$, v), 'LC018', 'lead_id', 'lead_id is ' || v)
  FROM unnest(ARRAY['"x"', '1.5', '1e30', 'true', '{}', '[1]', '""']) v;
SELECT t.fails(format($$SELECT leadconv.convert_leads_json('[{"lead_id": %s, "%s": %s}]')$$, :l, k, v), 'LC018', k, format('%s is %s', k, v))
  FROM (VALUES ('do_not_create_opportunity', '"perhaps"'), ('do_not_create_opportunity', '{}'), ('account_id', '"abc"'), ('opportunity_name', '{}'),
               ('converted_status', '[]'), ('owner_id', 'false')) x (k, v);
SELECT is((SELECT count(*) FROM leadconv.convert_leads('{}')), 0::bigint, 'no requests, no results');
SELECT is((SELECT count(*) FROM leadconv.convert_leads_json('[]')), 0::bigint, 'no requests, no results');

-- absurdly long text
CREATE FUNCTION t.noise(n integer) RETURNS text LANGUAGE sql AS $$ SELECT left(string_agg(md5(i::text || random()), ''), n) FROM generate_series(1, n / 32 + 1) i $$;
SELECT t.refuses(t.req(jsonb_build_object('converted_status', t.noise(100000))), 'INVALID_STATUS', 'LC004', '{converted_status}', 'invalid convertedStatus', 'status of 100,000 characters');
SELECT t.refuses(t.req(jsonb_build_object('request_id', t.noise(100000))), 'STRING_TOO_LONG', 'LC012', '{request_id}', 'request_id', 'request_id of 100,000 characters');
SAVEPOINT s;
SELECT ok((t.convert(t.req(jsonb_build_object('reason', t.noise(100000))))).success, 'reason is free text');
ROLLBACK TO s;

-- Converting twice, and in one call twice
SELECT t.fails(format('SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%1$s), leadconv.new_lead_convert(%1$s)])', :l), 'LC005', 'cannot reference converted lead', 'the same lead twice in a call');
-- everything above left the lead convertible
SELECT ok((t.convert(:l)).success, 'after all refusals the lead converts');
SELECT t.refuses(t.req('{}'), 'CANNOT_UPDATE_CONVERTED_LEAD', 'LC005', NULL, 'cannot reference converted lead', 'converting a converted lead');

-- nothing may reference or update it
SELECT t.fails(format('UPDATE crm.lead SET title = ''x'' WHERE id = %s', :l), 'LC005', 'cannot reference converted lead', 'update of a converted lead');
SELECT t.fails(format('INSERT INTO crm.task (lead_id, subject) VALUES (%s, ''x'')', :l), 'LC005', 'cannot reference converted lead', 'task on a converted lead');
SELECT t.new('campaign', '{"name": "X"}') AS camp \gset
SELECT t.fails(format('INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES (%s, %s)', :camp, :l), 'LC005', 'cannot reference converted lead', 'member on a converted lead');

-- an exception in a trigger
CREATE FUNCTION t.boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'boom' USING HINT = 'h', ERRCODE = TG_ARGV[0]; END $$;
CREATE TRIGGER boom BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.boom('P0001');
SELECT t.lead() AS l \gset
SELECT t.refuses(t.req('{}'), 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'P0001', '{}', 'boom', 'exception in a trigger');

SELECT * FROM finish();
ROLLBACK;
