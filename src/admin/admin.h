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

/* What values a column takes */
typedef struct LcColumnType
{
	Oid			type;			/* as declared */
	int32		typmod;
	Oid			basetype;		/* with domains looked through */
	int32		basetypmod;
} LcColumnType;

/* A column of a table of schema crm, as far as mapping is concerned */
typedef struct LcFieldDesc
{
	const char *table;
	char	   *column;
	LcColumnType type;
	bool		is_generated;	/* a formula, so to say */
	bool		is_auto_number; /* identity, or the next value of a sequence */
	Oid			referenced;		/* table that a foreign key points to */
	bool		is_picklist;	/* registered in crm.picklist_field */
	bool		is_restricted;	/* ... and takes only the values listed */
} LcFieldDesc;

/* in admin/field_name.c */
extern bool lc_is_custom_name(const char *name);
extern char *lc_squeeze_name(const char *name);
extern char *lc_find_column(Oid relid, const char *name);

/* in admin/field_type.c */
extern LcColumnType lc_column_type(Form_pg_attribute att);
extern char *lc_column_type_name(const LcColumnType *type);
extern Oid	lc_referenced_table(Relation rel, AttrNumber attno);
extern LcFieldDesc *lc_describe_field(const char *table, const char *name);
extern Oid	lc_field_restriction(const LcFieldDesc *source, const LcFieldDesc *target);
extern const char *lc_field_misfit(const LcFieldDesc *source, const LcFieldDesc *target, char **hint);

#endif							/* LEADCONV_ADMIN_H */
