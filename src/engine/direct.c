/*-------------------------------------------------------------------------
 *
 * direct.c
 *	  INSERT of one row without a statement.
 *
 * To start an INSERT costs several hundred instructions for each column of the
 * table, given or not, and the targets have up to 90 of them: for one row that is
 * more than all the rest.  So where a statement does nothing but put together a
 * row and insert it, and the batch is one request, the row is put together here
 * and handed to the executor's own ExecSimpleRelationInsert(), as the apply worker
 * of logical replication does.  Audit trigger, generated columns, constraints,
 * indexes and foreign keys are those of any INSERT.
 *
 * The statement remains, and is what counts wherever it does more than that: row
 * security, rules, privileges on single columns, triggers of users (which may
 * suppress the row, change the lead in between, or want transition tables), values
 * that need a cast, columns of a domain, defaults that are not constant; where an
 * extension audits or checks what statements may do; and when something has changed
 * since the program was compiled.
 *
 * Values come from the lead's row as it was locked, from the batch, or are
 * constant.  What is compiled is in the program's memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteHandler.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/reltrigger.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

/*
 * May rows be inserted into this table without a statement, as far as the table
 * is concerned?
 */
bool
lc_may_insert_direct(Relation rel)
{
	TriggerDesc *triggers;

	if (rel->rd_rel->relkind != RELKIND_RELATION || rel->rd_rel->relispartition || rel->rd_rules != NULL)
		return false;

	/* a copy, because the look-ups below may rebuild the relation's own */
	triggers = CopyTriggerDesc(rel->trigdesc);
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		/* those of ours that are for a statement make many rows cheaper */
		if (!trigger->tgisinternal && TRIGGER_FOR_INSERT(trigger->tgtype) &&
			(trigger->tgnewtable != NULL || lc_is_user_trigger(trigger)))
			return false;
	}
	return true;
}

/*
 * Takes a value from the batch.  Returns false when the assignment is more than a
 * check of the length.
 */
bool
lc_direct_batch(LcDirectColumn *column, Form_pg_attribute att, LcBatchColumn batch)
{
	Oid			type = lc_batch_column_type(batch);

	column->batch = batch;
	if (type != att->atttypid &&
		!(lc_is_text_type(type) && getBaseType(att->atttypid) == att->atttypid && IsBinaryCoercible(type, att->atttypid)))
		return false;
	return att->atttypmod < 0 ||
		find_typmod_coercion_function(att->atttypid, &column->length_function) != COERCION_PATH_COERCEVIAIO;
}

/*
 * Takes the default of the column, or NULL when it has none.  Returns false when
 * the default is not constant.
 */
bool
lc_direct_default(LcProgram *program, Relation rel, Form_pg_attribute att, LcDirectColumn *column)
{
	Node	   *expr = build_column_default(rel, att->attnum);	/* of an identity column or a type, too */
	Const	   *constant;
	MemoryContext oldcontext;

	column->isnull = true;
	if (getBaseType(att->atttypid) != att->atttypid)
		return false;
	if (expr == NULL)
		return true;
	if (lc_is_changeable(expr))
		return false;
	constant = (Const *) eval_const_expressions(NULL, expr);
	if (!IsA(constant, Const))
		return false;
	oldcontext = MemoryContextSwitchTo(program->context);
	column->isnull = constant->constisnull;
	if (!column->isnull)
		column->value = datumCopy(constant->constvalue, constant->constbyval, constant->constlen);
	MemoryContextSwitchTo(oldcontext);
	return true;
}

/*
 * A column that the statement would name: a row that violates a constraint is shown
 * to those who may read the table, and the values of these to all others
 */
void
lc_direct_given(LcProgram *program, LcDirect *direct, Form_pg_attribute att)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(program->context);

	direct->given = bms_add_member(direct->given, att->attnum - FirstLowInvalidHeapAttributeNumber);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * May the row of the lead be kept when it is locked?  For a batch of one, and only
 * when the caller may read all of it.
 */
