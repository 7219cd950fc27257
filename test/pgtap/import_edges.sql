-- leadconv.import_records(): references at the edges: a record that cannot do without one
-- that has not come yet, and users who made users of the same file
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(14);

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
SELECT * FROM finish();
ROLLBACK;
