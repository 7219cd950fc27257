/*-------------------------------------------------------------------------
 *
 * undo_records.c
 *	  Records that a conversion has made go, fields that it has filled are empty again.
 *
 * A record that was made is deleted when it is as the conversion left it, by its
 * revision, and nothing points at it that is not of the conversion.  Each foreign key
 * that references its table is asked, whatever it would do ON DELETE, so that no row
 * goes along, and none loses its reference, that somebody has added.  By then the rows
 * of the related lists have gone back to the lead, and the lead is open: what is left is
 * others', but for the records themselves, which point at each other.
 *
 * Of foreign keys that reference a column id, rows are looked for without a statement,
 * and only where there are some does the statement find out whose they are.
 *
 * Locks and questions have the rights of owners; deleting records and writing their
 * fields has the caller's.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "engine/engine.h"

/* What the ledger calls a record */
static const char *
ledger_key(int record)
{
	return record == T_PERSON ? "person_account" : record == U_TASK ? "task" : lc_target[record].name;
}

/* The table of a record that undo may delete */
static const char *
table_of(int record)
{
	return record == U_TASK ? "task" : lc_target[record].table;
}

/* SQL: its id and whether it is to be deleted, as columns of b */
static const char *
id_of(int record)
{
	return record == U_TASK ? "follow_up_task_id" : psprintf("%s_id", lc_target[record].name);
}

static const char *
is_deleted_of(int record)
{
	return record == U_TASK ? "(b.follow_up_task IS NOT NULL)" : psprintf("b.create_%s", lc_target[record].name);
}

/* What the lock statement of a record yields after ord */
enum
{
	LOCKED_REVISION = 2,
	LOCKED_IS_PERSON
};

/* SELECT that locks the records of one kind that are to be deleted, or of which fields are to be written */
static void
compile_lock(LcProgram *program, int record)
{
	LcUndoProgram *undo = program->undo;
	const char *table = table_of(record);
	const char *key = ledger_key(record);
	Oid			relid = lc_crm_relid(table, false);
	bool		has_revision = get_attnum(relid, "revision") != InvalidAttrNumber;
	bool		has_person = get_attnum(relid, "is_person_account") != InvalidAttrNumber;
	LcSql		sql;

	undo->relid[record] = relid;
	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, %s::pg_catalog.int8, %s::pg_catalog.bool FROM ", has_revision ? "t.revision" : "1",
			   has_person ? "t.is_person_account" : "false");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN crm.%s t ON t.id OPERATOR(pg_catalog.=) b.%s WHERE %s"
			   " OR pg_catalog.jsonb_exists(b.undo OPERATOR(pg_catalog.->) 'fields', '%s') ORDER BY t.id FOR UPDATE OF t",
			   table, id_of(record), is_deleted_of(record), key);
	lc_undo_statement(program, &undo->lock[record], psprintf("lock %s", table), lc_table_owner(table), LC_SNAPSHOT_LATEST, &sql);

	/* the contact of a person account goes with it */
	lc_sql_init(&sql);
	lc_sql_add(&sql, "DELETE FROM crm.%s t USING ", table);
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b WHERE t.id OPERATOR(pg_catalog.=) b.%s AND %s%s", id_of(record), is_deleted_of(record),
			   record == T_CONTACT ? " AND NOT b.contact_is_person" : "");
	lc_undo_statement(program, &undo->delete[record], psprintf("delete %s", table), InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
}

/*
 * Rows that are of the conversion itself: SQL conditions over a row t of a table of schema
 * crm.  What uses its records beside is of another round.
 */
