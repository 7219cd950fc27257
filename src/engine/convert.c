/*-------------------------------------------------------------------------
 *
 * convert.c
 *	  Runs the program over a batch: everything that is written.
 *
 * Steps run table by table, not lead by lead, in the order of the platform
 * (reference, section 8.1): account, contact, opportunity, contact role, related
 * lists, lead, and then what only reports.  A step without rows is not executed.
 * Making and filling the three records runs as the caller, the rest as the owner
 * of the table, as referential actions do.
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
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

static const LcField record_field[LC_NTARGETS] = {F_ACCOUNT_RECORD, F_CONTACT_RECORD, F_OPPORTUNITY_RECORD};

/*
 * Today in UTC, the converted date (section 8.2), and the last day of the fiscal
 * quarter, the close date of a new opportunity (section 3.4).
 */
void
lc_conversion_dates(int fiscal_year_start_month, DateADT *today, DateADT *close_date)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	struct pg_tm tm;
	fsec_t		fsec;
	int			month;

	if (timestamp2tm(now, NULL, &tm, &fsec, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	*today = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;

	/* the first month of the next quarter, counted from the start of the year */
	month = tm.tm_mon - fiscal_year_start_month;
	month = (month + 12) % 12;
	month = tm.tm_mon + 3 - month % 3;
	*close_date = date2j(tm.tm_year + (month > 12 ? 1 : 0), month > 12 ? month - 12 : month, 1)
		- POSTGRES_EPOCH_JDATE - 1;
}

/* Reset callback of the context of a run, however it ends */
static void
run_unpin_program(void *arg)
{
	lc_program_unpin(arg);
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
	run->trigger_depth = DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
	run->user_id = lc_current_user_id(&isnull);
	if (isnull)
		run->user_id = 0;
	run->program = lc_program_get();
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
			if (DatumGetInt64(request->value[F_LEAD_ID]) == frame->noted_id)
				return request;
			continue;
		}
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			if (frame->noted_relid == run->program->target[t].relid &&
				request->target_id[t] == frame->noted_id)
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
	if (culprit != NULL && !culprit->isnull[F_LEAD_ID])
		appendStringInfo(&buf, "lead conversion of lead " INT64_FORMAT,
						 DatumGetInt64(culprit->value[F_LEAD_ID]));
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
	CachedPlanSource *source;
	char	   *line;
	char	   *found;

	if (run->plan == NULL || edata->context == NULL)
		return;
	source = linitial(SPI_plan_get_plan_sources(run->plan));
	line = psprintf("SQL statement \"%s\"\n", source->query_string);
	found = strstr(edata->context, line);
	if (found != NULL)
		memmove(found, found + strlen(line), strlen(found + strlen(line)) + 1);
	pfree(line);
}

/*
 * Runs one of the fixed statements, which must process a certain number of rows.
 * Fewer means that a BEFORE trigger suppressed some.
 */
static void
execute_expecting(LcRun *run, LcStep step, Datum *args, uint64 expected)
{
	uint64		processed = lc_execute(run, &run->program->step[step], args);

	if (processed != expected)
		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("step \"%s\" of the lead conversion processed " UINT64_FORMAT " of " UINT64_FORMAT " row(s)",
						run->step, processed, expected),
				 errdetail("A BEFORE trigger or a row security policy suppressed the others."),
				 errhint("Let the trigger raise an error to refuse a conversion.")));
}

/*
 * Draws the ids of the records to be created.  The caller needs INSERT on the
 * table; SQL nextval() would ask for a privilege on the sequence as well.
 */
