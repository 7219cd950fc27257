/*-------------------------------------------------------------------------
 *
 * bulk.c
 *	  From a list of requests to batches: locks, chunks, partial success.
 *
 * Requests are converted in chunks, in request order, so that memory stays flat.
 * A chunk is judged first; refused requests are out of it before anything is
 * written.  The rest is written inside one subtransaction (a call with one
 * request and all_or_none needs none).  When it fails, the subtransaction is
 * rolled back and the requests are tried again in smaller chunks: those before
 * the one whose row a trigger noted last, then that one alone; without a note, or
 * when it is of no use, halves.  (What fails after the rows of a statement, such as
 * a foreign key or an AFTER trigger, leaves a note of the last row.)  What fails
 * alone has failed: with partial success it becomes a row of
 * the result, else its error is raised, and since the order of requests is kept
 * it is that of the first failing request.
 *
 * Each attempt has a memory context of its own, below that of the SPI connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "engine/engine.h"

/* Requests in a chunk: at most, and after a failure */
#define MAX_CHUNK 1000
#define SMALL_CHUNK 32

/* Calls with more requests than this lock all match keys at once */
#define MAX_MATCH_KEY_LOCKS 64

/* A bulk call under way */
typedef struct BulkCall
{
	LcRun		run;
	int			nrequests;
	LcRequestSource source;
	void	   *source_arg;
	LcResultReceiver receive;
	void	   *receive_arg;
	const char *job;			/* name of the job, or NULL */
	LcError   **known_error;	/* per request: how it failed alone, or NULL */
	MemoryContext context;		/* of the call */
	bool		locked;			/* everything is locked */
	int			suspect;		/* index of the request to try alone, or -1 */
	int			failed_end;		/* end of the chunk that made it suspect */
	int			bad_end;		/* end of a range that failed and is halved, or 0 */
} BulkCall;

/* How an attempt ended */
typedef struct Attempt
{
	int			nrequests;		/* how many requests it covered */
	int			nwritten;		/* how many of them were to be written */
	ErrorData  *edata;			/* NULL = it worked */
	int			culprit;		/* index in the call of the one that failed, or -1 */
} Attempt;

/*
 * Locks the rows of one table, ascending by id.
 */
static void
lock_rows(BulkCall *call, LcStep step, int64 *ids, int nids, int target)
{
	LcRun	   *run = &call->run;
	LcRequest  *requests = palloc0(sizeof(LcRequest) * Min(Max(nids, 1), MAX_CHUNK));
	LcRequest **pointers = palloc(sizeof(LcRequest *) * Min(Max(nids, 1), MAX_CHUNK));
	int			n = 0;

	qsort(ids, nids, sizeof(int64), lc_compare_int64);
	for (int i = 0; i < nids; i++)
	{
		if (i > 0 && ids[i] == ids[i - 1] && n > 0)
			continue;
		memset(requests[n].isnull, true, sizeof(requests[n].isnull));
		if (target < 0)
		{
			requests[n].value[F_LEAD_ID] = Int64GetDatum(ids[i]);
			requests[n].isnull[F_LEAD_ID] = false;
		}
		else
			requests[n].target_id[target] = ids[i];
		pointers[n] = &requests[n];
		if (++n == MAX_CHUNK)
		{
			lc_batch_fill(run, pointers, n);
			lc_execute(run, &run->program->step[step], NULL);
			SPI_freetuptable(SPI_tuptable);
			n = 0;
			CHECK_FOR_INTERRUPTS();
		}
	}
	if (n > 0)
	{
		lc_batch_fill(run, pointers, n);
		lc_execute(run, &run->program->step[step], NULL);
		SPI_freetuptable(SPI_tuptable);
	}
	pfree(requests);
	pfree(pointers);
}

/*
 * Locks all leads of the call, then the match keys if there is reuse, then all
 * accounts, contacts and opportunities that the requests name, each ascending by
 * id: two calls over the same records in another order wait for each other and do
 * not deadlock.  A call of one chunk does this, in the same order, while it is
 * judged.
 */
