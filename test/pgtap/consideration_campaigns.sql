-- Considerations for converting leads: campaigns
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(27);

-- A campaign with the statuses Sent, Opened and Responded
CREATE FUNCTION t.campaign(name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint := t.new('campaign', jsonb_build_object('name', name));
BEGIN
    INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (result, 'Sent', 1, false), (result, 'Opened', 2, false), (result, 'Responded', 3, true);
    RETURN result;
END $$;
-- The campaign history of a contact, in words
CREATE FUNCTION t.history(c bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', k.name, m.status, CASE WHEN m.has_responded THEN 'responded' END, CASE WHEN m.is_deleted THEN 'deleted' END, CASE WHEN m.lead_id IS NOT NULL THEN 'with lead' END), ', ' ORDER BY k.name)
    FROM crm.campaign_member m JOIN crm.campaign k ON k.id = m.campaign_id WHERE m.contact_id = c $$;
SELECT t.campaign('One') AS one \gset
SELECT t.campaign('Two') AS two \gset
SELECT t.campaign('Three') AS three \gset
SELECT t.new('account', '{"name": "Old"}') AS a \gset

-- the example of the rule, and its reverse
CREATE FUNCTION t.both(lead_status text, contact_status text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    camp bigint := (SELECT id FROM crm.campaign WHERE name = 'One');
    a bigint := (SELECT id FROM crm.account WHERE name = 'Old');
    c bigint := t.new('contact', jsonb_build_object('last_name', 'C', 'account_id', a));
    l bigint := t.lead();
BEGIN
    INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (camp, l, lead_status);
    INSERT INTO crm.campaign_member (campaign_id, contact_id, status) VALUES (camp, c, contact_status);
    PERFORM t.convert(l, jsonb_build_object('account_id', a, 'contact_id', c));
    RETURN t.history(c);
END $$;
SELECT is(t.both('Sent', 'Responded'), 'One Responded responded with lead', 'the lead was sent something, the contact responded: responded');
SELECT is(t.both('Responded', 'Sent'), 'One Responded responded with lead', 'the other way round');
SELECT is(t.both('Opened', 'Sent'), 'One Opened with lead', 'without a response, the later status');
SELECT is(t.both('Sent', 'Opened'), 'One Opened with lead', 'whoever has it');

-- the contact gets all campaigns of the lead, the opportunity the latest
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status, created_date) VALUES (:one, :l, 'Sent', '2024-01-01'), (:three, :l, 'Opened', '2024-03-01'), (:two, :l, 'Responded', '2024-02-01');
SELECT t.state('{crm}') AS start \gset
SELECT contact_id AS c, opportunity_id AS o, account_id AS na FROM t.convert(:l) \gset
SELECT is(t.history(:c), 'One Sent with lead, Three Opened with lead, Two Responded responded with lead', 'campaign history goes to the new contact');
SELECT is((SELECT campaign_id FROM crm.opportunity WHERE id = :o), :three::bigint, 'the most recently associated campaign is the primary campaign source');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

-- recycled rows
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status, created_date, is_deleted) VALUES (:one, :l, 'Sent', '2024-01-01', false), (:three, :l, 'Responded', '2024-03-01', true);
SELECT contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
SELECT is((SELECT campaign_id FROM crm.opportunity WHERE id = :o), :one::bigint, 'a membership in the recycle bin is no association');
SELECT is(t.history(:c), 'One Sent with lead, Three Responded responded deleted with lead', '... it goes along, in the bin');
UPDATE crm.campaign SET is_deleted = true WHERE id = :two;
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status, created_date) VALUES (:one, :l, 'Sent', '2024-01-01'), (:two, :l, 'Responded', '2024-03-01');
SELECT opportunity_id AS o FROM t.convert(:l) \gset
SELECT is((SELECT campaign_id FROM crm.opportunity WHERE id = :o), :one::bigint, 'nor is one of a campaign in the bin');
UPDATE crm.campaign SET is_deleted = false WHERE id = :two;
CREATE FUNCTION t.recycled(lead_bin boolean, contact_bin boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    camp bigint := (SELECT id FROM crm.campaign WHERE name = 'One');
    a bigint := (SELECT id FROM crm.account WHERE name = 'Old');
    c bigint := t.new('contact', jsonb_build_object('last_name', 'C', 'account_id', a));
    l bigint := t.lead();
BEGIN
    INSERT INTO crm.campaign_member (campaign_id, lead_id, status, is_deleted) VALUES (camp, l, CASE WHEN lead_bin THEN 'Responded' ELSE 'Sent' END, lead_bin);
    INSERT INTO crm.campaign_member (campaign_id, contact_id, status, is_deleted) VALUES (camp, c, CASE WHEN contact_bin THEN 'Responded' ELSE 'Sent' END, contact_bin);
    PERFORM t.convert(l, jsonb_build_object('account_id', a, 'contact_id', c));
    RETURN t.history(c);
END $$;
SELECT is(t.recycled(true, false), 'One Sent', 'the lead''s row in the bin does not win over the contact''s');
SELECT is(t.recycled(false, true), 'One Sent with lead', 'the contact''s row in the bin does not win over the lead''s');

-- whatever access the caller has to campaigns
CREATE ROLE lc_t_campaigns;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_campaigns;
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO lc_t_campaigns;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead, leadconv.convert_leads TO lc_t_campaigns;
CREATE FUNCTION t.as_seller(l bigint, a bigint, c bigint) RETURNS leadconv.lead_convert_result LANGUAGE plpgsql AS $$
DECLARE
    result leadconv.lead_convert_result;
BEGIN
    SET LOCAL ROLE lc_t_campaigns;
    result := leadconv.convert_lead(l, account_id => a, contact_id => c);
    RESET ROLE;
    RETURN result;
END $$;
SELECT t.new('contact', jsonb_build_object('last_name', 'C', 'account_id', :a)) AS c \gset
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status, created_date) VALUES (:one, :l, 'Responded', '2024-01-01'), (:two, :l, 'Opened', '2024-03-01');
INSERT INTO crm.campaign_member (campaign_id, contact_id, status) VALUES (:one, :c, 'Sent');
SELECT is(has_table_privilege('lc_t_campaigns', 'crm.campaign', 'SELECT') OR has_table_privilege('lc_t_campaigns', 'crm.campaign_member', 'SELECT'), false, 'a role without any privilege on campaigns');
SELECT ok(success AND warnings = '{}', 'converts a lead of a campaign') FROM t.as_seller(:l, :a, :c);
SELECT is(t.history(:c), 'One Responded responded with lead, Two Opened with lead', '... its members move and merge');
SELECT is((SELECT campaign_id FROM crm.opportunity WHERE id = (SELECT converted_opportunity_id FROM crm.lead WHERE id = :l)), :two::bigint, '... and the latest campaign is the primary campaign source');

