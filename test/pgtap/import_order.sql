-- leadconv.import_records(): references to records that have not come yet are
-- remembered, and set when they come, in whatever order
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(34);

CREATE FUNCTION t.status() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(concat_ws(' ', s.object, s.column_name, s.unresolved, s.example), ', ') FROM leadconv.import_status() s $$;

-- the documented order: a lead before its opportunity
SELECT is((t.import('Account', '{Id,Name,ParentId}', '[{"Id": "001A", "Name": "Acme", "ParentId": "001P"}]')), '{1 1 0 0 1,"unknown {}","added {}","ids in column ParentId without a record in schema crm: 1"}', 'a parent that is not there');
SELECT is((t.import('Contact', '{Id,LastName,AccountId,ReportsToId}', '[{"Id": "003A", "LastName": "Rao", "AccountId": "001A", "ReportsToId": "003B"}, {"Id": "003B", "LastName": "Boss"}]'))[1], '2 2 0 0 0', 'within the table');
SELECT is((t.import('Lead', '{Id,LastName,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId}',
    '[{"Id": "00QA", "LastName": "Rao", "IsConverted": "1", "ConvertedDate": "2026-01-02", "ConvertedAccountId": "001A", "ConvertedContactId": "003A", "ConvertedOpportunityId": "006A"}]')),
    '{1 1 0 0 1,"unknown {}","added {}","ids in column ConvertedOpportunityId without a record in schema crm: 1"}', 'an opportunity that is not there');
SELECT is(t.status(), 'account parent_id 1 001P, lead converted_opportunity_id 1 006A', 'import_status() lists what is open');
SELECT is((SELECT array_agg(concat_ws(' ', r.object, t.get(r.object, r.record_id, 'external_id'), r.column_name, r.external_id) ORDER BY r.object) FROM crm.import_reference r),
    '{"account 001A parent_id 001P","lead 00QA converted_opportunity_id 006A"}', '... which crm.import_reference has');
SELECT is((t.import('Lead', '{Id,LastName,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId,ConvertedOpportunityId}',
    '[{"Id": "00QA", "LastName": "Rao", "IsConverted": "1", "ConvertedDate": "2026-01-02", "ConvertedAccountId": "001A", "ConvertedContactId": "003A", "ConvertedOpportunityId": "006A"}]'))[1],
    '1 0 0 1 1', 'again: nothing changes');
SELECT is((t.import('Opportunity', '{Id,Name,StageName,CloseDate,AccountId}', '[{"Id": "006A", "Name": "o", "StageName": "Qualification", "CloseDate": "2027-01-01", "AccountId": "001A"}]')),
    '{1 1 0 0 0,"unknown {}","added {}","references set whose records have come by now: 1"}', 'the opportunity comes');
SELECT is((SELECT o.external_id FROM crm.lead l JOIN crm.opportunity o ON o.id = l.converted_opportunity_id), '006A', '... and the lead gets it');
SELECT is((SELECT (c.origin, c.account_id = l.converted_account_id, c.contact_id = l.converted_contact_id, c.opportunity_id = l.converted_opportunity_id)::text FROM crm.lead_conversion c JOIN crm.lead l ON l.id = c.lead_id),
    '(imported,t,t,t)', '... and the ledger, too');
SELECT is((t.import('Account', '{Id,Name}', '[{"Id": "001P", "Name": "Parent"}]'))[4], 'references set whose records have come by now: 1', 'the parent comes');
SELECT is((SELECT p.name FROM crm.account a JOIN crm.account p ON p.id = a.parent_id WHERE a.external_id = '001A'), 'Parent', '... and is one');
SELECT is(t.status(), NULL, 'nothing is open any more');
SELECT is((SELECT count(*)::int FROM crm.import_reference), 0, '... nor remembered');

