-- Columns that follow from other columns, whatever way a row comes in.
BEGIN;
\ir helpers.psql
SELECT * FROM no_plan();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

--
-- What must hold of all rows, said in SQL
--
CREATE FUNCTION t.fiscal(day date, OUT year integer, OUT quarter integer) LANGUAGE sql AS $$
    SELECT extract(year FROM d)::integer + (s.fiscal_year_start_month > 1 AND NOT s.uses_start_date_as_fiscal_year_name)::integer,
           extract(quarter FROM d)::integer
    FROM crm.lead_convert_settings s, LATERAL (SELECT date_trunc('month', day::timestamp) - make_interval(months => s.fiscal_year_start_month - 1)) AS x (d)
$$;
CREATE FUNCTION t.wrong() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('opportunity %s: %s', o.id, to_jsonb(o)) FROM crm.opportunity o
    JOIN crm.opportunity_stage s ON s.api_name = o.stage_name, t.fiscal(o.close_date) f
    WHERE (o.is_closed, o.is_won, o.fiscal_year, o.fiscal_quarter, o.fiscal, o.expected_revenue)
        IS DISTINCT FROM (s.is_closed, s.is_won, f.year, f.quarter, f.year || ' ' || f.quarter, o.amount * o.probability * 0.01)
    OR o.probability IS NULL OR o.forecast_category IS NULL OR o.forecast_category_name IS NULL
    UNION ALL
    SELECT format('task %s: %s', x.id, to_jsonb(x)) FROM crm.task x
    LEFT JOIN (crm.picklist_value s JOIN crm.picklist_field fs ON fs.id = s.picklist_field_id AND fs.object = 'task' AND fs.field = 'status') ON s.value = x.status
    LEFT JOIN (crm.picklist_value p JOIN crm.picklist_field fp ON fp.id = p.picklist_field_id AND fp.object = 'task' AND fp.field = 'priority') ON p.value = x.priority
    WHERE x.is_closed <> s.is_closed OR x.is_high_priority <> p.is_high_priority OR (x.completed_date_time IS NOT NULL) <> s.is_closed
    UNION ALL
    SELECT format('member %s: %s', m.id, to_jsonb(m)) FROM crm.campaign_member m
    JOIN crm.campaign_member_status s ON s.campaign_id = m.campaign_id AND s.label = m.status
    WHERE m.has_responded <> s.has_responded OR (s.has_responded AND m.first_responded_date IS NULL)
$$;
CREATE FUNCTION t.right(what text) RETURNS text LANGUAGE sql AS $$ SELECT is_empty('SELECT t.wrong()', what) $$;

CREATE FUNCTION t.deal(vals jsonb DEFAULT '{}') RETURNS bigint LANGUAGE sql AS $$
    SELECT t.new('opportunity', '{"name": "Deal", "stage_name": "Prospecting", "close_date": "2026-01-31", "amount": 100}' || vals)
