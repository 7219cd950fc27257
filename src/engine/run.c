/*-------------------------------------------------------------------------
 *
 * run.c
 *	  A run: its beginning and end, what its errors say, and its result.
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
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
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
 * Gets the program and opens the batch.  The SPI connection of the run must be open,
 * and its context current: the program is pinned until that context goes, at
 * SPI_finish() or when an error unwinds it.
 */
static void
run_begin(LcRun *run, const LcOptions *options)
{
	bool		isnull;
	MemoryContextCallback *unpin = palloc0(sizeof(MemoryContextCallback));

	run->options = *options;
	run->caller = GetUserId();
	run->call_owner = CurrentResourceOwner;
	run->filling = -1;
	run->call_options = unusual_options(options);
	run->trigger_depth = DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
	run->user_id = lc_current_user_id(&isnull);
	if (isnull)
		run->user_id = 0;
	/* a list that is registered from now on is not in the program */
	if (!options->look)
		lc_use_related_lists();
	run->program = lc_program_get();
	lc_conversion_dates(run->program->settings.fiscal_year_start_month, &run->today, &run->close_date);
	lc_program_pin(run->program);
	unpin->func = run_unpin_program;
	unpin->arg = run->program;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, unpin);
	lc_batch_open(run);
}

/* The request whose row a trigger noted last, or NULL */
LcRequest *
lc_run_culprit(LcRun *run)
{
	bool		is_made;

	if (run->nrequests == 1)
		return run->request[0];
	if (run->frame == NULL || run->frame->noted_id == 0)
		return NULL;
	return lc_request_of_row(run, run->frame->noted_relid, run->frame->noted_id, &is_made);
}

/* Where the run is: which lead, which step */
static void
append_place(LcRun *run, StringInfo buf)
{
	LcRequest  *culprit = run->judged ? run->judged : lc_run_culprit(run);

	if (run->options.undo)
		appendStringInfoString(buf, "undo of ");
	if (culprit != NULL && lc_given(culprit, F_LEAD_ID))
		appendStringInfo(buf, "lead conversion of lead " INT64_FORMAT,
						 lc_lead_id(culprit));
	else
		appendStringInfoString(buf, "lead conversion");
	if (culprit != NULL && run->options.nrequests > 1)
		appendStringInfo(buf, " (request %d of %d)", culprit->position, run->options.nrequests);
	appendStringInfo(buf, ", step %s", run->step);
}

/*
 * Error context callback of a run: where it is.  It is called for everything that is
 * reported, notices and warnings of a user's trigger, too, and cannot tell what it
 * is called for; so the status code is added by lc_run_tidy_error(), which sees errors only.
 */
static void
error_context(void *arg)
{
	LcRun	   *run = arg;
	StringInfoData buf;

	/* a foreign key's own trigger does not count: its errors have a code each */
	run->error_in_trigger =
		DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0)) > run->trigger_depth;
	run->place_told = true;

	initStringInfo(&buf);
	append_place(run, &buf);
	errcontext("%s", buf.data);
	pfree(buf.data);
}

/*
 * The lines of a context in which text stands, all of them when it has several, or
 * NULL.  whole = text must be all that stands there.  Sets *end to the zero byte or
 * line feed behind them.
 */
static char *
find_lines(char *context, const char *text, bool whole, char **end)
{
	size_t		len = strlen(text);

	for (char *found = strstr(context, text); found != NULL; found = strstr(found + 1, text))
	{
		char	   *start = found;

		*end = found + len;
		while (start > context && start[-1] != '\n')
			start--;
		while (**end != '\0' && **end != '\n')
			(*end)++;
		if (!whole || (start == found && *end == found + len))
			return start;
	}
	return NULL;
}

/*
 * Takes the row or value that is not right out of an error, where a statement with
 * the rights of an owner has set values of rows that the caller may not see: the
 * server shows what the statement has set.  It is left to the server's log.
 */
static void
hide_row(LcRun *run, ErrorData *edata)
{
	int			class = ERRCODE_TO_CATEGORY(edata->sqlerrcode);

	if (!run->sees_more || edata->detail == NULL ||
		(class != ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION) &&
		 class != ERRCODE_TO_CATEGORY(ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION) &&
		 class != ERRCODE_TO_CATEGORY(ERRCODE_WITH_CHECK_OPTION_VIOLATION)))
		return;
	if (edata->detail_log == NULL)
		edata->detail_log = edata->detail;
	edata->detail = NULL;
}

/*
 * What to do about a constraint of a record's table, which the server cannot know.
 * Not for what a trigger does: it may have written another row than ours.
 */
static void
add_hint(LcRun *run, ErrorData *edata)
{
	const char *record = NULL;

	if (edata->hint != NULL || run->error_in_trigger || edata->table_name == NULL ||
		edata->schema_name == NULL || strcmp(edata->schema_name, "crm") != 0)
		return;
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (strcmp(edata->table_name, lc_target[t].name) == 0)
			record = lc_target[t].name;
	}
	if (record == NULL)
		return;
	switch (edata->sqlerrcode)
	{
		case ERRCODE_NOT_NULL_VIOLATION:
			if (edata->column_name == NULL)
				break;
			if (strcmp(record, lc_target[T_ACCOUNT].name) == 0 && strcmp(edata->column_name, "name") == 0 &&
				run->program != NULL && run->program->settings.person_accounts_enabled)
				edata->hint = pstrdup("Give the lead a company or, for a person account, a last name; or give account_record a name, or contact_record a last_name.");
			else
				edata->hint = psprintf("Map a lead field to column \"%s\" with leadconv.map_lead_field(), give the column a default, or give its value in %s_record.",
									   edata->column_name, record);
			break;
		case ERRCODE_CHECK_VIOLATION:
			edata->hint = psprintf("Correct the lead, or give values that the constraint accepts in %s_record.", record);
			break;
		case ERRCODE_UNIQUE_VIOLATION:
			edata->hint = psprintf("Give the record that is there in %s_id, or other values in %s_record.", record, record);
			break;
		default:
			break;
	}
}

