/*-------------------------------------------------------------------------
 *
 * import_custom.c
 *	  An import: custom fields that the table does not have.
 *
 * A column of the staging table that has no place becomes a column of the table, of
 * the type that all its values fit; a note tells what speaks for it.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

/*
 * Whether all values of a column match a pattern; false when it has none
 */
static bool
all_match(const Import *import, const char *column, const char *pattern)
{
	return lc_import_count(psprintf("SELECT CASE WHEN pg_catalog.bool_and(x.v OPERATOR(pg_catalog.~) %s) THEN 1 ELSE 0 END::pg_catalog.int8"
									" FROM (SELECT %s AS v FROM %s s) x",
									quote_literal_cstr(pattern), lc_import_text(column),
									import->source)) == 1;
}

/* Columns of exports that are no fields of the record */
static const char *const system_fields[] = {
	"systemmodstamp", "lastvieweddate", "lastreferenceddate", "photourl", "attributes"
};

/* Of a picklist there are at most so many values, and so many records for each */
#define MAX_PICKLIST_VALUES		20
#define MIN_PICKLIST_RECORDS	5

/*
 * Type for a custom field, judged by its name and values: text when in doubt.
 * "evidence" says why.
 */
static const char *
infer_type(const Import *import, const char *source, const char **evidence)
{
	static const char *const code_endings[] = {"id", "code", "number", "no",
	"num", "phone", "fax", "mobile", "zip", "ssn", "key"};
	const char *field = lc_import_field(source);
	char	   *name = lc_squeeze_name(field);
	size_t		len;
	const char *type = NULL;

	*evidence = "as not all values are of one other type";
	if (all_match(import, source, "^(true|false)$"))
	{
		*evidence = "as all values are true or false";
		return "boolean";
	}
	if (all_match(import, source, "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"))
		type = "date";
	else if (all_match(import, source, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})$"))
		type = "timestamp with time zone";
	if (type != NULL)
	{
		if (lc_import_try_query(psprintf("SELECT pg_catalog.count((%s)::%s) FROM %s s",
										 lc_import_text(source), type, import->source)) != NULL)
			return "text";
		*evidence = strcmp(type, "date") == 0 ? "as all values are days" : "as all values are times";
		return type;
	}

	/* Digits need not be a number: not in codes, nor when there are many */
	if (lc_is_custom_name(field))
		name[strlen(name) - 1] = '\0';	/* the c of __c; underscores are gone */
	len = strlen(name);
	for (int i = 0; i < (int) lengthof(code_endings); i++)
	{
		size_t		ending = strlen(code_endings[i]);

		if (len >= ending && strcmp(name + len - ending, code_endings[i]) == 0)
		{
			*evidence = "as its name is that of a code";
			return "text";
		}
	}
	if (all_match(import, source, "^-?(0|[1-9][0-9]{0,8}|(0|[1-9][0-9]{0,14})\\.[0-9]{1,10})$"))
	{
		*evidence = "as all values are numbers";
		return "numeric";
	}

	return "text";
}

/*
 * Registers the values of a column as a picklist, when there are few, and each is that
 * of several records; returns how many values there are, or 0
 */
static int64
add_picklist(Import *import, const char *source, const char *name)
{
	char	   *text = lc_import_text(source);
	Oid			argtypes[2] = {TEXTOID, TEXTOID};
	Datum		args[2] = {CStringGetTextDatum(import->table), CStringGetTextDatum(name)};
	int64		count;

	count = lc_import_count(psprintf("SELECT CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.>=) (%d OPERATOR(pg_catalog.*) pg_catalog.count(DISTINCT x.v))"
									 " AND pg_catalog.count(DISTINCT x.v) BETWEEN 2 AND %d AND pg_catalog.max(pg_catalog.length(x.v)) OPERATOR(pg_catalog.<=) 80"
									 " THEN pg_catalog.count(DISTINCT x.v) ELSE 0 END FROM (SELECT %s AS v FROM %s s) x WHERE x.v IS NOT NULL",
									 MIN_PICKLIST_RECORDS, MAX_PICKLIST_VALUES, text, import->source));
	if (count == 0)
		return 0;
	lc_query(psprintf("WITH f AS (INSERT INTO crm.picklist_field (object, field) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id)"
					  " INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order)"
					  " SELECT f.id, x.v, x.v, pg_catalog.row_number() OVER (ORDER BY x.v) FROM f, (SELECT DISTINCT %s AS v FROM %s s) x WHERE x.v IS NOT NULL",
					  text, import->source), SPI_OK_INSERT, 2, argtypes, args, NULL);
	return count;
}

