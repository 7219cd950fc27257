/*-------------------------------------------------------------------------
 *
 * import_write.c
 *	  An import: the statements that write.
 *
 * Users and values of picklists that the rows need are added; rows that have one
 * of our unique keys but no external_id yet are recognised, rows that differ are
 * updated, and new ones inserted.  All run as the caller.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "admin/import.h"

/* What "v" says about all rows with a value */
typedef struct ValueFact
{
	const char *column;			/* of "v", which may not be imported */
	const char *when_given;		/* aggregate over "v" */
	const char *otherwise;
} ValueFact;

/* A column whose values are rows of a table, to which unknown ones are added */
typedef struct ValueList
{
	const char *table;			/* that is imported */
	const char *column;			/* with the value ... */
	const char *parent;			/* ... within this one, or NULL */
	const char *list;			/* table of the values */
	const char *known;			/* SQL: the value of "v" is in the list */
	ValueFact	facts[5];
	const char *insert;			/* from "n", the value and the facts; returns "value" */
} ValueList;

static const ValueList value_lists[] = {
	{
		.table = "lead",
		.column = "status",
		.list = "crm.lead_status",
		.known = "SELECT 1 FROM crm.lead_status x WHERE x.api_name OPERATOR(pg_catalog.=) v.status",
		/* One that all of its leads were converted with is a converted one */
		.facts = {
			{"is_converted", "COALESCE(pg_catalog.bool_and(v.is_converted), false)", "false"}
		},
		.insert = "INSERT INTO crm.lead_status (api_name, master_label, sort_order, is_converted)"
		" SELECT n.status, n.status, m.sort_order OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (ORDER BY n.status), n.is_converted"
		" FROM n, (SELECT COALESCE(pg_catalog.max(x.sort_order), 0) AS sort_order FROM crm.lead_status x) m"
		" ORDER BY n.status RETURNING api_name AS value"
	},
	{
		.table = "opportunity",
		.column = "stage_name",
		.list = "crm.opportunity_stage",
		.known = "SELECT 1 FROM crm.opportunity_stage x WHERE x.api_name OPERATOR(pg_catalog.=) v.stage_name",
		.facts = {
			{"is_closed", "COALESCE(pg_catalog.bool_or(v.is_closed), false)", "false"},
			{"is_won", "COALESCE(pg_catalog.bool_or(v.is_won), false)", "false"},
			{"probability", "LEAST(GREATEST(COALESCE(pg_catalog.max(v.probability), 0), 0), 100)", "0"},
			{"forecast_category", "pg_catalog.max(v.forecast_category)", "NULL::pg_catalog.text"},
			{"forecast_category_name", "pg_catalog.max(v.forecast_category_name)", "NULL::pg_catalog.text"}
		},
		.insert = "INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, is_closed, is_won, default_probability, forecast_category, forecast_category_name)"
		" SELECT n.stage_name, n.stage_name, m.sort_order OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (ORDER BY n.probability, n.stage_name),"
		" n.is_closed, n.is_won, n.probability, c.category, COALESCE(n.forecast_category_name, c.category)"
		" FROM n, LATERAL (SELECT CASE"
		" WHEN n.forecast_category OPERATOR(pg_catalog.=) ANY (ARRAY['Omitted', 'Pipeline', 'BestCase', 'MostLikely', 'Forecast', 'Closed']) THEN n.forecast_category"
		" WHEN n.is_won THEN 'Closed' WHEN n.is_closed THEN 'Omitted' ELSE 'Pipeline' END AS category) c,"
		" (SELECT COALESCE(pg_catalog.max(x.sort_order), 0) AS sort_order FROM crm.opportunity_stage x) m"
		" ORDER BY n.probability, n.stage_name RETURNING api_name AS value"
	},
	{
		.table = "campaign_member",
		.column = "status",
		.parent = "campaign_id",
		.list = "crm.campaign_member_status",
		.known = "SELECT 1 FROM crm.campaign_member_status x"
		" WHERE x.campaign_id OPERATOR(pg_catalog.=) v.campaign_id AND x.label OPERATOR(pg_catalog.=) v.status",
		.facts = {
			{"has_responded", "COALESCE(pg_catalog.bool_or(v.has_responded), false)", "false"}
		},
		.insert = "INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded)"
		" SELECT n.campaign_id, n.status,"
		" COALESCE((SELECT pg_catalog.max(x.sort_order) FROM crm.campaign_member_status x WHERE x.campaign_id OPERATOR(pg_catalog.=) n.campaign_id), 0)"
		" OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (PARTITION BY n.campaign_id ORDER BY n.has_responded, n.status), n.has_responded"
		" FROM n ORDER BY n.campaign_id, n.has_responded, n.status RETURNING label AS value"
	}
};

