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
 * and has waited for a conversion that holds the lead.  Where the check is not
 * sure to have been made, the guard locks the lead as the check would.
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
#include "access/tableam.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_guard_converted_lead);
PG_FUNCTION_INFO_V1(leadconv_guard_lead_child);

/* The picklist value that is being renamed; column = NULL means none */
static struct
{
	const char *column;
	const char *old_value;
	const char *new_value;
}			renaming;

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
			 ? errhint("A conversion cannot be redirected: \"%s\" must stay as it is. To take it back, call leadconv.undo_lead_conversion().", changed)
			 : is_lead
			 ? errhint("Update the contact or the account instead; editing the lead itself needs EXECUTE on leadconv.view_and_edit_converted_leads().")
			 : errhint("Reference the contact, the account or the opportunity that the lead was converted to."),
			 errtable(rel)));
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

	if (!lc_is_key_action(trigdata))
		return false;
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
		if (!lc_changed_by_key_action(rel, attno, trigdata->tg_trigslot, trigdata->tg_newslot))
			return false;
		any = true;
	}

	return any;
}

/*
 * From here on, until lc_end_rename(), updates that change nothing of a converted lead
 * but this column from one value to another pass, whoever makes them.  The strings must
 * live until then.
 */
void
lc_begin_rename(const char *column, const char *old_value, const char *new_value)
{
	renaming.column = column;
	renaming.old_value = old_value;
	renaming.new_value = new_value;
}

/* Whoever called lc_begin_rename() calls this in any case */
void
lc_end_rename(void)
{
	renaming.column = NULL;
}

/* Is this value of a column the text? */
static bool
is_text(TupleTableSlot *slot, Form_pg_attribute att, const char *text)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, att->attnum, &isnull);
	Oid			output;
	bool		is_varlena;

	if (isnull)
		return false;
	getTypeOutputInfo(att->atttypid, &output, &is_varlena);
	return strcmp(OidOutputFunctionCall(output, value), text) == 0;
}

/*
 * Is this update of a converted lead nothing but the value being renamed?  What counts
 * are the columns that the statement set, as in is_foreign_key_action().
 */
static bool
is_rename(TriggerData *trigdata)
{
	TupleDesc	tupdesc = RelationGetDescr(trigdata->tg_relation);
	bool		any = false;

	for (AttrNumber attno = 1; attno <= tupdesc->natts && renaming.column != NULL; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, attno - 1);

		if (att->attisdropped || !bms_is_member(attno - FirstLowInvalidHeapAttributeNumber, trigdata->tg_updatedcols) ||
			!lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, attno))
			continue;
		if (namestrcmp(&att->attname, renaming.column) != 0 ||
			!is_text(trigdata->tg_trigslot, att, renaming.old_value) ||
			!is_text(trigdata->tg_newslot, att, renaming.new_value))
			return false;
		any = true;
	}
	return any;
}

