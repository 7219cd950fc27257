/*-------------------------------------------------------------------------
 *
 * bulk.c
 *	  From a list of requests to batches: locks, chunks, partial success.
 *
 * Requests are converted in chunks, in request order, so that memory stays flat.
 * A chunk is judged first; refused requests are out of it before anything is
 * written.  The rest is written inside one subtransaction (a call with one
 * request and all_or_none needs none).  When it fails, the subtransaction is
 * rolled back and the request that is to blame is looked for:
 *
 * SUSPECT: a trigger has noted the row that it was working on.  The requests
 * before that one are tried, then that one alone.
 *
 * HALVES: without a note, or when it was of no use, the chunk is tried in halves.
 * (What fails after the rows of a statement, such as a foreign key or an AFTER
 * trigger, leaves a note of the last row.)
 *
 * What fails alone has failed: with partial success it becomes a row of the result,
 * else its error is raised, and since the order of requests is kept it is that of
 * the first failing request.  After a failure chunks are small and grow again.
 *
 * An example, of requests 0 to 99 in which 70 violates a CHECK constraint of the
 * contact:
 *
 *	0-99	fails, noted: 70		SUSPECT 70
 *	0-69	works					handed over
 *	70		fails alone				70 is known to fail
 *	70-99	works without 70		handed over, 70 with its error
 *
 * and in which 70 has a deferred foreign key's error instead, noted as 99, the
 * last of the statement:
 *
 *	0-99	fails, noted: 99		HALVES up to 100
 *	0-49	works					handed over
 *	50-74	fails, noted: 74		HALVES up to 75
 *	50-61	works					handed over
 *	62-67	works, and so on, until 70 fails alone
 *
 * Each attempt has a memory context of its own, below that of the SPI connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "engine/engine.h"

/* Requests in a chunk: at most, and after a failure */
#define MAX_CHUNK 1000
#define SMALL_CHUNK 32


/* A bulk call under way */
typedef struct BulkCall
{
	LcRun		run;
	int			nrequests;
	LcRequestSource source;
	void	   *source_arg;
	LcResultReceiver receive;
	void	   *receive_arg;
	LcError   **known_error;	/* per request: how it failed alone, or NULL */
	MemoryContext context;		/* of the call */
	bool		locked;			/* everything is locked */
	int			position;		/* of the next request */
	int			size;			/* of the next chunk, while nothing is looked for */
	int			suspect;		/* SUSPECT: index of the request to try alone, or -1 */
	int			suspect_end;	/* end of the chunk that made it suspect */
	int			halves_end;		/* HALVES: end of a range that failed, or 0 */
} BulkCall;

/* How an attempt ended */
typedef struct Attempt
{
	int			nrequests;		/* how many requests it covered */
	int			nwritten;		/* how many of them were to be written */
	ErrorData  *edata;			/* NULL = it worked */
	int			culprit;		/* index in the call of the one that failed, or -1 */
} Attempt;

/* Locks the rows of a part of the ids */
static void
lock_batch(LcRun *run, LcStep step, LcRequest **requests, int n)
{
	lc_batch_fill(run, requests, n);
	lc_execute(run, &run->program->step[step], (Datum) 0);
	SPI_freetuptable(SPI_tuptable);
	CHECK_FOR_INTERRUPTS();
}

/*
 * Locks the rows of one table, ascending by id: leads, or those of a target.
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
			requests[n].decision.target_id[target] = ids[i];
		pointers[n] = &requests[n];
		if (++n == MAX_CHUNK)
		{
			lock_batch(run, step, pointers, n);
			n = 0;
		}
	}
	if (n > 0)
		lock_batch(run, step, pointers, n);
	pfree(requests);
	pfree(pointers);
}

/* Do the requests look for records by keys which nobody else may use in the meantime? */
static bool
has_match_keys(const LcRun *run)
{
	return run->options.reuse_accounts || run->options.reuse_contacts || run->program->settings.person_names_are_unique ||
		run->program->has_blocking_rules;
}

/*
 * Locks all leads of the call, then the match keys if there are any, then all
 * accounts, contacts and opportunities that the requests name, each ascending by
 * id: two calls over the same records in another order wait for each other and do
 * not deadlock.  A call of one chunk does this, in the same order, while it is
 * judged.
 */
