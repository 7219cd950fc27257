-- leadconv.import_records(): conversions that were made elsewhere are taken over
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(27);

SELECT t.new('account', '{"name": "Acme", "external_id": "001A"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Rao', 'account_id', :a, 'external_id', '003A')) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'o', 'stage_name', 'Qualification', 'close_date', '2027-01-01', 'account_id', :a, 'external_id', '006A')) AS o \gset

-- those of the first import
SELECT is((t.import('Lead', '{Id,LastName,Company,Status,IsConverted,ConvertedDate,ConvertedAccountId}', '[
        {"Id": "00Q1", "LastName": "a", "Status": "Closed - Converted", "IsConverted": "1", "ConvertedDate": "2026-01-02", "ConvertedAccountId": "001A"},
        {"Id": "00Q2", "LastName": "b", "Status": "Closed - Converted", "IsConverted": "1", "ConvertedDate": "2026-01-03", "ConvertedAccountId": "001Z"},
        {"Id": "00Q3", "LastName": "c", "Status": "Working - Contacted", "IsConverted": "0"}, {"Id": "00Q4", "LastName": "d", "Company": "D", "Status": "Working - Contacted", "IsConverted": "0"},
        {"Id": "00Q5", "LastName": "e", "Status": "Working - Contacted", "IsConverted": "0"}]'))[1], '5 5 0 0 1', 'leads, of which two are converted');
SELECT is((SELECT array_agg((l.external_id, c.origin, c.account_id = l.converted_account_id, c.account_created, c.converted_status, c.created_by_role = current_user, c.created_date = l.converted_date::timestamp AT TIME ZONE 'UTC', c.undo)::text ORDER BY l.external_id)
        FROM crm.lead_conversion c JOIN crm.lead l ON l.id = c.lead_id),
    '{"(00Q1,imported,t,f,\"Closed - Converted\",t,t,)","(00Q2,imported,,f,\"Closed - Converted\",t,t,)"}', '... are in the ledger');
SELECT is((SELECT array_agg(external_id ORDER BY external_id) FROM crm.open_lead), '{00Q3,00Q4,00Q5}', 'the others are open');
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', id), 'LC005', 'cannot reference converted lead', 'a lead whose account is not in the export is not converted a second time') FROM crm.lead WHERE external_id = '00Q2';
SELECT is((t.import('Account', '{Id,Name}', '[{"Id": "001Z", "Name": "Z"}]'))[4], 'references set whose records have come by now: 1', 'the account comes');
SELECT is((SELECT (a.name, c.account_id = a.id)::text FROM crm.lead l JOIN crm.account a ON a.id = l.converted_account_id JOIN crm.lead_conversion c ON c.lead_id = l.id WHERE l.external_id = '00Q2'), '(Z,t)', '... and is that of the lead, and in the ledger');

-- a delta: one lead was converted elsewhere, one here, one in both places
SELECT ok((t.convert(id)).success, 'converted here') FROM crm.lead WHERE external_id = '00Q4';
SELECT t.new('task', jsonb_build_object('lead_id', id, 'subject', 'mine')) AS task FROM crm.lead WHERE external_id = '00Q3' \gset
SELECT is((t.import('Lead', '{Id,LastName,Status,Title,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId}', '[
        {"Id": "00Q3", "LastName": "c", "Status": "Closed - Converted", "Title": "CEO", "IsConverted": "1", "ConvertedDate": "2026-02-03", "ConvertedAccountId": "001A", "ConvertedContactId": "003A", "ConvertedOpportunityId": "006B"},
        {"Id": "00Q4", "LastName": "d", "Status": "Closed - Converted", "IsConverted": "1", "ConvertedDate": "2026-02-03", "ConvertedAccountId": "001A"},
        {"Id": "00Q5", "LastName": "e", "Status": "Working - Contacted", "IsConverted": "0"}]')),
    '{3 0 1 2 1,"unknown {}","added {}","leads converted in \"staging\" since, which are converted here now: 1","leads converted here, and to other records in \"staging\", which stay as they are: 1","ids in column ConvertedOpportunityId without a record in schema crm: 1","converted leads left as they are: 1"}', 'a delta');
SELECT is((SELECT (is_converted, converted_date, converted_account_id, converted_contact_id, converted_opportunity_id, status, title)::text FROM crm.lead WHERE external_id = '00Q3'),
    format('(t,2026-02-03,%s,%s,,"Closed - Converted",CEO)', :a, :c), 'converted elsewhere: converted here, with its records');
SELECT is((SELECT (c.origin, c.account_id, c.contact_id, c.opportunity_id, c.undo - 'taken_over')::text FROM crm.lead_conversion c JOIN crm.lead l ON l.id = c.lead_id WHERE l.external_id = '00Q3'),
    format('(imported,%s,%s,,"{""lead"": {""status"": ""Working - Contacted"", ""is_unread_by_owner"": true}}")', :a, :c), '... with a row in the ledger, which knows what it was');
SELECT is((SELECT count(*)::int FROM crm.lead_conversion c JOIN crm.lead l ON l.id = c.lead_id WHERE l.external_id = '00Q4' AND c.origin = 'single'), 1, 'converted here: stays so');
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', id), 'LC005', 'cannot reference converted lead', 'not converted a second time') FROM crm.lead WHERE external_id = '00Q3';
SELECT is((SELECT array_agg(external_id) FROM crm.open_lead), '{00Q5}', '... nor open');
SELECT is((SELECT concat_ws(' ', lead_id, contact_id = :c, account_id, source_lead_id = (SELECT id FROM crm.lead WHERE external_id = '00Q3')) FROM crm.task WHERE id = :task), concat_ws(' ', 't', :a, 't'), 'what was made here goes to its contact');
SELECT is((t.import('Opportunity', '{Id,Name,StageName,CloseDate}', '[{"Id": "006B", "Name": "p", "StageName": "Qualification", "CloseDate": "2027-01-01"}]'))[4], 'references set whose records have come by now: 1', 'the opportunity comes');
SELECT is((SELECT (c.opportunity_id = l.converted_opportunity_id)::text FROM crm.lead_conversion c JOIN crm.lead l ON l.id = c.lead_id WHERE l.external_id = '00Q3'), 'true', '... to lead and ledger');
SELECT is((t.import('Lead', '{Id,LastName,Status,Title,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId}', '[
        {"Id": "00Q3", "LastName": "c", "Status": "Closed - Converted", "Title": "CEO", "IsConverted": "1", "ConvertedDate": "2026-02-03", "ConvertedAccountId": "001A", "ConvertedContactId": "003A", "ConvertedOpportunityId": "006B"}]'))[1], '1 0 0 1 0', 'again: nothing changes');
SELECT is((SELECT count(*)::int FROM crm.lead_conversion), 4, '... in the ledger either');

-- what an earlier version has left out, it fills
DELETE FROM crm.lead_conversion c USING crm.lead l WHERE l.id = c.lead_id AND l.external_id = '00Q1';
SELECT is((t.import('Lead', '{Id,LastName,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedOpportunityId}', '[{"Id": "00Q1", "LastName": "a", "IsConverted": "1", "ConvertedDate": "2026-01-02", "ConvertedAccountId": "001A", "ConvertedOpportunityId": "006A"}]'))[1], '1 0 1 0 0', 'a converted lead without its opportunity, and not in the ledger');
SELECT is((SELECT (l.converted_opportunity_id, c.opportunity_id, c.origin)::text FROM crm.lead_conversion c JOIN crm.lead l ON l.id = c.lead_id WHERE l.external_id = '00Q1'), format('(%s,%s,imported)', :o, :o), '... gets both');

-- without a date, it is the day of the last change, or today
SELECT is((t.import('Lead', '{Id,LastName,IsConverted,LastModifiedDate}', '[{"Id": "00Q6", "LastName": "f", "IsConverted": "true", "LastModifiedDate": "2026-03-04T23:30:00.000-0200"}]'))[1], '1 1 0 0 0', 'no date of conversion');
SELECT is(converted_date, '2026-03-05', '... is that of the last change') FROM crm.lead WHERE external_id = '00Q6';
SELECT is((t.import('Lead', '{Id,LastName,IsConverted}', '[{"Id": "00Q5", "LastName": "e", "IsConverted": "1"}]'))[1], '1 0 1 0 0', '... or');
SELECT is(converted_date, CURRENT_DATE, '... today') FROM crm.lead WHERE external_id = '00Q5';

-- rows of converted leads that the export has on them
SELECT t.new('campaign', '{"name": "Fair", "external_id": "7011"}') AS fair \gset
SELECT is((t.import('CampaignMember', '{Id,CampaignId,LeadId,ContactId}', '[{"Id": "00v1", "CampaignId": "7011", "LeadId": "00Q5", "ContactId": "003Z"}]'))[1], '1 1 0 0 1', 'a member of a lead that has no contact here');
SELECT is((SELECT l.external_id FROM crm.campaign_member m JOIN crm.lead l ON l.id = m.lead_id), '00Q5', '... stays on the lead');
SELECT t.fails(format('INSERT INTO crm.task (lead_id) SELECT id FROM crm.lead WHERE external_id = %L', '00Q5'), 'LC005', 'cannot reference converted lead', 'by hand, nothing is added to it');

SELECT * FROM finish();
ROLLBACK;
