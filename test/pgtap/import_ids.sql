-- leadconv.import_records(): ids of Salesforce have two forms
BEGIN;
\ir helpers.psql
\ir import.psql
SELECT plan(24);

SELECT is((SELECT array_agg(leadconv.salesforce_id(x) ORDER BY n) FROM unnest('{00Q5g00000AbCdE,00Q5g00000AbCdEEAV,00Q5g00000AbCdEeav,00Q5g00000AbCdEEAW,00q5g00000abcde,00Q5g00000AbC,123456789012345678,00Q5g00000AbCd-,""}'::text[]) WITH ORDINALITY u (x, n)),
    '{00Q5g00000AbCdEEAV,00Q5g00000AbCdEEAV,00Q5g00000AbCdEEAV,NULL,00q5g00000abcdeAAA,NULL,NULL,NULL,NULL}', 'the form of 18 characters, of which the last three are a checksum');
SELECT is((SELECT array_agg(leadconv.salesforce_id(left(x, 15)) = x) FROM unnest('{001Lc0000000001IAA,00QLc0000000002MAA}'::text[]) x), '{t,t}', '... as in exports');

SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00Q5g00000AbCdE", "LastName": "short"}, {"Id": "00Q5g00000AbCdF", "LastName": "other"}]'))[1], '2 2 0 0 0', 'the short form');
SELECT is((SELECT array_agg(external_id ORDER BY id) FROM crm.lead), '{00Q5g00000AbCdEEAV,00Q5g00000AbCdFEAV}', '... is kept as the long one');
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00Q5g00000AbCdEEAV", "LastName": "long"}]'))[1], '1 0 1 0 0', 'the long form is the same record');
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00Q5g00000AbCdG", "LastName": "short"}, {"Id": "00Q5g00000AbCdGEAV", "LastName": "long"}]')),
    '{2 1 0 1 0,"unknown {}","added {}","records of which \"staging\" has both forms of the id, taken once: 1"}', 'both forms in one file');
SELECT is((SELECT array_agg(last_name) FROM crm.lead WHERE external_id = '00Q5g00000AbCdGEAV'), '{long}', '... make one row');
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00Q5g00000AbCdE", "LastName": "a"}, {"Id": "00Q5g00000AbCdE", "LastName": "b"}]'))[2], 'record 00Q5g00000AbCdE is 2 times in "staging"', 'the same form twice does not');
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00Q5g00000AbCdEEAV", "LastName": "a"}, {"Id": "00Q5g00000AbCdFEAV", "LastName": "a"}, {"Id": "00Q5g00000AbCdHEAW", "LastName": "b"}]'))[2], 'record 00Q5g00000AbCdHEAW: this is no id of Salesforce', 'a wrong checksum is refused');
SELECT is((t.import('Account', '{Id,Name}', '[{"Id": "0015g00000AbCdE", "Name": "Acme"}]'))[1], '1 1 0 0 0', 'an account');
SELECT is((t.import('Contact', '{Id,LastName,AccountId}', '[{"Id": "0035g00000AbCdEAAV", "LastName": "x", "AccountId": "0015g00000AbCdE"}, {"Id": "0035g00000AbCdFAAV", "LastName": "y", "AccountId": "0015g00000AbCdEAAV"}]'))[1], '2 2 0 0 0', 'references in either form');
SELECT is((SELECT count(account_id)::int FROM crm.contact), 2, '... lead to it');

-- which objects the prefixes are of
SELECT is((t.import('Task', '{Id,WhoId,WhatId,Subject}', '[{"Id": "00T5g00000AbCdEEAV", "WhoId": "00Q5g00000AbCdZ", "WhatId": "5005g00000AbCdZ", "Subject": "a"}]')),
    '{1 1 0 0 2,"unknown {}","added {}","ids in column WhoId without a record in schema crm: 1","ids in column WhatId without a record in schema crm: 1"}', 'a lead that is not there, and a case');
SELECT is((SELECT array_agg(column_name || ' ' || external_id) FROM crm.import_reference), '{"lead_id 00Q5g00000AbCdZEAV"}', '... of which only the lead can come');
SELECT is((t.import('Task', '{Id,OwnerId,Subject}', '[{"Id": "00T5g00000AbCdFEAV", "OwnerId": "00G5g00000AbCdZ", "Subject": "a"}]'))[4], 'users added to crm.app_user, named after their ids: 1; import User to complete them', 'an owner that is a queue');
SELECT is((SELECT user_type FROM crm.app_user WHERE external_id = leadconv.salesforce_id('00G5g00000AbCdZ')), 'Queue', '... is known by its prefix');

-- what is stored by the short form
INSERT INTO crm.lead (last_name, external_id) VALUES ('old', '00Q5g00000AbCdI'), ('twice', '00Q5g00000AbCdJ'), ('twice', '00Q5g00000AbCdJEAV');
INSERT INTO crm.campaign (name, external_id) VALUES ('fair', '7015g00000AbCdE');
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "00Q5g00000AbCdIEAV", "LastName": "new"}, {"Id": "00Q5g00000AbCdJEAV", "LastName": "pair"}]')),
    '{2 0 2 0 0,"unknown {}","added {}","records that are here twice, by both forms of their id: 1, such as 00Q5g00000AbCdJ; delete one of each","records that were here by the short form of their id have the long one now"}', 'a lead that was stored by the short form is found, one that is there twice is told');
SELECT is((SELECT array_agg(external_id || ' ' || last_name ORDER BY id) FROM crm.lead WHERE external_id ~ 'CdI|CdJ'), '{"00Q5g00000AbCdIEAV new","00Q5g00000AbCdJ twice","00Q5g00000AbCdJEAV pair"}', '... and neither merged');
SELECT is((t.import('CampaignMember', '{Id,CampaignId,LeadId}', '[{"Id": "00v5g00000AbCdEAAV", "CampaignId": "7015g00000AbCdEAAV", "LeadId": "00Q5g00000AbCdJEAV"}]'))[1], '1 1 0 0 0', 'references find what is stored by the short form');

-- ids of other systems
SELECT is((t.import('Lead', '{Id,LastName}', '[{"Id": "123456789012345", "LastName": "x"}, {"Id": "123456789012346000", "LastName": "y"}]'))[1], '2 2 0 0 0', 'numbers are no ids of Salesforce');
SELECT is((SELECT array_agg(external_id ORDER BY id) FROM crm.lead WHERE external_id ~ '^1'), '{123456789012345,123456789012346000}', '... and kept as they are');
CREATE TEMP TABLE s AS SELECT '00Q5g00000AbCdK'::text AS "Id", 'z'::text AS "LastName";
SELECT is((SELECT inserted FROM leadconv.import_records('Lead', 's', id_format => 'other')), 1::bigint, 'if it is said that ids are of another system');
SELECT is((SELECT count(*)::int FROM crm.lead WHERE external_id = '00Q5g00000AbCdK'), 1, '... they are kept as well');
UPDATE s SET "Id" = 'x';
SELECT throws_ok($$SELECT leadconv.import_records('Lead', 's', id_format => 'salesforce')$$, 'LC018', 'record x: this is no id of Salesforce', 'if it is said that they are of Salesforce, they must be');

SELECT * FROM finish();
ROLLBACK;
