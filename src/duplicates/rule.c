/*-------------------------------------------------------------------------
 *
 * rule.c
 *	  Matching rules: crm.matching_rule and its items, as this session knows them.
 *
 * Triggers ask for them with each row.  So all rules are read once and kept until
 * their tables change, or those whose columns they name: metadata_changed(), and DDL,
 * send the invalidation message that says so, to this backend after each of its own
 * commands and to every other backend at commit.  What was read in a (sub)transaction
 * is forgotten when one is aborted.  The tables are read directly, on the latest
 * snapshot and without privileges, because what was read is kept for longer.
 *
 * A rule that has become wrong, because a column was dropped or somebody wrote into
 * the tables what nobody could judge then, is no error here, but has a problem and is
 * not used.  validate() tells of it.
 *
 * What is handed out stays until the end of the transaction, whatever changes in
 * between: the rules are in "leadconv matching rules" below CacheMemoryContext, and
 * when they are forgotten, freed only then.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "duplicates/duplicates.h"

/* What fields of the account of a contact begin with */
#define ACCOUNT_PREFIX	"account."

/* The tables on which the rules depend */
enum
{
	RULES,
	ITEMS,
	LEADS,
	ACCOUNTS,
	CONTACTS,
	NUM_SOURCES
};

static const char *const source_name[NUM_SOURCES] = {
	"matching_rule", "matching_rule_item", "lead", "account", "contact"
};

/* All rules, as they were read together */
typedef struct RuleSet
{
	MemoryContext context;
	List	   *rules;			/* of LcMatchingRule *, by id */
	List	   *usable[LC_NMATCH_OBJECTS];
	LcKeySet   *written[LC_NMATCH_OBJECTS]; /* keys that triggers write, or NULL */
	LcMatchTable table[LC_NMATCH_TABLES];
} RuleSet;

static RuleSet *current = NULL; /* NULL = nothing was read, or it is stale */
static Oid	source_relid[NUM_SOURCES];
static LcSessionCache cache = {.relid = source_relid, .nrelids = NUM_SOURCES};

/* ---------------------------------------------------------------- reading */

/* A rule being read: what is not kept */
typedef struct RuleRow
{
	LcMatchingRule *rule;
	char	   *filter;
	List	   *match_keys;
	bool		derives_keys;
	List	   *keys_built;
	List	   *group_scores;
} RuleRow;

static void
read_rule(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List	  **rows = arg;
	RuleRow    *row = palloc0(sizeof(RuleRow));
	LcMatchingRule *rule = palloc0(sizeof(LcMatchingRule));
	bool		isnull;

	row->rule = rule;
	rule->id = lc_row_int64(tuple, desc, "id");
	rule->object = lc_row_text(tuple, desc, "object");
	rule->name = lc_row_text(tuple, desc, "developer_name");
	rule->label = lc_row_text(tuple, desc, "master_label");
	rule->is_active = lc_row_bool(tuple, desc, "is_active");
	rule->is_standard = lc_row_bool(tuple, desc, "is_standard");
	row->filter = lc_row_text(tuple, desc, "boolean_filter");
	row->match_keys = lc_row_array(tuple, desc, "match_keys", &row->derives_keys);
	row->keys_built = lc_row_array(tuple, desc, "keys_built", &isnull);
	row->group_scores = lc_row_array(tuple, desc, "group_scores", &isnull);
	rule->is_written = lc_column_number(desc, "keys_built") != InvalidAttrNumber &&
		!heap_attisnull(tuple, lc_column_number(desc, "keys_built"), desc);
	if (rule->object == NULL)
		rule->object = pstrdup("");
	if (rule->name == NULL)
		rule->name = psprintf(INT64_FORMAT, rule->id);
	if (rule->label == NULL)
		rule->label = rule->name;
	for (rule->kind = 0; rule->kind < LC_NMATCH_OBJECTS; rule->kind++)
	{
		if (strcmp(lc_match_object_name(rule->kind), rule->object) == 0)
			break;
	}
	if (rule->kind == LC_NMATCH_OBJECTS)
	{
		rule->problem = psprintf("there are no rules for \"%s\"", rule->object);
		rule->kind = LC_MATCH_LEAD;
	}
	*rows = lappend(*rows, row);
}

