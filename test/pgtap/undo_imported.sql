-- Taking back conversions that were made elsewhere and imported: what the import did here
-- is known where the lead was here before, and otherwise not
BEGIN;
\ir helpers.psql
\ir import.psql
\ir undo.psql
SELECT plan(24);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
CREATE FUNCTION t.undo(lead bigint, on_change text DEFAULT 'refuse') RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', u.success, CASE WHEN u.account_deleted OR u.contact_deleted OR u.opportunity_deleted THEN 'deleted' END, u.rows_moved_back,
        (SELECT string_agg(w.message, ', ' ORDER BY w.message) FROM unnest(u.warnings) w), (SELECT string_agg(concat_ws(' ', e.status_code, e.detail), ', ') FROM unnest(u.errors) e))
    FROM leadconv.undo_lead_conversions(ARRAY[lead], on_change, all_or_none => false) u $$;
SELECT t.new('account', '{"name": "Acme", "external_id": "001A"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Rao', 'account_id', :a, 'external_id', '003A')) AS c \gset

-- one that came as converted
CREATE FUNCTION t.leads(converted text) RETURNS text LANGUAGE sql AS $$
    SELECT array_to_string(t.import('Lead', '{Id,LastName,Company,Status,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId}', format('[
        {"Id": "00Q1", "LastName": "a", "Company": "A", "Status": "Closed - Converted", "IsConverted": "1", "ConvertedDate": "2026-01-02", "ConvertedAccountId": "001A", "ConvertedContactId": "003A"},
        {"Id": "00Q2", "LastName": "b", "Company": "B", "Status": %s}]', CASE converted WHEN '1' THEN '"Closed - Converted", "IsConverted": "1", "ConvertedDate": "2026-02-02", "ConvertedAccountId": "001A", "ConvertedContactId": "003A"' ELSE '"Working - Contacted", "IsConverted": "0"' END)::jsonb), ' ') $$;
SELECT t.leads('0');
SELECT id AS l1 FROM crm.lead WHERE external_id = '00Q1' \gset
SELECT id AS l2 FROM crm.lead WHERE external_id = '00Q2' \gset
SELECT t.new('task', jsonb_build_object('contact_id', :c, 'source_lead_id', :l1, 'subject', 'there')) AS task \gset
SELECT t.dump() AS before \gset
SELECT t.fails(format('SELECT leadconv.undo_lead_conversion(%s)', :l1), 'LC025', 'the ledger does not say what it did', 'one that came as converted');
SELECT is(t.undo(:l1), 'f 0 UNDO_BLOCKED The status and flags of the lead before are not known.', '... with the reason');
SELECT is(t.difference(:'before', t.dump()), NULL, '... nothing is changed');
SELECT is(t.undo(:l1, 'keep'), 't 1 the status and flags of the lead before are not known', '... or what is known');
SELECT is((SELECT concat_ws(' ', is_converted, status, converted_account_id IS NULL, converted_contact_id IS NULL, converted_date IS NULL) FROM crm.lead WHERE id = :l1), 'f Open - Not Contacted t t t', '... the lead is open');
SELECT is((SELECT concat_ws(' ', lead_id = :l1, contact_id) FROM crm.task WHERE id = :task), 't', '... with the task that names it');
SELECT is((SELECT concat_ws(' ', origin, undone_date IS NOT NULL, undone_by_id = :ann) FROM crm.lead_conversion WHERE lead_id = :l1), 'imported t t', '... and the ledger says so');
SELECT is((SELECT count(*) FROM crm.account WHERE id = :a) + (SELECT count(*) FROM crm.contact WHERE id = :c), 2::bigint, '... the records stay');
SELECT is((SELECT external_id FROM crm.open_lead WHERE id = :l1), '00Q1', '... and it is among the open ones');
SELECT is(t.undo(:l1, 'keep'), 'f 0 INVALID_OPERATION', '... once');

-- the same file again does not convert it again: that has been changed here only
SELECT is(t.leads('0'), '2 0 0 2 0 unknown {} added {} leads whose imported conversion has been undone here, which stay open: 1', 'the same file again');
SELECT is((SELECT is_converted FROM crm.lead WHERE id = :l1), false, '... leaves it open');
SELECT is((t.convert(:l1)).success, true, '... it can be converted here');
SELECT is(t.undo(:l1), 't deleted 1', '... and that taken back');
SELECT is(t.leads('0'), '2 0 0 2 0 unknown {} added {} leads whose imported conversion has been undone here, which stay open: 1', '... and it still stays open');

-- one that was here before
SELECT t.new('note', jsonb_build_object('lead_id', :l2, 'title', 'here')) AS note, t.new('campaign', '{"name": "C"}') AS camp, t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l2, 'subject', 'here', 'owner_id', :bob)) AS task2 \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (:camp, 'Sent', 1, false), (:camp, 'Responded', 2, true);
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'contact_id', :c, 'status', 'Sent')), t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :l2, 'status', 'Responded'));
SELECT t.new('content_document_link', jsonb_build_object('lead_id', :l2, 'content_document_id', t.new('content_document', '{"title": "D"}'), 'share_type', 'V'));
SELECT t.state('{crm}') AS before \gset
SELECT is(t.leads('1'), '2 0 1 1 0 unknown {} added {} leads converted in "staging" since, which are converted here now: 1 leads whose imported conversion has been undone here, which stay open: 1', 'a lead that was here is taken over');
SELECT is((SELECT concat_ws(' ', k.lead_id, k.contact_id = :c, k.account_id = :a, k.owner_id = :bob, k.source_lead_id = :l2, n.contact_id = :c) FROM crm.task k, crm.note n WHERE k.id = :task2 AND n.id = :note), 't t t t t', '... with what hangs on it, which goes to its contact, and keeps its owner');
SELECT is((SELECT string_agg(concat_ws(' ', lead_id = :l2, contact_id = :c, status), ', ') FROM crm.campaign_member WHERE campaign_id = :camp), 't t Responded', '... members merge');
SELECT is((SELECT count(*) FROM crm.content_document_link WHERE contact_id = :c), 1::bigint, '... files are linked');
SELECT is((SELECT string_agg(k, ' ' ORDER BY k) FROM crm.lead_conversion, jsonb_object_keys(undo) k WHERE lead_id = :l2), 'lead members taken_over', '... and the ledger knows');
SELECT is(t.undo(:l2), 't 4', '... and given back');
SELECT is(t.difference(ARRAY(SELECT s FROM unnest(t.without_history(:'before')) s WHERE s !~ '^crm.import'), ARRAY(SELECT s FROM unnest(t.without_history(t.state('{crm}'))) s WHERE s !~ '^crm.import')), NULL, '... as it was');
SELECT is(t.leads('1'), '2 0 0 2 0 unknown {} added {} leads whose imported conversion has been undone here, which stay open: 2', '... the same file again');
SELECT is((SELECT concat_ws(' ', is_converted, status) FROM crm.lead WHERE id = :l2), 'f Working - Contacted', '... leaves it open');

SELECT * FROM finish();
ROLLBACK;
