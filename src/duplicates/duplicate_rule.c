/*-------------------------------------------------------------------------
 *
 * duplicate_rule.c
 *	  Duplicate rules: what happens when a record matches others, and to which records
 *	  a rule applies.
 *
 * The active rules of each object are kept for the session, in "leadconv duplicate
 * rules" under CacheMemoryContext, until one of their tables changes, of which statement
 * triggers and DDL tell by an invalidation message, or a (sub)transaction is aborted in
 * which they were read.  What has been forgotten is freed at the end of the transaction,
 * so a rule can be used as long as that, whatever happens in the meantime.
 *
 * Conditions are evaluated here, by the type of the column: no text of a table is ever
 * made part of a statement.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "duplicates/duplicates.h"

/* How a value is compared, as crm.duplicate_rule_filter_item has it */
typedef enum FilterOperation
{
	OP_EQUALS,
	OP_NOT_EQUAL,
	OP_LESS_THAN,
	OP_GREATER_THAN,
	OP_LESS_OR_EQUAL,
	OP_GREATER_OR_EQUAL,
	OP_CONTAINS,
	OP_NOT_CONTAIN,
	OP_STARTS_WITH,
	OP_INCLUDES,
	OP_EXCLUDES,
	NUM_OPERATIONS
} FilterOperation;

static const char *const operation_name[NUM_OPERATIONS] = {
	"equals", "notEqual", "lessThan", "greaterThan", "lessOrEqual", "greaterOrEqual", "contains", "notContain",
	"startsWith", "includes", "excludes"
};

/* One condition of a rule */
typedef struct LcFilterItem
{
	bool		of_user;		/* a field of the user, else of the record */
	char	   *field;
	FilterOperation operation;
	Oid			type;			/* of the column, texts as text */
	List	   *values;			/* texts: of char *, folded; NIL = a blank one */
	List	   *given;			/* the same as they were given */
} LcFilterItem;

/* The tables that are read */
static const char *const source_name[] = {
	"duplicate_rule", "duplicate_rule_match_rule", "duplicate_rule_filter_item", "matching_rule", "app_user", "account", "contact", "lead"
};

/* The rules of an object */
typedef struct RuleList
{
	const char *object;
	List	   *rules;
} RuleList;

static RuleList rules_of[] = {{"account", NIL}, {"contact", NIL}, {"lead", NIL}};

static MemoryContext rules_context = NULL;	/* NULL = nothing has been read */
static Oid	source_relid[lengthof(source_name)];
static LcSessionCache cache = {.relid = source_relid, .nrelids = lengthof(source_name)};

/* What read_rules() reads */
enum
{
	RULE_ID = 1,
	RULE_OBJECT,
	RULE_NAME,
	RULE_LABEL,
	RULE_MATCHING_RULE,
	RULE_ACTION_ON_INSERT,
	RULE_ACTION_ON_UPDATE,
	RULE_OPERATIONS_ON_INSERT,
	RULE_OPERATIONS_ON_UPDATE,
	RULE_ALERT_TEXT,
	RULE_SECURITY_OPTION,
	RULE_BOOLEAN_FILTER
};

/* ... in its order */
static const LcMetaColumn rule_columns[] = {
	{{"duplicate_rule", "id", INT8OID}, true},
	{{"duplicate_rule", "object", TEXTOID}, true},
	{{"duplicate_rule", "developer_name", TEXTOID}, true},
	{{"duplicate_rule", "master_label", TEXTOID}, true},
	{{"duplicate_rule", "matching_rule_id", INT8OID}, true},
	{{"duplicate_rule", "action_on_insert", TEXTOID}, true},
	{{"duplicate_rule", "action_on_update", TEXTOID}, true},
	{{"duplicate_rule", "operations", TEXTARRAYOID}, true},
	{{"duplicate_rule", "operations_on_update", TEXTARRAYOID}, false},
	{{"duplicate_rule", "alert_text", TEXTOID}, false},
	{{"duplicate_rule", "security_option", TEXTOID}, true},
	{{"duplicate_rule", "boolean_filter", TEXTOID}, false},
	/* these are not in the result's positions above, but must be readable */
	{{"duplicate_rule", "is_active", BOOLOID}, true},
	{{"duplicate_rule", "sort_order", INT4OID}, true}
};

