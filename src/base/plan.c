/*-------------------------------------------------------------------------
 *
 * plan.c
 *	  Prepared statements of ours, with the rights of an owner.
 *
 * What conversion does beyond the records that it makes is a referential action:
 * it must reach each row, whatever the caller may see or change.  Such a statement
 * has the privileges and the row security of the owner of its table, as the tables
 * below a view have those of the view's owner: between parse analysis and
 * rewriting, its relations are marked to be checked as that role.  The current
 * user stays who it is.  So triggers, defaults, constraints and functions in them
 * run as the caller, under the caller's search_path, as in any other statement of
 * the caller; to run them as the owner would let a caller who brings a search_path
 * or a temporary table of the right name do what the owner may.
 *
 * Names are looked up in schemas that the caller may not use, so parse analysis
 * alone, in which no code of a user runs, is done as the owner.
 *
 * A statement is known by the parser's hook state, which the plan cache sets up
 * for each analysis of that very statement, first or later.  What else is analyzed
 * in the meantime, such as functions that the planner inlines, is not ours.
 *
 * Row security that is forced upon the owner does not hold for us, as it does not
 * for foreign keys: such tables are checked as the bootstrap superuser.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "executor/spi_priv.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parse_node.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/resowner.h"
#include "utils/syscache.h"

#include "leadconv.h"

/* A statement that is run once, with its parameters */
typedef struct OncePlan
{
	LcPlan		plan;			/* must be first */
	int			nargs;
	const Oid  *argtypes;
} OncePlan;

static post_parse_analyze_hook_type prev_post_parse_analyze_hook = NULL;

/* The statement that is to be analyzed as its owner, and who we are */
static LcPlan *analyzing = NULL;
static LcUserSwitch analyzing_caller;

/* $n of our statements; the address of this function also marks their ParseState */
static Node *
plan_paramref(ParseState *pstate, ParamRef *pref)
{
	LcPlan	   *plan = pstate->p_ref_hook_state;
	Oid			type = pref->number > 0 ? plan->param_type(plan, pref->number) : InvalidOid;
	Param	   *param;

	if (!OidIsValid(type))
		elog(ERROR, "a statement of leadconv has no parameter $%d", pref->number);
	param = makeNode(Param);
	param->paramkind = PARAM_EXTERN;
	param->paramid = pref->number;
	param->paramtype = type;
	param->paramtypmod = -1;
	param->paramcollid = get_typcollation(type);
	param->location = pref->location;
	return (Node *) param;
}

/* ParserSetupHook: the plan cache calls it before each analysis of the statement */
static void
plan_parser_setup(ParseState *pstate, void *arg)
{
	pstate->p_paramref_hook = plan_paramref;
	pstate->p_ref_hook_state = arg;
	if (analyzing == arg)
		SetUserIdAndSecContext(analyzing->check_as,
							   analyzing_caller.sec_context | SECURITY_LOCAL_USERID_CHANGE);
}

/* As whom a table is checked whose statement has the rights of owner */
static Oid
check_as(Oid relid, Oid owner)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));

	if (HeapTupleIsValid(tuple))
	{
		if (((Form_pg_class) GETSTRUCT(tuple))->relforcerowsecurity)
			owner = BOOTSTRAP_SUPERUSERID;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/* Marks the relations of a query, and of those inside of it */
static bool
mark_walker(Node *node, void *owner)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		ListCell   *lc;

#if PG_VERSION_NUM >= 160000
		foreach(lc, ((Query *) node)->rteperminfos)
		{
			RTEPermissionInfo *info = lfirst(lc);

			info->checkAsUser = check_as(info->relid, *(Oid *) owner);
		}
#else
		foreach(lc, ((Query *) node)->rtable)
		{
			RangeTblEntry *rte = lfirst(lc);

			if (rte->rtekind == RTE_RELATION)
				rte->checkAsUser = check_as(rte->relid, *(Oid *) owner);
		}
#endif
		return query_tree_walker((Query *) node, mark_walker, owner, 0);
	}
	return expression_tree_walker(node, mark_walker, owner);
}

/* Hook of parse analysis: one of our statements has been analyzed */
static void
plan_analyzed(ParseState *pstate, Query *query, JumbleState *jstate)
{
	if (pstate->p_paramref_hook == plan_paramref)
	{
		LcPlan	   *plan = pstate->p_ref_hook_state;

		if (analyzing == plan)
		{
			analyzing = NULL;
			SetUserIdAndSecContext(analyzing_caller.userid, analyzing_caller.sec_context);
		}
		if (OidIsValid(plan->check_as))
			(void) mark_walker((Node *) query, &plan->check_as);
		if (plan->analyzed)
			plan->analyzed(plan, query);
	}
	if (prev_post_parse_analyze_hook)
		prev_post_parse_analyze_hook(pstate, query, jstate);
}

/* Called once, when the library is loaded */
void
lc_plan_init(void)
{
	prev_post_parse_analyze_hook = post_parse_analyze_hook;
	post_parse_analyze_hook = plan_analyzed;
}

