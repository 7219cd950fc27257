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
#include "utils/rls.h"

#include "engine/engine.h"

/* What S_EARLIER_REQUESTS yields; after ord, in this order */
enum
{
	EARLIER_IS_OWN = 2,			/* made by the role that asks */
	EARLIER_LEAD_ID,
	EARLIER_ACCOUNT_ID,
	EARLIER_CONTACT_ID,
	EARLIER_OPPORTUNITY_ID,
	EARLIER_RELATED_PERSON_ACCOUNT_ID,
	EARLIER_ACCOUNT_CREATED,
	EARLIER_CONTACT_CREATED,
	EARLIER_OPPORTUNITY_CREATED,
	EARLIER_IS_SAME,
	EARLIER_DATE,
	EARLIER_WARNINGS,
	EARLIER_IS_UNDONE
};

/* Two of these, each over an index, because an OR of both would use none */
#define EARLIER_REQUESTS \
	"SELECT b.ord, c.created_by_role OPERATOR(pg_catalog.=) $1, c.lead_id::pg_catalog.int8, " BEFORE("account_id", "int8") ", " \
	BEFORE("contact_id", "int8") ", " BEFORE("opportunity_id", "int8") ", c.related_person_account_id::pg_catalog.int8, " \
	BEFORE("account_created", "bool") ", " BEFORE("contact_created", "bool") ", " BEFORE("opportunity_created", "bool") "," \
	" c.request OPERATOR(pg_catalog.=) b.request, c.created_date::pg_catalog.text," \
	" (SELECT pg_catalog.array_agg(w.*) FROM pg_catalog.jsonb_populate_recordset(NULL::leadconv.lead_convert_error," \
	"  CASE WHEN c.completions IS NULL THEN c.warnings ELSE c.completions OPERATOR(pg_catalog.#>) '{0,before,warnings}' END) w), c.undone_date IS NOT NULL" \
	" FROM conversion_batch b JOIN crm.lead_conversion c" \
	" ON c.request_id::pg_catalog.text OPERATOR(pg_catalog.=) b.request_id AND c.request_id IS NOT NULL AND "

/* What they read */
static const LcRequiredColumn ledger_columns[] = {
	{"lead_conversion", "lead_id", INT8OID},
	{"lead_conversion", "account_id", INT8OID},
	{"lead_conversion", "contact_id", INT8OID},
	{"lead_conversion", "opportunity_id", INT8OID},
	{"lead_conversion", "related_person_account_id", INT8OID},
	{"lead_conversion", "account_created", BOOLOID},
	{"lead_conversion", "contact_created", BOOLOID},
	{"lead_conversion", "opportunity_created", BOOLOID},
	{"lead_conversion", "request", JSONBOID},
	{"lead_conversion", "request_id", TEXTOID},
	{"lead_conversion", "warnings", JSONBOID},
	{"lead_conversion", "completions", JSONBOID},
	{"lead_conversion", "created_by_id", INT8OID}
};

