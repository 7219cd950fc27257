-- The history of leads and opportunities.
BEGIN;
\ir helpers.psql
SELECT plan(58);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- What the history of a record has got since it was looked at last
CREATE FUNCTION t.history(name text, record bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('WITH gone AS (DELETE FROM crm.%1$s_history WHERE %1$s_id = $1 RETURNING *)
        SELECT string_agg(format(''%%s: %%s -> %%s'', field, coalesce(old_value, ''null''), coalesce(new_value, ''null'')), '', '' ORDER BY id) FROM gone', name)
        INTO result USING record;
    RETURN result;
END $$;
CREATE FUNCTION t.deal(vals jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
    SELECT t.new('opportunity', '{"name": "Deal", "stage_name": "Prospecting", "close_date": "2026-01-31", "amount": 100}' || vals)
$$;

-- each field, one by one and together
SELECT t.deal() AS o \gset
SELECT is(t.history('opportunity', :o), NULL, 'no row for the creation');
UPDATE crm.opportunity SET stage_name = 'Qualification' WHERE id = :o;
SELECT is((SELECT ROW(opportunity_id, field, old_value, new_value, created_date = now(), created_by_id)::text FROM crm.opportunity_history),
          format('(%s,stage_name,Prospecting,Qualification,t,%s)', :o, :ann), 'a row: what, when and who');
SELECT is(t.history('opportunity', :o), 'stage_name: Prospecting -> Qualification', 'stage');
UPDATE crm.opportunity SET amount = 250.50 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 100 -> 250.50', 'amount');
UPDATE crm.opportunity SET probability = 40 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'probability: 10 -> 40', 'probability');
UPDATE crm.opportunity SET close_date = '2026-06-30' WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'close_date: 2026-01-31 -> 2026-06-30', 'close date');
UPDATE crm.opportunity SET forecast_category = 'BestCase' WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'forecast_category: Pipeline -> BestCase', 'forecast');
UPDATE crm.opportunity SET name = 'New', forecast_category = NULL, close_date = '2026-07-31', probability = NULL, amount = NULL, stage_name = 'Prospecting' WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'stage_name: Qualification -> Prospecting, amount: 250.50 -> null, probability: 40 -> 10, close_date: 2026-06-30 -> 2026-07-31, forecast_category: BestCase -> Pipeline', 'all of them in one statement');
UPDATE crm.opportunity SET name = 'Newer', stage_name = 'Prospecting', amount = NULL, next_step = 'Call' WHERE id = :o;
SELECT is(t.history('opportunity', :o), NULL, 'nothing for what has not changed, nor for other columns');
SELECT t.lead() AS l \gset
UPDATE crm.lead SET status = 'Working - Contacted', owner_id = :bob, rating = 'Hot' WHERE id = :l;
SELECT is(t.history('lead', :l), format('status: Open - Not Contacted -> Working - Contacted, owner_id: null -> %s', :bob), 'a lead''s status and owner');
UPDATE crm.lead SET owner_id = NULL WHERE id = :l;
SELECT is(t.history('lead', :l), format('owner_id: %s -> null', :bob), '... one by one');

-- who and when
SELECT set_config('leadconv.user_id', '', true);
UPDATE crm.lead SET owner_id = :bob WHERE id = :l;
SELECT is((SELECT created_by_id FROM crm.lead_history WHERE lead_id = :l), NULL, 'changed by nobody who is known');
SELECT t.history('lead', :l) \g /dev/null
SELECT set_config('leadconv.user_id', :'ann', true);