static const struct
{
	const char *table;
	const char *condition;
}			own_rows[] = {
	{"account", "COALESCE((b.create_account AND b.account_id OPERATOR(pg_catalog.=) t.id)"
	" OR (b.create_person AND b.person_id OPERATOR(pg_catalog.=) t.id), false)"},
	{"contact", "COALESCE(b.create_contact AND b.contact_id OPERATOR(pg_catalog.=) t.id, false)"},
	{"opportunity", "COALESCE(b.create_opportunity AND b.opportunity_id OPERATOR(pg_catalog.=) t.id, false)"},
	{"task", "COALESCE(b.follow_up_task IS NOT NULL AND b.follow_up_task_id OPERATOR(pg_catalog.=) t.id, false)"},
	{"opportunity_contact_role", "COALESCE(b.add_role AND b.opportunity_id OPERATOR(pg_catalog.=) t.opportunity_id"
	" AND b.contact_id OPERATOR(pg_catalog.=) t.contact_id, false)"},
	{"account_contact_relation", "COALESCE(b.add_relation AND b.account_id OPERATOR(pg_catalog.=) t.account_id"
	" AND b.contact_id OPERATOR(pg_catalog.=) t.contact_id, false)"},
	{"opportunity_history", "true"},
	/* that it is like another record goes with it */
	{"duplicate_record_item", "true"}
};

/* The condition of a table, or NULL */
static const char *
own_condition(Oid relid)
{
	if (get_rel_namespace(relid) != get_namespace_oid("crm", false))
		return NULL;
	for (size_t i = 0; i < lengthof(own_rows); i++)
	{
		if (strcmp(get_rel_name(relid), own_rows[i].table) == 0)
			return own_rows[i].condition;
	}
	return NULL;
}

/* SQL: the operator that compares the columns of a foreign key */
static char *
key_operator(Oid opno)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(opno));
	Form_pg_operator operator;
	char	   *result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", opno);
	operator = (Form_pg_operator) GETSTRUCT(tuple);
	result = psprintf("OPERATOR(%s.%s)", quote_identifier(get_namespace_name(operator->oprnamespace)), NameStr(operator->oprname));
	ReleaseSysCache(tuple);
	return result;
}

/*
 * The statement that looks for rows which point at records of one kind by a foreign
 * key, a row of pg_constraint.
 */
static void
compile_reference(LcProgram *program, HeapTuple tuple, int record)
{
	LcUndoProgram *undo = program->undo;
	Form_pg_constraint con = (Form_pg_constraint) GETSTRUCT(tuple);
	LcReferenceKey *reference = MemoryContextAllocZero(undo->context, sizeof(LcReferenceKey));
	Relation	rel = table_open(con->conrelid, AccessShareLock);
	const char *own = own_condition(con->conrelid);
	int			nkeys;
	AttrNumber	conkey[INDEX_MAX_KEYS];
	AttrNumber	confkey[INDEX_MAX_KEYS];
	Oid			operators[INDEX_MAX_KEYS];
	MemoryContext oldcontext;
	StringInfoData on;
	LcSql		sql;

	DeconstructFkConstraintRow(tuple, &nkeys, conkey, confkey, operators, NULL, NULL
#if PG_VERSION_NUM >= 150000
							   ,NULL, NULL
#endif
		);
	reference->record = record;
	reference->relid = con->conrelid;
	initStringInfo(&on);
	for (int i = 0; i < nkeys; i++)
	{
		const char *column = quote_identifier(get_attname(con->conrelid, conkey[i], false));
		const char *referenced = quote_identifier(get_attname(con->confrelid, confkey[i], false));

		appendStringInfo(&on, "%sp.%s %s t.%s", on.len ? " AND " : "", referenced, key_operator(operators[i]), column);
	}
	if (nkeys == 1 && strcmp(get_attname(con->confrelid, confkey[0], false), "id") == 0 && rel->rd_rel->relkind == RELKIND_RELATION &&
		lc_is_stored_as(TupleDescAttr(RelationGetDescr(rel), conkey[0] - 1)->atttypid, INT8OID))
		lc_compile_probe(&reference->probe, con->conrelid, get_attname(con->conrelid, conkey[0], false));

	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, t.leadconv_key FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN crm.%s p ON p.id OPERATOR(pg_catalog.=) b.%s CROSS JOIN LATERAL (SELECT %s AS leadconv_key FROM %s t WHERE %s",
			   table_of(record), id_of(record),
			   lc_column_number(RelationGetDescr(rel), "id") != InvalidAttrNumber ? "t.id::pg_catalog.text" : "NULL::pg_catalog.text",
			   lc_qualified_name(con->conrelid), on.data);
	if (own)
		lc_sql_add(&sql, " AND NOT %s", own);
	lc_sql_add(&sql, " LIMIT 10) t WHERE %s ORDER BY 1, 2", is_deleted_of(record));
	lc_undo_statement(program, &reference->statement, psprintf("look at %s", lc_qualified_name(con->conrelid)),
					  rel->rd_rel->relowner, LC_SNAPSHOT_LATEST, &sql);
	table_close(rel, AccessShareLock);
	oldcontext = MemoryContextSwitchTo(undo->context);
	undo->references = lappend(undo->references, reference);
	MemoryContextSwitchTo(oldcontext);
}

