/*-------------------------------------------------------------------------
 *
 * candidate.c
 *	  Which stored records match one that is looked for.
 *
 * Candidates are found by match keys, by index probes and no statement; where there
 * are none, which is the usual case, nothing else is done.  Of those that there are the most
 * likely ones are compared, which share the most keys, at most a hundred of each
 * record.  Of a key that very many records share no more are read than it takes:
 * first a few, in the order of their ids, and more when too few of these count.
 *
 * Rows are read directly too, on the latest snapshot, once it is known that they may be.
 * Where row security hides some, a statement with the rights of the role in question
 * says which of the candidates it sees.  A hidden record does not count: it takes no
 * other's place among the hundred, and what is told is the same as if it were not there.
 * Who may not read the columns of the rule sees no match at all; one who may not read
 * accounts sees contacts as if they had none.  So rows that row security hides are left
 * out before keys are weighed and counted: it would tell of them which of many
 * candidates are compared.
 *
 * Records of one call are looked for together, in slices.  The result is in the
 * current memory context, all else in one of its own.
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
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_find_matches);

/* At most so many of the candidates of a record are compared */
#define MAX_COMPARED	100

/* So many records with a key are read at first, and then more */
#define FIRST_PER_KEY	200

/* No more candidates of a record are read together than this */
#define MAX_TAKEN		10000

/* So many records are looked for together */
#define SLICE			200

/* How much a key says about two records that share it: the less the more records have it */
#define KEY_WEIGHT		1000000

/* A stored record as it is compared */
typedef struct Row
{
	int64		id;				/* hash key; must be first */
	bool		is_compared;	/* it is there, seen, and one that counts */
	bool		unseen;
	char	   *name;
	const char **text;			/* by field of the rule */
	LcMatchValue **value;		/* by item, made when it is needed; behind them first and last
								 * name as the other one */
} Row;

/* A record that shares a key with one that is looked for */
typedef struct Candidate
{
	int64		id;
	int64		weight;			/* of the keys that it shares */
} Candidate;

/* One record that is looked for */
typedef struct Search
{
	int64		id;
	int64	   *key;
	int			nkeys;
	int			limit;			/* of records of a key */
	bool		is_cut;			/* some key has more records than were read */
	Candidate  *candidate;
	int			ncandidates;
	int			next;			/* that has not been compared */
	int64	   *tried;			/* ids of an earlier look with a lower limit, sorted */
	int			ntried;
	int			ncompared;
	int			taken;			/* candidates that have been read together the last time */
	LcMatchValue **value;		/* by item */
	List	   *matches;
} Search;

/* A call */
typedef struct Finder
{
	const LcMatchingRule *rule;
	const LcMatchTable *table;
	const LcMatchTable *account;
	bool		is_person;		/* the records are contacts and their accounts in one */
	bool		reads_account;	/* the rule does, and may */
	bool		reads_name;		/* of the records */
	bool		filters_rows;	/* row security hides some ... */
	bool		filters_accounts;
	int			first_name;		/* items whose values may be swapped, or -1 */
	int			last_name;
	HTAB	   *rows;
	HTAB	   *seen;			/* ids, and whether row security shows them, or NULL */
	LcProbe		by_id;
	LcProbe		account_by_id;
	LcMatchKeys keys;
	Relation	index;
	IndexScanDesc scan;			/* of the keys, one after the other */
	TupleTableSlot *slot;
	Snapshot	snapshot;
	Snapshot	transaction_snapshot;	/* or NULL, when that is no other */
	MemoryContext result;
} Finder;

/* ------------------------------------------------------------ permissions */

/*
 * Finds out what the caller may see.  Returns false when he may not read what the rule
 * compares.
 */
static bool
check_access(Finder *finder)
{
	const LcMatchingRule *rule = finder->rule;
	Oid			relid = finder->table->relid;
	Oid			account_relid = finder->account->relid;
	Oid			role = GetUserId();
	bool		reads_rows = pg_class_aclcheck(relid, role, ACL_SELECT) == ACLCHECK_OK;
	bool		reads_accounts = pg_class_aclcheck(account_relid, role, ACL_SELECT) == ACLCHECK_OK;

#define MAY_READ(relid, attno)	(pg_attribute_aclcheck(relid, attno, role, ACL_SELECT) == ACLCHECK_OK)

	if (!lc_may_use_schema(get_rel_namespace(relid), role))
		return false;
	if (!reads_rows && !MAY_READ(relid, finder->table->id))
		return false;
	if (finder->reads_account || finder->is_person)
		finder->reads_account = reads_accounts || MAY_READ(account_relid, finder->account->id);
	for (int i = 0; i < rule->nfields; i++)
	{
		const LcMatchField *field = &rule->fields[i];

		if (!field->of_account && !reads_rows && !MAY_READ(relid, field->attno))
			return false;
		if (field->of_account && !reads_accounts && !MAY_READ(account_relid, field->attno))
			finder->reads_account = false;
	}
	if (finder->is_person && !finder->reads_account)
		return false;
	finder->reads_name = finder->table->name != InvalidAttrNumber && (reads_rows || MAY_READ(relid, finder->table->name));
	finder->filters_rows = check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED;
	finder->filters_accounts = finder->reads_account && check_enable_rls(account_relid, InvalidOid, true) == RLS_ENABLED;
	return true;
}

