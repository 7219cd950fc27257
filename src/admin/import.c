/*-------------------------------------------------------------------------
 *
 * import.c
 *	  Loading a Salesforce export: leadconv.import_records().
 *
 * The source is a staging table whose columns carry Salesforce field names, as
 * \copy of an export file gives it: text, where an empty string is no value.
 * An import is a handful of set-based statements over one query, "v", that
 * reads the staging table, converts each value to the type of its column and
 * turns Salesforce ids into keys by way of external_id:
 *
 *	1. what can be wrong is looked for first, so that an error names the
 *	   record, the column and the value;
 *	2. users, lead statuses, stages and member statuses that the data uses and
 *	   that do not exist are added;
 *	3. rows that have one of our unique keys but no external_id yet are
 *	   recognised, rows that differ are updated, new ones inserted;
 *	4. references within the same table are set, now that all rows exist.
 *
 * All statements run as the caller, so plain privileges, policies and the
 * user's triggers apply.  What a conversion decided stays as it is: a lead
 * converted here is not touched, nor is where it took its tasks and members.
 *
 * Everything is allocated in the memory of the SPI connection, and goes away
 * when the call ends; what is returned is allocated in the caller's.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "optimizer/optimizer.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "admin/admin.h"

/* First key of the advisory lock that admits one import per table */
#define IMPORT_LOCK_CLASS	0x6c636d70

/* Characters of a value that are worth showing in an error */
#define SHOWN_LENGTH		80

#define UTF8_BOM			"\xEF\xBB\xBF"

/* A column of the staging table that holds Salesforce ids of other records */
typedef struct ReferenceSource
{
	char	   *name;			/* in the staging table */
	List	   *joins;			/* of int: which of the joins resolve it */
} ReferenceSource;

/* A left join of "v" that turns the ids of a column into keys of a table */
typedef struct ReferenceJoin
{
	char	   *source;			/* column of the staging table */
	Oid			relid;			/* table of schema crm */
} ReferenceJoin;

/* A column of the table that the import fills */
typedef struct ImportColumn
{
	char	   *name;
	char	   *source;			/* first column of the staging table, or NULL */
	Oid			type;
	int32		typmod;
	Oid			basetype;
	int32		basetypmod;
	char	   *default_expr;	/* or NULL */
	char	   *value;			/* expression over the staging table "s" */
	List	   *joins;			/* of int: joins that give its value */
	Oid			referenced;		/* table that it points to, or InvalidOid */
	bool		not_null;
	bool		mutable_default;	/* its default depends on when it is asked */
	bool		is_audit;		/* kept by our trigger */
	bool		is_self;		/* points to the table itself */
	bool		insert_only;	/* an update must leave it alone */
	bool		moved;			/* conversion may have changed it */
} ImportColumn;

/* One call */
typedef struct Import
{
	const char *table;			/* in schema crm */
	char	   *target;			/* the same, quoted and qualified */
	Oid			relid;
	Oid			source_relid;
	char	   *source;			/* staging table, quoted and qualified */
	char	   *source_name;	/* for messages */
	char	   *id_column;		/* column of the staging table with the ids */
	List	   *columns;		/* of ImportColumn */
	List	   *references;		/* of ReferenceSource */
	List	   *joins;			/* of ReferenceJoin */
	int			lead_join;		/* resolves lead_id, or 0 */
	bool		has_source_lead_id;
	bool		has_self;
	char	   *body;			/* text of "v" */
	List	   *unknown;		/* of char *: columns that mean nothing to us */
	List	   *added;			/* of char *: custom fields added */
	List	   *notes;			/* of char * */
	Datum		touched;		/* bigint[]: rows already counted */
	int64		locked;			/* leads that are converted already */
	int64		rows_read;
	int64		inserted;
	int64		updated;
	int64		unresolved;
} Import;

/* Objects that the naming rule does not lead to the table */
static const struct
{
	const char *object;			/* lower case */
	const char *table;
}			object_aliases[] = {
	{"user", "app_user"},
	{"territory2", "territory"}
};

/* Fields that point to a record of one of several objects */
static const char *const polymorphic_fields[] = {
	"whoid", "whatid", "parentid", "linkedentityid", "relatedtoid",
	"relatedrecordid", "leadorcontactid"
};

/* ... and the columns that take their place, with their tables */
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

PG_FUNCTION_INFO_V1(leadconv_import_records);


/*
 * Run one statement through SPI and insist on the kind of result
 */
static void
run_sql(const char *sql, int expected)
{
	int			rc = SPI_execute(sql, false, 0);

	if (rc != expected)
		elog(ERROR, "SPI_execute returned %s for \"%s\"",
			 SPI_result_code_string(rc), sql);
}

/*
 * The same for a query that gives one number
 */
static int64
run_count(const char *sql)
{
	bool		isnull;
	int64		count;

	run_sql(sql, SPI_OK_SELECT);
	if (SPI_processed != 1)
		elog(ERROR, "query returned " UINT64_FORMAT " rows: \"%s\"",
			 (uint64) SPI_processed, sql);
	count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
										SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);

	return isnull ? 0 : count;
}

/*
 * Run a query in a subtransaction
 *
 * Returns NULL when it went well, else the error, if that is about a value;
 * others are thrown on.
 */
static ErrorData *
try_sql(const char *sql)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	ResourceOwner oldowner = CurrentResourceOwner;
	ErrorData  *volatile edata = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(oldcontext);

	PG_TRY();
	{
		run_sql(sql, SPI_OK_SELECT);
		SPI_freetuptable(SPI_tuptable);

		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(oldcontext);
		edata = CopyErrorData();
		FlushErrorState();

		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;

		if (ERRCODE_TO_CATEGORY(edata->sqlerrcode) != ERRCODE_DATA_EXCEPTION &&
			ERRCODE_TO_CATEGORY(edata->sqlerrcode) != ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION)
			ReThrowError(edata);
	}
	PG_END_TRY();

	return edata;
}

/*
 * A value shortened for a message
 */
static char *
shown_value(const char *value)
{
	int			len = strlen(value);

	if (len <= SHOWN_LENGTH)
		return pstrdup(value);
	return psprintf("%.*s...", pg_mbcliplen(value, len, SHOWN_LENGTH), value);
}

/*
 * A column name without the byte order mark that export files begin with
 */
static const char *
skip_bom(const char *name)
{
	return strncmp(name, UTF8_BOM, strlen(UTF8_BOM)) == 0 ?
		name + strlen(UTF8_BOM) : name;
}


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

/*
 * Find the table that an object name stands for
 */
