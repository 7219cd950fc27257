/*-------------------------------------------------------------------------
 *
 * find_matches.c
 *	  What a lead could be converted to: existing accounts, contacts and opportunities.
 *
 * As the platform's dialog offers them before anything is decided.  The lead is judged
 * as a run that only looks does it, and the rows that a conversion would make of it
 * (record.c) are compared with what there is, by the matching rules that can be used
 * and have standard fields only.  Whatever else would refuse the conversion does not
 * matter yet.
 *
 * Everything is read with the caller's rights.  Nothing is written or locked, so that
 * it works in a read-only transaction.  Works in the memory context of its SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_find_account_matches);
PG_FUNCTION_INFO_V1(leadconv_find_contact_matches);
PG_FUNCTION_INFO_V1(leadconv_find_opportunity_matches);

/* An opportunity has at most so many fellows in the result */
#define MAX_OPPORTUNITIES "20"

/* A call of one of the functions */
typedef struct Call
{
	LcRun		run;
	LcRequest  *request;
	LcTarget	target;			/* what is looked for */
	int64		account_id;		/* that is given, 0 = none */
	ReturnSetInfo *rsinfo;
} Call;

/* A record that is offered */
typedef struct Offer
{
	const LcMatch *match;		/* the best one */
	bool		of_account;		/* it belongs to the account that is given */
	int64		account_id;		/* of a contact, 0 = none to be seen */
	int64		nopen;			/* opportunities that are open */
	TimestampTz used;			/* when it was changed last */
} Offer;

/* The values of a new row */
typedef struct Row
{
	LcRowValue *values;
	int			nvalues;
} Row;

/* The request to convert a lead, or none */
static LcRequest *
make_request(FunctionCallInfo fcinfo, int argument)
{
	Datum		values[LC_NFIELDS] = {0};
	bool		nulls[LC_NFIELDS];

	memset(nulls, true, sizeof(nulls));
	nulls[F_LEAD_ID] = PG_ARGISNULL(argument);
	values[F_LEAD_ID] = nulls[F_LEAD_ID] ? (Datum) 0 : PG_GETARG_DATUM(argument);
	/* what there is no need to find out */
	values[F_DO_NOT_CREATE_OPPORTUNITY] = values[F_BYPASS_ACCOUNT_DEDUPE_CHECK] = values[F_BYPASS_CONTACT_DEDUPE_CHECK] = BoolGetDatum(true);
	nulls[F_DO_NOT_CREATE_OPPORTUNITY] = nulls[F_BYPASS_ACCOUNT_DEDUPE_CHECK] = nulls[F_BYPASS_CONTACT_DEDUPE_CHECK] = false;
	return lc_request_from_values(1, values, nulls);
}

/*
 * Judges the lead.  Raises what a conversion would when there is no such lead, or it
 * cannot be converted any more.
 */
static void
judge_lead(Call *call)
{
	LcRun	   *run = &call->run;
	LcRequest  *request = call->request;

	/* what the settings leave out can be chosen all the same */
	for (int t = T_ACCOUNT; t <= T_CONTACT; t++)
	{
		LcField		record = lc_target[t].record_field;

		if (run->program->settings.creates[t])
			continue;
		request->value[record] = DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
		request->isnull[record] = false;
	}
	run->step = "judge";
	lc_judge(run, &call->request, 1);
	if (lc_refusal(request) != NULL &&
		(!request->facts.found || request->facts.is_converted || request->facts.is_deleted))
	{
		if (lc_refusal(request)->step)
			run->step = lc_refusal(request)->step;
		run->judged = request;
		lc_error_raise(lc_refusal(request));
	}
	run->request = &call->request;
	run->nrequests = 1;
	run->step = "find matches";
}

/* LcRowReceiver: keeps the row */
static void
keep_row(LcRequest *request, LcTarget t, const LcRowValue *values, int nvalues, void *arg)
{
	Row		   *row = &((Row *) arg)[t];

	row->values = palloc(sizeof(LcRowValue) * nvalues);
	memcpy(row->values, values, sizeof(LcRowValue) * nvalues);
	row->nvalues = nvalues;
}

/* A value of a row, or NULL */
static const char *
row_value(const Row *row, const char *column)
{
	for (int i = 0; i < row->nvalues; i++)
	{
		if (strcmp(row->values[i].column, column) == 0)
			return row->values[i].value;
	}
	return NULL;
}

