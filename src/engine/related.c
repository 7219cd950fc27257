/*-------------------------------------------------------------------------
 *
 * related.c
 *	  Related lists: what hangs on the lead goes to the new records.
 *
 * A row of crm.related_list describes one child table, ours or a user's, and
 * becomes the statements that move its rows.  Which lists have rows at all is
 * found out with the other facts about the leads (facts.c), while nobody else can
 * add any: the leads are locked.  Rows that triggers add later are reported by the
 * guards (frame.c), and their lists visited again.
 *
 * All of this has the rights of the child table's owner, as referential actions have.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "engine/engine.h"

#define MAX_LISTS 64			/* bits of a uint64 */

/* A row of crm.related_list, as strings */
enum
{
	R_CHILD = 1,
	R_LABEL,
	R_ACTION,
	R_LEAD,
	R_CONTACT,
	R_ACCOUNT,
	R_OPPORTUNITY,
	R_SOURCE,
	R_KEEP_LEAD,
	R_LINK,
	R_EXCLUDE,
	R_OWNER,
	R_CLOSED,
	R_OWNER_RULE,
	R_IS_ACTIVE,
	R_SETTING,
	R_TO_PERSON,
	R_ENABLED,
	R_NCOLUMNS = R_ENABLED
};

/* In its order; R_ENABLED is an expression */
static const LcMetaColumn list_columns[] = {
	{{"related_list", "child", OIDOID}, true},
	{{"related_list", "label", TEXTOID}, true},
	{{"related_list", "action", TEXTOID}, true},
	{{"related_list", "lead_column", TEXTOID}, true},
	{{"related_list", "contact_column", TEXTOID}, false},
	{{"related_list", "account_column", TEXTOID}, false},
	{{"related_list", "opportunity_column", TEXTOID}, false},
	{{"related_list", "source_column", TEXTOID}, false},
	{{"related_list", "keep_lead", BOOLOID}, true},
	{{"related_list", "link_column", TEXTOID}, false},
	{{"related_list", "exclude_column", TEXTOID}, false},
	{{"related_list", "owner_column", TEXTOID}, false},
	{{"related_list", "closed_column", TEXTOID}, false},
	{{"related_list", "owner_rule", TEXTOID}, true},
	{{"related_list", "is_active", BOOLOID}, true},
	{{"related_list", "setting", TEXTOID}, false},
	{{"related_list", "to_person_account", BOOLOID}, true}
};

static const int target_column[LC_NTARGETS] = {
	[T_ACCOUNT] = R_ACCOUNT, [T_CONTACT] = R_CONTACT, [T_OPPORTUNITY] = R_OPPORTUNITY
};

/* Are there person accounts, to which the list does not go? */
static bool
leaves_out_persons(char **row)
{
	return strcmp(row[R_TO_PERSON], "t") != 0;
}

/* SQL: the id of the record of a target to which the list goes, as far as it goes to it */
static const char *
record_id(char **row, LcTarget t)
{
	const char *id = psprintf("b.%s_id", lc_target[t].name);

	if (!leaves_out_persons(row))
		return id;
	return psprintf("(CASE WHEN NOT b.%s THEN %s END)",
					t == T_CONTACT ? "contact_is_person" : "account_is_person", id);
}

static char *has_target(char **row);

/* SQL: the row of the batch whose lead this child row t references */
static char *
list_condition(char **row)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "t.%s OPERATOR(pg_catalog.=) b.lead_id", quote_identifier(row[R_LEAD]));
	if (row[R_EXCLUDE])
		appendStringInfo(&buf, " AND t.%s IS NULL", quote_identifier(row[R_EXCLUDE]));
	if (leaves_out_persons(row))
		appendStringInfo(&buf, " AND (NOT b.contact_is_person OR %s)", has_target(row));
	return buf.data;
}

/* SQL: this batch row has at least one of the records that the list goes to */
static char *
has_target(char **row)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoChar(&buf, '(');
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (row[target_column[t]])
			appendStringInfo(&buf, "%s%s IS NOT NULL", buf.len > 1 ? " OR " : "", record_id(row, t));
	}
	appendStringInfoString(&buf, buf.len > 1 ? ")" : "false)");
	return buf.data;
}

/* SQL: whose the lead is that is converted */
#define OWNER_OF_LEAD	"(SELECT l.owner_id::pg_catalog.int8 FROM crm.lead l WHERE l.id OPERATOR(pg_catalog.=) b.lead_id)"

/*
 * SQL: whom the child row t gets as its owner, as the owner rule of the list says, or
 * NULL when it keeps the one it has.
 *
 * Tasks of workflow rules are another matter when somebody else than the owner of the
 * lead converts: those of the converter go to the owner of the lead, emails excepted.
 */
static char *
new_owner(const LcList *list, char **row)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "CASE WHEN t.%s OPERATOR(pg_catalog.=) b.converter_id", quote_identifier(row[R_OWNER]));
	if (strcmp(row[R_OWNER_RULE], "open_of_converter") == 0 && row[R_CLOSED])
		appendStringInfo(&buf, " AND t.%s IS NOT TRUE", quote_identifier(row[R_CLOSED]));
	appendStringInfoString(&buf, " THEN ");
	if (list->has_workflow)
		appendStringInfoString(&buf, "CASE WHEN t.workflow_rule IS NOT NULL"
							   " AND b.converter_id OPERATOR(pg_catalog.<>) " OWNER_OF_LEAD
							   " THEN CASE WHEN (t.task_subtype::pg_catalog.text OPERATOR(pg_catalog.=)"
							   " ANY ('{Email,ListEmail}'::pg_catalog.text[])) IS NOT TRUE THEN " OWNER_OF_LEAD " END"
							   " ELSE ");
	appendStringInfoString(&buf, "CASE WHEN b.owner_id OPERATOR(pg_catalog.<>) b.converter_id THEN b.owner_id END");
	if (list->has_workflow)
		appendStringInfoString(&buf, " END");
	appendStringInfoString(&buf, " END");
	return buf.data;
}

