--
-- Owner and privileges of the members of the extension.  All of them belong to
-- its owner, the role that ran CREATE EXTENSION, also when the extension is trusted
-- and this script runs as the bootstrap superuser; and whoever owns schema crm.  In
-- 1.0.0 they belonged to the owner of that.
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
-- Only members are looked at: schema leadconv may be somebody else's, who makes
-- functions in it while this script runs.  And a function that its owner has
-- replaced is not made the property of somebody with more rights.
--
DO $$
DECLARE
    before oid[] := pg_catalog.string_to_array(pg_catalog.current_setting('leadconv_script.before'), ',')::pg_catalog.oid[];
    extension pg_catalog.oid;
    owner pg_catalog.oid;
    member record;
    former pg_catalog.oid;
BEGIN
    SELECT e.oid, e.extowner INTO STRICT extension, owner
    FROM pg_catalog.pg_extension e WHERE e.extname OPERATOR(pg_catalog.=) 'leadconv';
    FOR member IN
        SELECT pg_catalog.format('ROUTINE %I.%I(%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS name,
               p.proowner AS owner,
               l.lanname OPERATOR(pg_catalog.=) 'c' AND p.probin OPERATOR(pg_catalog.=) 'MODULE_PATHNAME' AND NOT p.prosecdef
               AND p.prosrc OPERATOR(pg_catalog.=) ANY (ARRAY[pg_catalog.concat('leadconv_', p.proname), pg_catalog.concat('leadconv_', p.proname, '_1_1')]) AND p.proconfig IS NULL AS is_ours,
               p.oid OPERATOR(pg_catalog.<>) ALL (before) AS is_new,
               p.proname OPERATOR(pg_catalog.=) ANY ('{validate,view_and_edit_converted_leads,view_converted_leads,find_account_matches,find_contact_matches,find_opportunity_matches}'::pg_catalog.name[])
               OR (p.provolatile OPERATOR(pg_catalog.=) 'v'
                   AND p.prorettype OPERATOR(pg_catalog.<>) 'pg_catalog.trigger'::pg_catalog.regtype) AS is_private
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid
        JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND d.refobjid OPERATOR(pg_catalog.=) extension AND d.deptype OPERATOR(pg_catalog.=) 'e'
        AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
        UNION ALL
        SELECT pg_catalog.format('TYPE %I.%I', n.nspname, t.typname), t.typowner, true, t.oid OPERATOR(pg_catalog.<>) ALL (before), false
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) d.objid
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.typrelid AND c.relkind OPERATOR(pg_catalog.=) 'c'
        JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
        WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
        AND d.refobjid OPERATOR(pg_catalog.=) extension AND d.deptype OPERATOR(pg_catalog.=) 'e'
        AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass
    LOOP
        IF member.owner OPERATOR(pg_catalog.<>) owner AND NOT member.is_new AND NOT member.is_ours THEN
            RAISE EXCEPTION '% is not as leadconv has made it, and belongs to role "%"', member.name, pg_catalog.pg_get_userbyid(member.owner)
                USING HINT = 'Make it anew as the script of the installed version has it, or run DROP EXTENSION and CREATE EXTENSION, which leave the tables, and grant privileges on functions again.';
        END IF;
        IF member.owner OPERATOR(pg_catalog.<>) owner THEN
            EXECUTE pg_catalog.format('ALTER %s OWNER TO %I', member.name, pg_catalog.pg_get_userbyid(owner));
            IF NOT member.is_new THEN
                former := member.owner;
            END IF;
        END IF;
        IF member.is_new AND member.is_private THEN
            EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM PUBLIC', member.name);
        END IF;
    END LOOP;
    -- not granted here: what an extension script grants is not in dumps
    IF former IS NOT NULL THEN
        RAISE WARNING 'the functions of leadconv belong to role "%" now, as the extension does, and no longer to "%"',
            pg_catalog.pg_get_userbyid(owner), pg_catalog.pg_get_userbyid(former)
            USING HINT = pg_catalog.format('Run GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO %I WITH GRANT OPTION, if that role is to call and grant them.',
                                           pg_catalog.pg_get_userbyid(former));
    END IF;
END
$$;