/* All foreign keys that point at the records of one kind */
static void
compile_references(LcProgram *program, int record)
{
	Relation	constraints = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;

	/* there is no index for it; partitions follow their table */
	ScanKeyInit(&key[0], Anum_pg_constraint_confrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(program->undo->relid[record]));
	scan = systable_beginscan(constraints, InvalidOid, false, NULL, 1, key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint con = (Form_pg_constraint) GETSTRUCT(tuple);

		if (con->contype == CONSTRAINT_FOREIGN && !OidIsValid(con->conparentid))
			compile_reference(program, tuple, record);
	}
	systable_endscan(scan);
	table_close(constraints, AccessShareLock);
}

/*
 * Compiles the statements of this file, in the memory context of the undo program.
 */
void
lc_undo_compile_records(LcProgram *program)
{
	LcUndoProgram *undo = program->undo;

	for (int record = 0; record < LC_NUNDONE; record++)
	{
		compile_lock(program, record);
		compile_references(program, record);
	}
	lc_undo_compile_restored(program, &undo->roles, lc_crm_relid("opportunity_contact_role", false));
	lc_undo_compile_restored(program, &undo->relations, lc_crm_relid("account_contact_relation", false));
}

/* The revision that a record had at the end of the conversion */
static int64
expected_revision(const LcRequest *request, int record)
{
	const char *key = ledger_key(record);
	JsonbValue *revisions = getKeyJsonValueFromContainer(&request->undoing->undo->root, "revision", strlen("revision"), NULL);
	JsonbValue *value = NULL;

	if (revisions != NULL && revisions->type == jbvBinary)
		value = getKeyJsonValueFromContainer(revisions->val.binary.data, key, strlen(key), NULL);
	if (value == NULL || value->type != jbvNumeric)
		return 1;
	return DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

/*
 * Locks the records of the run that are to be deleted or written, and finds out which
 * are there, and which of those that were made have been changed since.  The batch is
 * laid down.
 */
void
lc_undo_read_records(LcRun *run)
{
	LcUndoProgram *undo = run->program->undo;

	for (int record = 0; record < LC_NUNDONE; record++)
	{
		bool		any = false;
		uint64		nrows;

		for (int i = 0; i < run->nrequests; i++)
			any |= (record == U_TASK ? run->request[i]->decision.follow_up_task_id : run->request[i]->decision.target_id[record]) != 0;
		if (!any)
			continue;
		nrows = lc_execute(run, &undo->lock[record], (Datum) 0);
		for (uint64 i = 0; i < nrows; i++)
		{
			LcRequest  *request = lc_row_request(run->request, i);
			LcUndoing  *undoing = request->undoing;
			int64		id = record == U_TASK ? request->decision.follow_up_task_id : request->decision.target_id[record];

			undoing->exists[record] = true;
			if (record == T_CONTACT)
				undoing->is_person = lc_spi_bool(i, LOCKED_IS_PERSON);
			if (!undoing->was_created[record])
				continue;
			if (!undoing->is_known)
				undoing->is_edited[record] = true;
			else if (lc_spi_int64(i, LOCKED_REVISION) != expected_revision(request, record))
			{
				undoing->is_edited[record] = true;
				lc_undo_block_id(request, undo->relid[record], id, "it has been changed since");
			}
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/* Decides, as far as is known by now, which records are deleted */
static void
decide_deletions(LcRun *run)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LcUndoing  *undoing = request->undoing;

		for (int record = 0; record < LC_NUNDONE; record++)
			undoing->deleted[record] = undoing->was_created[record] && undoing->exists[record] &&
				(!undoing->is_edited[record] || !run->options.keep);
		/* a person goes with its account, and stays with it */
		if (undoing->is_person && undoing->was_created[T_CONTACT])
		{
			int			account = request->decision.target_id[T_PERSON] != 0 ? T_PERSON : T_ACCOUNT;

			undoing->deleted[T_CONTACT] &= undoing->deleted[account];
			undoing->deleted[account] &= undoing->deleted[T_CONTACT];
		}
		for (int t = 0; t < LC_NTARGETS; t++)
			request->decision.creates[t] = undoing->deleted[t];
		request->decision.follow_up = undoing->deleted[U_TASK];
		request->decision.add_role = undoing->made_role;
		request->decision.add_relation = undoing->made_relation;
		request->decision.person = undoing->is_person ? LC_RELATED_PERSON : LC_NO_PERSON;
	}
	lc_batch_fill(run, run->request, run->nrequests);
}

/* Is there a row that points at a record of this kind to be deleted? */
static bool
is_referenced(LcRun *run, const LcReferenceKey *reference)
{
	LcOpenProbe probe;
	Snapshot	snapshot;
	bool		found = false;

	if (!OidIsValid(reference->probe.relid))
		return true;			/* the statement finds out */
	lc_probe_open(&probe, &reference->probe);
	if (!probe.is_empty && !OidIsValid(probe.index))
		found = true;
	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int i = 0; i < run->nrequests && !found && !probe.is_empty; i++)
	{
		const LcRequest *request = run->request[i];

		if (request->undoing->deleted[reference->record])
			found = lc_probe_finds(&probe, reference->record == U_TASK ? request->decision.follow_up_task_id :
								   request->decision.target_id[reference->record], snapshot);
	}
	UnregisterSnapshot(snapshot);
	lc_probe_close(&probe);
	return found;
}

/* Does any request delete a record of this kind? */
static bool
any_deleted(LcRun *run, int record)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		if (run->request[i]->undoing->deleted[record])
			return true;
	}
	return false;
}

