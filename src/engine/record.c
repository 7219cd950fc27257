/*-------------------------------------------------------------------------
 *
 * record.c
 *	  The row of a new record: what it holds, and where each value comes from.
 *
 * For each target one SELECT yields the row that would be created, with the
 * source of each value, and one INSERT writes what such a SELECT yields; both are
 * made from the same list of candidates (value_candidates()).  Nobody who does not
 * ask for the rows pays for them: a conversion runs only the INSERT.
 *
 * In the SQL made here, b is a row of the batch, l its lead, and r the record
 * value of the request.  All that lasts is in the program's memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "crm/trigger.h"
#include "engine/engine.h"

/*
 * What the engine itself gives to a column of a new record.  What follows from these
 * columns is left to the triggers (crm/derived.c).
 */
typedef struct EngineColumn
{
	const char *record;			/* name of the target, or what else it is */
	const char *column;
	const char *source;
} EngineColumn;

static const EngineColumn engine_columns[] = {
	{"person", "owner_id", "b.owner_id"},
	{"person", "is_person_account", "b.create_person"},
	{"contact of person", "is_person_account", "b.contact_is_person"},
	{"account", "owner_id", "b.owner_id"},
	{"contact", "account_id", "b.contact_account_id"},
	{"contact", "owner_id", "b.owner_id"},
	{"opportunity", "account_id", "b.account_id"},
	{"opportunity", "owner_id", "b.owner_id"},
	{"opportunity", "name", "b.opportunity_name"},
	{"opportunity", "stage_name", "b.stage_name"},
	{"opportunity", "close_date", "b.close_date"},
	{"task", "owner_id", "b.owner_id"},
	{"task", "contact_id", "b.contact_id"},
	{"task", "account_id", "b.account_id"},
	{"task", "opportunity_id", "b.opportunity_id"},
	{"task", "source_lead_id", "b.lead_id"}
};

/* A value that a column of a new record can get */
typedef struct Candidate
{
	const char *source;			/* what to call it */
	char	   *condition;		/* SQL; NULL = always, so nothing follows */
	char	   *value;			/* SQL */
	const LcMapping *mapping;	/* of a value of the lead, or NULL */
	const char *engine;			/* what the engine says, or NULL */
	bool		needs_statement;	/* the condition is more than that the lead has a value */
} Candidate;

#define MAX_CANDIDATES 5

static const char *
engine_source(const LcProgram *program, const char *record, const char *column)
{
	for (size_t i = 0; i < lengthof(engine_columns); i++)
	{
		if (strcmp(engine_columns[i].record, record) == 0 && strcmp(engine_columns[i].column, column) == 0)
			return engine_columns[i].source;
	}
	if (program->settings.person_accounts_enabled && strcmp(record, "contact") == 0)
		return engine_source(program, "contact of person", column);
	return NULL;
}

/* A value as one of the column's type, without its length and domain, which the INSERT adds */
static char *
cast_to(const char *value, Form_pg_attribute att)
{
	return psprintf("CAST(%s AS %s)", value, lc_cast_type(att->atttypid));
}

/* What the record type of a new record is, SQL, or NULL where it has none */
static const char *
record_type_source(const LcProgram *program, const LcTargetInfo *target)
{
	if (target == NULL || !target->has_record_types)
		return NULL;
	return psprintf("b.%s", lc_batch_column_name(lc_target[target - program->target].record_type_column));
}

/* Sets a candidate to a value without a condition, and returns it */
static Candidate *
put_candidate(Candidate *candidate, const char *source, char *value)
{
	memset(candidate, 0, sizeof(Candidate));
	candidate->source = source;
	candidate->value = value;
	return candidate;
}

/*
 * What a column gets that neither the request nor the lead gives a value, in the order
 * in which it wins; returns how many candidates there are.  type is SQL for the record
 * type of the row, or NULL; engine is what the engine says, or NULL.
 */
static int
fallback_candidates(LcProgram *program, Relation rel, Form_pg_attribute att, const LcMapping *mapping,
					const LcPicklist *picklist, const char *type, const char *engine, bool with_default, bool for_show,
					Candidate *candidate)
{
	const char *table = RelationGetRelationName(rel);
	const char *column = NameStr(att->attname);
	bool		is_type = type != NULL && strcmp(column, "record_type_id") == 0;
	bool		varies = is_type;
	int			n = 0;
	char	   *value;

	if (engine != NULL)
	{
		put_candidate(&candidate[n++], "engine", cast_to(engine, att))->engine = engine;
		return n;
	}
	if (is_type)
		put_candidate(&candidate[n++], "record_type", cast_to(type, att))->engine = type;
	if (mapping != NULL && !att->attnotnull && !program->settings.apply_custom_field_defaults &&
		!lc_is_standard_column(table, column))
		return n;
	value = picklist ? lc_picklist_default(picklist, type, &varies) : NULL;
	if (value != NULL)
		put_candidate(&candidate[n++], "picklist", cast_to(value, att));
	if ((n == 0 && (mapping != NULL || with_default)) || (n > 0 && varies))
	{
		bool		is_volatile;

		value = lc_column_default(rel, att->attnum, &is_volatile);
		if (value != NULL && is_volatile && for_show)
			value = "NULL";
		if (value != NULL)
			put_candidate(&candidate[n++], "default", cast_to(value, att));
	}
	for (int i = 0; i < n - 1; i++)
	{
		candidate[i].condition = psprintf("%s IS NOT NULL", candidate[i].value);
		candidate[i].needs_statement = true;
	}
	return n;
}

