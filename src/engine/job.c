/*-------------------------------------------------------------------------
 *
 * job.c
 *	  Jobs: conversions in batches that are committed one by one.
 *
 * convert_leads_in_batches() is the one place that commits.  Each batch is a bulk
 * call with partial success, in one transaction with the update of the job's row
 * in crm.lead_conversion_job; after a crash the job goes on where the last
 * committed batch ended, and nothing is converted twice.  A session-level
 * advisory lock keeps a second runner of the same job out.
 *
 * A batch runs inside a subtransaction, so that when it fails as a whole (a
 * deadlock, a cancel) the job's row can still say so.  Deadlocks and
 * serialization failures are tried again a few times.
 *
 * When a job is complete, its failures can be run again alone: the same loop over the
 * source, but only over leads of failures up to a certain one (retry_up_to of the job).
 * They are marked in the transaction of their batch, so this, too, goes on where it
 * was interrupted.
 *
 * Memory: the job lives in the context of the non-atomic SPI connection, which
 * survives the commits; each batch has a context below it.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_convert_leads_in_batches);

/* Seed of the advisory locks on jobs, by role and name */
#define JOB_LOCK_SEED UINT64CONST(0x6c656164636a6f62)

/* How often a batch is tried that others keep from succeeding */
#define MAX_TRIES 5

#define MAX_BATCH_SIZE 100000

typedef struct Job
{
	char	   *name;
	char	   *role;			/* who made it, and runs it */
	char	   *of_role;		/* SQL: " AND it is of that role" */
	char	   *source;			/* qualified name, or NULL */
	char	   *source_owner;	/* whose it must be, NULL = not known */
	int			batch_size;
	LcOptions	options;
	LcRequest  *template;		/* options that are fields of a request */
	int64		last_key;
	int64		total;
	int64		done;
	int64		failed;
	bool		retry_failed;	/* its failures are to be run again ... */
	int64		retry_up_to;	/* ... those up to this, 0 = the job itself is run */
	Datum		retry_leads;	/* whose they are */
	int64		user_id;		/* who started the job, 0 = unknown */
	Oid			owner;			/* of crm.lead_conversion_job */
	TimestampTz started;		/* this run of the job */
	int64		handled;		/* in this run of the job */
	char	   *batch_query;	/* $1 = last key, $2 = batch size, $3 = retry_leads */
	char	   *count_query;	/* $1 = last key, $2 = retry_leads; NULL for lead_ids */
	int			column[LC_NFIELDS]; /* of the query's result, or 0 */
	MemoryContext context;
} Job;

/* What start_job() reads of a job that there is, in this order */
enum
{
	JOB_SOURCE = 1,
	JOB_OPTIONS,
	JOB_BATCH_SIZE,
	JOB_STATUS,
	JOB_TOTAL,
	JOB_DONE,
	JOB_FAILED,
	JOB_LAST_KEY,
	JOB_USER,
	JOB_SOURCE_OWNER,
	JOB_RETRY_UP_TO
};

static const LcRequiredColumn job_columns[] = {
	{"lead_conversion_job", "job", TEXTOID},
	{"lead_conversion_job", "source", TEXTOID},
	{"lead_conversion_job", "lead_ids", INT8ARRAYOID},
	{"lead_conversion_job", "options", JSONBOID},
	{"lead_conversion_job", "batch_size", INT8OID},
	{"lead_conversion_job", "status", TEXTOID},
	{"lead_conversion_job", "total", INT8OID},
	{"lead_conversion_job", "done", INT8OID},
	{"lead_conversion_job", "failed", INT8OID},
	{"lead_conversion_job", "last_key", INT8OID},
	{"lead_conversion_job", "cancel_requested", BOOLOID},
	{"lead_conversion_job", "created_by_id", INT8OID},
	{"lead_conversion_job", "created_by_role", TEXTOID},
	{"lead_conversion_job", "source_owner", TEXTOID},
	{"lead_conversion_job", "retry_up_to", INT8OID},
	{"lead_conversion_error", "id", INT8OID},
	{"lead_conversion_error", "job", TEXTOID},
	{"lead_conversion_error", "lead_id", INT8OID},
	{"lead_conversion_error", "created_by_role", TEXTOID}
};

/* One batch */
typedef struct Batch
{
	Job		   *job;
	SPITupleTable *rows;
	int			nrows;
	int64		last_key;
	int64		done;
	int64		failed;
	int64		skipped;
} Batch;

/* A column of the first row of the result, as a string in the job's context */
static char *
job_text(Job *job, int column)
{
	char	   *value = lc_spi_text(0, column);

	return value ? MemoryContextStrdup(job->context, value) : NULL;
}

/*
 * Reads the options: flags of the bulk call, and fields that are common to all
 * requests.
 */
