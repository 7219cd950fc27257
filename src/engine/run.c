/*-------------------------------------------------------------------------
 *
 * run.c
 *	  A run: its beginning, its end, its result, and what its errors say.
 *
 * Everything is allocated in the memory context that is current when a function
 * is called; the caller resets it after the run.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

#include "engine/engine.h"

/* The attributes of leadconv.lead_convert_result, in its order */
enum
{
	RESULT_LEAD_ID,
	RESULT_ACCOUNT_ID,
	RESULT_CONTACT_ID,
	RESULT_OPPORTUNITY_ID,
	RESULT_RELATED_PERSON_ACCOUNT_ID,
	RESULT_SUCCESS,
	RESULT_ACCOUNT_CREATED,
	RESULT_CONTACT_CREATED,
	RESULT_OPPORTUNITY_CREATED,
	RESULT_ERRORS,
	RESULT_WARNINGS,
	NUM_RESULTS
};

/* Reset callback of the context of a run, however it ends */
static void
run_unpin_program(void *arg)
{
	lc_program_unpin(arg);
}

/*
 * The options of the call that are not the default, as a JSON object for the
 * ledger, or 0 when there are none.  A job never asks for all or none.
 */
static Datum
unusual_options(const LcOptions *options)
{
	const struct
	{
		const char *name;
		bool		value;
		bool		usual;
	}			flags[] = {
		{"all_or_none", options->all_or_none, options->job == NULL},
		{"allow_save", options->allow_save, false},
		{"reuse_accounts", options->reuse_accounts, false},
		{"reuse_contacts", options->reuse_contacts, false}
	};
	StringInfoData buf;

	initStringInfo(&buf);
	for (size_t i = 0; i < lengthof(flags); i++)
	{
		if (flags[i].value != flags[i].usual)
			appendStringInfo(&buf, "%s\"%s\": %s", buf.len ? ", " : "{", flags[i].name, flags[i].value ? "true" : "false");
	}
	if (buf.len == 0)
		return (Datum) 0;
	appendStringInfoChar(&buf, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data));
}

/*
 * Begins a run: gets the program and opens the batch.  The SPI connection of the
 * run must be open, and its context current: the program is pinned until that
 * context goes, at SPI_finish() or when an error unwinds it.
 */
void
lc_run_begin(LcRun *run, const LcOptions *options)
{
	bool		isnull;
	MemoryContextCallback *unpin = palloc0(sizeof(MemoryContextCallback));

	memset(run, 0, sizeof(LcRun));
	run->options = *options;
	run->caller = GetUserId();
	run->step = "compile";
	run->filling = -1;
	run->call_options = unusual_options(options);
	run->trigger_depth = DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
	run->user_id = lc_current_user_id(&isnull);
	if (isnull)
		run->user_id = 0;
	run->program = lc_program_get();
	lc_conversion_dates(run->program->settings.fiscal_year_start_month, &run->today, &run->close_date);
	lc_program_pin(run->program);
	unpin->func = run_unpin_program;
	unpin->arg = run->program;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, unpin);
	lc_batch_open(run);
}

/* Ends a run that did not fail */
void
lc_run_end(LcRun *run)
{
	lc_batch_close(run);
}

/* The request whose row a trigger noted last, or NULL */
LcRequest *
lc_run_culprit(LcRun *run)
{
	LcFrame    *frame = run->frame;

	if (run->nrequests == 1)
		return run->request[0];
	if (frame == NULL || frame->noted_id == 0)
		return NULL;
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (frame->noted_relid == run->program->lead_relid)
		{
			if (lc_lead_id(request) == frame->noted_id)
				return request;
			continue;
		}
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			if (frame->noted_relid == run->program->target[t].relid &&
				request->decision.target_id[t] == frame->noted_id)
				return request;
		}
	}
	return NULL;
}

/*
 * Error context callback of a run: which lead, which step, and the status code
 * that the error stands for.
 */
void
lc_run_error_context(void *arg)
{
	LcRun	   *run = arg;
	LcRequest  *culprit = run->judged ? run->judged : lc_run_culprit(run);
	StringInfoData buf;
	int			code = geterrcode();

	/* a foreign key's own trigger does not count: its errors have a code each */
	run->error_in_trigger =
		DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0)) > run->trigger_depth;

	initStringInfo(&buf);
	if (culprit != NULL && lc_given(culprit, F_LEAD_ID))
		appendStringInfo(&buf, "lead conversion of lead " INT64_FORMAT,
						 lc_lead_id(culprit));
	else
		appendStringInfoString(&buf, "lead conversion");
	if (culprit != NULL && run->options.nrequests > 1)
		appendStringInfo(&buf, " (request %d of %d)", culprit->position, run->options.nrequests);
	appendStringInfo(&buf, ", step %s", run->step);
	if (code != 0)
		appendStringInfo(&buf, ", status code %s", lc_status_for_sqlstate(code, run->error_in_trigger));
	errcontext("%s", buf.data);
	pfree(buf.data);
}

/*
 * Takes the text of our own statement, which SPI adds, out of the context of an
 * error: it is long and says nothing that the step does not.
 */
void
lc_run_clean_context(LcRun *run, ErrorData *edata)
{
	char	   *line;
	char	   *found;

	if (run->query == NULL || edata->context == NULL)
		return;
	line = psprintf("SQL statement \"%s\"\n", run->query);
	found = strstr(edata->context, line);
	if (found != NULL)
		memmove(found, found + strlen(line), strlen(found + strlen(line)) + 1);
	pfree(line);
	/* it is not kept longer than the statement */
	run->query = NULL;
}

/*
 * The result of a request as a composite of type leadconv.lead_convert_result, in
 * the current memory context.
 */
Datum
lc_result(LcRun *run, LcRequest *request, TupleDesc desc)
{
	const LcDecision *decision = &request->decision;
	const LcOutcome *outcome = &request->outcome;
	LcError    *refusal = lc_refusal(request);
	Datum		values[NUM_RESULTS] = {0};
	bool		nulls[NUM_RESULTS] = {false};
	bool		success = refusal == NULL;

	values[RESULT_LEAD_ID] = request->value[F_LEAD_ID];
	nulls[RESULT_LEAD_ID] = request->isnull[F_LEAD_ID];
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		values[RESULT_ACCOUNT_ID + t] = Int64GetDatum(decision->target_id[t]);
		nulls[RESULT_ACCOUNT_ID + t] = !success || decision->target_id[t] == 0;
		values[RESULT_ACCOUNT_CREATED + t] = BoolGetDatum(success && decision->creates[t]);
	}
	values[RESULT_RELATED_PERSON_ACCOUNT_ID] = Int64GetDatum(decision->related_person_account_id);
	nulls[RESULT_RELATED_PERSON_ACCOUNT_ID] = !success || decision->related_person_account_id == 0;
	values[RESULT_SUCCESS] = BoolGetDatum(success);
	values[RESULT_ERRORS] = lc_errors_to_array(success ? NIL : list_make1(refusal), run->program->error_desc);
	values[RESULT_WARNINGS] = outcome->replayed_warnings ? outcome->replayed_warnings :
		lc_errors_to_array(success ? outcome->warnings : NIL, run->program->error_desc);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
