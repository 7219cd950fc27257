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
 *	before			of those that existed: the revision before that, likewise
 *	told			whose revision undo has changed since (undo_records.c)
 *	fields			old and new value of fields that were filled, by target; the
 *					account of a related person account is person_account
 *	made			"role" and "relation", when they join records that existed
 *	rows			moved rows of which source_lead_id does not tell enough: key,
 *					revision when it is not that of a row which has been moved and
 *					nothing else (2), the columns that were not empty, and the lead
 *					that it had come from before
 *	members			campaign members that were merged, both rows whole, and the
 *					revision of the one that was kept
 *	subscriptions	that have ended, whole
 *	connections		that have become inactive, with their status before
 *	restored		rows that were taken out of the recycle bin: table and row, whole
 *	dropped			links of the lead that it does not keep: table and row, whole
 *	duplicate_sets	ids of sets of duplicates that were made
 *	duplicate_items	ids of the places of records in sets that were made
 *	follow_up_task	id of the task that was made
 *	taken_over		when an import moved rows, of a conversion made elsewhere (admin/import_lead.c)
 *
 * Nothing is read for it: the audit trigger tells of each row that is updated while
 * the conversion is under way, whoever updates it, and both versions of the row are
 * at hand there.  So the revisions and new values are those at the end of the
 * conversion, also when triggers of the user have edited the records in between.
 *
 * Only where a note may not have come true are the rows read once more at the end
 * (lc_undo_settle): after a subtransaction in the midst was rolled back, and where a
 * trigger of the user fires after ours, and may suppress the update or change it.
 *
 * What is noted is in the memory context of the attempt.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/tuptable.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/*
 * The index is a table of pairs of numbers.  These stand for: the request of a
 * lead, and the request that fills a record of a target, whose count says whether
 * its values are noted.  An Oid instead stands for the revision of a row, in the
 * count of the entry, and for what is noted about a row of a list; rows of lists that
 * have no id are found by the hash of their key.
 */
#define INDEX_LEAD		(-1)
#define INDEX_FILLER(t) (-2 - (int64) (t))
#define INDEX_KEY(list) (-PG_INT32_MAX - (int64) (list)->relid)

/* A row that has been moved once, and was new before */
#define USUAL_REVISION	2

/* The request of a lead, or NULL */
static LcRequest *
request_of_lead(LcRun *run, int64 lead_id)
{
	LcShared   *entry = lc_shared_find(run->undo_index, INDEX_LEAD, lead_id);

	return entry ? entry->request : NULL;
}

/* Does the text of values of a type depend on no setting? */
static bool
has_one_text(Oid type)
{
	switch (type)
	{
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case BOOLOID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case DATEOID:			/* as JSON, that is */
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			return true;
		default:
			return false;
	}
}

/*
 * Is a type, or that of its elements, one of an extension?  It may have a cast to
 * JSON, which to_jsonb() prefers, and from which there may be no way back.
 */
static bool
is_foreign_type(Oid type)
{
	Oid			element;

	type = getBaseType(type);
	element = get_element_type(type);
	if (OidIsValid(element))
		type = getBaseType(element);
	return type >= FirstNormalObjectId && get_typtype(type) == TYPTYPE_BASE;
}

/*
 * A value as JSON, in a form from which the same value can be made again, whatever
 * the session's settings are here and there
 */
static char *
value_as_json(Form_pg_attribute att, Datum value, bool isnull)
{
	StringInfoData buf;
	int			nestlevel = 0;

	if (isnull)
		return "null";
	if (!has_one_text(att->atttypid))
	{
		/* as for data that travels from one server to another */
		nestlevel = NewGUCNestLevel();
		lc_set_parameter("datestyle", "ISO");
		lc_set_parameter("intervalstyle", "postgres");
		lc_set_parameter("extra_float_digits", "3");
	}
	initStringInfo(&buf);
	if (is_foreign_type(att->atttypid))
	{
		Oid			output;
		bool		is_varlena;

		getTypeOutputInfo(att->atttypid, &output, &is_varlena);
		lc_append_json_string(&buf, OidOutputFunctionCall(output, value));
	}
	else
	{
		FmgrInfo	to_jsonb_info;
		Datum		json;

		/* to_jsonb() finds the type of its argument in the expression */
		fmgr_info(F_TO_JSONB, &to_jsonb_info);
		fmgr_info_set_expr((Node *) makeFuncExpr(F_TO_JSONB, JSONBOID,
												 list_make1(makeNullConst(att->atttypid, att->atttypmod, att->attcollation)),
												 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL), &to_jsonb_info);
		json = FunctionCall1(&to_jsonb_info, value);
		(void) JsonbToCString(&buf, &DatumGetJsonbP(json)->root, VARSIZE(DatumGetPointer(json)));
	}
	if (nestlevel > 0)
		AtEOXact_GUC(true, nestlevel);
	return buf.data;
}

