/*-------------------------------------------------------------------------
 *
 * user.c
 *	  Who is acting: the current CRM user, and the permission to edit
 *	  converted leads.
 *
 * The user of a role is looked up once and kept in a hash table that lives
 * in "leadconv user cache" under CacheMemoryContext, across queries and
 * transactions.  An invalidation message for crm.app_user (from the statement
 * trigger leadconv.metadata_changed() or from DDL) or for a role or schema
 * name empties it.  Such messages also reach this backend after each of its own
 * commands and when a (sub)transaction aborts, so that nothing that was rolled
 * back stays in the cache.
 *
 * The value of leadconv.user_id is parsed once, by its check hook, into memory
 * that belongs to the GUC machinery.  Whom it names is judged when it is used: the
 * user must exist, and be one without a database role (the application knows who
 * its users are) or one whose database role the session's role has the privileges
 * of.  Members of the role that the setting impersonating_role names may act as
 * anybody.  Where the setting require_local_user_id is on, a value that outlives the
 * transaction is refused: a pooler would hand it to the next client.  What counts is the session's role (SET ROLE), which has set the value or
 * let it be set, and not that of a SECURITY DEFINER function in which it is used.
 * The user who was found good last is remembered as long as the cache; where row
 * security hides users from the role, for a statement of the client, since what
 * policies say may depend on anything.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <errno.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "crm/crm.h"

/* What leadconv.user_id says */
typedef struct UserIdSetting
{
	bool		isset;
	int64		user_id;
} UserIdSetting;

/* Who may act as whom: what was found good last; roleid is InvalidOid if nothing */
typedef struct AcceptedUser
{
	Oid			roleid;
	int64		user_id;
	TimestampTz statement;		/* in which it is good, 0 = in all */
	bool		must_be_local;	/* unless it is set for the session */
} AcceptedUser;

/* Settings that say how leadconv.user_id may be used */
typedef struct UserIdRules
{
	char	   *impersonating_role; /* its name, or NULL */
	bool		must_be_local;
} UserIdRules;

/* The app_user of a role */
typedef struct UserCacheEntry
{
	Oid			roleid;			/* hash key; must be first */
	bool		isnull;
	int64		user_id;
} UserCacheEntry;

/* leadconv.user_id: id of the app_user who acts; empty = the one of the role */
static char *user_id_guc = NULL;

static UserIdSetting user_id_setting = {false, 0};

static HTAB *user_cache = NULL;
static Oid	user_cache_relid = InvalidOid;	/* crm.app_user when filled */
static Oid	settings_relid = InvalidOid;	/* crm.lead_convert_settings when read */
static uint64 user_cache_generation = 0;	/* counts invalidations */
static AcceptedUser accepted = {InvalidOid, 0, 0, false};
static bool read_in_transaction = false;	/* the one that is under way: something was kept */
static bool asking_policies = false;

PG_FUNCTION_INFO_V1(leadconv_current_user_id);
PG_FUNCTION_INFO_V1(leadconv_view_and_edit_converted_leads);
PG_FUNCTION_INFO_V1(leadconv_view_converted_leads);

/*
 * GUC check hook of leadconv.user_id: accepts an integer or nothing
 */
static bool
check_user_id(char **newval, void **extra, GucSource source)
{
	UserIdSetting *setting;
	int64		user_id = 0;
	bool		isset = (*newval != NULL && (*newval)[0] != '\0');

	if (isset)
	{
		char	   *end;

		errno = 0;
		user_id = (int64) strtoll(*newval, &end, 10);
		if (errno != 0 || end == *newval || *end != '\0')
		{
			GUC_check_errdetail("The value must be the id of a row of crm.app_user, or empty.");
			return false;
		}
	}

#if PG_VERSION_NUM >= 160000
	setting = (UserIdSetting *) guc_malloc(LOG, sizeof(UserIdSetting));
#else
	setting = (UserIdSetting *) malloc(sizeof(UserIdSetting));
#endif
	if (setting == NULL)
		return false;
	setting->isset = isset;
	setting->user_id = user_id;
	*extra = setting;
	return true;
}

