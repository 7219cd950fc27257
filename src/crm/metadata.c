/*-------------------------------------------------------------------------
 *
 * metadata.c
 *	  Metadata as triggers see it: they tell that it changed, and read settings.
 *
 * Triggers fire for each row, so a setting is read once and kept until
 * crm.lead_convert_settings changes; metadata_changed() on that table, and DDL,
 * send the invalidation message that says so, to this backend after each of its
 * own commands and to every other backend at commit.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "crm/trigger.h"

static bool track_history = true;
static bool track_history_is_valid = false;
static bool listening = false;	/* are the callbacks registered? */
static Oid	settings_relid = InvalidOid;	/* what was read, or is being read */
static uint64 generation = 0;	/* counts invalidations */

PG_FUNCTION_INFO_V1(leadconv_metadata_changed);

static void
forget_settings(void)
{
	track_history_is_valid = false;
	settings_relid = InvalidOid;
	generation++;
}

static void
settings_relation_callback(Oid relid)
{
	if (relid == InvalidOid || relid == settings_relid)
		forget_settings();
}

/*
 * A schema was renamed, made or dropped: crm may be another one
 */
static void
settings_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	forget_settings();
}

/*
 * Reads a boolean setting; true when there is no such column or row, or NULL
 *
 * Read directly and not through SPI: the answer must not depend on the caller's
 * privileges, nor on the age of its snapshot, because it is kept for longer.
 */
static bool
read_setting(Relation rel, LcColumn column)
{
	LcTableColumns columns;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		result = true;

	lc_table_columns(rel, &columns);
	if (columns.attno[column] == InvalidAttrNumber || rel->rd_rel->relkind != RELKIND_RELATION)
		return true;

	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, columns.attno[column], RelationGetDescr(rel), &isnull);

		result = isnull || DatumGetBool(value);
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	return result;
}

/*
 * lc_tracks_history
 *
 * Is history kept (setting track_history)?  Called for every row that is updated
 * in a table with history: no catalog access when the setting is known.
 */
bool
lc_tracks_history(void)
{
	Oid			relid;
	Relation	rel;
	uint64		before;
	bool		result;

	if (track_history_is_valid)
		return track_history;

	if (!listening)
	{
		lc_on_relation_change(settings_relation_callback);
		CacheRegisterSyscacheCallback(NAMESPACEOID, settings_syscache_callback, (Datum) 0);
		listening = true;
	}
	relid = lc_crm_relid("lead_convert_settings", true);
	if (!OidIsValid(relid))
		return true;

	/* from here on a change of the table counts */
	settings_relid = relid;
	before = generation;
	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		return true;
	result = read_setting(rel, COL_TRACK_HISTORY);
	relation_close(rel, AccessShareLock);
	if (before == generation)
	{
		track_history = result;
		track_history_is_valid = true;
	}
	return result;
}

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
