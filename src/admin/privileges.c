/*-------------------------------------------------------------------------
 *
 * privileges.c
 *	  The privileges of kinds of users: leadconv.grant_role_privileges(),
 *	  revoke_role_privileges() and setup_report_role().
 *
 * What a kind of user needs is in the lists below, and is granted with ordinary
 * GRANTs, by the caller.  He must have the rights of the owner of schema crm, so
 * that the server grants in the name of the owner of each object; nobody is
 * acted for.  Nothing outlives a call.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

#include "admin/admin.h"

/* The kinds of users */
typedef enum Profile
{
	PROFILE_SALES,				/* works with leads and converts them */
	PROFILE_ADMINISTRATOR,		/* works with all data */
	PROFILE_INTEGRATION,		/* a program: imports, jobs, bulk calls */
	PROFILE_REPORT,				/* reads */
	PROFILE_FIGURES,			/* reads figures, and no personal data */
	NUM_PROFILES
} Profile;

static const char *const profile_names[NUM_PROFILES] = {
	[PROFILE_SALES] = "sales",
	[PROFILE_ADMINISTRATOR] = "administrator",
	[PROFILE_INTEGRATION] = "integration",
	[PROFILE_REPORT] = "report",
	[PROFILE_FIGURES] = "figures"
};

/*
 * What each kind of user may do with a table, by groups of tables.  NULL is
 * nothing.  Views can be read by all but those who read figures only; what is in
 * them is for the privileges on the tables to say.
 */
static const struct
{
	const char *privileges[NUM_PROFILES];
	const char *tables;
}			table_groups[] = {
	/* what a user works with */
	{{"SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE", "SELECT"},
		"lead account contact opportunity opportunity_contact_role account_contact_relation campaign_member"
		" task event email_message note attachment content_note content_document content_document_link"
	" content_distribution social_persona social_post marketing_action entity_subscription person_account"},
	/* what is worked by */
	{{"SELECT", "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE", "SELECT"},
		"app_user campaign campaign_member_status lead_status opportunity_stage"
	" list_email list_email_individual_recipient email_status partner_network_record_connection"},
	{{"SELECT", "SELECT, INSERT, UPDATE, DELETE", "SELECT", "SELECT"},
		"division territory record_type user_record_type record_type_picklist_value picklist_field picklist_value name_variant"
	" duplicate_record_set duplicate_record_item"},
	/* what keeps a lead from being converted */
	{{"SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE", "SELECT"},
	"process_instance"},
	{{"SELECT", "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE, DELETE", "SELECT"},
	"workflow_time_queue"},
	/* what the application sends */
	{{NULL, "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE, DELETE", "SELECT"},
	"notification"},
	/* what happened */
	{{"SELECT", "SELECT", "SELECT", "SELECT"},
	"lead_history opportunity_history"},
	{{NULL, "SELECT", "SELECT", "SELECT"},
	"lead_conversion lead_conversion_error lead_conversion_job"},
	{{NULL, "SELECT", "SELECT", NULL},
	"import_reference"},
	{{NULL, "SELECT, DELETE", "SELECT, DELETE", NULL},
	"import_reject"},
	/* how conversion works is for the owner to say */
	{{"SELECT", "SELECT", "SELECT", "SELECT"},
		"lead_convert_settings lead_field_mapping related_list matching_rule matching_rule_item"
	" duplicate_rule duplicate_rule_match_rule duplicate_rule_filter_item"
	}
};

/* Who may call what, of the functions that are not for everybody */
static const struct
{
	bool		granted[NUM_PROFILES];
	const char *functions;
}			function_groups[] = {
	{{true, true, true, false}, "convert_lead convert_leads convert_lead_json convert_leads_json complete_lead_conversion preview_lead_conversion preview_lead_conversions preview_lead_completion find_account_matches find_contact_matches find_opportunity_matches delete_activity restore_activity"},
	{{false, true, true, false}, "undo_lead_conversion undo_lead_conversions convert_leads_in_batches cancel_conversion_job import_records"},
	{{false, true, false, false}, "view_and_edit_converted_leads validate refresh_derived_columns rename_picklist_value"},
	{{false, false, true, true, true}, "view_converted_leads"}
};

/* The views that have figures and nothing that is said of a person */
static const char *const figure_views =
	"converted_opportunity lead_day lead_conversion_rate lead_conversion_by_day lead_conversion_by_source lead_time_to_conversion"
	" converted_opportunity_quality lead_funnel";

PG_FUNCTION_INFO_V1(leadconv_grant_role_privileges);
PG_FUNCTION_INFO_V1(leadconv_revoke_role_privileges);
PG_FUNCTION_INFO_V1(leadconv_setup_report_role);

