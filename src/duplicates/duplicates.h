/*-------------------------------------------------------------------------
 *
 * duplicates.h
 *	  Duplicates: forms in which values are compared, and how much two values are
 *	  the same.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_DUPLICATES_H
#define LEADCONV_DUPLICATES_H

#include "crm/crm.h"

/* How values of a field are compared, as crm.matching_rule_item names it: "Exact" and so on */
typedef enum LcMatchingMethod
{
	LC_MATCH_EXACT,
	LC_MATCH_FIRST_NAME,
	LC_MATCH_LAST_NAME,
	LC_MATCH_COMPANY_NAME,
	LC_MATCH_PHONE,
	LC_MATCH_CITY,
	LC_MATCH_STREET,
	LC_MATCH_ZIP,
	LC_MATCH_TITLE,
	LC_NMATCHING_METHODS
} LcMatchingMethod;

/* A value that has been made comparable by a method (method.c) */
typedef struct LcMatchValue LcMatchValue;

/* in duplicates/fold.c */
extern char *lc_fold(const char *text, int len);

/* in duplicates/normalize.c */
extern char *lc_normalize_company(const char *name, int len);
extern char *lc_normalize_email(const char *email, int len);

/* in duplicates/method.c */
extern int	lc_matching_method(const char *name);
extern int	lc_match_threshold(LcMatchingMethod method);
extern LcMatchValue *lc_match_value(LcMatchingMethod method, const char *text);
extern int	lc_match_score(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b);
extern bool lc_values_match(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b, int *score);

/* in duplicates/lock.c */

/* A transaction locks no more match keys than this one by one, but all at once */
#define LC_MAX_MATCH_KEYS 64

extern void lc_match_lock_init(void);
extern void lc_lock_all_match_keys(void);
extern void lc_begin_match_keys(int nkeys);
extern void lc_lock_match_keys(int64 *keys, int nkeys);

#endif							/* LEADCONV_DUPLICATES_H */
