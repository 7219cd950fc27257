/*-------------------------------------------------------------------------
 *
 * existing.c
 *	  Existing records: locked and read, and their empty fields filled.
 *
 * In the SQL made here, b is a row of the batch, l its lead, t the record.  All
 * that lasts is in the program's memory context; what is read is in the context
 * that was current.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "engine/engine.h"

/* What the statement that reads existing records yields; after ord, in this order */
enum
{
	EXISTING_IS_DELETED = 2,
	EXISTING_DIVISION_ID,
	EXISTING_ACCOUNT_ID,
	EXISTING_IS_PERSON,
	EXISTING_FILLABLE,
	EXISTING_OVERWRITES			/* values of the lead, of the mappings that overwrite */
};

/* Whether the lead could fill a field of an existing record */
typedef enum Fillable
{
	NOT_FILLABLE,
	FILLABLE,
	OVERWRITABLE				/* it has another value */
} Fillable;

/*
 * SQL: for a mapping, which Fillable it is.  pair is the condition that all
 * fields of the pair of state and country are empty, which counts where that
 * setting is on.
 */
static char *
fillable(LcProgram *program, const LcMapping *mapping, const char *pair)
{
	char	   *column = psprintf("t.%s", quote_identifier(mapping->target_field));
	char	   *given = lc_has_value(mapping->source, mapping->type);
	char	   *empty = lc_is_empty(column, mapping->type);

	switch (mapping->existing)
	{
		case LC_NEVER:
			return psprintf("%d", NOT_FILLABLE);
		case LC_FILL_OR_OVERWRITE:
			return psprintf("CASE WHEN %s THEN CASE WHEN %s THEN %d WHEN %s OPERATOR(pg_catalog.<>) %s"
							" THEN %d ELSE %d END ELSE %d END",
							given, empty, FILLABLE, column, mapping->source,
							OVERWRITABLE, NOT_FILLABLE, NOT_FILLABLE);
		case LC_FILL_PAIR:
			if (program->settings.state_and_country_picklists_enabled)
				empty = (char *) pair;
			break;
		case LC_FILL:
			break;
	}
	return psprintf("CASE WHEN %s AND %s THEN %d ELSE %d END", given, empty, FILLABLE, NOT_FILLABLE);
}

/*
 * SELECT of the existing records of one target, with what the judge wants to know
 * and, for each mapping, which Fillable it is.
 */
static void
build_existing(LcProgram *program, LcSql *sql, LcTarget t)
{
	const LcTargetType *type = &lc_target[t];
	LcTargetInfo *target = &program->target[t];
	StringInfoData pair;
	int			noverwrite = 0;

	initStringInfo(&pair);
	for (int i = 0; i < target->nmappings; i++)
	{
		LcMapping  *mapping = &target->mappings[i];

		if (mapping->existing == LC_FILL_PAIR)
			appendStringInfo(&pair, "%s%s", pair.len ? " AND " : "",
							 lc_is_empty(psprintf("t.%s", quote_identifier(mapping->target_field)), mapping->type));
	}

	lc_sql_init(sql);
	lc_sql_add(sql, "SELECT b.ord, t.is_deleted::pg_catalog.bool, t.division_id::pg_catalog.int8, %s::pg_catalog.int8,"
			   " %s::pg_catalog.bool, ARRAY[",
			   type->account_column ? psprintf("t.%s", type->account_column) : "NULL",
			   type->person_column ? psprintf("t.%s", type->person_column) : "false");
	for (int i = 0; i < target->nmappings; i++)
		lc_sql_add(sql, "%s%s", i == 0 ? "" : ", ", fillable(program, &target->mappings[i], pair.data));
	lc_sql_add(sql, "]::pg_catalog.int4[], ");
	for (int i = 0; i < target->nmappings; i++)
	{
		if (target->mappings[i].existing == LC_FILL_OR_OVERWRITE)
			lc_sql_add(sql, "%s%s::pg_catalog.text", noverwrite++ == 0 ? "ARRAY[" : ", ", target->mappings[i].source);
	}
	lc_sql_add(sql, noverwrite == 0 ? "NULL::pg_catalog.text[] FROM " : "]::pg_catalog.text[] FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " b JOIN crm.%s t ON t.id OPERATOR(pg_catalog.=) b.%s_id"
			   " JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id ORDER BY t.id, b.ord",
			   type->table, type->name);
}