static void
find_table(Import *import, const char *object)
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
	run_sql("SELECT c.relname, c.oid FROM pg_catalog.pg_class c"
			" WHERE c.relnamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'crm')"
			" AND c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p']::pg_catalog.\"char\"[])"
			" ORDER BY c.relname", SPI_OK_SELECT);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *name = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		Oid			relid = atooid(SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2));

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
 * Check the staging table
 */
static void
find_source(Import *import, Oid relid)
{
	char		relkind = get_rel_relkind(relid);
	char	   *nspname;

	import->source_relid = relid;
	import->source_name = get_rel_name(relid);
	if (import->source_name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", relid)));
	nspname = get_namespace_name(get_rel_namespace(relid));
	import->source = quote_qualified_identifier(nspname, import->source_name);

	if (relkind != RELKIND_RELATION && relkind != RELKIND_PARTITIONED_TABLE &&
		relkind != RELKIND_VIEW && relkind != RELKIND_MATVIEW &&
		relkind != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table or view", import->source_name)));
	if (strcmp(nspname, "crm") == 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_OPERATION),
				 errmsg("\"%s\" is a table of schema crm and cannot be the source of an import",
						import->source_name),
				 errhint("Copy the export into a table of its own, with the field names as column names.")));
}

/*
 * Text of a value of the staging table, NULL when empty
 */
static char *
source_text(const char *column)
{
	const char *quoted = quote_identifier(column);

	return psprintf("CASE WHEN s.%s::pg_catalog.text OPERATOR(pg_catalog.<>) '' THEN s.%s::pg_catalog.text END",
					quoted, quoted);
}

static bool
is_text_type(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(type, &category, &preferred);
	return category == TYPCATEGORY_STRING;
}

/*
 * Characters that a column takes, or -1 when there is no limit
 */
static int
column_length(const ImportColumn *column)
{
	if ((column->basetype == VARCHAROID || column->basetype == BPCHAROID) &&
		column->basetypmod >= (int32) VARHDRSZ)
		return column->basetypmod - VARHDRSZ;
	return -1;
}

/*
 * Expression that turns the text of a value into the type of a column
 */
static char *
conversion(const ImportColumn *column, const char *text)
{
	char	   *type = format_type_with_typemod(column->type, column->typmod);
	char	   *value;

	switch (column->basetype)
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
			if (OidIsValid(get_element_type(column->basetype)))
				/* a multi-select picklist */
				value = psprintf("pg_catalog.string_to_array(%s, ';')", text);
			else
				value = psprintf("(%s)", text);
	}

	/* The checks have seen to it that the cast cuts off nothing */
	return psprintf("(%s)::%s", value, type);
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
 * Find out about a column of the table
 */
static ImportColumn *
describe_column(Import *import, Relation rel, AttrNumber attno)
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
	Form_pg_attribute att = TupleDescAttr(tupdesc, attno - 1);
	ImportColumn *column = (ImportColumn *) palloc0(sizeof(ImportColumn));
	const char *name = column->name = pstrdup(NameStr(att->attname));
	ListCell   *lc;

	column->type = att->atttypid;
	column->typmod = att->atttypmod;
	column->basetypmod = att->atttypmod;
	column->basetype = getBaseTypeAndTypmod(att->atttypid, &column->basetypmod);
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

	/* Whom a row was created by is no foreign key, but a reference */
	if (strcmp(name, "created_by_id") == 0 || strcmp(name, "last_modified_by_id") == 0)
		column->referenced = lc_crm_relid("app_user", false);
	/* copied, because a look into the catalogs may rebuild our relcache entry */
	foreach(lc, copyObject(RelationGetFKeyList(rel)))
	{
		ForeignKeyCacheInfo *fk = (ForeignKeyCacheInfo *) lfirst(lc);

		if (fk->nkeys == 1 && fk->conkey[0] == attno &&
			column->basetype == INT8OID && is_record_table(fk->confrelid))
			column->referenced = fk->confrelid;
	}
	column->is_self = column->referenced == import->relid && !column->is_audit &&
		!column->not_null;

	return column;
}

