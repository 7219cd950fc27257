/*-------------------------------------------------------------------------
 *
 * mapping.c
 *	  Custom field mapping, the user's own child tables, and the view that
 *	  protects mapped columns.
 *
 * The functions here write crm.lead_field_mapping and crm.related_list.  They
 * check everything that can be known when a mapping is made, so that a
 * conversion never finds out: that the columns exist, that they are custom
 * fields, and that every value of the lead column fits into the target column.
 *
 * crm.mapped_columns is a view without rows that selects every mapped column
 * under the name "table.column" that it had when it was mapped.  A view is
 * what PostgreSQL itself protects: DROP COLUMN and ALTER TYPE fail, and after
 * RENAME COLUMN the view's rule still points to the column, so that the old
 * name in the metadata can be told together with the new one.
 *
 * All of this runs as the owner of crm, after the caller was checked to be a
 * member of that role: also when a superuser calls, no trigger or default of
 * the owner's runs with more than the owner's rights, and the view belongs to
 * the owner.
 *
 * Nothing is kept between calls.  Everything is allocated in the memory of the
 * calling expression or of the SPI connection and goes away with it.
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
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "common/md5.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "admin/admin.h"

/* Numbers of decimal digits that a numeric without limits can hold */
#define DIGITS_UNLIMITED	INT_MAX

/* Length of a text that has no limit */
#define LENGTH_UNLIMITED	(-1)

/* A column that takes part in a mapping */
typedef struct MappedField
{
	const char *table;			/* in schema crm */
	char	   *column;
	Oid			type;			/* as declared */
	int32		typmod;
	Oid			basetype;		/* with domains looked through */
	int32		basetypmod;
	bool		is_generated;	/* a formula, so to say */
	bool		is_auto_number; /* identity or serial */
	Oid			referenced;		/* table that a foreign key points to */
	bool		is_picklist;	/* registered in crm.picklist_field */
	bool		is_restricted;	/* ... and takes only the values listed */
} MappedField;

PG_FUNCTION_INFO_V1(leadconv_map_lead_field);
PG_FUNCTION_INFO_V1(leadconv_unmap_lead_field);
PG_FUNCTION_INFO_V1(leadconv_register_related_list);
PG_FUNCTION_INFO_V1(leadconv_unregister_related_list);


/*
 * A text argument, which must be given
 */
static char *
text_argument(FunctionCallInfo fcinfo, int argno, const char *name)
{
	char	   *value = NULL;

	if (!PG_ARGISNULL(argno))
		value = text_to_cstring(PG_GETARG_TEXT_PP(argno));
	if (value == NULL || value[0] == '\0')
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required", name),
				 errhint("Give the name of a lead field, of an object and of one of its fields.")));
	return value;
}

/*
 * Table of schema crm that a target object stands for
 */
static const char *
target_table(const char *object)
{
	static const char *const tables[] = {"account", "contact", "opportunity"};

	for (int i = 0; i < (int) lengthof(tables); i++)
	{
		if (pg_strcasecmp(object, tables[i]) == 0)
			return tables[i];
	}

	ereport(ERROR,
			(lc_errcode(LC_INVALID_FIELD),
			 errmsg("lead fields cannot be mapped to object \"%s\"", object),
			 errhint("The target object is account, contact or opportunity.")));
	return NULL;				/* keep compiler quiet */
}

/*
 * Whether a column's default is the next value of a sequence
 */
static bool
is_serial(Oid relid, AttrNumber attno)
{
	bool		result = false;
	Datum		values[3];
	Oid			argtypes[2] = {OIDOID, INT2OID};

	values[0] = ObjectIdGetDatum(relid);
	values[1] = Int16GetDatum(attno);
	lc_query("SELECT pg_catalog.starts_with(pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'nextval(')"
			" FROM pg_catalog.pg_attrdef d"
			" WHERE d.adrelid OPERATOR(pg_catalog.=) $1 AND d.adnum OPERATOR(pg_catalog.=) $2", SPI_OK_SELECT,
			 2, argtypes, values, NULL);
	if (SPI_processed > 0)
		result = strcmp(lc_spi_text(0, 1), "t") == 0;
	SPI_freetuptable(SPI_tuptable);

	return result;
}

/*
 * Table that a foreign key of just this column points to, or InvalidOid
 */
