/*-------------------------------------------------------------------------
 *
 * policy.c
 *	  Policies of crm.lead, as if no lead had been converted.
 *
 * Policies may hide converted leads: those of leadconv.hide_converted_leads(), or
 * others with the same idea.  They are about what is read in tables, and must not
 * change what a conversion answers: who loses a race for a lead is told that it has
 * been converted, whether the other one was done a moment before or after, and a
 * request that is made again gets its result again.  So for these statements the
 * policies see each lead also as it was before it was converted: who might see it
 * then gets to know that it is converted now.  Not to what: that is for the policies
 * as they are to say.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "utils/lsyscache.h"

#include "engine/engine.h"

/* The columns that conversion sets, but for the status */
static const char *const conversion_columns[] = {
	"is_converted", "converted_date", "converted_account_id", "converted_contact_id", "converted_opportunity_id"
};

/* A relation of a query whose policies are being changed */
typedef struct PolicyContext
{
	Oid			relid;
	int			varno;
	int			sublevels_up;
} PolicyContext;

/* Replaces what conversion has set by what was there before */
static Node *
before_conversion_mutator(Node *node, PolicyContext *context)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;
		char	   *name = var->varno == context->varno && (int) var->varlevelsup == context->sublevels_up &&
			var->varattno > 0 ? get_attname(context->relid, var->varattno, true) : NULL;

		for (size_t i = 0; name != NULL && i < lengthof(conversion_columns); i++)
		{
			if (strcmp(name, conversion_columns[i]) != 0)
				continue;
			return i == 0 && var->vartype == BOOLOID ? makeBoolConst(false, false)
				: (Node *) makeNullConst(var->vartype, var->vartypmod, var->varcollid);
		}
	}
	else if (IsA(node, Query))
	{
		Query	   *query;

		context->sublevels_up++;
		query = query_tree_mutator((Query *) node, before_conversion_mutator, context, 0);
		context->sublevels_up--;
		return (Node *) query;
	}
	return expression_tree_mutator(node, before_conversion_mutator, context);
}

/*
 * LcQueryCallback of statements over crm.lead: the policies hold for a lead as it is,
 * or as it was before it was converted.
 */
void
lc_see_before_conversion(Query *query)
{
	Oid			lead = lc_crm_relid("lead", false);
	PolicyContext context = {.relid = lead};
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst(lc);
		ListCell   *qual;

		context.varno++;
		if (rte->rtekind == RTE_SUBQUERY)
			lc_see_before_conversion(rte->subquery);	/* INSERT ... SELECT */
		if (rte->rtekind != RTE_RELATION || rte->relid != lead)
			continue;
		foreach(qual, rte->securityQuals)
		{
			Node	   *before = before_conversion_mutator(lfirst(qual), &context);

			if (!equal(before, lfirst(qual)))
				lfirst(qual) = makeBoolExpr(OR_EXPR, list_make2(lfirst(qual), before), -1);
		}
	}
}

