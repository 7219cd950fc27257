/*-------------------------------------------------------------------------
 *
 * program.c
 *	  The compiled program: what a conversion does in this database.
 *
 * A program is compiled from the metadata (crm.lead_field_mapping,
 * crm.related_list, crm.lead_convert_settings, ...) and the catalogs, and kept
 * for the life of the session.  It is a list of statements over the relation
 * conversion_batch; a single conversion is a batch of one, so there is one
 * program for all sizes.
 *
 * Plans.  Each statement is prepared when it is first needed and its plan is
 * generic and kept.  The plan must be right for any batch and stay right while
 * the tables grow, although it may have been made when they were empty: such a
 * plan reads a table from end to end for each row of the batch, which turns a
 * later bulk run quadratic.  So the planner is told what we know and it cannot
 * (plan_statement): the tables are large, the batch is small in comparison, and
 * each join goes from the batch through an index.  With that, one plan serves
 * batches of 2 and of 1,000.  A batch of one has a plan of its own for each
 * statement, of the same text, with the values of the batch as parameters: it
 * saves the join, which is a good part of the cost there.
 *
 * Invalidation.  A relcache callback counts the invalidations that concern the
 * tables we use; it does nothing else.  Statement triggers on the metadata
 * tables cause such an invalidation in every session.  When the counter has
 * moved, the next use computes the program's fingerprint (metadata rows, row
 * types, triggers); only if it differs is a new program compiled (ANALYZE, say,
 * moves the counter but not the fingerprint).  Metadata is read as the owner of
 * the tables, on the latest snapshot, as catalogs are.
 *
 * Memory.  Each program has a context of its own below CacheMemoryContext, with
 * everything in it but the plans, which SPI keeps.  A program in use is pinned by
 * its runs; a stale one is freed with its last pin.  One that fails
 * to compile hangs on partial_program and is freed by the next attempt.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/defrem.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/pathnodes.h"
#include "optimizer/plancat.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rls.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "engine/engine.h"

/* Programs kept at most; more than search paths times roles ever in use */
#define MAX_PROGRAMS	8

/* The size that plans are made for, whatever the size of the tables is now */
#define PLANNING_TUPLES 10000000.0
#define PLANNING_PAGES	200000

/* For lc_refresh_plans(): a batch worth new plans, a size not worth any */
#define LARGE_BATCH 100
#define MIN_PLANNED_BLOCKS 8

static LcProgram *programs = NULL;
static LcProgram *partial_program = NULL;

/* moves with each invalidation that concerns us */
static uint64 invalidation_counter = 1;

/* the tables that concern us, sorted; NULL until a program is compiled */
static Oid *watched = NULL;
static int	nwatched = 0;

static bool planning = false;
static get_relation_info_hook_type prev_get_relation_info_hook = NULL;

static const char *const target_names[LC_NTARGETS] = {"account", "contact", "opportunity"};

/* Tables whose rows a program is compiled from */
static const char *const metadata_tables[] = {
	"lead_convert_settings", "lead_field_mapping", "related_list", "lead_status",
	"opportunity_stage", "picklist_field", "picklist_value", "record_type_picklist_value"
};

static void program_free(LcProgram *program);

/* The name of a target's table, and of its jsonb keys */
const char *
lc_target_name(LcTarget target)
{
	return target_names[target];
}

/* Relcache callback: flags only */
static void
program_relation_callback(Oid relid)
{
	if (relid == InvalidOid ||
		(watched != NULL && bsearch(&relid, watched, nwatched, sizeof(Oid), lc_compare_oid) != NULL))
		invalidation_counter++;
}

/*
 * Planner hook: while one of our statements is planned, every table looks large
 */
