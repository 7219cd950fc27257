-- Who is at work is remembered in the session, but not what a statement had changed when
-- it failed.
BEGIN;
\ir helpers.psql
SELECT plan(7);

CREATE ROLE lc_t_worker;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_worker;
GRANT SELECT, INSERT, UPDATE ON crm.app_user TO lc_t_worker;
INSERT INTO crm.app_user (id, name, db_role) VALUES (1, 'Ann', 'lc_t_worker'), (2, 'Bob', NULL);

-- In the midst of a statement: asks who is at work, and fails
CREATE FUNCTION t.ask_and_fail() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who text;
BEGIN
    PERFORM set_config('leadconv.user_id', TG_ARGV[0], true);
    SELECT leadconv.current_user_id() INTO who;
    RAISE EXCEPTION 'it was %', who;
END $$;
CREATE TRIGGER ask_as_role AFTER UPDATE ON crm.app_user FOR EACH ROW WHEN (NEW.id = 2 AND NEW.db_role IS DISTINCT FROM OLD.db_role) EXECUTE FUNCTION t.ask_and_fail('');
CREATE TRIGGER ask_as_new AFTER INSERT ON crm.app_user FOR EACH ROW EXECUTE FUNCTION t.ask_and_fail('3');
-- nothing is remembered before
CREATE FUNCTION t.forget() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'UPDATE crm.app_user SET name = name';

SET ROLE lc_t_worker;
SELECT t.forget();
SELECT set_config('leadconv.user_id', '2', true);
SELECT throws_ok($$UPDATE crm.app_user SET db_role = CASE id WHEN 2 THEN 'lc_t_worker' END$$, 'P0001', 'it was 2', 'in the midst of an UPDATE the role is another user''s');
SELECT set_config('leadconv.user_id', '', true);
SELECT is(leadconv.current_user_id(), 1::bigint, '... and when it has failed as it was');
SELECT t.forget();
SELECT is(leadconv.current_user_id(), 1::bigint, '... after a look, too');

SELECT set_config('leadconv.user_id', '2', true);
SELECT throws_ok($$INSERT INTO crm.app_user (id, name) VALUES (3, 'New')$$, 'P0001', 'it was 3', 'in the midst of an INSERT one can be the new user');
SELECT set_config('leadconv.user_id', '3', true);
SELECT throws_ok('SELECT leadconv.current_user_id()', 'LC016', 'user 3, whom leadconv.user_id names, does not exist', '... and when it has failed there is none');
SELECT set_config('leadconv.user_id', '2', true);
SELECT is(leadconv.current_user_id(), 2::bigint, 'another one');
SELECT set_config('leadconv.user_id', '', true);
SELECT is(leadconv.current_user_id(), 1::bigint, 'and the role''s own');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
