/*-------------------------------------------------------------------------
 *
 * build.c
 *	  Building schema crm, and its parts one by one.
 *
 * Nothing outlives a call.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/rls.h"

#include "crm/crm.h"

PG_FUNCTION_INFO_V1(leadconv_create_crm);

/*
 * Is this a part of the table that "table" is?
 */
static bool
is_within(const LcSchemaPart *part, const LcSchemaPart *table)
{
	return (part->kind == LC_PART_COLUMN || part->kind == LC_PART_CONSTRAINT) &&
		strcmp(part->table, table->name) == 0;
}

/*
 * lc_create_table_sql
 *
 * The CREATE TABLE statement of a table of schema crm, under any name there, with
 * its columns and if wanted those of its constraints that are parts of their
 * own; in the current memory context.
 */
char *
lc_create_table_sql(const LcSchemaPart *table, const char *name, bool constraints)
{
	StringInfoData sql;
	const char *separator = "";

	initStringInfo(&sql);
	appendStringInfo(&sql, "CREATE TABLE crm.%s (", quote_identifier(name));
	for (const LcSchemaPart *part = table + 1; is_within(part, table); part++)
	{
		if (part->kind == LC_PART_COLUMN)
			appendStringInfo(&sql, "%s%s", separator, part->sql);
		else if (constraints)
			appendStringInfo(&sql, "%sCONSTRAINT %s %s", separator, quote_identifier(part->name), part->sql);
		separator = ", ";
	}
	appendStringInfoChar(&sql, ')');

	return sql.data;
}

/*
 * Append the COMMENT statement of a table, view or column
 */
static void
append_comment(StringInfo sql, const LcSchemaPart *part)
{
	const char *table = quote_identifier(part->table);

	if (part->kind == LC_PART_COLUMN)
		appendStringInfo(sql, "; COMMENT ON COLUMN crm.%s.%s IS ", table, quote_identifier(part->name));
	else
		appendStringInfo(sql, "; COMMENT ON %s crm.%s IS ",
						 part->kind == LC_PART_VIEW ? "VIEW" : "TABLE", table);
	appendStringInfoString(sql, quote_literal_cstr(part->comment));
}

/*
 * lc_build_part
 *
 * Makes a part of schema crm, with its comments, as the current user.  SPI is
 * connected and the search_path pinned.  Seed rows that are there already and
 * views are left or replaced; of anything else there must be none of that name.
 */
void
lc_build_part(const LcSchemaPart *part)
{
	StringInfoData sql;
	const char *table = quote_identifier(part->table);

	initStringInfo(&sql);
	switch (part->kind)
	{
		case LC_PART_TABLE:
			appendStringInfoString(&sql, lc_create_table_sql(part, part->name, true));
			append_comment(&sql, part);
			for (const LcSchemaPart *column = part + 1; is_within(column, part); column++)
			{
				if (column->kind == LC_PART_COLUMN)
					append_comment(&sql, column);
			}
			break;
		case LC_PART_COLUMN:
			appendStringInfo(&sql, "ALTER TABLE crm.%s ADD COLUMN %s", table, part->sql);
			append_comment(&sql, part);
			break;
		case LC_PART_CONSTRAINT:
		case LC_PART_LATE_CONSTRAINT:
			appendStringInfo(&sql, "ALTER TABLE crm.%s ADD CONSTRAINT %s %s", table,
							 quote_identifier(part->name), part->sql);
			break;
		case LC_PART_INDEX:
		case LC_PART_UNIQUE_INDEX:
			appendStringInfo(&sql, "CREATE %sINDEX %s ON crm.%s %s",
							 part->kind == LC_PART_UNIQUE_INDEX ? "UNIQUE " : "",
							 quote_identifier(part->name), table, part->sql);
			break;
		case LC_PART_VIEW:
			appendStringInfoString(&sql, part->sql);
			append_comment(&sql, part);
			break;
		case LC_PART_SEED:
			appendStringInfoString(&sql, part->sql);
			break;
		case LC_PART_END:
			elog(ERROR, "no such part of schema crm");
	}
	lc_command(sql.data);
	pfree(sql.data);
}

/* The names of our views, as a Datum of type text[] */
static Datum
view_names(void)
{
	const char **views;
	int			nviews = 0;

	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
		nviews += part->kind == LC_PART_VIEW;
	views = (const char **) palloc(nviews * sizeof(char *));
	nviews = 0;
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (part->kind == LC_PART_VIEW)
			views[nviews++] = part->name;
	}
	return lc_text_array(views, nviews);
}

/*
 * lc_forget_view_comments
 *
 * Takes the comment of a column, which is going to be another, from the columns of
 * our views that have got it from there; lc_comment_view_columns() does the rest.
 * SPI is connected and the search_path pinned.
 */