/*
 * The values that a column of a new record can get, in the order in which they
 * win: value of the request, mapped lead value, what the engine says, the record type,
 * default of the picklist, default of the column.  Returns how many there are; none when
 * the column is left out of the INSERT.
 *
 * record is the jsonb column of the batch with the request's values, or NULL.
 * With with_default, the column's own default is a candidate also where nothing
 * else is; otherwise it is left to the server.  With for_show, a default that
 * changes something when it is asked for is not asked for.
 *
 * A mapped lead value wins over the defaults.  A blank standard field gets the
 * default; a blank custom field does not, unless the setting
 * apply_custom_field_defaults is on or the column must not be NULL.  Where a blank
 * one gets no default, it is written as it is; but a column that must have a value
 * gets NULL, and refuses it.
 */
static int
value_candidates(LcProgram *program, const LcTargetInfo *target, Relation rel, Form_pg_attribute att,
				 const char *record, bool with_default, bool for_show, Candidate *candidate)
{
	const char *table = RelationGetRelationName(rel);
	const char *column = NameStr(att->attname);
	bool		is_person = target == &program->target[T_PERSON];
	const LcMapping *mapping = lc_find_mapping(target, column);
	const LcPicklist *picklist = lc_find_picklist(program, table, column);
	const char *type = record_type_source(program, target);
	Candidate	fallback[3];
	int			nfallback = fallback_candidates(program, rel, att, mapping, picklist, type,
												engine_source(program, is_person ? lc_target[T_PERSON].name : table, column),
												with_default, for_show, fallback);
	int			n = 0;

	/* the name of a person account is that of the person */
	if (is_person && strcmp(column, "name") == 0)
	{
		put_candidate(candidate, "engine", cast_to(lc_person_name(program), att));
		return 1;
	}

	if (record != NULL && lc_record_key_allowed(column))
	{
		put_candidate(&candidate[n++], "request", psprintf("r.%s", quote_identifier(column)))->condition =
			psprintf("pg_catalog.jsonb_exists(b.%s, %s)", record, quote_literal_cstr(column));
	}
	if (mapping != NULL)
	{
		char	   *offer = lc_is_limited(mapping, picklist) ? lc_picklist_offer(picklist, type, mapping->source) : NULL;
		Candidate  *lead = put_candidate(&candidate[n++],
										 mapping->from_batch ? "engine" : psprintf("lead.%s", mapping->lead_field),
										 mapping->source);

		lead->mapping = mapping;
		lead->needs_statement = offer != NULL;
		/* a blank one does not satisfy a column that must have a value */
		if (nfallback > 0 || (att->attnotnull && mapping->is_text))
			lead->condition = lc_has_value(mapping->source, mapping->type);
		if (offer != NULL)
			lead->condition = lead->condition ? psprintf("%s AND %s", lead->condition, offer) : offer;
	}
	memcpy(&candidate[n], fallback, sizeof(Candidate) * nfallback);
	return n + nfallback;
}

/* The first candidate whose condition holds: its value or, with show_source, its source */
static char *
choose_candidate(const Candidate *candidate, int n, bool show_source)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < n; i++)
	{
		char	   *value = show_source ? quote_literal_cstr(candidate[i].source) : candidate[i].value;

		if (candidate[i].condition != NULL)
			appendStringInfo(&buf, "%s WHEN %s THEN %s", i == 0 ? "CASE" : "", candidate[i].condition, value);
		else
			appendStringInfo(&buf, i == 0 ? "%s" : " ELSE %s", value);
	}
	if (candidate[0].condition != NULL)
		appendStringInfoString(&buf, " END");
	return buf.data;
}

/*
 * SQL: the name of a new person account, which is made of what its contact gets, as
 * the contact's own name is: first, middle and last name, suffix.
 */
