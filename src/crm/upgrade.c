/*-------------------------------------------------------------------------
 *
 * upgrade.c
 *	  Bringing schema crm to the version that this library works with.
 *
 * The steps are upgrade/N.sql.  They name parts of crm.sql; here each part is
 * made when it is not there, and compared when something of its name is: made by
 * us, or by chance the same, it is taken over; anything else is the user's, and
 * the whole upgrade is refused with a word on how to rename it.  So a step can
 * be repeated, and nothing of the user's is lost.
 *
 * To know what a part should look like in the catalogs, it is made on a scratch
 * table beside the real one, which is dropped again.
 *
 * All is done in the caller's transaction, as the owner of crm, so that triggers
 * and functions of the owner's never run as a superuser who calls.  Nothing
 * outlives a call.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

#include "crm/crm.h"

/* A name that nobody else would give */
#define SCRATCH_TABLE		"leadconv scratch"
#define SCRATCH				"crm.\"" SCRATCH_TABLE "\""

/*
 * Constraints on a column, in the order of their definitions; without those that
 * are parts of their own, $4
 */
#define COLUMN_CONSTRAINTS(attribute) \
	"coalesce((SELECT string_agg(pg_get_constraintdef(k.oid), ', ' ORDER BY pg_get_constraintdef(k.oid))" \
	" FROM pg_constraint k WHERE k.conrelid = " attribute ".attrelid" \
	" AND " attribute ".attnum = ANY (k.conkey) AND k.contype <> 'n' AND k.conname <> ALL ($4)), 'none')"

#define COLUMN_GENERATION(attribute) \
	"(" attribute ".attidentity, " attribute ".attgenerated," \
	" (SELECT coalesce(max(pg_get_expr(d.adbin, d.adrelid)), '') FROM pg_attrdef d WHERE " attribute ".attgenerated <> ''" \
	" AND d.adrelid = " attribute ".attrelid AND d.adnum = " attribute ".attnum))"

/* What two columns do not have in common, or NULL */
#define COLUMN_DIFFERENCE(is, should) \
	"CASE WHEN (" is ".atttypid, " is ".atttypmod, " is ".attcollation)" \
	"  <> (" should ".atttypid, " should ".atttypmod, " should ".attcollation)" \
	" THEN format('It has type %s, and the standard column has type %s.'," \
	"  format_type(" is ".atttypid, " is ".atttypmod), format_type(" should ".atttypid, " should ".atttypmod))" \
	" WHEN " COLUMN_GENERATION(is) " <> " COLUMN_GENERATION(should) \
	" THEN format('It has type %s, and is not generated as the standard column is.'," \
	"  format_type(" is ".atttypid, " is ".atttypmod))" \
	" WHEN " COLUMN_CONSTRAINTS(is) " <> " COLUMN_CONSTRAINTS(should) \
	" THEN format('It has type %s; its constraints are %s, and those of the standard column are %s.'," \
	"  format_type(" is ".atttypid, " is ".atttypmod), " COLUMN_CONSTRAINTS(is) ", " COLUMN_CONSTRAINTS(should) ")" \
	" END"

PG_FUNCTION_INFO_V1(leadconv_upgrade_crm);

static bool
is_constraint(const LcSchemaPart *part)
{
	return part->kind == LC_PART_CONSTRAINT || part->kind == LC_PART_LATE_CONSTRAINT;
}

/*
 * OID of the relation of crm that a part is in, or is; InvalidOid if there is
 * none
 */
static Oid
part_relid(const LcSchemaPart *part)
{
	bool		has_own = part->kind == LC_PART_INDEX || part->kind == LC_PART_UNIQUE_INDEX;

	return lc_crm_relid(has_own ? part->name : part->table, true);
}

/*
 * Is there anything of the kind and name of a part?  Of seed rows that is not
 * known.
 */
static bool
part_exists(const LcSchemaPart *part)
{
	Oid			relid = part_relid(part);

	switch (part->kind)
	{
		case LC_PART_COLUMN:
			return OidIsValid(relid) && get_attnum(relid, part->name) != InvalidAttrNumber;
		case LC_PART_CONSTRAINT:
		case LC_PART_LATE_CONSTRAINT:
			return OidIsValid(relid) && OidIsValid(get_relation_constraint_oid(relid, part->name, true));
		case LC_PART_SEED:
			return false;
		default:
			return OidIsValid(relid);
	}
}

