/*-------------------------------------------------------------------------
 *
 * judge.c
 *	  Everything that can be said about the requests before anything is written.
 *
 * The judge locks the leads, gathers facts about all of them in a few
 * statements, and decides for each request: refused, answered from the ledger (a
 * retry), or to be done, and then with which records.  A refused request never
 * enters a subtransaction.
 *
 * A request may be refused for several reasons.  All that can be said together
 * are collected; the first one counts when a conversion is to fail.  A conversion
 * does no further work for a refused request, while a run that only looks goes on
 * and finds what else there is.
 *
 * All errors and texts are allocated in the memory context that is current when
 * lc_judge() is called.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "engine/engine.h"

/* The platform's own words */
#define QUEUE_OWNER_MESSAGE \
	"Converted objects can only be owned by users.  If the lead is not owned by a user, you must specify a user for the Owner field."

/*
 * Which arguments need or exclude which others.  Status code, field and message
 * are the platform's; the order is that in which it looks.
 */
static const struct
{
	LcField		field;			/* when this one is given (or true) ... */
	bool		needs;			/* ... it needs, or excludes, */
	LcField		other[2];		/* one of these */
	LcStatus	status;
	const char *hint;
	const char *message;
}			argument_rules[] =
{
	{F_CONTACT_ID, true, {F_ACCOUNT_ID, F_ACCOUNT_ID}, LC_REQUIRED_FIELD_MISSING,
		"Give the account of the contact as account_id.",
	"accountId must be specified if contactId is not null"},
	{F_OPPORTUNITY_ID, true, {F_ACCOUNT_ID, F_ACCOUNT_ID}, LC_INVALID_FIELD,
		"Give the account of the opportunity as account_id.",
	"Specify an accountId if opportunityId is not null"},
	{F_DO_NOT_CREATE_OPPORTUNITY, false, {F_OPPORTUNITY_ID, F_OPPORTUNITY_NAME}, LC_INVALID_FIELD,
		"Leave out opportunity_id and opportunity_name, or do_not_create_opportunity.",
	"If doNotCreateOpportunity is true, opportunityName and opportunityId must be null"},
	{F_OPPORTUNITY_ID, false, {F_OPPORTUNITY_NAME, F_OPPORTUNITY_NAME}, LC_INVALID_FIELD,
		"Leave out opportunity_name to use the existing opportunity.",
	"Specify an opportunityId or an opportunityName, but not both"},
	{F_OVERWRITE_LEAD_SOURCE, true, {F_CONTACT_ID, F_CONTACT_ID}, LC_REQUIRED_FIELD_MISSING,
		"Only the lead source of an existing contact is overwritten: give contact_id and account_id.",
	"contactId must be specified if overwriteLeadSource is true"}
};

/* How long texts may be, in characters */
static const struct
{
	LcField		field;
	int			length;
	const char *message;
}			length_rules[] =
{
	{F_OPPORTUNITY_NAME, 80, "opportunityName is longer than 80 characters"},
	/* it must fit into an index */
	{F_REQUEST_ID, 255, "request_id is longer than 255 characters"}
};

/* Does the request make this record: one of a target, or the follow-up task? */
static bool
makes_record(const LcRequest *request, int record)
{
	return record < LC_NTARGETS ? request->decision.creates[record] : request->decision.follow_up;
}

/* Does the request make a record whose owner is not given with its values? */
static bool
makes_record_of_owner(const LcRequest *request)
{
	for (int r = 0; r < LC_NRECORDS; r++)
	{
		if (makes_record(request, r) && !lc_record_has_key(request, lc_record_field(request, r), "owner_id"))
			return true;
	}
	return false;
}

/* Is there more to be found out about the request? */
static bool
is_open(LcRun *run, const LcRequest *request)
{
	if (request->outcome.replayed || request->facts.lacks_privileges)
		return false;
	return request->outcome.errors == NIL || (run->options.look && request->facts.found);
}

/* Lists the requests that are open in result; returns how many */
static int
open_requests(LcRun *run, LcRequest **requests, int nrequests, LcRequest **result)
{
	int			n = 0;

	for (int i = 0; i < nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (is_open(run, requests[i]))
			result[n++] = requests[i];
	}
	return n;
}

