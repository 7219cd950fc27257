/*-------------------------------------------------------------------------
 *
 * related_list.c
 *	  Child tables of the user's own: leadconv.register_related_list(),
 *	  unregister_related_list().
 *
 * They write crm.related_list, and check everything that can be known when a
 * table is registered, so that a conversion never finds out: that the table may
 * be written, that its columns hold keys of the right tables, and that its
 * foreign key keeps rows from being added to a lead that is being converted.
 *
 * A change waits for the conversions that are under way, and those that begin
 * meanwhile for the change (lc_lock_related_lists): each conversion carries over
 * what is registered when it begins, and nothing else is registered until it has
 * ended.
 *
 * The metadata is written as the owner of crm, after the caller was checked to
 * be a member of that role; the guards are made as the owner of the table,
 * likewise.
 *
 * Nothing is kept between calls.  Everything is allocated in the memory of the
 * calling expression or of the SPI connection and goes away with it.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/admin.h"

/* The columns of a child table that can be given, in the order of the arguments */
typedef enum ChildColumn
{
	CHILD_LEAD,
	CHILD_CONTACT,
	CHILD_ACCOUNT,
	CHILD_OPPORTUNITY,
	CHILD_SOURCE,
	CHILD_NUM_COLUMNS
} ChildColumn;

static const struct
{
	const char *argument;
	const char *references;		/* table of schema crm, or NULL = does not matter */
}			child_columns[CHILD_NUM_COLUMNS] = {
	[CHILD_LEAD] = {"lead_column", "lead"},
	[CHILD_CONTACT] = {"contact_column", "contact"},
	[CHILD_ACCOUNT] = {"account_column", "account"},
	[CHILD_OPPORTUNITY] = {"opportunity_column", "opportunity"},
	[CHILD_SOURCE] = {"source_column", NULL}
};

PG_FUNCTION_INFO_V1(leadconv_register_related_list);
PG_FUNCTION_INFO_V1(leadconv_unregister_related_list);


/*
 * Refuse tables that cannot be carried over, or that the caller may not
 * hand to conversion
 */
static void
check_child_table(Relation rel, Oid crm_owner)
{
	const char *name = RelationGetRelationName(rel);
	Oid			owner = rel->rd_rel->relowner;

	if (rel->rd_rel->relkind != RELKIND_RELATION &&
		rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", name),
				 errhint("A related list is an ordinary or partitioned table.")));
	if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is a temporary table", name),
				 errhint("A related list must be seen by all sessions.")));
	if (rel->rd_rel->relispartition)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is a partition", name),
				 errhint("Register the partitioned table to which it belongs.")));

	/*
	 * Conversion writes the table as its owner, which is nothing that the
	 * owner of crm could arrange for the table of somebody else.
	 */
	if (owner != crm_owner && !superuser_arg(owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("table \"%s\" must be owned by the owner of schema \"crm\" or by a superuser", name),
				 errhint("Use ALTER TABLE %s OWNER TO %s.",
						 lc_qualified_name(RelationGetRelid(rel)),
						 quote_identifier(GetUserNameFromId(crm_owner, false)))));
	if (!has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", name)));
	if (!lc_may_list(RelationGetRelid(rel), crm_owner, false))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the owner of schema \"crm\" may not change table \"%s\"", name),
				 errhint("Use GRANT SELECT, UPDATE ON %s TO %s.",
						 lc_qualified_name(RelationGetRelid(rel)),
						 quote_identifier(GetUserNameFromId(crm_owner, false)))));
}

/*
 * Refuse a column that is not there, that cannot hold a key or be written, or
 * whose foreign key points elsewhere
 */
static void
check_child_column(Relation rel, const char *column, ChildColumn which)
{
	const char *argument = child_columns[which].argument;
	const char *references = child_columns[which].references;
	const char *table = RelationGetRelationName(rel);
	AttrNumber	attno = get_attnum(RelationGetRelid(rel), column);
	Form_pg_attribute att;
	Oid			referenced;

	if (attno <= 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("column \"%s\" of table \"%s\" does not exist", column, table),
				 errhint("Argument %s must name a column of the table.", argument),
				 errtable(rel)));

	att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	if (getBaseType(att->atttypid) != INT8OID)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" cannot hold a key of schema crm", column, table),
				 errdetail("It is of type %s; keys are of type bigint.",
						   format_type_with_typemod(att->atttypid, att->atttypmod)),
				 errhint("Use ALTER TABLE %s ALTER COLUMN %s TYPE bigint.",
						 lc_qualified_name(RelationGetRelid(rel)), quote_identifier(column)),
				 errtablecol(rel, attno)));
	if (att->attgenerated != '\0' || att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" cannot be written", column, table),
				 errdetail("It is a generated or identity column."),
				 errhint("Argument %s must name a column that conversion can write.", argument),
				 errtablecol(rel, attno)));

	referenced = lc_referenced_table(rel, attno);
	if (references != NULL && OidIsValid(referenced) &&
		referenced != lc_crm_relid(references, false))
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" does not point to crm.%s", column, table, references),
				 errdetail("Its foreign key points to %s.", lc_qualified_name(referenced)),
				 errhint("Argument %s must name a column for keys of crm.%s.", argument, references),
				 errtablecol(rel, attno)));
}

