-- Which account and contact reuse_accounts and reuse_contacts pick.
BEGIN;
\ir helpers.psql
SELECT plan(61);
SELECT t.no_duplicate_rules();
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

SELECT t.no_duplicate_rules();
\ir reuse_picks.psql

--
-- Several accounts of the name
--
SELECT t.account('a1', 'Acme'), t.account('a2', 'ACME, Inc.'), t.account('b', 'Beta'), t.account('bin', 'acme', '{"is_deleted": true, "created_date": "2000-01-01"}');
SELECT t.contact('maya', 'a2', 'maya@acme.example', 'Maya Rao');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example"]]'), 'a2/maya', 'the contact of one of several accounts of the name, not a second one in the oldest');
SELECT is(t.picks('[["Maya Rao", "Acme Corp.", " MAYA@acme.EXAMPLE"]]'), 'a2/maya', '... whatever the case, blanks, legal form');
SELECT is(t.picks('[["Li Wu", "acme", "maya@acme.example"]]'), 'a2/maya', '... by the address, also under another name');
SELECT is(t.picks('[["Maya Rao", "Acme", "other@acme.example"], ["Maya Rao", "Acme", null], ["Maya Rao", "Acme", "maya@acme.example"]]'), 'a1/+1 a1/+2 a2/maya', 'another address or none: the oldest account, and a new contact');
SELECT is(t.picks('[["Maya Rao", "Beta", "maya@acme.example"]]'), 'b/+1', 'a contact of an account of another name does not count while there is one of the name');
SELECT is(t.picks('[["Maya Rao", "Gamma", "maya@acme.example"]]'), 'a2/maya', '... and does when there is none');
SELECT is(t.picks('[["Maya Rao", "...", "maya@acme.example"]]'), 'a2/maya', '... or the name says nothing');
SELECT is(t.picks('[["Maya Rao", "Gamma", "maya@acme.example", {"account_record": {"name": "Beta"}}], ["Maya Rao", "Beta", "maya@acme.example", {"account_record": {"name": "Acme"}}]]'), 'b/+1 a2/maya', 'a name in account_record is the one that counts');
SELECT is(t.picks('[["Maya Rao", "Acme", "else@x.example", {"contact_record": {"email": "Maya@acme.example"}}], ["Maya Rao", "Acme", "maya@acme.example", {"contact_record": {"email": null}}], ["Maya Rao", "Acme", "maya@acme.example", {"contact_record": {"email": "new@x.example"}}], ["Maya Rao", "Acme", "new@x.example"]]'),
    'a2/maya a1/+2 a1/+3 a1/+3', 'an address in contact_record likewise');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example", {"account_id": "a1"}], ["Maya Rao", "Acme", "maya@acme.example", {"account_id": "a2"}], ["Maya Rao", "x", "maya@acme.example", {"account_id": "b"}]]'), 'a1/+1 a2/maya b/+3', 'an account that is given: contacts of it');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example", {"do_not_create_contact": true}]]'), 'a1/', 'no contact is wanted: the oldest account');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example"]]', true, false), 'a1/+1', 'reuse_accounts alone: the oldest account');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example"], ["Maya Rao", "Gamma", "maya@acme.example"]]', false, true), 'a2/maya a2/maya', 'reuse_contacts alone: the contact with its account');
SELECT t.contact('elder', 'b', 'maya@acme.example', 'Maya Rao', '{"created_date": "2000-01-01"}');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example"], ["Maya Rao", "Beta", "maya@acme.example"], ["Maya Rao", "Gamma", "maya@acme.example"]]', false, true), 'a2/maya b/elder b/elder', '... first the one in an account of the name, then the oldest');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example"], ["Maya Rao", "Beta", "maya@acme.example"], ["Maya Rao", "Gamma", "maya@acme.example"]]'), 'a2/maya b/elder b/elder', '... as with both');
-- the recycle bin
SELECT t.contact('gone', 'a2', 'gone@acme.example', 'Maya Rao', '{"is_deleted": true}'), t.contact('in bin', 'bin', 'bin@acme.example', 'Maya Rao'), t.contact('in old', 'a2', 'bin@acme.example', 'Li Wu'), t.contact('nowhere', 'a1', 'nowhere@acme.example', 'Maya Rao');
UPDATE crm.contact SET account_id = NULL WHERE external_id = 'nowhere';
SELECT is(t.picks('[["Maya Rao", "Acme", "gone@acme.example"], ["Maya Rao", "Acme", "bin@acme.example"], ["Maya Rao", "Acme", "nowhere@acme.example"], ["Maya Rao", "Gamma", "nowhere@acme.example"]]'), 'a1/+1 a2/in old a1/+3 a1/+3', 'contacts in the bin, of accounts in the bin or without an account do not count');

