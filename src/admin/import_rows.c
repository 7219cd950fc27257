/*-------------------------------------------------------------------------
 *
 * import_rows.c
 *	  An import: "v", the query that gives the rows to import.
 *
 * It reads the staging table, converts each value to the type of its column and
 * turns ids into keys by way of external_id.  All that an import writes is read
 * from it.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

/* SQL: the value of a column, from the text of it in the staging table */
static char *
conversion(const ImportColumn *column)
{
	char	   *text = lc_import_text(column->source);
	char	   *value;

	switch (column->type.basetype)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			/* some tools write every number with a point */
			value = psprintf("pg_catalog.regexp_replace(%s, '\\.0*$', '')", text);
			break;
		case TIMESTAMPTZOID:
			/* a time without a zone is UTC */
			value = psprintf("pg_catalog.regexp_replace(%s,"
							 " '^([0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?)?)$', '\\1 UTC')",
							 text);
			break;
		case BYTEAOID:
			value = psprintf("pg_catalog.decode(%s, 'base64')", text);
			break;
		default:
			if (OidIsValid(get_element_type(column->type.basetype)))
				/* a multi-select picklist */
				value = psprintf("pg_catalog.string_to_array(%s, ';')", text);
			else
				value = psprintf("(%s)", text);
	}

	/* The checks have seen to it that the cast cuts off nothing */
	return psprintf("(%s)::%s", value, lc_column_type_name(&column->type));
}

/*
 * Take a name out of a list
 */
static List *
forget_name(List *names, const char *name)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, names)
	{
		if (strcmp((char *) lfirst(lc), name) != 0)
			result = lappend(result, lfirst(lc));
	}
	return result;
}

/*
 * Users whose export has no full name: put it together from its parts, or else
 * take the login name
 */
static void
add_user_name(Import *import)
{
	char	   *first = NULL;
	char	   *last = NULL;
	char	   *login = NULL;
	char	   *parts;
	ImportColumn *column;
	Relation	rel;
	ListCell   *lc;

	foreach(lc, lc_import_source_columns(import))
	{
		const char *source = (const char *) lfirst(lc);
		const char *field = lc_import_field(source);
		char	   *squeezed = lc_squeeze_name(field);

		if (strcmp(squeezed, "username") == 0)
			login = lc_import_text(source);
		else if (strcmp(squeezed, "firstname") == 0)
		{
			first = lc_import_text(source);
			import->unknown = forget_name(import->unknown, field);
		}
		else if (strcmp(squeezed, "lastname") == 0)
		{
			last = lc_import_text(source);
			import->unknown = forget_name(import->unknown, field);
		}
	}
	if (first == NULL && last == NULL && login == NULL)
		return;

	rel = table_open(import->relid, AccessShareLock);
	column = lc_import_describe_column(import, rel, "name");
	table_close(rel, NoLock);
	parts = psprintf("%s, %s", first ? first : "NULL", last ? last : "NULL");
	column->value = psprintf("(COALESCE(CASE WHEN pg_catalog.concat(%s) OPERATOR(pg_catalog.<>) '' THEN pg_catalog.concat_ws(' ', %s) END, %s))::%s",
							 parts, parts, login ? login : "NULL", lc_column_type_name(&column->type));
	import->columns = lappend(import->columns, column);
}

/*
 * Say how each column gets its value: from the text, or where the platform has
 * words of its own, in ours
 */
static void
set_values(Import *import)
{
	ImportColumn *column;
	ListCell   *lc;

	foreach(lc, import->columns)
	{
		column = (ImportColumn *) lfirst(lc);
		if (!OidIsValid(column->referenced))
			column->value = conversion(column);
	}

	if (strcmp(import->table, "record_type") == 0 &&
		(column = lc_import_column(import, "object")) != NULL)
		column->value = psprintf("pg_catalog.lower(pg_catalog.regexp_replace(%s, '([a-z0-9])([A-Z])', '\\1_\\2', 'g'))",
								 lc_import_text(column->source));

	if (strcmp(import->table, "app_user") == 0)
	{
		/* Kinds of users of the platform that make no difference here */
		column = lc_import_column(import, "user_type");
		if (column != NULL)
			column->value = psprintf("CASE WHEN %s OPERATOR(pg_catalog.=) 'Queue' THEN 'Queue' WHEN %s IS NOT NULL THEN 'Standard' END",
									 lc_import_text(column->source), lc_import_text(column->source));
		if (lc_import_column(import, "name") == NULL && get_attnum(import->relid, "name") > 0)
			add_user_name(import);
	}
}

