/*-------------------------------------------------------------------------
 *
 * record_value.c
 *	  Record values of a request (account_record, ...): which keys they may have, and
 *	  whether the values fit.
 *
 * Values are converted by jsonb_populate_record(), as they will be when they are
 * written; when all of them together do not fit, each is tried by itself, in a
 * subtransaction, so that the request is refused for those that are wrong.
 *
 * Nothing outlives a call but the errors of the request.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* Columns that a record value of a request may not set */
static const char *const reserved_columns[] = {
	"id", "created_date", "created_by_id", "last_modified_date", "last_modified_by_id",
	"is_deleted", "is_person_account", "revision", "account_id", "contact_id", "opportunity_id",
	"lead_id", "source_lead_id"
};

/*
 * lc_record_key_allowed
 *
 * May a record value of a request (account_record, ...) set this column?
 */
bool
lc_record_key_allowed(const char *column)
{
	for (size_t i = 0; i < lengthof(reserved_columns); i++)
	{
		if (strcmp(reserved_columns[i], column) == 0)
			return false;
	}
	return true;
}

/* Keys of a record value whose values are to be checked, and how they are */
typedef struct RecordCheck
{
	Relation	rel;
	FmgrInfo	populate;		/* jsonb_populate_record() for the row type */
	Datum		empty_row;
	int			nkeys;
	JsonbValue *keys;
	JsonbValue *values;
} RecordCheck;

/* Prepares the conversion, in the current memory context */
static void
prepare_populate(RecordCheck *check)
{
	/* it finds the row type in the expression of the call */
	fmgr_info(F_JSONB_POPULATE_RECORD, &check->populate);
	fmgr_info_set_expr((Node *) makeFuncExpr(F_JSONB_POPULATE_RECORD, check->rel->rd_rel->reltype,
											 list_make2(makeNullConst(check->rel->rd_rel->reltype, -1, InvalidOid),
														makeNullConst(JSONBOID, -1, InvalidOid)),
											 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL), &check->populate);
}

/*
 * Converts the values of some keys as they will be when they are written.  The row
 * begins empty, and not NULL: then nothing is said about other columns.
 */
static void
populate_keys(RecordCheck *check, int first, int n)
{
	JsonbParseState *state = NULL;

	CHECK_FOR_INTERRUPTS();
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = first; i < first + n; i++)
	{
		pushJsonbValue(&state, WJB_KEY, &check->keys[i]);
		pushJsonbValue(&state, WJB_VALUE, &check->values[i]);
	}
	(void) FunctionCall2(&check->populate, check->empty_row,
						 JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL))));
}

/*
 * Converts the values of keys from *key on, all of them together or one by one.
 * Returns NULL when they fit, else the error, in the memory context that was current,
 * and in *key the key that does not fit when they are converted one by one.  Raises
 * what is not the fault of a value.
 */
static ErrorData *
try_keys(RecordCheck *check, bool together, volatile int *key, MemoryContext scratch)
{
	LcSubxact	subxact;
	ErrorData  *volatile edata = NULL;

	lc_subxact_begin(&subxact);
	MemoryContextSwitchTo(scratch);
	PG_TRY();
	{
		/* the function of a type or of a domain's constraint may look something up */
		PushActiveSnapshot(GetTransactionSnapshot());
		prepare_populate(check);
		if (together)
			populate_keys(check, *key, check->nkeys - *key);
		for (; !together && *key < check->nkeys; (*key)++)
			populate_keys(check, *key, 1);
		PopActiveSnapshot();
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		edata = lc_subxact_failed(&subxact, subxact.context);
		if (!lc_may_swallow(edata->sqlerrcode))
			ReThrowError(edata);
	}
	PG_END_TRY();
	return edata;
}

/*
 * Do the values fit their columns?  They are converted by the function that will be
 * used to store them: all in one go, and only when that fails one by one, which takes
 * one subtransaction more for each that does not fit.  Refuses the request for each
 * of these.
 */
