/*-------------------------------------------------------------------------
 *
 * look_record.c
 *	  What a look says of the records: those that would be made, value by value, and
 *	  those that exist, with what would be filled and what is kept, and why.
 *
 * Requests of one call that share a record follow one another: what an earlier one
 * fills, the later ones find there.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* The statement about existing records of a target */
static const LcStep look_step[LC_NTARGETS] = {
	[T_PERSON] = S_LOOK_PERSON,
	[T_ACCOUNT] = S_LOOK_ACCOUNT,
	[T_CONTACT] = S_LOOK_CONTACT,
	[T_OPPORTUNITY] = S_LOOK_OPPORTUNITY
};

/* What it yields; after ord, in this order */
enum
{
	LOOK_IS = 2,				/* per mapping: what the record has */
	LOOK_LEAD_HAS
};

/* The values of a record by mapping, as they are after the requests so far */
typedef struct RecordState
{
	int64		key[2];			/* hash key: target and id */
	char	  **value;
} RecordState;

/* Arrays of texts, by mapping */
static void
add_texts(LcSql *sql, const LcTargetInfo *target, bool of_lead)
{
	lc_sql_add(sql, "ARRAY[");
	for (int m = 0; m < target->nmappings; m++)
	{
		const LcMapping *mapping = &target->mappings[m];
		const char *value = of_lead ? mapping->source : psprintf("t.%s", quote_identifier(mapping->target_field));

		lc_sql_add(sql, "%s(%s)::pg_catalog.text", m == 0 ? "" : ", ", value);
	}
	lc_sql_add(sql, "]::pg_catalog.text[]");
}

/*
 * Compiles the statements about existing records.  The mappings must have been
 * compiled.
 */
void
lc_compile_look_records(LcProgram *program)
{
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];
		LcStatement *statement = &program->step[look_step[t]];
		LcSql		sql;

		if (!OidIsValid(program->target[t].relid))
			continue;
		lc_sql_init(&sql);
		lc_sql_add(&sql, "SELECT b.ord, ");
		add_texts(&sql, &program->target[t], false);
		lc_sql_add(&sql, ", ");
		add_texts(&sql, &program->target[t], true);
		lc_sql_add(&sql, " FROM ");
		lc_sql_batch(&sql);
		lc_sql_add(&sql, " b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
				   " LEFT JOIN crm.%s t ON t.id OPERATOR(pg_catalog.=) b.%s_id"
				   " WHERE b.%s_id IS NOT NULL AND NOT b.create_%s ORDER BY b.ord",
				   type->table, type->name, type->name, type->name);
		lc_statement(program, statement, psprintf("look at %s", type->table), InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		/* it is never locked, but the same rows are seen */
		lc_statement_locks(statement, "", program->target[t].relid);
		lc_compile_probe(&program->target[t].by_id, program->target[t].relid, "id");
	}
}

