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

#include "executor/tuptable.h"
#include "storage/lockdefs.h"

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
/* A rule has no more items, and its filter no more alternatives, than these */
#define LC_MAX_RULE_ITEMS	32
#define LC_MAX_RULE_GROUPS	64

/* A rule has no more definitions of match keys than this */
#define LC_MAX_RULE_KEYS	10

/* Whose records are compared, as crm.matching_rule names it: "lead" and so on */
typedef enum LcMatchObject
{
	LC_MATCH_LEAD,
	LC_MATCH_ACCOUNT,
	LC_MATCH_CONTACT,
	LC_MATCH_PERSON_ACCOUNT,	/* a contact and its account, by the id of that */
	LC_NMATCH_OBJECTS
} LcMatchObject;

/* The tables in which they are */
typedef enum LcMatchTableKind
{
	LC_MATCH_TABLE_LEAD,
	LC_MATCH_TABLE_ACCOUNT,
	LC_MATCH_TABLE_CONTACT,
	LC_NMATCH_TABLES
} LcMatchTableKind;

/* One of them, and its columns that say which records are compared; InvalidAttrNumber = there is none */
typedef struct LcMatchTable
{
	Oid			relid;
	AttrNumber	id;
	AttrNumber	name;
	AttrNumber	is_deleted;
	AttrNumber	is_converted;	/* of leads */
	AttrNumber	is_person_account;
	AttrNumber	account_id;		/* of contacts */
	bool		is_written;		/* match keys depend on its rows */
} LcMatchTable;

/* A field of a record as rules name it, and where it is */
typedef struct LcMatchField
{
	char	   *name;			/* a column, "account.name" of a contact ... */
	bool		of_account;		/* the column is one of the record's account */
	AttrNumber	attno;
	Oid			type;
} LcMatchField;

/* One comparison of a rule */
typedef struct LcMatchingItem
{
	int			number;			/* in the filter */
	char	   *field;
	LcMatchingMethod method;
	bool		matches_blanks;
	int			source;			/* which of the rule's fields it is */
} LcMatchingItem;

/* Items of which all must match; one group of a rule is enough */
typedef struct LcRuleGroup
{
	uint32		items;			/* as bits, by their place in the rule */
	int			term;			/* which of the filter's outermost alternatives it belongs to */
	int			least_score;	/* or 0 */
} LcRuleGroup;

/* A part of a match key (key.c) */
typedef struct LcKeyTerm
{
	char	   *field;
	int			source;			/* of the fields of its set */
	LcMatchingMethod method;
	bool		matches_blanks;
	bool		is_domain;		/* of an e-mail address */
	int			nwords;			/* 0 = all */
	int			nchars;			/* of each, 0 = all */
} LcKeyTerm;

/* The definition of a match key */
typedef struct LcKeyDefinition
{
	char	   *text;			/* first_name(1,1)+last_name */
	char	   *canonical;		/* the same with methods: keys of the same are the same */
	int			nterms;
	int			term[LC_MAX_RULE_ITEMS];	/* of the terms of its set */
} LcKeyDefinition;

/* Definitions, with their terms and fields, each once */
typedef struct LcKeySet
{
	LcMatchObject object;
	int			nfields;
	LcMatchField *field;
	int			nterms;
	LcKeyTerm  *term;
	int			ndefinitions;
	LcKeyDefinition *definition;
} LcKeySet;

/* A matching rule (rule.c) */
typedef struct LcMatchingRule
{
	int64		id;
	char	   *name;
	char	   *label;
	char	   *object;
	LcMatchObject kind;
	int			nitems;
	LcMatchingItem *items;
	int			nfields;		/* of its items, and then those of its keys: the same */
	LcMatchField *fields;
	int			ngroups;
	LcRuleGroup *groups;
	LcKeySet   *keys;
	bool		is_active;
	bool		is_standard;
	bool		is_written;		/* triggers write its keys */
	bool		is_built;		/* all records have them */
	bool		usable;
	bool		standard_fields_only;
	char	   *problem;		/* why it cannot be used, or NULL */
	bool		is_incomplete;	/* that is only because items are missing */
} LcMatchingRule;

/* A record that is looked for, stored or not */
typedef struct LcMatchRecord
{
	int			nfields;
	const char **field;			/* as rules name them */
	const char **value;			/* or NULL */
	int64		id;				/* of the record itself, which is no match; 0 = it is new */
} LcMatchRecord;

/* A record that matches another */
typedef struct LcMatch
{
	int64		id;
	int			score;
	const LcMatchingRule *rule;
	List	   *fields;			/* of char *: those that matched */
	char	   *name;			/* of the record, or NULL */
	bool		unseen;			/* the snapshot of the transaction does not have it as it is */
} LcMatch;