/*
 * lc_import_add_users
 *
 * Adds users for the ids that are not known, and notes how many.
 *
 * An export need not have users in it, and owners would be lost without them.
 */
void
lc_import_add_users(Import *import)
{
	Oid			app_user = lc_crm_relid("app_user", false);
	StringInfoData ids;
	char	   *missing;
	uint64		added;
	ListCell   *lc;

	/* A file of users says itself who there is */
	if (import->relid == app_user)
		return;

	initStringInfo(&ids);
	foreach(lc, import->joins)
	{
		ReferenceJoin *join = (ReferenceJoin *) lfirst(lc);

		if (join->relid == app_user)
			appendStringInfo(&ids, "%sSELECT %s AS id FROM (SELECT DISTINCT s.%s FROM %s s) s",
							 ids.len > 0 ? " UNION " : "",
							 lc_import_id(import, join->source), quote_identifier(join->source), import->source);
	}
	if (ids.len == 0)
		return;

	missing = psprintf("FROM (%s) u WHERE u.id IS NOT NULL"
					   " AND NOT EXISTS (SELECT 1 FROM crm.app_user a WHERE a.external_id OPERATOR(pg_catalog.=) u.id)",
					   ids.data);
	if (lc_import_count(psprintf("SELECT pg_catalog.count(*) %s", missing)) == 0)
		return;

	lc_import_check_insert(import, app_user);
	added = lc_query(psprintf("INSERT INTO crm.app_user (external_id, name, user_type, is_active)"
							  " SELECT u.id, u.id, CASE WHEN pg_catalog.starts_with(u.id, '00G') THEN 'Queue' ELSE 'Standard' END, true"
							  " %s ORDER BY u.id ON CONFLICT DO NOTHING", missing),
					 SPI_OK_INSERT, 0, NULL, NULL, NULL);
	if (added > 0)
		import->notes = lappend(import->notes,
								psprintf("users added to crm.app_user, named after their ids: " UINT64_FORMAT "; import User to complete them",
										 added));
}

/*
 * Rows whose values are in no list get a fault
 */
