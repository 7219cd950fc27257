/*-------------------------------------------------------------------------
 *
 * mapped_columns.c
 *	  The view that protects columns that are named, and finds them after a rename.
 *
 * crm.mapped_columns is a view without rows that selects every column that mappings,
 * related lists and rules name, under the name "table.column" that it had then.  A view is
 * what PostgreSQL itself protects: DROP COLUMN and ALTER TYPE fail, and after
 * RENAME COLUMN the view's rule still points to the column, so that the old
 * name in the metadata can be told together with the new one.
 *
 * The view is made as the owner of crm, after the caller was checked to be a
 * member of that role; when rules have been changed, whoever has changed them.
 * Nothing is kept between calls.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "common/md5.h"
#include "mb/pg_wchar.h"
#include "nodes/primnodes.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "crm/crm.h"

#define MAPPED_COLUMNS_VIEW	"mapped_columns"

/* Hexadecimal digits of the hash in a name that would be too long */
#define ALIAS_HASH_LEN		32

/* A column of crm.mapped_columns */
typedef struct ProtectedColumn
{
	Oid			relid;
	char	   *column;			/* its name now */
	char	   *alias;			/* table.column when it was mapped */
} ProtectedColumn;

#define MAX_CALLBACKS	2

static LcNamedColumnsCallback callbacks[MAX_CALLBACKS];
static int	ncallbacks = 0;

PG_FUNCTION_INFO_V1(leadconv_protect_mapped_columns);

/*
 * lc_on_named_columns
 *
 * From now on, the columns that this tells of are protected, too.
 */
void
lc_on_named_columns(LcNamedColumnsCallback callback)
{
	if (ncallbacks >= MAX_CALLBACKS)
		elog(ERROR, "more than %d callbacks of crm." MAPPED_COLUMNS_VIEW, MAX_CALLBACKS);
	callbacks[ncallbacks++] = callback;
}

/*
 * Name that a column has in crm.mapped_columns
 *
 * "table.column" in schema crm, "schema.table.column" elsewhere.  Where that
 * is too long for a name, its end is replaced by a hash of the whole.
 */
static char *
column_alias(Oid relid, const char *column)
{
	Oid			nspid = get_rel_namespace(relid);
	char	   *relname = get_rel_name(relid);
	char	   *nspname = get_namespace_name(nspid);
	char	   *alias;
	char		hash[ALIAS_HASH_LEN + 1];
	const char *errstr = NULL;
	int			keep;

	if (relname == NULL || nspname == NULL)
		elog(ERROR, "cache lookup failed for relation %u", relid);

	if (strcmp(nspname, "crm") == 0)
		alias = psprintf("%s.%s", relname, column);
	else
		alias = psprintf("%s.%s.%s", nspname, relname, column);
	if (strlen(alias) < NAMEDATALEN)
		return alias;

	if (!pg_md5_hash(alias, strlen(alias), hash, &errstr))
		elog(ERROR, "could not compute MD5 hash: %s", errstr);
	keep = pg_mbcliplen(alias, strlen(alias),
						NAMEDATALEN - 1 - 1 - ALIAS_HASH_LEN);
	return psprintf("%.*s~%s", keep, alias, hash);
}

/*
 * Whether a column of the view is called as "column" of some table would be
 */
static bool
alias_ends_with_column(const char *alias, const char *column)
{
	size_t		alias_len = strlen(alias);
	size_t		column_len = strlen(column);

	return alias_len > column_len &&
		alias[alias_len - column_len - 1] == '.' &&
		strcmp(alias + alias_len - column_len, column) == 0;
}

/*
 * lc_renamed_column_of
 *
 * For a mapped column name of table relid that does not exist any more, the
 * name that the column has now, as crm.mapped_columns knows it; or NULL.  The
 * table itself may have been renamed as well.
 */
