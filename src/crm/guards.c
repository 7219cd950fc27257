/*-------------------------------------------------------------------------
 *
 * guards.c
 *	  Trigger functions that stand on the tables of schema crm.
 *
 *	set_audit_fields()		keeps created_* and last_modified_*
 *	guard_converted_lead()	a converted lead is locked
 *	guard_lead_child()		nothing new may point at a converted lead
 *	release_lead_children()	what a converted lead shares outlives it
 *	set_member_response()	a campaign member's status says whether it responded
 *	metadata_changed()		tells all backends that metadata changed
 *
 * The guards are AFTER triggers.  They judge the values that were really
 * stored, whatever the user's BEFORE triggers did to them; and on a child
 * table the foreign-key check of the row has fired before (RI_... sorts before
 * our names) and has waited for a conversion that holds the lead.
 *
 * Rows of other tables are looked up directly and not through SPI: the answer
 * must not depend on the privileges, policies or search_path of the role that
 * happens to write, nor on the age of its snapshot; and it costs about a
 * microsecond.
 *
 * The positions of columns are kept in a hash table in "leadconv column cache"
 * under CacheMemoryContext, across transactions, until the relation cache
 * tells that the table changed.  Everything else is allocated in the current
 * context, which is the per-tuple context of the trigger manager.
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
#include "commands/trigger.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "crm/crm.h"

/* The columns that the triggers know, as indexes into TableColumns.attno */
enum
{
	COL_ID,
	COL_CREATED_DATE,
	COL_CREATED_BY_ID,
	COL_LAST_MODIFIED_DATE,
	COL_LAST_MODIFIED_BY_ID,
	/* only on crm.lead */
	COL_IS_CONVERTED,
	COL_CONVERTED_DATE,
	COL_CONVERTED_ACCOUNT_ID,
	COL_CONVERTED_CONTACT_ID,
	COL_CONVERTED_OPPORTUNITY_ID,
	NUM_COLS
};

static const struct
{
	const char *name;
	Oid			type;
}			known_columns[NUM_COLS] = {
	{"id", INT8OID},
	{"created_date", TIMESTAMPTZOID},
	{"created_by_id", INT8OID},
	{"last_modified_date", TIMESTAMPTZOID},
	{"last_modified_by_id", INT8OID},
	{"is_converted", BOOLOID},
	{"converted_date", DATEOID},
	{"converted_account_id", INT8OID},
	{"converted_contact_id", INT8OID},
	{"converted_opportunity_id", INT8OID}
};

/* Where the known columns of a table are */
typedef struct TableColumns
{
	Oid			relid;			/* hash key; must be first */
	int			natts;			/* of the tuple descriptor that was read */
	AttrNumber	attno[NUM_COLS];	/* InvalidAttrNumber = has no such column */
	Oid			id_index;		/* primary key, when it is on id alone */
} TableColumns;

static HTAB *column_cache = NULL;

/* crm.lead, or InvalidOid when it must be looked up */
static Oid	lead_relid = InvalidOid;

PG_FUNCTION_INFO_V1(leadconv_set_audit_fields);
PG_FUNCTION_INFO_V1(leadconv_guard_converted_lead);
PG_FUNCTION_INFO_V1(leadconv_guard_lead_child);
PG_FUNCTION_INFO_V1(leadconv_release_lead_children);
PG_FUNCTION_INFO_V1(leadconv_set_member_response);
PG_FUNCTION_INFO_V1(leadconv_metadata_changed);

/*
 * Check that a trigger function was called as it must be
 *
 * The wording is that of ri_CheckTrigger().
 */
static TriggerData *
check_trigger(FunctionCallInfo fcinfo, const char *funcname,
			  bool before, bool row, bool insert_or_update_only, int nargs)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", funcname)));

	if ((before ? !TRIGGER_FIRED_BEFORE(trigdata->tg_event)
		 : !TRIGGER_FIRED_AFTER(trigdata->tg_event)) ||
		(row ? !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event)
		 : !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s %s", funcname,
						before ? "BEFORE" : "AFTER", row ? "ROW" : "STATEMENT")));

	if (insert_or_update_only &&
		!TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) &&
		!TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired for INSERT or UPDATE", funcname)));

	if (trigdata->tg_trigger->tgnargs != nargs)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 nargs == 0
				 ? errmsg("function \"%s\" must not be called with arguments", funcname)
				 : errmsg("function \"%s\" must be called with one argument", funcname)));

	return trigdata;
}

