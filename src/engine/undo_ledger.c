/*-------------------------------------------------------------------------
 *
 * undo_ledger.c
 *	  What the ledger says of conversions that are to be taken back, and the statements
 *	  of undo whose text depends on nothing.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

/* What U_LEDGER yields after ord */
enum
{
	LEDGER_ID = 2,
	LEDGER_ACCOUNT_ID,
	LEDGER_CONTACT_ID,
	LEDGER_OPPORTUNITY_ID,
	LEDGER_PERSON_ID,
	LEDGER_ACCOUNT_CREATED,
	LEDGER_CONTACT_CREATED,
	LEDGER_OPPORTUNITY_CREATED,
	LEDGER_STATUS,
	LEDGER_ORIGIN,
	LEDGER_HAS_UNDO,
	LEDGER_UNDO,
	LEDGER_OWNER_CHANGES,
	LEDGER_FILLED_FIELDS,
	LEDGER_MERGED_MEMBERS,
	LEDGER_NOTIFIED
};

/*
 * The ledger; to what it says are added the times at which the conversion and its
 * completions were made, or an import took it over ("at"), and by whom ("by")
 */
static const char ledger_sql[] =
"SELECT b.ord, c.id::pg_catalog.int8, c.account_id::pg_catalog.int8, c.contact_id::pg_catalog.int8, c.opportunity_id::pg_catalog.int8,"
" c.related_person_account_id::pg_catalog.int8, c.account_created::pg_catalog.bool, c.contact_created::pg_catalog.bool,"
" c.opportunity_created::pg_catalog.bool, c.converted_status::pg_catalog.text, c.origin::pg_catalog.text, c.undo IS NOT NULL,"
" COALESCE(c.undo, '{}') OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('by', c.created_by_id, 'at',"
"  pg_catalog.jsonb_build_array(c.created_date, (c.undo OPERATOR(pg_catalog.->>) 'taken_over')::pg_catalog.timestamptz) OPERATOR(pg_catalog.||)"
"  COALESCE((SELECT pg_catalog.jsonb_agg((d.value OPERATOR(pg_catalog.->>) 'created_date')::pg_catalog.timestamptz)"
"   FROM pg_catalog.jsonb_array_elements(c.completions) d), '[]')),"
" c.owner_changes, c.filled_fields IS NOT NULL, c.merged_campaign_members IS NOT NULL,"
" COALESCE(c.request OPERATOR(pg_catalog.->>) 'send_notification_email' OPERATOR(pg_catalog.=) 'true', false)"
" FROM conversion_batch b JOIN crm.lead_conversion c ON c.lead_id OPERATOR(pg_catalog.=) b.lead_id AND c.undone_date IS NULL"
" ORDER BY b.ord, c.id";

/* What these statements read */
static const LcRequiredColumn undo_columns[] = {
	{"lead_conversion", "undo", JSONBOID},
	{"lead_conversion", "owner_changes", JSONBOID},
	{"lead_conversion", "completions", JSONBOID},
	{"lead_conversion", "created_date", TIMESTAMPTZOID},
	{"lead_conversion", "undone_date", TIMESTAMPTZOID},
	{"lead", "status", TEXTOID}
};

