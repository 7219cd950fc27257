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

#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "parser/parse_coerce.h"
#include "nodes/nodeFuncs.h"
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

/*
 * Can values of a type be read as those of another by an implicit cast, or by
 * ::pg_catalog.text, to which those of an enum are cast as well?
 */
bool
lc_reads_as(Oid type, Oid as)
{
	return lc_is_stored_as(type, as) || can_coerce_type(1, &type, &as, COERCION_IMPLICIT);
}

/*
 * Are values of a type stored as those of another, so that one can be taken for the
 * other without a cast?  Text may be any string or enum; lc_value_text() reads it.
 */
bool
lc_is_stored_as(Oid type, Oid as)
{
	if (type == as)
		return true;
	type = getBaseType(type);
	return type == as || (as == TEXTOID && (lc_is_text_type(type) || type_is_enum(type)));
}

/* A value of a string or enum type, which is not NULL, in the current memory context */
char *
lc_value_text(Datum value, Oid type)
{
	Oid			output;
	bool		is_varlena;
	char	   *result;

	if (type == TEXTOID || type == VARCHAROID)
		return TextDatumGetCString(value);
	getTypeOutputInfo(type, &output, &is_varlena);
	result = OidOutputFunctionCall(output, value);
	if (getBaseType(type) == BPCHAROID)
	{
		int			len = strlen(result);

		while (len > 0 && result[len - 1] == ' ')
			len--;
		result[len] = '\0';
	}
	return result;
}

/* How many characters a column of this type holds, or 0 when that is unlimited */
int
lc_text_length(Oid type, int32 typmod)
{
	if ((type == VARCHAROID || type == BPCHAROID) && typmod >= (int32) VARHDRSZ)
		return typmod - VARHDRSZ;
	return 0;
}

/*
 * Can values of a type be made ones of another by lc_cast_value(), with no more than
 * an assignment allows, or from a string to an enum?
 */
bool
lc_can_cast(Oid from, Oid to)
{
	Oid			function;

	from = getBaseType(from);
	to = getBaseType(to);
	if (from == to || (lc_is_text_type(from) && type_is_enum(to)))
		return true;
	switch (find_coercion_pathway(to, from, COERCION_ASSIGNMENT, &function))
	{
		case COERCION_PATH_FUNC:
		case COERCION_PATH_RELABELTYPE:
		case COERCION_PATH_COERCEVIAIO:
			return true;
		default:
			return false;
	}
}

/*
 * The type to cast to in SQL for a value of a type without length and domain, in the
 * current memory context.  CHARACTER would be one of length 1: it is named otherwise.
 */
char *
lc_cast_type(Oid type)
{
	return format_type_extended(getBaseType(type), -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

/*
 * A value, which is not NULL, as one of another type, without length and domain, in
 * the current memory context.  Raises what the cast raises.
 */
Datum
lc_cast_value(Datum value, Oid from, Oid to)
{
	Oid			function;
	Oid			output;
	Oid			input;
	Oid			param;
	bool		is_varlena;

	from = getBaseType(from);
	to = getBaseType(to);
	if (from == to)
		return value;
	switch (find_coercion_pathway(to, from, COERCION_ASSIGNMENT, &function))
	{
		case COERCION_PATH_RELABELTYPE:
			return value;
		case COERCION_PATH_FUNC:
			if (get_func_nargs(function) == 1)
				return OidFunctionCall1(function, value);
			return OidFunctionCall3(function, value, Int32GetDatum(-1), BoolGetDatum(false));
		default:
			getTypeOutputInfo(from, &output, &is_varlena);
			getTypeInputInfo(to, &input, &param);
			return OidInputFunctionCall(input, OidOutputFunctionCall(output, value), param, -1);
	}
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
 * Raises SCHEMA_NOT_READY when a column of an open table is no longer of the type
 * that it had when its number was looked up: it was altered, or dropped.
 */
void
lc_check_column_type(Relation rel, AttrNumber attno, Oid type)
{
	TupleDesc	desc = RelationGetDescr(rel);

	/* a column keeps its number; one that is dropped has no type */
	if (attno <= desc->natts && TupleDescAttr(desc, attno - 1)->atttypid == type)
		return;
	ereport(ERROR,
			(lc_errcode(LC_SCHEMA_NOT_READY),
			 errmsg("table \"%s\" was altered while a lead conversion was using it", RelationGetRelationName(rel)),
			 errhint("Try again."),
			 errtable(rel)));
}

/*
 * The OID of a type of schema leadconv.  Raises an error when the type does not
 * exist, as after an update of the library without ALTER EXTENSION.
 */
Oid
lc_type_oid(const char *name)
{
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
									   ObjectIdGetDatum(get_namespace_oid("leadconv", false)));

	if (!OidIsValid(type))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type \"leadconv.%s\" does not exist", name),
				 errhint("Run ALTER EXTENSION leadconv UPDATE.")));
	return type;
}