static void
draw_ids(LcRun *run)
{
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		LcTargetInfo *target = &run->program->target[t];
		bool		checked = false;

		for (int i = 0; i < run->nrequests; i++)
		{
			LcRequest  *request = run->request[i];

			if (!request->creates[t])
				continue;
			if (!checked)
			{
				run->step = target->name;
				if (pg_class_aclcheck(target->relid, GetUserId(), ACL_INSERT) != ACLCHECK_OK &&
					pg_attribute_aclcheck_all(target->relid, GetUserId(), ACL_INSERT, ACLMASK_ANY) != ACLCHECK_OK)
					aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, target->name);
				checked = true;
			}
			request->target_id[t] = nextval_internal(target->sequence, false);
		}
	}
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		for (int t = 0; t < LC_NTARGETS; t++)
		{
			if (request->follows[t])
				request->target_id[t] = request->follows[t]->target_id[t];
		}
	}
}

/* A record, or a pair of records, that requests of one run share */
typedef struct SharedKey
{
	int64		first;
	int64		second;
} SharedKey;

typedef struct SharedEntry
{
	SharedKey	key;
	int			count;
	LcRequest  *request;
} SharedEntry;

static HTAB *
shared_table(const char *name, int nrequests)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(SharedKey);
	ctl.entrysize = sizeof(SharedEntry);
	ctl.hcxt = CurrentMemoryContext;
	return hash_create(name, Max(nrequests, 16), &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static SharedEntry *
shared_entry(HTAB *table, int64 first, int64 second)
{
	SharedKey	key = {first, second};
	bool		found;
	SharedEntry *entry = hash_search(table, &key, HASH_ENTER, &found);

	if (!found)
	{
		entry->count = 0;
		entry->request = NULL;
	}
	return entry;
}

/*
 * What requests of one run that share a contact, an opportunity or both do only
 * once: the contact role, the primary role, the relation to the account.  The
 * first in request order does it.
 */
static void
decide_shared(LcRun *run)
{
	LcProgram  *program = run->program;
	HTAB	   *contacts;
	HTAB	   *roles;
	HTAB	   *primaries;
	bool		any_shared = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		request->contact_rank = 1;
		request->add_relation = program->settings.contacts_to_multiple_accounts_enabled &&
			request->target_id[T_CONTACT] != 0 && request->target_id[T_ACCOUNT] != 0;
		any_shared |= !request->creates[T_CONTACT] ||
			(request->target_id[T_OPPORTUNITY] != 0 && !request->creates[T_OPPORTUNITY]);
	}
	if (!any_shared || run->nrequests == 1)
		return;

	contacts = shared_table("leadconv contacts", run->nrequests);
	roles = shared_table("leadconv roles", run->nrequests);
	primaries = shared_table("leadconv primary roles", run->nrequests);
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		int64		contact = request->target_id[T_CONTACT];
		int64		opportunity = request->target_id[T_OPPORTUNITY];

		if (contact != 0)
		{
			request->contact_rank = ++shared_entry(contacts, contact, 0)->count;
			if (request->contact_rank > 1)
				request->add_relation = false;
		}
		if (request->add_role && shared_entry(roles, opportunity, contact)->count++ > 0)
			request->add_role = false;
		if (request->add_role && request->role_is_primary &&
			shared_entry(primaries, opportunity, 0)->count++ > 0)
			request->role_is_primary = false;
	}
	hash_destroy(contacts);
	hash_destroy(roles);
	hash_destroy(primaries);
}

/*
 * Decides which lead fills which empty field of an existing record: the first in
 * request order that has a value.  An overwriting request (lead source) wins over
 * those before it.  Returns whether anything is to be filled.
 */
