/*-------------------------------------------------------------------------
 *
 * undo.c
 *	  What is needed to take a conversion back, and cannot be found otherwise.
 *
 * crm.lead_conversion.undo is a JSON object; each key is there only when there is
 * something to say:
 *
 *	lead			status and flags of the lead before
 *	revision		of the records that have been updated, by target
 *	fields			old and new value of fields that were filled, by target
 *	rows			moved rows of which source_lead_id does not tell enough: key,
 *					revision when it is not that of a row which has been moved and
 *					nothing else (2), and the columns that were not empty
 *	members			campaign members that were merged, both rows whole
 *	subscriptions	that have ended, whole
 *	connections		that have become inactive, with their status before
 *	follow_up_task	id of the task that was made
 *
 * Nothing is read for it: the audit trigger tells of each row that is updated while
 * the conversion is under way, whoever updates it, and both versions of the row are
 * at hand there.  So the revisions are those at the end of the conversion, also when
 * triggers of the user have edited the records in between.
 *
 * What is noted is in the memory context of the attempt.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "engine/engine.h"

/*
 * The index is a table of pairs of numbers.  These stand for: the request of a
 * lead, and the request that fills a record of a target.  An Oid instead stands
 * for the revision of a record, in the count of the entry.
 */
#define INDEX_LEAD		(-1)
#define INDEX_FILLER(t) (-2 - (t))

/* A row that has been moved once, and was new before */
#define USUAL_REVISION	2

/* The request of a lead, or NULL */
static LcRequest *
request_of_lead(LcRun *run, int64 lead_id)
{
	LcShared   *entry = lc_shared_find(run->undo_index, INDEX_LEAD, lead_id);

	return entry ? entry->request : NULL;
}

/* Appends a value as JSON, in a form from which the same value can be made again */
static void
append_value(StringInfo buf, Form_pg_attribute att, TupleTableSlot *slot)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, att->attnum, &isnull);
	FmgrInfo	to_jsonb_info;
	Datum		json;

	if (isnull)
	{
		appendStringInfoString(buf, "null");
		return;
	}

	/* to_jsonb() finds the type of its argument in the expression */
	fmgr_info(F_TO_JSONB, &to_jsonb_info);
	fmgr_info_set_expr((Node *) makeFuncExpr(F_TO_JSONB, JSONBOID,
											 list_make1(makeNullConst(att->atttypid, att->atttypmod, att->attcollation)),
											 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL), &to_jsonb_info);
	json = FunctionCall1(&to_jsonb_info, value);
	(void) JsonbToCString(buf, &DatumGetJsonbP(json)->root, VARSIZE(DatumGetPointer(json)));
}

/*
 * A record that is being filled: each field, for the request whose lead fills it
 */
static void
note_fill(LcRun *run, LcTarget t, TriggerData *trigdata, int64 id)
{
	const LcTargetInfo *target = &run->program->target[t];
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	LcShared   *entry = lc_shared_find(run->undo_index, INDEX_FILLER(t), id);
	LcRequest  *filler;

	/* a trigger of the user may update another record */
	if (entry == NULL)
		return;
	filler = entry->request;
	for (int m = 0; m < target->nmappings; m++)
	{
		const char *field = target->mappings[m].target_field;
		AttrNumber	attno = lc_column_number(desc, field);
		LcRequest  *request;
		StringInfo	buf;

		if (filler->decision.fill[t][m] == 0 || attno == InvalidAttrNumber)
			continue;
		request = request_of_lead(run, filler->decision.fill[t][m]);
		buf = request->outcome.undo_fields[t];
		if (buf == NULL)
			buf = request->outcome.undo_fields[t] = makeStringInfo();
		else
			appendStringInfoString(buf, ", ");
		lc_append_json_string(buf, field);
		appendStringInfoString(buf, ": [");
		append_value(buf, TupleDescAttr(desc, attno - 1), trigdata->tg_trigslot);
		appendStringInfoString(buf, ", ");
		append_value(buf, TupleDescAttr(desc, attno - 1), trigdata->tg_newslot);
		appendStringInfoChar(buf, ']');
	}
}

/* A bigint column of a row; NULL, and no column, is 0 */
static int64
column_id(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull = true;
	Datum		value = attno == InvalidAttrNumber ? (Datum) 0 : slot_getattr(slot, attno, &isnull);

	if (isnull || TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid != INT8OID)
		return 0;
	return DatumGetInt64(value);
}

/* What is noted about a row of a list, or NULL */
static LcTouchedRow *
find_touched(const LcRequest *request, const LcList *list, int64 id)
{
	ListCell   *lc;

	foreach(lc, request->outcome.undo_rows)
	{
		LcTouchedRow *row = lfirst(lc);

		if (row->list == list && row->id == id)
			return row;
	}
	return NULL;
}