static void
read_options(Job *job, Jsonb *options)
{
	const LcJsonFlag flags[] = {
		{"allow_save", &job->options.allow_save},
		{"reuse_accounts", &job->options.reuse_accounts},
		{"reuse_contacts", &job->options.reuse_contacts}
	};

	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR,
				(lc_errcode(LC_INVALID_TYPE_ON_FIELD_IN_RECORD),
				 errmsg("options is not a JSON object"),
				 errhint("Give fields of leadconv.lead_convert that all requests have in common, and flags of leadconv.convert_leads().")));
	job->options.all_or_none = false;
	job->options.is_bulk = true;
	job->options.job = job->name;
	job->template = lc_request_from_jsonb(0, &lc_take_flags(options, flags, lengthof(flags))->root);
	if (lc_refusal(job->template))
		lc_error_raise(lc_refusal(job->template));
	if (!job->template->isnull[F_LEAD_ID] || !job->template->isnull[F_REQUEST_ID])
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("option \"%s\" cannot be the same for all requests",
						lc_field_name(job->template->isnull[F_LEAD_ID] ? F_REQUEST_ID : F_LEAD_ID)),
				 errhint("Give it as a column of the source.")));
}

/* The source of a job, by its name */
static Oid
source_relid(const Job *job)
{
	return DatumGetObjectId(DirectFunctionCall1(regclassin, CStringGetDatum(job->source)));
}

/*
 * Raises an error when the source is no longer whose it was when its maker, or a
 * restart, named it: somebody else may have put a view there, whose functions would
 * run as the role that runs the job.  What belongs to that role itself is its own.
 */
static void
check_source_owner(const Job *job)
{
	Oid			owner;
	char	   *name;

	if (job->source == NULL)
		return;
	owner = lc_relation_owner(source_relid(job));
	if (owner == GetUserId())
		return;
	name = GetUserNameFromId(owner, true);
	if (job->source_owner != NULL && name != NULL && strcmp(name, job->source_owner) == 0)
		return;
	ereport(ERROR,
			(lc_errcode(LC_INVALID_OPERATION),
			 errmsg("the source %s of job \"%s\" belongs to role \"%s\"", job->source, job->name, name ? name : "?"),
			 job->source_owner ? errdetail("It belonged to role \"%s\" when the job was started.", job->source_owner)
			 : errdetail("It is not known whose it was when the job was started."),
			 errhint("If it is the right one, name it: CALL leadconv.convert_leads_in_batches(%s, source => %s).",
					 quote_literal_cstr(job->name), quote_literal_cstr(job->source))));
}

/*
 * Builds the query that reads the next batch.  Its first column is the key by
 * which the job advances: the lead's id, or the position in lead_ids.
 */
static void
build_batch_query(Job *job)
{
	StringInfoData sql;
	Relation	rel;
	TupleDesc	desc;
	const char *key = NULL;
	char	   *from;
	char	   *retried;
	bool		has_converted = false;
	int			ncolumns = 1;

	initStringInfo(&sql);
	memset(job->column, 0, sizeof(job->column));
	if (job->source == NULL)
	{
		if (job->retry_up_to != 0)
			appendStringInfo(&sql, "SELECT o.position, o.id::pg_catalog.int8"
							 " FROM crm.lead_conversion_job j, LATERAL pg_catalog.unnest(j.lead_ids) WITH ORDINALITY o (id, position)"
							 " WHERE j.job OPERATOR(pg_catalog.=) %s%s AND o.position OPERATOR(pg_catalog.>) $1"
							 " AND o.id::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY ($3) ORDER BY o.position LIMIT $2",
							 quote_literal_cstr(job->name), job->of_role);
		else
			/* one slice, so that the array is read once; it may begin anywhere */
			appendStringInfo(&sql, "SELECT $1 OPERATOR(pg_catalog.+) o.position, o.id::pg_catalog.int8"
							 " FROM crm.lead_conversion_job j, LATERAL (SELECT pg_catalog.array_lower(j.lead_ids, 1)"
							 "  OPERATOR(pg_catalog.+) $1::pg_catalog.int4) s (first),"
							 " LATERAL pg_catalog.unnest(j.lead_ids[s.first:s.first OPERATOR(pg_catalog.+) $2 OPERATOR(pg_catalog.-) 1])"
							 " WITH ORDINALITY o (id, position)"
							 " WHERE j.job OPERATOR(pg_catalog.=) %s%s ORDER BY o.position",
							 quote_literal_cstr(job->name), job->of_role);
		job->column[F_LEAD_ID] = 2;
		job->batch_query = sql.data;
		return;
	}

	rel = relation_open(source_relid(job), AccessShareLock);
	desc = RelationGetDescr(rel);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		if (strcmp(NameStr(att->attname), "lead_id") == 0)
			key = "lead_id";
		else if (strcmp(NameStr(att->attname), "id") == 0 && key == NULL)
			key = "id";
		else if (strcmp(NameStr(att->attname), "is_converted") == 0 && att->atttypid == BOOLOID)
			has_converted = true;
	}
	if (key == NULL)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("%s has neither a column \"lead_id\" nor a column \"id\"", job->source),
				 errhint("Give a table or view of leads, or one with the columns of leadconv.lead_convert.")));
	appendStringInfo(&sql, "SELECT s.%s::pg_catalog.int8", key);
	for (int f = 0; f < LC_NFIELDS; f++)
	{
		/* a source of leads has one column that matters */
		const char *name = f == F_LEAD_ID ? key : lc_field_name(f);

		if (strcmp(key, "id") == 0 && f != F_LEAD_ID)
			continue;
		for (int i = 0; i < desc->natts; i++)
		{
			Form_pg_attribute att = TupleDescAttr(desc, i);

			if (att->attisdropped || strcmp(NameStr(att->attname), name) != 0)
				continue;
			appendStringInfo(&sql, ", s.%s::%s", quote_identifier(name),
							 format_type_extended(lc_field_type(f), -1, FORMAT_TYPE_FORCE_QUALIFY));
			job->column[f] = ++ncolumns;
		}
	}
	job->options.skips_converted = strcmp(key, "id") == 0;
	from = psprintf(" FROM %s s WHERE s.%s::pg_catalog.int8 OPERATOR(pg_catalog.>) $1%s", job->source, key,
					has_converted && job->options.skips_converted ? " AND NOT s.is_converted" : "");
	retried = job->retry_up_to == 0 ? "" : psprintf(" AND s.%s::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY ", key);
	job->count_query = psprintf("SELECT pg_catalog.count(*)%s%s%s", from, retried, *retried ? "($2)" : "");
	from = psprintf("%s%s%s", from, retried, *retried ? "($3)" : "");
	/* rows for the same lead must not be parted: the key would skip the others */
	appendStringInfo(&sql, "%s ORDER BY s.%s::pg_catalog.int8 FETCH FIRST $2 ROWS WITH TIES", from, key);
	relation_close(rel, AccessShareLock);
	job->batch_query = sql.data;
}

