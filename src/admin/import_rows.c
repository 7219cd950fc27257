/*-------------------------------------------------------------------------
 *
 * import_rows.c
 *	  An import: "v", the query that gives the rows to import.
 *
 * It reads the staging table, converts each value to the type of its column, turns
 * ids into keys by way of external_id, and compares the row with the record that is
 * there.  It runs once, and what it gives is kept: all that an import writes is read
 * from there, by the name of LC_IMPORT_ROWS.
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
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

/* What separates the parts of a date that is not ISO, in another order */
#define DATE_PARTS(first, second, third) \
	"^\\s*([0-9]{" first "})[./-]([0-9]{" second "})[./-]([0-9]{" third "})"

/* SQL: a text in which a date is written as ISO has it */
static char *
iso_date(const Import *import, char *text)
{
	if (import->date_order == NULL)
		return text;
	if (strcmp(import->date_order, "YMD") == 0)
		return psprintf("pg_catalog.regexp_replace(%s, '%s', '\\1-\\2-\\3')", text, DATE_PARTS("4", "1,2", "1,2"));
	return psprintf("pg_catalog.regexp_replace(%s, '%s', '\\3-%s')", text, DATE_PARTS("1,2", "1,2", "4"),
					strcmp(import->date_order, "DMY") == 0 ? "\\2-\\1" : "\\1-\\2");
}

/* SQL: a text in which a number is written with a point and without other signs */
static char *
plain_number(const Import *import, char *text)
{
	if (import->decimal_point == '\0')
		return text;
	return psprintf("pg_catalog.translate(pg_catalog.regexp_replace(%s, '^([A-Z]{3})\\s|\\s([A-Z]{3})$|[\\s''\u2019\u00a0\u202f$\u20ac\u00a3\u00a5]', '', 'g'), %s)",
					text, import->decimal_point == ',' ? "',.', '.'" : "',', ''");
}

/*
 * lc_import_is_strange
 *
 * SQL: the text of a column is understood by the server, but not meant so: a date that
 * is not in the order that was said, or no day at all, like "today"; and what is no
 * number, like "NaN".  NULL when nothing is strange to the type.  In the current memory
 * context.
 */
char *
lc_import_is_strange(const Import *import, const ImportColumn *column)
{
	char	   *text = lc_import_text(column->source);

	if (column->is_date)
		return psprintf("(%s) OPERATOR(pg_catalog.!~) '^\\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?\\s*$'", iso_date(import, text));
	if (column->is_number)
		return psprintf("(%s) OPERATOR(pg_catalog.~*) 'inf|nan'", text);
	return NULL;
}

