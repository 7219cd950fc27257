-- Record types: when the lead has a record type, new records get the default record
-- types of their new owner, or of the user who converts; otherwise none.
BEGIN;
\ir helpers.psql
\ir consideration.psql
SELECT plan(49);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT t.new('app_user', '{"name": "Cid"}') AS cid \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.new('record_type', '{"object": "lead", "developer_name": "lt", "name": "Lead type"}') AS lt \gset
CREATE FUNCTION t.typed(vals jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
    SELECT t.lead(jsonb_build_object('record_type_id', (SELECT id FROM crm.record_type WHERE developer_name = 'lt'),
        'owner_id', (SELECT id FROM crm.app_user WHERE name = 'Bob')) || vals) $$;
-- The names of the record types of the records of the last result
CREATE FUNCTION t.types() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', coalesce(ta.developer_name, '-'), coalesce(tc.developer_name, '-'), coalesce(t_o.developer_name, '-'))
    FROM r LEFT JOIN crm.account a ON a.id = account_id LEFT JOIN crm.contact c ON c.id = contact_id
        LEFT JOIN crm.opportunity o ON o.id = opportunity_id
        LEFT JOIN crm.record_type ta ON ta.id = a.record_type_id LEFT JOIN crm.record_type tc ON tc.id = c.record_type_id
        LEFT JOIN crm.record_type t_o ON t_o.id = o.record_type_id $$;
CREATE FUNCTION t.types(lead bigint, request jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM r;
    INSERT INTO r SELECT * FROM t.convert(lead, request);
    RETURN t.types();
END $$;

-- without record types of the new records there is nothing to give
SELECT is(t.types(t.typed()), '- - -', 'where there are no record types of the new records they get none');

INSERT INTO crm.record_type (object, developer_name, name, created_date, is_active) VALUES
    ('account', 'a1', 'A1', '2020-01-02', true), ('account', 'a2', 'A2', '2020-01-01', true), ('account', 'a3', 'A3', '2019-01-01', false),
    ('contact', 'c1', 'C1', now(), true), ('contact', 'c2', 'C2', now(), true), ('opportunity', 'o1', 'O1', now(), true), ('opportunity', 'o2', 'O2', now(), true);
CREATE FUNCTION t.type(code text) RETURNS bigint LANGUAGE sql AS $$ SELECT id FROM crm.record_type WHERE developer_name = code $$;
CREATE FUNCTION t.gives(who bigint, VARIADIC names text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO crm.user_record_type (user_id, record_type_id, is_default) SELECT who, t.type(n), true FROM unnest(names) n $$;
SELECT t.gives(:bob, 'a1', 'c1', 'o1');
SELECT t.gives(:ann, 'a2', 'c2', 'o2');
INSERT INTO crm.user_record_type (user_id, record_type_id, is_default) VALUES (:bob, t.type('a2'), false), (:cid, t.type('a1'), false);

-- whose
SELECT is(t.types(t.typed()), 'a1 c1 o1', 'the lead has a record type: the new records get the defaults of the new owner');
SELECT is(t.types(t.typed('{"record_type_id": null}')), '- - -', 'a lead without a record type: none');
SELECT is(t.types(t.typed(), jsonb_build_object('owner_id', :ann)), 'a2 c2 o2', 'the new owner is the one who is asked for');
SELECT is(t.types(t.typed(), jsonb_build_object('contact_record', jsonb_build_object('owner_id', :ann))), 'a1 c2 o1', 'or whom the values of a record name, for that record');
UPDATE crm.lead_convert_settings SET record_type_source = 'converter';
SELECT is(t.types(t.typed()), 'a2 c2 o2', 'by the setting, the defaults of the user who converts');
SELECT is(t.types(t.typed('{"record_type_id": null}')), '- - -', '... for leads with a record type');
SELECT is(t.types(t.typed(), jsonb_build_object('owner_id', :bob)), 'a2 c2 o2', '... whoever will own the records');
UPDATE crm.lead_convert_settings SET record_type_source = 'owner';

-- what is asked for wins
SELECT is(t.types(t.typed(), jsonb_build_object('account_record', jsonb_build_object('record_type_id', t.type('a2')))), 'a2 c1 o1', 'a record type among the values of a record wins');
SELECT is(t.types(t.typed(), '{"account_record": {"record_type_id": null}}'), '- c1 o1', '... also when it is none');
SELECT is(t.types(t.typed('{"record_type_id": null}'), jsonb_build_object('opportunity_record', jsonb_build_object('record_type_id', t.type('o2')))), '- - o2', '... and also when the lead has none');
SELECT t.refuses(jsonb_build_object('lead_id', t.typed(), 'account_record', jsonb_build_object('record_type_id', t.type('c1'))),
    'INVALID_CROSS_REFERENCE_KEY', 'LC016', '{record_type_id}', 'is not one of crm.account', 'a record type of another object');

-- only new records
SELECT t.new('account', jsonb_build_object('name', 'Old', 'record_type_id', t.type('a2'))) AS a \gset
SELECT is(t.types(t.typed(), jsonb_build_object('account_id', :a)), 'a2 c1 o1', 'an existing account keeps its record type');
SELECT t.new('account', '{"name": "Older"}') AS b \gset
SELECT is(t.types(t.typed(), jsonb_build_object('account_id', :b)), '- c1 o1', '... and gets none where it has none');

-- in bulk
SELECT t.typed() AS l1 \gset
SELECT t.typed(jsonb_build_object('owner_id', :ann)) AS l2 \gset
SELECT t.lead() AS l3 \gset
CREATE TEMP TABLE many AS SELECT lead_id, account_id
    FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2), leadconv.new_lead_convert(:l3)]);