static const LcMetaColumn match_columns[] = {
	{{"duplicate_rule_match_rule", "duplicate_rule_id", INT8OID}, true},
	{{"duplicate_rule_match_rule", "matching_rule_id", INT8OID}, true},
	{{"duplicate_rule_match_rule", "sort_order", INT8OID}, true}
};

static const LcMetaColumn item_columns[] = {
	{{"duplicate_rule_filter_item", "duplicate_rule_id", INT8OID}, true},
	{{"duplicate_rule_filter_item", "sort_order", INT8OID}, true},
	{{"duplicate_rule_filter_item", "object", TEXTOID}, true},
	{{"duplicate_rule_filter_item", "field", TEXTOID}, true},
	{{"duplicate_rule_filter_item", "operation", TEXTOID}, true},
	{{"duplicate_rule_filter_item", "value", TEXTOID}, false}
};

/* Which field stands for which: of rule_id's matching rule at this place, by name */
#define MAPPING_SQL \
	"SELECT r.id::pg_catalog.int8, 1, e.key, e.value FROM crm.duplicate_rule r," \
	" LATERAL pg_catalog.jsonb_each_text(r.field_mapping::pg_catalog.text::pg_catalog.jsonb) e WHERE r.field_mapping IS NOT NULL" \
	" UNION ALL" \
	" SELECT m.duplicate_rule_id::pg_catalog.int8, m.sort_order::pg_catalog.int4, e.key, e.value FROM crm.duplicate_rule_match_rule m," \
	" LATERAL pg_catalog.jsonb_each_text(m.field_mapping::pg_catalog.text::pg_catalog.jsonb) e WHERE m.field_mapping IS NOT NULL"

static const LcRequiredColumn mapping_columns[] = {
	{"duplicate_rule", "field_mapping", JSONBOID},
	{"duplicate_rule_match_rule", "field_mapping", JSONBOID}
};

/* Does an array of texts have this one? */
static bool
has_word(uint64 row, int column, const char *word)
{
	bool		isnull;
	Datum		value = lc_spi_datum(row, column, &isnull);
	Datum	   *elems;
	bool	   *nulls;
	int			n;

	if (isnull)
		return false;
	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i] && strcmp(TextDatumGetCString(elems[i]), word) == 0)
			return true;
	}
	return false;
}

/* A text of the row, or NULL, in the context of the rules */
static char *
kept_text(uint64 row, int column)
{
	char	   *value = lc_spi_text(row, column);

	return value ? MemoryContextStrdup(rules_context, value) : NULL;
}

static LcDuplicateRule *
find_rule(int64 id)
{
	for (size_t i = 0; i < lengthof(rules_of); i++)
	{
		ListCell   *lc;

		foreach(lc, rules_of[i].rules)
		{
			LcDuplicateRule *rule = lfirst(lc);

			if (rule->id == id)
				return rule;
		}
	}
	return NULL;
}