static void
program_get_relation_info(PlannerInfo *root, Oid relid, bool inhparent, RelOptInfo *rel)
{
	if (prev_get_relation_info_hook)
		prev_get_relation_info_hook(root, relid, inhparent, rel);
	if (planning)
	{
		ListCell   *lc;

		rel->tuples = Max(rel->tuples, PLANNING_TUPLES);
		rel->pages = Max(rel->pages, PLANNING_PAGES);
		foreach(lc, rel->indexlist)
		{
			IndexOptInfo *index = lfirst(lc);

			index->tuples = Max(index->tuples, PLANNING_TUPLES);
			index->pages = Max(index->pages, PLANNING_PAGES / 8);
		}
	}
}

/* Called once, when the library is loaded */
void
lc_program_init(void)
{
	lc_on_relation_change(program_relation_callback);
	prev_get_relation_info_hook = get_relation_info_hook;
	get_relation_info_hook = program_get_relation_info;
}

/* Keeps a program from being freed */
void
lc_program_pin(LcProgram *program)
{
	program->pins++;
}

/* Undoes lc_program_pin() */
void
lc_program_unpin(LcProgram *program)
{
	Assert(program->pins > 0);
	if (--program->pins == 0 && program->stale)
		program_free(program);
}

static void
free_statement_plan(LcStatement *statement)
{
	for (int i = 0; i < 2; i++)
	{
		SPIPlanPtr	plan = statement->plan[i];

		statement->plan[i] = NULL;
		if (plan != NULL)
			SPI_freeplan(plan);
	}
}

static void
program_free(LcProgram *program)
{
	for (int i = 0; i < LC_NSTEPS; i++)
		free_statement_plan(&program->step[i]);
	for (int i = 0; i < program->nlists; i++)
	{
		free_statement_plan(&program->lists[i].report_owners);
		free_statement_plan(&program->lists[i].move);
		free_statement_plan(&program->lists[i].move_with_owner);
		free_statement_plan(&program->lists[i].merge);
		free_statement_plan(&program->lists[i].left_behind);
	}
	MemoryContextDelete(program->context);
}

/*
 * Fills in a statement of a program.  The text is copied into the program's
 * memory context.
 */
void
lc_statement(LcProgram *program, LcStatement *statement, const char *step,
			 Oid run_as, LcSnapshot snapshot, StringInfo sql)
{
	statement->step = MemoryContextStrdup(program->context, step);
	statement->sql = MemoryContextStrdup(program->context, sql->data);
	statement->run_as = run_as;
	statement->snapshot = snapshot;
}