/*
 * GUC assign hook of leadconv.user_id
 */
static void
assign_user_id(const char *newval, void *extra)
{
	user_id_setting = *(UserIdSetting *) extra;
}

/*
 * Forget all users
 *
 * Runs inside invalidation callbacks, so it must not touch the catalogs.
 */
static void
user_cache_reset(void)
{
	HASH_SEQ_STATUS status;
	UserCacheEntry *entry;

	user_cache_generation++;
	user_cache_relid = InvalidOid;
	settings_relid = InvalidOid;
	accepted.roleid = InvalidOid;
	if (user_cache == NULL || hash_get_num_entries(user_cache) == 0)
		return;

	hash_seq_init(&status, user_cache);
	while ((entry = (UserCacheEntry *) hash_seq_search(&status)) != NULL)
		hash_search(user_cache, &entry->roleid, HASH_REMOVE, NULL);
}

static void
user_cache_relation_callback(Oid relid)
{
	/*
	 * While a table is being read for the first time its OID is already in
	 * these variables, so that a change that arrives in between counts.
	 */
	if (relid == InvalidOid || relid == user_cache_relid || relid == settings_relid)
		user_cache_reset();
}

/*
 * A role or a schema was renamed, made or dropped, or a role granted or revoked
 */
static void
user_cache_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	user_cache_reset();
}

/*
 * What was read in the midst of a statement may be what it has changed so far, and its
 * failure sends no invalidation: the trigger that would have has not fired yet.
 */
static void
user_cache_xact_callback(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT && read_in_transaction)
		user_cache_reset();
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)
		read_in_transaction = false;
}

static void
user_cache_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
							SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB && read_in_transaction)
		user_cache_reset();
}

/*
 * lc_user_init
 *
 * Defines leadconv.user_id and registers the invalidation callbacks.  Called
 * once, from _PG_init().
 */
void
lc_user_init(void)
{
	DefineCustomStringVariable("leadconv.user_id",
							   "Sets the crm.app_user who acts in this session or transaction.",
							   "Empty means the app_user whose db_role is the current role; others must be users without db_role, or with one whose privileges the role has.",
							   &user_id_guc,
							   "",
							   PGC_USERSET,
							   0,
							   check_user_id,
							   assign_user_id,
							   NULL);

	lc_on_relation_change(user_cache_relation_callback);
	CacheRegisterSyscacheCallback(AUTHOID, user_cache_syscache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, user_cache_syscache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, user_cache_syscache_callback, (Datum) 0);
	RegisterXactCallback(user_cache_xact_callback, NULL);
	RegisterSubXactCallback(user_cache_subxact_callback, NULL);
}

/*
 * Attribute number of a column of one of the given types, or
 * InvalidAttrNumber
 */
static AttrNumber
column_of_type(TupleDesc tupdesc, const char *name, Oid type1, Oid type2)
{
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(tupdesc, i);

		if (!att->attisdropped &&
			(att->atttypid == type1 || att->atttypid == type2) &&
			namestrcmp(&att->attname, name) == 0)
			return att->attnum;
	}

	return InvalidAttrNumber;
}

/* The name of a role in a column of type name or text, or NULL */
static char *
role_name(HeapTuple tuple, TupleDesc tupdesc, AttrNumber attno)
{
	bool		isnull;
	Datum		role = heap_getattr(tuple, attno, tupdesc, &isnull);

	if (isnull)
		return NULL;
	return TupleDescAttr(tupdesc, attno - 1)->atttypid == NAMEOID ? pstrdup(NameStr(*DatumGetName(role)))
		: TextDatumGetCString(role);
}

/*
 * Look up the app_user of a role, the one with the lowest id when there are
 * several
 *
 * crm.app_user is scanned directly and not through SPI: the answer must depend
 * neither on the caller's privileges and policies, nor on the snapshot of its
 * transaction, because the cache outlives that.  The latest snapshot is taken
 * after user_cache_generation was read, and a transaction sends its
 * invalidation messages after its changes became visible; so what we may have
 * missed is still to come.  In parallel mode there is no latest snapshot to be
 * had; *cacheable says whether it was used.
 */
