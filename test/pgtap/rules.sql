-- Rules that users attach: what they refuse and set, on whose rows, with whose
-- rights, and what they say when they are not made as they must be.
BEGIN;
\ir helpers.psql
SELECT * FROM no_plan();

SELECT t.new('app_user', '{"name": "Ann", "username": "ann@example.com"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT t.new('app_user', '{"name": "West", "user_type": "Queue"}') AS west \gset
SELECT t.new('app_user', '{"name": "Gone", "is_active": false}') AS gone \gset
SELECT t.new('app_user', '{"name": "Twin"}') AS twin, t.new('app_user', '{"name": "Twin"}') AS twin2 \gset
SELECT t.new('app_user', jsonb_build_object('name', 'Imp', 'username', 'Bob')) AS imp \gset
SELECT t.new('territory', '{"name": "North", "developer_name": "north"}') AS north \gset
SELECT t.new('territory', '{"name": "Closed", "developer_name": "closed", "is_active": false}') AS closed \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- A trigger zz on a table of crm
CREATE FUNCTION t.rule(rel text, timing text, condition text, func text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS zz ON crm.%I', rel);
    EXECUTE format('CREATE TRIGGER zz %s ON crm.%I FOR EACH ROW %s EXECUTE FUNCTION leadconv.%s', timing, rel, 'WHEN (' || condition || ')', func);
END $$;
CREATE FUNCTION t.drop_rule(rel text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER zz ON crm.%I', rel);
END $$;
-- All that an error says
CREATE FUNCTION t.error(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    s text;
    m text;
    d text;
    h text;
    t text;
    c text;
    n text;
BEGIN
    EXECUTE query;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS s = RETURNED_SQLSTATE, m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT,
        t = TABLE_NAME, c = COLUMN_NAME, n = CONSTRAINT_NAME;
    RETURN jsonb_build_object('state', s, 'message', m, 'detail', d, 'hint', h, 'table', t, 'column', c, 'constraint', n);
END $$;

--
-- validation_error
--
SELECT t.rule('opportunity', 'BEFORE INSERT OR UPDATE', 'NEW.amount IS NULL', $$validation_error('Amount is required', 'amount')$$);
SELECT is(t.error($$INSERT INTO crm.opportunity (name, stage_name, close_date) VALUES ('x', 'Prospecting', '2030-01-01')$$),
    '{"state": "LC014", "message": "Amount is required", "detail": "The row breaks rule \"zz\" of table \"opportunity\".", "hint": "Put the row right.",
      "table": "opportunity", "column": "amount", "constraint": "zz"}'::jsonb, 'a validation rule says what, where and which');
SELECT lives_ok($$INSERT INTO crm.opportunity (name, stage_name, close_date, amount) VALUES ('x', 'Prospecting', '2030-01-01', 1)$$, 'and nothing when it is content');
SELECT t.lead() AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'LC014', '{amount}', 'Amount is required', 'a conversion that breaks it');
SELECT ok((t.convert(:l, '{"opportunity_record": {"amount": 5}}')).success, 'a conversion that does not');
SELECT t.rule('opportunity', 'BEFORE INSERT OR UPDATE', 'NEW.amount IS NULL', $$validation_error('Wrong campaign', 'campaign_id', 'lookup_filter')$$);
SELECT t.lead() AS l \gset
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'FIELD_FILTER_VALIDATION_EXCEPTION', 'LC015', '{campaign_id}', 'Wrong campaign', 'a lookup filter');
SELECT t.rule('opportunity', 'AFTER INSERT OR UPDATE', 'NEW.amount IS NULL', $$validation_error('After')$$);
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'LC014', '{}', 'After', 'AFTER the row, without a field');
SELECT t.drop_rule('opportunity');
CREATE CONSTRAINT TRIGGER zz AFTER INSERT ON crm.opportunity NOT DEFERRABLE FOR EACH ROW WHEN (NEW.amount IS NULL) EXECUTE FUNCTION leadconv.validation_error('As a constraint');
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'LC014', '{}', 'As a constraint', 'a constraint trigger');
SELECT t.drop_rule('opportunity');
CREATE CONSTRAINT TRIGGER zz AFTER INSERT ON crm.opportunity DEFERRABLE FOR EACH ROW EXECUTE FUNCTION leadconv.validation_error('Later');
SELECT t.fails(t.call(jsonb_build_object('lead_id', :l)), '39P01', 'must not be fired by a trigger that can be deferred', 'not one that can be deferred');
SELECT t.drop_rule('opportunity');