/* Statements that grant or revoke, and whether the caller may run them */
typedef struct Grants
{
	StringInfoData sql;			/* statements, separated by semicolons */
	char	   *role;			/* name, quoted */
	bool		revoke;
	const char *denied;			/* object that the caller may not grant, or NULL */
} Grants;

/* Adds one statement */
static void
add_grant(Grants *grants, const char *privileges, const char *kind, const char *object)
{
	appendStringInfo(&grants->sql, "%s %s ON %s %s %s %s;", grants->revoke ? "REVOKE" : "GRANT", privileges,
					 kind, object, grants->revoke ? "FROM" : "TO", grants->role);
}

/* USAGE on a schema */
static void
add_schema(Grants *grants, const char *schema)
{
	Oid			schemaid = get_namespace_oid(schema, false);
	AclMode		mode = ACL_GRANT_OPTION_FOR(ACL_USAGE);

#if PG_VERSION_NUM >= 160000
	if (object_aclcheck(NamespaceRelationId, schemaid, GetUserId(), mode) != ACLCHECK_OK)
#else
	if (pg_namespace_aclcheck(schemaid, GetUserId(), mode) != ACLCHECK_OK)
#endif
		grants->denied = psprintf("SCHEMA %s", schema);
	add_grant(grants, "USAGE", "SCHEMA", schema);
}

/* EXECUTE on all functions and procedures of a name */
static void
add_function(Grants *grants, const char *name)
{
	Oid			schema = get_namespace_oid("leadconv", false);
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	AclMode		mode = ACL_GRANT_OPTION_FOR(ACL_EXECUTE);
	int			found = 0;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);
		char	   *signature;

		if (proc->pronamespace != schema)
			continue;
		found++;
		signature = format_procedure_qualified(proc->oid);
#if PG_VERSION_NUM >= 160000
		if (object_aclcheck(ProcedureRelationId, proc->oid, GetUserId(), mode) != ACLCHECK_OK)
#else
		if (pg_proc_aclcheck(proc->oid, GetUserId(), mode) != ACLCHECK_OK)
#endif
			grants->denied = psprintf("ROUTINE %s", signature);
		add_grant(grants, "EXECUTE", "ROUTINE", signature);
	}
	ReleaseSysCacheList(list);
	if (found == 0)
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("function leadconv.%s() does not exist", name),
				 errhint("Run ALTER EXTENSION leadconv UPDATE.")));
}

/* Hands each word of a list to a function */
static void
for_each_word(Grants *grants, const char *words, const char *privileges,
			  void (*callback) (Grants *grants, const char *word, const char *privileges))
{
	char	   *copy = pstrdup(words);

	for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
		callback(grants, word, privileges);
	pfree(copy);
}

/* The caller must be able to grant privileges on a table; the server would only warn */
static void
require_grantable(Oid relid, const char *name)
{
	if (pg_class_aclcheck(relid, GetUserId(), ACL_GRANT_OPTION_FOR(ACL_SELECT)) != ACLCHECK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table %s to grant privileges on it", name),
				 errhint("leadconv.validate() reports tables that do not belong to the owner of schema crm.")));
}

static void
table_callback(Grants *grants, const char *word, const char *privileges)
{
	require_grantable(lc_crm_relid(word, false), psprintf("crm.%s", word));
	add_grant(grants, privileges, "TABLE", psprintf("crm.%s", quote_identifier(word)));
}

static void
function_callback(Grants *grants, const char *word, const char *privileges)
{
	add_function(grants, word);
}

/*
 * SELECT on the views of figures, and on the columns that they name, as the catalogs
 * have it: a view with the rights of its reader needs no more, and no less
 */
static void
add_figures(Grants *grants)
{
	Oid			argtypes[1] = {TEXTOID};
	Datum		args[1] = {CStringGetTextDatum(figure_views)};
	uint64		rows;

	for_each_word(grants, figure_views, "SELECT", table_callback);
	rows = lc_read("SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname),"
				   " pg_catalog.string_agg(DISTINCT pg_catalog.quote_ident(a.attname), ', ')"
				   " FROM pg_catalog.unnest(pg_catalog.string_to_array($1, ' ')) AS v (name)"
				   " JOIN pg_catalog.pg_rewrite AS r ON r.ev_class OPERATOR(pg_catalog.=) pg_catalog.concat('crm.', v.name)::pg_catalog.regclass"
				   " JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass"
				   "  AND d.objid OPERATOR(pg_catalog.=) r.oid AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
				   " JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) d.refobjid AND c.relkind OPERATOR(pg_catalog.<>) 'v'"
				   " JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace"
				   " JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.=) d.refobjsubid"
				   " WHERE d.refobjsubid OPERATOR(pg_catalog.>) 0 GROUP BY c.oid, n.nspname, c.relname ORDER BY 2", 1, argtypes, args);
	for (uint64 i = 0; i < rows; i++)
	{
		bool		isnull;

		require_grantable(DatumGetObjectId(lc_spi_datum(i, 1, &isnull)), lc_spi_text(i, 2));
		add_grant(grants, psprintf("SELECT (%s)", lc_spi_text(i, 3)), "TABLE", lc_spi_text(i, 2));
	}
}

