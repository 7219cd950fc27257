/*-------------------------------------------------------------------------
 *
 * columns.c
 *	  Where the columns that the trigger functions know are.
 *
 * A column counts when it has the name and the type that the C code expects; one
 * of another type, or a generated one, is somebody else's, and the functions do
 * without it.  So what is read as a Datum is of the type that it is read as,
 * whatever the user did to the table.
 *
 * The positions are kept in a hash table in "leadconv column cache" under
 * CacheMemoryContext, across transactions, until the relation cache tells that
 * the table changed.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "crm/trigger.h"

/*
 * In the order of LcColumn; TEXTOID stands for varchar too, InvalidOid for any type.
 * What is only read may be of a domain; what is written may not, because nobody
 * would check the value.
 */
static const struct
{
	const char *name;
	Oid			type;
	bool		is_written;
}			known_columns[LC_NUM_COLUMNS] = {
	{"id", INT8OID, false},
	{"created_date", TIMESTAMPTZOID, true},
	{"created_by_id", INT8OID, true},
	{"last_modified_date", TIMESTAMPTZOID, true},
	{"last_modified_by_id", INT8OID, true},
	{"revision", INT4OID, true},
	{"is_closed", InvalidOid, false},
	{"is_won", InvalidOid, false},
	{"probability", InvalidOid, false},
	{"forecast_category", InvalidOid, false},
	{"forecast_category_name", InvalidOid, false},
	{"fiscal", InvalidOid, false},
	{"fiscal_quarter", InvalidOid, false},
	{"fiscal_year", InvalidOid, false},
	{"expected_revenue", InvalidOid, false},
	{"is_high_priority", InvalidOid, false},
	{"completed_date_time", InvalidOid, false},
	{"priority", InvalidOid, false},
	{"is_converted", BOOLOID, false},
	{"converted_date", DATEOID, false},
	{"converted_account_id", INT8OID, false},
	{"converted_contact_id", INT8OID, false},
	{"converted_opportunity_id", INT8OID, false},
	{"is_person_account", BOOLOID, false},
	{"account_id", INT8OID, false},
	{"campaign_id", INT8OID, false},
	{"status", TEXTOID, false},
	{"label", TEXTOID, false},
	{"has_responded", BOOLOID, true},
	{"first_responded_date", DATEOID, true},
	{"lead_id", INT8OID, true},
	{"opportunity_id", INT8OID, true},
	{"field", TEXTOID, true},
	{"old_value", TEXTOID, true},
	{"new_value", TEXTOID, true},
	{"stage_name", InvalidOid, false},
	{"amount", InvalidOid, false},
	{"close_date", InvalidOid, false},
	{"status", InvalidOid, false},
	{"owner_id", InvalidOid, false},
	{"external_id", TEXTOID, false}
};

/*
 * Columns of records with a revision that follow from other columns or from
 * other records.  To write them is not to edit the record.
 *
 * An opportunity's probability and forecast category are not among them: they
 * follow from the stage only until somebody chooses otherwise.
 */
static const struct
{
	const char *table;
	const char *column;
}			derived_columns[] = {
	{"account", "last_activity_date"},
	{"contact", "last_activity_date"},
	{"opportunity", "last_activity_date"},
	{"opportunity", "is_closed"},
	{"opportunity", "is_won"},
	{"opportunity", "has_opportunity_line_item"},
	{"opportunity", "has_open_activity"},
	{"opportunity", "has_overdue_task"},
	{"opportunity", "fiscal"},
	{"opportunity", "fiscal_quarter"},
	{"opportunity", "fiscal_year"},
	{"opportunity", "expected_revenue"},
	{"task", "is_closed"},
	{"task", "is_high_priority"},
	{"campaign_member", "has_responded"},
	{"campaign_member", "first_responded_date"}
};

static HTAB *column_cache = NULL;

/* The entry that was asked for last; relid is InvalidOid when there is none */
static LcTableColumns last_columns;

/* crm.lead, or InvalidOid when it must be looked up */
static Oid	lead_relid = InvalidOid;

/* Forgets all tables */
static void
column_cache_reset(void)
{
	HASH_SEQ_STATUS status;
	LcTableColumns *entry;

	lead_relid = InvalidOid;
	last_columns.relid = InvalidOid;
	hash_seq_init(&status, column_cache);
	while ((entry = (LcTableColumns *) hash_seq_search(&status)) != NULL)
		hash_search(column_cache, &entry->relid, HASH_REMOVE, NULL);
}

/*
 * A table changed, or all (relid = InvalidOid)
 *
 * Nobody keeps a pointer to an entry across a call that could get here.
 */
