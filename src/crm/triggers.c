/*-------------------------------------------------------------------------
 *
 * triggers.c
 *	  Ours on the tables of schema crm: triggers, and two indexes.
 *
 * Which triggers must be there is one list, made from the standard columns and
 * the tables named below.  create_crm() and upgrade_crm() attach what is on it;
 * lc_schema_problem() and validate() compare it with what there is: timing,
 * events, columns, condition, function, arguments and whether it is enabled.
 * What is compared is the parse tree of the statement that attaches the
 * trigger, so neither can differ from the other.
 *
 * All of it is marked as depending on the extension: DROP EXTENSION takes our
 * triggers and indexes and leaves the tables.
 *
 * The list and the parse trees (a dozen; most triggers differ in nothing but
 * their table) are made on first use, in TopMemoryContext, and never change.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "optimizer/optimizer.h"
#include "parser/parse_clause.h"
#include "parser/parse_collate.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "parser/parser.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "crm/crm.h"

/*
 * Names of our triggers.  Those that fire BEFORE sort before all names that users
 * write without quotes; but one, which sorts behind all that do not begin with zz.
 */
#define OWN_FIRST			"_leadconv_"
#define AUDIT_TRIGGER		"_leadconv_audit"
#define DERIVED_TRIGGER		"zy_leadconv_derived"
#define RELEASE_TRIGGER		"LEADCONV_release"	/* sorts before RI_... */
#define RESPONSE_TRIGGER	"_leadconv_response"
#define OWNER_TRIGGER		"_leadconv_owner"
#define GUARD_INSERT		"leadconv_guard_insert"
#define GUARD_UPDATE		"leadconv_guard_update"
#define HISTORY_TRIGGER		"leadconv_history"
#define METADATA_TRIGGER	"leadconv_metadata_changed"
#define FORGET_TRIGGER		"leadconv_forget_import"
#define METADATA_ROW_TRIGGER	"leadconv_metadata_row"	/* where replication writes rows without statements */
#define PERSON_TRIGGER		"leadconv_guard_person"
#define RULE_TRIGGER		"leadconv_check_rule"
#define KEYS_TRIGGER		"leadconv_match_keys"
#define NO_KEYS_TRIGGER		"leadconv_forget_keys"
#define COLLECT_TRIGGER		"_leadconv_collect_match_keys"
#define STORE_TRIGGER		"leadconv_store_match_keys"
#define WRITE_TRIGGER		"leadconv_write"	/* on a view */

/* A trigger that must stand on a table */
typedef struct TriggerSpec
{
	const char *table;			/* of schema crm; NULL = a table of the user's */
	const char *name;
	const char *timing;			/* "BEFORE INSERT OR UPDATE" ... */
	const char *level;			/* "ROW" or "STATEMENT" */
	const char *when;			/* condition, or NULL */
	const char *function;		/* in schema leadconv, with its arguments */
	bool		always;			/* ENABLE ALWAYS */
} TriggerSpec;

/* The parse tree of everything in it but table and name */
typedef struct ParsedSpec
{
	const char *definition;
	CreateTrigStmt *stmt;
} ParsedSpec;

