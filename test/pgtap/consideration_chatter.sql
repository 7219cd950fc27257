-- Considerations for converting leads: Chatter
BEGIN;
\ir helpers.psql
SELECT plan(18);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- Who follows what since the last time, in words
CREATE FUNCTION t.follows() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', u.name, CASE WHEN s.account_id IS NOT NULL THEN 'account' WHEN s.contact_id IS NOT NULL THEN 'contact'
        WHEN s.opportunity_id IS NOT NULL THEN 'opportunity' ELSE 'lead' END), ', ' ORDER BY s.id)
    FROM crm.entity_subscription s JOIN crm.app_user u ON u.id = s.subscriber_id $$;

SELECT t.go('{}', jsonb_build_object('owner_id', :bob));
SELECT is(t.follows(), 'Ann account', 'who converts follows the new account, and not contact or opportunity');
SELECT is((SELECT account_id FROM crm.entity_subscription), (SELECT account_id FROM r), '... that account');
DELETE FROM crm.entity_subscription;

SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.go(jsonb_build_object('account_id', :a));
SELECT is(t.follows(), NULL, 'an existing account is not followed');
SELECT t.new('entity_subscription', jsonb_build_object('subscriber_id', :bob, 'account_id', :a)) AS s \gset
SELECT t.go(jsonb_build_object('account_id', :a));
SELECT is(t.follows(), 'Bob account', '... those who follow it go on');
DELETE FROM crm.entity_subscription;
SELECT t.go('{"do_not_create_account": true}');
SELECT is(t.follows(), NULL, 'no account, nothing to follow');

-- feed tracking for accounts
UPDATE crm.lead_convert_settings SET follow_new_account = false;
SELECT t.go();
SELECT is(t.follows(), NULL, 'a new account is not followed when that is switched off');
UPDATE crm.lead_convert_settings SET follow_new_account = true;

-- who is at work is not known
SELECT set_config('leadconv.user_id', '', true);
SELECT t.go();
SELECT is(t.follows(), NULL, 'nobody follows when no user is known');
SELECT set_config('leadconv.user_id', :'ann', true);

-- the subscription is there
CREATE FUNCTION t.follow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO crm.entity_subscription (subscriber_id, account_id) VALUES (current_setting('leadconv.user_id')::bigint, NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER zz AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.follow();
SELECT t.go();
SELECT is(t.follows(), 'Ann account', 'a trigger that has seen to it is enough');
DROP TRIGGER zz ON crm.account;
DELETE FROM crm.entity_subscription;

-- reuse and many at once
CREATE TEMP TABLE many AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead('{"company": "New"}')), leadconv.new_lead_convert(t.lead('{"company": "New"}')),
    leadconv.new_lead_convert(t.lead('{"company": "Old"}'))], reuse_accounts => true);
SELECT is((SELECT string_agg(account_created::text, ' ' ORDER BY lead_id) FROM many), 'true false false', 'one new account, once used again, and an old one');
SELECT is(t.follows(), 'Ann account', '... the new one is followed, once');
DELETE FROM crm.entity_subscription;

-- the lead's followers
SELECT t.lead(jsonb_build_object('owner_id', :bob)) AS l \gset
INSERT INTO crm.entity_subscription (subscriber_id, lead_id) VALUES (:bob, :l), (:ann, :l);
SELECT ok((t.convert(:l)).success, 'a lead that is followed');
SELECT is(t.follows(), 'Ann lead, Ann account', 'its owner stops following it, others do not');
SELECT is((SELECT undo #> '{subscriptions,0,subscriber_id}' FROM crm.lead_conversion WHERE lead_id = :l), to_jsonb(:bob), 'the ledger knows of the subscription');
DELETE FROM crm.entity_subscription;

-- whatever the caller may do there
CREATE ROLE lc_t_chatter;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_chatter;
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO lc_t_chatter;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO lc_t_chatter;
UPDATE crm.app_user SET db_role = 'lc_t_chatter' WHERE id = :bob;
SELECT set_config('leadconv.user_id', '', true);
SELECT t.lead() AS l \gset
SET LOCAL ROLE lc_t_chatter;
SELECT ok((leadconv.convert_lead(:l)).success, 'a role without privileges on subscriptions');
RESET ROLE;
SELECT is(t.follows(), 'Bob account', '... follows all the same');
SELECT is(has_table_privilege('lc_t_chatter', 'crm.entity_subscription', 'INSERT'), false, '... for which it has no privilege');

-- teams are nothing that a conversion copies
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relname ~ 'team|share'), 0::bigint, 'there are no teams and shares of accounts and opportunities');
SELECT is((SELECT string_agg(child::text, ' ') FROM crm.related_list WHERE child::text ~ 'subscription|feed|team'), NULL, '... and no list of them, or of feeds, goes with the lead');

SELECT * FROM finish();
ROLLBACK;
