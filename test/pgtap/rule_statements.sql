-- check_duplicates() in all kinds of statements, in triggers of triggers, and over values that
-- nobody expects
BEGIN;
\ir helpers.psql
SELECT plan(32);
CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
UPDATE crm.duplicate_rule SET action_on_insert = 'Block', action_on_update = 'Block';
ALTER TABLE crm.lead ADD code text UNIQUE;
CREATE FUNCTION t.ends(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ000';
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
    RETURN 'done';
WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;

--
-- Statements
--
INSERT INTO crm.lead (first_name, last_name, company, email, code) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example', 'm'), ('Zoe', 'Quist', 'Globex', 'zoe@globex.example', 'z');
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email, code) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example', 'm') ON CONFLICT (code) DO NOTHING$$), 'done', 'ON CONFLICT DO NOTHING writes nothing, so nothing is judged');
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email, code) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example', 'm') ON CONFLICT (code) DO UPDATE SET description = 'x'$$), 'done', 'ON CONFLICT DO UPDATE judges what it changes');
SELECT is(t.ends($$INSERT INTO crm.lead (last_name, company, code) VALUES ('Rao', 'Acme', 'z') ON CONFLICT (code) DO UPDATE SET first_name = 'Maya', last_name = EXCLUDED.last_name, email = 'maya@acme.example'$$), 'LC010', '... and refuses what makes a duplicate');
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email, code) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example', 'n') ON CONFLICT (code) DO UPDATE SET description = 'x'$$), 'LC010', '... as what it inserts');
SELECT is(t.ends($$MERGE INTO crm.lead l USING (VALUES ('m'), ('n')) v (c) ON l.code = v.c WHEN MATCHED THEN UPDATE SET description = 'x' WHEN NOT MATCHED THEN INSERT (first_name, last_name, company, email, code) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example', v.c)$$), 'LC010', 'MERGE');
SELECT is(t.ends($$MERGE INTO crm.lead l USING (VALUES ('m'), ('n')) v (c) ON l.code = v.c WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (first_name, last_name, company, email, code) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example', v.c)$$), 'done', '... that deletes the one and makes the other');
SELECT is(t.ends($$UPDATE crm.lead SET first_name = 'Maya', last_name = 'Rao', email = 'maya@acme.example', company = 'Acme' WHERE code IN ('m', 'z')$$), 'LC010', 'UPDATE of both');
SELECT is(t.ends($$UPDATE crm.lead SET first_name = o.first_name, last_name = o.last_name, company = o.company, email = o.email FROM crm.lead o WHERE o.code = CASE lead.code WHEN 'm' THEN 'z' ELSE 'm' END$$), 'done', 'two that change places are no duplicates, when all is done');
SELECT is(t.ends($$WITH gone AS (DELETE FROM crm.lead WHERE code = 'm' RETURNING *) INSERT INTO crm.lead (first_name, last_name, company, email) SELECT first_name, last_name, company, email FROM gone$$), 'done', 'what a statement deletes is not there when it inserts');
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email) SELECT 'Al', 'Gore', 'G', 'al@g.example' FROM generate_series(1, 2)$$), 'LC010', 'two rows of INSERT ... SELECT');
SELECT is(t.ends($$SELECT t.new('lead', '{"first_name": "Maya", "last_name": "Rao", "company": "Acme", "email": "maya@acme.example", "is_deleted": true}'); UPDATE crm.lead SET is_deleted = false$$), 'done', 'taken out of the recycle bin: not judged');

-- savepoints: what was rolled back is no duplicate, and what was read in it is read again
SAVEPOINT a;
UPDATE crm.duplicate_rule SET is_active = false;
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example')$$), 'done', 'rules that are switched off in a savepoint');
ROLLBACK TO a;
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example')$$), 'LC010', '... are there again when it is rolled back');
INSERT INTO crm.lead (first_name, last_name, company, email) VALUES ('Al', 'Gore', 'G', 'al@g.example');
ROLLBACK TO a;
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email) VALUES ('Al', 'Gore', 'G', 'al@g.example')$$), 'done', 'a record that was rolled back is no duplicate');
CREATE FUNCTION t.by_turns() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    told text := '';
BEGIN
    FOR i IN 1 .. 100 LOOP
        BEGIN
            INSERT INTO crm.lead (first_name, last_name, company, email) VALUES ('Fay', 'L' || md5((i / 2)::text), 'Firm ' || md5((i / 2)::text), md5((i / 2)::text) || '@x.example');
            IF i % 3 = 0 THEN
                RAISE EXCEPTION 'back' USING ERRCODE = 'ZZ001';
            END IF;
            told := told || 'i';
        EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
            told := told || 'b';
        WHEN SQLSTATE 'LC010' THEN
            told := told || 'd';
        END;
    END LOOP;
    RETURN told;
