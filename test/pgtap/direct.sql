-- A conversion of one lead inserts its rows without statements where it can; what
-- comes of it is the same as with statements, which a trigger of the user asks for.
BEGIN;
\ir helpers.psql
SELECT plan(49);
SELECT t.no_duplicate_rules();
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- Everything that a conversion made, without ids, times and what names them
CREATE FUNCTION t.made(result leadconv.lead_convert_result) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'account', (SELECT to_jsonb(a) - v FROM crm.account a WHERE a.id = result.account_id),
        'contact', (SELECT to_jsonb(c) - v FROM crm.contact c WHERE c.id = result.contact_id),
        'opportunity', (SELECT to_jsonb(o) - v FROM crm.opportunity o WHERE o.id = result.opportunity_id),
        'role', (SELECT jsonb_agg(to_jsonb(r) - v) FROM crm.opportunity_contact_role r WHERE r.opportunity_id = result.opportunity_id),
        'relation', (SELECT jsonb_agg(to_jsonb(r) - v) FROM crm.account_contact_relation r WHERE r.contact_id = result.contact_id),
        'ledger', (SELECT (to_jsonb(l) - v) #- '{undo,follow_up_task}' FROM crm.lead_conversion l WHERE l.lead_id = result.lead_id))
    FROM (VALUES ('{id,lead_id,account_id,contact_id,opportunity_id,request,created_date,last_modified_date,ticket}'::text[])) x (v) $$;
-- How many statements that insert into these tables have been prepared in this session
CREATE FUNCTION t.prepared() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM pg_backend_memory_contexts
    WHERE name = 'CachedPlanSource' AND ident ~ '^INSERT INTO crm\.(account|contact|opportunity|opportunity_contact_role|account_contact_relation|lead_conversion) ' $$;
-- One lead converted both ways: statement triggers ask for statements
CREATE FUNCTION t.both(lead jsonb, request jsonb DEFAULT '{}') RETURNS TABLE (direct jsonb, statement jsonb) LANGUAGE plpgsql AS $$
BEGIN
    direct := t.made(t.convert(t.lead(lead), request));
    CREATE TRIGGER ask AFTER INSERT ON crm.account FOR EACH STATEMENT EXECUTE FUNCTION t.nothing();
    CREATE TRIGGER ask AFTER INSERT ON crm.opportunity_contact_role FOR EACH STATEMENT EXECUTE FUNCTION t.nothing();
    CREATE TRIGGER ask AFTER INSERT ON crm.account_contact_relation FOR EACH STATEMENT EXECUTE FUNCTION t.nothing();
    CREATE TRIGGER ask AFTER INSERT ON crm.lead_conversion FOR EACH STATEMENT EXECUTE FUNCTION t.nothing();
    statement := t.made(t.convert(t.lead(lead), request));
    DROP TRIGGER ask ON crm.account;
    DROP TRIGGER ask ON crm.opportunity_contact_role;
    DROP TRIGGER ask ON crm.account_contact_relation;
    DROP TRIGGER ask ON crm.lead_conversion;
    RETURN NEXT;
END $$;
CREATE FUNCTION t.nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('t.asked', TG_TABLE_NAME, true); RETURN NULL; END $$;

SELECT t.convert(t.lead());
SELECT is(t.prepared(), 0::bigint, 'no statement was needed');
SELECT is(direct, statement, 'a plain lead') FROM t.both('{}');
SELECT is(t.prepared(), 6::bigint, 'with triggers there were six');
SELECT is(current_setting('t.asked'), 'lead_conversion', 'the triggers have fired');
SELECT is(direct, statement, 'a lead with every standard field that is mapped')
FROM t.both((SELECT jsonb_object_agg(a.attname, CASE
        WHEN a.atttypid = 'boolean'::regtype THEN 'true'
        WHEN a.atttypid = 'numeric'::regtype THEN '12.5'
        WHEN a.atttypid IN ('integer'::regtype, 'bigint'::regtype) THEN '7'
        WHEN a.atttypid = 'date'::regtype THEN '"2026-02-03"'
        WHEN a.atttypid = 'timestamptz'::regtype THEN '"2026-02-03 04:05:06Z"'
        WHEN a.attname LIKE '%currency%' THEN '"EUR"'
        WHEN a.atttypmod BETWEEN 0 AND 20 THEN '"abc"'
        ELSE '"some \"text\" ä"' END::jsonb)
    FROM pg_attribute a JOIN (SELECT DISTINCT lead_field FROM crm.lead_field_mapping) m ON m.lead_field = a.attname
    WHERE a.attrelid = 'crm.lead'::regclass AND a.attname !~ '_id$|^record_type|^division|^email$|^status$') || '{"email": "a@example.com"}'::jsonb);
SELECT is(direct, statement, 'blank values: defaults where there are any')
FROM t.both('{"phone": "", "website": "", "industry": "", "title": "", "lead_source": ""}');
SELECT is(direct, statement, 'arguments') FROM t.both('{}', jsonb_build_object('owner_id', :ann, 'opportunity_name', repeat('ä', 80), 'reason', 'because',
    'send_notification_email', true, 'follow_up_task', '{"subject": "Call"}'::jsonb, 'request_id', NULL));
SELECT is(direct, statement, 'no opportunity') FROM t.both('{}', '{"do_not_create_opportunity": true}');
SELECT is(direct, statement, 'values of the request') FROM t.both('{}', '{"account_record": {"site": "HQ"}, "contact_record": {"title": "Dr."}}');

-- what errors tell somebody who may not read the new record
SAVEPOINT errors;
CREATE ROLE t_writer;
GRANT USAGE ON SCHEMA crm, leadconv TO t_writer;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leadconv TO t_writer;
GRANT SELECT, UPDATE ON crm.lead TO t_writer;
GRANT INSERT ON crm.account, crm.contact, crm.opportunity TO t_writer;
CREATE FUNCTION t.error(lead_id bigint) RETURNS TABLE (detail text, context text) LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL ROLE t_writer;
    BEGIN
        PERFORM leadconv.convert_lead(lead_id);
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
    END;
    RESET ROLE;
    RETURN NEXT;
END $$;
ALTER TABLE crm.account ADD CONSTRAINT refused CHECK (name <> 'Refused') NOT VALID;
SELECT matches(detail, '^Failing row contains \(id, name, .* = \(\d+, Refused, ', 'a row that violates a constraint: the values that conversion gave are shown')
FROM t.error(t.lead('{"company": "Refused"}'));
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
SET LOCAL row_security = off;
SELECT unalike(context, '%SQL statement "INSERT%', 'a statement that cannot even be prepared is not shown') FROM t.error(t.lead());
SET LOCAL row_security = on;
ROLLBACK TO errors;

-- values that are cut, long ones that are stored elsewhere
ALTER TABLE crm.lead ADD COLUMN remark text, ADD COLUMN mark varchar(30), ADD COLUMN code char(3), ADD COLUMN price numeric(10, 4);
ALTER TABLE crm.account ADD COLUMN remark text, ADD COLUMN mark varchar(30) DEFAULT 'none', ADD COLUMN code char(3), ADD COLUMN price numeric(10, 4);
SELECT leadconv.map_lead_field(f, 'account', f) FROM unnest('{remark,mark,code,price}'::text[]) f;
SELECT is(direct, statement, 'custom fields, cut names, long texts')
FROM t.both(jsonb_build_object('company', repeat('Company ', 30), 'description', repeat('long ', 5000), 'remark', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 2000) i),
    'mark', 'x', 'code', 'ab', 'price', 1.5));
