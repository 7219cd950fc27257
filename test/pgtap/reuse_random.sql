-- Accounts, contacts, relations and requests at random: one call with reuse gives what calls
-- of one request each give.
BEGIN;
\ir helpers.psql
SELECT plan(2);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.no_duplicate_rules();
\ir reuse_picks.psql

-- A world of that number: what is picked in it, with the world when that is not alike
CREATE FUNCTION t.one(seed float8) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    names text[] := '{Acme,"ACME, Inc.",Beta,beta ltd,Gamma}';
    people text[] := '{Maya Rao,MAYA RAO,Ben Ito,Zoe Ash}';
    mails text[] := '{m@x.example,M@X.example,b@x.example}';
    n int; leads jsonb := '[]'; result text;
    a boolean; c boolean;
BEGIN
    PERFORM setseed(seed);
    BEGIN
    n := 1 + floor(random() * 4)::int;
    FOR i IN 1 .. n LOOP PERFORM t.account('a' || i, names[1 + floor(random() * 5)], jsonb_build_object('is_deleted', random() < 0.1)); END LOOP;
    FOR i IN 1 .. floor(random() * 4)::int LOOP PERFORM t.contact('c' || i, 'a' || 1 + floor(random() * n)::int, mails[1 + floor(random() * 3)], people[1 + floor(random() * 4)], jsonb_build_object('is_deleted', random() < 0.1));
        IF random() < 0.4 THEN
            INSERT INTO crm.account_contact_relation (account_id, contact_id, is_active) SELECT t.id_of('account', 'a' || 1 + floor(random() * n)::int), t.id_of('contact', 'c' || i), random() < 0.8 ON CONFLICT DO NOTHING;
        END IF;
    END LOOP;
    UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = random() < 0.7;
    FOR i IN 1 .. 2 + floor(random() * 4)::int LOOP
        leads := leads || jsonb_build_array(jsonb_build_array(people[1 + floor(random() * 4)], names[1 + floor(random() * 5)], CASE WHEN random() < 0.9 THEN mails[1 + floor(random() * 3)] END,
            CASE WHEN random() < 0.25 THEN jsonb_build_object('account_id', 'a' || 1 + floor(random() * n)::int) WHEN random() < 0.1 THEN jsonb_build_object('account_record', jsonb_build_object('name', names[1 + floor(random() * 5)]))
            WHEN random() < 0.1 THEN '{"do_not_create_contact": true}' WHEN random() < 0.1 THEN '{"contact_record": {"first_name": "Ben", "last_name": "Ito"}}' WHEN random() < 0.1 THEN '{"contact_record": {"email": "b@x.example"}}' ELSE '{}' END));
    END LOOP;
    a := random() < 0.8; c := random() < 0.85;
    result := t.picks(leads, a, c);
    IF result LIKE 'together%' THEN
        result := result || format(E'\n%s %s %s\naccounts %s\ncontacts %s\nrelations %s', leads, a, c, (SELECT string_agg(x.external_id || ' ' || x.name || ' ' || x.is_deleted, '; ') FROM crm.account x),
            (SELECT string_agg(concat_ws(' ', x.external_id, x.name, x.email, x.account_id, x.is_deleted), '; ') FROM crm.contact x), (SELECT string_agg(x::text, '; ') FROM crm.account_contact_relation x));
    END IF;
    RAISE EXCEPTION '%', result USING ERRCODE = 'ZZ001';
    EXCEPTION WHEN SQLSTATE 'ZZ001' THEN RETURN SQLERRM; END;
END $$;
CREATE TABLE t.answers AS SELECT i, t.one(i / 2000.0) AS says FROM generate_series(1, 50) i;
SELECT is((SELECT string_agg(i || ': ' || says, E'\n\n') FROM t.answers WHERE says LIKE 'together%'), NULL, 'alike');
SELECT cmp_ok((SELECT count(DISTINCT says) FROM t.answers), '>', 40::bigint, '... in many worlds');

SELECT * FROM finish();
ROLLBACK;