/* On single tables; the conditions leave out what has no part in conversion */
static const TriggerSpec lead_triggers[] = {
	{"lead", GUARD_INSERT, "AFTER INSERT", "ROW",
		"NEW.is_converted OR NEW.converted_date IS NOT NULL"
		" OR NEW.converted_account_id IS NOT NULL"
		" OR NEW.converted_contact_id IS NOT NULL"
	" OR NEW.converted_opportunity_id IS NOT NULL", "guard_converted_lead()", false},

	/* without a condition: it would be parsed anew in each statement */
	{"lead", GUARD_UPDATE, "AFTER UPDATE", "ROW", NULL, "guard_converted_lead()", false},
	{"lead", RELEASE_TRIGGER, "AFTER DELETE", "ROW", "OLD.is_converted", "release_lead_children()", false},

	/* without a list of columns: the type of one that a trigger names cannot be altered */
	{"lead", OWNER_TRIGGER, "BEFORE UPDATE", "ROW", NULL, "set_lead_status()", false},
	{"campaign_member", RESPONSE_TRIGGER, "BEFORE INSERT OR UPDATE OF status", "ROW", NULL,
	"set_member_response()", false},

	/* without a list of columns: that other triggers change them is what it is for */
	{"opportunity", DERIVED_TRIGGER, "BEFORE INSERT OR UPDATE", "ROW", NULL, "set_derived_fields()", false},
	{"task", DERIVED_TRIGGER, "BEFORE INSERT OR UPDATE", "ROW", NULL, "set_derived_fields()", false},
	{"campaign_member", DERIVED_TRIGGER, "BEFORE INSERT OR UPDATE", "ROW", NULL, "set_derived_fields()", false},

	/* without a list of columns: other triggers may change those that no statement names */
	{"lead", HISTORY_TRIGGER, "AFTER UPDATE", "ROW", NULL, "track_history()", false},
	{"opportunity", HISTORY_TRIGGER, "AFTER UPDATE", "ROW", NULL, "track_history()", false},

	{"matching_rule", RULE_TRIGGER, "AFTER INSERT OR UPDATE", "ROW", NULL, "check_matching_rule()", false},
	{"matching_rule_item", RULE_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE", "ROW", NULL, "check_matching_rule()", false},

	/* without a list of columns: which ones matter, the rules say */
	{"lead", KEYS_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE", "ROW", NULL, "write_match_keys()", false},
	{"account", KEYS_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE", "ROW", NULL, "write_match_keys()", false},
	{"contact", KEYS_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE", "ROW", NULL, "write_match_keys()", false},
	{"lead", NO_KEYS_TRIGGER, "AFTER TRUNCATE", "STATEMENT", NULL, "forget_match_keys()", false},
	{"account", NO_KEYS_TRIGGER, "AFTER TRUNCATE", "STATEMENT", NULL, "forget_match_keys()", false},
	{"contact", NO_KEYS_TRIGGER, "AFTER TRUNCATE", "STATEMENT", NULL, "forget_match_keys()", false},
	{"lead", COLLECT_TRIGGER, "BEFORE INSERT", "STATEMENT", NULL, "collect_match_keys()", false},
	{"account", COLLECT_TRIGGER, "BEFORE INSERT", "STATEMENT", NULL, "collect_match_keys()", false},
	{"contact", COLLECT_TRIGGER, "BEFORE INSERT", "STATEMENT", NULL, "collect_match_keys()", false},
	{"lead", STORE_TRIGGER, "AFTER INSERT", "STATEMENT", NULL, "store_match_keys()", false},
	{"account", STORE_TRIGGER, "AFTER INSERT", "STATEMENT", NULL, "store_match_keys()", false},
	{"contact", STORE_TRIGGER, "AFTER INSERT", "STATEMENT", NULL, "store_match_keys()", false},

	{"account", PERSON_TRIGGER, "BEFORE UPDATE OF is_person_account", "ROW", NULL, "guard_person_account()", false},
	{"contact", PERSON_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE", "ROW", NULL, "guard_person_contact()", false},
	{"person_account", WRITE_TRIGGER, "INSTEAD OF INSERT OR UPDATE OR DELETE", "ROW", NULL, "write_person_account()", false}
};

/*
 * Tables whose rows may not be added to a converted lead: what conversion
 * carries over, and what keeps a lead from being converted.  Following a
 * converted lead, and its place in a set of duplicates, change nothing.
 */
static const char *const guarded_children[] = {
	"task", "event", "campaign_member",
	"email_message", "list_email_individual_recipient", "email_status",
	"note", "attachment", "content_note", "content_document_link",
	"content_distribution", "social_persona", "social_post",
	"marketing_action", "partner_network_record_connection",
	"process_instance", "workflow_time_queue"
};

/* Tables whose rows are compiled into programs or cached */
const LcMetadataTable lc_metadata_tables[] = {
	{"lead_convert_settings", true, false},
	{"lead_field_mapping", true, false},
	{"related_list", true, false},
	{"matching_rule", true, true},
	{"matching_rule_item", true, true},
	{"name_variant", false, false},
	{"duplicate_rule", true, true},
	{"duplicate_rule_match_rule", true, false},
	{"duplicate_rule_filter_item", true, true},
	{"lead_status", true, false},
	{"opportunity_stage", true, false},
	{"picklist_field", true, false},
	{"picklist_value", true, false},
	{"record_type", true, false},
	{"record_type_picklist_value", true, false},
	{"user_record_type", false, false},
	{"app_user", false, false},
	{NULL, false, false}
};

/* An index on one of our functions */
typedef struct FunctionIndex
{
	const char *table;
	const char *name;
	const char *expression;
} FunctionIndex;

static const FunctionIndex function_indexes[] = {
	{"account", "account_normalize_company_idx", "leadconv.normalize_company(name::text)"},
	{"contact", "contact_normalize_email_idx", "leadconv.normalize_email(email::text)"}
};

/* Functions that users attach as they like, and whether they write anything but the row at hand */
static const struct
{
	const char *name;
	bool		writes;
}			rule_functions[] = {
	{"validation_error", false},
	{"assign_owner", false},
	{"assign_territory", false},
	{"workflow_task", true},
	{"check_duplicates", true}
};

/* All triggers that must be there, and their number */
static TriggerSpec *required_triggers = NULL;
static int	num_required_triggers = 0;

/* Parse trees by definition */
static List *parsed_specs = NIL;

/* Functions that these triggers call, and the hash values of their rows in the catalog */
static const char **trigger_functions = NULL;
static uint32 *function_hashes = NULL;
static int	num_trigger_functions = 0;

/*
 * lc_is_guarded_child
 *
 * Is this a table of schema crm whose rows may not be added to a converted lead?
 */
bool
lc_is_guarded_child(const char *table)
{
	for (size_t i = 0; i < lengthof(guarded_children); i++)
	{
		if (strcmp(guarded_children[i], table) == 0)
			return true;
	}
	return false;
}

/*
 * lc_is_user_trigger
 *
 * Is this a trigger that may do whatever a user likes?  So does a rule that writes,
 * and one whose condition calls what a user has made, or what may change something.
 * Other rules refuse the row or change a column of it, and that is all.
 */
bool
lc_is_user_trigger(const Trigger *trigger)
{
	char	   *name;

	if (trigger->tgisinternal)
		return false;
	if (get_func_namespace(trigger->tgfoid) != get_namespace_oid("leadconv", true))
		return true;
	name = get_func_name(trigger->tgfoid);
	for (size_t i = 0; name != NULL && i < lengthof(rule_functions); i++)
	{
		Node	   *condition;

		if (strcmp(name, rule_functions[i].name) != 0)
			continue;
		condition = trigger->tgqual ? stringToNode(trigger->tgqual) : NULL;
		return rule_functions[i].writes || lc_is_changeable(condition) || contain_volatile_functions(condition);
	}
	return false;
}

/*
 * lc_has_derived_trigger
 *
 * Has a table the trigger that makes columns follow from others?  It has not before
 * schema crm has been brought up to date.
 */
bool
lc_has_derived_trigger(Relation rel)
{
	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		if (strcmp(rel->trigdesc->triggers[i].tgname, DERIVED_TRIGGER) == 0)
			return true;
	}
	return false;
}

/*
 * lc_has_other_triggers
 *
 * Is there more between our first BEFORE trigger and our last one, or before, for an
 * event (TRIGGER_TYPE_INSERT or _UPDATE)?
 */
bool
lc_has_other_triggers(Relation rel, int16 event)
{
	bool		audited = false;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];

		if (!TRIGGER_FOR_BEFORE(trigger->tgtype) || !TRIGGER_FOR_ROW(trigger->tgtype) ||
			(trigger->tgtype & event) == 0 || trigger->tgenabled == TRIGGER_DISABLED ||
			strcmp(trigger->tgname, DERIVED_TRIGGER) == 0)
			continue;
		if (strncmp(trigger->tgname, OWN_FIRST, strlen(OWN_FIRST)) != 0)
			return true;
		audited |= strcmp(trigger->tgname, AUDIT_TRIGGER) == 0;
	}
	/* without it, everything is left to the last one */
	return !audited;
}

/*
 * One of the two guards on a child table, in the current memory context
 */
static void
fill_child_guard(TriggerSpec *spec, const char *table, const char *lead_column, bool update)
{
	const char *column = quote_identifier(lead_column);

	memset(spec, 0, sizeof(TriggerSpec));
	spec->table = table;
	spec->name = update ? GUARD_UPDATE : GUARD_INSERT;
	spec->timing = update ? "AFTER UPDATE" : "AFTER INSERT";
	spec->level = "ROW";
	spec->when = update
		? psprintf("NEW.%s IS NOT NULL AND NEW.%s IS DISTINCT FROM OLD.%s", column, column, column)
		: psprintf("NEW.%s IS NOT NULL", column);
	spec->function = psprintf("guard_lead_child(%s)", quote_literal_cstr(lead_column));
}

/*
 * Does this column say that its table has audit columns?
 *
 * A created_date that has a default needs no trigger.
 */
static bool
is_audit_column(const LcSchemaPart *part)
{
	return part->kind == LC_PART_COLUMN && strcmp(part->name, "created_date") == 0 &&
		strstr(part->sql, " DEFAULT ") == NULL;
}

/* Does this column say that rows of its table come with imports? */
static bool
is_imported_column(const LcSchemaPart *part)
{
	return part->kind == LC_PART_COLUMN && strcmp(part->name, "external_id") == 0 && strstr(part->sql, "UNIQUE") != NULL;
}

/*
 * Makes the list of all triggers that must be on the tables of schema crm
 *
 * Every table with audit columns gets the audit trigger, every table with an id of
 * another system the one that forgets what imports have noted.
 */
static void
list_required_triggers(void)
{
	MemoryContext oldcontext;
	TriggerSpec *specs;
	int			max = lengthof(lead_triggers) + 2 * lengthof(guarded_children);
	int			n = 0;

	if (required_triggers != NULL)
		return;

	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (is_audit_column(part))
			max++;
		if (is_imported_column(part))
			max++;
	}
	for (const LcMetadataTable *table = lc_metadata_tables; table->name != NULL; table++)
		max += 2;

	oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	specs = (TriggerSpec *) palloc0(max * sizeof(TriggerSpec));

	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (is_audit_column(part))
			specs[n++] = (TriggerSpec) {part->table, AUDIT_TRIGGER, "BEFORE INSERT OR UPDATE", "ROW", NULL, "set_audit_fields()", false};
		if (is_imported_column(part))
			specs[n++] = (TriggerSpec) {part->table, FORGET_TRIGGER, "AFTER DELETE", "ROW", "OLD.external_id IS NOT NULL", "forget_import()", false};
	}
	for (int i = 0; i < (int) lengthof(lead_triggers); i++)
		specs[n++] = lead_triggers[i];
	for (int i = 0; i < (int) lengthof(guarded_children); i++)
	{
		for (int update = 0; update < 2; update++)
			fill_child_guard(&specs[n++], guarded_children[i], "lead_id", update);
	}
	for (const LcMetadataTable *table = lc_metadata_tables; table->name != NULL; table++)
	{
		specs[n++] = (TriggerSpec) {table->name, METADATA_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE", "STATEMENT", NULL, "metadata_changed()", true};
		specs[n++] = (TriggerSpec) {table->name, METADATA_ROW_TRIGGER, "AFTER INSERT OR UPDATE OR DELETE", "ROW", NULL, "metadata_row_changed()", true};
	}
	Assert(n == max);
	MemoryContextSwitchTo(oldcontext);

	num_required_triggers = n;
	required_triggers = specs;
}

/*
 * Does a trigger make a view writable?  Conversions do without, and the view may be
 * gone: the user may have dropped it.
 */
static bool
is_on_view(const TriggerSpec *spec)
{
	return strncmp(spec->timing, "INSTEAD OF", strlen("INSTEAD OF")) == 0;
}

/*
 * The statement that makes a trigger what it should be, but for the part in
 * front, in the current memory context
 */
static char *
trigger_definition(const TriggerSpec *spec, const char *name, const char *table)
{
	return psprintf("TRIGGER %s %s ON %s FOR EACH %s%s%s%s EXECUTE FUNCTION leadconv.%s",
					name, spec->timing, table, spec->level,
					spec->when ? " WHEN (" : "", spec->when ? spec->when : "",
					spec->when ? ")" : "", spec->function);
}

/*
 * What the parser makes of a trigger, table and name aside; not to be modified
 */
static CreateTrigStmt *
parse_spec(const TriggerSpec *spec)
{
	char	   *definition = trigger_definition(spec, "x", "x");
	ParsedSpec *parsed;
	RawStmt    *raw;
	MemoryContext oldcontext;
	ListCell   *lc;

	foreach(lc, parsed_specs)
	{
		parsed = (ParsedSpec *) lfirst(lc);
		if (strcmp(parsed->definition, definition) == 0)
		{
			pfree(definition);
			return parsed->stmt;
		}
	}

	raw = linitial_node(RawStmt, raw_parser(psprintf("CREATE %s", definition), RAW_PARSE_DEFAULT));

	oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	parsed = (ParsedSpec *) palloc(sizeof(ParsedSpec));
	parsed->definition = pstrdup(definition);
	parsed->stmt = copyObject(castNode(CreateTrigStmt, raw->stmt));
	parsed_specs = lappend(parsed_specs, parsed);
	MemoryContextSwitchTo(oldcontext);

	return parsed->stmt;
}

/*
 * pg_trigger.tgtype of a statement
 */
static int16
statement_type(const CreateTrigStmt *stmt)
{
	return (stmt->row ? TRIGGER_TYPE_ROW : TRIGGER_TYPE_STATEMENT) | stmt->timing | stmt->events;
}

/*
 * When a trigger of a type fires, for people
 */
static char *
describe_type(int16 type)
{
	static const struct
	{
		int16		event;
		const char *name;
	}			events[] = {
		{TRIGGER_TYPE_INSERT, "INSERT"},
		{TRIGGER_TYPE_UPDATE, "UPDATE"},
		{TRIGGER_TYPE_DELETE, "DELETE"},
		{TRIGGER_TYPE_TRUNCATE, "TRUNCATE"}
	};
	StringInfoData buf;
	const char *separator = " ";

	initStringInfo(&buf);
	appendStringInfoString(&buf, TRIGGER_FOR_BEFORE(type) ? "BEFORE" :
						   TRIGGER_FOR_INSTEAD(type) ? "INSTEAD OF" : "AFTER");
	for (int i = 0; i < (int) lengthof(events); i++)
	{
		if (type & events[i].event)
		{
			appendStringInfo(&buf, "%s%s", separator, events[i].name);
			separator = " OR ";
		}
	}
	appendStringInfo(&buf, " for each %s", TRIGGER_FOR_ROW(type) ? "row" : "statement");

	return buf.data;
}

/*
 * Find a trigger of an open relation by its name
 *
 * In a copy, because any catalog access may rebuild the relation's own.
 */
static Trigger *
find_trigger(Relation rel, const char *name)
{
	TriggerDesc *trigdesc = CopyTriggerDesc(rel->trigdesc);

	for (int i = 0; trigdesc != NULL && i < trigdesc->numtriggers; i++)
	{
		if (strcmp(trigdesc->triggers[i].tgname, name) == 0)
			return &trigdesc->triggers[i];
	}

	return NULL;
}

/*
 * The trigger function of a name in schema leadconv, or InvalidOid
 */
static Oid
trigger_function(const char *name)
{
	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
						   PointerGetDatum(buildoidvector(NULL, 0)),
						   ObjectIdGetDatum(get_namespace_oid("leadconv", true)));
}