static void
lock_everything(BulkCall *call)
{
	MemoryContext scratch;
	MemoryContext oldcontext = CurrentMemoryContext;
	int64	   *lead_ids;
	int64	   *target_ids[LC_NTARGETS] = {NULL};
	int			nleads = 0;
	int			ntargets[LC_NTARGETS] = {0};

	call->run.step = "lock lead";
	/* what needs a privilege that the caller lacks will be refused */
	if (!lc_judge_access_to_leads(&call->run, NULL, 0))
	{
		call->locked = true;
		return;
	}
	scratch = AllocSetContextCreate(call->context, "leadconv lock", ALLOCSET_DEFAULT_SIZES);
	lead_ids = MemoryContextAlloc(call->context, sizeof(int64) * call->nrequests);
	MemoryContextSwitchTo(scratch);
	for (int i = 0; i < call->nrequests; i++)
	{
		LcRequest  *request = call->source(i, call->source_arg);

		CHECK_FOR_INTERRUPTS();
		if (request->outcome.errors == NIL && lc_given(request, F_LEAD_ID))
		{
			lead_ids[nleads++] = lc_lead_id(request);
			for (int t = 0; t < LC_NTARGETS; t++)
			{
				/* two accounts, where one is a related person account */
				LcTarget	table = t == T_PERSON ? T_ACCOUNT : t;

				if (!lc_given(request, lc_target[t].id_field))
					continue;
				if (target_ids[table] == NULL)
					target_ids[table] = MemoryContextAllocHuge(call->context, sizeof(int64) * 2 * call->nrequests);
				target_ids[table][ntargets[table]++] = lc_id(request, lc_target[t].id_field);
			}
		}
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(oldcontext);
	lock_rows(call, S_LOCK_LEADS, lead_ids, nleads, -1);
	pfree(lead_ids);
	if (has_match_keys(&call->run))
	{
		lc_lock_all_match_keys();
		call->run.options.match_keys_locked = true;
	}
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (target_ids[t] != NULL)
		{
			if (lc_may_use(&call->run, LC_ACCESS_TARGET + t))
				lock_rows(call, lc_target[t].lock, target_ids[t], ntargets[t], t);
			pfree(target_ids[t]);
		}
	}
	MemoryContextDelete(scratch);
	call->locked = true;
}

/* What a request id holds, with its zero byte; a longer one is refused later */
#define REQUEST_ID_SIZE 1024

/*
 * How many requests, from start on, can be in one chunk: the same lead or the same
 * request id cannot be in it twice, because the second must see the outcome of
 * the first.
 */
