/*-------------------------------------------------------------------------
 *
 * schema.c
 *	  Schema crm: building it, keeping its triggers in place, checking it.
 *
 * The tables of schema crm are the user's and not members of the extension;
 * see doc/ for why.  Ours on them are the triggers, and what is required is one
 * list, made from the list of standard columns that the build extracts from
 * crm.sql and from the tables named below.  create_crm() and upgrade_crm()
 * attach what is on the list, lc_schema_problem() and validate() compare.
 *
 * The list of triggers and an index of the standard columns are made on first
 * use, in TopMemoryContext, and never change.  Nothing else outlives a call.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "crm/crm.h"

#include "crm/crm_schema.h"		/* generated from crm.sql; needs crm.h */

/*
 * Names of our triggers.  The one that fires BEFORE sorts before all names that
 * users write without quotes.
 */
#define AUDIT_TRIGGER		"_leadconv_audit"
#define RELEASE_TRIGGER		"LEADCONV_release"	/* sorts before RI_... */
#define RESPONSE_TRIGGER	"_leadconv_response"
#define GUARD_INSERT		"leadconv_guard_insert"
#define GUARD_UPDATE		"leadconv_guard_update"
#define METADATA_TRIGGER	"leadconv_metadata_changed"

#define RUN_UPGRADE			"Run leadconv.upgrade_crm() as the owner of schema crm."

/* On single tables; the conditions leave out what has no part in conversion */
static const LcTriggerSpec lead_triggers[] = {
	{"lead", GUARD_INSERT, "AFTER INSERT", "ROW",
		"NEW.is_converted OR NEW.converted_date IS NOT NULL"
		" OR NEW.converted_account_id IS NOT NULL"
		" OR NEW.converted_contact_id IS NOT NULL"
	" OR NEW.converted_opportunity_id IS NOT NULL", "guard_converted_lead()", false},

	/* without a condition: it would be parsed anew in each statement */
	{"lead", GUARD_UPDATE, "AFTER UPDATE", "ROW", NULL, "guard_converted_lead()", false},
	{"lead", RELEASE_TRIGGER, "AFTER DELETE", "ROW", "OLD.is_converted", "release_lead_children()", false},
	{"campaign_member", RESPONSE_TRIGGER, "BEFORE INSERT OR UPDATE OF status", "ROW", NULL,
	"set_member_response()", false}
};

/*
 * Tables whose rows may not be added to a converted lead: what conversion
 * carries over, and what keeps a lead from being converted.  Following a
 * converted lead, and its place in a set of duplicates, change nothing.
 */
static const char *const guarded_children[] = {
	"task", "event", "campaign_member",
	"email_message", "list_email_individual_recipient", "email_status",
	"note", "attachment", "content_note", "content_document_link",
	"content_distribution", "social_persona", "social_post",
	"marketing_action", "partner_network_record_connection",
	"process_instance", "workflow_time_queue"
};

/* Tables whose rows are compiled into programs or cached */
static const char *const metadata_tables[] = {
	"lead_convert_settings", "lead_field_mapping", "related_list",
	"matching_rule", "matching_rule_item", "duplicate_rule",
	"lead_status", "opportunity_stage",
	"picklist_field", "picklist_value",
	"record_type", "record_type_picklist_value", "user_record_type",
	"app_user"
};

/* All triggers that must be there; ends with a NULL table */
static LcTriggerSpec *required_triggers = NULL;

/* crm_standard_columns, sorted */
static const LcStandardColumn **sorted_columns = NULL;
static int	num_sorted_columns = 0;

PG_FUNCTION_INFO_V1(leadconv_create_crm);
PG_FUNCTION_INFO_V1(leadconv_upgrade_crm);
PG_FUNCTION_INFO_V1(leadconv_validate);

/*
 * Condition of a guard on a child table, in the current memory context
 */
static char *
child_guard_condition(const char *lead_column, bool update)
{
	const char *column = quote_identifier(lead_column);

	if (update)
		return psprintf("NEW.%s IS NOT NULL AND NEW.%s IS DISTINCT FROM OLD.%s",
						column, column, column);
	return psprintf("NEW.%s IS NOT NULL", column);
}

/*
 * Does this column say that its table has audit columns?
 *
 * A created_date that has a default needs no trigger.
 */
static bool
is_audit_column(const LcStandardColumn *column)
{
	return strcmp(column->column, "created_date") == 0 && !column->has_default;
}

/*
 * The list of all triggers that must be on the tables of schema crm
 *
 * Every table with audit columns gets the audit trigger.
 */
