/*-------------------------------------------------------------------------
 *
 * build_keys.c
 *	  build_match_keys(): match keys of all records, beside those who write them.
 *
 * Three steps, each committed, so that triggers and the filling do not miss a record
 * between them:
 *
 *	1	the rule is marked as being built: from now on triggers write its keys
 *	2	whoever was writing before that is waited for, as CREATE INDEX CONCURRENTLY
 *		does: he may not have known
 *	3	all records that are committed get the keys that they do not have, in
 *		batches; then the rule is marked as built
 *
 * No record is locked.  One that somebody changes meanwhile gets its new keys from the
 * trigger, and may be left with those of the version that was read here, which do no
 * harm.  What a batch has written stays when it is interrupted; called again, the
 * procedure passes over what is there.
 *
 * Keys that no rule has any more are deleted first, likewise in batches.
 *
 * Memory: what lasts is in the context of the non-atomic SPI connection, which survives
 * the commits; each batch has a context below it.
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
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"
#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_build_match_keys);
PG_FUNCTION_INFO_V1(leadconv_match_keys);

#define MAX_BATCH_SIZE 100000

/* Advisory lock of who builds: one at a time */
#define BUILD_LOCK INT64CONST(0x6c6561646b657973)

/* How often the caller is told of the progress, in milliseconds */
#define NOTICE_INTERVAL 5000

/* What is left of a call between its transactions */
typedef struct Build
{
	int			batch_size;
	MemoryContext context;
	TimestampTz told;			/* of the progress */
} Build;

/* The rule of a name; raises an error when there is none, or several */
static const LcMatchingRule *
find_rule(const char *name, const char *object)
{
	const LcMatchingRule *result = NULL;
	ListCell   *lc;

	foreach(lc, lc_all_matching_rules())
	{
		const LcMatchingRule *rule = lfirst(lc);

		if (strcmp(rule->name, name) != 0 || (object != NULL && strcmp(rule->object, object) != 0))
			continue;
		if (result != NULL)
			ereport(ERROR,
					(lc_errcode(LC_INVALID_FIELD),
					 errmsg("there are several matching rules \"%s\"", name),
					 errdetail("One is for object \"%s\", another for \"%s\".", result->object, rule->object),
					 errhint("Give the object, too.")));
		result = rule;
	}
	if (result == NULL)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("there is no matching rule \"%s\"", name),
				 errhint("Give the developer_name of a row of crm.matching_rule.")));
	return result;
}

/* Writes keys_built of a rule */
static void
mark_rule(int64 id, const LcKeySet *keys)
{
	Oid			argtypes[2] = {INT8OID, TEXTARRAYOID};
	Datum		args[2] = {Int64GetDatum(id), (Datum) 0};
	const char *built[LC_MAX_RULE_KEYS + 1];
	int			n = 0;

	for (int i = 0; keys != NULL && i < keys->ndefinitions; i++)
		built[n++] = keys->definition[i].canonical;
	args[1] = lc_text_array(built, n);
	(void) lc_query_as(lc_crm_owner(), "UPDATE crm.matching_rule SET keys_built = $2 WHERE id OPERATOR(pg_catalog.=) $1",
					   SPI_OK_UPDATE, 2, argtypes, args, NULL);
}

/* Tells how far it is, from time to time or at once */
static void
tell(Build *build, const char *rule, const char *what, int64 n, bool at_once)
{
	TimestampTz now = GetCurrentTimestamp();

	if (!at_once && now - build->told < NOTICE_INTERVAL * INT64CONST(1000))
		return;
	build->told = now;
	ereport(NOTICE, (errmsg("matching rule \"%s\": " INT64_FORMAT " %s", rule, n, what)));
}

/*
 * Waits for everybody who is writing to a table.  Not inlined: its variable would get
 * among those that the PG_TRY() of the function at the top lives with, where newer
 * compilers warn of it.
 */
static pg_noinline void
wait_for_writers(Oid relid)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, relid);
	WaitForLockers(tag, ShareLock, false);
}

/*
 * Deletes keys of no definition that is in use, from a key on, a batch of them.  Returns
 * false when there are none left; *from is where to go on.
 */
