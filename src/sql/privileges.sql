--
-- Owner and privileges of what this script has made.  Everything belongs to the
-- owner of schema crm, or when that is yet to be built to the role that ran
-- CREATE EXTENSION, also when the extension is trusted and this script runs as
-- the bootstrap superuser.
--
-- A volatile function may write, and is nobody's until it is granted; so are
-- validate() and the permissions themselves.  Trigger functions keep EXECUTE for
-- PUBLIC, which CREATE TRIGGER needs at restore; so do the functions that only
-- compute or report.
--
-- The check "entry points for everybody" in src/crm/validate.c has the same rule
-- of what may write, for all functions of the schema, but leaves out those that
-- are named here: to grant those to everybody is the owner's choice.
--
DO $$
DECLARE
    before oid[] := pg_catalog.string_to_array(pg_catalog.current_setting('leadconv_script.before'), ',')::pg_catalog.oid[];
    owner text := COALESCE((SELECT n.nspowner::pg_catalog.regrole::pg_catalog.text
                            FROM pg_catalog.pg_namespace n
                            WHERE n.nspname OPERATOR(pg_catalog.=) 'crm'), $owner$@extowner@$owner$);
    routine record;
    type_name text;
BEGIN
    FOR routine IN
        SELECT p.oid::pg_catalog.regprocedure AS signature,
               p.proname OPERATOR(pg_catalog.=) ANY ('{validate,view_and_edit_converted_leads,view_converted_leads}'::pg_catalog.name[])
               OR (p.provolatile OPERATOR(pg_catalog.=) 'v'
                   AND p.prorettype OPERATOR(pg_catalog.<>) 'pg_catalog.trigger'::pg_catalog.regtype) AS is_private
        FROM pg_catalog.pg_proc p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) 'leadconv'::pg_catalog.regnamespace
        AND p.oid OPERATOR(pg_catalog.<>) ALL (before)
    LOOP
        EXECUTE pg_catalog.format('ALTER ROUTINE %s OWNER TO %s', routine.signature, owner);
        IF routine.is_private THEN
            EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine.signature);
        END IF;
    END LOOP;
    FOR type_name IN
        SELECT pg_catalog.format_type(t.oid, NULL)
        FROM pg_catalog.pg_type t JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.typrelid
        WHERE t.typnamespace OPERATOR(pg_catalog.=) 'leadconv'::pg_catalog.regnamespace
        AND c.relkind OPERATOR(pg_catalog.=) 'c' AND t.oid OPERATOR(pg_catalog.<>) ALL (before)
    LOOP
        EXECUTE pg_catalog.format('ALTER TYPE %s OWNER TO %s', type_name, owner);
    END LOOP;
END
$$;
