/*-------------------------------------------------------------------------
 *
 * statement.c
 *	  The statements of a program: put together, prepared, planned, executed.
 *
 * A statement reads the batch.  It is prepared, when it is first needed, in the
 * form that is needed: over the relation conversion_batch or, for a batch of one,
 * over parameters, which saves the join; with its row locks or, when somebody only
 * looks (a preview, also in a read-only transaction), without them.
 *
 * Plans.  A plan is generic and kept.  It must be right for any batch and stay
 * right while the tables grow, although it may have been made when they were
 * empty: such a plan reads a table from end to end for each row of the batch,
 * which turns a later bulk run quadratic.  So the planner is told what we know
 * and it cannot: the tables are large, the batch is small in comparison, and
 * each join goes from the batch through an index.  With that, one plan serves
 * batches of 2 and of 1,000.
 *
 * The planner is told in a planner hook, which knows our statements by the
 * address of their text.  So it does not matter who has them planned: we, when
 * they are first executed, or the plan cache, when a plan was invalidated in the
 * middle of something else.  What other queries are planned in the meantime,
 * such as those of functions that the planner evaluates, is planned as if we
 * were not there.
 *
 * The queries of foreign-key checks have the same weakness as ours would have:
 * made when a table had one page, they read it from end to end for each row, and
 * the server keeps them.  They cannot be told apart by their text, but by their
 * form; those that look into tables of schema crm are planned for large tables too.
 *
 * Looking without locking.  SELECT ... FOR UPDATE sees only rows that the caller
 * may update: it asks for the UPDATE privilege, and row security applies the
 * policies for UPDATE to it.  The form without locks must see the same rows.  So
 * its relation is marked, between parse analysis and rewriting, as one that is
 * going to be locked; the rewriter then adds the policies.  The mark is taken off
 * the plan again, because in a read-only transaction the executor would refuse it;
 * the privilege is asked for by check_lock_privilege().  A statement that looks for
 * rows which another will lock is marked in the same way, in all of its forms.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/executor.h"
#include "executor/spi_priv.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "optimizer/plancat.h"
#include "optimizer/planner.h"
#include "parser/analyze.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* The size that plans are made for, whatever the size of the tables is now */
#define PLANNING_TUPLES 10000000.0
#define PLANNING_PAGES	200000

#define BATCH_NAME "conversion_batch"

static planner_hook_type prev_planner_hook = NULL;
static get_relation_info_hook_type prev_get_relation_info_hook = NULL;

/* The text of the statement that is being executed, as its plan has it */
static const char *current_query = NULL;

/* The statement itself; meaningful while there is a text */
static const LcStatement *current_statement = NULL;

/* Is one of our statements being planned, right now? */
static bool planning = false;

/*
 * The settings under which our statements are planned.  From the batch through an
 * index is always right; sorts and sequential scans of whole tables never are.  A
 * table without an index can only be read from end to end; then once for the whole
 * batch, by way of a hash join.  Costs that are switched off look huge, so JIT has to be kept from believing them.
 */
static const struct
{
	const char *name;
	const char *value;
	const char *without_index;
}			our_settings[] =
{
	{"enable_indexscan", "on", "on"},
	{"enable_indexonlyscan", "on", "on"},
	{"enable_nestloop", "on", "off"},
	{"enable_seqscan", "off", "off"},
	{"enable_hashjoin", "off", "on"},
	{"enable_mergejoin", "off", "off"},
	{"enable_material", "off", "off"},
	{"enable_memoize", "off", "off"},
	{"jit", "off", "off"},
	{"random_page_cost", "0.1", "0.1"},
	{"seq_page_cost", "0.1", "0.1"}
};

/* The same of the session, while one of our statements is being planned */
static char **session_settings;

/*
 * Puts settings into force until the nesting level of parameters ends.  They are
 * parameters on the server's own stack, because functions that the planner
 * evaluates may set them, too, and fail in between.
 */
static void
apply_settings(bool ours)
{
	for (size_t i = 0; i < lengthof(our_settings); i++)
	{
		const char *value = session_settings[i];

		if (ours)
			value = current_statement->lacks_index ? our_settings[i].without_index : our_settings[i].value;
		lc_set_parameter(our_settings[i].name, value);
	}
}

/* Plans a query as if this file were not there */
static PlannedStmt *
plan_query(Query *parse, const char *query_string, int cursorOptions, ParamListInfo boundParams)
{
	return (prev_planner_hook ? prev_planner_hook : standard_planner) (parse, query_string, cursorOptions, boundParams);
}