-- Several rows in one statement, and a bulk call: each for itself
SELECT t.rule('account', 'BEFORE INSERT', $$NEW.name = 'Bad'$$, $$validation_error('No bad ones', 'name')$$);
SELECT t.lead('{"company": "Bad"}') AS l1, t.lead() AS l2 \gset
SELECT set_eq(format('SELECT lead_id, success, errors[1].status_code, errors[1].fields FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), leadconv.new_lead_convert(%s)], all_or_none => false)', :l1, :l2),
    format($$VALUES (%s::bigint, false, 'FIELD_CUSTOM_VALIDATION_EXCEPTION', '{name}'::text[]), (%s, true, NULL, NULL)$$, :l1, :l2), 'of a bulk call, the one that breaks the rule is refused');
SELECT t.drop_rule('account');
-- on a table of the user's
CREATE TABLE t.visit (id bigint, remark text);
CREATE TRIGGER zz BEFORE INSERT ON t.visit FOR EACH ROW WHEN (NEW.remark IS NULL) EXECUTE FUNCTION leadconv.validation_error('Say something', 'remark');
SELECT throws_ok('INSERT INTO t.visit VALUES (1, NULL)', 'LC014', 'Say something', 'tables of the user can have rules');
SELECT lives_ok('INSERT INTO t.visit VALUES (1, ''x'')', 'that let pass');

--
-- assign_owner
--
SELECT t.rule('lead', 'BEFORE INSERT', $$NEW.country = 'CH'$$, $$assign_owner('West')$$);
SELECT is(t.get('lead', t.lead('{"country": "CH"}'), 'owner_id'), :'west', 'a queue by its name');
SELECT is(t.get('lead', t.lead('{"country": "DE"}'), 'owner_id'), NULL, 'under the condition');
SELECT is(t.get('lead', t.lead(jsonb_build_object('country', 'CH', 'owner_id', :ann)), 'owner_id'), :'west', 'an owner who was given is replaced, if the condition does not mind');
SELECT t.rule('lead', 'BEFORE INSERT', 'true', format('assign_owner(%L)', :ann));
SELECT is(t.get('lead', t.lead(), 'owner_id'), :'ann', 'a user by id');
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('ann@example.com')$$);
SELECT is(t.get('lead', t.lead(), 'owner_id'), :'ann', 'by username');
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('Bob')$$);
SELECT is(t.get('lead', t.lead(), 'owner_id'), :'imp', 'a username wins over a name');
INSERT INTO crm.app_user (name, is_active) VALUES ('Ann', false);
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('Ann')$$);
SELECT is(t.get('lead', t.lead(), 'owner_id'), :'ann', 'of users of one name, the one who is active');
INSERT INTO crm.lead (last_name, company) SELECT 'Many', 'x' FROM generate_series(1, 50);
SELECT is((SELECT count(*) FROM crm.lead WHERE last_name = 'Many' AND owner_id = :ann), 50::bigint, 'many rows in one statement');
SELECT t.rule('lead', 'BEFORE UPDATE', 'NEW.country IS DISTINCT FROM OLD.country', $$assign_owner('West')$$);
SELECT t.lead(jsonb_build_object('owner_id', :ann, 'status', 'Working - Contacted')) AS l \gset
UPDATE crm.lead SET country = 'CH' WHERE id = :l;
SELECT is(t.get('lead', :l, 'owner_id') || t.get('lead', :l, 'status'), :'west' || 'Working - Contacted', 'an update assigns, too, and the status is kept');
SELECT t.drop_rule('lead');

-- Users are remembered as long as they are there
SAVEPOINT a;
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('Zoe')$$);
INSERT INTO crm.app_user (name) VALUES ('Zoe') RETURNING id AS zoe \gset
SELECT is(t.get('lead', t.lead(), 'owner_id'), :'zoe', 'a user who is new');
ROLLBACK TO a;
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('Zoe')$$);
SELECT t.fails('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')', 'LC016', 'user or queue "Zoe", named in trigger "zz", does not exist', 'and whose creation is rolled back');
INSERT INTO crm.app_user (name) VALUES ('Zoe') RETURNING id AS zoe \gset
SELECT is(t.get('lead', t.lead(), 'owner_id'), :'zoe', 'and who is there again');
UPDATE crm.app_user SET name = 'Zoe II' WHERE id = :zoe;
SELECT t.fails('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')', 'LC016', 'does not exist', 'and who has another name then');
SELECT t.drop_rule('lead');

