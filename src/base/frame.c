/*-------------------------------------------------------------------------
 *
 * frame.c
 *	  Which leads are being converted right now.
 *
 * Triggers fire in the middle of a conversion and may convert further leads, so
 * the conversions under way are a stack of frames.  A frame is pushed before
 * anything is written and popped at the end; when an error unwinds the stack
 * instead, the callbacks at the end of the (sub)transaction that pushed it do
 * so.  Deferred triggers fire after the last pop and see no conversion.
 *
 * Frames are allocated in TopTransactionContext.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "leadconv.h"

PG_FUNCTION_INFO_V1(leadconv_is_converting);
PG_FUNCTION_INFO_V1(leadconv_converting_lead_id);
PG_FUNCTION_INFO_V1(leadconv_is_undoing);

static LcFrame *current_frame = NULL;

/* How deep in triggers the statements of the import under way run; -1 = there is none */
static int	import_depth = -1;
static bool import_stamps = false;

/* How many trigger functions are being executed, one within the other? */
int
lc_trigger_depth(void)
{
	return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
}

static bool
frame_has_lead(const LcFrame *frame, int64 lead_id)
{
	return frame->nleads > 0 &&
		bsearch(&lead_id, frame->lead_ids, frame->nleads, sizeof(int64), lc_compare_int64) != NULL;
}

/* Forgets a frame */
static void
frame_pop(void)
{
	LcFrame    *frame = current_frame;

	current_frame = frame->parent;
	pfree(frame->lead_ids);
	pfree(frame);
}

static void
frame_xact_callback(XactEvent event, void *arg)
{
	/* after an error only: a conversion that ends well has popped its frame */
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PARALLEL_ABORT)
	{
		while (current_frame != NULL)
			frame_pop();
	}
}

static void
frame_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
					   SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (current_frame != NULL && current_frame->subid >= mySubid)
			frame_pop();
		/* what is left is around it */
		for (LcFrame *frame = current_frame; frame != NULL; frame = frame->parent)
			frame->rolled_back = true;
	}
}

/* Called once, when the library is loaded */
void
lc_frame_init(void)
{
	RegisterXactCallback(frame_xact_callback, NULL);
	RegisterSubXactCallback(frame_subxact_callback, NULL);
}

/*
 * Begins a conversion of the leads named, by a user (0 = unknown).  list_relids,
 * the tables of the related lists in the order of their bits in new_children,
 * must live as long as the frame.
 */
LcFrame *
lc_frame_push(const int64 *lead_ids, int nleads, int64 user_id, const Oid *list_relids, int nlists)
{
	LcFrame    *frame = MemoryContextAllocZero(TopTransactionContext, sizeof(LcFrame));

	frame->lead_ids = MemoryContextAlloc(TopTransactionContext, sizeof(int64) * Max(nleads, 1));
	memcpy(frame->lead_ids, lead_ids, sizeof(int64) * nleads);
	frame->nleads = nleads;
	qsort(frame->lead_ids, nleads, sizeof(int64), lc_compare_int64);
	frame->subid = GetCurrentSubTransactionId();
	frame->user_id = user_id;
	frame->trigger_depth = lc_trigger_depth();
	frame->list_relids = list_relids;
	frame->nlists = nlists;
	frame->parent = current_frame;
	current_frame = frame;
	return frame;
}

/* Ends the conversion that lc_frame_push() began */
void
lc_frame_pop(LcFrame *frame)
{
	Assert(current_frame == frame);
	frame_pop();
}

/* Is this backend converting any lead? */
bool
lc_is_converting(void)
{
	return current_frame != NULL;
}

/* Is this lead being converted by this backend, in whatever frame? */
bool
lc_lead_is_converting(int64 lead_id)
{
	for (LcFrame *frame = current_frame; frame != NULL; frame = frame->parent)
	{
		if (frame_has_lead(frame, lead_id))
			return true;
	}
	return false;
}

/*
 * For a trigger function: was it fired by a statement of the engine itself that
 * completes the conversion of this lead?
 */
bool
lc_lead_is_being_completed(int64 lead_id)
{
	return lc_frame_is_writing() && current_frame->completes && frame_has_lead(current_frame, lead_id);
}

/* The same for one that takes the conversion back */
bool
lc_lead_is_being_undone(int64 lead_id)
{
	return lc_frame_is_writing() && current_frame->undoes && frame_has_lead(current_frame, lead_id);
}

/* Is the conversion of this lead being taken back by this backend, in whatever frame? */
bool
lc_lead_is_in_undo(int64 lead_id)
{
	for (LcFrame *frame = current_frame; frame != NULL; frame = frame->parent)
	{
		if (frame->undoes && frame_has_lead(frame, lead_id))
			return true;
	}
	return false;
}

