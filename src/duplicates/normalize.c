/*-------------------------------------------------------------------------
 *
 * normalize.c
 *	  The forms in which values are compared.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_normalize_company);
PG_FUNCTION_INFO_V1(leadconv_normalize_email);

/* Legal forms at the end of a company name, in lower case, without punctuation */
static const char *const legal_suffixes[] = {
	"ab", "ag", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc",
	"incorporated", "kg", "limited", "llc", "llp", "ltd", "nv", "oy", "plc", "pty",
	"sa", "sarl", "sas", "se", "spa", "srl"
};

static bool
is_legal_suffix(const char *word, int len)
{
	for (size_t i = 0; i < lengthof(legal_suffixes); i++)
	{
		if (strlen(legal_suffixes[i]) == (size_t) len && memcmp(legal_suffixes[i], word, len) == 0)
			return true;
	}
	return false;
}

/*
 * lc_normalize_company
 *
 * The form in which company names are compared: lower case, words separated by one
 * space, without punctuation and without the legal form at the end ("ACME, Inc." and
 * "Acme Inc" are "acme").  A dot or apostrophe inside a word is dropped ("S.A." is
 * "sa"), other punctuation separates words.  A name that is nothing but a legal form
 * keeps it.  NULL when nothing is left.
 */
char *
lc_normalize_company(const char *name, int len)
{
	char	   *lower = str_tolower(name, len, C_COLLATION_OID);
	char	   *result = palloc(strlen(lower) + 1);
	int			n = 0;

	for (const char *p = lower; *p; p++)
	{
		unsigned char c = (unsigned char) *p;

		if (c == '.' || c == '\'')
			continue;
		if (isalnum(c) || IS_HIGHBIT_SET(c) || c == '&' || c == '+')
			result[n++] = c;
		else if (n > 0 && result[n - 1] != ' ')
			result[n++] = ' ';
	}
	while (n > 0 && result[n - 1] == ' ')
		n--;
	for (;;)
	{
		int			start = n;

		while (start > 0 && result[start - 1] != ' ')
			start--;
		if (start == 0 || !is_legal_suffix(result + start, n - start))
			break;
		n = start - 1;
	}
	result[n] = '\0';
	pfree(lower);
	return n > 0 ? result : NULL;
}

/*
 * lc_normalize_email
 *
 * The form in which e-mail addresses are compared: without surrounding blanks, in
 * lower case.  NULL when nothing is left.
 */
char *
lc_normalize_email(const char *email, int len)
{
	while (len > 0 && isspace((unsigned char) *email))
		email++, len--;
	while (len > 0 && isspace((unsigned char) email[len - 1]))
		len--;
	return len > 0 ? str_tolower(email, len, C_COLLATION_OID) : NULL;
}

/* leadconv.normalize_company(text): lc_normalize_company() for SQL */
Datum
leadconv_normalize_company(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	char	   *result = lc_normalize_company(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* leadconv.normalize_email(text): lc_normalize_email() for SQL */
Datum
leadconv_normalize_email(PG_FUNCTION_ARGS)
{
	text	   *email = PG_GETARG_TEXT_PP(0);
	char	   *result = lc_normalize_email(VARDATA_ANY(email), VARSIZE_ANY_EXHDR(email));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