SELECT is((t.both('{}')).direct -> 'account' -> 'mark', 'null'::jsonb, 'a blank custom field has no default') ;
UPDATE crm.account SET mark = 'none' WHERE mark IS NULL;
ALTER TABLE crm.account ALTER COLUMN mark SET NOT NULL;
SELECT is(direct -> 'account' -> 'mark', '"none"'::jsonb, 'but when it must not be null') FROM t.both('{}');
SELECT is(direct, statement, '... both ways') FROM t.both('{}');
SELECT is(direct -> 'account' -> 'mark', '"none"'::jsonb, '... and when it is an empty string') FROM t.both('{"mark": ""}');
ALTER TABLE crm.lead ADD COLUMN brief varchar(30);
ALTER TABLE crm.account ADD COLUMN brief varchar(5);
INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('brief', 'account', 'brief');
SELECT is(direct -> 'account' -> 'brief', '"ä2345"'::jsonb, 'a value that is longer than its column') FROM t.both('{"brief": "ä23456789"}');

-- constraints, generated columns, foreign keys, defaults that are not constant
ALTER TABLE crm.contact ADD COLUMN shout text GENERATED ALWAYS AS (upper(last_name)) STORED;
-- one that a table does not store, where PostgreSQL has them
SELECT CASE WHEN current_setting('server_version_num')::int >= 180000 THEN 'VIRTUAL' ELSE 'STORED' END AS generated \gset
ALTER TABLE crm.lead ADD COLUMN loud text GENERATED ALWAYS AS (upper(last_name) || '!') :generated;
ALTER TABLE crm.contact ADD COLUMN loud text, ADD COLUMN louder text GENERATED ALWAYS AS (upper(last_name) || '!!') :generated;
ALTER TABLE crm.contact ADD CHECK (louder <> 'LOUD!!');
SELECT leadconv.map_lead_field('loud', 'contact', 'loud');
SELECT is(direct -> 'contact' ->> 'loud', 'RAO!', 'a generated column of the lead is mapped') FROM t.both('{}');
SELECT is(direct, statement, '... both ways') FROM t.both('{}');
SELECT t.lead('{"last_name": "Loud"}') AS bad \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :bad), '23514', 'violates check constraint', 'a constraint on a generated column', false, 'step insert contact');
ALTER TABLE crm.contact ADD CHECK (last_name <> 'Refused');
SELECT is((direct -> 'contact' ->> 'shout'), 'RAO', 'a generated column') FROM t.both('{}');
SELECT t.lead('{"last_name": "Refused"}') AS bad \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :bad), '23514', 'violates check constraint', 'a constraint', false, 'step insert contact');
ALTER TABLE crm.account ADD COLUMN parent bigint REFERENCES crm.account (id);
ALTER TABLE crm.account ALTER COLUMN parent SET DEFAULT 4711;
SELECT t.lead() AS l \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), '23503', 'violates foreign key constraint', 'a foreign key', false);
ALTER TABLE crm.account DROP COLUMN parent;
CREATE SEQUENCE t.tickets;
ALTER TABLE crm.account ADD COLUMN ticket bigint NOT NULL DEFAULT nextval('t.tickets');
SELECT is(direct, statement, 'a default that is not constant') FROM t.both('{}');
SELECT cmp_ok((SELECT last_value FROM t.tickets), '>=', 2::bigint, '... is asked for each row');
CREATE DOMAIN t.positive AS integer CHECK (VALUE > 0);
ALTER TABLE crm.account ADD COLUMN rank t.positive DEFAULT 1;
SELECT is((direct -> 'account' -> 'rank'), '1'::jsonb, 'a column of a domain') FROM t.both('{}');

