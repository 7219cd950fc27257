/*-------------------------------------------------------------------------
 *
 * lead_360.c
 *	  A lead with everything related to it, as one document: leadconv.lead_360().
 *
 * What is related is found in the catalogs: each table with a foreign key to leads,
 * contacts or opportunities, ours or a user's, and the rows of other tables that
 * belong to the account and to no contact or opportunity.  So a table that is added
 * needs nothing here.  Each table is one statement, with the caller's rights: what
 * one may not see is not in the document, and tables that one may not read at all
 * are named in it.
 *
 * Everything is allocated in the memory of the SPI connection but the result.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"

#include "crm/crm.h"

/* What is read of the lead, in its order */
enum
{
	RECORD_LEAD = 1,
	RECORD_ACCOUNT,
	RECORD_CONTACT,
	RECORD_OPPORTUNITY,
	RECORD_OWNER,
	RECORD_NCOLUMNS = RECORD_OWNER,
	RECORD_IDS					/* of lead, contact, opportunity and account */
};

/* The records that it names */
static const struct
{
	const char *table;
	const char *key;			/* in the document */
}			records[RECORD_NCOLUMNS + 1] = {
	[RECORD_ACCOUNT] = {"account", "account"},
	[RECORD_CONTACT] = {"contact", "contact"},
	[RECORD_OPPORTUNITY] = {"opportunity", "opportunity"},
	[RECORD_OWNER] = {"app_user", "owner"}
};

/* What find_tables() reads, in its order */
enum
{
	TABLE_OID = 1,
	TABLE_SCHEMA,
	TABLE_NAME,
	TABLE_KEY,
	TABLE_CONDITION,
	TABLE_BEFORE,
	TABLE_HAS_ID
};

/* A table with related rows */
typedef struct RelatedTable
{
	bool		readable;		/* by the current role, as a whole */
	char	   *name;			/* qualified and quoted */
	char	   *key;			/* in the document */
	char	   *condition;		/* SQL: row t is related */
	char	   *before;			/* SQL: it was before the conversion */
	bool		has_id;
} RelatedTable;

PG_FUNCTION_INFO_V1(leadconv_lead_360);


/* What holds the id of a lead without a foreign key that says so, or orders rows */
#define NUMBER_TYPES "'{pg_catalog.int8,pg_catalog.int4,pg_catalog.int2,pg_catalog.numeric}'::pg_catalog.regtype[]"

/*
 * The tables with related rows, but for the records themselves.  The ledger and the
 * failures name leads without a foreign key.  ids are those of the records, as text.
 */