static Oid
referenced_table(Relation rel, AttrNumber attno)
{
	ListCell   *lc;

	foreach(lc, RelationGetFKeyList(rel))
	{
		ForeignKeyCacheInfo *fk = (ForeignKeyCacheInfo *) lfirst(lc);

		if (fk->nkeys == 1 && fk->conkey[0] == attno)
			return fk->confrelid;
	}

	return InvalidOid;
}

/*
 * Find out about a column, which must exist
 */
static MappedField *
describe_field(const char *table, const char *name)
{
	MappedField *field = (MappedField *) palloc0(sizeof(MappedField));
	Oid			relid = lc_crm_relid(table, false);
	Relation	rel = relation_open(relid, AccessShareLock);
	Oid			argtypes[2] = {TEXTOID, TEXTOID};
	Datum		values[2];
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
	field->type = att->atttypid;
	field->typmod = att->atttypmod;
	field->basetypmod = att->atttypmod;
	field->basetype = getBaseTypeAndTypmod(att->atttypid, &field->basetypmod);
	field->is_generated = att->attgenerated != '\0';
	field->is_auto_number = !field->is_generated &&
		(att->attidentity != '\0' || is_serial(relid, attno));
	field->referenced = referenced_table(rel, attno);

	values[0] = CStringGetTextDatum(table);
	values[1] = CStringGetTextDatum(field->column);
	lc_query("SELECT f.is_restricted FROM crm.picklist_field f"
			" WHERE f.object OPERATOR(pg_catalog.=) $1 AND f.field OPERATOR(pg_catalog.=) $2", SPI_OK_SELECT,
			 2, argtypes, values, NULL);
	field->is_picklist = SPI_processed > 0;
	field->is_restricted = field->is_picklist &&
		strcmp(lc_spi_text(0, 1), "t") == 0;
	SPI_freetuptable(SPI_tuptable);

	relation_close(rel, NoLock);
	return field;
}

/*
 * Declared type of a field, for messages
 */
static char *
field_type_name(const MappedField *field)
{
	return format_type_with_typemod(field->type, field->typmod);
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
number_fits(const MappedField *source, const MappedField *target)
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
 * Characters that the text form of a field's values can have
 */
static int
text_length(const MappedField *field)
{
	int			before;
	int			after;

	if ((field->basetype == VARCHAROID || field->basetype == BPCHAROID) &&
		field->basetypmod >= (int32) VARHDRSZ)
		return field->basetypmod - VARHDRSZ;
	if (type_is_enum(field->basetype))
		return longest_enum_label(field->basetype);

	switch (field->basetype)
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
			number_capacity(field->basetype, field->basetypmod, &before, &after);
			if (before == DIGITS_UNLIMITED)
				return LENGTH_UNLIMITED;
			/* sign, a zero before the point, and the point */
			return Max(before, 1) + Max(after, 0) + (after > 0 ? 2 : 1);
		default:
			return LENGTH_UNLIMITED;
	}
}

/*
 * Why the values of one field do not fit into another, or NULL if they do
 *
 * The reason completes the sentence "... cannot be mapped to ...: ".  *hint is
 * set when there is a way out that is worth naming.
 */