-- neither settings nor names in the way
SAVEPOINT settings;
CREATE TABLE pg_temp.opportunity_history (x integer);
CREATE FUNCTION t.textout(anyelement) RETURNS text LANGUAGE sql AS 'SELECT ''wrong''::text';
SET LOCAL datestyle = 'German';
SET LOCAL search_path = pg_temp, t;
SET LOCAL timezone = 'Asia/Tokyo';
UPDATE crm.opportunity SET close_date = make_date(2027, 3, 1), amount = 1234567.5 WHERE id = :o;
RESET search_path;
SELECT is(t.history('opportunity', :o), 'amount: null -> 1234567.5, close_date: 2026-07-31 -> 2027-03-01', 'whatever the session''s settings');
SELECT t.drop_reports();
ALTER TABLE crm.opportunity ALTER COLUMN amount TYPE text, ALTER COLUMN close_date TYPE timestamptz USING '2027-03-01 00:00+00', ALTER COLUMN probability TYPE boolean USING NULL;
UPDATE crm.opportunity SET amount = 'a lot', close_date = '2027-03-02 00:00+00', probability = true WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 1234567.5 -> a lot, probability: null -> t, close_date: 2027-03-01T00:00:00+00:00 -> 2027-03-02T00:00:00+00:00', 'columns of other types');
ALTER TABLE crm.opportunity DROP COLUMN amount;
UPDATE crm.opportunity SET stage_name = 'Qualification' WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'stage_name: Prospecting -> Qualification', 'a column that is gone');
ROLLBACK TO settings;

-- triggers of the user: what is stored counts
CREATE FUNCTION t.double() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := 2 * coalesce(NEW.amount, 1); RETURN NEW; END $$;
CREATE TRIGGER zz BEFORE UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.double();
UPDATE crm.opportunity SET amount = 5 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: null -> 10', 'what a trigger of the user made of a value');
UPDATE crm.opportunity SET name = 'Other' WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 10 -> 20', 'a column that only a trigger changed');
DROP TRIGGER zz ON crm.opportunity;
CREATE FUNCTION t.suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER zz BEFORE UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.suppress();
UPDATE crm.opportunity SET amount = 6 WHERE id = :o;
SELECT is(t.history('opportunity', :o), NULL, 'a change that a trigger suppressed');
DROP TRIGGER zz ON crm.opportunity;

-- triggers of the user that fire before ours and change or delete the record again
CREATE FUNCTION t.again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'Delete' THEN
        DELETE FROM crm.opportunity WHERE id = NEW.id;
    ELSIF pg_trigger_depth() = 1 THEN
        UPDATE crm.opportunity SET amount = amount + 1 WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER aa AFTER UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.again();
UPDATE crm.opportunity SET amount = 30 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 30 -> 31, amount: 20 -> 30', 'a record that is changed again');
SELECT t.deal() AS o0 \gset
SELECT lives_ok(format('UPDATE crm.opportunity SET amount = 1, name = ''Delete'' WHERE id = %s', :o0), 'a record that is deleted by a trigger ...');
SELECT is(t.history('opportunity', :o0), NULL, '... has no history');
DROP TRIGGER aa ON crm.opportunity;

-- a trigger that is deferred
SAVEPOINT deferred;
ALTER TABLE crm.opportunity DISABLE TRIGGER leadconv_history;
CREATE CONSTRAINT TRIGGER later AFTER UPDATE ON crm.opportunity DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leadconv.track_history();
UPDATE crm.opportunity SET amount = 32 WHERE id = :o;
UPDATE crm.opportunity SET amount = 33 WHERE id = :o;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(t.history('opportunity', :o), 'amount: 31 -> 32, amount: 32 -> 33', 'two changes that are recorded at the end');
SET CONSTRAINTS ALL DEFERRED;
UPDATE crm.opportunity SET amount = 34 WHERE id = :o;
DELETE FROM crm.opportunity WHERE id = :o;
SELECT lives_ok('SET CONSTRAINTS ALL IMMEDIATE', '... when the record is gone');
ROLLBACK TO deferred;
UPDATE crm.opportunity SET amount = 20 WHERE id = :o;
SELECT t.history('opportunity', :o) \g /dev/null

