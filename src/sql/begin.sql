\echo Use "CREATE EXTENSION leadconv" or "ALTER EXTENSION leadconv UPDATE" to load this file. \quit

--
-- What is there before this script: the rest is new, and privileges.sql says
-- whose it is.  At CREATE EXTENSION everything is new.
--
SELECT pg_catalog.set_config('leadconv_script.before', pg_catalog.concat_ws(',',
    (SELECT pg_catalog.string_agg(p.oid::pg_catalog.text, ',') FROM pg_catalog.pg_proc p
     WHERE p.pronamespace OPERATOR(pg_catalog.=) 'leadconv'::pg_catalog.regnamespace),
    (SELECT pg_catalog.string_agg(t.oid::pg_catalog.text, ',') FROM pg_catalog.pg_type t
     WHERE t.typnamespace OPERATOR(pg_catalog.=) 'leadconv'::pg_catalog.regnamespace)), true);