char *
lc_person_name(LcProgram *program)
{
	static const struct
	{
		const char *column;
		const char *format;
	}			parts[] = {
		{"first_name", "COALESCE(%s OPERATOR(pg_catalog.||) ' ', '')"},
		{"middle_name", "COALESCE(%s OPERATOR(pg_catalog.||) ' ', '')"},
		{"last_name", "%s"},
		{"suffix", "COALESCE(' ' OPERATOR(pg_catalog.||) %s, '')"}
	};
	const LcTargetInfo *contact = &program->target[T_CONTACT];
	Relation	rel = table_open(contact->relid, AccessShareLock);
	StringInfoData buf;

	initStringInfo(&buf);
	for (size_t i = 0; i < lengthof(parts); i++)
	{
		AttrNumber	attno = lc_column_number(RelationGetDescr(rel), parts[i].column);
		Candidate	candidate[MAX_CANDIDATES];
		int			n = attno == InvalidAttrNumber ? 0 :
			value_candidates(program, contact, rel, TupleDescAttr(RelationGetDescr(rel), attno - 1), NULL,
							 true, true, candidate);
		const char *key = quote_literal_cstr(parts[i].column);
		char	   *value = psprintf("(CASE WHEN pg_catalog.jsonb_exists(b.contact_record, %s)"
									 " THEN b.contact_record OPERATOR(pg_catalog.->>) %s ELSE (%s)::pg_catalog.text END)",
									 key, key, n == 0 ? "NULL" : choose_candidate(candidate, n, false));

		if (i > 0)
			appendStringInfoString(&buf, " OPERATOR(pg_catalog.||) ");
		appendStringInfo(&buf, parts[i].format, value);
	}
	table_close(rel, AccessShareLock);
	return psprintf("(%s)", buf.data);
}

/*
 * The same value for an INSERT without a statement.  Returns false when there must
 * be a statement.
 */
static bool
direct_column(LcProgram *program, Relation rel, Form_pg_attribute att, const Candidate *candidate, int n,
			  LcDirectColumn *column)
{
	for (int i = 0; i < n; i++)
	{
		const LcMapping *mapping = candidate[i].mapping;

		if (candidate[i].needs_statement)
			return false;
		if (mapping != NULL && !mapping->from_batch)
		{
			if (mapping->lead_attno == InvalidAttrNumber)
				return false;
			column->lead_attno = mapping->lead_attno;
			column->cut = mapping->cut;
			column->skip_blank = candidate[i].condition != NULL && mapping->is_text;
			/* when other types are blank, their operator knows */
			if (column->skip_blank && att->atttypid != TEXTOID && att->atttypid != VARCHAROID)
				return false;
		}
		else if (mapping != NULL || candidate[i].engine != NULL)
		{
			if (!lc_direct_batch(column, att, lc_batch_source(mapping ? mapping->source : candidate[i].engine)))
				return false;
		}
		else if (strcmp(candidate[i].source, "default") != 0 || !lc_direct_default(program, rel, att, column))
			return false;
	}
	/* what the INSERT leaves out gets its default */
	return n > 0 || lc_direct_default(program, rel, att, column);
}

/*
 * The INSERT of the new records of a target, for a batch of one without a
 * statement.  Returns NULL when there must be a statement.
 */
static LcDirect *
compile_direct(LcProgram *program, LcTarget t, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	LcDirect   *direct = MemoryContextAllocZero(program->context, sizeof(LcDirect));

	direct->relid = RelationGetRelid(rel);
	direct->natts = desc->natts;
	direct->reads_lead = true;
	direct->column = MemoryContextAllocZero(program->context, sizeof(LcDirectColumn) * desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		LcDirectColumn *column = &direct->column[i];
		Candidate	candidate[MAX_CANDIDATES];
		int			n;

		column->batch = -1;
		column->isnull = true;
		if (namestrcmp(&att->attname, "id") == 0)
		{
			if (!lc_direct_batch(column, att, lc_target[t].id_column))
				return NULL;
			lc_direct_given(program, direct, att);
		}
		else if (lc_is_writable(att))
		{
			n = value_candidates(program, &program->target[t], rel, att, NULL, false, false, candidate);
			if (!direct_column(program, rel, att, candidate, n, column))
				return NULL;
			if (n > 0)
				lc_direct_given(program, direct, att);
		}
		else if (!att->attisdropped && att->attgenerated == '\0')
			return NULL;
	}
	return direct;
}

/*
 * SQL: the values of the request as a row.  Of a domain it has the type below: a domain
 * that refuses NULL would refuse the keys that are not given, too.
 */