static bool
delete_unused(Build *build, int64 *from, int64 *ndeleted)
{
	LcMatchKeys keys;
	Relation	index;
	Snapshot	snapshot;
	int64		next = *from;
	bool		more = false;
	int			n = 0;
	int			nused = 0;
	int64	   *used;			/* the first key of each definition */

	if (!lc_open_match_keys(&keys, RowExclusiveLock))
		return false;
	used = palloc(sizeof(int64) * LC_NMATCH_OBJECTS * 1000);
	for (LcMatchObject object = 0; object < LC_NMATCH_OBJECTS; object++)
	{
		const LcKeySet *set = lc_written_keys(object);

		for (int i = 0; set != NULL && i < set->ndefinitions && nused < LC_NMATCH_OBJECTS * 1000; i++)
			used[nused++] = set->definition[i].first_key;
	}
	qsort(used, nused, sizeof(int64), lc_compare_int64);
	index = index_open(keys.index, AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	while (n < build->batch_size)
	{
		ScanKeyData scankey;
		SysScanDesc scan;
		HeapTuple	tuple;
		int64		skip_to = 0;
		bool		skips = false;

		CHECK_FOR_INTERRUPTS();
		ScanKeyInit(&scankey, keys.key, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(next));
		scan = systable_beginscan_ordered(keys.rel, index, snapshot, 1, &scankey);
		more = false;
		while (n < build->batch_size &&
			   HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
		{
			TM_FailureData failure;
			bool		isnull;
			int64		key = DatumGetInt64(heap_getattr(tuple, keys.key, RelationGetDescr(keys.rel), &isnull));
			int64		tag = (int64) ((uint64) key & ~lc_key_value_mask());

			more = true;
			if (isnull)
				continue;
			next = key;
			if (bsearch(&tag, used, nused, sizeof(int64), lc_compare_int64))
			{
				/* this definition is in use: behind its last key */
				uint64		end = (uint64) tag | lc_key_value_mask();

				skips = end != (uint64) PG_INT64_MAX;
				skip_to = (int64) (end + 1);
				break;
			}
			(void) table_tuple_delete(keys.rel, &tuple->t_self, GetCurrentCommandId(true), snapshot, InvalidSnapshot,
									  true, &failure, false);
			n++;
		}
		systable_endscan_ordered(scan);
		if (!more || n == build->batch_size)
			break;
		more = false;
		if (!skips)
			break;
		next = skip_to;
	}
	UnregisterSnapshot(snapshot);
	index_close(index, NoLock);
	lc_close_match_keys(&keys);
	*ndeleted += n;
	*from = next;
	return n == build->batch_size;
}

/*
 * Gives the next records their keys, in the order of their ids after last_id.  Returns
 * how many were read; 0 at the end.
 */
static int
fill_batch(const Build *build, const LcMatchingRule *rule, int64 *last_id, int64 *nwritten)
{
	const LcMatchTable *table = lc_match_table(lc_match_object_table(rule->kind));
	LcMatchKeys keys;
	LcTableColumns columns;
	Relation	rel;
	Relation	id_index;
	Snapshot	snapshot;
	ScanKeyData scankey;
	SysScanDesc scan;
	HeapTuple	tuple;
	TupleTableSlot *slot;
	MemoryContext context;
	LcKeyRow   *row;
	int			nrows = 0;
	int			space = 1024;
	int			n = 0;

	if (table->id == InvalidAttrNumber || !lc_open_match_keys(&keys, RowExclusiveLock))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("there is no table for match keys"),
				 errhint("leadconv.validate() reports what is missing in schema crm.")));
	rel = table_open(table->relid, AccessShareLock);
	lc_table_columns(rel, &columns);
	if (!OidIsValid(columns.id_index))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"%s\" has no primary key on \"id\"", RelationGetRelationName(rel)),
				 errtable(rel)));
	id_index = index_open(columns.id_index, AccessShareLock);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsHeapTuple);
	row = palloc(sizeof(LcKeyRow) * space);
	context = AllocSetContextCreate(CurrentMemoryContext, "leadconv record", ALLOCSET_DEFAULT_SIZES);
	ScanKeyInit(&scankey, table->id, BTGreaterStrategyNumber, F_INT8GT, Int64GetDatum(*last_id));
	scan = systable_beginscan_ordered(rel, id_index, snapshot, 1, &scankey);
	while (n < build->batch_size && HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection)))
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(context);
		int64	   *key;
		int64		record_id;
		int			nkeys;
		bool		isnull;

		CHECK_FOR_INTERRUPTS();
		ExecStoreHeapTuple(heap_copytuple(tuple), slot, true);
		*last_id = DatumGetInt64(slot_getattr(slot, table->id, &isnull));
		nkeys = lc_keys_of_row(rule->keys, slot, &record_id, &key);
		if (nrows + nkeys > space)
		{
			space = Max(space * 2, nrows + nkeys);
			row = repalloc_huge(row, sizeof(LcKeyRow) * space);
		}
		for (int i = 0; i < nkeys; i++)
		{
			row[nrows].key = key[i];
			row[nrows++].record_id = record_id;
		}
		ExecClearTuple(slot);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextReset(context);
		n++;
	}
	systable_endscan_ordered(scan);
	MemoryContextDelete(context);
	ExecDropSingleTupleTableSlot(slot);
	*nwritten += lc_add_match_keys(&keys, row, nrows, snapshot);
	pfree(row);
	UnregisterSnapshot(snapshot);
	index_close(id_index, NoLock);
	table_close(rel, NoLock);
	lc_close_match_keys(&keys);
	return n;
}

