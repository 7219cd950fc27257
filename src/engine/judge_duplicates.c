/*-------------------------------------------------------------------------
 *
 * judge_duplicates.c
 *	  Whether new records are duplicates of others, by the duplicate rules.
 *
 * The accounts, person accounts and contacts that a batch is going to make are judged
 * all at once, last of all that is judged: their rows are known by then, of which only
 * the columns are read that rules read (record.c).  Records are looked for among those
 * that are stored and, since a call does what so many calls would do one after the
 * other, among those that earlier requests of the batch make.
 *
 * The account of a person account is judged as a person account, by matching rules for
 * these; its contact is a part of it, and is not judged as a contact.
 *
 * Where a rule blocks, two sessions must not both find nothing and both make a record:
 * their match keys are locked first (duplicates/lock.c).  An alert can be passed, so for
 * it nobody waits.
 *
 * What was found and lets the record pass is noted with the decision; when the record is
 * there it goes into a set of duplicates, if the rule says so.
 *
 * Works in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* At most so many records of the batch are compared with one */
#define MAX_EARLIER		100

/* The kinds of records that are judged */
static const struct
{
	LcTarget	target;
	const char *object;			/* of their rules */
	LcMatchObject kind;
	LcField		bypass;
}			judged[] = {
	{T_ACCOUNT, "account", LC_MATCH_ACCOUNT, F_BYPASS_ACCOUNT_DEDUPE_CHECK},
	{T_PERSON, "account", LC_MATCH_PERSON_ACCOUNT, F_BYPASS_ACCOUNT_DEDUPE_CHECK},
	{T_CONTACT, "contact", LC_MATCH_CONTACT, F_BYPASS_CONTACT_DEDUPE_CHECK}
};

/* Adds a copy of a column to a list in the program's memory context */
static void
keep_column(LcProgram *program, List **columns, const char *column)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(program->context);
	int			n = list_length(*columns);

	*columns = lc_add_name(*columns, column);
	if (list_length(*columns) > n)
		lfirst(list_tail(*columns)) = pstrdup(column);
	MemoryContextSwitchTo(oldcontext);
}

/* A rule reads this field of records of a kind: which columns are to be read for it? */
static void
add_field(LcProgram *program, int k, const char *field)
{
	LcTarget	t = judged[k].target;
	bool		of_account;
	const char *column = lc_field_column(judged[k].kind, field, &of_account);

	keep_column(program, &program->duplicate_fields[t], field);
	if (t == T_PERSON && !of_account)
		t = T_CONTACT;
	else if (t == T_CONTACT && of_account)
	{
		/* of the new account, or of one that is there */
		t = T_ACCOUNT;
		keep_column(program, &program->duplicate_account_columns, column);
	}
	keep_column(program, &program->target[t].duplicate_columns, column);
}

/* The columns that the active rules for records of a kind read */
static bool
compile_rules(LcProgram *program, int k)
{
	ListCell   *lc;
	bool		any = false;

	foreach(lc, lc_duplicate_rules(judged[k].object))
	{
		const LcDuplicateRule *rule = lfirst(lc);
		bool		used = false;

		for (int m = 0; m < rule->nmatches; m++)
		{
			const LcMatchingRule *matching = lc_rule_matching(&rule->match[m], judged[k].kind, false);

			if (matching == NULL)
				continue;
			used = true;
			for (int i = 0; i < matching->nfields; i++)
				add_field(program, k, lc_field_for_match(rule, &rule->match[m], judged[k].object, matching->fields[i].name));
		}
		if (used)
		{
			List	   *fields = lc_filter_fields(rule, NIL);
			ListCell   *field;

			foreach(field, fields)
				add_field(program, k, lfirst(field));
			any = true;
			program->has_blocking_rules |= rule->blocks[false];
		}
	}
	return any;
}

/*
 * Finds out which duplicate rules conversions have to ask, and compiles what reads the
 * columns that they read.  Raises INVALID_FIELD when a rule cannot be understood.
 */
void
lc_compile_duplicates(LcProgram *program)
{
	for (size_t k = 0; k < lengthof(judged); k++)
	{
		if (judged[k].target != T_PERSON || program->settings.person_accounts_enabled)
			program->has_duplicate_rules |= compile_rules(program, k);
	}
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (program->target[t].duplicate_columns != NIL)
			lc_compile_duplicate_rows(program, t);
	}
}