/* The rules themselves */
static void
read_rules(void)
{
	uint64		nrows = lc_read_columns(rule_columns, lengthof(rule_columns), NULL,
										"crm.duplicate_rule WHERE duplicate_rule.is_active"
										" ORDER BY duplicate_rule.sort_order, duplicate_rule.id");

	for (uint64 row = 0; row < nrows; row++)
	{
		LcDuplicateRule *rule = MemoryContextAllocZero(rules_context, sizeof(LcDuplicateRule));
		MemoryContext oldcontext;
		int			on_update = lc_spi_isnull(row, RULE_OPERATIONS_ON_UPDATE) ? RULE_OPERATIONS_ON_INSERT : RULE_OPERATIONS_ON_UPDATE;

		rule->id = lc_spi_int64(row, RULE_ID);
		rule->object = kept_text(row, RULE_OBJECT);
		rule->name = kept_text(row, RULE_NAME);
		rule->label = kept_text(row, RULE_LABEL);
		rule->alert_text = kept_text(row, RULE_ALERT_TEXT);
		rule->boolean_filter = kept_text(row, RULE_BOOLEAN_FILTER);
		rule->bypasses_sharing = strcmp(lc_spi_text(row, RULE_SECURITY_OPTION), "BypassSharingRules") == 0;
		for (int update = 0; update < 2; update++)
		{
			int			operations = update ? on_update : RULE_OPERATIONS_ON_INSERT;

			rule->blocks[update] = strcmp(lc_spi_text(row, update ? RULE_ACTION_ON_UPDATE : RULE_ACTION_ON_INSERT), "Block") == 0;
			rule->alerts[update] = !rule->blocks[update] && has_word(row, operations, "alert");
			rule->reports[update] = !rule->blocks[update] && has_word(row, operations, "report");
		}
		rule->nmatches = 1;
		rule->match[0].place = 1;
		rule->match[0].matching_rule_id = lc_spi_int64(row, RULE_MATCHING_RULE);
		oldcontext = MemoryContextSwitchTo(rules_context);
		for (size_t i = 0; i < lengthof(rules_of); i++)
		{
			if (strcmp(rules_of[i].object, rule->object) == 0)
				rules_of[i].rules = lappend(rules_of[i].rules, rule);
		}
		MemoryContextSwitchTo(oldcontext);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The column that a condition of a rule for this object names, and its table */
static const char *
condition_column(const char *object, bool of_user, const char *field, const char **table)
{
	bool		of_account = false;

	*table = of_user ? "app_user" : object;
	if (of_user || strcmp(object, "contact") != 0)
		return field;
	field = lc_field_column(LC_MATCH_CONTACT, field, &of_account);
	if (of_account)
		*table = "account";
	return field;
}

/* That a table has no column which somebody names, and what it may be called now */
static char *
no_such_column(const char *table, const char *column, const char *who)
{
	char	   *now = lc_renamed_column(table, column);

	return psprintf("table \"crm.%s\" has no column \"%s\", which %s names%s", table, column, who,
					now ? psprintf("; it was renamed to \"%s\"", now) : "");
}

/* A field of the record that stands for another: returns a sentence when there is no such column */
static char *
check_mapped_field(const LcDuplicateRule *rule, const LcRuleMatch *match, const char *field)
{
	LcMatchObject kind = strcmp(rule->object, "lead") == 0 ? LC_MATCH_LEAD
		: strcmp(rule->object, "contact") == 0 ? LC_MATCH_CONTACT : LC_MATCH_ACCOUNT;
	bool		of_account;
	const char *column;
	const char *table;
	const LcMatchingRule *matching = lc_matching_rule(match->matching_rule_id);

	/* its records may be of persons */
	if (kind == LC_MATCH_ACCOUNT && matching != NULL && matching->kind == LC_MATCH_PERSON_ACCOUNT)
		kind = LC_MATCH_PERSON_ACCOUNT;
	column = lc_field_column(kind, field, &of_account);
	table = of_account ? "account" : lc_record_table(kind);
	if (get_attnum(lc_crm_relid(table, false), column) > 0)
		return NULL;
	return no_such_column(table, column, "its field_mapping");
}

/* Their further matching rules, and the fields that stand for those of another object */
static void
read_match_rules(void)
{
	uint64		nrows = lc_read_columns(match_columns, lengthof(match_columns), NULL,
										"crm.duplicate_rule_match_rule ORDER BY duplicate_rule_match_rule.sort_order");

	for (uint64 row = 0; row < nrows; row++)
	{
		LcDuplicateRule *rule = find_rule(lc_spi_int64(row, 1));

		if (rule == NULL || rule->nmatches == LC_MAX_MATCH_RULES)
			continue;
		rule->match[rule->nmatches].place = (int) lc_spi_int64(row, 3);
		rule->match[rule->nmatches++].matching_rule_id = lc_spi_int64(row, 2);
	}
	SPI_freetuptable(SPI_tuptable);

	lc_require_columns(mapping_columns, lengthof(mapping_columns));
	nrows = lc_read_metadata(MAPPING_SQL);
	for (uint64 row = 0; row < nrows; row++)
	{
		LcDuplicateRule *rule = find_rule(lc_spi_int64(row, 1));
		bool		isnull;
		int			place = DatumGetInt32(lc_spi_datum(row, 2, &isnull));
		MemoryContext oldcontext = MemoryContextSwitchTo(rules_context);

		for (int i = 0; rule != NULL && i < rule->nmatches; i++)
		{
			LcRuleMatch *match = &rule->match[i];

			if (match->place != place)
				continue;
			match->theirs = lappend(match->theirs, kept_text(row, 3));
			match->ours = lappend(match->ours, lc_spi_isnull(row, 4) ? pstrdup("") : kept_text(row, 4));
			if (rule->problem == NULL)
				rule->problem = check_mapped_field(rule, match, llast(match->ours));
		}
		MemoryContextSwitchTo(oldcontext);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The values of a condition, which commas separate, as they are given and folded */
static void
split_values(LcFilterItem *item, const char *value)
{
	char	   *copy = pstrdup(value);
	char	   *next;

	for (char *word = copy; word != NULL; word = next)
	{
		char	   *end;
		char	   *folded;

		next = strchr(word, item->operation == OP_INCLUDES || item->operation == OP_EXCLUDES ? ';' : ',');
		if (next == NULL && (item->operation == OP_INCLUDES || item->operation == OP_EXCLUDES))
			next = strchr(word, ',');
		if (next != NULL)
			*next++ = '\0';
		while (*word == ' ')
			word++;
		end = word + strlen(word);
		while (end > word && end[-1] == ' ')
			*--end = '\0';
		folded = *word ? lc_fold(word, strlen(word)) : NULL;
		if (folded == NULL)
			continue;
		item->values = lappend(item->values, folded);
		item->given = lappend(item->given, pstrdup(word));
	}
}

/* The column of a table that a condition names; returns a sentence if there is none */
static char *
resolve_field(LcFilterItem *item, const char *object)
{
	const char *table;
	const char *column = condition_column(object, item->of_user, item->field, &table);
	Relation	rel;
	AttrNumber	attno;
	char	   *problem = NULL;

	rel = table_open(lc_crm_relid(table, false), AccessShareLock);
	attno = lc_column_number(RelationGetDescr(rel), column);
	if (attno == InvalidAttrNumber)
		problem = no_such_column(table, column, "a condition of it");
	else
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), attno - 1);

		item->type = getBaseType(att->atttypid);
		if (lc_is_text_type(item->type) || get_typtype(item->type) != TYPTYPE_BASE)
			item->type = TEXTOID;
	}
	table_close(rel, AccessShareLock);
	return problem;
}

/* Can values of the column be compared as the condition says?  Returns a sentence if not. */
static char *
check_operation(LcFilterItem *item)
{
	if (item->type == TEXTOID)
		return NULL;
	if (!OidIsValid(lookup_type_cache(item->type, TYPECACHE_CMP_PROC)->cmp_proc))
		item->type = TEXTOID;
	else if (item->operation >= OP_CONTAINS)
		return psprintf("operation \"%s\" is for texts, and column \"%s\" is %s", operation_name[item->operation],
						item->field, format_type_be(item->type));
	return NULL;
}

/* The conditions of the rules */
static void
read_items(void)
{
	uint64		nrows = lc_read_columns(item_columns, lengthof(item_columns), NULL,
										"crm.duplicate_rule_filter_item"
										" ORDER BY duplicate_rule_filter_item.duplicate_rule_id, duplicate_rule_filter_item.sort_order");
	SPITupleTable *rows = SPI_tuptable;

	for (uint64 row = 0; row < nrows; row++)
	{
		LcDuplicateRule *rule;
		MemoryContext oldcontext;
		LcFilterItem *item;
		char	   *operation;
		char	   *value;

		SPI_tuptable = rows;
		rule = find_rule(lc_spi_int64(row, 1));
		if (rule == NULL || rule->problem != NULL)
			continue;
		operation = lc_spi_text(row, 5);
		value = lc_spi_text(row, 6);
		oldcontext = MemoryContextSwitchTo(rules_context);
		if (list_length(rule->items) == LC_MAX_RULE_ITEMS)
		{
			rule->problem = psprintf("it has more than %d conditions", LC_MAX_RULE_ITEMS);
			MemoryContextSwitchTo(oldcontext);
			continue;
		}
		item = palloc0(sizeof(LcFilterItem));
		item->of_user = strcmp(lc_spi_text(row, 3), "user") == 0;
		item->field = lc_spi_text(row, 4);
		item->operation = NUM_OPERATIONS;
		for (int i = 0; i < NUM_OPERATIONS; i++)
		{
			if (strcmp(operation, operation_name[i]) == 0)
				item->operation = i;
		}
		rule->items = lappend(rule->items, item);
		rule->numbers = lappend_int(rule->numbers, (int) lc_spi_int64(row, 2));
		if (item->operation == NUM_OPERATIONS)
			rule->problem = psprintf("it has a condition with the operation \"%s\", which there is not", operation);
		if (value != NULL)
			split_values(item, value);
		if (rule->problem == NULL)
			rule->problem = resolve_field(item, rule->object);
		if (rule->problem == NULL)
			rule->problem = check_operation(item);
		MemoryContextSwitchTo(oldcontext);
	}
	SPI_tuptable = rows;
	SPI_freetuptable(rows);
}

/* How the conditions of the rules combine */
static void
combine_items(void)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(rules_context);

	for (size_t i = 0; i < lengthof(rules_of); i++)
	{
		ListCell   *lc;

		foreach(lc, rules_of[i].rules)
		{
			LcDuplicateRule *rule = lfirst(lc);
			int			numbers[LC_MAX_RULE_ITEMS];
			ListCell   *number;
			int			n = 0;
			bool		is_incomplete;

			if (rule->items == NIL || rule->problem != NULL)
				continue;
			foreach(number, rule->numbers)
				numbers[n++] = lfirst_int(number);
			rule->groups = palloc(sizeof(LcRuleGroup) * LC_MAX_RULE_GROUPS);
			rule->ngroups = lc_parse_filter(rule->boolean_filter, numbers, n, rule->groups, &rule->problem,
											&is_incomplete);
		}
	}
	MemoryContextSwitchTo(oldcontext);
}