-- Names that name nobody
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('Nobody')$$);
SELECT t.fails('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')', 'LC016', 'user or queue "Nobody", named in trigger "zz", does not exist', 'nobody of that name');
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('0')$$);
SELECT t.fails('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')', 'LC016', 'user or queue "0", named in trigger "zz", does not exist', 'nobody of that id');
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('99999999999999999999')$$);
SELECT t.fails('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')', 'LC016', 'does not exist', 'a number that is no id');
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('Gone')$$);
SELECT t.fails('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')', 'LC009', 'user or queue "Gone", named in trigger "zz", is not active', 'an inactive user');
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('Twin')$$);
SELECT t.fails('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')', 'LC016', 'user or queue "Twin", named in trigger "zz", is not the only one of that name', 'one of two');
SELECT t.drop_rule('lead');
SELECT t.rule('account', 'BEFORE INSERT', 'true', $$assign_owner('West')$$);
SELECT t.fails('INSERT INTO crm.account (name) VALUES (''x'')', 'LC016', 'queue "West", named in trigger "zz", cannot own rows of table "account"', 'a queue for an account');
SELECT t.drop_rule('account');

--
-- assign_territory
--
SELECT t.rule('opportunity', 'BEFORE INSERT OR UPDATE', 'NEW.amount > 10', $$assign_territory('north')$$);
SELECT t.new('opportunity', '{"name": "x", "stage_name": "Prospecting", "close_date": "2030-01-01", "amount": 11}') AS o \gset
SELECT is(t.get('opportunity', :o, 'territory_id'), :'north', 'a territory by its developer name');
SELECT t.rule('opportunity', 'BEFORE INSERT OR UPDATE', 'NEW.amount > 10', $$assign_territory('North')$$);
UPDATE crm.opportunity SET territory_id = NULL WHERE id = :o;
SELECT is(t.get('opportunity', :o, 'territory_id'), :'north', 'by its name, after an update');
SELECT t.rule('opportunity', 'BEFORE INSERT OR UPDATE', 'true', $$assign_territory('closed')$$);
SELECT t.fails(format('UPDATE crm.opportunity SET amount = 1 WHERE id = %s', :o), 'LC016', 'territory "closed", named in trigger "zz", is not active', 'an inactive territory');
SELECT t.rule('opportunity', 'BEFORE INSERT OR UPDATE', 'true', $$assign_territory('nowhere')$$);
SELECT t.fails(format('UPDATE crm.opportunity SET amount = 1 WHERE id = %s', :o), 'LC016', 'territory "nowhere", named in trigger "zz", does not exist', 'no such territory');
SELECT t.drop_rule('opportunity');

--
-- A condition may do anything, if it calls a function of the user
--
CREATE FUNCTION t.relate(opportunity bigint, account bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_primary) SELECT opportunity, id, true FROM crm.contact WHERE account_id = account;
    RETURN false;
END $$;
SELECT t.rule('opportunity', 'AFTER INSERT', 't.relate(NEW.id, NEW.account_id)', $$validation_error('No')$$);
SELECT t.go();
SELECT is((SELECT count(*) FROM crm.opportunity_contact_role o JOIN r USING (opportunity_id)), 1::bigint, 'a condition that makes what the conversion was about to make');
SELECT t.drop_rule('opportunity');

--
-- workflow_task, outside of conversions
--
-- what a task is about, as text
CREATE FUNCTION t.task(rule text DEFAULT 'zz') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', subject, 'lead ' || lead_id, 'contact ' || contact_id, 'account ' || account_id, 'opportunity ' || opportunity_id,
        'of ' || u.name, 'due in ' || (activity_date - current_date), status, priority, type, description, t.workflow_rule)
    FROM crm.task t LEFT JOIN crm.app_user u ON u.id = t.owner_id WHERE workflow_rule = rule ORDER BY t.id
