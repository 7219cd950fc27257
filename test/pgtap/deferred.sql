-- check_deferred_constraints: what is deferred on the tables of a conversion is
-- checked at its end, nothing else is, and the same is deferred afterwards.
BEGIN;
\ir helpers.psql
SELECT * FROM no_plan();

UPDATE crm.lead_convert_settings SET check_deferred_constraints = true;

CREATE TABLE t.fired (what text);
GRANT ALL ON t.fired TO PUBLIC;
CREATE FUNCTION t.fire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) ->> TG_ARGV[1] = 'wrong' THEN
        RAISE EXCEPTION 'wrong, says %', TG_ARGV[0];
    END IF;
    INSERT INTO t.fired VALUES (TG_ARGV[0]);
    RETURN NULL;
END $$;
CREATE FUNCTION t.fired() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    WITH d AS (DELETE FROM t.fired RETURNING what) SELECT string_agg(what, ' ' ORDER BY what) INTO result FROM d;
    RETURN COALESCE(result, '');
END $$;
-- Converts a lead whose description goes to the contact; what fires during that
CREATE FUNCTION t.converts(description text DEFAULT 'right') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.fired();
    PERFORM t.convert(t.lead(jsonb_build_object('description', description)), '{"do_not_create_opportunity": true}');
    RETURN t.fired();
END $$;
-- Which of the deferrable triggers on contacts are deferred, as an insert shows
CREATE FUNCTION t.deferred() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    now text;
BEGIN
    BEGIN
        PERFORM t.fired();
        INSERT INTO crm.contact (last_name) VALUES ('Probe');
        now := t.fired();
        RAISE EXCEPTION USING ERRCODE = 'LCXXX', MESSAGE = now;
    EXCEPTION WHEN SQLSTATE 'LCXXX' THEN
        RETURN (SELECT COALESCE(string_agg(tgname, ' ' ORDER BY tgname), '') FROM pg_trigger
                WHERE tgrelid = 'crm.contact'::regclass AND tgdeferrable AND tgname LIKE 'd\_%'
                AND tgname <> ALL (string_to_array(SQLERRM, ' ')));
    END;
END $$;

CREATE CONSTRAINT TRIGGER d_one AFTER INSERT ON crm.contact DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION t.fire('d_one', 'description');
CREATE CONSTRAINT TRIGGER d_two AFTER INSERT ON crm.contact DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION t.fire('d_two', 'description');
CREATE CONSTRAINT TRIGGER d_now AFTER INSERT ON crm.contact DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION t.fire('d_now', 'description');

SELECT is(t.deferred(), 'd_one d_two', 'at first');
SELECT is(t.converts(), 'd_now d_one d_two', 'what is deferred is checked at the end of the conversion');
SELECT is(t.deferred(), 'd_one d_two', '... and is deferred again');
SELECT throws_ok($$SELECT t.converts('wrong')$$, 'P0001', 'wrong, says d_now', 'an immediate one refuses');

