/*-------------------------------------------------------------------------
 *
 * settings.c
 *	  Settings, lead statuses and opportunity stages, and the dates of a
 *	  conversion.
 *
 * What is compiled here lives in the program's memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

/* What compile_settings() reads, in its order */
enum
{
	SETTING_OWNER_SOURCE = 1,
	SETTING_DEFAULT_OWNER,
	SETTING_OPPORTUNITY,
	SETTING_STATE_PICKLISTS,
	SETTING_FISCAL_YEAR,
	SETTING_CUSTOM_DEFAULTS,
	SETTING_MULTIPLE_ACCOUNTS,
	SETTING_FOLLOW,
	SETTING_BLANK_TASK,
	SETTING_DEFERRED,
	SETTING_CREATE_AND_EDIT
};

/* The one row of crm.lead_convert_settings */
static void
compile_settings(LcProgram *program)
{
	LcSettings *settings = &program->settings;

	if (lc_read_metadata(program->owner,
						 "SELECT owner_source, default_owner_id, opportunity_creation_options,"
						 " state_and_country_picklists_enabled, fiscal_year_start_month::pg_catalog.int8,"
						 " apply_custom_field_defaults, contacts_to_multiple_accounts_enabled, follow_new_account,"
						 " create_task_if_subject_blank, check_deferred_constraints,"
						 " require_create_and_edit"
						 " FROM crm.lead_convert_settings") != 1)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"crm.lead_convert_settings\" has no row"),
				 errhint("Run leadconv.upgrade_crm().")));
	settings->owner_is_converter = strcmp(lc_spi_text(0, SETTING_OWNER_SOURCE), "converter") == 0;
	settings->default_owner_id = lc_spi_int64(0, SETTING_DEFAULT_OWNER);
	settings->no_opportunity = strcmp(lc_spi_text(0, SETTING_OPPORTUNITY), "NotVisible") == 0;
	settings->opportunity_required = strcmp(lc_spi_text(0, SETTING_OPPORTUNITY), "VisibleRequired") == 0;
	settings->state_and_country_picklists_enabled = lc_spi_bool(0, SETTING_STATE_PICKLISTS);
	settings->fiscal_year_start_month = (int) lc_spi_int64(0, SETTING_FISCAL_YEAR);
	settings->apply_custom_field_defaults = lc_spi_bool(0, SETTING_CUSTOM_DEFAULTS);
	settings->contacts_to_multiple_accounts_enabled = lc_spi_bool(0, SETTING_MULTIPLE_ACCOUNTS);
	settings->follow_new_account = lc_spi_bool(0, SETTING_FOLLOW);
	settings->create_task_if_subject_blank = lc_spi_bool(0, SETTING_BLANK_TASK);
	settings->check_deferred_constraints = lc_spi_bool(0, SETTING_DEFERRED);
	settings->require_create_and_edit = lc_spi_bool(0, SETTING_CREATE_AND_EDIT);
	SPI_freetuptable(SPI_tuptable);
}

/* What compile_statuses() reads of lead statuses, and of record types */
enum
{
	STATUS_ID = 1,
	STATUS_API_NAME,
	STATUS_MASTER_LABEL,
	STATUS_IS_CONVERTED
};

enum
{
	VALUE_RECORD_TYPE = 1,
	VALUE_STATUS
};

/* What compile_stages() reads, in its order */
enum
{
	STAGE_API_NAME = 1,
	STAGE_PROBABILITY,
	STAGE_FORECAST_CATEGORY,
	STAGE_FORECAST_CATEGORY_NAME,
	STAGE_IS_CLOSED,
	STAGE_IS_WON,
	STAGE_IS_ACTIVE
};

/* Which lead statuses there are, and for which record types */
static void
compile_statuses(LcProgram *program)
{
	uint64		nrows;

	nrows = lc_read_metadata(program->owner,
							 "SELECT id, api_name, master_label, is_converted FROM crm.lead_status"
							 " ORDER BY sort_order, id");
	program->statuses = MemoryContextAllocZero(program->context, sizeof(LcLeadStatus) * Max(nrows, 1));
	program->nstatuses = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		program->statuses[i].id = lc_spi_int64(i, STATUS_ID);
		program->statuses[i].api_name = lc_meta_text(program, i, STATUS_API_NAME);
		program->statuses[i].master_label = lc_meta_text(program, i, STATUS_MASTER_LABEL);
		program->statuses[i].is_converted = lc_spi_bool(i, STATUS_IS_CONVERTED);
	}
	SPI_freetuptable(SPI_tuptable);

	nrows = lc_read_metadata(program->owner,
							 "SELECT record_type_id, lead_status_id FROM crm.record_type_picklist_value"
							 " WHERE lead_status_id IS NOT NULL");
	program->record_type_statuses =
		MemoryContextAllocZero(program->context, sizeof(LcRecordTypeStatus) * Max(nrows, 1));
	program->nrecord_type_statuses = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		program->record_type_statuses[i].record_type_id = lc_spi_int64(i, VALUE_RECORD_TYPE);
		program->record_type_statuses[i].lead_status_id = lc_spi_int64(i, VALUE_STATUS);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The stages of opportunities */
