/*-------------------------------------------------------------------------
 *
 * request.c
 *	  Requests: from SQL arguments, from leadconv.lead_convert, from JSON.
 *
 * All three give the same struct, in the current memory context.  By-reference
 * values are not copied, so the arguments must outlive the request.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "funcapi.h"
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#endif
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "engine/engine.h"

PG_FUNCTION_INFO_V1(leadconv_new_lead_convert);

/* In the order of LcField */
static const struct
{
	const char *name;
	Oid			type;
	bool		identifies;		/* part of the request's identity for retries */
}			fields[LC_NFIELDS] =
{
#define LC_FIELD(field, name, type, identifies) {name, type, identifies},
#include "engine/fieldlist.h"
#undef LC_FIELD
};

/* The name of a field of leadconv.lead_convert */
const char *
lc_field_name(LcField field)
{
	if (field == F_PERSON_RECORD)
		field = F_ACCOUNT_RECORD;
	else if (field == F_PERSON_CONTACT_RECORD)
		field = F_CONTACT_RECORD;
	else if (field > LC_NFIELDS)
		field = F_RELATED_PERSON_ACCOUNT_RECORD;
	return fields[field].name;
}

/* The type of a field of leadconv.lead_convert */
Oid
lc_field_type(LcField field)
{
	return fields[field].type;
}

/* The field of this name, which need not end with a zero byte, or LC_NFIELDS */
static int
find_field(const char *name, int len)
{
	int			field;

	for (field = 0; field < LC_NFIELDS; field++)
	{
		if (strlen(fields[field].name) == (size_t) len && memcmp(fields[field].name, name, len) == 0)
			break;
	}
	return field;
}

/* Is the argument given or, a boolean one, true? */
bool
lc_is_set(const LcRequest *request, LcField field)
{
	return lc_field_type(field) == BOOLOID ? lc_flag(request, field) : lc_given(request, field);
}

/* Does this value, which is not NULL, count as not given? */
bool
lc_is_not_given(LcField field, Datum value)
{
	return fields[field].type == TEXTOID && lc_is_blank_text(value);
}

/* Is this value of a record value a blank text? */
static bool
is_blank_value(const JsonbValue *value)
{
	return value->type == jbvString && lc_is_blank(value->val.string.val, value->val.string.len);
}

/* A record value without the keys whose values are blank texts */
static Jsonb *
record_without_blanks(Jsonb *record)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbParseState *state = NULL;
	JsonbValue	key;
	JsonbValue	value;
	bool		any = false;

	if (!JB_ROOT_IS_OBJECT(record))
		return record;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	it = JsonbIteratorInit(&record->root);
	(void) JsonbIteratorNext(&it, &key, true);
	while ((token = JsonbIteratorNext(&it, &key, true)) == WJB_KEY)
	{
		(void) JsonbIteratorNext(&it, &value, true);
		if (is_blank_value(&value))
		{
			any = true;
			continue;
		}
		pushJsonbValue(&state, WJB_KEY, &key);
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return any ? JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)) : record;
}

/*
 * Takes everything blank as not given: arguments that are texts, and keys of record
 * values.  A key whose value is null is given.
 */
static void
leave_out_blanks(LcRequest *request)
{
	for (int i = 0; i < LC_NFIELDS; i++)
	{
		if (request->isnull[i])
			continue;
		if (lc_is_not_given(i, request->value[i]))
			request->isnull[i] = true;
		else if (fields[i].type == JSONBOID && i != F_OPTIONS)
			request->value[i] = JsonbPGetDatum(record_without_blanks(DatumGetJsonbP(request->value[i])));
	}
}

/*
 * Raises SCHEMA_NOT_READY unless the row type of leadconv.lead_convert has just the
 * fields that are known here.
 */
