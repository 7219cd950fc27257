/*-------------------------------------------------------------------------
 *
 * normalize.c
 *	  The forms in which values are compared, and by which they are looked for.
 *
 * Those of companies and e-mail addresses are in indexes: see fold.c for what that
 * means.  They are never longer than an entry of an index may be: of a text that is,
 * the beginning is followed by a hash of the whole form.
 *
 * All results are in the current memory context, in the encoding of the database, and
 * NULL when nothing is left of a value.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_normalize_company);
PG_FUNCTION_INFO_V1(leadconv_normalize_email);
PG_FUNCTION_INFO_V1(leadconv_normalize_company_1_1);
PG_FUNCTION_INFO_V1(leadconv_normalize_email_1_1);
PG_FUNCTION_INFO_V1(leadconv_normalize_name);

/* A form that has more bytes is cut there */
#define MAX_FORM		1000

/* No word of the lists below has more bytes */
#define MAX_LISTED		48

/*
 * Legal forms at the end of a company name, plain, without dots.  Those of several words
 * are found from the first on.
 */
static const char *const legal_forms[] = {
	"ab", "ag", "aktiengesellschaft", "aps", "as", "asa", "bhd", "bv", "bvba", "co", "company", "corp", "corporation", "cv",
	"doo", "ead", "eg", "eood", "ev", "eurl", "gbr", "gesmbh", "gmbh", "haftungsbeschrankt", "hf", "inc", "incorporated",
	"kb", "kft", "kg", "kgaa", "kk", "limited", "lda", "llc", "llp", "lp", "ltd", "ltda", "mbh", "nv", "ohg", "ood", "ou",
	"oy", "oyj", "pjsc", "plc", "pllc", "pte", "pty", "pvt", "sa", "sae", "sarl", "sas", "sasu", "sau", "scrl", "sdn", "se",
	"sia", "sl", "slu", "snc", "spa", "spj", "srl", "sro", "tbk", "uab", "ug", "vof", "wll", "zrt",
	"a s", "l l c", "private limited", "s a", "s a de c v", "s p a", "s r l", "s r o", "sa de cv", "sp z oo",
	"ооо", "оао", "зао", "пао", "ао", "тоо", "тов", "株", "有", "주", "유"
};

/* Legal forms in front of it */
static const char *const leading_forms[] = {
	"ооо", "оао", "зао", "пао", "ао", "ип", "тоо", "тов", "pt", "株", "有", "주", "유"
};

/* Legal forms that are written as one with the name, at its beginning or end */
static const char *const attached_forms[] = {
	"株式会社", "有限会社", "合同会社", "股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "주식회사", "유한회사"
};

/* What a word or a whole name is replaced by */
typedef struct Replacement
{
	const char *word;
	const char *by;
} Replacement;

static const Replacement company_words[] = {
	{"assoc", "associates"}, {"bros", "brothers"}, {"ctr", "center"}, {"centre", "center"}, {"engr", "engineering"},
	{"grp", "group"}, {"hldgs", "holdings"}, {"intl", "international"}, {"mfg", "manufacturing"}, {"mgmt", "management"},
	{"mgt", "management"}, {"natl", "national"}, {"svc", "services"}, {"svcs", "services"}, {"sys", "systems"},
	{"univ", "university"}, {"and", "&"}, {"und", "&"}, {"et", "&"}
};

static const Replacement company_names[] = {
	{"amd", "advanced micro devices"}, {"bcg", "boston consulting group"}, {"bmw", "bayerische motoren werke"},
	{"ey", "ernst & young"}, {"ge", "general electric"}, {"gm", "general motors"}, {"hp", "hewlett packard"},
	{"ibm", "international business machines"}, {"j & j", "johnson & johnson"}, {"p & g", "procter & gamble"},
	{"pwc", "pricewaterhousecoopers"}, {"ups", "united parcel service"}
};