/* Other statements: name, table whose owner's rights they have, snapshot, text */
static const struct
{
	LcUndoStep	step;
	const char *name;
	const char *table;
	LcSnapshot	snapshot;
	const char *sql;
}			undo_statements[LC_NUNDOSTEPS] = {
	{U_LEDGER, "look up ledger", "lead_conversion", LC_SNAPSHOT_LATEST, ledger_sql},
	{U_OPEN_LEAD, "update lead", "lead", LC_SNAPSHOT_CHECKED,
		"UPDATE crm.lead l SET is_converted = false, converted_date = NULL, converted_account_id = NULL, converted_contact_id = NULL,"
		" converted_opportunity_id = NULL, status = COALESCE(b.converted_status, l.status),"
		" is_unread_by_owner = COALESCE((b.undo OPERATOR(pg_catalog.#>>) '{lead,is_unread_by_owner}')::pg_catalog.bool, l.is_unread_by_owner)"
	" FROM conversion_batch b WHERE l.id OPERATOR(pg_catalog.=) b.lead_id"},
	/* that an imported lead has another status than its export is a change made here */
	{U_NOTE_STATUS, "note status", "import_base", LC_SNAPSHOT_LATEST,
		"INSERT INTO crm.import_base AS i (object, record_id, fields)"
		" SELECT 'lead', l.id, pg_catalog.jsonb_build_object('status', c.converted_status)"
		" FROM conversion_batch b JOIN crm.lead_conversion c ON c.lead_id OPERATOR(pg_catalog.=) b.lead_id AND c.undone_date IS NULL"
		" JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id"
		" WHERE c.origin OPERATOR(pg_catalog.=) 'imported' AND l.external_id IS NOT NULL"
		" AND l.status::pg_catalog.text OPERATOR(pg_catalog.<>) c.converted_status::pg_catalog.text"
	" ON CONFLICT (object, record_id) DO UPDATE SET fields = i.fields OPERATOR(pg_catalog.||) EXCLUDED.fields"},
	{U_UNSUBSCRIBE, "delete entity_subscription", "entity_subscription", LC_SNAPSHOT_CHECKED,
		"DELETE FROM crm.entity_subscription s USING conversion_batch b WHERE b.account_created"
		" AND s.account_id OPERATOR(pg_catalog.=) b.account_id AND s.subscriber_id OPERATOR(pg_catalog.=)"
		" (b.undo OPERATOR(pg_catalog.->>) 'by')::pg_catalog.int8"
		" AND (b.undo OPERATOR(pg_catalog.->) 'at') OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(s.created_date)"
	" AND s.last_modified_date OPERATOR(pg_catalog.=) s.created_date"},
	{U_CONNECT, "update partner_network_record_connection", "partner_network_record_connection", LC_SNAPSHOT_CHECKED,
		"UPDATE crm.partner_network_record_connection p SET status = e.value OPERATOR(pg_catalog.->>) 'status'"
		" FROM conversion_batch b CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(b.undo OPERATOR(pg_catalog.->) 'connections') e"
		" WHERE p.id OPERATOR(pg_catalog.=) (e.value OPERATOR(pg_catalog.->>) 'id')::pg_catalog.int8"
	" AND p.status::pg_catalog.text OPERATOR(pg_catalog.=) 'Inactive (converted)' RETURNING b.ord"},
	{U_DELETE_ROLE, "delete opportunity_contact_role", "opportunity_contact_role", LC_SNAPSHOT_CHECKED,
		"DELETE FROM crm.opportunity_contact_role r USING conversion_batch b WHERE b.add_role"
		" AND r.opportunity_id OPERATOR(pg_catalog.=) b.opportunity_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id"},
	{U_DELETE_RELATION, "delete account_contact_relation", "account_contact_relation", LC_SNAPSHOT_CHECKED,
		"DELETE FROM crm.account_contact_relation r USING conversion_batch b WHERE b.add_relation"
		" AND r.account_id OPERATOR(pg_catalog.=) b.account_id AND r.contact_id OPERATOR(pg_catalog.=) b.contact_id"},
	/*
	 * A record that was there and was put into a set with one that is gone, unless that one stays,
	 * or another one has been put there since: it is like that one, too.
	 */
	{U_DELETE_ITEMS, "delete duplicate_record_item", "duplicate_record_item", LC_SNAPSHOT_CHECKED,
		"DELETE FROM crm.duplicate_record_item i USING conversion_batch b"
		" WHERE (b.undo OPERATOR(pg_catalog.->) 'duplicate_items') OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(i.id)"
		" AND i.id OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT x.value::pg_catalog.int8"
		"  FROM pg_catalog.jsonb_array_elements_text(b.undo OPERATOR(pg_catalog.->) 'duplicate_items') x))"
		" AND i.last_modified_date OPERATOR(pg_catalog.=) i.created_date"
		" AND NOT EXISTS (SELECT 1 FROM crm.duplicate_record_item o"
		"  WHERE o.duplicate_record_set_id OPERATOR(pg_catalog.=) i.duplicate_record_set_id"
		"  AND (o.account_id OPERATOR(pg_catalog.=) b.account_id OR o.account_id OPERATOR(pg_catalog.=) b.person_id"
		"   OR o.contact_id OPERATOR(pg_catalog.=) b.contact_id"
		"   OR (o.id OPERATOR(pg_catalog.>) i.id AND NOT EXISTS (SELECT 1 FROM conversion_batch m"
		"    WHERE (m.undo OPERATOR(pg_catalog.->) 'duplicate_items') OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(o.id)))))"},
	/* a set that was made for a record that is gone, and has nothing else in it but what was put there with it */
	{U_DELETE_SETS, "delete duplicate_record_set", "duplicate_record_set", LC_SNAPSHOT_CHECKED,
		"DELETE FROM crm.duplicate_record_set s USING conversion_batch b"
		" WHERE (b.undo OPERATOR(pg_catalog.->) 'duplicate_sets') OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(s.id)"
		" AND s.id OPERATOR(pg_catalog.=) ANY (ARRAY(SELECT x.value::pg_catalog.int8"
		"  FROM pg_catalog.jsonb_array_elements_text(b.undo OPERATOR(pg_catalog.->) 'duplicate_sets') x))"
		" AND NOT EXISTS (SELECT 1 FROM crm.duplicate_record_item i WHERE i.duplicate_record_set_id OPERATOR(pg_catalog.=) s.id"
		"  AND (NOT COALESCE((b.undo OPERATOR(pg_catalog.->) 'duplicate_items') OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(i.id), false)"
		"   OR i.account_id OPERATOR(pg_catalog.=) b.account_id OR i.account_id OPERATOR(pg_catalog.=) b.person_id"
		"   OR i.contact_id OPERATOR(pg_catalog.=) b.contact_id))"},
	{U_MARK, "update lead_conversion", "lead_conversion", LC_SNAPSHOT_CHECKED,
		"UPDATE crm.lead_conversion c SET undone_date = pg_catalog.now(), undone_by_id = b.converter_id, undo_reason = b.reason"
	" FROM conversion_batch b WHERE c.lead_id OPERATOR(pg_catalog.=) b.lead_id AND c.undone_date IS NULL"}
};