static ImportColumn *
find_import_column(Import *import, const char *name)
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
			reference = (ReferenceSource *) lfirst(lc);
	}
	if (reference == NULL)
	{
		reference = (ReferenceSource *) palloc0(sizeof(ReferenceSource));
		reference->name = pstrdup(source);
		import->references = lappend(import->references, reference);
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
	ImportColumn *column = find_import_column(import, name);

	if (column == NULL)
	{
		column = describe_column(import, rel, get_attnum(import->relid, name));
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
	else
		column->value = conversion(column, source_text(source));
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

	if (!is_one_of(field, polymorphic_fields, lengthof(polymorphic_fields)))
		return false;

	/* What repeats the two columns proper is of no use beside them */
	if (strcmp(field, "leadorcontactid") == 0 &&
		(find_import_column(import, "lead_id") || find_import_column(import, "contact_id")))
		return false;

	for (int i = 0; i < (int) lengthof(polymorphic_columns); i++)
	{
		AttrNumber	attno = get_attnum(import->relid, polymorphic_columns[i].column);
		ImportColumn *column;

		if (attno <= 0 ||
			(who_only && !polymorphic_columns[i].is_who) ||
			(what_only && polymorphic_columns[i].is_who))
			continue;
		column = describe_column(import, rel, attno);
		if (column->referenced != lc_crm_relid(polymorphic_columns[i].table, true) ||
			!OidIsValid(column->referenced))
			continue;
		add_column_source(import, rel, polymorphic_columns[i].column, source, true);
		found = true;
	}

	return found;
}

/*
 * Whether all values of a column match a pattern; false when it has none
 */
static bool
all_match(Import *import, const char *column, const char *pattern)
{
	return run_count(psprintf("SELECT CASE WHEN pg_catalog.bool_and(x.v OPERATOR(pg_catalog.~) %s) THEN 1 ELSE 0 END::pg_catalog.int8"
							  " FROM (SELECT %s AS v FROM %s s) x",
							  quote_literal_cstr(pattern), source_text(column),
							  import->source)) == 1;
}

/*
 * Type for a custom field, judged by its name and values: text when in doubt
 */
static const char *
infer_type(Import *import, const char *source)
{
	static const char *const code_endings[] = {"id", "code", "number", "no",
	"num", "phone", "fax", "mobile", "zip", "ssn", "key"};
	char	   *name = lc_squeeze_name(source);
	size_t		len;
	const char *type = NULL;

	if (all_match(import, source, "^(true|false)$"))
		return "boolean";
	if (all_match(import, source, "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"))
		type = "date";
	else if (all_match(import, source, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})$"))
		type = "timestamp with time zone";
	if (type != NULL)
		return try_sql(psprintf("SELECT pg_catalog.count((%s)::%s) FROM %s s",
								source_text(source), type, import->source)) == NULL ?
			type : "text";

	/* Digits need not be a number: not in codes, nor when there are many */
	name[strlen(name) - 1] = '\0';	/* the c of __c; underscores are gone */
	len = strlen(name);
	for (int i = 0; i < (int) lengthof(code_endings); i++)
	{
		size_t		ending = strlen(code_endings[i]);

		if (len >= ending && strcmp(name + len - ending, code_endings[i]) == 0)
			return "text";
	}
	if (all_match(import, source, "^-?(0|[1-9][0-9]{0,8}|(0|[1-9][0-9]{0,14})\\.[0-9]{1,10})$"))
		return "numeric";

	return "text";
}

/*
 * Add a custom field to the table
 */
static bool
add_custom_field(Import *import, const char *source)
{
	const char *bare = skip_bom(source);
	char	   *name = str_tolower(bare, strlen(bare), DEFAULT_COLLATION_OID);

	if (!lc_is_custom_name(bare) || strlen(name) >= NAMEDATALEN)
		return false;

	run_sql(psprintf("ALTER TABLE %s ADD COLUMN %s %s", import->target,
					 quote_identifier(name), infer_type(import, source)),
			SPI_OK_UTILITY);
	run_sql(psprintf("COMMENT ON COLUMN %s.%s IS %s", import->target,
					 quote_identifier(name),
					 quote_literal_cstr(psprintf("Custom field %s, added by an import.", bare))),
			SPI_OK_UTILITY);
	import->added = lappend(import->added, name);

	return true;
}

/*
 * Names of the columns of the staging table
 */
static List *
source_columns(Import *import)
{
	Relation	source = relation_open(import->source_relid, AccessShareLock);
	TupleDesc	tupdesc = RelationGetDescr(source);
	List	   *names = NIL;

	for (int i = 0; i < tupdesc->natts; i++)
	{
		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			names = lappend(names, pstrdup(NameStr(TupleDescAttr(tupdesc, i)->attname)));
	}
	relation_close(source, NoLock);

	return names;
}

/*
 * Whether a key column without a foreign key cannot be filled from an export
 */
static bool
is_opaque_key(const ImportColumn *column)
{
	size_t		len = strlen(column->name);

	return column->basetype == INT8OID && !OidIsValid(column->referenced) &&
		len > 3 && strcmp(column->name + len - 3, "_id") == 0;
}

/*
 * Find the place of every column of the staging table
 */
static void
match_columns(Import *import, bool create_custom_fields)
{
	List	   *names = source_columns(import);
	List	   *late = NIL;
	ListCell   *lc;
	Relation	rel;

	/*
	 * Custom fields first, while the table is not open here: ALTER TABLE
	 * would take that for a use of it.
	 */
	if (create_custom_fields)
	{
		foreach(lc, names)
		{
			const char *name = (const char *) lfirst(lc);

			if (lc_is_custom_name(skip_bom(name)) &&
				lc_find_column(import->relid, skip_bom(name)) == NULL)
				(void) add_custom_field(import, name);
		}
	}

	rel = table_open(import->relid, AccessShareLock);
	import->has_source_lead_id = get_attnum(import->relid, "source_lead_id") > 0;
	foreach(lc, names)
	{
		const char *name = (const char *) lfirst(lc);
		const char *bare = skip_bom(name);
		char	   *column;

		if (pg_strcasecmp(bare, "id") == 0 || strcmp(bare, "external_id") == 0)
		{
			if (import->id_column != NULL)
				ereport(ERROR,
						(lc_errcode(LC_INVALID_FIELD),
						 errmsg("columns \"%s\" and \"%s\" of \"%s\" both stand for the id of a record",
								import->id_column, name, import->source_name),
						 errhint("Drop or rename one of them.")));
			import->id_column = pstrdup(name);
			continue;
		}

		column = lc_find_column(import->relid, bare);
		if (column == NULL)
		{
			late = lappend(late, (char *) name);
			continue;
		}
		else
		{
			AttrNumber	attno = get_attnum(import->relid, column);
			Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attno - 1);

			/* A full name is put together by the database */
			if (att->attgenerated != '\0')
				continue;
			if (att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS ||
				is_opaque_key(describe_column(import, rel, attno)))
			{
				import->unknown = lappend(import->unknown, pstrdup(bare));
				continue;
			}
		}
		add_column_source(import, rel, column, name, false);
	}

	foreach(lc, late)
	{
		const char *name = (const char *) lfirst(lc);

		if (!add_polymorphic_source(import, rel, lc_squeeze_name(skip_bom(name)), name))
			import->unknown = lappend(import->unknown, pstrdup(skip_bom(name)));
	}

	if (import->id_column == NULL)
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("\"%s\" has no column \"Id\"", import->source_name),
				 errdetail("The id of each record is kept in external_id, by which a repeated import recognises it."),
				 errhint("Export the field Id, too.")));

	/*
	 * A row of a lead that was converted goes to the contact, also when the
	 * export does not name one.
	 */
	if (strcmp(import->table, "lead") != 0)
	{
		ImportColumn *lead = find_import_column(import, "lead_id");
		AttrNumber	attno = get_attnum(import->relid, "contact_id");

		if (lead != NULL && lead->joins != NIL && attno > 0 &&
			lead->referenced == lc_crm_relid("lead", false))
		{
			import->lead_join = linitial_int(lead->joins);
			if (find_import_column(import, "contact_id") == NULL)
			{
				ImportColumn *contact = describe_column(import, rel, attno);

				contact->insert_only = true;
				import->columns = lappend(import->columns, contact);
			}
		}
	}

	table_close(rel, NoLock);
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
 * What the staging table says in words of its own
 */
