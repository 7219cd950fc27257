/*-------------------------------------------------------------------------
 *
 * probe.c
 *	  Rows of a table by a bigint column or an indexed text, without SQL.
 *
 * Where the engine and the guards want to know a little about many rows, a
 * statement costs more than its answer; so tables are looked at directly, as
 * the server looks at its catalogs: an index probe, no privileges and no row
 * security.  What is found this way must not reach a caller who may not see it.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "leadconv.h"

/*
 * Can an index serve to find rows by equality with a bigint column?  One with an
 * operator class of the user's cannot; a partial one can when it leaves out nothing
 * but NULL.
 */
static bool
index_serves(Oid indexid, AttrNumber attno)
{
	Relation	index = index_open(indexid, AccessShareLock);
	bool		result;
	List	   *predicate;

	result = index->rd_index->indisvalid && index->rd_rel->relam == BTREE_AM_OID &&
		index->rd_index->indkey.values[0] == attno &&
		index->rd_opfamily[0] == INTEGER_BTREE_FAM_OID && index->rd_opcintype[0] == INT8OID;
	predicate = result ? RelationGetIndexPredicate(index) : NIL;
	if (predicate != NIL)
	{
		Node	   *node = linitial(predicate);

		result = list_length(predicate) == 1 && IsA(node, NullTest) &&
			castNode(NullTest, node)->nulltesttype == IS_NOT_NULL &&
			IsA(castNode(NullTest, node)->arg, Var) &&
			castNode(Var, castNode(NullTest, node)->arg)->varattno == attno;
	}
	index_close(index, AccessShareLock);
	return result;
}

/*
 * Finds a column of a table that is read as a Datum of this type.  Raises
 * SCHEMA_NOT_READY when there is no such column, or its values are not stored so.
 */
static Form_pg_attribute
stored_column(Relation rel, const char *column, Oid type)
{
	AttrNumber	attno = lc_column_number(RelationGetDescr(rel), column);
	Form_pg_attribute att;

	if (attno == InvalidAttrNumber)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("column \"%s\" of table \"%s\" does not exist", column, RelationGetRelationName(rel)),
				 errhint("If it was renamed, rename it back; otherwise add it again. leadconv.validate() reports what is missing in schema crm."),
				 errtable(rel)));
	att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	if (!lc_is_stored_as(att->atttypid, type))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("column \"%s\" of table \"%s\" is of type %s instead of %s", column, RelationGetRelationName(rel),
						format_type_with_typemod(att->atttypid, att->atttypmod), format_type_be(type)),
				 errdetail("Lead conversion has to read it."),
				 errhint("Use ALTER TABLE %s ALTER COLUMN %s TYPE %s.", lc_qualified_name(RelationGetRelid(rel)),
						 quote_identifier(column), format_type_be(type)),
				 errtablecol(rel, attno)));
	return att;
}

/*
 * Prepares the look-up of rows of a table by one of its bigint columns, for the
 * life of a program.  Raises SCHEMA_NOT_READY when there is no such column, or it is
 * of another type.
 */
void
lc_compile_probe(LcProbe *probe, Oid relid, const char *column)
{
	Relation	rel = table_open(relid, AccessShareLock);
	Form_pg_attribute att = stored_column(rel, column, INT8OID);
	ListCell   *lc;

	probe->relid = relid;
	probe->attno = att->attnum;
	probe->type = att->atttypid;
	probe->index = InvalidOid;
	probe->ncolumns = 0;
	foreach(lc, RelationGetIndexList(rel))
	{
		if (index_serves(lfirst_oid(lc), probe->attno))
		{
			probe->index = lfirst_oid(lc);
			break;
		}
	}
	table_close(rel, AccessShareLock);
}

/*
 * Another column of the rows that a compiled probe finds, which is read as a Datum of
 * this type or, for text, with lc_value_text(): its number.  Raises SCHEMA_NOT_READY
 * when there is no such column, or its values are not stored so.
 */