/* The column that a field is to become: in lower case, and ShoeSize as shoe_size */
static char *
column_name(const char *field)
{
	StringInfoData buf;

	if (lc_is_custom_name(field))
		return str_tolower(field, strlen(field), DEFAULT_COLLATION_OID);
	initStringInfo(&buf);
	for (const char *c = field; *c; c++)
	{
		bool		is_upper = *c >= 'A' && *c <= 'Z';
		bool		after_lower = c > field && ((c[-1] >= 'a' && c[-1] <= 'z') || (c[-1] >= '0' && c[-1] <= '9'));

		if (is_upper && after_lower)
			appendStringInfoChar(&buf, '_');
		if (*c == ' ' || *c == '-')
			appendStringInfoChar(&buf, '_');
		else
			appendStringInfoChar(&buf, *c);
	}
	return str_tolower(buf.data, buf.len, DEFAULT_COLLATION_OID);
}

/*
 * Add a column for a custom field
 */
static void
add_custom_field(Import *import, const char *source)
{
	const char *field = lc_import_field(source);
	char	   *name = column_name(field);
	const char *evidence;
	const char *type;
	int64		nvalues;

	if (strlen(name) >= NAMEDATALEN || get_attnum(import->relid, name) != InvalidAttrNumber)
		return;

	type = infer_type(import, source, &evidence);
	lc_command(psprintf("ALTER TABLE %s ADD COLUMN %s %s", import->target,
						quote_identifier(name), type));
	lc_command(psprintf("COMMENT ON COLUMN %s.%s IS %s", import->target, quote_identifier(name),
						quote_literal_cstr(psprintf("Custom field %s, added by an import.", field))));
	import->added = lappend(import->added, name);
	nvalues = strcmp(type, "text") == 0 ? add_picklist(import, source, name) : 0;
	if (nvalues > 0)
		import->notes = lappend(import->notes,
								psprintf("%s added as text with a picklist of " INT64_FORMAT " values, as each is that of several records", name, nvalues));
	else
		import->notes = lappend(import->notes, psprintf("%s added as %s, %s", name, type, evidence));
}

/* Fields that point to a record of one of several objects */
static const char *const polymorphic_fields[] = {
	"whoid", "whatid", "parentid", "linkedentityid", "relatedtoid",
	"relatedrecordid", "leadorcontactid"
};

/*
 * lc_import_is_polymorphic
 *
 * Does a field, of which this is the squeezed name, point to a record of one of several
 * objects?
 */
bool
lc_import_is_polymorphic(const char *field)
{
	for (size_t i = 0; i < lengthof(polymorphic_fields); i++)
	{
		if (strcmp(field, polymorphic_fields[i]) == 0)
			return true;
	}
	return false;
}

/* Is this a field that is read, but not by its name, or of no record? */
static bool
is_no_custom_field(const Import *import, const char *field)
{
	char	   *squeezed = lc_squeeze_name(field);

	for (size_t i = 0; i < lengthof(system_fields); i++)
	{
		if (strcmp(squeezed, system_fields[i]) == 0)
			return true;
	}
	if (strcmp(squeezed, "id") == 0 || strcmp(squeezed, "externalid") == 0 || lc_import_is_polymorphic(squeezed))
		return true;
	return strcmp(import->table, "app_user") == 0 &&
		(strcmp(squeezed, "firstname") == 0 || strcmp(squeezed, "lastname") == 0 || strcmp(squeezed, "username") == 0);
}

/*
 * lc_import_add_custom_fields
 *
 * Adds a column to the table for each of these columns of the staging table that has
 * no place.  The table must not be open here: ALTER TABLE would take that for a use
 * of it.
 */
void
lc_import_add_custom_fields(Import *import, List *sources)
{
	ListCell   *lc;

	foreach(lc, sources)
	{
		const char *field = lc_import_field(lfirst(lc));

		if (lc_find_column(import->relid, field) == NULL &&
			(lc_is_custom_name(field) || !is_no_custom_field(import, field)))
			add_custom_field(import, lfirst(lc));
	}
}
