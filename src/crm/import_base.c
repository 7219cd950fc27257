/*-------------------------------------------------------------------------
 *
 * import_base.c
 *	  What records that were imported had before they were changed here.
 *
 * An import that finds a record again must not undo what has been changed here since.
 * So the first change of each field of a record with an external_id notes the old
 * value in crm.import_base, from where the next import knows whether the field has
 * changed here, there or in both places (admin/import_rows.c).  A field that is not
 * noted has not been changed here.
 *
 * Not noted are what an import writes, what follows from other columns, and what a
 * conversion does to the lead and to the rows that it moves, which imports leave alone
 * for other reasons.
 *
 *	lc_note_import_base()	called by the audit trigger
 *	forget_import()			AFTER DELETE ROW on tables with an external_id
 *
 * Both plans are kept for the life of the backend and have the rights of the owner of
 * crm.import_base; all else is allocated in the per-tuple context of the trigger
 * manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "nodes/bitmapset.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_forget_import);

/* A statement about a record, of which the first two parameters are table and key */
typedef struct RecordPlan
{
	LcPlan		plan;			/* must be first */
	const char *sql;
	int			expected;		/* SPI_OK_... */
	int			nargs;
} RecordPlan;

static Oid	argtypes[] = {TEXTOID, INT8OID, JSONBOID};

static Oid
record_param_type(const LcPlan *plan, int number)
{
	return number <= ((const RecordPlan *) plan)->nargs ? argtypes[number - 1] : InvalidOid;
}

/* Runs a statement with the rights of a role */
static void
run_plan(RecordPlan *plan, Oid owner, Datum *args)
{
	lc_spi_connect();
	if (plan->plan.plan != NULL && plan->plan.check_as != owner)
	{
		SPI_freeplan(plan->plan.plan);
		plan->plan.plan = NULL;
	}
	if (plan->plan.plan == NULL)
	{
		plan->plan.check_as = owner;
		lc_plan_prepare(&plan->plan, plan->sql);
		SPI_keepplan(plan->plan.plan);
	}
	if (lc_plan_execute(&plan->plan, plan->nargs, argtypes, args, NULL) != plan->expected)
		elog(ERROR, "SPI_execute_plan returned %s: %s", SPI_result_code_string(SPI_result), plan->sql);
	SPI_finish();
}

/* Is this a column that says what a lead was converted to?  Imports do not change it. */
static bool
is_conversion(const LcTableColumns *columns, AttrNumber attno)
{
	for (int col = COL_FIRST_CONVERSION; (columns->kind & LC_TABLE_LEAD) && col <= COL_LAST_CONVERSION; col++)
	{
		if (columns->attno[col] == attno)
			return true;
	}
	return false;
}

/*
 * The old values of the fields that a statement changes, as text of a JSON object, or
 * NULL when there are none
 */
static char *
old_values(TriggerData *trigdata, const LcTableColumns *columns)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	StringInfoData buf;
	int			x = -FirstLowInvalidHeapAttributeNumber;

	buf.data = NULL;
	while ((x = bms_next_member(trigdata->tg_updatedcols, x)) >= 0)
	{
		AttrNumber	attno = x + FirstLowInvalidHeapAttributeNumber;
		Form_pg_attribute att = TupleDescAttr(desc, attno - 1);
		Datum		value;
		bool		isnull;

		if (attno == columns->attno[COL_ID] || attno == columns->attno[COL_EXTERNAL_ID] || is_conversion(columns, attno) ||
			lc_is_derived_column(columns, desc, attno) ||
			!lc_column_differs(trigdata->tg_trigslot, trigdata->tg_newslot, attno))
			continue;
		if (buf.data == NULL)
			initStringInfo(&buf);
		appendStringInfoString(&buf, buf.len == 0 ? "{" : ", ");
		lc_append_json_string(&buf, NameStr(att->attname));
		appendStringInfoString(&buf, ": ");
		value = slot_getattr(trigdata->tg_trigslot, attno, &isnull);
		if (isnull)
			appendStringInfoString(&buf, "null");
		else
			lc_append_json_string(&buf, TextDatumGetCString(lc_stored_text(att->atttypid, value)));
	}
	if (buf.data != NULL)
		appendStringInfoChar(&buf, '}');
	return buf.data;
}

