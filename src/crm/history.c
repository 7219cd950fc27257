/*-------------------------------------------------------------------------
 *
 * history.c
 *	  track_history(): changes of leads and opportunities, field by field.
 *
 * AFTER UPDATE ROW, on the tables below.  An AFTER trigger, because a BEFORE
 * trigger would record values that later triggers change, and changes that one
 * of them suppresses; and without a list of columns or a condition, because
 * triggers of the user may change a column that the statement does not name, and
 * a condition would be parsed anew in each statement.
 *
 * A conversion says in its ledger what it did; its own statements leave no
 * history.  What triggers of the user do in the middle of it is not its doing,
 * and does: be it to other records, or to the lead that is being converted.
 *
 * The rows are written as a logical replication worker writes them: right into
 * the table, so that whoever changes a record needs no privilege on the history,
 * and no row security hides or refuses it.  The current user stays the caller, and
 * defaults, constraints, foreign keys and row triggers of the history table do
 * their work as in any other INSERT of his; so nobody's code runs as somebody
 * else.  Statement triggers and rules do not fire.
 *
 * Values are written as text, as their type's output function gives it; dates and
 * times in ISO form (with a time zone: in UTC), whatever the session's settings.
 *
 * What the defaults of the history table need is kept for the statement that
 * fires the trigger, in the memory context of the trigger's FmgrInfo; all else is
 * allocated in the per-tuple context of the trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"

#define MAX_FIELDS		5

/* A table of schema crm with history */
typedef struct TrackedTable
{
	const char *table;
	const char *history;
	LcColumn	record;			/* column of the history that names the record */
	int			nfields;
	LcColumn	field[MAX_FIELDS];
} TrackedTable;

/* Of the forecast, the category: its name follows from it */
static const TrackedTable tracked_tables[] = {
	{"opportunity", "opportunity_history", COL_OPPORTUNITY_ID, 5,
		{COL_STAGE_NAME, COL_AMOUNT, COL_PROBABILITY, COL_CLOSE_DATE,
	COL_FORECAST_CATEGORY}},
	{"lead", "lead_history", COL_LEAD_ID, 2,
	{COL_TRACKED_STATUS, COL_TRACKED_OWNER_ID}}
};

/* What a row of the history has besides its id and its record */
static const LcColumn history_columns[] = {
	COL_FIELD, COL_OLD_VALUE, COL_NEW_VALUE, COL_CREATED_DATE, COL_CREATED_BY_ID
};

/* Defaults of the columns of a history table, for one statement */
typedef struct HistoryDefaults
{
	Oid			relid;
	int			natts;
	ExprState **expr;			/* by column; NULL = no default */
} HistoryDefaults;

PG_FUNCTION_INFO_V1(leadconv_track_history);

/* Raises an error about a table whose history cannot be kept, or a history table that cannot take rows */
static void
report_table(Relation rel)
{
	ereport(ERROR,
			(lc_errcode(LC_SCHEMA_NOT_READY),
			 errmsg("table \"%s\" is not as leadconv made it", RelationGetRelationName(rel)),
			 errhint("leadconv.validate() reports what is missing in schema crm; without history, set track_history of crm.lead_convert_settings to false."),
			 errtable(rel)));
}

/* The entry for the table that a trigger is on; raises an error if there is none */
static const TrackedTable *
find_tracked_table(const LcTriggerUse *use, TriggerData *trigdata, const LcTableColumns *columns)
{
	const char *name = RelationGetRelationName(trigdata->tg_relation);

	for (size_t i = 0; (columns->kind & LC_TABLE_IN_CRM) && i < lengthof(tracked_tables); i++)
	{
		if (strcmp(tracked_tables[i].table, name) == 0)
			return &tracked_tables[i];
	}
	lc_refuse_table(use, trigdata->tg_relation, "tables crm.lead and crm.opportunity");
}

/*
 * A value as text, in the current memory context; dates and times do not depend on the
 * session's settings.
 */
