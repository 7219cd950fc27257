/*-------------------------------------------------------------------------
 *
 * workflow_task.c
 *	  workflow_task(): a rule that makes a task.
 *
 * The task belongs to the record whose row fired the trigger.  When a conversion
 * writes the row, the task is the lead's like any other that a trigger adds to
 * it: the related list carries it over to the contact, the opportunity and the
 * account, and the ledger knows it as a row that was moved.  It has to be so,
 * because not all of these are there when the first of them is written.
 *
 * Like what foreign keys do, the INSERT has the rights of the owner of crm.task,
 * whatever the rights of who writes the row; triggers and defaults on tasks run as
 * the current user.  What the rule may put into the task is in its arguments.
 *
 * The plans are kept for the life of the backend, the owner that an argument names
 * in the memory context of the trigger's FmgrInfo; all else is allocated in the
 * current context, the per-tuple context of the trigger manager.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "crm/trigger.h"

/* Days that a task may be due before or after the row is written */
#define MAX_DUE_DAYS		36500

PG_FUNCTION_INFO_V1(leadconv_workflow_task);

/* What the arguments after the subject can say: name=value */
typedef enum TaskOption
{
	OPTION_OWNER,
	OPTION_DUE_DAYS,
	OPTION_STATUS,
	OPTION_PRIORITY,
	OPTION_TYPE,
	OPTION_DESCRIPTION,
	NUM_OPTIONS
} TaskOption;

static const char *const option_names[NUM_OPTIONS] = {
	"owner", "due_days", "status", "priority", "type", "description"
};

/* The columns that the INSERT sets; those from TASK_DUE on only when there is something to set */
enum
{
	TASK_LEAD,
	TASK_CONTACT,
	TASK_ACCOUNT,
	TASK_OPPORTUNITY,
	TASK_OWNER,
	TASK_RULE,
	TASK_SUBJECT,
	TASK_DUE,
	TASK_STATUS,
	TASK_PRIORITY,
	TASK_TYPE,
	TASK_DESCRIPTION,
	NUM_TASK_COLUMNS
};

static const struct
{
	const char *name;
	Oid			type;
}			task_columns[NUM_TASK_COLUMNS] = {
	{"lead_id", INT8OID},
	{"contact_id", INT8OID},
	{"account_id", INT8OID},
	{"opportunity_id", INT8OID},
	{"owner_id", INT8OID},
	{"workflow_rule", TEXTOID},
	{"subject", TEXTOID},
	{"activity_date", DATEOID},
	{"status", TEXTOID},
	{"priority", TEXTOID},
	{"type", TEXTOID},
	{"description", TEXTOID}
};

#define NUM_FIXED_COLUMNS	TASK_DUE
#define NUM_PLANS			(1 << (NUM_TASK_COLUMNS - NUM_FIXED_COLUMNS))

/* The task that is made */
typedef struct Task
{
	Datum		value[NUM_TASK_COLUMNS];
	bool		given[NUM_TASK_COLUMNS];
} Task;

/* By which of the columns from TASK_DUE on there are, as bits */
typedef struct TaskPlan
{
	LcPlan		plan;			/* must be first */
	int			nparams;
	Oid			param_type[NUM_TASK_COLUMNS];
} TaskPlan;

static TaskPlan *task_plans[NUM_PLANS];

/* param_type of an INSERT */
static Oid
task_param_type(const LcPlan *plan, int number)
{
	const TaskPlan *task = (const TaskPlan *) plan;

	return number <= task->nparams ? task->param_type[number - 1] : InvalidOid;
}

static void
set_task(Task *task, int column, Datum value)
{
	task->value[column] = value;
	task->given[column] = true;
}

/* The task is about a record, unless its id is 0; returns whether it is */
static bool
relate(Task *task, int column, int64 id)
{
	if (id != 0)
		set_task(task, column, Int64GetDatum(id));
	return id != 0;
}

/*
 * What the task is about: the lead of the conversion that writes the row, what a
 * lead was converted to earlier, or the record itself and its account.
 */
