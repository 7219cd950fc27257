/*-------------------------------------------------------------------------
 *
 * row.c
 *	  The row that a BEFORE trigger of ours is called for, and what it changes of it.
 *
 * Our columns stand here and there in wide rows.  So that a row need not be taken
 * apart and formed anew, it is walked once to find them, and copied up to the
 * first that changes; only what follows is put together.
 *
 * The new row is allocated in the current context, the per-tuple context of the
 * trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "utils/datum.h"

#include "crm/trigger.h"

/*
 * Finds the fields in the row's data; returns false when they cannot be found
 * so: the row has fewer columns than the table.
 */
static bool
walk_row(LcRow *row)
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
		LcRowField *field = row->in_order[i];
		bool		isnull = has_nulls && att_isnull(attno - 1, header->t_bits);

		if (attno == field->attno)
		{
			field->offset = offset;
			field->isnull = isnull;
			i++;
		}
		if (isnull)
			continue;
		offset = att_align_pointer(offset, att->attalign, att->attlen, data + offset);
		if (attno == field->attno)
			field->value = fetch_att(data + offset, att->attbyval, att->attlen);
		offset = att_addlength_pointer(offset, att->attlen, data + offset);
	}
	return true;
}

/*
 * Reads the fields of a row, which is in a slot of its table: the audit columns, and
 * if the row derives the derived ones as well, as far as there are any.  The values
 * lie in the row.
 */
void
lc_row_init(LcRow *row, HeapTuple tuple, TupleTableSlot *slot, const LcTableColumns *columns, bool derives)
{
	row->tuple = tuple;
	row->slot = slot;
	row->nfields = derives ? columns->nfields : columns->naudit;
	memset(row->field, 0, sizeof(row->field));
	for (int i = 0; i < row->nfields; i++)
	{
		LcColumn	column = columns->field[derives][i];

		row->in_order[i] = lc_row_field(row, column);
		row->in_order[i]->attno = columns->attno[column];
	}

	row->is_walked = walk_row(row);
	for (int i = 0; i < row->nfields && !row->is_walked; i++)
		row->in_order[i]->value = slot_getattr(row->slot, row->in_order[i]->attno, &row->in_order[i]->isnull);
}

/* The same for the row that a BEFORE trigger is called for */
void
lc_row_read(LcRow *row, TriggerData *trigdata, const LcTableColumns *columns, bool derives)
{
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);

	lc_row_init(row, is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple,
				is_update ? trigdata->tg_newslot : trigdata->tg_trigslot, columns, derives);
}

/* Gives a field of a row a value, if the row has such a field and another value */
void
lc_row_change(LcRow *row, LcColumn column, Datum value, bool isnull)
{
	LcRowField *field = lc_row_field(row, column);

	if (field->attno == InvalidAttrNumber)
		return;
	if (field->isnull || isnull)
	{
		if (field->isnull && isnull)
			return;
	}
	else
	{
		Form_pg_attribute att = TupleDescAttr(row->slot->tts_tupleDescriptor, field->attno - 1);

		if (datum_image_eq(field->value, value, att->attbyval, att->attlen))
			return;
	}
	lc_row_set(row, column, value, isnull);
}

/* The bytes that a value takes at most, with its alignment */
static Size
space_for(TupleDesc desc, const LcRowField *field)
{
	Form_pg_attribute att = TupleDescAttr(desc, field->attno - 1);

	if (!field->changed || field->isnull || att->attlen != -1)
		return 2 * MAXIMUM_ALIGNOF;
	return 2 * MAXIMUM_ALIGNOF + VARSIZE_ANY(DatumGetPointer(field->value));
}

/*
 * Puts a value of a type of variable length where "to" points, as
 * heap_fill_tuple() does; returns what follows it.
 */
static uint32
store_varlena(char *data, uint32 to, Form_pg_attribute att, Pointer value)
{
	uint32		length = VARSIZE_ANY(value);

	if (VARATT_IS_EXTERNAL(value) || VARATT_IS_SHORT(value))
		memcpy(data + to, value, length);
	else if (att->attstorage != TYPSTORAGE_PLAIN && VARATT_CAN_MAKE_SHORT(value))
	{
		length = VARATT_CONVERTED_SHORT_SIZE(value);
		SET_VARSIZE_SHORT(data + to, length);
		memcpy(data + to + 1, VARDATA(value), length - 1);
	}
	else
	{
		to = att_align_nominal(to, att->attalign);
		memcpy(data + to, value, length);
	}
	return to + length;
}

/*
 * The row with its fields as they are now, from a copy of what stands before the
 * first that changed.  Returns NULL when that cannot be: a field becomes NULL in
 * a row without any.
 */
static HeapTuple
splice_row(LcRow *row, LcRowField *const *next)
{
	HeapTupleHeader header = row->tuple->t_data;
	TupleDesc	desc = row->slot->tts_tupleDescriptor;
	bool		has_nulls = HeapTupleHasNulls(row->tuple);
	char	   *from_data = (char *) header + header->t_hoff;
	uint32		from = (*next)->offset;
	uint32		to = from;
	Size		space = row->tuple->t_len + 2 * MAXIMUM_ALIGNOF;
	HeapTuple	result;
	LcRowField *const *end = row->in_order + row->nfields;
	bool		has_external = HeapTupleHasExternal(row->tuple);
	char	   *to_data;

	for (LcRowField *const *field = next; field < end; field++)
		space += space_for(desc, *field);
	result = palloc(HEAPTUPLESIZE + space);
	*result = *row->tuple;
	result->t_data = (HeapTupleHeader) ((char *) result + HEAPTUPLESIZE);
	to_data = (char *) result->t_data + header->t_hoff;
	memcpy(result->t_data, header, header->t_hoff + from);
	memset(to_data + to, 0, space - header->t_hoff - to);	/* the padding */

	for (AttrNumber attno = (*next)->attno; attno <= desc->natts; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, attno - 1);
		const LcRowField *field = next < end && (*next)->attno == attno ? *next++ : NULL;
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
		if (!isnull && field && field->changed && att->attlen == -1)
		{
			Pointer		value = DatumGetPointer(field->value);

			has_external |= VARATT_IS_EXTERNAL(value);
			to = store_varlena(to_data, to, att, value);
		}
		else if (!isnull && field && field->changed)
		{
			to = att_align_nominal(to, att->attalign);
			if (att->attbyval)
				store_att_byval(to_data + to, field->value, att->attlen);
			else
				memcpy(to_data + to, DatumGetPointer(field->value), att->attlen);
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
	if (has_external)
		result->t_data->t_infomask |= HEAP_HASEXTERNAL;
	result->t_data->t_infomask |= HEAP_HASVARWIDTH;
	result->t_len = header->t_hoff + to;
	return result;
}

/* The row with its fields as they are now, formed anew */
static HeapTuple
form_row(LcRow *row)
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

/* The number of the first field in the row that has been given another value, or nfields */
static int
first_change(const LcRow *row)
{
	int			first = 0;

	while (first < row->nfields && !row->in_order[first]->changed)
		first++;
	return first;
}

/* Has a field been given another value? */
bool
lc_row_is_changed(const LcRow *row)
{
	return first_change(row) < row->nfields;
}

/*
 * The row to be written, in the current memory context: as it was, if no field
 * changed.
 */
HeapTuple
lc_row_tuple(LcRow *row)
{
	HeapTuple	result = NULL;
	int			first = first_change(row);

	if (first == row->nfields)
		return row->tuple;
	if (row->is_walked)
		result = splice_row(row, &row->in_order[first]);
	return result != NULL ? result : form_row(row);
}
