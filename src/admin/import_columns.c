/*-------------------------------------------------------------------------
 *
 * import_columns.c
 *	  An import: the table, and which column of the staging table is which.
 *
 * A column finds its place by the naming rule (field_name.c); what points to other
 * records is resolved by joins with their tables, and a field that points to one of
 * several objects goes to a column for each.
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
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

/* Objects that the naming rule does not lead to the table */
static const struct
{
	const char *object;			/* lower case */
	const char *table;
}			object_aliases[] = {
	{"user", "app_user"},
	{"territory2", "territory"}
};

/* The columns that take the place of fields that point to one of several objects, with their tables */
static const struct
{
	const char *column;
	const char *table;
	bool		is_who;			/* a person: WhoId */
}			polymorphic_columns[] = {
	{"lead_id", "lead", true},
	{"contact_id", "contact", true},
	{"account_id", "account", false},
	{"opportunity_id", "opportunity", false},
	{"campaign_id", "campaign", false}
};

/*
 * Whether records of this table of schema crm can be imported
 */
static bool
is_record_table(Oid relid)
{
	char		relkind = get_rel_relkind(relid);

	return (relkind == RELKIND_RELATION || relkind == RELKIND_PARTITIONED_TABLE) &&
		get_attnum(relid, "id") > 0 && get_attnum(relid, "external_id") > 0;
}

/* What the query for the tables of crm yields, in this order */
enum
{
	CRM_TABLE_NAME = 1,
	CRM_TABLE_OID
};

/*
 * lc_import_find_table
 *
 * Finds the table that an object name stands for.  Raises INVALID_FIELD when there
 * is none.
 */
void
lc_import_find_table(Import *import, const char *object)
{
	char	   *squeezed = lc_squeeze_name(object);
	StringInfoData list;
	char	   *found = NULL;

	for (int i = 0; i < (int) lengthof(object_aliases); i++)
	{
		if (strcmp(squeezed, object_aliases[i].object) == 0)
			squeezed = lc_squeeze_name(object_aliases[i].table);
	}

	initStringInfo(&list);
	lc_query("SELECT c.relname, c.oid FROM pg_catalog.pg_class c"
			 " WHERE c.relnamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'crm')"
			 " AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog.\"char\"[])"
			 " ORDER BY c.relname", SPI_OK_SELECT, 0, NULL, NULL, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *name = lc_spi_text(i, CRM_TABLE_NAME);
		Oid			relid = lc_spi_oid(i, CRM_TABLE_OID);

		if (!is_record_table(relid))
			continue;
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", name);
		if (strcmp(lc_squeeze_name(name), squeezed) == 0)
		{
			found = name;
			import->relid = relid;
		}
	}
	SPI_freetuptable(SPI_tuptable);

	if (found == NULL)
	{
		if (list.len == 0)
			ereport(ERROR,
					(lc_errcode(LC_SCHEMA_NOT_READY),
					 errmsg("there are no tables in schema \"crm\""),
					 errhint("Run leadconv.create_crm().")));
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("object \"%s\" cannot be imported", object),
				 errdetail("Schema crm has no table of records for it."),
				 errhint("Give one of %s, or the Salesforce name of one of them.", list.data)));
	}
	import->table = found;
	import->target = psprintf("crm.%s", quote_identifier(found));
}

/*
 * Names of columns, as a membership test
 */