/*
 * The name of the function that a required trigger calls; not to be modified
 */
static char *
function_of(const TriggerSpec *spec)
{
	return strVal(llast(parse_spec(spec)->funcname));
}

/*
 * Is this the library that the extension is in?  Wherever it was installed: the name
 * of the file is what does not change.
 */
static bool
is_own_library(const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash ? slash + 1 : file;

	return strcmp(name, "leadconv") == 0 || strcmp(name, "leadconv" DLSUFFIX) == 0;
}

/*
 * What is wrong with one of our trigger functions, or NULL: the words that follow
 * "function ..." in a sentence.  Only what the extension's script says makes it what
 * the triggers need: the code, run by whoever changes a row, under that session's
 * settings.
 */
static const char *
function_problem(const char *name)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(trigger_function(name)));
	Form_pg_proc proc;
	const char *result = NULL;
	char	   *symbol = NULL;
	char	   *library = NULL;
	bool		isnull;
	Datum		value;

	if (!HeapTupleIsValid(tuple))
		return "does not exist";
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	if (!isnull)
		symbol = TextDatumGetCString(value);
	value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_probin, &isnull);
	if (!isnull)
		library = TextDatumGetCString(value);
	(void) SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proconfig, &isnull);

	if (proc->prolang != ClanguageId || symbol == NULL || library == NULL ||
		strcmp(symbol, psprintf("leadconv_%s", name)) != 0 || !is_own_library(library))
		result = "is not the one of the extension: it was replaced";
	else if (proc->prosecdef)
		result = "is SECURITY DEFINER, and must run as who changes a row";
	else if (!isnull)
		result = "has settings of its own";
	ReleaseSysCache(tuple);

	return result;
}

