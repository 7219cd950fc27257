/*-------------------------------------------------------------------------
 *
 * judge.c
 *	  Everything that can be said about the requests before anything is written.
 *
 * The judge locks the leads, gathers facts about all of them in a few
 * statements, and decides for each request: refused (with an error value),
 * answered from the ledger (a retry), or to be done, and then with which
 * records.  A refused request never enters a subtransaction.
 *
 * All errors and texts are allocated in the memory context that is current when
 * lc_judge() is called.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "engine/engine.h"

/* Reference, section 2.2 */
#define QUEUE_OWNER_MESSAGE \
	"Converted objects can only be owned by users.  If the lead is not owned by a user, you must specify a user for the Owner field."

static const LcField id_field[LC_NTARGETS] = {F_ACCOUNT_ID, F_CONTACT_ID, F_OPPORTUNITY_ID};
static const LcField record_field[LC_NTARGETS] = {F_ACCOUNT_RECORD, F_CONTACT_RECORD, F_OPPORTUNITY_RECORD};
static const LcField do_not_create_field[LC_NTARGETS] = {
	F_DO_NOT_CREATE_ACCOUNT, F_DO_NOT_CREATE_CONTACT, F_DO_NOT_CREATE_OPPORTUNITY
};

/* The name of a field as the platform's messages have it */
static const char *const platform_id_name[LC_NTARGETS] = {"accountId", "contactId", "opportunityId"};
static const char *const platform_target_name[LC_NTARGETS] = {"Account", "Contact", "Opportunity"};

static inline bool
given(const LcRequest *request, LcField field)
{
	return !request->isnull[field];
}

static inline bool
flag(const LcRequest *request, LcField field)
{
	return !request->isnull[field] && DatumGetBool(request->value[field]);
}

static inline int64
id_or_zero(const LcRequest *request, LcField field)
{
	return request->isnull[field] ? 0 : DatumGetInt64(request->value[field]);
}

/* A column of the current result */
static Datum
column(uint64 row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
}

static int64
column_int64(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static bool
column_bool(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return !isnull && DatumGetBool(value);
}

static char *
column_text(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* The request that the current row is about */
static LcRequest *
row_request(LcRequest **requests, uint64 row)
{
	bool		isnull;

	return requests[DatumGetInt32(column(row, 1, &isnull))];
}

/*
 * Refuses a request, unless it has been refused already: the first reason counts.
 */
#define refuse(request, ...) \
	do { \
		if ((request)->error == NULL) \
			(request)->error = lc_error(__VA_ARGS__); \
	} while (0)

/*
 * Reads what S_LEADS found, while it locked the leads.
 */
static void
read_leads(LcRun *run, LcRequest **requests, uint64 nrows)
{
	LcProgram  *program = run->program;

	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = row_request(requests, i);
		Datum		notices;
		bool		isnull;

		request->found = true;
		request->lead_is_converted = column_bool(i, 2);
		request->lead_is_deleted = column_bool(i, 3);
		request->lead_owner_id = column_int64(i, 4);
		request->record_type_id = column_int64(i, 5);
		request->division_id = column_int64(i, 6);
		request->company = column_text(i, 7);
		request->lead_name = column_text(i, 8);

		if (request->lead_is_converted)
			refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, NULL,
				   psprintf("Lead " INT64_FORMAT " was converted on %s to account %s, contact %s, opportunity %s.",
							DatumGetInt64(request->value[F_LEAD_ID]),
							column_text(i, 12) ? column_text(i, 12) : "(unknown)",
							column_int64(i, 9) ? psprintf(INT64_FORMAT, column_int64(i, 9)) : "(none)",
							column_int64(i, 10) ? psprintf(INT64_FORMAT, column_int64(i, 10)) : "(none)",
							column_int64(i, 11) ? psprintf(INT64_FORMAT, column_int64(i, 11)) : "(none)"),
				   "A lead is converted once. Work on with the contact, or create an opportunity for it.",
				   "cannot reference converted lead: lead " INT64_FORMAT " has been converted already",
				   DatumGetInt64(request->value[F_LEAD_ID]));

		if (run->options.reuse_accounts && request->company)
			request->account_key = lc_normalize_company(request->company, strlen(request->company));
		if (run->options.reuse_contacts)
		{
			char	   *email = column_text(i, 13);

			if (email)
				request->contact_key = lc_normalize_email(email, strlen(email));
		}

		notices = column(i, 14, &isnull);
		if (!isnull)
		{
			Datum	   *elems;
			bool	   *nulls;
			int			nelems;

			deconstruct_array(DatumGetArrayTypeP(notices), BOOLOID, 1, true, TYPALIGN_CHAR,
							  &elems, &nulls, &nelems);
			for (int n = 0; n < nelems; n++)
			{
				const LcNotice *notice = &program->notices[n];
				LcError    *warning;

				if (nulls[n] || !DatumGetBool(elems[n]))
					continue;
				warning = lc_error(LC_INVALID_FIELD, notice->field, NULL, notice->hint, "%s", notice->message);
				warning->status_code = notice->status_code;
				warning->sqlerrcode = ERRCODE_WARNING;
				request->warnings = lappend(request->warnings, warning);
			}
		}
	}
}