static bool
is_one_of(const char *name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
	{
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

/*
 * lc_import_referenced
 *
 * The table of records that a column of a table of schema crm refers to, or
 * InvalidOid.
 */
Oid
lc_import_referenced(Relation rel, AttrNumber attno)
{
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	Oid			referenced = lc_referenced_table(rel, attno);

	/* Whom a row was created by is no foreign key, but a reference */
	if (namestrcmp(&att->attname, "created_by_id") == 0 || namestrcmp(&att->attname, "last_modified_by_id") == 0)
		return lc_crm_relid("app_user", false);
	return OidIsValid(referenced) && getBaseType(att->atttypid) == INT8OID && is_record_table(referenced) ?
		referenced : InvalidOid;
}

/*
 * lc_import_describe_column
 *
 * Finds out about a column of the table, which exists and is open.
 */
ImportColumn *
lc_import_describe_column(const Import *import, Relation rel, const char *name)
{
	static const char *const audit[] = {"created_date", "created_by_id",
	"last_modified_date", "last_modified_by_id"};
	static const char *const result[] = {"is_converted", "converted_date",
		"converted_account_id", "converted_contact_id",
	"converted_opportunity_id"};
	static const char *const moved[] = {"lead_id", "contact_id", "account_id",
	"opportunity_id", "owner_id"};
	static const char *const merged[] = {"status", "has_responded",
	"first_responded_date"};
	TupleDesc	tupdesc = RelationGetDescr(rel);
	AttrNumber	attno = get_attnum(import->relid, name);
	Form_pg_attribute att = TupleDescAttr(tupdesc, attno - 1);
	ImportColumn *column = (ImportColumn *) palloc0(sizeof(ImportColumn));

	column->name = pstrdup(name);
	column->type = lc_column_type(att);
	column->not_null = att->attnotnull;
	column->is_audit = is_one_of(name, audit, lengthof(audit));
	column->insert_only = column->is_audit ||
		(strcmp(import->table, "lead") == 0 &&
		 is_one_of(name, result, lengthof(result)));
	column->moved = is_one_of(name, moved, lengthof(moved)) ||
		(strcmp(import->table, "campaign_member") == 0 &&
		 is_one_of(name, merged, lengthof(merged)));

	if (att->atthasdef)
	{
		for (int i = 0; i < tupdesc->constr->num_defval; i++)
		{
			AttrDefault *def = &tupdesc->constr->defval[i];

			if (def->adnum != attno)
				continue;
			column->mutable_default = contain_mutable_functions(stringToNode(def->adbin));
			column->default_expr =
				TextDatumGetCString(DirectFunctionCall2(pg_get_expr,
														CStringGetTextDatum(def->adbin),
														ObjectIdGetDatum(import->relid)));
		}
	}

	column->referenced = lc_import_referenced(rel, attno);
	column->is_self = column->referenced == import->relid && !column->is_audit &&
		!column->not_null;

	return column;
}

/* The column of this name if the import fills it, or NULL */
ImportColumn *
lc_import_column(const Import *import, const char *name)
{
	ListCell   *lc;

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		if (strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}

/*
 * Resolve the ids of a column of the staging table in a table of schema crm
 *
 * Returns the number of the join, counted from 1.
 */
static int
add_join(Import *import, const char *source, Oid relid)
{
	ReferenceJoin *join;
	ReferenceSource *reference = NULL;
	ListCell   *lc;
	int			number = 0;

	foreach(lc, import->joins)
	{
		join = (ReferenceJoin *) lfirst(lc);
		number++;
		if (join->relid == relid && strcmp(join->source, source) == 0)
			return number;
	}

	join = (ReferenceJoin *) palloc(sizeof(ReferenceJoin));
	join->source = pstrdup(source);
	join->relid = relid;
	import->joins = lappend(import->joins, join);
	number = list_length(import->joins);

	foreach(lc, import->references)
	{
		if (strcmp(((ReferenceSource *) lfirst(lc))->name, source) == 0)
		{
			reference = (ReferenceSource *) lfirst(lc);
			join->reference = foreach_current_index(lc) + 1;
		}
	}
	if (reference == NULL)
	{
		reference = (ReferenceSource *) palloc0(sizeof(ReferenceSource));
		reference->name = pstrdup(source);
		import->references = lappend(import->references, reference);
		join->reference = list_length(import->references);
	}
	reference->joins = lappend_int(reference->joins, number);

	return number;
}

/*
 * Let a column be filled
 *
 * Only references can have more than one source: the account of a task comes
 * from WhatId or else from AccountId.
 */
static void
add_column_source(Import *import, Relation rel, const char *name,
				  const char *source, bool prefer)
{
	ImportColumn *column = lc_import_column(import, name);

	if (column == NULL)
	{
		column = lc_import_describe_column(import, rel, name);
		column->source = pstrdup(source);
		import->columns = lappend(import->columns, column);
		import->has_self |= column->is_self;
	}
	else if (!OidIsValid(column->referenced))
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("columns \"%s\" and \"%s\" of \"%s\" both stand for column %s.%s",
						column->source, source, import->source_name,
						import->target, name),
				 errhint("Drop or rename one of them.")));

	if (OidIsValid(column->referenced))
	{
		int			join = add_join(import, source, column->referenced);

		column->joins = prefer ? lcons_int(join, column->joins) :
			lappend_int(column->joins, join);
	}
}

/*
 * Add the sources of a field that points to one of several objects
 *
 * Returns false when the table has no column for it.
 */
static bool
add_polymorphic_source(Import *import, Relation rel, const char *field,
					   const char *source)
{
	bool		who_only = strcmp(field, "whoid") == 0 ||
		strcmp(field, "leadorcontactid") == 0;
	bool		what_only = strcmp(field, "whatid") == 0;
	bool		found = false;

	if (!lc_import_is_polymorphic(field))
		return false;

	/* What repeats the two columns proper is of no use beside them */
	if (strcmp(field, "leadorcontactid") == 0 &&
		(lc_import_column(import, "lead_id") || lc_import_column(import, "contact_id")))
		return false;

	for (int i = 0; i < (int) lengthof(polymorphic_columns); i++)
	{
		const char *name = polymorphic_columns[i].column;
		ImportColumn *column;

		if (get_attnum(import->relid, name) <= 0 ||
			(who_only && !polymorphic_columns[i].is_who) ||
			(what_only && polymorphic_columns[i].is_who))
			continue;
		column = lc_import_describe_column(import, rel, name);
		if (column->referenced != lc_crm_relid(polymorphic_columns[i].table, true) ||
			!OidIsValid(column->referenced))
			continue;
		add_column_source(import, rel, name, source, true);
		found = true;
	}

	return found;
}

/*
 * Whether a key column without a foreign key cannot be filled from an export
 */
static bool
is_opaque_key(const ImportColumn *column)
{
	size_t		len = strlen(column->name);

	return column->type.basetype == INT8OID && !OidIsValid(column->referenced) &&
		len > 3 && strcmp(column->name + len - 3, "_id") == 0;
}

/*
 * Take a column of the staging table as that of the ids
 */
static void
set_id_column(Import *import, const char *source)
{
	if (import->id_column != NULL)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("columns \"%s\" and \"%s\" of \"%s\" both stand for the id of a record",
						import->id_column, source, import->source_name),
				 errhint("Drop or rename one of them.")));
	import->id_column = pstrdup(source);
}

