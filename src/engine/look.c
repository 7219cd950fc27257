/*-------------------------------------------------------------------------
 *
 * look.c
 *	  What requests would do: judged as for a conversion, and nothing done.
 *
 * A run that only looks takes the way of every run through judge.c, with the forms
 * of the statements that lock no rows; takes no advisory lock, draws no id and
 * writes nothing, so that it works in a read-only transaction, and on a standby.  It
 * collects every reason for which a request would be refused, and reads the rows that
 * would be written before they are (record.c).  All requests of a call are looked at
 * together, because a later one may use what an earlier one would make.
 *
 * One row of the result is one fact (look_fact.c).
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "funcapi.h"

#include "engine/engine.h"

/* A call */
typedef struct LookCall
{
	LcRun		run;
	LcLook		look;
	LcRequest **requests;
	int			nrequests;
} LookCall;

/* What is asked for, and who the owner is where the request does not say it */
static void
put_arguments(LcLook *look, const LcRequest *request)
{
	LcLookFact	fact = {.step = "argument", .source = "request"};

	for (int f = F_LEAD_ID + 1; f < LC_NFIELDS; f++)
	{
		if (request->isnull[f])
			continue;
		fact.field = lc_field_name(f);
		fact.new_value = lc_value_text(request->value[f], lc_field_type(f));
		lc_look_fact(look, request, &fact);
	}
	if (lc_refusal(request) == NULL && !request->outcome.replayed && !lc_given(request, F_OWNER_ID) &&
		request->decision.owner_id != 0)
	{
		fact.source = "engine";
		fact.field = "owner_id";
		fact.new_value = psprintf(INT64_FORMAT, request->decision.owner_id);
		lc_look_fact(look, request, &fact);
	}
}

/* What a request would be answered that has been made before */
static void
put_replay(LcLook *look, const LcRequest *request)
{
	LcLookFact	fact = {.step = "replay", .field = "lead_id", .source = "engine"};

	fact.new_value = psprintf(INT64_FORMAT, lc_lead_id(request));
	fact.note = "this request has been made before";
	lc_look_fact(look, request, &fact);
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		fact.record_id = request->decision.target_id[t];
		if (fact.record_id == 0)
			continue;
		fact.object = lc_target[t].table;
		fact.field = psprintf("%s_id", lc_target[t].name);
		fact.new_value = psprintf(INT64_FORMAT, fact.record_id);
		fact.note = request->decision.creates[t] ? "created" : NULL;
		lc_look_fact(look, request, &fact);
	}
}

/* Errors or warnings */
static void
put_errors(LcLook *look, const LcRequest *request, List *errors, const char *step)
{
	ListCell   *lc;

	foreach(lc, errors)
	{
		LcError    *error = lfirst(lc);
		LcLookFact	fact = {.step = step, .field = error->fields ? linitial(error->fields) : NULL,
		.status_code = error->status_code, .note = error->message};

		lc_look_fact(look, request, &fact);
	}
}

/* What duplicate rules have found for the new records of a request */
static void
put_duplicates(LcLook *look, const LcRequest *request)
{
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		ListCell   *lc;

		foreach(lc, request->decision.duplicates[t])
		{
			const LcDuplicate *duplicate = lfirst(lc);
			LcLookFact	fact = {.step = "duplicate", .object = lc_target[t].table, .status_code = "DUPLICATES_DETECTED"};
			ListCell   *match;

			foreach(match, duplicate->earlier)
			{
				fact.note = lc_earlier_note(duplicate, lfirst(match));
				lc_look_fact(look, request, &fact);
			}
			foreach(match, duplicate->matches)
			{
				fact.record_id = ((LcMatch *) lfirst(match))->id;
				fact.note = lc_match_note(duplicate, lfirst(match));
				lc_look_fact(look, request, &fact);
			}
			if (duplicate->earlier == NIL && duplicate->matches == NIL)
			{
				fact.note = lc_match_note(duplicate, NULL);
				lc_look_fact(look, request, &fact);
			}
		}
	}
}