static void
adapt_columns(Import *import)
{
	ImportColumn *column;

	if (strcmp(import->table, "record_type") == 0 &&
		(column = find_import_column(import, "object")) != NULL)
		column->value = psprintf("pg_catalog.lower(pg_catalog.regexp_replace(%s, '([a-z0-9])([A-Z])', '\\1_\\2', 'g'))",
								 source_text(column->source));

	if (strcmp(import->table, "app_user") != 0)
		return;

	/* Kinds of users of the platform that make no difference here */
	column = find_import_column(import, "user_type");
	if (column != NULL)
		column->value = psprintf("CASE WHEN %s OPERATOR(pg_catalog.=) 'Queue' THEN 'Queue' WHEN %s IS NOT NULL THEN 'Standard' END",
								 source_text(column->source), source_text(column->source));

	/* The full name is not in every export */
	if (find_import_column(import, "name") == NULL)
	{
		StringInfoData parts;
		char	   *username = NULL;
		ListCell   *lc;

		initStringInfo(&parts);
		foreach(lc, source_columns(import))
		{
			const char *name = (const char *) lfirst(lc);
			char	   *squeezed = lc_squeeze_name(skip_bom(name));

			if (strcmp(squeezed, "firstname") == 0 || strcmp(squeezed, "lastname") == 0)
				import->unknown = forget_name(import->unknown, skip_bom(name));

			if (strcmp(squeezed, "firstname") == 0)
			{
				char	   *rest = pstrdup(parts.data);

				resetStringInfo(&parts);
				appendStringInfo(&parts, ", %s%s", source_text(name), rest);
			}
			else if (strcmp(squeezed, "lastname") == 0)
				appendStringInfo(&parts, ", %s", source_text(name));
			else if (strcmp(squeezed, "username") == 0)
				username = source_text(name);
		}
		if (parts.len > 0 || username != NULL)
		{
			Relation	rel = table_open(import->relid, AccessShareLock);

			column = describe_column(import, rel, get_attnum(import->relid, "name"));
			column->value = psprintf("COALESCE(%s%s%s)",
									 parts.len > 0 ? psprintf("CASE WHEN pg_catalog.concat(''%s) OPERATOR(pg_catalog.<>) '' THEN pg_catalog.concat_ws(' '%s) END",
															  parts.data, parts.data) : "",
									 parts.len > 0 && username != NULL ? ", " : "",
									 username != NULL ? username : "");
			column->value = psprintf("(%s)::%s", column->value,
									 format_type_with_typemod(column->type, column->typmod));
			import->columns = lappend(import->columns, column);
			table_close(rel, NoLock);
		}
	}
}

/*
 * Put together "v": one row for each row of the staging table
 */
static void
build_body(Import *import)
{
	StringInfoData buf;
	ListCell   *lc;
	int			number = 0;
	char	   *redirected = NULL;

	/* Where no contact was created, the row has nowhere else to go */
	if (import->lead_join > 0)
		redirected = psprintf("(r%d.is_converted AND r%d.converted_contact_id IS NOT NULL)",
							  import->lead_join, import->lead_join);

	initStringInfo(&buf);
	appendStringInfo(&buf, "SELECT s.lc_row, %s AS external_id",
					 source_text(import->id_column));
	if (redirected != NULL)
		appendStringInfo(&buf, ", COALESCE(r%d.is_converted, false) AS lc_moved",
						 import->lead_join);

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		appendStringInfoString(&buf, ", ");
		if (OidIsValid(column->referenced))
		{
			bool		is_lead = redirected != NULL && strcmp(column->name, "lead_id") == 0;
			bool		is_contact = redirected != NULL && strcmp(column->name, "contact_id") == 0;
			const char *separator = "";
			ListCell   *join;

			if (is_lead)
				appendStringInfo(&buf, "CASE WHEN %s THEN NULL ELSE ", redirected);
			appendStringInfoString(&buf, "COALESCE(");
			foreach(join, column->joins)
			{
				appendStringInfo(&buf, "%sr%d.id", separator, lfirst_int(join));
				separator = ", ";
			}
			if (is_contact)
				appendStringInfo(&buf, "%sCASE WHEN %s THEN r%d.converted_contact_id END",
								 separator, redirected, import->lead_join);
			appendStringInfoChar(&buf, ')');
			if (is_lead)
				appendStringInfoString(&buf, " END");
		}
		else if (column->not_null && column->basetype == BOOLOID)
			/* a checkbox that was not ticked is written as nothing */
			appendStringInfo(&buf, "COALESCE(%s, false)", column->value);
		else
			appendStringInfoString(&buf, column->value);
		appendStringInfo(&buf, " AS %s", quote_identifier(column->name));
	}

	/* Numbered before the joins, so that rows keep their order */
	appendStringInfo(&buf, " FROM (SELECT x.*, pg_catalog.row_number() OVER () AS lc_row FROM %s x) s",
					 import->source);
	foreach(lc, import->joins)
	{
		ReferenceJoin *join = (ReferenceJoin *) lfirst(lc);

		number++;
		appendStringInfo(&buf, " LEFT JOIN crm.%s r%d ON r%d.external_id OPERATOR(pg_catalog.=) %s",
						 quote_identifier(get_rel_name(join->relid)),
						 number, number, source_text(join->source));
	}

	import->body = buf.data;
}

/*
 * Read the id and another value of one row
 *
 * "query" gives the two as text.  Returns false when it finds no row.
 */
static bool
find_row(const char *query, char **id, char **value)
{
	bool		found;

	run_sql(query, SPI_OK_SELECT);
	found = SPI_processed > 0;
	if (found)
	{
		*id = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		*value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	}
	SPI_freetuptable(SPI_tuptable);

	return found;
}

/*
 * Find the row whose value cannot be converted, and report it
 *
 * Half of the rows are tried at a time.
 */
static void
report_unconvertible(Import *import, ImportColumn *column, ErrorData *edata)
{
	char	   *numbered = psprintf("(SELECT x.*, pg_catalog.row_number() OVER (ORDER BY x.%s) AS lc_row FROM %s x) s",
									quote_identifier(import->id_column), import->source);
	int64		low = 0;
	int64		high = import->rows_read;
	char	   *id = NULL;
	char	   *value = NULL;

	while (high - low > 1)
	{
		int64		middle = low + (high - low) / 2;
		ErrorData  *error = try_sql(psprintf("SELECT pg_catalog.count(%s) FROM %s"
											 " WHERE s.lc_row OPERATOR(pg_catalog.>) " INT64_FORMAT
											 " AND s.lc_row OPERATOR(pg_catalog.<=) " INT64_FORMAT,
											 column->value, numbered, low, middle));

		if (error != NULL)
		{
			high = middle;
			edata = error;
		}
		else
			low = middle;
	}

	(void) find_row(psprintf("SELECT s.%s::pg_catalog.text, s.%s::pg_catalog.text FROM %s"
							 " WHERE s.lc_row OPERATOR(pg_catalog.=) " INT64_FORMAT,
							 quote_identifier(import->id_column),
							 quote_identifier(column->source), numbered, high),
					&id, &value);
	ereport(ERROR,
			(lc_errcode(LC_INVALID_TYPE_ON_FIELD_IN_RECORD),
			 errmsg("record %s: column \"%s\" cannot be imported into %s.%s",
					id ? id : "?", skip_bom(column->source), import->table, column->name),
			 errdetail("Value \"%s\" is not a valid %s: %s.",
					   value ? shown_value(value) : "",
					   format_type_with_typemod(column->type, column->typmod),
					   edata->message),
			 errhint("Correct the value in \"%s\" and import again; nothing has been imported.",
					 import->source_name)));
}