-- the lead as it is when the records are made: a trigger on the way may change it
CREATE FUNCTION t.change_lead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE crm.lead SET title = 'changed' WHERE id = leadconv.converting_lead_id(); RETURN NULL; END $$;
CREATE TRIGGER change AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.change_lead();
SELECT is(t.get('contact', (t.convert(t.lead('{"title": "old"}'))).contact_id, 'title'), 'changed', 'a trigger on the new account changes the lead: the contact gets it');
DROP TRIGGER change ON crm.account;
CREATE TRIGGER change AFTER UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.change_lead();
SELECT t.new('account', '{"name": "Old"}') AS old \gset
SELECT is(t.get('contact', (t.convert(t.lead('{"title": "old", "phone": "1"}'), jsonb_build_object('account_id', :old))).contact_id, 'title'), 'changed', 'and one on an account that is filled');
DROP TRIGGER change ON crm.account;

ALTER TABLE crm.account DROP COLUMN ticket, DROP COLUMN rank;

-- what the server knows and a statement would ask for again
CREATE FUNCTION t.grade() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
ALTER TABLE crm.account ADD COLUMN grade integer DEFAULT t.grade();
SELECT is(t.get('account', (t.convert(t.lead())).account_id, 'grade'), '1', 'a default that calls a function');
CREATE OR REPLACE FUNCTION t.grade() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 2; END';
SELECT is(t.get('account', (t.convert(t.lead())).account_id, 'grade'), '2', '... which is another one by now');
ALTER TABLE crm.account ADD COLUMN place bigint GENERATED ALWAYS AS (tableoid::bigint) STORED, ADD CHECK (tableoid <> 0);
SELECT is(t.get('account', (t.convert(t.lead())).account_id, 'place'), 'crm.account'::regclass::oid::text, 'the table is known where the row is checked and computed');
ALTER TABLE crm.account DROP COLUMN grade, DROP COLUMN place;

