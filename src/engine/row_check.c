/*-------------------------------------------------------------------------
 *
 * row_check.c
 *	  Would a row be accepted, before it is written?
 *
 * For a look: what the server would say of a new row by itself, all of it: columns
 * that must not be empty, texts that are too long, values that a type or a domain
 * refuses, CHECK constraints.  A statement that fails says only the first.
 *
 * A row is judged in a subtransaction.  When something raises an error, such as a number
 * that is too large or a function in a constraint, it is judged once more, each value and
 * each constraint in a subtransaction of its own.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"
#include "engine/engine.h"

/* A table whose rows are judged */
struct LcRowCheck
{
	Relation	rel;
	EState	   *estate;
	ResultRelInfo *result_rel;
	TupleTableSlot *slot;
	LcTableColumns columns;
	ExprState **check;			/* of its CHECK constraints */
	Bitmapset **attrs;			/* what they name */
	bool	   *is_unknown;		/* columns whose values are not known */
};

/* Inside PG_CATCH: ends a subtransaction that failed.  Returns the error; what may not be swallowed is raised. */
static LcError *
abort_subtransaction(const LcSubxact *subxact)
{
	ErrorData  *edata = lc_subxact_failed(subxact, subxact->context);

	if (!lc_may_swallow(edata->sqlerrcode))
		ReThrowError(edata);
	return lc_error_from_edata(edata, false);
}

/* Begins to judge rows of a table.  In the current memory context. */
LcRowCheck *
lc_row_check_begin(Relation rel)
{
	LcRowCheck *check = palloc0(sizeof(LcRowCheck));
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	MemoryContext oldcontext;

	check->rel = rel;
	check->estate = CreateExecutorState();
	oldcontext = MemoryContextSwitchTo(check->estate->es_query_cxt);
	check->result_rel = makeNode(ResultRelInfo);
	InitResultRelInfo(check->result_rel, rel, 1, NULL, 0);
	check->slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsVirtual);
	lc_table_columns(rel, &check->columns);
	check->is_unknown = palloc0(sizeof(bool) * RelationGetDescr(rel)->natts);
	if (constr != NULL && constr->num_check > 0)
	{
		check->check = palloc0(sizeof(ExprState *) * constr->num_check);
		check->attrs = palloc0(sizeof(Bitmapset *) * constr->num_check);
		for (int i = 0; i < constr->num_check; i++)
		{
			Node	   *expr = stringToNode(constr->check[i].ccbin);

			check->check[i] = ExecPrepareExpr((Expr *) expr, check->estate);
			pull_varattnos(expr, 1, &check->attrs[i]);
		}
	}
	MemoryContextSwitchTo(oldcontext);
	return check;
}

/* Ends it */
void
lc_row_check_end(LcRowCheck *check)
{
	ExecDropSingleTupleTableSlot(check->slot);
	FreeExecutorState(check->estate);
	pfree(check);
}

/* A row is going to be told column by column; all are empty */
void
lc_row_check_clear(LcRowCheck *check)
{
	TupleDesc	desc = RelationGetDescr(check->rel);

	ExecClearTuple(check->slot);
	memset(check->slot->tts_isnull, true, desc->natts * sizeof(bool));
	memset(check->is_unknown, false, sizeof(bool) * desc->natts);
	/* what follows from other columns is said elsewhere */
	for (int col = COL_FIRST_DERIVED; col <= COL_LAST_DERIVED; col++)
	{
		if (check->columns.attno[col] != InvalidAttrNumber)
			check->is_unknown[check->columns.attno[col] - 1] = true;
	}
}

/* The value of a column, which is of a type */
void
lc_row_check_value(LcRowCheck *check, const char *column, Datum value, bool isnull, Oid type)
{
	AttrNumber	attno = lc_column_number(RelationGetDescr(check->rel), column);
	Form_pg_attribute att;

	if (attno == InvalidAttrNumber || isnull)
		return;
	att = TupleDescAttr(RelationGetDescr(check->rel), attno - 1);
	check->slot->tts_values[attno - 1] = lc_cast_value(value, type, att->atttypid);
	check->slot->tts_isnull[attno - 1] = false;
}

