/*-------------------------------------------------------------------------
 *
 * lead_guard.c
 *	  A converted lead is locked: what it allows, and what may point at it.
 *
 *	guard_converted_lead()	on crm.lead
 *	guard_lead_child()		on tables with rows that belong to a lead
 *
 * Both are AFTER ROW triggers.  They judge the values that were really stored,
 * whatever the user's BEFORE triggers did to them; and on a child table the
 * foreign-key check of the row has fired before (RI_... sorts before our names)
 * and has waited for a conversion that holds the lead.
 *
 * Rows of other tables are looked up directly and not through SPI: the answer
 * must not depend on the privileges, policies or search_path of the role that
 * happens to write, nor on the age of its snapshot; and it costs about a
 * microsecond.
 *
 * Everything is allocated in the current context, which is the per-tuple context
 * of the trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "crm/trigger.h"

/* A look at a row that is not older than the moment */
typedef struct LatestScan
{
	Snapshot	snapshot;
	SysScanDesc scan;
} LatestScan;

PG_FUNCTION_INFO_V1(leadconv_guard_converted_lead);
PG_FUNCTION_INFO_V1(leadconv_guard_lead_child);

/*
 * The first row of an open table with these keys, or NULL; by an index, or if
 * that is InvalidOid by reading the table.  The row lives until end_latest().
 */
static HeapTuple
begin_latest(LatestScan *latest, Relation rel, Oid index, int nkeys, ScanKey keys)
{
	CommandCounterIncrement();	/* be sure all my own work is visible */
	latest->snapshot = RegisterSnapshot(GetLatestSnapshot());
	latest->scan = systable_beginscan(rel, index, OidIsValid(index), latest->snapshot, nkeys, keys);
	return systable_getnext(latest->scan);
}

static void
end_latest(LatestScan *latest)
{
	systable_endscan(latest->scan);
	UnregisterSnapshot(latest->snapshot);
}

/* Raises an error unless a table has what a guard reads of a lead */
static void
require_conversion_columns(Relation rel, const LcTableColumns *columns)
{
	if (columns->attno[COL_ID] == InvalidAttrNumber ||
		columns->attno[COL_IS_CONVERTED] == InvalidAttrNumber)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"%s\" has no columns \"id\" and \"is_converted\" as leadconv made them",
						RelationGetRelationName(rel)),
				 errhint("leadconv.validate() reports what is missing in schema crm."),
				 errtable(rel)));
}

/* Is the lead of this row converted? */
static bool
slot_is_converted(TupleTableSlot *slot, const LcTableColumns *columns)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, columns->attno[COL_IS_CONVERTED], &isnull);

	return !isnull && DatumGetBool(value);
}

/*
 * May the current user be told what a lead was converted to?
 */
static bool
may_see_lead(Relation lead)
{
	Oid			relid = RelationGetRelid(lead);

	return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED;
}

/*
 * "Lead 5 was converted on 2026-01-31 to account 3, contact 4 and ..."
 */
static char *
describe_conversion(Relation lead, HeapTuple tuple, const LcTableColumns *columns)
{
	static const struct
	{
		int			col;
		const char *noun;
	}			targets[] = {
		{COL_CONVERTED_ACCOUNT_ID, "account"},
		{COL_CONVERTED_CONTACT_ID, "contact"},
		{COL_CONVERTED_OPPORTUNITY_ID, "opportunity"}
	};
	TupleDesc	tupdesc = RelationGetDescr(lead);
	StringInfoData buf;
	Datum		value;
	bool		isnull;
	char	   *parts[lengthof(targets)];
	int			nparts = 0;

	initStringInfo(&buf);
	value = heap_getattr(tuple, columns->attno[COL_ID], tupdesc, &isnull);
	appendStringInfo(&buf, "Lead " INT64_FORMAT " was converted", DatumGetInt64(value));

	if (may_see_lead(lead))
	{
		if (columns->attno[COL_CONVERTED_DATE] != InvalidAttrNumber)
		{
			value = heap_getattr(tuple, columns->attno[COL_CONVERTED_DATE], tupdesc, &isnull);
			if (!isnull)
				appendStringInfo(&buf, " on %s",
								 DatumGetCString(DirectFunctionCall1(date_out, value)));
		}
		for (int i = 0; i < (int) lengthof(targets); i++)
		{
			AttrNumber	attno = columns->attno[targets[i].col];

			if (attno == InvalidAttrNumber)
				continue;
			value = heap_getattr(tuple, attno, tupdesc, &isnull);
			if (!isnull)
				parts[nparts++] = psprintf("%s " INT64_FORMAT, targets[i].noun,
										   DatumGetInt64(value));
		}
		for (int i = 0; i < nparts; i++)
			appendStringInfo(&buf, "%s%s",
							 i == 0 ? " to " : (i == nparts - 1) ? " and " : ", ",
							 parts[i]);
	}
	appendStringInfoChar(&buf, '.');

	return buf.data;
}

