/*-------------------------------------------------------------------------
 *
 * ledger.c
 *	  The ledger: what was done before, what was done now, what failed.
 *
 * crm.lead_conversion has a row for each conversion and makes a retry safe;
 * crm.lead_conversion_error has the failures of bulk calls with partial success.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "engine/engine.h"

/* What S_EARLIER_REQUESTS yields; after ord, in this order */
enum
{
	EARLIER_LEAD_ID = 2,
	EARLIER_ACCOUNT_ID,
	EARLIER_CONTACT_ID,
	EARLIER_OPPORTUNITY_ID,
	EARLIER_RELATED_PERSON_ACCOUNT_ID,
	EARLIER_ACCOUNT_CREATED,
	EARLIER_CONTACT_CREATED,
	EARLIER_OPPORTUNITY_CREATED,
	EARLIER_IS_SAME,
	EARLIER_DATE,
	EARLIER_WARNINGS
};

/* Two of these, each over an index, because an OR of both would use none */
#define EARLIER_REQUESTS \
	"SELECT b.ord, c.lead_id, c.account_id, c.contact_id, c.opportunity_id, c.related_person_account_id," \
	" c.account_created, c.contact_created, c.opportunity_created," \
	" c.request OPERATOR(pg_catalog.=) b.request, c.created_date::pg_catalog.text," \
	" (SELECT pg_catalog.array_agg(w) FROM pg_catalog.jsonb_populate_recordset(NULL::leadconv.lead_convert_error, c.warnings) w)" \
	" FROM conversion_batch b JOIN crm.lead_conversion c" \
	" ON c.request_id OPERATOR(pg_catalog.=) b.request_id AND c.request_id IS NOT NULL AND "

/* The row of a conversion; $1 is the role of the caller */
static const LcRowColumn ledger_row[] = {
	{"lead_id", "b.lead_id"},
	{"account_id", "b.account_id"},
	{"contact_id", "b.contact_id"},
	{"opportunity_id", "b.opportunity_id"},
	{"related_person_account_id", "b.related_person_account_id"},
	{"account_created", "b.create_account"},
	{"contact_created", "b.create_contact"},
	{"opportunity_created", "b.create_opportunity"},
	{"converted_status", "b.converted_status"},
	{"owner_id", "b.owner_id"},
	{"created_by_id", "b.converter_id"},
	{"created_by_role", "$1"},
	{"created_date", "pg_catalog.now()"},
	{"request_id", "b.request_id"},
	{"reason", "b.reason"},
	{"request", "b.request"},
	{"filled_fields", "b.filled_fields"},
	{"owner_changes", "b.owner_changes"},
	{"merged_campaign_members", "b.merged_campaign_members"},
	{"warnings", "b.warnings"},
	{"origin", "b.origin"},
	{"job", "b.job"},
	{"options", "b.options"},
	{"undo", "b.undo"}
};

static const LcFixedStatement ledger_statements[] = {
	{S_EARLIER_REQUESTS, "look up request id", "lead_conversion", LC_SNAPSHOT_LATEST, InvalidOid,
		EARLIER_REQUESTS "c.created_by_id OPERATOR(pg_catalog.=) b.converter_id"
		" UNION ALL "
	EARLIER_REQUESTS "c.created_by_id IS NULL AND b.converter_id IS NULL", NULL, NULL},
	{S_COMPLETE_LEDGER, "complete lead_conversion", "lead_conversion", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"UPDATE crm.lead_conversion c SET owner_changes = b.owner_changes,"
		" merged_campaign_members = b.merged_campaign_members, warnings = b.warnings, undo = b.undo"
		" FROM conversion_batch b WHERE c.lead_id OPERATOR(pg_catalog.=) b.lead_id AND c.undone_date IS NULL", NULL, NULL}
};

/*
 * Compiles the statements about the ledger.  Raises SCHEMA_NOT_READY when its table
 * is missing, and what computing a constant default of a column raises.
 */
void
lc_compile_ledger(LcProgram *program)
{
	lc_fixed_statements(program, ledger_statements, lengthof(ledger_statements));
	lc_row_statement(program, S_LEDGER, "lead_conversion", ledger_row, lengthof(ledger_row), "true", NAMEOID);
}

/*
 * Which requests have been made before, with the same request_id?  They get the
 * earlier result; one that is not the same request is refused.
 */