static const char *
misfit(const MappedField *source, const MappedField *target, char **hint)
{
	bool		same_type = source->basetype == target->basetype;
	bool		to_text = lc_is_text_type(target->basetype);

	/* Lookups keep what they point to; an auto-number is no lookup */
	if (OidIsValid(target->referenced) || OidIsValid(source->referenced))
	{
		bool		picklist_table = lc_is_text_type(source->basetype) && to_text &&
			!OidIsValid(target->referenced);

		if (source->referenced != target->referenced && !picklist_table)
		{
			*hint = psprintf("Give both columns a foreign key to the same table, or choose another field.");
			return "a lookup can only be mapped to a lookup on the same table";
		}
	}

	if (source->is_auto_number && !to_text)
	{
		*hint = psprintf("Map it to a column of type text.");
		return "an auto-number can only be mapped to text";
	}

	if (to_text)
	{
		int			source_length = text_length(source);
		int			target_length = text_length(target);
		bool		from_text = lc_is_text_type(source->basetype);

		if (!from_text && !type_is_enum(source->basetype) &&
			!source->is_generated && !source->is_auto_number)
		{
			*hint = psprintf("Map it to a column of type %s.", field_type_name(source));
			return "the types differ";
		}
		if (target->is_restricted)
		{
			*hint = psprintf("Set is_restricted to false for %s.%s in crm.picklist_field.",
							 target->table, target->column);
			return "the target is a restricted picklist";
		}

		/*
		 * Between picklist and text, the conversion cuts off what is too long.
		 */
		if (target_length != LENGTH_UNLIMITED &&
			(source_length == LENGTH_UNLIMITED || source_length > target_length) &&
			!(from_text && (source->is_picklist || target->is_picklist)))
		{
			*hint = psprintf("Use ALTER TABLE crm.%s ALTER COLUMN %s TYPE %s, or map it to a longer column.",
							 target->table, quote_identifier(target->column),
							 source_length == LENGTH_UNLIMITED ? "text" :
							 psprintf("character varying(%d)", source_length));
			return "the target is shorter";
		}
		return NULL;
	}

	if (is_number_type(source->basetype) && is_number_type(target->basetype))
	{
		if (number_fits(source, target))
			return NULL;
		*hint = psprintf("Use ALTER TABLE crm.%s ALTER COLUMN %s TYPE %s, or map it to a larger column.",
						 target->table, quote_identifier(target->column),
						 format_type_with_typemod(source->basetype, source->basetypmod));
		return "the target cannot hold all of its values";
	}

	if (!same_type)
	{
		if (lc_is_text_type(source->basetype) && type_is_enum(target->basetype))
		{
			*hint = psprintf("Map it to a column of type text, or use the same enum in both tables.");
			return "an enum takes only its own values";
		}
		*hint = psprintf("Map it to a column of type %s.", field_type_name(source));
		return "the types differ";
	}

	/* Same type: its modifier must be the same, or wider, or none */
	if (target->basetypmod >= 0 && target->basetypmod != source->basetypmod)
	{
		bool		widens = false;

		switch (source->basetype)
		{
			case TIMESTAMPOID:
			case TIMESTAMPTZOID:
			case TIMEOID:
			case TIMETZOID:
				/* no modifier is six digits */
				widens = target->basetypmod >=
					(source->basetypmod < 0 ? 6 : source->basetypmod);
				break;
			case VARBITOID:
			case VARCHARARRAYOID:
			case BPCHARARRAYOID:
				widens = source->basetypmod >= 0 &&
					source->basetypmod < target->basetypmod;
				break;
			default:
				break;
		}
		if (!widens)
		{
			*hint = psprintf("Use ALTER TABLE crm.%s ALTER COLUMN %s TYPE %s, or map it to another column.",
							 target->table, quote_identifier(target->column),
							 field_type_name(source));
			return "the target is shorter";
		}
	}

	return NULL;
}

/*
 * Refuse a mapping between these fields if there is a reason to
 */
static void
check_mapping(const MappedField *source, const MappedField *target)
{
	char	   *hint = NULL;
	const char *reason = NULL;

	if (lc_is_standard_column(source->table, source->column))
	{
		reason = "it is a standard field";
		hint = psprintf("Only custom fields can be mapped. To carry its value over, copy it into a column added with ALTER TABLE crm.lead ADD COLUMN, which may be a generated one.");
	}
	else if (lc_is_standard_column(target->table, target->column))
	{
		reason = "the target is a standard field";
		hint = psprintf("Only custom fields can be mapped. Map it to a column added with ALTER TABLE crm.%s ADD COLUMN.",
						target->table);
	}
	else if (target->is_generated)
	{
		reason = "the target is a generated column";
		hint = psprintf("Map it to a column that can be written.");
	}
	else if (target->is_auto_number)
	{
		reason = "the target is an auto-number";
		hint = psprintf("Map it to a column that is not an identity column and has no sequence.");
	}
	else
		reason = misfit(source, target, &hint);

	if (reason != NULL)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("lead field \"%s\" cannot be mapped to %s field \"%s\": %s",
						source->column, target->table, target->column, reason),
				 errdetail("Column crm.%s.%s is of type %s, column crm.%s.%s of type %s.",
						   source->table, source->column, field_type_name(source),
						   target->table, target->column, field_type_name(target)),
				 hint != NULL ? errhint("%s", hint) : 0));
}