/*
 * Compiles the statements of this file, in the memory context of the undo program.
 * Raises SCHEMA_NOT_READY when a column is not as it must be.
 */
void
lc_undo_compile_ledger(LcProgram *program)
{
	lc_require_columns(undo_columns, lengthof(undo_columns));
	for (size_t i = 0; i < lengthof(undo_statements); i++)
	{
		LcSql		sql;

		lc_sql_init(&sql);
		lc_sql_constant(&sql, undo_statements[i].sql);
		lc_undo_statement(program, &program->undo->step[undo_statements[i].step], undo_statements[i].name,
						  lc_table_owner(undo_statements[i].table), undo_statements[i].snapshot, &sql);
	}
}

/* Runs one of them; returns how many rows it has processed */
uint64
lc_undo_step(LcRun *run, LcUndoStep step)
{
	return lc_execute(run, &run->program->undo->step[step], (Datum) 0);
}

/* Is this the time of the conversion, or of a completion? */
bool
lc_undo_is_time(const LcRequest *request, TimestampTz time)
{
	JsonbValue *at = getKeyJsonValueFromContainer(&request->undoing->undo->root, "at", 2, NULL);
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;

	if (at == NULL || at->type != jbvBinary)
		return false;
	it = JsonbIteratorInit(at->val.binary.data);
	while ((token = JsonbIteratorNext(&it, &value, true)) != WJB_DONE)
	{
		if (token == WJB_ELEM && value.type == jbvString)
		{
			char	   *text = pnstrdup(value.val.string.val, value.val.string.len);

			if (DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
														Int32GetDatum(-1))) == time)
				return true;
		}
	}
	return false;
}

/* What the ledger does not tell of a conversion */
static void
note_unknown(LcRequest *request, uint64 row)
{
	LcUndoing  *undoing = request->undoing;
	const struct
	{
		bool		holds;
		const char *what;
	}			unknown[] = {
		{true, "the status and flags of the lead before are not known"},
		{undoing->was_created[T_ACCOUNT] || undoing->was_created[T_CONTACT] || undoing->was_created[T_OPPORTUNITY],
		"whether the records that were created have been changed since is not known: they stay"},
		{undoing->conversion_id != 0 && lc_spi_bool(row, LEDGER_FILLED_FIELDS), "what filled fields of existing records held is not known: they stay filled"},
		{undoing->conversion_id != 0 && lc_spi_bool(row, LEDGER_MERGED_MEMBERS), "campaign members that were merged are not known: they stay merged"},
		{undoing->conversion_id == 0, "there is no conversion in the ledger: rows of related lists stay where they are"}
	};

	for (size_t i = 0; i < lengthof(unknown); i++)
	{
		if (unknown[i].holds)
			undoing->unknown = lappend(undoing->unknown, unconstify(char *, unknown[i].what));
	}
}

