--
-- Owner and privileges.  Everything belongs to the role that ran CREATE
-- EXTENSION, also when the extension is trusted and this script runs as the
-- bootstrap superuser.  Trigger functions keep EXECUTE for PUBLIC, which CREATE
-- TRIGGER needs at restore; so do the functions that only compute or report.
-- What writes, and the permission itself, is nobody's until it is granted.
--
-- At a restore, schema crm is there already and says who that is.
--
DO $$
DECLARE
    routine record;
    owner text := COALESCE((SELECT n.nspowner::pg_catalog.regrole::pg_catalog.text
                            FROM pg_catalog.pg_namespace n
                            WHERE n.nspname OPERATOR(pg_catalog.=) 'crm'), $owner$@extowner@$owner$);
    type_name text;
BEGIN
    FOR routine IN
        SELECT p.oid::pg_catalog.regprocedure AS signature,
               p.prokind OPERATOR(pg_catalog.=) 'p' AS is_procedure,
               p.proname
        FROM pg_catalog.pg_proc p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) 'leadconv'::pg_catalog.regnamespace
    LOOP
        EXECUTE pg_catalog.format('ALTER ROUTINE %s OWNER TO %s', routine.signature, owner);
        IF routine.proname OPERATOR(pg_catalog.=) ANY (ARRAY[
            'convert_lead', 'convert_leads', 'convert_leads_json', 'convert_leads_in_batches',
            'map_lead_field', 'unmap_lead_field', 'register_related_list', 'unregister_related_list',
            'protect_mapped_columns', 'import_records', 'create_crm', 'upgrade_crm', 'validate',
            'view_and_edit_converted_leads']::pg_catalog.name[])
        THEN
            EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine.signature);
        END IF;
    END LOOP;
    FOREACH type_name IN ARRAY ARRAY['lead_convert', 'lead_convert_error', 'lead_convert_result'] LOOP
        EXECUTE pg_catalog.format('ALTER TYPE leadconv.%s OWNER TO %s', type_name, owner);
    END LOOP;
END
$$;

-- The tables, unless a restore has brought its own
SELECT leadconv.create_crm();
