/*-------------------------------------------------------------------------
 *
 * match_key.c
 *	  crm.match_key: the match keys of stored records, and the trigger that writes them.
 *
 * One row a key and record, in an index by both.  The trigger stands AFTER ROW on
 * leads, accounts and contacts.  Rows are written and deleted without a statement, as
 * logical replication does: who changes a record needs no privilege on its keys, and
 * it costs little.  What is there for nobody to see cannot be told by who may see what.
 *
 * Each key goes to another place of the index.  So those of the records that a statement
 * inserts are collected and written at its end, sorted, which costs half as much: triggers
 * BEFORE and AFTER STATEMENT say when it begins and ends.  Whoever opens the table
 * before (lc_open_match_keys()), such as a trigger that looks for duplicates, writes what
 * has been collected first.  Where there is no such statement, as in logical
 * replication, keys are written at once.
 *
 * A row too many does no harm, since whatever a key finds is compared; a missing one
 * would hide a duplicate.  So a record has at least the keys of the version that has
 * been committed last, and of those that are under way.  Records in the recycle bin
 * and converted leads have none.  TRUNCATE of a table takes the keys of its records.
 *
 * The keys of a contact depend on its account.  Who renames an account writes them anew:
 * he locks the account as if to delete it, which waits for contacts that are being added
 * (their foreign-key check holds it; it fires before the trigger here) and keeps new ones
 * waiting, and each contact as if to update it.  Who adds or changes a contact needs no
 * lock but those that he has.
 *
 * Works in the current memory context, in triggers that of the row.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "crm/trigger.h"
#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_write_match_keys);
PG_FUNCTION_INFO_V1(leadconv_forget_match_keys);
PG_FUNCTION_INFO_V1(leadconv_collect_match_keys);
PG_FUNCTION_INFO_V1(leadconv_store_match_keys);

/* So many rows are written together */
#define KEYS_AT_ONCE	256

/* A statement that inserts records and has not come to its end, and the keys of these */
typedef struct OpenInsert
{
	struct OpenInsert *outer;	/* which is under way as well */
	Oid			relid;
	int			level;			/* of subtransactions */
	bool		unsure;			/* a subtransaction inside has written rows, and may be rolled back */
	int			n;
	int			space;
	LcKeyRow	   *row;
	LcKeyRow		few[16];		/* enough for one record */
} OpenInsert;

/* Those of the transaction, the innermost first; in its memory context */
static OpenInsert *open_inserts = NULL;

static void write_collected(OpenInsert *insert);

/* An index of crm.match_key with these columns and no others serves look-ups */
static bool
index_serves(Oid indexid, AttrNumber key, AttrNumber record_id)
{
	Relation	index = index_open(indexid, AccessShareLock);
	Form_pg_index form = index->rd_index;
	bool		result = form->indisvalid && index->rd_rel->relam == BTREE_AM_OID && form->indnkeyatts >= 2 &&
		form->indkey.values[0] == key && form->indkey.values[1] == record_id &&
		RelationGetIndexPredicate(index) == NIL;

	for (int i = 0; result && i < 2; i++)
		result = index->rd_opfamily[i] == INTEGER_BTREE_FAM_OID && index->rd_opcintype[i] == INT8OID;
	index_close(index, AccessShareLock);
	return result;
}

/* Opens crm.match_key, see below */
static bool
open_match_keys(LcMatchKeys *keys, LOCKMODE lockmode)
{
	Oid			relid = lc_crm_relid("match_key", true);
	ListCell   *lc;

	memset(keys, 0, sizeof(LcMatchKeys));
	if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_RELATION)
		return false;
	keys->rel = table_open(relid, lockmode);
	keys->key = lc_column_number(RelationGetDescr(keys->rel), "key");
	keys->record_id = lc_column_number(RelationGetDescr(keys->rel), "record_id");
	if (keys->key != InvalidAttrNumber && keys->record_id != InvalidAttrNumber &&
		TupleDescAttr(RelationGetDescr(keys->rel), keys->key - 1)->atttypid == INT8OID &&
		TupleDescAttr(RelationGetDescr(keys->rel), keys->record_id - 1)->atttypid == INT8OID)
	{
		keys->indexes = RelationGetIndexList(keys->rel);
		foreach(lc, keys->indexes)
		{
			if (!OidIsValid(keys->index) && index_serves(lfirst_oid(lc), keys->key, keys->record_id))
				keys->index = lfirst_oid(lc);
		}
	}
	if (OidIsValid(keys->index))
		return true;
	table_close(keys->rel, lockmode);
	return false;
}

/*
 * lc_open_match_keys
 *
 * Opens crm.match_key, with all in it that statements have collected up to now.  Returns
 * false, with nothing opened, when there is no such table, or none with its columns and
 * index: validate() tells of that.
 */
