-- One result for each request, in request order; requests may differ in every
-- option; the JSON variant gives the same.
BEGIN;
\ir helpers.psql
\ir bulk.psql
SELECT no_plan();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.new('account', '{"name": "Old Account"}') AS a \gset
SELECT t.new('account', '{"name": "Other Account"}') AS a2 \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old2', 'account_id', :a2)) AS c2 \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old Opp', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT t.new('opportunity', '{"name": "Free Opp", "stage_name": "Prospecting", "close_date": "2030-01-01"}') AS o_free \gset

--
-- No requests
--
SELECT is_empty('SELECT * FROM leadconv.convert_leads(NULL)', 'NULL array: no rows');
SELECT is_empty('SELECT * FROM leadconv.convert_leads(''{}'')', 'empty array: no rows');
SELECT is_empty('SELECT * FROM leadconv.convert_leads_json(NULL)', 'NULL JSON: no rows');
SELECT is_empty('SELECT * FROM leadconv.convert_leads_json(''[]'')', 'empty JSON array: no rows');
SELECT is_empty('SELECT * FROM leadconv.convert_leads(''{}'', false, true, true, true)', 'empty array with all flags: no rows');
SELECT is_empty('SELECT * FROM leadconv.convert_leads(NULL, NULL, NULL, NULL, NULL)', 'all NULL: no rows');
SELECT is((SELECT count(*) FROM crm.lead_conversion_error), 0::bigint, '... and nothing is noted');

--
-- Mixed options, in an order that is not that of the ids
--
CREATE TEMP TABLE l AS SELECT i, t.lead(jsonb_build_object('last_name', 'L' || i, 'company', 'C' || i, 'phone', '555-' || i)) AS id FROM generate_series(1, 12) i;
CREATE FUNCTION t.l(which int) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM l WHERE i = which';
SELECT t.run(jsonb_build_array(
    jsonb_build_object('lead_id', t.l(7)),
    jsonb_build_object('lead_id', t.l(3), 'account_id', :a),
    jsonb_build_object('lead_id', t.l(9), 'account_id', :a, 'contact_id', :c),
    jsonb_build_object('lead_id', t.l(1), 'do_not_create_opportunity', true),
    jsonb_build_object('lead_id', t.l(8), 'account_id', :a, 'opportunity_id', :o),
    jsonb_build_object('lead_id', t.l(2), 'account_id', :a2, 'contact_id', :c2, 'do_not_create_opportunity', true, 'overwrite_lead_source', true),
    jsonb_build_object('lead_id', t.l(4), 'account_record', '{"name": "From Record", "industry": "Banking"}'::jsonb, 'contact_record', '{"title": "CEO"}'::jsonb,
                       'opportunity_record', '{"amount": 12.5}'::jsonb, 'opportunity_name', 'Named'),
    jsonb_build_object('lead_id', t.l(5), 'owner_id', :bob, 'send_notification_email', true, 'reason', 'why', 'request_id', 'R5'),
    jsonb_build_object('lead_id', t.l(6), 'do_not_create_contact', true, 'do_not_create_opportunity', true),
    jsonb_build_object('lead_id', t.l(10), 'follow_up_task', '{"subject": "Call"}'::jsonb)));
SELECT is(t.outcome(), '+ + + + + + + + + +', 'mixed options: ten successes');
SELECT is((SELECT array_agg((SELECT i FROM l WHERE l.id = lead_id) ORDER BY n) FROM r), ARRAY[7, 3, 9, 1, 8, 2, 4, 5, 6, 10], '... in request order');
SELECT is((SELECT string_agg(account_created::int::text || contact_created::int || opportunity_created::int, ' ' ORDER BY n) FROM r),
          '111 011 001 110 010 000 111 111 100 111', '... created flags');
SELECT is((SELECT array_agg(account_id ORDER BY n) FROM r WHERE n IN (2, 3, 5, 6)), ARRAY[:a, :a, :a, :a2]::bigint[], '... existing accounts');
SELECT is((SELECT array_agg(opportunity_id ORDER BY n) FROM r WHERE n IN (4, 5, 6, 9)), ARRAY[NULL, :o, NULL, NULL]::bigint[], '... opportunities given or left out');
SELECT ok((SELECT contact_id IS NULL AND warnings = '{}' FROM r WHERE n = 9), '... no contact, nothing left behind, no warning');
SELECT is((SELECT count(*) FROM r WHERE errors <> '{}'), 0::bigint, '... no errors');
SELECT results_eq('SELECT a.name::text, a.industry::text, c.title::text, o.name::text, o.amount FROM r JOIN crm.account a ON a.id = r.account_id JOIN crm.contact c ON c.id = r.contact_id JOIN crm.opportunity o ON o.id = r.opportunity_id WHERE n = 7',
                  $$VALUES ('From Record', 'Banking', 'CEO', 'Named', 12.5)$$, '... record values only where given');
