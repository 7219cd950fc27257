/*-------------------------------------------------------------------------
 *
 * role.c
 *	  The contact's role in the opportunity, and the relation to the account.
 *
 * A contact has one role in an opportunity and one relation to an account: each is
 * a unique key.  Where opportunity or contact exist already, so may these; and for
 * new ones, a user's trigger may have made them.  Then the row that is there is the
 * one: it is taken out of the recycle bin if need be, and a role that a trigger
 * made becomes primary unless another one is.  What is there is looked up
 * directly, as in facts.c.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* The rows of a contact role and of a relation */
static const LcRowColumn role_row[] = {
	{"opportunity_id", "b.opportunity_id"},
	{"contact_id", "b.contact_id"},
	{"is_primary", "b.role_is_primary"}
};

static const LcRowColumn relation_row[] = {
	{"account_id", "b.account_id"},
	{"contact_id", "b.contact_id"},
	{"is_direct", "b.relation_is_direct"},
	{"is_active", "true"}
};

#define SAME_ROLE \
	"r.opportunity_id OPERATOR(pg_catalog.=) b.opportunity_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id"
#define SAME_RELATION \
	"r.account_id OPERATOR(pg_catalog.=) b.account_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id"

static const LcFixedStatement role_statements[] = {
	{S_CHANGE_ROLE, "update opportunity_contact_role", "opportunity_contact_role", LC_SNAPSHOT_CHECKED, InvalidOid,
		"UPDATE crm.opportunity_contact_role r SET is_deleted = false,"
		" is_primary = b.role_is_primary OR (r.is_primary AND NOT r.is_deleted)"
		" FROM conversion_batch b, crm.opportunity_contact_role o WHERE NOT b.add_role AND " SAME_ROLE
		" AND (r.is_deleted OR (b.role_is_primary AND NOT r.is_primary)) AND o.id OPERATOR(pg_catalog.=) r.id"
		" RETURNING b.ord, CASE WHEN o.is_deleted THEN pg_catalog.to_jsonb(o.*)::pg_catalog.text END", NULL, NULL},
	{S_RESTORE_RELATION, "update account_contact_relation", "account_contact_relation", LC_SNAPSHOT_CHECKED, InvalidOid,
		"UPDATE crm.account_contact_relation r SET is_deleted = false, is_direct = b.relation_is_direct, is_active = true, end_date = NULL"
		" FROM conversion_batch b, crm.account_contact_relation o WHERE " SAME_RELATION
		" AND r.is_deleted AND o.id OPERATOR(pg_catalog.=) r.id"
		" RETURNING b.ord, pg_catalog.to_jsonb(o.*)::pg_catalog.text", NULL, NULL},
	{S_VERIFY_RELATION, "verify account_contact_relation", "account_contact_relation", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT 1 FROM conversion_batch b WHERE b.add_relation"
		" AND NOT EXISTS (SELECT 1 FROM crm.account_contact_relation r WHERE " SAME_RELATION ")", NULL, NULL}
};

/* The column of the contact role that conversion cannot fill */
static void
compile_role_requirements(LcProgram *program)
{
	Relation	rel = table_open(lc_crm_relid("opportunity_contact_role", false), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (lc_is_writable(att) && att->attnotnull && !att->atthasdef && att->attidentity == '\0' &&
			!lc_is_standard_column("opportunity_contact_role", NameStr(att->attname)))
			program->role_required_field = MemoryContextStrdup(program->context, NameStr(att->attname));
	}
	table_close(rel, AccessShareLock);
}

/*
 * Compiles the statements about roles and relations, and what is looked up of
 * them.  Raises SCHEMA_NOT_READY when a table or column is not as it must be, and what
 * computing a constant default of a column raises.
 */
