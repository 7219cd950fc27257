/*-------------------------------------------------------------------------
 *
 * validate.c
 *	  Is schema crm in order?  A short answer for each conversion, and a long
 *	  one for people.
 *
 * lc_schema_problem() looks at what conversion relies on, and stops at the first
 * thing that is wrong.  validate() reports all that is missing, disabled, stale
 * or unsafe; most of its questions are queries, in the lists below.  It asks them as
 * the owner of schema crm, so that who may call it sees all, and no code of the
 * owner's runs as a superuser who calls.
 *
 * Nothing outlives a call.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#include "crm/crm.h"

/*
 * A query of validate().  It gives rows (object, problem, severity, hint) and
 * sees
 *
 *	standard_column (tab, col)	what create_crm() makes; while the schema has an
 *								older version, what that version has
 *	$3							the version that this library works with
 *
 * It is left out when a table that it reads, or a standard column of it, is
 * missing; a "table.column" needs only that column.
 */
typedef struct ValidateCheck
{
	const char *name;			/* for people who read an error in it */
	const char *reads;			/* tables, separated by spaces */
	const char *sql;
} ValidateCheck;

/* What a query of validate() yields, in this order */
enum
{
	CHECK_OBJECT = 1,
	CHECK_PROBLEM,
	CHECK_SEVERITY,
	CHECK_HINT
};

#define VALIDATE_INPUT \
	"WITH standard_column AS (SELECT * FROM unnest($1, $2) AS u (tab, col)) "

/* What create_crm() and upgrade_crm() have made */
static const ValidateCheck shape_checks[] = {
	{"missing tables", "",
		"SELECT DISTINCT format('crm.%I', s.tab), 'table is missing', 'error',"
		" 'Restore it from a backup, or rename schema crm and run leadconv.create_crm().'"
		" FROM standard_column s WHERE to_regclass(format('crm.%I', s.tab)) IS NULL"
		" ORDER BY 1"},

	{"missing columns", "",
		"SELECT format('crm.%I.%I', s.tab, s.col), 'standard column is missing', 'error',"
		" 'If it was renamed, rename it back; otherwise add it again.'"
		" FROM standard_column s JOIN pg_class c ON c.oid = to_regclass(format('crm.%I', s.tab))"
		" WHERE NOT EXISTS (SELECT FROM pg_attribute a"
		"  WHERE a.attrelid = c.oid AND a.attname = s.col AND NOT a.attisdropped)"
		" ORDER BY 1"},

	{"revisions", "",
		"SELECT format('crm.%I.%I', s.tab, s.col), 'is not of type integer, or may be NULL: edits are not counted', 'warning',"
		" 'Make it integer NOT NULL DEFAULT 1.'"
		" FROM standard_column s JOIN pg_attribute a ON a.attrelid = to_regclass(format('crm.%I', s.tab))"
		"  AND a.attname = s.col AND NOT a.attisdropped"
		" WHERE s.col = 'revision' AND (a.atttypid <> 'integer'::regtype OR NOT a.attnotnull)"
		" ORDER BY 1"},

	{"settings row", "lead_convert_settings.id",
		"SELECT 'crm.lead_convert_settings', 'settings row is missing', 'error', '" LC_RUN_UPGRADE "'"
		" WHERE NOT EXISTS (SELECT FROM crm.lead_convert_settings)"},

	{"schema version", "lead_convert_settings.schema_version",
		"SELECT 'crm.lead_convert_settings',"
		" format('schema crm has version %s, leadconv works with version %s', s.schema_version, $3), 'error',"
		" CASE WHEN s.schema_version < $3 THEN '" LC_RUN_UPGRADE "' ELSE 'Install a newer version of leadconv.' END"
		" FROM crm.lead_convert_settings s WHERE s.schema_version <> $3"}
};