void
lc_check_request_type(TupleDesc desc)
{
	Oid			types[LC_NFIELDS];

	for (int i = 0; i < LC_NFIELDS; i++)
		types[i] = fields[i].type;
	lc_check_row_type(desc, "lead_convert", types, LC_NFIELDS);
}

/* A request of LC_NFIELDS values in the order of leadconv.lead_convert */
LcRequest *
lc_request_from_values(int position, const Datum *values, const bool *nulls)
{
	LcRequest  *request = palloc0(sizeof(LcRequest));

	request->position = position;
	memcpy(request->value, values, sizeof(Datum) * LC_NFIELDS);
	memset(request->isnull, true, sizeof(request->isnull));
	memcpy(request->isnull, nulls, sizeof(bool) * LC_NFIELDS);
	for (int i = 0; i < LC_NFIELDS; i++)
	{
		/* long values may be compressed or out of line */
		if (!nulls[i] && (fields[i].type == TEXTOID || fields[i].type == JSONBOID))
			request->value[i] = PointerGetDatum(PG_DETOAST_DATUM(values[i]));
	}
	leave_out_blanks(request);
	return request;
}

/*
 * A request from a composite value of type leadconv.lead_convert, whose row type has
 * been checked
 */
LcRequest *
lc_request_from_tuple(int position, HeapTupleHeader header, TupleDesc desc)
{
	HeapTupleData tuple;
	Datum		values[LC_NFIELDS];
	bool		nulls[LC_NFIELDS];

	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	heap_deform_tuple(&tuple, desc, values, nulls);
	return lc_request_from_values(position, values, nulls);
}

/* A request that is refused before anything of it can be read */
LcRequest *
lc_request_invalid(int position, LcError *error)
{
	LcRequest  *request = palloc0(sizeof(LcRequest));

	request->position = position;
	memset(request->isnull, true, sizeof(request->isnull));
	request->outcome.errors = list_make1(error);
	return request;
}

static void
refuse_type(LcRequest *request, LcField field, const char *expected)
{
	lc_refuse(request, LC_INVALID_TYPE_ON_FIELD_IN_RECORD, fields[field].name, NULL,
			  psprintf("Give %s or null.", expected),
			  "the value of key \"%s\" of a lead conversion request is not %s",
			  fields[field].name, expected);
}

/*
 * Reads an integer out of a JSON number or a string of digits, as drivers for
 * languages without 64-bit integers send it.
 */
static bool
json_int64(const JsonbValue *value, int64 *result)
{
	char	   *text;
	char	   *end;

	if (value->type == jbvNumeric)
		text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	else if (value->type == jbvString && value->val.string.len > 0)
		text = pnstrdup(value->val.string.val, value->val.string.len);
	else
		return false;
	errno = 0;
	*result = strtoi64(text, &end, 10);
	return errno == 0 && end != text && *end == '\0';
}

/*
 * Sets those of the flags that are keys of an object, and returns the object without them,
 * in the current memory context.  Raises an error when one is neither a boolean nor null.
 * What is no object is returned as it is.
 */