static void
set_planner_option(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

/*
 * Prepares a statement for a batch of many or, with the batch's values as further
 * parameters, for a batch of one.
 */
static SPIPlanPtr
prepare_statement(LcStatement *statement, bool one)
{
	static const char batch_name[] = "conversion_batch";
	StringInfoData sql;
	Oid			argtypes[1 + LC_NBATCHCOLUMNS];
	int			nargs = statement->nargs;
	const char *rest = statement->sql;
	const char *found;
	SPIPlanPtr	plan;

	memcpy(argtypes, statement->argtypes, sizeof(Oid) * nargs);
	initStringInfo(&sql);
	while (one && (found = strstr(rest, batch_name)) != NULL)
	{
		appendBinaryStringInfo(&sql, rest, found - rest);
		lc_batch_parameters(&sql, statement->nargs + 1);
		rest = found + strlen(batch_name);
	}
	appendStringInfoString(&sql, rest);
	for (int i = 0; one && i < LC_NBATCHCOLUMNS; i++)
		argtypes[nargs++] = lc_batch_column_type(i);

	plan = SPI_prepare_cursor(sql.data, nargs, argtypes, CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor failed: %s for %s", SPI_result_code_string(SPI_result), sql.data);
	SPI_keepplan(plan);
	pfree(sql.data);
	return plan;
}

/*
 * Makes sure that a statement has a valid generic plan, made under the
 * assumptions of the header comment.  conversion_batch must be registered.
 */
static void
plan_statement(LcStatement *statement, bool one)
{
	int			nestlevel = NewGUCNestLevel();
	CachedPlan *cplan;

	/*
	 * From the batch through an index is always right; sorts and sequential
	 * scans of whole tables never are.  Costs that are switched off look huge, so
	 * JIT has to be kept from believing them.
	 */
	set_planner_option("enable_seqscan", "off");
	set_planner_option("enable_hashjoin", "off");
	set_planner_option("enable_mergejoin", "off");
	set_planner_option("enable_material", "off");
#if PG_VERSION_NUM >= 140000
	set_planner_option("enable_memoize", "off");
#endif
	set_planner_option("random_page_cost", "0.1");
	set_planner_option("seq_page_cost", "0.1");
	set_planner_option("jit", "off");
	set_planner_option("plan_cache_mode", "auto");

	planning = true;
	PG_TRY();
	{
		if (statement->plan[one] == NULL)
			statement->plan[one] = prepare_statement(statement, one);
		cplan = SPI_plan_get_cached_plan(statement->plan[one]);
		if (cplan != NULL)
			ReleaseCachedPlan(cplan, CurrentResourceOwner);
	}
	PG_FINALLY();
	{
		planning = false;
	}
	PG_END_TRY();
	AtEOXact_GUC(true, nestlevel);
	statement->planned_at[one] = invalidation_counter;
}

/*
 * The plans of foreign-key checks have the same weakness as ours would have: made
 * when a table had one page, they read it from end to end for each row, and the
 * server keeps them until something else invalidates them.  A bulk call on a
 * fresh installation is where that hurts (quadratic: 30 times slower at 10,000
 * leads).  So all plans of this session are made anew when the new records' tables
 * are several times the size that they had the last time, and at the session's
 * first larger batch, because what is older than that is not known.
 */
void
lc_refresh_plans(LcRun *run)
{
	static BlockNumber planned_blocks = InvalidBlockNumber;
	static int	nskipped = 0;
	BlockNumber blocks = 0;

	/* small batches do not make a table several times larger */
	if (run->nrequests < LARGE_BATCH && ++nskipped < LARGE_BATCH)
		return;
	nskipped = 0;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		Relation	rel = table_open(run->program->target[t].relid, NoLock);

		blocks += RelationGetNumberOfBlocks(rel);
		table_close(rel, NoLock);
	}
	if (planned_blocks == InvalidBlockNumber ? run->nrequests >= LARGE_BATCH
		: blocks > 4 * (planned_blocks + MIN_PLANNED_BLOCKS))
	{
		ResetPlanCache();
		invalidation_counter++;
		planned_blocks = blocks;
	}
}

/*
 * Runs a statement of the program over the current batch, with its scalar
 * arguments if it has any, and returns the number of rows processed.  A SELECT
 * or RETURNING leaves its rows in SPI_tuptable.
 */
uint64
lc_execute(LcRun *run, LcStatement *statement, Datum *args)
{
	bool		one = run->one_values != NULL;
	Datum		values[1 + LC_NBATCHCOLUMNS];
	char		nulls[1 + LC_NBATCHCOLUMNS];
	LcUserSwitch save;
	int			rc;

	if (one)
	{
		for (int i = 0; i < statement->nargs; i++)
		{
			values[i] = args[i];
			nulls[i] = ' ';
		}
		memcpy(values + statement->nargs, run->one_values, sizeof(Datum) * LC_NBATCHCOLUMNS);
		for (int i = 0; i < LC_NBATCHCOLUMNS; i++)
			nulls[statement->nargs + i] = run->one_nulls[i] ? 'n' : ' ';
		args = values;
	}

	run->step = statement->step;
	if (OidIsValid(statement->run_as))
		lc_become_owner(statement->run_as, &save);

	if (statement->plan[one] == NULL || statement->planned_at[one] != invalidation_counter)
		plan_statement(statement, one);
	run->plan = statement->plan[one];

	if (statement->snapshot != LC_SNAPSHOT_TRANSACTION && IsolationUsesXactSnapshot())
	{
		/*
		 * As foreign-key actions do (see ri_PerformCheck): a row that only the
		 * latest snapshot sees must be seen, and changing it is a serialization
		 * failure.
		 */
		Snapshot	crosscheck = InvalidSnapshot;

		CommandCounterIncrement();
		if (statement->snapshot == LC_SNAPSHOT_CHECKED)
			crosscheck = GetTransactionSnapshot();
		rc = SPI_execute_snapshot(statement->plan[one], args, one ? nulls : NULL, GetLatestSnapshot(),
								  crosscheck, false, true, 0);
	}
	else
		rc = SPI_execute_plan(statement->plan[one], args, one ? nulls : NULL, false, 0);
	if (rc < 0)
		elog(ERROR, "SPI_execute_plan failed: %s for %s", SPI_result_code_string(rc), statement->sql);

	if (OidIsValid(statement->run_as))
		lc_become_caller(&save);
	return SPI_processed;
}

/*
 * Reads metadata: runs a query as the owner of crm on the latest snapshot.  The
 * rows are in SPI_tuptable.
 */
uint64
lc_read_metadata(Oid owner, const char *sql)
{
	LcUserSwitch save;
	SPIPlanPtr	plan;
	int			rc;

	lc_become_owner(owner, &save);
	plan = SPI_prepare(sql, 0, NULL);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed: %s for %s", SPI_result_code_string(SPI_result), sql);
	CommandCounterIncrement();
	rc = SPI_execute_snapshot(plan, NULL, NULL, GetLatestSnapshot(), InvalidSnapshot, false, false, 0);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute_snapshot failed: %s for %s", SPI_result_code_string(rc), sql);
	SPI_freeplan(plan);
	lc_become_caller(&save);
	return SPI_processed;
}

/* A column of the metadata just read as a string in the program's context, or NULL */
char *
lc_meta_text(LcProgram *program, uint64 row, int column)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return value ? MemoryContextStrdup(program->context, value) : NULL;
}

