-- What the owner alters is noticed: the types of requests and results, columns that
-- are read, in the middle of a call as well.  test/t/015_altered_columns.pl does this
-- to every column.
BEGIN;
\ir helpers.psql
DROP TABLE r;
SELECT plan(47);

INSERT INTO crm.app_user (name) VALUES ('Ann') RETURNING id AS ann \gset
SELECT t.lead(jsonb_build_object('owner_id', :ann)) AS l \gset
SELECT t.lead() AS m \gset
SELECT leadconv.new_lead_convert(:l) AS req \gset

--
-- The types of requests, results and errors
--
CREATE TEMP TABLE alteration (type text, what text, says text);
INSERT INTO alteration VALUES
    ('lead_convert', 'ADD ATTRIBUTE extra text', 'type leadconv.lead_convert is not as this version of leadconv made it'),
    ('lead_convert', 'ALTER ATTRIBUTE owner_id TYPE text', 'type leadconv.lead_convert is not as this version of leadconv made it'),
    ('lead_convert', 'ALTER ATTRIBUTE reason TYPE integer', 'type leadconv.lead_convert is not as this version of leadconv made it'),
    ('lead_convert', 'DROP ATTRIBUTE lead_id', 'type leadconv.lead_convert is not as this version of leadconv made it');
SELECT t.fails(format('ALTER TYPE leadconv.%s %s; %s', a.type, a.what, q.query), 'LC023', a.says, format('%s %s: %s', a.type, a.what, q.name))
FROM alteration a, (VALUES
    ('a request', 'SELECT leadconv.new_lead_convert(' || :l || ')'),
    ('bulk', 'SELECT * FROM leadconv.convert_leads(ARRAY[NULL::leadconv.lead_convert])'),
    ('look', 'SELECT * FROM t.look(ARRAY[NULL::leadconv.lead_convert])')) q (name, query);
SELECT t.fails(format('ALTER TYPE leadconv.%s %s; %s', a.type, a.what, q.query), 'LC023', format('type leadconv.%s is not as this version of leadconv made it', a.type), format('%s %s: %s', a.type, a.what, q.name))
FROM (VALUES ('lead_convert_result', 'ADD ATTRIBUTE extra text'), ('lead_convert_result', 'ALTER ATTRIBUTE success TYPE text'), ('lead_convert_result', 'ALTER ATTRIBUTE errors TYPE text'),
    ('lead_convert_result', 'DROP ATTRIBUTE warnings'), ('lead_convert_error', 'ADD ATTRIBUTE extra text'), ('lead_convert_error', 'ALTER ATTRIBUTE message TYPE integer')) a (type, what),
    (VALUES
    ('single', 'SELECT leadconv.convert_lead(' || :l || ')'),
    ('bulk', 'SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(' || :l || ')])'),
    ('JSON', 'SELECT * FROM leadconv.convert_leads_json(''[{"lead_id": ' || :l || '}]'')')) q (name, query);

--
-- Columns that are read: what is wrong with them is said
--
SELECT t.fails(format('DROP VIEW crm.mapped_columns, crm.open_lead; SELECT t.drop_reports(); ALTER TABLE crm.lead DROP CONSTRAINT lead_owner_id_fkey; ALTER TABLE crm.lead ALTER owner_id TYPE text; SELECT leadconv.convert_lead(%s)', :l),
    'LC023', 'column "owner_id" of table "crm.lead" is of type text instead of bigint', 'an owner that is text');
SELECT t.fails(format('ALTER TABLE crm.lead_status ALTER master_label DROP NOT NULL; UPDATE crm.lead_status SET master_label = NULL; SELECT leadconv.convert_lead(%s)', :l),
    'LC023', 'column "master_label" of table "crm.lead_status" is null', 'a label that is null');
SELECT t.fails(format('ALTER TABLE crm.app_user RENAME is_active TO active; SELECT leadconv.convert_lead(%s)', :l),
    'LC023', 'column "is_active" of table "app_user" does not exist', 'a column that was renamed');
SELECT t.fails(format('ALTER TABLE crm.account ALTER id DROP IDENTITY; SELECT leadconv.convert_lead(%s)', :l),
    'LC023', 'column "id" of table "crm.account" is no identity column', 'an id that is drawn nowhere');
SELECT t.fails(format('ALTER TABLE crm.lead ALTER last_name DROP NOT NULL; UPDATE crm.lead SET first_name = NULL, last_name = NULL, company = NULL WHERE id = %s; SELECT leadconv.convert_lead(%1$s, account_record => ''{"name": "A"}'')', :l),
    'LC001', 'neither a company nor a name', 'a lead without names');

