/*-------------------------------------------------------------------------
 *
 * filter.c
 *	  The boolean filter of a matching rule: numbers of items, AND, OR, parentheses.
 *
 * A filter is turned into groups: sets of items of which all must match, one of
 * the groups being enough.  AND binds more tightly than OR.  There is no NOT, so a
 * filter always can be written that way.
 *
 * What is wrong with a filter is a sentence and no error, because rules are read
 * where nobody can do anything about them.  All is in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "duplicates/duplicates.h"

/* A filter being read */
typedef struct Parser
{
	const char *p;
	const int  *numbers;		/* of the items */
	int			nitems;
	char	   *problem;
	bool		is_incomplete;	/* it names an item that is not there: this one */
	int64		missing;
} Parser;

/* Alternatives, each a set of items */
typedef struct Alternatives
{
	int			n;
	uint32		items[LC_MAX_RULE_GROUPS];
} Alternatives;

static void parse_or(Parser *parser, Alternatives *result);

static void
skip_space(Parser *parser)
{
	while (*parser->p == ' ' || (*parser->p >= '\t' && *parser->p <= '\r'))
		parser->p++;
}

/* Is this word next?  Goes behind it then. */
static bool
accept_word(Parser *parser, const char *word)
{
	int			len = strlen(word);

	skip_space(parser);
	if (pg_strncasecmp(parser->p, word, len) != 0 || isalnum((unsigned char) parser->p[len]) || parser->p[len] == '_')
		return false;
	parser->p += len;
	return true;
}

static bool
accept_char(Parser *parser, char c)
{
	skip_space(parser);
	if (*parser->p != c)
		return false;
	parser->p++;
	return true;
}

/* What is wrong, unless something was wrong already */
static void
complain(Parser *parser, char *problem)
{
	if (parser->problem == NULL)
		parser->problem = problem;
}

/* Adds an alternative, unless another asks for no more than it does */
static void
add_alternative(Parser *parser, Alternatives *list, uint32 items)
{
	for (int i = 0; i < list->n; i++)
	{
		if (list->items[i] == items)
			return;
	}
	if (list->n == LC_MAX_RULE_GROUPS)
	{
		complain(parser, psprintf("its boolean filter has more than %d alternatives", LC_MAX_RULE_GROUPS));
		return;
	}
	list->items[list->n++] = items;
}

/* A number, or a filter in parentheses */
static void
parse_operand(Parser *parser, Alternatives *result)
{
	result->n = 0;
	if (accept_char(parser, '('))
	{
		check_stack_depth();
		parse_or(parser, result);
		if (parser->problem == NULL && !accept_char(parser, ')'))
			complain(parser, pstrdup("a parenthesis of its boolean filter is not closed"));
		return;
	}
	if (accept_word(parser, "NOT"))
	{
		complain(parser, pstrdup("its boolean filter has NOT, which a matching rule cannot have"));
		return;
	}
	skip_space(parser);
	if (*parser->p >= '0' && *parser->p <= '9')
	{
		int64		number = 0;

		for (; *parser->p >= '0' && *parser->p <= '9'; parser->p++)
			number = number > PG_INT32_MAX ? number : number * 10 + (*parser->p - '0');
		for (int i = 0; i < parser->nitems; i++)
		{
			if (parser->numbers[i] == number)
			{
				add_alternative(parser, result, UINT32_C(1) << i);
				return;
			}
		}
		/* what else is wrong is to be told first */
		parser->is_incomplete = true;
		parser->missing = number;
		add_alternative(parser, result, 0);
		return;
	}
	complain(parser, *parser->p == '\0' ? pstrdup("its boolean filter ends where a number or a parenthesis should be")
			 : psprintf("its boolean filter has \"%s\" where a number or a parenthesis should be", parser->p));
}

/* Operands with AND between them: each alternative of one with each of the others */
static void
parse_and(Parser *parser, Alternatives *result)
{
	parse_operand(parser, result);
	while (parser->problem == NULL && accept_word(parser, "AND"))
	{
		Alternatives left = *result;
		Alternatives right;

		parse_operand(parser, &right);
		result->n = 0;
		for (int i = 0; i < left.n; i++)
		{
			for (int j = 0; j < right.n; j++)
				add_alternative(parser, result, left.items[i] | right.items[j]);
		}
	}
}

static void
parse_or(Parser *parser, Alternatives *result)
{
	parse_and(parser, result);
	while (parser->problem == NULL && accept_word(parser, "OR"))
	{
		Alternatives more;

		parse_and(parser, &more);
		for (int i = 0; i < more.n; i++)
			add_alternative(parser, result, more.items[i]);
	}
}

/*
 * lc_parse_filter
 *
 * The groups of a filter over items with these numbers; a filter that is NULL or
 * blank asks for all of them.  Returns their number, or 0 with *problem set to what is wrong,
 * which completes "matching rule ... cannot be used: ", and *is_incomplete when that is
 * only that items are missing.
 */
int
lc_parse_filter(const char *filter, const int *numbers, int nitems, LcRuleGroup *groups, char **problem, bool *is_incomplete)
{
	Parser		parser = {filter, numbers, nitems, NULL, false, 0};
	int			n = 0;

	Assert(nitems <= LC_MAX_RULE_ITEMS);
	*problem = NULL;
	*is_incomplete = false;
	if (filter == NULL || lc_is_blank(filter, strlen(filter)))
	{
		if (nitems == 0)
		{
			*is_incomplete = true;
			*problem = pstrdup("it has no items");
			return 0;
		}
		groups[0].items = nitems == 32 ? PG_UINT32_MAX : (UINT32_C(1) << nitems) - 1;
		groups[0].term = 0;
		return 1;
	}
	for (int term = 0;; term++)
	{
		Alternatives alternatives;

		parse_and(&parser, &alternatives);
		for (int i = 0; i < alternatives.n && parser.problem == NULL; i++)
		{
			if (n == LC_MAX_RULE_GROUPS)
			{
				complain(&parser, psprintf("its boolean filter has more than %d alternatives", LC_MAX_RULE_GROUPS));
				break;
			}
			groups[n].items = alternatives.items[i];
			groups[n++].term = term;
		}
		if (parser.problem != NULL || !accept_word(&parser, "OR"))
			break;
	}
	skip_space(&parser);
	if (*parser.p != '\0')
		complain(&parser, psprintf("its boolean filter has \"%s\" where AND or OR should be", parser.p));
	if (parser.problem == NULL && parser.is_incomplete)
	{
		*is_incomplete = true;
		parser.problem = psprintf("its boolean filter names item " INT64_FORMAT ", which it does not have", parser.missing);
	}
	*problem = parser.problem;
	return parser.problem ? 0 : n;
}