/* SQL: the value of a column, from the text of it in the staging table */
static char *
conversion(const Import *import, ImportColumn *column)
{
	char	   *text = lc_import_text(column->source);
	char	   *value;

	switch (column->type.basetype)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			/* some tools write every number with a point */
			text = plain_number(import, text);
			value = psprintf("CASE WHEN pg_catalog.strpos(%s, '.') OPERATOR(pg_catalog.>) 0 THEN pg_catalog.regexp_replace(%s, '\\.0*$', '') ELSE %s END",
							 text, text, text);
			column->is_number = true;
			break;
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			value = psprintf("(%s)", plain_number(import, text));
			column->is_number = true;
			break;
		case DATEOID:
		case TIMESTAMPOID:
			value = psprintf("(%s)", iso_date(import, text));
			column->is_date = true;
			break;
		case TIMESTAMPTZOID:
			/* a time without a zone is UTC; most have one, and need no look */
			text = iso_date(import, text);
			value = psprintf("CASE WHEN pg_catalog.strpos(%s, '+') OPERATOR(pg_catalog.>) 0 THEN %s ELSE pg_catalog.regexp_replace(%s,"
							 " '^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?)?)$', '\\1 UTC') END",
							 text, text, text);
			column->is_date = true;
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
			column->value = column->conversion = conversion(import, column);
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

/*
 * lc_import_id
 *
 * SQL: the id in a column of the staging table; of the platform's ids, the form of 18
 * characters.  In the current memory context.
 */
char *
lc_import_id(const Import *import, const char *source)
{
	char	   *text = lc_import_text(source);

	return import->has_platform_ids ? psprintf("COALESCE(leadconv.salesforce_id(%s), %s)", text, text) : text;
}

/* What the query of lc_import_count_rows() yields, in this order */
enum
{
	COUNT_ROWS = 1,
	COUNT_SHORT,				/* ids of 15 characters */
	COUNT_LONG,					/* ... of 18 */
	COUNT_IDS,
	COUNT_EXPECTED,				/* ids that look like the platform's */
	COUNT_VALID					/* ids of the platform */
};

/*
 * lc_import_count_rows
 *
 * Counts the rows of the staging table, and finds out whether their ids are those of
 * the platform, if that is not said: all look like them, and begin as those of the
 * object do, and the checksums of most are right.
 */
void
lc_import_count_rows(Import *import)
{
	char	   *known = lc_id_prefixes(import->table);
	int64		nids;

	lc_query(psprintf("SELECT pg_catalog.count(*), pg_catalog.count(*) FILTER (WHERE pg_catalog.length(x.id) OPERATOR(pg_catalog.=) 15),"
					  " pg_catalog.count(*) FILTER (WHERE pg_catalog.length(x.id) OPERATOR(pg_catalog.=) 18), pg_catalog.count(x.id),"
					  " pg_catalog.count(*) FILTER (WHERE %s), pg_catalog.count(leadconv.salesforce_id(x.id)) FROM (SELECT %s AS id FROM %s s) x",
					  known ? psprintf("pg_catalog.left(x.id, 3) OPERATOR(pg_catalog.=) ANY (ARRAY[%s])", known) : "true",
					  lc_import_text(import->id_column), import->source), SPI_OK_SELECT, 0, NULL, NULL, NULL);
	import->rows_read = lc_spi_int64(0, COUNT_ROWS);
	nids = lc_spi_int64(0, COUNT_IDS);
	if (strcmp(import->id_format, "auto") == 0)
		import->has_platform_ids = nids > 0 && lc_spi_int64(0, COUNT_EXPECTED) == nids &&
			lc_spi_int64(0, COUNT_SHORT) + lc_spi_int64(0, COUNT_LONG) == nids &&
			lc_spi_int64(0, COUNT_VALID) * 2 > nids;
	else
		import->has_platform_ids = strcmp(import->id_format, "salesforce") == 0;
	import->has_both_forms = import->has_platform_ids && lc_spi_int64(0, COUNT_SHORT) > 0 && lc_spi_int64(0, COUNT_LONG) > 0;
	SPI_freetuptable(SPI_tuptable);
}

/* Are there records of a table by the short form of ids of the platform? */
static bool
has_short_ids(Oid relid)
{
	return lc_import_count(psprintf("SELECT pg_catalog.count(*) FROM (SELECT 1 FROM %s t WHERE pg_catalog.length(t.external_id) OPERATOR(pg_catalog.=) 15 LIMIT 1) x",
									lc_qualified_name(relid))) > 0;
}

/* SQL: behind the rows of the staging table, its name "s", and the tables of its references, r1, r2 ... */
static char *
joined_tables(const Import *import)
{
	StringInfoData buf;
	ListCell   *lc;
	int			number = 0;

	initStringInfo(&buf);
	appendStringInfoString(&buf, " s");
	foreach(lc, import->joins)
	{
		ReferenceJoin *join = (ReferenceJoin *) lfirst(lc);

		number++;
		/* records that are here by the short form of their id are found as well */
		if (import->has_platform_ids && has_short_ids(join->relid))
			appendStringInfo(&buf, " LEFT JOIN LATERAL (SELECT * FROM crm.%s x WHERE x.external_id OPERATOR(pg_catalog.=) ANY (ARRAY[%s, pg_catalog.left(%s, 15)])"
							 " ORDER BY pg_catalog.length(x.external_id) DESC LIMIT 1) r%d ON true", quote_identifier(get_rel_name(join->relid)),
							 lc_import_id(import, join->source), lc_import_id(import, join->source), number);
		else
			appendStringInfo(&buf, " LEFT JOIN crm.%s r%d ON r%d.external_id OPERATOR(pg_catalog.=) %s",
							 quote_identifier(get_rel_name(join->relid)),
							 number, number, lc_import_id(import, join->source));
	}
	return buf.data;
}

/* SQL: a list of the joins of a reference, each as this format makes it */
static char *
join_list(const ReferenceSource *reference, const char *format, const char *separator)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	foreach(lc, reference->joins)
	{
		if (buf.len > 0)
			appendStringInfoString(&buf, separator);
		appendStringInfo(&buf, format, lfirst_int(lc));
	}
	return buf.data;
}

