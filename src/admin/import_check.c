/*-------------------------------------------------------------------------
 *
 * import_check.c
 *	  An import: what can be wrong with the rows, found before they are written.
 *
 * Loading the rows tells cheaply that something may be wrong with some of them.  Then
 * all that is wrong is looked for: each fault names the record, the column and the
 * value.  The caller raises the first, which mentions the others, or puts the rows
 * aside with all of theirs (import_reject.c).
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
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

/* Characters of a value that are worth showing in an error */
#define SHOWN_LENGTH		80

/* Without rejects, so many faults of a kind are looked for, and so many are told */
#define MAX_FOUND			20
#define MAX_TOLD			10

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

/* What a query for faults yields, in this order */
enum
{
	FOUND_ROW = 1,
	FOUND_ID,
	FOUND_VALUE
};

/* A fault of a row of the result; detail and hint may be NULL */
static ImportFault *
add_fault(Import *import, uint64 row, LcStatus status, char *message)
{
	ImportFault *fault = palloc0(sizeof(ImportFault));

	fault->row = lc_spi_int64(row, FOUND_ROW);
	fault->id = lc_spi_text(row, FOUND_ID);
	fault->status = status;
	fault->message = message;
	import->faults = lappend(import->faults, fault);
	return fault;
}

/*
 * Looks for rows of the staging table, "s", for which a condition holds, with the text
 * of a column; $1 is an array of texts, or NULL.
 */
static uint64
find_rows(const Import *import, const char *column, const char *condition, Datum texts)
{
	Oid			argtypes[1] = {TEXTARRAYOID};

	return lc_query(psprintf("SELECT s.lc_row, s.%s::pg_catalog.text, %s::pg_catalog.text FROM %s s WHERE %s%s",
							 quote_identifier(import->id_column), column ? psprintf("s.%s", quote_identifier(column)) : "NULL",
							 lc_import_numbered(import), condition,
							 import->keeps_rejects ? "" : psprintf(" LIMIT %d", MAX_FOUND)),
					SPI_OK_SELECT, texts != (Datum) 0 ? 1 : 0, argtypes, &texts, NULL);
}

static const char *
found_id(uint64 row)
{
	const char *id = lc_spi_text(row, FOUND_ID);

	return id ? shown_value(id) : "?";
}

static char *
found_value(uint64 row)
{
	char	   *value = lc_spi_text(row, FOUND_VALUE);

	return value ? shown_value(value) : "";
}

/* What is to be done about a fault of a value */
static char *
correct_value(const Import *import)
{
	return psprintf("Correct the value in \"%s\" and import again; nothing has been imported.", import->source_name);
}

/*
 * Rows without an id, or with one that is none of the platform, or that of another row
 */
static void
check_ids(Import *import)
{
	char	   *id_text = lc_import_text(import->id_column);

	find_rows(import, NULL, psprintf("(%s) IS NULL", id_text), (Datum) 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ImportFault *fault = add_fault(import, i, LC_REQUIRED_FIELD_MISSING, psprintf("\"%s\" has rows without an id", import->source_name));

		fault->detail = psprintf("Column \"%s\" is empty there.", lc_import_field(import->id_column));
		fault->hint = "Delete these rows, or give them ids; nothing has been imported.";
	}
	SPI_freetuptable(SPI_tuptable);

	if (import->has_platform_ids)
	{
		find_rows(import, NULL, psprintf("(%s) IS NOT NULL AND leadconv.salesforce_id(%s) IS NULL", id_text, id_text), (Datum) 0);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			ImportFault *fault = add_fault(import, i, LC_INVALID_TYPE_ON_FIELD_IN_RECORD,
										   psprintf("record %s: this is no id of Salesforce", found_id(i)));

			fault->detail = "An id has 15 letters and digits, or 18, of which the last three are a checksum of the others.";
			fault->hint = psprintf("Correct it in \"%s\", or say id_format => 'other'; nothing has been imported.", import->source_name);
		}
		SPI_freetuptable(SPI_tuptable);
	}

	lc_query(psprintf("SELECT s.lc_row, s.%s::pg_catalog.text, x.count::pg_catalog.text FROM %s s JOIN"
					  " (SELECT %s AS id, pg_catalog.count(*) AS count FROM %s s GROUP BY 1 HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1) x"
					  " ON x.id OPERATOR(pg_catalog.=) %s ORDER BY x.id, s.lc_row%s",
					  quote_identifier(import->id_column), lc_import_numbered(import), id_text, lc_import_numbered(import), id_text,
					  import->keeps_rejects ? "" : psprintf(" LIMIT %d", MAX_FOUND)),
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ImportFault *fault = add_fault(import, i, LC_DUPLICATE_VALUE,
									   psprintf("record %s is %s times in \"%s\"", found_id(i), found_value(i), import->source_name));

		fault->hint = "Keep one of its rows; nothing has been imported.";
	}
	SPI_freetuptable(SPI_tuptable);
}

