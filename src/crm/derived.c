/*-------------------------------------------------------------------------
 *
 * derived.c
 *	  Columns that follow from other columns of the same record.
 *
 *	opportunity		is_closed, is_won, probability and forecast category from the
 *					stage; expected revenue from amount and probability; fiscal
 *					year and quarter from the close date
 *	task			is_closed and completed_date_time from the status,
 *					is_high_priority from the priority
 *	campaign_member	members.c has it
 *
 * They are set twice.  First by the audit trigger (audit.c), which sorts before
 * the triggers of the user, so that these see them; and when the user has BEFORE
 * triggers, which may change what the columns follow from, once more by the
 * trigger set_derived_fields(), whose name sorts behind all but zz_..., those of
 * triggers that judge.  Where there is nobody in between it does nothing.
 *
 * Probability and forecast category follow from the stage unless somebody has
 * given them.  Given is a value that is not NULL and, in an update, not the old
 * one: who writes back all columns as they were read has chosen nothing.  What is
 * given stays until the stage changes.  So that the second trigger can tell what
 * the first has set from what has been given, the first leaves a note.
 *
 * A value that is not in its list says nothing, and nothing follows from it.
 *
 * New values are in the current memory context, the per-tuple context of the
 * trigger manager.  What comes from the reference data is copied, because casts and
 * domains may be the user's, and do anything.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"

/* Columns that follow from the stage unless given */
static const struct
{
	LcColumn	column;
	LcFact		fact;
}			unless_given[] = {
	{COL_PROBABILITY, LC_FACT_PROBABILITY},
	{COL_FORECAST_CATEGORY, LC_FACT_FORECAST_CATEGORY},
	{COL_FORECAST_CATEGORY_NAME, LC_FACT_FORECAST_CATEGORY_NAME}
};

static const Oid fact_type[LC_NUM_FACTS] = {
	[LC_FACT_IS_CLOSED] = BOOLOID,
	[LC_FACT_IS_WON] = BOOLOID,
	[LC_FACT_PROBABILITY] = NUMERICOID,
	[LC_FACT_FORECAST_CATEGORY] = TEXTOID,
	[LC_FACT_FORECAST_CATEGORY_NAME] = TEXTOID,
	[LC_FACT_IS_HIGH_PRIORITY] = BOOLOID
};

/* By their number in unless_given */
#define PROBABILITY			0
#define CATEGORY			1
#define CATEGORY_NAME		2

/* What the first trigger has left of a row, for the second one */
typedef struct Note
{
	Oid			relid;			/* InvalidOid = there is none */
	int64		id;
	bool		given[lengthof(unless_given)];
	bool		emptied[lengthof(unless_given)];	/* by an update */
	uint64		value[lengthof(unless_given)];	/* hash of the value */
} Note;

/*
 * Between the first and the second trigger on a row, others fire at the same
 * depth of triggers for the same row only; so there is one note for each depth.
 */
#define MAX_DEPTH		32

static Note note_at[MAX_DEPTH];

/* A row whose columns are being derived */
typedef struct Derivation
{
	LcRow	   *row;
	const LcTableColumns *columns;
	TupleTableSlot *old;		/* the row before the update, or NULL */
	const LcReference *ref;
	const Note *note;			/* for the second trigger, or NULL */
	bool		given[lengthof(unless_given)];
	bool		emptied[lengthof(unless_given)];
} Derivation;

PG_FUNCTION_INFO_V1(leadconv_set_derived_fields);

/*
 * lc_derives
 *
 * Has the audit trigger to set derived columns of this row?
 */
bool
lc_derives(TriggerData *trigdata, const LcTableColumns *columns)
{
	const Bitmapset *updated = trigdata->tg_updatedcols;
	int			x = -1;

	if (!columns->derives)
		return false;
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		return true;
	while ((x = bms_next_member(updated, x)) >= 0 && x < LC_RELEVANT_WORDS * 64)
	{
		if (columns->relevant[x / 64] & (UINT64CONST(1) << x % 64))
			return true;
	}
	/* of columns behind those, too, when all are relevant */
	return x >= 0 && columns->relevant[0] == PG_UINT64_MAX;
}