/* The same for a column of a row */
static char *
column_as_json(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attno, &isnull);

	return value_as_json(TupleDescAttr(slot->tts_tupleDescriptor, attno - 1), value, isnull);
}

/* What is noted of a field that a request's lead has filled, or NULL */
static LcFilledField *
find_filled(const LcRequest *request, LcTarget t, const char *field)
{
	ListCell   *lc;

	foreach(lc, request->outcome.undo_fields[t])
	{
		LcFilledField *filled = lfirst(lc);

		if (strcmp(filled->field, field) == 0)
			return filled;
	}
	return NULL;
}

/*
 * An update of a record that is being filled, or was: each field, for the request
 * whose lead fills it.  The old value is the one before it was filled.
 */
static void
note_fill(LcRun *run, LcTarget t, LcShared *entry, TriggerData *trigdata)
{
	const LcTargetInfo *target = &run->program->target[t];
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	int64	   *fill = entry->request->decision.fill[t];

	for (int m = 0; m < target->nmappings; m++)
	{
		const char *field = target->mappings[m].target_field;
		AttrNumber	attno = lc_column_number(desc, field);
		LcRequest  *request;
		LcFilledField *filled;

		if (fill[m] == 0 || attno == InvalidAttrNumber)
			continue;
		request = request_of_lead(run, fill[m]);
		filled = entry->count > 0 ? find_filled(request, t, field) : NULL;
		if (filled == NULL)
		{
			filled = palloc(sizeof(LcFilledField));
			filled->field = field;
			filled->old_value = column_as_json(trigdata->tg_trigslot, attno);
			request->outcome.undo_fields[t] = lappend(request->outcome.undo_fields[t], filled);
		}
		filled->new_value = column_as_json(trigdata->tg_newslot, attno);
	}
	entry->count = 1;
}

/* A bigint column of a row; NULL, and no column, is 0 */
static int64
column_id(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull = true;
	Datum		value = attno == InvalidAttrNumber ? (Datum) 0 : slot_getattr(slot, attno, &isnull);

	if (isnull || !lc_is_stored_as(TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid, INT8OID))
		return 0;
	return DatumGetInt64(value);
}

/* Is this the row of the list with this id or this key? */
static bool
is_touched(const LcTouchedRow *row, const LcList *list, int64 id, const char *key)
{
	return row->list == list && (key ? strcmp(row->key, key) == 0 : row->id == id);
}

/* The hash of the key of a row, for the index */
static int64
key_hash(const char *key)
{
	return (int64) hash_bytes_extended((const unsigned char *) key, strlen(key), 0);
}

/* What is noted about a row of a list for a request, or NULL */
static LcTouchedRow *
find_touched(LcRun *run, const LcRequest *request, const LcList *list, int64 id, const char *key)
{
	LcShared   *entry = key ? lc_shared_find(run->undo_index, INDEX_KEY(list), key_hash(key)) :
		lc_shared_find(run->undo_index, list->relid, id);
	ListCell   *lc;

	if (entry == NULL || entry->touched == NULL)
		return NULL;
	if (entry->request == request && is_touched(entry->touched, list, id, key))
		return entry->touched;
	/* a trigger has given the row to another lead, or two keys have the same hash */
	foreach(lc, request->outcome.undo_rows)
	{
		if (is_touched(lfirst(lc), list, id, key))
			return lfirst(lc);
	}
	return NULL;
}

/* A row of a list is noted for a request */
static LcTouchedRow *
add_touched(LcRun *run, LcRequest *request, const LcList *list, int64 id, const char *key)
{
	LcTouchedRow *row = palloc0(sizeof(LcTouchedRow));
	LcShared   *entry = key ? lc_shared(run->undo_index, INDEX_KEY(list), key_hash(key)) :
		lc_shared(run->undo_index, list->relid, id);

	row->list = list;
	row->id = id;
	row->key = key ? pstrdup(key) : NULL;
	entry->request = request;
	entry->touched = row;
	request->outcome.undo_rows = lappend(request->outcome.undo_rows, row);
	run->outcome_changed = true;
	return row;
}

