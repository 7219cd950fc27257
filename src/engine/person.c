/*-------------------------------------------------------------------------
 *
 * person.c
 *	  Person accounts: what the judge has to say about them.
 *
 * Where person accounts are enabled, a lead without a company becomes one: an
 * account and a contact that are made together.  They are two targets as any others
 * (T_PERSON and T_CONTACT), so that the steps which make, lock and fill records know
 * nothing of it.  An existing person account is named by its account alone, and its
 * contact is looked up here, before anything is decided; that needs no lock, because
 * what is a person account never ceases to be one.
 *
 * A person account can also stand beside a business account, in place of a contact:
 * a related person account.
 *
 * Nothing of this is compiled where person accounts are not enabled.  Works in the
 * current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "engine/engine.h"

/* Which arguments a related person account excludes; messages in the platform's manner */
static const struct
{
	LcField		field;
	LcField		other;
	const char *message;
	const char *hint;
}			exclusions[] = {
	{F_RELATED_PERSON_ACCOUNT_ID, F_RELATED_PERSON_ACCOUNT_RECORD,
		"Specify a relatedPersonAccountId or a relatedPersonAccountRecord, but not both",
	"Leave out related_person_account_record to use the existing person account."},
	{F_CONTACT_ID, LC_NFIELDS,
		"If a related person account is specified, contactId must be null",
	"Leave out contact_id: the person account is in place of a contact."},
	{F_CONTACT_RECORD, LC_NFIELDS,
		"If a related person account is specified, the contact record must be null",
	"Give the values of the person in related_person_account_record."},
	{F_DO_NOT_CREATE_ACCOUNT, LC_NFIELDS,
		"If doNotCreateAccount is true, there can be no related person account",
	"Leave out do_not_create_account: the person account is related to a business account."},
	{F_DO_NOT_CREATE_CONTACT, LC_NFIELDS,
		"If doNotCreateContact is true, there can be no related person account",
	"Leave out do_not_create_contact: the person account is in place of a contact."}
};

/* SQL: what is the same in two names that are the same */
#define SAME_NAME(name) "pg_catalog.lower(pg_catalog.btrim(" name ") COLLATE pg_catalog.\"C\")"

/* Tells names of persons from other match keys; see reuse.c */
#define PERSON_NAME_SEED INT64CONST(0x6c656164706e616d)

#define ACCOUNT_OF_BATCH "COALESCE(b.person_id, b.account_id)"

