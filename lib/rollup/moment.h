/* Which moment of the store a month's report is of. */
#ifndef VET_ROLLUP_MOMENT_H
#define VET_ROLLUP_MOMENT_H

#include "store/store.h"

struct moment {
    struct str period; /* "2026-11"; lives as long as the arena */
    int64_t as_of;     /* the last batch before any import of a later month, or what was frozen */
    int64_t frozen;    /* what was frozen; 0 = nothing */
    bool known;        /* was anything imported for it, or earlier? */
};
/* The newest month that anything was imported for; empty when nothing was. */
struct str moment_newest(struct store *s, struct arena *a);
/* As the log stood at batch `until` (0 = now), so that what was reported stays what it was.  `as_of` is 0 where nothing later
 * was imported: the store as it is now, or `until`. */
struct moment moment_of(struct store *s, struct str period, int64_t until, struct arena *a);
struct str month_before(struct str period, struct arena *a);

#endif