/*
 * Raises an error unless the relations are marked: another module may set the hook
 * of parse analysis and not call ours.
 */
static void
require_marks(LcPlan *plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan->plan));
	ListCell   *lc;
	ListCell   *lp;

	foreach(lc, source->query_list)
	{
		Query	   *query = lfirst_node(Query, lc);

#if PG_VERSION_NUM >= 160000
		foreach(lp, query->rteperminfos)
		{
			RTEPermissionInfo *info = lfirst(lp);

			if (info->requiredPerms != 0 && !OidIsValid(info->checkAsUser))
				elog(ERROR, "another module keeps post_parse_analyze_hook from leadconv");
		}
#else
		foreach(lp, query->rtable)
		{
			RangeTblEntry *rte = lfirst(lp);

			if (rte->rtekind == RTE_RELATION && rte->requiredPerms != 0 && !OidIsValid(rte->checkAsUser))
				elog(ERROR, "another module keeps post_parse_analyze_hook from leadconv");
		}
#endif
	}
}

/*
 * Prepares the statement when there is a text, and makes sure that its plan is
 * valid; parse analysis, if there is any, has the owner's rights.
 */
static void
analyze_as_owner(LcPlan *plan, const char *sql)
{
	LcUserSwitch save;

	/* a local copy too: planning may run a function that comes back here */
	GetUserIdAndSecContext(&save.userid, &save.sec_context);
	analyzing_caller = save;
	analyzing = plan;
	PG_TRY();
	{
		if (sql != NULL)
			plan->plan = SPI_prepare_params(sql, plan_parser_setup, plan, CURSOR_OPT_GENERIC_PLAN);
		else
		{
			CachedPlan *cplan = SPI_plan_get_cached_plan(plan->plan);

			if (cplan != NULL)
				ReleaseCachedPlan(cplan, plan->plan->saved ? CurrentResourceOwner : NULL);
		}
	}
	PG_FINALLY();
	{
		analyzing = NULL;
		SetUserIdAndSecContext(save.userid, save.sec_context);	/* whatever the hooks did */
	}
	PG_END_TRY();
	if (plan->plan != NULL)
		require_marks(plan);
}

/*
 * Prepares a statement, of which check_as, param_type and analyzed have been set.
 * The LcPlan must live as long as the prepared statement: until SPI_finish(), or
 * until it is freed when SPI_keepplan() is called on it.
 */
void
lc_plan_prepare(LcPlan *plan, const char *sql)
{
	if (OidIsValid(plan->check_as))
		analyze_as_owner(plan, sql);
	else
		plan->plan = SPI_prepare_params(sql, plan_parser_setup, plan, CURSOR_OPT_GENERIC_PLAN);
	if (plan->plan == NULL)
		elog(ERROR, "SPI_prepare_params failed: %s for %s", SPI_result_code_string(SPI_result), sql);
}

/*
 * Makes sure that the plan of a prepared statement is valid; to be called right
 * before each execution, because an analysis in its midst would not have the
 * owner's rights to look names up.
 */
void
lc_plan_validate(LcPlan *plan)
{
	if (OidIsValid(plan->check_as))
		analyze_as_owner(plan, NULL);
}

/* param_type of a statement that is run once */
static Oid
once_param_type(const LcPlan *plan, int number)
{
	const OncePlan *once = (const OncePlan *) plan;

	return number <= once->nargs ? once->argtypes[number - 1] : InvalidOid;
}

/*
 * Runs a prepared statement once, with parameters (nulls may be NULL); returns SPI's
 * code.  Nothing of it is read only.
 */
int
lc_plan_execute(LcPlan *plan, int nargs, Oid *argtypes, Datum *values, const char *nulls)
{
	int			rc;

	lc_plan_validate(plan);
	/* of a statement with a parser hook, SPI does not know the parameters */
	plan->plan->nargs = nargs;
	plan->plan->argtypes = argtypes;
	rc = SPI_execute_plan(plan->plan, values, nulls, false, 0);
	plan->plan->nargs = 0;
	plan->plan->argtypes = NULL;
	return rc;
}

/*
 * lc_query() of a statement that has the rights of owner.
 */
uint64
lc_query_as(Oid owner, const char *sql, int expected, int nargs, Oid *argtypes, Datum *values, const char *nulls)
{
	MemoryContext oldcontext = CurrentMemoryContext;
	OncePlan	once = {{owner, once_param_type, NULL, NULL}, nargs, argtypes};
	int			rc;

	lc_plan_prepare(&once.plan, sql);
	rc = lc_plan_execute(&once.plan, nargs, argtypes, values, nulls);
	SPI_freeplan(once.plan.plan);
	MemoryContextSwitchTo(oldcontext);
	if (rc != expected)
		elog(ERROR, "SPI_execute_plan returned %s: %s", SPI_result_code_string(rc), sql);
	return SPI_processed;
}