/*
 * Planner hook: our statements are planned under our settings, and whatever is
 * planned while they are, under the session's
 */
static PlannedStmt *
statement_planner(Query *parse, const char *query_string, int cursorOptions, ParamListInfo boundParams)
{
	bool		ours = current_query != NULL && query_string == current_query;
	volatile bool was_planning = planning;
	char	  **volatile was_session_settings = session_settings;
	char	   *settings[lengthof(our_settings)];
	int			nestlevel;
	PlannedStmt *volatile result = NULL;

	if (ours == was_planning)
		return plan_query(parse, query_string, cursorOptions, boundParams);

	nestlevel = NewGUCNestLevel();
	if (ours)
	{
		for (size_t i = 0; i < lengthof(our_settings); i++)
			settings[i] = pstrdup(GetConfigOption(our_settings[i].name, false, false));
		session_settings = settings;
	}
	apply_settings(ours);
	planning = ours;
	PG_TRY();
	{
		if (ours && current_statement->adjust != NULL)
			current_statement->adjust(parse);
		result = plan_query(parse, query_string, cursorOptions, boundParams);
	}
	PG_FINALLY();
	{
		/* the abort of the (sub)transaction restores the settings */
		planning = was_planning;
		session_settings = was_session_settings;
	}
	PG_END_TRY();
	AtEOXact_GUC(true, nestlevel);
	return result;
}

/*
 * Is this the query of a foreign-key check?  It is SELECT 1 FROM ONLY table x
 * WHERE ... FOR KEY SHARE OF x, run as the owner of the table in the way of
 * foreign keys.
 */
static bool
is_foreign_key_check(const Query *parse)
{
	return InNoForceRLSOperation() && InLocalUserIdChange() && parse->commandType == CMD_SELECT &&
		list_length(parse->rtable) == 1 && list_length(parse->rowMarks) == 1 &&
		linitial_node(RowMarkClause, parse->rowMarks)->strength == LCS_FORKEYSHARE;
}

/*
 * Hook of the planner, for what it knows about a table
 */
static void
statement_relation_info(PlannerInfo *root, Oid relid, bool inhparent, RelOptInfo *rel)
{
	ListCell   *lc;

	if (prev_get_relation_info_hook)
		prev_get_relation_info_hook(root, relid, inhparent, rel);
	if (!planning &&
		!(is_foreign_key_check(root->parse) && get_rel_namespace(relid) == get_namespace_oid("crm", true)))
		return;

	rel->tuples = Max(rel->tuples, PLANNING_TUPLES);
	rel->pages = Max(rel->pages, PLANNING_PAGES);
	foreach(lc, rel->indexlist)
	{
		IndexOptInfo *index = lfirst(lc);

		index->tuples = Max(index->tuples, PLANNING_TUPLES);
		index->pages = Max(index->pages, PLANNING_PAGES / 8);
	}
}

/* The type of $n: $1 is the argument, the others are the columns of the batch */
static Oid
form_param_type(const LcPlan *plan, int number)
{
	const LcForm *form = (const LcForm *) plan;

	if (number == 1)
		return form->statement->argtype;
	if ((form->form & LC_FORM_ONE) && number <= 1 + LC_NBATCHCOLUMNS)
		return lc_batch_column_type(number - 2);
	return InvalidOid;
}

/*
 * Marks relations of a query as ones that are going to be locked: relid, or all if
 * that is InvalidOid, but for except
 */
static void
mark_relations(Query *query, Oid relid, Oid except)
{
	ListCell   *lc;

	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind != RTE_RELATION || (OidIsValid(relid) && rte->relid != relid) || rte->relid == except)
			continue;
#if PG_VERSION_NUM >= 160000
		getRTEPermissionInfo(query->rteperminfos, rte)->requiredPerms |= ACL_UPDATE;
#else
		rte->requiredPerms |= ACL_UPDATE;
#endif
	}
}

/*
 * A form that only looks has been analyzed: marks the relation whose rows would be
 * locked
 */
static void
look_analyzed(LcPlan *plan, Query *query)
{
	mark_relations(query, ((LcForm *) plan)->statement->locked_relid, InvalidOid);
}

/* Marks all relations but one, those of queries in the query as well */
static bool
mark_all_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		mark_relations((Query *) node, InvalidOid, *(Oid *) context);
		return query_tree_walker((Query *) node, mark_all_walker, context, 0);
	}
	return expression_tree_walker(node, mark_all_walker, context);
}

