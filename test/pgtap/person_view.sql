-- Person accounts as the view crm.person_account: read, inserted, updated and deleted as one row; and what keeps the
-- two rows together.
BEGIN;
\ir helpers.psql
SELECT plan(60);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
CREATE FUNCTION t.both(account_id bigint, VARIADIC names text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array((SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(a)) WHERE key = ANY (names)),
                             (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(c)) WHERE key = ANY (names)))
    FROM crm.account a JOIN crm.contact c ON c.account_id = a.id WHERE a.id = $1 $$;

--
-- Inserted
--
INSERT INTO crm.person_account (first_name, last_name, middle_name, suffix, person_email, phone, billing_city, person_mailing_city, description, owner_id)
VALUES ('Maya', 'Rao', 'Q.', 'Jr.', 'm@example.com', '1', 'Ulm', 'Bonn', 'D', :ann) RETURNING id AS p, person_contact_id AS c, name, created_by_id AS creator \gset
SELECT is(:'name'::text, 'Maya Q. Rao Jr.', 'an inserted person account has the name of the person');
SELECT is(:'creator'::text, :'ann', '... and what triggers have given it');
SELECT is(t.both(:p, 'is_person_account', 'phone', 'description', 'owner_id', 'billing_city', 'mailing_city', 'email', 'first_name'),
    jsonb_build_array(jsonb_build_object('is_person_account', true, 'phone', '1', 'description', 'D', 'owner_id', :ann, 'billing_city', 'Ulm'),
                      jsonb_build_object('is_person_account', true, 'phone', '1', 'description', 'D', 'owner_id', :ann, 'mailing_city', 'Bonn', 'email', 'm@example.com', 'first_name', 'Maya')),
    'both rows are written, what both have to both');
INSERT INTO crm.person_account (id, person_contact_id, last_name) OVERRIDING SYSTEM VALUE VALUES (9001, 9002, 'Solo');
SELECT is((SELECT jsonb_build_array(id, person_contact_id, name, is_deleted) FROM crm.person_account WHERE id = 9001), '[9001, 9002, "Solo", false]', 'ids can be given, and defaults are those of the tables');
SELECT t.fails('INSERT INTO crm.person_account (first_name) VALUES (''Maya'')', '23502', 'needs a last_name', 'without a last name', false);
SELECT t.fails('INSERT INTO crm.person_account (last_name, name) VALUES (''Rao'', ''X'')', 'LC022', 'name of a person account is made of', 'the name is not given');
SELECT is((SELECT count(*) FROM crm.account WHERE is_person_account), 2::bigint, 'nothing half is left');
WITH x AS (INSERT INTO crm.person_account (last_name) SELECT 'P' || i FROM generate_series(1, 5) i RETURNING *)
SELECT is((SELECT string_agg(name, ',' ORDER BY name) FROM x), 'P1,P2,P3,P4,P5', 'several at once');

