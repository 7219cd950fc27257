/*-------------------------------------------------------------------------
 *
 * import_check.c
 *	  An import: what can be wrong with the rows, found before they are written.
 *
 * An error names the record, the column and the value.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

/* Characters of a value that are worth showing in an error */
#define SHOWN_LENGTH		80

/*
 * A value shortened for a message
 */
static char *
shown_value(const char *value)
{
	int			len = strlen(value);

	if (len <= SHOWN_LENGTH)
		return pstrdup(value);
	return psprintf("%.*s...", pg_mbcliplen(value, len, SHOWN_LENGTH), value);
}

/* What a query for find_row() yields, in this order */
enum
{
	FOUND_ID = 1,
	FOUND_VALUE
};

/*
 * Read the id and another value of one row
 *
 * "query" gives the two as text.  Returns false when it finds no row.
 */
static bool
find_row(const char *query, char **id, char **value)
{
	bool		found = lc_query(query, SPI_OK_SELECT, 0, NULL, NULL, NULL) > 0;

	if (found)
	{
		*id = lc_spi_text(0, FOUND_ID);
		*value = lc_spi_text(0, FOUND_VALUE);
	}
	SPI_freetuptable(SPI_tuptable);

	return found;
}

/*
 * Find the row whose value cannot be converted, and report it
 *
 * Half of the rows are tried at a time.
 */
static void
report_unconvertible(const Import *import, const ImportColumn *column, ErrorData *edata)
{
	char	   *numbered = psprintf("(SELECT x.*, pg_catalog.row_number() OVER (ORDER BY x.%s) AS lc_row FROM %s x) s",
									quote_identifier(import->id_column), import->source);
	int64		low = 0;
	int64		high = import->rows_read;
	char	   *id = NULL;
	char	   *value = NULL;

	while (high - low > 1)
	{
		int64		middle = low + (high - low) / 2;
		ErrorData  *error = lc_import_try_query(psprintf("SELECT pg_catalog.count(%s) FROM %s"
												  " WHERE s.lc_row OPERATOR(pg_catalog.>) " INT64_FORMAT
												  " AND s.lc_row OPERATOR(pg_catalog.<=) " INT64_FORMAT,
												  column->value, numbered, low, middle));

		if (error != NULL)
		{
			high = middle;
			edata = error;
		}
		else
			low = middle;
	}

	(void) find_row(psprintf("SELECT s.%s::pg_catalog.text, s.%s::pg_catalog.text FROM %s"
							 " WHERE s.lc_row OPERATOR(pg_catalog.=) " INT64_FORMAT,
							 quote_identifier(import->id_column),
							 quote_identifier(column->source), numbered, high),
					&id, &value);
	ereport(ERROR,
			(lc_errcode(LC_INVALID_TYPE_ON_FIELD_IN_RECORD),
			 errmsg("record %s: column \"%s\" cannot be imported into %s.%s",
					id ? id : "?", lc_import_field(column->source), import->table, column->name),
			 errdetail("Value \"%s\" is not a valid %s: %s.",
					   value ? shown_value(value) : "",
					   lc_column_type_name(&column->type),
					   edata->message),
			 errhint("Correct the value in \"%s\" and import again; nothing has been imported.",
					 import->source_name)));
}

/*
 * lc_import_check_ids
 *
 * Raises an error when a row has no id, or one with a wrong checksum.
 */
void
lc_import_check_ids(const Import *import)
{
	char	   *id_text = lc_import_text(import->id_column);
	char	   *id;
	char	   *count;

	if (lc_import_count(psprintf("SELECT pg_catalog.count(*) FROM %s s WHERE (%s) IS NULL",
								 import->source, id_text)) > 0)
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("\"%s\" has rows without an id", import->source_name),
				 errdetail("Column \"%s\" is empty there.", lc_import_field(import->id_column)),
				 errhint("Delete these rows, or give them ids; nothing has been imported.")));

	if (import->has_platform_ids &&
		find_row(psprintf("SELECT x.id, NULL::pg_catalog.text FROM (SELECT %s AS id FROM %s s) x"
						  " WHERE leadconv.salesforce_id(x.id) IS NULL LIMIT 1", id_text, import->source), &id, &count))
		ereport(ERROR,
				(lc_errcode(LC_INVALID_TYPE_ON_FIELD_IN_RECORD),
				 errmsg("record %s: this is no id of Salesforce", shown_value(id)),
				 errdetail("An id has 15 letters and digits, or 18, of which the last three are a checksum of the others."),
				 errhint("Correct it in \"%s\", or say id_format => 'other'; nothing has been imported.", import->source_name)));
}

/*
 * lc_import_check_duplicates
 *
 * Raises an error when two rows have the same id.
 */