-- char(n): blank is empty, and a value keeps its length
ALTER TABLE crm.account ALTER COLUMN code SET DEFAULT 'abc', ADD COLUMN bits bit(4) DEFAULT '1010', ADD COLUMN flags bit(4);
UPDATE crm.account SET code = 'abc';
ALTER TABLE crm.account ALTER COLUMN code SET NOT NULL;
SELECT is(direct -> 'account' -> 'code', '"abc"'::jsonb, 'a blank char(n) takes the default') FROM t.both('{"code": ""}');
SELECT is(direct, statement, '... both ways') FROM t.both('{"code": ""}');
SELECT is(direct -> 'account', '{"code": "abc", "bits": "1010", "flags": "1100"}' || (direct -> 'account'), 'also with values of the request')
FROM t.both('{}', '{"account_record": {"flags": "1100"}}');
ALTER TABLE crm.lead ADD COLUMN note varchar(2);
ALTER TABLE crm.account ADD COLUMN note char(3);
SELECT leadconv.map_lead_field('note', 'account', 'note');
SELECT is(t.get('account', (t.convert(t.lead('{"note": "xy"}'))).account_id, 'note'), 'xy', 'varchar to char(n)');
ALTER TABLE crm.account DROP COLUMN bits, DROP COLUMN flags;

-- identity columns of the user
SAVEPOINT identity;
ALTER TABLE crm.account ADD COLUMN number bigint GENERATED BY DEFAULT AS IDENTITY;
SELECT isnt(t.get('account', (t.convert(t.lead())).account_id, 'number'), NULL, 'an identity column that may be given a value');
ROLLBACK TO identity;
ALTER TABLE crm.lead_conversion ADD COLUMN number smallint GENERATED ALWAYS AS IDENTITY;
SELECT isnt((t.made(t.convert(t.lead())) -> 'ledger' ->> 'number'), NULL, 'a small identity column');
ROLLBACK TO identity;
ALTER TABLE crm.account ADD COLUMN number smallint GENERATED BY DEFAULT AS IDENTITY;
ALTER TABLE crm.task ADD COLUMN "a Number" bigint GENERATED BY DEFAULT AS IDENTITY;
CREATE ROLE lc_numbers;
SELECT leadconv.grant_role_privileges('lc_numbers', 'sales');
GRANT ALL ON ALL FUNCTIONS IN SCHEMA t TO lc_numbers;
SELECT t.lead() AS l, t.lead() AS l2 \gset
SET LOCAL ROLE lc_numbers;
SELECT leadconv.convert_lead(:l, account_record => '{"phone": "1"}', follow_up_task => '{"subject": "Call"}') IS NOT NULL AS done,
    leadconv.convert_lead(:l2, account_record => '{"number": 7000}', follow_up_task => '{"subject": "Call", "a Number": 8000}') IS NOT NULL AS done \gset
