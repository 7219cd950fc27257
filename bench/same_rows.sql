--
-- The rows of all crm tables, and how many row changes there were, in a form that
-- is the same whichever way the leads were converted: without the times.
--
SELECT format($$SELECT '%1$s', to_jsonb(t) - '{created_date,last_modified_date}'::text[] FROM crm.%1$I t ORDER BY 2$$, relname)
FROM pg_class
WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'
ORDER BY relname
\gexec

SELECT 'changes', relname, 'inserted', n_tup_ins, 'updated', n_tup_upd, 'deleted', n_tup_del
FROM pg_stat_user_tables
WHERE schemaname = 'crm' AND n_tup_ins + n_tup_upd + n_tup_del > 0
ORDER BY relname;