/*
 * Which requests have been made before, with the same request_id?
 */
static void
read_earlier_requests(LcRun *run, LcRequest **requests, uint64 nrows)
{
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = row_request(requests, i);
		bool		isnull;

		if (request->error != NULL && !request->lead_is_converted && request->found)
			continue;			/* malformed anyway */
		if (!column_bool(i, 10))
		{
			request->error = lc_error(LC_DUPLICATE_VALUE, "request_id",
									  psprintf("The earlier request converted lead " INT64_FORMAT " on %s.",
											   column_int64(i, 2), column_text(i, 11)),
									  "Give each request an id of its own, and the same id only to a retry of the same request.",
									  "request id \"%s\" was used for a different request",
									  TextDatumGetCString(request->value[F_REQUEST_ID]));
			continue;
		}
		request->error = NULL;
		request->replayed = true;
		request->target_id[T_ACCOUNT] = column_int64(i, 3);
		request->target_id[T_CONTACT] = column_int64(i, 4);
		request->target_id[T_OPPORTUNITY] = column_int64(i, 5);
		request->related_person_account_id = column_int64(i, 6);
		for (int t = 0; t < LC_NTARGETS; t++)
			request->creates[t] = column_bool(i, 7 + t);
		request->replayed_warnings = column(i, 12, &isnull);
		request->replayed_warnings = isnull ? (Datum) 0 :
			PointerGetDatum(PG_DETOAST_DATUM_COPY(request->replayed_warnings));
	}
}

/*
 * Judges the state of the lead and the owner of the new records, by what
 * lc_gather_facts() found.
 */
static void
judge_facts(LcRun *run, LcRequest *request)
{
	int64		lead_id = DatumGetInt64(request->value[F_LEAD_ID]);
	LcOwner    *owner = &request->owner;

	if (request->in_approval)
		refuse(request, LC_ENTITY_IS_LOCKED, NULL, NULL,
			   "Approve, reject or recall it first.",
			   "lead " INT64_FORMAT " is in an active approval process", lead_id);
	if (request->has_pending_workflow)
		refuse(request, LC_ENTITY_IS_LOCKED, NULL, NULL,
			   "Wait for them, or remove them from crm.workflow_time_queue.",
			   "lead " INT64_FORMAT " has pending workflow actions", lead_id);

	if (owner->id == 0)
	{
		/* a lead without an owner: the user who converts it */
		request->owner_id = run->user_id;
		return;
	}
	request->owner_id = owner->id;
	if (!owner->exists)
		refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "owner_id", NULL,
			   "Give the id of a row of crm.app_user.",
			   "user " INT64_FORMAT " does not exist", owner->id);
	else if (owner->is_queue)
		refuse(request, LC_UNKNOWN_EXCEPTION, "owner_id",
			   psprintf("Owner " INT64_FORMAT " is a queue.", owner->id),
			   "Give owner_id, or set default_owner_id in crm.lead_convert_settings.",
			   "%s", QUEUE_OWNER_MESSAGE);
	else if (!owner->is_active &&
			 (request->creates[T_ACCOUNT] || request->creates[T_CONTACT] || request->creates[T_OPPORTUNITY]))
		refuse(request, LC_INACTIVE_OWNER_OR_USER, "owner_id", NULL,
			   "Give the id of an active user as owner_id.",
			   "operation performed with inactive user: user " INT64_FORMAT " cannot own new records", owner->id);
}

