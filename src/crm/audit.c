/*-------------------------------------------------------------------------
 *
 * audit.c
 *	  set_audit_fields(): created_*, last_modified_* and revision.
 *
 * BEFORE INSERT OR UPDATE ROW, on nearly every table of schema crm: the function
 * that a conversion calls most.  Its trigger sorts before the user's, so that
 * they see the final values and may overrule them, and so that the engine knows
 * which row is being worked on when one of them fails.
 *
 * An insert keeps what it was given (an import brings its own dates) and fills
 * the rest.  An update stamps last_modified_*, unless it is one of a converted lead
 * that changes no value; it never changes created_* or revision, whatever the
 * statement says.
 *
 * The revision of a record tells whether it has been edited since it was looked
 * at: timestamps cannot, being those of the start of the transaction.  An update
 * raises it by one, unless it changes no value, or values of derived columns only
 * (columns.c has them).  What counts are the columns that the statement sets; our
 * trigger fires first, so nobody else has changed any yet.  An insert keeps a
 * revision of 1 or more.
 *
 * What follows from other columns is set along with it (derived.c).
 *
 * The new row is allocated in the current context, the per-tuple context of the
 * trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/int.h"
#include "nodes/bitmapset.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_set_audit_fields);

static bool
is_set_by_statement(TriggerData *trigdata, AttrNumber attno)
{
	return bms_is_member(attno - FirstLowInvalidHeapAttributeNumber, trigdata->tg_updatedcols);
}

/*
 * Does the update edit the record?  What counts are the columns that the statement sets,
 * but for those that only we may change and those that follow from others.
 */
bool
lc_is_edit(const TriggerData *trigdata, const LcTableColumns *columns)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	int			x = -FirstLowInvalidHeapAttributeNumber;

	while ((x = bms_next_member(trigdata->tg_updatedcols, x)) >= 0)
	{
		AttrNumber	attno = x + FirstLowInvalidHeapAttributeNumber;

		if (!lc_is_derived_column(columns, desc, attno) &&
			lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, attno))
			return true;
	}
	return false;
}

/* The revision that follows; after the highest comes 1 */
static int32
next_revision(int32 revision)
{
	int32		next;

	return pg_add_s32_overflow(revision, 1, &next) ? 1 : next;
}

static void
stamp_update(TriggerData *trigdata, const LcTableColumns *columns, LcRow *row)
{
	const LcRowField *revision = lc_row_field(row, COL_REVISION);
	bool		isnull;
	int64		user_id;

	/* an import knows by whom its rows were made and changed */
	if (lc_import_is_stamping())
		return;

	/* what only we may change is as it was before the statement */
	for (int col = COL_CREATED_DATE; col <= COL_REVISION; col++)
	{
		AttrNumber	attno = columns->attno[col];

		if (attno != InvalidAttrNumber && is_set_by_statement(trigdata, attno) &&
			!(col == COL_CREATED_DATE && lc_frame_keeps_created_date()))
		{
			Datum		value = slot_getattr(trigdata->tg_trigslot, attno, &isnull);

			lc_row_set(row, col, value, isnull);
		}
	}

	/* a converted lead that is saved as it is stays as it is */
	if ((columns->kind & LC_TABLE_LEAD) && columns->attno[COL_IS_CONVERTED] != InvalidAttrNumber)
	{
		Datum		is_converted = slot_getattr(trigdata->tg_trigslot, columns->attno[COL_IS_CONVERTED], &isnull);

		if (!isnull && DatumGetBool(is_converted) && !lc_is_edit(trigdata, columns))
			return;
	}
	user_id = lc_current_user_id(&isnull);
	lc_row_set(row, COL_LAST_MODIFIED_DATE,
			   TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()), false);
	lc_row_set(row, COL_LAST_MODIFIED_BY_ID, Int64GetDatum(user_id), isnull);
	if (revision->attno != InvalidAttrNumber && lc_is_edit(trigdata, columns))
		lc_row_set(row, COL_REVISION,
				   Int32GetDatum(next_revision(revision->isnull ? 0 : DatumGetInt32(revision->value))), false);
}

static void
stamp_insert(LcRow *row)
{
	/* last_modified_* start as created_* */
	static const LcColumn date_column[] = {COL_CREATED_DATE, COL_LAST_MODIFIED_DATE};
	static const LcColumn user_column[] = {COL_CREATED_BY_ID, COL_LAST_MODIFIED_BY_ID};
	const LcRowField *revision = lc_row_field(row, COL_REVISION);
	Datum		date = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	bool		isnull;
	Datum		user_id = Int64GetDatum(lc_current_user_id(&isnull));

	for (int i = 0; i < 2; i++)
	{
		const LcRowField *field = lc_row_field(row, date_column[i]);

		if (field->attno != InvalidAttrNumber && !field->isnull)
			date = field->value;
		else
			lc_row_set(row, date_column[i], date, false);
		field = lc_row_field(row, user_column[i]);
		if (field->attno != InvalidAttrNumber && !field->isnull)
		{
			user_id = field->value;
			isnull = false;
		}
		else
			lc_row_set(row, user_column[i], user_id, isnull);
	}
	if (revision->attno != InvalidAttrNumber && (revision->isnull || DatumGetInt32(revision->value) < 1))
		lc_row_set(row, COL_REVISION, Int32GetDatum(1), false);
}

/*
 * set_audit_fields
 */
Datum
leadconv_set_audit_fields(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"set_audit_fields", LC_TABLE_IN_CRM, true, true, LC_ON_INSERT | LC_ON_UPDATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	bool		derives = lc_derives(trigdata, &columns);
	LcRow		row;
	int64		id = 0;

	lc_row_read(&row, trigdata, &columns, derives);
	if (columns.attno[COL_ID] != InvalidAttrNumber)
	{
		bool		isnull;
		Datum		value = slot_getattr(row.slot, columns.attno[COL_ID], &isnull);

		if (!isnull)
		{
			id = DatumGetInt64(value);
			lc_note_row(RelationGetRelid(trigdata->tg_relation), id);
		}
	}

	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		const LcRowField *revision = lc_row_field(&row, COL_REVISION);

		if (columns.kind & LC_TABLE_LEAD)
			lc_note_key_action(trigdata);
		stamp_update(trigdata, &columns, &row);
		lc_note_import_base(trigdata, &columns, id);
		lc_note_update(trigdata, id, revision->attno == InvalidAttrNumber ? 0 : DatumGetInt32(revision->value));
	}
	else
		stamp_insert(&row);
	if (derives)
		lc_derive(&row, trigdata, &columns, id);
	return PointerGetDatum(lc_row_tuple(&row));
}
