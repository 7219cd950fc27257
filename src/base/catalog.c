/*-------------------------------------------------------------------------
 *
 * catalog.c
 *	  Small questions to the catalogs.
 *
 * Results are allocated in the current memory context; nothing is kept.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "leadconv.h"

/* For qsort() and bsearch() over int64 */
int
lc_compare_int64(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/* For qsort() and bsearch() over Oid */
int
lc_compare_oid(const void *a, const void *b)
{
	Oid			x = *(const Oid *) a;
	Oid			y = *(const Oid *) b;

	return (x > y) - (x < y);
}

/* Is this a string type, or a domain over one? */
bool
lc_is_text_type(Oid type)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(getBaseType(type), &category, &preferred);
	return category == TYPCATEGORY_STRING;
}

/* How many characters a column of this type holds, or 0 when that is unlimited */
int
lc_text_length(Oid type, int32 typmod)
{
	if ((type == VARCHAROID || type == BPCHAROID) && typmod >= (int32) VARHDRSZ)
		return typmod - VARHDRSZ;
	return 0;
}

/* The number of a column that is not dropped, or InvalidAttrNumber */
AttrNumber
lc_column_number(TupleDesc desc, const char *column)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped && namestrcmp(&att->attname, column) == 0)
			return att->attnum;
	}
	return InvalidAttrNumber;
}

/*
 * The row type of a type of schema leadconv.  Raises an error when the type does
 * not exist, as after an update of the library without ALTER EXTENSION.
 */
TupleDesc
lc_type_desc(const char *name)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
									   ObjectIdGetDatum(get_namespace_oid("leadconv", false)));

	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type \"leadconv.%s\" does not exist", name),
				 errhint("Run ALTER EXTENSION leadconv UPDATE.")));
	return lookup_rowtype_tupdesc_copy(type, -1);
}

/* May a role look names of a schema up? */
bool
lc_may_use_schema(Oid schema, Oid roleid)
{
#if PG_VERSION_NUM >= 160000
	return object_aclcheck(NamespaceRelationId, schema, roleid, ACL_USAGE) == ACLCHECK_OK;
#else
	return pg_namespace_aclcheck(schema, roleid, ACL_USAGE) == ACLCHECK_OK;
#endif
}

/* Schema-qualified, quoted name of a relation */
char *
lc_qualified_name(Oid relid)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)),
									  get_rel_name(relid));
}

/*
 * Does a foreign key have this column name rows of the table that it points to?  It
 * is a key of this column alone; or together with others, of which this one is the
 * id, as where a tenant is part of every key.
 */
bool
lc_is_reference(const ForeignKeyCacheInfo *fk, AttrNumber attno)
{
	for (int i = 0; i < fk->nkeys; i++)
	{
		if (fk->conkey[i] == attno)
			return fk->nkeys == 1 || fk->confkey[i] == get_attnum(fk->confrelid, "id");
	}
	return false;
}