--
-- The same address on several contacts
--
SELECT t.contact('ben', 'a1', 'info@acme.example', 'Ben Ito'), t.contact('info', 'a2', 'info@acme.example', 'Maya Rao'), t.contact('third', 'a2', 'info@acme.example', 'Maya Rao');
SELECT is(t.picks('[["Maya Rao", "Acme", "info@acme.example"], ["maya RAO", "Acme", "info@acme.example"], ["Ben Ito", "Acme", "info@acme.example"], ["Zoe Ash", "Acme", "info@acme.example"], ["Rao", "Acme", "info@acme.example"]]'),
    'a2/info a2/info a1/ben a1/ben a1/ben', 'the one of the lead''s name, then the oldest');
SELECT is(t.picks('[["Zoe Ash", "Acme", "info@acme.example", {"contact_record": {"first_name": "Maya", "last_name": "Rao"}}], ["Zoe Rao", "Acme", "info@acme.example", {"contact_record": {"first_name": "Maya"}}], ["Maya Rao", "Acme", "info@acme.example", {"contact_record": {"last_name": "Ash"}}]]'),
    'a2/info a2/info a1/ben', '... or of the name in contact_record');
SELECT is(t.picks('[["Maya Rao", "Gamma", "info@acme.example"], ["Maya Rao", "Acme", "info@acme.example", {"account_id": "a1"}], ["Zoe Ash", "Acme", "info@acme.example", {"account_id": "a2"}]]'), 'a2/info a1/ben a2/info', '... anywhere, and in an account that is given');
SELECT is(t.picks('[["O''Brien Ån-Lis", "Acme", "x@x.example"], ["OBRIEN Ån Lis", "Acme", "x@x.example"]]'), 'a1/+1 a1/+1', 'an address is enough');

