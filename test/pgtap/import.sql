-- leadconv.import_records(): which column is which, what is refused before
-- anything is written, and what is added, recognised, updated and left alone
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(56);

SELECT t.new('app_user', '{"name": "Ann", "external_id": "005A"}') AS ann \gset
SELECT t.new('account', jsonb_build_object('name', 'Acme', 'external_id', '001A', 'owner_id', :ann)) AS acme \gset

--
-- Object and staging table
--
SELECT is(t.import('Lead', '{Id,LastName,Company}', '[{"Id": "00Q1", "LastName": "Rao", "Company": "Acme"}, {"Id": "00Q2", "LastName": "Bo", "Company": ""}]'),
    '{2 2 0 0 0,"unknown {}","added {}"}', 'platform names; an empty string is no value');
SELECT is((SELECT array_agg(company ORDER BY id) FROM crm.lead WHERE external_id ~ '^00Q[12]$'), '{Acme,NULL}', '... and the rows');
SELECT is(t.import('lead', '{external_id,last_name,company}', '[{"external_id": "00Q1", "last_name": "Rao", "company": "Acme"}, {"external_id": "00Q2", "last_name": "Bo", "company": "Bolt"}]'),
    '{2 0 1 1 0,"unknown {}","added {}"}', 'column names; what differs is updated');
SELECT is(t.import('LEAD', ARRAY[E'\uFEFFID', 'LASTNAME'], jsonb_build_array(jsonb_build_object(E'\uFEFFID', '00Q1', 'LASTNAME', 'Rao'))),
    '{1 0 0 1 0,"unknown {}","added {}"}', 'a byte order mark before the first name, and any case');
SELECT is((t.import('User', '{Id,Name}', '[{"Id": "005B", "Name": "Bob"}]'))[1], '1 1 0 0 0', 'User is app_user');
SELECT is((t.import('Territory2', '{Id,Name}', '[{"Id": "0MI1", "Name": "West"}]'))[1], '1 1 0 0 0', 'Territory2 is territory');
SELECT is((t.import('Nothing', '{Id}', '[]'))[1:3], '{LC003,"object \"Nothing\" cannot be imported","Schema crm has no table of records for it."}', 'an object that there is not');
SELECT matches((t.import('lead_status', '{Id}', '[]'))[4], '^Give one of account, .*lead, .*task, .*or the Salesforce name of one of them\.$', '... or that has no records');
SELECT t.fails($$SELECT leadconv.import_records('Lead', 'crm.lead')$$, 'LC022', '"lead" is a table of schema crm', 'a table of crm is no source');
SELECT t.fails($$SELECT leadconv.import_records('Lead', 'crm.lead_pkey')$$, '42809', '"lead_pkey" is not a table or view', 'nor is an index', false);
SELECT t.fails($$SELECT leadconv.import_records('Lead', 1)$$, '42P01', 'relation with OID 1 does not exist', 'nor what is not there', false);
SELECT t.fails($$SELECT leadconv.import_records(NULL, 'pg_class')$$, 'LC001', 'argument "object" is required', 'object is required', false);
SELECT t.fails($$SELECT leadconv.import_records('Lead', NULL)$$, 'LC001', 'argument "source" is required', 'source is required', false);

--
-- Which column is which
--
SELECT is((t.import('Lead', '{LastName}', '[]'))[1:2], '{LC001,"\"staging\" has no column \"Id\""}', 'no id');
SELECT is((t.import('Lead', '{Id,external_id,LastName}', '[]'))[1:2], '{LC003,"columns \"Id\" and \"external_id\" of \"staging\" both stand for the id of a record"}', 'two ids');
SELECT is((t.import('Lead', '{Id,LastName,last_name}', '[]'))[1:2], '{LC003,"columns \"LastName\" and \"last_name\" of \"staging\" both stand for column crm.lead.last_name"}', 'two columns for one');
SELECT is(t.import('Lead', '{Id,LastName,Name,IsDeleted,Shoe_Size__c,Nonsense}', '[{"Id": "00Q3", "LastName": "Ng", "Name": "x", "Nonsense": "1"}]'),
    '{1 1 0 0 0,"unknown {Shoe_Size__c,Nonsense}","added {}"}', 'what is not known is listed, what the database makes is not');
