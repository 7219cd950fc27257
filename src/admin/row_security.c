/*-------------------------------------------------------------------------
 *
 * row_security.c
 *	  Hiding converted leads: leadconv.hide_converted_leads().
 *
 * Two policies of crm.lead do it.  The restrictive one hides converted leads from
 * SELECT for roles without a permission to see them, whatever other policies let
 * them see.  The other one lets everybody have all rows; it is there where nobody
 * else has policies, because row security without any would hide everything, and
 * it is also how we know later that it was us who enabled row security.  When the
 * user has added permissive policies, it lets nobody have anything.
 *
 * A policy must not depend on the extension, which could not be dropped then, and
 * must work before the extension is there, in a restore; so the permission is
 * looked up by the name of its function.  When that does not exist, converted
 * leads are hidden.
 *
 * Everything is done by the caller, who must be the owner of the table; nothing
 * outlives a call.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "admin/admin.h"

/* The subquery is executed once in a statement */
#define IS_GRANTED(function) \
	"pg_catalog.has_function_privilege(pg_catalog.to_regprocedure('leadconv." function "()'), 'EXECUTE')"

#define IS_SHOWN \
	"NOT is_converted OR (SELECT " IS_GRANTED("view_and_edit_converted_leads") \
	" OR " IS_GRANTED("view_converted_leads") ")"

PG_FUNCTION_INFO_V1(leadconv_hide_converted_leads);

/* The row security that there is on crm.lead */
typedef struct RowSecurity
{
	bool		enabled;
	bool		hides;			/* our policies */
	bool		shows_all;
	bool		others;			/* policies of the user */
	bool		others_permit;
} RowSecurity;

/* What read_row_security() reads, in its order */
enum
{
	SECURITY_ENABLED = 1,
	SECURITY_HIDES,
	SECURITY_SHOWS_ALL,
	SECURITY_OTHERS,
	SECURITY_OTHERS_PERMIT
};

static void
read_row_security(RowSecurity *security)
{
	lc_read("SELECT c.relrowsecurity,"
			" pg_catalog.bool_or(p.polname OPERATOR(pg_catalog.=) '" LC_HIDE_POLICY "'),"
			" pg_catalog.bool_or(p.polname OPERATOR(pg_catalog.=) '" LC_ALL_POLICY "'),"
			" pg_catalog.bool_or(p.polname OPERATOR(pg_catalog.<>) ALL ('{" LC_HIDE_POLICY "," LC_ALL_POLICY "}')),"
			" pg_catalog.bool_or(p.polname OPERATOR(pg_catalog.<>) ALL ('{" LC_HIDE_POLICY "," LC_ALL_POLICY "}')"
			"  AND p.polpermissive)"
			" FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_policy p ON p.polrelid OPERATOR(pg_catalog.=) c.oid"
			" WHERE c.oid OPERATOR(pg_catalog.=) 'crm.lead'::pg_catalog.regclass GROUP BY c.oid, c.relrowsecurity",
			0, NULL, NULL);
	security->enabled = lc_spi_bool(0, SECURITY_ENABLED);
	security->hides = lc_spi_bool(0, SECURITY_HIDES);
	security->shows_all = lc_spi_bool(0, SECURITY_SHOWS_ALL);
	security->others = lc_spi_bool(0, SECURITY_OTHERS);
	security->others_permit = lc_spi_bool(0, SECURITY_OTHERS_PERMIT);
	SPI_freetuptable(SPI_tuptable);
}

/* Drops our policies */
static void
drop_policies(const RowSecurity *security)
{
	if (security->hides)
		lc_command("DROP POLICY " LC_HIDE_POLICY " ON crm.lead");
	if (security->shows_all)
		lc_command("DROP POLICY " LC_ALL_POLICY " ON crm.lead");
}

/* Hides converted leads; what is there already of ours is made anew */
static void
hide(const RowSecurity *security)
{
	if (!security->enabled && security->others)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table \"crm.lead\" has policies, but its row-level security is disabled"),
				 errdetail("Hiding converted leads would put them into force."),
				 errhint("Run ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY, or drop these policies, and then leadconv.hide_converted_leads(true) again.")));

	drop_policies(security);
	lc_command("CREATE POLICY " LC_HIDE_POLICY " ON crm.lead AS RESTRICTIVE FOR SELECT USING (" IS_SHOWN ");"
			   "COMMENT ON POLICY " LC_HIDE_POLICY " ON crm.lead IS"
			   " 'Made by leadconv.hide_converted_leads(): who has not been granted EXECUTE on leadconv.view_converted_leads() or view_and_edit_converted_leads() sees no converted leads'");
	if (!security->enabled || security->shows_all)
		lc_command(psprintf("CREATE POLICY " LC_ALL_POLICY " ON crm.lead USING (%s) WITH CHECK (%s);"
							"COMMENT ON POLICY " LC_ALL_POLICY " ON crm.lead IS"
							" 'Made by leadconv.hide_converted_leads(), which enabled row-level security: %s'",
							security->others_permit ? "false" : "true", security->others_permit ? "false" : "true",
							security->others_permit ? "other policies say who may have which leads" :
							"there are no other policies that let anybody have a lead"));
	if (!security->enabled)
		lc_command("ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY");
}

/* Shows them again: takes away what is ours, and nothing else */
static void
show(const RowSecurity *security)
{
	drop_policies(security);
	if (security->shows_all && !security->others)
		lc_command("ALTER TABLE crm.lead DISABLE ROW LEVEL SECURITY");
}

/*
 * leadconv.hide_converted_leads(enable boolean)
 */
Datum
leadconv_hide_converted_leads(PG_FUNCTION_ARGS)
{
	RowSecurity security;
	int			nestlevel;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"enable\" is required"),
				 errhint("Give true to hide converted leads, false to show them again.")));
	(void) lc_require_crm_owner(PG_GETARG_BOOL(0) ? "hide converted leads" : "show converted leads");
	(void) lc_crm_relid("lead", false);

	nestlevel = lc_pin_search_path();
	lc_spi_connect();
	/* whoever comes second finds what the first has made */
	lc_command("LOCK TABLE crm.lead IN ACCESS EXCLUSIVE MODE");
	read_row_security(&security);
	if (PG_GETARG_BOOL(0))
		hide(&security);
	else if (security.hides || security.shows_all)
		show(&security);
	SPI_finish();
	lc_unpin_search_path(nestlevel);
	PG_RETURN_VOID();
}