static void
refuse_values(Import *import, const ValueList *values, const char *missing)
{
	lc_query(psprintf("SELECT v.lc_row, v.external_id, v.%s::pg_catalog.text %s ORDER BY v.lc_row", values->column, missing),
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		ImportFault *fault = palloc0(sizeof(ImportFault));

		fault->row = lc_spi_int64(i, 1);
		fault->id = lc_spi_text(i, 2);
		fault->status = LC_INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST;
		fault->message = psprintf("record %s: \"%s\" is not in %s", fault->id, lc_spi_text(i, 3), values->list);
		fault->hint = psprintf("Add it there, correct it in \"%s\", or say unknown_values => 'add'; nothing has been imported.", import->source_name);
		import->faults = lappend(import->faults, fault);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Add the values of a column that its list lacks, and say so
 */
static void
add_list_values(Import *import, const ValueList *values)
{
	char	   *keys;
	char	   *missing;
	StringInfoData facts;
	StringInfoData note;

	if (values->parent != NULL)
	{
		keys = psprintf("v.%s, v.%s", values->parent, values->column);
		missing = psprintf("FROM " LC_IMPORT_ROWS " v WHERE v.%s IS NOT NULL AND v.%s IS NOT NULL AND NOT EXISTS (%s)",
						   values->column, values->parent, values->known);
	}
	else
	{
		keys = psprintf("v.%s", values->column);
		missing = psprintf("FROM " LC_IMPORT_ROWS " v WHERE v.%s IS NOT NULL AND NOT EXISTS (%s)",
						   values->column, values->known);
	}

	/* Who adds nothing needs no privilege to */
	if (lc_import_count(psprintf("SELECT pg_catalog.count(*) %s", missing)) == 0)
		return;
	if (import->refuses_values)
	{
		refuse_values(import, values, missing);
		return;
	}
	lc_import_check_insert(import, lc_crm_relid(values->list + strlen("crm."), false));

	initStringInfo(&facts);
	for (int i = 0; i < lengthof(values->facts) && values->facts[i].column != NULL; i++)
	{
		const ValueFact *fact = &values->facts[i];

		appendStringInfo(&facts, ", %s AS %s",
						 lc_import_column(import, fact->column) ? fact->when_given : fact->otherwise,
						 fact->column);
	}

	initStringInfo(&note);
	lc_query(psprintf("WITH n AS (SELECT %s%s %s GROUP BY %s), a AS (%s)"
					  " SELECT a.value FROM a GROUP BY a.value ORDER BY a.value",
					  keys, facts.data, missing, keys, values->insert),
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
		appendStringInfo(&note, "%s\"%s\"", i > 0 ? ", " : "", lc_spi_text(i, 1));
	if (note.len > 0)
		import->notes = lappend(import->notes, psprintf("added to %s: %s", values->list, note.data));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * lc_import_add_values
 *
 * Adds the lead statuses, stages and member statuses that the rows use.
 */
void
lc_import_add_values(Import *import)
{
	for (int i = 0; i < lengthof(value_lists); i++)
	{
		const ValueList *values = &value_lists[i];

		if (strcmp(import->table, values->table) == 0 &&
			lc_import_column(import, values->column) &&
			(values->parent == NULL || lc_import_column(import, values->parent)))
			add_list_values(import, values);
	}
}

/* What the query of adopt() yields, in this order */
enum
{
	ADOPT_COUNT = 1,
	ADOPT_IDS
};

/*
 * Runs a statement over "v" that recognises rows and returns their ids; returns how
 * many there were.
 */
static int64
adopt(Import *import, const char *change)
{
	Oid			argtypes[1] = {INT8ARRAYOID};
	int64		count;
	bool		isnull;

	lc_query(psprintf("WITH c AS (%s) SELECT pg_catalog.count(*),"
					  " pg_catalog.array_cat($1, pg_catalog.array_agg(c.id::pg_catalog.int8)) FROM c", change),
			 SPI_OK_SELECT, 1, argtypes, &import->adopted, NULL);
	count = lc_spi_int64(0, ADOPT_COUNT);
	import->adopted = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, ADOPT_IDS, &isnull)));
	SPI_freetuptable(SPI_tuptable);

	return count;
}

/*
 * lc_import_lengthen_ids
 *
 * Gives records that are here by the short form of an id of the file the long one, so
 * that they are found, and returns how many.  One that is here by both forms is two
 * records, which are left alone and told about.
 */
int64
lc_import_lengthen_ids(Import *import)
{
	char	   *same = psprintf("pg_catalog.length(t.external_id) OPERATOR(pg_catalog.=) 15"
								" AND EXISTS (SELECT 1 FROM %s s WHERE %s OPERATOR(pg_catalog.=) leadconv.salesforce_id(t.external_id))",
								lc_import_numbered(import), lc_import_id(import, import->id_column));
	char	   *both = psprintf("EXISTS (SELECT 1 FROM %s o WHERE o.external_id OPERATOR(pg_catalog.=) leadconv.salesforce_id(t.external_id))",
								import->target);
	int64		count;

	if (!import->has_platform_ids ||
		lc_import_count(psprintf("SELECT pg_catalog.count(*) FROM %s t WHERE pg_catalog.length(t.external_id) OPERATOR(pg_catalog.=) 15", import->target)) == 0)
		return 0;
	lc_query(psprintf("SELECT pg_catalog.count(*), pg_catalog.min(t.external_id)::pg_catalog.text FROM %s t WHERE %s AND %s", import->target, same, both),
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	count = lc_spi_int64(0, 1);
	if (count > 0)
		import->notes = lappend(import->notes,
								psprintf("records that are here twice, by both forms of their id: " INT64_FORMAT ", such as %s; delete one of each", count, lc_spi_text(0, 2)));
	SPI_freetuptable(SPI_tuptable);
	return lc_query(psprintf("UPDATE %s t SET external_id = leadconv.salesforce_id(t.external_id) WHERE %s AND NOT %s", import->target, same, both),
					SPI_OK_UPDATE, 0, NULL, NULL, NULL);
}

/*
 * lc_import_adopt_rows
 *
 * Recognises rows that have no external_id but one of the unique keys, and
 * returns how many.  They were made here before the export came: a member status
 * that an earlier import added, or a contact's relation to its account.
 */
int64
lc_import_adopt_rows(Import *import)
{
	Relation	rel = table_open(import->relid, AccessShareLock);
	List	   *statements = NIL;
	ListCell   *lc;
	int64		adopted = 0;

	foreach(lc, RelationGetIndexList(rel))
	{
		Relation	index = index_open(lfirst_oid(lc), AccessShareLock);
		StringInfoData match;
		bool		usable = index->rd_index->indisunique &&
			index->rd_index->indisvalid && !index->rd_index->indisprimary &&
			RelationGetIndexPredicate(index) == NIL;

		initStringInfo(&match);
		for (int i = 0; usable && i < IndexRelationGetNumberOfKeyAttributes(index); i++)
		{
			AttrNumber	attno = index->rd_index->indkey.values[i];
			ImportColumn *column = NULL;

			if (attno > 0)
				column = lc_import_column(import, NameStr(TupleDescAttr(RelationGetDescr(rel), attno - 1)->attname));
			if (column == NULL || column->is_self ||
				(column->type.basetype != INT8OID && !lc_is_text_type(column->type.basetype)))
				usable = false;
			else
				appendStringInfo(&match, " AND t.%s OPERATOR(pg_catalog.=) v.%s",
								 quote_identifier(column->name), quote_identifier(column->name));
		}
		if (usable)
			statements = lappend(statements,
								 psprintf("UPDATE %s AS t SET external_id = v.external_id FROM " LC_IMPORT_ROWS " v"
										  " WHERE t.external_id IS NULL AND v.lc_id IS NULL%s RETURNING t.id",
										  import->target, match.data));
		index_close(index, AccessShareLock);
	}
	table_close(rel, NoLock);

	if (import->existing < tuplestore_tuple_count(import->tuples))
	{
		foreach(lc, statements)
			adopted += adopt(import, (char *) lfirst(lc));
	}
	import->nadopted = adopted;
	if (adopted > 0)
		import->notes = lappend(import->notes,
								psprintf("rows without external_id recognised by a unique key: " INT64_FORMAT,
										 adopted));
	return adopted;
}

/*
 * lc_import_update_rows
 *
 * Updates the records that differ, of the rows that a condition chooses, and returns
 * how many there were that have not been recognised before.
 */
int64
lc_import_update_rows(Import *import, const char *range)
{
	StringInfoData set;
	ListCell   *lc;
	char	   *update;
	int64		count;

	if (import->changed == 0)
		return 0;
	initStringInfo(&set);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		if (!column->insert_only)
			appendStringInfo(&set, "%s%s = %s", set.len > 0 ? ", " : "", quote_identifier(column->name),
							 lc_import_new_value(import, column, "v.lc_base"));
	}
	update = psprintf("UPDATE %s AS t SET %s FROM " LC_IMPORT_ROWS " v WHERE v.lc_changed AND t.id OPERATOR(pg_catalog.=) v.lc_id AND %s%s",
					  import->target, set.data, lc_import_differs(import, "v.lc_base"), range);
	if (import->nadopted > 0)
	{
		Oid			argtypes[1] = {INT8ARRAYOID};

		lc_query(psprintf("WITH c AS (%s RETURNING t.id) SELECT pg_catalog.count(*) FROM c"
						  " WHERE NOT c.id OPERATOR(pg_catalog.=) ANY ($1)", update),
				 SPI_OK_SELECT, 1, argtypes, &import->adopted, NULL);
		count = lc_spi_int64(0, 1);
		SPI_freetuptable(SPI_tuptable);
	}
	else
		count = lc_query(update, SPI_OK_UPDATE, 0, NULL, NULL, NULL);
	return count;
}

/*
 * lc_import_update_self
 *
 * Sets the references to rows of the same file, now that all are there.  Returns how
 * many records were updated that lc_import_update_rows() had not.
 */
int64
lc_import_update_self(Import *import)
{
	StringInfoData set;
	StringInfoData differs;
	StringInfoData new;
	StringInfoData joins;
	ListCell   *lc;
	int64		count;

	initStringInfo(&set);
	initStringInfo(&differs);
	initStringInfo(&new);
	initStringInfo(&joins);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		const char *separator = set.len > 0 ? ", " : "";
		const char *name = quote_identifier(column->name);
		const ReferenceJoin *join;
		int			number;

		if (!column->is_self)
			continue;
		join = list_nth(import->joins, linitial_int(column->joins) - 1);
		if (((ReferenceSource *) list_nth(import->references, join->reference - 1))->unresolved == 0)
			continue;
		number = foreach_current_index(lc);
		appendStringInfo(&joins, " LEFT JOIN %s c%d ON c%d.external_id OPERATOR(pg_catalog.=) v.lc_reference%d",
						 import->target, number, number, join->reference);
		appendStringInfo(&differs, "%spg_catalog.record_image_ne(ROW(t.%s::pg_catalog.int8), ROW(v.c%d))", set.len > 0 ? " OR " : "", name, number);
		appendStringInfo(&set, "%s%s = v.c%d", separator, name, number);
		appendStringInfo(&new, ", CASE WHEN v.lc_reference%d IS NULL THEN v.%s ELSE c%d.id END::pg_catalog.int8 AS c%d", join->reference, name, number, number);
	}
	if (set.len == 0)
		return 0;
	lc_query(psprintf("WITH v AS (SELECT v.external_id, v.lc_id IS NOT NULL AND NOT v.lc_changed AS lc_first%s FROM " LC_IMPORT_ROWS " v%s),"
					  " c AS (UPDATE %s AS t SET %s FROM v WHERE t.external_id OPERATOR(pg_catalog.=) v.external_id"
					  " AND (%s) RETURNING v.lc_first)"
					  " SELECT pg_catalog.count(*) FROM c WHERE c.lc_first",
					  new.data, joins.data, import->target, set.data, differs.data),
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	count = lc_spi_int64(0, 1);
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/*
 * lc_import_name_makers
 *
 * Users of the file who were made or changed by users of the same file have come before
 * these: now that all are there, they are named.
 */
void
lc_import_name_makers(Import *import)
{
	StringInfoData set;
	StringInfoData joins;
	StringInfoData found;
	ListCell   *lc;

	initStringInfo(&set);
	initStringInfo(&joins);
	initStringInfo(&found);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		const char *name = quote_identifier(column->name);
		const char *separator = set.len > 0 ? ", " : "";
		const ReferenceJoin *join;
		int			number = foreach_current_index(lc);

		if (!column->is_audit || column->referenced != import->relid || column->joins == NIL)
			continue;
		join = list_nth(import->joins, linitial_int(column->joins) - 1);
		if (((ReferenceSource *) list_nth(import->references, join->reference - 1))->unresolved == 0)
			continue;
		appendStringInfo(&joins, " LEFT JOIN %s c%d ON c%d.external_id OPERATOR(pg_catalog.=) v.lc_reference%d",
						 import->target, number, number, join->reference);
		appendStringInfo(&set, "%s%s = COALESCE(c%d.id, t.%s)", separator, name, number, name);
		appendStringInfo(&found, "%sc%d.id", separator, number);
	}
	if (set.len == 0)
		return;
	lc_import_stamps(true);
	lc_query(psprintf("UPDATE %s AS t SET %s FROM " LC_IMPORT_ROWS " v%s WHERE t.external_id OPERATOR(pg_catalog.=) v.external_id"
					  " AND v.lc_id IS NULL AND pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0",
					  import->target, set.data, joins.data, found.data), SPI_OK_UPDATE, 0, NULL, NULL, NULL);
	lc_import_stamps(false);
}

/*
 * lc_import_insert_rows
 *
 * Inserts what is not there, of the rows that a condition chooses, and returns how many.
 */
int64
lc_import_insert_rows(Import *import, const char *range)
{
	StringInfoData names;
	StringInfoData values;
	ListCell   *lc;

	initStringInfo(&names);
	initStringInfo(&values);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		const char *name = quote_identifier(column->name);

		appendStringInfo(&names, ", %s", name);
		if (column->not_null && column->default_expr != NULL)
			appendStringInfo(&values, ", COALESCE(v.%s, %s)", name, column->default_expr);
		else
			appendStringInfo(&values, ", v.%s", name);
	}

	if (import->existing == tuplestore_tuple_count(import->tuples))
		return 0;
	/*
	 * A member that conversion merged into the contact's is not to come back.
	 */
	return lc_query(psprintf("INSERT INTO %s (external_id%s) SELECT v.external_id%s FROM " LC_IMPORT_ROWS " v"
							 " WHERE v.lc_id IS NULL%s%s%s",
							 import->target, names.data, values.data,
							 strcmp(import->table, "campaign_member") == 0 && import->lead_join > 0 &&
							 lc_import_column(import, "campaign_id") ?
							 " AND NOT (v.lc_moved AND EXISTS (SELECT 1 FROM crm.campaign_member m"
							 " WHERE m.campaign_id OPERATOR(pg_catalog.=) v.campaign_id"
							 " AND m.contact_id OPERATOR(pg_catalog.=) v.contact_id))" : "",
							 range, import->in_order ? "" : " ORDER BY v.lc_row"),
					SPI_OK_INSERT, 0, NULL, NULL, NULL);
}