static const LcTriggerSpec *
get_required_triggers(void)
{
	MemoryContext oldcontext;
	LcTriggerSpec *specs;
	int			max = lengthof(lead_triggers) + 2 * lengthof(guarded_children) +
		lengthof(metadata_tables) + 1;
	int			n = 0;

	if (required_triggers != NULL)
		return required_triggers;

	for (const LcStandardColumn *column = crm_standard_columns; column->table; column++)
	{
		if (is_audit_column(column))
			max++;
	}

	oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	specs = (LcTriggerSpec *) palloc0(max * sizeof(LcTriggerSpec));

	for (const LcStandardColumn *column = crm_standard_columns; column->table; column++)
	{
		if (is_audit_column(column))
		{
			specs[n].table = column->table;
			specs[n].name = AUDIT_TRIGGER;
			specs[n].timing = "BEFORE INSERT OR UPDATE";
			specs[n].level = "ROW";
			specs[n].function = "set_audit_fields()";
			n++;
		}
	}
	for (int i = 0; i < (int) lengthof(lead_triggers); i++)
		specs[n++] = lead_triggers[i];
	for (int i = 0; i < (int) lengthof(guarded_children); i++)
	{
		for (int update = 0; update < 2; update++)
		{
			specs[n].table = guarded_children[i];
			specs[n].name = update ? GUARD_UPDATE : GUARD_INSERT;
			specs[n].timing = update ? "AFTER UPDATE" : "AFTER INSERT";
			specs[n].level = "ROW";
			specs[n].when = child_guard_condition("lead_id", update);
			specs[n].function = "guard_lead_child('lead_id')";
			n++;
		}
	}
	for (int i = 0; i < (int) lengthof(metadata_tables); i++)
	{
		specs[n].table = metadata_tables[i];
		specs[n].name = METADATA_TRIGGER;
		specs[n].timing = "AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE";
		specs[n].level = "STATEMENT";
		specs[n].function = "metadata_changed()";
		specs[n].always = true;
		n++;
	}
	Assert(n < max);
	MemoryContextSwitchTo(oldcontext);

	required_triggers = specs;
	return required_triggers;
}

static int
compare_standard_columns(const void *a, const void *b)
{
	const LcStandardColumn *left = *(const LcStandardColumn *const *) a;
	const LcStandardColumn *right = *(const LcStandardColumn *const *) b;
	int			result = strcmp(left->table, right->table);

	return result != 0 ? result : strcmp(left->column, right->column);
}

/*
 * lc_is_standard_column
 *
 * Whether create_crm() made this column of this table of schema crm; if not, it
 * is a custom field.
 */
bool
lc_is_standard_column(const char *table, const char *column)
{
	LcStandardColumn key;
	const LcStandardColumn *keyptr = &key;

	if (sorted_columns == NULL)
	{
		const LcStandardColumn **sorted;
		int			n = lengthof(crm_standard_columns) - 1;

		sorted = (const LcStandardColumn **)
			MemoryContextAlloc(TopMemoryContext, n * sizeof(LcStandardColumn *));
		for (int i = 0; i < n; i++)
			sorted[i] = &crm_standard_columns[i];
		qsort(sorted, n, sizeof(LcStandardColumn *), compare_standard_columns);
		num_sorted_columns = n;
		sorted_columns = sorted;
	}

	key.table = table;
	key.column = column;
	return bsearch(&keyptr, sorted_columns, num_sorted_columns,
				   sizeof(LcStandardColumn *), compare_standard_columns) != NULL;
}

/*
 * lc_crm_relid
 *
 * OID of a relation of schema crm by its name.  When there is none, InvalidOid
 * if missing_ok, else SCHEMA_NOT_READY is raised.
 */
Oid
lc_crm_relid(const char *table, bool missing_ok)
{
	Oid			schema = get_namespace_oid("crm", true);
	Oid			relid = InvalidOid;

	if (OidIsValid(schema))
		relid = get_relname_relid(table, schema);

	if (!OidIsValid(relid) && !missing_ok)
	{
		if (!OidIsValid(schema))
			ereport(ERROR,
					(lc_errcode(LC_SCHEMA_NOT_READY),
					 errmsg("schema \"crm\" does not exist"),
					 errhint("Run leadconv.create_crm() to build it.")));
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"crm.%s\" does not exist", table),
				 errhint("leadconv.validate() reports what is missing in schema crm.")));
	}

	return relid;
}

/*
 * Is the one settings row there, and which version does it name?
 */
static bool
read_schema_version(int32 *version)
{
	Oid			relid = lc_crm_relid("lead_convert_settings", true);
	Relation	rel;
	AttrNumber	attno;
	bool		found = false;

	if (!OidIsValid(relid))
		return false;

	rel = relation_open(relid, AccessShareLock);
	attno = get_attnum(relid, "schema_version");
	if (rel->rd_rel->relkind == RELKIND_RELATION && attno != InvalidAttrNumber &&
		TupleDescAttr(RelationGetDescr(rel), attno - 1)->atttypid == INT4OID)
	{
		Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
		SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
		HeapTuple	tuple = systable_getnext(scan);

		if (HeapTupleIsValid(tuple))
		{
			bool		isnull;
			Datum		value = heap_getattr(tuple, attno, RelationGetDescr(rel), &isnull);

			found = !isnull;
			*version = isnull ? 0 : DatumGetInt32(value);
		}
		systable_endscan(scan);
		UnregisterSnapshot(snapshot);
	}
	relation_close(rel, AccessShareLock);

	return found;
}

/*
 * Find a trigger of an open relation by its name
 *
 * In a copy, because any catalog access may rebuild the relation's own.
 */
static Trigger *
find_trigger(Relation rel, const char *name)
{
	TriggerDesc *trigdesc = CopyTriggerDesc(rel->trigdesc);

	for (int i = 0; trigdesc != NULL && i < trigdesc->numtriggers; i++)
	{
		if (strcmp(trigdesc->triggers[i].tgname, name) == 0)
			return &trigdesc->triggers[i];
	}

	return NULL;
}