/* How many requests of the source there are after the last key, right now */
static int64
count_requests(Job *job)
{
	Oid			types[2] = {INT8OID, INT8ARRAYOID};
	Datum		args[2] = {Int64GetDatum(job->last_key), job->retry_leads};
	int64		count;

	lc_read(job->count_query, job->retry_up_to ? 2 : 1, types, args);
	count = lc_spi_int64(0, 1);
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/* Which rows are failures of the job that have not been run again: $1 = its name */
static char *
open_failures(const Job *job)
{
	return psprintf("job OPERATOR(pg_catalog.=) $1%s AND lead_id IS NOT NULL AND retried_date IS NULL"
					" AND id::pg_catalog.int8 OPERATOR(pg_catalog.<=) $2", job->of_role);
}

/*
 * Reads which leads are to be run again: those of failures up to retry_up_to, or, when
 * that is 0, of all that there are, and sets it.  Returns the number of failures.
 */
static int64
read_failures(Job *job)
{
	Oid			types[2] = {TEXTOID, INT8OID};
	Datum		args[2] = {CStringGetTextDatum(job->name), Int64GetDatum(job->retry_up_to ? job->retry_up_to : PG_INT64_MAX)};
	MemoryContext oldcontext;
	int64		count;
	bool		isnull;
	Datum		leads;

	lc_query_as(job->owner, psprintf("SELECT COALESCE(pg_catalog.max(id::pg_catalog.int8), 0), pg_catalog.count(*),"
									 " COALESCE(pg_catalog.array_agg(DISTINCT lead_id::pg_catalog.int8), '{}')"
									 " FROM crm.lead_conversion_error WHERE %s", open_failures(job)),
				SPI_OK_SELECT, 2, types, args, NULL);
	if (job->retry_up_to == 0)
		job->retry_up_to = lc_spi_int64(0, 1);
	count = lc_spi_int64(0, 2);
	leads = lc_spi_datum(0, 3, &isnull);
	oldcontext = MemoryContextSwitchTo(job->context);
	job->retry_leads = PointerGetDatum(PG_DETOAST_DATUM_COPY(leads));
	MemoryContextSwitchTo(oldcontext);
	SPI_freetuptable(SPI_tuptable);
	return count;
}

/*
 * Marks failures that have been run again: those of the leads given, or, at the end, all
 * that are left, whose leads are not in the source any more
 */
static void
mark_failures(Job *job, Datum leads)
{
	Oid			types[3] = {TEXTOID, INT8OID, INT8ARRAYOID};
	Datum		args[3] = {CStringGetTextDatum(job->name), Int64GetDatum(job->retry_up_to), leads};

	lc_query_as(job->owner, psprintf("UPDATE crm.lead_conversion_error SET retried_date = pg_catalog.now() WHERE %s%s", open_failures(job),
									 leads ? " AND lead_id::pg_catalog.int8 OPERATOR(pg_catalog.=) ANY ($3)" : ""),
				SPI_OK_UPDATE, leads ? 3 : 2, types, args, NULL);
}

/* Raises an error when the row that start_job() has read lacks what a job must have */
static void
check_job_row(const Job *job)
{
	static const struct
	{
		int			column;
		const char *name;
	}			needed[] = {
		{JOB_OPTIONS, "options"},
		{JOB_BATCH_SIZE, "batch_size"},
		{JOB_STATUS, "status"},
		{JOB_LAST_KEY, "last_key"}
	};

	for (size_t i = 0; i < lengthof(needed); i++)
	{
		if (!lc_spi_isnull(0, needed[i].column))
			continue;
		ereport(ERROR,
				(lc_errcode(LC_SCHEMA_NOT_READY),
				 errmsg("column \"%s\" of job \"%s\" is null", needed[i].name, job->name),
				 errdetail("The row of the job in crm.lead_conversion_job has been changed."),
				 errhint("Start a new job under another name."),
				 err_generic_string(PG_DIAG_TABLE_NAME, "lead_conversion_job"),
				 err_generic_string(PG_DIAG_COLUMN_NAME, needed[i].name)));
	}
}

/*
 * A job belongs to the role that made it, which alone can take it up again, and others
 * may use its name.  Raises an error when there is one of somebody else that the caller
 * can see, so that he does not make another by mistake; of any other he learns nothing.
 */
static void
refuse_job_of_others(const Job *job)
{
	Oid			relid = lc_crm_relid("lead_conversion_job", false);
	Oid			types[1] = {TEXTOID};
	Datum		args[1] = {CStringGetTextDatum(job->name)};
	char	   *role;

	if (!lc_may_use_schema(get_rel_namespace(relid), GetUserId()) ||
		pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK)
		return;
	if (lc_read("SELECT created_by_role::pg_catalog.text FROM crm.lead_conversion_job"
				" WHERE job OPERATOR(pg_catalog.=) $1 ORDER BY 1 LIMIT 1", 1, types, args) == 0)
	{
		SPI_freetuptable(SPI_tuptable);
		return;
	}
	role = lc_spi_text(0, 1);
	if (role == NULL)
		role = "";
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("job \"%s\" belongs to role \"%s\"", job->name, role),
			 errdetail("It runs with the rights of the role that made it, which alone can take it up again."),
			 errhint("Connect as that role, or run SET ROLE %s first; or choose another name.", quote_identifier(role))));
}

