/*-------------------------------------------------------------------------
 *
 * activity.c
 *	  The recycle bin of activities: delete_activity(), restore_activity().
 *
 * A task or an event is one row, whatever records it is seen from; so it is in the
 * recycle bin for all of them, and back for all of them, also when a lead was
 * converted in the meantime.
 *
 * Everything is done as the caller.  Nothing is kept between calls.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "admin/admin.h"

PG_FUNCTION_INFO_V1(leadconv_delete_activity);
PG_FUNCTION_INFO_V1(leadconv_restore_activity);

/* The table of an object that is an activity: "task", "Task", "event", "Event" */
static const char *
activity_table(const char *object)
{
	static const char *const tables[] = {"task", "event"};

	for (size_t i = 0; i < lengthof(tables); i++)
	{
		if (pg_strcasecmp(object, tables[i]) == 0)
			return tables[i];
	}
	ereport(ERROR,
			(lc_errcode(LC_INVALID_FIELD),
			 errmsg("\"%s\" is no kind of activity", object),
			 errhint("Give task or event.")));
	return NULL;				/* keep compiler quiet */
}

/*
 * Puts an activity into the recycle bin, or takes it out.  Returns whether that
 * changed anything.
 */
static Datum
set_deleted(FunctionCallInfo fcinfo, bool is_deleted)
{
	Oid			argtypes[2] = {INT8OID, BOOLOID};
	Datum		args[2];
	const char *table;
	int64		id;
	bool		is_done;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required", PG_ARGISNULL(0) ? "object" : "id"),
				 errhint("Give the object and the id of an activity, as the views of activities have them.")));
	table = activity_table(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	id = PG_GETARG_INT64(1);
	args[0] = Int64GetDatum(id);
	args[1] = BoolGetDatum(is_deleted);

	lc_spi_connect();
	is_done = lc_query(psprintf("UPDATE crm.%s SET is_deleted = $2"
								" WHERE id OPERATOR(pg_catalog.=) $1 AND is_deleted OPERATOR(pg_catalog.<>) $2", table),
					   SPI_OK_UPDATE, 2, argtypes, args, NULL) > 0;
	if (!is_done)
	{
		bool		is_there = lc_query(psprintf("SELECT is_deleted FROM crm.%s WHERE id OPERATOR(pg_catalog.=) $1", table),
										SPI_OK_SELECT, 1, argtypes, args, NULL) > 0;

		if (!is_there)
			ereport(ERROR,
					(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
					 errmsg("%s " INT64_FORMAT " does not exist", table, id),
					 errhint("Give the id of a row of crm.%s that exists and that you may see and update.", table)));
		if (lc_spi_bool(0, 1) != is_deleted)
			ereport(ERROR,
					(lc_errcode(LC_INSUFFICIENT_ACCESS_OR_READONLY),
					 errmsg("%s " INT64_FORMAT " cannot be changed", table, id),
					 errdetail("A policy or a trigger of the table does not let the row be updated."),
					 errhint("Ask the owner of crm.%s.", table)));
	}
	SPI_finish();
	PG_RETURN_BOOL(is_done);
}

/*
 * leadconv.delete_activity(object text, id bigint) RETURNS boolean
 */
Datum
leadconv_delete_activity(PG_FUNCTION_ARGS)
{
	return set_deleted(fcinfo, true);
}

/*
 * leadconv.restore_activity(object text, id bigint) RETURNS boolean
 */
Datum
leadconv_restore_activity(PG_FUNCTION_ARGS)
{
	return set_deleted(fcinfo, false);
}