-- every state that a caller can have brought about
CREATE FUNCTION t.keeps(statement text, want text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN NEXT is(t.deferred(), want, statement || ': is deferred');
    RETURN NEXT is(t.converts(), concat_ws(' ', CASE WHEN want !~ 'd_now' THEN 'd_now' END, 'd_one d_two'), '... what a conversion fires');
    RETURN NEXT is(t.deferred(), want, '... and it changes nothing about that');
    RETURN NEXT throws_ok('SELECT t.converts(''wrong'')', 'P0001', NULL, '... a wrong row is refused');
    RETURN NEXT is(t.deferred(), want, '... which changes nothing either');
END $$;
SELECT t.keeps('SET CONSTRAINTS crm.d_one IMMEDIATE', 'd_two');
SELECT t.keeps('SET CONSTRAINTS crm.d_two IMMEDIATE', '');
SELECT t.keeps('SET CONSTRAINTS crm.d_one DEFERRED', 'd_one');
SELECT t.keeps('SET CONSTRAINTS ALL IMMEDIATE', '');
SELECT t.keeps('SET CONSTRAINTS crm.d_two DEFERRED', 'd_two');
-- who deferred it himself wants it to be so: it is not deferred initially
SET CONSTRAINTS ALL DEFERRED;
SELECT is(t.deferred(), 'd_now d_one d_two', 'SET CONSTRAINTS ALL DEFERRED');
SELECT is(t.converts(), 'd_one d_two', '... what is deferred initially is checked');
SELECT is(t.deferred(), 'd_now d_one d_two', '... and is deferred again');
SELECT t.fired();
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(t.fired(), 'd_now', '... the other is still pending');
SET CONSTRAINTS crm.d_one, crm.d_two DEFERRED;

-- a state inside of subtransactions
SAVEPOINT a;
SET CONSTRAINTS crm.d_one IMMEDIATE;
SAVEPOINT b;
SELECT is(t.converts(), 'd_now d_one d_two', 'inside savepoints');
SELECT is(t.deferred(), 'd_two', '... nothing changes');
RELEASE b;
SELECT is(t.deferred(), 'd_two', '... released');
ROLLBACK TO a;
SELECT is(t.deferred(), 'd_one d_two', '... rolled back');
RELEASE a;

-- Partial success: the row fails, and the state is kept
SET CONSTRAINTS crm.d_two IMMEDIATE;
SELECT t.lead('{"description": "right"}') AS first, t.lead('{"description": "wrong"}') AS second, t.lead('{"description": "right"}') AS third \gset
SELECT is((SELECT string_agg(CASE WHEN success THEN '+' ELSE (errors[1]).message END, ', ') FROM leadconv.convert_leads(
    ARRAY[leadconv.new_lead_convert(:first), leadconv.new_lead_convert(:second), leadconv.new_lead_convert(:third)], false)),
    '+, wrong, says d_now, +', 'partial success');
SELECT is(t.deferred(), 'd_one', '... the state is kept');
DROP TRIGGER d_now ON crm.contact;
DROP TRIGGER d_two ON crm.contact;
SELECT t.lead('{"description": "right"}') AS first, t.lead('{"description": "wrong"}') AS second, t.lead('{"description": "right"}') AS third \gset
SELECT is((SELECT string_agg(CASE WHEN success THEN '+' ELSE (errors[1]).message END, ', ') FROM leadconv.convert_leads(
    ARRAY[leadconv.new_lead_convert(:first), leadconv.new_lead_convert(:second), leadconv.new_lead_convert(:third)], false)),
    '+, wrong, says d_one, +', '... with a deferred trigger');
SELECT is(t.deferred(), 'd_one', '... the state is kept');

-- A name that stands for several constraints of the schema: one that cannot be
-- deferred, and one that is immediate now
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS crm.d_one DEFERRED;
ALTER TABLE crm.account ADD COLUMN other bigint, ADD CONSTRAINT d_one FOREIGN KEY (other) REFERENCES crm.account (id);
SELECT is(t.converts(), '', 'SET CONSTRAINTS d_one DEFERRED would fail: what is checked is undone');
SELECT throws_ok($$SELECT t.converts('wrong')$$, 'P0001', 'wrong, says d_one', '... but it is checked');
SELECT is(t.deferred(), 'd_one', '... the state is kept');
SET CONSTRAINTS crm.d_one IMMEDIATE;
SELECT is(t.fired(), 'd_one', '... and it is pending still');
SELECT is(t.converts(), 'd_one', '... until it is made immediate');
SELECT is(t.deferred(), '', '... which it stays');
SAVEPOINT c;
ALTER TABLE crm.account DROP CONSTRAINT d_one;
SET CONSTRAINTS crm.d_one DEFERRED;
ALTER TABLE crm.account ADD CONSTRAINT d_one FOREIGN KEY (other) REFERENCES crm.account (id) DEFERRABLE INITIALLY IMMEDIATE;
SELECT is(t.converts(), '', 'one of the name is immediate');
SELECT throws_ok($$SELECT t.converts('wrong')$$, 'P0001', 'wrong, says d_one', '... the other is checked');
SELECT throws_ok($$INSERT INTO crm.account (name, other) VALUES ('x', -1)$$, '23503', NULL, '... that one stays immediate');
SELECT is(t.deferred(), 'd_one', '... and the other deferred');
ROLLBACK TO c;
ALTER TABLE crm.account DROP CONSTRAINT d_one;
DROP TRIGGER d_one ON crm.contact;

-- Unique constraints and foreign keys, to and from tables of others
ALTER TABLE crm.contact ADD COLUMN code text, ADD CONSTRAINT d_code UNIQUE (code) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE crm.lead ADD COLUMN code text;
SELECT leadconv.map_lead_field('code', 'contact', 'code');
SET CONSTRAINTS crm.d_code DEFERRED;
SELECT lives_ok($$SELECT t.convert(t.lead('{"code": "A"}'))$$, 'a deferred unique constraint');
SELECT throws_ok($$SELECT t.convert(t.lead('{"code": "A"}'))$$, '23505', NULL, '... that is violated');
SAVEPOINT c;
INSERT INTO crm.contact (last_name, code) VALUES ('Two', 'A');
DELETE FROM crm.contact WHERE last_name = 'Two';
SELECT pass('... which is still deferred');
ROLLBACK TO c;

-- Somebody else's constraints, with something pending, in a schema that the
-- caller may not use
CREATE ROLE d_stranger;
CREATE ROLE d_seller;
GRANT USAGE ON SCHEMA crm, leadconv TO d_seller;
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO d_seller;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO d_seller;
CREATE SCHEMA d_theirs;
CREATE TABLE d_theirs.one (id int PRIMARY KEY);
CREATE TABLE d_theirs.two (one int REFERENCES d_theirs.one DEFERRABLE INITIALLY DEFERRED,
    account_id bigint CONSTRAINT d_account REFERENCES crm.account DEFERRABLE INITIALLY DEFERRED);
ALTER SCHEMA d_theirs OWNER TO d_stranger;
SET CONSTRAINTS d_theirs.two_one_fkey DEFERRED;
INSERT INTO d_theirs.two (one) VALUES (-1);
SELECT t.lead() AS id \gset
SET ROLE d_seller;
SELECT lives_ok('SELECT leadconv.convert_lead(' || :id || ')', 'a deferred constraint of somebody else does not matter');
RESET ROLE;
SELECT throws_ok('SET CONSTRAINTS d_theirs.two_one_fkey IMMEDIATE', '23503', NULL, '... and is pending as before');
DELETE FROM d_theirs.two;

-- a foreign key to one of our tables, from theirs: its checks are on both tables
SELECT t.new('account', '{"name": "Theirs"}') AS account \gset
INSERT INTO d_theirs.two (account_id) VALUES (:account);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS d_theirs.d_account DEFERRED;
SAVEPOINT c;
DELETE FROM crm.account WHERE id = :account;
SELECT throws_ok($$SELECT t.convert(t.lead())$$, '23503', NULL, 'their foreign key to an account, pending: who may use their schema is told');
ROLLBACK TO c;
DELETE FROM crm.account WHERE id = :account;
SELECT t.lead() AS id \gset
SET ROLE d_seller;
SELECT lives_ok('SELECT leadconv.convert_lead(' || :id || ')', '... who may not is not stopped');
RESET ROLE;
SELECT throws_ok('SET CONSTRAINTS d_theirs.d_account IMMEDIATE', '23503', NULL, '... and it is pending as before');
DELETE FROM d_theirs.two;
SET CONSTRAINTS ALL IMMEDIATE;

-- A related list of the user's, and one in partitions
CREATE TABLE t.visit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead_id bigint REFERENCES crm.lead, contact_id bigint, remark text);
CREATE TABLE t.call (id bigint GENERATED ALWAYS AS IDENTITY, lead_id bigint REFERENCES crm.lead, contact_id bigint, remark text) PARTITION BY LIST (remark);
CREATE TABLE t.call_right PARTITION OF t.call FOR VALUES IN ('right');
CREATE TABLE t.call_wrong PARTITION OF t.call FOR VALUES IN ('wrong');
CREATE INDEX ON t.visit (lead_id);
CREATE INDEX ON t.call (lead_id);
CREATE CONSTRAINT TRIGGER d_visit AFTER UPDATE ON t.visit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t.fire('d_visit', 'remark');
CREATE CONSTRAINT TRIGGER d_call AFTER UPDATE ON t.call_wrong DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION t.fire('d_call', 'remark');
SELECT leadconv.register_related_list('t.visit', 'lead_id', 'contact_id');
SELECT leadconv.register_related_list('t.call', 'lead_id', 'contact_id');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS t.d_visit, t.d_call DEFERRED;
SELECT t.lead() AS first, t.lead() AS second, t.lead() AS third \gset
INSERT INTO t.visit (lead_id, remark) VALUES (:first, 'right'), (:second, 'wrong');
INSERT INTO t.call (lead_id, remark) VALUES (:first, 'right'), (:third, 'wrong');
SELECT is((SELECT string_agg(CASE WHEN success THEN '+' ELSE (errors[1]).message END, ', ') FROM leadconv.convert_leads(
    ARRAY[leadconv.new_lead_convert(:first), leadconv.new_lead_convert(:second), leadconv.new_lead_convert(:third)], false)),
    '+, wrong, says d_visit, wrong, says d_call', 'related lists, also in partitions');
SELECT t.fired();
UPDATE t.visit SET remark = 'wrong' WHERE remark = 'right';
SELECT pass('... is deferred still');
SELECT throws_ok('SET CONSTRAINTS t.d_visit IMMEDIATE', 'P0001', NULL, '... and pending');

SELECT * FROM finish();
ROLLBACK;