SELECT is((SELECT count(*) FROM crm.account WHERE industry = 'Banking'), 1::bigint, '... in no other request');
SELECT results_eq('SELECT a.owner_id, c.owner_id, o.owner_id FROM r JOIN crm.account a ON a.id = r.account_id JOIN crm.contact c ON c.id = r.contact_id JOIN crm.opportunity o ON o.id = r.opportunity_id WHERE n = 8',
                  format('VALUES (%s::bigint, %s::bigint, %s::bigint)', :bob, :bob, :bob), '... owner of one request');
SELECT is((SELECT count(*) FROM crm.notification), 1::bigint, '... one notification');
SELECT results_eq('SELECT lead_id FROM crm.lead_conversion WHERE request_id = ''R5'' AND reason = ''why''', 'SELECT t.l(5)', '... request id and reason in the ledger');
SELECT is((SELECT count(*) FROM crm.task t JOIN r ON r.contact_id = t.contact_id WHERE n = 10 AND subject = 'Call'), 1::bigint, '... one follow-up task');
SELECT is((SELECT count(*) FROM crm.task), 1::bigint, '... and no other');
SELECT is((SELECT count(*) FROM crm.lead_conversion), 10::bigint, '... ten ledger rows');
SELECT bag_eq('SELECT lead_id, account_id, contact_id, opportunity_id, account_created, contact_created, opportunity_created FROM r',
              'SELECT lead_id, account_id, contact_id, opportunity_id, account_created, contact_created, opportunity_created FROM crm.lead_conversion', '... which say what the results say');
SELECT bag_eq('SELECT lead_id, account_id, contact_id, opportunity_id FROM r',
              'SELECT id, converted_account_id, converted_contact_id, converted_opportunity_id FROM crm.lead WHERE is_converted', '... and so do the leads');
SELECT is((SELECT count(*) FROM crm.opportunity_contact_role x JOIN r ON r.opportunity_id = x.opportunity_id AND r.contact_id = x.contact_id), 7::bigint, '... one role for each contact with an opportunity');

--
-- The same lead twice
--
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', t.l(11)), jsonb_build_object('lead_id', t.l(12)), jsonb_build_object('lead_id', t.l(11))), false);
SELECT is(t.outcome(), '+ + CANNOT_UPDATE_CONVERTED_LEAD', 'the same lead twice: the second fails');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE lead_id = t.l(11)), 1::bigint, '... converted once');
SELECT is((SELECT (request_position, lead_id)::text FROM crm.lead_conversion_error), '(3,' || t.l(11) || ')', '... noted with its position');
SELECT t.lead() AS twice \gset
SELECT t.fails(format('SELECT * FROM leadconv.convert_leads(t.requests(''[{"lead_id": %1$s}, {"lead_id": %1$s}]''))', :twice), 'LC005', 'converted already', 'the same lead twice, all or none', true, 'request 2 of 2');
-- three times, and interleaved: order and count of the results stay
SELECT t.lead() AS x \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :twice), jsonb_build_object('lead_id', :twice), jsonb_build_object('lead_id', :x), jsonb_build_object('lead_id', :twice), jsonb_build_object('lead_id', :x)), false);
SELECT is(t.outcome(), '+ CANNOT_UPDATE_CONVERTED_LEAD + CANNOT_UPDATE_CONVERTED_LEAD CANNOT_UPDATE_CONVERTED_LEAD', 'repeated leads, interleaved');
SELECT is((SELECT array_agg(lead_id ORDER BY n) FROM r), ARRAY[:twice, :twice, :x, :twice, :x]::bigint[], '... in request order');

