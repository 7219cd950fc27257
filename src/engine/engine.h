/*-------------------------------------------------------------------------
 *
 * engine.h
 *	  The conversion pipeline: requests, batch, program, run.
 *
 *	  request(s) --judge--> batch --> program (compiled, cached) --> results
 *
 * The prototypes are grouped by source file, from the ground up: each file
 * calls only files above its own group in this list.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_ENGINE_H
#define LEADCONV_ENGINE_H

#include "nodes/params.h"
#include "nodes/parsenodes.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/resowner.h"
#include "utils/tuplestore.h"

#include "duplicates/duplicates.h"

/* The fields of leadconv.lead_convert, in its order: F_LEAD_ID and so on */
typedef enum LcField
{
#define LC_FIELD(field, name, type, identifies) field,
#include "engine/fieldlist.h"
#undef LC_FIELD
	LC_NFIELDS,

	/* values of a person account, as they are used (person.c) */
	F_PERSON_RECORD = LC_NFIELDS,	/* of account_record ... */
	F_PERSON_CONTACT_RECORD,	/* ... and of contact_record */
	F_RELATED_PERSON_RECORD,	/* columns of the account in
								 * related_person_account_record ... */
	F_RELATED_CONTACT_RECORD,	/* ... and of the contact */
	LC_NVALUES
} LcField;

/*
 * The records that a lead turns into; lc_target[] in target.c describes each.
 * Results, the ledger and the lead name those from T_ACCOUNT on, in this order.
 */
typedef enum LcTarget
{
	T_PERSON,					/* the account of a person account */
	T_ACCOUNT,
	T_CONTACT,
	T_OPPORTUNITY,
	LC_NTARGETS
} LcTarget;

/* What a name of an opportunity holds, in characters */
#define LC_OPPORTUNITY_NAME_LENGTH 120

/* Records of which a request can give values: the targets, and the follow-up task */
#define LC_NRECORDS	(LC_NTARGETS + 1)

/* The columns of the relation conversion_batch: B_ORD and so on */
typedef enum LcBatchColumn
{
#define LC_BATCH_COLUMN(column, name, type) column,
#include "engine/batchlist.h"
#undef LC_BATCH_COLUMN
	LC_NBATCHCOLUMNS
} LcBatchColumn;

/* The fixed statements of a program; each belongs to the file named */
typedef enum LcStep
{
	/* existing.c, one for each target */
	S_LOCK_ACCOUNT,				/* lock only, for calls of several chunks */
	S_LOCK_CONTACT,
	S_LOCK_OPPORTUNITY,
	S_EXISTING_ACCOUNT,			/* lock, and what the judge wants to know */
	S_EXISTING_CONTACT,
	S_EXISTING_OPPORTUNITY,
	S_FILL_ACCOUNT,
	S_FILL_CONTACT,
	S_FILL_OPPORTUNITY,
	S_ADOPT_CONTACT,			/* gets the account of a completion */
	S_ADOPT_OPPORTUNITY,
	/* record.c, one for each target */
	S_ROW_ACCOUNT,				/* the row before it is written */
	S_ROW_CONTACT,
	S_ROW_OPPORTUNITY,
	S_INSERT_ACCOUNT,
	S_INSERT_CONTACT,
	S_INSERT_OPPORTUNITY,
	S_INSERT_ACCOUNT_RECORD,	/* the same with values of the request */
	S_INSERT_CONTACT_RECORD,
	S_INSERT_OPPORTUNITY_RECORD,
	S_VERIFY_IDS,
	S_FOLLOW_UP_TASK,
	/* lead.c */
	S_LOCK_LEADS,				/* lock only */
	S_LEADS,					/* lock, and what the judge wants to know */
	S_LEAD_WITH_PLACE,			/* the same, and where the row is */
	S_SEEN_LEADS,				/* which of them policies let the caller see */
	S_LEAD,
	S_COMPLETE_LEAD,			/* what was missing */
	S_VERIFY_LEAD,
	/* facts.c */
	S_SEEN_USERS,				/* which of them policies let the caller see */
	/* reuse.c */
	S_REUSE_ACCOUNT,
	S_REUSE_GIVEN,				/* names of accounts that are given */
	S_REUSE_CONTACT,			/* who may use accounts, too */
	S_REUSE_CONTACT_ALONE,		/* who may not */
	S_REUSE_RELATED,			/* who may, where contacts may be related to several accounts */
	/* role.c */
	S_INSERT_ROLE,
	S_INSERT_ROLE_BESIDE,		/* where a trigger may make it */
	S_CHANGE_ROLE,
	S_INSERT_RELATION,
	S_INSERT_RELATION_BESIDE,
	S_RESTORE_RELATION,
	S_VERIFY_RELATION,
	/* follow.c */
	S_UNFOLLOW,
	S_FOLLOW,
	S_FOLLOW_BESIDE,
	S_PARTNER,
	S_NOTIFY,
	/* ledger.c */
	S_EARLIER_REQUESTS,
	S_EARLIER_LEADS,			/* which of them the caller may see */
	S_LEDGER,
	S_COMPLETE_LEDGER,
	S_MOVED_ROWS,				/* by an earlier conversion, as far as they are named */
	S_COMPLETION,				/* adds what was missing to what was done before */
	/* look_record.c, one for each target */
	S_LOOK_ACCOUNT,
	S_LOOK_CONTACT,
	S_LOOK_OPPORTUNITY,
	/* look_related.c */
	S_LOOK_LEAD,				/* what is mapped nowhere */
	S_LOOK_UNFOLLOW,
	S_LOOK_PARTNER,
	S_LOOK_TASK,				/* record.c: the follow-up task before it is written */
	/* what there is only where person accounts are enabled */
	S_EXISTING_PERSON,			/* existing.c */
	S_LOOK_PERSON,				/* look_record.c */
	S_FILL_PERSON,
	S_ROW_PERSON,				/* record.c */
	S_INSERT_PERSON,
	S_INSERT_PERSON_RECORD,
	S_IS_PERSON,				/* person.c */
	S_LOCK_ALL_ACCOUNTS,
	S_PERSON_CONTACT,
	S_RENAME_PERSON,
	S_PERSON_NAMES,
	S_TAKEN_PERSON_NAMES,
	S_REUSE_PERSON,				/* reuse.c */
	LC_NSTEPS,
	LC_FIRST_PERSON_STEP = S_EXISTING_PERSON
} LcStep;

/*
 * Everything that the engine has to know of one target (target.c).  The columns
 * of the batch and the steps come as enums, so that a new target is a row here
 * and its columns and steps.
 */
typedef struct LcTargetType
{
	const char *name;			/* of keys, steps and batch columns */
	const char *noun;			/* in messages */
	const char *table;
	const char *label;			/* as the platform writes the object */
	const char *platform_id;	/* and its id, in messages */
	LcField		id_field;
	LcField		record_field;
	LcField		do_not_create_field;	/* LC_NFIELDS = there is none */
	LcBatchColumn id_column;
	LcBatchColumn create_column;
	LcBatchColumn fill_column;
	LcBatchColumn record_column;
	LcBatchColumn record_type_column;
	LcStep		lock;
	LcStep		existing;
	LcStep		fill;
	LcStep		row;
	LcStep		insert;
	LcStep		insert_record;
	const char *account_column; /* of the table: whose record it is, or NULL */
	const char *person_column;	/* whether it is part of a person account, or NULL */
	bool		account_required;	/* an existing one must have an account */
} LcTargetType;

