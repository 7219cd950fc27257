/*-------------------------------------------------------------------------
 *
 * rename.c
 *	  rename_picklist_value(): a value gets another name, in the list and on the
 *	  records.
 *
 * Lead statuses and opportunity stages are the keys of tables, and foreign keys
 * rename them on the records.  A picklist is a list beside the records, whose
 * values need not be in it; so the records are updated here.  As with a foreign key,
 * converted leads are updated with the others, whoever renames.
 *
 * Everything is done by ordinary statements of the caller.  Nothing is kept between
 * calls.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/rls.h"

#include "admin/admin.h"

PG_FUNCTION_INFO_V1(leadconv_rename_picklist_value);

#define ARGUMENT_HINT	"Give the object and the field of a picklist, one of its values and its new name."

/*
 * The table of the picklist, opened, or an error: there is no such picklist, or policies
 * would leave records out
 */
static Relation
open_object(const char *object, const char *field)
{
	Oid			argtypes[2] = {TEXTOID, TEXTOID};
	Datum		args[2] = {CStringGetTextDatum(object), CStringGetTextDatum(field)};
	Relation	rel;

	if (lc_query("SELECT 1 FROM crm.picklist_field f WHERE f.object::pg_catalog.text OPERATOR(pg_catalog.=) $1"
				 " AND f.field::pg_catalog.text OPERATOR(pg_catalog.=) $2",
				 SPI_OK_SELECT, 2, argtypes, args, NULL) == 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("there is no picklist %s.%s", object, field),
				 errhint("Give object and field of a row of crm.picklist_field. A lead status or an opportunity stage is renamed by an update of its api_name in crm.lead_status or crm.opportunity_stage.")));
	rel = table_open(lc_crm_relid(object, false), RowExclusiveLock);
	if (lc_column_number(RelationGetDescr(rel), field) == InvalidAttrNumber)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("picklist %s.%s is of no column", object, field),
				 errhint("Correct the row of crm.picklist_field."),
				 errtable(rel)));
	if (check_enable_rls(RelationGetRelid(rel), InvalidOid, true) == RLS_ENABLED)
		ereport(ERROR,
				(lc_errcode(LC_INSUFFICIENT_ACCESS_OR_READONLY),
				 errmsg("row-level security would leave out rows of table \"crm.%s\"", object),
				 errhint("Rename the value as a role for which no policies count, such as the owner of the table."),
				 errtable(rel)));
	return rel;
}

/* The value $3 of the field $2 of the object $1 */
#define VALUE_OF_PICKLIST \
	" WHERE f.id OPERATOR(pg_catalog.=) v.picklist_field_id" \
	" AND f.object::pg_catalog.text OPERATOR(pg_catalog.=) $1" \
	" AND f.field::pg_catalog.text OPERATOR(pg_catalog.=) $2" \
	" AND v.value::pg_catalog.text OPERATOR(pg_catalog.=) $3"

/* Is this value in the list? */
static bool
has_value(const char *object, const char *field, const char *value)
{
	Oid			argtypes[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		args[3] = {CStringGetTextDatum(object), CStringGetTextDatum(field), CStringGetTextDatum(value)};

	return lc_query("SELECT 1 FROM crm.picklist_value v, crm.picklist_field f" VALUE_OF_PICKLIST,
					SPI_OK_SELECT, 3, argtypes, args, NULL) > 0;
}

/*
 * leadconv.rename_picklist_value(object text, field text, old_value text,
 * new_value text) RETURNS bigint
 *
 * Returns the number of records that had the value.
 */
Datum
leadconv_rename_picklist_value(PG_FUNCTION_ARGS)
{
	const char *object = lc_text_argument(fcinfo, 0, "object", ARGUMENT_HINT);
	const char *field = lc_text_argument(fcinfo, 1, "field", ARGUMENT_HINT);
	const char *old_value = lc_text_argument(fcinfo, 2, "old_value", ARGUMENT_HINT);
	const char *new_value = lc_text_argument(fcinfo, 3, "new_value", ARGUMENT_HINT);
	Oid			argtypes[4] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		args[4];
	const char *column = quote_identifier(field);
	Relation	rel;
	volatile uint64 nrows;
	bool		had_old;
	bool		had_new;

	for (int i = 0; i < 4; i++)
		args[i] = PG_GETARG_DATUM(i);
	lc_spi_connect();
	rel = open_object(object, field);
	had_old = has_value(object, field, old_value);
	had_new = has_value(object, field, new_value);
	if (had_old && had_new && strcmp(old_value, new_value) != 0)
		ereport(ERROR,
				(lc_errcode(LC_DUPLICATE_VALUE),
				 errmsg("picklist %s.%s has a value \"%s\" already", object, field, new_value),
				 errhint("Give another name.")));
	/* once more, for records that others have written in the meantime */
	if (!had_old && !had_new)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("picklist %s.%s has no value \"%s\"", object, field, old_value),
				 errhint("Give the value of a row of crm.picklist_value.")));
	if (had_old)
		lc_query("UPDATE crm.picklist_value v SET value = $4 FROM crm.picklist_field f" VALUE_OF_PICKLIST,
				 SPI_OK_UPDATE, 4, argtypes, args, NULL);
	lc_begin_rename(field, old_value, new_value);
	PG_TRY();
	{
		nrows = lc_query(psprintf("UPDATE crm.%s t SET %s = $2 WHERE t.%s::pg_catalog.text OPERATOR(pg_catalog.=) $1",
								  quote_identifier(object), column, column),
						 SPI_OK_UPDATE, 2, argtypes, args + 2, NULL);
	}
	PG_FINALLY();
	{
		lc_end_rename();
	}
	PG_END_TRY();
	SPI_finish();
	table_close(rel, NoLock);
	PG_RETURN_INT64(nrows);
}
