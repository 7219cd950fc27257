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

#include <ctype.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

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
	int64		count = tuplestore_tuple_count(import->tuples);

	if (locked > 0)
		import->notes = lappend(import->notes,
								psprintf("converted leads left as they are: " INT64_FORMAT, locked));
	if (import->rows_read > count + import->rejected_first)
		import->notes = lappend(import->notes,
								psprintf("records of which \"%s\" has both forms of the id, taken once: " INT64_FORMAT,
										 import->source_name, import->rows_read - count - import->rejected_first));

	count -= import->existing + import->inserted + import->rejected_new;
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
 * Lays down the rows to import.  When something is wrong with some of them, raises an
 * error, or puts them aside.
 */
static void
load_rows(Import *import)
{
	for (;;)
	{
		ErrorData  *edata;

		CHECK_FOR_INTERRUPTS();
		edata = lc_import_load_rows(import);
		if (edata == NULL && import->bad == 0 && !lc_import_has_duplicates(import))
			return;
		if (import->keeps_rejects)
			lc_import_stage(import);
		lc_import_check_values(import);
		if (import->faults == NIL && edata == NULL)
			lc_import_check_references(import);
		if (import->faults == NIL && edata != NULL)
			ReThrowError(edata);
		if (import->faults == NIL)
			return;				/* it only looked wrong */
		if (!import->keeps_rejects)
			lc_import_raise(import);
		lc_import_reject(import);
	}
}

/*
 * Does it all, in the memory of the SPI connection
 */
static void
import_rows(Import *import, bool create_custom_fields)
{
	int64		locked;

	lc_import_match_columns(import, create_custom_fields);
	lc_import_check_access(import);
	lc_import_count_rows(import);
	lc_import_read_base(import);
	lc_import_build_rows(import);

	/* Owners that are not known are added before references are looked up */
	lc_import_add_users(import);
	if (lc_import_lengthen_ids(import) > 0)
		import->notes = lappend(import->notes, pstrdup("records that were here by the short form of their id have the long one now"));
	load_rows(import);
	lc_import_add_values(import);
	if (import->faults != NIL)
	{
		if (!import->keeps_rejects)
			lc_import_raise(import);
		lc_import_stage(import);
		lc_import_reject(import);
		load_rows(import);
	}

	import->updated = lc_import_adopt_rows(import);
	if (import->updated > 0)
		load_rows(import);
	import->rejected_first = import->rejected;
	locked = count_converted_leads(import);
	lc_import_find_conflicts(import);
	lc_import_begin_take_over(import);
	import->updated += lc_import_write(import, lc_import_update_rows);
	import->rejected_new = import->rejected;
	import->inserted = lc_import_write(import, lc_import_insert_rows);
	import->rejected_new = import->rejected - import->rejected_new;
	if (import->has_self)
		import->updated += lc_import_update_self(import);
	lc_import_name_makers(import);
	lc_import_take_over(import);
	lc_import_forget_base(import);

	lc_import_remember_references(import);
	lc_import_count_unresolved(import);
	lc_import_resolve_references(import);
	note_exceptions(import, locked);
	lc_import_end(import);
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
 * How dates and numbers are written: date_style and locale, of which the first wins
 */
static void
read_formats(FunctionCallInfo fcinfo, Import *import)
{
	/* languages that write 1.234,56, and those that begin a date with the year */
	static const char comma[] = " bg ca cs da de el es et fi fr hr hu id it lt lv nb nl no pl pt ro ru sk sl sr sv tr uk ";
	static const char year_first[] = " hu ja ko lt sv zh ";
	char	   *style = PG_NARGS() > 7 && !PG_ARGISNULL(7) ? text_to_cstring(PG_GETARG_TEXT_PP(7)) : NULL;
	char	   *locale = PG_NARGS() > 8 && !PG_ARGISNULL(8) ? text_to_cstring(PG_GETARG_TEXT_PP(8)) : NULL;

	if (locale)
	{
		char	   *language = psprintf(" %.2s ", locale);
		const char *country = strlen(locale) > 3 ? locale + 3 : "";

		if (strlen(locale) < 2 || (locale[2] != '\0' && locale[2] != '_' && locale[2] != '-') ||
			!islower((unsigned char) locale[0]) || !islower((unsigned char) locale[1]))
			ereport(ERROR,
					(lc_errcode(LC_INVALID_FIELD),
					 errmsg("argument \"%s\" cannot be \"%s\"", "locale", locale),
					 errhint("Give a language such as en or de, or a language and a country such as en_US or de_DE.")));
		import->decimal_point = strstr(comma, language) && strcmp(country, "CH") != 0 ? ',' : '.';
		import->date_order = strstr(year_first, language) ? "YMD" :
			strcmp(locale, "en") == 0 || strcmp(country, "US") == 0 ? "MDY" : "DMY";
	}
	if (style == NULL)
		return;
	if (strcmp(style, "DMY") == 0 || strcmp(style, "MDY") == 0 || strcmp(style, "YMD") == 0)
		import->date_order = style;
	else if (strcmp(style, "ISO") == 0)
		import->date_order = NULL;
	else
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("argument \"%s\" cannot be \"%s\"", "date_style", style),
				 errhint("Give ISO, DMY, MDY or YMD.")));
}

/*
 * leadconv.import_records(INOUT object text, source regclass,
 * create_custom_fields boolean DEFAULT false, on_conflict text DEFAULT 'keep',
 * id_format text DEFAULT 'auto', on_error text DEFAULT 'fail',
 * unknown_values text DEFAULT 'add', date_style text DEFAULT NULL,
 * locale text DEFAULT NULL, OUT rows_read bigint,
 * OUT inserted bigint, OUT updated bigint, OUT unchanged bigint,
 * OUT unresolved bigint, OUT unknown_columns text[],
 * OUT custom_fields_added text[], OUT notes text[], OUT conflicts bigint,
 * OUT rejected bigint)
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
	Datum		values[11];
	bool		nulls[11] = {0};
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
	import.keeps_rejects = strcmp(choice_argument(fcinfo, 5, "on_error", "fail", "reject", NULL), "reject") == 0;
	import.refuses_values = strcmp(choice_argument(fcinfo, 6, "unknown_values", "add", "refuse", NULL), "refuse") == 0;
	read_formats(fcinfo, &import);

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
	values[4] = Int64GetDatum(import.rows_read - import.inserted - import.updated - import.rejected);
	values[5] = Int64GetDatum(import.unresolved);
	values[6] = strings_array(import.unknown);
	values[7] = strings_array(import.added);
	values[8] = strings_array(import.notes);
	values[9] = Int64GetDatum(import.conflicts);
	values[10] = Int64GetDatum(import.rejected);
	tuple = heap_form_tuple(tupdesc, values, nulls);
	MemoryContextSwitchTo(spicontext);
	SPI_finish();

	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
