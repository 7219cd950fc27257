/*-------------------------------------------------------------------------
 *
 * report.c
 *	  Reports for the eye: leadconv.report(), and which lead fields are lost:
 *	  leadconv.field_mapping_report().
 *
 * A report is a statement over the views of schema crm, which run with the caller's
 * rights, and a bar for each of its rows.  To add one is to add it to the list.
 *
 * Everything is allocated in the memory of the SPI connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/float.h"
#include "utils/guc.h"

#include "crm/crm.h"

/* The longest bar, in characters */
#define BAR_WIDTH	30

/* What a report reads, in its order */
enum
{
	REPORT_LABEL = 1,
	REPORT_VALUE,
	REPORT_RATE,
	REPORT_MEASURE				/* what the bar is drawn from, float8 */
};

/* SQL: a count divided by another, or NULL */
#define RATE(part, whole) \
	"CASE WHEN " whole " OPERATOR(pg_catalog.>) 0 THEN pg_catalog.round(" part "::pg_catalog.numeric OPERATOR(pg_catalog./) " whole ", 4) END"

/* SQL: the month of a day */
#define MONTH(day) \
	"pg_catalog.to_char(" day "::pg_catalog.timestamp, 'YYYY-MM')"

/* Rates of leads by day of creation; for each label */
#define RATES(label, measure, order) \
	"SELECT x.label, x.leads, x.rate, " measure "::pg_catalog.float8 FROM (" \
	"SELECT " label " AS label, pg_catalog.sum(v.leads) AS leads, " \
	RATE("pg_catalog.sum(v.with_opportunity)", "pg_catalog.sum(v.qualified)") " AS rate" \
	" FROM crm.lead_conversion_rate AS v WHERE %s GROUP BY 1) AS x ORDER BY " order

/* Percentiles of the days to conversion; for each label, which is text and ends in a blank */
#define PERCENTILES(label, join) \
	"SELECT x.label OPERATOR(pg_catalog.||) p.name, pg_catalog.round(x.days[p.n]::pg_catalog.numeric, 1), p.share," \
	" x.days[p.n] FROM (" \
	"SELECT " label " AS label, pg_catalog.percentile_cont('{0.5,0.75,0.9}'::pg_catalog.float8[])" \
	" WITHIN GROUP (ORDER BY v.days_to_conversion::pg_catalog.float8) AS days" \
	" FROM crm.lead_time_to_conversion AS v" join " WHERE v.days_to_conversion IS NOT NULL AND %s GROUP BY 1) AS x" \
	" CROSS JOIN (VALUES (1, 'median'::pg_catalog.text, 0.5), (2, '75th percentile', 0.75), (3, '90th percentile', 0.9)) AS p (n, name, share)" \
	" ORDER BY x.label, p.n"

static const struct
{
	const char *name;
	const char *day;			/* column that from_date and to_date are about */
	const char *sql;			/* %s is the condition on it */
}			reports[] = {
	{"funnel", "created_day",
		"SELECT x.step, x.records, " RATE("x.records", "x.before") ", x.records::pg_catalog.float8 FROM ("
		"SELECT g.step_order, g.step, g.records, pg_catalog.lag(g.records) OVER (ORDER BY g.step_order) AS before FROM ("
		"SELECT v.step_order, v.step, pg_catalog.sum(v.records) AS records"
	" FROM crm.lead_funnel AS v WHERE %s GROUP BY 1, 2) AS g) AS x ORDER BY x.step_order"},
	{"sources", "created_day",
		"SELECT x.label, x.leads, " RATE("x.converted", "x.leads") ", x.leads::pg_catalog.float8 FROM ("
		"SELECT COALESCE(v.lead_source, '(none)') AS label, pg_catalog.sum(v.leads) AS leads, pg_catalog.sum(v.converted) AS converted"
	" FROM crm.lead_conversion_by_source AS v WHERE %s GROUP BY 1) AS x ORDER BY x.leads DESC, x.converted DESC, x.label"},
	{"owners", "created_day", RATES("COALESCE(v.owner, '(none)')", "x.rate", "x.rate DESC NULLS LAST, x.leads DESC, x.label")},
	{"months", "created_day", RATES(MONTH("v.created_day"), "x.leads", "x.label")},
	{"conversions", "converted_day",
		"SELECT x.label, x.converted, " RATE("x.with_opportunity", "x.converted") ", x.converted::pg_catalog.float8 FROM ("
		"SELECT " MONTH("v.converted_day") " AS label, pg_catalog.sum(v.converted) AS converted, pg_catalog.sum(v.with_opportunity) AS with_opportunity"
	" FROM crm.lead_conversion_by_day AS v WHERE %s GROUP BY 1) AS x ORDER BY x.label"},
	{"time_to_conversion", "converted_day", PERCENTILES("''::pg_catalog.text", "")},
	{"time_to_conversion_by_source", "converted_day", PERCENTILES("COALESCE(v.lead_source, '(none)') OPERATOR(pg_catalog.||) ': '", "")},
	{"time_to_conversion_by_owner", "converted_day",
		PERCENTILES("COALESCE(u.name, '(none)')::pg_catalog.text OPERATOR(pg_catalog.||) ': '",
	" LEFT JOIN crm.app_user AS u ON u.id OPERATOR(pg_catalog.=) v.owner_id")},
	{"time_to_conversion_by_month", "converted_day", PERCENTILES(MONTH("v.converted_day") " OPERATOR(pg_catalog.||) ': '", "")}
};