/* Judges the state of the lead, as lc_read_leads() has found it */
static void
judge_lead(LcRun *run, LcRequest *request)
{
	const LcFacts *facts = &request->facts;

	if (!facts->found)
	{
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "lead_id", NULL,
				  "Give the id of a row of crm.lead that exists and that you may see and update.",
				  "lead " INT64_FORMAT " does not exist", lc_lead_id(request));
		return;
	}
	if (run->options.complete)
		lc_judge_converted_lead(request);
	else if (facts->is_converted)
		lc_refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, NULL, facts->converted,
				  "A lead is converted once. Work on with the contact, or create an opportunity for it.",
				  "cannot reference converted lead: lead " INT64_FORMAT " has been converted already",
				  lc_lead_id(request));
	if (facts->is_deleted)
		lc_refuse(request, LC_ENTITY_IS_DELETED, "lead_id", NULL,
				  "Take it out of the recycle bin first.",
				  "lead " INT64_FORMAT " is deleted", lc_lead_id(request));
	if (lc_lead_is_converting(lc_lead_id(request)))
		lc_refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, NULL,
				  "A trigger tries to convert the lead whose conversion fired it.",
				  "Leave out leads for which leadconv.is_converting() is true.",
				  "cannot reference converted lead: lead " INT64_FORMAT " is being converted",
				  lc_lead_id(request));
}

/*
 * Judges a user who would own something, if there is one.  record is the argument
 * whose values name him, NULL if he is the owner of all new records.  An inactive
 * one matters only where something new would be his.
 */
static void
judge_owner(LcRequest *request, const LcOwner *owner, const char *record, bool no_queue, bool owns_new)
{
	const char *of = record ? psprintf(" of %s", record) : "";

	if (owner->id == 0)
		return;
	if (!owner->exists)
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "owner_id", NULL,
				  "Give the id of a row of crm.app_user that you may see.",
				  "user " INT64_FORMAT " does not exist", owner->id);
	else if (owner->is_queue && no_queue)
		lc_refuse(request, LC_UNKNOWN_EXCEPTION, "owner_id",
				  psprintf("Owner " INT64_FORMAT "%s is a queue.", owner->id, of),
				  record ? psprintf("Give the id of a user as owner_id%s.", of)
				  : "Give owner_id, or set default_owner_id in crm.lead_convert_settings.",
				  "%s", QUEUE_OWNER_MESSAGE);
	else if (!owner->is_active && owns_new)
		lc_refuse(request, LC_INACTIVE_OWNER_OR_USER, "owner_id", NULL,
				  psprintf("Give the id of an active user as owner_id%s.", of),
				  "operation performed with inactive user: user " INT64_FORMAT " cannot own new records", owner->id);
}

/*
 * Judges the state of the lead and the owners of the new records, by what
 * lc_gather_facts() found.
 */
static void
judge_facts(LcRequest *request)
{
	int64		lead_id = lc_lead_id(request);
	LcOwner    *owner = &request->facts.owner;

	request->decision.owner_id = owner->id;
	if (request->facts.in_approval)
		lc_refuse(request, LC_ENTITY_IS_LOCKED, NULL, NULL,
				  "Approve, reject or recall it first.",
				  "lead " INT64_FORMAT " is in an active approval process", lead_id);
	if (request->facts.has_pending_workflow)
		lc_refuse(request, LC_ENTITY_IS_LOCKED, NULL, NULL,
				  "Wait for them, or remove them from crm.workflow_time_queue.",
				  "lead " INT64_FORMAT " has pending workflow actions", lead_id);

	judge_owner(request, owner, NULL, true, makes_record_of_owner(request));
	for (int r = 0; r < LC_NRECORDS; r++)
	{
		/* a queue may own a task */
		if (makes_record(request, r))
			judge_owner(request, &request->facts.record_owner[r], lc_field_name(lc_record_field(request, r)),
						r < LC_NTARGETS, true);
	}
}

/*
 * The status that the lead will have.  NULL takes the first converted status that
 * is valid for the lead's record type.
 */
