/*-------------------------------------------------------------------------
 *
 * role.c
 *	  The contact's role in the opportunity, and the relation to the account.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_trigger.h"
#include "utils/memutils.h"

#include "engine/engine.h"

/* What S_ROLES yields; after ord, in this order */
enum
{
	ROLE_EXISTS = 2,
	ROLE_HAS_PRIMARY
};

/* What S_INSERT_RELATION yields, in this order */
enum
{
	RELATED_ACCOUNT = 1,
	RELATED_CONTACT
};

/* The rows of a contact role and of a relation */
static const LcRowColumn role_row[] = {
	{"opportunity_id", "b.opportunity_id"},
	{"contact_id", "b.contact_id"},
	{"is_primary", "b.role_is_primary"}
};

static const LcRowColumn relation_row[] = {
	{"account_id", "b.account_id"},
	{"contact_id", "b.contact_id"},
	{"is_direct", "true"},
	{"is_active", "true"}
};

static const LcFixedStatement role_statements[] = {
	{S_ROLES, "look up contact roles", "opportunity_contact_role", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord,"
		" EXISTS (SELECT 1 FROM crm.opportunity_contact_role r WHERE r.opportunity_id OPERATOR(pg_catalog.=) b.opportunity_id"
		"  AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id),"
		" EXISTS (SELECT 1 FROM crm.opportunity_contact_role r WHERE r.opportunity_id OPERATOR(pg_catalog.=) b.opportunity_id"
		"  AND r.is_primary AND NOT r.is_deleted)"
		" FROM conversion_batch b", NULL, NULL},
	{S_INSERT_RELATION, "insert account_contact_relation", "account_contact_relation", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.account_contact_relation (account_id, contact_id, is_direct, is_active)"
		" SELECT b.account_id, b.contact_id, true, true FROM conversion_batch b WHERE b.add_relation AND"
		" (b.create_contact OR NOT EXISTS (SELECT 1 FROM crm.account_contact_relation r"
		"  WHERE r.account_id OPERATOR(pg_catalog.=) b.account_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id))"
	" RETURNING account_id, contact_id", NULL, NULL},
	{S_VERIFY_RELATION, "verify account_contact_relation", "account_contact_relation", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT 1 FROM conversion_batch b WHERE b.add_relation AND NOT EXISTS (SELECT 1 FROM crm.account_contact_relation r"
		"  WHERE r.account_id OPERATOR(pg_catalog.=) b.account_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id)", NULL, NULL}
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
 * Compiles the statements about roles and relations.  Raises SCHEMA_NOT_READY when
 * a table is missing, and what computing a constant default of a column raises.
 */
void
lc_compile_roles(LcProgram *program)
{
	Relation	relation = table_open(lc_crm_relid("account_contact_relation", false), AccessShareLock);

	compile_role_requirements(program);
	lc_fixed_statements(program, role_statements, lengthof(role_statements));
	lc_row_statement(program, S_INSERT_ROLE, "opportunity_contact_role", role_row, lengthof(role_row),
					 "b.add_role", InvalidOid);
	lc_row_statement(program, S_INSERT_NEW_RELATION, "account_contact_relation", relation_row, lengthof(relation_row),
					 "b.add_relation", InvalidOid);
	program->verify_relation = lc_has_foreign_trigger(relation, TRIGGER_TYPE_INSERT);
	table_close(relation, AccessShareLock);
}

/*
 * Which contact roles there are already for a contact and an opportunity that
 * both exist.
 */
static void
read_roles(LcRun *run)
{
	uint64		nrows = lc_execute(run, &run->program->step[S_ROLES], (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcDecision *decision = &lc_row_request(run->request, i)->decision;

		if (!decision->add_role || decision->creates[T_OPPORTUNITY])
			continue;
		if (lc_spi_bool(i, ROLE_EXISTS))
			decision->add_role = false;
		decision->role_is_primary = !lc_spi_bool(i, ROLE_HAS_PRIMARY);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Decides which requests of the run get a contact role, and a primary one.  The
 * batch is laid down for the requests of the run.
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
			 decision->follows[T_CONTACT] != NULL);
		decision->role_is_primary = decision->creates[T_OPPORTUNITY];
		existing |= decision->add_role && !decision->creates[T_OPPORTUNITY];
	}
	if (existing)
		read_roles(run);
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
	bool		any_shared = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcDecision *decision = &run->request[i]->decision;

		decision->contact_rank = 1;
		decision->add_relation = program->settings.contacts_to_multiple_accounts_enabled &&
			decision->target_id[T_CONTACT] != 0 && decision->target_id[T_ACCOUNT] != 0;
		any_shared |= !decision->creates[T_CONTACT] ||
			(decision->target_id[T_OPPORTUNITY] != 0 && !decision->creates[T_OPPORTUNITY]);
	}
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
			if (decision->contact_rank > 1)
				decision->add_relation = false;
		}
		if (decision->add_role && lc_shared(roles, opportunity, contact)->count++ > 0)
			decision->add_role = false;
		if (decision->add_role && decision->role_is_primary &&
			lc_shared(primaries, opportunity, 0)->count++ > 0)
			decision->role_is_primary = false;
	}
	hash_destroy(contacts);
	hash_destroy(roles);
	hash_destroy(primaries);
}