static bool
find_user_of_role(Relation rel, const char *rolename, int64 *user_id,
				  bool *cacheable)
{
	TupleDesc	tupdesc = RelationGetDescr(rel);
	AttrNumber	id_attno = column_of_type(tupdesc, "id", INT8OID, INT8OID);
	AttrNumber	role_attno = column_of_type(tupdesc, "db_role", NAMEOID, TEXTOID);
	SysScanDesc scan;
	Snapshot	snapshot;
	HeapTuple	tuple;
	bool		found = false;

	*cacheable = !IsInParallelMode();
	if (id_attno == InvalidAttrNumber || role_attno == InvalidAttrNumber)
		return false;

	snapshot = RegisterSnapshot(*cacheable ? GetLatestSnapshot() : GetActiveSnapshot());
	scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	while ((tuple = systable_getnext(scan)) != NULL)
	{
		bool		isnull;
		int64		id;
		char	   *role = role_name(tuple, tupdesc, role_attno);
		bool		matches = role != NULL && strcmp(role, rolename) == 0;

		if (role != NULL)
			pfree(role);
		if (!matches)
			continue;

		id = DatumGetInt64(heap_getattr(tuple, id_attno, tupdesc, &isnull));
		if (isnull || (found && id > *user_id))
			continue;
		*user_id = id;
		found = true;
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);

	return found;
}

/*
 * The app_user of a role, from the cache where possible
 */
static int64
user_of_role(Oid roleid, bool *isnull)
{
	UserCacheEntry *entry;
	Oid			relid;
	Relation	rel;
	char	   *rolename;
	uint64		generation;
	int64		user_id = 0;
	bool		found;
	bool		cacheable;

	if (user_cache != NULL)
	{
		entry = (UserCacheEntry *) hash_search(user_cache, &roleid,
											   HASH_FIND, NULL);
		if (entry != NULL)
		{
			*isnull = entry->isnull;
			return entry->user_id;
		}
	}

	*isnull = true;
	relid = lc_crm_relid("app_user", true);
	if (!OidIsValid(relid))
		return 0;

	/* From here on an invalidation of the table counts */
	user_cache_relid = relid;
	generation = user_cache_generation;

	rel = try_relation_open(relid, AccessShareLock);
	if (rel == NULL)
		return 0;
	rolename = GetUserNameFromId(roleid, true);
	if (rolename == NULL || rel->rd_rel->relkind != RELKIND_RELATION)
	{
		relation_close(rel, AccessShareLock);
		return 0;
	}

	found = find_user_of_role(rel, rolename, &user_id, &cacheable);
	relation_close(rel, AccessShareLock);
	pfree(rolename);

	if (cacheable && generation == user_cache_generation)
	{
		if (user_cache == NULL)
		{
			HASHCTL		ctl;

			ctl.keysize = sizeof(Oid);
			ctl.entrysize = sizeof(UserCacheEntry);
			ctl.hcxt = AllocSetContextCreate(CacheMemoryContext,
											 "leadconv user cache",
											 ALLOCSET_SMALL_SIZES);
			user_cache = hash_create("leadconv user cache", 16, &ctl,
									 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
		}
		entry = (UserCacheEntry *) hash_search(user_cache, &roleid,
											   HASH_ENTER, NULL);
		entry->isnull = !found;
		entry->user_id = user_id;
		read_in_transaction = true;
	}

	*isnull = !found;
	return user_id;
}

/*
 * Reads the settings that say how leadconv.user_id may be used
 */
static void
read_user_id_rules(UserIdRules *rules)
{
	Oid			relid = lc_crm_relid("lead_convert_settings", true);
	Relation	rel = OidIsValid(relid) ? try_relation_open(relid, AccessShareLock) : NULL;

	memset(rules, 0, sizeof(UserIdRules));
	if (rel == NULL)
		return;
	settings_relid = relid;
	if (rel->rd_rel->relkind == RELKIND_RELATION)
	{
		TupleDesc	desc = RelationGetDescr(rel);
		AttrNumber	role_attno = column_of_type(desc, "impersonating_role", NAMEOID, TEXTOID);
		AttrNumber	local_attno = lc_column_number(desc, "require_local_user_id");
		Snapshot	snapshot = RegisterSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot());
		SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
		HeapTuple	tuple = systable_getnext(scan);

		if (HeapTupleIsValid(tuple) && role_attno != InvalidAttrNumber)
			rules->impersonating_role = role_name(tuple, desc, role_attno);
		/* a crm that is yet to be upgraded has no such column */
		if (HeapTupleIsValid(tuple) && local_attno != InvalidAttrNumber)
		{
			bool		isnull;
			Datum		value = heap_getattr(tuple, local_attno, desc, &isnull);

			if (!lc_is_stored_as(TupleDescAttr(desc, local_attno - 1)->atttypid, BOOLOID))
				ereport(ERROR,
						(lc_errcode(LC_SCHEMA_NOT_READY),
						 errmsg("column \"require_local_user_id\" of table \"%s\" is not boolean", RelationGetRelationName(rel)),
						 errhint("Give it back its type, or reset leadconv.user_id."),
						 errtablecol(rel, local_attno)));
			rules->must_be_local = !isnull && DatumGetBool(value);
		}
		systable_endscan(scan);
		UnregisterSnapshot(snapshot);
	}
	relation_close(rel, AccessShareLock);
}