void
lc_read_earlier_requests(LcRun *run, LcRequest **requests)
{
	uint64		nrows = lc_execute(run, &run->program->step[S_EARLIER_REQUESTS], (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(requests, i);
		LcOutcome  *outcome = &request->outcome;
		LcDecision *decision = &request->decision;
		bool		isnull;

		if (outcome->errors != NIL && !request->facts.is_converted && request->facts.found)
			continue;			/* malformed anyway */
		outcome->errors = NIL;
		if (!lc_spi_bool(i, EARLIER_IS_SAME))
		{
			lc_refuse(request, LC_DUPLICATE_VALUE, "request_id",
					  psprintf("The earlier request converted lead " INT64_FORMAT " on %s.",
							   lc_spi_int64(i, EARLIER_LEAD_ID), lc_spi_text(i, EARLIER_DATE)),
					  "Give each request an id of its own, and the same id only to a retry of the same request.",
					  "request id \"%s\" was used for a different request",
					  TextDatumGetCString(request->value[F_REQUEST_ID]));
			continue;
		}
		outcome->replayed = true;
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			decision->target_id[t] = lc_spi_int64(i, EARLIER_ACCOUNT_ID + t);
			decision->creates[t] = lc_spi_bool(i, EARLIER_ACCOUNT_CREATED + t);
		}
		decision->related_person_account_id = lc_spi_int64(i, EARLIER_RELATED_PERSON_ACCOUNT_ID);
		outcome->replayed_warnings = lc_spi_datum(i, EARLIER_WARNINGS, &isnull);
		outcome->replayed_warnings = isnull ? (Datum) 0 :
			PointerGetDatum(PG_DETOAST_DATUM_COPY(outcome->replayed_warnings));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Lays the batch down anew, if it does not say yet all that is to be in the ledger */
static bool
lay_down_outcome(LcRun *run)
{
	if (!run->outcome_changed)
		return false;
	lc_undo_settle(run);
	lc_batch_fill(run, run->request, run->nrequests);
	run->outcome_changed = false;
	return true;
}

/* Writes the ledger */
void
lc_write_ledger(LcRun *run)
{
	(void) lay_down_outcome(run);
	lc_execute_expecting(run, S_LEDGER,
						 DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(run->caller, false))),
						 run->nrequests);
}

/*
 * Triggers that fire when the ledger is written, or because of it, are part of the
 * conversion, too: if they have done something of which the ledger tells, it is
 * told.
 */
void
lc_complete_ledger(LcRun *run)
{
	if (lay_down_outcome(run))
		lc_execute(run, &run->program->step[S_COMPLETE_LEDGER], (Datum) 0);
}

/*
 * Writes the failures among requests to crm.lead_conversion_error, as the owner of
 * that table.
 */
void
lc_write_failures(LcRun *run, LcRequest **requests, int nrequests)
{
	Datum	   *positions = palloc(sizeof(Datum) * Max(nrequests, 1));
	Datum	   *lead_ids = palloc(sizeof(Datum) * Max(nrequests, 1));
	bool	   *no_lead = palloc(sizeof(bool) * Max(nrequests, 1));
	Datum	   *asked = palloc(sizeof(Datum) * Max(nrequests, 1));
	List	   *errors = NIL;
	int			n = 0;
	int			lbound = 1;
	LcUserSwitch save;
	Oid			argtypes[7] = {INT8ARRAYOID, INT8ARRAYOID, InvalidOid, JSONBARRAYOID, TEXTOID, INT8OID, NAMEOID};
	Datum		args[7];
	char		nulls[8] = "       ";

	run->step = "record errors";
	for (int i = 0; i < nrequests; i++)
	{
		LcRequest  *request = requests[i];

		if (request->outcome.errors == NIL)
			continue;
		if (request->normalized == NULL)
			lc_request_normalize(request);
		positions[n] = Int64GetDatum((int64) request->position);
		lead_ids[n] = request->value[F_LEAD_ID];
		no_lead[n] = request->isnull[F_LEAD_ID];
		asked[n] = JsonbPGetDatum(request->normalized);
		errors = lappend(errors, lc_refusal(request));
		n++;
	}
	if (n == 0)
		return;

	argtypes[2] = get_array_type(run->program->error_desc->tdtypeid);
	args[0] = PointerGetDatum(construct_array(positions, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	args[1] = PointerGetDatum(construct_md_array(lead_ids, no_lead, 1, &n, &lbound, INT8OID,
												 sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	args[2] = lc_errors_to_array(errors, run->program->error_desc);
	args[3] = PointerGetDatum(construct_array(asked, n, JSONBOID, -1, false, TYPALIGN_INT));
	args[4] = run->options.job ? CStringGetTextDatum(run->options.job) : (Datum) 0;
	nulls[4] = run->options.job ? ' ' : 'n';
	args[5] = Int64GetDatum(run->user_id);
	nulls[5] = run->user_id != 0 ? ' ' : 'n';
	args[6] = DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(run->caller, false)));

	lc_become_owner(lc_table_owner("lead_conversion_error"), &save);
	lc_query("INSERT INTO crm.lead_conversion_error (job, lead_id, request_position, status_code, sqlstate, message,"
			 " detail, hint, fields, data, request, created_by_id, created_by_role, created_date)"
			 " SELECT $5, e.lead_id, e.request_position, e.status_code, e.sqlstate, e.message, e.detail, e.hint,"
			 " e.fields, e.data, e.request, $6, $7, pg_catalog.now()"
			 " FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
			 " pg_catalog.unnest($4)) AS e(request_position, lead_id, status_code, sqlstate, message, detail,"
			 " hint, fields, data, request)",
			 SPI_OK_INSERT, 7, argtypes, args, nulls);
	lc_become_caller(&save);
}
