-- leadconv.import_records(): references at the edges: a record that cannot do without one
-- that has not come yet, and users who made users of the same file
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(24);

-- a campaign member cannot be without its campaign: it cannot wait for it either
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00QA", "LastName": "a"}, {"Id": "00QB", "LastName": "b"}]'))[1], '2 2 0 0 0', 'two leads');
SELECT is((t.import('Campaign', '{Id,Name}', '[{"Id": "701A", "Name": "A"}]'))[1], '1 1 0 0 0', 'one of two campaigns');
SELECT t.import('CampaignMember', '{Id,CampaignId,LeadId}', '[{"Id": "00v1", "CampaignId": "701A", "LeadId": "00QA"}, {"Id": "00v2", "CampaignId": "701B", "LeadId": "00QB"}]') AS refused \gset
SELECT is((:'refused'::text[])[1:3], '{LC016,"record 00v2: column \"CampaignId\" refers to no record of crm.campaign","No record has external_id \"701B\"."}', 'members of both are refused');
SELECT alike((:'refused'::text[])[4], 'Import the records of crm.campaign first%', '... with what to do');
SELECT is((SELECT count(*) FROM crm.campaign_member), 0::bigint, '... and nothing is imported');
CREATE TEMP TABLE members ("Id" text, "CampaignId" text, "LeadId" text);
INSERT INTO members VALUES ('00v1', '701A', '00QA'), ('00v2', '701B', '00QB');
SELECT is((SELECT concat_ws(' ', rows_read, inserted, rejected) FROM leadconv.import_records('CampaignMember', 'members', on_error => 'reject')), '2 1 1', 'or the one is put aside');
SELECT is((SELECT concat_ws(' ', object, external_id, reasons, "row" ->> 'LeadId') FROM crm.import_reject), 'campaign_member 00v2 {"record 00v2: column \"CampaignId\" refers to no record of crm.campaign: No record has external_id \"701B\"."} 00QB', '... with the reason');
SELECT is((SELECT count(*) FROM leadconv.import_status()), 0::bigint, '... and is not waited for');
SELECT is((t.import('Campaign', '{Id,Name}', '[{"Id": "701B", "Name": "B"}]'))[1], '1 1 0 0 0', 'the other campaign comes');
SELECT is((t.import('CampaignMember', '{Id,CampaignId,LeadId}', '[{"Id": "00v1", "CampaignId": "701A", "LeadId": "00QA"}, {"Id": "00v2", "CampaignId": "701B", "LeadId": "00QB"}]'))[1], '2 1 0 1 0', '... and the same file once more takes the rest');
SELECT is((SELECT string_agg(concat_ws(' ', c.external_id, l.external_id), ', ' ORDER BY 1) FROM crm.campaign_member m JOIN crm.campaign c ON c.id = m.campaign_id JOIN crm.lead l ON l.id = m.lead_id), '701A 00QA, 701B 00QB', '... to its campaign');