/*
 * Check the columns that were given, the lead's among them; the others may be
 * NULL
 */
static void
check_child_columns(Relation rel, Name *columns)
{
	for (int i = 0; i < CHILD_NUM_COLUMNS; i++)
	{
		if (columns[i] == NULL)
			continue;
		check_child_column(rel, NameStr(*columns[i]), i);
		for (int j = 0; j < i; j++)
		{
			if (columns[j] != NULL && strcmp(NameStr(*columns[i]), NameStr(*columns[j])) == 0)
				ereport(ERROR,
						(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
						 errmsg("column \"%s\" is given as %s and as %s", NameStr(*columns[i]),
								child_columns[j].argument, child_columns[i].argument),
						 errhint("Each argument needs a column of its own.")));
		}
	}

	if (columns[CHILD_CONTACT] == NULL && columns[CHILD_ACCOUNT] == NULL &&
		columns[CHILD_OPPORTUNITY] == NULL)
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("table \"%s\" has nowhere to go", RelationGetRelationName(rel)),
				 errhint("Name at least one of contact_column, account_column and opportunity_column.")));
}

/*
 * Check that the column that points to the lead can be emptied, and that no row
 * can come in by it while the lead is converted; warn when it has no index
 */
static void
check_lead_column(Relation rel, const char *column)
{
	const char *table = RelationGetRelationName(rel);
	const char *qualified = lc_qualified_name(RelationGetRelid(rel));
	AttrNumber	attno = get_attnum(RelationGetRelid(rel), column);
	LcProbe		probe;

	if (TupleDescAttr(RelationGetDescr(rel), attno - 1)->attnotnull)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" must accept nulls", column, table),
				 errdetail("Conversion sets it to null when it moves a row to the new records."),
				 errhint("Use ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL.",
						 qualified, quote_identifier(column)),
				 errtablecol(rel, attno)));

	/*
	 * The guard of the table relies on the foreign key, whose check waits for a
	 * conversion that holds the lead; when the check is deferred, it waits by
	 * itself.
	 */
	if (!OidIsValid(lc_referenced_table(rel, attno)))
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" has no foreign key to crm.lead", column, table),
				 errdetail("A row could be added while its lead is converted, and stay on it."),
				 errhint("Use ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES crm.lead (id).",
						 qualified, quote_identifier(column)),
				 errtablecol(rel, attno)));

	/* An index that conversion would use, that is */
	lc_compile_probe(&probe, RelationGetRelid(rel), column);
	if (!OidIsValid(probe.index))
		ereport(WARNING,
				(errmsg("column \"%s\" of table \"%s\" has no index", column, table),
				 errdetail("Each conversion, or batch of a bulk call, has to read the whole table."),
				 errhint("Use CREATE INDEX ON %s (%s).", qualified, quote_identifier(column))));
}

/*
 * What crm.related_list says about a table
 *
 * Returns whether there is a row.
 */
static bool
find_related_list(Oid child, bool *is_standard)
{
	Oid			argtypes[1] = {REGCLASSOID};
	Datum		values[1];
	bool		found;

	values[0] = ObjectIdGetDatum(child);
	found = lc_query("SELECT r.is_standard FROM crm.related_list r"
					 " WHERE r.child OPERATOR(pg_catalog.=) $1",
					 SPI_OK_SELECT, 1, argtypes, values, NULL) > 0;
	if (found)
		*is_standard = lc_spi_bool(0, 1);
	SPI_freetuptable(SPI_tuptable);

	return found;
}

/*
 * Refuse to touch a related list that was shipped
 */
static void
refuse_standard_list(Oid child)
{
	ereport(ERROR,
			(lc_errcode(LC_INVALID_OPERATION),
			 errmsg("\"%s\" is a standard related list", get_rel_name(child)),
			 errhint("Only your own child tables can be registered and unregistered. Set is_active to false in crm.related_list to leave a standard list on the lead.")));
}

/*
 * Write the row of crm.related_list, as the owner of crm
 */