static const Replacement city_words[] = {
	{"ft", "fort"}, {"mt", "mount"}, {"st", "saint"}, {"ste", "sainte"}
};

/* Parts of streets, each written as it is in most places */
static const Replacement street_words[] = {
	{"alley", "aly"}, {"apartment", "apt"}, {"av", "ave"}, {"avenida", "avda"}, {"avenue", "ave"}, {"boulevard", "blvd"},
	{"building", "bldg"}, {"calle", "c"}, {"circle", "cir"}, {"close", "cl"}, {"court", "ct"}, {"crescent", "cres"},
	{"drive", "dr"}, {"east", "e"}, {"expressway", "expy"}, {"fifth", "5th"}, {"first", "1st"}, {"floor", "fl"},
	{"fourth", "4th"}, {"freeway", "fwy"}, {"gardens", "gdns"}, {"heights", "hts"}, {"highway", "hwy"}, {"lane", "ln"},
	{"mount", "mt"}, {"north", "n"}, {"northeast", "ne"}, {"northwest", "nw"}, {"parkway", "pkwy"}, {"place", "pl"},
	{"plaza", "plz"}, {"road", "rd"}, {"room", "rm"}, {"route", "rte"}, {"second", "2nd"}, {"south", "s"},
	{"southeast", "se"}, {"southwest", "sw"}, {"square", "sq"}, {"street", "st"}, {"strasse", "str"}, {"suite", "ste"},
	{"terrace", "ter"}, {"third", "3rd"}, {"trail", "trl"}, {"turnpike", "tpke"}, {"unit", "apt"}, {"west", "w"},
	{"улица", "ул"}, {"проспект", "пр"}
};

/* What is at the end of a word that is a street and its name in one */
static const char *const street_endings[][2] = {
	{"strasse", "str"}, {"straat", "str"}, {"gatan", "g"}
};

/* A text as words */
typedef struct Words
{
	uint32	   *code;
	int			nwords;
	int		   *start;
	int		   *len;
} Words;

/* A word in UTF-8, to be looked for in lists; false when it is in none */
static bool
word_utf8(const uint32 *code, int len, char *result)
{
	int			n = 0;

	for (int i = 0; i < len; i++)
	{
		if (code[i] > 0x10FFFF || n + 4 >= MAX_LISTED)
			return false;
		if (code[i] < 0x80)
			result[n++] = code[i];
		else
		{
			unicode_to_utf8(code[i], (unsigned char *) result + n);
			n += pg_utf_mblen((unsigned char *) result + n);
		}
	}
	result[n] = '\0';
	return n > 0;
}

/* Code points of a word of a list, which is UTF-8, in the current memory context */
static uint32 *
listed_codes(const char *utf8, int *n)
{
	uint32	   *result = palloc(strlen(utf8) * sizeof(uint32));

	for (*n = 0; *utf8; utf8 += pg_utf_mblen((const unsigned char *) utf8))
		result[(*n)++] = utf8_to_unicode((const unsigned char *) utf8);
	return result;
}

/* What a word is replaced by, or NULL */
static const char *
find_replacement(const Replacement *list, int n, const char *word)
{
	for (int i = 0; i < n; i++)
	{
		if (*list[i].word == *word && strcmp(list[i].word, word) == 0)
			return list[i].by;
	}
	return NULL;
}

/*
 * lc_is_listed
 *
 * Is a word one of a list of n?
 */
bool
lc_is_listed(const char *const *list, int n, const char *word)
{
	for (int i = 0; i < n; i++)
	{
		if (*list[i] == *word && strcmp(list[i], word) == 0)
			return true;
	}
	return false;
}

/* A code point that is left out, so that what is around it is one word */
static bool
is_joiner(uint32 code)
{
	return code == '.' || code == '\'' || code == '`' || code == 0x2018 || code == 0x2019 || code == 0x02BC || code == 0x00B7;
}

