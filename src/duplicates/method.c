/*-------------------------------------------------------------------------
 *
 * method.c
 *	  Matching methods: how much two values of a field are the same.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "duplicates/duplicates.h"

struct LcMatchValue
{
	char	   *text;			/* folded */
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

/*
 * lc_match_value
 *
 * A value made comparable, in the current memory context; NULL when there is none or it
 * has nothing but blanks.
 */
LcMatchValue *
lc_match_value(LcMatchingMethod method, const char *text)
{
	LcMatchValue *result;

	if (text == NULL || lc_is_blank(text, strlen(text)))
		return NULL;
	result = palloc0(sizeof(LcMatchValue));
	result->text = lc_fold(text, strlen(text));
	return result;
}

/*
 * lc_match_score
 *
 * How much two values are the same, from 0 to 100.
 */
int
lc_match_score(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b)
{
	return strcmp(a->text, b->text) == 0 ? 100 : 0;
}

/*
 * lc_values_match
 *
 * Do two values match?  Also tells their score.
 */
bool
lc_values_match(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b, int *score)
{
	*score = lc_match_score(method, a, b);
	return *score >= lc_match_threshold(method);
}
