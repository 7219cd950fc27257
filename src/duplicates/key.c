/*-------------------------------------------------------------------------
 *
 * key.c
 *	  Match keys: what records that may be the same have in common.
 *
 * Only records that share a match key are compared.  A definition says which fields
 * a key is made of, and how much of each:
 *
 *	email								all of it
 *	first_name(1,1)+last_name+phone		one letter of one word; the rest as a whole
 *	first_name(1,1)+last_name+email_domain
 *
 * Each field is one of the rule's items, whose method says what is left of a value:
 * a phone number loses its last four digits, a company its legal form, a last name is
 * spelled as it sounds.  What matches by the method has, as a rule, the same key.  A
 * field may give several values, so a definition may give several keys; one that has
 * nothing to give, none.
 *
 * A key is a number: 16 bits tell the definition, 48 are a hash (FNV-1a) of the
 * values.  It depends on neither the machine nor the encoding of the database, because it
 * is stored, dumped and restored.  Raise KEY_VERSION when the same values give other keys
 * than before: keys that were built by the old one count as not built.
 *
 * Works in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/datetime.h"

#include "duplicates/duplicates.h"

/* Part of each definition as it is stored */
#define KEY_VERSION		1

/* A value is looked at no further than this, in bytes */
#define MAX_VALUE_LENGTH 512

/* Values of one term, and keys of one definition, are no more than these */
#define MAX_TERM_VALUES 8
#define MAX_KEYS		32

#define DOMAIN_SUFFIX	"_domain"

/* The objects, by their names in crm.matching_rule */
static const char *const object_names[LC_NMATCH_OBJECTS] = {
	[LC_MATCH_LEAD] = "lead",
	[LC_MATCH_ACCOUNT] = "account",
	[LC_MATCH_CONTACT] = "contact",
	[LC_MATCH_PERSON_ACCOUNT] = "person_account"
};

/* What a term has of a record */
typedef struct TermValues
{
	int			n;
	char	   *value[MAX_TERM_VALUES];
} TermValues;

/*
 * lc_match_object_name
 *
 * The name of an object, as crm.matching_rule has it.
 */
const char *
lc_match_object_name(LcMatchObject object)
{
	return object_names[object];
}

/*
 * lc_match_object_table
 *
 * The table that has the records of an object.
 */
LcMatchTableKind
lc_match_object_table(LcMatchObject object)
{
	return object == LC_MATCH_LEAD ? LC_MATCH_TABLE_LEAD
		: object == LC_MATCH_ACCOUNT ? LC_MATCH_TABLE_ACCOUNT : LC_MATCH_TABLE_CONTACT;
}

/*
 * lc_match_table_name
 *
 * The name of one of the tables.
 */
const char *
lc_match_table_name(LcMatchTableKind which)
{
	return object_names[which];
}

/*
 * lc_match_text
 *
 * A value of a column, which is not NULL, as the text that is compared, whatever the
 * settings of the session: dates and times in ISO form, with a time zone in UTC.
 */