static void
check_values(LcRequest *request, LcField field, RecordCheck *check)
{
	const char *table = RelationGetRelationName(check->rel);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "leadconv record check", ALLOCSET_SMALL_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(scratch);
	int			natts = RelationGetNumberOfAttributes(check->rel);
	bool	   *nulls = palloc(sizeof(bool) * natts);
	volatile int key = 0;
	ErrorData  *edata;

	memset(nulls, true, sizeof(bool) * natts);
	check->empty_row = HeapTupleGetDatum(heap_form_tuple(RelationGetDescr(check->rel),
														 palloc0(sizeof(Datum) * natts), nulls));
	MemoryContextSwitchTo(oldcontext);

	edata = try_keys(check, true, &key, scratch);
	while (edata != NULL)
	{
		/* the only key cannot but be the one */
		if (check->nkeys > 1)
			edata = try_keys(check, false, &key, scratch);
		if (edata != NULL)
		{
			char	   *name = pnstrdup(check->keys[key].val.string.val, check->keys[key].val.string.len);
			char	   *column = name;

			if (field == F_RELATED_CONTACT_RECORD)
				name = lc_person_contact_name(column);
			lc_refuse(request, edata->sqlerrcode == ERRCODE_STRING_DATA_RIGHT_TRUNCATION
					  ? LC_STRING_TOO_LONG : LC_INVALID_TYPE_ON_FIELD_IN_RECORD, name,
					  pstrdup(edata->message),
					  "Give a value that the column's type accepts.",
					  "the value of \"%s\" in %s does not fit column crm.%s.%s",
					  name, lc_field_name(field), table, column);
			if (++key == check->nkeys)
				break;
		}
	}
	MemoryContextDelete(scratch);
}

/*
 * Judges a record value of a request (account_record, ...) for a table: it must be
 * an object whose keys are columns that may be set, and whose values fit.  Refuses
 * the request for each key that is not right.
 */
void
lc_check_record(LcRequest *request, LcField field, const char *table)
{
	Jsonb	   *record;
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	value;
	RecordCheck check = {0};

	if (!lc_given(request, field))
		return;
	record = DatumGetJsonbP(request->value[field]);
	if (!JB_ROOT_IS_OBJECT(record))
	{
		lc_refuse(request, LC_INVALID_TYPE_ON_FIELD_IN_RECORD, lc_field_name(field), NULL,
				  "Give an object whose keys are column names.",
				  "%s is not a JSON object", lc_field_name(field));
		return;
	}
	check.rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	check.keys = palloc(sizeof(JsonbValue) * Max(JB_ROOT_COUNT(record), 1));
	check.values = palloc(sizeof(JsonbValue) * Max(JB_ROOT_COUNT(record), 1));
	it = JsonbIteratorInit(&record->root);
	(void) JsonbIteratorNext(&it, &key, true);
	while (JsonbIteratorNext(&it, &key, true) == WJB_KEY)
	{
		char	   *name = pnstrdup(key.val.string.val, key.val.string.len);
		AttrNumber	attnum = get_attnum(RelationGetRelid(check.rel), name);

		(void) JsonbIteratorNext(&it, &value, true);
		if (attnum <= 0)
			lc_refuse(request, LC_INVALID_FIELD, name, NULL,
					  "The keys are the names of columns; add a column with ALTER TABLE to have a new field.",
					  "key \"%s\" of %s is not a column of crm.%s", name, lc_field_name(field), table);
		else if (!lc_record_key_allowed(name) ||
				 !lc_is_writable(TupleDescAttr(RelationGetDescr(check.rel), attnum - 1)))
			lc_refuse(request, LC_INVALID_FIELD, field == F_RELATED_CONTACT_RECORD ? lc_person_contact_name(name) : name, NULL,
					  "Conversion or the database itself sets this column.",
					  "column crm.%s.%s cannot be set by %s", table, name, lc_field_name(field));
		else if (value.type != jbvNull)
		{
			check.keys[check.nkeys] = key;
			check.values[check.nkeys++] = value;
		}
	}
	if (check.nkeys > 0)
		check_values(request, field, &check);
	table_close(check.rel, AccessShareLock);
}
