/*-------------------------------------------------------------------------
 *
 * undo_rows.c
 *	  What hung on a lead goes back to it: rows of related lists, links, campaign
 *	  members.
 *
 * A moved row is known by the lead that it names (source_lead_id) or by the ledger. It
 * goes back as long as it is where the conversion has put it: each column that was
 * set is the record of the conversion, or empty.  What else has been changed of it is
 * nobody's loss.  A row that is somewhere else now stays there, and is in the way.
 *
 * Rows are looked for by the records to which they went, where there are indexes, and
 * by the lead that they name only where such a record is gone.
 *
 * In the SQL made here, b is a row of the batch, t the row, e an element of what the
 * ledger says, o the key in it or the row that it was.  All of it has the rights of the
 * table's owner.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* What statements that write rows back yield */
enum
{
	WRITTEN_FOR = 1,			/* ord or lead */
	WRITTEN_TABLE,				/* where the row is now; not of those that delete */
	WRITTEN_PLACE
};
#define PLACE_OF(row)	row "tableoid, " row "ctid"

/* A statement of the undo program */
static void
add_statement(LcProgram *program, LcStatement *statement, const char *step, Oid check_as, const LcSql *sql)
{
	lc_undo_statement(program, statement, step, check_as, LC_SNAPSHOT_CHECKED, sql);
}

/* SQL: the elements of an array of the ledger for a table, as e */
static char *
elements(const char *array, const LcList *list)
{
	return psprintf("pg_catalog.jsonb_array_elements(b.undo OPERATOR(pg_catalog.->) '%s') e WHERE"
					" e.value OPERATOR(pg_catalog.->>) 'table' OPERATOR(pg_catalog.=) %s",
					array, quote_literal_cstr(list->relation));
}

/* SQL: the column has been set by the conversion and is another record's by now */
static char *
is_elsewhere(const LcList *list, bool unusual)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const char *column = list->target_column[t];

		if (column == NULL)
			continue;
		appendStringInfo(&buf, "%s(t.%s IS NOT NULL AND (b.%s_id IS NULL OR t.%s OPERATOR(pg_catalog.<>) b.%s_id)",
						 buf.len ? " OR " : "(", quote_identifier(column), lc_target[t].name, quote_identifier(column), lc_target[t].name);
		if (unusual)
			appendStringInfo(&buf, " AND NOT COALESCE(pg_catalog.jsonb_exists(e.value OPERATOR(pg_catalog.->) 'kept', %s), false)",
							 quote_literal_cstr(column));
		appendStringInfoChar(&buf, ')');
	}
	appendStringInfoString(&buf, buf.len ? ")" : "false");
	return buf.data;
}

/* SQL: the row is one that the lead of b has lost, or still has where it keeps them */
static char *
is_of_lead(const LcList *list)
{
	const char *lead = quote_identifier(list->lead_column);

	/* no index on the lead is to be used for that, however few rows had none when the table was analyzed */
	return list->keeps_lead ? psprintf("t.%s OPERATOR(pg_catalog.=) b.lead_id", lead) :
		psprintf("pg_catalog.num_nonnulls(t.%s) OPERATOR(pg_catalog.=) 0", lead);
}

/* SET of a row that goes back; source is what it had come from before */
static void
add_set(LcSql *sql, const LcList *list, bool unusual)
{
	const char *lead = quote_identifier(list->lead_column);

	lc_sql_add(sql, "%s = b.lead_id", lead);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const char *column = list->target_column[t];

		if (column == NULL)
			continue;
		if (unusual)
			lc_sql_add(sql, ", %s = CASE WHEN pg_catalog.jsonb_exists(e.value OPERATOR(pg_catalog.->) 'kept', %s) THEN t.%s END",
					   quote_identifier(column), quote_literal_cstr(column), quote_identifier(column));
		else
			lc_sql_add(sql, ", %s = NULL", quote_identifier(column));
	}
	if (list->has_source && unusual)
		lc_sql_add(sql, ", %s = (e.value OPERATOR(pg_catalog.->>) 'source')::pg_catalog.int8", quote_identifier(list->source_column));
	else if (list->has_source)
		lc_sql_add(sql, ", %s = NULL", quote_identifier(list->source_column));
}

/* How a row is found: by the record of a target, or by the lead that it names or has */
static char *
found_by(const LcList *list, int t)
{
	if (t < LC_NTARGETS)
		return psprintf("t.%s OPERATOR(pg_catalog.=) b.%s_id", quote_identifier(list->target_column[t]), lc_target[t].name);
	return psprintf("t.%s OPERATOR(pg_catalog.=) b.lead_id", quote_identifier(list->keeps_lead ? list->lead_column : list->source_column));
}