Datum
lc_stored_text(Oid type, Datum value)
{
	Oid			base = getBaseType(type);
	Oid			output;
	bool		is_varlena;

	if (base == DATEOID || base == TIMESTAMPOID || base == TIMESTAMPTZOID)
	{
		char		buf[MAXDATELEN + 1];
		int			utc = 0;

		return CStringGetTextDatum(JsonEncodeDateTime(buf, value, base, base == TIMESTAMPTZOID ? &utc : NULL));
	}
	getTypeOutputInfo(type, &output, &is_varlena);
	return CStringGetTextDatum(OidOutputFunctionCall(output, value));
}

/*
 * The defaults of a history table, from the call before in the same statement or
 * made anew.
 */
static HistoryDefaults *
get_defaults(FmgrInfo *flinfo, Relation rel)
{
	HistoryDefaults *defaults = flinfo->fn_extra;
	TupleDesc	desc = RelationGetDescr(rel);
	MemoryContext oldcontext;

	if (defaults != NULL && defaults->relid == RelationGetRelid(rel) && defaults->natts == desc->natts)
		return defaults;

	oldcontext = MemoryContextSwitchTo(flinfo->fn_mcxt);
	defaults = palloc(sizeof(HistoryDefaults));
	defaults->relid = RelationGetRelid(rel);
	defaults->natts = desc->natts;
	defaults->expr = palloc0(desc->natts * sizeof(ExprState *));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Node	   *node;

		if (att->attisdropped || att->attgenerated != '\0')
			continue;
		node = build_column_default(rel, att->attnum);
		if (node != NULL)
			defaults->expr[i] = ExecInitExpr(expression_planner((Expr *) node), NULL);
	}
	MemoryContextSwitchTo(oldcontext);
	flinfo->fn_extra = defaults;
	return defaults;
}

/*
 * Is the record still there?  A trigger that fired before this one may have
 * deleted it, and its history with it.
 */
static bool
record_exists(TriggerData *trigdata, const LcTableColumns *columns)
{
	LcProbe		by_id = {0};
	LcOpenProbe records;
	SysScanDesc scan;
	Snapshot	snapshot;
	bool		isnull;
	bool		result;

	/* the usual case: this version of the record is the latest */
	if (table_tuple_satisfies_snapshot(trigdata->tg_relation, trigdata->tg_newslot, SnapshotSelf))
		return true;

	by_id.relid = RelationGetRelid(trigdata->tg_relation);
	by_id.attno = columns->attno[COL_ID];
	by_id.type = TupleDescAttr(RelationGetDescr(trigdata->tg_relation), by_id.attno - 1)->atttypid;
	by_id.index = columns->id_index;
	CommandCounterIncrement();	/* be sure all my own work is visible */
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	lc_probe_open(&records, &by_id);
	scan = lc_probe_begin(&records, DatumGetInt64(slot_getattr(trigdata->tg_newslot, by_id.attno, &isnull)),
						  snapshot);
	result = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	lc_probe_close(&records);
	UnregisterSnapshot(snapshot);
	return result;
}

/* A history table that is being written to */
typedef struct HistoryWriter
{
	Relation	rel;
	LcTableColumns columns;
	HistoryDefaults *defaults;
	EState	   *estate;
	ResultRelInfo *target;
	TupleTableSlot *slot;
} HistoryWriter;

/* Opens the history table of a tracked one */
static void
open_history(HistoryWriter *writer, FmgrInfo *flinfo, const TrackedTable *tracked)
{
	bool		complete;

	writer->rel = table_open(lc_crm_relid(tracked->history, false), RowExclusiveLock);
	lc_table_columns(writer->rel, &writer->columns);
	complete = writer->rel->rd_rel->relkind == RELKIND_RELATION &&
		writer->columns.attno[tracked->record] != InvalidAttrNumber;
	for (size_t i = 0; i < lengthof(history_columns); i++)
		complete &= writer->columns.attno[history_columns[i]] != InvalidAttrNumber;
	if (!complete)
		report_table(writer->rel);
	writer->defaults = get_defaults(flinfo, writer->rel);

	writer->estate = CreateExecutorState();
	writer->estate->es_output_cid = GetCurrentCommandId(true);
	writer->target = makeNode(ResultRelInfo);
	InitResultRelInfo(writer->target, writer->rel, 0, NULL, 0);
	/* so that the triggers on its rows find it open */
	writer->estate->es_opened_result_relations =
		lappend(writer->estate->es_opened_result_relations, writer->target);
	ExecOpenIndices(writer->target, false);
	writer->slot = table_slot_create(writer->rel, &writer->estate->es_tupleTable);

	/* a query level of its own: we may be called when a transaction ends, too */
	AfterTriggerBeginQuery();
}