bool
lc_may_read_lead_row(LcRun *run)
{
	return run->one != NULL && !run->options.look &&
		pg_class_aclcheck(run->program->lead_relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/*
 * Keeps the row of the lead that has just been locked, by its table and ctid, in the
 * current memory context.  A row of a table that inherits from crm.lead, or of a
 * partition, is left to the statements.
 */
void
lc_read_lead_row(LcRun *run, Oid relid, Datum ctid)
{
	Relation	rel;
	TupleTableSlot *slot;

	if (relid != run->program->lead_relid)
		return;
	rel = table_open(run->program->lead_relid, NoLock);
	slot = table_slot_create(rel, NULL);
	if (table_tuple_fetch_row_version(rel, (ItemPointer) DatumGetPointer(ctid), SnapshotAny, slot))
	{
		TupleDesc	desc = RelationGetDescr(rel);

		HeapTuple	tuple = ExecCopySlotHeapTuple(slot);

		run->lead_values = palloc(sizeof(Datum) * desc->natts);
		run->lead_nulls = palloc(sizeof(bool) * desc->natts);
		heap_deform_tuple(tuple, desc, run->lead_values, run->lead_nulls);
		/* columns that are younger than the row: their values are in the descriptor, which may go */
		for (int i = HeapTupleHeaderGetNatts(tuple->t_data); i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			if (!run->lead_nulls[i])
				run->lead_values[i] = datumCopy(run->lead_values[i], att->attbyval, att->attlen);
		}
	}
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
}

/* The value of one column of the row */
static Datum
column_value(LcRun *run, const LcDirectColumn *column, int32 typmod, Datum arg, bool *isnull)
{
	*isnull = false;
	if (column->lead_attno != InvalidAttrNumber && !run->lead_nulls[column->lead_attno - 1])
	{
		Datum		value = run->lead_values[column->lead_attno - 1];

		if (column->cut > 0)
			value = DirectFunctionCall2(text_left, value, Int32GetDatum(column->cut));
		if (!column->skip_blank || !lc_is_blank_text(value))
			return value;
	}
	if (column->batch >= 0)
	{
		const ParamExternData *param = &run->one->params[1 + column->batch];

		*isnull = param->isnull;
		if (*isnull || !OidIsValid(column->length_function))
			return param->value;
		return OidFunctionCall3(column->length_function, param->value, Int32GetDatum(typmod), BoolGetDatum(false));
	}
	if (OidIsValid(column->sequence))
		return Int64GetDatum(nextval_internal(column->sequence, false));
	if (column->is_argument)
		return arg;
	if (column->is_now)
		return TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	*isnull = column->isnull;
	return column->value;
}

/* Makes the table the result relation of an executor state, and locks it */
static ResultRelInfo *
open_result_relation(EState *estate, Oid relid, Bitmapset *given)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	ResultRelInfo *info = makeNode(ResultRelInfo);

	LockRelationOid(relid, RowExclusiveLock);
	rte->rtekind = RTE_RELATION;
	rte->relid = relid;
	rte->relkind = RELKIND_RELATION;
	rte->rellockmode = RowExclusiveLock;
#if PG_VERSION_NUM >= 160000
	{
		List	   *perminfos = NIL;

		addRTEPermissionInfo(&perminfos, rte)->insertedCols = given;
#if PG_VERSION_NUM >= 180000
		ExecInitRangeTable(estate, list_make1(rte), perminfos, bms_make_singleton(1));
#else
		ExecInitRangeTable(estate, list_make1(rte), perminfos);
#endif
	}
#else
	rte->insertedCols = given;
	ExecInitRangeTable(estate, list_make1(rte));
#endif
	ExecInitResultRelation(estate, info, 1);
	return info;
}

/* May the statement be done without, right now? */
static bool
is_possible(LcRun *run, const LcStatement *statement)
{
	const LcDirect *direct = statement->direct;

	if (direct == NULL || run->one == NULL || run->frame == NULL ||
		(direct->reads_lead && run->lead_values == NULL))
		return false;
	/* who is told of the tables that statements use is told of these, too */
	if (ExecutorCheckPerms_hook != NULL)
		return false;
	if (OidIsValid(statement->check_as))
		return true;
	return pg_class_aclcheck(direct->relid, GetUserId(), ACL_INSERT) == ACLCHECK_OK &&
		check_enable_rls(direct->relid, InvalidOid, true) != RLS_ENABLED;
}

/*
 * Does what an INSERT of the program would do for the one row of the batch.
 * Returns false, and has done nothing, when the statement must do it.
 */
bool
lc_insert_direct(LcRun *run, LcStatement *statement, Datum arg)
{
	const LcDirect *direct = statement->direct;
	EState	   *estate;
	ResultRelInfo *info;
	TupleTableSlot *slot;
	TupleDesc	desc;
	MemoryContext oldcontext;

	if (!is_possible(run, statement))
		return false;

	estate = CreateExecutorState();
	oldcontext = MemoryContextSwitchTo(estate->es_query_cxt);
	info = open_result_relation(estate, direct->relid, direct->given);
	desc = RelationGetDescr(info->ri_RelationDesc);

	/* with the lock, we know of everything that has been changed */
	if (run->program->checked_at != lc_invalidations() || desc->natts != direct->natts)
	{
		ExecCloseResultRelations(estate);
		ExecCloseRangeTableRelations(estate);
		MemoryContextSwitchTo(oldcontext);
		FreeExecutorState(estate);
		return false;
	}

	run->query = NULL;
	PushActiveSnapshot(GetTransactionSnapshot());
	estate->es_snapshot = GetActiveSnapshot();
	estate->es_output_cid = GetCurrentCommandId(true);
	AfterTriggerBeginQuery();
	ExecOpenIndices(info, false);
	/* a tuple, because triggers want one, and put one back */
	slot = ExecInitExtraTupleSlot(estate, desc, &TTSOpsHeapTuple);
	for (int i = 0; i < desc->natts; i++)
		slot->tts_values[i] = column_value(run, &direct->column[i], TupleDescAttr(desc, i)->atttypmod, arg,
										   &slot->tts_isnull[i]);
	ExecStoreHeapTuple(heap_form_tuple(desc, slot->tts_values, slot->tts_isnull), slot, true);
	/* constraints and generated columns may ask for it */
	slot->tts_tableOid = direct->relid;

	ExecSimpleRelationInsert(info, estate, slot);
	AfterTriggerEndQuery(estate);

	ExecResetTupleTable(estate->es_tupleTable, false);
	ExecCloseResultRelations(estate);
	ExecCloseRangeTableRelations(estate);
	PopActiveSnapshot();
	CommandCounterIncrement();
	MemoryContextSwitchTo(oldcontext);
	FreeExecutorState(estate);
	return true;
}
