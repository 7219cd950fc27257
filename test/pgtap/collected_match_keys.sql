-- The match keys of what a statement inserts are written at its end: they are those that single
-- rows would have, whatever runs in between
BEGIN;
\ir helpers.psql
SELECT plan(16);

ALTER TABLE crm.account ALTER id RESTART WITH 1000;
ALTER TABLE crm.contact ALTER id RESTART WITH 200000;
UPDATE crm.duplicate_rule SET is_active = false;
-- keys of some records, by how far they are from the first one
CREATE FUNCTION t.keys(first bigint, last bigint) RETURNS TABLE (key bigint, n bigint) LANGUAGE sql AS $$
    SELECT key, record_id - first FROM crm.match_key WHERE record_id BETWEEN first AND last
$$;
-- how many keys records have, and that none is there twice
CREATE FUNCTION t.count(like_name text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws('/', count(*), count(DISTINCT (k.key, k.record_id))) FROM crm.account a JOIN crm.match_key k ON k.record_id = a.id
    WHERE a.name LIKE like_name
$$;
CREATE VIEW t.many AS SELECT i, 'Firm ' || md5(i::text) AS name, 'City ' || i % 100 AS city, '0' || 4155550000 + i * 7000 AS phone FROM generate_series(1, 2000) i;

-- more than what fits in the memory that there is
SET LOCAL work_mem = '64kB';
INSERT INTO crm.account (id, name, billing_city, phone) SELECT 10000 + i, name, city, phone FROM t.many ORDER BY i;
SELECT is((SELECT count(*) FROM t.keys(10000, 19999)), 4000::bigint, 'all keys of a large statement are written');
DO $$
DECLARE
    m record;
BEGIN
    FOR m IN SELECT * FROM t.many LOOP
        INSERT INTO crm.account (id, name, billing_city, phone) VALUES (20000 + m.i, m.name, m.city, m.phone);
    END LOOP;
END $$;
SELECT set_eq('SELECT * FROM t.keys(10000, 19999)', 'SELECT * FROM t.keys(20000, 29999)', '... those that single rows have');
RESET work_mem;

-- others look in the middle
CREATE TABLE t.seen (name text, found bigint);
CREATE FUNCTION t.look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO t.seen SELECT NEW.name, count(*) FROM leadconv.find_matches('account', jsonb_build_object('name', NEW.name, 'billing_city', 'Bonn', 'billing_state', 'NW'));
    RETURN NULL;
END $$;
CREATE TRIGGER zz_look AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.look();
INSERT INTO crm.account (name, billing_city, billing_state) SELECT 'Alpha', 'Bonn', 'NW' FROM generate_series(1, 3);
SELECT is((SELECT array_agg(found ORDER BY found) FROM t.seen), ARRAY[1, 2, 3]::bigint[],
    'a trigger on each row finds that row and those before it');
SELECT is(t.count('Alpha%'), '3/3', '... and no key is written twice');

-- ... and go back
CREATE OR REPLACE FUNCTION t.look() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name LIKE 'Inner%' THEN
        RETURN NULL;
    END IF;
    BEGIN
        INSERT INTO crm.account (name, billing_city) VALUES ('Inner ' || right(NEW.name, 1), 'Bonn');
        PERFORM FROM leadconv.find_matches('account', jsonb_build_object('name', NEW.name, 'billing_city', 'Bonn'));
        PERFORM 1 / (NEW.name NOT LIKE '%1')::integer;
    EXCEPTION WHEN division_by_zero THEN
        NULL;
    END;
    RETURN NULL;
END $$;
INSERT INTO crm.account (name, billing_city) SELECT 'Beta ' || i, 'Bonn' FROM generate_series(1, 4) i;
SELECT is(t.count('Beta%'), '4/4', 'keys that were written in a subtransaction that is rolled back are written again');
SELECT is(t.count('Inner%'), '3/3', '... and what it had inserted has none');
DROP TRIGGER zz_look ON crm.account;
SELECT is((SELECT count(*) FROM crm.match_key k WHERE k.record_id BETWEEN 1000 AND 9999 AND NOT EXISTS (SELECT FROM crm.account a WHERE a.id = k.record_id)), 0::bigint,
    '... nor are there keys of records that are not');

-- a statement that fails
SAVEPOINT fails;
\set ON_ERROR_STOP 0
\set VERBOSITY sqlstate
INSERT INTO crm.account (name, billing_city, billing_latitude) SELECT 'Gamma ' || i, 'Bonn', 1 / (3 - i) FROM generate_series(1, 4) i;
ROLLBACK TO fails;
\set ON_ERROR_STOP 1
INSERT INTO crm.account (name, billing_city) VALUES ('Gamma', 'Bonn');
SELECT is(t.count('Gamma%'), '1/1', 'a statement that fails leaves nothing to the next one');

-- several tables, updates, COPY
WITH a AS (INSERT INTO crm.account (name, billing_city) VALUES ('Delta', 'Bonn'), ('Delta 2', 'Bonn') RETURNING id)
INSERT INTO crm.contact (id, account_id, first_name, last_name, email) SELECT 300000 + id, id, 'Dora', 'Delta', 'dora' || id || '@delta.example' FROM a;
SELECT is(t.count('Delta%'), '2/2', 'accounts of a WITH');
SELECT is((SELECT count(*) FROM t.keys(300000, 399999)), 6::bigint, '... and their contacts, with the company');
INSERT INTO crm.account (id, name, billing_city) VALUES (500, 'Epsilon', 'Bonn'), (501, 'Epsilon 2', 'Bonn');
INSERT INTO crm.account (id, name, billing_city) VALUES (500, 'x', 'x'), (502, 'Epsilon 3', 'Bonn')
ON CONFLICT (id) DO UPDATE SET billing_city = 'Ulm', phone = '0228 1234567';
SELECT is(t.count('Epsilon%'), '4/4', 'rows that are inserted or updated');
SELECT is((SELECT count(*) FROM leadconv.find_matches('account', '{"name": "Epsilon", "billing_city": "Ulm", "phone": "0228 1234567"}')), 1::bigint,
    '... one of which has other keys than before');
COPY crm.account (name, billing_city) FROM PROGRAM 'printf "Zeta\tBonn\nZeta 2\tBonn\n"';
SELECT is(t.count('Zeta%'), '2/2', 'COPY');

-- a session that is not told when the statement ends
ALTER TABLE crm.account DISABLE TRIGGER leadconv_store_match_keys;
SAVEPOINT untold;
INSERT INTO crm.account (name, billing_city) VALUES ('Eta', 'Bonn');
RELEASE untold;
SELECT is(t.count('Eta%'), '1/1', 'without the trigger at the end, keys are written when the subtransaction ends');
INSERT INTO crm.account (name, billing_city) VALUES ('Eta 2', 'Bonn');
SELECT is(t.count('Eta%'), '1/1', '... or the transaction');
SELECT count(*) FROM leadconv.find_matches('account', '{"name": "Eta", "billing_city": "Bonn"}') \g /dev/null
SELECT is(t.count('Eta%'), '2/2', '... or when somebody looks');

SELECT * FROM finish();
ROLLBACK;
