/*-------------------------------------------------------------------------
 *
 * method.c
 *	  Matching methods: how much two values of a field are the same.
 *
 * A value is made comparable once: it is put into the form of its method (normalize.c),
 * as text, code points and words, with what else the method wants to know of it.  Then it
 * is compared many times.  Nothing is looked at beyond MAX_CHARS characters and MAX_WORDS
 * words, so that no two values take long.
 *
 * Scores are between 0 and 100.  A method that has several algorithms takes the highest
 * of theirs; those that compare sections add the weights of the sections that are the
 * same.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_match_score);
PG_FUNCTION_INFO_V1(leadconv_is_match);

#define MAX_BYTES		800
#define MAX_CHARS		100
#define MAX_WORDS		16

/* Acronyms have no more letters */
#define MAX_ACRONYM		8

/* How much a word of a company name counts */
#define WORD_WEIGHT			10
#define GENERIC_WEIGHT		4
#define OTHER_WEIGHT		8		/* of a generic one, where the other name has another word */
#define CONNECTING_WEIGHT	1

/* A word, as a part of text and of code */
typedef struct Word
{
	int			start;			/* in code */
	int			len;
	int			byte;			/* in text */
	int			nbytes;
	int			weight;			/* of companies */
	int			ngroups;		/* of first names: the groups of variants */
	int		   *group;
} Word;

/* Sections of a street */
enum
{
	STREET_NAME,
	STREET_NUMBER,
	STREET_TYPE,
	STREET_UNIT,
	STREET_DIRECTION,
	NUM_STREET_SECTIONS
};

static const int street_weight[NUM_STREET_SECTIONS] = {
	[STREET_NAME] = 50,
	[STREET_NUMBER] = 30,
	[STREET_TYPE] = 10,
	[STREET_UNIT] = 5,
	[STREET_DIRECTION] = 5
};

struct LcMatchValue
{
	char	   *text;			/* normalised */
	int			nbytes;
	uint32	   *code;			/* the same */
	int			ncodes;
	int			nwords;
	Word		word[MAX_WORDS];
	char	   *joined;			/* without blanks */
	char		initials[MAX_ACRONYM + 1];	/* of several words; empty when there are too many, or not ASCII */
	char	   *sound[2];		/* of last names: by double metaphone, or NULL */
	LcPhone		phone;
	char	   *section[NUM_STREET_SECTIONS];	/* of streets and postal codes; empty when it has none */
	int			nhashes;		/* of titles: the words as they are, and written out */
	uint32		hash[MAX_WORDS];
	int			nfull_hashes;
	uint32		full_hash[MAX_WORDS * 3];
	int			nshort;			/* how many of them have been */
};

static const struct
{
	const char *name;
	int			threshold;
}			methods[LC_NMATCHING_METHODS] = {
	[LC_MATCH_EXACT] = {"Exact", 100},
	[LC_MATCH_FIRST_NAME] = {"FirstName", 85},
	[LC_MATCH_LAST_NAME] = {"LastName", 90},
	[LC_MATCH_COMPANY_NAME] = {"CompanyName", 70},
	[LC_MATCH_PHONE] = {"Phone", 80},
	[LC_MATCH_CITY] = {"City", 85},
	[LC_MATCH_STREET] = {"Street", 80},
	[LC_MATCH_ZIP] = {"Zip", 80},
	[LC_MATCH_TITLE] = {"Title", 50}
};

/* Words that many companies have in their names, sorted, and those that only connect */
static const char *const generic_words[] = {
	"accounting", "advertising", "aerospace", "agency", "agriculture", "america", "american", "architects", "associates",
	"automotive", "aviation", "bakery", "bank", "beverages", "brewing", "brothers", "builders", "business", "cafe", "capital",
	"catering", "center", "chemical", "chemicals", "cleaning", "clinic", "clothing", "club", "college", "communications",
	"computer", "computers", "construction", "consultants", "consulting", "contracting", "contractors", "controls", "dental",
	"design", "deutschland", "development", "digital", "distribution", "education", "electric", "electrical", "electronics",
	"energy", "engineering", "enterprise", "enterprises", "entertainment", "environmental", "equipment", "europe", "events",
	"farms", "fashion", "finance", "financial", "first", "fitness", "flooring", "food", "foods", "foundation", "france",
	"freight", "furniture", "garden", "gas", "general", "global", "graphics", "group", "groupe", "gruppe", "handel",
	"hardware", "health", "healthcare", "heating", "holding", "holdings", "homes", "hospital", "hospitality", "hotel",
	"hotels", "house", "imports", "industrial", "industries", "institute", "insurance", "interiors", "international",
	"investments", "jewelry", "kitchen", "laboratories", "labs", "landscaping", "law", "legal", "lighting", "logistics",
	"lumber", "machinery", "maintenance", "management", "manufacturing", "marketing", "materials", "media", "medical",
	"metal", "metals", "mining", "mobile", "mortgage", "motor", "motors", "music", "national", "network", "networks", "new",
	"north", "oil", "online", "optical", "optics", "packaging", "painting", "paper", "partners", "partnership", "pharma",
	"pharmaceuticals", "photography", "plastics", "plumbing", "power", "printing", "production", "productions", "products",
	"properties", "publishing", "realty", "recruiting", "recycling", "rentals", "repair", "research", "resources",
	"restaurant", "retail", "robotics", "roofing", "safety", "salon", "school", "security", "service", "services", "shipping",
	"software", "solution", "solutions", "sons", "south", "sports", "staffing", "steel", "store", "stores", "studio",
	"studios", "supplies", "supply", "surgery", "system", "systems", "tax", "tech", "technologies", "technology", "telecom",
	"textiles", "tools", "tours", "toys", "trading", "transport", "travel", "trucking", "trust", "uk", "united", "university",
	"us", "usa", "ventures", "water", "wellness", "west", "wine", "wood", "works", "worldwide"
};

