-- How long it takes to find what a lead could be converted to, in a database that
-- bench/duplicates.sql has filled: leads that are made of its contacts with some errors,
-- each asked about three times by each function, of which the fastest counts, because
-- something else may run meanwhile.  The same, ten times, for leads that share match keys with tens of
-- thousands: of a company 'Inc', and with the e-mail address that all use.  Prints for each
-- function milliseconds (median, below which 95 of 100 are, most), and how many records are
-- found for a lead.
INSERT INTO crm.lead (first_name, last_name, title, email, phone, company, street, city, state, postal_code)
SELECT record ->> 'first_name', coalesce(record ->> 'last_name', 'Nobody'), record ->> 'title', record ->> 'email', record ->> 'phone', coalesce(record ->> 'account.name', 'None'),
       record ->> 'mailing_street', record ->> 'mailing_city', record ->> 'mailing_state', record ->> 'mailing_postal_code'
FROM bench.pair WHERE object = 'contact' ORDER BY hashtextextended('lead', id) LIMIT :leads;
INSERT INTO crm.opportunity (name, account_id, stage_name, close_date)
SELECT a.name || ' - Order ' || i, a.id, CASE WHEN i % 3 = 0 THEN 'Closed Won' ELSE 'Prospecting' END, '2030-01-01' FROM crm.account a, generate_series(1, 30) i WHERE a.id <= 1000;
ANALYZE crm.lead, crm.opportunity;

CREATE TABLE bench.took (what text, lead_id bigint, ms double precision, found bigint);
CREATE PROCEDURE bench.ask(what text, query text) LANGUAGE plpgsql AS $$
DECLARE
    l bigint;
    start timestamptz;
    n bigint;
BEGIN
    FOR l IN SELECT id FROM crm.lead ORDER BY id LOOP
        start := clock_timestamp();
        EXECUTE query INTO n USING l;
        INSERT INTO bench.took VALUES (what, l, 1000 * extract(epoch FROM clock_timestamp() - start), n);
    END LOOP;
END $$;
-- caches and plans first
CALL bench.ask('warm', 'SELECT count(*) FROM leadconv.find_account_matches($1)');
CALL bench.ask('warm', 'SELECT count(*) FROM leadconv.find_contact_matches($1)');
SELECT format('CALL bench.ask(%L, %L)', f, format('SELECT count(*) FROM leadconv.%s', call))
FROM generate_series(1, 3) i, (VALUES ('find_account_matches', 'find_account_matches($1)'), ('find_contact_matches', 'find_contact_matches($1)'),
    ('find_opportunity_matches', 'find_opportunity_matches(1 + $1 % 1000, $1)')) v (f, call) \gexec
-- twenty thousand companies that are called alike, and fifty thousand people of one address
INSERT INTO crm.account (name, billing_city, billing_state, billing_postal_code) SELECT 'Inc', 'Boston', 'MA', '02108' FROM generate_series(1, 20000);
INSERT INTO crm.contact (first_name, last_name, email) SELECT 'F' || i % 1000, 'L' || i % 1000, 'info@same.example' FROM generate_series(1, 50000) i;
DELETE FROM crm.lead;
INSERT INTO crm.lead (first_name, last_name, company, city, state, postal_code, email) SELECT 'F' || i, 'L' || i, 'Inc', 'Boston', 'MA', '02108', 'info@same.example' FROM generate_series(1, :leads / 10) i;
ANALYZE crm.lead, crm.account, crm.contact;
CALL bench.ask('warm', 'SELECT count(*) FROM leadconv.find_account_matches($1)');
SELECT format('CALL bench.ask(%L, %L)', f || ', many alike', format('SELECT count(*) FROM leadconv.%s($1)', f))
FROM generate_series(1, 10) i, (VALUES ('find_account_matches'), ('find_contact_matches')) v (f) \gexec
SELECT what, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 2), round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)::numeric, 2), round(max(ms)::numeric, 2),
       round(avg(found), 2)
FROM (SELECT what, lead_id, min(ms) AS ms, min(found) AS found FROM bench.took WHERE what <> 'warm' GROUP BY 1, 2) x GROUP BY what ORDER BY what;
