/*-------------------------------------------------------------------------
 *
 * trigger.h
 *	  What the trigger functions on schema crm share: how they must be called,
 *	  and where the columns that they know are.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_TRIGGER_H
#define LEADCONV_TRIGGER_H

#include "access/sysattr.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"

#include "crm/crm.h"

/* An event, as a bit of LcTriggerUse.events */
#define LC_EVENT(event)		(1 << (event))

#define LC_ON_INSERT		LC_EVENT(TRIGGER_EVENT_INSERT)
#define LC_ON_UPDATE		LC_EVENT(TRIGGER_EVENT_UPDATE)
#define LC_ON_DELETE		LC_EVENT(TRIGGER_EVENT_DELETE)
#define LC_ON_TRUNCATE		LC_EVENT(TRIGGER_EVENT_TRUNCATE)

/* Not an event: it must be fired INSTEAD OF */
#define LC_INSTEAD_OF		(1 << 8)

/* What a table is to trigger functions, as bits of LcTriggerUse.tables */
#define LC_TABLE_IN_CRM		(1 << 0)	/* any table of schema crm */
#define LC_TABLE_LEAD		(1 << 1)	/* crm.lead */
#define LC_TABLE_MEMBER		(1 << 2)	/* crm.campaign_member */
#define LC_TABLE_METADATA	(1 << 3)	/* lc_metadata_tables */
#define LC_TABLE_GUARDED	(1 << 4)	/* rows that belong to a lead, by lead_id */
#define LC_TABLE_OPPORTUNITY	(1 << 5)	/* crm.opportunity */
#define LC_TABLE_TASK		(1 << 6)	/* crm.task */
#define LC_TABLE_ACCOUNT	(1 << 7)	/* crm.account */
#define LC_TABLE_CONTACT	(1 << 8)	/* crm.contact */
#define LC_TABLE_PERSON		(1 << 9)	/* the view crm.person_account */
#define LC_TABLE_ANY		(~0)	/* the function looks itself */

/* How a trigger function must be called */
typedef struct LcTriggerUse
{
	const char *function;		/* in schema leadconv */
	int			tables;			/* LC_TABLE_... */
	bool		before;			/* else AFTER */
	bool		row;			/* else STATEMENT */
	int			events;			/* LC_ON_..., LC_INSTEAD_OF */
	int			nargs;			/* arguments of the trigger */
} LcTriggerUse;

/* When a rule may fire, as bits of LcRuleUse.timing */
#define LC_BEFORE			(1 << 0)
#define LC_AFTER			(1 << 1)

/* How the function of a rule must be called: for each row, by a trigger that the user has made */
typedef struct LcRuleUse
{
	const char *function;		/* in schema leadconv */
	const char *const *tables;	/* of schema crm, NULL at the end; or NULL = any
								 * table, of whatever schema */
	const char *made_for;		/* completes the sentence "It is made for ..." */
	int			timing;			/* LC_BEFORE, LC_AFTER */
	int			min_args;		/* arguments of the trigger */
	int			max_args;
} LcRuleUse;

/*
 * The columns that the trigger functions know, as indexes into
 * LcTableColumns.attno.  Their names and types are in columns.c.
 */
typedef enum LcColumn
{
	COL_ID,
	COL_CREATED_DATE,
	COL_CREATED_BY_ID,
	COL_LAST_MODIFIED_DATE,
	COL_LAST_MODIFIED_BY_ID,
	COL_REVISION,

	/* what follows from other columns of an opportunity or a task */
	COL_IS_CLOSED,
	COL_IS_WON,
	COL_PROBABILITY,
	COL_FORECAST_CATEGORY,
	COL_FORECAST_CATEGORY_NAME,
	COL_FISCAL,
	COL_FISCAL_QUARTER,
	COL_FISCAL_YEAR,
	COL_EXPECTED_REVENUE,
	COL_IS_HIGH_PRIORITY,
	COL_COMPLETED_DATE_TIME,

	/* what it follows from, with more of it among what history is kept of */
	COL_PRIORITY,

	/* what a lead was converted to */
	COL_IS_CONVERTED,
	COL_CONVERTED_DATE,
	COL_CONVERTED_ACCOUNT_ID,
	COL_CONVERTED_CONTACT_ID,
	COL_CONVERTED_OPPORTUNITY_ID,

	/* person accounts */
	COL_IS_PERSON_ACCOUNT,
	COL_ACCOUNT_ID,

	/* campaign members and their statuses */
	COL_CAMPAIGN_ID,
	COL_STATUS,
	COL_LABEL,
	COL_HAS_RESPONDED,
	COL_FIRST_RESPONDED_DATE,

	/* history */
	COL_LEAD_ID,
	COL_OPPORTUNITY_ID,
	COL_FIELD,
	COL_OLD_VALUE,
	COL_NEW_VALUE,

	/* what history is kept of */
	COL_STAGE_NAME,
	COL_AMOUNT,
	COL_CLOSE_DATE,
	COL_TRACKED_STATUS,
	COL_TRACKED_OWNER_ID,

	/* imports */
	COL_EXTERNAL_ID,
	LC_NUM_COLUMNS
} LcColumn;