/*
 * lc_has_child_guards
 *
 * Are both guards on a child table, and enabled?
 */
bool
lc_has_child_guards(Relation rel)
{
	for (int update = 0; update < 2; update++)
	{
		Trigger    *trigger = find_trigger(rel, update ? GUARD_UPDATE : GUARD_INSERT);

		if (trigger == NULL || trigger->tgenabled == TRIGGER_DISABLED ||
			trigger->tgenabled == TRIGGER_FIRES_ON_REPLICA)
			return false;
	}

	return true;
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
	const char *problem = NULL;

	*hint = NULL;

	if (!OidIsValid(get_namespace_oid("crm", true)))
	{
		*hint = pstrdup("Run leadconv.create_crm() to build it.");
		return "schema \"crm\" does not exist";
	}

	if (!read_schema_version(&version))
	{
		*hint = pstrdup(RUN_UPGRADE);
		return "schema \"crm\" has no row in table \"lead_convert_settings\" that tells its version";
	}
	if (version != LC_SCHEMA_VERSION)
	{
		*hint = pstrdup(version < LC_SCHEMA_VERSION ? RUN_UPGRADE :
						"Install the version of leadconv that the database was used with last.");
		return psprintf("schema \"crm\" has version %d, but this version of leadconv works with version %d",
						version, LC_SCHEMA_VERSION);
	}

	for (const LcTriggerSpec *spec = get_required_triggers();
		 spec->table != NULL && problem == NULL; spec++)
	{
		Oid			relid = lc_crm_relid(spec->table, true);
		Relation	rel = OidIsValid(relid) ? try_relation_open(relid, AccessShareLock) : NULL;
		Trigger    *trigger;

		if (rel == NULL)
		{
			*hint = pstrdup("leadconv.validate() reports what is missing in schema crm.");
			return psprintf("table \"crm.%s\" does not exist", spec->table);
		}

		trigger = find_trigger(rel, spec->name);
		if (trigger == NULL)
			problem = psprintf("trigger \"%s\" on table \"crm.%s\" is missing",
							   spec->name, spec->table);
		else if (trigger->tgenabled == TRIGGER_DISABLED ||
				 trigger->tgenabled == TRIGGER_FIRES_ON_REPLICA)
			problem = psprintf("trigger \"%s\" on table \"crm.%s\" is disabled",
							   spec->name, spec->table);
		relation_close(rel, AccessShareLock);
	}
	if (problem != NULL)
		*hint = pstrdup(RUN_UPGRADE);

	return problem;
}

/*
 * Make a trigger what it should be, whether or not there is one of that name
 *
 * SPI is connected and the search_path pinned.  With the DEPENDS mark, DROP
 * EXTENSION takes the trigger and leaves the table.
 */
static void
attach_trigger(const char *table, const LcTriggerSpec *spec)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE OR REPLACE TRIGGER %s %s ON %s FOR EACH %s",
					 quote_identifier(spec->name), spec->timing, table, spec->level);
	if (spec->when != NULL)
		appendStringInfo(&sql, " WHEN (%s)", spec->when);
	appendStringInfo(&sql, " EXECUTE FUNCTION leadconv.%s", spec->function);
	lc_command(sql.data);

	resetStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TABLE %s ENABLE %sTRIGGER %s",
					 table, spec->always ? "ALWAYS " : "", quote_identifier(spec->name));
	lc_command(sql.data);

	resetStringInfo(&sql);
	appendStringInfo(&sql, "ALTER TRIGGER %s ON %s DEPENDS ON EXTENSION leadconv",
					 quote_identifier(spec->name), table);
	lc_command(sql.data);

	pfree(sql.data);
}

/* An index on one of our functions */
typedef struct FunctionIndex
{
	const char *table;
	const char *name;
	const char *expression;
} FunctionIndex;

static const FunctionIndex function_indexes[] = {
	{"account", "account_normalize_company_idx", "leadconv.normalize_company(name::text)"},
	{"contact", "contact_normalize_email_idx", "leadconv.normalize_email(email::text)"}
};

/*
 * Make the indexes on our functions that are missing; returns how many
 *
 * They serve the look-ups of matching.c.  Like the triggers they go with the
 * extension, and are back with upgrade_crm().
 */
static int
attach_indexes(void)
{
	int			attached = 0;

	for (size_t i = 0; i < lengthof(function_indexes); i++)
	{
		const FunctionIndex *index = &function_indexes[i];

		if (OidIsValid(lc_crm_relid(index->name, true)))
			continue;
		lc_command(psprintf("CREATE INDEX %s ON crm.%s (%s)", index->name, index->table, index->expression));
		lc_command(psprintf("ALTER INDEX crm.%s DEPENDS ON EXTENSION leadconv", index->name));
		attached++;
	}
	return attached;
}

/*
 * What a trigger calls, as in LcTriggerSpec.function: name('argument', ...)
 */
