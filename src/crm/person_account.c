/*-------------------------------------------------------------------------
 *
 * person_account.c
 *	  Person accounts: an account and a contact that are one.
 *
 *	guard_person_account()	on crm.account: what is a person account remains one
 *	guard_person_contact()	on crm.contact: a person account has one contact
 *	write_person_account()	on the view crm.person_account: writes both rows
 *
 * The person's names and what else a person has stand in the contact; the view
 * crm.person_account joins both.  That there are not two persons in an account is for
 * a unique index to say; that a contact is one when its account is, is for the guards.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "crm/trigger.h"

PG_FUNCTION_INFO_V1(leadconv_guard_person_account);
PG_FUNCTION_INFO_V1(leadconv_guard_person_contact);
PG_FUNCTION_INFO_V1(leadconv_write_person_account);

/* Columns of the contact that the view has under their own names; others are person_... */
static const char *const person_columns[] = {
	"salutation", "first_name", "middle_name", "last_name", "suffix", "first_name_local", "last_name_local"
};

#define PERSON_PREFIX "person_"

static bool
has_own_name(const char *column)
{
	for (size_t i = 0; i < lengthof(person_columns); i++)
	{
		if (strcmp(person_columns[i], column) == 0)
			return true;
	}
	return false;
}

/*
 * The column that crm.person_account shows under a name: of the contact or, where
 * *is_contact becomes false, of the account.  Whether there is such a column is
 * another question.
 */
const char *
lc_person_column(const char *name, bool *is_contact)
{
	*is_contact = true;
	if (has_own_name(name))
		return name;
	if (strncmp(name, PERSON_PREFIX, strlen(PERSON_PREFIX)) == 0)
		return name + strlen(PERSON_PREFIX);
	*is_contact = false;
	return name;
}

/* The name under which crm.person_account shows a column of the contact, in the current memory context */
char *
lc_person_contact_name(const char *column)
{
	return has_own_name(column) ? pstrdup(column) : psprintf(PERSON_PREFIX "%s", column);
}

/*
 * Is the account of an id a person account?  *exists tells whether there is one at all,
 * at this moment; whatever the caller may see.
 */
static bool
is_person_account(int64 account_id, bool *exists)
{
	Relation	rel = table_open(lc_crm_relid("account", false), AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	LcTableColumns columns;
	LcLatestScan latest;
	ScanKeyData key;
	HeapTuple	tuple;
	bool		result = false;

	lc_table_columns(rel, &columns);
	*exists = false;
	if (columns.attno[COL_ID] != InvalidAttrNumber && columns.attno[COL_IS_PERSON_ACCOUNT] != InvalidAttrNumber)
	{
		ScanKeyInit(&key, columns.attno[COL_ID], BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(account_id));
		tuple = lc_latest_begin(&latest, rel, columns.id_index, 1, &key);
		*exists = HeapTupleIsValid(tuple);
		if (*exists)
		{
			bool		isnull;
			Datum		value = heap_getattr(tuple, columns.attno[COL_IS_PERSON_ACCOUNT], desc, &isnull);

			result = !isnull && DatumGetBool(value);
		}
		lc_latest_end(&latest);
	}
	table_close(rel, NoLock);
	return result;
}

/*
 * Is this a row as a conversion has written it?  Which contact goes to which account has
 * been judged then, and only a BEFORE trigger of the user's could have changed it: there
 * is none but that which sets the audit columns.
 */
static bool
is_judged(const TriggerData *trigdata)
{
	const TriggerDesc *triggers = trigdata->tg_relation->trigdesc;
	int			nbefore = 0;
	Relation	account;
	bool		result;

	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) || !lc_frame_is_writing())
		return false;
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		int16		type = triggers->triggers[i].tgtype;

		nbefore += TRIGGER_FOR_BEFORE(type) && TRIGGER_FOR_ROW(type) &&
			(TRIGGER_FOR_INSERT(type) || TRIGGER_FOR_UPDATE(type));
	}
	if (nbefore != 1)
		return false;
	/* nor one that could have made another kind of account of a new one */
	account = table_open(lc_crm_relid("account", false), AccessShareLock);
	result = !lc_has_other_triggers(account, TRIGGER_TYPE_INSERT);
	table_close(account, NoLock);
	return result;
}

