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
	bool		is_renamed;		/* and is not called so any more */
} LcMatchField;

/* One comparison of a rule */
typedef struct LcMatchingItem
{
	int			number;			/* in the filter */
	char	   *field;
	LcMatchingMethod method;
	bool		matches_blanks;
	int			source;			/* which of the rule's fields it is */
	const char *type;			/* of the column, NULL = a text */
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
	const char *type;			/* of the column, NULL = a text */
	bool		is_domain;		/* of an e-mail address */
	int			nwords;			/* 0 = all */
	int			nchars;			/* of each, 0 = all */
} LcKeyTerm;

/* The definition of a match key */
typedef struct LcKeyDefinition
{
	char	   *text;			/* first_name(1,1)+last_name */
	char	   *canonical;		/* the same with methods: keys of the same are the same */
	int64		first_key;		/* the lowest that there can be */
	bool		has_initials;	/* those of a company may stand for its name */
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
	bool		lacks_column;	/* that is only because a column is missing */
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

/* A record that is compared with others, stored or not (candidate.c) */
typedef struct LcComparable LcComparable;

/* A duplicate rule has no more matching rules than this */
#define LC_MAX_MATCH_RULES 3

/* A matching rule of a duplicate rule */
typedef struct LcRuleMatch
{
	int			place;			/* 1 to 3 */
	int64		matching_rule_id;
	List	   *theirs;			/* of char *: fields of the matching rule's object ... */
	List	   *ours;			/* ... and those of the record that stand for them */
} LcRuleMatch;

/* A duplicate rule (duplicate_rule.c); of two, the first is for new records, the second for changes */
typedef struct LcDuplicateRule
{
	int64		id;
	char	   *object;
	char	   *name;
	char	   *label;
	char	   *alert_text;		/* or NULL */
	bool		blocks[2];
	bool		alerts[2];
	bool		reports[2];
	bool		bypasses_sharing;
	int			nmatches;
	LcRuleMatch match[LC_MAX_MATCH_RULES];
	char	   *boolean_filter; /* or NULL */
	List	   *items;			/* of conditions, NIL = it always applies */
	List	   *numbers;		/* of int: their numbers in the filter */
	int			ngroups;
	LcRuleGroup *groups;
	char	   *problem;		/* why it cannot be used, or NULL */
} LcDuplicateRule;

/* A match among the records that requests of the same call make */
typedef struct LcEarlierMatch
{
	int			position;		/* of the request */
	int			score;
	List	   *fields;			/* of char *: those that matched */
} LcEarlierMatch;

/* What a duplicate rule has found for a record by one of its matching rules (found.c) */
typedef struct LcDuplicate
{
	const LcDuplicateRule *rule;
	const LcMatchingRule *matching;
	List	   *matches;		/* of LcMatch, that the user may see */
	List	   *earlier;		/* of LcEarlierMatch */
	bool		hidden;			/* there are others */
	bool		unseen;			/* the snapshot of the transaction does not have one of them */
} LcDuplicate;

/* Records that belong together: leads, contacts, accounts (record_set.c) */
#define LC_NRECORDIDS 3

typedef struct LcRecordIds
{
	Datum	   *id[LC_NRECORDIDS];
	int			n[LC_NRECORDIDS];
} LcRecordIds;

/* Told of each match key of a record */
typedef void (*LcKeyReceiver) (void *arg, const LcKeyDefinition *definition, const char *const *values, int64 key);

/* A row of crm.match_key */
typedef struct LcKeyRow
{
	int64		key;
	int64		record_id;
} LcKeyRow;

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

/* in duplicates/normalize.c */
extern bool lc_is_listed(const char *const *list, int n, const char *word);
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
extern int	lc_name_variants(const char *name, const char ***variants);

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
extern char *lc_key_text(const LcKeyDefinition *definition, const char *const *values);
extern uint64 lc_key_value_mask(void);
extern void lc_for_each_key(const LcKeySet *set, const char *const *values, bool looks, LcKeyReceiver receive, void *arg);
extern int	lc_record_keys(const LcKeySet *set, const char *const *values, bool looks, int64 **keys);

/* in duplicates/read_row.c */
typedef void (*LcRowReader) (HeapTuple tuple, TupleDesc desc, void *arg);

extern char *lc_row_text(HeapTuple tuple, TupleDesc desc, const char *column);
extern int64 lc_row_int64(HeapTuple tuple, TupleDesc desc, const char *column);
extern bool lc_row_bool(HeapTuple tuple, TupleDesc desc, const char *column);
extern List *lc_row_array(HeapTuple tuple, TupleDesc desc, const char *column, bool *isnull);
extern void lc_each_row(Oid relid, LcRowReader reader, void *arg);

/* in duplicates/rule.c */
extern const char *lc_record_table(LcMatchObject kind);
extern const char *lc_field_column(LcMatchObject kind, const char *field, bool *of_account);
extern void lc_reread_matching_rules(void);
extern List *lc_all_matching_rules(void);
extern const LcMatchingRule *lc_matching_rule(int64 id);
extern List *lc_matching_rules(const char *object);
extern void lc_named_by_rules(LcColumnReceiver receive, void *arg);
extern const LcKeySet *lc_written_keys(LcMatchObject object);
extern const LcMatchTable *lc_match_table(LcMatchTableKind which);

/* in duplicates/match_key.c */
extern void lc_match_keys_init(void);
extern bool lc_open_match_keys(LcMatchKeys *keys, LOCKMODE lockmode);
extern void lc_close_match_keys(LcMatchKeys *keys);
extern int	lc_add_match_keys(LcMatchKeys *keys, LcKeyRow *row, int n, Snapshot snapshot);
extern void lc_slot_values(const LcMatchField *field, int nfields, TupleTableSlot *slot, bool is_account, const char **values);
extern const char **lc_row_values(const LcKeySet *set, TupleTableSlot *slot);
extern int	lc_keys_of_row(const LcKeySet *set, TupleTableSlot *slot, int64 *record_id, int64 **key);
extern bool lc_is_compared(LcMatchObject object, const LcMatchTable *table, TupleTableSlot *slot);

/* in duplicates/lock.c */

/* A transaction locks no more match keys than this one by one, but all at once */
#define LC_MAX_MATCH_KEYS 64

extern void lc_match_lock_init(void);
extern void lc_lock_all_match_keys(void);
extern void lc_begin_match_keys(int nkeys);
extern void lc_lock_match_keys(int64 *keys, int nkeys);

/* in duplicates/candidate.c */
extern bool lc_may_read_row(const char *table, int64 id, List *columns);
extern const char *lc_record_value(const LcMatchRecord *record, const char *field);
extern int	lc_match_keys_of(const LcMatchingRule *rule, const LcMatchRecord *record, int64 **keys);
extern int	lc_stored_keys_of(const LcMatchingRule *rule, const LcMatchRecord *record, int64 **keys);
extern LcComparable *lc_comparable(const LcMatchingRule *rule, const LcMatchRecord *record);
extern bool lc_records_match(LcComparable *record, LcComparable *other, LcMatch **match);
extern List **lc_find_matches(const LcMatchingRule *rule, const LcMatchRecord **records, int n, Oid check_as);

/* in duplicates/duplicate_rule.c */
extern void lc_duplicate_rules_init(void);
extern List *lc_each_duplicate_rule(void);
extern List *lc_duplicate_rules(const char *object);
extern char *lc_unreadable_condition(const LcDuplicateRule *rule);
extern const char *lc_field_for_match(const LcDuplicateRule *rule, const LcRuleMatch *match, const char *object,
									  const char *field);
extern List *lc_filter_fields(const LcDuplicateRule *rule, List *fields);
extern List *lc_add_name(List *names, const char *name);
extern bool lc_duplicate_rule_applies(const LcDuplicateRule *rule, const LcMatchRecord *record, int64 user_id);

/* in duplicates/found.c */

/* What an alert says, as the platform has it */
#define LC_USE_ONE_OF_THESE "Use one of these records?"

extern const char *lc_record_object(LcMatchObject kind);
extern const LcMatchingRule *lc_rule_matching(const LcRuleMatch *match, LcMatchObject kind, bool cross_object);
extern LcDuplicate *lc_duplicate_entry(List **found, const LcDuplicateRule *rule, const LcMatchingRule *matching);
extern void lc_find_duplicates(const LcDuplicateRule *rule, LcMatchObject kind, LcMatchRecord **records, int nrecords,
							   bool cross_object, List **found);
extern void lc_duplicate_keys(const LcDuplicateRule *rule, LcMatchObject kind, LcMatchRecord *record, bool cross_object,
							  int64 **keys, int *nkeys, int *space);
extern bool lc_duplicate_refuses(const LcDuplicate *duplicate, bool is_update, bool allow_save);
extern void lc_append_duplicate_detail(StringInfo buf, const LcDuplicate *duplicate);
extern char *lc_match_note(const LcDuplicate *duplicate, const LcMatch *match);
extern char *lc_earlier_note(const LcDuplicate *duplicate, const LcEarlierMatch *earlier);
extern void lc_append_duplicate_json(StringInfo buf, const LcDuplicate *duplicate, const char *object, bool is_update);
extern void lc_check_duplicates_seen(const LcDuplicate *duplicate);

/* in duplicates/record_set.c */
extern void lc_add_record_id(LcRecordIds *ids, LcMatchObject object, int64 id);
extern void lc_put_in_set(const LcDuplicateRule *rule, const LcRecordIds *ids, StringInfo *sets, StringInfo *items);

/* in duplicates/report_rules.c */
extern void lc_report_rules_init(void);

/* in duplicates/check_duplicates.c */
extern void lc_check_duplicates_init(void);

#endif							/* LEADCONV_DUPLICATES_H */