/* The conversion columns of a lead */
#define COL_FIRST_CONVERSION	COL_IS_CONVERTED
#define COL_LAST_CONVERSION		COL_CONVERTED_OPPORTUNITY_ID

/* The columns that our BEFORE triggers change, but those of campaign members */
#define LC_FIRST_FIELD		COL_CREATED_DATE
#define LC_LAST_FIELD		COL_COMPLETED_DATE_TIME
#define LC_NUM_FIELDS		(LC_LAST_FIELD - LC_FIRST_FIELD + 1)
#define COL_FIRST_DERIVED	COL_IS_CLOSED
#define COL_LAST_DERIVED	COL_COMPLETED_DATE_TIME

/* Columns as bits of LcTableColumns.relevant, as in the sets of the executor */
#define LC_RELEVANT_WORDS	2
#define LC_COLUMN_BIT(attno)	((attno) - FirstLowInvalidHeapAttributeNumber)

/* At most so many derived columns has a table */
#define LC_MAX_DERIVED		12

/* Where the known columns of a table are */
typedef struct LcTableColumns
{
	Oid			relid;			/* hash key; must be first */
	int			natts;			/* of the tuple descriptor that was read */
	int			kind;			/* LC_TABLE_... */
	bool		derives;		/* columns of an opportunity or a task follow from others */
	bool		has_insert_triggers;	/* of the user, BEFORE ROW */
	bool		has_update_triggers;
	uint8		naudit;			/* audit columns ... */
	uint8		nfields;		/* ... and derived ones that there are, */
	uint8		field[2][LC_NUM_FIELDS];	/* both by their place in the row: LcColumn */
	uint64		relevant[LC_RELEVANT_WORDS];	/* derived columns, and what they follow from */
	Oid			id_index;		/* primary key, when it is on id alone */
	AttrNumber	attno[LC_NUM_COLUMNS];	/* InvalidAttrNumber = has no such column */
	int			nderived;
	AttrNumber	derived[LC_MAX_DERIVED];	/* columns that follow from others */
} LcTableColumns;

/* A column of the row that a BEFORE trigger is called for */
typedef struct LcRowField
{
	AttrNumber	attno;			/* InvalidAttrNumber = has no such column */
	bool		isnull;
	bool		changed;		/* isnull and value are not what the row has */
	Datum		value;
	uint32		offset;			/* where the data of the columns before it end */
} LcRowField;

/* The row that a BEFORE trigger is called for */
typedef struct LcRow
{
	HeapTuple	tuple;
	TupleTableSlot *slot;		/* the same row */
	bool		is_walked;		/* are the offsets known? */
	LcRowField	field[LC_NUM_FIELDS];	/* by LcColumn - LC_FIRST_FIELD */
	LcRowField *in_order[LC_NUM_FIELDS];	/* those there are, by attno */
	int			nfields;
} LcRow;

/* Lists of values from which other columns follow */
typedef enum LcListKind
{
	LC_LIST_STAGE,
	LC_LIST_TASK_STATUS,
	LC_LIST_TASK_PRIORITY,
	LC_NUM_LISTS
} LcListKind;

/* What follows from a value: booleans, a numeric, and texts */
typedef enum LcFact
{
	LC_FACT_IS_CLOSED,
	LC_FACT_IS_WON,
	LC_FACT_PROBABILITY,
	LC_FACT_FORECAST_CATEGORY,
	LC_FACT_FORECAST_CATEGORY_NAME,
	LC_FACT_IS_HIGH_PRIORITY,
	LC_NUM_FACTS
} LcFact;

/* A value of a list; a fact that is NULL is not known */
typedef struct LcListValue
{
	char	   *value;
	int			len;
	int32		sort_order;
	NullableDatum fact[LC_NUM_FACTS];
} LcListValue;

typedef struct LcValueList
{
	int			nvalues;
	int			space;
	LcListValue *value;			/* sorted for lc_list_value() */
} LcValueList;