static void
add_record(LcSql *sql, Relation rel, const char *record)
{
	TupleDesc	desc = RelationGetDescr(rel);
	const char *separator = "";
	bool		has_domain = false;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		has_domain |= !att->attisdropped && get_typtype(att->atttypid) == TYPTYPE_DOMAIN;
	}
	if (!has_domain)
	{
		lc_sql_add(sql, " CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::crm.%s, b.%s) r",
				   RelationGetRelationName(rel), record);
		return;
	}
	lc_sql_add(sql, " CROSS JOIN LATERAL pg_catalog.jsonb_to_record(b.%s) r (", record);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		int32		typmod = att->atttypmod;
		Oid			type;

		if (att->attisdropped || !lc_record_key_allowed(NameStr(att->attname)))
			continue;
		type = getBaseTypeAndTypmod(att->atttypid, &typmod);
		lc_sql_add(sql, "%s%s %s", separator, quote_identifier(NameStr(att->attname)),
				   format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
		separator = ", ";
	}
	lc_sql_add(sql, ")");
}

/* FROM and WHERE of a row of a table: the batch, its leads, the request's values */
static void
add_row_source(LcSql *sql, Relation rel, const char *condition, const char *record)
{
	lc_sql_add(sql, " FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id");
	if (record)
		add_record(sql, rel, record);
	lc_sql_add(sql, " WHERE %s", condition);
}

/* Replaces calls of nextval() for identity columns of a table by what the server does for these */
static Node *
draw_identity_mutator(Node *node, Oid *relid)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == F_NEXTVAL)
	{
		Const	   *sequence = linitial(((FuncExpr *) node)->args);
		Oid			table;
		int32		column;

		if (IsA(sequence, Const) && !sequence->constisnull &&
			sequenceIsOwned(DatumGetObjectId(sequence->constvalue), DEPENDENCY_INTERNAL, &table, &column) && table == *relid)
		{
			NextValueExpr *next = makeNode(NextValueExpr);

			next->seqid = DatumGetObjectId(sequence->constvalue);
			next->typeId = INT8OID;
			return (Node *) next;
		}
	}
	return expression_tree_mutator(node, draw_identity_mutator, relid);
}

/*
 * LcQueryCallback of an INSERT that gives identity columns their next value: as when
 * they are left out, the caller needs no privilege on the sequence
 */
static void
draw_identity(Query *query)
{
	ListCell   *lc;
	Oid			relid;

	if (query->commandType != CMD_INSERT)
		return;
	relid = rt_fetch(query->resultRelation, query->rtable)->relid;
	foreach(lc, query->rtable)
	{
		RangeTblEntry *rte = lfirst(lc);

		if (rte->rtekind == RTE_SUBQUERY)
			rte->subquery->targetList = (List *) draw_identity_mutator((Node *) rte->subquery->targetList, &relid);
	}
}

/* The same for follow-up tasks: the lead is converted by then */
static void
adjust_task(Query *query)
{
	draw_identity(query);
	lc_see_before_conversion(query);
}

/*
 * INSERT of the new records of one table.  id_column is the column of the batch
 * with the new record's id, or NULL to leave it to the sequence; condition says
 * which rows of the batch create one.  record, or NULL, is the column of the
 * batch with values of the request.
 */
static void
build_insert(LcProgram *program, LcSql *sql, const LcTargetInfo *target, Relation rel,
			 const char *id_column, const char *condition, const char *record)
{
	TupleDesc	desc = RelationGetDescr(rel);
	StringInfoData columns;
	StringInfoData values;

	initStringInfo(&columns);
	initStringInfo(&values);
	if (id_column)
	{
		appendStringInfoString(&columns, "id");
		appendStringInfo(&values, "b.%s", id_column);
	}
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Candidate	candidate[MAX_CANDIDATES];
		bool		keyed = record != NULL && lc_record_key_allowed(NameStr(att->attname));
		int			n;

		if (!lc_is_writable(att) || namestrcmp(&att->attname, "id") == 0)
			continue;
		n = value_candidates(program, target, rel, att, record, keyed, false, candidate);
		if (n == 0)
			continue;
		appendStringInfo(&columns, "%s%s", columns.len ? ", " : "", quote_identifier(NameStr(att->attname)));
		appendStringInfo(&values, "%s%s", values.len ? ", " : "", choose_candidate(candidate, n, false));
	}
	lc_sql_init(sql);
	lc_sql_add(sql, "INSERT INTO crm.%s (%s) SELECT %s", RelationGetRelationName(rel), columns.data, values.data);
	add_row_source(sql, rel, condition, record);
}

/*
 * SELECT of the rows that the INSERT would write: ord, and for each column of the
 * table that it could write its value and its source.  The names of the columns
 * are kept in shape.  target is NULL for a table that is none.
 */