/* The statements about rows that name the lead, found in one way */
static void
compile_found(LcProgram *program, LcUndoList *undo, int t, const char *key)
{
	const LcList *list = undo->list;
	const char *by = found_by(list, t);
	const char *source = psprintf("t.%s OPERATOR(pg_catalog.=) b.lead_id", quote_identifier(list->source_column));
	char	   *step = psprintf("move back %s", list->relation);
	const char *named = key == NULL ? "" :
		psprintf(" AND NOT EXISTS (SELECT 1 FROM %s AND e.value OPERATOR(pg_catalog.->) 'key' OPERATOR(pg_catalog.=) %s)",
				 elements("rows", list), key);
	LcSql		sql;

	/* the follow-up task names the lead, too, and is deleted */
	if (list->relid == program->task_relid)
		named = psprintf("%s AND t.id IS DISTINCT FROM b.follow_up_task_id", named);
	/* a member into which another was merged was the contact's before */
	if (list->is_campaign)
		named = psprintf("%s AND NOT EXISTS (SELECT 1 FROM pg_catalog.jsonb_array_elements(b.undo OPERATOR(pg_catalog.->) 'members') m"
						 " WHERE (m.value OPERATOR(pg_catalog.#>>) '{kept,id}')::pg_catalog.int8 OPERATOR(pg_catalog.=) t.id)", named);
	lc_sql_init(&sql);
	lc_sql_add(&sql, "UPDATE %s t SET ", list->relation);
	add_set(&sql, list, false);
	lc_sql_add(&sql, " FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b WHERE %s AND %s AND %s AND NOT %s%s RETURNING b.ord, " PLACE_OF("t."), by, source, is_of_lead(list),
			   is_elsewhere(list, false), named);
	add_statement(program, &undo->back[t], step, list->owner, &sql);
	undo->back[t].lacks_index = t < LC_NTARGETS ? !OidIsValid(list->by_target[t].index) :
		list->keeps_lead ? !OidIsValid(list->probe.index) : true;

	/* a row that was given to somebody else names the lead, too, and has another */
	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, %s FROM ", key ? psprintf("(%s)::pg_catalog.text", key) : "NULL::pg_catalog.text");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN %s t ON %s AND %s WHERE (NOT %s OR %s)%s ORDER BY 1, 2", list->relation, by, source, is_of_lead(list),
			   is_elsewhere(list, false), named);
	lc_undo_statement(program, &undo->left[t], psprintf("look at %s", list->relation), list->owner, LC_SNAPSHOT_LATEST, &sql);
	undo->left[t].lacks_index = undo->back[t].lacks_index;
}

/* The statements about rows of which the ledger says more */
static void
compile_named(LcProgram *program, LcUndoList *undo, const char *same, const char *columns, const char *key)
{
	const LcList *list = undo->list;
	const char *from = psprintf(" b CROSS JOIN LATERAL (SELECT e.value FROM %s) e CROSS JOIN LATERAL"
								" pg_catalog.jsonb_to_record(e.value OPERATOR(pg_catalog.->) 'key') AS o(%s)",
								elements("rows", list), columns);
	const char *source = list->has_source ?
		psprintf(" AND t.%s OPERATOR(pg_catalog.=) b.lead_id", quote_identifier(list->source_column)) : "";
	LcSql		sql;

	lc_sql_init(&sql);
	lc_sql_add(&sql, "UPDATE %s t SET ", list->relation);
	add_set(&sql, list, true);
	lc_sql_add(&sql, " FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, "%s WHERE %s AND %s%s AND NOT %s RETURNING b.ord, " PLACE_OF("t."), from, same, is_of_lead(list), source, is_elsewhere(list, true));
	add_statement(program, &undo->named, psprintf("move back %s", list->relation), list->owner, &sql);

	/* one whose lead was given by hand is not as it was left, unless it went back just now */
	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, (%s)::pg_catalog.text FROM ", key);
	lc_sql_batch(&sql);
	lc_sql_add(&sql, "%s JOIN %s t ON %s WHERE t.%s IS %sDISTINCT FROM b.lead_id ORDER BY 1, 2", from, list->relation, same,
			   quote_identifier(list->keeps_lead && list->has_source ? list->source_column : list->lead_column),
			   list->keeps_lead && list->has_source ? "NOT " : "");
	lc_undo_statement(program, &undo->named_left, psprintf("look at %s", list->relation), list->owner, LC_SNAPSHOT_LATEST, &sql);

}

/* The statements about rows that have changed their owner, by id or by key */
static void
compile_owners(LcProgram *program, LcUndoList *undo)
{
	const LcList *list = undo->list;
	LcList		by_id = *list;
	char	   *same;
	char	   *columns;
	char	   *key;
	char	   *changes;
	LcSql		sql;

	if (list->owner_column == NULL)
		return;
	by_id.reports_rows = list->reports_rows && get_attnum(list->relid, "id") == InvalidAttrNumber;
	key = lc_row_key(&by_id, &same, &columns);
	if (key == NULL)
		return;
	changes = psprintf(" b CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(b.owner_changes) e CROSS JOIN LATERAL"
					   " pg_catalog.jsonb_to_record(COALESCE(e.value OPERATOR(pg_catalog.->) 'key', e.value)) AS o(%s)", columns);

	lc_sql_init(&sql);
	lc_sql_add(&sql, "UPDATE %s t SET %s = (e.value OPERATOR(pg_catalog.->>) 'from')::pg_catalog.int8 FROM ", list->relation,
			   quote_identifier(list->owner_column));
	lc_sql_batch(&sql);
	lc_sql_add(&sql, "%s WHERE e.value OPERATOR(pg_catalog.->>) 'table' OPERATOR(pg_catalog.=) %s AND %s"
			   " AND t.%s OPERATOR(pg_catalog.=) (e.value OPERATOR(pg_catalog.->>) 'to')::pg_catalog.int8 RETURNING b.ord",
			   changes, quote_literal_cstr(list->relation), same, quote_identifier(list->owner_column));
	add_statement(program, &undo->owners, psprintf("give back %s", list->relation), list->owner, &sql);

	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, (%s)::pg_catalog.text FROM ", key);
	lc_sql_batch(&sql);
	lc_sql_add(&sql, "%s JOIN %s t ON %s WHERE e.value OPERATOR(pg_catalog.->>) 'table' OPERATOR(pg_catalog.=) %s"
			   " AND t.%s IS DISTINCT FROM (e.value OPERATOR(pg_catalog.->>) 'from')::pg_catalog.int8 ORDER BY 1, 2",
			   changes, list->relation, same, quote_literal_cstr(list->relation), quote_identifier(list->owner_column));
	lc_undo_statement(program, &undo->owners_left, psprintf("look at %s", list->relation), list->owner, LC_SNAPSHOT_LATEST, &sql);
}

/* SQL: the row t has not been changed since the conversion or a completion of it */
static char *
is_unchanged(Relation rel, const char *alias)
{
	if (lc_column_number(RelationGetDescr(rel), "last_modified_date") == InvalidAttrNumber)
		return pstrdup("true");
	return psprintf("(b.undo OPERATOR(pg_catalog.->) 'at') OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(%s.last_modified_date)", alias);
}

/* The columns of a table that a row as it was gives values, in an INSERT with its key or an UPDATE */
static List *
stored_columns(Relation rel, bool with_key)
{
	TupleDesc	desc = RelationGetDescr(rel);
	List	   *columns = NIL;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name = NameStr(att->attname);

		if (att->attisdropped || att->attgenerated != '\0')
			continue;
		if (!with_key && (att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS || strcmp(name, "id") == 0 || strcmp(name, "revision") == 0 ||
						  strcmp(name, "created_by_id") == 0 || strncmp(name, "last_modified_", 14) == 0))
			continue;
		columns = lappend(columns, att);
	}
	return columns;
}

