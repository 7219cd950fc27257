--
-- Many leads and accounts: 5 million leads and 1 million accounts, of which
-- 1 in 250 leads has related records (those are the ones to be converted).  The indexes are
-- made afterwards, which is several times faster.
--
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB';
CREATE TEMPORARY TABLE definition AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS sql
FROM pg_index i
WHERE i.indrelid IN ('crm.lead'::regclass, 'crm.account'::regclass) AND NOT i.indisunique;
SELECT format('DROP INDEX %s', name) FROM definition \gexec

INSERT INTO crm.lead (id, first_name, last_name, company, title, street, city, state, postal_code, country,
                      phone, email, description, lead_source, industry, owner_id, created_date, last_modified_date)
SELECT i, 'Maya', 'Rao ' || i, 'Acme Manufacturing ' || i, 'Head of Purchasing', i || ' Market Street',
       'San Francisco', 'CA', '94105', 'USA', '+1 415 555 ' || i, 'maya.rao' || i || '@example.com',
       'Met at the fair; wants a quote for next year''s volume.', 'Web',
       'Manufacturing', 1 + i % 20, now(), now()
FROM generate_series(1, 5000000) i WHERE i % 250 <> 0;
INSERT INTO crm.account (id, name, owner_id, created_date, last_modified_date)
SELECT nextval('crm.account_id_seq'), 'Old Account ' || i, 1 + i % 20, now(), now()
FROM generate_series(1, 1000000) i;

SELECT sql FROM definition \gexec