/*
 * A row of a related list: moved now, or touched once more by a trigger
 */
static void
note_child(LcRun *run, const LcList *list, TriggerData *trigdata, int64 id, int32 revision)
{
	int64		lead_id = column_id(trigdata->tg_trigslot, list->probe.attno);
	bool		is_move = lead_id != 0;
	LcRequest  *request;
	LcTouchedRow *row;
	List	   *kept = NIL;

	/* a campaign member keeps its lead, and is moved while it has no contact */
	if (list->is_campaign && column_id(trigdata->tg_trigslot, list->target_attno[T_CONTACT]) != 0)
		is_move = false;
	if (lead_id == 0)
		lead_id = column_id(trigdata->tg_newslot, list->source_attno);
	request = lead_id == 0 ? NULL : request_of_lead(run, lead_id);
	if (request == NULL)
		return;

	for (int t = 0; is_move && t < LC_NTARGETS; t++)
	{
		AttrNumber	attno = list->target_attno[t];

		if (attno != InvalidAttrNumber && column_id(trigdata->tg_trigslot, attno) != 0)
			kept = lappend(kept, pstrdup(NameStr(TupleDescAttr(RelationGetDescr(trigdata->tg_relation),
															   attno - 1)->attname)));
	}
	row = find_touched(request, list, id);
	if (row == NULL && kept == NIL && list->has_source && (revision == 0 || revision == USUAL_REVISION))
		return;
	if (row == NULL)
	{
		row = palloc0(sizeof(LcTouchedRow));
		row->list = list;
		row->id = id;
		request->outcome.undo_rows = lappend(request->outcome.undo_rows, row);
	}
	row->revision = revision;
	if (is_move)
		row->kept = kept;
	run->outcome_changed = true;
}

/* LcUpdateCallback: a row of some table is updated */
static void
note_update(void *arg, TriggerData *trigdata, int64 id, int32 revision)
{
	LcRun	   *run = arg;
	LcProgram  *program = run->program;
	Oid			relid = RelationGetRelid(trigdata->tg_relation);
	MemoryContext oldcontext = MemoryContextSwitchTo(run->context);

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (relid != program->target[t].relid)
			continue;
		lc_shared(run->undo_index, relid, id)->count = revision;
		run->undo_revisions = true;
		run->outcome_changed = true;
		if (run->filling == t)
			note_fill(run, t, trigdata, id);
	}
	for (int i = 0; i < program->nlists && relid != program->lead_relid; i++)
	{
		if (relid == program->list_relids[i])
			note_child(run, &program->lists[i], trigdata, id, revision);
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * A row of a user's own table has been moved: its key, and the columns that were not
 * empty, both as JSON
 */
void
lc_undo_row(LcRun *run, LcRequest *request, const LcList *list, const char *key, const char *kept)
{
	LcTouchedRow *row;

	if (list->has_source && strcmp(kept, "[]") == 0)
		return;
	row = palloc0(sizeof(LcTouchedRow));
	row->list = list;
	row->key = pstrdup(key);
	if (strcmp(kept, "[]") != 0)
		row->kept_json = pstrdup(kept);
	request->outcome.undo_rows = lappend(request->outcome.undo_rows, row);
	run->outcome_changed = true;
}

/*
 * From now on, until the frame of the run is popped, what happens is noted.  The
 * current memory context must live as long.
 */
void
lc_undo_begin(LcRun *run)
{
	run->context = CurrentMemoryContext;
	run->undo_index = lc_shared_table("leadconv undo", 2 * run->nrequests);
	for (int i = 0; i < run->nrequests; i++)
		lc_shared(run->undo_index, INDEX_LEAD, lc_lead_id(run->request[i]))->request = run->request[i];
	run->undo_revisions = false;
	run->frame->note_update = note_update;
	run->frame->note_arg = run;
}

/* The records of a target are going to be filled by these requests */
void
lc_undo_fillers(LcRun *run, LcTarget t)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (request->decision.fill[t] != NULL)
			lc_shared(run->undo_index, INDEX_FILLER(t), request->decision.target_id[t])->request = request;
	}
}

/* Begins one more key of the object */
static void
add_key(StringInfo buf, const char *key)
{
	appendStringInfo(buf, "%s\"%s\": ", buf->len > 1 ? ", " : "", key);
}