static char *
trigger_call(const Trigger *trigger)
{
	StringInfoData buf;
	char	   *funcname = get_func_name(trigger->tgfoid);

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s(", funcname != NULL ? funcname : "");
	for (int i = 0; i < trigger->tgnargs; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "",
						 quote_literal_cstr(trigger->tgargs[i]));
	appendStringInfoChar(&buf, ')');

	return buf.data;
}

/*
 * Is a trigger there, enabled as it should be, calling what it should and
 * marked as depending on the extension?
 */
static bool
trigger_is_right(Oid relid, const LcTriggerSpec *spec)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	Trigger    *trigger = find_trigger(rel, spec->name);
	bool		result = false;

	if (trigger != NULL &&
		(spec->always ? trigger->tgenabled == TRIGGER_FIRES_ALWAYS
		 : (trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN ||
			trigger->tgenabled == TRIGGER_FIRES_ALWAYS)))
	{
		List	   *extensions = getAutoExtensionsOfObject(TriggerRelationId, trigger->tgoid);

		result = strcmp(trigger_call(trigger), spec->function) == 0 &&
			get_func_namespace(trigger->tgfoid) == get_namespace_oid("leadconv", true) &&
			list_member_oid(extensions, get_extension_oid("leadconv", false));
	}
	relation_close(rel, AccessShareLock);

	return result;
}

/*
 * Attach the guards to a child table where they are missing; returns how many
 * were.  SPI is connected and the search_path pinned.
 */
static int
attach_child_guard(Oid child, const char *lead_column)
{
	int			attached = 0;

	for (int update = 0; update < 2; update++)
	{
		LcTriggerSpec spec;

		memset(&spec, 0, sizeof(spec));
		spec.name = update ? GUARD_UPDATE : GUARD_INSERT;
		spec.timing = update ? "AFTER UPDATE" : "AFTER INSERT";
		spec.level = "ROW";
		spec.when = child_guard_condition(lead_column, update);
		spec.function = psprintf("guard_lead_child(%s)", quote_literal_cstr(lead_column));

		if (trigger_is_right(child, &spec))
			continue;
		attach_trigger(lc_qualified_name(child), &spec);
		attached++;
	}

	return attached;
}

/*
 * lc_attach_child_guard
 *
 * Puts the guards on a child table that the user registers as a related list,
 * as the current user, who needs the right to do so; an error says why if not.
 * Can be repeated, also with another column.
 */
void
lc_attach_child_guard(Oid child, const char *lead_column)
{
	int			nestlevel = lc_pin_search_path();

	lc_spi_connect();
	(void) attach_child_guard(child, lead_column);
	SPI_finish();
	lc_unpin_search_path(nestlevel);
}

/*
 * lc_detach_child_guard
 *
 * Takes the guards from a child table, as the current user; none there is not
 * an error.
 */
void
lc_detach_child_guard(Oid child)
{
	int			nestlevel = lc_pin_search_path();

	lc_spi_connect();
	for (int update = 0; update < 2; update++)
	{
		const char *name = update ? GUARD_UPDATE : GUARD_INSERT;

		if (OidIsValid(get_trigger_oid(child, name, true)))
			lc_command(psprintf("DROP TRIGGER %s ON %s", name, lc_qualified_name(child)));
	}
	SPI_finish();
	lc_unpin_search_path(nestlevel);
}

/*
 * Owner of the extension whose script is running
 */
static Oid
current_extension_owner(void)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			owner;

	ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(CurrentExtensionObject));
	scan = systable_beginscan(rel, ExtensionOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "could not find tuple for extension %u", CurrentExtensionObject);
	owner = ((Form_pg_extension) GETSTRUCT(tuple))->extowner;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	return owner;
}

/*
 * Give the columns of our views the comments of the columns they show
 */
