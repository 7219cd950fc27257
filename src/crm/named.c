/*-------------------------------------------------------------------------
 *
 * named.c
 *	  What rules name: users and queues, territories, the default lead status.
 *
 * Whoever writes a row of which a rule thinks need not have privileges on what
 * the rule names, nor see it: the tables are looked at directly, as foreign-key
 * checks do, with the latest snapshot.  A caller learns from it what the rule puts
 * into the row; what is wrong with the rule is said in the words of its argument.
 *
 * Users are remembered, because a rule that names one may fire in each conversion:
 * in "leadconv named users" under CacheMemoryContext, until crm.app_user changes,
 * which its statement trigger and DDL tell by an invalidation message, or a
 * (sub)transaction is aborted, of whose changes something may have been read before
 * such a message.  All else is allocated in the current context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <errno.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "crm/trigger.h"

/* A table of records that rules name */
typedef struct NamedTable
{
	const char *table;
	const char *what;			/* as messages call a row */
	const char *unique_name;	/* column in which a name is looked for first */
	const char *name;			/* and then */
	const char *flag;			/* one more column that is read, or NULL ... */
	const char *flag_value;		/* is it this? */
	LcStatus	inactive;
} NamedTable;

static const NamedTable users = {
	"app_user", "user or queue", "username", "name", "user_type", "Queue", LC_INACTIVE_OWNER_OR_USER
};
static const NamedTable territories = {
	"territory", "territory", "developer_name", "name", NULL, NULL, LC_INVALID_CROSS_REFERENCE_KEY
};

/* The columns of such a table */
typedef struct NamedColumns
{
	AttrNumber	id;
	AttrNumber	unique_name;
	AttrNumber	name;
	AttrNumber	is_active;
	AttrNumber	flag;			/* or InvalidAttrNumber */
} NamedColumns;

/* What has been found of a name */
typedef struct Found
{
	int64		id;
	bool		flag;
	int			nactive;		/* how many there are that are active */
	int			ninactive;
} Found;

/* A user or queue whom an argument names */
typedef struct NamedUser
{
	char	   *argument;
	int64		id;
	bool		is_queue;
} NamedUser;

/* So many are remembered; then they are forgotten, all at once */
#define MAX_NAMED_USERS		100

static NamedUser named_users[MAX_NAMED_USERS];
static int	num_named_users = 0;
static MemoryContext named_users_context = NULL;
static Oid	users_relid = InvalidOid;	/* what was read, or is being read */
static uint64 generation = 0;	/* counts what makes them invalid */

/* Nobody keeps a pointer to them across a call that could get here */
static void
forget_users(void)
{
	generation++;
	num_named_users = 0;
}

static void
users_relation_callback(Oid relid)
{
	if (relid == InvalidOid || relid == users_relid)
		forget_users();
}

/* A schema was renamed, made or dropped: crm may be another one */
static void
users_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	forget_users();
}

static void
users_xact_callback(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		forget_users();
}

static void
users_subxact_callback(SubXactEvent event, SubTransactionId mySubid, SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		forget_users();
}

/* Once, when a user is looked for the first time */
static void
begin_listening(void)
{
	named_users_context = AllocSetContextCreate(CacheMemoryContext, "leadconv named users", ALLOCSET_SMALL_SIZES);
	lc_on_relation_change(users_relation_callback);
	CacheRegisterSyscacheCallback(NAMESPACEOID, users_syscache_callback, (Datum) 0);
	RegisterXactCallback(users_xact_callback, NULL);
	RegisterSubXactCallback(users_subxact_callback, NULL);
}

/* Remembers a user */
static void
remember_user(const char *argument, int64 id, bool is_queue)
{
	NamedUser  *user;

	if (num_named_users == MAX_NAMED_USERS)
		num_named_users = 0;
	if (num_named_users == 0)
		MemoryContextReset(named_users_context);
	user = &named_users[num_named_users];
	user->argument = MemoryContextStrdup(named_users_context, argument);
	user->id = id;
	user->is_queue = is_queue;
	num_named_users++;
}