/* A statement has been analyzed that sees only rows which the caller may update */
static void
updatable_analyzed(LcPlan *plan, Query *query)
{
	(void) mark_all_walker((Node *) query, &((LcForm *) plan)->statement->seen_relid);
}

/* Called once, when the library is loaded */
void
lc_statement_init(void)
{
	prev_planner_hook = planner_hook;
	planner_hook = statement_planner;
	prev_get_relation_info_hook = get_relation_info_hook;
	get_relation_info_hook = statement_relation_info;
}

/* Begins a text, in the current memory context */
void
lc_sql_init(LcSql *sql)
{
	initStringInfo(&sql->text);
	sql->nplaces = 0;
}

/* Appends text as printf() would */
void
lc_sql_add(LcSql *sql, const char *fmt,...)
{
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&sql->text, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&sql->text, needed);
	}
}

/* Appends the batch as an item of FROM; an alias follows */
void
lc_sql_batch(LcSql *sql)
{
	if (sql->nplaces == LC_MAX_BATCH_PLACES)
		elog(ERROR, "a statement names the batch more than %d times", LC_MAX_BATCH_PLACES);
	sql->place[sql->nplaces++] = sql->text.len;
	appendStringInfoChar(&sql->text, ' ');
}

/*
 * Appends text that is a constant of the source, nothing of which comes from a
 * user; "conversion_batch" in it is the batch.
 */
void
lc_sql_constant(LcSql *sql, const char *text)
{
	const char *found;

	while ((found = strstr(text, BATCH_NAME)) != NULL)
	{
		appendBinaryStringInfo(&sql->text, text, found - text);
		lc_sql_batch(sql);
		text = found + strlen(BATCH_NAME);
	}
	appendStringInfoString(&sql->text, text);
}

/*
 * Makes a statement of a program.  check_as is whose privileges and row security
 * count, InvalidOid those of the caller.  The texts are copied into the program's
 * memory context.
 */
void
lc_statement(LcProgram *program, LcStatement *statement, const char *step,
			 Oid check_as, LcSnapshot snapshot, const LcSql *sql)
{
	statement->step = MemoryContextStrdup(program->context, step);
	statement->sql = *sql;
	statement->sql.text.data = MemoryContextStrdup(program->context, sql->text.data);
	statement->check_as = check_as;
	statement->snapshot = snapshot;
	for (int i = 0; i < LC_NFORMS; i++)
	{
		LcForm	   *form = &statement->form[i];

		form->plan.check_as = check_as;
		form->plan.param_type = form_param_type;
		form->statement = statement;
		form->form = i;
	}
}

/* The statement locks rows of a table; locks is the clause, without blanks around */
void
lc_statement_locks(LcStatement *statement, const char *locks, Oid relid)
{
	statement->locks = locks;
	statement->locked_relid = relid;
	for (int i = 0; i < LC_NFORMS; i++)
	{
		if (i & LC_FORM_LOOK)
			statement->form[i].plan.analyzed = look_analyzed;
	}
}

/*
 * The statement sees only rows which the caller may update, as if it locked them, but
 * for those of the table seen_relid, which it only has to see.  That the caller has
 * the privileges, access.c has judged.
 */
void
lc_statement_updatable(LcStatement *statement, Oid seen_relid)
{
	statement->updatable = true;
	statement->seen_relid = seen_relid;
	for (int i = 0; i < LC_NFORMS; i++)
		statement->form[i].plan.analyzed = updatable_analyzed;
}

/* Frees the plans of a statement, which live longer than the program's memory */
void
lc_statement_free(LcStatement *statement)
{
	current_query = NULL;
	for (int i = 0; i < LC_NFORMS; i++)
	{
		SPIPlanPtr	plan = statement->form[i].plan.plan;

		statement->form[i].plan.plan = NULL;
		if (plan != NULL)
			SPI_freeplan(plan);
	}
}