extern const LcTargetType lc_target[LC_NTARGETS];

/*
 * SQL put together from parts: text, and the places where the batch goes, which
 * is a relation or, for a batch of one, a subquery over parameters.
 */
#define LC_MAX_BATCH_PLACES 8

typedef struct LcSql
{
	StringInfoData text;
	int			nplaces;
	int			place[LC_MAX_BATCH_PLACES]; /* offsets in text, ascending */
} LcSql;

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

/* The forms in which a statement is prepared, as bits */
#define LC_FORM_ONE		1		/* for a batch of one: its values are parameters */
#define LC_FORM_LOOK	2		/* without its row locks */
#define LC_NFORMS		4

/* Changes the query of a statement before it is planned */
typedef void (*LcQueryCallback) (Query *query);

/* A prepared form of a statement */
typedef struct LcForm
{
	LcPlan		plan;			/* must be first; prepared when it is first needed */
	struct LcStatement *statement;
	int			form;
} LcForm;

/* Where a column of a row that is inserted without a statement comes from */
typedef struct LcDirectColumn
{
	AttrNumber	lead_attno;		/* this column of the lead, or InvalidAttrNumber ... */
	int			cut;			/* ... its text cut to so many characters, or 0 */
	bool		skip_blank;		/* ... unless it is an empty string */
	int			batch;			/* else this column of the batch, or -1 ... */
	Oid			length_function;	/* ... which this function judges, or InvalidOid */
	Oid			sequence;		/* else the next value of this, or InvalidOid */
	bool		is_argument;	/* else the argument of the statement */
	bool		is_now;			/* else the time of the transaction */
	Datum		value;			/* else this constant */
	bool		isnull;
} LcDirectColumn;

/* INSERT of the one row of a batch of one, without a statement (direct.c) */
typedef struct LcDirect
{
	Oid			relid;
	int			natts;
	LcDirectColumn *column;		/* by attribute */
	Bitmapset  *given;			/* columns that the statement would name, for messages */
	bool		reads_lead;
} LcDirect;

/* A statement of the program (statement.c) */
typedef struct LcStatement
{
	const char *step;			/* for messages; NULL = there is no statement */
	LcSql		sql;
	const char *locks;			/* its row locks ("FOR UPDATE OF l"), or NULL */
	Oid			locked_relid;	/* table whose rows it locks */
	Oid			check_as;		/* whose rights it has, InvalidOid = the caller's */
	LcSnapshot	snapshot;
	Oid			argtype;		/* of $1, or InvalidOid when there is none */
	LcDirect   *direct;			/* what does the same for a batch of one, or NULL */
	LcQueryCallback adjust;		/* or NULL */
	bool		lacks_index;	/* a table of it can only be read from end to end */
	bool		updatable;		/* sees only rows that the caller may update ... */
	Oid			seen_relid;		/* ... but of this table all that the caller may see */
	LcForm		form[LC_NFORMS];
} LcStatement;

/* A statement whose text depends on nothing but the shape of crm */
typedef struct LcFixedStatement
{
	LcStep		id;
	const char *step;
	const char *owner_of;		/* with the rights of this table's owner; NULL = the
								 * caller's */
	LcSnapshot	snapshot;
	Oid			argtype;
	const char *sql;			/* "conversion_batch" is where the batch goes */
	const char *locks;
	const char *locked;			/* table whose rows it locks */
} LcFixedStatement;

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
	Oid			type;			/* of the target column */
	bool		is_text;		/* it is a string type */
	AttrNumber	lead_attno;		/* source is this column, blank when it is '', or 0 ... */
	int			cut;			/* ... but cut to so many characters, or 0 */
	bool		from_batch;		/* a pseudo field: the source names b only */
} LcMapping;

/* A picklist (picklist.c) */
typedef struct LcPicklist
{
	int64		id;
	char	   *object;			/* table */
	char	   *field;			/* column */
	bool		is_restricted;
	char	   *default_value;	/* or NULL */
	List	   *values;			/* of char *: the active ones, when it is restricted */
	List	   *offers;			/* of LcPicklistOffer, in the order of the types */
} LcPicklist;

/* A value that a record type of the object offers */
typedef struct LcPicklistOffer
{
	int64		record_type_id;
	char	   *value;
	bool		is_default;
} LcPicklistOffer;

/* What a statement yields that shows a row before it is written: columns, by position */
typedef struct LcRowShape
{
	char	  **columns;
	int			ncolumns;
} LcRowShape;

/* One of the targets, as this database has it */
typedef struct LcTargetInfo
{
	Oid			relid;
	Oid			owner;
	Oid			sequence;		/* of the id */
	LcMapping  *mappings;
	int			nmappings;
	bool		verify_ids;		/* a user's BEFORE trigger could change the id */
	bool		verify_updates; /* ... or suppress or change an update */
	bool		has_record_types;	/* active ones, so that a new record gets one */
	LcRowShape	row;			/* what the row statement yields */
	LcProbe		by_id;			/* for a look */
	const LcPicklist **picklists;	/* whose values are judged ... */
	int			npicklists;
	LcStatement judge_picklists;	/* ... by this, when there are any */
	List	   *duplicate_columns;	/* of char *: what duplicate rules read of new ones ... */
	LcStatement judge_duplicates;	/* ... by this, when there are any */
	LcStatement judge_duplicates_record;	/* the same with values of the request */
} LcTargetInfo;

