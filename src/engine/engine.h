/*-------------------------------------------------------------------------
 *
 * engine.h
 *	  The conversion pipeline: requests, batch, program, run.
 *
 *	  request(s) --parse--> batch --> program (compiled, cached) --> results
 *
 * The prototypes are grouped by source file, in the order in which a
 * conversion passes through them.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_ENGINE_H
#define LEADCONV_ENGINE_H

#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

#include "crm/crm.h"

/* The fields of leadconv.lead_convert, in its order */
typedef enum LcField
{
	F_LEAD_ID,
	F_CONVERTED_STATUS,
	F_ACCOUNT_ID,
	F_CONTACT_ID,
	F_OPPORTUNITY_ID,
	F_OPPORTUNITY_NAME,
	F_DO_NOT_CREATE_ACCOUNT,
	F_DO_NOT_CREATE_CONTACT,
	F_DO_NOT_CREATE_OPPORTUNITY,
	F_OVERWRITE_LEAD_SOURCE,
	F_OWNER_ID,
	F_SEND_NOTIFICATION_EMAIL,
	F_BYPASS_ACCOUNT_DEDUPE_CHECK,
	F_BYPASS_CONTACT_DEDUPE_CHECK,
	F_RELATED_PERSON_ACCOUNT_ID,
	F_ACCOUNT_RECORD,
	F_CONTACT_RECORD,
	F_OPPORTUNITY_RECORD,
	F_RELATED_PERSON_ACCOUNT_RECORD,
	F_FOLLOW_UP_TASK,
	F_REQUEST_ID,
	F_REASON,
	F_OPTIONS,
	LC_NFIELDS
} LcField;

/* The three records that a lead turns into */
typedef enum LcTarget
{
	T_ACCOUNT,
	T_CONTACT,
	T_OPPORTUNITY,
	LC_NTARGETS
} LcTarget;

/*
 * The columns of the relation conversion_batch, which every statement of a
 * program reads.  The names and types are in batch.c.
 */
typedef enum LcBatchColumn
{
	B_ORD,
	B_LEAD_ID,
	B_ACCOUNT_ID,
	B_CONTACT_ID,
	B_OPPORTUNITY_ID,
	B_CREATE_ACCOUNT,
	B_CREATE_CONTACT,
	B_CREATE_OPPORTUNITY,
	B_FILL_ACCOUNT,
	B_FILL_CONTACT,
	B_FILL_OPPORTUNITY,
	B_OWNER_ID,
	B_CONVERTER_ID,
	B_CONVERTED_STATUS,
	B_CONVERTED_DATE,
	B_OPPORTUNITY_NAME,
	B_STAGE_NAME,
	B_PROBABILITY,
	B_FORECAST_CATEGORY,
	B_FORECAST_CATEGORY_NAME,
	B_IS_CLOSED,
	B_IS_WON,
	B_CLOSE_DATE,
	B_LATEST_CAMPAIGN_ID,
	B_RESULTING_DIVISION_ID,
	B_ADD_ROLE,
	B_ROLE_IS_PRIMARY,
	B_ADD_RELATION,
	B_CONTACT_RANK,
	B_ACCOUNT_RECORD,
	B_CONTACT_RECORD,
	B_OPPORTUNITY_RECORD,
	B_FOLLOW_UP_TASK,
	B_NOTIFY,
	B_RELATED_PERSON_ACCOUNT_ID,
	B_REQUEST,
	B_REQUEST_ID,
	B_REASON,
	B_FILLED_FIELDS,
	B_OWNER_CHANGES,
	B_MERGED_CAMPAIGN_MEMBERS,
	B_WARNINGS,
	B_ACCOUNT_KEY,
	B_CONTACT_KEY,
	LC_NBATCHCOLUMNS
} LcBatchColumn;

typedef struct LcProgram LcProgram;

/* What the program does with a column of an existing record */
typedef enum LcExisting
{
	LC_FILL,					/* fill it when it is empty */
	LC_FILL_PAIR,				/* fill state and country when both are empty */
	LC_FILL_OR_OVERWRITE,		/* as the request's overwrite_lead_source says */
	LC_NEVER					/* leave it alone */
} LcExisting;

/* One mapped field, resolved */
typedef struct LcMapping
{
	char	   *lead_field;
	char	   *target_field;
	LcExisting	existing;
	char	   *source;			/* SQL expression over l and b */
	bool		from_batch;		/* a pseudo field: the source names b only */
} LcMapping;

/* One of the three targets, resolved */
typedef struct LcTargetInfo
{
	const char *name;
	Oid			relid;
	Oid			owner;
	Oid			sequence;		/* of the id */
	LcMapping  *mappings;
	int			nmappings;
	bool		verify_ids;		/* a user's BEFORE trigger could change the id */
} LcTargetInfo;

