/*-------------------------------------------------------------------------
 *
 * check_duplicates.c
 *	  check_duplicates(): duplicate rules outside of conversions.
 *
 * Users attach the trigger to crm.lead, crm.account and crm.contact.  What a conversion
 * writes has been judged by the conversion, in all other respects too: there, rules for
 * other objects do not count, here they do.
 *
 * A person account is judged when its contact is written, by which it is complete, as
 * the account that it is.
 *
 * All is in the current context, the per-tuple context of the trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "crm/trigger.h"
#include "duplicates/duplicates.h"

PG_FUNCTION_INFO_V1(leadconv_check_duplicates);

/* leadconv.allow_save */
static bool allow_save = false;

/* Called once, when the library is loaded */
void
lc_check_duplicates_init(void)
{
	DefineCustomBoolVariable("leadconv.allow_save",
							 "Lets rows pass of which a duplicate rule would only alert.",
							 "For leadconv.check_duplicates(); a conversion has an argument for it. Rules that block are not passed.",
							 &allow_save, false, PGC_USERSET, 0, NULL, NULL, NULL);
}

/* A row being judged */
typedef struct Judged
{
	TriggerData *trigdata;
	TupleTableSlot *slot;		/* the row */
	TupleTableSlot *old;		/* as it was, or NULL */
	const char *object;			/* of the rules */
	LcMatchObject kind;
	int64		id;
} Judged;

/* A column of the row as text, or NULL */
static char *
column_text(TupleTableSlot *slot, const char *column)
{
	AttrNumber	attno = lc_column_number(slot->tts_tupleDescriptor, column);
	bool		isnull;
	Datum		value;

	if (attno == InvalidAttrNumber)
		return NULL;
	value = slot_getattr(slot, attno, &isnull);
	return isnull ? NULL : lc_match_text(value, TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid);
}

/* A boolean column of the row; false if there is none */
static bool
column_flag(TupleTableSlot *slot, const char *column)
{
	AttrNumber	attno = lc_column_number(slot->tts_tupleDescriptor, column);
	bool		isnull;
	Datum		value;

	if (attno == InvalidAttrNumber || !lc_is_stored_as(TupleDescAttr(slot->tts_tupleDescriptor, attno - 1)->atttypid, BOOLOID))
		return false;
	value = slot_getattr(slot, attno, &isnull);
	return !isnull && DatumGetBool(value);
}

/* The fields of the record that a rule reads */
static List *
rule_fields(const LcDuplicateRule *rule, LcMatchObject kind)
{
	List	   *fields = NIL;

	for (int m = 0; m < rule->nmatches; m++)
	{
		const LcMatchingRule *matching = lc_rule_matching(&rule->match[m], kind, true);

		for (int i = 0; matching != NULL && i < matching->nfields; i++)
			fields = lc_add_name(fields, lc_field_for_match(rule, &rule->match[m], lc_record_object(matching->kind),
															matching->fields[i].name));
	}
	/* without matching rules there is nothing to read */
	if (fields == NIL)
		return NIL;
	return lc_filter_fields(rule, fields);
}

/* Has one of the fields changed?  Those of its account have with the account. */
static bool
has_changed(const Judged *row, List *fields)
{
	ListCell   *lc;

	if (row->old == NULL)
		return true;
	foreach(lc, fields)
	{
		bool		of_account;
		const char *column = lc_field_column(row->kind, lfirst(lc), &of_account);
		AttrNumber	attno = lc_column_number(row->slot->tts_tupleDescriptor, of_account ? "account_id" : column);

		if (attno != InvalidAttrNumber && lc_column_differs(row->old, row->slot, attno))
			return true;
	}
	return false;
}

/*
 * Reads the fields of the record that are of its account.  The row may name any account,
 * also one that the user does not see: what that is called must not be tried out.
 */
