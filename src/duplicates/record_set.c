/*-------------------------------------------------------------------------
 *
 * record_set.c
 *	  Sets of records that duplicate rules have found to be the same.
 *
 * A set belongs to a rule.  A new duplicate goes into the set of the rule in which one of
 * those like it is already, and else into a new one.  Sets are written with the rights
 * of the owner of their tables.
 *
 * Works in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

#include "duplicates/duplicates.h"

/* $1 rule, $2 to $4 ids of leads, contacts and accounts; tells of sets and items that it makes */
#define PUT_SQL \
	"WITH r (lead_id, contact_id, account_id) AS (" \
	"  SELECT x, NULL::pg_catalog.int8, NULL::pg_catalog.int8 FROM pg_catalog.unnest($2) x" \
	"  UNION ALL SELECT NULL, x, NULL FROM pg_catalog.unnest($3) x UNION ALL SELECT NULL, NULL, x FROM pg_catalog.unnest($4) x)," \
	" there AS (SELECT s.id FROM crm.duplicate_record_item i JOIN crm.duplicate_record_set s" \
	"  ON s.id OPERATOR(pg_catalog.=) i.duplicate_record_set_id" \
	"  WHERE (i.lead_id OPERATOR(pg_catalog.=) ANY ($2) OR i.contact_id OPERATOR(pg_catalog.=) ANY ($3)" \
	"   OR i.account_id OPERATOR(pg_catalog.=) ANY ($4)) AND s.duplicate_rule_id OPERATOR(pg_catalog.=) $1" \
	"  AND NOT i.is_deleted AND NOT s.is_deleted ORDER BY s.id LIMIT 1)," \
	" made AS (INSERT INTO crm.duplicate_record_set (duplicate_rule_id) SELECT $1 WHERE NOT EXISTS (SELECT FROM there) RETURNING id)," \
	" place (id) AS (SELECT id FROM there UNION ALL SELECT id FROM made)," \
	" items AS (INSERT INTO crm.duplicate_record_item (duplicate_record_set_id, lead_id, contact_id, account_id)" \
	"  SELECT p.id, r.lead_id, r.contact_id, r.account_id FROM place p CROSS JOIN r" \
	"  WHERE NOT EXISTS (SELECT FROM crm.duplicate_record_item o WHERE o.duplicate_record_set_id OPERATOR(pg_catalog.=) p.id" \
	"   AND NOT o.is_deleted AND (o.lead_id OPERATOR(pg_catalog.=) r.lead_id OR o.contact_id OPERATOR(pg_catalog.=) r.contact_id" \
	"    OR o.account_id OPERATOR(pg_catalog.=) r.account_id)) RETURNING id)" \
	" SELECT true, id::pg_catalog.int8 FROM made UNION ALL SELECT false, id::pg_catalog.int8 FROM items"

/* Where in a set records of an object go, as lists of LcRecordIds */
static int
place_of(LcMatchObject object)
{
	return object == LC_MATCH_LEAD ? 0 : object == LC_MATCH_CONTACT ? 1 : 2;
}

/*
 * lc_add_record_id
 *
 * Adds a record to those that belong together, unless it is there.
 */
void
lc_add_record_id(LcRecordIds *ids, LcMatchObject object, int64 id)
{
	int			place = place_of(object);

	for (int i = 0; i < ids->n[place]; i++)
	{
		if (DatumGetInt64(ids->id[place][i]) == id)
			return;
	}
	if (ids->n[place] % 16 == 0)
		ids->id[place] = ids->id[place] ? repalloc(ids->id[place], sizeof(Datum) * (ids->n[place] + 16))
			: palloc(sizeof(Datum) * 16);
	ids->id[place][ids->n[place]++] = Int64GetDatum(id);
}

/*
 * lc_put_in_set
 *
 * Puts records that belong together into a set of a duplicate rule.  The ids of the set
 * and of the places in it that were made for them are added to JSON arrays (sets and items may be NULL).
 * There must be an SPI connection.
 */
void
lc_put_in_set(const LcDuplicateRule *rule, const LcRecordIds *ids, StringInfo *sets, StringInfo *items)
{
	Oid			argtypes[1 + LC_NRECORDIDS] = {INT8OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID};
	Datum		args[1 + LC_NRECORDIDS];
	uint64		nrows;

	args[0] = Int64GetDatum(rule->id);
	for (int i = 0; i < LC_NRECORDIDS; i++)
		args[1 + i] = PointerGetDatum(construct_array(ids->id[i], ids->n[i], INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	nrows = lc_query_as(lc_relation_owner(lc_crm_relid("duplicate_record_set", false)), PUT_SQL, SPI_OK_SELECT,
						1 + LC_NRECORDIDS, argtypes, args, NULL);
	for (uint64 row = 0; row < nrows; row++)
	{
		StringInfo *array = lc_spi_bool(row, 1) ? sets : items;

		if (array != NULL)
			appendStringInfo(lc_json_array_next(array), INT64_FORMAT "]", lc_spi_int64(row, 2));
	}
	SPI_freetuptable(SPI_tuptable);
}
