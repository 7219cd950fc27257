/*-------------------------------------------------------------------------
 *
 * fold.c
 *	  Texts without what does not tell them apart: case, width, accents.
 *
 * A folded text is one in Unicode's compatibility form (NFKC) and full case folding:
 * "STRASSE" is "Straße", half-width katakana are wide ones, a ligature is its letters.
 * Whether an i has a dot says nothing, because a capital I or İ does not tell whose
 * language it is in; and what has no width is left out.  A plain text has no accents
 * and strokes either, and European digits.
 *
 * It is the same in every locale and, as far as it has the characters, in every
 * encoding: a text in another one than UTF-8 is looked at by way of UTF-8, and a
 * character whose folded form the encoding does not have is left as it is.  In an
 * encoding that does not say what its bytes mean (SQL_ASCII), only ASCII letters have
 * a case.
 *
 * The result must not depend on anything that can be set or changed, since it is in
 * indexes: so the characters are from a table of our own (fold_table.h), conversions
 * are those of schema pg_catalog, and nothing is asked of the locale, or of a text
 * search dictionary, such as unaccent's.
 *
 * In between, texts are arrays of code points.  All results are in the current memory
 * context.  Nothing here raises an error that tells about the text.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_conversion.h"
#include "catalog/pg_namespace.h"
#include "common/unicode_norm.h"
#include "mb/pg_wchar.h"

#include "duplicates/duplicates.h"

/* A character that Unicode does not have, or that is to be left as it is: this plus its bytes */
#define OPAQUE			0x110000

/* At most so many marks are put on one character */
#define MAX_MARKS		16

/* A letter is put together of no more */
#define MAX_PARTS		4

/* What one character of any encoding can become, in UTF-8 */
#define MAX_CONVERTED	(MAX_UNICODE_EQUIVALENT_STRING * 4 + 1)

typedef struct FoldRange
{
	uint32		first;
	uint32		last;
	int32		step;
	int32		delta;
} FoldRange;

typedef struct FoldSpecial
{
	uint32		code;
	uint32		becomes[3];		/* 0 = no more */
} FoldSpecial;

typedef struct PlainLetter
{
	uint32		code;
	const char *letters;
} PlainLetter;

typedef struct CodeRange
{
	uint32		first;
	uint32		last;
} CodeRange;

#include "duplicates/fold_table.h"

/*
 * Marks that a plain text does without: those of Latin, Greek and Cyrillic letters,
 * points of Hebrew and Arabic ones, and the line that makes Arabic words longer.  Marks
 * of other scripts are letters of their own.
 */
static const CodeRange accent[] = {
	{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x05BF, 0x05BF}, {0x05C1, 0x05C2},
	{0x05C4, 0x05C5}, {0x05C7, 0x05C7}, {0x0610, 0x061A}, {0x0640, 0x0640}, {0x064B, 0x065F},
	{0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x06DF, 0x06E4}, {0x06E7, 0x06E8}, {0x06EA, 0x06ED},
	{0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F}
};

/* Signs of rights, which a plain text has not: some of them would become letters */
static const CodeRange rights[] = {
	{0x00A9, 0x00A9}, {0x00AE, 0x00AE}, {0x2117, 0x2117}, {0x2120, 0x2120}, {0x2122, 0x2122}
};

/* A text that grows */
typedef struct Codes
{
	pg_wchar   *code;
	int			n;
	int			space;
} Codes;

/* In an encoding of single bytes: what a byte is; 0 = not known yet */
static pg_wchar byte_code[128];

/* Conversions of the database's encoding from and to UTF-8; InvalidOid when there are none */
static Oid	to_utf8 = InvalidOid;
static Oid	from_utf8 = InvalidOid;
static bool conversions_known = false;

