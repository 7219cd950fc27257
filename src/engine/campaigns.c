/*-------------------------------------------------------------------------
 *
 * campaigns.c
 *	  Campaign members: from the lead to the contact.
 *
 * A member row of the lead becomes the contact's and keeps its lead.  When the
 * contact is a member of the same campaign already, the two rows become one: the
 * contact's row stays and takes the status of whichever is further along:
 * responded beats not responded, then the higher sort order of the status, and the
 * contact's row wins ties.  The merged row has the earlier created date and first
 * response.
 *
 * A row in the recycle bin has no say.  The contact's, which stands where the
 * lead's has to go, is taken out of the bin and becomes what the lead's row is;
 * the lead's stays in the bin, and on the lead when the contact has a row.
 *
 * When several leads of a batch go into one contact, they follow one another as
 * they would one by one: contact_rank numbers the requests of a contact, and
 * each rank is a round of its own.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "engine/engine.h"

/* The position of a member's status in its campaign, and whether it is a response */
#define STATUS_OF(m, what) \
	"(SELECT s." what " FROM crm.campaign_member_status s" \
	" WHERE s.campaign_id OPERATOR(pg_catalog.=) " m ".campaign_id" \
	" AND s.label::pg_catalog.text OPERATOR(pg_catalog.=) " m ".status::pg_catalog.text)"
#define RESPONDED(m) \
	"(" m ".has_responded OR COALESCE(" STATUS_OF(m, "has_responded") ", false))"
#define FURTHER_ALONG \
	"CASE WHEN " RESPONDED("g") " OPERATOR(pg_catalog.<>) " RESPONDED("k") \
	" THEN " RESPONDED("g") \
	" ELSE COALESCE(" STATUS_OF("g", "sort_order") ", -1)" \
	" OPERATOR(pg_catalog.>) COALESCE(" STATUS_OF("k", "sort_order") ", -1) END"

/* SQL: the contact of batch row b has a row in the campaign of a member */
static char *
contact_is_member(const LcList *list, const char *contact, const char *member)
{
	return psprintf("EXISTS (SELECT 1 FROM %s c WHERE c.%s OPERATOR(pg_catalog.=) b.contact_id"
					" AND c.campaign_id OPERATOR(pg_catalog.=) %s.campaign_id)", list->relation, contact, member);
}

/* UPDATE that gives the contacts of one rank the rows of the lead; beside: but those that have one */
static void
build_move(LcSql *sql, const LcList *list, const char *contact, const char *source_column, const char *but, bool beside)
{
	lc_sql_init(sql);
	lc_sql_add(sql, "UPDATE %s m SET %s = b.contact_id", list->relation, contact);
	if (source_column)
		lc_sql_add(sql, ", %s = b.lead_id", quote_identifier(source_column));
	lc_sql_add(sql, " FROM ");
	lc_sql_batch(sql);
	lc_sql_add(sql, " b WHERE m.%s OPERATOR(pg_catalog.=) b.lead_id AND m.%s IS NULL AND b.contact_id IS NOT NULL"
			   " AND b.contact_rank OPERATOR(pg_catalog.=) $1%s", quote_identifier(list->lead_column), contact, but);
	if (beside)
		lc_sql_add(sql, " AND (NOT m.is_deleted OR NOT %s)", contact_is_member(list, contact, "m"));
}

/*
 * SELECT, for a look, of the members of leads that would be moved or merged, and of
 * those that their contacts have in the same campaigns, these first
 */
static void
build_see_members(LcSql *sql, const LcList *list, const char *contact, const char *but)
{
	const char *lead = quote_identifier(list->lead_column);

	lc_sql_init(sql);
	for (int of_lead = 0; of_lead < 2; of_lead++)
	{
		lc_sql_add(sql, "%sSELECT b.ord, %d, g.id::pg_catalog.int8, g.campaign_id::pg_catalog.int8, g.status::pg_catalog.text, (" RESPONDED("g") ")::pg_catalog.bool, COALESCE(" STATUS_OF("g", "sort_order") ", -1)::pg_catalog.float8,"
				   " g.is_deleted::pg_catalog.bool FROM ",
				   of_lead ? " UNION ALL " : "", of_lead);
		lc_sql_batch(sql);
		if (of_lead)
			lc_sql_add(sql, " b JOIN %s g ON g.%s OPERATOR(pg_catalog.=) b.lead_id AND g.%s IS NULL", list->relation, lead, contact);
		else
			lc_sql_add(sql, " b JOIN %s m ON m.%s OPERATOR(pg_catalog.=) b.lead_id AND m.%s IS NULL"
					   " JOIN %s g ON g.%s OPERATOR(pg_catalog.=) b.contact_id AND g.campaign_id OPERATOR(pg_catalog.=) m.campaign_id",
					   list->relation, lead, contact, list->relation, contact);
		lc_sql_add(sql, " WHERE b.contact_id IS NOT NULL%s", but);
	}
	lc_sql_add(sql, " ORDER BY 1, 2, 3");
}