static const char *const connecting_words[] = {
	"&", "a", "al", "am", "an", "at", "by", "da", "das", "de", "del", "der", "des", "di", "die", "do", "du", "e", "el", "en",
	"for", "fur", "i", "in", "la", "le", "les", "los", "of", "on", "the", "to", "van", "von", "y", "zu", "и"
};

/* What a title has in short; words are written out in the comparison of words */
static const struct
{
	const char *word;
	const char *full[3];
}			title_words[] = {
	{"admin", {"administrator"}}, {"asst", {"assistant"}}, {"assoc", {"associate"}}, {"avp", {"assistant", "vice", "president"}},
	{"ceo", {"chief", "executive", "officer"}}, {"cfo", {"chief", "financial", "officer"}},
	{"cio", {"chief", "information", "officer"}}, {"cmo", {"chief", "marketing", "officer"}},
	{"coo", {"chief", "operating", "officer"}}, {"cto", {"chief", "technology", "officer"}}, {"dev", {"developer"}},
	{"dir", {"director"}}, {"eng", {"engineer"}}, {"engr", {"engineer"}}, {"evp", {"executive", "vice", "president"}},
	{"exec", {"executive"}}, {"gm", {"general", "manager"}}, {"hr", {"human", "resources"}}, {"intl", {"international"}},
	{"it", {"information", "technology"}}, {"jr", {"junior"}}, {"md", {"managing", "director"}}, {"mgr", {"manager"}},
	{"mktg", {"marketing"}}, {"ops", {"operations"}}, {"pm", {"project", "manager"}}, {"pres", {"president"}},
	{"rep", {"representative"}}, {"spec", {"specialist"}}, {"sr", {"senior"}}, {"supv", {"supervisor"}},
	{"svp", {"senior", "vice", "president"}}, {"tech", {"technician"}}, {"vp", {"vice", "president"}}
};

/* What follows a last name and is none */
static const char *const generations[] = {"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"};

/* Parts of streets, as lc_normalize_street() writes them */
static const char *const street_types[] = {
	"aly", "ave", "avda", "blvd", "c", "cir", "cl", "cres", "ct", "dr", "expy", "fwy", "gdns", "hwy", "ln", "pkwy", "pl",
	"platz", "plz", "rd", "rte", "rue", "sq", "st", "str", "ter", "tpke", "trl", "via", "way", "weg", "ул", "пр"
};
static const char *const street_units[] = {"apt", "bldg", "fl", "rm", "ste"};
static const char *const street_directions[] = {"e", "n", "ne", "nw", "s", "se", "sw", "w"};

/* Keys that are beside each other */
static const char *const keyboards[][3] = {
	{"qwertyuiop", "asdfghjkl", "zxcvbnm"},
	{"йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"}
};

/* Row and place of a key, as 16 * row + place, for a to z and for а to я; 0 = none */
static unsigned char key_place[26 + 32];
static bool key_places_known = false;

#define IS_LISTED(list, word) lc_is_listed(list, lengthof(list), word)

/* A word and one of a sorted list */
static int
compare_listed(const void *word, const void *listed)
{
	return strcmp(word, *(const char *const *) listed);
}

/* Part of a whole in percent, rounded */
static int
percent(int part, int whole)
{
	return (200 * part + whole) / (2 * whole);
}

/*
 * lc_matching_method
 *
 * The method of a name, or -1 when there is none.
 */
int
lc_matching_method(const char *name)
{
	for (int i = 0; i < LC_NMATCHING_METHODS; i++)
	{
		if (strcmp(methods[i].name, name) == 0)
			return i;
	}
	return -1;
}

/*
 * lc_matching_method_name
 *
 * The name of a method.
 */
const char *
lc_matching_method_name(LcMatchingMethod method)
{
	return methods[method].name;
}

/*
 * lc_match_threshold
 *
 * The score from which on two values match.
 */
int
lc_match_threshold(LcMatchingMethod method)
{
	return methods[method].threshold;
}