static void
add_code(Codes *codes, pg_wchar code)
{
	/* one more for the end */
	if (codes->n + 1 >= codes->space)
	{
		codes->space = Max(64, codes->space * 2);
		codes->code = codes->code == NULL ? palloc(codes->space * sizeof(pg_wchar))
			: repalloc_huge(codes->code, codes->space * sizeof(pg_wchar));
	}
	codes->code[codes->n++] = code;
	codes->code[codes->n] = 0;
}

static int
compare_range(const void *key, const void *entry)
{
	uint32		code = *(const uint32 *) key;
	const CodeRange *range = entry;

	return code < range->first ? -1 : code > range->last ? 1 : 0;
}

#define IN_RANGES(code, ranges) \
	((code) >= (ranges)[0].first && \
	 bsearch(&(code), ranges, lengthof(ranges), sizeof(CodeRange), compare_range) != NULL)

static int
compare_fold_range(const void *key, const void *entry)
{
	uint32		code = *(const uint32 *) key;
	const FoldRange *range = entry;

	return code < range->first ? -1 : code > range->last ? 1 : 0;
}

/* Entries that begin with a code point */
static int
compare_code(const void *key, const void *entry)
{
	uint32		code = *(const uint32 *) key;
	uint32		other = *(const uint32 *) entry;

	return code < other ? -1 : code > other ? 1 : 0;
}

/*
 * lc_is_separator
 *
 * Is a code point of a folded text none of a word: punctuation, a symbol, white space?
 */