/*
 * Let a column be filled that is named like a field, if an export can fill it
 */
static void
match_column(Import *import, Relation rel, const char *name, const char *source)
{
	AttrNumber	attno = get_attnum(import->relid, name);
	Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attno - 1);

	/* A full name is put together by the database */
	if (att->attgenerated != '\0')
		return;
	if (att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS ||
		is_opaque_key(lc_import_describe_column(import, rel, name)))
		import->unknown = lappend(import->unknown, pstrdup(lc_import_field(source)));
	else
		add_column_source(import, rel, name, source, false);
}

/*
 * Send the rows of converted leads to the contacts, also when the export does
 * not name those
 */
static void
redirect_to_contacts(Import *import, Relation rel)
{
	ImportColumn *lead = lc_import_column(import, "lead_id");
	ImportColumn *contact;

	if (strcmp(import->table, "lead") == 0 ||
		lead == NULL || lead->joins == NIL || lead->referenced != lc_crm_relid("lead", false) ||
		get_attnum(import->relid, "contact_id") <= 0)
		return;

	import->lead_join = linitial_int(lead->joins);
	if (lc_import_column(import, "contact_id") == NULL)
	{
		contact = lc_import_describe_column(import, rel, "contact_id");
		contact->insert_only = true;
		import->columns = lappend(import->columns, contact);
	}
}

/*
 * lc_import_match_columns
 *
 * Finds the place of every column of the staging table; adds columns for custom
 * fields first if asked to.  Raises an error when there is no column of ids, or
 * when two columns stand for the same.
 */
void
lc_import_match_columns(Import *import, bool create_custom_fields)
{
	List	   *sources = lc_import_source_columns(import);
	List	   *late = NIL;
	ListCell   *lc;
	Relation	rel;

	if (create_custom_fields)
		lc_import_add_custom_fields(import, sources);

	rel = table_open(import->relid, AccessShareLock);
	import->has_source_lead_id = get_attnum(import->relid, "source_lead_id") > 0;
	foreach(lc, sources)
	{
		const char *source = (const char *) lfirst(lc);
		const char *field = lc_import_field(source);
		char	   *name;

		if (pg_strcasecmp(field, "id") == 0 || strcmp(field, "external_id") == 0)
			set_id_column(import, source);
		else if ((name = lc_find_column(import->relid, field)) != NULL)
			match_column(import, rel, name, source);
		else
			late = lappend(late, lfirst(lc));
	}

	/* When it is known which columns have a source of their own */
	foreach(lc, late)
	{
		const char *source = (const char *) lfirst(lc);
		const char *field = lc_import_field(source);

		if (!add_polymorphic_source(import, rel, lc_squeeze_name(field), source))
			import->unknown = lappend(import->unknown, pstrdup(field));
	}

	if (import->id_column == NULL)
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("\"%s\" has no column \"Id\"", import->source_name),
				 errdetail("The id of each record is kept in external_id, by which a repeated import recognises it."),
				 errhint("Export the field Id, too.")));

	redirect_to_contacts(import, rel);
	table_close(rel, NoLock);
}