/*
 * INSERT of rows as they were: elements of an array of the ledger, in which row is the
 * way to the row.  Those that cannot be there any more, by condition, are left out, and
 * those whose place is taken.  Columns that have been added since get their defaults.
 */
static void
build_put(LcSql *sql, Relation rel, const char *relation, const char *from, const char *row, const char *condition, const char *returning)
{
	StringInfoData columns;
	StringInfoData values;
	ListCell   *lc;

	initStringInfo(&columns);
	initStringInfo(&values);
	foreach(lc, stored_columns(rel, true))
	{
		Form_pg_attribute att = lfirst(lc);
		bool		is_volatile;
		char	   *missing = lc_column_default(rel, att->attnum, &is_volatile);
		const char *column = quote_identifier(NameStr(att->attname));

		appendStringInfo(&columns, "%s%s", columns.len ? ", " : "", column);
		appendStringInfo(&values, "%sCASE WHEN pg_catalog.jsonb_exists(%s, %s) THEN o.%s ELSE %s END", values.len ? ", " : "",
						 row, quote_literal_cstr(NameStr(att->attname)), column, missing ? missing : "NULL");
	}
	lc_sql_init(sql);
	lc_sql_add(sql, "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM ", relation, columns.data, values.data);
	lc_sql_batch(sql);
	lc_sql_add(sql, " b CROSS JOIN LATERAL (SELECT e.value FROM %s) e CROSS JOIN LATERAL"
			   " pg_catalog.jsonb_populate_record(NULL::%s, %s) o WHERE %s ON CONFLICT DO NOTHING RETURNING %s",
			   from, relation, row, condition, returning);
}

/* UPDATE that makes rows what they were, likewise; same is the condition that t is the row and may be changed */
static void
build_restore(LcSql *sql, Relation rel, const char *relation, const char *from, const char *row, const char *same, const char *returning)
{
	const char *comma = "";
	ListCell   *lc;

	lc_sql_init(sql);
	lc_sql_add(sql, "UPDATE %s t SET ", relation);
	foreach(lc, stored_columns(rel, false))
	{
		const char *name = NameStr(((Form_pg_attribute) lfirst(lc))->attname);

		lc_sql_add(sql, "%s%s = CASE WHEN pg_catalog.jsonb_exists(%s, %s) THEN o.%s ELSE t.%s END", comma, quote_identifier(name),
				   row, quote_literal_cstr(name), quote_identifier(name), quote_identifier(name));
		comma = ", ";
	}
	lc_sql_add(sql, " FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " b CROSS JOIN LATERAL (SELECT e.value FROM %s) e CROSS JOIN LATERAL"
			   " pg_catalog.jsonb_populate_record(NULL::%s, %s) o WHERE %s RETURNING b.ord%s", from, relation, row, same, returning);
}