static void
comment_view_columns(void)
{
	char	   *commands;

	if (SPI_execute("SELECT string_agg(format('COMMENT ON COLUMN crm.%I.%I IS %L',"
					" v.relname, a.attname, coalesce(d.text, 'Column of the view.')), '; ')"
					" FROM pg_class v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0"
					" LEFT JOIN LATERAL (SELECT col_description(s.attrelid, s.attnum) AS text"
					"  FROM pg_depend p JOIN pg_rewrite w ON w.oid = p.objid AND p.classid = 'pg_rewrite'::regclass"
					"  JOIN pg_attribute s ON p.refclassid = 'pg_class'::regclass"
					"  AND s.attrelid = p.refobjid AND s.attnum = p.refobjsubid"
					"  WHERE w.ev_class = v.oid AND s.attrelid <> v.oid AND s.attname = a.attname"
					"  ORDER BY s.attrelid LIMIT 1) AS d ON true"
					" WHERE v.relnamespace = 'crm'::regnamespace AND v.relkind = 'v'"
					" AND col_description(v.oid, a.attnum) IS NULL", false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for columns of views");
	commands = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	if (commands != NULL)
		lc_command(commands);
}

/*
 * Build schema crm as the current user
 */
static void
build_crm(void)
{
	int			nestlevel = lc_pin_search_path();

	lc_spi_connect();

	lc_command("CREATE SCHEMA crm");
	lc_command("COMMENT ON SCHEMA crm IS 'Leads, accounts, contacts, opportunities and what belongs to them'");
	lc_command(crm_schema_sql);
	for (const LcTriggerSpec *spec = get_required_triggers(); spec->table != NULL; spec++)
		attach_trigger(quote_qualified_identifier("crm", spec->table), spec);
	(void) attach_indexes();
	comment_view_columns();
	lc_rebuild_mapped_columns();

	SPI_finish();
	lc_unpin_search_path(nestlevel);
}

/*
 * Does schema crm hold any relation?
 */
static bool
crm_is_empty(Oid schema)
{
	bool		result;

	lc_spi_connect();
	if (SPI_execute(psprintf("SELECT 1 FROM pg_catalog.pg_class c"
							 " WHERE c.relnamespace OPERATOR(pg_catalog.=) %u", schema),
					true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not look at schema crm");
	result = SPI_processed == 0;
	SPI_finish();

	return result;
}

/*
 * create_crm
 *
 * Builds schema crm and returns true.  Called by itself it is an ordinary
 * command of the current user and refuses when the schema exists.  Called by
 * the extension script, it leaves an existing schema alone and returns false
 * (pg_dump restores the schema before the extension and the tables after it);
 * and it builds as the role that runs CREATE EXTENSION, who is not the current
 * one when the extension is trusted, with creating_extension cleared, so that
 * nothing in crm becomes a member of the extension.
 */
Datum
leadconv_create_crm(PG_FUNCTION_ARGS)
{
	Oid			schema = get_namespace_oid("crm", true);
	bool		in_script = creating_extension;
	Oid			save_userid;
	int			save_sec_context;

	if (OidIsValid(schema) && !in_script)
	{
		if (crm_is_empty(schema))
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_SCHEMA),
					 errmsg("schema \"crm\" already exists"),
					 errhint("It is empty: drop it and run leadconv.create_crm() again.")));
		ereport(ERROR,
				(errcode(ERRCODE_DUPLICATE_SCHEMA),
				 errmsg("schema \"crm\" already exists"),
				 errhint("Run leadconv.upgrade_crm() to attach leadconv to it, or rename it to build a new one.")));
	}
	if (OidIsValid(schema))
	{
		/*
		 * An empty schema means that a restore is under way.  Tables without
		 * our triggers are worth a warning; CREATE EXTENSION shows nothing
		 * less.
		 */
		ereport(crm_is_empty(schema) ? NOTICE : WARNING,
				(errmsg("schema \"crm\" already exists and is left as it is"),
				 errhint("Run leadconv.upgrade_crm() to attach leadconv to its tables, or leadconv.create_crm() after dropping an empty schema.")));
		PG_RETURN_BOOL(false);
	}

	if (!in_script)
	{
		build_crm();
		PG_RETURN_BOOL(true);
	}

	GetUserIdAndSecContext(&save_userid, &save_sec_context);
	SetUserIdAndSecContext(current_extension_owner(),
						   save_sec_context | SECURITY_LOCAL_USERID_CHANGE);
	creating_extension = false;
	PG_TRY();
	{
		build_crm();
	}
	PG_FINALLY();
	{
		creating_extension = true;
		SetUserIdAndSecContext(save_userid, save_sec_context);
	}
	PG_END_TRY();

	PG_RETURN_BOOL(true);
}

/*
 * Owner of schema crm
 */
static Oid
crm_owner(Oid schema)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACEOID, ObjectIdGetDatum(schema));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for namespace %u", schema);
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);

	return owner;
}

/*
 * Is the current user the owner of schema crm, or as good as that?
 */
static bool
owns_crm(Oid schema)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(NamespaceRelationId, schema, GetUserId());
#else
	return pg_namespace_ownercheck(schema, GetUserId());
#endif
}

/*
 * Attach the guards to the user's registered related lists; returns how many
 * triggers were missing.  SPI is connected and the search_path pinned.
 */