/* Likewise as a boolean; NULL is false */
bool
lc_meta_bool(uint64 row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	return !isnull && DatumGetBool(value);
}

/* Likewise as an integer; NULL is 0 */
int64
lc_meta_int64(uint64 row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/*
 * Does a user's BEFORE ROW trigger for the event stand on the table, one that
 * could suppress a row or change its id?  event is TRIGGER_TYPE_INSERT or
 * TRIGGER_TYPE_UPDATE.
 */
bool
lc_has_foreign_trigger(Relation rel, int16 event)
{
	/* a copy, because the look-ups below may rebuild the relation's own */
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);

	if (triggers == NULL)
		return false;
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (!trigger->tgisinternal && TRIGGER_FOR_ROW(trigger->tgtype) &&
			TRIGGER_FOR_BEFORE(trigger->tgtype) && (trigger->tgtype & event) != 0 &&
			get_func_namespace(trigger->tgfoid) != get_namespace_oid("leadconv", true))
			return true;
	}
	return false;
}

/* The hash of everything in a table's shape that a program depends on */
static uint64
hash_relation(Oid relid, uint64 hash)
{
	Relation	rel = table_open(relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%u %u %d %d %d %d:", relid, rel->rd_rel->relowner, rel->rd_rel->relrowsecurity,
					 lc_has_foreign_trigger(rel, TRIGGER_TYPE_INSERT),
					 lc_has_foreign_trigger(rel, TRIGGER_TYPE_UPDATE),
					 lc_has_child_guards(rel));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		appendStringInfo(&buf, "%s %u %d %d %d %d %d,", NameStr(att->attname), att->atttypid, att->atttypmod,
						 att->attnotnull, att->atthasdef, att->attgenerated, att->attidentity);
	}
	if (desc->constr)
	{
		for (int i = 0; i < desc->constr->num_defval; i++)
			appendStringInfo(&buf, "%d %s", desc->constr->defval[i].adnum, desc->constr->defval[i].adbin);
	}
	hash = hash_bytes_extended((unsigned char *) buf.data, buf.len, hash);
	pfree(buf.data);
	foreach(lc, RelationGetIndexList(rel))
		hash = hash_bytes_extended((unsigned char *) &lfirst_oid(lc), sizeof(Oid), hash);
	table_close(rel, AccessShareLock);
	return hash;
}