char *
lc_renamed_column_of(Oid relid, const char *column)
{
	Oid			nspid = get_namespace_oid("crm", true);
	Oid			viewid = InvalidOid;
	Relation	view;
	char	   *expected;
	char	   *result = NULL;
	ListCell   *lc;
	Query	   *query;

	if (OidIsValid(nspid))
		viewid = get_relname_relid(MAPPED_COLUMNS_VIEW, nspid);
	if (!OidIsValid(viewid) || get_rel_name(relid) == NULL)
		return NULL;

	view = try_relation_open(viewid, AccessShareLock);
	if (view == NULL)
		return NULL;
	if (view->rd_rel->relkind != RELKIND_VIEW)
	{
		relation_close(view, AccessShareLock);
		return NULL;
	}

	expected = column_alias(relid, column);
	query = get_view_query(view);
	foreach(lc, query->targetList)
	{
		TargetEntry *tle = (TargetEntry *) lfirst(lc);
		Var		   *var = (Var *) tle->expr;

		if (tle->resjunk || tle->resname == NULL || !IsA(var, Var) ||
			var->varlevelsup != 0 || var->varattno <= 0)
			continue;
		if (rt_fetch(var->varno, query->rtable)->relid != relid)
			continue;
		if (strcmp(tle->resname, expected) == 0)
		{
			result = get_attname(relid, var->varattno, true);
			break;
		}
		if (result == NULL && alias_ends_with_column(tle->resname, column))
			result = get_attname(relid, var->varattno, true);
	}
	relation_close(view, AccessShareLock);

	if (result != NULL && strcmp(result, column) == 0)
		return NULL;
	return result;
}

/*
 * lc_renamed_column
 *
 * The same for a table of schema crm.
 */
char *
lc_renamed_column(const char *table, const char *column)
{
	Oid			relid = lc_crm_relid(table, true);

	return OidIsValid(relid) ? lc_renamed_column_of(relid, column) : NULL;
}

/*
 * Add a column to the list for the view, once
 *
 * A column that was renamed keeps its old alias, so that the stale name in the
 * metadata can still be explained.  One that is gone without a trace is left
 * out: a conversion reports it.
 */
static List *
add_protected_column(List *columns, Oid relid, const char *column)
{
	ProtectedColumn *new;
	char	   *current = pstrdup(column);
	char	   *alias = column_alias(relid, column);
	ListCell   *lc;

	foreach(lc, columns)
	{
		if (strcmp(((ProtectedColumn *) lfirst(lc))->alias, alias) == 0)
			return columns;
	}

	if (get_attnum(relid, column) == InvalidAttrNumber)
		current = lc_renamed_column_of(relid, column);
	if (current == NULL || get_attnum(relid, current) <= 0)
		return columns;

	new = (ProtectedColumn *) palloc(sizeof(ProtectedColumn));
	new->relid = relid;
	new->column = current;
	new->alias = alias;
	return lappend(columns, new);
}

/* The same by the name of the table, for who names columns elsewhere */
static void
receive_column(void *arg, const char *table, const char *column)
{
	List	  **columns = arg;
	Oid			relid = lc_crm_relid(table, true);

	if (OidIsValid(relid) && *column != '\0')
		*columns = add_protected_column(*columns, relid, column);
}

/* What the query for the mappings yields, in this order */
enum
{
	MAPPING_LEAD_FIELD = 1,
	MAPPING_TARGET_OBJECT,
	MAPPING_TARGET_FIELD
};

/* What the query for the related lists yields, in this order */
enum
{
	LIST_CHILD = 1,
	LIST_FIRST_COLUMN			/* a column of the child; so is all that follows */
};

/*
 * All columns that the metadata names
 */
