/*-------------------------------------------------------------------------
 *
 * steps.c
 *	  The statements of the program, as SQL text.
 *
 * Everything that depends on metadata is text made here: which columns the new
 * records get and from where, what of an existing record is filled, what a
 * converted lead looks like.  In the statements, b is a row of
 * conversion_batch, l its lead, t the target.
 *
 * The text neither depends on nor changes search_path: objects, operators and
 * casts are qualified, and constructs that look an operator up by name (IN,
 * NULLIF, IS DISTINCT FROM) are not used.
 *
 * All allocations that last are in the program's memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "parser/parse_coerce.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* What the engine itself gives to a column of a new record */
typedef struct EngineColumn
{
	const char *table;
	const char *column;
	const char *source;
} EngineColumn;

static const EngineColumn engine_columns[] = {
	{"account", "owner_id", "b.owner_id"},
	{"contact", "account_id", "b.account_id"},
	{"contact", "owner_id", "b.owner_id"},
	{"opportunity", "account_id", "b.account_id"},
	{"opportunity", "owner_id", "b.owner_id"},
	{"opportunity", "name", "b.opportunity_name"},
	{"opportunity", "stage_name", "b.stage_name"},
	{"opportunity", "probability", "b.probability"},
	{"opportunity", "forecast_category", "b.forecast_category"},
	{"opportunity", "forecast_category_name", "b.forecast_category_name"},
	{"opportunity", "is_closed", "b.is_closed"},
	{"opportunity", "is_won", "b.is_won"},
	{"opportunity", "close_date", "b.close_date"},
	{"task", "owner_id", "b.owner_id"},
	{"task", "contact_id", "b.contact_id"},
	{"task", "account_id", "b.account_id"},
	{"task", "opportunity_id", "b.opportunity_id"},
	{"task", "source_lead_id", "b.lead_id"}
};

/* Columns that a record value of a request may not set */
static const char *const reserved_columns[] = {
	"id", "created_date", "created_by_id", "last_modified_date", "last_modified_by_id",
	"is_deleted", "is_person_account", "account_id", "contact_id", "opportunity_id",
	"lead_id", "source_lead_id"
};

/* Values that mappings take from the batch instead of a column of the lead */
static const char *const pseudo_fields[] = {"latest_campaign_id", "resulting_division_id"};

static const char *
engine_source(const char *table, const char *column)
{
	for (size_t i = 0; i < lengthof(engine_columns); i++)
	{
		if (strcmp(engine_columns[i].table, table) == 0 && strcmp(engine_columns[i].column, column) == 0)
			return engine_columns[i].source;
	}
	return NULL;
}

/* May a record value of a request (account_record, ...) set this column? */
bool
lc_record_key_allowed(const char *table, const char *column)
{
	for (size_t i = 0; i < lengthof(reserved_columns); i++)
	{
		if (strcmp(reserved_columns[i], column) == 0)
			return false;
	}
	return true;
}

static bool
is_pseudo_field(const char *field)
{
	for (size_t i = 0; i < lengthof(pseudo_fields); i++)
	{
		if (strcmp(pseudo_fields[i], field) == 0)
			return true;
	}
	return false;
}

/* The type as text for a cast, without its length */
static char *
cast_type(Oid type)
{
	return format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY);
}

/*
 * Finds a mapped column, or reports that it is gone or was renamed (design,
 * section 6: "a rename is noticed and reported by both names").
 */
static Form_pg_attribute
mapped_column(Relation rel, const char *column)
{
	AttrNumber	attnum = lc_column_number(RelationGetDescr(rel), column);
	char	   *now;

	if (attnum != InvalidAttrNumber)
		return TupleDescAttr(RelationGetDescr(rel), attnum - 1);
	now = lc_renamed_column(RelationGetRelationName(rel), column);
	if (now)
		ereport(ERROR,
				(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
				 errmsg("mapped column \"%s.%s\" was renamed to \"%s.%s\"",
						RelationGetRelationName(rel), column, RelationGetRelationName(rel), now),
				 errdetail("Table \"crm.lead_field_mapping\" still has the old name."),
				 errhint("Map the column again with leadconv.map_lead_field() under its new name, or rename it back."),
				 errtablecol(rel, lc_column_number(RelationGetDescr(rel), now))));
	ereport(ERROR,
			(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
			 errmsg("mapped column \"%s.%s\" does not exist", RelationGetRelationName(rel), column),
			 errhint("Remove the mapping with leadconv.unmap_lead_field(), or add the column again."),
			 errtable(rel)));
	return NULL;				/* keep compiler quiet */
}

/* Condition: this column is empty */
static char *
is_empty(const char *column, bool is_text)
{
	if (is_text)
		return psprintf("(%s IS NULL OR %s OPERATOR(pg_catalog.=) '')", column, column);
	return psprintf("(%s IS NULL)", column);
}

