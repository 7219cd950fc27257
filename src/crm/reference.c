/*-------------------------------------------------------------------------
 *
 * reference.c
 *	  Reference data as triggers and search see it: settings, and what follows from the values
 *	  of stages and of picklists of tasks.
 *
 * Triggers fire for each row, so all of it is read once and kept until one of its
 * tables changes; metadata_changed() on these tables, and DDL, send the
 * invalidation message that says so, to this backend after each of its own
 * commands and to every other backend at commit.
 *
 * Two things such messages do not tell.  A value that is not in its list may have
 * come by the very statement that we are in, as when a stage is renamed and its
 * opportunities follow: so for a value that is not known the tables are read once
 * more, and what is still not known is remembered.  And what was read of such a
 * statement does not last when that is rolled back: so whatever was read in a
 * (sub)transaction is forgotten when one is aborted.
 *
 * The tables are read directly and not through SPI: the answer must not depend on
 * the caller's privileges, nor on the age of its snapshot, because it is kept for
 * longer.  It is in "leadconv reference data" under CacheMemoryContext.  When it
 * is forgotten, it is freed by the next call of lc_reference() or
 * lc_reference_for(), and no earlier.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "crm/trigger.h"

/* At most so many values that are in no list are remembered, in each */
#define MAX_UNKNOWN		100

/* The tables that are read */
typedef enum
{
	SETTINGS,
	STAGES,
	PICKLIST_FIELDS,
	PICKLIST_VALUES,
	NUM_SOURCES
} Source;

static const char *const source_name[NUM_SOURCES] = {
	"lead_convert_settings", "opportunity_stage", "picklist_field", "picklist_value"
};

/* The picklist of a list that is one */
static const struct
{
	const char *object;
	const char *field;
}			picklist[LC_NUM_LISTS] = {
	[LC_LIST_TASK_STATUS] = {"task", "status"},
	[LC_LIST_TASK_PRIORITY] = {"task", "priority"}
};

/* A table being read, row by row */
typedef struct SourceScan
{
	Relation	rel;			/* NULL = there is no such table */
	TupleDesc	desc;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
} SourceScan;

static LcReference reference;
static MemoryContext reference_context = NULL;

/* Values that are in no list, as was found since the tables changed last */
static LcListKey unknown[MAX_UNKNOWN];
static int	nunknown = 0;
static MemoryContext unknown_context = NULL;

static Oid	source_relid[NUM_SOURCES];	/* what was read, or is being read */
static LcSessionCache cache = {.relid = source_relid, .nrelids = NUM_SOURCES};

/* Begins to read a table; returns false when there is none */
static bool
begin_source(SourceScan *source, Source which)
{
	source->rel = NULL;
	source_relid[which] = lc_crm_relid(source_name[which], true);
	if (!OidIsValid(source_relid[which]))
		return false;
	source->rel = try_relation_open(source_relid[which], AccessShareLock);
	if (source->rel == NULL)
		return false;
	if (source->rel->rd_rel->relkind != RELKIND_RELATION)
	{
		relation_close(source->rel, AccessShareLock);
		return false;
	}
	source->desc = RelationGetDescr(source->rel);
	source->snapshot = RegisterSnapshot(GetLatestSnapshot());
	source->scan = systable_beginscan(source->rel, InvalidOid, false, source->snapshot, 0, NULL);
	return true;
}

static bool
next_row(SourceScan *source)
{
	source->tuple = systable_getnext(source->scan);
	return HeapTupleIsValid(source->tuple);
}

static void
end_source(SourceScan *source)
{
	systable_endscan(source->scan);
	UnregisterSnapshot(source->snapshot);
	relation_close(source->rel, AccessShareLock);
}

/*
 * A column of the row, as a value of this type, in the row or in the current memory
 * context; if there is none that can be read as such, it is as if it were NULL
 */
static NullableDatum
read_column(const SourceScan *source, const char *column, Oid type)
{
	AttrNumber	attno = lc_column_number(source->desc, column);
	NullableDatum result = {(Datum) 0, true};

	Oid			from;

	if (attno == InvalidAttrNumber)
		return result;
	from = TupleDescAttr(source->desc, attno - 1)->atttypid;
	if (from != type && !lc_can_cast(from, type))
		return result;
	result.value = heap_getattr(source->tuple, attno, source->desc, &result.isnull);
	if (!result.isnull && from != type)
		result.value = lc_cast_value(result.value, from, type);
	return result;
}

/* A column of the row as text, in the current memory context; NULL if it is NULL */
static char *
read_text(const SourceScan *source, const char *column)
{
	AttrNumber	attno = lc_column_number(source->desc, column);
	bool		isnull = true;
	Datum		value = attno == InvalidAttrNumber ? (Datum) 0
		: heap_getattr(source->tuple, attno, source->desc, &isnull);

	return isnull ? NULL : lc_value_text(value, TupleDescAttr(source->desc, attno - 1)->atttypid);
}

