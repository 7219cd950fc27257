/*-------------------------------------------------------------------------
 *
 * target.c
 *	  The records that a lead turns into.
 *
 * What is to be known of an account, a contact, an opportunity is one row here;
 * everything else loops over the rows.  Order matters: a target may reference
 * those before it.
 *
 * A person account is an account and a contact.  Its account is a target of its
 * own, which gets other values than that of a company, while its contact is one as
 * any other.  Where person accounts are not enabled, that target has no table
 * (LcTargetInfo), and no statements.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "engine/engine.h"

const LcTargetType lc_target[LC_NTARGETS] = {
	[T_PERSON] = {
		.name = "person",
		.noun = "person account",
		.table = "account",
		.label = "Person Account",
		.platform_id = "relatedPersonAccountId",
		.id_field = F_RELATED_PERSON_ACCOUNT_ID,
		.record_field = F_RELATED_PERSON_ACCOUNT_RECORD,
		.do_not_create_field = LC_NFIELDS,
		.id_column = B_PERSON_ID,
		.create_column = B_CREATE_PERSON,
		.fill_column = B_FILL_PERSON,
		.record_column = B_PERSON_RECORD,
		.record_type_column = B_PERSON_RECORD_TYPE_ID,
		.lock = S_LOCK_ACCOUNT,		/* with all accounts */
		.existing = S_EXISTING_PERSON,
		.fill = S_FILL_PERSON,
		.row = S_ROW_PERSON,
		.insert = S_INSERT_PERSON,
		.insert_record = S_INSERT_PERSON_RECORD,
		.account_column = NULL,
		.person_column = "is_person_account",
		.account_required = false
	},
	[T_ACCOUNT] = {
		.name = "account",
		.noun = "account",
		.table = "account",
		.label = "Account",
		.platform_id = "accountId",
		.id_field = F_ACCOUNT_ID,
		.record_field = F_ACCOUNT_RECORD,
		.do_not_create_field = F_DO_NOT_CREATE_ACCOUNT,
		.id_column = B_ACCOUNT_ID,
		.create_column = B_CREATE_ACCOUNT,
		.fill_column = B_FILL_ACCOUNT,
		.record_column = B_ACCOUNT_RECORD,
		.record_type_column = B_ACCOUNT_RECORD_TYPE_ID,
		.lock = S_LOCK_ACCOUNT,
		.existing = S_EXISTING_ACCOUNT,
		.fill = S_FILL_ACCOUNT,
		.row = S_ROW_ACCOUNT,
		.insert = S_INSERT_ACCOUNT,
		.insert_record = S_INSERT_ACCOUNT_RECORD,
		.account_column = NULL,
		.person_column = "is_person_account",
		.account_required = false
	},
	[T_CONTACT] = {
		.name = "contact",
		.noun = "contact",
		.table = "contact",
		.label = "Contact",
		.platform_id = "contactId",
		.id_field = F_CONTACT_ID,
		.record_field = F_CONTACT_RECORD,
		.do_not_create_field = F_DO_NOT_CREATE_CONTACT,
		.id_column = B_CONTACT_ID,
		.create_column = B_CREATE_CONTACT,
		.fill_column = B_FILL_CONTACT,
		.record_column = B_CONTACT_RECORD,
		.record_type_column = B_CONTACT_RECORD_TYPE_ID,
		.lock = S_LOCK_CONTACT,
		.existing = S_EXISTING_CONTACT,
		.fill = S_FILL_CONTACT,
		.row = S_ROW_CONTACT,
		.insert = S_INSERT_CONTACT,
		.insert_record = S_INSERT_CONTACT_RECORD,
		.account_column = "account_id",
		.person_column = "is_person_account",
		.account_required = true
	},
	[T_OPPORTUNITY] = {
		.name = "opportunity",
		.noun = "opportunity",
		.table = "opportunity",
		.label = "Opportunity",
		.platform_id = "opportunityId",
		.id_field = F_OPPORTUNITY_ID,
		.record_field = F_OPPORTUNITY_RECORD,
		.do_not_create_field = F_DO_NOT_CREATE_OPPORTUNITY,
		.id_column = B_OPPORTUNITY_ID,
		.create_column = B_CREATE_OPPORTUNITY,
		.fill_column = B_FILL_OPPORTUNITY,
		.record_column = B_OPPORTUNITY_RECORD,
		.record_type_column = B_OPPORTUNITY_RECORD_TYPE_ID,
		.lock = S_LOCK_OPPORTUNITY,
		.existing = S_EXISTING_OPPORTUNITY,
		.fill = S_FILL_OPPORTUNITY,
		.row = S_ROW_OPPORTUNITY,
		.insert = S_INSERT_OPPORTUNITY,
		.insert_record = S_INSERT_OPPORTUNITY_RECORD,
		.account_column = "account_id",
		.person_column = NULL,
		.account_required = false
	}
};
