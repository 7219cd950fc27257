/*-------------------------------------------------------------------------
 *
 * fieldlist.h
 *	  The fields of leadconv.lead_convert, in its order.
 *
 * Name in C, name, type, and whether the field is part of the request's identity
 * for retries.
 *
 * No include guard: the file is read with different definitions of the macro.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */

LC_FIELD(F_LEAD_ID, "lead_id", INT8OID, true)
LC_FIELD(F_CONVERTED_STATUS, "converted_status", TEXTOID, true)
LC_FIELD(F_ACCOUNT_ID, "account_id", INT8OID, true)
LC_FIELD(F_CONTACT_ID, "contact_id", INT8OID, true)
LC_FIELD(F_OPPORTUNITY_ID, "opportunity_id", INT8OID, true)
LC_FIELD(F_OPPORTUNITY_NAME, "opportunity_name", TEXTOID, true)
LC_FIELD(F_DO_NOT_CREATE_ACCOUNT, "do_not_create_account", BOOLOID, true)
LC_FIELD(F_DO_NOT_CREATE_CONTACT, "do_not_create_contact", BOOLOID, true)
LC_FIELD(F_DO_NOT_CREATE_OPPORTUNITY, "do_not_create_opportunity", BOOLOID, true)
LC_FIELD(F_OVERWRITE_LEAD_SOURCE, "overwrite_lead_source", BOOLOID, true)
LC_FIELD(F_OWNER_ID, "owner_id", INT8OID, true)
LC_FIELD(F_SEND_NOTIFICATION_EMAIL, "send_notification_email", BOOLOID, true)
LC_FIELD(F_BYPASS_ACCOUNT_DEDUPE_CHECK, "bypass_account_dedupe_check", BOOLOID, true)
LC_FIELD(F_BYPASS_CONTACT_DEDUPE_CHECK, "bypass_contact_dedupe_check", BOOLOID, true)
LC_FIELD(F_RELATED_PERSON_ACCOUNT_ID, "related_person_account_id", INT8OID, true)
LC_FIELD(F_ACCOUNT_RECORD, "account_record", JSONBOID, true)
LC_FIELD(F_CONTACT_RECORD, "contact_record", JSONBOID, true)
LC_FIELD(F_OPPORTUNITY_RECORD, "opportunity_record", JSONBOID, true)
LC_FIELD(F_RELATED_PERSON_ACCOUNT_RECORD, "related_person_account_record", JSONBOID, true)
LC_FIELD(F_FOLLOW_UP_TASK, "follow_up_task", JSONBOID, true)
LC_FIELD(F_REQUEST_ID, "request_id", TEXTOID, false)
LC_FIELD(F_REASON, "reason", TEXTOID, false)
LC_FIELD(F_OPTIONS, "options", JSONBOID, true)
