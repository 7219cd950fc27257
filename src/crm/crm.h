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

#include "leadconv.h"

/* The version of the shape of schema crm that this library works with */
#define LC_SCHEMA_VERSION	1

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
	bool		has_default;
} LcStandardColumn;

/* in crm/user.c */
extern void lc_user_init(void);
extern int64 lc_current_user_id(bool *isnull);
extern bool lc_may_edit_converted_leads(Oid roleid);

/* in crm/schema.c */
extern Oid	lc_crm_relid(const char *table, bool missing_ok);
extern bool lc_is_standard_column(const char *table, const char *column);
extern const char *lc_schema_problem(char **hint);
extern void lc_attach_child_guard(Oid child, const char *lead_column);
extern bool lc_has_child_guards(Relation rel);
extern void lc_detach_child_guard(Oid child);

/* in crm/mapped_columns.c */
extern Oid	lc_require_crm_owner(const char *action);
extern void lc_lock_metadata(void);
extern char *lc_renamed_column(const char *table, const char *column);
extern char *lc_renamed_column_of(Oid relid, const char *column);
extern void lc_rebuild_mapped_columns(void);

#endif							/* LEADCONV_CRM_H */
