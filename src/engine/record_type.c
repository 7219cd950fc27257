/*-------------------------------------------------------------------------
 *
 * record_type.c
 *	  Which record types new records get.
 *
 * A new record gets a record type when the lead has one: the default of the user
 * who will own it or, by the settings, of the user who converts.  A record whose
 * values name a record type has that one.  With the record type comes the stage of
 * a new opportunity; what comes with it for picklists is in picklist.c.
 *
 * The record types are compiled into the program.  Which of them are whose is looked
 * up when it is needed, as facts are: a probe for each user, no privileges and no row
 * security.  Where there are no record types of the targets nothing is looked up.
 *
 * Works in the current memory context; what is compiled is in the program's.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

#include "engine/engine.h"

/* What compile_types() reads */
enum
{
	TYPE_ID = 1,
	TYPE_OBJECT,
	TYPE_NAME,
	TYPE_IS_ACTIVE,
	TYPE_IS_PERSON,
	TYPE_REQUIRES_COMPANY
};

static const LcMetaColumn type_columns[] = {
	{{"record_type", "id", INT8OID}, true},
	{{"record_type", "object", TEXTOID}, true},
	{{"record_type", "name", TEXTOID}, true},
	{{"record_type", "is_active", BOOLOID}, false},
	{{"record_type", "is_person_type", BOOLOID}, false},
	{{"record_type", "requires_company", BOOLOID}, false}
};

/* The record types, those that were made first first */
static void
compile_types(LcProgram *program)
{
	uint64		nrows = lc_read_columns(type_columns, lengthof(type_columns), NULL,
										"crm.record_type ORDER BY record_type.created_date, record_type.id");

	program->record_types = MemoryContextAllocZero(program->context, sizeof(LcRecordType) * Max(nrows, 1));
	program->nrecord_types = (int) nrows;
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRecordType *type = &program->record_types[i];

		type->id = lc_spi_int64(i, TYPE_ID);
		type->object = lc_meta_text(program, i, TYPE_OBJECT);
		type->name = lc_meta_text(program, i, TYPE_NAME);
		type->is_active = lc_spi_bool(i, TYPE_IS_ACTIVE);
		type->is_person_type = lc_spi_bool(i, TYPE_IS_PERSON);
		type->requires_company = lc_spi_bool(i, TYPE_REQUIRES_COMPANY);
		for (int t = 0; t < LC_NTARGETS; t++)
			program->target[t].has_record_types |= type->is_active && strcmp(type->object, lc_target[t].table) == 0;
	}
	SPI_freetuptable(SPI_tuptable);
}

/* What compile_stages() reads */
enum
{
	STAGE_RECORD_TYPE = 1,
	STAGE_NAME,
	STAGE_IS_DEFAULT
};

static const LcMetaColumn stage_columns[] = {
	{{"record_type_picklist_value", "record_type_id", INT8OID}, true},
	{{"opportunity_stage", "api_name", TEXTOID}, true},
	{{"record_type_picklist_value", "is_default", BOOLOID}, false},
	{{"record_type_picklist_value", "opportunity_stage_id", INT8OID}, false}
};

