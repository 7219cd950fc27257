-- The setting require_local_user_id: where sessions are shared, leadconv.user_id must end with the transaction
BEGIN;
\ir helpers.psql
SELECT plan(22);

SELECT t.new('app_user', '{"name": "Cy"}') AS cy \gset
SELECT t.new('app_user', '{"name": "Dot"}') AS dot \gset
CREATE FUNCTION t.who() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT name FROM crm.app_user WHERE id = leadconv.current_user_id());
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SET leadconv.user_id = :cy;
SELECT is(t.who(), 'Cy', 'off: a value of the session counts');
UPDATE crm.lead_convert_settings SET require_local_user_id = true;
SELECT is(t.who(), 'LC022 leadconv.user_id is set for the session', 'on: it is refused at once');
SELECT t.fails('SELECT t.lead()', 'LC022', 'is set for the session', 'where the user is recorded');
RESET leadconv.user_id;
SELECT is(t.who(), NULL, 'without a value there is nothing to refuse');
SELECT t.lead() AS l \gset
SET leadconv.user_id = :cy;
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC022', 'is set for the session', 'by a conversion');
SET LOCAL leadconv.user_id = :dot;
SELECT is(t.who(), 'Dot', 'a value of the transaction, over one of the session');
SAVEPOINT s;
SELECT is(t.who(), 'Dot', '... in a subtransaction');
SELECT is((t.convert(:l)).success, true, '... for a conversion');
SELECT is((SELECT name FROM crm.app_user WHERE id = (SELECT created_by_id FROM crm.lead_conversion WHERE lead_id = :l)), 'Dot', '... who has converted');
SET leadconv.user_id = :cy;
SELECT is(t.who(), 'LC022 leadconv.user_id is set for the session', 'the session again, in a subtransaction');
ROLLBACK TO s;
SELECT is(t.who(), 'Dot', '... and rolled back');
SAVEPOINT s;
SET LOCAL leadconv.user_id = :cy;
RELEASE s;
SELECT is(t.who(), 'Cy', 'of a subtransaction that is over');
SET leadconv.user_id = :dot;
SELECT is(t.who(), 'LC022 leadconv.user_id is set for the session', 'the session, after the transaction has had a value');
SELECT set_config('leadconv.user_id', :'dot', true);
SELECT is(t.who(), 'Dot', 'set_config(), local');
SELECT set_config('leadconv.user_id', :'dot', false);
SELECT is(t.who(), 'LC022 leadconv.user_id is set for the session', '... for the session');
SELECT format('ALTER FUNCTION t.who() SET leadconv.user_id = %L', :'cy') AS alter \gset
:alter;
SELECT is(t.who(), 'Cy', 'the SET clause of a function');
ALTER FUNCTION t.who() RESET leadconv.user_id;
SELECT is(t.who(), 'LC022 leadconv.user_id is set for the session', '... and no longer');
SAVEPOINT s;
ALTER TABLE crm.lead_convert_settings ALTER COLUMN require_local_user_id DROP DEFAULT, ALTER COLUMN require_local_user_id TYPE text;
SELECT matches(t.who(), '^LC023 column "require_local_user_id"', 'a setting that cannot be read is not taken for off');
ROLLBACK TO s;
CREATE DOMAIN t.yes AS boolean;
ALTER TABLE crm.lead_convert_settings ALTER COLUMN require_local_user_id TYPE t.yes;
SELECT is(t.who(), 'LC022 leadconv.user_id is set for the session', '... a domain can be');
UPDATE crm.lead_convert_settings SET require_local_user_id = false;
SELECT is(t.who(), 'Dot', 'off again, at once');

-- What the diagnostics say
UPDATE crm.lead_convert_settings SET require_local_user_id = true;
SELECT t.fails('SELECT leadconv.current_user_id()', 'LC022', 'session', 'current_user_id()');
RESET leadconv.user_id;
SELECT is(t.who(), NULL, 'reset');

SELECT * FROM finish();
ROLLBACK;