static void
build_row(LcProgram *program, LcSql *sql, const LcTargetInfo *target, LcRowShape *shape, Relation rel,
		  const char *condition, const char *record)
{
	TupleDesc	desc = RelationGetDescr(rel);

	shape->columns = MemoryContextAllocZero(program->context, sizeof(char *) * desc->natts);
	lc_sql_init(sql);
	lc_sql_add(sql, "SELECT b.ord");
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Candidate	candidate[MAX_CANDIDATES];
		int			n;

		if (!lc_is_writable(att) || namestrcmp(&att->attname, "id") == 0)
			continue;
		n = value_candidates(program, target, rel, att, record, true, true, candidate);
		if (n == 0)
			continue;
		shape->columns[shape->ncolumns++] = MemoryContextStrdup(program->context, NameStr(att->attname));
		lc_sql_add(sql, ", %s, %s::pg_catalog.text", choose_candidate(candidate, n, false),
				   choose_candidate(candidate, n, true));
	}
	add_row_source(sql, rel, condition, record);
	lc_sql_add(sql, " ORDER BY b.ord");
}

/*
 * SELECT of what is to be judged of picklists: ord, and for each column whose picklist
 * is restricted or limited by record types the value that it will have, and the lead's.
 * Of existing records only the lead's can come into it.  Leaves out the statement where
 * there is no such column.
 */
static void
build_picklists(LcProgram *program, LcTarget t, Relation rel, const char *record)
{
	const LcTargetType *type = &lc_target[t];
	LcTargetInfo *target = &program->target[t];
	TupleDesc	desc = RelationGetDescr(rel);
	LcSql		sql;

	target->picklists = MemoryContextAllocZero(program->context, sizeof(LcPicklist *) * desc->natts);
	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord");
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const LcPicklist *picklist = lc_find_picklist(program, type->table, NameStr(att->attname));
		const LcMapping *mapping = lc_find_mapping(target, NameStr(att->attname));
		const char *lead_value = mapping ? mapping->source : "NULL";
		Candidate	candidate[MAX_CANDIDATES];
		int			n;

		if (picklist == NULL || !lc_is_writable(att) ||
			!(picklist->is_restricted ||
			  (target->has_record_types && picklist->offers != NIL && lc_is_limited(mapping, picklist))))
			continue;
		n = value_candidates(program, target, rel, att, record, true, true, candidate);
		if (n == 0)
			continue;
		target->picklists[target->npicklists++] = picklist;
		lc_sql_add(&sql, ", CASE WHEN b.create_%s THEN (%s)::pg_catalog.text ELSE (%s)::pg_catalog.text END, (%s)::pg_catalog.text",
				   type->name, choose_candidate(candidate, n, false), lead_value, lead_value);
	}
	if (target->npicklists == 0)
		return;
	add_row_source(&sql, rel, psprintf("b.create_%s OR b.%s_id IS NOT NULL", type->name, type->name), record);
	lc_sql_add(&sql, " ORDER BY b.ord");
	lc_statement(program, &target->judge_picklists, psprintf("look at picklists of %s", type->table),
				 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
}

/*
 * SELECT of what duplicate rules read of the rows that the INSERT would write: ord, and
 * the columns of the target's list, as texts.
 */
static void
build_duplicate_row(LcProgram *program, LcSql *sql, LcTarget t, Relation rel, const char *record)
{
	const LcTargetInfo *target = &program->target[t];
	ListCell   *lc;

	lc_sql_init(sql);
	lc_sql_add(sql, "SELECT b.ord");
	foreach(lc, target->duplicate_columns)
	{
		AttrNumber	attno = lc_column_number(RelationGetDescr(rel), lfirst(lc));
		Candidate	candidate[MAX_CANDIDATES];
		int			n = attno == InvalidAttrNumber ? 0
			: value_candidates(program, target, rel, TupleDescAttr(RelationGetDescr(rel), attno - 1), record, true, true, candidate);

		lc_sql_add(sql, ", (%s)::pg_catalog.text", n == 0 ? "NULL" : choose_candidate(candidate, n, false));
	}
	add_row_source(sql, rel, psprintf("b.create_%s", lc_target[t].name), record);
}

/*
 * Compiles the statements that yield what duplicate rules read of new records of a
 * target, whose list of columns is in the program's memory context.
 */
