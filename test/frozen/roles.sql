-- The roles of the frozen databases
CREATE ROLE crm_owner LOGIN;
CREATE ROLE seller LOGIN;
CREATE ROLE reader LOGIN;