/* A bigint column of a row; NULL is 0 */
static int64
id_of(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attno, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

static bool
is_true(TupleTableSlot *slot, AttrNumber attno)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, attno, &isnull);

	return !isnull && DatumGetBool(value);
}

/* Refuses what is done to a row of a person account */
pg_noreturn static void refuse(Relation rel, AttrNumber attno, const char *hint, const char *fmt,...) pg_attribute_printf(4, 5);

static void
refuse(Relation rel, AttrNumber attno, const char *hint, const char *fmt,...)
{
	StringInfoData message;
	va_list		args;

	initStringInfo(&message);
	for (;;)
	{
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&message, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&message, needed);
	}
	ereport(ERROR,
			(lc_errcode(LC_INVALID_OPERATION),
			 errmsg_internal("%s", message.data),
			 errhint("%s", hint),
			 attno == InvalidAttrNumber ? errtable(rel) : errtablecol(rel, attno)));
}

/*
 * guard_person_account
 *
 * BEFORE UPDATE ROW on crm.account, when is_person_account changes: it may not.
 */
Datum
leadconv_guard_person_account(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"guard_person_account", LC_TABLE_ACCOUNT, true, true, LC_ON_UPDATE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	AttrNumber	attno = columns.attno[COL_IS_PERSON_ACCOUNT];

	if (columns.attno[COL_ID] != InvalidAttrNumber && attno != InvalidAttrNumber &&
		is_true(trigdata->tg_trigslot, attno) != is_true(trigdata->tg_newslot, attno))
		refuse(trigdata->tg_relation, attno, "Make another account.",
			   "account " INT64_FORMAT " is a %s account and cannot become another", id_of(trigdata->tg_newslot, columns.attno[COL_ID]),
			   is_true(trigdata->tg_trigslot, attno) ? "person" : "business");
	return PointerGetDatum(trigdata->tg_newtuple);
}

/*
 * guard_person_contact
 *
 * AFTER INSERT OR UPDATE OR DELETE ROW on crm.contact.  By then the foreign key has
 * seen to it that the account is there and remains; and what it is does not change.
 */
Datum
leadconv_guard_person_contact(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"guard_person_contact", LC_TABLE_CONTACT, false, true,
	LC_ON_INSERT | LC_ON_UPDATE | LC_ON_DELETE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	Relation	rel = trigdata->tg_relation;
	AttrNumber	flag = columns.attno[COL_IS_PERSON_ACCOUNT];
	AttrNumber	account = columns.attno[COL_ACCOUNT_ID];
	TupleTableSlot *slot = trigdata->tg_trigslot;
	bool		was_person;
	int64		old_account_id;
	bool		exists;
	bool		is_person;
	int64		id;
	int64		account_id;

	if (is_judged(trigdata))
		return PointerGetDatum(NULL);
	if (columns.attno[COL_ID] == InvalidAttrNumber || flag == InvalidAttrNumber || account == InvalidAttrNumber)
		return PointerGetDatum(NULL);
	was_person = is_true(slot, flag);
	old_account_id = id_of(slot, account);
	if (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event))
	{
		if (was_person && is_person_account(old_account_id, &exists))
			refuse(rel, InvalidAttrNumber, "Delete the account: its contact goes with it.",
				   "contact " INT64_FORMAT " is the person of account " INT64_FORMAT " and cannot be deleted alone",
				   id_of(slot, columns.attno[COL_ID]), old_account_id);
		return PointerGetDatum(NULL);
	}
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		slot = trigdata->tg_newslot;
	is_person = is_true(slot, flag);
	account_id = id_of(slot, account);
	id = id_of(slot, columns.attno[COL_ID]);
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		if (is_person == was_person && account_id == old_account_id)
			return PointerGetDatum(NULL);
		if (is_person != was_person)
			refuse(rel, flag, "Make another contact.",
				   "contact " INT64_FORMAT " %s the person of an account, which cannot change", id,
				   was_person ? "is" : "is not");
		if (is_person)
			refuse(rel, account, "Leave account_id alone.",
				   "contact " INT64_FORMAT " is the person of account " INT64_FORMAT " and cannot be moved to another",
				   id, old_account_id);
	}
	/* that the person of an account has one is a constraint of the table */
	if (account_id == 0 || is_person_account(account_id, &exists) == is_person)
		return PointerGetDatum(NULL);
	if (!is_person)
		refuse(rel, account, "Choose a business account, or relate the contact to it in crm.account_contact_relation.",
			   "account " INT64_FORMAT " is a person account and can have no other contact", account_id);
	else if (exists)
		refuse(rel, account, "Set is_person_account of the account when it is inserted.",
			   "contact " INT64_FORMAT " cannot be the person of account " INT64_FORMAT ", which is a business account",
			   id, account_id);
	return PointerGetDatum(NULL);
}

