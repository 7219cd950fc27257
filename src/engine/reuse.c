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
 * locked first, with transaction-level advisory locks, sorted, before any
 * subtransaction; then candidates are looked up on the latest snapshot.  Calls
 * with many requests lock the whole class instead: 100,000 advisory locks exhaust
 * shared memory.
 *
 * Works in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "common/hashfn.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_normalize_company);
PG_FUNCTION_INFO_V1(leadconv_normalize_email);

/* Advisory lock that stands for all match keys: "leadconv" in ASCII */
#define MATCH_KEYS_LOCK INT64CONST(0x6c656164636f6e76)

/* Legal forms at the end of a company name, in lower case, without punctuation */
static const char *const legal_suffixes[] = {
	"ab", "ag", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc",
	"incorporated", "kg", "limited", "llc", "llp", "ltd", "nv", "oy", "plc", "pty",
	"sa", "sarl", "sas", "se", "spa", "srl"
};

static bool
is_legal_suffix(const char *word, int len)
{
	for (size_t i = 0; i < lengthof(legal_suffixes); i++)
	{
		if (strlen(legal_suffixes[i]) == (size_t) len && memcmp(legal_suffixes[i], word, len) == 0)
			return true;
	}
	return false;
}

/*
 * The form in which company names are compared (reference, section 7.4): lower
 * case, words separated by one space, without punctuation and without the legal
 * form at the end ("ACME, Inc." and "Acme Inc" are "acme").  A dot or apostrophe
 * inside a word is dropped ("S.A." is "sa"), other punctuation separates words.
 * A name that is nothing but a legal form keeps it.  NULL when nothing is left.
 */
char *
lc_normalize_company(const char *name, int len)
{
	char	   *lower = str_tolower(name, len, C_COLLATION_OID);
	char	   *result = palloc(strlen(lower) + 1);
	int			n = 0;

	for (const char *p = lower; *p; p++)
	{
		unsigned char c = (unsigned char) *p;

		if (c == '.' || c == '\'')
			continue;
		if (isalnum(c) || IS_HIGHBIT_SET(c) || c == '&' || c == '+')
			result[n++] = c;
		else if (n > 0 && result[n - 1] != ' ')
			result[n++] = ' ';
	}
	while (n > 0 && result[n - 1] == ' ')
		n--;
	for (;;)
	{
		int			start = n;

		while (start > 0 && result[start - 1] != ' ')
			start--;
		if (start == 0 || !is_legal_suffix(result + start, n - start))
			break;
		n = start - 1;
	}
	result[n] = '\0';
	pfree(lower);
	return n > 0 ? result : NULL;
}

/*
 * The form in which e-mail addresses are compared: without surrounding blanks, in
 * lower case.  NULL when nothing is left.
 */
char *
lc_normalize_email(const char *email, int len)
{
	while (len > 0 && isspace((unsigned char) *email))
		email++, len--;
	while (len > 0 && isspace((unsigned char) email[len - 1]))
		len--;
	return len > 0 ? str_tolower(email, len, C_COLLATION_OID) : NULL;
}