/*
 * The fingerprint of all that a program is compiled from.  Also replaces the
 * list of watched tables, so that the callback knows them.
 */
static uint64
compute_fingerprint(Oid owner)
{
	static const char *const shapes[] = {
		"lead", "account", "contact", "opportunity", "task", "opportunity_contact_role",
		"account_contact_relation", "lead_conversion", "campaign_member", "app_user",
		"process_instance", "workflow_time_queue", "entity_subscription",
		"partner_network_record_connection"
	};
	StringInfoData sql;
	List	   *relids = NIL;
	ListCell   *lc;
	/* a new incarnation of the extension has types of its own */
	uint64		hash = lc_type_desc("lead_convert_error")->tdtypeid;
	uint64		nrows;
	Oid		   *new_watched;
	int			n = 0;

	for (size_t i = 0; i < lengthof(shapes); i++)
		relids = list_append_unique_oid(relids, lc_crm_relid(shapes[i], false));

	/* the children of the related lists, users' own tables among them */
	nrows = lc_read_metadata(owner, "SELECT child::pg_catalog.oid FROM crm.related_list WHERE is_active ORDER BY id");
	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;
		Oid			relid = DatumGetObjectId(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
														   1, &isnull));

		if (!isnull && SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
			relids = list_append_unique_oid(relids, relid);
	}
	SPI_freetuptable(SPI_tuptable);

	foreach(lc, relids)
		hash = hash_relation(lfirst_oid(lc), hash);

	initStringInfo(&sql);
	for (size_t i = 0; i < lengthof(metadata_tables); i++)
	{
		appendStringInfo(&sql,
						 "%sSELECT pg_catalog.string_agg(t::pg_catalog.text, '|' ORDER BY t::pg_catalog.text) FROM crm.%s t",
						 i == 0 ? "" : " UNION ALL ", metadata_tables[i]);
		relids = list_append_unique_oid(relids, lc_crm_relid(metadata_tables[i], false));
	}
	nrows = lc_read_metadata(owner, sql.data);
	for (uint64 i = 0; i < nrows; i++)
	{
		char	   *rows = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);

		if (rows)
			hash = hash_bytes_extended((unsigned char *) rows, strlen(rows), hash + i + 1);
	}
	SPI_freetuptable(SPI_tuptable);

	new_watched = MemoryContextAlloc(CacheMemoryContext, sizeof(Oid) * list_length(relids));
	foreach(lc, relids)
		new_watched[n++] = lfirst_oid(lc);
	qsort(new_watched, n, sizeof(Oid), lc_compare_oid);
	if (watched)
		pfree(watched);
	watched = new_watched;
	nwatched = n;
	list_free(relids);
	pfree(sql.data);
	return hash;
}

static void
compile_settings(LcProgram *program)
{
	LcSettings *settings = &program->settings;

	if (lc_read_metadata(program->owner,
					  "SELECT require_validation, owner_source, default_owner_id, opportunity_creation_options,"
					  " state_and_country_picklists_enabled, fiscal_year_start_month::pg_catalog.int8,"
					  " apply_custom_field_defaults, person_accounts_enabled,"
					  " contacts_to_multiple_accounts_enabled, follow_new_account,"
					  " create_task_if_subject_blank, check_deferred_constraints"
					  " FROM crm.lead_convert_settings") != 1)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"crm.lead_convert_settings\" has no row"),
				 errhint("Run leadconv.upgrade_crm().")));
	settings->require_validation = lc_meta_bool(0, 1);
	settings->owner_is_converter = strcmp(lc_meta_text(program, 0, 2), "converter") == 0;
	settings->default_owner_id = lc_meta_int64(0, 3);
	settings->no_opportunity = strcmp(lc_meta_text(program, 0, 4), "NotVisible") == 0;
	settings->opportunity_required = strcmp(lc_meta_text(program, 0, 4), "VisibleRequired") == 0;
	settings->state_and_country_picklists_enabled = lc_meta_bool(0, 5);
	settings->fiscal_year_start_month = (int) lc_meta_int64(0, 6);
	settings->apply_custom_field_defaults = lc_meta_bool(0, 7);
	settings->person_accounts_enabled = lc_meta_bool(0, 8);
	settings->contacts_to_multiple_accounts_enabled = lc_meta_bool(0, 9);
	settings->follow_new_account = lc_meta_bool(0, 10);
	settings->create_task_if_subject_blank = lc_meta_bool(0, 11);
	settings->check_deferred_constraints = lc_meta_bool(0, 12);
	SPI_freetuptable(SPI_tuptable);
}

