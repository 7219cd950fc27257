/*-------------------------------------------------------------------------
 *
 * blank.c
 *	  What counts as not given.
 *
 * A text that is empty, or of which nothing is to be seen, is what is left of a
 * form's field that nobody filled in: it counts as NULL, in an argument, in a
 * record value, in a lead's field that is mapped, and in an existing record's field
 * that is to be filled.  This file has the rule, for C and for SQL.  A text with
 * anything else in it is taken as it is, with its blanks.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "leadconv.h"

PG_FUNCTION_INFO_V1(leadconv_is_blank);

/*
 * Is nothing to be seen of this character?  White space as Unicode has it, and what
 * has no width at all.
 */
static bool
is_blank_character(pg_wchar c)
{
	if (c <= 0x7f)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return c == 0x85 || c == 0xa0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200d) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
		c == 0x205f || c == 0x2060 || c == 0x3000 || c == 0xfeff;
}

/*
 * Is this text, of len bytes, empty or nothing but blanks?  In other encodings than
 * UTF8 only the blanks of ASCII count.  Raises nothing.
 */
bool
lc_is_blank(const char *value, int len)
{
	const char *end = value + len;

	while (value < end)
	{
		if (!IS_HIGHBIT_SET(*value))
		{
			if (!is_blank_character((unsigned char) *value))
				return false;
			value++;
		}
		else
		{
			int			char_len = pg_utf_mblen((const unsigned char *) value);

			if (GetDatabaseEncoding() != PG_UTF8 || char_len > end - value ||
				!is_blank_character(utf8_to_unicode((const unsigned char *) value)))
				return false;
			value += char_len;
		}
	}
	return true;
}

/* The same of a value of type text or the like, wherever it is kept */
bool
lc_is_blank_text(Datum value)
{
	text	   *string = DatumGetTextPP(value);

	return lc_is_blank(VARDATA_ANY(string), VARSIZE_ANY_EXHDR(string));
}

/* leadconv.is_blank(text): lc_is_blank() for SQL */
Datum
leadconv_is_blank(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(lc_is_blank_text(PG_GETARG_DATUM(0)));
}

/*
 * A text argument of a function, which must be given, in the current memory context.
 * Raises REQUIRED_FIELD_MISSING with this hint when it is NULL or blank.
 */
char *
lc_text_argument(FunctionCallInfo fcinfo, int argno, const char *name, const char *hint)
{
	char	   *value = PG_ARGISNULL(argno) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argno));

	if (value == NULL || lc_is_blank(value, strlen(value)))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"%s\" is required", name),
				 errhint("%s", hint)));
	return value;
}

/*
 * SQL: this expression of a type has no value, which for a text means that it is NULL
 * or blank.  In the current memory context.
 */
char *
lc_is_empty(const char *source, Oid type)
{
	if (lc_is_text_type(type))
		return psprintf("(%s IS NULL OR leadconv.is_blank(%s::pg_catalog.text))", source, source);
	/* IS NULL looks into a row: one of NULLs would pass for none */
	if (type_is_rowtype(type))
		return psprintf("(pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 1)", source);
	return psprintf("(%s IS NULL)", source);
}

/*
 * SQL: this expression of a type has a value; false or NULL when it has none.  In the
 * current memory context.
 */
char *
lc_has_value(const char *source, Oid type)
{
	if (lc_is_text_type(type))
		return psprintf("(NOT leadconv.is_blank(%s::pg_catalog.text))", source);
	/* IS NOT NULL looks into a row: one with a NULL in it would pass for none */
	if (type_is_rowtype(type))
		return psprintf("(pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0)", source);
	return psprintf("(%s IS NOT NULL)", source);
}