/* What the metadata names */
static const ValidateCheck metadata_checks[] = {
	/*
	 * Columns that metadata names and that do not exist.  The dependencies of
	 * crm.mapped_columns follow a rename: a column that it protects and that
	 * no metadata names is what the missing one may be called now.
	 */
	{"columns that metadata names", "lead_field_mapping related_list",
		", named AS ("
		" SELECT format('crm.lead_field_mapping %s', m.id) AS object, to_regclass('crm.lead')::oid AS relid, m.lead_field AS col"
		"  FROM crm.lead_field_mapping m WHERE m.lead_field NOT IN ('latest_campaign_id', 'resulting_division_id')"
		" UNION ALL"
		" SELECT format('crm.lead_field_mapping %s', m.id), to_regclass(format('crm.%I', m.target_object))::oid, m.target_field"
		"  FROM crm.lead_field_mapping m"
		" UNION ALL"
		" SELECT format('crm.related_list %s', l.id), l.child::oid, u.col::text"
		"  FROM crm.related_list l, unnest(ARRAY[l.lead_column, l.contact_column, l.account_column,"
		"   l.opportunity_column, l.source_column, l.link_column, l.exclude_column, l.owner_column, l.closed_column]) AS u (col)"
		"  WHERE u.col IS NOT NULL"
		" UNION ALL"
		" SELECT format('crm.related_list %s', l.id), to_regclass('crm.lead_convert_settings')::oid, l.setting::text"
		"  FROM crm.related_list l WHERE l.setting IS NOT NULL)"
		" SELECT n.object,"
		" CASE WHEN c.oid IS NULL THEN 'the table that it names does not exist'"
		"  ELSE format('column \"%s\" of table %s does not exist', n.col, c.oid::regclass) END"
		" || coalesce('; it may now be called ' || p.names, ''),"
		" 'error',"
		" CASE WHEN c.oid IS NULL THEN 'Delete the row.'"
		"  WHEN p.names IS NOT NULL THEN 'Write the new name into the row.'"
		"  ELSE 'Correct or delete the row.' END"
		" FROM (SELECT DISTINCT * FROM named) AS n"
		" LEFT JOIN pg_class c ON c.oid = n.relid"
		" LEFT JOIN LATERAL ("
		"  SELECT string_agg(DISTINCT format('\"%s\"', a.attname), ' or ') AS names"
		"  FROM pg_rewrite w"
		"  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid"
		"   AND d.refclassid = 'pg_class'::regclass AND d.refobjid = n.relid"
		"  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0"
		"  WHERE w.ev_class = to_regclass('crm.mapped_columns')"
		"  AND NOT EXISTS (SELECT FROM named o WHERE o.relid = n.relid AND o.col = a.attname)"
		/* one that rules name, and that is called as it was */
		"  AND NOT EXISTS (SELECT FROM pg_attribute v WHERE v.attrelid = w.ev_class"
		"   AND v.attname IN (format('%s.%s', c.relname, a.attname), format('%s.%s.%s', c.relnamespace::regnamespace, c.relname, a.attname)))"
		" ) AS p ON true"
		" WHERE NOT EXISTS (SELECT FROM pg_attribute a"
		"  WHERE a.attrelid = c.oid AND a.attname = n.col AND a.attnum > 0 AND NOT a.attisdropped)"
		" ORDER BY 1, 2"}
};

/* What the guards rely on: foreign keys that are checked at once */
static const ValidateCheck foreign_key_checks[] = {
	{"foreign keys of related lists", "related_list",
		"SELECT format('crm.related_list %s', l.id),"
		" CASE WHEN k.oid IS NULL THEN format('%s.%I has no foreign key to crm.lead: a row can be added while its lead is converted', l.child, l.lead_column)"
		"  WHEN k.condeferrable THEN format('foreign key %I is deferrable: a row can be added while its lead is converted', k.conname)"
		"  ELSE format('foreign key %I is not valid: rows may point at leads that do not exist', k.conname) END,"
		" CASE WHEN k.oid IS NULL OR k.condeferrable THEN 'error' ELSE 'warning' END,"
		" CASE WHEN k.oid IS NULL THEN 'Add a foreign key to crm.lead (id).'"
		"  WHEN k.condeferrable THEN 'Alter the constraint to NOT DEFERRABLE.'"
		"  ELSE 'Correct the rows and run ALTER TABLE ... VALIDATE CONSTRAINT.' END"
		" FROM crm.related_list l JOIN pg_class c ON c.oid = l.child"
		" JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = l.lead_column AND NOT a.attisdropped"
		" LEFT JOIN LATERAL ("
		"  SELECT * FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'"
		"  AND f.confrelid = to_regclass('crm.lead')"
		"  AND f.confkey[array_position(f.conkey, a.attnum)] = (SELECT i.attnum FROM pg_attribute i"
		"   WHERE i.attrelid = f.confrelid AND i.attname = 'id')"
		"  ORDER BY f.condeferrable, f.convalidated DESC LIMIT 1) AS k ON true"
		" WHERE k.oid IS NULL OR k.condeferrable OR NOT k.convalidated"
		" ORDER BY 1"},

	{"disabled foreign keys", "",
		"SELECT format('%s on %s', k.conname, k.conrelid::regclass), 'foreign key is not enforced: its trigger is disabled', 'error',"
		" format('Run ALTER TABLE %s ENABLE TRIGGER ALL on both tables of the constraint.', t.tgrelid::regclass)"
		" FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint AND k.contype = 'f'"
		" JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = to_regnamespace('crm')"
		" WHERE t.tgisinternal AND t.tgenabled IN ('D', 'R')"
		" GROUP BY 1, 2, 3, 4 ORDER BY 1"}
};