/* The columns of a row, as it was before it is moved, that are not empty */
static List *
kept_columns(const LcList *list, TupleTableSlot *slot)
{
	List	   *kept = NIL;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		AttrNumber	attno = list->target_attno[t];

		if (attno != InvalidAttrNumber && column_id(slot, attno) != 0)
			kept = lappend(kept, pstrdup(NameStr(TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->attname)));
	}
	return kept;
}

/*
 * A row of a related list: moved now, or touched once more by a trigger
 */
static void
note_child(LcRun *run, const LcList *list, TriggerData *trigdata, int64 id, int32 revision)
{
	int64		lead_id = column_id(trigdata->tg_trigslot, list->probe.attno);
	int64		source = column_id(trigdata->tg_trigslot, list->source_attno);
	bool		is_move = lead_id != 0;
	LcRequest  *request;
	LcTouchedRow *row;
	List	   *kept = NIL;

	/* a campaign member keeps its lead, and is moved while it has no contact */
	if (list->is_campaign && column_id(trigdata->tg_trigslot, list->target_attno[T_CONTACT]) != 0)
	{
		/* it may be one that another is merged into */
		lc_shared(run->undo_index, list->relid, id)->count = revision;
		run->outcome_changed = true;
		is_move = false;
	}
	else if (lead_id == 0)
		lead_id = column_id(trigdata->tg_newslot, list->source_attno);
	request = lead_id == 0 ? NULL : request_of_lead(run, lead_id);
	if (request == NULL)
		return;

	row = find_touched(run, request, list, id, NULL);
	/* a row that keeps its lead may be visited again; what named the lead before is told as any other source */
	if (source == lead_id && (list->keeps_lead || !is_move))
	{
		source = 0;
		is_move = false;
	}
	if (is_move && (row == NULL || !row->is_moved))
		kept = kept_columns(list, trigdata->tg_trigslot);
	if (row == NULL && kept == NIL && source == 0 && list->has_source &&
		(revision == 0 || revision == USUAL_REVISION))
		return;
	if (row == NULL)
		row = add_touched(run, request, list, id, NULL);
	lc_shared(run->undo_index, list->relid, id)->count = revision;
	run->outcome_changed = true;
	if (is_move && !row->is_moved)
	{
		row->is_moved = true;
		row->kept = kept;
		row->source = source ? psprintf(INT64_FORMAT, source) : NULL;
	}
}

/* The revision of a row before it is updated, or 0 */
static int32
old_revision(TriggerData *trigdata)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	AttrNumber	attno = lc_column_number(desc, "revision");
	bool		isnull;
	Datum		value;

	if (attno == InvalidAttrNumber || TupleDescAttr(desc, attno - 1)->atttypid != INT4OID)
		return 0;
	value = slot_getattr(trigdata->tg_trigslot, attno, &isnull);
	return isnull ? 0 : DatumGetInt32(value);
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
		LcShared   *filler;
		LcShared   *entry;

		if (relid != program->target[t].relid)
			continue;
		entry = lc_shared(run->undo_index, relid, id);
		if (entry->count == 0)
			entry->before = old_revision(trigdata);
		entry->count = revision;
		run->undo_revisions = true;
		run->outcome_changed = true;
		/* a trigger of the user may update other records, and these again */
		filler = lc_shared_find(run->undo_index, INDEX_FILLER(t), id);
		if (filler != NULL && (run->filling == t || filler->count > 0))
			note_fill(run, t, filler, trigdata);
	}
	for (int i = 0; i < program->nlists && relid != program->lead_relid; i++)
	{
		if (relid == program->list_relids[i])
			note_child(run, &program->lists[i], trigdata, id, revision);
	}
	MemoryContextSwitchTo(oldcontext);
}

/*
 * A row of a user's own table has been moved: its key, the columns that were not
 * empty, and the lead that it had come from (NULL = none), all as JSON
 */
void
lc_undo_row(LcRun *run, LcRequest *request, const LcList *list, const char *key, const char *kept, const char *source)
{
	LcTouchedRow *row;

	if (list->has_source && source == NULL && strcmp(kept, "[]") == 0)
		return;
	/* a row that keeps its lead may be visited again */
	if (list->keeps_lead && find_touched(run, request, list, 0, key) != NULL)
		return;
	row = add_touched(run, request, list, 0, key);
	row->kept_json = strcmp(kept, "[]") != 0 ? pstrdup(kept) : NULL;
	row->source = source ? pstrdup(source) : NULL;
}