/* Takes a relation that the caller names as the source, and notes whose it is */
static void
name_source(Job *job, Oid source)
{
	job->source = MemoryContextStrdup(job->context,
									  quote_qualified_identifier(get_namespace_name(get_rel_namespace(source)),
																 get_rel_name(source)));
	job->source_owner = MemoryContextStrdup(job->context, GetUserNameFromId(lc_relation_owner(source), false));
}

/*
 * Makes the job's row, or takes the job up again.  Returns false when it is
 * complete already.
 */
static bool
start_job(Job *job, Oid source, ArrayType *lead_ids, Jsonb *options, int batch_size)
{
	Oid			types[10] = {TEXTOID, TEXTOID, INT8ARRAYOID, JSONBOID, INT4OID, INT8OID, INT8OID, NAMEOID, INT8OID, NAMEOID};
	Datum		args[10] = {0};
	char		nulls[11] = "          ";
	char	   *stored_source;
	char	   *status;
	int64		failures = 0;

	args[0] = CStringGetTextDatum(job->name);
	if (lc_query_as(job->owner, psprintf("SELECT source::pg_catalog.text, options::pg_catalog.jsonb, batch_size::pg_catalog.int8,"
					" status::pg_catalog.text, total::pg_catalog.int8, done::pg_catalog.int8, failed::pg_catalog.int8,"
					" last_key::pg_catalog.int8, created_by_id::pg_catalog.int8,"
					" source_owner::pg_catalog.text, retry_up_to::pg_catalog.int8"
					" FROM crm.lead_conversion_job"
					" WHERE job OPERATOR(pg_catalog.=) $1%s FOR UPDATE", job->of_role),
					SPI_OK_SELECT, 1, types, args, NULL) == 0)
	{
		refuse_job_of_others(job);
		if (job->retry_failed)
			ereport(ERROR,
					(lc_errcode(LC_INVALID_OPERATION),
					 errmsg("there is no job \"%s\" whose failures could be run again", job->name),
					 errhint("leadconv.conversion_jobs() lists the jobs of the current role.")));
		if (OidIsValid(source) == (lead_ids != NULL))
			ereport(ERROR,
					(lc_errcode(LC_INVALID_FIELD),
					 errmsg("give either source or lead_ids for the new job \"%s\"", job->name),
					 errhint("source is a table or view of leads or of requests, lead_ids an array of ids.")));
		if (OidIsValid(source))
			name_source(job, source);
		/* before the first: any id of a lead, or position 1 */
		job->last_key = job->source ? PG_INT64_MIN : 0;
		job->batch_size = batch_size;
		read_options(job, options);
		build_batch_query(job);
		job->total = lead_ids ? ArrayGetNItems(ARR_NDIM(lead_ids), ARR_DIMS(lead_ids)) : count_requests(job);
		args[1] = job->source ? CStringGetTextDatum(job->source) : (Datum) 0;
		nulls[1] = job->source ? ' ' : 'n';
		args[2] = PointerGetDatum(lead_ids);
		nulls[2] = lead_ids ? ' ' : 'n';
		args[3] = JsonbPGetDatum(options);
		args[4] = Int32GetDatum(batch_size);
		args[5] = Int64GetDatum(job->total);
		args[6] = Int64GetDatum(job->user_id);
		nulls[6] = job->user_id ? ' ' : 'n';
		args[8] = Int64GetDatum(job->last_key);
		args[7] = DirectFunctionCall1(namein, CStringGetDatum(job->role));
		args[9] = job->source_owner ? DirectFunctionCall1(namein, CStringGetDatum(job->source_owner)) : (Datum) 0;
		nulls[9] = job->source_owner ? ' ' : 'n';
		lc_query_as(job->owner, "INSERT INTO crm.lead_conversion_job (job, source, lead_ids, options, batch_size, status, total,"
					" remaining, last_key, created_by_id, created_by_role, started_date, created_date, source_owner)"
					" VALUES ($1, $2, $3, $4, $5, 'Running', $6, $6, $9, $7, $8, pg_catalog.now(), pg_catalog.now(), $10)", SPI_OK_INSERT,
					10, types, args, nulls);
		return true;
	}

	check_job_row(job);
	stored_source = job_text(job, JOB_SOURCE);
	status = job_text(job, JOB_STATUS);
	job->source_owner = job_text(job, JOB_SOURCE_OWNER);
	job->batch_size = (int) lc_spi_int64(0, JOB_BATCH_SIZE);
	job->total = lc_spi_int64(0, JOB_TOTAL);
	job->done = lc_spi_int64(0, JOB_DONE);
	job->failed = lc_spi_int64(0, JOB_FAILED);
	job->last_key = lc_spi_int64(0, JOB_LAST_KEY);
	job->user_id = lc_spi_int64(0, JOB_USER);
	job->retry_up_to = lc_spi_int64(0, JOB_RETRY_UP_TO);
	job->source = stored_source;
	{
		bool		isnull;
		Datum		stored = lc_spi_datum(0, JOB_OPTIONS, &isnull);
		MemoryContext oldcontext = MemoryContextSwitchTo(job->context);
		Jsonb	   *copy = (Jsonb *) PG_DETOAST_DATUM_COPY(stored);

		if (JsonContainerSize(&options->root) > 0 && compareJsonbContainers(&options->root, &copy->root) != 0)
			ereport(ERROR,
					(lc_errcode(LC_DUPLICATE_VALUE),
					 errmsg("job \"%s\" exists and has other options", job->name),
					 errdetail("Its options are %s.", JsonbToCString(NULL, &copy->root, VARSIZE(copy))),
					 errhint("Choose another name, or leave out options to take the job up again.")));
		read_options(job, copy);
		MemoryContextSwitchTo(oldcontext);
	}
	SPI_freetuptable(SPI_tuptable);

	if (OidIsValid(source) &&
		(stored_source == NULL ||
		 strcmp(stored_source, quote_qualified_identifier(get_namespace_name(get_rel_namespace(source)),
														  get_rel_name(source))) != 0))
		ereport(ERROR,
				(lc_errcode(LC_DUPLICATE_VALUE),
				 errmsg("job \"%s\" exists and has another source", job->name),
				 stored_source ? errdetail("Its source is %s.", stored_source)
				 : errdetail("It is a job over lead ids."),
				 errhint("Choose another name, or leave out source and lead_ids to take the job up again.")));
	if (lead_ids != NULL)
	{
		args[1] = PointerGetDatum(lead_ids);
		types[1] = INT8ARRAYOID;
		if (lc_query_as(job->owner, psprintf("SELECT 1 FROM crm.lead_conversion_job WHERE job OPERATOR(pg_catalog.=) $1%s"
						" AND lead_ids OPERATOR(pg_catalog.=) $2", job->of_role), SPI_OK_SELECT, 2, types, args, NULL) == 0)
			ereport(ERROR,
					(lc_errcode(LC_DUPLICATE_VALUE),
					 errmsg("job \"%s\" exists and has other leads", job->name),
					 errhint("Choose another name, or leave out source and lead_ids to take the job up again.")));
		SPI_freetuptable(SPI_tuptable);
		types[1] = TEXTOID;
	}
	if (strcmp(status, "Completed") == 0)
	{
		if (!job->retry_failed || (failures = read_failures(job)) == 0)
			return false;
		job->failed = Max(job->failed - failures, 0);
		job->last_key = job->source ? PG_INT64_MIN : 0;
	}
	else if (job->retry_up_to != 0)
		failures = read_failures(job);
	else if (job->retry_failed)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_OPERATION),
				 errmsg("job \"%s\" is not complete", job->name),
				 errhint("First call leadconv.convert_leads_in_batches(%s) to go on.", quote_literal_cstr(job->name))));
	if (OidIsValid(source))
		name_source(job, source);
	check_source_owner(job);
	build_batch_query(job);
	if (job->source)
		job->total = job->done + job->failed + count_requests(job);
	else if (job->retry_up_to != 0)
		job->total = job->done + job->failed + failures;
	types[1] = INT8OID;
	args[1] = Int64GetDatum(job->total);
	types[2] = NAMEOID;
	args[2] = job->source_owner ? DirectFunctionCall1(namein, CStringGetDatum(job->source_owner)) : (Datum) 0;
	nulls[2] = job->source_owner ? ' ' : 'n';
	types[3] = types[4] = types[5] = INT8OID;
	args[3] = Int64GetDatum(job->failed);
	args[4] = Int64GetDatum(job->last_key);
	args[5] = Int64GetDatum(job->retry_up_to);
	nulls[5] = job->retry_up_to ? ' ' : 'n';
	lc_query_as(job->owner, psprintf("UPDATE crm.lead_conversion_job SET status = 'Running', cancel_requested = false, total = $2,"
				" failed = $4, last_key = $5, retry_up_to = $6,"
				" error_message = NULL, completed_date = NULL, started_date = pg_catalog.now(), source_owner = $3"
				" WHERE job OPERATOR(pg_catalog.=) $1%s", job->of_role), SPI_OK_UPDATE,
				6, types, args, nulls);
	return true;
}