SELECT is(t.import('Lead', '{Id,LastName,Shoe_Size__c,Zip__c,Day__c,At__c,Is_It__c,Empty__c,Bad_Day__c,Big__c}',
        '[{"Id": "00Q3", "LastName": "Ng", "Shoe_Size__c": "9.5", "Zip__c": "0150", "Day__c": "2026-02-28", "At__c": "2026-02-28T10:00:00.000+0000", "Is_It__c": "true", "Bad_Day__c": "2026-02-30", "Big__c": "12345678901"},
          {"Id": "00Q4", "LastName": "Oz", "Shoe_Size__c": "10", "Zip__c": "12345", "Day__c": "2026-03-01", "At__c": "2026-03-01T10:00:00Z", "Is_It__c": "false", "Bad_Day__c": "2026-02-03", "Big__c": "1"}]', true),
    '{2 1 1 0 0,"unknown {}","added {shoe_size__c,zip__c,day__c,at__c,is_it__c,empty__c,bad_day__c,big__c}","shoe_size__c added as numeric, as all values are numbers","zip__c added as text, as its name is that of a code","day__c added as date, as all values are days","at__c added as timestamp with time zone, as all values are times","is_it__c added as boolean, as all values are true or false","empty__c added as text, as not all values are of one other type","bad_day__c added as text, as not all values are of one other type","big__c added as text, as not all values are of one other type"}', 'custom fields are added on demand, and it is told why as what');
SELECT is((SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'crm.lead'::regclass AND attname ~ '__c$'),
    'shoe_size__c numeric, zip__c text, day__c date, at__c timestamp with time zone, is_it__c boolean, empty__c text, bad_day__c text, big__c text', '... of a type that fits all values, text in doubt');
SELECT is(col_description('crm.lead'::regclass, attnum), 'Custom field Shoe_Size__c, added by an import.', '... with a comment') FROM pg_attribute WHERE attrelid = 'crm.lead'::regclass AND attname = 'shoe_size__c';

SELECT is(t.import('Campaign', '{Id,Name,ShoeSize,Hair Colour,SystemModstamp,ParentId}', (SELECT jsonb_agg(jsonb_build_object('Id', 'f' || i, 'Name', 'f', 'ShoeSize', i::text, 'Hair Colour', CASE i % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'grey' END)) FROM generate_series(1, 20) i), true),
    '{20 20 0 0 0,"unknown {SystemModstamp}","added {shoe_size,hair_colour}","shoe_size added as numeric, as all values are numbers","hair_colour added as text with a picklist of 2 values, as each is that of several records"}', 'names without __c, and few values');
SELECT is((SELECT array_agg(v.value ORDER BY v.sort_order) FROM crm.picklist_value v JOIN crm.picklist_field f ON f.id = v.picklist_field_id WHERE f.object = 'campaign' AND f.field = 'hair_colour'), '{grey,red}', '... are a picklist');
SELECT is((t.import('Campaign', '{Id,Name,ShoeSize,Hair Colour}', '[{"Id": "f1", "Name": "f", "ShoeSize": "44", "Hair Colour": "grey"}]', true))[1:3], '{1 0 1 0 0,"unknown {}","added {}"}', 'the next import finds them');
SELECT is((t.import('Lead', '{Id,Last Name,Lead Source}', '[{"Id": "00Q1", "Last Name": "Rao", "Lead Source": "Web"}]'))[1:2], '{1 0 1 0 0,"unknown {}"}', 'labels are names, too');

