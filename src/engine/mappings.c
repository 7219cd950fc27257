/*-------------------------------------------------------------------------
 *
 * mappings.c
 *	  Mapped fields: from which lead field a column of a record comes.
 *
 * crm.lead_field_mapping, resolved against the tables as they are now.  In the
 * SQL made here, b is a row of the batch and l its lead.  It neither depends on
 * nor changes search_path: objects, operators and casts are qualified, and
 * constructs that look an operator up by name (IN, NULLIF, IS DISTINCT FROM) are
 * not used.
 *
 * All that lasts is in the program's memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "rewrite/rewriteHandler.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "engine/engine.h"

/* Values that mappings take from the batch instead of a column of the lead */
static const char *const pseudo_fields[] = {"latest_campaign_id", "resulting_division_id"};

/* What compile_mappings() reads */
enum
{
	MAPPING_LEAD_FIELD = 1,
	MAPPING_TARGET_FIELD,
	MAPPING_EXISTING
};

static const LcMetaColumn mapping_columns[] = {
	{{"lead_field_mapping", "lead_field", TEXTOID}, true},
	{{"lead_field_mapping", "target_field", TEXTOID}, true},
	{{"lead_field_mapping", "existing_record", TEXTOID}, true},
	{{"lead_field_mapping", "target_object", TEXTOID}, false},
	{{"lead_field_mapping", "is_active", BOOLOID}, false}
};

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

/*
 * Finds a mapped column.  Raises FIELD_INTEGRITY_EXCEPTION when it is gone; when
 * it was renamed, the message has both names.
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

/* The mapping that a column of a target has, or NULL; target may be NULL */
const LcMapping *
lc_find_mapping(const LcTargetInfo *target, const char *column)
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

/*
 * One more condition on leads that gives a warning; the texts are copied.  cut is the
 * mapping that cuts the value, or NULL.
 */
static void
add_notice(LcProgram *program, const char *status_code, const char *field,
		   const char *condition, const char *message, const char *hint, const LcMapping *cut, LcTarget t)
{
	int			n = program->nnotices++;
	LcNotice   *notice;

	if (n == 0)
		program->notices = MemoryContextAlloc(program->context, sizeof(LcNotice) * 16);
	else if (n >= 16 && (n & (n - 1)) == 0)
		program->notices = repalloc(program->notices, sizeof(LcNotice) * n * 2);
	notice = &program->notices[n];
	memset(notice, 0, sizeof(LcNotice));
	notice->cut = cut;
	notice->target = t;
	notice->status_code = status_code;
	notice->field = MemoryContextStrdup(program->context, field);
	notice->condition = MemoryContextStrdup(program->context, condition);
	notice->message = MemoryContextStrdup(program->context, message);
	notice->hint = hint;
}

/* Lead fields that say something about a company, and nothing about a person */
#define COMPANY_FIELDS "'company', 'company_local', 'company_duns_number', 'dandb_company_id'"

/* Columns of the contact that a person account has once, in its account */
#define SHARED_COLUMNS "'description', 'jigsaw'"

#define OBJECT "lead_field_mapping.target_object::pg_catalog.text OPERATOR(pg_catalog.=) "

/*
 * FROM, WHERE and ORDER BY of the mappings of a target.  What is mapped to an account
 * goes to that of a person account as well, but for what only companies have; what is
 * mapped to a contact goes to its contact, and some of it to its account, too.
 */