/* Columns that both rows have, and the view once: they are written to both */
static const char *const shared_columns[] = {
	"phone", "fax", "description", "jigsaw", "currency_iso_code", "division_id", "owner_id", "is_deleted"
};

/* Is this a column of both rows that a person account has once? */
bool
lc_is_shared_person_column(const char *column)
{
	for (size_t i = 0; i < lengthof(shared_columns); i++)
	{
		if (strcmp(shared_columns[i], column) == 0)
			return true;
	}
	return false;
}

/* A statement for one of the two rows, while it is put together */
typedef struct RowWrite
{
	const char *table;
	Oid			relid;
	StringInfoData columns;
	StringInfoData values;		/* of an INSERT */
	int			nargs;
	Oid		   *argtypes;
	Datum	   *args;
} RowWrite;

static void
begin_write(RowWrite *write, const char *table, int natts)
{
	write->table = table;
	write->relid = lc_crm_relid(table, false);
	initStringInfo(&write->columns);
	initStringInfo(&write->values);
	write->nargs = 0;
	write->argtypes = palloc(sizeof(Oid) * (natts + 4));
	write->args = palloc(sizeof(Datum) * (natts + 4));
}

/* One more parameter: its number */
static int
add_argument(RowWrite *write, Oid type, Datum value)
{
	write->argtypes[write->nargs] = type;
	write->args[write->nargs++] = value;
	return write->nargs;
}

/* A column gets a value; NULL is written as such */
static void
add_column(RowWrite *write, const char *column, Oid type, Datum value, bool isnull, bool is_insert)
{
	const char *name = quote_identifier(column);
	char	   *source = isnull ? "NULL" : psprintf("$%d", add_argument(write, type, value));

	appendStringInfo(&write->columns, "%s%s", write->columns.len > 0 ? ", " : "", name);
	if (is_insert)
		appendStringInfo(&write->values, "%s%s", write->values.len > 0 ? ", " : "", source);
	else
		appendStringInfo(&write->columns, " = %s", source);
}

/*
 * The values of a row of the view that go to its two rows: those that are given or,
 * with an old row, those that differ.  Refuses those that cannot be set.  Returns
 * whether a part of the name is among them.
 */
static bool
add_columns(TriggerData *trigdata, TupleTableSlot *oldslot, TupleTableSlot *slot, RowWrite *account, RowWrite *contact)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	bool		names = false;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *name = NameStr(att->attname);
		bool		is_contact;
		const char *column = lc_person_column(name, &is_contact);
		RowWrite   *write = is_contact ? contact : account;
		bool		isnull;
		Datum		value = slot_getattr(slot, i + 1, &isnull);

		if (oldslot ? !lc_column_differs(oldslot, slot, i + 1) : isnull)
			continue;
		if (strcmp(name, "name") == 0)
			refuse(trigdata->tg_relation, i + 1, "Set first_name, middle_name, last_name or suffix.",
				   "the name of a person account is made of the names of the person");
		if (strcmp(name, "person_contact_id") == 0)
		{
			is_contact = true;
			write = contact;
			column = "id";
		}
		if (oldslot && strcmp(column, "id") == 0)
			refuse(trigdata->tg_relation, i + 1, "Leave the column alone.", "column \"%s\" of a person account cannot be changed", name);
		if (get_attnum(write->relid, column) == InvalidAttrNumber)
			refuse(trigdata->tg_relation, i + 1, "Write to the table that the column comes from.",
				   "column \"%s\" of view \"%s\" cannot be written", name, RelationGetRelationName(trigdata->tg_relation));
		add_column(write, column, att->atttypid, value, isnull, oldslot == NULL);
		if (!is_contact && lc_is_shared_person_column(column) && get_attnum(contact->relid, column) != InvalidAttrNumber)
			add_column(contact, column, att->atttypid, value, isnull, oldslot == NULL);
		names |= is_contact && (strcmp(column, "first_name") == 0 || strcmp(column, "middle_name") == 0 ||
								strcmp(column, "last_name") == 0 || strcmp(column, "suffix") == 0);
	}
	return names;
}