/* The same for a value as text, as the type of the column prints it */
void
lc_row_check_text(LcRowCheck *check, const char *column, const char *text)
{
	AttrNumber	attno = lc_column_number(RelationGetDescr(check->rel), column);
	Oid			base;
	Oid			input;
	Oid			ioparam;

	if (attno == InvalidAttrNumber)
		return;
	base = getBaseType(TupleDescAttr(RelationGetDescr(check->rel), attno - 1)->atttypid);
	getTypeInputInfo(base, &input, &ioparam);
	check->slot->tts_values[attno - 1] = OidInputFunctionCall(input, unconstify(char *, text), ioparam, -1);
	check->slot->tts_isnull[attno - 1] = false;
}

/* All columns, as an existing row has them, which must stay where it is */
void
lc_row_check_row(LcRowCheck *check, HeapTuple tuple)
{
	heap_deform_tuple(tuple, RelationGetDescr(check->rel), check->slot->tts_values, check->slot->tts_isnull);
}

/*
 * What a column would print when its type gives the value another form than it was told,
 * as numeric(5, 2) does; else NULL.  The row has been judged.
 */
char *
lc_row_check_form(LcRowCheck *check, const char *column)
{
	AttrNumber	attno = lc_column_number(RelationGetDescr(check->rel), column);
	Form_pg_attribute att = attno == InvalidAttrNumber ? NULL : TupleDescAttr(RelationGetDescr(check->rel), attno - 1);
	int32		typmod = att ? att->atttypmod : -1;

	if (att == NULL || check->slot->tts_isnull[attno - 1] || check->is_unknown[attno - 1])
		return NULL;
	if (lc_is_text_type(att->atttypid) || (getBaseTypeAndTypmod(att->atttypid, &typmod), typmod < 0))
		return NULL;
	return lc_value_text(check->slot->tts_values[attno - 1], att->atttypid);
}

/* What a column gets is not known */
void
lc_row_check_unknown(LcRowCheck *check, const char *column)
{
	AttrNumber	attno = lc_column_number(RelationGetDescr(check->rel), column);

	if (attno != InvalidAttrNumber)
		check->is_unknown[attno - 1] = true;
}

/* Is it a column that a trigger of ours fills, or the server? */
static bool
is_filled_later(const LcRowCheck *check, Form_pg_attribute att)
{
	for (int col = COL_ID; col <= COL_LAST_DERIVED; col++)
	{
		if (check->columns.attno[col] == att->attnum)
			return true;
	}
	for (int i = 0; i < check->columns.nderived; i++)
	{
		if (check->columns.derived[i] == att->attnum)
			return true;
	}
	return att->attgenerated != '\0' || att->attidentity != '\0';
}

/* Makes a value what the column makes of it: of its length, and of its domain */
static void
coerce_value(LcRowCheck *check, Form_pg_attribute att)
{
	int			i = att->attnum - 1;
	int32		typmod = att->atttypmod;
	Oid			base = getBaseTypeAndTypmod(att->atttypid, &typmod);
	Oid			function;

	if (!check->slot->tts_isnull[i] && typmod >= 0 && find_typmod_coercion_function(base, &function) == COERCION_PATH_FUNC)
		check->slot->tts_values[i] = OidFunctionCall3(function, check->slot->tts_values[i], Int32GetDatum(typmod), BoolGetDatum(false));
	if (get_typtype(att->atttypid) == TYPTYPE_DOMAIN)
		domain_check(check->slot->tts_values[i], check->slot->tts_isnull[i], att->atttypid, NULL, NULL);
}

/* Does a constraint hold? */
static bool
holds(LcRowCheck *check, int constraint)
{
	ExprContext *econtext = GetPerTupleExprContext(check->estate);

	econtext->ecxt_scantuple = check->slot;
	return ExecCheck(check->check[constraint], econtext);
}

/* Does the constraint name a column of which nothing is known? */
static bool
names_unknown(LcRowCheck *check, int constraint)
{
	int			x = -1;

	while ((x = bms_next_member(check->attrs[constraint], x)) >= 0)
	{
		AttrNumber	attno = x + FirstLowInvalidHeapAttributeNumber;

		if (attno <= 0 || check->is_unknown[attno - 1])
			return true;
	}
	return false;
}

/*
 * Makes the value of an attribute what it becomes, or asks whether a constraint holds
 * (-1 - its number): in a subtransaction of its own when that is to be careful.  Returns
 * NULL or the error.
 */
