/*-------------------------------------------------------------------------
 *
 * metadata.c
 *	  metadata_changed() and metadata_row_changed(): rows that are compiled into
 *	  programs or cached.
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
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_metadata_changed);
PG_FUNCTION_INFO_V1(leadconv_metadata_row_changed);

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

/* At most so many duplicate rules of an object are active */
#define MAX_DUPLICATE_RULES 5

/* Raises an error when more duplicate rules of an object are active than can be */
static void
check_number_of_rules(Relation rules)
{
	TupleDesc	desc = RelationGetDescr(rules);
	AttrNumber	object = lc_column_number(desc, "object");
	AttrNumber	is_active = lc_column_number(desc, "is_active");
	List	   *active = NIL;	/* the object of each, of char * */
	LcLatestScan latest;
	HeapTuple	tuple;

	if (object == InvalidAttrNumber || is_active == InvalidAttrNumber ||
		!lc_is_stored_as(TupleDescAttr(desc, is_active - 1)->atttypid, BOOLOID))
		return;
	for (tuple = lc_latest_begin(&latest, rules, InvalidOid, 0, NULL); HeapTupleIsValid(tuple);
		 tuple = systable_getnext(latest.scan))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, is_active, desc, &isnull);
		char	   *name;
		int			n = 1;
		ListCell   *lc;

		if (isnull || !DatumGetBool(value))
			continue;
		value = heap_getattr(tuple, object, desc, &isnull);
		if (isnull)
			continue;
		name = lc_value_text(value, TupleDescAttr(desc, object - 1)->atttypid);
		foreach(lc, active)
			n += strcmp(lfirst(lc), name) == 0;
		if (n > MAX_DUPLICATE_RULES)
			ereport(ERROR,
					(lc_errcode(LC_LIMIT_EXCEEDED),
					 errmsg("more than %d duplicate rules of object \"%s\" are active", MAX_DUPLICATE_RULES, name),
					 errhint("Set is_active to false for another one first."),
					 errtable(rules)));
		active = lappend(active, name);
	}
	lc_latest_end(&latest);
}

/* Do rows of this table name columns? */
static bool
protects_columns(const char *table)
{
	for (const LcMetadataTable *metadata = lc_metadata_tables; metadata->name != NULL; metadata++)
	{
		if (strcmp(table, metadata->name) == 0)
			return metadata->protects;
	}
	return false;
}

/*
 * metadata_changed
 *
 * AFTER STATEMENT trigger, for any event, on a table whose rows are compiled
 * into programs or cached.  The invalidation message reaches this backend
 * after the command and every other backend when the transaction commits.  A
 * change of the related lists waits for the conversions that are under way; of
 * the settings and of duplicate rules, what no constraint can judge is judged here.
 * Columns that rules name are protected like mapped ones.
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
	else if (strcmp(RelationGetRelationName(trigdata->tg_relation), "duplicate_rule") == 0)
		check_number_of_rules(trigdata->tg_relation);
	CacheInvalidateRelcache(trigdata->tg_relation);
	if (protects_columns(RelationGetRelationName(trigdata->tg_relation)) &&
		SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA)
		lc_protect_named_columns();

	return PointerGetDatum(NULL);
}

/*
 * metadata_row_changed
 *
 * AFTER ROW trigger on the same tables, ENABLE ALWAYS: the apply worker of logical
 * replication writes rows without statements, so that no other trigger of a statement
 * fires but that of TRUNCATE.  What it writes has been judged where it comes from.
 * Where there are statements it has no work to do.
 */
Datum
leadconv_metadata_row_changed(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"metadata_row_changed", LC_TABLE_METADATA, false, true,
	LC_ON_INSERT | LC_ON_UPDATE | LC_ON_DELETE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);

	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
	{
		if (strcmp(RelationGetRelationName(trigdata->tg_relation), "related_list") == 0)
			lc_lock_related_lists();
		CacheInvalidateRelcache(trigdata->tg_relation);
	}
	return PointerGetDatum(NULL);
}
