/*-------------------------------------------------------------------------
 *
 * leadconv.h
 *	  Lead conversion: what all source files share.
 *
 * The files stand on floors; each uses only what is on a floor below its own:
 *
 *	leadconv.c	the module
 *	reports/	search, a lead with all that is related
 *	admin/		mappings, related lists, import (admin.h)
 *	engine/		a conversion, step by step (engine.h)
 *	duplicates/	what is the same: forms and scores of values (duplicates.h)
 *	crm/		schema crm and the triggers on it (crm.h)
 *	base/		errors, queries, catalogs, roles, plans, frames (this header)
 *
 * doc/architecture.md has the map.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_H
#define LEADCONV_H

#include "access/genam.h"
#include "access/htup.h"
#include "access/tupdesc.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"
#include "utils/resowner.h"

#if PG_VERSION_NUM < 150000
#error "leadconv needs PostgreSQL 15 or later"
#endif

/* What PostgreSQL 18 has in place of the attribute */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* Generated columns that are not in the row, as PostgreSQL 18 can have them */
#if PG_VERSION_NUM < 180000
#define ATTRIBUTE_GENERATED_VIRTUAL 'v'
#endif

/* A scan of an index, which counts its searches for EXPLAIN in PostgreSQL 18 */
#if PG_VERSION_NUM >= 180000
#define lc_index_beginscan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, NULL, nkeys, 0)
#else
#define lc_index_beginscan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, nkeys, 0)
#endif

/* Status codes: LC_REQUIRED_FIELD_MISSING and so on */
typedef enum LcStatus
{
#define LC_STATUS(name) LC_##name,
#include "statuslist.h"
#undef LC_STATUS
	LC_NUM_STATUS
} LcStatus;

/* A subtransaction under way (subtransaction.c), with what was current before it */
typedef struct LcSubxact
{
	MemoryContext context;
	ResourceOwner owner;
} LcSubxact;

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
	const char *step;			/* where it was found, or NULL: judge */
} LcError;

/* Who we were before lc_become_owner() */
typedef struct LcUserSwitch
{
	Oid			userid;
	int			sec_context;
	int			nestlevel;		/* of settings */
} LcUserSwitch;

/* A prepared statement of ours (plan.c); its address is known to the parser's hooks */
struct Query;
typedef struct LcPlan
{
	Oid			check_as;		/* whose rights it has; InvalidOid = the current user's */
	Oid			(*param_type) (const struct LcPlan *plan, int number);	/* InvalidOid = there is no $n */
	void		(*analyzed) (struct LcPlan *plan, struct Query *query); /* or NULL */
	SPIPlanPtr	plan;			/* NULL until it is prepared */
} LcPlan;

/* What is told of each row that is updated while a conversion is under way */
struct TriggerData;
typedef void (*LcUpdateCallback) (void *arg, struct TriggerData *trigdata, int64 id, int32 revision);

/* What a conversion under way knows of a record that it makes, fills or converts */
typedef struct LcFrameRow
{
	int64		lead_id;		/* whose conversion it is */
	bool		is_made;		/* the conversion makes the record */
	bool		owner_is_given; /* the request says whose it is */
	bool		runs_workflow;	/* workflow rules may act */
} LcFrameRow;

/* Looks for a row among them; returns false when it is none */
typedef bool (*LcRowCallback) (void *arg, Oid relid, int64 id, LcFrameRow *row);

/* A conversion under way (frame.c) */
typedef struct LcFrame
{
	struct LcFrame *parent;
	SubTransactionId subid;
	int64	   *lead_ids;		/* sorted */
	int			nleads;
	int64		user_id;		/* who converts, 0 = unknown */
	int			trigger_depth;	/* how deep in triggers its statements run */
	const Oid  *list_relids;	/* tables of the related lists */
	int			nlists;
	uint64		new_children;	/* related lists that triggers have added to */
	bool		completes;		/* its leads have been converted before */
	bool		undoes;			/* it takes conversions of its leads back */
	bool		keeps_created_date; /* a statement sets created_date itself */
	bool		rolled_back;	/* a subtransaction in its midst was, and what it did */
	Oid			noted_relid;	/* the row that a trigger processed last */
	int64		noted_id;
	LcUpdateCallback note_update;	/* or NULL */
	void	   *note_arg;
	LcRowCallback find_row;		/* or NULL; also with note_arg */
} LcFrame;

#define LC_PROBE_COLUMNS 4