/* Looks for rows that point at records to be deleted; those stay then.  Returns whether there are any. */
static bool
find_references(LcRun *run)
{
	LcUndoProgram *undo = run->program->undo;
	bool		any = false;
	ListCell   *lc;

	foreach(lc, undo->references)
	{
		LcReferenceKey *reference = lfirst(lc);
		uint64		nrows;

		CHECK_FOR_INTERRUPTS();
		if (!any_deleted(run, reference->record) || !is_referenced(run, reference))
			continue;
		nrows = lc_execute(run, &reference->statement, (Datum) 0);
		for (uint64 i = 0; i < nrows; i++)
		{
			LcRequest  *request = lc_row_request(run->request, i);
			int			record = reference->record;

			request->undoing->is_edited[record] = true;
			any = true;
			lc_undo_block(request, reference->relid, lc_spi_text(i, 2),
						  psprintf("it uses %s " INT64_FORMAT, record == U_TASK ? "task" : lc_target[record].noun,
								   record == U_TASK ? request->decision.follow_up_task_id : request->decision.target_id[record]));
		}
		SPI_freetuptable(SPI_tuptable);
	}
	return any;
}

/*
 * Which records are deleted?  One that is in use stays, and what it uses, too; so they
 * are looked at until nothing more stays.  Where nothing is to stay, all that is in the
 * way of any record is told.
 */
void
lc_undo_decide(LcRun *run)
{
	do
	{
		decide_deletions(run);
	} while (find_references(run) && run->options.keep);
}

/*
 * Is the row that joins two records, of a table by a column id and another column, as
 * the conversion made it?  Sets *id, 0 when there is none.
 */