/* Prepares one form of a statement */
static void
prepare_form(LcRun *run, LcForm *form)
{
	LcStatement *statement = form->statement;
	StringInfoData sql;
	int			start = 0;

	initStringInfo(&sql);
	for (int i = 0; i < statement->sql.nplaces; i++)
	{
		appendBinaryStringInfo(&sql, statement->sql.text.data + start, statement->sql.place[i] - start);
		if (form->form & LC_FORM_ONE)
			lc_batch_parameters(&sql);
		else
			appendStringInfoString(&sql, BATCH_NAME);
		start = statement->sql.place[i];
	}
	appendStringInfoString(&sql, statement->sql.text.data + start);
	if (statement->locks && !(form->form & LC_FORM_LOOK))
		appendStringInfo(&sql, " %s", statement->locks);

	run->query = sql.data;
	lc_plan_prepare(&form->plan, sql.data);
	SPI_keepplan(form->plan.plan);
	pfree(sql.data);
}

/*
 * Takes the marks off the plan of a form that does not lock.  The plan is the cached
 * one, so this need not happen again until it is made anew; doing so does no harm.
 */
static void
clear_marks(LcForm *form)
{
	CachedPlan *cplan = SPI_plan_get_cached_plan(form->plan.plan);
	ListCell   *lc;

	if (cplan == NULL)
		elog(ERROR, "step %s of the lead conversion has more than one plan", form->statement->step);
	foreach(lc, linitial_node(PlannedStmt, cplan->stmt_list)->
#if PG_VERSION_NUM >= 160000
			permInfos
#else
			rtable
#endif
		)
	{
#if PG_VERSION_NUM >= 160000
		((RTEPermissionInfo *) lfirst(lc))->requiredPerms &= ~ACL_UPDATE;
#else
		((RangeTblEntry *) lfirst(lc))->requiredPerms &= ~ACL_UPDATE;
#endif
	}
	ReleaseCachedPlan(cplan, CurrentResourceOwner);
}

/*
 * Raises an error unless the current user has the privilege that the row locks of
 * a statement need.  UPDATE of any column is enough, as for SELECT ... FOR UPDATE.
 */
