/*-------------------------------------------------------------------------
 *
 * refresh.c
 *	  refresh_derived_columns(): columns that follow from others, after what they
 *	  follow by has changed.
 *
 * Triggers keep these columns right when a record is written.  When a stage, a
 * picklist, a member status or the begin of the fiscal year changes, the records
 * that are there do not; nor do those of the time before these triggers.
 *
 * The table is read directly, row by row, and each row is judged by the code of
 * the triggers; only those that are not right are updated, some at a time, by an
 * ordinary statement of the caller.  So privileges, row security and triggers of
 * the user are those of any update; nothing of a row that the caller may not see
 * gets out.
 *
 * The ids of the rows of one statement are all that is kept.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "admin/admin.h"
#include "crm/trigger.h"

/* So many rows are updated by one statement */
#define ROWS_AT_A_TIME	1000

/* A table with derived columns */
typedef struct DerivedTable
{
	int			kind;			/* LC_TABLE_... */
	const char *column;			/* what an update sets so that the triggers look */
	bool		(*is_stale) (TupleTableSlot *slot, const LcTableColumns *columns);
} DerivedTable;

static const DerivedTable derived_tables[] = {
	{LC_TABLE_OPPORTUNITY, "stage_name", lc_is_stale},
	{LC_TABLE_TASK, "status", lc_is_stale},
	{LC_TABLE_MEMBER, "status", lc_response_is_stale}
};

PG_FUNCTION_INFO_V1(leadconv_refresh_derived_columns);

/* The table, when its derived columns can be refreshed; raises an error when not */
static const DerivedTable *
find_table(Relation rel, LcTableColumns *columns)
{
	lc_table_columns(rel, columns);
	for (size_t i = 0; i < lengthof(derived_tables); i++)
	{
		if ((columns->kind & derived_tables[i].kind) == 0)
			continue;
		if (rel->rd_rel->relkind != RELKIND_RELATION || columns->attno[COL_ID] == InvalidAttrNumber ||
			!lc_has_derived_trigger(rel))
			ereport(ERROR,
					(lc_errcode(LC_SCHEMA_NOT_READY),
					 errmsg("table \"%s\" has no trigger that keeps its derived columns", RelationGetRelationName(rel)),
					 errhint(LC_RUN_UPGRADE),
					 errtable(rel)));
		return &derived_tables[i];
	}
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("table \"%s\" has no columns that can be refreshed", RelationGetRelationName(rel)),
			 errhint("Give crm.opportunity, crm.task or crm.campaign_member."),
			 errtable(rel)));
	return NULL;				/* keep compiler quiet */
}

/* Updates the rows with these ids, and returns how many that were */
static uint64
update_rows(SPIPlanPtr plan, Datum *ids, int nids)
{
	ArrayType  *array = construct_array(ids, nids, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	Datum		args[1] = {PointerGetDatum(array)};
	int			rc = SPI_execute_plan(plan, args, NULL, false, 0);

	if (rc != SPI_OK_UPDATE)
		elog(ERROR, "SPI_execute_plan returned %s", SPI_result_code_string(rc));
	pfree(array);
	return SPI_processed;
}

/*
 * leadconv.refresh_derived_columns("table" regclass) RETURNS bigint
 *
 * Returns the number of rows that were updated.
 */
Datum
leadconv_refresh_derived_columns(PG_FUNCTION_ARGS)
{
	Oid			argtype = INT8ARRAYOID;
	Relation	rel;
	LcTableColumns columns;
	const DerivedTable *table;
	TableScanDesc scan;
	Snapshot	snapshot;
	TupleTableSlot *slot;
	MemoryContext row_context;
	MemoryContext oldcontext;
	SPIPlanPtr	plan;
	const char *column;
	Datum	   *ids;
	int			nids = 0;
	uint64		result = 0;
	bool		isnull;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required", "table"),
				 errhint("Give crm.opportunity, crm.task or crm.campaign_member.")));
	rel = table_open(PG_GETARG_OID(0), RowExclusiveLock);
	table = find_table(rel, &columns);

	lc_spi_connect();
	column = quote_identifier(table->column);
	plan = SPI_prepare(psprintf("UPDATE %s SET %s = %s WHERE id OPERATOR(pg_catalog.=) ANY ($1)",
								lc_qualified_name(RelationGetRelid(rel)), column, column), 1, &argtype);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	ids = palloc(ROWS_AT_A_TIME * sizeof(Datum));
	row_context = AllocSetContextCreate(CurrentMemoryContext, "leadconv row to refresh", ALLOCSET_SMALL_SIZES);

	/* who updates nothing must be told, too, that he may not */
	update_rows(plan, ids, 0);

	snapshot = RegisterSnapshot(GetActiveSnapshot());
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, snapshot, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		is_stale;

		CHECK_FOR_INTERRUPTS();
		/* also when the table was changed by a trigger in between */
		lc_table_columns(rel, &columns);
		oldcontext = MemoryContextSwitchTo(row_context);
		is_stale = table->is_stale(slot, &columns);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(row_context);
		if (!is_stale)
			continue;
		ids[nids] = slot_getattr(slot, columns.attno[COL_ID], &isnull);
		if (!isnull && ++nids == ROWS_AT_A_TIME)
		{
			result += update_rows(plan, ids, nids);
			nids = 0;
		}
	}
	if (nids > 0)
		result += update_rows(plan, ids, nids);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	SPI_finish();
	table_close(rel, NoLock);

	PG_RETURN_INT64(result);
}