-- the same request id twice, for the same lead (a replay) and for another
SELECT t.lead() AS l1 \gset
SELECT t.lead() AS l2 \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l1, 'request_id', 'same'), jsonb_build_object('lead_id', :l1, 'request_id', 'same'), jsonb_build_object('lead_id', :l2, 'request_id', 'same')), false);
SELECT is(t.outcome(), '+ + DUPLICATE_VALUE', 'the same request id: a replay, then refused for another lead');
SELECT is((SELECT count(DISTINCT account_id) FROM r WHERE success), 1::bigint, '... the replay gives the first result');
SELECT is((SELECT array_agg(account_created ORDER BY n) FROM r), ARRAY[true, true, false], '... created flags of the first result');
SELECT is(t.get('lead', :l2, 'is_converted'), 'false', '... the other lead is not converted');

--
-- Two leads into the same existing records: the first in request order fills
--
SELECT t.new('account', '{"name": "Empty"}') AS e \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Empty', 'account_id', :e)) AS ec \gset
SELECT t.lead('{"phone": "1", "industry": null, "lead_source": "Web", "email": null, "title": "A"}') AS l1 \gset
SELECT t.lead('{"phone": "2", "industry": "Media", "lead_source": "Other", "email": "2@x.org", "title": "B"}') AS l2 \gset
SELECT t.lead('{"phone": "3", "industry": "Retail", "lead_source": "Partner Referral", "email": "3@x.org", "title": "C"}') AS l3 \gset
SELECT t.run(jsonb_build_array(
    jsonb_build_object('lead_id', :l2, 'account_id', :e, 'contact_id', :ec),
    jsonb_build_object('lead_id', :l1, 'account_id', :e, 'contact_id', :ec, 'overwrite_lead_source', true),
    jsonb_build_object('lead_id', :l3, 'account_id', :e, 'contact_id', :ec)));
SELECT is(t.outcome(), '+ + +', 'three leads into one contact');
SELECT results_eq(format('SELECT phone::text, industry::text, account_source::text FROM crm.account WHERE id = %s', :e), $$VALUES ('2', 'Media', 'Other')$$, '... the first in request order fills the account');
SELECT results_eq(format('SELECT phone::text, title::text, email::text, lead_source::text FROM crm.contact WHERE id = %s', :ec), $$VALUES ('2', 'B', '2@x.org', 'Web')$$, '... and the contact; overwrite_lead_source of a later one wins');
SELECT ok(coalesce(filled_fields::text, '') NOT LIKE '%industry%', '... the ledger of a lead that filled nothing says so') FROM crm.lead_conversion WHERE lead_id IN (:l1, :l3);
SELECT ok(filled_fields::text LIKE '%industry%', '... that of the first says what it filled') FROM crm.lead_conversion WHERE lead_id = :l2;
-- an empty field of the first is filled by the second
SELECT t.new('account', '{"name": "Empty 2"}') AS e \gset
SELECT t.lead('{"phone": null, "fax": "F1"}') AS l1 \gset
SELECT t.lead('{"phone": "P2", "fax": "F2"}') AS l2 \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l1, 'account_id', :e), jsonb_build_object('lead_id', :l2, 'account_id', :e)));
SELECT results_eq(format('SELECT phone::text, fax::text FROM crm.account WHERE id = %s', :e), $$VALUES ('P2', 'F1')$$, 'a field that the first leaves empty is filled by the second');
-- overwriting twice: the later one
SELECT t.new('contact', jsonb_build_object('last_name', 'Src', 'account_id', :e, 'lead_source', 'Old')) AS ec \gset
SELECT t.lead('{"lead_source": "S1"}') AS l1 \gset
SELECT t.lead('{"lead_source": "S2"}') AS l2 \gset
SELECT t.lead('{"lead_source": null}') AS l3 \gset
SELECT t.run(jsonb_build_array(
    jsonb_build_object('lead_id', :l2, 'account_id', :e, 'contact_id', :ec, 'overwrite_lead_source', true),
    jsonb_build_object('lead_id', :l1, 'account_id', :e, 'contact_id', :ec, 'overwrite_lead_source', true),
    jsonb_build_object('lead_id', :l3, 'account_id', :e, 'contact_id', :ec, 'overwrite_lead_source', true)));
SELECT is(t.get('contact', :ec, 'lead_source'), 'S1', 'two overwrite the lead source: the later one wins; an empty one does not');

