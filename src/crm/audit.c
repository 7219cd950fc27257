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
 * the rest.  An update always stamps last_modified_*; it never changes created_*
 * or revision, whatever the statement says.
 *
 * The revision of a record tells whether it has been edited since it was looked
 * at: timestamps cannot, being those of the start of the transaction.  An update
 * raises it by one, unless it changes no value, or values of derived columns only
 * (columns.c has them).  What counts are the columns that the statement sets; our
 * trigger fires first, so nobody else has changed any yet.  An insert keeps a
 * revision of 1 or more.
 *
 * The columns stand at the end of wide rows.  So that a row need not be taken
 * apart and formed anew, it is walked once to find them, and copied up to the
 * first that changes; only what follows is put together.  The new row is
 * allocated in the current context, the per-tuple context of the trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "common/int.h"
#include "nodes/bitmapset.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"

/* The columns that are kept here, created_date ... revision */
#define FIRST_FIELD		COL_CREATED_DATE
#define NUM_FIELDS		(COL_REVISION - COL_CREATED_DATE + 1)

/* One of these columns in the row that is being written */
typedef struct Field
{
	AttrNumber	attno;			/* InvalidAttrNumber = has no such column */
	bool		isnull;
	bool		changed;		/* isnull and value are not what the row has */
	Datum		value;
	uint32		offset;			/* where the data of the columns before it end */
} Field;

/* The row that is being written */
typedef struct AuditedRow
{
	HeapTuple	tuple;
	TupleTableSlot *slot;		/* the same row */
	bool		is_walked;		/* are the offsets known? */
	Field		field[NUM_FIELDS];	/* by LcColumn - FIRST_FIELD */
	Field	   *in_order[NUM_FIELDS];	/* those there are, by attno */
	int			nfields;
} AuditedRow;

PG_FUNCTION_INFO_V1(leadconv_set_audit_fields);

static inline Field *
field_of(AuditedRow *row, LcColumn column)
{
	return &row->field[column - FIRST_FIELD];
}

/* Gives a column a value, if there is such a column */
static inline void
set_field(Field *field, Datum value, bool isnull)
{
	if (field->attno == InvalidAttrNumber || (isnull && field->isnull))
		return;
	field->changed = true;
	field->value = value;
	field->isnull = isnull;
}

/*
 * Finds the fields in the row's data; returns false when they cannot be found
 * so: the row has fewer columns than the table, or a machine of 32 bits.
 */
static bool
walk_row(AuditedRow *row)
{
	HeapTupleHeader header = row->tuple->t_data;
	TupleDesc	desc = row->slot->tts_tupleDescriptor;
	bool		has_nulls = HeapTupleHasNulls(row->tuple);
	char	   *data = (char *) header + header->t_hoff;
	uint32		offset = 0;
	int			i = 0;

	if (HeapTupleHeaderGetNatts(header) < desc->natts)
		return false;
	for (AttrNumber attno = 1; i < row->nfields; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, attno - 1);
		Field	   *field = row->in_order[i];
		bool		isnull = has_nulls && att_isnull(attno - 1, header->t_bits);

		if (attno == field->attno)
		{
			if (!att->attbyval)
				return false;
			field->offset = offset;
			field->isnull = isnull;
			i++;
		}
		if (isnull)
			continue;
		offset = att_align_pointer(offset, att->attalign, att->attlen, data + offset);
		if (attno == field->attno)
			field->value = fetch_att(data + offset, true, att->attlen);
		offset = att_addlength_pointer(offset, att->attlen, data + offset);
	}
	return true;
}

/* Reads the fields of a row */
static void
read_fields(AuditedRow *row, const LcTableColumns *columns)
{
	row->nfields = 0;
	for (int i = 0; i < NUM_FIELDS; i++)
	{
		AttrNumber	attno = columns->attno[FIRST_FIELD + i];
		int			place = row->nfields;

		row->field[i].attno = attno;
		row->field[i].changed = false;
		if (attno == InvalidAttrNumber)
			continue;
		for (; place > 0 && row->in_order[place - 1]->attno > attno; place--)
			row->in_order[place] = row->in_order[place - 1];
		row->in_order[place] = &row->field[i];
		row->nfields++;
	}

	row->is_walked = walk_row(row);
	for (int i = 0; i < row->nfields && !row->is_walked; i++)
		row->in_order[i]->value = slot_getattr(row->slot, row->in_order[i]->attno, &row->in_order[i]->isnull);
}