-- many rows, ON CONFLICT, and the rename of a value
SELECT t.deal(jsonb_build_object('name', 'Bulk', 'amount', n)) FROM generate_series(1, 1000) n \g /dev/null
UPDATE crm.opportunity SET stage_name = 'Closed Won', amount = amount + 1 WHERE name = 'Bulk';
SELECT is((SELECT ROW(count(*), count(DISTINCT opportunity_id), count(*) FILTER (WHERE field = 'amount' AND new_value::numeric = old_value::numeric + 1))::text
           FROM crm.opportunity_history), '(4000,1000,1000)', 'a thousand in one statement');
DELETE FROM crm.opportunity WHERE name = 'Bulk';
SELECT is((SELECT count(*) FROM crm.opportunity_history), 0::bigint, 'history goes with its record');
INSERT INTO crm.opportunity (id, name, stage_name, close_date) VALUES (:o, 'Upsert', 'Closed Lost', '2027-01-01') ON CONFLICT (id) DO UPDATE SET stage_name = excluded.stage_name;
SELECT is(t.history('opportunity', :o), 'stage_name: Prospecting -> Closed Lost, probability: 10 -> 0, forecast_category: Pipeline -> Omitted', 'ON CONFLICT DO UPDATE');
UPDATE crm.opportunity_stage SET api_name = 'Lost' WHERE api_name = 'Closed Lost';
SELECT is(t.history('opportunity', :o), 'stage_name: Closed Lost -> Lost', 'a stage that is renamed');
UPDATE crm.lead_status SET api_name = 'Working' WHERE api_name = 'Working - Contacted';
SELECT is(t.history('lead', :l), 'status: Working - Contacted -> Working', 'a status that is renamed');

-- conversion: the ledger says what it did
SELECT t.deal(jsonb_build_object('amount', NULL)) AS o2 \gset
ALTER TABLE crm.lead ADD COLUMN budget numeric;
ALTER TABLE crm.opportunity ADD COLUMN budget numeric;
INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('budget', 'opportunity', 'amount');
SELECT t.new('account', '{"name": "Acme"}') AS a \gset
UPDATE crm.opportunity SET account_id = :a WHERE id = :o2;
SELECT t.lead(jsonb_build_object('budget', 77, 'owner_id', :ann)) AS l2 \gset
SELECT opportunity_id AS converted FROM t.convert(:l2, jsonb_build_object('account_id', :a, 'opportunity_id', :o2, 'owner_id', :bob)) \gset
SELECT is(ARRAY[t.get('opportunity', :o2, 'amount'), :converted::text], ARRAY['77', :'o2'], 'a conversion fills an opportunity');
SELECT is(t.history('opportunity', :o2), NULL, '... without history');
SELECT is(t.get('lead', :l2, 'is_converted'), 'true', 'and converts a lead');
SELECT is(t.history('lead', :l2), NULL, '... without history');
SELECT array_agg(t.lead(jsonb_build_object('owner_id', :ann))) AS leads FROM generate_series(1, 20) \gset
SELECT is((SELECT count(*) FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(x, owner_id => :bob)) FROM unnest(:'leads'::bigint[]) x)) WHERE success), 20::bigint, 'many leads');
SELECT is((SELECT count(*) FROM crm.lead_history) + (SELECT count(*) FROM crm.opportunity_history), 0::bigint, '... without history');

-- but not what triggers do in its midst
CREATE FUNCTION t.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.opportunity SET stage_name = 'Qualification' WHERE id = TG_ARGV[0]::bigint;
    UPDATE crm.lead SET status = 'Working' WHERE id = leadconv.converting_lead_id();
    RETURN NULL;
END $$;
SELECT format('CREATE TRIGGER meddle AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.meddle(%s)', :o) \gexec
SELECT t.lead() AS l3 \gset
SELECT ok((t.convert(:l3)).success, 'a conversion with a trigger');
SELECT is(t.history('opportunity', :o), 'stage_name: Lost -> Qualification, probability: 0 -> 10, forecast_category: Omitted -> Pipeline', '... that changes another opportunity');
SELECT is(t.history('lead', :l3), 'status: Open - Not Contacted -> Working', '... and the lead itself');
DROP TRIGGER meddle ON crm.contact;