static void
lock_everything(BulkCall *call)
{
	static const LcField id_field[LC_NTARGETS] = {F_ACCOUNT_ID, F_CONTACT_ID, F_OPPORTUNITY_ID};
	static const LcStep lock_step[LC_NTARGETS] = {S_LOCK_ACCOUNTS, S_LOCK_CONTACTS, S_LOCK_OPPORTUNITIES};
	MemoryContext scratch = AllocSetContextCreate(call->context, "leadconv lock", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = CurrentMemoryContext;
	int64	   *lead_ids = MemoryContextAlloc(call->context, sizeof(int64) * call->nrequests);
	int64	   *target_ids[LC_NTARGETS] = {NULL};
	int			nleads = 0;
	int			ntargets[LC_NTARGETS] = {0};

	MemoryContextSwitchTo(scratch);
	for (int i = 0; i < call->nrequests; i++)
	{
		LcRequest  *request = call->source(i, call->source_arg);

		if (request->error == NULL && !request->isnull[F_LEAD_ID])
		{
			lead_ids[nleads++] = DatumGetInt64(request->value[F_LEAD_ID]);
			for (int t = 0; t < LC_NTARGETS; t++)
			{
				if (request->isnull[id_field[t]])
					continue;
				if (target_ids[t] == NULL)
					target_ids[t] = MemoryContextAlloc(call->context, sizeof(int64) * call->nrequests);
				target_ids[t][ntargets[t]++] = DatumGetInt64(request->value[id_field[t]]);
			}
		}
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(oldcontext);
	lock_rows(call, S_LOCK_LEADS, lead_ids, nleads, -1);
	pfree(lead_ids);
	if (call->run.options.reuse_accounts || call->run.options.reuse_contacts)
	{
		lc_lock_all_match_keys();
		call->run.options.match_keys_locked = true;
	}
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (target_ids[t] != NULL)
		{
			lock_rows(call, lock_step[t], target_ids[t], ntargets[t], t);
			pfree(target_ids[t]);
		}
	}
	MemoryContextDelete(scratch);
	call->locked = true;
}

/* A copy of an error that lives as long as the call */
static LcError *
keep_error(BulkCall *call, ErrorData *edata)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(call->context);
	LcError    *error = lc_error_from_edata(edata, call->run.error_in_trigger);

	MemoryContextSwitchTo(oldcontext);
	return error;
}

/*
 * Writes the failures of a chunk to crm.lead_conversion_error.
 */
static void
record_errors(BulkCall *call, LcRequest **requests, int nrequests)
{
	LcRun	   *run = &call->run;
	StringInfoData buf;
	Datum		args[1];
	int			nerrors = 0;

	run->step = "record errors";
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	for (int i = 0; i < nrequests; i++)
	{
		LcRequest  *request = requests[i];
		StringInfoData error;

		if (request->error == NULL)
			continue;
		if (request->normalized == NULL)
			lc_request_normalize(request);
		appendStringInfo(&buf, "%s{\"position\": %d, \"request\": %s, ", nerrors++ ? ", " : "", request->position,
						 JsonbToCString(NULL, &request->normalized->root, VARSIZE(request->normalized)));
		if (!request->isnull[F_LEAD_ID])
			appendStringInfo(&buf, "\"lead_id\": " INT64_FORMAT ", ", DatumGetInt64(request->value[F_LEAD_ID]));
		if (call->job)
		{
			appendStringInfoString(&buf, "\"job\": ");
			lc_append_json_string(&buf, call->job);
			appendStringInfoString(&buf, ", ");
		}
		if (run->user_id != 0)
			appendStringInfo(&buf, "\"user_id\": " INT64_FORMAT ", ", run->user_id);
		appendStringInfoString(&buf, "\"role\": ");
		lc_append_json_string(&buf, GetUserNameFromId(run->caller, false));
		initStringInfo(&error);
		lc_append_errors_json(&error, list_make1(request->error));
		/* the object inside the array of one */
		appendStringInfo(&buf, ", %.*s", error.len - 4, error.data + 2);
		appendStringInfoChar(&buf, '}');
	}
	appendStringInfoChar(&buf, ']');
	if (nerrors > 0)
	{
		args[0] = DirectFunctionCall1(jsonb_in, CStringGetDatum(buf.data));
		lc_execute(run, &run->program->step[S_ERRORS], args);
	}
}

/*
 * How many requests, from start on, can be in one chunk: the same lead or the same
 * request id cannot be in it twice, because the second must see the outcome of
 * the first.
 */