--
-- Updated
--
CREATE TABLE t.log (what text);
GRANT ALL ON t.log TO PUBLIC;
CREATE FUNCTION t.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t.log VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER note AFTER UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.note();
CREATE TRIGGER note AFTER UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.note();
CREATE FUNCTION t.updates(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    DELETE FROM t.log;
    EXECUTE statement;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n || ': ' || coalesce((SELECT string_agg(what, ',' ORDER BY what) FROM t.log), '');
END $$;
SELECT is(t.updates(format('UPDATE crm.person_account SET person_title = ''Poet'' WHERE id = %s', :p)), '1: contact', 'a column of the person updates the contact');
SELECT is(t.updates(format('UPDATE crm.person_account SET website = ''w'' WHERE id = %s', :p)), '1: account', 'one of the account the account');
SELECT is(t.updates(format('UPDATE crm.person_account SET website = ''w'' WHERE id = %s', :p)), '1: ', 'what does not change updates nothing');
SELECT is(t.updates(format('UPDATE crm.person_account SET phone = ''2'', owner_id = %s WHERE id = %s', :bob, :p)), '1: account,contact', 'what both have updates both');
SELECT is(t.both(:p, 'phone', 'owner_id', 'title', 'website'), jsonb_build_array(jsonb_build_object('phone', '2', 'owner_id', :bob, 'website', 'w'), jsonb_build_object('phone', '2', 'owner_id', :bob, 'title', 'Poet')), '... with the values');
SELECT is(t.updates(format('UPDATE crm.person_account SET first_name = ''Mia'', suffix = NULL, site = ''S'' WHERE id = %s', :p)), '1: account,contact', 'a part of the name updates both, each once');
SELECT is(t.both(:p, 'name', 'site'), '[{"name": "Mia Q. Rao", "site": "S"}, {"name": "Mia Q. Rao"}]', '... the account is named after the person');
UPDATE crm.person_account SET last_name = 'Ray' WHERE id = :p RETURNING name, last_modified_by_id = :ann AS modified \gset
SELECT is(:'name' || :'modified'::text, 'Mia Q. Rayt', 'RETURNING has the row as it is then');
SELECT is(t.updates('UPDATE crm.person_account SET rating = ''Hot'' WHERE last_name LIKE ''P_'''), '5: account,account,account,account,account', 'several at once');
SELECT t.fails(format('UPDATE crm.person_account SET name = ''X'' WHERE id = %s', :p), 'LC022', 'name of a person account is made of', 'the name cannot be set');
SELECT t.fails(format('UPDATE crm.person_account SET id = 12345 WHERE id = %s', :p), 'LC022', '"id" of a person account cannot be changed', 'nor the id');
SELECT t.fails(format('UPDATE crm.person_account SET person_contact_id = 12345 WHERE id = %s', :p), 'LC022', '"person_contact_id" of a person account cannot be changed', 'nor the contact');
SELECT t.fails(format('UPDATE crm.person_account SET last_name = NULL WHERE id = %s', :p), '23502', 'last_name', 'constraints are those of the tables', false);
UPDATE crm.person_account SET is_deleted = true WHERE id = :p;
SELECT is(t.both(:p, 'is_deleted'), '[{"is_deleted": true}, {"is_deleted": true}]', 'both go to the recycle bin together');
UPDATE crm.person_account SET is_deleted = false WHERE id = :p;

-- where one of the two rows cannot be updated, the other one is not either
CREATE ROLE t_half;
GRANT USAGE ON SCHEMA crm, t TO t_half;
GRANT SELECT, INSERT, UPDATE ON crm.account, crm.contact, crm.person_account TO t_half;
ALTER TABLE crm.contact ENABLE ROW LEVEL SECURITY;
CREATE POLICY t_sees ON crm.contact FOR SELECT TO t_half USING (true);
SET LOCAL ROLE t_half;
SELECT throws_ok(format('UPDATE crm.person_account SET phone = ''77'' WHERE id = %s', :p), 'LC019', format('the contact of person account %s was not updated', :p), 'a contact that policies keep from being updated');
UPDATE crm.person_account SET person_title = 'Half' WHERE id = :p;
SELECT is((SELECT person_title FROM crm.person_account WHERE id = :p), 'Poet', '... alone is not updated, as in its table');
RESET ROLE;
ALTER TABLE crm.contact DISABLE ROW LEVEL SECURITY;
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY t_sees ON crm.account FOR ALL TO t_half USING (true);
SET LOCAL ROLE t_half;
SELECT lives_ok(format('UPDATE crm.person_account SET phone = ''78'' WHERE id = %s', :p), 'policies that let both be updated');
RESET ROLE;
CREATE FUNCTION t.suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER t_suppress BEFORE UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.suppress();
SELECT t.fails(format('UPDATE crm.person_account SET last_name = ''Half'' WHERE id = %s', :p), 'LC019', 'the account of person account', 'a trigger that suppresses the update of the account: nor is the contact renamed');
DROP TRIGGER t_suppress ON crm.account;
ALTER TABLE crm.account DISABLE ROW LEVEL SECURITY;
SELECT is(t.both(:p, 'phone', 'last_name'), '[{"phone": "78"}, {"phone": "78", "last_name": "Ray"}]', '... both rows are as they were');

-- a column of the user's, when the view shows it
ALTER TABLE crm.contact ADD COLUMN hobby text;
DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW crm.person_account WITH (security_invoker = true) AS ' ||
    regexp_replace(pg_get_viewdef('crm.person_account'), '\sFROM ', ', c.hobby AS person_hobby, 1 AS one FROM '); END $$;
UPDATE crm.person_account SET person_hobby = 'chess' WHERE id = :p;
SELECT is((SELECT hobby FROM crm.contact WHERE account_id = :p), 'chess', 'a column of the user''s that the view shows is written, too');
SELECT t.fails(format('UPDATE crm.person_account SET one = 2 WHERE id = %s', :p), 'LC022', 'column "one" of view "person_account" cannot be written', 'what is no column of the tables is not');

--
-- Deleted
--
SELECT is(t.updates('DELETE FROM crm.person_account WHERE last_name LIKE ''P_'''), '5: ', 'deleted');
SELECT is((SELECT count(*) FROM crm.contact WHERE last_name LIKE 'P_') + (SELECT count(*) FROM crm.account WHERE name LIKE 'P_'), 0::bigint, '... both rows');

--
-- One contact for each person account, and what is one remains one
--
SELECT t.new('account', '{"name": "Business"}') AS b \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'B', 'account_id', :b)) AS bc \gset
SELECT t.fails(format('UPDATE crm.account SET is_person_account = false WHERE id = %s', :p), 'LC022', 'is a person account and cannot become another', 'a person account remains one');
SELECT t.fails(format('UPDATE crm.account SET is_person_account = true WHERE id = %s', :b), 'LC022', 'is a business account and cannot become another', 'a business account does not become one');
SELECT lives_ok(format('UPDATE crm.account SET is_person_account = true WHERE id = %s', :p), 'to set what is there is no change');
SELECT t.fails(format('UPDATE crm.contact SET is_person_account = false WHERE account_id = %s', :p), 'LC022', 'which cannot change', 'nor does its contact cease to be the person');
SELECT t.fails(format('UPDATE crm.contact SET is_person_account = true WHERE id = %s', :bc), 'LC022', 'which cannot change', 'no other contact becomes one');
SELECT t.fails(format('UPDATE crm.contact SET account_id = %s WHERE account_id = %s', :b, :p), 'LC022', 'cannot be moved to another', 'the person stays in the account');
SELECT t.fails(format('UPDATE crm.contact SET account_id = %s WHERE id = %s', :p, :bc), 'LC022', 'can have no other contact', 'no other contact comes to it');
SELECT t.fails(format('INSERT INTO crm.contact (last_name, account_id) VALUES (''x'', %s)', :p), 'LC022', 'can have no other contact', '... nor is inserted');
SELECT t.fails(format('INSERT INTO crm.contact (last_name, account_id, is_person_account) VALUES (''x'', %s, true)', :p), '23505', 'contact_account_id_idx1', '... nor is another person', false);
SELECT t.fails(format('INSERT INTO crm.contact (last_name, account_id, is_person_account) VALUES (''x'', %s, true)', :b), 'LC022', 'which is a business account', 'a business account has no person');
SELECT t.fails('INSERT INTO crm.contact (last_name, is_person_account) VALUES (''x'', true)', '23514', 'contact_check', 'nor is there a person without an account', false);
SELECT t.fails(format('DELETE FROM crm.contact WHERE account_id = %s', :p), 'LC022', 'cannot be deleted alone', 'the contact goes only with its account');
SELECT lives_ok(format('UPDATE crm.contact SET account_id = NULL WHERE id = %s', :bc), 'contacts of businesses are as free as ever');
SELECT lives_ok(format('DELETE FROM crm.contact WHERE id = %s', :bc), '... and go alone');
SELECT lives_ok(format('DELETE FROM crm.account WHERE id = %s', :p), 'the account takes its contact along');
SELECT is((SELECT count(*) FROM crm.contact WHERE account_id = :p), 0::bigint, '... it is gone');

