-- A conversion that left something out is completed
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(121);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- Completes with named arguments from JSON; the result goes to r
CREATE FUNCTION t.complete_call(request jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT replace(t.call(request), 'leadconv.convert_lead(', 'leadconv.complete_lead_conversion(') $$;
CREATE FUNCTION t.complete(lead bigint, request jsonb DEFAULT '{}') RETURNS leadconv.lead_convert_result LANGUAGE plpgsql AS $$
DECLARE
    result leadconv.lead_convert_result;
BEGIN
    EXECUTE t.complete_call(jsonb_build_object('lead_id', lead) || request) INTO result;
    DELETE FROM r;
    INSERT INTO r SELECT result.*;
    RETURN result;
END $$;
CREATE FUNCTION t.refuses_completion(lead bigint, request jsonb, state text, says text, what text, hinted boolean DEFAULT true) RETURNS text LANGUAGE sql AS $$
    SELECT t.fails(t.complete_call(jsonb_build_object('lead_id', lead) || request), state, says, what, hinted) $$;

-- Where the rows of the lead are, in words: of each list, which records its rows name
CREATE FUNCTION t.rows(l bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    list record;
    part text;
    result text := '';
BEGIN
    FOR list IN SELECT child, child::text AS name, lead_column, contact_column, account_column, opportunity_column FROM crm.related_list WHERE is_standard ORDER BY sort_order LOOP
        EXECUTE format('SELECT string_agg(concat(CASE WHEN lead_id IS NOT NULL THEN ''l'' END, CASE WHEN contact_id IS NOT NULL THEN ''c'' END%s%s), '','' ORDER BY id) FROM %s WHERE $1 IN (lead_id, source_lead_id)',
            CASE WHEN list.account_column IS NOT NULL THEN ', CASE WHEN account_id IS NOT NULL THEN ''a'' END' END,
            CASE WHEN list.opportunity_column IS NOT NULL THEN ', CASE WHEN opportunity_id IS NOT NULL THEN ''o'' END' END, list.child) INTO part USING l;
        result := concat_ws(' ', nullif(result, ''), part);
    END LOOP;
    RETURN result;
END $$;

--
-- Without an opportunity first, which is made later
--
SELECT t.laden_lead(jsonb_build_object('owner_id', :bob), bin => true) AS l \gset
SELECT t.dump() AS start \gset
SELECT t.state('{crm}') AS start_state \gset
SELECT account_id AS a, contact_id AS c FROM t.convert(:l, '{"do_not_create_opportunity": true}') \gset
SELECT is(t.rows(:l), 'ca,ca ca,ca lc c c,c c,c l,a,c ca,ca c,c c,c c,c c,c c,c c,c', 'converted without an opportunity');
SELECT t.dump() AS before \gset
SELECT ok(success AND account_id = :a AND contact_id = :c AND NOT account_created AND NOT contact_created AND opportunity_created AND opportunity_id IS NOT NULL
          AND errors = '{}' AND warnings = '{}' AND lead_id = :l, 'the result names all three records, and what is new') FROM t.complete(:l, '{"opportunity_name": "Later"}');
SELECT opportunity_id AS o FROM r \gset
SELECT is((SELECT concat_ws('/', name, account_id = :a, owner_id = :bob, stage_name IS NOT NULL, campaign_id IS NOT NULL) FROM crm.opportunity WHERE id = :o), 'Later/t/t/t/t',
    'the opportunity is as one made by a conversion: name, account, owner, stage, campaign');
SELECT is((SELECT concat_ws('/', is_converted, converted_account_id, converted_contact_id, converted_opportunity_id, status) FROM crm.lead WHERE id = :l),
    concat_ws('/', 't', :a, :c, :o, 'Closed - Converted'), 'the lead names it');
SELECT is((SELECT array_agg(concat_ws('/', contact_id, is_primary)) FROM crm.opportunity_contact_role WHERE opportunity_id = :o), ARRAY[:c || '/t'], 'the contact has the primary role in it');
SELECT is(t.rows(:l), 'cao,cao cao,cao lc c c,c c,c l,a,c,o ca,ca c,c c,c c,c c,c c,c c,c', 'activities and files are on the opportunity as well, and nothing else');
SELECT is((SELECT string_agg(table_name, ',' ORDER BY table_name) FROM (
              SELECT DISTINCT split_part(x, ':', 1) AS table_name FROM (SELECT unnest(t.dump()) EXCEPT SELECT unnest(:'before'::text[])) d (x)) y),
    'content_document_link,event,lead,lead_conversion,opportunity,opportunity_contact_role,task', 'nothing else changed');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE lead_id = :l), 1::bigint, 'the ledger has one conversion');
