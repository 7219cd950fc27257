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

#include "common/hashfn.h"

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
		entry->before = 0;
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

/*
 * Is this row the request's: its lead, or a record that it makes or uses?  *is_made
 * tells whether it makes it.
 */
static bool
is_row_of(const LcRun *run, const LcRequest *request, Oid relid, int64 id, bool *is_made)
{
	*is_made = false;
	if (relid == run->program->lead_relid)
		return lc_lead_id(request) == id;
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (relid == run->program->target[t].relid && request->decision.target_id[t] == id)
		{
			*is_made = request->decision.creates[t];
			return true;
		}
	}
	return false;
}

/*
 * The request whose row this is, the one that makes it or else the first that uses it,
 * or NULL.  One may ask for each row, and rows come in the order of the requests: the
 * search goes on where the last one ended.
 */
LcRequest *
lc_request_of_row(LcRun *run, Oid relid, int64 id, bool *is_made)
{
	int			first = run->nrequests;

	for (int i = 0; i < run->nrequests; i++)
	{
		int			candidate = (run->last_culprit + i) % run->nrequests;

		if (!is_row_of(run, run->request[candidate], relid, id, is_made))
			continue;
		first = Min(first, candidate);
		if (*is_made || relid == run->program->lead_relid)
		{
			first = candidate;
			break;
		}
	}
	if (first == run->nrequests)
		return NULL;
	run->last_culprit = first;
	(void) is_row_of(run, run->request[first], relid, id, is_made);
	return run->request[first];
}

/* Keys may be of any length, so the table has pointers to them */
static uint32
text_key_hash(const void *key, Size keysize)
{
	const char *string = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) string, strlen(string)));
}

static int
text_key_match(const void *a, const void *b, Size keysize)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * A table for so many requests, with entries of a size that begin with a key: a char *,
 * compared as text
 */
HTAB *
lc_key_table(const char *name, int nrequests, Size entrysize)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(char *);
	ctl.entrysize = entrysize;
	ctl.hash = text_key_hash;
	ctl.match = text_key_match;
	ctl.hcxt = CurrentMemoryContext;
	return hash_create(name, Max(nrequests, 16), &ctl, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}