static void
judge_status(LcRun *run, LcRequest *request)
{
	LcProgram  *program = run->program;
	char	   *wanted = lc_given(request, F_CONVERTED_STATUS) ?
		TextDatumGetCString(request->value[F_CONVERTED_STATUS]) : NULL;
	bool		restricted = false;
	bool		any = false;

	for (int i = 0; i < program->nrecord_type_statuses; i++)
		restricted |= request->facts.record_type_id != 0 &&
			program->record_type_statuses[i].record_type_id == request->facts.record_type_id;

	for (int pass = 0; pass < 2 && request->decision.converted_status == NULL; pass++)
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
				valid = program->record_type_statuses[r].record_type_id == request->facts.record_type_id &&
					program->record_type_statuses[r].lead_status_id == status->id;
			if (valid && (wanted == NULL ||
						  strcmp(wanted, pass == 0 ? status->api_name : status->master_label) == 0))
			{
				request->decision.converted_status = status->api_name;
				return;
			}
		}
	}
	if (wanted != NULL)
		lc_refuse(request, LC_INVALID_STATUS, "converted_status", NULL,
				  "Give the api_name of a row of crm.lead_status whose is_converted is true and that is valid for the lead's record type.",
				  "invalid convertedStatus: %s", wanted);
	else
		lc_refuse(request, LC_INVALID_STATUS, "converted_status", NULL,
				  any ? "Make a converted status valid for it in crm.record_type_picklist_value."
				  : "Set is_converted for a row of crm.lead_status.",
				  any ? "no converted lead status is valid for the lead's record type"
				  : "there is no converted lead status");
}

/* Is this the id of a record that the lead was converted to before? */
static bool
is_kept(const LcRequest *request, LcField field)
{
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (lc_target[t].id_field == field)
			return request->decision.keeps[t];
	}
	return false;
}

/*
 * Judges which arguments go together
 */
static void
judge_combinations(LcRun *run, LcRequest *request)
{
	for (size_t i = 0; i < lengthof(argument_rules); i++)
	{
		bool		other = lc_is_set(request, argument_rules[i].other[0]) || lc_is_set(request, argument_rules[i].other[1]);

		if (argument_rules[i].needs)
			other |= is_kept(request, argument_rules[i].other[0]);
		/* a person account has a contact that is not named */
		if (argument_rules[i].field == F_OVERWRITE_LEAD_SOURCE)
			other |= request->facts.names_person;
		if (lc_is_set(request, argument_rules[i].field) && other != argument_rules[i].needs)
			lc_refuse(request, argument_rules[i].status, "Id", NULL, argument_rules[i].hint,
					  "%s", argument_rules[i].message);
	}
	for (size_t i = 0; i < lengthof(length_rules); i++)
	{
		LcField		field = length_rules[i].field;
		text	   *value;
		int			length;

		if (!lc_given(request, field))
			continue;
		value = DatumGetTextPP(request->value[field]);
		length = pg_mbstrlen_with_len(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
		if (length > length_rules[i].length)
			lc_refuse(request, LC_STRING_TOO_LONG, lc_field_name(field),
					  psprintf("It has %d characters.", length),
					  psprintf("Give at most %d characters.", length_rules[i].length),
					  "%s", length_rules[i].message);
	}
	for (int t = T_ACCOUNT; t <= T_CONTACT; t++)
	{
		const LcTargetType *type = &lc_target[t];

		if (lc_flag(request, type->do_not_create_field) &&
			(lc_given(request, type->id_field) || lc_given(request, type->record_field)))
			lc_refuse(request, LC_INVALID_FIELD, "Id", NULL,
					  "Leave out one of them.",
					  "If doNotCreate%s is true, %s and the %s record must be null",
					  type->label, type->platform_id, type->name);
	}
	lc_judge_person_arguments(run, request);
	if (lc_given(request, F_OPTIONS))
	{
		Jsonb	   *options = DatumGetJsonbP(request->value[F_OPTIONS]);

		if (!JB_ROOT_IS_OBJECT(options) || JB_ROOT_COUNT(options) > 0)
			lc_refuse(request, LC_INVALID_FIELD, "options", NULL,
					  "No option is defined; give an empty object or NULL.",
					  JB_ROOT_IS_OBJECT(options) ? "there is an unknown key in options"
					  : "options is not a JSON object");
	}

	/* 0 would pass for "not given" from here on, but no row has it */
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];

		if (lc_given(request, type->id_field) && lc_id(request, type->id_field) == 0)
			lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, lc_field_name(type->id_field), NULL,
					  "Give the id of a row that exists, or NULL to create a record.",
					  "%s 0 does not exist", type->noun);
	}
	if (lc_given(request, F_OWNER_ID) && lc_id(request, F_OWNER_ID) == 0)
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "owner_id", NULL,
				  "Give the id of a row of crm.app_user, or NULL for the lead's owner.",
				  "user 0 does not exist");
}

