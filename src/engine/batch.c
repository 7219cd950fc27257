/*-------------------------------------------------------------------------
 *
 * batch.c
 *	  The relation conversion_batch: what is being converted, as SQL sees it.
 *
 * Requests are structs in C.  For the statements of the program they are one
 * ephemeral named relation, so that each step is one statement whatever the
 * size of the batch.  The relation's tuples are laid down three times in a
 * conversion: when the leads are locked and judged (what the caller gave), before
 * anything is written (what was decided), and for the ledger (what happened).
 * A batch of one has the same statements, but its values are their parameters.
 *
 * The relation and its tuple store live in the memory context of the run; the
 * tuple descriptor lives in CacheMemoryContext for good.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"

#include "engine/engine.h"

/* In the order of LcBatchColumn */
static const struct
{
	const char *name;
	Oid			type;
}			batch_columns[LC_NBATCHCOLUMNS] =
{
	{"ord", INT4OID},
	{"lead_id", INT8OID},
	{"account_id", INT8OID},
	{"contact_id", INT8OID},
	{"opportunity_id", INT8OID},
	{"create_account", BOOLOID},
	{"create_contact", BOOLOID},
	{"create_opportunity", BOOLOID},
	{"fill_account", INT8ARRAYOID},
	{"fill_contact", INT8ARRAYOID},
	{"fill_opportunity", INT8ARRAYOID},
	{"owner_id", INT8OID},
	{"converter_id", INT8OID},
	{"converted_status", TEXTOID},
	{"converted_date", DATEOID},
	{"opportunity_name", TEXTOID},
	{"stage_name", TEXTOID},
	{"probability", NUMERICOID},
	{"forecast_category", TEXTOID},
	{"forecast_category_name", TEXTOID},
	{"is_closed", BOOLOID},
	{"is_won", BOOLOID},
	{"close_date", DATEOID},
	{"latest_campaign_id", INT8OID},
	{"resulting_division_id", INT8OID},
	{"add_role", BOOLOID},
	{"role_is_primary", BOOLOID},
	{"add_relation", BOOLOID},
	{"contact_rank", INT4OID},
	{"account_record", JSONBOID},
	{"contact_record", JSONBOID},
	{"opportunity_record", JSONBOID},
	{"follow_up_task", JSONBOID},
	{"notify", BOOLOID},
	{"related_person_account_id", INT8OID},
	{"request", JSONBOID},
	{"request_id", TEXTOID},
	{"reason", TEXTOID},
	{"filled_fields", JSONBOID},
	{"owner_changes", JSONBOID},
	{"merged_campaign_members", JSONBOID},
	{"warnings", JSONBOID},
	{"account_key", TEXTOID},
	{"contact_key", TEXTOID}
};

/*
 * The row type of conversion_batch.  Allocated once, in CacheMemoryContext.
 */
TupleDesc
lc_batch_desc(void)
{
	static TupleDesc desc = NULL;

	if (desc == NULL)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(CacheMemoryContext);
		TupleDesc	new = CreateTemplateTupleDesc(LC_NBATCHCOLUMNS);

		for (int i = 0; i < LC_NBATCHCOLUMNS; i++)
			TupleDescInitEntry(new, i + 1, batch_columns[i].name, batch_columns[i].type, -1, 0);
#if PG_VERSION_NUM >= 190000
		TupleDescFinalize(new);
#endif
		desc = new;
		MemoryContextSwitchTo(oldcontext);
	}
	return desc;
}

/* The type of a column of conversion_batch */
Oid
lc_batch_column_type(LcBatchColumn column)
{
	return batch_columns[column].type;
}

/*
 * Appends a subquery of one row that stands for conversion_batch, its columns
 * being parameters from $first on.  The planner pulls it up, so that statements
 * over a batch of one have plain parameters where others have a join.
 */
void
lc_batch_parameters(StringInfo sql, int first)
{
	for (int i = 0; i < LC_NBATCHCOLUMNS; i++)
		appendStringInfo(sql, "%s$%d AS %s", i == 0 ? "(SELECT " : ", ", first + i, batch_columns[i].name);
	appendStringInfoChar(sql, ')');
}

/*
 * Makes conversion_batch known to the current SPI connection.  Allocates in the
 * current memory context, which must live until lc_batch_close().
 */
void
lc_batch_open(LcRun *run)
{
	EphemeralNamedRelation relation = palloc0(sizeof(EphemeralNamedRelationData));
	int			rc;

	run->batch_desc = lc_batch_desc();
	run->batch = NULL;
	relation->md.name = "conversion_batch";
	relation->md.reliddesc = InvalidOid;
	relation->md.tupdesc = run->batch_desc;
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	/* only the planner looks at this; see program.c for how plans are made */
	relation->md.enrtuples = 100;
	relation->reldata = NULL;
	rc = SPI_register_relation(relation);
	if (rc != SPI_OK_REL_REGISTER)
		elog(ERROR, "SPI_register_relation failed: %s", SPI_result_code_string(rc));
	run->relation = relation;
}