static const LcFixedStatement person_statements[] = {
	{S_IS_PERSON, "look up person account", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT b.ord FROM conversion_batch b JOIN crm.account t ON t.id OPERATOR(pg_catalog.=) " ACCOUNT_OF_BATCH
	" WHERE t.is_person_account", NULL, NULL},
	/* in one order, whatever they are: calls of several chunks do not know which of them are persons */
	{S_LOCK_ALL_ACCOUNTS, "lock account", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT 1 FROM conversion_batch b CROSS JOIN LATERAL (VALUES (b.person_id), (b.account_id)) v(id)"
		" JOIN crm.account t ON t.id OPERATOR(pg_catalog.=) v.id ORDER BY t.id",
	"FOR NO KEY UPDATE OF t", "account"},
	{S_PERSON_CONTACT, "look up contact of person account", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT b.ord, t.id::pg_catalog.int8 FROM conversion_batch b"
		" JOIN crm.contact t ON t.account_id OPERATOR(pg_catalog.=) " ACCOUNT_OF_BATCH
	" WHERE t.is_person_account", NULL, NULL},
	{S_RENAME_PERSON, "update account", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"UPDATE crm.account t SET name = c.name FROM conversion_batch b, crm.contact c, crm.account o"
		" WHERE b.contact_is_person AND NOT b.create_person AND t.id OPERATOR(pg_catalog.=) b.person_id"
		" AND c.id OPERATOR(pg_catalog.=) b.contact_id AND o.id OPERATOR(pg_catalog.=) t.id"
		" AND t.name::pg_catalog.text OPERATOR(pg_catalog.<>) c.name::pg_catalog.text"
		" RETURNING b.ord, pg_catalog.to_jsonb(o.name)::pg_catalog.text, pg_catalog.to_jsonb(t.name)::pg_catalog.text",
	NULL, NULL},
	/* an index finds those that are alike; a legal form is a part of a person's name */
	{S_TAKEN_PERSON_NAMES, "look up person account by name", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, f.id FROM conversion_batch b CROSS JOIN LATERAL (SELECT t.id::pg_catalog.int8 FROM crm.account t"
		" WHERE leadconv.normalize_company(t.name::pg_catalog.text) OPERATOR(pg_catalog.=) leadconv.normalize_company(b.person_name)"
		" AND " SAME_NAME("t.name::pg_catalog.text") " OPERATOR(pg_catalog.=) " SAME_NAME("b.person_name")
		" AND t.is_person_account AND NOT t.is_deleted ORDER BY t.id LIMIT 1) f", NULL, NULL}
};

/* What S_PERSON_NAMES yields after ord */
enum
{
	NAME = 2,
	NAME_KEY
};

/* What S_RENAME_PERSON yields after ord */
enum
{
	RENAMED_FROM = 2,
	RENAMED_TO
};

/* What these statements read */
static const LcRequiredColumn required_columns[] = {
	{"account", "name", TEXTOID},
	{"account", "is_person_account", BOOLOID},
	{"contact", "name", TEXTOID},
	{"contact", "is_person_account", BOOLOID},
	{"contact", "account_id", INT8OID}
};

/*
 * Compiles the statements about person accounts.  The mappings must have been
 * compiled.  Raises SCHEMA_NOT_READY when a column is not as it must be.
 */
void
lc_compile_persons(LcProgram *program)
{
	LcSql		sql;

	lc_require_columns(required_columns, lengthof(required_columns));
	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT x.ord, x.name, " SAME_NAME("x.name") " FROM (SELECT b.ord, %s AS name FROM ", lc_person_name(program));
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id WHERE b.create_person) x");
	lc_statement(program, &program->step[S_PERSON_NAMES], "look at names of persons", InvalidOid, LC_SNAPSHOT_TRANSACTION, &sql);
	lc_fixed_statements(program, person_statements, lengthof(person_statements));
	/* what is found is going to be locked */
	lc_statement_updatable(&program->step[S_IS_PERSON], InvalidOid);
	lc_statement_updatable(&program->step[S_PERSON_CONTACT], InvalidOid);
}

static bool
has_related(const LcRequest *request)
{
	return lc_given(request, F_RELATED_PERSON_ACCOUNT_ID) || lc_given(request, F_RELATED_PERSON_ACCOUNT_RECORD);
}

/* The values of both halves of a person account, while they are put together */
typedef struct PersonRecords
{
	JsonbParseState *state[2];	/* of the account, of the contact */
} PersonRecords;

static void
begin_records(PersonRecords *records)
{
	for (int i = 0; i < 2; i++)
	{
		records->state[i] = NULL;
		pushJsonbValue(&records->state[i], WJB_BEGIN_OBJECT, NULL);
	}
}

/* A column gets a value */
static void
add_value(PersonRecords *records, bool is_contact, const char *column, JsonbValue *value)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = pstrdup(column);
	key.val.string.len = strlen(column);
	pushJsonbValue(&records->state[is_contact], WJB_KEY, &key);
	pushJsonbValue(&records->state[is_contact], WJB_VALUE, value);
}

/* The records become those of the request; where they are empty, with_empty says whether they are given */
static void
end_records(PersonRecords *records, LcRequest *request, LcField account, LcField contact, bool with_empty)
{
	for (int i = 0; i < 2; i++)
	{
		LcField		field = i == 0 ? account : contact;
		Jsonb	   *record = JsonbValueToJsonb(pushJsonbValue(&records->state[i], WJB_END_OBJECT, NULL));

		request->value[field] = JsonbPGetDatum(record);
		request->isnull[field] = !with_empty && JB_ROOT_COUNT(record) == 0;
	}
}

/* Begins to read the keys of an object */
static JsonbIterator *
begin_keys(Jsonb *record)
{
	JsonbIterator *it = JsonbIteratorInit(&record->root);
	JsonbValue	object;

	(void) JsonbIteratorNext(&it, &object, true);
	return it;
}

/* The next key of an object, in the current memory context, or NULL at its end */
static char *
next_key(JsonbIterator **it, JsonbValue *value)
{
	JsonbValue	key;
	char	   *name;

	if (JsonbIteratorNext(it, &key, true) != WJB_KEY)
		return NULL;
	name = pnstrdup(key.val.string.val, key.val.string.len);
	(void) JsonbIteratorNext(it, value, true);
	return name;
}

/*
 * Takes related_person_account_record apart: its keys are the names of the columns
 * of crm.person_account.  Refuses the request for each that is none.
 */