-- Values
SELECT is((t.import('Lead', '{Id,LastName,NumberOfEmployees,EmailBouncedDate,DoNotCall}', '[{"Id": "00Q1", "LastName": "Rao", "NumberOfEmployees": "12.0", "EmailBouncedDate": "2026-02-03T04:05:06", "DoNotCall": ""}]'))[1], '1 0 1 0 0', 'values');
SELECT is((SELECT (number_of_employees, email_bounced_date = '2026-02-03 04:05:06+00', do_not_call)::text FROM crm.lead WHERE external_id = '00Q1'), '(12,t,f)', '... a whole number with a point, a time without a zone, a checkbox without a tick');
SELECT is((t.import('RecordType', '{Id,SobjectType,DeveloperName,Name}', '[{"Id": "0121", "SobjectType": "CampaignMember", "DeveloperName": "d", "Name": "n"}]'))[1], '1 1 0 0 0', 'a record type');
SELECT is((SELECT object FROM crm.record_type WHERE external_id = '0121'), 'campaign_member', '... is for a table');
SELECT is(t.import('User', '{Id,FirstName,LastName,Username,UserType}', '[{"Id": "005C", "FirstName": "Cy", "LastName": "Dee", "UserType": "PowerPartner"}, {"Id": "005D", "Username": "d@x", "UserType": "Queue"}]'),
    '{2 2 0 0 0,"unknown {}","added {}"}', 'users without a full name');
SELECT is((SELECT array_agg(name || ' ' || user_type ORDER BY external_id) FROM crm.app_user WHERE external_id IN ('005C', '005D')), '{"Cy Dee Standard","d@x Queue"}', '... are named by its parts, or by the login name');

--
-- Refused before anything is written
--
SELECT is(t.import('Lead', '{Id,LastName}', '[{"Id": "00Q8", "LastName": "x"}, {"LastName": "y"}]'),
    '{LC001,"\"staging\" has rows without an id","Column \"Id\" is empty there.","Delete these rows, or give them ids; nothing has been imported."}', 'a row without id');
SELECT is(t.import('Lead', '{Id,LastName}', '[{"Id": "00Q8", "LastName": "x"}, {"Id": "00Q8", "LastName": "y"}]'),
    '{LC017,"record 00Q8 is 2 times in \"staging\"","","Keep one of its rows; nothing has been imported."}', 'an id twice');
SELECT is(t.import('Lead', '{Id,LastName,NumberOfEmployees}', '[{"Id": "00Q7", "LastName": "x", "NumberOfEmployees": "1"}, {"Id": "00Q8", "LastName": "x", "NumberOfEmployees": "many"}, {"Id": "00Q9", "LastName": "y"}]'),
    '{LC018,"record 00Q8: column \"NumberOfEmployees\" cannot be imported into lead.number_of_employees","Value \"many\" is not a valid integer: invalid input syntax for type integer: \"many\".","Correct the value in \"staging\" and import again; nothing has been imported."}', 'a value of another type');
SELECT is(t.import('Lead', '{Id,LastName,City}', jsonb_build_array(jsonb_build_object('Id', '00Q8', 'LastName', 'x', 'City', repeat('ä', 41)))),
    ARRAY['LC012', 'record 00Q8: column "City" is too long for lead.city', format('Value "%s..." has 41 characters, 40 fit.', repeat('ä', 40)),
          'Shorten it in "staging", or use ALTER TABLE crm.lead ALTER COLUMN city TYPE; nothing has been imported.'], 'a value that is too long');
SELECT is(t.import('Lead', '{Id,LastName}', '[{"Id": "00Q8"}]'),
    '{LC001,"record 00Q8: column \"LastName\" is required for lead.last_name","","Give a value in \"staging\" and import again; nothing has been imported."}', 'a required value');
SELECT is(t.import('CampaignMember', '{Id,CampaignId,LeadId}', '[{"Id": "00v1", "CampaignId": "7019", "LeadId": "00Q1"}]'),
    '{LC016,"record 00v1: column \"CampaignId\" refers to no record of crm.campaign","No record has external_id \"7019\".","Import the records of crm.campaign first, or delete the row from \"staging\"; nothing has been imported."}', 'a required reference to no record');