/* The same for the second trigger: whoever changed them */
static bool
has_changes(TriggerData *trigdata, const LcTableColumns *columns)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);

	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		return true;
	for (AttrNumber attno = 1; attno <= desc->natts; attno++)
	{
		int			x = LC_COLUMN_BIT(attno);

		if (x >= LC_RELEVANT_WORDS * 64 ? columns->relevant[0] == PG_UINT64_MAX
			: (columns->relevant[x / 64] & (UINT64CONST(1) << x % 64)) != 0 &&
			!TupleDescAttr(desc, attno - 1)->attisdropped)
		{
			if (lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, attno))
				return true;
		}
	}
	return false;
}

/* A column as a value to look for; in the row, or in the current memory context */
static LcListKey
read_key(LcListKind list, TupleTableSlot *slot, AttrNumber attno)
{
	LcListKey	key = {list, NULL, 0};
	bool		isnull = true;
	Datum		value = slot == NULL || attno == InvalidAttrNumber ? (Datum) 0 : slot_getattr(slot, attno, &isnull);
	Oid			type;

	if (isnull)
		return key;
	type = TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid;
	if (type == TEXTOID || type == VARCHAROID)
	{
		text	   *string = DatumGetTextPP(value);

		key.value = VARDATA_ANY(string);
		key.len = VARSIZE_ANY_EXHDR(string);
	}
	else
	{
		key.value = lc_value_text(value, type);
		key.len = strlen(key.value);
	}
	return key;
}

/* Has the table this column? */
static bool
has_column(const Derivation *d, LcColumn column)
{
	return d->columns->attno[column] != InvalidAttrNumber;
}

/* The column of a field */
static Form_pg_attribute
attribute_of(const Derivation *d, LcColumn column)
{
	return TupleDescAttr(d->row->slot->tts_tupleDescriptor, d->columns->attno[column] - 1);
}

/* Has the table this column, and can it be read as one of a type? */
static bool
is_readable(const Derivation *d, LcColumn column, Oid type)
{
	return has_column(d, column) &&
		(attribute_of(d, column)->atttypid == type || lc_can_cast(attribute_of(d, column)->atttypid, type));
}

/* A column of the row before the update, as a value of a type or, if InvalidOid, as it is */
static NullableDatum
old_value(const Derivation *d, LcColumn column, Oid type)
{
	NullableDatum result = {(Datum) 0, true};

	if (d->old != NULL && (OidIsValid(type) ? is_readable(d, column, type) : has_column(d, column)))
		result.value = slot_getattr(d->old, d->columns->attno[column], &result.isnull);
	if (!result.isnull && OidIsValid(type) && attribute_of(d, column)->atttypid != type)
		result.value = lc_cast_value(result.value, attribute_of(d, column)->atttypid, type);
	return result;
}

/* Is a field what it was before the update? */
static bool
is_unchanged(const Derivation *d, LcColumn column)
{
	const LcRowField *field = lc_row_field(d->row, column);
	Form_pg_attribute att = attribute_of(d, column);
	NullableDatum old = old_value(d, column, InvalidOid);

	if (d->old == NULL || old.isnull || field->isnull)
		return d->old != NULL && old.isnull == field->isnull;
	return datum_image_eq(field->value, old.value, att->attbyval, att->attlen);
}

/*
 * Gives a field a value of a type, as an assignment would do it, and raises what
 * that raises.  A column to which no such value can be assigned is left alone.
 */
static void
assign(Derivation *d, LcColumn column, Datum value, Oid type, bool isnull)
{
	Form_pg_attribute att;

	if (!has_column(d, column))
		return;
	att = attribute_of(d, column);
	if (att->atttypid != type || att->atttypmod >= 0)
	{
		int32		typmod = att->atttypmod;
		Oid			base = getBaseTypeAndTypmod(att->atttypid, &typmod);
		Oid			function;

		if (!lc_can_cast(type, base))
			return;

		/* code of the user may run, and the reference data be read anew */
		if (!isnull)
			value = lc_cast_value(datumCopy(value, get_typbyval(type), get_typlen(type)), type, base);
		if (!isnull && typmod >= 0 &&
			find_typmod_coercion_function(base, &function) == COERCION_PATH_FUNC)
			value = OidFunctionCall3(function, value, Int32GetDatum(typmod), BoolGetDatum(false));
		if (base != att->atttypid)
			domain_check(value, isnull, att->atttypid, NULL, CurrentMemoryContext);
	}
	lc_row_change(d->row, column, value, isnull);
}

