/*-------------------------------------------------------------------------
 *
 * reuse.c
 *	  Reuse of accounts by name and of contacts by e-mail.
 *
 * With reuse_accounts, leads of one company become contacts of one account: one
 * that exists, or the one that an earlier lead of the same call makes.  Names are
 * the same when leadconv.normalize_company() makes them equal; never by a
 * substring, never by phone.  With reuse_contacts the same for contacts, by
 * e-mail address, inside the account; a contact elsewhere is used (with its
 * account) only when no account of the lead's company is known.
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
		if (request->decision.account_key)
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
	List	   *leaders;		/* of contacts, each in another account */
} LeaderEntry;

/* The contact that a request can use, 0 = none */
typedef struct ContactMatch
{
	int64		id;
	int64		account_id;
} ContactMatch;

static HTAB *
leader_table(int nrequests)
{
	return lc_key_table("leadconv match keys", nrequests, sizeof(LeaderEntry));
}

/* What S_REUSE_ACCOUNT and S_REUSE_CONTACT yield; after ord, in this order */
enum
{
	REUSE_ID = 2,
	REUSE_ACCOUNT_ID			/* of a contact */
};

#define REUSE_CONTACT(also) \
	"SELECT b.ord, f.id, f.account_id FROM conversion_batch b CROSS JOIN LATERAL" \
	" (SELECT t.id::pg_catalog.int8, t.account_id::pg_catalog.int8 FROM crm.contact t" \
	"  WHERE leadconv.normalize_email(t.email::pg_catalog.text) OPERATOR(pg_catalog.=) b.contact_key" \
	"  AND NOT t.is_deleted AND NOT t.is_person_account AND t.account_id IS NOT NULL" \
	"  AND (b.account_id IS NULL OR t.account_id OPERATOR(pg_catalog.=) b.account_id)" also \
	"  ORDER BY t.created_date, t.id LIMIT 1) f"

static const LcFixedStatement reuse_statements[] = {
	{S_REUSE_ACCOUNT, "look up account by name", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		"SELECT b.ord, (SELECT t.id::pg_catalog.int8 FROM crm.account t"
		"  WHERE leadconv.normalize_company(t.name::pg_catalog.text) OPERATOR(pg_catalog.=) b.account_key"
		"  AND NOT t.is_deleted AND NOT t.is_person_account ORDER BY t.created_date, t.id LIMIT 1)"
		" FROM conversion_batch b", NULL, NULL},
	{S_REUSE_CONTACT, "look up contact by e-mail", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
		REUSE_CONTACT(" AND EXISTS (SELECT 1 FROM crm.account a"
	" WHERE a.id OPERATOR(pg_catalog.=) t.account_id AND NOT a.is_deleted)"), NULL, NULL},
	{S_REUSE_CONTACT_ALONE, "look up contact by e-mail", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
	REUSE_CONTACT(""), NULL, NULL}
};

/* Compiled only where there are person accounts; they are found by e-mail, whichever is reused */
static const LcFixedStatement person_statement = {
	S_REUSE_PERSON, "look up person account by e-mail", NULL, LC_SNAPSHOT_LATEST, InvalidOid,
	"SELECT b.ord, f.id, f.account_id FROM conversion_batch b CROSS JOIN LATERAL"
	" (SELECT t.id::pg_catalog.int8, t.account_id::pg_catalog.int8 FROM crm.contact t"
	"  WHERE leadconv.normalize_email(t.email::pg_catalog.text) OPERATOR(pg_catalog.=) b.contact_key"
	"  AND NOT t.is_deleted AND t.is_person_account AND EXISTS (SELECT 1 FROM crm.account a"
	"  WHERE a.id OPERATOR(pg_catalog.=) t.account_id AND a.is_person_account AND NOT a.is_deleted)"
	"  ORDER BY t.created_date, t.id LIMIT 1) f WHERE b.create_person", NULL, NULL
};

/* What these statements read besides keys */
static const LcRequiredColumn reuse_columns[] = {
	{"account", "name", TEXTOID},
	{"account", "is_person_account", BOOLOID},
	{"contact", "email", TEXTOID},
	{"contact", "is_person_account", BOOLOID}
};

/*
 * Compiles the statements that look for records to reuse.  Raises SCHEMA_NOT_READY when
 * a table is missing or a column is not as it must be.
 */