/* Columns of a new record, or of an account that is there; NULL = none were read */
typedef const char **Values;

/* What is known of one request */
typedef struct Subject
{
	Values		values[LC_NTARGETS];	/* in the order of the target's columns */
	Values		account;		/* of an account that is there, in that of
								 * duplicate_account_columns */
	LcMatchRecord *record[lengthof(judged)];	/* that it makes, or NULL */
	List	   *comparable[lengthof(judged)];	/* matching rules, each followed by
												 * its LcComparable of the record */
} Subject;

/* Reads what rules read of the new records of a target */
static void
read_values(LcRun *run, LcTarget t, Subject *subjects)
{
	LcTargetInfo *target = &run->program->target[t];
	int			ncolumns = list_length(target->duplicate_columns);
	bool		any = false;
	bool		with_record = false;
	uint64		nrows;
	SPITupleTable *tuptable;

	if (ncolumns == 0)
		return;
	for (int i = 0; i < run->nrequests; i++)
	{
		if (!run->request[i]->decision.creates[t])
			continue;
		any = true;
		with_record |= lc_given(run->request[i], lc_record_field(run->request[i], t));
	}
	if (!any)
		return;
	nrows = lc_execute(run, with_record ? &target->judge_duplicates_record : &target->judge_duplicates, (Datum) 0);
	tuptable = SPI_tuptable;
	for (uint64 row = 0; row < nrows; row++)
	{
		bool		isnull;
		Subject    *subject = &subjects[DatumGetInt32(lc_spi_datum(row, 1, &isnull))];

		CHECK_FOR_INTERRUPTS();
		subject->values[t] = palloc(sizeof(char *) * ncolumns);
		for (int i = 0; i < ncolumns; i++)
			subject->values[t][i] = lc_spi_text(row, 2 + i);
	}
	SPI_freetuptable(tuptable);
}

/*
 * Reads what rules read of the accounts that new contacts go to, without a statement:
 * the request may use them, as has been judged
 */
static void
read_accounts(LcRun *run, Subject *subjects)
{
	LcProgram  *program = run->program;
	LcProbe		by_id;
	LcOpenProbe probe;
	Snapshot	snapshot;
	bool		any = false;
	int			ncolumns = list_length(program->duplicate_account_columns);

	for (int i = 0; i < run->nrequests; i++)
	{
		const LcDecision *decision = &run->request[i]->decision;

		any |= decision->creates[T_CONTACT] && decision->target_id[T_ACCOUNT] != 0;
	}
	if (!any || ncolumns == 0)
		return;
	lc_compile_probe(&by_id, program->target[T_ACCOUNT].relid, "id");
	lc_probe_open(&probe, &by_id);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int i = 0; i < run->nrequests; i++)
	{
		const LcDecision *decision = &run->request[i]->decision;
		TupleDesc	desc = RelationGetDescr(probe.rel);
		SysScanDesc scan;
		HeapTuple	tuple;

		CHECK_FOR_INTERRUPTS();
		if (!decision->creates[T_CONTACT] || decision->target_id[T_ACCOUNT] == 0)
			continue;
		scan = lc_probe_begin(&probe, decision->target_id[T_ACCOUNT], snapshot);
		if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			ListCell   *lc;

			subjects[i].account = palloc0(sizeof(char *) * ncolumns);
			foreach(lc, program->duplicate_account_columns)
			{
				AttrNumber	attno = lc_column_number(desc, lfirst(lc));
				bool		isnull = true;
				Datum		value = attno == InvalidAttrNumber ? (Datum) 0 : heap_getattr(tuple, attno, desc, &isnull);

				if (!isnull)
					subjects[i].account[foreach_current_index(lc)] = lc_match_text(value, TupleDescAttr(desc, attno - 1)->atttypid);
			}
		}
		systable_endscan(scan);
	}
	UnregisterSnapshot(snapshot);
	lc_probe_close(&probe);
}