$$;
CREATE FUNCTION t.set(name text, id bigint, assignments text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE crm.%I SET %s WHERE id = $1', name, assignments) USING id;
END $$;
-- Columns of a row, e.g. t.cols('task', 1, 'is_closed, status')
CREATE FUNCTION t.cols(name text, row_id bigint, cols text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT ROW(%s)::text FROM crm.%I WHERE id = $1', cols, name) INTO result USING row_id;
    RETURN result;
END $$;

-- every value of every list, by INSERT, by UPDATE from every other, by COPY and by MERGE
SELECT t.new('campaign', '{"name": "Camp"}') AS camp \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (:camp, 'Sent', 1, false), (:camp, 'Responded', 2, true);
INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, is_active, is_closed, default_probability, forecast_category, forecast_category_name)
VALUES ('Old stage', 'Old', 99, false, true, 33.3, 'BestCase', 'Best Case');
SELECT t.deal(jsonb_build_object('stage_name', api_name)) FROM crm.opportunity_stage;
INSERT INTO crm.task (subject, status, priority) SELECT s.value || p.value, s.value, p.value
FROM (SELECT v.value FROM crm.picklist_value v JOIN crm.picklist_field f ON f.id = v.picklist_field_id AND f.object = 'task' AND f.field = 'status') s,
     (SELECT v.value FROM crm.picklist_value v JOIN crm.picklist_field f ON f.id = v.picklist_field_id AND f.object = 'task' AND f.field = 'priority') p;
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (:camp, t.lead(), 'Sent'), (:camp, t.lead(), 'Responded'), (:camp, t.lead(), NULL);
SELECT t.right('every value, inserted');
SELECT is(ARRAY(SELECT format('%s %s %s %s', stage_name, probability, forecast_category, forecast_category_name) FROM crm.opportunity ORDER BY stage_name),
          ARRAY(SELECT format('%s %s %s %s', api_name, default_probability, forecast_category, forecast_category_name) FROM crm.opportunity_stage ORDER BY api_name),
          'probability and forecast category of every stage');
CREATE FUNCTION t.rotate() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    stage text;
    val text;
BEGIN
    FOR stage IN SELECT api_name FROM crm.opportunity_stage LOOP
        UPDATE crm.opportunity SET stage_name = stage;
        ASSERT NOT EXISTS (SELECT t.wrong()), stage;
        ASSERT NOT EXISTS (SELECT FROM crm.opportunity o JOIN crm.opportunity_stage s ON s.api_name = stage
            WHERE (o.probability, o.forecast_category, o.forecast_category_name) IS DISTINCT FROM (s.default_probability, s.forecast_category, s.forecast_category_name)), stage;
    END LOOP;
    FOR val IN SELECT v.value FROM crm.picklist_value v JOIN crm.picklist_field f ON f.id = v.picklist_field_id AND f.object = 'task' AND f.field = 'status' LOOP
        UPDATE crm.task SET status = val;
        ASSERT NOT EXISTS (SELECT t.wrong()), val;
    END LOOP;
    FOR val IN SELECT v.value FROM crm.picklist_value v JOIN crm.picklist_field f ON f.id = v.picklist_field_id AND f.object = 'task' AND f.field = 'priority' LOOP
        UPDATE crm.task SET priority = val;
        ASSERT NOT EXISTS (SELECT t.wrong()), val;
    END LOOP;
    UPDATE crm.campaign_member SET status = 'Responded';
    ASSERT NOT EXISTS (SELECT t.wrong()), 'Responded';
    UPDATE crm.campaign_member SET status = 'Sent';
    ASSERT NOT EXISTS (SELECT t.wrong()), 'Sent';
END $$;
SELECT lives_ok('SELECT t.rotate()', 'every value, updated');
COPY crm.opportunity (name, stage_name, close_date, amount, is_closed) FROM stdin;
Copied	Closed Won	2027-05-05	12.34	f
\.
COPY crm.task (subject, status, priority) FROM stdin;
Copied	Completed	High
\.
MERGE INTO crm.opportunity o USING (VALUES ('Copied'), ('Merged')) v (name) ON o.name = v.name
WHEN MATCHED THEN UPDATE SET stage_name = 'Closed Lost', amount = 20
WHEN NOT MATCHED THEN INSERT (name, stage_name, close_date, amount) VALUES (v.name, 'Qualification', '2028-12-31', 7);
SELECT t.right('COPY and MERGE');
SELECT is((SELECT array_agg(name || ' ' || probability ORDER BY name) FROM crm.opportunity WHERE name IN ('Copied', 'Merged')), '{Copied 0,Merged 10}', '... with the probability of the stage');

-- every column that says that it follows from something does: each of them set by
-- hand, alone, and each of them NULL
CREATE TABLE t.followers AS
SELECT c.relname::text AS name, a.attname::text AS col, format_type(a.atttypid, NULL) AS type, a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND col_description(c.oid, a.attnum) ~ 'follows? from';
SELECT is((SELECT array_agg(name || '.' || col ORDER BY name, col) FROM t.followers), '{campaign_member.has_responded,lead_convert_settings.fiscal_year_start_month,
    opportunity.expected_revenue,opportunity.fiscal,opportunity.fiscal_quarter,opportunity.fiscal_year,opportunity.forecast_category,opportunity.forecast_category_name,
    opportunity.is_closed,opportunity.is_won,opportunity.probability,task.completed_date_time,task.is_closed,task.is_high_priority}', 'these columns follow from others, or others from them');
CREATE FUNCTION t.by_hand(name text, col text, type text, attnotnull boolean) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    val text;
    vals text[] := CASE type WHEN 'boolean' THEN '{true,false}' WHEN 'text' THEN '{''Closed'',''Omitted''}' WHEN 'character varying' THEN '{''x'',''''}'
        WHEN 'timestamp with time zone' THEN '{now(),''2020-01-01''}' ELSE '{0,77}' END;
BEGIN
    IF NOT attnotnull THEN
        vals := vals || 'NULL'::text;
    END IF;
    FOREACH val IN ARRAY vals LOOP
        EXECUTE format('UPDATE crm.%I SET %I = %s', name, col, val);
        RETURN NEXT t.right(format('%s.%s set to %s', name, col, val));
        EXECUTE format('UPDATE crm.%I SET %I = %s, last_modified_date = NULL, id = id', name, col, val);
        RETURN NEXT t.right(format('%s.%s set to %s once more', name, col, val));
    END LOOP;
END $$;
SELECT t.by_hand(name, col, type, attnotnull) FROM t.followers WHERE name <> 'lead_convert_settings' ORDER BY name, col;
-- by hand, on insert
SELECT t.deal('{"is_closed": true, "is_won": true, "fiscal": "1", "fiscal_year": 1, "fiscal_quarter": 1, "expected_revenue": 1}');
SELECT t.new('task', '{"is_closed": true, "is_high_priority": true, "completed_date_time": "2020-01-01"}'), t.new('task', '{"status": "Completed", "is_closed": false}');
INSERT INTO crm.campaign_member (campaign_id, lead_id, status, has_responded) VALUES (:camp, t.lead(), 'Sent', true);
SELECT t.right('inserted by hand');

-- unless given: probability and forecast category
SELECT t.deal('{"probability": 42, "forecast_category": "BestCase"}') AS o \gset
SELECT is(t.cols('opportunity', :o, 'probability, forecast_category, forecast_category_name, expected_revenue'), '(42,BestCase,"Best Case",42)', 'given on insert, the label of the category');
SELECT t.set('opportunity', :o, 'next_step = ''x''');
SELECT t.set('opportunity', :o, 'amount = 200, stage_name = ''Prospecting''');
SELECT is(t.cols('opportunity', :o, 'probability, forecast_category, forecast_category_name, expected_revenue'), '(42,BestCase,"Best Case",84)', '... stays, also when other columns change');
SELECT t.set('opportunity', :o, 'stage_name = ''Closed Won''');
SELECT is(t.cols('opportunity', :o, 'probability, forecast_category, forecast_category_name, expected_revenue'), '(100,Closed,Closed,200)', '... until the stage changes');
SELECT t.set('opportunity', :o, 'stage_name = ''Qualification'', probability = 15, forecast_category_name = ''Best Case''');
SELECT is(t.cols('opportunity', :o, 'probability, forecast_category, forecast_category_name, expected_revenue'), '(15,BestCase,"Best Case",30)', 'given with a stage, the category of a label');
SELECT t.set('opportunity', :o, 'name = name, stage_name = ''Needs Analysis'', probability = probability, forecast_category = forecast_category, forecast_category_name = forecast_category_name');
SELECT is(t.cols('opportunity', :o, 'probability, forecast_category, forecast_category_name'), '(20,Pipeline,Pipeline)', 'what is written back as it was has not been given');
SELECT t.set('opportunity', :o, 'probability = 66, forecast_category = ''Forecast'', forecast_category_name = ''Commit''');
SELECT is(t.cols('opportunity', :o, 'probability, forecast_category, forecast_category_name'), '(66,Forecast,Commit)', 'both category and label given');
SELECT t.set('opportunity', :o, 'forecast_category_name = ''Sure''');
SELECT is(t.cols('opportunity', :o, 'forecast_category, forecast_category_name'), '(Forecast,Sure)', 'a label that no stage has leaves the category');
SELECT t.set('opportunity', :o, 'forecast_category = ''MostLikely''');
SELECT is(t.cols('opportunity', :o, 'forecast_category, forecast_category_name'), '(MostLikely,MostLikely)', 'a category that no stage has is its own label');
SELECT t.set('opportunity', :o, 'probability = NULL, forecast_category = NULL, forecast_category_name = NULL');
SELECT is(t.cols('opportunity', :o, 'probability, forecast_category, forecast_category_name'), '(20,Pipeline,Pipeline)', 'NULL: as the stage says');
SELECT t.set('opportunity', :o, 'probability = 0');
SELECT is(t.cols('opportunity', :o, 'probability, expected_revenue'), '(0,0)', 'nought is given');
SELECT is(t.cols('opportunity', t.deal('{"amount": null}'), 'probability, expected_revenue'), '(10,)', 'no amount, no revenue');
SELECT is(t.cols('opportunity', t.deal('{"amount": 1234567890123456789.01, "probability": 33.333}'), 'expected_revenue'), '(411518514814851851.4807033)', 'exact to the last digit');
SELECT is(t.cols('opportunity', t.deal('{"amount": "NaN"}'), 'expected_revenue'), '(NaN)', 'not a number');
DELETE FROM crm.opportunity WHERE amount > 1000000;

