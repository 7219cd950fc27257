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
 * Invalidation.  A relcache callback counts the invalidations that concern the
 * tables we use; it does nothing else.  Statement triggers on the metadata
 * tables cause such an invalidation in every session.  When the counter has
 * moved, the next use computes the program's fingerprint (metadata rows, row
 * types, triggers); only if it differs is a new program compiled (ANALYZE, say,
 * or another label of a picklist value moves the counter but not the fingerprint,
 * which is of what programs read).  Metadata is read as the owner of
 * schema crm, on the latest snapshot, as catalogs are.
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
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "engine/engine.h"

/*
 * Programs kept at most, one or two megabytes each with their plans.  Under row
 * security a role has one of its own.
 */
#define MAX_PROGRAMS	32

/* The programs, the one used last first */
static LcProgram *programs = NULL;
static LcProgram *partial_program = NULL;

static void
program_free(LcProgram *program)
{
	for (int i = 0; i < LC_NSTEPS; i++)
		lc_statement_free(&program->step[i]);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		lc_statement_free(&program->target[t].judge_picklists);
		lc_statement_free(&program->target[t].judge_duplicates);
		lc_statement_free(&program->target[t].judge_duplicates_record);
	}
	for (int i = 0; i < program->nlists; i++)
	{
		LcList	   *list = &program->lists[i];
		LcStatement *statements[LC_NLISTSTATEMENTS];

		lc_list_statements(list, statements);
		for (int s = 0; s < LC_NLISTSTATEMENTS; s++)
			lc_statement_free(statements[s]);
	}
	lc_undo_free(program);
	MemoryContextDelete(program->context);
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

/* Everything about the columns of a relation that a program depends on */
static void
append_columns(StringInfo buf, TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		appendStringInfo(buf, "%d %s %u %d %d %d %d %d,", att->attnum, NameStr(att->attname), att->atttypid, att->atttypmod,
						 att->attnotnull, att->atthasdef, att->attgenerated, att->attidentity);
		if (get_typtype(att->atttypid) == TYPTYPE_DOMAIN)
			appendStringInfo(buf, "%s,", nodeToString(lc_domain_default(att->atttypid)));
	}
}

/*
 * The hash of everything in a table's shape that a program depends on.  Sets
 * *user_code when users' triggers or rules stand on the table.
 */
static uint64
hash_relation(Oid relid, uint64 hash, bool *user_code)
{
	Relation	rel = table_open(relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%u %u %d %d %d %d %d %d %d:", relid, rel->rd_rel->relowner, rel->rd_rel->relrowsecurity,
					 lc_may_list(relid, lc_crm_owner(), true) + lc_may_list(relid, lc_crm_owner(), false),
					 lc_may_insert_direct(rel), lc_has_user_code(rel),
					 lc_has_foreign_trigger(rel, TRIGGER_TYPE_INSERT),
					 lc_has_foreign_trigger(rel, TRIGGER_TYPE_UPDATE),
					 lc_has_child_guards(rel, NULL));
	append_columns(&buf, desc);
	if (desc->constr)
	{
		for (int i = 0; i < desc->constr->num_defval; i++)
			appendStringInfo(&buf, "%d %s", desc->constr->defval[i].adnum, desc->constr->defval[i].adbin);
	}
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->attidentity != '\0')
			appendStringInfo(&buf, "%d %u,", i, lc_column_sequence(rel, i + 1));
	}
	hash = hash_bytes_extended((unsigned char *) buf.data, buf.len, hash);
	pfree(buf.data);
	*user_code |= lc_has_user_code(rel);
	foreach(lc, RelationGetIndexList(rel))
	{
		if (lc_index_matters(lfirst_oid(lc)))
			hash = hash_bytes_extended((unsigned char *) &lfirst_oid(lc), sizeof(Oid), hash);
	}
	table_close(rel, AccessShareLock);
	return hash;
}

/* Columns of metadata that people read, or other parts of the library, and no program */
static const struct
{
	const char *table;
	const char *column;
}			unread_columns[] = {
	{"picklist_value", "label"},
	{"picklist_value", "is_closed"},
	{"picklist_value", "is_high_priority"},
	{"lead_status", "is_qualified"},
	{"opportunity_stage", "master_label"},
	{"opportunity_stage", "default_probability"},
	{"opportunity_stage", "forecast_category"},
	{"opportunity_stage", "forecast_category_name"},
	{"record_type", "description"},
	{"record_type", "last_modified_date"},
	{"record_type", "last_modified_by_id"}
};