Datum
leadconv_normalize_company(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	char	   *result = lc_normalize_company(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

Datum
leadconv_normalize_email(PG_FUNCTION_ARGS)
{
	text	   *email = PG_GETARG_TEXT_PP(0);
	char	   *result = lc_normalize_email(VARDATA_ANY(email), VARSIZE_ANY_EXHDR(email));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/*
 * Locks all match keys at once, for a call with many requests.
 */
void
lc_lock_all_match_keys(void)
{
	DirectFunctionCall1(pg_advisory_xact_lock_int8, Int64GetDatum(MATCH_KEYS_LOCK));
}

/* Locks the match keys of the requests, sorted */
static void
lock_match_keys(LcRun *run)
{
	int64	   *keys = palloc(sizeof(int64) * 2 * Max(run->nrequests, 1));
	int			nkeys = 0;

	DirectFunctionCall1(pg_advisory_xact_lock_shared_int8, Int64GetDatum(MATCH_KEYS_LOCK));
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (request->account_key)
			keys[nkeys++] = (int64) hash_bytes_extended((unsigned char *) request->account_key,
														strlen(request->account_key), MATCH_KEYS_LOCK);
		if (request->contact_key)
			keys[nkeys++] = (int64) hash_bytes_extended((unsigned char *) request->contact_key,
														strlen(request->contact_key), MATCH_KEYS_LOCK + 1);
	}
	qsort(keys, nkeys, sizeof(int64), lc_compare_int64);
	for (int i = 0; i < nkeys; i++)
	{
		if (i == 0 || keys[i] != keys[i - 1])
			DirectFunctionCall1(pg_advisory_xact_lock_int8, Int64GetDatum(keys[i]));
	}
	pfree(keys);
}

/* A match key and the requests of this run that make its records */
typedef struct LeaderEntry
{
	char	   *key;			/* hash key */
	LcRequest  *leader;			/* of an account */
	List	   *leaders;		/* of contacts, each in another account */
} LeaderEntry;

/* The contact that a request can use, 0 = none */
typedef struct ContactMatch
{
	int64		id;
	int64		account_id;
} ContactMatch;

static uint32
leader_hash(const void *key, Size keysize)
{
	const char *string = *(const char *const *) key;

	return DatumGetUInt32(hash_any((const unsigned char *) string, strlen(string)));
}

static int
leader_match(const void *a, const void *b, Size keysize)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static HTAB *
leader_table(int nrequests)
{
	HASHCTL		ctl;

	ctl.keysize = sizeof(char *);
	ctl.entrysize = sizeof(LeaderEntry);
	ctl.hash = leader_hash;
	ctl.match = leader_match;
	ctl.hcxt = CurrentMemoryContext;
	return hash_create("leadconv match keys", Max(nrequests, 16), &ctl,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/* Warns that the values for a new record are not used */
static void
warn_unused_record(LcRequest *request, LcTarget t, LcField field)
{
	LcError    *warning;

	if (request->isnull[field])
		return;
	warning = lc_error(LC_INVALID_FIELD, lc_field_name(field), NULL,
					   "Existing records only get their empty fields filled from the lead.",
					   "%s was not used because an existing %s is reused",
					   lc_field_name(field), lc_target_name(t));
	warning->status_code = "RECORD_NOT_USED";
	warning->sqlerrcode = ERRCODE_WARNING;
	request->warnings = lappend(request->warnings, warning);
}

/* The request uses an existing record, or the one that leader makes */
static void
reuse(LcRequest *request, LcTarget t, int64 id, LcRequest *leader)
{
	request->creates[t] = false;
	request->target_id[t] = id;
	request->follows[t] = leader;
	warn_unused_record(request, t, t == T_ACCOUNT ? F_ACCOUNT_RECORD : F_CONTACT_RECORD);
}

/* The record that request has or will have: is it the same as the leader's? */
static bool
same_account(const LcRequest *request, const LcRequest *leader)
{
	const LcRequest *a = request->follows[T_ACCOUNT] ? request->follows[T_ACCOUNT] : request;
	const LcRequest *b = leader->follows[T_ACCOUNT] ? leader->follows[T_ACCOUNT] : leader;

	return a == b || (a->target_id[T_ACCOUNT] != 0 && a->target_id[T_ACCOUNT] == b->target_id[T_ACCOUNT]);
}

/*
 * Decides which requests of the run use an existing account or contact, or that
 * of an earlier request.  Takes the advisory locks first.
 */
void
lc_resolve_reuse(LcRun *run)
{
	HTAB	   *accounts = leader_table(run->nrequests);
	HTAB	   *contacts = leader_table(run->nrequests);
	ContactMatch *matches = NULL;
	uint64		nrows;
	bool		isnull;

	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];

		if (!request->creates[T_ACCOUNT])
			request->account_key = NULL;
		else if (!request->isnull[F_ACCOUNT_RECORD] && run->options.reuse_accounts)
		{
			/* the new account would have this name instead of the company's */
			JsonbValue	buffer;
			JsonbValue *name = getKeyJsonValueFromContainer(&DatumGetJsonbP(request->value[F_ACCOUNT_RECORD])->root,
															"name", 4, &buffer);

			if (name != NULL && name->type == jbvString)
				request->account_key = lc_normalize_company(name->val.string.val, name->val.string.len);
		}
		if (!request->creates[T_CONTACT] ||
			(!request->creates[T_ACCOUNT] && request->target_id[T_ACCOUNT] == 0))
			request->contact_key = NULL;
	}
	if (!run->options.match_keys_locked)
		lock_match_keys(run);

	lc_batch_fill(run, run->request, run->nrequests);
	if (run->options.reuse_accounts)
	{
		nrows = lc_execute(run, &run->program->step[S_REUSE_ACCOUNT], NULL);
		for (uint64 i = 0; i < nrows; i++)
		{
			int			ord = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
			Datum		id = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull);

			if (!isnull && run->request[ord]->account_key)
				reuse(run->request[ord], T_ACCOUNT, DatumGetInt64(id), NULL);
		}
		SPI_freetuptable(SPI_tuptable);
	}
	if (run->options.reuse_contacts)
	{
		lc_batch_fill(run, run->request, run->nrequests);
		nrows = lc_execute(run, &run->program->step[S_REUSE_CONTACT], NULL);
		matches = palloc0(sizeof(ContactMatch) * Max(run->nrequests, 1));
		for (uint64 i = 0; i < nrows; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];
			TupleDesc	desc = SPI_tuptable->tupdesc;
			ContactMatch *match = &matches[DatumGetInt32(SPI_getbinval(tuple, desc, 1, &isnull))];

			match->id = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
			match->account_id = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
		}
		SPI_freetuptable(SPI_tuptable);
	}

	/*
	 * In request order: the records that requests of this very run make, and the
	 * contacts found.  One found anywhere is of use only while no account of the
	 * lead's company is known.
	 */
	for (int i = 0; i < run->nrequests; i++)
	{
		LcRequest  *request = run->request[i];
		LeaderEntry *account = NULL;
		LeaderEntry *contact = NULL;
		bool		found;

		if (request->creates[T_ACCOUNT] && request->account_key)
		{
			account = hash_search(accounts, &request->account_key, HASH_ENTER, &found);
			if (!found)
				account->leader = NULL;
			if (account->leader)
				reuse(request, T_ACCOUNT, 0, account->leader);
		}
		if (request->creates[T_CONTACT] && request->contact_key && matches && matches[i].id != 0 &&
			request->follows[T_ACCOUNT] == NULL)
		{
			reuse(request, T_CONTACT, matches[i].id, NULL);
			if (request->creates[T_ACCOUNT])
				reuse(request, T_ACCOUNT, matches[i].account_id, NULL);
		}
		if (request->creates[T_CONTACT] && request->contact_key)
		{
			LcRequest  *leader = NULL;
			ListCell   *lc;

			contact = hash_search(contacts, &request->contact_key, HASH_ENTER, &found);
			if (!found)
				contact->leaders = NIL;
			foreach(lc, contact->leaders)
			{
				leader = lfirst(lc);
				if (request->creates[T_ACCOUNT] || same_account(request, leader))
					break;
				leader = NULL;
			}
			if (leader == NULL)
				contact->leaders = lappend(contact->leaders, request);
			else
			{
				if (request->creates[T_ACCOUNT])
					reuse(request, T_ACCOUNT, leader->target_id[T_ACCOUNT],
						  leader->follows[T_ACCOUNT] ? leader->follows[T_ACCOUNT] :
						  leader->creates[T_ACCOUNT] ? leader : NULL);
				reuse(request, T_CONTACT, 0, leader);
			}
		}
		if (account && account->leader == NULL && request->creates[T_ACCOUNT])
			account->leader = request;
	}
	hash_destroy(accounts);
	hash_destroy(contacts);
}
