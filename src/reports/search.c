/*-------------------------------------------------------------------------
 *
 * search.c
 *	  Searching leads, accounts, contacts and opportunities: leadconv.search(),
 *	  and its indexes: leadconv.setup_search().
 *
 * A record has one text, in which each word of the query is looked for: its name,
 * its telephone numbers without punctuation, and so on.  The text is an expression
 * over columns, the same in the statements and in the trigram indexes, and it is
 * made of functions of the server alone.
 *
 * The operators that look into a text may tell of their arguments, so under
 * row-level security the server would have the policies judge every row before it
 * uses the index.  Where policies apply to the caller, ids are therefore found with
 * the rights of the owner of the table, without policies, a few at a time, until
 * enough of them have passed a second statement, which has the caller's rights, so
 * that privileges and policies hold.  That statement looks for the words as well: who
 * may not read a column finds nothing by it, and an id that is not returned has
 * told nothing.
 *
 * Everything is allocated in the memory of the SPI connection.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/namespace.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/rls.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"
#include "reports/reports.h"

/* So many rows that fit are looked at for each object, and the best returned */
#define MAX_CANDIDATES	200

/*
 * Where an index would have to put together the ids of more rows than this, so many of
 * the newest are looked at first; they do when so many of them fit, or, if no word says
 * much, as many as are wanted
 */
#define MANY_ROWS		10000
#define NEWEST_ROWS		1000
#define NEWEST_FITTING	50

/* A query that is likely to be a telephone number */
#define MIN_PHONE_DIGITS 5

#define MAX_WORDS		20
#define MAX_COLUMNS		5

/* What can be searched for, and in which of its columns */
typedef struct SearchObject
{
	const char *table;
	const char *name;			/* SQL of what is returned */
	const char *detail;
	bool		is_lead;
	struct
	{
		const char *name;
		bool		is_phone;
	}			columns[MAX_COLUMNS];
} SearchObject;

static const SearchObject search_objects[] = {
	{
		"account", "name", "billing_city", false,
		{{"name", false}, {"account_number", false}, {"website", false}, {"phone", true}}
	},
	{
		"contact", "name", "email", false,
		{{"name", false}, {"email", false}, {"phone", true}, {"mobile_phone", true}}
	},
	{
		"opportunity", "name", "stage_name", false,
		{{"name", false}}
	},
	{
		"lead", "name", "company", true,
		{{"name", false}, {"company", false}, {"email", false}, {"phone", true}, {"mobile_phone", true}}
	}
};

/* What the statement that has the caller's rights yields */
enum
{
	FOUND_ID = 1,
	FOUND_NAME,
	FOUND_DETAIL,
	FOUND_IS_CONVERTED,
	FOUND_OWNER,
	FOUND_RANK,
	FOUND_MODIFIED
};

/* The columns of leadconv.search() */
enum
{
	RESULT_OBJECT,
	RESULT_ID,
	RESULT_NAME,
	RESULT_DETAIL,
	RESULT_IS_CONVERTED,
	RESULT_OWNER,
	RESULT_RANK,
	RESULT_NCOLUMNS
};

/* A record that was found */
typedef struct Found
{
	int			object;
	int			rank;
	bool		is_converted;
	TimestampTz modified;
	int64		id;
	Datum		values[RESULT_NCOLUMNS];
	bool		nulls[RESULT_NCOLUMNS];
} Found;

/* A call of leadconv.search() */
typedef struct Search
{
	char	   *words[MAX_WORDS];
	int			nwords;
	char	   *whole;			/* the words, one blank apart */
	char	   *digits;			/* of a telephone number, or NULL */
	bool		is_short;		/* no word says much */
	bool		hides_converted;
	int			max_rows;
	Found	   *found;
	int			nfound;
	int			space;
} Search;

PG_FUNCTION_INFO_V1(leadconv_search);
PG_FUNCTION_INFO_V1(leadconv_setup_search);


/* SQL: the text of a record in which words are looked for */
static char *
text_of_record(const SearchObject *object)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "('");
	for (int i = 0; i < MAX_COLUMNS && object->columns[i].name != NULL; i++)
		appendStringInfo(&buf, object->columns[i].is_phone ?
						 " ' OPERATOR(pg_catalog.||) COALESCE(pg_catalog.translate(%s::pg_catalog.text, ' ()+-./', ''), '') OPERATOR(pg_catalog.||) '" :
						 " ' OPERATOR(pg_catalog.||) COALESCE(%s::pg_catalog.text, '') OPERATOR(pg_catalog.||) '",
						 object->columns[i].name);
	appendStringInfoString(&buf, "')");
	return buf.data;
}