/*
 * A table changed, or all (relid = InvalidOid)
 *
 * Nobody keeps a pointer to an entry across a call that could get here.
 */
static void
column_cache_relation_callback(Oid relid)
{
	HASH_SEQ_STATUS status;
	TableColumns *entry;

	if (relid == InvalidOid || relid == lead_relid)
		lead_relid = InvalidOid;

	if (relid != InvalidOid)
	{
		hash_search(column_cache, &relid, HASH_REMOVE, NULL);
		return;
	}

	hash_seq_init(&status, column_cache);
	while ((entry = (TableColumns *) hash_seq_search(&status)) != NULL)
		hash_search(column_cache, &entry->relid, HASH_REMOVE, NULL);
}

/*
 * A schema was renamed, made or dropped: crm.lead may be another table
 */
static void
column_cache_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	lead_relid = InvalidOid;
}

static void
column_cache_init(void)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(TableColumns);
	ctl.hcxt = AllocSetContextCreate(CacheMemoryContext,
									 "leadconv column cache",
									 ALLOCSET_SMALL_SIZES);
	column_cache = hash_create("leadconv column cache", 64, &ctl,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	lc_on_relation_change(column_cache_relation_callback);
	CacheRegisterSyscacheCallback(NAMESPACEOID, column_cache_syscache_callback, (Datum) 0);
}

/*
 * The primary key index of a table, if it is on this column alone
 */
static Oid
primary_key_on(Relation rel, AttrNumber attno)
{
	Oid			result = InvalidOid;

	/* fills rd_pkindex */
	list_free(RelationGetIndexList(rel));

	if (OidIsValid(rel->rd_pkindex) && attno != InvalidAttrNumber)
	{
		Relation	index = index_open(rel->rd_pkindex, AccessShareLock);

		if (index->rd_index->indisvalid &&
			IndexRelationGetNumberOfKeyAttributes(index) == 1 &&
			index->rd_index->indkey.values[0] == attno)
			result = RelationGetRelid(index);
		index_close(index, AccessShareLock);
	}

	return result;
}

/*
 * Fill *columns with the positions of the known columns of a table
 *
 * A column of another type than ours, or a generated one, is somebody else's
 * and does not count.  The result is a copy, because an invalidation may
 * remove the entry at any time.
 */
static void
get_table_columns(Relation rel, TableColumns *columns)
{
	Oid			relid = RelationGetRelid(rel);
	TupleDesc	tupdesc = RelationGetDescr(rel);
	TableColumns *entry;

	if (column_cache == NULL)
		column_cache_init();

	entry = (TableColumns *) hash_search(column_cache, &relid, HASH_FIND, NULL);
	if (entry != NULL && entry->natts == tupdesc->natts)
	{
		*columns = *entry;
		return;
	}

	/*
	 * Enter a place holder: if a change of the table is noticed while we look
	 * at its indexes, the place holder goes and the result is not kept.
	 */
	entry = (TableColumns *) hash_search(column_cache, &relid, HASH_ENTER, NULL);
	entry->natts = -1;

	memset(columns, 0, sizeof(TableColumns));
	columns->relid = relid;
	columns->natts = tupdesc->natts;
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (att->attisdropped || att->attgenerated != '\0')
			continue;
		for (int col = 0; col < NUM_COLS; col++)
		{
			if (att->atttypid == known_columns[col].type &&
				namestrcmp(&att->attname, known_columns[col].name) == 0)
			{
				columns->attno[col] = att->attnum;
				break;
			}
		}
	}
	columns->id_index = primary_key_on(rel, columns->attno[COL_ID]);

	entry = (TableColumns *) hash_search(column_cache, &relid, HASH_FIND, NULL);
	if (entry != NULL)
		*entry = *columns;
}

/*
 * set_audit_fields
 *
 * BEFORE INSERT OR UPDATE ROW.  An insert keeps what it was given (an import
 * brings its own dates) and fills the rest; an update always stamps
 * last_modified_* and never changes created_*.  Its trigger sorts before the
 * user's, so that they see the final values and may overrule them, and so that
 * the engine knows which row is being worked on when one of them fails.
 */