/* The row of a conversion; $1 is the role of the caller */
static const LcRowColumn ledger_row[] = {
	{"lead_id", "b.lead_id"},
	{"account_id", "b.account_id"},
	{"contact_id", "b.contact_id"},
	{"opportunity_id", "b.opportunity_id"},
	{"related_person_account_id", "b.related_person_account_id"},
	{"account_created", "b.account_created"},
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

/*
 * What a completion adds to the undo object of the conversion: SQL, over the row c of
 * the ledger and b, for a key whose value is an array.  What is there already is not
 * added again.
 */
#define ADDED_TO(column, added) \
	"COALESCE(" column " OPERATOR(pg_catalog.||) (SELECT pg_catalog.jsonb_agg(x.value) FROM pg_catalog.jsonb_array_elements(" added ") x" \
	" WHERE NOT " column " OPERATOR(pg_catalog.@>) pg_catalog.jsonb_build_array(x.value)), " column ", " added ")"
#define UNDO_ARRAY(key) \
	"CASE WHEN pg_catalog.jsonb_exists(b.undo, '" key "') THEN pg_catalog.jsonb_build_object('" key "', " \
	ADDED_TO("(c.undo OPERATOR(pg_catalog.->) '" key "')", "(b.undo OPERATOR(pg_catalog.->) '" key "')") ") ELSE '{}' END"

/* Is the record of a target the one that it was, or still none? */
#define IS_SAME(target) \
	"COALESCE(c." target "_id OPERATOR(pg_catalog.=) b." target "_id, c." target "_id IS NULL AND b." target "_id IS NULL)"

/* ... for "fields": those of a record that was not there any more are forgotten */
#define UNDO_FIELDS(target) \
	"CASE WHEN " IS_SAME(target) " AND pg_catalog.jsonb_exists(c.undo OPERATOR(pg_catalog.->) 'fields', '" target "')" \
	" OR pg_catalog.jsonb_exists(b.undo OPERATOR(pg_catalog.->) 'fields', '" target "') THEN pg_catalog.jsonb_build_object('" target "'," \
	" CASE WHEN " IS_SAME(target) " THEN COALESCE(c.undo OPERATOR(pg_catalog.#>) '{fields," target "}', '{}') ELSE '{}' END" \
	" OPERATOR(pg_catalog.||) COALESCE(b.undo OPERATOR(pg_catalog.#>) '{fields," target "}', '{}')) ELSE '{}' END"

/* ... and for "rows": of a row that was noted, the revision only is another one */
#define UNDO_ROWS \
	"CASE WHEN pg_catalog.jsonb_exists(b.undo, 'rows') THEN pg_catalog.jsonb_build_object('rows'," \
	" (SELECT pg_catalog.jsonb_agg(CASE WHEN o.value IS NULL THEN n.value ELSE o.value OPERATOR(pg_catalog.||) CASE" \
	" WHEN pg_catalog.jsonb_exists(n.value, 'revision') THEN pg_catalog.jsonb_build_object('revision', n.value OPERATOR(pg_catalog.->) 'revision')" \
	" ELSE '{}' END END)" \
	" FROM pg_catalog.jsonb_array_elements(c.undo OPERATOR(pg_catalog.->) 'rows') o" \
	" FULL JOIN pg_catalog.jsonb_array_elements(b.undo OPERATOR(pg_catalog.->) 'rows') n" \
	" ON (o.value OPERATOR(pg_catalog.->) 'table') OPERATOR(pg_catalog.=) (n.value OPERATOR(pg_catalog.->) 'table')" \
	" AND (o.value OPERATOR(pg_catalog.->) 'key') OPERATOR(pg_catalog.=) (n.value OPERATOR(pg_catalog.->) 'key'))) ELSE '{}' END"

/* Was the record of a target made? */
#define CREATED(target) \
	target "_created = CASE WHEN " IS_SAME(target) " THEN c." target "_created ELSE b.create_" target " END"

/* What a result was before the first completion */
#define BEFORE(column, type) \
	"CASE WHEN c.completions IS NULL THEN c." column "::pg_catalog." type \
	" ELSE (c.completions OPERATOR(pg_catalog.#>>) '{0,before," column "}')::pg_catalog." type " END"

static const LcFixedStatement ledger_statements[] = {
	{S_EARLIER_REQUESTS, "look up request id", "lead_conversion", LC_SNAPSHOT_LATEST, NAMEOID,
		EARLIER_REQUESTS "c.created_by_id OPERATOR(pg_catalog.=) b.converter_id"
		" UNION ALL "
		EARLIER_REQUESTS "c.created_by_id IS NULL AND b.converter_id IS NULL"
	" AND c.created_by_role OPERATOR(pg_catalog.=) $1", NULL, NULL},
	{S_EARLIER_LEADS, "look up earlier leads", NULL, LC_SNAPSHOT_LATEST, INT8ARRAYOID,
	"SELECT l.id::pg_catalog.int8 FROM crm.lead l WHERE l.id OPERATOR(pg_catalog.=) ANY ($1)", NULL, NULL},
	{S_COMPLETE_LEDGER, "complete lead_conversion", "lead_conversion", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"UPDATE crm.lead_conversion c SET owner_changes = b.owner_changes,"
		" merged_campaign_members = b.merged_campaign_members, warnings = b.warnings, undo = b.undo"
	" FROM conversion_batch b WHERE c.lead_id OPERATOR(pg_catalog.=) b.lead_id AND c.undone_date IS NULL", NULL, NULL},
	{S_MOVED_ROWS, "look up moved rows", "lead_conversion", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT r.value OPERATOR(pg_catalog.->>) 'table', pg_catalog.jsonb_agg(r.value OPERATOR(pg_catalog.->) 'key')"
		" FROM conversion_batch b JOIN crm.lead_conversion c ON c.lead_id OPERATOR(pg_catalog.=) b.lead_id AND c.undone_date IS NULL"
		" CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(c.undo OPERATOR(pg_catalog.->) 'rows') r GROUP BY 1", NULL, NULL},
	{S_COMPLETION, "update lead_conversion", "lead_conversion", LC_SNAPSHOT_TRANSACTION, NAMEOID,
		"UPDATE crm.lead_conversion c SET account_id = b.account_id, contact_id = b.contact_id, opportunity_id = b.opportunity_id, "
		CREATED("account") ", " CREATED("contact") ", " CREATED("opportunity") ","
		" filled_fields = COALESCE(c.filled_fields OPERATOR(pg_catalog.||) b.filled_fields, c.filled_fields, b.filled_fields),"
		" owner_changes = " ADDED_TO("c.owner_changes", "b.owner_changes") ","
		" merged_campaign_members = " ADDED_TO("c.merged_campaign_members", "b.merged_campaign_members") ","
		" warnings = " ADDED_TO("c.warnings", "b.warnings") ","
		" undo = c.undo"
		" OPERATOR(pg_catalog.||) CASE WHEN pg_catalog.jsonb_exists(b.undo, 'revision') THEN pg_catalog.jsonb_build_object('revision',"
		"  COALESCE(c.undo OPERATOR(pg_catalog.->) 'revision', '{}') OPERATOR(pg_catalog.||) (b.undo OPERATOR(pg_catalog.->) 'revision')) ELSE '{}' END"
		" OPERATOR(pg_catalog.||) CASE WHEN pg_catalog.jsonb_exists(b.undo, 'before') THEN pg_catalog.jsonb_build_object('before',"
		"  (b.undo OPERATOR(pg_catalog.->) 'before') OPERATOR(pg_catalog.||) COALESCE(c.undo OPERATOR(pg_catalog.->) 'before', '{}')) ELSE '{}' END"
		" OPERATOR(pg_catalog.||) CASE WHEN pg_catalog.jsonb_exists(b.undo, 'fields') THEN pg_catalog.jsonb_build_object('fields', "
		UNDO_FIELDS("account") " OPERATOR(pg_catalog.||) " UNDO_FIELDS("contact") " OPERATOR(pg_catalog.||) " UNDO_FIELDS("opportunity") ") ELSE '{}' END"
		" OPERATOR(pg_catalog.||) " UNDO_ROWS
		" OPERATOR(pg_catalog.||) " UNDO_ARRAY("made") " OPERATOR(pg_catalog.||) " UNDO_ARRAY("members")
		" OPERATOR(pg_catalog.||) " UNDO_ARRAY("restored") " OPERATOR(pg_catalog.||) " UNDO_ARRAY("dropped")
		" OPERATOR(pg_catalog.||) " UNDO_ARRAY("duplicate_sets") " OPERATOR(pg_catalog.||) " UNDO_ARRAY("duplicate_items") ","
		/* told again, because a trigger on the ledger has done something, it is no completion of its own */
		" completions = CASE WHEN $1 OPERATOR(pg_catalog.=) '' THEN c.completions ELSE COALESCE(c.completions, '[]') OPERATOR(pg_catalog.||)"
		"  pg_catalog.jsonb_build_array(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object("
		"  'created_date', pg_catalog.now(), 'created_by_id', b.converter_id, 'created_by_role', $1, 'owner_id', b.owner_id,"
		"  'reason', b.reason, 'request', b.request, 'before', pg_catalog.jsonb_build_object("
		"   'account_id', c.account_id, 'contact_id', c.contact_id, 'opportunity_id', c.opportunity_id,"
		"   'account_created', c.account_created, 'contact_created', c.contact_created,"
		"   'opportunity_created', c.opportunity_created, 'warnings', c.warnings)))) END"
	" FROM conversion_batch b WHERE c.lead_id OPERATOR(pg_catalog.=) b.lead_id AND c.undone_date IS NULL", NULL, NULL}
};

/*
 * Compiles the statements about the ledger.  Raises SCHEMA_NOT_READY when its table
 * is missing or a column is not as it must be, and what computing a constant default of a column raises.
 */
void
lc_compile_ledger(LcProgram *program)
{
	lc_require_columns(ledger_columns, lengthof(ledger_columns));
	lc_fixed_statements(program, ledger_statements, lengthof(ledger_statements));
	program->step[S_EARLIER_LEADS].adjust = lc_see_before_conversion;
	lc_row_statement(program, S_LEDGER, "lead_conversion", ledger_row, lengthof(ledger_row), "true", NAMEOID);
}

/* The name of the role that calls, as the ledger has it */
static Datum
caller_name(LcRun *run)
{
	return DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(run->caller, false)));
}