static bool
decide_fills(LcRun *run, LcTarget t)
{
	LcTargetInfo *target = &run->program->target[t];
	bool		pairs = run->program->settings.state_and_country_picklists_enabled;
	HTAB	   *owners = NULL;
	bool		any = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LcRequest  *first;
		int64		lead_id = DatumGetInt64(request->value[F_LEAD_ID]);
		SharedEntry *entry;

		if (request->fillable[t] == NULL)
			continue;
		if (owners == NULL)
			owners = shared_table("leadconv existing records", run->nrequests);
		entry = shared_entry(owners, request->target_id[t], 0);
		if (entry->request == NULL)
			entry->request = request;
		first = entry->request;
		for (int m = 0; m < target->nmappings; m++)
		{
			LcMapping  *mapping = &target->mappings[m];
			bool		overwrites = mapping->existing == LC_FILL_OR_OVERWRITE &&
				!request->isnull[F_OVERWRITE_LEAD_SOURCE] &&
				DatumGetBool(request->value[F_OVERWRITE_LEAD_SOURCE]);
			bool		claimed = first->fill[t] != NULL && first->fill[t][m] != 0;

			if (!request->fillable[t][m])
				continue;
			if (pairs && mapping->existing == LC_FILL_PAIR && first->fill[t] != NULL)
			{
				/* state and country come from one lead */
				for (int other = 0; other < target->nmappings; other++)
					claimed |= target->mappings[other].existing == LC_FILL_PAIR &&
						first->fill[t][other] != 0 && first->fill[t][other] != lead_id;
			}
			if (claimed && !overwrites)
				continue;
			if (first->fill[t] == NULL)
				first->fill[t] = palloc0(sizeof(int64) * target->nmappings);
			first->fill[t][m] = lead_id;
			request->filled_fields[t] = lappend(request->filled_fields[t], mapping->target_field);
			any = true;
		}
	}
	if (owners)
		hash_destroy(owners);
	return any;
}

/* How many records does the step fill? */
static uint64
count_fills(LcRun *run, LcTarget t)
{
	uint64		n = 0;

	for (int i = 0; i < run->nrequests; i++)
		n += run->request[i]->fill[t] != NULL;
	return n;
}

/*
 * Makes the new records of one target, and fills those that exist.
 */
static void
write_target(LcRun *run, LcTarget t)
{
	static const LcStep insert_step[] = {S_INSERT_ACCOUNT, S_INSERT_CONTACT, S_INSERT_OPPORTUNITY};
	static const LcStep record_step[] = {S_INSERT_ACCOUNT_RECORD, S_INSERT_CONTACT_RECORD, S_INSERT_OPPORTUNITY_RECORD};
	static const LcStep fill_step[] = {S_FILL_ACCOUNT, S_FILL_CONTACT, S_FILL_OPPORTUNITY};
	uint64		ncreated = 0;
	int			nfollowers = 0;
	bool		with_record = false;
	LcRequest **followers = palloc(sizeof(LcRequest *) * run->nrequests);

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (request->creates[t])
		{
			ncreated++;
			with_record |= !request->isnull[record_field[t]];
		}
		else if (request->follows[t])
			followers[nfollowers++] = request;
	}
	if (ncreated > 0)
		execute_expecting(run, with_record ? record_step[t] : insert_step[t], NULL, ncreated);
	if (nfollowers > 0)
	{
		/* they find the record that has just been made as an existing one */
		lc_batch_fill(run, followers, nfollowers);
		lc_read_existing(run, t, followers, nfollowers);
		for (int i = 0; i < nfollowers; i++)
		{
			if (followers[i]->error)
				lc_error_raise(followers[i]->error);
		}
		/* again for all, so that the order of requests is kept */
		for (int i = 0; i < run->nrequests; i++)
		{
			run->request[i]->fill[t] = NULL;
			run->request[i]->filled_fields[t] = NIL;
		}
		decide_fills(run, t);
		lc_batch_fill(run, run->request, run->nrequests);
	}
	if (count_fills(run, t) > 0)
		execute_expecting(run, fill_step[t], NULL, count_fills(run, t));
	pfree(followers);
}