/* A column among those that were read, or NULL */
static const char *
column_value(List *columns, Values values, const char *column)
{
	ListCell   *lc;

	foreach(lc, values ? columns : NIL)
	{
		if (strcmp(lfirst(lc), column) == 0)
			return values[foreach_current_index(lc)];
	}
	return NULL;
}

/* The record of a kind that a request makes, as rules see it; NULL if it makes none */
static LcMatchRecord *
make_record(LcRun *run, int i, int k, const Subject *subjects, HTAB *places)
{
	const LcProgram *program = run->program;
	const LcDecision *decision = &run->request[i]->decision;
	LcTarget	t = judged[k].target;
	List	   *fields = program->duplicate_fields[t];
	int			account_place = i;
	LcMatchRecord *record;
	ListCell   *lc;

	if (!decision->creates[t] || fields == NIL || (t == T_CONTACT && decision->person != LC_NO_PERSON))
		return NULL;
	if (decision->follows[T_ACCOUNT] != NULL)
	{
		LcShared   *entry = lc_shared_find(places, decision->follows[T_ACCOUNT]->position, 0);

		if (entry != NULL)
			account_place = entry->count;
	}
	record = palloc0(sizeof(LcMatchRecord));
	record->field = palloc(sizeof(char *) * list_length(fields));
	record->value = palloc(sizeof(char *) * list_length(fields));
	foreach(lc, fields)
	{
		bool		of_account;
		const char *column = lc_field_column(judged[k].kind, lfirst(lc), &of_account);
		LcTarget	from = t;
		const char *value;

		if (t == T_PERSON && !of_account)
			from = T_CONTACT;
		if (t != T_CONTACT || !of_account)
			value = column_value(program->target[from].duplicate_columns, subjects[i].values[from], column);
		else if (decision->creates[T_ACCOUNT] || decision->follows[T_ACCOUNT] != NULL)
			value = column_value(program->target[T_ACCOUNT].duplicate_columns, subjects[account_place].values[T_ACCOUNT], column);
		else
			value = column_value(program->duplicate_account_columns, subjects[i].account, column);
		record->field[record->nfields] = lfirst(lc);
		record->value[record->nfields++] = value;
	}
	return record;
}

/* Where requests are in the run, by their position in the call */
static HTAB *
list_places(LcRun *run)
{
	HTAB	   *places = lc_shared_table("leadconv places of requests", run->nrequests);

	for (int i = 0; i < run->nrequests; i++)
		lc_shared(places, run->request[i]->position, 0)->count = i;
	return places;
}

/* The records of the run that rules of a kind are asked about, NULL where they are not */
static LcMatchRecord **
asked_records(LcRun *run, const LcDuplicateRule *rule, int k, const Subject *subjects)
{
	LcMatchRecord **result = NULL;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcMatchRecord *record = subjects[i].record[k];

		if (record == NULL || lc_flag(run->request[i], judged[k].bypass) ||
			!lc_duplicate_rule_applies(rule, record, run->user_id))
			continue;
		if (result == NULL)
			result = palloc_extended(sizeof(LcMatchRecord *) * run->nrequests, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
		result[i] = record;
	}
	return result;
}

/* A rule, and the records that it is asked about */
typedef struct Question
{
	const LcDuplicateRule *rule;
	int			k;				/* the kind of the records */
	LcMatchRecord **records;
} Question;

/* All questions, in the order in which they are asked */
static List *
list_questions(LcRun *run, const Subject *subjects)
{
	List	   *result = NIL;

	for (size_t k = 0; k < lengthof(judged); k++)
	{
		ListCell   *lc;

		foreach(lc, lc_duplicate_rules(judged[k].object))
		{
			LcMatchRecord **records = asked_records(run, lfirst(lc), k, subjects);
			Question   *question;

			if (records == NULL)
				continue;
			question = palloc(sizeof(Question));
			question->rule = lfirst(lc);
			question->k = k;
			question->records = records;
			result = lappend(result, question);
		}
	}
	return result;
}

/* Locks the match keys of records that rules may block */
static void
lock_keys(LcRun *run, List *questions)
{
	int64	   *keys = NULL;
	int			nkeys = 0;
	int			space = 0;
	ListCell   *lc;

	foreach(lc, questions)
	{
		const Question *question = lfirst(lc);

		for (int i = 0; i < run->nrequests && question->rule->blocks[false]; i++)
		{
			CHECK_FOR_INTERRUPTS();
			if (question->records[i] != NULL)
				lc_duplicate_keys(question->rule, judged[question->k].kind, question->records[i], false, &keys, &nkeys, &space);
		}
	}
	if (nkeys > 0)
		lc_lock_match_keys(keys, nkeys);
}