/* A related list: one row of crm.related_list, resolved (related.c) */
typedef struct LcList
{
	Oid			relid;
	Oid			owner;
	char	   *label;
	char	   *relation;		/* quoted name */
	char	   *lead_column;
	char	   *owner_column;	/* or NULL */
	char	   *source_column;	/* or NULL */
	char	   *link_column;	/* likewise */
	char	   *target_column[LC_NTARGETS]; /* likewise */
	bool		is_campaign;
	bool		is_link;
	bool		goes_to[LC_NTARGETS];	/* it has a column for this target */
	bool		transfers_owner;
	bool		has_workflow;	/* tasks, of which workflow rules may have made some */
	bool		verify_rows;	/* a user's BEFORE trigger could suppress rows */
	bool		reports_rows;	/* move says which rows, because no trigger does */
	bool		keeps_lead;		/* moved rows keep their lead */
	bool		has_source;		/* it has a column for the lead that rows came from */
	LcProbe		probe;
	AttrNumber	target_attno[LC_NTARGETS];	/* InvalidAttrNumber = none */
	LcProbe		by_target[LC_NTARGETS]; /* of those that it goes to, where they are bigint */
	AttrNumber	source_attno;	/* likewise */
	LcStatement report_owners;	/* whose rows will change their owner */
	LcStatement move;
	LcStatement move_with_owner;	/* and transfers rows of the converter */
	LcStatement merge;			/* campaign members only */
	LcStatement move_beside;	/* likewise: where the contact may be a member */
	LcStatement restore;		/* links only: out of the recycle bin */
	LcStatement drop;			/* links only: the lead's own, where they are not kept */
	LcStatement complete[LC_NTARGETS];	/* rows moved before get what was missing; they are
										 * found by this record (not T_PERSON) */
	LcStatement left_behind;	/* rows that stay on the lead */
	LcStatement left_visible;	/* those that the caller may see */
	LcStatement count;			/* for a look: how many rows would move that the caller sees */
	LcStatement see_owners;		/* likewise: whose would change their owner */
	LcStatement see_members;	/* likewise: campaign members of lead and contact */
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

/* A record type of a target or of leads (record_type.c) */
typedef struct LcRecordType
{
	int64		id;
	char	   *name;
	char	   *object;			/* table */
	bool		is_active;
	bool		is_person_type;
	bool		requires_company;
} LcRecordType;

/* A stage that a record type of opportunities offers */
typedef struct LcRecordTypeStage
{
	int64		record_type_id;
	const struct LcStage *stage;
	bool		is_default;
} LcRecordTypeStage;

typedef struct LcStage
{
	char	   *api_name;
	bool		is_active;
} LcStage;

/* crm.lead_convert_settings, as far as the engine reads it (settings.c) */
typedef struct LcSettings
{
	bool		owner_is_converter;
	bool		record_type_is_converters;
	int64		default_owner_id;	/* 0 = none */
	bool		creates[LC_NTARGETS];	/* without being asked for it */
	bool		opportunity_required;	/* VisibleRequired */
	char	   *opportunity_name;	/* SQL over l, or NULL: the company */
	bool		state_and_country_picklists_enabled;
	int			fiscal_year_start_month;
	bool		apply_custom_field_defaults;
	bool		person_accounts_enabled;
	bool		person_names_are_unique;	/* refuse_existing_person_account_name, and they
											 * are enabled */
	bool		contacts_to_multiple_accounts_enabled;
	bool		follow_new_account;
	bool		create_task_if_subject_blank;
	bool		check_deferred_constraints;
	bool		require_create_and_edit;
	bool		notify;
	bool		require_validation;
} LcSettings;

/* A condition on a lead that gives a warning in the result */
typedef struct LcNotice
{
	const char *status_code;
	char	   *field;
	char	   *condition;		/* SQL over l */
	char	   *message;
	const char *hint;
	const LcMapping *cut;		/* of a value that is too long, or NULL: it only counts
								 * when it goes to a record of the target */
	LcTarget	target;
	bool		is_person_title;	/* no warning: the title is too long for a person account */
} LcNotice;

/*
 * What is looked at without statements.  Each probe is followed by the other
 * columns that are read of the table.
 */
typedef struct LcFactTables
{
	LcProbe		users;
	AttrNumber	user_type_attno;
	AttrNumber	user_active_attno;
	LcProbe		approvals;
	AttrNumber	approval_status_attno;
	AttrNumber	approval_deleted_attno;
	LcProbe		workflow;
	LcProbe		subscriptions;
	LcProbe		partners;
	LcProbe		members;
	AttrNumber	member_campaign_attno;
	AttrNumber	member_created_attno;
	AttrNumber	member_id_attno;
	AttrNumber	member_deleted_attno;
	LcProbe		campaigns;
	AttrNumber	campaign_deleted_attno;
	LcProbe		roles;			/* by opportunity */
	AttrNumber	role_contact_attno;
	AttrNumber	role_primary_attno;
	AttrNumber	role_deleted_attno;
	LcProbe		relations;		/* by contact */
	AttrNumber	relation_account_attno;
	AttrNumber	relation_deleted_attno;
	LcProbe		followers;		/* by account */
	AttrNumber	follower_attno;
	LcProbe		user_record_types;	/* by user, where the targets have record types */
	AttrNumber	user_record_type_attno;
	AttrNumber	user_record_type_default_attno;
	AttrNumber	user_record_type_id_attno;
} LcFactTables;

/* What the title of a person account holds, in characters */
#define LC_PERSON_TITLE_LENGTH 80

/* What rows of a table that were taken out of the recycle bin become again (undo_rows.c) */
typedef struct LcUndoTable
{
	Oid			relid;
	char	   *relation;
	LcStatement restore;
	LcStatement restored_left;	/* those that have been changed since */
} LcUndoTable;

/* A related list, for undo */
typedef struct LcUndoList
{
	LcList	   *list;
	LcStatement back[LC_NTARGETS + 1];	/* rows go back that are found by this record, the
										 * last by the lead that they name; links go */
	LcStatement left[LC_NTARGETS + 1];	/* which do not */
	LcStatement seen[LC_NTARGETS];	/* links that will go and that the caller sees */
	LcStatement named;			/* the same for those that the ledger names */
	LcStatement named_left;
	LcStatement owners;			/* they get the owner back that they had */
	LcStatement owners_left;
	LcStatement merged;			/* the campaign members that were kept */
	LcStatement merged_left;
	LcStatement put;			/* members, or links of the lead, that have gone */
	LcUndoTable restored;		/* links */
} LcUndoList;

/* A foreign key that points at records that undo may delete (undo_records.c) */
typedef struct LcReferenceKey
{
	int			record;			/* of LC_NUNDONE */
	Oid			relid;
	LcProbe		probe;			/* of the column, when it is one, and the key is the id */
	LcStatement statement;
} LcReferenceKey;

/* Statements of undo whose text depends on nothing */
typedef enum LcUndoStep
{
	U_LEDGER,
	U_OPEN_LEAD,
	U_NOTE_STATUS,
	U_UNSUBSCRIBE,
	U_CONNECT,
	U_DELETE_ROLE,
	U_DELETE_RELATION,
	U_DELETE_ITEMS,				/* of sets of duplicates */
	U_DELETE_SETS,
	U_MARK,
	LC_NUNDOSTEPS
} LcUndoStep;

/* The records that undo deletes: those of the targets, and the follow-up task */
#define LC_NUNDONE	LC_NRECORDS
#define U_TASK		LC_NTARGETS

/* What it takes to take conversions back (undo_program.c) */
typedef struct LcUndoProgram
{
	MemoryContext context;		/* holds all of this */
	uint64		checked_at;		/* value of the invalidation counter */
	bool		is_complete;
	List	   *statements;		/* all of them */
	LcUndoList *lists;
	int			nlists;
	Oid			relid[LC_NUNDONE];
	LcStatement lock[LC_NUNDONE];
	LcStatement delete[LC_NUNDONE];
	List	   *references;		/* of LcReferenceKey */
	LcUndoTable roles;
	LcUndoTable relations;
	LcStatement step[LC_NUNDOSTEPS];
	LcStatement subscribe;
} LcUndoProgram;

/* Everything compiled from metadata and catalogs (program.c) */
typedef struct LcProgram
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
	LcRecordType *record_types; /* oldest first */
	int			nrecord_types;
	LcRecordTypeStage *record_type_stages;
	int			nrecord_type_stages;
	LcPicklist *picklists;
	int			npicklists;
	LcNotice   *notices;		/* what S_LEADS looks for, for warnings */
	int			nnotices;
	LcList	   *lists;
	int			nlists;
	Oid		   *list_relids;	/* their tables, for the frame */
	LcFactTables facts;
	LcTextProbe account_names;	/* what reuse looks for */
	LcTextProbe contact_emails;
	bool		user_code;		/* users' triggers or rules stand on a table that
								 * conversion writes: rows may be there already */
	bool		verify_lead;	/* a user's BEFORE trigger could change the lead */
	bool		role_triggers;	/* users' triggers stand on contact roles ... */
	bool		relation_triggers;	/* ... on account-contact relations */
	bool		has_duplicate_rules;	/* that conversions have to ask */
	bool		has_blocking_rules; /* of which some lock match keys */
	List	   *duplicate_fields[LC_NTARGETS];	/* of char *: what they read of new records ... */
	List	   *duplicate_account_columns;	/* ... and of the account that a contact goes to */
	char	   *role_required_field;	/* column of the contact role that nothing
										 * can fill, or NULL */
	char	  **unmapped;		/* columns of the lead that S_LOOK_LEAD yields */
	int			nunmapped;
	Oid			task_relid;		/* for follow-up tasks */
	Oid			task_sequence;
	LcRowShape	task_row;
	LcStatement step[LC_NSTEPS];
	LcUndoProgram *undo;		/* NULL until it is needed */
} LcProgram;

