/*-------------------------------------------------------------------------
 *
 * leadconv.c
 *	  Lead conversion: the module.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/guc.h"

#include "engine/engine.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	lc_invalidation_init();
	lc_plan_init();
	lc_frame_init();
	lc_user_init();
	lc_metadata_init();
	lc_match_keys_init();
	lc_duplicate_rules_init();
	lc_report_rules_init();
	lc_statement_init();
	lc_match_lock_init();
	lc_check_duplicates_init();
	MarkGUCPrefixReserved("leadconv");
}
