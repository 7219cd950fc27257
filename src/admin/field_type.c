/*-------------------------------------------------------------------------
 *
 * field_type.c
 *	  Does every value of one column fit into another?
 *
 * A mapping is refused when it is made, so that a conversion never meets a value
 * that it cannot write.  The rules are the platform's: a field can be mapped to
 * one of the same type and of equal or greater length or precision; lookups go
 * to lookups on the same object; formulas and auto-numbers go to text; between
 * text and picklists what is too long is cut off, but a restricted picklist
 * receives nothing.
 *
 * Results are allocated in the current memory context; nothing is kept.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "admin/admin.h"

/* Number of decimal digits that a numeric without limits can hold */
#define DIGITS_UNLIMITED	INT_MAX

/* Length of a text that has no limit; 0 is that of an enum without labels */
#define LENGTH_UNLIMITED	(-1)

/* The type of a column */
LcColumnType
lc_column_type(Form_pg_attribute att)
{
	LcColumnType result;

	result.type = att->atttypid;
	result.typmod = att->atttypmod;
	result.basetypmod = att->atttypmod;
	result.basetype = getBaseTypeAndTypmod(att->atttypid, &result.basetypmod);
	return result;
}

/* The same as SQL: the type as it is declared */
char *
lc_column_type_name(const LcColumnType *type)
{
	return format_type_with_typemod(type->type, type->typmod);
}

/* The table whose rows a foreign key has this column name, or InvalidOid */
Oid
lc_referenced_table(Relation rel, AttrNumber attno)
{
	ListCell   *lc;

	foreach(lc, RelationGetFKeyList(rel))
	{
		ForeignKeyCacheInfo *fk = lfirst_node(ForeignKeyCacheInfo, lc);

		if (lc_is_reference(fk, attno))
			return fk->confrelid;
	}
	return InvalidOid;
}

/*
 * Does a column number its rows: by identity, or by a default that is the next
 * value of a sequence, whether or not the column owns that?
 */
static bool
is_auto_number(Relation rel, AttrNumber attno)
{
	Node	   *value = strip_implicit_coercions(build_column_default(rel, attno));

	return value != NULL &&
		(IsA(value, NextValueExpr) ||
		 (IsA(value, FuncExpr) && castNode(FuncExpr, value)->funcid == F_NEXTVAL));
}

/* Reads from crm.picklist_field whether a field is a picklist */
static void
read_picklist(LcFieldDesc *field)
{
	Oid			argtypes[2] = {TEXTOID, TEXTOID};
	Datum		values[2] = {CStringGetTextDatum(field->table), CStringGetTextDatum(field->column)};

	field->is_picklist =
		lc_query("SELECT f.is_restricted FROM crm.picklist_field f"
				 " WHERE f.object OPERATOR(pg_catalog.=) $1 AND f.field OPERATOR(pg_catalog.=) $2",
				 SPI_OK_SELECT, 2, argtypes, values, NULL) > 0;
	field->is_restricted = field->is_picklist && lc_spi_bool(0, 1);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * lc_describe_field
 *
 * Finds out about a column of a table of schema crm.  The name may be a column's
 * or the platform's.  Raises INVALID_FIELD when there is no such column.  SPI must
 * be connected.
 */
LcFieldDesc *
lc_describe_field(const char *table, const char *name)
{
	LcFieldDesc *field = palloc0(sizeof(LcFieldDesc));
	Oid			relid = lc_crm_relid(table, false);
	Relation	rel = relation_open(relid, AccessShareLock);
	AttrNumber	attno;
	Form_pg_attribute att;

	field->table = table;
	field->column = lc_find_column(relid, name);
	if (field->column == NULL)
	{
		char	   *renamed = lc_renamed_column_of(relid, name);

		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("column \"%s\" of table \"crm.%s\" does not exist",
						name, table),
				 renamed != NULL ?
				 errhint("It was renamed to \"%s\".", renamed) :
				 errhint("Add it with ALTER TABLE crm.%s ADD COLUMN.", table),
				 errtable(rel)));
	}

	attno = get_attnum(relid, field->column);
	att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	field->type = lc_column_type(att);
	field->is_generated = att->attgenerated != '\0';
	field->is_auto_number = !field->is_generated && is_auto_number(rel, attno);
	field->referenced = lc_referenced_table(rel, attno);
	read_picklist(field);

	relation_close(rel, NoLock);
	return field;
}

static bool
is_number_type(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID ||
		type == NUMERICOID || type == FLOAT4OID || type == FLOAT8OID;
}

/*
 * Digits before and after the decimal point that a number type can hold
 */