/*
 * The result of a query of one row and one column, in the current memory
 * context, may be NULL.  Its parameters are what bears the name of a part, as
 * part_relid() finds it; the scratch table; the names of the part and of its
 * table; and the names of the standard constraints of that.
 */
static char *
compare_with_scratch(const LcSchemaPart *part, const char *sql)
{
	Oid			argtypes[5] = {OIDOID, OIDOID, TEXTOID, TEXTARRAYOID, TEXTOID};
	Datum		args[5];
	const char **constraints;
	int			nconstraints = 0;
	char	   *result;

	for (const LcSchemaPart *other = lc_schema_parts; other->kind != LC_PART_END; other++)
		nconstraints += is_constraint(other) && strcmp(other->table, part->table) == 0;
	constraints = (const char **) palloc(Max(nconstraints, 1) * sizeof(char *));
	nconstraints = 0;
	for (const LcSchemaPart *other = lc_schema_parts; other->kind != LC_PART_END; other++)
	{
		if (is_constraint(other) && strcmp(other->table, part->table) == 0)
			constraints[nconstraints++] = other->name;
	}

	args[0] = ObjectIdGetDatum(part_relid(part));
	args[1] = ObjectIdGetDatum(lc_crm_relid(SCRATCH_TABLE, false));
	args[2] = CStringGetTextDatum(part->name);
	args[3] = lc_text_array(constraints, nconstraints);
	args[4] = CStringGetTextDatum(part->table);
	(void) lc_query(sql, SPI_OK_SELECT, 5, argtypes, args, NULL);
	result = SPI_processed > 0 ? lc_spi_text(0, 1) : NULL;
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/*
 * A name that a relation, or a column of relid, could be renamed to
 */
static char *
free_name(const char *name, Oid relid)
{
	for (int i = 0;; i++)
	{
		char	   *result = makeObjectName(name, NULL, i == 0 ? "custom" : psprintf("custom%d", i));

		if (OidIsValid(relid) ? get_attnum(relid, result) == InvalidAttrNumber
			: !OidIsValid(lc_crm_relid(result, true)))
			return result;
	}
}

/*
 * Refuse the upgrade for something of the user's
 */
pg_noreturn static void refuse(const LcSchemaPart *part, const char *detail, const char *command);

static void
refuse(const LcSchemaPart *part, const char *detail, const char *command)
{
	const char *what = psprintf("\"crm.%s\"", part->kind == LC_PART_TABLE || part->kind == LC_PART_VIEW
								? part->table : part->name);

	if (part->kind == LC_PART_COLUMN)
		what = psprintf("column \"%s\" of table \"crm.%s\"", part->name, part->table);
	else if (is_constraint(part))
		what = psprintf("constraint \"%s\" of table \"crm.%s\"", part->name, part->table);

	ereport(ERROR,
			(lc_errcode(LC_SCHEMA_NOT_READY),
			 errmsg("%s stands in the way of a new standard one of that name", what),
			 errdetail_internal("%s", detail),
			 errhint("Run %s; and then leadconv.upgrade_crm() again. Nothing has been changed.", command)));
}

/*
 * Give a column its comment, and later the columns of our views that show it
 */
static void
comment_column(const LcSchemaPart *part)
{
	lc_forget_view_comments(part);
	lc_command(psprintf("COMMENT ON COLUMN crm.%s.%s IS %s", quote_identifier(part->table),
						quote_identifier(part->name), quote_literal_cstr(part->comment)));
}

/*
 * A column of the name: take it over when it is what the standard says
 */
static void
adopt_column(const LcSchemaPart *part)
{
	Oid			relid = lc_crm_relid(part->table, false);
	const char *table = quote_identifier(part->table);
	const char *column = quote_identifier(part->name);
	char	   *command = psprintf("ALTER TABLE crm.%s RENAME COLUMN %s TO %s", table, column,
								   quote_identifier(free_name(part->name, relid)));
	char	   *difference;
	char	   *commands;

	lc_command(psprintf("CREATE TABLE " SCRATCH " (LIKE crm.%s); ALTER TABLE " SCRATCH " DROP COLUMN %s;"
						" ALTER TABLE " SCRATCH " ADD COLUMN %s", table, column, part->sql));
	difference = compare_with_scratch(part,
									  "SELECT " COLUMN_DIFFERENCE("a", "s")
									  " FROM pg_attribute a, pg_attribute s"
									  " WHERE a.attrelid = $1 AND a.attname = $3 AND s.attrelid = $2 AND s.attname = $3");
	if (difference == NULL)
		difference = compare_with_scratch(part,
										  "SELECT format('It has type %s, and is mapped as a custom field.',"
										  "  format_type(a.atttypid, a.atttypmod))"
										  " FROM pg_attribute a WHERE a.attrelid = $1 AND a.attname = $3"
										  " AND EXISTS (SELECT FROM crm.lead_field_mapping m WHERE NOT m.is_standard"
										  "  AND ((m.lead_field = $3 AND $5 = 'lead')"
										  "   OR (m.target_field = $3 AND m.target_object = $5)))");
	if (difference != NULL)
		refuse(part, difference, command);

	/* default and NOT NULL, where they are not what they should be */
	commands = compare_with_scratch(part,
									"SELECT string_agg(format('ALTER TABLE crm.%I ALTER COLUMN %I %s', $5, $3, v.what), '; ')"
									" FROM pg_attribute a"
									" JOIN pg_attribute s ON s.attrelid = $2 AND s.attname = $3"
									" LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum"
									" LEFT JOIN pg_attrdef sd ON sd.adrelid = s.attrelid AND sd.adnum = s.attnum"
									" CROSS JOIN LATERAL (VALUES"
									"  (CASE WHEN a.attgenerated <> '' OR pg_get_expr(ad.adbin, ad.adrelid)"
									"     IS NOT DISTINCT FROM pg_get_expr(sd.adbin, sd.adrelid) THEN NULL"
									"    ELSE coalesce('SET DEFAULT ' || pg_get_expr(sd.adbin, sd.adrelid), 'DROP DEFAULT') END),"
									"  (CASE WHEN s.attnotnull AND NOT a.attnotnull THEN 'SET NOT NULL'"
									"    WHEN a.attnotnull AND NOT s.attnotnull THEN 'DROP NOT NULL' END)) AS v (what)"
									" WHERE a.attrelid = $1 AND a.attname = $3 AND v.what IS NOT NULL");
	lc_command("DROP TABLE " SCRATCH);
	if (commands != NULL)
	{
		if (strstr(commands, " SET NOT NULL") != NULL)
		{
			uint64		nulls = lc_query(psprintf("SELECT FROM crm.%s WHERE %s IS NULL LIMIT 1", table, column),
										 SPI_OK_SELECT, 0, NULL, NULL, NULL);

			SPI_freetuptable(SPI_tuptable);
			if (nulls > 0)
				refuse(part, "It has NULLs, which the standard column cannot have.", command);
		}
		lc_command(commands);
	}
	comment_column(part);
}

static void upgrade_part(const LcSchemaPart *part);

/*
 * A relation of a table's name: take it over when it has all that the standard
 * says.  Further columns of the user's are as welcome as in any table.
 */
static void
adopt_table(const LcSchemaPart *part)
{
	Oid			relid = lc_crm_relid(part->table, false);
	char	   *command = psprintf("ALTER TABLE crm.%s RENAME TO %s", quote_identifier(part->table),
								   quote_identifier(free_name(part->table, InvalidOid)));
	char	   *difference;

	if (get_rel_relkind(relid) != RELKIND_RELATION)
		refuse(part, "It is not a table.", command);

	lc_command(lc_create_table_sql(part, SCRATCH_TABLE, false));
	difference = compare_with_scratch(part,
									  "SELECT v.difference FROM (SELECT s.attnum, CASE WHEN a.attnum IS NULL"
									  "  THEN format('It has no column \"%s\".', s.attname)"
									  "  ELSE format('Column \"%s\" is another one. ', s.attname) || " COLUMN_DIFFERENCE("a", "s")
									  "  END AS difference"
									  " FROM pg_attribute s LEFT JOIN pg_attribute a ON a.attrelid = $1 AND a.attname = s.attname"
									  " WHERE s.attrelid = $2 AND s.attnum > 0) AS v"
									  " WHERE v.difference IS NOT NULL ORDER BY v.attnum LIMIT 1");
	lc_command("DROP TABLE " SCRATCH);
	if (difference != NULL)
		refuse(part, difference, command);

	/* the columns have the right types; defaults, comments and the rest follow */
	for (const LcSchemaPart *inner = part + 1;
		 inner->kind == LC_PART_COLUMN || inner->kind == LC_PART_CONSTRAINT; inner++)
		upgrade_part(inner);
	lc_command(psprintf("COMMENT ON TABLE crm.%s IS %s", quote_identifier(part->table),
						quote_literal_cstr(part->comment)));
}

/*
 * A relation of an index's name: good when it is that index
 */
static void
check_index(const LcSchemaPart *part)
{
	char	   *same;

	lc_command(psprintf("CREATE TABLE " SCRATCH " (LIKE crm.%s); CREATE %sINDEX ON " SCRATCH " %s",
						quote_identifier(part->table),
						part->kind == LC_PART_UNIQUE_INDEX ? "UNIQUE " : "", part->sql));
	same = compare_with_scratch(part,
								"SELECT 'same' FROM pg_index a JOIN pg_index s ON s.indrelid = $2"
								" WHERE a.indexrelid = $1 AND a.indrelid = to_regclass(format('crm.%I', $5))"
								" AND a.indisvalid AND a.indisunique = s.indisunique"
								" AND regexp_replace(pg_get_indexdef(a.indexrelid), '^.*? USING ', '')"
								"   = regexp_replace(pg_get_indexdef(s.indexrelid), '^.*? USING ', '')");
	lc_command("DROP TABLE " SCRATCH);
	if (same == NULL)
		refuse(part, "It is not the standard index, or it is not valid.",
			   psprintf("ALTER TABLE crm.%s RENAME TO %s", quote_identifier(part->name),
						quote_identifier(free_name(part->name, InvalidOid))));
}

/*
 * A constraint of the name: good when it is the same
 */
static void
check_constraint(const LcSchemaPart *part)
{
	char	   *difference;

	lc_command(psprintf("CREATE TABLE " SCRATCH " (LIKE crm.%s); ALTER TABLE " SCRATCH " ADD %s",
						quote_identifier(part->table), part->sql));
	difference = compare_with_scratch(part,
									  "SELECT format('It is %s, and the standard one is %s.',"
									  "  pg_get_constraintdef(a.oid), pg_get_constraintdef(s.oid))"
									  " FROM pg_constraint a, pg_constraint s"
									  " WHERE a.conrelid = $1 AND a.conname = $3 AND s.conrelid = $2 AND s.contype <> 'n'"
									  " AND pg_get_constraintdef(a.oid) <> pg_get_constraintdef(s.oid)");
	lc_command("DROP TABLE " SCRATCH);
	if (difference != NULL)
		refuse(part, difference,
			   psprintf("ALTER TABLE crm.%s RENAME CONSTRAINT %s TO %s", quote_identifier(part->table),
						quote_identifier(part->name), quote_identifier(makeObjectName(part->name, NULL, "custom"))));
}

/*
 * Make a part, or make sure that what has its name is it
 */
static void
upgrade_part(const LcSchemaPart *part)
{
	if (!part_exists(part))
	{
		lc_build_part(part);
		return;
	}
	switch (part->kind)
	{
		case LC_PART_COLUMN:
			adopt_column(part);
			break;
		case LC_PART_TABLE:
			adopt_table(part);
			break;
		case LC_PART_INDEX:
		case LC_PART_UNIQUE_INDEX:
			check_index(part);
			break;
		case LC_PART_CONSTRAINT:
		case LC_PART_LATE_CONSTRAINT:
			check_constraint(part);
			break;
		case LC_PART_VIEW:
			if (get_rel_relkind(part_relid(part)) != RELKIND_VIEW)
				refuse(part, "It is not a view.",
					   psprintf("ALTER TABLE crm.%s RENAME TO %s", quote_identifier(part->table),
								quote_identifier(free_name(part->table, InvalidOid))));
			lc_build_part(part);
			break;
		case LC_PART_SEED:
		case LC_PART_END:
			elog(ERROR, "no such part of schema crm to compare");
	}
}

/*
 * Lock what the steps from a version on will change
 *
 * Not more, but all of it before anything is changed, and in one order: the
 * settings, which who has no program yet reads first; the lead, which every
 * conversion locks first; and the rest as in crm.sql.  Conversions that have
 * begun end before, and those that begin wait.  Only a transaction that has
 * used the tables before its first conversion may wait for us while we wait for
 * it, and would be refused in any case.
 */
static void
lock_tables(int32 version)
{
	/* what a conversion locks first, first */
	lc_lock_related_lists();
	LockRelationOid(lc_crm_relid("lead_convert_settings", false), AccessExclusiveLock);
	LockRelationOid(lc_crm_relid("lead", false), AccessExclusiveLock);
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (part->kind != LC_PART_TABLE || !OidIsValid(lc_crm_relid(part->table, true)))
			continue;
		for (const LcUpgradeAction *action = lc_upgrade_actions; action->version != 0; action++)
		{
			if (action->version > version && action->part != NULL && !action->comments &&
				strcmp(action->part->table, part->table) == 0)
			{
				LockRelationOid(lc_crm_relid(part->table, false), AccessExclusiveLock);
				break;
			}
		}
	}
}

