/*-------------------------------------------------------------------------
 *
 * field_name.c
 *	  From the platform's field names to columns.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_collation.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "admin/admin.h"

/* Field names that the naming rule does not lead to the column */
static const struct
{
	const char *table;			/* NULL = any */
	const char *field;			/* lower case */
	const char *column;
}			field_aliases[] = {
	{"lead", "companynamelocal", "company_local"},
	{"opportunity", "territory2id", "territory_id"},
	{"territory", "parentterritory2id", "parent_territory_id"},
	{"app_user", "defaultdivision", "division_id"},
	{"record_type", "sobjecttype", "object"},
	{"social_persona", "externalid", "external_persona_id"},
	{"partner_network_record_connection", "localrecordid", "lead_id"},
	{"process_instance", "targetobjectid", "lead_id"},
	{NULL, "division", "division_id"}
};

/*
 * A name in lower case without underscores, blanks and hyphens, for comparison
 *
 * Also staging tables whose column names were folded to lower case, are in
 * snake_case already, or are labels like "Lead Source", match in this way.
 */
char *
lc_squeeze_name(const char *name)
{
	char	   *result = asc_tolower(name, strlen(name));
	char	   *to = result;

	for (const char *from = result; *from; from++)
	{
		if (*from != '_' && *from != ' ' && *from != '-')
			*to++ = *from;
	}
	*to = '\0';
	return result;
}

/*
 * Whether a name is that of a custom field of the platform
 */
bool
lc_is_custom_name(const char *name)
{
	size_t		len = strlen(name);

	return len > 3 && pg_strcasecmp(name + len - 3, "__c") == 0;
}

/*
 * lc_find_column
 *
 * The column of a table of schema crm that a name stands for: a column name,
 * or a field name of the platform by the naming rule (LeadSource for
 * lead_source, Product__c for product__c).  Returns NULL when there is none.
 * Keys are found by their own names only, so that a custom field called
 * External_Id__c or a field ExternalId is never taken for external_id.
 */
char *
lc_find_column(Oid relid, const char *name)
{
	const char *table = get_rel_name(relid);
	char	   *squeezed;
	char	   *result = NULL;
	Relation	rel;

	if (get_attnum(relid, name) > 0)
		return pstrdup(name);

	if (lc_is_custom_name(name))
	{
		char	   *lower = str_tolower(name, strlen(name), DEFAULT_COLLATION_OID);

		return get_attnum(relid, lower) > 0 ? lower : NULL;
	}

	squeezed = lc_squeeze_name(name);
	for (int i = 0; i < (int) lengthof(field_aliases); i++)
	{
		if (strcmp(squeezed, field_aliases[i].field) == 0 &&
			(field_aliases[i].table == NULL ||
			 strcmp(table, field_aliases[i].table) == 0) &&
			get_attnum(relid, field_aliases[i].column) > 0)
			return pstrdup(field_aliases[i].column);
	}

	rel = relation_open(relid, AccessShareLock);
	for (int i = 0; i < RelationGetDescr(rel)->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);
		const char *column = NameStr(att->attname);

		if (att->attisdropped || lc_is_custom_name(column) ||
			strcmp(column, "id") == 0 || strcmp(column, "external_id") == 0)
			continue;
		if (strcmp(lc_squeeze_name(column), squeezed) == 0)
		{
			result = pstrdup(column);
			break;
		}
	}
	relation_close(rel, AccessShareLock);

	return result;
}