/* May the current role read these columns of a table of schema crm? */
static bool
may_select(const char *table, const char *const *columns, int n)
{
	Oid			relid = lc_crm_relid(table, true);

	return OidIsValid(relid) && lc_may_select(relid, columns, n);
}

/* The row of the account that is given, as far as the caller sees it; false = not at all */
static bool
read_given_account(int64 account_id, const List *columns, Row *row)
{
	StringInfoData sql;
	const char **names = palloc(sizeof(char *) * (list_length(columns) + 2));
	int			nnames = 0;
	Oid			type = INT8OID;
	Datum		id = Int64GetDatum(account_id);
	ListCell   *lc;
	bool		found;

	names[nnames++] = "id";
	names[nnames++] = "is_deleted";
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT t.id::pg_catalog.int8");
	foreach(lc, columns)
	{
		names[nnames++] = lfirst(lc);
		appendStringInfo(&sql, ", t.%s::pg_catalog.text", quote_identifier(lfirst(lc)));
	}
	appendStringInfoString(&sql, " FROM crm.account t WHERE t.id OPERATOR(pg_catalog.=) $1 AND NOT t.is_deleted::pg_catalog.bool");
	if (!may_select("account", names, nnames))
		return false;
	found = lc_read(sql.data, 1, &type, &id) > 0;
	if (found)
	{
		row->values = palloc0(sizeof(LcRowValue) * Max(list_length(columns), 1));
		row->nvalues = list_length(columns);
		foreach(lc, columns)
		{
			LcRowValue *value = &row->values[foreach_current_index(lc)];

			value->column = lfirst(lc);
			value->value = lc_spi_text(0, 2 + foreach_current_index(lc));
		}
	}
	SPI_freetuptable(SPI_tuptable);
	return found;
}

/* The name of the column that is a field of a rule */
static char *
field_column(const LcMatchingRule *rule, const LcMatchField *field)
{
	const LcMatchTable *table = lc_match_table(field->of_account ? LC_MATCH_TABLE_ACCOUNT : lc_match_object_table(rule->kind));

	return get_attname(table->relid, field->attno, false);
}

/* The row from which a field of a rule comes: that of a new record, or of the account that is given */
static LcTarget
field_target(const LcMatchingRule *rule, const LcMatchField *field)
{
	if (rule->kind == LC_MATCH_PERSON_ACCOUNT)
		return field->of_account ? T_PERSON : T_CONTACT;
	return rule->kind == LC_MATCH_CONTACT && !field->of_account ? T_CONTACT : T_ACCOUNT;
}

/* The rules for records of an object that the dialog asks */
static List *
dialog_rules(const char *object)
{
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, lc_matching_rules(object))
	{
		const LcMatchingRule *rule = lfirst(lc);

		if (rule->standard_fields_only)
			result = lappend(result, (void *) rule);
	}
	return result;
}

/* Reads the rows that a conversion would make, as far as it makes any */
static void
read_rows(Call *call, const List *rules, Row *rows)
{
	LcRun	   *run = &call->run;
	List	   *columns = NIL;
	ListCell   *lc;

	lc_batch_fill(run, run->request, 1);
	for (int t = 0; t <= T_CONTACT; t++)
	{
		if (call->request->decision.creates[t])
			lc_read_rows(run, t, keep_row, rows);
	}
	if (call->account_id == 0 || call->target != T_CONTACT)
		return;

	/* the contact would be one of that account */
	foreach(lc, rules)
	{
		const LcMatchingRule *rule = lfirst(lc);

		for (int i = 0; i < rule->nfields; i++)
		{
			if (field_target(rule, &rule->fields[i]) == T_ACCOUNT)
				columns = lappend(columns, field_column(rule, &rule->fields[i]));
		}
	}
	if (columns != NIL)
		(void) read_given_account(call->account_id, columns, &rows[T_ACCOUNT]);
}

/* The record of a rule's fields that these rows make */
static LcMatchRecord *
make_record(const LcMatchingRule *rule, const Row *rows)
{
	LcMatchRecord *record = palloc0(sizeof(LcMatchRecord));

	record->field = palloc(sizeof(char *) * Max(rule->nfields, 1));
	record->value = palloc(sizeof(char *) * Max(rule->nfields, 1));
	for (int i = 0; i < rule->nfields; i++)
	{
		const LcMatchField *field = &rule->fields[i];

		record->field[i] = field->name;
		record->value[i] = row_value(&rows[field_target(rule, field)], field_column(rule, field));
	}
	record->nfields = rule->nfields;
	return record;
}

