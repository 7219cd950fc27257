-- The recycle bin: a row in it does not count, and is not lost.
--
-- The first half is made from the catalogs: for every table with is_deleted, a row in
-- the bin for every combination of the records that a conversion deals with.
BEGIN;
\ir helpers.psql
SELECT plan(32);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- What a conversion of lead 1 with account 2, contact 3 and opportunity 4 finds
CREATE FUNCTION t.set_up(laden_lead boolean, laden_contact boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owner_id bigint := current_setting('leadconv.user_id');
BEGIN
    INSERT INTO crm.account (id, name) VALUES (2, 'Old');
    INSERT INTO crm.contact (id, last_name, account_id) VALUES (3, 'Old', 2);
    INSERT INTO crm.opportunity (id, name, account_id, stage_name, close_date) VALUES (4, 'Old', 2, 'Prospecting', '2030-01-01');
    INSERT INTO crm.campaign (id, name) VALUES (5, 'Camp');
    INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (5, 'Sent', 1, false), (5, 'Responded', 2, true);
    INSERT INTO crm.content_document (id, title) VALUES (6, 'Doc');
    INSERT INTO crm.list_email (id, name) VALUES (7, 'News');
    INSERT INTO crm.duplicate_record_set (id) VALUES (8);
    INSERT INTO crm.lead (id, last_name, company, owner_id) VALUES (1, 'Rao', 'Acme', owner_id);
    IF laden_lead THEN
        INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (5, 1, 'Sent');
        INSERT INTO crm.content_document_link (content_document_id, lead_id, share_type) VALUES (6, 1, 'C');
        INSERT INTO crm.entity_subscription (subscriber_id, lead_id) VALUES (owner_id, 1);
        INSERT INTO crm.task (lead_id, subject) VALUES (1, 'Call');
    END IF;
    IF laden_contact THEN
        INSERT INTO crm.campaign_member (campaign_id, contact_id, status) VALUES (5, 3, 'Sent');
        INSERT INTO crm.content_document_link (content_document_id, contact_id, share_type) VALUES (6, 3, 'C');
        INSERT INTO crm.entity_subscription (subscriber_id, account_id) VALUES (owner_id, 2);
        INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, role) VALUES (4, 3, 'User');
        INSERT INTO crm.account_contact_relation (account_id, contact_id, roles) VALUES (2, 3, 'User');
    END IF;
END $$;

-- A row in the bin: the records named, and whatever else the table wants
CREATE FUNCTION t.recycle(name text, records jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    vals jsonb := '{"id": 50, "is_deleted": true}';
    col record;
BEGIN
    FOR col IN
        SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute
        WHERE attrelid = ('crm.' || name)::regclass AND attnum > 0 AND NOT attisdropped AND attnotnull AND NOT atthasdef
            AND attidentity = '' AND attname <> 'created_date' AND attname <> 'last_modified_date'
    LOOP
        vals := vals || jsonb_build_object(col.attname, CASE col.attname
            WHEN 'stage_name' THEN 'Prospecting' WHEN 'campaign_id' THEN '5' WHEN 'content_document_id' THEN '6'
            WHEN 'list_email_id' THEN '7' WHEN 'duplicate_record_set_id' THEN '8'
            WHEN 'subscriber_id' THEN current_setting('leadconv.user_id')
            ELSE CASE col.type WHEN 'date' THEN '2030-01-01' WHEN 'bigint' THEN NULL ELSE 'x' END END);
    END LOOP;
    IF name = 'campaign_member' THEN
        vals := vals || '{"status": "Responded"}';
    END IF;
    PERFORM t.new(name, vals || records);
END $$;

-- The rows that are not in the bin; those of one table without their ids, those of
-- the ledger without what it says about merged rows
CREATE FUNCTION t.live(but text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    result text[] := '{}';
    part text[];
    name text;
    has_bin boolean;
BEGIN
    FOR name, has_bin IN
        SELECT relname, EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'is_deleted')
        FROM pg_class c WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'
            AND relname !~ '^picklist|^lead_field_mapping$|^related_list$|_stage$|_status$'
    LOOP
        EXECUTE format('SELECT array_agg(%L || (to_jsonb(x) - %L::text[])::text) FROM crm.%I x %s', name || ': ',
                       CASE name WHEN but THEN '{id}' WHEN 'lead_conversion' THEN '{undo,merged_campaign_members}' ELSE '{}' END,
                       name, CASE WHEN has_bin THEN 'WHERE NOT x.is_deleted' END) INTO part;
        result := result || part;
    END LOOP;
    RETURN result;
END $$;

-- Converts with such a row, or without one when there are no records, and comes back
CREATE FUNCTION t.attempt(name text, records jsonb, laden_lead boolean, laden_contact boolean, request jsonb,
                          OUT live text[], OUT kept boolean, OUT failure text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM setval(oid, 1000) FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'S';
    PERFORM t.set_up(laden_lead, laden_contact);
    IF records IS NOT NULL THEN
        BEGIN
            PERFORM t.recycle(name, records);
        EXCEPTION WHEN integrity_constraint_violation THEN
            failure := 'impossible';
        END;
    END IF;
    IF failure IS NULL THEN
        PERFORM t.convert(1, request);
        live := t.live(name);
        EXECUTE format('SELECT EXISTS (SELECT FROM crm.%I WHERE id = 50)', name) INTO kept;
    END IF;
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN OTHERS THEN
    IF SQLERRM <> 'undo' THEN
        failure := SQLERRM;
    END IF;
END $$;

CREATE TEMP TABLE base (scenario text, laden_lead boolean, laden_contact boolean, request jsonb);
INSERT INTO base VALUES
    ('the lead has rows, the records exist', true, false, '{"account_id": 2, "contact_id": 3, "opportunity_id": 4}'),
    ('the contact has rows', false, true, '{"account_id": 2, "contact_id": 3, "opportunity_id": 4}'),
    ('both have rows', true, true, '{"account_id": 2, "contact_id": 3, "opportunity_id": 4}'),
    ('the records are new', true, false, '{}');
CREATE TEMP TABLE bin AS
    SELECT c.relname AS name, combination.records
    FROM pg_class c, LATERAL (
        SELECT coalesce(jsonb_object_agg(col, id) FILTER (WHERE bits & bit <> 0), '{}') AS records
        FROM generate_series(0, 15) bits, (VALUES ('lead_id', 1, 1), ('account_id', 2, 2), ('contact_id', 3, 4), ('opportunity_id', 4, 8)) v (col, id, bit)
        WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = col)
        GROUP BY bits) combination
    WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'
        AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'is_deleted')
    GROUP BY 1, 2;
