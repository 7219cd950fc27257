/*-------------------------------------------------------------------------
 *
 * fold.c
 *	  Texts without case.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "utils/formatting.h"

#include "duplicates/duplicates.h"

/*
 * lc_fold
 *
 * A text in lower case, in the current memory context.
 */
char *
lc_fold(const char *text, int len)
{
	return str_tolower(text, len, C_COLLATION_OID);
}
