-- What frameworks do: all columns of a row are written back as they were read.  A converted lead lets that pass.
BEGIN;
\ir helpers.psql
SELECT plan(25);

CREATE ROLE lc_t_orm;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_orm;
GRANT SELECT, INSERT, UPDATE ON crm.lead TO lc_t_orm;
SELECT t.new('app_user', '{"name": "Cy"}') AS cy \gset
SET LOCAL leadconv.user_id = :cy;
SELECT t.lead('{"phone": "5"}') AS l \gset
SELECT leadconv.convert_lead(:l);
RESET leadconv.user_id;
-- the statement that writes all columns, but for some set to something else
CREATE FUNCTION t.save(lead_id bigint, other text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE crm.lead l SET %s FROM (SELECT * FROM crm.lead WHERE id = $1) o WHERE l.id = $1',
        (SELECT string_agg(format('%1$I = %2$s', attname, CASE WHEN other LIKE attname || '=%' THEN substr(other, length(attname) + 2) ELSE 'o.' || quote_ident(attname) END), ', ')
        FROM pg_attribute WHERE attrelid = 'crm.lead'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''))
    USING lead_id;
END $$;
GRANT USAGE ON SCHEMA t TO lc_t_orm;
UPDATE crm.lead_convert_settings SET track_history = true;
SELECT md5(string_agg(x, '|')) AS before FROM unnest(t.dump()) x \gset
SET ROLE lc_t_orm;
SELECT lives_ok(format('SELECT t.save(%s)', :l), 'all columns as they are');
SELECT lives_ok(format('UPDATE crm.lead SET phone = phone, is_converted = true, status = status WHERE id = %s', :l), 'some columns');
SELECT lives_ok(format('UPDATE crm.lead SET last_modified_date = now(), last_modified_by_id = NULL, created_date = now() WHERE id = %s', :l), 'columns that nobody can set');
SELECT lives_ok(format('INSERT INTO crm.lead (id, last_name) VALUES (%s, ''Rao'') ON CONFLICT (id) DO UPDATE SET last_name = EXCLUDED.last_name', :l), 'INSERT ON CONFLICT');
SELECT lives_ok(format('SELECT 1 FROM crm.lead WHERE id = %s FOR UPDATE', :l), 'a lock');
RESET ROLE;
SELECT is((SELECT md5(string_agg(x, '|')) FROM unnest(t.dump()) x), :'before', 'the lead is as it was, with who converted it as the one who changed it last');
SET ROLE lc_t_orm;
-- The command says that there is such a row: frameworks insert one when there is none
WITH u AS (UPDATE crm.lead SET phone = phone WHERE id = :l RETURNING 1) SELECT is(count(*), 1::bigint, 'it counts as a row') FROM u;
SELECT throws_ok(format('SELECT t.save(%s, %L)', :l, o), 'LC005', NULL, o)
FROM unnest(ARRAY['phone=''6''', 'phone=NULL', 'description=''''', 'is_converted=false', 'converted_account_id=NULL', 'converted_date=o.converted_date + 1', 'last_name=''X''', 'id=o.id + 1000']) o;
RESET ROLE;

-- Triggers of users: what the statement sets counts, as it is stored
SAVEPOINT s;
ALTER TABLE crm.lead ADD COLUMN updated_at timestamptz DEFAULT '2020-01-01';
CREATE FUNCTION t.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.touch();
SET ROLE lc_t_orm;
SELECT lives_ok(format('UPDATE crm.lead SET phone = phone WHERE id = %s', :l), 'a time stamp that a trigger keeps');
SELECT throws_ok(format('SELECT t.save(%s)', :l), 'LC005', NULL, '... and the statement sets to another');
RESET ROLE;
DROP TRIGGER touch ON crm.lead;
CREATE TRIGGER touch BEFORE UPDATE ON crm.lead FOR EACH ROW WHEN ((OLD.last_name, OLD.phone) IS DISTINCT FROM (NEW.last_name, NEW.phone)) EXECUTE FUNCTION t.touch();
SET ROLE lc_t_orm;
SELECT lives_ok(format('SELECT t.save(%s)', :l), '... and that is kept only when something has changed');
RESET ROLE;
ROLLBACK TO s;
CREATE FUNCTION t.shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.last_name := upper(NEW.last_name); RETURN NEW; END $$;
CREATE TRIGGER shout BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION t.shout();
SET ROLE lc_t_orm;
SELECT throws_ok(format('UPDATE crm.lead SET last_name = last_name WHERE id = %s', :l), 'LC005', NULL, 'a trigger changes what the statement sets');
RESET ROLE;
ROLLBACK TO s;

-- Leads that are not converted are stamped as ever
SELECT t.lead() AS o \gset
SET LOCAL leadconv.user_id = :cy;
SELECT t.save(:o);
SELECT is(t.get('lead', :o, 'last_modified_by_id'), :'cy', 'an open lead that is saved has been touched');
RESET leadconv.user_id;
-- Who has the permission may change the lead, and is recorded then
GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO lc_t_orm;
SET ROLE lc_t_orm;
SELECT lives_ok(format('SELECT t.save(%s)', :l), 'saved unchanged by who may change it');
RESET ROLE;
SELECT is(t.get('lead', :l, 'last_modified_by_id'), :'cy', '... changes nothing either');
SET ROLE lc_t_orm;
SELECT lives_ok(format('SELECT t.save(%s, %L)', :l, 'phone=''6'''), '... and with another value');
RESET ROLE;
SELECT is(t.get('lead', :l, 'last_modified_by_id'), NULL, '... is stamped');
SELECT is(t.get('lead', :l, 'phone'), '6', '... and stored');

SELECT * FROM finish();
ROLLBACK;
