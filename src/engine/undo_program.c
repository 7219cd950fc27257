/*-------------------------------------------------------------------------
 *
 * undo_program.c
 *	  The statements that take conversions back, beside those of the program.
 *
 * They are compiled when they are first needed, so that who only converts does not pay
 * for them, in a memory context of their own below that of the program.  They depend
 * on more than the program: on all related lists, and on foreign keys of any table; so
 * they are compiled anew whenever something happened to a table that is watched, as
 * it does when a foreign key is added that references it.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "engine/engine.h"

/* Compiles all of it; everything is in the context of the undo program */
static void
compile(LcProgram *program)
{
	LcUndoProgram *undo = program->undo;
	LcProgram	owner = *program;
	LcList	   *lists;

	owner.context = undo->context;
	lists = lc_all_lists(&owner, &undo->nlists);
	undo->lists = MemoryContextAllocZero(undo->context, sizeof(LcUndoList) * Max(undo->nlists, 1));
	for (int i = 0; i < undo->nlists; i++)
		lc_undo_compile_list(program, &undo->lists[i], &lists[i]);
	lc_undo_compile_records(program);
	lc_undo_compile_subscriptions(program, &undo->subscribe);
	lc_undo_compile_ledger(program);
}

/*
 * Makes sure that the program has its undo program, in an SPI connection.  Raises what is
 * wrong with the metadata.
 */
void
lc_undo_compile(LcProgram *program)
{
	uint64		counter = lc_invalidations();
	MemoryContext context;
	MemoryContext oldcontext;

	if (program->undo != NULL && program->undo->checked_at == counter && program->undo->is_complete)
		return;
	lc_undo_free(program);
	context = AllocSetContextCreate(program->context, "leadconv undo program", ALLOCSET_SMALL_SIZES);
	program->undo = MemoryContextAllocZero(context, sizeof(LcUndoProgram));
	program->undo->context = context;
	oldcontext = MemoryContextSwitchTo(context);
	compile(program);
	MemoryContextSwitchTo(oldcontext);
	program->undo->checked_at = counter;
	program->undo->is_complete = true;
}
