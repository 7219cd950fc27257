-- reuse_accounts and reuse_contacts inside bulk calls.
BEGIN;
\ir helpers.psql
\ir bulk.psql
SELECT no_plan();
SELECT t.no_duplicate_rules();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- Leads from "company, email" pairs, and the requests for them
CREATE FUNCTION t.leads(VARIADIC pairs text[]) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    requests jsonb := '[]';
BEGIN
    FOR i IN 1 .. cardinality(pairs) / 2
    LOOP
        requests := requests || jsonb_build_object('lead_id', t.lead(jsonb_build_object('last_name', 'L' || i, 'company', pairs[2 * i - 1], 'email', pairs[2 * i], 'phone', '555-0100')));
    END LOOP;
    RETURN requests;
END $$;
-- Which results share an account (or contact): the number of the first of each
CREATE FUNCTION t.groups(what text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(coalesce(first::text, '-'), ' ' ORDER BY n) FROM
        (SELECT n, (SELECT min(s.n) FROM r s WHERE CASE what WHEN 'account' THEN s.account_id = r.account_id ELSE s.contact_id = r.contact_id END) AS first FROM r) x
$$;
CREATE FUNCTION t.created(what text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(CASE WHEN CASE what WHEN 'account' THEN account_created ELSE contact_created END THEN '1' ELSE '0' END, '' ORDER BY n) FROM r
$$;

--
-- Accounts
--
SELECT t.run(t.leads('Acme Inc.', NULL, 'ACME', NULL, 'acme,  inc', NULL, 'Acme Manufacturing', NULL, 'Acme GmbH & Co. KG', NULL, 'The Acme', NULL, 'Acm', NULL, 'acme ltd', NULL, 'A.c.m.e', NULL), true, true);
SELECT is(t.groups('account'), '1 1 1 4 5 6 7 1 1', 'reuse_accounts: case, punctuation and legal form do not count; never a substring, never the phone');
SELECT is(t.created('account'), '100111100', '... the first of each makes it');
SELECT is(t.created('contact'), '111111111', '... each lead becomes a contact');
SELECT is((SELECT string_agg(name, '|' ORDER BY id) FROM crm.account), 'Acme Inc.|Acme Manufacturing|Acme GmbH & Co. KG|The Acme|Acm', '... which keeps its name');
SELECT is((SELECT count(*) FROM crm.contact c JOIN r ON r.contact_id = c.id AND r.account_id = c.account_id), 9::bigint, '... contacts belong to it');
SELECT is((SELECT count(*) FROM crm.opportunity c JOIN r ON r.opportunity_id = c.id AND r.account_id = c.account_id), 9::bigint, '... and opportunities');
SELECT is((SELECT array_agg(account_created ORDER BY id) FROM crm.lead_conversion), (SELECT array_agg(account_created ORDER BY n) FROM r), '... the ledger says the same');
SELECT is((SELECT count(*) FROM crm.entity_subscription WHERE account_id IS NOT NULL), 5::bigint, '... each new account is followed once');
-- off by default
SELECT t.run(t.leads('Acme Inc.', NULL, 'Acme Inc.', NULL));
SELECT is(t.created('account'), '11', 'without reuse_accounts each lead makes its account');
SELECT t.run(t.leads('Acme', NULL), true, NULL);
SELECT is(t.created('account'), '1', 'reuse_accounts NULL is false');
-- existing: the oldest of several
SELECT t.run(t.leads('acme', NULL, 'Fresh', NULL, 'fresh llc', NULL), true, true);
SELECT is(t.created('account'), '010', 'existing and new accounts in one call');
SELECT is((SELECT account_id FROM r WHERE n = 1), (SELECT min(id) FROM crm.account), '... the oldest of several with that name');
-- deleted ones and names without anything in them
SELECT t.new('account', '{"name": "Gone", "is_deleted": true}') AS gone \gset
SELECT t.run(t.leads('Gone', NULL, 'gone', NULL, '...', NULL, '...', NULL, 'Inc', NULL, 'Inc.', NULL), true, true);
SELECT is(t.groups('account'), '1 1 3 4 5 5', 'deleted accounts are not reused; names without a word match nothing');
SELECT isnt((SELECT account_id FROM r WHERE n = 1), :gone::bigint, '... not the deleted one');
-- the account given wins, and no account is made where none is wanted
SELECT t.new('account', '{"name": "Given"}') AS given \gset
SELECT t.leads('Solo', NULL, 'Solo', NULL, 'Solo', NULL, 'Solo', NULL) AS q \gset
SELECT t.run(jsonb_build_array(:'q'::jsonb -> 0 || jsonb_build_object('account_id', :given), :'q'::jsonb -> 1,
    :'q'::jsonb -> 2 || '{"do_not_create_account": true, "do_not_create_opportunity": true}', :'q'::jsonb -> 3), true, true);
SELECT is(t.groups('account') || ' ' || t.created('account'), '1 2 - 2 0100', 'the given account wins; no account where none is wanted');
-- account_record of a follower is not used, and the result says so; its name counts
SELECT t.leads('Rec', NULL, 'Rec', NULL, 'Other Rec', NULL) AS q \gset
SELECT t.run(jsonb_build_array(:'q'::jsonb -> 0, :'q'::jsonb -> 1 || '{"account_record": {"industry": "Media"}}', :'q'::jsonb -> 2 || '{"account_record": {"name": "Rec, Inc."}}'), true, true);
SELECT is(t.groups('account'), '1 1 1', 'the name in account_record is the one that counts');
SELECT is((SELECT string_agg(coalesce(warnings[1].status_code, '-'), ' ' ORDER BY n) FROM r), '- RECORD_NOT_USED RECORD_NOT_USED', '... unused account_record: a warning');
SELECT is(t.get('account', (SELECT account_id FROM r WHERE n = 1), 'industry'), NULL, '... and it is not used');

-- fills: the account made by the first is filled by those after it
SELECT t.lead('{"company": "Filler", "phone": null, "fax": "1"}') AS l1 \gset
SELECT t.lead('{"company": "filler inc", "phone": "2", "fax": "2"}') AS l2 \gset
SELECT t.lead('{"company": "FILLER", "phone": "3", "website": "3"}') AS l3 \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l1), jsonb_build_object('lead_id', :l2), jsonb_build_object('lead_id', :l3)), true, true);
SELECT results_eq('SELECT phone::text, fax::text, website::text FROM crm.account a JOIN r ON r.account_id = a.id WHERE n = 1', $$VALUES ('2', '1', '3')$$, 'later leads fill what the first left empty');
SELECT is((SELECT count(*) FROM crm.account WHERE name ~* '^filler'), 1::bigint, '... in one account');

