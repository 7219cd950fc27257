/*-------------------------------------------------------------------------
 *
 * query.c
 *	  SQL by way of SPI: connect, run, read.
 *
 * SPI reports most mistakes by a code; here each becomes an error that says
 * which statement it was.  The readers look at SPI_tuptable; columns count from
 * 1, and what they return is allocated in the current memory context.  SPI leaves
 * that of the connection current, in which memory stays until SPI_finish(); here
 * the caller's stays current.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "leadconv.h"

/* SPI_connect(), which must succeed */
void
lc_spi_connect(void)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

/*
 * Runs one statement with parameters ($1 ...; nulls may be NULL), insists on the
 * kind of result (SPI_OK_SELECT, ...) and returns the number of rows.
 */
uint64
lc_query(const char *sql, int expected, int nargs, Oid *argtypes, Datum *values, const char *nulls)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	int			rc = SPI_execute_with_args(sql, nargs, argtypes, values, nulls, false, 0);

	MemoryContextSwitchTo(oldcontext);
	if (rc != expected)
		elog(ERROR, "SPI_execute_with_args returned %s: %s", SPI_result_code_string(rc), sql);
	return SPI_processed;
}

/*
 * Runs a query in which nothing can write, and returns the number of rows.
 */
uint64
lc_read(const char *sql, int nargs, Oid *argtypes, Datum *values)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	int			rc = SPI_execute_with_args(sql, nargs, argtypes, values, NULL, true, 0);

	MemoryContextSwitchTo(oldcontext);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_with_args returned %s: %s", SPI_result_code_string(rc), sql);
	return SPI_processed;
}

/* Runs statements, one or several, whose results do not matter */
void
lc_command(const char *sql)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	int			rc = SPI_execute(sql, false, 0);

	MemoryContextSwitchTo(oldcontext);
	if (rc < 0)
		elog(ERROR, "SPI_execute returned %s: %s", SPI_result_code_string(rc), sql);
}

/* A column of a row of the result, as it is */
Datum
lc_spi_datum(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

/* Raises an error: a column of the result is not of the type that it is read as */
static void
report_result_type(Form_pg_attribute att, Oid type)
{
	ereport(ERROR,
			(lc_errcode(LC_SCHEMA_NOT_READY),
			 errmsg("a statement of leadconv yields \"%s\" of type %s instead of %s", NameStr(att->attname),
					format_type_be(att->atttypid), format_type_be(type)),
			 errdetail("A column that it reads has been altered."),
			 errhint("leadconv.validate() reports what is missing in schema crm.")));
}

/*
 * A column of a row of the result that is read as a Datum of this type.  Statements
 * cast what they select; but whoever forgets to must not read an address as a number.
 */
static inline Datum
typed_datum(uint64 row, int column, Oid type, bool *isnull)
{
	Form_pg_attribute att = TupleDescAttr(SPI_tuptable->tupdesc, column - 1);

	if (unlikely(att->atttypid != type) && !lc_is_stored_as(att->atttypid, type))
		report_result_type(att, type);
	return lc_spi_datum(row, column, isnull);
}

/* Is the column NULL? */
bool
lc_spi_isnull(uint64 row, int column)
{
	bool		isnull;

	(void) lc_spi_datum(row, column, &isnull);
	return isnull;
}

/* A column of any type as a string, or NULL */
char *
lc_spi_text(uint64 row, int column)
{
	/* text needs no look-up of how to print it */
	if (TupleDescAttr(SPI_tuptable->tupdesc, column - 1)->atttypid == TEXTOID)
	{
		bool		isnull;
		Datum		value = lc_spi_datum(row, column, &isnull);

		return isnull ? NULL : TextDatumGetCString(value);
	}
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

/* A bigint column; NULL is 0 */
int64
lc_spi_int64(uint64 row, int column)
{
	bool		isnull;
	Datum		value = typed_datum(row, column, INT8OID, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* A boolean column; NULL is false */
bool
lc_spi_bool(uint64 row, int column)
{
	bool		isnull;
	Datum		value = typed_datum(row, column, BOOLOID, &isnull);

	return !isnull && DatumGetBool(value);
}

/* A column of type oid; NULL is InvalidOid */
Oid
lc_spi_oid(uint64 row, int column)
{
	bool		isnull;
	Datum		value = typed_datum(row, column, OIDOID, &isnull);

	return isnull ? InvalidOid : DatumGetObjectId(value);
}

/* A text[] of strings */
Datum
lc_text_array(const char *const *strings, int n)
{
	Datum	   *elems = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		elems[i] = CStringGetTextDatum(strings[i]);
	return PointerGetDatum(construct_array(elems, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * Raises an error in a read-only transaction, which on a standby server any is: the one
 * of the server's statements, but in words of who calls it.  action is what the caller
 * was asked to do, as in "convert leads".
 */
void
lc_require_writable(const char *action)
{
	bool		standby;

	if (!XactReadOnly)
		return;
	standby = RecoveryInProgress();
	ereport(ERROR,
			(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
			 err_generic_string(PG_DIAG_DATATYPE_NAME, lc_status_for_sqlstate(ERRCODE_READ_ONLY_SQL_TRANSACTION, false)),
			 standby ? errmsg("cannot %s on a server that is read-only", action)
			 : errmsg("cannot %s in a read-only transaction", action),
			 standby ? errdetail("It is a standby server in recovery.")
			 : errdetail("The transaction, or the default of the session, was set to READ ONLY."),
			 standby ? errhint("Connect to the primary server, for example with target_session_attrs=read-write in the connection string.")
			 : errhint("Use SET TRANSACTION READ WRITE at the beginning of the transaction.")));
}
