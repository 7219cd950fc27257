/*-------------------------------------------------------------------------
 *
 * import.c
 *	  Loading a Salesforce export: leadconv.import_records().
 *
 * The source is a staging table whose columns carry Salesforce field names, as
 * \copy of an export file gives it.  An import is a handful of set-based
 * statements over one query, "v", that gives the rows to import:
 *
 *	1. every column of the staging table finds its place (import_columns.c), and
 *	   "v" is put together (import_rows.c);
 *	2. users that the data names and that do not exist are added;
 *	3. "v" is run and kept, with what there is of each record; when it tells that
 *	   something is wrong, the row is looked for, so that an error names the record,
 *	   the column and the value (import_check.c);
 *	4. lead statuses, stages and member statuses that do not exist are added;
 *	5. rows that have one of our unique keys but no external_id yet are
 *	   recognised, records that differ are updated, new ones inserted, and
 *	   references within the same table set, now that all rows exist (2, 4 and 5:
 *	   import_write.c);
 *	6. conversions that were made elsewhere are taken over (import_lead.c);
 *	7. references that lead nowhere are remembered, and those that others have
 *	   waited for are set (import_reference.c).
 *
 * Statements on the records run as the caller, so plain privileges, policies and the
 * user's triggers apply.  What a conversion decided stays as it is: a lead
 * converted here is not touched, nor is where it took its tasks and members.
 *
 * Everything is allocated in the memory of the SPI connection, and goes away
 * when the call ends; what is returned is allocated in the caller's.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "admin/import.h"

/* First key of the advisory lock that admits one import per table */
#define IMPORT_LOCK_CLASS	0x6c636d70

PG_FUNCTION_INFO_V1(leadconv_import_records);

/*
 * How many of the rows are leads that are converted here already
 */
static int64
count_converted_leads(const Import *import)
{
	if (strcmp(import->table, "lead") != 0 || import->existing == 0)
		return 0;
	return lc_import_count("SELECT pg_catalog.count(*) FROM " LC_IMPORT_ROWS " v JOIN crm.lead t ON t.id OPERATOR(pg_catalog.=) v.lc_id WHERE t.is_converted");
}

/*
 * Note what was left alone or kept out
 */
static void
note_exceptions(Import *import, int64 locked)
{
	int64		count = tuplestore_tuple_count(import->rows->reldata);

	if (locked > 0)
		import->notes = lappend(import->notes,
								psprintf("converted leads left as they are: " INT64_FORMAT, locked));
	if (import->rows_read > count)
		import->notes = lappend(import->notes,
								psprintf("records of which \"%s\" has both forms of the id, taken once: " INT64_FORMAT,
										 import->source_name, import->rows_read - count));

	count -= import->existing + import->inserted;
	if (count > 0)
		import->notes = lappend(import->notes,
								strcmp(import->table, "campaign_member") == 0 && import->lead_join > 0 ?
								psprintf("members not inserted, because conversion merged them into the contact's or a trigger kept them out: " INT64_FORMAT, count) :
								psprintf("records not inserted, because a trigger kept them out or a policy hides them: " INT64_FORMAT, count));
}

/*
 * A list of strings as text[]
 */
static Datum
strings_array(const List *list)
{
	const char **strings = palloc(sizeof(char *) * Max(list_length(list), 1));
	ListCell   *lc;

	foreach(lc, list)
		strings[foreach_current_index(lc)] = (const char *) lfirst(lc);
	return lc_text_array(strings, list_length(list));
}

/*
 * Lays down the rows to import; raises an error when something is wrong with them
 */
static void
load_rows(Import *import)
{
	ErrorData  *edata = lc_import_load_rows(import);

	if (edata != NULL || import->bad > 0)
	{
		lc_import_check_ids(import);
		lc_import_check_values(import);
		if (edata != NULL)
			ReThrowError(edata);
		lc_import_check_references(import);
	}
	lc_import_check_duplicates(import);
}

/*
 * Does it all, in the memory of the SPI connection
 */