static void
compile_stages(LcProgram *program)
{
	uint64		nrows;

	nrows = lc_read_metadata(program->owner,
							 "SELECT api_name, default_probability::pg_catalog.numeric, forecast_category,"
							 " forecast_category_name, is_closed, is_won, is_active"
							 " FROM crm.opportunity_stage ORDER BY sort_order, id");
	program->stages = MemoryContextAllocZero(program->context, sizeof(LcStage) * Max(nrows, 1));
	program->nstages = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcStage    *stage = &program->stages[i];
		Datum		probability;
		MemoryContext oldcontext;

		stage->api_name = lc_meta_text(program, i, STAGE_API_NAME);
		probability = lc_spi_datum(i, STAGE_PROBABILITY, &stage->probability_isnull);
		oldcontext = MemoryContextSwitchTo(program->context);
		if (!stage->probability_isnull)
			stage->probability = datumCopy(PointerGetDatum(PG_DETOAST_DATUM(probability)), false, -1);
		MemoryContextSwitchTo(oldcontext);
		stage->forecast_category = lc_meta_text(program, i, STAGE_FORECAST_CATEGORY);
		stage->forecast_category_name = lc_meta_text(program, i, STAGE_FORECAST_CATEGORY_NAME);
		stage->is_closed = lc_spi_bool(i, STAGE_IS_CLOSED);
		stage->is_won = lc_spi_bool(i, STAGE_IS_WON);
		stage->is_active = lc_spi_bool(i, STAGE_IS_ACTIVE);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* What compile_picklist_defaults() reads, in its order */
enum
{
	DEFAULT_OBJECT = 1,
	DEFAULT_FIELD,
	DEFAULT_VALUE
};

/* The default values of picklists that have one */
static void
compile_picklist_defaults(LcProgram *program)
{
	uint64		nrows;

	nrows = lc_read_metadata(program->owner,
							 "SELECT DISTINCT ON (f.object, f.field) f.object, f.field, v.value"
							 " FROM crm.picklist_field f JOIN crm.picklist_value v"
							 " ON v.picklist_field_id OPERATOR(pg_catalog.=) f.id"
							 " WHERE v.is_default AND v.is_active"
							 " ORDER BY f.object, f.field, v.sort_order, v.id");
	program->defaults = MemoryContextAllocZero(program->context, sizeof(LcPicklistDefault) * Max(nrows, 1));
	program->ndefaults = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		program->defaults[i].object = lc_meta_text(program, i, DEFAULT_OBJECT);
		program->defaults[i].field = lc_meta_text(program, i, DEFAULT_FIELD);
		program->defaults[i].value = lc_meta_text(program, i, DEFAULT_VALUE);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * The default value of the picklist of a column as an SQL literal, in the current
 * memory context, or NULL when it is no picklist or has none.
 */
char *
lc_picklist_default(const LcProgram *program, const char *table, const char *column)
{
	for (int i = 0; i < program->ndefaults; i++)
	{
		const LcPicklistDefault *entry = &program->defaults[i];

		if (strcmp(entry->object, table) == 0 && strcmp(entry->field, column) == 0)
			return quote_literal_cstr(entry->value);
	}
	return NULL;
}

/*
 * Compiles settings and picklists.  Raises LC_SCHEMA_NOT_READY when the settings
 * row is gone.
 */
void
lc_compile_settings(LcProgram *program)
{
	compile_settings(program);
	compile_statuses(program);
	compile_stages(program);
	compile_picklist_defaults(program);
}

/*
 * Today in UTC, the converted date, and the last day of the fiscal
 * quarter, the close date of a new opportunity.
 */
void
lc_conversion_dates(int fiscal_year_start_month, DateADT *today, DateADT *close_date)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	struct pg_tm tm;
	fsec_t		fsec;
	int			month;

	if (timestamp2tm(now, NULL, &tm, &fsec, NULL, NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	*today = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;

	/* the first month of the next quarter, counted from the start of the year */
	month = tm.tm_mon - fiscal_year_start_month;
	month = (month + 12) % 12;
	month = tm.tm_mon + 3 - month % 3;
	*close_date = date2j(tm.tm_year + (month > 12 ? 1 : 0), month > 12 ? month - 12 : month, 1)
		- POSTGRES_EPOCH_JDATE - 1;
}