/* Which active stages record types of opportunities offer, in the order of the stages */
static void
compile_stages(LcProgram *program)
{
	uint64		nrows = lc_read_columns(stage_columns, lengthof(stage_columns), NULL,
										"crm.record_type_picklist_value JOIN crm.opportunity_stage"
										" ON opportunity_stage.id OPERATOR(pg_catalog.=) record_type_picklist_value.opportunity_stage_id"
										" WHERE opportunity_stage.is_active"
										" ORDER BY opportunity_stage.sort_order, opportunity_stage.id");

	program->record_type_stages = MemoryContextAllocZero(program->context, sizeof(LcRecordTypeStage) * Max(nrows, 1));
	for (uint64 i = 0; i < nrows; i++)
	{
		LcRecordTypeStage *entry = &program->record_type_stages[program->nrecord_type_stages++];
		const char *name = lc_spi_text(i, STAGE_NAME);

		entry->record_type_id = lc_spi_int64(i, STAGE_RECORD_TYPE);
		entry->is_default = lc_spi_bool(i, STAGE_IS_DEFAULT);
		for (int s = 0; s < program->nstages && entry->stage == NULL; s++)
		{
			if (strcmp(program->stages[s].api_name, name) == 0)
				entry->stage = &program->stages[s];
		}
		/* it has been made since the stages were read: the next look at the program sees it */
		if (entry->stage == NULL)
			program->nrecord_type_stages--;
	}
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Compiles the record types.  The stages must have been compiled.  Raises
 * SCHEMA_NOT_READY when a column is missing or of a type that cannot be read.
 */
void
lc_compile_record_types(LcProgram *program)
{
	LcFactTables *facts = &program->facts;

	compile_types(program);
	compile_stages(program);
	lc_compile_probe(&facts->user_record_types, lc_crm_relid("user_record_type", false), "user_id");
	facts->user_record_type_attno = lc_probe_column(&facts->user_record_types, "record_type_id", INT8OID);
	facts->user_record_type_default_attno = lc_probe_column(&facts->user_record_types, "is_default", BOOLOID);
	facts->user_record_type_id_attno = lc_probe_column(&facts->user_record_types, "id", INT8OID);
}

/* The record type of an id, or NULL */
const LcRecordType *
lc_record_type(const LcProgram *program, int64 id)
{
	for (int i = 0; i < program->nrecord_types && id != 0; i++)
	{
		if (program->record_types[i].id == id)
			return &program->record_types[i];
	}
	return NULL;
}

/* The defaults of one user, for a batch */
typedef struct UserDefaults
{
	int64		user_id;		/* 0 = not looked up */
	const LcRecordType *type[LC_NTARGETS];	/* NULL = none */
} UserDefaults;

/* Users that have been looked up; most requests share theirs with others */
#define USER_SLOTS 64

/* Looks up the defaults of a user: of several for one object the first that was entered */
static const UserDefaults *
read_defaults(LcProgram *program, LcOpenProbe *probe, UserDefaults *cache, int64 user_id, Snapshot snapshot)
{
	UserDefaults *slot = &cache[(uint64) user_id % USER_SLOTS];
	const LcFactTables *facts = &program->facts;
	TupleDesc	desc = RelationGetDescr(probe->rel);
	int64		row_id[LC_NTARGETS] = {0};
	SysScanDesc scan;
	HeapTuple	tuple;

	if (slot->user_id == user_id)
		return slot;
	memset(slot, 0, sizeof(UserDefaults));
	slot->user_id = user_id;
	if (probe->is_empty || user_id == 0)
		return slot;
	scan = lc_probe_begin(probe, user_id, snapshot);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull[2];
		int64		type_id = DatumGetInt64(heap_getattr(tuple, facts->user_record_type_attno, desc, &isnull[0]));
		int64		id = DatumGetInt64(heap_getattr(tuple, facts->user_record_type_id_attno, desc, &isnull[1]));
		const LcRecordType *type = isnull[0] || isnull[1] ? NULL : lc_record_type(program, type_id);

		if (type == NULL || !lc_is_true(tuple, desc, facts->user_record_type_default_attno))
			continue;
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			if (strcmp(type->object, lc_target[t].table) == 0 && (slot->type[t] == NULL || id < row_id[t]))
			{
				slot->type[t] = type;
				row_id[t] = id;
			}
		}
	}
	systable_endscan(scan);
	return slot;
}

/* Who has the default that counts for a record of the request; 0 = nobody known */
static int64
whose_default(LcRun *run, const LcRequest *request, LcTarget t)
{
	if (run->program->settings.record_type_is_converters)
		return run->user_id;
	return request->facts.record_owner[t].id != 0 ? request->facts.record_owner[t].id : request->decision.owner_id;
}

/* The active record type for business accounts that was made first, or NULL */
static const LcRecordType *
first_business_type(const LcProgram *program)
{
	for (int i = 0; i < program->nrecord_types; i++)
	{
		const LcRecordType *type = &program->record_types[i];

		if (type->is_active && !type->is_person_type && strcmp(type->object, lc_target[T_ACCOUNT].table) == 0)
			return type;
	}
	return NULL;
}

/*
 * The record type for a new record of a user with these defaults, or NULL and why
 * there is none.  Only the overall default of accounts counts: a person account gets
 * none when it is not one for persons, and when it is, a business account gets the type
 * of its own that was made first.
 */
static const LcRecordType *
choose_type(const LcProgram *program, const UserDefaults *defaults, LcTarget t, char **why)
{
	const LcRecordType *type = defaults->type[t];

	if (defaults->user_id == 0)
		*why = "Nobody is known whose default it would be.";
	else if (type == NULL)
		*why = psprintf("User " INT64_FORMAT " has no default record type of crm.%s.", defaults->user_id, lc_target[t].table);
	else if (!type->is_active)
		*why = psprintf("Record type \"%s\" of crm.%s, the default of user " INT64_FORMAT ", is not active.",
						type->name, lc_target[t].table, defaults->user_id);
	else if (t == T_PERSON && !type->is_person_type)
		*why = psprintf("Record type \"%s\", the default of user " INT64_FORMAT ", is not for person accounts.",
						type->name, defaults->user_id);
	else if (t == T_ACCOUNT && type->is_person_type)
	{
		type = first_business_type(program);
		if (type == NULL)
			*why = psprintf("The default of user " INT64_FORMAT " is for person accounts, and there is no other active record type of crm.account.",
							defaults->user_id);
		return type;
	}
	else
		return type;
	return NULL;
}

