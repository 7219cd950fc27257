/*-------------------------------------------------------------------------
 *
 * undo_call.c
 *	  Taking conversions back: one call, for one lead or many.
 *
 * A conversion is taken back as it was made, set-wise, from what the ledger says of it
 * (undo.c).  The order is another one, because it must be known what is left when all
 * that was of the lead is with it again: the lead is opened, what hung on it goes back
 * (undo_rows.c), then what others have added to the records is looked for, and what is
 * nobody's is deleted (undo_records.c).  What is in the way (undo_block.c) refuses the
 * request, and all that it has done is rolled back; or it stays.
 *
 * Conversions that share a record are taken back one after the other, the last one
 * first: they are in different rounds, and each round is done for many leads at a
 * time.
 *
 * All leads of a call are locked before anything is written, ascending by id, then the
 * records of each part.  While a part is written there is a frame, which lets the guards
 * admit the opening of just these leads.
 *
 * Everything is allocated in the memory context of the call.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "crm/trigger.h"
#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_undo_lead_conversion);
PG_FUNCTION_INFO_V1(leadconv_undo_lead_conversions);

/* Leads in a part */
#define MAX_PART 1000

/* The attributes of leadconv.lead_undo_result, in its order */
enum
{
	RESULT_LEAD_ID,
	RESULT_CONVERSION_ID,
	RESULT_SUCCESS,
	RESULT_ACCOUNT_DELETED,
	RESULT_CONTACT_DELETED,
	RESULT_OPPORTUNITY_DELETED,
	RESULT_ROWS_MOVED_BACK,
	RESULT_FIELDS_RESTORED,
	RESULT_MEMBERS_RESTORED,
	RESULT_ERRORS,
	RESULT_WARNINGS,
	NUM_RESULTS
};

/* Raises SCHEMA_NOT_READY unless the row type has just these attributes */
static void
check_undo_result_type(TupleDesc desc)
{
	Oid			errors = get_array_type(lc_type_oid("lead_convert_error"));
	const Oid	types[NUM_RESULTS] = {
		INT8OID, INT8OID, BOOLOID, BOOLOID, BOOLOID, BOOLOID, INT8OID, INT4OID, INT4OID, errors, errors
	};

	lc_check_row_type(desc, "lead_undo_result", types, NUM_RESULTS);
}

/* A call under way */
typedef struct UndoCall
{
	LcRun		run;
	bool		all_or_none;
	LcRequest **requests;		/* in the order of the call */
	int			nrequests;
	LcRequest **todo;			/* those that are neither refused nor done, by round */
	int			ntodo;
	MemoryContext context;
	TupleDesc	result_desc;
	void		(*receive) (struct UndoCall *call, const Datum *values, const bool *nulls);
	ReturnSetInfo *rsinfo;
	MemoryContext result_context;
	Datum		result;
} UndoCall;

/* A request for a lead */
static LcRequest *
make_request(UndoCall *call, int position, Datum lead_id, bool isnull, Datum reason, bool no_reason)
{
	LcRequest  *request = palloc0(sizeof(LcRequest));

	request->position = position;
	memset(request->isnull, true, sizeof(request->isnull));
	request->value[F_LEAD_ID] = lead_id;
	request->isnull[F_LEAD_ID] = isnull;
	request->value[F_REASON] = reason;
	request->isnull[F_REASON] = no_reason;
	request->undoing = palloc0(sizeof(LcUndoing));
	if (isnull)
		lc_refuse(request, LC_REQUIRED_FIELD_MISSING, "lead_id", NULL,
				  "Give the id of the lead whose conversion is to be undone.", "leadId must be specified");
	return request;
}