/*
 * SQL: how a row t of a list is named, its primary key as JSON, and in *same the
 * condition that o is that row; same may be NULL.  Returns NULL when the table has
 * no primary key: then its rows cannot be named.
 */
static char *
row_key(const LcList *list, char **same_row)
{
	Relation	rel = table_open(list->relid, AccessShareLock);
	Bitmapset  *key = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
	StringInfoData pairs;
	StringInfoData same;
	int			x = -1;

	initStringInfo(&pairs);
	initStringInfo(&same);
	while ((x = bms_next_member(key, x)) >= 0)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), x + FirstLowInvalidHeapAttributeNumber - 1);
		const char *name = NameStr(att->attname);
		const char *column = quote_identifier(name);
		Oid			equal = lookup_type_cache(att->atttypid, TYPECACHE_EQ_OPR)->eq_opr;
		HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(equal));
		Form_pg_operator operator;

		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for operator %u", equal);
		operator = (Form_pg_operator) GETSTRUCT(tuple);
		appendStringInfo(&pairs, "%s%s, t.%s", pairs.len ? ", " : "", quote_literal_cstr(name), column);
		appendStringInfo(&same, "%so.%s OPERATOR(%s.%s) t.%s", same.len ? " AND " : "", column,
						 quote_identifier(get_namespace_name(operator->oprnamespace)), NameStr(operator->oprname), column);
		ReleaseSysCache(tuple);
	}
	table_close(rel, AccessShareLock);
	if (pairs.len == 0)
		return NULL;
	if (same_row)
		*same_row = same.data;
	return psprintf("pg_catalog.jsonb_build_object(%s)", pairs.data);
}

/*
 * SQL: RETURNING which rows were moved, for undo, where no trigger of ours tells:
 * the primary key, the columns that were not empty before, and the lead that the
 * row had come from before, all as JSON.  A subquery sees the row as it was.  NULL
 * when rows cannot be named.
 */
static char *
report_rows(LcList *list, char **row)
{
	char	   *same;
	char	   *key = row_key(list, &same);
	const char *source = row[R_SOURCE] ? quote_identifier(row[R_SOURCE]) : NULL;
	StringInfoData kept;

	if (key == NULL)
		return NULL;
	initStringInfo(&kept);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const char *column = row[target_column[t]];

		if (column != NULL)
			appendStringInfo(&kept, "%sCASE WHEN o.%s IS NOT NULL THEN %s END", kept.len ? ", " : "",
							 quote_identifier(column), quote_literal_cstr(column));
	}
	return psprintf(" RETURNING b.ord, %s::pg_catalog.text,"
					" (SELECT pg_catalog.to_jsonb("
					"pg_catalog.array_remove(ARRAY[%s]::pg_catalog.text[], NULL))::pg_catalog.text"
					" FROM %s o WHERE %s), %s, b.lead_id::pg_catalog.text", key, kept.data, list->relation, same,
					source ? psprintf("(SELECT pg_catalog.to_jsonb(o.%s)::pg_catalog.text FROM %s o WHERE %s)",
									  source, list->relation, same) : "NULL");
}

/*
 * SQL: how the ledger names a row t of a list that changes its owner: by its id, else
 * by its primary key, else not at all; *member is the name of that in a JSON object
 */
static const char *
row_name(const LcList *list, const char **member)
{
	char	   *key;

	*member = "id";
	if (get_attnum(list->relid, "id") != InvalidAttrNumber)
		return "pg_catalog.to_jsonb(t.id)";
	*member = "key";
	key = row_key(list, NULL);
	return key ? key : "NULL::pg_catalog.jsonb";
}

/* UPDATE that moves the rows of a list */
static void
build_move(LcSql *sql, LcList *list, char **row, const char *reported, bool with_owner)
{
	lc_sql_init(sql);
	lc_sql_add(sql, "UPDATE %s t SET ", list->relation);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (row[target_column[t]])
		{
			const char *column = quote_identifier(row[target_column[t]]);

			lc_sql_add(sql, "%s = COALESCE(t.%s, %s), ", column, column, record_id(row, t));
		}
	}
	if (row[R_SOURCE])
		lc_sql_add(sql, "%s = b.lead_id, ", quote_identifier(row[R_SOURCE]));
	if (with_owner)
	{
		const char *owner = quote_identifier(row[R_OWNER]);

		lc_sql_add(sql, "%s = COALESCE(%s, t.%s), ", owner, new_owner(list, row), owner);
	}
	if (strcmp(row[R_KEEP_LEAD], "t") == 0)
		lc_sql_add(sql, "%s = t.%s", quote_identifier(row[R_LEAD]), quote_identifier(row[R_LEAD]));
	else
		lc_sql_add(sql, "%s = NULL", quote_identifier(row[R_LEAD]));
	lc_sql_add(sql, " FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " b WHERE %s AND %s%s", list_condition(row), has_target(row), reported ? reported : "");
}

/*
 * SQL: the child row t has been moved by an earlier conversion of the lead of b: a
 * column says so or else the ledger, in which all rows of such a list are named; $1 is
 * then an array of their keys.  Returns NULL when they cannot be told.
 */