/* The record type that the values of the request name must be one of the table */
static void
judge_named_type(const LcProgram *program, LcRequest *request, LcTarget t, int64 id)
{
	const LcRecordType *type = lc_record_type(program, id);

	if (type != NULL && strcmp(type->object, lc_target[t].table) != 0)
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "record_type_id",
				  psprintf("Record type " INT64_FORMAT " is one of crm.%s.", id, type->object),
				  psprintf("Give the id of a row of crm.record_type whose object is \"%s\".", lc_target[t].table),
				  "record type " INT64_FORMAT " is not one of crm.%s", id, lc_target[t].table);
	else if (type != NULL && (t == T_PERSON || t == T_ACCOUNT) && type->is_person_type != (t == T_PERSON))
		lc_refuse(request, LC_INVALID_CROSS_REFERENCE_KEY, "record_type_id", NULL,
				  psprintf("Give the id of a row of crm.record_type whose is_person_type is %s.",
						   t == T_PERSON ? "true" : "false"),
				  "record type \"%s\" is not one for %s accounts", type->name, t == T_PERSON ? "person" : "business");
}

/* The stage of a new opportunity, unless given: the default of its record type, else the first that it offers */
static void
decide_stage(const LcProgram *program, LcRequest *request)
{
	const LcRecordTypeStage *best = NULL;

	if (lc_record_has_key(request, F_OPPORTUNITY_RECORD, "stage_name"))
		return;
	for (int i = 0; i < program->nrecord_type_stages; i++)
	{
		const LcRecordTypeStage *entry = &program->record_type_stages[i];

		if (entry->record_type_id == request->decision.record_type_id[T_OPPORTUNITY] &&
			(best == NULL || (entry->is_default && !best->is_default)))
			best = entry;
	}
	if (best != NULL)
		request->decision.stage = best->stage;
}

/*
 * Decides which record types the new records of the batch get, and what follows from
 * them for the opportunity.  Refuses requests for whose records there is no default.
 * It must have been decided which records they make, and who owns them.
 */
void
lc_judge_record_types(LcRun *run)
{
	LcProgram  *program = run->program;
	UserDefaults *cache = NULL;
	Snapshot	snapshot = NULL;
	LcOpenProbe probe;
	bool		any = false;

	for (int t = 0; t < LC_NTARGETS; t++)
		any |= program->target[t].has_record_types;
	for (int i = 0; i < run->nrequests && any; i++)
	{
		LcRequest  *request = run->request[i];
		LcDecision *decision = &request->decision;

		CHECK_FOR_INTERRUPTS();
		for (int t = 0; t < LC_NTARGETS; t++)
		{
			const LcTargetType *target = &lc_target[t];
			const LcRecordType *type;
			LcField		record_field = lc_record_field(request, t);
			char	   *why = NULL;

			if (!decision->creates[t] || !program->target[t].has_record_types)
				continue;
			if (lc_record_has_key(request, record_field, "record_type_id"))
			{
				if (lc_record_id(request, record_field, "record_type_id", &decision->record_type_id[t]))
					judge_named_type(program, request, t, decision->record_type_id[t]);
				continue;
			}
			if (request->facts.record_type_id == 0)
				continue;
			if (cache == NULL)
			{
				cache = palloc0(sizeof(UserDefaults) * USER_SLOTS);
				CommandCounterIncrement();
				snapshot = RegisterSnapshot(GetLatestSnapshot());
				lc_probe_open(&probe, &program->facts.user_record_types);
			}
			type = choose_type(program, read_defaults(program, &probe, cache, whose_default(run, request, t), snapshot),
							   t, &why);
			if (type != NULL)
				decision->record_type_id[t] = type->id;
			else
				lc_refuse(request, LC_UNAVAILABLE_RECORDTYPE_EXCEPTION, "record_type_id", why,
						  psprintf("Set is_default for one in crm.user_record_type, or give record_type_id in %s.",
								   lc_field_name(record_field)),
						  "Unable to find default record type for the new %s", target->noun);
		}
		if (decision->creates[T_OPPORTUNITY] && decision->record_type_id[T_OPPORTUNITY] != 0)
			decide_stage(program, request);
	}
	if (cache != NULL)
	{
		lc_probe_close(&probe);
		UnregisterSnapshot(snapshot);
	}
}