$$;
SELECT t.rule('lead', 'AFTER INSERT OR UPDATE', $$NEW.rating = 'Hot'$$, $$workflow_task('Call', 'owner=West', 'due_days=3', 'priority=High', 'status=In Progress', 'type=Call', 'description=a=b')$$);
SELECT t.lead('{"rating": "Hot"}') AS l \gset
SELECT results_eq('SELECT t.task()', format($$VALUES ('Call lead %s of West due in 3 In Progress High Call a=b zz')$$, :l), 'a task with all there is');
DELETE FROM crm.task;
SELECT t.rule('lead', 'AFTER INSERT OR UPDATE', $$NEW.rating = 'Hot'$$, $$workflow_task('Call')$$);
SELECT t.lead(jsonb_build_object('rating', 'Hot', 'owner_id', :bob)) AS l \gset
UPDATE crm.lead SET title = 'CEO' WHERE id = :l;
SELECT results_eq('SELECT t.task()', format($$VALUES ('Call lead %1$s of Bob Not Started Normal zz'), ('Call lead %1$s of Bob Not Started Normal zz')$$, :l), 'a task with nothing but a subject: it is of the record''s owner');
ALTER TABLE crm.task ADD CONSTRAINT c CHECK (priority <> 'Normal') NOT VALID;
SELECT t.fails(format('UPDATE crm.lead SET title = ''CTO'' WHERE id = %s', :l), '23514', '"c"', 'a task that cannot be made fails the row, and the error says which rule makes it', false, 'workflow rule "zz" of table "lead"');
ALTER TABLE crm.task DROP CONSTRAINT c;
SELECT t.drop_rule('lead');
DELETE FROM crm.task;
SELECT t.rule(rel, 'AFTER INSERT', 'true', 'workflow_task(''New'')') FROM unnest('{account,contact,opportunity}'::text[]) rel;
SELECT t.new('account', '{"name": "x"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'x', 'account_id', :a)) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'x', 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'account_id', :a)) AS o \gset
SELECT results_eq('SELECT t.task()', format($$VALUES ('New account %1$s Not Started Normal zz'), ('New contact %2$s account %1$s Not Started Normal zz'), ('New account %1$s opportunity %3$s Not Started Normal zz')$$, :a, :c, :o),
    'tasks of other records');
SELECT t.drop_rule(rel) FROM unnest('{account,contact,opportunity}'::text[]) rel;

--
-- Rules that are not made as they must be say which trigger it is
--
CREATE FUNCTION t.misused(rel text, timing text, func text, says text, what text, state text DEFAULT '39P01') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    error jsonb;
BEGIN
    EXECUTE format('CREATE TRIGGER "odd rule" %s ON crm.%I FOR EACH %s EXECUTE FUNCTION leadconv.%s', timing, rel,
        CASE WHEN timing ~ 'STATEMENT' THEN '' ELSE 'ROW' END, func);
    EXECUTE format('CREATE TEMP TABLE other AS SELECT * FROM crm.%I', rel);
    error := t.error(CASE WHEN timing ~ 'DELETE' THEN format('DELETE FROM crm.%I', rel)
        WHEN rel = 'lead' THEN 'INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')'
        WHEN rel = 'account' THEN 'INSERT INTO crm.account (name) VALUES (''x'')' ELSE 'INSERT INTO crm.note (title) VALUES (''x'')' END);
    EXECUTE format('DROP TRIGGER "odd rule" ON crm.%I', rel);
    DROP TABLE other;
    RETURN NEXT ok(coalesce(error ->> 'state' = state AND strpos(error ->> 'message', says) > 0 AND error ->> 'hint' <> ''
        AND strpos(concat(error ->> 'message', error ->> 'detail', error ->> 'hint'), 'odd rule') > 0, false), what || ': ' || coalesce(error::text, 'no error'));