/* Judges a lead, as it has been locked and read */
static void
judge_lead(LcRequest *request)
{
	const LcFacts *facts = &request->facts;

	if (!facts->found)
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "lead_id", NULL,
				  "Give the id of a row of crm.lead that exists and that you may see and update.",
				  "lead " INT64_FORMAT " does not exist", lc_lead_id(request));
	else if (lc_lead_is_converting(lc_lead_id(request)))
		lc_refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, NULL,
				  "A trigger tries to undo the conversion of a lead that fired it.",
				  "Leave out leads for which leadconv.is_converting() is true.",
				  "cannot reference converted lead: lead " INT64_FORMAT " is being converted", lc_lead_id(request));
	else if (!facts->is_converted)
		lc_refuse(request, LC_INVALID_OPERATION, "lead_id", NULL, "There is nothing to undo.",
				  "lead " INT64_FORMAT " has not been converted", lc_lead_id(request));
	else if (facts->is_deleted)
		lc_refuse(request, LC_ENTITY_IS_DELETED, "lead_id", NULL, "Take it out of the recycle bin first.",
				  "lead " INT64_FORMAT " is deleted", lc_lead_id(request));
}

/* Is this the name of a lead status? */
static bool
is_status(const LcProgram *program, const char *name)
{
	for (int i = 0; i < program->nstatuses && name != NULL; i++)
	{
		if (strcmp(program->statuses[i].api_name, name) == 0)
			return true;
	}
	return false;
}

/* What the ledger says of the status before, or NULL */
static char *
status_before(const LcRequest *request)
{
	JsonbValue *lead = getKeyJsonValueFromContainer(&request->undoing->undo->root, "lead", 4, NULL);
	JsonbValue *status = lead != NULL && lead->type == jbvBinary ?
		getKeyJsonValueFromContainer(lead->val.binary.data, "status", 6, NULL) : NULL;

	return status != NULL && status->type == jbvString ? pnstrdup(status->val.string.val, status->val.string.len) : NULL;
}

/* The status that the lead gets: the one that it had, or the default one */
static void
decide_status(LcRun *run, LcRequest *request)
{
	const LcUndoing *undoing = request->undoing;
	char	   *before = status_before(request);

	if (is_status(run->program, undoing->ledger_status) && request->facts.status != NULL &&
		strcmp(undoing->ledger_status, request->facts.status) != 0)
	{
		/* of a lead that may be edited; it is no conversion's */
		request->decision.converted_status = NULL;
		lc_undo_block_id(request, run->program->lead_relid, lc_lead_id(request), "its status has been changed since");
		return;
	}
	request->decision.converted_status = before;
	if (is_status(run->program, before))
		return;
	request->decision.converted_status = lc_default_lead_status();
	if (before != NULL)
		lc_undo_warn(request, "status", NULL, psprintf("the status \"%s\" is gone; the lead gets \"%s\"", before,
													   request->decision.converted_status ? request->decision.converted_status : request->facts.status));
}

/* Compares requests by lead, for locking */
static int
by_lead(const void *a, const void *b)
{
	const LcRequest *one = *(LcRequest *const *) a;
	const LcRequest *other = *(LcRequest *const *) b;
	int64		first = lc_lead_id(one);
	int64		second = lc_lead_id(other);

	if (first != second)
		return first < second ? -1 : 1;
	return one->position - other->position;
}

/* Compares requests by round, then the conversion made last first */
static int
by_round(const void *a, const void *b)
{
	const LcRequest *one = *(LcRequest *const *) a;
	const LcRequest *other = *(LcRequest *const *) b;

	if (one->undoing->round != other->undoing->round)
		return one->undoing->round < other->undoing->round ? -1 : 1;
	return one->position - other->position;
}

static int
by_conversion(const void *a, const void *b)
{
	int64		first = (*(LcRequest *const *) a)->undoing->conversion_id;
	int64		second = (*(LcRequest *const *) b)->undoing->conversion_id;

	return first == second ? 0 : first > second ? -1 : 1;
}