static void
column_cache_relation_callback(Oid relid)
{
	if (relid == InvalidOid)
		column_cache_reset();
	else
	{
		if (relid == lead_relid)
			lead_relid = InvalidOid;
		if (relid == last_columns.relid)
			last_columns.relid = InvalidOid;
		hash_search(column_cache, &relid, HASH_REMOVE, NULL);
	}
}

/*
 * A schema was renamed, made or dropped: crm may be another one
 */
static void
column_cache_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	column_cache_reset();
}

static void
column_cache_init(void)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(Oid);
	ctl.entrysize = sizeof(LcTableColumns);
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

/* Is a column of this type the one that is known? */
static bool
type_fits(Oid type, LcColumn column)
{
	Oid			wanted = known_columns[column].type;

	if (!OidIsValid(wanted) || type == wanted)
		return true;
	if (!known_columns[column].is_written)
		type = getBaseType(type);
	return type == wanted || (wanted == TEXTOID && type == VARCHAROID);
}

/* What a table of schema crm is to trigger functions */
static int
table_kind(const char *table)
{
	int			kind = LC_TABLE_IN_CRM;

	if (strcmp(table, "lead") == 0)
		kind |= LC_TABLE_LEAD;
	if (strcmp(table, "campaign_member") == 0)
		kind |= LC_TABLE_MEMBER;
	if (strcmp(table, "opportunity") == 0)
		kind |= LC_TABLE_OPPORTUNITY;
	if (strcmp(table, "task") == 0)
		kind |= LC_TABLE_TASK;
	if (strcmp(table, "account") == 0)
		kind |= LC_TABLE_ACCOUNT;
	if (strcmp(table, "contact") == 0)
		kind |= LC_TABLE_CONTACT;
	if (strcmp(table, "person_account") == 0)
		kind |= LC_TABLE_PERSON;
	if (lc_is_guarded_child(table))
		kind |= LC_TABLE_GUARDED;
	for (const LcMetadataTable *metadata = lc_metadata_tables; metadata->name != NULL; metadata++)
	{
		if (strcmp(table, metadata->name) == 0)
			kind |= LC_TABLE_METADATA;
	}
	return kind;
}

/* What derived columns follow from, besides each other */
static const LcColumn source_columns[] = {
	COL_STAGE_NAME, COL_AMOUNT, COL_CLOSE_DATE, COL_TRACKED_STATUS, COL_PRIORITY
};

/* Adds a column to those that are relevant to derived ones */
static void
add_relevant(LcTableColumns *columns, LcColumn column)
{
	AttrNumber	attno = columns->attno[column];

	if (attno == InvalidAttrNumber)
		return;
	/* so far behind that there are no bits for it: then all are relevant */
	if (LC_COLUMN_BIT(attno) >= LC_RELEVANT_WORDS * 64)
		memset(columns->relevant, 0xff, sizeof(columns->relevant));
	else
		columns->relevant[LC_COLUMN_BIT(attno) / 64] |= UINT64CONST(1) << LC_COLUMN_BIT(attno) % 64;
}

/* Puts the fields up to one that there are into their order in the row */
static int
order_fields(LcTableColumns *columns, uint8 *field, int last)
{
	int			n = 0;

	for (int col = LC_FIRST_FIELD; col <= last; col++)
	{
		int			place = n;

		if (columns->attno[col] == InvalidAttrNumber)
			continue;
		for (; place > 0 && columns->attno[field[place - 1]] > columns->attno[col]; place--)
			field[place] = field[place - 1];
		field[place] = col;
		n++;
	}
	return n;
}