-- the date on which a task was completed
SELECT t.new('task', '{"subject": "Call"}') AS k \gset
SELECT is(t.cols('task', :k, 'is_closed, completed_date_time'), '(f,)', 'an open task');
SELECT t.set('task', :k, 'status = ''Completed''');
SELECT is(t.cols('task', :k, 'is_closed, completed_date_time = now()'), '(t,t)', 'closed now');
SELECT t.set('task', :k, 'completed_date_time = ''2020-01-01''');
SELECT is(t.cols('task', :k, 'completed_date_time::date'), '(2020-01-01)', '... or when somebody says');
SELECT t.set('task', :k, 'subject = ''Called'', completed_date_time = NULL');
SELECT is(t.cols('task', :k, 'completed_date_time::date'), '(2020-01-01)', '... which cannot be emptied');
SELECT t.set('task', :k, 'status = ''In Progress''');
SELECT is(t.cols('task', :k, 'is_closed, completed_date_time'), '(f,)', 'opened again');
SELECT t.set('task', :k, 'status = ''Completed'', completed_date_time = ''2021-01-01''');
SELECT is(t.cols('task', :k, 'completed_date_time::date'), '(2021-01-01)', 'closed at a time given');
SELECT is(t.cols('task', t.new('task', '{"status": "Completed", "completed_date_time": "2019-01-01"}'), 'completed_date_time::date'), '(2019-01-01)', 'inserted with it');
SELECT is(t.cols('task', t.new('task', '{"status": "Completed", "last_modified_date": "2018-01-01", "created_date": "2017-01-01"}'), 'completed_date_time::date'), '(2018-01-01)', 'inserted without: the last that is known of it');

-- a status or priority that is in no list says nothing
SELECT t.new('task', '{"status": "Erledigt", "is_closed": true, "priority": "Sehr hoch", "is_high_priority": true, "completed_date_time": "2020-01-01"}') AS k2 \gset
SELECT is(t.cols('task', :k2, 'is_closed, is_high_priority, completed_date_time::date'), '(t,t,2020-01-01)', 'values that are in no list: nothing follows');
SELECT t.set('task', :k2, 'status = ''Offen'', priority = ''''');
SELECT is(t.cols('task', :k2, 'is_closed, is_high_priority, completed_date_time::date'), '(t,t,2020-01-01)', '... nor on update');
INSERT INTO crm.task (subject, status) SELECT 'Unknown', 'Status ' || n FROM generate_series(1, 300) n;
SELECT is((SELECT count(*) FROM crm.task WHERE subject = 'Unknown' AND NOT is_closed), 300::bigint, 'many of them');
INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order, is_closed)
SELECT id, v, v, 10, v <> 'Status 7' FROM crm.picklist_field, unnest('{Erledigt,Status 7,Status 300}'::text[]) v WHERE object = 'task' AND field = 'status';
UPDATE crm.task SET status = status WHERE status IN ('Status 7', 'Status 300', 'Status 8');
SELECT is((SELECT array_agg(status || ' ' || is_closed ORDER BY status) FROM crm.task WHERE status IN ('Status 7', 'Status 300', 'Status 8')), '{"Status 300 true","Status 7 false","Status 8 false"}', 'until they are in a list');
DELETE FROM crm.task WHERE subject = 'Unknown';
SELECT t.right('all is right so far');

-- the fiscal year, for each start of it, both ways to name it, and dates at the ends
CREATE FUNCTION t.fiscal_years() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m integer;
    named boolean;
    result text := '';
BEGIN
    FOR m, named IN SELECT x, y FROM generate_series(1, 12) x, unnest('{t,f}'::boolean[]) y LOOP
        UPDATE crm.lead_convert_settings SET fiscal_year_start_month = m, uses_start_date_as_fiscal_year_name = named;
        DELETE FROM crm.opportunity WHERE name = 'Fiscal';
        INSERT INTO crm.opportunity (name, stage_name, close_date) SELECT 'Fiscal', 'Prospecting', d + n
        FROM (SELECT make_date(2024, x, 1) FROM generate_series(1, 12) x) y (d), generate_series(-1, 1) n;
        result := result || coalesce((SELECT string_agg(w, E'\n') FROM t.wrong() w WHERE w LIKE '%"Fiscal"%'), '');
    END LOOP;
    DELETE FROM crm.opportunity WHERE name = 'Fiscal';
    RETURN result;
END $$;
SELECT is(t.fiscal_years(), '', 'fiscal years');
UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 4, uses_start_date_as_fiscal_year_name = false;
SELECT is(t.cols('opportunity', t.deal('{"close_date": "2026-03-31"}'), 'fiscal, fiscal_year, fiscal_quarter'), '("2026 4",2026,4)', 'a year has the name of its end');
UPDATE crm.lead_convert_settings SET uses_start_date_as_fiscal_year_name = true;
SELECT is(t.cols('opportunity', t.deal('{"close_date": "2026-03-31"}'), 'fiscal, fiscal_year, fiscal_quarter'), '("2025 4",2025,4)', '... or of its start');
UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 1, uses_start_date_as_fiscal_year_name = false;
SELECT is(t.cols('opportunity', t.deal('{"close_date": "infinity"}'), 'fiscal, fiscal_year, fiscal_quarter'), '(,,)', 'never');
SELECT is(t.cols('opportunity', t.deal('{"close_date": "123456-07-01"}'), 'fiscal, fiscal_year, fiscal_quarter'), '(,123456,3)', 'a year that is too long for the text');
SELECT is(t.cols('opportunity', t.deal('{"close_date": "0044-03-15 BC"}'), 'fiscal, fiscal_year, fiscal_quarter'), '("-43 1",-43,1)', 'before Christ');
DELETE FROM crm.opportunity WHERE close_date > '9999-12-31' OR close_date < '0001-01-01';
ALTER TABLE crm.opportunity ALTER COLUMN close_date DROP NOT NULL;
SELECT is(t.cols('opportunity', t.deal('{"close_date": null}'), 'fiscal, fiscal_year, fiscal_quarter'), '(,,)', 'no close date');
DELETE FROM crm.opportunity WHERE close_date IS NULL;
SELECT leadconv.refresh_derived_columns('crm.opportunity') > 0;
SELECT t.right('all is right so far, with the calendar year');

--
-- Triggers of the user
--
CREATE TABLE t.seen (name text, vals text);
CREATE FUNCTION t.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO t.seen SELECT TG_NAME, concat_ws(' ', coalesce(v ->> 'stage_name', v ->> 'status'), left(v ->> 'is_closed', 1), v ->> 'probability', v ->> 'expected_revenue')
    FROM to_jsonb(NEW) v;
    RETURN NEW;
END $$;
-- one that changes what its arguments say
CREATE FUNCTION t.change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'Deal' THEN
        IF TG_ARGV[0] <> '' THEN NEW.stage_name := TG_ARGV[0]; END IF;
        IF TG_ARGV[1] <> '' THEN NEW.amount := TG_ARGV[1]; END IF;
        IF TG_ARGV[2] <> '' THEN NEW.probability := TG_ARGV[2]; END IF;
        IF TG_ARGV[3] <> '' THEN NEW.close_date := TG_ARGV[3]; END IF;
        IF TG_ARGV[4] <> '' THEN NEW.is_closed := TG_ARGV[4]; END IF;
        IF TG_ARGV[5] = 'old' THEN NEW.stage_name := OLD.stage_name; END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_see BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.see();
CREATE TRIGGER zz_see BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.see();
CREATE FUNCTION t.with_trigger(args text, statement text, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('CREATE TRIGGER m_change BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.change(%s)', args);
    DELETE FROM t.seen;
    EXECUTE statement INTO result;
    DROP TRIGGER m_change ON crm.opportunity;
    RETURN (SELECT string_agg(name || ': ' || vals, ', ') FROM t.seen) || ' -> ' || result;
END $$;
CREATE FUNCTION t.insert_deal(vals jsonb DEFAULT '{}') RETURNS text LANGUAGE sql AS $$
    SELECT t.cols('opportunity', t.deal(vals), 'stage_name, is_closed, is_won, amount, probability, forecast_category, expected_revenue, fiscal') $$;
CREATE FUNCTION t.update_deal(assignments text, before jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    id bigint;
BEGIN
    ALTER TABLE crm.opportunity DISABLE TRIGGER m_change;
    id := t.deal(before);
    ALTER TABLE crm.opportunity ENABLE TRIGGER m_change;
    DELETE FROM t.seen;
    PERFORM t.set('opportunity', id, assignments);
    RETURN t.cols('opportunity', id, 'stage_name, is_closed, is_won, amount, probability, forecast_category, expected_revenue, fiscal');
END $$;
SELECT is(t.with_trigger('''Closed Won''', 'SELECT t.insert_deal()', ''),
    'a_see: Prospecting f 10 10, zz_see: Closed Won t 100 100 -> ("Closed Won",t,t,100,100,Closed,100,"2026 1")', 'a trigger sets the stage: all follows, and the last one sees it');
SELECT is(t.with_trigger('''Closed Won''', 'SELECT t.insert_deal(''{"probability": 5}'')', ''),
    'a_see: Prospecting f 5 5, zz_see: Closed Won t 5 5 -> ("Closed Won",t,t,100,5,Closed,5,"2026 1")', '... but what was given');
SELECT is(t.with_trigger('''Closed Won'', '''', ''7''', 'SELECT t.insert_deal()', ''),
    'a_see: Prospecting f 10 10, zz_see: Closed Won t 7 7 -> ("Closed Won",t,t,100,7,Closed,7,"2026 1")', '... or is given by the trigger');