char *
lc_match_text(Datum value, Oid type)
{
	Oid			base;
	Oid			output;
	bool		is_varlena;

	if (type == VARCHAROID || type == TEXTOID)
		return TextDatumGetCString(value);
	base = getBaseType(type);
	if (base == DATEOID || base == TIMESTAMPOID || base == TIMESTAMPTZOID)
	{
		char	   *buf = palloc(MAXDATELEN + 1);
		int			utc = 0;

		return JsonEncodeDateTime(buf, value, base, base == TIMESTAMPTZOID ? &utc : NULL);
	}
	if (lc_is_text_type(base))
		return lc_value_text(value, type);
	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

/* ----------------------------------------------------------------- numbers */

/* FNV-1a, continued */
static uint64
fnv(uint64 hash, const char *text)
{
	const char *utf8 = pg_server_to_any(text, strlen(text), PG_UTF8);

	for (const unsigned char *p = (const unsigned char *) utf8; *p != '\0'; p++)
		hash = (hash ^ *p) * UINT64CONST(1099511628211);
	/* what separates texts is in none of them */
	return (hash ^ 0xff) * UINT64CONST(1099511628211);
}

#define FNV_BASIS UINT64CONST(14695981039346656037)

/* All bits of a hash in each of its bits */
static uint64
mix(uint64 hash)
{
	hash ^= hash >> 33;
	hash *= UINT64CONST(0xff51afd7ed558ccd);
	hash ^= hash >> 33;
	return hash;
}

#define VALUE_BITS		48
#define VALUE_MASK		((UINT64CONST(1) << VALUE_BITS) - 1)

/* The lowest key that there can be of a definition; the highest has the same first bits */
static int64
first_key(LcMatchObject object, const char *canonical)
{
	return (int64) (mix(fnv(fnv(FNV_BASIS, object_names[object]), canonical)) << VALUE_BITS);
}

/*
 * lc_key_value_mask
 *
 * The bits of a key that do not tell its definition.
 */
uint64
lc_key_value_mask(void)
{
	return VALUE_MASK;
}

/* ------------------------------------------------------------ definitions */

/* The term in the set, as an index; added when it is not there */
static int
add_term(LcKeySet *set, const LcKeyTerm *wanted)
{
	LcKeyTerm  *term;

	for (int i = 0; i < set->nterms; i++)
	{
		term = &set->term[i];
		if (strcmp(term->field, wanted->field) == 0 && term->method == wanted->method &&
			term->matches_blanks == wanted->matches_blanks && term->is_domain == wanted->is_domain &&
			(term->type == NULL ? wanted->type == NULL : wanted->type != NULL && strcmp(term->type, wanted->type) == 0) &&
			term->nwords == wanted->nwords && term->nchars == wanted->nchars)
			return i;
	}
	set->term = set->nterms == 0 ? palloc(sizeof(LcKeyTerm))
		: repalloc(set->term, sizeof(LcKeyTerm) * (set->nterms + 1));
	term = &set->term[set->nterms++];
	*term = *wanted;
	term->field = pstrdup(wanted->field);
	term->type = wanted->type ? pstrdup(wanted->type) : NULL;
	for (term->source = 0; term->source < set->nfields; term->source++)
	{
		if (strcmp(set->field[term->source].name, term->field) == 0)
			return set->nterms - 1;
	}
	set->field = set->nfields == 0 ? palloc(sizeof(LcMatchField))
		: repalloc(set->field, sizeof(LcMatchField) * (set->nfields + 1));
	memset(&set->field[set->nfields], 0, sizeof(LcMatchField));
	set->field[set->nfields++].name = term->field;
	return set->nterms - 1;
}

/* Adds a definition of these terms, unless it is there */
static void
add_definition(LcKeySet *set, const LcKeyTerm *terms, int nterms)
{
	LcKeyDefinition *definition;
	StringInfoData text;
	StringInfoData canonical;

	initStringInfo(&text);
	initStringInfo(&canonical);
	appendStringInfo(&canonical, "%d ", KEY_VERSION);
	for (int i = 0; i < nterms; i++)
	{
		const LcKeyTerm *term = &terms[i];
		const char *plus = i > 0 ? "+" : "";

		appendStringInfo(&text, "%s%s%s", plus, term->field, term->is_domain ? DOMAIN_SUFFIX : "");
		appendStringInfo(&canonical, "%s%s:%s%s%s", plus, term->field, lc_matching_method_name(term->method),
						 term->matches_blanks ? "?" : "", term->is_domain ? DOMAIN_SUFFIX : "");
		/* what is no text is written as its type does it: another one has other keys */
		if (term->type != NULL)
			appendStringInfo(&canonical, "@%s", term->type);
		if (term->nwords != 0 || term->nchars != 0)
		{
			appendStringInfo(&text, "(%d,%d)", term->nwords, term->nchars);
			appendStringInfo(&canonical, "(%d,%d)", term->nwords, term->nchars);
		}
	}
	for (int i = 0; i < set->ndefinitions; i++)
	{
		if (strcmp(set->definition[i].canonical, canonical.data) == 0)
			return;
	}
	set->definition = set->ndefinitions == 0 ? palloc(sizeof(LcKeyDefinition))
		: repalloc(set->definition, sizeof(LcKeyDefinition) * (set->ndefinitions + 1));
	definition = &set->definition[set->ndefinitions++];
	definition->text = text.data;
	definition->canonical = canonical.data;
	definition->first_key = first_key(set->object, canonical.data);
	definition->has_initials = true;
	definition->nterms = nterms;
	for (int i = 0; i < nterms; i++)
	{
		definition->term[i] = add_term(set, &terms[i]);
		definition->has_initials &= terms[i].method == LC_MATCH_COMPANY_NAME || terms[i].method == LC_MATCH_CITY ||
			terms[i].method == LC_MATCH_FIRST_NAME || terms[i].method == LC_MATCH_LAST_NAME;
	}
}

/*
 * How much of a value goes into a key when the definition does not say: as a rule
 * what the platform takes
 */
static void
default_length(LcKeyTerm *term)
{
	switch (term->method)
	{
		case LC_MATCH_COMPANY_NAME:
			term->nwords = 2;
			term->nchars = 6;
			break;
		case LC_MATCH_CITY:
			term->nwords = 1;
			term->nchars = 6;
			break;
		case LC_MATCH_ZIP:
			term->nwords = 1;
			term->nchars = 3;
			break;
		default:
			break;
	}
}

/* Makes a term of a rule's item */
static void
item_term(LcKeyTerm *term, const LcMatchingItem *item)
{
	memset(term, 0, sizeof(LcKeyTerm));
	term->field = item->field;
	term->method = item->method;
	term->matches_blanks = item->matches_blanks;
	term->type = item->type;
}

/* "(2,6)" at *p; returns false when something else is there that should be this */
static bool
parse_length(const char **p, LcKeyTerm *term)
{
	int			consumed = 0;

	if (**p != '(')
		return true;
	if (sscanf(*p, "(%d ,%d )%n", &term->nwords, &term->nchars, &consumed) != 2 || consumed == 0 ||
		term->nwords < 0 || term->nchars < 0 || term->nwords > 100 || term->nchars > 1000)
		return false;
	*p += consumed;
	return true;
}

/*
 * lc_add_key_definition
 *
 * Adds a definition, as it is written, of keys of a rule with these items to a set.
 * Sets *items_used to the items whose fields it has, as bits; none of an item whose
 * value is only a part of the field, such as the domain of an address, is left out.
 * Returns NULL, or what is wrong with it.
 */
char *
lc_add_key_definition(LcKeySet *set, const char *text, const LcMatchingItem *items, int nitems, uint32 *items_used)
{
	LcKeyTerm	terms[LC_MAX_RULE_ITEMS];
	int			nterms = 0;
	const char *p = text;

	*items_used = 0;
	for (;;)
	{
		char		name[NAMEDATALEN * 2 + 2];
		int			len;
		bool		found = false;
		LcKeyTerm  *term;

		while (*p == ' ')
			p++;
		len = strcspn(p, "+(");
		if (len == 0 || len >= (int) sizeof(name))
			return psprintf("\"%s\" is no definition of a match key", text);
		memcpy(name, p, len);
		p += len;
		while (len > 0 && name[len - 1] == ' ')
			len--;
		name[len] = '\0';
		if (nterms == LC_MAX_RULE_ITEMS)
			return psprintf("match key \"%s\" has too many fields", text);
		term = &terms[nterms++];
		for (int domain = 0; domain < 2 && !found; domain++)
		{
			for (int i = 0; i < nitems && !found; i++)
			{
				if (strcmp(items[i].field, name) != 0)
					continue;
				found = true;
				item_term(term, &items[i]);
				term->is_domain = domain == 1;
				*items_used |= UINT32_C(1) << i;
			}
			if (!found && domain == 0)
			{
				if (len <= (int) strlen(DOMAIN_SUFFIX) ||
					strcmp(name + len - strlen(DOMAIN_SUFFIX), DOMAIN_SUFFIX) != 0)
					break;
				name[len - strlen(DOMAIN_SUFFIX)] = '\0';
			}
		}
		if (!found)
			return psprintf("match key \"%s\" has field \"%s\", which none of its items compares", text, name);
		if (term->method == LC_MATCH_TITLE)
			return psprintf("match key \"%s\" has field \"%s\", but a title yields no match key", text, name);
		default_length(term);
		if (!parse_length(&p, term))
			return psprintf("match key \"%s\" has \"%s\" where a number of words and one of characters should be", text, p);
		while (*p == ' ')
			p++;
		if (*p == '\0')
			break;
		if (*p++ != '+')
			return psprintf("match key \"%s\" has \"%s\" where a plus sign should be", text, p - 1);
	}
	add_definition(set, terms, nterms);
	return NULL;
}

/* How well a field tells records apart in a key: the less the better; -1 = not at all */
static int
key_rank(const LcMatchingItem *item)
{
	static const int rank[LC_NMATCHING_METHODS] = {
		[LC_MATCH_EXACT] = 1,
		[LC_MATCH_PHONE] = 2,
		[LC_MATCH_LAST_NAME] = 3,
		[LC_MATCH_COMPANY_NAME] = 4,
		[LC_MATCH_STREET] = 5,
		[LC_MATCH_ZIP] = 6,
		[LC_MATCH_CITY] = 7,
		[LC_MATCH_FIRST_NAME] = 8,
		[LC_MATCH_TITLE] = -1
	};

	if (item->method == LC_MATCH_EXACT && strstr(item->field, "email") != NULL)
		return 0;
	/* two blanks match, so that all records without a value have one key */
	return rank[item->method] < 0 ? -1 : rank[item->method] + (item->matches_blanks ? 10 : 0);
}

/*
 * lc_derive_key_definitions
 *
 * Adds to a set definitions of keys by which everything can be found that matches one
 * of the groups: at most LC_MAX_RULE_KEYS.  Returns NULL, or why that is not possible.
 */
char *
lc_derive_key_definitions(LcKeySet *set, const LcMatchingItem *items, int nitems, const LcRuleGroup *groups, int ngroups)
{
	for (int most = 2; most >= 1; most--)
	{
		uint32		used[LC_MAX_RULE_GROUPS];
		int			nused = 0;

		for (int g = 0; g < ngroups; g++)
		{
			int			best[2] = {-1, -1};
			int			first_name = -1;
			uint32		key;

			for (int i = 0; i < nitems; i++)
			{
				int			rank = key_rank(&items[i]);

				if ((groups[g].items & (UINT32_C(1) << i)) == 0 || rank < 0)
					continue;
				if (items[i].method == LC_MATCH_FIRST_NAME && !items[i].matches_blanks)
					first_name = i;
				if (best[0] < 0 || rank < key_rank(&items[best[0]]))
				{
					best[1] = best[0];
					best[0] = i;
				}
				else if (best[1] < 0 || rank < key_rank(&items[best[1]]))
					best[1] = i;
			}
			if (best[0] < 0)
				return psprintf("a group of its filter has only fields that yield no match key (item %d)",
								items[pg_rightmost_one_pos32(groups[g].items)].number);
			key = UINT32_C(1) << best[0];
			/* an address is enough; a blank may match anything in names, where there is one */
			if (most > 1 && key_rank(&items[best[0]]) > 0)
			{
				if (best[1] >= 0)
					key |= UINT32_C(1) << best[1];
				if (first_name >= 0)
					key |= UINT32_C(1) << first_name;
			}
			used[nused++] = key;
		}
		/* a key with fewer fields finds what one with more of them finds */
		for (int i = 0; i < nused; i++)
		{
			for (int j = 0; j < nused; j++)
			{
				if (used[i] != 0 && used[j] != 0 && i != j && (used[i] & used[j]) == used[j] &&
					(used[i] != used[j] || j < i))
					used[i] = 0;
			}
		}
		set->ndefinitions = 0;
		for (int i = 0; i < nused; i++)
		{
			LcKeyTerm	terms[LC_MAX_RULE_ITEMS];
			int			nterms = 0;

			for (int j = 0; j < nitems; j++)
			{
				LcKeyTerm  *term = &terms[nterms];

				if ((used[i] & (UINT32_C(1) << j)) == 0)
					continue;
				nterms++;
				item_term(term, &items[j]);
				default_length(term);
				if (term->method == LC_MATCH_FIRST_NAME && (used[i] & (used[i] - 1)) != 0)
					term->nwords = term->nchars = 1;
			}
			if (nterms > 0)
				add_definition(set, terms, nterms);
		}
		if (set->ndefinitions <= LC_MAX_RULE_KEYS)
			return NULL;
	}
	return psprintf("it would need more than %d match keys", LC_MAX_RULE_KEYS);
}

/*
 * lc_copy_key_definition
 *
 * Adds a definition of another set to this one, unless it is there.
 */
void
lc_copy_key_definition(LcKeySet *set, const LcKeySet *from, const LcKeyDefinition *definition)
{
	LcKeyTerm	terms[LC_MAX_RULE_ITEMS];

	for (int i = 0; i < definition->nterms; i++)
		terms[i] = from->term[definition->term[i]];
	add_definition(set, terms, definition->nterms);
}

/* ----------------------------------------------------------------- values */

static bool
is_word_char(unsigned char c)
{
	return isalnum(c) || IS_HIGHBIT_SET(c);
}

/*
 * The first words of a text, each cut to its first characters, without what is
 * between them; nwords and nchars may be 0.  NULL when nothing is left.
 */
static char *
first_words(const char *text, int nwords, int nchars)
{
	char	   *result = palloc(strlen(text) + 1);
	int			n = 0;
	const char *p = text;

	for (int word = 0; nwords == 0 || word < nwords; word++)
	{
		int			len = 0;
		int			cut;

		while (*p != '\0' && !is_word_char((unsigned char) *p))
			p++;
		if (*p == '\0')
			break;
		while (p[len] != '\0' && is_word_char((unsigned char) p[len]))
			len++;
		cut = nchars == 0 ? len : pg_mbcharcliplen(p, len, nchars);
		memcpy(result + n, p, cut);
		n += cut;
		p += len;
	}
	result[n] = '\0';
	return n > 0 ? result : NULL;
}

/* The domain of an e-mail address without sub-domains, or NULL; len is that of the address */
static const char *
email_domain(const char *email, int *len)
{
	const char *at = strrchr(email, '@');
	const char *end = email + strlen(email);
	const char *start;
	int			labels = 0;
	int			label;

	if (at == NULL || at == email || at[1] == '\0' || strchr(email, '@') != at)
		return NULL;
	for (label = 0, start = end; start > at + 1; start--)
	{
		if (start[-1] != '.')
		{
			label++;
			continue;
		}
		labels++;
		/* as in example.co.uk: two short labels at the end are one */
		if (labels >= 3 || (labels == 2 && (end - start > 6 || label > 3)))
			break;
		label = 0;
	}
	*len = end - start;
	return start;
}

/*
 * What is left of a value that is compared exactly: of an e-mail address the local
 * part without separators and the domain without sub-domains, of an address in the
 * web its host; of others the text.
 */
static char *
exact_value(const LcKeyTerm *term, char *text)
{
	int			len;
	const char *domain = email_domain(text, &len);

	if (domain != NULL)
	{
		char	   *result;
		int			n = 0;

		if (term->is_domain)
			return pnstrdup(domain, len);
		result = palloc(strlen(text) + 2);
		for (const char *p = text; *p != '@'; p++)
		{
			if (*p != '.' && *p != '_' && *p != '-')
				result[n++] = *p;
		}
		result[n++] = '@';
		memcpy(result + n, domain, len);
		result[n + len] = '\0';
		return result;
	}
	if (term->is_domain)
		return NULL;
	if (term->nwords != 0 || term->nchars != 0)
		return first_words(text, term->nwords, term->nchars);
	if (strncmp(text, "http://", 7) == 0)
		text += 7;
	else if (strncmp(text, "https://", 8) == 0)
		text += 8;
	if (strncmp(text, "www.", 4) == 0)
		text += 4;
	len = strlen(text);
	while (len > 0 && (text[len - 1] == '/' || isspace((unsigned char) text[len - 1])))
		len--;
	while (len > 0 && isspace((unsigned char) *text))
		text++, len--;
	return len > 0 ? pnstrdup(text, len) : NULL;
}

/* The digits of a phone number without country code and the last four, or of a short one those */
static char *
phone_value(const char *text, int len)
{
	LcPhone		phone;

	if (!lc_parse_phone(text, len, &phone))
		return NULL;
	return phone.area[0] || phone.exchange[0] ? psprintf("%s%s", phone.area, phone.exchange) : pstrdup(phone.line);
}

/* The number of the house and the first word of the street, in this order */
static char *
street_value(const char *text)
{
	const char *number = NULL;
	const char *word = NULL;
	int			number_len = 0;
	int			word_len = 0;

	for (const char *p = text; *p != '\0';)
	{
		int			len = 0;

		while (*p != '\0' && !is_word_char((unsigned char) *p))
			p++;
		while (p[len] != '\0' && is_word_char((unsigned char) p[len]))
			len++;
		if (len == 0)
			break;
		if (isdigit((unsigned char) *p))
		{
			if (number == NULL)
			{
				number = p;
				number_len = len;
			}
		}
		/* not the N of N Main Street */
		else if (word == NULL || (word_len == 1 && len > 1))
		{
			word = p;
			word_len = len;
		}
		if (number != NULL && word != NULL && word_len > 1)
			break;
		p += len;
	}
	if (number == NULL && word == NULL)
		return NULL;
	return psprintf("%.*s%.*s", number_len, number ? number : "", word_len, word ? word : "");
}

/* The first letters of the words of a company, or NULL when it has less than three words */
static char *
acronym(const char *company)
{
	char	   *result = palloc(strlen(company) + 1);
	int			n = 0;
	int			nwords = 0;

	for (const char *p = company; *p != '\0';)
	{
		int			len;

		if (*p == ' ')
		{
			p++;
			continue;
		}
		len = pg_mblen(p);
		memcpy(result + n, p, len);
		n += len;
		nwords++;
		while (*p != '\0' && *p != ' ')
			p++;
	}
	result[n] = '\0';
	return nwords > 2 ? result : NULL;
}

static void
add_value(TermValues *values, char *value)
{
	if (value == NULL || *value == '\0' || values->n == MAX_TERM_VALUES)
		return;
	for (int i = 0; i < values->n; i++)
	{
		if (strcmp(values->value[i], value) == 0)
			return;
	}
	values->value[values->n++] = value;
}

/* What a term has of a value, which may be NULL; more of one that is looked for */
static void
term_values(const LcKeyTerm *term, const char *text, bool looks, TermValues *values)
{
	int			len = text ? strlen(text) : 0;
	char	   *form;

	values->n = 0;
	if (len > MAX_VALUE_LENGTH)
		len = pg_mbcliplen(text, len, MAX_VALUE_LENGTH);
	switch (text ? term->method : LC_MATCH_TITLE)
	{
		case LC_MATCH_EXACT:
			if ((form = lc_normalize_email(text, len)) != NULL)
				add_value(values, exact_value(term, form));
			break;
		case LC_MATCH_FIRST_NAME:
			if ((form = lc_normalize_words(text, len)) == NULL)
				break;
			add_value(values, first_words(form, term->nwords, term->nchars));
			if (looks)
			{
				const char **variants;
				int			nvariants = lc_name_variants(form, &variants);

				for (int i = 0; i < nvariants; i++)
					add_value(values, first_words(variants[i], term->nwords, term->nchars));
			}
			break;
		case LC_MATCH_LAST_NAME:
			if ((form = lc_normalize_words(text, len)) == NULL)
				break;
			form = first_words(form, term->nwords, term->nchars);
			if (form != NULL && term->nchars == 0)
			{
				add_value(values, lc_metaphone(form, false));
				if (looks)
					add_value(values, lc_metaphone(form, true));
			}
			if (values->n == 0)
				add_value(values, form);
			break;
		case LC_MATCH_COMPANY_NAME:
			if ((form = lc_essential_company(text, len)) != NULL)
			{
				add_value(values, first_words(form, term->nwords, term->nchars));
				add_value(values, acronym(form));
			}
			break;
		case LC_MATCH_PHONE:
			add_value(values, phone_value(text, len));
			break;
		case LC_MATCH_CITY:
			if ((form = lc_normalize_city(text, len)) != NULL)
				add_value(values, first_words(form, term->nwords, term->nchars));
			break;
		case LC_MATCH_STREET:
			if ((form = lc_normalize_street(text, len)) != NULL)
				add_value(values, street_value(form));
			break;
		case LC_MATCH_ZIP:
			if ((form = lc_normalize_zip(text, len)) != NULL)
				add_value(values, first_words(form, term->nwords, term->nchars));
			break;
		default:
			break;
	}
	if (values->n == 0 && term->matches_blanks)
		values->value[values->n++] = "";
}

/* Tells the keys of a definition: one for each combination of the values of its terms */
static void
definition_keys(const LcKeySet *set, const LcKeyDefinition *definition, const TermValues *values, LcKeyReceiver receive,
				void *arg)
{
	int			at[LC_MAX_RULE_ITEMS] = {0};
	int			count[LC_MAX_RULE_ITEMS];
	const char *value[LC_MAX_RULE_ITEMS];

	for (int i = 0; i < definition->nterms; i++)
	{
		const LcKeyTerm *term = &set->term[definition->term[i]];

		count[i] = values[definition->term[i]].n;
		if (count[i] == 0)
			return;
		/* the first value is not the initials */
		if (term->method == LC_MATCH_COMPANY_NAME && !definition->has_initials)
			count[i] = 1;
	}
	for (int n = 0; n < MAX_KEYS; n++)
	{
		uint64		hash = FNV_BASIS;
		bool		is_blank = true;
		int			i;

		for (i = 0; i < definition->nterms; i++)
		{
			value[i] = values[definition->term[i]].value[at[i]];
			is_blank &= *value[i] == '\0';
			hash = fnv(hash, value[i]);
		}
		if (!is_blank)
			receive(arg, definition, value, definition->first_key | (int64) (mix(hash) & VALUE_MASK));
		/* the next combination */
		for (i = 0; i < definition->nterms; i++)
		{
			if (++at[i] < count[i])
				break;
			at[i] = 0;
		}
		if (i == definition->nterms)
			break;
	}
}

/*
 * lc_key_text
 *
 * The values of a key, as one text for people.
 */
char *
lc_key_text(const LcKeyDefinition *definition, const char *const *values)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < definition->nterms; i++)
		appendStringInfoString(&text, values[i]);
	return text.data;
}