/*
 * On which snapshot a statement runs under REPEATABLE READ and SERIALIZABLE;
 * under READ COMMITTED each takes a new one anyway.
 */
typedef enum LcSnapshot
{
	LC_SNAPSHOT_TRANSACTION,	/* as any statement of the caller */
	LC_SNAPSHOT_LATEST,			/* sees what has been committed since */
	LC_SNAPSHOT_CHECKED			/* likewise, but must not change such a row */
} LcSnapshot;

/* A statement of the program, prepared when it is first needed */
typedef struct LcStatement
{
	const char *step;			/* for messages */
	char	   *sql;
	Oid			run_as;			/* InvalidOid = the caller */
	LcSnapshot	snapshot;
	int			nargs;
	Oid			argtypes[1];
	SPIPlanPtr	plan[2];		/* for a batch of many, for a batch of one */
	uint64		planned_at[2];	/* value of the invalidation counter */
} LcStatement;

/* A related list: one row of crm.related_list, resolved */
typedef struct LcList
{
	Oid			relid;
	Oid			owner;
	char	   *label;
	char	   *relation;		/* quoted name */
	char	   *lead_column;
	bool		is_campaign;
	bool		goes_to[LC_NTARGETS];	/* it has a column for this target */
	bool		transfers_owner;
	bool		verify_rows;	/* a user's BEFORE trigger could suppress rows */
	LcProbe		probe;
	LcStatement report_owners;	/* whose rows will change their owner */
	LcStatement move;
	LcStatement move_with_owner;	/* and transfers rows of the converter */
	LcStatement merge;			/* campaign members only */
	LcStatement left_behind;	/* rows that stay on the lead */
} LcList;

typedef struct LcLeadStatus
{
	int64		id;
	char	   *api_name;
	char	   *master_label;
	bool		is_converted;
} LcLeadStatus;

typedef struct LcRecordTypeStatus
{
	int64		record_type_id;
	int64		lead_status_id;
} LcRecordTypeStatus;

typedef struct LcStage
{
	char	   *api_name;
	Datum		probability;
	bool		probability_isnull;
	char	   *forecast_category;
	char	   *forecast_category_name;
	bool		is_closed;
	bool		is_won;
	bool		is_active;
} LcStage;

/* crm.lead_convert_settings, as far as the engine reads it */
typedef struct LcSettings
{
	bool		require_validation;
	bool		owner_is_converter;
	int64		default_owner_id;	/* 0 = none */
	bool		no_opportunity; /* NotVisible */
	bool		opportunity_required;	/* VisibleRequired */
	bool		state_and_country_picklists_enabled;
	int			fiscal_year_start_month;
	bool		apply_custom_field_defaults;
	bool		person_accounts_enabled;
	bool		contacts_to_multiple_accounts_enabled;
	bool		follow_new_account;
	bool		create_task_if_subject_blank;
	bool		check_deferred_constraints;
} LcSettings;

/* The fixed statements of a program */
typedef enum LcStep
{
	S_LOCK_LEADS,				/* lock only, for calls of several chunks */
	S_LOCK_ACCOUNTS,
	S_LOCK_CONTACTS,
	S_LOCK_OPPORTUNITIES,
	S_LEADS,					/* lock, and what the judge wants to know */
	S_EARLIER_REQUESTS,
	S_EXISTING_ACCOUNT,
	S_EXISTING_CONTACT,
	S_EXISTING_OPPORTUNITY,
	S_ROLES,
	S_REUSE_ACCOUNT,
	S_REUSE_CONTACT,
	S_INSERT_ACCOUNT,
	S_INSERT_CONTACT,
	S_INSERT_OPPORTUNITY,
	S_INSERT_ACCOUNT_RECORD,	/* the same with values of the request */
	S_INSERT_CONTACT_RECORD,
	S_INSERT_OPPORTUNITY_RECORD,
	S_FILL_ACCOUNT,
	S_FILL_CONTACT,
	S_FILL_OPPORTUNITY,
	S_VERIFY_IDS,
	S_INSERT_ROLE,
	S_INSERT_RELATION,
	S_INSERT_NEW_RELATION,		/* no contact existed before */
	S_VERIFY_RELATION,
	S_LEAD,
	S_VERIFY_LEAD,
	S_FOLLOW_UP_TASK,
	S_UNFOLLOW,
	S_FOLLOW,
	S_PARTNER,
	S_NOTIFY,
	S_LEDGER,
	S_ERRORS,
	LC_NSTEPS
} LcStep;

/* A condition on a lead that gives a warning in the result */
typedef struct LcNotice
{
	const char *status_code;
	char	   *field;
	char	   *condition;		/* SQL over l */
	char	   *message;
	const char *hint;
} LcNotice;