/*
 * UPDATE of the existing records of one target.  fill_<target>, on one row of the
 * batch for each record, names for each mapping the lead whose value fills the
 * field; NULL leaves the field alone.
 */
static void
build_fill(LcProgram *program, LcSql *sql, LcTarget t)
{
	const char *name = lc_target[t].name;
	LcTargetInfo *target = &program->target[t];
	const char *comma = "";

	lc_sql_init(sql);
	lc_sql_add(sql, "UPDATE crm.%s t SET ", lc_target[t].table);
	for (int i = 0; i < target->nmappings; i++)
	{
		LcMapping  *mapping = &target->mappings[i];
		const char *column = quote_identifier(mapping->target_field);

		if (mapping->existing == LC_NEVER)
			continue;
		lc_sql_add(sql, "%s%s = CASE WHEN x.fill_%s[%d] IS NULL THEN t.%s ELSE (SELECT %s FROM ",
				   comma, column, name, i + 1, column, mapping->source);
		if (mapping->from_batch)
		{
			lc_sql_batch(sql);
			lc_sql_add(sql, " b WHERE b.lead_id");
		}
		else
			lc_sql_add(sql, "crm.lead l WHERE l.id");
		lc_sql_add(sql, " OPERATOR(pg_catalog.=) x.fill_%s[%d]) END", name, i + 1);
		comma = ", ";
	}
	if (*comma == '\0')
		lc_sql_add(sql, "id = t.id");	/* nothing can be filled */
	lc_sql_add(sql, " FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " x WHERE x.fill_%s IS NOT NULL AND t.id OPERATOR(pg_catalog.=) x.%s_id", name, name);
}

/* A record of an earlier conversion that had no account gets that of the completion */
static const LcFixedStatement adopt_statements[] = {
	{S_ADOPT_CONTACT, "update contact", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"UPDATE crm.contact t SET account_id = b.account_id FROM conversion_batch b"
	" WHERE t.id OPERATOR(pg_catalog.=) b.contact_id AND t.account_id IS NULL", NULL, NULL},
	{S_ADOPT_OPPORTUNITY, "update opportunity", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"UPDATE crm.opportunity t SET account_id = b.account_id FROM conversion_batch b"
	" WHERE t.id OPERATOR(pg_catalog.=) b.opportunity_id AND t.account_id IS NULL", NULL, NULL}
};

/*
 * Compiles the statements that lock, read and fill existing records.  The
 * mappings must have been compiled.
 */
void
lc_compile_existing(LcProgram *program)
{
	LcSql		sql;

	lc_fixed_statements(program, adopt_statements, lengthof(adopt_statements));
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];
		LcTargetInfo *target = &program->target[t];
		LcStatement *step = program->step;
		char	   *lock = psprintf("lock %s", type->table);
		const LcRequiredColumn columns[] = {
			{type->table, "id", INT8OID},
			{type->table, "is_deleted", BOOLOID},
			{type->table, "division_id", INT8OID},
			{type->table, type->account_column ? type->account_column : "id", INT8OID},
			{type->table, type->person_column ? type->person_column : "is_deleted", BOOLOID}
		};
		Relation	rel;

		if (!OidIsValid(target->relid))
			continue;
		rel = table_open(target->relid, AccessShareLock);
		target->verify_updates = lc_has_foreign_trigger(rel, TRIGGER_TYPE_UPDATE);
		table_close(rel, AccessShareLock);
		lc_require_columns(columns, lengthof(columns));

		build_existing(program, &sql, t);
		lc_statement(program, &step[type->existing], lock, InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		lc_statement_locks(&step[type->existing], "FOR NO KEY UPDATE OF t", target->relid);

		build_fill(program, &sql, t);
		lc_statement(program, &step[type->fill], psprintf("update %s", type->table),
					 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);

		if (t == T_PERSON)
			continue;			/* they are locked with all accounts */
		lc_sql_init(&sql);
		lc_sql_add(&sql, "SELECT 1 FROM ");
		lc_sql_batch(&sql);
		lc_sql_add(&sql, " b JOIN crm.%s t ON t.id OPERATOR(pg_catalog.=) b.%s_id ORDER BY t.id", type->table, type->name);
		lc_statement(program, &step[type->lock], lock, InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		lc_statement_locks(&step[type->lock], "FOR NO KEY UPDATE OF t", target->relid);
	}
}

/*
 * The values of the lead that can overwrite those of an existing record, by mapping:
 * several requests that share the record are told from each other by them
 */
static char **
overwriting_values(const LcTargetInfo *target, uint64 row)
{
	char	  **values = palloc0(sizeof(char *) * Max(target->nmappings, 1));
	bool		isnull;
	Datum		array = lc_spi_datum(row, EXISTING_OVERWRITES, &isnull);
	Datum	   *elems;
	bool	   *nulls;
	int			nelems;
	int			n = 0;

	if (isnull)
		return values;
	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &nelems);
	for (int m = 0; m < target->nmappings && n < nelems; m++)
	{
		if (target->mappings[m].existing != LC_FILL_OR_OVERWRITE)
			continue;
		if (!nulls[n])
		{
			char	   *value = TextDatumGetCString(elems[n]);

			values[m] = lc_is_blank(value, strlen(value)) ? NULL : value;
		}
		n++;
	}
	return values;
}