-- what the first has filled is not overwritten by the same
SELECT t.new('contact', jsonb_build_object('last_name', 'Src', 'account_id', :e)) AS ec \gset
SELECT t.lead('{"lead_source": "S1"}') AS l1 \gset
SELECT t.lead('{"lead_source": "S1"}') AS l2 \gset
SELECT t.run(jsonb_build_array(
    jsonb_build_object('lead_id', :l1, 'account_id', :e, 'contact_id', :ec),
    jsonb_build_object('lead_id', :l2, 'account_id', :e, 'contact_id', :ec, 'overwrite_lead_source', true)));
SELECT is((SELECT array_agg(coalesce(filled_fields -> 'contact' ? 'lead_source', false) ORDER BY lead_id) FROM crm.lead_conversion WHERE lead_id IN (:l1, :l2)), '{t,f}', 'the same value again overwrites nothing');
-- a later one may overwrite with what there was
SELECT t.new('contact', jsonb_build_object('last_name', 'Src', 'account_id', :e, 'lead_source', 'Old')) AS ec \gset
SELECT t.lead('{"lead_source": "S1"}') AS l1 \gset
SELECT t.lead('{"lead_source": "Old"}') AS l2 \gset
SELECT t.run(jsonb_build_array(
    jsonb_build_object('lead_id', :l1, 'account_id', :e, 'contact_id', :ec, 'overwrite_lead_source', true),
    jsonb_build_object('lead_id', :l2, 'account_id', :e, 'contact_id', :ec, 'overwrite_lead_source', true)));
SELECT is(t.get('contact', :ec, 'lead_source'), 'Old', 'the later one wins also with the value that there was before');

-- an opportunity without account stays without, so it takes both
SELECT t.lead() AS l1 \gset
SELECT t.lead() AS l2 \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l1, 'account_id', :a, 'opportunity_id', :o_free), jsonb_build_object('lead_id', :l2, 'account_id', :a2, 'opportunity_id', :o_free)), false);
SELECT is(t.outcome(), '+ +', 'two leads into an opportunity without account');
SELECT is(t.get('opportunity', :o_free, 'account_id'), NULL, '... which stays without');

-- one contact and one opportunity twice: one role
SELECT t.lead() AS l1 \gset
SELECT t.lead() AS l2 \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Two', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o2 \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Second', 'account_id', :a)) AS c3 \gset
SELECT t.lead() AS l3 \gset
SELECT t.run(jsonb_build_array(
    jsonb_build_object('lead_id', :l1, 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o2),
    jsonb_build_object('lead_id', :l2, 'account_id', :a, 'contact_id', :c, 'opportunity_id', :o2),
    jsonb_build_object('lead_id', :l3, 'account_id', :a, 'contact_id', :c3, 'opportunity_id', :o2)));
SELECT is(t.outcome(), '+ + +', 'the same contact and opportunity twice');
SELECT bag_eq(format('SELECT contact_id, is_primary FROM crm.opportunity_contact_role WHERE opportunity_id = %s', :o2),
              format('VALUES (%s::bigint, true), (%s::bigint, false)', :c, :c3), '... one role each, the first is primary');

--
-- NULL elements and bad requests
--
SELECT t.lead() AS l1 \gset
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l1), NULL, '{}'::jsonb, jsonb_build_object('lead_id', 999999999), jsonb_build_object('lead_id', NULL)), false);
SELECT is(t.outcome(), '+ REQUIRED_FIELD_MISSING REQUIRED_FIELD_MISSING INVALID_CROSS_REFERENCE_KEY REQUIRED_FIELD_MISSING', 'NULL element, request without lead, missing lead');
SELECT is((SELECT array_agg(lead_id ORDER BY n) FROM r), ARRAY[:l1, NULL, NULL, 999999999, NULL]::bigint[], '... lead ids as given');
SELECT is((SELECT bool_or(account_created OR contact_created OR opportunity_created OR account_id IS NOT NULL) FROM r WHERE NOT success), false, '... failures say nothing was created');
SELECT is((SELECT array_agg(request_position ORDER BY id) FROM crm.lead_conversion_error WHERE id > (SELECT max(id) - 4 FROM crm.lead_conversion_error)), '{2,3,4,5}'::bigint[], '... and are noted');
SELECT t.lead() AS l1 \gset
SELECT t.fails(format('SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), NULL])', :l1), 'LC001', 'NULL', 'NULL element, all or none', true, 'request 2 of 2');
SELECT t.fails(format('SELECT * FROM leadconv.convert_leads(ARRAY[NULL, leadconv.new_lead_convert(%s)]::leadconv.lead_convert[])', :l1), 'LC001', 'NULL', 'NULL element first, all or none', true, 'request 1 of 2');
SELECT throws_matching(format('SELECT * FROM leadconv.convert_leads(ARRAY[ARRAY[leadconv.new_lead_convert(%s)]], NULL)', 999999999), 'does not exist', 'all_or_none NULL is the default, true; two dimensions are read as one');