/* Values without which conversions fail */
static const ValidateCheck value_checks[] = {
	{"converted status", "lead_status",
		"SELECT 'crm.lead_status', 'no lead status is flagged as converted', 'error',"
		" 'Set is_converted of at least one status.'"
		" WHERE NOT EXISTS (SELECT FROM crm.lead_status s WHERE s.is_converted)"},

	{"default status", "lead_status",
		"SELECT 'crm.lead_status', format('%s lead statuses are flagged as default', count(*) FILTER (WHERE s.is_default)), 'warning',"
		" 'Set is_default of exactly one status.'"
		" FROM crm.lead_status s HAVING count(*) FILTER (WHERE s.is_default) <> 1"},

	{"active stage", "opportunity_stage",
		"SELECT 'crm.opportunity_stage', 'no opportunity stage is active', 'error',"
		" 'Set is_active of at least one stage, or create no opportunities.'"
		" WHERE NOT EXISTS (SELECT FROM crm.opportunity_stage s WHERE s.is_active)"},

	{"default record types", "user_record_type record_type app_user",
		"SELECT 'crm.user_record_type', format('%s active users have no default record type of crm.%s:"
		" leads with a record type that they own, or convert, are not converted', count(*), o.object), 'warning',"
		" format('Set is_default for a record type of %s of each user.', o.object)"
		" FROM (SELECT DISTINCT t.object FROM crm.record_type t"
		"  WHERE t.is_active AND t.object IN ('account', 'contact', 'opportunity')) AS o CROSS JOIN crm.app_user u"
		" WHERE u.is_active AND u.user_type = 'Standard' AND NOT EXISTS (SELECT FROM crm.user_record_type d"
		"  JOIN crm.record_type t ON t.id = d.record_type_id"
		"  WHERE d.user_id = u.id AND d.is_default AND t.is_active AND t.object = o.object)"
		" AND EXISTS (SELECT FROM crm.record_type t WHERE t.object = 'lead')"
		" GROUP BY o.object ORDER BY o.object"},

	{"several default record types", "user_record_type record_type",
		"SELECT 'crm.user_record_type', format('user %s has %s default record types of crm.%s: the first that was entered counts',"
		" d.user_id, count(*), t.object), 'warning', 'Set is_default of one of them.'"
		" FROM crm.user_record_type d JOIN crm.record_type t ON t.id = d.record_type_id WHERE d.is_default"
		" GROUP BY d.user_id, t.object HAVING count(*) > 1 ORDER BY d.user_id, t.object"}
};

