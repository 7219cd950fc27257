/*-------------------------------------------------------------------------
 *
 * error.c
 *	  Status codes, and errors as values.
 *
 * The platform names its errors by status code.  Each has a SQLSTATE of its own
 * in class LC.  An error that the engine finds before anything is written is
 * first a value (LcError), because in a bulk call it becomes a row of the
 * result; it is raised only when the caller asked for all or none.  An error
 * that the server raises (a constraint, a trigger, a privilege) goes the other
 * way: with partial success it is caught and becomes an LcError.
 *
 * An LcError and all it points to live in the memory context that was current
 * when it was made.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#include "leadconv.h"

PG_FUNCTION_INFO_V1(leadconv_status_code);

/* In the order of LcStatus; the position is the number in the SQLSTATE */
static const char *const status_names[LC_NUM_STATUS] = {
#define LC_STATUS(name) #name,
#include "statuslist.h"
#undef LC_STATUS
};

/* The types of the attributes of leadconv.lead_convert_error */
const Oid	lc_error_types[LC_NERRORTYPES] = {
	TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, JSONBOID
};

/* SQLSTATE class LC, the value that errcode() takes */
static int
sqlstate_of(LcStatus status)
{
	int			n = (int) status + 1;

	return MAKE_SQLSTATE('L', 'C', '0' + (n / 100) % 10, '0' + (n / 10) % 10, '0' + n % 10);
}

/* The platform's name of a status code */
static const char *
status_name(LcStatus status)
{
	return status_names[status];
}

/*
 * errcode() for a status code, to be used inside ereport().  Programs find the status
 * code in the field for the name of a data type, which such errors have no other use for.
 */
int
lc_errcode(LcStatus status)
{
	(void) err_generic_string(PG_DIAG_DATATYPE_NAME, status_name(status));
	return errcode(sqlstate_of(status));
}

/*
 * The status code that stands for an SQLSTATE in a result row: what the server
 * raises is translated, and sqlstate keeps the original.
 * in_trigger tells whether the error was raised by code of a user's trigger.
 */
const char *
lc_status_for_sqlstate(int sqlerrcode, bool in_trigger)
{
	if (ERRCODE_TO_CATEGORY(sqlerrcode) == MAKE_SQLSTATE('L', 'C', '0', '0', '0'))
	{
		int			n = PGUNSIXBIT(sqlerrcode >> 12) - '0';

		n = n * 10 + PGUNSIXBIT(sqlerrcode >> 18) - '0';
		n = n * 10 + PGUNSIXBIT(sqlerrcode >> 24) - '0';
		if (n >= 1 && n <= LC_NUM_STATUS)
			return status_names[n - 1];
	}
	switch (sqlerrcode)
	{
		case ERRCODE_T_R_DEADLOCK_DETECTED:
		case ERRCODE_T_R_SERIALIZATION_FAILURE:
		case ERRCODE_LOCK_NOT_AVAILABLE:
			return "UNABLE_TO_LOCK_ROW";	/* never a row of a result */
		case ERRCODE_INSUFFICIENT_PRIVILEGE:
			return status_names[LC_INSUFFICIENT_ACCESS_OR_READONLY];
		case ERRCODE_NOT_NULL_VIOLATION:
			return status_names[LC_REQUIRED_FIELD_MISSING];
		case ERRCODE_CHECK_VIOLATION:
			return status_names[LC_FIELD_CUSTOM_VALIDATION_EXCEPTION];
		case ERRCODE_UNIQUE_VIOLATION:
		case ERRCODE_EXCLUSION_VIOLATION:
			return status_names[LC_DUPLICATE_VALUE];
		case ERRCODE_FOREIGN_KEY_VIOLATION:
			return status_names[LC_INVALID_CROSS_REFERENCE_KEY];
		case ERRCODE_STRING_DATA_RIGHT_TRUNCATION:
			return status_names[LC_STRING_TOO_LONG];
		case ERRCODE_WITH_CHECK_OPTION_VIOLATION:
		case ERRCODE_READ_ONLY_SQL_TRANSACTION:
			return status_names[LC_INSUFFICIENT_ACCESS_OR_READONLY];
	}
	if (in_trigger || ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_PLPGSQL_ERROR)
		return status_names[LC_CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY];
	if (ERRCODE_TO_CATEGORY(sqlerrcode) == ERRCODE_DATA_EXCEPTION)
		return status_names[LC_INVALID_TYPE_ON_FIELD_IN_RECORD];
	return status_names[LC_UNKNOWN_EXCEPTION];
}

