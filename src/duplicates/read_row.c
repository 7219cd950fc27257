/*-------------------------------------------------------------------------
 *
 * read_row.c
 *	  Rows of rules, read as they are at this moment, whatever has become of their tables.
 *
 * Without a statement, and without privileges: what is read is kept for longer than
 * this user is.  A column that is not there, or of another type, is NULL.  Works in the
 * current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "duplicates/duplicates.h"

/*
 * lc_row_text
 *
 * A column of a row as text, or NULL
 */
char *
lc_row_text(HeapTuple tuple, TupleDesc desc, const char *column)
{
	AttrNumber	attno = lc_column_number(desc, column);
	bool		isnull = true;
	Datum		value = attno == InvalidAttrNumber ? (Datum) 0 : heap_getattr(tuple, attno, desc, &isnull);

	return isnull ? NULL : lc_match_text(value, TupleDescAttr(desc, attno - 1)->atttypid);
}

/*
 * lc_row_int64
 *
 * A column that is read as a number; NULL, or what is none, is 0
 */
int64
lc_row_int64(HeapTuple tuple, TupleDesc desc, const char *column)
{
	AttrNumber	attno = lc_column_number(desc, column);
	Oid			type = attno == InvalidAttrNumber ? InvalidOid : getBaseType(TupleDescAttr(desc, attno - 1)->atttypid);
	bool		isnull;
	Datum		value;

	if (type != INT8OID && type != INT4OID && type != INT2OID)
		return 0;
	value = heap_getattr(tuple, attno, desc, &isnull);
	if (isnull)
		return 0;
	return type == INT8OID ? DatumGetInt64(value) : type == INT4OID ? DatumGetInt32(value) : DatumGetInt16(value);
}

/*
 * lc_row_bool
 *
 * A column that is read as a boolean; NULL, or what is none, is false
 */
bool
lc_row_bool(HeapTuple tuple, TupleDesc desc, const char *column)
{
	AttrNumber	attno = lc_column_number(desc, column);
	bool		isnull;
	Datum		value;

	if (attno == InvalidAttrNumber || getBaseType(TupleDescAttr(desc, attno - 1)->atttypid) != BOOLOID)
		return false;
	value = heap_getattr(tuple, attno, desc, &isnull);
	return !isnull && DatumGetBool(value);
}

/*
 * lc_row_array
 *
 * An array of texts or integers, as strings; NULL, or what is none, is NIL with *isnull set
 */
List *
lc_row_array(HeapTuple tuple, TupleDesc desc, const char *column, bool *isnull)
{
	AttrNumber	attno = lc_column_number(desc, column);
	Oid			type = attno == InvalidAttrNumber ? InvalidOid : getBaseType(TupleDescAttr(desc, attno - 1)->atttypid);
	Oid			element = type == TEXTARRAYOID ? TEXTOID : type == INT4ARRAYOID ? INT4OID : InvalidOid;
	Datum		value;
	Datum	   *elems;
	bool	   *nulls;
	int			n;
	List	   *result = NIL;

	*isnull = true;
	if (!OidIsValid(element))
		return NIL;
	value = heap_getattr(tuple, attno, desc, isnull);
	if (*isnull)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(value), element, element == TEXTOID ? -1 : 4, element != TEXTOID, TYPALIGN_INT,
					  &elems, &nulls, &n);
	for (int i = 0; i < n; i++)
		result = lappend(result, nulls[i] ? pstrdup("") : element == TEXTOID ? TextDatumGetCString(elems[i])
						 : psprintf("%d", DatumGetInt32(elems[i])));
	return result;
}

/*
 * lc_each_row
 *
 * Calls reader for each row of a table; a table that is gone, or no table, has none.
 */
void
lc_each_row(Oid relid, LcRowReader reader, void *arg)
{
	Relation	rel = OidIsValid(relid) ? try_relation_open(relid, AccessShareLock) : NULL;

	if (rel == NULL)
		return;
	if (rel->rd_rel->relkind == RELKIND_RELATION)
	{
		Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
		SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
		HeapTuple	tuple;

		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
			reader(tuple, RelationGetDescr(rel), arg);
		systable_endscan(scan);
		UnregisterSnapshot(snapshot);
	}
	relation_close(rel, AccessShareLock);
}
