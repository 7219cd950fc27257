-- Campaign members move to the contact; where it is in the campaign already, the
-- two rows become one.
BEGIN;
\ir helpers.psql
SELECT plan(29);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
ALTER TABLE crm.campaign_member ADD COLUMN badge text, ADD COLUMN seats integer;

-- A campaign with statuses out of order, two of them at one place
CREATE FUNCTION t.campaign() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint := t.new('campaign', '{"name": "Camp"}');
BEGIN
    INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES
        (result, 'Responded', 3, true), (result, 'Attended', 4, true), (result, 'Sent', 1, false), (result, 'Opened', 2, false), (result, 'Early answer', 0, true), (result, 'Opened too', 2, false);
    RETURN result;
END $$;
SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset

-- a new contact: the row moves, keeps its lead, names its source
SELECT t.campaign() AS camp \gset
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status, badge) VALUES (:camp, :l, 'Sent', 'b') RETURNING id AS m \gset
SELECT account_id AS na, contact_id AS nc FROM t.convert(:l) \gset
SELECT is(ROW(id, lead_id, contact_id, source_lead_id, status, badge)::text, format('(%s,%s,%s,%s,Sent,b)', :m, :l, :nc, :l), 'the same row, with both lead and contact') FROM crm.campaign_member WHERE campaign_id = :camp;
SELECT is((SELECT merged_campaign_members FROM crm.lead_conversion WHERE lead_id = :l), NULL, '... nothing merged');

-- an existing contact that is in another campaign: the row moves
SELECT t.campaign() AS camp2 \gset
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, contact_id, status) VALUES (:camp, :c, 'Sent');
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (:camp2, :l, 'Opened');
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c))).success, 'existing contact, other campaign');
SELECT is((SELECT array_agg(ROW(campaign_id, lead_id, status)::text ORDER BY id) FROM crm.campaign_member WHERE contact_id = :c), ARRAY[format('(%s,,Sent)', :camp), format('(%s,%s,Opened)', :camp2, :l)], 'one row per campaign');