/* The number of a column of the view, which must be there and a bigint */
static AttrNumber
id_column(Relation view, const char *column)
{
	AttrNumber	attno = lc_column_number(RelationGetDescr(view), column);

	if (attno == InvalidAttrNumber || TupleDescAttr(RelationGetDescr(view), attno - 1)->atttypid != INT8OID)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("view \"%s\" has no bigint column \"%s\"", RelationGetRelationName(view), column),
				 errhint("Make the view again with the standard columns of account and contact."),
				 errtable(view)));
	return attno;
}

/* Executes a statement of one of the rows; returns how many rows it concerned */
static uint64
execute_write(RowWrite *write, const char *sql, int expected)
{
	return lc_query(sql, expected, write->nargs, write->argtypes, write->args, NULL);
}

/* The row of the view as it is now, in the memory context of the trigger manager, or what it was to be */
static HeapTuple
read_again(Relation view, int64 id, HeapTuple tuple)
{
	Oid			argtype = INT8OID;
	Datum		arg = Int64GetDatum(id);

	if (lc_query(psprintf("SELECT * FROM %s v WHERE v.id OPERATOR(pg_catalog.=) $1", lc_qualified_name(RelationGetRelid(view))),
				 SPI_OK_SELECT, 1, &argtype, &arg, NULL) == 1)
		tuple = SPI_copytuple(SPI_tuptable->vals[0]);
	return tuple;
}

static HeapTuple
insert_person(TriggerData *trigdata)
{
	Relation	view = trigdata->tg_relation;
	TupleTableSlot *slot = trigdata->tg_trigslot;
	int			natts = RelationGetDescr(view)->natts;
	static const char *const parts[] = {"first_name", "middle_name", "last_name", "suffix"};
	int			place[lengthof(parts)] = {0};
	RowWrite	account;
	RowWrite	contact;
	int64		id;

	begin_write(&account, "account", natts);
	begin_write(&contact, "contact", natts);
	(void) add_columns(trigdata, NULL, slot, &account, &contact);

	/* the name, as the contact's is made */
	for (size_t i = 0; i < lengthof(parts); i++)
	{
		AttrNumber	attno = lc_column_number(RelationGetDescr(view), parts[i]);
		bool		isnull = true;
		Datum		value = attno == InvalidAttrNumber ? (Datum) 0 : slot_getattr(slot, attno, &isnull);

		if (!isnull)
			place[i] = add_argument(&account, TupleDescAttr(RelationGetDescr(view), attno - 1)->atttypid, value);
	}
	if (place[2] == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a person account needs a last_name"),
				 errtable(view)));
	appendStringInfo(&account.columns, "%sname, is_person_account", account.columns.len > 0 ? ", " : "");
	if (account.values.len > 0)
		appendStringInfoString(&account.values, ", ");
	for (int i = 0; i < 2; i++)
	{
		if (place[i] > 0)
			appendStringInfo(&account.values, "$%d::pg_catalog.text OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) ", place[i]);
	}
	appendStringInfo(&account.values, "$%d::pg_catalog.text", place[2]);
	if (place[3] > 0)
		appendStringInfo(&account.values, " OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) $%d::pg_catalog.text", place[3]);
	if (execute_write(&account, psprintf("INSERT INTO crm.account (%s) VALUES (%s, true) RETURNING id::pg_catalog.int8",
										 account.columns.data, account.values.data), SPI_OK_INSERT_RETURNING) != 1)
		return NULL;
	id = lc_spi_int64(0, 1);

	add_column(&contact, "account_id", INT8OID, Int64GetDatum(id), false, true);
	add_column(&contact, "is_person_account", BOOLOID, BoolGetDatum(true), false, true);
	if (execute_write(&contact, psprintf("INSERT INTO crm.contact (%s) VALUES (%s)", contact.columns.data, contact.values.data),
					  SPI_OK_INSERT) != 1)
		ereport(ERROR,
				(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
				 errmsg("the contact of a new person account was not inserted"),
				 errdetail("A trigger on crm.contact suppressed it."),
				 errtable(view)));
	return read_again(view, id, trigdata->tg_trigtuple);
}