/*
 * The status that the lead will have.  NULL takes the first converted status that
 * is valid for the lead's record type.
 */
static void
judge_status(LcRun *run, LcRequest *request)
{
	LcProgram  *program = run->program;
	char	   *wanted = given(request, F_CONVERTED_STATUS) ?
		TextDatumGetCString(request->value[F_CONVERTED_STATUS]) : NULL;
	bool		restricted = false;
	bool		any = false;

	for (int i = 0; i < program->nrecord_type_statuses; i++)
		restricted |= request->record_type_id != 0 &&
			program->record_type_statuses[i].record_type_id == request->record_type_id;

	for (int pass = 0; pass < 2 && request->converted_status == NULL; pass++)
	{
		/* by API name first, then by label */
		for (int i = 0; i < program->nstatuses; i++)
		{
			LcLeadStatus *status = &program->statuses[i];
			bool		valid = !restricted;

			if (!status->is_converted)
				continue;
			any = true;
			for (int r = 0; r < program->nrecord_type_statuses && !valid; r++)
				valid = program->record_type_statuses[r].record_type_id == request->record_type_id &&
					program->record_type_statuses[r].lead_status_id == status->id;
			if (valid && (wanted == NULL ||
						  strcmp(wanted, pass == 0 ? status->api_name : status->master_label) == 0))
			{
				request->converted_status = status->api_name;
				return;
			}
		}
	}
	if (wanted != NULL)
		refuse(request, LC_INVALID_STATUS, "converted_status", NULL,
			   "Give the api_name of a row of crm.lead_status whose is_converted is true and that is valid for the lead's record type.",
			   "invalid convertedStatus: %s", wanted);
	else
		refuse(request, LC_INVALID_STATUS, "converted_status", NULL,
			   any ? "Make a converted status valid for it in crm.record_type_picklist_value."
			   : "Set is_converted for a row of crm.lead_status.",
			   any ? "no converted lead status is valid for the lead's record type"
			   : "there is no converted lead status");
}

/*
 * Is the value of a key of a record acceptable for its column?  Asks the same
 * function that will be used to store it, inside a subtransaction.
 */
static bool
value_is_acceptable(const char *table, const char *key, Datum record, LcError **error, LcField field)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	ResourceOwner oldowner = CurrentResourceOwner;
	volatile bool ok = true;
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfo(&sql, "SELECT (pg_catalog.jsonb_populate_record(NULL::crm.%s, $1)).%s",
					 table, quote_identifier(key));
	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(oldcontext);
	PG_TRY();
	{
		Oid			argtypes[1] = {JSONBOID};
		Datum		args[1] = {record};

		if (SPI_execute_with_args(sql.data, 1, argtypes, args, NULL, false, 1) != SPI_OK_SELECT)
			elog(ERROR, "could not check a record value: %s", SPI_result_code_string(SPI_result));
		SPI_freetuptable(SPI_tuptable);
		ReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;
	}
	PG_CATCH();
	{
		ErrorData  *edata;

		MemoryContextSwitchTo(oldcontext);
		edata = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(oldcontext);
		CurrentResourceOwner = oldowner;
		if (!lc_may_swallow(edata->sqlerrcode))
			ReThrowError(edata);
		*error = lc_error(edata->sqlerrcode == ERRCODE_STRING_DATA_RIGHT_TRUNCATION
						  ? LC_STRING_TOO_LONG : LC_INVALID_TYPE_ON_FIELD_IN_RECORD, key,
						  pstrdup(edata->message),
						  "Give a value that the column's type accepts.",
						  "the value of \"%s\" in %s does not fit column crm.%s.%s",
						  key, lc_field_name(field), table, key);
		ok = false;
	}
	PG_END_TRY();
	pfree(sql.data);
	return ok;
}

/*
 * Judges a jsonb record value: an object whose keys are columns that may be set
 * and whose values fit.
 */