bool
lc_open_match_keys(LcMatchKeys *keys, LOCKMODE lockmode)
{
	for (OpenInsert *insert = open_inserts; insert != NULL; insert = insert->outer)
		write_collected(insert);
	return open_match_keys(keys, lockmode);
}

/* Closes it; the lock stays to the end of the transaction */
void
lc_close_match_keys(LcMatchKeys *keys)
{
	table_close(keys->rel, NoLock);
}

/* Begins to look for the rows of a key and record */
static SysScanDesc
begin_key(LcMatchKeys *keys, Relation index, int64 key, int64 record_id, Snapshot snapshot)
{
	ScanKeyData scankey[2];

	ScanKeyInit(&scankey[0], keys->key, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(key));
	ScanKeyInit(&scankey[1], keys->record_id, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(record_id));
	return systable_beginscan_ordered(keys->rel, index, snapshot, 2, scankey);
}

/* The indexes of crm.match_key while rows are written */
typedef struct OpenIndexes
{
	int			n;
	Relation   *rel;
	IndexInfo **info;
	EState	   *estate;			/* for expressions of somebody else's; or NULL */
} OpenIndexes;

/* Adds the entries of rows that have been written to the indexes */
static void
insert_entries(LcMatchKeys *keys, OpenIndexes *indexes, TupleTableSlot **slot, int n)
{
	for (int i = 0; i < indexes->n; i++)
	{
		IndexInfo  *info = indexes->info[i];
		ExprContext *econtext = indexes->estate ? GetPerTupleExprContext(indexes->estate) : NULL;

		for (int j = 0; j < n && info->ii_ReadyForInserts; j++)
		{
			Datum		values[INDEX_MAX_KEYS];
			bool		isnull[INDEX_MAX_KEYS];

			if (econtext != NULL)
				econtext->ecxt_scantuple = slot[j];
			if (info->ii_Predicate != NIL && !ExecQual(ExecPrepareQual(info->ii_Predicate, indexes->estate), econtext))
				continue;
			FormIndexDatum(info, slot[j], indexes->estate, values, isnull);
			index_insert(indexes->rel[i], values, isnull, &slot[j]->tts_tid, keys->rel,
						 info->ii_Unique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false, info);
		}
	}
}

/* Writes rows, in their order */
static void
insert_rows(LcMatchKeys *keys, const LcKeyRow *row, int n)
{
	TupleDesc	desc = RelationGetDescr(keys->rel);
	int			nslots = Min(n, KEYS_AT_ONCE);
	TupleTableSlot **slot = palloc(sizeof(TupleTableSlot *) * nslots);
	OpenIndexes indexes = {0};
	MemoryContext context = n > nslots ? AllocSetContextCreate(CurrentMemoryContext, "leadconv match keys", ALLOCSET_DEFAULT_SIZES)
		: CurrentMemoryContext;
	ListCell   *lc;

	indexes.rel = palloc(sizeof(Relation) * list_length(keys->indexes));
	indexes.info = palloc(sizeof(IndexInfo *) * list_length(keys->indexes));
	foreach(lc, keys->indexes)
	{
		Relation	index = index_open(lfirst_oid(lc), RowExclusiveLock);
		IndexInfo  *info = BuildIndexInfo(index);

		if (indexes.estate == NULL && (info->ii_Expressions != NIL || info->ii_Predicate != NIL))
			indexes.estate = CreateExecutorState();
		indexes.rel[indexes.n] = index;
		indexes.info[indexes.n++] = info;
	}
	for (int i = 0; i < nslots; i++)
		slot[i] = table_slot_create(keys->rel, NULL);
	for (int start = 0; start < n; start += nslots)
	{
		int			count = Min(nslots, n - start);
		MemoryContext oldcontext = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < count; i++)
		{
			ExecClearTuple(slot[i]);
			memset(slot[i]->tts_isnull, true, sizeof(bool) * desc->natts);
			slot[i]->tts_values[keys->key - 1] = Int64GetDatum(row[start + i].key);
			slot[i]->tts_isnull[keys->key - 1] = false;
			slot[i]->tts_values[keys->record_id - 1] = Int64GetDatum(row[start + i].record_id);
			slot[i]->tts_isnull[keys->record_id - 1] = false;
			ExecStoreVirtualTuple(slot[i]);
		}
		table_multi_insert(keys->rel, slot, count, GetCurrentCommandId(true), 0, NULL);
		insert_entries(keys, &indexes, slot, count);
		MemoryContextSwitchTo(oldcontext);
		if (context != oldcontext)
			MemoryContextReset(context);
	}
	for (int i = 0; i < nslots; i++)
		ExecDropSingleTupleTableSlot(slot[i]);
	if (context != CurrentMemoryContext)
		MemoryContextDelete(context);
	for (int i = 0; i < indexes.n; i++)
	{
#if PG_VERSION_NUM >= 170000
		index_insert_cleanup(indexes.rel[i], indexes.info[i]);
#endif
		index_close(indexes.rel[i], NoLock);
	}
	if (indexes.estate != NULL)
		FreeExecutorState(indexes.estate);
}

