/*-------------------------------------------------------------------------
 *
 * import.h
 *	  What the files of leadconv.import_records() share.
 *
 * From the ground up: record_id.c (ids of the platform), import_source.c (the
 * staging table), import_reject.c (rows that are put aside), import_custom.c (the custom fields that are added for it),
 * import_columns.c (which of its columns is which), import_rows.c (the rows that it
 * gives), import_check.c (what can be wrong with them), import_reference.c (ids of
 * records that are not there yet), import_changes.c (what was changed here since),
 * import_lead.c (conversions made elsewhere),
 * import_write.c (the statements that write) and import.c (the call).
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_IMPORT_H
#define LEADCONV_IMPORT_H

#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

#include "admin/admin.h"

/* The query environment knows the rows of "v" by this name */
#define LC_IMPORT_ROWS "leadconv_import"

/* ... and those of the staging table, when they are kept, by this one */
#define LC_IMPORT_SOURCE "leadconv_import_source"

/* What is wrong with a row */
typedef struct ImportFault
{
	int64		row;			/* its number in the staging table */
	char	   *id;				/* or NULL */
	LcStatus	status;
	char	   *message;
	char	   *detail;			/* or NULL */
	char	   *hint;			/* or NULL */
} ImportFault;

/* A column of the staging table that holds ids of other records */
typedef struct ReferenceSource
{
	char	   *name;
	List	   *joins;			/* of int: which of the joins resolve it */
	int64		unresolved;		/* rows whose id leads nowhere, or to several records */
	int64		ambiguous;		/* ... to several */
} ReferenceSource;

/* A left join of "v" that turns the ids of a column into keys of a table */
typedef struct ReferenceJoin
{
	char	   *source;			/* column of the staging table */
	int			reference;		/* number of its ReferenceSource, from 1 */
	Oid			relid;			/* table of schema crm */
} ReferenceJoin;

/* A column of the table that the import fills */
typedef struct ImportColumn
{
	char	   *name;
	char	   *source;			/* first column of the staging table, or NULL */
	LcColumnType type;
	char	   *default_expr;	/* or NULL */
	List	   *joins;			/* of int: joins that give its value */
	Oid			referenced;		/* table that it points to, or InvalidOid */
	bool		not_null;
	bool		mutable_default;	/* its default depends on when it is asked */
	bool		is_audit;		/* kept by our trigger */
	bool		is_self;		/* points to the table itself */
	bool		insert_only;	/* an update must leave it alone */
	bool		moved;			/* conversion may have changed it */
	char	   *conversion;		/* expression over the staging table "s", or
								 * NULL for a reference (import_rows.c) */
	char	   *value;			/* the same, or what else gives the value */
	bool		is_date;		/* understands dates, */
	bool		is_number;		/* or numbers */
} ImportColumn;

/* One call; the parts are filled by the files in their order */
typedef struct Import
{
	/* the table (import_columns.c) */
	const char *table;			/* in schema crm */
	char	   *target;			/* the same, quoted and qualified */
	Oid			relid;

	/* the staging table (import_source.c) */
	Oid			source_relid;
	char	   *source;			/* quoted and qualified */
	char	   *source_name;	/* for messages */

	/* the columns (import_columns.c) */
	char	   *id_column;		/* column of the staging table with the ids */
	List	   *columns;		/* of ImportColumn */
	List	   *references;		/* of ReferenceSource */
	List	   *joins;			/* of ReferenceJoin */
	int			lead_join;		/* resolves lead_id, or 0 */
	bool		has_source_lead_id;
	bool		has_self;

	/* ids of the platform: both forms of one are the same (import_rows.c) */
	const char *id_format;		/* "auto", "salesforce" or "other" */
	bool		has_platform_ids;
	bool		has_both_forms;	/* some of the short one, some of the long */

	/* "v", the rows to import (import_rows.c) */
	char	   *body;			/* its text, up to the staging table */
	char	   *body_tail;		/* ... and behind it */
	const char *date_order;		/* "DMY", "MDY" or "YMD"; NULL = ISO only */
	char		decimal_point;	/* '.' or ','; '\0' = plain numbers only */
	EphemeralNamedRelation rows;	/* what it gave, */
	Tuplestorestate *tuples;	/* and where */
	bool		in_order;		/* of the staging table */
	int64		existing;		/* rows of records that are there */
	int64		changed;		/* ... and differ */
	int64		bad;			/* rows with something wrong */

	/* what was changed here since it was imported (import_changes.c) */
	bool		keeps_conflicts;
	bool		has_base;
	Datum		base[2];		/* keys of records, and what is noted of each */
	int64		conflicts;

	/* rows that are put aside (import_reject.c) */
	bool		keeps_rejects;
	bool		refuses_values; /* that are in no list */
	bool		is_staged;		/* the staging table is kept, */
	Tuplestorestate *staged;	/* here */
	List	   *faults;			/* of ImportFault */
	StringInfoData rejected_rows;	/* their numbers */
	int64		rejected;
	int64		rejected_first; /* before anything was written */
	int64		rejected_new;	/* when they were to be inserted */

	/* conversions made elsewhere (import_lead.c) */
	bool		takes_over;
	Datum		before[3];		/* the leads, and what they were */
	Datum		left_open;		/* leads whose conversion has been undone here */

	/* what came of it */
	List	   *unknown;		/* of char *: columns that mean nothing to us */
	List	   *added;			/* of char *: custom fields added */
	List	   *notes;			/* of char * */
	Datum		adopted;		/* bigint[]: rows that were recognised */
	int64		nadopted;
	int64		rows_read;
	int64		inserted;
	int64		updated;
	int64		unresolved;
} Import;