/*
 * Raise CANNOT_UPDATE_CONVERTED_LEAD
 *
 * "rel" is the table whose row was refused: crm.lead itself or a child.
 * "changed" names a column that says what the lead was converted to, if it was
 * the change of one that was refused.
 */
static void
report_converted_lead(Relation rel, Relation lead, HeapTuple tuple,
					  const LcTableColumns *columns, const char *changed)
{
	bool		is_lead = RelationGetRelid(rel) == RelationGetRelid(lead);

	ereport(ERROR,
			(lc_errcode(LC_CANNOT_UPDATE_CONVERTED_LEAD),
			 errmsg("cannot reference converted lead"),
			 errdetail_internal("%s", describe_conversion(lead, tuple, columns)),
			 changed != NULL
			 ? errhint("A conversion cannot be undone or redirected: \"%s\" must stay as it is.", changed)
			 : is_lead
			 ? errhint("Update the contact or the account instead; editing the lead itself needs EXECUTE on leadconv.view_and_edit_converted_leads().")
			 : errhint("Reference the contact, the account or the opportunity that the lead was converted to."),
			 errtable(rel)));
}

/*
 * Does the row that a foreign key of the old tuple points at still exist?
 *
 * Answers true where the key has a NULL.
 */
static bool
referenced_row_exists(ForeignKeyCacheInfo *fk, TupleTableSlot *oldslot)
{
	ScanKeyData keys[INDEX_MAX_KEYS];
	HeapTuple	contuple;
	Oid			indexid;
	Relation	pkrel;
	LatestScan	latest;
	bool		result;

	contuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(fk->conoid));
	if (!HeapTupleIsValid(contuple))
		elog(ERROR, "cache lookup failed for constraint %u", fk->conoid);
	indexid = ((Form_pg_constraint) GETSTRUCT(contuple))->conindid;
	ReleaseSysCache(contuple);

	pkrel = table_open(fk->confrelid, AccessShareLock);
	if (pkrel->rd_rel->relkind != RELKIND_RELATION)
	{
		/* a partitioned table has no single index; we never ship such a key */
		table_close(pkrel, AccessShareLock);
		return true;
	}

	for (int i = 0; i < fk->nkeys; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(pkrel), fk->confkey[i] - 1);
		Oid			lefttype;
		Oid			righttype;
		bool		isnull;
		Datum		value = slot_getattr(oldslot, fk->conkey[i], &isnull);

		if (isnull)
		{
			table_close(pkrel, AccessShareLock);
			return true;
		}
		op_input_types(fk->conpfeqop[i], &lefttype, &righttype);
		ScanKeyEntryInitialize(&keys[i], 0, fk->confkey[i], BTEqualStrategyNumber,
							   righttype, att->attcollation,
							   get_opcode(fk->conpfeqop[i]), value);
	}

	result = HeapTupleIsValid(begin_latest(&latest, pkrel, indexid, fk->nkeys, keys));
	end_latest(&latest);
	table_close(pkrel, AccessShareLock);

	return result;
}

/*
 * Was this column changed by the action of a foreign key (SET NULL when the
 * account was deleted, CASCADE when a picklist value was renamed)?
 *
 * Then the row that the old value pointed at is gone.  An ordinary UPDATE
 * cannot bring that about, because the foreign key would have kept either the
 * row or the value from going.
 */
static bool
changed_by_foreign_key(Relation rel, AttrNumber attno, TupleTableSlot *oldslot)
{
	List	   *fkeys = copyObject(RelationGetFKeyList(rel));
	ListCell   *lc;

	/* copied, because opening other tables may rebuild our relcache entry */
	foreach(lc, fkeys)
	{
		ForeignKeyCacheInfo *fk = (ForeignKeyCacheInfo *) lfirst(lc);

#if PG_VERSION_NUM >= 180000
		/* keeps nothing from going, and changes nothing */
		if (!fk->conenforced)
			continue;
#endif
		for (int i = 0; i < fk->nkeys; i++)
		{
			if (fk->conkey[i] == attno && !referenced_row_exists(fk, oldslot))
				return true;
		}
	}

	return false;
}

/*
 * Is this update of a converted lead nothing but the action of a foreign key?
 *
 * What counts are the columns that the statement set.  Others may have been
 * changed along with them by BEFORE triggers (our audit fields, or a time
 * stamp that the user keeps), except those that say what the lead was
 * converted to.
 */
