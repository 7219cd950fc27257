/*-------------------------------------------------------------------------
 *
 * key_action.c
 *	  Is an update the action of a foreign key?
 *
 * SET NULL when an account is deleted, CASCADE when a picklist value is renamed:
 * these may change a converted lead, whoever deletes or renames.  The trigger that
 * judges the row fires after the outermost statement, where nothing tells any more
 * who has updated it.  So there are two halves:
 *
 * While the row is updated, lc_note_key_action() looks how: the server executes the
 * actions of foreign keys, and nothing else, as the owner of the table with a mark
 * (SECURITY_NOFORCE_RLS).  It notes the version of the row that is replaced, of which
 * there is one replacement only.
 *
 * Afterwards, lc_is_key_action() looks whether there is such a note, and
 * lc_changed_by_key_action() whether a column has become what the action of a foreign
 * key of its would make it, the row that the old value pointed at being gone.  This
 * is because the mark covers what triggers of users do while the action is executed.
 * They gain nothing by it: at most they do what the action would have done.
 *
 * Notes live in TopTransactionContext.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "crm/trigger.h"

/* A version of a row that the action of a foreign key has replaced */
typedef struct KeyAction
{
	ItemPointerData tid;		/* hash key; must be first */
	SubTransactionId subid;
} KeyAction;

/* Those of this transaction; NULL = none */
static HTAB *key_actions = NULL;

/* What becomes of the row that a foreign key points at */
typedef enum Referenced
{
	REFERENCED_GONE,
	REFERENCED_OLD,				/* it is there, and was before this transaction */
	REFERENCED_NEW				/* this transaction has made or changed it */
} Referenced;

/* The transaction ends, and the notes with its memory */
static void
forget_key_actions(void *arg)
{
	key_actions = NULL;
}

/* What a subtransaction did that is rolled back has not happened */
static void
key_action_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
							SubTransactionId parentSubid, void *arg)
{
	HASH_SEQ_STATUS entries;
	KeyAction  *entry;

	if (event != SUBXACT_EVENT_ABORT_SUB || key_actions == NULL)
		return;
	hash_seq_init(&entries, key_actions);
	while ((entry = hash_seq_search(&entries)) != NULL)
	{
		if (entry->subid >= mySubid)
			(void) hash_search(key_actions, &entry->tid, HASH_REMOVE, NULL);
	}
}

/*
 * lc_note_key_action
 *
 * For a BEFORE UPDATE ROW trigger: notes the row if it is updated by the action of a
 * foreign key.
 */
void
lc_note_key_action(TriggerData *trigdata)
{
	KeyAction  *entry;

	if (!InNoForceRLSOperation() || !InLocalUserIdChange())
		return;
	if (key_actions == NULL)
	{
		static bool registered = false;
		MemoryContextCallback *forget = MemoryContextAllocZero(TopTransactionContext, sizeof(MemoryContextCallback));
		HASHCTL		ctl;

		if (!registered)
			RegisterSubXactCallback(key_action_subxact_callback, NULL);
		registered = true;
		ctl.keysize = sizeof(ItemPointerData);
		ctl.entrysize = sizeof(KeyAction);
		ctl.hcxt = TopTransactionContext;
		key_actions = hash_create("leadconv foreign key actions", 16, &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		forget->func = forget_key_actions;
		MemoryContextRegisterResetCallback(TopTransactionContext, forget);
	}
	entry = hash_search(key_actions, &trigdata->tg_trigtuple->t_self, HASH_ENTER, NULL);
	entry->subid = GetCurrentSubTransactionId();
}

/*
 * lc_is_key_action
 *
 * For an AFTER UPDATE ROW trigger of the same table: has the action of a foreign key,
 * or what a trigger did meanwhile, updated the row?
 */
bool
lc_is_key_action(TriggerData *trigdata)
{
	return key_actions != NULL &&
		hash_search(key_actions, &trigdata->tg_trigtuple->t_self, HASH_FIND, NULL) != NULL;
}

/* The index on a partition that belongs to an index of the partitioned table, or InvalidOid */
static Oid
partition_index(Relation partition, Oid parent_index)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(partition))
	{
		if (list_member_oid(get_partition_ancestors(lfirst_oid(lc)), parent_index))
			return lfirst_oid(lc);
	}
	return InvalidOid;
}

/*
 * Looks in one table, a partition of the referenced one or itself, for the row that
 * a foreign key points at with the values of slot, none of which is NULL.
 */