/*
 * Does the value of leadconv.user_id end with the transaction, or with a function that
 * sets it?  One that the session has from its role, its database or the server counts as
 * well: nobody has set it for the next client of a pooler.
 */
static bool
user_id_is_local(void)
{
	static struct config_generic *option = NULL;

	if (option == NULL)
	{
#if PG_VERSION_NUM >= 160000
		option = find_option("leadconv.user_id", false, false, ERROR);
#else
		struct config_generic **options = get_guc_variables();

		for (int i = 0; i < GetNumConfigOptions(); i++)
		{
			if (strcmp(options[i]->name, "leadconv.user_id") == 0)
				option = options[i];
		}
#endif
		Assert(option != NULL);
	}
	return option->source < PGC_S_CLIENT || (option->stack != NULL && option->stack->state != GUC_SET);
}

/*
 * Finds the row of crm.app_user of an id and reads its db_role into *db_role, NULL
 * when it has none; returns false when there is no such user.
 */
static bool
find_user(int64 user_id, char **db_role)
{
	Oid			relid = lc_crm_relid("app_user", false);
	Relation	rel = table_open(relid, AccessShareLock);
	TupleDesc	tupdesc = RelationGetDescr(rel);
	AttrNumber	role_attno = column_of_type(tupdesc, "db_role", NAMEOID, TEXTOID);
	LcProbe		by_id;
	LcOpenProbe users;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found;

	if (role_attno == InvalidAttrNumber ||
		column_of_type(tupdesc, "id", INT8OID, INT8OID) == InvalidAttrNumber)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"%s\" has no columns \"id\" and \"db_role\" as leadconv made them",
						RelationGetRelationName(rel)),
				 errhint("leadconv.validate() reports what is missing in schema crm."),
				 errtable(rel)));
	user_cache_relid = relid;
	lc_compile_probe(&by_id, relid, "id");
	snapshot = RegisterSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot());
	lc_probe_open(&users, &by_id);
	scan = lc_probe_begin(&users, user_id, snapshot);
	tuple = systable_getnext(scan);
	found = HeapTupleIsValid(tuple);
	*db_role = found ? role_name(tuple, tupdesc, role_attno) : NULL;
	systable_endscan(scan);
	lc_probe_close(&users);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * lc_may_select_users
 *
 * May the current role read the ids of crm.app_user, policies aside?
 */
bool
lc_may_select_users(Oid relid)
{
	static const char *const columns[] = {"id"};

	return lc_may_select(relid, columns, lengthof(columns));
}

/*
 * lc_policies_show_users
 *
 * Do policies decide which rows of crm.app_user the current role sees?  Not for a
 * role that cannot look at the table at all.
 */
bool
lc_policies_show_users(Oid relid)
{
	return check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED &&
		lc_may_select_users(relid);
}

/*
 * Do policies let the current role see a user?
 */