void
lc_compile_duplicate_rows(LcProgram *program, LcTarget t)
{
	LcTargetInfo *target = &program->target[t];
	Relation	rel = table_open(target->relid, AccessShareLock);
	char	   *step = psprintf("look at new %s", lc_target[t].table);
	LcSql		sql;

	build_duplicate_row(program, &sql, t, rel, NULL);
	lc_statement(program, &target->judge_duplicates, step, InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
	build_duplicate_row(program, &sql, t, rel, psprintf("%s_record", lc_target[t].name));
	lc_statement(program, &target->judge_duplicates_record, step, InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
	table_close(rel, AccessShareLock);
}

/*
 * Compiles the statements that make records.  The mappings must have been
 * compiled.
 */
void
lc_compile_records(LcProgram *program)
{
	static const LcRequiredColumn task_id = {"task", "id", INT8OID};
	LcSql		sql;
	Relation	rel;
	bool		direct = true;

	/* a trigger on one of the targets may change the lead before the next is made */
	for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
	{
		rel = table_open(program->target[t].relid, AccessShareLock);
		direct &= lc_may_insert_direct(rel);
		table_close(rel, AccessShareLock);
	}

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const LcTargetType *type = &lc_target[t];
		LcTargetInfo *target = &program->target[t];
		char	   *id_column = psprintf("%s_id", type->name);
		char	   *condition = psprintf("b.create_%s", type->name);
		char	   *record = psprintf("%s_record", type->name);
		char	   *step = psprintf("insert %s", type->table);

		if (!OidIsValid(target->relid))
			continue;
		rel = table_open(target->relid, AccessShareLock);
		target->verify_ids = lc_has_foreign_trigger(rel, TRIGGER_TYPE_INSERT);
		target->sequence = lc_identity_sequence(rel, lc_column_number(RelationGetDescr(rel), "id"));
		build_row(program, &sql, target, &target->row, rel, condition, record);
		lc_statement(program, &program->step[type->row], psprintf("look at new %s", type->table),
					 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		build_picklists(program, t, rel, record);
		build_insert(program, &sql, target, rel, id_column, condition, NULL);
		lc_statement(program, &program->step[type->insert], step, InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		/* the name of a person account is put together */
		if (direct && t != T_PERSON)
			program->step[type->insert].direct = compile_direct(program, t, rel);
		build_insert(program, &sql, target, rel, id_column, condition, record);
		lc_statement(program, &program->step[type->insert_record], step, InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
		program->step[type->insert_record].adjust = draw_identity;
		table_close(rel, AccessShareLock);
	}

	/* did a trigger give a new record another id? */
	lc_sql_init(&sql);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		const char *name = lc_target[t].name;

		lc_sql_add(&sql, t == 0 ? "SELECT " : ", ");
		if (!OidIsValid(program->target[t].relid))
		{
			lc_sql_add(&sql, "false");
			continue;
		}
		lc_sql_add(&sql, "EXISTS (SELECT 1 FROM ");
		lc_sql_batch(&sql);
		lc_sql_add(&sql, " b WHERE b.create_%s AND NOT EXISTS (SELECT 1 FROM crm.%s t"
				   " WHERE t.id OPERATOR(pg_catalog.=) b.%s_id))", name, lc_target[t].table, name);
	}
	lc_statement(program, &program->step[S_VERIFY_IDS], "verify new records",
				 program->owner, LC_SNAPSHOT_TRANSACTION, &sql);

	lc_require_columns(&task_id, 1);
	rel = table_open(lc_crm_relid("task", false), AccessShareLock);
	program->task_relid = RelationGetRelid(rel);
	program->task_sequence = lc_identity_sequence(rel, lc_column_number(RelationGetDescr(rel), "id"));
	build_insert(program, &sql, NULL, rel, "follow_up_task_id", "b.follow_up_task IS NOT NULL", "follow_up_task");
	lc_statement(program, &program->step[S_FOLLOW_UP_TASK], "insert follow-up task",
				 InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
	program->step[S_FOLLOW_UP_TASK].adjust = adjust_task;
	build_row(program, &sql, NULL, &program->task_row, rel, "b.follow_up_task IS NOT NULL", "follow_up_task");
	lc_statement(program, &program->step[S_LOOK_TASK], "look at new task", InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
	table_close(rel, AccessShareLock);
}

/* The value of a column among nvalues, or NULL */
static LcRowValue *
find_row_value(LcRowValue *values, int nvalues, const char *column)
{
	for (int i = 0; i < nvalues; i++)
	{
		if (strcmp(values[i].column, column) == 0)
			return &values[i];
	}
	return NULL;
}

/*
 * The values of a row with what follows from them, as the triggers would have it;
 * returns how many there are then.  slot is of the table, and columns are its columns.
 */
static int
add_derived(TupleTableSlot *slot, const LcTableColumns *columns, uint64 result_row, LcRowValue *values, int nvalues)
{
	static const LcColumn sources[] = {COL_STAGE_NAME, COL_AMOUNT, COL_CLOSE_DATE};
	TupleDesc	desc = slot->tts_tupleDescriptor;
	int			n = nvalues;
	LcRow		row;

	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, desc->natts * sizeof(bool));
	for (int i = -(int) lengthof(sources); i <= COL_LAST_DERIVED - COL_FIRST_DERIVED; i++)
	{
		AttrNumber	attno = columns->attno[i < 0 ? sources[-1 - i] : COL_FIRST_DERIVED + i];
		Form_pg_attribute att = attno == InvalidAttrNumber ? NULL : TupleDescAttr(desc, attno - 1);
		LcRowValue *value = att ? find_row_value(values, nvalues, NameStr(att->attname)) : NULL;
		int			number = value ? 2 + 2 * (int) (value - values) : 0;

		if (value == NULL || value->value == NULL)
			continue;
		slot->tts_values[attno - 1] = lc_cast_value(lc_spi_datum(result_row, number, &slot->tts_isnull[attno - 1]),
													SPI_gettypeid(SPI_tuptable->tupdesc, number), att->atttypid);
	}
	ExecStoreVirtualTuple(slot);
	lc_derive_slot(&row, slot, columns, true);

	for (int col = COL_FIRST_DERIVED; col <= COL_LAST_DERIVED; col++)
	{
		const LcRowField *field = lc_row_field(&row, col);
		Form_pg_attribute att = field->attno == InvalidAttrNumber ? NULL : TupleDescAttr(desc, field->attno - 1);
		LcRowValue *value = att ? find_row_value(values, nvalues, NameStr(att->attname)) : NULL;
		Oid			output;
		bool		is_varlena;

		if (att != NULL && field->changed && value == NULL)
		{
			value = &values[n++];
			value->column = NameStr(att->attname);
		}
		else if (value == NULL ||
				 (!field->changed && (value->source == NULL || strcmp(value->source, "default") != 0)))
			continue;
		value->source = "engine";
		if (!field->changed)
			continue;
		getTypeOutputInfo(att->atttypid, &output, &is_varlena);
		value->value = field->isnull ? NULL : OidOutputFunctionCall(output, field->value);
	}
	return n;
}

/* Reads the rows that a statement of build_row() yields */
static void
read_rows(LcRun *run, LcStep step, LcTarget t, const LcRowShape *shape, Oid relid, LcRowReceiver receive, void *arg)
{
	LcRowValue *values = palloc(sizeof(LcRowValue) * (shape->ncolumns + LC_NUM_FIELDS));
	uint64		nrows = lc_execute(run, &run->program->step[step], (Datum) 0);
	SPITupleTable *tuptable = SPI_tuptable;
	Relation	rel = table_open(relid, AccessShareLock);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsVirtual);
	LcRowCheck *check = lc_row_check_begin(rel);
	LcTableColumns columns;

	lc_table_columns(rel, &columns);
	for (uint64 row = 0; row < nrows; row++)
	{
		LcRequest  *request = lc_row_request(run->request, row);
		int			nvalues = shape->ncolumns;

		lc_row_check_clear(check);
		for (int i = 0; i < nvalues; i++)
		{
			bool		isnull;
			Datum		value = lc_spi_datum(row, 2 + 2 * i, &isnull);

			values[i].column = shape->columns[i];
			values[i].value = lc_spi_text(row, 2 + 2 * i);
			values[i].source = lc_spi_text(row, 3 + 2 * i);
			lc_row_check_value(check, values[i].column, value, isnull, SPI_gettypeid(SPI_tuptable->tupdesc, 2 + 2 * i));
			/* one that is not constant is not asked for */
			if (isnull && values[i].source != NULL && strcmp(values[i].source, "default") == 0)
				lc_row_check_unknown(check, values[i].column);
		}
		lc_row_check_judge(check, request);
		for (int i = 0; i < nvalues; i++)
		{
			char	   *form = values[i].value ? lc_row_check_form(check, values[i].column) : NULL;

			if (form != NULL)
				values[i].value = form;
		}
		if (columns.derives)
			nvalues = add_derived(slot, &columns, row, values, nvalues);
		receive(request, t, values, nvalues, arg);
		SPI_tuptable = tuptable;
	}
	lc_row_check_end(check);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, AccessShareLock);
	SPI_freetuptable(tuptable);
}

/*
 * Looks at the rows that the requests of the batch would create, and hands each
 * to receive, in the order of the batch.  What the server would say of a row is among the
 * errors of its request then.  Everything is in the current memory context.
 */
void
lc_read_rows(LcRun *run, LcTarget t, LcRowReceiver receive, void *arg)
{
	const LcTargetInfo *target = &run->program->target[t];

	read_rows(run, lc_target[t].row, t, &target->row, target->relid, receive, arg);
}

/* The same for follow-up tasks; the target is LC_NTARGETS */
void
lc_read_task_rows(LcRun *run, LcRowReceiver receive, void *arg)
{
	read_rows(run, S_LOOK_TASK, LC_NTARGETS, &run->program->task_row, run->program->task_relid, receive, arg);
}

/*
 * The next id of a table, drawn for the caller, who needs INSERT on the table; SQL
 * nextval() would ask for a privilege on the sequence as well.
 */
static int64
draw_id(LcRun *run, Oid relid, Oid sequence, const char *table, bool *checked)
{
	if (!*checked)
	{
		run->step = table;
		if (pg_class_aclcheck(relid, GetUserId(), ACL_INSERT) != ACLCHECK_OK &&
			pg_attribute_aclcheck_all(relid, GetUserId(), ACL_INSERT, ACLMASK_ANY) != ACLCHECK_OK)
			aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, table);
		*checked = true;
	}
	return nextval_internal(sequence, false);
}

/* Requests get the ids of the records that others make, or another part of theirs */
static void
share_ids(LcRun *run)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		LcDecision *decision = &run->request[i]->decision;

		for (int t = 0; t < LC_NTARGETS; t++)
		{
			if (decision->follows[t])
				decision->target_id[t] = decision->follows[t]->decision.target_id[t];
		}
		if (decision->person == LC_PERSON_ACCOUNT)
			decision->target_id[T_ACCOUNT] = decision->target_id[T_PERSON];
		else if (decision->person == LC_RELATED_PERSON)
			decision->related_person_account_id = decision->target_id[T_PERSON];
	}
}