static char *
mapping_source(LcTarget t)
{
	if (t == T_PERSON)
		return "crm.lead_field_mapping WHERE lead_field_mapping.is_active AND ("
			OBJECT "'account' AND lead_field_mapping.lead_field::pg_catalog.text"
			" OPERATOR(pg_catalog.<>) ALL (ARRAY[" COMPANY_FIELDS "]::pg_catalog.text[])"
			" AND lead_field_mapping.target_field::pg_catalog.text OPERATOR(pg_catalog.<>) 'name'"
			" OR " OBJECT "'contact' AND lead_field_mapping.target_field::pg_catalog.text"
			" OPERATOR(pg_catalog.=) ANY (ARRAY[" SHARED_COLUMNS "]::pg_catalog.text[])"
			" AND NOT EXISTS (SELECT 1 FROM crm.lead_field_mapping o WHERE o.is_active"
			" AND o.target_object::pg_catalog.text OPERATOR(pg_catalog.=) 'account'"
			" AND o.target_field::pg_catalog.text OPERATOR(pg_catalog.=) lead_field_mapping.target_field::pg_catalog.text))"
			" ORDER BY lead_field_mapping.id";
	return psprintf("crm.lead_field_mapping WHERE lead_field_mapping.is_active AND " OBJECT "'%s'"
					" ORDER BY lead_field_mapping.id", lc_target[t].table);
}

/*
 * Reads crm.lead_field_mapping for one target.
 */