/* Appends text, in which characters that mean something in a pattern are escaped */
static void
append_escaped(StringInfo buf, const char *text)
{
	for (const char *c = text; *c; c++)
	{
		if (*c == '%' || *c == '_' || *c == '\\')
			appendStringInfoChar(buf, '\\');
		appendStringInfoChar(buf, *c);
	}
}

/* SQL: a pattern as a literal */
static char *
pattern(const char *before, const char *text, const char *after)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, before);
	append_escaped(&buf, text);
	appendStringInfoString(&buf, after);
	return quote_literal_cstr(buf.data);
}

/* The longest run of letters and digits, in characters; what is not ASCII counts as a letter */
static int
longest_run(const char *word)
{
	int			longest = 0;
	int			run = 0;

	while (*word)
	{
		run = IS_HIGHBIT_SET(*word) || isalnum((unsigned char) *word) ? run + 1 : 0;
		longest = Max(longest, run);
		word += pg_mblen(word);
	}
	return longest;
}

/*
 * SQL: all words are in the text; where from_start, at the beginning of a word.  A
 * word without three letters in a row is looked for there in any case, because the
 * index has nothing shorter but at the beginning of words.
 */
static char *
has_words(const Search *search, const char *text, bool from_start)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < search->nwords; i++)
		appendStringInfo(&buf, "%s%s OPERATOR(pg_catalog.~~*) %s", i > 0 ? " AND " : "", text,
						 pattern(from_start || longest_run(search->words[i]) < 3 ? "% " : "%", search->words[i], "%"));
	return buf.data;
}

/* SQL: the record is one that the query looks for */
static char *
condition(const Search *search, const SearchObject *object)
{
	char	   *text = text_of_record(object);
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfo(&buf, "NOT is_deleted AND (%s", has_words(search, text, false));
	if (search->digits)
		appendStringInfo(&buf, " OR %s OPERATOR(pg_catalog.~~*) %s", text, pattern("%", search->digits, "%"));
	appendStringInfoChar(&buf, ')');
	if (object->is_lead && search->hides_converted)
		appendStringInfoString(&buf, " AND NOT is_converted");
	return buf.data;
}

/* SQL: rows as they are returned, of a relation */
static char *
select_found(const Search *search, const SearchObject *object, const char *from, const char *also)
{
	return psprintf("SELECT id::pg_catalog.int8, %s::pg_catalog.text, %s::pg_catalog.text, %s, owner_id::pg_catalog.int8,"
					" CASE WHEN %s::pg_catalog.text OPERATOR(pg_catalog.~~*) %s THEN 1"
					" WHEN %s::pg_catalog.text OPERATOR(pg_catalog.~~*) %s THEN 2"
					" WHEN %s THEN 3 WHEN %s THEN 4 ELSE 5 END, last_modified_date::pg_catalog.timestamptz"
					" FROM %s WHERE %s%s LIMIT %d",
					object->name, object->detail, object->is_lead ? "is_converted::pg_catalog.bool" : "NULL::pg_catalog.bool",
					object->name, pattern("", search->whole, ""),
					object->name, pattern("", search->whole, "%"),
					has_words(search, psprintf("(' ' OPERATOR(pg_catalog.||) %s::pg_catalog.text)", object->name), true),
					has_words(search, text_of_record(object), true),
					from, also, condition(search, object), MAX_CANDIDATES);
}

/* Name of the index of an object */
static char *
index_name(const SearchObject *object)
{
	return psprintf("%s_search_idx", object->table);
}

/* Is there an index of that name on the table, and of use? */
static bool
has_index(const SearchObject *object)
{
	Oid			index = get_relname_relid(index_name(object), get_namespace_oid("crm", false));
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = ((Form_pg_index) GETSTRUCT(tuple))->indisvalid;
	ReleaseSysCache(tuple);
	return result;
}

