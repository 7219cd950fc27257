/*-------------------------------------------------------------------------
 *
 * completion.c
 *	  A conversion that left something out is completed.
 *
 * A lead may be converted to a contact only, or without an opportunity, and get the
 * rest later.  A completion goes the way of every conversion, with one request.
 * What the lead was converted to is kept: it is locked and looked at as an existing
 * record, and is neither filled nor joined anew.  What is missing is made or given
 * as in any conversion.  In the ledger both are one conversion.
 *
 * Here is what the judge finds out about it.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "engine/engine.h"

/* Was the record of a target given, in whatever way? */
static LcField
asked_for(const LcRequest *request, LcTarget t)
{
	const LcTargetType *type = &lc_target[t];

	if (lc_given(request, type->id_field))
		return type->id_field;
	if (lc_given(request, type->record_field))
		return type->record_field;
	return t == T_OPPORTUNITY && lc_given(request, F_OPPORTUNITY_NAME) ? F_OPPORTUNITY_NAME : F_LEAD_ID;
}

/*
 * What was the lead of a completion converted to?  Refuses one that has not been
 * converted, and a request for what is there already.
 */
void
lc_judge_converted_lead(LcRequest *request)
{
	LcFacts    *facts = &request->facts;
	LcDecision *decision = &request->decision;
	bool		complete = true;

	if (!facts->is_converted)
	{
		lc_refuse(request, LC_INVALID_OPERATION, "lead_id", NULL,
				  "Convert it with leadconv.convert_lead().",
				  "lead " INT64_FORMAT " has not been converted", lc_lead_id(request));
		return;
	}
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];
		LcField		field = asked_for(request, t);

		decision->keeps[t] = facts->converted_id[t] != 0;
		complete &= decision->keeps[t];
		if (!decision->keeps[t])
			continue;
		decision->target_id[t] = facts->converted_id[t];
		if (field != F_LEAD_ID)
			lc_refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, lc_field_name(field), facts->converted,
					  psprintf("Leave out %s, or work on with the %s that there is.", lc_field_name(field), type->name),
					  "cannot reference converted lead: lead " INT64_FORMAT " has been converted to %s " INT64_FORMAT " already",
					  lc_lead_id(request), type->name, decision->target_id[t]);
	}
	if (complete && request->outcome.errors == NIL)
		lc_refuse(request, LC_CANNOT_UPDATE_CONVERTED_LEAD, NULL, facts->converted,
				  "Work on with the records that there are.",
				  "cannot reference converted lead: nothing is missing of the conversion of lead " INT64_FORMAT,
				  lc_lead_id(request));
}

/*
 * Refuses a completion that adds nothing.  It is decided by now what is created.
 */
void
lc_judge_additions(LcRequest *request)
{
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		if (!request->decision.keeps[t] && (request->decision.creates[t] || request->decision.target_id[t] != 0))
			return;
	}
	lc_refuse(request, LC_INVALID_OPERATION, NULL, request->facts.converted,
			  "Leave out one of do_not_create_account, do_not_create_contact and do_not_create_opportunity.",
			  "the request adds nothing to the conversion of lead " INT64_FORMAT, lc_lead_id(request));
}

/*
 * Does a record that the lead was converted to fit the account that is added, if one
 * is?  It gets that account if it has none.
 */
void
lc_judge_kept(LcRun *run, LcRequest *request, LcTarget t)
{
	const LcTargetType *type = &lc_target[t];
	LcDecision *decision = &request->decision;
	int64		own_account = request->facts.existing[t].account_id;
	int64		account = decision->target_id[T_ACCOUNT];
	bool		may_have_several = t == T_CONTACT && run->program->settings.contacts_to_multiple_accounts_enabled;

	if (type->account_column == NULL || decision->keeps[T_ACCOUNT] || (account == 0 && !decision->creates[T_ACCOUNT]))
		return;
	if (own_account == 0)
		decision->adopts[t] = true;
	else if (own_account != account &&
			 !(may_have_several && (account != 0 || lc_given(request, F_ACCOUNT_RECORD))))
		lc_refuse(request, LC_INVALID_ID_FIELD, NULL,
				  psprintf("It has come to belong to account " INT64_FORMAT ".", own_account),
				  psprintf("Give the %s's own account as account_id.", type->name),
				  "%s " INT64_FORMAT " does not belong to %s", type->name, decision->target_id[t],
				  account == 0 ? "the new account" : psprintf("account " INT64_FORMAT, account));
}