/* Writes rows of one record */
static void
insert_keys(LcMatchKeys *keys, int64 record_id, const int64 *key, int nkeys)
{
	LcKeyRow	   *row = palloc(sizeof(LcKeyRow) * nkeys);

	for (int i = 0; i < nkeys; i++)
	{
		row[i].key = key[i];
		row[i].record_id = record_id;
	}
	insert_rows(keys, row, nkeys);
	pfree(row);
}

/* Deletes a row; who cleans up may have deleted it, and that is as good */
static void
delete_key(LcMatchKeys *keys, HeapTuple tuple, Snapshot snapshot)
{
	TM_FailureData failure;

	(void) table_tuple_delete(keys->rel, &tuple->t_self, GetCurrentCommandId(true), snapshot, InvalidSnapshot,
							  true, &failure, false);
}

/* Deletes rows of one record: those that anybody has committed, and our own */
static void
delete_keys(LcMatchKeys *keys, int64 record_id, const int64 *key, int nkeys)
{
	Relation	index = index_open(keys->index, AccessShareLock);
	Snapshot	snapshot;

	CommandCounterIncrement();	/* be sure all my own work is visible */
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int i = 0; i < nkeys; i++)
	{
		SysScanDesc scan = begin_key(keys, index, key[i], record_id, snapshot);
		HeapTuple	tuple;

		while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
			delete_key(keys, tuple, snapshot);
		systable_endscan_ordered(scan);
	}
	UnregisterSnapshot(snapshot);
	index_close(index, NoLock);
}

/* Deletes all rows of a definition, by its first key */
static void
delete_definition(LcMatchKeys *keys, Relation index, int64 first_key, Snapshot snapshot)
{
	int64		last_key = (int64) ((uint64) first_key | lc_key_value_mask());
	ScanKeyData scankey[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&scankey[0], keys->key, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(first_key));
	ScanKeyInit(&scankey[1], keys->key, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(last_key));
	scan = systable_beginscan_ordered(keys->rel, index, snapshot, 2, scankey);
	while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		CHECK_FOR_INTERRUPTS();
		delete_key(keys, tuple, snapshot);
	}
	systable_endscan_ordered(scan);
}

/* Which of two rows comes first in the index */
static inline int
compare_rows(const LcKeyRow *a, const LcKeyRow *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->record_id > b->record_id) - (a->record_id < b->record_id);
}

#define ST_SORT sort_rows
#define ST_ELEMENT_TYPE LcKeyRow
#define ST_COMPARE(a, b) compare_rows(a, b)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/* Leaves those rows that a snapshot does not have; returns their number */
static int
missing_rows(LcMatchKeys *keys, LcKeyRow *row, int n, Snapshot snapshot)
{
	Relation	index = index_open(keys->index, AccessShareLock);
	int			missing = 0;

	for (int i = 0; i < n; i++)
	{
		SysScanDesc scan = begin_key(keys, index, row[i].key, row[i].record_id, snapshot);

		if (!HeapTupleIsValid(systable_getnext_ordered(scan, ForwardScanDirection)))
			row[missing++] = row[i];
		systable_endscan_ordered(scan);
	}
	index_close(index, NoLock);
	return missing;
}

/*
 * lc_add_match_keys
 *
 * Writes those of the rows that are not there, as a snapshot sees it; returns how many.
 * For records that may have some of their keys.  Changes the order of the rows.
 */
int
lc_add_match_keys(LcMatchKeys *keys, LcKeyRow *row, int n, Snapshot snapshot)
{
	if (n > 1)
		sort_rows(row, n);
	n = missing_rows(keys, row, n, snapshot);
	if (n > 0)
		insert_rows(keys, row, n);
	return n;
}

/* ------------------------------------------------------------- statements */

/* Which of the tables is it? */
static LcMatchTableKind
table_of(const LcTableColumns *columns)
{
	return columns->kind & LC_TABLE_LEAD ? LC_MATCH_TABLE_LEAD
		: columns->kind & LC_TABLE_ACCOUNT ? LC_MATCH_TABLE_ACCOUNT : LC_MATCH_TABLE_CONTACT;
}

/*
 * Writes what a statement has collected.  In a subtransaction that has begun since, it is
 * kept as well, and written again when it is not there at the end.
 */