/*
 * leadconv.status_code(): the status code that stands for an SQLSTATE, or NULL for that of
 * success.  What a trigger of a user has raised under an SQLSTATE of the server has another
 * one in results and in errors, which know where it comes from.
 */
Datum
leadconv_status_code(PG_FUNCTION_ARGS)
{
	char	   *sqlstate = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (strlen(sqlstate) != 5 || strspn(sqlstate, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5)
		ereport(ERROR,
				(lc_errcode(LC_INVALID_FIELD),
				 errmsg("\"%s\" is not an SQLSTATE", sqlstate),
				 errhint("An SQLSTATE is five digits or capital letters, such as LC005 or 23505.")));
	if (strcmp(sqlstate, "00000") == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(lc_status_for_sqlstate(MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2],
																		  sqlstate[3], sqlstate[4]), false)));
}

/*
 * May partial success turn this error into a result row?  SQLSTATE classes 22,
 * 23, 44, P0 (but not P0004, a failed assertion), LC, and 42501.
 * Everything else concerns the whole transaction and propagates.
 */
bool
lc_may_swallow(int sqlerrcode)
{
	if (sqlerrcode == ERRCODE_INSUFFICIENT_PRIVILEGE)
		return true;
	if (sqlerrcode == ERRCODE_ASSERT_FAILURE ||
		sqlerrcode == sqlstate_of(LC_SCHEMA_NOT_READY))
		return false;
	switch (ERRCODE_TO_CATEGORY(sqlerrcode))
	{
		case ERRCODE_DATA_EXCEPTION:
		case ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION:
		case ERRCODE_WITH_CHECK_OPTION_VIOLATION:
		case ERRCODE_PLPGSQL_ERROR:
		case MAKE_SQLSTATE('L', 'C', '0', '0', '0'):
			return true;
	}
	return false;
}

/*
 * Makes an error value, in the current memory context.  field is the name of
 * the field concerned or NULL, hint and detail may be NULL, the message is
 * formatted.
 */
LcError *
lc_error(LcStatus status, const char *field, char *detail, const char *hint, const char *fmt,...)
{
	LcError    *error = palloc0(sizeof(LcError));
	StringInfoData buf;

	initStringInfo(&buf);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&buf, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&buf, needed);
	}
	error->status_code = status_name(status);
	error->sqlerrcode = sqlstate_of(status);
	error->message = buf.data;
	error->detail = detail;
	error->hint = hint ? pstrdup(hint) : NULL;
	if (field)
		error->fields = list_make1(pstrdup(field));
	return error;
}

/*
 * Makes an error value of a caught error, in the current memory context.
 * in_trigger tells whether code of a trigger raised it.
 */
LcError *
lc_error_from_edata(const ErrorData *edata, bool in_trigger)
{
	LcError    *error = palloc0(sizeof(LcError));

	error->status_code = lc_status_for_sqlstate(edata->sqlerrcode, in_trigger);
	error->sqlerrcode = edata->sqlerrcode;
	error->message = pstrdup(edata->message ? edata->message : "missing error text");
	error->detail = edata->detail ? pstrdup(edata->detail) : NULL;
	error->hint = edata->hint ? pstrdup(edata->hint) : NULL;
	if (edata->column_name)
		error->fields = list_make1(pstrdup(edata->column_name));
	if (edata->table_name || edata->constraint_name)
	{
		StringInfoData buf;

		initStringInfo(&buf);
		appendStringInfoChar(&buf, '{');
		if (edata->table_name)
		{
			appendStringInfoString(&buf, "\"table\": ");
			lc_append_json_string(&buf, edata->table_name);
		}
		if (edata->constraint_name)
		{
			appendStringInfoString(&buf, edata->table_name ? ", \"constraint\": " : "\"constraint\": ");
			lc_append_json_string(&buf, edata->constraint_name);
		}
		appendStringInfoChar(&buf, '}');
		error->data = buf.data;
	}
	return error;
}

/*
 * Raises an error value.
 */
void
lc_error_raise(const LcError *error)
{
	ereport(ERROR,
			(errcode(error->sqlerrcode),
			 err_generic_string(PG_DIAG_DATATYPE_NAME, error->status_code),
			 errmsg_internal("%s", error->message),
			 error->detail ? errdetail_internal("%s", error->detail) : 0,
			 error->hint ? errhint("%s", error->hint) : 0,
			 error->fields ? err_generic_string(PG_DIAG_COLUMN_NAME, linitial(error->fields)) : 0));
}