RESET ROLE;
SELECT is(row_to_json(x)::text, '{"counted":true,"given":true,"tasks":2}', 'identity columns where the request gives values: of others, and of these; without a privilege on the sequence')
  FROM (SELECT bool_or(a.number < 7000) AS counted, bool_or(a.number = 7000 AND "a Number" = 8000) AS given, count("a Number") AS tasks
        FROM crm.lead l JOIN crm.account a ON a.id = converted_account_id JOIN crm.task k ON k.contact_id = converted_contact_id WHERE l.id IN (:l, :l2)) x;
ROLLBACK TO identity;

-- columns of the engine that have another type by now, or none
ALTER TABLE crm.account_contact_relation ALTER is_direct DROP DEFAULT, ALTER is_direct TYPE text;
SELECT is(direct, statement, 'a flag that is text') FROM t.both('{}');
ROLLBACK TO identity;
SELECT t.drop_reports();
ALTER TABLE crm.lead_conversion ALTER created_date TYPE timestamptz(0), ALTER created_by_role TYPE text;
SELECT lead_id AS l FROM t.convert(t.lead()) \gset
SELECT is(created_date, now()::timestamptz(0), 'a date that is rounded') FROM crm.lead_conversion WHERE lead_id = :l;
SELECT is(direct, statement, 'a name that is text') FROM t.both('{}');
ROLLBACK TO identity;
SELECT t.drop_reports();
ALTER TABLE crm.lead_conversion ALTER created_date TYPE date USING created_date::date;
SELECT lead_id AS l FROM t.convert(t.lead()) \gset
SELECT is(created_date, current_date, 'a date that has no time') FROM crm.lead_conversion WHERE lead_id = :l;
ROLLBACK TO identity;
SELECT t.drop_reports();
ALTER TABLE crm.lead_conversion DROP COLUMN created_by_role;
SELECT t.lead() AS l \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), '42703', 'column "created_by_role" of relation "lead_conversion" does not exist', 'a column that is gone', false);
ROLLBACK TO identity;

-- a lead in a table that inherits from crm.lead
CREATE TABLE t.web_lead (CHECK (id >= 900)) INHERITS (crm.lead);
INSERT INTO t.web_lead (id, last_name, company, created_date, last_modified_date) SELECT i, 'Web', 'Web', now(), now() FROM generate_series(900, 930) i;
SELECT is(t.made(t.convert(i)) -> 'contact' ->> 'last_name', 'Web', 'the contact of lead ' || i || ' is that of the lead of another table') FROM unnest('{900,930}'::bigint[]) i;
DROP TABLE t.web_lead;

-- privileges on columns, row security
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA crm, leadconv TO clerk;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA crm TO clerk;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leadconv TO clerk;
GRANT INSERT ON crm.contact, crm.opportunity TO clerk;
SELECT t.lead() AS l \gset
SET LOCAL ROLE clerk;
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :l), '42501', 'permission denied for table account', 'INSERT is asked for');
RESET ROLE;
GRANT INSERT ON crm.account TO clerk;
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_of_it ON crm.account USING (true) WITH CHECK (name <> 'Forbidden');
SELECT t.lead('{"company": "Forbidden"}') AS l \gset
SET LOCAL ROLE clerk;
SELECT throws_like(format('SELECT leadconv.convert_lead(%s)', :l), '%row-level security policy%', 'policies decide');
RESET ROLE;
ALTER TABLE crm.account DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON crm.lead FROM clerk;
SELECT format('GRANT SELECT (%s) ON crm.lead TO clerk', string_agg(quote_ident(attname), ', ')) FROM pg_attribute WHERE attrelid = 'crm.lead'::regclass AND attnum > 0 AND NOT attisdropped \gexec
SELECT t.lead('{"title": "Dr."}') AS l \gset
SELECT format('SELECT leadconv.convert_lead(%s)', :l) AS call \gset
SET LOCAL ROLE clerk;
SELECT lives_ok(:'call', 'SELECT of the columns of the lead is enough');
SELECT is(title, 'Dr.', '... for its values') FROM crm.contact WHERE id = (SELECT converted_contact_id FROM crm.lead WHERE id = :l);
RESET ROLE;
SELECT * FROM finish();
ROLLBACK;