static void
write_collected(OpenInsert *insert)
{
	bool		is_final = insert->level == GetCurrentTransactionNestLevel();
	LcMatchKeys keys;

	if (insert->n == 0 || !open_match_keys(&keys, RowExclusiveLock))
		return;
	if (insert->unsure || !is_final)
	{
		LcKeyRow	   *row = palloc_extended(sizeof(LcKeyRow) * insert->n, MCXT_ALLOC_HUGE);

		Snapshot	snapshot;

		CommandCounterIncrement();	/* be sure all my own work is visible */
		snapshot = RegisterSnapshot(GetLatestSnapshot());
		memcpy(row, insert->row, sizeof(LcKeyRow) * insert->n);
		(void) lc_add_match_keys(&keys, row, insert->n, snapshot);
		UnregisterSnapshot(snapshot);
		pfree(row);
	}
	else
	{
		if (insert->n > 1)
			sort_rows(insert->row, insert->n);
		insert_rows(&keys, insert->row, insert->n);
	}
	insert->unsure = !is_final;
	if (is_final)
		insert->n = 0;
	lc_close_match_keys(&keys);
}

/* Forgets a statement */
static void
close_insert(OpenInsert *insert)
{
	OpenInsert **link = &open_inserts;

	while (*link != insert)
		link = &(*link)->outer;
	*link = insert->outer;
	if (insert->row != insert->few)
		pfree(insert->row);
	pfree(insert);
}

/* The statement that inserts into a table and is now at its rows, or NULL */
static OpenInsert *
current_insert(Oid relid)
{
	OpenInsert *insert = open_inserts;

	if (insert == NULL)
		return NULL;
	for (int level = GetCurrentTransactionNestLevel(); insert != NULL && insert->level == level; insert = insert->outer)
	{
		if (insert->relid == relid)
			return insert;
	}
	return NULL;
}

/* Keeps the keys of a new record until its statement ends; returns false when there is none */
static bool
collect_keys(Oid relid, int64 record_id, const int64 *key, int nkeys)
{
	OpenInsert *insert = current_insert(relid);

	if (insert == NULL)
		return false;
	/* no more than what fits in work_mem */
	if (insert->n >= Max(work_mem * (Size) 1024 / sizeof(LcKeyRow), 1024))
		write_collected(insert);
	if (insert->n + nkeys > insert->space)
	{
		insert->space = Max(insert->n + nkeys, insert->space * 2);
		if (insert->row != insert->few)
			insert->row = repalloc_huge(insert->row, sizeof(LcKeyRow) * insert->space);
		else
		{
			insert->row = MemoryContextAlloc(TopTransactionContext, sizeof(LcKeyRow) * insert->space);
			memcpy(insert->row, insert->few, sizeof(LcKeyRow) * insert->n);
		}
	}
	for (int i = 0; i < nkeys; i++)
	{
		insert->row[insert->n].key = key[i];
		insert->row[insert->n++].record_id = record_id;
	}
	return true;
}

/*
 * Statements that did not come to their end, because the trigger that would tell is
 * disabled, end with the transaction
 */
static void
insert_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			while (open_inserts != NULL)
			{
				write_collected(open_inserts);
				close_insert(open_inserts);
			}
			break;
		default:
			open_inserts = NULL;
			break;
	}
}

/* What a subtransaction has begun, is over when that is */
static void
insert_subxact_callback(SubXactEvent event, SubTransactionId subid, SubTransactionId parent, void *arg)
{
	if (open_inserts == NULL || (event != SUBXACT_EVENT_PRE_COMMIT_SUB && event != SUBXACT_EVENT_ABORT_SUB))
		return;
	for (int level = GetCurrentTransactionNestLevel(); open_inserts != NULL && open_inserts->level >= level;)
	{
		if (event == SUBXACT_EVENT_PRE_COMMIT_SUB)
			write_collected(open_inserts);
		close_insert(open_inserts);
	}
}

/*
 * lc_match_keys_init
 *
 * Prepares for statements that insert records; called once.
 */
void
lc_match_keys_init(void)
{
	RegisterXactCallback(insert_xact_callback, NULL);
	RegisterSubXactCallback(insert_subxact_callback, NULL);
}

/*
 * collect_match_keys
 *
 * BEFORE INSERT STATEMENT on leads, accounts and contacts: the keys of what it inserts are
 * kept for the end.
 */
Datum
leadconv_collect_match_keys(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"collect_match_keys", LC_TABLE_LEAD | LC_TABLE_ACCOUNT | LC_TABLE_CONTACT, true, false,
	LC_ON_INSERT, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	OpenInsert *insert;

	if (!lc_match_table(table_of(&columns))->is_written)
		return PointerGetDatum(NULL);
	insert = MemoryContextAlloc(TopTransactionContext, sizeof(OpenInsert));
	insert->relid = RelationGetRelid(trigdata->tg_relation);
	insert->level = GetCurrentTransactionNestLevel();
	insert->unsure = false;
	insert->n = 0;
	insert->space = lengthof(insert->few);
	insert->row = insert->few;
	insert->outer = open_inserts;
	open_inserts = insert;
	return PointerGetDatum(NULL);
}

/*
 * store_match_keys
 *
 * AFTER INSERT STATEMENT: writes what has been collected.
 */