AttrNumber
lc_probe_column(LcProbe *probe, const char *column, Oid type)
{
	Relation	rel = table_open(probe->relid, AccessShareLock);
	Form_pg_attribute att = stored_column(rel, column, type);
	AttrNumber	attno = att->attnum;

	Assert(probe->ncolumns < LC_PROBE_COLUMNS);
	probe->column[probe->ncolumns].attno = attno;
	probe->column[probe->ncolumns++].type = att->atttypid;
	table_close(rel, AccessShareLock);
	return attno;
}

/*
 * Opens the table of a compiled probe.  Raises SCHEMA_NOT_READY when one of its
 * columns is no longer what it was when the probe was compiled: until the table is
 * locked, anybody may alter it, and later a trigger in the midst of a call.
 */
void
lc_probe_open(LcOpenProbe *probe, const LcProbe *compiled)
{
	probe->probe = compiled;
	probe->rel = table_open(compiled->relid, AccessShareLock);
	lc_check_column_type(probe->rel, compiled->attno, compiled->type);
	for (int i = 0; i < compiled->ncolumns; i++)
		lc_check_column_type(probe->rel, compiled->column[i].attno, compiled->column[i].type);
	/* a partitioned table has no blocks of its own */
	probe->is_empty = probe->rel->rd_rel->relkind == RELKIND_RELATION &&
		RelationGetNumberOfBlocks(probe->rel) == 0;
	/* the index may have been dropped since the program was compiled */
	probe->index = !probe->is_empty && list_member_oid(RelationGetIndexList(probe->rel), compiled->index)
		? compiled->index : InvalidOid;
}

/* Begins a look-up; systable_getnext() and systable_endscan() do the rest */
SysScanDesc
lc_probe_begin(LcOpenProbe *probe, int64 id, Snapshot snapshot)
{
	ScanKeyData key;

	ScanKeyInit(&key, probe->probe->attno, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(id));
	return systable_beginscan(probe->rel, probe->index, OidIsValid(probe->index), snapshot, 1, &key);
}

/* Is there a row?  Checks for interrupts, being called for each of many. */
bool
lc_probe_finds(LcOpenProbe *probe, int64 id, Snapshot snapshot)
{
	SysScanDesc scan;
	bool		found;

	CHECK_FOR_INTERRUPTS();
	if (probe->is_empty)
		return false;
	scan = lc_probe_begin(probe, id, snapshot);
	found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	return found;
}

/*
 * Does an index have what a function of schema leadconv makes of a column, for all
 * rows, as its first key?
 */
static bool
index_has_function(Oid indexid, const char *function, AttrNumber attno)
{
	Relation	index = index_open(indexid, AccessShareLock);
	bool		result = false;

	if (index->rd_index->indisvalid && index->rd_rel->relam == BTREE_AM_OID &&
		index->rd_index->indkey.values[0] == 0 && index->rd_opfamily[0] == TEXT_BTREE_FAM_OID &&
		RelationGetIndexPredicate(index) == NIL)
	{
		Node	   *expr = linitial(RelationGetIndexExpressions(index));

		if (IsA(expr, FuncExpr) && list_length(castNode(FuncExpr, expr)->args) == 1)
		{
			Oid			funcid = castNode(FuncExpr, expr)->funcid;
			Node	   *arg = linitial(castNode(FuncExpr, expr)->args);

			if (IsA(arg, RelabelType))
				arg = (Node *) castNode(RelabelType, arg)->arg;
			result = IsA(arg, Var) && castNode(Var, arg)->varattno == attno &&
				get_func_namespace(funcid) == get_namespace_oid("leadconv", true) &&
				strcmp(get_func_name(funcid), function) == 0;
		}
	}
	index_close(index, AccessShareLock);
	return result;
}

/*
 * May it matter to what is compiled that a table has this index?  It may when a probe could
 * use it, or when it is the primary key, by which rows are named.
 */
