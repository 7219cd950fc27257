-- What the ledger says of a conversion to a person account is enough to take it back: both rows, or what was filled of
-- both, and what became of a related one.
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(16);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann, t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
-- Converts a lead with a row in every list, says whether it worked and what remains when it is taken back
CREATE FUNCTION t.there_and_back(request jsonb, lead jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.laden_lead(jsonb_build_object('owner_id', (SELECT id FROM crm.app_user WHERE name = 'Bob')) || lead, true);
    before text[] := t.state('{crm,public}');
    what text := format('%s of a lead %s', request, lead);
BEGIN
    RETURN NEXT ok((t.convert(l, request)).success, what);
    RETURN NEXT is(t.undoes(before, ARRAY[l]), NULL, '... and back');
END $$;
SELECT t.new('account', '{"name": "Rao", "is_person_account": true}') AS p \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Rao', 'account_id', :p, 'is_person_account', true, 'lead_source', 'Old')) AS pc \gset
SELECT t.new('account', '{"name": "Business"}') AS b \gset

SELECT t.there_and_back('{"follow_up_task": {"subject": "Call"}, "send_notification_email": true}', '{"company": null}');
SELECT t.there_and_back(jsonb_build_object('account_id', :p), '{"company": null, "phone": "1", "email": "e@example.com", "city": "Ulm"}');
SELECT t.there_and_back(jsonb_build_object('account_id', :p, 'overwrite_lead_source', true), '{"company": null, "lead_source": "Web"}');
SELECT t.there_and_back(jsonb_build_object('related_person_account_id', :p), '{"phone": "1", "city": "Ulm"}');
SELECT t.there_and_back(jsonb_build_object('related_person_account_id', :p, 'account_id', :b), '{"phone": "1", "city": "Ulm", "email": "e@example.com"}');
SELECT t.there_and_back('{"related_person_account_record": {}}', '{"phone": "1"}');
SELECT t.there_and_back(jsonb_build_object('related_person_account_record', '{}'::jsonb, 'account_id', :b), '{"phone": "1"}');

-- several leads of one call, one after the other
SELECT ARRAY[t.laden_lead('{"company": null, "phone": "1"}'), t.laden_lead('{"phone": "2", "fax": "3"}'), t.laden_lead('{"company": null}')] AS leads \gset
SELECT t.state('{crm,public}') AS before \gset
SELECT is((SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert((:'leads'::bigint[])[1], account_id => :p),
    leadconv.new_lead_convert((:'leads'::bigint[])[2], related_person_account_id => :p), leadconv.new_lead_convert((:'leads'::bigint[])[3])])), 3::bigint, 'three leads in one call, two of them to one person');
SELECT is(t.undoes(:'before', :'leads'), NULL, '... and back');

SELECT * FROM finish();
ROLLBACK;