/* What "v" begins with */
typedef enum ImportRowColumn
{
	IMPORT_ROW = 1,				/* its number in the staging table */
	IMPORT_EXTERNAL_ID,
	IMPORT_ID,					/* key of the record that is there, or NULL */
	IMPORT_BAD,					/* has something wrong */
	IMPORT_CHANGED,				/* differs from the record that is there */
	IMPORT_MOVED,				/* belongs to a converted lead */
	IMPORT_FIRST_REFERENCE		/* ids that lead nowhere, as text, one column for each
								 * source; and then whether they lead to several */
} ImportRowColumn;

/* in admin/record_id.c */
extern char *lc_id_prefixes(const char *table);

/* in admin/import_source.c */
extern void lc_import_find_source(Import *import, Oid relid);
extern List *lc_import_source_columns(const Import *import);
extern const char *lc_import_field(const char *source);
extern char *lc_import_text(const char *source);
extern int64 lc_import_count(const char *sql);
extern char *lc_import_numbered(const Import *import);
extern ErrorData *lc_import_try(void (*run) (void *arg), void *arg, bool any);
extern ErrorData *lc_import_try_query(const char *sql);

/* in admin/import_access.c */
extern void lc_import_check_access(const Import *import);
extern void lc_import_check_insert(const Import *import, Oid relid);

/* in admin/import_custom.c */
extern bool lc_import_is_polymorphic(const char *field);
extern void lc_import_add_custom_fields(Import *import, List *sources);

/* in admin/import_reject.c */
extern EphemeralNamedRelation lc_import_keep(const char *name, Tuplestorestate *tuples, const char *sql, int nargs, Oid *argtypes, Datum *args);
extern void lc_import_stage(Import *import);
extern void lc_import_end(Import *import);
extern void lc_import_reject(Import *import);
extern int64 lc_import_write(Import *import, int64 (*write) (Import *import, const char *range));

/* in admin/import_columns.c */
extern void lc_import_find_table(Import *import, const char *object);
extern void lc_import_match_columns(Import *import, bool create_custom_fields);
extern ImportColumn *lc_import_describe_column(const Import *import, Relation rel, const char *name);
extern Oid	lc_import_referenced(Relation rel, AttrNumber attno);
extern ImportColumn *lc_import_column(const Import *import, const char *name);

/* in admin/import_rows.c */
extern void lc_import_count_rows(Import *import);
extern char *lc_import_id(const Import *import, const char *source);
extern char *lc_import_is_strange(const Import *import, const ImportColumn *column);
extern void lc_import_build_rows(Import *import);
extern ErrorData *lc_import_load_rows(Import *import);
extern char *lc_import_given_value(const Import *import, const ImportColumn *column);
extern char *lc_import_is_conflict(const Import *import, const ImportColumn *column, const char *base);
extern char *lc_import_new_value(const Import *import, const ImportColumn *column, const char *base);
extern char *lc_import_differs(const Import *import, const char *base);

/* in admin/import_check.c */
extern void lc_import_check_values(Import *import);
extern void lc_import_check_references(Import *import);
extern bool lc_import_has_duplicates(const Import *import);
pg_noreturn extern void lc_import_raise(const Import *import);

/* in admin/import_reference.c */
extern void lc_import_remember_references(Import *import);
extern void lc_import_count_unresolved(Import *import);
extern void lc_import_resolve_references(Import *import);

/* in admin/import_changes.c */
extern void lc_import_read_base(Import *import);
extern void lc_import_find_conflicts(Import *import);
extern void lc_import_forget_base(Import *import);

/* in admin/import_lead.c */
extern void lc_import_date_conversions(Import *import);
extern void lc_import_begin_take_over(Import *import);
extern void lc_import_take_over(Import *import);

/* in admin/import_write.c */
extern void lc_import_add_users(Import *import);
extern void lc_import_add_values(Import *import);
extern int64 lc_import_lengthen_ids(Import *import);
extern int64 lc_import_adopt_rows(Import *import);
extern int64 lc_import_update_rows(Import *import, const char *range);
extern int64 lc_import_update_self(Import *import);
extern void lc_import_name_makers(Import *import);
extern int64 lc_import_insert_rows(Import *import, const char *range);

#endif							/* LEADCONV_IMPORT_H */
