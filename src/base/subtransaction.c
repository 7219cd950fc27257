/*-------------------------------------------------------------------------
 *
 * subtransaction.c
 *	  Subtransactions in which something is tried.
 *
 * Beginning one leaves the memory context as it was, and ending one goes back to the
 * memory context and the resource owner that were current before.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/resowner.h"

#include "leadconv.h"

/*
 * lc_subxact_begin
 *
 * Begins a subtransaction.  One of the following ends it.
 */
void
lc_subxact_begin(LcSubxact *subxact)
{
	subxact->context = CurrentMemoryContext;
	subxact->owner = CurrentResourceOwner;
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(subxact->context);
}

/*
 * lc_subxact_commit
 *
 * Ends one that did well.
 */
void
lc_subxact_commit(const LcSubxact *subxact)
{
	ReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(subxact->context);
	CurrentResourceOwner = subxact->owner;
}

/*
 * lc_subxact_rollback
 *
 * Ends one of which nothing is to remain.  After an error, when that has been copied
 * and flushed.
 */
void
lc_subxact_rollback(const LcSubxact *subxact)
{
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(subxact->context);
	CurrentResourceOwner = subxact->owner;
}

/*
 * lc_subxact_failed
 *
 * In PG_CATCH: ends one that failed, and returns the error, in the given memory context.
 */
ErrorData *
lc_subxact_failed(const LcSubxact *subxact, MemoryContext context)
{
	ErrorData  *edata;

	MemoryContextSwitchTo(context);
	edata = CopyErrorData();
	FlushErrorState();
	lc_subxact_rollback(subxact);
	return edata;
}
