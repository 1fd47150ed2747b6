/* Which of a person's records counts, and with it the one unit that he counts in: the record that was handed in last, by the day
 * of survey of its sheet, or where the sheet bears none, by the month that it was handed in for (before any day of it); then the
 * first by the unit's code; then the first of the stream.  In what order files came says nothing.  Rollups, movement, traces and
 * lists all go by it.
 *
 * Not here: which records may count at all (the ledger's stock, --where).  A stream that does not tell when its records were
 * handed in (no column _seen, see store_query) goes by the codes alone. */
#ifndef VET_ROLLUP_STANDING_H
#define VET_ROLLUP_STANDING_H

#include "base/str.h"

struct standing {
    struct str seen; /* "2026-11-05", or "2026-11" of a sheet without a day; empty: unknown */
    struct str unit; /* code */
    uint64_t row;
};
/* < 0: the record of a counts rather than that of b. */
static inline int standing_order(const struct standing *a, const struct standing *b)
{
    int order = str_cmp(b->seen, a->seen);
    if (!order) order = str_cmp(a->unit, b->unit);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

#endif