/* SQL: the ids of a reference lead to several records, of which nobody knows which is meant */
static char *
is_ambiguous(const ReferenceSource *reference)
{
	return psprintf("pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 1", join_list(reference, "r%d.id", ", "));
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
	{
		const ReferenceJoin *join = list_nth(import->joins, lfirst_int(lc) - 1);
		const ReferenceSource *reference = list_nth(import->references, join->reference - 1);

		if (keys.len > 0)
			appendStringInfoString(&keys, ", ");
		if (list_length(reference->joins) > 1)
			appendStringInfo(&keys, "CASE WHEN NOT %s THEN r%d.id END", is_ambiguous(reference), lfirst_int(lc));
		else
			appendStringInfo(&keys, "r%d.id", lfirst_int(lc));
	}

	if (redirected != NULL && strcmp(column->name, "contact_id") == 0)
		appendStringInfo(&keys, "%sCASE WHEN %s THEN r%d.converted_contact_id END",
						 keys.len > 0 ? ", " : "", redirected, import->lead_join);
	if (redirected != NULL && strcmp(column->name, "lead_id") == 0)
		return psprintf("CASE WHEN %s THEN NULL ELSE COALESCE(%s) END", redirected, keys.data);
	return psprintf("COALESCE(%s)", keys.data);
}

/*
 * SQL: something is wrong with a row, over "s" and its references.  What is cheap to
 * say is said; a row that turns out to be right does no harm.
 */
static char *
is_bad(const Import *import)
{
	StringInfoData buf;
	ImportColumn *column;
	ListCell   *lc;

	initStringInfo(&buf);
	appendStringInfo(&buf, import->has_platform_ids ? "leadconv.salesforce_id(%s) IS NULL" : "(%s) IS NULL",
					 lc_import_text(import->id_column));
	foreach(lc, import->columns)
	{
		int			length;

		column = (ImportColumn *) lfirst(lc);
		if (column->source == NULL)
			continue;
		length = column->value ? lc_text_length(column->type.basetype, column->type.basetypmod) : 0;
		if (length > 0)
			appendStringInfo(&buf, " OR (pg_catalog.octet_length(s.%s::pg_catalog.text) OPERATOR(pg_catalog.>) %d"
							 " AND pg_catalog.length(s.%s::pg_catalog.text) OPERATOR(pg_catalog.>) %d)",
							 quote_identifier(column->source), length, quote_identifier(column->source), length);
		/* a cheap guess at lc_import_is_strange() */
		if (column->is_date)
			appendStringInfo(&buf, " OR (s.%s::pg_catalog.text OPERATOR(pg_catalog.<>) '' AND pg_catalog.substr(s.%s::pg_catalog.text, 5, 1) OPERATOR(pg_catalog.<>) '-')",
							 quote_identifier(column->source), quote_identifier(column->source));
		if (column->is_number)
			appendStringInfo(&buf, " OR pg_catalog.ascii(pg_catalog.right(s.%s::pg_catalog.text, 1)) OPERATOR(pg_catalog.>) 57",
							 quote_identifier(column->source));
		if (!column->not_null || column->is_audit)
			continue;
		if (column->value == NULL)
			appendStringInfo(&buf, " OR (%s) IS NULL", reference_value(import, column, NULL));
		else if (column->default_expr == NULL && column->type.basetype != BOOLOID)
			appendStringInfo(&buf, " OR (%s) IS NULL", lc_import_text(column->source));
	}
	return buf.data;
}