SELECT is(t.with_trigger(''''', ''50'', '''', ''2027-12-31'', ''true''', 'SELECT t.insert_deal()', ''),
    'a_see: Prospecting f 10 10, zz_see: Prospecting f 10 5 -> (Prospecting,f,f,50,10,Pipeline,5,"2027 4")', 'amount, close date, and what a trigger has no say in');
SELECT is(t.with_trigger('''Closed Won''', 'SELECT t.update_deal(''amount = 60'')', ''),
    'a_see: Prospecting f 10 6, zz_see: Closed Won t 100 60 -> ("Closed Won",t,t,60,100,Closed,60,"2026 1")', 'the same by update');
SELECT is(t.with_trigger('''Closed Won''', 'SELECT t.update_deal(''next_step = ''''x'''''')', ''),
    'a_see: Prospecting f 10 10, zz_see: Closed Won t 100 100 -> ("Closed Won",t,t,100,100,Closed,100,"2026 1")', '... of a column that has nothing to do with it');
SELECT is(t.with_trigger('''Closed Won''', 'SELECT t.update_deal(''stage_name = ''''Qualification'''', probability = 11'')', ''),
    'a_see: Qualification f 11 11, zz_see: Closed Won t 11 11 -> ("Closed Won",t,t,100,11,Closed,11,"2026 1")', '... with a probability');
SELECT is(t.with_trigger('''Closed Won''', 'SELECT t.update_deal(''next_step = ''''x'''''', ''{"probability": 12}'')', ''),
    'a_see: Prospecting f 12 12, zz_see: Closed Won t 100 100 -> ("Closed Won",t,t,100,100,Closed,100,"2026 1")', '... that was given before the stage changed');
SELECT is(t.with_trigger(''''', '''', '''', '''', '''', ''old''', 'SELECT t.update_deal(''stage_name = ''''Closed Won'''''', ''{"probability": 12}'')', ''),
    'a_see: Closed Won t 100 100, zz_see: Prospecting f 12 12 -> (Prospecting,f,f,100,12,Pipeline,12,"2026 1")', 'a trigger takes the stage back, and with it what followed from it');
SELECT is(t.with_trigger('''Closed Won''', 'SELECT t.update_deal(''probability = NULL'', ''{"probability": 12}'')', ''),
    'a_see: Prospecting f 10 10, zz_see: Closed Won t 100 100 -> ("Closed Won",t,t,100,100,Closed,100,"2026 1")', 'emptied, and a trigger sets the stage');
SELECT is(t.with_trigger(''''', ''1''', 'SELECT t.update_deal(''probability = NULL'', ''{"probability": 12}'')', ''),
    'a_see: Prospecting f 10 10, zz_see: Prospecting f 10 0.1 -> (Prospecting,f,f,1,10,Pipeline,0.1,"2026 1")', '... or the amount');
-- in the midst of one row, a trigger writes others, and itself
CREATE FUNCTION t.nested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'Outer' THEN
        INSERT INTO crm.opportunity (name, stage_name, close_date, amount, probability) VALUES ('Inner', 'Closed Lost', '2026-01-01', 1, 99);
        UPDATE crm.opportunity SET stage_name = 'Needs Analysis' WHERE name = 'Inner';
        BEGIN
            INSERT INTO crm.opportunity (name, stage_name, close_date) VALUES ('Inner', 'No such stage', '2026-01-01');
            SET CONSTRAINTS ALL IMMEDIATE;
        EXCEPTION WHEN foreign_key_violation THEN NULL;
        END;
        NEW.stage_name := 'Value Proposition';
    ELSIF NEW.name = 'Inner' AND NEW.stage_name = 'Closed Lost' THEN
        NEW.stage_name := 'Qualification';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER n_nested BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.nested();
INSERT INTO crm.opportunity (name, stage_name, close_date, amount) VALUES ('Outer', 'Prospecting', '2026-01-01', 1), ('Other', 'Prospecting', '2026-01-01', 1);
SELECT is((SELECT string_agg(format('%s %s %s', name, stage_name, probability), ', ' ORDER BY id) FROM crm.opportunity WHERE name IN ('Inner', 'Outer', 'Other')),
    'Outer Value Proposition 50, Inner Needs Analysis 20, Other Prospecting 10', 'triggers within triggers');
UPDATE crm.opportunity SET stage_name = 'Closed Won', name = 'Outer' WHERE name = 'Other';
SELECT is((SELECT string_agg(format('%s %s %s', name, stage_name, probability), ', ' ORDER BY id) FROM crm.opportunity WHERE name IN ('Inner', 'Outer', 'Other')),
    'Outer Value Proposition 50, Inner Needs Analysis 20, Outer Value Proposition 50, Inner Needs Analysis 20', '... by update');
DROP TRIGGER n_nested ON crm.opportunity;
-- a row that a trigger suppresses, and the next one
CREATE FUNCTION t.suppress() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'No' THEN RETURN NULL; END IF;
    NEW.stage_name := 'Closed Won';
    RETURN NEW;
END $$;
CREATE TRIGGER n_suppress BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.suppress();
INSERT INTO crm.opportunity (name, stage_name, close_date, probability) VALUES ('No', 'Prospecting', '2026-01-01', 1), ('Yes', 'Prospecting', '2026-01-01', NULL), ('No', 'Prospecting', '2026-01-01', NULL), ('Yes', 'Prospecting', '2026-01-01', 2);
SELECT is((SELECT array_agg(probability ORDER BY id) FROM crm.opportunity WHERE name IN ('No', 'Yes')), '{100,2}', 'suppressed rows leave nothing');
-- in a conversion
SELECT is(t.cols('opportunity', (t.convert(t.lead())).opportunity_id, 'stage_name, probability, is_won, forecast_category'), '("Closed Won",100,t,Closed)', 'a trigger sets the stage of a conversion');
SELECT is(t.cols('opportunity', (t.convert(t.lead(), '{"opportunity_record": {"probability": 3, "amount": 10}}')).opportunity_id, 'stage_name, probability, expected_revenue'), '("Closed Won",3,0.3)', '... with a probability');
DROP TRIGGER n_suppress ON crm.opportunity;
DROP TRIGGER a_see ON crm.opportunity;
DROP TRIGGER zz_see ON crm.opportunity;
-- tasks and members
CREATE FUNCTION t.close() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.status := TG_ARGV[0]; RETURN NEW; END $$;
CREATE TRIGGER a_see BEFORE INSERT OR UPDATE ON crm.task FOR EACH ROW EXECUTE FUNCTION t.see();
CREATE TRIGGER close BEFORE INSERT OR UPDATE ON crm.task FOR EACH ROW WHEN (NEW.subject = 'Close') EXECUTE FUNCTION t.close('Completed');
CREATE TRIGGER zz_see BEFORE INSERT OR UPDATE ON crm.task FOR EACH ROW EXECUTE FUNCTION t.see();
DELETE FROM t.seen;
SELECT is(t.cols('task', t.new('task', '{"subject": "Close"}'), 'is_closed, completed_date_time = now()'), '(t,t)', 'a trigger closes a new task');
SELECT t.new('task', '{"subject": "Open", "completed_date_time": "2020-01-01"}') AS k \gset
SELECT t.set('task', :k, 'subject = ''Close''');
SELECT is(t.cols('task', :k, 'is_closed, completed_date_time = now()'), '(t,t)', '... or an old one');
SELECT is((SELECT array_agg(vals) FROM t.seen), '{"Not Started f","Completed t","Not Started f","Not Started f","Not Started f","Completed t"}', '... which the last one sees');
CREATE TRIGGER open BEFORE INSERT OR UPDATE ON crm.task FOR EACH ROW WHEN (NEW.subject = 'Keep open') EXECUTE FUNCTION t.close('Deferred');
SELECT is(t.cols('task', t.new('task', '{"subject": "Keep open", "status": "Completed"}'), 'is_closed, completed_date_time'), '(f,)', '... opens one');
DROP TRIGGER a_see ON crm.task;
DROP TRIGGER zz_see ON crm.task;
DROP TRIGGER open ON crm.task;
DROP TRIGGER close ON crm.task;
CREATE TRIGGER respond BEFORE INSERT OR UPDATE ON crm.campaign_member FOR EACH ROW EXECUTE FUNCTION t.close('Responded');
INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (:camp, t.lead(), 'Sent');
UPDATE crm.campaign_member SET source_lead_id = NULL WHERE status = 'Sent';
SELECT is((SELECT array_agg(DISTINCT format('%s %s %s', status, has_responded, first_responded_date = current_date)) FROM crm.campaign_member), '{"Responded t t"}', 'a trigger has members respond');
DROP TRIGGER respond ON crm.campaign_member;
SELECT t.right('all is right after triggers of all kinds');
-- ours must be there
SAVEPOINT no_trigger;
ALTER TABLE crm.opportunity DISABLE TRIGGER zy_leadconv_derived;
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', t.lead()), 'LC023', 'zy_leadconv_derived', 'without our trigger, no conversion');
SELECT is((SELECT array_agg(object || ' ' || problem) FROM leadconv.validate()), '{"zy_leadconv_derived on crm.opportunity required trigger is disabled"}', '... says validate()');
DROP TRIGGER zy_leadconv_derived ON crm.opportunity;
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Closed Won", "expected_revenue": 4711}'), 'is_closed, probability, expected_revenue, fiscal, last_modified_by_id'), format('(f,,4711,,%s)', :ann), 'a schema that is not up to date is left alone');
SELECT t.fails('SELECT leadconv.refresh_derived_columns(''crm.opportunity'')', 'LC023', 'no trigger that keeps', '... also by a refresh');
SELECT matches(leadconv.upgrade_crm(), ' 1 triggers and indexes attached', 'upgrade_crm() makes it anew');
ROLLBACK TO no_trigger;

--
-- Lists that change
--
-- renamed: nothing that was given is lost
SELECT t.deal('{"stage_name": "Perception Analysis", "probability": 1, "forecast_category": "Forecast"}') AS o \gset
SELECT t.deal('{"stage_name": "Perception Analysis"}') AS o2 \gset
UPDATE crm.opportunity_stage SET api_name = 'Renamed', default_probability = 55, forecast_category_name = 'Pipe' WHERE api_name = 'Perception Analysis';
SELECT is(t.cols('opportunity', :o, 'stage_name, probability, forecast_category, forecast_category_name'), '(Renamed,1,Forecast,Forecast)', 'a stage is renamed: what was given stays');
SELECT is(t.cols('opportunity', :o2, 'stage_name, probability, is_closed'), '(Renamed,70,f)', '... and what followed from it');
UPDATE crm.opportunity_stage SET api_name = 'Perception Analysis', is_closed = true WHERE api_name = 'Renamed';
SELECT is(t.cols('opportunity', :o2, 'stage_name, probability, is_closed'), '("Perception Analysis",70,t)', 'renamed, and closed by that');
UPDATE crm.opportunity_stage SET is_closed = false, default_probability = 70, forecast_category_name = 'Pipeline' WHERE api_name = 'Perception Analysis';
UPDATE crm.campaign_member_status SET label = 'Answered' WHERE label = 'Responded';
-- refreshed
SELECT is(leadconv.refresh_derived_columns('crm.opportunity'), (SELECT count(*) FROM crm.opportunity WHERE stage_name = 'Perception Analysis'), 'a refresh updates what is not right');
SELECT t.right('... and then all is');
SELECT is(leadconv.refresh_derived_columns(x), 0::bigint, format('nothing to do: %s', x)) FROM unnest('{crm.opportunity,crm.task,crm.campaign_member}'::regclass[]) x;
CREATE TABLE t.stages AS SELECT id, default_probability FROM crm.opportunity_stage;
UPDATE crm.opportunity_stage SET is_closed = NOT is_closed, is_won = NOT is_won, default_probability = 12;
UPDATE crm.picklist_value SET is_closed = NOT is_closed, is_high_priority = NOT is_high_priority;
UPDATE crm.campaign_member_status SET has_responded = NOT has_responded;
UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 10;
CREATE TABLE t.before AS SELECT 'opportunity' AS name, id, revision, probability FROM crm.opportunity UNION ALL SELECT 'task', id, revision, 0 FROM crm.task UNION ALL SELECT 'campaign_member', id, revision, 0 FROM crm.campaign_member;
SELECT is(leadconv.refresh_derived_columns('crm.opportunity'), (SELECT count(*) FROM crm.opportunity), 'everything changes: opportunities');
SELECT is(leadconv.refresh_derived_columns('crm.task'), (SELECT count(*) FROM crm.task WHERE status IN (SELECT value FROM crm.picklist_value)), '... tasks');
SELECT is(leadconv.refresh_derived_columns('crm.campaign_member'), (SELECT count(*) FROM crm.campaign_member WHERE status IS NOT NULL), '... members');
SELECT t.right('... to what is right');
SELECT is_empty($$SELECT * FROM t.before b LEFT JOIN (SELECT 'opportunity' AS name, id, revision, probability FROM crm.opportunity
    UNION ALL SELECT 'task', id, revision, 0 FROM crm.task UNION ALL SELECT 'campaign_member', id, revision, 0 FROM crm.campaign_member) a USING (name, id)
    WHERE (a.revision, a.probability) IS DISTINCT FROM (b.revision, b.probability)$$, '... without another revision, or a probability that was chosen by nobody');
SELECT is((SELECT bool_and(completed_date_time IS NOT NULL AND completed_date_time <= now()) FROM crm.task WHERE is_closed AND status IN (SELECT value FROM crm.picklist_value)), true, '... closed tasks are completed');
UPDATE crm.opportunity_stage s SET is_closed = NOT is_closed, is_won = NOT is_won, default_probability = t.default_probability FROM t.stages t WHERE t.id = s.id;
UPDATE crm.picklist_value SET is_closed = NOT is_closed, is_high_priority = NOT is_high_priority;
UPDATE crm.campaign_member_status SET has_responded = NOT has_responded;
UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 1;
-- more than one statement updates
SELECT t.deal('{"name": "Many"}') FROM generate_series(1, 2500);
SELECT is(leadconv.refresh_derived_columns('crm.opportunity'), (SELECT count(*) FROM crm.opportunity WHERE name <> 'Many'), 'some of many');
UPDATE crm.opportunity_stage SET is_won = true WHERE api_name = 'Prospecting';
SELECT is(leadconv.refresh_derived_columns('crm.opportunity'), (SELECT count(*) FROM crm.opportunity WHERE stage_name = 'Prospecting'), 'many');
UPDATE crm.opportunity_stage SET is_won = false WHERE api_name = 'Prospecting';
DELETE FROM crm.opportunity WHERE name = 'Many';
SELECT leadconv.refresh_derived_columns(x) FROM unnest('{crm.opportunity,crm.task,crm.campaign_member}'::regclass[]) x;
SELECT t.right('as before');
SELECT t.fails('SELECT leadconv.refresh_derived_columns(''crm.lead'')', '42809', 'no columns that can be refreshed', 'other tables have none');
SELECT t.fails('SELECT leadconv.refresh_derived_columns(''t.before'')', '42809', 'no columns that can be refreshed', '... nor tables of others');
SELECT t.fails('SELECT leadconv.refresh_derived_columns(NULL)', 'LC001', 'is required', 'NULL');

-- a stage and its opportunity in one statement; what is rolled back is forgotten
WITH s AS (INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, is_closed, default_probability) VALUES ('New', 'New', 50, true, 5) RETURNING api_name)
INSERT INTO crm.opportunity (name, stage_name, close_date) SELECT 'New', api_name, '2026-01-01' FROM s;
SELECT is((SELECT ROW(is_closed, probability)::text FROM crm.opportunity WHERE name = 'New'), '(t,5)', 'a stage and its opportunity in one statement');
CREATE FUNCTION t.first_deal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.opportunity (name, stage_name, close_date) VALUES ('First', NEW.api_name, '2026-01-01');
    IF NEW.master_label = 'Fail' THEN RAISE EXCEPTION 'rolled back'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER first_deal AFTER INSERT ON crm.opportunity_stage FOR EACH ROW EXECUTE FUNCTION t.first_deal();