#define ROW_OF(member)	"(e.value OPERATOR(pg_catalog.->) '" member "')"
#define SAME_ID			"t.id OPERATOR(pg_catalog.=) o.id"

/*
 * Compiles what rows of a table that were taken out of the recycle bin become again
 */
void
lc_undo_compile_restored(LcProgram *program, LcUndoTable *table, Oid relid)
{
	Relation	rel = table_open(relid, AccessShareLock);
	LcList		list = {.relation = lc_qualified_name(relid)};
	char	   *step = psprintf("restore %s", list.relation);
	LcSql		sql;

	table->relid = relid;
	table->relation = MemoryContextStrdup(program->undo->context, list.relation);
	build_restore(&sql, rel, list.relation, elements("restored", &list), ROW_OF("row"),
				  psprintf(SAME_ID " AND %s", is_unchanged(rel, "t")), "");
	add_statement(program, &table->restore, step, rel->rd_rel->relowner, &sql);

	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, t.id::pg_catalog.text FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b CROSS JOIN LATERAL (SELECT e.value FROM %s) e JOIN %s t ON t.id OPERATOR(pg_catalog.=)"
			   " (e.value OPERATOR(pg_catalog.#>>) '{row,id}')::pg_catalog.int8 WHERE NOT %s ORDER BY 1, 2",
			   elements("restored", &list), list.relation, is_unchanged(rel, "t"));
	lc_undo_statement(program, &table->restored_left, psprintf("look at %s", list.relation), rel->rd_rel->relowner, LC_SNAPSHOT_LATEST, &sql);
	table_close(rel, AccessShareLock);
}

/* The statements about links: those that were made go, those of the lead come back */
static void
compile_links(LcProgram *program, LcUndoList *undo, Relation rel)
{
	const LcList *list = undo->list;
	StringInfoData own;
	LcSql		sql;

	initStringInfo(&own);
	appendStringInfo(&own, "ARRAY['id', 'external_id', 'created_date', 'created_by_id', 'last_modified_date', 'last_modified_by_id',"
					 " 'is_deleted', %s, %s", quote_literal_cstr(list->lead_column), quote_literal_cstr(list->source_column));
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (list->target_column[t])
			appendStringInfo(&own, ", %s", quote_literal_cstr(list->target_column[t]));
	}
	/* what the server gives a link */
	for (int i = 0; i < RelationGetDescr(rel)->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);

		if (!att->attisdropped && (att->attgenerated != '\0' || att->attidentity != '\0'))
			appendStringInfo(&own, ", %s", quote_literal_cstr(NameStr(att->attname)));
	}
	appendStringInfoString(&own, "]::pg_catalog.text[]");

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const char *unchanged;
		const char *is_made;

		if (list->target_column[t] == NULL)
			continue;
		/* it has what the lead's link has, from which it was made */
		unchanged = psprintf("(%s AND NOT EXISTS (SELECT 1 FROM %s l WHERE l.%s OPERATOR(pg_catalog.=) b.lead_id"
							 " AND l.%s OPERATOR(pg_catalog.=) t.%s AND (pg_catalog.to_jsonb(l.*) OPERATOR(pg_catalog.-) %s)"
							 " OPERATOR(pg_catalog.<>) (pg_catalog.to_jsonb(t.*) OPERATOR(pg_catalog.-) %s)))",
							 is_unchanged(rel, "t"), list->relation, quote_identifier(list->lead_column),
							 quote_identifier(list->link_column), quote_identifier(list->link_column),
							 own.data, own.data);
		lc_sql_init(&sql);
		lc_sql_add(&sql, "DELETE FROM %s t USING ", list->relation);
		lc_sql_batch(&sql);
		is_made = psprintf("%s AND t.%s OPERATOR(pg_catalog.=) b.lead_id AND t.%s IS NULL AND %s",
						   found_by(list, t), quote_identifier(list->source_column), quote_identifier(list->lead_column), unchanged);
		lc_sql_add(&sql, " b WHERE %s RETURNING b.ord", is_made);
		add_statement(program, &undo->back[t], psprintf("delete %s", list->relation), list->owner, &sql);
		undo->back[t].lacks_index = !OidIsValid(list->by_target[t].index);

		lc_sql_init(&sql);
		lc_sql_add(&sql, "SELECT b.ord FROM ");
		lc_sql_batch(&sql);
		lc_sql_add(&sql, " b JOIN %s t ON %s", list->relation, is_made);
		lc_undo_statement(program, &undo->seen[t], psprintf("look at %s", list->relation), InvalidOid, LC_SNAPSHOT_LATEST, &sql);
		undo->seen[t].lacks_index = undo->back[t].lacks_index;

		lc_sql_init(&sql);
		lc_sql_add(&sql, "SELECT b.ord, %s FROM ",
				   lc_column_number(RelationGetDescr(rel), "id") != InvalidAttrNumber ? "t.id::pg_catalog.text" : "NULL::pg_catalog.text");
		lc_sql_batch(&sql);
		lc_sql_add(&sql, " b JOIN %s t ON %s WHERE t.%s OPERATOR(pg_catalog.=) b.lead_id AND t.%s IS NULL ORDER BY 1, 2", list->relation,
				   found_by(list, t), quote_identifier(list->source_column), quote_identifier(list->lead_column));
		lc_undo_statement(program, &undo->left[t], psprintf("look at %s", list->relation), list->owner, LC_SNAPSHOT_LATEST, &sql);
		undo->left[t].lacks_index = undo->back[t].lacks_index;
	}
	build_put(&sql, rel, list->relation, elements("dropped", list), ROW_OF("row"), "true",
			  psprintf("%s::pg_catalog.int8, " PLACE_OF(""), quote_identifier(list->lead_column)));
	add_statement(program, &undo->put, psprintf("insert %s", list->relation), list->owner, &sql);
}

