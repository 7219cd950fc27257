/*-------------------------------------------------------------------------
 *
 * deferred.c
 *	  Checking what is deferred at the end of a chunk (check_deferred_constraints).
 *
 * Checked are constraints and constraint triggers that are deferred initially, on
 * the tables of schema crm and of the related lists, and of those only what has
 * something pending.  SET CONSTRAINTS ... IMMEDIATE checks it, and what was
 * deferred before has to be so afterwards: no more, because the caller may have
 * set others to IMMEDIATE, and no less.
 *
 * What the caller has set is known to the trigger manager alone, and it has no
 * function that tells.  But it shows: an event of a trigger that is deferred
 * stays in the queue at the end of the query, and any other is fired.  So for
 * each trigger in question an event is queued that calls a function of ours,
 * and a subtransaction that is rolled back takes away what is not fired.
 *
 * SET CONSTRAINTS knows constraints by name, and a name may stand for several in
 * one schema.  Where it stands for one that is not deferred now, or that cannot
 * be, DEFERRED would change that one, or fail.  Then the check is made in a
 * subtransaction that is rolled back, which restores everything; what it checked
 * stays pending.
 *
 * Memory is allocated in the context that is current, and stays.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "engine/engine.h"

/* No function has it; nobody looks it up either, see probe_call() */
#define PROBE_FUNCTION	((Oid) 1)

/* pgstat_track_functions is never higher: calls of ours are not counted */
#define NO_STATISTICS	CHAR_MAX

/* Triggers of whose events is asked whether they are deferred, right now */
typedef struct Probe
{
	int			n;
	Trigger    *trigger;
} Probe;

/* What the probes' events call: notes in the trigger that it was fired */
static Datum
probe_call(PG_FUNCTION_ARGS)
{
	((TriggerData *) fcinfo->context)->tg_trigger->tgisinternal = false;
	return PointerGetDatum(NULL);
}

/* Adds a trigger to a probe */
static void
probe_add(Probe *probe, Oid tgoid, bool initially_deferred)
{
	Trigger    *trigger;

	probe->trigger = probe->trigger == NULL ? palloc(sizeof(Trigger))
		: repalloc(probe->trigger, sizeof(Trigger) * (probe->n + 1));
	trigger = &probe->trigger[probe->n++];
	memset(trigger, 0, sizeof(Trigger));
	trigger->tgoid = tgoid;
	trigger->tgname = "leadconv probe";
	trigger->tgfoid = PROBE_FUNCTION;
	trigger->tgtype = TRIGGER_TYPE_STATEMENT | TRIGGER_TYPE_AFTER | TRIGGER_TYPE_INSERT;
	trigger->tgenabled = TRIGGER_FIRES_ALWAYS;
	trigger->tgisinternal = true;	/* until it is fired */
	trigger->tgdeferrable = true;
	trigger->tginitdeferred = initially_deferred;
}

/*
 * Queues an event of each trigger of a probe, as if a statement had inserted into
 * the relation.  Afterwards those that are deferred still have tgisinternal.  All
 * of it is done in a subtransaction that the caller rolls back.
 */
static void
probe_run(Probe *probe, Relation rel)
{
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *target = makeNode(ResultRelInfo);
	TriggerDesc *desc = palloc0(sizeof(TriggerDesc));

	desc->triggers = probe->trigger;
	desc->numtriggers = probe->n;
	desc->trig_insert_after_statement = true;
	InitResultRelInfo(target, rel, 0, NULL, 0);
	target->ri_TrigDesc = desc;
	target->ri_TrigFunctions = palloc0(sizeof(FmgrInfo) * probe->n);
	target->ri_TrigWhenExprs = palloc0(sizeof(ExprState *) * probe->n);
	for (int i = 0; i < probe->n; i++)
	{
		FmgrInfo   *function = &target->ri_TrigFunctions[i];

		/* as if it had been looked up */
		function->fn_oid = PROBE_FUNCTION;
		function->fn_addr = probe_call;
		function->fn_stats = NO_STATISTICS;
		function->fn_mcxt = CurrentMemoryContext;
	}
	estate->es_opened_result_relations = lappend(estate->es_opened_result_relations, target);

	AfterTriggerBeginQuery();
	ExecASInsertTriggers(estate, target, NULL);
	AfterTriggerEndQuery(estate);
	FreeExecutorState(estate);
}

/* What find_named() yields, in this order */
enum
{
	NAMED_TRIGGER = 1,			/* NULL = the constraint is not deferrable */
	NAMED_INITIALLY_DEFERRED
};

/*
 * Is everything deferred now that SET CONSTRAINTS would know by this name?
 */