/* Ownership and privileges */
static const ValidateCheck safety_checks[] = {
	{"owners", "",
		"SELECT c.oid::regclass::text, format('owned by %s, but the owner of schema crm is %s',"
		" pg_get_userbyid(c.relowner), pg_get_userbyid(n.nspowner)), 'error',"
		" format('Run ALTER TABLE %s OWNER TO %I.', c.oid::regclass, pg_get_userbyid(n.nspowner))"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" WHERE n.nspname = 'crm' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relowner <> n.nspowner"
		" ORDER BY 1"},

	{"owners of members", "",
		"SELECT pg_describe_object(m.classid, m.objid, 0), format('owned by %s, but the extension is owned by %s',"
		" pg_get_userbyid(m.owner), pg_get_userbyid(e.extowner)), 'error',"
		" format('Run ALTER %s OWNER TO %I.', m.name, pg_get_userbyid(e.extowner))"
		" FROM pg_extension e JOIN LATERAL ("
		"  SELECT d.classid, d.objid, p.proowner AS owner, format('ROUTINE %s', p.oid::regprocedure) AS name"
		"   FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass"
		"   WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'"
		"  UNION ALL SELECT d.classid, d.objid, t.typowner, format('TYPE %s', t.oid::regtype)"
		"   FROM pg_depend d JOIN pg_type t ON t.oid = d.objid AND d.classid = 'pg_type'::regclass"
		"   WHERE d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'"
		" ) AS m ON m.owner <> e.extowner WHERE e.extname = 'leadconv' ORDER BY 1"},

	{"forced row-level security", "",
		"SELECT c.oid::regclass::text, 'row-level security is forced: the owner''s dump would fail, and so would conversion', 'error',"
		" format('Run ALTER TABLE %s NO FORCE ROW LEVEL SECURITY.', c.oid::regclass)"
		" FROM pg_class c WHERE c.relnamespace = to_regnamespace('crm') AND c.relforcerowsecurity"
		" ORDER BY 1"},

	{"hidden leads", "",
		"SELECT 'crm.lead', CASE WHEN NOT c.relrowsecurity THEN 'converted leads are not hidden: row-level security is disabled'"
		"  ELSE 'converted leads are not hidden: policy " LC_HIDE_POLICY " was changed' END, 'error',"
		" 'Run leadconv.hide_converted_leads(true), or (false) to show them.'"
		" FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
		" WHERE p.polrelid = to_regclass('crm.lead') AND p.polname = '" LC_HIDE_POLICY "'"
		" AND (NOT c.relrowsecurity OR p.polpermissive OR p.polcmd <> 'r' OR p.polroles <> '{0}')"
		" UNION ALL"
		" SELECT 'crm.lead', 'policy " LC_ALL_POLICY " lets everybody have all leads, beside policies of yours', 'error',"
		" 'Run leadconv.hide_converted_leads(true) again: it leaves leads to your policies.'"
		" FROM pg_policy p WHERE p.polrelid = to_regclass('crm.lead') AND p.polname = '" LC_ALL_POLICY "'"
		" AND pg_get_expr(p.polqual, p.polrelid) <> 'false'"
		" AND EXISTS (SELECT FROM pg_policy o WHERE o.polrelid = p.polrelid AND o.polpermissive"
		"  AND o.polname <> '" LC_ALL_POLICY "')"
		" ORDER BY 2"},

	{"members of extensions", "",
		"SELECT pg_describe_object(d.classid, d.objid, 0), format('is a member of extension %s: pg_dump would not dump it', e.extname), 'error',"
		" format('Run ALTER EXTENSION %I DROP ...', e.extname)"
		" FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid"
		" JOIN pg_class c ON c.oid = d.objid AND c.relnamespace = to_regnamespace('crm')"
		" WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'"
		" ORDER BY 1"},

	/* conversions write it with the owner's rights, so nobody needs to; a single column is a choice */
	{"ledger", "lead_conversion",
		"SELECT 'crm.lead_conversion', format('the ledger can be written by %s: %s', g.who, string_agg(DISTINCT g.privilege_type, ', ' ORDER BY g.privilege_type)), 'warning',"
		" format('Run REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON crm.lead_conversion FROM %s; conversions need no privilege on it.', g.grantee)"
		" FROM (SELECT CASE x.grantee WHEN 0 THEN 'everybody' ELSE format('role %I', pg_get_userbyid(x.grantee)) END AS who,"
		"  CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee, x.privilege_type"
		"  FROM pg_class c CROSS JOIN aclexplode(c.relacl) AS x"
		"  WHERE c.oid = to_regclass('crm.lead_conversion') AND x.grantee <> c.relowner"
		"  AND x.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')) AS g"
		" GROUP BY g.who, g.grantee ORDER BY 1, 2"},

	/*
	 * What is volatile and no trigger function is an entry point, as in
	 * sql/privileges.sql.  That also takes validate() and
	 * view_and_edit_converted_leads() from PUBLIC, which are not volatile: they
	 * write nothing, so granting them to everybody is no mistake.  And it looks
	 * at new functions only, this at all, with what was granted since.
	 */
	{"entry points for everybody", "",
		"SELECT p.oid::regprocedure::text, 'everybody may call it: EXECUTE is granted to PUBLIC', 'error',"
		" format('Run REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC and grant it to roles.', p.oid::regprocedure)"
		" FROM pg_proc p WHERE p.pronamespace = to_regnamespace('leadconv')"
		" AND p.provolatile = 'v' AND p.prorettype <> 'trigger'::regtype"
		" AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x"
		"  WHERE x.grantee = 0 AND x.privilege_type = 'EXECUTE')"
		" ORDER BY 1"}
};

