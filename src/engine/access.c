/*-------------------------------------------------------------------------
 *
 * access.c
 *	  What the caller must be granted for a request, before anything is written.
 *
 * The server checks privileges when a statement runs, and says no more than
 * "permission denied".  Here they are checked ahead of all statements, so that a
 * refusal names what is missing, for what, and the GRANT, and in a bulk call is
 * the error of the requests that need it and of no others.  The server's own
 * checks remain, and decide about privileges on single columns: a table of which
 * the caller has been granted some columns passes here.
 *
 * What the caller has is looked up once in a run, and only on tables that a request
 * of it needs.  Nothing outlives the run.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "engine/engine.h"

/* To use a row that there is, it is read and locked, and may be written to */
#define ACL_USE_EXISTING (ACL_SELECT | ACL_UPDATE)

/* What the platform asks for on leads, accounts and contacts, whatever the request: create and edit */
#define ACL_CREATE_AND_EDIT (ACL_SELECT | ACL_INSERT | ACL_UPDATE)

/* The name of a table, without its schema */
static const char *
table_name(LcAccess access)
{
	switch (access)
	{
		case LC_ACCESS_LEAD:
			return "lead";
		case LC_ACCESS_TASK:
			return "task";
		default:
			return lc_target[access - LC_ACCESS_TARGET].table;
	}
}

/* The OID of a table, as the program has it */
static Oid
table_oid(const LcProgram *program, LcAccess access)
{
	switch (access)
	{
		case LC_ACCESS_LEAD:
			return program->lead_relid;
		case LC_ACCESS_TASK:
			return program->task_relid;
		default:
			return program->target[access - LC_ACCESS_TARGET].relid;
	}
}

/*
 * Which of our privileges the caller has on a table, or on some of its columns
 */
static AclMode
held_privileges(LcRun *run, LcAccess access)
{
	if (!run->access_known[access])
		run->access[access] = lc_held_privileges(table_oid(run->program, access), run->caller);
	run->access_known[access] = true;
	return run->access[access];
}

/* The target whose table it is; not for leads and tasks */
static LcTarget
target_of(LcAccess access)
{
	Assert(access >= LC_ACCESS_TARGET && access < LC_ACCESS_TARGET + LC_NTARGETS);
	return (LcTarget) (access - LC_ACCESS_TARGET);
}

/* Would a record of the target be looked for before one is created? */
static bool
looks_for_record(const LcRun *run, LcTarget t)
{
	return (t == T_ACCOUNT && run->options.reuse_accounts) || (t == T_CONTACT && run->options.reuse_contacts) ||
	/* a person is both */
		(t == T_PERSON && (run->options.reuse_accounts || run->options.reuse_contacts));
}

/* Does the request use a record that there is, or that another request makes? */
static bool
uses_record(const LcRequest *request, LcTarget t)
{
	return !request->decision.creates[t] &&
		(request->decision.target_id[t] != 0 || request->decision.follows[t] != NULL ||
		 /* a person account is used with its contact, which may not have been found yet */
		 (t == T_CONTACT && uses_record(request, T_PERSON)));
}

/*
 * Which privileges a request needs on a table, by what has been decided so far.  Of
 * a request of which nothing has been decided, that is right for leads.
 */
static AclMode
needed_privileges(const LcRun *run, const LcRequest *request, LcAccess access)
{
	LcTarget	t;

	if (access == LC_ACCESS_LEAD)
		return ACL_USE_EXISTING;
	if (access == LC_ACCESS_TASK)
		return request->decision.follow_up ? ACL_INSERT : ACL_NO_RIGHTS;
	t = target_of(access);
	if (uses_record(request, t))
		return ACL_USE_EXISTING;
	if (!request->decision.creates[t])
		return ACL_NO_RIGHTS;
	if (t == T_CONTACT && request->decision.creates[T_PERSON])
		t = T_PERSON;
	return looks_for_record(run, t) ? ACL_USE_EXISTING | ACL_INSERT : ACL_INSERT;
}

/* The same by the rule of the platform, when that is asked for */
static AclMode
required_privileges(const LcRun *run, const LcRequest *request, LcAccess access)
{
	if (run->program->settings.require_create_and_edit &&
		access != LC_ACCESS_TASK && access != LC_ACCESS_TARGET + T_OPPORTUNITY &&
		access != LC_ACCESS_TARGET + T_PERSON)
		return ACL_CREATE_AND_EDIT;
	return needed_privileges(run, request, access);
}

/* What for: "to ..." */
static char *
purpose_of(const LcRun *run, const LcRequest *request, LcAccess access)
{
	const char *name;
	const char *article;
	LcTarget	t;

	if (access == LC_ACCESS_TASK)
		return pstrdup("add a follow-up task");
	if (access == LC_ACCESS_LEAD || needed_privileges(run, request, access) == ACL_NO_RIGHTS)
		return pstrdup("convert a lead");
	t = target_of(access);
	name = lc_target[t].noun;
	article = strchr("aeiou", name[0]) ? "an" : "a";
	if (uses_record(request, t))
		return psprintf("use an existing %s", name);
	return psprintf("%s %s %s", looks_for_record(run, t) ? "create or reuse" : "create", article, name);
}