--
-- Contacts
--
SELECT t.run(t.leads('C1', 'Maya@X.org', 'C1', ' maya@x.org ', 'C1', 'maya@x.or', 'C1', NULL, 'C1', NULL), true, true, true);
SELECT is(t.groups('account') || ', ' || t.groups('contact'), '1 1 1 1 1, 1 1 3 4 5', 'both: one account, contacts by e-mail whatever the case; none without');
SELECT is(t.created('contact'), '10111', '... created flags');
SELECT is((SELECT count(*) FROM crm.opportunity o JOIN r ON r.opportunity_id = o.id), 5::bigint, '... an opportunity each');
SELECT is((SELECT count(*) FROM crm.opportunity_contact_role x JOIN r ON r.opportunity_id = x.opportunity_id AND r.contact_id = x.contact_id AND x.is_primary), 5::bigint, '... each with its primary contact');
SELECT t.run(t.leads('C1', 'MAYA@x.org'), true, true, true);
SELECT is(t.created('contact') || t.created('account'), '00', 'an existing contact is found again');
-- the same address in another company: that company's own contact, when its account is known
SELECT t.new('account', '{"name": "C2"}') AS c2 \gset
SELECT t.run(t.leads('C2', 'maya@x.org', 'c2', 'maya@x.org'), true, true, true);
SELECT is((SELECT string_agg((account_id = :c2)::text, ' ') FROM r) || ' ' || t.created('contact') || t.groups('contact'), 'true true 101 1', 'the contact is looked for inside the account');
-- only contacts: the contact's account is used
SELECT t.run(t.leads('Nowhere', 'maya@x.org', 'New Co', 'new@x.org', 'Newer Co', 'new@x.org'), true, false, true);
SELECT is(t.created('account') || t.created('contact') || t.groups('contact'), '0100101 2 2', 'reuse_contacts alone: the contact is used with its account');
SELECT is((SELECT count(DISTINCT account_id) FROM r WHERE n > 1), 1::bigint, '... also that of an earlier lead');
-- never by phone
SELECT t.run(t.leads('P1', 'p1@x.org', 'P2', 'p2@x.org'), true, true, true);
SELECT is(t.created('account') || t.created('contact'), '1111', 'never by phone');