SELECT is((t.import('CampaignMember', '{Id,CampaignId,LeadId}', '[{"Id": "00v1", "LeadId": "00Q1"}]'))[3], 'The value is empty.', '... or to nothing');

--
-- Added: users and values of picklists
--
SELECT is(t.import('Lead', '{Id,LastName,OwnerId,Status,IsConverted,ConvertedDate,ConvertedAccountId}', '[
        {"Id": "00Q5", "LastName": "x", "OwnerId": "005X", "Status": "Warm", "IsConverted": "0"}, {"Id": "00Q6", "LastName": "y", "OwnerId": "00GX", "Status": "Done", "IsConverted": "1", "ConvertedDate": "2026-01-02", "ConvertedAccountId": "001A"}]'),
    '{2 2 0 0 0,"unknown {}","added {}","users added to crm.app_user, named after their ids: 2; import User to complete them","added to crm.lead_status: \"Done\", \"Warm\""}', 'users and lead statuses');
SELECT is((SELECT array_agg(api_name || ' ' || is_converted ORDER BY sort_order) FROM crm.lead_status WHERE api_name IN ('Warm', 'Done')), '{"Done true","Warm false"}', '... a status of converted leads only is a converted one');
SELECT is((SELECT array_agg(name || ' ' || user_type ORDER BY name) FROM crm.app_user WHERE external_id IN ('005X', '00GX')), '{"005X Standard","00GX Queue"}', '... and the owners');
SELECT is((t.import('Opportunity', '{Id,AccountId,Name,StageName,CloseDate,Probability,IsClosed,IsWon,ForecastCategory}', '[
        {"Id": "0061", "AccountId": "001A", "Name": "a", "StageName": "Late", "CloseDate": "2027-01-01", "Probability": "80", "IsClosed": "0", "IsWon": "0", "ForecastCategory": "BestCase"},
        {"Id": "0062", "AccountId": "001A", "Name": "b", "StageName": "Got", "CloseDate": "2027-01-01", "Probability": "100", "IsClosed": "1", "IsWon": "1"}]'))[4:],
    '{"added to crm.opportunity_stage: \"Got\", \"Late\""}', 'stages');
SELECT is((SELECT array_agg((api_name, is_closed, is_won, default_probability, forecast_category, forecast_category_name)::text ORDER BY sort_order) FROM crm.opportunity_stage WHERE api_name IN ('Late', 'Got')),
    '{"(Late,f,f,80,BestCase,BestCase)","(Got,t,t,100,Closed,Closed)"}', '... with what the opportunities say of them');
SELECT is((t.import('Opportunity', '{Id,Name,StageName,CloseDate}', '[{"Id": "0063", "Name": "c", "StageName": "Maybe", "CloseDate": "2027-01-01"}]'))[4:], '{"added to crm.opportunity_stage: \"Maybe\""}', '... or little');
SELECT is((SELECT (is_closed, is_won, default_probability, forecast_category)::text FROM crm.opportunity_stage WHERE api_name = 'Maybe'), '(f,f,0,Pipeline)', '... which makes it an open one');
SELECT t.new('campaign', '{"name": "Fair", "external_id": "7011"}') AS fair \gset
SELECT is((t.import('CampaignMember', '{Id,CampaignId,LeadId,Status,HasResponded}', '[{"Id": "00v1", "CampaignId": "7011", "LeadId": "00Q1", "Status": "Came", "HasResponded": "1"}, {"Id": "00v2", "CampaignId": "7011", "LeadId": "00Q2", "Status": "Asked", "HasResponded": "0"}]')),
    '{2 2 0 0 0,"unknown {}","added {}","added to crm.campaign_member_status: \"Asked\", \"Came\""}', 'member statuses');
SELECT is((SELECT array_agg(label || ' ' || has_responded ORDER BY sort_order) FROM crm.campaign_member_status WHERE campaign_id = :fair AND label IN ('Asked', 'Came')), '{"Asked false","Came true"}', '... in order');

--
-- Recognised, referred to, left alone
--
SELECT is((t.import('CampaignMemberStatus', '{Id,CampaignId,Label,SortOrder,HasResponded}', '[{"Id": "01Y1", "CampaignId": "7011", "Label": "Came", "SortOrder": "9", "HasResponded": "1"}]')),
    '{1 0 1 0 0,"unknown {}","added {}","rows without external_id recognised by a unique key: 1"}', 'a row that was made here is recognised by a unique key');
SELECT is((t.import('Account', '{Id,Name,ParentId}', '[{"Id": "001B", "Name": "Child", "ParentId": "001C"}, {"Id": "001C", "Name": "Parent"}, {"Id": "001D", "Name": "Lost", "ParentId": "001Z"}]')),
    '{3 3 0 0 1,"unknown {}","added {}","ids in column ParentId without a record in schema crm: 1"}', 'references within a table, in any order');
SELECT is((SELECT p.name FROM crm.account a JOIN crm.account p ON p.id = a.parent_id WHERE a.external_id = '001B'), 'Parent', '... lead to the record');
SELECT is((t.import('Task', '{Id,WhoId,WhatId,AccountId,Subject}', '[{"Id": "00T1", "WhoId": "00Q1", "Subject": "a"}, {"Id": "00T2", "WhatId": "0061", "AccountId": "001A", "Subject": "b"}, {"Id": "00T3", "WhatId": "001B", "AccountId": "001A", "Subject": "c"}]')),
    '{3 3 0 0 0,"unknown {}","added {}"}', 'a field that points to one of several objects');
SELECT is((SELECT array_agg(concat_ws(' ', l.external_id, a.external_id, o.external_id) ORDER BY k.external_id) FROM crm.task k LEFT JOIN crm.lead l ON l.id = k.lead_id LEFT JOIN crm.account a ON a.id = k.account_id
        LEFT JOIN crm.opportunity o ON o.id = k.opportunity_id WHERE k.external_id ~ '^00T'), '{00Q1,"001A 0061",001B}', '... goes to the column of each, before a column of its own');
SELECT ok((t.convert(id)).success, 'a lead is converted') FROM crm.lead WHERE external_id = '00Q1';
SELECT is((t.import('Lead', '{Id,LastName,IsConverted}', '[{"Id": "00Q1", "LastName": "Other", "IsConverted": "0"}, {"Id": "00Q2", "LastName": "Bo", "IsConverted": "1"}]')),
    '{2 0 1 1 0,"unknown {}","added {}","leads converted in \"staging\" since, which are converted here now: 1","converted leads left as they are: 1"}', 'a converted lead is left alone, and one converted elsewhere is converted here');
SELECT is((t.import('Task', '{Id,WhoId,Subject}', '[{"Id": "00T1", "WhoId": "00Q1", "Subject": "a"}, {"Id": "00T4", "WhoId": "00Q1", "Subject": "d"}]'))[1], '2 1 0 1 0', 'a task that was moved stays');
SELECT is((SELECT array_agg((lead_id IS NULL AND contact_id IS NOT NULL)::text ORDER BY external_id) FROM crm.task WHERE external_id IN ('00T1', '00T4')), '{true,true}', '... and a new one of a converted lead goes to the contact');
CREATE FUNCTION t.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep_out BEFORE INSERT ON crm.lead FOR EACH ROW WHEN (NEW.last_name = 'Out') EXECUTE FUNCTION t.nothing();
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00QX", "LastName": "Out"}, {"Id": "00QY", "LastName": "In"}]')),
    '{2 1 0 1 0,"unknown {}","added {}","records not inserted, because a trigger kept them out or a policy hides them: 1"}', 'what a trigger keeps out is noted');

SELECT * FROM finish();
ROLLBACK;