static void
compile_picklists(LcProgram *program)
{
	uint64		nrows;

	nrows = lc_read_metadata(program->owner,
						  "SELECT id, api_name, master_label, is_converted FROM crm.lead_status"
						  " ORDER BY sort_order, id");
	program->statuses = MemoryContextAllocZero(program->context, sizeof(LcLeadStatus) * Max(nrows, 1));
	program->nstatuses = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		program->statuses[i].id = lc_meta_int64(i, 1);
		program->statuses[i].api_name = lc_meta_text(program, i, 2);
		program->statuses[i].master_label = lc_meta_text(program, i, 3);
		program->statuses[i].is_converted = lc_meta_bool(i, 4);
	}
	SPI_freetuptable(SPI_tuptable);

	nrows = lc_read_metadata(program->owner,
						  "SELECT record_type_id, lead_status_id FROM crm.record_type_picklist_value"
						  " WHERE lead_status_id IS NOT NULL");
	program->record_type_statuses =
		MemoryContextAllocZero(program->context, sizeof(LcRecordTypeStatus) * Max(nrows, 1));
	program->nrecord_type_statuses = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		program->record_type_statuses[i].record_type_id = lc_meta_int64(i, 1);
		program->record_type_statuses[i].lead_status_id = lc_meta_int64(i, 2);
	}
	SPI_freetuptable(SPI_tuptable);

	nrows = lc_read_metadata(program->owner,
						  "SELECT api_name, default_probability::pg_catalog.numeric, forecast_category,"
						  " forecast_category_name, is_closed, is_won, is_active"
						  " FROM crm.opportunity_stage ORDER BY sort_order, id");
	program->stages = MemoryContextAllocZero(program->context, sizeof(LcStage) * Max(nrows, 1));
	program->nstages = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcStage    *stage = &program->stages[i];
		Datum		probability;
		MemoryContext oldcontext;

		stage->api_name = lc_meta_text(program, i, 1);
		probability = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2,
									&stage->probability_isnull);
		oldcontext = MemoryContextSwitchTo(program->context);
		if (!stage->probability_isnull)
			stage->probability = datumCopy(PointerGetDatum(PG_DETOAST_DATUM(probability)), false, -1);
		MemoryContextSwitchTo(oldcontext);
		stage->forecast_category = lc_meta_text(program, i, 3);
		stage->forecast_category_name = lc_meta_text(program, i, 4);
		stage->is_closed = lc_meta_bool(i, 5);
		stage->is_won = lc_meta_bool(i, 6);
		stage->is_active = lc_meta_bool(i, 7);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Does row security stand on a table that statements use as the caller? */
static bool
has_row_security(void)
{
	static const char *const tables[] = {"lead", "account", "contact", "opportunity", "task"};
	bool		result = false;

	for (size_t i = 0; i < lengthof(tables); i++)
	{
		Relation	rel = table_open(lc_crm_relid(tables[i], false), AccessShareLock);

		result |= rel->rd_rel->relrowsecurity;
		table_close(rel, AccessShareLock);
	}
	return result;
}