static LcError *
attempt(LcRowCheck *check, int what, bool careful, bool *result)
{
	LcSubxact	subxact;
	LcError    *volatile error = NULL;

	if (!careful)
	{
		if (what >= 0)
			coerce_value(check, TupleDescAttr(RelationGetDescr(check->rel), what));
		else
			*result = holds(check, -1 - what);
		return NULL;
	}
	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		(void) attempt(check, what, false, result);
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		error = abort_subtransaction(&subxact);
	}
	PG_END_TRY();
	return error;
}

/* An error with the code of the server, and what stands in its place of a result */
static LcError *
server_error(int sqlerrcode, const char *column, char *data, char *message)
{
	LcError    *error = lc_error(LC_UNKNOWN_EXCEPTION, column, NULL, NULL, "%s", message);

	error->sqlerrcode = sqlerrcode;
	error->status_code = lc_status_for_sqlstate(sqlerrcode, false);
	error->data = data;
	return error;
}

/* What is wrong with the row that has been told: a list of LcError */
static List *
judge_row(LcRowCheck *check, bool careful)
{
	TupleDesc	desc = RelationGetDescr(check->rel);
	TupleConstr *constr = desc->constr;
	const char *table = RelationGetRelationName(check->rel);
	List	   *errors = NIL;
	bool		result = true;
	LcError    *error;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || is_filled_later(check, att) || check->is_unknown[i] ||
			(att->atttypmod < 0 && get_typtype(att->atttypid) != TYPTYPE_DOMAIN))
			continue;
		error = attempt(check, i, careful, &result);
		if (error == NULL)
			continue;
		if (error->fields == NIL)
			error->fields = list_make1(pstrdup(NameStr(att->attname)));
		errors = lappend(errors, error);
		check->is_unknown[i] = true;
	}
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attnotnull || att->attisdropped || !check->slot->tts_isnull[i] || check->is_unknown[i] || is_filled_later(check, att))
			continue;
		errors = lappend(errors, server_error(ERRCODE_NOT_NULL_VIOLATION, NameStr(att->attname), psprintf("{\"table\": \"%s\"}", table),
											  psprintf("null value in column \"%s\" of relation \"%s\" violates not-null constraint", NameStr(att->attname), table)));
		check->is_unknown[i] = true;
	}
	if (constr != NULL && constr->has_generated_stored && errors == NIL && !careful)
		ExecComputeStoredGenerated(check->result_rel, check->estate, check->slot, CMD_INSERT);
	for (int i = 0; constr != NULL && i < constr->num_check; i++)
	{
		StringInfoData data;

		if (names_unknown(check, i))
			continue;
		error = attempt(check, -1 - i, careful, &result);
		if (error == NULL && !result)
		{
			initStringInfo(&data);
			appendStringInfo(&data, "{\"table\": \"%s\", \"constraint\": ", table);
			lc_append_json_string(&data, constr->check[i].ccname);
			appendStringInfoChar(&data, '}');
			error = server_error(ERRCODE_CHECK_VIOLATION, NULL, data.data,
								 psprintf("new row for relation \"%s\" violates check constraint \"%s\"", table, constr->check[i].ccname));
		}
		if (error != NULL)
			errors = lappend(errors, error);
	}
	return errors;
}

/*
 * Judges the row that has been told, and adds what is wrong with it to the errors of the
 * request.  In the current memory context.
 */
void
lc_row_check_judge(LcRowCheck *check, LcRequest *request)
{
	List	   *volatile errors = NIL;
	LcSubxact	subxact;
	Size		size = sizeof(bool) * RelationGetDescr(check->rel)->natts;
	bool	   *unknown = memcpy(palloc(size), check->is_unknown, size);

	/* our triggers have been there by then */
	for (int col = COL_CREATED_DATE; col <= COL_REVISION; col++)
	{
		AttrNumber	attno = check->columns.attno[col];

		if (attno == InvalidAttrNumber)
			continue;
		check->slot->tts_isnull[attno - 1] = false;
		check->slot->tts_values[attno - 1] = col == COL_REVISION ? Int32GetDatum(1) :
			col == COL_CREATED_DATE || col == COL_LAST_MODIFIED_DATE ? TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()) : Int64GetDatum(1);
	}
	ExecStoreVirtualTuple(check->slot);
	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		errors = judge_row(check, false);
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		(void) abort_subtransaction(&subxact);
		memcpy(check->is_unknown, unknown, size);
		errors = judge_row(check, true);
	}
	PG_END_TRY();
	request->outcome.errors = list_concat(request->outcome.errors, errors);
	pfree(unknown);
	ResetPerTupleExprContext(check->estate);
}