void
lc_compile_roles(LcProgram *program)
{
	LcFactTables *facts = &program->facts;
	Relation	role = table_open(lc_crm_relid("opportunity_contact_role", false), AccessShareLock);
	Relation	relation = table_open(lc_crm_relid("account_contact_relation", false), AccessShareLock);

	compile_role_requirements(program);
	lc_fixed_statements(program, role_statements, lengthof(role_statements));
	lc_row_statement(program, S_INSERT_ROLE, "opportunity_contact_role", role_row, lengthof(role_row),
					 "b.add_role", InvalidOid);
	lc_row_statement(program, S_INSERT_ROLE_BESIDE, "opportunity_contact_role", role_row, lengthof(role_row),
					 "b.add_role ON CONFLICT DO NOTHING", InvalidOid);
	lc_row_statement(program, S_INSERT_RELATION, "account_contact_relation", relation_row, lengthof(relation_row),
					 "b.add_relation", InvalidOid);
	lc_row_statement(program, S_INSERT_RELATION_BESIDE, "account_contact_relation", relation_row,
					 lengthof(relation_row), "b.add_relation ON CONFLICT DO NOTHING", InvalidOid);
	program->role_triggers = !lc_may_insert_direct(role) && role->rd_rules == NULL;
	program->relation_triggers = !lc_may_insert_direct(relation) && relation->rd_rules == NULL;

	lc_compile_probe(&facts->roles, RelationGetRelid(role), "opportunity_id");
	facts->role_contact_attno = lc_probe_column(&facts->roles, "contact_id", INT8OID);
	facts->role_primary_attno = lc_probe_column(&facts->roles, "is_primary", BOOLOID);
	facts->role_deleted_attno = lc_probe_column(&facts->roles, "is_deleted", BOOLOID);
	lc_compile_probe(&facts->relations, RelationGetRelid(relation), "contact_id");
	facts->relation_account_attno = lc_probe_column(&facts->relations, "account_id", INT8OID);
	facts->relation_deleted_attno = lc_probe_column(&facts->relations, "is_deleted", BOOLOID);
	table_close(relation, AccessShareLock);
	table_close(role, AccessShareLock);
}

/* A snapshot that sees everything by now, what this transaction did included */
static Snapshot
take_snapshot(void)
{
	CommandCounterIncrement();
	return RegisterSnapshot(GetLatestSnapshot());
}

/*
 * Which role its contact has already in the opportunity of a request, and is
 * another contact the primary one?  Decides what is left to do, and returns whether
 * that changes anything.  While nothing is written, a role that is there is the
 * business of those who made it.
 */
static bool
read_role(LcRun *run, LcOpenProbe *probe, LcRequest *request, Snapshot snapshot)
{
	const LcFactTables *facts = &run->program->facts;
	LcDecision *decision = &request->decision;
	TupleDesc	desc = RelationGetDescr(probe->rel);
	SysScanDesc scan = lc_probe_begin(probe, decision->target_id[T_OPPORTUNITY], snapshot);
	HeapTuple	tuple;
	bool		exists = false;
	bool		is_deleted = false;
	bool		has_primary = false;
	LcDecision	before = *decision;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		contact_id = heap_getattr(tuple, facts->role_contact_attno, desc, &isnull);
		bool		deleted = lc_is_true(tuple, desc, facts->role_deleted_attno);

		has_primary |= !deleted && lc_is_true(tuple, desc, facts->role_primary_attno);
		if (!isnull && DatumGetInt64(contact_id) == decision->target_id[T_CONTACT])
		{
			exists = true;
			is_deleted = deleted;
		}
	}
	systable_endscan(scan);

	if (has_primary || (exists && !is_deleted && run->frame == NULL))
		decision->role_is_primary = false;
	decision->add_role = !exists;
	decision->change_role = exists && (is_deleted || decision->role_is_primary);
	return decision->role_is_primary != before.role_is_primary || decision->add_role != before.add_role ||
		decision->change_role != before.change_role;
}

/*
 * Looks at the roles in the opportunities of those requests that are to give their
 * contact one, and have the ids of both.  Returns whether that changes anything.
 */
static bool
read_roles(LcRun *run)
{
	Snapshot	snapshot = take_snapshot();
	bool		changed = false;
	LcOpenProbe probe;

	lc_probe_open(&probe, &run->program->facts.roles);
	for (int i = 0; i < run->nrequests && !probe.is_empty; i++)
	{
		LcDecision *decision = &run->request[i]->decision;

		CHECK_FOR_INTERRUPTS();
		if ((decision->add_role || decision->change_role) && decision->target_id[T_OPPORTUNITY] != 0)
			changed |= read_role(run, &probe, run->request[i], snapshot);
	}
	lc_probe_close(&probe);
	UnregisterSnapshot(snapshot);
	return changed;
}

/*
 * Where a column of the contact role is required and nothing can fill it, no
 * opportunity can be created, but one that exists can be used: without the role.
 */
static void
leave_out_roles(LcRun *run)
{
	const char *field = run->program->role_required_field;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (!request->decision.add_role || request->decision.creates[T_OPPORTUNITY])
			continue;
		request->decision.add_role = false;
		lc_add_warning(request, "CONTACT_ROLE_NOT_CREATED",
					   lc_error(LC_REQUIRED_FIELD_MISSING, field, NULL,
								"Give the contact its role yourself, or the column a default.",
								"the contact gets no role in opportunity " INT64_FORMAT
								" because column crm.opportunity_contact_role.%s is required, and nothing can fill it during conversion",
								request->decision.target_id[T_OPPORTUNITY], field));
	}
}