static void
import_rows(Import *import, bool create_custom_fields)
{
	int64		locked;

	lc_import_match_columns(import, create_custom_fields);
	lc_import_count_rows(import);
	lc_import_read_base(import);
	lc_import_build_rows(import);

	/* Owners that are not known are added before references are looked up */
	lc_import_add_users(import);
	load_rows(import);
	lc_import_add_values(import);

	import->updated = lc_import_adopt_rows(import);
	if (import->updated > 0)
		load_rows(import);
	locked = count_converted_leads(import);
	lc_import_find_conflicts(import);
	lc_import_begin_take_over(import);
	import->updated += lc_import_update_rows(import);
	import->inserted = lc_import_insert_rows(import);
	if (import->has_self)
		import->updated += lc_import_update_self(import);
	lc_import_take_over(import);
	lc_import_forget_base(import);

	lc_import_remember_references(import);
	lc_import_count_unresolved(import);
	lc_import_resolve_references(import);
	note_exceptions(import, locked);
}

/*
 * An argument that is one of two words, or three, of which the first is the default;
 * the function of 1.0.0 has none of them
 */
static const char *
choice_argument(FunctionCallInfo fcinfo, int argno, const char *name, const char *first, const char *second, const char *third)
{
	char	   *value;

	if (PG_NARGS() <= argno || PG_ARGISNULL(argno))
		return first;
	value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (strcmp(value, first) == 0)
		return first;
	if (strcmp(value, second) == 0)
		return second;
	if (third && strcmp(value, third) == 0)
		return third;
	ereport(ERROR,
			(lc_errcode(LC_INVALID_FIELD),
			 errmsg("argument \"%s\" cannot be \"%s\"", name, value),
			 third ? errhint("Give %s, %s or %s.", first, second, third) : errhint("Give %s or %s.", first, second)));
	return NULL;				/* keep compiler quiet */
}

/*
 * leadconv.import_records(INOUT object text, source regclass,
 * create_custom_fields boolean DEFAULT false, on_conflict text DEFAULT 'keep',
 * id_format text DEFAULT 'auto', OUT rows_read bigint,
 * OUT inserted bigint, OUT updated bigint, OUT unchanged bigint,
 * OUT unresolved bigint, OUT unknown_columns text[],
 * OUT custom_fields_added text[], OUT notes text[], OUT conflicts bigint)
 *
 * Loads the rows of a staging table whose columns carry Salesforce field names
 * into the table of schema crm that the object stands for.  Importing the same
 * rows again changes only what differs.
 */
Datum
leadconv_import_records(PG_FUNCTION_ARGS)
{
	Import		import = {0};
	TupleDesc	tupdesc;
	MemoryContext context = CurrentMemoryContext;
	MemoryContext spicontext;
	Datum		values[10];
	bool		nulls[10] = {0};
	HeapTuple	tuple;
	int			outer;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	tupdesc = BlessTupleDesc(tupdesc);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required",
						PG_ARGISNULL(0) ? "object" : "source")));
	lc_require_schema();

	lc_spi_connect();
	import.adopted = PointerGetDatum(construct_empty_array(INT8OID));
	import.keeps_conflicts = strcmp(choice_argument(fcinfo, 3, "on_conflict", "keep", "overwrite", NULL), "keep") == 0;
	import.id_format = choice_argument(fcinfo, 4, "id_format", "auto", "salesforce", "other");

	lc_import_find_table(&import, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	lc_import_find_source(&import, PG_GETARG_OID(1));
	lc_command(psprintf("SELECT pg_catalog.pg_advisory_xact_lock(%d, %d)",
						IMPORT_LOCK_CLASS, (int32) import.relid));

	outer = lc_begin_import();
	PG_TRY();
	{
		import_rows(&import, !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
	}
	PG_FINALLY();
	{
		lc_end_import(outer);
	}
	PG_END_TRY();

	spicontext = MemoryContextSwitchTo(context);
	values[0] = CStringGetTextDatum(import.table);
	values[1] = Int64GetDatum(import.rows_read);
	values[2] = Int64GetDatum(import.inserted);
	values[3] = Int64GetDatum(import.updated);
	values[4] = Int64GetDatum(import.rows_read - import.inserted - import.updated);
	values[5] = Int64GetDatum(import.unresolved);
	values[6] = strings_array(import.unknown);
	values[7] = strings_array(import.added);
	values[8] = strings_array(import.notes);
	values[9] = Int64GetDatum(import.conflicts);
	tuple = heap_form_tuple(tupdesc, values, nulls);
	MemoryContextSwitchTo(spicontext);
	SPI_finish();

	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