/* A rule, as it is now; it may have been deleted or changed since */
static const LcMatchingRule *
get_rule(int64 id)
{
	const LcMatchingRule *rule = lc_matching_rule(id);

	if (rule == NULL)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_OPERATION),
				 errmsg("the matching rule has been deleted while its keys were built")));
	return rule;
}

/* Raises an error when no keys can be built for a rule */
static void
require_sound(const LcMatchingRule *rule)
{
	if (rule->problem != NULL)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("matching rule \"%s\" of object \"%s\" cannot be used: %s", rule->name, rule->object, rule->problem),
				 errhint("Correct the row in crm.matching_rule, or its items in crm.matching_rule_item.")));
}

/* All that happens while the lock is held */
static void
build_rule(Build *build, int64 id)
{
	const LcMatchingRule *rule = get_rule(id);
	char	   *name = MemoryContextStrdup(build->context, rule->name);
	char	   *definitions;
	int64		last_id = PG_INT64_MIN;
	int64		done = 0;
	int64		written = 0;
	int64		from = PG_INT64_MIN;
	int64		deleted = 0;
	Oid			relids[2];
	StringInfoData buf;

	require_sound(rule);
	initStringInfo(&buf);
	for (int i = 0; i < rule->keys->ndefinitions; i++)
		appendStringInfo(&buf, "%s ", rule->keys->definition[i].canonical);
	definitions = MemoryContextStrdup(build->context, buf.data);

	/* 1: triggers write its keys from now on; who uses it goes on if it was built */
	if (!rule->is_written)
		mark_rule(id, NULL);
	SPI_commit();

	/* 2: those who did not know */
	relids[0] = lc_match_table(lc_match_object_table(get_rule(id)->kind))->relid;
	relids[1] = lc_match_table(LC_MATCH_TABLE_ACCOUNT)->relid;
	SPI_commit();
	for (int i = 0; i < 2; i++)
		wait_for_writers(relids[i]);

	while (delete_unused(build, &from, &deleted))
	{
		SPI_commit();
		tell(build, name, "keys that no rule has any more deleted", deleted, false);
	}
	SPI_commit();

	/* 3: the others */
	for (;;)
	{
		MemoryContext context = AllocSetContextCreate(build->context, "leadconv match keys batch", ALLOCSET_DEFAULT_SIZES);
		MemoryContext oldcontext = MemoryContextSwitchTo(context);
		int			n;

		rule = get_rule(id);
		require_sound(rule);
		resetStringInfo(&buf);
		for (int i = 0; i < rule->keys->ndefinitions; i++)
			appendStringInfo(&buf, "%s ", rule->keys->definition[i].canonical);
		if (strcmp(buf.data, definitions) != 0 || !rule->is_written)
			ereport(ERROR,
					(lc_errcode(LC_INVALID_OPERATION),
					 errmsg("matching rule \"%s\" has been changed while its keys were built", name),
					 errhint("Call leadconv.build_match_keys() again.")));
		n = fill_batch(build, rule, &last_id, &written);
		if (n == 0)
			mark_rule(id, rule->keys);
		MemoryContextSwitchTo(oldcontext);
		MemoryContextDelete(context);
		SPI_commit();
		if (n == 0)
			break;
		done += n;
		tell(build, name, "records have their keys", done, false);
	}
	ereport(NOTICE,
			(errmsg("matching rule \"%s\" is built: " INT64_FORMAT " records, " INT64_FORMAT " keys written, "
					INT64_FORMAT " deleted", name, done, written, deleted)));
}

/*
 * leadconv.build_match_keys(rule, object, batch_size)
 *
 * Without a rule, of all that are active and not built.
 */
