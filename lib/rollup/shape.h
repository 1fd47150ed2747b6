/* What a rollup looks like: its rows as they are, or with one dimension laid out in columns, with shares and totals. */
#ifndef VET_ROLLUP_SHAPE_H
#define VET_ROLLUP_SHAPE_H

#include "rollup/result.h"
#include "rollup/rollup.h"

struct shape {
    struct str pivot; /* the dimension whose values become columns, or empty */
    bool percent;     /* a column `percent`: the count's share of its unit's; pivoted: shares beside the counts */
    bool total;       /* a last row 合计 for each period, level `total` */
    /* The order of the pivot's values, e.g. of a code list; others follow in byte order.  May be empty. */
    const struct str *order;
    size_t n_order;
    bool all_of_order; /* also a column for a value that nobody has */
};
/* NULL after a finding: the pivot is not a dimension. */
struct result *rollup_shape(const struct rollup *r, const struct shape *s, struct diag *d);

#endif