-- users who made users, themselves, each other, or are in no file
SELECT is((t.import('User', '{Id,Name,CreatedById,LastModifiedById}', '[{"Id": "005C", "Name": "Cid", "CreatedById": "005A", "LastModifiedById": "005D"}, {"Id": "005A", "Name": "Ann", "CreatedById": "005A", "LastModifiedById": "005C"},
    {"Id": "005D", "Name": "Dee", "CreatedById": "005C", "LastModifiedById": "005Z"}]'))[1], '3 3 0 0 1', 'users who made users of the same file');
SELECT is((SELECT array_agg(concat_ws(' ', u.external_id, c.external_id, m.external_id) ORDER BY u.external_id) FROM crm.app_user u LEFT JOIN crm.app_user c ON c.id = u.created_by_id LEFT JOIN crm.app_user m ON m.id = u.last_modified_by_id WHERE u.external_id LIKE '005_'),
    '{"005A 005A 005C","005C 005A 005D","005D 005C"}', '... are named');
SELECT is((t.import('User', '{Id,Name,CreatedById,LastModifiedById}', '[{"Id": "005C", "Name": "Cid", "CreatedById": "005A", "LastModifiedById": "005D"}]'))[1], '1 0 0 1 0', '... and the same again changes nothing');
-- columns that follow from others, which the file does not have
SELECT is((t.import('Opportunity', '{Id,Name,StageName,CloseDate,Amount}', '[{"Id": "006A", "Name": "o", "StageName": "Closed Won", "CloseDate": "2026-11-05", "Amount": "200"}]'))[1], '1 1 0 0 0', 'an opportunity with a stage only');
SELECT is((SELECT concat_ws(' ', is_closed, is_won, probability, fiscal_quarter, fiscal_year, expected_revenue::numeric(5)) FROM crm.opportunity WHERE external_id = '006A'), 't t 100 4 2026 200', '... has what follows from it');
SELECT is((t.import('Contact', '{Id,FirstName,LastName}', '[{"Id": "003A", "FirstName": "Maya", "LastName": "Rao"}]'))[1], '1 1 0 0 0', 'a contact without a name');
SELECT is((SELECT name FROM crm.contact WHERE external_id = '003A'), 'Maya Rao', '... has one');

-- several leads that were converted elsewhere to one contact, and one to nothing: what hangs on them here
SELECT t.import('Lead', '{Id,LastName}', '[{"Id": "00Q1", "LastName": "one"}, {"Id": "00Q2", "LastName": "two"}, {"Id": "00Q3", "LastName": "three"}]');
SELECT t.new('task', jsonb_build_object('lead_id', id, 'subject', last_name)), t.new('campaign_member', jsonb_build_object('lead_id', id, 'campaign_id', (SELECT c.id FROM crm.campaign c WHERE c.external_id = '701A')))
FROM crm.lead WHERE external_id IN ('00Q1', '00Q2', '00Q3') ORDER BY id;
SELECT t.dump() AS before \gset
SELECT is((t.import('Lead', '{Id,LastName,IsConverted,ConvertedDate,ConvertedContactId}', '[{"Id": "00Q1", "LastName": "one", "IsConverted": "1", "ConvertedDate": "2026-02-02", "ConvertedContactId": "003A"},
    {"Id": "00Q2", "LastName": "two", "IsConverted": "1", "ConvertedDate": "2026-02-02", "ConvertedContactId": "003A"}, {"Id": "00Q3", "LastName": "three", "IsConverted": "1", "ConvertedDate": "2026-02-02"}]'))[1], '3 0 3 0 0', 'three leads were converted elsewhere');
SELECT is((SELECT string_agg(concat_ws(' ', k.subject, c.external_id, l.external_id), ', ' ORDER BY k.id) FROM crm.task k LEFT JOIN crm.contact c ON c.id = k.contact_id LEFT JOIN crm.lead l ON l.id = k.lead_id), 'one 003A, two 003A, three 00Q3', '... tasks of two go to the contact, that of the one without stays');
SELECT is((SELECT count(*) FROM crm.campaign_member WHERE contact_id = (SELECT id FROM crm.contact WHERE external_id = '003A')), 1::bigint, '... of members, one is left');
SELECT is((SELECT count(*) FROM leadconv.undo_lead_conversions(ARRAY(SELECT id FROM crm.lead WHERE external_id IN ('00Q1', '00Q2', '00Q3'))) WHERE success), 3::bigint, '... which are undone');
SELECT is((SELECT string_agg(concat_ws(' ', k.subject, c.external_id, l.external_id), ', ' ORDER BY k.id) FROM crm.task k LEFT JOIN crm.contact c ON c.id = k.contact_id LEFT JOIN crm.lead l ON l.id = k.lead_id), 'one 00Q1, two 00Q2, three 00Q3', '... all is back');
SELECT is((SELECT string_agg(concat_ws(' ', m.contact_id, l.external_id), ', ' ORDER BY l.external_id) FROM crm.campaign_member m JOIN crm.lead l ON l.id = m.lead_id WHERE l.external_id IN ('00Q1', '00Q2', '00Q3')), '00Q1, 00Q2, 00Q3', '... members, too');
SELECT * FROM finish();
ROLLBACK;