/*
 * A column of the row as a value of a type, in the row or in the current memory
 * context; if it is not readable, it is as if it were NULL
 */
static NullableDatum
read_as(const Derivation *d, LcColumn column, Oid type)
{
	NullableDatum result = {(Datum) 0, true};

	if (!is_readable(d, column, type))
		return result;
	if (column >= LC_FIRST_FIELD && column <= LC_LAST_FIELD)
	{
		result.value = lc_row_field(d->row, column)->value;
		result.isnull = lc_row_field(d->row, column)->isnull;
	}
	else
		result.value = slot_getattr(d->row->slot, d->columns->attno[column], &result.isnull);
	if (!result.isnull && attribute_of(d, column)->atttypid != type)
		result.value = lc_cast_value(result.value, attribute_of(d, column)->atttypid, type);
	return result;
}

/* A fact is assigned when it is known */
static void
assign_fact(Derivation *d, LcColumn column, const LcListValue *value, LcFact fact)
{
	if (value != NULL && !value->fact[fact].isnull)
		assign(d, column, value->fact[fact].value, fact_type[fact], false);
}

/* 64 bits of a value; 0 when it is NULL */
static uint64
hash_field(const Derivation *d, LcColumn column)
{
	const LcRowField *field = lc_row_field(d->row, column);
	Form_pg_attribute att = attribute_of(d, column);
	struct varlena *value;

	if (field->isnull)
		return 0;
	if (att->attbyval)
		return (uint64) field->value;
	if (att->attlen != -1)
		return hash_bytes_extended((unsigned char *) DatumGetPointer(field->value), att->attlen, 0);
	value = PG_DETOAST_DATUM_PACKED(field->value);
	return hash_bytes_extended((unsigned char *) VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value), 0);
}

/* Which of the columns that may be given are, and which were emptied? */
static void
find_given(Derivation *d)
{
	for (size_t i = 0; i < lengthof(unless_given); i++)
	{
		const LcRowField *field = lc_row_field(d->row, unless_given[i].column);

		d->given[i] = false;
		d->emptied[i] = false;
		if (!has_column(d, unless_given[i].column))
			continue;
		if (d->note == NULL)
			d->given[i] = !field->isnull && !is_unchanged(d, unless_given[i].column);
		else
			d->given[i] = !field->isnull && (d->note->given[i] || hash_field(d, unless_given[i].column) != d->note->value[i]);
		d->emptied[i] = field->isnull || (d->note != NULL && d->note->emptied[i]);
	}
}

/* One of these columns: what the stage says if it is to follow, else as it was */
static void
follow_stage(Derivation *d, int i, const LcListValue *stage, bool stage_changed)
{
	LcColumn	column = unless_given[i].column;
	NullableDatum old;

	if (d->given[i] || !has_column(d, column))
		return;
	old = old_value(d, column, InvalidOid);
	if (stage_changed || d->emptied[i] || old.isnull)
		assign_fact(d, column, stage, unless_given[i].fact);
	else
		lc_row_change(d->row, column, old.value, false);
}

/*
 * Of the stages that say so, the first one's label of a category, or category of a
 * label; NULL if there is none
 */
static NullableDatum
counterpart(const Derivation *d, LcFact from, Datum value, LcFact to)
{
	const LcValueList *stages = &d->ref->list[LC_LIST_STAGE];
	const LcListValue *first = NULL;
	text	   *wanted = DatumGetTextPP(value);
	NullableDatum none = {(Datum) 0, true};

	for (int i = 0; i < stages->nvalues; i++)
	{
		const LcListValue *stage = &stages->value[i];
		text	   *is;

		if (stage->fact[from].isnull || stage->fact[to].isnull || (first && first->sort_order <= stage->sort_order))
			continue;
		is = DatumGetTextPP(stage->fact[from].value);
		if (VARSIZE_ANY_EXHDR(is) == VARSIZE_ANY_EXHDR(wanted) &&
			memcmp(VARDATA_ANY(is), VARDATA_ANY(wanted), VARSIZE_ANY_EXHDR(is)) == 0)
			first = stage;
	}
	return first ? first->fact[to] : none;
}