/*
 * Tell which step an error is from
 */
static void
step_error_context(void *arg)
{
	const LcUpgradeAction *action = (const LcUpgradeAction *) arg;

	if (action->part == NULL)
		errcontext("upgrade of schema crm to version %d", action->version);
	else if (strcmp(action->part->name, action->part->table) == 0)
		errcontext("upgrade of schema crm to version %d: %s", action->version, action->part->table);
	else
		errcontext("upgrade of schema crm to version %d: %s of %s", action->version,
				   action->part->name, action->part->table);
}

/*
 * Run the steps after a version, and note where that leads
 */
static void
run_steps(int32 version)
{
	/* what is not there to be dropped, when a step is repeated, is nobody's concern; undone with the search_path */
	if (client_min_messages < WARNING)
		lc_set_parameter("client_min_messages", "warning");
	lock_tables(version);
	for (const LcUpgradeAction *action = lc_upgrade_actions; action->version != 0; action++)
	{
		ErrorContextCallback callback;

		if (action->version <= version)
			continue;
		callback.callback = step_error_context;
		callback.arg = unconstify(LcUpgradeAction *, action);
		callback.previous = error_context_stack;
		error_context_stack = &callback;
		if (action->comments)
		{
			/* of one that the user has dropped, validate() tells */
			if (part_exists(action->part))
				comment_column(action->part);
		}
		else if (action->part != NULL)
			upgrade_part(action->part);
		else
			lc_command(action->sql);
		error_context_stack = callback.previous;
	}
	lc_comment_view_columns();

	/* the default tells the version should the row get lost */
	lc_command(psprintf("ALTER TABLE crm.lead_convert_settings ALTER COLUMN schema_version SET DEFAULT %d;"
						" UPDATE crm.lead_convert_settings SET schema_version = %d",
						LC_SCHEMA_VERSION, LC_SCHEMA_VERSION));
}