static char *
moved_condition(const LcList *list, char **row)
{
	char	   *key;

	if (list->has_source)
		return psprintf("t.%s OPERATOR(pg_catalog.=) b.lead_id AND t.%s IS NULL",
						quote_identifier(row[R_SOURCE]), quote_identifier(row[R_LEAD]));
	key = list->reports_rows ? row_key(list, NULL) : NULL;
	return key ? psprintf("$1 OPERATOR(pg_catalog.@>) pg_catalog.jsonb_build_array(%s)", key) : NULL;
}

/*
 * UPDATE that gives rows which an earlier conversion has moved what was missing then.
 * They are found by the record of target by, to which they went; moved is the condition
 * that tells them from others.
 */
static void
build_complete(LcSql *sql, char **row, const char *relation, LcTarget by, const char *moved)
{
	const char *comma = "";

	lc_sql_init(sql);
	lc_sql_add(sql, "UPDATE %s t SET ", relation);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (row[target_column[t]])
		{
			const char *column = quote_identifier(row[target_column[t]]);

			lc_sql_add(sql, "%s%s = COALESCE(t.%s, %s)", comma, column, column, record_id(row, t));
			comma = ", ";
		}
	}
	lc_sql_add(sql, " FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " b WHERE t.%s OPERATOR(pg_catalog.=) b.%s_id AND %s AND (", quote_identifier(row[target_column[by]]),
			   lc_target[by].name, moved);
	comma = "";
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (row[target_column[t]] && t != by)
		{
			lc_sql_add(sql, "%s(t.%s IS NULL AND %s IS NOT NULL)", comma, quote_identifier(row[target_column[t]]),
					   record_id(row, t));
			comma = " OR ";
		}
	}
	lc_sql_add(sql, "%s)", *comma == '\0' ? "false" : "");
}

/* Does a table have a column that says whether a row, of an id, is in the recycle bin? */
static bool
has_recycle_bin(Oid relid)
{
	AttrNumber	attno = get_attnum(relid, "is_deleted");

	return attno > 0 && get_atttype(relid, attno) == BOOLOID && get_attnum(relid, "id") > 0;
}

/*
 * INSERT that links the things linked to the lead to the new records as well,
 * unless they are linked already ("skip existing pairs").  links is the condition of
 * the links t to start from, those of the lead.  All other columns are those of the
 * lead's link.  restore gets the UPDATE that takes an existing link
 * out of the recycle bin and makes it what the lead's is, or remains empty when
 * the table has no recycle bin; verify the SELECT of requests with missing links, count
 * that of how many are missing.
 */
