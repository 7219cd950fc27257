
--
-- The tables, unless a restore has brought its own
--
SELECT leadconv.create_crm();