/* SQL: the staging table "s" and the tables of its references, r1, r2 ... */
static char *
joined_source(const Import *import, const char *source)
{
	StringInfoData buf;
	ListCell   *lc;
	int			number = 0;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s s", source);
	foreach(lc, import->joins)
	{
		ReferenceJoin *join = (ReferenceJoin *) lfirst(lc);

		number++;
		appendStringInfo(&buf, " LEFT JOIN crm.%s r%d ON r%d.external_id OPERATOR(pg_catalog.=) %s",
						 quote_identifier(get_rel_name(join->relid)),
						 number, number, lc_import_text(join->source));
	}
	return buf.data;
}

/*
 * SQL: the key that a reference becomes, from the first of its joins that finds a
 * record.  Where "redirected" holds, the row of a lead goes to its contact.
 */
static char *
reference_value(const Import *import, const ImportColumn *column, const char *redirected)
{
	StringInfoData keys;
	ListCell   *lc;

	initStringInfo(&keys);
	foreach(lc, column->joins)
		appendStringInfo(&keys, "%sr%d.id", keys.len > 0 ? ", " : "", lfirst_int(lc));

	if (redirected != NULL && strcmp(column->name, "contact_id") == 0)
		appendStringInfo(&keys, "%sCASE WHEN %s THEN r%d.converted_contact_id END",
						 keys.len > 0 ? ", " : "", redirected, import->lead_join);
	if (redirected != NULL && strcmp(column->name, "lead_id") == 0)
		return psprintf("CASE WHEN %s THEN NULL ELSE COALESCE(%s) END", redirected, keys.data);
	return psprintf("COALESCE(%s)", keys.data);
}

/*
 * lc_import_build_rows
 *
 * Puts together "v": one row for each row of the staging table, with lc_row, its
 * number there; external_id; the columns; and where rows may belong to a lead,
 * lc_moved, whether that is converted.
 */
void
lc_import_build_rows(Import *import)
{
	StringInfoData buf;
	ListCell   *lc;
	char	   *redirected = NULL;

	set_values(import);

	initStringInfo(&buf);
	appendStringInfo(&buf, "SELECT s.lc_row, %s AS external_id",
					 lc_import_text(import->id_column));
	if (import->lead_join > 0)
	{
		/* Where no contact was created, the row has nowhere else to go */
		redirected = psprintf("(r%d.is_converted AND r%d.converted_contact_id IS NOT NULL)",
							  import->lead_join, import->lead_join);
		appendStringInfo(&buf, ", COALESCE(r%d.is_converted, false) AS lc_moved",
						 import->lead_join);
	}

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		char	   *value = column->value;

		if (OidIsValid(column->referenced))
			value = reference_value(import, column, redirected);
		else if (column->not_null && column->type.basetype == BOOLOID)
			/* a checkbox that was not ticked is written as nothing */
			value = psprintf("COALESCE(%s, false)", value);
		appendStringInfo(&buf, ", %s AS %s", value, quote_identifier(column->name));
	}

	/* Numbered before the joins, so that rows keep their order */
	appendStringInfo(&buf, " FROM %s",
					 joined_source(import, psprintf("(SELECT x.*, pg_catalog.row_number() OVER () AS lc_row FROM %s x)",
													import->source)));
	import->body = buf.data;
}

/*
 * lc_import_count_unresolved
 *
 * Counts the ids that lead nowhere, and notes in which columns.
 */
void
lc_import_count_unresolved(Import *import)
{
	StringInfoData sql;
	ListCell   *lc;
	int			number = 0;

	if (import->references == NIL)
		return;

	initStringInfo(&sql);
	foreach(lc, import->references)
	{
		ReferenceSource *reference = (ReferenceSource *) lfirst(lc);
		ListCell   *join;

		appendStringInfo(&sql, "%s pg_catalog.count(*) FILTER (WHERE (%s) IS NOT NULL",
						 sql.len > 0 ? "," : "SELECT", lc_import_text(reference->name));
		foreach(join, reference->joins)
			appendStringInfo(&sql, " AND r%d.id IS NULL", lfirst_int(join));
		appendStringInfoChar(&sql, ')');
	}
	appendStringInfo(&sql, " FROM %s", joined_source(import, import->source));

	lc_query(sql.data, SPI_OK_SELECT, 0, NULL, NULL, NULL);
	foreach(lc, import->references)
	{
		ReferenceSource *reference = (ReferenceSource *) lfirst(lc);
		int64		count = lc_spi_int64(0, ++number);

		if (count == 0)
			continue;
		import->unresolved += count;
		import->notes = lappend(import->notes,
								psprintf("ids in column %s without a record in schema crm: " INT64_FORMAT,
										 lc_import_field(reference->name), count));
	}
	SPI_freetuptable(SPI_tuptable);
}