static bool
is_unchanged(LcRun *run, const LcRequest *request, const LcProbe *probe, int64 first, AttrNumber other, int64 second, int64 *id)
{
	LcOpenProbe open;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	TupleDesc	desc;
	bool		unchanged = false;

	*id = 0;
	lc_probe_open(&open, probe);
	desc = RelationGetDescr(open.rel);
	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = lc_probe_begin(&open, first, snapshot);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, other, desc, &isnull);
		AttrNumber	modified = lc_column_number(desc, "last_modified_date");
		AttrNumber	key = lc_column_number(desc, "id");

		if (isnull || DatumGetInt64(value) != second || key == InvalidAttrNumber)
			continue;
		value = heap_getattr(tuple, key, desc, &isnull);
		if (isnull || !lc_is_stored_as(TupleDescAttr(desc, key - 1)->atttypid, INT8OID))
			continue;
		*id = DatumGetInt64(value);
		/* nor in the transaction of the conversion, after it */
		unchanged = (tuple->t_data->t_infomask & HEAP_UPDATED) == 0;
		if (unchanged && modified != InvalidAttrNumber && TupleDescAttr(desc, modified - 1)->atttypid == TIMESTAMPTZOID)
		{
			value = heap_getattr(tuple, modified, desc, &isnull);
			unchanged = !isnull && lc_undo_is_time(request, DatumGetTimestampTz(value));
		}
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	lc_probe_close(&open);
	return unchanged;
}

/* Does the ledger say that role or relation was made, of records that existed? */
static bool
says_made(const LcRequest *request, const char *what)
{
	JsonbValue *made = getKeyJsonValueFromContainer(&request->undoing->undo->root, "made", strlen("made"), NULL);
	JsonbValue	element = {.type = jbvString};

	element.val.string.val = unconstify(char *, what);
	element.val.string.len = strlen(what);
	return made != NULL && made->type == jbvBinary &&
		findJsonbValueFromContainer(made->val.binary.data, JB_FARRAY, &element) != NULL;
}

/* Are role and relation of a request still as they were made? */
static void
read_role_and_relation(LcRun *run, LcRequest *request)
{
	const LcFactTables *facts = &run->program->facts;
	LcUndoing  *undoing = request->undoing;
	int64		account = request->decision.target_id[T_ACCOUNT];
	int64		contact = request->decision.target_id[T_CONTACT];
	int64		opportunity = request->decision.target_id[T_OPPORTUNITY];
	int64		id;

	if (contact == 0 || !undoing->is_known)
		return;
	if (opportunity != 0 && (undoing->was_created[T_CONTACT] || undoing->was_created[T_OPPORTUNITY] || says_made(request, "role")))
	{
		undoing->made_role = is_unchanged(run, request, &facts->roles, opportunity, facts->role_contact_attno, contact, &id);
		if (!undoing->made_role && id != 0)
			lc_undo_block_id(request, facts->roles.relid, id, "it has been changed since");
	}
	if (account != 0 && (undoing->was_created[T_CONTACT] || undoing->was_created[T_ACCOUNT] || says_made(request, "relation")))
	{
		undoing->made_relation = is_unchanged(run, request, &facts->relations, contact, facts->relation_account_attno, account, &id);
		if (!undoing->made_relation && id != 0)
			lc_undo_block_id(request, facts->relations.relid, id, "it has been changed since");
	}
}

/*
 * Which roles and relations were made, and are as they were then?  Those that were
 * taken out of the recycle bin go back into it.
 */
void
lc_undo_read_roles(LcRun *run)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		read_role_and_relation(run, run->request[i]);
	}
	if (lc_undo_says(run, "restored"))
	{
		lc_undo_restore(run, &run->program->undo->roles);
		lc_undo_restore(run, &run->program->undo->relations);
	}
}

/* A number under two keys of the ledger's object, or 0 */
static int64
said_number(const LcRequest *request, const char *key, const char *target)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&request->undoing->undo->root, key, strlen(key), NULL);

	if (value != NULL && value->type == jbvBinary)
		value = getKeyJsonValueFromContainer(value->val.binary.data, target, strlen(target), NULL);
	return value == NULL || value->type != jbvNumeric ? 0 :
		DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric)));
}