/*
 * Who owns one of our trigger functions, which exists
 */
static Oid
function_owner(const char *name)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(trigger_function(name)));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function leadconv.%s()", name);
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);

	return owner;
}

/*
 * The statement that makes a trigger function what it should be, in the current memory
 * context
 */
static char *
function_hint(const char *name)
{
	return psprintf("Run CREATE OR REPLACE FUNCTION leadconv.%s() RETURNS trigger LANGUAGE C AS '$libdir/leadconv', 'leadconv_%s'; as the owner of the extension.",
					name, name);
}

/*
 * Does a trigger fire at an UPDATE of the same columns?
 */
static bool
same_columns(Relation rel, const Trigger *trigger, List *names)
{
	ListCell   *lc;

	if (trigger->tgnattr != list_length(names))
		return false;
	foreach(lc, names)
	{
		AttrNumber	attnum = lc_column_number(RelationGetDescr(rel), strVal(lfirst(lc)));
		bool		found = false;

		for (int i = 0; i < trigger->tgnattr; i++)
			found = found || trigger->tgattr[i] == attnum;
		if (!found)
			return false;
	}
	return true;
}

static bool
same_arguments(const Trigger *trigger, List *args)
{
	if (trigger->tgnargs != list_length(args))
		return false;
	for (int i = 0; i < trigger->tgnargs; i++)
	{
		if (strcmp(trigger->tgargs[i], strVal(list_nth(args, i))) != 0)
			return false;
	}
	return true;
}