-- a conversion knows better, and a trigger of the user's does not
SELECT t.new('account', '{"name": "Zed", "is_person_account": true}') AS z \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Zed', 'account_id', :z, 'is_person_account', true));
CREATE FUNCTION t.astray() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.account_id := (SELECT id FROM crm.account WHERE name = 'Zed'); RETURN NEW; END $$;
CREATE TRIGGER astray BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.astray();
SELECT t.fails(t.call(jsonb_build_object('lead_id', t.lead())), 'LC022', 'can have no other contact', 'a trigger that puts a contact into a person account makes the conversion fail');
DROP TRIGGER astray ON crm.contact;
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead())), '... without, it does not');

--
-- As a user, with the rights of the user
--
CREATE ROLE lc_t_sales;
CREATE ROLE lc_t_reader;
SELECT leadconv.grant_role_privileges('lc_t_sales', 'sales'), leadconv.grant_role_privileges('lc_t_reader', 'report');
UPDATE crm.app_user SET db_role = 'lc_t_sales' WHERE id = :bob;
RESET leadconv.user_id;
SET ROLE lc_t_sales;
INSERT INTO crm.person_account (last_name) VALUES ('Sold') RETURNING id AS s, created_by_id = :bob AS own \gset
UPDATE crm.person_account SET person_email = 's@example.com' WHERE id = :s;
RESET ROLE;
SELECT is(:'own' || (SELECT person_email FROM crm.person_account WHERE id = :s), 'ts@example.com', 'a sales user writes them');
SET ROLE lc_t_sales;
SELECT throws_ok(format('DELETE FROM crm.person_account WHERE id = %s', :s), '42501', NULL, '... and cannot delete them');
RESET ROLE;
REVOKE UPDATE ON crm.contact FROM lc_t_sales;
SET ROLE lc_t_sales;
SELECT throws_ok(format('UPDATE crm.person_account SET person_email = ''x'' WHERE id = %s', :s), '42501', 'permission denied for table contact', 'the privileges on the tables count');
SELECT lives_ok(format('UPDATE crm.person_account SET website = ''x'' WHERE id = %s', :s), '... on those that are written');
RESET ROLE;
SET ROLE lc_t_reader;
SELECT throws_ok(format('UPDATE crm.person_account SET website = ''y'' WHERE id = %s', :s), '42501', NULL, 'a reader reads');
RESET ROLE;