/* A word as a string */
static char *
word_text(const LcMatchValue *value, int i)
{
	return pnstrdup(value->text + value->word[i].byte, value->word[i].nbytes);
}

/* Takes a normalised text into a value: its code points and words */
static void
set_text(LcMatchValue *value, char *text)
{
	int			max = MAX_CHARS;
	int			nbytes = strlen(text);
	char	   *to;
	bool		inside = false;

	/* a character has at most so many bytes */
	value->nbytes = nbytes <= max ? nbytes : pg_mbcharcliplen(text, nbytes, max);
	text[value->nbytes] = '\0';
	value->text = text;
	value->code = palloc((value->nbytes + 1) * sizeof(pg_wchar));
	value->ncodes = 0;
	value->nwords = 0;
	value->joined = to = palloc(value->nbytes + 1);
	for (int i = 0; i < value->nbytes;)
	{
		int			size = pg_mblen(text + i);
		pg_wchar	wide[MAX_MULTIBYTE_CHAR_LEN + 1];

		if (text[i] == ' ')
			inside = false;
		else
		{
			if (!inside && value->nwords < MAX_WORDS)
			{
				Word	   *word = &value->word[value->nwords++];

				memset(word, 0, sizeof(Word));
				word->start = value->ncodes;
				word->byte = i;
				inside = true;
			}
			if (inside)
			{
				value->word[value->nwords - 1].len++;
				value->word[value->nwords - 1].nbytes += size;
			}
			memcpy(to, text + i, size);
			to += size;
		}
		if (!IS_HIGHBIT_SET(text[i]))
			wide[0] = (unsigned char) text[i];
		else
			pg_mb2wchar_with_len(text + i, wide, size);
		value->code[value->ncodes++] = wide[0];
		i += size;
	}
	*to = '\0';
}

/* The initials of several words; with connecting ones left out, if there are enough others */
static void
set_initials(LcMatchValue *value)
{
	int			n = 0;

	for (int i = 0; i < value->nwords; i++)
	{
		uint32		initial = value->code[value->word[i].start];

		if (value->word[i].weight == CONNECTING_WEIGHT && value->nwords > 2)
			continue;
		if (n == MAX_ACRONYM || initial >= 0x80)
		{
			n = 0;
			break;
		}
		value->initials[n++] = initial;
	}
	value->initials[n < 2 ? 0 : n] = '\0';
}

/* Weights of the words of a company's name */
static void
set_weights(LcMatchValue *value)
{
	for (int i = 0; i < value->nwords; i++)
	{
		char	   *word = word_text(value, i);

		value->word[i].weight = IS_LISTED(connecting_words, word) ? CONNECTING_WEIGHT
			: bsearch(word, generic_words, lengthof(generic_words), sizeof(char *), compare_listed) != NULL
			? GENERIC_WEIGHT : WORD_WEIGHT;
		pfree(word);
	}
}

/* Adds a word to a section */
static void
add_to_section(LcMatchValue *value, int section, const char *word)
{
	value->section[section] = value->section[section][0] == '\0' ? pstrdup(word)
		: psprintf("%s %s", value->section[section], word);
}

/* Is it a number of a house, such as 12 or 12b, and not a street such as 5th? */
static bool
is_house_number(const char *word)
{
	int			digits = strspn(word, "0123456789");

	return digits > 0 && !(strcmp(word + digits, "st") == 0 || strcmp(word + digits, "nd") == 0 ||
						   strcmp(word + digits, "rd") == 0 || strcmp(word + digits, "th") == 0);
}

/* Takes a street apart */
static void
set_street(LcMatchValue *value)
{
	for (int i = 0; i < NUM_STREET_SECTIONS; i++)
		value->section[i] = "";
	for (int i = 0; i < value->nwords; i++)
	{
		char	   *word = word_text(value, i);

		if (IS_LISTED(street_units, word))
		{
			if (i + 1 < value->nwords)
				add_to_section(value, STREET_UNIT, word_text(value, ++i));
		}
		else if (is_house_number(word))
			add_to_section(value, value->section[STREET_NUMBER][0] == '\0' ? STREET_NUMBER : STREET_UNIT, word);
		else if (IS_LISTED(street_directions, word))
			add_to_section(value, STREET_DIRECTION, word);
		else if (IS_LISTED(street_types, word))
			add_to_section(value, STREET_TYPE, word);
		else
			add_to_section(value, STREET_NAME, word);
	}
	/* a street that is called as others are called a street */
	if (value->section[STREET_NAME][0] == '\0')
	{
		value->section[STREET_NAME] = value->section[STREET_TYPE];
		value->section[STREET_TYPE] = "";
	}
}

/* The first five characters of a postal code, and the rest */
static void
set_zip(LcMatchValue *value)
{
	int			first = Min(value->nbytes, pg_mbcharcliplen(value->text, value->nbytes, 5));
	char	   *start = pnstrdup(value->text, first);

	/* spreadsheets take zeros away */
	while (start[0] == '0' && start[1] != '\0')
		start++;
	value->section[0] = start;
	value->section[1] = value->text + first;
}

