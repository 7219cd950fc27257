/*-------------------------------------------------------------------------
 *
 * take_over.c
 *	  Leads whose conversion was made elsewhere: what hangs on them here goes to the
 *	  records that they were converted to, as it would have in a conversion.
 *
 * The leads have just become converted, and so have their records; only the rows of the
 * related lists are left to be moved.  No owner changes.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "engine/engine.h"

/* So many leads are one batch */
#define MAX_BATCH	1000

/* A call under way */
typedef struct TakeOver
{
	LcRun		run;
	const int64 *lead_ids;
	char	  **undo;
	int			nleads;
	MemoryContext context;		/* of the caller, where undo goes */
} TakeOver;

/* Moves the rows of the leads of the run; the batch is laid down */
static void
move_rows(LcRun *run)
{
	int64	   *lead_ids = palloc(sizeof(int64) * run->nrequests);

	for (int i = 0; i < run->nrequests; i++)
		lead_ids[i] = lc_lead_id(run->request[i]);
	run->frame = lc_frame_push(lead_ids, run->nrequests, run->user_id, run->program->list_relids, run->program->nlists);
	run->frame->completes = true;
	lc_undo_begin(run);
	lc_move_related(run);
	lc_undo_settle(run);
	lc_frame_pop(run->frame);
	run->frame = NULL;
}

/* One batch: leads from first on */
static void
take_over_batch(TakeOver *call, int first, int n)
{
	LcRun	   *run = &call->run;
	LcRequest **requests = palloc(sizeof(LcRequest *) * n);

	for (int i = 0; i < n; i++)
	{
		requests[i] = palloc0(sizeof(LcRequest));
		requests[i]->position = first + i + 1;
		memset(requests[i]->isnull, true, sizeof(requests[i]->isnull));
		requests[i]->value[F_LEAD_ID] = Int64GetDatum(call->lead_ids[first + i]);
		requests[i]->isnull[F_LEAD_ID] = false;
	}
	lc_batch_fill(run, requests, n);
	lc_read_leads(run, requests, n);
	for (int i = 0; i < n; i++)
	{
		/* the tasks of workflow rules stay their owners', too */
		requests[i]->facts.lead_owner_id = 0;
		for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
			requests[i]->decision.target_id[t] = requests[i]->facts.converted_id[t];
	}
	lc_gather_facts(run, requests, n);
	if (run->lists_with_rows == 0)
		return;

	run->request = requests;
	run->nrequests = n;
	lc_decide_shared(run);
	/* what joins the records has come with them */
	for (int i = 0; i < n; i++)
	{
		requests[i]->decision.add_relation = false;
		requests[i]->decision.add_role = false;
	}
	lc_batch_fill(run, requests, n);
	move_rows(run);
	for (int i = 0; i < n; i++)
	{
		Jsonb	   *undo = lc_undo_object(run, requests[i]);
		char	   *text = JsonbToCString(NULL, &undo->root, VARSIZE(undo));

		CHECK_FOR_INTERRUPTS();
		call->undo[first + i] = MemoryContextStrdup(call->context, text);
	}
	run->nrequests = 0;
}

static void
take_over_all(void *arg)
{
	TakeOver   *call = arg;

	for (int first = 0; first < call->nleads; first += MAX_BATCH)
		take_over_batch(call, first, Min(call->nleads - first, MAX_BATCH));
}

/*
 * Moves what hangs on converted leads to what they were converted to.  For each lead,
 * undo gets what the ledger keeps of it, as JSON in the current memory context, or NULL.
 * Raises what a conversion would.
 */
void
lc_take_over(const int64 *lead_ids, int nleads, char **undo)
{
	TakeOver   *call = palloc0(sizeof(TakeOver));
	LcOptions	options = {.all_or_none = true, .complete = true, .nrequests = nleads};

	call->lead_ids = lead_ids;
	call->nleads = nleads;
	call->undo = undo;
	call->context = CurrentMemoryContext;
	memset(undo, 0, sizeof(char *) * nleads);
	lc_spi_connect();
	lc_run_body(&call->run, &options, take_over_all, call);
	SPI_finish();
	pfree(call);
}
