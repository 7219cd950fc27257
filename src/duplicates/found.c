/*-------------------------------------------------------------------------
 *
 * found.c
 *	  What duplicate rules find for records, and how that is told.
 *
 * A rule of the kind EnforceSharingRules knows only the records that the current user may
 * see.  With BypassSharingRules all count; of those that the user may not see it is told
 * that there are any, and nothing else.
 *
 * All is in the current memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "duplicates/duplicates.h"

/* At most so many matches of a record are told of */
#define MAX_TOLD	100

/*
 * lc_record_object
 *
 * What the records of a kind are: "account", "contact" or "lead"
 */
const char *
lc_record_object(LcMatchObject kind)
{
	return kind == LC_MATCH_PERSON_ACCOUNT ? "account" : lc_match_object_name(kind);
}

/*
 * lc_rule_matching
 *
 * The matching rule of a duplicate rule at this place, or NULL if it is of no use for
 * records of this kind: it is not active, or its keys are not built.  Those of other
 * objects count only with cross_object.
 */
const LcMatchingRule *
lc_rule_matching(const LcRuleMatch *match, LcMatchObject kind, bool cross_object)
{
	const LcMatchingRule *matching = lc_matching_rule(match->matching_rule_id);

	if (matching == NULL || !matching->usable)
		return NULL;
	/* one account is of a person, another is not: neither is the other's duplicate */
	if (matching->kind != kind && (!cross_object || strcmp(lc_record_object(matching->kind), lc_record_object(kind)) == 0))
		return NULL;
	return matching;
}

/* The record as a matching rule sees it, which may be of another object */
static LcMatchRecord *
record_for_match(const LcDuplicateRule *rule, const LcRuleMatch *match, const LcMatchingRule *matching,
				 LcMatchObject kind, LcMatchRecord *record)
{
	LcMatchRecord *result;

	if (matching->kind == kind && match->theirs == NIL)
		return record;
	result = palloc0(sizeof(LcMatchRecord));
	result->nfields = matching->nfields;
	result->field = palloc(sizeof(char *) * Max(matching->nfields, 1));
	result->value = palloc(sizeof(char *) * Max(matching->nfields, 1));
	for (int i = 0; i < matching->nfields; i++)
	{
		result->field[i] = matching->fields[i].name;
		result->value[i] = lc_record_value(record, lc_field_for_match(rule, match, lc_record_object(matching->kind), matching->fields[i].name));
	}
	result->id = matching->kind == kind ? record->id : 0;
	return result;
}

/* Is a record of this id among the matches? */
static bool
has_match(List *matches, int64 id)
{
	ListCell   *lc;

	foreach(lc, matches)
	{
		if (((LcMatch *) lfirst(lc))->id == id)
			return true;
	}
	return false;
}

/* What a matching rule of a duplicate rule has found for a record, an entry of it */
LcDuplicate *
lc_duplicate_entry(List **found, const LcDuplicateRule *rule, const LcMatchingRule *matching)
{
	LcDuplicate *result;
	ListCell   *lc;

	foreach(lc, *found)
	{
		result = lfirst(lc);
		if (result->rule == rule && result->matching == matching)
			return result;
	}
	result = palloc0(sizeof(LcDuplicate));
	result->rule = rule;
	result->matching = matching;
	*found = lappend(*found, result);
	return result;
}

/*
 * lc_find_duplicates
 *
 * What one duplicate rule finds among the stored records for these, of one kind, that
 * are NULL where it does not apply: adds an LcDuplicate for each of its matching rules
 * that finds something to the list of the record.  With cross_object, records of other
 * objects count, too.  There must be an SPI connection.
 */