/*
 * A campaign member has been merged into another, which is kept: both rows as they
 * were, as JSON
 */
void
lc_undo_member(LcRun *run, LcRequest *request, const LcList *list, int64 kept_id, const char *kept, const char *removed)
{
	LcMergedMember *member = palloc(sizeof(LcMergedMember));

	member->list = list;
	member->kept_id = kept_id;
	member->kept = pstrdup(kept);
	member->removed = pstrdup(removed);
	request->outcome.undo_members = lappend(request->outcome.undo_members, member);
	run->outcome_changed = true;
}

/* One more row of a table, as JSON, in an array */
static void
note_whole_row(LcRun *run, StringInfo *array, const char *table, const char *row)
{
	StringInfo	element = lc_json_array_next(array);

	appendStringInfoString(element, "{\"table\": ");
	lc_append_json_string(element, table);
	appendStringInfo(element, ", \"row\": %s}]", row);
	run->outcome_changed = true;
}

/*
 * A row of a table was taken out of the recycle bin; row is JSON of what it was
 */
void
lc_undo_restored(LcRun *run, LcRequest *request, const char *table, const char *row)
{
	note_whole_row(run, &request->outcome.undo_restored, table, row);
}

/* A link of the lead is gone; row is JSON of what it was */
void
lc_undo_dropped(LcRun *run, LcRequest *request, const char *table, const char *row)
{
	note_whole_row(run, &request->outcome.undo_dropped, table, row);
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

/* A request has set a field of a record other than by filling it; values as JSON */
void
lc_undo_field(LcRun *run, LcRequest *request, LcTarget t, const char *field, const char *old_value,
			  const char *new_value)
{
	LcFilledField *filled = palloc(sizeof(LcFilledField));

	filled->field = field;
	filled->old_value = pstrdup(old_value);
	filled->new_value = pstrdup(new_value);
	request->outcome.undo_fields[t] = lappend(request->outcome.undo_fields[t], filled);
	run->outcome_changed = true;
}

/* What is noted of the values that filled a record, as it is in the row */
static void
settle_values(LcRun *run, LcTarget t, int64 id, HeapTuple tuple, TupleDesc desc)
{
	LcShared   *filler = lc_shared_find(run->undo_index, INDEX_FILLER(t), id);
	const LcTargetInfo *target = &run->program->target[t];

	for (int m = 0; filler != NULL && m < target->nmappings; m++)
	{
		int64		lead_id = filler->request->decision.fill[t][m];
		const char *field = target->mappings[m].target_field;
		AttrNumber	attno = lc_column_number(desc, field);
		LcFilledField *filled = lead_id ? find_filled(request_of_lead(run, lead_id), t, field) : NULL;
		bool		isnull;
		Datum		value;

		if (filled == NULL || attno == InvalidAttrNumber)
			continue;
		value = heap_getattr(tuple, attno, desc, &isnull);
		filled->new_value = value_as_json(TupleDescAttr(desc, attno - 1), value, isnull);
	}
}

/* What is noted of the rows of a table, a target's or not, as it is in the rows */
static void
settle_table(LcRun *run, Oid relid, int target)
{
	LcProbe		by_id = {0};
	LcOpenProbe rows;
	AttrNumber	revision = InvalidAttrNumber;
	HASH_SEQ_STATUS entries;
	LcShared   *entry;
	Snapshot	snapshot = NULL;

	hash_seq_init(&entries, run->undo_index);
	while ((entry = hash_seq_search(&entries)) != NULL)
	{
		SysScanDesc scan;
		HeapTuple	tuple;
		bool		isnull;

		/* a count of 0: the table has no revision */
		if (entry->key[0] != relid || (entry->count == 0 && target < 0))
			continue;
		if (by_id.relid == InvalidOid)
		{
			lc_compile_probe(&by_id, relid, "id");
			lc_probe_open(&rows, &by_id);
			/* one of another type is the user's, as for the audit trigger */
			revision = lc_column_number(RelationGetDescr(rows.rel), "revision");
			if (revision != InvalidAttrNumber &&
				TupleDescAttr(RelationGetDescr(rows.rel), revision - 1)->atttypid != INT4OID)
				revision = InvalidAttrNumber;
			CommandCounterIncrement();
			snapshot = RegisterSnapshot(GetLatestSnapshot());
		}
		scan = lc_probe_begin(&rows, entry->key[1], snapshot);
		tuple = systable_getnext(scan);
		/* one that a trigger has deleted is as it was noted */
		if (HeapTupleIsValid(tuple))
		{
			if (entry->count != 0 && revision != InvalidAttrNumber)
			{
				Datum		value = heap_getattr(tuple, revision, RelationGetDescr(rows.rel), &isnull);

				entry->count = isnull ? 0 : DatumGetInt32(value);
			}
			if (target >= 0)
				settle_values(run, target, entry->key[1], tuple, RelationGetDescr(rows.rel));
		}
		systable_endscan(scan);
	}
	if (by_id.relid != InvalidOid)
	{
		UnregisterSnapshot(snapshot);
		lc_probe_close(&rows);
	}
}

/*
 * Makes what is noted agree with the rows, where it may not.
 */
void
lc_undo_settle(LcRun *run)
{
	LcProgram  *program = run->program;
	MemoryContext oldcontext = MemoryContextSwitchTo(run->context);

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (run->frame->rolled_back || program->target[t].verify_updates)
			settle_table(run, program->target[t].relid, t);
	}
	for (int i = 0; i < program->nlists; i++)
	{
		LcList	   *list = &program->lists[i];

		if (run->frame->rolled_back || list->verify_rows)
			settle_table(run, list->relid, -1);
	}
	run->frame->rolled_back = false;
	MemoryContextSwitchTo(oldcontext);
}