/* The user who will own the new records */
typedef struct LcOwner
{
	int64		id;				/* 0 = none */
	bool		exists;
	bool		is_queue;
	bool		is_active;
} LcOwner;

/* What an existing record says (existing.c) */
typedef struct LcExistingFacts
{
	bool		found;
	bool		is_deleted;
	int64		division_id;	/* 0 = none */
	int64		account_id;		/* 0 = none */
	bool		is_person_account;
	bool	   *fillable;		/* per mapping: empty there, not here */
	char	  **overwriting;	/* per mapping: what may overwrite, or NULL; NULL for
								 * a run of one */
} LcExistingFacts;

/*
 * What is known about a request before anything is decided.  The lead's part is
 * filled in lead.c, that of existing records in existing.c, the rest in facts.c.
 */
typedef struct LcFacts
{
	bool		lacks_privileges;	/* so nothing may be looked at */
	bool		found;
	bool		is_converted;
	bool		is_deleted;
	int64		lead_owner_id;	/* 0 = none */
	int64		record_type_id; /* 0 = none */
	int64		division_id;	/* 0 = none */
	char	   *company;		/* or NULL; so are blank ones */
	char	   *lead_name;		/* likewise */
	char	   *opportunity_name;	/* by the template, likewise */
	char	   *email;			/* likewise */
	char	   *status;			/* or NULL */
	bool		is_unread;
	char	   *converted;		/* when and to what, when it is converted */
	int64		converted_id[LC_NTARGETS];	/* to what, for a completion; 0 = none */
	List	   *cuts;			/* of LcNotice: values that are too long */
	LcOwner		owner;
	LcOwner		record_owner[LC_NRECORDS];	/* whom the record values name */
	bool		in_approval;
	bool		has_pending_workflow;
	bool		has_members;	/* of campaigns, in the recycle bin or not */
	int64		latest_campaign_id; /* 0 = none */
	bool		has_long_title; /* more than a person account holds */
	bool		names_person;	/* the account given, or related, is a person account ... */
	int64		person_contact_id;	/* ... and this is its contact, 0 = none to be seen */
	LcExistingFacts existing[LC_NTARGETS];
} LcFacts;

/* Which part a person account has in a conversion */
typedef enum LcPersonPart
{
	LC_NO_PERSON,
	LC_PERSON_ACCOUNT,			/* it is the account */
	LC_RELATED_PERSON			/* it is in place of a contact of the account */
} LcPersonPart;

/*
 * What has been decided: by judge.c, by reuse.c which records of others are used,
 * and by write.c what requests of one run that share a record do only once.
 */
typedef struct LcDecision
{
	LcPersonPart person;		/* where it is the account, T_ACCOUNT has no part of
								 * its own, but takes the id from T_PERSON */
	int64		target_id[LC_NTARGETS]; /* 0 = none */
	bool		creates[LC_NTARGETS];
	bool		keeps[LC_NTARGETS]; /* a completion: the lead was converted to it */
	bool		adopts[LC_NTARGETS];	/* and it has no account yet: gets this one */
	struct LcRequest *follows[LC_NTARGETS]; /* uses the record that this request of
											 * the same run makes */
	int64		record_type_id[LC_NTARGETS];	/* of those that it makes, 0 = none */
	int64		related_person_account_id;
	int64		owner_id;		/* 0 = none */
	const char *converted_status;
	char	   *opportunity_name;
	const LcStage *stage;
	int64		resulting_division_id;
	bool		add_role;
	bool		change_role;	/* it is there: in the recycle bin, or not primary */
	bool		role_is_primary;	/* of a role that is added or changed */
	bool		add_relation;
	bool		restore_relation;	/* it is in the recycle bin */
	bool		relation_is_direct; /* of a relation that is added or restored */
	bool		follow_up;
	int64		follow_up_task_id;
	bool		notify;
	bool		no_workflow;	/* no workflow actions: it converts to a person account */
	int			contact_rank;	/* 1 = first request with this contact */
	int64	   *fill[LC_NTARGETS];	/* per mapping: the lead that fills it, on
									 * the first request with this target */
	char	   *account_key;	/* for reuse */
	char	   *contact_key;
	bool		reuses_related; /* the contact is another account's, related to this one */
	List	   *duplicates[LC_NTARGETS];	/* of LcDuplicate: records like the new ones */
	char	   *person_name;	/* of a new person account, where names are unique ... */
	char	   *person_name_key;	/* ... and as names are compared */
} LcDecision;

/* For undo: a field of an existing record that was filled; values as JSON */
typedef struct LcFilledField
{
	const char *field;
	char	   *old_value;
	char	   *new_value;
} LcFilledField;

/* For undo: a row of a related list of which more is to be known than that it was moved */
typedef struct LcTouchedRow
{
	const LcList *list;
	int64		id;				/* or 0, and then there is a key */
	char	   *key;			/* JSON object of the primary key */
	bool		is_moved;		/* what follows is known */
	List	   *kept;			/* of char *: columns that were not empty */
	char	   *kept_json;		/* the same as JSON, with a key */
	char	   *source;			/* lead that it had come from before, as JSON, or NULL */
} LcTouchedRow;

/* For undo: two campaign members that have become one; the rows as JSON */
typedef struct LcMergedMember
{
	const LcList *list;
	int64		kept_id;
	char	   *kept;
	char	   *removed;
} LcMergedMember;

/* What came of it, for the result and the ledger */
typedef struct LcOutcome
{
	List	   *errors;			/* of LcError: why it is refused; the first counts */
	List	   *warnings;		/* of LcError */
	bool		earlier_found;	/* its request id has been used */
	bool		replayed;		/* answered from the ledger */
	Datum		replayed_warnings;	/* array of leadconv.lead_convert_error */
	List	   *filled_fields[LC_NTARGETS]; /* names */
	StringInfo	owner_changes;	/* JSON array being built, or NULL */
	StringInfo	merged_members; /* likewise */
	List	   *undo_fields[LC_NTARGETS];	/* of LcFilledField */
	List	   *undo_rows;		/* of LcTouchedRow */
	List	   *undo_members;	/* of LcMergedMember */
	StringInfo	undo_subscriptions; /* JSON array being built, or NULL */
	StringInfo	undo_connections;	/* likewise */
	StringInfo	undo_restored;	/* likewise: rows taken out of the recycle bin */
	StringInfo	undo_dropped;	/* likewise: links of the lead that are gone */
	StringInfo	undo_duplicate_sets;	/* likewise: sets of duplicates that were made */
	StringInfo	undo_duplicate_items;	/* likewise: records that were put into sets */
} LcOutcome;

