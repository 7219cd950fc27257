/*-------------------------------------------------------------------------
 *
 * look_related.c
 *	  What a look says of everything but the records: roles and relations, related
 *	  lists, campaign members, the lead itself, who follows what and who is told.
 *
 * A conversion reaches each row of these tables, whoever calls.  A look tells of
 * those that the caller may see, as if there were no others: its statements have the
 * caller's rights, and what he may not read at all is left out.
 *
 * New records have ids for the time being, which no row has (record.c); so the
 * statements find nothing that belongs to them.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "engine/engine.h"

/* The columns of a lead that a conversion has to do with otherwise */
static const char *const own_columns[] = {
	"id", "external_id", "name", "status", "owner_id", "record_type_id", "division_id", "is_unread_by_owner",
	"is_converted", "converted_date", "converted_account_id", "converted_contact_id", "converted_opportunity_id",
	"last_activity_date", "is_deleted", "created_date", "created_by_id", "last_modified_date", "last_modified_by_id"
};

static const LcFixedStatement look_statements[] = {
	{S_LOOK_UNFOLLOW, "look at entity_subscription", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, s.id::pg_catalog.int8, s.subscriber_id::pg_catalog.text"
		" FROM conversion_batch b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
		" JOIN crm.entity_subscription s ON s.lead_id OPERATOR(pg_catalog.=) b.lead_id"
		" AND s.subscriber_id OPERATOR(pg_catalog.=) l.owner_id AND NOT s.is_deleted ORDER BY 1, 2", NULL, NULL},
	{S_LOOK_PARTNER, "look at partner_network_record_connection", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, p.id::pg_catalog.int8, p.status::pg_catalog.text"
		" FROM conversion_batch b JOIN crm.partner_network_record_connection p"
	" ON p.lead_id OPERATOR(pg_catalog.=) b.lead_id ORDER BY 1, 2", NULL, NULL}
};

/* What they yield after ord */
enum
{
	ENDED_ID = 2,
	ENDED_VALUE
};