/* Begins one more key of the object */
static void
add_key(StringInfo buf, const char *key)
{
	appendStringInfo(buf, "%s\"%s\": ", buf->len > 1 ? ", " : "", key);
}

/* The revision of a row, as far as it is noted, or 0 */
static int32
noted_revision(LcRun *run, Oid relid, int64 id)
{
	LcShared   *entry = lc_shared_find(run->undo_index, relid, id);

	return entry ? entry->count : 0;
}

/* "revision" or "before" */
static void
append_revisions(LcRun *run, const LcRequest *request, bool before, StringInfo buf)
{
	bool		any = false;

	for (int t = 0; t < LC_NTARGETS && run->undo_revisions; t++)
	{
		int32		revision = noted_revision(run, run->program->target[t].relid, request->decision.target_id[t]);

		/* what is new and was not changed after all */
		if (revision == 0 || (revision == 1 && request->decision.creates[t]))
			continue;
		/* that of a person account has been told */
		if (t == T_ACCOUNT && request->decision.person == LC_PERSON_ACCOUNT)
			continue;
		if (before)
		{
			revision = lc_shared_find(run->undo_index, run->program->target[t].relid, request->decision.target_id[t])->before;
			/* of what is new it does not matter */
			if (revision == 0 || request->decision.creates[t])
				continue;
		}
		if (!any)
			add_key(buf, before ? "before" : "revision");
		appendStringInfo(buf, "%s\"%s\": %d", any ? ", " : "{", lc_target_key(request, t), revision);
		any = true;
	}
	if (any)
		appendStringInfoChar(buf, '}');
}

/* "fields" */
static void
append_fields(const LcRequest *request, StringInfo buf)
{
	bool		any = false;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		List	   *fields = request->outcome.undo_fields[t];
		ListCell   *lc;

		if (fields == NIL)
			continue;
		if (!any)
			add_key(buf, "fields");
		appendStringInfo(buf, "%s\"%s\": {", any ? ", " : "{", lc_target_key(request, t));
		any = true;
		foreach(lc, fields)
		{
			const LcFilledField *filled = lfirst(lc);

			if (lc != list_head(fields))
				appendStringInfoString(buf, ", ");
			lc_append_json_string(buf, filled->field);
			appendStringInfo(buf, ": [%s, %s]", filled->old_value, filled->new_value);
		}
		appendStringInfoChar(buf, '}');
	}
	if (any)
		appendStringInfoChar(buf, '}');
}

