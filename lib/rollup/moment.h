/* Which moment of the store a month's report is of. */
#ifndef VET_ROLLUP_MOMENT_H
#define VET_ROLLUP_MOMENT_H

#include "store/store.h"

struct moment {
    struct str period; /* "2026-11"; lives as long as the arena */
    int64_t as_of;     /* the last batch before any import of a later month, or what was frozen */
    bool known;        /* was anything imported for it, or earlier? */
};
/* The newest month that anything was imported for; empty when nothing was. */
struct str moment_newest(struct store *s, struct arena *a);
/* `as_of` 0 where nothing later was imported: the store as it is now. */
struct moment moment_of(struct store *s, struct str period, struct arena *a);
struct str month_before(struct str period, struct arena *a);

#endif