--
-- Contacts that are related to other accounts
--
SELECT t.contact('rel', 'b', 'rel@acme.example', 'Maya Rao'), t.relate('rel', 'a1');
SELECT is(t.picks('[["Maya Rao", "Acme", "rel@acme.example"]]'), 'a1/rel', 'a contact that is related to an account of the name');
SELECT is(t.picks('[["Maya Rao", "x", "rel@acme.example", {"account_id": "a1"}], ["Maya Rao", "x", "rel@acme.example", {"account_id": "a2"}], ["Maya Rao", "Beta", "rel@acme.example"], ["Maya Rao", "Gamma", "rel@acme.example"]]'), 'a1/rel a2/+2 b/rel b/rel', '... to the account that is given; its own account is the one without');
SELECT is(t.picks('[["Maya Rao", "Acme", "rel@acme.example"]]', false, true), 'a1/rel', '... with reuse_contacts alone, too');
SELECT t.contact('own', 'a2', 'rel@acme.example', 'Li Wu');
SELECT is(t.picks('[["Zoe Ash", "Acme", "rel@acme.example"], ["Maya Rao", "Acme", "rel@acme.example"]]'), 'a2/own a1/rel', 'one whose own account it is comes first, unless the other has the name of the lead');
DELETE FROM crm.contact WHERE external_id = 'own';
-- a conversion leaves the relation as it is
SAVEPOINT related;
SELECT array_agg(x ORDER BY x.id) AS before FROM crm.account_contact_relation x WHERE contact_id = t.id_of('contact', 'rel') \gset
SELECT success, contact_created AS created, lead_id FROM leadconv.convert_leads(t.requests('[["Maya Rao", "Acme", "rel@acme.example"]]'), reuse_accounts => true, reuse_contacts => true) \gset
SELECT is((SELECT array_agg(x::text ORDER BY x.id) FROM crm.account_contact_relation x WHERE contact_id = t.id_of('contact', 'rel')), :'before'::crm.account_contact_relation[]::text[], 'the relation stays as it is');
SELECT is((SELECT account_id FROM crm.contact WHERE external_id = 'rel'), t.id_of('account', 'b'), '... and the contact''s own account');
SELECT is((SELECT ARRAY[converted_account_id, converted_contact_id] FROM crm.lead WHERE id = :lead_id), ARRAY[t.id_of('account', 'a1'), t.id_of('contact', 'rel')], '... the lead has both');
ROLLBACK TO related;
-- what does not count
SAVEPOINT related;
UPDATE crm.account_contact_relation SET is_active = false WHERE contact_id = t.id_of('contact', 'rel');
SELECT is(t.picks('[["Maya Rao", "Acme", "rel@acme.example"]]'), 'a1/+1', 'not one that is not active');
ROLLBACK TO related;
UPDATE crm.account_contact_relation SET is_deleted = true WHERE contact_id = t.id_of('contact', 'rel');
SELECT is(t.picks('[["Maya Rao", "Acme", "rel@acme.example"]]'), 'a1/+1', '... or in the bin');
ROLLBACK TO related;
UPDATE crm.account SET is_deleted = true WHERE external_id = 'b';
SELECT is(t.picks('[["Maya Rao", "Acme", "rel@acme.example"]]'), 'a1/+1', '... of an account in the bin');
ROLLBACK TO related;
UPDATE crm.account SET is_deleted = true WHERE external_id = 'a1';
SELECT is(t.picks('[["Maya Rao", "Acme", "rel@acme.example"]]'), 'a2/+1', '... to an account in the bin');
ROLLBACK TO related;
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = false;
SELECT is(t.picks('[["Maya Rao", "Acme", "rel@acme.example"], ["Maya Rao", "x", "rel@acme.example", {"account_id": "a1"}], ["Maya Rao", "Acme", "maya@acme.example"]]'), 'a1/+1 a1/+1 a2/maya', '... and none while contacts have one account');
ROLLBACK TO related;

--
-- What earlier requests of the call make
--
SELECT is(t.picks('[["Maya Rao", "Acme", "new@x.example", {"account_id": "a2"}], ["Maya Rao", "Acme", "new@x.example"], ["Maya Rao", "Beta", "new@x.example"]]'), 'a2/+1 a2/+1 b/+3', 'the contact that an earlier one makes in an account of the name');
SELECT is(t.picks('[["Maya Rao", "Acme", "new@x.example"], ["Maya Rao", "Acme", "new@x.example", {"account_id": "a2"}], ["Maya Rao", "Acme", "new@x.example"]]'), 'a1/+1 a2/+2 a1/+1', '... in the other order');
SELECT is(t.picks('[["Ben Ito", "Acme", "new@x.example", {"account_id": "a1"}], ["Maya Rao", "Acme", "new@x.example", {"account_id": "a2"}], ["Maya Rao", "Acme", "new@x.example"], ["Zoe Ash", "Acme", "new@x.example"]]'), 'a1/+1 a2/+2 a2/+2 a1/+1', '... the one of the name before the first');
SELECT is(t.picks('[["Maya Rao", "Acme", "maya@acme.example", {"account_id": "a1"}], ["Maya Rao", "Acme", "maya@acme.example"]]'), 'a1/+1 a2/maya', '... those that are there before new ones');
SELECT t.contact('li', 'a2', 'two@acme.example', 'Li Wu');
SELECT is(t.picks('[["Maya Rao", "Acme", "two@acme.example", {"account_id": "a1"}], ["Maya Rao", "Acme", "two@acme.example"], ["Zoe Ash", "Acme", "two@acme.example"]]'), 'a1/+1 a1/+1 a2/li', '... unless the new one has the name');
SELECT is(t.picks('[["Maya Rao", "Gamma", "new@x.example"], ["Maya Rao", "Delta", "new@x.example"], ["Li Wu", "Delta", null], ["Maya Rao", "Delta", "new@x.example"]]'), '+1/+1 +1/+1 +3/+3 +3/+4', 'a company that an earlier one makes counts from then on');
SELECT is(t.picks('[["Maya Rao", "Gamma", "new@x.example"], ["Maya Rao", "Acme", "new@x.example"], ["Maya Rao", "Delta", "new@x.example"], ["Maya Rao", "gamma ltd", "new@x.example"]]'), '+1/+1 a1/+2 +1/+1 +1/+1', '... and so do its contacts');
SELECT is(t.picks('[["Maya Rao", "Gamma", "new@x.example"], ["Maya Rao", "Acme", "new@x.example", {"account_id": "a1"}], ["Maya Rao", "Acme", "new@x.example"], ["Maya Rao", "Delta", "new@x.example"]]', false, true), '+1/+1 a1/+2 a1/+2 +1/+1', '... with reuse_contacts alone: first in an account of the name');
SELECT is(t.picks('[["Maya Rao", "Acme", "new@x.example", {"account_id": "bin"}], ["Maya Rao", "Acme", "new@x.example"]]'), 'ENTITY_IS_DELETED a1/+2', 'not of one that is refused');

