/* Reconciliation of rollups: do the parts add up to the whole at every node? */
#ifndef VET_ROLLUP_CHECK_H
#define VET_ROLLUP_CHECK_H

#include "rollup/result.h"
#include "rollup/rollup.h"

/* Compares, for every period, each level that has rows with the next finer one that has, unit by unit and value by
 * value: children against parent, counts and sums.  Adds to *out (made by check_result) a line for each level that
 * adds up, and one for each unit where it does not.  Returns the number that do not; each is a finding too. */
struct result *check_result(void);
size_t check_rollup(const struct rollup *r, const struct units *u, struct result *out, struct diag *d);

#endif