Datum
leadconv_store_match_keys(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"store_match_keys", LC_TABLE_LEAD | LC_TABLE_ACCOUNT | LC_TABLE_CONTACT, false, false,
	LC_ON_INSERT, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	OpenInsert *insert = current_insert(RelationGetRelid(trigdata->tg_relation));

	if (insert != NULL)
	{
		write_collected(insert);
		close_insert(insert);
	}
	return PointerGetDatum(NULL);
}

/* ---------------------------------------------------------------- records */

static bool
is_true(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull;
	Datum		value;

	if (attno == InvalidAttrNumber)
		return false;
	value = slot_getattr(slot, attno, &isnull);
	return !isnull && DatumGetBool(value);
}

static int64
get_int64(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull;
	Datum		value;

	if (attno == InvalidAttrNumber)
		return 0;
	value = slot_getattr(slot, attno, &isnull);
	return isnull ? 0 : DatumGetInt64(value);
}

/*
 * lc_slot_values
 *
 * Fills in the values of those fields that are columns of the row at hand: of the
 * record, or of its account; NULL where there is none.
 */
void
lc_slot_values(const LcMatchField *field, int nfields, TupleTableSlot *slot, bool is_account, const char **values)
{
	TupleDesc	desc = slot->tts_tupleDescriptor;

	for (int i = 0; i < nfields; i++)
	{
		bool		isnull;
		Datum		value;

		if (field[i].of_account != is_account)
			continue;
		values[i] = NULL;
		/* the rules are as new as the lock on the table; who has none reads nothing wrong */
		if (field[i].attno == InvalidAttrNumber || field[i].attno > desc->natts ||
			TupleDescAttr(desc, field[i].attno - 1)->atttypid != field[i].type)
			continue;
		value = slot_getattr(slot, field[i].attno, &isnull);
		if (!isnull)
			values[i] = lc_match_text(value, field[i].type);
	}
}

/*
 * lc_is_compared
 *
 * Is a row one of the records of an object that are compared?
 */
bool
lc_is_compared(LcMatchObject object, const LcMatchTable *table, TupleTableSlot *slot)
{
	return !is_true(slot, table->is_deleted) && !is_true(slot, table->is_converted) &&
		(object == LC_MATCH_LEAD || is_true(slot, table->is_person_account) == (object == LC_MATCH_PERSON_ACCOUNT));
}

/* Does a set of keys have fields of the account that a contact belongs to? */
static bool
has_account_fields(const LcKeySet *set)
{
	for (int i = 0; i < set->nfields; i++)
	{
		if (set->field[i].of_account)
			return true;
	}
	return false;
}

/* Keys of a record being put together */
typedef struct RecordKeys
{
	int64		record_id;
	int			n;
	int64	   *key;
} RecordKeys;

static int
merge_keys(RecordKeys *keys, const int64 *more, int n)
{
	int			total = 0;
	int64	   *all = palloc(sizeof(int64) * Max(keys->n + n, 1));

	if (keys->n > 0)
		memcpy(all, keys->key, sizeof(int64) * keys->n);
	if (n > 0)
		memcpy(all + keys->n, more, sizeof(int64) * n);
	qsort(all, keys->n + n, sizeof(int64), lc_compare_int64);
	for (int i = 0; i < keys->n + n; i++)
	{
		if (i == 0 || all[i] != all[i - 1])
			all[total++] = all[i];
	}
	keys->key = all;
	return keys->n = total;
}

/*
 * lc_row_values
 *
 * The values of the fields of a set for a row, with those of its account as that is at
 * this moment.
 */
const char **
lc_row_values(const LcKeySet *set, TupleTableSlot *slot)
{
	const LcMatchTable *table = lc_match_table(lc_match_object_table(set->object));
	const LcMatchTable *account = lc_match_table(LC_MATCH_TABLE_ACCOUNT);
	const char **values = palloc0(sizeof(char *) * Max(set->nfields, 1));
	int64		account_id = get_int64(slot, table->account_id);
	LcProbe		by_id;
	LcOpenProbe probe;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;

	lc_slot_values(set->field, set->nfields, slot, false, values);
	if (account_id == 0 || !has_account_fields(set))
		return values;
	lc_compile_probe(&by_id, account->relid, "id");
	lc_probe_open(&probe, &by_id);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = lc_probe_begin(&probe, account_id, snapshot);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleTableSlot *account_slot = MakeSingleTupleTableSlot(RelationGetDescr(probe.rel), &TTSOpsHeapTuple);

		ExecStoreHeapTuple(heap_copytuple(tuple), account_slot, true);
		lc_slot_values(set->field, set->nfields, account_slot, true, values);
		ExecDropSingleTupleTableSlot(account_slot);
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	lc_probe_close(&probe);
	return values;
}

