/*-------------------------------------------------------------------------
 *
 * look_fact.c
 *	  One fact of a look: a row of leadconv.lead_preview.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "engine/engine.h"

/* The attributes of leadconv.lead_preview, in its order */
enum
{
	FACT_POSITION,
	FACT_LEAD_ID,
	FACT_STEP,
	FACT_OBJECT,
	FACT_RECORD_ID,
	FACT_FIELD,
	FACT_OLD_VALUE,
	FACT_NEW_VALUE,
	FACT_SOURCE,
	FACT_STATUS_CODE,
	FACT_NOTE,
	NUM_FACTS
};

/*
 * Raises SCHEMA_NOT_READY unless the row type of leadconv.lead_preview has just the
 * attributes that lc_look_fact() gives values.
 */
void
lc_check_preview_type(TupleDesc desc)
{
	static const Oid types[NUM_FACTS] = {
		INT4OID, INT8OID, TEXTOID, TEXTOID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID
	};

	lc_check_row_type(desc, "lead_preview", types, NUM_FACTS);
}

/* Adds a fact about a request to the result, unless the look is silent */
void
lc_look_fact(LcLook *look, const LcRequest *request, const LcLookFact *fact)
{
	Datum		values[NUM_FACTS] = {0};
	bool		nulls[NUM_FACTS];
	const struct
	{
		int			column;
		const char *value;
	}			texts[] = {
		{FACT_STEP, fact->step},
		{FACT_OBJECT, fact->object},
		{FACT_FIELD, fact->field},
		{FACT_OLD_VALUE, fact->old_value},
		{FACT_NEW_VALUE, fact->new_value},
		{FACT_SOURCE, fact->source},
		{FACT_STATUS_CODE, fact->status_code},
		{FACT_NOTE, fact->note}
	};
	MemoryContext oldcontext;

	if (look->silent)
		return;
	oldcontext = MemoryContextSwitchTo(look->scratch);
	memset(nulls, true, sizeof(nulls));
	values[FACT_POSITION] = Int32GetDatum(request->position);
	nulls[FACT_POSITION] = false;
	values[FACT_LEAD_ID] = request->value[F_LEAD_ID];
	nulls[FACT_LEAD_ID] = request->isnull[F_LEAD_ID];
	values[FACT_RECORD_ID] = Int64GetDatum(fact->record_id);
	nulls[FACT_RECORD_ID] = fact->record_id == 0;
	for (size_t i = 0; i < lengthof(texts); i++)
	{
		if (texts[i].value == NULL)
			continue;
		values[texts[i].column] = CStringGetTextDatum(texts[i].value);
		nulls[texts[i].column] = false;
	}
	tuplestore_putvalues(look->rsinfo->setResult, look->rsinfo->setDesc, values, nulls);
	MemoryContextSwitchTo(oldcontext);
	MemoryContextReset(look->scratch);
}

/* The id of the record of a target that exists already, or 0 */
int64
lc_look_id(const LcRequest *request, LcTarget t)
{
	const LcDecision *decision = &request->decision;

	if (t == T_ACCOUNT && decision->person == LC_PERSON_ACCOUNT)
		t = T_PERSON;
	return decision->creates[t] || decision->follows[t] != NULL ? 0 : decision->target_id[t];
}

/* The same as text, or NULL */
char *
lc_look_id_text(const LcRequest *request, LcTarget t)
{
	int64		id = lc_look_id(request, t);

	return id == 0 ? NULL : psprintf(INT64_FORMAT, id);
}

/*
 * The elements of an array of texts in a row of SPI_tuptable, n of them; one that is
 * NULL is NULL.  In the current memory context.
 */
char **
lc_look_texts(uint64 row, int column, int n)
{
	char	  **texts = palloc0(sizeof(char *) * Max(n, 1));
	bool		isnull;
	Datum		array = lc_spi_datum(row, column, &isnull);
	Datum	   *elems;
	bool	   *nulls;
	int			nelems;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elems, &nulls, &nelems);
	for (int i = 0; i < nelems && i < n; i++)
		texts[i] = nulls[i] ? NULL : TextDatumGetCString(elems[i]);
	return texts;
}