/* Adds a word to a set of hashes */
static void
add_hash(uint32 *set, int *n, const char *word)
{
	uint32		hash = hash_bytes((const unsigned char *) word, strlen(word));

	for (int i = 0; i < *n; i++)
	{
		if (set[i] == hash)
			return;
	}
	set[(*n)++] = hash;
}

/* Words of a title, as they are and written out */
static void
set_title_words(LcMatchValue *value)
{
	for (int i = 0; i < value->nwords; i++)
	{
		char	   *word = word_text(value, i);
		bool		is_short = false;

		add_hash(value->hash, &value->nhashes, word);
		for (size_t j = 0; j < lengthof(title_words); j++)
		{
			if (strcmp(title_words[j].word, word) != 0)
				continue;
			is_short = true;
			value->nshort++;
			for (size_t k = 0; k < lengthof(title_words[j].full) && title_words[j].full[k] != NULL; k++)
				add_hash(value->full_hash, &value->nfull_hashes, title_words[j].full[k]);
		}
		if (!is_short)
			add_hash(value->full_hash, &value->nfull_hashes, word);
		pfree(word);
	}
}

/* A folded text without blanks around it; an address of a page without what it need not have */
static char *
exact_form(const char *text)
{
	char	   *result = lc_fold(text, strlen(text));
	int			len = strlen(result);

	while (len > 0 && isspace((unsigned char) result[len - 1]))
		len--;
	while (len > 0 && isspace((unsigned char) *result))
		result++, len--;
	result[len] = '\0';
	if (strncmp(result, "http://", 7) == 0 || strncmp(result, "https://", 8) == 0 || strncmp(result, "www.", 4) == 0)
	{
		if (strncmp(result, "http", 4) == 0)
			result = strchr(result, '/') + 2;
		if (strncmp(result, "www.", 4) == 0)
			result += 4;
		len = strlen(result);
		if (len > 1 && result[len - 1] == '/')
			result[len - 1] = '\0';
	}
	return result;
}

/*
 * lc_match_value
 *
 * A value made comparable by a method, in the current memory context; NULL when there is
 * nothing to compare: no text, a blank one, or one that is no phone number or has no
 * letter or digit of a postal code.  Raises SCHEMA_NOT_READY when something of what it
 * takes (contrib.c, name_variant.c) is missing.
 */
LcMatchValue *
lc_match_value(LcMatchingMethod method, const char *text)
{
	LcMatchValue *value;
	char	   *form = NULL;
	int			len = text ? strlen(text) : 0;

	if (text == NULL || lc_is_blank(text, len))
		return NULL;
	value = palloc0(sizeof(LcMatchValue));
	if (method == LC_MATCH_EXACT)
	{
		/* all of it counts */
		value->text = exact_form(text);
		return value;
	}

	len = pg_mbcliplen(text, len, MAX_BYTES);
	switch (method)
	{
		case LC_MATCH_PHONE:
			if (!lc_parse_phone(text, len, &value->phone))
				return NULL;
			return value;
		case LC_MATCH_COMPANY_NAME:
			form = lc_essential_company(text, len);
			break;
		case LC_MATCH_CITY:
			form = lc_normalize_city(text, len);
			break;
		case LC_MATCH_STREET:
			form = lc_normalize_street(text, len);
			break;
		case LC_MATCH_ZIP:
			form = lc_normalize_zip(text, len);
			if (form == NULL)
				return NULL;
			break;
		default:
			form = lc_normalize_words(text, len);
			break;
	}
	/* nothing but punctuation is compared as it is */
	if (form == NULL)
		form = lc_fold(text, len);
	set_text(value, lc_unaccent(form));

	switch (method)
	{
		case LC_MATCH_FIRST_NAME:
			set_initials(value);
			for (int i = 0; i < value->nwords; i++)
				value->word[i].ngroups = lc_name_groups(word_text(value, i), &value->word[i].group);
			break;
		case LC_MATCH_LAST_NAME:
			while (value->nwords > 1 && IS_LISTED(generations, word_text(value, value->nwords - 1)))
				set_text(value, pnstrdup(value->text, value->word[value->nwords - 1].byte - 1));
			for (int i = 0; i < 2; i++)
				value->sound[i] = lc_metaphone(value->joined, i == 1);
			break;
		case LC_MATCH_COMPANY_NAME:
			set_weights(value);
			set_initials(value);
			break;
		case LC_MATCH_STREET:
			set_street(value);
			break;
		case LC_MATCH_ZIP:
			set_zip(value);
			break;
		case LC_MATCH_TITLE:
			set_initials(value);
			set_title_words(value);
			break;
		default:
			break;
	}
	return value;
}

/* Edit distance of two texts, and what is the same of the longer one, in percent */
static int
edit_score(const char *a, int a_bytes, int a_chars, const char *b, int b_bytes, int b_chars)
{
	int			longer = Max(a_chars, b_chars);

	if (longer == 0)
		return 0;
	return percent(longer - varstr_levenshtein(a, a_bytes, b, b_bytes, 1, 1, 1, true), longer);
}