CREATE FUNCTION t.try(query text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE query; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $$;
SELECT is(t.try($$INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, is_closed, default_probability) VALUES ('Newer', 'Fail', 51, true, 6)$$), 'rolled back', 'a stage that is rolled back in the midst of its statement');
INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, is_closed, default_probability) VALUES ('Newer', 'Newer', 51, false, 7);
SELECT is((SELECT ROW(is_closed, probability)::text FROM crm.opportunity WHERE name = 'First'), '(f,7)', '... is not remembered');
SAVEPOINT lists;
UPDATE crm.opportunity_stage SET is_closed = true, default_probability = 8 WHERE api_name = 'Newer';
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Newer"}'), 'is_closed, probability'), '(t,8)', 'a change is seen at once');
ROLLBACK TO lists;
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Newer"}'), 'is_closed, probability'), '(f,7)', '... and its rollback');
DELETE FROM crm.opportunity WHERE stage_name IN ('New', 'Newer');
DELETE FROM crm.opportunity_stage WHERE api_name IN ('New', 'Newer');

--
-- Other roles: whoever writes a record need not see the lists
--
CREATE ROLE t_writer;
GRANT USAGE ON SCHEMA crm, leadconv, t TO t_writer;
GRANT SELECT, INSERT, UPDATE ON crm.opportunity, crm.task, crm.campaign_member TO t_writer;
ALTER TABLE crm.opportunity_stage ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.picklist_value ENABLE ROW LEVEL SECURITY;
ALTER TABLE crm.campaign_member_status ENABLE ROW LEVEL SECURITY;
SET LOCAL ROLE t_writer;
INSERT INTO crm.opportunity (name, stage_name, close_date, amount) VALUES ('Writer', 'Closed Won', '2026-01-01', 5);
INSERT INTO crm.task (subject, status) VALUES ('Writer', 'Completed');
UPDATE crm.opportunity SET stage_name = 'Qualification' WHERE name = 'Writer';
RESET ROLE;
SELECT t.right('a role that may not read the lists writes records');
UPDATE crm.opportunity_stage SET is_won = true WHERE api_name = 'Qualification';
-- who may not call it, or not update the table, or sees some rows only
SELECT is(t.as_role('t_writer', $$SELECT leadconv.refresh_derived_columns('crm.opportunity')$$), '42501 permission denied for function refresh_derived_columns', 'a refresh is not for everybody');
GRANT EXECUTE ON FUNCTION leadconv.refresh_derived_columns TO t_writer;
REVOKE UPDATE ON crm.opportunity FROM t_writer;
SELECT is(t.as_role('t_writer', $$SELECT leadconv.refresh_derived_columns('crm.opportunity')$$), '42501 permission denied for table opportunity', '... and needs UPDATE');
REVOKE UPDATE ON crm.task FROM t_writer;
SELECT is(t.as_role('t_writer', $$SELECT leadconv.refresh_derived_columns('crm.task')$$), '42501 permission denied for table task', '... also when there is nothing to do');
GRANT UPDATE ON crm.opportunity TO t_writer;
ALTER TABLE crm.opportunity ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON crm.opportunity TO t_writer USING (name = 'Writer');
SELECT is(t.as_role('t_writer', $$SELECT leadconv.refresh_derived_columns('crm.opportunity')$$), '1', 'row security: the rows that one may see');
SELECT ok(leadconv.refresh_derived_columns('crm.opportunity') > 0, '... the owner updates the others');
SELECT t.right('all is right');
UPDATE crm.opportunity_stage SET is_won = false WHERE api_name = 'Qualification';
SELECT leadconv.refresh_derived_columns('crm.opportunity') > 0;