/* The number of a column that is read as a Datum of this type */
static AttrNumber
read_column(Relation rel, const char *name, Oid type)
{
	AttrNumber	attno = lc_column_number(RelationGetDescr(rel), name);

	if (attno == InvalidAttrNumber || !lc_is_stored_as(TupleDescAttr(RelationGetDescr(rel), attno - 1)->atttypid, type))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"%s\" has no column \"%s\" as leadconv made it", RelationGetRelationName(rel), name),
				 errhint("leadconv.validate() reports what is missing in schema crm."),
				 errtable(rel)));
	return attno;
}

/* A column as a string, or NULL */
static char *
text_of(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, attno, desc, &isnull);

	return isnull ? NULL : lc_value_text(value, TupleDescAttr(desc, attno - 1)->atttypid);
}

/* Does a column have this text? */
static bool
has_text(HeapTuple tuple, TupleDesc desc, AttrNumber attno, const char *text)
{
	char	   *value = text_of(tuple, desc, attno);
	bool		result = value != NULL && strcmp(value, text) == 0;

	if (value)
		pfree(value);
	return result;
}

/* A boolean column; NULL is false */
static bool
flag_of(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, attno, desc, &isnull);

	return !isnull && DatumGetBool(value);
}

/* Takes a row that has the name */
static void
take(Found *found, const NamedTable *named, const NamedColumns *columns, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	int64		id = DatumGetInt64(heap_getattr(tuple, columns->id, desc, &isnull));

	if (isnull)
		return;
	if (!flag_of(tuple, desc, columns->is_active))
	{
		found->ninactive++;
		return;
	}
	found->nactive++;
	found->id = id;
	found->flag = columns->flag != InvalidAttrNumber && has_text(tuple, desc, columns->flag, named->flag_value);
}

/* Looks for a row by its id */
static void
find_id(const NamedTable *named, Relation rel, const NamedColumns *columns, int64 id, Snapshot snapshot, Found *found)
{
	LcProbe		by_id;
	LcOpenProbe probe;
	SysScanDesc scan;
	HeapTuple	tuple;

	lc_compile_probe(&by_id, RelationGetRelid(rel), "id");
	lc_probe_open(&probe, &by_id);
	scan = lc_probe_begin(&probe, id, snapshot);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		take(found, named, columns, tuple, RelationGetDescr(rel));
	systable_endscan(scan);
	lc_probe_close(&probe);
}

/* Looks for a row by one of its names; the unique one wins */
static void
find_name(const NamedTable *named, Relation rel, const NamedColumns *columns, const char *name, Snapshot snapshot,
		  Found *found)
{
	TupleDesc	desc = RelationGetDescr(rel);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	Found		by_unique_name = {0};
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		if (has_text(tuple, desc, columns->unique_name, name))
			take(&by_unique_name, named, columns, tuple, desc);
		if (has_text(tuple, desc, columns->name, name))
			take(found, named, columns, tuple, desc);
	}
	systable_endscan(scan);
	if (by_unique_name.nactive + by_unique_name.ninactive > 0)
		*found = by_unique_name;
}

/* An argument that is a number is an id */
static bool
parse_id(const char *argument, int64 *id)
{
	char	   *end;

	if (strspn(argument, "0123456789") != strlen(argument))
		return false;
	errno = 0;
	*id = strtoll(argument, &end, 10);
	return errno == 0;
}