/* Jaro-Winkler similarity in percent */
static int
jaro_winkler(const uint32 *a, int a_len, const uint32 *b, int b_len)
{
	bool		a_used[MAX_CHARS] = {0};
	bool		b_used[MAX_CHARS] = {0};
	int			window = Max(Max(a_len, b_len) / 2 - 1, 0);
	int			matches = 0;
	int			transpositions = 0;
	int			prefix = 0;
	double		jaro;

	if (a_len == 0 || b_len == 0)
		return 0;
	for (int i = 0; i < a_len; i++)
	{
		int			end = Min(i + window + 1, b_len);

		for (int j = Max(i - window, 0); j < end; j++)
		{
			if (!b_used[j] && a[i] == b[j])
			{
				a_used[i] = b_used[j] = true;
				matches++;
				break;
			}
		}
	}
	if (matches == 0)
		return 0;
	for (int i = 0, j = 0; i < a_len; i++)
	{
		if (!a_used[i])
			continue;
		while (!b_used[j])
			j++;
		if (a[i] != b[j++])
			transpositions++;
	}
	jaro = ((double) matches / a_len + (double) matches / b_len + (matches - transpositions / 2.0) / matches) / 3;
	while (prefix < 4 && prefix < a_len && prefix < b_len && a[prefix] == b[prefix])
		prefix++;
	return (int) ((jaro + prefix * 0.1 * (1 - jaro)) * 100 + 0.5);
}

/* Are two words the same? */
static bool
same_word(const LcMatchValue *a, int i, const LcMatchValue *b, int j)
{
	return a->word[i].nbytes == b->word[j].nbytes &&
		memcmp(a->text + a->word[i].byte, b->text + b->word[j].byte, a->word[i].nbytes) == 0;
}

/* Is a name called in one of the ways that the other one is? */
static bool
share_group(const Word *a, const Word *b)
{
	for (int i = 0; i < a->ngroups; i++)
	{
		for (int j = 0; j < b->ngroups; j++)
		{
			if (a->group[i] == b->group[j])
				return true;
		}
	}
	return false;
}

/*
 * How much two words of first names are the same, and whether they match.  When the
 * dictionary of variants knows both, it has the last word; and it must know that a name
 * is short for another, but for a letter that may have been left out.
 */
static int
first_name_word_score(const LcMatchValue *a, int i, const LcMatchValue *b, int j, bool *matches)
{
	const Word *left = &a->word[i];
	const Word *right = &b->word[j];
	const uint32 *left_code = a->code + left->start;
	const uint32 *right_code = b->code + right->start;
	int			shorter = Min(left->len, right->len);
	int			longer = Max(left->len, right->len);
	int			score;

	*matches = true;
	if (same_word(a, i, b, j) || (shorter == 1 && *left_code == *right_code))
		return 100;
	score = jaro_winkler(left_code, left->len, right_code, right->len);
	if (share_group(left, right))
		return Max(score, methods[LC_MATCH_FIRST_NAME].threshold);
	*matches = false;
	if (left->ngroups > 0 && right->ngroups > 0)
		return score;
	if (memcmp(left_code, right_code, shorter * sizeof(uint32)) == 0)
	{
		uint32		last = left->len > right->len ? left_code[longer - 1] : right_code[longer - 1];

		/* a vowel at the end makes another name of it */
		if (longer - shorter > 1 || longer < 5 || (last < 0x80 && strchr("aeio", (char) last) != NULL))
			return score;
	}
	*matches = score >= methods[LC_MATCH_FIRST_NAME].threshold;
	return score;
}

/* First names: exact, initials, Jaro-Winkler, variants; words that one has not do not count much */
static int
first_name_score(const LcMatchValue *a, const LcMatchValue *b, bool *matches)
{
	int			common = Min(a->nwords, b->nwords);
	int			score = 100;

	*matches = true;
	if (strcmp(a->joined, b->joined) == 0)
		return 100;
	/* J. R. is JR */
	if ((b->initials[0] && a->nwords == 1 && strcmp(a->joined, b->initials) == 0) ||
		(a->initials[0] && b->nwords == 1 && strcmp(b->joined, a->initials) == 0))
		return 100;
	*matches = common > 0;
	if (common == 0)
		return 0;
	for (int i = 0; i < common; i++)
	{
		bool		word_matches;
		int			word_score = first_name_word_score(a, i, b, i, &word_matches);

		score = Min(score, word_score);
		*matches &= word_matches;
	}
	if (a->nwords != b->nwords)
		score = Min(score, 95);
	return score;
}