/*
 * Check the ids
 */
static void
check_ids(Import *import)
{
	char	   *id_text = source_text(import->id_column);
	char	   *id;
	char	   *count;

	import->rows_read = run_count(psprintf("SELECT pg_catalog.count(*) FROM %s s", import->source));

	if (run_count(psprintf("SELECT pg_catalog.count(*) FROM %s s WHERE (%s) IS NULL",
						   import->source, id_text)) > 0)
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("\"%s\" has rows without an id", import->source_name),
				 errdetail("Column \"%s\" is empty there.", skip_bom(import->id_column)),
				 errhint("Delete these rows, or give them ids; nothing has been imported.")));

	if (find_row(psprintf("SELECT x.id, pg_catalog.count(*)::pg_catalog.text FROM (SELECT %s AS id FROM %s s) x"
						  " GROUP BY x.id HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1 ORDER BY x.id LIMIT 1",
						  id_text, import->source), &id, &count))
		ereport(ERROR,
				(lc_errcode(LC_DUPLICATE_VALUE),
				 errmsg("record %s is %s times in \"%s\"", shown_value(id), count, import->source_name),
				 errhint("Keep one of its rows; nothing has been imported.")));
}

/*
 * Check every value before anything is written
 */
static void
check_values(Import *import)
{
	StringInfoData all;
	ListCell   *lc;

	/* All in one pass when nothing is wrong, which is the rule */
	initStringInfo(&all);
	appendStringInfo(&all, "SELECT pg_catalog.count(*)");
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);

		if (column->value != NULL && !is_text_type(column->basetype))
			appendStringInfo(&all, ", pg_catalog.count(%s)", column->value);
	}
	appendStringInfo(&all, " FROM %s s", import->source);
	if (try_sql(all.data) != NULL)
	{
		foreach(lc, import->columns)
		{
			ImportColumn *column = (ImportColumn *) lfirst(lc);
			ErrorData  *edata;

			if (column->value == NULL || is_text_type(column->basetype))
				continue;
			edata = try_sql(psprintf("SELECT pg_catalog.count(%s) FROM %s s",
									 column->value, import->source));
			if (edata != NULL)
				report_unconvertible(import, column, edata);
		}
	}

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		int			length = column_length(column);
		char	   *text;
		char	   *id;
		char	   *value;

		if (column->source == NULL || column->value == NULL)
			continue;
		text = source_text(column->source);
		if (length >= 0 &&
			find_row(psprintf("SELECT s.%s::pg_catalog.text, %s FROM %s s"
							  " WHERE pg_catalog.length(%s) OPERATOR(pg_catalog.>) %d LIMIT 1",
							  quote_identifier(import->id_column), text, import->source, text, length),
					 &id, &value))
			ereport(ERROR,
					(lc_errcode(LC_STRING_TOO_LONG),
					 errmsg("record %s: column \"%s\" is too long for %s.%s",
							id, skip_bom(column->source), import->table, column->name),
					 errdetail("Value \"%s\" has %d characters, %d fit.",
							   shown_value(value), pg_mbstrlen(value), length),
					 errhint("Shorten it in \"%s\", or use ALTER TABLE %s ALTER COLUMN %s TYPE; nothing has been imported.",
							 import->source_name, import->target, quote_identifier(column->name))));
		if (column->not_null && !column->is_audit && column->default_expr == NULL &&
			column->basetype != BOOLOID &&
			find_row(psprintf("SELECT s.%s::pg_catalog.text, NULL::pg_catalog.text FROM %s s"
							  " WHERE (%s) IS NULL LIMIT 1",
							  quote_identifier(import->id_column), import->source, text),
					 &id, &value))
			ereport(ERROR,
					(lc_errcode(LC_REQUIRED_FIELD_MISSING),
					 errmsg("record %s: column \"%s\" is required for %s.%s",
							id, skip_bom(column->source), import->table, column->name),
					 errhint("Give a value in \"%s\" and import again; nothing has been imported.",
							 import->source_name)));
	}
}

/*
 * Check the references that a record cannot do without
 */
static void
check_required_references(Import *import)
{
	ListCell   *lc;

	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		bool		of_converted = strcmp(import->table, "lead") == 0 &&
			strcmp(column->name, "converted_account_id") == 0 &&
			find_import_column(import, "is_converted") != NULL;
		char	   *id;
		char	   *value;

		if (column->joins == NIL || column->is_audit ||
			(!column->not_null && !of_converted))
			continue;
		if (!find_row(psprintf("SELECT v.external_id, s.%s::pg_catalog.text FROM (%s) v"
							   " JOIN %s s ON s.%s::pg_catalog.text OPERATOR(pg_catalog.=) v.external_id"
							   " WHERE v.%s IS NULL%s LIMIT 1",
							   quote_identifier(column->source), import->body,
							   import->source, quote_identifier(import->id_column),
							   quote_identifier(column->name),
							   of_converted ? psprintf(" AND v.is_converted AND NOT EXISTS (SELECT 1 FROM %s t WHERE t.external_id OPERATOR(pg_catalog.=) v.external_id)",
													   import->target) : ""),
					  &id, &value))
			continue;
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("record %s: column \"%s\" refers to no record of crm.%s",
						id, skip_bom(column->source), get_rel_name(column->referenced)),
				 value != NULL && value[0] != '\0' ?
				 errdetail("No record has external_id \"%s\".", shown_value(value)) :
				 errdetail("The value is empty."),
				 errhint("Import the records of crm.%s first, or delete the row from \"%s\"; nothing has been imported.",
						 get_rel_name(column->referenced), import->source_name)));
	}
}

/*
 * Add users for the ids that are not known
 *
 * An export need not have users in it, and owners would be lost without them.
 */
