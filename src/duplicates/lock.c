/*-------------------------------------------------------------------------
 *
 * lock.c
 *	  Locks on match keys: who makes a record keeps others from making the same.
 *
 * Two sessions must not both find nothing and both create.  So the match keys of a
 * record that is going to be made are locked before it is looked for others like it:
 * with transaction-level advisory locks, sorted, before any subtransaction.
 *
 * 100,000 advisory locks exhaust shared memory.  So calls with many requests lock the
 * whole class instead, and so does a call after which the transaction would hold many
 * keys.  By then it may hold the class in the way of those who lock single keys: two
 * that want all of it at once wait for each other, and one gets a deadlock.
 *
 * Which keys are held is known for the length of the transaction; nothing is allocated.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lock.h"

#include "duplicates/duplicates.h"

/* Advisory lock that stands for all match keys: "leadconv" in ASCII */
#define MATCH_KEYS_LOCK INT64CONST(0x6c656164636f6e76)

/* For each match key that this transaction has locked, in which subtransaction */
static SubTransactionId held_keys[LC_MAX_MATCH_KEYS];
static int	nheld_keys = 0;

static void
held_keys_xact_callback(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		nheld_keys = 0;
}

/* The locks of a subtransaction go when it is rolled back */
static void
held_keys_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
						   SubTransactionId parentSubid, void *arg)
{
	int			n = 0;

	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	for (int i = 0; i < nheld_keys; i++)
	{
		if (held_keys[i] < mySubid)
			held_keys[n++] = held_keys[i];
	}
	nheld_keys = n;
}

/* Called once, when the library is loaded */
void
lc_match_lock_init(void)
{
	RegisterXactCallback(held_keys_xact_callback, NULL);
	RegisterSubXactCallback(held_keys_subxact_callback, NULL);
}

/*
 * Takes an advisory lock as pg_advisory_xact_lock() does.  Returns false when this
 * transaction had it already.
 */
static bool
lock_key(int64 key, LOCKMODE mode)
{
	LOCKTAG		tag;
	LockAcquireResult result;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (key >> 32), (uint32) key, 1);
	result = LockAcquire(&tag, mode, false, false);
	return result != LOCKACQUIRE_ALREADY_HELD && result != LOCKACQUIRE_ALREADY_CLEAR;
}

/*
 * Locks all match keys at once, for a call with many requests.
 */
void
lc_lock_all_match_keys(void)
{
	(void) lock_key(MATCH_KEYS_LOCK, ExclusiveLock);
}

/*
 * To be called before rows are locked, when match keys are going to be locked after
 * them, at most so many: who locks the whole class does so before any row, so who holds
 * rows must not have to wait for it.
 */
void
lc_begin_match_keys(int nkeys)
{
	if (nheld_keys + nkeys > LC_MAX_MATCH_KEYS)
		lc_lock_all_match_keys();
	else
		(void) lock_key(MATCH_KEYS_LOCK, ShareLock);
}

/*
 * Locks match keys one by one, in their order, or all there are when they are many.
 * The keys are sorted.
 */
void
lc_lock_match_keys(int64 *keys, int nkeys)
{
	int			n = 0;

	qsort(keys, nkeys, sizeof(int64), lc_compare_int64);
	for (int i = 0; i < nkeys; i++)
	{
		if (i == 0 || keys[i] != keys[i - 1])
			keys[n++] = keys[i];
	}
	if (nheld_keys + n > LC_MAX_MATCH_KEYS)
	{
		lc_lock_all_match_keys();
		n = 0;
	}
	else
		(void) lock_key(MATCH_KEYS_LOCK, ShareLock);
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (lock_key(keys[i], ExclusiveLock))
			held_keys[nheld_keys++] = GetCurrentSubTransactionId();
	}
}