/* Does a conversion make, fill or merge something of this record, so that others of it must wait? */
static bool
changes_record(const LcRequest *request, int t)
{
	static const char *const keys[LC_NTARGETS] = {
		[T_PERSON] = "person_account", [T_ACCOUNT] = "account", [T_CONTACT] = "contact", [T_OPPORTUNITY] = "opportunity"
	};
	JsonbValue *fields = getKeyJsonValueFromContainer(&request->undoing->undo->root, "fields", strlen("fields"), NULL);

	/* members, roles and relations are of a contact */
	if (request->undoing->was_created[t] || t == T_CONTACT)
		return true;
	return fields != NULL && fields->type == jbvBinary &&
		getKeyJsonValueFromContainer(fields->val.binary.data, keys[t], strlen(keys[t]), NULL) != NULL;
}

/*
 * In which order are conversions taken back?  One that changes a record comes after all
 * later ones that use it.
 */
static void
decide_rounds(UndoCall *call)
{
	HTAB	   *users = lc_shared_table("leadconv records of undo", call->ntodo);

	qsort(call->todo, call->ntodo, sizeof(LcRequest *), by_conversion);
	for (int i = 0; i < call->ntodo; i++)
	{
		LcRequest  *request = call->todo[i];
		int			round = 1;

		CHECK_FOR_INTERRUPTS();
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			int64		id = request->decision.target_id[t];

			/* person accounts are accounts */
			if (id == 0)
				continue;
			/* the first counts uses, the second changes */
			if (changes_record(request, t))
				round = Max(round, 1 + lc_shared(users, t == T_PERSON ? T_ACCOUNT : t, id)->count);
		}
		request->undoing->round = round;
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			int64		id = request->decision.target_id[t];
			LcShared   *entry;

			if (id == 0)
				continue;
			entry = lc_shared(users, t == T_PERSON ? T_ACCOUNT : t, id);
			entry->count = Max(entry->count, round);
		}
	}
	hash_destroy(users);
	qsort(call->todo, call->ntodo, sizeof(LcRequest *), by_round);
}

/* Takes the requests out that are refused by now */
static void
drop_refused(UndoCall *call)
{
	int			n = 0;

	for (int i = 0; i < call->ntodo; i++)
	{
		if (lc_refusal(call->todo[i]) == NULL)
			call->todo[n++] = call->todo[i];
	}
	call->ntodo = n;
}

/* With all or none, raises the first reason for which a request is refused */
static void
raise_refusal(UndoCall *call)
{
	for (int i = 0; i < call->nrequests && call->all_or_none; i++)
	{
		LcRequest  *request = call->requests[i];

		if (lc_refusal(request) == NULL)
			continue;
		call->run.step = lc_refusal(request)->step ? lc_refusal(request)->step : "judge";
		call->run.judged = request;
		lc_error_raise(lc_refusal(request));
	}
}

/* Reads something for all requests from start on that are left, in parts for which the batch is laid down */
static void
read_in_parts(UndoCall *call, int start, void (*read) (LcRun *run, LcRequest **requests, int nrequests))
{
	for (; start < call->ntodo; start += MAX_PART)
	{
		LcRequest **part = call->todo + start;
		int			n = Min(call->ntodo - start, MAX_PART);

		lc_batch_fill(&call->run, part, n);
		read(&call->run, part, n);
	}
}

