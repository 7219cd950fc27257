/*-------------------------------------------------------------------------
 *
 * invalidation.c
 *	  One relcache callback for the whole library.
 *
 * The server has ten slots for such callbacks, for all extensions of a backend
 * together; this library takes one and tells its own caches.  A callback is
 * registered for the life of the backend.  It must touch neither the catalogs
 * nor the relation cache: it flags and forgets.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/inval.h"

#include "leadconv.h"

#define MAX_CALLBACKS	8

static LcRelcacheCallback callbacks[MAX_CALLBACKS];
static int	ncallbacks = 0;

static void
relcache_callback(Datum arg, Oid relid)
{
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