Datum
leadconv_build_match_keys(PG_FUNCTION_ARGS)
{
	char	   *name = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *object = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	int			batch_size = PG_ARGISNULL(2) ? 10000 : PG_GETARG_INT32(2);
	Build	   *build;
	int64	   *ids;
	int			n = 0;

	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("leadconv.build_match_keys() cannot run inside a transaction block"),
				 errdetail("It commits after each batch."),
				 errhint("Call it on its own.")));
	if (batch_size < 1 || batch_size > MAX_BATCH_SIZE)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("batch_size %d is out of range", batch_size),
				 errhint("Give a number from 1 to %d.", MAX_BATCH_SIZE)));
	lc_require_schema();
	(void) lc_require_crm_owner("build match keys");

	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect_ext failed");
	build = palloc0(sizeof(Build));
	build->context = CurrentMemoryContext;
	build->batch_size = batch_size;
	build->told = GetCurrentTimestamp();
	ids = palloc(sizeof(int64) * (list_length(lc_all_matching_rules()) + 1));
	if (name != NULL)
		ids[n++] = find_rule(name, object)->id;
	else
	{
		ListCell   *lc;

		foreach(lc, lc_all_matching_rules())
		{
			const LcMatchingRule *rule = lfirst(lc);

			if (rule->is_active && !rule->is_built && (object == NULL || strcmp(object, rule->object) == 0))
				ids[n++] = rule->id;
		}
		if (n == 0)
			ereport(NOTICE, (errmsg("all active matching rules are built")));
	}

	if (!DatumGetBool(DirectFunctionCall1(pg_try_advisory_lock_int8, Int64GetDatum(BUILD_LOCK))))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("match keys are being built by another session"),
				 errhint("Wait until it is done.")));
	PG_TRY();
	{
		for (int i = 0; i < n; i++)
			build_rule(build, ids[i]);
	}
	PG_FINALLY();
	{
		(void) DirectFunctionCall1(pg_advisory_unlock_int8, Int64GetDatum(BUILD_LOCK));
	}
	PG_END_TRY();
	SPI_finish();
	return (Datum) 0;
}

/* ------------------------------------------------------------- for people */

/* Where the keys of a record go */
typedef struct KeyRows
{
	ReturnSetInfo *rsinfo;
	const LcMatchingRule *rule;
} KeyRows;

static void
put_key(void *arg, const LcKeyDefinition *definition, const char *const *texts, int64 key)
{
	KeyRows    *rows = arg;
	Datum		values[3];
	bool		nulls[3] = {false};

	values[0] = CStringGetTextDatum(rows->rule->name);
	values[1] = CStringGetTextDatum(definition->text);
	values[2] = CStringGetTextDatum(lc_key_text(definition, texts));
	tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc, values, nulls);
}

/* The object of a name; raises an error when there is none */
static LcMatchObject
require_object(const char *name)
{
	for (LcMatchObject object = 0; object < LC_NMATCH_OBJECTS; object++)
	{
		if (strcmp(lc_match_object_name(object), name) == 0)
			return object;
	}
	ereport(ERROR,
			(lc_errcode(LC_INVALID_FIELD),
			 errmsg("there are no matching rules for \"%s\"", name),
			 errhint("Give lead, account, contact or person_account.")));
}

/*
 * leadconv.match_keys(object, id)
 *
 * The match keys of a record, by the rules whose keys are kept.
 */
Datum
leadconv_match_keys(PG_FUNCTION_ARGS)
{
	KeyRows		rows = {(ReturnSetInfo *) fcinfo->resultinfo, NULL};
	LcMatchObject object;
	const LcMatchTable *table;
	ListCell   *lc;
	LcProbe		by_id;
	LcOpenProbe probe;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	TupleTableSlot *slot;

	InitMaterializedSRF(fcinfo, 0);
	lc_require_schema();
	(void) lc_require_crm_owner("see match keys");
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	object = require_object(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	table = lc_match_table(lc_match_object_table(object));
	lc_compile_probe(&by_id, table->relid, object == LC_MATCH_PERSON_ACCOUNT ? "account_id" : "id");
	lc_probe_open(&probe, &by_id);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = lc_probe_begin(&probe, PG_GETARG_INT64(1), snapshot);
	tuple = systable_getnext(scan);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(probe.rel), &TTSOpsHeapTuple);
	if (HeapTupleIsValid(tuple))
		ExecStoreHeapTuple(heap_copytuple(tuple), slot, true);
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	foreach(lc, lc_all_matching_rules())
	{
		const LcMatchingRule *rule = lfirst(lc);

		if (TTS_EMPTY(slot) || rule->kind != object || !rule->is_written || rule->problem != NULL ||
			!lc_is_compared(object, table, slot))
			continue;
		rows.rule = rule;
		lc_for_each_key(rule->keys, lc_row_values(rule->keys, slot), false, put_key, &rows);
	}
	ExecDropSingleTupleTableSlot(slot);
	lc_probe_close(&probe);
	return (Datum) 0;
}