--
-- JSON
--
SELECT throws_ok($$SELECT * FROM leadconv.convert_leads_json('{"lead_id": 1}')$$, 'LC018', NULL, 'JSON: an object is not an array');
SELECT throws_ok($$SELECT * FROM leadconv.convert_leads_json('1')$$, 'LC018', NULL, 'JSON: a number is not an array');
SELECT throws_ok($$SELECT * FROM leadconv.convert_leads_json('null')$$, 'LC018', NULL, 'JSON: null is not an array');
SELECT throws_ok($$SELECT * FROM leadconv.convert_leads_json('"[]"')$$, 'LC018', NULL, 'JSON: a string is not an array');
SELECT t.lead() AS l1 \gset
CREATE TEMP TABLE j AS SELECT * FROM leadconv.convert_leads_json(jsonb_build_array(
    jsonb_build_object('lead_id', :l1, 'no_such', 1),
    jsonb_build_object('lead_id', 'x'),
    jsonb_build_object('lead_id', 1.5),
    jsonb_build_object('lead_id', 1e30),
    jsonb_build_object('lead_id', :l1, 'do_not_create_opportunity', 'yes'),
    jsonb_build_object('lead_id', :l1, 'do_not_create_opportunity', 1),
    jsonb_build_object('lead_id', :l1, 'opportunity_name', 5),
    jsonb_build_object('lead_id', :l1, 'account_record', 'x'),
    jsonb_build_object('lead_id', :l1, 'account_record', '[1]'::jsonb),
    jsonb_build_object('lead_id', :l1, 'account_record', '{"nope": 1}'::jsonb),
    jsonb_build_object('lead_id', :l1, 'account_record', '{"annual_revenue": "much"}'::jsonb),
    jsonb_build_object('lead_id', :l1, 'Lead_Id', 5),
    jsonb_build_object('lead_id', :l1, 'options', '{"a": 1}'::jsonb),
    '[]'::jsonb, '7'::jsonb, 'null'::jsonb, '"lead"'::jsonb,
    jsonb_build_object('lead_id', :l1)), all_or_none => false) WITH ORDINALITY x (j, n);