SELECT is((SELECT concat_ws('/', account_id, contact_id, opportunity_id, account_created, contact_created, opportunity_created) FROM crm.lead_conversion WHERE lead_id = :l),
    concat_ws('/', :a, :c, :o, 't', 't', 't'), '... with all that was made');
SELECT is((SELECT concat_ws('/', jsonb_array_length(completions), completions #>> '{0,created_by_id}', completions #>> '{0,created_by_role}', completions #>> '{0,request,opportunity_name}', completions #> '{0,before,opportunity_id}', completions #>> '{0,before,contact_id}')
           FROM crm.lead_conversion WHERE lead_id = :l), concat_ws('/', 1, :ann, current_user, 'Later', :c), '... and who completed it, with what, and what there was before');
SELECT is((SELECT array_agg(value ORDER BY value::text) FROM crm.lead_conversion, jsonb_array_elements(undo -> 'rows') WHERE lead_id = :l),
    (SELECT array_agg(jsonb_build_object('table', n, 'key', jsonb_build_object('id', id), 'revision', 3) ORDER BY jsonb_build_object('table', n, 'key', jsonb_build_object('id', id), 'revision', 3)::text)
     FROM (SELECT 'crm.task', id FROM crm.task UNION ALL SELECT 'crm.event', id FROM crm.event) x (n, id)), '... and which revision the rows have now');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start_state', '{crm}'), NULL, '... everything is as it was before the conversion');

--
-- A contact first, then the account, then the opportunity
--
SELECT t.laden_lead() AS l \gset
SELECT t.state('{crm}') AS start_state \gset
SELECT contact_id AS c FROM t.convert(:l, '{"do_not_create_account": true, "do_not_create_opportunity": true}') \gset
SELECT is(t.rows(:l), 'c c lc c c c l,c c c c c c c c', 'converted to a contact');
SELECT ok(account_created AND NOT contact_created AND NOT opportunity_created AND opportunity_id IS NULL, 'the account alone') FROM t.complete(:l, '{"do_not_create_opportunity": true, "account_record": {"industry": "Steel"}}');
SELECT account_id AS a FROM r \gset
SELECT is((SELECT concat_ws('/', name, industry) FROM crm.account WHERE id = :a), 'Acme/Steel', 'made from the lead and the values of the request');
SELECT is((SELECT account_id FROM crm.contact WHERE id = :c), :a::bigint, 'the contact belongs to it');
SELECT is((SELECT array_agg(concat_ws('/', account_id, is_direct, is_active)) FROM crm.account_contact_relation WHERE contact_id = :c), ARRAY[:a || '/t/t'], '... and is related to it');
SELECT is((SELECT count(*) FROM crm.entity_subscription WHERE account_id = :a AND subscriber_id = :ann), 1::bigint, 'the user follows the new account');
SELECT is(t.rows(:l), 'ca ca lc c c c l,c,a ca c c c c c c', 'activities, notes and files go to the account');
SELECT is((SELECT concat_ws(' ', undo #> '{fields,contact,account_id}', filled_fields) FROM crm.lead_conversion WHERE lead_id = :l), format('[null, %s] {"contact": ["account_id"]}', :a), 'the ledger says that the contact had no account');
SELECT ok(opportunity_created AND NOT account_created, 'then the opportunity') FROM t.complete(:l);
SELECT is((SELECT concat_ws('/', name, o.account_id) FROM crm.opportunity o JOIN r ON id = opportunity_id), 'Acme/' || :a, 'named as usual, with the account');
SELECT is(t.rows(:l), 'cao cao lc c c c l,c,a,o ca c c c c c c', 'activities and files go to it');
SELECT is((SELECT jsonb_array_length(completions) FROM crm.lead_conversion WHERE lead_id = :l), 2, 'both completions are in the ledger');
SELECT is((SELECT undo #> '{fields,contact,account_id}' FROM crm.lead_conversion WHERE lead_id = :l), jsonb_build_array(NULL, :a), 'with what the first one said');
SELECT is((SELECT array_agg(DISTINCT value -> 'revision') FROM crm.lead_conversion, jsonb_array_elements(undo -> 'rows') WHERE lead_id = :l), '{4}', '... and the last revision of each row, once');
SELECT is((SELECT revision::text FROM crm.contact WHERE id = :c), (SELECT undo #>> '{revision,contact}' FROM crm.lead_conversion WHERE lead_id = :l), '... and of the contact');
SELECT t.refuses_completion(:l, '{}', 'LC005', 'nothing is missing', 'a third time');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start_state', '{crm}'), NULL, '... everything is as it was before the conversion');

--
-- All that is missing at once; a contact that is missing
--
SELECT t.laden_lead() AS l \gset
SELECT t.state('{crm}') AS start_state \gset
SELECT warnings AS w FROM t.convert(:l, '{"do_not_create_contact": true, "do_not_create_opportunity": true}') \gset
SELECT is(t.rows(:l), 'a a l l l l l,a a l l l l l l', 'without a contact, what is only the contact''s stays on the lead');
SELECT ok(NOT account_created AND contact_created AND opportunity_created, 'what is missing, without being asked') FROM t.complete(:l);
SELECT is(t.rows(:l), 'cao cao lc c c c l,a,c,o ca c c c c c c', 'what stayed on the lead follows');
SELECT is((SELECT concat_ws('/', c.account_id = r.account_id, o.account_id = r.account_id, ro.is_primary, re.is_direct) FROM r JOIN crm.contact c ON c.id = r.contact_id JOIN crm.opportunity o ON o.id = r.opportunity_id
           JOIN crm.opportunity_contact_role ro ON ro.contact_id = c.id JOIN crm.account_contact_relation re ON re.contact_id = c.id), 't/t/t/t', 'all belongs together');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start_state', '{crm}'), NULL, '... everything is as it was before the conversion');

-- an opportunity first
SELECT t.laden_lead() AS l \gset
SELECT t.state('{crm}') AS start_state \gset
SELECT opportunity_id AS o FROM t.convert(:l, '{"do_not_create_contact": true, "do_not_create_account": true}') \gset
SELECT is(t.rows(:l), 'o o l l l l l,o l l l l l l l', 'an opportunity only');
SELECT ok(account_created AND contact_created AND NOT opportunity_created, 'account and contact later') FROM t.complete(:l);
SELECT is((SELECT account_id FROM crm.opportunity WHERE id = :o), (SELECT account_id FROM r), 'the opportunity gets the account');
SELECT is(t.rows(:l), 'cao cao lc c c c l,o,a,c ca c c c c c c', 'and all rows go where they belong');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start_state', '{crm}'), NULL, '... everything is as it was before the conversion');

--
-- Existing records
--
SELECT t.new('account', '{"name": "Old", "phone": "1"}') AS a \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old deal', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT t.lead('{"phone": "2", "industry": "Steel", "lead_source": "Web"}') AS l \gset
INSERT INTO crm.task (lead_id, subject) VALUES (:l, 'Call');
SELECT t.state('{crm}') AS start_state \gset
SELECT contact_id AS c FROM t.convert(:l, '{"do_not_create_account": true, "do_not_create_opportunity": true}') \gset
SELECT ok(NOT account_created AND NOT contact_created AND NOT opportunity_created AND account_id = :a AND opportunity_id = :o, 'existing account and opportunity')
  FROM t.complete(:l, jsonb_build_object('account_id', :a, 'opportunity_id', :o));
SELECT is((SELECT concat_ws('/', name, phone, industry) FROM crm.account WHERE id = :a), 'Old/1/Steel', 'the account''s empty fields are filled');
SELECT is((SELECT concat_ws('/', name, lead_source) FROM crm.opportunity WHERE id = :o), 'Old deal/Web', 'so are the opportunity''s');
SELECT is((SELECT concat_ws('/', account_id = :a, contact_id = :c, opportunity_id = :o) FROM crm.task WHERE source_lead_id = :l), 't/t/t', 'the task goes to them');
SELECT is((SELECT count(*) FROM crm.entity_subscription WHERE account_id = :a), 0::bigint, 'an existing account is not followed');
SELECT is((SELECT concat_ws('/', account_created, contact_created, opportunity_created, undo -> 'made') FROM crm.lead_conversion WHERE lead_id = :l), 'f/t/f/["role", "relation"]', 'the ledger says what was made');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start_state', '{crm}'), NULL, '... everything is as it was before the conversion');

-- the contact has come to belong to an account since
SELECT t.lead() AS l \gset
SELECT contact_id AS c FROM t.convert(:l, '{"do_not_create_account": true, "do_not_create_opportunity": true}') \gset
UPDATE crm.contact SET account_id = :a WHERE id = :c;
SELECT t.new('account', '{"name": "Third"}') AS third \gset
SELECT t.refuses_completion(:l, '{}', 'LC002', format('contact %s does not belong to the new account', :c), 'no account is made beside the contact''s own');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = false;
SELECT t.refuses_completion(:l, jsonb_build_object('account_id', :third), 'LC002', format('contact %s does not belong to account %s', :c, :third), 'nor another one given');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = true;
SAVEPOINT s;
SELECT ok((t.complete(:l, jsonb_build_object('account_id', :third))).success, 'unless a contact may have several');
SELECT is((SELECT array_agg(concat_ws('/', account_id, is_direct)) FROM crm.account_contact_relation WHERE contact_id = :c), ARRAY[:third || '/f'], '... to which it is related indirectly');
ROLLBACK TO s;
SELECT ok((t.complete(:l, jsonb_build_object('account_id', :a))).success, 'its own account is the one');
SELECT is((SELECT array_agg(concat_ws('/', account_id, is_direct)) FROM crm.account_contact_relation WHERE contact_id = :c), ARRAY[:a || '/t'], '... to which it is related directly');

--
-- Tables of one's own: with a column for the lead that rows came from, without, and rows that keep their lead
--
CREATE TABLE t.visit (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact,
    opportunity_id bigint REFERENCES crm.opportunity, came_from bigint);
CREATE TABLE t.quote (a int, b text, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact, account_id bigint REFERENCES crm.account,
    opportunity_id bigint REFERENCES crm.opportunity, PRIMARY KEY (a, b));
CREATE TABLE t.survey (LIKE t.quote INCLUDING ALL, FOREIGN KEY (lead_id) REFERENCES crm.lead);
CREATE TABLE t.loose (n int, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact, opportunity_id bigint REFERENCES crm.opportunity);
CREATE INDEX ON t.visit (lead_id); CREATE INDEX ON t.quote (lead_id); CREATE INDEX ON t.survey (lead_id); CREATE INDEX ON t.loose (lead_id);
SELECT leadconv.register_related_list('t.visit', 'lead_id', 'contact_id', opportunity_column => 'opportunity_id', source_column => 'came_from');
SELECT leadconv.register_related_list('t.quote', 'lead_id', 'contact_id', 'account_id', 'opportunity_id');
SELECT leadconv.register_related_list('t.survey', 'lead_id', 'contact_id', 'account_id', 'opportunity_id');
SELECT leadconv.register_related_list('t.loose', 'lead_id', 'contact_id', opportunity_column => 'opportunity_id');
UPDATE crm.related_list SET keep_lead = true WHERE child = 't.survey'::regclass;
CREATE FUNCTION t.own(l bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(x, ' ' ORDER BY n) FROM (
        SELECT 1, concat('visit:', CASE WHEN lead_id = l THEN 'l' END, CASE WHEN contact_id IS NOT NULL THEN 'c' END, CASE WHEN opportunity_id IS NOT NULL THEN 'o' END) FROM t.visit
        UNION ALL SELECT 2 + a, concat('quote:', CASE WHEN lead_id = l THEN 'l' END, CASE WHEN contact_id IS NOT NULL THEN 'c' END, CASE WHEN account_id IS NOT NULL THEN 'a' END, CASE WHEN opportunity_id IS NOT NULL THEN 'o' END) FROM t.quote
        UNION ALL SELECT 5, concat('survey:', CASE WHEN lead_id = l THEN 'l' END, CASE WHEN contact_id IS NOT NULL THEN 'c' END, CASE WHEN account_id IS NOT NULL THEN 'a' END, CASE WHEN opportunity_id IS NOT NULL THEN 'o' END) FROM t.survey
        UNION ALL SELECT 6, concat('loose:', CASE WHEN lead_id = l THEN 'l' END, CASE WHEN contact_id IS NOT NULL THEN 'c' END, CASE WHEN opportunity_id IS NOT NULL THEN 'o' END) FROM t.loose) y (n, x) $$;
SELECT t.lead() AS l \gset
INSERT INTO t.visit (lead_id) VALUES (:l);
INSERT INTO t.quote (a, b, lead_id, account_id) VALUES (1, 'x', :l, NULL), (1, 'y', :l, :a), (2, 'x', NULL, NULL);
INSERT INTO t.survey (a, b, lead_id) VALUES (1, 'x', :l);
INSERT INTO t.loose (n, lead_id) VALUES (1, :l);
SELECT t.state('{crm,t}') AS start_state \gset
SELECT t.convert(:l, '{"do_not_create_account": true, "do_not_create_opportunity": true}') AS ignored \gset
SELECT is(t.own(:l), 'visit:c quote:c quote:ca quote: survey:lc loose:c', 'converted to a contact');
-- of the contact as well, but not of the lead
UPDATE t.quote SET contact_id = (SELECT converted_contact_id FROM crm.lead WHERE id = :l) WHERE a = 2;
SELECT ok((t.complete(:l, '{"do_not_create_opportunity": true}')).success, 'the account');
SELECT is(t.own(:l), 'visit:c quote:ca quote:ca quote:c survey:lca loose:c', '... rows of the lead go to it, those of the contact only do not');
SELECT ok((t.complete(:l)).success, 'and the opportunity');
SELECT is(t.own(:l), 'visit:co quote:cao quote:cao quote:c survey:lcao loose:c', 'likewise; rows without a key stay as they were');
UPDATE t.quote SET contact_id = NULL WHERE a = 2;
UPDATE t.loose SET contact_id = NULL;
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
UPDATE t.loose SET lead_id = :l;
SELECT is(t.changed_since(:'start_state', '{crm,t}'), NULL, '... everything is as it was before the conversion');
SELECT leadconv.unregister_related_list(x) FROM unnest('{t.visit,t.quote,t.survey,t.loose}'::regclass[]) x;

--
-- Person accounts
--
UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.laden_lead('{"company": null}') AS l \gset
SELECT t.state('{crm}') AS start_state \gset
SELECT account_id AS pa, contact_id AS pc FROM t.convert(:l, '{"do_not_create_opportunity": true}') \gset
SELECT t.rows(:l) AS rows_before \gset
SELECT ok(opportunity_created AND NOT account_created AND NOT contact_created AND account_id = :pa AND contact_id = :pc AND errors = '{}', 'a person account gets an opportunity') FROM t.complete(:l, '{"opportunity_name": "For a person"}');
SELECT is((SELECT concat_ws('/', o.account_id = :pa, ro.contact_id = :pc, ro.is_primary) FROM crm.opportunity o JOIN r ON o.id = r.opportunity_id JOIN crm.opportunity_contact_role ro ON ro.opportunity_id = o.id), 't/t/t', '... with its person as the primary contact');
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE contact_id = :pc), 0::bigint, '... and no relation to itself');
SELECT is(t.rows(:l), replace(replace(:'rows_before', 'ca ca', 'cao cao'), 'l,a,c', 'l,a,c,o'), '... activities and files go to the opportunity, and what does not go to a person account stays');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start_state', '{crm}'), NULL, '... everything is as it was before the conversion');
SELECT t.lead('{"company": null, "last_name": "Person"}') AS l \gset
SELECT t.convert(:l, '{"do_not_create_account": true, "do_not_create_opportunity": true}') AS ignored \gset
SELECT t.refuses_completion(:l, '{}', 'LC001', 'has no company', 'a completion makes no person account of a contact');
SELECT t.refuses_completion(:l, jsonb_build_object('account_id', (t.convert(t.lead('{"company": null}'))).account_id), 'LC002', 'is a person account', 'nor attaches one');
SELECT ok(account_created AND opportunity_created, 'but an account that is named') FROM t.complete(:l, '{"account_record": {"name": "Firm"}}');
UPDATE crm.lead_convert_settings SET person_accounts_enabled = false;

--
-- What is refused
--
SELECT t.lead() AS l \gset
SELECT t.refuses_completion(:l, '{}', 'LC022', 'has not been converted', 'a lead that is not converted');
SELECT t.refuses_completion(0, '{}', 'LC016', 'lead 0 does not exist', 'a lead that does not exist');
SELECT t.fails('SELECT leadconv.complete_lead_conversion(NULL)', 'LC001', 'leadId must be specified', 'no lead');
SELECT account_id AS a2, contact_id AS c2 FROM t.convert(:l, '{"do_not_create_opportunity": true}') \gset
SELECT t.refuses_completion(:l, arg, 'LC005', format('lead %s has been converted to %s', :l, what), 'what exists already: ' || arg::text)
  FROM (VALUES (jsonb_build_object('account_id', :a), 'account ' || :a2), (jsonb_build_object('account_id', :a2), 'account ' || :a2), ('{"account_record": {}}', 'account ' || :a2),
               (jsonb_build_object('contact_id', :c2), 'contact ' || :c2), ('{"contact_record": {"title": "x"}}', 'contact ' || :c2)) v (arg, what);
SELECT t.refuses_completion(:l, '{"do_not_create_opportunity": true}', 'LC022', 'adds nothing', 'nothing to add');
SELECT t.refuses_completion(:l, jsonb_build_object('opportunity_id', :o), 'LC002', format('opportunity %s does not belong to account %s', :o, :a2), 'an opportunity of another account');
SELECT t.refuses_completion(:l, '{"opportunity_id": 0}', 'LC016', 'opportunity 0 does not exist', 'no id');
SELECT t.refuses_completion(:l, '{"opportunity_name": "x", "do_not_create_opportunity": true}', 'LC003', 'doNotCreateOpportunity', 'arguments that do not go together');
SELECT t.refuses_completion(:l, '{"opportunity_record": {"no_such": 1}}', 'LC003', 'no_such', 'an unknown column');
SELECT t.refuses_completion(:l, '{"options": {"x": 1}}', 'LC003', 'unknown key', 'an unknown option');
SELECT t.refuses_completion(:l, jsonb_build_object('owner_id', t.new('app_user', '{"name": "Q", "user_type": "Queue"}')), 'LC008', 'owned by users', 'a queue as owner');
UPDATE crm.contact SET is_deleted = true WHERE id = :c2;
SELECT t.refuses_completion(:l, '{}', 'LC006', format('contact %s is deleted', :c2), 'a contact in the recycle bin');
UPDATE crm.contact SET is_deleted = false WHERE id = :c2;

-- a contact that was deleted since is missing
DELETE FROM crm.contact WHERE id = :c2;
SELECT ok(contact_created AND opportunity_created, 'a record that was deleted is missing') FROM t.complete(:l);
SELECT is((SELECT concat_ws('/', contact_id = (SELECT contact_id FROM r), contact_created, account_created) FROM crm.lead_conversion WHERE lead_id = :l), 't/t/t', 'the ledger names the new one');

--
-- Settings
--
UPDATE crm.lead_convert_settings SET convert_to_account = false, convert_to_opportunity = false;
SELECT t.lead() AS l \gset
SELECT ok(contact_created AND account_id IS NULL, 'converted to a contact by the settings') FROM t.convert(:l);
SELECT ok(account_created AND opportunity_created, 'a completion is asked for what is missing') FROM t.complete(:l);
UPDATE crm.lead_convert_settings SET convert_to_account = true, convert_to_opportunity = true, opportunity_name_template = '{company}-';
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"do_not_create_opportunity": true}') AS ignored \gset
SELECT t.complete(:l) AS ignored \gset
SELECT is((SELECT name FROM crm.opportunity JOIN r ON id = opportunity_id), 'Acme-', 'the template names the opportunity');
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"do_not_create_opportunity": true}') AS ignored \gset
SELECT t.complete(:l, jsonb_build_object('owner_id', :ann, 'send_notification_email', true, 'reason', 'asked for', 'opportunity_record', '{"amount": 7}'::jsonb)) AS ignored \gset
SELECT is((SELECT concat_ws('/', o.owner_id = :ann, o.amount, (SELECT count(*) FROM crm.notification n WHERE n.opportunity_id = o.id AND n.user_id = :ann), (SELECT completions #>> '{0,reason}' FROM crm.lead_conversion c WHERE c.opportunity_id = o.id))
           FROM crm.opportunity o JOIN r ON o.id = r.opportunity_id), 't/7/1/asked for', 'owner, values, notification, reason');

-- a retry of the conversion gets the result of the conversion
SELECT t.lead() AS l \gset
CREATE TEMP TABLE first_result AS SELECT x::text AS result FROM t.convert(:l, '{"do_not_create_opportunity": true, "request_id": "r1"}') x;
SELECT t.complete(:l) AS ignored \gset
SELECT is(x::text, (SELECT result FROM first_result), 'a retry of the conversion gets its first result, not what was added') FROM t.convert(:l, '{"do_not_create_opportunity": true, "request_id": "r1"}') x;

-- an import has left a converted lead without a row in the ledger
SELECT t.new('account', '{"name": "Imported"}') AS a \gset
SELECT t.lead(jsonb_build_object('is_converted', true, 'converted_date', '2020-01-01', 'converted_account_id', :a, 'status', 'Closed - Converted')) AS l \gset
SELECT ok(contact_created AND opportunity_created AND account_id = :a, 'a lead that was imported as converted') FROM t.complete(:l);
SELECT is((SELECT concat_ws('/', origin, account_created, contact_created, opportunity_created) FROM crm.lead_conversion WHERE lead_id = :l), 'imported/f/t/t', 'the ledger has a row for it from then on');

--
-- Triggers
--
CREATE TABLE t.seen (what text);
CREATE FUNCTION t.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO t.seen VALUES (concat_ws(' ', TG_TABLE_NAME, leadconv.is_converting(), leadconv.converting_lead_id()));
    RETURN NULL;
END $$;
CREATE TRIGGER zz AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.see();
CREATE TRIGGER zz AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.see();
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"do_not_create_opportunity": true}') AS ignored \gset
DELETE FROM t.seen;
SELECT ok((t.complete(:l)).success, 'triggers fire');
SELECT is((SELECT array_agg(what) FROM t.seen), ARRAY['opportunity t ' || :l, 'lead t ' || :l], 'and know that a lead is being converted');
DROP TRIGGER zz ON crm.opportunity;
DROP TRIGGER zz ON crm.lead;
-- a user's own row in the way
CREATE FUNCTION t.own_role() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, role) SELECT NEW.id, c.id, 'Own' FROM crm.contact c WHERE c.account_id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER zz AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.own_role();
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"do_not_create_opportunity": true}') AS ignored \gset
SELECT ok((t.complete(:l)).success, 'a trigger has made the role');
SELECT is((SELECT array_agg(concat_ws('/', role, is_primary)) FROM crm.opportunity_contact_role JOIN r USING (opportunity_id)), '{Own/t}', 'there is one, and it is primary');
DROP TRIGGER zz ON crm.opportunity;
-- a trigger that adds to the lead in the midst
CREATE FUNCTION t.add_task() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO crm.task (lead_id, subject) VALUES (leadconv.converting_lead_id(), 'Added');
    RETURN NULL;
END $$;
CREATE TRIGGER zz AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.add_task();
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"do_not_create_opportunity": true}') AS ignored \gset
SELECT ok((t.complete(:l)).success, 'a trigger adds a task to the lead');
SELECT is((SELECT concat_ws('/', k.lead_id, k.contact_id = r.contact_id, k.opportunity_id = r.opportunity_id) FROM crm.task k, r WHERE k.source_lead_id = :l AND subject = 'Added'), 't/t', 'it is carried over');
DROP TRIGGER zz ON crm.opportunity;
-- ... when the ledger is written
CREATE TRIGGER zz AFTER UPDATE ON crm.lead_conversion FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION t.add_task();
SELECT t.lead(jsonb_build_object('owner_id', :bob)) AS l \gset
INSERT INTO crm.task (lead_id, subject, owner_id) VALUES (:l, 'First', :ann);
SELECT t.convert(:l, '{"do_not_create_opportunity": true}') AS ignored \gset
SELECT ok((t.complete(:l)).success, 'a trigger on the ledger adds a task to the lead');
SELECT is((SELECT concat_ws('/', jsonb_array_length(completions), jsonb_array_length(owner_changes)) FROM crm.lead_conversion WHERE lead_id = :l), '1/1', 'one completion, and each change once');
DROP TRIGGER zz ON crm.lead_conversion;
-- a converted lead stays locked for the triggers
CREATE FUNCTION t.edit_lead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE TG_ARGV[0];
    RETURN NULL;
END $$;
CREATE ROLE lc_t_plain;
SELECT t.lead() AS l \gset
SELECT t.convert(:l, '{"do_not_create_opportunity": true}') AS ignored \gset
CREATE TRIGGER zz AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.edit_lead('UPDATE crm.lead SET converted_opportunity_id = (SELECT max(id) FROM crm.opportunity) WHERE id = leadconv.converting_lead_id()');
SELECT t.refuses_completion(:l, '{}', 'LC005', 'cannot reference converted lead', 'a trigger does not set what is the engine''s');
DROP TRIGGER zz ON crm.opportunity;
CREATE FUNCTION t.unconvert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.converted_date := '2001-01-01';
    RETURN NEW;
END $$;
CREATE TRIGGER zz BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.unconvert();
SELECT t.refuses_completion(:l, '{}', 'LC005', 'cannot reference converted lead', 'nor changes the conversion along with it');
DROP TRIGGER zz ON crm.lead;
-- a conversion within, a completion within
CREATE FUNCTION t.again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM leadconv.complete_lead_conversion(leadconv.converting_lead_id());
    RETURN NULL;
END $$;
CREATE TRIGGER zz AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.again();
SELECT t.refuses_completion(:l, '{}', 'LC005', 'is being converted', 'a completion in its own midst');
DROP TRIGGER zz ON crm.opportunity;

--
-- Privileges and row security
--
SELECT is((SELECT has_function_privilege('lc_t_plain', p.oid, 'EXECUTE') FROM pg_proc p WHERE proname = 'complete_lead_conversion'), false, 'not for everybody');
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_plain;
GRANT EXECUTE ON FUNCTION leadconv.complete_lead_conversion TO lc_t_plain;
GRANT SELECT, UPDATE ON crm.lead, crm.account, crm.contact TO lc_t_plain;
UPDATE crm.app_user SET db_role = 'lc_t_plain' WHERE id = :bob;
SET LOCAL leadconv.user_id = '';
INSERT INTO crm.note (lead_id, title) SELECT id, 'n' FROM crm.lead WHERE false;
SELECT is(t.as_role('lc_t_plain', format('SELECT success FROM leadconv.complete_lead_conversion(%s)', :l)), '42501 permission denied for table opportunity', 'who may not create an opportunity');
GRANT INSERT ON crm.opportunity TO lc_t_plain;
CREATE POLICY p ON crm.lead USING (company <> 'Hidden');
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
SELECT t.lead('{"company": "Hidden"}') AS h \gset
SELECT t.convert(:h, '{"do_not_create_opportunity": true}') AS ignored \gset
SELECT is(t.as_role('lc_t_plain', format('SELECT success FROM leadconv.complete_lead_conversion(%s)', :h)), format('LC016 lead %s does not exist', :h), 'a lead that policies hide');
CREATE POLICY hide ON crm.lead AS RESTRICTIVE FOR SELECT USING (NOT is_converted);
SELECT is(t.as_role('lc_t_plain', format('SELECT success FROM leadconv.complete_lead_conversion(%s)', :l)), format('LC016 lead %s does not exist', :l), '... because it is converted');
DROP POLICY hide ON crm.lead;
ALTER TABLE crm.contact ENABLE ROW LEVEL SECURITY;
SELECT is(t.as_role('lc_t_plain', format('SELECT success FROM leadconv.complete_lead_conversion(%s)', :l)), (SELECT format('LC016 contact %s does not exist', converted_contact_id) FROM crm.lead WHERE id = :l), 'a contact that they hide');
ALTER TABLE crm.contact DISABLE ROW LEVEL SECURITY;
SELECT is(t.as_role('lc_t_plain', format('SELECT success FROM leadconv.complete_lead_conversion(%s)', :l)), 'true', 'and with all that it takes');
SELECT is((SELECT concat_ws('/', created_by_role, completions #>> '{0,created_by_role}', completions #>> '{0,created_by_id}') FROM crm.lead_conversion WHERE lead_id = :l), concat_ws('/', current_user, 'lc_t_plain', :bob), 'the ledger says who');
ALTER TABLE crm.lead DISABLE ROW LEVEL SECURITY;

--
-- What it would do
--
SELECT t.new('account', '{"name": "Look"}') AS a \gset
SELECT t.lead() AS l \gset
SELECT contact_id AS c FROM t.convert(:l, '{"do_not_create_account": true, "do_not_create_opportunity": true}') \gset
SELECT t.dump() AS before \gset
CREATE TEMP TABLE looked AS SELECT * FROM leadconv.preview_lead_completion(:l, account_id => :a, opportunity_name => 'Look');
SELECT is(t.difference(:'before', t.dump()), NULL, 'a look changes nothing');
SELECT is((SELECT string_agg(DISTINCT step, ' ' ORDER BY step) FROM looked), 'account argument contact lead opportunity relation role', 'it tells of what would be changed');
SELECT is((SELECT concat_ws('/', record_id, field, new_value, source) FROM looked WHERE step = 'contact' AND field IS NOT NULL), concat_ws('/', :c, 'account_id', :a, 'engine'), '... that the contact gets the account');
SELECT is((SELECT new_value FROM looked WHERE step = 'opportunity' AND field = 'name'), 'Look', '... and of the new opportunity');
SELECT is((SELECT string_agg(status_code, ' ' ORDER BY status_code) FROM leadconv.preview_lead_completion(:l, contact_id => :c, opportunity_id => 0) WHERE step = 'error'),
    'CANNOT_UPDATE_CONVERTED_LEAD INVALID_CROSS_REFERENCE_KEY INVALID_FIELD REQUIRED_FIELD_MISSING', '... and why it would be refused');

SELECT * FROM finish();
ROLLBACK;