/* Finds the places of the keys, once a session */
static void
find_keys(void)
{
	for (size_t i = 0; i < lengthof(keyboards); i++)
	{
		for (int row = 0; row < 3; row++)
		{
			int			place = 0;

			for (const char *c = keyboards[i][row]; *c; c += pg_utf_mblen((const unsigned char *) c))
			{
				uint32		code = utf8_to_unicode((const unsigned char *) c);

				key_place[i == 0 ? code - 'a' : 26 + (code - 0x0430)] = 16 * (row + 1) + place++;
			}
		}
	}
	key_places_known = true;
}

static int
place_of_key(uint32 code)
{
	if (code >= 'a' && code <= 'z')
		return key_place[code - 'a'];
	if (code >= 0x0430 && code <= 0x044F && GetDatabaseEncoding() == PG_UTF8)
		return key_place[26 + code - 0x0430];
	return 0;
}

/* Are two keys beside each other, on the keyboard of one script? */
static bool
are_neighbours(uint32 a, uint32 b)
{
	int			left = place_of_key(a);
	int			right = place_of_key(b);
	int			rows;
	int			places;

	if (left == 0 || right == 0 || (a < 0x80) != (b < 0x80))
		return false;
	rows = left / 16 - right / 16;
	places = left % 16 - right % 16;
	if (rows == 0)
		return places == 1 || places == -1;
	/* each row begins half a key or so to the right of the one above */
	if (rows == -1)
		return places == 0 || places == 1;
	if (rows == 1)
		return places == 0 || places == -1;
	return false;
}

/* A slip of the finger costs less than a mistake: this of 10 */
#define SLIP_COST		5
#define MISTAKE_COST	10

/*
 * What is the same of two texts, in percent, when a key beside the right one, two letters
 * the other way round and a letter that is doubled or not count as slips.
 */
static int
keyboard_score(const uint32 *a, int a_len, const uint32 *b, int b_len)
{
	int			rows[3][MAX_CHARS + 1];
	int		   *last_but_one = rows[0];
	int		   *last = rows[1];
	int		   *current = rows[2];
	int			longer = Max(a_len, b_len);

	if (longer == 0 || abs(a_len - b_len) * 4 > longer)
		return 0;
	if (!key_places_known)
		find_keys();
	for (int j = 0; j <= b_len; j++)
		last[j] = j * MISTAKE_COST;
	for (int i = 1; i <= a_len; i++)
	{
		int		   *row;

		current[0] = i * MISTAKE_COST;
		for (int j = 1; j <= b_len; j++)
		{
			uint32		x = a[i - 1];
			uint32		y = b[j - 1];
			int			best = last[j - 1];
			int			other;

			if (x != y)
				best += are_neighbours(x, y) ? SLIP_COST : MISTAKE_COST;
			other = last[j] + (i > 1 && x == a[i - 2] ? SLIP_COST : MISTAKE_COST);
			best = Min(best, other);
			other = current[j - 1] + (j > 1 && y == b[j - 2] ? SLIP_COST : MISTAKE_COST);
			best = Min(best, other);
			if (i > 1 && j > 1 && x == b[j - 2] && y == a[i - 2])
			{
				other = last_but_one[j - 2] + SLIP_COST;
				best = Min(best, other);
			}
			current[j] = best;
		}
		row = last_but_one;
		last_but_one = last;
		last = current;
		current = row;
	}
	return Max(percent(longer * MISTAKE_COST - last[b_len], longer * MISTAKE_COST), 0);
}

/* The first vowel of a word, or 0 */
static char
first_vowel(const char *word)
{
	word += strcspn(word, "aeiou");
	return *word;
}

/* Last names: exact, slips of the finger, sound */
static int
last_name_score(const LcMatchValue *a, const LcMatchValue *b)
{
	int			score;

	if (strcmp(a->joined, b->joined) == 0)
		return 100;
	score = keyboard_score(a->code, a->ncodes, b->code, b->ncodes);
	/* sounds are coarse: they have no vowels, on which short names depend, and an end */
	if (score >= 60 && score < 90 &&
		(Min(a->ncodes, b->ncodes) >= 5 || first_vowel(a->joined) == first_vowel(b->joined)))
	{
		for (int i = 0; i < 2; i++)
		{
			for (int j = 0; j < 2; j++)
			{
				if (a->sound[i] && b->sound[j] && a->sound[i][1] != '\0' && strcmp(a->sound[i], b->sound[j]) == 0)
					return 90;
			}
		}
	}
	return score;
}

/* Is a word what remains of a generic one, as svcs of services? */
static bool
is_brief(const LcMatchValue *a, const Word *brief, const LcMatchValue *b, const Word *full)
{
	const uint32 *code = a->code + brief->start;
	int			n = 0;

	if (full->weight != GENERIC_WEIGHT || brief->len < 3 || brief->len * 3 > full->len * 2 || *code != b->code[full->start])
		return false;
	for (int i = 0; i < full->len && n < brief->len; i++)
	{
		if (b->code[full->start + i] == code[n])
			n++;
	}
	return n == brief->len;
}

