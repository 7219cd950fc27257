/*-------------------------------------------------------------------------
 *
 * crm.h
 *	  Schema crm: its shape, its triggers, its users.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_CRM_H
#define LEADCONV_CRM_H

#include "utils/reltrigger.h"

#include "leadconv.h"

/*
 * The version of the shape of schema crm that this library works with: one more
 * than there are steps in upgrade/.  crm.sql takes it from here.
 */
#define LC_SCHEMA_VERSION	2

/* What to do about most of what can be wrong with schema crm */
#define LC_RUN_UPGRADE		"Run leadconv.upgrade_crm() as the owner of schema crm."

/* The policies of crm.lead by which leadconv.hide_converted_leads() hides converted leads */
#define LC_HIDE_POLICY		"leadconv_hide_converted_leads"
#define LC_ALL_POLICY		"leadconv_all_leads"

/* What crm.sql is made of, and what create_crm() and upgrade_crm() build */
typedef enum LcPartKind
{
	LC_PART_END,
	LC_PART_TABLE,				/* made of the columns and constraints that follow it */
	LC_PART_COLUMN,
	LC_PART_CONSTRAINT,
	LC_PART_LATE_CONSTRAINT,	/* added when all tables are there */
	LC_PART_INDEX,
	LC_PART_UNIQUE_INDEX,
	LC_PART_VIEW,
	LC_PART_SEED				/* rows that are there from the start */
} LcPartKind;

/* One of them; the generated crm_schema.h has them in the order of crm.sql */
typedef struct LcSchemaPart
{
	LcPartKind	kind;
	const char *table;			/* or the view */
	const char *name;
	const char *sql;			/* definition, behind the name, or the statement */
	const char *comment;		/* or NULL */
} LcSchemaPart;

/* What a step of upgrade_crm() does: build a part, give a column its comment, or run SQL */
typedef struct LcUpgradeAction
{
	int			version;		/* to which the step leads; 0 ends the list */
	const LcSchemaPart *part;	/* or NULL */
	const char *sql;			/* or NULL */
	bool		comments;		/* part is a column that has been there before */
} LcUpgradeAction;

/* A table whose rows are metadata: statement triggers tell when they change */
typedef struct LcMetadataTable
{
	const char *name;			/* NULL ends the list */
	bool		compiled;		/* programs are compiled from its rows */
	bool		protects;		/* columns that its rows name are protected at once */
} LcMetadataTable;

/* A column of schema crm that is read, and the type as which it is (required.c) */
typedef struct LcRequiredColumn
{
	const char *table;
	const char *column;
	Oid			type;
} LcRequiredColumn;

/* A column of metadata that is read (read_metadata.c) */
typedef struct LcMetaColumn
{
	LcRequiredColumn column;
	bool		not_null;		/* nothing can be made of NULL in it */
} LcMetaColumn;

/* A part of the template of names of opportunities (name_template.c) */
typedef struct LcNamePart
{
	char	   *text;			/* as it stands there, or the name of a column */
	AttrNumber	attno;			/* of the lead, or InvalidAttrNumber */
} LcNamePart;

/*
 * Told of something wrong: the object, what it is, and what to do about it.  An
 * error makes entry points refuse; the rest is a warning.
 */
typedef void (*LcReport) (void *arg, const char *object, const char *problem,
						  bool error, const char *hint);

/* What else validate() asks: reports what is wrong */
typedef void (*LcValidateCallback) (LcReport report, void *arg);

/* Told of a column that is named somewhere; what else names columns tells it */
typedef void (*LcColumnReceiver) (void *arg, const char *table, const char *column);
typedef void (*LcNamedColumnsCallback) (LcColumnReceiver receive, void *arg);

/* in crm/shape.c */
extern const LcSchemaPart lc_schema_parts[];
extern const LcUpgradeAction lc_upgrade_actions[];
extern Oid	lc_crm_relid(const char *table, bool missing_ok);
extern bool lc_is_standard_column(const char *table, const char *column);
extern bool lc_is_added_after(const LcSchemaPart *column, int32 version);
extern const LcSchemaPart *lc_missing_part(void);
extern bool lc_schema_version(int32 *version);
extern Oid	lc_relation_owner(Oid relid);
extern Oid	lc_crm_owner(void);
extern Oid	lc_require_crm_owner(const char *action);
extern bool lc_may_list(Oid relid, Oid crm_owner, bool inserts);
extern void lc_become_crm_owner(const char *action, LcUserSwitch *save);
extern void lc_lock_metadata(void);
extern void lc_use_related_lists(void);
extern void lc_lock_related_lists(void);
extern void lc_lock_related_lists_and_child(Oid child, LOCKMODE lockmode);
extern Oid	lc_extension_owner(Oid extension);
extern const char *lc_extension_problem(char **hint);

/* in crm/user.c */
extern void lc_user_init(void);
extern bool lc_may_select_users(Oid relid);
extern bool lc_policies_show_users(Oid relid);
extern int64 lc_current_user_id(bool *isnull);
extern bool lc_may_edit_converted_leads(Oid roleid);
extern bool lc_may_view_converted_leads(Oid roleid);

/* in crm/mapped_columns.c */
extern char *lc_renamed_column(const char *table, const char *column);
extern char *lc_renamed_column_of(Oid relid, const char *column);
extern void lc_on_named_columns(LcNamedColumnsCallback callback);
extern void lc_rebuild_mapped_columns(void);
extern void lc_protect_named_columns(void);

/* in crm/name_template.c */
extern List *lc_parse_name_template(const char *template, Relation lead);

/* in crm/person_account.c */
extern const char *lc_person_column(const char *name, bool *is_contact);
extern bool lc_is_shared_person_column(const char *column);
extern char *lc_person_contact_name(const char *column);

/* in crm/required.c */
extern void lc_require_columns(const LcRequiredColumn *columns, int n);

/* in crm/read_metadata.c */
extern uint64 lc_read_metadata(const char *sql);
extern uint64 lc_read_columns(const LcMetaColumn *columns, int n, const char *extra, const char *from);

/* in crm/triggers.c */
extern const LcMetadataTable lc_metadata_tables[];
extern bool lc_is_guarded_child(const char *table);
extern bool lc_has_derived_trigger(Relation rel);
extern bool lc_has_other_triggers(Relation rel, int16 event);
extern bool lc_is_user_trigger(const Trigger *trigger);
extern int	lc_attach_to_crm(void);
extern int	lc_attach_registered_guards(void);
extern void lc_attach_child_guard(Oid child, const char *lead_column);
extern void lc_detach_child_guard(Oid child);
extern bool lc_has_child_guards(Relation rel, const char *lead_column);
extern bool lc_is_trigger_function(uint32 hashvalue);
extern char *lc_first_trigger_problem(char **hint);
extern void lc_report_triggers(bool with_lists, LcReport report, void *arg);

/* in crm/build.c */
extern void lc_build_part(const LcSchemaPart *part);
extern char *lc_create_table_sql(const LcSchemaPart *table, const char *name, bool constraints);
extern void lc_forget_view_comments(const LcSchemaPart *column);
extern void lc_comment_view_columns(void);

/* in crm/validate.c */
extern void lc_on_validate(const char *reads, LcValidateCallback callback);
extern void lc_require_schema(void);
extern const char *lc_schema_problem(char **hint);

/* in crm/lead_guard.c */
extern void lc_begin_rename(const char *column, const char *old_value, const char *new_value);
extern void lc_end_rename(void);

#endif							/* LEADCONV_CRM_H */