static int
attach_registered_guards(void)
{
	int			attached = 0;
	SPITupleTable *lists;
	uint64		nlists;

	if (SPI_execute("SELECT r.child::pg_catalog.oid, r.lead_column::pg_catalog.text"
					" FROM crm.related_list r"
					" JOIN pg_catalog.pg_attribute a"
					"   ON a.attrelid = r.child AND a.attname = r.lead_column AND NOT a.attisdropped"
					" WHERE NOT r.is_standard ORDER BY r.id", true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read crm.related_list");
	lists = SPI_tuptable;
	nlists = SPI_processed;

	for (uint64 i = 0; i < nlists; i++)
	{
		bool		isnull;
		Oid			child = DatumGetObjectId(SPI_getbinval(lists->vals[i], lists->tupdesc,
														   1, &isnull));

		attached += attach_child_guard(child,
									   SPI_getvalue(lists->vals[i], lists->tupdesc, 2));
	}

	return attached;
}

/*
 * upgrade_crm
 *
 * Brings schema crm to the version that this library works with and puts every
 * required trigger in its place.  For the owner of the schema, or who has the
 * owner's rights; what it does in the schema is done as the owner, so that the
 * owner's triggers never run as a superuser.  Can be repeated; returns what it
 * did.
 */
Datum
leadconv_upgrade_crm(PG_FUNCTION_ARGS)
{
	Oid			schema = get_namespace_oid("crm", true);
	LcUserSwitch save;
	int			nestlevel;
	int			attached = 0;
	int32		version = 0;

	if (!OidIsValid(schema))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("schema \"crm\" does not exist"),
				 errhint("Run leadconv.create_crm() to build it.")));
	if (!owns_crm(schema))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of schema %s", "crm")));

	/* one at a time */
	LockRelationOid(lc_crm_relid("lead_convert_settings", false), ShareRowExclusiveLock);

	nestlevel = lc_pin_search_path();
	lc_spi_connect();
	lc_become_owner(crm_owner(schema), &save);

	if (!read_schema_version(&version))
	{
		lc_command("INSERT INTO crm.lead_convert_settings DEFAULT VALUES");
		version = LC_SCHEMA_VERSION;
	}
	if (version > LC_SCHEMA_VERSION)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("schema \"crm\" has version %d, but this version of leadconv works with version %d",
						version, LC_SCHEMA_VERSION),
				 errhint("Install the version of leadconv that the database was used with last.")));

	/* The steps from older versions to this one come here; there are none yet */

	if (version != LC_SCHEMA_VERSION)
		lc_command(psprintf("UPDATE crm.lead_convert_settings SET schema_version = %d",
						 LC_SCHEMA_VERSION));

	for (const LcTriggerSpec *spec = get_required_triggers(); spec->table != NULL; spec++)
	{
		if (trigger_is_right(lc_crm_relid(spec->table, false), spec))
			continue;
		attach_trigger(quote_qualified_identifier("crm", spec->table), spec);
		attached++;
	}

	attached += attach_indexes();
	lc_rebuild_mapped_columns();

	/* the user's own tables may belong to somebody else */
	lc_become_caller(&save);
	attached += attach_registered_guards();

	SPI_finish();
	lc_unpin_search_path(nestlevel);

	PG_RETURN_TEXT_P(cstring_to_text(psprintf("schema crm is at version %d, %d triggers and indexes attached",
											  LC_SCHEMA_VERSION, attached)));
}

/*
 * What validate() asks.  Each query gives rows (object, problem, severity,
 * hint) and sees
 *
 *	standard_column (tab, col)			what create_crm() made
 *	required_trigger (relid, tab, name, func, always)
 *
 * and $7, the version of schema crm that this library works with, and $8, the names
 * of the indexes on our functions.  Queries with
 * needs_shape read rows of the tables in validated_tables, and are left out when
 * one of these or a column of theirs is missing.
 */
typedef struct ValidateCheck
{
	bool		needs_shape;
	const char *sql;
} ValidateCheck;

static const char *const validated_tables[] = {
	"lead_convert_settings", "lead_field_mapping", "related_list",
	"lead_status", "opportunity_stage"
};

#define VALIDATE_INPUT \
	"WITH standard_column AS (" \
	" SELECT * FROM unnest($1, $2) AS u (tab, col))," \
	" required_trigger AS (" \
	" SELECT to_regclass(format('crm.%I', u.tab)) AS relid, u.*" \
	" FROM unnest($3, $4, $5, $6) AS u (tab, name, func, always)) "

/* Comparison of required triggers with pg_trigger, for two sources of them */
#define TRIGGER_PROBLEMS(source) \
	"SELECT p.object, p.problem, p.severity, '" RUN_UPGRADE "'" \
	" FROM " source " AS r" \
	" LEFT JOIN pg_trigger t ON t.tgrelid = r.relid AND t.tgname = r.name" \
	" CROSS JOIN LATERAL (" \
	"  SELECT format('%s on %s', r.name, r.relid::regclass), v.problem, v.severity" \
	"  FROM (VALUES" \
	"   (t.oid IS NULL, 'required trigger is missing', 'error')," \
	"   (t.tgenabled = 'D', 'required trigger is disabled', 'error')," \
	"   (t.tgenabled = 'R', 'required trigger fires on a replica only', 'error')," \
	"   (t.tgenabled = 'O' AND r.always, 'metadata trigger does not fire always: changes applied by replication go unnoticed', 'warning')," \
	"   (t.tgfoid <> to_regproc('leadconv.' || r.func), 'required trigger calls another function', 'error')," \
	"   (t.oid IS NOT NULL AND NOT EXISTS (" \
	"     SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'leadconv'" \
	"     WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid" \
	"     AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x')," \
	"    'trigger is not marked as depending on the extension: DROP EXTENSION would refuse', 'warning')" \
	"  ) AS v (holds, problem, severity) WHERE v.holds" \
	" ) AS p (object, problem, severity)" \
	" WHERE r.relid IS NOT NULL ORDER BY 1, 2"