void
lc_forget_view_comments(const LcSchemaPart *column)
{
	Oid			argtypes[4] = {TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		args[4];
	char	   *commands;

	args[0] = view_names();
	args[1] = CStringGetTextDatum(column->table);
	args[2] = CStringGetTextDatum(column->name);
	args[3] = CStringGetTextDatum(column->comment);
	lc_query("SELECT string_agg(format('COMMENT ON COLUMN crm.%I.%I IS NULL', v.relname, a.attname), '; ')"
			 " FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attname = $3,"
			 " pg_class v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attname = $3"
			 " WHERE t.oid = to_regclass(format('crm.%I', $2))"
			 " AND v.relnamespace = 'crm'::regnamespace AND v.relkind = 'v' AND v.relname = ANY ($1)"
			 " AND col_description(v.oid, a.attnum) = col_description(t.oid, c.attnum)"
			 " AND col_description(v.oid, a.attnum) <> $4"
			 " AND EXISTS (SELECT FROM pg_depend p JOIN pg_rewrite w ON w.oid = p.objid AND p.classid = 'pg_rewrite'::regclass"
			 "  WHERE w.ev_class = v.oid AND p.refclassid = 'pg_class'::regclass AND p.refobjid = t.oid AND p.refobjsubid = c.attnum)",
			 SPI_OK_SELECT, 4, argtypes, args, NULL);
	commands = lc_spi_text(0, 1);
	SPI_freetuptable(SPI_tuptable);
	if (commands != NULL)
		lc_command(commands);
}

/*
 * lc_comment_view_columns
 *
 * Gives the columns of our views that have no comment those of the columns that
 * they show.  SPI is connected and the search_path pinned.
 */
void
lc_comment_view_columns(void)
{
	Oid			argtype = TEXTARRAYOID;
	Datum		arg = view_names();
	char	   *commands;

	lc_query("SELECT string_agg(format('COMMENT ON COLUMN crm.%I.%I IS %L',"
			 " v.relname, a.attname, coalesce(d.text, 'Column of the view.')), '; ')"
			 " FROM pg_class v JOIN pg_attribute a ON a.attrelid = v.oid AND a.attnum > 0"
			 " LEFT JOIN LATERAL (SELECT col_description(s.attrelid, s.attnum) AS text"
			 "  FROM pg_depend p JOIN pg_rewrite w ON w.oid = p.objid AND p.classid = 'pg_rewrite'::regclass"
			 "  JOIN pg_attribute s ON p.refclassid = 'pg_class'::regclass"
			 "  AND s.attrelid = p.refobjid AND s.attnum = p.refobjsubid"
			 "  WHERE w.ev_class = v.oid AND s.attrelid <> v.oid AND s.attname = a.attname"
			 "  ORDER BY s.attrelid LIMIT 1) AS d ON true"
			 " WHERE v.relnamespace = 'crm'::regnamespace AND v.relkind = 'v'"
			 " AND v.relname = ANY ($1)"
			 " AND col_description(v.oid, a.attnum) IS NULL", SPI_OK_SELECT, 1, &argtype, &arg, NULL);
	commands = lc_spi_text(0, 1);
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
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (part->kind != LC_PART_COLUMN && part->kind != LC_PART_CONSTRAINT)
			lc_build_part(part);
	}
	(void) lc_attach_to_crm();
	lc_comment_view_columns();
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
	result = lc_query(psprintf("SELECT 1 FROM pg_catalog.pg_class c"
							   " WHERE c.relnamespace OPERATOR(pg_catalog.=) %u LIMIT 1", schema),
					  SPI_OK_SELECT, 0, NULL, NULL, NULL) == 0;
	SPI_finish();

	return result;
}

/*
 * Lets the owner of schema crm, which is being restored, call the functions of the
 * extension that is being created, and grant them.  These are ordinary grants, which
 * are in dumps, and not those of the extension.  The schema is granted as well, as
 * far as the extension's owner may do so: a parallel restore may come to grants on
 * functions before it comes to those on their schema.
 */
static void
grant_to_owner(Oid owner, Oid extension_owner)
{
	Oid			argtypes[5] = {OIDOID, OIDOID, OIDOID, OIDOID, OIDOID};
	Datum		args[5];
	char	   *commands;

	args[0] = ObjectIdGetDatum(owner);
	args[1] = ObjectIdGetDatum(extension_owner);
	args[2] = ObjectIdGetDatum(CurrentExtensionObject);
	args[3] = ObjectIdGetDatum(ExtensionRelationId);
	args[4] = ObjectIdGetDatum(ProcedureRelationId);
	lc_spi_connect();
	(void) lc_query("SELECT pg_catalog.string_agg(pg_catalog.format('GRANT %s TO %I WITH GRANT OPTION', g.what,"
					"  pg_catalog.pg_get_userbyid($1)), '; ')"
					" FROM (SELECT pg_catalog.format('EXECUTE ON %s %I.%I(%s)',"
					"   CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, n.nspname, p.proname,"
					"   pg_catalog.pg_get_function_identity_arguments(p.oid))"
					"  FROM pg_catalog.pg_depend d"
					"  JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid"
					"  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace"
					"  WHERE d.refclassid OPERATOR(pg_catalog.=) $4 AND d.refobjid OPERATOR(pg_catalog.=) $3"
					"  AND d.classid OPERATOR(pg_catalog.=) $5 AND d.deptype OPERATOR(pg_catalog.=) 'e'"
					"  AND p.proowner OPERATOR(pg_catalog.<>) $1"
					" UNION ALL"
					"  SELECT pg_catalog.format('USAGE ON SCHEMA %I', n.nspname)"
					"  FROM pg_catalog.pg_extension e"
					"  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
					"  WHERE e.oid OPERATOR(pg_catalog.=) $3 AND n.nspowner OPERATOR(pg_catalog.<>) $1"
					"  AND pg_catalog.pg_has_role($2, n.nspowner, 'USAGE')) AS g (what)",
					SPI_OK_SELECT, 5, argtypes, args, NULL);
	commands = lc_spi_text(0, 1);
	SPI_freetuptable(SPI_tuptable);
	if (commands != NULL)
	{
		creating_extension = false;
		PG_TRY();
		{
			lc_command(commands);
		}
		PG_FINALLY();
		{
			creating_extension = true;
		}
		PG_END_TRY();
	}
	SPI_finish();
}

