/*-------------------------------------------------------------------------
 *
 * import_reject.c
 *	  An import: rows that cannot be imported are put aside.
 *
 * With on_error => 'reject', a row with faults goes to crm.import_reject, with all of
 * them, and the others are imported.  What constraints and triggers have against a row
 * is known only when it is written: a statement that fails is tried with half of its
 * rows at a time.
 *
 * The staging table is read once and kept, so that the number of a row always means
 * the same row.
 *
 * crm.import_reject is written as its owner.  Everything is allocated in the current
 * memory context, which is that of the SPI connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/tstoreReceiver.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/plancache.h"

#include "admin/import.h"

/*
 * lc_import_keep
 *
 * Runs a query and makes what it gives known to the statements that follow, by this
 * name.  The tuples go to a store of the caller's, whose files belong to the resource
 * owner of the time when it was made, so not to that of a subtransaction which is over
 * before them.
 */
EphemeralNamedRelation
lc_import_keep(const char *name, Tuplestorestate *tuples, const char *sql, int nargs, Oid *argtypes, Datum *args)
{
	EphemeralNamedRelation rows = palloc0(sizeof(EphemeralNamedRelationData));
	MemoryContext oldcontext = CurrentMemoryContext;
	SPIExecuteOptions options = {0};
	SPIPlanPtr	plan = SPI_prepare(sql, nargs, argtypes);
	int			rc;

	MemoryContextSwitchTo(oldcontext);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	rows->md.name = pstrdup(name);
	rows->md.reliddesc = InvalidOid;
	rows->md.enrtype = ENR_NAMED_TUPLESTORE;
	rows->md.tupdesc = CreateTupleDescCopy(((CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan)))->resultDesc);
	rows->reldata = tuples;
	if (nargs > 0)
	{
		options.params = makeParamList(nargs);
		for (int i = 0; i < nargs; i++)
		{
			options.params->params[i].value = args[i];
			options.params->params[i].isnull = false;
			options.params->params[i].pflags = PARAM_FLAG_CONST;
			options.params->params[i].ptype = argtypes[i];
		}
	}
	options.dest = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(options.dest, rows->reldata, oldcontext, false, NULL, NULL);
	rc = SPI_execute_plan_extended(plan, &options);
	MemoryContextSwitchTo(oldcontext);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_plan_extended returned %s", SPI_result_code_string(rc));
	SPI_freeplan(plan);
	rows->md.enrtuples = tuplestore_tuple_count(rows->reldata);
	rc = SPI_register_relation(rows);
	MemoryContextSwitchTo(oldcontext);
	if (rc != SPI_OK_REL_REGISTER)
		elog(ERROR, "SPI_register_relation returned %s", SPI_result_code_string(rc));
	return rows;
}

/*
 * lc_import_stage
 *
 * Reads the staging table and keeps it, if that has not been done.
 */
void
lc_import_stage(Import *import)
{
	if (import->is_staged)
		return;
	import->staged = tuplestore_begin_heap(true, false, work_mem);
	(void) lc_import_keep(LC_IMPORT_SOURCE, import->staged, psprintf("SELECT x.*, pg_catalog.row_number() OVER () AS lc_row FROM %s x", import->source),
						  0, NULL, NULL);
	import->is_staged = true;
}

/*
 * lc_import_end
 *
 * Lets go of all rows that are kept.
 */
void
lc_import_end(Import *import)
{
	if (import->tuples)
	{
		SPI_unregister_relation(LC_IMPORT_ROWS);
		tuplestore_end(import->tuples);
	}
	if (import->staged)
	{
		SPI_unregister_relation(LC_IMPORT_SOURCE);
		tuplestore_end(import->staged);
	}
}

/*
 * lc_import_reject
 *
 * Puts the rows with faults aside, and forgets the faults.  The staging table must be
 * kept.
 */