/* The statements about campaign members that became one */
static void
compile_members(LcProgram *program, LcUndoList *undo, Relation rel)
{
	const LcList *list = undo->list;
	const char *from = "pg_catalog.jsonb_array_elements(b.undo OPERATOR(pg_catalog.->) 'members') e";
	bool		has_revision = lc_column_number(RelationGetDescr(rel), "revision") != InvalidAttrNumber;
	const char *same = has_revision ? "t.revision OPERATOR(pg_catalog.=) (e.value OPERATOR(pg_catalog.->>) 'revision')::pg_catalog.int4" : "true";
	LcSql		sql;

	build_restore(&sql, rel, list->relation, from, ROW_OF("kept"), psprintf(SAME_ID " AND %s", same),
				  !has_revision || !list->has_source ? "" :
				  psprintf(", t.id::pg_catalog.int8, o.revision::pg_catalog.int8, t.revision::pg_catalog.int8, o.%s::pg_catalog.int8, (e.value OPERATOR(pg_catalog.->>) 'revision')::pg_catalog.int8",
						   quote_identifier(list->source_column)));
	add_statement(program, &undo->merged, "separate campaign members", list->owner, &sql);

	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, t.id::pg_catalog.text FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b CROSS JOIN LATERAL %s JOIN %s t ON t.id OPERATOR(pg_catalog.=) (e.value OPERATOR(pg_catalog.#>>) '{kept,id}')::pg_catalog.int8"
			   " WHERE NOT %s ORDER BY 1, 2", from, list->relation, same);
	lc_undo_statement(program, &undo->merged_left, "look at campaign members", list->owner, LC_SNAPSHOT_LATEST, &sql);

	build_put(&sql, rel, list->relation, from, ROW_OF("removed"),
			  "EXISTS (SELECT 1 FROM crm.campaign c WHERE c.id OPERATOR(pg_catalog.=) o.campaign_id) AND (o.status IS NULL OR EXISTS"
			  " (SELECT 1 FROM crm.campaign_member_status s WHERE s.campaign_id OPERATOR(pg_catalog.=) o.campaign_id"
			  " AND s.label::pg_catalog.text OPERATOR(pg_catalog.=) o.status::pg_catalog.text))",
			  psprintf("%s::pg_catalog.int8, " PLACE_OF(""), quote_identifier(list->lead_column)));
	add_statement(program, &undo->put, "insert campaign members", list->owner, &sql);
}

/* The statement that puts subscriptions back that have ended with the lead */
void
lc_undo_compile_subscriptions(LcProgram *program, LcStatement *statement)
{
	Relation	rel = table_open(lc_crm_relid("entity_subscription", false), AccessShareLock);
	LcSql		sql;

	build_put(&sql, rel, "crm.entity_subscription", "pg_catalog.jsonb_array_elements(b.undo OPERATOR(pg_catalog.->) 'subscriptions') e", "e.value",
			  "EXISTS (SELECT 1 FROM crm.app_user u WHERE u.id OPERATOR(pg_catalog.=) o.subscriber_id)", "1");
	add_statement(program, statement, "insert entity_subscription", rel->rd_rel->relowner, &sql);
	table_close(rel, AccessShareLock);
}

/*
 * Compiles the statements of a list.  In the memory context of the undo program.
 */
void
lc_undo_compile_list(LcProgram *program, LcUndoList *undo, LcList *list)
{
	Relation	rel = table_open(list->relid, AccessShareLock);
	char	   *same;
	char	   *columns;
	char	   *key = lc_row_key(list, &same, &columns);

	undo->list = list;
	if (list->is_link)
	{
		if (list->has_source)
			compile_links(program, undo, rel);
		if (list->has_source && lc_column_number(RelationGetDescr(rel), "id") != InvalidAttrNumber)
			lc_undo_compile_restored(program, &undo->restored, list->relid);
	}
	else
	{
		if (list->has_source)
		{
			for (int t = 0; t < LC_NTARGETS; t++)
			{
				if (list->target_column[t] != NULL)
					compile_found(program, undo, t, key);
			}
			compile_found(program, undo, LC_NTARGETS, key);
		}
		if (list->is_campaign)
			compile_members(program, undo, rel);
		if (key != NULL)
			compile_named(program, undo, same, columns, key);
		compile_owners(program, undo);
	}
	table_close(rel, AccessShareLock);
}

/* Which rows of a table does the caller see? */
typedef enum LcSight
{
	SEES_NONE,
	SEES_SOME,
	SEES_ALL
} LcSight;

static LcSight
sight_of(Oid relid)
{
	if (!lc_may_use_schema(get_rel_namespace(relid), GetUserId()) ||
		pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return SEES_NONE;
	return check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED ? SEES_SOME : SEES_ALL;
}

/*
 * Leaves in SPI_tuptable, of rows that a statement on a table has written, those that
 * the caller sees.  Returns how many.
 */
static uint64
seen_rows(uint64 nrows, Oid relid)
{
	SPITupleTable *written = SPI_tuptable;
	LcSight		sight = sight_of(relid);
	Oid			argtypes[3] = {INT8ARRAYOID, OIDARRAYOID, TIDARRAYOID};
	Datum	   *columns[3];
	Datum		values[3];

	if (nrows == 0 || sight == SEES_ALL)
		return nrows;
	if (sight == SEES_NONE || written->tupdesc->natts < WRITTEN_PLACE)
		return 0;
	for (int c = 0; c < 3; c++)
		columns[c] = palloc(sizeof(Datum) * nrows);
	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;
		Datum		what = lc_spi_datum(i, WRITTEN_FOR, &isnull);

		columns[0][i] = TupleDescAttr(written->tupdesc, 0)->atttypid == INT4OID ? Int64GetDatum(DatumGetInt32(what)) : what;
		columns[1][i] = lc_spi_datum(i, WRITTEN_TABLE, &isnull);
		columns[2][i] = lc_spi_datum(i, WRITTEN_PLACE, &isnull);
	}
	values[0] = PointerGetDatum(construct_array(columns[0], nrows, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	values[1] = PointerGetDatum(construct_array(columns[1], nrows, OIDOID, sizeof(Oid), true, TYPALIGN_INT));
	values[2] = PointerGetDatum(construct_array(columns[2], nrows, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT));
	nrows = lc_query(psprintf("SELECT %s FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS w(what, relid, place)"
							  " JOIN %s t ON t.ctid OPERATOR(pg_catalog.=) w.place AND t.tableoid OPERATOR(pg_catalog.=) w.relid",
							  TupleDescAttr(written->tupdesc, 0)->atttypid == INT4OID ? "w.what::pg_catalog.int4" : "w.what",
							  lc_qualified_name(relid)), SPI_OK_SELECT, 3, argtypes, values, NULL);
	SPI_freetuptable(written);
	return nrows;
}

/* Counts the rows of a table that a statement has processed for each request, by ord, as far as the caller sees them */
static void
count_moved(LcRun *run, uint64 nrows, Oid relid)
{
	nrows = seen_rows(nrows, relid);
	for (uint64 i = 0; i < nrows; i++)
		lc_row_request(run->request, i)->undoing->rows_moved_back++;
	SPI_freetuptable(SPI_tuptable);
}

/* Notes the rows that a statement yields, by ord and key, as being in the way */
static void
note_left(LcRun *run, LcStatement *statement, Oid relid, const char *reason)
{
	uint64		nrows;

	if (statement->step == NULL)
		return;
	nrows = lc_execute(run, statement, (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		char	   *key = lc_spi_text(i, 2);
		int64		id;

		/* {"id": 5} is 5 */
		if (key != NULL && sscanf(key, "{\"id\": " INT64_FORMAT "}", &id) == 1)
			key = psprintf(INT64_FORMAT, id);
		lc_undo_block(lc_row_request(run->request, i), relid, key, reason);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* A statement that writes values of the ledger back */
typedef struct LcPutBack
{
	LcRun	   *run;
	LcStatement *statement;
	uint64		nrows;
} LcPutBack;

static void
execute_put_back(void *arg)
{
	LcPutBack  *put = arg;

	put->nrows = lc_execute(put->run, put->statement, (Datum) 0);
}

/*
 * Runs a statement that writes values of the ledger back into rows of a table.  Sets
 * *nrows, and leaves the rows that it yields in SPI_tuptable.  Returns false when the
 * values do not fit the table's columns any more; that is in the way, and there are no rows.
 */
bool
lc_undo_put_back(LcRun *run, LcStatement *statement, Oid relid, uint64 *nrows)
{
	LcPutBack	put = {.run = run, .statement = statement};

	if (!lc_undo_try(run, execute_put_back, &put))
	{
		lc_undo_block(run->request[0], relid, NULL, "what it was does not fit the columns any more");
		return false;
	}
	*nrows = put.nrows;
	return true;
}

/* Has a request of the run something to say under this key of the ledger's object? */
bool
lc_undo_says(LcRun *run, const char *key)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		if (getKeyJsonValueFromContainer(&run->request[i]->undoing->undo->root, key, strlen(key), NULL) != NULL)
			return true;
	}
	return false;
}

/* Is there a row of the list at the record of a target of any request? */
static bool
has_rows_at(LcRun *run, const LcList *list, int t, Snapshot snapshot)
{
	LcOpenProbe probe;
	bool		found = false;

	if (!OidIsValid(list->by_target[t].relid))
		return true;			/* the statement finds out */
	lc_probe_open(&probe, &list->by_target[t]);
	if (probe.rel->rd_rel->relkind != RELKIND_RELATION || (!probe.is_empty && !OidIsValid(probe.index)))
		found = true;
	for (int i = 0; i < run->nrequests && !found && !probe.is_empty; i++)
	{
		int64		id = run->request[i]->decision.target_id[t];

		found = id != 0 && lc_probe_finds(&probe, id, snapshot);
	}
	lc_probe_close(&probe);
	return found;
}

/* Is a record of a request gone to which rows of the list went? */
static bool
has_lost_record(LcRun *run, const LcList *list)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		const LcRequest *request = run->request[i];

		for (int t = 0; t < LC_NTARGETS; t++)
		{
			if (list->target_column[t] != NULL && request->decision.target_id[t] != 0 && !request->undoing->exists[t])
				return true;
		}
	}
	return false;
}

/* The ways in which rows of a list are to be looked for now, as bits */
static int
ways_to_rows(LcRun *run, const LcUndoList *undo)
{
	Snapshot	snapshot;
	int			ways = 0;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (undo->back[t].step != NULL && has_rows_at(run, undo->list, t, snapshot))
			ways |= 1 << t;
	}
	UnregisterSnapshot(snapshot);
	if (undo->back[LC_NTARGETS].step != NULL && has_lost_record(run, undo->list))
		ways |= 1 << LC_NTARGETS;
	return ways;
}

/* Takes back what was done with the rows of one list */
static void
take_back_list(LcRun *run, LcUndoList *undo)
{
	const LcList *list = undo->list;
	int			ways;

	if (undo->restored.restore.step != NULL && lc_undo_says(run, "restored"))
		lc_undo_restore(run, &undo->restored);
	if (undo->named.step != NULL && lc_undo_says(run, "rows"))
		count_moved(run, lc_execute(run, &undo->named, (Datum) 0), list->relid);
	ways = ways_to_rows(run, undo);
	for (int t = 0; t <= LC_NTARGETS && ways != 0; t++)
	{
		if ((ways & (1 << t)) == 0)
			continue;
		/* links are gone afterwards */
		if (list->is_link && sight_of(list->relid) == SEES_SOME)
		{
			uint64		nrows = lc_execute(run, &undo->seen[t], (Datum) 0);

			for (uint64 i = 0; i < nrows; i++)
				lc_row_request(run->request, i)->undoing->rows_moved_back++;
			SPI_freetuptable(SPI_tuptable);
		}
		count_moved(run, lc_execute(run, &undo->back[t], (Datum) 0), list->relid);
	}
	if (ways != 0)
		ways = ways_to_rows(run, undo);
	for (int t = 0; t <= LC_NTARGETS && ways != 0; t++)
	{
		if (ways & (1 << t))
			note_left(run, &undo->left[t], list->relid, list->is_link ? "it has been changed since" : "it has been given to another record since");
	}
	if (undo->named_left.step != NULL && lc_undo_says(run, "rows"))
		note_left(run, &undo->named_left, list->relid, "it has been given to another record since");
}

/* Rows that were taken out of the recycle bin become what they were */
void
lc_undo_restore(LcRun *run, LcUndoTable *table)
{
	uint64		nrows;

	note_left(run, &table->restored_left, table->relid, "it has been changed since");
	if (lc_undo_put_back(run, &table->restore, table->relid, &nrows))
		SPI_freetuptable(SPI_tuptable);
}

/* The request of a lead, by its place in the run, or -1 */
static int
request_of_lead(LcRun *run, int64 lead_id)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		int			candidate = (run->last_culprit + i) % run->nrequests;

		if (lc_lead_id(run->request[candidate]) == lead_id)
		{
			run->last_culprit = candidate;
			return candidate;
		}
	}
	return -1;
}