static bool
policies_show_user(int64 user_id)
{
	Oid			argtypes[1] = {INT8OID};
	Datum		args[1] = {Int64GetDatum(user_id)};
	volatile bool found = false;

	/* the policies may ask who is at work */
	asking_policies = true;
	PG_TRY();
	{
		lc_spi_connect();
		found = lc_read("SELECT 1 FROM crm.app_user u WHERE u.id OPERATOR(pg_catalog.=) $1", 1, argtypes, args) > 0;
		SPI_finish();
	}
	PG_FINALLY();
	{
		asking_policies = false;
	}
	PG_END_TRY();
	return found;
}

/* Has a role the privileges of the role of this name? */
static bool
has_privileges_of(Oid roleid, const char *name)
{
	Oid			named = get_role_oid(name, true);

	return OidIsValid(named) && has_privs_of_role(roleid, named);
}

/*
 * Raises an error unless the session's role may act as the user whom
 * leadconv.user_id names.
 */
static void
check_named_user(Oid roleid, int64 user_id)
{
	uint64		generation = user_cache_generation;
	Oid			relid = lc_crm_relid("app_user", false);
	/* in a SECURITY DEFINER function, whose owner sees others, the policies are not asked */
	bool		is_role = GetUserId() == roleid;
	bool		ask = is_role && lc_policies_show_users(relid);
	UserIdRules rules;
	char	   *db_role;

	read_user_id_rules(&rules);
	if (rules.must_be_local && !user_id_is_local())
		ereport(ERROR,
				(lc_errcode(LC_INVALID_OPERATION),
				 errmsg("leadconv.user_id is set for the session"),
				 errdetail("The setting require_local_user_id is on: behind a connection pooler, the value would be that of the next client, too."),
				 errhint("Begin a transaction and use SET LOCAL leadconv.user_id, or set_config('leadconv.user_id', ..., true); RESET leadconv.user_id clears the session.")));
	if (!find_user(user_id, &db_role) || (ask && !policies_show_user(user_id)))
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("user " INT64_FORMAT ", whom leadconv.user_id names, does not exist", user_id),
				 errhint("Set leadconv.user_id to the id of a row of crm.app_user, or reset it.")));
	if (db_role != NULL && !superuser_arg(roleid) && !has_privileges_of(roleid, db_role) &&
		(rules.impersonating_role == NULL || !has_privileges_of(roleid, rules.impersonating_role)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" may not act as user " INT64_FORMAT ", whom leadconv.user_id names",
						GetUserNameFromId(roleid, false), user_id),
				 errdetail("The user has a database role, whose privileges \"%s\" has not got.",
						   GetUserNameFromId(roleid, false)),
				 errhint("Reset leadconv.user_id, or let the owner of schema crm set impersonating_role in crm.lead_convert_settings to a role that \"%s\" belongs to.",
						 GetUserNameFromId(roleid, false))));

	if (!IsInParallelMode() && generation == user_cache_generation &&
		(is_role || check_enable_rls(relid, roleid, true) != RLS_ENABLED))
	{
		read_in_transaction = true;
		accepted.roleid = roleid;
		accepted.user_id = user_id;
		accepted.statement = ask ? GetCurrentStatementStartTimestamp() : 0;
		accepted.must_be_local = rules.must_be_local;
	}
}

/*
 * lc_current_user_id
 *
 * Returns the id of the app_user who acts, or sets *isnull when nobody is
 * known: inside a conversion the one at its entry, else what leadconv.user_id
 * says, else the one of the current role.  A foreign-key action runs as the
 * owner of its table; there the role that gave the command counts.  Raises an error
 * when leadconv.user_id names a user who does not exist, or as whom the session's
 * role may not act, or is set in a way that is not allowed.
 *
 * Called for every row that is written: no allocation, no catalog access when
 * the role is in the cache.
 */