--
-- Person accounts
--
SAVEPOINT persons;
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
DO $$
DECLARE
    name text;
    account bigint;
BEGIN
    FOREACH name IN ARRAY '{Ben,Maya}'::text[] LOOP
        account := t.account('p' || name, name || ' Rao', '{"is_person_account": true}');
        PERFORM t.contact('c' || name, 'p' || name, 'home@x.example', name || ' Rao', '{"is_person_account": true}');
    END LOOP;
END $$;
SELECT is(t.picks('[["Maya Rao", null, "home@x.example"], ["Zoe Ash", null, "home@x.example"], ["Zoe Ash", null, "zoe@x.example"], ["Maya Rao", null, "zoe@x.example"]]'), 'pMaya/cMaya pBen/cBen +3/+3 +3/+3', 'persons likewise: the one of the name, then the oldest');
SELECT is(t.picks('[["Maya Rao", "Acme", "home@x.example"], ["Maya Rao", null, "maya@acme.example"], ["Maya Rao", "Maya Rao", "home@x.example"]]'), 'a1/+1 +2/+2 a1/+1', '... apart from businesses');
SELECT t.relate('cMaya', 'a1');
SELECT is(t.picks('[["Maya Rao", "Acme", "home@x.example"]]'), 'a1/+1', '... also when they are related to one');
ROLLBACK TO persons;

--
-- What the caller may not see or update is not there
--
CREATE ROLE lc_t_seller;
SELECT leadconv.grant_role_privileges('lc_t_seller', 'sales');
GRANT SELECT ON crm.app_user TO lc_t_seller;
SELECT t.contact('first', 'a2', 'rls@x.example', 'Maya Rao'), t.contact('second', 'a2', 'rls@x.example', 'Maya Rao');
\set lead '\'[["Maya Rao", "Acme", "rls@x.example"]]\', true, true, \'lc_t_seller\''
SELECT is(t.picks(:lead), 'a2/first', 'a role without policies');
SELECT t.show_only('{account,contact,account_contact_relation}', 'true');
SELECT is(t.picks(:lead), 'a2/first', '... and with such as show everything');
SAVEPOINT hidden;
CREATE POLICY hidden ON crm.contact AS RESTRICTIVE FOR SELECT USING (external_id IS DISTINCT FROM 'first');
SELECT is(t.picks(:lead), 'a2/second', 'a contact that he may not see');
ROLLBACK TO hidden;
CREATE POLICY hidden ON crm.contact AS RESTRICTIVE FOR UPDATE USING (external_id IS DISTINCT FROM 'first');
SELECT is(t.picks(:lead), 'a2/second', '... or not update');
ROLLBACK TO hidden;
CREATE POLICY hidden ON crm.account AS RESTRICTIVE FOR SELECT USING (external_id IS DISTINCT FROM 'a2');
SELECT is(t.picks(:lead), 'a1/+1', 'an account that he may not see');
ROLLBACK TO hidden;
CREATE POLICY hidden ON crm.account AS RESTRICTIVE FOR UPDATE USING (external_id IS DISTINCT FROM 'a2');
SELECT is(t.picks(:lead), 'a1/+1', '... or not update');
ROLLBACK TO hidden;
\set lead '\'[["Maya Rao", "Acme", "rel@acme.example"]]\', true, true, \'lc_t_seller\''
SELECT is(t.picks(:lead), 'a1/rel', 'a relation that he may see');
CREATE POLICY hidden ON crm.account_contact_relation AS RESTRICTIVE FOR UPDATE USING (false);
SELECT is(t.picks(:lead), 'a1/rel', '... and need not update');
ROLLBACK TO hidden;
CREATE POLICY hidden ON crm.account_contact_relation AS RESTRICTIVE FOR SELECT USING (false);
SELECT is(t.picks(:lead), 'a1/+1', '... or not see');
ROLLBACK TO hidden;
REVOKE SELECT ON crm.account_contact_relation FROM lc_t_seller;
SELECT is(t.picks(:lead), 'a1/+1', '... or not read');
GRANT SELECT (contact_id, account_id, is_active, is_deleted) ON crm.account_contact_relation TO lc_t_seller;
SELECT is(t.picks(:lead), 'a1/rel', '... or read what it takes');
ROLLBACK TO hidden;
CREATE POLICY hidden ON crm.account AS RESTRICTIVE FOR SELECT USING (external_id IS DISTINCT FROM 'b');
SELECT is(t.picks(:lead), 'a1/+1', 'a related contact of an account that he may not see');
ROLLBACK TO hidden;
REVOKE ALL ON crm.account FROM lc_t_seller;
SELECT is(t.picks('[["Maya Rao", "x", "rls@x.example", {"do_not_create_account": true, "do_not_create_contact": true}], ["Maya Rao", "x", "rls@x.example"]]', false, true, 'lc_t_seller'), '/ INSUFFICIENT_ACCESS_OR_READONLY', 'without privileges on accounts');
ROLLBACK TO hidden;