/*
 * Raises an error for a schema crm that stands in the way of CREATE EXTENSION
 */
static void
refuse_schema(Oid owner, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_DUPLICATE_SCHEMA),
			 errmsg("schema \"crm\" already exists and is not one that leadconv can work with"),
			 errdetail("It belongs to role \"%s\" and %s.", GetUserNameFromId(owner, false), problem),
			 errhint("Drop or rename it: CREATE EXTENSION makes one of its own. If its tables are going to be restored, first SET row_security = off, as the scripts of pg_dump do.")));
}

/*
 * CREATE EXTENSION meets a schema crm
 *
 * pg_dump restores the schema before the extension and the tables after it; then
 * the schema is empty.  After DROP EXTENSION it is complete.  Any other is refused:
 * who may create schemas must not be able to foist one on somebody who means to get
 * a new one.  So is an empty one of another role, unless the session is that of a
 * restore: pg_dump's scripts switch row security off.
 */
static void
accept_schema(Oid schema, Oid extension_owner)
{
	Oid			owner = lc_crm_owner();
	const LcSchemaPart *missing;

	if (crm_is_empty(schema))
	{
		if (owner != extension_owner && row_security)
			refuse_schema(owner, "is empty");
		ereport(NOTICE,
				(errmsg("schema \"crm\" already exists and is left as it is"),
				 errhint("Its tables are yet to be restored. If not, drop it and run leadconv.create_crm().")));
		if (owner != extension_owner)
			grant_to_owner(owner, extension_owner);
		return;
	}

	missing = lc_missing_part();
	if (missing != NULL)
		refuse_schema(owner, psprintf("has no column \"%s\" in a table \"%s\"", missing->name, missing->table));

	/* tables without our triggers; CREATE EXTENSION shows nothing less than a warning */
	if (owner == extension_owner)
		ereport(WARNING,
				(errmsg("schema \"crm\" already exists and is left as it is"),
				 errhint("Run leadconv.upgrade_crm() to attach leadconv to its tables.")));
	else
		ereport(WARNING,
				(errmsg("schema \"crm\" already exists and is left as it is"),
				 errdetail("It belongs to role \"%s\".", GetUserNameFromId(owner, false)),
				 errhint("If that is right, grant EXECUTE on leadconv.upgrade_crm() to that role, which attaches leadconv to its tables.")));
}

/*
 * create_crm
 *
 * Builds schema crm and returns true.  Called by itself it is an ordinary
 * command of the current user and refuses when the schema exists.  Called by
 * the extension script, it leaves an existing schema alone and returns false, or
 * refuses it (see accept_schema()); otherwise it builds as the role that runs CREATE EXTENSION, who is not the current
 * one when the extension is trusted, with creating_extension cleared, so that
 * nothing in crm becomes a member of the extension.
 */
Datum
leadconv_create_crm(PG_FUNCTION_ARGS)
{
	Oid			schema = get_namespace_oid("crm", true);
	bool		in_script = creating_extension;
	const char *problem;
	char	   *hint = NULL;
	LcUserSwitch save;

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
		accept_schema(schema, lc_extension_owner(CurrentExtensionObject));
		PG_RETURN_BOOL(false);
	}

	/* the triggers need the functions of this version */
	problem = lc_extension_problem(&hint);
	if (problem != NULL)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg_internal("%s", problem),
				 errhint("%s", in_script ? "Run CREATE EXTENSION leadconv without VERSION." : hint)));

	if (!in_script)
	{
		build_crm();
		PG_RETURN_BOOL(true);
	}

	lc_become_owner(lc_extension_owner(CurrentExtensionObject), &save);
	creating_extension = false;
	PG_TRY();
	{
		build_crm();
	}
	PG_FINALLY();
	{
		creating_extension = true;
	}
	PG_END_TRY();
	lc_become_caller(&save);

	PG_RETURN_BOOL(true);
}