-- without its trigger the view can be read only, and validate() says so
SELECT is((SELECT count(*) FROM leadconv.validate() v WHERE v::text LIKE '%leadconv_write%'), 0::bigint, 'nothing is wrong');
DROP TRIGGER leadconv_write ON crm.person_account;
SELECT is((SELECT count(*) FROM leadconv.validate() v WHERE v::text LIKE '%leadconv_write%missing%'), 1::bigint, 'validate() notices that the trigger is missing');
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.lead())), '... which is no reason not to convert');
SELECT leadconv.upgrade_crm();
SELECT lives_ok(format('UPDATE crm.person_account SET website = ''z'' WHERE id = %s', :s), 'upgrade_crm() puts it back');

-- a trigger of the user's that makes another kind of account of the one that a conversion inserts
CREATE FUNCTION t.another_kind() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.is_person_account := NOT NEW.is_person_account; RETURN NEW; END $$;
CREATE TRIGGER t_another_kind BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.another_kind();
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.fails(t.call(jsonb_build_object('lead_id', t.lead('{"company": null}'))), 'LC022', 'which is a business account', 'a conversion gives a business account no person, whatever a trigger has made of it');
SELECT t.fails(t.call(jsonb_build_object('lead_id', t.lead())), 'LC022', 'can have no other contact', '... and a person account no other contact');

SELECT * FROM finish();
ROLLBACK;