static void
judge_record(LcRequest *request, LcField field, const char *table)
{
	Jsonb	   *record;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;
	Relation	rel;
	LcError    *error = NULL;

	if (!given(request, field))
		return;
	record = DatumGetJsonbP(request->value[field]);
	if (!JB_ROOT_IS_OBJECT(record))
	{
		refuse(request, LC_INVALID_TYPE_ON_FIELD_IN_RECORD, lc_field_name(field), NULL,
			   "Give an object whose keys are column names.",
			   "%s is not a JSON object", lc_field_name(field));
		return;
	}
	rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	it = JsonbIteratorInit(&record->root);
	(void) JsonbIteratorNext(&it, &key, true);
	while ((token = JsonbIteratorNext(&it, &key, true)) == WJB_KEY && request->error == NULL)
	{
		char	   *name = pnstrdup(key.val.string.val, key.val.string.len);
		AttrNumber	attnum = get_attnum(RelationGetRelid(rel), name);

		(void) JsonbIteratorNext(&it, &value, true);
		if (attnum <= 0)
			refuse(request, LC_INVALID_FIELD, name, NULL,
				   "The keys are the names of columns; add a column with ALTER TABLE to have a new field.",
				   "key \"%s\" of %s is not a column of crm.%s", name, lc_field_name(field), table);
		else if (!lc_record_key_allowed(table, name) ||
				 TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attgenerated != '\0' ||
				 TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
			refuse(request, LC_INVALID_FIELD, name, NULL,
				   "Conversion or the database itself sets this column.",
				   "column crm.%s.%s cannot be set by %s", table, name, lc_field_name(field));
		else if (value.type != jbvNull &&
				 !value_is_acceptable(table, name, request->value[field], &error, field))
			request->error = error;
	}
	table_close(rel, AccessShareLock);
}

/*
 * Judges the arguments by themselves.  Reference, section 2.1, pins status code,
 * field list and message.
 */
static void
judge_arguments(LcRun *run, LcRequest *request)
{
	LcProgram  *program = run->program;
	bool		opportunity_wanted;

	if (given(request, F_CONTACT_ID) && !given(request, F_ACCOUNT_ID))
		refuse(request, LC_REQUIRED_FIELD_MISSING, "Id", NULL,
			   "Give the account of the contact as account_id.",
			   "accountId must be specified if contactId is not null");
	if (given(request, F_OPPORTUNITY_ID) && !given(request, F_ACCOUNT_ID))
		refuse(request, LC_INVALID_FIELD, "Id", NULL,
			   "Give the account of the opportunity as account_id.",
			   "Specify an accountId if opportunityId is not null");
	if (flag(request, F_DO_NOT_CREATE_OPPORTUNITY) &&
		(given(request, F_OPPORTUNITY_ID) || given(request, F_OPPORTUNITY_NAME)))
		refuse(request, LC_INVALID_FIELD, "Id", NULL,
			   "Leave out opportunity_id and opportunity_name, or do_not_create_opportunity.",
			   "If doNotCreateOpportunity is true, opportunityName and opportunityId must be null");
	if (given(request, F_OPPORTUNITY_ID) && given(request, F_OPPORTUNITY_NAME))
		refuse(request, LC_INVALID_FIELD, "Id", NULL,
			   "Leave out opportunity_name to use the existing opportunity.",
			   "Specify an opportunityId or an opportunityName, but not both");
	if (flag(request, F_OVERWRITE_LEAD_SOURCE) && !given(request, F_CONTACT_ID))
		refuse(request, LC_REQUIRED_FIELD_MISSING, "Id", NULL,
			   "Only the lead source of an existing contact is overwritten: give contact_id and account_id.",
			   "contactId must be specified if overwriteLeadSource is true");
	if (given(request, F_OPPORTUNITY_NAME))
	{
		text	   *name = DatumGetTextPP(request->value[F_OPPORTUNITY_NAME]);
		int			length = pg_mbstrlen_with_len(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

		if (length > 80)
			refuse(request, LC_STRING_TOO_LONG, "opportunity_name",
				   psprintf("It has %d characters.", length),
				   "Give at most 80 characters.",
				   "opportunityName is longer than 80 characters");
	}
	if (given(request, F_REQUEST_ID))
	{
		text	   *id = DatumGetTextPP(request->value[F_REQUEST_ID]);
		int			length = pg_mbstrlen_with_len(VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id));

		/* it must fit into an index */
		if (length > 255)
			refuse(request, LC_STRING_TOO_LONG, "request_id",
				   psprintf("It has %d characters.", length),
				   "Give at most 255 characters.",
				   "request_id is longer than 255 characters");
	}
	for (int t = T_ACCOUNT; t <= T_CONTACT; t++)
	{
		if (flag(request, do_not_create_field[t]) && (given(request, id_field[t]) || given(request, record_field[t])))
			refuse(request, LC_INVALID_FIELD, "Id", NULL,
				   "Leave out one of them.",
				   "If doNotCreate%s is true, %s and the %s record must be null",
				   platform_target_name[t], platform_id_name[t], lc_target_name(t));
	}
	if (given(request, F_RELATED_PERSON_ACCOUNT_ID) || given(request, F_RELATED_PERSON_ACCOUNT_RECORD))
		refuse(request, LC_INVALID_OPERATION,
			   lc_field_name(given(request, F_RELATED_PERSON_ACCOUNT_ID) ? F_RELATED_PERSON_ACCOUNT_ID
							 : F_RELATED_PERSON_ACCOUNT_RECORD),
			   NULL, "Leave the argument out.",
			   "person accounts are not enabled");
	if (given(request, F_OPTIONS))
	{
		Jsonb	   *options = DatumGetJsonbP(request->value[F_OPTIONS]);

		if (!JB_ROOT_IS_OBJECT(options) || JB_ROOT_COUNT(options) > 0)
			refuse(request, LC_INVALID_FIELD, "options", NULL,
				   "No option is defined; give an empty object or NULL.",
				   JB_ROOT_IS_OBJECT(options) ? "there is an unknown key in options"
				   : "options is not a JSON object");
	}

	/* 0 would pass for "not given" from here on, but no row has it */
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (given(request, id_field[t]) && request->target_id[t] == 0)
			refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, lc_field_name(id_field[t]), NULL,
				   "Give the id of a row that exists, or NULL to create a record.",
				   "%s 0 does not exist", lc_target_name(t));
	}
	if (given(request, F_OWNER_ID) && request->owner_id == 0)
		refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "owner_id", NULL,
			   "Give the id of a row of crm.app_user, or NULL for the lead's owner.",
			   "user 0 does not exist");

	/* which records there will be */
	opportunity_wanted = !flag(request, F_DO_NOT_CREATE_OPPORTUNITY) &&
		(!program->settings.no_opportunity || given(request, F_OPPORTUNITY_NAME) ||
		 given(request, F_OPPORTUNITY_RECORD));
	if (program->settings.opportunity_required && !opportunity_wanted && !given(request, F_OPPORTUNITY_ID))
		refuse(request, LC_REQUIRED_FIELD_MISSING, "opportunity_name", NULL,
			   "Set opportunity_creation_options in crm.lead_convert_settings to 'VisibleOptional' to convert without one.",
			   "an opportunity is required");
	request->creates[T_ACCOUNT] = !given(request, F_ACCOUNT_ID) && !flag(request, F_DO_NOT_CREATE_ACCOUNT);
	request->creates[T_CONTACT] = !given(request, F_CONTACT_ID) && !flag(request, F_DO_NOT_CREATE_CONTACT);
	request->creates[T_OPPORTUNITY] = !given(request, F_OPPORTUNITY_ID) && opportunity_wanted;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (given(request, record_field[t]) && !request->creates[t])
			refuse(request, LC_INVALID_FIELD, lc_field_name(record_field[t]), NULL,
				   "Leave it out: existing records only get their empty fields filled from the lead.",
				   "%s is only for a new %s", lc_field_name(record_field[t]), lc_target_name(t));
		judge_record(request, record_field[t], lc_target_name(t));
	}
	judge_record(request, F_FOLLOW_UP_TASK, "task");
}