/* A value to look for; NULL is in no list */
typedef struct LcListKey
{
	LcListKind	list;
	const char *value;			/* not terminated */
	int			len;
} LcListKey;

/* What triggers, and search, want to know of the reference data */
typedef struct LcReference
{
	bool		track_history;
	bool		require_validation;
	bool		preserve_lead_status;
	bool		assignment_rules_on_convert;
	bool		converted_leads_searchable;
	int			fiscal_year_start_month;
	bool		fiscal_year_is_named_by_start;
	LcValueList list[LC_NUM_LISTS];
} LcReference;

/* in crm/row.c */
extern void lc_row_init(LcRow *row, HeapTuple tuple, TupleTableSlot *slot, const LcTableColumns *columns, bool derives);
extern void lc_row_read(LcRow *row, TriggerData *trigdata, const LcTableColumns *columns, bool derives);
extern void lc_row_change(LcRow *row, LcColumn column, Datum value, bool isnull);
extern bool lc_row_is_changed(const LcRow *row);
extern HeapTuple lc_row_tuple(LcRow *row);

static inline LcRowField *
lc_row_field(LcRow *row, LcColumn column)
{
	return &row->field[column - LC_FIRST_FIELD];
}

/* Gives a field a value, if the row has such a field */
static inline void
lc_row_set(LcRow *row, LcColumn column, Datum value, bool isnull)
{
	LcRowField *field = lc_row_field(row, column);

	if (field->attno == InvalidAttrNumber || (isnull && field->isnull))
		return;
	field->changed = true;
	field->value = value;
	field->isnull = isnull;
}

/* in crm/columns.c */
extern void lc_table_columns(Relation rel, LcTableColumns *columns);
extern const char *lc_known_column_name(LcColumn column);
extern Oid	lc_lead_relid(void);
extern Relation lc_open_lead(LcTableColumns *columns);
extern bool lc_is_derived_column(const LcTableColumns *columns, TupleDesc desc, AttrNumber attno);

/* in crm/trigger_call.c */
extern TriggerData *lc_check_trigger(FunctionCallInfo fcinfo, const LcTriggerUse *use, LcTableColumns *columns);
pg_noreturn extern void lc_refuse_table(const LcTriggerUse *use, Relation rel, const char *made_for);
extern TriggerData *lc_check_rule(FunctionCallInfo fcinfo, const LcRuleUse *use);
extern const char *lc_rule_argument(TriggerData *trigdata, int arg, const char *name);
extern int64 lc_rule_id(TriggerData *trigdata, const char *name);
extern AttrNumber lc_rule_column(TriggerData *trigdata, const char *name, Oid type);
extern bool lc_column_differs(TupleTableSlot *oldslot, TupleTableSlot *newslot, AttrNumber attno);

/* in crm/named.c */
extern int64 lc_named_user(TriggerData *trigdata, const char *argument, bool *is_queue);
extern int64 lc_named_territory(TriggerData *trigdata, const char *argument);
extern char *lc_default_lead_status(void);

/* in crm/key_action.c */
extern void lc_note_key_action(TriggerData *trigdata);
extern bool lc_is_key_action(TriggerData *trigdata);
extern bool lc_changed_by_key_action(Relation rel, AttrNumber attno, TupleTableSlot *oldslot, TupleTableSlot *newslot);

/* in crm/reference.c */
extern const LcReference *lc_reference(void);
extern const LcListValue *lc_list_value(const LcReference *ref, const LcListKey *key);
extern const LcReference *lc_reference_for(const LcListKey *key, int nkeys);

/* in crm/history.c */
extern Datum lc_stored_text(Oid type, Datum value);

/* in crm/import_base.c */
extern void lc_note_import_base(TriggerData *trigdata, const LcTableColumns *columns, int64 id);

/* in crm/members.c */
extern HeapTuple lc_derive_response(TriggerData *trigdata, const LcTableColumns *columns);
extern bool lc_response_is_stale(TupleTableSlot *slot, const LcTableColumns *columns);

/* in crm/derived.c */
extern bool lc_derives(TriggerData *trigdata, const LcTableColumns *columns);
extern void lc_derive_slot(LcRow *row, TupleTableSlot *slot, const LcTableColumns *columns, bool is_new);
extern bool lc_is_stale(TupleTableSlot *slot, const LcTableColumns *columns);
extern void lc_derive(LcRow *row, TriggerData *trigdata, const LcTableColumns *columns, int64 id);

/* in crm/audit.c */
extern bool lc_is_edit(const TriggerData *trigdata, const LcTableColumns *columns);

#endif							/* LEADCONV_TRIGGER_H */
