/*-------------------------------------------------------------------------
 *
 * import_reference.c
 *	  An import: ids of records that are not there yet.
 *
 * They are remembered in crm.import_reference, and each import looks whether the
 * records have come since.  So the files of an export may come in any order.  An id
 * that may belong to records of several objects is remembered for the column of
 * each; of the platform's ids, the prefix says which it is.
 *
 * What is remembered is written and read as the owner of crm.  The records are looked
 * up and changed as the caller: several tenants may use the same ids, and only row
 * security tells them apart.  Where the caller may not change the records that refer
 * to others, that is left to whoever may.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection, but for what leadconv.import_status() returns.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

PG_FUNCTION_INFO_V1(leadconv_import_status);

/* Columns of crm.lead that the ledger knows as well */
static const char *const converted_columns[][2] = {
	{"converted_account_id", "account_id"},
	{"converted_contact_id", "contact_id"},
	{"converted_opportunity_id", "opportunity_id"}
};

/* A column with ids that are remembered */
typedef struct OpenColumn
{
	char	   *object;
	char	   *column;
	Oid			relid;			/* of the object */
	Oid			referenced;		/* table that the column refers to, or InvalidOid */
} OpenColumn;

/*
 * SQL: the ids of a reference that may be of the table of a join, from "v"
 */
static char *
open_ids(const Import *import, const ReferenceJoin *join)
{
	char	   *id = psprintf("v.lc_reference%d", join->reference);
	char	   *known = lc_id_prefixes(get_rel_name(join->relid));

	if (!import->has_platform_ids || known == NULL)
		return id;
	return psprintf("CASE WHEN leadconv.salesforce_id(%s) IS NULL OR pg_catalog.left(%s, 3) OPERATOR(pg_catalog.=) ANY (ARRAY[%s]) THEN %s END",
					id, id, known, id);
}

/*
 * lc_import_remember_references
 *
 * Notes the ids that lead nowhere in crm.import_reference, and forgets those that the
 * rows had before.
 */
void
lc_import_remember_references(Import *import)
{
	Oid			argtypes[5] = {TEXTOID, TEXTARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum		args[5];
	Oid			owner = lc_crm_owner();
	StringInfoData open;
	bool		isnull;
	const char **names = palloc(sizeof(char *) * Max(list_length(import->columns), 1));
	int			nnames = 0;
	bool		any = false;
	ListCell   *lc;

	initStringInfo(&open);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		ListCell   *lj;

		if (column->joins == NIL || column->is_audit || column->not_null)
			continue;
		names[nnames++] = column->name;
		foreach(lj, column->joins)
		{
			ReferenceJoin *join = list_nth(import->joins, lfirst_int(lj) - 1);

			if (((ReferenceSource *) list_nth(import->references, join->reference - 1))->unresolved == 0)
				continue;
			any = true;
			appendStringInfo(&open, "%sSELECT t.id::pg_catalog.int8 AS record_id, %s AS column_name, %s AS external_id"
							 " FROM " LC_IMPORT_ROWS " v JOIN %s t ON t.external_id OPERATOR(pg_catalog.=) v.external_id"
							 " WHERE %s IS NOT NULL%s", open.len > 0 ? " UNION ALL " : "",
							 quote_literal_cstr(column->name), open_ids(import, join), import->target, open_ids(import, join),
							 column->is_self ? psprintf(" AND t.%s IS NULL", quote_identifier(column->name)) : "");
		}
	}
	if (nnames == 0)
		return;
	args[0] = CStringGetTextDatum(import->table);
	args[1] = lc_text_array(names, nnames);
	for (int i = 2; i < 5; i++)
		args[i] = PointerGetDatum(construct_empty_array(i == 2 ? INT8OID : TEXTOID));
	if (any)
	{
		lc_query(psprintf("SELECT COALESCE(pg_catalog.array_agg(o.record_id), '{}'), COALESCE(pg_catalog.array_agg(o.column_name), '{}'),"
						  " COALESCE(pg_catalog.array_agg(o.external_id), '{}') FROM (%s) o", open.data), SPI_OK_SELECT, 0, NULL, NULL, NULL);
		for (int i = 2; i < 5; i++)
			args[i] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, i - 1, &isnull)));
		SPI_freetuptable(SPI_tuptable);
	}

	if (lc_query_as(owner, "SELECT 1 FROM crm.import_reference i WHERE i.object OPERATOR(pg_catalog.=) $1 LIMIT 1",
					SPI_OK_SELECT, 1, argtypes, args, NULL) > 0)
		lc_query_as(owner, "WITH o AS MATERIALIZED (SELECT * FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5))"
					" o (record_id, column_name, external_id))"
					" DELETE FROM crm.import_reference i USING " LC_IMPORT_ROWS " v"
					" WHERE i.object OPERATOR(pg_catalog.=) $1 AND i.column_name OPERATOR(pg_catalog.=) ANY ($2)"
					" AND i.record_id OPERATOR(pg_catalog.=) v.lc_id"
					" AND NOT EXISTS (SELECT 1 FROM o WHERE o.record_id OPERATOR(pg_catalog.=) i.record_id"
					" AND o.column_name OPERATOR(pg_catalog.=) i.column_name AND o.external_id OPERATOR(pg_catalog.=) i.external_id)",
					SPI_OK_DELETE, 5, argtypes, args, NULL);
	if (any)
		lc_query_as(owner, "INSERT INTO crm.import_reference (object, record_id, column_name, external_id)"
					" SELECT $1, o.* FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5)) o ON CONFLICT DO NOTHING",
					SPI_OK_INSERT, 5, argtypes, args, NULL);
}