/* The text value of a key of a record, or NULL */
static char *
record_text(LcRequest *request, LcField field, const char *key)
{
	JsonbValue	buffer;
	JsonbValue *value;

	if (!given(request, field) || !JB_ROOT_IS_OBJECT(DatumGetJsonbP(request->value[field])))
		return NULL;
	value = getKeyJsonValueFromContainer(&DatumGetJsonbP(request->value[field])->root, key, strlen(key), &buffer);
	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/*
 * What follows from the lead and the arguments together.
 */
static void
judge_new_records(LcRun *run, LcRequest *request)
{
	LcProgram  *program = run->program;

	if (request->creates[T_ACCOUNT] && (request->company == NULL || *request->company == '\0') &&
		record_text(request, F_ACCOUNT_RECORD, "name") == NULL)
		refuse(request, LC_REQUIRED_FIELD_MISSING, "Company", NULL,
			   "Give the lead a company, or the request an account_id or an account_record with a name.",
			   "lead " INT64_FORMAT " has no company to name the account after",
			   DatumGetInt64(request->value[F_LEAD_ID]));

	if (request->creates[T_OPPORTUNITY])
	{
		char	   *stage_name = record_text(request, F_OPPORTUNITY_RECORD, "stage_name");

		for (int i = 0; i < program->nstages && request->stage == NULL; i++)
		{
			/* the first active stage of the picklist (section 3.4), or the given one */
			if (stage_name ? strcmp(program->stages[i].api_name, stage_name) == 0
				: program->stages[i].is_active)
				request->stage = &program->stages[i];
		}
		if (request->stage == NULL && stage_name)
			refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "stage_name", NULL,
				   "Give the api_name of a row of crm.opportunity_stage.",
				   "opportunity stage \"%s\" does not exist", stage_name);
		else if (request->stage == NULL)
			refuse(request, LC_REQUIRED_FIELD_MISSING, "stage_name", NULL,
				   "Set is_active for a row of crm.opportunity_stage.",
				   "there is no active opportunity stage");

		if (given(request, F_OPPORTUNITY_NAME))
			request->opportunity_name = TextDatumGetCString(request->value[F_OPPORTUNITY_NAME]);
		else
		{
			/* "opportunity name default: Company"; a name holds 120 characters */
			const char *name = request->company && *request->company ? request->company : request->lead_name;
			int			length = pg_mbcharcliplen(name, strlen(name), 120);

			request->opportunity_name = pnstrdup(name, length);
		}
		if (program->role_required_field && (request->creates[T_CONTACT] || given(request, F_CONTACT_ID)))
			refuse(request, LC_REQUIRED_FIELD_MISSING, program->role_required_field, NULL,
				   "Give the column a default, or convert with do_not_create_opportunity.",
				   "column crm.opportunity_contact_role.%s is required, and nothing can fill it during conversion",
				   program->role_required_field);
	}

	if (given(request, F_FOLLOW_UP_TASK))
	{
		char	   *subject = record_text(request, F_FOLLOW_UP_TASK, "subject");

		request->follow_up = program->settings.create_task_if_subject_blank || (subject && *subject);
	}
	request->resulting_division_id = request->division_id;
}