/* Everything compiled from metadata and catalogs (program.c) */
struct LcProgram
{
	MemoryContext context;		/* holds all of this */
	struct LcProgram *next;
	int			pins;
	bool		stale;			/* freed with the last pin */

	/* cache key */
	char	   *search_path;
	Oid			roleid;			/* InvalidOid unless row security is on */
	bool		row_security;

	uint64		checked_at;		/* value of the invalidation counter */
	uint64		fingerprint;
	Oid			owner;			/* of crm.lead */
	Oid			lead_relid;
	TupleDesc	error_desc;		/* leadconv.lead_convert_error */
	LcTargetInfo target[LC_NTARGETS];
	LcSettings	settings;
	LcLeadStatus *statuses;
	int			nstatuses;
	LcRecordTypeStatus *record_type_statuses;
	int			nrecord_type_statuses;
	LcStage    *stages;
	int			nstages;
	LcNotice   *notices;		/* what S_LEADS looks for, for warnings */
	int			nnotices;
	LcList	   *lists;
	int			nlists;
	Oid		   *list_relids;	/* their tables, for the frame */
	LcProbe		users;			/* what facts.c looks at */
	AttrNumber	user_type_attno;
	AttrNumber	user_active_attno;
	LcProbe		approvals;
	AttrNumber	approval_status_attno;
	LcProbe		workflow;
	LcProbe		subscriptions;
	LcProbe		partners;
	LcProbe		members;
	AttrNumber	member_campaign_attno;
	AttrNumber	member_created_attno;
	AttrNumber	member_id_attno;
	bool		verify_lead;	/* a user's BEFORE trigger could change the lead */
	bool		verify_relation;	/* likewise the account-contact relation */
	char	   *role_required_field;	/* column of the contact role that nothing
										 * can fill, or NULL */
	LcStatement step[LC_NSTEPS];
};

/* The user who will own the new records */
typedef struct LcOwner
{
	int64		id;				/* 0 = none */
	bool		exists;
	bool		is_queue;
	bool		is_active;
} LcOwner;

/* What the judge learned about a lead */
typedef struct LcRequest
{
	int			position;		/* in the call, from 1 */
	Datum		value[LC_NFIELDS];
	bool		isnull[LC_NFIELDS];
	LcError    *error;			/* why it is refused, or NULL */
	List	   *warnings;		/* of LcError */
	bool		replayed;		/* answered from the ledger */
	Datum		replayed_warnings;	/* array of leadconv.lead_convert_error */

	/* facts about the lead */
	bool		found;
	bool		lead_is_converted;
	bool		lead_is_deleted;
	int64		lead_owner_id;	/* 0 = none */
	int64		record_type_id; /* 0 = none */
	int64		division_id;	/* 0 = none */
	char	   *company;		/* or NULL */
	char	   *lead_name;
	LcOwner		owner;
	bool		in_approval;
	bool		has_pending_workflow;

	/* what has been decided */
	int64		target_id[LC_NTARGETS];	/* 0 = none */
	bool		creates[LC_NTARGETS];
	int64		related_person_account_id;
	int64		owner_id;		/* 0 = none */
	const char *converted_status;
	char	   *opportunity_name;
	const LcStage *stage;
	int64		latest_campaign_id; /* 0 = none */
	int64		resulting_division_id;
	bool		add_role;
	bool		role_is_primary;
	bool		add_relation;
	bool		follow_up;
	struct LcRequest *follows[LC_NTARGETS]; /* uses the record that this request of
											 * the same run makes */
	int			contact_rank;	/* 1 = first request with this contact */
	bool	   *fillable[LC_NTARGETS];	/* per mapping: empty there, not here */
	int64	   *fill[LC_NTARGETS];	/* per mapping: the lead that fills it, on
									 * the first request with this target */
	List	   *filled_fields[LC_NTARGETS]; /* names, for the ledger */
	StringInfo	owner_changes;	/* JSON array being built, or NULL */
	StringInfo	merged_members; /* likewise */
	char	   *account_key;	/* for reuse */
	char	   *contact_key;
	Jsonb	   *normalized;		/* the request as the ledger keeps it */
} LcRequest;

/* Options of a whole call */
typedef struct LcOptions
{
	bool		all_or_none;
	bool		allow_save;
	bool		reuse_accounts;
	bool		reuse_contacts;
	bool		match_keys_locked;	/* all of them, by lc_lock_all_match_keys() */
	int			nrequests;		/* in the whole call */
} LcOptions;

