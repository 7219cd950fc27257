-- As whom leadconv.user_id lets a role act.
BEGIN;
\ir helpers.psql
SELECT plan(86);

CREATE ROLE lc_t_web;           -- one login for all users
CREATE ROLE lc_t_ann;
CREATE ROLE lc_t_bob;
CREATE ROLE lc_t_boss;          -- has what ann has
CREATE ROLE lc_t_stranger;      -- belongs to ann's role, without having what it has
CREATE ROLE lc_t_admins;
GRANT lc_t_ann TO lc_t_boss;
SELECT CASE WHEN current_setting('server_version_num')::int >= 160000
    THEN 'GRANT lc_t_ann TO lc_t_stranger WITH INHERIT FALSE' ELSE 'ALTER ROLE lc_t_stranger NOINHERIT; GRANT lc_t_ann TO lc_t_stranger' END AS belong \gset
:belong;
GRANT USAGE ON SCHEMA crm, leadconv, t TO PUBLIC;
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity, crm.campaign TO PUBLIC;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead, leadconv.convert_leads, leadconv.convert_leads_json TO PUBLIC;
SELECT t.new('app_user', '{"name": "Cy"}') AS cy \gset
SELECT t.new('app_user', '{"name": "Queue", "user_type": "Queue"}') AS queue \gset
SELECT t.new('app_user', '{"name": "Ann", "db_role": "lc_t_ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob", "db_role": "lc_t_bob"}') AS bob \gset
SELECT t.new('app_user', '{"name": "Gone", "db_role": "lc_t_dropped"}') AS gone \gset
SELECT t.new('app_user', '{"name": "Dot"}') AS dot \gset
SELECT t.new('campaign', '{"name": "Old"}') AS campaign \gset
SELECT current_user AS super \gset
CREATE FUNCTION t.by_definer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT leadconv.current_user_id()';

-- The SQLSTATE of a statement of a role that names a user, '' when it works, which is undone
CREATE FUNCTION t.as(role name, user_id bigint, query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role, true), set_config('leadconv.user_id', coalesce(user_id::text, ''), true);
    EXECUTE query;
    RAISE EXCEPTION 'done' USING ERRCODE = 'ZZ000';
EXCEPTION
    WHEN SQLSTATE 'ZZ000' THEN RETURN '';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- Everything that asks who is at work
CREATE TEMP TABLE ways (way text, query text);
INSERT INTO ways VALUES
    ('current_user_id', 'SELECT leadconv.current_user_id()'),
    ('insert', 'INSERT INTO crm.campaign (name) VALUES (''New'')'),
    ('update', format('UPDATE crm.campaign SET name = ''Newer'' WHERE id = %s', :campaign)),
    ('convert_lead', format('SELECT leadconv.convert_lead(%s)', t.lead(jsonb_build_object('owner_id', :cy)))),
    ('convert_leads', format('SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s)], all_or_none => false)', t.lead(jsonb_build_object('owner_id', :cy)))),
    ('convert_leads_json', format('SELECT leadconv.convert_leads_json(''[{"lead_id": %s}]'', all_or_none => false)', t.lead(jsonb_build_object('owner_id', :cy))));
GRANT SELECT ON ways TO PUBLIC;

CREATE FUNCTION t.all_ways(role name, user_id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT t.as(role, user_id, query), ', ') FROM ways
$$;
SELECT is(t.all_ways(role, id), CASE WHEN id = 99999999 THEN 'LC016'
        WHEN id IS NULL OR id IN (:cy, :queue) OR role = :'super' OR (role IN ('lc_t_ann', 'lc_t_boss') AND id = :ann)
            OR (role = 'lc_t_bob' AND id = :bob) THEN '' ELSE '42501' END,
    format('%s as user %s', role, coalesce((SELECT name FROM crm.app_user u WHERE u.id = v.id), 'unset or unknown')))
FROM (VALUES (NULL), (:cy), (:queue), (:ann), (:bob), (:gone), (99999999)) v (id),
    unnest(ARRAY[:'super', 'lc_t_web', 'lc_t_ann', 'lc_t_bob', 'lc_t_boss', 'lc_t_stranger', 'lc_t_admins']::name[]) role;
SELECT is(t.all_ways('lc_t_web', 0), 'LC016', '0 is nobody');
SELECT is(t.all_ways(:'super', -1), 'LC016', 'nor is -1');

-- impersonating_role
UPDATE crm.lead_convert_settings SET impersonating_role = 'lc_t_admins';
SELECT is(t.all_ways('lc_t_web', :ann), '42501', 'not in the impersonating role');
GRANT lc_t_admins TO lc_t_web;
SELECT is(t.all_ways('lc_t_web', :ann), '', '... a member, at once');
SELECT is(t.all_ways('lc_t_web', :gone), '', '... as a user whose role there is not, too');
SELECT is(t.all_ways('lc_t_web', 99999999), 'LC016', '... but not as nobody');
SELECT is(t.all_ways('lc_t_admins', :bob), '', '... the role itself');
SELECT is(t.all_ways('lc_t_bob', :ann), '42501', '... no others');
REVOKE lc_t_admins FROM lc_t_web;
SELECT is(t.all_ways('lc_t_web', :ann), '42501', '... no longer a member');
GRANT lc_t_admins TO lc_t_web;
SELECT is(t.all_ways('lc_t_web', :ann), '', '... again');
UPDATE crm.lead_convert_settings SET impersonating_role = 'lc_t_no_such_role';
SELECT is(t.all_ways('lc_t_web', :ann), '42501', '... a role that does not exist');
UPDATE crm.lead_convert_settings SET impersonating_role = NULL;
SELECT is(t.all_ways('lc_t_web', :ann), '42501', '... none');
ALTER TABLE crm.lead_convert_settings ALTER COLUMN impersonating_role TYPE text;
UPDATE crm.lead_convert_settings SET impersonating_role = 'lc_t_admins';
SELECT is(t.all_ways('lc_t_web', :ann), '', '... also as text');
ALTER TABLE crm.lead_convert_settings ALTER COLUMN impersonating_role TYPE name;
UPDATE crm.lead_convert_settings SET impersonating_role = NULL;