void
lc_compile_reuse(LcProgram *program)
{
	lc_require_columns(reuse_columns, lengthof(reuse_columns));
	lc_fixed_statements(program, reuse_statements, lengthof(reuse_statements));
	for (size_t i = 0; i < lengthof(reuse_statements); i++)
		lc_statement_updatable(&program->step[reuse_statements[i].id]);
	if (!program->settings.person_accounts_enabled)
		return;
	lc_fixed_statements(program, &person_statement, 1);
	lc_statement_updatable(&program->step[S_REUSE_PERSON]);
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

/*
 * The keys by which records are looked for: of those that the request would
 * otherwise create.
 */
static void
make_match_keys(LcRun *run, LcRequest *request)
{
	LcDecision *decision = &request->decision;
	bool		has_account = decision->creates[T_ACCOUNT] || decision->target_id[T_ACCOUNT] != 0;

	if (run->options.reuse_accounts && decision->creates[T_ACCOUNT])
	{
		/* the name that the new account would have */
		char	   *name = lc_record_text(request, F_ACCOUNT_RECORD, "name");

		if (name == NULL)
			name = request->facts.company;
		if (name != NULL)
			decision->account_key = lc_normalize_company(name, strlen(name));
	}
	if (decision->creates[T_PERSON])
	{
		/* a person is both an account and a contact */
		LcField		record = lc_record_field(request, T_CONTACT);
		char	   *email = lc_record_has_key(request, record, "email") ? lc_record_text(request, record, "email")
			: request->facts.email;

		if (email != NULL)
			decision->contact_key = lc_normalize_email(email, strlen(email));
	}
	else if (run->options.reuse_contacts && decision->creates[T_CONTACT] && has_account && request->facts.email != NULL)
		decision->contact_key = lc_normalize_email(request->facts.email, strlen(request->facts.email));
}

/* Looks for existing accounts of the same name */
static void
find_accounts(LcRun *run)
{
	uint64		nrows;

	lc_batch_fill(run, run->request, run->nrequests);
	nrows = lc_execute(run, &run->program->step[S_REUSE_ACCOUNT], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(run->request, i);

		if (!lc_spi_isnull(i, REUSE_ID) && request->decision.account_key)
			reuse(request, T_ACCOUNT, lc_spi_int64(i, REUSE_ID), NULL);
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Looks for existing contacts with the same e-mail address, by one of the statements;
 * one entry a request
 */
static ContactMatch *
find_contacts(LcRun *run, LcStep step)
{
	ContactMatch *matches = palloc0(sizeof(ContactMatch) * Max(run->nrequests, 1));
	uint64		nrows;

	lc_batch_fill(run, run->request, run->nrequests);
	nrows = lc_execute(run, &run->program->step[step], (Datum) 0);
	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;
		ContactMatch *match = &matches[DatumGetInt32(lc_spi_datum(i, 1, &isnull))];

		match->id = lc_spi_int64(i, REUSE_ID);
		match->account_id = lc_spi_int64(i, REUSE_ACCOUNT_ID);
	}
	SPI_freetuptable(SPI_tuptable);
	return matches;
}

/*
 * The contact of an earlier request of the run that makes one with the same
 * e-mail address: in the same account, or in any when no account of the lead's
 * company is known.  Without such a request, returns where this one can be entered
 * as the one that makes it for later ones, else NULL.
 */
static LeaderEntry *
follow_contact(HTAB *contacts, LcRequest *request)
{
	LeaderEntry *entry;
	ListCell   *lc;
	bool		found;

	entry = hash_search(contacts, &request->decision.contact_key, HASH_ENTER, &found);
	if (!found)
		entry->leaders = NIL;
	foreach(lc, entry->leaders)
	{
		LcRequest  *leader = lfirst(lc);
		LcDecision *other = &leader->decision;

		if (!request->decision.creates[T_ACCOUNT] && !same_account(request, leader))
			continue;
		if (request->decision.creates[T_ACCOUNT])
			reuse(request, T_ACCOUNT, other->target_id[T_ACCOUNT],
				  other->follows[T_ACCOUNT] ? other->follows[T_ACCOUNT] :
				  other->creates[T_ACCOUNT] ? leader : NULL);
		reuse(request, T_CONTACT, 0, leader);
		return NULL;
	}
	return entry;
}

/* Is an account named?  One who becomes a person account has none of a business. */
static bool
names_account(const LcDecision *decision)
{
	return !decision->creates[T_ACCOUNT] && decision->person != LC_PERSON_ACCOUNT;
}

/*
 * Which requests are going to be refused for the account that they name, so that no
 * other follows them into it; NULL when none names one.  It is read without a lock:
 * accounts are locked in the order of their ids, and not all of them are known yet.
 */
static bool *
find_refused(LcRun *run)
{
	LcRequest **named = palloc(sizeof(LcRequest *) * Max(run->nrequests, 1));
	bool		look = run->options.look;
	bool	   *result;
	int			n = 0;

	for (int i = 0; i < run->nrequests; i++)
	{
		const LcDecision *decision = &run->request[i]->decision;

		if (decision->contact_key && names_account(decision))
			named[n++] = run->request[i];
	}
	if (n == 0)
		return NULL;
	lc_batch_fill(run, named, n);
	run->options.look = true;
	PG_TRY();
	{
		lc_read_existing(run, T_ACCOUNT, named, n);
	}
	PG_FINALLY();
	{
		run->options.look = look;
	}
	PG_END_TRY();

	result = palloc0(sizeof(bool) * run->nrequests);
	for (int i = 0; i < run->nrequests; i++)
	{
		LcDecision *decision = &run->request[i]->decision;
		LcExistingFacts *facts = &run->request[i]->facts.existing[T_ACCOUNT];

		if (!decision->contact_key || !names_account(decision))
			continue;
		result[i] = !facts->found || facts->is_deleted;
		/* it is read again when it has been locked */
		memset(facts, 0, sizeof(LcExistingFacts));
	}
	return result;
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
	ContactMatch *matches = NULL;
	bool	   *refused = NULL;
	ContactMatch *person_matches = NULL;
	bool		any_person = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		make_match_keys(run, run->request[i]);
		any_person |= run->request[i]->decision.creates[T_PERSON];
	}
	if (!run->options.match_keys_locked && !run->options.look)
		lock_match_keys(run);
	if (run->options.reuse_contacts)
		refused = find_refused(run);
	if (run->options.reuse_accounts)
		find_accounts(run);
	if (run->options.reuse_contacts)
		matches = find_contacts(run, lc_may_use(run, LC_ACCESS_TARGET + T_ACCOUNT) ? S_REUSE_CONTACT : S_REUSE_CONTACT_ALONE);
	if (any_person)
		person_matches = find_contacts(run, S_REUSE_PERSON);

	/*
	 * In request order: the records that requests of this very run make, and the
	 * contacts found.  One found anywhere is of use only while no account of the
	 * lead's company is known.
	 */
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LcDecision *decision = &request->decision;
		LeaderEntry *account = NULL;
		LeaderEntry *contact = NULL;
		LeaderEntry *person = NULL;
		bool		found;

		CHECK_FOR_INTERRUPTS();
		if (decision->creates[T_ACCOUNT] && decision->account_key)
		{
			account = hash_search(accounts, &decision->account_key, HASH_ENTER, &found);
			if (!found)
				account->leader = NULL;
			if (account->leader)
				reuse(request, T_ACCOUNT, 0, account->leader);
		}
		if (decision->creates[T_PERSON] && decision->contact_key)
		{
			if (person_matches[i].id != 0)
			{
				reuse(request, T_PERSON, person_matches[i].account_id, NULL);
				reuse(request, T_CONTACT, person_matches[i].id, NULL);
			}
			else
			{
				person = hash_search(persons, &decision->contact_key, HASH_ENTER, &found);
				if (!found)
					person->leader = NULL;
				if (person->leader)
				{
					reuse(request, T_PERSON, 0, person->leader);
					reuse(request, T_CONTACT, 0, person->leader);
				}
			}
		}
		else if (decision->creates[T_CONTACT] && decision->contact_key)
		{
			if (matches && matches[i].id != 0 && decision->follows[T_ACCOUNT] == NULL)
			{
				reuse(request, T_CONTACT, matches[i].id, NULL);
				if (decision->creates[T_ACCOUNT])
					reuse(request, T_ACCOUNT, matches[i].account_id, NULL);
			}
			else
				contact = follow_contact(contacts, request);
		}

		/* now it is known what it makes; whoever may not do that, or is refused otherwise, is no leader */
		lc_judge_access(run, request);
		if (request->facts.lacks_privileges || lc_refusal(request) != NULL || (refused && refused[i]))
			continue;
		if (account && account->leader == NULL && decision->creates[T_ACCOUNT])
			account->leader = request;
		if (person && person->leader == NULL)
			person->leader = request;
		if (contact)
			contact->leaders = lappend(contact->leaders, request);
	}
	hash_destroy(accounts);
	hash_destroy(contacts);
	hash_destroy(persons);
}
