/*-------------------------------------------------------------------------
 *
 * import_custom.c
 *	  An import: custom fields that the table does not have.
 *
 * A column of the staging table that is named like a custom field of the platform
 * becomes a column of the table, of the type that all its values fit.
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
#include "utils/builtins.h"
#include "utils/formatting.h"

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

/*
 * Type for a custom field, judged by its name and values: text when in doubt
 */
static const char *
infer_type(const Import *import, const char *source)
{
	static const char *const code_endings[] = {"id", "code", "number", "no",
	"num", "phone", "fax", "mobile", "zip", "ssn", "key"};
	char	   *name = lc_squeeze_name(source);
	size_t		len;
	const char *type = NULL;

	if (all_match(import, source, "^(true|false)$"))
		return "boolean";
	if (all_match(import, source, "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"))
		type = "date";
	else if (all_match(import, source, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})$"))
		type = "timestamp with time zone";
	if (type != NULL)
		return lc_import_try_query(psprintf("SELECT pg_catalog.count((%s)::%s) FROM %s s",
									  lc_import_text(source), type, import->source)) == NULL ?
			type : "text";

	/* Digits need not be a number: not in codes, nor when there are many */
	name[strlen(name) - 1] = '\0';	/* the c of __c; underscores are gone */
	len = strlen(name);
	for (int i = 0; i < (int) lengthof(code_endings); i++)
	{
		size_t		ending = strlen(code_endings[i]);

		if (len >= ending && strcmp(name + len - ending, code_endings[i]) == 0)
			return "text";
	}
	if (all_match(import, source, "^-?(0|[1-9][0-9]{0,8}|(0|[1-9][0-9]{0,14})\\.[0-9]{1,10})$"))
		return "numeric";

	return "text";
}

/*
 * Add a column for a custom field
 */
static void
add_custom_field(Import *import, const char *source)
{
	const char *field = lc_import_field(source);
	char	   *name = str_tolower(field, strlen(field), DEFAULT_COLLATION_OID);

	if (strlen(name) >= NAMEDATALEN)
		return;

	lc_command(psprintf("ALTER TABLE %s ADD COLUMN %s %s", import->target,
						quote_identifier(name), infer_type(import, source)));
	lc_command(psprintf("COMMENT ON COLUMN %s.%s IS %s", import->target, quote_identifier(name),
						quote_literal_cstr(psprintf("Custom field %s, added by an import.", field))));
	import->added = lappend(import->added, name);
}

/*
 * lc_import_add_custom_fields
 *
 * Adds a column to the table for each of these columns of the staging table that
 * is named like a custom field and has no place.  The table must not be open
 * here: ALTER TABLE would take that for a use of it.
 */
void
lc_import_add_custom_fields(Import *import, List *sources)
{
	ListCell   *lc;

	foreach(lc, sources)
	{
		const char *field = lc_import_field(lfirst(lc));

		if (lc_is_custom_name(field) && lc_find_column(import->relid, field) == NULL)
			add_custom_field(import, lfirst(lc));
	}
}