/*
 * Whether a name in the metadata is a former name of a column
 */
static bool
is_former_name(const char *table, const char *old, const char *current)
{
	Oid			relid = lc_crm_relid(table, false);
	char	   *renamed;

	if (get_attnum(relid, old) != InvalidAttrNumber)
		return false;
	renamed = lc_renamed_column_of(relid, old);
	return renamed != NULL && strcmp(renamed, current) == 0;
}

/*
 * leadconv.map_lead_field(lead_field text, target_object text,
 * target_field text)
 *
 * Maps a custom field of the lead to one of the account, contact or
 * opportunity.  Mapping what is mapped already changes nothing; a row that
 * names one of the columns by a former name gets the current one.
 */
Datum
leadconv_map_lead_field(PG_FUNCTION_ARGS)
{
	char	   *lead_field = text_argument(fcinfo, 0, "lead_field");
	char	   *target_object = text_argument(fcinfo, 1, "target_object");
	char	   *target_field = text_argument(fcinfo, 2, "target_field");
	Oid			owner = lc_require_crm_owner("map lead fields");
	const char *table = target_table(target_object);
	MappedField *source;
	MappedField *target;
	LcUserSwitch save;
	Oid			argtypes[4] = {TEXTOID, TEXTOID, TEXTOID, INT8OID};
	Datum		values[4];
	int64		renamed_row = 0;
	bool		is_mapped = false;
	bool		is_active = false;

	lc_become_owner(owner, &save);
	lc_spi_connect();
	lc_lock_metadata();

	source = describe_field("lead", lead_field);
	target = describe_field(table, target_field);
	values[0] = CStringGetTextDatum(source->column);
	values[1] = CStringGetTextDatum(table);
	values[2] = CStringGetTextDatum(target->column);

	lc_query("SELECT m.lead_field, m.target_field, m.is_active, m.id"
			" FROM crm.lead_field_mapping m"
			" WHERE m.target_object OPERATOR(pg_catalog.=) $2"
			" AND (m.target_field OPERATOR(pg_catalog.=) $3 OR m.lead_field OPERATOR(pg_catalog.=) $1)", SPI_OK_SELECT,
			 3, argtypes, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *old_source = lc_spi_text(i, 1);
		char	   *old_target = lc_spi_text(i, 2);
		bool		same_source = strcmp(old_source, source->column) == 0;
		bool		same_target = strcmp(old_target, target->column) == 0;

		if (same_source && same_target)
		{
			is_mapped = true;
			is_active = strcmp(lc_spi_text(i, 3), "t") == 0;
		}
		else if ((same_target && is_former_name("lead", old_source, source->column)) ||
				 (same_source && is_former_name(table, old_target, target->column)))
			renamed_row = strtoll(lc_spi_text(i, 4), NULL, 10);
		else if (same_target)
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("%s field \"%s\" is already mapped from lead field \"%s\"",
							table, target->column, old_source),
					 errdetail("A field can receive the value of one lead field only."),
					 errhint("Run leadconv.unmap_lead_field(%s, %s, %s) first if the mapping is a custom one, or map to another field.",
							 quote_literal_cstr(old_source), quote_literal_cstr(table),
							 quote_literal_cstr(target->column))));
	}
	SPI_freetuptable(SPI_tuptable);

	if (is_mapped && is_active)
		ereport(NOTICE,
				(errmsg("lead field \"%s\" is already mapped to %s field \"%s\", skipping",
						source->column, table, target->column)));
	else
	{
		/* A renamed standard column is still what it was */
		if (renamed_row == 0 && !is_mapped)
			check_mapping(source, target);

		values[3] = Int64GetDatum(renamed_row);
		if (renamed_row != 0)
			lc_query("UPDATE crm.lead_field_mapping SET lead_field = $1, target_field = $3"
					" WHERE target_object OPERATOR(pg_catalog.=) $2 AND id OPERATOR(pg_catalog.=) $4", SPI_OK_UPDATE,
			 4, argtypes, values, NULL);
		else if (is_mapped)
			lc_query("UPDATE crm.lead_field_mapping SET is_active = true"
					" WHERE lead_field OPERATOR(pg_catalog.=) $1"
					" AND target_object OPERATOR(pg_catalog.=) $2"
					" AND target_field OPERATOR(pg_catalog.=) $3", SPI_OK_UPDATE,
			 3, argtypes, values, NULL);
		else
			lc_query("INSERT INTO crm.lead_field_mapping"
					" (lead_field, target_object, target_field, existing_record, is_standard, is_active)"
					" VALUES ($1, $2, $3, 'fill', false, true)", SPI_OK_INSERT,
			 3, argtypes, values, NULL);
		lc_rebuild_mapped_columns();
	}

	SPI_finish();
	lc_become_caller(&save);

	PG_RETURN_VOID();
}

