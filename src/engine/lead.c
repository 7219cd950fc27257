/*-------------------------------------------------------------------------
 *
 * lead.c
 *	  The lead: locked and read at the start, updated at the end.
 *
 * All that lasts longer than a call is in the memory context that was current.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rls.h"

#include "engine/engine.h"

/* What S_LEADS and S_LEAD_WITH_PLACE yield; after ord, in this order */
enum
{
	LEAD_IS_CONVERTED = 2,
	LEAD_IS_DELETED,
	LEAD_OWNER_ID,
	LEAD_RECORD_TYPE_ID,
	LEAD_DIVISION_ID,
	LEAD_COMPANY,
	LEAD_NAME,
	LEAD_EMAIL,
	LEAD_STATUS,
	LEAD_IS_UNREAD,
	LEAD_CONVERTED_DATE,
	LEAD_CONVERTED_ACCOUNT,
	LEAD_CONVERTED_CONTACT,
	LEAD_CONVERTED_OPPORTUNITY,
	LEAD_RELID,					/* NULL unless the place is asked for */
	LEAD_CTID,
	LEAD_NOTICES,
	LEAD_OPPORTUNITY_NAME		/* only with a template of one's own */
};

static const char leads_sql[] =
"SELECT b.ord, l.is_converted::pg_catalog.bool, l.is_deleted::pg_catalog.bool, l.owner_id::pg_catalog.int8,"
" l.record_type_id::pg_catalog.int8, l.division_id::pg_catalog.int8,"
" l.company::pg_catalog.text, l.name::pg_catalog.text, l.email::pg_catalog.text,"
" l.status::pg_catalog.text, l.is_unread_by_owner::pg_catalog.bool,"
" l.converted_date::pg_catalog.text, l.converted_account_id::pg_catalog.int8, l.converted_contact_id::pg_catalog.int8,"
" l.converted_opportunity_id::pg_catalog.int8, ";

/* What these statements read */
static const LcRequiredColumn lead_columns[] = {
	{"lead", "id", INT8OID},
	{"lead", "is_converted", BOOLOID},
	{"lead", "is_deleted", BOOLOID},
	{"lead", "owner_id", INT8OID},
	{"lead", "record_type_id", INT8OID},
	{"lead", "division_id", INT8OID},
	{"lead", "company", TEXTOID},
	{"lead", "name", TEXTOID},
	{"lead", "email", TEXTOID},
	{"lead", "status", TEXTOID},
	{"lead", "is_unread_by_owner", BOOLOID},
	{"lead", "converted_account_id", INT8OID},
	{"lead", "converted_contact_id", INT8OID},
	{"lead", "converted_opportunity_id", INT8OID}
};

/* To ask where a row is takes SELECT on the table, to read its columns does not */
static const struct
{
	LcStep		id;
	const char *place;
}			lead_forms[] = {
	{S_LEADS, "NULL::pg_catalog.oid, NULL::pg_catalog.tid, "},
	{S_LEAD_WITH_PLACE, "l.tableoid, l.ctid, "}
};

static const LcFixedStatement lead_statements[] = {
	{S_LOCK_LEADS, "lock lead", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT 1 FROM conversion_batch b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id ORDER BY l.id",
	"FOR UPDATE OF l", "lead"},
	{S_SEEN_LEADS, "look up leads", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
	"SELECT b.ord FROM conversion_batch b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id", NULL, NULL},
	{S_LEAD, "update lead", "lead", LC_SNAPSHOT_CHECKED, InvalidOid,
		"UPDATE crm.lead l SET is_converted = true, converted_date = b.converted_date,"
		" converted_account_id = b.account_id, converted_contact_id = b.contact_id,"
		" converted_opportunity_id = b.opportunity_id, status = b.converted_status, is_unread_by_owner = false"
	" FROM conversion_batch b WHERE l.id OPERATOR(pg_catalog.=) b.lead_id", NULL, NULL},
	{S_COMPLETE_LEAD, "update lead", "lead", LC_SNAPSHOT_CHECKED, InvalidOid,
		"UPDATE crm.lead l SET converted_account_id = b.account_id, converted_contact_id = b.contact_id,"
		" converted_opportunity_id = b.opportunity_id"
	" FROM conversion_batch b WHERE l.id OPERATOR(pg_catalog.=) b.lead_id", NULL, NULL},
	{S_VERIFY_LEAD, "verify lead", "lead", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT b.ord FROM conversion_batch b LEFT JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
		" WHERE l.id IS NULL OR NOT l.is_converted OR l.converted_date IS NULL"
		" OR (COALESCE(l.converted_account_id, 0) OPERATOR(pg_catalog.<>) COALESCE(b.account_id, 0))"
		" OR (COALESCE(l.converted_contact_id, 0) OPERATOR(pg_catalog.<>) COALESCE(b.contact_id, 0))"
		" OR (COALESCE(l.converted_opportunity_id, 0) OPERATOR(pg_catalog.<>) COALESCE(b.opportunity_id, 0))"
	" ORDER BY b.ord LIMIT 1", NULL, NULL}
};