static void
read_item(HeapTuple tuple, TupleDesc desc, void *arg)
{
	List	   *rows = arg;
	int64		rule_id = lc_row_int64(tuple, desc, "matching_rule_id");
	ListCell   *lc;

	foreach(lc, rows)
	{
		LcMatchingRule *rule = ((RuleRow *) lfirst(lc))->rule;
		LcMatchingItem *item;
		char	   *name;
		int			method;

		if (rule->id != rule_id)
			continue;
		if (rule->nitems == LC_MAX_RULE_ITEMS)
		{
			rule->problem = psprintf("it has more than %d items", LC_MAX_RULE_ITEMS);
			continue;
		}
		rule->items = rule->nitems == 0 ? palloc0(sizeof(LcMatchingItem))
			: repalloc(rule->items, sizeof(LcMatchingItem) * (rule->nitems + 1));
		item = &rule->items[rule->nitems++];
		memset(item, 0, sizeof(LcMatchingItem));
		item->number = (int) lc_row_int64(tuple, desc, "sort_order");
		item->field = lc_row_text(tuple, desc, "field");
		if (item->field == NULL)
			item->field = pstrdup("");
		name = lc_row_text(tuple, desc, "matching_method");
		method = name ? lc_matching_method(name) : -1;
		if (method < 0)
		{
			rule->problem = psprintf("item %d has matching method \"%s\", which there is not", item->number,
									 name ? name : "");
			method = LC_MATCH_EXACT;
		}
		item->method = method;
		name = lc_row_text(tuple, desc, "blank_value_behavior");
		item->matches_blanks = name && strcmp(name, "MatchBlanks") == 0;
	}
}

static int
compare_items(const void *a, const void *b)
{
	int			x = ((const LcMatchingItem *) a)->number;
	int			y = ((const LcMatchingItem *) b)->number;

	return (x > y) - (x < y);
}

static int
compare_rules(const ListCell *a, const ListCell *b)
{
	int64		x = ((RuleRow *) lfirst(a))->rule->id;
	int64		y = ((RuleRow *) lfirst(b))->rule->id;

	return (x > y) - (x < y);
}

/*
 * lc_record_table
 *
 * The table whose rows are the records of a kind
 */
const char *
lc_record_table(LcMatchObject kind)
{
	return lc_match_table_name(lc_match_object_table(kind));
}

/*
 * lc_field_column
 *
 * The column that a field of a record is: of the record, or where *of_account becomes
 * true of its account.  Whether there is such a column is another question.
 */
const char *
lc_field_column(LcMatchObject kind, const char *field, bool *of_account)
{
	bool		is_contact;

	*of_account = false;
	if (kind == LC_MATCH_CONTACT && strncmp(field, ACCOUNT_PREFIX, strlen(ACCOUNT_PREFIX)) == 0)
	{
		*of_account = true;
		return field + strlen(ACCOUNT_PREFIX);
	}
	if (kind != LC_MATCH_PERSON_ACCOUNT)
		return field;
	field = lc_person_column(field, &is_contact);
	*of_account = !is_contact;
	return field;
}

/*
 * Where a field is; returns false when there is no such column.  What is generated when
 * it is read is in no row.  A column that has another name now is known all the same, so
 * that the keys of records that are written follow it until it has the old one again.
 */
static bool
find_field(LcMatchObject kind, LcMatchField *field, const char **table, const char **column)
{
	Oid			relid;
	HeapTuple	tuple;
	bool		found = false;
	const char *now;

	*column = lc_field_column(kind, field->name, &field->of_account);
	*table = field->of_account ? "account" : lc_record_table(kind);
	relid = lc_crm_relid(*table, true);
	if (!OidIsValid(relid))
		return false;
	now = *column;
	tuple = SearchSysCacheAttName(relid, now);
	if (!HeapTupleIsValid(tuple))
	{
		now = lc_renamed_column_of(relid, *column);
		tuple = now ? SearchSysCacheAttName(relid, now) : NULL;
		if (!HeapTupleIsValid(tuple))
			return false;
	}
	if (((Form_pg_attribute) GETSTRUCT(tuple))->attnum > 0 &&
		((Form_pg_attribute) GETSTRUCT(tuple))->attgenerated != ATTRIBUTE_GENERATED_VIRTUAL)
	{
		field->attno = ((Form_pg_attribute) GETSTRUCT(tuple))->attnum;
		field->type = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypid;
		field->is_renamed = now != *column;
		found = !field->is_renamed;
	}
	ReleaseSysCache(tuple);
	return found;
}