/* Condition: this source has a value */
static char *
has_value(const char *source, bool is_text)
{
	if (is_text)
		return psprintf("(%s OPERATOR(pg_catalog.<>) '')", source);
	return psprintf("(%s IS NOT NULL)", source);
}

/* Can an INSERT give this column a value? */
static bool
is_writable(Form_pg_attribute att)
{
	return !att->attisdropped && att->attgenerated == '\0' && att->attidentity != ATTRIBUTE_IDENTITY_ALWAYS;
}

/*
 * Reads crm.lead_field_mapping for one target.
 */
static void
compile_mappings(LcProgram *program, LcTarget t, Relation lead, Relation rel)
{
	LcTargetInfo *target = &program->target[t];
	StringInfoData sql;
	uint64		nrows;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT lead_field, target_field, existing_record FROM crm.lead_field_mapping"
					 " WHERE is_active AND target_object OPERATOR(pg_catalog.=) '%s' ORDER BY id",
					 target->name);
	nrows = lc_read_metadata(program->owner, sql.data);
	target->mappings = MemoryContextAllocZero(program->context, sizeof(LcMapping) * Max(nrows, 1));
	target->nmappings = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcMapping  *mapping = &target->mappings[i];
		char	   *existing = lc_meta_text(program, i, 3);
		Form_pg_attribute to;
		char	   *source;

		mapping->lead_field = lc_meta_text(program, i, 1);
		mapping->target_field = lc_meta_text(program, i, 2);
		if (strcmp(existing, "fill") == 0)
			mapping->existing = LC_FILL;
		else if (strcmp(existing, "fill_pair") == 0)
			mapping->existing = LC_FILL_PAIR;
		else if (strcmp(existing, "fill_or_overwrite") == 0)
			mapping->existing = LC_FILL_OR_OVERWRITE;
		else
			mapping->existing = LC_NEVER;

		to = mapped_column(rel, mapping->target_field);
		if (strcmp(mapping->target_field, "id") == 0 || !is_writable(to))
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("mapped column \"%s.%s\" cannot be set", target->name, mapping->target_field),
					 errhint("Delete the row from crm.lead_field_mapping."),
					 errtable(rel)));
		if (is_pseudo_field(mapping->lead_field))
		{
			mapping->from_batch = true;
			source = psprintf("b.%s", mapping->lead_field);
		}
		else
		{
			Form_pg_attribute from = mapped_column(lead, mapping->lead_field);
			int			length = lc_text_length(to->atttypid, to->atttypmod);

			source = psprintf("l.%s", quote_identifier(mapping->lead_field));
			if (lc_is_text_type(from->atttypid) && length > 0 &&
				(lc_text_length(from->atttypid, from->atttypmod) == 0 || lc_text_length(from->atttypid, from->atttypmod) > length))
			{
				/* section 4: "a longer value is truncated to the target length" */
				LcNotice   *notice = &program->notices[program->nnotices++];

				notice->status_code = "VALUE_TRUNCATED";
				notice->field = mapping->lead_field;
				notice->condition = MemoryContextStrdup(program->context,
														psprintf("pg_catalog.char_length(%s::pg_catalog.text) OPERATOR(pg_catalog.>) %d",
																 source, length));
				notice->message = MemoryContextStrdup(program->context,
													  psprintf("the value of lead field \"%s\" was cut to %d characters for \"%s.%s\"",
															   mapping->lead_field, length, target->name,
															   mapping->target_field));
				notice->hint = "The lead keeps the whole value.";
				source = psprintf("pg_catalog.\"left\"(%s::pg_catalog.text, %d)", source, length);
			}
			if (!can_coerce_type(1, &from->atttypid, &to->atttypid, COERCION_ASSIGNMENT))
				ereport(ERROR,
						(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
						 errmsg("lead field \"%s\" of type %s cannot be mapped to \"%s.%s\" of type %s",
								mapping->lead_field, format_type_be(from->atttypid), target->name,
								mapping->target_field, format_type_be(to->atttypid)),
						 errhint("Delete the row from crm.lead_field_mapping, and map fields with leadconv.map_lead_field()."),
						 errtable(rel)));
			if (from->atttypid != to->atttypid)
				source = psprintf("CAST(%s AS %s)", source, cast_type(to->atttypid));
		}
		mapping->source = MemoryContextStrdup(program->context, source);
	}
	SPI_freetuptable(SPI_tuptable);
}

static const LcMapping *
find_mapping(const LcTargetInfo *target, const char *column)
{
	if (target == NULL)
		return NULL;
	for (int i = 0; i < target->nmappings; i++)
	{
		if (strcmp(target->mappings[i].target_field, column) == 0)
			return &target->mappings[i];
	}
	return NULL;
}