SELECT is(ARRAY(SELECT coalesce(y.developer_name, '-') FROM many JOIN crm.account a ON a.id = account_id
    LEFT JOIN crm.record_type y ON y.id = a.record_type_id ORDER BY lead_id), '{a1,a2,-}', 'many leads: each record its own');

-- preview
SELECT t.typed() AS l \gset
SELECT jsonb_build_object('lead_id', :l) AS req \gset
SELECT is(t.shown(:'req', 'account', 'record_type_id'), t.type('a1') || ' from record_type', 'a look shows it, and where it comes from');
SELECT is(t.shown(:'req'::jsonb || jsonb_build_object('account_record', jsonb_build_object('record_type_id', t.type('a2'))), 'account', 'record_type_id'), t.type('a2') || ' from request', '... or that it was asked for');
SELECT is(t.shown(jsonb_build_object('lead_id', t.lead()), 'account', 'record_type_id'), NULL, '... and nothing for a lead without one');

-- a missing default
SELECT t.refuses(jsonb_build_object('lead_id', t.typed(jsonb_build_object('owner_id', :cid))), 'UNAVAILABLE_RECORDTYPE_EXCEPTION', 'LC011', '{record_type_id}',
    'Unable to find default record type', 'no default: nothing is created');
SELECT is(t.shown(jsonb_build_object('lead_id', t.typed(jsonb_build_object('owner_id', :cid)), 'do_not_create_contact', true, 'do_not_create_opportunity', true), 'account', 'name'),
    ' from UNAVAILABLE_RECORDTYPE_EXCEPTION', '... which a look shows');
SELECT t.refuses(jsonb_build_object('lead_id', t.typed(), 'owner_id', :cid), 'UNAVAILABLE_RECORDTYPE_EXCEPTION', 'LC011', '{record_type_id}',
    'Unable to find default record type', 'no default of the owner who is asked for');
SELECT is(t.types(t.typed(), jsonb_build_object('owner_id', :cid, 'account_id', :a, 'contact_record', '{"record_type_id": null}'::jsonb, 'do_not_create_opportunity', true)), 'a2 - -', 'where no record needs one, none is missed');
UPDATE crm.record_type SET is_active = false WHERE developer_name = 'c1';
SELECT t.refuses(jsonb_build_object('lead_id', t.typed()), 'UNAVAILABLE_RECORDTYPE_EXCEPTION', 'LC011', '{record_type_id}',
    'new contact', 'a default that is not active');
UPDATE crm.record_type SET is_active = true WHERE developer_name = 'c1';
UPDATE crm.lead_convert_settings SET record_type_source = 'converter';
SELECT set_config('leadconv.user_id', '', true);
SELECT t.refuses(jsonb_build_object('lead_id', t.typed()), 'UNAVAILABLE_RECORDTYPE_EXCEPTION', 'LC011', '{record_type_id}',
    'Unable to find default record type', 'nobody known who converts');
SELECT set_config('leadconv.user_id', :'ann', true);
UPDATE crm.lead_convert_settings SET record_type_source = 'owner';
SELECT results_eq(format($$SELECT success, (errors[1]).status_code FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), leadconv.new_lead_convert(%s)], all_or_none => false)$$,
    t.typed(jsonb_build_object('owner_id', :cid)), t.typed()), $$VALUES (false, 'UNAVAILABLE_RECORDTYPE_EXCEPTION'), (true, NULL)$$, 'one of many is refused, the others are converted');

-- an account that is reused needs no default
SELECT t.typed('{"company": "Reused Inc"}') AS l \gset
SELECT t.new('account', '{"name": "Reused Inc"}') AS b \gset
UPDATE crm.user_record_type SET is_default = false WHERE user_id = :bob AND record_type_id = t.type('a1');
SELECT is((SELECT account_id FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l)], reuse_accounts => true)), :b::bigint, 'an account that is reused needs no default');
UPDATE crm.user_record_type SET is_default = true WHERE user_id = :bob AND record_type_id = t.type('a1');

