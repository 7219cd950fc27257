/*-------------------------------------------------------------------------
 *
 * import_lead.c
 *	  An import: conversions that were made elsewhere.
 *
 * A lead that comes converted is inserted so; one that is here and has been converted
 * there in the meantime becomes converted here, with the records that have come, to which
 * what hangs on it here goes.  The
 * ledger gets a row of origin "imported" for each of them, with what is known: what
 * the lead was before, when it was here.  A lead that was converted here stays so.
 *
 * The leads are updated as the caller.  The ledger is its owner's; and so is what an
 * earlier import has left out, which is filled as remembered references are.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "admin/import.h"
#include "engine/engine.h"

/* What a lead was converted to, on the lead and in the ledger */
static const char *const converted_columns[][2] = {
	{"converted_account_id", "account_id"},
	{"converted_contact_id", "contact_id"},
	{"converted_opportunity_id", "opportunity_id"}
};

/* Does the staging table say which leads are converted? */
static bool
knows_conversions(const Import *import)
{
	return strcmp(import->table, "lead") == 0 && lc_import_column(import, "is_converted") != NULL;
}

/*
 * lc_import_date_conversions
 *
 * Gives converted leads without the day of their conversion that of their last change,
 * or today.
 */
void
lc_import_date_conversions(Import *import)
{
	ImportColumn *column = lc_import_column(import, "converted_date");
	ImportColumn *changed = lc_import_column(import, "last_modified_date");
	char	   *day;

	if (!knows_conversions(import))
		return;
	if (column == NULL)
	{
		Relation	rel = table_open(import->relid, AccessShareLock);

		column = lc_import_describe_column(import, rel, "converted_date");
		table_close(rel, NoLock);
		import->columns = lappend(import->columns, column);
	}
	day = psprintf("%s%sCURRENT_DATE", changed ? psprintf("pg_catalog.timezone('UTC', %s)::pg_catalog.date", changed->value) : "",
				   changed ? ", " : "");
	column->value = psprintf("COALESCE(%s%sCASE WHEN %s THEN COALESCE(%s) END)", column->value ? column->value : "",
							 column->value ? ", " : "", lc_import_column(import, "is_converted")->value, day);
}

/* What the query of find_taken_over() yields, in this order */
enum
{
	TAKEN_LEADS = 1,
	TAKEN_STATUS,
	TAKEN_UNREAD
};

/*
 * Drops those leads whose imported conversion has been undone here: that they are open is
 * a change which was made here only.  The ledger is its owner's.
 */
static void
leave_open(Import *import)
{
	Oid			argtypes[1] = {INT8ARRAYOID};
	Datum		args[1];
	bool		isnull;

	lc_query("SELECT COALESCE(pg_catalog.array_agg(t.id::pg_catalog.int8), '{}') FROM " LC_IMPORT_ROWS " v"
			 " JOIN crm.lead t ON t.id OPERATOR(pg_catalog.=) v.lc_id WHERE v.is_converted AND NOT t.is_converted",
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	args[0] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, 1, &isnull)));
	SPI_freetuptable(SPI_tuptable);
	lc_query_as(lc_relation_owner(lc_crm_relid("lead_conversion", false)),
				"SELECT COALESCE(pg_catalog.array_agg(DISTINCT c.lead_id::pg_catalog.int8), '{}') FROM crm.lead_conversion c"
				" WHERE c.lead_id OPERATOR(pg_catalog.=) ANY ($1) AND c.origin OPERATOR(pg_catalog.=) 'imported' AND c.undone_date IS NOT NULL",
				SPI_OK_SELECT, 1, argtypes, args, NULL);
	import->left_open = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, 1, &isnull)));
	SPI_freetuptable(SPI_tuptable);
}

/* SQL: the lead t is open, and the row v of the file says that it was converted; $1 = the leads that stay open */
#define TAKEN_OVER "v.is_converted AND NOT t.is_converted AND t.id OPERATOR(pg_catalog.<>) ALL ($1)"

/*
 * What the leads that will be taken over are now: arrays of their ids, and of what
 * undoing has to know
 */
static void
find_taken_over(Import *import)
{
	Datum	   *arrays = import->before;
	Oid			argtypes[1] = {INT8ARRAYOID};
	bool		isnull;

	lc_query("SELECT COALESCE(pg_catalog.array_agg(t.id::pg_catalog.int8), '{}'), COALESCE(pg_catalog.array_agg(t.status::pg_catalog.text), '{}'),"
			 " COALESCE(pg_catalog.array_agg(t.is_unread_by_owner::pg_catalog.bool), '{}')"
			 " FROM " LC_IMPORT_ROWS " v JOIN crm.lead t ON t.id OPERATOR(pg_catalog.=) v.lc_id"
			 " WHERE " TAKEN_OVER, SPI_OK_SELECT, 1, argtypes, &import->left_open, NULL);
	for (int column = TAKEN_LEADS; column <= TAKEN_UNREAD; column++)
		arrays[column - 1] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, column, &isnull)));
	SPI_freetuptable(SPI_tuptable);
}