static const struct
{
	const ValidateCheck *checks;
	int			nchecks;
}			check_groups[] = {
	{shape_checks, lengthof(shape_checks)},
	{metadata_checks, lengthof(metadata_checks)},
	{foreign_key_checks, lengthof(foreign_key_checks)},
	{value_checks, lengthof(value_checks)},
	{safety_checks, lengthof(safety_checks)}
};

#define MAX_CALLBACKS	4

/* What others report, and what they read, as in ValidateCheck */
static struct
{
	const char *reads;
	LcValidateCallback function;
}			callbacks[MAX_CALLBACKS];
static int	ncallbacks = 0;

/* The tables that lc_report_triggers() reads */
#define REGISTERED_LISTS	"related_list"

PG_FUNCTION_INFO_V1(leadconv_validate);

/*
 * lc_on_validate
 *
 * From now on, validate() also asks this.  It is left out when a table that it reads, or
 * a standard column of it, is missing; reads has their names, separated by spaces.
 */
void
lc_on_validate(const char *reads, LcValidateCallback callback)
{
	if (ncallbacks >= MAX_CALLBACKS)
		elog(ERROR, "more than %d callbacks of validate()", MAX_CALLBACKS);
	callbacks[ncallbacks].reads = reads;
	callbacks[ncallbacks++].function = callback;
}

/*
 * lc_require_schema
 *
 * Raises LC_SCHEMA_NOT_READY unless the entry points may work with schema crm as it
 * is.  To be called when something was invalidated, as lc_schema_problem().
 */
void
lc_require_schema(void)
{
	char	   *hint;
	const char *problem = lc_schema_problem(&hint);

	if (problem != NULL)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg_internal("%s", problem),
				 hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * lc_schema_problem
 *
 * NULL when the entry points may work with schema crm as it is.  Otherwise the
 * reason why not, with *hint set to what to do; both in the current memory
 * context.  Walks all tables with required triggers, so it is to be called only
 * after something was invalidated.
 */
const char *
lc_schema_problem(char **hint)
{
	int32		version = 0;
	const char *problem;

	*hint = NULL;

	if (!OidIsValid(get_namespace_oid("crm", true)))
	{
		*hint = pstrdup("Run leadconv.create_crm() to build it.");
		return "schema \"crm\" does not exist";
	}

	problem = lc_extension_problem(hint);
	if (problem != NULL)
		return problem;

	if (!lc_schema_version(&version))
	{
		*hint = pstrdup(LC_RUN_UPGRADE);
		return "schema \"crm\" has no row in table \"lead_convert_settings\" that tells its version";
	}
	if (version != LC_SCHEMA_VERSION)
	{
		*hint = pstrdup(version < LC_SCHEMA_VERSION ? LC_RUN_UPGRADE :
						"Install the version of leadconv that the database was used with last.");
		return psprintf("schema \"crm\" has version %d, but this version of leadconv works with version %d",
						version, LC_SCHEMA_VERSION);
	}

	/* metadata is read as the owner of the schema */
	for (const LcMetadataTable *table = lc_metadata_tables; table->name != NULL; table++)
	{
		Oid			relid = table->compiled ? lc_crm_relid(table->name, true) : InvalidOid;

		if (OidIsValid(relid) && lc_relation_owner(relid) != lc_crm_owner())
		{
			*hint = psprintf("Run ALTER TABLE crm.%s OWNER TO %s.", table->name,
							 quote_identifier(GetUserNameFromId(lc_crm_owner(), false)));
			return psprintf("table \"crm.%s\" does not belong to the owner of schema \"crm\"", table->name);
		}
	}

	return lc_first_trigger_problem(hint);
}

/*
 * Is a table of schema crm, or one column of it, as it was made, and the owner's?
 */
static bool
has_shape(const char *table, const char *column)
{
	Oid			relid = lc_crm_relid(table, true);

	/* what belongs to somebody else may have code that is not to run as the owner */
	if (!OidIsValid(relid) || lc_relation_owner(relid) != lc_crm_owner())
		return false;
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (part->kind == LC_PART_COLUMN && strcmp(part->table, table) == 0 &&
			(column == NULL || strcmp(part->name, column) == 0) &&
			get_attnum(relid, part->name) == InvalidAttrNumber)
			return false;
	}
	return true;
}