void
lc_find_duplicates(const LcDuplicateRule *rule, LcMatchObject kind, LcMatchRecord **records, int nrecords,
				   bool cross_object, List **found)
{
	const LcMatchRecord **asked = palloc_extended(sizeof(LcMatchRecord *) * Max(nrecords, 1), MCXT_ALLOC_HUGE);
	int		   *index = palloc_extended(sizeof(int) * Max(nrecords, 1), MCXT_ALLOC_HUGE);

	for (int m = 0; m < rule->nmatches; m++)
	{
		const LcMatchingRule *matching = lc_rule_matching(&rule->match[m], kind, cross_object);
		List	  **visible;
		List	  **all = NULL;
		const char *table;
		int			n = 0;

		if (matching == NULL)
			continue;
		for (int i = 0; i < nrecords; i++)
		{
			if (records[i] == NULL)
				continue;
			asked[n] = record_for_match(rule, &rule->match[m], matching, kind, records[i]);
			index[n++] = i;
		}
		if (n == 0)
			continue;
		table = lc_record_table(matching->kind);
		visible = lc_find_matches(matching, asked, n, InvalidOid);
		if (rule->bypasses_sharing)
			all = lc_find_matches(matching, asked, n, lc_relation_owner(lc_crm_relid(table, false)));
		for (int i = 0; i < n; i++)
		{
			List	   *matches = visible[i];
			LcDuplicate *duplicate;
			ListCell   *lc;

			if (matches != NIL)
			{
				duplicate = lc_duplicate_entry(&found[index[i]], rule, matching);
				duplicate->matches = matches;
				foreach(lc, matches)
					duplicate->unseen |= ((LcMatch *) lfirst(lc))->unseen;
			}
			if (all == NULL)
				continue;
			foreach(lc, all[i])
			{
				const LcMatch *match = lfirst(lc);

				if (has_match(matches, match->id))
					continue;
				duplicate = lc_duplicate_entry(&found[index[i]], rule, matching);
				duplicate->hidden = true;
				duplicate->unseen |= match->unseen;
			}
		}
	}
	pfree(asked);
	pfree(index);
}

/*
 * lc_duplicate_keys
 *
 * The match keys by which others would find the record, or it them, by the matching
 * rules of a duplicate rule: adds them to an array of *nkeys with room for *space.
 */
void
lc_duplicate_keys(const LcDuplicateRule *rule, LcMatchObject kind, LcMatchRecord *record, bool cross_object,
				  int64 **keys, int *nkeys, int *space)
{
	for (int m = 0; m < rule->nmatches; m++)
	{
		const LcMatchingRule *matching = lc_rule_matching(&rule->match[m], kind, cross_object);
		int64	   *more;
		int			n;

		if (matching == NULL)
			continue;
		n = lc_match_keys_of(matching, record_for_match(rule, &rule->match[m], matching, kind, record), &more);
		if (*nkeys + n > *space)
		{
			*space = Max(*space * 2, *nkeys + n + 64);
			*keys = *keys ? repalloc_huge(*keys, sizeof(int64) * *space)
				: palloc_extended(sizeof(int64) * *space, MCXT_ALLOC_HUGE);
		}
		memcpy(*keys + *nkeys, more, sizeof(int64) * n);
		*nkeys += n;
	}
}

/*
 * lc_duplicate_refuses
 *
 * Does what has been found refuse the record?  Alerts are passed by allow_save.
 */
bool
lc_duplicate_refuses(const LcDuplicate *duplicate, bool is_update, bool allow_save)
{
	return duplicate->rule->blocks[is_update] || (duplicate->rule->alerts[is_update] && !allow_save);
}

/* Names of fields, as a list in a sentence */
static void
append_names(StringInfo buf, List *names)
{
	ListCell   *lc;

	foreach(lc, names)
		appendStringInfo(buf, "%s%s", foreach_current_index(lc) == 0 ? "" : ", ", (char *) lfirst(lc));
}

/*
 * lc_append_duplicate_detail
 *
 * Appends what has been found as lines of a DETAIL.
 */
void
lc_append_duplicate_detail(StringInfo buf, const LcDuplicate *duplicate)
{
	ListCell   *lc;
	int			n = 0;

	if (buf->len > 0)
		appendStringInfoChar(buf, '\n');
	appendStringInfo(buf, "Duplicate rule \"%s\", matching rule \"%s\":", duplicate->rule->name, duplicate->matching->name);
	foreach(lc, duplicate->earlier)
	{
		const LcEarlierMatch *earlier = lfirst(lc);

		if (n == MAX_TOLD)
			break;
		appendStringInfo(buf, "%s the %s that request %d makes (score %d: ", n++ == 0 ? "" : ";", lc_record_object(duplicate->matching->kind),
						 earlier->position, earlier->score);
		append_names(buf, earlier->fields);
		appendStringInfoChar(buf, ')');
	}
	foreach(lc, duplicate->matches)
	{
		const LcMatch *match = lfirst(lc);

		if (n == MAX_TOLD)
			break;
		appendStringInfo(buf, "%s %s " INT64_FORMAT, n++ == 0 ? "" : ";", lc_record_object(duplicate->matching->kind), match->id);
		if (match->name)
			appendStringInfo(buf, " \"%s\"", match->name);
		appendStringInfo(buf, " (score %d: ", match->score);
		append_names(buf, match->fields);
		appendStringInfoChar(buf, ')');
	}
	/* how many, and which, is not for this user to know */
	if (n == 0)
		appendStringInfo(buf, " a record that you may not see");
	appendStringInfoChar(buf, '.');
}