static bool
is_foreign_key_action(TriggerData *trigdata, const LcTableColumns *columns)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	bool		any = false;

	for (AttrNumber attno = 1; attno <= tupdesc->natts; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, attno - 1);
		bool		is_conversion = false;
		bool		is_target;

		if (att->attisdropped || att->attgenerated != '\0')
			continue;
		for (int col = COL_FIRST_CONVERSION; col <= COL_LAST_CONVERSION; col++)
			is_conversion |= columns->attno[col] == attno;
		is_target = is_conversion &&
			attno != columns->attno[COL_IS_CONVERTED] &&
			attno != columns->attno[COL_CONVERTED_DATE];

		if (!is_conversion &&
			!bms_is_member(attno - FirstLowInvalidHeapAttributeNumber,
						   trigdata->tg_updatedcols))
			continue;
		if (!lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, attno))
			continue;
		if (is_conversion &&
			(!is_target || !slot_attisnull(trigdata->tg_newslot, attno)))
			return false;
		if (!changed_by_foreign_key(rel, attno, trigdata->tg_trigslot))
			return false;
		any = true;
	}

	return any;
}

/*
 * Raises an error when the flag and the rest of a lead that was inserted do not
 * agree.  A lead comes converted with what the platform asks for on import.
 */
static void
check_inserted_lead(Relation rel, TupleTableSlot *slot, const LcTableColumns *columns)
{
	bool		is_converted = slot_is_converted(slot, columns);
	bool		isnull;
	int64		lead_id = DatumGetInt64(slot_getattr(slot, columns->attno[COL_ID], &isnull));

	for (int col = COL_CONVERTED_DATE; col <= COL_LAST_CONVERSION; col++)
	{
		AttrNumber	attno = columns->attno[col];
		const char *name = lc_known_column_name(col);
		bool		given = attno != InvalidAttrNumber && !slot_attisnull(slot, attno);

		if (is_converted && !given &&
			(col == COL_CONVERTED_DATE || col == COL_CONVERTED_ACCOUNT_ID))
			ereport(ERROR,
					(lc_errcode(LC_REQUIRED_FIELD_MISSING),
					 errmsg("a lead that is inserted as converted needs \"%s\"", name),
					 errdetail("Lead " INT64_FORMAT " has is_converted but no %s.", lead_id, name),
					 errhint("Give converted_date and converted_account_id, or insert the lead unconverted and call leadconv.convert_lead()."),
					 errtablecolname(rel, name)));
		if (!is_converted && given)
			ereport(ERROR,
					(lc_errcode(LC_INVALID_FIELD),
					 errmsg("a lead that is not converted cannot have \"%s\"", name),
					 errdetail("Lead " INT64_FORMAT " has %s but not is_converted.", lead_id, name),
					 errhint("Leave the column empty; leadconv.convert_lead() fills it."),
					 errtablecolname(rel, name)));
	}
}

/*
 * guard_converted_lead
 *
 * AFTER INSERT OR UPDATE ROW on crm.lead.  A converted lead can be
 * inserted, with what the platform asks for on import, and deleted.  Updates
 * that pass: the engine's own of a lead in conversion, those of holders of the
 * permission that leave the conversion as it is, and foreign-key actions.
 */
Datum
leadconv_guard_converted_lead(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"guard_converted_lead", LC_TABLE_LEAD, false, true, LC_ON_INSERT | LC_ON_UPDATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	Relation	rel = trigdata->tg_relation;
	TupleTableSlot *oldslot = trigdata->tg_trigslot;
	TupleTableSlot *newslot = trigdata->tg_newslot;
	const char *changed = NULL;
	bool		was_converted;
	bool		isnull;
	int64		lead_id;

	require_conversion_columns(rel, &columns);
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
	{
		check_inserted_lead(rel, oldslot, &columns);
		return PointerGetDatum(NULL);
	}

	lead_id = DatumGetInt64(slot_getattr(oldslot, columns.attno[COL_ID], &isnull));
	was_converted = slot_is_converted(oldslot, &columns);
	if (!was_converted && lc_lead_is_converting(lead_id))
		return PointerGetDatum(NULL);
	for (int col = COL_FIRST_CONVERSION; col <= COL_LAST_CONVERSION && changed == NULL; col++)
	{
		if (columns.attno[col] != InvalidAttrNumber &&
			lc_column_differs(oldslot, newslot, columns.attno[col]))
			changed = lc_known_column_name(col);
	}

	if (!was_converted)
	{
		if (changed != NULL)
			ereport(ERROR,
					(lc_errcode(LC_INVALID_FIELD),
					 errmsg("cannot set \"%s\" of a lead by an update", changed),
					 errdetail("Lead " INT64_FORMAT " is not converted, and is not being converted.", lead_id),
					 errhint("Call leadconv.convert_lead() to convert the lead."),
					 errtablecolname(rel, changed)));
		return PointerGetDatum(NULL);
	}

	if (changed == NULL && lc_may_edit_converted_leads(GetUserId()))
		return PointerGetDatum(NULL);
	if (is_foreign_key_action(trigdata, &columns))
		return PointerGetDatum(NULL);

	report_converted_lead(rel, rel, trigdata->tg_trigtuple, &columns, changed);
	return PointerGetDatum(NULL);	/* keep compiler quiet */
}