/* How many elements an array of the ledger's object has for a request */
static int
count_elements(const LcRequest *request, const char *key)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&request->undoing->undo->root, key, strlen(key), NULL);

	return value != NULL && value->type == jbvBinary ? JsonContainerSize(value->val.binary.data) : 0;
}

/* What the statement merged yields after ord, where members have revisions and name a lead */
enum
{
	SEPARATED_ID = 2,
	SEPARATED_BEFORE,
	SEPARATED_NOW,
	SEPARATED_SOURCE,
	SEPARATED_AFTER,
	SEPARATED_COLUMNS = SEPARATED_AFTER
};

/*
 * A member is what it was before the conversion, but for its revision.  Earlier
 * conversions to the contact that left it so are told the revision that it has now; those
 * of one call have all noted the revision at its end.
 */
static void
tell_earlier(LcRun *run, uint64 row)
{
	Oid			argtypes[6] = {INT8OID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID};
	Datum		values[6];
	SPITupleTable *tuptable = SPI_tuptable;
	const LcRequest *request = lc_row_request(run->request, row);

	if (SPI_tuptable->tupdesc->natts < SEPARATED_COLUMNS || lc_spi_int64(row, SEPARATED_SOURCE) == 0)
		return;
	values[0] = Int64GetDatum(request->decision.target_id[T_CONTACT]);
	values[1] = Int64GetDatum(lc_spi_int64(row, SEPARATED_ID));
	values[2] = Int64GetDatum(lc_spi_int64(row, SEPARATED_BEFORE));
	values[3] = Int64GetDatum(lc_spi_int64(row, SEPARATED_NOW));
	values[4] = Int64GetDatum(lc_spi_int64(row, SEPARATED_AFTER));
	values[5] = Int64GetDatum(lc_lead_id(request));
#define LEFT_IT_SO \
	"(m.value OPERATOR(pg_catalog.#>>) '{kept,id}')::pg_catalog.int8 OPERATOR(pg_catalog.=) $2" \
	" AND (m.value OPERATOR(pg_catalog.->>) 'revision')::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY (ARRAY[$3, $5])"
	(void) lc_query_as(lc_table_owner("lead_conversion"),
					   "UPDATE crm.lead_conversion c SET undo = pg_catalog.jsonb_set(c.undo, '{members}', (SELECT pg_catalog.jsonb_agg("
					   "CASE WHEN " LEFT_IT_SO
					   " THEN m.value OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('revision', $4) ELSE m.value END)"
					   " FROM pg_catalog.jsonb_array_elements(c.undo OPERATOR(pg_catalog.->) 'members') m))"
					   " FROM crm.lead l WHERE l.converted_contact_id OPERATOR(pg_catalog.=) $1 AND c.lead_id OPERATOR(pg_catalog.=) l.id"
					   " AND c.lead_id OPERATOR(pg_catalog.<>) $6 AND c.undone_date IS NULL"
					   " AND EXISTS (SELECT 1 FROM pg_catalog.jsonb_array_elements(c.undo OPERATOR(pg_catalog.->) 'members') m WHERE " LEFT_IT_SO ")",
					   SPI_OK_UPDATE, 6, argtypes, values, NULL);
#undef LEFT_IT_SO
	SPI_tuptable = tuptable;
}