/*
 * Raises an error when the flag and the rest of a lead that was inserted do not
 * agree.
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

		/* the account may be gone, as that of a lead which was converted here may */
		if (is_converted && !given && col == COL_CONVERTED_DATE)
			ereport(ERROR,
					(lc_errcode(LC_REQUIRED_FIELD_MISSING),
					 errmsg("a lead that is inserted as converted needs \"%s\"", name),
					 errdetail("Lead " INT64_FORMAT " has is_converted but no %s.", lead_id, name),
					 errhint("Give converted_date, or insert the lead unconverted and call leadconv.convert_lead()."),
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
 * Does an update change nothing of the conversion but what the lead was not
 * converted to?
 */
static bool
only_adds_records(TupleTableSlot *oldslot, TupleTableSlot *newslot, const LcTableColumns *columns)
{
	for (int col = COL_FIRST_CONVERSION; col <= COL_LAST_CONVERSION; col++)
	{
		AttrNumber	attno = columns->attno[col];

		if (attno != InvalidAttrNumber && lc_column_differs(oldslot, newslot, attno) &&
			(col == COL_IS_CONVERTED || col == COL_CONVERTED_DATE ||
			 !slot_attisnull(oldslot, attno) || slot_attisnull(newslot, attno)))
			return false;
	}
	return true;
}

/* Is nothing left of a conversion? */
static bool
is_opened(TupleTableSlot *slot, const LcTableColumns *columns)
{
	for (int col = COL_CONVERTED_DATE; col <= COL_LAST_CONVERSION; col++)
	{
		if (columns->attno[col] != InvalidAttrNumber && !slot_attisnull(slot, columns->attno[col]))
			return false;
	}
	return !slot_is_converted(slot, columns);
}

/*
 * guard_converted_lead
 *
 * AFTER INSERT OR UPDATE ROW on crm.lead.  A converted lead can be
 * inserted, with the date of its conversion, and deleted.  Updates
 * that pass: the engine's own of a lead in conversion, or when it completes one or takes it back,
 * those of an import that takes over a conversion made elsewhere, those of holders
 * of the permission that leave the conversion as it is, those that set nothing to
 * another value, as frameworks write a record that has not been changed, the new name
 * of a picklist value, and foreign-key actions.
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
	if (!was_converted && lc_lead_is_converting(lead_id) && !lc_lead_is_in_undo(lead_id))
		return PointerGetDatum(NULL);
	if (lc_import_is_writing())
	{
		if (!was_converted && slot_is_converted(newslot, &columns))
		{
			check_inserted_lead(rel, newslot, &columns);
			return PointerGetDatum(NULL);
		}
		if (was_converted && only_adds_records(oldslot, newslot, &columns))
			return PointerGetDatum(NULL);
	}
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

	if (lc_lead_is_being_undone(lead_id) && is_opened(newslot, &columns))
		return PointerGetDatum(NULL);
	if (lc_lead_is_being_completed(lead_id) && only_adds_records(oldslot, newslot, &columns))
		return PointerGetDatum(NULL);
	if (changed == NULL && lc_may_edit_converted_leads(GetUserId()))
		return PointerGetDatum(NULL);
	if (changed == NULL && !bms_is_empty(trigdata->tg_updatedcols) && !lc_is_edit(trigdata, &columns))
		return PointerGetDatum(NULL);
	if ((changed == NULL && is_rename(trigdata)) || is_foreign_key_action(trigdata, &columns))
		return PointerGetDatum(NULL);

	report_converted_lead(rel, rel, trigdata->tg_trigtuple, &columns, changed);
	return PointerGetDatum(NULL);	/* keep compiler quiet */
}

/*
 * Position of the lead column that is the argument of a guard: bigint, or a domain
 * over it
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

		if (!att->attisdropped && namestrcmp(&att->attname, name) == 0 &&
			lc_is_stored_as(att->atttypid, INT8OID))
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

		if (fk->confrelid == lead && lc_is_reference(fk, attno))
			return true;
	}
	return false;
}

/*
 * Has the foreign-key check of the row that was just written waited for a
 * conversion of its lead?  Not if the foreign key is deferrable, has been disabled
 * or is gone.
 */
static bool
was_checked(TriggerData *trigdata, AttrNumber attno, Oid lead)
{
	TriggerDesc *triggers = trigdata->tg_relation->trigdesc;
	Oid			function = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ? F_RI_FKEY_CHECK_INS : F_RI_FKEY_CHECK_UPD;
	ListCell   *lc;

	foreach(lc, RelationGetFKeyList(trigdata->tg_relation))
	{
		ForeignKeyCacheInfo *fk = (ForeignKeyCacheInfo *) lfirst(lc);

		if (fk->confrelid != lead || fk->nkeys != 1 || fk->conkey[0] != attno)
			continue;
		for (int i = 0; i < triggers->numtriggers; i++)
		{
			Trigger    *trigger = &triggers->triggers[i];

			if (trigger->tgconstraint == fk->conoid && trigger->tgfoid == function && !trigger->tgdeferrable &&
				(trigger->tgenabled == TRIGGER_FIRES_ALWAYS ||
				 (trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN &&
				  SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA)))
				return true;
		}
	}
	return false;
}

/*
 * Locks a lead as a foreign-key check would, until the transaction ends, after a
 * conversion that holds it.  Returns its latest version in *slot, or false when it
 * is gone.
 */
static bool
lock_lead(Relation lead, HeapTuple tuple, Snapshot snapshot, TupleTableSlot *slot)
{
	TM_FailureData failure;
	TM_Result	result = table_tuple_lock(lead, &tuple->t_self, snapshot, slot, GetCurrentCommandId(false),
										  LockTupleKeyShare, LockWaitBlock, TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);

	switch (result)
	{
		case TM_Ok:
			return true;
		case TM_Deleted:
			return false;
		default:
			elog(ERROR, "unexpected table_tuple_lock status: %u", result);
			return false;		/* keep compiler quiet */
	}
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
	LcLatestScan latest;
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
	/* where the conversion was made, the row has stayed on the lead */
	if (lc_import_is_writing())
		return PointerGetDatum(NULL);

	lead = lc_open_lead(&columns);
	require_conversion_columns(lead, &columns);
	ScanKeyInit(&key, columns.attno[COL_ID], BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(lead_id));
	tuple = lc_latest_begin(&latest, lead, columns.id_index, 1, &key);

	/* a lead that does not exist is the business of the foreign key */
	if (HeapTupleIsValid(tuple) && !was_checked(trigdata, attno, RelationGetRelid(lead)))
	{
		TupleTableSlot *locked = table_slot_create(lead, NULL);

		LockRelationOid(RelationGetRelid(lead), RowShareLock);
		if (lock_lead(lead, tuple, latest.snapshot, locked))
			tuple = ExecCopySlotHeapTuple(locked);
		else
			tuple = NULL;
		ExecDropSingleTupleTableSlot(locked);
	}
	if (HeapTupleIsValid(tuple))
	{
		value = heap_getattr(tuple, columns.attno[COL_IS_CONVERTED],
							 RelationGetDescr(lead), &isnull);
		if (!isnull && DatumGetBool(value))
			report_converted_lead(rel, lead, tuple, &columns, NULL);
	}

	lc_latest_end(&latest);
	table_close(lead, AccessShareLock);

	return PointerGetDatum(NULL);
}