--
-- Conversion: new records, with statements and without, bulk, follow-up task
--
SELECT array_agg(t.lead()) AS leads FROM generate_series(1, 10) \gset
SELECT t.convert(t.lead(), '{"opportunity_record": {"amount": 50, "stage_name": "Closed Won"}, "follow_up_task": {"status": "Completed", "priority": "High"}}') AS r \gset
SELECT count(*) FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(x, follow_up_task => '{"subject": "x"}', opportunity_record => jsonb_build_object('amount', x))) FROM unnest(:'leads'::bigint[]) x));
SELECT count(t.convert(x)) FROM unnest(ARRAY[t.lead(), t.lead()]) x;
SELECT t.right('conversions');
SELECT is((SELECT ROW(o.expected_revenue, o.is_won, k.is_closed, k.is_high_priority, k.completed_date_time = now())::text
    FROM crm.opportunity o JOIN crm.task k ON k.opportunity_id = o.id WHERE o.id = (:'r'::leadconv.lead_convert_result).opportunity_id), '(50,t,t,t,t)', '... with values of the request');
-- a custom field that is mapped to an opportunity's standard one, and an opportunity that is filled
ALTER TABLE crm.lead ADD COLUMN budget numeric;
INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('budget', 'opportunity', 'amount');
SELECT t.new('account', '{"name": "Acme"}') AS a \gset
SELECT t.deal(jsonb_build_object('account_id', :a, 'amount', NULL)) AS o \gset
SELECT opportunity_id FROM t.convert(t.lead('{"budget": 77}'), jsonb_build_object('account_id', :a, 'opportunity_id', :o));
SELECT is(t.cols('opportunity', :o, 'amount, expected_revenue'), '(77,7.7)', 'an amount that is filled');
SELECT is((SELECT undo -> 'fields' FROM crm.lead_conversion WHERE opportunity_id = :o AND NOT opportunity_created), '{"opportunity": {"amount": [null, 77]}}', '... and the ledger knows');
SELECT t.right('all is right');