static void
add_missing_users(Import *import)
{
	Oid			app_user = lc_crm_relid("app_user", false);
	StringInfoData ids;
	ListCell   *lc;

	/* A file of users says itself who there is */
	if (import->relid == app_user)
		return;

	initStringInfo(&ids);
	foreach(lc, import->joins)
	{
		ReferenceJoin *join = (ReferenceJoin *) lfirst(lc);

		if (join->relid == app_user)
			appendStringInfo(&ids, "%sSELECT DISTINCT %s AS id FROM %s s",
							 ids.len > 0 ? " UNION " : "",
							 source_text(join->source), import->source);
	}
	if (ids.len == 0)
		return;

	if (run_count(psprintf("SELECT pg_catalog.count(*) FROM (%s) u WHERE u.id IS NOT NULL"
						   " AND NOT EXISTS (SELECT 1 FROM crm.app_user a WHERE a.external_id OPERATOR(pg_catalog.=) u.id)",
						   ids.data)) == 0)
		return;
	run_sql(psprintf("INSERT INTO crm.app_user (external_id, name, user_type, is_active)"
					 " SELECT u.id, u.id, CASE WHEN pg_catalog.starts_with(u.id, '00G') THEN 'Queue' ELSE 'Standard' END, true"
					 " FROM (%s) u WHERE u.id IS NOT NULL"
					 " AND NOT EXISTS (SELECT 1 FROM crm.app_user a WHERE a.external_id OPERATOR(pg_catalog.=) u.id)"
					 " ORDER BY u.id ON CONFLICT (external_id) DO NOTHING", ids.data),
			SPI_OK_INSERT);
	if (SPI_processed > 0)
		import->notes = lappend(import->notes,
								psprintf("users added to crm.app_user, named after their ids: " UINT64_FORMAT "; import User to complete them",
										 (uint64) SPI_processed));
}

/*
 * Add values to a picklist table, and say so
 *
 * "insert" returns the values in a column named "value".
 */
static void
add_values(Import *import, const char *insert, const char *table)
{
	StringInfoData list;

	run_sql(psprintf("WITH a AS (%s) SELECT a.value FROM a GROUP BY a.value ORDER BY a.value", insert),
			SPI_OK_SELECT);
	if (SPI_processed > 0)
	{
		initStringInfo(&list);
		for (uint64 i = 0; i < SPI_processed; i++)
			appendStringInfo(&list, "%s\"%s\"", i > 0 ? ", " : "",
							 SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
		import->notes = lappend(import->notes,
								psprintf("added to %s: %s", table, list.data));
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * An aggregate of a column of "v", or something else when it is not imported
 */
static char *
aggregate(Import *import, const char *function, const char *column,
		  const char *otherwise)
{
	if (find_import_column(import, column) == NULL)
		return pstrdup(otherwise);
	return psprintf("COALESCE(pg_catalog.%s(v.%s), %s)", function, column, otherwise);
}

/*
 * Add the lead statuses, stages and member statuses that the data uses
 */
static void
add_missing_values(Import *import)
{
	if (strcmp(import->table, "lead") == 0 && find_import_column(import, "status"))
	{
		char	   *missing = psprintf("FROM (%s) v WHERE v.status IS NOT NULL"
									   " AND NOT EXISTS (SELECT 1 FROM crm.lead_status x WHERE x.api_name OPERATOR(pg_catalog.=) v.status)",
									   import->body);

		/* One that all of its leads were converted with is a converted one */
		if (run_count(psprintf("SELECT pg_catalog.count(*) %s", missing)) > 0)
			add_values(import,
					   psprintf("INSERT INTO crm.lead_status (api_name, master_label, sort_order, is_converted)"
								" SELECT n.status, n.status, m.sort_order OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (ORDER BY n.status), n.is_converted"
								" FROM (SELECT v.status, %s AS is_converted %s GROUP BY v.status) n,"
								" (SELECT COALESCE(pg_catalog.max(x.sort_order), 0) AS sort_order FROM crm.lead_status x) m"
								" ORDER BY n.status RETURNING api_name AS value",
								aggregate(import, "bool_and", "is_converted", "false"), missing),
					   "crm.lead_status");
	}
	else if (strcmp(import->table, "opportunity") == 0 && find_import_column(import, "stage_name"))
	{
		char	   *missing = psprintf("FROM (%s) v WHERE v.stage_name IS NOT NULL"
									   " AND NOT EXISTS (SELECT 1 FROM crm.opportunity_stage x WHERE x.api_name OPERATOR(pg_catalog.=) v.stage_name)",
									   import->body);

		if (run_count(psprintf("SELECT pg_catalog.count(*) %s", missing)) > 0)
			add_values(import,
					   psprintf("INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, is_closed, is_won, default_probability, forecast_category, forecast_category_name)"
								" SELECT n.stage_name, n.stage_name, m.sort_order OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (ORDER BY n.probability, n.stage_name),"
								" n.is_closed, n.is_won, n.probability, c.category,"
								" COALESCE(n.forecast_category_name, c.category)"
								" FROM (SELECT v.stage_name, %s AS is_closed, %s AS is_won,"
								" LEAST(GREATEST(%s, 0), 100) AS probability,"
								" %s AS forecast_category, %s AS forecast_category_name %s GROUP BY v.stage_name) n,"
								" LATERAL (SELECT CASE WHEN n.forecast_category OPERATOR(pg_catalog.=) ANY (ARRAY['Omitted', 'Pipeline', 'BestCase', 'MostLikely', 'Forecast', 'Closed']) THEN n.forecast_category"
								" WHEN n.is_won THEN 'Closed' WHEN n.is_closed THEN 'Omitted' ELSE 'Pipeline' END AS category) c,"
								" (SELECT COALESCE(pg_catalog.max(x.sort_order), 0) AS sort_order FROM crm.opportunity_stage x) m"
								" ORDER BY n.probability, n.stage_name RETURNING api_name AS value",
								aggregate(import, "bool_or", "is_closed", "false"),
								aggregate(import, "bool_or", "is_won", "false"),
								aggregate(import, "max", "probability", "0"),
								aggregate(import, "max", "forecast_category", "NULL::pg_catalog.text"),
								aggregate(import, "max", "forecast_category_name", "NULL::pg_catalog.text"),
								missing),
					   "crm.opportunity_stage");
	}
	else if (strcmp(import->table, "campaign_member") == 0 &&
			 find_import_column(import, "status") && find_import_column(import, "campaign_id"))
	{
		char	   *missing = psprintf("FROM (%s) v WHERE v.status IS NOT NULL AND v.campaign_id IS NOT NULL"
									   " AND NOT EXISTS (SELECT 1 FROM crm.campaign_member_status x"
									   " WHERE x.campaign_id OPERATOR(pg_catalog.=) v.campaign_id AND x.label OPERATOR(pg_catalog.=) v.status)",
									   import->body);

		if (run_count(psprintf("SELECT pg_catalog.count(*) %s", missing)) > 0)
			add_values(import,
					   psprintf("INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded)"
								" SELECT n.campaign_id, n.status,"
								" COALESCE((SELECT pg_catalog.max(x.sort_order) FROM crm.campaign_member_status x WHERE x.campaign_id OPERATOR(pg_catalog.=) n.campaign_id), 0)"
								" OPERATOR(pg_catalog.+) pg_catalog.row_number() OVER (PARTITION BY n.campaign_id ORDER BY n.has_responded, n.status), n.has_responded"
								" FROM (SELECT v.campaign_id, v.status, %s AS has_responded %s GROUP BY v.campaign_id, v.status) n"
								" ORDER BY n.campaign_id, n.has_responded, n.status RETURNING label AS value",
								aggregate(import, "bool_or", "has_responded", "false"), missing),
					   "crm.campaign_member_status");
	}
}

/*
 * Run a statement over "v" that changes rows and returns their ids
 *
 * Returns how many there were that no earlier statement had changed.
 */
static int64
run_change(Import *import, const char *change)
{
	Oid			argtypes[1] = {INT8ARRAYOID};
	Datum		values[1];
	char	   *sql;
	int64		count;
	bool		isnull;
	Datum		touched;
	int			rc;

	sql = psprintf("WITH v AS MATERIALIZED (%s), c AS (%s)"
				   " SELECT pg_catalog.count(*) FILTER (WHERE NOT (c.id OPERATOR(pg_catalog.=) ANY ($1))),"
				   " pg_catalog.array_cat($1, pg_catalog.array_agg(c.id)) FROM c",
				   import->body, change);
	values[0] = import->touched;
	rc = SPI_execute_with_args(sql, 1, argtypes, values, NULL, false, 0);
	if (rc != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "SPI_execute_with_args returned %s for \"%s\"",
			 SPI_result_code_string(rc), sql);
	count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	touched = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	import->touched = PointerGetDatum(DatumGetArrayTypePCopy(touched));
	SPI_freetuptable(SPI_tuptable);

	return count;
}

/*
 * Recognise rows that have no external_id but one of the unique keys
 *
 * They were made here before the export came: a member status that an earlier
 * import added, or a contact's relation to its account.
 */
static int64
adopt_rows(Import *import)
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
				column = find_import_column(import, NameStr(TupleDescAttr(RelationGetDescr(rel), attno - 1)->attname));
			if (column == NULL || column->is_self ||
				(column->basetype != INT8OID && !is_text_type(column->basetype)))
				usable = false;
			else
				appendStringInfo(&match, " AND t.%s OPERATOR(pg_catalog.=) v.%s",
								 quote_identifier(column->name), quote_identifier(column->name));
		}
		if (usable)
			statements = lappend(statements,
								 psprintf("UPDATE %s AS t SET external_id = v.external_id FROM v"
										  " WHERE t.external_id IS NULL%s"
										  " AND NOT EXISTS (SELECT 1 FROM %s x WHERE x.external_id OPERATOR(pg_catalog.=) v.external_id)"
										  " RETURNING t.id",
										  import->target, match.data, import->target));
		index_close(index, AccessShareLock);
	}
	table_close(rel, NoLock);

	foreach(lc, statements)
		adopted += run_change(import, (char *) lfirst(lc));
	if (adopted > 0)
		import->notes = lappend(import->notes,
								psprintf("rows without external_id recognised by a unique key: " INT64_FORMAT,
										 adopted));
	return adopted;
}