-- only the overall default counts, and that of a person type is not for business accounts
INSERT INTO crm.record_type (object, developer_name, name, is_person_type) VALUES ('account', 'p1', 'P1', true);
UPDATE crm.user_record_type SET record_type_id = t.type('p1') WHERE user_id = :bob AND record_type_id = t.type('a1');
SELECT is(t.types(t.typed()), 'a2 c1 o1', 'the overall default is for persons: a business account gets the business type that was made first');
UPDATE crm.record_type SET is_active = false WHERE object = 'account' AND NOT is_person_type;
SELECT t.refuses(jsonb_build_object('lead_id', t.typed()), 'UNAVAILABLE_RECORDTYPE_EXCEPTION', 'LC011', '{record_type_id}',
    'new account', '... and is refused when there is none');
UPDATE crm.record_type SET is_active = developer_name <> 'a3' WHERE object = 'account';
UPDATE crm.user_record_type SET record_type_id = t.type('a1') WHERE user_id = :bob AND record_type_id = t.type('p1');

-- the stage of the sales process
INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, is_active) VALUES ('S1', 'S1', 101, true), ('S2', 'S2', 102, true), ('S3', 'S3', 100, false);
INSERT INTO crm.record_type_picklist_value (record_type_id, opportunity_stage_id) SELECT t.type('o1'), id FROM crm.opportunity_stage WHERE api_name IN ('S1', 'S2', 'S3');
SELECT t.types(t.typed());
SELECT is((SELECT stage_name FROM crm.opportunity JOIN r ON id = opportunity_id), 'S1', 'the first active stage that the record type of the opportunity offers');
UPDATE crm.record_type_picklist_value SET is_default = true WHERE opportunity_stage_id = (SELECT id FROM crm.opportunity_stage WHERE api_name = 'S2');
SELECT t.types(t.typed());
SELECT is((SELECT stage_name FROM crm.opportunity JOIN r ON id = opportunity_id), 'S2', '... or its default');
SELECT t.types(t.typed(), jsonb_build_object('opportunity_record', '{"stage_name": "Prospecting"}'::jsonb));
SELECT is((SELECT stage_name FROM crm.opportunity JOIN r ON id = opportunity_id), 'Prospecting', '... unless one is asked for');
SELECT t.types(t.lead(), jsonb_build_object('opportunity_record', jsonb_build_object('record_type_id', t.type('o1'))));
SELECT is((SELECT stage_name FROM crm.opportunity JOIN r ON id = opportunity_id), 'S2', '... also of a record type that is asked for');
SELECT t.typed() AS l \gset
SELECT is(t.shown(jsonb_build_object('lead_id', :l), 'opportunity', 'stage_name'), 'S2 from engine', '... as a look shows');
SELECT t.types(t.lead());
SELECT is((SELECT stage_name FROM crm.opportunity JOIN r ON id = opportunity_id), (SELECT api_name FROM crm.opportunity_stage WHERE is_active ORDER BY sort_order LIMIT 1), 'without a record type it is the first of all');

-- company required
UPDATE crm.record_type SET requires_company = true WHERE id = :lt;
SELECT t.refuses(jsonb_build_object('lead_id', t.typed('{"company": null}'), 'account_id', :a), 'REQUIRED_FIELD_MISSING', 'LC001', '{Company}',
    'has no company', 'a record type of leads that requires a company');
SELECT is(t.types(t.typed(), jsonb_build_object('account_id', :a)), 'a2 c1 o1', '... which the lead has');
UPDATE crm.record_type SET requires_company = false WHERE id = :lt;
SELECT is(t.types(t.typed('{"company": null}'), jsonb_build_object('account_id', :a)), 'a2 c1 o1', '... or which is not required');

-- a default of the column is for records that get no record type otherwise
SELECT format('ALTER TABLE crm.account ALTER record_type_id SET DEFAULT %s', t.type('a2')) AS sql \gset
:sql;
SELECT is(t.types(t.lead()), 'a2 - -', 'a column default is for leads without a record type');
SELECT is(t.types(t.typed()), 'a1 c1 o1', '... and gives way to the default of the owner');

-- validate() tells who has no default, or several
SELECT is((SELECT string_agg(format('%s: %s', severity, problem), E'\n') FROM leadconv.validate() WHERE object = 'crm.user_record_type' AND problem LIKE '%account%'),
    'warning: 1 active users have no default record type of crm.account: leads with a record type that they own, or convert, are not converted', 'validate() tells of users without a default');
SELECT t.gives(:cid, 'a2', 'c2', 'o2');
UPDATE crm.user_record_type SET is_default = true WHERE user_id = :cid;
SELECT is((SELECT string_agg(format('%s: %s', severity, problem), E'\n') FROM leadconv.validate() WHERE object = 'crm.user_record_type'),
    format('warning: user %s has 2 default record types of crm.account: the first that was entered counts', :cid), '... and with several');
SELECT is(t.types(t.typed(jsonb_build_object('owner_id', :cid))), 'a1 c2 o2', '... of which the first counts');

SELECT * FROM finish();
ROLLBACK;