CREATE TEMP TABLE usual AS
    SELECT scenario, b.name, a.live
    FROM base, (SELECT DISTINCT name FROM bin) b, LATERAL t.attempt(b.name, NULL, laden_lead, laden_contact, request) a;
CREATE TEMP TABLE outcome AS
    SELECT scenario, name, records, a.*, CASE WHEN failure IS NULL THEN t.difference(usual.live, a.live) END AS difference
    FROM base JOIN usual USING (scenario) JOIN bin USING (name), LATERAL t.attempt(name, records, laden_lead, laden_contact, request) a;
SELECT is((SELECT string_agg(concat_ws(' ', name, records, failure, difference), E'\n') FROM outcome o
           WHERE o.scenario = base.scenario AND failure IS DISTINCT FROM 'impossible' AND (difference IS NOT NULL OR failure IS NOT NULL)),
          NULL, 'rows in the bin change nothing: ' || scenario) FROM base;
SELECT is((SELECT string_agg(concat_ws(' ', scenario, name, records), E'\n') FROM outcome WHERE NOT kept), NULL, '... and none of them is lost');
SELECT cmp_ok((SELECT count(*) FROM outcome WHERE failure IS NULL), '>', 200::bigint, '... in hundreds of combinations');
SELECT is((SELECT count(DISTINCT name) FROM outcome WHERE failure IS NULL), (SELECT count(DISTINCT name) FROM bin), '... of all tables with a bin');