/* A value of a list, to be kept */
static LcListValue *
add_value(LcListKind which, const char *value, int len)
{
	LcValueList *list = &reference.list[which];
	LcListValue *result;

	if (list->nvalues == list->space)
	{
		list->space = Max(16, list->space * 2);
		list->value = list->nvalues == 0
			? MemoryContextAlloc(reference_context, list->space * sizeof(LcListValue))
			: repalloc(list->value, list->space * sizeof(LcListValue));
	}
	result = &list->value[list->nvalues++];
	memset(result, 0, sizeof(LcListValue));
	for (int i = 0; i < LC_NUM_FACTS; i++)
		result->fact[i].isnull = true;
	result->len = len;
	result->value = MemoryContextAlloc(reference_context, len + 1);
	memcpy(result->value, value, len);
	result->value[len] = '\0';
	return result;
}

/* What a column of the row says about a value, to be kept */
static void
add_fact(LcListValue *value, LcFact fact, const SourceScan *source, const char *column, Oid type)
{
	NullableDatum read = read_column(source, column, type);
	MemoryContext oldcontext;

	if (read.isnull)
		return;
	if (type == NUMERICOID)
		read.value = PointerGetDatum(PG_DETOAST_DATUM(read.value));
	oldcontext = MemoryContextSwitchTo(reference_context);
	value->fact[fact].value = datumCopy(read.value, type == BOOLOID, type == BOOLOID ? 1 : -1);
	value->fact[fact].isnull = false;
	MemoryContextSwitchTo(oldcontext);
}

/* The same for a column of a type like text, which is kept as text */
static void
add_text_fact(LcListValue *value, LcFact fact, const SourceScan *source, const char *column)
{
	char	   *string = read_text(source, column);
	MemoryContext oldcontext;

	if (string == NULL)
		return;
	oldcontext = MemoryContextSwitchTo(reference_context);
	value->fact[fact].value = CStringGetTextDatum(string);
	value->fact[fact].isnull = false;
	MemoryContextSwitchTo(oldcontext);
}

/* A column that is a flag; NULL, or a column that is no flag, is its default */
static bool
read_flag(SourceScan *source, const char *column, bool by_default)
{
	NullableDatum flag = read_column(source, column, BOOLOID);

	return flag.isnull ? by_default : DatumGetBool(flag.value);
}

static bool
read_settings(void)
{
	SourceScan	source;

	reference.track_history = true;
	reference.require_validation = true;
	reference.preserve_lead_status = true;
	reference.assignment_rules_on_convert = false;
	reference.converted_leads_searchable = false;
	reference.fiscal_year_start_month = 1;
	reference.fiscal_year_is_named_by_start = false;
	if (!begin_source(&source, SETTINGS))
		return false;
	if (next_row(&source))
	{
		NullableDatum month = read_column(&source, "fiscal_year_start_month", INT2OID);

		reference.track_history = read_flag(&source, "track_history", true);
		reference.require_validation = read_flag(&source, "require_validation", true);
		reference.preserve_lead_status = read_flag(&source, "preserve_lead_status", true);
		reference.assignment_rules_on_convert = read_flag(&source, "assignment_rules_on_convert", false);
		reference.converted_leads_searchable = read_flag(&source, "converted_leads_searchable", false);
		reference.fiscal_year_is_named_by_start = read_flag(&source, "uses_start_date_as_fiscal_year_name", false);
		if (!month.isnull && DatumGetInt16(month.value) >= 1 && DatumGetInt16(month.value) <= MONTHS_PER_YEAR)
			reference.fiscal_year_start_month = DatumGetInt16(month.value);
	}
	end_source(&source);
	return true;
}

static bool
read_stages(void)
{
	SourceScan	source;

	if (!begin_source(&source, STAGES))
		return false;
	while (next_row(&source))
	{
		char	   *name = read_text(&source, "api_name");
		NullableDatum order = read_column(&source, "sort_order", INT4OID);
		LcListValue *value;

		if (name == NULL)
			continue;
		value = add_value(LC_LIST_STAGE, name, strlen(name));
		value->sort_order = order.isnull ? PG_INT32_MAX : DatumGetInt32(order.value);
		add_fact(value, LC_FACT_IS_CLOSED, &source, "is_closed", BOOLOID);
		add_fact(value, LC_FACT_IS_WON, &source, "is_won", BOOLOID);
		add_fact(value, LC_FACT_PROBABILITY, &source, "default_probability", NUMERICOID);
		add_text_fact(value, LC_FACT_FORECAST_CATEGORY, &source, "forecast_category");
		add_text_fact(value, LC_FACT_FORECAST_CATEGORY_NAME, &source, "forecast_category_name");
	}
	end_source(&source);
	return true;
}

