/*-------------------------------------------------------------------------
 *
 * role.c
 *	  Acting as somebody else, and under a search_path of our own.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "leadconv.h"

/*
 * Acts as "owner", who may be a lesser role than the one that calls, and remembers
 * in *save who we were.  Whatever code of the owner's runs then (triggers, rules,
 * casts, functions of views and indexes) can do what the owner may and no more:
 * it cannot become somebody else, cannot leave temporary objects, deferred triggers
 * or settings behind in the session, and finds the schemas of the server alone.
 * Tables are read without row security, also where that is forced upon the owner.
 *
 * The caller must call lc_become_caller(save) on every normal way out; after an
 * error the abort of the (sub)transaction does it, so an error must never be
 * caught across the switch without a subtransaction.
 */
void
lc_become_owner(Oid owner, LcUserSwitch *save)
{
	save->nestlevel = lc_pin_search_path();
	GetUserIdAndSecContext(&save->userid, &save->sec_context);
	SetUserIdAndSecContext(owner,
						   save->sec_context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION | SECURITY_NOFORCE_RLS);
}

/* Undoes lc_become_owner() */
void
lc_become_caller(const LcUserSwitch *save)
{
	SetUserIdAndSecContext(save->userid, save->sec_context);
	lc_unpin_search_path(save->nestlevel);
}

/*
 * Sets a parameter until the nesting level that NewGUCNestLevel() has begun ends.
 * Raises what SET does.
 */
void
lc_set_parameter(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

/*
 * Pins the search_path for our own SQL; returns what lc_unpin_search_path()
 * needs.  After an error, the abort of the (sub)transaction restores the
 * setting.
 */
int
lc_pin_search_path(void)
{
	int			nestlevel = NewGUCNestLevel();

	lc_set_parameter("search_path", "pg_catalog, pg_temp");
	return nestlevel;
}

/* Undoes lc_pin_search_path(), and whatever else has been set since */
void
lc_unpin_search_path(int nestlevel)
{
	AtEOXact_GUC(false, nestlevel);
}
