/*-------------------------------------------------------------------------
 *
 * job_control.c
 *	  The jobs of a role: leadconv.conversion_jobs() and cancel_conversion_job().
 *
 * Whoever may run jobs need not have privileges on crm.lead_conversion_job, which
 * has those of all roles.  So these read and write it with the rights of its owner,
 * and only the rows of the current role.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_conversion_jobs);
PG_FUNCTION_INFO_V1(leadconv_cancel_conversion_job);

/* The name of the current role, as it stands in created_by_role */
static Datum
role_name(void)
{
	return CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
}

/* The columns of the result of conversion_jobs() */
#define NUM_JOB_COLUMNS 13

/*
 * leadconv.conversion_jobs(): the jobs of the current role, the oldest first
 */
Datum
leadconv_conversion_jobs(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	static const Oid types[NUM_JOB_COLUMNS] = {
		TEXTOID, TEXTOID, TEXTOID, INT8OID, INT8OID, INT8OID, INT8OID, NUMERICOID,
		TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID
	};
	Oid			argtypes[1] = {TEXTOID};
	Datum		args[1] = {role_name()};
	uint64		nrows;

	lc_require_schema();
	InitMaterializedSRF(fcinfo, 0);
	lc_check_row_type(rsinfo->setDesc, "conversion_jobs()", types, NUM_JOB_COLUMNS);
	lc_spi_connect();
	nrows = lc_query_as(lc_table_owner("lead_conversion_job"),
						"SELECT job::pg_catalog.text, source::pg_catalog.text, status::pg_catalog.text, total::pg_catalog.int8,"
						" done::pg_catalog.int8, failed::pg_catalog.int8, remaining::pg_catalog.int8, rate::pg_catalog.numeric,"
						" estimated_end::pg_catalog.timestamptz, started_date::pg_catalog.timestamptz,"
						" last_batch_date::pg_catalog.timestamptz, completed_date::pg_catalog.timestamptz,"
						" error_message::pg_catalog.text FROM crm.lead_conversion_job"
						" WHERE created_by_role::pg_catalog.text OPERATOR(pg_catalog.=) $1"
						" ORDER BY created_date, job", SPI_OK_SELECT, 1, argtypes, args, NULL);
	for (uint64 i = 0; i < nrows; i++)
	{
		Datum		values[NUM_JOB_COLUMNS];
		bool		nulls[NUM_JOB_COLUMNS];

		for (int c = 0; c < NUM_JOB_COLUMNS; c++)
			values[c] = lc_spi_datum(i, c + 1, &nulls[c]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

/*
 * leadconv.cancel_conversion_job(): asks a job of the current role to stop after its
 * batch; false when it is not running, as far as its row says.  Raises an error when there
 * is no such job.
 */
Datum
leadconv_cancel_conversion_job(PG_FUNCTION_ARGS)
{
	char	   *name = lc_text_argument(fcinfo, 0, "job", "Give the name of a job.");
	Oid			argtypes[2] = {TEXTOID, TEXTOID};
	Datum		args[2] = {CStringGetTextDatum(name), role_name()};
	bool		is_running;

	lc_require_writable("cancel a job");
	lc_require_schema();
	lc_spi_connect();
	if (lc_query_as(lc_table_owner("lead_conversion_job"),
					"UPDATE crm.lead_conversion_job SET cancel_requested = (status::pg_catalog.text OPERATOR(pg_catalog.=) 'Running')"
					" WHERE job::pg_catalog.text OPERATOR(pg_catalog.=) $1 AND created_by_role::pg_catalog.text OPERATOR(pg_catalog.=) $2"
					" RETURNING cancel_requested::pg_catalog.bool", SPI_OK_UPDATE_RETURNING, 2, argtypes, args, NULL) == 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("the current role has no job \"%s\"", name),
				 errhint("leadconv.conversion_jobs() lists the jobs of the current role.")));
	is_running = lc_spi_bool(0, 1);
	SPI_finish();
	PG_RETURN_BOOL(is_running);
}