/* Reads all active rules */
static void
read_all(void)
{
	uint64		before = lc_cache_begin(&cache);

	for (size_t i = 0; i < lengthof(rules_of); i++)
		rules_of[i].rules = NIL;
	if (rules_context != NULL)
		lc_cache_retire(&cache, rules_context);
	rules_context = NULL;
	rules_context = AllocSetContextCreate(CacheMemoryContext, "leadconv duplicate rules", ALLOCSET_SMALL_SIZES);
	for (size_t i = 0; i < lengthof(source_name); i++)
		source_relid[i] = lc_crm_relid(source_name[i], false);

	lc_spi_connect();
	read_rules();
	read_match_rules();
	read_items();
	combine_items();
	SPI_finish();
	cache.valid = before;
}

/*
 * lc_each_duplicate_rule
 *
 * All active duplicate rules, of all objects, those that cannot be used among them: a List
 * in the current memory context, of rules that stay until the end of the transaction.
 * Raises SCHEMA_NOT_READY when their tables are not as they must be.
 */
List *
lc_each_duplicate_rule(void)
{
	List	   *result = NIL;

	if (!lc_cache_is_valid(&cache))
		read_all();
	for (size_t i = 0; i < lengthof(rules_of); i++)
		result = list_concat(result, rules_of[i].rules);
	return result;
}

