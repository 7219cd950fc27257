/*-------------------------------------------------------------------------
 *
 * judge_picklist.c
 *	  Whether the values that records will have are of their picklists.
 *
 * What a record will have is known when its row has been put together and what
 * existing ones are filled with has been decided; so this is asked last of all that is
 * judged.  The statement that tells the values is made in record.c.
 *
 * Nothing outlives a call but the errors and warnings of the requests.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "engine/engine.h"

/* Judges the value that a restricted picklist of a record will have */
static void
judge_restricted(const LcProgram *program, LcRequest *request, LcTarget t, const LcPicklist *list, const char *value)
{
	const LcRecordType *type = request->decision.creates[t]
		? lc_record_type(program, request->decision.record_type_id[t]) : NULL;
	bool		is_value = lc_is_picklist_value(list, value);

	if (is_value && (type == NULL || lc_offers_value(list, type->id, value)))
		return;
	lc_refuse(request, LC_INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, list->field,
			  is_value ? psprintf("Record type \"%s\" does not offer it.", type->name)
			  : "It is not an active value of the picklist.",
			  is_value ? "Add it to the record type in crm.record_type_picklist_value, or give another value."
			  : "Add it to crm.picklist_value, give another value, or set is_restricted to false in crm.picklist_field.",
			  "bad value for restricted picklist field %s.%s: %s", lc_target[t].table, list->field, value);
}

/*
 * Warns of a value of the lead that a new record does not get because its type does
 * not offer it
 */
static void
warn_of_limit(const LcProgram *program, LcRequest *request, LcTarget t, const LcPicklist *list, const char *value)
{
	const LcRecordType *type = lc_record_type(program, request->decision.record_type_id[t]);

	if (type == NULL || !request->decision.creates[t] ||
		lc_record_has_key(request, lc_record_field(request, t), list->field) || lc_offers_value(list, type->id, value))
		return;
	lc_add_warning(request, "PICKLIST_VALUE_NOT_OFFERED",
				   lc_error(LC_INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, list->field,
							psprintf("Record type \"%s\" does not offer it.", type->name),
							"Add it to the record type in crm.record_type_picklist_value.",
							"\"%s\" is no lead source of the new %s", value, lc_target[t].noun));
}

/*
 * Is this column of an existing record filled by the request, as far as it has not been
 * by those before it?  claims has what these fill.
 */
static bool
fills_column(const LcRequest *request, LcTarget t, const LcTargetInfo *target, const char *column, HTAB *claims)
{
	const LcMapping *mapping = lc_find_mapping(target, column);
	const bool *fillable = request->facts.existing[t].fillable;
	int			m = mapping ? mapping - target->mappings : 0;

	if (mapping == NULL || fillable == NULL || !fillable[m])
		return false;
	return (mapping->existing == LC_FILL_OR_OVERWRITE && lc_flag(request, F_OVERWRITE_LEAD_SOURCE)) ||
		lc_shared_find(claims, request->decision.target_id[t], m) == NULL;
}

/* From here on, what the request fills of an existing record is filled */
static void
claim_columns(const LcRequest *request, LcTarget t, const LcTargetInfo *target, HTAB *claims)
{
	const bool *fillable = request->facts.existing[t].fillable;

	for (int i = 0; i < target->npicklists && fillable != NULL; i++)
	{
		const LcMapping *mapping = lc_find_mapping(target, target->picklists[i]->field);

		if (mapping != NULL && fillable[mapping - target->mappings])
			(void) lc_shared(claims, request->decision.target_id[t], mapping - target->mappings);
	}
}

/*
 * Judges the values that records of one target will have for picklists: refuses what a
 * restricted one has not, and warns of lead sources that are not offered.  The batch is
 * laid down for run->request, and existing records have been read.  With followers,
 * looks only at requests that use the record that another one of the run has made; says
 * warnings only with warns.
 */
void
lc_judge_picklists(LcRun *run, LcTarget t, bool followers, bool warns)
{
	LcTargetInfo *target = &run->program->target[t];
	HTAB	   *claims = lc_shared_table("leadconv filled picklists", run->nrequests);
	SPITupleTable *tuptable;
	uint64		nrows;

	nrows = lc_execute(run, &target->judge_picklists, (Datum) 0);
	tuptable = SPI_tuptable;
	for (uint64 row = 0; row < nrows; row++)
	{
		LcRequest  *request = lc_row_request(run->request, row);
		bool		creates = request->decision.creates[t];

		CHECK_FOR_INTERRUPTS();
		if (followers && request->decision.follows[t] == NULL)
			continue;
		for (int i = 0; i < target->npicklists; i++)
		{
			const LcPicklist *list = target->picklists[i];
			char	   *value = lc_spi_text(row, 2 + 2 * i);
			char	   *lead_value = lc_spi_text(row, 3 + 2 * i);

			if (list->is_restricted && value != NULL && !lc_is_blank(value, strlen(value)) &&
				(creates || fills_column(request, t, target, list->field, claims)))
				judge_restricted(run->program, request, t, list, value);
			if (warns && lead_value != NULL && !lc_is_blank(lead_value, strlen(lead_value)) &&
				lc_is_limited(lc_find_mapping(target, list->field), list))
				warn_of_limit(run->program, request, t, list, lead_value);
		}
		/* in their order, as if one call were made after the other */
		if (!creates && lc_refusal(request) == NULL)
			claim_columns(request, t, target, claims);
	}
	SPI_freetuptable(tuptable);
	hash_destroy(claims);
}