/* Something that is in the way of taking a conversion back (undo_block.c) */
typedef struct LcBlock
{
	Oid			relid;
	const char *table;			/* qualified */
	char	   *key;			/* JSON: an id, or the key of the row; NULL = not known */
	const char *reason;
} LcBlock;

/* A request to take a conversion back: what the ledger says, and what comes of it */
typedef struct LcUndoing
{
	int64		conversion_id;	/* of the row in the ledger, 0 = there is none */
	bool		is_known;		/* the ledger says what it takes */
	bool		is_imported;	/* made elsewhere */
	Jsonb	   *undo;			/* the object, with "at" and "by" added (undo_call.c) */
	Jsonb	   *owner_changes;	/* or NULL */
	char	   *ledger_status;	/* the status that the lead got, or NULL */
	bool		was_created[LC_NUNDONE];
	bool		exists[LC_NUNDONE];
	bool		is_edited[LC_NUNDONE];	/* or otherwise not to be deleted */
	bool		is_person;		/* the contact goes with its account */
	bool		deleted[LC_NUNDONE];
	bool		made_role;		/* unchanged since */
	bool		made_relation;
	List	   *blocks;			/* of LcBlock */
	List	   *unknown;		/* of char *: what the ledger does not tell */
	int			round;			/* conversions of a later round are taken back later */
	int64		rows_moved_back;
	int32		fields_restored;
	int32		members_restored;
} LcUndoing;

/* One request, phase by phase: each is read by the later ones only */
typedef struct LcRequest
{
	int			position;		/* in the call, from 1 */
	Datum		value[LC_NVALUES];	/* the arguments (request.c) */
	bool		isnull[LC_NVALUES];
	Jsonb	   *normalized;		/* the arguments as the ledger keeps them */
	LcFacts		facts;
	LcDecision	decision;
	LcOutcome	outcome;
	LcUndoing  *undoing;		/* of a request to take a conversion back, else NULL */
} LcRequest;

/* Options of a whole call */
typedef struct LcOptions
{
	bool		all_or_none;
	bool		allow_save;
	bool		reuse_accounts;
	bool		reuse_contacts;
	bool		is_bulk;		/* a call for many, even if it has one request */
	bool		look;			/* say what would happen: lock and write nothing */
	bool		complete;		/* add what an earlier conversion has left out */
	bool		undo;			/* take conversions back */
	bool		keep;			/* likewise: what has been changed since stays */
	bool		match_keys_locked;	/* all of them, by lc_lock_all_match_keys() */
	int			nrequests;		/* in the whole call */
	const char *job;			/* name of the job, or NULL */
	bool		skips_converted;	/* a lead that is converted already is no failure */
} LcOptions;

/* The tables on which the caller needs privileges (access.c) */
typedef enum LcAccess
{
	LC_ACCESS_LEAD,
	LC_ACCESS_TARGET,			/* those of the targets, in their order */
	LC_ACCESS_TASK = LC_ACCESS_TARGET + LC_NTARGETS,
	LC_NACCESS
} LcAccess;

/* A batch under way */
typedef struct LcRun
{
	LcProgram  *program;
	LcOptions	options;
	Oid			caller;			/* who called, with its privileges */
	AclMode		access[LC_NACCESS]; /* privileges that the caller has, where known */
	bool		access_known[LC_NACCESS];
	int64		user_id;		/* who converts, 0 = unknown */
	DateADT		today;			/* in UTC: the converted date */
	DateADT		close_date;		/* of new opportunities */
	struct EphemeralNamedRelationData *relation;
	Tuplestorestate *batch;		/* NULL for a batch of one */
	ResourceOwner call_owner;	/* of the call, outside all subtransactions of ours */
	ResourceOwner batch_owner;	/* of the batch's files, below it; NULL until there are any */
	ParamListInfo one;			/* the row of a batch of one, else NULL */
	Datum	   *lead_values;	/* the lead of a batch of one as it was locked, or NULL */
	bool	   *lead_nulls;
	LcFrame    *frame;			/* NULL while nothing is written */
	MemoryContext context;		/* of the outcome, while it is written */
	HTAB	   *undo_index;		/* requests and revisions, see undo.c */
	bool		undo_revisions; /* there are any of targets in it */
	int			filling;		/* target whose records are being filled, or -1 */
	Datum		call_options;	/* jsonb: those that are not the default, or 0 */
	LcRequest **request;		/* those that are neither refused nor answered */
	int			nrequests;
	const char *step;			/* for the error context */
	LcRequest  *judged;			/* whose error is being raised, or NULL */
	int			trigger_depth;	/* when the run began */
	bool		error_in_trigger;	/* the last error came from deeper */
	bool		place_told;		/* there is a line of ours in its context */
	int			last_culprit;	/* index of the request whose row was looked for last */
	const char *query;			/* text of the statement being prepared or executed, or NULL */
	bool		sees_more;		/* it has rights that the caller has not */
	bool		outcome_changed;	/* what the ledger reports, since the batch
									 * was laid down */
	uint64		lists_with_rows;	/* bit per related list */
	bool		has_subscriptions;
	bool		has_partner_connections;
} LcRun;

/* A record, or a pair of records, that requests of one run share (shared.c) */
typedef struct LcShared
{
	int64		key[2];			/* hash key */
	int			count;
	int			before;			/* of a revision: the one before the first change */
	LcRequest  *request;
	LcTouchedRow *touched;		/* of a related list, see undo.c */
} LcShared;

/* A column of a table that the engine makes rows of, and what it gets (direct.c) */
typedef struct LcRowColumn
{
	const char *column;
	const char *source;			/* SQL: b.column, a constant, $1 or now() */
} LcRowColumn;

/* A value of the row that would be written */
typedef struct LcRowValue
{
	const char *column;
	char	   *value;			/* as text, NULL = NULL */
	const char *source;			/* request, lead.<column>, engine, ... */
} LcRowValue;

/* A look under way (look.c) */
typedef struct LcLook
{
	LcRun	   *run;
	struct ReturnSetInfo *rsinfo;
	MemoryContext scratch;		/* for the row of a fact */
	bool		silent;			/* says nothing, for once */
	bool	   *followed[LC_NTARGETS];	/* by position: others of the run use the record that
										 * it makes; NULL = none */
	HTAB	   *states;			/* of look_record.c */
	bool		sees_roles;		/* all rows of these tables */
	bool		sees_relations;
} LcLook;

/* A fact that a look tells of a request (look_fact.c); every text may be NULL, record_id 0 */
typedef struct LcLookFact
{
	const char *step;
	const char *object;
	int64		record_id;
	const char *field;
	const char *old_value;
	const char *new_value;
	const char *source;
	const char *status_code;
	const char *note;
} LcLookFact;

