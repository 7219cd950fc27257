/*-------------------------------------------------------------------------
 *
 * look.c
 *	  What requests would do: judged as for a conversion, and nothing done.
 *
 * A run that only looks takes the way of every run through judge.c, with the forms
 * of the statements that lock no rows; takes no advisory lock, draws no id and
 * writes nothing, so that it works in a read-only transaction.  It collects every
 * reason for which a request would be refused, and reads the rows that would be
 * written before they are (record.c).
 *
 * One row of the result is one fact: request_position, lead_id, step, object,
 * record_id, field, old_value, new_value, source, status_code, note.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_look);

/* The columns of the result */
enum
{
	LOOK_POSITION,
	LOOK_LEAD_ID,
	LOOK_STEP,
	LOOK_OBJECT,
	LOOK_RECORD_ID,
	LOOK_FIELD,
	LOOK_OLD_VALUE,
	LOOK_NEW_VALUE,
	LOOK_SOURCE,
	LOOK_STATUS_CODE,
	LOOK_NOTE,
	NUM_LOOK
};

/* Adds a row; every text may be NULL, record_id 0 */
static void
put_fact(ReturnSetInfo *rsinfo, const LcRequest *request, const char *step, const char *object, int64 record_id,
		 const char *field, const char *new_value, const char *source, const char *status_code, const char *note)
{
	Datum		values[NUM_LOOK] = {0};
	bool		nulls[NUM_LOOK];
	const struct
	{
		int			column;
		const char *value;
	}			texts[] = {
		{LOOK_STEP, step},
		{LOOK_OBJECT, object},
		{LOOK_FIELD, field},
		{LOOK_NEW_VALUE, new_value},
		{LOOK_SOURCE, source},
		{LOOK_STATUS_CODE, status_code},
		{LOOK_NOTE, note}
	};

	memset(nulls, true, sizeof(nulls));
	values[LOOK_POSITION] = Int32GetDatum(request->position);
	nulls[LOOK_POSITION] = false;
	values[LOOK_LEAD_ID] = request->value[F_LEAD_ID];
	nulls[LOOK_LEAD_ID] = request->isnull[F_LEAD_ID];
	values[LOOK_RECORD_ID] = Int64GetDatum(record_id);
	nulls[LOOK_RECORD_ID] = record_id == 0;
	for (size_t i = 0; i < lengthof(texts); i++)
	{
		if (texts[i].value == NULL)
			continue;
		values[texts[i].column] = CStringGetTextDatum(texts[i].value);
		nulls[texts[i].column] = false;
	}
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* LcRowReceiver: a fact for each value of a new record */
static void
put_row(LcRequest *request, LcTarget t, const LcRowValue *values, int nvalues, void *arg)
{
	CHECK_FOR_INTERRUPTS();
	for (int i = 0; i < nvalues; i++)
	{
		if (values[i].value != NULL)
			put_fact(arg, request, lc_target[t].table, lc_target_key(request, t), 0, values[i].column,
					 values[i].value, values[i].source, NULL, NULL);
	}
}

/* Facts about one target: the new records, and what is filled of existing ones */
static void
put_target(LcRun *run, LcTarget t, ReturnSetInfo *rsinfo)
{
	bool		creates = false;

	for (int i = 0; i < run->nrequests; i++)
		creates |= run->request[i]->decision.creates[t];
	if (creates)
		lc_read_rows(run, t, put_row, rsinfo);

	lc_decide_fills(run, t);
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		ListCell   *lc;

		CHECK_FOR_INTERRUPTS();
		if (request->decision.adopts[t])
			put_fact(rsinfo, request, lc_target[t].table, lc_target[t].name, request->decision.target_id[t], lc_target[t].account_column,
					 request->decision.target_id[T_ACCOUNT] == 0 ? NULL : psprintf(INT64_FORMAT, request->decision.target_id[T_ACCOUNT]),
					 "engine", NULL, NULL);
		foreach(lc, request->outcome.filled_fields[t])
			put_fact(rsinfo, request, lc_target[t].table, lc_target_key(request, t), request->decision.target_id[t], lfirst(lc),
					 NULL, "lead", NULL, NULL);
		/* and what follows from it */
		if (t == T_CONTACT && lc_renames_person(request))
			put_fact(rsinfo, request, lc_target[T_PERSON].table, lc_target_key(request, T_PERSON),
					 request->decision.target_id[T_PERSON], "name", NULL, "engine", NULL, NULL);
	}
}