/*
 * Locks the existing records of one target that requests name, ascending by id,
 * and reads what is to be known of them.  Also used, in the middle of a run, for
 * records that an earlier request of the same run has made.
 */
void
lc_read_existing(LcRun *run, LcTarget t, LcRequest **requests, int nrequests)
{
	LcTargetInfo *target = &run->program->target[t];
	uint64		nrows = lc_execute(run, &run->program->step[lc_target[t].existing], (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(requests, i);
		LcExistingFacts *facts = &request->facts.existing[t];
		Datum	   *elems;
		int			nelems;
		bool		isnull;

		facts->found = true;
		facts->is_deleted = lc_spi_bool(i, EXISTING_IS_DELETED);
		facts->division_id = lc_spi_int64(i, EXISTING_DIVISION_ID);
		facts->account_id = lc_spi_int64(i, EXISTING_ACCOUNT_ID);
		facts->is_person_account = lc_spi_bool(i, EXISTING_IS_PERSON);
		/* what a lead was converted to has been filled by then */
		if (request->decision.keeps[t])
			continue;
		deconstruct_array(DatumGetArrayTypeP(lc_spi_datum(i, EXISTING_FILLABLE, &isnull)), INT4OID, sizeof(int32),
						  true, TYPALIGN_INT, &elems, NULL, &nelems);
		Assert(nelems == target->nmappings);
		facts->fillable = palloc0(sizeof(bool) * Max(nelems, 1));
		for (int m = 0; m < nelems; m++)
		{
			Fillable	state = DatumGetInt32(elems[m]);

			facts->fillable[m] = state == FILLABLE ||
				(state == OVERWRITABLE && lc_flag(request, F_OVERWRITE_LEAD_SOURCE));
		}
		if (run->nrequests > 1)
			facts->overwriting = overwriting_values(target, i);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Would a request overwrite what another one, of this lead, is going to write into a
 * field?  As if they came one by one: not when it is the same.
 */
static bool
overwrites_claim(LcRun *run, const LcRequest *request, LcTarget t, int mapping, int64 claimed_by)
{
	char	  **mine = request->facts.existing[t].overwriting;

	if (mine == NULL || mine[mapping] == NULL)
		return false;
	for (int i = 0; i < run->nrequests; i++)
	{
		char	  **theirs = run->request[i]->facts.existing[t].overwriting;

		if (lc_lead_id(run->request[i]) == claimed_by)
			return theirs == NULL || theirs[mapping] == NULL || strcmp(mine[mapping], theirs[mapping]) != 0;
	}
	return true;
}

/*
 * Decides anew which lead fills which empty field of an existing record: the
 * first in request order that has a value.  An overwriting request (lead source) wins over
 * those before it.
 */
void
lc_decide_fills(LcRun *run, LcTarget t)
{
	LcTargetInfo *target = &run->program->target[t];
	bool		pairs = run->program->settings.state_and_country_picklists_enabled;
	HTAB	   *owners = NULL;

	for (int i = 0; i < run->nrequests; i++)
	{
		run->request[i]->decision.fill[t] = NULL;
		run->request[i]->outcome.filled_fields[t] = NIL;
	}
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LcRequest  *first;
		int64		lead_id = lc_lead_id(request);
		LcShared   *entry;

		CHECK_FOR_INTERRUPTS();
		if (request->facts.existing[t].fillable == NULL)
			continue;
		if (owners == NULL)
			owners = lc_shared_table("leadconv existing records", run->nrequests);
		entry = lc_shared(owners, request->decision.target_id[t], 0);
		if (entry->request == NULL)
			entry->request = request;
		first = entry->request;
		for (int m = 0; m < target->nmappings; m++)
		{
			LcMapping  *mapping = &target->mappings[m];
			bool		overwrites = mapping->existing == LC_FILL_OR_OVERWRITE &&
				lc_flag(request, F_OVERWRITE_LEAD_SOURCE);
			bool		claimed = first->decision.fill[t] != NULL && first->decision.fill[t][m] != 0;

			if (claimed && overwrites)
			{
				if (!overwrites_claim(run, request, t, m, first->decision.fill[t][m]))
					continue;
			}
			else if (!request->facts.existing[t].fillable[m])
				continue;
			if (pairs && mapping->existing == LC_FILL_PAIR && first->decision.fill[t] != NULL)
			{
				/* state and country come from one lead */
				for (int other = 0; other < target->nmappings; other++)
					claimed |= target->mappings[other].existing == LC_FILL_PAIR &&
						first->decision.fill[t][other] != 0 && first->decision.fill[t][other] != lead_id;
			}
			if (claimed && !overwrites)
				continue;
			if (first->decision.fill[t] == NULL)
				first->decision.fill[t] = palloc0(sizeof(int64) * target->nmappings);
			first->decision.fill[t][m] = lead_id;
			request->outcome.filled_fields[t] = lappend(request->outcome.filled_fields[t], mapping->target_field);
		}
	}
	if (owners)
		hash_destroy(owners);
}

/*
 * Fills the empty fields of the existing records of one target, as decided; no
 * update at all where nothing is to be filled.
 */
void
lc_fill_records(LcRun *run, LcTarget t)
{
	uint64		n = 0;

	for (int i = 0; i < run->nrequests; i++)
		n += run->request[i]->decision.fill[t] != NULL;
	if (n == 0)
		return;
	lc_undo_fillers(run, t);
	run->filling = t;
	lc_execute_expecting(run, lc_target[t].fill, (Datum) 0, n);
	run->filling = -1;
	run->outcome_changed = true;
	/* triggers on the update may have changed the lead */
	run->lead_values = NULL;
}

/*
 * Gives the account of a completion to records of the earlier conversion that have
 * none.  Raises an error when a trigger suppresses that.
 */
void
lc_adopt_records(LcRun *run)
{
	static const LcStep adopt[LC_NTARGETS] = {
		[T_CONTACT] = S_ADOPT_CONTACT, [T_OPPORTUNITY] = S_ADOPT_OPPORTUNITY
	};

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		for (int t = T_CONTACT; t < LC_NTARGETS; t++)
		{
			if (!request->decision.adopts[t])
				continue;
			lc_execute_expecting(run, adopt[t], (Datum) 0, 1);
			request->outcome.filled_fields[t] = lappend(request->outcome.filled_fields[t],
														unconstify(char *, lc_target[t].account_column));
			lc_undo_field(run, request, t, lc_target[t].account_column, "null",
						  psprintf(INT64_FORMAT, request->decision.target_id[T_ACCOUNT]));
		}
	}
}

/*
 * Warns of values of the leads that were too long for a field and are cut there: of
 * a new record, unless the request gives the field another value, or of an existing
 * one that is filled with it.  It is decided by now what is filled.
 */
void
lc_warn_of_cuts(LcRun *run)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		ListCell   *lc;

		foreach(lc, request->facts.cuts)
		{
			const LcNotice *notice = lfirst(lc);
			const char *field = notice->cut->target_field;
			bool		is_written = request->decision.creates[notice->target] &&
				!lc_record_has_key(request, lc_record_field(request, notice->target), field);
			ListCell   *filled;

			foreach(filled, request->outcome.filled_fields[notice->target])
				is_written |= strcmp(lfirst(filled), field) == 0;
			if (!is_written)
				continue;
			lc_add_notice(request, notice);
			run->outcome_changed = true;
		}
	}
}