/* A batch under way */
typedef struct LcRun
{
	LcProgram  *program;
	LcOptions	options;
	Oid			caller;			/* who called, with its privileges */
	int64		user_id;		/* who converts, 0 = unknown */
	TupleDesc	batch_desc;
	struct EphemeralNamedRelationData *relation;
	Tuplestorestate *batch;		/* NULL for a batch of one */
	Datum	   *one_values;		/* the row of a batch of one, else NULL */
	bool	   *one_nulls;
	LcFrame    *frame;			/* NULL while nothing is written */
	LcRequest **request;		/* those that are neither refused nor answered */
	int			nrequests;
	const char *step;			/* for the error context */
	LcRequest  *judged;			/* whose error is being raised, or NULL */
	int			trigger_depth;	/* when the run began */
	bool		error_in_trigger;	/* the last error came from deeper */
	SPIPlanPtr	plan;			/* being executed */
	bool		outcome_changed;	/* what the ledger reports, since the batch
									 * was laid down */
	uint64		lists_with_rows;	/* bit per related list */
	bool		has_subscriptions;
	bool		has_partner_connections;
} LcRun;

/* in request.c */
extern const char *lc_field_name(LcField field);
extern Oid	lc_field_type(LcField field);
extern LcRequest *lc_request_from_values(int position, const Datum *values, const bool *nulls);
extern LcRequest *lc_request_from_tuple(int position, HeapTupleHeader tuple, TupleDesc desc);
extern LcRequest *lc_request_from_jsonb(int position, JsonbContainer *object);
extern LcRequest *lc_request_invalid(int position, LcError *error);
extern void lc_request_normalize(LcRequest *request);

/* in batch.c */
extern void lc_batch_open(LcRun *run);
extern void lc_batch_fill(LcRun *run, LcRequest **requests, int nrequests);
extern void lc_batch_close(LcRun *run);
extern TupleDesc lc_batch_desc(void);
extern void lc_batch_parameters(StringInfo sql, int first);
extern Oid	lc_batch_column_type(LcBatchColumn column);
extern void lc_conversion_dates(int fiscal_year_start_month, DateADT *today, DateADT *close_date);

/* in program.c */
extern void lc_program_init(void);
extern LcProgram *lc_program_get(void);
extern void lc_program_pin(LcProgram *program);
extern void lc_program_unpin(LcProgram *program);
extern uint64 lc_execute(LcRun *run, LcStatement *statement, Datum *args);
extern void lc_refresh_plans(LcRun *run);
extern const char *lc_target_name(LcTarget target);
extern void lc_statement(LcProgram *program, LcStatement *statement, const char *step,
						 Oid run_as, LcSnapshot snapshot, StringInfo sql);
extern bool lc_has_foreign_trigger(Relation rel, int16 event);
extern uint64 lc_read_metadata(Oid owner, const char *sql);
extern char *lc_meta_text(LcProgram *program, uint64 row, int column);
extern bool lc_meta_bool(uint64 row, int column);
extern int64 lc_meta_int64(uint64 row, int column);
extern char *lc_column_default(Relation rel, AttrNumber attnum);

/* in steps.c */
extern void lc_compile_steps(LcProgram *program);
extern bool lc_record_key_allowed(const char *table, const char *column);

/* in related.c */
extern void lc_compile_lists(LcProgram *program);
extern void lc_move_related(LcRun *run);
extern void lc_check_left_behind(LcRun *run, LcList *list);

/* in campaigns.c */
extern void lc_compile_campaign_members(LcProgram *program, LcList *list, const char *contact_column,
										const char *source_column);
extern void lc_merge_campaign_members(LcRun *run, LcList *list);

/* in judge.c */
extern void lc_judge(LcRun *run, LcRequest **requests, int nrequests);
extern void lc_read_existing(LcRun *run, LcTarget t, LcRequest **requests, int nrequests);

/* in facts.c */
extern void lc_compile_facts(LcProgram *program);
extern void lc_gather_facts(LcRun *run, LcRequest **requests, int nrequests);

/* in reuse.c */
extern void lc_lock_all_match_keys(void);
extern void lc_resolve_reuse(LcRun *run);
extern char *lc_normalize_company(const char *name, int len);
extern char *lc_normalize_email(const char *email, int len);

/* in convert.c */
extern void lc_run_begin(LcRun *run, const LcOptions *options);
extern void lc_run_end(LcRun *run);
extern void lc_run_write(LcRun *run);
extern LcRequest *lc_run_culprit(LcRun *run);
extern void lc_run_error_context(void *arg);
extern void lc_run_clean_context(LcRun *run, ErrorData *edata);
extern Datum lc_result(LcRun *run, LcRequest *request, TupleDesc desc);

/* in bulk.c */
typedef void (*LcResultReceiver) (LcRun *run, LcRequest *request, void *arg);
typedef LcRequest *(*LcRequestSource) (int index, void *arg);
extern void lc_convert_many(const LcOptions *options, int nrequests,
							LcRequestSource source, void *source_arg,
							LcResultReceiver receive, void *receive_arg,
							const char *job);

#endif							/* LEADCONV_ENGINE_H */
