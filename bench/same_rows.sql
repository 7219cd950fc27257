--
-- The rows of all crm tables, and how many row changes there were, in a form that
-- is the same whichever way the leads were converted: without the times, and
-- without what only leadconv knows to write into its ledger (by which call, with
-- which options, and how to go back).
--
SELECT format($$SELECT '%1$s', to_jsonb(t) - %2$L::text[] FROM crm.%1$I t ORDER BY 2$$, relname,
              '{created_date,last_modified_date}'::text[] ||
              CASE relname WHEN 'lead_conversion' THEN '{origin,options,undo}'::text[] END)
FROM pg_class
WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'
ORDER BY relname
\gexec

SELECT 'changes', relname, 'inserted', n_tup_ins, 'updated', n_tup_upd, 'deleted', n_tup_del
FROM pg_stat_user_tables
WHERE schemaname = 'crm' AND n_tup_ins + n_tup_upd + n_tup_del > 0
ORDER BY relname;