/* A new program for the current search path and role, compiled */
static LcProgram *
program_compile(void)
{
	MemoryContext context;
	LcProgram  *program;
	Relation	rel;
	MemoryContext oldcontext;
	uint64		counter = invalidation_counter;

	if (partial_program != NULL)
	{
		program = partial_program;
		partial_program = NULL;
		program_free(program);
	}
	context = AllocSetContextCreate(CacheMemoryContext, "leadconv program", ALLOCSET_SMALL_SIZES);
	program = MemoryContextAllocZero(context, sizeof(LcProgram));
	program->context = context;
	partial_program = program;

	program->search_path = MemoryContextStrdup(context, namespace_search_path);
	program->roleid = InvalidOid;
	program->row_security = row_security;
	program->lead_relid = lc_crm_relid("lead", false);
	rel = table_open(program->lead_relid, AccessShareLock);
	program->owner = rel->rd_rel->relowner;
	table_close(rel, AccessShareLock);

	if (has_row_security())
		program->roleid = GetUserId();
	oldcontext = MemoryContextSwitchTo(context);
	program->error_desc = BlessTupleDesc(lc_type_desc("lead_convert_error"));
	MemoryContextSwitchTo(oldcontext);
	program->fingerprint = compute_fingerprint(program->owner);
	compile_settings(program);
	compile_picklists(program);
	lc_compile_steps(program);
	lc_compile_lists(program);
	lc_compile_facts(program);
	program->checked_at = counter;

	partial_program = NULL;
	program->next = programs;
	programs = program;
	return program;
}

/* Takes a program off the list, and frees it as soon as nobody uses it */
static void
program_discard(LcProgram *program)
{
	LcProgram **link = &programs;

	while (*link != program)
		link = &(*link)->next;
	*link = program->next;
	program->stale = true;
	if (program->pins == 0)
		program_free(program);
}

/*
 * The program for the current search path and role, compiled if need be.  Must
 * be called inside an SPI connection; may switch memory contexts of SPI, but
 * returns in the one that was current.  Raises LC_SCHEMA_NOT_READY when schema
 * crm is not in order, and what is wrong with the metadata.
 */
LcProgram *
lc_program_get(void)
{
	LcProgram  *program;
	int			n = 0;

	for (program = programs; program != NULL; program = program->next)
	{
		if (strcmp(program->search_path, namespace_search_path) == 0 &&
			(program->roleid == InvalidOid ||
			 (program->roleid == GetUserId() && program->row_security == row_security)))
		{
			if (program->checked_at == invalidation_counter)
				return program;
			break;
		}
	}

	/* something happened to our tables, or this is the first use */
	{
		char	   *hint = NULL;
		const char *problem = lc_schema_problem(&hint);

		if (problem != NULL)
			ereport(ERROR,
					(lc_errcode(LC_SCHEMA_NOT_READY),
					 errmsg_internal("%s", problem),
					 hint ? errhint("%s", hint) : 0));
	}

	if (program != NULL)
	{
		uint64		counter = invalidation_counter;

		if (compute_fingerprint(program->owner) == program->fingerprint)
		{
			program->checked_at = counter;
			return program;
		}
		program_discard(program);
	}

	program = program_compile();
	for (LcProgram *other = programs; other != NULL; other = other->next)
	{
		if (++n == MAX_PROGRAMS && other->next != NULL)
		{
			program_discard(other->next);
			break;
		}
	}
	return program;
}

/*
 * The default of a column as SQL text that does not depend on the search path,
 * or NULL.  In the current memory context.
 */
char *
lc_column_default(Relation rel, AttrNumber attnum)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	char	   *result = NULL;

	if (constr == NULL)
		return NULL;
	for (int i = 0; i < constr->num_defval; i++)
	{
		if (constr->defval[i].adnum == attnum)
		{
			int			nestlevel = NewGUCNestLevel();

			(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
									 GUC_ACTION_SAVE, true, 0, false);
			result = deparse_expression(stringToNode(constr->defval[i].adbin), NIL, false, false);
			AtEOXact_GUC(true, nestlevel);
		}
	}
	return result;
}
