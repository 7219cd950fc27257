-- What follows for a record from its activities, the lists of activities, and their
-- recycle bin.
BEGIN;
\ir helpers.psql
SELECT * FROM no_plan();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
SET LOCAL timezone = 'UTC';

-- one of each record, by the name of its table
SELECT t.lead() AS l, t.new('account', '{"name": "Acme"}') AS a, t.new('contact', '{"last_name": "Rao"}') AS c,
    t.new('opportunity', '{"name": "Deal", "stage_name": "Prospecting", "close_date": "2030-01-01"}') AS o \gset
CREATE TABLE t.record AS SELECT * FROM (VALUES ('lead', :l::bigint), ('account', :a), ('contact', :c), ('opportunity', :o)) v (name, id);

-- What the views say about a record: last day, open?, overdue?
CREATE FUNCTION t.activity(name text, id bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT ROW(last_activity_date, has_open_activity, has_overdue_task)::text FROM crm.%1$I_activity WHERE %1$I_id = $1', name) INTO result USING id;
    RETURN result;
END $$;
-- ... with activities of these values, one record at a time
CREATE FUNCTION t.with(activities jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r t.record;
    result text[] := '{}';
BEGIN
    FOR r IN SELECT * FROM t.record LOOP
        DELETE FROM crm.task;
        DELETE FROM crm.event;
        PERFORM t.new(x.key, v || jsonb_build_object(r.name || '_id', r.id)) FROM jsonb_each(activities) x, jsonb_array_elements(x.value) v;
        result := result || t.activity(r.name, r.id);
    END LOOP;
    RETURN (SELECT string_agg(DISTINCT x, ', ') FROM unnest(result) x);
END $$;
CREATE FUNCTION t.says(activities text, says text, what text) RETURNS text LANGUAGE sql AS $$ SELECT is(t.with(activities::jsonb), says, what) $$;

SELECT t.says('{}', '(,f,f)', 'no activity');
SELECT t.says('{"task": [{"status": "Completed", "activity_date": "2020-01-01"}]}', '(2020-01-01,f,f)', 'a closed task');
SELECT t.says('{"task": [{"status": "Completed"}]}', '(,f,f)', '... without a day');
SELECT t.says('{"task": [{}]}', '(,t,f)', 'an open task');
SELECT t.says('{"task": [{"activity_date": "2020-01-01"}]}', '(,t,t)', '... that is overdue');
SELECT t.says(format('{"task": [{"activity_date": "%s"}]}', current_date), '(,t,f)', '... that is due today');
SELECT t.says(format('{"task": [{"activity_date": "%s"}]}', current_date - 1), '(,t,t)', '... yesterday');
SELECT t.says('{"task": [{"activity_date": "2020-01-01", "status": "Completed"}, {"activity_date": "2020-01-02", "status": "Completed"}, {"activity_date": "2020-01-03"}, {"activity_date": "2999-01-01"}]}', '(2020-01-02,t,t)', 'several tasks');
SELECT t.says('{"task": [{"activity_date": "2020-01-01", "is_deleted": true}], "event": [{"activity_date": "2999-01-01", "is_deleted": true}]}', '(,f,f)', 'in the recycle bin');
SELECT t.says('{"event": [{"activity_date": "2021-01-01"}]}', '(2021-01-01,f,f)', 'an event that is past');
SELECT t.says('{"event": [{"activity_date": "2999-01-01"}]}', '(,t,f)', '... that is not');
SELECT t.says(format('{"event": [{"activity_date": "%s"}]}', current_date), '(,t,f)', '... some time today');
SELECT t.says(format('{"event": [{"activity_date": "%s", "is_all_day_event": true, "start_date_time": "%s 00:00Z", "end_date_time": "%s 00:00Z"}]}', current_date, current_date, current_date), '(,t,f)', '... all day');
SELECT t.says('{"event": [{"start_date_time": "2022-05-05 10:00Z"}]}', '(2022-05-05,f,f)', '... by its start');
SELECT t.says(format('{"event": [{"start_date_time": "%s", "duration_in_minutes": 60}]}', now() - interval '30 minutes'), '(,t,f)', '... that is under way, by its length');
SELECT t.says(format('{"event": [{"start_date_time": "%s", "duration_in_minutes": 20}]}', now() - interval '30 minutes'), format('(%s,f,f)', (now() - interval '30 minutes')::date), '... that is over, by its length');
SELECT t.says(format('{"event": [{"start_date_time": "%s", "end_date_time": "%s"}]}', now() - interval '30 minutes', now() + interval '1 minute'), '(,t,f)', '... that is under way, by its end');
SELECT t.says('{"event": [{}]}', '(,t,f)', '... some day');
SELECT t.says('{"event": [{"activity_date": "2021-01-01", "is_child": true}]}', '(,f,f)', 'the copy of an invitee');
SELECT t.says('{"event": [{"activity_date": "2021-01-01"}], "task": [{"activity_date": "2020-01-01", "status": "Completed"}]}', '(2021-01-01,f,f)', 'the later of task and event');
-- today is where the session is
SELECT t.with('{"task": [{"activity_date": "2020-01-01"}]}') AS x \gset
UPDATE crm.task SET activity_date = (now() AT TIME ZONE 'Pacific/Kiritimati')::date - 1;
SET LOCAL timezone = 'Pacific/Kiritimati';
SELECT is(t.activity('opportunity', :o), '(,t,t)', 'overdue by the day of the session');
SET LOCAL timezone = 'Etc/GMT+12';
SELECT is(t.activity('opportunity', :o), '(,t,f)', '... and not by that of another');
SET LOCAL timezone = 'UTC';

-- what was imported into the tables is left as it is
UPDATE crm.opportunity SET last_activity_date = '1999-01-01', has_overdue_task = false WHERE id = :o;
SELECT is((SELECT ROW(last_activity_date, has_overdue_task)::text FROM crm.opportunity WHERE id = :o), '(1999-01-01,f)', 'what was imported stays');
SELECT is((SELECT array_agg(c.relname || '.' || a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND a.attname IN ('last_activity_date', 'has_open_activity', 'has_overdue_task') AND col_description(c.oid, a.attnum) !~ 'as it was imported'), NULL, '... as the comments of such columns say');

-- the lists
DELETE FROM crm.task;
DELETE FROM crm.event;
SELECT t.new('task', jsonb_build_object('subject', 'Open', 'account_id', :a, 'priority', 'High', 'description', 'd')) AS k1,
    t.new('task', jsonb_build_object('subject', 'Closed', 'account_id', :a, 'status', 'Completed', 'activity_date', '2020-01-01')) AS k2,
    t.new('event', jsonb_build_object('subject', 'Next', 'account_id', :a, 'start_date_time', '2999-01-01 10:00Z')) AS e1,
    t.new('event', jsonb_build_object('subject', 'Past', 'account_id', :a, 'activity_date', '2020-01-02')) AS e2 \gset
SELECT is((SELECT array_agg(ROW(object, id, subject, activity_date, status, priority, is_high_priority, description, account_id)::text ORDER BY object, id) FROM crm.open_activity),
    ARRAY[format('(event,%s,Next,2999-01-01,,,f,,%s)', :e1, :a), format('(task,%s,Open,,"Not Started",High,t,d,%s)', :k1, :a)], 'open activities');
SELECT is((SELECT array_agg(ROW(object, id, subject, activity_date, status, completed_date_time = now(), account_id)::text ORDER BY object, id) FROM crm.activity_history),
    ARRAY[format('(event,%s,Past,2020-01-02,,,%s)', :e2, :a), format('(task,%s,Closed,2020-01-01,Completed,t,%s)', :k2, :a)], 'activity history');
SELECT set_eq('SELECT object, id FROM crm.activity', 'SELECT object, id FROM crm.open_activity UNION ALL SELECT object, id FROM crm.activity_history', 'an activity is in one of the two');
SELECT is((SELECT array_agg(c.relname || ' ' || array_to_string(c.reloptions, ',') ORDER BY c.relname) FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'v' AND c.relname LIKE '%activity%'),
    ARRAY(SELECT x || ' security_invoker=true' FROM unnest('{account_activity,activity,activity_history,contact_activity,lead_activity,open_activity,opportunity_activity}'::text[]) x), 'all views have the rights of who asks');

--
-- The recycle bin
--
SELECT t.laden_lead() AS l \gset
SELECT id AS k FROM crm.task WHERE lead_id = :l \gset
SELECT id AS e FROM crm.event WHERE lead_id = :l \gset
-- an activity as each of its records sees it
CREATE FUNCTION t.seen(object text, id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', (SELECT 'lead' FROM crm.activity a WHERE a.object = seen.object AND a.id = seen.id AND a.lead_id IS NOT NULL),
        (SELECT 'contact' FROM crm.activity a WHERE a.object = seen.object AND a.id = seen.id AND a.contact_id IS NOT NULL),
        (SELECT 'account' FROM crm.activity a WHERE a.object = seen.object AND a.id = seen.id AND a.account_id IS NOT NULL),
        (SELECT 'opportunity' FROM crm.activity a WHERE a.object = seen.object AND a.id = seen.id AND a.opportunity_id IS NOT NULL)) $$;
SELECT is(leadconv.delete_activity('task', :k), true, 'deleted');
SELECT is(t.seen('task', :k), '', '... and gone from the lead');
SELECT is(leadconv.delete_activity('Task', :k), false, 'deleted already');
SELECT is(t.get('task', :k, 'revision'), '2', '... which changes nothing');
SELECT * FROM t.convert(:l) \gset r_
SELECT is(t.seen('event', :e), 'contact account opportunity', 'a conversion takes activities along');
SELECT is(t.seen('task', :k), '', '... those in the recycle bin stay there');
SELECT is(leadconv.restore_activity('task', :k), true, 'restored');
SELECT is(t.seen('task', :k), 'contact account opportunity', '... and seen from where conversion has taken it');
SELECT is(leadconv.restore_activity('task', :k), false, 'restored already');
SELECT is(leadconv.delete_activity('EVENT', :e), true, 'one of a converted lead is deleted');
SELECT is(t.seen('event', :e), '', '... from all records');
SELECT is((SELECT ROW(has_open_activity)::text FROM crm.opportunity_activity WHERE opportunity_id = :r_opportunity_id), '(t)', '... of which the task is left');
SELECT is(leadconv.restore_activity('event', :e), true, '... and restored');
SELECT is(t.seen('event', :e), 'contact account opportunity', '... to all of them');
-- one that stays on the converted lead
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'sales_cadence_id', 1)) AS k \gset
SELECT t.convert(:l) AS x \gset
SELECT is(ARRAY[leadconv.delete_activity('task', :k)::text, t.seen('task', :k), leadconv.restore_activity('task', :k)::text, t.seen('task', :k)], '{true,"",true,lead}', 'an activity that has stayed on a converted lead');
-- wrong calls
SELECT t.fails('SELECT leadconv.delete_activity(''note'', 1)', 'LC003', 'no kind of activity', 'another object');
SELECT t.fails('SELECT leadconv.restore_activity(''task'', 0)', 'LC016', 'task 0 does not exist', 'no such task');
SELECT t.fails('SELECT leadconv.delete_activity(NULL, 1)', 'LC001', '"object" is required', 'no object');
SELECT t.fails('SELECT leadconv.delete_activity(''task'', NULL)', 'LC001', '"id" is required', 'no id');

-- with the rights of who asks
CREATE ROLE t_user;
GRANT USAGE ON SCHEMA crm, leadconv TO t_user;
SELECT is(t.as_role('t_user', format('SELECT leadconv.delete_activity(''task'', %s)', :k)), '42501 permission denied for function delete_activity', 'not for everybody');
GRANT EXECUTE ON FUNCTION leadconv.delete_activity, leadconv.restore_activity TO t_user;
GRANT SELECT ON crm.task, crm.activity, crm.open_activity, crm.lead_activity TO t_user;
SELECT is(t.as_role('t_user', format('SELECT leadconv.delete_activity(''task'', %s)', :k)), '42501 permission denied for table task', 'UPDATE is needed');
GRANT UPDATE (is_deleted) ON crm.task TO t_user;
SELECT is(t.as_role('t_user', format('SELECT leadconv.delete_activity(''task'', %s)', :k)), 'true', '... of is_deleted');
SELECT is(t.as_role('t_user', 'SELECT count(*) FROM crm.open_activity'), '42501 permission denied for table event', 'the lists need SELECT on tasks and events');
GRANT SELECT ON crm.event, crm.lead TO t_user;
ALTER TABLE crm.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY t_some ON crm.task FOR SELECT TO t_user USING (subject <> 'Secret');
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Secret', 'activity_date', '2020-01-01')) AS secret, t.new('task', jsonb_build_object('lead_id', :l, 'subject', 'Known')) AS known \gset
SELECT is(t.as_role('t_user', format('SELECT ROW(has_open_activity, has_overdue_task) FROM crm.lead_activity WHERE lead_id = %s', :l)), '(t,f)', 'what one may not see does not count');
SELECT is(t.activity('lead', :l), '(,t,t)', '... for others it does');
SELECT is(t.as_role('t_user', format('SELECT leadconv.delete_activity(''task'', %s)', :secret)), 'LC016 task ' || :secret || ' does not exist', 'a row that one may not see is not there');
SELECT is(t.as_role('t_user', format('SELECT leadconv.delete_activity(''task'', %s)', :known)), 'LC013 task ' || :known || ' cannot be changed', 'a row that one may see and not change');

--
-- Fast: by indexes, for one record and for a list of them
--
INSERT INTO crm.lead (last_name, company) SELECT 'L' || n, 'C' FROM generate_series(1, 3000) n;
INSERT INTO crm.task (lead_id, subject) SELECT id, 'T' FROM crm.lead l, generate_series(1, 2) WHERE NOT is_converted;
INSERT INTO crm.event (lead_id, subject) SELECT id, 'E' FROM crm.lead l WHERE NOT is_converted;
ANALYZE crm.lead, crm.task, crm.event;
CREATE FUNCTION t.scans(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN (SELECT string_agg(DISTINCT x ->> 'Relation Name', ' ') FROM jsonb_path_query(plan, '$.** ? (@."Node Type" == "Seq Scan" && @."Relation Name" != "lead")') x);
END $$;
SELECT is(t.scans('SELECT * FROM crm.lead_activity WHERE lead_id = 1500'), NULL, 'one lead: activities are found by index');
SELECT is(t.scans('SELECT * FROM crm.lead l JOIN crm.lead_activity a ON a.lead_id = l.id WHERE l.id BETWEEN 1000 AND 1050'), NULL, '... nor for a page of them');
SELECT is(t.scans('SELECT * FROM crm.open_activity WHERE lead_id = 1500'), NULL, 'activities of one lead');
SELECT is(t.scans('SELECT * FROM crm.activity_history WHERE lead_id IN (1, 2, 3)'), NULL, '... or of three');

SELECT finish();
ROLLBACK;