/*
 * Refuses a request for what the caller lacks: USAGE on the schema, or privileges
 * on tables, of which the message names the first.
 */
static void
refuse(LcRun *run, LcRequest *request, bool schema, const AclMode *missing)
{
	char	   *role = GetUserNameFromId(run->caller, false);
	const char *role_sql = quote_identifier(role);
	StringInfoData detail;
	StringInfoData grants;
	int			first = -1;
	LcError    *error;

	initStringInfo(&detail);
	initStringInfo(&grants);
	appendStringInfo(&detail, "Role \"%s\" lacks", role);
	if (schema)
	{
		appendStringInfoString(&detail, " USAGE on schema crm");
		appendStringInfo(&grants, "GRANT USAGE ON SCHEMA crm TO %s; ", role_sql);
	}
	for (int i = 0; i < LC_NACCESS; i++)
	{
		if (missing[i] == ACL_NO_RIGHTS)
			continue;
		if (first < 0)
			first = i;
		appendStringInfo(&detail, "%s %s on crm.%s to %s", first == i && !schema ? "" : ",",
						 lc_privilege_list(missing[i], false), table_name(i), purpose_of(run, request, i));
		appendStringInfo(&grants, "GRANT %s ON crm.%s TO %s; ", lc_privilege_list(missing[i], true), table_name(i), role_sql);
	}

	appendStringInfoChar(&detail, '.');

	error = lc_error(LC_INSUFFICIENT_ACCESS_OR_READONLY, NULL, detail.data, NULL,
					 schema ? "permission denied for schema %s" : "permission denied for table %s",
					 schema ? "crm" : table_name(first));
	/* the server's own code, as well as its own message: drivers know them */
	error->sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	if (!schema)
	{
		error->data = psprintf("{\"table\": \"%s\"}", table_name(first));
		error->step = psprintf("check privileges on %s", table_name(first));
	}
	error->hint = psprintf("As the owner of schema crm, run %sleadconv.grant_role_privileges() grants all that a kind of user needs.", grants.data);
	request->outcome.errors = lappend(request->outcome.errors, error);
	request->facts.lacks_privileges = true;
}

/*
 * Refuses a request when the caller lacks something that it requires: everything,
 * or what has to be there before its records are looked at.
 */
static void
judge(LcRun *run, LcRequest *request, bool everything)
{
	AclMode		missing[LC_NACCESS];
	bool		any = false;

	if (request->facts.lacks_privileges)
		return;					/* has been said */
	for (int i = 0; i < LC_NACCESS; i++)
	{
		missing[i] = required_privileges(run, request, i);
		if (missing[i] == ACL_NO_RIGHTS)
			continue;
		missing[i] &= ~held_privileges(run, i);
		any |= everything ? missing[i] != ACL_NO_RIGHTS
			: (missing[i] & needed_privileges(run, request, i) & ACL_USE_EXISTING) != 0;
	}
	if (any)
		refuse(run, request, false, missing);
}

/*
 * Does the caller have what it takes to use existing rows of a table?
 */
bool
lc_may_use(LcRun *run, LcAccess access)
{
	return (held_privileges(run, access) & ACL_USE_EXISTING) == ACL_USE_EXISTING;
}

/*
 * Does the caller have what it takes to read rows of a table?
 */
bool
lc_may_read(LcRun *run, LcAccess access)
{
	return (held_privileges(run, access) & ACL_SELECT) != 0;
}

/*
 * May the caller look at leads, as every request must?  When not, all requests are
 * refused, and nothing may be looked at for them.
 */
bool
lc_judge_access_to_leads(LcRun *run, LcRequest **requests, int nrequests)
{
	AclMode		missing[LC_NACCESS] = {ACL_NO_RIGHTS};
	bool		schema = !lc_may_use_schema(get_rel_namespace(run->program->lead_relid), run->caller);

	missing[LC_ACCESS_LEAD] = required_privileges(run, NULL, LC_ACCESS_LEAD) & ~held_privileges(run, LC_ACCESS_LEAD);
	if (!schema && missing[LC_ACCESS_LEAD] == ACL_NO_RIGHTS)
		return true;
	for (int i = 0; i < nrequests; i++)
		refuse(run, requests[i], schema, missing);
	return false;
}

/*
 * Refuses the request when the caller may not look at records that it uses, or that
 * it looks for to reuse them.  Which records it creates must have been decided.
 */
void
lc_judge_access_to_existing(LcRun *run, LcRequest *request)
{
	judge(run, request, false);
}

/*
 * Refuses the request when the caller lacks anything that it requires.  Everything
 * must have been decided.
 */
void
lc_judge_access(LcRun *run, LcRequest *request)
{
	judge(run, request, true);
}
