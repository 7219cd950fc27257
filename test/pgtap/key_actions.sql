-- A converted lead is changed by the actions of foreign keys, and by nothing that
-- looks like one.
BEGIN;
\ir helpers.psql
SELECT plan(39);

-- Lookups of all kinds, and what they point at
CREATE TABLE t.nulls (id bigint PRIMARY KEY);
CREATE TABLE t.defaults (id bigint PRIMARY KEY);
CREATE TABLE t.names (id text PRIMARY KEY);
CREATE TABLE t.fixed (id bigint PRIMARY KEY);
CREATE TABLE t.parts (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE t.parts_0 PARTITION OF t.parts FOR VALUES FROM (0) TO (10);
CREATE TABLE t.parts_1 PARTITION OF t.parts FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
CREATE TABLE t.parts_10 (odd int, id bigint NOT NULL);
ALTER TABLE t.parts_10 DROP COLUMN odd;
ALTER TABLE t.parts_1 ATTACH PARTITION t.parts_10 FOR VALUES FROM (10) TO (20);
CREATE TABLE t.pairs (a bigint, b text, PRIMARY KEY (a, b));
INSERT INTO t.nulls SELECT generate_series(1, 5);
INSERT INTO t.defaults SELECT generate_series(0, 5);
INSERT INTO t.names SELECT 'name ' || generate_series(1, 5);
INSERT INTO t.fixed SELECT generate_series(1, 5);
INSERT INTO t.parts SELECT generate_series(1, 15);
INSERT INTO t.pairs SELECT 1, 'name ' || generate_series(1, 5);
ALTER TABLE crm.lead ADD COLUMN null_id bigint REFERENCES t.nulls ON DELETE SET NULL ON UPDATE CASCADE,
    ADD COLUMN default_id bigint DEFAULT 0 REFERENCES t.defaults ON DELETE SET DEFAULT,
    ADD COLUMN name_id text REFERENCES t.names ON UPDATE CASCADE,
    ADD COLUMN fixed_id bigint REFERENCES t.fixed,
    ADD COLUMN part_id bigint REFERENCES t.parts ON DELETE SET NULL ON UPDATE CASCADE,
    ADD COLUMN pair_a bigint, ADD COLUMN pair_b text, ADD FOREIGN KEY (pair_a, pair_b) REFERENCES t.pairs ON DELETE SET NULL ON UPDATE CASCADE;

INSERT INTO crm.division (id, name) VALUES (901, 'one'), (902, 'two');
INSERT INTO crm.record_type (id, object, developer_name, name) VALUES (901, 'lead', 'one', 'one'), (902, 'lead', 'two', 'two');
INSERT INTO crm.app_user (id, name) VALUES (901, 'one'), (902, 'two');
INSERT INTO crm.account (id, name) VALUES (-1, 'partner'), (-2, 'other');
SELECT t.lead('{"null_id": 1, "default_id": 1, "name_id": "name 1", "fixed_id": 1, "part_id": 1, "pair_a": 1, "pair_b": "name 1",
    "division_id": 901, "record_type_id": 901, "owner_id": 901, "partner_account_id": -1}') AS l \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
DELETE FROM crm.opportunity_contact_role;
UPDATE crm.account SET owner_id = NULL, division_id = NULL;
UPDATE crm.contact SET owner_id = NULL, division_id = NULL;
UPDATE crm.opportunity SET owner_id = NULL, division_id = NULL, partner_account_id = NULL;
DELETE FROM crm.entity_subscription;

-- What happens to the lead: how it ended, or the columns that changed
CREATE FUNCTION t.try(act text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before jsonb;
    result text;
BEGIN
    SELECT to_jsonb(x) - '{last_modified_date,last_modified_by_id}'::text[] INTO before FROM crm.lead x WHERE is_converted;
    BEGIN
        EXECUTE act;
        SET CONSTRAINTS ALL IMMEDIATE;
        SELECT string_agg(key || ' ' || value, ', ' ORDER BY key) INTO result
            FROM (SELECT jsonb_each.* FROM crm.lead x, jsonb_each(to_jsonb(x) - '{last_modified_date,last_modified_by_id}'::text[]) WHERE is_converted) n
            WHERE n.value <> before -> n.key;
        RAISE EXCEPTION 'undo';
    EXCEPTION WHEN OTHERS THEN
        RETURN CASE SQLERRM WHEN 'undo' THEN coalesce(result, 'nothing') ELSE concat_ws(' ', SQLSTATE, SQLERRM) END;
    END;
END $$;

-- The actions
SELECT is(t.try(act), changes, act) FROM (VALUES
    ('DELETE FROM t.nulls', 'null_id null'),
    ('UPDATE t.nulls SET id = 9 WHERE id = 1', 'null_id 9'),
    ('DELETE FROM t.defaults WHERE id > 0', 'default_id 0'),
    ('UPDATE t.names SET id = ''new '' || id', 'name_id "new name 1"'),
    ('DELETE FROM t.parts', 'part_id null'),
    ('UPDATE t.parts SET id = 9 WHERE id = 1', '23505 duplicate key value violates unique constraint "parts_0_pkey"'),
    ('DELETE FROM t.parts WHERE id = 9; UPDATE t.parts SET id = 9 WHERE id = 1', 'part_id 9'),
    ('DELETE FROM t.pairs', 'pair_a null, pair_b null'),
    ('UPDATE t.pairs SET b = ''new '' || b', 'pair_b "new name 1"'),
    ('UPDATE crm.lead_status SET api_name = ''Done'' WHERE api_name = ''Closed - Converted''', 'status "Done"'),
    ('UPDATE crm.lead_status SET api_name = ''Done'' WHERE api_name = ''Closed - Converted''; UPDATE crm.lead_status SET api_name = ''Done again'' WHERE api_name = ''Done''', 'status "Done again"'),
    ('DELETE FROM crm.contact', 'converted_contact_id null'),
    ('DELETE FROM crm.opportunity', 'converted_opportunity_id null'),
    ('DELETE FROM crm.account', 'converted_account_id null, converted_contact_id null, converted_opportunity_id null, partner_account_id null')) v (act, changes);

-- The same by hand, in one statement with what would cause it
SELECT is(t.try(format('WITH d AS (%s) UPDATE crm.lead SET %s WHERE is_converted', cause, change)), 'LC005 cannot reference converted lead', concat_ws(' with ', change, cause)) FROM (VALUES
    ('DELETE FROM t.nulls', 'null_id = NULL'),
    ('DELETE FROM t.nulls WHERE id = 1', 'null_id = 2'),
    ('DELETE FROM t.defaults WHERE id = 1', 'default_id = 2'),
    ('DELETE FROM t.names WHERE id = ''name 1''', 'name_id = ''name 2'''),
    ('UPDATE t.names SET id = ''new''  WHERE id = ''name 1''', 'name_id = ''name 2'''),
    ('DELETE FROM t.fixed WHERE id = 1', 'fixed_id = 2'),
    ('UPDATE t.fixed SET id = 9 WHERE id = 1', 'fixed_id = 9'),
    ('DELETE FROM t.parts WHERE id = 1', 'part_id = NULL'),
    ('SELECT', 'part_id = 15'),
    ('DELETE FROM t.pairs', 'pair_a = NULL'),
    ('DELETE FROM crm.lead_status WHERE api_name = ''Closed - Converted''', 'status = ''Closed - Not Converted'''),
    ('DELETE FROM crm.record_type WHERE id = 901', 'record_type_id = 902'),
    ('DELETE FROM crm.division WHERE id = 901', 'division_id = 902'),
    ('DELETE FROM crm.app_user WHERE id = 901', 'owner_id = 902'),
    ('DELETE FROM crm.account WHERE name = ''Acme''', 'converted_account_id = NULL'),
    ('DELETE FROM t.nulls', 'null_id = NULL, title = ''x''')) v (cause, change);
-- after a subtransaction in which the row was updated by an action, and rolled back
SELECT is(t.try($$DO 'BEGIN BEGIN DELETE FROM t.nulls; RAISE SQLSTATE ''ZZ000''; EXCEPTION WHEN SQLSTATE ''ZZ000'' THEN NULL; END; END';
    WITH d AS (DELETE FROM t.nulls) UPDATE crm.lead SET null_id = NULL WHERE is_converted$$), 'LC005 cannot reference converted lead', 'after an action that is rolled back');

-- From a trigger that fires while the action of another foreign key is executed
CREATE TABLE t.child (id bigint PRIMARY KEY, null_id bigint REFERENCES t.fixed ON DELETE SET NULL);
INSERT INTO t.child VALUES (1, 5);
CREATE FUNCTION t.act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE TG_ARGV[0]; RETURN NEW; END $$;
CREATE FUNCTION t.within(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('CREATE TRIGGER zz BEFORE UPDATE ON t.child FOR EACH ROW EXECUTE FUNCTION t.act(%L)', change);
    result := t.try('DELETE FROM t.fixed WHERE id = 5');
    DROP TRIGGER zz ON t.child;
    RETURN result;
END $$;
SELECT is(t.within(change), 'LC005 cannot reference converted lead', 'in a trigger: ' || change) FROM (VALUES
    ('UPDATE crm.lead SET title = ''x'' WHERE is_converted'),
    ('UPDATE ONLY crm.lead SET converted_account_id = NULL WHERE is_converted'),
    ('UPDATE ONLY crm.lead SET fixed_id = 2 WHERE fixed_id = 1'),
    ('UPDATE crm.lead SET status = ''Closed - Not Converted'' WHERE is_converted'),
    ('WITH d AS (DELETE FROM t.nulls) UPDATE crm.lead SET null_id = NULL, title = ''x'' WHERE is_converted')) v (change);

-- A trigger on the lead that sets another column meanwhile, and one that redirects the conversion
ALTER TABLE crm.lead ADD COLUMN touched text;
CREATE FUNCTION t.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := 'yes'; RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.touch();
SELECT is(t.try('DELETE FROM t.nulls'), 'null_id null, touched "yes"', 'what a trigger sets along with it');
DROP TRIGGER zz ON crm.lead;
CREATE FUNCTION t.redirect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.converted_account_id := -2; RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.redirect();
SELECT is(t.try('DELETE FROM t.nulls'), 'LC005 cannot reference converted lead', '... but not to another account');
DROP TRIGGER zz ON crm.lead;

-- Many rows in one statement, and many statements
INSERT INTO t.nulls SELECT generate_series(100, 600);
INSERT INTO crm.lead (last_name, null_id, is_converted, converted_date, converted_account_id) SELECT 'many', i, true, now(), :a FROM generate_series(100, 600) i;
DELETE FROM t.nulls WHERE id >= 100;
SELECT is((SELECT count(*) FROM crm.lead WHERE last_name = 'many' AND null_id IS NULL), 501::bigint, 'hundreds of leads');

SELECT * FROM finish();
ROLLBACK;