/* Locks and reads the leads and the ledger, and judges what can be by that alone */
static void
judge_all(UndoCall *call)
{
	LcRun	   *run = &call->run;

	run->step = "judge";
	for (int i = 0; i < call->nrequests; i++)
	{
		if (lc_refusal(call->requests[i]) == NULL)
			call->todo[call->ntodo++] = call->requests[i];
	}
	if (call->ntodo > 0 && !lc_judge_access_to_leads(run, call->todo, call->ntodo))
		call->ntodo = 0;
	qsort(call->todo, call->ntodo, sizeof(LcRequest *), by_lead);
	for (int i = 1; i < call->ntodo; i++)
	{
		if (lc_lead_id(call->todo[i]) == lc_lead_id(call->todo[i - 1]))
			lc_refuse(call->todo[i], LC_INVALID_OPERATION, "lead_id", NULL, "Name each lead once.",
					  "lead " INT64_FORMAT " has not been converted", lc_lead_id(call->todo[i]));
	}
	drop_refused(call);

	read_in_parts(call, 0, lc_read_leads);
	for (int i = 0; i < call->ntodo; i++)
		judge_lead(call->todo[i]);
	drop_refused(call);
	read_in_parts(call, 0, lc_undo_read_ledger);
	for (int i = 0; i < call->ntodo; i++)
	{
		LcRequest  *request = call->todo[i];

		CHECK_FOR_INTERRUPTS();
		/* what a conversion was converted to that the ledger does not know */
		for (int t = T_ACCOUNT; t < LC_NTARGETS && request->undoing->conversion_id == 0; t++)
			request->decision.target_id[t] = request->facts.converted_id[t];
		if (request->undoing->unknown != NIL && !run->options.keep)
			lc_undo_refuse(request);
		else
			decide_status(run, request);
	}
	raise_refusal(call);
	drop_refused(call);
	decide_rounds(call);
}

/* What has been noted while a part was written, which is to be forgotten when it is rolled back */
static void
forget(LcRequest *request, List *blocks, List *warnings)
{
	LcUndoing  *undoing = request->undoing;

	undoing->blocks = blocks;
	request->outcome.warnings = warnings;
	memset(undoing->exists, 0, sizeof(undoing->exists));
	memset(undoing->is_edited, 0, sizeof(undoing->is_edited));
	memset(undoing->deleted, 0, sizeof(undoing->deleted));
	undoing->made_role = undoing->made_relation = false;
	undoing->rows_moved_back = 0;
	undoing->fields_restored = undoing->members_restored = 0;
}

/* Did the conversion make both ends, and do both stay? */
static bool
stays(const LcRequest *request, int one, int other)
{
	const LcUndoing *undoing = request->undoing;

	return undoing->was_created[one] && undoing->was_created[other] && undoing->exists[one] && undoing->exists[other] &&
		!undoing->deleted[one] && !undoing->deleted[other];
}

/* Roles and relations that were made go, unless they join what stays together */
static void
delete_roles(LcRun *run)
{
	bool		roles = false;
	bool		relations = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		request->decision.add_role = request->undoing->made_role && !stays(request, T_CONTACT, T_OPPORTUNITY);
		request->decision.add_relation = request->undoing->made_relation && !stays(request, T_CONTACT, T_ACCOUNT);
		roles |= request->decision.add_role;
		relations |= request->decision.add_relation;
	}
	lc_batch_fill(run, run->request, run->nrequests);
	if (roles)
		(void) lc_undo_step(run, U_DELETE_ROLE);
	if (relations)
		(void) lc_undo_step(run, U_DELETE_RELATION);
}

/* Tells the ledger.  A conversion that an import took over may have no row there. */
static void
mark_ledger(LcRun *run)
{
	uint64		marked = lc_undo_step(run, U_MARK);
	uint64		expected = 0;

	for (int i = 0; i < run->nrequests; i++)
		expected += run->request[i]->undoing->conversion_id != 0;
	if (marked < expected)
		lc_check_processed(run, marked, expected);
}

/* Is something in the way of one of the requests that is not to stay? */
static bool
any_blocked(LcRun *run)
{
	for (int i = 0; i < run->nrequests && !run->options.keep; i++)
	{
		if (run->request[i]->undoing->blocks != NIL)
			return true;
	}
	return false;
}

/* Subscriptions and connections that have ended are there again, those that were made are not */
static void
restore_connections(LcRun *run)
{
	bool		created = false;

	LcOpenProbe followers;
	Snapshot	snapshot;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	lc_probe_open(&followers, &run->program->facts.followers);
	for (int i = 0; i < run->nrequests && !created && !followers.is_empty; i++)
		created = run->request[i]->undoing->was_created[T_ACCOUNT] &&
			lc_probe_finds(&followers, run->request[i]->decision.target_id[T_ACCOUNT], snapshot);
	lc_probe_close(&followers);
	UnregisterSnapshot(snapshot);
	if (created)
		(void) lc_undo_step(run, U_UNSUBSCRIBE);
	if (lc_undo_says(run, "subscriptions"))
	{
		uint64		nrows;

		if (lc_undo_put_back(run, &run->program->undo->subscribe, run->program->facts.followers.relid, &nrows))
			SPI_freetuptable(SPI_tuptable);
	}
	if (lc_undo_says(run, "connections"))
	{
		(void) lc_undo_step(run, U_CONNECT);
		SPI_freetuptable(SPI_tuptable);
	}
}