static void
check_lock_privilege(const LcStatement *statement)
{
	Oid			relid = statement->locked_relid;

	if (pg_class_aclcheck(relid, GetUserId(), ACL_UPDATE) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relid, GetUserId(), ACL_UPDATE, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
}

/* Runs a prepared form; returns SPI's code */
static int
execute_form(LcRun *run, LcForm *form, Datum arg)
{
	LcStatement *statement = form->statement;
	ParamListInfo params = (form->form & LC_FORM_ONE) ? run->one : NULL;

	if (params == NULL && OidIsValid(statement->argtype))
		params = makeParamList(1);
	if (OidIsValid(statement->argtype))
	{
		params->params[0].value = arg;
		params->params[0].isnull = false;
		params->params[0].pflags = PARAM_FLAG_CONST;
		params->params[0].ptype = statement->argtype;
	}

	if (statement->snapshot != LC_SNAPSHOT_TRANSACTION && IsolationUsesXactSnapshot())
	{
		/*
		 * As foreign-key actions do (see ri_PerformCheck): a row that only the
		 * latest snapshot sees must be seen, and changing it is a serialization
		 * failure.  This way of execution wants plain values.
		 */
		Snapshot	crosscheck = InvalidSnapshot;
		Datum		values[1 + LC_NBATCHCOLUMNS];
		char		nulls[1 + LC_NBATCHCOLUMNS];
		Oid			argtypes[1 + LC_NBATCHCOLUMNS];
		int			nargs = params ? params->numParams : 0;
		int			rc;

		for (int i = 0; i < nargs; i++)
		{
			values[i] = params->params[i].value;
			nulls[i] = params->params[i].isnull ? 'n' : ' ';
			argtypes[i] = params->params[i].ptype;
		}
		form->plan.plan->nargs = nargs;
		form->plan.plan->argtypes = argtypes;
		CommandCounterIncrement();
		if (statement->snapshot == LC_SNAPSHOT_CHECKED)
			crosscheck = GetTransactionSnapshot();
		rc = SPI_execute_snapshot(form->plan.plan, values, nulls, GetLatestSnapshot(),
								  crosscheck, run->options.look, !run->options.look, 0);
		form->plan.plan->nargs = 0;
		form->plan.plan->argtypes = NULL;
		return rc;
	}
	else
	{
		SPIExecuteOptions options = {
			.params = params,
			.read_only = run->options.look
		};

		return SPI_execute_plan_extended(form->plan.plan, &options);
	}
}

/* The form of a statement that is needed now, prepared */
static LcForm *
ready_form(LcRun *run, LcStatement *statement)
{
	LcForm	   *form = &statement->form[(run->one ? LC_FORM_ONE : 0) | (run->options.look ? LC_FORM_LOOK : 0)];

	if (form->plan.plan == NULL)
		prepare_form(run, form);
	current_query = ((CachedPlanSource *) linitial(SPI_plan_get_plan_sources(form->plan.plan)))->query_string;
	current_statement = statement;
	run->query = current_query;
	return form;
}

/*
 * Has the caller the privileges that a statement needs which is run with no others?
 * Names in it must be in schemas that the caller may use.
 */
bool
lc_may_execute(LcRun *run, LcStatement *statement)
{
	const char *outer_query = current_query;
	const LcStatement *outer_statement = current_statement;
	CachedPlan *cplan;
	PlannedStmt *stmt;
	bool		result;

	run->step = statement->step;
	cplan = SPI_plan_get_cached_plan(ready_form(run, statement)->plan.plan);
	if (cplan == NULL)
		elog(ERROR, "step %s of the lead conversion has more than one plan", statement->step);
	stmt = linitial_node(PlannedStmt, cplan->stmt_list);
#if PG_VERSION_NUM >= 160000
	result = ExecCheckPermissions(stmt->rtable, stmt->permInfos, false);
#else
	result = ExecCheckRTPerms(stmt->rtable, false);
#endif
	ReleaseCachedPlan(cplan, CurrentResourceOwner);
	current_query = outer_query;
	current_statement = outer_statement;
	return result;
}

/*
 * Runs a statement of the program over the current batch, with its argument if
 * it has one, and returns the number of rows processed.  A SELECT or RETURNING
 * leaves its rows in SPI_tuptable.  In a run that only looks, rows are not locked.
 * The memory context stays the caller's.
 */
uint64
lc_execute(LcRun *run, LcStatement *statement, Datum arg)
{
	LcForm	   *form;
	const char *outer_query = current_query;
	const LcStatement *outer_statement = current_statement;
	MemoryContext oldcontext = CurrentMemoryContext;
	int			rc;

	run->step = statement->step;
	run->sees_more = OidIsValid(statement->check_as) && !has_privs_of_role(GetUserId(), statement->check_as);
	if (lc_insert_direct(run, statement, arg))
		return 1;

	form = ready_form(run, statement);
	lc_plan_validate(&form->plan);
	if (statement->locks && run->options.look)
		check_lock_privilege(statement);
	if (statement->updatable || (statement->locks && run->options.look))
		clear_marks(form);

	rc = execute_form(run, form, arg);
	/* SPI leaves another one, in which memory would stay until the call ends */
	MemoryContextSwitchTo(oldcontext);
	if (rc < 0)
		elog(ERROR, "could not execute step %s: %s", statement->step, SPI_result_code_string(rc));

	current_query = outer_query;
	current_statement = outer_statement;
	return SPI_processed;
}

/*
 * Raises an error when a step has processed fewer rows than it should: a BEFORE
 * trigger suppressed some.
 */
void
lc_check_processed(LcRun *run, uint64 processed, uint64 expected)
{
	if (processed != expected)
		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("step \"%s\" of the lead conversion processed " UINT64_FORMAT " of " UINT64_FORMAT " row(s)",
						run->step, processed, expected),
				 errdetail("A BEFORE trigger or a row security policy suppressed the others."),
				 errhint("Let the trigger raise an error to refuse a conversion.")));
}

/*
 * Runs one of the fixed statements, which must process a certain number of rows.
 * Raises an error when it processed fewer.
 */
void
lc_execute_expecting(LcRun *run, LcStep step, Datum arg, uint64 expected)
{
	lc_check_processed(run, lc_execute(run, &run->program->step[step], arg), expected);
}

/* What a statement that takes rows of a table out of the recycle bin yields after ord */
#define RESTORED_ROW 2

/*
 * Runs a statement that takes rows of a table out of the recycle bin, or changes
 * others on the way, which it reports as NULL; notes for undo what they were.
 */
void
lc_execute_restoring(LcRun *run, LcStatement *statement, const char *table)
{
	uint64		nrows = lc_execute(run, statement, (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		if (!lc_spi_isnull(i, RESTORED_ROW))
			lc_undo_restored(run, lc_row_request(run->request, i), table, lc_spi_text(i, RESTORED_ROW));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The request that a row is about, by the first column, which is ord; called for each row, so interrupts are checked */
LcRequest *
lc_row_request(LcRequest **requests, uint64 row)
{
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	return requests[DatumGetInt32(lc_spi_datum(row, 1, &isnull))];
}
