/*-------------------------------------------------------------------------
 *
 * follow.c
 *	  Who follows what, who is told, and what ends with the lead.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

static const LcFixedStatement follow_statements[] = {
	{S_UNFOLLOW, "delete entity_subscription", "entity_subscription", LC_SNAPSHOT_CHECKED, InvalidOid,
		"DELETE FROM crm.entity_subscription s USING conversion_batch b, crm.lead l"
		" WHERE s.lead_id OPERATOR(pg_catalog.=) b.lead_id AND l.id OPERATOR(pg_catalog.=) b.lead_id"
		" AND s.subscriber_id OPERATOR(pg_catalog.=) l.owner_id AND NOT s.is_deleted RETURNING b.ord, pg_catalog.to_jsonb(s.*)::pg_catalog.text", NULL, NULL},
	{S_PARTNER, "update partner_network_record_connection", "partner_network_record_connection", LC_SNAPSHOT_CHECKED, InvalidOid,
		"UPDATE crm.partner_network_record_connection p SET status = 'Inactive (converted)'"
		" FROM conversion_batch b, crm.partner_network_record_connection o"
		" WHERE p.lead_id OPERATOR(pg_catalog.=) b.lead_id AND o.id OPERATOR(pg_catalog.=) p.id"
		" RETURNING b.ord, pg_catalog.jsonb_build_object('id', o.id, 'status', o.status)::pg_catalog.text", NULL, NULL},
	{S_FOLLOW, "insert entity_subscription", "entity_subscription", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.entity_subscription (subscriber_id, account_id)"
		" SELECT b.converter_id, b.account_id FROM conversion_batch b WHERE b.account_created AND b.converter_id IS NOT NULL", NULL, NULL},
	{S_FOLLOW_BESIDE, "insert entity_subscription", "entity_subscription", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.entity_subscription (subscriber_id, account_id)"
		" SELECT b.converter_id, b.account_id FROM conversion_batch b WHERE b.account_created AND b.converter_id IS NOT NULL"
		" AND NOT EXISTS (SELECT 1 FROM crm.entity_subscription s WHERE s.account_id OPERATOR(pg_catalog.=) b.account_id"
		"  AND s.subscriber_id OPERATOR(pg_catalog.=) b.converter_id)", NULL, NULL},
	{S_NOTIFY, "insert notification", "notification", LC_SNAPSHOT_TRANSACTION, InvalidOid,
		"INSERT INTO crm.notification (user_id, lead_id, account_id, contact_id, opportunity_id, type, subject, body,"
		" created_date, created_by_id)"
		" SELECT b.owner_id, b.lead_id, b.account_id, b.contact_id, b.opportunity_id, 'LeadConverted',"
		" pg_catalog.concat('Lead converted: ', l.name), pg_catalog.concat('Lead ', l.name, "
		" CASE WHEN l.company IS NOT NULL THEN pg_catalog.concat(' (', l.company, ')') END, ' has been converted.'),"
		" pg_catalog.now(), b.converter_id"
		" FROM conversion_batch b JOIN crm.lead l ON l.id OPERATOR(pg_catalog.=) b.lead_id WHERE b.notify", NULL, NULL}
};

/* What these statements read */
static const LcRequiredColumn follow_columns[] = {
	{"entity_subscription", "lead_id", INT8OID},
	{"entity_subscription", "subscriber_id", INT8OID},
	{"partner_network_record_connection", "id", INT8OID},
	{"partner_network_record_connection", "lead_id", INT8OID}
};

/*
 * Compiles the statements of this file.  Raises SCHEMA_NOT_READY when a table or
 * column is not as it must be.
 */
void
lc_compile_follow(LcProgram *program)
{
	LcProbe    *followers = &program->facts.followers;

	lc_require_columns(follow_columns, lengthof(follow_columns));
	lc_fixed_statements(program, follow_statements, lengthof(follow_statements));
	lc_compile_probe(followers, lc_crm_relid("entity_subscription", false), "account_id");
	program->facts.follower_attno = lc_probe_column(followers, "subscriber_id", INT8OID);
}

/* What S_UNFOLLOW and S_PARTNER yield after ord: the row as it was, for undo */
#define ENDED_ROW 2