--
-- Columns that are not what they were
--
SELECT t.drop_reports();
SAVEPOINT retyped;
ALTER TABLE crm.opportunity ALTER COLUMN amount TYPE numeric(12, 2), ALTER COLUMN probability TYPE numeric(3, 0), ALTER COLUMN expected_revenue TYPE numeric(12, 2);
SELECT is(t.cols('opportunity', t.deal('{"amount": 10.55, "stage_name": "Old stage"}'), 'probability, expected_revenue'), '(33,3.48)', 'numerics of some length');
ALTER TABLE crm.opportunity ALTER COLUMN amount TYPE double precision, ALTER COLUMN probability TYPE integer, ALTER COLUMN expected_revenue TYPE real, ALTER COLUMN close_date TYPE timestamp,
    ALTER COLUMN fiscal TYPE char(9), ALTER COLUMN fiscal_year TYPE smallint, ALTER COLUMN fiscal_quarter TYPE text, ALTER COLUMN forecast_category TYPE varchar(20);
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Value Proposition", "close_date": "2026-05-01 12:00", "amount": 3}'), 'probability, expected_revenue, fiscal, fiscal_year, fiscal_quarter, forecast_category'),
    '(50,1.5,"2026 2   ",2026,2,Pipeline)', 'other types to which values can be assigned');