static RelatedTable *
find_tables(Datum ids, int *ntables)
{
	Oid			argtypes[1] = {TEXTARRAYOID};
	RelatedTable *tables;

	*ntables = lc_read("WITH reference AS ("
					   "  SELECT c.conrelid AS child, pg_catalog.quote_ident(a.attname) AS column_name,"
					   "   pg_catalog.array_position('{lead,contact,opportunity,account}'::pg_catalog.name[], r.relname) AS target"
					   "  FROM pg_catalog.pg_constraint c"
					   "  JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) c.confrelid"
					   "  JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.conrelid AND a.attnum OPERATOR(pg_catalog.=) c.conkey[1]"
					   "  WHERE c.contype OPERATOR(pg_catalog.=) 'f' AND c.conparentid OPERATOR(pg_catalog.=) 0"
					   "  AND pg_catalog.array_length(c.conkey, 1) OPERATOR(pg_catalog.=) 1"
					   "  AND c.confrelid OPERATOR(pg_catalog.=) ANY ('{crm.lead,crm.contact,crm.opportunity,crm.account}'::pg_catalog.regclass[])"
					   "  UNION"
					   "  SELECT a.attrelid, 'lead_id', 1"
					   "  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) a.attrelid"
					   "  WHERE r.relnamespace OPERATOR(pg_catalog.=) 'crm'::pg_catalog.regnamespace AND r.relkind OPERATOR(pg_catalog.=) 'r'"
					   "  AND a.attname OPERATOR(pg_catalog.=) 'lead_id' AND NOT a.attisdropped"
					   "  AND a.atttypid OPERATOR(pg_catalog.=) ANY (" NUMBER_TYPES ")),"
					   " condition AS ("
					   "  SELECT child, target, column_name,"
					   "   pg_catalog.format('t.%s OPERATOR(pg_catalog.=) %s', column_name, ($1)[target]) AS sql, ($1)[target] IS NOT NULL AS given"
					   "  FROM reference"
					   "  WHERE child OPERATOR(pg_catalog.<>) ALL ('{crm.lead,crm.contact,crm.opportunity,crm.account}'::pg_catalog.regclass[])),"
					   " child AS ("
					   "  SELECT child AS relid,"
					   "   pg_catalog.string_agg(sql, ' OR ' ORDER BY target, column_name) FILTER (WHERE given AND target OPERATOR(pg_catalog.<) 4) AS direct,"
					   "   pg_catalog.string_agg(sql, ' OR ' ORDER BY column_name) FILTER (WHERE target OPERATOR(pg_catalog.=) 1) AS of_lead,"
					   "   pg_catalog.string_agg(sql, ' OR ' ORDER BY column_name) FILTER (WHERE given AND target OPERATOR(pg_catalog.=) 4) AS of_account,"
					   "   pg_catalog.string_agg(pg_catalog.format(' AND t.%s IS NULL', column_name), '' ORDER BY column_name)"
					   "    FILTER (WHERE target OPERATOR(pg_catalog.<) 4) AS alone"
					   "  FROM condition GROUP BY child)"
					   " SELECT r.oid, r.relnamespace, pg_catalog.format('%I.%I', n.nspname, r.relname),"
					   "  CASE WHEN n.nspname OPERATOR(pg_catalog.=) 'crm' THEN r.relname::pg_catalog.text ELSE pg_catalog.concat(n.nspname, '.', r.relname) END,"
					   "  pg_catalog.concat_ws(' OR ', child.direct,"
					   "   CASE WHEN child.of_account IS NOT NULL THEN pg_catalog.format('((%s)%s)', child.of_account, child.alone) END),"
					   "  pg_catalog.concat_ws(' OR ', child.of_lead, 'false',"
					   "   CASE WHEN source.attname IS NOT NULL THEN pg_catalog.format('t.source_lead_id OPERATOR(pg_catalog.=) %s', ($1)[1]) END),"
					   "  id.attname IS NOT NULL AND id.atttypid OPERATOR(pg_catalog.=) ANY (" NUMBER_TYPES ")"
					   " FROM child JOIN pg_catalog.pg_class r ON r.oid OPERATOR(pg_catalog.=) child.relid"
					   " JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) r.relnamespace"
					   " LEFT JOIN pg_catalog.pg_attribute source ON source.attrelid OPERATOR(pg_catalog.=) r.oid AND source.attname OPERATOR(pg_catalog.=) 'source_lead_id'"
					   " LEFT JOIN pg_catalog.pg_attribute id ON id.attrelid OPERATOR(pg_catalog.=) r.oid AND id.attname OPERATOR(pg_catalog.=) 'id'"
					   " WHERE r.relpersistence OPERATOR(pg_catalog.<>) 't'"
					   " AND (child.direct IS NOT NULL OR child.of_account IS NOT NULL)"
					   " ORDER BY 4", 1, argtypes, &ids);
	tables = palloc(*ntables * sizeof(RelatedTable));
	for (int i = 0; i < *ntables; i++)
	{
		tables[i].readable = pg_class_aclcheck(lc_spi_oid(i, TABLE_OID), GetUserId(), ACL_SELECT) == ACLCHECK_OK &&
			lc_may_use_schema(lc_spi_oid(i, TABLE_SCHEMA), GetUserId());
		tables[i].name = lc_spi_text(i, TABLE_NAME);
		tables[i].key = lc_spi_text(i, TABLE_KEY);
		tables[i].condition = lc_spi_text(i, TABLE_CONDITION);
		tables[i].before = lc_spi_text(i, TABLE_BEFORE);
		tables[i].has_id = lc_spi_bool(i, TABLE_HAS_ID);
	}
	SPI_freetuptable(SPI_tuptable);
	return tables;
}

/* Appends a key of a JSON object, and a comma in front of all but the first */
static void
append_key(StringInfo doc, const char *key)
{
	if (doc->data[doc->len - 1] != '{')
		appendStringInfoChar(doc, ',');
	lc_append_json_string(doc, key);
	appendStringInfoChar(doc, ':');
}

/* Appends a key and a value of text that is JSON, or NULL */
static void
append_json(StringInfo doc, const char *key, const char *json)
{
	append_key(doc, key);
	appendStringInfoString(doc, json ? json : "null");
}

/* Adds a string to a JSON array of them that begins with the first */
static void
add_to_array(StringInfo *array, const char *string)
{
	lc_append_json_string(lc_json_array_next(array), string);
	appendStringInfoChar(*array, ']');
}

