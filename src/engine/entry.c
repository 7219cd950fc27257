/*-------------------------------------------------------------------------
 *
 * entry.c
 *	  The functions that convert: one lead, from arguments or JSON; an array, a JSON
 *	  array; that which completes a conversion; and those that say what these would do.
 *
 * Each turns its arguments into requests and its results into rows; bulk.c does
 * everything else.  Results are allocated in the caller's memory context.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_convert_lead);
PG_FUNCTION_INFO_V1(leadconv_complete_lead_conversion);
PG_FUNCTION_INFO_V1(leadconv_convert_leads);
PG_FUNCTION_INFO_V1(leadconv_convert_leads_json);
PG_FUNCTION_INFO_V1(leadconv_convert_lead_json);
PG_FUNCTION_INFO_V1(leadconv_preview_lead_conversion);
PG_FUNCTION_INFO_V1(leadconv_preview_lead_conversions);
PG_FUNCTION_INFO_V1(leadconv_preview_lead_completion);

/* An argument that is a flag; NULL is false */
static bool
flag(FunctionCallInfo fcinfo, int argument)
{
	return !PG_ARGISNULL(argument) && PG_GETARG_BOOL(argument);
}

/* convert_lead(): the one request, and where its result goes */
typedef struct SingleCall
{
	Datum		values[LC_NFIELDS];
	bool		nulls[LC_NFIELDS];
	TupleDesc	desc;
	MemoryContext context;
	Datum		result;
} SingleCall;

static LcRequest *
single_source(int index, void *arg)
{
	SingleCall *call = arg;

	return lc_request_from_values(1, call->values, call->nulls);
}

static void
single_receive(LcRun *run, LcRequest *request, void *arg)
{
	SingleCall *call = arg;
	MemoryContext oldcontext = MemoryContextSwitchTo(call->context);

	call->result = lc_result(run, request, call->desc);
	MemoryContextSwitchTo(oldcontext);
}

