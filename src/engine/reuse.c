/*-------------------------------------------------------------------------
 *
 * reuse.c
 *	  Reuse of accounts by name and of contacts by e-mail.
 *
 * With reuse_accounts, leads of one company become contacts of one account: one
 * that exists, or the one that an earlier lead of the same call makes.  Names are
 * the same when leadconv.normalize_company() makes them equal; never by a
 * substring, never by phone.  With reuse_contacts the same for contacts, by
 * e-mail address: inside the account that is given; else in any account of the lead's
 * company, which is then the one that is used; and elsewhere (with its account) only
 * when there is no account of that name.  A contact belongs to its own account and
 * to those that it is related to.  Of several the one of the lead's name comes first,
 * then the oldest.  doc/bulk.md says it in full.
 *
 * Two sessions must not both find nothing and both create.  So the match keys are
 * locked first (duplicates/lock.c), before any subtransaction; then candidates are
 * looked up on the latest snapshot.
 *
 * Only records count which the caller may see and update, since what is found is
 * going to be locked as such: an account that row security hides is as one that is
 * not there, and so is a contact of such an account.  The functions that make names
 * and addresses comparable are leakproof, so that their indexes are used under row
 * security as well.
 *
 * Works in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "engine/engine.h"

/* Seed of the hashes of match keys: "leadconv" in ASCII */
#define MATCH_KEY_SEED INT64CONST(0x6c656164636f6e76)

/* Locks the match keys of the requests */
static void
lock_match_keys(LcRun *run)
{
	int64	   *keys = palloc(sizeof(int64) * 2 * Max(run->nrequests, 1));
	int			nkeys = 0;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		CHECK_FOR_INTERRUPTS();
		if (run->options.reuse_accounts && request->decision.account_key)
			keys[nkeys++] = (int64) hash_bytes_extended((unsigned char *) request->decision.account_key,
														strlen(request->decision.account_key), MATCH_KEY_SEED);
		if (request->decision.contact_key)
			keys[nkeys++] = (int64) hash_bytes_extended((unsigned char *) request->decision.contact_key,
														strlen(request->decision.contact_key), MATCH_KEY_SEED + 1);
	}
	lc_lock_match_keys(keys, nkeys);
	pfree(keys);
}

/* A match key and the requests of this run that make its records */
typedef struct LeaderEntry
{
	char	   *key;			/* hash key; must be first */
	LcRequest  *leader;			/* of an account, or of a person account */
	List	   *leaders;		/* of contacts: their places in the run */
} LeaderEntry;

/* What look-ups have found for a request */
typedef struct Match
{
	int64		oldest_account_id;	/* of its company's name, 0 = none */
	int64		contact_id;		/* the best that there is, 0 = none ... */
	int64		account_id;		/* ... and its account, or the one that it is related to */
	bool		of_company;		/* which has the name of the company */
	bool		is_related;		/* it is another account's contact */
	bool		is_namesake;	/* it has the lead's first and last name */
	char	   *name;			/* of the lead, as names are compared, or NULL */
	char	   *given_company;	/* name of the account that is given, likewise */
	bool		is_refused;		/* for that account */
} Match;

static HTAB *
leader_table(int nrequests)
{
	return lc_key_table("leadconv match keys", nrequests, sizeof(LeaderEntry));
}

/* What S_REUSE_ACCOUNT yields after ord */
#define REUSE_ACCOUNT 2

/* What S_REUSE_CONTACT, S_REUSE_RELATED, S_REUSE_CONTACT_ALONE and S_REUSE_PERSON yield; after ord, in this order */
enum
{
	REUSE_NAME = 2,				/* of the lead; the rest is NULL without a match */
	REUSE_ID,
	REUSE_ACCOUNT_ID,
	REUSE_OF_COMPANY,
	REUSE_IS_RELATED,
	REUSE_IS_NAMESAKE
};

/* SQL: a name as names are compared */
#define NAME(first, last) \
	"leadconv.normalize_name(COALESCE(" first "::pg_catalog.text OPERATOR(pg_catalog.||) ' ', '')" \
	" OPERATOR(pg_catalog.||) COALESCE(" last "::pg_catalog.text, ''))"