/* Where to look for the rows that reference a lead, or for the row of an id */
typedef struct LcProbe
{
	Oid			relid;
	AttrNumber	attno;
	Oid			type;			/* of the column: bigint, or a domain over it */
	Oid			index;			/* InvalidOid when none fits */
	int			ncolumns;		/* what else is read of the rows */
	struct
	{
		AttrNumber	attno;
		Oid			type;
	}			column[LC_PROBE_COLUMNS];
} LcProbe;

/* Whether there may be a row by an indexed text; compiled once for a program (probe.c) */
typedef struct LcTextProbe
{
	Oid			relid;
	Oid			index;			/* or InvalidOid */
} LcTextProbe;

/* A table being looked at */
typedef struct LcOpenProbe
{
	const LcProbe *probe;
	Relation	rel;
	Oid			index;			/* InvalidOid = read the whole table */
	bool		is_empty;
} LcOpenProbe;

/* A look at a row that is not older than the moment */
typedef struct LcLatestScan
{
	Snapshot	snapshot;
	SysScanDesc scan;
} LcLatestScan;

/*
 * What a session keeps of what some tables have (invalidation.c).  Who reads them begins
 * with lc_cache_begin(), notes their OIDs in relid before each is read, and sets valid to
 * what that returned when all has been read.
 */
typedef struct LcSessionCache
{
	Oid		   *relid;			/* InvalidOid = there is no such table; any that is made may be it */
	int			nrelids;
	uint64		valid;			/* the generation that was read, 0 = nothing was */
	uint64		generation;		/* counts changes; from 1 on */
	bool		read_in_transaction;	/* the one that is under way */
	List	   *retired;		/* of MemoryContext, to be freed at the end of the transaction */
	struct LcSessionCache *next;
} LcSessionCache;

/* What is told that a relation changed; InvalidOid = any may have */
typedef void (*LcRelcacheCallback) (Oid relid);

/* The attributes of leadconv.lead_convert_error */
#define LC_NERRORTYPES 7

/* in base/error.c */
extern const Oid lc_error_types[LC_NERRORTYPES];
extern int	lc_errcode(LcStatus status);
extern const char *lc_status_for_sqlstate(int sqlerrcode, bool in_trigger);
extern bool lc_may_swallow(int sqlerrcode);
extern LcError *lc_error(LcStatus status, const char *field, char *detail,
						 const char *hint, const char *fmt,...) pg_attribute_printf(5, 6);
extern LcError *lc_error_from_edata(const ErrorData *edata, bool in_trigger);
pg_noreturn extern void lc_error_raise(const LcError *error);
extern void lc_append_json_string(StringInfo buf, const char *value);
extern StringInfo lc_json_array_next(StringInfo *array);
extern void lc_append_errors_json(StringInfo buf, List *errors);
extern Datum lc_errors_to_array(List *errors, TupleDesc error_desc);

/* in base/blank.c */
extern bool lc_is_blank(const char *value, int len);
extern bool lc_is_blank_text(Datum value);
extern char *lc_text_argument(FunctionCallInfo fcinfo, int argno, const char *name, const char *hint);
extern char *lc_is_empty(const char *source, Oid type);
extern char *lc_has_value(const char *source, Oid type);

/* in base/catalog.c */
extern int	lc_compare_int64(const void *a, const void *b);
extern int	lc_compare_oid(const void *a, const void *b);
extern bool lc_is_text_type(Oid type);
extern bool lc_reads_as(Oid type, Oid as);
extern bool lc_is_stored_as(Oid type, Oid as);
extern char *lc_value_text(Datum value, Oid type);
extern bool lc_can_cast(Oid from, Oid to);
extern char *lc_cast_type(Oid type);
extern Datum lc_cast_value(Datum value, Oid from, Oid to);
extern int	lc_text_length(Oid type, int32 typmod);
extern AttrNumber lc_column_number(TupleDesc desc, const char *column);
extern void lc_check_column_type(Relation rel, AttrNumber attno, Oid type);
extern Oid	lc_type_oid(const char *name);
extern TupleDesc lc_type_desc(const char *name);
extern void lc_check_row_type(TupleDesc desc, const char *name, const Oid *types, int n);
extern bool lc_may_use_schema(Oid schema, Oid roleid);
extern AclMode lc_held_privileges(Oid relid, Oid roleid);
extern char *lc_privilege_list(AclMode mode, bool for_sql);
extern bool lc_may_select(Oid relid, const char *const *columns, int n);
extern char *lc_qualified_name(Oid relid);
extern bool lc_is_changeable(struct Node *expr);
extern bool lc_is_reference(const ForeignKeyCacheInfo *fk, AttrNumber attno);

/* in base/invalidation.c */
extern void lc_invalidation_init(void);
extern void lc_on_relation_change(LcRelcacheCallback callback);
extern uint64 lc_cache_begin(LcSessionCache *cache);
extern void lc_cache_retire(LcSessionCache *cache, MemoryContext context);