/* How much two words of companies' names are the same; 0 when they are others */
static int
company_word_score(const LcMatchValue *a, int i, const LcMatchValue *b, int j)
{
	const Word *left = &a->word[i];
	const Word *right = &b->word[j];
	int			shorter = Min(left->len, right->len);
	int			longer = Max(left->len, right->len);
	int			score;

	if (same_word(a, i, b, j))
		return 100;
	/* an abbreviation, or a plural */
	if (shorter >= 3 && memcmp(a->code + left->start, b->code + right->start, shorter * sizeof(uint32)) == 0)
		return longer - shorter == 1 ? 95 : 85;
	if (left->len < right->len ? is_brief(a, left, b, right) : is_brief(b, right, a, left))
		return 85;
	if (shorter < 4 || shorter * 4 < longer * 3 ||
		(a->code[left->start] != b->code[right->start] &&
		 a->code[left->start + left->len - 1] != b->code[right->start + right->len - 1]))
		return 0;
	score = edit_score(a->text + left->byte, left->nbytes, left->len, b->text + right->byte, right->nbytes, right->len);
	return score >= 75 ? score : 0;
}

/* Weight of the words that are in only one of two names, and whether there are any but connecting ones */
static int
other_words(const LcMatchValue *value, const bool *used, bool *any)
{
	int			weight = 0;

	*any = false;
	for (int i = 0; i < value->nwords; i++)
	{
		if (used[i])
			continue;
		weight += value->word[i].weight;
		*any |= value->word[i].weight != CONNECTING_WEIGHT;
	}
	return weight;
}

/* Companies: exact, acronym, alignment of words */
static int
company_score(const LcMatchValue *a, const LcMatchValue *b)
{
	bool		a_used[MAX_WORDS] = {0};
	bool		b_used[MAX_WORDS] = {0};
	bool		a_has_more;
	bool		b_has_more;
	int			same = 0;
	int			all = 0;

	if (strcmp(a->joined, b->joined) == 0)
		return 100;
	if ((b->initials[0] && strcmp(a->joined, b->initials) == 0) ||
		(a->initials[0] && strcmp(b->joined, a->initials) == 0))
		return 100;
	/* the same words first, so that the result does not depend on which name is the first */
	for (int exact = 1; exact >= 0; exact--)
	{
		for (int i = 0; i < a->nwords; i++)
		{
			int			best = 0;
			int			found = -1;

			for (int j = 0; j < b->nwords && !a_used[i]; j++)
			{
				int			score = b_used[j] ? 0 : exact ? (same_word(a, i, b, j) ? 100 : 0) : company_word_score(a, i, b, j);

				if (score > best)
				{
					best = score;
					found = j;
				}
			}
			if (found >= 0)
			{
				int			weight = a->word[i].weight + b->word[found].weight;

				a_used[i] = b_used[found] = true;
				same += best * weight;
				all += weight;
			}
		}
	}
	all += other_words(a, a_used, &a_has_more);
	all += other_words(b, b_used, &b_has_more);
	if (a_has_more && b_has_more)
	{
		for (int i = 0; i < a->nwords; i++)
			all += !a_used[i] && a->word[i].weight == GENERIC_WEIGHT ? OTHER_WEIGHT - GENERIC_WEIGHT : 0;
		for (int i = 0; i < b->nwords; i++)
			all += !b_used[i] && b->word[i].weight == GENERIC_WEIGHT ? OTHER_WEIGHT - GENERIC_WEIGHT : 0;
	}
	return all == 0 ? 0 : (same + all / 2) / all;
}

/*
 * Phones: country code 10 %, area code 50 %, the next three digits 30 %, the last four
 * 10 %.  A number that does not say its country is in that of the other.
 */
static int
phone_score(const LcMatchValue *a, const LcMatchValue *b)
{
	const LcPhone *left = &a->phone;
	const LcPhone *right = &b->phone;
	int			score = 0;
	int			all = 50;

	if (left->country[0] == '\0' || right->country[0] == '\0' || strcmp(left->country, right->country) == 0)
		score += 10;
	if (strcmp(left->exchange, right->exchange) == 0)
		score += 30;
	if (strcmp(left->line, right->line) == 0)
		score += 10;
	/* two numbers without an area code are compared by the rest */
	if (left->area[0] != '\0' || right->area[0] != '\0')
	{
		all = 100;
		if (strcmp(left->area, right->area) == 0)
			score += 50;
	}
	return percent(score, all);
}

/* Streets: the weights of the sections that are the same; a name may have a typing error */
static int
street_score(const LcMatchValue *a, const LcMatchValue *b)
{
	int			score = 0;

	if (strcmp(a->joined, b->joined) == 0)
		return 100;
	for (int i = 0; i < NUM_STREET_SECTIONS; i++)
	{
		const char *left = a->section[i];
		const char *right = b->section[i];
		int			left_len = strlen(left);
		int			right_len = strlen(right);

		if (strcmp(left, right) == 0)
			score += street_weight[i];
		else if (i == STREET_NAME && left_len >= 5 && right_len >= 5 && abs(left_len - right_len) <= 2)
		{
			int			same = edit_score(left, left_len, pg_mbstrlen_with_len(left, left_len),
										  right, right_len, pg_mbstrlen_with_len(right, right_len));

			if (same >= 75)
				score += street_weight[i] * same / 100;
		}
	}
	return score;
}