/*
 * Draws the ids of the records to be created, target by target.  Raises
 * insufficient_privilege when the caller may not INSERT into one of the tables,
 * and what nextval() raises.
 */
void
lc_draw_ids(LcRun *run)
{
	LcProgram  *program = run->program;
	bool		task_checked = false;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		bool		checked = false;

		for (int i = 0; i < run->nrequests; i++)
		{
			LcDecision *decision = &run->request[i]->decision;

			CHECK_FOR_INTERRUPTS();
			if (decision->creates[t])
				decision->target_id[t] = draw_id(run, program->target[t].relid, program->target[t].sequence,
												 lc_target[t].table, &checked);
		}
	}
	share_ids(run);
	for (int i = 0; i < run->nrequests; i++)
	{
		LcDecision *decision = &run->request[i]->decision;

		if (decision->follow_up)
			decision->follow_up_task_id = draw_id(run, program->task_relid, program->task_sequence,
												  "task", &task_checked);
	}
}

/* Ids that no row has, for records that are not made */
#define PRETENDED_IDS PG_INT32_MAX

/* Is it such an id? */
bool
lc_is_pretended_id(int64 id)
{
	return id < PG_INT64_MIN + PRETENDED_IDS;
}

/*
 * For a look: gives the records that would be created ids for the time being, as
 * lc_draw_ids() gives them theirs.
 */
