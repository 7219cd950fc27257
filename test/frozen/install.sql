-- Installs leadconv, by a superuser, so that schema crm belongs to crm_owner, who
-- may call its functions and grant them.  What crm_owner runs comes next.
CREATE SCHEMA crm AUTHORIZATION crm_owner;
SET row_security = off; -- as in a restore
CREATE EXTENSION leadconv CASCADE;
RESET row_security;
DROP SCHEMA crm;
GRANT USAGE, CREATE ON SCHEMA public TO crm_owner;
GRANT USAGE ON SCHEMA leadconv TO crm_owner WITH GRANT OPTION;
GRANT CREATE ON DATABASE :"DBNAME" TO crm_owner;
SET ROLE crm_owner;
SELECT leadconv.create_crm();
