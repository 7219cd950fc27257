/*-------------------------------------------------------------------------
 *
 * rules.c
 *	  Rules that users attach: validation, assignment, territories.
 *
 *	validation_error()	refuses a row
 *	assign_owner()		says whose a row is
 *	assign_territory()	says in which territory an opportunity is
 *	set_lead_status()	on crm.lead, ours: the status after a change of owner
 *
 * The condition is that of the trigger; what is done here is what a condition
 * cannot know: whether a conversion writes the row, and what the settings say of
 * that.  A row that a conversion writes is one of its own statements'; what
 * triggers of the user write in its midst is theirs.
 *
 * They run as whoever writes the row, and need no privilege: what they read is
 * read directly (named.c, reference.c), and what they change is the row at hand.
 *
 * What an argument names is looked up once in a statement and kept in the memory
 * context of the trigger's FmgrInfo; all else is allocated in the current context,
 * the per-tuple context of the trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "nodes/bitmapset.h"
#include "utils/builtins.h"

#include "crm/trigger.h"

/* What makes a validation rule a lookup filter */
#define LOOKUP_FILTER		"lookup_filter"

PG_FUNCTION_INFO_V1(leadconv_validation_error);
PG_FUNCTION_INFO_V1(leadconv_assign_owner);
PG_FUNCTION_INFO_V1(leadconv_assign_territory);
PG_FUNCTION_INFO_V1(leadconv_set_lead_status);

/* The row that is being written, before it is */
static HeapTuple
new_tuple(TriggerData *trigdata)
{
	return TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
}

/*
 * validation_error
 *
 * BEFORE or AFTER INSERT OR UPDATE ROW, on any table: refuses the row with the
 * message of the first argument.  The second names the column that is to be put
 * right; 'lookup_filter' as the third says that the rule is a filter on what that
 * column may refer to.  Rows that a conversion writes pass when the setting
 * require_validation is off.
 */
Datum
leadconv_validation_error(PG_FUNCTION_ARGS)
{
	static const LcRuleUse use = {"validation_error", NULL, NULL, LC_BEFORE | LC_AFTER, 1, 3};
	TriggerData *trigdata = lc_check_rule(fcinfo, &use);
	Relation	rel = trigdata->tg_relation;
	const char *message = lc_rule_argument(trigdata, 0, "message");
	const char *field = lc_rule_argument(trigdata, 1, "field");
	const char *kind = lc_rule_argument(trigdata, 2, "kind of rule");

	if (field)
		(void) lc_rule_column(trigdata, field, InvalidOid);
	if (kind && strcmp(kind, LOOKUP_FILTER) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("there is no kind of validation rule \"%s\"", kind),
				 errdetail("It is argument 3 of trigger \"%s\" on table \"%s\".", trigdata->tg_trigger->tgname,
						   RelationGetRelationName(rel)),
				 errhint("Give '%s', or leave it out.", LOOKUP_FILTER),
				 errtable(rel)));

	if (lc_frame_is_writing() && !lc_reference()->require_validation)
		return PointerGetDatum(TRIGGER_FIRED_BEFORE(trigdata->tg_event) ? new_tuple(trigdata) : NULL);

	ereport(ERROR,
			(lc_errcode(kind ? LC_FIELD_FILTER_VALIDATION_EXCEPTION : LC_FIELD_CUSTOM_VALIDATION_EXCEPTION),
			 errmsg("%s", message),
			 errdetail("The row breaks rule \"%s\" of table \"%s\".", trigdata->tg_trigger->tgname,
					   RelationGetRelationName(rel)),
			 lc_frame_is_writing() ?
			 errhint("Put the lead right, or give the conversion other values; with require_validation of crm.lead_convert_settings set to false, conversions ignore validation rules and lookup filters.")
			 : errhint("Put the row right."),
			 field ? errtablecolname(rel, field) : errtable(rel),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, trigdata->tg_trigger->tgname)));
	return PointerGetDatum(NULL);	/* keep compiler quiet */
}

/* The row with one more column changed; tuple is the row as it is */
static HeapTuple
set_column(Relation rel, HeapTuple tuple, AttrNumber attno, Datum value)
{
	int			column = attno;
	bool		isnull = false;

	return heap_modify_tuple_by_cols(tuple, RelationGetDescr(rel), 1, &column, &value, &isnull);
}

/*
 * A lead that gets another owner: its status, as the setting preserve_lead_status says.
 * What an UPDATE says about the status counts, and the status of a converted lead is
 * that of its conversion.
 */
static HeapTuple
set_owner_status(TriggerData *trigdata, HeapTuple tuple)
{
	Relation	rel = trigdata->tg_relation;
	TupleDesc	desc = RelationGetDescr(rel);
	AttrNumber	is_converted = lc_column_number(desc, "is_converted");
	AttrNumber	attno;
	bool		isnull;
	Datum		converted;
	char	   *status;

	if (lc_reference()->preserve_lead_status || is_converted == InvalidAttrNumber ||
		!lc_is_stored_as(TupleDescAttr(desc, is_converted - 1)->atttypid, BOOLOID))
		return tuple;
	converted = heap_getattr(tuple, is_converted, desc, &isnull);
	if (!isnull && DatumGetBool(converted))
		return tuple;
	attno = lc_rule_column(trigdata, "status", TEXTOID);
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) &&
		bms_is_member(attno - FirstLowInvalidHeapAttributeNumber, trigdata->tg_updatedcols))
		return tuple;
	status = lc_default_lead_status();
	return status ? set_column(rel, tuple, attno, CStringGetTextDatum(status)) : tuple;
}