bool
lc_is_separator(uint32 code)
{
	if (code < 0x80)
		return !((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z'));
	return IN_RANGES(code, separator);
}

/* Text in Unicode's form for comparing; without the characters that it cannot have */
static pg_wchar *
normalize(UnicodeNormalizationForm form, pg_wchar *codes)
{
	bool		is_ascii = true;

	for (pg_wchar *p = codes; *p && is_ascii; p++)
		is_ascii = *p < 0x80;
	return is_ascii ? codes : unicode_normalize(form, codes);
}

/*
 * Folds a text of code points.  Characters that are opaque come between texts that are
 * folded each by itself; they are no code points, which unicode_normalize() wants.
 */
static void
fold_codes(Codes *result, pg_wchar *codes, bool plain)
{
	Codes		folded = {0};
	pg_wchar   *decomposed = normalize(UNICODE_NFKD, codes);

	for (pg_wchar *p = decomposed; *p; p++)
	{
		uint32		code = *p;
		const FoldSpecial *special;
		const FoldRange *range;

		/* a dot on an i says nothing */
		if (code == 0x0307 && folded.n > 0 && folded.code[folded.n - 1] == 'i')
			continue;
		if (plain && IN_RANGES(code, accent))
			continue;
		special = bsearch(&code, fold_special, lengthof(fold_special), sizeof(FoldSpecial), compare_code);
		if (special != NULL)
		{
			for (size_t i = 0; i < lengthof(special->becomes) && special->becomes[i] != 0; i++)
				add_code(&folded, special->becomes[i]);
			continue;
		}
		range = bsearch(&code, fold_range, lengthof(fold_range), sizeof(FoldRange), compare_fold_range);
		if (range != NULL && (code - range->first) % range->step == 0)
			code += range->delta;
		if (code == 0x0131)
			code = 'i';
		if (plain && code >= 0x80)
		{
			const PlainLetter *letter = bsearch(&code, plain_letter, lengthof(plain_letter), sizeof(PlainLetter), compare_code);

			if (letter != NULL)
			{
				for (const char *c = letter->letters; *c; c++)
					add_code(&folded, *c);
				continue;
			}
			for (size_t i = 0; i < lengthof(digit_zero) && digit_zero[i] <= code; i++)
			{
				if (code - digit_zero[i] < 10)
				{
					code = '0' + (code - digit_zero[i]);
					break;
				}
			}
		}
		add_code(&folded, code);
	}
	if (folded.n > 0)
	{
		for (pg_wchar *p = normalize(UNICODE_NFKC, folded.code); *p; p++)
			add_code(result, *p);
	}
}

/* Looks for the conversions, once a session */
static void
find_conversions(void)
{
	int			encoding = GetDatabaseEncoding();

	if (conversions_known)
		return;
	if (encoding != PG_SQL_ASCII && encoding != PG_UTF8)
	{
		to_utf8 = FindDefaultConversion(PG_CATALOG_NAMESPACE, encoding, PG_UTF8);
		from_utf8 = FindDefaultConversion(PG_CATALOG_NAMESPACE, PG_UTF8, encoding);
	}
	conversions_known = true;
}

/* Converts a few bytes, all of them or none; the result has room for MAX_CONVERTED */
static int
convert(Oid conversion, int from, int to, const char *text, int len, char *result)
{
	if (!OidIsValid(conversion) ||
		pg_do_encoding_conversion_buf(conversion, from, to, (unsigned char *) unconstify(char *, text), len,
									  (unsigned char *) result, MAX_CONVERTED, true) != len)
		return 0;
	return strlen(result);
}

/* Writes a code point in the database's encoding; returns the length, 0 when it has it not */
static int
encode(pg_wchar code, char *result)
{
	char		utf8[5];
	int			len;

	if (code >= OPAQUE)
	{
		uint32		bytes = code - OPAQUE;
		int			n = 0;

		for (int shift = 24; shift >= 0; shift -= 8)
		{
			if (bytes >> shift)
				result[n++] = (bytes >> shift) & 0xFF;
		}
		return n;
	}
	if (code < 0x80)
	{
		*result = code;
		return 1;
	}
	unicode_to_utf8(code, (unsigned char *) (GetDatabaseEncoding() == PG_UTF8 ? result : utf8));
	len = pg_utf_mblen((unsigned char *) (GetDatabaseEncoding() == PG_UTF8 ? result : utf8));
	if (GetDatabaseEncoding() == PG_UTF8)
		return len;
	return convert(from_utf8, PG_UTF8, GetDatabaseEncoding(), utf8, len, result);
}

/* A character of another encoding than UTF-8, added as code points or as an opaque one */
static void
add_character(Codes *codes, const char *text, int len)
{
	char		buffer[MAX_CONVERTED];
	pg_wchar	decoded[MAX_CONVERTED];
	Codes		folded = {0};
	uint32		opaque = 0;
	int			n = 0;
	int			converted;
	bool		has_all;

	if (pg_database_encoding_max_length() == 1 && byte_code[*text & 0x7F] != 0)
	{
		add_code(codes, byte_code[*text & 0x7F]);
		return;
	}
	for (int i = 0; i < len; i++)
		opaque = (opaque << 8) | (unsigned char) text[i];
	opaque += OPAQUE;

	converted = convert(to_utf8, GetDatabaseEncoding(), PG_UTF8, text, len, buffer);
	for (int i = 0; i < converted; i += pg_utf_mblen((unsigned char *) buffer + i))
		decoded[n++] = utf8_to_unicode((unsigned char *) buffer + i);
	decoded[n] = 0;
	has_all = n > 0;
	if (has_all)
		fold_codes(&folded, decoded, false);
	for (int i = 0; i < folded.n && has_all; i++)
		has_all = encode(folded.code[i], buffer) > 0;
	if (pg_database_encoding_max_length() == 1)
		byte_code[*text & 0x7F] = has_all && n == 1 ? decoded[0] : opaque;
	if (has_all)
	{
		for (int i = 0; i < n; i++)
			add_code(codes, decoded[i]);
	}
	else
		add_code(codes, opaque);
}

/*
 * lc_fold_codes
 *
 * A text folded, or plain, as code points with 0 at the end, in the current memory
 * context, and how many they are.  Those that Unicode does not have are higher than any
 * that it has.
 */
uint32 *
lc_fold_codes(const char *text, int len, bool plain, int *n)
{
	Codes		result = {0};
	Codes		part = {0};
	int			marks = 0;
	bool		is_utf8 = GetDatabaseEncoding() == PG_UTF8;
	int			ascii = 0;

	while (ascii < len && !IS_HIGHBIT_SET(text[ascii]))
		ascii++;
	if (ascii == len)
	{
		result.code = palloc((len + 1) * sizeof(pg_wchar));
		for (int i = 0; i < len; i++)
			result.code[i] = pg_ascii_tolower((unsigned char) text[i]);
		result.code[len] = 0;
		*n = len;
		return result.code;
	}

	find_conversions();
	for (int i = 0; i < len;)
	{
		int			size = is_utf8 ? pg_utf_mblen((const unsigned char *) text + i) : pg_mblen(text + i);
		int			before = part.n;
		int			added = before;

		size = Min(size, len - i);
		if (!IS_HIGHBIT_SET(text[i]))
			add_code(&part, (unsigned char) text[i]);
		else if (is_utf8)
			add_code(&part, utf8_to_unicode((const unsigned char *) text + i));
		else
			add_character(&part, text + i, size);
		i += size;

		for (int j = before; j < part.n; j++)
		{
			uint32		code = part.code[j];

			if (IN_RANGES(code, ignorable) || (plain && IN_RANGES(code, rights)))
				continue;
			/* ordering many marks would take quadratic time */
			marks = IN_RANGES(code, combining) ? marks + 1 : 0;
			if (marks > MAX_MARKS)
				continue;
			if (code >= OPAQUE)
			{
				part.code[added] = 0;
				if (added > 0)
					fold_codes(&result, part.code, plain);
				add_code(&result, code);
				added = 0;
			}
			else
				part.code[added++] = code;
		}
		part.n = added;
	}
	if (part.n > 0)
	{
		part.code[part.n] = 0;
		fold_codes(&result, part.code, plain);
	}
	if (result.code == NULL)
		result.code = palloc0(sizeof(pg_wchar));
	*n = result.n;
	return result.code;
}

/*
 * Writes a letter with marks that the encoding does not have as one character: the
 * letter with one of the marks, if it has that, and the other marks behind it.  Returns
 * the length.
 */
static int
encode_parts(pg_wchar code, char *result)
{
	pg_wchar	whole[2] = {code, 0};
	pg_wchar   *parts = unicode_normalize(UNICODE_NFKD, whole);
	int			len = 0;
	int			used = 0;

	for (int i = 1; parts[0] != 0 && parts[i] != 0 && len == 0; i++)
	{
		pg_wchar	pair[3] = {parts[0], parts[i], 0};
		pg_wchar   *composed = unicode_normalize(UNICODE_NFKC, pair);

		if (composed[1] == 0)
			len = encode(composed[0], result);
		if (len > 0)
			used = i;
	}
	for (int i = 0; parts[i] != 0; i++)
	{
		if (used == 0 || (i != 0 && i != used))
			len += encode(parts[i], result + len);
	}
	return len;
}

/*
 * lc_codes_text
 *
 * Code points of a folded text in the encoding of the database, in the current memory
 * context.
 */
char *
lc_codes_text(const uint32 *codes, int n)
{
	char	   *result = palloc(n * MAX_MULTIBYTE_CHAR_LEN * (GetDatabaseEncoding() == PG_UTF8 ? 1 : MAX_PARTS) + MAX_CONVERTED);
	int			len = 0;

	for (int i = 0; i < n; i++)
	{
		int			size;

		if (codes[i] < 0x80)
		{
			result[len++] = codes[i];
			continue;
		}
		size = encode(codes[i], result + len);
		len += size > 0 ? size : encode_parts(codes[i], result + len);
	}
	result[len] = '\0';
	return result;
}

/*
 * lc_fold
 *
 * A folded text, in the current memory context.
 */
char *
lc_fold(const char *text, int len)
{
	int			n;
	uint32	   *codes = lc_fold_codes(text, len, false, &n);
	char	   *result = lc_codes_text(codes, n);

	pfree(codes);
	return result;
}