static void
split_record(LcRequest *request)
{
	Jsonb	   *record = DatumGetJsonbP(request->value[F_RELATED_PERSON_ACCOUNT_RECORD]);
	Oid			account = lc_crm_relid("account", false);
	Oid			contact = lc_crm_relid("contact", false);
	PersonRecords records;
	JsonbIterator *it;
	JsonbValue	value;
	char	   *name;

	if (!JB_ROOT_IS_OBJECT(record))
	{
		lc_refuse(request, LC_INVALID_TYPE_ON_FIELD_IN_RECORD, "related_person_account_record", NULL,
				  "Give an object whose keys are names of columns of crm.person_account.",
				  "%s is not a JSON object", "related_person_account_record");
		return;
	}
	begin_records(&records);
	it = begin_keys(record);
	while ((name = next_key(&it, &value)) != NULL)
	{
		bool		is_contact;
		const char *column = lc_person_column(name, &is_contact);

		if (!is_contact && strcmp(column, "name") == 0)
			lc_refuse(request, LC_INVALID_FIELD, name, NULL,
					  "Give first_name and last_name.",
					  "the name of a person account is made of the names of the person: \"%s\" cannot be set by %s",
					  name, "related_person_account_record");
		else if (get_attnum(is_contact ? contact : account, column) <= 0)
			lc_refuse(request, LC_INVALID_FIELD, name, NULL,
					  !is_contact && get_attnum(contact, column) > 0
					  ? psprintf("It is a column of the person: give \"%s\".", lc_person_contact_name(column))
					  : "The keys are the names of the columns of crm.person_account; those of the person, but for the names, begin with person_.",
					  "key \"%s\" of %s is not a column of a person account", name, "related_person_account_record");
		else
		{
			add_value(&records, is_contact, column, &value);
			/* what cannot be set is judged once */
			if (!is_contact && lc_is_shared_person_column(column) && strcmp(column, "is_deleted") != 0)
				add_value(&records, true, column, &value);
		}
	}
	end_records(&records, request, F_RELATED_PERSON_RECORD, F_RELATED_CONTACT_RECORD, true);
}

/*
 * The values that account_record and contact_record give for the person account that
 * the lead becomes: what a person has once is given to both halves, whichever record
 * it is in.
 */
static void
share_records(LcRequest *request)
{
	static const LcField field[2] = {F_ACCOUNT_RECORD, F_CONTACT_RECORD};
	PersonRecords records;

	begin_records(&records);
	for (int i = 0; i < 2; i++)
	{
		JsonbIterator *it;
		JsonbValue	value;
		char	   *name;

		if (!lc_given(request, field[i]))
			continue;
		it = begin_keys(DatumGetJsonbP(request->value[field[i]]));
		while ((name = next_key(&it, &value)) != NULL)
		{
			add_value(&records, i, name, &value);
			if (lc_is_shared_person_column(name) && !lc_record_has_key(request, field[1 - i], name))
				add_value(&records, 1 - i, name, &value);
		}
	}
	end_records(&records, request, F_PERSON_RECORD, F_PERSON_CONTACT_RECORD, false);
}

/*
 * Judges the arguments about a related person account, as far as they are given
 */
void
lc_judge_person_arguments(LcRun *run, LcRequest *request)
{
	const LcSettings *settings = &run->program->settings;
	LcField		field = lc_given(request, F_RELATED_PERSON_ACCOUNT_ID) ? F_RELATED_PERSON_ACCOUNT_ID
		: F_RELATED_PERSON_ACCOUNT_RECORD;

	if (!has_related(request))
		return;
	if (!settings->person_accounts_enabled)
	{
		lc_refuse(request, LC_INVALID_OPERATION, lc_field_name(field), NULL,
				  "Leave the argument out, or set person_accounts_enabled in crm.lead_convert_settings.",
				  "person accounts are not enabled");
		return;
	}
	if (!settings->contacts_to_multiple_accounts_enabled)
		lc_refuse(request, LC_INVALID_OPERATION, lc_field_name(field),
				  "It takes a relation between the business account and the person account.",
				  "Leave the argument out, or set contacts_to_multiple_accounts_enabled in crm.lead_convert_settings.",
				  "a related person account needs contacts to multiple accounts, which are not enabled");
	for (size_t i = 0; i < lengthof(exclusions); i++)
	{
		if (lc_is_set(request, exclusions[i].field) &&
			(exclusions[i].other == LC_NFIELDS || lc_is_set(request, exclusions[i].other)))
			lc_refuse(request, LC_INVALID_FIELD, "Id", NULL, exclusions[i].hint, "%s", exclusions[i].message);
	}
}

