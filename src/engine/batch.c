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
 * The relation lives in the memory context of the run; the tuple descriptor lives
 * in CacheMemoryContext for good.
 *
 * The tuples are laid down inside the subtransaction of a chunk and outside, and
 * used or ended where the other ends; so the files that they take when there are
 * many belong to a resource owner of their own below that of the call.  After an
 * error that owner is released, and nobody touches the tuple store again: it may
 * have been in the middle of anything.
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
#define LC_BATCH_COLUMN(column, name, type) {name, type},
#include "engine/batchlist.h"
#undef LC_BATCH_COLUMN
};

/*
 * The row type of conversion_batch.  Allocated once, in CacheMemoryContext.
 */
static TupleDesc
batch_desc(void)
{
	static TupleDesc desc = NULL;

	if (desc == NULL)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(CacheMemoryContext);
		TupleDesc	new = CreateTemplateTupleDesc(LC_NBATCHCOLUMNS);

		for (int i = 0; i < LC_NBATCHCOLUMNS; i++)
			TupleDescInitEntry(new, i + 1, batch_columns[i].name, batch_columns[i].type, -1, 0);
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

/* The name of a column of conversion_batch */
const char *
lc_batch_column_name(LcBatchColumn column)
{
	return batch_columns[column].name;
}

/* The column of conversion_batch that is meant by "b.name", or -1 */
int
lc_batch_source(const char *source)
{
	for (int i = 0; i < LC_NBATCHCOLUMNS; i++)
	{
		if (strncmp(source, "b.", 2) == 0 && strcmp(source + 2, batch_columns[i].name) == 0)
			return i;
	}
	return -1;
}

/*
 * Appends a subquery of one row that stands for conversion_batch, its columns
 * being parameters from $2 on ($1 is the statement's own).  The planner pulls it
 * up, so that statements over a batch of one have plain parameters where others
 * have a join.
 */
void
lc_batch_parameters(StringInfo sql)
{
	for (int i = 0; i < LC_NBATCHCOLUMNS; i++)
		appendStringInfo(sql, "%s$%d AS %s", i == 0 ? "(SELECT " : ", ", i + 2, batch_columns[i].name);
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

	run->batch = NULL;
	relation->md.name = "conversion_batch";
	relation->md.reliddesc = InvalidOid;
	relation->md.tupdesc = batch_desc();
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	/* only the planner looks at this; see statement.c for how plans are made */
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

		if (request->outcome.filled_fields[t] == NIL)
			continue;
		if (!any)
			initStringInfo(&buf);
		appendStringInfo(&buf, "%s\"%s\": [", any ? ", " : "{", lc_target_key(request, t));
		any = true;
		foreach(lc, request->outcome.filled_fields[t])
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

/* Is it part of a person account that the lead of a completion was converted to? */
static bool
keeps_person(const LcRequest *request, LcTarget t)
{
	return request->decision.keeps[t] && request->facts.existing[t].is_person_account;
}

/*
 * The row of one request, in the current memory context
 */
static void
fill_row(LcRun *run, LcRequest *request, int ord, Datum *values, bool *nulls)
{
	const LcDecision *decision = &request->decision;
	const LcOutcome *outcome = &request->outcome;

	int			keeps = 0;

	memset(nulls, true, sizeof(bool) * LC_NBATCHCOLUMNS);
	values[B_ORD] = Int32GetDatum(ord);
	nulls[B_ORD] = false;
	put_field(values, nulls, B_LEAD_ID, request, F_LEAD_ID);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];

		put_id(values, nulls, type->id_column, decision->target_id[t]);
		put_bool(values, nulls, type->create_column, decision->creates[t]);
		put_fill(values, nulls, type->fill_column, &run->program->target[t], decision->fill[t]);
		put_field(values, nulls, type->record_column, request, lc_record_field(request, t));
		put_id(values, nulls, type->record_type_column, decision->record_type_id[t]);
		keeps |= decision->keeps[t] ? 1 << t : 0;
	}
	put_bool(values, nulls, B_ACCOUNT_CREATED, lc_creates_account(request));
	put_bool(values, nulls, B_ACCOUNT_IS_PERSON, decision->person == LC_PERSON_ACCOUNT || keeps_person(request, T_ACCOUNT));
	put_bool(values, nulls, B_CONTACT_IS_PERSON, decision->person != LC_NO_PERSON || keeps_person(request, T_CONTACT));
	put_id(values, nulls, B_CONTACT_ACCOUNT_ID,
		   decision->target_id[decision->person != LC_NO_PERSON ? T_PERSON : T_ACCOUNT]);
	values[B_KEEPS] = Int32GetDatum(keeps);
	nulls[B_KEEPS] = false;
	put_id(values, nulls, B_OWNER_ID, decision->owner_id);
	put_id(values, nulls, B_CONVERTER_ID, run->user_id);
	put_text(values, nulls, B_CONVERTED_STATUS, decision->converted_status);
	values[B_CONVERTED_DATE] = DateADTGetDatum(run->today);
	nulls[B_CONVERTED_DATE] = false;
	put_text(values, nulls, B_OPPORTUNITY_NAME, decision->opportunity_name);
	if (decision->stage)
		put_text(values, nulls, B_STAGE_NAME, decision->stage->api_name);
	values[B_CLOSE_DATE] = DateADTGetDatum(run->close_date);
	nulls[B_CLOSE_DATE] = false;
	put_id(values, nulls, B_LATEST_CAMPAIGN_ID, request->facts.latest_campaign_id);
	put_id(values, nulls, B_RESULTING_DIVISION_ID, decision->resulting_division_id);
	put_bool(values, nulls, B_ADD_ROLE, decision->add_role);
	put_bool(values, nulls, B_ROLE_IS_PRIMARY, decision->role_is_primary);
	put_bool(values, nulls, B_ADD_RELATION, decision->add_relation);
	put_bool(values, nulls, B_RELATION_IS_DIRECT, decision->relation_is_direct);
	values[B_CONTACT_RANK] = Int32GetDatum(decision->contact_rank);
	nulls[B_CONTACT_RANK] = false;
	if (decision->follow_up)
		put_field(values, nulls, B_FOLLOW_UP_TASK, request, F_FOLLOW_UP_TASK);
	put_bool(values, nulls, B_NOTIFY, decision->notify);
	put_id(values, nulls, B_RELATED_PERSON_ACCOUNT_ID, decision->related_person_account_id);
	if (request->normalized)
	{
		values[B_REQUEST] = JsonbPGetDatum(request->normalized);
		nulls[B_REQUEST] = false;
	}
	put_field(values, nulls, B_REQUEST_ID, request, F_REQUEST_ID);
	put_field(values, nulls, B_REASON, request, F_REASON);
	put_id(values, nulls, B_FOLLOW_UP_TASK_ID, decision->follow_up_task_id);
	if (request->undoing != NULL)
	{
		/* what the ledger says */
		if (request->undoing->undo != NULL)
		{
			values[B_UNDO] = JsonbPGetDatum(request->undoing->undo);
			nulls[B_UNDO] = false;
		}
		if (request->undoing->owner_changes != NULL)
		{
			values[B_OWNER_CHANGES] = JsonbPGetDatum(request->undoing->owner_changes);
			nulls[B_OWNER_CHANGES] = false;
		}
	}
	else if (run->frame != NULL)
	{
		/* what happened, for the ledger */
		StringInfoData warnings;

		/* a completion makes a row only of a conversion that has none */
		put_text(values, nulls, B_ORIGIN, run->options.complete ? "imported" : run->options.job ? "job" : run->options.is_bulk ? "bulk" : "single");
		put_text(values, nulls, B_JOB, run->options.job);
		values[B_OPTIONS] = run->call_options;
		nulls[B_OPTIONS] = run->call_options == (Datum) 0;
		values[B_UNDO] = JsonbPGetDatum(lc_undo_object(run, request));
		nulls[B_UNDO] = false;

		put_json(values, nulls, B_FILLED_FIELDS, filled_fields_json(request));
		if (outcome->owner_changes)
			put_json(values, nulls, B_OWNER_CHANGES, outcome->owner_changes->data);
		if (outcome->merged_members)
			put_json(values, nulls, B_MERGED_CAMPAIGN_MEMBERS, outcome->merged_members->data);
		if (outcome->warnings != NIL)
		{
			initStringInfo(&warnings);
			lc_append_errors_json(&warnings, outcome->warnings);
			put_json(values, nulls, B_WARNINGS, warnings.data);
		}
	}
	put_text(values, nulls, B_ACCOUNT_KEY, decision->account_key);
	put_text(values, nulls, B_CONTACT_KEY, decision->contact_key);
	put_text(values, nulls, B_PERSON_NAME, decision->person_name);
}