static bool
is_unread(const char *table, const char *column)
{
	for (size_t i = 0; i < lengthof(unread_columns); i++)
	{
		if (strcmp(unread_columns[i].table, table) == 0 && strcmp(unread_columns[i].column, column) == 0)
			return true;
	}
	return false;
}

/* The picklists whose values programs know, whatever these are: those that are restricted */
typedef struct RestrictedFields
{
	bool		all;			/* any value may be known */
	int64	   *id;
	int			n;
} RestrictedFields;

/* A column of a row that is stored as this type; *isnull also when there is none */
static Datum
stored_value(HeapTuple tuple, TupleDesc desc, const char *column, Oid type, bool *isnull)
{
	AttrNumber	attno = lc_column_number(desc, column);

	*isnull = true;
	if (attno == InvalidAttrNumber || !lc_is_stored_as(TupleDescAttr(desc, attno - 1)->atttypid, type))
		return (Datum) 0;
	return heap_getattr(tuple, attno, desc, isnull);
}

/* Finds them; with values that record types offer, all may be known */
static void
find_restricted(RestrictedFields *fields)
{
	Relation	rel = table_open(lc_crm_relid("record_type_picklist_value", false), AccessShareLock);
	LcLatestScan latest;
	int			max = 64;

	fields->id = palloc(sizeof(int64) * max);
	fields->n = 0;
	fields->all = rel->rd_rel->relkind != RELKIND_RELATION;
	if (!fields->all)
	{
		fields->all = HeapTupleIsValid(lc_latest_begin(&latest, rel, InvalidOid, 0, NULL));
		lc_latest_end(&latest);
	}
	table_close(rel, AccessShareLock);
	if (fields->all)
		return;

	rel = table_open(lc_crm_relid("picklist_field", false), AccessShareLock);
	fields->all = rel->rd_rel->relkind != RELKIND_RELATION;
	if (!fields->all)
	{
		for (HeapTuple tuple = lc_latest_begin(&latest, rel, InvalidOid, 0, NULL); HeapTupleIsValid(tuple);
			 tuple = systable_getnext(latest.scan))
		{
			bool		no_id;
			bool		unknown;
			int64		id = DatumGetInt64(stored_value(tuple, RelationGetDescr(rel), "id", INT8OID, &no_id));
			bool		restricted = DatumGetBool(stored_value(tuple, RelationGetDescr(rel), "is_restricted", BOOLOID, &unknown));

			fields->all |= no_id || unknown;
			if (no_id || !restricted)
				continue;
			if (fields->n == max)
				fields->id = repalloc(fields->id, sizeof(int64) * (max *= 2));
			fields->id[fields->n++] = id;
		}
		lc_latest_end(&latest);
	}
	table_close(rel, AccessShareLock);
}

/* Does a program know this row of crm.picklist_value: a default, or a value of a restricted field? */
static bool
is_known_value(const RestrictedFields *fields, HeapTuple tuple, TupleDesc desc)
{
	bool		unknown;
	bool		no_field;
	bool		is_default = DatumGetBool(stored_value(tuple, desc, "is_default", BOOLOID, &unknown));
	int64		field = DatumGetInt64(stored_value(tuple, desc, "picklist_field_id", INT8OID, &no_field));

	if (fields->all || unknown || is_default || no_field)
		return true;
	for (int i = 0; i < fields->n; i++)
	{
		if (fields->id[i] == field)
			return true;
	}
	return false;
}

/*
 * The hash of the rows of a table of metadata that programs know, in whatever order they
 * are, and of the columns that they read, as values are stored: what is stored otherwise is
 * taken for another value, which costs a compilation and no more.  Without a statement: it
 * would cost more than all the rest of a fingerprint.
 */