/*
 * The row with its fields as they are now, from a copy of what stands before the
 * first that changed.  Returns NULL when that cannot be: a field becomes NULL in
 * a row without any.
 */
static HeapTuple
splice_row(AuditedRow *row, Field *const *next)
{
	HeapTupleHeader header = row->tuple->t_data;
	TupleDesc	desc = row->slot->tts_tupleDescriptor;
	bool		has_nulls = HeapTupleHasNulls(row->tuple);
	char	   *from_data = (char *) header + header->t_hoff;
	uint32		from = (*next)->offset;
	uint32		to = from;
	Size		space = row->tuple->t_len + (NUM_FIELDS + 1) * MAXIMUM_ALIGNOF * 2;
	HeapTuple	result = palloc(HEAPTUPLESIZE + space);
	Field	   *const *end = row->in_order + row->nfields;
	char	   *to_data;

	*result = *row->tuple;
	result->t_data = (HeapTupleHeader) ((char *) result + HEAPTUPLESIZE);
	to_data = (char *) result->t_data + header->t_hoff;
	memcpy(result->t_data, header, header->t_hoff + from);
	memset(to_data + to, 0, space - header->t_hoff - to);	/* the padding */

	for (AttrNumber attno = (*next)->attno; attno <= desc->natts; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, attno - 1);
		const Field *field = next < end && (*next)->attno == attno ? *next++ : NULL;
		bool		was_null = has_nulls && att_isnull(attno - 1, header->t_bits);
		bool		isnull = field ? field->isnull : was_null;

		if (!was_null)
			from = att_align_pointer(from, att->attalign, att->attlen, from_data + from);
		if (isnull != was_null)
		{
			uint8		bit = 1 << ((attno - 1) & 0x07);

			if (!has_nulls)
				return NULL;
			if (isnull)
				result->t_data->t_bits[(attno - 1) >> 3] &= ~bit;
			else
				result->t_data->t_bits[(attno - 1) >> 3] |= bit;
		}
		if (!isnull && field)
		{
			to = att_align_nominal(to, att->attalign);
			store_att_byval(to_data + to, field->value, att->attlen);
			to += att->attlen;
		}
		else if (!isnull)
		{
			uint32		length = att_addlength_pointer(0, att->attlen, from_data + from);

			/* only a long varlena is aligned, as in heap_fill_tuple() */
			if (att->attlen != -1 || VARATT_IS_4B(from_data + from))
				to = att_align_nominal(to, att->attalign);
			memcpy(to_data + to, from_data + from, length);
			to += length;
		}
		if (!was_null)
			from = att_addlength_pointer(from, att->attlen, from_data + from);
	}
	result->t_len = header->t_hoff + to;
	return result;
}

/* The row with its fields as they are now, formed anew */
static HeapTuple
form_row(AuditedRow *row)
{
	TupleDesc	desc = row->slot->tts_tupleDescriptor;
	Datum	   *values = palloc(desc->natts * sizeof(Datum));
	bool	   *nulls = palloc(desc->natts * sizeof(bool));
	HeapTuple	result;

	slot_getallattrs(row->slot);
	memcpy(values, row->slot->tts_values, desc->natts * sizeof(Datum));
	memcpy(nulls, row->slot->tts_isnull, desc->natts * sizeof(bool));
	for (int i = 0; i < row->nfields; i++)
	{
		values[row->in_order[i]->attno - 1] = row->in_order[i]->value;
		nulls[row->in_order[i]->attno - 1] = row->in_order[i]->isnull;
	}
	result = heap_form_tuple(desc, values, nulls);
	result->t_data->t_ctid = row->tuple->t_data->t_ctid;
	result->t_self = row->tuple->t_self;
	result->t_tableOid = row->tuple->t_tableOid;
	return result;
}

/* The row to be written: as it was, if no field changed */
static HeapTuple
write_row(AuditedRow *row)
{
	HeapTuple	result = NULL;
	int			first = 0;

	while (first < row->nfields && !row->in_order[first]->changed)
		first++;
	if (first == row->nfields)
		return row->tuple;
	if (row->is_walked)
		result = splice_row(row, &row->in_order[first]);
	return result != NULL ? result : form_row(row);
}