/*
 * Decides which records there will be, by the arguments and the settings.  A
 * completion is asked for what is missing, whatever the settings leave out.
 */
static void
decide_records(LcRun *run, LcRequest *request)
{
	const LcSettings *settings = &run->program->settings;
	LcDecision *decision = &request->decision;

	/* what the settings leave out is created when the request says something about it */
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];

		decision->creates[t] = !lc_given(request, type->id_field) && !decision->keeps[t] &&
			!lc_flag(request, type->do_not_create_field) &&
			(settings->creates[t] || run->options.complete || lc_given(request, type->record_field) ||
			 (t == T_OPPORTUNITY && lc_given(request, F_OPPORTUNITY_NAME)));
	}
	if (settings->person_accounts_enabled && !run->options.complete)
		lc_decide_person(run, request);
	if (settings->opportunity_required && !lc_given(request, F_OPPORTUNITY_ID) && !decision->keeps[T_OPPORTUNITY] &&
		!decision->creates[T_OPPORTUNITY])
		lc_refuse(request, LC_REQUIRED_FIELD_MISSING, "opportunity_name", NULL,
				  "Set opportunity_creation_options in crm.lead_convert_settings to 'VisibleOptional' to convert without one.",
				  "an opportunity is required");
	if (run->options.complete && request->outcome.errors == NIL)
		lc_judge_additions(request);
}

/* One more field that an error concerns */
static void
add_field(LcError *error, char *name)
{
	ListCell   *lc;

	foreach(lc, error->fields)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return;
	}
	error->fields = lappend(error->fields, name);
}

/*
 * Only the first reason is reported for a conversion that is refused: it names the
 * others, so that all can be put right at once.
 */
static void
name_all_in_first(LcRequest *request)
{
	LcError    *first;
	StringInfoData detail;
	ListCell   *lc;
	ListCell   *field;

	if (list_length(request->outcome.errors) < 2)
		return;
	first = linitial(request->outcome.errors);
	initStringInfo(&detail);
	if (first->detail)
		appendStringInfoString(&detail, first->detail);
	for_each_from(lc, request->outcome.errors, 1)
	{
		const LcError *other = lfirst(lc);

		appendStringInfo(&detail, "%sLikewise, %s", detail.len > 0 ? "\n" : "", other->message);
		if (other->detail)
			appendStringInfo(&detail, ": %s", other->detail);
		foreach(field, other->fields)
			add_field(first, lfirst(field));
	}
	first->detail = detail.data;
}

/*
 * Judges the values of the request for new records
 */
static void
judge_records(LcRun *run, LcRequest *request)
{
	bool		is_first = request->outcome.errors == NIL;

	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];
		bool		creates = t == T_ACCOUNT ? lc_creates_account(request) : request->decision.creates[t];

		if (lc_given(request, type->record_field) && !creates)
			lc_refuse(request, LC_INVALID_FIELD, lc_field_name(type->record_field), NULL,
					  "Leave it out: existing records only get their empty fields filled from the lead.",
					  "%s is only for a new %s", lc_field_name(type->record_field), type->name);
		lc_check_record(request, type->record_field, type->table);
	}
	lc_judge_person_record(request);
	lc_check_record(request, F_FOLLOW_UP_TASK, "task");
	/* a run that only looks reports each of them */
	if (is_first && !run->options.look)
		name_all_in_first(request);
}

/* All that the arguments alone can tell */
static void
judge_arguments(LcRun *run, LcRequest *request)
{
	judge_combinations(run, request);
	decide_records(run, request);
	judge_records(run, request);
}

/*
 * The stage of a new opportunity: the given one, or the first active one of the
 * picklist.
 */
