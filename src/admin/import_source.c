/*-------------------------------------------------------------------------
 *
 * import_source.c
 *	  An import: the staging table, and what is asked of it.
 *
 * The columns of the staging table carry the platform's field names, as an export
 * file has them, and all values are read as text, where an empty string is no
 * value.  In statements the table is called "s".
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

#define UTF8_BOM			"\xEF\xBB\xBF"

/*
 * lc_import_find_source
 *
 * Takes a relation as the staging table.  Raises an error when it does not exist,
 * has no rows to read, or is in schema crm itself.
 */
void
lc_import_find_source(Import *import, Oid relid)
{
	char		relkind = get_rel_relkind(relid);
	char	   *nspname;

	import->source_relid = relid;
	import->source_name = get_rel_name(relid);
	if (import->source_name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	nspname = get_namespace_name(get_rel_namespace(relid));
	import->source = quote_qualified_identifier(nspname, import->source_name);

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE &&
		relkind != RELKIND_VIEW && relkind != RELKIND_MATVIEW &&
		relkind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table or view", import->source_name)));
	if (strcmp(nspname, "crm") == 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_OPERATION),
				 errmsg("\"%s\" is a table of schema crm and cannot be the source of an import",
						import->source_name),
				 errhint("Copy the export into a table of its own, with the field names as column names.")));
}

/* The names of the columns of the staging table, a list of char * */
List *
lc_import_source_columns(const Import *import)
{
	Relation	source = relation_open(import->source_relid, AccessShareLock);
	TupleDesc	tupdesc = RelationGetDescr(source);
	List	   *names = NIL;

	for (int i = 0; i < tupdesc->natts; i++)
	{
		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			names = lappend(names, pstrdup(NameStr(TupleDescAttr(tupdesc, i)->attname)));
	}
	relation_close(source, NoLock);

	return names;
}

/*
 * The field that a column of the staging table stands for: its name without the
 * byte order mark that export files begin with
 */
const char *
lc_import_field(const char *source)
{
	return strncmp(source, UTF8_BOM, strlen(UTF8_BOM)) == 0 ?
		source + strlen(UTF8_BOM) : source;
}

/* SQL: the text of a column of the staging table, NULL when blank */
char *
lc_import_text(const char *source)
{
	char	   *column = psprintf("s.%s", quote_identifier(source));

	return psprintf("CASE WHEN %s THEN %s::pg_catalog.text END", lc_has_value(column, TEXTOID), column);
}

/* Runs a query that gives one number, and returns that */
int64
lc_import_count(const char *sql)
{
	int64		count;

	if (lc_query(sql, SPI_OK_SELECT, 0, NULL, NULL, NULL) != 1)
		elog(ERROR, "query returned " UINT64_FORMAT " rows: %s", (uint64) SPI_processed, sql);
	count = lc_spi_int64(0, 1);
	SPI_freetuptable(SPI_tuptable);

	return count;
}

/* SQL: the rows of the staging table that have not been put aside, with their number as lc_row */
char *
lc_import_numbered(const Import *import)
{
	if (!import->is_staged)
		return psprintf("(SELECT x.*, pg_catalog.row_number() OVER () AS lc_row FROM %s x)", import->source);
	if (import->rejected_rows.data == NULL)
		return "(SELECT * FROM " LC_IMPORT_SOURCE ")";
	return psprintf("(SELECT * FROM " LC_IMPORT_SOURCE " x WHERE NOT x.lc_row OPERATOR(pg_catalog.=) ANY ('{%s}'::pg_catalog.int8[]))",
					import->rejected_rows.data);
}

/*
 * Runs a function in a subtransaction.  Returns NULL when it went well, else the
 * error, if that is about a value, or any that leaves the session usable if so wanted;
 * others are thrown on.
 */
ErrorData *
lc_import_try(void (*run) (void *arg), void *arg, bool any)
{
	LcSubxact	subxact;
	ErrorData  *volatile edata = NULL;

	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		run(arg);
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		edata = lc_subxact_failed(&subxact, subxact.context);
		if (!(any && lc_may_swallow(edata->sqlerrcode)) &&
			ERRCODE_TO_CATEGORY(edata->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
			ERRCODE_TO_CATEGORY(edata->sqlerrcode) != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION)
			ReThrowError(edata);
	}
	PG_END_TRY();

	return edata;
}

static void
run_query(void *sql)
{
	lc_query(sql, SPI_OK_SELECT, 0, NULL, NULL, NULL);
	SPI_freetuptable(SPI_tuptable);
}

/* The same for a query, whose result does not matter */
ErrorData *
lc_import_try_query(const char *sql)
{
	return lc_import_try(run_query, unconstify(char *, sql), false);
}
