-- Custom fields, and the user's own child tables.
BEGIN;
\ir helpers.psql
SELECT plan(114);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

--
-- A custom field on lead and target, and a mapping, is all it takes
--
ALTER TABLE crm.lead ADD COLUMN budget numeric, ADD COLUMN "Odd Name" text, ADD COLUMN "select" integer;
SELECT is((SELECT jsonb_agg(jsonb_build_array(w ->> 'status_code', w -> 'fields')) FROM jsonb_array_elements((SELECT to_jsonb(x) -> 'warnings' FROM t.convert(t.lead('{"budget": 5, "Odd Name": ""}')) x)) w),
    '[["UNMAPPED_FIELD", ["budget"]]]', 'a non-empty unmapped custom field gives a warning, an empty one does not');
ALTER TABLE crm.account ADD COLUMN budget numeric DEFAULT 1;
ALTER TABLE crm.contact ADD COLUMN budget numeric, ADD COLUMN "Odd ""Name" text;
ALTER TABLE crm.opportunity ADD COLUMN deal_budget numeric, ADD COLUMN "select" integer;
SELECT lives_ok($$SELECT leadconv.map_lead_field('budget', 'account', 'budget'), leadconv.map_lead_field('budget', 'contact', 'budget'), leadconv.map_lead_field('budget', 'opportunity', 'deal_budget'),
    leadconv.map_lead_field('Odd Name', 'contact', 'Odd "Name'), leadconv.map_lead_field('select', 'opportunity', 'select')$$, 'map_lead_field(), fan-out to all three, quoted names');
SELECT t.go(lead => '{"budget": 5.5, "Odd Name": "o", "select": 3}');
SELECT is(ARRAY[(SELECT budget FROM crm.account WHERE id = account_id), (SELECT budget FROM crm.contact WHERE id = contact_id), (SELECT deal_budget FROM crm.opportunity WHERE id = opportunity_id), (SELECT "select" FROM crm.opportunity WHERE id = opportunity_id)],
    ARRAY[5.5, 5.5, 5.5, 3], 'fan-out: account, contact and opportunity') FROM r;
SELECT is((SELECT "Odd ""Name" FROM crm.contact WHERE id = contact_id), 'o', 'quoted names') FROM r;
SELECT is(warnings, '{}', 'no warning once it is mapped') FROM r;

-- defaults of custom fields are not applied to new records
SELECT t.go();
SELECT is(t.get('account', account_id, 'budget'), NULL, 'a blank custom field: the target''s default is not applied') FROM r;
UPDATE crm.lead_convert_settings SET apply_custom_field_defaults = true;
SELECT t.lead() AS l \gset
SELECT account_id AS a FROM t.convert(:l) \gset
SELECT is(t.get('account', :a, 'budget'), '1', '... but with apply_custom_field_defaults');
UPDATE crm.lead_convert_settings SET apply_custom_field_defaults = false;
ALTER TABLE crm.account ADD COLUMN tier text NOT NULL DEFAULT 'basic', ADD COLUMN unmapped_default text DEFAULT 'd';
SELECT t.go();
SELECT is(t.get('account', account_id, 'tier'), 'basic', 'a NOT NULL column gets its default') FROM r;
SELECT is(t.get('account', account_id, 'unmapped_default'), 'd', 'so does a column that is not mapped') FROM r;