/* The one active row of this id or name.  Raises an error that names the trigger. */
static void
find_named(const NamedTable *named, TriggerData *trigdata, const char *argument, Found *found)
{
	Relation	rel = table_open(lc_crm_relid(named->table, false), AccessShareLock);
	const char *trigger = trigdata->tg_trigger->tgname;
	NamedColumns columns;
	Snapshot	snapshot;
	int64		id;

	columns.id = read_column(rel, "id", INT8OID);
	columns.unique_name = read_column(rel, named->unique_name, TEXTOID);
	columns.name = read_column(rel, named->name, TEXTOID);
	columns.is_active = read_column(rel, "is_active", BOOLOID);
	columns.flag = named->flag ? read_column(rel, named->flag, TEXTOID) : InvalidAttrNumber;

	memset(found, 0, sizeof(Found));
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	if (parse_id(argument, &id))
		find_id(named, rel, &columns, id, snapshot, found);
	else
		find_name(named, rel, &columns, argument, snapshot, found);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);

	if (found->nactive > 1)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("%s \"%s\", named in trigger \"%s\", is not the only one of that name", named->what, argument, trigger),
				 errhint("Drop the trigger, and create it with the id or the %s.", named->unique_name),
				 errtable(trigdata->tg_relation)));
	if (found->nactive == 0 && found->ninactive > 0)
		ereport(ERROR,
				(lc_errcode(named->inactive),
				 errmsg("%s \"%s\", named in trigger \"%s\", is not active", named->what, argument, trigger),
				 errhint("Drop the trigger, and create it with an active one."),
				 errtable(trigdata->tg_relation)));
	if (found->nactive == 0)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_CROSS_REFERENCE_KEY),
				 errmsg("%s \"%s\", named in trigger \"%s\", does not exist", named->what, argument, trigger),
				 errhint("Drop the trigger, and create it with one that exists."),
				 errtable(trigdata->tg_relation)));
}

/*
 * lc_named_user
 *
 * The id of the active user or queue that an argument of a trigger names: by the
 * id, by the username, or by the name when only one active has it.  Raises an
 * error that names the trigger when there is none.
 */
int64
lc_named_user(TriggerData *trigdata, const char *argument, bool *is_queue)
{
	Found		found;
	uint64		before;

	for (int i = 0; i < num_named_users; i++)
	{
		if (strcmp(named_users[i].argument, argument) == 0)
		{
			*is_queue = named_users[i].is_queue;
			return named_users[i].id;
		}
	}

	if (named_users_context == NULL)
		begin_listening();
	/* from here on a change of the table counts */
	users_relid = lc_crm_relid(users.table, false);
	before = generation;
	find_named(&users, trigdata, argument, &found);
	if (before == generation)
		remember_user(argument, found.id, found.flag);
	*is_queue = found.flag;
	return found.id;
}

/*
 * lc_named_territory
 *
 * The id of the active territory that an argument of a trigger names: by the id, by
 * the developer name, or by the name when only one active has it.
 */
int64
lc_named_territory(TriggerData *trigdata, const char *argument)
{
	Found		found;

	find_named(&territories, trigdata, argument, &found);
	return found.id;
}

/*
 * lc_default_lead_status
 *
 * The status that new leads get, or NULL when none is marked so: the first of
 * crm.lead_status that is_default and not a converted one.
 */
char *
lc_default_lead_status(void)
{
	Relation	rel = table_open(lc_crm_relid("lead_status", false), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	AttrNumber	api_name = read_column(rel, "api_name", TEXTOID);
	AttrNumber	is_default = read_column(rel, "is_default", BOOLOID);
	AttrNumber	is_converted = read_column(rel, "is_converted", BOOLOID);
	AttrNumber	sort_order = read_column(rel, "sort_order", INT4OID);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, snapshot, 0, NULL);
	HeapTuple	tuple;
	int32		first = 0;
	char	   *result = NULL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		int32		place = DatumGetInt32(heap_getattr(tuple, sort_order, desc, &isnull));

		if (isnull || !flag_of(tuple, desc, is_default) || flag_of(tuple, desc, is_converted) ||
			(result != NULL && place >= first))
			continue;
		result = text_of(tuple, desc, api_name);
		first = place;
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(rel, AccessShareLock);
	return result;
}