static List *
collect_protected_columns(void)
{
	List	   *columns = NIL;
	Oid			lead = lc_crm_relid("lead", false);

	lc_query("SELECT m.lead_field, m.target_object, m.target_field"
			" FROM crm.lead_field_mapping m WHERE m.lead_field IS NOT NULL"
			" AND m.target_object IS NOT NULL AND m.target_field IS NOT NULL ORDER BY m.id", SPI_OK_SELECT,
			 0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *lead_field = lc_spi_text(i, MAPPING_LEAD_FIELD);
		Oid			target = lc_crm_relid(lc_spi_text(i, MAPPING_TARGET_OBJECT), true);

		columns = add_protected_column(columns, lead, lead_field);
		if (OidIsValid(target))
			columns = add_protected_column(columns, target, lc_spi_text(i, MAPPING_TARGET_FIELD));
	}
	SPI_freetuptable(SPI_tuptable);

	lc_query("SELECT r.child::pg_catalog.oid, r.lead_column, r.contact_column,"
			" r.account_column, r.opportunity_column, r.source_column,"
			" r.link_column, r.exclude_column, r.owner_column, r.closed_column"
			" FROM crm.related_list r ORDER BY r.sort_order, r.id", SPI_OK_SELECT,
			 0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Oid			child = lc_spi_oid(i, LIST_CHILD);
		char		relkind = get_rel_relkind(child);

		/* A child table may have been dropped with everything on it */
		if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE)
			continue;
		for (int column = LIST_FIRST_COLUMN; column <= SPI_tuptable->tupdesc->natts; column++)
		{
			char	   *name = lc_spi_text(i, column);

			if (name != NULL)
				columns = add_protected_column(columns, child, name);
		}
	}
	SPI_freetuptable(SPI_tuptable);

	for (int i = 0; i < ncallbacks; i++)
		callbacks[i] (receive_column, &columns);

	return columns;
}

/* Does the view select just these columns? */
static bool
selects_columns(List *columns)
{
	Oid			viewid = lc_crm_relid(MAPPED_COLUMNS_VIEW, true);
	Relation	view = OidIsValid(viewid) ? try_relation_open(viewid, AccessShareLock) : NULL;
	int			n = 0;
	bool		result = true;
	ListCell   *lc;

	if (view == NULL)
		return columns == NIL;
	if (view->rd_rel->relkind != RELKIND_VIEW)
		result = false;
	foreach(lc, result ? get_view_query(view)->targetList : NIL)
	{
		TargetEntry *tle = (TargetEntry *) lfirst(lc);
		Var		   *var = (Var *) tle->expr;
		ProtectedColumn *column = n < list_length(columns) ? list_nth(columns, n) : NULL;

		n++;
		result &= column != NULL && tle->resname != NULL && strcmp(tle->resname, column->alias) == 0 &&
			IsA(var, Var) && rt_fetch(var->varno, get_view_query(view)->rtable)->relid == column->relid &&
			var->varattno == get_attnum(column->relid, column->column);
	}
	relation_close(view, AccessShareLock);
	return result && n == list_length(columns);
}