/* Appends a JSON string literal */
void
lc_append_json_string(StringInfo buf, const char *value)
{
	escape_json(buf, value);
}

/*
 * Makes room for one more element in an array of JSON that is being built; *array
 * is NULL before the first.  Returns the buffer, to which the caller appends the
 * element and the closing bracket.
 */
StringInfo
lc_json_array_next(StringInfo *array)
{
	if (*array == NULL)
	{
		*array = makeStringInfo();
		appendStringInfoChar(*array, '[');
	}
	else
	{
		(*array)->data[--(*array)->len] = '\0'; /* the closing bracket */
		appendStringInfoString(*array, ", ");
	}
	return *array;
}

/*
 * Appends a list of errors or warnings as a JSON array of objects whose keys
 * are the attributes of leadconv.lead_convert_error.
 */
void
lc_append_errors_json(StringInfo buf, List *errors)
{
	ListCell   *lc;
	const char *separator = "";

	appendStringInfoChar(buf, '[');
	foreach(lc, errors)
	{
		LcError    *error = lfirst(lc);
		ListCell   *field;
		const char *comma = "";

		appendStringInfo(buf, "%s{\"status_code\": ", separator);
		separator = ", ";
		lc_append_json_string(buf, error->status_code);
		appendStringInfoString(buf, ", \"sqlstate\": ");
		lc_append_json_string(buf, unpack_sql_state(error->sqlerrcode));
		appendStringInfoString(buf, ", \"message\": ");
		lc_append_json_string(buf, error->message);
		if (error->detail)
		{
			appendStringInfoString(buf, ", \"detail\": ");
			lc_append_json_string(buf, error->detail);
		}
		if (error->hint)
		{
			appendStringInfoString(buf, ", \"hint\": ");
			lc_append_json_string(buf, error->hint);
		}
		appendStringInfoString(buf, ", \"fields\": [");
		foreach(field, error->fields)
		{
			appendStringInfoString(buf, comma);
			lc_append_json_string(buf, lfirst(field));
			comma = ", ";
		}
		appendStringInfoChar(buf, ']');
		if (error->data)
			appendStringInfo(buf, ", \"data\": %s", error->data);
		appendStringInfoChar(buf, '}');
	}
	appendStringInfoChar(buf, ']');
}

/*
 * A list of errors or warnings as an array of leadconv.lead_convert_error, whose
 * row type is error_desc and has the attributes of lc_error_types, in the current
 * memory context.
 */
Datum
lc_errors_to_array(List *errors, TupleDesc error_desc)
{
	Datum	   *elems;
	ListCell   *lc;
	int			n = 0;

	if (errors == NIL)
		return PointerGetDatum(construct_empty_array(error_desc->tdtypeid));

	elems = palloc(sizeof(Datum) * list_length(errors));
	foreach(lc, errors)
	{
		LcError    *error = lfirst(lc);
		Datum		values[LC_NERRORTYPES];
		bool		nulls[LC_NERRORTYPES] = {false};
		Datum	   *fields = palloc(sizeof(Datum) * (list_length(error->fields) + 1));
		ListCell   *field;
		int			nfields = 0;

		foreach(field, error->fields)
			fields[nfields++] = CStringGetTextDatum(lfirst(field));
		values[0] = CStringGetTextDatum(error->status_code);
		values[1] = CStringGetTextDatum(unpack_sql_state(error->sqlerrcode));
		values[2] = CStringGetTextDatum(error->message);
		values[3] = error->detail ? CStringGetTextDatum(error->detail) : (Datum) 0;
		nulls[3] = error->detail == NULL;
		values[4] = error->hint ? CStringGetTextDatum(error->hint) : (Datum) 0;
		nulls[4] = error->hint == NULL;
		values[5] = PointerGetDatum(construct_array(fields, nfields, TEXTOID, -1, false, TYPALIGN_INT));
		values[6] = error->data ? DirectFunctionCall1(jsonb_in, CStringGetDatum(error->data)) : (Datum) 0;
		nulls[6] = error->data == NULL;
		elems[n++] = HeapTupleGetDatum(heap_form_tuple(error_desc, values, nulls));
	}
	return PointerGetDatum(construct_array(elems, n, error_desc->tdtypeid, -1, false, TYPALIGN_DOUBLE));
}