/*
 * Reads what is known of the existing records of one target, whose rows are
 * locked now, and judges whether they fit.
 */
static void
read_existing(LcRun *run, LcTarget t, LcRequest **requests, int nrequests, uint64 nrows)
{
	LcTargetInfo *target = &run->program->target[t];
	bool	   *seen = palloc0(sizeof(bool) * nrequests);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = row_request(requests, i);
		int64		account_id = column_int64(i, 5);
		Datum	   *elems;
		int			nelems;
		bool		isnull;
		bool		is_deleted = column_bool(i, 3);

		seen[DatumGetInt32(column(i, 1, &isnull))] = true;
		if (is_deleted)
			refuse(request, LC_ENTITY_IS_DELETED, NULL, NULL,
				   "Take it out of the recycle bin, or choose another one.",
				   "%s " INT64_FORMAT " is deleted", target->name, request->target_id[t]);
		if (t == T_ACCOUNT)
		{
			/* the account's division wins (seed: considerations, Divisions) */
			request->resulting_division_id = column_int64(i, 4);
		}
		else if (t == T_CONTACT && (account_id == 0 || account_id != request->target_id[T_ACCOUNT]))
			refuse(request, LC_INVALID_ID_FIELD, NULL,
				   account_id == 0 ? psprintf("Contact " INT64_FORMAT " has no account.", request->target_id[t])
				   : psprintf("It belongs to account " INT64_FORMAT ".", account_id),
				   "Give the contact's own account as account_id.",
				   "contact " INT64_FORMAT " does not belong to account " INT64_FORMAT,
				   request->target_id[t], request->target_id[T_ACCOUNT]);
		else if (t == T_OPPORTUNITY && account_id != 0 && account_id != request->target_id[T_ACCOUNT])
			refuse(request, LC_INVALID_ID_FIELD, NULL,
				   psprintf("It belongs to account " INT64_FORMAT ".", account_id),
				   "Give the opportunity's own account as account_id.",
				   "opportunity " INT64_FORMAT " does not belong to account " INT64_FORMAT,
				   request->target_id[t], request->target_id[T_ACCOUNT]);

		deconstruct_array(DatumGetArrayTypeP(column(i, 7, &isnull)), INT4OID, sizeof(int32), true,
						  TYPALIGN_INT, &elems, NULL, &nelems);
		Assert(nelems == target->nmappings);
		request->fillable[t] = palloc0(sizeof(bool) * Max(nelems, 1));
		for (int m = 0; m < nelems; m++)
		{
			int			state = DatumGetInt32(elems[m]);

			request->fillable[t][m] = state == 1 ||
				(state == 2 && flag(request, F_OVERWRITE_LEAD_SOURCE));
		}
	}
	for (int i = 0; i < nrequests; i++)
	{
		LcRequest  *request = requests[i];

		if (seen[i] || request->target_id[t] == 0 || request->creates[t])
			continue;
		if (IsolationUsesXactSnapshot() && !given(request, id_field[t]))
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access: %s " INT64_FORMAT " was created by a concurrent transaction",
							target->name, request->target_id[t]),
					 errhint("The transaction might succeed if retried.")));
		refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, lc_field_name(id_field[t]), NULL,
			   "Give the id of a row that exists and that you may see and update.",
			   "%s " INT64_FORMAT " does not exist", target->name, request->target_id[t]);
	}
	pfree(seen);
}

