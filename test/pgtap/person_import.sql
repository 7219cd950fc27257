-- Person accounts in a Salesforce export: both halves are rows of it.
BEGIN;
\ir helpers.psql
SELECT plan(6);

CREATE TABLE t.account ("Id" text, "IsPersonAccount" text, "Name" text, "FirstName" text, "LastName" text, "PersonEmail" text, "Phone" text);
INSERT INTO t.account VALUES ('001A', '1', 'Maya Rao', 'Maya', 'Rao', 'm@example.com', '1'), ('001B', '0', 'Acme', NULL, NULL, NULL, '2');
CREATE TABLE t.contact ("Id" text, "AccountId" text, "IsPersonAccount" text, "FirstName" text, "LastName" text, "Email" text);
INSERT INTO t.contact VALUES ('003A', '001A', '1', 'Maya', 'Rao', 'm@example.com'), ('003B', '001B', '0', 'Bo', 'Li', 'b@example.com');
SELECT * FROM leadconv.import_records('Account', 't.account');
SELECT * FROM leadconv.import_records('Contact', 't.contact');
SELECT is((SELECT jsonb_agg(jsonb_build_array(external_id, name, first_name, person_email, phone)) FROM crm.person_account), '[["001A", "Maya Rao", "Maya", "m@example.com", "1"]]', 'accounts and contacts of an export are person accounts where both say so');
SELECT is((SELECT jsonb_agg(jsonb_build_array(a.name, c.name)) FROM crm.account a JOIN crm.contact c ON c.account_id = a.id WHERE NOT a.is_person_account), '[["Acme", "Bo Li"]]', '... and business accounts where they do not');
SELECT lives_ok($$SELECT leadconv.import_records('Account', 't.account'), leadconv.import_records('Contact', 't.contact')$$, 'again');
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.go(jsonb_build_object('account_id', (SELECT id FROM crm.person_account)), '{"company": null, "title": "Poet"}');
SELECT is((SELECT person_title::text FROM crm.person_account), 'Poet', 'a lead can be converted to one');
UPDATE t.contact SET "IsPersonAccount" = '0', "Id" = '003C' WHERE "Id" = '003A';
SELECT throws_like($$SELECT leadconv.import_records('Contact', 't.contact')$$, 'account % is a person account and can have no other contact', 'a contact that is not the person of a person account is refused');
UPDATE t.account SET "IsPersonAccount" = '0' WHERE "Id" = '001A';
SELECT throws_like($$SELECT leadconv.import_records('Account', 't.account')$$, 'account % is a person account and cannot become another', 'so is one that would cease to be one');

SELECT * FROM finish();
ROLLBACK;