/* A plain text as words, of which some characters are words of their own; with such, + is a letter */
static void
split_words(Words *words, const char *text, int len, const char *kept)
{
	int			n;
	uint32	   *codes = lc_fold_codes(text, len, true, &n);
	int			to = 0;
	bool		inside = false;

	words->code = codes;
	words->nwords = 0;
	words->start = palloc((n + 1) * sizeof(int));
	words->len = palloc((n + 1) * sizeof(int));
	for (int i = 0; i < n; i++)
	{
		uint32		code = codes[i];
		bool		is_alone = code < 0x80 && strchr(kept, code) != NULL && code != 0;

		if (is_joiner(code))
			continue;
		if (!is_alone && lc_is_separator(code) && !(code == '+' && *kept != '\0'))
		{
			inside = false;
			continue;
		}
		if (!inside || is_alone)
		{
			words->start[words->nwords] = to;
			words->len[words->nwords++] = 0;
		}
		inside = !is_alone;
		/* no more is written than has been read */
		words->code[to++] = code;
		words->len[words->nwords - 1]++;
	}
}

/* Words as a text, each replaced by what a list has for it */
static char *
join_words(const Words *words, int first, int end, const Replacement *list, int nlist)
{
	StringInfoData result;

	initStringInfo(&result);
	for (int i = first; i < end; i++)
	{
		char		word[MAX_LISTED];
		const char *full = NULL;

		if (i > first)
			appendStringInfoChar(&result, ' ');
		if (list != NULL && word_utf8(words->code + words->start[i], words->len[i], word))
			full = find_replacement(list, nlist, word);
		if (full != NULL && IS_HIGHBIT_SET(*full))
		{
			int			n;
			uint32	   *codes = listed_codes(full, &n);

			full = lc_codes_text(codes, n);
		}
		appendStringInfoString(&result, full ? full : lc_codes_text(words->code + words->start[i], words->len[i]));
	}
	return result.data;
}

/* A form as it is stored: not too long for an index; NULL when it is empty */
static char *
limit_form(char *form)
{
	int			len = strlen(form);
	int			cut;

	if (len == 0)
		return NULL;
	if (len <= MAX_FORM)
		return form;
	cut = pg_mbcliplen(form, len, MAX_FORM - 17);
	return psprintf("%.*s#%016llx", cut, form,
					(unsigned long long) DatumGetUInt64(hash_any_extended((unsigned char *) form, len, 0)));
}

/* Is a word one of a few ASCII ones? */
static bool
is_word(const Words *words, int i, const char *word)
{
	int			len = strlen(word);

	if (words->len[i] != len)
		return false;
	for (int j = 0; j < len; j++)
	{
		if (words->code[words->start[i] + j] != (uint32) word[j])
			return false;
	}
	return true;
}

/* How many of the words before the end are a legal form, or 0 */
static int
legal_form_length(const Words *words, int first, int end)
{
	/* those of several words end in "limited" or in one or two letters */
	int			most = end - first > 1 && (words->len[end - 1] <= 2 || is_word(words, end - 1, "limited")) ? 5 : 1;

	for (int n = Min(most, end - first - 1); n >= 1; n--)
	{
		char		form[5 * MAX_LISTED];
		int			len = 0;
		bool		fits = true;

		for (int i = end - n; i < end && fits; i++)
		{
			if (i > end - n)
				form[len++] = ' ';
			fits = word_utf8(words->code + words->start[i], words->len[i], form + len);
			if (fits)
				len += strlen(form + len);
		}
		if (fits && lc_is_listed(legal_forms, lengthof(legal_forms), form))
			return n;
	}
	return 0;
}