/*
 * The first time that matching and duplicate rules can have an effect, none has: names of
 * those that stood in the tables before, in the memory context given, or NULL
 */
static char *
earlier_rules(MemoryContext context)
{
	char	   *result;

	(void) lc_query("SELECT string_agg(format('%s of %s \"%s\"', r.kind, r.object, r.developer_name), ', '"
					"  ORDER BY r.kind, r.object, r.developer_name)"
					" FROM (SELECT 'duplicate rule', object, developer_name FROM crm.duplicate_rule WHERE NOT is_standard"
					"  UNION ALL SELECT 'matching rule', object, developer_name FROM crm.matching_rule WHERE NOT is_standard)"
					" AS r (kind, object, developer_name)", SPI_OK_SELECT, 0, NULL, NULL, NULL);
	result = lc_spi_text(0, 1);
	if (result != NULL)
		result = MemoryContextStrdup(context, result);
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/*
 * Is everything there that the steps up to a version have added?
 */
static bool
has_parts_of(int32 version)
{
	for (const LcUpgradeAction *action = lc_upgrade_actions; action->version != 0; action++)
	{
		if (action->version <= version && action->part != NULL && !action->comments &&
			action->part->kind != LC_PART_SEED && !part_exists(action->part))
			return false;
	}
	return true;
}

/*
 * Make the settings row anew, with the version that the tables have
 *
 * create_crm() and upgrade_crm() leave it as the default of the column, so the
 * default says it; if the tables agree.  Returns the version.
 */
static int32
restore_settings_row(void)
{
	int32		version = 0;

	(void) lc_query("SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d"
					" JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
					" WHERE a.attrelid = to_regclass('crm.lead_convert_settings') AND a.attname = 'schema_version'",
					SPI_OK_SELECT, 0, NULL, NULL, NULL);
	if (SPI_processed > 0)
		version = atoi(lc_spi_text(0, 1));
	SPI_freetuptable(SPI_tuptable);

	if (version < 1 || (version <= LC_SCHEMA_VERSION && !has_parts_of(version)))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("schema \"crm\" has no row in table \"lead_convert_settings\" that tells its version"),
				 errdetail("Its tables do not tell the version either: some parts of version %d are missing.",
						   version < 1 ? LC_SCHEMA_VERSION : version),
				 errhint("Insert the row with the version that the tables have: INSERT INTO crm.lead_convert_settings (schema_version) VALUES (...).")));

	lc_command("INSERT INTO crm.lead_convert_settings DEFAULT VALUES");
	return version;
}