/*
 * lc_import_build_rows
 *
 * Puts together the text of "v": one row for each row of the staging table, with what
 * ImportRowColumn names, and the columns.
 */
void
lc_import_build_rows(Import *import)
{
	StringInfoData buf;
	StringInfoData references;
	StringInfoData ambiguous;
	StringInfoData names;
	StringInfoData tail;
	ListCell   *lc;
	char	   *redirected = NULL;
	char	   *differs;

	set_values(import);
	lc_import_date_conversions(import);

	initStringInfo(&buf);
	initStringInfo(&references);
	initStringInfo(&ambiguous);
	initStringInfo(&names);
	appendStringInfo(&buf, "SELECT s.lc_row, %s AS external_id, COALESCE(%s, false) AS lc_bad",
					 lc_import_id(import, import->id_column), is_bad(import));
	if (import->lead_join > 0)
	{
		/* Where no contact was created, the row has nowhere else to go */
		redirected = psprintf("(r%d.is_converted AND r%d.converted_contact_id IS NOT NULL)",
							  import->lead_join, import->lead_join);
		appendStringInfo(&buf, ", COALESCE(r%d.is_converted, false) AS lc_moved",
						 import->lead_join);
	}
	else
		appendStringInfoString(&buf, ", false AS lc_moved");
	foreach(lc, import->references)
	{
		ReferenceSource *reference = (ReferenceSource *) lfirst(lc);
		int			number = foreach_current_index(lc) + 1;
		bool		several = list_length(reference->joins) > 1;

		appendStringInfo(&buf, ", CASE WHEN (%s)%s THEN %s END AS lc_reference%d",
						 join_list(reference, "r%d.id IS NULL", " AND "),
						 several ? psprintf(" OR %s", is_ambiguous(reference)) : "",
						 lc_import_id(import, reference->name), number);
		appendStringInfo(&buf, ", %s AS lc_ambiguous%d", several ? is_ambiguous(reference) : "false", number);
		appendStringInfo(&references, ", v.lc_reference%d", number);
		appendStringInfo(&ambiguous, ", v.lc_ambiguous%d", number);
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
		appendStringInfo(&names, ", v.%s", quote_identifier(column->name));
	}
	appendStringInfoString(&buf, " FROM ");
	initStringInfo(&tail);
	appendStringInfoString(&tail, joined_tables(import));
	/* of a record that is there in both forms, the row with the longer one */
	if (import->has_both_forms)
		appendStringInfo(&tail, " WHERE NOT (pg_catalog.length(%s) OPERATOR(pg_catalog.=) 15 AND %s OPERATOR(pg_catalog.=) ANY"
						 " (SELECT %s FROM %s s WHERE pg_catalog.length(%s) OPERATOR(pg_catalog.=) 18))",
						 lc_import_text(import->id_column), lc_import_id(import, import->id_column),
						 lc_import_text(import->id_column), import->source, lc_import_text(import->id_column));

	differs = lc_import_differs(import, "b.fields");
	import->body = psprintf("SELECT v.lc_row, v.external_id, t.id::pg_catalog.int8 AS lc_id, v.lc_bad, %s AS lc_changed, v.lc_moved%s%s, %s AS lc_base%s"
							" FROM (%s",
							differs ? psprintf("COALESCE(t.id IS NOT NULL AND %s, false)", differs) : "false",
							references.data, ambiguous.data, import->has_base ? "b.fields" : "NULL::pg_catalog.jsonb",
							names.data, buf.data);
	appendStringInfo(&tail, " OFFSET 0) v LEFT JOIN %s t ON t.external_id OPERATOR(pg_catalog.=) v.external_id%s", import->target,
					 import->has_base ? " LEFT JOIN ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) b (record_id, fields)"
					 " ON b.record_id OPERATOR(pg_catalog.=) t.id" : "");
	import->body_tail = tail.data;
}