/*
 * set_lead_status
 *
 * BEFORE UPDATE ROW on crm.lead.  When preserve_lead_status is off, a lead that gets
 * another owner starts again with the default status, unless the statement sets the
 * status itself.
 */
Datum
leadconv_set_lead_status(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"set_lead_status", LC_TABLE_LEAD, true, true, LC_ON_UPDATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	AttrNumber	owner_id;

	/* nearly always this is all */
	if (lc_reference()->preserve_lead_status)
		return PointerGetDatum(trigdata->tg_newtuple);
	owner_id = lc_column_number(RelationGetDescr(trigdata->tg_relation), "owner_id");
	if (owner_id == InvalidAttrNumber ||
		!lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, owner_id))
		return PointerGetDatum(trigdata->tg_newtuple);
	return PointerGetDatum(set_owner_status(trigdata, trigdata->tg_newtuple));
}

/* What the argument of a rule names, for one statement */
typedef struct NamedTarget
{
	int64		id;
	bool		is_queue;
} NamedTarget;

/* May the assignment rule act on the row?  Of those that a conversion writes, on new records of which the request names no owner. */
static bool
may_assign_owner(TriggerData *trigdata)
{
	LcFrameRow	row;

	if (!lc_frame_is_writing())
		return true;
	return TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) && lc_reference()->assignment_rules_on_convert &&
		lc_frame_row(RelationGetRelid(trigdata->tg_relation), lc_rule_id(trigdata, "id"), &row) &&
		row.is_made && !row.owner_is_given;
}

/*
 * assign_owner
 *
 * BEFORE INSERT OR UPDATE ROW, on the tables below: the row belongs to the user or
 * queue that the argument names.  A lead whose owner changes by that keeps its
 * status or not, as preserve_lead_status says.
 */
Datum
leadconv_assign_owner(PG_FUNCTION_ARGS)
{
	static const char *const tables[] = {
		"lead", "account", "contact", "opportunity", "campaign", "task", "event", NULL
	};
	static const LcRuleUse use = {"assign_owner", tables,
	"tables crm.lead, crm.account, crm.contact, crm.opportunity, crm.campaign, crm.task and crm.event", LC_BEFORE, 1, 1};
	TriggerData *trigdata = lc_check_rule(fcinfo, &use);
	Relation	rel = trigdata->tg_relation;
	const char *table = RelationGetRelationName(rel);
	const char *name = lc_rule_argument(trigdata, 0, "owner");
	AttrNumber	attno = lc_rule_column(trigdata, "owner_id", INT8OID);
	NamedTarget *owner = fcinfo->flinfo->fn_extra;
	HeapTuple	tuple = new_tuple(trigdata);
	Datum		now;
	bool		isnull;

	if (!may_assign_owner(trigdata))
		return PointerGetDatum(tuple);
	if (owner == NULL)
	{
		NamedTarget found;

		found.id = lc_named_user(trigdata, name, &found.is_queue);
		owner = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(NamedTarget));
		*owner = found;
		fcinfo->flinfo->fn_extra = owner;
	}
	if (owner->is_queue &&
		(strcmp(table, "account") == 0 || strcmp(table, "contact") == 0 || strcmp(table, "opportunity") == 0))
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("queue \"%s\", named in trigger \"%s\", cannot own rows of table \"%s\"", name,
						trigdata->tg_trigger->tgname, table),
				 errhint("Drop the trigger, and create it with a user."),
				 errtablecol(rel, attno)));

	now = heap_getattr(tuple, attno, RelationGetDescr(rel), &isnull);
	if (!isnull && DatumGetInt64(now) == owner->id)
		return PointerGetDatum(tuple);
	tuple = set_column(rel, tuple, attno, Int64GetDatum(owner->id));
	return PointerGetDatum(strcmp(table, "lead") == 0 ? set_owner_status(trigdata, tuple) : tuple);
}

/*
 * assign_territory
 *
 * BEFORE INSERT OR UPDATE ROW on crm.opportunity: the opportunity is in the
 * territory that the argument names.  Conversions leave territories alone, and so
 * does the rule while one is under way that makes the opportunity.
 */
Datum
leadconv_assign_territory(PG_FUNCTION_ARGS)
{
	static const char *const tables[] = {"opportunity", NULL};
	static const LcRuleUse use = {"assign_territory", tables, "table crm.opportunity", LC_BEFORE, 1, 1};
	TriggerData *trigdata = lc_check_rule(fcinfo, &use);
	Relation	rel = trigdata->tg_relation;
	const char *name = lc_rule_argument(trigdata, 0, "territory");
	AttrNumber	attno = lc_rule_column(trigdata, "territory_id", INT8OID);
	NamedTarget *territory = fcinfo->flinfo->fn_extra;
	HeapTuple	tuple = new_tuple(trigdata);

	if (lc_frame_is_writing() || (lc_is_converting() && lc_is_being_made(RelationGetRelid(rel), lc_rule_id(trigdata, "id"))))
		return PointerGetDatum(tuple);
	if (territory == NULL)
	{
		int64		id = lc_named_territory(trigdata, name);

		territory = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(NamedTarget));
		territory->id = id;
		fcinfo->flinfo->fn_extra = territory;
	}
	return PointerGetDatum(set_column(rel, tuple, attno, Int64GetDatum(territory->id)));
}