void
lc_import_reject(Import *import)
{
	Oid			argtypes[6] = {TEXTOID, TEXTOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, NAMEOID};
	Datum		args[6];
	int			n = list_length(import->faults);
	const char **rows = palloc(sizeof(char *) * n);
	const char **ids = palloc(sizeof(char *) * n);
	const char **reasons = palloc(sizeof(char *) * n);
	ListCell   *lc;
	uint64		rejected;

	foreach(lc, import->faults)
	{
		const ImportFault *fault = lfirst(lc);
		int			i = foreach_current_index(lc);

		rows[i] = psprintf(INT64_FORMAT, fault->row);
		ids[i] = fault->id ? fault->id : "";
		reasons[i] = fault->detail ? psprintf("%s: %s", fault->message, fault->detail) : fault->message;
		if (import->rejected_rows.data == NULL)
			initStringInfo(&import->rejected_rows);
		appendStringInfo(&import->rejected_rows, "%s%s", import->rejected_rows.len > 0 ? "," : "", rows[i]);
	}
	args[0] = CStringGetTextDatum(import->table);
	args[1] = CStringGetTextDatum(import->source_name);
	argtypes[2] = TEXTARRAYOID;
	args[2] = lc_text_array(rows, n);
	args[3] = lc_text_array(ids, n);
	args[4] = lc_text_array(reasons, n);
	args[5] = DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(GetUserId(), false)));
	rejected = lc_query_as(lc_relation_owner(lc_crm_relid("import_reject", false)),
						   "INSERT INTO crm.import_reject (object, source, row_number, external_id, reasons, \"row\", created_date, created_by_role)"
						   " SELECT $1, $2, f.lc_row, NULLIF(f.id, ''), f.reasons, pg_catalog.to_jsonb(s.*) OPERATOR(pg_catalog.-) 'lc_row'::pg_catalog.text, pg_catalog.now(), $6"
						   " FROM (SELECT u.lc_row::pg_catalog.int8 AS lc_row, pg_catalog.min(u.id) AS id, pg_catalog.array_agg(u.reason ORDER BY u.ord) AS reasons"
						   " FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5)) WITH ORDINALITY u (lc_row, id, reason, ord) GROUP BY 1) f"
						   " JOIN " LC_IMPORT_SOURCE " s ON s.lc_row OPERATOR(pg_catalog.=) f.lc_row ORDER BY f.lc_row",
						   SPI_OK_INSERT, 6, argtypes, args, NULL);
	import->rejected += rejected;
	import->faults = NIL;
}

/* A statement over some of the rows */
typedef struct RangeWrite
{
	Import	   *import;
	int64		(*write) (Import *import, const char *range);
	int64		first;
	int64		last;
	int64		count;			/* what it returned */
} RangeWrite;

static void
write_range(void *arg)
{
	RangeWrite *range = arg;

	range->count = range->write(range->import,
								psprintf(" AND v.lc_row OPERATOR(pg_catalog.>=) " INT64_FORMAT " AND v.lc_row OPERATOR(pg_catalog.<=) " INT64_FORMAT,
										 range->first, range->last));
}

/* Writes the rows of a range that can be written; the others get a fault */
static int64
write_what_can_be(Import *import, int64 (*write) (Import *import, const char *range), int64 first, int64 last)
{
	RangeWrite	range = {import, write, first, last, 0};
	ErrorData  *edata = lc_import_try(write_range, &range, true);
	ImportFault *fault;
	int64		middle = first + (last - first) / 2;

	if (edata == NULL)
		return range.count;
	if (first < last)
		return write_what_can_be(import, write, first, middle) + write_what_can_be(import, write, middle + 1, last);
	fault = palloc0(sizeof(ImportFault));
	fault->row = first;
	fault->message = edata->message;
	fault->detail = edata->detail;
	import->faults = lappend(import->faults, fault);
	return 0;
}

/*
 * lc_import_write
 *
 * Runs a function that writes rows, which is given a condition on "v" that chooses
 * among them, and returns what it returns, the number of records.  Rows that fail are
 * put aside, if the caller wants that.
 */
int64
lc_import_write(Import *import, int64 (*write) (Import *import, const char *range))
{
	int64		count;

	if (!import->keeps_rejects)
		return write(import, "");
	count = write_what_can_be(import, write, 1, import->rows_read);
	if (import->faults != NIL)
	{
		Oid			argtype = INT8OID;

		lc_import_stage(import);
		for (int i = 0; i < list_length(import->faults); i++)
		{
			ImportFault *fault = list_nth(import->faults, i);
			Datum		row = Int64GetDatum(fault->row);

			if (lc_query("SELECT v.external_id FROM " LC_IMPORT_ROWS " v WHERE v.lc_row OPERATOR(pg_catalog.=) $1",
						 SPI_OK_SELECT, 1, &argtype, &row, NULL) > 0)
				fault->id = lc_spi_text(0, 1);
			SPI_freetuptable(SPI_tuptable);
		}
		lc_import_reject(import);
	}
	return count;
}