/* Appends the rows of a table, if there are any; notes when there are more than max_rows */
static void
append_related(StringInfo doc, const RelatedTable *table, int64 max_rows, StringInfo *truncated)
{
	Oid			argtypes[1] = {INT8OID};
	Datum		args[1] = {Int64GetDatum(max_rows)};
	char	   *sql = psprintf("SELECT pg_catalog.jsonb_build_object("
							   "'before', COALESCE(pg_catalog.jsonb_agg(x.r ORDER BY x.n) FILTER (WHERE x.b AND x.n OPERATOR(pg_catalog.<=) $1), '[]'),"
							   " 'after', COALESCE(pg_catalog.jsonb_agg(x.r ORDER BY x.n) FILTER (WHERE x.b IS NOT TRUE AND x.n OPERATOR(pg_catalog.<=) $1), '[]')),"
							   " pg_catalog.count(*)"
							   " FROM (SELECT pg_catalog.to_jsonb(t.*) AS r, (%s) AS b, pg_catalog.row_number() OVER (ORDER BY %s) AS n"
							   "  FROM %s AS t WHERE %s LIMIT $1 OPERATOR(pg_catalog.+) 1) AS x",
							   table->before, table->has_id ? "t.id" : "t.ctid", table->name, table->condition);
	int64		rows;

	(void) lc_read(sql, 1, argtypes, args);
	rows = lc_spi_int64(0, 2);
	if (rows > 0)
		append_json(doc, table->key, lc_spi_text(0, 1));
	if (rows > max_rows)
		add_to_array(truncated, table->key);
	SPI_freetuptable(SPI_tuptable);
}

/* Reads a record as JSON, or NULL when there is none that the caller sees */
static char *
read_record(const char *table, const char *id)
{
	char	   *result = NULL;

	if (id != NULL && lc_read(psprintf("SELECT pg_catalog.to_jsonb(t.*) FROM crm.%s AS t WHERE t.id OPERATOR(pg_catalog.=) %s", table, id),
							  0, NULL, NULL) > 0)
		result = lc_spi_text(0, 1);
	if (id != NULL)
		SPI_freetuptable(SPI_tuptable);
	return result;
}

/*
 * leadconv.lead_360(lead_id bigint, max_rows integer) RETURNS jsonb
 */
Datum
leadconv_lead_360(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int			max_rows = PG_ARGISNULL(1) ? 1000 : PG_GETARG_INT32(1);
	StringInfoData doc;
	StringInfo	truncated = NULL;
	StringInfo	omitted = NULL;
	RelatedTable *tables;
	int			ntables;
	char	   *ids[RECORD_NCOLUMNS + 1];
	char	   *lead;
	Datum		id_array;
	bool		isnull;
	Datum		result;

	if (max_rows < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_rows must not be negative")));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();

	lc_spi_connect();
	if (lc_read(psprintf("SELECT pg_catalog.to_jsonb(l.*), l.converted_account_id::pg_catalog.int8, l.converted_contact_id::pg_catalog.int8,"
						 " l.converted_opportunity_id::pg_catalog.int8, l.owner_id::pg_catalog.int8,"
						 " ARRAY[l.id::pg_catalog.int8, l.converted_contact_id::pg_catalog.int8,"
						 "  l.converted_opportunity_id::pg_catalog.int8, l.converted_account_id::pg_catalog.int8]::pg_catalog.text[]"
						 " FROM crm.lead AS l WHERE l.id OPERATOR(pg_catalog.=) " INT64_FORMAT, PG_GETARG_INT64(0)), 0, NULL, NULL) == 0)
	{
		SPI_finish();
		PG_RETURN_NULL();
	}
	lead = lc_spi_text(0, RECORD_LEAD);
	for (int column = RECORD_LEAD + 1; column <= RECORD_NCOLUMNS; column++)
		ids[column] = lc_spi_text(0, column);
	id_array = datumCopy(lc_spi_datum(0, RECORD_IDS, &isnull), false, -1);
	SPI_freetuptable(SPI_tuptable);

	initStringInfo(&doc);
	appendStringInfoChar(&doc, '{');
	append_json(&doc, "lead", lead);
	for (int column = RECORD_LEAD + 1; column <= RECORD_NCOLUMNS; column++)
	{
		const char *table = records[column].table;

		if (pg_class_aclcheck(lc_crm_relid(table, false), GetUserId(), ACL_SELECT) == ACLCHECK_OK)
			append_json(&doc, records[column].key, read_record(table, ids[column]));
		else
			add_to_array(&omitted, table);
	}

	tables = find_tables(id_array, &ntables);
	append_key(&doc, "related");
	appendStringInfoChar(&doc, '{');
	for (int i = 0; i < ntables; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (tables[i].readable)
			append_related(&doc, &tables[i], max_rows, &truncated);
		else
			add_to_array(&omitted, tables[i].key);
	}
	appendStringInfoChar(&doc, '}');
	append_json(&doc, "truncated", truncated ? truncated->data : "[]");
	append_json(&doc, "omitted", omitted ? omitted->data : "[]");
	appendStringInfoChar(&doc, '}');

	MemoryContextSwitchTo(caller);
	result = DirectFunctionCall1(jsonb_in, CStringGetDatum(doc.data));
	SPI_finish();
	return result;
}