static bool
is_set_by_statement(TriggerData *trigdata, AttrNumber attno)
{
	return bms_is_member(attno - FirstLowInvalidHeapAttributeNumber, trigdata->tg_updatedcols);
}

/* Is this a column whose change is no edit of the record? */
static bool
is_derived(const LcTableColumns *columns, TupleDesc desc, AttrNumber attno)
{
	for (int col = COL_CREATED_DATE; col <= COL_REVISION; col++)
	{
		if (columns->attno[col] == attno)
			return true;
	}
	for (int i = 0; i < columns->nderived; i++)
	{
		if (columns->derived[i] == attno)
			return true;
	}
	/* in a BEFORE trigger it is yet to be computed */
	return TupleDescAttr(desc, attno - 1)->attgenerated != '\0';
}

/* Does the update edit the record? */
static bool
is_edit(TriggerData *trigdata, const LcTableColumns *columns)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	int			x = -FirstLowInvalidHeapAttributeNumber;

	while ((x = bms_next_member(trigdata->tg_updatedcols, x)) >= 0)
	{
		AttrNumber	attno = x + FirstLowInvalidHeapAttributeNumber;

		if (!is_derived(columns, desc, attno) &&
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
stamp_update(TriggerData *trigdata, const LcTableColumns *columns, AuditedRow *row)
{
	Field	   *revision = field_of(row, COL_REVISION);
	bool		isnull;
	int64		user_id;

	/* what only we may change is as it was before the statement */
	for (int i = 0; i < row->nfields; i++)
	{
		Field	   *field = row->in_order[i];

		if (is_set_by_statement(trigdata, field->attno) &&
			!(field == field_of(row, COL_CREATED_DATE) && lc_frame_keeps_created_date()))
		{
			Datum		value = slot_getattr(trigdata->tg_trigslot, field->attno, &isnull);

			set_field(field, value, isnull);
		}
	}

	user_id = lc_current_user_id(&isnull);
	set_field(field_of(row, COL_LAST_MODIFIED_DATE),
			  TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()), false);
	set_field(field_of(row, COL_LAST_MODIFIED_BY_ID), Int64GetDatum(user_id), isnull);
	if (revision->attno != InvalidAttrNumber && is_edit(trigdata, columns))
		set_field(revision, Int32GetDatum(next_revision(revision->isnull ? 0 : DatumGetInt32(revision->value))),
				  false);
}

static void
stamp_insert(AuditedRow *row)
{
	/* last_modified_* start as created_* */
	static const LcColumn date_column[] = {COL_CREATED_DATE, COL_LAST_MODIFIED_DATE};
	static const LcColumn user_column[] = {COL_CREATED_BY_ID, COL_LAST_MODIFIED_BY_ID};
	Field	   *revision = field_of(row, COL_REVISION);
	Datum		date = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	bool		isnull;
	Datum		user_id = Int64GetDatum(lc_current_user_id(&isnull));

	for (int i = 0; i < 2; i++)
	{
		Field	   *field = field_of(row, date_column[i]);

		if (field->attno != InvalidAttrNumber && !field->isnull)
			date = field->value;
		else
			set_field(field, date, false);
		field = field_of(row, user_column[i]);
		if (field->attno != InvalidAttrNumber && !field->isnull)
		{
			user_id = field->value;
			isnull = false;
		}
		else
			set_field(field, user_id, isnull);
	}
	if (revision->attno != InvalidAttrNumber && (revision->isnull || DatumGetInt32(revision->value) < 1))
		set_field(revision, Int32GetDatum(1), false);
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
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	AuditedRow	row;
	int64		id = 0;

	row.tuple = is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	row.slot = is_update ? trigdata->tg_newslot : trigdata->tg_trigslot;
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

	read_fields(&row, &columns);
	if (is_update)
	{
		Field	   *revision = field_of(&row, COL_REVISION);

		if (columns.kind & LC_TABLE_LEAD)
			lc_note_key_action(trigdata);
		stamp_update(trigdata, &columns, &row);
		lc_note_update(trigdata, id, revision->attno == InvalidAttrNumber ? 0 : DatumGetInt32(revision->value));
	}
	else
		stamp_insert(&row);
	return PointerGetDatum(write_row(&row));
}
