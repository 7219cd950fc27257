/*-------------------------------------------------------------------------
 *
 * report_rules.c
 *	  What validate() tells of matching rules and duplicate rules.
 *
 * A matching rule that cannot be used finds nothing, and a duplicate rule that asks it
 * finds nothing by it: warnings.  A duplicate rule that cannot be understood is an error
 * for whoever writes a record that it would judge.  Rules that are not active may be as
 * wrong as they like.
 *
 * All is in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "duplicates/duplicates.h"

/* Matching rules that are wrong, or active and not built */
static void
report_matching_rules(LcReport report, void *arg)
{
	ListCell   *lc;
	bool		any_written = false;
	LcMatchKeys keys;

	foreach(lc, lc_all_matching_rules())
	{
		const LcMatchingRule *rule = lfirst(lc);
		const char *object = psprintf("crm.matching_rule " INT64_FORMAT, rule->id);

		any_written |= rule->is_written;
		if (rule->problem != NULL && (rule->is_active || rule->is_written))
			report(arg, object, psprintf("rule \"%s\" of object \"%s\" is not used: %s", rule->name, rule->object, rule->problem),
				   false, "Correct it, or set is_active to false and keys_built to NULL.");
		else if (rule->is_active && !rule->is_built)
			report(arg, object, psprintf("rule \"%s\" of object \"%s\" is not used: its match keys are not built", rule->name, rule->object),
				   false, psprintf("Run CALL leadconv.build_match_keys(%s, %s).", quote_literal_cstr(rule->name),
								   quote_literal_cstr(rule->object)));
	}
	if (!any_written || !OidIsValid(lc_crm_relid("match_key", true)))
		return;
	if (lc_open_match_keys(&keys, AccessShareLock))
		lc_close_match_keys(&keys);
	else
		report(arg, "crm.match_key", "the columns key and record_id are not bigint, or have no index: no matching rule is used",
			   false, "Run CREATE INDEX ON crm.match_key (key, record_id), and set keys_built of the rules to NULL and build them anew.");
}

/* Why a matching rule is not asked, as the end of a sentence, and what to do; NULL = it is */
static const char *
why_not_asked(const LcMatchingRule *matching, const char **hint)
{
	*hint = "See the matching rule itself, or set is_active of this one to false in crm.duplicate_rule.";
	if (matching == NULL)
	{
		*hint = "Give it another matching_rule_id, or delete the row.";
		return "does not exist";
	}
	if (!matching->is_active)
	{
		*hint = "Set is_active of the matching rule in crm.matching_rule, or that of this rule to false in crm.duplicate_rule.";
		return "is not active";
	}
	if (matching->problem != NULL)
		return "cannot be used";
	return matching->is_built ? NULL : "has no match keys: they are not built";
}

/* A field that a matching rule of another object compares, for which the record has no column */
static const char *
field_without_column(const LcDuplicateRule *rule, const LcRuleMatch *match, const LcMatchingRule *matching)
{
	const char *object = lc_record_object(matching->kind);
	LcMatchObject kind = strcmp(rule->object, "lead") == 0 ? LC_MATCH_LEAD
		: strcmp(rule->object, "contact") == 0 ? LC_MATCH_CONTACT : LC_MATCH_ACCOUNT;

	for (int i = 0; i < matching->nfields && strcmp(object, rule->object) != 0; i++)
	{
		bool		of_account;
		const char *column = lc_field_column(kind, lc_field_for_match(rule, match, object, matching->fields[i].name), &of_account);

		if (get_attnum(lc_crm_relid(of_account ? "account" : rule->object, false), column) <= 0)
			return matching->fields[i].name;
	}
	return NULL;
}

/* One duplicate rule */
static void
report_duplicate_rule(const LcDuplicateRule *rule, LcReport report, void *arg)
{
	const char *object = psprintf("crm.duplicate_rule " INT64_FORMAT, rule->id);
	const char *name = psprintf("rule \"%s\" of object \"%s\"", rule->name, rule->object);
	const char *problem = rule->problem ? rule->problem : lc_unreadable_condition(rule);
	bool		any = false;

	if (problem != NULL)
	{
		report(arg, object, psprintf("%s cannot be used, and no record can be written that it would judge: %s", name, problem),
			   true, "Put the rule right, or set is_active to false in crm.duplicate_rule.");
		return;
	}
	for (int m = 0; m < rule->nmatches; m++)
	{
		const char *hint;

		any |= why_not_asked(lc_matching_rule(rule->match[m].matching_rule_id), &hint) == NULL;
	}
	for (int m = 0; m < rule->nmatches; m++)
	{
		const LcMatchingRule *matching = lc_matching_rule(rule->match[m].matching_rule_id);
		const char *called = matching ? psprintf("\"%s\" of object \"%s\"", matching->name, matching->object)
			: psprintf(INT64_FORMAT, rule->match[m].matching_rule_id);
		const char *hint;
		const char *why = why_not_asked(matching, &hint);

		if (why != NULL)
			report(arg, object, psprintf(any ? "%s asks one matching rule less: matching rule %s %s" : "%s finds nothing: matching rule %s %s",
										 name, called, why), false, hint);
		else if ((why = field_without_column(rule, &rule->match[m], matching)) != NULL)
			report(arg, object, psprintf("%s has nothing to compare with field \"%s\" of matching rule %s", name, why, called), false,
				   "Name the column that stands for it in field_mapping.");
	}
}

/* Duplicate rules that cannot be understood, or do not find what they should */
static void
report_duplicate_rules(LcReport report, void *arg)
{
	MemoryContext context = CurrentMemoryContext;
	LcSubxact	subxact;

	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		ListCell   *lc;

		foreach(lc, lc_each_duplicate_rule())
			report_duplicate_rule(lfirst(lc), report, arg);
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		ErrorData  *edata = lc_subxact_failed(&subxact, context);

		/* such as that a column is NULL, or a field_mapping no object; not that somebody gave up, or memory did */
		if (ERRCODE_TO_CATEGORY(edata->sqlerrcode) == ERRCODE_OPERATOR_INTERVENTION ||
			ERRCODE_TO_CATEGORY(edata->sqlerrcode) == ERRCODE_INSUFFICIENT_RESOURCES || edata->elevel > ERROR)
			ReThrowError(edata);
		report(arg, edata->table_name ? psprintf("crm.%s", edata->table_name) : "crm.duplicate_rule",
			   edata->detail ? psprintf("%s: %s", edata->message, edata->detail) : edata->message, true,
			   edata->hint ? edata->hint : "");
	}
	PG_END_TRY();
}

/* Called once, when the library is loaded */
void
lc_report_rules_init(void)
{
	lc_on_validate("", report_matching_rules);
	lc_on_validate("duplicate_rule duplicate_rule_match_rule duplicate_rule_filter_item", report_duplicate_rules);
}