/*
 * leadconv.unmap_lead_field(lead_field text, target_object text,
 * target_field text)
 *
 * Removes a custom mapping.  The names may be ones that no column has any
 * more.
 */
Datum
leadconv_unmap_lead_field(PG_FUNCTION_ARGS)
{
	char	   *lead_field = text_argument(fcinfo, 0, "lead_field");
	char	   *target_object = text_argument(fcinfo, 1, "target_object");
	char	   *target_field = text_argument(fcinfo, 2, "target_field");
	Oid			owner = lc_require_crm_owner("map lead fields");
	const char *table = target_table(target_object);
	char	   *source_column;
	char	   *target_column;
	LcUserSwitch save;
	Oid			argtypes[5] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		values[5];

	lc_become_owner(owner, &save);
	lc_spi_connect();
	lc_lock_metadata();

	source_column = lc_find_column(lc_crm_relid("lead", false), lead_field);
	target_column = lc_find_column(lc_crm_relid(table, false), target_field);
	values[0] = CStringGetTextDatum(lead_field);
	values[1] = CStringGetTextDatum(table);
	values[2] = CStringGetTextDatum(target_field);
	values[3] = CStringGetTextDatum(source_column ? source_column : lead_field);
	values[4] = CStringGetTextDatum(target_column ? target_column : target_field);

	lc_query("SELECT m.is_standard FROM crm.lead_field_mapping m"
			" WHERE m.target_object OPERATOR(pg_catalog.=) $2"
			" AND (m.lead_field OPERATOR(pg_catalog.=) $1 OR m.lead_field OPERATOR(pg_catalog.=) $4)"
			" AND (m.target_field OPERATOR(pg_catalog.=) $3 OR m.target_field OPERATOR(pg_catalog.=) $5)", SPI_OK_SELECT,
			 5, argtypes, values, NULL);
	if (SPI_processed == 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("lead field \"%s\" is not mapped to %s field \"%s\"",
						lead_field, table, target_field),
				 errhint("Table crm.lead_field_mapping lists the mappings.")));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		if (strcmp(lc_spi_text(i, 1), "t") == 0)
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("the mapping of lead field \"%s\" to %s field \"%s\" cannot be removed",
							lead_field, table, target_field),
					 errdetail("It is a standard mapping."),
					 errhint("Only mappings of custom fields can be removed.")));
	}
	SPI_freetuptable(SPI_tuptable);

	lc_query("DELETE FROM crm.lead_field_mapping m"
			" WHERE m.target_object OPERATOR(pg_catalog.=) $2"
			" AND (m.lead_field OPERATOR(pg_catalog.=) $1 OR m.lead_field OPERATOR(pg_catalog.=) $4)"
			" AND (m.target_field OPERATOR(pg_catalog.=) $3 OR m.target_field OPERATOR(pg_catalog.=) $5)", SPI_OK_DELETE,
			 5, argtypes, values, NULL);
	lc_rebuild_mapped_columns();

	SPI_finish();
	lc_become_caller(&save);

	PG_RETURN_VOID();
}

/*
 * Check one column of a child table and return its name, or NULL when it was
 * not given
 *
 * "references" is the table of schema crm to which a foreign key must point if
 * there is one, or NULL when that does not matter.
 */