/*
 * lc_duplicate_rules
 *
 * The active duplicate rules of an object ("account", "contact" or "lead"), in their
 * order, from the cache where possible.  They stay until the end of the transaction.  Raises SCHEMA_NOT_READY when their tables are not as they
 * must be, and INVALID_FIELD when a rule cannot be understood.
 */
List *
lc_duplicate_rules(const char *object)
{
	if (!lc_cache_is_valid(&cache))
		read_all();
	for (size_t i = 0; i < lengthof(rules_of); i++)
	{
		ListCell   *lc;

		if (strcmp(rules_of[i].object, object) != 0)
			continue;
		foreach(lc, rules_of[i].rules)
		{
			const LcDuplicateRule *rule = lfirst(lc);

			if (rule->problem != NULL)
				ereport(ERROR,
						(lc_errcode(LC_INVALID_FIELD),
						 errmsg("duplicate rule \"%s\" of object \"%s\" cannot be used", rule->name, rule->object),
						 errdetail_internal("What is wrong: %s.", rule->problem),
						 errhint("Put the rule right, or set is_active to false in crm.duplicate_rule."),
						 err_generic_string(PG_DIAG_TABLE_NAME, "duplicate_rule")));
		}
		return rules_of[i].rules;
	}
	return NIL;
}