-- campaign members are merged when leads go into one contact
SELECT t.new('campaign', '{"name": "Camp"}') AS camp \gset
DELETE FROM crm.campaign_member_status WHERE campaign_id = :camp;
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded, is_default) VALUES (:camp, 'Sent', 1, false, true), (:camp, 'Opened', 2, false, false), (:camp, 'Responded', 3, true, false);
SELECT t.leads('Camp Co', 'camp@x.org', 'Camp Co', 'camp@x.org', 'Camp Co', 'camp@x.org', 'Camp Co', 'else@x.org') AS q \gset
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) SELECT :camp, (q ->> 'lead_id')::bigint, (ARRAY['Opened', 'Responded', 'Sent', 'Sent'])[n] FROM jsonb_array_elements(:'q'::jsonb) WITH ORDINALITY x (q, n);
SELECT t.run(:'q'::jsonb, true, true, true);
SELECT is(t.groups('contact'), '1 1 1 4', 'three leads into one contact, all members of a campaign');
SELECT results_eq(format('SELECT r.n, m.status::text FROM crm.campaign_member m JOIN r ON r.contact_id = m.contact_id AND r.lead_id = m.lead_id WHERE campaign_id = %s ORDER BY 1', :camp), $$VALUES (1::bigint, 'Responded'), (4, 'Sent')$$, '... one member each, with the status that is further along');
SELECT is((SELECT count(*) FROM crm.campaign_member WHERE campaign_id = :camp), 2::bigint, '... no other');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE lead_id IN (SELECT lead_id FROM r) AND merged_campaign_members IS NOT NULL), 2::bigint, '... the ledger names the merged ones');

-- a failing leader: the next one leads
ALTER TABLE crm.account ADD CONSTRAINT account_fine CHECK (fax <> 'bad');
ALTER TABLE crm.contact ADD CONSTRAINT contact_fine CHECK (title <> 'bad');
SELECT t.lead('{"company": "Lead Co", "email": "l@x.org", "fax": "bad"}') AS l1 \gset
SELECT t.lead('{"company": "Lead Co.", "email": "l@x.org", "title": "bad"}') AS l2 \gset
SELECT t.lead('{"company": "LEAD CO", "email": "l@x.org"}') AS l3 \gset
SELECT t.lead('{"company": "LEAD CO", "email": "l@x.org"}') AS l4 \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l1), jsonb_build_object('lead_id', :l2), jsonb_build_object('lead_id', :l3), jsonb_build_object('lead_id', :l4)), false, true, true);
SELECT is(t.outcome() || t.created('account') || t.created('contact'), 'FIELD_CUSTOM_VALIDATION_EXCEPTION FIELD_CUSTOM_VALIDATION_EXCEPTION + +00100010', 'leaders that fail: the next one makes the records');
SELECT is((SELECT count(*) FROM crm.account WHERE leadconv.normalize_company(name) = leadconv.normalize_company('LEAD CO')), 1::bigint, '... one account');

--
-- One call, calls of one request each, and chunks in between end in the same
-- state: names as members of groups, by lead
--
CREATE TEMP TABLE many AS SELECT i, t.lead(jsonb_build_object('last_name', 'M' || i,
    'company', (ARRAY['Alpha', 'ALPHA Inc', 'Beta', 'beta ltd.', 'Gamma Ray', 'Delta', 'delta, s.a.', 'Alphabet'])[1 + i * 7 % 8] || CASE WHEN i % 5 = 0 THEN ' ' || i % 3 ELSE '' END,
    'email', CASE WHEN i % 4 > 0 THEN (ARRAY['a', 'B', 'b', 'c', 'A'])[1 + i * 3 % 5] || '@many.org' END,
    'title', CASE WHEN i % 3 = 0 THEN 'T' || i END, 'website', CASE WHEN i % 2 = 0 THEN 'W' || i END,
    'lead_source', CASE WHEN i % 7 = 0 THEN 'Web' END, 'fax', CASE WHEN i % 29 = 3 THEN 'bad' END)) AS id FROM generate_series(1, 120) i;
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) SELECT :camp, id, (ARRAY['Opened', 'Responded', 'Sent'])[1 + i % 3] FROM many WHERE i % 2 = 0;
INSERT INTO crm.task (lead_id, subject) SELECT id, 'Task ' || i FROM many WHERE i % 3 = 0;
CREATE TABLE t.result (way int, i int, results jsonb);
-- Runs in calls of so many requests, and says what the outcome is without ids
CREATE FUNCTION t.in_calls(size int, accounts boolean, contacts boolean) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
    q jsonb;
    raised jsonb;