END $$;
SELECT is((SELECT string_agg(DISTINCT x, ' ' ORDER BY x) FROM unnest(string_to_array(t.by_turns(), NULL)) x), 'b d i', 'a hundred subtransactions, more keys than are locked one by one');
ROLLBACK TO a;

-- triggers that write more
CREATE FUNCTION t.make_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last_name LIKE 'Chain%' AND length(NEW.last_name) < 12 THEN
        INSERT INTO crm.contact (first_name, last_name, email) VALUES (NEW.first_name, NEW.last_name || 'x', NEW.last_name || '@x.example');
        INSERT INTO crm.lead (first_name, last_name, company, email) VALUES (NEW.first_name, NEW.last_name || 'y', NEW.last_name, NEW.last_name || 'y@x.example');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chain AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.make_contact();
CREATE TRIGGER "~chain" BEFORE INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.make_contact();
SELECT is(t.ends($$INSERT INTO crm.contact (first_name, last_name) VALUES ('Ida', 'Chain')$$) IN ('done', 'LC010'), true, 'triggers that write leads and contacts in turn come to an end');
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company) VALUES ('Ida', 'Chain', 'Chain')$$) IN ('done', 'LC010'), true, '... also from the other side');
ROLLBACK TO a;
CREATE FUNCTION t.change_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.duplicate_rule SET sort_order = sort_order + 1, is_active = NOT is_active WHERE object = 'contact' AND is_standard;
    UPDATE crm.matching_rule SET description = 'x';
    PERFORM count(*) FROM leadconv.find_matches('lead', '{"email": "maya@acme.example", "first_name": "Maya", "last_name": "Rao"}');
    RETURN NULL;
END $$;
CREATE TRIGGER aa_change AFTER INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.change_rules();
CREATE TRIGGER zz_change AFTER INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.change_rules();
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email) SELECT 'F' || i, 'L' || md5(i::text), md5(i::text), md5(i::text) || '@x.example' FROM generate_series(1, 20) i$$), 'done', 'rules that change while rows are judged');
ROLLBACK TO a;
-- policies and casts are code of users, too
CREATE ROLE seller;
GRANT USAGE ON SCHEMA crm, t, leadconv TO seller;
GRANT SELECT, INSERT ON crm.lead TO seller;
CREATE FUNCTION t.nosy() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) >= 0 FROM leadconv.find_matches('contact', '{"email": "x@y.example"}')); END $$;
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON crm.lead USING (t.nosy());
SET ROLE seller;
SELECT is(t.ends($$INSERT INTO crm.lead (first_name, last_name, company, email) VALUES ('Maya', 'Rao', 'Acme', 'maya@acme.example')$$), 'LC010', 'a policy that looks for matches itself, of a role without privileges on rules');
RESET ROLE;
ROLLBACK TO a;

-- children of our tables are others
CREATE TABLE t.special_lead () INHERITS (crm.lead);
SELECT is(t.ends($$INSERT INTO t.special_lead (id, first_name, last_name, company, email, status, created_date, last_modified_date) SELECT 9999, 'Maya', 'Rao', 'Acme', 'maya@acme.example', status, now(), now() FROM crm.lead LIMIT 1; SELECT count(*) FROM leadconv.find_matches('lead', '{"email": "maya@acme.example", "first_name": "Maya", "last_name": "Rao"}')$$), 'done', 'rows of a child table have no keys, and nobody minds');
SELECT throws_ok($$CREATE TRIGGER zz AFTER INSERT ON t.special_lead FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
    INSERT INTO t.special_lead (id, last_name, company, status, created_date, last_modified_date) SELECT 9999, 'Rao', 'Acme', status, now(), now() FROM crm.lead LIMIT 1$$, '39P01', NULL, 'nor can they be judged');
ROLLBACK TO a;

