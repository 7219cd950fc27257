/*-------------------------------------------------------------------------
 *
 * metadata.c
 *	  metadata_changed(): rows that are compiled into programs or cached.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/inval.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_metadata_changed);

/*
 * metadata_changed
 *
 * AFTER STATEMENT trigger, for any event, on a table whose rows are compiled
 * into programs or cached.  The invalidation message reaches this backend
 * after the command and every other backend when the transaction commits.  A
 * change of the related lists waits for the conversions that are under way.
 */
Datum
leadconv_metadata_changed(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"metadata_changed", LC_TABLE_METADATA, false, false,
	LC_ON_INSERT | LC_ON_UPDATE | LC_ON_DELETE | LC_ON_TRUNCATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);

	if (strcmp(RelationGetRelationName(trigdata->tg_relation), "related_list") == 0)
		lc_lock_related_lists();
	CacheInvalidateRelcache(trigdata->tg_relation);

	return PointerGetDatum(NULL);
}