/*
 * Can what reads these tables be asked?
 */
static bool
can_read(const char *tables)
{
	char	   *copy = pstrdup(tables);

	for (char *table = strtok(copy, " "); table != NULL; table = strtok(NULL, " "))
	{
		char	   *column = strchr(table, '.');

		if (column != NULL)
			*column++ = '\0';
		if (!has_shape(table, column))
			return false;
	}
	return true;
}

/*
 * Add a row to the result
 */
static void
report_row(void *arg, const char *object, const char *problem, bool error, const char *hint)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) arg;
	Datum		values[4];
	bool		nulls[4] = {false};

	values[0] = CStringGetTextDatum(object);
	values[1] = CStringGetTextDatum(problem);
	values[2] = CStringGetTextDatum(error ? "error" : "warning");
	values[3] = CStringGetTextDatum(hint);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * Tell which check an error is from
 */
static void
check_error_context(void *arg)
{
	errcontext("check \"%s\" of leadconv.validate()", (const char *) arg);
}

/*
 * Run a query and report its rows
 */
static void
run_check(const ValidateCheck *check, Oid *argtypes, Datum *args, ReturnSetInfo *rsinfo)
{
	ErrorContextCallback callback;
	char	   *sql;

	if (!can_read(check->reads))
		return;

	callback.callback = check_error_context;
	callback.arg = unconstify(char *, check->name);
	callback.previous = error_context_stack;
	error_context_stack = &callback;

	CHECK_FOR_INTERRUPTS();
	sql = psprintf("%s%s", VALIDATE_INPUT, check->sql);
	lc_read(sql, 3, argtypes, args);
	for (uint64 row = 0; row < SPI_processed; row++)
		report_row(rsinfo, lc_spi_text(row, CHECK_OBJECT), lc_spi_text(row, CHECK_PROBLEM),
				   strcmp(lc_spi_text(row, CHECK_SEVERITY), "error") == 0, lc_spi_text(row, CHECK_HINT));
	SPI_freetuptable(SPI_tuptable);
	pfree(sql);

	error_context_stack = callback.previous;
}

/*
 * validate
 *
 * Reports what is missing, disabled, stale or unsafe, as rows (object, problem,
 * severity, hint), as the current user; no rows when all is well.
 */
Datum
leadconv_validate(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			argtypes[3] = {TEXTARRAYOID, TEXTARRAYOID, INT4OID};
	Datum		args[3];
	const char **tables;
	const char **columns;
	int			ncolumns = 0;
	int32		version = LC_SCHEMA_VERSION;
	const char *problem;
	char	   *hint = NULL;
	LcUserSwitch save;

	InitMaterializedSRF(fcinfo, 0);

	problem = lc_extension_problem(&hint);
	if (problem != NULL)
		report_row(rsinfo, "extension leadconv", problem, true, hint);
	if (!OidIsValid(get_namespace_oid("crm", true)))
	{
		report_row(rsinfo, "crm", "schema does not exist", true,
				   "Run leadconv.create_crm() to build it.");
		return (Datum) 0;
	}

	lc_become_owner(lc_crm_owner(), &save);
	lc_spi_connect();

	lc_report_triggers(can_read(REGISTERED_LISTS), report_row, rsinfo);

	(void) lc_schema_version(&version);
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
		ncolumns += part->kind == LC_PART_COLUMN;
	tables = (const char **) palloc(ncolumns * sizeof(char *));
	columns = (const char **) palloc(ncolumns * sizeof(char *));
	ncolumns = 0;
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (part->kind == LC_PART_COLUMN && !lc_is_added_after(part, version))
		{
			tables[ncolumns] = part->table;
			columns[ncolumns++] = part->name;
		}
	}
	args[0] = lc_text_array(tables, ncolumns);
	args[1] = lc_text_array(columns, ncolumns);
	args[2] = Int32GetDatum(LC_SCHEMA_VERSION);

	for (int i = 0; i < (int) lengthof(check_groups); i++)
	{
		for (int n = 0; n < check_groups[i].nchecks; n++)
			run_check(&check_groups[i].checks[n], argtypes, args, rsinfo);
	}
	for (int i = 0; i < ncallbacks; i++)
	{
		if (can_read(callbacks[i].reads))
			callbacks[i].function(report_row, rsinfo);
	}

	SPI_finish();
	lc_become_caller(&save);

	return (Datum) 0;
}