--
-- By indexes, also with row security, and without them
--
CREATE FUNCTION t.scans() RETURNS bigint LANGUAGE sql AS $$
    SELECT sum(seq_scan)::bigint FROM pg_stat_xact_user_tables
    WHERE schemaname = 'crm' AND relname = ANY ('{lead,account,contact,account_contact_relation}') $$;
INSERT INTO crm.account (name, external_id) SELECT 'Firm ' || i, 'f' || i FROM generate_series(1, 500) i;
INSERT INTO crm.contact (last_name, email, account_id) SELECT 'Lo', external_id || '@x.example', id FROM crm.account WHERE name LIKE 'Firm %';
CREATE FUNCTION t.scans_of(role name) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    requests leadconv.lead_convert[] := t.requests('[["Maya Rao", "Acme", "rel@acme.example"], ["Li Lo", "firm 7", "F9@x.example"], ["Li Lo", "Else", "F9@x.example"], ["Li Lo", "New", "new@x.example"]]');
    one leadconv.lead_convert;
    result bigint[] := ARRAY[t.scans()];
BEGIN
    PERFORM set_config('role', role, true);
    FOREACH one IN ARRAY requests[1:2] LOOP
        PERFORM FROM leadconv.convert_leads(ARRAY[one], false, false, true, true) WHERE success;
    END LOOP;
    result := result || t.scans();
    PERFORM FROM leadconv.convert_leads(requests[3:4], false, false, true, true) WHERE success;
    PERFORM set_config('role', 'none', true);
    RETURN ARRAY[result[2] - result[1], t.scans() - result[2]];
END $$;
SELECT t.scans_of('none'), t.scans_of('lc_t_seller');     -- foreign keys are planned
SELECT is(t.scans_of('none'), '{0,0}', 'no table is read from end to end: single, bulk');
SELECT is(t.scans_of('lc_t_seller'), '{0,0}', '... under row security');
SELECT t.new('account', '{"name": "Dropped", "external_id": "d"}'), t.contact('dropped', 'd', 'drop@x.example');
DROP INDEX crm.account_normalize_company_idx, crm.contact_normalize_email_idx;
SELECT is(t.picks('[["Maya Rao", "Dropped", "drop@x.example"], ["Maya Rao", "Dropped", "new@x.example"]]'), 'd/dropped d/+2', 'the same without the indexes');
SELECT is(t.picks('[["Maya Rao", "Dropped", "new@x.example"]]', true, false) || t.picks('[["Maya Rao", "Else", "drop@x.example"]]', false, true), 'd/+1d/dropped', '... by name, by address');

SELECT * FROM finish();
ROLLBACK;