static Name
child_column(Relation rel, FunctionCallInfo fcinfo, int argno,
			 const char *argname, const char *references)
{
	const char *column;
	AttrNumber	attno;
	Form_pg_attribute att;
	Oid			referenced;

	if (PG_ARGISNULL(argno))
		return NULL;
	column = NameStr(*PG_GETARG_NAME(argno));

	attno = get_attnum(RelationGetRelid(rel), column);
	if (attno <= 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("column \"%s\" of table \"%s\" does not exist",
						column, RelationGetRelationName(rel)),
				 errhint("Argument %s must name a column of the table.", argname),
				 errtable(rel)));

	att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	if (getBaseType(att->atttypid) != INT8OID)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" cannot hold a key of schema crm",
						column, RelationGetRelationName(rel)),
				 errdetail("It is of type %s; keys are of type bigint.",
						   format_type_with_typemod(att->atttypid, att->atttypmod)),
				 errhint("Use ALTER TABLE %s ALTER COLUMN %s TYPE bigint.",
						 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
													RelationGetRelationName(rel)),
						 quote_identifier(column)),
				 errtablecol(rel, attno)));
	if (att->attgenerated != '\0' || att->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" cannot be written",
						column, RelationGetRelationName(rel)),
				 errdetail("It is a generated or identity column."),
				 errhint("Argument %s must name a column that conversion can write.", argname),
				 errtablecol(rel, attno)));

	referenced = referenced_table(rel, attno);
	if (references != NULL && OidIsValid(referenced) &&
		referenced != lc_crm_relid(references, false))
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" does not point to crm.%s",
						column, RelationGetRelationName(rel), references),
				 errdetail("Its foreign key points to %s.",
						   quote_qualified_identifier(get_namespace_name(get_rel_namespace(referenced)),
													  get_rel_name(referenced))),
				 errhint("Argument %s must name a column for keys of crm.%s.", argname, references),
				 errtablecol(rel, attno)));

	return PG_GETARG_NAME(argno);
}

/*
 * Whether some index starts with this column
 */