/*
 * lc_note_import_base
 *
 * For a BEFORE UPDATE trigger: notes what the row had, if it came with an import and
 * the statement changes it.
 */
void
lc_note_import_base(TriggerData *trigdata, const LcTableColumns *columns, int64 id)
{
	static RecordPlan plan = {{InvalidOid, record_param_type, NULL, NULL},
		"INSERT INTO crm.import_base (object, record_id, fields) VALUES ($1, $2, $3)"
		" ON CONFLICT (object, record_id) DO UPDATE SET fields = EXCLUDED.fields OPERATOR(pg_catalog.||) crm.import_base.fields"
		" WHERE NOT crm.import_base.fields OPERATOR(pg_catalog.@>) (EXCLUDED.fields OPERATOR(pg_catalog.||) crm.import_base.fields)",
		SPI_OK_INSERT, 3};
	Datum		args[3];
	Oid			relid;
	char	   *fields;

	if (columns->attno[COL_EXTERNAL_ID] == InvalidAttrNumber || columns->attno[COL_ID] == InvalidAttrNumber ||
		slot_attisnull(trigdata->tg_trigslot, columns->attno[COL_EXTERNAL_ID]) || lc_import_is_writing() ||
		((columns->kind & (LC_TABLE_LEAD | LC_TABLE_GUARDED)) && lc_frame_is_writing()))
		return;
	fields = old_values(trigdata, columns);
	if (fields == NULL)
		return;
	/* it is not there before schema crm has been brought up to date */
	relid = lc_crm_relid("import_base", true);
	if (!OidIsValid(relid))
		return;
	args[0] = CStringGetTextDatum(RelationGetRelationName(trigdata->tg_relation));
	args[1] = Int64GetDatum(id);
	args[2] = DirectFunctionCall1(jsonb_in, CStringGetDatum(fields));
	run_plan(&plan, lc_relation_owner(relid), args);
}

/* Has a table of schema crm any rows, as far as that is seen from outside? */
static bool
may_have_rows(const char *table)
{
	Oid			relid = lc_crm_relid(table, true);
	Relation	rel;
	bool		result;

	if (!OidIsValid(relid))
		return false;
	rel = table_open(relid, AccessShareLock);
	result = rel->rd_rel->relkind != RELKIND_RELATION || RelationGetNumberOfBlocks(rel) > 0;
	table_close(rel, NoLock);
	return result;
}

/*
 * forget_import
 *
 * AFTER DELETE ROW: what imports have noted about the record goes with it.
 */
Datum
leadconv_forget_import(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"forget_import", LC_TABLE_IN_CRM, false, true, LC_ON_DELETE, 0};
	static RecordPlan forget_base = {{InvalidOid, record_param_type, NULL, NULL},
	"DELETE FROM crm.import_base WHERE object OPERATOR(pg_catalog.=) $1 AND record_id OPERATOR(pg_catalog.=) $2", SPI_OK_DELETE, 2};
	static RecordPlan forget_reference = {{InvalidOid, record_param_type, NULL, NULL},
	"DELETE FROM crm.import_reference WHERE object OPERATOR(pg_catalog.=) $1 AND record_id OPERATOR(pg_catalog.=) $2", SPI_OK_DELETE, 2};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	Datum		args[2];
	bool		isnull;

	if (columns.attno[COL_ID] == InvalidAttrNumber)
		return PointerGetDatum(NULL);
	args[0] = CStringGetTextDatum(RelationGetRelationName(trigdata->tg_relation));
	args[1] = slot_getattr(trigdata->tg_trigslot, columns.attno[COL_ID], &isnull);
	if (may_have_rows("import_base"))
		run_plan(&forget_base, lc_relation_owner(lc_crm_relid("import_base", false)), args);
	if (may_have_rows("import_reference"))
		run_plan(&forget_reference, lc_relation_owner(lc_crm_relid("import_reference", false)), args);
	return PointerGetDatum(NULL);
}