/* The row of a batch of one, as parameters from $2 on */
static ParamListInfo
one_row(LcRun *run, LcRequest *request)
{
	Datum		values[LC_NBATCHCOLUMNS];
	bool		nulls[LC_NBATCHCOLUMNS];
	ParamListInfo params = makeParamList(1 + LC_NBATCHCOLUMNS);

	fill_row(run, request, 0, values, nulls);
	params->params[0].value = (Datum) 0;
	params->params[0].isnull = true;
	params->params[0].pflags = 0;
	params->params[0].ptype = InvalidOid;
	for (int i = 0; i < LC_NBATCHCOLUMNS; i++)
	{
		ParamExternData *param = &params->params[1 + i];

		param->value = nulls[i] ? (Datum) 0 : values[i];
		param->isnull = nulls[i];
		param->pflags = PARAM_FLAG_CONST;
		param->ptype = batch_columns[i].type;
	}
	return params;
}

/* An empty tuple store, whose files belong to the batch's resource owner */
static Tuplestorestate *
begin_tuples(LcRun *run)
{
	ResourceOwner oldowner = CurrentResourceOwner;
	Tuplestorestate *tuples;

	if (run->batch_owner == NULL)
		run->batch_owner = ResourceOwnerCreate(run->call_owner, "leadconv batch");

	/* after an error, whoever ends the (sub)transaction sets the owner right */
	CurrentResourceOwner = run->batch_owner;
	tuples = tuplestore_begin_heap(true, false, work_mem);
	CurrentResourceOwner = oldowner;
	return tuples;
}

