/*-------------------------------------------------------------------------
 *
 * contrib.c
 *	  Functions of the extensions that leadconv requires.
 *
 * They are found in the schema of their extension, wherever that is, never by
 * search_path, and kept for the session.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "duplicates/duplicates.h"

/* All of them take a text and return one, and are strict */
typedef struct ContribFunction
{
	const char *extension;
	const char *name;
	FmgrInfo	flinfo;
	bool		is_valid;
} ContribFunction;

enum
{
	DMETAPHONE,
	DMETAPHONE_ALT,
	UNACCENT
};

static ContribFunction functions[] = {
	[DMETAPHONE] = {.extension = "fuzzystrmatch",.name = "dmetaphone"},
	[DMETAPHONE_ALT] = {.extension = "fuzzystrmatch",.name = "dmetaphone_alt"},
	[UNACCENT] = {.extension = "unaccent",.name = "unaccent"}
};

static MemoryContext contrib_context = NULL;

/* A function was changed: it may be one of them */
static void
contrib_syscache_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	for (size_t i = 0; i < lengthof(functions); i++)
		functions[i].is_valid = false;
}

/* The schema of an extension; InvalidOid when it is not installed */
static Oid
extension_schema(const char *name)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	Oid			result = InvalidOid;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ, CStringGetDatum(name));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		result = ((Form_pg_extension) GETSTRUCT(tuple))->extnamespace;
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return result;
}

static void
find_function(ContribFunction *function)
{
	Oid			text_type = TEXTOID;
	Oid			schema = extension_schema(function->extension);
	HeapTuple	tuple = NULL;

	if (OidIsValid(schema))
		tuple = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(function->name),
								PointerGetDatum(buildoidvector(&text_type, 1)), ObjectIdGetDatum(schema));
	if (!HeapTupleIsValid(tuple) || ((Form_pg_proc) GETSTRUCT(tuple))->prorettype != TEXTOID ||
		((Form_pg_proc) GETSTRUCT(tuple))->proretset || !((Form_pg_proc) GETSTRUCT(tuple))->proisstrict)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("function %s(text) of extension \"%s\" does not exist", function->name, function->extension),
				 errhint("Run DROP EXTENSION IF EXISTS %s and CREATE EXTENSION %s.", function->extension, function->extension)));

	if (contrib_context == NULL)
	{
		contrib_context = AllocSetContextCreate(CacheMemoryContext, "leadconv contrib functions", ALLOCSET_SMALL_SIZES);
		CacheRegisterSyscacheCallback(PROCOID, contrib_syscache_callback, (Datum) 0);
	}
	fmgr_info_cxt(((Form_pg_proc) GETSTRUCT(tuple))->oid, &function->flinfo, contrib_context);
	function->is_valid = true;
	ReleaseSysCache(tuple);
}

/* Calls one of them; the result is in the current memory context */
static char *
call(int which, const char *string)
{
	ContribFunction *function = &functions[which];
	Datum		argument = CStringGetTextDatum(string);
	Datum		value;
	char	   *result;

	if (!function->is_valid)
		find_function(function);
	value = FunctionCall1Coll(&function->flinfo, InvalidOid, argument);
	result = TextDatumGetCString(value);
	pfree(DatumGetPointer(value));
	pfree(DatumGetPointer(argument));
	return result;
}

static bool
is_ascii(const char *text)
{
	while (*text && !IS_HIGHBIT_SET(*text))
		text++;
	return *text == '\0';
}

/*
 * lc_metaphone
 *
 * How a plain word sounds, by double metaphone: the usual way, or the other one of those
 * that have two.  NULL for a word in other letters than ASCII ones, of which it knows
 * nothing, and for one that has no sound.  In the current memory context; raises
 * SCHEMA_NOT_READY when the function is missing.
 */
char *
lc_metaphone(const char *word, bool alternative)
{
	char	   *result;

	if (!is_ascii(word))
		return NULL;
	result = call(alternative ? DMETAPHONE_ALT : DMETAPHONE, word);
	return *result != '\0' ? result : NULL;
}

/*
 * lc_unaccent
 *
 * A plain text by the rules of the dictionary unaccent, to which users can add what is
 * not a matter of accents, such as other scripts.  In the current memory context; raises
 * SCHEMA_NOT_READY when the function is missing.
 */
char *
lc_unaccent(const char *text)
{
	return is_ascii(text) ? pstrdup(text) : call(UNACCENT, text);
}
