/*-------------------------------------------------------------------------
 *
 * members.c
 *	  Campaign members: those of a lead that is deleted, and their response.
 *
 *	release_lead_children()	on crm.lead: what a converted lead shares outlives it
 *	set_member_response()	on crm.campaign_member: the status tells the response
 *
 * The plan of release_lead_children() is kept for the life of the backend; all
 * else is allocated in the current context, the per-tuple context of the trigger
 * manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_release_lead_children);
PG_FUNCTION_INFO_V1(leadconv_set_member_response);

/* The parameter of the statement below is the lead's id */
static Oid
release_param_type(const LcPlan *plan, int number)
{
	return number == 1 ? INT8OID : InvalidOid;
}

/*
 * release_lead_children
 *
 * AFTER DELETE ROW on crm.lead, for a converted lead.  A campaign member that
 * has become the contact's keeps its lead, and ON DELETE CASCADE would take it
 * along with the lead; so it lets go of the lead first.  The trigger sorts
 * before those of foreign keys.  Like them, it reaches each row: the update has the
 * rights of the table's owner.  Triggers on campaign members run as the current
 * user, who deletes the lead.
 */
Datum
leadconv_release_lead_children(PG_FUNCTION_ARGS)
{
	static LcPlan plan = {InvalidOid, release_param_type, NULL, NULL};
	static const LcTriggerUse use = {"release_lead_children", LC_TABLE_LEAD, false, true, LC_ON_DELETE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	Relation	member;
	Oid			owner;
	Datum		value;
	Oid			argtype = INT8OID;
	bool		isnull;

	if (columns.attno[COL_ID] == InvalidAttrNumber)
		return PointerGetDatum(NULL);
	value = slot_getattr(trigdata->tg_trigslot, columns.attno[COL_ID], &isnull);

	member = table_open(lc_crm_relid("campaign_member", false), RowExclusiveLock);
	owner = member->rd_rel->relowner;
	table_close(member, NoLock);

	lc_spi_connect();
	if (plan.plan != NULL && plan.check_as != owner)
	{
		SPI_freeplan(plan.plan);
		plan.plan = NULL;
	}
	if (plan.plan == NULL)
	{
		plan.check_as = owner;
		lc_plan_prepare(&plan, "UPDATE crm.campaign_member SET lead_id = NULL"
						" WHERE lead_id OPERATOR(pg_catalog.=) $1 AND contact_id IS NOT NULL");
		SPI_keepplan(plan.plan);
	}
	if (lc_plan_execute(&plan, 1, &argtype, &value, NULL) != SPI_OK_UPDATE)
		elog(ERROR, "could not release the campaign members of a lead: %s", SPI_result_code_string(SPI_result));
	SPI_finish();

	return PointerGetDatum(NULL);
}

/*
 * Is a status of a campaign a response?
 *
 * Returns false when the campaign has no such status; the foreign key reports
 * that.  Statuses are looked up with the latest snapshot and whatever the caller
 * may see.
 */
static bool
read_member_status(int64 campaign_id, const char *status, bool *has_responded)
{
	Oid			relid = lc_crm_relid("campaign_member_status", false);
	Relation	rel = table_open(relid, AccessShareLock);
	LcProbe		probe;
	LcOpenProbe statuses;
	LcTableColumns columns;
	SysScanDesc scan;
	Snapshot	snapshot;
	HeapTuple	tuple;
	bool		found = false;

	lc_table_columns(rel, &columns);
	if (columns.attno[COL_CAMPAIGN_ID] != InvalidAttrNumber &&
		columns.attno[COL_LABEL] != InvalidAttrNumber &&
		columns.attno[COL_HAS_RESPONDED] != InvalidAttrNumber)
	{
		TupleDesc	desc = RelationGetDescr(rel);

		lc_compile_probe(&probe, relid, lc_known_column_name(COL_CAMPAIGN_ID));
		lc_probe_open(&statuses, &probe);
		snapshot = RegisterSnapshot(GetLatestSnapshot());
		scan = lc_probe_begin(&statuses, campaign_id, snapshot);
		while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			bool		isnull;
			Datum		value = heap_getattr(tuple, columns.attno[COL_LABEL], desc, &isnull);

			if (isnull || strcmp(TextDatumGetCString(value), status) != 0)
				continue;
			found = true;
			value = heap_getattr(tuple, columns.attno[COL_HAS_RESPONDED], desc, &isnull);
			*has_responded = !isnull && DatumGetBool(value);
		}
		systable_endscan(scan);
		UnregisterSnapshot(snapshot);
		lc_probe_close(&statuses);
	}
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * The row of a campaign member with what follows from its status, in the current
 * memory context; as it is, if that is right.
 */
static HeapTuple
derive_response(HeapTuple tuple, TupleDesc desc, const LcTableColumns *columns)
{
	int			attnos[2] = {columns->attno[COL_HAS_RESPONDED], columns->attno[COL_FIRST_RESPONDED_DATE]};
	Datum		values[2];
	bool		nulls[2];
	Datum		campaign;
	Datum		status;
	bool		isnull;
	bool		has_responded;

	if (columns->attno[COL_CAMPAIGN_ID] == InvalidAttrNumber ||
		columns->attno[COL_STATUS] == InvalidAttrNumber ||
		attnos[0] == InvalidAttrNumber || attnos[1] == InvalidAttrNumber)
		return tuple;
	campaign = heap_getattr(tuple, columns->attno[COL_CAMPAIGN_ID], desc, &isnull);
	if (isnull)
		return tuple;
	status = heap_getattr(tuple, columns->attno[COL_STATUS], desc, &isnull);
	if (isnull || !read_member_status(DatumGetInt64(campaign), TextDatumGetCString(status), &has_responded))
		return tuple;

	values[0] = heap_getattr(tuple, attnos[0], desc, &nulls[0]);
	values[1] = heap_getattr(tuple, attnos[1], desc, &nulls[1]);
	if (!nulls[0] && DatumGetBool(values[0]) == has_responded && (!has_responded || !nulls[1]))
		return tuple;

	values[0] = BoolGetDatum(has_responded);
	nulls[0] = false;
	if (has_responded && nulls[1])
	{
		values[1] = DirectFunctionCall1(timestamptz_date,
										TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
		nulls[1] = false;
	}
	return heap_modify_tuple_by_cols(tuple, desc, 2, attnos, values, nulls);
}

/*
 * set_member_response
 *
 * BEFORE INSERT OR UPDATE OF status ROW on crm.campaign_member.  The status says
 * whether the member has responded, and first_responded_date is the date of the
 * first status that is a response.
 */
Datum
leadconv_set_member_response(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"set_member_response", LC_TABLE_MEMBER, true, true, LC_ON_INSERT | LC_ON_UPDATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);

	return PointerGetDatum(derive_response(TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event)
										   ? trigdata->tg_newtuple : trigdata->tg_trigtuple,
										   RelationGetDescr(trigdata->tg_relation), &columns));
}

/*
 * lc_derive_response
 *
 * The same in the trigger that fires last, for statements that do not name the
 * status: when other triggers have changed it, or the response was set by hand.
 */
HeapTuple
lc_derive_response(TriggerData *trigdata, const LcTableColumns *columns)
{
	static const LcColumn relevant[] = {COL_CAMPAIGN_ID, COL_STATUS, COL_HAS_RESPONDED};
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	bool		differs = !is_update;

	for (size_t i = 0; i < lengthof(relevant) && !differs; i++)
		differs = columns->attno[relevant[i]] != InvalidAttrNumber &&
			lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, columns->attno[relevant[i]]);
	if (!differs)
		return is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	return derive_response(is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple,
						   RelationGetDescr(trigdata->tg_relation), columns);
}

/*
 * lc_response_is_stale
 *
 * Would the status of this campaign member say something else of its response?
 * Allocates in the current memory context.
 */
bool
lc_response_is_stale(TupleTableSlot *slot, const LcTableColumns *columns)
{
	bool		should_free;
	HeapTuple	tuple = ExecFetchSlotHeapTuple(slot, false, &should_free);

	return derive_response(tuple, slot->tts_tupleDescriptor, columns) != tuple;
}
