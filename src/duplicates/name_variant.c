/*-------------------------------------------------------------------------
 *
 * name_variant.c
 *	  First names and what people of that name are called: crm.name_variant.
 *
 * Two names are variants of each other when they are called for the same full name:
 * "Bob" and "Rob" are both Robert.  So each name is in a number of groups, one for each
 * full name.
 *
 * The table is read once and kept in the session, in a memory context of its own,
 * "leadconv name variants", until it changes; metadata_changed() says so.  What was read
 * in a (sub)transaction is forgotten when one is aborted.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "duplicates/duplicates.h"

/* Longer names are not first names */
#define MAX_NAME		64

typedef struct NameEntry
{
	char		name[MAX_NAME]; /* as lc_normalize_words() makes it */
	int			own_group;		/* of a full name; else 0 */
	int			ngroups;
	int			space;
	int		   *group;
} NameEntry;

static MemoryContext names_context = NULL;
static HTAB *names = NULL;		/* NULL = there are none */
static int	ngroups = 0;
static Oid	names_relid = InvalidOid;
static LcSessionCache cache = {.relid = &names_relid, .nrelids = 1};

static const LcMetaColumn columns[] = {
	{{"name_variant", "name", TEXTOID}, true},
	{{"name_variant", "variant", TEXTOID}, true}
};

/* The entry of a name, or NULL; made when it is to be there */
static NameEntry *
find_name(const char *name, HASHACTION action)
{
	NameEntry  *entry;
	bool		found;

	if (name == NULL || strlen(name) >= MAX_NAME)
		return NULL;
	entry = hash_search(names, name, action, &found);
	if (entry != NULL && !found)
	{
		entry->own_group = 0;
		entry->ngroups = 0;
		entry->space = 4;
		entry->group = MemoryContextAlloc(names_context, entry->space * sizeof(int));
	}
	return entry;
}

static void
add_group(NameEntry *entry, int group)
{
	for (int i = 0; i < entry->ngroups; i++)
	{
		if (entry->group[i] == group)
			return;
	}
	if (entry->ngroups == entry->space)
	{
		entry->space *= 2;
		entry->group = repalloc(entry->group, entry->space * sizeof(int));
	}
	entry->group[entry->ngroups++] = group;
}

/* Reads the table */
static void
read_names(void)
{
	HASHCTL		ctl;
	uint64		nrows;
	uint64		before = lc_cache_begin(&cache);

	if (names_context == NULL)
		names_context = AllocSetContextCreate(CacheMemoryContext, "leadconv name variants", ALLOCSET_DEFAULT_SIZES);
	names = NULL;
	MemoryContextReset(names_context);
	ngroups = 0;
	names_relid = lc_crm_relid("name_variant", true);
	if (!OidIsValid(names_relid))
	{
		cache.valid = before;
		return;
	}

	ctl.keysize = MAX_NAME;
	ctl.entrysize = sizeof(NameEntry);
	ctl.hcxt = names_context;
	names = hash_create("leadconv name variants", 1024, &ctl, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);

	lc_spi_connect();
	nrows = lc_read_columns(columns, lengthof(columns), NULL, "crm.name_variant");
	for (uint64 i = 0; i < nrows; i++)
	{
		char	   *name = lc_spi_text(i, 1);
		char	   *variant = lc_spi_text(i, 2);
		NameEntry  *full = find_name(lc_normalize_words(name, strlen(name)), HASH_ENTER);
		NameEntry  *brief = find_name(lc_normalize_words(variant, strlen(variant)), HASH_ENTER);

		if (full == NULL || brief == NULL)
			continue;
		if (full->own_group == 0)
			full->own_group = ++ngroups;
		add_group(full, full->own_group);
		add_group(brief, full->own_group);
	}
	SPI_finish();
	cache.valid = before;
}

/*
 * lc_name_groups
 *
 * The groups of a name, which is as lc_normalize_words() makes it: how many, and where
 * they are, in the current memory context.  0 for a name that the table does not have.
 * Raises SCHEMA_NOT_READY when the table cannot be read.
 */
int
lc_name_groups(const char *name, int **groups)
{
	NameEntry  *entry;

	if (!lc_cache_is_valid(&cache))
		read_names();
	entry = names != NULL ? find_name(name, HASH_FIND) : NULL;
	if (entry == NULL || entry->ngroups == 0)
		return 0;
	*groups = palloc(entry->ngroups * sizeof(int));
	memcpy(*groups, entry->group, entry->ngroups * sizeof(int));
	return entry->ngroups;
}

/*
 * lc_name_variants
 *
 * The names of which a name, which is as lc_normalize_words() makes it, is a variant:
 * how many, in the current memory context, itself among them.  Raises as lc_name_groups().
 */
int
lc_name_variants(const char *name, const char ***variants)
{
	int		   *groups;
	int			n = lc_name_groups(name, &groups);
	HASH_SEQ_STATUS status;
	NameEntry  *entry;
	int			nvariants = 0;

	if (n == 0)
		return 0;
	*variants = palloc(hash_get_num_entries(names) * sizeof(char *));
	hash_seq_init(&status, names);
	while ((entry = (NameEntry *) hash_seq_search(&status)) != NULL)
	{
		bool		shares = false;

		for (int i = 0; i < entry->ngroups && !shares; i++)
		{
			for (int j = 0; j < n && !shares; j++)
				shares = entry->group[i] == groups[j];
		}
		if (shares)
			(*variants)[nvariants++] = pstrdup(entry->name);
	}
	pfree(groups);
	return nvariants;
}