/*
 * Does an expression name a column that the table does not have?
 */
static bool
names_missing_column(Node *node, void *rel)
{
	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
		return lc_column_number(RelationGetDescr((Relation) rel),
								strVal(llast(((ColumnRef *) node)->fields))) == InvalidAttrNumber;
	return raw_expression_tree_walker(node, names_missing_column, rel);
}

/*
 * Does a trigger have this condition?
 *
 * The wanted one is analysed as CREATE TRIGGER does it, and compared with the
 * expression that is stored.  A column that it names may have been renamed.
 */
static bool
same_condition(Relation rel, const Trigger *trigger, Node *condition)
{
	ParseState *pstate;
	Node	   *wanted;
	int			nestlevel;

	if (trigger->tgqual == NULL || condition == NULL)
		return trigger->tgqual == NULL && condition == NULL;

	if (names_missing_column(condition, rel))
		return false;

	nestlevel = lc_pin_search_path();
	pstate = make_parsestate(NULL);
	for (int i = 0; i < 2; i++)
		addNSItemToQuery(pstate,
						 addRangeTableEntryForRelation(pstate, rel, AccessShareLock,
													   makeAlias(i == 0 ? "old" : "new", NIL),
													   false, false),
						 false, true, true);
	wanted = transformWhereClause(pstate, copyObject(condition), EXPR_KIND_TRIGGER_WHEN, "WHEN");
	assign_expr_collations(pstate, wanted);
	free_parsestate(pstate);
	lc_unpin_search_path(nestlevel);

	return equal(wanted, stringToNode(trigger->tgqual));
}

/*
 * What is wrong with a trigger, or NULL: the words that follow "the trigger
 * ..." in a sentence.  Does not look at what only matters to replication and to
 * DROP EXTENSION.
 */