Datum
leadconv_set_audit_fields(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = check_trigger(fcinfo, "set_audit_fields",
										  true, true, true, 0);
	Relation	rel = trigdata->tg_relation;
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	HeapTuple	tuple = is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	TupleTableSlot *newslot = is_update ? trigdata->tg_newslot : trigdata->tg_trigslot;
	TableColumns columns;
	int64		user_id;
	bool		user_isnull;
	int			nreplaced = 0;
	int			replaced[4];
	Datum		values[4];
	bool		nulls[4];

#define REPLACE(col, value, null) \
	do { \
		if (columns.attno[col] != InvalidAttrNumber) \
		{ \
			replaced[nreplaced] = columns.attno[col]; \
			values[nreplaced] = (value); \
			nulls[nreplaced] = (null); \
			nreplaced++; \
		} \
	} while (0)

	get_table_columns(rel, &columns);

	if (columns.attno[COL_ID] != InvalidAttrNumber)
	{
		bool		isnull;
		Datum		id = slot_getattr(newslot, columns.attno[COL_ID], &isnull);

		if (!isnull)
			lc_note_row(RelationGetRelid(rel), DatumGetInt64(id));
	}

	user_id = lc_current_user_id(&user_isnull);

	if (is_update)
	{
		/* what was set at creation stays */
		for (int col = COL_CREATED_DATE; col <= COL_CREATED_BY_ID; col++)
		{
			Datum		value;
			bool		isnull;

			if (columns.attno[col] == InvalidAttrNumber ||
				(col == COL_CREATED_DATE && lc_frame_keeps_created_date()))
				continue;
			value = slot_getattr(trigdata->tg_trigslot, columns.attno[col], &isnull);
			REPLACE(col, value, isnull);
		}
		REPLACE(COL_LAST_MODIFIED_DATE,
				TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()), false);
		REPLACE(COL_LAST_MODIFIED_BY_ID, Int64GetDatum(user_id), user_isnull);
	}
	else
	{
		/* last_modified_* start as created_* */
		Datum		dates[2];
		Datum		users[2];
		bool		user_nulls[2];

		dates[0] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
		users[0] = Int64GetDatum(user_id);
		user_nulls[0] = user_isnull;
		for (int i = 0; i < 2; i++)
		{
			int			date_col = (i == 0) ? COL_CREATED_DATE : COL_LAST_MODIFIED_DATE;
			int			user_col = (i == 0) ? COL_CREATED_BY_ID : COL_LAST_MODIFIED_BY_ID;
			bool		isnull;
			Datum		given;

			if (i == 1)
			{
				dates[1] = dates[0];
				users[1] = users[0];
				user_nulls[1] = user_nulls[0];
			}
			if (columns.attno[date_col] != InvalidAttrNumber)
			{
				given = slot_getattr(newslot, columns.attno[date_col], &isnull);
				if (isnull)
					REPLACE(date_col, dates[i], false);
				else
					dates[i] = given;
			}
			if (columns.attno[user_col] != InvalidAttrNumber)
			{
				given = slot_getattr(newslot, columns.attno[user_col], &isnull);
				if (!isnull)
				{
					users[i] = given;
					user_nulls[i] = false;
				}
				else if (!user_nulls[i])
					REPLACE(user_col, users[i], false);
			}
		}
	}

#undef REPLACE

	if (nreplaced > 0)
		tuple = heap_modify_tuple_by_cols(tuple, RelationGetDescr(rel),
										  nreplaced, replaced, values, nulls);

	return PointerGetDatum(tuple);
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
describe_conversion(Relation lead, HeapTuple tuple, const TableColumns *columns)
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
					  const TableColumns *columns, const char *changed)
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
 * Do two tuples of a relation differ in this column?
 *
 * By stored value, not by the type's notion of equality: 'a' and 'A' of a
 * case-insensitive type are a change.
 */