/* Keeps a row that was found, as row "row" of SPI's result */
static void
keep_found(Search *search, int object, uint64 row)
{
	Found	   *found;
	bool		isnull;

	if (search->nfound == search->space)
	{
		search->space = Max(2 * search->space, MAX_CANDIDATES);
		search->found = search->found == NULL ? palloc(search->space * sizeof(Found))
			: repalloc(search->found, search->space * sizeof(Found));
	}
	found = &search->found[search->nfound++];
	memset(found, 0, sizeof(Found));
	found->object = object;
	found->id = lc_spi_int64(row, FOUND_ID);
	found->is_converted = lc_spi_bool(row, FOUND_IS_CONVERTED);
	found->rank = DatumGetInt32(lc_spi_datum(row, FOUND_RANK, &isnull));
	found->modified = DatumGetTimestampTz(lc_spi_datum(row, FOUND_MODIFIED, &isnull));
	if (isnull)
		found->modified = DT_NOBEGIN;

	found->values[RESULT_OBJECT] = CStringGetTextDatum(search_objects[object].table);
	found->values[RESULT_ID] = Int64GetDatum(found->id);
	for (int i = 0; i < 2; i++)
	{
		char	   *text = lc_spi_text(row, FOUND_NAME + i);

		found->nulls[RESULT_NAME + i] = text == NULL;
		found->values[RESULT_NAME + i] = text ? CStringGetTextDatum(text) : (Datum) 0;
	}
	found->values[RESULT_IS_CONVERTED] = BoolGetDatum(found->is_converted);
	found->nulls[RESULT_IS_CONVERTED] = lc_spi_isnull(row, FOUND_IS_CONVERTED);
	found->values[RESULT_OWNER] = Int64GetDatum(lc_spi_int64(row, FOUND_OWNER));
	found->nulls[RESULT_OWNER] = lc_spi_isnull(row, FOUND_OWNER);
	found->values[RESULT_RANK] = Int32GetDatum(found->rank);
}

/* Runs a statement of the caller's and keeps its rows; returns their number */
static uint64
find_rows(Search *search, int object, const char *sql, int nargs, Oid *argtypes, Datum *args)
{
	uint64		rows = lc_read(sql, nargs, argtypes, args);

	for (uint64 row = 0; row < rows; row++)
		keep_found(search, object, row);
	SPI_freetuptable(SPI_tuptable);
	return rows;
}

/* The columns that are read of an object, as a list of strings */
static List *
read_columns(const SearchObject *object)
{
	List	   *result = list_make4(makeString("id"), makeString("is_deleted"), makeString("owner_id"), makeString("last_modified_date"));

	result = list_append_unique(result, makeString(unconstify(char *, object->name)));
	result = list_append_unique(result, makeString(unconstify(char *, object->detail)));
	if (object->is_lead)
		result = lappend(result, makeString("is_converted"));
	for (int i = 0; i < MAX_COLUMNS && object->columns[i].name != NULL; i++)
		result = list_append_unique(result, makeString(unconstify(char *, object->columns[i].name)));
	return result;
}

/* SQL: the newest rows of an object */
static char *
newest_rows(const SearchObject *object)
{
	StringInfoData buf;
	ListCell   *lc;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "(SELECT ");
	foreach(lc, read_columns(object))
		appendStringInfo(&buf, "%s%s", buf.len > 8 ? ", " : "", strVal(lfirst(lc)));
	appendStringInfo(&buf, " FROM crm.%s ORDER BY id USING OPERATOR(pg_catalog.>) LIMIT %d) AS newest", object->table, NEWEST_ROWS);
	return buf.data;
}

/* How many rows the planner thinks that there are */
static double
estimated_rows(const Search *search, const SearchObject *object)
{
	SPIPlanPtr	plan = SPI_prepare(psprintf("SELECT 1 FROM crm.%s WHERE %s", object->table, condition(search, object)), 0, NULL);
	CachedPlan *cplan;
	double		result;

	if (plan == NULL || (cplan = SPI_plan_get_cached_plan(plan)) == NULL)
		elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
	result = linitial_node(PlannedStmt, cplan->stmt_list)->planTree->plan_rows;
	ReleaseCachedPlan(cplan, NULL);
	SPI_freeplan(plan);
	return result;
}

/*
 * Has the index used by what is planned until AtEOXact_GUC(false, level), where it is
 * there.  Statistics say how frequent a word is, not where in the table it is.
 */
static int
begin_by_index(bool indexed)
{
	static const char *const others[] = {"enable_seqscan", "enable_indexscan", "enable_indexonlyscan"};
	int			nestlevel = NewGUCNestLevel();

	for (int i = 0; indexed && i < (int) lengthof(others); i++)
		lc_set_parameter(others[i], "off");
	return nestlevel;
}

/* Finds an object's records as the caller */
static void
find_as_caller(Search *search, int number, bool indexed)
{
	const SearchObject *object = &search_objects[number];
	int			before = search->nfound;
	int			nestlevel;

	if (indexed && (search->is_short || estimated_rows(search, object) > MANY_ROWS))
	{
		find_rows(search, number, select_found(search, object, newest_rows(object), ""), 0, NULL, NULL);
		if (search->nfound - before >= (search->is_short ? search->max_rows : Max(search->max_rows, NEWEST_FITTING)))
			return;
		search->nfound = before;
	}
	nestlevel = begin_by_index(indexed);
	find_rows(search, number, select_found(search, object, psprintf("crm.%s", object->table), ""), 0, NULL, NULL);
	AtEOXact_GUC(false, nestlevel);
}