/* The statements of a profile */
static void
add_profile(Grants *grants, Profile profile)
{
	add_schema(grants, "crm");
	add_schema(grants, "leadconv");
	if (profile == PROFILE_FIGURES)
		add_figures(grants);
	for (size_t i = 0; i < lengthof(table_groups); i++)
	{
		if (table_groups[i].privileges[profile] != NULL)
			for_each_word(grants, table_groups[i].tables, table_groups[i].privileges[profile], table_callback);
	}
	for (const LcSchemaPart *part = lc_schema_parts; part->kind != LC_PART_END; part++)
	{
		if (part->kind == LC_PART_VIEW && profile != PROFILE_FIGURES)
			table_callback(grants, part->name, "SELECT");
	}
	for (size_t i = 0; i < lengthof(function_groups); i++)
	{
		if (function_groups[i].granted[profile])
			for_each_word(grants, function_groups[i].functions, NULL, function_callback);
	}
}

/* Grants a profile to a role, or takes it back, as the caller */
static void
change_privileges(Oid roleid, Profile profile, bool revoke)
{
	Grants		grants = {.revoke = revoke};
	Oid			owner;
	int			nestlevel;

	owner = lc_require_crm_owner(revoke ? "revoke privileges on it" : "grant privileges on it");
	lc_require_schema();

	nestlevel = lc_pin_search_path();
	lc_spi_connect();
	initStringInfo(&grants.sql);
	grants.role = pstrdup(quote_identifier(GetUserNameFromId(roleid, false)));
	add_profile(&grants, profile);
	if (grants.denied != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to grant privileges on %s", grants.denied),
				 errdetail("Schema leadconv and its functions belong to the role that created the extension, and role \"%s\" has no grant option for them.",
						   GetUserNameFromId(GetUserId(), false)),
				 errhint("That role can run GRANT USAGE ON SCHEMA leadconv TO %s WITH GRANT OPTION; GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO %s WITH GRANT OPTION;",
						 quote_identifier(GetUserNameFromId(owner, false)),
						 quote_identifier(GetUserNameFromId(owner, false)))));

	lc_command(grants.sql.data);
	SPI_finish();
	lc_unpin_search_path(nestlevel);
}

/* The role that was given, which must be */
static Oid
read_role(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("argument \"role\" is required"),
				 errhint("Give the name of a role.")));
	return get_role_oid(NameStr(*PG_GETARG_NAME(0)), false);
}

/* The profile that was given, which must be */
static Profile
read_profile(FunctionCallInfo fcinfo)
{
	char	   *name = PG_ARGISNULL(1) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(1));
	for (int profile = 0; profile < NUM_PROFILES; profile++)
	{
		if (strcmp(name, profile_names[profile]) == 0)
			return profile;
	}
	ereport(ERROR,
			(lc_errcode(*name ? LC_INVALID_FIELD : LC_REQUIRED_FIELD_MISSING),
			 *name ? errmsg("there is no profile \"%s\"", name) : errmsg("argument \"profile\" is required"),
			 errhint("The profiles are sales, administrator, integration, report and figures.")));
	return NUM_PROFILES;		/* keep compiler quiet */
}

/*
 * leadconv.grant_role_privileges(role name, profile text): grants what a kind of
 * user needs
 */
Datum
leadconv_grant_role_privileges(PG_FUNCTION_ARGS)
{
	Oid			roleid = read_role(fcinfo);

	change_privileges(roleid, read_profile(fcinfo), false);
	PG_RETURN_VOID();
}

/*
 * leadconv.revoke_role_privileges(role name, profile text): takes it back
 */
Datum
leadconv_revoke_role_privileges(PG_FUNCTION_ARGS)
{
	Oid			roleid = read_role(fcinfo);

	change_privileges(roleid, read_profile(fcinfo), true);
	PG_RETURN_VOID();
}

/*
 * leadconv.setup_report_role(role name, figures_only boolean): grants what a reader of
 * reports needs, the permission to see converted leads among it
 */
Datum
leadconv_setup_report_role(PG_FUNCTION_ARGS)
{
	Oid			roleid = read_role(fcinfo);
	bool		figures_only = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);

	change_privileges(roleid, figures_only ? PROFILE_FIGURES : PROFILE_REPORT, false);
	PG_RETURN_VOID();
}