/*
 * Which of the leads that rows of the ledger name may the caller see?  Returns a set
 * of their ids, or NULL when row security hides none from him.  A lead that the
 * request itself names has been looked at already; rows is what S_EARLIER_REQUESTS
 * has yielded.
 */
static HTAB *
visible_leads(LcRun *run, LcRequest **requests, SPITupleTable *rows, uint64 nrows)
{
	HTAB	   *visible;
	Datum	   *ids;
	int			nids = 0;

	if (check_enable_rls(run->program->lead_relid, InvalidOid, true) != RLS_ENABLED)
		return NULL;
	visible = lc_shared_table("leadconv visible leads", (int) nrows);
	ids = palloc(sizeof(Datum) * Max(nrows, 1));
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(requests, i);
		int64		lead_id = lc_spi_int64(i, EARLIER_LEAD_ID);

		if (request->facts.found && lead_id == lc_lead_id(request))
			(void) lc_shared(visible, lead_id, 0);
		else
			ids[nids++] = Int64GetDatum(lead_id);
	}
	if (nids > 0)
	{
		ArrayType  *array = construct_array(ids, nids, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
		uint64		nvisible = lc_execute(run, &run->program->step[S_EARLIER_LEADS], PointerGetDatum(array));

		for (uint64 i = 0; i < nvisible; i++)
			(void) lc_shared(visible, lc_spi_int64(i, 1), 0);
		SPI_freetuptable(SPI_tuptable);
		SPI_tuptable = rows;
	}
	return visible;
}