/*
 * Makes the values of the request for a new person account those of its two halves.
 * What account_record and contact_record say has been judged; what
 * related_person_account_record says is judged here.
 */
void
lc_judge_person_record(LcRequest *request)
{
	if (request->decision.person == LC_PERSON_ACCOUNT && request->outcome.errors == NIL &&
		(lc_given(request, F_ACCOUNT_RECORD) || lc_given(request, F_CONTACT_RECORD)))
		share_records(request);
	if (request->decision.person != LC_RELATED_PERSON || !lc_given(request, F_RELATED_PERSON_ACCOUNT_RECORD))
		return;
	split_record(request);
	lc_check_record(request, F_RELATED_PERSON_RECORD, "account");
	lc_check_record(request, F_RELATED_CONTACT_RECORD, "contact");
}

/*
 * Locks all accounts that requests of the batch name, where some are person accounts
 * and others are not: then each kind is read and judged on its own.
 */
void
lc_lock_all_accounts(LcRun *run)
{
	if (run->options.look)
		return;
	lc_execute(run, &run->program->step[S_LOCK_ALL_ACCOUNTS], (Datum) 0);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Which of the accounts that requests name are person accounts, and which are their
 * contacts?  Lays down the batch for these requests, when there is anything to ask.
 */
void
lc_resolve_persons(LcRun *run, LcRequest **requests, int nrequests)
{
	LcStatement *step = run->program->step;
	bool		any = false;
	uint64		nrows;

	for (int i = 0; i < nrequests; i++)
		any |= lc_given(requests[i], F_ACCOUNT_ID) || lc_given(requests[i], F_RELATED_PERSON_ACCOUNT_ID);
	/* without privileges, that will be said */
	if (!any || !lc_may_use(run, LC_ACCESS_TARGET + T_ACCOUNT))
		return;

	lc_batch_fill(run, requests, nrequests);
	nrows = lc_execute(run, &step[S_IS_PERSON], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
		lc_row_request(requests, i)->facts.names_person = true;
	SPI_freetuptable(SPI_tuptable);
	if (nrows == 0 || !lc_may_use(run, LC_ACCESS_TARGET + T_CONTACT))
		return;
	nrows = lc_execute(run, &step[S_PERSON_CONTACT], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
		lc_row_request(requests, i)->facts.person_contact_id = lc_spi_int64(i, 2);
	SPI_freetuptable(SPI_tuptable);
}

/* The existing person account of a request takes its contact along */
static void
use_contact(LcRun *run, LcRequest *request, LcField field)
{
	int64		contact_id = request->facts.person_contact_id;

	request->decision.creates[T_CONTACT] = false;
	request->decision.target_id[T_CONTACT] = contact_id;
	if (request->facts.names_person && contact_id == 0 && lc_may_use(run, LC_ACCESS_TARGET + T_CONTACT))
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, lc_field_name(field), NULL,
				  "Give a person account whose contact exists and may be seen and updated by you.",
				  "person account " INT64_FORMAT " has no contact", lc_id(request, field));
}

/*
 * Decides whether a person account has a part in a conversion, and which.  What there
 * would be without has been decided.
 */
void
lc_decide_person(LcRun *run, LcRequest *request)
{
	LcDecision *decision = &request->decision;
	const LcFacts *facts = &request->facts;

	if (has_related(request))
	{
		decision->person = LC_RELATED_PERSON;
		decision->creates[T_ACCOUNT] = !lc_given(request, F_ACCOUNT_ID) && !lc_flag(request, F_DO_NOT_CREATE_ACCOUNT);
		decision->creates[T_PERSON] = decision->creates[T_CONTACT] = !lc_given(request, F_RELATED_PERSON_ACCOUNT_ID);
		if (!decision->creates[T_PERSON])
			use_contact(run, request, F_RELATED_PERSON_ACCOUNT_ID);
		return;
	}
	if (lc_given(request, F_ACCOUNT_ID) ? !facts->names_person :
		(!facts->found || facts->company != NULL || !decision->creates[T_ACCOUNT] ||
		 lc_record_text(request, F_ACCOUNT_RECORD, "name") != NULL))
		return;

	decision->person = LC_PERSON_ACCOUNT;
	decision->no_workflow = true;
	decision->creates[T_ACCOUNT] = false;
	decision->target_id[T_ACCOUNT] = 0;
	decision->target_id[T_PERSON] = lc_id(request, F_ACCOUNT_ID);
	decision->creates[T_PERSON] = !lc_given(request, F_ACCOUNT_ID);
	if (lc_flag(request, F_DO_NOT_CREATE_CONTACT))
		lc_refuse(request, LC_INVALID_FIELD, "Id", NULL,
				  decision->creates[T_PERSON] ? "Leave out do_not_create_contact, or give the lead a company."
				  : "Leave out do_not_create_contact.",
				  "If doNotCreateContact is true, the lead cannot be converted to a person account");
	if (lc_given(request, F_CONTACT_ID))
		lc_refuse(request, LC_INVALID_FIELD, "Id", NULL,
				  "Leave out contact_id: a person account has a contact of its own, which is used.",
				  "If accountId is a person account, contactId must be null");
	if (decision->creates[T_PERSON])
		decision->creates[T_CONTACT] = true;
	else
		use_contact(run, request, F_ACCOUNT_ID);
}

/* Refuses the request: the title is too long */
static void
refuse_title(LcRequest *request)
{
	lc_refuse(request, LC_STRING_TOO_LONG, "title", NULL,
			  psprintf("Shorten the title, or give another one of at most %d characters.", LC_PERSON_TITLE_LENGTH),
			  "the title of a person account is longer than %d characters", LC_PERSON_TITLE_LENGTH);
}

/* Judges a new person account: the lead, and the values that the request gives */
void
lc_judge_person(LcRun *run, LcRequest *request)
{
	LcField		field = lc_record_field(request, T_CONTACT);
	bool		is_long = request->facts.has_long_title;

	if (!request->decision.creates[T_PERSON])
		return;
	if (lc_record_has_key(request, field, "title"))
	{
		char	   *title = lc_record_text(request, field, "title");

		is_long = title != NULL && pg_mbstrlen(title) > LC_PERSON_TITLE_LENGTH;
	}
	if (is_long)
		refuse_title(request);
}

/* Would the title of an existing contact be filled? */
static bool
fills_title(LcRun *run, const LcRequest *request)
{
	const LcTargetInfo *contact = &run->program->target[T_CONTACT];
	const LcMapping *mapping = lc_find_mapping(contact, "title");

	return mapping != NULL && request->facts.existing[T_CONTACT].fillable[mapping - contact->mappings];
}

/*
 * Judges whether an existing record is, or is not, part of a person account as it
 * must be
 */
void
lc_judge_existing_person(LcRun *run, LcRequest *request, LcTarget t)
{
	const LcDecision *decision = &request->decision;
	bool		is_person = request->facts.existing[t].is_person_account;
	int64		id = decision->target_id[t];

	if (decision->keeps[t])
	{
		/* a completion takes it as it is */
		request->decision.no_workflow |= t == T_ACCOUNT && is_person;
		return;
	}
	if (t == T_PERSON && !is_person)
		lc_refuse(request, LC_INVALID_ID_FIELD, NULL, NULL,
				  "Give the id of an account whose is_person_account is true.",
				  "account " INT64_FORMAT " is not a person account", id);
	else if (t == T_ACCOUNT && is_person && !run->program->settings.person_accounts_enabled)
		lc_refuse(request, LC_INVALID_OPERATION, "account_id", NULL,
				  "Choose a business account, or set person_accounts_enabled in crm.lead_convert_settings.",
				  "person accounts are not enabled: account " INT64_FORMAT " is a person account", id);
	else if (t == T_ACCOUNT && is_person)
		lc_refuse(request, LC_INVALID_ID_FIELD, NULL, NULL,
				  run->options.complete ? "A completion adds no person account: give a business account, or none."
				  : "A person account can only be related to a business account.",
				  "account " INT64_FORMAT " is a person account", id);
	else if (t == T_CONTACT && is_person && decision->person == LC_NO_PERSON)
		lc_refuse(request, LC_INVALID_ID_FIELD, NULL, NULL,
				  run->options.complete ? "A completion adds no person account: give another contact, or none."
				  : "Give its account as account_id, or as related_person_account_id beside a business account, and leave out contact_id.",
				  "contact " INT64_FORMAT " is the person of a person account", id);
	else if (t == T_CONTACT && decision->person != LC_NO_PERSON && request->facts.has_long_title &&
			 fills_title(run, request))
		refuse_title(request);
}

/*
 * Finds out the names of new person accounts and, unless the run only looks, locks
 * them: where names are unique, two sessions must not both find nothing and both make
 * one.
 */
void
lc_lock_person_names(LcRun *run)
{
	int64	   *keys = palloc_extended(sizeof(int64) * Max(run->nrequests, 1), MCXT_ALLOC_HUGE);
	bool		any = false;
	uint64		nrows;
	int			n = 0;

	for (int i = 0; i < run->nrequests; i++)
		any |= run->request[i]->decision.creates[T_PERSON];
	if (!any)
		return;
	lc_batch_fill(run, run->request, run->nrequests);
	nrows = lc_execute(run, &run->program->step[S_PERSON_NAMES], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		LcDecision *decision = &lc_row_request(run->request, i)->decision;
		char	   *key = lc_spi_text(i, NAME_KEY);

		if (key == NULL)
			continue;
		decision->person_name = lc_spi_text(i, NAME);
		decision->person_name_key = key;
		keys[n++] = (int64) hash_bytes_extended((unsigned char *) key, strlen(key), PERSON_NAME_SEED);
	}
	SPI_freetuptable(SPI_tuptable);
	if (!run->options.match_keys_locked && !run->options.look)
		lc_lock_match_keys(keys, n);
	pfree(keys);
}

/* Refuses a request: there is a person account of that name, or there is going to be */
static void
refuse_name(LcRequest *request, char *detail)
{
	lc_refuse(request, LC_DUPLICATE_VALUE, "name", detail,
			  "Convert the lead to that person account, or set refuse_existing_person_account_name to false in crm.lead_convert_settings.",
			  "there is a person account named \"%s\" already", request->decision.person_name);
}

/*
 * Refuses requests that make a person account of a name that one has already: one that
 * the caller may see, or one that an earlier request of the run makes.
 */
void
lc_judge_person_names(LcRun *run)
{
	HTAB	   *names = NULL;
	bool		any = false;

	for (int i = 0; i < run->nrequests; i++)
		any |= run->request[i]->decision.creates[T_PERSON] && run->request[i]->decision.person_name != NULL;
	if (!any)
		return;
	if (lc_may_read(run, LC_ACCESS_TARGET + T_ACCOUNT))
	{
		uint64		nrows;

		lc_batch_fill(run, run->request, run->nrequests);
		nrows = lc_execute(run, &run->program->step[S_TAKEN_PERSON_NAMES], (Datum) 0);
		for (uint64 i = 0; i < nrows; i++)
		{
			LcRequest  *request = lc_row_request(run->request, i);

			if (request->decision.creates[T_PERSON])
				refuse_name(request, psprintf("It is account " INT64_FORMAT ".", lc_spi_int64(i, 2)));
		}
		SPI_freetuptable(SPI_tuptable);
	}
	names = lc_key_table("leadconv person names", run->nrequests, sizeof(char *));
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		bool		found;

		CHECK_FOR_INTERRUPTS();
		if (lc_refusal(request) != NULL || !request->decision.creates[T_PERSON] || request->decision.person_name == NULL)
			continue;
		(void) hash_search(names, &request->decision.person_name_key, HASH_ENTER, &found);
		if (found)
			refuse_name(request, pstrdup("An earlier request of the call makes it."));
	}
	hash_destroy(names);
}

/* Is a part of the name of an existing person filled from the lead? */
bool
lc_renames_person(const LcRequest *request)
{
	static const char *const parts[] = {"first_name", "middle_name", "last_name", "suffix"};
	ListCell   *lc;

	if (request->decision.person == LC_NO_PERSON || request->decision.creates[T_PERSON])
		return false;
	foreach(lc, request->outcome.filled_fields[T_CONTACT])
	{
		for (size_t i = 0; i < lengthof(parts); i++)
		{
			if (strcmp(lfirst(lc), parts[i]) == 0)
				return true;
		}
	}
	return false;
}

/* The names of existing persons, some of whose parts have been filled, go to their accounts */
void
lc_name_persons(LcRun *run)
{
	bool		any = false;
	uint64		nrows;

	for (int i = 0; i < run->nrequests; i++)
	{
		const LcRequest *request = run->request[i];

		any |= lc_renames_person(request);
	}
	if (!any)
		return;
	nrows = lc_execute(run, &run->program->step[S_RENAME_PERSON], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(run->request, i);

		lc_undo_field(run, request, T_PERSON, "name", lc_spi_text(i, RENAMED_FROM), lc_spi_text(i, RENAMED_TO));
		request->outcome.filled_fields[T_PERSON] = lappend(request->outcome.filled_fields[T_PERSON], "name");
	}
	SPI_freetuptable(SPI_tuptable);
	/* triggers on the update may have changed the lead */
	run->lead_values = NULL;
}
