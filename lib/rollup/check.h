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

/* Where a movement does not start from, or does not end in, what the records say. */
struct imbalance {
    int level;
    struct str unit; /* code */
    bool closing;    /* else the opening */
};
struct imbalances {
    struct imbalance *v;
    size_t n, cap;
    struct arena memory;
};
void imbalances_free(struct imbalances *m);
/* Last period + in - out, with corrections, is this one: the movement's opening against a rollup of the earlier moment, its
 * balance, and its closing against a rollup of the later one (both with all levels, no dimensions), at every unit that any of
 * the three has.  What differs is added to *open too: whose records they are is for the caller to find. */
struct movement;
size_t check_movement(const struct movement *m, const struct rollup *opening, const struct rollup *closing, struct result *out,
                      struct imbalances *open, struct diag *d);
/* One more comparison in the same form, with words of the caller's. */
bool check_pair(struct result *out, struct str period, struct str what, struct str of, uint64_t whole, uint64_t parts,
                struct diag *d);

#endif