static void
decide_stage(LcRun *run, LcRequest *request)
{
	LcProgram  *program = run->program;
	char	   *stage_name = lc_record_text(request, F_OPPORTUNITY_RECORD, "stage_name");

	for (int i = 0; i < program->nstages && request->decision.stage == NULL; i++)
	{
		if (stage_name ? strcmp(program->stages[i].api_name, stage_name) == 0
			: program->stages[i].is_active)
			request->decision.stage = &program->stages[i];
	}
	if (request->decision.stage == NULL && stage_name)
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "stage_name", NULL,
				  "Give the api_name of a row of crm.opportunity_stage.",
				  "opportunity stage \"%s\" does not exist", stage_name);
	else if (request->decision.stage == NULL)
		lc_refuse(request, LC_REQUIRED_FIELD_MISSING, "stage_name", NULL,
				  "Set is_active for a row of crm.opportunity_stage.",
				  "there is no active opportunity stage");
}

/*
 * What follows from the lead and the arguments together.
 */
static void
judge_new_records(LcRun *run, LcRequest *request)
{
	LcProgram  *program = run->program;
	LcDecision *decision = &request->decision;
	const char *company = request->facts.company;

	if (decision->creates[T_ACCOUNT] && company == NULL &&
		lc_record_text(request, F_ACCOUNT_RECORD, "name") == NULL)
		lc_refuse(request, LC_REQUIRED_FIELD_MISSING, "Company", NULL,
				  "Give the lead a company, or the request an account_id or an account_record with a name.",
				  "lead " INT64_FORMAT " has no company to name the account after", lc_lead_id(request));

	else if (company == NULL)
	{
		const LcRecordType *type = lc_record_type(program, request->facts.record_type_id);

		if (type != NULL && type->requires_company)
			lc_refuse(request, LC_REQUIRED_FIELD_MISSING, "Company",
					  psprintf("It is of record type \"%s\", which requires one.", type->name),
					  "Give the lead a company or another record type.",
					  "lead " INT64_FORMAT " has no company", lc_lead_id(request));
	}

	if (decision->creates[T_OPPORTUNITY])
	{
		decide_stage(run, request);
		if (lc_given(request, F_OPPORTUNITY_NAME))
			decision->opportunity_name = TextDatumGetCString(request->value[F_OPPORTUNITY_NAME]);
		else
		{
			const char *name = request->facts.opportunity_name;

			if (name == NULL)
				name = company ? company : request->facts.lead_name;

			if (name == NULL && lc_record_text(request, F_OPPORTUNITY_RECORD, "name") == NULL)
				lc_refuse(request, LC_REQUIRED_FIELD_MISSING, "opportunity_name", NULL,
						  "Give the lead a company or a name, or the request an opportunity_name.",
						  "lead " INT64_FORMAT " has neither a company nor a name to name the opportunity after",
						  lc_lead_id(request));
			else if (name != NULL)
				decision->opportunity_name = pnstrdup(name, pg_mbcharcliplen(name, strlen(name), LC_OPPORTUNITY_NAME_LENGTH));
		}
		if (program->role_required_field && (decision->creates[T_CONTACT] || decision->target_id[T_CONTACT] != 0))
			lc_refuse(request, LC_REQUIRED_FIELD_MISSING, program->role_required_field, NULL,
					  "Give the column a default, or convert with do_not_create_opportunity.",
					  "column crm.opportunity_contact_role.%s is required, and nothing can fill it during conversion",
					  program->role_required_field);
	}

	lc_judge_person(run, request);
	if (lc_given(request, F_FOLLOW_UP_TASK))
	{
		char	   *subject = lc_record_text(request, F_FOLLOW_UP_TASK, "subject");

		decision->follow_up = program->settings.create_task_if_subject_blank || subject != NULL;
	}
	decision->resulting_division_id = request->facts.division_id;
}

/*
 * Judges whether an existing record fits the request
 */
