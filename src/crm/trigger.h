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

#include "commands/trigger.h"
#include "executor/tuptable.h"

#include "crm/crm.h"

/* An event, as a bit of LcTriggerUse.events */
#define LC_EVENT(event)		(1 << (event))

#define LC_ON_INSERT		LC_EVENT(TRIGGER_EVENT_INSERT)
#define LC_ON_UPDATE		LC_EVENT(TRIGGER_EVENT_UPDATE)
#define LC_ON_DELETE		LC_EVENT(TRIGGER_EVENT_DELETE)
#define LC_ON_TRUNCATE		LC_EVENT(TRIGGER_EVENT_TRUNCATE)

/* What a table is to trigger functions, as bits of LcTriggerUse.tables */
#define LC_TABLE_IN_CRM		(1 << 0)	/* any table of schema crm */
#define LC_TABLE_LEAD		(1 << 1)	/* crm.lead */
#define LC_TABLE_MEMBER		(1 << 2)	/* crm.campaign_member */
#define LC_TABLE_METADATA	(1 << 3)	/* lc_metadata_tables */
#define LC_TABLE_GUARDED	(1 << 4)	/* rows that belong to a lead, by lead_id */
#define LC_TABLE_ANY		(~0)	/* the function looks itself */

/* How a trigger function must be called */
typedef struct LcTriggerUse
{
	const char *function;		/* in schema leadconv */
	int			tables;			/* LC_TABLE_... */
	bool		before;			/* else AFTER */
	bool		row;			/* else STATEMENT */
	int			events;			/* LC_ON_... */
	int			nargs;			/* arguments of the trigger */
} LcTriggerUse;

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

	/* what a lead was converted to */
	COL_IS_CONVERTED,
	COL_CONVERTED_DATE,
	COL_CONVERTED_ACCOUNT_ID,
	COL_CONVERTED_CONTACT_ID,
	COL_CONVERTED_OPPORTUNITY_ID,

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

	/* settings */
	COL_TRACK_HISTORY,

	/* what history is kept of; these may be of any type */
	COL_TRACKED_STAGE_NAME,
	COL_TRACKED_AMOUNT,
	COL_TRACKED_PROBABILITY,
	COL_TRACKED_CLOSE_DATE,
	COL_TRACKED_FORECAST_CATEGORY,
	COL_TRACKED_STATUS,
	COL_TRACKED_OWNER_ID,
	LC_NUM_COLUMNS
} LcColumn;

/* The conversion columns of a lead */
#define COL_FIRST_CONVERSION	COL_IS_CONVERTED
#define COL_LAST_CONVERSION		COL_CONVERTED_OPPORTUNITY_ID

/* At most so many derived columns has a table */
#define LC_MAX_DERIVED		12

/* Where the known columns of a table are */
typedef struct LcTableColumns
{
	Oid			relid;			/* hash key; must be first */
	int			natts;			/* of the tuple descriptor that was read */
	int			kind;			/* LC_TABLE_... */
	Oid			id_index;		/* primary key, when it is on id alone */
	AttrNumber	attno[LC_NUM_COLUMNS];	/* InvalidAttrNumber = has no such column */
	int			nderived;
	AttrNumber	derived[LC_MAX_DERIVED];	/* columns that follow from others */
} LcTableColumns;

/* in crm/columns.c */
extern void lc_table_columns(Relation rel, LcTableColumns *columns);
extern const char *lc_known_column_name(LcColumn column);
extern Oid	lc_lead_relid(void);
extern Relation lc_open_lead(LcTableColumns *columns);

/* in crm/trigger_call.c */
extern TriggerData *lc_check_trigger(FunctionCallInfo fcinfo, const LcTriggerUse *use, LcTableColumns *columns);
pg_noreturn extern void lc_refuse_table(const LcTriggerUse *use, Relation rel, const char *made_for);
extern bool lc_column_differs(TupleTableSlot *oldslot, TupleTableSlot *newslot, AttrNumber attno);

/* in crm/key_action.c */
extern void lc_note_key_action(TriggerData *trigdata);
extern bool lc_is_key_action(TriggerData *trigdata);
extern bool lc_changed_by_key_action(Relation rel, AttrNumber attno, TupleTableSlot *oldslot, TupleTableSlot *newslot);

/* in crm/metadata.c */
extern bool lc_tracks_history(void);

#endif							/* LEADCONV_TRIGGER_H */