/* One of the two rows has been updated, and the other one has not */
static void
report_half(Relation view, const char *table, int64 id)
{
	ereport(ERROR,
			(lc_errcode(LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY),
			 errmsg("the %s of person account " INT64_FORMAT " was not updated", table, id),
			 errdetail("A trigger or a policy of crm.%s suppressed it.", table),
			 errhint("Who writes a person account must be able to update both of its rows."),
			 errtable(view)));
}

static HeapTuple
update_person(TriggerData *trigdata)
{
	Relation	view = trigdata->tg_relation;
	TupleTableSlot *slot = trigdata->tg_newslot;
	int			natts = RelationGetDescr(view)->natts;
	int64		id = id_of(trigdata->tg_trigslot, id_column(view, "id"));
	int64		contact_id = id_of(trigdata->tg_trigslot, id_column(view, "person_contact_id"));
	RowWrite	account;
	RowWrite	contact;
	bool		names;

	begin_write(&account, "account", natts);
	begin_write(&contact, "contact", natts);
	names = add_columns(trigdata, trigdata->tg_trigslot, slot, &account, &contact);
	if (account.columns.len == 0 && contact.columns.len == 0)
		return trigdata->tg_newtuple;

	/* the account first, as conversions do */
	if (names)
	{
		Oid			argtype = INT8OID;
		Datum		arg = Int64GetDatum(id);

		if (lc_query("SELECT 1 FROM crm.account t WHERE t.id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE OF t",
					 SPI_OK_SELECT, 1, &argtype, &arg, NULL) != 1)
			return NULL;
	}
	else if (account.columns.len > 0 &&
			 execute_write(&account, psprintf("UPDATE crm.account SET %s WHERE account.id OPERATOR(pg_catalog.=) $%d",
											  account.columns.data, add_argument(&account, INT8OID, Int64GetDatum(id))),
						   SPI_OK_UPDATE) != 1)
		return NULL;
	if (contact.columns.len > 0 &&
		execute_write(&contact, psprintf("UPDATE crm.contact SET %s WHERE contact.id OPERATOR(pg_catalog.=) $%d",
										 contact.columns.data, add_argument(&contact, INT8OID, Int64GetDatum(contact_id))),
					  SPI_OK_UPDATE) != 1)
	{
		if (!names && account.columns.len > 0)
			report_half(view, "contact", id);
		return NULL;
	}
	if (names &&
		execute_write(&account, psprintf("UPDATE crm.account SET %s%sname = c.name FROM crm.contact c"
										 " WHERE account.id OPERATOR(pg_catalog.=) $%d AND c.id OPERATOR(pg_catalog.=) $%d",
										 account.columns.data, account.columns.len > 0 ? ", " : "",
										 add_argument(&account, INT8OID, Int64GetDatum(id)),
										 add_argument(&account, INT8OID, Int64GetDatum(contact_id))), SPI_OK_UPDATE) != 1)
		report_half(view, "account", id);
	return read_again(view, id, trigdata->tg_newtuple);
}

static HeapTuple
delete_person(TriggerData *trigdata)
{
	Oid			argtype = INT8OID;
	Datum		arg = Int64GetDatum(id_of(trigdata->tg_trigslot, id_column(trigdata->tg_relation, "id")));

	/* its contact goes with it */
	return lc_query("DELETE FROM crm.account t WHERE t.id OPERATOR(pg_catalog.=) $1", SPI_OK_DELETE, 1, &argtype, &arg, NULL) == 1
		? trigdata->tg_trigtuple : NULL;
}

/*
 * write_person_account
 *
 * INSTEAD OF INSERT OR UPDATE OR DELETE ROW on the view crm.person_account: writes the
 * account and the contact, as the current user.  An update sets only what has changed.
 * What it returns is the row as it is then, with what triggers and defaults have made
 * of it.
 */
Datum
leadconv_write_person_account(PG_FUNCTION_ARGS)
{
	static const LcTriggerUse use = {"write_person_account", LC_TABLE_PERSON, false, true,
	LC_INSTEAD_OF | LC_ON_INSERT | LC_ON_UPDATE | LC_ON_DELETE, 0};
	LcTableColumns columns;
	TriggerData *trigdata = lc_check_trigger(fcinfo, &use, &columns);
	HeapTuple	result;

	lc_spi_connect();
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		result = insert_person(trigdata);
	else if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		result = update_person(trigdata);
	else
		result = delete_person(trigdata);
	SPI_finish();
	return PointerGetDatum(result);
}