/* Source of the bulk call: a row of the batch query, completed from the options */
static LcRequest *
batch_source(int index, void *arg)
{
	Batch	   *batch = arg;
	Job		   *job = batch->job;
	Datum		values[LC_NFIELDS];
	bool		nulls[LC_NFIELDS];

	for (int f = 0; f < LC_NFIELDS; f++)
	{
		values[f] = job->template->value[f];
		nulls[f] = job->template->isnull[f];
		if (job->column[f] != 0)
		{
			bool		isnull;
			Datum		value = SPI_getbinval(batch->rows->vals[index], batch->rows->tupdesc,
											  job->column[f], &isnull);

			if (!isnull && !lc_is_not_given(f, value))
			{
				values[f] = value;
				nulls[f] = false;
			}
		}
	}
	return lc_request_from_values(index + 1, values, nulls);
}

static void
batch_receive(LcRun *run, LcRequest *request, void *arg)
{
	Batch	   *batch = arg;

	if (lc_refusal(request) == NULL)
		batch->done++;
	else if (lc_is_skipped(run, request))
		batch->skipped++;
	else
		batch->failed++;
}

/*
 * Writes how far the job is, in the transaction of the batch.
 */
static void
update_job(Job *job, const char *status, const char *error_message)
{
	Oid			types[10] = {TEXTOID, INT8OID, INT8OID, INT8OID, INT8OID, FLOAT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID, INT8OID};
	Datum		args[10];
	char		nulls[11] = "          ";
	TimestampTz now = GetCurrentTimestamp();
	double		seconds = (now - job->started) / 1000000.0;
	double		rate = seconds > 0 ? job->handled / seconds : 0;
	int64		remaining = Max(job->total - job->done - job->failed, 0);

	if (strcmp(status, "Completed") == 0)
		remaining = 0;
	args[0] = CStringGetTextDatum(job->name);
	args[1] = Int64GetDatum(job->done);
	args[2] = Int64GetDatum(job->failed);
	args[3] = Int64GetDatum(remaining);
	args[4] = Int64GetDatum(job->last_key);
	args[5] = Float8GetDatum(rate);
	nulls[5] = rate > 0 ? ' ' : 'n';
	args[6] = TimestampTzGetDatum(now + (rate > 0 ? (TimestampTz) (remaining / rate * 1000000.0) : 0));
	nulls[6] = rate > 0 && remaining > 0 ? ' ' : 'n';
	args[7] = CStringGetTextDatum(status);
	args[8] = error_message ? CStringGetTextDatum(error_message) : (Datum) 0;
	nulls[8] = error_message ? ' ' : 'n';
	args[9] = Int64GetDatum(job->total);
	lc_query_as(job->owner, psprintf("UPDATE crm.lead_conversion_job SET done = $2, failed = $3, remaining = $4, last_key = $5,"
				" rate = pg_catalog.round($6::pg_catalog.numeric, 1), estimated_end = $7, status = $8, error_message = $9,"
				" total = $10, retry_up_to = CASE WHEN $8 OPERATOR(pg_catalog.<>) 'Completed' THEN retry_up_to END,"
				" last_batch_date = pg_catalog.clock_timestamp(),"
				" completed_date = CASE WHEN $8 OPERATOR(pg_catalog.=) 'Completed' THEN pg_catalog.clock_timestamp() END"
				" WHERE job OPERATOR(pg_catalog.=) $1%s", job->of_role), SPI_OK_UPDATE, 10, types, args, nulls);
}

