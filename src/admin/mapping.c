/*-------------------------------------------------------------------------
 *
 * mapping.c
 *	  Mapping of custom fields: leadconv.map_lead_field(), unmap_lead_field().
 *
 * They write crm.lead_field_mapping, and check everything that can be known when
 * a mapping is made, so that a conversion never finds out: that the columns
 * exist, that they are custom fields, and that every value of the lead column
 * fits into the target column.
 *
 * All of this runs as the owner of crm, after the caller was checked to be a
 * member of that role: also when a superuser calls, no trigger or default of
 * the owner's runs with more than the owner's rights.
 *
 * Nothing is kept between calls.  Everything is allocated in the memory of the
 * calling expression or of the SPI connection and goes away with it.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/admin.h"

/* What there is of a mapping that is asked for */
typedef struct ExistingMapping
{
	bool		is_mapped;
	bool		is_active;		/* when it is mapped */
	int64		renamed_id;		/* row under a former name of a column, or 0 */
} ExistingMapping;

/* Field and object names are parameters of all statements */
static Oid	name_types[] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID};

PG_FUNCTION_INFO_V1(leadconv_map_lead_field);
PG_FUNCTION_INFO_V1(leadconv_unmap_lead_field);

#define ARGUMENT_HINT	"Give the name of a lead field, of an object and of one of its fields."

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
 * Refuse a mapping between these fields if there is a reason to; warn when it
 * depends on the values
 */
static void
check_mapping(const LcFieldDesc *source, const LcFieldDesc *target)
{
	const char *reason;
	char	   *hint = NULL;
	Oid			restriction;

	if (lc_is_standard_column(source->table, source->column))
	{
		reason = "it is a standard field";
		hint = "Only custom fields can be mapped. To carry its value over, copy it into a column added with ALTER TABLE crm.lead ADD COLUMN, which may be a generated one.";
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
		hint = "Map it to a column that can be written.";
	}
	else if (target->is_auto_number)
	{
		reason = "the target is an auto-number";
		hint = "Map it to a column that is not an identity column and has no sequence.";
	}
	else
		reason = lc_field_misfit(source, target, &hint);

	if (reason != NULL)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("lead field \"%s\" cannot be mapped to %s field \"%s\": %s",
						source->column, target->table, target->column, reason),
				 errdetail("Column crm.%s.%s is of type %s, column crm.%s.%s of type %s.",
						   source->table, source->column, lc_column_type_name(&source->type),
						   target->table, target->column, lc_column_type_name(&target->type)),
				 errhint("%s", hint)));

	restriction = lc_field_restriction(source, target);
	if (OidIsValid(restriction))
		ereport(WARNING,
				(errmsg("%s field \"%s\" may not accept all values of lead field \"%s\"",
						target->table, target->column, source->column),
				 errdetail("Domain %s, which column crm.%s.%s is of, has a constraint. A conversion fails where a value violates it.",
						   format_type_be(restriction), target->table, target->column),
				 errhint("Use the same domain for crm.%s.%s.", source->table, source->column)));
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

/* What the query of find_mapping() yields, in this order */
enum
{
	MAPPING_LEAD_FIELD = 1,
	MAPPING_TARGET_FIELD,
	MAPPING_IS_ACTIVE,
	MAPPING_ID
};

/*
 * What crm.lead_field_mapping says about a pair of fields
 *
 * Refuses when the target is mapped from another field.
 */