bool
lc_index_matters(Oid indexid)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(indexid));
	Form_pg_index form;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return true;
	form = (Form_pg_index) GETSTRUCT(tuple);
	/* an expression may be one of ours */
	result = form->indisprimary ||
		(form->indisvalid && (form->indkey.values[0] == 0 ||
							  lc_is_stored_as(get_atttype(form->indrelid, form->indkey.values[0]), INT8OID)));
	ReleaseSysCache(tuple);
	return result;
}

/*
 * Prepares lc_may_find_text() for the rows of a table by what a function of schema
 * leadconv makes of a column, for the life of a program.
 */
void
lc_compile_text_probe(LcTextProbe *probe, Oid relid, const char *function, const char *column)
{
	Relation	rel = table_open(relid, AccessShareLock);
	AttrNumber	attno = lc_column_number(RelationGetDescr(rel), column);
	ListCell   *lc;

	probe->relid = relid;
	probe->index = InvalidOid;
	foreach(lc, RelationGetIndexList(rel))
	{
		if (!OidIsValid(probe->index) && index_has_function(lfirst_oid(lc), function, attno))
			probe->index = lfirst_oid(lc);
	}
	table_close(rel, AccessShareLock);
}

/*
 * May there be a row with this text, at this moment?  False is sure; true also where
 * no index can tell.
 */
bool
lc_may_find_text(const LcTextProbe *probe, const char *text)
{
	Relation	rel;
	Relation	index;
	bool		found = true;

	if (!OidIsValid(probe->index))
		return true;
	rel = table_open(probe->relid, AccessShareLock);
	/* it may have been dropped since the program was compiled */
	if (rel->rd_rel->relkind == RELKIND_RELATION && !rel->rd_rel->relhassubclass &&
		list_member_oid(RelationGetIndexList(rel), probe->index))
	{
		index = index_open(probe->index, AccessShareLock);
		/* else not all rows that older snapshots see are in it */
		if (!index->rd_index->indcheckxmin)
		{
			TupleTableSlot *slot = table_slot_create(rel, NULL);
			Snapshot	snapshot;
			IndexScanDesc scan;
			ScanKeyData key;

			CommandCounterIncrement();	/* be sure all my own work is visible */
			snapshot = RegisterSnapshot(GetLatestSnapshot());
			ScanKeyEntryInitialize(&key, 0, 1, BTEqualStrategyNumber, TEXTOID, index->rd_indcollation[0],
								   F_TEXTEQ, CStringGetTextDatum(text));
			scan = lc_index_beginscan(rel, index, snapshot, 1);
			index_rescan(scan, &key, 1, NULL, 0);
			found = index_getnext_slot(scan, ForwardScanDirection, slot);
			index_endscan(scan);
			UnregisterSnapshot(snapshot);
			ExecDropSingleTupleTableSlot(slot);
		}
		index_close(index, AccessShareLock);
	}
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * The first row of an open table with these keys, or NULL, as it is at this moment;
 * by an index, or if that is InvalidOid by reading the table.  The row lives until
 * lc_latest_end().
 */
HeapTuple
lc_latest_begin(LcLatestScan *latest, Relation rel, Oid index, int nkeys, ScanKey keys)
{
	CommandCounterIncrement();	/* be sure all my own work is visible */
	latest->snapshot = RegisterSnapshot(GetLatestSnapshot());
	latest->scan = systable_beginscan(rel, index, OidIsValid(index), latest->snapshot, nkeys, keys);
	return systable_getnext(latest->scan);
}

/* Ends it */
void
lc_latest_end(LcLatestScan *latest)
{
	systable_endscan(latest->scan);
	UnregisterSnapshot(latest->snapshot);
}

/* Closes the table; the lock stays to the end of the transaction */
void
lc_probe_close(LcOpenProbe *probe)
{
	table_close(probe->rel, AccessShareLock);
}