/*
 * Has somebody asked the job to stop?  Also locks its row for the transaction.  Sets
 * *ids_are_gone when the job has nothing to read any more: without ids there would
 * be no end, or a false one.
 */
static bool
cancel_requested(Job *job, bool *ids_are_gone)
{
	Oid			types[1] = {TEXTOID};
	Datum		args[1] = {CStringGetTextDatum(job->name)};
	bool		result;

	if (lc_query_as(job->owner, psprintf("SELECT cancel_requested::pg_catalog.bool, lead_ids IS NULL OR"
					" pg_catalog.array_ndims(lead_ids) OPERATOR(pg_catalog.>) 1 FROM crm.lead_conversion_job"
					" WHERE job OPERATOR(pg_catalog.=) $1%s FOR NO KEY UPDATE", job->of_role), SPI_OK_SELECT, 1, types, args, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("the row of job \"%s\" has been deleted", job->name),
				 errhint("Start it again under another name.")));
	result = lc_spi_bool(0, 1);
	*ids_are_gone = job->source == NULL && lc_spi_bool(0, 2);
	SPI_freetuptable(SPI_tuptable);
	return result;
}

/* The leads of a batch, as an array */
static Datum
batch_leads(const Job *job, const Batch *batch)
{
	Datum	   *leads = palloc_extended(sizeof(Datum) * Max(batch->nrows, 1), MCXT_ALLOC_HUGE);
	int			n = 0;

	for (int i = 0; i < batch->nrows; i++)
	{
		bool		isnull;
		Datum		lead = SPI_getbinval(batch->rows->vals[i], batch->rows->tupdesc, job->column[F_LEAD_ID], &isnull);

		if (!isnull)
			leads[n++] = lead;
	}
	return PointerGetDatum(construct_array(leads, n, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/*
 * Converts the next batch.  Returns NULL, or the error that made the whole batch
 * fail; nothing of it is left then.  batch->nrows is 0 at the end of the job.
 */
static ErrorData *
run_batch(Job *job, Batch *batch)
{
	Oid			types[3] = {INT8OID, INT4OID, INT8ARRAYOID};
	Datum		args[3] = {Int64GetDatum(job->last_key), Int32GetDatum(job->batch_size), job->retry_leads};
	int			nargs = job->retry_up_to ? 3 : 2;
	LcSubxact	subxact;
	ErrorData  *volatile edata = NULL;

	memset(batch, 0, sizeof(Batch));
	batch->job = job;
	if (job->user_id != 0)
		(void) set_config_option("leadconv.user_id", psprintf(INT64_FORMAT, job->user_id),
								 PGC_USERSET, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);

	check_source_owner(job);
	if (job->source == NULL)
		lc_query_as(job->owner, job->batch_query, SPI_OK_SELECT, nargs, types, args, NULL);
	else
		lc_read(job->batch_query, nargs, types, args);
	batch->rows = SPI_tuptable;
	batch->nrows = (int) SPI_processed;
	if (batch->nrows == 0)
		return NULL;
	batch->last_key = lc_spi_int64(batch->nrows - 1, 1);
	if (batch->last_key <= job->last_key)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("the source of job \"%s\" gives other keys each time", job->name),
				 errdetail("After key " INT64_FORMAT " came " INT64_FORMAT ".", job->last_key, batch->last_key),
				 errhint("Give a source whose ids do not change while the job runs.")));

	lc_subxact_begin(&subxact);
	PG_TRY();
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		if (job->retry_up_to != 0)
			mark_failures(job, batch_leads(job, batch));
		lc_convert_many(&job->options, batch->nrows, batch_source, batch, batch_receive, batch);
		PopActiveSnapshot();
		lc_subxact_commit(&subxact);
	}
	PG_CATCH();
	{
		edata = lc_subxact_failed(&subxact, job->context);
	}
	PG_END_TRY();
	SPI_freetuptable(batch->rows);
	batch->rows = NULL;
	return edata;
}