static void
store_related_list(Oid child, Name *columns)
{
	bool		is_standard = false;
	bool		exists;
	LcUserSwitch save;
	Oid			argtypes[2 + CHILD_NUM_COLUMNS] = {REGCLASSOID, TEXTOID};
	Datum		values[2 + CHILD_NUM_COLUMNS];
	char		nulls[2 + CHILD_NUM_COLUMNS] = {' ', ' '};

	lc_become_crm_owner("register related lists", &save);
	lc_spi_connect();
	lc_lock_metadata();

	exists = find_related_list(child, &is_standard);
	if (is_standard)
		refuse_standard_list(child);

	values[0] = ObjectIdGetDatum(child);
	values[1] = CStringGetTextDatum(get_rel_name(child));
	for (int i = 0; i < CHILD_NUM_COLUMNS; i++)
	{
		argtypes[2 + i] = NAMEOID;
		values[2 + i] = columns[i] != NULL ? NameGetDatum(columns[i]) : (Datum) 0;
		nulls[2 + i] = columns[i] != NULL ? ' ' : 'n';
	}
	if (exists)
		lc_query("UPDATE crm.related_list SET label = $2, lead_column = $3,"
				 " contact_column = $4, account_column = $5, opportunity_column = $6,"
				 " source_column = $7, is_active = true"
				 " WHERE child OPERATOR(pg_catalog.=) $1",
				 SPI_OK_UPDATE, lengthof(values), argtypes, values, nulls);
	else
		lc_query("INSERT INTO crm.related_list (child, label, action, lead_column,"
				 " contact_column, account_column, opportunity_column, source_column,"
				 " keep_lead, owner_rule, sort_order, is_standard, is_active)"
				 " SELECT $1, $2, 'move', $3, $4, $5, $6, $7, false, 'keep',"
				 " COALESCE(pg_catalog.max(r.sort_order), 0) OPERATOR(pg_catalog.+) 10, false, true"
				 " FROM crm.related_list r",
				 SPI_OK_INSERT, lengthof(values), argtypes, values, nulls);
	lc_rebuild_mapped_columns();

	SPI_finish();
	lc_become_caller(&save);
}

/*
 * leadconv.register_related_list(child regclass, lead_column name,
 * contact_column name, account_column name, opportunity_column name,
 * source_column name)
 *
 * Has conversion carry over the rows of a table of the user's own.
 * Registering a table again replaces what was said about it.
 */
Datum
leadconv_register_related_list(PG_FUNCTION_ARGS)
{
	Oid			owner = lc_require_crm_owner("register related lists");
	Oid			child;
	Relation	rel;
	Name		columns[CHILD_NUM_COLUMNS];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required",
						PG_ARGISNULL(0) ? "child" : child_columns[CHILD_LEAD].argument),
				 errhint("Give the child table and its column that points to crm.lead.")));
	child = PG_GETARG_OID(0);
	for (int i = 0; i < CHILD_NUM_COLUMNS; i++)
		columns[i] = PG_ARGISNULL(i + 1) ? NULL : PG_GETARG_NAME(i + 1);

	rel = try_relation_open(child, AccessShareLock);
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", child),
				 errhint("Give the name of a table.")));
	check_child_table(rel, owner);
	check_child_columns(rel, columns);
	check_lead_column(rel, NameStr(*columns[CHILD_LEAD]));
	relation_close(rel, NoLock);

	/* what the triggers will need */
	lc_lock_related_lists_and_child(child, ShareRowExclusiveLock);

	store_related_list(child, columns);
	lc_attach_child_guard(child, NameStr(*columns[CHILD_LEAD]));

	PG_RETURN_VOID();
}

/*
 * leadconv.unregister_related_list(child regclass)
 *
 * Leaves the rows of a table of the user's own on the lead from now on.  The
 * table may be gone already.
 */
Datum
leadconv_unregister_related_list(PG_FUNCTION_ARGS)
{
	Oid			child;
	bool		is_standard = false;
	LcUserSwitch save;
	Oid			argtypes[1] = {REGCLASSOID};
	Datum		values[1];

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required", "child"),
				 errhint("Give the name of a registered table.")));
	child = PG_GETARG_OID(0);

	lc_become_crm_owner("unregister related lists", &save);
	lc_spi_connect();
	/* what DROP TRIGGER needs; of no table that is not on the list */
	if (find_related_list(child, &is_standard) && !is_standard)
		lc_lock_related_lists_and_child(child, AccessExclusiveLock);
	lc_lock_metadata();

	if (!find_related_list(child, &is_standard))
	{
		char	   *name = get_rel_name(child);

		ereport(ERROR,
				(lc_errcode(LC_INVALID_OPERATION),
				 errmsg("table \"%s\" is not a registered related list",
						name != NULL ? name : psprintf("%u", child)),
				 errhint("Table crm.related_list lists the related lists.")));
	}
	if (is_standard)
		refuse_standard_list(child);

	values[0] = ObjectIdGetDatum(child);
	lc_query("DELETE FROM crm.related_list WHERE child OPERATOR(pg_catalog.=) $1",
			 SPI_OK_DELETE, 1, argtypes, values, NULL);
	lc_rebuild_mapped_columns();

	SPI_finish();
	lc_become_caller(&save);

	if (get_rel_name(child) != NULL)
		lc_detach_child_guard(child);

	PG_RETURN_VOID();
}
