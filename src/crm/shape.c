/*-------------------------------------------------------------------------
 *
 * shape.c
 *	  What schema crm is made of, which version it has, and whose it is.
 *
 * The tables of schema crm are the user's and not members of the extension:
 * pg_dump would not dump the columns that the user added.  Their text is
 * crm.sql; the build turns it into the list of parts that is included here.
 *
 * An index of the standard columns is made on first use, in TopMemoryContext,
 * and never changes.  Nothing else outlives a call.
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
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "crm/crm.h"

#include "crm/crm_schema.h"		/* generated; needs crm.h */

/* The parts that are columns, sorted by table and name */
static const LcSchemaPart **sorted_columns = NULL;
static int	num_sorted_columns = 0;

static int
compare_columns(const void *a, const void *b)
{
	const LcSchemaPart *left = *(const LcSchemaPart *const *) a;
	const LcSchemaPart *right = *(const LcSchemaPart *const *) b;
	int			result = strcmp(left->table, right->table);

	return result != 0 ? result : strcmp(left->name, right->name);
}

/*
 * lc_is_standard_column
 *
 * Whether create_crm() made this column of this table of schema crm; if not, it
 * is a custom field.
 */
bool
lc_is_standard_column(const char *table, const char *column)
{
	LcSchemaPart key = {LC_PART_COLUMN, table, column, NULL, NULL};
	const LcSchemaPart *keyptr = &key;

	if (sorted_columns == NULL)
	{
		const LcSchemaPart **sorted;
		int			n = 0;

		sorted = (const LcSchemaPart **)
			MemoryContextAlloc(TopMemoryContext, lengthof(lc_schema_parts) * sizeof(LcSchemaPart *));
		for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
		{
			if (part->kind == LC_PART_COLUMN)
				sorted[n++] = part;
		}
		qsort(sorted, n, sizeof(LcSchemaPart *), compare_columns);
		num_sorted_columns = n;
		sorted_columns = sorted;
	}

	return bsearch(&keyptr, sorted_columns, num_sorted_columns,
				   sizeof(LcSchemaPart *), compare_columns) != NULL;
}

/*
 * lc_crm_relid
 *
 * OID of a relation of schema crm by its name.  When there is none, InvalidOid
 * if missing_ok, else SCHEMA_NOT_READY is raised.
 */
Oid
lc_crm_relid(const char *table, bool missing_ok)
{
	Oid			schema = get_namespace_oid("crm", true);
	Oid			relid = InvalidOid;

	if (OidIsValid(schema))
		relid = get_relname_relid(table, schema);

	if (!OidIsValid(relid) && !missing_ok)
	{
		if (!OidIsValid(schema))
			ereport(ERROR,
					(lc_errcode(LC_SCHEMA_NOT_READY),
					 errmsg("schema \"crm\" does not exist"),
					 errhint("Run leadconv.create_crm() to build it.")));
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"crm.%s\" does not exist", table),
				 errhint("leadconv.validate() reports what is missing in schema crm.")));
	}

	return relid;
}

/*
 * lc_schema_version
 *
 * Is the one settings row there, and which version of schema crm does it name?
 */
bool
lc_schema_version(int32 *version)
{
	Oid			relid = lc_crm_relid("lead_convert_settings", true);
	Relation	rel;
	AttrNumber	attno;
	bool		found = false;

	if (!OidIsValid(relid))
		return false;

	rel = relation_open(relid, AccessShareLock);
	attno = get_attnum(relid, "schema_version");
	if (rel->rd_rel->relkind == RELKIND_RELATION && attno != InvalidAttrNumber &&
		TupleDescAttr(RelationGetDescr(rel), attno - 1)->atttypid == INT4OID)
	{
		Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
		SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
		HeapTuple	tuple = systable_getnext(scan);

		if (HeapTupleIsValid(tuple))
		{
			bool		isnull;
			Datum		value = heap_getattr(tuple, attno, RelationGetDescr(rel), &isnull);

			found = !isnull;
			*version = isnull ? 0 : DatumGetInt32(value);
		}
		systable_endscan(scan);
		UnregisterSnapshot(snapshot);
	}
	relation_close(rel, AccessShareLock);

	return found;
}

