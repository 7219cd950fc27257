/*-------------------------------------------------------------------------
 *
 * facts.c
 *	  What else there is about the leads: owners, approvals, related records.
 *
 * Before anything is written the judge wants to know a little from many tables,
 * most of which have nothing to say about most leads.  As one statement this
 * would be a plan over some twenty tables whose start costs more than all of its
 * answers; so here the tables are looked at directly, as the server looks at its
 * catalogs: an index probe each, no privileges and no row security (the answers
 * name no row), on the latest snapshot.  The leads are locked by now, so nobody
 * else can add a row that references one.
 *
 * Works in the current memory context.  Tables and indexes are closed before
 * this returns; their locks are held to the end of the transaction.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

/* Statuses of crm.process_instance in which an approval is under way */
static const char *const active_approvals[] = {"Started", "Pending", "Hold", "Reassigned"};

/* Is there a row for one of the leads?  Found out by reading the table once. */
static bool
scan_any(LcOpenProbe *probe, LcRequest **requests, int nrequests, Snapshot snapshot)
{
	int64	   *lead_ids = palloc(sizeof(int64) * nrequests);
	SysScanDesc scan = systable_beginscan(probe->rel, InvalidOid, false, snapshot, 0, NULL);
	HeapTuple	tuple;
	bool		found = false;

	for (int i = 0; i < nrequests; i++)
		lead_ids[i] = lc_lead_id(requests[i]);
	qsort(lead_ids, nrequests, sizeof(int64), lc_compare_int64);
	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		int64		lead_id = DatumGetInt64(heap_getattr(tuple, probe->probe->attno, RelationGetDescr(probe->rel), &isnull));

		CHECK_FOR_INTERRUPTS();
		found = !isnull && bsearch(&lead_id, lead_ids, nrequests, sizeof(int64), lc_compare_int64) != NULL;
	}
	systable_endscan(scan);
	pfree(lead_ids);
	return found;
}

/* Is there a row for one of the leads? */
static bool
probe_any(const LcProbe *compiled, LcRequest **requests, int nrequests, Snapshot snapshot)
{
	LcOpenProbe	probe;
	bool		found = false;

	lc_probe_open(&probe, compiled);
	if (probe.rel->rd_rel->relkind != RELKIND_RELATION)
		found = true;			/* partitioned or foreign: the step itself finds out */
	else if (!probe.is_empty && !OidIsValid(probe.index))
		found = scan_any(&probe, requests, nrequests, snapshot);
	else
		for (int i = 0; i < nrequests && !found && !probe.is_empty; i++)
			found = lc_probe_finds(&probe, lc_lead_id(requests[i]), snapshot);
	lc_probe_close(&probe);
	return found;
}

/* Owners that have been read for this batch; most leads share theirs with others */
#define OWNER_SLOTS 64

typedef struct OwnerCache
{
	LcOwner		slot[OWNER_SLOTS];	/* by id modulo OWNER_SLOTS; id 0 = empty */
} OwnerCache;

/* Finds out about the user of an id */
static void
read_owner(const LcFactTables *facts, LcOpenProbe *probe, OwnerCache *cache, int64 id, LcOwner *owner, Snapshot snapshot)
{
	LcOwner    *slot = &cache->slot[(uint64) id % OWNER_SLOTS];
	TupleDesc	desc = RelationGetDescr(probe->rel);
	SysScanDesc scan;
	HeapTuple	tuple;

	if (id == 0 || slot->id == id)
	{
		*owner = id == 0 ? (LcOwner) {0} : *slot;
		return;
	}
	memset(slot, 0, sizeof(LcOwner));
	slot->id = id;
	scan = lc_probe_begin(probe, id, snapshot);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, facts->user_type_attno, desc, &isnull);

		slot->exists = true;
		slot->is_queue = !isnull && strcmp(lc_value_text(value, TupleDescAttr(desc, facts->user_type_attno - 1)->atttypid), "Queue") == 0;
		value = heap_getattr(tuple, facts->user_active_attno, desc, &isnull);
		slot->is_active = !isnull && DatumGetBool(value);
	}
	systable_endscan(scan);
	*owner = *slot;
}