/* Answers a request with the result of an earlier one, a row of S_EARLIER_REQUESTS */
static void
replay(LcRequest *request, uint64 row)
{
	LcOutcome  *outcome = &request->outcome;
	LcDecision *decision = &request->decision;
	bool		isnull;

	outcome->errors = NIL;
	outcome->replayed = true;
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		decision->target_id[t] = lc_spi_int64(row, EARLIER_ACCOUNT_ID + t - T_ACCOUNT);
		decision->creates[t] = lc_spi_bool(row, EARLIER_ACCOUNT_CREATED + t - T_ACCOUNT);
	}
	decision->related_person_account_id = lc_spi_int64(row, EARLIER_RELATED_PERSON_ACCOUNT_ID);
	outcome->replayed_warnings = lc_spi_datum(row, EARLIER_WARNINGS, &isnull);
	outcome->replayed_warnings = isnull ? (Datum) 0 :
		PointerGetDatum(PG_DETOAST_DATUM_COPY(outcome->replayed_warnings));
}

/*
 * Which requests have been made before, with the same request_id?  They get the
 * earlier result; one that is not the same request is refused.
 *
 * Request ids belong to a user and a role: what the same user has done in another
 * role counts as far as the caller can see the lead, and so an id may have been used
 * more than once.  His own role's use of it comes first; the index lets it be used
 * once only, so of one whose lead he cannot see he is told that, and no more.
 */