#define GIVEN_NAME(part) \
	"CASE WHEN pg_catalog.jsonb_exists(b.contact_record, '" part "') THEN b.contact_record OPERATOR(pg_catalog.->>) '" part "'" \
	" ELSE l." part "::pg_catalog.text END"
#define LEAD_NAME NAME("(" GIVEN_NAME("first_name") ")", "(" GIVEN_NAME("last_name") ")")

/* SQL: is account a of the company's name? */
#define OF_COMPANY \
	"(leadconv.normalize_company(a.name::pg_catalog.text) OPERATOR(pg_catalog.=) b.account_key) IS TRUE"

/* Contacts t by their address: the account, whether that is of the company and whether it is another's; where from; conditions */
#define REUSE_CONTACT(account, of_company, is_related, joins, conditions) \
	"SELECT b.ord, " LEAD_NAME ", f.id, f.account_id, f.of_company, f.is_related, f.is_namesake" \
	" FROM conversion_batch b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id LEFT JOIN LATERAL" \
	" (SELECT t.id::pg_catalog.int8 AS id, " account "::pg_catalog.int8 AS account_id, " of_company " AS of_company," \
	"  " is_related " AS is_related, (" NAME("t.first_name", "t.last_name") " OPERATOR(pg_catalog.=) " LEAD_NAME ") IS TRUE AS is_namesake" \
	"  FROM crm.contact t" joins \
	"  WHERE leadconv.normalize_email(t.email::pg_catalog.text) OPERATOR(pg_catalog.=) b.contact_key" \
	"  AND NOT t.is_deleted" conditions \
	"  ORDER BY of_company DESC, is_namesake DESC, is_related, t.created_date, t.id, account_id LIMIT 1) f ON true"

/* of a business, and of the account that is given */
#define OF_BUSINESS " AND NOT t.is_person_account AND t.account_id IS NOT NULL"
#define OF_ACCOUNT " AND (b.account_id IS NULL OR t.account_id OPERATOR(pg_catalog.=) b.account_id)"