/* Notes for undo which of the relations are new */
static void
note_relations(LcRun *run, uint64 nrows)
{
	HTAB	   *related = lc_shared_table("leadconv relations", run->nrequests);

	for (uint64 i = 0; i < nrows; i++)
		lc_shared(related, lc_spi_int64(i, RELATED_ACCOUNT), lc_spi_int64(i, RELATED_CONTACT));
	for (int i = 0; i < run->nrequests; i++)
	{
		const LcDecision *decision = &run->request[i]->decision;

		if (!decision->add_relation ||
			lc_shared_find(related, decision->target_id[T_ACCOUNT], decision->target_id[T_CONTACT]) == NULL)
			continue;
		run->request[i]->outcome.made_relation = true;
		run->outcome_changed = true;
	}
	hash_destroy(related);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Relates the contacts to their accounts, unless they are related already, so
 * that the number of rows to expect is not known beforehand.
 */
static void
insert_relations(LcRun *run)
{
	LcProgram  *program = run->program;
	bool		all_new = true;

	for (int i = 0; i < run->nrequests && all_new; i++)
		all_new = run->request[i]->decision.creates[T_CONTACT] || !run->request[i]->decision.add_relation;
	if (all_new)
		lc_execute(run, &program->step[S_INSERT_NEW_RELATION], (Datum) 0);
	else
		note_relations(run, lc_execute(run, &program->step[S_INSERT_RELATION], (Datum) 0));
	if (!program->verify_relation)
		return;
	if (lc_execute(run, &program->step[S_VERIFY_RELATION], (Datum) 0) > 0)
		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("step \"insert account_contact_relation\" of the lead conversion did not relate the contact to the account"),
				 errdetail("A BEFORE trigger suppressed or changed the row."),
				 errhint("Let the trigger raise an error to refuse a conversion."),
				 err_generic_string(PG_DIAG_TABLE_NAME, "account_contact_relation")));
	SPI_freetuptable(SPI_tuptable);
}

/* Gives contacts their roles in opportunities, and relates them to accounts */
void
lc_insert_roles(LcRun *run)
{
	uint64		nroles = 0;
	uint64		nrelations = 0;

	for (int i = 0; i < run->nrequests; i++)
	{
		nroles += run->request[i]->decision.add_role;
		nrelations += run->request[i]->decision.add_relation;
	}
	if (nroles > 0)
		lc_execute_expecting(run, S_INSERT_ROLE, (Datum) 0, nroles);
	if (nrelations > 0)
		insert_relations(run);
}