static Oid
no_param_type(const LcPlan *plan, int number)
{
	return InvalidOid;
}

/*
 * Finds an object's records where policies apply: candidates as the owner of the
 * table, of which those are kept that the caller sees.
 */
static void
find_by_candidates(Search *search, int number, Oid relid, bool indexed)
{
	const SearchObject *object = &search_objects[number];
	LcPlan		plan = {lc_relation_owner(relid), no_param_type, NULL, NULL};
	char	   *sql = select_found(search, object, psprintf("crm.%s", object->table),
								   "id OPERATOR(pg_catalog.=) ANY ($1) AND ");
	uint64		kept = 0;
	Portal		portal;
	int			nestlevel = begin_by_index(indexed);

	lc_plan_prepare(&plan, psprintf("SELECT id::pg_catalog.int8 FROM crm.%s WHERE %s", object->table, condition(search, object)));
	lc_plan_validate(&plan);
	AtEOXact_GUC(false, nestlevel);
	portal = SPI_cursor_open(NULL, plan.plan, NULL, NULL, true);
	while (kept < MAX_CANDIDATES)
	{
		Oid			argtypes[1] = {INT8ARRAYOID};
		Datum		args[1];
		Datum	   *ids;
		uint64		candidates;

		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, MAX_CANDIDATES);
		candidates = SPI_processed;
		if (candidates == 0)
			break;
		ids = palloc(candidates * sizeof(Datum));
		for (uint64 row = 0; row < candidates; row++)
			ids[row] = Int64GetDatum(lc_spi_int64(row, 1));
		SPI_freetuptable(SPI_tuptable);
		args[0] = PointerGetDatum(construct_array(ids, candidates, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
		kept += find_rows(search, number, sql, 1, argtypes, args);
		pfree(ids);
		pfree(DatumGetPointer(args[0]));
	}
	SPI_cursor_close(portal);
	SPI_freeplan(plan.plan);
}

/* Finds the records of one object */
static void
find_object(Search *search, int number)
{
	Oid			relid = lc_crm_relid(search_objects[number].table, false);
	bool		indexed = has_index(&search_objects[number]);

	if (check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED)
		find_by_candidates(search, number, relid, indexed);
	else
		find_as_caller(search, number, indexed);
}

/* May the current role read what is searched and returned of an object? */
static bool
may_read(const SearchObject *object)
{
	Oid			relid = lc_crm_relid(object->table, false);
	ListCell   *lc;

	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		return true;
	foreach(lc, read_columns(object))
	{
		AttrNumber	attno = get_attnum(relid, strVal(lfirst(lc)));

		if (attno == InvalidAttrNumber ||
			pg_attribute_aclcheck(relid, attno, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
			return false;
	}
	return true;
}

/* The best first */
static int
compare_found(const void *a, const void *b)
{
	const Found *one = a;
	const Found *other = b;

	if (one->rank != other->rank)
		return one->rank < other->rank ? -1 : 1;
	if (one->is_converted != other->is_converted)
		return one->is_converted ? 1 : -1;
	if (one->modified != other->modified)
		return one->modified > other->modified ? -1 : 1;
	if (one->object != other->object)
		return one->object < other->object ? -1 : 1;
	return one->id > other->id ? -1 : one->id < other->id;
}

/* Takes a query to words; those without a letter or a digit are left out */
static void
parse_query(Search *search, char *query)
{
	StringInfoData whole;
	StringInfoData digits;
	bool		is_phone = true;
	char	   *state = NULL;

	initStringInfo(&digits);
	for (const char *c = query; *c; c++)
	{
		if (isdigit((unsigned char) *c))
			appendStringInfoChar(&digits, *c);
		else if (strchr(" ()+-./", *c) == NULL)
			is_phone = false;
	}
	search->digits = is_phone && digits.len >= MIN_PHONE_DIGITS ? digits.data : NULL;

	initStringInfo(&whole);
	search->is_short = true;
	for (char *word = strtok_r(query, " \t\n\r\f\v", &state); word != NULL; word = strtok_r(NULL, " \t\n\r\f\v", &state))
	{
		int			run = longest_run(word);

		if (run == 0)
			continue;
		if (search->nwords == MAX_WORDS)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a search takes at most %d words", MAX_WORDS)));
		search->words[search->nwords++] = word;
		search->is_short = search->is_short && run < 4;
		appendStringInfo(&whole, "%s%s", whole.len > 0 ? " " : "", word);
	}
	search->whole = whole.data;
}

/* Which objects are searched, as a set of their numbers */
static uint32
parse_objects(ArrayType *array)
{
	Datum	   *elems;
	bool	   *nulls;
	int			nelems;
	uint32		result = 0;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &nelems);
	for (int i = 0; i < nelems; i++)
	{
		char	   *name = nulls[i] ? NULL : TextDatumGetCString(elems[i]);
		int			number = -1;

		for (int n = 0; name != NULL && n < (int) lengthof(search_objects); n++)
		{
			if (pg_strcasecmp(name, search_objects[n].table) == 0)
				number = n;
		}
		if (number < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("object %s cannot be searched", name ? quote_literal_cstr(name) : "NULL"),
					 errhint("Give account, contact, opportunity or lead, or NULL for all of them.")));
		result |= 1U << number;
	}
	return result;
}

/*
 * leadconv.search(query text, objects text[], max_rows integer) RETURNS TABLE
 */
Datum
leadconv_search(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Search		search = {0};
	uint32		objects = 0;
	int32		version;

	InitMaterializedSRF(fcinfo, 0);
	search.max_rows = PG_ARGISNULL(2) ? 20 : PG_GETARG_INT32(2);
	if (search.max_rows < 1 || search.max_rows > MAX_CANDIDATES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_rows must be between 1 and %d", MAX_CANDIDATES)));
	if (!PG_ARGISNULL(1))
		objects = parse_objects(PG_GETARG_ARRAYTYPE_P(1));
	if (PG_ARGISNULL(0))
		return (Datum) 0;

	if (!lc_schema_version(&version) || version != LC_SCHEMA_VERSION)
		lc_require_schema();
	lc_spi_connect();
	parse_query(&search, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	search.hides_converted = !lc_may_view_converted_leads(GetUserId()) && !lc_reference()->converted_leads_searchable;
	for (int number = 0; number < (int) lengthof(search_objects) && search.nwords > 0; number++)
	{
		/* an object that was asked for is an error when it may not be read */
		if (PG_ARGISNULL(1) ? may_read(&search_objects[number]) : (objects & 1U << number) != 0)
			find_object(&search, number);
	}
	if (search.nfound > 1)
		qsort(search.found, search.nfound, sizeof(Found), compare_found);
	for (int i = 0; i < Min(search.nfound, search.max_rows); i++)
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, search.found[i].values, search.found[i].nulls);
	SPI_finish();
	return (Datum) 0;
}

/* The operator class of the indexes, wherever its extension has been put */
static char *
operator_class(void)
{
	if (lc_read("SELECT pg_catalog.format('%I.gin_trgm_ops', n.nspname)"
				" FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
				" WHERE e.extname OPERATOR(pg_catalog.=) 'pg_trgm'", 0, NULL, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"pg_trgm\" is not installed"),
				 errdetail("The indexes of leadconv.search() are trigram indexes."),
				 errhint("Run CREATE EXTENSION pg_trgm, and then leadconv.setup_search(true) again.")));
	return lc_spi_text(0, 1);
}

/*
 * leadconv.setup_search(enable boolean)
 */
Datum
leadconv_setup_search(PG_FUNCTION_ARGS)
{
	char	   *opclass;
	int			nestlevel;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"enable\" is required"),
				 errhint("Give true to build the indexes of leadconv.search(), false to drop them.")));
	(void) lc_require_crm_owner(PG_GETARG_BOOL(0) ? "build the indexes of search" : "drop the indexes of search");

	nestlevel = lc_pin_search_path();
	lc_spi_connect();
	opclass = PG_GETARG_BOOL(0) ? operator_class() : NULL;
	for (int number = 0; number < (int) lengthof(search_objects); number++)
	{
		const SearchObject *object = &search_objects[number];

		(void) lc_crm_relid(object->table, false);
		/* not a partial index, whose statistics the planner does not use */
		lc_set_index(index_name(object),
					 opclass ? psprintf("ON crm.%s USING gin (%s %s)", object->table, text_of_record(object), opclass) : NULL,
					 "Made by leadconv.setup_search(), for leadconv.search()");
		if (opclass != NULL)
			lc_command(psprintf("ANALYZE crm.%s", object->table));
	}
	SPI_finish();
	lc_unpin_search_path(nestlevel);
	PG_RETURN_VOID();
}
