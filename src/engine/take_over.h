/*-------------------------------------------------------------------------
 *
 * take_over.h
 *	  What imports need of the engine; its own header cannot be read beside theirs.
 *
 * Copyright (c) 2026, the leadconv authors
 *
 *-------------------------------------------------------------------------
 */
#ifndef LEADCONV_TAKE_OVER_H
#define LEADCONV_TAKE_OVER_H

extern void lc_take_over(const int64 *lead_ids, int nleads, char **undo);

#endif							/* LEADCONV_TAKE_OVER_H */