/*
 * Runs the job to its end, its cancellation or an error that is not the fault of
 * single leads.
 */
static void
run_job(Job *job)
{
	int			tries = 0;

	for (;;)
	{
		MemoryContext context = AllocSetContextCreate(job->context, "leadconv job batch", ALLOCSET_DEFAULT_SIZES);
		MemoryContext oldcontext = MemoryContextSwitchTo(context);
		Batch		batch;
		ErrorData  *edata;
		bool		ids_are_gone;

		CHECK_FOR_INTERRUPTS();
		if (cancel_requested(job, &ids_are_gone))
		{
			update_job(job, "Aborted", NULL);
			SPI_commit();
			ereport(NOTICE,
					(errmsg("job \"%s\" was cancelled after " INT64_FORMAT " of " INT64_FORMAT " leads",
							job->name, job->done + job->failed, job->total),
					 errhint("Call leadconv.convert_leads_in_batches('%s') to go on.", job->name)));
			return;
		}
		if (ids_are_gone)
		{
			char	   *message = psprintf("job \"%s\" has no leads to convert: neither a source nor lead_ids", job->name);

			update_job(job, "Failed", message);
			SPI_commit();
			ereport(ERROR,
					(lc_errcode(LC_SCHEMA_NOT_READY),
					 errmsg_internal("%s", message),
					 errdetail("The row of the job in crm.lead_conversion_job has been changed."),
					 errhint("Start a new job under another name.")));
		}
		edata = run_batch(job, &batch);
		if (edata != NULL)
		{
			bool		again = (edata->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED ||
								 edata->sqlerrcode == ERRCODE_T_R_SERIALIZATION_FAILURE) &&
				++tries < MAX_TRIES;

			if (!again)
				update_job(job, edata->sqlerrcode == ERRCODE_QUERY_CANCELED ? "Aborted" : "Failed", edata->message);
			SPI_commit();
			if (!again)
				ReThrowError(edata);
			MemoryContextSwitchTo(oldcontext);
			MemoryContextDelete(context);
			continue;
		}
		tries = 0;
		if (batch.nrows == 0)
		{
			if (job->retry_up_to != 0)
			{
				mark_failures(job, (Datum) 0);
				job->total = job->done + job->failed;
			}
			update_job(job, "Completed", NULL);
			SPI_commit();
			ereport(NOTICE,
					(errmsg("job \"%s\" is complete: " INT64_FORMAT " leads converted, " INT64_FORMAT " failed",
							job->name, job->done, job->failed),
					 job->failed > 0 ? errhint("The failures are in crm.lead_conversion_error.") : 0));
			return;
		}
		job->last_key = batch.last_key;
		job->done += batch.done;
		job->failed += batch.failed;
		job->total -= batch.skipped;
		job->handled += batch.nrows;
		update_job(job, "Running", NULL);
		SPI_commit();
		ereport(NOTICE,
				(errmsg("job \"%s\": " INT64_FORMAT " of " INT64_FORMAT " leads, " INT64_FORMAT " failed, %.0f per second",
						job->name, job->done + job->failed, job->total, job->failed,
						job->handled / Max((GetCurrentTimestamp() - job->started) / 1000000.0, 0.000001))));
		MemoryContextSwitchTo(oldcontext);
		MemoryContextDelete(context);
	}
}