/* The category goes with its label, when one of the two is given */
static void
pair_forecast(Derivation *d)
{
	NullableDatum category = read_as(d, COL_FORECAST_CATEGORY, TEXTOID);
	NullableDatum name = read_as(d, COL_FORECAST_CATEGORY_NAME, TEXTOID);
	NullableDatum found;

	if (d->given[CATEGORY] && !d->given[CATEGORY_NAME] && !category.isnull)
	{
		/* a category that no stage has is its own label */
		found = counterpart(d, LC_FACT_FORECAST_CATEGORY, category.value, LC_FACT_FORECAST_CATEGORY_NAME);
		assign(d, COL_FORECAST_CATEGORY_NAME, found.isnull ? category.value : found.value, TEXTOID, false);
	}
	else if (d->given[CATEGORY_NAME] && !d->given[CATEGORY] && !name.isnull)
	{
		found = counterpart(d, LC_FACT_FORECAST_CATEGORY_NAME, name.value, LC_FACT_FORECAST_CATEGORY);
		if (!found.isnull)
			assign(d, COL_FORECAST_CATEGORY, found.value, TEXTOID, false);
	}
}

/* Fiscal year and quarter of the close date; the year is named by its end or its start */
static void
derive_fiscal(Derivation *d)
{
	NullableDatum close_date = read_as(d, COL_CLOSE_DATE, DATEOID);
	bool		is_known = !close_date.isnull && !DATE_NOT_FINITE(DatumGetDateADT(close_date.value));
	bool		fits = is_known;
	int			quarter = 0;
	int			year = 0;
	int			month;
	int			day;
	char		fiscal[32];

	if (!is_readable(d, COL_CLOSE_DATE, DATEOID))
		return;
	if (is_known)
	{
		j2date(DatumGetDateADT(close_date.value) + POSTGRES_EPOCH_JDATE, &year, &month, &day);
		/* since the fiscal year has begun */
		month -= d->ref->fiscal_year_start_month;
		if (month < 0)
		{
			month += MONTHS_PER_YEAR;
			year--;
		}
		if (d->ref->fiscal_year_start_month > 1 && !d->ref->fiscal_year_is_named_by_start)
			year++;
		quarter = month / 3 + 1;
	}
	assign(d, COL_FISCAL_QUARTER, Int32GetDatum(quarter), INT4OID, !is_known);
	assign(d, COL_FISCAL_YEAR, Int32GetDatum(year), INT4OID, !is_known);
	if (has_column(d, COL_FISCAL))
	{
		Form_pg_attribute att = attribute_of(d, COL_FISCAL);
		int			max = lc_text_length(att->atttypid, att->atttypmod);
		int			length = pg_ltoa(year, fiscal);

		fiscal[length++] = ' ';
		length += pg_ltoa(quarter, fiscal + length);

		/* years with more digits than the column has room for */
		fits &= max == 0 || length <= max;
		if (att->atttypid == VARCHAROID)
			lc_row_change(d->row, COL_FISCAL, PointerGetDatum(cstring_to_text_with_len(fiscal, length)), !fits);
		else
			assign(d, COL_FISCAL, PointerGetDatum(cstring_to_text_with_len(fiscal, length)), TEXTOID, !fits);
	}
}

/* A percentage of the amount, to the last digit */
static void
derive_expected_revenue(Derivation *d)
{
	NullableDatum amount = read_as(d, COL_AMOUNT, NUMERICOID);
	NullableDatum probability = read_as(d, COL_PROBABILITY, NUMERICOID);
	Datum		percentage;

	if (!is_readable(d, COL_AMOUNT, NUMERICOID) || !is_readable(d, COL_PROBABILITY, NUMERICOID))
		return;
	if (amount.isnull || probability.isnull)
	{
		assign(d, COL_EXPECTED_REVENUE, (Datum) 0, NUMERICOID, true);
		return;
	}
	percentage = DirectFunctionCall2(numeric_mul, amount.value, probability.value);
	percentage = DirectFunctionCall2(numeric_mul, percentage, NumericGetDatum(int64_div_fast_to_numeric(1, 2)));
	assign(d, COL_EXPECTED_REVENUE, DirectFunctionCall1(numeric_trim_scale, percentage), NUMERICOID, false);
}