CREATE DOMAIN t.percent AS numeric(4, 1) CHECK (value <= 100);
CREATE TYPE t.category AS ENUM ('Omitted', 'Pipeline', 'BestCase', 'MostLikely', 'Forecast', 'Closed');
CREATE DOMAIN t.flag AS boolean;
ALTER TABLE crm.opportunity ALTER COLUMN probability TYPE t.percent, ALTER COLUMN forecast_category TYPE t.category USING forecast_category::t.category, ALTER COLUMN is_won TYPE t.flag;
UPDATE crm.opportunity_stage SET default_probability = 12.34 WHERE api_name = 'Closed Won';
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Closed Won"}'), 'probability, is_won, forecast_category'), '(12.3,t,Closed)', 'domains and enums');
CREATE DOMAIN t.low AS numeric CHECK (value <= 10);
ALTER TABLE crm.opportunity ALTER COLUMN expected_revenue TYPE t.low USING NULL;
SELECT t.fails('SELECT t.deal(''{"amount": 1000, "stage_name": "Closed Won"}'')', '23514', 'value for domain t.low violates', 'a domain is checked', false);
ALTER TABLE crm.opportunity ALTER COLUMN is_won DROP DEFAULT, ALTER COLUMN is_won DROP NOT NULL, ALTER COLUMN is_won TYPE bytea USING NULL, ALTER COLUMN amount TYPE text, ALTER COLUMN expected_revenue TYPE numeric, ALTER COLUMN close_date TYPE text,
    ALTER COLUMN fiscal_year TYPE date USING NULL;
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Closed Won", "amount": "a lot", "close_date": "soon", "expected_revenue": 5, "fiscal": "mine"}'), 'is_closed, is_won, fiscal, fiscal_year, expected_revenue'), '(t,,"mine     ",,5)', 'types to which nothing can be assigned, and from which nothing follows');
ALTER TABLE crm.opportunity DROP COLUMN fiscal, DROP COLUMN expected_revenue, DROP COLUMN probability, DROP COLUMN forecast_category_name;
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Closed Won", "amount": "a lot"}'), 'is_closed, forecast_category'), '(t,Closed)', 'columns that are gone');
ALTER TABLE crm.opportunity DROP COLUMN is_closed, ADD COLUMN is_closed boolean GENERATED ALWAYS AS (stage_name = 'Mine') STORED;
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Closed Won", "amount": "a lot"}'), 'is_closed, forecast_category'), '(f,Closed)', 'a generated column is somebody else''s');
ALTER TABLE crm.opportunity DROP COLUMN is_closed, DROP COLUMN stage_name;
INSERT INTO crm.opportunity (name, close_date) VALUES ('No stage', 'never');
SELECT is((SELECT forecast_category::text FROM crm.opportunity WHERE name = 'No stage'), NULL, 'no stage');
ROLLBACK TO retyped;
DROP VIEW crm.mapped_columns, crm.lead_timeline, crm.lead_activity, crm.account_activity, crm.contact_activity, crm.opportunity_activity, crm.open_activity, crm.activity_history, crm.activity;
CREATE TYPE t.status AS ENUM ('Not Started', 'Completed', 'Other');
DELETE FROM crm.task WHERE status NOT IN ('Not Started', 'Completed');
ALTER TABLE crm.task ALTER COLUMN status DROP DEFAULT, ALTER COLUMN status TYPE t.status USING status::t.status, ALTER COLUMN priority TYPE char(20);
SELECT is(t.cols('task', t.new('task', '{"status": "Completed", "priority": "High"}'), 'is_closed, is_high_priority'), '(t,t)', 'a status of an enum type, a priority with blanks');
SELECT is(t.cols('task', t.new('task', '{"status": "Other", "priority": "Low"}'), 'is_closed, is_high_priority'), '(f,f)', '... that is not in the list');
ALTER TABLE crm.task DROP COLUMN completed_date_time, ALTER COLUMN is_closed DROP DEFAULT, ALTER COLUMN is_closed TYPE integer USING 0;
SELECT is(t.cols('task', t.new('task', '{"status": "Completed", "is_closed": 7}'), 'is_closed'), '(7)', 'is_closed is a number, to which no boolean can be assigned');
ROLLBACK TO retyped;
ALTER TABLE crm.opportunity_stage ALTER COLUMN default_probability DROP DEFAULT, ALTER COLUMN default_probability TYPE integer, ALTER COLUMN sort_order TYPE text, ALTER COLUMN api_name TYPE varchar(200), ALTER COLUMN is_won DROP DEFAULT, ALTER COLUMN is_won DROP NOT NULL, ALTER COLUMN is_won TYPE date USING NULL;
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Closed Won", "is_won": true}'), 'is_closed, is_won, probability'), '(t,t,100)', 'a list of other types');
SELECT is(t.cols('opportunity', t.deal('{"stage_name": "Closed Won", "is_won": false}'), 'is_closed, is_won, probability'), '(t,f,100)', '... in which one fact is none');
ALTER TABLE crm.picklist_value DROP COLUMN is_closed;
SELECT is(t.cols('task', t.new('task', '{"status": "Completed", "is_closed": true}'), 'is_closed'), '(t)', 'a list without a column');
ALTER TABLE crm.picklist_field RENAME TO picklist_fields;
SELECT is(t.cols('task', t.new('task', '{"status": "Completed", "is_high_priority": true, "priority": "Low"}'), 'is_closed, is_high_priority'), '(f,t)', 'no list at all');
ALTER TABLE crm.picklist_fields RENAME TO picklist_field;
SELECT is(t.cols('task', t.new('task', '{"status": "Completed", "is_high_priority": true, "priority": "Low"}'), 'is_high_priority'), '(f)', '... and back');
ROLLBACK TO retyped;
-- a row with long values, stored elsewhere
SELECT t.deal(jsonb_build_object('description', repeat('long ', 50000), 'forecast_category_name', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 5000) i))) AS o \gset
SELECT t.set('opportunity', :o, 'stage_name = ''Qualification''');
SELECT is(t.cols('opportunity', :o, 'length(description), forecast_category_name'), '(250000,Pipeline)', 'long values');
SELECT t.set('opportunity', :o, format('stage_name = ''Prospecting'', forecast_category_name = %L', repeat('x', 3000)));
SELECT t.set('opportunity', :o, 'amount = 1');
SELECT is(t.cols('opportunity', :o, 'length(description), length(forecast_category_name), expected_revenue = probability / 100'), '(250000,3000,t)', '... given');

SELECT finish();
ROLLBACK;