/*
 * Decides which requests of the run get a contact role, and a primary one.
 */
void
lc_decide_roles(LcRun *run)
{
	bool		existing = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcDecision *decision = &run->request[i]->decision;

		decision->add_role = (decision->target_id[T_OPPORTUNITY] != 0 || decision->creates[T_OPPORTUNITY]) &&
			(decision->target_id[T_CONTACT] != 0 || decision->creates[T_CONTACT] ||
			 decision->follows[T_CONTACT] != NULL) &&
			!(decision->keeps[T_CONTACT] && decision->keeps[T_OPPORTUNITY]);
		decision->change_role = false;
		decision->role_is_primary = true;
		existing |= decision->add_role && !decision->creates[T_OPPORTUNITY];
	}
	if (existing)
		(void) read_roles(run);
	if (existing && run->program->role_required_field && !run->program->role_triggers)
		leave_out_roles(run);
}

/*
 * Which relations to their accounts do the contacts have already?  Returns whether
 * there are any.
 */
static bool
read_relations(LcRun *run)
{
	const LcFactTables *facts = &run->program->facts;
	bool		changed = false;
	Snapshot	snapshot = take_snapshot();
	LcOpenProbe probe;

	lc_probe_open(&probe, &facts->relations);
	for (int i = 0; i < run->nrequests && !probe.is_empty; i++)
	{
		LcDecision *decision = &run->request[i]->decision;
		TupleDesc	desc = RelationGetDescr(probe.rel);
		SysScanDesc scan;
		HeapTuple	tuple;

		CHECK_FOR_INTERRUPTS();
		if (!decision->add_relation)
			continue;
		scan = lc_probe_begin(&probe, decision->target_id[T_CONTACT], snapshot);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			bool		isnull;
			Datum		account_id = heap_getattr(tuple, facts->relation_account_attno, desc, &isnull);

			if (isnull || DatumGetInt64(account_id) != decision->target_id[T_ACCOUNT])
				continue;
			decision->add_relation = false;
			decision->restore_relation = lc_is_true(tuple, desc, facts->relation_deleted_attno);
			changed = true;
		}
		systable_endscan(scan);
	}
	lc_probe_close(&probe);
	UnregisterSnapshot(snapshot);
	return changed;
}

/*
 * What requests of one run that share a contact, an opportunity or both do only
 * once: the contact role, the primary role, the relation to the account.  The
 * first in request order does it.  All ids are known by now.
 */
void
lc_decide_shared(LcRun *run)
{
	LcProgram  *program = run->program;
	HTAB	   *contacts;
	HTAB	   *roles;
	HTAB	   *primaries;
	bool		any_existing = false;
	bool		any_shared = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LcDecision *decision = &request->decision;

		decision->contact_rank = 1;
		/* a person account is not related to itself */
		decision->add_relation = program->settings.contacts_to_multiple_accounts_enabled &&
			decision->target_id[T_CONTACT] != 0 && decision->target_id[T_ACCOUNT] != 0 &&
			decision->person != LC_PERSON_ACCOUNT && !(decision->keeps[T_CONTACT] && decision->keeps[T_ACCOUNT]);
		decision->restore_relation = false;
		/* an existing contact may be another account's */
		decision->relation_is_direct = decision->person == LC_NO_PERSON &&
			(decision->creates[T_CONTACT] || decision->follows[T_CONTACT] != NULL || decision->adopts[T_CONTACT] ||
			 request->facts.existing[T_CONTACT].account_id == decision->target_id[T_ACCOUNT]);
		any_existing |= decision->add_relation && !decision->creates[T_CONTACT];
		any_shared |= !decision->creates[T_CONTACT] ||
			(decision->target_id[T_OPPORTUNITY] != 0 && !decision->creates[T_OPPORTUNITY]);
	}
	if (any_existing)
		(void) read_relations(run);
	if (!any_shared || run->nrequests == 1)
		return;

	contacts = lc_shared_table("leadconv contacts", run->nrequests);
	roles = lc_shared_table("leadconv roles", run->nrequests);
	primaries = lc_shared_table("leadconv primary roles", run->nrequests);
	for (int i = 0; i < run->nrequests; i++)
	{
		LcDecision *decision = &run->request[i]->decision;
		int64		contact = decision->target_id[T_CONTACT];
		int64		opportunity = decision->target_id[T_OPPORTUNITY];

		if (contact != 0)
		{
			decision->contact_rank = ++lc_shared(contacts, contact, 0)->count;
			/* a contact may be related to several accounts */
			if ((decision->add_relation || decision->restore_relation) &&
				lc_shared(contacts, contact, decision->target_id[T_ACCOUNT])->count++ > 0)
				decision->add_relation = decision->restore_relation = false;
		}
		if ((decision->add_role || decision->change_role) && lc_shared(roles, opportunity, contact)->count++ > 0)
			decision->add_role = decision->change_role = decision->role_is_primary = false;
		if ((decision->add_role || decision->change_role) && decision->role_is_primary &&
			lc_shared(primaries, opportunity, 0)->count++ > 0)
			decision->role_is_primary = false;
	}
	hash_destroy(contacts);
	hash_destroy(roles);
	hash_destroy(primaries);
}