static void
build_link(LcSql *sql, LcSql *restore, LcSql *verify, LcSql *count, LcList *list, char **row, const char *links)
{
	bool		has_bin = has_recycle_bin(list->relid);
	Relation	rel = table_open(list->relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	const char *link = quote_identifier(row[R_LINK]);
	StringInfoData columns;
	StringInfoData values;
	StringInfoData set;
	StringInfoData rows;
	StringInfoData same;
	StringInfoData aliases;
	StringInfoData keys;
	char	   *from;
	char	   *existing;
	int			ntargets = 0;

	initStringInfo(&columns);
	initStringInfo(&values);
	initStringInfo(&set);
	initStringInfo(&rows);
	initStringInfo(&same);
	initStringInfo(&aliases);
	initStringInfo(&keys);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const char *column;

		if (row[target_column[t]] == NULL)
			continue;
		column = quote_identifier(row[target_column[t]]);
		appendStringInfo(&columns, ", %s", column);
		appendStringInfo(&values, ", x.%s_id", lc_target[t].name);
		appendStringInfo(&aliases, "%s%s_id", ntargets ? ", " : "", lc_target[t].name);
		appendStringInfo(&keys, "%sx.%s_id", ntargets ? ", " : "", lc_target[t].name);
		appendStringInfo(&same, "%se.%s OPERATOR(pg_catalog.=) x.%s_id", ntargets ? " OR " : "",
						 column, lc_target[t].name);
		appendStringInfo(&rows, "%s(", ntargets ? ", " : "");
		for (int other = 0, n = 0; other < LC_NTARGETS; other++)
		{
			if (row[target_column[other]] == NULL)
				continue;
			if (other == t)
				/* to what the lead was converted to before, it was linked then */
				appendStringInfo(&rows, "%sCASE WHEN b.keeps OPERATOR(pg_catalog.&) %d OPERATOR(pg_catalog.=) 0 THEN %s END",
								 n ? ", " : "", 1 << t, record_id(row, other));
			else
				appendStringInfo(&rows, "%sNULL::pg_catalog.int8", n ? ", " : "");
			n++;
		}
		appendStringInfoChar(&rows, ')');
		ntargets++;
	}
	if (row[R_SOURCE])
	{
		appendStringInfo(&columns, ", %s", quote_identifier(row[R_SOURCE]));
		appendStringInfoString(&values, ", b.lead_id");
		appendStringInfo(&set, ", %s = b.lead_id", quote_identifier(row[R_SOURCE]));
	}
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name = NameStr(att->attname);
		bool		special = false;

		for (int c = R_LEAD; c <= R_LINK; c++)
			special |= c != R_KEEP_LEAD && row[c] != NULL && strcmp(row[c], name) == 0;
		if (special || att->attisdropped || att->attgenerated != '\0' || att->attidentity != '\0' ||
			strcmp(name, "id") == 0 || strcmp(name, "external_id") == 0 ||
			strncmp(name, "created_", 8) == 0 || strncmp(name, "last_modified_", 14) == 0)
			continue;
		appendStringInfo(&columns, ", %s", quote_identifier(name));
		appendStringInfo(&values, ", t.%s", quote_identifier(name));
		appendStringInfo(&set, ", %s = t.%s", quote_identifier(name), quote_identifier(name));
	}
	table_close(rel, AccessShareLock);

	from = psprintf(" b JOIN %s t ON %s CROSS JOIN LATERAL (VALUES %s) x(%s)",
					list->relation, links, rows.data, aliases.data);
	existing = psprintf("SELECT 1 FROM %s e WHERE e.%s OPERATOR(pg_catalog.=) t.%s AND (%s)",
						list->relation, link, link, same.data);
	lc_sql_init(sql);
	lc_sql_add(sql, "INSERT INTO %s (%s%s) SELECT DISTINCT ON (t.%s, %s) t.%s%s FROM ",
			   list->relation, link, columns.data, link, keys.data, link, values.data);
	lc_sql_batch(sql);
	/* of two links, one in the recycle bin, the other one is taken over */
	lc_sql_add(sql, "%s WHERE pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0 AND NOT EXISTS (%s)"
			   " ORDER BY t.%s, %s, %sb.ord ON CONFLICT DO NOTHING",
			   from, keys.data, existing, link, keys.data, has_bin ? "t.is_deleted, " : "");

	lc_sql_init(restore);
	if (has_bin)
	{
		lc_sql_add(restore, "UPDATE %s e SET %s FROM ", list->relation, set.data + 2);
		lc_sql_batch(restore);
		lc_sql_add(restore, "%s, %s o WHERE e.%s OPERATOR(pg_catalog.=) t.%s AND (%s)"
				   " AND e.is_deleted AND NOT t.is_deleted AND o.id OPERATOR(pg_catalog.=) e.id"
				   " RETURNING b.ord, pg_catalog.to_jsonb(o.*)::pg_catalog.text",
				   from, list->relation, link, link, same.data);
	}

	/* the same once more finds nothing, unless a trigger suppressed a link */
	lc_sql_init(verify);
	lc_sql_add(verify, "SELECT b.ord, true FROM ");
	lc_sql_batch(verify);
	lc_sql_add(verify, "%s WHERE pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0 AND NOT EXISTS (%s%s)"
			   " GROUP BY b.ord ORDER BY b.ord",
			   from, keys.data, existing, has_bin ? " AND (t.is_deleted OR NOT e.is_deleted)" : "");

	lc_sql_init(count);
	lc_sql_add(count, "SELECT n.ord, pg_catalog.count(*) FROM (SELECT DISTINCT ON (t.%s, %s) b.ord FROM ", link, keys.data);
	lc_sql_batch(count);
	lc_sql_add(count, "%s WHERE pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0 AND NOT EXISTS (%s%s)"
			   " ORDER BY t.%s, %s, b.ord) n GROUP BY n.ord ORDER BY n.ord",
			   from, keys.data, existing, has_bin ? " AND (t.is_deleted OR NOT e.is_deleted)" : "", link, keys.data);
}

/*
 * What register_related_list() checks for its rows, for those that somebody has
 * written into crm.related_list: the columns that the action needs are given,
 * and each is of a type that can hold what conversion puts there.
 */
static void
check_list(Relation rel, char **row)
{
	Oid			relid = RelationGetRelid(rel);
	const char *missing = NULL;

	if (strcmp(row[R_ACTION], "link") == 0 && row[R_LINK] == NULL)
		missing = "link_column";
	else if (strcmp(row[R_ACTION], "merge_campaign_member") == 0 && row[R_CONTACT] == NULL)
		missing = "contact_column";
	if (missing)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("related list \"%s\" has no %s", row[R_LABEL], missing),
				 errdetail("The action \"%s\" needs it.", row[R_ACTION]),
				 errhint("Give the column in crm.related_list."),
				 errtable(rel)));
	if (strcmp(row[R_ACTION], "merge_campaign_member") == 0 &&
		relid != lc_crm_relid("campaign_member", false))
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("related list \"%s\" cannot be merged", row[R_LABEL]),
				 errdetail("The action \"merge_campaign_member\" is for crm.campaign_member only."),
				 errhint("Set action to \"move\" in crm.related_list."),
				 errtable(rel)));

	for (int c = R_LEAD; c <= R_CLOSED; c++)
	{
		Oid			type;

		if (row[c] == NULL || c == R_KEEP_LEAD || c == R_LINK || c == R_EXCLUDE)
			continue;
		type = getBaseType(get_atttype(relid, get_attnum(relid, row[c])));
		/* rows are looked up by the lead's column without SQL */
		if (c == R_CLOSED ? type != BOOLOID
			: type != INT8OID && (c == R_LEAD || (type != INT4OID && type != INT2OID && type != NUMERICOID)))
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("column \"%s\" of related list \"%s\" is of type %s", row[c], row[R_LABEL],
							format_type_be(type)),
					 errhint("Name a %s column in crm.related_list.", c == R_CLOSED ? "boolean" : "bigint"),
					 errtable(rel)));
	}
}

/*
 * Reads crm.related_list: the active lists whose setting is on, or all of them, as
 * strings
 */