/* By which rules, and how much */
static char *
note(const LcDuplicate *duplicate, const char *what, int score, List *fields)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, what);
	if (fields != NIL)
		appendStringInfo(&buf, ": score %d", score);
	appendStringInfo(&buf, "%s by rule %s, matching rule %s", fields != NIL ? "" : ",", duplicate->rule->name, duplicate->matching->name);
	if (fields != NIL)
	{
		appendStringInfoString(&buf, " (");
		append_names(&buf, fields);
		appendStringInfoChar(&buf, ')');
	}
	return buf.data;
}

/*
 * lc_match_note
 *
 * A match that was found in a few words; of NULL, that there is one that is not to be seen
 */
char *
lc_match_note(const LcDuplicate *duplicate, const LcMatch *match)
{
	if (match == NULL)
		return note(duplicate, "a record that you may not see", 0, NIL);
	return note(duplicate, match->name ? psprintf("\"%s\"", match->name) : "without a name", match->score, match->fields);
}

/*
 * lc_earlier_note
 *
 * The same for a match among the records of the call
 */
char *
lc_earlier_note(const LcDuplicate *duplicate, const LcEarlierMatch *earlier)
{
	return note(duplicate, psprintf("the one that request %d makes", earlier->position), earlier->score, earlier->fields);
}

/* Appends the fields of a match as a JSON array */
static void
append_fields_json(StringInfo buf, List *fields)
{
	ListCell   *lc;

	appendStringInfoString(buf, ", \"fields\": [");
	foreach(lc, fields)
	{
		if (foreach_current_index(lc) > 0)
			appendStringInfoString(buf, ", ");
		lc_append_json_string(buf, lfirst(lc));
	}
	appendStringInfoString(buf, "]}");
}

/*
 * lc_append_duplicate_json
 *
 * Appends what has been found as a JSON object; object is what the record itself is.
 */
void
lc_append_duplicate_json(StringInfo buf, const LcDuplicate *duplicate, const char *object, bool is_update)
{
	ListCell   *lc;
	const char *comma = "";
	int			n = 0;

	appendStringInfoString(buf, "{\"rule\": ");
	lc_append_json_string(buf, duplicate->rule->name);
	appendStringInfoString(buf, ", \"matching_rule\": ");
	lc_append_json_string(buf, duplicate->matching->name);
	appendStringInfoString(buf, ", \"object\": ");
	lc_append_json_string(buf, object);
	if (strcmp(object, lc_record_object(duplicate->matching->kind)) != 0)
	{
		appendStringInfoString(buf, ", \"matches_object\": ");
		lc_append_json_string(buf, lc_record_object(duplicate->matching->kind));
	}
	if (duplicate->rule->alert_text && !duplicate->rule->blocks[is_update])
	{
		appendStringInfoString(buf, ", \"alert_text\": ");
		lc_append_json_string(buf, duplicate->rule->alert_text);
	}
	appendStringInfo(buf, ", \"allow_save\": %s, \"matches\": [", duplicate->rule->blocks[is_update] ? "false" : "true");
	foreach(lc, duplicate->earlier)
	{
		const LcEarlierMatch *earlier = lfirst(lc);

		if (n++ == MAX_TOLD)
			break;
		appendStringInfo(buf, "%s{\"request_position\": %d, \"score\": %d", comma, earlier->position, earlier->score);
		append_fields_json(buf, earlier->fields);
		comma = ", ";
	}
	foreach(lc, duplicate->matches)
	{
		const LcMatch *match = lfirst(lc);

		if (n++ == MAX_TOLD)
			break;
		appendStringInfo(buf, "%s{\"id\": " INT64_FORMAT ", \"score\": %d", comma, match->id, match->score);
		append_fields_json(buf, match->fields);
		comma = ", ";
	}
	appendStringInfoString(buf, "]}");
}

/*
 * lc_check_duplicates_seen
 *
 * Raises a serialization failure when a match that refuses a record came after the
 * snapshot of the transaction: it cannot see what it is told of.
 */
void
lc_check_duplicates_seen(const LcDuplicate *duplicate)
{
	if (duplicate->unseen && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: a duplicate was created by a concurrent transaction"),
				 errhint("The transaction might succeed if retried.")));
}
