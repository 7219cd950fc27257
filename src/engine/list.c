/*-------------------------------------------------------------------------
 *
 * list.c
 *	  What all related lists have in common, whatever is done with their rows.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* All statements of a list, those that it does not have among them */
void
lc_list_statements(LcList *list, LcStatement **statements)
{
	LcStatement *all[] = {
		&list->report_owners, &list->move, &list->move_with_owner, &list->merge, &list->move_beside,
		&list->restore, &list->left_behind, &list->left_visible, &list->count, &list->see_owners, &list->see_members, &list->drop,
		&list->complete[T_ACCOUNT], &list->complete[T_CONTACT], &list->complete[T_OPPORTUNITY]
	};

	StaticAssertStmt(lengthof(all) == LC_NLISTSTATEMENTS, "all statements of a list");
	memcpy(statements, all, sizeof(all));
}

/*
 * May there be rows of the list at the records that it goes to, before any is moved?
 */
bool
lc_targets_have_rows(LcRun *run, const LcList *list)
{
	Snapshot	snapshot;
	bool		found = false;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int t = 0; t < LC_NTARGETS && !found; t++)
	{
		LcOpenProbe probe;

		if (!list->goes_to[t])
			continue;
		if (!OidIsValid(list->by_target[t].relid))
		{
			found = true;		/* the statement finds out */
			break;
		}
		lc_probe_open(&probe, &list->by_target[t]);
		for (int i = 0; i < run->nrequests && !found; i++)
			found = lc_probe_finds(&probe, run->request[i]->decision.target_id[t], snapshot);
		lc_probe_close(&probe);
	}
	UnregisterSnapshot(snapshot);
	return found;
}

/* What the statements about rows that stay on the lead yield after ord */
#define LEFT_HAD_TARGET	2		/* left_behind */
#define LEFT_COUNT		2		/* left_visible */

/*
 * Compiles them.  condition, over t and b, is true of the rows of the list that are
 * still on the lead, has_target of a request with a record to move them to.
 */
void
lc_compile_left_behind(LcProgram *program, LcList *list, const char *step, const char *condition,
					   const char *has_target)
{
	LcSql		sql;

	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, %s FROM ", has_target);
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN %s t ON %s GROUP BY b.ord, 2 ORDER BY b.ord", list->relation, condition);
	lc_statement(program, &list->left_behind, step, list->owner, LC_SNAPSHOT_LATEST, &sql);

	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, pg_catalog.count(*) FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN %s t ON %s WHERE NOT %s GROUP BY b.ord ORDER BY b.ord",
			   list->relation, condition, has_target);
	lc_statement(program, &list->left_visible, step, InvalidOid, LC_SNAPSHOT_LATEST, &sql);
}

/* Warns that rows stay on the lead; a list may be visited again, the last count is the one */
static void
warn_left_behind(LcRequest *request, const LcList *list, int64 count)
{
	LcError    *warning = lc_error(LC_INVALID_OPERATION, NULL,
								   psprintf(INT64_FORMAT " row(s) of %s stay on lead " INT64_FORMAT ".",
											count, list->relation, lc_lead_id(request)),
								   "Let the conversion create the record, or move the rows yourself.",
								   "\"%s\" was not moved because there is no record to move it to", list->label);
	ListCell   *lc;

	foreach(lc, request->outcome.warnings)
	{
		LcError    *earlier = lfirst(lc);

		if (strcmp(earlier->status_code, "RELATED_RECORDS_NOT_MOVED") == 0 &&
			strcmp(earlier->message, warning->message) == 0)
		{
			warning->status_code = earlier->status_code;
			warning->sqlerrcode = earlier->sqlerrcode;
			lfirst(lc) = warning;
			return;
		}
	}
	lc_add_warning(request, "RELATED_RECORDS_NOT_MOVED", warning);
}

/*
 * Warns about rows that stay on the lead because there is no record to move them to:
 * of those that the caller may see, since of the others he does not know.
 */
static void
warn_of_visible(LcRun *run, LcList *list)
{
	uint64		nrows;

	if (!lc_may_use_schema(get_rel_namespace(list->relid), run->caller) ||
		!lc_may_execute(run, &list->left_visible))
		return;
	nrows = lc_execute(run, &list->left_visible, (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		warn_left_behind(lc_row_request(run->request, i), list, lc_spi_int64(i, LEFT_COUNT));
		run->outcome_changed = true;
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * For a look: the warnings about the rows of a list that would stay on their leads.
 */
void
lc_warn_left_behind(LcRun *run, LcList *list)
{
	if (list->left_visible.step == NULL)
		return;
	for (int i = 0; i < run->nrequests; i++)
	{
		bool		has = false;

		for (int t = 0; t < LC_NTARGETS; t++)
			has |= list->goes_to[t] && run->request[i]->decision.target_id[t] != 0;
		if (!has || run->request[i]->decision.person != LC_NO_PERSON)
		{
			warn_of_visible(run, list);
			break;
		}
	}
}

/*
 * Which rows are still on their lead: a warning where there was no record to
 * move them to, an error where a trigger kept them.  Warnings are in the current
 * memory context.
 */
void
lc_check_left_behind(LcRun *run, LcList *list)
{
	uint64		nrows = lc_execute(run, &list->left_behind, (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		if (lc_spi_bool(i, LEFT_HAD_TARGET))
			ereport(ERROR,
					(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
					 errmsg("a trigger on %s kept rows of lead " INT64_FORMAT " from being moved",
							list->relation, lc_lead_id(lc_row_request(run->request, i))),
					 errdetail("A BEFORE trigger returned NULL or restored the reference to the lead."),
					 errhint("Let the trigger pass when leadconv.is_converting() is true."),
					 err_generic_string(PG_DIAG_TABLE_NAME, get_rel_name(list->relid))));
	}
	SPI_freetuptable(SPI_tuptable);
	if (nrows > 0)
		warn_of_visible(run, list);
}