/*
 * Takes the conversions of a part back; the requests are in run->request.  Returns false
 * when something is in the way of one of them, and then nothing of it may be kept.
 */
static bool
write_part(LcRun *run)
{
	int64	   *lead_ids = palloc(sizeof(int64) * run->nrequests);
	bool		imported = false;

	for (int i = 0; i < run->nrequests; i++)
		lead_ids[i] = lc_lead_id(run->request[i]);
	run->frame = lc_frame_push(lead_ids, run->nrequests, run->user_id, NULL, 0);
	run->frame->undoes = true;
	pfree(lead_ids);

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		for (int t = 0; t < LC_NTARGETS; t++)
			request->decision.creates[t] = request->undoing->was_created[t];
		request->decision.follow_up = request->undoing->was_created[U_TASK];
		request->decision.add_role = request->decision.add_relation = false;
		request->decision.person = LC_NO_PERSON;
		imported |= request->undoing->is_imported;
	}
	lc_batch_fill(run, run->request, run->nrequests);
	lc_undo_read_records(run);
	lc_check_processed(run, lc_undo_step(run, U_OPEN_LEAD), run->nrequests);
	if (imported)
		(void) lc_undo_step(run, U_NOTE_STATUS);
	lc_undo_rows(run);
	restore_connections(run);
	lc_undo_read_roles(run);
	lc_undo_fields(run);
	lc_undo_decide(run);
	if (any_blocked(run))
		return false;
	delete_roles(run);
	lc_undo_delete_records(run);
	if (lc_undo_says(run, "duplicate_items"))
		(void) lc_undo_step(run, U_DELETE_ITEMS);
	if (lc_undo_says(run, "duplicate_sets"))
		(void) lc_undo_step(run, U_DELETE_SETS);
	mark_ledger(run);
	for (int i = 0; i < run->nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		lc_undo_warn_kept(run->request[i]);
	}
	lc_frame_pop(run->frame);
	run->frame = NULL;
	return true;
}

/* How writing a part has ended */
typedef enum PartResult
{
	PART_DONE,
	PART_BLOCKED,
	PART_FAILED
} PartResult;

/*
 * The same inside a subtransaction, which is rolled back unless it is done.  Of an error
 * that may be swallowed the copy is in *edata, in the context of the call.
 */
static PartResult
try_part(UndoCall *call, ErrorData **edata)
{
	LcRun	   *run = &call->run;
	LcSubxact	subxact;
	volatile	PartResult result = PART_FAILED;

	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		if (write_part(run))
		{
			result = PART_DONE;
			lc_subxact_commit(&subxact);
		}
		else
		{
			result = PART_BLOCKED;
			lc_batch_end(run);
			lc_subxact_rollback(&subxact);
			run->frame = NULL;
		}
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(call->context);
		*edata = CopyErrorData();
		FlushErrorState();
		lc_run_tidy_error(run, *edata);
		lc_subxact_rollback(&subxact);
		run->frame = NULL;
		lc_batch_abandon(run);
		if (!lc_may_swallow((*edata)->sqlerrcode))
			ReThrowError(*edata);
	}
	PG_END_TRY();
	return result;
}

/*
 * Takes a part of the conversions back.  What is in the way, or fails, refuses the
 * request that it concerns; the others are done.
 */