/*
 * upgrade_crm
 *
 * Brings schema crm to the version that this library works with and puts every
 * required trigger in its place.  For the owner of the schema, or who has the
 * owner's rights; what it does is done as the owner, so that the owner's code
 * never runs as a superuser.  Can be repeated; returns what it did.
 */
Datum
leadconv_upgrade_crm(PG_FUNCTION_ARGS)
{
	LcUserSwitch save;
	const char *problem;
	char	   *hint = NULL;
	char	   *rules = NULL;
	bool		has_new_rules;
	int			attached;
	int32		version = 0;
	MemoryContext context = CurrentMemoryContext;

	problem = lc_extension_problem(&hint);
	if (problem != NULL)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg_internal("%s", problem),
				 errhint("%s", hint)));

	lc_become_crm_owner("bring it up to date", &save);
	lc_spi_connect();

	/* one at a time */
	LockRelationOid(lc_crm_relid("lead_convert_settings", false), ShareRowExclusiveLock);

	if (!lc_schema_version(&version))
		version = restore_settings_row();
	if (version > LC_SCHEMA_VERSION)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("schema \"crm\" has version %d, but this version of leadconv works with version %d",
						version, LC_SCHEMA_VERSION),
				 errhint("Install the version of leadconv that the database was used with last.")));
	has_new_rules = !OidIsValid(lc_crm_relid("duplicate_rule_filter_item", true));
	if (version < LC_SCHEMA_VERSION)
		run_steps(version);
	if (has_new_rules)
		rules = earlier_rules(context);

	attached = lc_attach_to_crm();
	lc_rebuild_mapped_columns();
	attached += lc_attach_registered_guards();

	SPI_finish();
	lc_become_caller(&save);

	if (has_new_rules)
		ereport(NOTICE,
				(errmsg("matching rules and duplicate rules are not active"),
				 rules ? errdetail("These stood in the table before, without an effect: %s.", rules) : 0,
				 errhint("For those that shall apply, set is_active in crm.matching_rule and crm.duplicate_rule, and run CALL leadconv.build_match_keys().")));

	PG_RETURN_TEXT_P(cstring_to_text(psprintf("schema crm is at version %d, %d triggers and indexes attached",
											  LC_SCHEMA_VERSION, attached)));
}