static void
number_capacity(Oid type, int32 typmod, int *before, int *after)
{
	*after = 0;
	switch (type)
	{
		case INT2OID:
			*before = 5;
			break;
		case INT4OID:
			*before = 10;
			break;
		case INT8OID:
			*before = 19;
			break;
		default:
			if (typmod < (int32) VARHDRSZ)
			{
				*before = DIGITS_UNLIMITED;
				*after = DIGITS_UNLIMITED;
			}
			else
			{
				int32		modifier = typmod - VARHDRSZ;

				/* as in numeric.c, whose macros are private */
				*after = ((modifier & 0x7ff) ^ 1024) - 1024;
				*before = ((modifier >> 16) & 0xffff) - *after;
			}
	}
}

/*
 * Whether every number of the source fits into the target without loss
 */
static bool
number_fits(const LcColumnType *source, const LcColumnType *target)
{
	int			source_before;
	int			source_after;
	int			target_before;
	int			target_after;

	/* Floating point takes floating point and the integers that it can hold */
	if (target->basetype == FLOAT8OID)
		return source->basetype == FLOAT8OID || source->basetype == FLOAT4OID ||
			source->basetype == INT4OID || source->basetype == INT2OID;
	if (target->basetype == FLOAT4OID)
		return source->basetype == FLOAT4OID || source->basetype == INT2OID;
	if (source->basetype == FLOAT4OID || source->basetype == FLOAT8OID)
		return false;

	number_capacity(source->basetype, source->basetypmod,
					&source_before, &source_after);
	number_capacity(target->basetype, target->basetypmod,
					&target_before, &target_after);
	if (target_after < source_after)
		return false;

	/* An integer's highest digit is not a full one */
	if (source->basetype == NUMERICOID && target->basetype != NUMERICOID)
		return source_before < target_before;
	return source_before <= target_before;
}

/*
 * Length of the longest label of an enum
 */
static int
longest_enum_label(Oid type)
{
	int			longest = 0;
	CatCList   *list = SearchSysCacheList1(ENUMTYPOIDNAME,
										   ObjectIdGetDatum(type));

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_enum label = (Form_pg_enum) GETSTRUCT(&list->members[i]->tuple);
		const char *str = NameStr(label->enumlabel);

		longest = Max(longest, pg_mbstrlen(str));
	}
	ReleaseSysCacheList(list);

	return longest;
}

/*
 * Characters that the text form of a type's values can have
 */
static int
text_length(const LcColumnType *type)
{
	int			length = lc_text_length(type->basetype, type->basetypmod);
	int			before;
	int			after;

	if (length > 0)
		return length;
	if (type_is_enum(type->basetype))
		return longest_enum_label(type->basetype);

	switch (type->basetype)
	{
		case NAMEOID:
			return NAMEDATALEN - 1;
		case BOOLOID:
			return 5;
		case INT2OID:
			return 6;
		case INT4OID:
			return 11;
		case INT8OID:
			return 20;
		case UUIDOID:
			return 36;
		case DATEOID:
			return 13;
		case NUMERICOID:
			number_capacity(type->basetype, type->basetypmod, &before, &after);
			if (before == DIGITS_UNLIMITED)
				return LENGTH_UNLIMITED;
			/* sign, a zero before the point, and the point */
			return Max(before, 1) + Max(after, 0) + (after > 0 ? 2 : 1);
		default:
			return LENGTH_UNLIMITED;
	}
}

/*
 * Whether a type with a modifier takes all values that the same type with
 * another one, or none (-1), can have
 */
static bool
modifier_fits(Oid basetype, int32 source, int32 target)
{
	if (target < 0 || target == source)
		return true;

	switch (basetype)
	{
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case TIMEOID:
		case TIMETZOID:
			/* no modifier is six digits */
			return target >= (source < 0 ? 6 : source);
		case VARBITOID:
		case VARCHARARRAYOID:
		case BPCHARARRAYOID:
			return source >= 0 && source < target;
		default:
			return false;
	}
}

/* The hint that a column should be given another type */
static char *
retype_hint(const LcFieldDesc *target, const char *type, const char *otherwise)
{
	return psprintf("Use ALTER TABLE crm.%s ALTER COLUMN %s TYPE %s, or map it to %s.",
					target->table, quote_identifier(target->column), type, otherwise);
}

/*
 * lc_field_misfit() where one of the fields is a lookup, which keeps what it
 * points to.  A string that is a key of a picklist's table counts as a string.
 */
static const char *
lookup_misfit(const LcFieldDesc *source, const LcFieldDesc *target, char **hint)
{
	if (source->referenced == target->referenced ||
		(!OidIsValid(target->referenced) &&
		 lc_is_text_type(source->type.basetype) && lc_is_text_type(target->type.basetype)))
		return NULL;

	*hint = pstrdup("Give both columns a foreign key to the same table, or choose another field.");
	return "a lookup can only be mapped to a lookup on the same table";
}