/*
 * lc_is_added_after
 *
 * Does a step to a version above this one add the column, or its table?
 */
bool
lc_is_added_after(const LcSchemaPart *column, int32 version)
{
	for (const LcUpgradeAction *action = lc_upgrade_actions; action->version != 0; action++)
	{
		if (action->version > version && action->part != NULL &&
			(action->part == column ||
			 (action->part->kind == LC_PART_TABLE && strcmp(action->part->name, column->table) == 0)))
			return true;
	}
	return false;
}

/*
 * lc_missing_part
 *
 * The first column that schema crm lacks, a table's first one when there is no
 * such table, or NULL.  What counts is what the version of the schema has, or when
 * it does not tell, the first.
 */
const LcSchemaPart *
lc_missing_part(void)
{
	int32		version = 1;

	if (!lc_schema_version(&version) || version < 1)
		version = 1;
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		Oid			relid;

		if (part->kind != LC_PART_COLUMN || lc_is_added_after(part, version))
			continue;
		relid = lc_crm_relid(part->table, true);
		if (!OidIsValid(relid) || get_rel_relkind(relid) != RELKIND_RELATION ||
			get_attnum(relid, part->name) == InvalidAttrNumber)
			return part;
	}
	return NULL;
}

/*
 * lc_relation_owner
 *
 * Owner of a relation, or InvalidOid when it is gone.
 */
Oid
lc_relation_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);

	return owner;
}

/*
 * lc_crm_owner
 *
 * Owner of schema crm, or InvalidOid when there is no such schema.
 */
Oid
lc_crm_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(NAMESPACENAME, CStringGetDatum("crm"));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return InvalidOid;
	owner = ((Form_pg_namespace) GETSTRUCT(tuple))->nspowner;
	ReleaseSysCache(tuple);

	return owner;
}

/*
 * lc_require_crm_owner
 *
 * Owner of schema crm, whom the caller must be a member of; it is an error if
 * not.  "action" completes the sentence "must be owner of schema crm to ...".
 */
Oid
lc_require_crm_owner(const char *action)
{
	Oid			owner = lc_crm_owner();

	if (!OidIsValid(owner))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("schema \"crm\" does not exist"),
				 errhint("Run leadconv.create_crm() to build it.")));
	if (!has_privs_of_role(GetUserId(), owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of schema \"crm\" to %s", action),
				 errhint("Run it as role \"%s\", or as a member of it.",
						 GetUserNameFromId(owner, false))));

	return owner;
}

/*
 * lc_may_list
 *
 * May rows of a table be carried over because the owner of schema crm says so?
 * They are changed with the rights of the table's owner, so he must have the rights
 * of that role, or the privileges that are used: SELECT and UPDATE, and for links
 * INSERT.
 */
bool
lc_may_list(Oid relid, Oid crm_owner, bool inserts)
{
	AclMode		mode = ACL_SELECT | ACL_UPDATE | (inserts ? ACL_INSERT : 0);
	Oid			owner = lc_relation_owner(relid);

	return OidIsValid(owner) &&
		(has_privs_of_role(crm_owner, owner) ||
		 pg_class_aclmask(relid, crm_owner, mode, ACLMASK_ALL) == mode);
}

/*
 * The first table of schema crm that does not belong to the owner of the schema, or
 * NULL.  Code of such a table's owner (triggers, rules, casts of columns) would run
 * as the schema's owner, who may be a superuser, when the table is used as that.
 */
static const char *
foreign_table(void)
{
	Oid			owner = lc_crm_owner();

	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		Oid			relid = part->kind == LC_PART_TABLE ? lc_crm_relid(part->name, true) : InvalidOid;

		if (OidIsValid(relid) && lc_relation_owner(relid) != owner)
			return part->name;
	}
	return NULL;
}

/*
 * lc_become_crm_owner
 *
 * lc_require_crm_owner(), and acts as the owner of schema crm from then on, to
 * whom all tables of it must belong; see lc_become_owner().
 */