/* Runs one of them, and notes what it has ended */
static void
end_rows(LcRun *run, LcStep step)
{
	uint64		nrows = lc_execute(run, &run->program->step[step], (Datum) 0);

	for (uint64 i = 0; i < nrows; i++)
	{
		LcOutcome  *outcome = &lc_row_request(run->request, i)->outcome;
		StringInfo *ended = step == S_UNFOLLOW ? &outcome->undo_subscriptions : &outcome->undo_connections;

		appendStringInfo(lc_json_array_next(ended), "%s]", lc_spi_text(i, ENDED_ROW));
	}
	run->outcome_changed |= nrows > 0;
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Ends what the leads had: the owner's subscription, and the connections that
 * share them with other organizations.
 */
void
lc_end_connections(LcRun *run)
{
	if (run->has_subscriptions)
		end_rows(run, S_UNFOLLOW);
	if (run->has_partner_connections)
		end_rows(run, S_PARTNER);
}

/* How many of the new accounts does the converting user follow? */
static uint64
count_followed(LcRun *run)
{
	const LcFactTables *facts = &run->program->facts;
	Snapshot	snapshot;
	LcOpenProbe probe;
	uint64		count = 0;

	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	lc_probe_open(&probe, &facts->followers);
	for (int i = 0; i < run->nrequests && !probe.is_empty; i++)
	{
		const LcDecision *decision = &run->request[i]->decision;
		SysScanDesc scan;
		HeapTuple	tuple;

		CHECK_FOR_INTERRUPTS();
		if (!lc_creates_account(run->request[i]))
			continue;
		scan = lc_probe_begin(&probe, decision->target_id[T_ACCOUNT], snapshot);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			bool		isnull;
			Datum		subscriber = heap_getattr(tuple, facts->follower_attno, RelationGetDescr(probe.rel), &isnull);

			count += !isnull && DatumGetInt64(subscriber) == run->user_id;
		}
		systable_endscan(scan);
	}
	lc_probe_close(&probe);
	UnregisterSnapshot(snapshot);
	return count;
}

/* The channel on which NOTIFY tells of notifications */
#define NOTIFY_CHANNEL	"leadconv_notification"

/*
 * NOTIFY for each notification that has been written: whom it is for, and the records
 * that it is about.  Anybody may LISTEN, so there is nothing in it but ids.
 */
static void
send_notifications(LcRun *run)
{
	for (int i = 0; i < run->nrequests; i++)
	{
		const LcRequest *request = run->request[i];
		StringInfoData buf;

		CHECK_FOR_INTERRUPTS();
		if (!request->decision.notify)
			continue;
		initStringInfo(&buf);
		appendStringInfo(&buf, "{\"type\": \"LeadConverted\", \"user_id\": " INT64_FORMAT ", \"lead_id\": " INT64_FORMAT,
						 request->decision.owner_id, lc_lead_id(request));
		for (int t = T_ACCOUNT; t < LC_NTARGETS; t++)
		{
			if (request->decision.target_id[t] != 0)
				appendStringInfo(&buf, ", \"%s_id\": " INT64_FORMAT, lc_target[t].name, request->decision.target_id[t]);
		}
		appendStringInfoChar(&buf, '}');
		Async_Notify(NOTIFY_CHANNEL, buf.data);
		pfree(buf.data);
	}
}

/*
 * The converting user follows the new accounts, unless a trigger has seen to that;
 * owners are told who want to know
 */
void
lc_follow_and_notify(LcRun *run)
{
	uint64		naccounts = 0;
	uint64		nnotify = 0;

	for (int i = 0; i < run->nrequests; i++)
	{
		naccounts += lc_creates_account(run->request[i]);
		nnotify += run->request[i]->decision.notify;
	}
	if (naccounts > 0 && run->user_id != 0 && run->program->settings.follow_new_account)
	{
		if (!run->program->user_code)
			lc_execute_expecting(run, S_FOLLOW, (Datum) 0, naccounts);
		else if (count_followed(run) < naccounts)
		{
			lc_execute(run, &run->program->step[S_FOLLOW_BESIDE], (Datum) 0);
			lc_check_processed(run, count_followed(run), naccounts);
		}
	}
	if (nnotify > 0)
	{
		lc_execute_expecting(run, S_NOTIFY, (Datum) 0, nnotify);
		if (run->program->settings.notify)
			send_notifications(run);
	}
}