/*
 * Lays down the tuples of conversion_batch anew, one for each request.  A batch of
 * one is not laid down at all: its values become parameters of the statements.
 * Works in the current memory context, which must live until lc_batch_end(), the
 * next lc_batch_fill() or, after an error, lc_batch_abandon().
 */
void
lc_batch_fill(LcRun *run, LcRequest **requests, int nrequests)
{
	MemoryContext scratch;
	MemoryContext oldcontext;

	lc_batch_end(run);
	run->one = NULL;
	if (nrequests == 1)
	{
		run->one = one_row(run, requests[0]);
		return;
	}
	run->batch = begin_tuples(run);
	run->relation->reldata = run->batch;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "leadconv batch row", ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(scratch);
	for (int i = 0; i < nrequests; i++)
	{
		Datum		values[LC_NBATCHCOLUMNS];
		bool		nulls[LC_NBATCHCOLUMNS];

		CHECK_FOR_INTERRUPTS();
		fill_row(run, requests[i], i, values, nulls);
		tuplestore_putvalues(run->batch, batch_desc(), values, nulls);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(scratch);
}

/* Ends the tuples of conversion_batch, if there are any */
void
lc_batch_end(LcRun *run)
{
	if (run->batch)
		tuplestore_end(run->batch);
	run->batch = NULL;
	run->relation->reldata = NULL;
}

/*
 * Forgets the tuples of conversion_batch after an error, in the middle of which
 * they may have been.  Their files are closed; their memory goes with its context.
 */
void
lc_batch_abandon(LcRun *run)
{
	run->batch = NULL;
	run->relation->reldata = NULL;
	if (run->batch_owner == NULL)
		return;
	ResourceOwnerRelease(run->batch_owner, RESOURCE_RELEASE_BEFORE_LOCKS, false, false);
	ResourceOwnerRelease(run->batch_owner, RESOURCE_RELEASE_LOCKS, false, false);
	ResourceOwnerRelease(run->batch_owner, RESOURCE_RELEASE_AFTER_LOCKS, false, false);
	ResourceOwnerDelete(run->batch_owner);
	run->batch_owner = NULL;
}

/* Ends what lc_batch_open() began, in a run that did not fail */
void
lc_batch_close(LcRun *run)
{
	SPI_unregister_relation("conversion_batch");
	lc_batch_end(run);
	if (run->batch_owner)
		ResourceOwnerDelete(run->batch_owner);
	run->batch_owner = NULL;
}
