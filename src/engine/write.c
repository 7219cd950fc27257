/*-------------------------------------------------------------------------
 *
 * write.c
 *	  Everything that is written, step by step.
 *
 * Steps run table by table, not lead by lead, in the order of the platform:
 * account, contact, opportunity, contact role, related lists, lead, and then what
 * only reports.  A step without rows is not executed.  A completion goes the same way.  Making and filling the
 * three records has the rights of the caller, the rest those of the table's owner,
 * as referential actions have; all of it is done by the caller (see plan.c).
 *
 * Everything is allocated in the memory context that is current when
 * lc_run_write() is called.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "engine/engine.h"

/* Raises the reason for which the first of these requests is refused that is */
static void
raise_refusal(LcRequest **requests, int nrequests)
{
	for (int i = 0; i < nrequests; i++)
	{
		if (lc_refusal(requests[i]))
			lc_error_raise(lc_refusal(requests[i]));
	}
}

/*
 * Requests that use the record that another request of the run has just made find
 * it as an existing one: it is read again, and what they can fill is decided.
 */
static void
read_followed(LcRun *run, LcTarget t)
{
	LcRequest **followers = palloc(sizeof(LcRequest *) * run->nrequests);
	int			n = 0;

	for (int i = 0; i < run->nrequests; i++)
	{
		if (run->request[i]->decision.follows[t])
			followers[n++] = run->request[i];
	}
	if (n > 0)
	{
		lc_batch_fill(run, followers, n);
		lc_judge_existing(run, t, followers, n);
		raise_refusal(followers, n);
		/* again for all, so that the order of requests is kept */
		lc_decide_fills(run, t);
		lc_batch_fill(run, run->request, run->nrequests);
		if (run->program->target[t].npicklists > 0)
		{
			lc_judge_picklists(run, t, true, false);
			raise_refusal(run->request, run->nrequests);
		}
	}
	pfree(followers);
}

/* LcRowCallback: what rules of the user want to know of a row that is being written */
static bool
find_row(void *arg, Oid relid, int64 id, LcFrameRow *row)
{
	LcRun	   *run = arg;
	LcRequest  *request = lc_request_of_row(run, relid, id, &row->is_made);

	if (request == NULL)
		return false;
	row->lead_id = lc_lead_id(request);
	row->owner_is_given = lc_given(request, F_OWNER_ID);
	for (int t = 0; t < LC_NTARGETS; t++)
		row->owner_is_given |= relid == run->program->target[t].relid &&
			lc_record_has_key(request, lc_record_field(request, t), "owner_id");
	row->runs_workflow = !request->decision.no_workflow;
	return true;
}

/*
 * Writes everything for the requests that the judge let pass (run->request).
 * Raises the first error; then nothing may be kept of what was written.
 */
void
lc_run_write(LcRun *run)
{
	LcProgram  *program = run->program;
	int64	   *lead_ids;

	if (run->nrequests == 0)
		return;
	CHECK_FOR_INTERRUPTS();
	lead_ids = palloc(sizeof(int64) * run->nrequests);
	for (int i = 0; i < run->nrequests; i++)
		lead_ids[i] = lc_lead_id(run->request[i]);
	run->frame = lc_frame_push(lead_ids, run->nrequests, run->user_id, program->list_relids, program->nlists);
	pfree(lead_ids);
	run->frame->completes = run->options.complete;

	/* what is left to decide once it is known which requests are written together */
	run->outcome_changed = false;
	lc_undo_begin(run);
	run->frame->find_row = find_row;
	lc_draw_ids(run);
	lc_decide_shared(run);
	for (int t = 0; t < LC_NTARGETS; t++)
		lc_decide_fills(run, t);
	lc_batch_fill(run, run->request, run->nrequests);

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		lc_insert_records(run, t);
		read_followed(run, t);
		lc_fill_records(run, t);
		CHECK_FOR_INTERRUPTS();
	}
	lc_name_persons(run);
	lc_verify_ids(run);
	if (program->has_duplicate_rules)
		lc_report_duplicates(run);
	lc_warn_of_cuts(run);
	if (run->options.complete)
		lc_adopt_records(run);
	lc_insert_roles(run);

	if (run->options.complete)
		lc_complete_related(run);
	lc_move_related(run);
	CHECK_FOR_INTERRUPTS();
	if (!run->options.complete)
		lc_end_connections(run);
	lc_update_leads(run);
	lc_insert_follow_up_tasks(run);
	lc_follow_and_notify(run);

	/* what triggers have added to the leads since the lists were visited */
	lc_move_related(run);
	lc_write_ledger(run);
	if (program->settings.check_deferred_constraints)
		lc_check_deferred(run);

	/* and what triggers of the ledger have added, or done otherwise */
	lc_move_related(run);
	lc_complete_ledger(run);
	lc_move_related(run);
	lc_frame_pop(run->frame);
	run->frame = NULL;
}