/* What these statements read */
static const LcRequiredColumn member_columns[] = {
	{"campaign_member", "id", INT8OID},
	{"campaign_member", "campaign_id", INT8OID},
	{"campaign_member", "status", TEXTOID},
	{"campaign_member", "has_responded", BOOLOID},
	{"campaign_member_status", "campaign_id", INT8OID},
	{"campaign_member_status", "label", TEXTOID},
	{"campaign_member_status", "has_responded", BOOLOID},
	{"campaign_member_status", "sort_order", NUMERICOID}
};

/*
 * Compiles the statements of the list whose action is merge_campaign_member.
 * Allocates in the program's context.  leaves_out_persons: the list does not go to
 * person accounts.  Raises SCHEMA_NOT_READY when a column is not as it must be.
 */
void
lc_compile_campaign_members(LcProgram *program, LcList *list, const char *contact_column,
							const char *source_column, bool leaves_out_persons)
{
	const char *but = leaves_out_persons ? " AND NOT b.contact_is_person" : "";
	LcSql		sql;
	Relation	rel = table_open(list->relid, AccessShareLock);
	TupleDesc	desc = RelationGetDescr(rel);
	const char *lead = quote_identifier(list->lead_column);
	const char *contact = quote_identifier(contact_column);

	lc_require_columns(member_columns, lengthof(member_columns));
	lc_sql_init(&sql);
	lc_sql_add(&sql, "WITH gone AS (DELETE FROM %s m USING ", list->relation);
	lc_sql_batch(&sql);
	lc_sql_add(&sql,
			   " b, %s c WHERE m.%s OPERATOR(pg_catalog.=) b.lead_id AND m.%s IS NULL AND NOT m.is_deleted"
			   " AND b.contact_rank OPERATOR(pg_catalog.=) $1%s"
			   " AND c.%s OPERATOR(pg_catalog.=) b.contact_id"
			   " AND c.campaign_id OPERATOR(pg_catalog.=) m.campaign_id"
			   " RETURNING m.*, c.id AS leadconv_kept_id, b.ord AS leadconv_ord,"
			   " pg_catalog.to_jsonb(m.*) AS leadconv_removed, pg_catalog.to_jsonb(c.*) AS leadconv_kept)"
			   " UPDATE %s k SET is_deleted = false,"
			   " status = CASE WHEN k.is_deleted OR " FURTHER_ALONG " THEN g.status ELSE k.status END,"
			   " has_responded = (NOT k.is_deleted AND " RESPONDED("k") ") OR " RESPONDED("g") ","
			   " created_date = CASE WHEN k.is_deleted THEN g.created_date ELSE LEAST(k.created_date, g.created_date) END,"
			   " first_responded_date = CASE WHEN k.is_deleted THEN g.first_responded_date"
			   " ELSE LEAST(k.first_responded_date, g.first_responded_date) END,"
			   " %s = CASE WHEN k.is_deleted THEN g.%s ELSE COALESCE(k.%s, g.%s) END",
			   list->relation, lead, contact, but, contact, list->relation, lead, lead, lead, lead);
	if (source_column)
		lc_sql_add(&sql, ", %s = g.%s", quote_identifier(source_column), lead);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		const char *column = quote_identifier(NameStr(att->attname));

		if (!att->attisdropped && att->attgenerated == '\0' && att->attidentity == '\0' &&
			!lc_is_standard_column("campaign_member", NameStr(att->attname)))
			lc_sql_add(&sql, ", %s = CASE WHEN k.is_deleted THEN g.%s ELSE COALESCE(k.%s, g.%s) END",
					   column, column, column, column);
	}
	lc_sql_add(&sql, " FROM gone g WHERE k.id OPERATOR(pg_catalog.=) g.leadconv_kept_id"
			   " RETURNING g.leadconv_ord, k.id::pg_catalog.int8, g.id::pg_catalog.text, k.campaign_id::pg_catalog.text,"
			   " g.leadconv_kept::pg_catalog.text, g.leadconv_removed::pg_catalog.text");
	table_close(rel, AccessShareLock);
	lc_statement(program, &list->merge, "merge campaign members", list->owner, LC_SNAPSHOT_CHECKED, &sql);
	list->merge.argtype = INT4OID;

	build_move(&sql, list, contact, source_column, but, false);
	lc_statement(program, &list->move, "move campaign members", list->owner, LC_SNAPSHOT_CHECKED, &sql);
	list->move.argtype = INT4OID;
	build_move(&sql, list, contact, source_column, but, true);
	lc_statement(program, &list->move_beside, "move campaign members", list->owner, LC_SNAPSHOT_CHECKED, &sql);
	list->move_beside.argtype = INT4OID;

	build_see_members(&sql, list, contact, but);
	lc_statement(program, &list->see_members, "look at campaign members", InvalidOid, LC_SNAPSHOT_LATEST, &sql);
	lc_sql_init(&sql);
	lc_sql_add(&sql, "SELECT b.ord, pg_catalog.count(*) FROM ");
	lc_sql_batch(&sql);
	lc_sql_add(&sql, " b JOIN %s m ON m.%s OPERATOR(pg_catalog.=) b.lead_id AND m.%s IS NULL"
			   " WHERE b.contact_id IS NOT NULL AND (NOT m.is_deleted OR NOT %s)%s GROUP BY b.ord ORDER BY b.ord",
			   list->relation, lead, contact, contact_is_member(list, contact, "m"), but);
	lc_statement(program, &list->count, "look at campaign members", InvalidOid, LC_SNAPSHOT_LATEST, &sql);

	lc_compile_left_behind(program, list, "verify campaign members",
						   psprintf("t.%s OPERATOR(pg_catalog.=) b.lead_id AND t.%s IS NULL AND (NOT t.is_deleted OR NOT %s)%s",
									lead, contact, contact_is_member(list, contact, "t"), but),
						   "(b.contact_id IS NOT NULL)");
}