/* Is what was read still what the tables have? */
static inline bool
lc_cache_is_valid(const LcSessionCache *cache)
{
	return cache->valid != 0 && cache->valid == cache->generation;
}

/* in base/subtransaction.c */
extern void lc_subxact_begin(LcSubxact *subxact);
extern void lc_subxact_commit(const LcSubxact *subxact);
extern void lc_subxact_rollback(const LcSubxact *subxact);
extern ErrorData *lc_subxact_failed(const LcSubxact *subxact, MemoryContext context);

/* in base/query.c */
extern void lc_spi_connect(void);
extern uint64 lc_query(const char *sql, int expected, int nargs, Oid *argtypes,
					   Datum *values, const char *nulls);
extern uint64 lc_read(const char *sql, int nargs, Oid *argtypes, Datum *values);
extern void lc_command(const char *sql);
extern bool lc_spi_isnull(uint64 row, int column);
extern Datum lc_spi_datum(uint64 row, int column, bool *isnull);
extern char *lc_spi_text(uint64 row, int column);
extern int64 lc_spi_int64(uint64 row, int column);
extern bool lc_spi_bool(uint64 row, int column);
extern Oid	lc_spi_oid(uint64 row, int column);
extern void lc_require_writable(const char *action);
extern Datum lc_text_array(const char *const *strings, int n);

/* in base/probe.c */
extern void lc_compile_probe(LcProbe *probe, Oid relid, const char *column);
extern AttrNumber lc_probe_column(LcProbe *probe, const char *column, Oid type);
extern void lc_probe_open(LcOpenProbe *probe, const LcProbe *compiled);
extern SysScanDesc lc_probe_begin(LcOpenProbe *probe, int64 id, Snapshot snapshot);
extern bool lc_probe_finds(LcOpenProbe *probe, int64 id, Snapshot snapshot);
extern void lc_probe_close(LcOpenProbe *probe);
extern bool lc_index_matters(Oid indexid);
extern void lc_compile_text_probe(LcTextProbe *probe, Oid relid, const char *function, const char *column);
extern bool lc_may_find_text(const LcTextProbe *probe, const char *text);
extern HeapTuple lc_latest_begin(LcLatestScan *latest, Relation rel, Oid index, int nkeys, ScanKey keys);
extern void lc_latest_end(LcLatestScan *latest);

/* in base/role.c */
extern void lc_become_owner(Oid owner, LcUserSwitch *save);
extern void lc_become_caller(const LcUserSwitch *save);
extern void lc_set_parameter(const char *name, const char *value);
extern int	lc_pin_search_path(void);
extern void lc_unpin_search_path(int nestlevel);

/* in base/plan.c */
extern void lc_plan_init(void);
extern void lc_plan_prepare(LcPlan *plan, const char *sql);
extern void lc_plan_validate(LcPlan *plan);
extern int	lc_plan_execute(LcPlan *plan, int nargs, Oid *argtypes, Datum *values, const char *nulls);
extern uint64 lc_query_as(Oid owner, const char *sql, int expected, int nargs, Oid *argtypes,
						  Datum *values, const char *nulls);

/* in base/frame.c */
extern void lc_frame_init(void);
extern LcFrame *lc_frame_push(const int64 *lead_ids, int nleads, int64 user_id,
							  const Oid *list_relids, int nlists);
extern void lc_frame_pop(LcFrame *frame);
extern bool lc_is_converting(void);
extern int	lc_trigger_depth(void);
extern bool lc_lead_is_converting(int64 lead_id);
extern void lc_note_row(Oid relid, int64 id);
extern void lc_note_update(struct TriggerData *trigdata, int64 id, int32 revision);
extern void lc_note_new_child(Oid relid, int64 lead_id);
extern bool lc_frame_keeps_created_date(void);
extern bool lc_frame_is_writing(void);
extern int	lc_begin_import(void);
extern void lc_end_import(int outer);
extern bool lc_import_is_writing(void);
extern void lc_import_stamps(bool on);
extern bool lc_import_is_stamping(void);
extern bool lc_frame_row(Oid relid, int64 id, LcFrameRow *row);
extern bool lc_is_being_made(Oid relid, int64 id);
extern bool lc_lead_is_being_completed(int64 lead_id);
extern bool lc_lead_is_being_undone(int64 lead_id);
extern bool lc_lead_is_in_undo(int64 lead_id);
extern bool lc_frame_user_id(int64 *user_id, bool *isnull);

#endif							/* LEADCONV_H */