/* Takes away the legal forms that are written as one with the first or the last word */
static void
strip_attached(Words *words)
{
	for (size_t i = 0; i < lengthof(attached_forms) && words->nwords > 0; i++)
	{
		int			n;
		uint32	   *form;
		int			last = words->nwords - 1;

		/* all of them begin beyond Latin, Greek and Cyrillic */
		if (words->code[words->start[0]] < 0x1100 && words->code[words->start[last] + words->len[last] - 1] < 0x1100)
			return;
		form = listed_codes(attached_forms[i], &n);
		if (words->len[0] > n && memcmp(words->code + words->start[0], form, n * sizeof(uint32)) == 0)
		{
			words->start[0] += n;
			words->len[0] -= n;
		}
		else if (words->len[0] == n && words->nwords > 1 &&
				 memcmp(words->code + words->start[0], form, n * sizeof(uint32)) == 0)
		{
			memmove(words->start, words->start + 1, --words->nwords * sizeof(int));
			memmove(words->len, words->len + 1, words->nwords * sizeof(int));
		}
		last = words->nwords - 1;
		if (words->len[last] >= n && (words->len[last] > n || last > 0) &&
			memcmp(words->code + words->start[last] + words->len[last] - n, form, n * sizeof(uint32)) == 0)
		{
			words->len[last] -= n;
			if (words->len[last] == 0)
				words->nwords--;
		}
		pfree(form);
	}
}

/* The form of a company name, or only what is essential of it */
static char *
company_form(const char *name, int len, bool essential)
{
	Words		words;
	int			first = 0;
	int			end;
	char	   *result;
	char		word[MAX_LISTED];
	const char *full;

	split_words(&words, name, len, "&");
	strip_attached(&words);
	end = words.nwords;
	for (;;)
	{
		int			n = legal_form_length(&words, first, end);

		if (n == 0)
			break;
		end -= n;
		/* what joined it to the name, as in "GmbH & Co. KG" */
		while (essential && end - first > 1 && is_word(&words, end - 1, "&"))
			end--;
	}
	words.nwords = end;
	strip_attached(&words);
	end = words.nwords;
	if (end - first > 1 && ((essential && is_word(&words, first, "the")) ||
							(word_utf8(words.code + words.start[first], words.len[first], word) &&
							 lc_is_listed(leading_forms, lengthof(leading_forms), word))))
		first++;

	result = join_words(&words, first, end, company_words, lengthof(company_words));
	if ((full = find_replacement(company_names, lengthof(company_names), result)) != NULL)
		result = pstrdup(full);
	return limit_form(result);
}

/*
 * lc_normalize_company
 *
 * The form in which names of companies are the same for reuse: plain (fold.c), words
 * separated by one space, without punctuation and the legal form ("ACME, Inc." and "Acme
 * Inc" are "acme"), and with some abbreviations written out.  A dot or apostrophe inside
 * a word is dropped ("S.A." is "sa"), other punctuation separates words.  A name that is
 * nothing but a legal form keeps it.
 */
char *
lc_normalize_company(const char *name, int len)
{
	return company_form(name, len, false);
}

/*
 * lc_essential_company
 *
 * The same without an article in front, and without all of a legal form of several parts,
 * which can tell one company of a group from another ("Acme GmbH & Co. KG" is "acme"): the
 * form in which companies are looked for and compared by matching rules.
 */
char *
lc_essential_company(const char *name, int len)
{
	return company_form(name, len, true);
}

/*
 * lc_normalize_email
 *
 * The form in which e-mail addresses are compared: folded, without surrounding blanks.
 */
char *
lc_normalize_email(const char *email, int len)
{
	int			n;
	uint32	   *codes = lc_fold_codes(email, len, false, &n);
	int			first = 0;
	char	   *result;

	while (n > 0 && (codes[n - 1] == ' ' || (codes[n - 1] >= '\t' && codes[n - 1] <= '\r')))
		n--;
	while (first < n && (codes[first] == ' ' || (codes[first] >= '\t' && codes[first] <= '\r')))
		first++;
	result = limit_form(lc_codes_text(codes + first, n - first));
	pfree(codes);
	return result;
}