static List *
read_lists(LcProgram *program, bool all)
{
	List	   *rows = NIL;
	uint64		nrows;

	nrows = lc_read_columns(list_columns, lengthof(list_columns),
							"(SELECT related_list.setting IS NULL OR pg_catalog.to_jsonb(s.*)"
							" OPERATOR(pg_catalog.->>) related_list.setting::pg_catalog.text"
							" OPERATOR(pg_catalog.=) 'true' FROM crm.lead_convert_settings s)",
							all ? "crm.related_list ORDER BY related_list.sort_order, related_list.id" :
							"crm.related_list WHERE related_list.is_active ORDER BY related_list.sort_order, related_list.id");
	if (nrows > MAX_LISTS && !all)
		ereport(ERROR,
				(lc_errcode(LC_LIMIT_EXCEEDED),
				 errmsg("there are more than %d active related lists", MAX_LISTS),
				 errhint("Set is_active to false in rows of crm.related_list that are not needed.")));
	for (uint64 i = 0; i < nrows; i++)
	{
		char	  **row = palloc0(sizeof(char *) * (R_NCOLUMNS + 1));

		for (int c = 1; c <= R_NCOLUMNS; c++)
			row[c] = lc_spi_text(i, c);
		if (row[R_ENABLED] == NULL && !all)
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("the setting of related list \"%s\" does not exist", row[R_LABEL]),
					 errhint("Name a boolean column of crm.lead_convert_settings in crm.related_list, or NULL.")));
		if (!program->settings.person_accounts_enabled)
			row[R_TO_PERSON] = "t";
		if (all || strcmp(row[R_ENABLED], "t") == 0)
			rows = lappend(rows, row);
	}
	SPI_freetuptable(SPI_tuptable);
	return rows;
}

/* Resolves the table of a list and checks that it can be moved */
static void
resolve_list(LcProgram *program, LcList *list, char **row)
{
	Relation	rel;

	list->relid = atooid(row[R_CHILD]);
	rel = try_table_open(list->relid, AccessShareLock);
	if (rel == NULL)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("the table of related list \"%s\" does not exist", row[R_LABEL]),
				 errhint("Delete the row from crm.related_list.")));
	if (rel->rd_rel->relkind != RELKIND_RELATION && rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("\"%s\" of related list \"%s\" is not a table", RelationGetRelationName(rel), row[R_LABEL]),
				 errhint("Delete the row from crm.related_list."),
				 errtable(rel)));
	/* whoever has written the row */
	if (!lc_may_list(list->relid, lc_crm_owner(), strcmp(row[R_ACTION], "link") == 0))
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("the owner of schema \"crm\" may not change table \"%s\" of related list \"%s\"",
						RelationGetRelationName(rel), row[R_LABEL]),
				 errhint("Grant SELECT%s and UPDATE on the table to role \"%s\", or delete the row from crm.related_list.",
						 strcmp(row[R_ACTION], "link") == 0 ? ", INSERT" : "", GetUserNameFromId(lc_crm_owner(), false)),
				 errtable(rel)));
	list->owner = rel->rd_rel->relowner;
	list->relation = MemoryContextStrdup(program->context, lc_qualified_name(list->relid));
	list->verify_rows = lc_has_foreign_trigger(rel, strcmp(row[R_ACTION], "link") == 0
											   ? TRIGGER_TYPE_INSERT : TRIGGER_TYPE_UPDATE);
	for (int c = R_LEAD; c <= R_CLOSED; c++)
	{
		if (c != R_KEEP_LEAD && row[c] != NULL && get_attnum(list->relid, row[c]) == InvalidAttrNumber)
		{
			char	   *now = lc_renamed_column_of(list->relid, row[c]);

			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 now ? errmsg("column \"%s\" of related list \"%s\" was renamed to \"%s\"", row[c], row[R_LABEL], now)
					 : errmsg("column \"%s\" of related list \"%s\" does not exist", row[c], row[R_LABEL]),
					 errhint("Register the table again with leadconv.register_related_list()."),
					 errtable(rel)));
		}
	}
	check_list(rel, row);
	if (!lc_has_child_guards(rel, row[R_LEAD]))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("a guard (trigger \"leadconv_guard_insert\" or \"leadconv_guard_update\") on table \"%s\" of related list \"%s\" is missing or disabled",
						RelationGetRelationName(rel), row[R_LABEL]),
				 errdetail("They guard column \"%s\".", row[R_LEAD]),
				 errhint("Run leadconv.upgrade_crm() as the owner of schema crm."),
				 errtable(rel)));
	/* the audit trigger, which is on our own tables, tells what undo has to know */
	list->reports_rows = strcmp(row[R_ACTION], "move") == 0 &&
		!(RelationGetNamespace(rel) == get_namespace_oid("crm", false) &&
		  lc_is_standard_column(RelationGetRelationName(rel), "last_modified_date"));
	table_close(rel, AccessShareLock);

	lc_compile_probe(&list->probe, list->relid, row[R_LEAD]);
	list->label = MemoryContextStrdup(program->context, row[R_LABEL]);
	list->lead_column = MemoryContextStrdup(program->context, row[R_LEAD]);
	list->owner_column = row[R_OWNER] ? MemoryContextStrdup(program->context, row[R_OWNER]) : NULL;
	list->transfers_owner = row[R_OWNER] != NULL && strcmp(row[R_OWNER_RULE], "keep") != 0;
	list->has_workflow = list->transfers_owner && list->relid == program->task_relid &&
		get_attnum(list->relid, "workflow_rule") != InvalidAttrNumber &&
		get_attnum(list->relid, "task_subtype") != InvalidAttrNumber;
	list->is_campaign = strcmp(row[R_ACTION], "merge_campaign_member") == 0;
	list->is_link = strcmp(row[R_ACTION], "link") == 0;
	list->source_column = row[R_SOURCE] ? MemoryContextStrdup(program->context, row[R_SOURCE]) : NULL;
	list->link_column = row[R_LINK] ? MemoryContextStrdup(program->context, row[R_LINK]) : NULL;
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		list->goes_to[t] = row[target_column[t]] != NULL;
		if (!list->goes_to[t])
			continue;
		list->target_column[t] = MemoryContextStrdup(program->context, row[target_column[t]]);
		list->target_attno[t] = get_attnum(list->relid, row[target_column[t]]);
		if (get_atttype(list->relid, list->target_attno[t]) == INT8OID)
			lc_compile_probe(&list->by_target[t], list->relid, row[target_column[t]]);
	}
	list->keeps_lead = strcmp(row[R_KEEP_LEAD], "t") == 0;
	list->has_source = row[R_SOURCE] != NULL;
	list->source_attno = list->has_source ? get_attnum(list->relid, row[R_SOURCE]) : InvalidAttrNumber;
}