static void
undo_part(UndoCall *call, LcRequest **requests, int nrequests)
{
	LcRun	   *run = &call->run;
	List	  **blocks = palloc(sizeof(List *) * nrequests);
	List	  **warnings = palloc(sizeof(List *) * nrequests);
	LcRequest **left = palloc(sizeof(LcRequest *) * nrequests);
	int			nleft = 0;
	ErrorData  *edata = NULL;
	PartResult	result;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	for (int i = 0; i < nrequests; i++)
	{
		blocks[i] = list_copy(requests[i]->undoing->blocks);
		warnings[i] = list_copy(requests[i]->outcome.warnings);
	}
	run->request = requests;
	run->nrequests = nrequests;
	if (call->all_or_none && call->nrequests == 1)
	{
		if (!write_part(run))
		{
			lc_frame_pop(run->frame);
			run->frame = NULL;
			lc_undo_refuse(requests[0]);
			raise_refusal(call);
		}
		return;
	}
	result = try_part(call, &edata);
	if (result == PART_DONE)
		return;
	run->nrequests = 0;
	for (int i = 0; i < nrequests; i++)
	{
		if (result == PART_BLOCKED && requests[i]->undoing->blocks != NIL)
			lc_undo_refuse(requests[i]);
		forget(requests[i], blocks[i], warnings[i]);
		if (lc_refusal(requests[i]) == NULL)
			left[nleft++] = requests[i];
	}
	raise_refusal(call);
	if (result == PART_FAILED && nrequests == 1)
	{
		if (call->all_or_none)
			ReThrowError(edata);
		requests[0]->outcome.errors = list_make1(lc_error_from_edata(edata, run->error_in_trigger));
	}
	else if (result == PART_FAILED)
	{
		undo_part(call, left, nleft / 2);
		undo_part(call, left + nleft / 2, nleft - nleft / 2);
	}
	else if (nleft > 0)
		undo_part(call, left, nleft);
}

/* The result of a request */
static void
put_result(UndoCall *call, const LcRequest *request)
{
	const LcUndoing *undoing = request->undoing;
	TupleDesc	errors = call->run.program->error_desc;
	LcError    *refusal = lc_refusal(request);
	bool		success = refusal == NULL;
	Datum		values[NUM_RESULTS] = {0};
	bool		nulls[NUM_RESULTS] = {false};

	values[RESULT_LEAD_ID] = request->value[F_LEAD_ID];
	nulls[RESULT_LEAD_ID] = request->isnull[F_LEAD_ID];
	values[RESULT_CONVERSION_ID] = Int64GetDatum(undoing->conversion_id);
	nulls[RESULT_CONVERSION_ID] = undoing->conversion_id == 0;
	values[RESULT_SUCCESS] = BoolGetDatum(success);
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
		values[RESULT_ACCOUNT_DELETED + t - T_ACCOUNT] = BoolGetDatum(success && undoing->deleted[t]);
	values[RESULT_ROWS_MOVED_BACK] = Int64GetDatum(success ? undoing->rows_moved_back : 0);
	values[RESULT_FIELDS_RESTORED] = Int32GetDatum(success ? undoing->fields_restored : 0);
	values[RESULT_MEMBERS_RESTORED] = Int32GetDatum(success ? undoing->members_restored : 0);
	values[RESULT_ERRORS] = lc_errors_to_array(success ? NIL : list_make1(refusal), errors);
	values[RESULT_WARNINGS] = lc_errors_to_array(success ? request->outcome.warnings : NIL, errors);
	call->receive(call, values, nulls);
}

/* Takes all conversions of a call back */
static void
undo_all(void *arg)
{
	UndoCall   *call = arg;
	LcRun	   *run = &call->run;
	int			start = 0;

	run->step = "compile";
	lc_undo_compile(run->program);
	judge_all(call);
	while (start < call->ntodo)
	{
		int			n = 1;

		/* what has been taken back meanwhile may have told something to earlier conversions */
		if (start > 0 && call->todo[start]->undoing->round != call->todo[start - 1]->undoing->round)
			read_in_parts(call, start, lc_undo_read_again);

		while (start + n < call->ntodo && n < MAX_PART &&
			   call->todo[start + n]->undoing->round == call->todo[start]->undoing->round)
			n++;
		undo_part(call, call->todo + start, n);
		start += n;
	}
	for (int i = 0; i < call->nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_result(call, call->requests[i]);
	}
	run->nrequests = 0;
}