/* Marks the leads as converted, as the caller; returns how many */
static uint64
convert_leads(const Import *import)
{
	Oid			argtypes[1] = {INT8ARRAYOID};
	Datum		args[1] = {import->left_open};
	StringInfoData set;

	initStringInfo(&set);
	for (int i = 0; i < (int) lengthof(converted_columns); i++)
	{
		if (lc_import_column(import, converted_columns[i][0]))
			appendStringInfo(&set, ", %s = v.%s", converted_columns[i][0], converted_columns[i][0]);
	}
	return lc_query(psprintf("UPDATE crm.lead AS t SET is_converted = true, converted_date = v.converted_date%s FROM " LC_IMPORT_ROWS " v"
							 " WHERE t.id OPERATOR(pg_catalog.=) v.lc_id AND " TAKEN_OVER, set.data),
					SPI_OK_UPDATE, 1, argtypes, args, NULL);
}

/* What hangs on the leads goes to what they were converted to; returns what that takes to undo, as an array of JSON */
static Datum
move_related(Datum leads)
{
	Datum	   *elems;
	bool	   *nulls;
	int			nleads;
	int64	   *lead_ids;
	char	  **undo;
	Datum	   *moved;
	int			dims[1];
	int			lower[1] = {1};

	deconstruct_array(DatumGetArrayTypeP(leads), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elems, &nulls, &nleads);
	lead_ids = palloc_extended(sizeof(int64) * Max(nleads, 1), MCXT_ALLOC_HUGE);
	undo = palloc_extended(sizeof(char *) * Max(nleads, 1), MCXT_ALLOC_HUGE);
	moved = palloc_extended(sizeof(Datum) * Max(nleads, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < nleads; i++)
		lead_ids[i] = DatumGetInt64(elems[i]);
	if (nleads > 0)
		lc_take_over(lead_ids, nleads, undo);
	for (int i = 0; i < nleads; i++)
	{
		nulls[i] = undo[i] == NULL;
		moved[i] = nulls[i] ? (Datum) 0 : CStringGetTextDatum(undo[i]);
	}
	dims[0] = nleads;
	return PointerGetDatum(construct_md_array(moved, nulls, nleads > 0 ? 1 : 0, dims, lower, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * Rows in the ledger for converted leads that have none; before has what find_taken_over()
 * found, and moved what move_related() says of these leads
 */
static void
write_ledger(Datum *before, Datum moved)
{
	Oid			argtypes[6] = {INT8ARRAYOID, TEXTARRAYOID, BOOLARRAYOID, NAMEOID, INT8ARRAYOID, TEXTARRAYOID};
	Datum		args[6] = {before[0], before[1], before[2],
		DirectFunctionCall1(namein, CStringGetDatum(GetUserNameFromId(GetUserId(), false)))};
	bool		isnull;

	lc_query("SELECT COALESCE(pg_catalog.array_agg(l.id::pg_catalog.int8), '{}') FROM " LC_IMPORT_ROWS " v"
			 " JOIN crm.lead l ON l.external_id OPERATOR(pg_catalog.=) v.external_id WHERE v.is_converted AND l.is_converted",
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	args[4] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, 1, &isnull)));
	args[5] = moved;
	SPI_freetuptable(SPI_tuptable);

	lc_query_as(lc_relation_owner(lc_crm_relid("lead_conversion", false)),
				"INSERT INTO crm.lead_conversion (lead_id, account_id, contact_id, opportunity_id, account_created, contact_created,"
				" opportunity_created, converted_status, owner_id, created_by_role, created_date, request, origin, undo)"
				" SELECT l.id, l.converted_account_id, l.converted_contact_id, l.converted_opportunity_id, false, false, false,"
				" l.status, l.owner_id, $4, pg_catalog.timezone('UTC', l.converted_date::pg_catalog.timestamp), '{}', 'imported',"
				" CASE WHEN b.lead_id IS NOT NULL THEN pg_catalog.jsonb_build_object('lead',"
				"  pg_catalog.jsonb_build_object('status', b.status, 'is_unread_by_owner', b.is_unread))"
				"  OPERATOR(pg_catalog.||) COALESCE((b.moved::pg_catalog.jsonb OPERATOR(pg_catalog.-) 'lead') OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('taken_over', pg_catalog.now()), '{}') END"
				" FROM pg_catalog.unnest($5) v (id) JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) v.id"
				" LEFT JOIN ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($6)) b (lead_id, status, is_unread, moved)"
				"  ON b.lead_id OPERATOR(pg_catalog.=) l.id"
				" WHERE NOT EXISTS (SELECT 1 FROM crm.lead_conversion c WHERE c.lead_id OPERATOR(pg_catalog.=) l.id AND c.undone_date IS NULL)",
				SPI_OK_INSERT, 6, argtypes, args, NULL);
}

/*
 * What leads were converted to elsewhere, and an earlier import could not find
 */
static int64
fill_conversions(const Import *import)
{
	StringInfoData set;
	StringInfoData differs;
	StringInfoData ledger;

	initStringInfo(&set);
	initStringInfo(&differs);
	initStringInfo(&ledger);
	for (int i = 0; i < (int) lengthof(converted_columns); i++)
	{
		const char *name = converted_columns[i][0];

		if (lc_import_column(import, name) == NULL)
			continue;
		appendStringInfo(&set, "%s%s = COALESCE(t.%s, v.%s)", set.len > 0 ? ", " : "", name, name, name);
		appendStringInfo(&differs, "%s(t.%s IS NULL AND v.%s IS NOT NULL)", differs.len > 0 ? " OR " : "", name, name);
		appendStringInfo(&ledger, "%s%s = COALESCE(c.%s, u.%s)", ledger.len > 0 ? ", " : "", converted_columns[i][1],
						 converted_columns[i][1], name);
	}
	if (set.len == 0)
		return 0;
	return lc_query_as(lc_relation_owner(import->relid),
					   psprintf("WITH u AS (UPDATE crm.lead AS t SET %s FROM " LC_IMPORT_ROWS " v WHERE v.is_converted AND t.is_converted"
								" AND t.id OPERATOR(pg_catalog.=) v.lc_id AND (%s) AND EXISTS (SELECT 1 FROM crm.lead_conversion c"
								" WHERE c.lead_id OPERATOR(pg_catalog.=) t.id AND c.origin OPERATOR(pg_catalog.=) 'imported' AND c.undone_date IS NULL)"
								" RETURNING t.*)"
								" UPDATE crm.lead_conversion c SET %s FROM u WHERE c.lead_id OPERATOR(pg_catalog.=) u.id AND c.undone_date IS NULL",
								set.data, differs.data, ledger.data),
					   SPI_OK_UPDATE, 0, NULL, NULL, NULL);
}

/* How many leads were converted here and elsewhere, to different records */
static int64
count_contradictions(const Import *import)
{
	StringInfoData differs;

	initStringInfo(&differs);
	for (int i = 0; i < (int) lengthof(converted_columns); i++)
	{
		const char *name = converted_columns[i][0];

		if (lc_import_column(import, name))
			appendStringInfo(&differs, "%sv.%s OPERATOR(pg_catalog.<>) t.%s", differs.len > 0 ? " OR " : "", name, name);
	}
	if (differs.len == 0)
		return 0;
	return lc_import_count(psprintf("SELECT pg_catalog.count(*) FROM " LC_IMPORT_ROWS " v JOIN crm.lead t ON t.id OPERATOR(pg_catalog.=) v.lc_id"
									" WHERE v.is_converted AND t.is_converted AND (%s)", differs.data));
}

/*
 * lc_import_begin_take_over
 *
 * Looks at the leads that were converted elsewhere, before they are updated.
 */
void
lc_import_begin_take_over(Import *import)
{
	import->takes_over = knows_conversions(import) &&
		lc_import_count("SELECT pg_catalog.count(*) FROM " LC_IMPORT_ROWS " v WHERE v.is_converted") > 0;
	if (import->takes_over)
	{
		leave_open(import);
		find_taken_over(import);
	}
}

/*
 * lc_import_take_over
 *
 * Takes conversions over that were made elsewhere, after the leads have been updated
 * and inserted.  Counts those that were updated for nothing else.
 */
void
lc_import_take_over(Import *import)
{
	Oid			argtypes[1] = {INT8ARRAYOID};
	uint64		taken;
	int64		count;

	if (!import->takes_over)
		return;

	/* one whose record differs in other columns, too, is counted already */
	(void) lc_query("SELECT pg_catalog.count(*) FROM " LC_IMPORT_ROWS " v JOIN crm.lead t ON t.id OPERATOR(pg_catalog.=) v.lc_id"
					" WHERE NOT v.lc_changed AND " TAKEN_OVER, SPI_OK_SELECT, 1, argtypes, &import->left_open, NULL);
	count = lc_spi_int64(0, 1);
	SPI_freetuptable(SPI_tuptable);
	taken = convert_leads(import);
	import->updated += count;
	if (taken > 0)
		import->notes = lappend(import->notes,
								psprintf("leads converted in \"%s\" since, which are converted here now: " UINT64_FORMAT,
										 import->source_name, taken));
	count = ArrayGetNItems(ARR_NDIM(DatumGetArrayTypeP(import->left_open)), ARR_DIMS(DatumGetArrayTypeP(import->left_open)));
	if (count > 0)
		import->notes = lappend(import->notes,
								psprintf("leads whose imported conversion has been undone here, which stay open: " INT64_FORMAT, count));
	write_ledger(import->before, move_related(import->before[TAKEN_LEADS - 1]));
	import->updated += fill_conversions(import);
	count = count_contradictions(import);
	if (count > 0)
		import->notes = lappend(import->notes,
								psprintf("leads converted here, and to other records in \"%s\", which stay as they are: " INT64_FORMAT,
										 import->source_name, count));
}
