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

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
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

	if ((use->events & LC_INSTEAD_OF ? !TRIGGER_FIRED_INSTEAD(trigdata->tg_event)
		 : use->before ? !TRIGGER_FIRED_BEFORE(trigdata->tg_event)
		 : !TRIGGER_FIRED_AFTER(trigdata->tg_event)) ||
		(use->row ? !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event)
		 : !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s %s", use->function,
						use->events & LC_INSTEAD_OF ? "INSTEAD OF" : use->before ? "BEFORE" : "AFTER", use->row ? "ROW" : "STATEMENT")));

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
						use->tables == LC_TABLE_ACCOUNT ? "table crm.account" :
						use->tables == LC_TABLE_CONTACT ? "table crm.contact" :
						use->tables == LC_TABLE_PERSON ? "view crm.person_account" :
						use->tables == LC_TABLE_METADATA ? "tables of metadata and reference data of schema crm" :
						"tables of schema crm");
	return trigdata;
}

/*
 * lc_check_rule
 *
 * The same for the function of a rule, which users attach: what is wrong with the
 * trigger is said by the name of the trigger.
 */
TriggerData *
lc_check_rule(FunctionCallInfo fcinfo, const LcRuleUse *use)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	const Trigger *trigger;
	Relation	rel;
	bool		is_made_for = use->tables == NULL;
	int			timing;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" was not called by trigger manager", use->function)));

	trigger = trigdata->tg_trigger;
	rel = trigdata->tg_relation;
	timing = TRIGGER_FIRED_BEFORE(trigdata->tg_event) ? LC_BEFORE :
		TRIGGER_FIRED_AFTER(trigdata->tg_event) ? LC_AFTER : 0;
	if ((timing & use->timing) == 0 || !TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) ||
		!(TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) || TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired %s%s%s INSERT or UPDATE, for each row", use->function,
						use->timing & LC_BEFORE ? "BEFORE" : "",
						use->timing == (LC_BEFORE | LC_AFTER) ? " or " : "",
						use->timing & LC_AFTER ? "AFTER" : ""),
				 errdetail("Trigger \"%s\" on table \"%s\" is not.", trigger->tgname, RelationGetRelationName(rel)),
				 errhint("Drop the trigger, and create it otherwise."),
				 errtable(rel)));
	if (trigger->tgdeferrable)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must not be fired by a trigger that can be deferred", use->function),
				 errdetail("Trigger \"%s\" on table \"%s\" is deferrable: when it fires, it may no longer be known whether a conversion has written the row.",
						   trigger->tgname, RelationGetRelationName(rel)),
				 errhint("Drop the trigger, and create it as NOT DEFERRABLE."),
				 errtable(rel)));
	if (trigger->tgnargs < use->min_args || trigger->tgnargs > use->max_args)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 use->min_args == use->max_args
				 ? errmsg("function \"%s\" must be called with %d argument(s)", use->function, use->min_args)
				 : errmsg("function \"%s\" must be called with %d to %d arguments", use->function, use->min_args,
						  use->max_args),
				 errdetail("Trigger \"%s\" on table \"%s\" has %d.", trigger->tgname, RelationGetRelationName(rel),
						   trigger->tgnargs),
				 errhint("Drop the trigger, and create it otherwise."),
				 errtable(rel)));

	for (const char *const *table = use->tables; !is_made_for && *table != NULL; table++)
		is_made_for = strcmp(*table, RelationGetRelationName(rel)) == 0;
	if (use->tables != NULL && is_made_for)
		is_made_for = RelationGetNamespace(rel) == get_namespace_oid("crm", true);
	if (!is_made_for)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must not be fired for table \"%s\"", use->function, RelationGetRelationName(rel)),
				 errdetail_internal("It is made for %s.", use->made_for),
				 errhint("Drop trigger \"%s\".", trigger->tgname),
				 errtable(rel)));
	return trigdata;
}

/*
 * lc_rule_argument
 *
 * An argument of the trigger of a rule, or NULL when there are fewer.  Raises an
 * error when it is blank; name is what it is called then.
 */
const char *
lc_rule_argument(TriggerData *trigdata, int arg, const char *name)
{
	const Trigger *trigger = trigdata->tg_trigger;

	if (arg >= trigger->tgnargs)
		return NULL;
	if (lc_is_blank(trigger->tgargs[arg], strlen(trigger->tgargs[arg])))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("the %s in trigger \"%s\" is blank", name, trigger->tgname),
				 errdetail("It is argument %d of the trigger on table \"%s\".", arg + 1,
						   RelationGetRelationName(trigdata->tg_relation)),
				 errhint("Drop the trigger, and create it otherwise."),
				 errtable(trigdata->tg_relation)));
	return trigger->tgargs[arg];
}

/*
 * lc_rule_id
 *
 * A bigint column of the row that a rule is called for, 0 when it is NULL or there is
 * no such column.
 */
int64
lc_rule_id(TriggerData *trigdata, const char *name)
{
	TupleTableSlot *slot = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newslot : trigdata->tg_trigslot;
	AttrNumber	attno = lc_column_number(slot->tts_tupleDescriptor, name);
	bool		isnull;
	Datum		value;

	if (attno == InvalidAttrNumber ||
		!lc_is_stored_as(TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid, INT8OID))
		return 0;
	value = slot_getattr(slot, attno, &isnull);
	return isnull ? 0 : DatumGetInt64(value);
}

/*
 * lc_rule_column
 *
 * The number of the column that a rule sets, or names (type = InvalidOid).  Raises
 * an error when the table has no such column, or it is not of just this type, in
 * which text stands for varchar too: what is set is not cast.
 */
AttrNumber
lc_rule_column(TriggerData *trigdata, const char *name, Oid type)
{
	Relation	rel = trigdata->tg_relation;
	AttrNumber	attno = lc_column_number(RelationGetDescr(rel), name);
	Form_pg_attribute att;

	if (attno == InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\", which trigger \"%s\" is about, does not exist in table \"%s\"",
						name, trigdata->tg_trigger->tgname, RelationGetRelationName(rel)),
				 errhint("If the column was renamed, drop the trigger and create it with the new name."),
				 errtable(rel)));
	att = TupleDescAttr(RelationGetDescr(rel), attno - 1);
	if (OidIsValid(type) && (att->attgenerated != '\0' ||
							 (att->atttypid != type && (type != TEXTOID || att->atttypid != VARCHAROID))))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("trigger \"%s\" cannot set column \"%s\" of table \"%s\", which is %s instead of %s",
						trigdata->tg_trigger->tgname, name, RelationGetRelationName(rel),
						att->attgenerated != '\0' ? "generated" : format_type_be(att->atttypid), format_type_be(type)),
				 errhint("Drop the trigger, or make the column what it was."),
				 errtablecol(rel, attno)));
	return attno;
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