/*
 * lc_normalize_words
 *
 * A plain text as words separated by one space, without punctuation, such as the name of
 * a person or a title.
 */
char *
lc_normalize_words(const char *text, int len)
{
	Words		words;

	split_words(&words, text, len, "");
	return limit_form(join_words(&words, 0, words.nwords, NULL, 0));
}

/*
 * lc_normalize_city
 *
 * The same for a city, "St. Louis" being "saint louis".
 */
char *
lc_normalize_city(const char *city, int len)
{
	Words		words;

	split_words(&words, city, len, "");
	return limit_form(join_words(&words, 0, words.nwords, city_words, lengthof(city_words)));
}

/*
 * lc_normalize_street
 *
 * The same for a street, whose parts are as they are most often written: "12 North Main
 * Street" is "12 n main st", "Hauptstraße 5" is "hauptstr 5".
 */
char *
lc_normalize_street(const char *street, int len)
{
	Words		words;

	split_words(&words, street, len, "");
	for (int i = 0; i < words.nwords; i++)
	{
		uint32	   *code = words.code + words.start[i];

		for (size_t j = 0; j < lengthof(street_endings); j++)
		{
			int			n = strlen(street_endings[j][0]);
			int			at = words.len[i] - n;
			bool		ends = at > 0;

			for (int k = 0; k < n && ends; k++)
				ends = code[at + k] == (uint32) street_endings[j][0][k];
			if (ends)
			{
				n = strlen(street_endings[j][1]);
				for (int k = 0; k < n; k++)
					code[at + k] = street_endings[j][1][k];
				words.len[i] = at + n;
			}
		}
	}
	return limit_form(join_words(&words, 0, words.nwords, street_words, lengthof(street_words)));
}

/*
 * lc_normalize_zip
 *
 * Letters and digits of a postal code.
 */
char *
lc_normalize_zip(const char *zip, int len)
{
	int			n;
	uint32	   *codes = lc_fold_codes(zip, len, true, &n);
	int			to = 0;

	for (int i = 0; i < n; i++)
	{
		if (!lc_is_separator(codes[i]))
			codes[to++] = codes[i];
	}
	return limit_form(lc_codes_text(codes, to));
}

/* How many digits the country code has that a number begins with */
static int
country_length(const char *digits)
{
	static const char *const two[] = {
		"20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
		"52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
		"91", "92", "93", "94", "95", "98"
	};

	if (*digits == '1' || *digits == '7')
		return 1;
	for (size_t i = 0; i < lengthof(two); i++)
	{
		if (strncmp(digits, two[i], 2) == 0)
			return 2;
	}
	return 3;
}

/*
 * lc_parse_phone
 *
 * Takes a phone number apart: country code (empty when the number does not say), area
 * code, the next three digits, and the last four.  What is not told from each other by
 * digits is as it would be in North America, where the sections are of these lengths; a
 * 0 that is dialled in front of an area code is no part of it.  An extension is left
 * out.  Returns false when it is no number: no digits, or always the same one.
 */
