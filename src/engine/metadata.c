/*-------------------------------------------------------------------------
 *
 * metadata.c
 *	  What programs are compiled from: the catalogs, and changes of rows of metadata.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/reltrigger.h"
#include "utils/ruleutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "engine/engine.h"

/* moves with each invalidation of a table that concerns us */
static uint64 invalidation_counter = 1;

/* Domains whose defaults programs have, by the hash values of their rows in the catalog */
static uint32 *watched_domains = NULL;
static int	nwatched_domains = 0;

/* the tables that concern us, sorted; NULL until a program is compiled */
static Oid *watched = NULL;
static int	nwatched = 0;

/* Relcache callback: flags only */
static void
metadata_relation_callback(Oid relid)
{
	if (relid == InvalidOid ||
		(watched != NULL && bsearch(&relid, watched, nwatched, sizeof(Oid), lc_compare_oid) != NULL))
		invalidation_counter++;
}

/* A function that our triggers call was changed */
static void
metadata_function_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	if (lc_is_trigger_function(hashvalue))
		invalidation_counter++;
}

/* A domain of a column was changed */
static void
metadata_domain_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	for (int i = 0; i < nwatched_domains; i++)
	{
		if (hashvalue == 0 || watched_domains[i] == hashvalue)
		{
			invalidation_counter++;
			return;
		}
	}
}

/* Called once, when the library is loaded */
void
lc_metadata_init(void)
{
	CacheRegisterSyscacheCallback(PROCOID, metadata_function_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, metadata_domain_callback, (Datum) 0);
	lc_on_relation_change(metadata_relation_callback);
}

/* How many times something may have changed in the tables that are watched */
uint64
lc_invalidations(void)
{
	return invalidation_counter;
}

/* From now on, these are the tables that concern us */
void
lc_watch_tables(List *relids)
{
	Oid		   *new_watched = MemoryContextAlloc(CacheMemoryContext, sizeof(Oid) * list_length(relids));
	ListCell   *lc;
	int			n = 0;

	foreach(lc, relids)
		new_watched[n++] = lfirst_oid(lc);
	qsort(new_watched, n, sizeof(Oid), lc_compare_oid);
	if (watched)
		pfree(watched);
	watched = new_watched;
	nwatched = n;
}

/* A column of the metadata just read as a string in the program's context, or NULL */
char *
lc_meta_text(LcProgram *program, uint64 row, int column)
{
	char	   *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return value ? MemoryContextStrdup(program->context, value) : NULL;
}

/* The owner of a table of crm.  Raises SCHEMA_NOT_READY when there is no such table. */
Oid
lc_table_owner(const char *table)
{
	Relation	rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	Oid			owner = rel->rd_rel->relowner;

	table_close(rel, AccessShareLock);
	return owner;
}

/*
 * Does a user's BEFORE ROW trigger for the event stand on the table, one that
 * could suppress a row or change its id?  Rules of ours do neither.  event is
 * TRIGGER_TYPE_INSERT or TRIGGER_TYPE_UPDATE.
 */
bool
lc_has_foreign_trigger(Relation rel, int16 event)
{
	/* a copy, because the look-ups below may rebuild the relation's own */
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);

	if (triggers == NULL)
		return false;
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (!trigger->tgisinternal && TRIGGER_FOR_ROW(trigger->tgtype) &&
			TRIGGER_FOR_BEFORE(trigger->tgtype) && (trigger->tgtype & event) != 0 &&
			get_func_namespace(trigger->tgfoid) != get_namespace_oid("leadconv", true))
			return true;
	}
	return false;
}

/*
 * Do users' rules stand on the table, or their triggers of any kind for INSERT or
 * UPDATE?  They may write whatever they like, wherever they like.
 */
bool
lc_has_user_code(Relation rel)
{
	/* a copy, because the look-ups below may rebuild the relation's own */
	TriggerDesc *triggers = CopyTriggerDesc(rel->trigdesc);

	if (rel->rd_rules != NULL)
		return true;
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if ((TRIGGER_FOR_INSERT(trigger->tgtype) || TRIGGER_FOR_UPDATE(trigger->tgtype)) && lc_is_user_trigger(trigger))
			return true;
	}
	return false;
}

/* Can an INSERT give this column a value? */
bool
lc_is_writable(Form_pg_attribute att)
{
	return !att->attisdropped && att->attgenerated == '\0' && att->attidentity != ATTRIBUTE_IDENTITY_ALWAYS;
}

/* The sequence of a column, or InvalidOid when it is no identity column */
Oid
lc_column_sequence(Relation rel, AttrNumber attnum)
{
	if (TupleDescAttr(RelationGetDescr(rel), attnum - 1)->attidentity == '\0')
		return InvalidOid;
#if PG_VERSION_NUM >= 170000
	return getIdentitySequence(rel, attnum, true);
#else
	return getIdentitySequence(RelationGetRelid(rel), attnum, true);
#endif
}

/* The sequence of an identity column.  Raises SCHEMA_NOT_READY when it has none. */
Oid
lc_identity_sequence(Relation rel, AttrNumber attnum)
{
	Oid			sequence = attnum == InvalidAttrNumber ? InvalidOid : lc_column_sequence(rel, attnum);

	if (!OidIsValid(sequence))
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("column \"id\" of table \"crm.%s\" is no identity column", RelationGetRelationName(rel)),
				 errhint("Use ALTER TABLE crm.%s ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY.",
						 quote_identifier(RelationGetRelationName(rel))),
				 errtable(rel)));
	return sequence;
}

/*
 * The default of a domain, or NULL, in the current memory context.  From now on a change
 * of the domain counts as one of our tables.
 */
Node *
lc_domain_default(Oid type)
{
	uint32		hash = GetSysCacheHashValue1(TYPEOID, ObjectIdGetDatum(type));

	for (int i = 0; i < nwatched_domains; i++)
	{
		if (watched_domains[i] == hash)
			return get_typdefault(type);
	}
	watched_domains = watched_domains
		? repalloc(watched_domains, sizeof(uint32) * (nwatched_domains + 1))
		: MemoryContextAlloc(CacheMemoryContext, sizeof(uint32));
	watched_domains[nwatched_domains++] = hash;
	return get_typdefault(type);
}

/*
 * The default of a column as SQL text that does not depend on the search path,
 * or NULL, in the current memory context.  *is_volatile tells whether asking for
 * it changes something, as nextval() does, or gives another value each time.  Of an
 * identity column it is the next value of its sequence (draw_identity() in record.c).
 */
char *
lc_column_default(Relation rel, AttrNumber attnum, bool *is_volatile)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	Oid			type = TupleDescAttr(RelationGetDescr(rel), attnum - 1)->atttypid;
	Oid			sequence = lc_column_sequence(rel, attnum);
	Node	   *expr = NULL;
	char	   *result;
	int			nestlevel;

	*is_volatile = OidIsValid(sequence);
	if (OidIsValid(sequence))
		return psprintf("pg_catalog.nextval('%u'::pg_catalog.regclass)", sequence);
	for (int i = 0; constr != NULL && i < constr->num_defval; i++)
	{
		if (constr->defval[i].adnum == attnum)
			expr = stringToNode(constr->defval[i].adbin);
	}
	/* a domain may have one */
	if (expr == NULL && get_typtype(type) == TYPTYPE_DOMAIN)
		expr = lc_domain_default(type);
	if (expr == NULL)
		return NULL;
	nestlevel = lc_pin_search_path();
	result = deparse_expression(expr, NIL, false, false);
	lc_unpin_search_path(nestlevel);
	*is_volatile = contain_volatile_functions(expr);
	return result;
}