/*
 * Locks and reads the existing records that requests name, accounts first, then
 * contacts, then opportunities, each ascending by id.  Also used, in the middle
 * of a run, for records that an earlier request of the same run has made.
 */
void
lc_read_existing(LcRun *run, LcTarget t, LcRequest **requests, int nrequests)
{
	static const LcStep step[LC_NTARGETS] = {S_EXISTING_ACCOUNT, S_EXISTING_CONTACT, S_EXISTING_OPPORTUNITY};
	uint64		nrows = lc_execute(run, &run->program->step[step[t]], NULL);

	read_existing(run, t, requests, nrequests, nrows);
	SPI_freetuptable(SPI_tuptable);
}

/* The requests that are still to be done */
static int
remaining(LcRequest **requests, int nrequests, LcRequest **result)
{
	int			n = 0;

	for (int i = 0; i < nrequests; i++)
	{
		if (requests[i]->error == NULL && !requests[i]->replayed)
			result[n++] = requests[i];
	}
	return n;
}

/*
 * Which contact roles there are already for a contact and an opportunity that
 * both exist.  Sets add_role and role_is_primary of all requests.
 */
static void
judge_roles(LcRun *run)
{
	bool		existing = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		request->add_role = (request->target_id[T_OPPORTUNITY] != 0 || request->creates[T_OPPORTUNITY]) &&
			(request->target_id[T_CONTACT] != 0 || request->creates[T_CONTACT] ||
			 request->follows[T_CONTACT] != NULL);
		request->role_is_primary = request->creates[T_OPPORTUNITY];
		existing |= request->add_role && !request->creates[T_OPPORTUNITY];
	}
	if (existing)
	{
		uint64		nrows = lc_execute(run, &run->program->step[S_ROLES], NULL);

		for (uint64 i = 0; i < nrows; i++)
		{
			LcRequest  *request = row_request(run->request, i);

			if (!request->add_role || request->creates[T_OPPORTUNITY])
				continue;
			if (column_bool(i, 2))
				request->add_role = false;
			request->role_is_primary = !column_bool(i, 3);
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/* Takes a text of nothing but blanks as not given */
static void
blank_is_null(LcRequest *request, LcField field)
{
	text	   *value;

	if (!given(request, field))
		return;
	value = DatumGetTextPP(request->value[field]);
	for (int i = 0; i < VARSIZE_ANY_EXHDR(value); i++)
	{
		if (!isspace((unsigned char) VARDATA_ANY(value)[i]))
			return;
	}
	request->isnull[field] = true;
}

/*
 * Judges requests.  Those that are refused get an error, those that were made
 * before their earlier result; the others are listed in run->request, with all
 * that is needed to write.  Nothing has been written when this returns, but the
 * leads and the given records are locked.
 */
void
lc_judge(LcRun *run, LcRequest **requests, int nrequests)
{
	LcRequest **todo = palloc(sizeof(LcRequest *) * Max(nrequests, 1));
	int			ntodo;
	uint64		nrows;
	bool		has_request_ids = false;
	bool		has_existing = false;

	/* what can be said without looking at any record */
	for (int i = 0; i < nrequests; i++)
	{
		LcRequest  *request = requests[i];

		if (request->error == NULL && !given(request, F_LEAD_ID))
			refuse(request, LC_REQUIRED_FIELD_MISSING, "lead_id", NULL,
				   "Give the id of the lead to convert.", "leadId must be specified");
	}
	ntodo = remaining(requests, nrequests, todo);
	for (int i = 0; i < ntodo; i++)
	{
		LcRequest  *request = todo[i];

		/* what a form sends for a field left blank */
		blank_is_null(request, F_OPPORTUNITY_NAME);
		blank_is_null(request, F_REQUEST_ID);
		for (int t = 0; t < LC_NTARGETS; t++)
			request->target_id[t] = id_or_zero(request, id_field[t]);
		request->owner_id = id_or_zero(request, F_OWNER_ID);
		has_request_ids |= given(request, F_REQUEST_ID);
		lc_request_normalize(request);
	}

	/* the leads: lock, then look, ascending by id */
	lc_batch_fill(run, todo, ntodo);
	nrows = lc_execute(run, &run->program->step[S_LEADS], NULL);
	read_leads(run, todo, nrows);
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < ntodo; i++)
	{
		LcRequest  *request = todo[i];

		if (!request->found)
			refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "lead_id", NULL,
				   "Give the id of a row of crm.lead that exists and that you may see and update.",
				   "lead " INT64_FORMAT " does not exist", DatumGetInt64(request->value[F_LEAD_ID]));
		else if (request->lead_is_deleted)
			refuse(request, LC_ENTITY_IS_DELETED, "lead_id", NULL,
				   "Take it out of the recycle bin first.",
				   "lead " INT64_FORMAT " is deleted", DatumGetInt64(request->value[F_LEAD_ID]));
		else if (lc_lead_is_converting(DatumGetInt64(request->value[F_LEAD_ID])))
			refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, NULL,
				   "A trigger tries to convert the lead whose conversion fired it.",
				   "Leave out leads for which leadconv.is_converting() is true.",
				   "cannot reference converted lead: lead " INT64_FORMAT " is being converted",
				   DatumGetInt64(request->value[F_LEAD_ID]));
	}
	if (has_request_ids)
	{
		nrows = lc_execute(run, &run->program->step[S_EARLIER_REQUESTS], NULL);
		read_earlier_requests(run, todo, nrows);
		SPI_freetuptable(SPI_tuptable);
	}

	/* arguments, then the state of the lead, then the owner */
	ntodo = remaining(requests, nrequests, todo);
	for (int i = 0; i < ntodo; i++)
	{
		judge_arguments(run, todo[i]);
		if (todo[i]->error == NULL)
			judge_status(run, todo[i]);
		if (todo[i]->error == NULL)
			judge_new_records(run, todo[i]);
	}
	ntodo = remaining(requests, nrequests, todo);
	if (ntodo == 0)
	{
		run->request = todo;
		run->nrequests = 0;
		return;
	}
	lc_gather_facts(run, todo, ntodo);
	for (int i = 0; i < ntodo; i++)
		judge_facts(run, todo[i]);

	run->nrequests = ntodo = remaining(requests, nrequests, todo);
	run->request = todo;
	if (run->options.reuse_accounts || run->options.reuse_contacts)
		lc_resolve_reuse(run);

	/* the records given or reused */
	for (int i = 0; i < ntodo; i++)
	{
		for (int t = 0; t < LC_NTARGETS; t++)
			has_existing |= todo[i]->target_id[t] != 0;
	}
	if (has_existing)
	{
		lc_batch_fill(run, todo, ntodo);
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			bool		any = false;

			for (int i = 0; i < ntodo && !any; i++)
				any = todo[i]->target_id[t] != 0;
			if (any)
				lc_read_existing(run, t, todo, ntodo);
		}
		run->nrequests = ntodo = remaining(requests, nrequests, todo);
		lc_batch_fill(run, todo, ntodo);
	}
	judge_roles(run);
}