/*
 * Compiles the statements about leads.  The mappings must have been compiled:
 * what gives a warning is asked for along with the rest.
 */
void
lc_compile_leads(LcProgram *program)
{
	Relation	lead = table_open(program->lead_relid, AccessShareLock);

	lc_require_columns(lead_columns, lengthof(lead_columns));
	for (size_t f = 0; f < lengthof(lead_forms); f++)
	{
		LcStatement *statement = &program->step[lead_forms[f].id];
		LcSql		sql;

		lc_sql_init(&sql);
		lc_sql_constant(&sql, leads_sql);
		lc_sql_constant(&sql, lead_forms[f].place);
		if (program->nnotices == 0)
			lc_sql_add(&sql, "NULL");
		for (int i = 0; i < program->nnotices; i++)
			lc_sql_add(&sql, "%s%s", i == 0 ? "ARRAY[" : ", ", program->notices[i].condition);
		if (program->nnotices > 0)
			lc_sql_add(&sql, "]");
		lc_sql_add(&sql, "::pg_catalog.bool[]");
		if (program->settings.opportunity_name)
			lc_sql_add(&sql, ", %s", program->settings.opportunity_name);
		lc_sql_constant(&sql, " FROM conversion_batch b"
						" JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id ORDER BY l.id, b.ord");
		lc_statement(program, statement, "lock lead", InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		lc_statement_locks(statement, "FOR UPDATE OF l", program->lead_relid);
		statement->adjust = lc_see_before_conversion;
	}

	lc_fixed_statements(program, lead_statements, lengthof(lead_statements));
	program->step[S_LOCK_LEADS].adjust = lc_see_before_conversion;
	program->verify_lead = lc_has_foreign_trigger(lead, TRIGGER_TYPE_UPDATE);
	table_close(lead, AccessShareLock);
}

/*
 * Warns about values of the lead that go nowhere, which a completion does not say
 * again, and notes those that are too long
 */
static void
add_notices(LcRun *run, LcRequest *request, Datum notices)
{
	LcProgram  *program = run->program;
	Datum	   *elems;
	bool	   *nulls;
	int			nelems;

	deconstruct_array(DatumGetArrayTypeP(notices), BOOLOID, 1, true, TYPALIGN_CHAR,
					  &elems, &nulls, &nelems);
	for (int n = 0; n < nelems; n++)
	{
		const LcNotice *notice = &program->notices[n];

		if (nulls[n] || !DatumGetBool(elems[n]))
			continue;
		if (notice->is_person_title)
			request->facts.has_long_title = true;
		else if (notice->cut)
			request->facts.cuts = lappend(request->facts.cuts, (void *) notice);
		else if (!run->options.complete)
			lc_add_notice(request, notice);
	}
}

/* "Lead 5 was converted on 2026-01-31 to account 3, contact 4, opportunity (none)." */
static char *
describe_conversion(const LcRequest *request, uint64 row)
{
	StringInfoData buf;
	char	   *date = lc_spi_text(row, LEAD_CONVERTED_DATE);

	initStringInfo(&buf);
	appendStringInfo(&buf, "Lead " INT64_FORMAT " was converted on %s to", lc_lead_id(request),
					 date ? date : "(unknown)");
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		int64		id = lc_spi_int64(row, LEAD_CONVERTED_ACCOUNT + t - T_ACCOUNT);

		appendStringInfo(&buf, "%s %s %s", t == T_ACCOUNT ? "" : ",", lc_target[t].name,
						 id != 0 ? psprintf(INT64_FORMAT, id) : "(none)");
	}
	appendStringInfoChar(&buf, '.');
	return buf.data;
}

/* A column as text, or NULL when it is blank */
static char *
given_text(uint64 row, int column)
{
	char	   *value = lc_spi_text(row, column);

	return value != NULL && lc_is_blank(value, strlen(value)) ? NULL : value;
}