/* A request that an earlier one of the call leaves nothing to do for */
typedef struct Earlier
{
	char	   *key;			/* hash key: lead, or request id */
	LcRequest  *request;
} Earlier;

/* The first request of a key, or NULL when it is this one */
static LcRequest *
earlier_request(HTAB *table, char *key, LcRequest *request)
{
	bool		found;
	Earlier    *entry = hash_search(table, &key, HASH_ENTER, &found);

	if (!found)
		entry->request = request;
	return found ? entry->request : NULL;
}

/*
 * A call is done in the order of its requests, so that a later one finds what an
 * earlier one has done: its lead converted, its request id used.
 */
static void
judge_repeated(LookCall *call)
{
	LcRun	   *run = &call->run;
	HTAB	   *leads = lc_key_table("leadconv leads of a look", run->nrequests, sizeof(Earlier));
	HTAB	   *request_ids = lc_key_table("leadconv request ids of a look", 16, sizeof(Earlier));
	int			n = 0;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LcRequest  *earlier;

		CHECK_FOR_INTERRUPTS();
		if (lc_given(request, F_REQUEST_ID) &&
			(earlier = earlier_request(request_ids, TextDatumGetCString(request->value[F_REQUEST_ID]), request)) != NULL)
		{
			if (compareJsonbContainers(&earlier->normalized->root, &request->normalized->root) == 0)
				request->outcome.replayed = true;
			else
				lc_refuse(request, LC_DUPLICATE_VALUE, "request_id", NULL, NULL,
						  "request id \"%s\" was used for a different request",
						  TextDatumGetCString(request->value[F_REQUEST_ID]));
			continue;
		}
		earlier = earlier_request(leads, psprintf(INT64_FORMAT, lc_lead_id(request)), request);
		if (earlier != NULL && !run->options.complete)
		{
			lc_refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, NULL, NULL, NULL,
					  "cannot reference converted lead: lead " INT64_FORMAT " has been converted already",
					  lc_lead_id(request));
			continue;
		}
		run->request[n++] = request;
	}
	run->nrequests = n;
	hash_destroy(leads);
	hash_destroy(request_ids);
}

/* Which records of new ones do others of the run use? */
static void
find_followed(LookCall *call)
{
	LcRun	   *run = &call->run;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		bool	   *followed = NULL;

		for (int i = 0; i < run->nrequests; i++)
		{
			const LcRequest *maker = run->request[i]->decision.follows[t];

			if (maker == NULL)
				continue;
			if (followed == NULL)
				followed = palloc_extended(sizeof(bool) * call->nrequests, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
			followed[maker->position - 1] = true;
		}
		call->look.followed[t] = followed;
	}
}

/* Facts about the records of the requests of the run */
static void
look_at_records(LookCall *call)
{
	LcRun	   *run = &call->run;

	call->look.states = NULL;
	find_followed(call);
	lc_pretend_ids(run);
	lc_decide_shared(run);
	lc_batch_fill(run, run->request, run->nrequests);
	for (int t = 0; t < LC_NTARGETS; t++)
		lc_look_records(&call->look, t);
}

/*
 * Takes the requests out whose rows would be refused.  Who was to use a record of theirs
 * makes it then, the first for the others.  Returns how many were taken out, which are
 * added to refused.
 */
static int
drop_refused(LookCall *call, LcRequest **refused, int nrefused)
{
	LcRun	   *run = &call->run;
	int			n = 0;
	int			ndropped = 0;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (lc_refusal(request) != NULL)
			refused[nrefused + ndropped++] = request;
		else
			run->request[n++] = request;
	}
	run->nrequests = n;
	for (int t = 0; t < LC_NTARGETS && ndropped > 0; t++)
	{
		for (int i = 0; i < n; i++)
		{
			LcDecision *decision = &run->request[i]->decision;
			LcRequest  *maker = decision->follows[t];

			if (maker == NULL || lc_refusal(maker) == NULL)
				continue;
			decision->follows[t] = NULL;
			decision->creates[t] = true;
			for (int j = i + 1; j < n; j++)
			{
				if (run->request[j]->decision.follows[t] == maker)
					run->request[j]->decision.follows[t] = run->request[i];
			}
		}
	}
	return ndropped;
}