/* All that happens while the job's lock is held */
static void
start_and_run_job(Job *job, Oid source, ArrayType *lead_ids, Jsonb *options, int batch_size)
{
	if (start_job(job, source, lead_ids, options, batch_size))
	{
		job->started = GetCurrentTimestamp();
		SPI_commit();
		run_job(job);
	}
	else
		ereport(NOTICE,
				(job->retry_failed ? errmsg("job \"%s\" has no failures to run again", job->name)
				 : errmsg("job \"%s\" is complete already", job->name)));
}

/*
 * leadconv.convert_leads_in_batches()
 */
Datum
leadconv_convert_leads_in_batches(PG_FUNCTION_ARGS)
{
	Job		   *job;
	volatile Oid source = PG_ARGISNULL(1) ? InvalidOid : PG_GETARG_OID(1);
	ArrayType  *lead_ids = PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2);
	Jsonb	   *options;
	int			batch_size = PG_ARGISNULL(4) ? 1000 : PG_GETARG_INT32(4);
	Datum		lock_key;
	bool		isnull;

	if (fcinfo->context == NULL || !IsA(fcinfo->context, CallContext) ||
		castNode(CallContext, fcinfo->context)->atomic)
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("leadconv.convert_leads_in_batches() cannot run inside a transaction block"),
				 errdetail("It commits after each batch."),
				 errhint("Call it on its own, or use leadconv.convert_leads() inside your transaction.")));
	lc_require_writable("convert leads");
	if (PG_ARGISNULL(0) || lc_is_blank_text(PG_GETARG_DATUM(0)))
		ereport(ERROR,
				(lc_errcode(LC_REQUIRED_FIELD_MISSING),
				 errmsg("a job needs a name"),
				 errhint("Give a text that names the job; it is the key of crm.lead_conversion_job.")));
	if (batch_size < 1 || batch_size > MAX_BATCH_SIZE)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("batch_size %d is out of range", batch_size),
				 errhint("Give a number from 1 to %d.", MAX_BATCH_SIZE)));
	if (lead_ids != NULL && ARR_NDIM(lead_ids) > 1)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("lead_ids has %d dimensions", ARR_NDIM(lead_ids)),
				 errhint("Give a one-dimensional array of ids.")));

	if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect_ext failed");
	job = palloc0(sizeof(Job));
	job->context = CurrentMemoryContext;
	job->name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	job->role = GetUserNameFromId(GetUserId(), false);
	job->of_role = psprintf(" AND created_by_role::pg_catalog.text OPERATOR(pg_catalog.=) %s", quote_literal_cstr(job->role));
	options = PG_ARGISNULL(3) ? DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")))
		: (Jsonb *) PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(3));
	{
		const LcJsonFlag flag = {"retry_failed", &job->retry_failed};

		options = lc_take_flags(options, &flag, 1);
	}
	lc_require_schema();
	{
		Relation	rel;

		rel = table_open(lc_crm_relid("lead_conversion_job", false), AccessShareLock);
		job->owner = rel->rd_rel->relowner;
		table_close(rel, AccessShareLock);
		lc_require_columns(job_columns, lengthof(job_columns));
	}
	job->user_id = lc_current_user_id(&isnull);
	if (isnull)
		job->user_id = 0;

	lock_key = Int64GetDatum((int64) hash_bytes_extended((unsigned char *) job->name, strlen(job->name),
														 hash_bytes_extended((unsigned char *) job->role, strlen(job->role),
																			 JOB_LOCK_SEED)));
	if (!DatumGetBool(DirectFunctionCall1(pg_try_advisory_lock_int8, lock_key)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("job \"%s\" is being run by another session", job->name),
				 errhint("Watch it in crm.lead_conversion_job; set cancel_requested to stop it after its batch.")));
	PG_TRY();
	{
		start_and_run_job(job, source, lead_ids, options, batch_size);
	}
	PG_FINALLY();
	{
		(void) DirectFunctionCall1(pg_advisory_unlock_int8, lock_key);
	}
	PG_END_TRY();
	SPI_finish();
	return (Datum) 0;
}