/*
 * Columns of a lead that conversion deals with by itself, or that are about the
 * lead as a record
 */
#define OWN_COLUMNS \
	"'{id,external_id,name,status,record_type_id,division_id,owner_id,is_unread_by_owner,is_converted,converted_date," \
	"converted_account_id,converted_contact_id,converted_opportunity_id,last_activity_date,is_deleted,created_date," \
	"created_by_id,last_modified_date,last_modified_by_id}'::pg_catalog.name[]"

/* What find_lead_fields reads, in its order */
enum
{
	FIELD_NAME = 1,
	FIELD_MAPPED_TO,
	FIELD_KEPT,
	FIELD_FILLED				/* SQL: there is a value */
};

PG_FUNCTION_INFO_V1(leadconv_report);
PG_FUNCTION_INFO_V1(leadconv_field_mapping_report);

/* The statement of a report; raises an error if there is none of that name */
static char *
report_statement(const char *name, bool has_from, bool has_to)
{
	StringInfoData names;

	initStringInfo(&names);
	for (size_t i = 0; i < lengthof(reports); i++)
	{
		if (pg_strcasecmp(reports[i].name, name) == 0)
		{
			const char *place = strstr(reports[i].sql, "%s");
			StringInfoData sql;

			initStringInfo(&sql);
			appendBinaryStringInfo(&sql, reports[i].sql, place - reports[i].sql);
			appendStringInfoString(&sql, "true");
			if (has_from)
				appendStringInfo(&sql, " AND v.%s OPERATOR(pg_catalog.>=) $1", reports[i].day);
			if (has_to)
				appendStringInfo(&sql, " AND v.%s OPERATOR(pg_catalog.<=) $2", reports[i].day);
			appendStringInfoString(&sql, place + strlen("%s"));
			return sql.data;
		}
		appendStringInfo(&names, "%s%s", i == 0 ? "" : i + 1 < lengthof(reports) ? ", " : " and ", reports[i].name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no report %s", quote_literal_cstr(name)),
			 errhint("The reports are %s.", names.data)));
	return NULL;				/* keep compiler quiet */
}

/* A bar of some share of the longest one: blocks, to an eighth of a character */
static char *
draw_bar(double share)
{
	StringInfoData bar;
	int			eighths = (int) rint(Min(share, 1.0) * BAR_WIDTH * 8);

	initStringInfo(&bar);
	if (GetDatabaseEncoding() != PG_UTF8)
	{
		for (int i = 0; i < (eighths + 4) / 8; i++)
			appendStringInfoChar(&bar, '#');
		return bar.data;
	}
	for (; eighths >= 8; eighths -= 8)
		appendStringInfoString(&bar, "\xE2\x96\x88");
	if (eighths > 0)
		appendStringInfo(&bar, "\xE2\x96%c", (char) (0x90 - eighths));
	return bar.data;
}

/* The measure of a row of a report; 0 if there is none */
static double
measure(uint64 row)
{
	bool		isnull;
	Datum		value = lc_spi_datum(row, REPORT_MEASURE, &isnull);

	return isnull ? 0 : Max(DatumGetFloat8(value), 0);
}

/*
 * leadconv.report(name text, from_date date, to_date date)
 * RETURNS TABLE (label text, value numeric, rate numeric, bar text)
 */