static bool
column_differs(TupleTableSlot *oldslot, TupleTableSlot *newslot, AttrNumber attno)
{
	Form_pg_attribute att = TupleDescAttr(oldslot->tts_tupleDescriptor, attno - 1);
	bool		oldnull;
	bool		newnull;
	Datum		oldvalue = slot_getattr(oldslot, attno, &oldnull);
	Datum		newvalue = slot_getattr(newslot, attno, &newnull);

	if (oldnull || newnull)
		return oldnull != newnull;
	return !datum_image_eq(oldvalue, newvalue, att->attbyval, att->attlen);
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
	Snapshot	snapshot;
	SysScanDesc scan;
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

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(pkrel, indexid, OidIsValid(indexid), snapshot,
							  fk->nkeys, keys);
	result = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
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
is_foreign_key_action(TriggerData *trigdata, const TableColumns *columns)
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
		for (int col = COL_IS_CONVERTED; col < NUM_COLS; col++)
			is_conversion |= columns->attno[col] == attno;
		is_target = is_conversion &&
			attno != columns->attno[COL_IS_CONVERTED] &&
			attno != columns->attno[COL_CONVERTED_DATE];

		if (!is_conversion &&
			!bms_is_member(attno - FirstLowInvalidHeapAttributeNumber,
						   trigdata->tg_updatedcols))
			continue;
		if (!column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, attno))
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
	TriggerData *trigdata = check_trigger(fcinfo, "guard_converted_lead",
										  false, true, true, 0);
	Relation	rel = trigdata->tg_relation;
	TableColumns columns;
	TupleTableSlot *oldslot = trigdata->tg_trigslot;
	TupleTableSlot *newslot = trigdata->tg_newslot;
	const char *changed = NULL;
	bool		was_converted;
	bool		isnull;
	int64		lead_id;

	get_table_columns(rel, &columns);
	if (columns.attno[COL_ID] == InvalidAttrNumber ||
		columns.attno[COL_IS_CONVERTED] == InvalidAttrNumber)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"%s\" has no columns \"id\" and \"is_converted\" as leadconv made them",
						RelationGetRelationName(rel)),
				 errhint("leadconv.validate() reports what is missing in schema crm."),
				 errtable(rel)));

	lead_id = DatumGetInt64(slot_getattr(oldslot, columns.attno[COL_ID], &isnull));

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
	{
		bool		is_converted;

		is_converted = DatumGetBool(slot_getattr(oldslot, columns.attno[COL_IS_CONVERTED], &isnull)) &&
			!isnull;
		for (int col = COL_CONVERTED_DATE; col <= COL_CONVERTED_OPPORTUNITY_ID; col++)
		{
			AttrNumber	attno = columns.attno[col];
			bool		given = attno != InvalidAttrNumber && !slot_attisnull(oldslot, attno);

			if (is_converted && !given &&
				(col == COL_CONVERTED_DATE || col == COL_CONVERTED_ACCOUNT_ID))
				ereport(ERROR,
						(lc_errcode(LC_REQUIRED_FIELD_MISSING),
						 errmsg("a lead that is inserted as converted needs \"%s\"",
								known_columns[col].name),
						 errdetail("Lead " INT64_FORMAT " has is_converted but no %s.",
								   lead_id, known_columns[col].name),
						 errhint("Give converted_date and converted_account_id, or insert the lead unconverted and call leadconv.convert_lead()."),
						 errtablecolname(rel, known_columns[col].name)));
			if (!is_converted && given)
				ereport(ERROR,
						(lc_errcode(LC_INVALID_FIELD),
						 errmsg("a lead that is not converted cannot have \"%s\"",
								known_columns[col].name),
						 errdetail("Lead " INT64_FORMAT " has %s but not is_converted.",
								   lead_id, known_columns[col].name),
						 errhint("Leave the column empty; leadconv.convert_lead() fills it."),
						 errtablecolname(rel, known_columns[col].name)));
		}
		return PointerGetDatum(NULL);
	}

	was_converted = DatumGetBool(slot_getattr(oldslot, columns.attno[COL_IS_CONVERTED], &isnull)) &&
		!isnull;
	if (!was_converted && lc_lead_is_converting(lead_id))
		return PointerGetDatum(NULL);
	for (int col = COL_IS_CONVERTED; col < NUM_COLS && changed == NULL; col++)
	{
		if (columns.attno[col] != InvalidAttrNumber &&
			column_differs(oldslot, newslot, columns.attno[col]))
			changed = known_columns[col].name;
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
	TriggerData *trigdata = check_trigger(fcinfo, "guard_lead_child",
										  false, true, true, 1);
	Relation	rel = trigdata->tg_relation;
	AttrNumber	attno = lead_column_attno(trigdata);
	TupleTableSlot *slot = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event)
		? trigdata->tg_newslot : trigdata->tg_trigslot;
	TableColumns columns;
	Relation	lead;
	ScanKeyData key;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	Datum		value;
	bool		isnull;
	int64		lead_id;

	value = slot_getattr(slot, attno, &isnull);
	if (isnull)
		return PointerGetDatum(NULL);
	lead_id = DatumGetInt64(value);

	if (lc_lead_is_converting(lead_id))
	{
		lc_note_new_child(RelationGetRelid(rel), lead_id);
		return PointerGetDatum(NULL);
	}

	/*
	 * lead_relid is forgotten by a callback that get_table_columns()
	 * registers, so it may only be kept once that has been called.
	 */
	lead = table_open(OidIsValid(lead_relid) ? lead_relid : lc_crm_relid("lead", false),
					  AccessShareLock);
	get_table_columns(lead, &columns);
	lead_relid = RelationGetRelid(lead);
	if (columns.attno[COL_ID] == InvalidAttrNumber ||
		columns.attno[COL_IS_CONVERTED] == InvalidAttrNumber)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"%s\" has no columns \"id\" and \"is_converted\" as leadconv made them",
						RelationGetRelationName(lead)),
				 errhint("leadconv.validate() reports what is missing in schema crm."),
				 errtable(lead)));

	ScanKeyInit(&key, columns.attno[COL_ID], BTEqualStrategyNumber,
				F_INT8EQ, Int64GetDatum(lead_id));

	CommandCounterIncrement();	/* be sure all my own work is visible */
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(lead, columns.id_index, OidIsValid(columns.id_index),
							  snapshot, 1, &key);
	tuple = systable_getnext(scan);

	/* a lead that does not exist is the business of the foreign key */
	if (HeapTupleIsValid(tuple))
	{
		value = heap_getattr(tuple, columns.attno[COL_IS_CONVERTED],
							 RelationGetDescr(lead), &isnull);
		if (!isnull && DatumGetBool(value))
			report_converted_lead(rel, lead, tuple, &columns, NULL);
	}

	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(lead, AccessShareLock);

	return PointerGetDatum(NULL);
}