-- types that do as well
SAVEPOINT types;
CREATE TYPE t.user_type AS ENUM ('Standard', 'Queue');
ALTER TABLE crm.app_user DROP CONSTRAINT app_user_user_type_check, ALTER user_type DROP DEFAULT, ALTER user_type TYPE t.user_type USING user_type::t.user_type;
CREATE TYPE t.approval AS ENUM ('Pending', 'Approved');
ALTER TABLE crm.process_instance DROP CONSTRAINT IF EXISTS process_instance_status_check, ALTER status DROP DEFAULT, ALTER status TYPE t.approval USING status::t.approval;
SELECT is((t.convert(:l)).success, true, 'enums');
UPDATE crm.app_user SET user_type = 'Queue' WHERE id = :ann;
SELECT is((SELECT errors[1].message FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:m, owner_id => :ann)], false)) LIKE 'Converted objects can only be owned by users.%', true, '... are read');
INSERT INTO crm.process_instance (lead_id, status) VALUES (:m, 'Pending');
SELECT is((SELECT errors[1].status_code FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:m)], false)), 'ENTITY_IS_LOCKED', '... of approvals, too');
ROLLBACK TO types;

-- ids that are drawn from another sequence by now
SELECT (t.convert(t.lead(), '{"follow_up_task": {"subject": "x"}}')).success \gset
SELECT format('ALTER TABLE crm.%I ALTER id DROP IDENTITY, ALTER id ADD GENERATED BY DEFAULT AS IDENTITY (START 700000)', x)
FROM unnest('{account,contact,opportunity,task,lead_conversion,opportunity_contact_role}'::text[]) x \gexec
SELECT is(concat_ws(' ', account_id, contact_id, opportunity_id), '700000 700000 700000', 'new sequences of ids')
  FROM t.convert(t.lead(), '{"follow_up_task": {"subject": "x"}}');
ROLLBACK TO types;

-- a mapped column that is the last of its table, dropped and added again
ALTER TABLE crm.lead ADD COLUMN tier text;
ALTER TABLE crm.account ADD COLUMN tier text;
SELECT leadconv.map_lead_field('tier', 'account', 'tier');
SELECT is(t.get('account', (t.convert(t.lead('{"tier": "gold"}'))).account_id, 'tier'), 'gold', 'a mapped column');
ALTER TABLE crm.lead DROP COLUMN tier CASCADE, ADD COLUMN tier text;
SELECT is(t.get('account', (t.convert(t.lead('{"tier": "gold"}'))).account_id, 'tier'), 'gold', '... of another number');
ROLLBACK TO types;

-- a table that is altered between two chunks of a call
CREATE FUNCTION t.alter_users() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    ALTER TABLE crm.app_user ALTER is_active DROP DEFAULT, ALTER is_active TYPE text;
    RETURN NULL;
END $$;
CREATE TRIGGER alter_users AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.alter_users();
SELECT t.fails(format('SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%s), leadconv.new_lead_convert(%1$s), leadconv.new_lead_convert(%s)], false)', :l, :m),
    'LC023', 'table "app_user" was altered while a lead conversion was using it', 'altered by a trigger in the middle of a call');
ROLLBACK TO types;

--
-- Related lists: the column with the lead is a bigint, or a domain over it
--
CREATE DOMAIN t.lead_id AS bigint CHECK (VALUE > 0);
CREATE DOMAIN t.contact_id AS bigint;
CREATE TABLE t.visit (id integer PRIMARY KEY, lead_id t.lead_id REFERENCES crm.lead (id), contact_id t.contact_id REFERENCES crm.contact (id), source t.lead_id);
CREATE INDEX ON t.visit (lead_id);
SELECT is(leadconv.register_related_list('t.visit', 'lead_id', 'contact_id', source_column => 'source')::text, '', 'columns of domains are registered');
INSERT INTO t.visit VALUES (1, :l, NULL), (2, :l, NULL), (3, :m, NULL);
UPDATE t.visit SET lead_id = :m WHERE id = 2;
SELECT contact_id AS c FROM t.convert(:l) \gset
SELECT is((SELECT string_agg(v::text, ' ' ORDER BY id) FROM t.visit v), format('(1,,%s,%s) (2,%s,,) (3,%3$s,,)', :c, :l, :m), 'their rows are moved');
SELECT throws_ok(format('INSERT INTO t.visit (id, lead_id) VALUES (4, %s)', :l), 'LC005', 'cannot reference converted lead', 'and guarded');
SELECT throws_ok(format('UPDATE t.visit SET lead_id = %s WHERE id = 3', :l), 'LC005', 'cannot reference converted lead', '... when they are changed, too');

-- one that is numeric by now, with everything else in order
CREATE TABLE t.call (id integer PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), contact_id bigint);
SELECT leadconv.register_related_list('t.call', 'lead_id', 'contact_id');
SELECT t.fails(format($$ALTER TABLE t.call DROP COLUMN lead_id CASCADE, ADD COLUMN lead_id numeric; CREATE INDEX ON t.call (lead_id);
    CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON t.call FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
    CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON t.call FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL AND NEW.lead_id IS DISTINCT FROM OLD.lead_id) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
    SELECT leadconv.convert_lead(%s)$$, :m), 'LC020', 'column "lead_id" of related list "call" is of type numeric', 'a lead column that is numeric');

SELECT finish();
ROLLBACK;
