/*-------------------------------------------------------------------------
 *
 * import_changes.c
 *	  An import: what has been changed here since the record was imported.
 *
 * crm.import_base has the value that a field came with, when it has been changed here
 * (crm/import_base.c).  A field that has changed in the file only is updated, one that
 * has been changed here only is left alone; when both have, that is a conflict, and
 * the caller says who wins.
 *
 * crm.import_base is read and written as its owner, for records that the caller sees.
 *
 * Everything is allocated in the current memory context, which is that of the SPI
 * connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "admin/import.h"

/* So many conflicts are told one by one */
#define SHOWN_CONFLICTS	20

/*
 * lc_import_read_base
 *
 * Reads what has been changed here.
 */
void
lc_import_read_base(Import *import)
{
	Oid			argtypes[1] = {TEXTOID};
	Datum		args[1] = {CStringGetTextDatum(import->table)};
	Oid			relid = lc_crm_relid("import_base", false);
	bool		isnull;

	lc_query_as(lc_relation_owner(relid),
				"SELECT pg_catalog.array_agg(b.record_id::pg_catalog.int8), pg_catalog.array_agg(b.fields::pg_catalog.jsonb)"
				" FROM crm.import_base b WHERE b.object OPERATOR(pg_catalog.=) $1",
				SPI_OK_SELECT, 1, argtypes, args, NULL);
	import->has_base = !lc_spi_isnull(0, 1);
	for (int i = 0; import->has_base && i < 2; i++)
		import->base[i] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, i + 1, &isnull)));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * SQL: rows of this list for the columns that the import may change, each as the
 * function makes it
 */
static char *
column_rows(const Import *import, char *(*row) (const Import *import, const ImportColumn *column))
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	foreach(lc, import->columns)
	{
		const ImportColumn *column = lfirst(lc);

		if (!column->insert_only)
			appendStringInfo(&buf, "%s(%s)", buf.len > 0 ? ", " : "", row(import, column));
	}
	return buf.len > 0 ? buf.data : NULL;
}

static char *
conflict_row(const Import *import, const ImportColumn *column)
{
	return psprintf("%s, %s, t.%s::pg_catalog.text, %s::pg_catalog.text", quote_literal_cstr(column->name),
					lc_import_is_conflict(import, column, "v.lc_base"), quote_identifier(column->name),
					lc_import_given_value(import, column));
}

static char *
settled_row(const Import *import, const ImportColumn *column)
{
	return psprintf("%s, pg_catalog.jsonb_exists(v.lc_base, %s) AND pg_catalog.record_image_eq(ROW(t.%s), ROW(%s))",
					quote_literal_cstr(column->name), quote_literal_cstr(column->name), quote_identifier(column->name),
					lc_import_given_value(import, column));
}

/* What the query of lc_import_find_conflicts() yields, in this order */
enum
{
	CONFLICT_ID = 1,
	CONFLICT_COLUMN,
	CONFLICT_HERE,
	CONFLICT_GIVEN
};

static const char *
shown(uint64 row, int column)
{
	char	   *value = lc_spi_text(row, column);

	return value ? psprintf("\"%s\"", value) : "nothing";
}

/*
 * lc_import_find_conflicts
 *
 * Counts the fields that have been changed here and in the file, before anything is
 * written, and notes which they are.
 */
void
lc_import_find_conflicts(Import *import)
{
	char	   *rows;

	if (!import->has_base || (rows = column_rows(import, conflict_row)) == NULL)
		return;
	lc_query(psprintf("SELECT v.external_id, x.name, x.here, x.given FROM " LC_IMPORT_ROWS " v"
					  " JOIN %s t ON t.id OPERATOR(pg_catalog.=) v.lc_id,"
					  " LATERAL (VALUES %s) x (name, conflict, here, given)"
					  " WHERE v.lc_base IS NOT NULL%s AND x.conflict ORDER BY v.lc_row",
					  import->target, rows, strcmp(import->table, "lead") == 0 ? " AND NOT t.is_converted" : ""),
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	import->conflicts = SPI_processed;
	for (uint64 i = 0; i < SPI_processed && i < SHOWN_CONFLICTS; i++)
		import->notes = lappend(import->notes,
								psprintf("record %s: %s was changed to %s here and to %s in \"%s\"; %s",
										 lc_spi_text(i, CONFLICT_ID), lc_spi_text(i, CONFLICT_COLUMN), shown(i, CONFLICT_HERE),
										 shown(i, CONFLICT_GIVEN), import->source_name,
										 import->keeps_conflicts ? "what is here was kept" : "what is here was overwritten"));
	if (import->conflicts > SHOWN_CONFLICTS)
		import->notes = lappend(import->notes,
								psprintf("more fields that were changed here and in \"%s\": " INT64_FORMAT, import->source_name,
										 import->conflicts - SHOWN_CONFLICTS));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * lc_import_forget_base
 *
 * Forgets, after all is written, the fields that are here as they are in the file.
 */
void
lc_import_forget_base(Import *import)
{
	Oid			argtypes[3] = {TEXTOID, INT8ARRAYOID, TEXTARRAYOID};
	Datum		args[3] = {CStringGetTextDatum(import->table)};
	Oid			owner = lc_relation_owner(lc_crm_relid("import_base", false));
	char	   *rows;
	bool		isnull;

	if (!import->has_base || (rows = column_rows(import, settled_row)) == NULL)
		return;
	lc_query(psprintf("SELECT pg_catalog.array_agg(v.lc_id), pg_catalog.array_agg(x.name) FROM " LC_IMPORT_ROWS " v"
					  " JOIN %s t ON t.id OPERATOR(pg_catalog.=) v.lc_id,"
					  " LATERAL (VALUES %s) x (name, settled) WHERE v.lc_base IS NOT NULL AND x.settled",
					  import->target, rows),
			 SPI_OK_SELECT, 0, NULL, NULL, NULL);
	if (lc_spi_isnull(0, 1))
	{
		SPI_freetuptable(SPI_tuptable);
		return;
	}
	for (int i = 1; i < 3; i++)
		args[i] = PointerGetDatum(DatumGetArrayTypePCopy(lc_spi_datum(0, i, &isnull)));
	SPI_freetuptable(SPI_tuptable);
	lc_query_as(owner, "UPDATE crm.import_base b SET fields = b.fields OPERATOR(pg_catalog.-) f.names"
				" FROM (SELECT u.record_id, pg_catalog.array_agg(u.name) AS names FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) u (record_id, name)"
				" GROUP BY u.record_id) f WHERE b.object OPERATOR(pg_catalog.=) $1 AND b.record_id OPERATOR(pg_catalog.=) f.record_id",
				SPI_OK_UPDATE, 3, argtypes, args, NULL);
	lc_query_as(owner, "DELETE FROM crm.import_base b WHERE b.object OPERATOR(pg_catalog.=) $1 AND b.fields OPERATOR(pg_catalog.=) '{}'",
				SPI_OK_DELETE, 1, argtypes, args, NULL);
}