/* Takes a row that would be written */
typedef void (*LcRowReceiver) (LcRequest *request, LcTarget t, const LcRowValue *values, int nvalues, void *arg);

/* Was the argument given? */
static inline bool
lc_given(const LcRequest *request, LcField field)
{
	return !request->isnull[field];
}

/* A boolean argument; NULL is false */
static inline bool
lc_flag(const LcRequest *request, LcField field)
{
	return !request->isnull[field] && DatumGetBool(request->value[field]);
}

/* A bigint argument; NULL is 0 */
static inline int64
lc_id(const LcRequest *request, LcField field)
{
	return request->isnull[field] ? 0 : DatumGetInt64(request->value[field]);
}

/* The lead of a request that has one */
static inline int64
lc_lead_id(const LcRequest *request)
{
	return DatumGetInt64(request->value[F_LEAD_ID]);
}

/* The field with the values of one of its records: of a target, or the follow-up task */
static inline LcField
lc_record_field(const LcRequest *request, int record)
{
	if (record == LC_NTARGETS)
		return F_FOLLOW_UP_TASK;
	if (record == T_PERSON)
		return request->decision.person == LC_RELATED_PERSON ? F_RELATED_PERSON_RECORD : F_PERSON_RECORD;
	if (record == T_CONTACT && request->decision.person != LC_NO_PERSON)
		return request->decision.person == LC_RELATED_PERSON ? F_RELATED_CONTACT_RECORD : F_PERSON_CONTACT_RECORD;
	return lc_target[record].record_field;
}

/* Does the request make the account that the lead is converted to? */
static inline bool
lc_creates_account(const LcRequest *request)
{
	const LcDecision *decision = &request->decision;

	return decision->creates[decision->person == LC_PERSON_ACCOUNT ? T_PERSON : T_ACCOUNT];
}

/* What the record of a target is called in the ledger */
static inline const char *
lc_target_key(const LcRequest *request, LcTarget t)
{
	if (t == T_PERSON)
		return request->decision.person == LC_PERSON_ACCOUNT ? "account" : "person_account";
	return lc_target[t].name;
}

/* The first reason for which a request is refused, or NULL */
static inline LcError *
lc_refusal(const LcRequest *request)
{
	return request->outcome.errors == NIL ? NULL : (LcError *) linitial(request->outcome.errors);
}

/* A key of a JSON object that is no field of a request, and what it sets */
typedef struct LcJsonFlag
{
	const char *name;
	bool	   *value;
} LcJsonFlag;

/* in engine/request.c */
extern const char *lc_field_name(LcField field);
extern Oid	lc_field_type(LcField field);
extern void lc_check_request_type(TupleDesc desc);
extern LcRequest *lc_request_from_values(int position, const Datum *values, const bool *nulls);
extern LcRequest *lc_request_from_tuple(int position, HeapTupleHeader tuple, TupleDesc desc);
extern Jsonb *lc_take_flags(Jsonb *object, const LcJsonFlag *flags, int nflags);
extern LcRequest *lc_request_from_jsonb(int position, JsonbContainer *object);
extern LcRequest *lc_request_invalid(int position, LcError *error);
extern void lc_request_normalize(LcRequest *request);
extern bool lc_is_not_given(LcField field, Datum value);
extern bool lc_is_set(const LcRequest *request, LcField field);
extern char *lc_record_text(const LcRequest *request, LcField field, const char *key);
extern bool lc_record_has_key(const LcRequest *request, LcField field, const char *key);
extern bool lc_record_id(const LcRequest *request, LcField field, const char *key, int64 *id);
extern void lc_add_warning(LcRequest *request, const char *status_code, LcError *warning);
extern void lc_add_notice(LcRequest *request, const LcNotice *notice);

/* Refuses a request, for one more reason */
#define lc_refuse(request, ...) \
	((request)->outcome.errors = lappend((request)->outcome.errors, lc_error(__VA_ARGS__)))

/* in engine/metadata.c */
extern void lc_metadata_init(void);
extern uint64 lc_invalidations(void);
extern void lc_watch_tables(List *relids);
extern char *lc_meta_text(LcProgram *program, uint64 row, int column);
extern Oid	lc_table_owner(const char *table);
extern bool lc_has_foreign_trigger(Relation rel, int16 event);
extern bool lc_has_user_code(Relation rel);
extern bool lc_is_writable(Form_pg_attribute att);
extern Oid	lc_column_sequence(Relation rel, AttrNumber attnum);
extern Oid	lc_identity_sequence(Relation rel, AttrNumber attnum);
extern Node *lc_domain_default(Oid type);
extern char *lc_column_default(Relation rel, AttrNumber attnum, bool *is_volatile);

/* in engine/look_fact.c */
extern void lc_check_preview_type(TupleDesc desc);
extern void lc_look_fact(LcLook *look, const LcRequest *request, const LcLookFact *fact);
extern int64 lc_look_id(const LcRequest *request, LcTarget t);
extern char *lc_look_id_text(const LcRequest *request, LcTarget t);
extern char **lc_look_texts(uint64 row, int column, int n);

/* in engine/shared.c */
extern HTAB *lc_shared_table(const char *name, int nrequests);
extern LcShared *lc_shared(HTAB *table, int64 first, int64 second);
extern HTAB *lc_key_table(const char *name, int nrequests, Size entrysize);
extern LcShared *lc_shared_find(HTAB *table, int64 first, int64 second);
extern LcRequest *lc_request_of_row(LcRun *run, Oid relid, int64 id, bool *is_made);

/* in engine/undo.c */
extern void lc_undo_begin(LcRun *run);
extern void lc_undo_fillers(LcRun *run, LcTarget t);
extern void lc_undo_field(LcRun *run, LcRequest *request, LcTarget t, const char *field, const char *old_value,
						  const char *new_value);
extern void lc_undo_row(LcRun *run, LcRequest *request, const LcList *list, const char *key, const char *kept,
						const char *source);
extern void lc_undo_member(LcRun *run, LcRequest *request, const LcList *list, int64 kept_id,
						   const char *kept, const char *removed);
extern void lc_undo_settle(LcRun *run);
extern void lc_undo_restored(LcRun *run, LcRequest *request, const char *table, const char *row);
extern void lc_undo_dropped(LcRun *run, LcRequest *request, const char *table, const char *row);
extern Jsonb *lc_undo_object(LcRun *run, LcRequest *request);

/* in engine/batch.c */
extern Oid	lc_batch_column_type(LcBatchColumn column);
extern const char *lc_batch_column_name(LcBatchColumn column);
extern int	lc_batch_source(const char *source);
extern void lc_batch_parameters(StringInfo sql);
extern void lc_batch_open(LcRun *run);
extern void lc_batch_fill(LcRun *run, LcRequest **requests, int nrequests);
extern void lc_batch_end(LcRun *run);
extern void lc_batch_abandon(LcRun *run);
extern void lc_batch_close(LcRun *run);

