/*-------------------------------------------------------------------------
 *
 * picklist.c
 *	  Picklists: the values that they have, their defaults, and what record types
 *	  offer of them.
 *
 * A column of a new record that nothing else gives a value gets the default of its
 * picklist: that of the record's type, where the type says something about the
 * field, else the general one.  Of what is compiled here record.c makes the
 * statements; values are judged where they are known
 * (judge_picklist.c).
 *
 * What is compiled lives in the program's memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "engine/engine.h"

/* What compile_fields() reads */
enum
{
	FIELD_ID = 1,
	FIELD_OBJECT,
	FIELD_FIELD,
	FIELD_IS_RESTRICTED
};

static const LcMetaColumn field_columns[] = {
	{{"picklist_field", "id", INT8OID}, true},
	{{"picklist_field", "object", TEXTOID}, true},
	{{"picklist_field", "field", TEXTOID}, true},
	{{"picklist_field", "is_restricted", BOOLOID}, false}
};

/* What compile_values() reads */
enum
{
	VALUE_FIELD_ID = 1,
	VALUE_VALUE,
	VALUE_IS_DEFAULT
};

static const LcMetaColumn value_columns[] = {
	{{"picklist_value", "picklist_field_id", INT8OID}, true},
	{{"picklist_value", "value", TEXTOID}, true},
	{{"picklist_value", "is_default", BOOLOID}, false},
	{{"picklist_value", "is_active", BOOLOID}, false}
};

/* What compile_offers() reads */
enum
{
	OFFER_RECORD_TYPE = 1,
	OFFER_IS_DEFAULT,
	OFFER_FIELD_ID = 4,
	OFFER_VALUE
};

static const LcMetaColumn offer_columns[] = {
	{{"record_type_picklist_value", "record_type_id", INT8OID}, true},
	{{"record_type_picklist_value", "is_default", BOOLOID}, false},
	{{"record_type_picklist_value", "picklist_value_id", INT8OID}, false},
	{{"picklist_value", "picklist_field_id", INT8OID}, true},
	{{"picklist_value", "value", TEXTOID}, true},
	{{"record_type", "object", TEXTOID}, false}
};

/* The picklists */
static void
compile_fields(LcProgram *program)
{
	uint64		nrows = lc_read_columns(field_columns, lengthof(field_columns), NULL,
										"crm.picklist_field ORDER BY picklist_field.id");

	program->picklists = MemoryContextAllocZero(program->context, sizeof(LcPicklist) * Max(nrows, 1));
	program->npicklists = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcPicklist *list = &program->picklists[i];

		list->id = lc_spi_int64(i, FIELD_ID);
		list->object = lc_meta_text(program, i, FIELD_OBJECT);
		list->field = lc_meta_text(program, i, FIELD_FIELD);
		list->is_restricted = lc_spi_bool(i, FIELD_IS_RESTRICTED);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The picklist of an id, or NULL when it has been made since they were read */
static LcPicklist *
picklist_of_id(LcProgram *program, int64 id)
{
	for (int i = 0; i < program->npicklists; i++)
	{
		if (program->picklists[i].id == id)
			return &program->picklists[i];
	}
	return NULL;
}

/* The active values of restricted picklists, and the first default of each */
static void
compile_values(LcProgram *program)
{
	uint64		nrows = lc_read_columns(value_columns, lengthof(value_columns), NULL,
										"crm.picklist_value JOIN crm.picklist_field"
										" ON picklist_field.id OPERATOR(pg_catalog.=) picklist_value.picklist_field_id"
										" WHERE picklist_value.is_active AND (picklist_value.is_default OR picklist_field.is_restricted)"
										" ORDER BY picklist_value.sort_order, picklist_value.id");
	MemoryContext oldcontext = MemoryContextSwitchTo(program->context);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcPicklist *list = picklist_of_id(program, lc_spi_int64(i, VALUE_FIELD_ID));
		char	   *value;

		if (list == NULL)
			continue;
		value = lc_meta_text(program, i, VALUE_VALUE);
		if (list->is_restricted)
			list->values = lappend(list->values, value);
		if (list->default_value == NULL && lc_spi_bool(i, VALUE_IS_DEFAULT))
			list->default_value = value;
	}
	MemoryContextSwitchTo(oldcontext);
	SPI_freetuptable(SPI_tuptable);
}

/* What record types offer of the picklists of their objects */
static void
compile_offers(LcProgram *program)
{
	uint64		nrows = lc_read_columns(offer_columns, lengthof(offer_columns), NULL,
										"crm.picklist_value JOIN crm.picklist_field"
										" ON picklist_field.id OPERATOR(pg_catalog.=) picklist_value.picklist_field_id"
										" JOIN crm.record_type_picklist_value"
										" ON record_type_picklist_value.picklist_value_id OPERATOR(pg_catalog.=) picklist_value.id"
										" JOIN crm.record_type"
										" ON record_type.id OPERATOR(pg_catalog.=) record_type_picklist_value.record_type_id"
										" AND record_type.object::pg_catalog.text OPERATOR(pg_catalog.=) picklist_field.object::pg_catalog.text"
										" WHERE picklist_value.is_active"
										" ORDER BY record_type_picklist_value.record_type_id, picklist_value.sort_order, picklist_value.id");
	MemoryContext oldcontext = MemoryContextSwitchTo(program->context);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcPicklist *list = picklist_of_id(program, lc_spi_int64(i, OFFER_FIELD_ID));
		LcPicklistOffer *offer;

		if (list == NULL)
			continue;
		offer = palloc(sizeof(LcPicklistOffer));
		offer->record_type_id = lc_spi_int64(i, OFFER_RECORD_TYPE);
		offer->value = lc_meta_text(program, i, OFFER_VALUE);
		offer->is_default = lc_spi_bool(i, OFFER_IS_DEFAULT);
		list->offers = lappend(list->offers, offer);
	}
	MemoryContextSwitchTo(oldcontext);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Compiles the picklists.  Raises SCHEMA_NOT_READY when a column is missing or of a
 * type that cannot be read.
 */