static Referenced
find_referenced_in(ForeignKeyCacheInfo *fk, Oid relid, Oid indexid, TupleTableSlot *slot)
{
	ScanKeyData keys[INDEX_MAX_KEYS];
	Relation	rel = table_open(relid, AccessShareLock);
	LcLatestScan latest;
	HeapTuple	tuple;
	Referenced	result = REFERENCED_GONE;
	bool		isnull;

	if (relid != fk->confrelid)
		indexid = partition_index(rel, indexid);
	for (int i = 0; i < fk->nkeys; i++)
	{
		AttrNumber	attno = relid == fk->confrelid ? fk->confkey[i]
			: get_attnum(relid, get_attname(fk->confrelid, fk->confkey[i], false));
		Oid			lefttype;
		Oid			righttype;

		op_input_types(fk->conpfeqop[i], &lefttype, &righttype);
		ScanKeyEntryInitialize(&keys[i], 0, attno, BTEqualStrategyNumber, righttype,
							   TupleDescAttr(RelationGetDescr(rel), attno - 1)->attcollation,
							   get_opcode(fk->conpfeqop[i]), slot_getattr(slot, fk->conkey[i], &isnull));
	}
	tuple = lc_latest_begin(&latest, rel, indexid, fk->nkeys, keys);
	if (HeapTupleIsValid(tuple))
		result = TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(tuple->t_data))
			? REFERENCED_NEW : REFERENCED_OLD;
	lc_latest_end(&latest);
	table_close(rel, AccessShareLock);
	return result;
}

/*
 * Looks for the row that a foreign key points at with the values of slot.  Where
 * that cannot be found out, it is there.
 */
static Referenced
find_referenced(ForeignKeyCacheInfo *fk, Oid indexid, TupleTableSlot *slot)
{
	Referenced	result = REFERENCED_GONE;
	Relation	index;
	bool		is_btree;
	List	   *relids;
	ListCell   *lc;

	for (int i = 0; i < fk->nkeys; i++)
	{
		if (slot_attisnull(slot, fk->conkey[i]))
			return REFERENCED_OLD;	/* it points nowhere */
	}
	/* a key over periods of time has another kind of index */
	index = relation_open(indexid, AccessShareLock);
	is_btree = index->rd_rel->relam == BTREE_AM_OID;
	relation_close(index, AccessShareLock);
	if (!is_btree)
		return REFERENCED_OLD;
	relids = find_all_inheritors(fk->confrelid, AccessShareLock, NULL);
	foreach(lc, relids)
	{
		if (get_rel_relkind(lfirst_oid(lc)) == RELKIND_RELATION && result == REFERENCED_GONE &&
			(lfirst_oid(lc) == fk->confrelid || get_rel_relispartition(lfirst_oid(lc))))
			result = find_referenced_in(fk, lfirst_oid(lc), indexid, slot);
	}
	return result;
}

/* Has this foreign key made the column what it is? */
static bool
is_action_of(ForeignKeyCacheInfo *fk, AttrNumber attno, TupleTableSlot *oldslot, TupleTableSlot *newslot)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(fk->conoid));
	Form_pg_constraint form;
	Oid			indexid;
	bool		has_parent;
	char		on_delete;
	char		on_update;
	Referenced	was;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for constraint %u", fk->conoid);
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	indexid = form->conindid;
	has_parent = OidIsValid(form->conparentid);
	on_delete = form->confdeltype;
	on_update = form->confupdtype;
	ReleaseSysCache(tuple);

	/* of a key to a partitioned table, the one to the table counts, not those to the partitions */
	if (has_parent)
		return false;
	was = find_referenced(fk, indexid, oldslot);
	if (was != REFERENCED_GONE)
		return false;
	if (slot_attisnull(newslot, attno))
		return on_delete == FKCONSTR_ACTION_SETNULL || on_update == FKCONSTR_ACTION_SETNULL ||
			on_delete == FKCONSTR_ACTION_SETDEFAULT || on_update == FKCONSTR_ACTION_SETDEFAULT;
	if (on_delete == FKCONSTR_ACTION_SETDEFAULT || on_update == FKCONSTR_ACTION_SETDEFAULT)
		return true;
	/* it follows a row that was renamed by now */
	return on_update == FKCONSTR_ACTION_CASCADE && find_referenced(fk, indexid, newslot) == REFERENCED_NEW;
}

/*
 * lc_changed_by_key_action
 *
 * Was this column of an updated row changed by the action of a foreign key?  Then
 * the row that the old value pointed at is gone, and the new value is what the
 * action gives: NULL, the default, or what the other row is called now.
 */
bool
lc_changed_by_key_action(Relation rel, AttrNumber attno, TupleTableSlot *oldslot, TupleTableSlot *newslot)
{
	/* copied, because opening other tables may rebuild our relcache entry */
	List	   *fkeys = copyObject(RelationGetFKeyList(rel));
	ListCell   *lc;

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
			if (fk->conkey[i] == attno && is_action_of(fk, attno, oldslot, newslot))
				return true;
		}
	}
	return false;
}
