/*-------------------------------------------------------------------------
 *
 * undo_statement.c
 *	  The statements of an undo program: made, and freed.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "engine/engine.h"

/*
 * A statement of the undo program; as lc_statement(), but it is freed with the others of
 * the undo program.
 */
void
lc_undo_statement(LcProgram *program, LcStatement *statement, const char *step, Oid check_as, LcSnapshot snapshot, const LcSql *sql)
{
	LcProgram	owner = {.context = program->undo->context};
	MemoryContext oldcontext = MemoryContextSwitchTo(program->undo->context);

	lc_statement(&owner, statement, step, check_as, snapshot, sql);
	program->undo->statements = lappend(program->undo->statements, statement);
	MemoryContextSwitchTo(oldcontext);
}

/* Frees the undo program, if there is one */
void
lc_undo_free(LcProgram *program)
{
	LcUndoProgram *undo = program->undo;
	ListCell   *lc;

	if (undo == NULL)
		return;
	program->undo = NULL;
	foreach(lc, undo->statements)
		lc_statement_free(lfirst(lc));
	MemoryContextDelete(undo->context);
}