/*
 * The same for those that would be refused: what they would have written.  They are looked
 * at each by itself, as they are tried.
 */
static void
look_at_refused(LookCall *call, LcRequest **refused, int nrefused)
{
	LcRun	   *run = &call->run;
	LcRequest **others = run->request;
	int			nothers = run->nrequests;

	for (int i = 0; i < nrefused; i++)
	{
		List	   *errors = list_copy(refused[i]->outcome.errors);

		CHECK_FOR_INTERRUPTS();
		run->request = &refused[i];
		run->nrequests = 1;
		look_at_records(call);
		refused[i]->outcome.errors = errors;
	}
	run->request = others;
	run->nrequests = nothers;
}

/* What is asked for in all requests */
static void
put_all_arguments(LookCall *call)
{
	for (int i = 0; i < call->nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_arguments(&call->look, call->requests[i]);
	}
}

/* Looks at all requests of a call */
static void
look_at_all(void *arg)
{
	LookCall   *call = arg;
	LcRun	   *run = &call->run;
	LcLook	   *look = &call->look;
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
	judge_repeated(call);
	put_all_arguments(call);
	if (run->nrequests > 0)
	{
		LcRequest **refused = palloc_extended(sizeof(LcRequest *) * run->nrequests, MCXT_ALLOC_HUGE);
		int			nrefused = 0;
		int			ndropped;

		/* what is refused fills nothing, and is used by nobody: the others are looked at once more */
		for (;;)
		{
			look_at_records(call);
			ndropped = drop_refused(call, refused, nrefused);
			if (ndropped == 0)
				break;
			nrefused += ndropped;
			tuplestore_clear(look->rsinfo->setResult);
			put_all_arguments(call);
			if (run->nrequests == 0)
				break;
		}
		look_at_refused(call, refused, nrefused);
	}
	if (run->nrequests > 0)
	{
		lc_batch_fill(run, run->request, run->nrequests);
		lc_warn_of_cuts(run);
		lc_look_related(look);
		lc_look_tasks(look);
	}
	for (int i = 0; i < call->nrequests; i++)
	{
		LcRequest  *request = call->requests[i];

		CHECK_FOR_INTERRUPTS();
		if (request->outcome.replayed)
			put_replay(look, request);
		put_duplicates(look, request);
		put_errors(look, request, request->outcome.errors, "error");
		put_errors(look, request, request->outcome.warnings, "warning");
	}
}

/*
 * Looks at requests, which source makes, and puts what they would do into the set of
 * rsinfo, a materialized one of leadconv.lead_preview.  Opens an SPI connection of its
 * own.
 */
void
lc_look_many(const LcOptions *options, int nrequests, LcRequestSource source, void *source_arg, ReturnSetInfo *rsinfo)
{
	LcOptions	run_options = *options;
	LookCall   *call;

	if (nrequests <= 0)
		return;
	lc_spi_connect();
	call = palloc0(sizeof(LookCall));
	call->look.run = &call->run;
	call->look.rsinfo = rsinfo;
	call->look.scratch = AllocSetContextCreate(CurrentMemoryContext, "leadconv look", ALLOCSET_SMALL_SIZES);
	call->nrequests = nrequests;
	call->requests = palloc_extended(sizeof(LcRequest *) * nrequests, MCXT_ALLOC_HUGE);
	for (int i = 0; i < nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		call->requests[i] = source(i, source_arg);
	}
	run_options.look = true;
	run_options.nrequests = nrequests;
	lc_run_body(&call->run, &run_options, look_at_all, call);
	SPI_finish();
}