static const LcFixedStatement reuse_statements[] = {
	{S_REUSE_ACCOUNT, "look up account by name", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, (SELECT t.id::pg_catalog.int8 FROM crm.account t"
		"  WHERE leadconv.normalize_company(t.name::pg_catalog.text) OPERATOR(pg_catalog.=) b.account_key"
		"  AND NOT t.is_deleted AND NOT t.is_person_account ORDER BY t.created_date, t.id LIMIT 1)"
		" FROM conversion_batch b", NULL, NULL},
	{S_REUSE_GIVEN, "look up account that is given", NULL, LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"SELECT b.ord, leadconv.normalize_company(t.name::pg_catalog.text) FROM conversion_batch b"
		" JOIN crm.account t ON t.id OPERATOR(pg_catalog.=) b.account_id WHERE NOT t.is_deleted", NULL, NULL},
	{S_REUSE_CONTACT, "look up contact by e-mail", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		REUSE_CONTACT("t.account_id", OF_COMPANY, "false", " JOIN crm.account a ON a.id OPERATOR(pg_catalog.=) t.account_id",
					  OF_BUSINESS OF_ACCOUNT " AND NOT a.is_deleted"), NULL, NULL},
	{S_REUSE_CONTACT_ALONE, "look up contact by e-mail", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		REUSE_CONTACT("t.account_id", "false", "false", "", OF_BUSINESS OF_ACCOUNT), NULL, NULL},
	/* a related one counts when it would count in its own account */
	{S_REUSE_RELATED, "look up contact by e-mail", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		REUSE_CONTACT("p.account_id", OF_COMPANY, "p.is_related",
					  " CROSS JOIN LATERAL (SELECT t.account_id, false AS is_related UNION ALL"
					  "  SELECT r.account_id, true FROM crm.account_contact_relation r"
					  "  WHERE r.contact_id OPERATOR(pg_catalog.=) t.id AND r.account_id OPERATOR(pg_catalog.<>) t.account_id"
					  "  AND r.is_active AND NOT r.is_deleted) p"
					  " JOIN crm.account a ON a.id OPERATOR(pg_catalog.=) p.account_id",
					  OF_BUSINESS " AND NOT a.is_deleted AND NOT a.is_person_account"
					  " AND CASE WHEN b.account_id IS NOT NULL THEN p.account_id OPERATOR(pg_catalog.=) b.account_id"
					  "  ELSE NOT p.is_related OR " OF_COMPANY " END"
					  " AND (NOT p.is_related OR EXISTS (SELECT FROM crm.account o"
					  "  WHERE o.id OPERATOR(pg_catalog.=) t.account_id AND NOT o.is_deleted))"), NULL, NULL}
};

/* Compiled only where there are person accounts; they are found by e-mail, whichever is reused */
static const LcFixedStatement person_statement = {
	S_REUSE_PERSON, "look up person account by e-mail", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
	REUSE_CONTACT("t.account_id", "false", "false", " JOIN crm.account a ON a.id OPERATOR(pg_catalog.=) t.account_id",
				  " AND b.create_person AND t.is_person_account AND a.is_person_account AND NOT a.is_deleted"), NULL, NULL
};

/* What these statements read besides keys */
static const LcRequiredColumn reuse_columns[] = {
	{"account", "name", TEXTOID},
	{"account", "is_person_account", BOOLOID},
	{"account_contact_relation", "is_active", BOOLOID},
	{"account_contact_relation", "is_deleted", BOOLOID},
	{"contact", "email", TEXTOID},
	{"contact", "first_name", TEXTOID},
	{"contact", "last_name", TEXTOID},
	{"lead", "first_name", TEXTOID},
	{"lead", "last_name", TEXTOID},
	{"contact", "is_person_account", BOOLOID}
};

/*
 * Compiles the statements that look for records to reuse.  Raises SCHEMA_NOT_READY when
 * a table is missing or a column is not as it must be.
 */
void
lc_compile_reuse(LcProgram *program)
{
	Oid			relations;

	lc_require_columns(reuse_columns, lengthof(reuse_columns));
	lc_fixed_statements(program, reuse_statements, lengthof(reuse_statements));
	relations = lc_crm_relid("account_contact_relation", false);
	for (size_t i = 0; i < lengthof(reuse_statements); i++)
		lc_statement_updatable(&program->step[reuse_statements[i].id], relations);
	lc_compile_text_probe(&program->account_names, program->target[T_ACCOUNT].relid, "normalize_company", "name");
	lc_compile_text_probe(&program->contact_emails, program->target[T_CONTACT].relid, "normalize_email", "email");
	if (program->settings.person_accounts_enabled)
	{
		lc_fixed_statements(program, &person_statement, 1);
		lc_statement_updatable(&program->step[S_REUSE_PERSON], InvalidOid);
	}
}

/* The request uses an existing record, or the one that leader makes */
static void
reuse(LcRequest *request, LcTarget t, int64 id, LcRequest *leader)
{
	LcField		record = lc_record_field(request, t);

	request->decision.creates[t] = false;
	request->decision.target_id[t] = id;
	request->decision.follows[t] = leader;
	if (lc_given(request, record))
		lc_add_warning(request, "RECORD_NOT_USED",
					   lc_error(LC_INVALID_FIELD, lc_field_name(record), NULL,
								"Existing records only get their empty fields filled from the lead.",
								"%s was not used because an existing %s is reused",
								lc_field_name(record), lc_target[t].noun));
}

/* The account that a request has or will have: is it the same as the leader's? */
static bool
same_account(const LcRequest *request, const LcRequest *leader)
{
	const LcRequest *a = request->decision.follows[T_ACCOUNT] ? request->decision.follows[T_ACCOUNT] : request;
	const LcRequest *b = leader->decision.follows[T_ACCOUNT] ? leader->decision.follows[T_ACCOUNT] : leader;

	return a == b || (a->decision.target_id[T_ACCOUNT] != 0 &&
					  a->decision.target_id[T_ACCOUNT] == b->decision.target_id[T_ACCOUNT]);
}

/* An e-mail address that the contact of a request would have, as addresses are compared; or NULL */
static char *
contact_key(const LcRequest *request)
{
	LcField		record = lc_record_field(request, T_CONTACT);
	char	   *email = lc_record_has_key(request, record, "email") ? lc_record_text(request, record, "email")
		: request->facts.email;

	return email ? lc_normalize_email(email, strlen(email)) : NULL;
}

/*
 * The keys by which records are looked for: of those that the request would
 * otherwise create.
 */
static void
make_match_keys(LcRun *run, LcRequest *request)
{
	LcDecision *decision = &request->decision;
	bool		has_account = decision->creates[T_ACCOUNT] || decision->target_id[T_ACCOUNT] != 0;

	/* a person is both an account and a contact */
	if (decision->creates[T_PERSON] || (run->options.reuse_contacts && decision->creates[T_CONTACT] && has_account))
		decision->contact_key = contact_key(request);
	if (decision->creates[T_ACCOUNT] && (run->options.reuse_accounts || decision->contact_key))
	{
		/* the name that the new account would have */
		char	   *name = lc_record_text(request, F_ACCOUNT_RECORD, "name");

		if (name == NULL)
			name = request->facts.company;
		if (name != NULL)
			decision->account_key = lc_normalize_company(name, strlen(name));
	}
}

/* The place in the batch of the request that a row is about, as lc_row_request() has it */
static int
row_number(uint64 row)
{
	bool		isnull;

	CHECK_FOR_INTERRUPTS();
	return DatumGetInt32(lc_spi_datum(row, 1, &isnull));
}

/*
 * May a look-up find something?  When a single request looks for what is new, as it
 * often is, the index says so for less than it costs to start the statement.  A run that
 * only looks sees what its query sees.
 */
static bool
may_find(const LcRun *run, const LcTextProbe *probe, const char *key)
{
	return run->nrequests > 1 || run->options.look || (key != NULL && lc_may_find_text(probe, key));
}

/*
 * Looks for the oldest accounts of the companies' names, unless each request has
 * found a contact in one.  The batch is laid down for the requests of the run.
 */
static void
find_accounts(LcRun *run, Match *matches)
{
	bool		needed = false;
	uint64		nrows;

	for (int i = 0; i < run->nrequests && !needed; i++)
		needed = run->request[i]->decision.account_key != NULL && !matches[i].of_company;
	if (!needed || !may_find(run, &run->program->account_names, run->request[0]->decision.account_key))
		return;
	nrows = lc_execute(run, &run->program->step[S_REUSE_ACCOUNT], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
		matches[row_number(i)].oldest_account_id = lc_spi_int64(i, REUSE_ACCOUNT);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Looks for existing contacts with the same e-mail address, by one of the
 * statements.  The batch is laid down for the requests of the run.
 */
static void
find_contacts(LcRun *run, LcStep step, Match *matches)
{
	uint64		nrows = lc_execute(run, &run->program->step[step], (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		int			number = row_number(i);
		Match	   *match = &matches[number];

		/* persons have a statement of their own */
		if (run->request[number]->decision.creates[T_PERSON] != (step == S_REUSE_PERSON))
			continue;
		match->name = lc_spi_text(i, REUSE_NAME);
		match->contact_id = lc_spi_int64(i, REUSE_ID);
		match->account_id = lc_spi_int64(i, REUSE_ACCOUNT_ID);
		match->of_company = lc_spi_bool(i, REUSE_OF_COMPANY);
		match->is_related = lc_spi_bool(i, REUSE_IS_RELATED);
		match->is_namesake = lc_spi_bool(i, REUSE_IS_NAMESAKE);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* The statement that looks for contacts with what the caller may look at */
static LcStep
contact_step(LcRun *run)
{
	static const char *const columns[] = {"contact_id", "account_id", "is_active", "is_deleted"};
	Oid			relations = run->program->facts.relations.relid;

	if (!lc_may_use(run, LC_ACCESS_TARGET + T_ACCOUNT))
		return S_REUSE_CONTACT_ALONE;
	if (!run->program->settings.contacts_to_multiple_accounts_enabled)
		return S_REUSE_CONTACT;
	return lc_may_select(relations, columns, lengthof(columns)) ? S_REUSE_RELATED : S_REUSE_CONTACT;
}

/* Is an account named?  One who becomes a person account has none of a business. */
static bool
names_account(const LcDecision *decision)
{
	return !decision->creates[T_ACCOUNT] && decision->person != LC_PERSON_ACCOUNT;
}

/*
 * Of requests that name an account: its name, and which of them are going to be
 * refused for it, so that no other follows them into it.  It is read without a lock:
 * accounts are locked in the order of their ids, and not all of them are known yet.
 * Leaves the batch laid down for these requests.
 */
static void
read_given_accounts(LcRun *run, Match *matches)
{
	LcRequest **named = palloc(sizeof(LcRequest *) * run->nrequests);
	int		   *position = palloc(sizeof(int) * run->nrequests);
	int			n = 0;
	uint64		nrows;

	for (int i = 0; i < run->nrequests; i++)
	{
		const LcDecision *decision = &run->request[i]->decision;

		if (decision->contact_key == NULL || !names_account(decision))
			continue;
		matches[i].is_refused = true;
		position[n] = i;
		named[n++] = run->request[i];
	}
	if (n > 0)
	{
		lc_batch_fill(run, named, n);
		nrows = lc_execute(run, &run->program->step[S_REUSE_GIVEN], (Datum) 0);
		for (uint64 i = 0; i < nrows; i++)
		{
			Match	   *match = &matches[position[row_number(i)]];

			match->is_refused = false;
			match->given_company = lc_spi_text(i, REUSE_NAME);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	pfree(named);
	pfree(position);
}

/* A contact that a request can use: one that there is, or the one that leader makes */
typedef struct ContactChoice
{
	bool		found;
	bool		is_namesake;
	LcRequest  *leader;			/* NULL = the one that was found */
} ContactChoice;

/*
 * The best contact for request i, of accounts of its company's name only or of any.
 * One that is there is older than those that others make, in whose order they come.
 */
static ContactChoice
choose_contact(LcRun *run, const Match *matches, int i, const List *leaders, bool of_company)
{
	const LcRequest *request = run->request[i];
	const Match *match = &matches[i];
	ContactChoice choice = {0};
	ListCell   *lc;

	if (match->contact_id != 0 && (match->of_company || !of_company))
	{
		choice.found = true;
		choice.is_namesake = match->is_namesake;
	}
	foreach(lc, leaders)
	{
		int			other = lfirst_int(lc);
		LcRequest  *leader = run->request[other];
		const char *company = leader->decision.account_key ? leader->decision.account_key : matches[other].given_company;
		bool		is_namesake = match->name != NULL && matches[other].name != NULL &&
			strcmp(match->name, matches[other].name) == 0;

		if (choice.found && (choice.is_namesake || !is_namesake))
			continue;
		if (!request->decision.creates[T_ACCOUNT] && !same_account(request, leader))
			continue;
		if (of_company && (company == NULL || strcmp(company, request->decision.account_key) != 0))
			continue;
		choice.found = true;
		choice.is_namesake = is_namesake;
		choice.leader = leader;
	}
	return choice;
}

/* The request uses the contact, and its account unless it has one */
static void
use_contact(LcRequest *request, const Match *match, ContactChoice choice)
{
	bool		needs_account = request->decision.creates[T_ACCOUNT];

	if (choice.leader == NULL)
	{
		if (needs_account)
			reuse(request, T_ACCOUNT, match->account_id, NULL);
		reuse(request, T_CONTACT, match->contact_id, NULL);
		request->decision.reuses_related = match->is_related;
		return;
	}
	if (needs_account)
	{
		const LcDecision *other = &choice.leader->decision;

		reuse(request, T_ACCOUNT, other->target_id[T_ACCOUNT],
			  other->follows[T_ACCOUNT] ? other->follows[T_ACCOUNT] :
			  other->creates[T_ACCOUNT] ? choice.leader : NULL);
	}
	reuse(request, T_CONTACT, 0, choice.leader);
}

/*
 * Decides which account and which contact request i uses, if any.  account and
 * contact are what earlier requests make, or NULL when that does not concern it.
 */
static void
resolve_business(LcRun *run, const Match *matches, int i, const LeaderEntry *account, const LeaderEntry *contact)
{
	LcRequest  *request = run->request[i];
	const List *leaders = contact ? contact->leaders : NIL;
	ContactChoice choice = {0};

	if (contact && request->decision.creates[T_ACCOUNT] && request->decision.account_key)
		choice = choose_contact(run, matches, i, leaders, true);
	if (!choice.found && account)
	{
		/* no contact of that company: its oldest account, so that others do not count */
		if (matches[i].oldest_account_id != 0)
			reuse(request, T_ACCOUNT, matches[i].oldest_account_id, NULL);
		else if (account->leader)
			reuse(request, T_ACCOUNT, 0, account->leader);
		if (!request->decision.creates[T_ACCOUNT])
			return;
	}
	if (!choice.found && contact)
		choice = choose_contact(run, matches, i, leaders, false);
	if (choice.found)
		use_contact(request, &matches[i], choice);
}

/* Decides which person account request i uses, if any */
static void
resolve_person(LcRun *run, const Match *matches, int i, const LeaderEntry *person)
{
	LcRequest  *request = run->request[i];

	if (matches[i].contact_id == 0 && person->leader == NULL)
		return;
	reuse(request, T_PERSON, matches[i].account_id, matches[i].contact_id ? NULL : person->leader);
	reuse(request, T_CONTACT, matches[i].contact_id, matches[i].contact_id ? NULL : person->leader);
}

/* The entry of a key, which may be new; NULL when there is no key */
static LeaderEntry *
leader_entry(HTAB *table, char **key)
{
	LeaderEntry *entry;
	bool		found;

	if (*key == NULL)
		return NULL;
	entry = hash_search(table, key, HASH_ENTER, &found);
	if (!found)
	{
		entry->leader = NULL;
		entry->leaders = NIL;
	}
	return entry;
}

/*
 * Decides which requests of the run use an existing account or contact, or that
 * of an earlier request.  Takes the advisory locks first, unless the run only
 * looks.
 */
void
lc_resolve_reuse(LcRun *run)
{
	HTAB	   *accounts = leader_table(run->nrequests);
	HTAB	   *contacts = leader_table(run->nrequests);
	HTAB	   *persons = leader_table(run->nrequests);
	Match	   *matches = palloc0(sizeof(Match) * Max(run->nrequests, 1));
	bool		any_contact = false;
	bool		any_person = false;
	bool		may_find_contacts;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcDecision *decision = &run->request[i]->decision;

		make_match_keys(run, run->request[i]);
		any_person |= decision->creates[T_PERSON];
		any_contact |= decision->contact_key != NULL && !decision->creates[T_PERSON];
	}
	if (!run->options.match_keys_locked && !run->options.look)
		lock_match_keys(run);
	/* nobody follows a single one */
	if (any_contact && run->nrequests > 1)
		read_given_accounts(run, matches);
	lc_batch_fill(run, run->request, run->nrequests);
	may_find_contacts = (any_contact || any_person) &&
		may_find(run, &run->program->contact_emails, run->request[0]->decision.contact_key);
	if (any_contact && may_find_contacts)
		find_contacts(run, contact_step(run), matches);
	if (any_person && may_find_contacts)
		find_contacts(run, S_REUSE_PERSON, matches);
	if (run->options.reuse_accounts)
		find_accounts(run, matches);

	/* in request order, so that each finds what earlier ones make */
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LcDecision *decision = &request->decision;
		LeaderEntry *account = NULL;
		LeaderEntry *contact = NULL;
		LeaderEntry *person = NULL;

		CHECK_FOR_INTERRUPTS();
		if (decision->creates[T_PERSON])
			person = leader_entry(persons, &decision->contact_key);
		else if (run->options.reuse_contacts && decision->creates[T_CONTACT])
			contact = leader_entry(contacts, &decision->contact_key);
		if (run->options.reuse_accounts && decision->creates[T_ACCOUNT])
			account = leader_entry(accounts, &decision->account_key);
		if (person)
			resolve_person(run, matches, i, person);
		if (account || contact)
			resolve_business(run, matches, i, account, contact);

		/* now it is known what it makes; whoever may not do that, or is refused otherwise, is no leader */
		lc_judge_access(run, request);
		if (request->facts.lacks_privileges || lc_refusal(request) != NULL || matches[i].is_refused)
			continue;
		if (account && account->leader == NULL && decision->creates[T_ACCOUNT])
			account->leader = request;
		if (person && decision->creates[T_PERSON] && person->leader == NULL)
			person->leader = request;
		if (contact && decision->creates[T_CONTACT])
			contact->leaders = lappend_int(contact->leaders, i);
	}
	hash_destroy(accounts);
	hash_destroy(contacts);
	hash_destroy(persons);
	pfree(matches);
}
