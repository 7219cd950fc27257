/*-------------------------------------------------------------------------
 *
 * shared.c
 *	  Records that several requests of one run share.
 *
 * A table of records, or of pairs of records, in which requests find each other.
 * It lives in the memory context that was current; hash_destroy() frees it.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "engine/engine.h"

/* A table for so many requests */
HTAB *
lc_shared_table(const char *name, int nrequests)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(((LcShared *) 0)->key);
	ctl.entrysize = sizeof(LcShared);
	ctl.hcxt = CurrentMemoryContext;
	return hash_create(name, Max(nrequests, 16), &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* The entry of a record (second = 0) or of a pair; zeroes when it is new */
LcShared *
lc_shared(HTAB *table, int64 first, int64 second)
{
	int64		key[2] = {first, second};
	bool		found;
	LcShared   *entry = hash_search(table, key, HASH_ENTER, &found);

	if (!found)
	{
		entry->count = 0;
		entry->request = NULL;
		entry->touched = NULL;
	}
	return entry;
}

/* The entry of a record or a pair, or NULL when there is none */
LcShared *
lc_shared_find(HTAB *table, int64 first, int64 second)
{
	int64		key[2] = {first, second};

	return hash_search(table, key, HASH_FIND, NULL);
}