-- a conversion within a trigger
CREATE FUNCTION t.convert_too() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM leadconv.convert_lead(TG_ARGV[0]::bigint);
    UPDATE crm.opportunity SET stage_name = 'Prospecting' WHERE id = NEW.id;
    RETURN NULL;
END $$;
SELECT t.lead() AS l4 \gset
SELECT format('CREATE TRIGGER convert_too AFTER UPDATE OF amount ON crm.opportunity FOR EACH ROW WHEN (NEW.amount = 4) EXECUTE FUNCTION t.convert_too(%s)', :l4) \gexec
UPDATE crm.opportunity SET amount = 4 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'stage_name: Qualification -> Prospecting, amount: 20 -> 4', 'changes around a conversion within a trigger');
SELECT is(ARRAY[t.history('lead', :l4), t.get('lead', :l4, 'is_converted')], '{NULL,true}', '... but not its own');
DROP TRIGGER convert_too ON crm.opportunity;

-- the setting, which takes effect at once
UPDATE crm.lead_convert_settings SET track_history = false;
UPDATE crm.opportunity SET amount = 5 WHERE id = :o;
SELECT is(t.history('opportunity', :o), NULL, 'switched off');
UPDATE crm.lead_convert_settings SET track_history = true;
UPDATE crm.opportunity SET amount = 6 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 5 -> 6', 'switched on');
SAVEPOINT off;
UPDATE crm.lead_convert_settings SET track_history = false;
UPDATE crm.opportunity SET amount = 7 WHERE id = :o;
ROLLBACK TO off;
UPDATE crm.opportunity SET amount = 8 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 6 -> 8', 'switched off, and that rolled back');
SAVEPOINT shape;
ALTER TABLE crm.lead_convert_settings ALTER COLUMN track_history DROP NOT NULL;
UPDATE crm.lead_convert_settings SET track_history = NULL;
UPDATE crm.opportunity SET amount = 9 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 8 -> 9', 'the setting is NULL');
ALTER TABLE crm.lead_convert_settings ALTER COLUMN track_history DROP DEFAULT, ALTER COLUMN track_history TYPE text USING 'false';
UPDATE crm.opportunity SET amount = 10 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 9 -> 10', '... or of another type');
ALTER TABLE crm.lead_convert_settings DROP COLUMN track_history;
UPDATE crm.opportunity SET amount = 11 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 10 -> 11', '... or gone');
DELETE FROM crm.lead_convert_settings;
UPDATE crm.opportunity SET amount = 12 WHERE id = :o;
SELECT is(t.history('opportunity', :o), 'amount: 11 -> 12', '... with its row');
ROLLBACK TO shape;

-- privileges: none on the history is needed, and its triggers and defaults run
-- as the caller
CREATE ROLE t_clerk;
GRANT USAGE ON SCHEMA crm TO t_clerk;
GRANT SELECT, UPDATE ON crm.opportunity TO t_clerk;
CREATE FUNCTION t.who() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.new_value := NEW.new_value || ' by ' || current_user; RETURN NEW; END $$;
CREATE TRIGGER who BEFORE INSERT ON crm.opportunity_history FOR EACH ROW EXECUTE FUNCTION t.who();
ALTER TABLE crm.opportunity_history ADD COLUMN who text DEFAULT current_user, ADD COLUMN twice text GENERATED ALWAYS AS (field || field) STORED, ADD COLUMN empty text,
    ENABLE ROW LEVEL SECURITY;