static void
relate_task(TriggerData *trigdata, Task *task, const LcFrameRow *row)
{
	const char *table = RelationGetRelationName(trigdata->tg_relation);
	int64		id = lc_rule_id(trigdata, "id");

	if (row)
		relate(task, TASK_LEAD, row->lead_id);
	else if (strcmp(table, "lead") == 0)
	{
		bool		is_related = false;

		if (!lc_lead_is_converting(id))
		{
			is_related |= relate(task, TASK_CONTACT, lc_rule_id(trigdata, "converted_contact_id"));
			is_related |= relate(task, TASK_ACCOUNT, lc_rule_id(trigdata, "converted_account_id"));
			is_related |= relate(task, TASK_OPPORTUNITY, lc_rule_id(trigdata, "converted_opportunity_id"));
		}
		if (!is_related)
			relate(task, TASK_LEAD, id);
	}
	else
	{
		relate(task, TASK_ACCOUNT, strcmp(table, "account") == 0 ? id : lc_rule_id(trigdata, "account_id"));
		if (strcmp(table, "contact") == 0)
			relate(task, TASK_CONTACT, id);
		if (strcmp(table, "opportunity") == 0)
			relate(task, TASK_OPPORTUNITY, id);
	}
}

/* Raises an error about one of the arguments after the subject */
static void
report_option(TriggerData *trigdata, int arg, const char *problem, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("argument %d of trigger \"%s\" %s: %s", arg + 1, trigdata->tg_trigger->tgname, problem,
					trigdata->tg_trigger->tgargs[arg]),
			 errdetail("The trigger is on table \"%s\".", RelationGetRelationName(trigdata->tg_relation)),
			 errhint("%s", hint),
			 errtable(trigdata->tg_relation)));
}

/* Reads the arguments after the subject; what is not given is NULL */
static void
parse_options(TriggerData *trigdata, const char **option)
{
	for (int arg = 1; arg < trigdata->tg_trigger->tgnargs; arg++)
	{
		const char *text = lc_rule_argument(trigdata, arg, "option");
		const char *equals = strchr(text, '=');
		int			o = 0;

		while (o < NUM_OPTIONS && (equals == NULL || strlen(option_names[o]) != equals - text ||
								   strncmp(option_names[o], text, equals - text) != 0))
			o++;
		if (o == NUM_OPTIONS)
			report_option(trigdata, arg, "is not an option", "Options are owner=, due_days=, status=, priority=, type= and description=, each an argument of its own.");
		if (option[o] != NULL)
			report_option(trigdata, arg, "is given twice", "Give each option once.");
		option[o] = equals + 1;
		if (lc_is_blank(option[o], strlen(option[o])))
			report_option(trigdata, arg, "has no value", "Give it a value, or leave it out.");
	}
}

/* The day on which the task is due: so many days from today, in the session's time zone */
static Datum
due_date(TriggerData *trigdata, const char *days)
{
	char	   *end;
	long		number = strtol(days, &end, 10);
	Datum		today;

	if (*end != '\0' || number < -MAX_DUE_DAYS || number > MAX_DUE_DAYS)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("due_days in trigger \"%s\" is not a number of days: %s", trigdata->tg_trigger->tgname, days),
				 errdetail("The trigger is on table \"%s\".", RelationGetRelationName(trigdata->tg_relation)),
				 errhint("Give an integer from %d to %d.", -MAX_DUE_DAYS, MAX_DUE_DAYS),
				 errtable(trigdata->tg_relation)));
	today = DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
	return DirectFunctionCall2(date_pli, today, Int32GetDatum((int32) number));
}

/* Whose the task is: the option's, or the record's */
static int64
task_owner(FunctionCallInfo fcinfo, TriggerData *trigdata, const char *name)
{
	int64	   *owner = fcinfo->flinfo->fn_extra;

	if (name == NULL)
		return lc_rule_id(trigdata, "owner_id");
	if (owner == NULL)
	{
		bool		is_queue;
		int64		id = lc_named_user(trigdata, name, &is_queue);

		owner = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(int64));
		*owner = id;
		fcinfo->flinfo->fn_extra = owner;
	}
	return *owner;
}

/* Prepares the INSERT for the columns that a task has */
static TaskPlan *
prepare_task(const Task *task, int which, Oid owner)
{
	TaskPlan   *prepared = MemoryContextAllocZero(TopMemoryContext, sizeof(TaskPlan));
	StringInfoData columns;
	StringInfoData values;

	initStringInfo(&columns);
	initStringInfo(&values);
	for (int c = 0; c < NUM_TASK_COLUMNS; c++)
	{
		if (c >= NUM_FIXED_COLUMNS && !task->given[c])
			continue;
		prepared->param_type[prepared->nparams++] = task_columns[c].type;
		appendStringInfo(&columns, "%s%s", columns.len ? ", " : "", task_columns[c].name);
		appendStringInfo(&values, "%s$%d", values.len ? ", " : "", prepared->nparams);
	}
	prepared->plan.check_as = owner;
	prepared->plan.param_type = task_param_type;
	lc_plan_prepare(&prepared->plan, psprintf("INSERT INTO crm.task (%s) VALUES (%s)", columns.data, values.data));
	SPI_keepplan(prepared->plan.plan);
	task_plans[which] = prepared;
	return prepared;
}