-- the same campaign: whichever is further along
CREATE TEMP TABLE merged (lead_id bigint, contact_id bigint, lead_member bigint, contact_member bigint, campaign bigint);
CREATE FUNCTION t.merge(lead_member jsonb, contact_member jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    camp bigint := t.campaign();
    a bigint := t.new('account', '{"name": "Merge"}');
    c bigint := t.new('contact', jsonb_build_object('last_name', 'Merge', 'account_id', a));
    l bigint := t.lead();
    lm bigint := t.new('campaign_member', lead_member || jsonb_build_object('campaign_id', camp, 'lead_id', l));
    cm bigint := t.new('campaign_member', contact_member || jsonb_build_object('campaign_id', camp, 'contact_id', c));
    result text;
BEGIN
    PERFORM t.convert(l, jsonb_build_object('account_id', a, 'contact_id', c, 'do_not_create_opportunity', true));
    TRUNCATE merged;
    INSERT INTO merged VALUES (l, c, lm, cm, camp);
    SELECT string_agg(concat_ws(' ', CASE id WHEN cm THEN 'kept' ELSE 'other' END, CASE lead_id WHEN l THEN 'lead' END, status), ', ') INTO result FROM crm.campaign_member WHERE campaign_id = camp;
    RETURN result;
END $$;
SELECT is(t.merge('{"status": "Sent"}', '{"status": "Responded"}'), 'kept lead Responded', 'lead sent, contact responded: responded stays');
SELECT is(t.merge('{"status": "Responded"}', '{"status": "Sent"}'), 'kept lead Responded', 'the other way round');
SELECT is(t.merge('{"status": "Opened"}', '{"status": "Sent"}'), 'kept lead Opened', 'the higher sort order wins');
SELECT is(t.merge('{"status": "Sent"}', '{"status": "Opened"}'), 'kept lead Opened', '... both ways');
SELECT is(t.merge('{"status": "Early answer"}', '{"status": "Opened"}'), 'kept lead Early answer', 'responded beats not responded whatever the sort order');
SELECT is(t.merge('{"status": "Opened"}', '{"status": "Early answer"}'), 'kept lead Early answer', '... both ways');
SELECT is(t.merge('{"status": "Attended"}', '{"status": "Responded"}'), 'kept lead Attended', 'both responded: sort order');
SELECT is(t.merge('{"status": "Opened too"}', '{"status": "Opened"}'), 'kept lead Opened', 'the contact''s row wins ties');
SELECT is(t.merge('{}', '{"status": "Sent"}'), 'kept lead Sent', 'no status on the lead''s row');
SELECT is(t.merge('{"status": "Sent"}', '{}'), 'kept lead Sent', 'no status on the contact''s row');

-- what the merged row keeps
SELECT is(t.merge('{"status": "Responded", "first_responded_date": "2020-01-01", "created_date": "2019-01-01", "badge": "L", "seats": 3}', '{"status": "Responded", "first_responded_date": "2021-01-01", "created_date": "2019-06-01", "badge": "C"}'), 'kept lead Responded', 'two full rows');
SELECT is(ROW(m.first_responded_date, m.badge, m.seats, m.has_responded)::text, '(2020-01-01,C,3,t)', 'earliest first response; custom fields fill only what is empty; responded') FROM crm.campaign_member m, merged WHERE id = contact_member;
SELECT is(m.created_date, '2019-01-01'::timestamptz, 'CreatedDate of the older one') FROM crm.campaign_member m, merged WHERE id = contact_member;
SELECT is(m.source_lead_id, merged.lead_id, 'source_lead_id') FROM crm.campaign_member m, merged WHERE id = contact_member;
SELECT is((SELECT count(*) FROM crm.campaign_member m, merged WHERE m.id = lead_member), 0::bigint, 'one surviving row: the lead''s is gone');
SELECT is(merged_campaign_members, jsonb_build_array(jsonb_build_object('kept', contact_member, 'removed', lead_member, 'campaign_id', campaign)), 'the ledger says which rows were merged') FROM crm.lead_conversion x, merged WHERE x.lead_id = merged.lead_id;
SELECT is(t.merge('{"status": "Responded"}', '{"status": "Sent"}'), 'kept lead Responded', 'a response of the lead''s row');
SELECT ok(m.has_responded, '... makes the merged row a response') FROM crm.campaign_member m, merged WHERE id = contact_member;

-- several leads of one call into one contact and campaign: one row, the furthest along
SELECT t.campaign() AS camp3 \gset
SELECT t.lead() AS l1 \gset
SELECT t.lead() AS l2 \gset
SELECT t.lead() AS l3 \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (:camp3, :l1, 'Sent'), (:camp3, :l2, 'Attended'), (:camp3, :l3, 'Opened');
SELECT is((SELECT count(*) FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(x, account_id => :a, contact_id => :c, do_not_create_opportunity => true) ORDER BY x) FROM unnest(ARRAY[:l1, :l2, :l3]) x)) WHERE success), 3::bigint, 'three leads into one contact');
SELECT is((SELECT array_agg(ROW(contact_id, lead_id, status)::text) FROM crm.campaign_member WHERE campaign_id = :camp3), ARRAY[format('(%s,%s,Attended)', :c, :l1)], 'one surviving row per campaign and person');

-- afterwards
SELECT t.campaign() AS camp4 \gset
SELECT t.fails(format('INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES (%s, %s)', :camp4, :l1), 'LC005', 'cannot reference converted lead', 'a converted lead cannot be added to a campaign');
SELECT lives_ok(format('UPDATE crm.campaign_member SET status = ''Responded'' WHERE campaign_id = %s', :camp3), 'the member of a converted lead can be changed');
SELECT lives_ok(format('DELETE FROM crm.campaign_member WHERE campaign_id = %s', :camp3), 'it can be removed');

-- independent of the user's access to the campaign
CREATE ROLE lc_t_user;
INSERT INTO crm.app_user (name, db_role) VALUES ('Role', 'lc_t_user');
SELECT set_config('leadconv.user_id', '', true);
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_user;
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO lc_t_user;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO lc_t_user;
ALTER TABLE crm.campaign ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.campaign_member ENABLE ROW LEVEL SECURITY;
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (:camp4, :l, 'Sent');
SET ROLE lc_t_user;
SELECT opportunity_id AS o, contact_id AS nc FROM leadconv.convert_lead(:l) \gset
RESET ROLE;
SELECT is((SELECT contact_id FROM crm.campaign_member WHERE lead_id = :l), :nc::bigint, 'moved without any access to the campaign');
SELECT is((SELECT campaign_id FROM crm.opportunity WHERE id = :o), :camp4::bigint, 'primary campaign source, too');

SELECT * FROM finish();
ROLLBACK;
