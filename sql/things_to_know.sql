-- README, "Things to know"
SET client_min_messages = warning;
DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
CREATE EXTENSION leadconv;
INSERT INTO crm.lead (last_name, company) SELECT 'Lead ' || i, 'Company ' || i FROM generate_series(1, 6) i;

-- (convert_lead(1)).* calls the function once per column: the second call finds
-- a converted lead
\set VERBOSITY terse
SELECT (leadconv.convert_lead(1)).*;
SELECT is_converted FROM crm.lead WHERE id = 1;
-- in FROM it is called once
SELECT lead_id, success FROM leadconv.convert_lead(1);

-- a join to crm tables in the same statement does not see the new rows
SELECT r.account_id, a.name FROM leadconv.convert_lead(2) r LEFT JOIN crm.account a ON a.id = r.account_id;
-- the next one does
SELECT a.name FROM crm.lead l JOIN crm.account a ON a.id = l.converted_account_id WHERE l.id = 2;

-- triggers fire in the order of their names: a validation trigger must come last
-- to judge the final values
CREATE FUNCTION validate_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.industry IS NULL THEN
        RAISE EXCEPTION 'Industry is required';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION default_industry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.industry := 'Other'; RETURN NEW; END $$;
CREATE TRIGGER default_industry BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION default_industry();
CREATE TRIGGER a_validate BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION validate_account();
SELECT success FROM leadconv.convert_lead(3);
ALTER TRIGGER a_validate ON crm.account RENAME TO zz_validate;
SELECT success FROM leadconv.convert_lead(3);

-- a lead that is converted in a transaction is converted when that commits
BEGIN;
SELECT success FROM leadconv.convert_lead(4);
SELECT is_converted FROM crm.lead WHERE id = 4;
ROLLBACK;
SELECT is_converted FROM crm.lead WHERE id = 4;

DROP EXTENSION leadconv;
DROP SCHEMA crm CASCADE;
DROP FUNCTION validate_account();
DROP FUNCTION default_industry();
CREATE EXTENSION leadconv;