static const char *
trigger_problem(Relation rel, const Trigger *trigger, const TriggerSpec *spec)
{
	CreateTrigStmt *stmt;
	int16		type;

	if (trigger == NULL)
		return "is missing";
	if (trigger->tgenabled == TRIGGER_DISABLED)
		return "is disabled";
	if (trigger->tgenabled == TRIGGER_FIRES_ON_REPLICA)
		return "fires on a replica only";

	stmt = parse_spec(spec);
	if (trigger->tgfoid != trigger_function(function_of(spec)))
		return "calls another function";
	type = statement_type(stmt);
	if (trigger->tgtype != type)
		return psprintf("fires %s, not %s", describe_type(trigger->tgtype), describe_type(type));
	if (!same_columns(rel, trigger, stmt->columns))
		return "fires at an UPDATE of other columns";
	if (!same_arguments(trigger, stmt->args))
		return "has other arguments";
	if (!same_condition(rel, trigger, stmt->whenClause))
		return "has another condition";
	if (OidIsValid(trigger->tgconstraint))
		return "is a constraint trigger";
	if (trigger->tgoldtable != NULL || trigger->tgnewtable != NULL)
		return "has transition tables";
	return NULL;
}

/*
 * What is wrong with a trigger otherwise, or NULL
 */
static const char *
trigger_warning(const Trigger *trigger, const TriggerSpec *spec)
{
	if (spec->always && trigger->tgenabled != TRIGGER_FIRES_ALWAYS)
		return "metadata trigger does not fire always: changes applied by replication go unnoticed";
	if (!list_member_oid(getAutoExtensionsOfObject(TriggerRelationId, trigger->tgoid),
						 get_extension_oid("leadconv", false)))
		return "trigger is not marked as depending on the extension: DROP EXTENSION would refuse";
	return NULL;
}

/*
 * Make a trigger what it should be, whether or not there is one of that name
 *
 * SPI is connected and the search_path pinned.  Returns whether there was
 * anything to do.
 */
static bool
attach_trigger(Oid relid, const TriggerSpec *spec)
{
	Relation	rel = relation_open(relid, AccessShareLock);
	Trigger    *trigger = find_trigger(rel, spec->name);
	bool		is_right = trigger_problem(rel, trigger, spec) == NULL &&
		trigger_warning(trigger, spec) == NULL;
	const char *name = quote_identifier(spec->name);
	char	   *table = lc_qualified_name(relid);

	relation_close(rel, AccessShareLock);
	if (is_right)
		return false;

	/* CREATE OR REPLACE does not turn a constraint trigger into another one */
	if (trigger != NULL && OidIsValid(trigger->tgconstraint))
		lc_command(psprintf("DROP TRIGGER %s ON %s", name, table));
	lc_command(psprintf("CREATE OR REPLACE %s", trigger_definition(spec, name, table)));
	/* one of a view cannot be disabled */
	if (!is_on_view(spec))
		lc_command(psprintf("ALTER TABLE %s ENABLE %sTRIGGER %s", table,
							spec->always ? "ALWAYS " : "", name));
	lc_command(psprintf("ALTER TRIGGER %s ON %s DEPENDS ON EXTENSION leadconv", name, table));

	return true;
}

/*
 * lc_attach_to_crm
 *
 * Puts the required triggers and the indexes on our functions in their places,
 * as the current user; returns how many were not right.  SPI is connected and
 * the search_path pinned.
 *
 * The indexes serve the look-ups of accounts and contacts that are to be used
 * again.
 */
int
lc_attach_to_crm(void)
{
	int			attached = 0;

	list_required_triggers();
	for (int i = 0; i < num_required_triggers; i++)
	{
		const TriggerSpec *spec = &required_triggers[i];
		Oid			relid = lc_crm_relid(spec->table, is_on_view(spec));

		if (OidIsValid(relid) && attach_trigger(relid, spec))
			attached++;
	}

	for (int i = 0; i < (int) lengthof(function_indexes); i++)
	{
		const FunctionIndex *index = &function_indexes[i];

		if (OidIsValid(lc_crm_relid(index->name, true)))
			continue;
		lc_command(psprintf("CREATE INDEX %s ON crm.%s (%s)", index->name, index->table, index->expression));
		lc_command(psprintf("ALTER INDEX crm.%s DEPENDS ON EXTENSION leadconv", index->name));
		attached++;
	}

	return attached;
}

/*
 * Attach the guards to a child table where they are not right; returns how many
 * were not.  SPI is connected and the search_path pinned.
 */
static int
attach_child_guard(Oid child, const char *lead_column)
{
	int			attached = 0;

	for (int update = 0; update < 2; update++)
	{
		TriggerSpec spec;

		fill_child_guard(&spec, NULL, lead_column, update);
		if (attach_trigger(child, &spec))
			attached++;
	}

	return attached;
}

/*
 * Acts as the owner of a table, whose rights the caller must have.
 */
static void
become_table_owner(Oid relid, LcUserSwitch *save)
{
	Oid			owner = lc_relation_owner(relid);

	if (!OidIsValid(owner) || !has_privs_of_role(GetUserId(), owner))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE, get_rel_name(relid));
	lc_become_owner(owner, save);
	lc_spi_connect();
}

/*
 * lc_attach_child_guard
 *
 * Puts the guards on a child table that the user registers as a related list, as
 * the owner of the table, whose rights the caller must have.  Can be repeated, also
 * with another column.
 */
