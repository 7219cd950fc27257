-- Calls with reuse lock match keys, and so that a transaction with many of them does
-- not exhaust the server's memory for locks.
BEGIN;
\ir helpers.psql
SELECT plan(14);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- n calls for a lead each, all of other companies and people; or of the same ones
CREATE SEQUENCE t.company;
CREATE FUNCTION t.calls(n int, company text DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint := 0;
    name text;
BEGIN
    FOR i IN 1 .. n LOOP
        name := coalesce(company, 'Company ' || nextval('t.company'));
        result := result + (SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(
            t.lead(jsonb_build_object('company', name, 'email', name || '@example.test')))], reuse_accounts => true, reuse_contacts => true) WHERE success);
    END LOOP;
    RETURN result;
END $$;
-- The locks held: on the class, and on how many keys
CREATE FUNCTION t.held() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ', string_agg(mode, ' and ' ORDER BY mode) FILTER (WHERE is_class), count(*) FILTER (WHERE NOT is_class) || ' keys')
    FROM (SELECT mode, (classid::bigint << 32 | objid::bigint) = x'6c656164636f6e76'::bigint AS is_class
          FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) l
$$;

SELECT is(t.calls(1), 1::bigint, 'one call');
SELECT is(t.held(), 'ShareLock, 2 keys', '... locks two keys, and the class so that nobody else locks all of it');
SELECT is(t.calls(20, 'Same'), 20::bigint, 'twenty calls for the same company');
SELECT is(t.held(), 'ShareLock, 4 keys', '... lock its keys once');
SAVEPOINT s1;
SELECT is(t.calls(10), 10::bigint, 'ten more in a subtransaction');
SAVEPOINT s2;
SELECT t.calls(5);
RELEASE s2;
SELECT is(t.held(), 'ShareLock, 34 keys', '... lock their keys');
ROLLBACK TO s1;
SELECT is(t.held(), 'ShareLock, 4 keys', '... which are free when it is rolled back');
SELECT t.calls(30);
SELECT is(t.held(), 'ShareLock, 64 keys', 'and do not count any more: there is room for thirty again');
SAVEPOINT s3;
SELECT is(t.calls(1), 1::bigint, 'the next one');
SELECT is(t.held(), 'ExclusiveLock and ShareLock, 64 keys', '... locks the whole class');
ROLLBACK TO s3;
SELECT is(t.held(), 'ShareLock, 64 keys', '... until it is rolled back');
SELECT t.calls(1);
SELECT is(t.calls(300), 300::bigint, 'hundreds of calls');
SELECT is(t.held(), 'ExclusiveLock and ShareLock, 64 keys', '... need no more locks');
SELECT is((SELECT count(*) FROM crm.account WHERE name = 'Same'), 1::bigint, 'one account of that company');

SELECT * FROM finish();
ROLLBACK;