/*
 * Position of the lead column that is the argument of a guard
 */
static AttrNumber
lead_column_attno(TriggerData *trigdata)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	tupdesc = RelationGetDescr(rel);
	const char *name = trigdata->tg_trigger->tgargs[0];

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (!att->attisdropped && att->atttypid == INT8OID &&
			namestrcmp(&att->attname, name) == 0)
			return att->attnum;
	}

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of type bigint, named in trigger \"%s\", does not exist in table \"%s\"",
					name, trigdata->tg_trigger->tgname, RelationGetRelationName(rel)),
			 errhint("If the column was renamed, register the related list again."),
			 errtable(rel)));
	return InvalidAttrNumber;	/* keep compiler quiet */
}

/*
 * Is this the column of a table whose rows belong to a lead?  Of our own tables
 * that is known; on others, a foreign key shows that the owner of crm.lead lets
 * the table's owner know about leads.
 */
static bool
references_lead(Relation rel, AttrNumber attno, const LcTableColumns *columns)
{
	Oid			lead;
	ListCell   *lc;

	if ((columns->kind & LC_TABLE_GUARDED) && attno == columns->attno[COL_LEAD_ID])
		return true;
	lead = lc_lead_relid();
	foreach(lc, RelationGetFKeyList(rel))
	{
		ForeignKeyCacheInfo *fk = (ForeignKeyCacheInfo *) lfirst(lc);

		if (fk->confrelid == lead && fk->nkeys == 1 && fk->conkey[0] == attno)
			return true;
	}
	return false;
}

/*
 * guard_lead_child
 *
 * AFTER INSERT OR UPDATE ROW on a table with rows that belong to a lead; the
 * argument is the column with the lead's id.  The lead must not be converted.
 *
 * The row is looked up with the latest snapshot, also under REPEATABLE READ:
 * the foreign-key check may have waited for a conversion that the snapshot of
 * the statement does not see.  A row that appears while this backend converts
 * the lead (a trigger of the user made it) is reported to the engine, which
 * carries it over as well.
 */
Datum
leadconv_guard_lead_child(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"guard_lead_child", LC_TABLE_ANY, false, true, LC_ON_INSERT | LC_ON_UPDATE, 1};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	Relation	rel = trigdata->tg_relation;
	AttrNumber	attno = lead_column_attno(trigdata);
	TupleTableSlot *slot = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event)
		? trigdata->tg_newslot : trigdata->tg_trigslot;
	Relation	lead;
	ScanKeyData key;
	LatestScan	latest;
	HeapTuple	tuple;
	Datum		value;
	bool		isnull;
	int64		lead_id;

	if (!references_lead(rel, attno, &columns))
		lc_refuse_table(&use, rel, "columns with a foreign key to crm.lead");
	value = slot_getattr(slot, attno, &isnull);
	if (isnull)
		return PointerGetDatum(NULL);
	lead_id = DatumGetInt64(value);

	if (lc_lead_is_converting(lead_id))
	{
		lc_note_new_child(RelationGetRelid(rel), lead_id);
		return PointerGetDatum(NULL);
	}

	lead = lc_open_lead(&columns);
	require_conversion_columns(lead, &columns);
	ScanKeyInit(&key, columns.attno[COL_ID], BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(lead_id));
	tuple = begin_latest(&latest, lead, columns.id_index, 1, &key);

	/* a lead that does not exist is the business of the foreign key */
	if (HeapTupleIsValid(tuple))
	{
		value = heap_getattr(tuple, columns.attno[COL_IS_CONVERTED],
							 RelationGetDescr(lead), &isnull);
		if (!isnull && DatumGetBool(value))
			report_converted_lead(rel, lead, tuple, &columns, NULL);
	}

	end_latest(&latest);
	table_close(lead, AccessShareLock);

	return PointerGetDatum(NULL);
}