/*
 * A trigger tells that it processes this row; when the statement fails, it was
 * probably this row that failed.
 */
void
lc_note_row(Oid relid, int64 id)
{
	if (current_frame != NULL)
	{
		current_frame->noted_relid = relid;
		current_frame->noted_id = id;
	}
}

/*
 * A trigger tells that it is about to let a row of this id be updated, and which
 * revision the row will have (0 = it has none).
 */
void
lc_note_update(struct TriggerData *trigdata, int64 id, int32 revision)
{
	for (LcFrame *frame = current_frame; frame != NULL; frame = frame->parent)
	{
		if (frame->note_update)
			frame->note_update(frame->note_arg, trigdata, id, revision);
	}
}

/*
 * A guard tells that a row which references a lead in conversion has appeared in
 * a child table: the related list of that table has to be visited (again).
 */
void
lc_note_new_child(Oid relid, int64 lead_id)
{
	for (LcFrame *frame = current_frame; frame != NULL; frame = frame->parent)
	{
		if (!frame_has_lead(frame, lead_id))
			continue;
		for (int i = 0; i < frame->nlists; i++)
		{
			if (frame->list_relids[i] == relid)
				frame->new_children |= UINT64CONST(1) << i;
		}
	}
}

/* Does the statement under way set created_date of existing rows itself? */
bool
lc_frame_keeps_created_date(void)
{
	return current_frame != NULL && current_frame->keeps_created_date;
}

/*
 * From here on, until lc_end_import(), the statements that run at the current depth of
 * triggers are those of an import.  Returns what lc_end_import() must be given, also
 * after an error.
 */
int
lc_begin_import(void)
{
	int			outer = import_depth;

	import_depth = lc_trigger_depth();
	return outer;
}

/* Whoever called lc_begin_import() calls this in any case */
void
lc_end_import(int outer)
{
	import_depth = outer;
	import_stamps = false;
}

/*
 * From here on, until it is called with false, statements of the import say who has made
 * and changed the rows that they update, and when.  Ends with the import, too.
 */
void
lc_import_stamps(bool on)
{
	import_stamps = on;
}

/* For a trigger function: was it fired by such a statement? */
bool
lc_import_is_stamping(void)
{
	return import_stamps && lc_import_is_writing();
}

/*
 * For a trigger function: was it fired by a statement of an import itself, and not by
 * one of a trigger that fired in its midst?
 */
bool
lc_import_is_writing(void)
{
	return import_depth >= 0 && lc_trigger_depth() == import_depth + 1;
}

/*
 * For a trigger function: was it fired by a statement of the conversion itself,
 * and not by one of a trigger that fired in its midst?
 */
bool
lc_frame_is_writing(void)
{
	return current_frame != NULL && lc_trigger_depth() == current_frame->trigger_depth + 1;
}

/*
 * What the innermost conversion knows of a row, in *row.  Returns false outside a
 * conversion, and when the row is neither a lead nor a target of it.
 */
bool
lc_frame_row(Oid relid, int64 id, LcFrameRow *row)
{
	return current_frame != NULL && current_frame->find_row != NULL &&
		current_frame->find_row(current_frame->note_arg, relid, id, row);
}

/* Is this a record that a conversion makes which is under way, in whatever frame? */
bool
lc_is_being_made(Oid relid, int64 id)
{
	for (LcFrame *frame = current_frame; frame != NULL; frame = frame->parent)
	{
		LcFrameRow	row;

		if (frame->find_row != NULL && frame->find_row(frame->note_arg, relid, id, &row) && row.is_made)
			return true;
	}
	return false;
}

/*
 * The user on whose behalf the innermost conversion runs.  Returns false outside
 * a conversion.
 */
bool
lc_frame_user_id(int64 *user_id, bool *isnull)
{
	if (current_frame == NULL)
		return false;
	*user_id = current_frame->user_id;
	*isnull = current_frame->user_id == 0;
	return true;
}

/* leadconv.is_converting(): is this session inside a conversion? */
Datum
leadconv_is_converting(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(current_frame != NULL);
}

/* leadconv.is_undoing(): does what this session is inside of take a conversion back? */
Datum
leadconv_is_undoing(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(current_frame != NULL && current_frame->undoes);
}

/* leadconv.converting_lead_id(): the lead of the innermost conversion; NULL outside one and when it has several */
Datum
leadconv_converting_lead_id(PG_FUNCTION_ARGS)
{
	if (current_frame == NULL || current_frame->nleads != 1)
		PG_RETURN_NULL();
	PG_RETURN_INT64(current_frame->lead_ids[0]);
}