/* Adds matches; of a record that several rules find, the best one */
static Offer *
add_matches(Offer *offers, int *noffers, const List *matches)
{
	ListCell   *lc;

	offers = offers ? repalloc(offers, sizeof(Offer) * Max(*noffers + list_length(matches), 1))
		: palloc(sizeof(Offer) * Max(list_length(matches), 1));
	foreach(lc, matches)
	{
		const LcMatch *match = lfirst(lc);
		int			i = 0;

		while (i < *noffers && offers[i].match->id != match->id)
			i++;
		if (i == *noffers)
			memset(&offers[(*noffers)++], 0, sizeof(Offer));
		else if (offers[i].match->score >= match->score)
			continue;
		offers[i].match = match;
	}
	return offers;
}

/*
 * Reads what the order depends on beside the score, as far as the caller may.  What he
 * does not see, or the snapshot of his query does not have, is as if it were nothing.
 */
static void
read_uses(Call *call, Offer *offers, int noffers)
{
	static const char *const opportunity_columns[] = {"id", "account_id", "is_closed", "is_deleted"};
	static const char *const role_columns[] = {"opportunity_id", "contact_id", "is_deleted"};
	static const char *const relation_columns[] = {"account_id", "contact_id", "is_active", "is_deleted"};
	static const char *const record_columns[] = {"id", "last_modified_date"};
	static const char *const account_column[] = {"account_id"};
	bool		of_contacts = call->target == T_CONTACT;
	const char *table = of_contacts ? "contact" : "account";
	bool		sees_opportunities = may_select("opportunity", opportunity_columns, lengthof(opportunity_columns));
	bool		sees_account = of_contacts && may_select(table, account_column, 1);
	StringInfoData sql;
	Oid			types[2] = {INT8ARRAYOID, INT8OID};
	Datum		args[2];
	Datum	   *ids = palloc(sizeof(Datum) * noffers);
	uint64		nrows;

	if (!may_select(table, record_columns, lengthof(record_columns)))
		return;
	for (int i = 0; i < noffers; i++)
		ids[i] = Int64GetDatum(offers[i].match->id);
	args[0] = PointerGetDatum(construct_array(ids, noffers, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	args[1] = Int64GetDatum(call->account_id);

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT i.n, t.last_modified_date::pg_catalog.timestamptz, ");
	if (!sees_opportunities || (of_contacts && !may_select("opportunity_contact_role", role_columns, lengthof(role_columns))))
		appendStringInfoString(&sql, "0::pg_catalog.int8, ");
	else if (of_contacts)
		appendStringInfoString(&sql, "(SELECT pg_catalog.count(*) FROM crm.opportunity_contact_role r"
							   " JOIN crm.opportunity o ON o.id OPERATOR(pg_catalog.=) r.opportunity_id"
							   " WHERE r.contact_id OPERATOR(pg_catalog.=) t.id AND NOT r.is_deleted::pg_catalog.bool AND NOT o.is_deleted::pg_catalog.bool AND NOT o.is_closed::pg_catalog.bool), ");
	else
		appendStringInfoString(&sql, "(SELECT pg_catalog.count(*) FROM crm.opportunity o"
							   " WHERE o.account_id OPERATOR(pg_catalog.=) t.id AND NOT o.is_deleted::pg_catalog.bool AND NOT o.is_closed::pg_catalog.bool), ");
	appendStringInfoString(&sql, sees_account ? "t.account_id::pg_catalog.int8, t.account_id OPERATOR(pg_catalog.=) $2"
						   : "NULL::pg_catalog.int8, false");
	if (of_contacts && call->run.program->settings.contacts_to_multiple_accounts_enabled &&
		may_select("account_contact_relation", relation_columns, lengthof(relation_columns)))
		appendStringInfoString(&sql, " OR EXISTS (SELECT FROM crm.account_contact_relation r"
							   " WHERE r.contact_id OPERATOR(pg_catalog.=) t.id AND r.account_id OPERATOR(pg_catalog.=) $2"
							   " AND r.is_active::pg_catalog.bool AND NOT r.is_deleted::pg_catalog.bool)");
	appendStringInfo(&sql, " FROM pg_catalog.unnest($1) WITH ORDINALITY AS i(id, n)"
					 " JOIN crm.%s t ON t.id OPERATOR(pg_catalog.=) i.id", table);
	nrows = lc_read(sql.data, 2, types, args);
	for (uint64 row = 0; row < nrows; row++)
	{
		Offer	   *offer = &offers[lc_spi_int64(row, 1) - 1];
		bool		isnull;
		Datum		used = lc_spi_datum(row, 2, &isnull);

		offer->used = isnull ? 0 : DatumGetTimestampTz(used);
		offer->nopen = lc_spi_int64(row, 3);
		offer->account_id = lc_spi_int64(row, 4);
		offer->of_account = lc_spi_bool(row, 5);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The most useful one first */
static int
compare_offers(const void *a, const void *b)
{
	const Offer *x = a;
	const Offer *y = b;

	if (x->of_account != y->of_account)
		return x->of_account ? -1 : 1;
	if (x->match->score != y->match->score)
		return x->match->score > y->match->score ? -1 : 1;
	if ((x->nopen > 0) != (y->nopen > 0))
		return x->nopen > 0 ? -1 : 1;
	if (x->used != y->used)
		return x->used > y->used ? -1 : 1;
	return x->match->id < y->match->id ? -1 : x->match->id > y->match->id;
}

/* A text[] of a list of strings */
static Datum
fields_array(const List *fields)
{
	const char **names = palloc(sizeof(char *) * Max(list_length(fields), 1));
	ListCell   *lc;

	foreach(lc, fields)
		names[foreach_current_index(lc)] = lfirst(lc);
	return lc_text_array(names, list_length(fields));
}

/* Finds accounts or contacts */
static void
find_records(void *arg)
{
	Call	   *call = arg;
	Row			rows[LC_NTARGETS] = {0};
	Offer	   *offers = NULL;
	int			noffers = 0;
	bool		is_person;
	List	   *rules;
	ListCell   *lc;

	judge_lead(call);
	is_person = call->request->decision.person == LC_PERSON_ACCOUNT;
	/* the contact of a person account is a part of it */
	if (call->target == T_CONTACT && is_person)
		return;
	rules = dialog_rules(call->target == T_CONTACT ? "contact" : is_person ? "person_account" : "account");
	if (rules == NIL)
		return;
	read_rows(call, rules, rows);
	foreach(lc, rules)
	{
		const LcMatchRecord *record = make_record(lfirst(lc), rows);

		offers = add_matches(offers, &noffers, lc_find_matches(lfirst(lc), &record, 1, InvalidOid)[0]);
	}
	if (noffers == 0)
		return;
	read_uses(call, offers, noffers);
	qsort(offers, noffers, sizeof(Offer), compare_offers);

	for (int i = 0; i < noffers; i++)
	{
		const LcMatch *match = offers[i].match;
		Datum		values[7];
		bool		nulls[7] = {false};
		int			n = 0;

		CHECK_FOR_INTERRUPTS();
		values[n++] = Int64GetDatum(match->id);
		nulls[n] = match->name == NULL;
		values[n++] = match->name ? CStringGetTextDatum(match->name) : (Datum) 0;
		values[n++] = Int32GetDatum(match->score);
		values[n++] = CStringGetTextDatum(match->rule->name);
		values[n++] = fields_array(match->fields);
		if (call->target == T_CONTACT)
		{
			nulls[n] = offers[i].account_id == 0;
			values[n++] = Int64GetDatum(offers[i].account_id);
		}
		values[n++] = Int64GetDatum(offers[i].nopen);
		tuplestore_putvalues(call->rsinfo->setResult, call->rsinfo->setDesc, values, nulls);
	}
}

/* Begins a call that returns rows */
static Call *
begin_call(FunctionCallInfo fcinfo, LcTarget target)
{
	Call	   *call;

	InitMaterializedSRF(fcinfo, 0);
	lc_spi_connect();
	call = palloc0(sizeof(Call));
	call->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	call->target = target;
	return call;
}

/* Runs it, for one lead */
static Datum
run_call(Call *call, void (*body) (void *arg))
{
	LcOptions	options = {.look = true, .nrequests = 1};

	lc_run_body(&call->run, &options, body, call);
	SPI_finish();
	return (Datum) 0;
}

/*
 * leadconv.find_account_matches(lead_id)
 */
Datum
leadconv_find_account_matches(PG_FUNCTION_ARGS)
{
	Call	   *call = begin_call(fcinfo, T_ACCOUNT);

	call->request = make_request(fcinfo, 0);
	return run_call(call, find_records);
}

/*
 * leadconv.find_contact_matches(lead_id, account_id)
 */
Datum
leadconv_find_contact_matches(PG_FUNCTION_ARGS)
{
	Call	   *call = begin_call(fcinfo, T_CONTACT);

	call->request = make_request(fcinfo, 0);
	call->account_id = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1);
	return run_call(call, find_records);
}

/*
 * How well a name fits a company, from 0 to 100: all of it, or as many words at its
 * beginning as the company has.
 */
static int
company_fit(const char *name, const LcMatchValue *company, int nwords)
{
	int			len = strlen(name);
	char	   *words = lc_normalize_words(name, len);
	LcMatchValue *value = lc_match_value(LC_MATCH_COMPANY_NAME, name);
	int			best = value ? lc_match_score(LC_MATCH_COMPANY_NAME, value, company) : 0;
	char	   *end = words;

	for (int i = 0; i < nwords && end != NULL; i++)
		end = strchr(i == 0 ? end : end + 1, ' ');
	if (words != NULL && end != NULL)
	{
		*end = '\0';
		value = lc_match_value(LC_MATCH_COMPANY_NAME, words);
		if (value != NULL)
			best = Max(best, lc_match_score(LC_MATCH_COMPANY_NAME, value, company));
	}
	return best;
}

/* How many words the name of a company has, without the legal form */
static int
count_words(const char *company)
{
	char	   *words = lc_normalize_company(company, strlen(company));
	int			n = words != NULL;

	for (const char *p = words; p != NULL && *p; p++)
		n += *p == ' ';
	return n;
}

/* Finds opportunities */
static void
find_opportunities(void *arg)
{
	static const char *const account_columns[] = {"id", "is_deleted"};
	static const char *const columns[] = {"id", "name", "account_id", "stage_name", "is_closed", "close_date", "is_deleted", "created_date"};
	Call	   *call = arg;
	Oid			type = INT8OID;
	Datum		account_id = Int64GetDatum(call->account_id);
	const char *company = NULL;
	LcMatchValue *company_value = NULL;
	int			nwords = 0;
	uint64		nrows;

	if (call->request != NULL)
	{
		judge_lead(call);
		company = call->request->facts.company;
		company_value = company ? lc_match_value(LC_MATCH_COMPANY_NAME, company) : NULL;
		nwords = company ? count_words(company) : 0;
	}
	if (call->account_id == 0 || !may_select("account", account_columns, lengthof(account_columns)) ||
		!may_select("opportunity", columns, lengthof(columns)))
		return;
	nrows = lc_read("SELECT o.id::pg_catalog.int8, o.name::pg_catalog.text, o.stage_name::pg_catalog.text,"
					" o.is_closed::pg_catalog.bool, o.close_date::pg_catalog.date"
					" FROM crm.account a JOIN crm.opportunity o ON o.account_id OPERATOR(pg_catalog.=) a.id"
					" WHERE a.id OPERATOR(pg_catalog.=) $1 AND NOT a.is_deleted::pg_catalog.bool AND NOT o.is_deleted::pg_catalog.bool"
					" ORDER BY o.is_closed::pg_catalog.bool, o.created_date DESC, o.id DESC LIMIT " MAX_OPPORTUNITIES, 1, &type, &account_id);
	for (uint64 row = 0; row < nrows; row++)
	{
		char	   *name = lc_spi_text(row, 2);
		int			score = company_value && name ? company_fit(name, company_value, nwords) : 0;
		bool		matches = company_value && score >= lc_match_threshold(LC_MATCH_COMPANY_NAME);
		const char *stage = lc_spi_text(row, 3);
		Datum		values[8];
		bool		nulls[8] = {false};

		values[0] = Int64GetDatum(lc_spi_int64(row, 1));
		nulls[1] = name == NULL;
		values[1] = name ? CStringGetTextDatum(name) : (Datum) 0;
		nulls[2] = company_value == NULL;
		values[2] = Int32GetDatum(score);
		nulls[3] = true;
		values[4] = fields_array(matches ? list_make1("name") : NIL);
		nulls[5] = stage == NULL;
		values[5] = stage ? CStringGetTextDatum(stage) : (Datum) 0;
		values[6] = BoolGetDatum(lc_spi_bool(row, 4));
		values[7] = lc_spi_datum(row, 5, &nulls[7]);
		tuplestore_putvalues(call->rsinfo->setResult, call->rsinfo->setDesc, values, nulls);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * leadconv.find_opportunity_matches(account_id, lead_id)
 */
Datum
leadconv_find_opportunity_matches(PG_FUNCTION_ARGS)
{
	Call	   *call = begin_call(fcinfo, T_OPPORTUNITY);

	call->account_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	if (!PG_ARGISNULL(1))
		call->request = make_request(fcinfo, 1);
	return run_call(call, find_opportunities);
}