static void
all_keys(const LcKeySet *set, const char *const *values, bool looks, LcKeyReceiver receive, void *arg)
{
	TermValues *terms = palloc(sizeof(TermValues) * Max(set->nterms, 1));

	for (int i = 0; i < set->nterms; i++)
		term_values(&set->term[i], values[set->term[i].source], looks, &terms[i]);
	for (int i = 0; i < set->ndefinitions; i++)
		definition_keys(set, &set->definition[i], terms, receive, arg);
	pfree(terms);
}

/* The field that is compared by a method, or -1 */
static int
field_of_method(const LcKeySet *set, LcMatchingMethod method)
{
	for (int i = 0; i < set->nterms; i++)
	{
		if (set->term[i].method == method)
			return set->term[i].source;
	}
	return -1;
}

/*
 * lc_for_each_key
 *
 * Tells the keys of a record by the values of the fields of the set, which may be
 * NULL.  Of one that is looked for these are more than are stored: variants of names,
 * and both names swapped.  The same key may be told more than once.
 */
void
lc_for_each_key(const LcKeySet *set, const char *const *values, bool looks, LcKeyReceiver receive, void *arg)
{
	int			first_name = looks ? field_of_method(set, LC_MATCH_FIRST_NAME) : -1;
	int			last_name = looks ? field_of_method(set, LC_MATCH_LAST_NAME) : -1;

	all_keys(set, values, looks, receive, arg);
	if (first_name >= 0 && last_name >= 0 && values[first_name] != NULL && values[last_name] != NULL)
	{
		const char **swapped = palloc(sizeof(char *) * set->nfields);

		memcpy(swapped, values, sizeof(char *) * set->nfields);
		swapped[first_name] = values[last_name];
		swapped[last_name] = values[first_name];
		all_keys(set, swapped, looks, receive, arg);
		pfree(swapped);
	}
}

/* Keys being collected */
typedef struct KeyList
{
	int			n;
	int			space;
	int64	   *key;
} KeyList;

static void
collect_key(void *arg, const LcKeyDefinition *definition, const char *const *values, int64 key)
{
	KeyList    *list = arg;

	if (list->n == list->space)
	{
		list->space = Max(list->space * 2, 16);
		list->key = list->key ? repalloc(list->key, sizeof(int64) * list->space) : palloc(sizeof(int64) * list->space);
	}
	list->key[list->n++] = key;
}

/*
 * lc_record_keys
 *
 * The keys of a record as lc_for_each_key() tells them, each once, sorted; returns
 * their number.
 */
int
lc_record_keys(const LcKeySet *set, const char *const *values, bool looks, int64 **keys)
{
	KeyList		list = {0, 0, NULL};
	int			n = 0;

	lc_for_each_key(set, values, looks, collect_key, &list);
	if (list.n > 1)
		qsort(list.key, list.n, sizeof(int64), lc_compare_int64);
	for (int i = 0; i < list.n; i++)
	{
		if (i == 0 || list.key[i] != list.key[i - 1])
			list.key[n++] = list.key[i];
	}
	*keys = list.key;
	return n;
}