/* Postal codes: the first five characters 90 %, the rest 10 % */
static int
zip_score(const LcMatchValue *a, const LcMatchValue *b)
{
	return (strcmp(a->section[0], b->section[0]) == 0 ? 90 : 0) + (strcmp(a->section[1], b->section[1]) == 0 ? 10 : 0);
}

/* How many of the words of two lists are in both, in percent of those that are in any */
static int
common_words(const uint32 *a, int na, const uint32 *b, int nb)
{
	int			common = 0;

	for (int i = 0; i < na; i++)
	{
		for (int j = 0; j < nb; j++)
		{
			if (a[i] == b[j])
			{
				common++;
				break;
			}
		}
	}
	common = Min(common, Min(na, nb));
	return na + nb == 0 ? 0 : percent(common, na + nb - common);
}

/* Titles: exact, acronym, edit distance, words in common */
static int
title_score(const LcMatchValue *a, const LcMatchValue *b)
{
	int			score;
	int			words = common_words(a->hash, a->nhashes, b->hash, b->nhashes);

	if (strcmp(a->joined, b->joined) == 0)
		return 100;
	if ((b->initials[0] && strcmp(a->joined, b->initials) == 0) ||
		(a->initials[0] && strcmp(b->joined, a->initials) == 0))
		return 100;
	/* few letters can make another title of it */
	score = edit_score(a->text, a->nbytes, a->ncodes, b->text, b->nbytes, b->ncodes);
	if (score < 70)
		score = 0;
	score = Max(score, words);
	/* abbreviations are written out, but for those that both have */
	if (a->nshort != b->nshort || (a->nshort > 0 && score < methods[LC_MATCH_TITLE].threshold))
		score = Max(score, common_words(a->full_hash, a->nfull_hashes, b->full_hash, b->nfull_hashes));
	return score;
}

/* Score of two values, and whether they match */
static int
compare(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b, bool *matches)
{
	int			score = 0;

	switch (method)
	{
		case LC_MATCH_EXACT:
			score = strcmp(a->text, b->text) == 0 ? 100 : 0;
			break;
		case LC_MATCH_FIRST_NAME:
			return first_name_score(a, b, matches);
		case LC_MATCH_LAST_NAME:
			score = last_name_score(a, b);
			break;
		case LC_MATCH_COMPANY_NAME:
			score = company_score(a, b);
			break;
		case LC_MATCH_PHONE:
			score = phone_score(a, b);
			break;
		case LC_MATCH_CITY:
			score = strcmp(a->joined, b->joined) == 0 ? 100
				: edit_score(a->text, a->nbytes, a->ncodes, b->text, b->nbytes, b->ncodes);
			break;
		case LC_MATCH_STREET:
			score = street_score(a, b);
			break;
		case LC_MATCH_ZIP:
			score = zip_score(a, b);
			break;
		case LC_MATCH_TITLE:
			score = title_score(a, b);
			break;
		case LC_NMATCHING_METHODS:
			break;
	}
	*matches = score >= methods[method].threshold;
	return score;
}

/*
 * lc_match_score
 *
 * How much two values of a method are the same, from 0 to 100.
 */
int
lc_match_score(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b)
{
	bool		matches;

	return compare(method, a, b, &matches);
}

/*
 * lc_values_match
 *
 * Do two values of a method match?  Mostly that is so from the threshold of the method on;
 * for first names the dictionary of variants counts more.  Also tells their score.
 */
bool
lc_values_match(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b, int *score)
{
	bool		matches;

	*score = compare(method, a, b, &matches);
	return matches;
}

/* Compares the arguments of the SQL functions; false when there is nothing to compare */
static bool
compare_arguments(FunctionCallInfo fcinfo, int *score, bool *matches)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int			method = lc_matching_method(name);
	LcMatchValue *a;
	LcMatchValue *b;

	if (method < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no matching method \"%s\"", name),
				 errhint("Methods are Exact, FirstName, LastName, CompanyName, Phone, City, Street, Zip and Title.")));
	a = lc_match_value(method, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	b = lc_match_value(method, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	if (a == NULL || b == NULL)
		return false;
	*matches = lc_values_match(method, a, b, score);
	return true;
}

/* leadconv.match_score(method text, a text, b text) */
Datum
leadconv_match_score(PG_FUNCTION_ARGS)
{
	int			score;
	bool		matches;

	if (!compare_arguments(fcinfo, &score, &matches))
		PG_RETURN_NULL();
	PG_RETURN_INT32(score);
}

/* leadconv.is_match(method text, a text, b text) */
Datum
leadconv_is_match(PG_FUNCTION_ARGS)
{
	int			score;
	bool		matches;

	if (!compare_arguments(fcinfo, &score, &matches))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(matches);
}