int64
lc_current_user_id(bool *isnull)
{
	int64		user_id;

	if (lc_frame_user_id(&user_id, isnull))
		return user_id;

	if (user_id_setting.isset)
	{
		Oid			roleid = GetOuterUserId();

		if (!asking_policies &&
			(accepted.roleid != roleid || accepted.user_id != user_id_setting.user_id ||
			 (accepted.statement != 0 && accepted.statement != GetCurrentStatementStartTimestamp()) ||
			 (accepted.must_be_local && !user_id_is_local())))
			check_named_user(roleid, user_id_setting.user_id);
		*isnull = false;
		return user_id_setting.user_id;
	}

	return user_of_role(InNoForceRLSOperation() ? GetOuterUserId() : GetUserId(),
						isnull);
}

/*
 * Does a role have what was granted to grantee, as the server sees it?  A member
 * that does not inherit has nothing before it says SET ROLE.  A superuser counts
 * by membership alone.
 */
static bool
has_grants_of(Oid roleid, Oid grantee)
{
	if (grantee == ACL_ID_PUBLIC)
		return true;
	return superuser_arg(roleid) ? is_member_of_role_nosuper(roleid, grantee)
		: has_privs_of_role(roleid, grantee);
}

/*
 * Was EXECUTE on a function of schema leadconv that stands for a permission
 * granted to roleid: to PUBLIC or to a role whose privileges it has?  Being
 * superuser, or owner of the function or of schema crm, is not enough, as on the
 * platform, where a system administrator needs the permission too; what these have
 * been granted is for them to grant.  The server's check of the privilege would
 * include them, so the list is read here.
 */
static bool
has_permission(const char *function, Oid roleid)
{
	Oid			schema = get_namespace_oid("leadconv", true);
	oidvector  *no_arguments;
	HeapTuple	tuple;
	Datum		datum;
	bool		isnull;
	bool		result = false;

	if (!OidIsValid(schema))
		return false;

	no_arguments = buildoidvector(NULL, 0);
	tuple = SearchSysCache3(PROCNAMEARGSNSP,
							CStringGetDatum(function),
							PointerGetDatum(no_arguments),
							ObjectIdGetDatum(schema));
	pfree(no_arguments);
	if (!HeapTupleIsValid(tuple))
		return false;

	/* NULL means the default privileges: nobody granted anything */
	datum = SysCacheGetAttr(PROCNAMEARGSNSP, tuple, Anum_pg_proc_proacl, &isnull);
	if (!isnull)
	{
		Oid			owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
		Oid			crm_owner = lc_crm_owner();
		Acl		   *acl = DatumGetAclP(datum);
		AclItem    *items = ACL_DAT(acl);

		for (int i = 0; i < ACL_NUM(acl) && !result; i++)
		{
			if ((ACLITEM_GET_PRIVS(items[i]) & ACL_EXECUTE) == 0 ||
				items[i].ai_grantee == owner || items[i].ai_grantee == crm_owner)
				continue;
			result = has_grants_of(roleid, items[i].ai_grantee);
		}
		if ((Pointer) acl != DatumGetPointer(datum))
			pfree(acl);
	}
	ReleaseSysCache(tuple);

	return result;
}

/*
 * lc_may_edit_converted_leads
 *
 * Whether a role has the permission "View and Edit Converted Leads".
 */
bool
lc_may_edit_converted_leads(Oid roleid)
{
	return has_permission("view_and_edit_converted_leads", roleid);
}

/*
 * lc_may_view_converted_leads
 *
 * Whether a role has a permission to see converted leads where they are hidden.
 */
bool
lc_may_view_converted_leads(Oid roleid)
{
	return has_permission("view_converted_leads", roleid) || lc_may_edit_converted_leads(roleid);
}

/*
 * leadconv.current_user_id() RETURNS bigint
 */
Datum
leadconv_current_user_id(PG_FUNCTION_ARGS)
{
	bool		isnull;
	int64		user_id = lc_current_user_id(&isnull);

	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_INT64(user_id);
}

/*
 * leadconv.view_and_edit_converted_leads() RETURNS boolean
 */
Datum
leadconv_view_and_edit_converted_leads(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(lc_may_edit_converted_leads(GetUserId()));
}

/*
 * leadconv.view_converted_leads() RETURNS boolean
 */
Datum
leadconv_view_converted_leads(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(lc_may_view_converted_leads(GetUserId()));
}