/* The number of a column that is read as a Datum of this type, or InvalidAttrNumber */
static AttrNumber
find_column(Oid relid, const char *column, Oid type)
{
	HeapTuple	tuple = OidIsValid(relid) ? SearchSysCacheAttName(relid, column) : NULL;
	AttrNumber	result = InvalidAttrNumber;

	if (!HeapTupleIsValid(tuple))
		return InvalidAttrNumber;
	if (lc_is_stored_as(((Form_pg_attribute) GETSTRUCT(tuple))->atttypid, type))
		result = ((Form_pg_attribute) GETSTRUCT(tuple))->attnum;
	ReleaseSysCache(tuple);
	return result;
}

/* What decides which of the records of a table are compared */
static void
find_table(LcMatchTable *table, int which)
{
	table->relid = source_relid[LEADS + which];
	table->id = find_column(table->relid, "id", INT8OID);
	table->name = find_column(table->relid, "name", TEXTOID);
	table->is_deleted = find_column(table->relid, "is_deleted", BOOLOID);
	table->is_converted = which == LC_MATCH_TABLE_LEAD ? find_column(table->relid, "is_converted", BOOLOID) : InvalidAttrNumber;
	table->is_person_account = find_column(table->relid, "is_person_account", BOOLOID);
	table->account_id = which == LC_MATCH_TABLE_CONTACT ? find_column(table->relid, "account_id", INT8OID) : InvalidAttrNumber;
}

/* The type of a column as part of the definition of a key; NULL = it is a text */
static const char *
key_type(const LcMatchField *field)
{
	HeapTuple	tuple = NULL;
	char	   *result = NULL;

	if (OidIsValid(field->type) && !lc_is_text_type(field->type))
		tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(getBaseType(field->type)));

	if (HeapTupleIsValid(tuple))
	{
		result = pstrdup(NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
		ReleaseSysCache(tuple);
	}
	return result;
}

/* The fields of the items, each once */
static void
find_fields(LcMatchingRule *rule)
{
	bool		was_sound = rule->problem == NULL;

	rule->fields = palloc0(sizeof(LcMatchField) * Max(rule->nitems, 1));
	rule->standard_fields_only = true;
	for (int i = 0; i < rule->nitems; i++)
	{
		LcMatchingItem *item = &rule->items[i];
		const char *table;
		const char *column;

		for (item->source = 0; item->source < rule->nfields; item->source++)
		{
			if (strcmp(rule->fields[item->source].name, item->field) == 0)
				break;
		}
		if (item->source < rule->nfields)
		{
			item->type = key_type(&rule->fields[item->source]);
			continue;
		}
		rule->fields[rule->nfields++].name = item->field;
		if (!find_field(rule->kind, &rule->fields[item->source], &table, &column) && rule->problem == NULL)
		{
			const LcMatchField *field = &rule->fields[item->source];

			rule->problem = psprintf("item %d compares column \"%s\", which table \"crm.%s\" does not have",
									 item->number, column, table);
			if (field->is_renamed)
				rule->problem = psprintf("%s; it was renamed to \"%s\"", rule->problem,
										 get_attname(lc_crm_relid(table, false), field->attno, false));
			rule->lacks_column = was_sound;
		}
		item->type = key_type(&rule->fields[item->source]);
		rule->standard_fields_only &= lc_is_standard_column(table, column);
	}
}

/* What a set of keys needs to know of the fields of a rule */
static void
take_fields(LcKeySet *set, const LcMatchingRule *rule)
{
	for (int i = 0; i < set->nfields; i++)
	{
		for (int j = 0; j < rule->nfields; j++)
		{
			if (strcmp(set->field[i].name, rule->fields[j].name) == 0)
				set->field[i] = rule->fields[j];
		}
	}
}