bool
lc_parse_phone(const char *text, int len, LcPhone *phone)
{
	int			ncodes;
	uint32	   *codes = lc_fold_codes(text, Min(len, 256), true, &ncodes);
	char		digits[LC_PHONE_DIGITS + 1];
	char	   *national = digits;
	int			n = 0;
	bool		has_plus = false;
	bool		varies = false;

	memset(phone, 0, sizeof(LcPhone));
	for (int i = 0; i < ncodes && n < LC_PHONE_DIGITS; i++)
	{
		if (codes[i] >= '0' && codes[i] <= '9')
		{
			/* +44 (0)20 ... */
			if (has_plus && codes[i] == '0' && i > 0 && codes[i - 1] == '(' && codes[i + 1] == ')')
				continue;
			digits[n++] = codes[i];
		}
		else if (codes[i] == '+' && n == 0)
			has_plus = true;
		else if (n >= 6 && (codes[i] == 'x' || codes[i] == '#' || codes[i] == ';' ||
							(codes[i] == 'e' && codes[i + 1] == 'x')))
			break;
	}
	digits[n] = '\0';
	pfree(codes);
	for (int i = 1; i < n; i++)
		varies |= digits[i] != digits[0];
	if (!varies)
		return false;

	if (!has_plus && n > 8 && strncmp(digits, "00", 2) == 0)
	{
		national += 2;
		has_plus = true;
	}
	else if (!has_plus && n > 9 && strncmp(digits, "011", 3) == 0)
	{
		national += 3;
		has_plus = true;
	}
	n = strlen(national);
	if ((has_plus && n > 6) || (n == 11 && *national == '1'))
	{
		int			size = country_length(national);

		memcpy(phone->country, national, size);
		national += size;
	}
	if (*national == '0' && national[1] != '\0')
		national++;

	n = strlen(national);
	memcpy(phone->line, national + Max(n - 4, 0), Min(n, 4));
	memcpy(phone->exchange, national + Max(n - 7, 0), Max(Min(n - 4, 3), 0));
	memcpy(phone->area, national, Max(n - 7, 0));
	return true;
}

/* leadconv.normalize_company(text): lc_normalize_company() for SQL */
Datum
leadconv_normalize_company_1_1(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	char	   *result = lc_normalize_company(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* leadconv.normalize_email(text): lc_normalize_email() for SQL */
Datum
leadconv_normalize_email_1_1(PG_FUNCTION_ARGS)
{
	text	   *email = PG_GETARG_TEXT_PP(0);
	char	   *result = lc_normalize_email(VARDATA_ANY(email), VARSIZE_ANY_EXHDR(email));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/*
 * What 1.0.0 had, whose functions a database that has not been updated still calls, and
 * whose indexes have what they returned: not to be changed.
 */

static const char *const legal_suffixes_1_0[] = {
	"ab", "ag", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc",
	"incorporated", "kg", "limited", "llc", "llp", "ltd", "nv", "oy", "plc", "pty",
	"sa", "sarl", "sas", "se", "spa", "srl"
};

static bool
is_legal_suffix_1_0(const char *word, int len)
{
	for (size_t i = 0; i < lengthof(legal_suffixes_1_0); i++)
	{
		if (strlen(legal_suffixes_1_0[i]) == (size_t) len && memcmp(legal_suffixes_1_0[i], word, len) == 0)
			return true;
	}
	return false;
}

/* The form of a company name of 1.0.0: ASCII letters only have a case */
static char *
company_form_1_0(const char *name, int len)
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
		if (start == 0 || !is_legal_suffix_1_0(result + start, n - start))
			break;
		n = start - 1;
	}
	result[n] = '\0';
	pfree(lower);
	return n > 0 ? result : NULL;
}

/* The form of an e-mail address of 1.0.0 */
static char *
email_form_1_0(const char *email, int len)
{
	while (len > 0 && isspace((unsigned char) *email))
		email++, len--;
	while (len > 0 && isspace((unsigned char) email[len - 1]))
		len--;
	return len > 0 ? str_tolower(email, len, C_COLLATION_OID) : NULL;
}

/* leadconv.normalize_company(text) of 1.0.0 */
Datum
leadconv_normalize_company(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	char	   *result = company_form_1_0(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* leadconv.normalize_email(text) of 1.0.0 */
Datum
leadconv_normalize_email(PG_FUNCTION_ARGS)
{
	text	   *email = PG_GETARG_TEXT_PP(0);
	char	   *result = email_form_1_0(VARDATA_ANY(email), VARSIZE_ANY_EXHDR(email));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/* leadconv.normalize_name(text): lc_normalize_words() for SQL */
Datum
leadconv_normalize_name(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	char	   *result = lc_normalize_words(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