static bool
read_picklists(void)
{
	SourceScan	source;
	int64		field_id[LC_NUM_LISTS] = {0};

	if (!begin_source(&source, PICKLIST_FIELDS))
		return false;
	while (next_row(&source))
	{
		NullableDatum id = read_column(&source, "id", INT8OID);
		char	   *object = read_text(&source, "object");
		char	   *field = read_text(&source, "field");

		for (int i = 0; i < LC_NUM_LISTS && !id.isnull && object && field; i++)
		{
			if (picklist[i].object && strcmp(object, picklist[i].object) == 0 && strcmp(field, picklist[i].field) == 0)
				field_id[i] = DatumGetInt64(id.value);
		}
	}
	end_source(&source);

	if (!begin_source(&source, PICKLIST_VALUES))
		return false;
	while (next_row(&source))
	{
		NullableDatum id = read_column(&source, "picklist_field_id", INT8OID);
		char	   *name;
		LcListValue *value;

		for (int i = 0; i < LC_NUM_LISTS && !id.isnull; i++)
		{
			if (picklist[i].object == NULL || field_id[i] != DatumGetInt64(id.value) ||
				(name = read_text(&source, "value")) == NULL)
				continue;
			value = add_value(i, name, strlen(name));
			add_fact(value, LC_FACT_IS_CLOSED, &source, "is_closed", BOOLOID);
			add_fact(value, LC_FACT_IS_HIGH_PRIORITY, &source, "is_high_priority", BOOLOID);
		}
	}
	end_source(&source);
	return true;
}

/* Any order will do that tells values apart */
static int
compare_values(const void *a, const void *b)
{
	const LcListValue *left = a;
	const LcListValue *right = b;

	if (left->len != right->len)
		return left->len < right->len ? -1 : 1;
	return memcmp(left->value, right->value, left->len);
}

/* Reads everything */
static void
read_reference(void)
{
	uint64		before = lc_cache_begin(&cache);
	bool		is_complete;
	MemoryContext work_context;
	MemoryContext oldcontext;

	MemoryContextReset(reference_context);
	memset(reference.list, 0, sizeof(reference.list));
	work_context = AllocSetContextCreate(CurrentMemoryContext, "leadconv reference data", ALLOCSET_SMALL_SIZES);
	oldcontext = MemoryContextSwitchTo(work_context);
	is_complete = read_settings();
	is_complete &= read_stages();
	is_complete &= read_picklists();
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(work_context);
	for (int i = 0; i < LC_NUM_LISTS; i++)
	{
		LcValueList *list = &reference.list[i];

		if (list->nvalues > 0)
			qsort(list->value, list->nvalues, sizeof(LcListValue), compare_values);
	}

	cache.valid = is_complete ? before : 0;
}

/*
 * lc_reference
 *
 * What the reference data say, from the cache where possible: no catalog access
 * then.  Stays until the next call of this function or of lc_reference_for().
 */
const LcReference *
lc_reference(void)
{
	if (lc_cache_is_valid(&cache))
		return &reference;
	if (reference_context == NULL)
	{
		reference_context = AllocSetContextCreate(CacheMemoryContext, "leadconv reference data", ALLOCSET_SMALL_SIZES);
		unknown_context = AllocSetContextCreate(CacheMemoryContext, "leadconv values in no list", ALLOCSET_SMALL_SIZES);
	}
	MemoryContextReset(unknown_context);
	nunknown = 0;
	read_reference();
	return &reference;
}

/*
 * lc_list_value
 *
 * What a list has of a value, or NULL.  Stays as long as the reference.
 */
const LcListValue *
lc_list_value(const LcReference *ref, const LcListKey *key)
{
	const LcValueList *list = &ref->list[key->list];
	LcListValue wanted;

	if (key->value == NULL || list->nvalues == 0)
		return NULL;
	wanted.value = unconstify(char *, key->value);
	wanted.len = key->len;
	return bsearch(&wanted, list->value, list->nvalues, sizeof(LcListValue), compare_values);
}

/* Was it found that a value is not in its list? */
static bool
is_known_not_to_be(const LcListKey *key)
{
	/* the action of a foreign key brings a value that is there */
	if (InNoForceRLSOperation())
		return false;
	for (int i = 0; i < nunknown; i++)
	{
		if (unknown[i].list == key->list && unknown[i].len == key->len &&
			memcmp(unknown[i].value, key->value, key->len) == 0)
			return true;
	}
	return false;
}

/*
 * lc_reference_for
 *
 * The same, with all that there is of these values, of which some may be NULL.
 */
const LcReference *
lc_reference_for(const LcListKey *key, int nkeys)
{
	const LcReference *ref = lc_reference();
	bool		is_missing = false;

	for (int i = 0; i < nkeys; i++)
		is_missing |= key[i].value != NULL && lc_list_value(ref, &key[i]) == NULL && !is_known_not_to_be(&key[i]);
	if (!is_missing)
		return ref;

	CommandCounterIncrement();	/* be sure all my own work is visible */
	read_reference();
	for (int i = 0; i < nkeys; i++)
	{
		char	   *value;

		if (key[i].value == NULL || lc_list_value(ref, &key[i]) != NULL || nunknown == MAX_UNKNOWN)
			continue;
		value = MemoryContextAlloc(unknown_context, Max(key[i].len, 1));
		memcpy(value, key[i].value, key[i].len);
		unknown[nunknown] = key[i];
		unknown[nunknown++].value = value;
	}
	return ref;
}
