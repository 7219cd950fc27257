/*-------------------------------------------------------------------------
 *
 * invalidation.c
 *	  One relcache callback for the whole library, and what sessions keep of tables.
 *
 * The server has ten slots for such callbacks, for all extensions of a backend
 * together; this library takes one and tells its own caches.  A callback is
 * registered for the life of the backend.  It must touch neither the catalogs
 * nor the relation cache: it flags and forgets.
 *
 * An LcSessionCache is what a session keeps of some tables until they change.  Their
 * triggers, and DDL, send the invalidation message that says so, to this backend after
 * each of its own commands and to every other backend at commit.  What was read in a
 * (sub)transaction is forgotten when that is aborted, or prepared.  When a schema is renamed, made or
 * dropped, crm may be another one.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "leadconv.h"

#define MAX_CALLBACKS	8

static LcRelcacheCallback callbacks[MAX_CALLBACKS];
static int	ncallbacks = 0;

/* All caches that were ever read */
static LcSessionCache *caches = NULL;

static void
relcache_callback(Datum arg, Oid relid)
{
	for (LcSessionCache *cache = caches; cache != NULL; cache = cache->next)
	{
		bool		is_source = relid == InvalidOid;

		for (int i = 0; i < cache->nrelids && !is_source; i++)
			is_source = cache->relid[i] == relid || cache->relid[i] == InvalidOid;
		if (is_source)
			cache->generation++;
	}
	for (int i = 0; i < ncallbacks; i++)
		callbacks[i] (relid);
}

/* Called once, when the library is loaded */
void
lc_invalidation_init(void)
{
	CacheRegisterRelcacheCallback(relcache_callback, (Datum) 0);
}

/* From now on, callback is told of each relation that changes */
void
lc_on_relation_change(LcRelcacheCallback callback)
{
	if (ncallbacks >= MAX_CALLBACKS)
		elog(ERROR, "more than %d relation callbacks", MAX_CALLBACKS);
	callbacks[ncallbacks++] = callback;
}

static void
cache_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	for (LcSessionCache *cache = caches; cache != NULL; cache = cache->next)
		cache->generation++;
}

static void
cache_xact_callback(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_ABORT && event != XACT_EVENT_COMMIT && event != XACT_EVENT_PREPARE)
		return;
	for (LcSessionCache *cache = caches; cache != NULL; cache = cache->next)
	{
		if (event != XACT_EVENT_COMMIT && cache->read_in_transaction)
			cache->generation++;
		cache->read_in_transaction = false;
		while (cache->retired != NIL)
		{
			MemoryContextDelete(linitial(cache->retired));
			cache->retired = list_delete_first(cache->retired);
		}
	}
}

static void
cache_subxact_callback(SubXactEvent event, SubTransactionId mySubid, SubTransactionId parentSubid, void *arg)
{
	for (LcSessionCache *cache = caches; cache != NULL && event == SUBXACT_EVENT_ABORT_SUB; cache = cache->next)
	{
		if (cache->read_in_transaction)
			cache->generation++;
	}
}

/*
 * lc_cache_begin
 *
 * To be called before the tables of a cache are looked up and read: from here on a change
 * of them counts.  Returns what valid is to be when all has been read.
 */
uint64
lc_cache_begin(LcSessionCache *cache)
{
	if (caches == NULL)
	{
		CacheRegisterSyscacheCallback(NAMESPACEOID, cache_syscache_callback, (Datum) 0);
		RegisterXactCallback(cache_xact_callback, NULL);
		RegisterSubXactCallback(cache_subxact_callback, NULL);
	}
	if (cache->generation == 0)
	{
		cache->generation = 1;
		cache->next = caches;
		caches = cache;
	}
	cache->valid = 0;
	cache->read_in_transaction = true;
	return cache->generation;
}

/*
 * lc_cache_retire
 *
 * What was read into a memory context is kept no more, but may be in use until the end
 * of the transaction: it is freed then.
 */
void
lc_cache_retire(LcSessionCache *cache, MemoryContext context)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(TopMemoryContext);

	cache->retired = lappend(cache->retired, context);
	MemoryContextSwitchTo(oldcontext);
}