static void
compile_mappings(LcProgram *program, LcTarget t, Relation lead, Relation rel)
{
	const LcTargetType *type = &lc_target[t];
	LcTargetInfo *target = &program->target[t];
	uint64		nrows;

	nrows = lc_read_columns(mapping_columns, lengthof(mapping_columns), NULL, mapping_source(t));
	target->mappings = MemoryContextAllocZero(program->context, sizeof(LcMapping) * Max(nrows, 1));
	target->nmappings = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcMapping  *mapping = &target->mappings[i];
		char	   *existing = lc_spi_text(i, MAPPING_EXISTING);
		Form_pg_attribute to;
		char	   *source;

		mapping->lead_field = lc_meta_text(program, i, MAPPING_LEAD_FIELD);
		mapping->target_field = lc_meta_text(program, i, MAPPING_TARGET_FIELD);
		if (strcmp(existing, "fill") == 0)
			mapping->existing = LC_FILL;
		else if (strcmp(existing, "fill_pair") == 0)
			mapping->existing = LC_FILL_PAIR;
		else if (strcmp(existing, "fill_or_overwrite") == 0)
			mapping->existing = LC_FILL_OR_OVERWRITE;
		else
			mapping->existing = LC_NEVER;

		to = mapped_column(rel, mapping->target_field);
		if (strcmp(mapping->target_field, "id") == 0 || !lc_is_writable(to))
			ereport(ERROR,
					(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
					 errmsg("mapped column \"%s.%s\" cannot be set", type->table, mapping->target_field),
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
			int			from_length = lc_text_length(from->atttypid, from->atttypmod);

			source = psprintf("l.%s", quote_identifier(mapping->lead_field));
			if (lc_is_text_type(from->atttypid) && length > 0 &&
				(from_length == 0 || from_length > length))
			{
				/* a longer value is cut to the length of the target */
				add_notice(program, "VALUE_TRUNCATED", mapping->lead_field,
						   psprintf("pg_catalog.char_length(%s::pg_catalog.text) OPERATOR(pg_catalog.>) %d",
									source, length),
						   psprintf("the value of lead field \"%s\" was cut to %d characters for \"%s.%s\"",
									mapping->lead_field, length, type->table, mapping->target_field),
						   "The lead keeps the whole value.", mapping, t);
				source = psprintf("pg_catalog.\"left\"(%s::pg_catalog.text, %d)", source, length);
				mapping->cut = length;
			}
			if (!can_coerce_type(1, &from->atttypid, &to->atttypid, COERCION_ASSIGNMENT))
				ereport(ERROR,
						(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
						 errmsg("lead field \"%s\" of type %s cannot be mapped to \"%s.%s\" of type %s",
								mapping->lead_field, format_type_be(from->atttypid), type->table,
								mapping->target_field, format_type_be(to->atttypid)),
						 errhint("Delete the row from crm.lead_field_mapping, and map fields with leadconv.map_lead_field()."),
						 errtable(rel)));
			if (from->atttypid == to->atttypid && from->attgenerated != ATTRIBUTE_GENERATED_VIRTUAL &&
				(!OidIsValid(from->attcollation) || get_collation_isdeterministic(from->attcollation)) &&
				(to->atttypmod < 0 || from->atttypmod == to->atttypmod || to->atttypid == VARCHAROID))
				mapping->lead_attno = from->attnum;
			/* what a domain refuses concerns only the statement that writes it */
			if (from->atttypid != to->atttypid)
				source = psprintf("CAST(%s AS %s)", source, lc_cast_type(to->atttypid));
		}
		mapping->source = MemoryContextStrdup(program->context, source);
		mapping->type = to->atttypid;
		mapping->is_text = lc_is_text_type(to->atttypid);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * SQL over l: has a column of the lead a value that somebody has given it?  What is just
 * its default is none.  Returns NULL for a column that has a value by itself: one that is
 * generated or counted, or whose default is another each time, such as now().
 */
static char *
has_given_value(Relation lead, Form_pg_attribute att)
{
	char	   *column = psprintf("l.%s", quote_identifier(NameStr(att->attname)));
	char	   *has_value = lc_has_value(column, att->atttypid);
	char	   *value;
	bool		is_volatile;

	if (att->attgenerated != '\0' || att->attidentity != '\0')
		return NULL;
	value = lc_column_default(lead, att->attnum, &is_volatile);
	if (value == NULL)
		return has_value;
	if (is_volatile || contain_mutable_functions(build_column_default(lead, att->attnum)))
		return NULL;
	return psprintf("(%s) AND COALESCE(%s::pg_catalog.text OPERATOR(pg_catalog.<>) CAST((%s) AS %s)::pg_catalog.text, true)",
					has_value, column, value,
					format_type_extended(att->atttypid, att->atttypmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
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
		char	   *condition;

		if (att->attisdropped || lc_is_standard_column("lead", NameStr(att->attname)))
			continue;
		for (int t = 0; t < LC_NTARGETS && !mapped; t++)
		{
			for (int m = 0; m < program->target[t].nmappings && !mapped; m++)
				mapped = strcmp(program->target[t].mappings[m].lead_field, NameStr(att->attname)) == 0;
		}
		if (mapped || (condition = has_given_value(lead, att)) == NULL)
			continue;
		add_notice(program, "UNMAPPED_FIELD", NameStr(att->attname), condition,
				   psprintf("lead field \"%s\" has a value but is mapped to no field", NameStr(att->attname)),
				   "Map it with leadconv.map_lead_field() to keep the value on the new records.", NULL, T_ACCOUNT);
	}
}

/*
 * The contact of a person account has a shorter title than others, and no value is
 * cut: a lead with a longer one does not become a person account.
 */
static void
compile_person_title(LcProgram *program)
{
	const LcMapping *mapping = lc_find_mapping(&program->target[T_CONTACT], "title");

	if (mapping == NULL || mapping->from_batch || !mapping->is_text)
		return;
	add_notice(program, "STRING_TOO_LONG", mapping->lead_field,
			   psprintf("pg_catalog.char_length(%s::pg_catalog.text) OPERATOR(pg_catalog.>) %d",
						mapping->source, LC_PERSON_TITLE_LENGTH), "", NULL, NULL, T_CONTACT);
	program->notices[program->nnotices - 1].is_person_title = true;
}

/*
 * Compiles the mappings of all targets, and what the lead's values give warnings
 * for.  Raises what is wrong with them.
 */
void
lc_compile_mappings(LcProgram *program)
{
	Relation	lead = table_open(program->lead_relid, AccessShareLock);

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		Relation	rel;

		if (!OidIsValid(program->target[t].relid))
			continue;
		rel = table_open(program->target[t].relid, AccessShareLock);
		compile_mappings(program, t, lead, rel);
		table_close(rel, AccessShareLock);
	}
	if (program->settings.person_accounts_enabled)
		compile_person_title(program);
	compile_unmapped(program, lead);
	table_close(lead, AccessShareLock);
}