/* A match key by a matching rule, and the requests of the run that make records of it */
typedef struct KeyEntry
{
	int64		key[2];			/* hash key: the rule, the match key */
	List	   *makers;			/* of int */
} KeyEntry;

/* What is found among the records that earlier requests of the run make */
typedef struct Earlier
{
	LcRun	   *run;
	Subject    *subjects;
	HTAB	   *keys;
	int		   *seen;			/* per request: by which it was compared last */
	int			nseen;
} Earlier;

/* The record of a kind that a request makes, prepared to be compared by a matching rule */
static LcComparable *
comparable(Subject *subject, int k, const LcMatchingRule *matching)
{
	ListCell   *lc;

	for (lc = list_head(subject->comparable[k]); lc != NULL; lc = lnext(subject->comparable[k], lnext(subject->comparable[k], lc)))
	{
		if (lfirst(lc) == matching)
			return lfirst(lnext(subject->comparable[k], lc));
	}
	subject->comparable[k] = lappend(subject->comparable[k], unconstify(LcMatchingRule *, matching));
	subject->comparable[k] = lappend(subject->comparable[k], lc_comparable(matching, subject->record[k]));
	return llast(subject->comparable[k]);
}

/* Compares a record with those of earlier requests, by one matching rule */
static void
compare_earlier(Earlier *earlier, int i, const Question *question, const LcMatchingRule *matching, List **found)
{
	LcMatchRecord *record = question->records[i];
	int64	   *keys;
	int			nkeys = lc_match_keys_of(matching, record, &keys);
	int			ncompared = 0;

	earlier->nseen++;
	for (int n = 0; n < nkeys; n++)
	{
		int64		key[2] = {matching->id, keys[n]};
		KeyEntry   *entry = hash_search(earlier->keys, key, HASH_FIND, NULL);
		ListCell   *lc;

		foreach(lc, entry ? entry->makers : NIL)
		{
			int			j = lfirst_int(lc);
			LcRequest  *other = earlier->run->request[j];
			LcMatch    *match;
			LcEarlierMatch *result;

			/* of a lead that comes twice, the second is not converted */
			if (earlier->seen[j] == earlier->nseen || lc_refusal(other) != NULL ||
				lc_lead_id(other) == lc_lead_id(earlier->run->request[i]))
				continue;
			CHECK_FOR_INTERRUPTS();
			earlier->seen[j] = earlier->nseen;
			if (ncompared++ == MAX_EARLIER)
				return;
			if (!lc_records_match(comparable(&earlier->subjects[i], question->k, matching),
								  comparable(&earlier->subjects[j], question->k, matching), &match))
				continue;
			result = palloc(sizeof(LcEarlierMatch));
			result->position = other->position;
			result->score = match->score;
			result->fields = match->fields;
			lc_duplicate_entry(found, question->rule, matching)->earlier =
				lappend(lc_duplicate_entry(found, question->rule, matching)->earlier, result);
		}
	}
}

/* Enters the records of a request, which is going to make them */
static void
enter_earlier(Earlier *earlier, int i, List *matchings)
{
	ListCell   *lc;

	foreach(lc, matchings)
	{
		const LcMatchingRule *matching = lfirst(lc);

		for (size_t k = 0; k < lengthof(judged); k++)
		{
			LcMatchRecord *record = earlier->subjects[i].record[k];
			int64	   *keys;
			int			nkeys;

			if (record == NULL || judged[k].kind != matching->kind)
				continue;
			nkeys = lc_stored_keys_of(matching, record, &keys);
			for (int n = 0; n < nkeys; n++)
			{
				int64		key[2] = {matching->id, keys[n]};
				bool		is_there;
				KeyEntry   *entry = hash_search(earlier->keys, key, HASH_ENTER, &is_there);

				if (!is_there)
					entry->makers = NIL;
				if (entry->makers == NIL || llast_int(entry->makers) != i)
					entry->makers = lappend_int(entry->makers, i);
			}
		}
	}
}

