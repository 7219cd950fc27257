-- Plans and memory stay flat over 10,000 calls in one session
SET client_min_messages = warning;
DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
CREATE EXTENSION leadconv;
ALTER TABLE crm.lead SET (autovacuum_enabled = off);
INSERT INTO crm.app_user (name) VALUES ('Ann');
SET leadconv.user_id = '1';
INSERT INTO crm.lead (last_name, company, owner_id) SELECT 'Lead ' || i, 'Company ' || i, 1 FROM generate_series(1, 10000) i;
INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(1, 10000) i;
CREATE TEMP TABLE usage (calls integer, plans bigint, bytes bigint);
CREATE PROCEDURE convert_some(first integer, last integer) LANGUAGE plpgsql AS $$
DECLARE
    r leadconv.lead_convert_result;
BEGIN
    FOR i IN first..last LOOP
        BEGIN
            -- every tenth is refused, every tenth fails in the middle
            IF i % 10 = 1 THEN
                PERFORM leadconv.convert_lead(i, contact_id => 1);
            ELSIF i % 10 = 2 THEN
                PERFORM leadconv.convert_lead(i, contact_record => '{"last_name": null}');
            ELSE
                r := leadconv.convert_lead(i);
            END IF;
        EXCEPTION WHEN OTHERS THEN
            NULL;
        END;
        IF i % 500 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END $$;
CREATE PROCEDURE note_usage(calls integer) LANGUAGE sql AS $$
    INSERT INTO usage SELECT calls, count(*) FILTER (WHERE name LIKE 'CachedPlan%'), sum(total_bytes) FROM pg_backend_memory_contexts $$;
CALL convert_some(1, 1000);
CALL note_usage(0);
CALL convert_some(1001, 2000);
CALL note_usage(2000);
CALL convert_some(2001, 6000);
CALL note_usage(6000);
CALL convert_some(6001, 10000);
CALL note_usage(10000);
SELECT count(*) FROM crm.lead WHERE is_converted;
SELECT b.calls, b.plans - a.plans AS more_plans, CASE WHEN b.bytes - a.bytes < 262144 THEN 'flat' ELSE (b.bytes - a.bytes)::text END AS memory
FROM usage a, usage b WHERE a.calls = 2000 AND b.calls > 2000 ORDER BY b.calls;
DROP PROCEDURE convert_some;
DROP PROCEDURE note_usage;
RESET leadconv.user_id;

DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
CREATE EXTENSION leadconv;
