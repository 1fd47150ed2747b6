/* Rollups made from rollups: other levels, fewer dimensions, names and order.  The work behind rollup.h. */
#ifndef VET_ROLLUP_REGROUP_H
#define VET_ROLLUP_REGROUP_H

#include "rollup/rollup.h"

/* An empty rollup with these dimensions and sums. */
struct rollup *rollup_like(const struct rollup_dim *by, size_t n_by, const struct str *sums, size_t n_sums);
/* What was grouped as it came, at the level or levels asked for, named and in order.  NULL after findings. */
struct rollup *rollup_arrange(const struct rollup *base, const struct rollup_spec *spec, bool rollups, struct diag *d);
/* Names the units and sorts. */
void rollup_finish(struct rollup *r, const struct units *u);
void rollup_sort(struct rollup *r);

#endif
