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

/* More digits than a phone number has (15), and a prefix */
#define LC_PHONE_DIGITS	24

/* A phone number in its sections, some of which may be empty */
typedef struct LcPhone
{
	char		country[4];
	char		area[LC_PHONE_DIGITS + 1];
	char		exchange[4];	/* the three digits before the last four */
	char		line[5];
} LcPhone;

/* in duplicates/fold.c */
extern bool lc_is_separator(uint32 code);
extern uint32 *lc_fold_codes(const char *text, int len, bool plain, int *n);
extern char *lc_codes_text(const uint32 *codes, int n);
extern char *lc_fold(const char *text, int len);
extern char *lc_plain(const char *text, int len);

/* in duplicates/normalize.c */
extern char *lc_normalize_company(const char *name, int len);
extern char *lc_essential_company(const char *name, int len);
extern char *lc_normalize_email(const char *email, int len);
extern char *lc_normalize_words(const char *text, int len);
extern char *lc_normalize_city(const char *city, int len);
extern char *lc_normalize_street(const char *street, int len);
extern char *lc_normalize_zip(const char *zip, int len);
extern bool lc_parse_phone(const char *text, int len, LcPhone *phone);

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