static void
read_account(LcMatchObject kind, int64 account_id, LcMatchRecord *record)
{
	LcProbe		by_id;
	LcOpenProbe probe;
	Snapshot	snapshot;
	SysScanDesc scan;
	HeapTuple	tuple;
	List	   *columns = list_make1("id");

	if (account_id == 0)
		return;
	for (int i = 0; i < record->nfields; i++)
	{
		bool		of_account;
		const char *column = lc_field_column(kind, record->field[i], &of_account);

		if (of_account)
			columns = lc_add_name(columns, column);
	}
	if (!lc_may_read_row("account", account_id, columns))
		return;
	lc_compile_probe(&by_id, lc_crm_relid("account", false), "id");
	lc_probe_open(&probe, &by_id);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = lc_probe_begin(&probe, account_id, snapshot);
	tuple = systable_getnext(scan);
	for (int i = 0; i < record->nfields && HeapTupleIsValid(tuple); i++)
	{
		TupleDesc	desc = RelationGetDescr(probe.rel);
		AttrNumber	attno;
		bool		isnull = true;
		bool		of_account;
		const char *column = lc_field_column(kind, record->field[i], &of_account);
		Datum		value;

		if (!of_account)
			continue;
		attno = lc_column_number(desc, column);
		value = attno == InvalidAttrNumber ? (Datum) 0 : heap_getattr(tuple, attno, desc, &isnull);
		if (!isnull)
			record->value[i] = lc_match_text(value, TupleDescAttr(desc, attno - 1)->atttypid);
	}
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	lc_probe_close(&probe);
}

/* The row as rules see it */
static LcMatchRecord *
make_record(const Judged *row, List *fields)
{
	LcMatchRecord *record = palloc0(sizeof(LcMatchRecord));
	bool		reads_account = false;
	ListCell   *lc;

	record->id = row->id;
	record->field = palloc(sizeof(char *) * Max(list_length(fields), 1));
	record->value = palloc(sizeof(char *) * Max(list_length(fields), 1));
	foreach(lc, fields)
	{
		bool		of_account;
		const char *column = lc_field_column(row->kind, lfirst(lc), &of_account);

		reads_account |= of_account;
		record->field[record->nfields] = lfirst(lc);
		record->value[record->nfields++] = of_account ? NULL : column_text(row->slot, column);
	}
	if (reads_account)
		read_account(row->kind, lc_rule_id(row->trigdata, "account_id"), record);
	return record;
}

/* Raises DUPLICATES_DETECTED */
static void
refuse(const Judged *row, List *found)
{
	StringInfoData detail;
	const LcDuplicateRule *first = NULL;
	bool		blocks = false;
	ListCell   *lc;

	initStringInfo(&detail);
	foreach(lc, found)
	{
		const LcDuplicate *duplicate = lfirst(lc);

		if (!lc_duplicate_refuses(duplicate, row->old != NULL, allow_save))
			continue;
		lc_check_duplicates_seen(duplicate);
		if (first == NULL)
			first = duplicate->rule;
		blocks |= duplicate->rule->blocks[row->old != NULL];
		lc_append_duplicate_detail(&detail, duplicate);
	}
	if (first == NULL)
		return;
	ereport(ERROR,
			(lc_errcode(LC_DUPLICATES_DETECTED),
			 errmsg_internal("%s", first->alert_text && !lc_is_blank(first->alert_text, strlen(first->alert_text))
							 ? first->alert_text : LC_USE_ONE_OF_THESE),
			 errdetail_internal("%s", detail.data),
			 blocks ? errhint("Use the record that is there.")
			 : errhint("Use the record that is there; or set leadconv.allow_save to write this one all the same."),
			 errtable(row->trigdata->tg_relation),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, first->name)));
}

/* Puts the row into sets with what was found, by rules that report */
static void
report(const Judged *row, List *found)
{
	const LcDuplicateRule *rule = NULL;
	ListCell   *lc;

	foreach(lc, found)
	{
		const LcDuplicate *duplicate = lfirst(lc);
		LcRecordIds ids = {0};
		ListCell   *other;

		if (duplicate->rule == rule || !duplicate->rule->reports[row->old != NULL])
			continue;
		rule = duplicate->rule;
		foreach(other, found)
		{
			const LcDuplicate *same = lfirst(other);
			ListCell   *match;

			foreach(match, same->rule == rule ? same->matches : NIL)
				lc_add_record_id(&ids, same->matching->kind, ((LcMatch *) lfirst(match))->id);
		}
		if (ids.n[0] + ids.n[1] + ids.n[2] == 0)
			continue;
		lc_add_record_id(&ids, row->kind, row->id);
		lc_put_in_set(rule, &ids, NULL, NULL);
	}
}