/* Errors, warnings, and whether the request has been made before */
static void
put_outcome(const LcRequest *request, ReturnSetInfo *rsinfo)
{
	ListCell   *lc;

	if (request->outcome.replayed)
		put_fact(rsinfo, request, "replay", NULL, 0, NULL, NULL, NULL, NULL, NULL);
	foreach(lc, request->outcome.errors)
	{
		LcError    *error = lfirst(lc);

		put_fact(rsinfo, request, "error", NULL, 0, error->fields ? linitial(error->fields) : NULL,
				 NULL, NULL, error->status_code, error->message);
	}
	foreach(lc, request->outcome.warnings)
	{
		LcError    *warning = lfirst(lc);

		put_fact(rsinfo, request, "warning", NULL, 0, warning->fields ? linitial(warning->fields) : NULL,
				 NULL, NULL, warning->status_code, warning->message);
	}
}

/* A call of leadconv.look() */
typedef struct LookCall
{
	LcRun		run;
	LcRequest **requests;
	int			nrequests;
	ReturnSetInfo *rsinfo;
} LookCall;

/* Looks at all requests of a call */
static void
look_at_all(void *arg)
{
	LookCall   *call = arg;
	LcRun	   *run = &call->run;
	int			n = 0;

	run->step = "judge";
	lc_judge(run, call->requests, call->nrequests);

	/* of what would be refused there are reasons, and no rows */
	for (int i = 0; i < run->nrequests; i++)
	{
		if (lc_refusal(run->request[i]) == NULL)
			run->request[n++] = run->request[i];
	}
	run->nrequests = n;
	if (n > 0)
	{
		lc_batch_fill(run, run->request, n);
		for (int t = 0; t < LC_NTARGETS; t++)
			put_target(run, t, call->rsinfo);
		lc_warn_of_cuts(run);
	}
	for (int i = 0; i < call->nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_outcome(call->requests[i], call->rsinfo);
	}
}

/* An argument that is a flag; false when it is not declared */
static bool
flag(FunctionCallInfo fcinfo, int argument)
{
	return PG_NARGS() > argument && !PG_ARGISNULL(argument) && PG_GETARG_BOOL(argument);
}

/*
 * Looks at an array of leadconv.lead_convert, with the flags reuse_accounts and
 * reuse_contacts; with a third, at what would complete conversions.
 */
Datum
leadconv_look(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	ArrayType  *array;
	TupleDesc	desc;
	Datum	   *elems;
	bool	   *nulls;
	int			nrequests;
	LcOptions	options = {.look = true};
	LookCall   *call;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	array = PG_GETARG_ARRAYTYPE_P(0);
	options.reuse_accounts = flag(fcinfo, 1);
	options.reuse_contacts = flag(fcinfo, 2);
	options.complete = flag(fcinfo, 3);
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &elems, &nulls, &nrequests);
	if (nrequests == 0)
		return (Datum) 0;
	desc = lookup_rowtype_tupdesc_copy(ARR_ELEMTYPE(array), -1);
	lc_check_request_type(desc);

	lc_spi_connect();
	call = palloc0(sizeof(LookCall));
	call->rsinfo = rsinfo;
	call->nrequests = options.nrequests = nrequests;
	call->requests = palloc_extended(sizeof(LcRequest *) * nrequests, MCXT_ALLOC_HUGE);
	for (int i = 0; i < nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		call->requests[i] = nulls[i]
			? lc_request_invalid(i + 1, lc_error(LC_REQUIRED_FIELD_MISSING, "lead_id", NULL,
												 "Build each request with leadconv.new_lead_convert().",
												 "the request is NULL"))
			: lc_request_from_tuple(i + 1, DatumGetHeapTupleHeader(elems[i]), desc);
	}
	lc_run_body(&call->run, &options, look_at_all, call);
	SPI_finish();
	return (Datum) 0;
}