/* The row type of a type of schema leadconv, likewise */
TupleDesc
lc_type_desc(const char *name)
{
	return lookup_rowtype_tupdesc_copy(lc_type_oid(name), -1);
}

/*
 * Raises SCHEMA_NOT_READY unless a row type of schema leadconv has just these
 * attributes: they can be altered, and are read and written by their numbers.
 */
void
lc_check_row_type(TupleDesc desc, const char *name, const Oid *types, int n)
{
	for (int i = 0; i < Min(n, desc->natts); i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->atttypid == types[i])
			continue;
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("type leadconv.%s is not as this version of leadconv made it", name),
				 att->attisdropped ? errdetail("Attribute %d was dropped; it must be of type %s.", i + 1, format_type_be(types[i]))
				 : errdetail("Attribute \"%s\" is of type %s instead of %s.", NameStr(att->attname),
							 format_type_with_typemod(att->atttypid, att->atttypmod), format_type_be(types[i])),
				 errhint("Undo what was done with ALTER TYPE leadconv.%s, or drop the extension, which keeps schema crm, and create it again.", name)));
	}
	if (desc->natts != n)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("type leadconv.%s is not as this version of leadconv made it", name),
				 errdetail("It has %d attributes, dropped ones among them, instead of %d.", desc->natts, n),
				 errhint("Undo what was done with ALTER TYPE leadconv.%s, or drop the extension, which keeps schema crm, and create it again.", name)));
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

/* Privileges to read and write rows, as SQL writes them */
static const struct
{
	AclMode		mode;
	const char *name;
}			privileges[] = {
	{ACL_SELECT, "SELECT"},
	{ACL_INSERT, "INSERT"},
	{ACL_UPDATE, "UPDATE"}
};

/*
 * lc_held_privileges
 *
 * Which of SELECT, INSERT and UPDATE does a role have on a table?  Who has a privilege
 * on some columns has it, as far as this goes: the statements will tell whether these
 * are enough.
 */
AclMode
lc_held_privileges(Oid relid, Oid roleid)
{
	AclMode		held = pg_class_aclmask(relid, roleid, ACL_SELECT | ACL_INSERT | ACL_UPDATE, ACLMASK_ALL);

	for (size_t i = 0; i < lengthof(privileges); i++)
	{
		if ((held & privileges[i].mode) == 0 &&
			pg_attribute_aclcheck_all(relid, roleid, privileges[i].mode, ACLMASK_ANY) == ACLCHECK_OK)
			held |= privileges[i].mode;
	}
	return held;
}

/*
 * lc_privilege_list
 *
 * "SELECT and UPDATE", or "SELECT, UPDATE" for SQL, in the current memory context; empty
 * when it is none of SELECT, INSERT and UPDATE.
 */
char *
lc_privilege_list(AclMode mode, bool for_sql)
{
	StringInfoData buf;
	int			left = 0;

	for (size_t i = 0; i < lengthof(privileges); i++)
		left += (mode & privileges[i].mode) != 0;
	initStringInfo(&buf);
	for (size_t i = 0; i < lengthof(privileges); i++)
	{
		if ((mode & privileges[i].mode) == 0)
			continue;
		left--;
		appendStringInfo(&buf, "%s%s", privileges[i].name,
						 left == 0 ? "" : left == 1 && !for_sql ? " and " : ", ");
	}
	return buf.data;
}

/*
 * lc_may_select
 *
 * May the current role read these columns of a table, policies aside?
 */
bool
lc_may_select(Oid relid, const char *const *columns, int n)
{
	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		return true;
	for (int i = 0; i < n; i++)
	{
		AttrNumber	attno = get_attnum(relid, columns[i]);

		if (attno == InvalidAttrNumber || pg_attribute_aclcheck(relid, attno, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return true;
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

/* check_functions_in_node_checker: a function that can be replaced */
static bool
is_replaceable(Oid function, void *context)
{
	return function >= FirstNormalObjectId;
}

static bool
is_changeable_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain) || check_functions_in_node(node, is_replaceable, context))
		return true;
	return expression_tree_walker(node, is_changeable_walker, context);
}

/* Is there something in an expression whose definition can be changed, such as a function of a user's? */
bool
lc_is_changeable(Node *expr)
{
	return is_changeable_walker(expr, NULL);
}
