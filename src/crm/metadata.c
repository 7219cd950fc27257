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

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_metadata_changed);

/*
 * Raises an error when opportunity_name_template, as it is stored now, names what is
 * no column of the lead
 */
static void
check_name_template(Relation settings)
{
	TupleDesc	desc = RelationGetDescr(settings);
	AttrNumber	attno = lc_column_number(desc, "opportunity_name_template");
	Oid			lead_relid = lc_crm_relid("lead", true);
	Relation	lead;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;

	/* of another table, or a crm that is yet to be upgraded */
	if (attno == InvalidAttrNumber || !OidIsValid(lead_relid) || settings->rd_rel->relkind != RELKIND_RELATION)
		return;
	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	lead = relation_open(lead_relid, AccessShareLock);
	scan = systable_beginscan(settings, InvalidOid, false, snapshot, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, attno, desc, &isnull);

		if (!isnull)
			(void) lc_parse_name_template(lc_value_text(value, TupleDescAttr(desc, attno - 1)->atttypid), lead);
	}
	systable_endscan(scan);
	relation_close(lead, AccessShareLock);
	UnregisterSnapshot(snapshot);
}

/*
 * metadata_changed
 *
 * AFTER STATEMENT trigger, for any event, on a table whose rows are compiled
 * into programs or cached.  The invalidation message reaches this backend
 * after the command and every other backend when the transaction commits.  A
 * change of the related lists waits for the conversions that are under way; of
 * the settings, what no constraint can judge is judged here.
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
	else if (strcmp(RelationGetRelationName(trigdata->tg_relation), "lead_convert_settings") == 0)
		check_name_template(trigdata->tg_relation);
	CacheInvalidateRelcache(trigdata->tg_relation);

	return PointerGetDatum(NULL);
}