/*
 * The keys of a contact with the versions of its account that a snapshot sees; a
 * contact without one, or whose account is gone, has what keys its own fields give
 */
static int
contact_keys(const LcKeySet *set, const char **values, int64 account_id, Snapshot snapshot, RecordKeys *keys)
{
	const LcMatchTable *account = lc_match_table(LC_MATCH_TABLE_ACCOUNT);
	int			nversions = 0;

	if (account_id != 0 && account->id != InvalidAttrNumber)
	{
		Relation	rel = table_open(account->relid, AccessShareLock);
		TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
		ScanKeyData key;
		SysScanDesc scan;
		HeapTuple	tuple;
		LcTableColumns columns;

		lc_table_columns(rel, &columns);
		ScanKeyInit(&key, account->id, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
		scan = systable_beginscan(rel, columns.id_index, OidIsValid(columns.id_index), snapshot, 1, &key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			int64	   *more;
			int			n;

			ExecStoreHeapTuple(heap_copytuple(tuple), slot, true);
			lc_slot_values(set->field, set->nfields, slot, true, values);
			n = lc_record_keys(set, values, false, &more);
			merge_keys(keys, more, n);
			nversions++;
		}
		systable_endscan(scan);
		ExecDropSingleTupleTableSlot(slot);
		table_close(rel, NoLock);
	}
	return nversions;
}

/*
 * The keys of a version of a record by a set; old tells that it is one that was, whose
 * account may be gone.  account is the account's row where it is known.
 */
static void
keys_by_set(const LcKeySet *set, TupleTableSlot *slot, bool old, TupleTableSlot *account, RecordKeys *keys)
{
	const LcMatchTable *table = lc_match_table(lc_match_object_table(set->object));
	const char **values;

	memset(keys, 0, sizeof(RecordKeys));
	if (set->ndefinitions == 0 || !lc_is_compared(set->object, table, slot))
		return;
	keys->record_id = get_int64(slot, set->object == LC_MATCH_PERSON_ACCOUNT ? table->account_id : table->id);
	values = palloc0(sizeof(char *) * Max(set->nfields, 1));
	lc_slot_values(set->field, set->nfields, slot, false, values);
	if (has_account_fields(set))
	{
		if (account != NULL)
			lc_slot_values(set->field, set->nfields, account, true, values);
		else
		{
			int64		account_id = get_int64(slot, table->account_id);
			Snapshot	snapshot;
			int			nversions;

			CommandCounterIncrement();	/* be sure all my own work is visible */
			snapshot = RegisterSnapshot(GetLatestSnapshot());
			nversions = contact_keys(set, values, account_id, snapshot, keys);
			UnregisterSnapshot(snapshot);
			if (nversions == 0 && old)
				nversions = contact_keys(set, values, account_id, SnapshotAny, keys);
			if (nversions > 0)
				return;
		}
	}
	keys->n = lc_record_keys(set, values, false, &keys->key);
}

/* The same by the keys that triggers write */
static void
record_keys(LcMatchObject object, TupleTableSlot *slot, bool old, TupleTableSlot *account, RecordKeys *keys)
{
	const LcKeySet *set = lc_written_keys(object);

	memset(keys, 0, sizeof(RecordKeys));
	if (set != NULL)
		keys_by_set(set, slot, old, account, keys);
}

/*
 * lc_keys_of_row
 *
 * The keys of a stored record by a set, sorted, and its id; returns their number.
 */
int
lc_keys_of_row(const LcKeySet *set, TupleTableSlot *slot, int64 *record_id, int64 **key)
{
	RecordKeys	keys;

	keys_by_set(set, slot, false, NULL, &keys);
	*record_id = keys.record_id;
	*key = keys.key;
	return keys.n;
}

/* What is in one sorted list of keys and not in the other; returns the number */
static int
missing_keys(const RecordKeys *keys, const RecordKeys *others, int64 **missing)
{
	int			n = 0;
	int			j = 0;

	*missing = palloc(sizeof(int64) * Max(keys->n, 1));
	for (int i = 0; i < keys->n; i++)
	{
		while (j < others->n && keys->record_id == others->record_id && others->key[j] < keys->key[i])
			j++;
		if (j >= others->n || keys->record_id != others->record_id || others->key[j] != keys->key[i])
			(*missing)[n++] = keys->key[i];
	}
	return n;
}

/* Makes of the keys that a record had those that it has; either may be none */
static void
replace_keys(LcMatchKeys *table, const RecordKeys *old, const RecordKeys *new)
{
	int64	   *key;
	int			n;

	n = missing_keys(old, new, &key);
	if (n > 0)
		delete_keys(table, old->record_id, key, n);
	n = missing_keys(new, old, &key);
	if (n > 0)
		insert_keys(table, new->record_id, key, n);
}

/* Has something changed on which the keys of a row depend? */
static bool
keys_differ(LcMatchObject object, const LcMatchTable *table, bool is_account, TupleTableSlot *oldslot, TupleTableSlot *newslot)
{
	const LcKeySet *set = lc_written_keys(object);

	if (set == NULL)
		return false;
	for (int i = 0; i < set->nfields; i++)
	{
		if (set->field[i].of_account == is_account && set->field[i].attno != InvalidAttrNumber &&
			lc_column_differs(oldslot, newslot, set->field[i].attno))
			return true;
	}
	if (is_account)
		return false;
	return is_true(oldslot, table->is_deleted) != is_true(newslot, table->is_deleted) ||
		is_true(oldslot, table->is_converted) != is_true(newslot, table->is_converted) ||
		is_true(oldslot, table->is_person_account) != is_true(newslot, table->is_person_account) ||
		get_int64(oldslot, table->account_id) != get_int64(newslot, table->account_id) ||
		get_int64(oldslot, table->id) != get_int64(newslot, table->id);
}

/*
 * An account has changed in what the keys of its contacts depend on: locks it and them,
 * and writes their keys anew
 */
static void
rewrite_contacts(LcMatchKeys *keys, TriggerData *trigdata, bool contacts, bool persons)
{
	const LcMatchTable *account = lc_match_table(LC_MATCH_TABLE_ACCOUNT);
	const LcMatchTable *table = lc_match_table(LC_MATCH_TABLE_CONTACT);
	int64		account_id = get_int64(trigdata->tg_newslot, account->id);
	LcProbe		by_account;
	LcOpenProbe open;
	SysScanDesc scan;
	HeapTuple	tuple;
	Snapshot	snapshot;
	TupleTableSlot *slot;
	TM_FailureData failure;
	ItemPointerData tid;
	TM_Result	result;
	ItemPointerData *found = palloc(sizeof(ItemPointerData) * 16);
	int			nfound = 0;
	int			space = 16;
	MemoryContext context;

	if (account_id == 0 || table->account_id == InvalidAttrNumber)
		return;
	CommandCounterIncrement();	/* be sure all my own work is visible, the row itself among it */
	slot = table_slot_create(trigdata->tg_relation, NULL);
	tid = trigdata->tg_newslot->tts_tid;
	result = table_tuple_lock(trigdata->tg_relation, &tid, GetActiveSnapshot(), slot, GetCurrentCommandId(true),
							  LockTupleExclusive, LockWaitBlock, 0, &failure);
	ExecDropSingleTupleTableSlot(slot);
	/* who changes or deletes it again in the same statement comes here, or to its contacts, as well */
	if (result != TM_Ok && result != TM_SelfModified)
		elog(ERROR, "could not lock an account that was renamed: %d", result);

	lc_compile_probe(&by_account, table->relid, "account_id");
	lc_probe_open(&open, &by_account);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = lc_probe_begin(&open, account_id, snapshot);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (nfound == space)
			found = repalloc_huge(found, sizeof(ItemPointerData) * (space *= 2));
		found[nfound++] = tuple->t_self;
	}
	systable_endscan(scan);
	slot = table_slot_create(open.rel, NULL);
	context = AllocSetContextCreate(CurrentMemoryContext, "leadconv match keys", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < nfound; i++)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(context);

		CHECK_FOR_INTERRUPTS();
		ExecClearTuple(slot);
		if (table_tuple_lock(open.rel, &found[i], snapshot, slot, GetCurrentCommandId(true), LockTupleNoKeyExclusive,
							 LockWaitBlock, TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure) == TM_Ok &&
			get_int64(slot, table->account_id) == account_id)
		{
			for (LcMatchObject object = LC_MATCH_CONTACT; object <= LC_MATCH_PERSON_ACCOUNT; object++)
			{
				RecordKeys	old;
				RecordKeys	new;

				if (object == LC_MATCH_CONTACT ? !contacts : !persons)
					continue;
				record_keys(object, slot, true, trigdata->tg_trigslot, &old);
				record_keys(object, slot, false, trigdata->tg_newslot, &new);
				replace_keys(keys, &old, &new);
			}
		}
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	lc_probe_close(&open);
}