-- What has become of those that were in the way of a unique key: t.bin() is the row
CREATE FUNCTION t.bin(name text, records jsonb, laden_lead boolean, laden_contact boolean, OUT row_of jsonb, OUT undo jsonb, OUT members text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.set_up(laden_lead, laden_contact);
    PERFORM t.recycle(name, records);
    PERFORM t.convert(1, '{"account_id": 2, "contact_id": 3, "opportunity_id": 4}');
    EXECUTE format('SELECT to_jsonb(x) FROM crm.%I x WHERE id = 50', name) INTO row_of;
    SELECT lc.undo INTO undo FROM crm.lead_conversion lc WHERE lead_id = 1;
    SELECT string_agg(concat_ws(' ', 'lead ' || m.lead_id, 'contact ' || m.contact_id, m.status, CASE WHEN m.is_deleted THEN 'bin' END), ', ' ORDER BY m.id)
        INTO members FROM crm.campaign_member m;
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN OTHERS THEN
    IF SQLERRM <> 'undo' THEN
        RAISE;
    END IF;
END $$;
SELECT unnest(ARRAY[
    is(row_of -> 'is_deleted', 'false', 'the contact''s role is taken out of the bin'),
    is(row_of ->> 'role', 'Boss', '... with the role it had'),
    is(row_of -> 'is_primary', 'true', '... and primary, as there is no other'),
    is(jsonb_path_query_first(undo, '$.restored[*] ? (@.row.id == 50)') #>> '{row,is_deleted}', 'true', '... and undo can put it back')])
  FROM t.bin('opportunity_contact_role', '{"opportunity_id": 4, "contact_id": 3, "role": "Boss", "is_primary": true}', false, false);
SELECT unnest(ARRAY[
    is((row_of -> 'is_deleted')::text || (row_of -> 'is_active')::text || (row_of -> 'is_direct')::text, 'falsetruetrue', 'the relation to the account is taken out of the bin'),
    is(row_of ->> 'roles', 'Boss', '... with the roles it had'),
    is(row_of ->> 'end_date', NULL, '... and without its end'),
    is(undo #>> '{restored,0,table}', 'crm.account_contact_relation', '... and undo can put it back')])
  FROM t.bin('account_contact_relation', '{"account_id": 2, "contact_id": 3, "roles": "Boss", "is_active": false, "end_date": "2020-01-01"}', false, false);
SELECT unnest(ARRAY[
    is(concat_ws(' ', row_of -> 'is_deleted', row_of -> 'share_type', row_of -> 'source_lead_id'), 'false "C" 1', 'the contact''s file link is taken out of the bin, as the lead''s link'),
    is(jsonb_path_query_first(undo, '$.restored[*] ? (@.table == "crm.content_document_link")') #>> '{row,share_type}', 'V', '... and undo can put it back')])
  FROM t.bin('content_document_link', '{"contact_id": 3}', true, false);
SELECT unnest(ARRAY[
    is(members, 'lead 1 contact 3 Sent', 'the contact''s membership is taken out of the bin, as the lead''s: Sent'),
    is(row_of -> 'has_responded', 'false', '... which is no response'),
    is(row_of -> 'first_responded_date', 'null', '... nor was'),
    is(undo #>> '{members,0,kept,status}', 'Responded', '... and undo knows what it was')])
  FROM t.bin('campaign_member', '{"contact_id": 3, "first_responded_date": "2020-01-01"}', true, false);
SELECT is(members, 'lead 1 Responded bin, contact 3 Sent', 'the lead''s membership stays in the bin beside the contact''s')
  FROM t.bin('campaign_member', '{"lead_id": 1}', false, true);
SELECT is(members, 'lead 1 contact 3 Responded bin', 'it goes to the contact, still in the bin, when that has none')
  FROM t.bin('campaign_member', '{"lead_id": 1}', false, false);
SELECT ok(row_of IS NOT NULL AND undo -> 'subscriptions' IS NULL, 'the owner''s subscription to the lead stays in the bin')
  FROM t.bin('entity_subscription', jsonb_build_object('lead_id', 1, 'subscriber_id', :ann), false, false);

-- Campaigns in the bin, and memberships: not the primary campaign source
CREATE FUNCTION t.source(members jsonb[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.lead();
    o bigint;
    m jsonb;
BEGIN
    FOREACH m IN ARRAY members LOOP
        PERFORM t.new('campaign_member', jsonb_build_object('lead_id', l, 'campaign_id', t.new('campaign', m -> 'campaign')) || (m - 'campaign'));
    END LOOP;
    o := (t.convert(l)).opportunity_id;
    RETURN (SELECT c.name FROM crm.opportunity JOIN crm.campaign c ON c.id = campaign_id WHERE opportunity.id = o);
END $$;
SELECT is(t.source(ARRAY['{"created_date": "2020-01-01", "campaign": {"name": "old"}}', '{"created_date": "2021-01-01", "campaign": {"name": "new"}}']::jsonb[]), 'new', 'the latest campaign is the source');
SELECT is(t.source(ARRAY['{"created_date": "2020-01-01", "campaign": {"name": "old"}}', '{"created_date": "2021-01-01", "campaign": {"name": "new"}, "is_deleted": true}']::jsonb[]), 'old', '... but not by a membership in the bin');
SELECT is(t.source(ARRAY['{"created_date": "2020-01-01", "campaign": {"name": "old"}}', '{"created_date": "2021-01-01", "campaign": {"name": "new", "is_deleted": true}}']::jsonb[]), 'old', '... nor a campaign in the bin');
SELECT is(t.source(ARRAY['{"campaign": {"name": "new"}, "is_deleted": true}']::jsonb[]), NULL, '... also when it is the only one');
SELECT is(t.source(ARRAY['{"campaign": {"name": "new", "is_deleted": true}}']::jsonb[]), NULL, '... or its campaign is');

-- Reuse: accounts in the bin, also as the account of a contact
SELECT t.new('account', '{"name": "Gone Ltd", "is_deleted": true}') AS gone \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Left', 'email', 'left@gone.test', 'account_id', :gone)) AS left \gset
SELECT t.lead('{"company": "Gone Ltd", "email": "left@gone.test"}') AS l \gset
SELECT is((SELECT ROW(success, account_created, contact_created)::text FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l)], reuse_accounts => true, reuse_contacts => true)),
    '(t,t,t)', 'neither the account is reused nor its contact');

-- Two leads of one batch go into one contact: the one whose link is not in the bin gives it its file
SELECT t.set_up(false, false);
SELECT t.lead() AS l1 \gset
SELECT t.lead() AS l2 \gset
INSERT INTO crm.content_document_link (content_document_id, lead_id, share_type, is_deleted) VALUES (6, :l1, 'V', true), (6, :l2, 'C', false);
SELECT is((SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => 2, contact_id => 3), leadconv.new_lead_convert(:l2, account_id => 2, contact_id => 3)]) WHERE success), 2::bigint, 'two leads into one contact');
SELECT is((SELECT array_agg(ROW(share_type, is_deleted, source_lead_id)::text) FROM crm.content_document_link WHERE contact_id = 3), ARRAY[format('(C,f,%s)', :l2)], 'the live link counts');

SELECT * FROM finish();
ROLLBACK;