/* The revision of a record now; it is there */
static int64
revision_now(LcRun *run, int t, int64 id)
{
	Oid			argtypes[1] = {INT8OID};
	Datum		values[1] = {Int64GetDatum(id)};
	int64		result = 0;

	if (lc_query_as(lc_table_owner(table_of(t)), psprintf("SELECT t.revision::pg_catalog.int8 FROM crm.%s t WHERE t.id OPERATOR(pg_catalog.=) $1",
														  table_of(t)), SPI_OK_SELECT, 1, argtypes, values, NULL) == 1)
		result = lc_spi_int64(0, 1);
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/*
 * A record is what it was before the conversion, but for its revision.  Earlier
 * conversions that left it so are told the revision that it has now, or it would look to
 * them as if somebody had changed it; those of the same call have noted the revision at
 * the end, and the one before all of them.  One that has only filled the record is told so
 * ("told"), since the revisions before and after it do not show that any more.
 */
static void
tell_earlier(LcRun *run, LcRequest *request, int t, int64 before, int64 after, int64 now)
{
	static const char *const converted[LC_NTARGETS] = {
		[T_ACCOUNT] = "converted_account_id", [T_CONTACT] = "converted_contact_id", [T_OPPORTUNITY] = "converted_opportunity_id"
	};
	const char *key = lc_target[t].name;
	Oid			argtypes[5] = {INT8OID, INT8OID, INT8OID, INT8OID, INT8OID};
	Datum		values[5];

	if (t == T_PERSON)
		return;					/* of which leads say nothing */
	values[0] = Int64GetDatum(request->decision.target_id[t]);
	values[1] = Int64GetDatum(before);
	values[2] = Int64GetDatum(now);
	values[3] = Int64GetDatum(lc_lead_id(request));
	values[4] = Int64GetDatum(after);
	(void) lc_query_as(lc_table_owner("lead_conversion"),
					   psprintf("UPDATE crm.lead_conversion c SET undo = c.undo OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('revision',"
								" COALESCE(c.undo OPERATOR(pg_catalog.->) 'revision', '{}') OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('%s', $3))"
								" OPERATOR(pg_catalog.||) CASE WHEN (c.undo OPERATOR(pg_catalog.#>>) '{before,%s}')::pg_catalog.int8 OPERATOR(pg_catalog.=) $2"
								"  THEN pg_catalog.jsonb_build_object('before', (c.undo OPERATOR(pg_catalog.->) 'before') OPERATOR(pg_catalog.||)"
								"  pg_catalog.jsonb_build_object('%s', $3 OPERATOR(pg_catalog.-) 1)) ELSE '{}' END"
								" OPERATOR(pg_catalog.||) CASE WHEN (c.undo OPERATOR(pg_catalog.#>>) '{before,%s}')::pg_catalog.int8 OPERATOR(pg_catalog.+) 1"
								"  OPERATOR(pg_catalog.=) (c.undo OPERATOR(pg_catalog.#>>) '{revision,%s}')::pg_catalog.int8"
								"  THEN pg_catalog.jsonb_build_object('told', COALESCE(c.undo OPERATOR(pg_catalog.->) 'told', '{}')"
								"  OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('%s', 1)) ELSE '{}' END"
								" FROM crm.lead l WHERE l.%s OPERATOR(pg_catalog.=) $1 AND c.lead_id OPERATOR(pg_catalog.=) l.id AND c.undone_date IS NULL"
								" AND c.undo IS NOT NULL AND c.lead_id OPERATOR(pg_catalog.<>) $4 AND COALESCE("
								"(c.undo OPERATOR(pg_catalog.#>>) '{revision,%s}')::pg_catalog.int8, CASE WHEN c.%s_created THEN 1 END)"
								" OPERATOR(pg_catalog.=) ANY (ARRAY[$2, $5])",
								key, key, key, key, key, key, converted[t], key, key), SPI_OK_UPDATE, 5, argtypes, values, NULL);
}

/* Adds the names of fields of a target to a list, those of which the ledger has values; NIL = none */
static List *
fields_of(const LcRequest *request, int t, JsonbContainer **fields)
{
	const char *key = ledger_key(t);
	JsonbValue *value = getKeyJsonValueFromContainer(&request->undoing->undo->root, "fields", strlen("fields"), NULL);
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	name;
	List	   *names = NIL;

	if (value != NULL && value->type == jbvBinary)
		value = getKeyJsonValueFromContainer(value->val.binary.data, key, strlen(key), NULL);
	if (value == NULL || value->type != jbvBinary)
		return NIL;
	*fields = value->val.binary.data;
	it = JsonbIteratorInit(value->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &name, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			names = lappend(names, pnstrdup(name.val.string.val, name.val.string.len));
	}
	return names;
}

/* Fields of an existing record that are written back */
typedef struct LcFieldsBack
{
	LcRun	   *run;
	LcRequest  *request;
	int			target;
	List	   *names;			/* of char *: columns that are there */
} LcFieldsBack;

/* SQL: the values of fields that the ledger has under $2, those before (0) or after (1) the conversion, as a row */
static char *
said_values(int t, int which, const char *alias, const char *columns)
{
	return psprintf("pg_catalog.jsonb_to_record((SELECT pg_catalog.jsonb_object_agg(f.key, f.value OPERATOR(pg_catalog.->) %d)"
					" FROM pg_catalog.jsonb_each($2 OPERATOR(pg_catalog.#>) '{fields,%s}') f)) AS %s(%s)", which, ledger_key(t), alias, columns);
}

/*
 * Writes fields back that have still the value which the conversion gave them.  One that
 * has been changed since stays.
 */
static void
write_fields(void *arg)
{
	LcFieldsBack *back = arg;
	LcRun	   *run = back->run;
	LcRequest  *request = back->request;
	int			t = back->target;
	const char *table = table_of(t);
	Oid			relid = run->program->undo->relid[t];
	Oid			argtypes[2] = {INT8OID, JSONBOID};
	Datum		values[2];
	StringInfoData set;
	StringInfoData kept;
	StringInfoData columns;
	ListCell   *lc;
	char	  **changed;
	uint64		nrows;

	initStringInfo(&set);
	initStringInfo(&kept);
	initStringInfo(&columns);
	foreach(lc, back->names)
	{
		const char *column = quote_identifier(lfirst(lc));
		int32		typmod;
		Oid			type;
		Oid			collation;
		char	   *same;

		get_atttypetypmodcoll(relid, get_attnum(relid, lfirst(lc)), &type, &typmod, &collation);
		type = getBaseTypeAndTypmod(type, &typmod);
		appendStringInfo(&columns, "%s%s %s", columns.len ? ", " : "", column,
						 format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
		/* as the ledger tells them, which does not have all of a value of type json */
		same = psprintf("pg_catalog.to_jsonb(t.%s)::pg_catalog.text IS NOT DISTINCT FROM pg_catalog.to_jsonb(n.%s)::pg_catalog.text",
						column, column);
		appendStringInfo(&set, "%s%s = CASE WHEN %s THEN o.%s ELSE t.%s END", set.len ? ", " : "", column, same, column, column);
		appendStringInfo(&kept, "%sCASE WHEN NOT (%s) THEN %s END", kept.len ? ", " : "", same, quote_literal_cstr(lfirst(lc)));
	}

	values[0] = Int64GetDatum(request->decision.target_id[t]);
	values[1] = JsonbPGetDatum(request->undoing->undo);
	run->step = psprintf("look at %s", table);
	nrows = lc_query(psprintf("SELECT ARRAY[%s]::pg_catalog.text[] FROM crm.%s t CROSS JOIN LATERAL %s WHERE t.id OPERATOR(pg_catalog.=) $1",
							  kept.data, table, said_values(t, 1, "n", columns.data)), SPI_OK_SELECT, 2, argtypes, values, NULL);
	if (nrows == 0)
	{
		SPI_freetuptable(SPI_tuptable);
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s " INT64_FORMAT " cannot be changed", table, request->decision.target_id[t]),
				 errdetail("A row security policy hides it."),
				 err_generic_string(PG_DIAG_TABLE_NAME, table)));
	}
	changed = lc_look_texts(0, 1, list_length(back->names));
	SPI_freetuptable(SPI_tuptable);

	run->step = psprintf("update %s", table);
	nrows = lc_query(psprintf("UPDATE crm.%s t SET %s FROM %s, %s WHERE t.id OPERATOR(pg_catalog.=) $1", table, set.data,
							  said_values(t, 1, "n", columns.data), said_values(t, 0, "o", columns.data)), SPI_OK_UPDATE, 2, argtypes, values, NULL);
	lc_check_processed(run, nrows, 1);
	for (int i = 0; i < list_length(back->names); i++)
	{
		if (changed[i] == NULL)
			request->undoing->fields_restored++;
		else
			lc_undo_block_id(request, relid, request->decision.target_id[t],
							 psprintf("its field \"%s\" has been changed since", changed[i]));
	}
}