/* The matching rules of the questions, each once */
static List *
list_matchings(List *questions)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, questions)
	{
		const Question *question = lfirst(lc);

		for (int m = 0; m < question->rule->nmatches; m++)
		{
			const LcMatchingRule *matching = lc_rule_matching(&question->rule->match[m], judged[question->k].kind, false);

			if (matching != NULL)
				result = list_append_unique_ptr(result, unconstify(LcMatchingRule *, matching));
		}
	}
	return result;
}

/* What is told of duplicates that refuse a request, or that it passes as it was asked to */
static LcError *
make_error(const LcRequest *request, List *found[lengthof(judged)], bool refusing, bool allow_save)
{
	LcError    *error = NULL;
	StringInfoData detail;
	StringInfoData data;
	bool		blocks = false;

	initStringInfo(&detail);
	initStringInfo(&data);
	for (size_t k = 0; k < lengthof(judged); k++)
	{
		ListCell   *lc;

		foreach(lc, found[k])
		{
			const LcDuplicate *duplicate = lfirst(lc);

			if (refusing ? !lc_duplicate_refuses(duplicate, false, allow_save) : !duplicate->rule->alerts[false])
				continue;
			blocks |= duplicate->rule->blocks[false];
			lc_append_duplicate_detail(&detail, duplicate);
			appendStringInfoString(&data, data.len == 0 ? "[" : ", ");
			lc_append_duplicate_json(&data, duplicate, judged[k].object, false);
		}
	}
	if (data.len == 0)
		return NULL;
	appendStringInfoChar(&data, ']');
	error = lc_error(LC_DUPLICATES_DETECTED, NULL, detail.data,
					 !refusing ? NULL
					 : blocks ? "Convert the lead to one of them, as account_id and contact_id, or make the new record another one."
					 : "Convert the lead to one of them, as account_id and contact_id; or convert it all the same with allow_save.",
					 "%s", LC_USE_ONE_OF_THESE);
	error->data = data.data;
	return error;
}

/* Says what has been found for a request, all of it */
static void
judge_found(LcRun *run, int i, List *found[lengthof(judged)])
{
	LcRequest  *request = run->request[i];
	bool		allow_save = run->options.allow_save;
	LcError    *error;

	for (size_t k = 0; k < lengthof(judged); k++)
	{
		ListCell   *lc;

		foreach(lc, found[k])
		{
			if (lc_duplicate_refuses(lfirst(lc), false, allow_save))
				lc_check_duplicates_seen(lfirst(lc));
		}
		request->decision.duplicates[judged[k].target] = found[k];
	}
	error = make_error(request, found, true, allow_save);
	if (error != NULL)
		request->outcome.errors = lappend(request->outcome.errors, error);
	else if ((error = make_error(request, found, false, allow_save)) != NULL)
		lc_add_warning(request, error->status_code, error);
}

/*
 * Judges whether the records that requests make are duplicates: refuses those of which a
 * rule says so, and notes what else was found.  Everything else about the requests has been judged.
 * Locks match keys first, unless the run only looks.
 */