/* Fields that are called otherwise in another object, by what they are */
static const struct
{
	const char *account;
	const char *contact;
	const char *lead;
}			usual_fields[] = {
	{"name", "account.name", "company"},
	{"billing_street", "mailing_street", "street"},
	{"billing_city", "mailing_city", "city"},
	{"billing_state", "mailing_state", "state"},
	{"billing_state_code", "mailing_state_code", "state_code"},
	{"billing_postal_code", "mailing_postal_code", "postal_code"},
	{"billing_country", "mailing_country", "country"},
	{"billing_country_code", "mailing_country_code", "country_code"}
};

static const char *
usual_field(size_t i, const char *object)
{
	return strcmp(object, "account") == 0 ? usual_fields[i].account
		: strcmp(object, "contact") == 0 ? usual_fields[i].contact : usual_fields[i].lead;
}

/*
 * lc_field_for_match
 *
 * Which field of a rule's object stands for this field of its matching rule's object
 */
const char *
lc_field_for_match(const LcDuplicateRule *rule, const LcRuleMatch *match, const char *object, const char *field)
{
	ListCell   *theirs;
	ListCell   *ours;

	forboth(theirs, match->theirs, ours, match->ours)
	{
		if (strcmp(lfirst(theirs), field) == 0)
			return lfirst(ours);
	}
	if (strcmp(object, rule->object) == 0)
		return field;
	for (size_t i = 0; i < lengthof(usual_fields); i++)
	{
		if (strcmp(usual_field(i, object), field) == 0)
			return usual_field(i, rule->object);
	}
	return field;
}

/*
 * lc_filter_fields
 *
 * Adds the fields of the record that the conditions of a rule read to a list of names
 */
List *
lc_filter_fields(const LcDuplicateRule *rule, List *fields)
{
	ListCell   *lc;

	foreach(lc, rule->items)
	{
		const LcFilterItem *item = lfirst(lc);

		if (!item->of_user)
			fields = lc_add_name(fields, item->field);
	}
	return fields;
}

/* Adds a name to a list of names, unless it is there */
List *
lc_add_name(List *names, const char *name)
{
	ListCell   *lc;

	foreach(lc, names)
	{
		if (strcmp(lfirst(lc), name) == 0)
			return names;
	}
	return lappend(names, unconstify(char *, name));
}

/* A column of the current user, or NULL */
static char *
user_value(int64 user_id, const char *column)
{
	LcProbe		by_id;
	LcOpenProbe probe;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *result = NULL;

	if (user_id == 0)
		return NULL;
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	lc_compile_probe(&by_id, lc_crm_relid("app_user", false), "id");
	lc_probe_open(&probe, &by_id);
	scan = lc_probe_begin(&probe, user_id, snapshot);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(probe.rel);
		AttrNumber	attno = lc_column_number(desc, column);
		bool		isnull = true;
		Datum		value = attno == InvalidAttrNumber ? (Datum) 0 : heap_getattr(tuple, attno, desc, &isnull);

		if (!isnull)
			result = lc_match_text(value, TupleDescAttr(desc, attno - 1)->atttypid);
	}
	systable_endscan(scan);
	lc_probe_close(&probe);
	UnregisterSnapshot(snapshot);
	return result;
}