void
lc_import_check_duplicates(const Import *import)
{
	char	   *id;
	char	   *count;

	if (find_row("SELECT v.external_id, pg_catalog.count(*)::pg_catalog.text FROM " LC_IMPORT_ROWS " v"
				 " GROUP BY v.external_id HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1 ORDER BY v.external_id LIMIT 1", &id, &count))
		ereport(ERROR,
				(lc_errcode(LC_DUPLICATE_VALUE),
				 errmsg("record %s is %s times in \"%s\"", shown_value(id), count, import->source_name),
				 errhint("Keep one of its rows; nothing has been imported.")));
}

/*
 * Check that all values are of the types of their columns
 */
static void
check_types(const Import *import)
{
	StringInfoData all;
	List	   *columns = NIL;
	ListCell   *lc;

	initStringInfo(&all);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		if (column->value == NULL || lc_is_text_type(column->type.basetype))
			continue;
		columns = lappend(columns, column);
		appendStringInfo(&all, ", pg_catalog.count(%s)", column->value);
	}

	/* All in one pass when nothing is wrong, which is the rule */
	if (lc_import_try_query(psprintf("SELECT pg_catalog.count(*)%s FROM %s s", all.data, import->source)) == NULL)
		return;

	foreach(lc, columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		ErrorData  *edata = lc_import_try_query(psprintf("SELECT pg_catalog.count(%s) FROM %s s",
												   column->value, import->source));

		if (edata != NULL)
			report_unconvertible(import, column, edata);
	}
}

/*
 * Check that no text is too long for its column
 */
static void
check_length(const Import *import, const ImportColumn *column)
{
	int			length = lc_text_length(column->type.basetype, column->type.basetypmod);
	char	   *text = lc_import_text(column->source);
	char	   *id;
	char	   *value;

	if (length > 0 &&
		find_row(psprintf("SELECT s.%s::pg_catalog.text, %s FROM %s s"
						  " WHERE pg_catalog.length(%s) OPERATOR(pg_catalog.>) %d LIMIT 1",
						  quote_identifier(import->id_column), text, import->source, text, length),
				 &id, &value))
		ereport(ERROR,
				(lc_errcode(LC_STRING_TOO_LONG),
				 errmsg("record %s: column \"%s\" is too long for %s.%s",
						id, lc_import_field(column->source), import->table, column->name),
				 errdetail("Value \"%s\" has %d characters, %d fit.",
						   shown_value(value), pg_mbstrlen(value), length),
				 errhint("Shorten it in \"%s\", or use ALTER TABLE %s ALTER COLUMN %s TYPE; nothing has been imported.",
						 import->source_name, import->target, quote_identifier(column->name))));
}

/*
 * Check that a column that needs a value has one, unless something else gives it:
 * a default, our trigger, or the rule that an empty checkbox is not ticked
 */
static void
check_required(const Import *import, const ImportColumn *column)
{
	char	   *id;
	char	   *value;

	if (column->not_null && !column->is_audit && column->default_expr == NULL &&
		column->type.basetype != BOOLOID &&
		find_row(psprintf("SELECT s.%s::pg_catalog.text, NULL::pg_catalog.text FROM %s s"
						  " WHERE (%s) IS NULL LIMIT 1",
						  quote_identifier(import->id_column), import->source,
						  lc_import_text(column->source)),
				 &id, &value))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("record %s: column \"%s\" is required for %s.%s",
						id, lc_import_field(column->source), import->table, column->name),
				 errhint("Give a value in \"%s\" and import again; nothing has been imported.",
						 import->source_name)));
}

/*
 * lc_import_check_values
 *
 * Raises an error when a value is not of its column's type, is too long, or is
 * missing where it is required.
 */
void
lc_import_check_values(const Import *import)
{
	ListCell   *lc;

	check_types(import);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		/* References are checked when users have been added */
		if (column->source == NULL || column->value == NULL)
			continue;
		check_length(import, column);
		check_required(import, column);
	}
}

/*
 * lc_import_check_references
 *
 * Raises an error when a reference that a record cannot do without leads nowhere.
 */
void
lc_import_check_references(const Import *import)
{
	ListCell   *lc;

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		char	   *id;
		char	   *value;

		if (column->joins == NIL || column->is_audit || !column->not_null)
			continue;
		if (!find_row(psprintf("SELECT v.external_id, s.%s::pg_catalog.text FROM " LC_IMPORT_ROWS " v"
							   " JOIN %s s ON %s OPERATOR(pg_catalog.=) v.external_id"
							   " WHERE v.%s IS NULL LIMIT 1",
							   quote_identifier(column->source),
							   import->source, lc_import_id(import, import->id_column),
							   quote_identifier(column->name)),
					  &id, &value))
			continue;
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("record %s: column \"%s\" refers to no record of crm.%s",
						id, lc_import_field(column->source), get_rel_name(column->referenced)),
				 value != NULL && value[0] != '\0' ?
				 errdetail("No record has external_id \"%s\".", shown_value(value)) :
				 errdetail("The value is empty."),
				 errhint("Import the records of crm.%s first, or delete the row from \"%s\"; nothing has been imported.",
						 get_rel_name(column->referenced), import->source_name)));
	}
}