BEGIN
    DELETE FROM t.result;
    FOR q IN SELECT jsonb_agg(jsonb_build_object('lead_id', id) ORDER BY i) FROM many GROUP BY (i - 1) / size ORDER BY min(i)
    LOOP
        PERFORM t.run(q, false, accounts, contacts);
        INSERT INTO t.result SELECT 1, i, to_jsonb(r) FROM r JOIN many ON many.id = r.lead_id;
    END LOOP;
    RETURN QUERY
        WITH lead_of AS (
            SELECT i, (results ->> 'account_id')::bigint AS account_id, (results ->> 'contact_id')::bigint AS contact_id, (results ->> 'opportunity_id')::bigint AS opportunity_id FROM t.result)
        SELECT jsonb_build_object('i', t.i, 'success', results -> 'success', 'status', results #> '{errors,0,status_code}',
            'created', results ->> 'account_created' || (results ->> 'contact_created') || (results ->> 'opportunity_created'),
            'account', CASE WHEN l.account_id IS NOT NULL THEN (SELECT coalesce(min(o.i) FILTER (WHERE (SELECT (results ->> 'account_created')::boolean FROM t.result x WHERE x.i = o.i)), -l.account_id) FROM lead_of o WHERE o.account_id = l.account_id) END,
            'contact', CASE WHEN l.contact_id IS NOT NULL THEN (SELECT min(o.i) FROM lead_of o WHERE o.contact_id = l.contact_id) END,
            'account row', (SELECT to_jsonb(a) - '{id,created_date,last_modified_date,revision}'::text[] FROM crm.account a WHERE a.id = l.account_id),
            'contact row', (SELECT to_jsonb(a) - '{id,account_id,created_date,last_modified_date,revision}'::text[] FROM crm.contact a WHERE a.id = l.contact_id),
            'opportunity row', (SELECT to_jsonb(a) - '{id,account_id,created_date,last_modified_date,revision}'::text[] FROM crm.opportunity a WHERE a.id = l.opportunity_id),
            'roles', (SELECT jsonb_agg(is_primary ORDER BY is_primary) FROM crm.opportunity_contact_role x WHERE x.opportunity_id = l.opportunity_id),
            'relations', (SELECT count(*) FROM crm.account_contact_relation x WHERE x.contact_id = l.contact_id),
            'members', (SELECT jsonb_agg(jsonb_build_array(m.status, m.lead_id, m.source_lead_id) ORDER BY m.id) FROM crm.campaign_member m WHERE m.contact_id = l.contact_id),
            'tasks', (SELECT jsonb_agg(subject ORDER BY subject) FROM crm.task x WHERE x.contact_id = l.contact_id),
            'ledger', (SELECT jsonb_build_array(filled_fields, merged_campaign_members) FROM crm.lead_conversion x WHERE x.lead_id = (results ->> 'lead_id')::bigint))
        FROM t.result t JOIN lead_of l USING (i) ORDER BY t.i;
END $$;
SELECT format('%s, %s', accounts, contacts) AS flags,
       (t.trial(format('SELECT * FROM t.in_calls(1000, %L, %L) x (j)', accounts, contacts))).results AS one_call,
       (t.trial(format('SELECT * FROM t.in_calls(1, %L, %L) x (j)', accounts, contacts))).results AS single,
       (t.trial(format('SELECT * FROM t.in_calls(17, %L, %L) x (j)', accounts, contacts))).results AS chunks