/* Campaign members that became one are two again */
static void
separate_members(LcRun *run, LcUndoList *undo)
{
	Oid			relid = undo->list->relid;
	bool		separated;
	int		   *missing;
	uint64		nrows;

	if (!lc_undo_says(run, "members"))
		return;
	note_left(run, &undo->merged_left, relid, "it has been changed since");
	run->frame->keeps_created_date = true;
	separated = lc_undo_put_back(run, &undo->merged, relid, &nrows);
	run->frame->keeps_created_date = false;
	if (!separated)
		return;
	for (uint64 i = 0; i < nrows; i++)
		tell_earlier(run, i);
	SPI_freetuptable(SPI_tuptable);
	if (!lc_undo_put_back(run, &undo->put, relid, &nrows))
		return;
	missing = palloc(sizeof(int) * run->nrequests);
	for (int i = 0; i < run->nrequests; i++)
		missing[i] = count_elements(run->request[i], "members");
	for (uint64 i = 0; i < nrows; i++)
	{
		int			r = request_of_lead(run, lc_spi_int64(i, WRITTEN_FOR));

		if (r >= 0)
			missing[r]--;
	}
	nrows = seen_rows(nrows, relid);
	for (uint64 i = 0; i < nrows; i++)
	{
		int			r = request_of_lead(run, lc_spi_int64(i, WRITTEN_FOR));

		if (r >= 0)
			run->request[r]->undoing->members_restored++;
	}
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < run->nrequests; i++)
	{
		if (missing[i] > 0)
			lc_undo_warn(run->request[i], NULL, NULL,
						 psprintf("%s campaign member(s) that were merged do not come back: the campaign, the status or the place is gone",
								  sight_of(relid) == SEES_ALL ? psprintf("%d", missing[i]) : "some"));
	}
}