/* "rows" */
static void
append_rows(StringInfo buf, List *rows)
{
	StringInfo	array = NULL;
	ListCell   *lc;

	foreach(lc, rows)
	{
		const LcTouchedRow *row = lfirst(lc);
		StringInfo	element = lc_json_array_next(&array);
		ListCell   *column;

		appendStringInfoString(element, "{\"table\": ");
		lc_append_json_string(element, row->list->relation);
		if (row->key)
			appendStringInfo(element, ", \"key\": %s", row->key);
		else
			appendStringInfo(element, ", \"key\": {\"id\": " INT64_FORMAT "}", row->id);
		if (row->revision != 0 && row->revision != USUAL_REVISION)
			appendStringInfo(element, ", \"revision\": %d", row->revision);
		if (row->kept_json)
			appendStringInfo(element, ", \"kept\": %s", row->kept_json);
		foreach(column, row->kept)
		{
			appendStringInfoString(element, column == list_head(row->kept) ? ", \"kept\": [" : ", ");
			lc_append_json_string(element, lfirst(column));
		}
		appendStringInfoString(element, row->kept ? "]}]" : "}]");
	}
	appendStringInfoString(buf, array->data);
}

/* "lead", as JSON of its own */
static void
push_lead(JsonbParseState **state, const LcFacts *facts)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = "lead";
	value.val.string.len = 4;
	pushJsonbValue(state, WJB_KEY, &value);
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	value.val.string.val = "status";
	value.val.string.len = 6;
	pushJsonbValue(state, WJB_KEY, &value);
	if (facts->status)
	{
		value.val.string.val = facts->status;
		value.val.string.len = strlen(facts->status);
	}
	else
		value.type = jbvNull;
	pushJsonbValue(state, WJB_VALUE, &value);
	value.type = jbvString;
	value.val.string.val = "is_unread_by_owner";
	value.val.string.len = 18;
	pushJsonbValue(state, WJB_KEY, &value);
	value.type = jbvBool;
	value.val.boolean = facts->is_unread;
	pushJsonbValue(state, WJB_VALUE, &value);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * All other keys, as text of a JSON object; NULL when there are none, as for most
 * conversions
 */
static char *
other_keys(LcRun *run, LcRequest *request)
{
	const LcOutcome *outcome = &request->outcome;
	StringInfoData buf;
	StringInfoData part;
	const struct
	{
		const char *key;
		StringInfo	array;
	}			arrays[] = {
		{"members", outcome->undo_members},
		{"subscriptions", outcome->undo_subscriptions},
		{"connections", outcome->undo_connections}
	};

	initStringInfo(&buf);
	initStringInfo(&part);
	appendStringInfoChar(&buf, '{');
	for (int t = 0; t < LC_NTARGETS && run->undo_revisions; t++)
	{
		LcShared   *entry = lc_shared_find(run->undo_index, run->program->target[t].relid,
										   request->decision.target_id[t]);

		if (entry != NULL)
			appendStringInfo(&part, "%s\"%s\": %d", part.len ? ", " : "{", lc_target[t].name, entry->count);
	}
	if (part.len > 0)
	{
		add_key(&buf, "revision");
		appendStringInfo(&buf, "%s}", part.data);
	}

	resetStringInfo(&part);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (outcome->undo_fields[t])
			appendStringInfo(&part, "%s\"%s\": {%s}", part.len ? ", " : "{", lc_target[t].name, outcome->undo_fields[t]->data);
	}
	if (part.len > 0)
	{
		add_key(&buf, "fields");
		appendStringInfo(&buf, "%s}", part.data);
	}

	if (outcome->undo_rows != NIL)
	{
		add_key(&buf, "rows");
		append_rows(&buf, outcome->undo_rows);
	}
	for (size_t i = 0; i < lengthof(arrays); i++)
	{
		if (arrays[i].array == NULL)
			continue;
		add_key(&buf, arrays[i].key);
		appendStringInfoString(&buf, arrays[i].array->data);
	}
	if (request->decision.follow_up_task_id != 0)
	{
		add_key(&buf, "follow_up_task");
		appendStringInfo(&buf, INT64_FORMAT, request->decision.follow_up_task_id);
	}
	if (buf.len == 1)
		return NULL;
	appendStringInfoChar(&buf, '}');
	return buf.data;
}

/*
 * The object of a request, as it is by now, in the current memory context
 */
Jsonb *
lc_undo_object(LcRun *run, LcRequest *request)
{
	JsonbParseState *state = NULL;
	char	   *others = other_keys(run, request);
	Datum		lead;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_lead(&state, &request->facts);
	lead = JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
	if (others != NULL)
		lead = DirectFunctionCall2(jsonb_concat, lead, DirectFunctionCall1(jsonb_in, CStringGetDatum(others)));
	return DatumGetJsonbP(lead);
}