void
lc_attach_child_guard(Oid child, const char *lead_column)
{
	LcUserSwitch save;

	become_table_owner(child, &save);
	(void) attach_child_guard(child, lead_column);
	SPI_finish();
	lc_become_caller(&save);
}

/*
 * lc_detach_child_guard
 *
 * Takes the guards from a child table, likewise; none there is not an error.
 */
void
lc_detach_child_guard(Oid child)
{
	LcUserSwitch save;

	become_table_owner(child, &save);
	for (int update = 0; update < 2; update++)
	{
		const char *name = update ? GUARD_UPDATE : GUARD_INSERT;

		if (OidIsValid(get_trigger_oid(child, name, true)))
			lc_command(psprintf("DROP TRIGGER %s ON %s", name, lc_qualified_name(child)));
	}
	SPI_finish();
	lc_become_caller(&save);
}

/* What query_registered_lists() yields, in this order */
enum
{
	LIST_CHILD = 1,
	LIST_LEAD_COLUMN
};

/*
 * The user's registered related lists whose table and column exist, as the
 * current user: the rows are in SPI_tuptable; returns how many.
 */
static uint64
query_registered_lists(void)
{
	return lc_query("SELECT r.child::pg_catalog.oid, r.lead_column::pg_catalog.text"
					" FROM crm.related_list r"
					" JOIN pg_catalog.pg_attribute a"
					"   ON a.attrelid = r.child AND a.attname = r.lead_column AND NOT a.attisdropped"
					" WHERE NOT r.is_standard ORDER BY r.id", SPI_OK_SELECT, 0, NULL, NULL, NULL);
}

/*
 * lc_attach_registered_guards
 *
 * Puts the guards on the tables of the user's registered related lists, as the
 * current user; returns how many were not right.  Anybody's table may be named
 * there, so those that the current user does not own are left alone, with a
 * warning where their guards are not right.  SPI is connected and the search_path
 * pinned.
 */
int
lc_attach_registered_guards(void)
{
	int			attached = 0;
	uint64		nlists = query_registered_lists();
	SPITupleTable *lists = SPI_tuptable;	/* attaching replaces SPI_tuptable */

	for (uint64 i = 0; i < nlists; i++)
	{
		bool		isnull;
		Oid			child = DatumGetObjectId(SPI_getbinval(lists->vals[i], lists->tupdesc, LIST_CHILD, &isnull));
		char	   *lead_column = SPI_getvalue(lists->vals[i], lists->tupdesc, LIST_LEAD_COLUMN);
		Oid			owner = lc_relation_owner(child);
		Relation	rel;

		if (has_privs_of_role(GetUserId(), owner))
		{
			attached += attach_child_guard(child, lead_column);
			continue;
		}
		rel = try_relation_open(child, AccessShareLock);
		if (rel == NULL)
			continue;
		if (!lc_has_child_guards(rel, lead_column))
			ereport(WARNING,
					(errmsg("the guards of table \"%s\" are not right and are left as they are", RelationGetRelationName(rel)),
					 errdetail("The table is registered as a related list, and belongs to role \"%s\".",
							   GetUserNameFromId(owner, true)),
					 errhint("Run leadconv.register_related_list() again as a member of that role and of the owner of schema crm.")));
		relation_close(rel, AccessShareLock);
	}

	return attached;
}

/*
 * lc_has_child_guards
 *
 * Are both guards on a child table, and as they should be?  Where lead_column is
 * NULL, the guards say which of its columns is the one with the lead.
 */
bool
lc_has_child_guards(Relation rel, const char *lead_column)
{
	for (int update = 0; update < 2; update++)
	{
		Trigger    *trigger = find_trigger(rel, update ? GUARD_UPDATE : GUARD_INSERT);
		TriggerSpec spec;

		if (trigger == NULL || trigger->tgnargs != 1)
			return false;
		fill_child_guard(&spec, NULL, lead_column != NULL ? lead_column : trigger->tgargs[0], update);
		if (trigger_problem(rel, trigger, &spec) != NULL)
			return false;
	}

	return true;
}

/*
 * Makes the list of the functions of required triggers, and notes by which hash values
 * the catalog cache knows them now
 */
static void
list_trigger_functions(void)
{
	list_required_triggers();
	if (trigger_functions == NULL)
	{
		const char **names = (const char **) MemoryContextAlloc(TopMemoryContext, num_required_triggers * sizeof(char *));
		uint32	   *hashes = (uint32 *) MemoryContextAllocZero(TopMemoryContext, num_required_triggers * sizeof(uint32));
		int			n = 0;

		for (int i = 0; i < num_required_triggers; i++)
		{
			char	   *name = function_of(&required_triggers[i]);
			bool		is_new = true;

			for (int j = 0; j < n; j++)
				is_new = is_new && strcmp(names[j], name) != 0;
			if (is_new)
				names[n++] = name;
		}
		num_trigger_functions = n;
		function_hashes = hashes;
		trigger_functions = names;
	}
	for (int i = 0; i < num_trigger_functions; i++)
		function_hashes[i] = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(trigger_function(trigger_functions[i])));
}