/*
 * lc_import_given_value
 *
 * SQL: what a column is to become as the file has it, "v" over the record "t" that is
 * there.  In the current memory context.
 */
char *
lc_import_given_value(const Import *import, const ImportColumn *column)
{
	const char *name = quote_identifier(column->name);
	char	   *value;

	if (!column->not_null)
		value = psprintf("v.%s", name);
	else if (column->default_expr != NULL && !column->mutable_default)
		value = psprintf("COALESCE(v.%s, %s)", name, column->default_expr);
	else
		value = psprintf("COALESCE(v.%s, t.%s)", name, name);

	/* what refers to a row of the same file is set when all are there */
	if (column->is_self)
	{
		const ReferenceJoin *join = list_nth(import->joins, linitial_int(column->joins) - 1);

		value = psprintf("CASE WHEN v.lc_reference%d IS NOT NULL THEN t.%s ELSE %s END", join->reference, name, value);
	}

	/* What conversion moved stays where it is */
	if (column->moved && import->has_source_lead_id)
		value = psprintf("CASE WHEN t.source_lead_id IS NOT NULL%s THEN t.%s ELSE %s END",
						 import->lead_join > 0 ? " OR v.lc_moved" : "", name, value);

	return psprintf("(%s)::%s", value, lc_column_type_name(&column->type));
}

/* SQL: the value of a column when it was imported, from an object that has it */
static char *
base_value(const ImportColumn *column, const char *base)
{
	return psprintf("(%s OPERATOR(pg_catalog.->>) %s)::%s", base, quote_literal_cstr(column->name),
					lc_column_type_name(&column->type));
}

/* SQL: two values of a column are the same */
static char *
is_same(const char *one, const char *other)
{
	return psprintf("pg_catalog.record_image_eq(ROW(%s), ROW(%s))", one, other);
}

/*
 * lc_import_is_conflict
 *
 * SQL: a column has been changed here and in the file since it was imported, and not
 * to the same value; "base" is an object with what was changed here, or NULL.  In the
 * current memory context.
 */
char *
lc_import_is_conflict(const Import *import, const ImportColumn *column, const char *base)
{
	char	   *given = lc_import_given_value(import, column);
	char	   *here = psprintf("t.%s", quote_identifier(column->name));
	char	   *imported = base_value(column, base);

	return psprintf("(CASE WHEN pg_catalog.jsonb_exists(%s, %s) THEN NOT %s AND NOT %s AND NOT %s ELSE false END)",
					base, quote_literal_cstr(column->name), is_same(given, imported), is_same(here, imported), is_same(here, given));
}

/*
 * lc_import_new_value
 *
 * SQL: what a column becomes, "v" over the record "t" that is there: as the file has
 * it, unless only here it has been changed since it was imported.  "base" is an object
 * with what was changed here, or NULL.  In the current memory context.
 */
char *
lc_import_new_value(const Import *import, const ImportColumn *column, const char *base)
{
	char	   *given = lc_import_given_value(import, column);
	char	   *here = psprintf("t.%s", quote_identifier(column->name));
	char	   *imported;

	if (!import->has_base)
		return given;
	imported = base_value(column, base);
	return psprintf("(CASE WHEN NOT COALESCE(pg_catalog.jsonb_exists(%s, %s), false) THEN %s WHEN %s%s THEN %s ELSE %s END)",
					base, quote_literal_cstr(column->name), given, is_same(given, imported),
					import->keeps_conflicts ? psprintf(" OR NOT %s", is_same(here, imported)) : "", here, given);
}

