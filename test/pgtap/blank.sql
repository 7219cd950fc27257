-- What is blank counts as not given: in every argument that is a text, in record
-- values, in mapped fields that must have a value, in fields that are to be filled.
BEGIN;
\ir helpers.psql
SELECT plan(79);
SELECT t.no_duplicate_rules();

-- The rule: white space, and what has no width
CREATE TEMP TABLE blanks (what text, value text);
INSERT INTO blanks VALUES ('empty', ''), ('a space', ' '), ('a tab', E'\t'), ('line ends', E'\r\n\n'), ('a no-break space', U&'\00A0'),
    ('an ideographic space', U&'\3000'), ('no width', U&'\200B\FEFF'), ('all kinds', U&' \2003\0009\2028\205F\0085 ');
SELECT ok(leadconv.is_blank(value), 'blank: ' || what) FROM blanks;
SELECT ok(NOT leadconv.is_blank(value), format('not blank: %L', value)) FROM unnest(ARRAY['x', ' x ', '0', '-', 'é', ' é', U&'\3000\65E5', U&'\00AD', '\', E'\x01']) v (value);
SELECT is(leadconv.is_blank(NULL), NULL, 'NULL is NULL');
SELECT is((SELECT string_agg(to_hex(c), ' ' ORDER BY c) FROM generate_series(1, 65535) c WHERE c NOT BETWEEN 55296 AND 57343 AND leadconv.is_blank(chr(c))),
          '9 a b c d 20 85 a0 1680 2000 2001 2002 2003 2004 2005 2006 2007 2008 2009 200a 200b 200c 200d 2028 2029 202f 205f 2060 3000 feff',
          'all characters that are blank');
SELECT ok(leadconv.is_blank(repeat(' ', 100000)) AND NOT leadconv.is_blank(repeat(' ', 100000) || 'x'), 'long texts are looked at whole');

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- What a conversion has made, without ids and times
CREATE FUNCTION t.made(lead_id bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('account', to_jsonb(a) - 'id', 'contact', to_jsonb(c) - '{id,account_id}'::text[], 'opportunity', to_jsonb(o) - '{id,account_id}'::text[],
        'status', l.status, 'reason', x.reason, 'request_id', x.request_id, 'request', x.request - 'lead_id',
        'tasks', (SELECT jsonb_agg(to_jsonb(k) - '{id,account_id,contact_id,opportunity_id,source_lead_id}'::text[]) FROM crm.task k WHERE k.source_lead_id = l.id))
    FROM crm.lead l JOIN crm.lead_conversion x ON x.lead_id = l.id JOIN crm.account a ON a.id = l.converted_account_id
    JOIN crm.contact c ON c.id = l.converted_contact_id JOIN crm.opportunity o ON o.id = l.converted_opportunity_id
    WHERE l.id = $1 $$;
-- The same request by each entry point that works inside a transaction; what they made
CREATE FUNCTION t.each_way(request jsonb, lead jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY[t.lead(lead), t.lead(lead), t.lead(lead)];
    made jsonb[];
BEGIN
    PERFORM t.convert(ids[1], request);
    PERFORM leadconv.convert_leads(ARRAY[jsonb_populate_record(leadconv.new_lead_convert(ids[2]), request)]);
    PERFORM leadconv.convert_leads_json(jsonb_build_array(jsonb_build_object('lead_id', ids[3]) || request));
    SELECT array_agg(DISTINCT t.made(i)) INTO made FROM unnest(ids) i;
    RETURN CASE WHEN array_length(made, 1) = 1 THEN made[1] ELSE to_jsonb(made) END;
END $$;

SELECT t.each_way('{}') AS plain \gset
SELECT ok(:'plain'::jsonb ? 'account', 'a request by each entry point makes the same');
SELECT is(t.each_way(jsonb_build_object(attname, value)), :'plain'::jsonb, format('argument %s, %s', attname, what))
  FROM pg_attribute, blanks WHERE attrelid = 'leadconv.lead_convert'::regclass AND atttypid = 'text'::regtype AND attnum > 0 AND what IN ('empty', 'a tab', 'all kinds');

-- record values: all texts that may be set, blank
CREATE FUNCTION t.all_blank(name text, value text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_object_agg(attname, value) FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
    WHERE attrelid = ('crm.' || name)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND typcategory = 'S' AND attname NOT IN ('created_by_role') $$;
SELECT is(t.each_way(jsonb_build_object(f || '_record', t.all_blank(f, value))) - 'request', :'plain'::jsonb - 'request', format('%s_record with all texts blank, %s', f, what))
  FROM unnest('{account,contact,opportunity}'::text[]) f, blanks WHERE what IN ('empty', 'all kinds');
SELECT is(t.each_way('{"account_record": {"phone": null, "name": " "}}', '{"phone": "1"}') #>> '{account,phone}', NULL, 'null in a record value is given');
SELECT is(t.each_way('{"account_record": {"phone": " ", "name": "\t"}}', '{"phone": "1"}') #>> '{account,phone}', '1', '... a blank is not');
SELECT is(t.each_way('{"account_record": {"name": " Acme "}}') #>> '{account,name}', ' Acme ', 'other texts keep their blanks');
SELECT is(t.each_way('{"account_record": {"annual_revenue": " ", "number_of_employees": ""}}', '{"annual_revenue": 5}') #>> '{account,annual_revenue}', '5', 'blank for a number is not given either');

-- the follow-up task
SELECT is(jsonb_array_length(t.each_way('{"follow_up_task": {"subject": " ", "priority": "High"}}') -> 'tasks'), 1, 'a task with a blank subject, where the setting says so');
SELECT is(t.each_way('{"follow_up_task": {"subject": " ", "priority": "High"}}') #> '{tasks,0,subject}', 'null', '... has none');
UPDATE crm.lead_convert_settings SET create_task_if_subject_blank = false;
SELECT is(t.each_way(jsonb_build_object('follow_up_task', jsonb_build_object('subject', value, 'priority', 'High'))) -> 'tasks', 'null', 'no task where it does not: ' || what) FROM blanks;
SELECT is(jsonb_array_length(t.each_way('{"follow_up_task": {"subject": " x", "priority": "High"}}') -> 'tasks'), 1, '... but with a subject');
UPDATE crm.lead_convert_settings SET create_task_if_subject_blank = true;

-- fields of the lead: those that must have a value, of which the account's name is judged beforehand
CREATE TEMP TABLE required AS
    SELECT m.target_object, m.target_field, m.lead_field FROM crm.lead_field_mapping m
    JOIN pg_attribute a ON a.attrelid = ('crm.' || m.target_object)::regclass AND a.attname = m.target_field
    JOIN pg_attribute l ON l.attrelid = 'crm.lead'::regclass AND l.attname = m.lead_field
    JOIN pg_type y ON y.oid = l.atttypid
    WHERE m.is_active AND a.attnotnull AND NOT a.atthasdef AND y.typcategory = 'S';
SELECT is((SELECT string_agg(concat_ws('.', target_object, target_field), ' ' ORDER BY 1) FROM required), 'account.name contact.last_name', 'mapped fields that must have a value');
CREATE FUNCTION t.refusal(leads bigint[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT concat_ws(' ', (errors[1]).status_code, (errors[1]).fields[1]), ', ')
    FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(l)) FROM unnest(leads) l), false) $$;
SELECT is(t.refusal(ARRAY[t.lead(jsonb_build_object(lead_field, value))]), 'REQUIRED_FIELD_MISSING ' || CASE target_object WHEN 'account' THEN 'Company' ELSE target_field END,
          format('%s, %s: refused', lead_field, what)) FROM required, blanks WHERE what IN ('empty', 'all kinds');
SELECT is(t.refusal(ARRAY[t.lead(jsonb_build_object(lead_field, value)), t.lead(jsonb_build_object(lead_field, value))]), 'REQUIRED_FIELD_MISSING ' || CASE target_object WHEN 'account' THEN 'Company' ELSE target_field END,
          format('two leads, %s, %s: refused', lead_field, what)) FROM required, blanks WHERE what IN ('empty', 'all kinds');
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', t.lead('{"last_name": " "}')), '23502', 'last_name', 'a blank last name, single', false);
SELECT is(t.each_way('{"account_record": {"name": "Given"}}', '{"company": "\t"}') #>> '{opportunity,name}', 'Maya Rao', 'without a company the opportunity is named after the lead');
SELECT t.refuses(jsonb_build_object('lead_id', t.lead('{"company": " ", "first_name": null, "last_name": "\t"}'), 'do_not_create_account', true, 'do_not_create_contact', true),
                 'REQUIRED_FIELD_MISSING', 'LC001', '{opportunity_name}', 'neither a company nor a name', 'no name for the opportunity');

-- custom ones, with a default and without
ALTER TABLE crm.lead ADD tier text, ADD code text;
ALTER TABLE crm.account ADD tier text NOT NULL DEFAULT 'basic', ADD code text NOT NULL DEFAULT 'none';
ALTER TABLE crm.account ALTER code DROP DEFAULT;
SELECT leadconv.map_lead_field('tier', 'account', 'tier');
SELECT leadconv.map_lead_field('code', 'account', 'code');
SELECT is(t.each_way('{}', jsonb_build_object('tier', value, 'code', 'A')) #>> '{account,tier}', 'basic', 'a blank custom field that must have a value takes the default: ' || what) FROM blanks WHERE what IN ('empty', 'all kinds');
SELECT is(t.refusal(ARRAY[t.lead(jsonb_build_object('code', value))]), 'REQUIRED_FIELD_MISSING code', '... or is refused: ' || what) FROM blanks WHERE what IN ('empty', 'all kinds');
SELECT leadconv.unmap_lead_field('tier', 'account', 'tier');
SELECT leadconv.unmap_lead_field('code', 'account', 'code');
ALTER TABLE crm.account DROP tier, DROP code;

-- an existing record: blank fields are filled, and not with blanks
SELECT t.new('account', jsonb_build_object('name', 'Old') || (SELECT jsonb_object_agg(target_field, E' \t') FROM crm.lead_field_mapping m
    JOIN pg_attribute a ON attrelid = 'crm.account'::regclass AND attname = target_field JOIN pg_type y ON y.oid = atttypid
    WHERE target_object = 'account' AND existing_record LIKE 'fill%' AND typcategory = 'S')) AS a \gset
SELECT to_jsonb(x) AS before FROM crm.account x WHERE id = :a \gset
SELECT t.lead((SELECT jsonb_object_agg(lead_field, U&'\3000') FROM crm.lead_field_mapping m
    JOIN pg_attribute a ON attrelid = 'crm.lead'::regclass AND attname = lead_field JOIN pg_type y ON y.oid = atttypid
    WHERE target_object = 'account' AND existing_record LIKE 'fill%' AND typcategory = 'S')) AS l \gset
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a))).success, 'an existing account, all blank, and a lead, likewise');
SELECT is((SELECT to_jsonb(x) FROM crm.account x WHERE id = :a), :'before'::jsonb, '... nothing is filled');
SELECT t.lead((SELECT jsonb_object_agg(lead_field, 'x') FROM crm.lead_field_mapping m
    JOIN pg_attribute a ON attrelid = 'crm.lead'::regclass AND attname = lead_field JOIN pg_type y ON y.oid = atttypid
    WHERE target_object = 'account' AND existing_record LIKE 'fill%' AND typcategory = 'S')) AS l \gset
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a))).success, 'a lead with values');
SELECT is((SELECT count(*) FROM jsonb_each_text((SELECT to_jsonb(x) FROM crm.account x WHERE id = :a)) WHERE leadconv.is_blank(value)), 0::bigint, '... all of them are filled');

-- blank request ids are none: a bulk call is one batch
CREATE TABLE t.batches (n integer);
CREATE FUNCTION t.count_batch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t.batches SELECT count(*) FROM new_rows; RETURN NULL; END $$;
CREATE TRIGGER count_batch AFTER INSERT ON crm.account REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION t.count_batch();
SELECT is((SELECT count(*) FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(t.lead(), request_id => value) FROM blanks, generate_series(1, 10)))), 80::bigint,
          '80 requests with blank request ids');
SELECT is((SELECT array_agg(n) FROM t.batches), '{80}', '... are one batch');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE leadconv.is_blank(request_id)), 0::bigint, '... and are not in the ledger');

SELECT * FROM finish();
ROLLBACK;