/*
 * lc_import_count_unresolved
 *
 * Counts the ids that lead nowhere, and notes in which columns.
 */
void
lc_import_count_unresolved(Import *import)
{
	ListCell   *lc;

	foreach(lc, import->references)
	{
		ReferenceSource *reference = (ReferenceSource *) lfirst(lc);
		int			number = foreach_current_index(lc) + 1;
		ListCell   *lj;

		if (reference->unresolved == 0)
			continue;
		/* those within the table may be resolved by now */
		foreach(lj, reference->joins)
		{
			ReferenceJoin *join = list_nth(import->joins, lfirst_int(lj) - 1);

			if (join->relid == import->relid)
				reference->unresolved -=
					lc_import_count(psprintf("SELECT pg_catalog.count(*) FROM " LC_IMPORT_ROWS " v JOIN %s t"
											 " ON t.external_id OPERATOR(pg_catalog.=) v.lc_reference%d WHERE NOT v.lc_ambiguous%d",
											 import->target, number, number));
		}
		import->unresolved += reference->unresolved;
		if (reference->unresolved > reference->ambiguous)
			import->notes = lappend(import->notes,
									psprintf("ids in column %s without a record in schema crm: " INT64_FORMAT,
											 lc_import_field(reference->name), reference->unresolved - reference->ambiguous));
		if (reference->ambiguous > 0)
			import->notes = lappend(import->notes,
									psprintf("ids in column %s that records of several objects have, and that were not set: " INT64_FORMAT,
											 lc_import_field(reference->name), reference->ambiguous));
	}
}

/* The columns with ids that are remembered, a list of OpenColumn */
static List *
find_open_columns(Oid owner)
{
	List	   *columns = NIL;
	ListCell   *lc;

	lc_query_as(owner, "SELECT i.object::pg_catalog.text, i.column_name::pg_catalog.text FROM crm.import_reference i GROUP BY 1, 2 ORDER BY 1, 2",
				SPI_OK_SELECT, 0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		OpenColumn *column = palloc0(sizeof(OpenColumn));

		column->object = lc_spi_text(i, 1);
		column->column = lc_spi_text(i, 2);
		columns = lappend(columns, column);
	}
	SPI_freetuptable(SPI_tuptable);
	foreach(lc, columns)
	{
		OpenColumn *column = lfirst(lc);
		Relation	rel;
		AttrNumber	attno;

		column->relid = lc_crm_relid(column->object, true);
		if (!OidIsValid(column->relid))
			continue;
		rel = table_open(column->relid, AccessShareLock);
		attno = lc_column_number(RelationGetDescr(rel), column->column);
		if (attno != InvalidAttrNumber)
			column->referenced = lc_import_referenced(rel, attno);
		table_close(rel, NoLock);
	}
	return columns;
}