void
lc_pretend_ids(LcRun *run)
{
	int64		next = PG_INT64_MIN + 1;

	for (int t = 0; t < LC_NTARGETS; t++)
	{
		for (int i = 0; i < run->nrequests; i++)
		{
			LcDecision *decision = &run->request[i]->decision;

			if (decision->creates[t])
				decision->target_id[t] = next++;
		}
	}
	share_ids(run);
}

/*
 * Makes the new records of one target.  Raises an error when a trigger suppressed
 * one.
 */
void
lc_insert_records(LcRun *run, LcTarget t)
{
	const LcTargetType *type = &lc_target[t];
	uint64		ncreated = 0;
	bool		with_record = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (request->decision.creates[t])
		{
			ncreated++;
			with_record |= lc_given(request, lc_record_field(request, t));
		}
	}
	if (ncreated > 0)
		lc_execute_expecting(run, with_record ? type->insert_record : type->insert, (Datum) 0, ncreated);
}

/*
 * A trigger of a user may have given a new record another id, or deleted it.
 * Raises CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY when a record is not there.
 */
void
lc_verify_ids(LcRun *run)
{
	LcProgram  *program = run->program;
	bool		needed = false;

	for (int i = 0; i < run->nrequests && !needed; i++)
	{
		for (int t = 0; t < LC_NTARGETS; t++)
			needed |= run->request[i]->decision.creates[t] && program->target[t].verify_ids;
	}
	if (!needed)
		return;
	lc_execute(run, &program->step[S_VERIFY_IDS], (Datum) 0);
	for (int t = 0; t < LC_NTARGETS; t++)
	{
		if (lc_spi_bool(0, t + 1))
			ereport(ERROR,
					(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
					 errmsg("step \"insert %s\" of the lead conversion did not leave the record it made",
							lc_target[t].table),
					 errdetail("A trigger changed the id of a new record or deleted it."),
					 errhint("Let the trigger leave the column \"id\" alone."),
					 err_generic_string(PG_DIAG_TABLE_NAME, lc_target[t].table)));
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Makes the follow-up tasks that requests ask for */
void
lc_insert_follow_up_tasks(LcRun *run)
{
	uint64		n = 0;

	for (int i = 0; i < run->nrequests; i++)
		n += run->request[i]->decision.follow_up;
	if (n > 0)
		lc_execute_expecting(run, S_FOLLOW_UP_TASK, (Datum) 0, n);
}