/*
 * release_lead_children
 *
 * AFTER DELETE ROW on crm.lead, for a converted lead.  A campaign member that
 * has become the contact's keeps its lead, and ON DELETE CASCADE would take it
 * along with the lead; so it lets go of the lead first.  The trigger sorts
 * before those of foreign keys.  Like them, it acts as the owner of the table.
 */
Datum
leadconv_release_lead_children(PG_FUNCTION_ARGS)
{
	static SPIPlanPtr plan = NULL;
	TriggerData *trigdata = check_trigger(fcinfo, "release_lead_children",
										  false, true, false, 0);
	Relation	member;
	Oid			owner;
	TableColumns columns;
	LcUserSwitch save;
	Datum		value;
	bool		isnull;

	if (!TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired for DELETE", "release_lead_children")));

	get_table_columns(trigdata->tg_relation, &columns);
	if (columns.attno[COL_ID] == InvalidAttrNumber)
		return PointerGetDatum(NULL);
	value = slot_getattr(trigdata->tg_trigslot, columns.attno[COL_ID], &isnull);

	member = table_open(lc_crm_relid("campaign_member", false), RowExclusiveLock);
	owner = member->rd_rel->relowner;
	table_close(member, NoLock);

	lc_spi_connect();
	lc_become_owner(owner, &save);
	if (plan == NULL)
	{
		Oid			argtype = INT8OID;
		SPIPlanPtr	prepared = SPI_prepare("UPDATE crm.campaign_member SET lead_id = NULL"
										   " WHERE lead_id OPERATOR(pg_catalog.=) $1 AND contact_id IS NOT NULL",
										   1, &argtype);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
		plan = prepared;
	}
	if (SPI_execute_plan(plan, &value, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "SPI_execute_plan failed: %s", SPI_result_code_string(SPI_result));
	lc_become_caller(&save);
	SPI_finish();

	return PointerGetDatum(NULL);
}

/*
 * Look up whether a status of a campaign is a response
 *
 * Returns false when the campaign has no such status; the foreign key reports
 * that.
 */
static bool
read_member_status(int64 campaign_id, const char *status, bool *has_responded)
{
	Oid			relid = lc_crm_relid("campaign_member_status", false);
	AttrNumber	campaign_attno = get_attnum(relid, "campaign_id");
	AttrNumber	label_attno = get_attnum(relid, "label");
	AttrNumber	responded_attno = get_attnum(relid, "has_responded");
	LcProbe		probe;
	Relation	rel;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	Snapshot	snapshot;
	bool		found = false;

	if (label_attno == InvalidAttrNumber || responded_attno == InvalidAttrNumber ||
		campaign_attno == InvalidAttrNumber)
		return false;
	lc_compile_probe(&probe, relid, "campaign_id");
	rel = table_open(relid, AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	ScanKeyInit(&key, campaign_attno, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(campaign_id));
	scan = systable_beginscan(rel, probe.index, OidIsValid(probe.index), snapshot, 1, &key);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		label = heap_getattr(tuple, label_attno, RelationGetDescr(rel), &isnull);

		if (isnull || strcmp(TextDatumGetCString(label), status) != 0)
			continue;
		found = true;
		*has_responded = DatumGetBool(heap_getattr(tuple, responded_attno, RelationGetDescr(rel), &isnull)) &&
			!isnull;
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * set_member_response
 *
 * BEFORE INSERT OR UPDATE OF status ROW on crm.campaign_member.  Reference,
 * section 6: status drives has_responded, and first_responded_date is the date of
 * the first status that is a response.
 */
Datum
leadconv_set_member_response(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = check_trigger(fcinfo, "set_member_response",
										  true, true, true, 0);
	Relation	rel = trigdata->tg_relation;
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	HeapTuple	tuple = is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	TupleDesc	desc = RelationGetDescr(rel);
	int			attnos[2];
	Datum		values[2];
	bool		nulls[2] = {false, false};
	AttrNumber	campaign_attno = get_attnum(RelationGetRelid(rel), "campaign_id");
	AttrNumber	status_attno = get_attnum(RelationGetRelid(rel), "status");
	Datum		campaign;
	Datum		status;
	bool		isnull;
	bool		has_responded;

	attnos[0] = get_attnum(RelationGetRelid(rel), "has_responded");
	attnos[1] = get_attnum(RelationGetRelid(rel), "first_responded_date");
	if (campaign_attno == InvalidAttrNumber || status_attno == InvalidAttrNumber ||
		attnos[0] == InvalidAttrNumber || attnos[1] == InvalidAttrNumber)
		return PointerGetDatum(tuple);
	campaign = heap_getattr(tuple, campaign_attno, desc, &isnull);
	if (isnull)
		return PointerGetDatum(tuple);
	status = heap_getattr(tuple, status_attno, desc, &isnull);
	if (isnull || !read_member_status(DatumGetInt64(campaign), TextDatumGetCString(status), &has_responded))
		return PointerGetDatum(tuple);

	values[0] = BoolGetDatum(has_responded);
	values[1] = heap_getattr(tuple, attnos[1], desc, &nulls[1]);
	if (has_responded && nulls[1])
	{
		values[1] = DirectFunctionCall1(timestamptz_date,
										TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
		nulls[1] = false;
	}
	tuple = heap_modify_tuple_by_cols(tuple, desc, 2, attnos, values, nulls);
	return PointerGetDatum(tuple);
}

/*
 * metadata_changed
 *
 * AFTER STATEMENT trigger, for any event, on a table whose rows are compiled
 * into programs or cached.  The invalidation message reaches this backend
 * after the command and every other backend when the transaction commits.
 */
Datum
leadconv_metadata_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = check_trigger(fcinfo, "metadata_changed",
										  false, false, false, 0);

	CacheInvalidateRelcache(trigdata->tg_relation);

	return PointerGetDatum(NULL);
}