/* Makes the view of these columns, as its owner, with SPI connected */
static void
make_view(List *columns)
{
	StringInfoData select;
	StringInfoData from;
	List	   *relids = NIL;
	ListCell   *lc;
	Oid			view;
	char	   *grants = NULL;

	initStringInfo(&select);
	initStringInfo(&from);
	foreach(lc, columns)
	{
		ProtectedColumn *column = (ProtectedColumn *) lfirst(lc);
		int			number;

		if (!list_member_oid(relids, column->relid))
		{
			char	   *nspname = get_namespace_name(get_rel_namespace(column->relid));

			relids = lappend_oid(relids, column->relid);
			appendStringInfo(&from, "%s%s AS t%d",
							 from.len > 0 ? ", " : "",
							 quote_qualified_identifier(nspname,
														get_rel_name(column->relid)),
							 list_length(relids));
		}
		for (number = 0; number < list_length(relids); number++)
		{
			if (list_nth_oid(relids, number) == column->relid)
				break;
		}
		appendStringInfo(&select, "%st%d.%s AS %s",
						 select.len > 0 ? ", " : "", number + 1,
						 quote_identifier(column->column),
						 quote_identifier(column->alias));
	}

	/*
	 * Asked first, because DROP VIEW IF EXISTS would say that there was none.
	 */
	view = lc_crm_relid(MAPPED_COLUMNS_VIEW, true);
	if (OidIsValid(view))
	{
		/* what was granted on the view is granted again on the new one */
		lc_query(psprintf("SELECT pg_catalog.string_agg(pg_catalog.format("
						 "'GRANT %%s ON crm." MAPPED_COLUMNS_VIEW " TO %%s%%s', x.privilege_type,"
						 " CASE WHEN x.grantee OPERATOR(pg_catalog.=) 0 THEN 'PUBLIC'"
						 " ELSE x.grantee::pg_catalog.regrole::pg_catalog.text END,"
						 " CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '; ')"
						 " FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) x"
						 " WHERE c.oid OPERATOR(pg_catalog.=) %u"
						 " AND x.grantee OPERATOR(pg_catalog.<>) c.relowner", view), SPI_OK_SELECT,
			 0, NULL, NULL, NULL);
		grants = lc_spi_text(0, 1);
		lc_command("DROP VIEW crm." MAPPED_COLUMNS_VIEW);
	}
	if (columns != NIL)
	{
		lc_command(psprintf("CREATE VIEW crm." MAPPED_COLUMNS_VIEW
						 " AS SELECT %s FROM %s WHERE false",
						 select.data, from.data));
		lc_command("COMMENT ON VIEW crm." MAPPED_COLUMNS_VIEW " IS "
				"'Names every column that mappings, related lists and rules name,"
				" so that none is dropped or retyped meanwhile; it has no rows and"
				" is kept by leadconv.'");
		resetStringInfo(&select);
		foreach(lc, columns)
		{
			ProtectedColumn *column = (ProtectedColumn *) lfirst(lc);

			appendStringInfo(&select, "COMMENT ON COLUMN crm." MAPPED_COLUMNS_VIEW ".%s IS %s; ",
							 quote_identifier(column->alias),
							 quote_literal_cstr(psprintf("Column %s of table %s is mapped, or a rule names it.",
														 column->column, get_rel_name(column->relid))));
		}
		lc_command(select.data);
		if (grants != NULL)
			lc_command(grants);
	}
}

/*
 * lc_rebuild_mapped_columns
 *
 * Makes crm.mapped_columns anew from the metadata.  The caller must be a
 * member of the owner of crm, whose the view will be.
 */
void
lc_rebuild_mapped_columns(void)
{
	LcUserSwitch save;

	lc_become_crm_owner("protect mapped columns", &save);
	lc_spi_connect();
	lc_lock_metadata();
	make_view(collect_protected_columns());
	SPI_finish();
	lc_become_caller(&save);
}

/*
 * lc_protect_named_columns
 *
 * The same for a trigger on metadata, whoever changes it: makes the view anew if it is
 * not as it should be.  Does nothing before schema crm has been brought up to date.
 */
void
lc_protect_named_columns(void)
{
	LcUserSwitch save;
	int32		version;
	List	   *columns;

	if (!lc_schema_version(&version) || version != LC_SCHEMA_VERSION ||
		!OidIsValid(lc_crm_relid("lead", true)) || !OidIsValid(lc_crm_relid("lead_field_mapping", true)))
		return;
	CommandCounterIncrement();	/* what the statement has written counts */
	lc_become_owner(lc_crm_owner(), &save);
	lc_spi_connect();
	columns = collect_protected_columns();
	if (!selects_columns(columns))
	{
		lc_lock_metadata();
		make_view(collect_protected_columns());
	}
	SPI_finish();
	lc_become_caller(&save);
}

/*
 * leadconv.protect_mapped_columns()
 */
Datum
leadconv_protect_mapped_columns(PG_FUNCTION_ARGS)
{
	lc_rebuild_mapped_columns();

	PG_RETURN_VOID();
}