--
-- Values
--
SELECT is(t.ends($$INSERT INTO crm.account (name, billing_city, billing_street, phone, website) SELECT left(repeat(x, 250), 255), left(repeat(x, 40), 40), left(repeat(x, 250), 255), left(repeat(x, 40), 40), left(repeat(x, 250), 255)
    FROM unnest(ARRAY['a', 'Inc ', 'Ä', '株', E'\u0301', E'a\u0301\u0301', E'\u200f', ' ', '.', '0', '-', '''', '"', '\', '%', E'\n', '&', 'ﬁ', 'İ', 'ß', E'\u1e9e', '𝕬', E'\U0001F600']) x$$) IN ('done', 'LC010'), true, 'letters, signs and marks of all kinds');
SELECT lives_ok($$SELECT leadconv.match_score(m, repeat(x, 10000), repeat(y, 10000)) FROM unnest('{Exact,FirstName,LastName,CompanyName,Phone,City,Street,Zip,Title}'::text[]) m,
    unnest(ARRAY['a', 'Inc ', 'a b ', E'\u0301', '1', '株', 'ß']) x, unnest(ARRAY['b', 'Co ', 'b a ', E'a\u0301', '1 2', '式', 'ss']) y$$, 'ten thousand of each, against each other, by each method');
SELECT lives_ok($$SELECT count(*) FROM leadconv.find_matches('contact', jsonb_build_object('first_name', repeat('Ann ', 2500), 'last_name', repeat('x', 10000), 'email', repeat('a.', 5000) || '@' || repeat('b.', 5000), 'phone', repeat('1', 10000),
    'account.name', repeat('Inc ', 2500), 'title', repeat('VP ', 3000), 'mailing_street', repeat('1 ', 5000)))$$, 'a record of such values');
SELECT lives_ok($$SELECT count(*) FROM leadconv.find_matches('contact', (SELECT jsonb_object_agg(repeat('k', i), repeat('v', i)) FROM generate_series(1, 500) i))$$, 'fields that nobody has');
SELECT is((SELECT count(*) FROM leadconv.find_matches('nothing', '{"name": "x"}')), 0::bigint, 'an object that there is not');
SELECT throws_ok($$SELECT * FROM leadconv.find_matches('lead', '{"id": "x"}')$$, '22P02', NULL, 'an id that is none');
SELECT throws_ok($$SELECT * FROM leadconv.find_matches('lead', '[1]')$$, 'LC018', NULL, 'no record');
UPDATE crm.duplicate_rule SET action_on_insert = 'Allow', operations = '{}';
SELECT lives_ok($$INSERT INTO crm.lead (first_name, last_name, company, city) SELECT 'Inc', 'Inc', 'Inc', 'Inc' FROM generate_series(1, 400)$$, 'hundreds of leads that are all the same');
SELECT is((SELECT count(*) FROM leadconv.find_matches('lead', '{"first_name": "Inc", "last_name": "Inc", "company": "Inc", "phone": "1"}')), 0::bigint, '... do not match by what they do not have');

--
-- What stands in the tables of rules
--
SAVEPOINT b;
CREATE FUNCTION t.nulled(tab text, col text) RETURNS text LANGUAGE sql AS $$
    SELECT t.ends(format('ALTER TABLE crm.%I ALTER %I DROP NOT NULL; UPDATE crm.%I SET %I = NULL; INSERT INTO crm.account (name, billing_city) VALUES (''New'', ''Rome'');'
        ' SELECT count(*) FROM leadconv.find_matches(''account'', ''{"name": "New", "billing_city": "Rome"}'')', tab, col, tab, col)) $$;
INSERT INTO crm.duplicate_rule_match_rule (duplicate_rule_id, sort_order, matching_rule_id) SELECT d.id, 2, m.id FROM crm.duplicate_rule d, crm.matching_rule m WHERE d.object = 'account' AND m.object = 'contact' AND d.is_active;
INSERT INTO crm.duplicate_rule_filter_item (duplicate_rule_id, sort_order, field, operation, value) SELECT id, 1, 'name', 'notEqual', 'x' FROM crm.duplicate_rule;
SELECT is((SELECT string_agg(DISTINCT t.nulled(table_name, column_name), ' ') FROM information_schema.columns
    WHERE table_schema = 'crm' AND table_name IN ('matching_rule', 'matching_rule_item', 'duplicate_rule', 'duplicate_rule_match_rule', 'duplicate_rule_filter_item') AND column_name <> 'id'),
    'LC003 LC023 done', 'NULL in each column of rules: an error that says so, or none');
ROLLBACK TO b;
SELECT is((SELECT string_agg(DISTINCT t.ends(format('UPDATE crm.duplicate_rule SET boolean_filter = %L; INSERT INTO crm.duplicate_rule_filter_item (duplicate_rule_id, sort_order, field, operation, value) SELECT id, n, %L, %L, %L FROM crm.duplicate_rule, generate_series(1, 3) n; INSERT INTO crm.account (name, billing_city) VALUES (''New'', ''Rome'')', f, c, o, v)), ' ')
    FROM unnest(ARRAY['1 OR 2 OR 3', 'x']) f, unnest(ARRAY['name', 'annual_revenue', 'created_date', '']) c, unnest(ARRAY['lessThan', 'includes']) o, unnest(ARRAY[NULL, '1', repeat('x,', 5000)]) v), '22007 LC003 done', 'conditions of all kinds');

SELECT * FROM finish();
ROLLBACK;