/*
 * Of converted leads that policies hide, the caller is not told when and to what
 * they were converted; to complete their conversion, they are not there.
 */
static void
forget_hidden(LcRun *run, LcRequest **requests, int nrequests)
{
	bool	   *seen;
	uint64		nrows;

	if (check_enable_rls(run->program->lead_relid, InvalidOid, true) != RLS_ENABLED)
		return;
	seen = palloc0(sizeof(bool) * nrequests);
	nrows = lc_execute(run, &run->program->step[S_SEEN_LEADS], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;

		seen[DatumGetInt32(lc_spi_datum(i, 1, &isnull))] = true;
	}
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < nrequests; i++)
	{
		if (!requests[i]->facts.is_converted || seen[i])
			continue;
		if (run->options.complete)
			requests[i]->facts.found = false;
		else
			requests[i]->facts.converted = psprintf("Lead " INT64_FORMAT " was converted.", lc_lead_id(requests[i]));
	}
	pfree(seen);
}

/*
 * Locks the leads of requests, ascending by id, and reads what is to be known of
 * them.  The batch is laid down for these requests.
 */
void
lc_read_leads(LcRun *run, LcRequest **requests, int nrequests)
{
	LcProgram  *program = run->program;
	bool		with_place = lc_may_read_lead_row(run);
	bool		any_converted = false;
	uint64		nrows;

	run->lead_values = NULL;
	nrows = lc_execute(run, &program->step[with_place ? S_LEAD_WITH_PLACE : S_LEADS], (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(requests, i);
		LcFacts    *facts = &request->facts;
		Datum		notices;
		bool		isnull;

		facts->found = true;
		facts->is_converted = lc_spi_bool(i, LEAD_IS_CONVERTED);
		facts->is_deleted = lc_spi_bool(i, LEAD_IS_DELETED);
		facts->lead_owner_id = lc_spi_int64(i, LEAD_OWNER_ID);
		facts->record_type_id = lc_spi_int64(i, LEAD_RECORD_TYPE_ID);
		facts->division_id = lc_spi_int64(i, LEAD_DIVISION_ID);
		facts->company = given_text(i, LEAD_COMPANY);
		facts->lead_name = given_text(i, LEAD_NAME);
		if (run->options.reuse_contacts || (run->options.reuse_accounts && program->settings.person_accounts_enabled))
			facts->email = given_text(i, LEAD_EMAIL);
		if (program->settings.opportunity_name)
			facts->opportunity_name = given_text(i, LEAD_OPPORTUNITY_NAME);
		facts->status = lc_spi_text(i, LEAD_STATUS);
		facts->is_unread = lc_spi_bool(i, LEAD_IS_UNREAD);
		if (facts->is_converted)
			facts->converted = describe_conversion(request, i);
		for (int t = T_ACCOUNT; t < LC_NTARGETS && run->options.complete; t++)
			facts->converted_id[t] = lc_spi_int64(i, LEAD_CONVERTED_ACCOUNT + t - T_ACCOUNT);
		any_converted |= facts->is_converted;
		if (with_place)
			lc_read_lead_row(run, lc_spi_oid(i, LEAD_RELID), lc_spi_datum(i, LEAD_CTID, &isnull));
		notices = lc_spi_datum(i, LEAD_NOTICES, &isnull);
		if (!isnull)
			add_notices(run, request, notices);
	}
	SPI_freetuptable(SPI_tuptable);
	if (any_converted)
		forget_hidden(run, requests, nrequests);
}

/*
 * Converts the leads, or completes that: one update.  Raises an error when a trigger of a user keeps
 * one from being converted.
 */
void
lc_update_leads(LcRun *run)
{
	lc_execute_expecting(run, run->options.complete ? S_COMPLETE_LEAD : S_LEAD, (Datum) 0, run->nrequests);
	if (!run->program->verify_lead)
		return;
	if (lc_execute(run, &run->program->step[S_VERIFY_LEAD], (Datum) 0) > 0)
		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("step \"update lead\" of the lead conversion did not leave lead " INT64_FORMAT " converted",
						lc_lead_id(lc_row_request(run->request, 0))),
				 errdetail("A trigger changed is_converted or one of the converted columns."),
				 errhint("Let the trigger leave these columns alone, or raise an error to refuse the conversion."),
				 err_generic_string(PG_DIAG_TABLE_NAME, "lead")));
	SPI_freetuptable(SPI_tuptable);
}