/* Looks the columns of a table up */
static void
find_columns(Relation rel, LcTableColumns *columns)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	const char *table = RelationGetRelationName(rel);

	memset(columns, 0, sizeof(LcTableColumns));
	columns->relid = RelationGetRelid(rel);
	columns->natts = tupdesc->natts;
	if (RelationGetNamespace(rel) == get_namespace_oid("crm", true))
		columns->kind = table_kind(table);
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (att->attisdropped || att->attgenerated != '\0')
			continue;
		for (int col = 0; col < LC_NUM_COLUMNS; col++)
		{
			if (namestrcmp(&att->attname, known_columns[col].name) == 0 && type_fits(att->atttypid, col))
				columns->attno[col] = att->attnum;
		}
	}

	/* a column of the user may have the same name, on any other table */
	columns->derives = (columns->kind & (LC_TABLE_OPPORTUNITY | LC_TABLE_TASK)) != 0 && lc_has_derived_trigger(rel);
	for (int col = COL_FIRST_DERIVED; col <= COL_LAST_DERIVED && !columns->derives; col++)
		columns->attno[col] = InvalidAttrNumber;
	if (columns->attno[COL_REVISION] != InvalidAttrNumber &&
		((columns->kind & LC_TABLE_IN_CRM) == 0 || !lc_is_standard_column(table, known_columns[COL_REVISION].name) ||
		 !TupleDescAttr(tupdesc, columns->attno[COL_REVISION] - 1)->attnotnull))
		columns->attno[COL_REVISION] = InvalidAttrNumber;
	if (columns->attno[COL_REVISION] != InvalidAttrNumber)
	{
		for (size_t i = 0; i < lengthof(derived_columns); i++)
		{
			AttrNumber	attno = strcmp(derived_columns[i].table, table) == 0
				? lc_column_number(tupdesc, derived_columns[i].column) : InvalidAttrNumber;

			if (attno == InvalidAttrNumber)
				continue;
			Assert(columns->nderived < LC_MAX_DERIVED);
			columns->derived[columns->nderived++] = attno;
		}
	}
	columns->naudit = order_fields(columns, columns->field[false], COL_REVISION);
	columns->nfields = order_fields(columns, columns->field[true], LC_LAST_FIELD);
	columns->has_insert_triggers = lc_has_other_triggers(rel, TRIGGER_TYPE_INSERT);
	columns->has_update_triggers = lc_has_other_triggers(rel, TRIGGER_TYPE_UPDATE);
	for (int col = COL_FIRST_DERIVED; col <= COL_LAST_DERIVED; col++)
		add_relevant(columns, col);
	for (size_t i = 0; i < lengthof(source_columns); i++)
		add_relevant(columns, source_columns[i]);
	columns->id_index = primary_key_on(rel, columns->attno[COL_ID]);
}

/*
 * lc_table_columns
 *
 * Fills *columns with the positions of the known columns of a table.  The result
 * is a copy, because an invalidation may remove the entry at any time.  No
 * allocation, no catalog access when the table is in the cache.
 */
void
lc_table_columns(Relation rel, LcTableColumns *columns)
{
	Oid			relid = RelationGetRelid(rel);
	LcTableColumns *entry;

	if (relid == last_columns.relid && last_columns.natts == RelationGetDescr(rel)->natts)
	{
		*columns = last_columns;
		return;
	}
	if (column_cache == NULL)
		column_cache_init();

	entry = (LcTableColumns *) hash_search(column_cache, &relid, HASH_FIND, NULL);
	if (entry != NULL && entry->natts == RelationGetDescr(rel)->natts)
	{
		*columns = last_columns = *entry;
		return;
	}

	/*
	 * Enter a place holder: if a change of the table is noticed while we look
	 * at it, the place holder goes and the result is not kept.
	 */
	entry = (LcTableColumns *) hash_search(column_cache, &relid, HASH_ENTER, NULL);
	entry->natts = -1;
	find_columns(rel, columns);
	entry = (LcTableColumns *) hash_search(column_cache, &relid, HASH_FIND, NULL);
	if (entry != NULL)
		*entry = *columns;
}

/* The name of a known column */
const char *
lc_known_column_name(LcColumn column)
{
	return known_columns[column].name;
}

/*
 * lc_lead_relid
 *
 * OID of crm.lead, without a look-up most of the time.  Raises SCHEMA_NOT_READY
 * when there is no such table.
 */
Oid
lc_lead_relid(void)
{
	if (!OidIsValid(lead_relid))
	{
		/* the callback that forgets it must be there first */
		if (column_cache == NULL)
			column_cache_init();
		lead_relid = lc_crm_relid("lead", false);
	}
	return lead_relid;
}

/*
 * lc_open_lead
 *
 * Opens crm.lead with AccessShareLock, and fills *columns.  Raises
 * SCHEMA_NOT_READY when there is no such table.
 */
Relation
lc_open_lead(LcTableColumns *columns)
{
	Relation	lead = table_open(lc_lead_relid(), AccessShareLock);

	lc_table_columns(lead, columns);
	return lead;
}

/* Is this a column whose change is no edit of the record? */
bool
lc_is_derived_column(const LcTableColumns *columns, TupleDesc desc, AttrNumber attno)
{
	for (int col = COL_CREATED_DATE; col <= COL_REVISION; col++)
	{
		if (columns->attno[col] == attno)
			return true;
	}
	for (int i = 0; i < columns->nderived; i++)
	{
		if (columns->derived[i] == attno)
			return true;
	}
	/* in a BEFORE trigger it is yet to be computed */
	return TupleDescAttr(desc, attno - 1)->attgenerated != '\0';
}