/*
 * SQL: no other column of the record waits for a record of the same id that is there,
 * over "i", a remembered id, and "a", all those of the object
 */
static char *
is_certain(const List *columns, const OpenColumn *column)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	foreach(lc, columns)
	{
		const OpenColumn *other = lfirst(lc);

		if (other->relid != column->relid || other->referenced == column->referenced || !OidIsValid(other->referenced))
			continue;
		appendStringInfo(&buf, " AND NOT EXISTS (SELECT 1 FROM a j JOIN crm.%s o"
						 " ON o.external_id OPERATOR(pg_catalog.=) j.external_id"
						 " WHERE j.record_id OPERATOR(pg_catalog.=) i.record_id"
						 " AND j.external_id OPERATOR(pg_catalog.=) i.external_id AND j.column_name OPERATOR(pg_catalog.=) %s)",
						 quote_identifier(get_rel_name(other->referenced)), quote_literal_cstr(other->column));
	}
	return buf.data;
}

/*
 * SQL: what is set in the row "t" of a column whose record "f" has come.  What belongs
 * to a lead goes to the contact of a converted one.
 */
static char *
assignment(const OpenColumn *column)
{
	const char *name = quote_identifier(column->column);

	if (strcmp(column->column, "lead_id") == 0 && column->referenced == lc_crm_relid("lead", true) &&
		get_attnum(column->relid, "contact_id") > 0)
		return psprintf("%s = CASE WHEN f.contact_id IS NULL THEN f.id END, contact_id = COALESCE(t.contact_id, f.contact_id)", name);
	return psprintf("%s = f.id", name);
}

/* The remembered ids of an object, as arrays of record_id, column_name and external_id */
static void
read_open_ids(Oid owner, const char *object, Datum *arrays)
{
	Oid			argtypes[1] = {TEXTOID};
	Datum		args[1] = {CStringGetTextDatum(object)};
	bool		isnull;

	lc_query_as(owner, "SELECT COALESCE(pg_catalog.array_agg(i.record_id::pg_catalog.int8), '{}'), COALESCE(pg_catalog.array_agg(i.column_name::pg_catalog.text), '{}'),"
				" COALESCE(pg_catalog.array_agg(i.external_id::pg_catalog.text), '{}')"
				" FROM crm.import_reference i WHERE i.object OPERATOR(pg_catalog.=) $1", SPI_OK_SELECT, 1, argtypes, args, NULL);
	for (int i = 0; i < 3; i++)
		arrays[i] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, i + 1, &isnull)));
	SPI_freetuptable(SPI_tuptable);
}