/* Links that the lead had come back */
static void
put_dropped(LcRun *run, LcUndoList *undo)
{
	uint64		nrows;

	if (undo->put.step == NULL || !lc_undo_says(run, "dropped") ||
		!lc_undo_put_back(run, &undo->put, undo->list->relid, &nrows))
		return;
	nrows = seen_rows(nrows, undo->list->relid);
	for (uint64 i = 0; i < nrows; i++)
	{
		int			r = request_of_lead(run, lc_spi_int64(i, WRITTEN_FOR));

		if (r >= 0)
			run->request[r]->undoing->rows_moved_back++;
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Does the ledger say that rows of a list have changed owners? */
static bool
has_owner_changes(LcRun *run)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		if (run->request[i]->undoing->owner_changes != NULL)
			return true;
	}
	return false;
}

/*
 * Gives the leads of the run back what hung on them.  The batch is laid down.
 */
void
lc_undo_rows(LcRun *run)
{
	LcUndoProgram *program = run->program->undo;
	bool		owners = has_owner_changes(run);

	for (int i = 0; i < program->nlists; i++)
	{
		LcUndoList *undo = &program->lists[i];

		CHECK_FOR_INTERRUPTS();
		if (undo->list->is_campaign)
			separate_members(run, undo);
		take_back_list(run, undo);
		if (undo->list->is_link)
			put_dropped(run, undo);
		if (owners && undo->owners.step != NULL)
		{
			(void) lc_execute(run, &undo->owners, (Datum) 0);
			SPI_freetuptable(SPI_tuptable);
			note_left(run, &undo->owners_left, undo->list->relid, "it has got another owner since");
		}
	}
}