/* Asks all rules of the object */
static void
judge(const Judged *row)
{
	List	   *rules = lc_duplicate_rules(row->object);
	LcMatchRecord **records;
	int64	   *keys = NULL;
	int			nkeys = 0;
	int			space = 0;
	int			n = 0;
	List	   *found = NIL;
	bool		isnull;
	int64		user_id;
	ListCell   *lc;

	if (rules == NIL)
		return;
	user_id = lc_current_user_id(&isnull);
	records = palloc0(sizeof(LcMatchRecord *) * list_length(rules));
	foreach(lc, rules)
	{
		const LcDuplicateRule *rule = lfirst(lc);
		List	   *fields = rule_fields(rule, row->kind);
		LcMatchRecord *record;
		int			place = foreach_current_index(lc);

		if (fields == NIL || !has_changed(row, fields))
			continue;
		record = make_record(row, fields);
		if (!lc_duplicate_rule_applies(rule, record, isnull ? 0 : user_id))
			continue;
		records[place] = record;
		n++;
		if (rule->blocks[row->old != NULL])
			lc_duplicate_keys(rule, row->kind, record, true, &keys, &nkeys, &space);
	}
	if (n == 0)
		return;
	if (nkeys > 0)
		lc_lock_match_keys(keys, nkeys);
	lc_spi_connect();
	foreach(lc, rules)
	{
		if (records[foreach_current_index(lc)] != NULL)
			lc_find_duplicates(lfirst(lc), row->kind, &records[foreach_current_index(lc)], 1, true, &found);
	}
	refuse(row, found);
	if (TRIGGER_FIRED_AFTER(row->trigdata->tg_event))
		report(row, found);
	SPI_finish();
}

/*
 * check_duplicates
 *
 * BEFORE or AFTER INSERT OR UPDATE ROW, on crm.lead, crm.account and crm.contact: asks
 * the duplicate rules of the table about the row.  An update is judged by the rules of which it changes a
 * field.  Sets are made of records that are there, so only AFTER.  Not of rows that a conversion writes, nor of those in the
 * recycle bin or of converted leads.
 */
Datum
leadconv_check_duplicates(PG_FUNCTION_ARGS)
{
	static const char *const tables[] = {"lead", "account", "contact", NULL};
	static const LcRuleUse use = {"check_duplicates", tables, "tables crm.lead, crm.account and crm.contact",
	LC_BEFORE | LC_AFTER, 0, 0};
	TriggerData *trigdata = lc_check_rule(fcinfo, &use);
	bool		is_update = TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event);
	Judged		row = {.trigdata = trigdata};
	Datum		result;

	row.slot = is_update ? trigdata->tg_newslot : trigdata->tg_trigslot;
	row.old = is_update ? trigdata->tg_trigslot : NULL;
	row.object = RelationGetRelationName(trigdata->tg_relation);
	row.kind = strcmp(row.object, "lead") == 0 ? LC_MATCH_LEAD : strcmp(row.object, "contact") == 0 ? LC_MATCH_CONTACT : LC_MATCH_ACCOUNT;
	row.id = lc_rule_id(trigdata, "id");
	result = PointerGetDatum(!TRIGGER_FIRED_BEFORE(trigdata->tg_event) ? NULL
							 : is_update ? trigdata->tg_newtuple : trigdata->tg_trigtuple);

	if (lc_frame_is_writing() || column_flag(row.slot, "is_deleted") ||
		(row.kind == LC_MATCH_LEAD && column_flag(row.slot, "is_converted")))
		return result;
	if (column_flag(row.slot, "is_person_account"))
	{
		if (row.kind == LC_MATCH_ACCOUNT)
			return result;
		row.kind = LC_MATCH_PERSON_ACCOUNT;
		row.object = "account";
		row.id = lc_rule_id(trigdata, "account_id");
	}
	judge(&row);
	return result;
}
