/*-------------------------------------------------------------------------
 *
 * batchlist.h
 *	  The columns of the relation conversion_batch, which every statement of a
 *	  program reads.
 *
 * Name in C, name, type.  batch.c fills them.
 *
 * No include guard: the file is read with different definitions of the macro.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */

LC_BATCH_COLUMN(B_ORD, "ord", INT4OID)
LC_BATCH_COLUMN(B_LEAD_ID, "lead_id", INT8OID)
LC_BATCH_COLUMN(B_PERSON_ID, "person_id", INT8OID)
LC_BATCH_COLUMN(B_ACCOUNT_ID, "account_id", INT8OID)
LC_BATCH_COLUMN(B_CONTACT_ID, "contact_id", INT8OID)
LC_BATCH_COLUMN(B_OPPORTUNITY_ID, "opportunity_id", INT8OID)
LC_BATCH_COLUMN(B_CREATE_PERSON, "create_person", BOOLOID)
LC_BATCH_COLUMN(B_CREATE_ACCOUNT, "create_account", BOOLOID)
LC_BATCH_COLUMN(B_CREATE_CONTACT, "create_contact", BOOLOID)
LC_BATCH_COLUMN(B_CREATE_OPPORTUNITY, "create_opportunity", BOOLOID)
LC_BATCH_COLUMN(B_ACCOUNT_CREATED, "account_created", BOOLOID)
LC_BATCH_COLUMN(B_ACCOUNT_IS_PERSON, "account_is_person", BOOLOID)
LC_BATCH_COLUMN(B_CONTACT_IS_PERSON, "contact_is_person", BOOLOID)
LC_BATCH_COLUMN(B_CONTACT_ACCOUNT_ID, "contact_account_id", INT8OID)
LC_BATCH_COLUMN(B_FILL_PERSON, "fill_person", INT8ARRAYOID)
LC_BATCH_COLUMN(B_FILL_ACCOUNT, "fill_account", INT8ARRAYOID)
LC_BATCH_COLUMN(B_FILL_CONTACT, "fill_contact", INT8ARRAYOID)
LC_BATCH_COLUMN(B_FILL_OPPORTUNITY, "fill_opportunity", INT8ARRAYOID)
LC_BATCH_COLUMN(B_OWNER_ID, "owner_id", INT8OID)
LC_BATCH_COLUMN(B_CONVERTER_ID, "converter_id", INT8OID)
LC_BATCH_COLUMN(B_CONVERTED_STATUS, "converted_status", TEXTOID)
LC_BATCH_COLUMN(B_CONVERTED_DATE, "converted_date", DATEOID)
LC_BATCH_COLUMN(B_OPPORTUNITY_NAME, "opportunity_name", TEXTOID)
LC_BATCH_COLUMN(B_STAGE_NAME, "stage_name", TEXTOID)
LC_BATCH_COLUMN(B_CLOSE_DATE, "close_date", DATEOID)
LC_BATCH_COLUMN(B_LATEST_CAMPAIGN_ID, "latest_campaign_id", INT8OID)
LC_BATCH_COLUMN(B_RESULTING_DIVISION_ID, "resulting_division_id", INT8OID)
LC_BATCH_COLUMN(B_ADD_ROLE, "add_role", BOOLOID)
LC_BATCH_COLUMN(B_ROLE_IS_PRIMARY, "role_is_primary", BOOLOID)
LC_BATCH_COLUMN(B_ADD_RELATION, "add_relation", BOOLOID)
LC_BATCH_COLUMN(B_RELATION_IS_DIRECT, "relation_is_direct", BOOLOID)
LC_BATCH_COLUMN(B_CONTACT_RANK, "contact_rank", INT4OID)
LC_BATCH_COLUMN(B_KEEPS, "keeps", INT4OID)
LC_BATCH_COLUMN(B_PERSON_RECORD, "person_record", JSONBOID)
LC_BATCH_COLUMN(B_ACCOUNT_RECORD, "account_record", JSONBOID)
LC_BATCH_COLUMN(B_CONTACT_RECORD, "contact_record", JSONBOID)
LC_BATCH_COLUMN(B_OPPORTUNITY_RECORD, "opportunity_record", JSONBOID)
LC_BATCH_COLUMN(B_PERSON_RECORD_TYPE_ID, "person_record_type_id", INT8OID)
LC_BATCH_COLUMN(B_ACCOUNT_RECORD_TYPE_ID, "account_record_type_id", INT8OID)
LC_BATCH_COLUMN(B_CONTACT_RECORD_TYPE_ID, "contact_record_type_id", INT8OID)
LC_BATCH_COLUMN(B_OPPORTUNITY_RECORD_TYPE_ID, "opportunity_record_type_id", INT8OID)
LC_BATCH_COLUMN(B_FOLLOW_UP_TASK, "follow_up_task", JSONBOID)
LC_BATCH_COLUMN(B_NOTIFY, "notify", BOOLOID)
LC_BATCH_COLUMN(B_RELATED_PERSON_ACCOUNT_ID, "related_person_account_id", INT8OID)
LC_BATCH_COLUMN(B_REQUEST, "request", JSONBOID)
LC_BATCH_COLUMN(B_REQUEST_ID, "request_id", TEXTOID)
LC_BATCH_COLUMN(B_REASON, "reason", TEXTOID)
LC_BATCH_COLUMN(B_FILLED_FIELDS, "filled_fields", JSONBOID)
LC_BATCH_COLUMN(B_OWNER_CHANGES, "owner_changes", JSONBOID)
LC_BATCH_COLUMN(B_MERGED_CAMPAIGN_MEMBERS, "merged_campaign_members", JSONBOID)
LC_BATCH_COLUMN(B_WARNINGS, "warnings", JSONBOID)
LC_BATCH_COLUMN(B_ORIGIN, "origin", TEXTOID)
LC_BATCH_COLUMN(B_JOB, "job", TEXTOID)
LC_BATCH_COLUMN(B_OPTIONS, "options", JSONBOID)
LC_BATCH_COLUMN(B_UNDO, "undo", JSONBOID)
LC_BATCH_COLUMN(B_FOLLOW_UP_TASK_ID, "follow_up_task_id", INT8OID)
LC_BATCH_COLUMN(B_ACCOUNT_KEY, "account_key", TEXTOID)
LC_BATCH_COLUMN(B_CONTACT_KEY, "contact_key", TEXTOID)
LC_BATCH_COLUMN(B_PERSON_NAME, "person_name", TEXTOID)
