/* Joined records: each with how many records of another ledger are of the same person, as a further column.
 * "Who has not been visited" is then a condition like any other: visits = 0.
 *
 * The same person, by what both ledgers have: the citizen id, where both records have one; else the name together with a
 * telephone that both have, or with the unit, where one lies inside the other, unless the other record's id is somebody's.  What
 * any record of an entity is found by counts for all of them.  An event counts once, however many records of the entity it is found
 * by.
 *
 * Not here: which records are one person within a ledger (link/). */
#ifndef VET_ROLLUP_JOINED_H
#define VET_ROLLUP_JOINED_H

#include "rollup/station.h"

struct join {
    struct str name; /* of the column */
    struct str title;
    struct str ledger; /* the other one */
    struct str where;  /* SQL expression over its records, or empty */
};
struct joined;
/* Counts, at the moment `as_of` of the station, for all records of the station's ledger.  NULL after findings. */
struct joined *joined_make(struct station *of, const struct share *share, const struct join *joins, size_t n, int64_t as_of,
                           struct str today);
/* `base` (records of that ledger at that moment, with _record) with the columns of the joins after its own.  Closes base when it
 * is closed; `j` must outlive it.  NULL when base is NULL. */
struct rows *joined_rows(const struct joined *j, struct rows *base);
void joined_free(struct joined *j);

#endif