/* Is this one of the values, which semicolons separate? */
static bool
includes(const char *folded, const char *wanted)
{
	size_t		len = strlen(wanted);

	for (const char *word = folded;; word++)
	{
		const char *end;
		const char *next = strchr(word, ';');

		while (*word == ' ')
			word++;
		end = next ? next : word + strlen(word);
		while (end > word && end[-1] == ' ')
			end--;
		if ((size_t) (end - word) == len && memcmp(word, wanted, len) == 0)
			return true;
		if (next == NULL)
			return false;
		word = next;
	}
}

/* Says whose value it is that cannot be read */
static void
compare_error_context(void *arg)
{
	const LcFilterItem *item = arg;

	errcontext("condition of a duplicate rule on column \"%s\"", item->field);
}

/* How a value compares with one of the condition, by the type of the column */
static int
compare(const LcFilterItem *item, const char *value, const char *given)
{
	TypeCacheEntry *entry = lookup_type_cache(item->type, TYPECACHE_CMP_PROC_FINFO);
	Oid			input;
	Oid			param;
	Datum		left;
	Datum		right;
	int			result;
	ErrorContextCallback callback;

	callback.callback = compare_error_context;
	callback.arg = unconstify(LcFilterItem *, item);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	getTypeInputInfo(item->type, &input, &param);
	left = OidInputFunctionCall(input, unconstify(char *, value), param, -1);
	right = OidInputFunctionCall(input, unconstify(char *, given), param, -1);
	result = DatumGetInt32(FunctionCall2Coll(&entry->cmp_proc_finfo, get_typcollation(item->type), left, right));
	error_context_stack = callback.previous;
	return result;
}

/* Does the value, folded if it is a text, satisfy the condition with one of its values? */
static bool
satisfies(const LcFilterItem *item, const char *value, const char *folded, const char *wanted, const char *given)
{
	int			cmp;

	switch (item->operation)
	{
		case OP_CONTAINS:
		case OP_NOT_CONTAIN:
			return strstr(folded, wanted) != NULL;
		case OP_STARTS_WITH:
			return strncmp(folded, wanted, strlen(wanted)) == 0;
		case OP_INCLUDES:
		case OP_EXCLUDES:
			return includes(folded, wanted);
		default:
			break;
	}
	cmp = item->type == TEXTOID ? strcmp(folded, wanted) : compare(item, value, given);
	switch (item->operation)
	{
		case OP_LESS_THAN:
			return cmp < 0;
		case OP_GREATER_THAN:
			return cmp > 0;
		case OP_LESS_OR_EQUAL:
			return cmp <= 0;
		case OP_GREATER_OR_EQUAL:
			return cmp >= 0;
		default:
			return cmp == 0;
	}
}

/* Is a condition true?  Texts are compared without case; a blank value equals a blank one. */
static bool
is_true(const LcFilterItem *item, const char *value)
{
	bool		is_negative = item->operation == OP_NOT_EQUAL || item->operation == OP_NOT_CONTAIN || item->operation == OP_EXCLUDES;
	bool		any = false;
	char	   *folded = NULL;
	ListCell   *lc;
	ListCell   *given;

	if (value != NULL && lc_is_blank(value, strlen(value)))
		value = NULL;
	if (value != NULL && item->type == TEXTOID)
	{
		folded = lc_fold(value, strlen(value));
		if (folded == NULL)
			value = NULL;
	}
	if (item->values == NIL)
		any = value == NULL && (item->operation == OP_EQUALS || is_negative);
	else if (value != NULL)
	{
		forboth(lc, item->values, given, item->given)
			any |= satisfies(item, value, folded, lfirst(lc), lfirst(given));
	}
	return is_negative ? !any : any;
}

/*
 * lc_duplicate_rule_applies
 *
 * Does a rule apply to a record that this user writes (0 = unknown)?  Leaks into the current memory context.
 */