/* Sets a column of the rows whose records have come; returns how many of them there were */
static int64
resolve_column(Oid owner, const List *columns, const OpenColumn *column)
{
	Oid			argtypes[4] = {INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID};
	Datum		args[4];
	Oid			doneargtypes[3] = {TEXTOID, INT8ARRAYOID, TEXTARRAYOID};
	Datum		done[3] = {CStringGetTextDatum(column->object)};
	bool		is_lead = column->referenced == lc_crm_relid("lead", true);
	bool		isnull;
	int64		count;

	read_open_ids(owner, column->object, args);
	args[3] = CStringGetTextDatum(column->column);
	lc_query(psprintf("WITH a AS MATERIALIZED (SELECT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3))"
					  " a (record_id, column_name, external_id)),"
					  " f AS MATERIALIZED (SELECT i.record_id, i.external_id, r.id, %s AS contact_id"
					  " FROM a i JOIN crm.%s r ON r.external_id OPERATOR(pg_catalog.=) i.external_id"
					  " JOIN crm.%s t ON t.id OPERATOR(pg_catalog.=) i.record_id"
					  " WHERE i.column_name OPERATOR(pg_catalog.=) $4%s),"
					  " u AS (UPDATE crm.%s t SET %s FROM f WHERE t.id OPERATOR(pg_catalog.=) f.record_id AND t.%s IS NULL)"
					  " SELECT pg_catalog.count(*), pg_catalog.array_agg(f.record_id), pg_catalog.array_agg(f.external_id) FROM f",
					  is_lead ? "CASE WHEN r.is_converted THEN r.converted_contact_id END" : "NULL::pg_catalog.int8",
					  quote_identifier(get_rel_name(column->referenced)), quote_identifier(column->object), is_certain(columns, column),
					  quote_identifier(column->object), assignment(column), quote_identifier(column->column)),
			 SPI_OK_SELECT, 4, argtypes, args, NULL);
	count = lc_spi_int64(0, 1);
	if (count > 0)
	{
		for (int i = 1; i < 3; i++)
			done[i] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, i + 1, &isnull)));
	}
	SPI_freetuptable(SPI_tuptable);
	if (count > 0)
		lc_query_as(owner, "DELETE FROM crm.import_reference i USING ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) f (record_id, external_id)"
					" WHERE i.object OPERATOR(pg_catalog.=) $1 AND i.record_id OPERATOR(pg_catalog.=) f.record_id"
					" AND i.external_id OPERATOR(pg_catalog.=) f.external_id", SPI_OK_DELETE, 3, doneargtypes, done, NULL);
	return count;
}

/* May the caller change the records that refer to others? */
static bool
may_resolve(const OpenColumn *column)
{
	return OidIsValid(column->referenced) &&
		pg_class_aclcheck(column->relid, GetUserId(), ACL_UPDATE) == ACLCHECK_OK &&
		pg_class_aclcheck(column->relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
		pg_class_aclcheck(column->referenced, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/*
 * lc_import_resolve_references
 *
 * Sets the references to records that have come since they were remembered, and notes
 * how many.
 */
void
lc_import_resolve_references(Import *import)
{
	Oid			owner = lc_crm_owner();
	List	   *columns = find_open_columns(owner);
	int64		count = 0;
	ListCell   *lc;

	foreach(lc, columns)
	{
		const OpenColumn *column = lfirst(lc);
		int64		resolved;

		if (!may_resolve(column))
			continue;
		resolved = resolve_column(owner, columns, column);
		count += resolved;
		for (int i = 0; resolved > 0 && i < (int) lengthof(converted_columns); i++)
		{
			if (strcmp(column->object, "lead") == 0 && strcmp(column->column, converted_columns[i][0]) == 0)
				lc_query_as(owner, psprintf("UPDATE crm.lead_conversion c SET %s = l.%s FROM crm.lead l"
											" WHERE l.id OPERATOR(pg_catalog.=) c.lead_id AND c.origin OPERATOR(pg_catalog.=) 'imported'"
											" AND c.undone_date IS NULL AND c.%s IS NULL AND l.%s IS NOT NULL",
											converted_columns[i][1], converted_columns[i][0], converted_columns[i][1], converted_columns[i][0]),
							SPI_OK_UPDATE, 0, NULL, NULL, NULL);
		}
	}
	if (count > 0)
		import->notes = lappend(import->notes, psprintf("references set whose records have come by now: " INT64_FORMAT, count));
}

/*
 * leadconv.import_status()
 * RETURNS TABLE (object text, column_name text, unresolved bigint, example text)
 */
Datum
leadconv_import_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	uint64		nrows;

	InitMaterializedSRF(fcinfo, 0);
	lc_require_schema();
	lc_spi_connect();
	nrows = lc_read("SELECT i.object::pg_catalog.text, i.column_name::pg_catalog.text, pg_catalog.count(*), pg_catalog.min(i.external_id::pg_catalog.text)"
					" FROM crm.import_reference i GROUP BY 1, 2 ORDER BY 1, 2", 0, NULL, NULL);
	for (uint64 i = 0; i < nrows; i++)
	{
		Datum		values[4];
		bool		nulls[4];

		for (int column = 1; column <= 4; column++)
			values[column - 1] = lc_spi_datum(i, column, &nulls[column - 1]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}