/* The default value of a picklist that has one (crm.picklist_value), quoted */
static char *
picklist_default(LcProgram *program, const char *table, const char *column)
{
	StringInfoData sql;
	char	   *result = NULL;

	initStringInfo(&sql);
	appendStringInfo(&sql,
					 "SELECT v.value FROM crm.picklist_field f JOIN crm.picklist_value v"
					 " ON v.picklist_field_id OPERATOR(pg_catalog.=) f.id"
					 " WHERE v.is_default AND v.is_active AND f.object OPERATOR(pg_catalog.=) %s"
					 " AND f.field OPERATOR(pg_catalog.=) %s ORDER BY v.sort_order, v.id LIMIT 1",
					 quote_literal_cstr(table), quote_literal_cstr(column));
	if (lc_read_metadata(program->owner, sql.data) == 1)
		result = quote_literal_cstr(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/*
 * The value of a column of a new record: what the lead says, else what the
 * engine says, else the default.  NULL when nobody has anything to say.
 *
 * Reference, section 3.1: mapped lead values win over the target's own defaults
 * (rule 1); a blank standard field gets the default (rule 5), a blank custom
 * field does not (rule 6) unless the setting apply_custom_field_defaults is on or
 * the column must not be NULL.
 */
static char *
new_value(LcProgram *program, const LcTargetInfo *target, Relation rel, Form_pg_attribute att,
		  bool with_default)
{
	const char *table = RelationGetRelationName(rel);
	const char *column = NameStr(att->attname);
	const LcMapping *mapping = find_mapping(target, column);
	const char *engine = engine_source(table, column);
	char	   *fallback = NULL;
	char	   *value;

	if (engine != NULL)
	{
		fallback = psprintf("CAST(%s AS %s)", engine, cast_type(att->atttypid));
		if (mapping == NULL)
			return fallback;
	}
	else if (mapping == NULL && !with_default)
	{
		/* left out of the statement, unless it is a picklist with a default */
		fallback = picklist_default(program, table, column);
		return fallback ? psprintf("CAST(%s AS %s)", fallback, cast_type(att->atttypid)) : NULL;
	}
	else if (mapping == NULL || att->attnotnull || program->settings.apply_custom_field_defaults ||
			 lc_is_standard_column(table, column))
	{
		fallback = picklist_default(program, table, column);
		if (fallback == NULL)
			fallback = lc_column_default(rel, att->attnum);
		if (fallback != NULL)
			fallback = psprintf("CAST(%s AS %s)", fallback, cast_type(att->atttypid));
	}
	if (mapping == NULL)
		return fallback;
	if (fallback == NULL)
		return mapping->source;
	value = mapping->source;
	if (lc_is_text_type(att->atttypid))
		value = psprintf("CASE WHEN %s OPERATOR(pg_catalog.<>) '' THEN %s END", value, value);
	return psprintf("COALESCE(%s, %s)", value, fallback);
}

/*
 * INSERT of the new records of one table.  id_column is the column of the batch
 * with the new record's id, or NULL to leave it to the sequence; condition says
 * which rows of the batch create one.  With record, the name of a jsonb column
 * of the batch, each of its keys wins over the ordinary value.
 */
static void
build_insert(LcProgram *program, StringInfo sql, const LcTargetInfo *target, Relation rel,
			 const char *id_column, const char *condition, const char *record)
{
	TupleDesc	desc = RelationGetDescr(rel);
	const char *table = RelationGetRelationName(rel);
	StringInfoData columns;
	StringInfoData values;
	const char *comma = "";

	initStringInfo(&columns);
	initStringInfo(&values);
	if (id_column)
	{
		appendStringInfoString(&columns, "id");
		appendStringInfo(&values, "b.%s", id_column);
		comma = ", ";
	}
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name = NameStr(att->attname);
		const char *column = quote_identifier(name);
		bool		keyed = record != NULL && lc_record_key_allowed(table, name);
		char	   *value;

		if (!is_writable(att) || strcmp(name, "id") == 0)
			continue;
		value = new_value(program, target, rel, att, keyed);
		if (value == NULL && !keyed)
			continue;
		appendStringInfo(&columns, "%s%s", comma, column);
		appendStringInfoString(&values, comma);
		if (keyed)
			appendStringInfo(&values, "CASE WHEN pg_catalog.jsonb_exists(b.%s, %s) THEN r.%s ELSE %s END",
							 record, quote_literal_cstr(name), column, value ? value : "NULL");
		else
			appendStringInfoString(&values, value);
		comma = ", ";
	}
	resetStringInfo(sql);
	appendStringInfo(sql, "INSERT INTO crm.%s (%s) SELECT %s FROM conversion_batch b"
					 " JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id",
					 table, columns.data, values.data);
	if (record)
		appendStringInfo(sql, " CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::crm.%s, b.%s) r",
						 table, record);
	appendStringInfo(sql, " WHERE %s", condition);
}

/*
 * Lock of the existing records of one target, with what the judge wants to know
 * and, for each mapping, whether the lead could fill the field (1), could only
 * overwrite it (2), or has nothing for it (0).
 */
static void
build_existing(LcProgram *program, StringInfo sql, LcTarget t, Relation rel)
{
	LcTargetInfo *target = &program->target[t];
	const char *comma = "";
	StringInfoData pair;

	/* state and country together, where that setting is on (section 3.1, rule 4) */
	initStringInfo(&pair);
	for (int i = 0; i < target->nmappings; i++)
	{
		LcMapping  *mapping = &target->mappings[i];

		if (mapping->existing == LC_FILL_PAIR)
		{
			Form_pg_attribute att = mapped_column(rel, mapping->target_field);

			appendStringInfo(&pair, "%s%s", pair.len ? " AND " : "",
							 is_empty(psprintf("t.%s", quote_identifier(mapping->target_field)),
									  lc_is_text_type(att->atttypid)));
		}
	}

	resetStringInfo(sql);
	appendStringInfo(sql, "SELECT b.ord, t.id, t.is_deleted, t.division_id, %s, t.name::pg_catalog.text, ARRAY[",
					 t == T_ACCOUNT ? "NULL::pg_catalog.int8" : "t.account_id");
	for (int i = 0; i < target->nmappings; i++)
	{
		LcMapping  *mapping = &target->mappings[i];
		Form_pg_attribute att = mapped_column(rel, mapping->target_field);
		bool		is_text = lc_is_text_type(att->atttypid);
		char	   *column = psprintf("t.%s", quote_identifier(mapping->target_field));
		char	   *given = has_value(mapping->source, is_text);

		appendStringInfoString(sql, comma);
		comma = ", ";
		if (mapping->existing == LC_NEVER)
			appendStringInfoString(sql, "0");
		else if (mapping->existing == LC_FILL_PAIR && program->settings.state_and_country_picklists_enabled)
			appendStringInfo(sql, "CASE WHEN %s AND %s THEN 1 ELSE 0 END", given, pair.data);
		else if (mapping->existing == LC_FILL_OR_OVERWRITE)
			appendStringInfo(sql, "CASE WHEN %s THEN CASE WHEN %s THEN 1 WHEN %s OPERATOR(pg_catalog.<>) %s THEN 2 ELSE 0 END ELSE 0 END",
							 given, is_empty(column, is_text), column, mapping->source);
		else
			appendStringInfo(sql, "CASE WHEN %s AND %s THEN 1 ELSE 0 END", given, is_empty(column, is_text));
	}
	appendStringInfo(sql, "]::pg_catalog.int4[] FROM conversion_batch b"
					 " JOIN crm.%s t ON t.id OPERATOR(pg_catalog.=) b.%s_id"
					 " JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
					 " ORDER BY t.id, b.ord FOR NO KEY UPDATE OF t",
					 target->name, target->name);
}

/*
 * UPDATE of the existing records of one target.  fill_<target>, on one row of the
 * batch for each record, names for each mapping the lead whose value fills the
 * field; NULL leaves the field alone.
 */
static void
build_fill(LcProgram *program, StringInfo sql, LcTarget t)
{
	LcTargetInfo *target = &program->target[t];
	const char *comma = "";

	resetStringInfo(sql);
	appendStringInfo(sql, "UPDATE crm.%s t SET ", target->name);
	for (int i = 0; i < target->nmappings; i++)
	{
		LcMapping  *mapping = &target->mappings[i];
		const char *column = quote_identifier(mapping->target_field);

		if (mapping->existing == LC_NEVER)
			continue;
		appendStringInfo(sql, "%s%s = CASE WHEN x.fill_%s[%d] IS NULL THEN t.%s ELSE (SELECT %s FROM %s"
						 " OPERATOR(pg_catalog.=) x.fill_%s[%d]) END",
						 comma, column, target->name, i + 1, column, mapping->source,
						 mapping->from_batch ? "conversion_batch b WHERE b.lead_id" : "crm.lead l WHERE l.id",
						 target->name, i + 1);
		comma = ", ";
	}
	if (*comma == '\0')
		appendStringInfoString(sql, "id = t.id");	/* nothing can be filled */
	appendStringInfo(sql, " FROM conversion_batch x WHERE x.fill_%s IS NOT NULL"
					 " AND t.id OPERATOR(pg_catalog.=) x.%s_id", target->name, target->name);
}

/*
 * The three targets: mappings, and the statements that read, make and fill them.
 */
static void
compile_targets(LcProgram *program, Relation lead)
{
	static const LcStep existing_step[] = {S_EXISTING_ACCOUNT, S_EXISTING_CONTACT, S_EXISTING_OPPORTUNITY};
	static const LcStep insert_step[] = {S_INSERT_ACCOUNT, S_INSERT_CONTACT, S_INSERT_OPPORTUNITY};
	static const LcStep record_step[] = {S_INSERT_ACCOUNT_RECORD, S_INSERT_CONTACT_RECORD, S_INSERT_OPPORTUNITY_RECORD};
	static const LcStep fill_step[] = {S_FILL_ACCOUNT, S_FILL_CONTACT, S_FILL_OPPORTUNITY};
	static const LcStep lock_step[] = {S_LOCK_ACCOUNTS, S_LOCK_CONTACTS, S_LOCK_OPPORTUNITIES};
	StringInfoData sql;

	initStringInfo(&sql);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		LcTargetInfo *target = &program->target[t];
		Relation	rel;
		char	   *id_column = psprintf("%s_id", lc_target_name(t));
		char	   *condition = psprintf("b.create_%s", lc_target_name(t));
		char	   *record = psprintf("%s_record", lc_target_name(t));

		target->name = lc_target_name(t);
		target->relid = lc_crm_relid(target->name, false);
		rel = table_open(target->relid, AccessShareLock);
		target->owner = rel->rd_rel->relowner;
#if PG_VERSION_NUM >= 170000
		target->sequence = getIdentitySequence(rel, lc_column_number(RelationGetDescr(rel), "id"), false);
#else
		target->sequence = getIdentitySequence(target->relid, lc_column_number(RelationGetDescr(rel), "id"), false);
#endif
		target->verify_ids = lc_has_foreign_trigger(rel, TRIGGER_TYPE_INSERT);
		compile_mappings(program, t, lead, rel);

		build_existing(program, &sql, t, rel);
		lc_statement(program, &program->step[existing_step[t]], psprintf("lock %s", target->name),
					 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		build_insert(program, &sql, target, rel, id_column, condition, NULL);
		lc_statement(program, &program->step[insert_step[t]], psprintf("insert %s", target->name),
					 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		build_insert(program, &sql, target, rel, id_column, condition, record);
		lc_statement(program, &program->step[record_step[t]], psprintf("insert %s", target->name),
					 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		build_fill(program, &sql, t);
		lc_statement(program, &program->step[fill_step[t]], psprintf("update %s", target->name),
					 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);

		resetStringInfo(&sql);
		appendStringInfo(&sql, "SELECT 1 FROM conversion_batch b JOIN crm.%s t"
						 " ON t.id OPERATOR(pg_catalog.=) b.%s_id ORDER BY t.id FOR NO KEY UPDATE OF t",
						 target->name, target->name);
		lc_statement(program, &program->step[lock_step[t]], psprintf("lock %s", target->name),
					 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		table_close(rel, AccessShareLock);
	}

	/* did a trigger give a new record another id? */
	resetStringInfo(&sql);
	for (int t = 0; t < LC_NTARGETS; t++)
		appendStringInfo(&sql, "%sEXISTS (SELECT 1 FROM conversion_batch b WHERE b.create_%s AND NOT EXISTS"
						 " (SELECT 1 FROM crm.%s t WHERE t.id OPERATOR(pg_catalog.=) b.%s_id))",
						 t == 0 ? "SELECT " : ", ", lc_target_name(t), lc_target_name(t), lc_target_name(t));
	lc_statement(program, &program->step[S_VERIFY_IDS], "verify new records",
				 program->owner, LC_SNAPSHOT_TRANSACTION, &sql);
}

/*
 * Which custom fields of the lead go nowhere: their values give a warning.
 */
static void
compile_unmapped(LcProgram *program, Relation lead)
{
	TupleDesc	desc = RelationGetDescr(lead);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		bool		mapped = false;
		LcNotice   *notice;
		char	   *name;

		if (att->attisdropped || lc_is_standard_column("lead", NameStr(att->attname)))
			continue;
		for (int t = 0; t < LC_NTARGETS && !mapped; t++)
		{
			for (int m = 0; m < program->target[t].nmappings && !mapped; m++)
				mapped = strcmp(program->target[t].mappings[m].lead_field, NameStr(att->attname)) == 0;
		}
		if (mapped)
			continue;
		name = MemoryContextStrdup(program->context, NameStr(att->attname));
		notice = &program->notices[program->nnotices++];
		notice->status_code = "UNMAPPED_FIELD";
		notice->field = name;
		notice->condition =
			MemoryContextStrdup(program->context,
								has_value(psprintf("l.%s", quote_identifier(name)), lc_is_text_type(att->atttypid)));
		notice->message =
			MemoryContextStrdup(program->context,
								psprintf("lead field \"%s\" has a value but is mapped to no field", name));
		notice->hint = "Map it with leadconv.map_lead_field() to keep the value on the new records.";
	}
}

/* The column of the contact role that conversion cannot fill (seed: considerations) */
static void
compile_role_requirements(LcProgram *program)
{
	Relation	rel = table_open(lc_crm_relid("opportunity_contact_role", false), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (is_writable(att) && att->attnotnull && !att->atthasdef && att->attidentity == '\0' &&
			!lc_is_standard_column("opportunity_contact_role", NameStr(att->attname)))
			program->role_required_field = MemoryContextStrdup(program->context, NameStr(att->attname));
	}
	table_close(rel, AccessShareLock);
}

/* The owner of a table of crm */
static Oid
table_owner(const char *table)
{
	Relation	rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	Oid			owner = rel->rd_rel->relowner;

	table_close(rel, AccessShareLock);
	return owner;
}

/* A statement whose text depends on nothing but the shape of crm */
typedef struct FixedStatement
{
	LcStep		id;
	const char *step;
	const char *owner_of;		/* run as the owner of this table; NULL = caller */
	LcSnapshot	snapshot;
	Oid			argtype;		/* of its one argument, or InvalidOid */
	const char *sql;
} FixedStatement;

static const FixedStatement fixed_statements[] = {
	{S_LOCK_LEADS, "lock lead", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT 1 FROM conversion_batch b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
		" ORDER BY l.id FOR UPDATE OF l"},
	{S_EARLIER_REQUESTS, "look up request id", "lead_conversion", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, c.lead_id, c.account_id, c.contact_id, c.opportunity_id, c.related_person_account_id,"
		" c.account_created, c.contact_created, c.opportunity_created,"
		" c.request OPERATOR(pg_catalog.=) b.request, c.created_date::pg_catalog.text,"
		" (SELECT pg_catalog.array_agg(w) FROM pg_catalog.jsonb_populate_recordset(NULL::leadconv.lead_convert_error, c.warnings) w)"
		" FROM conversion_batch b JOIN crm.lead_conversion c"
		" ON c.request_id OPERATOR(pg_catalog.=) b.request_id AND c.request_id IS NOT NULL"
		" AND c.created_by_id OPERATOR(pg_catalog.=) b.converter_id"
		" UNION ALL "
		"SELECT b.ord, c.lead_id, c.account_id, c.contact_id, c.opportunity_id, c.related_person_account_id,"
		" c.account_created, c.contact_created, c.opportunity_created,"
		" c.request OPERATOR(pg_catalog.=) b.request, c.created_date::pg_catalog.text,"
		" (SELECT pg_catalog.array_agg(w) FROM pg_catalog.jsonb_populate_recordset(NULL::leadconv.lead_convert_error, c.warnings) w)"
		" FROM conversion_batch b JOIN crm.lead_conversion c"
		" ON c.request_id OPERATOR(pg_catalog.=) b.request_id AND c.request_id IS NOT NULL"
		" AND c.created_by_id IS NULL AND b.converter_id IS NULL"},
	{S_ROLES, "look up contact roles", "opportunity_contact_role", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord,"
		" EXISTS (SELECT 1 FROM crm.opportunity_contact_role r WHERE r.opportunity_id OPERATOR(pg_catalog.=) b.opportunity_id"
		"  AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id),"
		" EXISTS (SELECT 1 FROM crm.opportunity_contact_role r WHERE r.opportunity_id OPERATOR(pg_catalog.=) b.opportunity_id"
		"  AND r.is_primary AND NOT r.is_deleted)"
		" FROM conversion_batch b"},
	{S_REUSE_ACCOUNT, "look up account by name", "account", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, (SELECT t.id FROM crm.account t"
		"  WHERE leadconv.normalize_company(t.name::pg_catalog.text) OPERATOR(pg_catalog.=) b.account_key"
		"  AND NOT t.is_deleted AND NOT t.is_person_account ORDER BY t.created_date, t.id LIMIT 1)"
		" FROM conversion_batch b"},
	{S_REUSE_CONTACT, "look up contact by e-mail", "contact", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, f.id, f.account_id FROM conversion_batch b CROSS JOIN LATERAL"
		" (SELECT t.id, t.account_id FROM crm.contact t"
		"  WHERE leadconv.normalize_email(t.email::pg_catalog.text) OPERATOR(pg_catalog.=) b.contact_key"
		"  AND NOT t.is_deleted AND NOT t.is_person_account AND t.account_id IS NOT NULL"
		"  AND (b.account_id IS NULL OR t.account_id OPERATOR(pg_catalog.=) b.account_id)"
		"  ORDER BY t.created_date, t.id LIMIT 1) f"},
	{S_INSERT_ROLE, "insert opportunity_contact_role", "opportunity_contact_role", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_primary)"
		" SELECT b.opportunity_id, b.contact_id, b.role_is_primary FROM conversion_batch b WHERE b.add_role"},
	{S_INSERT_NEW_RELATION, "insert account_contact_relation", "account_contact_relation", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.account_contact_relation (account_id, contact_id, is_direct, is_active)"
		" SELECT b.account_id, b.contact_id, true, true FROM conversion_batch b WHERE b.add_relation"},
	{S_INSERT_RELATION, "insert account_contact_relation", "account_contact_relation", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.account_contact_relation (account_id, contact_id, is_direct, is_active)"
		" SELECT b.account_id, b.contact_id, true, true FROM conversion_batch b WHERE b.add_relation AND"
		" (b.create_contact OR NOT EXISTS (SELECT 1 FROM crm.account_contact_relation r"
		"  WHERE r.account_id OPERATOR(pg_catalog.=) b.account_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id))"},
	{S_VERIFY_RELATION, "verify account_contact_relation", "account_contact_relation", LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT 1 FROM conversion_batch b WHERE b.add_relation AND NOT EXISTS (SELECT 1 FROM crm.account_contact_relation r"
		"  WHERE r.account_id OPERATOR(pg_catalog.=) b.account_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id)"},
	{S_LEAD, "update lead", "lead", LC_SNAPSHOT_CHECKED, InvalidOid,
		"UPDATE crm.lead l SET is_converted = true, converted_date = b.converted_date,"
		" converted_account_id = b.account_id, converted_contact_id = b.contact_id,"
		" converted_opportunity_id = b.opportunity_id, status = b.converted_status, is_unread_by_owner = false"
		" FROM conversion_batch b WHERE l.id OPERATOR(pg_catalog.=) b.lead_id"},
	{S_VERIFY_LEAD, "verify lead", "lead", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT b.ord FROM conversion_batch b LEFT JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
		" WHERE l.id IS NULL OR NOT l.is_converted OR l.converted_date IS NULL"
		" OR (COALESCE(l.converted_account_id, 0) OPERATOR(pg_catalog.<>) COALESCE(b.account_id, 0))"
		" OR (COALESCE(l.converted_contact_id, 0) OPERATOR(pg_catalog.<>) COALESCE(b.contact_id, 0))"
		" OR (COALESCE(l.converted_opportunity_id, 0) OPERATOR(pg_catalog.<>) COALESCE(b.opportunity_id, 0))"
		" ORDER BY b.ord LIMIT 1"},
	{S_UNFOLLOW, "delete entity_subscription", "entity_subscription", LC_SNAPSHOT_CHECKED, InvalidOid,
		"DELETE FROM crm.entity_subscription s USING conversion_batch b, crm.lead l"
		" WHERE s.lead_id OPERATOR(pg_catalog.=) b.lead_id AND l.id OPERATOR(pg_catalog.=) b.lead_id"
		" AND s.subscriber_id OPERATOR(pg_catalog.=) l.owner_id"},
	{S_FOLLOW, "insert entity_subscription", "entity_subscription", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.entity_subscription (subscriber_id, account_id)"
		" SELECT b.converter_id, b.account_id FROM conversion_batch b WHERE b.create_account AND b.converter_id IS NOT NULL"},
	{S_PARTNER, "update partner_network_record_connection", "partner_network_record_connection", LC_SNAPSHOT_CHECKED, InvalidOid,
		"UPDATE crm.partner_network_record_connection p SET status = 'Inactive (converted)'"
		" FROM conversion_batch b WHERE p.lead_id OPERATOR(pg_catalog.=) b.lead_id"},
	{S_NOTIFY, "insert notification", "notification", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.notification (user_id, lead_id, account_id, contact_id, opportunity_id, type, subject, body,"
		" created_date, created_by_id)"
		" SELECT b.owner_id, b.lead_id, b.account_id, b.contact_id, b.opportunity_id, 'LeadConverted',"
		" pg_catalog.concat('Lead converted: ', l.name), pg_catalog.concat('Lead ', l.name, "
		" CASE WHEN l.company IS NOT NULL THEN pg_catalog.concat(' (', l.company, ')') END, ' has been converted.'),"
		" pg_catalog.now(), b.converter_id"
		" FROM conversion_batch b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id WHERE b.notify"},
	{S_LEDGER, "insert lead_conversion", "lead_conversion", LC_SNAPSHOT_TRANSACTION, NAMEOID,
		"INSERT INTO crm.lead_conversion (lead_id, account_id, contact_id, opportunity_id, related_person_account_id,"
		" account_created, contact_created, opportunity_created, converted_status, owner_id, created_by_id,"
		" created_by_role, created_date, request_id, reason, request, filled_fields, owner_changes,"
		" merged_campaign_members, warnings)"
		" SELECT b.lead_id, b.account_id, b.contact_id, b.opportunity_id, b.related_person_account_id,"
		" b.create_account, b.create_contact, b.create_opportunity, b.converted_status, b.owner_id, b.converter_id,"
		" $1, pg_catalog.now(), b.request_id, b.reason, b.request, b.filled_fields, b.owner_changes,"
		" b.merged_campaign_members, b.warnings FROM conversion_batch b"},
	{S_ERRORS, "insert lead_conversion_error", "lead_conversion_error", LC_SNAPSHOT_TRANSACTION, JSONBOID,
		"INSERT INTO crm.lead_conversion_error (job, lead_id, request_position, status_code, sqlstate, message, detail,"
		" hint, fields, data, request, created_by_id, created_by_role, created_date)"
		" SELECT e.job, e.lead_id, e.position, e.status_code, e.sqlstate, e.message, e.detail, e.hint, e.fields, e.data,"
		" e.request, e.user_id, e.role, pg_catalog.now() FROM pg_catalog.jsonb_to_recordset($1) AS e(job text, lead_id int8,"
		" \"position\" int8, status_code text, sqlstate text, message text, detail text, hint text, fields text[],"
		" data jsonb, request jsonb, user_id int8, role name)"}
};

static void
compile_fixed(LcProgram *program)
{
	StringInfoData sql;

	initStringInfo(&sql);
	for (size_t i = 0; i < lengthof(fixed_statements); i++)
	{
		const FixedStatement *fixed = &fixed_statements[i];
		LcStatement *statement = &program->step[fixed->id];

		resetStringInfo(&sql);
		appendStringInfoString(&sql, fixed->sql);
		lc_statement(program, statement, fixed->step,
					 fixed->owner_of ? table_owner(fixed->owner_of) : InvalidOid, fixed->snapshot, &sql);
		if (OidIsValid(fixed->argtype))
		{
			statement->nargs = 1;
			statement->argtypes[0] = fixed->argtype;
		}
	}
}

/* The statement that locks the leads and reads what the judge wants to know */
static void
compile_leads(LcProgram *program)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "SELECT b.ord, l.is_converted, l.is_deleted, l.owner_id, l.record_type_id, l.division_id,"
						   " l.company::pg_catalog.text, l.name::pg_catalog.text, l.converted_account_id,"
						   " l.converted_contact_id, l.converted_opportunity_id, l.converted_date::pg_catalog.text, l.email::pg_catalog.text, ");
	if (program->nnotices == 0)
		appendStringInfoString(&sql, "NULL");
	for (int i = 0; i < program->nnotices; i++)
		appendStringInfo(&sql, "%s%s", i == 0 ? "ARRAY[" : ", ", program->notices[i].condition);
	if (program->nnotices > 0)
		appendStringInfoChar(&sql, ']');
	appendStringInfoString(&sql, "::pg_catalog.bool[] FROM conversion_batch b"
						   " JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
						   " ORDER BY l.id, b.ord FOR UPDATE OF l");
	lc_statement(program, &program->step[S_LEADS], "lock lead", InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
}

/*
 * Compiles all steps but the related lists.  Allocates in the program's context;
 * raises what is wrong with the mapping.
 */
void
lc_compile_steps(LcProgram *program)
{
	Relation	lead = table_open(program->lead_relid, AccessShareLock);
	Relation	relation;
	Relation	task;
	StringInfoData sql;
	uint64		nmappings;

	/* room for each column of the lead and each mapping */
	nmappings = lc_read_metadata(program->owner, "SELECT 1 FROM crm.lead_field_mapping");
	SPI_freetuptable(SPI_tuptable);
	program->notices = MemoryContextAllocZero(program->context,
											  sizeof(LcNotice) * (RelationGetDescr(lead)->natts + nmappings));

	compile_targets(program, lead);
	compile_unmapped(program, lead);
	compile_role_requirements(program);
	compile_leads(program);
	compile_fixed(program);
	program->verify_lead = lc_has_foreign_trigger(lead, TRIGGER_TYPE_UPDATE);
	relation = table_open(lc_crm_relid("account_contact_relation", false), AccessShareLock);
	program->verify_relation = lc_has_foreign_trigger(relation, TRIGGER_TYPE_INSERT);
	table_close(relation, AccessShareLock);

	task = table_open(lc_crm_relid("task", false), AccessShareLock);
	initStringInfo(&sql);
	build_insert(program, &sql, NULL, task, NULL, "b.follow_up_task IS NOT NULL", "follow_up_task");
	lc_statement(program, &program->step[S_FOLLOW_UP_TASK], "insert follow-up task",
				 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
	table_close(task, AccessShareLock);
	table_close(lead, AccessShareLock);
}