INTO TEMP compared FROM (VALUES (true, false), (false, true), (true, true), (false, false)) v (accounts, contacts);
-- ids of new records differ, and so do those of members that ledgers name: compare them as positions
CREATE FUNCTION t.first_difference(a jsonb, b jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT format('%s: %s <> %s', key, left(x.value::text, 300), left(y.value::text, 300)) FROM
        jsonb_array_elements(a) WITH ORDINALITY p (p, n) JOIN jsonb_array_elements(b) WITH ORDINALITY q (q, m) ON n = m,
        jsonb_each(p -> 'j') x JOIN LATERAL jsonb_each(q -> 'j') y USING (key)
    WHERE x.value <> y.value ORDER BY n, key LIMIT 1
$$;
SELECT is(CASE jsonb_typeof(one_call) WHEN 'array' THEN 'array' || jsonb_array_length(one_call) ELSE one_call::text END, 'array120', 'reuse ' || flags || ': 120 results') FROM compared;
SELECT is((SELECT count(*) FROM jsonb_array_elements(one_call) x WHERE x #>> '{j,success}' = 'false') > 0, true, '... failures among them') FROM compared WHERE flags = 'f, f';
SELECT is(t.first_difference(one_call, single), NULL, '... one call as one by one (' || flags || ')') FROM compared;
SELECT is(t.first_difference(one_call, chunks), NULL, '... one call as several calls (' || flags || ')') FROM compared;
SELECT cmp_ok((SELECT count(DISTINCT x #>> '{j,account}') FROM jsonb_array_elements(one_call) x), '<', 40::bigint, '... and accounts were reused (' || flags || ')') FROM compared WHERE flags LIKE 't%';

--
-- A request that is refused after it was decided who uses what makes nothing that
-- others could use
--
SELECT t.new('account', '{"name": "Leading"}') AS a \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Elsewhere', 'account_id', t.new('account', '{"name": "Elsewhere"}'), 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT t.lead('{"company": "Leading", "last_name": "One", "email": "one@leading.example"}') AS l1 \gset
SELECT t.lead('{"company": "Leading", "last_name": "Two", "email": "one@leading.example"}') AS l2 \gset
SELECT t.lead('{"company": "Leading", "last_name": "Three", "email": "one@leading.example"}') AS l3 \gset
CREATE TEMP TABLE led AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => :a, opportunity_id => :o), leadconv.new_lead_convert(:l2), leadconv.new_lead_convert(:l3)],
    all_or_none => false, reuse_accounts => true, reuse_contacts => true);
SELECT is(ARRAY(SELECT concat(success, contact_created, account_id = :a) FROM led ORDER BY lead_id), '{ff,ttt,tft}', 'the contact of a lead that is refused is made by the next one');
SELECT is((SELECT count(DISTINCT contact_id) FROM led), 1::bigint, '... and used by those after it');
UPDATE crm.picklist_field SET is_restricted = true WHERE object = 'account' AND field = 'industry';
SELECT t.lead('{"company": "Leaderless", "last_name": "One", "industry": "Wine"}') AS l1 \gset
SELECT t.lead('{"company": "Leaderless", "last_name": "Two"}') AS l2 \gset
SELECT t.lead('{"company": "Leaderless", "last_name": "Three", "industry": "Wine"}') AS l3 \gset
SELECT t.lead('{"company": "Leaderless", "last_name": "Four", "industry": "Energy"}') AS l4 \gset
CREATE TEMP TABLE leaderless AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2), leadconv.new_lead_convert(:l3), leadconv.new_lead_convert(:l4)],
    all_or_none => false, reuse_accounts => true);
SELECT is(ARRAY(SELECT concat(success, account_created, (errors[1]).status_code) FROM leaderless ORDER BY lead_id), '{ffINVALID_OR_NULL_FOR_RESTRICTED_PICKLIST,tt,ffINVALID_OR_NULL_FOR_RESTRICTED_PICKLIST,tf}', 'so is the account');
SELECT is((SELECT array_agg(DISTINCT industry) FROM crm.account WHERE id IN (SELECT account_id FROM leaderless)), '{Energy}'::varchar[], '... which those after it fill');
UPDATE crm.picklist_field SET is_restricted = false;
-- Nobody follows a request into an account for which that one is refused
SELECT t.new('account', '{"name": "Binned", "is_deleted": true}') AS binned, max(id) + 1000 AS missing FROM crm.account \gset
SELECT t.leads('One', 'same@given.example', 'Two', 'same@given.example', 'Three', 'same@given.example') AS q \gset
SELECT jsonb_agg(jsonb_set(:'q'::jsonb -> 1, '{account_id}', given)) AS refused FROM unnest(ARRAY[:missing, :binned]::text[]::jsonb[]) given \gset
SELECT t.run(jsonb_build_array(:'refused'::jsonb -> 0, :'refused'::jsonb -> 1, :'q'::jsonb -> 0, :'q'::jsonb -> 2), false, false, true);
SELECT is((SELECT string_agg(coalesce(errors[1].status_code, 'good'), ' ' ORDER BY n) FROM r), 'INVALID_CROSS_REFERENCE_KEY ENTITY_IS_DELETED good good', 'a missing account and a deleted one are those of the requests that name them');
SELECT is(t.groups('contact'), '- - 3 3', '... the others share a contact of their own');

SELECT * FROM finish();
ROLLBACK;
