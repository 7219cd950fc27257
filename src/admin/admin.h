/*-------------------------------------------------------------------------
 *
 * admin.h
 *	  Administration: mapped fields, related lists, import.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_ADMIN_H
#define LEADCONV_ADMIN_H

#include "crm/crm.h"

/* in admin/field_name.c */
extern bool lc_is_custom_name(const char *name);
extern char *lc_squeeze_name(const char *name);
extern char *lc_find_column(Oid relid, const char *name);

#endif							/* LEADCONV_ADMIN_H */