/*
 * Writes the fields of the existing record of a request back.  Those whose values do not
 * fit the column any more stay; where there are such, they are written one by one.
 */
static void
restore_fields(LcRun *run, LcRequest *request, int t, List *names)
{
	const char *table = table_of(t);
	Oid			relid = run->program->undo->relid[t];
	int64		id = request->decision.target_id[t];
	int64		before = said_number(request, "before", ledger_key(t));
	int64		after = said_number(request, "revision", ledger_key(t));
	bool		only_filled = before != 0 && (after == before + 1 || said_number(request, "told", ledger_key(t)) != 0) &&
		get_attnum(relid, "revision") != InvalidAttrNumber && revision_now(run, t, id) == after;
	LcFieldsBack back = {.run = run, .request = request, .target = t};
	ListCell   *lc;

	foreach(lc, names)
	{
		if (get_attnum(relid, lfirst(lc)) > 0)
			back.names = lappend(back.names, lfirst(lc));
		else
			lc_undo_warn(request, lfirst(lc), NULL, psprintf("field \"%s\" of %s is not there any more", (char *) lfirst(lc), table));
	}
	if (back.names == NIL)
		return;
	only_filled &= list_length(back.names) == list_length(names);
	if (!lc_undo_try(run, write_fields, &back))
	{
		List	   *all = back.names;

		only_filled = false;
		foreach(lc, all)
		{
			back.names = list_make1(lfirst(lc));
			if (!lc_undo_try(run, write_fields, &back))
				lc_undo_block_id(request, relid, id, psprintf("its field \"%s\" does not take the value that it had", (char *) lfirst(lc)));
		}
	}
	if (only_filled)
		tell_earlier(run, request, t, before, after, revision_now(run, t, id));
}

