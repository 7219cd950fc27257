/*-------------------------------------------------------------------------
 *
 * trigger_call.c
 *	  The call of a trigger function: is it as it must be, what did it change?
 *
 * Nothing is allocated.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datum.h"

#include "crm/trigger.h"

static const struct
{
	int			event;
	const char *name;
}			event_names[] = {
	{LC_ON_INSERT, "INSERT"},
	{LC_ON_UPDATE, "UPDATE"},
	{LC_ON_DELETE, "DELETE"},
	{LC_ON_TRUNCATE, "TRUNCATE"}
};

/* "INSERT or UPDATE", in the current memory context */
static char *
describe_events(int events)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (size_t i = 0; i < lengthof(event_names); i++)
	{
		if (events & event_names[i].event)
			appendStringInfo(&buf, "%s%s", buf.len > 0 ? " or " : "", event_names[i].name);
	}
	return buf.data;
}

/*
 * lc_refuse_table
 *
 * Raises the error for a trigger on a table that its function is not made for.
 * made_for completes the sentence "It is made for ...".
 */
void
lc_refuse_table(const LcTriggerUse *use, Relation rel, const char *made_for)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("function \"%s\" must not be fired for table \"%s\"", use->function, RelationGetRelationName(rel)),
			 errdetail_internal("It is made for %s.", made_for),
			 errhint("Drop the trigger."),
			 errtable(rel)));
}

/*
 * lc_check_trigger
 *
 * Returns the trigger's data when the function was called by a trigger of the
 * kind that it is made for, on a table that it is made for, and fills *columns
 * with what is known of that; raises an error otherwise, which tells nothing but
 * what the trigger's maker knows.  The wording is that of ri_CheckTrigger().
 */
TriggerData *
lc_check_trigger(FunctionCallInfo fcinfo, const LcTriggerUse *use, LcTableColumns *columns)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", use->function)));

	if ((use->before ? !TRIGGER_FIRED_BEFORE(trigdata->tg_event)
		 : !TRIGGER_FIRED_AFTER(trigdata->tg_event)) ||
		(use->row ? !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event)
		 : !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s %s", use->function,
						use->before ? "BEFORE" : "AFTER", use->row ? "ROW" : "STATEMENT")));

	if ((use->events & LC_EVENT(trigdata->tg_event & TRIGGER_EVENT_OPMASK)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired for %s", use->function,
						describe_events(use->events))));

	if (trigdata->tg_trigger->tgnargs != use->nargs)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 use->nargs == 0
				 ? errmsg("function \"%s\" must not be called with arguments", use->function)
				 : errmsg("function \"%s\" must be called with one argument", use->function)));

	lc_table_columns(trigdata->tg_relation, columns);
	if (use->tables != LC_TABLE_ANY && (columns->kind & use->tables) == 0)
		lc_refuse_table(use, trigdata->tg_relation,
						use->tables == LC_TABLE_LEAD ? "table crm.lead" :
						use->tables == LC_TABLE_MEMBER ? "table crm.campaign_member" :
						use->tables == (LC_TABLE_OPPORTUNITY | LC_TABLE_TASK | LC_TABLE_MEMBER) ?
						"tables crm.opportunity, crm.task and crm.campaign_member" :
						use->tables == LC_TABLE_METADATA ? "tables of metadata and reference data of schema crm" :
						"tables of schema crm");
	return trigdata;
}

/*
 * lc_column_differs
 *
 * Do two rows of a table differ in this column?  By stored value, not by the
 * type's notion of equality: 'a' and 'A' of a case-insensitive type are a change.
 */
bool
lc_column_differs(TupleTableSlot *oldslot, TupleTableSlot *newslot, AttrNumber attno)
{
	Form_pg_attribute att = TupleDescAttr(oldslot->tts_tupleDescriptor, attno - 1);
	bool		oldnull;
	bool		newnull;
	Datum		oldvalue = slot_getattr(oldslot, attno, &oldnull);
	Datum		newvalue = slot_getattr(newslot, attno, &newnull);

	if (oldnull || newnull)
		return oldnull != newnull;
	return !datum_image_eq(oldvalue, newvalue, att->attbyval, att->attlen);
}