static uint64
hash_rows(const char *table, uint64 seed)
{
	Relation	rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	LcLatestScan latest;
	StringInfoData buf;
	uint64		hash;

	initStringInfo(&buf);
	append_columns(&buf, desc);
	hash = hash_bytes_extended((unsigned char *) buf.data, buf.len, seed);
	if (rel->rd_rel->relkind != RELKIND_RELATION)
	{
		/* what has no rows of its own */
		(void) lc_read_metadata(psprintf("SELECT pg_catalog.string_agg(t::pg_catalog.text, '|' ORDER BY t::pg_catalog.text) FROM crm.%s t",
										 table));
		if (!lc_spi_isnull(0, 1))
			hash = hash_bytes_extended((unsigned char *) lc_spi_text(0, 1), strlen(lc_spi_text(0, 1)), hash);
		SPI_freetuptable(SPI_tuptable);
	}
	else
	{
		bool		is_values = strcmp(table, "picklist_value") == 0;
		RestrictedFields fields = {.all = true};
		Datum	   *values = palloc(sizeof(Datum) * desc->natts);
		bool	   *nulls = palloc(sizeof(bool) * desc->natts);
		bool	   *unread = palloc(sizeof(bool) * desc->natts);

		for (int i = 0; i < desc->natts; i++)
			unread[i] = TupleDescAttr(desc, i)->attisdropped || is_unread(table, NameStr(TupleDescAttr(desc, i)->attname));
		if (is_values)
			find_restricted(&fields);
		for (HeapTuple tuple = lc_latest_begin(&latest, rel, InvalidOid, 0, NULL); HeapTupleIsValid(tuple);
			 tuple = systable_getnext(latest.scan))
		{
			uint64		row = seed;

			if (is_values && !is_known_value(&fields, tuple, desc))
				continue;
			heap_deform_tuple(tuple, desc, values, nulls);
			for (int i = 0; i < desc->natts; i++)
			{
				if (unread[i])
					continue;
				row = hash_combine64(row, nulls[i] ? 0 : 1 + datum_image_hash(values[i], TupleDescAttr(desc, i)->attbyval, TupleDescAttr(desc, i)->attlen));
			}
			hash += row;
		}
		lc_latest_end(&latest);
	}
	pfree(buf.data);
	table_close(rel, AccessShareLock);
	return hash;
}

/* What compute_fingerprint() reads of crm.related_list */
static const LcMetaColumn child_columns[] = {
	{{"related_list", "child", OIDOID}, false},
	{{"related_list", "is_active", BOOLOID}, false}
};

/*
 * The fingerprint of all that a program is compiled from.  Also replaces the
 * list of watched tables.  *user_code tells whether users' triggers or rules stand
 * on a table that conversion writes.
 */
static uint64
compute_fingerprint(bool *user_code)
{
	static const char *const shapes[] = {
		"lead", "account", "contact", "opportunity", "task", "opportunity_contact_role",
		"account_contact_relation", "lead_conversion", "campaign_member", "app_user",
		"process_instance", "workflow_time_queue", "entity_subscription",
		"partner_network_record_connection", "campaign_member_status", "notification",
		"user_record_type"
	};
	StringInfoData sql;
	List	   *relids = NIL;
	ListCell   *lc;
	TupleDesc	error_desc = lc_type_desc("lead_convert_error");
	/* a new incarnation of the extension has types of its own */
	uint64		hash = error_desc->tdtypeid;
	uint64		nrows;

	*user_code = false;
	initStringInfo(&sql);
	append_columns(&sql, error_desc);
	hash = hash_bytes_extended((unsigned char *) sql.data, sql.len, hash);
	resetStringInfo(&sql);
	for (size_t i = 0; i < lengthof(shapes); i++)
		relids = list_append_unique_oid(relids, lc_crm_relid(shapes[i], false));

	/* the children of the related lists, users' own tables among them */
	nrows = lc_read_columns(child_columns, lengthof(child_columns), NULL,
							"crm.related_list WHERE related_list.is_active ORDER BY related_list.id");
	for (uint64 i = 0; i < nrows; i++)
	{
		Oid			relid = lc_spi_oid(i, 1);

		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relid)))
			relids = list_append_unique_oid(relids, relid);
	}
	SPI_freetuptable(SPI_tuptable);

	foreach(lc, relids)
		hash = hash_relation(lfirst_oid(lc), hash, user_code);

	for (const LcMetadataTable *table = lc_metadata_tables; table->name != NULL; table++)
	{
		if (!table->compiled)
			continue;
		relids = list_append_unique_oid(relids, lc_crm_relid(table->name, false));
		hash = hash_rows(table->name, hash);
	}

	relids = lappend_oid(relids, get_typ_typrelid(error_desc->tdtypeid));
	lc_watch_tables(relids);
	list_free(relids);
	pfree(sql.data);
	return hash;
}

/* Does row security stand on a table that statements use as the caller? */
static bool
has_row_security(void)
{
	const char *table[LC_NTARGETS + 2] = {"lead", "task"};
	bool		result = false;

	for (int t = 0; t < LC_NTARGETS; t++)
		table[2 + t] = lc_target[t].table;
	for (size_t i = 0; i < lengthof(table); i++)
	{
		Relation	rel = table_open(lc_crm_relid(table[i], false), AccessShareLock);

		result |= rel->rd_rel->relrowsecurity;
		table_close(rel, AccessShareLock);
	}
	return result;
}

/* The tables of the targets */
static void
compile_targets(LcProgram *program)
{
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (t == T_PERSON && !program->settings.person_accounts_enabled)
			continue;
		program->target[t].relid = lc_crm_relid(lc_target[t].table, false);
		program->target[t].owner = lc_table_owner(lc_target[t].table);
	}
}