static void
set_history_column(HistoryWriter *writer, LcColumn column, Datum value, bool isnull)
{
	int			i = writer->columns.attno[column] - 1;

	writer->slot->tts_values[i] = value;
	writer->slot->tts_isnull[i] = isnull;
}

/* The defaults of all columns that we do not set ourselves */
static void
fill_defaults(HistoryWriter *writer, const TrackedTable *tracked)
{
	ExprContext *econtext = GetPerTupleExprContext(writer->estate);

	for (int i = 0; i < writer->defaults->natts; i++)
	{
		ExprState  *expr = writer->defaults->expr[i];
		bool		ours = i + 1 == writer->columns.attno[tracked->record];

		for (size_t j = 0; j < lengthof(history_columns); j++)
			ours |= i + 1 == writer->columns.attno[history_columns[j]];
		writer->slot->tts_values[i] = (Datum) 0;
		writer->slot->tts_isnull[i] = true;
		if (expr != NULL && !ours)
			writer->slot->tts_values[i] = ExecEvalExpr(expr, econtext, &writer->slot->tts_isnull[i]);
	}
}

/* Fires what the rows have left to be done, and closes the table */
static void
close_history(HistoryWriter *writer)
{
	AfterTriggerEndQuery(writer->estate);
	ExecCloseIndices(writer->target);
	ExecResetTupleTable(writer->estate->es_tupleTable, false);
	FreeExecutorState(writer->estate);
	table_close(writer->rel, NoLock);
}

/*
 * track_history
 */
Datum
leadconv_track_history(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"track_history", LC_TABLE_IN_CRM, false, true, LC_ON_UPDATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	const TrackedTable *tracked = find_tracked_table(&use, trigdata, &columns);
	HistoryWriter writer;
	bool		is_open = false;
	int64		user_id = 0;
	bool		user_isnull = true;
	bool		isnull;

	/* most calls are those of conversions, and end here */
	if (lc_frame_is_writing())
		return PointerGetDatum(NULL);
	if (!lc_reference()->track_history)
		return PointerGetDatum(NULL);
	if (columns.attno[COL_ID] == InvalidAttrNumber)
		report_table(trigdata->tg_relation);

	for (int i = 0; i < tracked->nfields; i++)
	{
		AttrNumber	attno = columns.attno[tracked->field[i]];
		TupleTableSlot *version[] = {trigdata->tg_trigslot, trigdata->tg_newslot};
		static const LcColumn value_column[] = {COL_OLD_VALUE, COL_NEW_VALUE};

		if (attno == InvalidAttrNumber ||
			!lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, attno))
			continue;
		if (!is_open)
		{
			if (!record_exists(trigdata, &columns))
				break;
			open_history(&writer, fcinfo->flinfo, tracked);
			user_id = lc_current_user_id(&user_isnull);
			is_open = true;
		}

		ExecClearTuple(writer.slot);
		fill_defaults(&writer, tracked);
		set_history_column(&writer, tracked->record,
						   slot_getattr(trigdata->tg_newslot, columns.attno[COL_ID], &isnull), false);
		set_history_column(&writer, COL_FIELD,
						   CStringGetTextDatum(lc_known_column_name(tracked->field[i])), false);
		for (int j = 0; j < 2; j++)
		{
			Datum		value = slot_getattr(version[j], attno, &isnull);

			if (!isnull)
				value = lc_stored_text(TupleDescAttr(desc, attno - 1)->atttypid, value);
			set_history_column(&writer, value_column[j], value, isnull);
		}
		set_history_column(&writer, COL_CREATED_DATE,
						   TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()), false);
		set_history_column(&writer, COL_CREATED_BY_ID, Int64GetDatum(user_id), user_isnull);
		ExecStoreVirtualTuple(writer.slot);
		ExecSimpleRelationInsert(writer.target, writer.estate, writer.slot);
		ResetPerTupleExprContext(writer.estate);
	}
	if (is_open)
		close_history(&writer);
	return PointerGetDatum(NULL);
}