/* "made": records that existed both are joined by what cannot be told from what was there */
static void
append_made(const LcRequest *request, StringInfo buf)
{
	const LcDecision *decision = &request->decision;
	bool		role = decision->add_role && !decision->creates[T_CONTACT] && !decision->creates[T_OPPORTUNITY];
	bool		relation = decision->add_relation && !decision->creates[T_ACCOUNT] && !decision->creates[T_CONTACT];

	if (!role && !relation)
		return;
	add_key(buf, "made");
	appendStringInfo(buf, "[%s%s%s]", role ? "\"role\"" : "", role && relation ? ", " : "",
					 relation ? "\"relation\"" : "");
}

/* Is there more to say of a row than what source_lead_id does, and is not said as a member? */
static bool
is_unusual(const LcRequest *request, const LcTouchedRow *row, int32 revision)
{
	ListCell   *lc;

	foreach(lc, request->outcome.undo_members)
	{
		const LcMergedMember *member = lfirst(lc);

		if (member->list == row->list && member->kept_id == row->id)
			return false;
	}
	return row->key != NULL || row->kept != NIL || row->source != NULL || !row->list->has_source ||
		(revision != 0 && revision != USUAL_REVISION);
}

/* "rows" */
static void
append_rows(LcRun *run, const LcRequest *request, StringInfo buf)
{
	StringInfo	array = NULL;
	ListCell   *lc;

	foreach(lc, request->outcome.undo_rows)
	{
		const LcTouchedRow *row = lfirst(lc);
		int32		revision = row->key ? 0 : noted_revision(run, row->list->relid, row->id);
		StringInfo	element;
		ListCell   *column;

		if (!is_unusual(request, row, revision))
			continue;
		element = lc_json_array_next(&array);
		appendStringInfoString(element, "{\"table\": ");
		lc_append_json_string(element, row->list->relation);
		if (row->key)
			appendStringInfo(element, ", \"key\": %s", row->key);
		else
			appendStringInfo(element, ", \"key\": {\"id\": " INT64_FORMAT "}", row->id);
		if (revision != 0 && revision != USUAL_REVISION)
			appendStringInfo(element, ", \"revision\": %d", revision);
		if (row->kept_json)
			appendStringInfo(element, ", \"kept\": %s", row->kept_json);
		foreach(column, row->kept)
		{
			appendStringInfoString(element, column == list_head(row->kept) ? ", \"kept\": [" : ", ");
			lc_append_json_string(element, lfirst(column));
		}
		if (row->kept != NIL)
			appendStringInfoChar(element, ']');
		if (row->source)
			appendStringInfo(element, ", \"source\": %s", row->source);
		appendStringInfoString(element, "}]");
	}
	if (array == NULL)
		return;
	add_key(buf, "rows");
	appendStringInfoString(buf, array->data);
}

/* "members" */
static void
append_members(LcRun *run, const LcRequest *request, StringInfo buf)
{
	List	   *members = request->outcome.undo_members;
	ListCell   *lc;

	if (members == NIL)
		return;
	add_key(buf, "members");
	foreach(lc, members)
	{
		const LcMergedMember *member = lfirst(lc);

		appendStringInfo(buf, "%s{\"kept\": %s, \"removed\": %s, \"revision\": %d}", lc == list_head(members) ? "[" : ", ",
						 member->kept, member->removed, noted_revision(run, member->list->relid, member->kept_id));
	}
	appendStringInfoChar(buf, ']');
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

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	append_revisions(run, request, false, &buf);
	append_revisions(run, request, true, &buf);
	append_fields(request, &buf);
	append_made(request, &buf);
	append_rows(run, request, &buf);
	append_members(run, request, &buf);
	if (outcome->undo_subscriptions)
	{
		add_key(&buf, "subscriptions");
		appendStringInfoString(&buf, outcome->undo_subscriptions->data);
	}
	if (outcome->undo_connections)
	{
		add_key(&buf, "connections");
		appendStringInfoString(&buf, outcome->undo_connections->data);
	}
	if (outcome->undo_restored)
	{
		add_key(&buf, "restored");
		appendStringInfoString(&buf, outcome->undo_restored->data);
	}
	if (outcome->undo_dropped)
	{
		add_key(&buf, "dropped");
		appendStringInfoString(&buf, outcome->undo_dropped->data);
	}
	if (outcome->undo_duplicate_sets)
	{
		add_key(&buf, "duplicate_sets");
		appendStringInfoString(&buf, outcome->undo_duplicate_sets->data);
	}
	if (outcome->undo_duplicate_items)
	{
		add_key(&buf, "duplicate_items");
		appendStringInfoString(&buf, outcome->undo_duplicate_items->data);
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