/* Begins a call of a function that returns the result of one request; nothing is given yet */
static void
begin_single(FunctionCallInfo fcinfo, SingleCall *call)
{
	if (get_call_result_type(fcinfo, NULL, &call->desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	lc_check_result_type(call->desc);
	call->desc = BlessTupleDesc(call->desc);
	call->context = CurrentMemoryContext;
	memset(call->values, 0, sizeof(call->values));
	memset(call->nulls, true, sizeof(call->nulls));
}

/* The arguments of convert_lead(), as far as they are fields of the request */
static void
read_fields(FunctionCallInfo fcinfo, SingleCall *call)
{
	for (int i = 0; i < LC_NFIELDS; i++)
	{
		call->values[i] = PG_GETARG_DATUM(i);
		call->nulls[i] = PG_ARGISNULL(i);
	}
}

/*
 * leadconv.convert_lead(): converts one lead
 */
Datum
leadconv_convert_lead(PG_FUNCTION_ARGS)
{
	SingleCall	call;
	LcOptions	options = {0};

	begin_single(fcinfo, &call);
	read_fields(fcinfo, &call);
	options.all_or_none = true;
	options.allow_save = flag(fcinfo, LC_NFIELDS);
	lc_convert_many(&options, 1, single_source, &call, single_receive, &call);
	PG_RETURN_DATUM(call.result);
}

/* The arguments of complete_lead_conversion(), in its order */
static const LcField completion_fields[] = {
	F_LEAD_ID, F_ACCOUNT_ID, F_OPPORTUNITY_ID, F_OPPORTUNITY_NAME, F_ACCOUNT_RECORD, F_OPPORTUNITY_RECORD,
	F_CONTACT_ID, F_CONTACT_RECORD, F_DO_NOT_CREATE_ACCOUNT, F_DO_NOT_CREATE_CONTACT, F_DO_NOT_CREATE_OPPORTUNITY,
	F_OWNER_ID, F_SEND_NOTIFICATION_EMAIL, F_REASON, F_OPTIONS
};

/* They, as fields of the request */
static void
read_completion_fields(FunctionCallInfo fcinfo, SingleCall *call)
{
	memset(call->nulls, true, sizeof(call->nulls));
	for (size_t i = 0; i < lengthof(completion_fields); i++)
	{
		call->values[completion_fields[i]] = PG_GETARG_DATUM(i);
		call->nulls[completion_fields[i]] = PG_ARGISNULL(i);
	}
}

/*
 * leadconv.complete_lead_conversion(): adds what a conversion has left out
 */
Datum
leadconv_complete_lead_conversion(PG_FUNCTION_ARGS)
{
	SingleCall	call;
	LcOptions	options = {.all_or_none = true, .complete = true};

	begin_single(fcinfo, &call);
	read_completion_fields(fcinfo, &call);
	lc_convert_many(&options, 1, single_source, &call, single_receive, &call);
	PG_RETURN_DATUM(call.result);
}

/* The four flags of the bulk functions */
static void
read_flags(FunctionCallInfo fcinfo, LcOptions *options)
{
	memset(options, 0, sizeof(LcOptions));
	options->is_bulk = true;
	options->all_or_none = PG_ARGISNULL(1) || PG_GETARG_BOOL(1);
	options->allow_save = flag(fcinfo, 2);
	options->reuse_accounts = flag(fcinfo, 3);
	options->reuse_contacts = flag(fcinfo, 4);
}

/* The row type of a result, in the current memory context */
static TupleDesc
result_desc(void)
{
	TupleDesc	desc = lc_type_desc("lead_convert_result");

	lc_check_result_type(desc);
	return BlessTupleDesc(desc);
}

/* convert_leads() */
typedef struct ArrayCall
{
	Datum	   *elems;
	bool	   *nulls;
	TupleDesc	request_desc;
	TupleDesc	result_desc;
	ReturnSetInfo *rsinfo;
} ArrayCall;

static LcRequest *
array_source(int index, void *arg)
{
	ArrayCall  *call = arg;

	if (call->nulls[index])
		return lc_request_invalid(index + 1,
								  lc_error(LC_REQUIRED_FIELD_MISSING, "lead_id", NULL,
										   "Build each request with leadconv.new_lead_convert().",
										   "the request is NULL"));
	return lc_request_from_tuple(index + 1, DatumGetHeapTupleHeader(call->elems[index]), call->request_desc);
}

static void
array_receive(LcRun *run, LcRequest *request, void *arg)
{
	ArrayCall  *call = arg;
	Datum		result = lc_result(run, request, call->result_desc);
	HeapTupleData tuple;

	tuple.t_data = DatumGetHeapTupleHeader(result);
	tuple.t_len = HeapTupleHeaderGetDatumLength(tuple.t_data);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuplestore_puttuple(call->rsinfo->setResult, &tuple);
}

/* Takes the array of requests apart, of which there are *nrequests */
static void
read_requests(ArrayType *requests, ArrayCall *call, int *nrequests)
{
	deconstruct_array(requests, ARR_ELEMTYPE(requests), -1, false, TYPALIGN_DOUBLE,
					  &call->elems, &call->nulls, nrequests);
	call->request_desc = lookup_rowtype_tupdesc_copy(ARR_ELEMTYPE(requests), -1);
	lc_check_request_type(call->request_desc);
}

/*
 * leadconv.convert_leads(): converts an array of requests
 */
Datum
leadconv_convert_leads(PG_FUNCTION_ARGS)
{
	ArrayCall	call;
	LcOptions	options;
	int			nrequests;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	read_flags(fcinfo, &options);
	read_requests(PG_GETARG_ARRAYTYPE_P(0), &call, &nrequests);
	call.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	call.result_desc = result_desc();
	lc_convert_many(&options, nrequests, array_source, &call, array_receive, &call);
	return (Datum) 0;
}

/* convert_leads_json() */
typedef struct JsonCall
{
	JsonbValue *elems;
	TupleDesc	result_desc;
	ReturnSetInfo *rsinfo;
} JsonCall;

static LcRequest *
json_source(int index, void *arg)
{
	JsonCall   *call = arg;

	if (call->elems[index].type != jbvBinary)
		return lc_request_invalid(index + 1,
								  lc_error(LC_INVALID_TYPE_ON_FIELD_IN_RECORD, NULL, NULL,
										   "Give an array of objects with the keys of leadconv.lead_convert.",
										   "a lead conversion request is not a JSON object"));
	return lc_request_from_jsonb(index + 1, call->elems[index].val.binary.data);
}

/* The result of a request as jsonb, in the current memory context */
static Datum
json_result(LcRun *run, LcRequest *request, TupleDesc desc)
{
	Datum		result = DirectFunctionCall1(row_to_json, lc_result(run, request, desc));

	return DirectFunctionCall1(jsonb_in, CStringGetDatum(TextDatumGetCString(result)));
}

static void
json_receive(LcRun *run, LcRequest *request, void *arg)
{
	JsonCall   *call = arg;
	Datum		values[1];
	bool		nulls[1] = {false};

	values[0] = json_result(run, request, call->result_desc);
	tuplestore_putvalues(call->rsinfo->setResult, call->rsinfo->setDesc, values, nulls);
}

/*
 * leadconv.convert_leads_json(): the same from a JSON array
 */
Datum
leadconv_convert_leads_json(PG_FUNCTION_ARGS)
{
	JsonCall	call;
	LcOptions	options;
	Jsonb	   *requests;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	value;
	int			nrequests;
	int			n = 0;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	requests = PG_GETARG_JSONB_P(0);
	read_flags(fcinfo, &options);
	if (!JB_ROOT_IS_ARRAY(requests) || JB_ROOT_IS_SCALAR(requests))
		ereport(ERROR,
				(lc_errcode(LC_INVALID_TYPE_ON_FIELD_IN_RECORD),
				 errmsg("requests is not a JSON array"),
				 errhint("Give an array of objects with the keys of leadconv.lead_convert.")));
	nrequests = JB_ROOT_COUNT(requests);
	call.elems = palloc_extended(sizeof(JsonbValue) * Max(nrequests, 1), MCXT_ALLOC_HUGE);
	it = JsonbIteratorInit(&requests->root);
	(void) JsonbIteratorNext(&it, &value, true);
	while ((token = JsonbIteratorNext(&it, &value, true)) == WJB_ELEM)
		call.elems[n++] = value;
	Assert(n == nrequests);
	call.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	call.result_desc = result_desc();
	lc_convert_many(&options, nrequests, json_source, &call, json_receive, &call);
	return (Datum) 0;
}

/* Begins a call that returns facts; returns where they go */
static ReturnSetInfo *
begin_preview(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	lc_check_preview_type(rsinfo->setDesc);
	return rsinfo;
}

/*
 * leadconv.preview_lead_conversion(): what convert_lead() would do with these arguments
 */
Datum
leadconv_preview_lead_conversion(PG_FUNCTION_ARGS)
{
	SingleCall	call;
	LcOptions	options = {.allow_save = flag(fcinfo, LC_NFIELDS), .reuse_accounts = flag(fcinfo, LC_NFIELDS + 1),
	.reuse_contacts = flag(fcinfo, LC_NFIELDS + 2)};
	ReturnSetInfo *rsinfo = begin_preview(fcinfo);

	read_fields(fcinfo, &call);
	lc_look_many(&options, 1, single_source, &call, rsinfo);
	return (Datum) 0;
}

/*
 * leadconv.preview_lead_conversions(): what convert_leads() would do
 */
Datum
leadconv_preview_lead_conversions(PG_FUNCTION_ARGS)
{
	ArrayCall	call;
	LcOptions	options = {.is_bulk = true, .allow_save = flag(fcinfo, 1), .reuse_accounts = flag(fcinfo, 2),
	.reuse_contacts = flag(fcinfo, 3)};
	ReturnSetInfo *rsinfo = begin_preview(fcinfo);
	int			nrequests;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	read_requests(PG_GETARG_ARRAYTYPE_P(0), &call, &nrequests);
	lc_look_many(&options, nrequests, array_source, &call, rsinfo);
	return (Datum) 0;
}

/*
 * leadconv.preview_lead_completion(): what complete_lead_conversion() would do
 */
Datum
leadconv_preview_lead_completion(PG_FUNCTION_ARGS)
{
	SingleCall	call;
	LcOptions	options = {.complete = true};
	ReturnSetInfo *rsinfo = begin_preview(fcinfo);

	read_completion_fields(fcinfo, &call);
	lc_look_many(&options, 1, single_source, &call, rsinfo);
	return (Datum) 0;
}

/* convert_lead_json() */
typedef struct JsonObjectCall
{
	Jsonb	   *object;			/* NULL = there is none */
	TupleDesc	result_desc;
	MemoryContext context;
	Datum		result;
} JsonObjectCall;

static LcRequest *
object_source(int index, void *arg)
{
	JsonObjectCall *call = arg;

	if (call->object == NULL)
		return lc_request_invalid(1, lc_error(LC_REQUIRED_FIELD_MISSING, "lead_id", NULL,
											  "Give an object with the keys of leadconv.lead_convert.",
											  "the request is NULL"));
	return lc_request_from_jsonb(1, &call->object->root);
}

static void
object_receive(LcRun *run, LcRequest *request, void *arg)
{
	JsonObjectCall *call = arg;
	MemoryContext oldcontext = MemoryContextSwitchTo(call->context);

	call->result = json_result(run, request, call->result_desc);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * leadconv.convert_lead_json(): converts one lead.  The object has the keys of a request,
 * and allow_save, which is an argument of convert_lead(), too.
 */
Datum
leadconv_convert_lead_json(PG_FUNCTION_ARGS)
{
	JsonObjectCall call = {.context = CurrentMemoryContext};
	LcOptions	options = {.all_or_none = true};
	const LcJsonFlag flags[] = {{"allow_save", &options.allow_save}};

	if (!PG_ARGISNULL(0))
		call.object = lc_take_flags(PG_GETARG_JSONB_P(0), flags, lengthof(flags));
	call.result_desc = result_desc();
	lc_convert_many(&options, 1, object_source, &call, object_receive, &call);
	PG_RETURN_DATUM(call.result);
}