/*
 * Writes the fields of existing records back that were filled.
 */
void
lc_undo_fields(LcRun *run)
{
	if (!lc_undo_says(run, "fields"))
		return;
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		for (int i = 0; i < run->nrequests; i++)
		{
			LcRequest  *request = run->request[i];
			JsonbContainer *fields;
			List	   *names;

			CHECK_FOR_INTERRUPTS();
			if (!request->undoing->exists[t] || request->undoing->was_created[t])
				continue;
			names = fields_of(request, t, &fields);
			if (names != NIL)
				restore_fields(run, request, t, names);
		}
	}
}

/*
 * Deletes the records that it has been decided to delete; the batch is laid down.
 * Raises an error when one is not deleted.
 */
void
lc_undo_delete_records(LcRun *run)
{
	static const int order[LC_NUNDONE] = {U_TASK, T_OPPORTUNITY, T_CONTACT, T_ACCOUNT, T_PERSON};
	LcUndoProgram *undo = run->program->undo;

	for (int o = 0; o < LC_NUNDONE; o++)
	{
		int			record = order[o];
		uint64		expected = 0;
		uint64		processed;

		for (int i = 0; i < run->nrequests; i++)
			expected += run->request[i]->undoing->deleted[record] && !(record == T_CONTACT && run->request[i]->undoing->is_person);
		if (expected == 0)
			continue;
		processed = lc_execute(run, &undo->delete[record], (Datum) 0);
		if (processed != expected)
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("step \"%s\" of the undo deleted " UINT64_FORMAT " of " UINT64_FORMAT " row(s)", run->step, processed, expected),
					 errdetail("A row security policy or a BEFORE trigger kept the others."),
					 errhint("Who undoes a conversion must be able to see and delete the records that it made."),
					 err_generic_string(PG_DIAG_TABLE_NAME, table_of(record))));
	}
}