/*
 * write_match_keys
 *
 * AFTER INSERT OR UPDATE OR DELETE ROW on leads, accounts and contacts.
 */
Datum
leadconv_write_match_keys(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"write_match_keys", LC_TABLE_LEAD | LC_TABLE_ACCOUNT | LC_TABLE_CONTACT, false, true,
	LC_ON_INSERT | LC_ON_UPDATE | LC_ON_DELETE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	LcMatchTableKind which = table_of(&columns);
	const LcMatchTable *table = lc_match_table(which);
	TupleTableSlot *oldslot = NULL;
	TupleTableSlot *newslot = NULL;
	LcMatchKeys keys;
	bool		is_open = false;

	if (!table->is_written)
		return PointerGetDatum(NULL);
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		newslot = trigdata->tg_trigslot;
	else
		oldslot = trigdata->tg_trigslot;
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		newslot = trigdata->tg_newslot;

	for (LcMatchObject object = 0; object < LC_NMATCH_OBJECTS; object++)
	{
		RecordKeys	old = {0};
		RecordKeys	new = {0};

		if (lc_match_object_table(object) != which || lc_written_keys(object) == NULL ||
			(oldslot && newslot && !keys_differ(object, table, false, oldslot, newslot)))
			continue;
		if (oldslot)
			record_keys(object, oldslot, true, NULL, &old);
		if (newslot)
			record_keys(object, newslot, false, NULL, &new);
		if (old.n == 0 && new.n == 0)
			continue;
		if (oldslot == NULL && collect_keys(RelationGetRelid(trigdata->tg_relation), new.record_id, new.key, new.n))
			continue;
		if (!is_open && !lc_open_match_keys(&keys, RowExclusiveLock))
			return PointerGetDatum(NULL);
		is_open = true;
		replace_keys(&keys, &old, &new);
	}
	if (which == LC_MATCH_TABLE_ACCOUNT && oldslot && newslot)
	{
		bool		contacts = keys_differ(LC_MATCH_CONTACT, table, true, oldslot, newslot);
		bool		persons = keys_differ(LC_MATCH_PERSON_ACCOUNT, table, true, oldslot, newslot);

		if (contacts || persons)
		{
			if (!is_open && !lc_open_match_keys(&keys, RowExclusiveLock))
				return PointerGetDatum(NULL);
			is_open = true;
			rewrite_contacts(&keys, trigdata, contacts, persons);
		}
	}
	if (is_open)
		lc_close_match_keys(&keys);
	return PointerGetDatum(NULL);
}