/* Puts an int64 that means "none" when it is 0 */
static inline void
put_id(Datum *values, bool *nulls, LcBatchColumn column, int64 id)
{
	if (id != 0)
	{
		values[column] = Int64GetDatum(id);
		nulls[column] = false;
	}
}

static inline void
put_bool(Datum *values, bool *nulls, LcBatchColumn column, bool value)
{
	values[column] = BoolGetDatum(value);
	nulls[column] = false;
}

static inline void
put_text(Datum *values, bool *nulls, LcBatchColumn column, const char *value)
{
	if (value)
	{
		values[column] = CStringGetTextDatum(value);
		nulls[column] = false;
	}
}

static inline void
put_field(Datum *values, bool *nulls, LcBatchColumn column, const LcRequest *request, LcField field)
{
	values[column] = request->value[field];
	nulls[column] = request->isnull[field];
}

static inline void
put_json(Datum *values, bool *nulls, LcBatchColumn column, const char *json)
{
	if (json)
	{
		values[column] = DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
		nulls[column] = false;
	}
}

/* Which lead fills which field of an existing record, as an int8[] */
static void
put_fill(Datum *values, bool *nulls, LcBatchColumn column, const LcTargetInfo *target, const int64 *fill)
{
	Datum	   *elems;
	bool	   *elem_nulls;
	int			dims[1];
	int			lbs[1] = {1};

	if (fill == NULL)
		return;
	elems = palloc(sizeof(Datum) * target->nmappings);
	elem_nulls = palloc(sizeof(bool) * target->nmappings);
	for (int i = 0; i < target->nmappings; i++)
	{
		elems[i] = Int64GetDatum(fill[i]);
		elem_nulls[i] = fill[i] == 0;
	}
	dims[0] = target->nmappings;
	values[column] = PointerGetDatum(construct_md_array(elems, elem_nulls, 1, dims, lbs, INT8OID,
														sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	nulls[column] = false;
}

/* {"account": ["phone", ...], ...}, or NULL when nothing was filled */
static char *
filled_fields_json(const LcRequest *request)
{
	StringInfoData buf;
	bool		any = false;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		ListCell   *lc;
		const char *comma = "";

		if (request->filled_fields[t] == NIL)
			continue;
		if (!any)
			initStringInfo(&buf);
		appendStringInfo(&buf, "%s\"%s\": [", any ? ", " : "{", lc_target_name(t));
		any = true;
		foreach(lc, request->filled_fields[t])
		{
			appendStringInfoString(&buf, comma);
			lc_append_json_string(&buf, lfirst(lc));
			comma = ", ";
		}
		appendStringInfoChar(&buf, ']');
	}
	if (!any)
		return NULL;
	appendStringInfoChar(&buf, '}');
	return buf.data;
}

/*
 * The row of one request, in the current memory context
 */
static void
fill_row(LcRun *run, LcRequest *request, int ord, DateADT today, DateADT close_date,
		 Datum *values, bool *nulls)
{
	LcProgram  *program = run->program;
	static const LcBatchColumn create_column[] = {B_CREATE_ACCOUNT, B_CREATE_CONTACT, B_CREATE_OPPORTUNITY};
	static const LcBatchColumn fill_column[] = {B_FILL_ACCOUNT, B_FILL_CONTACT, B_FILL_OPPORTUNITY};
	static const LcBatchColumn id_column[] = {B_ACCOUNT_ID, B_CONTACT_ID, B_OPPORTUNITY_ID};

	memset(nulls, true, sizeof(bool) * LC_NBATCHCOLUMNS);
	values[B_ORD] = Int32GetDatum(ord);
	nulls[B_ORD] = false;
	put_field(values, nulls, B_LEAD_ID, request, F_LEAD_ID);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		put_id(values, nulls, id_column[t], request->target_id[t]);
		put_bool(values, nulls, create_column[t], request->creates[t]);
		put_fill(values, nulls, fill_column[t], &program->target[t], request->fill[t]);
	}
	put_id(values, nulls, B_OWNER_ID, request->owner_id);
	put_id(values, nulls, B_CONVERTER_ID, run->user_id);
	put_text(values, nulls, B_CONVERTED_STATUS, request->converted_status);
	values[B_CONVERTED_DATE] = DateADTGetDatum(today);
	nulls[B_CONVERTED_DATE] = false;
	put_text(values, nulls, B_OPPORTUNITY_NAME, request->opportunity_name);
	if (request->stage)
	{
		const LcStage *stage = request->stage;

		put_text(values, nulls, B_STAGE_NAME, stage->api_name);
		values[B_PROBABILITY] = stage->probability;
		nulls[B_PROBABILITY] = stage->probability_isnull;
		put_text(values, nulls, B_FORECAST_CATEGORY, stage->forecast_category);
		put_text(values, nulls, B_FORECAST_CATEGORY_NAME, stage->forecast_category_name);
		put_bool(values, nulls, B_IS_CLOSED, stage->is_closed);
		put_bool(values, nulls, B_IS_WON, stage->is_won);
	}
	else
	{
		put_bool(values, nulls, B_IS_CLOSED, false);
		put_bool(values, nulls, B_IS_WON, false);
	}
	values[B_CLOSE_DATE] = DateADTGetDatum(close_date);
	nulls[B_CLOSE_DATE] = false;
	put_id(values, nulls, B_LATEST_CAMPAIGN_ID, request->latest_campaign_id);
	put_id(values, nulls, B_RESULTING_DIVISION_ID, request->resulting_division_id);
	put_bool(values, nulls, B_ADD_ROLE, request->add_role);
	put_bool(values, nulls, B_ROLE_IS_PRIMARY, request->role_is_primary);
	put_bool(values, nulls, B_ADD_RELATION, request->add_relation);
	values[B_CONTACT_RANK] = Int32GetDatum(request->contact_rank);
	nulls[B_CONTACT_RANK] = false;
	put_field(values, nulls, B_ACCOUNT_RECORD, request, F_ACCOUNT_RECORD);
	put_field(values, nulls, B_CONTACT_RECORD, request, F_CONTACT_RECORD);
	put_field(values, nulls, B_OPPORTUNITY_RECORD, request, F_OPPORTUNITY_RECORD);
	if (request->follow_up)
		put_field(values, nulls, B_FOLLOW_UP_TASK, request, F_FOLLOW_UP_TASK);
	put_bool(values, nulls, B_NOTIFY, !request->isnull[F_SEND_NOTIFICATION_EMAIL] &&
			 DatumGetBool(request->value[F_SEND_NOTIFICATION_EMAIL]) && request->owner_id != 0);
	put_id(values, nulls, B_RELATED_PERSON_ACCOUNT_ID, request->related_person_account_id);
	if (request->normalized)
	{
		values[B_REQUEST] = JsonbPGetDatum(request->normalized);
		nulls[B_REQUEST] = false;
	}
	put_field(values, nulls, B_REQUEST_ID, request, F_REQUEST_ID);
	put_field(values, nulls, B_REASON, request, F_REASON);
	if (run->frame != NULL)
	{
		/* what happened, for the ledger */
		StringInfoData warnings;

		put_json(values, nulls, B_FILLED_FIELDS, filled_fields_json(request));
		if (request->owner_changes)
			put_json(values, nulls, B_OWNER_CHANGES, request->owner_changes->data);
		if (request->merged_members)
			put_json(values, nulls, B_MERGED_CAMPAIGN_MEMBERS, request->merged_members->data);
		if (request->warnings != NIL)
		{
			initStringInfo(&warnings);
			lc_append_errors_json(&warnings, request->warnings);
			put_json(values, nulls, B_WARNINGS, warnings.data);
		}
	}
	put_text(values, nulls, B_ACCOUNT_KEY, request->account_key);
	put_text(values, nulls, B_CONTACT_KEY, request->contact_key);
}

