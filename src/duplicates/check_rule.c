/*-------------------------------------------------------------------------
 *
 * check_rule.c
 *	  Matching rules as they are entered: what no constraint can judge.
 *
 * check_matching_rule() stands AFTER ROW on crm.matching_rule and its items, so that all
 * rows of a statement are there.  A rule is entered in several statements: that it has
 * no items yet, or not all that its filter names, is no mistake before its keys are
 * built.  A rule that is neither used nor built may be as wrong as it has become, so that it
 * can be switched off and corrected.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "crm/trigger.h"
#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_check_matching_rule);

/* Limits of the platform */
#define MAX_ACTIVE_OF_OBJECT	5
#define MAX_ACTIVE				25
#define MAX_RULES				100

/* Raises an error when there are more rules than there can be */
static void
check_limits(Relation rel, const LcMatchingRule *rule, bool is_new)
{
	int			nactive = 0;
	int			nof_object = 0;
	List	   *rules = lc_all_matching_rules();
	ListCell   *lc;

	foreach(lc, rules)
	{
		const LcMatchingRule *other = lfirst(lc);

		nactive += other->is_active;
		nof_object += other->is_active && strcmp(other->object, rule->object) == 0;
	}
	if (rule->is_active && nof_object > MAX_ACTIVE_OF_OBJECT)
		ereport(ERROR,
				(lc_errcode(LC_LIMIT_EXCEEDED),
				 errmsg("more than %d matching rules of object \"%s\" are active", MAX_ACTIVE_OF_OBJECT, rule->object),
				 errhint("Set is_active to false for another one first."),
				 errtable(rel)));
	if (rule->is_active && nactive > MAX_ACTIVE)
		ereport(ERROR,
				(lc_errcode(LC_LIMIT_EXCEEDED),
				 errmsg("more than %d matching rules are active", MAX_ACTIVE),
				 errhint("Set is_active to false for another one first."),
				 errtable(rel)));
	if (is_new && list_length(rules) > MAX_RULES)
		ereport(ERROR,
				(lc_errcode(LC_LIMIT_EXCEEDED),
				 errmsg("there are more than %d matching rules", MAX_RULES),
				 errhint("Delete another one first."),
				 errtable(rel)));
}

/*
 * check_matching_rule
 */
Datum
leadconv_check_matching_rule(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"check_matching_rule", LC_TABLE_METADATA, false, true,
	LC_ON_INSERT | LC_ON_UPDATE | LC_ON_DELETE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	Relation	rel = trigdata->tg_relation;
	bool		is_rule = strcmp(RelationGetRelationName(rel), "matching_rule") == 0;
	AttrNumber	attno = lc_column_number(RelationGetDescr(rel), is_rule ? "id" : "matching_rule_id");
	TupleTableSlot *slot = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? trigdata->tg_newslot : trigdata->tg_trigslot;
	bool		is_new = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event);
	Datum		id;
	bool		isnull;
	ListCell   *lc;

	if (!is_rule && strcmp(RelationGetRelationName(rel), "matching_rule_item") != 0)
		lc_refuse_table(&use, rel, "tables crm.matching_rule and crm.matching_rule_item");
	if (attno == InvalidAttrNumber || !lc_is_stored_as(TupleDescAttr(RelationGetDescr(rel), attno - 1)->atttypid, INT8OID))
		return PointerGetDatum(NULL);
	id = slot_getattr(slot, attno, &isnull);
	lc_reread_matching_rules();
	foreach(lc, lc_all_matching_rules())
	{
		const LcMatchingRule *rule = lfirst(lc);

		if (isnull || rule->id != DatumGetInt64(id))
			continue;
		if (is_rule)
			check_limits(rel, rule, is_new);
		if (rule->problem != NULL && (rule->is_active || rule->is_written || is_new) &&
			(!rule->is_incomplete || rule->is_written))
			ereport(ERROR,
					(lc_errcode(LC_INVALID_FIELD),
					 errmsg("matching rule \"%s\" of object \"%s\" cannot be used: %s", rule->name, rule->object, rule->problem),
					 rule->is_written && rule->is_incomplete
					 ? errhint("Set keys_built of the rule to NULL first, or do all that belongs together in one statement.")
					 : errhint("Correct it, or set is_active of the rule to false and keys_built to NULL first."),
					 errtable(rel)));
	}
	return PointerGetDatum(NULL);
}