/* How many requests add a role, change one, add a relation, restore one */
typedef struct RoleCounts
{
	uint64		add_role;
	uint64		change_role;
	uint64		add_relation;
	uint64		restore_relation;
} RoleCounts;

static RoleCounts
count_roles(LcRun *run)
{
	RoleCounts	counts = {0};

	for (int i = 0; i < run->nrequests; i++)
	{
		const LcDecision *decision = &run->request[i]->decision;

		counts.add_role += decision->add_role;
		counts.change_role += decision->change_role;
		counts.add_relation += decision->add_relation;
		counts.restore_relation += decision->restore_relation;
	}
	return counts;
}

/*
 * Looks again at what there is, because users' triggers may have made roles and
 * relations meanwhile.  The batch is laid down anew if that changes anything.
 */
static void
look_again(LcRun *run, RoleCounts *counts)
{
	bool		changed = false;

	if (counts->add_role > 0 || counts->change_role > 0)
		changed |= read_roles(run);
	if (counts->add_relation > 0)
		changed |= read_relations(run);
	if (!changed)
		return;
	*counts = count_roles(run);
	lc_batch_fill(run, run->request, run->nrequests);
}

/* Gives contacts their roles in opportunities */
static void
insert_roles(LcRun *run, RoleCounts *counts)
{
	/* a trigger on the table may make a role, or a primary one, while we do */
	for (int i = 0; i < 2 && counts->add_role > 0 && run->program->role_triggers; i++)
	{
		uint64		processed = lc_execute(run, &run->program->step[S_INSERT_ROLE_BESIDE], (Datum) 0);
		uint64		expected = counts->add_role;

		look_again(run, counts);
		if (i > 0 && counts->add_role > 0)
			lc_check_processed(run, processed, expected);
	}
	if (counts->add_role > 0)
		lc_execute_expecting(run, S_INSERT_ROLE, (Datum) 0, counts->add_role);
	if (counts->change_role > 0)
		lc_execute_restoring(run, &run->program->step[S_CHANGE_ROLE], "crm.opportunity_contact_role");
}

/* Relates contacts to their accounts */
static void
insert_relations(LcRun *run, const RoleCounts *counts)
{
	LcProgram  *program = run->program;

	if (counts->restore_relation > 0)
		lc_execute_restoring(run, &program->step[S_RESTORE_RELATION], "crm.account_contact_relation");
	if (counts->add_relation == 0)
		return;
	if (!program->relation_triggers)
	{
		lc_execute_expecting(run, S_INSERT_RELATION, (Datum) 0, counts->add_relation);
		return;
	}
	lc_execute(run, &program->step[S_INSERT_RELATION_BESIDE], (Datum) 0);
	if (lc_execute(run, &program->step[S_VERIFY_RELATION], (Datum) 0) > 0)
		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("step \"insert account_contact_relation\" of the lead conversion did not relate the contact to the account"),
				 errdetail("A BEFORE trigger suppressed or changed the row."),
				 errhint("Let the trigger raise an error to refuse a conversion."),
				 err_generic_string(PG_DIAG_TABLE_NAME, "account_contact_relation")));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Gives contacts their roles in opportunities, and relates them to accounts.  The
 * batch is laid down for the requests of the run.
 */
void
lc_insert_roles(LcRun *run)
{
	RoleCounts	counts = count_roles(run);

	if (run->program->user_code)
		look_again(run, &counts);
	insert_roles(run, &counts);
	/* triggers on contact roles may have made relations */
	if (run->program->role_triggers && counts.add_relation > 0)
		look_again(run, &counts);
	insert_relations(run, &counts);
}