static int
parse_chunk(BulkCall *call, int start, int count, LcRequest **requests)
{
	HASHCTL		ctl;
	HTAB	   *leads = NULL;
	List	   *request_ids = NIL;
	int			n;

	ctl.keysize = sizeof(int64);
	ctl.entrysize = sizeof(int64);
	ctl.hcxt = CurrentMemoryContext;
	if (count > 1)
		leads = hash_create("leadconv leads of a chunk", Max(count, 16), &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (n = 0; n < count; n++)
	{
		LcRequest  *request = call->source(start + n, call->source_arg);

		if (call->known_error && call->known_error[start + n])
			request->error = call->known_error[start + n];
		if (count > 1 && request->error == NULL && !request->isnull[F_LEAD_ID])
		{
			int64		lead_id = DatumGetInt64(request->value[F_LEAD_ID]);
			bool		found;

			(void) hash_search(leads, &lead_id, HASH_ENTER, &found);
			if (found)
				break;
			if (!request->isnull[F_REQUEST_ID])
			{
				String	   *id = makeString(TextDatumGetCString(request->value[F_REQUEST_ID]));

				if (list_member(request_ids, id))
					break;
				request_ids = lappend(request_ids, id);
			}
		}
		requests[n] = request;
	}
	if (leads)
		hash_destroy(leads);
	return n;
}

/*
 * Tries to convert the requests from start on, count of them at most, and hands
 * over their results if it works.
 */
static Attempt
attempt_chunk(BulkCall *call, int start, int count)
{
	LcRun	   *run = &call->run;
	MemoryContext context = AllocSetContextCreate(call->context, "leadconv attempt", ALLOCSET_DEFAULT_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	ResourceOwner oldowner = CurrentResourceOwner;
	LcRequest **requests = palloc(sizeof(LcRequest *) * count);
	LcRequest  *refused = NULL;
	volatile Attempt attempt = {0};

	run->frame = NULL;
	run->nrequests = 0;
	attempt.culprit = -1;
	attempt.nrequests = parse_chunk(call, start, count, requests);
	if (start == 0 && attempt.nrequests < count && !call->locked)
	{
		/* a lead or a request id comes again: there will be another chunk */
		lock_everything(call);
	}

	run->step = "judge";
	if (attempt.nrequests == 1)
		run->judged = requests[0];
	lc_judge(run, requests, attempt.nrequests);
	run->judged = NULL;

	if (run->options.all_or_none)
	{
		/* the first failing request counts: only what comes before it is tried */
		for (int i = 0; i < attempt.nrequests && refused == NULL; i++)
		{
			if (requests[i]->error != NULL)
				refused = requests[i];
		}
		if (refused != NULL)
		{
			int			n = 0;

			while (n < run->nrequests && run->request[n]->position < refused->position)
				n++;
			run->nrequests = n;
		}
	}
	attempt.nwritten = run->nrequests;

	if (run->nrequests == 0)
		;
	else if (call->nrequests == 1 && run->options.all_or_none)
		lc_run_write(run);
	else
	{
		BeginInternalSubTransaction(NULL);
		MemoryContextSwitchTo(context);
		PG_TRY();
		{
			lc_run_write(run);
			ReleaseCurrentSubTransaction();
			MemoryContextSwitchTo(context);
			CurrentResourceOwner = oldowner;
		}
		PG_CATCH();
		{
			LcRequest  *culprit = lc_run_culprit(run);

			MemoryContextSwitchTo(call->context);
			attempt.edata = CopyErrorData();
			FlushErrorState();
			lc_run_clean_context(run, attempt.edata);
			if (culprit)
				attempt.culprit = culprit->position - 1;
			RollbackAndReleaseCurrentSubTransaction();
			MemoryContextSwitchTo(context);
			CurrentResourceOwner = oldowner;
			/* the frame and the files of the tuple store went with the subtransaction */
			run->frame = NULL;
			run->batch = NULL;
		}
		PG_END_TRY();
	}

	if (attempt.edata == NULL)
	{
		if (refused != NULL)
		{
			run->step = "judge";
			run->judged = refused;
			lc_error_raise(refused->error);
		}
		if (!run->options.all_or_none)
			record_errors(call, requests, attempt.nrequests);
		for (int i = 0; i < attempt.nrequests; i++)
			call->receive(run, requests[i], call->receive_arg);
	}
	if (run->batch)
		tuplestore_end(run->batch);
	run->batch = NULL;
	run->request = NULL;
	run->nrequests = 0;
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
	return attempt;
}

/*
 * Converts all requests of a call, chunk by chunk.
 */
static void
convert_all(BulkCall *call)
{
	LcOptions  *options = &call->run.options;
	int			position = 0;
	int			size = MAX_CHUNK;

	if (call->nrequests > MAX_CHUNK ||
		((options->reuse_accounts || options->reuse_contacts) && call->nrequests > MAX_MATCH_KEY_LOCKS))
		lock_everything(call);

	while (position < call->nrequests)
	{
		Attempt		attempt;
		int			count;

		CHECK_FOR_INTERRUPTS();
		if (position == call->suspect)
			count = 1;
		else if (position < call->bad_end)
			count = Max((call->bad_end - position) / 2, 1);
		else
			count = Min(size, call->nrequests - position);
		attempt = attempt_chunk(call, position, count);
		if (attempt.edata == NULL)
		{
			position += attempt.nrequests;
			if (position - 1 == call->suspect)
			{
				/* it was another one, unless this is a request refused by now */
				call->bad_end = call->failed_end;
				size = SMALL_CHUNK;
			}
			else if (position >= call->bad_end)
				size = Min(Max(size * 2, SMALL_CHUNK), MAX_CHUNK);
			continue;
		}
		if (!lc_may_swallow(attempt.edata->sqlerrcode))
			ReThrowError(attempt.edata);
		if (attempt.nwritten == 1)
		{
			/* this one alone: it is the one */
			if (options->all_or_none)
				ReThrowError(attempt.edata);
			if (call->known_error == NULL)
				call->known_error = MemoryContextAllocExtended(call->context, sizeof(LcError *) * call->nrequests,
															   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
			Assert(attempt.culprit >= 0);
			call->known_error[attempt.culprit] = keep_error(call, attempt.edata);
			call->suspect = -1;
			call->bad_end = 0;
			size = SMALL_CHUNK;
		}
		else if (attempt.culprit >= position && attempt.culprit < position + attempt.nrequests - 1 &&
				 position >= call->bad_end && position > call->suspect)
		{
			call->suspect = attempt.culprit;
			call->failed_end = position + attempt.nrequests;
			size = Max(call->suspect - position, 1);
		}
		else
		{
			call->suspect = -1;
			call->bad_end = position + attempt.nrequests;
		}
		FreeErrorData(attempt.edata);
	}
}

/*
 * Converts requests and hands over one result for each, in their order.  source
 * makes the request of an index (in the current memory context), receive takes
 * its result.  Raises the first failure with all_or_none, and in any case what
 * may not be swallowed (lc_may_swallow).  Opens an SPI connection of its own.
 */
void
lc_convert_many(const LcOptions *options, int nrequests, LcRequestSource source, void *source_arg,
				LcResultReceiver receive, void *receive_arg, const char *job)
{
	BulkCall   *call;
	ErrorContextCallback errcallback;

	if (nrequests <= 0)
		return;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	call = palloc0(sizeof(BulkCall));
	call->nrequests = nrequests;
	call->source = source;
	call->source_arg = source_arg;
	call->receive = receive;
	call->receive_arg = receive_arg;
	call->job = job;
	call->context = CurrentMemoryContext;
	call->suspect = -1;
	lc_run_begin(&call->run, options);
	call->run.options.nrequests = nrequests;

	errcallback.callback = lc_run_error_context;
	errcallback.arg = &call->run;
	errcallback.previous = error_context_stack;
	error_context_stack = &errcallback;

	PG_TRY();
	{
		convert_all(call);
	}
	PG_CATCH();
	{
		ErrorData  *edata;

		/* only to tidy the context up: nothing is caught here */
		MemoryContextSwitchTo(call->context);
		edata = CopyErrorData();
		FlushErrorState();
		lc_run_clean_context(&call->run, edata);
		error_context_stack = errcallback.previous;
		ReThrowError(edata);
	}
	PG_END_TRY();

	error_context_stack = errcallback.previous;
	lc_run_end(&call->run);
	SPI_finish();
}