/*
 * lc_import_differs
 *
 * SQL: "v" differs from the record "t" that is there, and the import may change that;
 * NULL when there is nothing that it could change.  "base" is an object with what was
 * changed here, or NULL.  In the current memory context.
 */
char *
lc_import_differs(const Import *import, const char *base)
{
	StringInfoData old;
	StringInfoData new;
	ListCell   *lc;

	initStringInfo(&old);
	initStringInfo(&new);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		if (column->insert_only)
			continue;
		appendStringInfo(&old, "%st.%s", old.len > 0 ? ", " : "", quote_identifier(column->name));
		appendStringInfo(&new, "%s%s", new.len > 0 ? ", " : "", lc_import_new_value(import, column, base));
	}
	if (old.len == 0)
		return NULL;
	return psprintf("%spg_catalog.record_image_ne(ROW(%s), ROW(%s))",
					strcmp(import->table, "lead") == 0 ? "NOT t.is_converted AND " : "", old.data, new.data);
}

/* Runs "v" and keeps what it gives */
static void
fill_rows(void *arg)
{
	Import	   *import = (Import *) arg;
	Oid			argtypes[2] = {INT8ARRAYOID, JSONBARRAYOID};

	import->rows = lc_import_keep(LC_IMPORT_ROWS, import->tuples, psprintf("%s%s%s", import->body, lc_import_numbered(import), import->body_tail),
								  import->has_base ? 2 : 0, argtypes, import->base);
}

/* Looks at the rows of "v", and counts what is to be known of them */
static void
look_at_rows(Import *import)
{
	Tuplestorestate *tuples = import->tuples;
	TupleTableSlot *slot = MakeSingleTupleTableSlot(import->rows->md.tupdesc, &TTSOpsMinimalTuple);
	int			nreferences = list_length(import->references);
	int64		last = 0;
	bool		isnull;
	ListCell   *lc;

	import->in_order = true;
	import->existing = import->changed = import->bad = 0;
	foreach(lc, import->references)
	{
		ReferenceSource *reference = (ReferenceSource *) lfirst(lc);

		reference->unresolved = reference->ambiguous = 0;
	}
	tuplestore_rescan(tuples);
	while (tuplestore_gettupleslot(tuples, true, false, slot))
	{
		int64		row = DatumGetInt64(slot_getattr(slot, IMPORT_ROW, &isnull));

		CHECK_FOR_INTERRUPTS();
		import->in_order &= row > last;
		last = row;
		import->existing += !slot_attisnull(slot, IMPORT_ID);
		import->changed += DatumGetBool(slot_getattr(slot, IMPORT_CHANGED, &isnull));
		import->bad += DatumGetBool(slot_getattr(slot, IMPORT_BAD, &isnull));
		foreach(lc, import->references)
		{
			ReferenceSource *reference = (ReferenceSource *) lfirst(lc);
			int			column = IMPORT_FIRST_REFERENCE + foreach_current_index(lc);

			if (slot_attisnull(slot, column))
				continue;
			reference->unresolved++;
			reference->ambiguous += DatumGetBool(slot_getattr(slot, column + nreferences, &isnull));
		}
	}
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * lc_import_load_rows
 *
 * Runs "v", and makes what it gives known by the name of LC_IMPORT_ROWS to the
 * statements that follow.  Returns NULL, or the error of a value that is not of the
 * type of its column.
 */
ErrorData *
lc_import_load_rows(Import *import)
{
	ErrorData  *edata;

	if (import->tuples)
	{
		SPI_unregister_relation(LC_IMPORT_ROWS);
		tuplestore_end(import->tuples);
	}
	import->tuples = tuplestore_begin_heap(true, false, work_mem);
	edata = lc_import_try(fill_rows, import, false);
	if (edata != NULL)
	{
		tuplestore_end(import->tuples);
		import->tuples = NULL;
		return edata;
	}
	look_at_rows(import);
	return NULL;
}
