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

#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

/* What compile_settings() reads */
enum
{
	SETTING_OWNER_SOURCE = 1,
	SETTING_RECORD_TYPE_SOURCE,
	SETTING_DEFAULT_OWNER,
	SETTING_OPPORTUNITY,
	SETTING_STATE_PICKLISTS,
	SETTING_FISCAL_YEAR,
	SETTING_CUSTOM_DEFAULTS,
	SETTING_PERSON_ACCOUNTS,
	SETTING_PERSON_NAMES,
	SETTING_MULTIPLE_ACCOUNTS,
	SETTING_FOLLOW,
	SETTING_BLANK_TASK,
	SETTING_DEFERRED,
	SETTING_CREATE_AND_EDIT,
	SETTING_CREATES,			/* one for each target but person accounts */
	SETTING_NAME_TEMPLATE = SETTING_CREATES + LC_NTARGETS - T_ACCOUNT,
	SETTING_NOTIFY,
	SETTING_VALIDATION
};

/* ... in its order */
static const LcMetaColumn setting_columns[] = {
	{{"lead_convert_settings", "owner_source", TEXTOID}, true},
	{{"lead_convert_settings", "record_type_source", TEXTOID}, true},
	{{"lead_convert_settings", "default_owner_id", INT8OID}, false},
	{{"lead_convert_settings", "opportunity_creation_options", TEXTOID}, true},
	{{"lead_convert_settings", "state_and_country_picklists_enabled", BOOLOID}, true},
	{{"lead_convert_settings", "fiscal_year_start_month", INT8OID}, true},
	{{"lead_convert_settings", "apply_custom_field_defaults", BOOLOID}, true},
	{{"lead_convert_settings", "person_accounts_enabled", BOOLOID}, true},
	{{"lead_convert_settings", "refuse_existing_person_account_name", BOOLOID}, true},
	{{"lead_convert_settings", "contacts_to_multiple_accounts_enabled", BOOLOID}, true},
	{{"lead_convert_settings", "follow_new_account", BOOLOID}, true},
	{{"lead_convert_settings", "create_task_if_subject_blank", BOOLOID}, true},
	{{"lead_convert_settings", "check_deferred_constraints", BOOLOID}, true},
	{{"lead_convert_settings", "require_create_and_edit", BOOLOID}, true},
	{{"lead_convert_settings", "convert_to_account", BOOLOID}, true},
	{{"lead_convert_settings", "convert_to_contact", BOOLOID}, true},
	{{"lead_convert_settings", "convert_to_opportunity", BOOLOID}, true},
	{{"lead_convert_settings", "opportunity_name_template", TEXTOID}, true},
	{{"lead_convert_settings", "notify", BOOLOID}, true},
	{{"lead_convert_settings", "require_validation", BOOLOID}, true}
};

/*
 * SQL over l: the name of a new opportunity by the template, at most as long as a name
 * can be; NULL when none of the columns of the template has a value.  Returns NULL for
 * the template that is just the company, which is read anyway.
 */
static char *
compile_name_template(LcProgram *program, const char *template)
{
	Relation	lead;
	StringInfoData name;
	StringInfoData any;
	ListCell   *lc;

	if (strcmp(template, "{company}") == 0)
		return NULL;
	initStringInfo(&name);
	initStringInfo(&any);
	lead = table_open(program->lead_relid, AccessShareLock);
	foreach(lc, lc_parse_name_template(template, lead))
	{
		const LcNamePart *part = lfirst(lc);
		char	   *column;

		appendStringInfoString(&name, name.len ? " OPERATOR(pg_catalog.||) " : "");
		if (part->attno == InvalidAttrNumber)
		{
			appendStringInfo(&name, "%s::pg_catalog.text", quote_literal_cstr(part->text));
			continue;
		}
		column = psprintf("l.%s", quote_identifier(part->text));
		appendStringInfo(&name, "COALESCE(%s::pg_catalog.text, '')", column);
		appendStringInfo(&any, "%s%s", any.len ? " OR " : "",
						 lc_has_value(column, TupleDescAttr(RelationGetDescr(lead), part->attno - 1)->atttypid));
	}
	table_close(lead, AccessShareLock);
	return MemoryContextStrdup(program->context,
							   psprintf("CASE WHEN %s THEN pg_catalog.left(pg_catalog.btrim(%s), %d) END",
										any.len ? any.data : "true", name.data, LC_OPPORTUNITY_NAME_LENGTH));
}