static void
find_mapping(const LcFieldDesc *source, const LcFieldDesc *target, Datum *names, ExistingMapping *found)
{
	lc_query("SELECT m.lead_field, m.target_field, m.is_active, m.id::pg_catalog.int8"
			 " FROM crm.lead_field_mapping m"
			 " WHERE m.target_object OPERATOR(pg_catalog.=) $2"
			 " AND m.lead_field IS NOT NULL AND m.target_field IS NOT NULL"
			 " AND (m.target_field OPERATOR(pg_catalog.=) $3 OR m.lead_field OPERATOR(pg_catalog.=) $1)",
			 SPI_OK_SELECT, 3, name_types, names, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *old_source = lc_spi_text(i, MAPPING_LEAD_FIELD);
		char	   *old_target = lc_spi_text(i, MAPPING_TARGET_FIELD);
		bool		same_source = strcmp(old_source, source->column) == 0;
		bool		same_target = strcmp(old_target, target->column) == 0;

		if (same_source && same_target)
		{
			found->is_mapped = true;
			found->is_active = lc_spi_bool(i, MAPPING_IS_ACTIVE);
		}
		else if ((same_target && is_former_name(source->table, old_source, source->column)) ||
				 (same_source && is_former_name(target->table, old_target, target->column)))
			found->renamed_id = lc_spi_int64(i, MAPPING_ID);
		else if (same_target)
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("%s field \"%s\" is already mapped from lead field \"%s\"",
							target->table, target->column, old_source),
					 errdetail("A field can receive the value of one lead field only."),
					 errhint("Run leadconv.unmap_lead_field(%s, %s, %s) first if the mapping is a custom one, or map to another field.",
							 quote_literal_cstr(old_source), quote_literal_cstr(target->table),
							 quote_literal_cstr(target->column))));
	}
	SPI_freetuptable(SPI_tuptable);
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
	char	   *lead_field = lc_text_argument(fcinfo, 0, "lead_field", ARGUMENT_HINT);
	char	   *target_object = lc_text_argument(fcinfo, 1, "target_object", ARGUMENT_HINT);
	char	   *target_field = lc_text_argument(fcinfo, 2, "target_field", ARGUMENT_HINT);
	const char *table = target_table(target_object);
	LcFieldDesc *source;
	LcFieldDesc *target;
	ExistingMapping found = {0};
	LcUserSwitch save;
	Datum		names[3];

	lc_become_crm_owner("map lead fields", &save);
	lc_spi_connect();
	lc_lock_metadata();

	source = lc_describe_field("lead", lead_field);
	target = lc_describe_field(table, target_field);
	names[0] = CStringGetTextDatum(source->column);
	names[1] = CStringGetTextDatum(table);
	names[2] = CStringGetTextDatum(target->column);
	find_mapping(source, target, names, &found);

	if (found.is_mapped && found.is_active)
		ereport(NOTICE,
				(errmsg("lead field \"%s\" is already mapped to %s field \"%s\", skipping",
						source->column, table, target->column)));
	else
	{
		/* A renamed standard column is still what it was */
		if (found.renamed_id != 0)
			lc_query(psprintf("UPDATE crm.lead_field_mapping SET lead_field = $1, target_field = $3"
							  " WHERE target_object OPERATOR(pg_catalog.=) $2"
							  " AND id OPERATOR(pg_catalog.=) " INT64_FORMAT, found.renamed_id),
					 SPI_OK_UPDATE, 3, name_types, names, NULL);
		else if (found.is_mapped)
			lc_query("UPDATE crm.lead_field_mapping SET is_active = true"
					 " WHERE lead_field OPERATOR(pg_catalog.=) $1"
					 " AND target_object OPERATOR(pg_catalog.=) $2"
					 " AND target_field OPERATOR(pg_catalog.=) $3",
					 SPI_OK_UPDATE, 3, name_types, names, NULL);
		else
		{
			check_mapping(source, target);
			lc_query("INSERT INTO crm.lead_field_mapping"
					 " (lead_field, target_object, target_field, existing_record, is_standard, is_active)"
					 " VALUES ($1, $2, $3, 'fill', false, true)",
					 SPI_OK_INSERT, 3, name_types, names, NULL);
		}
		lc_rebuild_mapped_columns();
	}

	SPI_finish();
	lc_become_caller(&save);

	PG_RETURN_VOID();
}

/* Rows that map $1 to $3 of $2, by these names or by those of the columns, $4 and $5 */
#define MAPPING_TO_REMOVE \
	" FROM crm.lead_field_mapping m" \
	" WHERE m.target_object OPERATOR(pg_catalog.=) $2" \
	" AND (m.lead_field OPERATOR(pg_catalog.=) $1 OR m.lead_field OPERATOR(pg_catalog.=) $4)" \
	" AND (m.target_field OPERATOR(pg_catalog.=) $3 OR m.target_field OPERATOR(pg_catalog.=) $5)"

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
	char	   *lead_field = lc_text_argument(fcinfo, 0, "lead_field", ARGUMENT_HINT);
	char	   *target_object = lc_text_argument(fcinfo, 1, "target_object", ARGUMENT_HINT);
	char	   *target_field = lc_text_argument(fcinfo, 2, "target_field", ARGUMENT_HINT);
	const char *table = target_table(target_object);
	char	   *source_column;
	char	   *target_column;
	LcUserSwitch save;
	Datum		names[5];

	lc_become_crm_owner("map lead fields", &save);
	lc_spi_connect();
	lc_lock_metadata();

	source_column = lc_find_column(lc_crm_relid("lead", false), lead_field);
	target_column = lc_find_column(lc_crm_relid(table, false), target_field);
	names[0] = CStringGetTextDatum(lead_field);
	names[1] = CStringGetTextDatum(table);
	names[2] = CStringGetTextDatum(target_field);
	names[3] = CStringGetTextDatum(source_column ? source_column : lead_field);
	names[4] = CStringGetTextDatum(target_column ? target_column : target_field);

	lc_query("SELECT m.is_standard" MAPPING_TO_REMOVE, SPI_OK_SELECT, 5, name_types, names, NULL);
	if (SPI_processed == 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("lead field \"%s\" is not mapped to %s field \"%s\"",
						lead_field, table, target_field),
				 errhint("Table crm.lead_field_mapping lists the mappings.")));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		if (lc_spi_bool(i, 1))
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("the mapping of lead field \"%s\" to %s field \"%s\" cannot be removed",
							lead_field, table, target_field),
					 errdetail("It is a standard mapping."),
					 errhint("Only mappings of custom fields can be removed.")));
	}
	SPI_freetuptable(SPI_tuptable);

	lc_query("DELETE" MAPPING_TO_REMOVE, SPI_OK_DELETE, 5, name_types, names, NULL);
	lc_rebuild_mapped_columns();

	SPI_finish();
	lc_become_caller(&save);

	PG_RETURN_VOID();
}