/*
 * lc_field_misfit() where the target is text
 */
static const char *
text_misfit(const LcFieldDesc *source, const LcFieldDesc *target, char **hint)
{
	bool		from_text = lc_is_text_type(source->type.basetype);
	int			source_length = text_length(&source->type);
	int			target_length = text_length(&target->type);

	if (!from_text && !type_is_enum(source->type.basetype) &&
		!source->is_generated && !source->is_auto_number)
	{
		*hint = psprintf("Map it to a column of type %s.", lc_column_type_name(&source->type));
		return "the types differ";
	}
	if (target->is_restricted)
	{
		*hint = psprintf("Set is_restricted to false for %s.%s in crm.picklist_field.",
						 target->table, target->column);
		return "the target is a restricted picklist";
	}
	if (target_length == LENGTH_UNLIMITED ||
		(source_length != LENGTH_UNLIMITED && source_length <= target_length))
		return NULL;

	/* Between picklist and text, the conversion cuts off what is too long */
	if (from_text && (source->is_picklist || target->is_picklist))
		return NULL;

	*hint = retype_hint(target, source_length == LENGTH_UNLIMITED ? "text" :
						psprintf("character varying(%d)", source_length), "a longer column");
	return "the target is shorter";
}

/* The type that a domain is based on; InvalidOid when the type is no domain */
static Oid
domain_base(Oid type, bool *is_not_null)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	Oid			result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	form = (Form_pg_type) GETSTRUCT(tuple);
	result = form->typtype == TYPTYPE_DOMAIN ? form->typbasetype : InvalidOid;
	*is_not_null = form->typnotnull;
	ReleaseSysCache(tuple);
	return result;
}

/* Is there a CHECK on this very domain? */
static bool
domain_has_check(Oid domain)
{
	Relation	rel = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		result = false;

	ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(domain));
	scan = systable_beginscan(rel, ConstraintTypidIndexId, true, NULL, 1, &key);
	while (!result && HeapTupleIsValid(tuple = systable_getnext(scan)))
		result = ((Form_pg_constraint) GETSTRUCT(tuple))->contype == CONSTRAINT_CHECK;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return result;
}

/*
 * lc_field_restriction
 *
 * The domain of the target, or one that it is based on, that may refuse values of
 * the source although they fit otherwise; InvalidOid when there is none.  What has
 * passed the same domain fits.
 */
Oid
lc_field_restriction(const LcFieldDesc *source, const LcFieldDesc *target)
{
	bool		is_not_null;
	Oid			base;

	for (Oid to = target->type.type; OidIsValid(base = domain_base(to, &is_not_null)); to = base)
	{
		bool		ignored;

		for (Oid from = source->type.type; OidIsValid(from); from = domain_base(from, &ignored))
		{
			if (from == to)
				return InvalidOid;
		}
		if (is_not_null || domain_has_check(to))
			return to;
	}
	return InvalidOid;
}

/*
 * lc_field_misfit
 *
 * Why the values of one field do not fit into another, or NULL if they do.  The
 * reason completes the sentence "... cannot be mapped to ...: ".  *hint, which is
 * only set along with a reason, is what to do about it.
 */
const char *
lc_field_misfit(const LcFieldDesc *source, const LcFieldDesc *target, char **hint)
{
	const LcColumnType *from = &source->type;
	const LcColumnType *to = &target->type;
	bool		to_text = lc_is_text_type(to->basetype);

	if (OidIsValid(source->referenced) || OidIsValid(target->referenced))
	{
		const char *reason = lookup_misfit(source, target, hint);

		if (reason != NULL)
			return reason;
	}

	if (source->is_auto_number && !to_text)
	{
		*hint = pstrdup("Map it to a column of type text.");
		return "an auto-number can only be mapped to text";
	}

	if (to_text)
		return text_misfit(source, target, hint);

	if (is_number_type(from->basetype) && is_number_type(to->basetype))
	{
		if (number_fits(from, to))
			return NULL;
		*hint = retype_hint(target, format_type_with_typemod(from->basetype, from->basetypmod),
							"a larger column");
		return "the target cannot hold all of its values";
	}

	if (lc_is_text_type(from->basetype) && type_is_enum(to->basetype))
	{
		*hint = pstrdup("Map it to a column of type text, or use the same enum in both tables.");
		return "an enum takes only its own values";
	}
	if (from->basetype != to->basetype)
	{
		*hint = psprintf("Map it to a column of type %s.", lc_column_type_name(from));
		return "the types differ";
	}

	if (!modifier_fits(from->basetype, from->basetypmod, to->basetypmod))
	{
		*hint = retype_hint(target, lc_column_type_name(from), "another column");
		return "the target is shorter";
	}
	return NULL;
}
