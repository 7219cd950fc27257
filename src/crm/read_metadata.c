/*-------------------------------------------------------------------------
 *
 * read_metadata.c
 *	  Rows of metadata, as programs are compiled from them and caches have them.
 *
 * Metadata is read as the owner of schema crm, on the latest snapshot, as
 * catalogs are, so that what is made of it never depends on the reader's row security.
 *
 * Nothing is kept.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "crm/crm.h"

/*
 * Reads metadata: runs a query as the owner of schema crm, whose the tables are
 * (lc_schema_problem() sees to that), on the latest snapshot.  The rows are in
 * SPI_tuptable.
 */
uint64
lc_read_metadata(const char *sql)
{
	LcUserSwitch save;
	SPIPlanPtr	plan;
	int			rc;

	lc_become_owner(lc_crm_owner(), &save);
	plan = SPI_prepare(sql, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s for %s", SPI_result_code_string(SPI_result), sql);
	CommandCounterIncrement();
	rc = SPI_execute_snapshot(plan, NULL, NULL, GetLatestSnapshot(), InvalidSnapshot, false, false, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot failed: %s for %s", SPI_result_code_string(rc), sql);
	SPI_freeplan(plan);
	lc_become_caller(&save);
	return SPI_processed;
}

/* Raises an error: a column of a row of metadata is NULL */
static void
report_null(const LcRequiredColumn *column, const char *id)
{
	ereport(ERROR,
			(lc_errcode(LC_SCHEMA_NOT_READY),
			 errmsg("column \"%s\" of table \"crm.%s\" is null", column->column, column->table),
			 errdetail("In the row with id %s.", id ? id : "(null)"),
			 errhint("Give it a value, and keep it from being null: ALTER TABLE crm.%s ALTER COLUMN %s SET NOT NULL.",
					 column->table, column->column),
			 err_generic_string(PG_DIAG_TABLE_NAME, column->table),
			 err_generic_string(PG_DIAG_COLUMN_NAME, column->column)));
}

/* Has a table of metadata no rows, as it is at this moment? */
static bool
is_empty(const char *table)
{
	Relation	rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	bool		result = false;

	if (rel->rd_rel->relkind == RELKIND_RELATION)
	{
		LcLatestScan latest;

		result = !HeapTupleIsValid(lc_latest_begin(&latest, rel, InvalidOid, 0, NULL));
		lc_latest_end(&latest);
	}
	table_close(rel, AccessShareLock);
	return result;
}

/*
 * Reads columns of metadata, each as its type and by its position in the list; then
 * comes extra, SQL for one more or NULL.  from is the rest of the statement, in which
 * tables go by their own names; the first of the list must have a column id, and where
 * that table is empty there must be no rows.  Raises
 * SCHEMA_NOT_READY when a column is missing, of a type that cannot be read so, or
 * NULL where it must not be.  The rows are in SPI_tuptable.
 */
uint64
lc_read_columns(const LcMetaColumn *columns, int n, const char *extra, const char *from)
{
	LcRequiredColumn *required = palloc(sizeof(LcRequiredColumn) * n);
	StringInfoData sql;
	uint64		nrows;
	int			id = n + (extra ? 1 : 0) + 1;

	initStringInfo(&sql);
	for (int i = 0; i < n; i++)
	{
		required[i] = columns[i].column;
		appendStringInfo(&sql, "%s%s.%s::%s", i == 0 ? "SELECT " : ", ", required[i].table, required[i].column,
						 format_type_extended(required[i].type, -1, FORMAT_TYPE_FORCE_QUALIFY));
	}
	lc_require_columns(required, n);
	/* such as record types, which many do without; a statement costs a millisecond in a new session */
	if (is_empty(required[0].table))
	{
		SPI_tuptable = NULL;
		SPI_processed = 0;
		return 0;
	}
	appendStringInfo(&sql, "%s%s, %s.id::pg_catalog.text FROM %s", extra ? ", " : "", extra ? extra : "", required[0].table, from);
	nrows = lc_read_metadata(sql.data);
	for (uint64 row = 0; row < nrows; row++)
	{
		for (int i = 0; i < n; i++)
		{
			if (columns[i].not_null && lc_spi_isnull(row, i + 1))
				report_null(&required[i], strcmp(required[i].table, required[0].table) == 0 ? lc_spi_text(row, id) : "?");
		}
	}
	pfree(sql.data);
	pfree(required);
	return nrows;
}