Datum
leadconv_report(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			argtypes[2] = {DATEOID, DATEOID};
	Datum		args[2];
	double		longest = 0;
	uint64		nrows;
	int			nestlevel;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < 2; i++)
		args[i] = PG_ARGISNULL(i + 1) ? DateADTGetDatum(0) : PG_GETARG_DATUM(i + 1);

	lc_require_schema();
	lc_spi_connect();
	/* it takes longer to compile such a statement than to run it */
	nestlevel = NewGUCNestLevel();
	lc_set_parameter("jit", "off");
	nrows = lc_read(report_statement(PG_ARGISNULL(0) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(0)),
									 !PG_ARGISNULL(1), !PG_ARGISNULL(2)), 2, argtypes, args);
	AtEOXact_GUC(true, nestlevel);
	for (uint64 i = 0; i < nrows; i++)
		longest = Max(longest, measure(i));
	for (uint64 i = 0; i < nrows; i++)
	{
		Datum		values[REPORT_MEASURE];
		bool		nulls[REPORT_MEASURE];

		for (int column = REPORT_LABEL; column < REPORT_MEASURE; column++)
			values[column - 1] = lc_spi_datum(i, column, &nulls[column - 1]);
		values[REPORT_MEASURE - 1] = CStringGetTextDatum(draw_bar(longest > 0 ? measure(i) / longest : 0));
		nulls[REPORT_MEASURE - 1] = false;
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}

/* The columns of a lead, in their order, and what becomes of each */
static uint64
find_lead_fields(void)
{
	return lc_read("SELECT a.attname::pg_catalog.text, COALESCE(m.targets, '{}'),"
				   " CASE WHEN m.targets IS NOT NULL THEN 'mapped' WHEN a.attname OPERATOR(pg_catalog.=) ANY (" OWN_COLUMNS ") THEN 'conversion' ELSE 'lead' END,"
				   " CASE WHEN a.atttypid OPERATOR(pg_catalog.=) 'pg_catalog.bool'::pg_catalog.regtype THEN pg_catalog.format('l.%I', a.attname)"
				   "  ELSE pg_catalog.format('l.%I::pg_catalog.text OPERATOR(pg_catalog.~) ''[^[:space:]]''', a.attname) END"
				   " FROM pg_catalog.pg_attribute AS a"
				   " LEFT JOIN (SELECT f.lead_field::pg_catalog.text AS lead_field,"
				   "   pg_catalog.array_agg(pg_catalog.concat(f.target_object, '.', f.target_field) ORDER BY f.target_object::pg_catalog.text, f.target_field::pg_catalog.text) AS targets"
				   "  FROM crm.lead_field_mapping AS f WHERE f.is_active GROUP BY 1) AS m ON m.lead_field OPERATOR(pg_catalog.=) a.attname::pg_catalog.text"
				   " WHERE a.attrelid OPERATOR(pg_catalog.=) 'crm.lead'::pg_catalog.regclass AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped"
				   " ORDER BY a.attnum", 0, NULL, NULL);
}

/*
 * leadconv.field_mapping_report()
 * RETURNS TABLE (lead_field text, mapped_to text[], kept_by text, converted_leads bigint, filled bigint, rate numeric)
 */
Datum
leadconv_field_mapping_report(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	StringInfoData sql;
	SPITupleTable *fields;
	SPITupleTable *counts;
	uint64		nfields;

	InitMaterializedSRF(fcinfo, 0);
	lc_require_schema();
	lc_spi_connect();
	nfields = find_lead_fields();
	fields = SPI_tuptable;

	/* one row for each field, and the counts are made in one pass over the leads */
	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT n.filled, c.counts[1], c.counts[n.filled],"
						   " CASE WHEN c.counts[1] OPERATOR(pg_catalog.>) 0 THEN"
						   "  pg_catalog.round(c.counts[n.filled]::pg_catalog.numeric OPERATOR(pg_catalog./) c.counts[1], 4) END"
						   " FROM (SELECT ARRAY[pg_catalog.count(*)");
	for (uint64 i = 0; i < nfields; i++)
		appendStringInfo(&sql, ", pg_catalog.count(*) FILTER (WHERE %s)", lc_spi_text(i, FIELD_FILLED));
	appendStringInfo(&sql, "] AS counts FROM crm.lead AS l WHERE l.is_converted AND NOT l.is_deleted) AS c"
					 " CROSS JOIN pg_catalog.generate_series(2, " UINT64_FORMAT ") AS n (filled) ORDER BY 1", nfields + 1);
	(void) lc_read(sql.data, 0, NULL, NULL);
	counts = SPI_tuptable;

	for (uint64 i = 0; i < nfields; i++)
	{
		Datum		values[6];
		bool		nulls[6];

		SPI_tuptable = fields;
		for (int column = FIELD_NAME; column <= FIELD_KEPT; column++)
			values[column - 1] = lc_spi_datum(i, column, &nulls[column - 1]);
		SPI_tuptable = counts;
		for (int column = 2; column <= 4; column++)
			values[column + 1] = lc_spi_datum(i, column, &nulls[column + 1]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	SPI_finish();
	return (Datum) 0;
}