SELECT is((SELECT string_agg(coalesce(j #>> '{errors,0,status_code}', '+'), ' ' ORDER BY n) FROM j),
          'INVALID_FIELD INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD'
          || ' INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_FIELD'
          || ' INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_FIELD INVALID_FIELD INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD'
          || ' INVALID_TYPE_ON_FIELD_IN_RECORD INVALID_TYPE_ON_FIELD_IN_RECORD +', 'JSON: unknown keys and wrong types are refused request by request, the last is converted');
SELECT is((SELECT j -> 'errors' -> 0 ->> 'sqlstate' FROM j WHERE n = 1), 'LC003', '... with their SQLSTATE');
SELECT is((SELECT count(*) FROM j WHERE j -> 'errors' -> 0 ->> 'hint' = '' OR (j -> 'success' = 'false' AND j -> 'errors' -> 0 ->> 'message' IS NULL)), 0::bigint, '... a message and a hint');
SELECT is((SELECT array_agg(k ORDER BY k) FROM j, jsonb_object_keys(j) k WHERE n = 18),
          (SELECT array_agg(attname::text ORDER BY attname::text) FROM pg_attribute WHERE attrelid = 'leadconv.lead_convert_result'::regclass AND attnum > 0), '... the keys of a result are those of lead_convert_result');
SELECT ok((SELECT count(*) = 17 FROM crm.lead_conversion_error WHERE id > (SELECT max(id) - 17 FROM crm.lead_conversion_error) AND request_position BETWEEN 1 AND 17), '... all seventeen are noted');
SELECT t.lead() AS l1 \gset
SELECT t.fails(format($$SELECT * FROM leadconv.convert_leads_json('[{"lead_id": %s}, {"lead_id": 5, "bad_key": 5}]')$$, :l1), 'LC003', 'bad_key', 'JSON: an unknown key, all or none', true, 'request 2 of 2');
SELECT t.fails(format($$SELECT * FROM leadconv.convert_leads_json('[{"lead_id": %s}, {"lead_id": true}]')$$, :l1), 'LC018', 'lead_id', 'JSON: a wrong type, all or none', false, 'request 2 of 2');

-- array and JSON: the same results and the same state, failures among them
CREATE TEMP TABLE big AS SELECT i, t.lead(jsonb_build_object('last_name', 'B' || i, 'company', 'Big ' || i % 7, 'email', 'b' || i % 11 || '@x.org', 'phone', i)) AS id FROM generate_series(1, 80) i;
INSERT INTO crm.task (lead_id, subject) SELECT id, 'T' || i FROM big WHERE i % 3 = 0;
CREATE TEMP TABLE q AS SELECT jsonb_agg(jsonb_build_object('lead_id', id) || CASE i % 8
        WHEN 0 THEN jsonb_build_object('account_id', :a, 'contact_id', :c)
        WHEN 1 THEN '{"do_not_create_opportunity": true}'
        WHEN 2 THEN jsonb_build_object('account_record', jsonb_build_object('name', 'R' || i, 'annual_revenue', i))
        WHEN 3 THEN jsonb_build_object('contact_id', :c)
        WHEN 4 THEN jsonb_build_object('request_id', 'q' || i, 'follow_up_task', '{"subject": "x"}'::jsonb)
        ELSE '{}' END ORDER BY i DESC) AS q FROM big;
CREATE TEMP TABLE two AS
    SELECT 1 AS n, * FROM t.trial((SELECT format('SELECT to_jsonb(x) AS j FROM leadconv.convert_leads(t.requests(%L), false) x', q) FROM q))
    UNION ALL
    SELECT 2, * FROM t.trial((SELECT format('SELECT x AS j FROM leadconv.convert_leads_json(%L, false) x', q) FROM q));
SELECT is((SELECT results FROM two WHERE n = 2), (SELECT results FROM two WHERE n = 1), 'JSON and array: the same results');
SELECT is(jsonb_array_length(results), 80, '... eighty') FROM two;
SELECT is((SELECT count(*) FROM jsonb_array_elements(results) x WHERE NOT (x #>> '{j,success}')::boolean), 10::bigint, '... ten failures') FROM two;
SELECT is(t.difference((SELECT state FROM two WHERE n = 1), (SELECT state FROM two WHERE n = 2)), NULL, '... the same state');
DELETE FROM two;
INSERT INTO two SELECT 1 AS n, * FROM t.trial((SELECT format('SELECT to_jsonb(x) AS j FROM leadconv.convert_leads(t.requests(%L), false, false, true, true) x', q) FROM q))
    UNION ALL SELECT 2, * FROM t.trial((SELECT format('SELECT x AS j FROM leadconv.convert_leads_json(%L, false, false, true, true) x', q) FROM q));
SELECT is((SELECT results FROM two WHERE n = 2), (SELECT results FROM two WHERE n = 1), 'JSON and array with reuse: the same results');
SELECT is(t.difference((SELECT state FROM two WHERE n = 1), (SELECT state FROM two WHERE n = 2)), NULL, '... the same state');

-- warnings: the task stays on a lead whose contact is not created
SELECT t.lead() AS l1 \gset
SELECT t.lead() AS l2 \gset
INSERT INTO crm.task (lead_id, subject) VALUES (:l1, 'stays'), (:l2, 'goes');
INSERT INTO crm.note (lead_id, title) VALUES (:l1, 'stays'), (:l2, 'goes');
SELECT t.run(jsonb_build_array(jsonb_build_object('lead_id', :l2), jsonb_build_object('lead_id', :l1, 'do_not_create_contact', true, 'do_not_create_account', true, 'do_not_create_opportunity', true)));
SELECT ok((SELECT warnings = '{}' FROM r WHERE n = 1), 'warnings: none for the request that has a contact');
SELECT ok((SELECT cardinality(warnings) > 0 FROM r WHERE n = 2), '... one for the request that has none');
SELECT results_eq('SELECT lead_id, source_lead_id FROM crm.note WHERE title = ''stays''', format('VALUES (%s::bigint, NULL::bigint)', :l1), '... whose note stays');
SELECT is((SELECT contact_id FROM crm.note WHERE title = 'goes'), (SELECT contact_id FROM r WHERE n = 1), '... the other''s goes');

SELECT * FROM finish();
ROLLBACK;