/* A trigger of a user may have given a new record another id */
static void
verify_ids(LcRun *run)
{
	LcProgram  *program = run->program;
	bool		needed = false;

	for (int i = 0; i < run->nrequests && !needed; i++)
	{
		for (int t = 0; t < LC_NTARGETS; t++)
			needed |= run->request[i]->creates[t] && program->target[t].verify_ids;
	}
	if (!needed)
		return;
	lc_execute(run, &program->step[S_VERIFY_IDS], NULL);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		bool		isnull;

		if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, t + 1, &isnull)))
			ereport(ERROR,
					(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
					 errmsg("step \"insert %s\" of the lead conversion did not leave the record it made",
							program->target[t].name),
					 errdetail("A trigger changed the id of a new record or deleted it."),
					 errhint("Let the trigger leave the column \"id\" alone."),
					 err_generic_string(PG_DIAG_TABLE_NAME, program->target[t].name)));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* A trigger of a user may have kept the lead from being converted */
static void
verify_lead(LcRun *run)
{
	if (!run->program->verify_lead)
		return;
	if (lc_execute(run, &run->program->step[S_VERIFY_LEAD], NULL) > 0)
	{
		bool		isnull;
		int			ord = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));

		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("step \"update lead\" of the lead conversion did not leave lead " INT64_FORMAT " converted",
						DatumGetInt64(run->request[ord]->value[F_LEAD_ID])),
				 errdetail("A trigger changed is_converted or one of the converted columns."),
				 errhint("Let the trigger leave these columns alone, or raise an error to refuse the conversion."),
				 err_generic_string(PG_DIAG_TABLE_NAME, "lead")));
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Checks the constraints and constraint triggers that are deferred initially, so
 * that a row that violates one fails here and not at COMMIT.
 */
