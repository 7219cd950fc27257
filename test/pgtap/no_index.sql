-- A child table without an index on its lead column: read once for each batch, not
-- once for each lead.
BEGIN;
\ir helpers.psql
SELECT plan(8);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
CREATE TABLE t.visit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact,
    from_lead bigint, note text);
SET LOCAL client_min_messages = error;
SELECT leadconv.register_related_list('t.visit', 'lead_id', contact_column => 'contact_id', source_column => 'from_lead');
RESET client_min_messages;

-- Rows of the table that are read from end to end while n leads, each with a row, are converted
CREATE FUNCTION t.rows_read(child regclass, n int, with_rows boolean DEFAULT true, request jsonb DEFAULT '{}') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    leads bigint[];
    before bigint;
BEGIN
    WITH l AS (INSERT INTO crm.lead (last_name, company) SELECT 'Rao', 'Acme ' || i FROM generate_series(1, n) i RETURNING id)
    SELECT array_agg(id) INTO leads FROM l;
    IF with_rows THEN
        EXECUTE format('INSERT INTO %s (lead_id) SELECT unnest($1)', child) USING leads;
    END IF;
    before := (SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relid = child);
    PERFORM leadconv.convert_leads((SELECT array_agg(jsonb_populate_record(leadconv.new_lead_convert(l), request)) FROM unnest(leads) l));
    RETURN (SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relid = child) - before;
END $$;
INSERT INTO t.visit (note) SELECT 'old' FROM generate_series(1, 1000);
SELECT t.rows_read('t.visit', 2) AS first \gset
SELECT cmp_ok(t.rows_read('t.visit', 1), '<=', 3 * 1004::bigint, 'one lead: the table is read a few times');
SELECT cmp_ok(t.rows_read('t.visit', 200), '<=', 3 * 1203::bigint, '200 leads: likewise');
SELECT is((SELECT count(*) FROM t.visit WHERE lead_id IS NOT NULL OR (contact_id IS NULL AND note IS NULL) OR (from_lead IS NULL AND note IS NULL)), 0::bigint, '... and all rows are moved');
SELECT cmp_ok(t.rows_read('t.visit', 200, false), '<=', 3 * 1203::bigint, '200 leads without any rows');
SELECT cmp_ok(t.rows_read('t.visit', 200, true, '{"do_not_create_contact": true}'), '<=', 3 * 1403::bigint, '200 leads without a contact, whose rows stay');
SELECT is((SELECT count(*) FROM t.visit WHERE lead_id IS NOT NULL), 200::bigint, '... all of them');

INSERT INTO t.visit (note) SELECT 'old' FROM generate_series(1, 30000);
SELECT cmp_ok(t.rows_read('t.visit', 1500), '<=', 2 * 3 * 33500::bigint, '1500 leads, two batches, beside 30,000 rows');

-- With an index, of a table that has no such rows yet
CREATE TABLE t.call (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact, from_lead bigint);
CREATE INDEX ON t.call (lead_id);
SELECT leadconv.register_related_list('t.call', 'lead_id', contact_column => 'contact_id', source_column => 'from_lead');
SELECT t.rows_read('t.call', 2) AS first \gset
SELECT is(t.rows_read('t.call', 100), 0::bigint, 'with an index, nothing is read from end to end');

SELECT * FROM finish();
ROLLBACK;