void
lc_read_earlier_requests(LcRun *run, LcRequest **requests)
{
	uint64		nrows = lc_execute(run, &run->program->step[S_EARLIER_REQUESTS], caller_name(run));
	SPITupleTable *rows = SPI_tuptable;
	HTAB	   *visible = nrows > 0 ? visible_leads(run, requests, rows, nrows) : NULL;

	for (int pass = 0; pass < 2; pass++)
	{
		for (uint64 i = 0; i < nrows; i++)
		{
			LcRequest  *request = lc_row_request(requests, i);
			LcOutcome  *outcome = &request->outcome;
			bool		is_own = lc_spi_bool(i, EARLIER_IS_OWN);
			bool		is_same = lc_spi_bool(i, EARLIER_IS_SAME);
			int64		lead_id = lc_spi_int64(i, EARLIER_LEAD_ID);
			bool		is_visible = visible == NULL || lc_shared_find(visible, lead_id, 0) != NULL;

			if (is_own != (pass == 0) || outcome->earlier_found)
				continue;
			if (outcome->errors != NIL && !request->facts.is_converted && request->facts.found)
				continue;		/* malformed anyway */
			if (!is_visible && (is_same || !is_own))
				continue;		/* there is no such lead */
			outcome->earlier_found = true;
			if (is_same && !lc_spi_bool(i, EARLIER_IS_UNDONE))
			{
				replay(request, i);
				continue;
			}
			outcome->errors = NIL;
			if (is_same)
			{
				lc_refuse(request, LC_DUPLICATE_VALUE, "request_id",
						  psprintf("It converted lead " INT64_FORMAT " on %s.", lead_id, lc_spi_text(i, EARLIER_DATE)),
						  "Give the request an id of its own to convert the lead again.",
						  "request id \"%s\" was used for a conversion that has been undone",
						  TextDatumGetCString(request->value[F_REQUEST_ID]));
				continue;
			}
			lc_refuse(request, LC_DUPLICATE_VALUE, "request_id",
					  is_visible ? psprintf("The earlier request converted lead " INT64_FORMAT " on %s.",
											lead_id, lc_spi_text(i, EARLIER_DATE)) : NULL,
					  "Give each request an id of its own, and the same id only to a retry of the same request.",
					  "request id \"%s\" was used for a different request",
					  TextDatumGetCString(request->value[F_REQUEST_ID]));
		}
	}
	if (visible)
		hash_destroy(visible);
	SPI_freetuptable(rows);
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

/*
 * Writes the ledger.  A completion is added to the row of the conversion; an import
 * may have left a converted lead without one.
 */
void
lc_write_ledger(LcRun *run)
{
	(void) lay_down_outcome(run);
	if (run->options.complete && lc_execute(run, &run->program->step[S_COMPLETION], caller_name(run)) > 0)
		return;
	lc_execute_expecting(run, S_LEDGER, caller_name(run), run->nrequests);
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
		{
		if (run->options.complete)
			lc_execute(run, &run->program->step[S_COMPLETION], DirectFunctionCall1(namein, CStringGetDatum("")));
		else
			lc_execute(run, &run->program->step[S_COMPLETE_LEDGER], (Datum) 0);
	}
}

/*
 * Is a request that was refused no failure?  A job over leads leaves out those that are
 * converted, whenever it finds out.
 */
bool
lc_is_skipped(const LcRun *run, const LcRequest *request)
{
	return run->options.skips_converted && request->facts.is_converted;
}

/*
 * Writes the failures among requests to crm.lead_conversion_error, with the rights
 * of that table's owner.
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
	Oid			argtypes[7] = {INT8ARRAYOID, INT8ARRAYOID, InvalidOid, JSONBARRAYOID, TEXTOID, INT8OID, NAMEOID};
	Datum		args[7];
	char		nulls[8] = "       ";

	run->step = "record errors";
	for (int i = 0; i < nrequests; i++)
	{
		LcRequest  *request = requests[i];

		CHECK_FOR_INTERRUPTS();
		if (request->outcome.errors == NIL || lc_is_skipped(run, request))
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
	args[6] = caller_name(run);

	lc_query_as(lc_table_owner("lead_conversion_error"),
				"INSERT INTO crm.lead_conversion_error (job, lead_id, request_position, status_code, sqlstate, message,"
				" detail, hint, fields, data, request, created_by_id, created_by_role, created_date)"
				" SELECT $5, e.lead_id, e.request_position, e.status_code, e.sqlstate, e.message, e.detail, e.hint,"
				" e.fields, e.data, e.request, $6, $7, pg_catalog.now()"
				" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
				" pg_catalog.unnest($4)) AS e(request_position, lead_id, status_code, sqlstate, message, detail,"
				" hint, fields, data, request)",
				SPI_OK_INSERT, 7, argtypes, args, nulls);
}