/* A column of a row that is true */
bool
lc_is_true(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, attno, desc, &isnull);

	return !isnull && DatumGetBool(value);
}

/* Is an approval of this lead under way? */
static bool
read_approval(LcProgram *program, LcOpenProbe *probe, int64 lead_id, Snapshot snapshot)
{
	SysScanDesc scan = lc_probe_begin(probe, lead_id, snapshot);
	HeapTuple	tuple;
	bool		found = false;

	while (!found && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(probe->rel);
		bool		isnull;
		Datum		value = heap_getattr(tuple, program->facts.approval_status_attno, desc, &isnull);
		char	   *status = isnull ? "" :
			lc_value_text(value, TupleDescAttr(desc, program->facts.approval_status_attno - 1)->atttypid);

		if (lc_is_true(tuple, desc, program->facts.approval_deleted_attno))
			continue;
		for (size_t i = 0; i < lengthof(active_approvals); i++)
			found |= strcmp(status, active_approvals[i]) == 0;
	}
	systable_endscan(scan);
	return found;
}

/* The campaign that was looked at last; most members of a batch share theirs with others */
typedef struct CampaignCache
{
	int64		id;				/* 0 = none yet */
	bool		is_live;
} CampaignCache;

/* Is this campaign there, and not in the recycle bin? */
static bool
read_campaign(LcProgram *program, CampaignCache *cache, int64 campaign_id, Snapshot snapshot)
{
	LcOpenProbe campaigns;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (cache->id == campaign_id)
		return cache->is_live;
	lc_probe_open(&campaigns, &program->facts.campaigns);
	scan = lc_probe_begin(&campaigns, campaign_id, snapshot);
	tuple = systable_getnext(scan);
	cache->id = campaign_id;
	cache->is_live = HeapTupleIsValid(tuple) &&
		!lc_is_true(tuple, RelationGetDescr(campaigns.rel), program->facts.campaign_deleted_attno);
	systable_endscan(scan);
	lc_probe_close(&campaigns);
	return cache->is_live;
}

/*
 * The campaign that the lead was added to last, by the member's created date, or
 * 0.  It becomes the primary campaign source of the opportunity.  What is in the
 * recycle bin, the member or its campaign, does not count.
 */
static void
read_members(LcProgram *program, LcOpenProbe *probe, CampaignCache *cache, LcRequest *request, Snapshot snapshot)
{
	SysScanDesc scan = lc_probe_begin(probe, lc_lead_id(request), snapshot);
	LcFacts    *facts = &request->facts;
	HeapTuple	tuple;
	TimestampTz latest = 0;
	int64		latest_id = 0;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		TupleDesc	desc = RelationGetDescr(probe->rel);
		bool		isnull;
		int64		campaign_id = DatumGetInt64(heap_getattr(tuple, program->facts.member_campaign_attno, desc, &isnull));
		TimestampTz created = DatumGetTimestampTz(heap_getattr(tuple, program->facts.member_created_attno, desc, &isnull));
		int64		id = DatumGetInt64(heap_getattr(tuple, program->facts.member_id_attno, desc, &isnull));

		facts->has_members = true;
		if (lc_is_true(tuple, desc, program->facts.member_deleted_attno))
			continue;
		if ((facts->latest_campaign_id == 0 || created > latest || (created == latest && id > latest_id)) &&
			read_campaign(program, cache, campaign_id, snapshot))
		{
			facts->latest_campaign_id = campaign_id;
			latest = created;
			latest_id = id;
		}
	}
	systable_endscan(scan);
}

