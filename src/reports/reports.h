/*-------------------------------------------------------------------------
 *
 * reports.h
 *	  What the files of reports share.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_REPORTS_H
#define LEADCONV_REPORTS_H

/* in reports/indexes.c */
extern void lc_set_index(const char *name, const char *definition, const char *comment);

#endif							/* LEADCONV_REPORTS_H */