bool
lc_duplicate_rule_applies(const LcDuplicateRule *rule, const LcMatchRecord *record, int64 user_id)
{
	uint32		satisfied = 0;
	ListCell   *lc;

	if (rule->items == NIL)
		return true;
	foreach(lc, rule->items)
	{
		const LcFilterItem *item = lfirst(lc);
		const char *value = item->of_user ? user_value(user_id, item->field) : lc_record_value(record, item->field);

		if (is_true(item, value))
			satisfied |= UINT32_C(1) << foreach_current_index(lc);
	}
	for (int i = 0; i < rule->ngroups; i++)
	{
		if ((rule->groups[i].items & ~satisfied) == 0)
			return true;
	}
	return false;
}

/*
 * lc_unreadable_condition
 *
 * The first condition of a rule whose value cannot be compared with its column, as a
 * sentence; NULL if there is none.
 */
char *
lc_unreadable_condition(const LcDuplicateRule *rule)
{
	ListCell   *lc;
	MemoryContext context = CurrentMemoryContext;
	char	   *volatile problem = NULL;

	foreach(lc, rule->items)
	{
		const LcFilterItem *item = lfirst(lc);
		LcSubxact	subxact;
		ListCell   *given;

		if (item->type == TEXTOID || problem != NULL)
			continue;
		lc_subxact_begin(&subxact);
		PG_TRY();
		{
			foreach(given, item->given)
				(void) compare(item, lfirst(given), lfirst(given));
			lc_subxact_commit(&subxact);
		}
		PG_CATCH();
		{
			ErrorData  *edata = lc_subxact_failed(&subxact, context);

			problem = psprintf("its condition on column \"%s\" cannot be asked: %s", item->field, edata->message);
			FreeErrorData(edata);
		}
		PG_END_TRY();
	}
	return problem;
}

/* ------------------------------------------------------- columns that they name */

/* A duplicate rule that is active */
typedef struct ActiveRule
{
	int64		id;
	char	   *object;
} ActiveRule;

static void
note_active(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List	  **rules = arg;
	ActiveRule *rule;

	if (!lc_row_bool(tuple, desc, "is_active"))
		return;
	rule = palloc(sizeof(ActiveRule));
	rule->id = lc_row_int64(tuple, desc, "id");
	rule->object = lc_row_text(tuple, desc, "object");
	if (rule->object != NULL)
		*rules = lappend(*rules, rule);
}

/* Who wants to know, and which rules are active */
typedef struct Receiver
{
	LcColumnReceiver receive;
	void	   *arg;
	List	   *rules;
} Receiver;

static void
tell_condition(HeapTuple tuple, TupleDesc desc, void *arg)
{
	const Receiver *receiver = arg;
	int64		rule_id = lc_row_int64(tuple, desc, "duplicate_rule_id");
	char	   *object = lc_row_text(tuple, desc, "object");
	char	   *field = lc_row_text(tuple, desc, "field");
	ListCell   *lc;

	foreach(lc, object && field ? receiver->rules : NIL)
	{
		const ActiveRule *rule = lfirst(lc);
		const char *table;
		const char *column;

		if (rule->id != rule_id)
			continue;
		column = condition_column(rule->object, strcmp(object, "user") == 0, field, &table);
		receiver->receive(receiver->arg, table, column);
	}
}

/*
 * Tells of the columns that rules name.  Of tables that somebody is putting right, too: so
 * nothing here is an error.
 */
static void
named_columns(LcColumnReceiver receive, void *arg)
{
	Receiver	receiver = {receive, arg, NIL};

	lc_named_by_rules(receive, arg);
	lc_each_row(lc_crm_relid("duplicate_rule", true), note_active, &receiver.rules);
	if (receiver.rules != NIL)
		lc_each_row(lc_crm_relid("duplicate_rule_filter_item", true), tell_condition, &receiver);
}

/* Called once, when the library is loaded */
void
lc_duplicate_rules_init(void)
{
	lc_on_named_columns(named_columns);
}