/* Groups and least scores */
static void
read_groups(RuleRow *row)
{
	LcMatchingRule *rule = row->rule;
	int			numbers[LC_MAX_RULE_ITEMS];
	char	   *problem;
	bool		is_incomplete;

	for (int i = 0; i < rule->nitems; i++)
		numbers[i] = rule->items[i].number;
	rule->groups = palloc0(sizeof(LcRuleGroup) * LC_MAX_RULE_GROUPS);
	rule->ngroups = lc_parse_filter(row->filter, numbers, rule->nitems, rule->groups, &problem, &is_incomplete);
	if (problem != NULL && rule->problem == NULL)
	{
		rule->problem = problem;
		rule->is_incomplete = is_incomplete;
	}
	rule->lacks_column &= problem == NULL;
	for (int i = 0; i < rule->ngroups; i++)
	{
		if (rule->groups[i].term < list_length(row->group_scores))
			rule->groups[i].least_score = atoi(list_nth(row->group_scores, rule->groups[i].term));
	}
}

/* Match keys: those that are given must cover each group, and are derived otherwise */
static void
read_keys(RuleRow *row)
{
	LcMatchingRule *rule = row->rule;
	uint32		used[LC_MAX_RULE_KEYS + 1];
	int			nused = 0;
	ListCell   *lc;
	char	   *problem = NULL;

	rule->keys = palloc0(sizeof(LcKeySet));
	rule->keys->object = rule->kind;
	if (rule->problem != NULL && !rule->lacks_column)
		return;
	if (row->derives_keys)
		problem = lc_derive_key_definitions(rule->keys, rule->items, rule->nitems, rule->groups, rule->ngroups);
	else if (list_length(row->match_keys) > LC_MAX_RULE_KEYS)
		problem = psprintf("it has more than %d match keys", LC_MAX_RULE_KEYS);
	else
	{
		foreach(lc, row->match_keys)
		{
			problem = lc_add_key_definition(rule->keys, lfirst(lc), rule->items, rule->nitems, &used[nused++]);
			if (problem != NULL)
				break;
		}
		/* the platform's own leave out some, whose records share other keys as a rule */
		for (int g = 0; g < rule->ngroups && problem == NULL && !rule->is_standard; g++)
		{
			bool		covered = false;

			for (int i = 0; i < nused; i++)
				covered |= (used[i] & ~rule->groups[g].items) == 0;
			if (!covered)
			{
				StringInfoData numbers;

				initStringInfo(&numbers);
				for (int i = 0; i < rule->nitems; i++)
				{
					if (rule->groups[g].items & (UINT32_C(1) << i))
						appendStringInfo(&numbers, "%s%d", numbers.len > 0 ? " AND " : "", rule->items[i].number);
				}
				problem = psprintf("what matches by (%s) is found by none of its match keys", numbers.data);
			}
		}
	}
	if (problem != NULL)
	{
		if (!rule->lacks_column)
			rule->problem = problem;
		rule->lacks_column = false;
		rule->keys->ndefinitions = 0;
		return;
	}
	take_fields(rule->keys, rule);
	rule->is_built = list_length(row->keys_built) == rule->keys->ndefinitions;
	for (int i = 0; i < rule->keys->ndefinitions && rule->is_built; i++)
		rule->is_built = strcmp(rule->keys->definition[i].canonical, list_nth(row->keys_built, i)) == 0;
}