/* The one row of crm.lead_convert_settings */
static void
compile_settings(LcProgram *program)
{
	LcSettings *settings = &program->settings;

	if (lc_read_columns(setting_columns, lengthof(setting_columns), NULL,
						"crm.lead_convert_settings") != 1)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("table \"crm.lead_convert_settings\" has no row"),
				 errhint("Run leadconv.upgrade_crm().")));
	settings->owner_is_converter = strcmp(lc_spi_text(0, SETTING_OWNER_SOURCE), "converter") == 0;
	settings->record_type_is_converters = strcmp(lc_spi_text(0, SETTING_RECORD_TYPE_SOURCE), "converter") == 0;
	settings->default_owner_id = lc_spi_int64(0, SETTING_DEFAULT_OWNER);
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
		settings->creates[t] = lc_spi_bool(0, SETTING_CREATES + t - T_ACCOUNT);
	settings->creates[T_OPPORTUNITY] &= strcmp(lc_spi_text(0, SETTING_OPPORTUNITY), "NotVisible") != 0;
	settings->opportunity_required = strcmp(lc_spi_text(0, SETTING_OPPORTUNITY), "VisibleRequired") == 0;
	settings->state_and_country_picklists_enabled = lc_spi_bool(0, SETTING_STATE_PICKLISTS);
	settings->fiscal_year_start_month = (int) lc_spi_int64(0, SETTING_FISCAL_YEAR);
	settings->apply_custom_field_defaults = lc_spi_bool(0, SETTING_CUSTOM_DEFAULTS);
	settings->person_accounts_enabled = lc_spi_bool(0, SETTING_PERSON_ACCOUNTS);
	settings->person_names_are_unique = settings->person_accounts_enabled && lc_spi_bool(0, SETTING_PERSON_NAMES);
	settings->contacts_to_multiple_accounts_enabled = lc_spi_bool(0, SETTING_MULTIPLE_ACCOUNTS);
	settings->follow_new_account = lc_spi_bool(0, SETTING_FOLLOW);
	settings->create_task_if_subject_blank = lc_spi_bool(0, SETTING_BLANK_TASK);
	settings->check_deferred_constraints = lc_spi_bool(0, SETTING_DEFERRED);
	settings->require_create_and_edit = lc_spi_bool(0, SETTING_CREATE_AND_EDIT);
	settings->opportunity_name = compile_name_template(program, lc_spi_text(0, SETTING_NAME_TEMPLATE));
	settings->notify = lc_spi_bool(0, SETTING_NOTIFY);
	settings->require_validation = lc_spi_bool(0, SETTING_VALIDATION);
	SPI_freetuptable(SPI_tuptable);
}

/* What compile_statuses() reads of lead statuses */
enum
{
	STATUS_ID = 1,
	STATUS_API_NAME,
	STATUS_MASTER_LABEL,
	STATUS_IS_CONVERTED
};

static const LcMetaColumn status_columns[] = {
	{{"lead_status", "id", INT8OID}, true},
	{{"lead_status", "api_name", TEXTOID}, true},
	{{"lead_status", "master_label", TEXTOID}, true},
	{{"lead_status", "is_converted", BOOLOID}, true}
};

/* ... and of record types */
enum
{
	VALUE_RECORD_TYPE = 1,
	VALUE_STATUS
};

static const LcMetaColumn record_type_columns[] = {
	{{"record_type_picklist_value", "record_type_id", INT8OID}, true},
	{{"record_type_picklist_value", "lead_status_id", INT8OID}, true}
};

/* What compile_stages() reads */
enum
{
	STAGE_API_NAME = 1,
	STAGE_IS_ACTIVE
};

static const LcMetaColumn stage_columns[] = {
	{{"opportunity_stage", "api_name", TEXTOID}, true},
	{{"opportunity_stage", "is_active", BOOLOID}, true}
};

/* Which lead statuses there are, and for which record types */
static void
compile_statuses(LcProgram *program)
{
	uint64		nrows;

	nrows = lc_read_columns(status_columns, lengthof(status_columns), NULL,
							"crm.lead_status ORDER BY lead_status.sort_order, lead_status.id");
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

	nrows = lc_read_columns(record_type_columns, lengthof(record_type_columns), NULL,
							"crm.record_type_picklist_value WHERE record_type_picklist_value.lead_status_id IS NOT NULL");
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

	nrows = lc_read_columns(stage_columns, lengthof(stage_columns), NULL,
							"crm.opportunity_stage ORDER BY opportunity_stage.sort_order, opportunity_stage.id");
	program->stages = MemoryContextAllocZero(program->context, sizeof(LcStage) * Max(nrows, 1));
	program->nstages = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcStage    *stage = &program->stages[i];

		stage->api_name = lc_meta_text(program, i, STAGE_API_NAME);
		stage->is_active = lc_spi_bool(i, STAGE_IS_ACTIVE);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Compiles settings, lead statuses and stages.  Raises LC_SCHEMA_NOT_READY when the settings
 * row is gone, or a column is not as it must be.
 */
void
lc_compile_settings(LcProgram *program)
{
	compile_settings(program);
	compile_statuses(program);
	compile_stages(program);
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