/*
 * Names the program in pg_backend_memory_contexts: how many have been compiled in
 * the session, this one included, and whom it is for
 */
static void
identify(LcProgram *program)
{
	static uint64 ncompiled = 0;
	char	   *role = OidIsValid(program->roleid) ? GetUserNameFromId(program->roleid, false) : NULL;
	char	   *identifier = psprintf(UINT64_FORMAT "%s%s", ++ncompiled, role ? " for role " : "", role ? role : "");

	MemoryContextSetIdentifier(program->context, MemoryContextStrdup(program->context, identifier));
	pfree(identifier);
}

/*
 * A new program for the current search path and role, compiled.  fingerprint and user_code
 * are what compute_fingerprint() says, which has been called when the invalidation counter
 * was counter.
 */
static LcProgram *
program_compile(uint64 counter, uint64 fingerprint, bool user_code)
{
	MemoryContext context;
	LcProgram  *program;
	MemoryContext oldcontext;

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
	program->owner = lc_table_owner("lead");
	if (has_row_security())
		program->roleid = GetUserId();
	oldcontext = MemoryContextSwitchTo(context);
	program->error_desc = BlessTupleDesc(lc_type_desc("lead_convert_error"));
	lc_check_row_type(program->error_desc, "lead_convert_error", lc_error_types, LC_NERRORTYPES);
	MemoryContextSwitchTo(oldcontext);
	program->fingerprint = fingerprint;
	program->user_code = user_code;
	identify(program);
	lc_compile_settings(program);
	compile_targets(program);
	lc_compile_picklists(program);
	lc_compile_record_types(program);
	lc_compile_mappings(program);
	lc_compile_leads(program);
	lc_compile_existing(program);
	lc_compile_records(program);
	if (program->settings.person_accounts_enabled)
		lc_compile_persons(program);
	lc_compile_reuse(program);
	if (program->settings.require_validation)
		lc_compile_duplicates(program);
	lc_compile_roles(program);
	lc_compile_lists(program);
	lc_compile_follow(program);
	lc_compile_ledger(program);
	lc_compile_look_records(program);
	lc_compile_look_related(program);
	lc_compile_facts(program);
	for (int i = 0; i < (program->settings.person_accounts_enabled ? LC_NSTEPS : LC_FIRST_PERSON_STEP); i++)
	{
		if (program->step[i].step == NULL)
			elog(ERROR, "step %d of the lead conversion has no statement", i);
	}
	program->checked_at = counter;

	partial_program = NULL;
	return program;
}

/* Takes a program off the list */
static void
program_unlink(LcProgram *program)
{
	LcProgram **link = &programs;

	while (*link != program)
		link = &(*link)->next;
	*link = program->next;
}

/* Puts a program at the head of the list */
static void
program_link(LcProgram *program)
{
	program->next = programs;
	programs = program;
}

/* Takes a program off the list, and frees it as soon as nobody uses it */
static void
program_discard(LcProgram *program)
{
	program_unlink(program);
	program->stale = true;
	if (program->pins == 0)
		program_free(program);
}

/* Discards what has not been used for the longest time when there are too many */
static void
discard_superfluous(void)
{
	LcProgram  *last = NULL;
	int			n = 0;

	for (LcProgram *program = programs; program != NULL; program = program->next)
	{
		last = program;
		n++;
	}
	if (n > MAX_PROGRAMS)
		program_discard(last);
}

/* The program kept for the current search path and role, or NULL */
static LcProgram *
program_find(void)
{
	for (LcProgram *program = programs; program != NULL; program = program->next)
	{
		if (strcmp(program->search_path, namespace_search_path) == 0 &&
			(program->roleid == InvalidOid ||
			 (program->roleid == GetUserId() && program->row_security == row_security)))
		{
			if (program != programs)
			{
				program_unlink(program);
				program_link(program);
			}
			return program;
		}
	}
	return NULL;
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
	LcProgram  *program = program_find();
	uint64		counter;
	uint64		fingerprint;
	bool		user_code;

	if (program != NULL && program->checked_at == lc_invalidations())
		return program;

	/* something happened to our tables, or this is the first use */
	lc_require_schema();
	counter = lc_invalidations();
	fingerprint = compute_fingerprint(&user_code);
	if (program != NULL)
	{
		if (fingerprint == program->fingerprint)
		{
			program->checked_at = counter;
			return program;
		}
		program_discard(program);
	}

	program = program_compile(counter, fingerprint, user_code);
	program_link(program);
	discard_superfluous();
	return program;
}