/* Reads everything, into a memory context of its own */
static void
read_rules(void)
{
	MemoryContext context;
	MemoryContext oldcontext;
	RuleSet    *set;
	List	   *rows = NIL;
	ListCell   *lc;

	context = AllocSetContextCreate(CurrentMemoryContext, "leadconv matching rules", ALLOCSET_SMALL_SIZES);
	oldcontext = MemoryContextSwitchTo(context);
	for (int i = 0; i < NUM_SOURCES; i++)
		source_relid[i] = lc_crm_relid(source_name[i], true);
	set = palloc0(sizeof(RuleSet));
	set->context = context;
	for (int i = 0; i < LC_NMATCH_TABLES; i++)
		find_table(&set->table[i], i);
	lc_each_row(source_relid[RULES], read_rule, &rows);
	list_sort(rows, compare_rules);
	if (rows != NIL)
		lc_each_row(source_relid[ITEMS], read_item, rows);
	foreach(lc, rows)
	{
		RuleRow    *row = lfirst(lc);
		LcMatchingRule *rule = row->rule;

		if (rule->nitems > 1)
			qsort(rule->items, rule->nitems, sizeof(LcMatchingItem), compare_items);
		find_fields(rule);
		read_groups(row);
		read_keys(row);
		rule->usable = rule->is_active && rule->is_built && rule->problem == NULL;
		set->rules = lappend(set->rules, rule);
		if (rule->usable)
			set->usable[rule->kind] = lappend(set->usable[rule->kind], rule);
		/* when the column is there again, all records have their keys */
		if (rule->is_written && (rule->problem == NULL || rule->lacks_column))
		{
			LcKeySet  **written = &set->written[rule->kind];

			if (*written == NULL)
			{
				*written = palloc0(sizeof(LcKeySet));
				(*written)->object = rule->kind;
			}
			for (int i = 0; i < rule->keys->ndefinitions; i++)
				lc_copy_key_definition(*written, rule->keys, &rule->keys->definition[i]);
			take_fields(*written, rule);
		}
	}
	for (int kind = 0; kind < LC_NMATCH_OBJECTS; kind++)
	{
		const LcKeySet *written = set->written[kind];
		LcMatchTable *table = &set->table[lc_match_object_table(kind)];

		if (written == NULL || written->ndefinitions == 0)
			continue;
		table->is_written = true;
		for (int i = 0; i < written->nfields; i++)
			set->table[LC_MATCH_TABLE_ACCOUNT].is_written |= written->field[i].of_account;
	}
	MemoryContextSwitchTo(oldcontext);

	MemoryContextSetParent(context, CacheMemoryContext);
	current = set;
}

static RuleSet *
get_rules(void)
{
	uint64		before;

	if (current != NULL && lc_cache_is_valid(&cache))
		return current;
	if (current != NULL)
		lc_cache_retire(&cache, current->context);
	current = NULL;
	before = lc_cache_begin(&cache);
	read_rules();
	cache.valid = before;
	return current;
}

/*
 * lc_reread_matching_rules
 *
 * Has the rules read again when they are asked for, with what the command that is under
 * way has written.
 */
void
lc_reread_matching_rules(void)
{
	CommandCounterIncrement();
	cache.valid = 0;
}

/*
 * lc_all_matching_rules
 *
 * All rules (LcMatchingRule *), in the order of their ids, until the end of the transaction.
 */
List *
lc_all_matching_rules(void)
{
	return get_rules()->rules;
}

/*
 * lc_matching_rule
 *
 * The rule of an id, or NULL; until the end of the transaction.
 */
const LcMatchingRule *
lc_matching_rule(int64 id)
{
	ListCell   *lc;

	foreach(lc, get_rules()->rules)
	{
		if (((LcMatchingRule *) lfirst(lc))->id == id)
			return lfirst(lc);
	}
	return NULL;
}

/*
 * lc_matching_rules
 *
 * The rules of an object that can be used: active, and their keys are built.  Until the
 * end of the transaction.
 */
List *
lc_matching_rules(const char *object)
{
	RuleSet    *set = get_rules();

	for (int kind = 0; kind < LC_NMATCH_OBJECTS; kind++)
	{
		if (strcmp(lc_match_object_name(kind), object) == 0)
			return set->usable[kind];
	}
	return NIL;
}

/*
 * lc_written_keys
 *
 * The keys that triggers write for the records of an object, or NULL when they write
 * none.  Until the end of the transaction.
 */
const LcKeySet *
lc_written_keys(LcMatchObject object)
{
	return get_rules()->written[object];
}

/*
 * lc_match_table
 *
 * A table whose records are compared.  Until the end of the transaction.
 */
const LcMatchTable *
lc_match_table(LcMatchTableKind which)
{
	return &get_rules()->table[which];
}

/*
 * lc_named_by_rules
 *
 * Tells of each column that matching rules compare which are active, or whose keys are kept.
 */
void
lc_named_by_rules(LcColumnReceiver receive, void *arg)
{
	ListCell   *lc;

	foreach(lc, get_rules()->rules)
	{
		const LcMatchingRule *rule = lfirst(lc);

		for (int i = 0; i < rule->nfields && (rule->is_active || rule->is_written); i++)
		{
			bool		of_account;
			const char *column = lc_field_column(rule->kind, rule->fields[i].name, &of_account);

			receive(arg, of_account ? "account" : lc_record_table(rule->kind), column);
		}
	}
}