/*
 * What a column becomes: "v" over the row "t" that exists already
 */
static char *
new_value(Import *import, const ImportColumn *column)
{
	const char *name = quote_identifier(column->name);
	char	   *value;

	if (!column->not_null)
		value = psprintf("v.%s", name);
	else if (column->default_expr != NULL && !column->mutable_default)
		value = psprintf("COALESCE(v.%s, %s)", name, column->default_expr);
	else
		value = psprintf("COALESCE(v.%s, t.%s)", name, name);

	/* What conversion moved stays where it is */
	if (column->moved && import->has_source_lead_id)
		value = psprintf("CASE WHEN t.source_lead_id IS NOT NULL%s THEN t.%s ELSE %s END",
						 import->lead_join > 0 ? " OR v.lc_moved" : "", name, value);

	return psprintf("(%s)::%s", value, format_type_with_typemod(column->type, column->typmod));
}

/*
 * Update what differs
 *
 * "self" selects the references within the table, or everything else.
 */
static int64
update_rows(Import *import, bool self)
{
	StringInfoData set;
	StringInfoData old;
	StringInfoData new;
	ListCell   *lc;

	initStringInfo(&set);
	initStringInfo(&old);
	initStringInfo(&new);
	foreach(lc, import->columns)
	{
		ImportColumn *column = (ImportColumn *) lfirst(lc);
		const char *separator = set.len > 0 ? ", " : "";
		char	   *value;

		if (column->insert_only || column->is_self != self)
			continue;
		value = new_value(import, column);
		appendStringInfo(&set, "%s%s = %s", separator, quote_identifier(column->name), value);
		appendStringInfo(&old, "%st.%s", separator, quote_identifier(column->name));
		appendStringInfo(&new, "%s%s", separator, value);
	}
	if (set.len == 0)
		return 0;

	return run_change(import,
					  psprintf("UPDATE %s AS t SET %s FROM v"
							   " WHERE t.external_id OPERATOR(pg_catalog.=) v.external_id%s"
							   " AND pg_catalog.record_image_ne(ROW(%s), ROW(%s)) RETURNING t.id",
							   import->target, set.data,
							   strcmp(import->table, "lead") == 0 ? " AND NOT t.is_converted" : "",
							   old.data, new.data));
}

/*
 * Insert what is not there
 */
static int64
insert_rows(Import *import)
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

		if (column->is_self)
			continue;
		appendStringInfo(&names, ", %s", name);
		if (column->not_null && column->default_expr != NULL)
			appendStringInfo(&values, ", COALESCE(v.%s, %s)", name, column->default_expr);
		else
			appendStringInfo(&values, ", v.%s", name);
	}

	/*
	 * A member that conversion merged into the contact's is not to come back.
	 */
	return run_change(import,
					  psprintf("INSERT INTO %s (external_id%s) SELECT v.external_id%s FROM v"
							   " WHERE NOT EXISTS (SELECT 1 FROM %s t WHERE t.external_id OPERATOR(pg_catalog.=) v.external_id)%s"
							   " ORDER BY v.lc_row RETURNING id",
							   import->target, names.data, values.data, import->target,
							   strcmp(import->table, "campaign_member") == 0 && import->lead_join > 0 &&
							   find_import_column(import, "campaign_id") ?
							   " AND NOT (v.lc_moved AND EXISTS (SELECT 1 FROM crm.campaign_member m"
							   " WHERE m.campaign_id OPERATOR(pg_catalog.=) v.campaign_id"
							   " AND m.contact_id OPERATOR(pg_catalog.=) v.contact_id))" : ""));
}

/*
 * Count the references that lead nowhere, and note where
 */
