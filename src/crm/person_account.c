/*-------------------------------------------------------------------------
 *
 * person_account.c
 *	  Person accounts: an account and a contact that are one.
 *
 * The person's names and what else a person has stand in the contact; the view
 * crm.person_account joins both.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "crm/crm.h"

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