/* Which users row security lets the caller see */
static const LcFixedStatement fact_statements[] = {
	{S_SEEN_USERS, "look up users", NULL, LC_SNAPSHOT_LATEST, INT8ARRAYOID,
	"SELECT u.id::pg_catalog.int8 FROM crm.app_user u WHERE u.id OPERATOR(pg_catalog.=) ANY ($1)", NULL, NULL}
};

/*
 * Users whom a request names and whom the caller may not see, for want of a privilege or
 * by row security, do not exist for it, as other records do not.  (The owner of a lead is another matter: he
 * is there already.)
 */
static void
forget_hidden_users(LcRun *run, LcRequest **requests, int nrequests)
{
	const LcProbe *users = &run->program->facts.users;
	int			nowners = 0;
	LcOwner   **owners;
	Datum	   *ids;
	HTAB	   *seen;
	uint64		nseen;
	bool		may_look = lc_may_select_users(users->relid);

	if (may_look && !lc_policies_show_users(users->relid))
		return;
	owners = palloc(sizeof(LcOwner *) * nrequests * (1 + LC_NRECORDS));
	for (int i = 0; i < nrequests; i++)
	{
		LcFacts    *facts = &requests[i]->facts;

		if (lc_given(requests[i], F_OWNER_ID))
			owners[nowners++] = &facts->owner;
		for (int r = 0; r < LC_NRECORDS; r++)
		{
			if (facts->record_owner[r].id != 0)
				owners[nowners++] = &facts->record_owner[r];
		}
	}
	if (nowners == 0)
		return;
	if (!may_look)
	{
		for (int i = 0; i < nowners; i++)
			owners[i]->exists = false;
		return;
	}
	ids = palloc(sizeof(Datum) * nowners);
	for (int i = 0; i < nowners; i++)
		ids[i] = Int64GetDatum(owners[i]->id);
	seen = lc_shared_table("leadconv visible users", nowners);
	nseen = lc_execute(run, &run->program->step[S_SEEN_USERS],
					   PointerGetDatum(construct_array(ids, nowners, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
	for (uint64 i = 0; i < nseen; i++)
		(void) lc_shared(seen, lc_spi_int64(i, 1), 0);
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < nowners; i++)
		owners[i]->exists &= lc_shared_find(seen, owners[i]->id, 0) != NULL;
	hash_destroy(seen);
}

/*
 * Finds the tables, columns and indexes that lc_gather_facts() looks at.  Raises
 * SCHEMA_NOT_READY when one is missing, or a column of a type that it cannot read.
 * NULL in any of the columns says nothing: no queue, not active, not deleted, no
 * approval.
 */
void
lc_compile_facts(LcProgram *program)
{
	LcFactTables *facts = &program->facts;

	lc_compile_probe(&facts->users, lc_crm_relid("app_user", false), "id");
	facts->user_type_attno = lc_probe_column(&facts->users, "user_type", TEXTOID);
	facts->user_active_attno = lc_probe_column(&facts->users, "is_active", BOOLOID);
	lc_compile_probe(&facts->approvals, lc_crm_relid("process_instance", false), "lead_id");
	facts->approval_status_attno = lc_probe_column(&facts->approvals, "status", TEXTOID);
	facts->approval_deleted_attno = lc_probe_column(&facts->approvals, "is_deleted", BOOLOID);
	lc_compile_probe(&facts->workflow, lc_crm_relid("workflow_time_queue", false), "lead_id");
	lc_compile_probe(&facts->subscriptions, lc_crm_relid("entity_subscription", false), "lead_id");
	lc_compile_probe(&facts->partners, lc_crm_relid("partner_network_record_connection", false), "lead_id");
	lc_compile_probe(&facts->members, lc_crm_relid("campaign_member", false), "lead_id");
	facts->member_campaign_attno = lc_probe_column(&facts->members, "campaign_id", INT8OID);
	facts->member_created_attno = lc_probe_column(&facts->members, "created_date", TIMESTAMPTZOID);
	facts->member_id_attno = lc_probe_column(&facts->members, "id", INT8OID);
	facts->member_deleted_attno = lc_probe_column(&facts->members, "is_deleted", BOOLOID);
	lc_compile_probe(&facts->campaigns, lc_crm_relid("campaign", false), "id");
	facts->campaign_deleted_attno = lc_probe_column(&facts->campaigns, "is_deleted", BOOLOID);
	lc_fixed_statements(program, fact_statements, lengthof(fact_statements));
}

/*
 * Gathers the facts about requests whose leads are locked.
 */
void
lc_gather_facts(LcRun *run, LcRequest **requests, int nrequests)
{
	LcProgram  *program = run->program;
	LcSettings *settings = &program->settings;
	Snapshot	snapshot;
	OwnerCache	owners = {0};
	CampaignCache campaign = {0};
	LcOpenProbe	users;
	LcOpenProbe	approvals;
	LcOpenProbe	members;

	run->step = "look up facts";
	CommandCounterIncrement();
	snapshot = RegisterSnapshot(GetLatestSnapshot());

	lc_probe_open(&users, &program->facts.users);
	lc_probe_open(&approvals, &program->facts.approvals);
	lc_probe_open(&members, &program->facts.members);
	for (int i = 0; i < nrequests; i++)
	{
		LcRequest  *request = requests[i];
		int64		lead_id = lc_lead_id(request);
		LcOwner    *owner = &request->facts.owner;
		int64		owner_id;

		CHECK_FOR_INTERRUPTS();
		/* the owner: given, else by the settings, else the lead's, else who converts */
		owner_id = lc_id(request, F_OWNER_ID);
		if (owner_id == 0)
			owner_id = settings->owner_is_converter && run->user_id != 0 ? run->user_id : request->facts.lead_owner_id;
		if (owner_id == 0)
			owner_id = run->user_id;	/* a lead without an owner */
		read_owner(&program->facts, &users, &owners, owner_id, owner, snapshot);
		if (owner->is_queue && !lc_given(request, F_OWNER_ID) && settings->default_owner_id != 0)
			read_owner(&program->facts, &users, &owners, settings->default_owner_id, owner, snapshot);
		for (int r = 0; r < LC_NRECORDS; r++)
		{
			if (lc_record_id(request, lc_record_field(request, r), "owner_id", &owner_id))
				read_owner(&program->facts, &users, &owners, owner_id, &request->facts.record_owner[r], snapshot);
		}

		request->facts.in_approval = !approvals.is_empty && read_approval(program, &approvals, lead_id, snapshot);
		request->facts.has_members = false;
		request->facts.latest_campaign_id = 0;
		if (!members.is_empty)
			read_members(program, &members, &campaign, request, snapshot);
	}
	lc_probe_close(&users);
	lc_probe_close(&approvals);
	lc_probe_close(&members);

	if (probe_any(&program->facts.workflow, requests, nrequests, snapshot))
	{
		for (int i = 0; i < nrequests; i++)
			requests[i]->facts.has_pending_workflow = probe_any(&program->facts.workflow, &requests[i], 1, snapshot);
	}
	run->has_subscriptions = probe_any(&program->facts.subscriptions, requests, nrequests, snapshot);
	run->has_partner_connections = probe_any(&program->facts.partners, requests, nrequests, snapshot);
	run->lists_with_rows = 0;
	for (int n = 0; n < program->nlists; n++)
	{
		const LcProbe *probe = &program->lists[n].probe;
		bool		has_rows = false;

		CHECK_FOR_INTERRUPTS();
		if (probe->relid == program->facts.members.relid && probe->attno == program->facts.members.attno)
		{
			/* they have been looked at for the latest campaign */
			for (int i = 0; i < nrequests; i++)
				has_rows |= requests[i]->facts.has_members;
		}
		else
			has_rows = probe_any(probe, requests, nrequests, snapshot);
		if (has_rows)
			run->lists_with_rows |= UINT64CONST(1) << n;
	}
	UnregisterSnapshot(snapshot);
	forget_hidden_users(run, requests, nrequests);
}