/*
 * Which of these rows of a table the caller sees, by its row security: leaves those,
 * sorted, and returns their number
 */
static int
seen_ids(Finder *finder, const char *table, const char *column, int64 *ids, int n)
{
	Oid			argtypes[1] = {INT8ARRAYOID};
	Datum		values[1];
	Datum	   *elems = palloc(sizeof(Datum) * Max(n, 1));
	MemoryContext oldcontext = CurrentMemoryContext;
	SPIPlanPtr	plan;
	int			rc;
	int			result;

	if (n == 0)
		return 0;
	for (int i = 0; i < n; i++)
		elems[i] = Int64GetDatum(ids[i]);
	values[0] = PointerGetDatum(construct_array(elems, n, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	lc_spi_connect();
	plan = SPI_prepare(psprintf("SELECT DISTINCT t.%s::pg_catalog.int8 FROM crm.%s t WHERE t.%s OPERATOR(pg_catalog.=) ANY ($1)",
								column, table, column), 1, argtypes);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	rc = SPI_execute_snapshot(plan, values, NULL, finder->snapshot, InvalidSnapshot, true, false, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot returned %s", SPI_result_code_string(rc));
	result = (int) Min(SPI_processed, (uint64) n);
	for (int i = 0; i < result; i++)
		ids[i] = lc_spi_int64(i, 1);
	SPI_finish();
	MemoryContextSwitchTo(oldcontext);
	if (result > 1)
		qsort(ids, result, sizeof(int64), lc_compare_int64);
	return result;
}

/* Whether row security shows a record */
typedef struct SeenId
{
	int64		id;				/* hash key; must be first */
	bool		is_seen;
} SeenId;

/*
 * Finds out which of these records row security shows, of those of which that is not
 * known: a statement for all of them, or two.  A person is known by the account.
 */
static void
find_seen(Finder *finder, const int64 *ids, int n)
{
	int64	   *unknown = palloc_extended(sizeof(int64) * Max(n, 1), MCXT_ALLOC_HUGE);
	int			nunknown = 0;
	int			nseen;

	for (int i = 0; i < n; i++)
	{
		bool		found;
		SeenId	   *entry = hash_search(finder->seen, &ids[i], HASH_ENTER, &found);

		if (found)
			continue;
		entry->is_seen = false;
		unknown[nunknown++] = ids[i];
	}
	nseen = nunknown;
	if (finder->filters_rows)
		nseen = seen_ids(finder, lc_match_table_name(lc_match_object_table(finder->rule->kind)),
						 finder->is_person ? "account_id" : "id", unknown, nseen);
	if (finder->filters_accounts && finder->is_person)
		nseen = seen_ids(finder, "account", "id", unknown, nseen);
	for (int i = 0; i < nseen; i++)
		((SeenId *) hash_search(finder->seen, &unknown[i], HASH_FIND, NULL))->is_seen = true;
	pfree(unknown);
}

/*
 * lc_may_read_row
 *
 * May the current user read these columns (of char *) of a row of crm, and does he see it?
 * By privileges and row security, as any query would.  There need be no such row.
 */
bool
lc_may_read_row(const char *table, int64 id, List *columns)
{
	Oid			relid = lc_crm_relid(table, false);
	Oid			role = GetUserId();
	Finder		finder = {0};
	bool		result = true;
	ListCell   *lc;

	if (!lc_may_use_schema(get_rel_namespace(relid), role))
		return false;
	if (pg_class_aclcheck(relid, role, ACL_SELECT) != ACLCHECK_OK)
	{
		foreach(lc, columns)
		{
			AttrNumber	attno = get_attnum(relid, lfirst(lc));

			if (attno == InvalidAttrNumber || !MAY_READ(relid, attno))
				return false;
		}
	}
	if (check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED)
	{
		finder.snapshot = RegisterSnapshot(GetLatestSnapshot());
		result = seen_ids(&finder, table, "id", &id, 1) == 1;
		UnregisterSnapshot(finder.snapshot);
	}
	return result;
}

/* ------------------------------------------------------------- candidates */

static int
compare_candidates(const void *a, const void *b)
{
	const Candidate *x = a;
	const Candidate *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static int
compare_candidate_ids(const void *a, const void *b)
{
	return lc_compare_int64(&((const Candidate *) a)->id, &((const Candidate *) b)->id);
}

/*
 * Fetches the next entry of the scan of keys.  What the index notes of rows that are dead
 * lives as long as the scan, which is longer than the memory context of a slice.
 */
static bool
next_with_key(Finder *finder)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(finder->result);
	bool		found = index_getnext_slot(finder->scan, ForwardScanDirection, finder->slot);

	MemoryContextSwitchTo(oldcontext);
	return found;
}

/* Leaves out those of the candidates from a place on that row security hides; returns how many are left */
static int
leave_seen(Finder *finder, Candidate *found, int first, int n)
{
	int64	   *ids = palloc_extended(sizeof(int64) * Max(n - first, 1), MCXT_ALLOC_HUGE);
	int			left = first;

	for (int i = first; i < n; i++)
		ids[i - first] = found[i].id;
	find_seen(finder, ids, n - first);
	for (int i = first; i < n; i++)
	{
		if (((SeenId *) hash_search(finder->seen, &found[i].id, HASH_FIND, NULL))->is_seen)
			found[left++] = found[i];
	}
	pfree(ids);
	return left;
}

/*
 * Where row security hides records, finds out for all searches at once which of their first
 * candidates it does
 */
static void
find_seen_of_searches(Finder *finder, const Search *searches, int n)
{
	int			space = 256;
	int			nids = 0;
	int64	   *ids = palloc(sizeof(int64) * space);

	for (int i = 0; i < n; i++)
	{
		for (int k = 0; k < searches[i].nkeys; k++)
		{
			ScanKeyData scankey;

			CHECK_FOR_INTERRUPTS();
			ScanKeyInit(&scankey, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(searches[i].key[k]));
			index_rescan(finder->scan, &scankey, 1, NULL, 0);
			for (int found = 0; found < FIRST_PER_KEY && next_with_key(finder); found++)
			{
				bool		isnull;
				Datum		id = slot_getattr(finder->slot, finder->keys.record_id, &isnull);

				if (isnull || DatumGetInt64(id) == searches[i].id)
					continue;
				if (nids == space)
					ids = repalloc_huge(ids, sizeof(int64) * (space *= 2));
				ids[nids++] = DatumGetInt64(id);
			}
		}
	}
	find_seen(finder, ids, nids);
	pfree(ids);
}

/* Looks up the keys of a record: its candidates, the likely ones first */
static void
find_candidates(Finder *finder, Search *search)
{
	int			space = 64;
	int			n = 0;
	Candidate  *found = palloc(sizeof(Candidate) * space);

	search->is_cut = false;
	search->ncandidates = 0;
	search->next = 0;
	for (int i = 0; i < search->nkeys; i++)
	{
		ScanKeyData scankey;
		int			first = n;
		int			unfiltered = n; /* from here on it is not known which ones are seen */

		CHECK_FOR_INTERRUPTS();
		ScanKeyInit(&scankey, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(search->key[i]));
		index_rescan(finder->scan, &scankey, 1, NULL, 0);
		while (next_with_key(finder))
		{
			bool		isnull;
			Datum		id = slot_getattr(finder->slot, finder->keys.record_id, &isnull);

			if (isnull || DatumGetInt64(id) == search->id)
				continue;
			if (finder->seen != NULL && n - unfiltered == search->limit)
			{
				CHECK_FOR_INTERRUPTS();
				unfiltered = n = leave_seen(finder, found, unfiltered, n);
			}
			if ((finder->seen != NULL ? unfiltered : n) - first >= search->limit)
			{
				search->is_cut = true;
				break;
			}
			if (n == space)
				found = repalloc_huge(found, sizeof(Candidate) * (space *= 2));
			found[n++].id = DatumGetInt64(id);
		}
		if (finder->seen != NULL)
			n = leave_seen(finder, found, unfiltered, n);
		if (n - first > search->limit)
		{
			n = first + search->limit;
			search->is_cut = true;
		}
		for (int j = first; j < n; j++)
			found[j].weight = KEY_WEIGHT / (n - first) + 1;
	}
	if (n == 0)
		return;
	qsort(found, n, sizeof(Candidate), compare_candidate_ids);
	for (int i = 0; i < n; i++)
	{
		if (search->ntried > 0 && bsearch(&found[i].id, search->tried, search->ntried, sizeof(int64), lc_compare_int64))
			continue;
		if (search->ncandidates > 0 && found[search->ncandidates - 1].id == found[i].id)
			found[search->ncandidates - 1].weight += found[i].weight;
		else
			found[search->ncandidates++] = found[i];
	}
	search->candidate = found;
	qsort(found, search->ncandidates, sizeof(Candidate), compare_candidates);
}

/* All candidates have been compared, and were too few: looks further, where there is more */
static void
find_more_candidates(Finder *finder, Search *search)
{
	int			n = search->ntried;

	search->tried = search->tried == NULL ? palloc(sizeof(int64) * Max(search->ncandidates, 1))
		: repalloc_huge(search->tried, sizeof(int64) * (n + Max(search->ncandidates, 1)));
	for (int i = 0; i < search->ncandidates; i++)
		search->tried[n++] = search->candidate[i].id;
	search->ntried = n;
	qsort(search->tried, n, sizeof(int64), lc_compare_int64);
	search->limit = search->limit > PG_INT32_MAX / 8 ? PG_INT32_MAX : search->limit * 8;
	find_candidates(finder, search);
}

/* ------------------------------------------------------------------- rows */

/* A row of a table by its id, stored in a slot; returns false when there is none */
static bool
fetch_row(LcOpenProbe *probe, int64 id, Snapshot snapshot, TupleTableSlot *slot)
{
	SysScanDesc scan = lc_probe_begin(probe, id, snapshot);
	HeapTuple	tuple = systable_getnext(scan);

	if (HeapTupleIsValid(tuple))
		ExecStoreHeapTuple(heap_copytuple(tuple), slot, true);
	systable_endscan(scan);
	return HeapTupleIsValid(tuple);
}

/* Does the transaction's snapshot have this version of a row? */
static bool
is_seen(Finder *finder, LcOpenProbe *probe, int64 id, TupleTableSlot *slot)
{
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		result;

	if (finder->transaction_snapshot == NULL)
		return true;
	scan = lc_probe_begin(probe, id, finder->transaction_snapshot);
	tuple = systable_getnext(scan);
	result = HeapTupleIsValid(tuple) && ItemPointerEquals(&tuple->t_self, &slot->tts_tid);
	systable_endscan(scan);
	return result;
}

/* The bigint in a column of a row, or 0 */
static int64
get_int64(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull = true;
	Datum		value = attno == InvalidAttrNumber ? (Datum) 0 : slot_getattr(slot, attno, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* Reads rows that are not known yet; ids are sorted and differ */
static void
read_rows(Finder *finder, int64 *ids, int n)
{
	const LcMatchingRule *rule = finder->rule;
	LcOpenProbe probe;
	LcOpenProbe account_probe;
	TupleTableSlot *slot;
	TupleTableSlot *account_slot = NULL;
	Row		  **row;
	int64	   *account_id;
	int64	   *seen_accounts = NULL;
	int			nseen = 0;

	row = palloc(sizeof(Row *) * Max(n, 1));
	account_id = palloc0(sizeof(int64) * Max(n, 1));
	lc_probe_open(&probe, &finder->by_id);
	slot = MakeSingleTupleTableSlot(RelationGetDescr(probe.rel), &TTSOpsHeapTuple);
	for (int i = 0; i < n; i++)
	{
		bool		found;
		bool		isnull;

		row[i] = hash_search(finder->rows, &ids[i], HASH_ENTER, &found);
		if (!fetch_row(&probe, ids[i], finder->snapshot, slot) || !lc_is_compared(rule->kind, finder->table, slot))
			continue;
		row[i]->text = palloc0(sizeof(char *) * Max(rule->nfields, 1));
		row[i]->value = palloc0(sizeof(LcMatchValue *) * (rule->nitems + 2));
		lc_slot_values(rule->fields, rule->nfields, slot, false, row[i]->text);
		if (finder->reads_name)
		{
			Datum		name = slot_getattr(slot, finder->table->name, &isnull);

			if (!isnull)
				row[i]->name = lc_match_text(name, TupleDescAttr(slot->tts_tupleDescriptor, finder->table->name - 1)->atttypid);
		}
		row[i]->unseen = !is_seen(finder, &probe, ids[i], slot);
		row[i]->is_compared = true;
		if (finder->reads_account)
			account_id[i] = get_int64(slot, finder->table->account_id);
		ExecClearTuple(slot);
	}
	ExecDropSingleTupleTableSlot(slot);
	lc_probe_close(&probe);
	if (!finder->reads_account)
		return;

	if (finder->filters_accounts)
	{
		seen_accounts = palloc(sizeof(int64) * Max(n, 1));
		for (int i = 0; i < n; i++)
		{
			if (account_id[i] != 0)
				seen_accounts[nseen++] = account_id[i];
		}
		nseen = seen_ids(finder, "account", "id", seen_accounts, nseen);
	}
	lc_probe_open(&account_probe, &finder->account_by_id);
	account_slot = MakeSingleTupleTableSlot(RelationGetDescr(account_probe.rel), &TTSOpsHeapTuple);
	for (int i = 0; i < n; i++)
	{
		if (account_id[i] == 0 || !row[i]->is_compared)
			continue;
		if (finder->filters_accounts &&
			bsearch(&account_id[i], seen_accounts, nseen, sizeof(int64), lc_compare_int64) == NULL)
			continue;
		if (!fetch_row(&account_probe, account_id[i], finder->snapshot, account_slot))
			continue;
		lc_slot_values(rule->fields, rule->nfields, account_slot, true, row[i]->text);
		row[i]->unseen |= !is_seen(finder, &account_probe, account_id[i], account_slot);
		ExecClearTuple(account_slot);
	}
	ExecDropSingleTupleTableSlot(account_slot);
	lc_probe_close(&account_probe);
}

/* ------------------------------------------------------------- comparison */

/* The value of a row for an item; swapped: of the other name */
static LcMatchValue *
row_value(Finder *finder, Row *row, int item, bool swapped)
{
	const LcMatchingRule *rule = finder->rule;
	int			slot = item;
	int			from = item;

	if (swapped && item == finder->first_name)
	{
		slot = rule->nitems;
		from = finder->last_name;
	}
	else if (swapped && item == finder->last_name)
	{
		slot = rule->nitems + 1;
		from = finder->first_name;
	}
	if (row->value[slot] == NULL && row->text[rule->items[from].source] != NULL)
		row->value[slot] = lc_match_value(rule->items[item].method, row->text[rule->items[from].source]);
	return row->value[slot];
}

/* What is known of an item while two records are compared */
typedef struct ItemResult
{
	bool		is_known;
	bool		is_blank;		/* of one of them, or both */
	bool		matches;
	int			score;
} ItemResult;

static void
compare_item(Finder *finder, const Search *search, Row *row, int item, bool swapped, ItemResult *result)
{
	const LcMatchingItem *it = &finder->rule->items[item];
	LcMatchValue *ours = search->value[item];
	LcMatchValue *theirs;

	if (result->is_known)
		return;
	theirs = row_value(finder, row, item, swapped);
	result->is_known = true;
	result->is_blank = ours == NULL || theirs == NULL;
	result->score = 0;
	if (ours != NULL && theirs != NULL)
		result->matches = lc_values_match(it->method, ours, theirs, &result->score);
	else
	{
		result->matches = ours == NULL && theirs == NULL && it->matches_blanks;
		result->score = result->matches ? 100 : 0;
	}
}

/* Is an item an e-mail address, beside which the names of a standard rule may be blank? */
static bool
is_email(const LcMatchingItem *item)
{
	return item->method == LC_MATCH_EXACT && strstr(item->field, "email") != NULL;
}

static bool
is_name(const LcMatchingItem *item)
{
	return item->method == LC_MATCH_FIRST_NAME || item->method == LC_MATCH_LAST_NAME;
}

/* The best score of the groups that match, or -1; result is by item */
static int
compare_groups(Finder *finder, const Search *search, Row *row, bool swapped, ItemResult *result)
{
	const LcMatchingRule *rule = finder->rule;
	int			best = -1;

	for (int g = 0; g < rule->ngroups; g++)
	{
		const LcRuleGroup *group = &rule->groups[g];
		bool		has_email = false;
		bool		matches = true;
		int			sum = 0;
		int			n = 0;

		for (int i = 0; i < rule->nitems && rule->is_standard; i++)
			has_email |= (group->items & (UINT32_C(1) << i)) != 0 && is_email(&rule->items[i]);
		for (int i = 0; i < rule->nitems && matches; i++)
		{
			if ((group->items & (UINT32_C(1) << i)) == 0)
				continue;
			compare_item(finder, search, row, i, swapped, &result[i]);
			if (has_email && result[i].is_blank && is_name(&rule->items[i]))
				continue;
			matches = result[i].matches;
			sum += result[i].score;
			n++;
		}
		if (matches && n > 0)
		{
			int			score = (sum + n / 2) / n;

			if (score >= group->least_score)
				best = Max(best, score);
		}
	}
	return best;
}

/* Compares a record with a row, and adds a match if it is one */
static void
compare(Finder *finder, Search *search, Row *row)
{
	const LcMatchingRule *rule = finder->rule;
	ItemResult	straight[LC_MAX_RULE_ITEMS] = {0};
	ItemResult	swapped[LC_MAX_RULE_ITEMS] = {0};
	ItemResult *result = straight;
	int			score = compare_groups(finder, search, row, false, straight);
	MemoryContext oldcontext;
	LcMatch    *match;

	if (finder->first_name >= 0 && finder->last_name >= 0 && score < 100 &&
		search->value[finder->first_name] && search->value[finder->last_name] &&
		row_value(finder, row, finder->first_name, false) && row_value(finder, row, finder->last_name, false))
	{
		int			other = compare_groups(finder, search, row, true, swapped);

		if (other > score)
		{
			score = other;
			result = swapped;
		}
	}
	if (score < 0)
		return;

	for (int i = 0; i < rule->nitems; i++)
		compare_item(finder, search, row, i, result == swapped, &result[i]);
	oldcontext = MemoryContextSwitchTo(finder->result);
	match = palloc0(sizeof(LcMatch));
	match->id = row->id;
	match->score = score;
	match->rule = rule;
	match->name = row->name ? pstrdup(row->name) : NULL;
	match->unseen = row->unseen;
	for (int i = 0; i < rule->nitems; i++)
	{
		if (result[i].matches && !result[i].is_blank)
			match->fields = lappend(match->fields, pstrdup(rule->items[i].field));
	}
	search->matches = lappend(search->matches, match);
	MemoryContextSwitchTo(oldcontext);
}

static int
compare_matches(const ListCell *a, const ListCell *b)
{
	const LcMatch *x = lfirst(a);
	const LcMatch *y = lfirst(b);

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

/* ---------------------------------------------------------------- the call */

/* The value of a field of a record that is looked for, or NULL */
const char *
lc_record_value(const LcMatchRecord *record, const char *field)
{
	for (int i = 0; i < record->nfields; i++)
	{
		if (strcmp(record->field[i], field) == 0)
			return record->value[i];
	}
	return NULL;
}

/* Values of the fields of a set, in their order, in the current memory context */
static const char **
record_values(const LcMatchField *field, int nfields, const LcMatchRecord *record)
{
	const char **values = palloc(sizeof(char *) * Max(nfields, 1));

	for (int i = 0; i < nfields; i++)
		values[i] = lc_record_value(record, field[i].name);
	return values;
}

static bool
has_value(const LcMatchRecord *record, const char *field)
{
	const char *value = lc_record_value(record, field);

	return value != NULL && !lc_is_blank(value, strlen(value));
}

/* Can a rule say anything about a record?  The standard one for accounts wants a place. */
static bool
applies(const LcMatchingRule *rule, const LcMatchRecord *record)
{
	if (!rule->is_standard || rule->kind != LC_MATCH_ACCOUNT)
		return true;
	return has_value(record, "name") && (has_value(record, "billing_city") || has_value(record, "billing_postal_code"));
}

/* The values of a record that is looked for, by item */
static LcMatchValue **
record_comparable(const LcMatchingRule *rule, const LcMatchRecord *record)
{
	LcMatchValue **result = palloc0(sizeof(LcMatchValue *) * Max(rule->nitems, 1));

	for (int i = 0; i < rule->nitems; i++)
		result[i] = lc_match_value(rule->items[i].method, lc_record_value(record, rule->items[i].field));
	return result;
}

/* The items whose values may be swapped */
static void
find_names(Finder *finder)
{
	finder->first_name = finder->last_name = -1;
	for (int i = 0; i < finder->rule->nitems; i++)
	{
		if (finder->rule->items[i].method == LC_MATCH_FIRST_NAME && finder->first_name < 0)
			finder->first_name = i;
		if (finder->rule->items[i].method == LC_MATCH_LAST_NAME && finder->last_name < 0)
			finder->last_name = i;
	}
}

/*
 * lc_stored_keys_of
 *
 * The keys by which a record is found when it is stored, sorted, in the current memory
 * context; returns their number.
 */
int
lc_stored_keys_of(const LcMatchingRule *rule, const LcMatchRecord *record, int64 **keys)
{
	const char **values = record_values(rule->keys->field, rule->keys->nfields, record);
	int			n = lc_record_keys(rule->keys, values, false, keys);

	pfree(values);
	return n;
}

/*
 * lc_match_keys_of
 *
 * The keys by which a record would be found, or finds others, sorted, in the current
 * memory context; returns their number.  Two records that match by the rule share one.
 */
int
lc_match_keys_of(const LcMatchingRule *rule, const LcMatchRecord *record, int64 **keys)
{
	const char **values = record_values(rule->keys->field, rule->keys->nfields, record);
	int			n;

	*keys = NULL;
	n = applies(rule, record) ? lc_record_keys(rule->keys, values, true, keys) : 0;
	pfree(values);
	return n;
}

/* A record that is compared with others, of which neither need be stored */
struct LcComparable
{
	const LcMatchingRule *rule;
	bool		applies;		/* the rule can say something about it */
	bool		is_complete;	/* all values have been made */
	Row			row;
};

/*
 * lc_comparable
 *
 * Prepares a record to be compared by a rule, with any number of others, in the current
 * memory context; the record stays as long.
 */
LcComparable *
lc_comparable(const LcMatchingRule *rule, const LcMatchRecord *record)
{
	LcComparable *result = palloc0(sizeof(LcComparable));

	result->rule = rule;
	result->applies = applies(rule, record);
	result->row.text = record_values(rule->fields, rule->nfields, record);
	result->row.value = palloc0(sizeof(LcMatchValue *) * (rule->nitems + 2));
	return result;
}

/*
 * lc_records_match
 *
 * Does one record match another, both prepared by the same rule?  *match is what is
 * known of it then, in the current memory context, without id.
 */
bool
lc_records_match(LcComparable *record, LcComparable *other, LcMatch **match)
{
	const LcMatchingRule *rule = record->rule;
	Finder		finder = {0};
	Search		search = {0};

	if (!record->applies || !other->applies)
		return false;
	finder.rule = rule;
	finder.result = CurrentMemoryContext;
	find_names(&finder);
	for (int i = 0; i < rule->nitems && !record->is_complete; i++)
		(void) row_value(&finder, &record->row, i, false);
	record->is_complete = true;
	search.value = record->row.value;
	compare(&finder, &search, &other->row);
	if (search.matches == NIL)
		return false;
	*match = linitial(search.matches);
	return true;
}

/* Compares until each search is at its end */
static void
run_searches(Finder *finder, Search *searches, int n)
{
	for (;;)
	{
		int			nids = 0;
		int			ndiffer = 0;
		int			space = 256;
		int64	   *ids = palloc(sizeof(int64) * space);
		bool		any = false;

		for (int i = 0; i < n; i++)
		{
			Search	   *search = &searches[i];

			if (search->ncompared < MAX_COMPARED && search->next == search->ncandidates && search->is_cut)
				find_more_candidates(finder, search);
			/* where many do not count, such as those that row security hides, twice as many each time */
			search->taken = search->ncompared == MAX_COMPARED ? 0
				: Max(MAX_COMPARED - search->ncompared, Min(search->taken * 2, MAX_TAKEN));
			for (int j = 0; j < search->taken && search->next + j < search->ncandidates; j++)
			{
				any = true;
				if (hash_search(finder->rows, &search->candidate[search->next + j].id, HASH_FIND, NULL) != NULL)
					continue;
				if (nids == space)
					ids = repalloc_huge(ids, sizeof(int64) * (space *= 2));
				ids[nids++] = search->candidate[search->next + j].id;
			}
		}
		if (!any)
			return;
		if (nids > 0)
		{
			qsort(ids, nids, sizeof(int64), lc_compare_int64);
			for (int i = 0; i < nids; i++)
			{
				if (i == 0 || ids[i] != ids[i - 1])
				{
					bool		found;
					Row		   *row;

					ids[ndiffer++] = ids[i];
					row = hash_search(finder->rows, &ids[i], HASH_ENTER, &found);
					memset((char *) row + sizeof(int64), 0, sizeof(Row) - sizeof(int64));
				}
			}
			read_rows(finder, ids, ndiffer);
		}
		for (int i = 0; i < n; i++)
		{
			Search	   *search = &searches[i];

			CHECK_FOR_INTERRUPTS();
			for (int j = 0; j < search->taken && search->next < search->ncandidates && search->ncompared < MAX_COMPARED; j++)
			{
				Row		   *row = hash_search(finder->rows, &search->candidate[search->next++].id, HASH_FIND, NULL);

				if (row == NULL || !row->is_compared)
					continue;
				search->ncompared++;
				compare(finder, search, row);
			}
		}
		pfree(ids);
	}
}

/*
 * lc_find_matches
 *
 * For each record the stored ones that match it by a rule that can be used, as a list
 * of LcMatch, best first and then by id, at most 100, in the current memory context.
 * What counts is what the caller sees or, where check_as is valid, everything: that is
 * for those who tell nobody what they have found.
 */
List	  **
lc_find_matches(const LcMatchingRule *rule, const LcMatchRecord **records, int n, Oid check_as)
{
	List	  **result = palloc0(sizeof(List *) * Max(n, 1));
	MemoryContext oldcontext = CurrentMemoryContext;
	MemoryContext context;
	Finder		finder = {0};

	finder.rule = rule;
	finder.result = oldcontext;
	finder.is_person = rule->kind == LC_MATCH_PERSON_ACCOUNT;
	finder.table = lc_match_table(lc_match_object_table(rule->kind));
	finder.account = lc_match_table(LC_MATCH_TABLE_ACCOUNT);
	if (finder.table->id == InvalidAttrNumber || finder.account->id == InvalidAttrNumber)
		return result;
	for (int i = 0; i < rule->nfields; i++)
		finder.reads_account |= rule->fields[i].of_account;
	finder.reads_name = finder.table->name != InvalidAttrNumber;
	if (!OidIsValid(check_as) && !check_access(&finder))
		return result;
	if (!lc_open_match_keys(&finder.keys, AccessShareLock))
		return result;
	find_names(&finder);

	context = AllocSetContextCreate(oldcontext, "leadconv candidates", ALLOCSET_DEFAULT_SIZES);
	CommandCounterIncrement();	/* be sure all my own work is visible */
	finder.snapshot = RegisterSnapshot(GetLatestSnapshot());
	if (IsolationUsesXactSnapshot())
		finder.transaction_snapshot = RegisterSnapshot(GetTransactionSnapshot());
	finder.index = index_open(finder.keys.index, AccessShareLock);
	/* in the order of the index, so that records of a key come in that of their ids */
	finder.scan = lc_index_beginscan(finder.keys.rel, finder.index, finder.snapshot, 1);
	finder.slot = table_slot_create(finder.keys.rel, NULL);
	lc_compile_probe(&finder.by_id, finder.table->relid, finder.is_person ? "account_id" : "id");
	if (finder.reads_account)
		lc_compile_probe(&finder.account_by_id, finder.account->relid, "id");

	for (int start = 0; start < n; start += SLICE)
	{
		int			count = Min(SLICE, n - start);
		Search	   *searches;
		HASHCTL		ctl;

		MemoryContextSwitchTo(context);
		searches = palloc0(sizeof(Search) * count);
		ctl.keysize = sizeof(int64);
		ctl.entrysize = sizeof(Row);
		ctl.hcxt = context;
		finder.rows = NULL;
		finder.seen = NULL;
		for (int i = 0; i < count; i++)
		{
			const LcMatchRecord *record = records[start + i];
			Search	   *search = &searches[i];

			search->id = record->id;
			search->limit = FIRST_PER_KEY;
			search->nkeys = lc_match_keys_of(rule, record, &search->key);
		}
		if (finder.filters_rows || (finder.filters_accounts && finder.is_person))
		{
			HASHCTL		seen = {.keysize = sizeof(int64), .entrysize = sizeof(SeenId), .hcxt = context};

			finder.seen = hash_create("leadconv seen records", 256, &seen, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
			find_seen_of_searches(&finder, searches, count);
		}
		for (int i = 0; i < count; i++)
		{
			const LcMatchRecord *record = records[start + i];
			Search	   *search = &searches[i];

			find_candidates(&finder, search);
			if (search->ncandidates == 0)
				continue;
			search->value = record_comparable(rule, record);
			if (finder.rows == NULL)
				finder.rows = hash_create("leadconv candidates", 256, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		}
		if (finder.rows != NULL)
			run_searches(&finder, searches, count);
		MemoryContextSwitchTo(oldcontext);
		for (int i = 0; i < count; i++)
		{
			list_sort(searches[i].matches, compare_matches);
			result[start + i] = searches[i].matches;
		}
		MemoryContextReset(context);
	}

	ExecDropSingleTupleTableSlot(finder.slot);
	index_endscan(finder.scan);
	index_close(finder.index, NoLock);
	if (finder.transaction_snapshot != NULL)
		UnregisterSnapshot(finder.transaction_snapshot);
	UnregisterSnapshot(finder.snapshot);
	lc_close_match_keys(&finder.keys);
	MemoryContextDelete(context);
	return result;
}

/* ------------------------------------------------------------- for people */

/* A JSON object of fields as a record that is looked for; its "id" is that of the record itself */
static LcMatchRecord *
record_from_jsonb(Jsonb *jsonb)
{
	LcMatchRecord *record = palloc0(sizeof(LcMatchRecord));
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;
	int			n;

	if (!JB_ROOT_IS_OBJECT(jsonb))
		ereport(ERROR,
				(lc_errcode(LC_INVALID_TYPE_ON_FIELD_IN_RECORD),
				 errmsg("record is not a JSON object"),
				 errhint("Give an object of columns and values, such as {\"name\": \"Acme\"}.")));
	n = JB_ROOT_COUNT(jsonb);
	record->field = palloc(sizeof(char *) * Max(n, 1));
	record->value = palloc(sizeof(char *) * Max(n, 1));
	it = JsonbIteratorInit(&jsonb->root);
	(void) JsonbIteratorNext(&it, &key, true);
	while ((token = JsonbIteratorNext(&it, &key, true)) == WJB_KEY)
	{
		char	   *text = NULL;

		(void) JsonbIteratorNext(&it, &value, true);
		if (value.type == jbvString)
			text = pnstrdup(value.val.string.val, value.val.string.len);
		else if (value.type == jbvNumeric)
			text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric)));
		else if (value.type == jbvBool)
			text = pstrdup(value.val.boolean ? "t" : "f");
		record->field[record->nfields] = pnstrdup(key.val.string.val, key.val.string.len);
		record->value[record->nfields] = text;
		if (strcmp(record->field[record->nfields++], "id") == 0 && text != NULL)
			record->id = DatumGetInt64(DirectFunctionCall1(int8in, CStringGetDatum(text)));
	}
	return record;
}

/*
 * leadconv.find_matches(object, record)
 *
 * Which records of an object that the caller sees match one, by each rule that can be
 * used, in the order of the rules.  What the snapshot of the transaction does not have,
 * under REPEATABLE READ, is not there, as for any query.
 */
Datum
leadconv_find_matches(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const LcMatchRecord *record;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	(void) lc_crm_relid("matching_rule", false);	/* a whole look at the schema costs more than all of this */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	record = record_from_jsonb(PG_GETARG_JSONB_P(1));
	foreach(lc, lc_matching_rules(text_to_cstring(PG_GETARG_TEXT_PP(0))))
	{
		const LcMatchingRule *rule = lfirst(lc);
		ListCell   *lm;

		foreach(lm, lc_find_matches(rule, &record, 1, InvalidOid)[0])
		{
			const LcMatch *match = lfirst(lm);
			const char **fields = palloc(sizeof(char *) * Max(list_length(match->fields), 1));
			Datum		values[5];
			bool		nulls[5] = {false};
			int			n = 0;
			ListCell   *lf;

			if (match->unseen)
				continue;
			foreach(lf, match->fields)
				fields[n++] = lfirst(lf);
			values[0] = CStringGetTextDatum(rule->name);
			values[1] = Int64GetDatum(match->id);
			nulls[2] = match->name == NULL;
			values[2] = match->name ? CStringGetTextDatum(match->name) : (Datum) 0;
			values[3] = Int32GetDatum(match->score);
			values[4] = lc_text_array(fields, n);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		}
	}
	return (Datum) 0;
}