/*
 * lc_is_trigger_function
 *
 * May a change of the row in pg_proc with this hash value, 0 for all, concern a function
 * that lc_first_trigger_problem() has looked at?  Touches no catalog.
 */
bool
lc_is_trigger_function(uint32 hashvalue)
{
	for (int i = 0; i < num_trigger_functions; i++)
	{
		if (hashvalue == 0 || function_hashes[i] == hashvalue)
			return true;
	}
	return false;
}

/*
 * lc_first_trigger_problem
 *
 * The first thing that is wrong with the required triggers and their functions, as a
 * sentence, with *hint set to what to do; both in the current memory context.  NULL if
 * there is none.
 */
char *
lc_first_trigger_problem(char **hint)
{
	char	   *result = NULL;
	Oid			owner;

	list_trigger_functions();
	owner = lc_extension_owner(get_extension_oid("leadconv", false));
	for (int i = 0; i < num_trigger_functions; i++)
	{
		const char *name = trigger_functions[i];
		const char *problem = function_problem(name);

		if (problem != NULL)
		{
			*hint = function_hint(name);
			return psprintf("function leadconv.%s() %s", name, problem);
		}

		/* who owns it can replace it; validate() reports all members that somebody else owns */
		if (function_owner(name) != owner)
		{
			*hint = psprintf("Run ALTER FUNCTION leadconv.%s() OWNER TO %s.", name,
							 quote_identifier(GetUserNameFromId(owner, false)));
			return psprintf("function leadconv.%s() does not belong to the owner of the extension", name);
		}
	}

	*hint = pstrdup(LC_RUN_UPGRADE);
	for (int i = 0; i < num_required_triggers && result == NULL; i++)
	{
		const TriggerSpec *spec = &required_triggers[i];
		Oid			relid = lc_crm_relid(spec->table, true);
		Relation	rel;
		const char *problem;

		if (is_on_view(spec))
			continue;
		rel = OidIsValid(relid) ? try_relation_open(relid, AccessShareLock) : NULL;
		if (rel == NULL)
			return psprintf("table \"crm.%s\" does not exist", spec->table);
		problem = trigger_problem(rel, find_trigger(rel, spec->name), spec);
		if (problem != NULL)
			result = psprintf("trigger \"%s\" on table \"crm.%s\" %s", spec->name, spec->table, problem);
		relation_close(rel, AccessShareLock);
	}

	return result;
}

/*
 * Report what is wrong with one trigger
 */
static void
report_trigger(Oid relid, const TriggerSpec *spec, LcReport report, void *arg)
{
	Relation	rel = try_relation_open(relid, AccessShareLock);
	Trigger    *trigger;
	const char *problem;
	char	   *object;

	if (rel == NULL)
		return;
	trigger = find_trigger(rel, spec->name);
	object = psprintf("%s on %s", spec->name, lc_qualified_name(relid));
	problem = trigger_problem(rel, trigger, spec);
	if (problem != NULL)
		report(arg, object, psprintf("required trigger %s", problem), !is_on_view(spec), LC_RUN_UPGRADE);
	if (trigger != NULL)
	{
		problem = trigger_warning(trigger, spec);
		if (problem != NULL)
			report(arg, object, problem, false, LC_RUN_UPGRADE);
	}
	relation_close(rel, AccessShareLock);
}

/*
 * lc_report_triggers
 *
 * Reports what is wrong with the triggers and indexes that lc_attach_to_crm()
 * attaches, and when with_lists is set with the guards on the user's registered
 * related lists, which are read as the current user.  A missing table is not
 * its subject.  SPI is connected and the search_path pinned.
 */
void
lc_report_triggers(bool with_lists, LcReport report, void *arg)
{
	for (int i = 0; i < (int) lengthof(function_indexes); i++)
	{
		if (!OidIsValid(lc_crm_relid(function_indexes[i].name, true)))
			report(arg, psprintf("crm.%s", function_indexes[i].name),
				   "index is missing: reuse of accounts and contacts reads whole tables",
				   false, LC_RUN_UPGRADE);
	}

	list_trigger_functions();
	for (int i = 0; i < num_trigger_functions; i++)
	{
		const char *problem = function_problem(trigger_functions[i]);

		if (problem != NULL)
			report(arg, psprintf("function leadconv.%s()", trigger_functions[i]), problem, true,
				   function_hint(trigger_functions[i]));
	}
	for (int i = 0; i < num_required_triggers; i++)
	{
		Oid			relid = lc_crm_relid(required_triggers[i].table, true);

		if (OidIsValid(relid))
			report_trigger(relid, &required_triggers[i], report, arg);
	}

	if (with_lists)
	{
		uint64		nlists = query_registered_lists();

		for (uint64 i = 0; i < nlists; i++)
		{
			Oid			child = lc_spi_oid(i, LIST_CHILD);

			for (int update = 0; update < 2; update++)
			{
				TriggerSpec spec;

				fill_child_guard(&spec, NULL, lc_spi_text(i, LIST_LEAD_COLUMN), update);
				report_trigger(child, &spec, report, arg);
			}
		}
	}
}