static const ValidateCheck validate_checks[] = {
	/* Indexes on our functions, which go with the extension */
	{false,
		"SELECT 'crm.' || u.name, 'index is missing: reuse of accounts and contacts reads whole tables', 'warning',"
		" '" RUN_UPGRADE "'"
	" FROM unnest($8) AS u (name) WHERE to_regclass('crm.' || u.name) IS NULL ORDER BY 1"},

	{false,
		"SELECT DISTINCT format('crm.%I', s.tab), 'table is missing', 'error',"
		" 'Restore it from a backup, or rename schema crm and run leadconv.create_crm().'"
		" FROM standard_column s WHERE to_regclass(format('crm.%I', s.tab)) IS NULL"
	" ORDER BY 1"},
	{false,
		"SELECT format('crm.%I.%I', s.tab, s.col), 'standard column is missing', 'error',"
		" 'If it was renamed, rename it back; otherwise add it again.'"
		" FROM standard_column s JOIN pg_class c ON c.oid = to_regclass(format('crm.%I', s.tab))"
		" WHERE NOT EXISTS (SELECT FROM pg_attribute a"
		"  WHERE a.attrelid = c.oid AND a.attname = s.col AND NOT a.attisdropped)"
	" ORDER BY 1"},

	{false, TRIGGER_PROBLEMS("required_trigger")},
	{true, TRIGGER_PROBLEMS("(SELECT l.child::oid AS relid, g.name, 'guard_lead_child' AS func, false AS always"
							" FROM crm.related_list l JOIN pg_class c ON c.oid = l.child"
							" CROSS JOIN (VALUES ('" GUARD_INSERT "'), ('" GUARD_UPDATE "')) AS g (name)"
	" WHERE NOT l.is_standard)")},

	{true,
		"SELECT 'crm.lead_convert_settings', 'settings row is missing', 'error', '" RUN_UPGRADE "'"
	" WHERE NOT EXISTS (SELECT FROM crm.lead_convert_settings)"},
	{true,
		"SELECT 'crm.lead_convert_settings',"
		" format('schema crm has version %s, leadconv works with version %s', s.schema_version, $7), 'error',"
		" CASE WHEN s.schema_version < $7 THEN '" RUN_UPGRADE "' ELSE 'Install a newer version of leadconv.' END"
	" FROM crm.lead_convert_settings s WHERE s.schema_version <> $7"},

	/*
	 * Columns that metadata names and that do not exist.  The dependencies of
	 * crm.mapped_columns follow a rename: a column that it protects and that
	 * no metadata names is what the missing one may be called now.
	 */
	{true,
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
		" ) AS p ON true"
		" WHERE NOT EXISTS (SELECT FROM pg_attribute a"
		"  WHERE a.attrelid = c.oid AND a.attname = n.col AND a.attnum > 0 AND NOT a.attisdropped)"
	" ORDER BY 1, 2"},

	/* What the guards rely on: a foreign key that is checked at once */
	{true,
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
		"  AND f.confrelid = to_regclass('crm.lead') AND f.conkey = ARRAY[a.attnum]"
		"  ORDER BY f.condeferrable, f.convalidated DESC LIMIT 1) AS k ON true"
		" WHERE k.oid IS NULL OR k.condeferrable OR NOT k.convalidated"
	" ORDER BY 1"},
	{false,
		"SELECT format('%s on %s', k.conname, k.conrelid::regclass), 'foreign key is not enforced: its trigger is disabled', 'error',"
		" format('Run ALTER TABLE %s ENABLE TRIGGER ALL on both tables of the constraint.', t.tgrelid::regclass)"
		" FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint AND k.contype = 'f'"
		" JOIN pg_class c ON c.oid = t.tgrelid AND c.relnamespace = to_regnamespace('crm')"
		" WHERE t.tgisinternal AND t.tgenabled IN ('D', 'R')"
	" GROUP BY 1, 2, 3, 4 ORDER BY 1"},

	{true,
		"SELECT 'crm.lead_status', 'no lead status is flagged as converted', 'error',"
		" 'Set is_converted of at least one status.'"
	" WHERE NOT EXISTS (SELECT FROM crm.lead_status s WHERE s.is_converted)"},
	{true,
		"SELECT 'crm.lead_status', format('%s lead statuses are flagged as default', count(*) FILTER (WHERE s.is_default)), 'warning',"
		" 'Set is_default of exactly one status.'"
	" FROM crm.lead_status s HAVING count(*) FILTER (WHERE s.is_default) <> 1"},
	{true,
		"SELECT 'crm.opportunity_stage', 'no opportunity stage is active', 'error',"
		" 'Set is_active of at least one stage, or create no opportunities.'"
	" WHERE NOT EXISTS (SELECT FROM crm.opportunity_stage s WHERE s.is_active)"},

	{false,
		"SELECT c.oid::regclass::text, format('owned by %s, but the owner of schema crm is %s',"
		" pg_get_userbyid(c.relowner), pg_get_userbyid(n.nspowner)), 'error',"
		" format('Run ALTER TABLE %s OWNER TO %I.', c.oid::regclass, pg_get_userbyid(n.nspowner))"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" WHERE n.nspname = 'crm' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relowner <> n.nspowner"
	" ORDER BY 1"},
	{false,
		"SELECT c.oid::regclass::text, 'row-level security is forced: the owner''s dump would fail, and so would conversion', 'error',"
		" format('Run ALTER TABLE %s NO FORCE ROW LEVEL SECURITY.', c.oid::regclass)"
		" FROM pg_class c WHERE c.relnamespace = to_regnamespace('crm') AND c.relforcerowsecurity"
	" ORDER BY 1"},
	{false,
		"SELECT pg_describe_object(d.classid, d.objid, 0), format('is a member of extension %s: pg_dump would not dump it', e.extname), 'error',"
		" format('Run ALTER EXTENSION %I DROP ...', e.extname)"
		" FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid"
		" JOIN pg_class c ON c.oid = d.objid AND c.relnamespace = to_regnamespace('crm')"
		" WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'"
	" ORDER BY 1"},
	{false,
		"SELECT p.oid::regprocedure::text, 'everybody may call it: EXECUTE is granted to PUBLIC', 'error',"
		" format('Run REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC and grant it to roles.', p.oid::regprocedure)"
		" FROM pg_proc p WHERE p.pronamespace = to_regnamespace('leadconv')"
		" AND p.proname = ANY ('{convert_lead,convert_leads,convert_leads_json,convert_leads_in_batches,"
		"map_lead_field,unmap_lead_field,register_related_list,unregister_related_list,protect_mapped_columns,"
		"import_records,create_crm,upgrade_crm}')"
		" AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x"
		"  WHERE x.grantee = 0 AND x.privilege_type = 'EXECUTE')"
	" ORDER BY 1"}
};