void
lc_become_crm_owner(const char *action, LcUserSwitch *save)
{
	Oid			owner = lc_require_crm_owner(action);
	const char *table = foreign_table();

	if (table != NULL)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"crm.%s\" does not belong to the owner of schema \"crm\"", table),
				 errhint("Run ALTER TABLE crm.%s OWNER TO %s.", quote_identifier(table),
						 quote_identifier(GetUserNameFromId(owner, false)))));
	lc_become_owner(owner, save);
}

/*
 * lc_lock_metadata
 *
 * Lets only one transaction change mappings and crm.mapped_columns at a time.
 */
void
lc_lock_metadata(void)
{
	LockRelationOid(lc_crm_relid("lead_field_mapping", false),
					ShareRowExclusiveLock);
}

/*
 * lc_use_related_lists
 *
 * For a conversion: waits for a transaction that changes crm.related_list, and
 * makes others that want to wait until this one ends.  What has been committed by
 * then is known when this returns.  Does nothing when there is no such table.
 */
void
lc_use_related_lists(void)
{
	Oid			relid = lc_crm_relid("related_list", true);

	if (OidIsValid(relid))
		LockRelationOid(relid, RowShareLock);
}

/* Raises an error in the midst of a conversion of this session, which cannot be waited for */
static void
refuse_while_converting(void)
{
	if (lc_is_converting())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("related lists cannot be changed while this session converts a lead"),
				 errhint("Change them before or after the conversion, not in a trigger.")));
}

/*
 * lc_lock_related_lists
 *
 * For a change of crm.related_list: waits for the conversions that are under way,
 * which would leave rows of a new list behind, and makes those that begin meanwhile
 * wait until this transaction ends, after which they see the change.  Raises an
 * error in the midst of a conversion of this session.
 */
void
lc_lock_related_lists(void)
{
	refuse_while_converting();
	LockRelationOid(lc_crm_relid("related_list", false), ExclusiveLock);
}

/*
 * lc_lock_related_lists_and_child
 *
 * The same, and locks a child table.  A session may add rows to it and then convert
 * a lead, and another convert one and then come to the table; so neither lock is held
 * while the other is waited for, whichever order they come in.
 */
void
lc_lock_related_lists_and_child(Oid child, LOCKMODE lockmode)
{
	Oid			lists = lc_crm_relid("related_list", false);

	refuse_while_converting();
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		LockRelationOid(lists, ExclusiveLock);
		/* who is about to release both, or only reads, is worth a tenth of a second */
		for (int i = 0; i < 10; i++)
		{
			if (ConditionalLockRelationOid(child, lockmode))
				return;
			pg_usleep(10000L);
		}
		UnlockRelationOid(lists, ExclusiveLock);
		LockRelationOid(child, lockmode);
		if (ConditionalLockRelationOid(lists, ExclusiveLock))
			return;
		UnlockRelationOid(child, lockmode);
	}
}

/*
 * lc_extension_owner
 *
 * Owner of an extension; raises an error if there is none of that OID.
 */
Oid
lc_extension_owner(Oid extension)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	Oid			owner;

	ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber,
				F_OIDEQ, ObjectIdGetDatum(extension));
	scan = systable_beginscan(rel, ExtensionOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "could not find tuple for extension %u", extension);
	owner = ((Form_pg_extension) GETSTRUCT(tuple))->extowner;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	return owner;
}

/*
 * lc_extension_problem
 *
 * NULL when the extension in this database has the version of this library.
 * Otherwise what is the matter, with *hint set to what to do; both in the
 * current memory context.
 */
const char *
lc_extension_problem(char **hint)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber,
				F_NAMEEQ, CStringGetDatum("leadconv"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_extension_extversion,
										 RelationGetDescr(rel), &isnull);

		if (!isnull)
			version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);

	if (version == NULL)
	{
		*hint = pstrdup("Run CREATE EXTENSION leadconv.");
		return "extension \"leadconv\" does not exist";
	}
	if (strcmp(version, LC_EXTENSION_VERSION) != 0)
	{
		*hint = pstrdup("Run ALTER EXTENSION leadconv UPDATE; if that has been done, reconnect.");
		return psprintf("extension \"leadconv\" has version %s in this database, but its library has version %s",
						version, LC_EXTENSION_VERSION);
	}
	return NULL;
}