/* What a list has of a value, in the current memory context, or NULL */
static const LcListValue *
find_value(const Derivation *d, const LcListKey *key)
{
	const LcListValue *found = lc_list_value(d->ref, key);
	LcListValue *result;

	if (found == NULL)
		return NULL;
	result = palloc(sizeof(LcListValue));
	*result = *found;
	for (int i = 0; i < LC_NUM_FACTS; i++)
	{
		if (fact_type[i] != BOOLOID && !found->fact[i].isnull)
			result->fact[i].value = datumCopy(found->fact[i].value, false, -1);
	}
	return result;
}

static void
derive_opportunity(Derivation *d)
{
	AttrNumber	attno = d->columns->attno[COL_STAGE_NAME];
	LcListKey	key = read_key(LC_LIST_STAGE, d->row->slot, attno);
	LcListKey	old_key = read_key(LC_LIST_STAGE, d->old, attno);
	const LcListValue *stage;
	bool		changed;

	d->ref = lc_reference_for(&key, 1);
	stage = find_value(d, &key);
	assign_fact(d, COL_IS_CLOSED, stage, LC_FACT_IS_CLOSED);
	assign_fact(d, COL_IS_WON, stage, LC_FACT_IS_WON);

	changed = d->old == NULL || (attno != InvalidAttrNumber && lc_column_differs(d->old, d->row->slot, attno));
	/* the same stage has another name, and its foreign key tells us */
	if (changed && d->old != NULL && InNoForceRLSOperation() && lc_list_value(d->ref, &old_key) == NULL)
		changed = false;
	find_given(d);
	for (size_t i = 0; i < lengthof(unless_given); i++)
		follow_stage(d, i, stage, changed);
	pair_forecast(d);

	derive_fiscal(d);
	derive_expected_revenue(d);
}

/*
 * When the task was closed: now, when the status is new; the last time that the
 * record was changed, when it is the meaning of the status that is new, or the
 * record itself.
 */
static void
derive_completed(Derivation *d, bool is_closed, bool status_changed)
{
	NullableDatum was_closed = old_value(d, COL_IS_CLOSED, BOOLOID);
	NullableDatum since = old_value(d, COL_LAST_MODIFIED_DATE, TIMESTAMPTZOID);

	if (!has_column(d, COL_COMPLETED_DATE_TIME))
		return;
	if (!is_closed)
	{
		assign(d, COL_COMPLETED_DATE_TIME, (Datum) 0, TIMESTAMPTZOID, true);
		return;
	}
	/* given? what an open task has is left from another time */
	if (!lc_row_field(d->row, COL_COMPLETED_DATE_TIME)->isnull &&
		(d->old == NULL || !is_unchanged(d, COL_COMPLETED_DATE_TIME) ||
		 (!was_closed.isnull && DatumGetBool(was_closed.value))))
		return;

	if (d->old == NULL)
		since = read_as(d, COL_LAST_MODIFIED_DATE, TIMESTAMPTZOID);
	else if (!was_closed.isnull && DatumGetBool(was_closed.value))
	{
		NullableDatum completed = old_value(d, COL_COMPLETED_DATE_TIME, TIMESTAMPTZOID);

		if (!completed.isnull)
			since = completed;
	}
	else
		since.isnull |= status_changed;
	if (since.isnull)
		since.value = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	assign(d, COL_COMPLETED_DATE_TIME, since.value, TIMESTAMPTZOID, false);
}

static void
derive_task(Derivation *d)
{
	AttrNumber	attno = d->columns->attno[COL_TRACKED_STATUS];
	LcListKey	key[2];
	const LcListValue *status;
	const LcListValue *priority;

	key[0] = read_key(LC_LIST_TASK_STATUS, d->row->slot, attno);
	key[1] = read_key(LC_LIST_TASK_PRIORITY, d->row->slot, d->columns->attno[COL_PRIORITY]);
	d->ref = lc_reference_for(key, lengthof(key));
	status = find_value(d, &key[0]);
	priority = find_value(d, &key[1]);
	if (status != NULL && !status->fact[LC_FACT_IS_CLOSED].isnull && has_column(d, COL_IS_CLOSED))
	{
		assign_fact(d, COL_IS_CLOSED, status, LC_FACT_IS_CLOSED);
		derive_completed(d, DatumGetBool(status->fact[LC_FACT_IS_CLOSED].value),
						 d->old == NULL || lc_column_differs(d->old, d->row->slot, attno));
	}
	assign_fact(d, COL_IS_HIGH_PRIORITY, priority, LC_FACT_IS_HIGH_PRIORITY);
}