static void
judge_existing(LcRun *run, LcRequest *request, LcTarget t)
{
	const LcTargetType *type = &lc_target[t];
	const LcExistingFacts *facts = &request->facts.existing[t];
	bool		is_person_account = request->decision.person == LC_PERSON_ACCOUNT;
	LcField		id_field = t == T_PERSON && is_person_account ? F_ACCOUNT_ID : type->id_field;
	int64		account_id;
	/* a contact of another account is related to this one as well */
	bool		may_have_several = t == T_CONTACT && facts->account_id != 0 &&
		(lc_given(request, F_CONTACT_ID) || request->decision.reuses_related) &&
		run->program->settings.contacts_to_multiple_accounts_enabled;

	account_id = request->decision.target_id[is_person_account ||
											 (t == T_CONTACT && request->decision.person == LC_RELATED_PERSON)
											 ? T_PERSON : T_ACCOUNT];

	if (!facts->found)
	{
		/* unless another request of the run makes it, and the caller cannot see it */
		if (IsolationUsesXactSnapshot() && !lc_given(request, id_field) && request->decision.follows[t] == NULL &&
			!request->decision.keeps[t])
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access: %s " INT64_FORMAT " was created by a concurrent transaction",
							type->noun, request->decision.target_id[t]),
					 errhint("The transaction might succeed if retried.")));
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, lc_field_name(id_field), NULL,
				  "Give the id of a row that exists and that you may see and update.",
				  "%s " INT64_FORMAT " does not exist", type->noun, request->decision.target_id[t]);
		return;
	}
	if (facts->is_deleted)
		lc_refuse(request, LC_ENTITY_IS_DELETED, NULL, NULL,
				  "Take it out of the recycle bin, or choose another one.",
				  "%s " INT64_FORMAT " is deleted", type->noun, request->decision.target_id[t]);
	lc_judge_existing_person(run, request, t);

	/* an existing account keeps its division, and the other records take it */
	if (t == T_ACCOUNT || (t == T_PERSON && is_person_account))
		request->decision.resulting_division_id = facts->division_id;

	if (request->decision.keeps[t])
		lc_judge_kept(run, request, t);
	else if (type->account_column != NULL && facts->account_id != account_id && !may_have_several &&
			 (facts->account_id != 0 || type->account_required))
		lc_refuse(request, LC_INVALID_ID_FIELD, NULL,
				  facts->account_id == 0
				  ? psprintf("%s " INT64_FORMAT " has no account.", type->label, request->decision.target_id[t])
				  : psprintf("It belongs to account " INT64_FORMAT ".", facts->account_id),
				  psprintf("Give the %s's own account as account_id.", type->name),
				  "%s " INT64_FORMAT " does not belong to account " INT64_FORMAT,
				  type->name, request->decision.target_id[t], account_id);
}

/*
 * Locks, reads and judges the existing records of one target that requests name.
 * The batch is laid down for these requests.
 */
void
lc_judge_existing(LcRun *run, LcTarget t, LcRequest **requests, int nrequests)
{
	lc_read_existing(run, t, requests, nrequests);
	for (int i = 0; i < nrequests; i++)
	{
		if (requests[i]->decision.target_id[t] != 0 && !requests[i]->decision.creates[t])
			judge_existing(run, requests[i], t);
	}
}

/*
 * The records given or reused: locked and judged, accounts first, then contacts,
 * then opportunities.
 */
static void
judge_all_existing(LcRun *run)
{
	bool		any[LC_NTARGETS] = {false};
	bool		any_at_all = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			any[t] |= run->request[i]->decision.target_id[t] != 0;
			any_at_all |= any[t];
		}
	}
	if (!any_at_all)
		return;

	lc_batch_fill(run, run->request, run->nrequests);
	if (any[T_PERSON] && any[T_ACCOUNT])
		lc_lock_all_accounts(run);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (any[t])
			lc_judge_existing(run, t, run->request, run->nrequests);
	}
	run->nrequests = open_requests(run, run->request, run->nrequests, run->request);
	lc_batch_fill(run, run->request, run->nrequests);
}

/*
 * What the caller may not do, now that it is known what is to be done.
 */
static void
judge_access(LcRun *run)
{
	int			n;

	for (int i = 0; i < run->nrequests; i++)
		lc_judge_access(run, run->request[i]);
	n = open_requests(run, run->request, run->nrequests, run->request);
	if (n < run->nrequests)
	{
		run->nrequests = n;
		lc_batch_fill(run, run->request, n);
	}
}