/* What the statement merge yields; after ord, in this order */
enum
{
	MERGED_KEPT = 2,
	MERGED_REMOVED,
	MERGED_CAMPAIGN,
	MERGED_KEPT_ROW,			/* whole, as they were */
	MERGED_REMOVED_ROW
};

/*
 * Merges the members of the contacts of one rank, and notes for the ledger what
 * became of them.
 */
static void
merge_members(LcRun *run, LcList *list, Datum rank)
{
	uint64		nrows;

	run->frame->keeps_created_date = true;
	nrows = lc_execute(run, &list->merge, rank);
	run->frame->keeps_created_date = false;
	run->outcome_changed |= nrows > 0;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(run->request, i);

		appendStringInfo(lc_json_array_next(&request->outcome.merged_members),
						 "{\"campaign_id\": %s, \"kept\": " INT64_FORMAT ", \"removed\": %s}]",
						 lc_spi_text(i, MERGED_CAMPAIGN), lc_spi_int64(i, MERGED_KEPT), lc_spi_text(i, MERGED_REMOVED));
		lc_undo_member(run, request, list, lc_spi_int64(i, MERGED_KEPT),
					   lc_spi_text(i, MERGED_KEPT_ROW), lc_spi_text(i, MERGED_REMOVED_ROW));
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Moves and merges the campaign members of the batch.
 */
void
lc_merge_campaign_members(LcRun *run, LcList *list)
{
	int			max_rank = 0;
	bool		lacking = false;

	for (int i = 0; i < run->nrequests; i++)
	{
		max_rank = Max(max_rank, run->request[i]->decision.contact_rank);
		lacking |= run->request[i]->decision.target_id[T_CONTACT] == 0;
	}

	for (int rank = 1; rank <= max_rank; rank++)
	{
		/* a new contact is in no campaign, unless a trigger of a user saw to that */
		bool		existing = rank > 1 || (run->program->user_code && lc_targets_have_rows(run, list));

		for (int i = 0; i < run->nrequests && !existing; i++)
			existing = run->request[i]->decision.contact_rank == rank && !run->request[i]->decision.creates[T_CONTACT];
		if (existing)
			merge_members(run, list, Int32GetDatum(rank));
		lc_execute(run, existing ? &list->move_beside : &list->move, Int32GetDatum(rank));
	}
	if (list->verify_rows || lacking)
		lc_check_left_behind(run, list);
}

/* What the statement see_members yields; after ord, in this order */
enum
{
	SEEN_IS_OF_LEAD = 2,
	SEEN_ID,
	SEEN_CAMPAIGN,
	SEEN_STATUS,
	SEEN_RESPONDED,
	SEEN_SORT_ORDER,
	SEEN_IS_DELETED
};

/* A member of a campaign, as it is after the requests so far */
typedef struct SeenMember
{
	int64		key[2];			/* hash key: contact and campaign */
	int64		id;
	char	   *status;
	bool		responded;
	float8		sort_order;
	bool		is_deleted;
} SeenMember;

/* A row of see_members */
static void
read_member(uint64 row, SeenMember *member)
{
	bool		isnull;

	member->id = lc_spi_int64(row, SEEN_ID);
	member->status = lc_spi_text(row, SEEN_STATUS);
	member->responded = lc_spi_bool(row, SEEN_RESPONDED);
	member->sort_order = DatumGetFloat8(lc_spi_datum(row, SEEN_SORT_ORDER, &isnull));
	member->is_deleted = lc_spi_bool(row, SEEN_IS_DELETED);
}

/*
 * The lead's member would be merged into that of the contact: the same rules as in
 * the statement merge
 */
static void
put_merge(LcLook *look, const LcRequest *request, SeenMember *kept, const SeenMember *gone)
{
	bool		takes_over = kept->is_deleted ||
		(gone->responded != kept->responded ? gone->responded : gone->sort_order > kept->sort_order);
	LcLookFact	fact = {.step = "campaign", .object = "campaign_member", .record_id = gone->id, .field = "status",
		.old_value = kept->status, .source = "engine"};

	kept->responded = (!kept->is_deleted && kept->responded) || gone->responded;
	kept->is_deleted = false;
	if (takes_over)
	{
		kept->status = gone->status;
		kept->sort_order = gone->sort_order;
	}
	fact.new_value = kept->status;
	fact.note = psprintf("merged into campaign member " INT64_FORMAT "; the status of the %s's member wins", kept->id,
						 takes_over ? "lead" : "contact");
	lc_look_fact(look, request, &fact);
}

/*
 * For a look: which members would be moved and which merged, and whose status wins, of
 * those that the caller sees.
 */
void
lc_look_members(LcLook *look, LcList *list)
{
	LcRun	   *run = look->run;
	HASHCTL		ctl;
	HTAB	   *members;
	uint64		nrows;

	if (!lc_may_execute(run, &list->see_members))
		return;
	nrows = lc_execute(run, &list->see_members, (Datum) 0);
	ctl.keysize = sizeof(((SeenMember *) 0)->key);
	ctl.entrysize = sizeof(SeenMember);
	ctl.hcxt = CurrentMemoryContext;
	members = hash_create("leadconv look at members", (int) Min(nrows + 16, 10000), &ctl, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRequest  *request = lc_row_request(run->request, i);
		bool		isnull;
		bool		is_of_lead = DatumGetInt32(lc_spi_datum(i, SEEN_IS_OF_LEAD, &isnull)) == 1;
		int64		key[2] = {request->decision.target_id[T_CONTACT], lc_spi_int64(i, SEEN_CAMPAIGN)};
		SeenMember	member;
		SeenMember *entry;
		bool		found;

		read_member(i, &member);
		entry = hash_search(members, key, HASH_FIND, NULL);
		if (entry != NULL && is_of_lead)
		{
			/* one in the recycle bin stays on the lead */
			if (!member.is_deleted)
				put_merge(look, request, entry, &member);
			continue;
		}
		if (entry != NULL)
			continue;
		entry = hash_search(members, key, HASH_ENTER, &found);
		memcpy(member.key, key, sizeof(key));
		*entry = member;
		if (is_of_lead)
		{
			LcLookFact	fact = {.step = "campaign", .object = "campaign_member", .record_id = member.id, .field = "contact_id",
			.new_value = lc_look_id_text(request, T_CONTACT), .source = "engine", .note = "goes to the contact"};

			lc_look_fact(look, request, &fact);
		}
	}
	hash_destroy(members);
	SPI_freetuptable(SPI_tuptable);
}