END $$;
SELECT t.misused('lead', 'BEFORE INSERT', 'validation_error()', 'must be called with 1 to 3 arguments', 'no message');
SELECT t.misused('lead', 'BEFORE INSERT', $$validation_error('a', 'title', 'lookup_filter', 'x')$$, 'must be called with 1 to 3 arguments', 'too many arguments');
SELECT t.misused('lead', 'BEFORE INSERT', $$validation_error(' ')$$, 'the message in trigger "odd rule" is blank', 'a blank message');
SELECT t.misused('lead', 'BEFORE INSERT', $$validation_error('a', '')$$, 'the field in trigger "odd rule" is blank', 'a blank field');
SELECT t.misused('lead', 'BEFORE INSERT', $$validation_error('a', 'nope')$$, 'column "nope", which trigger "odd rule" is about, does not exist in table "lead"', 'an unknown field', '42703');
SELECT t.misused('lead', 'BEFORE INSERT', $$validation_error('a', 'title', 'x')$$, 'there is no kind of validation rule "x"', 'an unknown kind');
SELECT t.misused('lead', 'BEFORE DELETE', $$validation_error('a')$$, 'must be fired BEFORE or AFTER INSERT or UPDATE, for each row', 'on DELETE');
SELECT t.misused('lead', 'AFTER INSERT', $$assign_owner('Bob')$$, 'must be fired BEFORE INSERT or UPDATE, for each row', 'too late to assign');
SELECT t.misused('lead', 'BEFORE INSERT', 'assign_owner()', 'must be called with 1 argument(s)', 'no owner');
SELECT t.misused('lead', 'BEFORE INSERT', 'assign_owner('''')', 'the owner in trigger "odd rule" is blank', 'a blank owner');
SELECT t.misused('note', 'BEFORE INSERT', $$assign_owner('Bob')$$, 'must not be fired for table "note"', 'a table without assignments');
SELECT t.misused('account', 'BEFORE INSERT', $$assign_territory('north')$$, 'must not be fired for table "account"', 'a table without territories');
SELECT t.misused('account', 'BEFORE INSERT', $$workflow_task('x')$$, 'must be fired AFTER INSERT or UPDATE, for each row', 'too early for a task');
SELECT t.misused('note', 'AFTER INSERT', $$workflow_task('x')$$, 'must not be fired for table "note"', 'a table without workflow');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('')$$, 'the subject in trigger "odd rule" is blank', 'a blank subject');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('x', 'owner')$$, 'argument 2 of trigger "odd rule" is not an option: owner', 'an option without a value');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('x', 'colour=red')$$, 'argument 2 of trigger "odd rule" is not an option: colour=red', 'an unknown option');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('x', 'owner=')$$, 'argument 2 of trigger "odd rule" has no value', 'a blank value');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('x', 'due_days=1', 'due_days=2')$$, 'argument 3 of trigger "odd rule" is given twice', 'an option twice');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('x', 'due_days=soon')$$, 'due_days in trigger "odd rule" is not a number of days: soon', 'no number of days');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('x', 'due_days=9999999999999999999999')$$, 'is not a number of days', 'too many days');
SELECT t.misused('lead', 'AFTER INSERT', $$workflow_task('x', 'owner=Nobody')$$, 'user or queue "Nobody", named in trigger "odd rule", does not exist', 'nobody of that name', 'LC016');
CREATE TRIGGER "odd rule" BEFORE INSERT ON crm.lead EXECUTE FUNCTION leadconv.validation_error('x');
SELECT is(t.error('INSERT INTO crm.lead (last_name, company) VALUES (''x'', ''x'')') ->> 'detail', 'Trigger "odd rule" on table "lead" is not.', 'for each statement');
DROP TRIGGER "odd rule" ON crm.lead;

--
-- A role that may write leads and nothing else
--
CREATE ROLE lc_t_rules;
GRANT USAGE ON SCHEMA crm, t TO lc_t_rules;
GRANT SELECT, INSERT, UPDATE ON crm.lead TO lc_t_rules;
ALTER TABLE crm.app_user ENABLE ROW LEVEL SECURITY;
DELETE FROM crm.task;
SELECT t.rule('lead', 'BEFORE INSERT', 'true', $$assign_owner('West')$$);
CREATE TRIGGER zz_task AFTER INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.workflow_task('Call', 'owner=ann@example.com');
CREATE FUNCTION t.whoami() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.description := current_user; RETURN NEW; END $$;
CREATE TRIGGER whoami BEFORE INSERT ON crm.task FOR EACH ROW EXECUTE FUNCTION t.whoami();
SET LOCAL ROLE lc_t_rules;
SET LOCAL leadconv.user_id = '';
SELECT throws_ok('SELECT count(*) FROM crm.app_user', '42501', NULL, 'who may not look at users');
SELECT throws_ok('INSERT INTO crm.task (subject) VALUES (''x'')', '42501', NULL, 'nor make tasks');
INSERT INTO crm.lead (last_name, company) VALUES ('Rao', 'Acme') RETURNING id AS l, owner_id = :west AS is_west \gset
SELECT ok(:'is_west', 'gets a lead with the owner that the rule says');
RESET ROLE;
SELECT results_eq('SELECT t.task(''zz_task'')', format($$VALUES ('Call lead %s of Ann Not Started Normal lc_t_rules zz_task')$$, :l), 'and the task, on which triggers run as that role');

SELECT * FROM finish();
ROLLBACK;