/* A value that is tried out */
typedef struct TriedValue
{
	SPIPlanPtr	plan;
	Datum		value;
} TriedValue;

static void
try_value(void *arg)
{
	TriedValue *tried = arg;

	if (SPI_execute_plan(tried->plan, &tried->value, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan failed");
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Values of a column that are not of its type: texts and what is wrong with each, as
 * two lists of char *
 */
static void
find_unconvertible(const Import *import, const ImportColumn *column, List **texts, List **errors)
{
	Oid			argtype = TEXTOID;
	TriedValue	tried;
	SPITupleTable *found;
	uint64		nfound;
	MemoryContext context = CurrentMemoryContext;

	tried.plan = SPI_prepare(psprintf("SELECT %s FROM (SELECT $1 AS %s) s", column->conversion, quote_identifier(column->source)), 1, &argtype);
	MemoryContextSwitchTo(context);
	if (tried.plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	nfound = lc_query(psprintf("SELECT DISTINCT s.%s::pg_catalog.text FROM %s s WHERE (%s) IS NOT NULL",
							   quote_identifier(column->source), lc_import_numbered(import), lc_import_text(column->source)),
					  SPI_OK_SELECT, 0, NULL, NULL, NULL);
	found = SPI_tuptable;
	for (uint64 i = 0; i < nfound; i++)
	{
		char	   *text;
		ErrorData  *edata;

		SPI_tuptable = found;
		text = lc_spi_text(i, 1);
		tried.value = CStringGetTextDatum(text);
		edata = lc_import_try(try_value, &tried, false);
		MemoryContextSwitchTo(context);
		if (edata == NULL)
			continue;
		*texts = lappend(*texts, text);
		*errors = lappend(*errors, edata->message);
	}
	SPI_freetuptable(found);
	SPI_freeplan(tried.plan);
}

/* What is wrong with a text that has been found to be */
static const char *
error_of(const List *texts, const List *errors, const char *text)
{
	ListCell   *lt;
	ListCell   *le;

	forboth(lt, texts, le, errors)
	{
		if (text && strcmp(lfirst(lt), text) == 0)
			return lfirst(le);
	}
	return "";
}

/* What to do about a value that is not of its type, when the import could understand it */
static char *
conversion_hint(const Import *import, const ImportColumn *column, const char *value)
{
	bool		has_digit = strpbrk(value, "0123456789") != NULL;

	if (has_digit && column->is_date && import->date_order == NULL)
		return psprintf("Dates are expected as 2026-12-31. Say date_style => 'DMY' or 'MDY' for others, or correct the value in \"%s\" and import again; nothing has been imported.",
						import->source_name);
	if (has_digit && column->is_number && import->decimal_point == '\0')
		return psprintf("Say locale => 'en' for 1,234.56 or 'de' for 1.234,56, with or without a currency sign, or correct the value in \"%s\" and import again; nothing has been imported.",
						import->source_name);
	return correct_value(import);
}

/*
 * Values that are not of the types of their columns
 */
static void
check_types(Import *import)
{
	ListCell   *lc;

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		List	   *texts = NIL;
		List	   *errors = NIL;
		const char **array;

		if (column->conversion == NULL || lc_is_text_type(column->type.basetype))
			continue;
		if (lc_import_try_query(psprintf("SELECT pg_catalog.count(%s) FROM %s s", column->conversion, lc_import_numbered(import))) != NULL)
		{
			find_unconvertible(import, column, &texts, &errors);
			array = palloc(sizeof(char *) * Max(list_length(texts), 1));
			for (int i = 0; i < list_length(texts); i++)
				array[i] = list_nth(texts, i);
			find_rows(import, column->source, psprintf("s.%s::pg_catalog.text OPERATOR(pg_catalog.=) ANY ($1)", quote_identifier(column->source)),
					  lc_text_array(array, list_length(texts)));
			for (uint64 i = 0; i < SPI_processed; i++)
			{
				ImportFault *fault = add_fault(import, i, LC_INVALID_TYPE_ON_FIELD_IN_RECORD,
											   psprintf("record %s: column \"%s\" cannot be imported into %s.%s", found_id(i),
														lc_import_field(column->source), import->table, column->name));

				fault->detail = psprintf("Value \"%s\" is not a valid %s: %s.", found_value(i), lc_column_type_name(&column->type),
										 error_of(texts, errors, lc_spi_text(i, FOUND_VALUE)));
				fault->hint = conversion_hint(import, column, found_value(i));
			}
			SPI_freetuptable(SPI_tuptable);
		}
		if (lc_import_is_strange(import, column) == NULL)
			continue;
		find_rows(import, column->source, psprintf("(%s) IS NOT NULL AND %s", lc_import_text(column->source), lc_import_is_strange(import, column)), (Datum) 0);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			ImportFault *fault;

			/* it need not be told twice */
			if (list_length(texts) > 0 && *error_of(texts, errors, lc_spi_text(i, FOUND_VALUE)) != '\0')
				continue;
			fault = add_fault(import, i, LC_INVALID_TYPE_ON_FIELD_IN_RECORD,
							  psprintf("record %s: column \"%s\" cannot be imported into %s.%s", found_id(i),
									   lc_import_field(column->source), import->table, column->name));
			fault->detail = psprintf("Value \"%s\" is no plain %s.", found_value(i), column->is_date ? "date" : "number");
			fault->hint = conversion_hint(import, column, found_value(i));
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/*
 * Texts that are too long for their column
 */
static void
check_length(Import *import, const ImportColumn *column)
{
	int			length = lc_text_length(column->type.basetype, column->type.basetypmod);

	if (length <= 0)
		return;
	find_rows(import, column->source, psprintf("pg_catalog.length(%s) OPERATOR(pg_catalog.>) %d", lc_import_text(column->source), length), (Datum) 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ImportFault *fault = add_fault(import, i, LC_STRING_TOO_LONG,
									   psprintf("record %s: column \"%s\" is too long for %s.%s", found_id(i),
												lc_import_field(column->source), import->table, column->name));

		fault->detail = psprintf("Value \"%s\" has %d characters, %d fit.", found_value(i), pg_mbstrlen(lc_spi_text(i, FOUND_VALUE)), length);
		fault->hint = psprintf("Shorten it in \"%s\", or use ALTER TABLE %s ALTER COLUMN %s TYPE; nothing has been imported.",
							   import->source_name, import->target, quote_identifier(column->name));
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Values that are missing in a column that needs one, unless something else gives it:
 * a default, our trigger, or the rule that an empty checkbox is not ticked
 */
static void
check_required(Import *import, const ImportColumn *column)
{
	if (!column->not_null || column->is_audit || column->default_expr != NULL || column->type.basetype == BOOLOID)
		return;
	find_rows(import, column->source, psprintf("(%s) IS NULL", lc_import_text(column->source)), (Datum) 0);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ImportFault *fault = add_fault(import, i, LC_REQUIRED_FIELD_MISSING,
									   psprintf("record %s: column \"%s\" is required for %s.%s", found_id(i),
												lc_import_field(column->source), import->table, column->name));

		fault->hint = psprintf("Give a value in \"%s\" and import again; nothing has been imported.", import->source_name);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * lc_import_check_values
 *
 * Looks for rows without a proper id, and values that are not of their column's type,
 * are too long, or are missing where they are required.
 */
void
lc_import_check_values(Import *import)
{
	ListCell   *lc;

	check_ids(import);
	check_types(import);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		if (column->source == NULL || column->value == NULL)
			continue;
		check_length(import, column);
		check_required(import, column);
	}
}

/*
 * lc_import_has_duplicates
 *
 * Have two of the rows that have been loaded the same id?
 */
bool
lc_import_has_duplicates(const Import *import)
{
	bool		result = lc_query("SELECT 1 FROM " LC_IMPORT_ROWS " v GROUP BY v.external_id HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1 LIMIT 1",
								  SPI_OK_SELECT, 0, NULL, NULL, NULL) > 0;

	SPI_freetuptable(SPI_tuptable);
	return result;
}

/*
 * lc_import_check_references
 *
 * Looks, in the rows that have been loaded, for references that lead nowhere and that
 * a record cannot do without.
 */
void
lc_import_check_references(Import *import)
{
	ListCell   *lc;

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		if (column->joins == NIL || column->is_audit || !column->not_null)
			continue;
		lc_query(psprintf("SELECT v.lc_row, v.external_id, v.lc_reference%d FROM " LC_IMPORT_ROWS " v WHERE v.%s IS NULL%s",
						  ((ReferenceJoin *) list_nth(import->joins, linitial_int(column->joins) - 1))->reference,
						  quote_identifier(column->name), import->keeps_rejects ? "" : psprintf(" LIMIT %d", MAX_FOUND)),
				 SPI_OK_SELECT, 0, NULL, NULL, NULL);
		for (uint64 i = 0; i < SPI_processed; i++)
		{
			ImportFault *fault = add_fault(import, i, LC_INVALID_CROSS_REFERENCE_KEY,
										   psprintf("record %s: column \"%s\" refers to no record of crm.%s", found_id(i),
													lc_import_field(column->source), get_rel_name(column->referenced)));
			char	   *value = found_value(i);

			fault->detail = *value ? psprintf("No record has external_id \"%s\".", value) : "The value is empty.";
			fault->hint = psprintf("Import the records of crm.%s first, or delete the row from \"%s\"; nothing has been imported.",
								   get_rel_name(column->referenced), import->source_name);
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/*
 * lc_import_raise
 *
 * Raises the first fault, which mentions the others.
 */
void
lc_import_raise(const Import *import)
{
	const ImportFault *first = linitial(import->faults);
	StringInfoData detail;
	int			ntold = 0;

	initStringInfo(&detail);
	if (first->detail)
		appendStringInfoString(&detail, first->detail);
	for (int i = 1; i < list_length(import->faults) && ntold < MAX_TOLD; i++)
	{
		const ImportFault *fault = list_nth(import->faults, i);

		/* a record that is there twice, and rows without ids, are told once */
		if (strcmp(fault->message, first->message) == 0 && (fault->detail == NULL || (first->detail && strcmp(fault->detail, first->detail) == 0)))
			continue;
		appendStringInfo(&detail, "%s%s%s%s", detail.len > 0 ? "\n" : "", fault->message, fault->detail ? ": " : "", fault->detail ? fault->detail : "");
		ntold++;
	}
	if (list_length(import->faults) > MAX_TOLD + 1)
		appendStringInfoString(&detail, "\nThere are more.");
	ereport(ERROR,
			(lc_errcode(first->status),
			 errmsg("%s", first->message),
			 detail.len > 0 ? errdetail_internal("%s", detail.data) : 0,
			 errhint("%s", first->hint)));
}