/* Told of each match key of a record */
typedef void (*LcKeyReceiver) (void *arg, const LcKeyDefinition *definition, const char *value, int64 key);

/* crm.match_key, opened */
typedef struct LcMatchKeys
{
	Relation	rel;
	AttrNumber	key;
	AttrNumber	record_id;
	Oid			index;			/* on both */
	List	   *indexes;		/* all that there are */
} LcMatchKeys;

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

/* in duplicates/contrib.c */
extern char *lc_metaphone(const char *word, bool alternative);
extern char *lc_unaccent(const char *text);

/* in duplicates/name_variant.c */
extern int	lc_name_groups(const char *name, int **groups);

/* in duplicates/method.c */
extern int	lc_matching_method(const char *name);
extern const char *lc_matching_method_name(LcMatchingMethod method);
extern int	lc_match_threshold(LcMatchingMethod method);
extern LcMatchValue *lc_match_value(LcMatchingMethod method, const char *text);
extern int	lc_match_score(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b);
extern bool lc_values_match(LcMatchingMethod method, const LcMatchValue *a, const LcMatchValue *b, int *score);

/* in duplicates/filter.c */
extern int	lc_parse_filter(const char *filter, const int *numbers, int nitems, LcRuleGroup *groups, char **problem,
							bool *is_incomplete);

/* in duplicates/key.c */
extern char *lc_match_text(Datum value, Oid type);
extern const char *lc_match_object_name(LcMatchObject object);
extern LcMatchTableKind lc_match_object_table(LcMatchObject object);
extern const char *lc_match_table_name(LcMatchTableKind which);
extern char *lc_add_key_definition(LcKeySet *set, const char *text, const LcMatchingItem *items, int nitems,
								   uint32 *items_used);
extern char *lc_derive_key_definitions(LcKeySet *set, const LcMatchingItem *items, int nitems,
									   const LcRuleGroup *groups, int ngroups);
extern void lc_copy_key_definition(LcKeySet *set, const LcKeySet *from, const LcKeyDefinition *definition);
extern void lc_key_range(LcMatchObject object, const char *canonical, int64 *first, int64 *last);
extern uint64 lc_key_value_mask(void);
extern void lc_for_each_key(const LcKeySet *set, const char *const *values, bool looks, LcKeyReceiver receive, void *arg);
extern int	lc_record_keys(const LcKeySet *set, const char *const *values, bool looks, int64 **keys);

/* in duplicates/rule.c */
extern void lc_reread_matching_rules(void);
extern List *lc_all_matching_rules(void);
extern List *lc_matching_rules(const char *object);
extern const LcKeySet *lc_written_keys(LcMatchObject object);
extern const LcMatchTable *lc_match_table(LcMatchTableKind which);

/* in duplicates/match_key.c */
extern bool lc_open_match_keys(LcMatchKeys *keys, LOCKMODE lockmode);
extern void lc_close_match_keys(LcMatchKeys *keys);
extern SysScanDesc lc_begin_match_key(LcMatchKeys *keys, Relation index, int64 key, int64 record_id, Snapshot snapshot);
extern int	lc_add_match_keys(LcMatchKeys *keys, Relation index, int64 record_id, int64 *key, int nkeys, Snapshot snapshot);
extern void lc_slot_values(const LcMatchField *field, int nfields, TupleTableSlot *slot, bool is_account, const char **values);
extern const char **lc_row_values(const LcKeySet *set, TupleTableSlot *slot);
extern int	lc_keys_of_row(const LcKeySet *set, TupleTableSlot *slot, int64 *record_id, int64 **key);
extern bool lc_is_compared(LcMatchObject object, const LcMatchTable *table, TupleTableSlot *slot);

/* in duplicates/check_rule.c */
extern void lc_matching_rules_init(void);

/* in duplicates/lock.c */

/* A transaction locks no more match keys than this one by one, but all at once */
#define LC_MAX_MATCH_KEYS 64

extern void lc_match_lock_init(void);
extern void lc_lock_all_match_keys(void);
extern void lc_begin_match_keys(int nkeys);
extern void lc_lock_match_keys(int64 *keys, int nkeys);

/* in duplicates/candidate.c */
extern int	lc_match_keys_of(const LcMatchingRule *rule, const LcMatchRecord *record, int64 **keys);
extern List **lc_find_matches(const LcMatchingRule *rule, const LcMatchRecord **records, int n, Oid check_as);

#endif							/* LEADCONV_DUPLICATES_H */