static bool
is_indexed(Relation rel, AttrNumber attno)
{
	ListCell   *lc;

	foreach(lc, RelationGetIndexList(rel))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID,
											ObjectIdGetDatum(lfirst_oid(lc)));
		bool		found;

		if (!HeapTupleIsValid(tuple))
			continue;
		found = ((Form_pg_index) GETSTRUCT(tuple))->indisvalid &&
			((Form_pg_index) GETSTRUCT(tuple))->indkey.values[0] == attno;
		ReleaseSysCache(tuple);
		if (found)
			return true;
	}

	return false;
}

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
						 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), name),
						 quote_identifier(GetUserNameFromId(crm_owner, false)))));
	if (!has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table \"%s\"", name)));
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
	lc_query("SELECT r.is_standard FROM crm.related_list r"
			" WHERE r.child OPERATOR(pg_catalog.=) $1", SPI_OK_SELECT,
			 1, argtypes, values, NULL);
	found = SPI_processed > 0;
	if (found)
		*is_standard = strcmp(lc_spi_text(0, 1), "t") == 0;
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
	static const char *const argnames[] = {"lead_column", "contact_column",
	"account_column", "opportunity_column", "source_column"};
	static const char *const references[] = {"lead", "contact", "account",
	"opportunity", NULL};
	Oid			owner = lc_require_crm_owner("register related lists");
	Oid			child;
	Relation	rel;
	Name		columns[lengthof(argnames)];
	AttrNumber	lead_attno;
	char	   *label;
	char	   *qualified;
	bool		is_standard = false;
	bool		exists;
	LcUserSwitch save;
	Oid			argtypes[7] = {REGCLASSOID, TEXTOID, NAMEOID, NAMEOID, NAMEOID,
	NAMEOID, NAMEOID};
	Datum		values[7];
	char		nulls[7];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required",
						PG_ARGISNULL(0) ? "child" : "lead_column"),
				 errhint("Give the child table and its column that points to crm.lead.")));
	child = PG_GETARG_OID(0);

	rel = try_relation_open(child, AccessShareLock);
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", child),
				 errhint("Give the name of a table.")));
	check_child_table(rel, owner);

	for (int i = 0; i < (int) lengthof(argnames); i++)
	{
		columns[i] = child_column(rel, fcinfo, i + 1, argnames[i], references[i]);
		for (int j = 0; columns[i] != NULL && j < i; j++)
		{
			if (columns[j] != NULL &&
				strcmp(NameStr(*columns[i]), NameStr(*columns[j])) == 0)
				ereport(ERROR,
						(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
						 errmsg("column \"%s\" is given as %s and as %s",
								NameStr(*columns[i]), argnames[j], argnames[i]),
						 errhint("Each argument needs a column of its own.")));
		}
	}
	if (columns[1] == NULL && columns[2] == NULL && columns[3] == NULL)
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("table \"%s\" has nowhere to go", RelationGetRelationName(rel)),
				 errhint("Name at least one of contact_column, account_column and opportunity_column.")));

	label = pstrdup(RelationGetRelationName(rel));
	qualified = quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)), label);
	lead_attno = get_attnum(child, NameStr(*columns[0]));
	if (TupleDescAttr(RelationGetDescr(rel), lead_attno - 1)->attnotnull)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" must accept nulls",
						NameStr(*columns[0]), label),
				 errdetail("Conversion sets it to null when it moves a row to the new records."),
				 errhint("Use ALTER TABLE %s ALTER COLUMN %s DROP NOT NULL.",
						 qualified, quote_identifier(NameStr(*columns[0]))),
				 errtablecol(rel, lead_attno)));

	/*
	 * The guard of the table relies on the foreign key's check, which waits
	 * for a conversion that holds the lead.
	 */
	if (!OidIsValid(referenced_table(rel, lead_attno)))
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("column \"%s\" of table \"%s\" has no foreign key to crm.lead",
						NameStr(*columns[0]), label),
				 errdetail("A row could be added while its lead is converted, and stay on it."),
				 errhint("Use ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES crm.lead (id).",
						 qualified, quote_identifier(NameStr(*columns[0]))),
				 errtablecol(rel, lead_attno)));
	if (!is_indexed(rel, lead_attno))
		ereport(WARNING,
				(errmsg("column \"%s\" of table \"%s\" has no index",
						NameStr(*columns[0]), label),
				 errdetail("Every conversion has to read the whole table."),
				 errhint("Use CREATE INDEX ON %s (%s).",
						 qualified, quote_identifier(NameStr(*columns[0])))));
	relation_close(rel, NoLock);

	lc_become_owner(owner, &save);
	lc_spi_connect();
	lc_lock_metadata();

	exists = find_related_list(child, &is_standard);
	if (exists && is_standard)
		refuse_standard_list(child);

	values[0] = ObjectIdGetDatum(child);
	values[1] = CStringGetTextDatum(label);
	memset(nulls, ' ', sizeof(nulls));
	for (int i = 0; i < (int) lengthof(argnames); i++)
	{
		if (columns[i] == NULL)
			nulls[i + 2] = 'n';
		else
			values[i + 2] = NameGetDatum(columns[i]);
	}
	if (exists)
		lc_query("UPDATE crm.related_list SET label = $2, lead_column = $3,"
				" contact_column = $4, account_column = $5, opportunity_column = $6,"
				" source_column = $7, is_active = true"
				" WHERE child OPERATOR(pg_catalog.=) $1", SPI_OK_UPDATE,
			 7, argtypes, values, nulls);
	else
		lc_query("INSERT INTO crm.related_list (child, label, action, lead_column,"
				" contact_column, account_column, opportunity_column, source_column,"
				" keep_lead, owner_rule, sort_order, is_standard, is_active)"
				" SELECT $1, $2, 'move', $3, $4, $5, $6, $7, false, 'keep',"
				" COALESCE(pg_catalog.max(r.sort_order), 0) OPERATOR(pg_catalog.+) 10, false, true"
				" FROM crm.related_list r", SPI_OK_INSERT,
			 7, argtypes, values, nulls);
	lc_rebuild_mapped_columns();

	SPI_finish();
	lc_become_caller(&save);

	/* As the caller, who may be the superuser that owns the table */
	lc_attach_child_guard(child, NameStr(*columns[0]));

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
	Oid			owner = lc_require_crm_owner("unregister related lists");
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

	lc_become_owner(owner, &save);
	lc_spi_connect();
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
	lc_query("DELETE FROM crm.related_list WHERE child OPERATOR(pg_catalog.=) $1", SPI_OK_DELETE,
			 1, argtypes, values, NULL);
	lc_rebuild_mapped_columns();

	SPI_finish();
	lc_become_caller(&save);

	if (get_rel_name(child) != NULL)
		lc_detach_child_guard(child);

	PG_RETURN_VOID();
}
