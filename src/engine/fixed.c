/*-------------------------------------------------------------------------
 *
 * fixed.c
 *	  Statements whose text depends on nothing but the shape of schema crm.
 *
 * They are data: a list of texts, or a list of the columns of a row.  The memory
 * is the program's.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "engine/engine.h"

/* Makes the statements of a list whose text is constant */
void
lc_fixed_statements(LcProgram *program, const LcFixedStatement *fixed, int n)
{
	for (; n > 0; n--, fixed++)
	{
		LcSql		sql;
		LcStatement *statement = &program->step[fixed->id];

		lc_sql_init(&sql);
		lc_sql_constant(&sql, fixed->sql);
		lc_statement(program, statement, fixed->step,
					 fixed->owner_of ? lc_table_owner(fixed->owner_of) : InvalidOid, fixed->snapshot, &sql);
		statement->argtype = fixed->argtype;
		if (fixed->locks)
			lc_statement_locks(statement, fixed->locks, lc_crm_relid(fixed->locked, false));
		pfree(sql.text.data);
	}
}

/*
 * A row of fixed columns for an INSERT without a statement.  Returns NULL when
 * there must be a statement.
 */
static LcDirect *
compile_row_direct(LcProgram *program, Relation rel, const LcRowColumn *columns, int n, Oid argtype)
{
	TupleDesc	desc = RelationGetDescr(rel);
	LcDirect   *direct = MemoryContextAllocZero(program->context, sizeof(LcDirect));
	Oid			type;			/* of the value, where the batch does not say it */
	int			nfound = 0;

	if (!lc_may_insert_direct(rel))
		return NULL;
	direct->relid = RelationGetRelid(rel);
	direct->natts = desc->natts;
	direct->column = MemoryContextAllocZero(program->context, sizeof(LcDirectColumn) * desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		LcDirectColumn *column = &direct->column[i];
		const char *source = NULL;

		column->batch = -1;
		column->isnull = true;
		type = InvalidOid;
		if (att->attisdropped || att->attgenerated != '\0')
			continue;
		for (int c = 0; c < n && source == NULL; c++)
		{
			if (namestrcmp(&att->attname, columns[c].column) == 0)
				source = columns[c].source;
		}
		if (source != NULL)
		{
			nfound++;
			lc_direct_given(program, direct, att);
		}
		if (source == NULL && att->attidentity != '\0')
		{
			column->sequence = lc_identity_sequence(rel, att->attnum);
			type = INT8OID;
		}
		else if (source == NULL)
		{
			if (!lc_direct_default(program, rel, att, column))
				return NULL;
		}
		else if (strcmp(source, "$1") == 0)
		{
			column->is_argument = true;
			type = argtype;
		}
		else if (strcmp(source, "pg_catalog.now()") == 0)
		{
			column->is_now = true;
			type = TIMESTAMPTZOID;
		}
		else if (strcmp(source, "true") == 0)
		{
			column->value = BoolGetDatum(true);
			column->isnull = false;
			type = BOOLOID;
		}
		else if (!lc_direct_batch(column, att, lc_batch_source(source)))
			return NULL;

		/* a column whose type was changed needs a cast, or a check of its length */
		if (OidIsValid(type) && (att->atttypid != type || att->atttypmod >= 0))
			return NULL;
	}
	/* of a column that is gone, the statement tells */
	return nfound == n ? direct : NULL;
}

/*
 * Makes the INSERT of a row of a table, with its owner's rights, from a list of
 * its columns.  A source is a column of the batch ("b.lead_id"), $1 of argtype,
 * "pg_catalog.now()" or "true".  condition says which rows of the batch make one.
 */
void
lc_row_statement(LcProgram *program, LcStep id, const char *table, const LcRowColumn *columns, int n,
				 const char *condition, Oid argtype)
{
	Relation	rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	LcStatement *statement = &program->step[id];
	LcSql		sql;

	lc_sql_init(&sql);
	lc_sql_add(&sql, "INSERT INTO crm.%s (", table);
	for (int i = 0; i < n; i++)
		lc_sql_add(&sql, "%s%s", i == 0 ? "" : ", ", columns[i].column);
	lc_sql_add(&sql, ") SELECT ");
	for (int i = 0; i < n; i++)
		lc_sql_add(&sql, "%s%s", i == 0 ? "" : ", ", columns[i].source);
	lc_sql_add(&sql, " FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b WHERE %s", condition);
	lc_statement(program, statement, psprintf("insert %s", table), rel->rd_rel->relowner,
				 LC_SNAPSHOT_TRANSACTION, &sql);
	statement->argtype = argtype;
	statement->direct = compile_row_direct(program, rel, columns, n, argtype);
	table_close(rel, AccessShareLock);
}
