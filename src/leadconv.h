/*-------------------------------------------------------------------------
 *
 * leadconv.h
 *	  Lead conversion: definitions shared by the source files.
 *
 * The prototypes are grouped by source file, in the order in which a
 * conversion passes through them, so that this header is also the table of
 * contents.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_H
#define LEADCONV_H

#include "access/htup.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"

#if PG_VERSION_NUM < 150000
#error "leadconv needs PostgreSQL 15 or later"
#endif

/* What PostgreSQL 18 has in place of the attribute */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* The version of the shape of schema crm that this library works with */
#define LC_SCHEMA_VERSION	1

/*
 * Status codes: the platform's names, each with its own SQLSTATE in class LC.
 * The order is the SQLSTATE (LC001, LC002, ...), so append only.
 */
typedef enum LcStatus
{
	LC_REQUIRED_FIELD_MISSING,
	LC_INVALID_ID_FIELD,
	LC_INVALID_FIELD,
	LC_INVALID_STATUS,
	LC_CANNOT_UPDATE_CONVERTED_LEAD,
	LC_ENTITY_IS_DELETED,
	LC_ENTITY_IS_LOCKED,
	LC_UNKNOWN_EXCEPTION,
	LC_INACTIVE_OWNER_OR_USER,
	LC_DUPLICATES_DETECTED,
	LC_UNAVAILABLE_RECORDTYPE_EXCEPTION,
	LC_STRING_TOO_LONG,
	LC_INSUFFICIENT_ACCESS_OR_READONLY,
	LC_FIELD_CUSTOM_VALIDATION_EXCEPTION,
	LC_FIELD_FILTER_VALIDATION_EXCEPTION,
	LC_INVALID_CROSS_REFERENCE_KEY,
	LC_DUPLICATE_VALUE,
	LC_INVALID_TYPE_ON_FIELD_IN_RECORD,
	LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY,
	LC_FIELD_INTEGRITY_EXCEPTION,
	LC_LIMIT_EXCEEDED,
	LC_INVALID_OPERATION,
	LC_SCHEMA_NOT_READY,
	LC_NUM_STATUS
} LcStatus;

/* One error or warning, as it appears in a result row */
typedef struct LcError
{
	const char *status_code;
	int			sqlerrcode;
	char	   *message;
	char	   *detail;			/* or NULL */
	char	   *hint;			/* or NULL */
	List	   *fields;			/* of char *, or NIL */
	char	   *data;			/* text of a JSON object, or NULL */
} LcError;

/* Who we were before lc_become_owner() */
typedef struct LcUserSwitch
{
	Oid			userid;
	int			sec_context;
} LcUserSwitch;

/* A trigger that must stand on a table of schema crm (schema.c) */
typedef struct LcTriggerSpec
{
	const char *table;
	const char *name;
	const char *timing;			/* "BEFORE INSERT OR UPDATE" ... */
	const char *level;			/* "ROW" or "STATEMENT" */
	const char *when;			/* condition, or NULL */
	const char *function;		/* in schema leadconv */
	bool		always;			/* ENABLE ALWAYS */
} LcTriggerSpec;

/* A column that create_crm() made, as opposed to a custom field */
typedef struct LcStandardColumn
{
	const char *table;
	const char *column;
} LcStandardColumn;

/* in errors.c */
extern int	lc_sqlstate(LcStatus status);
extern int	lc_errcode(LcStatus status);
extern const char *lc_status_name(LcStatus status);

/* in security.c */
extern char *lc_user_id_guc;
extern void lc_security_init(void);
extern void lc_become_owner(Oid owner, LcUserSwitch *save);
extern void lc_become_caller(const LcUserSwitch *save);
extern int64 lc_current_user_id(bool *isnull);
extern bool lc_may_edit_converted_leads(Oid roleid);

/* in frame.c */
extern void lc_frame_init(void);
extern bool lc_lead_is_converting(int64 lead_id);
extern void lc_note_row(Oid relid, int64 id);
extern void lc_note_new_child(Oid relid, int64 lead_id);
extern bool lc_frame_keeps_created_date(void);
extern bool lc_frame_user_id(int64 *user_id, bool *isnull);

/* in schema.c */
extern Oid	lc_crm_relid(const char *table, bool missing_ok);
extern bool lc_is_standard_column(const char *table, const char *column);
extern const char *lc_schema_problem(char **hint);
extern void lc_attach_child_guard(Oid child, const char *lead_column);
extern bool lc_has_child_guards(Relation rel);
extern void lc_detach_child_guard(Oid child);

/* in mapping.c */
extern char *lc_renamed_column(const char *table, const char *column);
extern char *lc_renamed_column_of(Oid relid, const char *column);
extern void lc_rebuild_mapped_columns(void);

/* in import.c */
extern char *lc_find_column(Oid relid, const char *name);

#endif							/* LEADCONV_H */