/* The state of a record; *found tells whether it is known */
static RecordState *
record_state(LcLook *look, LcTarget t, int64 id, bool *found)
{
	int64		key[2] = {t, id};

	if (look->states == NULL)
	{
		HASHCTL		ctl;

		ctl.keysize = sizeof(key);
		ctl.entrysize = sizeof(RecordState);
		ctl.hcxt = CurrentMemoryContext;
		look->states = hash_create("leadconv look at records", 2 * look->run->nrequests, &ctl,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	return hash_search(look->states, key, HASH_ENTER, found);
}

/* Is this the text of the id of a record that is yet to be made? */
static bool
is_pretended(const char *value)
{
	return value[0] == '-' && lc_is_pretended_id(strtoi64(value, NULL, 10));
}

/* LcRowReceiver: a fact for each value of a new record, of a target or a task */
static void
put_row(LcRequest *request, LcTarget t, const LcRowValue *values, int nvalues, void *arg)
{
	LcLook	   *look = arg;
	LcLookFact	fact = {.step = "task", .object = "task", .note = "new record"};

	CHECK_FOR_INTERRUPTS();
	if (t < LC_NTARGETS)
	{
		fact.step = lc_target[t].table;
		fact.object = lc_target_key(request, t);
	}
	lc_look_fact(look, request, &fact);
	fact.note = NULL;
	for (int i = 0; i < nvalues; i++)
	{
		if (values[i].value == NULL)
			continue;
		fact.field = values[i].column;
		fact.new_value = values[i].value;
		fact.source = values[i].source;
		if (is_pretended(fact.new_value))
		{
			fact.new_value = NULL;
			fact.note = "the new record";
		}
		lc_look_fact(look, request, &fact);
		fact.note = NULL;
	}

	/* others of the run may find it there */
	if (t < LC_NTARGETS && look->followed[t] != NULL && look->followed[t][request->position - 1])
	{
		const LcTargetInfo *target = &look->run->program->target[t];
		bool		found;
		RecordState *state = record_state(look, t, request->decision.target_id[t], &found);

		state->value = palloc0(sizeof(char *) * Max(target->nmappings, 1));
		for (int m = 0; m < target->nmappings; m++)
		{
			for (int i = 0; i < nvalues; i++)
			{
				if (values[i].value && strcmp(values[i].column, target->mappings[m].target_field) == 0)
					state->value[m] = pstrdup(values[i].value);
			}
		}
	}
}

static bool
is_blank(const char *value)
{
	return value == NULL || lc_is_blank(value, strlen(value));
}

/* Is this value no value of the field? */
static bool
is_empty(const LcMapping *mapping, const char *value)
{
	return value == NULL || (mapping->is_text && is_blank(value));
}

static bool
is_same(const char *one, const char *other)
{
	return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/*
 * Which fields would a request fill of a record that another request of the run
 * makes?  They are noted as those of existing records are.
 */
static void
decide_followed(LcLook *look, LcRequest *request, LcTarget t, char **is, char **has)
{
	const LcTargetInfo *target = &look->run->program->target[t];
	bool		pairs = look->run->program->settings.state_and_country_picklists_enabled;
	bool		pair_is_empty = true;

	for (int m = 0; m < target->nmappings; m++)
		pair_is_empty &= target->mappings[m].existing != LC_FILL_PAIR || is_empty(&target->mappings[m], is[m]);
	for (int m = 0; m < target->nmappings; m++)
	{
		const LcMapping *mapping = &target->mappings[m];
		bool		fills = is_empty(mapping, is[m]);

		if (mapping->existing == LC_NEVER || is_empty(mapping, has[m]))
			continue;
		if (mapping->existing == LC_FILL_PAIR && pairs)
			fills = pair_is_empty;
		if (mapping->existing == LC_FILL_OR_OVERWRITE && !fills)
			fills = lc_flag(request, F_OVERWRITE_LEAD_SOURCE) && !is_same(is[m], has[m]);
		if (fills)
			request->outcome.filled_fields[t] = lappend(request->outcome.filled_fields[t], mapping->target_field);
	}
}

/* Does the request fill this field? */
static bool
is_filled(const LcRequest *request, LcTarget t, const char *field)
{
	ListCell   *lc;

	foreach(lc, request->outcome.filled_fields[t])
	{
		if (strcmp(lfirst(lc), field) == 0)
			return true;
	}
	return false;
}

/* Facts about the fields of a record that exists, or that another request makes */
static void
put_fields(LcLook *look, LcRequest *request, LcTarget t, char **is, char **has)
{
	const LcTargetInfo *target = &look->run->program->target[t];
	LcLookFact	fact = {.step = lc_target[t].table, .object = lc_target_key(request, t), .record_id = lc_look_id(request, t)};
	bool		found;
	RecordState *state = record_state(look, t, request->decision.target_id[t], &found);

	if (!found)
		state->value = is;
	if (request->decision.follows[t])
		decide_followed(look, request, t, state->value, has);
	for (int m = 0; m < target->nmappings; m++)
	{
		const LcMapping *mapping = &target->mappings[m];

		if (is_empty(mapping, has[m]))
			continue;
		fact.field = mapping->target_field;
		fact.old_value = state->value[m];
		if (is_filled(request, t, mapping->target_field))
		{
			fact.new_value = has[m];
			fact.source = mapping->from_batch ? "engine" : psprintf("lead.%s", mapping->lead_field);
			fact.note = NULL;
			state->value[m] = has[m];
		}
		else if (is_same(state->value[m], has[m]))
			continue;
		else
		{
			fact.new_value = fact.old_value;
			fact.source = "kept";
			if (mapping->existing != LC_NEVER)
				fact.note = "already filled";
			else if (strncmp(mapping->target_field, "has_opted_out_", 14) == 0 || strcmp(mapping->target_field, "do_not_call") == 0)
				fact.note = "opt-out";
			else
				fact.note = "never";
		}
		lc_look_fact(look, request, &fact);
	}
}

/*
 * Would the server accept what a request fills of an existing record?  The record is read
 * whole, whoever may see which of its columns: nothing of it is told.
 */
static void
judge_fills(LcLook *look, LcRequest *request, LcTarget t, char **has, LcRowCheck *check, LcOpenProbe *rows, Snapshot snapshot)
{
	const LcTargetInfo *target = &look->run->program->target[t];
	SysScanDesc scan;
	HeapTuple	tuple;

	if (request->outcome.filled_fields[t] == NIL || request->decision.follows[t] != NULL)
		return;
	scan = lc_probe_begin(rows, request->decision.target_id[t], snapshot);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		lc_row_check_clear(check);
		lc_row_check_row(check, tuple);
		for (int m = 0; m < target->nmappings; m++)
		{
			if (has[m] != NULL && is_filled(request, t, target->mappings[m].target_field))
				lc_row_check_text(check, target->mappings[m].target_field, has[m]);
		}
		lc_row_check_judge(check, request);
		for (int m = 0; m < target->nmappings; m++)
		{
			char	   *form = has[m] != NULL && is_filled(request, t, target->mappings[m].target_field) ?
				lc_row_check_form(check, target->mappings[m].target_field) : NULL;

			if (form != NULL)
				has[m] = form;
		}
	}
	systable_endscan(scan);
}

/* What a request has to do with a record that it does not make */
static const char *
how_used(const LcRequest *request, LcTarget t)
{
	const LcDecision *decision = &request->decision;

	if (decision->follows[t] != NULL)
		return psprintf("the record that request %d makes", decision->follows[t]->position);
	if (decision->keeps[t])
		return "the lead was converted to it";
	return "existing record";
}

/*
 * Facts about one target: the new records, and the existing ones.  The batch is laid
 * down, and new records have ids for the time being.
 */
void
lc_look_records(LcLook *look, LcTarget t)
{
	LcRun	   *run = look->run;
	int			nmappings = run->program->target[t].nmappings;
	SPITupleTable *tuptable;
	LcRowCheck *check;
	LcOpenProbe rows;
	Snapshot	snapshot;
	bool		creates = false;
	bool		uses = false;
	uint64		nrows;

	for (int i = 0; i < run->nrequests; i++)
	{
		creates |= run->request[i]->decision.creates[t];
		uses |= run->request[i]->decision.follows[t] != NULL || run->request[i]->facts.existing[t].found;
	}
	if (creates)
		lc_read_rows(run, t, put_row, look);
	lc_decide_fills(run, t);
	if (!uses)
		return;

	nrows = lc_execute(run, &run->program->step[look_step[t]], (Datum) 0);
	tuptable = SPI_tuptable;
	lc_probe_open(&rows, &run->program->target[t].by_id);
	check = lc_row_check_begin(rows.rel);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (uint64 row = 0; row < nrows; row++)
	{
		LcRequest  *request = lc_row_request(run->request, row);
		LcLookFact	fact = {.step = lc_target[t].table, .object = lc_target_key(request, t), .record_id = lc_look_id(request, t)};

		CHECK_FOR_INTERRUPTS();
		if (!request->facts.existing[t].found && request->decision.follows[t] == NULL)
			continue;
		fact.note = how_used(request, t);
		lc_look_fact(look, request, &fact);
		if (request->decision.adopts[t])
		{
			fact.note = NULL;
			fact.field = lc_target[t].account_column;
			fact.new_value = lc_look_id_text(request, T_ACCOUNT);
			fact.source = "engine";
			if (fact.new_value == NULL)
				fact.note = "the new record";
			lc_look_fact(look, request, &fact);
		}
		if (!request->decision.keeps[t])
		{
			char	  **is = lc_look_texts(row, LOOK_IS, nmappings);
			char	  **has = lc_look_texts(row, LOOK_LEAD_HAS, nmappings);

			judge_fills(look, request, t, has, check, &rows, snapshot);
			put_fields(look, request, t, is, has);
		}
		/* and what follows from it */
		if (t == T_CONTACT && lc_renames_person(request))
		{
			LcLookFact	name = {.step = lc_target[T_PERSON].table, .object = lc_target_key(request, T_PERSON),
			.record_id = lc_look_id(request, T_PERSON), .field = "name", .source = "engine", .note = "follows from the name of the contact"};

			lc_look_fact(look, request, &name);
		}
		SPI_tuptable = tuptable;
	}
	lc_row_check_end(check);
	UnregisterSnapshot(snapshot);
	lc_probe_close(&rows);
	SPI_freetuptable(tuptable);
}

/* Facts about follow-up tasks */
void
lc_look_tasks(LcLook *look)
{
	bool		any = false;

	for (int i = 0; i < look->run->nrequests; i++)
		any |= look->run->request[i]->decision.follow_up;
	if (any)
		lc_read_task_rows(look->run, put_row, look);
}