/* The statement about fields of the lead that go nowhere: which, and their values */
static void
compile_unmapped(LcProgram *program)
{
	Relation	lead = table_open(program->lead_relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(lead);
	int			n = 0;
	LcSql		sql;

	program->unmapped = MemoryContextAllocZero(program->context, sizeof(char *) * desc->natts);
	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, ARRAY[");
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		bool		known = att->attisdropped;
		char	   *column;

		for (size_t c = 0; c < lengthof(own_columns) && !known; c++)
			known = namestrcmp(&att->attname, own_columns[c]) == 0;
		for (int t = 0; t < LC_NTARGETS && !known; t++)
		{
			for (int m = 0; m < program->target[t].nmappings && !known; m++)
				known = namestrcmp(&att->attname, program->target[t].mappings[m].lead_field) == 0;
		}
		if (known)
			continue;
		column = psprintf("l.%s", quote_identifier(NameStr(att->attname)));
		lc_sql_add(&sql, "%sCASE WHEN %s THEN %s::pg_catalog.text END", n == 0 ? "" : ", ",
				   lc_has_value(column, att->atttypid), column);
		program->unmapped[n++] = MemoryContextStrdup(program->context, NameStr(att->attname));
	}
	table_close(lead, AccessShareLock);
	program->nunmapped = n;
	lc_sql_add(&sql, "]::pg_catalog.text[] FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id ORDER BY b.ord");
	lc_statement(program, &program->step[S_LOOK_LEAD], "look at lead", InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
	program->step[S_LOOK_LEAD].adjust = lc_see_before_conversion;
}

/* Compiles the statements of this file.  The mappings must have been compiled. */
void
lc_compile_look_related(LcProgram *program)
{
	lc_fixed_statements(program, look_statements, lengthof(look_statements));
	program->step[S_LOOK_UNFOLLOW].adjust = lc_see_before_conversion;
	compile_unmapped(program);
}

/* Does the caller see all rows of a table? */
static bool
sees_all(LcRun *run, Oid relid)
{
	return pg_class_aclcheck(relid, run->caller, ACL_SELECT) == ACLCHECK_OK &&
		check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED;
}


/* Facts about the contact's role, and its relation to the account */
static void
put_roles(LcLook *look, const LcRequest *request)
{
	const LcDecision *decision = &request->decision;
	bool		contact = decision->target_id[T_CONTACT] != 0;
	bool		role = decision->add_role || decision->change_role;
	bool		relation = decision->add_relation || decision->restore_relation;
	LcLookFact	fact = {.source = "engine"};

	/* of one that he may not see, the caller cannot know that it is there */
	if (!look->sees_roles)
		role = contact && decision->target_id[T_OPPORTUNITY] != 0 &&
			!(decision->keeps[T_CONTACT] && decision->keeps[T_OPPORTUNITY]);
	if (!look->sees_relations)
		relation = look->run->program->settings.contacts_to_multiple_accounts_enabled && contact &&
			decision->target_id[T_ACCOUNT] != 0 && decision->person != LC_PERSON_ACCOUNT &&
			!(decision->keeps[T_CONTACT] && decision->keeps[T_ACCOUNT]);
	if (role)
	{
		fact.step = "role";
		fact.object = "opportunity_contact_role";
		fact.field = "is_primary";
		fact.new_value = decision->role_is_primary || !look->sees_roles ? "t" : "f";
		fact.note = decision->add_role || !look->sees_roles ? "new role" : "the role that is there";
		lc_look_fact(look, request, &fact);
	}
	if (relation)
	{
		fact.step = "relation";
		fact.object = "account_contact_relation";
		fact.field = "is_direct";
		fact.new_value = decision->relation_is_direct ? "t" : "f";
		fact.note = decision->add_relation || !look->sees_relations ? "new relation" : "taken out of the recycle bin";
		lc_look_fact(look, request, &fact);
	}
}

/* May the caller run a statement that has his rights? */
static bool
may_run(LcRun *run, LcStatement *statement, Oid relid)
{
	return statement->step != NULL && lc_may_use_schema(get_rel_namespace(relid), run->caller) &&
		lc_may_execute(run, statement);
}

/* What the statement count of a list yields after ord */
#define COUNTED_ROWS 2

/* Facts about the rows of a list that would move, and about their owners */
static void
put_list(LcLook *look, LcList *list)
{
	LcRun	   *run = look->run;
	uint64		nrows;

	if (!may_run(run, &list->count, list->relid))
		return;
	nrows = lc_execute(run, &list->count, (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		LcLookFact	fact = {.step = "list", .object = list->relation, .new_value = lc_spi_text(i, COUNTED_ROWS),
		.source = "engine", .note = list->label};

		lc_look_fact(look, lc_row_request(run->request, i), &fact);
	}
	SPI_freetuptable(SPI_tuptable);

	if (list->transfers_owner && run->user_id != 0 && may_run(run, &list->see_owners, list->relid))
	{
		nrows = lc_execute(run, &list->see_owners, (Datum) 0);
		for (uint64 i = 0; i < nrows; i++)
		{
			LcLookFact	fact = {.step = "list", .object = list->relation, .field = list->owner_column,
			.source = "engine", .note = "new owner"};
			char	   *name = lc_spi_text(i, LC_OWNED_ROW);

			/* a row of a table without an id has a key, which is an object */
			if (name != NULL && name[0] != '{')
				fact.record_id = strtoi64(name, NULL, 10);
			else if (name != NULL)
				fact.note = psprintf("new owner of %s", name);
			fact.old_value = lc_spi_text(i, LC_OWNER_OF_ROW);
			fact.new_value = lc_spi_text(i, LC_NEW_OWNER_OF_ROW);
			lc_look_fact(look, lc_row_request(run->request, i), &fact);
		}
		SPI_freetuptable(SPI_tuptable);
	}
}

/* Facts about what ends with the lead: by a statement of this file */
static void
put_ended(LcLook *look, LcStep step, const char *table, const char *field, const char *new_value, const char *note)
{
	LcRun	   *run = look->run;
	LcStatement *statement = &run->program->step[step];
	uint64		nrows;

	if (!may_run(run, statement, lc_crm_relid(table, false)))
		return;
	nrows = lc_execute(run, statement, (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		LcLookFact	fact = {.step = "follow", .object = table, .record_id = lc_spi_int64(i, ENDED_ID), .field = field,
		.old_value = lc_spi_text(i, ENDED_VALUE), .new_value = new_value, .source = "engine", .note = note};

		lc_look_fact(look, lc_row_request(run->request, i), &fact);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Facts about the lead itself */
static void
put_lead(LcLook *look, const LcRequest *request)
{
	static const char *const columns[LC_NTARGETS] = {
		[T_ACCOUNT] = "converted_account_id", [T_CONTACT] = "converted_contact_id", [T_OPPORTUNITY] = "converted_opportunity_id"
	};
	LcRun	   *run = look->run;
	LcLookFact	fact = {.step = "lead", .object = "lead", .record_id = lc_lead_id(request), .source = "engine"};

	if (!run->options.complete)
	{
		fact.field = "status";
		fact.old_value = request->facts.status;
		fact.new_value = request->decision.converted_status;
		if (lc_given(request, F_CONVERTED_STATUS))
			fact.source = "request";
		lc_look_fact(look, request, &fact);
		fact.source = "engine";
		fact.field = "is_converted";
		fact.old_value = "f";
		fact.new_value = "t";
		lc_look_fact(look, request, &fact);
		if (request->facts.is_unread)
		{
			fact.field = "is_unread_by_owner";
			fact.old_value = "t";
			fact.new_value = "f";
			lc_look_fact(look, request, &fact);
		}
		fact.field = "converted_date";
		fact.old_value = NULL;
		fact.new_value = lc_value_text(DateADTGetDatum(run->today), DATEOID);
		lc_look_fact(look, request, &fact);
	}
	fact.old_value = NULL;
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		if (request->decision.target_id[t] == 0 || request->decision.keeps[t])
			continue;
		fact.field = columns[t];
		fact.new_value = lc_look_id_text(request, t);
		fact.note = fact.new_value ? NULL : "the new record";
		lc_look_fact(look, request, &fact);
	}
}

/* Facts about values of the leads that go nowhere */
static void
put_unmapped(LcLook *look)
{
	LcRun	   *run = look->run;
	LcStatement *statement = &run->program->step[S_LOOK_LEAD];
	uint64		nrows;

	if (run->program->nunmapped == 0 || !lc_may_execute(run, statement))
		return;
	nrows = lc_execute(run, statement, (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(run->request, i);
		char	  **values = lc_look_texts(i, 2, run->program->nunmapped);

		for (int c = 0; c < run->program->nunmapped; c++)
		{
			LcLookFact	fact = {.step = "lead", .object = "lead", .record_id = lc_lead_id(request), .field = run->program->unmapped[c],
			.old_value = values[c], .new_value = values[c], .source = "kept", .note = "not mapped"};

			/* a flag that is not set is no value that goes lost */
			if (values[c] != NULL && strcmp(values[c], "false") != 0)
				lc_look_fact(look, request, &fact);
		}
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Facts about who follows the new account, and who is told */
static void
put_followers(LcLook *look, const LcRequest *request)
{
	LcRun	   *run = look->run;
	LcLookFact	fact = {.step = "follow", .source = "engine"};

	if (lc_creates_account(request) && run->user_id != 0 && run->program->settings.follow_new_account)
	{
		fact.object = "entity_subscription";
		fact.field = "subscriber_id";
		fact.new_value = psprintf(INT64_FORMAT, run->user_id);
		fact.note = "follows the new account";
		lc_look_fact(look, request, &fact);
	}
	if (request->decision.notify)
	{
		fact.object = "notification";
		fact.field = "user_id";
		fact.new_value = psprintf(INT64_FORMAT, request->decision.owner_id);
		fact.note = "is told";
		lc_look_fact(look, request, &fact);
	}
}

/*
 * Facts about what hangs on the leads of the run, and the leads.  The batch is laid
 * down, and new records have ids for the time being.
 */
void
lc_look_related(LcLook *look)
{
	LcRun	   *run = look->run;
	LcProgram  *program = run->program;

	look->sees_roles = sees_all(run, program->facts.roles.relid);
	look->sees_relations = sees_all(run, program->facts.relations.relid);
	for (int i = 0; i < run->nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_roles(look, run->request[i]);
	}
	for (int i = 0; i < program->nlists; i++)
	{
		LcList	   *list = &program->lists[i];

		if ((run->lists_with_rows & (UINT64CONST(1) << i)) == 0)
			continue;
		put_list(look, list);
		if (list->is_campaign)
			lc_look_members(look, list);
		lc_warn_left_behind(run, list);
	}
	if (!run->options.complete && run->has_subscriptions)
		put_ended(look, S_LOOK_UNFOLLOW, "entity_subscription", "subscriber_id", NULL, "follows the lead no more");
	if (!run->options.complete && run->has_partner_connections)
		put_ended(look, S_LOOK_PARTNER, "partner_network_record_connection", "status", "Inactive (converted)", NULL);
	for (int i = 0; i < run->nrequests; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_lead(look, run->request[i]);
		put_followers(look, run->request[i]);
	}
	put_unmapped(look);
}
