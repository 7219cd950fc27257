/*-------------------------------------------------------------------------
 *
 * required.c
 *	  Columns that must be of a certain type, because C code or the conditions of
 *	  generated statements read them.
 *
 * The tables of schema crm are the user's, who may alter them: a column may have
 * become an enum or a domain, accept NULL, have another name or be gone.  So who
 * reads a column has it on a list next to the code that reads it, and the list is
 * checked before: when a program is compiled or a job begins.  What can be read all
 * the same is; of the rest an error names the column, its type and the one that it
 * must have.
 *
 * Trigger functions have a list of their own (columns.c).  They do without what is
 * not as they know it, so that an ordinary INSERT or UPDATE does not fail.
 *
 * Nothing is kept.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "crm/crm.h"

/* Raises an error: there is no such column */
static void
report_missing(Relation rel, const char *column)
{
	char	   *now = lc_renamed_column_of(RelationGetRelid(rel), column);

	ereport(ERROR,
			(lc_errcode(LC_SCHEMA_NOT_READY),
			 errmsg("column \"%s\" of table \"crm.%s\" does not exist", column, RelationGetRelationName(rel)),
			 now ? errhint("It was renamed to \"%s\"; rename it back.", now)
			 : errhint("If it was renamed, rename it back; otherwise add it again. leadconv.validate() reports what is missing in schema crm."),
			 errtable(rel)));
}

/* Raises an error: the column is of a type that cannot be read as the other */
static void
report_type(Relation rel, Form_pg_attribute att, Oid type)
{
	const char *name = NameStr(att->attname);

	ereport(ERROR,
			(lc_errcode(LC_SCHEMA_NOT_READY),
			 errmsg("column \"%s\" of table \"crm.%s\" is of type %s instead of %s", name, RelationGetRelationName(rel),
					format_type_with_typemod(att->atttypid, att->atttypmod), format_type_be(type)),
			 errdetail("Lead conversion has to read it."),
			 errhint("Use ALTER TABLE crm.%s ALTER COLUMN %s TYPE %s.", quote_identifier(RelationGetRelationName(rel)),
					 quote_identifier(name), format_type_be(type)),
			 errtablecol(rel, att->attnum)));
}

/*
 * lc_require_columns
 *
 * Checks columns that are read by statements, which cast what they select to the
 * type.  Raises SCHEMA_NOT_READY when one is not there or cannot be read so.
 */
void
lc_require_columns(const LcRequiredColumn *columns, int n)
{
	Relation	rel = NULL;

	for (int i = 0; i < n; i++)
	{
		AttrNumber	attno;
		Form_pg_attribute att;

		if (rel == NULL || strcmp(columns[i].table, columns[i - 1].table) != 0)
		{
			if (rel != NULL)
				table_close(rel, AccessShareLock);
			rel = table_open(lc_crm_relid(columns[i].table, false), AccessShareLock);
		}
		attno = lc_column_number(RelationGetDescr(rel), columns[i].column);
		if (attno == InvalidAttrNumber)
			report_missing(rel, columns[i].column);
		att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
		if (!lc_reads_as(att->atttypid, columns[i].type))
			report_type(rel, att, columns[i].type);
	}
	if (rel != NULL)
		table_close(rel, AccessShareLock);
}