static bool
all_deferred(Oid schema, const char *name)
{
	Oid			argtypes[2] = {OIDOID, TEXTOID};
	Datum		args[2];
	Probe		probe = {0};
	bool		result = true;
	uint64		nrows;

	args[0] = ObjectIdGetDatum(schema);
	args[1] = CStringGetTextDatum(name);
	nrows = lc_query("WITH RECURSIVE named AS ("
					 " SELECT c.oid, c.condeferrable FROM pg_catalog.pg_constraint c"
					 "  WHERE c.connamespace OPERATOR(pg_catalog.=) $1 AND c.conname OPERATOR(pg_catalog.=) $2::pg_catalog.name"
					 " UNION SELECT c.oid, c.condeferrable FROM pg_catalog.pg_constraint c"
					 "  JOIN named ON c.conparentid OPERATOR(pg_catalog.=) named.oid)"
					 " SELECT t.oid, t.tginitdeferred FROM named LEFT JOIN pg_catalog.pg_trigger t"
					 "  ON t.tgconstraint OPERATOR(pg_catalog.=) named.oid AND t.tgdeferrable"
					 " WHERE NOT named.condeferrable OR t.oid IS NOT NULL",
					 SPI_OK_SELECT, 2, argtypes, args, NULL);
	for (uint64 i = 0; i < nrows; i++)
	{
		if (lc_spi_isnull(i, NAMED_TRIGGER))
			result = false;
		else
			probe_add(&probe, lc_spi_oid(i, NAMED_TRIGGER), lc_spi_bool(i, NAMED_INITIALLY_DEFERRED));
	}
	SPI_freetuptable(SPI_tuptable);

	if (result)
	{
		Relation	rel = table_open(lc_crm_relid("lead", false), AccessShareLock);
		LcSubxact	attempt;

		lc_subxact_begin(&attempt);
		probe_run(&probe, rel);
		lc_subxact_rollback(&attempt);
		table_close(rel, AccessShareLock);
		for (int i = 0; i < probe.n; i++)
			result &= probe.trigger[i].tgisinternal;
	}
	return result;
}

/* SET CONSTRAINTS for constraints that are given as RangeVars */
static void
set_constraints(List *constraints, bool deferred)
{
	ConstraintsSetStmt *stmt = makeNode(ConstraintsSetStmt);

	stmt->constraints = constraints;
	stmt->deferred = deferred;
	AfterTriggerSetState(stmt);
}

/* Checks a constraint, and leaves no trace of that but an error */
static void
check_and_restore(RangeVar *constraint)
{
	LcSubxact	attempt;
	ErrorData  *volatile edata = NULL;

	lc_subxact_begin(&attempt);
	PG_TRY();
	{
		set_constraints(list_make1(constraint), false);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(attempt.context);
		edata = CopyErrorData();
		FlushErrorState();
	}
	PG_END_TRY();
	lc_subxact_rollback(&attempt);
	if (edata != NULL)
		ReThrowError(edata);
}

/* Adds the constraints of a table that are deferred initially and may be pending */
static List *
add_constraints(List *conoids, Oid relid)
{
	Relation	rel = table_open(relid, AccessShareLock);
	TriggerDesc *desc = rel->trigdesc;
	List	   *found = NIL;

	for (int i = 0; desc != NULL && i < desc->numtriggers; i++)
	{
		if (desc->triggers[i].tgdeferrable && desc->triggers[i].tginitdeferred)
			found = list_append_unique_oid(found, desc->triggers[i].tgconstraint);
	}
	table_close(rel, AccessShareLock);
	return found != NIL && AfterTriggerPendingOnRel(relid) ? list_concat_unique_oid(conoids, found) : conoids;
}

/*
 * The constraints that may have something pending, on the tables of schema crm and
 * of the related lists, and on partitions and heirs of those.
 */
static List *
pending_constraints(LcProgram *program)
{
	List	   *conoids = NIL;

	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		Oid			relid = part->kind == LC_PART_TABLE ? lc_crm_relid(part->name, true) : InvalidOid;

		if (OidIsValid(relid) && get_rel_relkind(relid) == RELKIND_RELATION)
			conoids = add_constraints(conoids, relid);
	}
	for (int i = 0; i < program->nlists; i++)
	{
		ListCell   *lc;

		foreach(lc, find_all_inheritors(program->list_relids[i], AccessShareLock, NULL))
			conoids = add_constraints(conoids, lfirst_oid(lc));
	}
	return conoids;
}

/*
 * lc_check_deferred
 *
 * Checks what is deferred and pending on the tables of the conversion, so that a
 * row that violates it fails here and not at COMMIT; raises what the constraint
 * raises.  Afterwards the same is deferred as before.  A constraint in a schema
 * that the caller may not use is left to COMMIT: he cannot name it.  SPI is
 * connected.
 */
void
lc_check_deferred(LcRun *run)
{
	List	   *conoids = pending_constraints(run->program);
	List	   *names = NIL;
	ListCell   *lc;

	run->step = "check deferred constraints";
	foreach(lc, conoids)
	{
		HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(lfirst_oid(lc)));
		Form_pg_constraint form;
		RangeVar   *constraint;
		bool		may_name;
		Oid			schema;

		if (!HeapTupleIsValid(tuple))
			continue;
		form = (Form_pg_constraint) GETSTRUCT(tuple);
		schema = form->connamespace;
#if PG_VERSION_NUM >= 160000
		may_name = object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#else
		may_name = pg_namespace_aclcheck(schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
#endif
		constraint = makeRangeVar(get_namespace_name(schema), pstrdup(NameStr(form->conname)), -1);
		ReleaseSysCache(tuple);
		if (!may_name || list_member(names, constraint))
			continue;

		if (all_deferred(schema, constraint->relname))
			names = lappend(names, constraint);
		else
			check_and_restore(constraint);
	}
	if (names != NIL)
	{
		set_constraints(names, false);
		set_constraints(names, true);
	}
}