/*
 * Lays down the tuples of conversion_batch anew, one for each request.  A batch of
 * one is not laid down at all: its values become parameters of the statements.
 * Works in the current memory context, which must live as long as the batch.
 */
void
lc_batch_fill(LcRun *run, LcRequest **requests, int nrequests)
{
	MemoryContext scratch;
	MemoryContext oldcontext;
	DateADT		today;
	DateADT		close_date;

	if (run->batch)
		tuplestore_end(run->batch);
	run->batch = NULL;
	run->one_values = NULL;
	if (nrequests == 1)
	{
		run->one_values = palloc(sizeof(Datum) * LC_NBATCHCOLUMNS);
		run->one_nulls = palloc(sizeof(bool) * LC_NBATCHCOLUMNS);
	}
	else
	{
		run->batch = tuplestore_begin_heap(true, false, work_mem);
		run->relation->reldata = run->batch;
	}

	lc_conversion_dates(run->program->settings.fiscal_year_start_month, &today, &close_date);

	if (nrequests == 1)
	{
		fill_row(run, requests[0], 0, today, close_date, run->one_values, run->one_nulls);
		return;
	}
	scratch = AllocSetContextCreate(CurrentMemoryContext, "leadconv batch row", ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(scratch);
	for (int i = 0; i < nrequests; i++)
	{
		Datum		values[LC_NBATCHCOLUMNS];
		bool		nulls[LC_NBATCHCOLUMNS];

		fill_row(run, requests[i], i, today, close_date, values, nulls);
		tuplestore_putvalues(run->batch, run->batch_desc, values, nulls);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(scratch);
}

/* Ends what lc_batch_open() began */
void
lc_batch_close(LcRun *run)
{
	SPI_unregister_relation("conversion_batch");
	if (run->batch)
		tuplestore_end(run->batch);
	run->batch = NULL;
}