/* SELECT of how many rows of a list would move */
static void
build_count(LcSql *sql, const LcList *list, const char *condition, const char *has_target)
{
	lc_sql_init(sql);
	lc_sql_add(sql, "SELECT b.ord, pg_catalog.count(*) FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " b JOIN %s t ON %s WHERE %s GROUP BY b.ord ORDER BY b.ord", list->relation, condition, has_target);
}

/* Compiles the statements of a list whose rows are moved or linked */
static void
compile_list(LcProgram *program, LcList *list, char **row)
{
	LcSql		sql;
	LcSql		restore;
	LcSql		verify;
	LcSql		count;
	char	   *look = psprintf("look at %s", list->relation);
	char	   *move = psprintf("move %s", list->relation);
	char	   *verify_step = psprintf("verify %s", list->relation);
	char	   *reported = list->reports_rows ? report_rows(list, row) : NULL;
	char	   *moved;

	if (strcmp(row[R_ACTION], "link") == 0)
	{
		build_link(&sql, &restore, &verify, &count, list, row, list_condition(row));
		if (restore.text.len > 0)
			lc_statement(program, &list->restore, move, list->owner, LC_SNAPSHOT_CHECKED, &restore);
		lc_statement(program, &list->left_behind, verify_step, list->owner, LC_SNAPSHOT_LATEST, &verify);
	}
	else
	{
		build_move(&sql, list, row, reported, false);
		build_count(&count, list, list_condition(row), has_target(row));
	}
	lc_statement(program, &list->count, look, InvalidOid, LC_SNAPSHOT_LATEST, &count);
	lc_statement(program, &list->move, move, list->owner, LC_SNAPSHOT_CHECKED, &sql);

	if (list->transfers_owner)
	{
		const char *member;
		const char *name = row_name(list, &member);
		const char *owner = new_owner(list, row);

		build_move(&sql, list, row, reported, true);
		lc_statement(program, &list->move_with_owner, move, list->owner, LC_SNAPSHOT_CHECKED, &sql);

		lc_sql_init(&sql);
		lc_sql_add(&sql, "SELECT b.ord, %s, '%s'::pg_catalog.text, t.%s::pg_catalog.text,"
				   " (%s)::pg_catalog.text FROM ", name, member, quote_identifier(row[R_OWNER]), owner);
		lc_sql_batch(&sql);
		lc_sql_add(&sql, " b JOIN %s t ON %s WHERE %s AND %s IS NOT NULL ORDER BY 1, 2",
				   list->relation, list_condition(row), has_target(row), owner);
		lc_statement(program, &list->report_owners, psprintf("look up owners of %s", list->relation),
					 list->owner, LC_SNAPSHOT_LATEST, &sql);
		lc_statement(program, &list->see_owners, look, InvalidOid, LC_SNAPSHOT_LATEST, &sql);
	}
	if (strcmp(row[R_ACTION], "link") == 0 && !list->keeps_lead)
	{
		lc_sql_init(&sql);
		lc_sql_add(&sql, "DELETE FROM %s t USING ", list->relation);
		lc_sql_batch(&sql);
		lc_sql_add(&sql, " b WHERE %s AND %s RETURNING b.ord, pg_catalog.to_jsonb(t.*)::pg_catalog.text",
				   list_condition(row), has_target(row));
		lc_statement(program, &list->drop, move, list->owner, LC_SNAPSHOT_CHECKED, &sql);
	}

	/* rows that keep their lead are looked at once more, those that have lost it are found by what they got */
	moved = list->keeps_lead ? NULL : moved_condition(list, row);
	for (int t = 0; t < LC_NTARGETS && moved != NULL; t++)
	{
		if (row[target_column[t]] == NULL)
			continue;
		if (strcmp(row[R_ACTION], "link") == 0)
			build_link(&sql, &restore, &verify, &count, list, row,
					   psprintf("%s AND t.%s OPERATOR(pg_catalog.=) b.%s_id", moved,
								quote_identifier(row[target_column[t]]), lc_target[t].name));
		else
			build_complete(&sql, row, list->relation, t, moved);
		lc_statement(program, &list->complete[t], move, list->owner, LC_SNAPSHOT_CHECKED, &sql);
		if (!list->has_source)
			list->complete[t].argtype = JSONBOID;
	}
	if (strcmp(row[R_ACTION], "move") == 0 && strcmp(row[R_KEEP_LEAD], "t") != 0)
		lc_compile_left_behind(program, list, verify_step, list_condition(row), has_target(row));
}

/*
 * Compiles crm.related_list.  Allocates in the program's context; raises what is
 * wrong with a list.
 */
void
lc_compile_lists(LcProgram *program)
{
	List	   *rows = read_lists(program, false);
	ListCell   *lc;

	program->lists = MemoryContextAllocZero(program->context, sizeof(LcList) * Max(list_length(rows), 1));
	program->list_relids = MemoryContextAllocZero(program->context, sizeof(Oid) * Max(list_length(rows), 1));
	foreach(lc, rows)
	{
		char	  **row = lfirst(lc);
		LcList	   *list = &program->lists[program->nlists];
		LcStatement *statements[LC_NLISTSTATEMENTS];

		resolve_list(program, list, row);
		program->list_relids[program->nlists++] = list->relid;
		if (list->is_campaign)
			lc_compile_campaign_members(program, list, row[R_CONTACT], row[R_SOURCE], leaves_out_persons(row));
		else
			compile_list(program, list, row);
		lc_list_statements(list, statements);
		for (int i = 0; i < LC_NLISTSTATEMENTS; i++)
			statements[i]->lacks_index = !OidIsValid(list->probe.index);
	}
}

/* Are there the table and the columns of a list that is not in use? */
static bool
is_there(char **row)
{
	Oid			relid = atooid(row[R_CHILD]);

	if (get_rel_relkind(relid) != RELKIND_RELATION && get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE)
		return false;
	for (int c = R_LEAD; c <= R_CLOSED; c++)
	{
		if (c != R_KEEP_LEAD && row[c] != NULL && get_attnum(relid, row[c]) == InvalidAttrNumber)
			return false;
	}
	return true;
}

/*
 * All related lists, also those that conversions do not go through now, with no
 * statements, in the memory context of the program; *n is their number.  Raises what
 * is wrong with a list that is in use.
 */
LcList *
lc_all_lists(LcProgram *program, int *n)
{
	List	   *rows = read_lists(program, true);
	LcList	   *lists = MemoryContextAllocZero(program->context, sizeof(LcList) * Max(list_length(rows), 1));
	ListCell   *lc;

	*n = 0;
	foreach(lc, rows)
	{
		char	  **row = lfirst(lc);

		if (strcmp(row[R_IS_ACTIVE], "t") == 0 || is_there(row))
			resolve_list(program, &lists[(*n)++], row);
	}
	return lists;
}

/*
 * SQL: the key of a row t of a list, as the ledger names it; in *same the condition that
 * o is that row, and in *columns the definition of o as a record of such a key.  Returns
 * NULL when rows cannot be named.
 */
char *
lc_row_key(const LcList *list, char **same, char **columns)
{
	Relation	rel = table_open(list->relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	Bitmapset  *key = NULL;
	char	   *result = NULL;
	StringInfoData buf;
	int			x = -1;

	if (list->reports_rows)
	{
		key = RelationGetIndexAttrBitmap(rel, INDEX_ATTR_BITMAP_PRIMARY_KEY);
		result = row_key(list, same);
	}
	else if (lc_column_number(desc, "id") != InvalidAttrNumber)
	{
		key = bms_make_singleton(lc_column_number(desc, "id") - FirstLowInvalidHeapAttributeNumber);
		result = pstrdup("pg_catalog.jsonb_build_object('id', t.id)");
		*same = pstrdup("o.id OPERATOR(pg_catalog.=) t.id");
	}
	initStringInfo(&buf);
	while ((x = bms_next_member(key, x)) >= 0)
	{
		Form_pg_attribute att = TupleDescAttr(desc, x + FirstLowInvalidHeapAttributeNumber - 1);
		int32		typmod = att->atttypmod;
		Oid			type = getBaseTypeAndTypmod(att->atttypid, &typmod);

		appendStringInfo(&buf, "%s%s %s", buf.len ? ", " : "", quote_identifier(NameStr(att->attname)),
						 format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
	}
	*columns = buf.data;
	table_close(rel, AccessShareLock);
	return result;
}

/* What move yields, after ord, where it reports rows */
enum
{
	MOVED_KEY = 2,
	MOVED_KEPT,
	MOVED_SOURCE,
	MOVED_LEAD
};

/*
 * Takes links of existing records out of the recycle bin.  A new record has none,
 * unless a trigger of a user made one.
 */
static void
restore_links(LcRun *run, LcList *list)
{
	bool		existing = run->program->user_code;

	if (list->restore.step == NULL)
		return;
	for (int i = 0; i < run->nrequests; i++)
	{
		for (int t = 0; t < LC_NTARGETS; t++)
			existing |= list->goes_to[t] &&
				!(t == T_ACCOUNT ? lc_creates_account(run->request[i]) : run->request[i]->decision.creates[t]);
	}
	if (existing && lc_targets_have_rows(run, list))
		lc_execute_restoring(run, &list->restore, list->relation);
}

/* What drop yields, after ord: the link as it was */
#define DROPPED_ROW 2

/* Drops the links of the leads, by which the new records have been linked */
static void
drop_links(LcRun *run, LcList *list)
{
	uint64		nrows = lc_execute(run, &list->drop, (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
		lc_undo_dropped(run, lc_row_request(run->request, i), list->relation, lc_spi_text(i, DROPPED_ROW));
	SPI_freetuptable(SPI_tuptable);
}

/* Moves the rows of a list, with or without their owners */
static void
move_rows(LcRun *run, LcList *list, bool with_owner)
{
	uint64		nrows = lc_execute(run, with_owner ? &list->move_with_owner : &list->move, (Datum) 0);

	if (!list->reports_rows || SPI_tuptable == NULL)
		return;
	for (uint64 i = 0; i < nrows; i++)
	{
		char	   *source = lc_spi_text(i, MOVED_SOURCE);

		/* a list may be visited again: then that is where this conversion has moved it from */
		if (source != NULL && strcmp(source, lc_spi_text(i, MOVED_LEAD)) == 0)
			continue;
		lc_undo_row(run, lc_row_request(run->request, i), list, lc_spi_text(i, MOVED_KEY),
					lc_spi_text(i, MOVED_KEPT), source);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Is there a request without any of the records that the list goes to? */
static bool
some_request_lacks_target(LcRun *run, LcList *list)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		bool		has = false;

		for (int t = 0; t < LC_NTARGETS; t++)
			has |= list->goes_to[t] && run->request[i]->decision.target_id[t] != 0;
		if (!has)
			return true;
	}
	return false;
}

/*
 * Notes, for the ledger, whose rows are about to change their owner.  Returns
 * whether there are any.
 */
static bool
report_owners(LcRun *run, LcList *list)
{
	bool		any = false;
	uint64		nrows;

	for (int i = 0; i < run->nrequests && !any && run->user_id != 0; i++)
	{
		const LcRequest *request = run->request[i];

		any = (request->decision.owner_id != 0 && request->decision.owner_id != run->user_id) ||
			(list->has_workflow && request->facts.lead_owner_id != 0 && request->facts.lead_owner_id != run->user_id);
	}
	if (!any)
		return false;
	nrows = lc_execute(run, &list->report_owners, (Datum) 0);
	run->outcome_changed |= nrows > 0;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(run->request, i);
		StringInfo	buf = lc_json_array_next(&request->outcome.owner_changes);
		char	   *name = lc_spi_text(i, LC_OWNED_ROW);

		appendStringInfoString(buf, "{\"table\": ");
		lc_append_json_string(buf, list->relation);
		if (name != NULL)
			appendStringInfo(buf, ", \"%s\": %s", lc_spi_text(i, LC_OWNED_ROW_MEMBER), name);
		appendStringInfo(buf, ", \"from\": %s, \"to\": %s}]",
						 lc_spi_text(i, LC_OWNER_OF_ROW), lc_spi_text(i, LC_NEW_OWNER_OF_ROW));
	}
	SPI_freetuptable(SPI_tuptable);
	return nrows > 0;
}

/*
 * Moves what the related lists have, in the order of crm.related_list, and again
 * for the lists to which triggers have added meanwhile.
 */
void
lc_move_related(LcRun *run)
{
	LcProgram  *program = run->program;
	uint64		todo = run->lists_with_rows | run->frame->new_children;

	run->lists_with_rows = 0;
	for (int pass = 0; todo != 0; pass++)
	{
		/* each pass needs a trigger that adds to the lead, and again, and again */
		if (pass == 100)
			ereport(ERROR,
					(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
					 errmsg("triggers keep adding related records to a lead that is being converted"),
					 errhint("Add them to the contact instead.")));
		run->frame->new_children = 0;
		for (int i = 0; i < program->nlists; i++)
		{
			LcList	   *list = &program->lists[i];

			if ((todo & (UINT64CONST(1) << i)) == 0)
				continue;
			CHECK_FOR_INTERRUPTS();
			if (list->is_campaign)
			{
				lc_merge_campaign_members(run, list);
				continue;
			}
			restore_links(run, list);
			move_rows(run, list, list->transfers_owner && report_owners(run, list));
			if (list->left_behind.step != NULL &&
				(list->verify_rows || some_request_lacks_target(run, list)))
				lc_check_left_behind(run, list);
			if (list->drop.step != NULL)
				drop_links(run, list);
		}
		todo = run->frame->new_children;
	}
}

/* What S_MOVED_ROWS yields */
#define MOVED_TABLE 1
#define MOVED_KEYS 2

/* The keys of the rows of a list among what it has yielded, or 0 */
static Datum
find_moved(SPITupleTable *named, uint64 nnamed, const LcList *list)
{
	for (uint64 i = 0; i < nnamed; i++)
	{
		bool		isnull;

		if (strcmp(SPI_getvalue(named->vals[i], named->tupdesc, MOVED_TABLE), list->relation) == 0)
			return SPI_getbinval(named->vals[i], named->tupdesc, MOVED_KEYS, &isnull);
	}
	return (Datum) 0;
}

/*
 * Gives what was missing in an earlier conversion of the lead to the rows that it has
 * moved.  Where there is a choice, they are found by the contact, which has the fewest
 * rows of others.
 */
void
lc_complete_related(LcRun *run)
{
	static const LcTarget by[] = {T_CONTACT, T_OPPORTUNITY, T_ACCOUNT};
	const LcDecision *decision = &run->request[0]->decision;
	SPITupleTable *named = NULL;
	uint64		nnamed = 0;

	for (int i = 0; i < run->program->nlists; i++)
	{
		LcList	   *list = &run->program->lists[i];
		Datum		keys = (Datum) 0;

		CHECK_FOR_INTERRUPTS();
		for (size_t n = 0; n < lengthof(by); n++)
		{
			if (!decision->keeps[by[n]] || list->complete[by[n]].step == NULL)
				continue;
			if (OidIsValid(list->complete[by[n]].argtype))
			{
				if (named == NULL)
				{
					nnamed = lc_execute(run, &run->program->step[S_MOVED_ROWS], (Datum) 0);
					named = SPI_tuptable;
				}
				keys = find_moved(named, nnamed, list);
				if (keys == (Datum) 0)
					break;
			}
			(void) lc_execute(run, &list->complete[by[n]], keys);
			break;
		}
	}
}