-- what was found good is forgotten when it is not any more
SELECT is(t.all_ways('lc_t_boss', :ann), '', 'who has the privileges of the user''s role');
REVOKE lc_t_ann FROM lc_t_boss;
SELECT is(t.all_ways('lc_t_boss', :ann), '42501', '... no longer');
UPDATE crm.app_user SET db_role = NULL WHERE id = :ann;
SELECT is(t.all_ways('lc_t_boss', :ann), '', 'a user who has no role now');
UPDATE crm.app_user SET db_role = 'lc_t_ann' WHERE id = :ann;
SELECT is(t.all_ways('lc_t_boss', :ann), '42501', '... and has one again');
SELECT is(t.all_ways('lc_t_web', :dot), '', 'a user without a role');
SAVEPOINT before;
DELETE FROM crm.app_user WHERE id = :dot;
SELECT is(t.all_ways('lc_t_web', :dot), 'LC016', '... who is deleted');
ROLLBACK TO before;
SELECT is(t.all_ways('lc_t_web', :dot), '', '... and is not');
SAVEPOINT before;
INSERT INTO crm.app_user (id, name) VALUES (99999999, 'Late');
SELECT is(t.all_ways('lc_t_web', 99999999), '', 'a user who is new');
ROLLBACK TO before;
SELECT is(t.all_ways('lc_t_web', 99999999), 'LC016', '... and is taken back');

-- the session's role counts, in functions of others as well
SELECT is(t.as('lc_t_web', :ann, 'SELECT t.by_definer()'), '42501', 'a superuser''s function lends nobody another''s name');
SELECT is(t.as('lc_t_ann', :ann, 'SELECT t.by_definer()'), '', '... and takes nobody''s own');

-- a user whom policies hide from the role, although such a function sees him
SAVEPOINT before;
GRANT SELECT ON crm.app_user TO lc_t_web;
ALTER TABLE crm.app_user ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON crm.app_user TO lc_t_web USING (name <> 'Dot');
SELECT is(t.all_ways('lc_t_web', :dot), 'LC016', 'a user who is hidden does not exist');
SELECT is(t.all_ways('lc_t_web', :cy), '', '... another one does');
SELECT is(t.as('lc_t_web', :dot, 'SELECT t.by_definer()'), '', '... for a function whose owner sees him he does');
SELECT is(t.all_ways('lc_t_web', :dot), 'LC016', '... but not afterwards');
SELECT is(t.as('lc_t_web', :dot, 'SELECT leadconv.current_user_id() FROM (SELECT t.by_definer() OFFSET 0) x'), 'LC016', '... nor beside it');
ROLLBACK TO before;

-- what is said
SELECT t.lead() AS l \gset
SELECT set_config('leadconv.user_id', :'bob', true), set_config('role', 'lc_t_ann', true);

SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :l), '42501', format('role "lc_t_ann" may not act as user %s, whom leadconv.user_id names', :bob));
SELECT set_config('leadconv.user_id', '99999999', true);
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s)', :l), 'LC016', 'user 99999999, whom leadconv.user_id names, does not exist');
RESET ROLE;
SELECT set_config('leadconv.user_id', '', true);

-- nobody else's tasks are moved
GRANT SELECT (id) ON crm.app_user TO lc_t_ann;   -- to name an owner
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Bob''s', 'owner_id', :bob)) AS task \gset
SELECT is(t.as('lc_t_ann', :bob, format('SELECT leadconv.convert_lead(%s, owner_id => %s)', :l, :ann)), '42501', 'a borrowed name');
SELECT set_config('role', 'lc_t_ann', true);
SELECT is((leadconv.convert_lead(:l, owner_id => :cy)).success, true, 'the own one');
RESET ROLE;
SELECT is((SELECT concat_ws(' ', owner_id = :bob, last_modified_by_id = :ann) FROM crm.task WHERE id = :task), 't t', '... leaves another''s task to him');

-- a foreign-key action is the doing of who deleted
SELECT t.lead() AS l \gset
SELECT account_id AS a FROM leadconv.convert_lead(:l) \gset
GRANT DELETE ON crm.account TO lc_t_web;
SELECT is(t.as('lc_t_web', :ann, format('DELETE FROM crm.account WHERE id = %s', :a)), '42501', 'an account cannot be deleted in another''s name where a lead keeps track');
SELECT set_config('role', 'lc_t_web', true), set_config('leadconv.user_id', :'cy', true);
SELECT lives_ok(format('DELETE FROM crm.account WHERE id = %s', :a), '... it can in one''s own');
RESET ROLE;
SELECT is(t.get('lead', :l, 'last_modified_by_id'), :'cy', '... and that is who has changed the lead');

SELECT * FROM finish();
ROLLBACK;