static int
parse_chunk(BulkCall *call, int start, int count, LcRequest **requests)
{
	HASHCTL		leads_ctl;
	HASHCTL		ids_ctl;
	HTAB	   *leads = NULL;
	HTAB	   *request_ids = NULL;
	int			n;

	leads_ctl.keysize = sizeof(int64);
	leads_ctl.entrysize = sizeof(int64);
	leads_ctl.hcxt = CurrentMemoryContext;
	ids_ctl.keysize = REQUEST_ID_SIZE;
	ids_ctl.entrysize = REQUEST_ID_SIZE;
	ids_ctl.hcxt = CurrentMemoryContext;
	if (count > 1)
		leads = hash_create("leadconv leads of a chunk", Max(count, 16), &leads_ctl,
							HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (n = 0; n < count; n++)
	{
		LcRequest  *request = call->source(start + n, call->source_arg);

		CHECK_FOR_INTERRUPTS();
		if (call->known_error && call->known_error[start + n])
			request->outcome.errors = list_make1(call->known_error[start + n]);
		if (count > 1 && request->outcome.errors == NIL && lc_given(request, F_LEAD_ID))
		{
			int64		lead_id = lc_lead_id(request);
			bool		found;

			(void) hash_search(leads, &lead_id, HASH_ENTER, &found);
			if (found)
				break;
			if (lc_given(request, F_REQUEST_ID))
			{
				if (request_ids == NULL)
					request_ids = hash_create("leadconv request ids of a chunk", 64, &ids_ctl,
											  HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
				(void) hash_search(request_ids, TextDatumGetCString(request->value[F_REQUEST_ID]),
								   HASH_ENTER, &found);
				if (found)
					break;
			}
		}
		requests[n] = request;
	}
	if (leads)
		hash_destroy(leads);
	if (request_ids)
		hash_destroy(request_ids);
	return n;
}

/*
 * With all_or_none, the first failing request counts: only what comes before it is
 * tried.  Returns that request, or NULL.
 */
static LcRequest *
stop_at_refused(LcRun *run, LcRequest **requests, int nrequests)
{
	LcRequest  *refused = NULL;
	int			n = 0;

	for (int i = 0; i < nrequests && refused == NULL; i++)
	{
		if (requests[i]->outcome.errors != NIL)
			refused = requests[i];
	}
	if (refused != NULL)
	{
		while (n < run->nrequests && run->request[n]->position < refused->position)
			n++;
		run->nrequests = n;
	}
	return refused;
}

/*
 * Writes what the judge let pass, inside a subtransaction.  Returns NULL, or the
 * error, allocated in the context of the call, with the index of the request that
 * is to blame in *culprit, -1 when it is not known.
 */
static ErrorData *
write_in_subtransaction(BulkCall *call, int *culprit)
{
	LcRun	   *run = &call->run;
	LcSubxact	subxact;
	ErrorData  *volatile edata = NULL;

	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		lc_run_write(run);
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		LcRequest  *request = lc_run_culprit(run);

		MemoryContextSwitchTo(call->context);
		edata = CopyErrorData();
		FlushErrorState();
		lc_run_tidy_error(run, edata);
		*culprit = request ? request->position - 1 : -1;
		lc_subxact_rollback(&subxact);
		/* the frame went with the subtransaction */
		run->frame = NULL;
		lc_batch_abandon(run);
	}
	PG_END_TRY();
	return edata;
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
	LcRequest **requests = palloc(sizeof(LcRequest *) * count);
	LcRequest  *refused = NULL;
	Attempt		attempt = {.culprit = -1};

	run->frame = NULL;
	run->nrequests = 0;
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
		refused = stop_at_refused(run, requests, attempt.nrequests);
	attempt.nwritten = run->nrequests;

	if (call->nrequests == 1 && run->options.all_or_none)
		lc_run_write(run);
	else if (run->nrequests > 0)
		attempt.edata = write_in_subtransaction(call, &attempt.culprit);

	if (attempt.edata == NULL)
	{
		if (refused != NULL)
		{
			if (lc_refusal(refused)->step)
				run->step = lc_refusal(refused)->step;
			else
				run->step = "judge";
			run->judged = refused;
			lc_error_raise(lc_refusal(refused));
		}
		if (!run->options.all_or_none)
			lc_write_failures(run, requests, attempt.nrequests);
		for (int i = 0; i < attempt.nrequests; i++)
		{
			CHECK_FOR_INTERRUPTS();
			call->receive(run, requests[i], call->receive_arg);
		}
	}
	lc_batch_end(run);
	run->request = NULL;
	run->nrequests = 0;
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
	return attempt;
}

/* How many requests to try next */
static int
next_count(const BulkCall *call)
{
	if (call->position == call->suspect)
		return 1;
	if (call->position < call->halves_end)
		return Max((call->halves_end - call->position) / 2, 1);
	return Min(call->size, call->nrequests - call->position);
}

/* The attempt has worked */
static void
after_success(BulkCall *call, const Attempt *attempt)
{
	call->position += attempt->nrequests;
	if (call->position - 1 == call->suspect)
	{
		/* it was another one, unless this is a request refused by now */
		call->halves_end = call->suspect_end;
		call->size = SMALL_CHUNK;
	}
	else if (call->position >= call->halves_end)
		call->size = Min(Max(call->size * 2, SMALL_CHUNK), MAX_CHUNK);
}

/* A request has failed alone: from now on it is known to */
static void
note_failure(BulkCall *call, const Attempt *attempt)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(call->context);

	if (call->known_error == NULL)
		call->known_error = palloc_extended(sizeof(LcError *) * call->nrequests, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	Assert(attempt->culprit >= 0);
	call->known_error[attempt->culprit] = lc_error_from_edata(attempt->edata, call->run.error_in_trigger);
	MemoryContextSwitchTo(oldcontext);
	call->suspect = -1;
	call->halves_end = 0;
	call->size = SMALL_CHUNK;
}

/*
 * The attempt has failed: decides where to look for the request that is to blame.
 * Raises the error when nothing can be done about it.
 */
static void
after_failure(BulkCall *call, const Attempt *attempt)
{
	int			end = call->position + attempt->nrequests;

	if (!lc_may_swallow(attempt->edata->sqlerrcode))
		ReThrowError(attempt->edata);
	if (attempt->nwritten == 1)
	{
		if (call->run.options.all_or_none)
			ReThrowError(attempt->edata);
		note_failure(call, attempt);
	}
	else if (attempt->culprit >= call->position && attempt->culprit < end - 1 &&
			 call->position >= call->halves_end && call->position > call->suspect)
	{
		call->suspect = attempt->culprit;
		call->suspect_end = end;
		call->size = Max(call->suspect - call->position, 1);
	}
	else
	{
		call->suspect = -1;
		call->halves_end = end;
	}
	FreeErrorData(attempt->edata);
}

/*
 * Converts all requests of a call, chunk by chunk.
 */
static void
convert_all(void *arg)
{
	BulkCall   *call = arg;

	if (call->nrequests > MAX_CHUNK ||
		(has_match_keys(&call->run) && call->nrequests > LC_MAX_MATCH_KEYS))
		lock_everything(call);

	while (call->position < call->nrequests)
	{
		Attempt		attempt;

		CHECK_FOR_INTERRUPTS();
		attempt = attempt_chunk(call, call->position, next_count(call));
		if (attempt.edata == NULL)
			after_success(call, &attempt);
		else
			after_failure(call, &attempt);
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
				LcResultReceiver receive, void *receive_arg)
{
	BulkCall   *call;
	LcOptions	run_options = *options;

	if (nrequests <= 0)
		return;
	lc_require_writable("convert leads");
	lc_spi_connect();
	call = palloc0(sizeof(BulkCall));
	call->nrequests = nrequests;
	call->source = source;
	call->source_arg = source_arg;
	call->receive = receive;
	call->receive_arg = receive_arg;
	call->context = CurrentMemoryContext;
	call->size = MAX_CHUNK;
	call->suspect = -1;
	run_options.nrequests = nrequests;
	lc_run_body(&call->run, &run_options, convert_all, call);
	SPI_finish();
}