/* in engine/direct.c */
extern bool lc_may_insert_direct(Relation rel);
extern bool lc_direct_batch(LcDirectColumn *column, Form_pg_attribute att, LcBatchColumn batch);
extern bool lc_direct_default(LcProgram *program, Relation rel, Form_pg_attribute att, LcDirectColumn *column);
extern void lc_direct_given(LcProgram *program, LcDirect *direct, Form_pg_attribute att);
extern bool lc_may_read_lead_row(LcRun *run);
extern void lc_read_lead_row(LcRun *run, Oid relid, Datum ctid);
extern bool lc_insert_direct(LcRun *run, LcStatement *statement, Datum arg);

/* in engine/statement.c */
extern void lc_statement_init(void);
extern void lc_sql_init(LcSql *sql);
extern void lc_sql_add(LcSql *sql, const char *fmt,...) pg_attribute_printf(2, 3);
extern void lc_sql_batch(LcSql *sql);
extern void lc_sql_constant(LcSql *sql, const char *text);
extern void lc_statement(LcProgram *program, LcStatement *statement, const char *step,
						 Oid check_as, LcSnapshot snapshot, const LcSql *sql);
extern void lc_statement_locks(LcStatement *statement, const char *locks, Oid relid);
extern void lc_statement_updatable(LcStatement *statement, Oid seen_relid);
extern void lc_statement_free(LcStatement *statement);
extern bool lc_may_execute(LcRun *run, LcStatement *statement);
extern uint64 lc_execute(LcRun *run, LcStatement *statement, Datum arg);
extern void lc_check_processed(LcRun *run, uint64 processed, uint64 expected);
extern void lc_execute_restoring(LcRun *run, LcStatement *statement, const char *table);
extern void lc_execute_expecting(LcRun *run, LcStep step, Datum arg, uint64 expected);
extern LcRequest *lc_row_request(LcRequest **requests, uint64 row);

/* in engine/fixed.c */
extern void lc_fixed_statements(LcProgram *program, const LcFixedStatement *fixed, int n);
extern void lc_row_statement(LcProgram *program, LcStep id, const char *table, const LcRowColumn *columns, int n,
							 const char *condition, Oid argtype);

/* in engine/policy.c */
extern void lc_see_before_conversion(Query *query);

/* in engine/settings.c */
extern void lc_compile_settings(LcProgram *program);
extern void lc_conversion_dates(int fiscal_year_start_month, DateADT *today, DateADT *close_date);

/* in engine/picklist.c */
extern void lc_compile_picklists(LcProgram *program);
extern const LcPicklist *lc_find_picklist(const LcProgram *program, const char *table, const char *column);
extern bool lc_is_picklist_value(const LcPicklist *list, const char *value);
extern bool lc_offers_value(const LcPicklist *list, int64 record_type_id, const char *value);
extern char *lc_picklist_default(const LcPicklist *list, const char *type, bool *varies);
extern char *lc_picklist_offer(const LcPicklist *list, const char *type, const char *value);
extern bool lc_is_limited(const LcMapping *mapping, const LcPicklist *picklist);

/* in engine/mappings.c */
extern const LcMapping *lc_find_mapping(const LcTargetInfo *target, const char *column);
extern void lc_compile_mappings(LcProgram *program);

/* in engine/access.c */
extern bool lc_may_use(LcRun *run, LcAccess access);
extern bool lc_may_read(LcRun *run, LcAccess access);
extern bool lc_judge_access_to_leads(LcRun *run, LcRequest **requests, int nrequests);
extern void lc_judge_access_to_existing(LcRun *run, LcRequest *request);
extern void lc_judge_access(LcRun *run, LcRequest *request);

/* in engine/facts.c */
extern bool lc_is_true(HeapTuple tuple, TupleDesc desc, AttrNumber attno);
extern void lc_compile_facts(LcProgram *program);
extern void lc_gather_facts(LcRun *run, LcRequest **requests, int nrequests);

/* in engine/record_type.c */
extern void lc_compile_record_types(LcProgram *program);
extern const LcRecordType *lc_record_type(const LcProgram *program, int64 id);
extern void lc_judge_record_types(LcRun *run);

/* in engine/lead.c */
extern void lc_compile_leads(LcProgram *program);
extern void lc_read_leads(LcRun *run, LcRequest **requests, int nrequests);
extern void lc_update_leads(LcRun *run);

/* in engine/record_value.c */
extern bool lc_record_key_allowed(const char *column);
extern void lc_check_record(LcRequest *request, LcField field, const char *table);

/* in engine/row_check.c */
typedef struct LcRowCheck LcRowCheck;
extern LcRowCheck *lc_row_check_begin(Relation rel);
extern void lc_row_check_end(LcRowCheck *check);
extern void lc_row_check_clear(LcRowCheck *check);
extern void lc_row_check_value(LcRowCheck *check, const char *column, Datum value, bool isnull, Oid type);
extern void lc_row_check_text(LcRowCheck *check, const char *column, const char *text);
extern void lc_row_check_row(LcRowCheck *check, HeapTuple tuple);
extern char *lc_row_check_form(LcRowCheck *check, const char *column);
extern void lc_row_check_unknown(LcRowCheck *check, const char *column);
extern void lc_row_check_judge(LcRowCheck *check, LcRequest *request);

/* in engine/record.c */
extern char *lc_person_name(LcProgram *program);
extern void lc_compile_records(LcProgram *program);
extern void lc_read_rows(LcRun *run, LcTarget t, LcRowReceiver receive, void *arg);
extern void lc_compile_duplicate_rows(LcProgram *program, LcTarget t);
extern void lc_read_task_rows(LcRun *run, LcRowReceiver receive, void *arg);
extern void lc_pretend_ids(LcRun *run);
extern bool lc_is_pretended_id(int64 id);
extern void lc_draw_ids(LcRun *run);
extern void lc_insert_records(LcRun *run, LcTarget t);
extern void lc_verify_ids(LcRun *run);
extern void lc_insert_follow_up_tasks(LcRun *run);

/* in engine/judge_picklist.c */
extern void lc_judge_picklists(LcRun *run, LcTarget t, bool followers, bool warns);

/* in engine/judge_duplicates.c */

/* The records of a request seldom have more match keys than this */
#define LC_KEYS_OF_REQUEST 16

extern void lc_compile_duplicates(LcProgram *program);
extern void lc_judge_duplicates(LcRun *run);
extern void lc_report_duplicates(LcRun *run);

/* in engine/existing.c */
extern void lc_compile_existing(LcProgram *program);
extern void lc_read_existing(LcRun *run, LcTarget t, LcRequest **requests, int nrequests);
extern void lc_decide_fills(LcRun *run, LcTarget t);
extern void lc_fill_records(LcRun *run, LcTarget t);
extern void lc_adopt_records(LcRun *run);
extern void lc_warn_of_cuts(LcRun *run);

/* in engine/reuse.c */
extern void lc_compile_reuse(LcProgram *program);
extern void lc_resolve_reuse(LcRun *run);