SET ROLE t_clerk;
SELECT throws_ok('INSERT INTO crm.opportunity_history (opportunity_id, field) VALUES (1, ''x'')', '42501', NULL, 'who may not write to the history');
UPDATE crm.opportunity SET amount = 50 WHERE id = :o;
RESET ROLE;
SELECT is((SELECT ROW(field, new_value, who, twice, empty)::text FROM crm.opportunity_history), '(amount,"50 by t_clerk",t_clerk,amountamount,)',
          '... changes a record all the same; triggers and defaults run as the caller');
SELECT t.history('opportunity', :o) \g /dev/null
ALTER TABLE crm.opportunity_history ADD CONSTRAINT not_50 CHECK (old_value <> '50');
SELECT throws_ok(format('UPDATE crm.opportunity SET amount = 51 WHERE id = %s', :o), '23514', NULL, 'a constraint of the history holds');
ALTER TABLE crm.opportunity_history DROP CONSTRAINT not_50;
DROP TRIGGER who ON crm.opportunity_history;
CREATE FUNCTION t.count_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.opportunity SET next_step = (SELECT count(*) FROM crm.opportunity_history WHERE opportunity_id = NEW.opportunity_id) WHERE id = NEW.opportunity_id;
    RETURN NULL;
END $$;
CREATE TRIGGER counted AFTER INSERT ON crm.opportunity_history FOR EACH ROW EXECUTE FUNCTION t.count_history();
SELECT t.deal() AS o3 \gset
UPDATE crm.opportunity SET amount = 1, probability = 1 WHERE id = :o3;
SELECT is(t.get('opportunity', :o3, 'next_step'), '2', 'AFTER triggers of the history see its rows');

-- the function itself
SELECT throws_ok('SELECT leadconv.track_history()', '39P01', NULL, 'it is a trigger function');
CREATE TABLE crm.own (id bigint, amount numeric);
INSERT INTO crm.own VALUES (1, 1);
CREATE FUNCTION t.refused(definition text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
BEGIN
    EXECUTE 'CREATE TRIGGER wrong ' || definition;
    EXECUTE statement;
    RETURN 'not refused';
EXCEPTION WHEN SQLSTATE '39P01' THEN
    RETURN SQLERRM;
END $$;
SELECT is(t.refused('AFTER UPDATE ON crm.own FOR EACH ROW EXECUTE FUNCTION leadconv.track_history()', 'UPDATE crm.own SET amount = 2'),
          'function "track_history" must not be fired for table "own"', 'of two tables only');
CREATE TABLE t.opportunity (LIKE crm.opportunity);
INSERT INTO t.opportunity SELECT * FROM crm.opportunity WHERE id = :o;
SELECT is(t.refused('AFTER UPDATE ON t.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.track_history()', 'UPDATE t.opportunity SET amount = 2'),
          'function "track_history" must not be fired for table "opportunity"', '... of schema crm');
SELECT is(t.refused('BEFORE UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.track_history()', format('UPDATE crm.opportunity SET amount = 2 WHERE id = %s', :o)),
          'function "track_history" must be fired AFTER ROW', '... afterwards');
SELECT is(t.refused('AFTER UPDATE ON crm.opportunity EXECUTE FUNCTION leadconv.track_history()', format('UPDATE crm.opportunity SET amount = 2 WHERE id = %s', :o)),
          'function "track_history" must be fired AFTER ROW', '... for rows');
SELECT is(t.refused('AFTER DELETE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.track_history()', format('DELETE FROM crm.opportunity WHERE id = %s', :o)),
          'function "track_history" must be fired for UPDATE', '... for updates');

-- a history table that cannot take rows
ALTER TABLE crm.opportunity_history RENAME COLUMN field TO what;
SELECT throws_ok(format('UPDATE crm.opportunity SET amount = 60 WHERE id = %s', :o), 'LC023', 'table "opportunity_history" is not as leadconv made it', 'a history of another shape');
UPDATE crm.lead_convert_settings SET track_history = false;
SELECT lives_ok(format('UPDATE crm.opportunity SET amount = 60 WHERE id = %s', :o), '... does no harm when it is switched off');

SELECT finish();
ROLLBACK;
