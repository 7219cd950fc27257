/*-------------------------------------------------------------------------
 *
 * indexes.c
 *	  Indexes that are built on request: leadconv.setup_reports().
 *
 * The views of reports need no index but those that are there anyway; with these
 * a restriction to some days reads the rows of these days, and the newest rows are
 * found from the end.  Each conversion adds an entry to some of them.
 *
 * The views by day of creation have two ways.  With the index of days they go from
 * day to day (crm.lead_day): the leads of a day are read at once, and what belongs
 * to them from the first key to the last, because keys are mostly given in the order
 * of time; where the keys of a day lie far apart, or many of other days lie between
 * them, key by key.  A plan for that must have the index, or each day reads the table.
 * Therefore lead_day has rows only when the planner can use it: it is there, it is not
 * too young for the snapshot (as get_relation_info() asks), and no row-level security
 * stands between, because the expression is not leakproof.  Otherwise they go from
 * lead to lead.  The view decides once in a statement, so that no day is counted in
 * both ways.
 *
 * The planner takes the look-up of a lead's rows in an index that is in memory for
 * several times as dear as it is, and would rather read the whole history for the
 * leads of some days, the more so the larger work_mem is.  Therefore the second way
 * says "is_deleted::integer < 1": the planner, which knows nothing of this
 * expression, expects a third of the leads.  And what only few leads have is looked
 * up by "= ANY (ARRAY[...])", which cannot become a hash join; by day, opportunities
 * are looked up in a subquery with OFFSET 0, lest each day reads all of them when
 * there are no statistics.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "utils/lsyscache.h"

#include "crm/crm.h"
#include "reports/reports.h"

/*
 * The indexes of reports.  The expression is the one by which the views tell the
 * day of an instant.  It is not a partial index, whose statistics the planner does
 * not use; those that hold all the columns that the views look up are read without
 * the table.  (The planner sees that an index on an expression has all that it needs
 * only when the columns of the expression are there, too.)  The key is in that of
 * days so that the first and the last of a day are found at its ends.
 */
static const struct
{
	const char *name;
	const char *definition;
}			report_indexes[] = {
	{"lead_report_created_day_idx", "ON crm.lead (((created_date AT TIME ZONE INTERVAL '0')::pg_catalog.date), is_converted, id) INCLUDE (created_date, status, lead_source, owner_id, record_type_id, is_deleted, converted_opportunity_id, converted_date)"},
	{"lead_report_converted_date_idx", "ON crm.lead (converted_date) WHERE is_converted"},
	{"lead_history_report_idx", "ON crm.lead_history (lead_id) INCLUDE (old_value, new_value, id) WHERE field OPERATOR(pg_catalog.=) 'status'"},
	{"lead_conversion_report_lead_id_idx", "ON crm.lead_conversion (lead_id, id) INCLUDE (opportunity_id, opportunity_created) WHERE undone_date IS NULL AND origin OPERATOR(pg_catalog.<>) 'imported'"},
	{"lead_conversion_report_opportunity_id_idx", "ON crm.lead_conversion (opportunity_id) WHERE opportunity_created"},
	{"campaign_member_report_idx", "ON crm.campaign_member (lead_id, created_date, id) INCLUDE (campaign_id) WHERE NOT is_deleted"}
};

PG_FUNCTION_INFO_V1(leadconv_setup_reports);

/*
 * Builds an index of schema crm anew, as the caller, or drops it when the definition
 * is NULL: what is there may be invalid, or of an older version.  The definition is
 * what follows the name in CREATE INDEX.  To be called within an SPI connection and
 * with a pinned search_path; raises what the server does.
 */
void
lc_set_index(const char *name, const char *definition, const char *comment)
{
	if (OidIsValid(get_relname_relid(name, get_namespace_oid("crm", false))))
		lc_command(psprintf("DROP INDEX crm.%s", name));
	if (definition != NULL)
		lc_command(psprintf("CREATE INDEX %s %s; COMMENT ON INDEX crm.%s IS '%s'", name, definition, name, comment));
}

/*
 * leadconv.setup_reports(enable boolean)
 */
Datum
leadconv_setup_reports(PG_FUNCTION_ARGS)
{
	bool		enable = !PG_ARGISNULL(0) && PG_GETARG_BOOL(0);
	int			nestlevel;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"enable\" is required"),
				 errhint("Give true to build the indexes of reports, false to drop them.")));
	(void) lc_require_crm_owner(enable ? "build the indexes of reports" : "drop the indexes of reports");
	lc_require_schema();

	nestlevel = lc_pin_search_path();
	lc_spi_connect();
	for (size_t i = 0; i < lengthof(report_indexes); i++)
		lc_set_index(report_indexes[i].name, enable ? report_indexes[i].definition : NULL,
					 "Made by leadconv.setup_reports(), for the views of reports");
	if (enable)
		lc_command("ANALYZE crm.lead, crm.lead_history, crm.lead_conversion, crm.campaign_member");
	SPI_finish();
	lc_unpin_search_path(nestlevel);
	PG_RETURN_VOID();
}