static void
count_unresolved(Import *import)
{
	StringInfoData sql;
	ListCell   *lc;
	int			number = 0;

	if (import->references == NIL)
		return;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT ");
	foreach(lc, import->references)
	{
		ReferenceSource *reference = (ReferenceSource *) lfirst(lc);
		ListCell   *join;

		appendStringInfo(&sql, "%spg_catalog.count(*) FILTER (WHERE (%s) IS NOT NULL",
						 number++ > 0 ? ", " : "", source_text(reference->name));
		foreach(join, reference->joins)
			appendStringInfo(&sql, " AND r%d.id IS NULL", lfirst_int(join));
		appendStringInfoChar(&sql, ')');
	}
	appendStringInfo(&sql, " FROM %s s", import->source);
	number = 0;
	foreach(lc, import->joins)
	{
		ReferenceJoin *join = (ReferenceJoin *) lfirst(lc);

		number++;
		appendStringInfo(&sql, " LEFT JOIN crm.%s r%d ON r%d.external_id OPERATOR(pg_catalog.=) %s",
						 quote_identifier(get_rel_name(join->relid)),
						 number, number, source_text(join->source));
	}

	run_sql(sql.data, SPI_OK_SELECT);
	number = 0;
	foreach(lc, import->references)
	{
		ReferenceSource *reference = (ReferenceSource *) lfirst(lc);
		bool		isnull;
		int64		count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
														SPI_tuptable->tupdesc, ++number, &isnull));

		if (count == 0)
			continue;
		import->unresolved += count;
		import->notes = lappend(import->notes,
								psprintf("ids in column %s without a record in schema crm: " INT64_FORMAT,
										 skip_bom(reference->name), count));
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Note what was left alone or kept out
 */
static void
note_exceptions(Import *import)
{
	int64		count;

	if (strcmp(import->table, "lead") == 0)
	{
		if (import->locked > 0)
			import->notes = lappend(import->notes,
									psprintf("converted leads left as they are: " INT64_FORMAT,
											 import->locked));
		if (find_import_column(import, "is_converted"))
		{
			count = run_count(psprintf("SELECT pg_catalog.count(*) FROM (%s) v JOIN crm.lead t ON t.external_id OPERATOR(pg_catalog.=) v.external_id"
									   " WHERE v.is_converted AND NOT t.is_converted", import->body));
			if (count > 0)
				import->notes = lappend(import->notes,
										psprintf("leads converted in \"%s\" but not here, which was not taken over: " INT64_FORMAT,
												 import->source_name, count));
		}
	}

	count = run_count(psprintf("SELECT pg_catalog.count(*) FROM (%s) v WHERE NOT EXISTS (SELECT 1 FROM %s t WHERE t.external_id OPERATOR(pg_catalog.=) v.external_id)",
							   import->body, import->target));
	if (count > 0)
		import->notes = lappend(import->notes,
								strcmp(import->table, "campaign_member") == 0 && import->lead_join > 0 ?
								psprintf("members not inserted, because conversion merged them into the contact's or a trigger kept them out: " INT64_FORMAT, count) :
								psprintf("records not inserted, because a trigger kept them out or a policy hides them: " INT64_FORMAT, count));
}

/*
 * A list of names as text[]
 */
static Datum
text_array(List *list)
{
	Datum	   *elems = (Datum *) palloc(sizeof(Datum) * Max(list_length(list), 1));
	int			n = 0;
	ListCell   *lc;

	foreach(lc, list)
		elems[n++] = CStringGetTextDatum((char *) lfirst(lc));

	if (n == 0)
		return PointerGetDatum(construct_empty_array(TEXTOID));
	return PointerGetDatum(construct_array(elems, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * leadconv.import_records(INOUT object text, source regclass,
 * create_custom_fields boolean DEFAULT false, OUT rows_read bigint,
 * OUT inserted bigint, OUT updated bigint, OUT unchanged bigint,
 * OUT unresolved bigint, OUT unknown_columns text[],
 * OUT custom_fields_added text[], OUT notes text[])
 *
 * Loads the rows of a staging table whose columns carry Salesforce field names
 * into the table of schema crm that the object stands for.  Importing the same
 * rows again changes only what differs.
 */
Datum
leadconv_import_records(PG_FUNCTION_ARGS)
{
	Import		import = {0};
	TupleDesc	tupdesc;
	MemoryContext context = CurrentMemoryContext;
	MemoryContext spicontext;
	Datum		values[9];
	bool		nulls[9] = {0};
	HeapTuple	tuple;
	char	   *object;
	char	   *problem_hint = NULL;
	const char *problem;
	int64		adopted;

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	tupdesc = BlessTupleDesc(tupdesc);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required",
						PG_ARGISNULL(0) ? "object" : "source")));
	object = text_to_cstring(PG_GETARG_TEXT_PP(0));

	problem = lc_schema_problem(&problem_hint);
	if (problem != NULL)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("%s", problem),
				 problem_hint != NULL ? errhint("%s", problem_hint) : 0));

	SPI_connect();
	import.touched = PointerGetDatum(construct_empty_array(INT8OID));

	find_table(&import, object);
	find_source(&import, PG_GETARG_OID(1));
	run_sql(psprintf("SELECT pg_catalog.pg_advisory_xact_lock(%d, %d)",
					 IMPORT_LOCK_CLASS, (int32) import.relid), SPI_OK_SELECT);

	match_columns(&import, !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));
	adapt_columns(&import);
	build_body(&import);

	check_ids(&import);
	check_values(&import);
	add_missing_users(&import);
	check_required_references(&import);
	add_missing_values(&import);

	if (strcmp(import.table, "lead") == 0)
		import.locked = run_count(psprintf("SELECT pg_catalog.count(*) FROM (%s) v JOIN crm.lead t ON t.external_id OPERATOR(pg_catalog.=) v.external_id WHERE t.is_converted",
										   import.body));
	adopted = adopt_rows(&import);
	import.updated = adopted + update_rows(&import, false);
	import.inserted = insert_rows(&import);
	if (import.has_self)
		import.updated += update_rows(&import, true);
	count_unresolved(&import);
	note_exceptions(&import);

	spicontext = MemoryContextSwitchTo(context);
	values[0] = CStringGetTextDatum(import.table);
	values[1] = Int64GetDatum(import.rows_read);
	values[2] = Int64GetDatum(import.inserted);
	values[3] = Int64GetDatum(import.updated);
	values[4] = Int64GetDatum(import.rows_read - import.inserted - import.updated);
	values[5] = Int64GetDatum(import.unresolved);
	values[6] = text_array(import.unknown);
	values[7] = text_array(import.added);
	values[8] = text_array(import.notes);
	tuple = heap_form_tuple(tupdesc, values, nulls);
	MemoryContextSwitchTo(spicontext);
	SPI_finish();

	PG_RETURN_DATUM(HeapTupleGetDatum(tuple));
}