/* Reads the argument on_change: is what has been changed kept? */
static bool
keeps(FunctionCallInfo fcinfo, int argument)
{
	char	   *value = PG_ARGISNULL(argument) ? "refuse" : text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (strcmp(value, "refuse") != 0 && strcmp(value, "keep") != 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("invalid value for argument \"on_change\": \"%s\"", value),
				 errhint("Give 'refuse' or 'keep'.")));
	return strcmp(value, "keep") == 0;
}

/* Runs a call; lead_ids are the leads */
static void
undo_many(UndoCall *call, FunctionCallInfo fcinfo, Datum *lead_ids, bool *nulls, int nleads)
{
	LcOptions	options = {.all_or_none = call->all_or_none, .complete = true, .undo = true, .nrequests = nleads};
	bool		no_reason = PG_ARGISNULL(2);
	Datum		reason = no_reason ? (Datum) 0 : PG_GETARG_DATUM(2);

	options.keep = keeps(fcinfo, 1);
	lc_require_writable("undo conversions");
	lc_spi_connect();
	call->context = CurrentMemoryContext;
	call->nrequests = nleads;
	call->requests = palloc_extended(sizeof(LcRequest *) * Max(nleads, 1), MCXT_ALLOC_HUGE);
	call->todo = palloc_extended(sizeof(LcRequest *) * Max(nleads, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < nleads; i++)
		call->requests[i] = make_request(call, i + 1, lead_ids[i], nulls[i], reason, no_reason);
	lc_run_body(&call->run, &options, undo_all, call);
	SPI_finish();
}

static void
receive_one(UndoCall *call, const Datum *values, const bool *nulls)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(call->result_context);

	call->result = HeapTupleGetDatum(heap_form_tuple(call->result_desc, unconstify(Datum *, values), unconstify(bool *, nulls)));
	MemoryContextSwitchTo(oldcontext);
}

static void
receive_row(UndoCall *call, const Datum *values, const bool *nulls)
{
	tuplestore_putvalues(call->rsinfo->setResult, call->rsinfo->setDesc, unconstify(Datum *, values), unconstify(bool *, nulls));
}

/*
 * leadconv.undo_lead_conversion(): takes the conversion of a lead back
 */
Datum
leadconv_undo_lead_conversion(PG_FUNCTION_ARGS)
{
	UndoCall   *call = palloc0(sizeof(UndoCall));
	Datum		lead_id = PG_GETARG_DATUM(0);
	bool		isnull = PG_ARGISNULL(0);

	if (get_call_result_type(fcinfo, NULL, &call->result_desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	check_undo_result_type(call->result_desc);
	call->result_desc = BlessTupleDesc(call->result_desc);
	call->result_context = CurrentMemoryContext;
	call->receive = receive_one;
	call->all_or_none = true;
	undo_many(call, fcinfo, &lead_id, &isnull, 1);
	PG_RETURN_DATUM(call->result);
}

/*
 * leadconv.undo_lead_conversions(): takes the conversions of many leads back
 */
Datum
leadconv_undo_lead_conversions(PG_FUNCTION_ARGS)
{
	UndoCall   *call = palloc0(sizeof(UndoCall));
	Datum	   *lead_ids;
	bool	   *nulls;
	int			nleads;

	InitMaterializedSRF(fcinfo, 0);
	call->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	check_undo_result_type(call->rsinfo->setDesc);
	call->receive = receive_row;
	call->all_or_none = PG_ARGISNULL(3) || PG_GETARG_BOOL(3);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &lead_ids, &nulls, &nleads);
	if (nleads > 0)
		undo_many(call, fcinfo, lead_ids, nulls, nleads);
	return (Datum) 0;
}
