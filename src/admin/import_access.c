/*-------------------------------------------------------------------------
 *
 * import_access.c
 *	  An import: does the caller have the privileges that it needs?
 *
 * The statements of an import run as the caller, and would fail one by one.  Here it
 * is said at once what is missing, and how to grant it.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "admin/import.h"

/* Privileges that are missing */
typedef struct Missing
{
	char	   *table;			/* the first table, or NULL */
	StringInfoData detail;
	StringInfoData grants;
} Missing;

/* Adds what the caller lacks on a table */
static void
add_missing(Missing *missing, Oid relid, AclMode needed)
{
	AclMode		lacking = needed & ~lc_held_privileges(relid, GetUserId());
	char	   *names = lc_privilege_list(lacking, true);

	if (lacking == ACL_NO_RIGHTS)
		return;
	if (missing->table == NULL)
	{
		missing->table = lc_qualified_name(relid);
		initStringInfo(&missing->detail);
		initStringInfo(&missing->grants);
	}
	appendStringInfo(&missing->detail, "%s%s on %s", missing->detail.len > 0 ? ", " : "", names, lc_qualified_name(relid));
	appendStringInfo(&missing->grants, "GRANT %s ON %s TO %s; ", names, lc_qualified_name(relid),
					 quote_identifier(GetUserNameFromId(GetUserId(), false)));
}

/*
 * lc_import_check_access
 *
 * Raises INSUFFICIENT_ACCESS_OR_READONLY unless the caller may read the staging table
 * and what the rows refer to, and write the table.
 */
void
lc_import_check_access(const Import *import)
{
	Missing		missing = {0};
	List	   *seen = list_make1_oid(import->relid);
	ListCell   *lc;

	add_missing(&missing, import->source_relid, ACL_SELECT);
	add_missing(&missing, import->relid, ACL_SELECT | ACL_INSERT | ACL_UPDATE);
	foreach(lc, import->joins)
	{
		Oid			relid = ((ReferenceJoin *) lfirst(lc))->relid;

		if (!list_member_oid(seen, relid))
			add_missing(&missing, relid, ACL_SELECT);
		seen = lappend_oid(seen, relid);
	}
	if (missing.table == NULL)
		return;
	ereport(ERROR,
			(lc_errcode(LC_INSUFFICIENT_ACCESS_OR_READONLY),
			 errmsg("permission denied to import into %s", import->target),
			 errdetail("Role \"%s\" lacks %s.", GetUserNameFromId(GetUserId(), false), missing.detail.data),
			 errhint("Run %sthe profile integration of leadconv.grant_role_privileges() has all that imports need.", missing.grants.data)));
}

/*
 * lc_import_check_insert
 *
 * Raises INSUFFICIENT_ACCESS_OR_READONLY unless the caller may add rows to a table of
 * schema crm, because values of the import are not there.
 */
void
lc_import_check_insert(const Import *import, Oid relid)
{
	Missing		missing = {0};

	add_missing(&missing, relid, ACL_SELECT | ACL_INSERT);
	if (missing.table == NULL)
		return;
	ereport(ERROR,
			(lc_errcode(LC_INSUFFICIENT_ACCESS_OR_READONLY),
			 errmsg("permission denied to add to %s what the import into %s needs", missing.table, import->target),
			 errdetail("Role \"%s\" lacks %s.", GetUserNameFromId(GetUserId(), false), missing.detail.data),
			 errhint("Run %sor add the values that are missing first.", missing.grants.data)));
}
