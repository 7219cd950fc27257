-- When a related list may be registered, and what is asked of its foreign key.
BEGIN;
\ir helpers.psql
SELECT plan(10);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
CREATE TABLE t.visit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead_id bigint, contact_id bigint REFERENCES crm.contact);
CREATE INDEX ON t.visit (lead_id);

SELECT t.fails($$SELECT leadconv.register_related_list('t.visit', 'lead_id', contact_column => 'contact_id')$$, 'LC020',
    'has no foreign key to crm.lead', 'without a foreign key');

-- Not while this session converts a lead
ALTER TABLE t.visit ADD CONSTRAINT visit_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead (id) DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION t.act() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE TG_ARGV[0]; RETURN NULL; END $$;
SELECT t.lead() AS l \gset
CREATE FUNCTION t.within(act text, what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER zz AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.act(%L)', act);
    RETURN NEXT t.fails(format('SELECT leadconv.convert_lead(%s)', (SELECT max(id) FROM crm.lead)), '55006', 'related lists cannot be changed while this session converts a lead', what);
    DROP TRIGGER zz ON crm.account;
END $$;
SELECT t.within('SELECT leadconv.register_related_list(''t.visit'', ''lead_id'', contact_column => ''contact_id'')', 'not in the midst of a conversion: registered');
SELECT t.within('UPDATE crm.related_list SET is_active = false WHERE child = ''crm.note''::regclass', '... switched off');
SELECT t.within('INSERT INTO crm.related_list (label, child, lead_column, sort_order) VALUES (''Visits'', ''t.visit'', ''lead_id'', 900)', '... written by hand');

-- A foreign key that is deferred
SELECT lives_ok($$SELECT leadconv.register_related_list('t.visit', 'lead_id', contact_column => 'contact_id')$$, 'the check of the foreign key may be deferred');
INSERT INTO t.visit (lead_id) VALUES (:l);
SELECT ok((t.convert(:l)).success, '... converted');
SELECT is((SELECT array_agg(ROW(lead_id IS NULL, contact_id IS NULL)::text) FROM t.visit), '{"(t,f)"}', '... and its rows moved');
SELECT t.fails(format('INSERT INTO t.visit (lead_id) VALUES (%s)', :l), 'LC005', 'cannot reference converted lead', 'a converted lead cannot be referenced');
SELECT lives_ok('INSERT INTO t.visit (lead_id) VALUES (-1)', 'a lead that is not there is the business of the foreign key');
DELETE FROM t.visit WHERE lead_id = -1;
SET CONSTRAINTS ALL IMMEDIATE;

-- A conversion holds the lock that a change waits for; a preview does not
SELECT is((SELECT array_agg(mode ORDER BY mode) FROM pg_locks WHERE relation = 'crm.related_list'::regclass AND mode ~ 'Share|Exclusive' AND mode <> 'AccessShareLock'),
    '{ExclusiveLock,RowExclusiveLock,RowShareLock}', 'the locks of both');

SELECT * FROM finish();
ROLLBACK;