void
lc_compile_picklists(LcProgram *program)
{
	compile_fields(program);
	compile_values(program);
	compile_offers(program);
}

/* The picklist of a column, or NULL */
const LcPicklist *
lc_find_picklist(const LcProgram *program, const char *table, const char *column)
{
	for (int i = 0; i < program->npicklists; i++)
	{
		const LcPicklist *list = &program->picklists[i];

		if (strcmp(list->object, table) == 0 && strcmp(list->field, column) == 0)
			return list;
	}
	return NULL;
}

/* Is a value an active one of a restricted picklist? */
bool
lc_is_picklist_value(const LcPicklist *list, const char *value)
{
	ListCell   *lc;

	foreach(lc, list->values)
	{
		if (strcmp(lfirst(lc), value) == 0)
			return true;
	}
	return false;
}

/*
 * Does a record type (0 = none) offer a value?  One that offers nothing of the
 * picklist says nothing about it.
 */
bool
lc_offers_value(const LcPicklist *list, int64 record_type_id, const char *value)
{
	bool		says = false;
	ListCell   *lc;

	foreach(lc, list->offers)
	{
		const LcPicklistOffer *offer = lfirst(lc);

		if (offer->record_type_id != record_type_id)
			continue;
		if (strcmp(offer->value, value) == 0)
			return true;
		says = true;
	}
	return !says;
}

/*
 * The default of a picklist for records of a type, or NULL: the default of the type,
 * else the general one, where the type offers it
 */
static const char *
default_for_type(const LcPicklist *list, int64 record_type_id)
{
	ListCell   *lc;

	foreach(lc, list->offers)
	{
		const LcPicklistOffer *offer = lfirst(lc);

		if (offer->record_type_id == record_type_id && offer->is_default)
			return offer->value;
	}
	return list->default_value != NULL && lc_offers_value(list, record_type_id, list->default_value)
		? list->default_value : NULL;
}

/* "WHEN type = 5 THEN ", for the next record type that offers something of the picklist; false at the end */
static bool
next_type(const LcPicklist *list, const char *type, int *position, StringInfo sql, int64 *record_type_id)
{
	const LcPicklistOffer *offer;

	/* they are in the order of the types */
	while (*position > 0 && *position < list_length(list->offers) &&
		   ((LcPicklistOffer *) list_nth(list->offers, *position))->record_type_id == *record_type_id)
		(*position)++;
	if (*position >= list_length(list->offers))
		return false;
	offer = list_nth(list->offers, (*position)++);
	*record_type_id = offer->record_type_id;
	appendStringInfo(sql, " WHEN %s OPERATOR(pg_catalog.=) " INT64_FORMAT " THEN ", type, *record_type_id);
	return true;
}

/*
 * SQL for the default value of a picklist, in the current memory context, or NULL
 * when there is none.  type is SQL for the record type of the row, or NULL where it
 * has none.  *varies tells whether there may be none in a row, depending on its type.
 */
char *
lc_picklist_default(const LcPicklist *list, const char *type, bool *varies)
{
	char	   *general = list->default_value ? quote_literal_cstr(list->default_value) : NULL;
	bool		any = general != NULL;
	int			position = 0;
	int64		record_type_id = 0;
	StringInfoData sql;

	*varies = false;
	if (type == NULL || list->offers == NIL)
		return general;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "CASE");
	while (next_type(list, type, &position, &sql, &record_type_id))
	{
		const char *value = default_for_type(list, record_type_id);

		appendStringInfoString(&sql, value ? quote_literal_cstr(value) : "NULL");
		any |= value != NULL;
		*varies |= value == NULL;
	}
	appendStringInfo(&sql, " ELSE %s END", general ? general : "NULL");
	*varies |= general == NULL;
	return any ? sql.data : NULL;
}

/*
 * SQL for whether the record type of a row offers a value, in the current memory
 * context, or NULL when they all do.  type is SQL for the record type, or NULL.
 */
char *
lc_picklist_offer(const LcPicklist *list, const char *type, const char *value)
{
	int			position = 0;
	int64		record_type_id = 0;
	StringInfoData sql;

	if (type == NULL || list->offers == NIL)
		return NULL;
	initStringInfo(&sql);
	appendStringInfoString(&sql, "CASE");
	while (next_type(list, type, &position, &sql, &record_type_id))
	{
		const char *comma = "";
		ListCell   *lc;

		appendStringInfo(&sql, "%s::pg_catalog.text OPERATOR(pg_catalog.=) ANY (ARRAY[", value);
		foreach(lc, list->offers)
		{
			const LcPicklistOffer *offer = lfirst(lc);

			if (offer->record_type_id != record_type_id)
				continue;
			appendStringInfo(&sql, "%s%s", comma, quote_literal_cstr(offer->value));
			comma = ", ";
		}
		appendStringInfoString(&sql, "]::pg_catalog.text[])");
	}
	appendStringInfoString(&sql, " ELSE true END");
	return sql.data;
}

/*
 * lc_is_limited
 *
 * Is a value of the lead only good for new records whose type offers it?  So are lead
 * sources.
 */
bool
lc_is_limited(const LcMapping *mapping, const LcPicklist *picklist)
{
	return mapping != NULL && picklist != NULL && strcmp(mapping->lead_field, "lead_source") == 0;
}
