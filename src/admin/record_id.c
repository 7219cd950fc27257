/*-------------------------------------------------------------------------
 *
 * record_id.c
 *	  Ids of the platform: two forms, a checksum, and a prefix that says the object.
 *
 * An id has 15 characters, of which upper and lower case differ.  The form of 18
 * characters has three more behind them, one for each five characters, that say
 * which of these are upper case; so it can be compared without regard to case, and
 * checked.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "admin/import.h"

#define SHORT_ID	15
#define LONG_ID		18

PG_FUNCTION_INFO_V1(leadconv_salesforce_id);

/* The first three characters of the ids of an object, for tables of schema crm */
static const struct
{
	const char *table;
	const char *prefix;
}			prefixes[] = {
	{"account", "001"},
	{"account_contact_relation", "07k"},
	{"app_user", "005"},
	{"app_user", "00G"},		/* a queue */
	{"attachment", "00P"},
	{"campaign", "701"},
	{"campaign_member", "00v"},
	{"campaign_member_status", "01Y"},
	{"contact", "003"},
	{"content_document", "069"},
	{"content_document_link", "06A"},
	{"content_note", "069"},
	{"email_message", "02s"},
	{"event", "00U"},
	{"lead", "00Q"},
	{"note", "002"},
	{"opportunity", "006"},
	{"opportunity_contact_role", "00K"},
	{"record_type", "012"},
	{"task", "00T"},
	{"territory", "0MI"}
};

/*
 * lc_id_prefixes
 *
 * SQL: the prefixes of the ids of a table of schema crm, as a list of literals in
 * the current memory context; NULL when they are not known.
 */
char *
lc_id_prefixes(const char *table)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (size_t i = 0; i < lengthof(prefixes); i++)
	{
		if (strcmp(prefixes[i].table, table) == 0)
			appendStringInfo(&buf, "%s'%s'", buf.len > 0 ? ", " : "", prefixes[i].prefix);
	}
	return buf.len > 0 ? buf.data : NULL;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool
is_id_character(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/*
 * leadconv.salesforce_id(text): the id in the form of 18 characters, or NULL when the
 * text is no id or its checksum is wrong
 */
Datum
leadconv_salesforce_id(PG_FUNCTION_ARGS)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
	text	   *id = PG_GETARG_TEXT_PP(0);
	const char *from = VARDATA_ANY(id);
	int			len = VARSIZE_ANY_EXHDR(id);
	char		result[LONG_ID];

	if (len != SHORT_ID && len != LONG_ID)
		PG_RETURN_NULL();
	for (int i = 0; i < len; i++)
	{
		if (!is_id_character(from[i]))
			PG_RETURN_NULL();
	}
	memcpy(result, from, SHORT_ID);
	for (int group = 0; group < LONG_ID - SHORT_ID; group++)
	{
		int			digit = 0;

		for (int i = 0; i < 5; i++)
			digit |= is_upper(from[group * 5 + i]) << i;
		result[SHORT_ID + group] = digits[digit];
		if (len == LONG_ID && pg_toupper((unsigned char) from[SHORT_ID + group]) != digits[digit])
			PG_RETURN_NULL();
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(result, LONG_ID));
}