void
lc_judge_duplicates(LcRun *run)
{
	Subject    *subjects;
	List	   *questions;
	List	  **found[lengthof(judged)];
	List	   *matchings;
	HTAB	   *places;
	Earlier		earlier;
	HASHCTL		ctl;
	ListCell   *lc;

	if (run->nrequests == 0)
		return;
	run->step = "look for duplicates";
	subjects = palloc_extended(sizeof(Subject) * run->nrequests, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	lc_batch_fill(run, run->request, run->nrequests);
	for (int t = 0; t < LC_NTARGETS; t++)
		read_values(run, t, subjects);
	read_accounts(run, subjects);
	run->step = "look for duplicates";
	places = list_places(run);
	for (int i = 0; i < run->nrequests; i++)
	{
		for (size_t k = 0; k < lengthof(judged); k++)
			subjects[i].record[k] = make_record(run, i, k, subjects, places);
	}
	hash_destroy(places);

	questions = list_questions(run, subjects);
	if (questions == NIL)
		return;
	if (!run->options.match_keys_locked && !run->options.look)
		lock_keys(run, questions);
	for (size_t k = 0; k < lengthof(judged); k++)
		found[k] = palloc_extended(sizeof(List *) * run->nrequests, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	foreach(lc, questions)
	{
		const Question *question = lfirst(lc);

		lc_find_duplicates(question->rule, judged[question->k].kind, question->records, run->nrequests, false,
						   found[question->k]);
	}

	/* in their order: who is refused makes nothing */
	matchings = list_matchings(questions);
	memset(&earlier, 0, sizeof(earlier));
	earlier.run = run;
	earlier.subjects = subjects;
	earlier.seen = palloc_extended(sizeof(int) * run->nrequests, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	ctl.keysize = sizeof(int64) * 2;
	ctl.entrysize = sizeof(KeyEntry);
	ctl.hcxt = CurrentMemoryContext;
	if (run->nrequests > 1)
		earlier.keys = hash_create("leadconv new records", run->nrequests, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (int i = 0; i < run->nrequests; i++)
	{
		List	   *of_request[lengthof(judged)];

		CHECK_FOR_INTERRUPTS();
		foreach(lc, questions)
		{
			const Question *question = lfirst(lc);

			if (question->records[i] == NULL || earlier.keys == NULL)
				continue;
			for (int m = 0; m < question->rule->nmatches; m++)
			{
				const LcMatchingRule *matching = lc_rule_matching(&question->rule->match[m], judged[question->k].kind, false);

				if (matching != NULL)
					compare_earlier(&earlier, i, question, matching, &found[question->k][i]);
			}
		}
		for (size_t k = 0; k < lengthof(judged); k++)
			of_request[k] = found[k][i];
		judge_found(run, i, of_request);
		if (earlier.keys != NULL && lc_refusal(run->request[i]) == NULL)
			enter_earlier(&earlier, i, matchings);
	}
	if (earlier.keys != NULL)
		hash_destroy(earlier.keys);
}

/* The request of the run at this position in the call, or NULL */
static LcRequest *
request_at(LcRun *run, int position)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		if (run->request[i]->position == position)
			return run->request[i];
	}
	return NULL;
}

/* Puts the new record of a request into a set with what one rule has found for it */
static void
report(LcRun *run, LcRequest *request, int k, const LcDuplicateRule *rule)
{
	LcTarget	t = judged[k].target;
	LcRecordIds ids = {0};
	bool		any = false;
	ListCell   *lc;
	MemoryContext oldcontext = MemoryContextSwitchTo(run->context);

	foreach(lc, request->decision.duplicates[t])
	{
		const LcDuplicate *duplicate = lfirst(lc);
		ListCell   *match;

		if (duplicate->rule != rule)
			continue;
		foreach(match, duplicate->matches)
			lc_add_record_id(&ids, judged[k].kind, ((LcMatch *) lfirst(match))->id);
		foreach(match, duplicate->earlier)
		{
			const LcRequest *other = request_at(run, ((LcEarlierMatch *) lfirst(match))->position);

			if (other != NULL)
				lc_add_record_id(&ids, judged[k].kind, other->decision.target_id[t]);
		}
		any |= duplicate->matches != NIL || duplicate->earlier != NIL;
	}
	if (any)
	{
		lc_add_record_id(&ids, judged[k].kind, request->decision.target_id[t]);
		lc_put_in_set(rule, &ids, &request->outcome.undo_duplicate_sets, &request->outcome.undo_duplicate_items);
		run->outcome_changed = true;
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Puts new records into sets with their duplicates, as rules with "report" say.  The
 * records have been made.  What the user may not see is not put there.
 */
void
lc_report_duplicates(LcRun *run)
{
	run->step = "report duplicates";
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		for (size_t k = 0; k < lengthof(judged); k++)
		{
			const LcDuplicateRule *rule = NULL;
			ListCell   *lc;

			/* what one rule has found follows each other */
			foreach(lc, request->decision.duplicates[judged[k].target])
			{
				const LcDuplicate *duplicate = lfirst(lc);

				CHECK_FOR_INTERRUPTS();
				if (duplicate->rule != rule && duplicate->rule->reports[false])
					report(run, request, k, duplicate->rule);
				rule = duplicate->rule;
			}
		}
	}
}