/* Judges the values of restricted picklists that a follow-up task names */
static void
judge_task_picklists(LcRun *run, LcRequest *request)
{
	for (int i = 0; i < run->program->npicklists && request->decision.follow_up; i++)
	{
		const LcPicklist *list = &run->program->picklists[i];
		char	   *value = list->is_restricted && strcmp(list->object, "task") == 0
			? lc_record_text(request, F_FOLLOW_UP_TASK, list->field) : NULL;

		if (value != NULL && !lc_is_blank(value, strlen(value)) && !lc_is_picklist_value(list, value))
			lc_refuse(request, LC_INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, list->field,
					  "It is not an active value of the picklist.",
					  "Add it to crm.picklist_value, or give another value.",
					  "bad value for restricted picklist field task.%s: %s", list->field, value);
	}
}

/*
 * The values that records will have for picklists.  A request that is refused fills no
 * existing record; so those that are left are looked at again.
 */
static void
judge_picklists(LcRun *run)
{
	bool		is_first = true;
	int			nrequests;

	do
	{
		bool		is_laid_down = false;

		nrequests = run->nrequests;
		for (int t = 0; t < LC_NTARGETS && nrequests > 0; t++)
		{
			if (run->program->target[t].npicklists == 0)
				continue;
			if (!is_laid_down)
				lc_batch_fill(run, run->request, nrequests);
			is_laid_down = true;
			lc_judge_picklists(run, t, false, is_first);
		}
		run->nrequests = open_requests(run, run->request, nrequests, run->request);
		is_first = false;
	} while (run->nrequests < nrequests);
}

/*
 * The record types of the new records, and the values of picklists, which depend on
 * them
 */
static void
judge_record_types(LcRun *run)
{
	lc_judge_record_types(run);
	for (int i = 0; i < run->nrequests; i++)
		judge_task_picklists(run, run->request[i]);
	run->nrequests = open_requests(run, run->request, run->nrequests, run->request);
	judge_picklists(run);
}

/*
 * What depends on which records a request uses and which it makes
 */
static void
judge_what_is_used(LcRun *run)
{
	judge_all_existing(run);
	judge_access(run);
	judge_record_types(run);
	if (run->program->settings.person_names_are_unique)
	{
		lc_judge_person_names(run);
		run->nrequests = open_requests(run, run->request, run->nrequests, run->request);
	}
	if (run->program->has_duplicate_rules)
	{
		lc_judge_duplicates(run);
		run->nrequests = open_requests(run, run->request, run->nrequests, run->request);
	}
}

/* A request before it was decided whether it uses records of others */
typedef struct BeforeReuse
{
	LcRequest  *request;
	LcDecision	decision;
	LcExistingFacts existing[LC_NTARGETS];
	List	   *warnings;
} BeforeReuse;

/* Does a request use the record of another one that is refused by now? */
static bool
follows_refused(const LcRun *run)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		const LcRequest *request = run->request[i];

		for (int t = 0; t < LC_NTARGETS && lc_refusal(request) == NULL; t++)
		{
			if (request->decision.follows[t] != NULL && lc_refusal(request->decision.follows[t]) != NULL)
				return true;
		}
	}
	return false;
}

/*
 * The same where requests use records that others make, which these do not when they
 * are refused: then it is decided anew for those that are left who uses what.
 */
static void
judge_reuse(LcRun *run)
{
	int			nbefore = run->nrequests;
	BeforeReuse *before = palloc_extended(sizeof(BeforeReuse) * Max(nbefore, 1), MCXT_ALLOC_HUGE);
	bool		match_keys_locked = run->options.match_keys_locked;

	for (int i = 0; i < nbefore; i++)
	{
		before[i].request = run->request[i];
		before[i].decision = run->request[i]->decision;
		memcpy(before[i].existing, run->request[i]->facts.existing, sizeof(before[i].existing));
		before[i].warnings = list_copy(run->request[i]->outcome.warnings);
	}
	for (;;)
	{
		lc_resolve_reuse(run);
		/* what a request must not use is not looked at */
		run->nrequests = open_requests(run, run->request, run->nrequests, run->request);
		judge_what_is_used(run);
		if (!follows_refused(run))
			break;
		CHECK_FOR_INTERRUPTS();
		run->options.match_keys_locked = true;
		run->nrequests = 0;
		for (int i = 0; i < nbefore; i++)
		{
			LcRequest  *request = before[i].request;

			if (lc_refusal(request) != NULL)
				continue;
			request->decision = before[i].decision;
			memcpy(request->facts.existing, before[i].existing, sizeof(before[i].existing));
			request->outcome.warnings = list_copy(before[i].warnings);
			run->request[run->nrequests++] = request;
		}
	}
	run->options.match_keys_locked = match_keys_locked;
	pfree(before);
}

