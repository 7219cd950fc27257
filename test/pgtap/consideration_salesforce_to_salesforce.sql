-- Considerations for converting leads: Salesforce to Salesforce
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(9);

SELECT t.lead() AS l \gset
SELECT t.lead() AS other \gset
INSERT INTO crm.partner_network_record_connection (lead_id, connection_name, status, partner_record_id) VALUES
    (:l, 'Partner', 'Active (sent)', '00Q1'), (:l, 'Second', 'Active (received)', '00Q2'), (:other, 'Partner', 'Active (sent)', '00Q3');
SELECT t.state('{crm}') AS start \gset
SELECT ok((t.convert(:l)).success, 'a lead that is shared with other organizations');
SELECT is((SELECT array_agg(concat_ws('/', connection_name, status, partner_record_id) ORDER BY id) FROM crm.partner_network_record_connection WHERE lead_id = :l),
    '{"Partner/Inactive (converted)/00Q1","Second/Inactive (converted)/00Q2"}', 'the shared records become inactive');
SELECT is((SELECT status FROM crm.partner_network_record_connection WHERE lead_id = :other), 'Active (sent)', 'those of other leads do not');
SELECT is((SELECT undo -> 'connections' FROM crm.lead_conversion WHERE lead_id = :l),
    (SELECT jsonb_agg(jsonb_build_object('id', id, 'status', CASE connection_name WHEN 'Partner' THEN 'Active (sent)' ELSE 'Active (received)' END) ORDER BY id) FROM crm.partner_network_record_connection WHERE lead_id = :l),
    'the ledger has their status before');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

-- it is not shared any more
SELECT ok((t.convert(:l)).success, 'converted again');
SELECT t.fails(format('INSERT INTO crm.partner_network_record_connection (lead_id, connection_name) VALUES (%s, ''New'')', :l), 'LC005', 'cannot reference converted lead', 'a converted lead is not shared anew');
CREATE TEMP TABLE many AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:other), leadconv.new_lead_convert(t.lead())]);
SELECT is((SELECT count(*) FROM crm.partner_network_record_connection WHERE status <> 'Inactive (converted)'), 0::bigint, 'in a bulk call, likewise');

SELECT * FROM finish();
ROLLBACK;