-- the other way round, with fields that point to one of several objects
SELECT is((t.import('Task', '{Id,WhoId,WhatId,Subject}', '[{"Id": "00T1", "WhoId": "00QB", "WhatId": "001B", "Subject": "a"}, {"Id": "00T2", "WhoId": "003C", "WhatId": "006B", "Subject": "b"},
        {"Id": "00T3", "WhoId": "00QC", "Subject": "c"}, {"Id": "00T4", "WhoId": "00QD", "Subject": "d"}]'))[1], '4 4 0 0 6', 'tasks before all others');
SELECT is(t.status(), 'task account_id 2 001B, task contact_id 4 003C, task lead_id 4 003C, task opportunity_id 2 001B', 'what an id may belong to');
SELECT is((t.import('Lead', '{Id,LastName,IsConverted,ConvertedDate,ConvertedAccountId,ConvertedContactId}', '[{"Id": "00QB", "LastName": "x", "IsConverted": "0"},
        {"Id": "00QC", "LastName": "y", "IsConverted": "1", "ConvertedDate": "2026-01-02", "ConvertedAccountId": "001A", "ConvertedContactId": "003A"}, {"Id": "00QD", "LastName": "z", "IsConverted": "1", "ConvertedDate": "2026-01-02"}]'))[4:],
    '{"references set whose records have come by now: 3"}', 'leads come');
SELECT is((SELECT array_agg(concat_ws(' ', k.external_id, l.external_id, c.external_id) ORDER BY k.external_id) FROM crm.task k LEFT JOIN crm.lead l ON l.id = k.lead_id LEFT JOIN crm.contact c ON c.id = k.contact_id),
    '{"00T1 00QB",00T2,"00T3 003A","00T4 00QD"}', '... an open one, one that is a contact by now, and one that has no contact');
SELECT is((t.import('Account', '{Id,Name}', '[{"Id": "001B", "Name": "B"}]'))[4], 'references set whose records have come by now: 1', 'an account comes');
SELECT is((t.import('Contact', '{Id,LastName}', '[{"Id": "003C", "LastName": "C"}]'))[4], 'references set whose records have come by now: 1', '... a contact');
SELECT is((t.import('Opportunity', '{Id,Name,StageName,CloseDate}', '[{"Id": "006B", "Name": "o", "StageName": "Qualification", "CloseDate": "2027-01-01"}]'))[4], 'references set whose records have come by now: 1', '... and an opportunity');
SELECT is((SELECT array_agg(concat_ws(' ', c.external_id, a.external_id, o.external_id) ORDER BY k.external_id) FROM crm.task k LEFT JOIN crm.contact c ON c.id = k.contact_id
        LEFT JOIN crm.account a ON a.id = k.account_id LEFT JOIN crm.opportunity o ON o.id = k.opportunity_id WHERE k.external_id <= '00T2'), '{001B,"003C 006B"}', '... to the columns of each');
SELECT is(t.status(), NULL, 'all is resolved');

-- what has changed in the meantime
SELECT is((t.import('Account', '{Id,Name,ParentId}', '[{"Id": "001E", "Name": "E", "ParentId": "001X"}, {"Id": "001F", "Name": "F", "ParentId": "001X"}, {"Id": "001G", "Name": "G", "ParentId": "001X"}]'))[1], '3 3 0 0 3', 'three wait');
UPDATE crm.account SET parent_id = (SELECT id FROM crm.account WHERE external_id = '001A') WHERE external_id = '001E';
SELECT is((t.import('Account', '{Id,Name,ParentId}', '[{"Id": "001F", "Name": "F", "ParentId": ""}]'))[1], '1 0 0 1 0', 'one waits no more');
SELECT is((t.import('Account', '{Id,Name}', '[{"Id": "001X", "Name": "X"}]'))[1], '1 1 0 0 0', 'the record comes');
SELECT is((SELECT array_agg(concat_ws(' ', a.external_id, p.external_id) ORDER BY a.external_id) FROM crm.account a LEFT JOIN crm.account p ON p.id = a.parent_id WHERE a.external_id IN ('001E', '001F', '001G')),
    '{"001E 001A",001F,"001G 001X"}', '... for the one that still waits; what was set here stays');
SELECT is(t.status(), NULL, 'nobody waits');

-- two objects with the same id, in systems whose ids say nothing
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "7", "LastName": "seven"}]'))[1], '1 1 0 0 0', 'lead 7');
SELECT is((t.import('Contact', '{Id,LastName}', '[{"Id": "7", "LastName": "seven"}]'))[1], '1 1 0 0 0', 'contact 7');
SELECT is((t.import('Task', '{Id,WhoId,Subject}', '[{"Id": "1", "WhoId": "7", "Subject": "a"}, {"Id": "2", "WhoId": "8", "Subject": "b"}]')),
    '{2 2 0 0 2,"unknown {}","added {}","ids in column WhoId without a record in schema crm: 1","ids in column WhoId that records of several objects have, and that were not set: 1"}', 'an id of both is reported');
SELECT is((SELECT (lead_id, contact_id)::text FROM crm.task WHERE external_id = '1'), '(,)', '... and set on neither');
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "9", "LastName": "nine"}]'))[1], '1 1 0 0 0', 'also later');
SELECT is((SELECT (lead_id, contact_id)::text FROM crm.task WHERE external_id = '1'), '(,)', '... it is set on neither');
SELECT is((t.import('Task', '{Id,LeadId,Subject}', '[{"Id": "1", "LeadId": "7", "Subject": "a"}]'))[1], '1 0 1 0 0', 'a column of the object says which');

SELECT * FROM finish();
ROLLBACK;