GRANT SELECT, INSERT, UPDATE ON crm.campaign, crm.campaign_member, crm.campaign_member_status TO lc_t_campaigns;
ALTER TABLE crm.campaign ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.campaign_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON crm.campaign USING (name = 'Three');
CREATE POLICY mine ON crm.campaign_member USING (campaign_id = (SELECT id FROM crm.campaign));
SELECT t.new('contact', jsonb_build_object('last_name', 'D', 'account_id', :a)) AS d \gset
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status, created_date) VALUES (:one, :l, 'Responded', '2024-01-01'), (:two, :l, 'Opened', '2024-03-01'), (:three, :l, 'Sent', '2024-02-01');
INSERT INTO crm.campaign_member (campaign_id, contact_id, status) VALUES (:one, :d, 'Sent');
SET LOCAL ROLE lc_t_campaigns;
SELECT is((SELECT string_agg(name, ' ') FROM crm.campaign), 'Three', 'policies show the role one of three campaigns');
RESET ROLE;
SELECT ok(success AND warnings = '{}', 'it converts a lead of all three') FROM t.as_seller(:l, :a, :d);
SELECT is(t.history(:d), 'One Responded responded with lead, Three Sent with lead, Two Opened with lead', '... all members move and merge');
SELECT is((SELECT campaign_id FROM crm.opportunity WHERE id = (SELECT converted_opportunity_id FROM crm.lead WHERE id = :l)), :two::bigint, '... and the latest campaign counts, which it does not see');
SELECT t.lead() AS l \gset
SELECT t.lead() AS l2 \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (:one, :l, 'Responded'), (:two, :l2, 'Opened');
SET LOCAL ROLE lc_t_campaigns;
SELECT is((SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l), leadconv.new_lead_convert(:l2)]) WHERE success), 2::bigint, 'in a bulk call, likewise');
RESET ROLE;
SELECT is((SELECT string_agg(concat_ws(' ', t.history(converted_contact_id), c.name), '; ' ORDER BY l.id) FROM crm.lead l JOIN crm.opportunity o ON o.id = converted_opportunity_id JOIN crm.campaign c ON c.id = o.campaign_id WHERE l.id IN (:l, :l2)),
    'One Responded responded with lead One; Two Opened with lead Two', '... each with its own campaign');
-- without a contact
SELECT t.lead() AS l \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (:one, :l, 'Responded');
CREATE TEMP TABLE result AS SELECT * FROM t.convert(:l, '{"do_not_create_contact": true}');
SELECT is((SELECT concat_ws('/', success, (warnings[1]).status_code) FROM result), 't/RELATED_RECORDS_NOT_MOVED', 'without a contact the history stays on the lead');
SELECT is((SELECT campaign_id FROM crm.opportunity JOIN result ON opportunity_id = id), :one::bigint, '... and the opportunity has its campaign');
SELECT ok((leadconv.complete_lead_conversion(:l)).success, 'a contact is added later');
SELECT is(t.history((SELECT converted_contact_id FROM crm.lead WHERE id = :l)), 'One Responded responded with lead', '... and gets the history');

SELECT * FROM finish();
ROLLBACK;