/*
 * Are the tables whose rows validate() reads there, with all their columns?
 */
static bool
validated_tables_have_shape(void)
{
	for (const LcStandardColumn *column = crm_standard_columns; column->table; column++)
	{
		for (int i = 0; i < (int) lengthof(validated_tables); i++)
		{
			Oid			relid;

			if (strcmp(column->table, validated_tables[i]) != 0)
				continue;
			relid = lc_crm_relid(column->table, true);
			if (!OidIsValid(relid) ||
				get_attnum(relid, column->column) == InvalidAttrNumber)
				return false;
		}
	}

	return true;
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
	Oid			argtypes[8] = {TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID,
	TEXTARRAYOID, TEXTARRAYOID, BOOLARRAYOID, INT4OID, TEXTARRAYOID};
	Datum		args[8];
	const char *index_names[lengthof(function_indexes)];
	const LcTriggerSpec *specs = get_required_triggers();
	const char **strings[5];
	Datum	   *always;
	int			ncolumns = lengthof(crm_standard_columns) - 1;
	int			ntriggers = 0;
	bool		shape_ok;
	int			nestlevel;

	InitMaterializedSRF(fcinfo, 0);

	if (!OidIsValid(get_namespace_oid("crm", true)))
	{
		Datum		values[4];
		bool		nulls[4] = {false};

		values[0] = CStringGetTextDatum("crm");
		values[1] = CStringGetTextDatum("schema does not exist");
		values[2] = CStringGetTextDatum("error");
		values[3] = CStringGetTextDatum("Run leadconv.create_crm() to build it.");
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		return (Datum) 0;
	}

	nestlevel = lc_pin_search_path();
	lc_spi_connect();

	shape_ok = validated_tables_have_shape();
	while (specs[ntriggers].table != NULL)
		ntriggers++;
	for (int i = 0; i < 5; i++)
		strings[i] = (const char **) palloc(Max(ncolumns, ntriggers) * sizeof(char *));
	always = (Datum *) palloc(ntriggers * sizeof(Datum));
	for (int i = 0; i < ncolumns; i++)
	{
		strings[0][i] = crm_standard_columns[i].table;
		strings[1][i] = crm_standard_columns[i].column;
	}
	for (int i = 0; i < ntriggers; i++)
	{
		strings[2][i] = specs[i].table;
		strings[3][i] = specs[i].name;
		strings[4][i] = pnstrdup(specs[i].function, strcspn(specs[i].function, "("));
		always[i] = BoolGetDatum(specs[i].always);
	}
	args[0] = lc_text_array(strings[0], ncolumns);
	args[1] = lc_text_array(strings[1], ncolumns);
	for (int i = 2; i < 5; i++)
		args[i] = lc_text_array(strings[i], ntriggers);
	args[5] = PointerGetDatum(construct_array(always, ntriggers, BOOLOID,
											  sizeof(bool), true, TYPALIGN_CHAR));
	args[6] = Int32GetDatum(LC_SCHEMA_VERSION);
	for (size_t i = 0; i < lengthof(function_indexes); i++)
		index_names[i] = function_indexes[i].name;
	args[7] = lc_text_array(index_names, lengthof(function_indexes));

	for (int i = 0; i < (int) lengthof(validate_checks); i++)
	{
		const ValidateCheck *check = &validate_checks[i];
		char	   *sql;
		int			result;

		if (check->needs_shape && !shape_ok)
			continue;

		CHECK_FOR_INTERRUPTS();
		sql = psprintf("%s%s", VALIDATE_INPUT, check->sql);
		result = SPI_execute_with_args(sql, 8, argtypes, args, NULL, true, 0);
		if (result != SPI_OK_SELECT)
			elog(ERROR, "SPI_execute_with_args returned %s: %s",
				 SPI_result_code_string(result), sql);

		for (uint64 row = 0; row < SPI_processed; row++)
		{
			Datum		values[4];
			bool		nulls[4];

			for (int col = 0; col < 4; col++)
			{
				char	   *value = SPI_getvalue(SPI_tuptable->vals[row],
												 SPI_tuptable->tupdesc, col + 1);

				nulls[col] = value == NULL;
				values[col] = value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
			}
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
		SPI_freetuptable(SPI_tuptable);
		pfree(sql);
	}

	SPI_finish();
	lc_unpin_search_path(nestlevel);

	return (Datum) 0;
}