-- existing records: fills what is empty
SELECT t.new('account', '{"name": "Old", "budget": 9, "tier": "x"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset
SELECT ok((t.convert(t.lead('{"budget": 5}'), jsonb_build_object('account_id', :a, 'contact_id', :c))).success, 'into existing records');
SELECT is(t.get('account', :a, 'budget') || ' ' || t.get('contact', :c, 'budget'), '9 5', 'existing target: fills empty only');

--
-- Type and length rules
--
CREATE FUNCTION t.try_map(from_type text, to_type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    hint text;
BEGIN
    EXECUTE format('ALTER TABLE crm.lead ADD COLUMN f %s', from_type);
    EXECUTE format('ALTER TABLE crm.opportunity ADD COLUMN g %s', to_type);
    PERFORM leadconv.map_lead_field('f', 'opportunity', 'g');
    RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    IF SQLSTATE = 'ZZ000' THEN RETURN 'ok'; END IF;
    IF hint = '' THEN RETURN SQLSTATE || ' without hint: ' || message; END IF;
    RETURN SQLSTATE;
END $$;
SELECT is(t.try_map(f, g), w, format('%s to %s: %s', f, g, w)) FROM (VALUES
    -- the same type
    ('boolean', 'boolean', 'ok'), ('date', 'date', 'ok'), ('timestamptz', 'timestamptz', 'ok'), ('numeric', 'numeric', 'ok'), ('numeric(10,2)', 'numeric(10,2)', 'ok'), ('numeric(10,2)', 'numeric(12,2)', 'ok'),
    ('integer', 'integer', 'ok'), ('text', 'text', 'ok'), ('varchar(20)', 'varchar(20)', 'ok'), ('varchar(20)', 'varchar(30)', 'ok'), ('varchar(20)', 'text', 'ok'), ('text[]', 'text[]', 'ok'), ('jsonb', 'jsonb', 'ok'), ('uuid', 'uuid', 'ok'),
    ('bigint REFERENCES crm.territory', 'bigint REFERENCES crm.territory', 'ok'),
    -- formula: its value goes to a text field
    ('text GENERATED ALWAYS AS (lower(last_name)) STORED', 'text', 'ok'),
    -- other types
    ('boolean', 'text', 'LC020'), ('date', 'timestamptz', 'LC020'), ('timestamptz', 'date', 'LC020'), ('text', 'integer', 'LC020'), ('integer', 'text', 'LC020'), ('numeric', 'boolean', 'LC020'), ('text', 'text[]', 'LC020'),
    ('bigint REFERENCES crm.territory', 'bigint REFERENCES crm.division', 'LC020'), ('bigint REFERENCES crm.territory', 'bigint', 'LC020'),
    -- equal or greater length
    ('numeric(12,2)', 'numeric(10,2)', 'LC020'), ('numeric(10,2)', 'numeric(10,1)', 'LC020'), ('numeric', 'numeric(10,2)', 'LC020'), ('varchar(30)', 'varchar(20)', 'LC020'), ('text', 'varchar(20)', 'LC020'), ('bigint', 'integer', 'LC020'),
    -- what cannot be written
    ('text', 'text GENERATED ALWAYS AS (lower(name)) STORED', 'LC020')) v (f, g, w);

-- picklists
ALTER TABLE crm.lead ADD COLUMN pick varchar(40), ADD COLUMN plain varchar(40), ADD COLUMN longtext text;
ALTER TABLE crm.contact ADD COLUMN pick varchar(40), ADD COLUMN pick_r varchar(40), ADD COLUMN plain varchar(40), ADD COLUMN short varchar(3), ADD COLUMN longtext text, ADD COLUMN pick2 varchar(3);
INSERT INTO crm.picklist_field (object, field, is_restricted) VALUES ('lead', 'pick', false), ('contact', 'pick', false), ('contact', 'pick2', false), ('contact', 'pick_r', true);
SELECT lives_ok($$SELECT leadconv.map_lead_field('pick', 'contact', 'pick')$$, 'picklist to picklist');
SELECT lives_ok($$SELECT leadconv.unmap_lead_field('pick', 'contact', 'pick')$$, 'unmap_lead_field()');
SELECT t.fails($$SELECT leadconv.map_lead_field('pick', 'contact', 'pick_r')$$, 'LC020', 'pick', 'picklist to a restricted picklist');
SELECT t.fails($$SELECT leadconv.map_lead_field('plain', 'contact', 'pick_r')$$, 'LC020', 'plain', 'text to a restricted picklist');
SELECT lives_ok($$SELECT leadconv.map_lead_field('plain', 'contact', 'pick')$$, 'text to an unrestricted picklist');
SELECT lives_ok($$SELECT leadconv.map_lead_field('pick', 'contact', 'short')$$, 'picklist to a shorter text: truncated');
SELECT to_jsonb(x) AS res FROM t.convert(t.lead('{"pick": "abcdef", "plain": "p"}')) x \gset
SELECT is(t.get('contact', (:'res'::jsonb ->> 'contact_id')::bigint, 'short'), 'abc', '... to the target''s length');
SELECT is((SELECT jsonb_agg(w ->> 'status_code') FROM jsonb_array_elements(:'res'::jsonb -> 'warnings') w), '["VALUE_TRUNCATED"]', '... with a warning');
SELECT is((SELECT jsonb_array_length(x) FROM (SELECT to_jsonb(r) -> 'warnings' FROM t.convert(t.lead('{"pick": "abc"}')) r) y (x)), 0, '... but not for a value that fits');

-- rules about names
SELECT t.fails($$SELECT leadconv.map_lead_field('budget', 'account', 'no_such')$$, 'LC003', 'no_such', 'unknown target field');
SELECT t.fails($$SELECT leadconv.map_lead_field('no_such', 'account', 'budget')$$, 'LC003', 'no_such', 'unknown lead field');
SELECT t.fails($$SELECT leadconv.map_lead_field('budget', 'task', 'budget')$$, 'LC003', 'task', 'unknown object');
SELECT t.fails($$SELECT leadconv.map_lead_field(NULL, 'account', 'budget')$$, 'LC001', 'lead_field', 'NULL lead field');
SELECT t.fails($$SELECT leadconv.map_lead_field('budget', NULL, 'budget')$$, 'LC001', 'target_object', 'NULL object');
SELECT t.fails($$SELECT leadconv.map_lead_field('budget', 'account', NULL)$$, 'LC001', 'target_field', 'NULL target field');
SELECT t.fails(format('SELECT leadconv.map_lead_field(%L, ''account'', ''budget'')', repeat('x', 100000)), 'LC003', 'xxx', 'absurdly long name');
SELECT t.fails($$SELECT leadconv.map_lead_field('company', 'account', 'unmapped_default')$$, 'LC020', 'company', 'custom to custom only: a standard lead field');
SELECT t.fails($$SELECT leadconv.map_lead_field('longtext', 'contact', 'description')$$, 'LC020', 'description', 'custom to custom only: a standard target field');
SELECT t.fails($$SELECT leadconv.unmap_lead_field('company', 'account', 'name')$$, 'LC020', 'company', 'standard mappings cannot be removed');
SELECT t.fails($$SELECT leadconv.unmap_lead_field('longtext', 'contact', 'longtext')$$, 'LC003', 'longtext', 'no such mapping');
ALTER TABLE crm.lead ADD COLUMN budget2 numeric;
SELECT t.fails($$SELECT leadconv.map_lead_field('budget2', 'account', 'budget')$$, 'LC020', 'already mapped', 'fan-in: one source for each target field');
SELECT t.fails($$SELECT leadconv.map_lead_field('ctid', 'account', 'budget')$$, 'LC003', 'ctid', 'system column');

-- dependency lock, in PostgreSQL itself
SELECT t.fails(q, '2BP01', 'depend', 'refused: ' || q) FROM unnest(ARRAY['ALTER TABLE crm.lead DROP COLUMN budget', 'ALTER TABLE crm.account DROP COLUMN budget', 'ALTER TABLE crm.opportunity DROP COLUMN deal_budget']) q;
SELECT t.fails(q, '0A000', 'used by a view', 'refused: ' || q, false) FROM unnest(ARRAY['ALTER TABLE crm.lead ALTER COLUMN budget TYPE text', 'ALTER TABLE crm.account ALTER COLUMN budget TYPE integer']) q;
SAVEPOINT s;
SELECT leadconv.unmap_lead_field('budget', 'account', 'budget');
SELECT lives_ok('ALTER TABLE crm.account DROP COLUMN budget', 'after unmap_lead_field() the column can go');
SELECT ok((t.convert(t.lead('{"budget": 1}'))).success, '... and conversion goes on');
ROLLBACK TO s;

-- a rename is reported with both names, and repaired by mapping again
SAVEPOINT s;
ALTER TABLE crm.account RENAME COLUMN budget TO budget_eur;
SELECT t.lead('{"budget": 8}') AS l \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC020', 'account.budget', 'target renamed: the old name');
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC020', 'account.budget_eur', '... and the new one');
SELECT ok((SELECT bool_or(problem || ' ' || object || ' ' || coalesce(hint, '') LIKE '%budget_eur%') FROM leadconv.validate()), '... validate() reports it');
SELECT lives_ok($$SELECT leadconv.map_lead_field('budget', 'account', 'budget_eur')$$, '... mapping again');
SELECT account_id AS a2 FROM t.convert(:l) \gset
SELECT is(t.get('account', :a2, 'budget_eur'), '8', '... repairs it');
ROLLBACK TO s;
SAVEPOINT s;
ALTER TABLE crm.lead RENAME COLUMN budget TO money;
SELECT t.lead('{"money": 8}') AS l \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC020', 'lead.budget" was renamed to "lead.money', 'lead field renamed');
SELECT lives_ok($$SELECT leadconv.map_lead_field('money', 'account', 'budget'), leadconv.map_lead_field('money', 'contact', 'budget'), leadconv.map_lead_field('money', 'opportunity', 'deal_budget')$$, '... mapping again');
SELECT account_id AS a2 FROM t.convert(:l) \gset
SELECT is(t.get('account', :a2, 'budget'), '8', '... repairs it');
ROLLBACK TO s;

--
-- The user's own child tables
--
CREATE SCHEMA "My App";
CREATE TABLE "My App"."Site Visit" ("Visit Id" int PRIMARY KEY, "Lead" bigint REFERENCES crm.lead, "Who" bigint REFERENCES crm.contact, acct bigint REFERENCES crm.account, opp bigint REFERENCES crm.opportunity, "from lead" bigint);
CREATE INDEX ON "My App"."Site Visit" ("Lead");
SELECT t.lead() AS l \gset
INSERT INTO "My App"."Site Visit" VALUES (1, :l);
SELECT ok((t.convert(:l)).success AND (SELECT "Lead" = :l FROM "My App"."Site Visit"), 'an unregistered child table is left alone');
DELETE FROM "My App"."Site Visit";
SELECT lives_ok($$SELECT leadconv.register_related_list('"My App"."Site Visit"', 'Lead', 'Who', 'acct', 'opp', 'from lead')$$, 'register_related_list(): other schema, quoted names');
SELECT t.lead() AS l \gset
INSERT INTO "My App"."Site Visit" VALUES (2, :l), (3, NULL);
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
SELECT is((SELECT v::text FROM "My App"."Site Visit" v WHERE "Visit Id" = 2), format('(2,,%s,%s,%s,%s)', :c, :a, :o, :l), 'the rows move, with their source');
SELECT is((SELECT v::text FROM "My App"."Site Visit" v WHERE "Visit Id" = 3), '(3,,,,,)', '... others do not');
SELECT throws_ok(format('INSERT INTO "My App"."Site Visit" VALUES (4, %s)', :l), 'LC005', NULL, 'nothing new may point at the converted lead');
CREATE TRIGGER a_null BEFORE UPDATE ON "My App"."Site Visit" FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE FUNCTION t.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER b_null BEFORE UPDATE ON "My App"."Site Visit" FOR EACH ROW EXECUTE FUNCTION t.swallow();
SELECT t.lead() AS l \gset
INSERT INTO "My App"."Site Visit" VALUES (5, :l);
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC019', 'Site Visit', 'a BEFORE trigger on the child table returns NULL: an error');
DROP TRIGGER b_null ON "My App"."Site Visit";
SELECT ok((t.convert(:l)).success, 'without it the lead converts');
-- renamed column
ALTER TABLE "My App"."Site Visit" RENAME COLUMN "Who" TO person;
SELECT t.lead() AS l \gset
INSERT INTO "My App"."Site Visit" VALUES (6, :l);
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC020', '"Who"', 'a column of the child renamed: the old name');
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC020', '"person"', '... and the new one');
SELECT lives_ok($$SELECT leadconv.register_related_list('"My App"."Site Visit"', 'Lead', 'person', 'acct', 'opp', 'from lead')$$, '... registering again');
SELECT ok((t.convert(:l)).success, '... repairs it');
SELECT throws_ok('ALTER TABLE "My App"."Site Visit" DROP COLUMN person', '2BP01', NULL, 'a registered column cannot be dropped');
-- contact only, do_not_create_contact
CREATE TABLE public.t_visit (id int PRIMARY KEY, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact);
CREATE INDEX ON t_visit (lead_id);
SELECT leadconv.register_related_list('public.t_visit', 'lead_id', 'contact_id');
SELECT t.lead() AS l \gset
INSERT INTO t_visit VALUES (1, :l);
SELECT is((SELECT jsonb_agg(w ->> 'status_code') FROM jsonb_array_elements((SELECT to_jsonb(x) -> 'warnings' FROM t.convert(:l, '{"do_not_create_contact": true}') x)) w), '["RELATED_RECORDS_NOT_MOVED"]', 'no contact: the row stays, with a warning');
SELECT is((SELECT lead_id FROM t_visit), :l::bigint, '... it is on the lead');
-- unregister
SELECT lives_ok($$SELECT leadconv.unregister_related_list('public.t_visit')$$, 'unregister_related_list()');
SELECT t.lead() AS l \gset
INSERT INTO t_visit VALUES (2, :l);
SELECT ok((t.convert(:l)).success AND (SELECT lead_id = :l FROM t_visit WHERE id = 2), '... leaves the rows on the lead from now on');
SELECT lives_ok('DROP TABLE t_visit', '... and the table can be dropped');
SELECT t.fails($$SELECT leadconv.unregister_related_list('"My App"."Site Visit"'); SELECT leadconv.unregister_related_list('"My App"."Site Visit"')$$, 'LC022', 'Site Visit', 'unregistering twice');
-- what cannot be registered
CREATE TABLE public.t_bad (id int PRIMARY KEY, lead_id bigint REFERENCES crm.lead, nofk bigint, contact_id bigint REFERENCES crm.contact, required bigint NOT NULL REFERENCES crm.lead, wrong text, gen bigint GENERATED ALWAYS AS (nofk) STORED);
CREATE VIEW public.t_view AS SELECT * FROM t_bad;
SELECT t.fails(format('SELECT leadconv.register_related_list(%s)', args), st, says, 'refused: ' || args) FROM (VALUES
    ($$'t_bad', 'lead_id'$$, 'LC001', 't_bad'), ($$'t_bad', 'nofk', 'contact_id'$$, 'LC020', 'nofk'), ($$'t_bad', 'no_such', 'contact_id'$$, 'LC003', 'no_such'), ($$'t_bad', 'lead_id', 'no_such'$$, 'LC003', 'no_such'),
    ($$'t_bad', 'required', 'contact_id'$$, 'LC020', 'required'), ($$'t_bad', 'lead_id', 'wrong'$$, 'LC020', 'wrong'), ($$'t_bad', 'lead_id', 'gen'$$, 'LC020', 'gen'), ($$'t_bad', 'lead_id', 'lead_id'$$, 'LC020', 'lead_id'),
    ($$'t_bad', 'lead_id', NULL, 'contact_id'$$, 'LC020', 'contact_id'), ($$NULL, 'lead_id', 'contact_id'$$, 'LC001', 'child'), ($$'t_bad', NULL, 'contact_id'$$, 'LC001', 'lead_column'),
    ($$'t_view', 'lead_id', 'contact_id'$$, '42809', 't_view'), ($$'crm.task', 'lead_id', 'contact_id'$$, 'LC022', 'task'), ($$'pg_class', 'oid', 'relname'$$, 'LC020', 'pg_class'), ($$1::regclass, 'oid', 'relname'$$, '42P01', '1')) v (args, st, says);
SELECT t.fails($$SELECT leadconv.unregister_related_list('crm.task')$$, 'LC022', 'task', 'a standard list cannot be unregistered');

SELECT * FROM finish();
ROLLBACK;