/* The id of the follow-up task of a conversion, or 0 */
static int64
follow_up_task(const LcRequest *request)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&request->undoing->undo->root, "follow_up_task", strlen("follow_up_task"), NULL);

	return value != NULL && value->type == jbvNumeric ?
		DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value->val.numeric))) : 0;
}

/* Takes over what a row of the ledger says; row of SPI_tuptable */
static void
read_conversion(LcRequest *request, uint64 row)
{
	LcUndoing  *undoing = request->undoing;
	LcDecision *decision = &request->decision;
	char	   *origin;
	bool		isnull;
	Datum		value;

	undoing->conversion_id = lc_spi_int64(row, LEDGER_ID);
	undoing->is_known = lc_spi_bool(row, LEDGER_HAS_UNDO);
	origin = lc_spi_text(row, LEDGER_ORIGIN);
	undoing->is_imported = origin != NULL && strcmp(origin, "imported") == 0;
	undoing->ledger_status = lc_spi_text(row, LEDGER_STATUS);
	undoing->undo = (Jsonb *) PG_DETOAST_DATUM_COPY(lc_spi_datum(row, LEDGER_UNDO, &isnull));
	value = lc_spi_datum(row, LEDGER_OWNER_CHANGES, &isnull);
	if (!isnull)
		undoing->owner_changes = (Jsonb *) PG_DETOAST_DATUM_COPY(value);
	decision->target_id[T_ACCOUNT] = lc_spi_int64(row, LEDGER_ACCOUNT_ID);
	decision->target_id[T_CONTACT] = lc_spi_int64(row, LEDGER_CONTACT_ID);
	decision->target_id[T_OPPORTUNITY] = lc_spi_int64(row, LEDGER_OPPORTUNITY_ID);
	decision->target_id[T_PERSON] = lc_spi_int64(row, LEDGER_PERSON_ID);
	undoing->was_created[T_ACCOUNT] = lc_spi_bool(row, LEDGER_ACCOUNT_CREATED);
	undoing->was_created[T_CONTACT] = lc_spi_bool(row, LEDGER_CONTACT_CREATED);
	undoing->was_created[T_OPPORTUNITY] = lc_spi_bool(row, LEDGER_OPPORTUNITY_CREATED);
	/* a related person account is made with its contact */
	undoing->was_created[T_PERSON] = decision->target_id[T_PERSON] != 0 && undoing->was_created[T_CONTACT];
	decision->follow_up_task_id = follow_up_task(request);
	undoing->was_created[U_TASK] = decision->follow_up_task_id != 0;
	if (undoing->was_created[U_TASK])
	{
		request->value[F_FOLLOW_UP_TASK] = DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
		request->isnull[F_FOLLOW_UP_TASK] = false;
	}
	if (lc_spi_bool(row, LEDGER_NOTIFIED))
		lc_undo_warn(request, NULL, NULL, "the notification that was made stays");
	if (!undoing->is_known)
		note_unknown(request, row);
}

/* Reads the ledger for requests, for which the batch is laid down.  In the current memory context. */
void
lc_undo_read_ledger(LcRun *run, LcRequest **requests, int nrequests)
{
	uint64		nrows = lc_undo_step(run, U_LEDGER);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(requests, i);

		/* the last one counts */
		if (request->undoing->conversion_id != 0)
		{
			request->undoing->unknown = NIL;
			request->outcome.warnings = NIL;
		}
		read_conversion(request, i);
	}
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < nrequests; i++)
	{
		LcUndoing  *undoing = requests[i]->undoing;

		if (undoing->conversion_id == 0)
		{
			undoing->undo = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
			note_unknown(requests[i], 0);
		}
	}
}

/* Reads anew what the ledger says of conversions, for which the batch is laid down */
void
lc_undo_read_again(LcRun *run, LcRequest **requests, int nrequests)
{
	uint64		nrows = lc_undo_step(run, U_LEDGER);

	for (uint64 i = 0; i < nrows; i++)
	{
		bool		isnull;

		lc_row_request(requests, i)->undoing->undo = (Jsonb *) PG_DETOAST_DATUM_COPY(lc_spi_datum(i, LEDGER_UNDO, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
}
