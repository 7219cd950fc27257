/*-------------------------------------------------------------------------
 *
 * name_template.c
 *	  The setting opportunity_name_template: text, and columns of the lead in
 *	  braces, such as "{company} - {city}".
 *
 * Read when the setting is stored, and again when a program is compiled, because a
 * column may have been dropped or renamed since.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/rel.h"

#include "crm/crm.h"

/* Raises FIELD_INTEGRITY_EXCEPTION: the template says what nothing can be made of */
static void
refuse_template(const char *template, char *detail)
{
	ereport(ERROR,
			(lc_errcode(LC_FIELD_INTEGRITY_EXCEPTION),
			 errmsg("opportunity_name_template of crm.lead_convert_settings cannot be used"),
			 errdetail_internal("\"%s\": %s", template, detail),
			 errhint("Name columns of crm.lead in braces, for example {company}."),
			 err_generic_string(PG_DIAG_TABLE_NAME, "lead_convert_settings"),
			 err_generic_string(PG_DIAG_COLUMN_NAME, "opportunity_name_template")));
}

/*
 * The parts of a template as a list of LcNamePart, in the current memory context.
 * Raises FIELD_INTEGRITY_EXCEPTION when braces do not match, or name what is no column
 * of the lead.
 */
List *
lc_parse_name_template(const char *template, Relation lead)
{
	List	   *parts = NIL;
	const char *rest = template;

	while (*rest != '\0')
	{
		LcNamePart *part = palloc0(sizeof(LcNamePart));
		bool		is_column = *rest == '{';
		const char *start = is_column ? rest + 1 : rest;
		size_t		length = strcspn(start, "{}");

		part->text = pnstrdup(start, length);
		rest = start + length;
		if (is_column ? *rest != '}' : *rest == '}')
			refuse_template(template, "A brace has no counterpart.");
		if (is_column)
		{
			part->attno = lc_column_number(RelationGetDescr(lead), part->text);
			if (part->attno == InvalidAttrNumber)
				refuse_template(template, psprintf("There is no column \"%s\" in crm.lead.", part->text));
			rest++;
		}
		parts = lappend(parts, part);
	}
	return parts;
}