static void
derive(Derivation *d)
{
	if (d->columns->kind & LC_TABLE_OPPORTUNITY)
		derive_opportunity(d);
	else
		derive_task(d);
}

/* The note of the present depth of triggers, or NULL */
static Note *
current_note(void)
{
	int			depth = lc_trigger_depth();

	return depth < MAX_DEPTH ? &note_at[depth] : NULL;
}

/*
 * lc_derive
 *
 * Sets the derived columns of a row, with this id, that the audit trigger is called
 * for and that lc_derives().  All its fields have been read.
 */
void
lc_derive(LcRow *row, TriggerData *trigdata, const LcTableColumns *columns, int64 id)
{
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	Derivation	d = {.row = row, .columns = columns, .old = is_update ? trigdata->tg_trigslot : NULL};
	Note	   *note;

	derive(&d);
	if ((columns->kind & LC_TABLE_OPPORTUNITY) == 0 ||
		(is_update ? !columns->has_update_triggers : !columns->has_insert_triggers) ||
		(note = current_note()) == NULL)
		return;
	note->relid = RelationGetRelid(trigdata->tg_relation);
	note->id = id;
	for (size_t i = 0; i < lengthof(unless_given); i++)
	{
		note->given[i] = d.given[i];
		note->emptied[i] = d.emptied[i];
		note->value[i] = has_column(&d, unless_given[i].column)
			? hash_field(&d, unless_given[i].column) : 0;
	}
}

/*
 * lc_derive_slot
 *
 * Reads the fields of a row of crm.opportunity or crm.task, and sets the derived
 * columns to what the triggers would set, when the row is new or written once more
 * as it is.  Values are in the slot or in the current memory context.
 */
void
lc_derive_slot(LcRow *row, TupleTableSlot *slot, const LcTableColumns *columns, bool is_new)
{
	Derivation	d = {.row = row, .columns = columns, .old = is_new ? NULL : slot};
	bool		should_free;

	lc_row_init(row, ExecFetchSlotHeapTuple(slot, true, &should_free), slot, columns, true);
	derive(&d);
}

/*
 * lc_is_stale
 *
 * Has this row of crm.opportunity or crm.task derived columns that an update of
 * them would change?  Allocates in the current memory context.
 */
bool
lc_is_stale(TupleTableSlot *slot, const LcTableColumns *columns)
{
	LcRow		row;

	lc_derive_slot(&row, slot, columns, false);
	return lc_row_is_changed(&row);
}

/*
 * set_derived_fields
 *
 * BEFORE INSERT OR UPDATE ROW on tables with derived columns, after the triggers of
 * the user.
 */
Datum
leadconv_set_derived_fields(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"set_derived_fields",
		LC_TABLE_OPPORTUNITY | LC_TABLE_TASK | LC_TABLE_MEMBER, true, true, LC_ON_INSERT | LC_ON_UPDATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	HeapTuple	tuple = is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	bool		is_first = is_update ? !columns.has_update_triggers : !columns.has_insert_triggers;
	LcRow		row;
	Derivation	d = {.row = &row, .columns = &columns, .old = is_update ? trigdata->tg_trigslot : NULL};
	Note	   *note;
	bool		isnull = true;
	Datum		id = (Datum) 0;

	if (columns.kind & LC_TABLE_MEMBER)
		return PointerGetDatum(is_first && !is_update ? tuple : lc_derive_response(trigdata, &columns));
	if (is_first || !columns.derives || !has_changes(trigdata, &columns))
		return PointerGetDatum(tuple);

	lc_row_read(&row, trigdata, &columns, true);
	note = current_note();
	if (columns.attno[COL_ID] != InvalidAttrNumber)
		id = slot_getattr(row.slot, columns.attno[COL_ID], &isnull);
	if (note != NULL && note->relid == RelationGetRelid(trigdata->tg_relation) &&
		!isnull && note->id == DatumGetInt64(id))
		d.note = note;
	derive(&d);
	if (note != NULL)
		note->relid = InvalidOid;
	return PointerGetDatum(lc_row_tuple(&row));
}