/* in engine/person.c */
extern void lc_compile_persons(LcProgram *program);
extern void lc_judge_person_arguments(LcRun *run, LcRequest *request);
extern void lc_judge_person_record(LcRequest *request);
extern void lc_lock_all_accounts(LcRun *run);
extern void lc_resolve_persons(LcRun *run, LcRequest **requests, int nrequests);
extern void lc_decide_person(LcRun *run, LcRequest *request);
extern void lc_judge_person(LcRun *run, LcRequest *request);
extern void lc_judge_existing_person(LcRun *run, LcRequest *request, LcTarget t);
extern void lc_lock_person_names(LcRun *run);
extern void lc_judge_person_names(LcRun *run);
extern bool lc_renames_person(const LcRequest *request);
extern void lc_name_persons(LcRun *run);

/* in engine/role.c */
extern void lc_compile_roles(LcProgram *program);
extern void lc_decide_roles(LcRun *run);
extern void lc_decide_shared(LcRun *run);
extern void lc_insert_roles(LcRun *run);

/* in engine/list.c */
#define LC_NLISTSTATEMENTS (12 + LC_NTARGETS - T_ACCOUNT)

extern void lc_list_statements(LcList *list, LcStatement **statements);
extern bool lc_targets_have_rows(LcRun *run, const LcList *list);
extern void lc_compile_left_behind(LcProgram *program, LcList *list, const char *step, const char *condition,
								   const char *has_target);
extern void lc_warn_left_behind(LcRun *run, LcList *list);
extern void lc_check_left_behind(LcRun *run, LcList *list);

/* in engine/campaigns.c */
extern void lc_compile_campaign_members(LcProgram *program, LcList *list, const char *contact_column,
										const char *source_column, bool leaves_out_persons);
extern void lc_merge_campaign_members(LcRun *run, LcList *list);
extern void lc_look_members(LcLook *look, LcList *list);

/* in engine/related.c */

/* What the statements report_owners and see_owners of a list yield; after ord, in this order */
enum
{
	LC_OWNED_ROW = 2,
	LC_OWNED_ROW_MEMBER,
	LC_OWNER_OF_ROW,
	LC_NEW_OWNER_OF_ROW
};

extern void lc_compile_lists(LcProgram *program);
extern LcList *lc_all_lists(LcProgram *program, int *n);
extern char *lc_row_key(const LcList *list, char **same, char **columns);
extern void lc_move_related(LcRun *run);
extern void lc_complete_related(LcRun *run);

/* in engine/follow.c */
extern void lc_compile_follow(LcProgram *program);
extern void lc_end_connections(LcRun *run);
extern void lc_follow_and_notify(LcRun *run);

/* in engine/ledger.c */
extern void lc_compile_ledger(LcProgram *program);
extern void lc_read_earlier_requests(LcRun *run, LcRequest **requests);
extern void lc_write_ledger(LcRun *run);
extern void lc_complete_ledger(LcRun *run);
extern bool lc_is_skipped(const LcRun *run, const LcRequest *request);
extern void lc_write_failures(LcRun *run, LcRequest **requests, int nrequests);

/* in engine/look_record.c */
extern void lc_compile_look_records(LcProgram *program);
extern void lc_look_records(LcLook *look, LcTarget t);
extern void lc_look_tasks(LcLook *look);

/* in engine/look_related.c */
extern void lc_compile_look_related(LcProgram *program);
extern void lc_look_related(LcLook *look);

/* in engine/undo_block.c */
extern void lc_undo_block(LcRequest *request, Oid relid, const char *key, const char *reason);
extern void lc_undo_block_id(LcRequest *request, Oid relid, int64 id, const char *reason);
extern bool lc_undo_try(LcRun *run, void (*body) (void *arg), void *arg);
extern void lc_undo_refuse(LcRequest *request);
extern void lc_undo_warn(LcRequest *request, const char *field, char *detail, const char *message);
extern void lc_undo_warn_kept(LcRequest *request);

/* in engine/undo_statement.c */
extern void lc_undo_statement(LcProgram *program, LcStatement *statement, const char *step, Oid check_as,
							  LcSnapshot snapshot, const LcSql *sql);
extern void lc_undo_free(LcProgram *program);

/* in engine/undo_ledger.c */
extern void lc_undo_compile_ledger(LcProgram *program);
extern uint64 lc_undo_step(LcRun *run, LcUndoStep step);
extern bool lc_undo_is_time(const LcRequest *request, TimestampTz time);
extern void lc_undo_read_ledger(LcRun *run, LcRequest **requests, int nrequests);
extern void lc_undo_read_again(LcRun *run, LcRequest **requests, int nrequests);

/* in engine/undo_rows.c */
extern void lc_undo_compile_restored(LcProgram *program, LcUndoTable *table, Oid relid);
extern void lc_undo_compile_subscriptions(LcProgram *program, LcStatement *statement);
extern void lc_undo_compile_list(LcProgram *program, LcUndoList *undo, LcList *list);
extern bool lc_undo_put_back(LcRun *run, LcStatement *statement, Oid relid, uint64 *nrows);
extern bool lc_undo_says(LcRun *run, const char *key);
extern void lc_undo_restore(LcRun *run, LcUndoTable *table);
extern void lc_undo_rows(LcRun *run);

/* in engine/undo_records.c */
extern void lc_undo_compile_records(LcProgram *program);
extern void lc_undo_read_records(LcRun *run);
extern void lc_undo_decide(LcRun *run);
extern void lc_undo_read_roles(LcRun *run);
extern void lc_undo_fields(LcRun *run);
extern void lc_undo_delete_records(LcRun *run);

/* in engine/program.c */
extern LcProgram *lc_program_get(void);
extern void lc_program_pin(LcProgram *program);
extern void lc_program_unpin(LcProgram *program);

/* in engine/completion.c */
extern void lc_judge_converted_lead(LcRequest *request);
extern void lc_judge_additions(LcRequest *request);
extern void lc_judge_kept(LcRun *run, LcRequest *request, LcTarget t);

/* in engine/judge.c */
extern void lc_judge_existing(LcRun *run, LcTarget t, LcRequest **requests, int nrequests);
extern void lc_judge(LcRun *run, LcRequest **requests, int nrequests);

/* in engine/undo_program.c */
extern void lc_undo_compile(LcProgram *program);

/* in engine/deferred.c */
extern void lc_check_deferred(LcRun *run);

/* in engine/write.c */
extern void lc_run_write(LcRun *run);

/* in engine/run.c */
extern LcRequest *lc_run_culprit(LcRun *run);
extern void lc_run_tidy_error(LcRun *run, ErrorData *edata);
extern void lc_run_body(LcRun *run, const LcOptions *options, void (*body) (void *arg), void *arg);
extern void lc_check_result_type(TupleDesc desc);
extern Datum lc_result(LcRun *run, LcRequest *request, TupleDesc desc);

/* in engine/bulk.c */
typedef void (*LcResultReceiver) (LcRun *run, LcRequest *request, void *arg);
typedef LcRequest *(*LcRequestSource) (int index, void *arg);
extern void lc_convert_many(const LcOptions *options, int nrequests,
							LcRequestSource source, void *source_arg,
							LcResultReceiver receive, void *receive_arg);

/* in engine/take_over.c */
extern void lc_take_over(const int64 *lead_ids, int nleads, char **undo);

/* in engine/look.c */
extern void lc_look_many(const LcOptions *options, int nrequests, LcRequestSource source, void *source_arg,
						 struct ReturnSetInfo *rsinfo);

#endif							/* LEADCONV_ENGINE_H */