/* Error context callback: which rule makes a task */
static void
task_error_context(void *arg)
{
	TriggerData *trigdata = arg;

	errcontext("workflow rule \"%s\" of table \"%s\"", trigdata->tg_trigger->tgname,
			   RelationGetRelationName(trigdata->tg_relation));
}

/* Makes the task */
static void
insert_task(TriggerData *trigdata, const Task *task)
{
	ErrorContextCallback errcallback;
	Oid			owner = lc_relation_owner(lc_crm_relid("task", false));
	Datum		values[NUM_TASK_COLUMNS];
	char		nulls[NUM_TASK_COLUMNS];
	TaskPlan   *prepared;
	int			which = 0;
	int			n = 0;

	for (int c = 0; c < NUM_TASK_COLUMNS; c++)
	{
		if (c >= NUM_FIXED_COLUMNS && !task->given[c])
			continue;
		if (c >= NUM_FIXED_COLUMNS)
			which |= 1 << (c - NUM_FIXED_COLUMNS);
		values[n] = task->value[c];
		nulls[n++] = task->given[c] ? ' ' : 'n';
	}

	errcallback.callback = task_error_context;
	errcallback.arg = trigdata;
	errcallback.previous = error_context_stack;
	error_context_stack = &errcallback;

	lc_spi_connect();
	prepared = task_plans[which];
	/* one that has been made for another owner may be in use further out */
	if (prepared == NULL || prepared->plan.check_as != owner)
		prepared = prepare_task(task, which, owner);
	if (lc_plan_execute(&prepared->plan, n, prepared->param_type, values, nulls) != SPI_OK_INSERT)
		elog(ERROR, "could not make the task of a workflow rule: %s", SPI_result_code_string(SPI_result));
	SPI_finish();
	error_context_stack = errcallback.previous;
}

/*
 * workflow_task
 *
 * AFTER INSERT OR UPDATE ROW, on the tables below: makes a task with the subject of
 * the first argument.  The others are options of the form name=value.  For rows
 * that a conversion writes, there are no workflow actions when require_validation
 * is off, and when it converts to a person account.
 */
Datum
leadconv_workflow_task(PG_FUNCTION_ARGS)
{
	static const char *const tables[] = {"lead", "account", "contact", "opportunity", NULL};
	static const LcRuleUse use = {"workflow_task", tables,
	"tables crm.lead, crm.account, crm.contact and crm.opportunity", LC_AFTER, 1, 1 + NUM_OPTIONS};
	static const struct
	{
		int			column;
		TaskOption	option;
	}			texts[] = {
		{TASK_STATUS, OPTION_STATUS},
		{TASK_PRIORITY, OPTION_PRIORITY},
		{TASK_TYPE, OPTION_TYPE},
		{TASK_DESCRIPTION, OPTION_DESCRIPTION}
	};
	TriggerData *trigdata = lc_check_rule(fcinfo, &use);
	const char *subject = lc_rule_argument(trigdata, 0, "subject");
	const char *option[NUM_OPTIONS] = {NULL};
	bool		is_written = lc_frame_is_writing();
	LcFrameRow	row;
	Task		task;
	int64		owner;

	memset(&task, 0, sizeof(task));
	parse_options(trigdata, option);
	if (option[OPTION_DUE_DAYS])
		set_task(&task, TASK_DUE, due_date(trigdata, option[OPTION_DUE_DAYS]));
	if (is_written)
	{
		if (!lc_reference()->require_validation)
			return PointerGetDatum(NULL);
		is_written = lc_frame_row(RelationGetRelid(trigdata->tg_relation), lc_rule_id(trigdata, "id"), &row);
		if (is_written && !row.runs_workflow)
			return PointerGetDatum(NULL);
	}

	relate_task(trigdata, &task, is_written ? &row : NULL);
	set_task(&task, TASK_SUBJECT, CStringGetTextDatum(subject));
	set_task(&task, TASK_RULE, CStringGetTextDatum(trigdata->tg_trigger->tgname));
	owner = task_owner(fcinfo, trigdata, option[OPTION_OWNER]);
	if (owner != 0)
		set_task(&task, TASK_OWNER, Int64GetDatum(owner));
	for (size_t i = 0; i < lengthof(texts); i++)
	{
		if (option[texts[i].option])
			set_task(&task, texts[i].column, CStringGetTextDatum(option[texts[i].option]));
	}
	insert_task(trigdata, &task);
	return PointerGetDatum(NULL);
}
