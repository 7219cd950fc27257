/*-------------------------------------------------------------------------
 *
 * undo_block.c
 *	  What is in the way of taking a conversion back.
 *
 * Whatever has been changed since is noted: rows that are not as the conversion left
 * them, and rows that point at a record which it made.  Then either the request is
 * refused, with the list of all of them, or they stay as they are, and each is a
 * warning.  Of rows that the caller may not see he is told the table only.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"

#include "engine/engine.h"

/* How many of them are told; a record may be in use in any number of places */
#define MAX_TOLD 100

/*
 * Notes that a row is in the way; key is its id or its key as JSON, or NULL.  A row is
 * noted once.
 */
void
lc_undo_block(LcRequest *request, Oid relid, const char *key, const char *reason)
{
	LcUndoing  *undoing = request->undoing;
	LcBlock    *block;
	ListCell   *lc;

	foreach(lc, undoing->blocks)
	{
		block = lfirst(lc);
		if (block->relid == relid && (key == NULL || block->key == NULL ? key == block->key : strcmp(block->key, key) == 0))
			return;
	}
	if (list_length(undoing->blocks) >= MAX_TOLD)
		return;
	block = palloc(sizeof(LcBlock));
	block->relid = relid;
	block->table = lc_qualified_name(relid);
	block->key = key ? pstrdup(key) : NULL;
	block->reason = pstrdup(reason);
	undoing->blocks = lappend(undoing->blocks, block);
}

/* The same for a row of an id */
void
lc_undo_block_id(LcRequest *request, Oid relid, int64 id, const char *reason)
{
	lc_undo_block(request, relid, psprintf(INT64_FORMAT, id), reason);
}

/*
 * Does something that writes values of the ledger back into columns, which may have
 * other types and constraints by now.  For one conversion it is tried: returns false when
 * values do not fit, and then nothing is done.  For several the error is raised, and the
 * call takes them one by one.
 */
bool
lc_undo_try(LcRun *run, void (*body) (void *arg), void *arg)
{
	LcSubxact	subxact;
	volatile bool fits = true;

	if (run->nrequests > 1)
	{
		body(arg);
		return true;
	}
	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		body(arg);
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		ErrorData  *edata = lc_subxact_failed(&subxact, subxact.context);

		/* what a trigger says is not about our values */
		if (run->error_in_trigger ||
			(ERRCODE_TO_CATEGORY(edata->sqlerrcode) != ERRCODE_DATA_EXCEPTION && edata->sqlerrcode != ERRCODE_NOT_NULL_VIOLATION &&
			 edata->sqlerrcode != ERRCODE_CHECK_VIOLATION))
			ReThrowError(edata);
		FreeErrorData(edata);
		fits = false;
	}
	PG_END_TRY();
	return fits;
}

/* May the caller know of this row? */
static bool
is_visible(const LcBlock *block)
{
	Oid			argtypes[1] = {TEXTOID};
	Datum		values[1];
	bool		result;

	if (block->key == NULL || !lc_may_use_schema(get_rel_namespace(block->relid), GetUserId()) ||
		pg_class_aclcheck(block->relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return false;
	if (check_enable_rls(block->relid, InvalidOid, true) != RLS_ENABLED)
		return true;
	if (block->key[0] == '{')
		return false;
	values[0] = CStringGetTextDatum(block->key);
	result = lc_read(psprintf("SELECT 1 FROM %s t WHERE t.id::pg_catalog.text OPERATOR(pg_catalog.=) $1", block->table),
					 1, argtypes, values) > 0;
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/* {"table": ..., "id": ..., "reason": ...} */
static char *
block_json(const LcBlock *block, bool visible)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "{\"table\": ");
	lc_append_json_string(&buf, block->table);
	if (visible)
		appendStringInfo(&buf, ", \"id\": %s", block->key);
	appendStringInfoString(&buf, ", \"reason\": ");
	lc_append_json_string(&buf, block->reason);
	appendStringInfoChar(&buf, '}');
	return buf.data;
}

/* "row 5 of crm.task", "a row of crm.task" */
static char *
block_name(const LcBlock *block, bool visible)
{
	return visible ? psprintf("row %s of %s", block->key, block->table) : psprintf("a row of %s", block->table);
}

/*
 * Refuses a request because of all that is in its way, or says what the ledger does not
 * tell.  In the current memory context.
 */
void
lc_undo_refuse(LcRequest *request)
{
	LcUndoing  *undoing = request->undoing;
	StringInfoData data;
	StringInfoData detail;
	LcError    *error;
	ListCell   *lc;
	const char *separator = "";

	initStringInfo(&data);
	initStringInfo(&detail);
	appendStringInfoChar(&data, '[');
	foreach(lc, undoing->blocks)
	{
		const LcBlock *block = lfirst(lc);
		bool		visible = is_visible(block);

		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&data, "%s%s", *separator ? ", " : "", block_json(block, visible));
		appendStringInfo(&detail, "%s%s: %s", separator, block_name(block, visible), block->reason);
		separator = "; ";
	}
	foreach(lc, undoing->unknown)
	{
		appendStringInfo(&detail, "%s%s", separator, (char *) lfirst(lc));
		separator = "; ";
	}
	appendStringInfo(&detail, ".");
	appendStringInfoChar(&data, ']');
	if (detail.len > 0)
		detail.data[0] = pg_toupper((unsigned char) detail.data[0]);
	error = lc_error(LC_UNDO_BLOCKED, NULL, detail.data,
					 "Put it right, or undo with on_change => 'keep', which leaves alone what has been changed since.",
					 undoing->blocks != NIL
					 ? "the conversion of lead " INT64_FORMAT " cannot be undone: something has been changed since"
					 : "the conversion of lead " INT64_FORMAT " cannot be undone completely: the ledger does not say what it did",
					 lc_lead_id(request));
	error->data = data.data;
	request->outcome.errors = lappend(request->outcome.errors, error);
}

/* Adds a warning about something that stays */
void
lc_undo_warn(LcRequest *request, const char *field, char *detail, const char *message)
{
	lc_add_warning(request, "UNDO_KEPT", lc_error(LC_UNDO_BLOCKED, field, detail, NULL, "%s", message));
}

/*
 * Warns of all that stays, because it was in the way, and of what the ledger does not
 * tell.  In the current memory context.
 */
void
lc_undo_warn_kept(LcRequest *request)
{
	LcUndoing  *undoing = request->undoing;
	ListCell   *lc;

	foreach(lc, undoing->blocks)
	{
		const LcBlock *block = lfirst(lc);
		bool		visible = is_visible(block);
		LcError    *warning = lc_error(LC_UNDO_BLOCKED, NULL, NULL, NULL, "%s stays as it is: %s", block_name(block, visible), block->reason);

		CHECK_FOR_INTERRUPTS();
		warning->data = block_json(block, visible);
		lc_add_warning(request, "UNDO_KEPT", warning);
	}
	foreach(lc, undoing->unknown)
		lc_undo_warn(request, NULL, NULL, lfirst(lc));
}