/*
 * Judges requests.  Those that are refused get errors, those that were made before
 * their earlier result; the others are listed in run->request, with all that is
 * needed to write.  Nothing has been written when this returns, but the leads and
 * the given records are locked, unless the run only looks.
 */
void
lc_judge(LcRun *run, LcRequest **requests, int nrequests)
{
	LcRequest **todo = palloc(sizeof(LcRequest *) * Max(nrequests, 1));
	int			ntodo = 0;
	bool		has_request_ids = false;

	run->request = todo;
	run->nrequests = 0;

	/* what can be said without looking at any record */
	for (int i = 0; i < nrequests; i++)
	{
		LcRequest  *request = requests[i];

		CHECK_FOR_INTERRUPTS();
		if (request->outcome.errors != NIL)
			continue;
		for (int t = 0; t < LC_NTARGETS; t++)
			request->decision.target_id[t] = lc_id(request, lc_target[t].id_field);
		has_request_ids |= lc_given(request, F_REQUEST_ID);
		lc_request_normalize(request);
		if (lc_given(request, F_LEAD_ID))
			todo[ntodo++] = request;
		else
		{
			lc_refuse(request, LC_REQUIRED_FIELD_MISSING, "lead_id", NULL,
					  "Give the id of the lead to convert.", "leadId must be specified");
			if (run->options.look)
				judge_arguments(run, request);
		}
	}

	/* without privileges on leads, nothing is looked at */
	if (ntodo > 0 && !lc_judge_access_to_leads(run, todo, ntodo))
	{
		if (run->options.look)
		{
			for (int i = 0; i < ntodo; i++)
				judge_arguments(run, todo[i]);
		}
		return;
	}

	/* the leads: lock, then look, ascending by id */
	lc_batch_fill(run, todo, ntodo);
	lc_read_leads(run, todo, ntodo);
	for (int i = 0; i < ntodo; i++)
	{
		CHECK_FOR_INTERRUPTS();
		judge_lead(run, todo[i]);
	}
	if (has_request_ids)
		lc_read_earlier_requests(run, todo);
	for (int i = 0; i < ntodo; i++)
	{
		/* nothing more is to be found out about a lead that is not there */
		if (run->options.look && !todo[i]->facts.found && !todo[i]->outcome.replayed)
			judge_arguments(run, todo[i]);
	}

	/* arguments, then what follows from them and the lead, then the owner */
	run->step = "judge";
	ntodo = open_requests(run, todo, ntodo, todo);
	if (run->program->settings.person_accounts_enabled)
		lc_resolve_persons(run, todo, ntodo);
	for (int i = 0; i < ntodo; i++)
	{
		LcRequest  *request = todo[i];

		CHECK_FOR_INTERRUPTS();
		judge_arguments(run, request);
		if (run->options.complete)
			request->decision.converted_status = request->facts.status;
		else if (is_open(run, request))
			judge_status(run, request);
		if (is_open(run, request))
			judge_new_records(run, request);
		if (is_open(run, request))
			lc_judge_access_to_existing(run, request);
	}
	ntodo = open_requests(run, todo, ntodo, todo);
	if (ntodo == 0)
		return;
	lc_gather_facts(run, todo, ntodo);
	for (int i = 0; i < ntodo; i++)
	{
		CHECK_FOR_INTERRUPTS();
		judge_facts(todo[i]);
		todo[i]->decision.notify = lc_flag(todo[i], F_SEND_NOTIFICATION_EMAIL) && todo[i]->decision.owner_id != 0;
	}

	run->nrequests = open_requests(run, todo, ntodo, todo);
	if (run->program->has_blocking_rules && !run->options.match_keys_locked && !run->options.look)
		lc_begin_match_keys(LC_KEYS_OF_REQUEST * run->nrequests);
	if (run->program->settings.person_names_are_unique)
		lc_lock_person_names(run);
	if (run->options.reuse_accounts || run->options.reuse_contacts)
		judge_reuse(run);
	else
		judge_what_is_used(run);
	lc_decide_roles(run);
}