static void
check_deferred_constraints(LcRun *run)
{
	StringInfoData names;

	run->step = "check deferred constraints";
	if (SPI_execute("SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%I.%I', n.nspname, c.conname), ', ')"
					" FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n"
					" ON n.oid OPERATOR(pg_catalog.=) c.connamespace WHERE c.condeferrable AND c.condeferred",
					true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look for deferred constraints: %s", SPI_result_code_string(SPI_result));
	initStringInfo(&names);
	if (SPI_processed == 1)
	{
		char	   *list = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		if (list)
			appendStringInfoString(&names, list);
	}
	SPI_freetuptable(SPI_tuptable);
	if (names.len == 0)
		return;
	if (SPI_execute(psprintf("SET CONSTRAINTS %s IMMEDIATE", names.data), false, 0) != SPI_OK_UTILITY ||
		SPI_execute(psprintf("SET CONSTRAINTS %s DEFERRED", names.data), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not check deferred constraints: %s", SPI_result_code_string(SPI_result));
}

/*
 * Relates the contacts to their accounts, unless they are related already, so
 * that the number of rows to expect is not known beforehand.
 */
static void
insert_relations(LcRun *run)
{
	LcProgram  *program = run->program;

	bool		all_new = true;

	for (int i = 0; i < run->nrequests && all_new; i++)
		all_new = run->request[i]->creates[T_CONTACT] || !run->request[i]->add_relation;
	lc_execute(run, &program->step[all_new ? S_INSERT_NEW_RELATION : S_INSERT_RELATION], NULL);
	if (!program->verify_relation)
		return;
	if (lc_execute(run, &program->step[S_VERIFY_RELATION], NULL) > 0)
		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("step \"insert account_contact_relation\" of the lead conversion did not relate the contact to the account"),
				 errdetail("A BEFORE trigger suppressed or changed the row."),
				 errhint("Let the trigger raise an error to refuse a conversion."),
				 err_generic_string(PG_DIAG_TABLE_NAME, "account_contact_relation")));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Writes everything for the requests that the judge let pass (run->request).
 * Raises the first error; then nothing may be kept of what was written.
 */
void
lc_run_write(LcRun *run)
{
	LcProgram  *program = run->program;
	int			n = run->nrequests;
	int64	   *lead_ids;
	uint64		count[4] = {0};
	Datum		args[1];
	uint64		nfollow_ups = 0;

	if (n == 0)
		return;
	CHECK_FOR_INTERRUPTS();
	lead_ids = palloc(sizeof(int64) * n);
	for (int i = 0; i < n; i++)
		lead_ids[i] = DatumGetInt64(run->request[i]->value[F_LEAD_ID]);
	run->frame = lc_frame_push(lead_ids, n, run->user_id, program->list_relids, program->nlists);

	run->outcome_changed = false;
	draw_ids(run);
	decide_shared(run);
	for (int t = 0; t < LC_NTARGETS; t++)
		decide_fills(run, t);
	lc_batch_fill(run, run->request, n);

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		write_target(run, t);
		lc_refresh_plans(run);
		CHECK_FOR_INTERRUPTS();
	}
	verify_ids(run);

	for (int i = 0; i < n; i++)
	{
		LcRequest  *request = run->request[i];

		count[0] += request->add_role;
		count[1] += request->add_relation;
		count[2] += request->creates[T_ACCOUNT];
		count[3] += !request->isnull[F_SEND_NOTIFICATION_EMAIL] &&
			DatumGetBool(request->value[F_SEND_NOTIFICATION_EMAIL]) && request->owner_id != 0;
		nfollow_ups += request->follow_up;
	}
	if (count[0] > 0)
		execute_expecting(run, S_INSERT_ROLE, NULL, count[0]);
	if (count[1] > 0)
		insert_relations(run);

	lc_move_related(run);
	CHECK_FOR_INTERRUPTS();
	if (run->has_subscriptions)
		lc_execute(run, &program->step[S_UNFOLLOW], NULL);
	if (run->has_partner_connections)
		lc_execute(run, &program->step[S_PARTNER], NULL);

	execute_expecting(run, S_LEAD, NULL, n);
	verify_lead(run);

	if (nfollow_ups > 0)
		execute_expecting(run, S_FOLLOW_UP_TASK, NULL, nfollow_ups);
	if (count[2] > 0 && run->user_id != 0 && program->settings.follow_new_account)
		execute_expecting(run, S_FOLLOW, NULL, count[2]);
	if (count[3] > 0)
		execute_expecting(run, S_NOTIFY, NULL, count[3]);

	/* what triggers have added to the leads since the lists were visited */
	lc_move_related(run);

	/* the ledger has what happened since the batch was laid down, if anything did */
	if (run->outcome_changed)
		lc_batch_fill(run, run->request, n);
	args[0] = DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(run->caller, false)));
	execute_expecting(run, S_LEDGER, args, n);

	if (program->settings.check_deferred_constraints)
		check_deferred_constraints(run);

	/* and what triggers of the ledger have added */
	lc_move_related(run);
	lc_frame_pop(run->frame);
	run->frame = NULL;
	pfree(lead_ids);
}

/*
 * The result of a request as a composite of type leadconv.lead_convert_result, in
 * the current memory context.
 */
Datum
lc_result(LcRun *run, LcRequest *request, TupleDesc desc)
{
	Datum		values[11] = {0};
	bool		nulls[11] = {false};
	bool		success = request->error == NULL;

	values[0] = request->value[F_LEAD_ID];
	nulls[0] = request->isnull[F_LEAD_ID];
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		values[1 + t] = Int64GetDatum(request->target_id[t]);
		nulls[1 + t] = !success || request->target_id[t] == 0;
		values[6 + t] = BoolGetDatum(success && request->creates[t]);
	}
	values[4] = Int64GetDatum(request->related_person_account_id);
	nulls[4] = !success || request->related_person_account_id == 0;
	values[5] = BoolGetDatum(success);
	values[9] = lc_errors_to_array(success ? NIL : list_make1(request->error), run->program->error_desc);
	values[10] = request->replayed_warnings ? request->replayed_warnings :
		lc_errors_to_array(success ? request->warnings : NIL, run->program->error_desc);
	return HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
}