Jsonb *
lc_take_flags(Jsonb *object, const LcJsonFlag *flags, int nflags)
{
	JsonbParseState *state = NULL;
	JsonbIterator *it;
	JsonbValue	key;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(object))
		return object;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	it = JsonbIteratorInit(&object->root);
	(void) JsonbIteratorNext(&it, &key, true);
	while (JsonbIteratorNext(&it, &key, true) == WJB_KEY)
	{
		int			flag = 0;

		(void) JsonbIteratorNext(&it, &value, true);
		while (flag < nflags && (strlen(flags[flag].name) != (size_t) key.val.string.len ||
								 memcmp(flags[flag].name, key.val.string.val, key.val.string.len) != 0))
			flag++;
		if (flag == nflags)
		{
			pushJsonbValue(&state, WJB_KEY, &key);
			pushJsonbValue(&state, WJB_VALUE, &value);
		}
		else if (value.type == jbvBool)
			*flags[flag].value = value.val.boolean;
		else if (value.type != jbvNull)
			ereport(ERROR,
					(lc_errcode(LC_INVALID_TYPE_ON_FIELD_IN_RECORD),
					 errmsg("option \"%s\" is not true or false", flags[flag].name),
					 errhint("Give true or false, without quotes.")));
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/*
 * A request from a JSON object with the keys of leadconv.lead_convert.  What is
 * wrong with it becomes the request's error.
 */
LcRequest *
lc_request_from_jsonb(int position, JsonbContainer *object)
{
	LcRequest  *request = palloc0(sizeof(LcRequest));
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	key;
	JsonbValue	value;

	request->position = position;
	memset(request->isnull, true, sizeof(request->isnull));
	if (!JsonContainerIsObject(object))
	{
		lc_refuse(request, LC_INVALID_TYPE_ON_FIELD_IN_RECORD, NULL, NULL,
				  "Give objects with the keys of leadconv.lead_convert.",
				  "a lead conversion request is not a JSON object");
		return request;
	}

	it = JsonbIteratorInit(object);
	token = JsonbIteratorNext(&it, &key, false);
	Assert(token == WJB_BEGIN_OBJECT);
	while ((token = JsonbIteratorNext(&it, &key, true)) == WJB_KEY)
	{
		int			field;
		int64		number;

		(void) JsonbIteratorNext(&it, &value, true);
		field = find_field(key.val.string.val, key.val.string.len);
		if (field == LC_NFIELDS)
		{
			char	   *name = pnstrdup(key.val.string.val, key.val.string.len);

			lc_refuse(request, LC_INVALID_FIELD, name, NULL,
					  "The keys are the attributes of type leadconv.lead_convert.",
					  "\"%s\" is not a key of a lead conversion request", name);
			continue;
		}
		if (value.type == jbvNull)
			continue;
		switch (fields[field].type)
		{
			case INT8OID:
				if (json_int64(&value, &number))
				{
					request->value[field] = Int64GetDatum(number);
					request->isnull[field] = false;
				}
				else
					refuse_type(request, field, "a whole number");
				break;
			case BOOLOID:
				if (value.type == jbvBool)
				{
					request->value[field] = BoolGetDatum(value.val.boolean);
					request->isnull[field] = false;
				}
				else
					refuse_type(request, field, "true or false");
				break;
			case TEXTOID:
				if (value.type == jbvString)
				{
					request->value[field] =
						PointerGetDatum(cstring_to_text_with_len(value.val.string.val, value.val.string.len));
					request->isnull[field] = false;
				}
				else
					refuse_type(request, field, "a string");
				break;
			default:
				request->value[field] = JsonbPGetDatum(JsonbValueToJsonb(&value));
				request->isnull[field] = false;
				break;
		}
	}
	leave_out_blanks(request);
	return request;
}

/*
 * Sets request->normalized: the request in the form that the ledger keeps and
 * that tells a retry from another request.  Booleans that are false or NULL, and
 * everything else that is NULL, are left out, keys are sorted (by jsonb), and
 * what does not identify the request (allow_save, reason) is not in it.
 */
void
lc_request_normalize(LcRequest *request)
{
	JsonbParseState *state = NULL;
	JsonbValue *result;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < LC_NFIELDS; i++)
	{
		JsonbValue	key;
		JsonbValue	value;

		if (!fields[i].identifies || request->isnull[i] ||
			(fields[i].type == BOOLOID && !DatumGetBool(request->value[i])))
			continue;
		key.type = jbvString;
		key.val.string.val = (char *) fields[i].name;
		key.val.string.len = strlen(fields[i].name);
		pushJsonbValue(&state, WJB_KEY, &key);
		switch (fields[i].type)
		{
			case INT8OID:
				value.type = jbvNumeric;
				value.val.numeric = int64_to_numeric(DatumGetInt64(request->value[i]));
				break;
			case BOOLOID:
				value.type = jbvBool;
				value.val.boolean = true;
				break;
			case TEXTOID:
				{
					text	   *string = DatumGetTextPP(request->value[i]);

					value.type = jbvString;
					value.val.string.val = VARDATA_ANY(string);
					value.val.string.len = VARSIZE_ANY_EXHDR(string);
				}
				break;
			default:
				JsonbToJsonbValue(DatumGetJsonbP(request->value[i]), &value);
				break;
		}
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	result = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	request->normalized = JsonbValueToJsonb(result);
}

/*
 * The text value of a key of a record value, in the current memory context, or
 * NULL when there is none or it is not text.
 */
char *
lc_record_text(const LcRequest *request, LcField field, const char *key)
{
	JsonbValue	buffer;
	JsonbValue *value;

	if (!lc_given(request, field) || !JB_ROOT_IS_OBJECT(DatumGetJsonbP(request->value[field])))
		return NULL;
	value = getKeyJsonValueFromContainer(&DatumGetJsonbP(request->value[field])->root, key, strlen(key), &buffer);
	if (value == NULL || value->type != jbvString)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/* Does a record value of the request have this key? */
bool
lc_record_has_key(const LcRequest *request, LcField field, const char *key)
{
	JsonbValue	buffer;

	return lc_given(request, field) && JB_ROOT_IS_OBJECT(DatumGetJsonbP(request->value[field])) &&
		getKeyJsonValueFromContainer(&DatumGetJsonbP(request->value[field])->root, key, strlen(key), &buffer) != NULL;
}

/*
 * The bigint value of a key of a record value, as a number or a string of what
 * bigint accepts: exactly those that jsonb_populate_record() takes for it.  Returns
 * false when there is none.
 */
bool
lc_record_id(const LcRequest *request, LcField field, const char *key, int64 *id)
{
	JsonbValue	buffer;
	JsonbValue *value;
	char	   *text;

	if (!lc_given(request, field) || !JB_ROOT_IS_OBJECT(DatumGetJsonbP(request->value[field])))
		return false;
	value = getKeyJsonValueFromContainer(&DatumGetJsonbP(request->value[field])->root, key, strlen(key), &buffer);
	if (value == NULL)
		return false;
	if (value->type == jbvNumeric)
		text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
	else if (value->type == jbvString)
		text = pnstrdup(value->val.string.val, value->val.string.len);
	else
		return false;
#if PG_VERSION_NUM >= 160000
	{
		ErrorSaveContext escontext = {.type = T_ErrorSaveContext};
		Datum		result;

		if (!DirectInputFunctionCallSafe(int8in, text, InvalidOid, -1, (Node *) &escontext, &result))
			return false;
		*id = DatumGetInt64(result);
		return true;
	}
#else
	{
		char	   *end;

		errno = 0;
		*id = strtoi64(text, &end, 10);
		if (errno != 0 || end == text)
			return false;
		while (isspace((unsigned char) *end))
			end++;
		return *end == '\0';
	}
#endif
}

/* Warns, with a status code that is not that of an error */
void
lc_add_warning(LcRequest *request, const char *status_code, LcError *warning)
{
	warning->status_code = status_code;
	warning->sqlerrcode = ERRCODE_WARNING;
	request->outcome.warnings = lappend(request->outcome.warnings, warning);
}

/* Warns of what a notice says about the lead of the request */
void
lc_add_notice(LcRequest *request, const LcNotice *notice)
{
	lc_add_warning(request, notice->status_code,
				   lc_error(LC_INVALID_FIELD, notice->field, NULL, notice->hint, "%s", notice->message));
}

/*
 * leadconv.new_lead_convert(): one request as a value
 */
Datum
leadconv_new_lead_convert(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[LC_NFIELDS];
	bool		nulls[LC_NFIELDS];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	lc_check_request_type(desc);
	for (int i = 0; i < LC_NFIELDS; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i);
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