/*
 * Completes what a caught error says: adds a hint, adds the status code as a field of its
 * own and to the line of error_context(), and takes our own statement out, which SPI adds to the context or,
 * where the error has a position in it, makes the internal query; it is long and says
 * nothing that the step does not.  The words around it are in the server's language.
 */
void
lc_run_tidy_error(LcRun *run, ErrorData *edata)
{
	char	   *start;
	char	   *end;

	hide_row(run, edata);
	add_hint(run, edata);
	if (run->query != NULL && edata->context != NULL &&
		(start = find_lines(edata->context, run->query, false, &end)) != NULL)
	{
		if (*end == '\n')
			end++;
		memmove(start, end, strlen(end) + 1);
	}
	if (run->query != NULL && edata->internalquery != NULL && strcmp(edata->internalquery, run->query) == 0)
	{
		edata->internalquery = NULL;
		edata->internalpos = 0;
	}
	/* it is not kept longer than the statement */
	run->query = NULL;

	/* for programs; what a domain refuses has the domain's name there */
	if (edata->datatype_name == NULL)
		edata->datatype_name = pstrdup(lc_status_for_sqlstate(edata->sqlerrcode, run->error_in_trigger));
	if (run->place_told && edata->context != NULL)
	{
		StringInfoData place;

		initStringInfo(&place);
		append_place(run, &place);
		if (find_lines(edata->context, place.data, true, &end) != NULL)
			edata->context = psprintf("%.*s, status code %s%s", (int) (end - edata->context), edata->context,
									  lc_status_for_sqlstate(edata->sqlerrcode, run->error_in_trigger), end);
		pfree(place.data);
	}
	run->place_told = false;
}

/*
 * Begins a run, calls body with arg, and ends the run.  Errors that are raised
 * meanwhile say where the run was.  There must be an SPI connection, whose memory
 * context is current and stays so; *run is all zeros.
 */
void
lc_run_body(LcRun *run, const LcOptions *options, void (*body) (void *arg), void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	ErrorContextCallback errcallback;
	volatile int nestlevel = 0;

	/* our plans are generic, and looks rely on it; the abort of the (sub)transaction restores the setting */
	if (plan_cache_mode == PLAN_CACHE_MODE_FORCE_CUSTOM_PLAN)
	{
		nestlevel = NewGUCNestLevel();
		lc_set_parameter("plan_cache_mode", "auto");
	}

	run->step = "compile";
	errcallback.callback = error_context;
	errcallback.arg = run;
	errcallback.previous = error_context_stack;
	error_context_stack = &errcallback;

	PG_TRY();
	{
		run_begin(run, options);
		body(arg);
		lc_batch_close(run);
	}
	PG_CATCH();
	{
		ErrorData  *edata;

		/* nothing is caught here */
		MemoryContextSwitchTo(context);
		edata = CopyErrorData();
		FlushErrorState();
		lc_run_tidy_error(run, edata);
		error_context_stack = errcallback.previous;
		ReThrowError(edata);
	}
	PG_END_TRY();

	error_context_stack = errcallback.previous;
	if (nestlevel > 0)
		AtEOXact_GUC(true, nestlevel);
}

/*
 * Raises SCHEMA_NOT_READY unless the row type of leadconv.lead_convert_result has
 * just the attributes that lc_result() gives values.
 */
void
lc_check_result_type(TupleDesc desc)
{
	Oid			errors = get_array_type(lc_type_oid("lead_convert_error"));
	const Oid	types[NUM_RESULTS] = {
		INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, BOOLOID, BOOLOID, BOOLOID, BOOLOID, errors, errors
	};

	lc_check_row_type(desc, "lead_convert_result", types, NUM_RESULTS);
}

/*
 * The result of a request as a composite of type leadconv.lead_convert_result, whose
 * row type has been checked, in the current memory context.
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
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		bool		created = t == T_ACCOUNT ? lc_creates_account(request) : decision->creates[t];
		int			place = t - T_ACCOUNT;

		values[RESULT_ACCOUNT_ID + place] = Int64GetDatum(decision->target_id[t]);
		nulls[RESULT_ACCOUNT_ID + place] = !success || decision->target_id[t] == 0;
		values[RESULT_ACCOUNT_CREATED + place] = BoolGetDatum(success && created);
	}
	values[RESULT_RELATED_PERSON_ACCOUNT_ID] = Int64GetDatum(decision->related_person_account_id);
	nulls[RESULT_RELATED_PERSON_ACCOUNT_ID] = !success || decision->related_person_account_id == 0;
	values[RESULT_SUCCESS] = BoolGetDatum(success);
	values[RESULT_ERRORS] = lc_errors_to_array(success ? NIL : list_make1(refusal), run->program->error_desc);
	values[RESULT_WARNINGS] = outcome->replayed_warnings ? outcome->replayed_warnings :
		lc_errors_to_array(success ? outcome->warnings : NIL, run->program->error_desc);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