/* Has none of the tables any record, nor had one that somebody may bring back? */
static bool
all_are_empty(void)
{
	for (LcMatchTableKind which = 0; which < LC_NMATCH_TABLES; which++)
	{
		Oid			relid = lc_match_table(which)->relid;
		Relation	rel = OidIsValid(relid) ? table_open(relid, AccessShareLock) : NULL;
		bool		is_empty = rel == NULL || RelationGetNumberOfBlocks(rel) == 0;

		if (rel != NULL)
			table_close(rel, NoLock);
		if (!is_empty)
			return false;
	}
	return true;
}

/*
 * Truncates the table, if nobody else has it: who waited for him here, and keeps him
 * waiting for the records, would wait for ever
 */
static bool
truncate_keys(LcMatchKeys *keys)
{
	Oid			relid = RelationGetRelid(keys->rel);
	LcUserSwitch save;

	if (keys->rel->rd_refcnt != 1 || !all_are_empty() || !ConditionalLockRelationOid(relid, AccessExclusiveLock))
		return false;
	/* now nobody has written a key of a record that came since */
	if (!all_are_empty())
		return false;
	lc_close_match_keys(keys);
	lc_become_owner(lc_relation_owner(relid), &save);
	lc_spi_connect();
	lc_command("TRUNCATE crm.match_key");
	SPI_finish();
	lc_become_caller(&save);
	return true;
}

/*
 * forget_match_keys
 *
 * AFTER TRUNCATE STATEMENT on leads, accounts and contacts: nobody can write the table
 * of records, so that these are all keys that they had.
 */
Datum
leadconv_forget_match_keys(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"forget_match_keys", LC_TABLE_LEAD | LC_TABLE_ACCOUNT | LC_TABLE_CONTACT, false, false,
	LC_ON_TRUNCATE, 0};
	LcTableColumns columns;
	LcMatchTableKind which;
	LcMatchKeys keys;
	Relation	index;
	Snapshot	snapshot;
	ListCell   *lc;

	(void) lc_check_trigger(fcinfo, &use, &columns);
	which = table_of(&columns);
	if (!lc_open_match_keys(&keys, RowExclusiveLock))
		return PointerGetDatum(NULL);
	if (RelationGetNumberOfBlocks(keys.rel) == 0)
	{
		lc_close_match_keys(&keys);
		return PointerGetDatum(NULL);
	}
	if (truncate_keys(&keys))
		return PointerGetDatum(NULL);
	CommandCounterIncrement();	/* be sure all my own work is visible */
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	index = index_open(keys.index, AccessShareLock);
	foreach(lc, lc_all_matching_rules())
	{
		const LcMatchingRule *rule = lfirst(lc);

		if (lc_match_object_table(rule->kind) != which)
			continue;
		for (int i = 0; i < rule->keys->ndefinitions; i++)
			delete_definition(&keys, index, rule->keys->definition[i].first_key, snapshot);
	}
	index_close(index, NoLock);
	UnregisterSnapshot(snapshot);
	lc_close_match_keys(&keys);
	return PointerGetDatum(NULL);
}
