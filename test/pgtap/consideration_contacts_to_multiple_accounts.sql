-- Considerations for converting leads: contacts to multiple accounts
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(25);

CREATE FUNCTION t.relations(c bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(a.name, CASE WHEN is_direct THEN ' direct' ELSE ' indirect' END, CASE WHEN NOT is_active THEN ' inactive' END, CASE WHEN r.is_deleted THEN ' deleted' END), ', ' ORDER BY r.account_id)
    FROM crm.account_contact_relation r JOIN crm.account a ON a.id = r.account_id WHERE contact_id = c $$;
SELECT t.new('account', '{"name": "Own"}') AS own \gset
SELECT t.new('account', '{"name": "Lead''s"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'C', 'account_id', :own)) AS c \gset

SELECT is((SELECT contacts_to_multiple_accounts_enabled FROM crm.lead_convert_settings), true, 'the setting is on as shipped');
SELECT t.go();
SELECT is(t.relations(contact_id), 'Acme direct', 'a new contact is related to its account directly') FROM r;

-- an existing contact of another account
SELECT t.lead('{"phone": "1"}') AS l \gset
SELECT t.state('{crm}') AS start \gset
SELECT ok(success AND account_id = :a AND contact_id = :c AND opportunity_created, 'an existing contact of another account') FROM t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c));
SELECT is(t.relations(:c), 'Lead''s indirect', 'a relation connects it to the lead''s account');
SELECT is((SELECT concat_ws('/', account_id = :own, phone) FROM crm.contact WHERE id = :c), 't/1', 'it keeps its own account, and is filled');
SELECT is((SELECT concat_ws('/', o.account_id = :a, r.contact_id = :c, r.is_primary) FROM crm.lead l JOIN crm.opportunity o ON o.id = l.converted_opportunity_id JOIN crm.opportunity_contact_role r ON r.opportunity_id = o.id WHERE l.id = :l), 't/t/t',
    'the opportunity is the lead''s account''s, and the contact has the primary role in it');
SELECT is((SELECT undo -> 'made' FROM crm.lead_conversion WHERE lead_id = :l), '["relation"]', 'the ledger says that the relation was made');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

-- again, and when the relation is there
SELECT t.new('account_contact_relation', jsonb_build_object('account_id', :a, 'contact_id', :c, 'is_active', false, 'roles', 'Adviser')) AS rel \gset
SELECT ok((t.convert(t.lead(), jsonb_build_object('account_id', :a, 'contact_id', :c))).success, 'the relation is there');
SELECT is((SELECT concat(t.relations(:c), ' ', roles) FROM crm.account_contact_relation WHERE id = :rel), 'Lead''s indirect inactive Adviser', '... and stays as it is');
UPDATE crm.account_contact_relation SET is_deleted = true WHERE id = :rel;
SELECT ok((t.convert(t.lead(), jsonb_build_object('account_id', :a, 'contact_id', :c))).success, 'the relation is in the recycle bin');
SELECT is(t.relations(:c), 'Lead''s indirect', '... out of which it is taken, active');
-- the own account
SELECT ok((t.convert(t.lead(), jsonb_build_object('account_id', :own, 'contact_id', :c))).success, 'the contact''s own account');
SELECT is(t.relations(:c), 'Own direct, Lead''s indirect', '... to which it is related directly');

-- many at once
SELECT t.new('contact', jsonb_build_object('last_name', 'D', 'account_id', :own)) AS d \gset
CREATE TEMP TABLE many AS SELECT * FROM leadconv.convert_leads(ARRAY[
    leadconv.new_lead_convert(t.lead(), account_id => :a, contact_id => :d), leadconv.new_lead_convert(t.lead(), account_id => :a), leadconv.new_lead_convert(t.lead())]);
SELECT is((SELECT string_agg(t.relations(contact_id), '; ' ORDER BY lead_id) FROM many), 'Lead''s indirect; Lead''s direct; Acme direct', 'in a bulk call, likewise');

SELECT t.new('contact', jsonb_build_object('last_name', 'E', 'account_id', :own)) AS e \gset
CREATE TEMP TABLE one_for_all AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead(), account_id => :a, contact_id => :e),
    leadconv.new_lead_convert(t.lead(), account_id => :own, contact_id => :e), leadconv.new_lead_convert(t.lead(), account_id => :a, contact_id => :e)]);
SELECT is(t.relations(:e), 'Own direct, Lead''s indirect', 'one contact for several accounts: a relation to each');

-- a contact without an account is refused in any case
SELECT t.new('contact', '{"last_name": "Free"}') AS free \gset
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'account_id', :a, 'contact_id', :free), 'INVALID_ID_FIELD', 'LC002', '{}', format('contact %s does not belong to account %s', :free, :a), 'a contact without an account');

-- off
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = false;
SELECT t.refuses(jsonb_build_object('lead_id', t.lead(), 'account_id', :a, 'contact_id', :c), 'INVALID_ID_FIELD', 'LC002', '{}', format('contact %s does not belong to account %s', :c, :a), 'the setting is off');
SELECT t.go(jsonb_build_object('account_id', :own, 'contact_id', :c));
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE contact_id = :c), 2::bigint, 'no relation is added');
SELECT t.go();
SELECT is(t.relations(contact_id), NULL, 'nor of a new contact') FROM r;
-- a look says the same
SELECT t.lead() AS l \gset
SELECT is((SELECT string_agg(status_code, ' ') FROM t.look(ARRAY[leadconv.new_lead_convert(:l, account_id => :a, contact_id => :c)]) WHERE step = 'error'), 'INVALID_ID_FIELD', 'a look tells of it');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = true;
SELECT is((SELECT string_agg(status_code, ' ') FROM t.look(ARRAY[leadconv.new_lead_convert(:l, account_id => :a, contact_id => :c)]) WHERE step = 'error'), NULL, '... or not');

SELECT * FROM finish();
ROLLBACK;
