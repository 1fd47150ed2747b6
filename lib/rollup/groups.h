/* Groups: accumulators of count and measures by key, and entities that count once.  One set a thread, merged at the end.
 * Only rollup.c uses it. */
#ifndef VET_ROLLUP_GROUPS_H
#define VET_ROLLUP_GROUPS_H

#include "base/map.h"
#include "rollup/rollup.h"
#include "rollup/standing.h"

struct group {
    uint64_t count;
    struct str name; /* of the unit, when there are no units to ask */
};
struct groups {
    size_t n_sums;
    struct map keys;          /* key -> index of group */
    struct group *v;          /* keys.n of them */
    struct measure *measures; /* n_sums each */
    size_t cap, cap_measures;
};
uint32_t groups_at(struct groups *g, struct str key, bool *is_new);
static inline struct measure *groups_measures(const struct groups *g, uint32_t i)
{
    return g->measures + i * g->n_sums;
}
void groups_add(struct groups *g, uint32_t i, uint64_t count, const struct measure *m);
void groups_free(struct groups *g);
void measure_add(struct measure *to, const struct measure *m);
static inline struct measure measure_of(decimal v)
{
    return (struct measure){v, v, v, true};
}

/* The record that stands for an entity so far. */
struct candidate {
    struct standing standing; /* its strings live as long as the groups */
    uint32_t group, thread;
};
struct entities {
    size_t n_sums;
    struct map keys; /* entity -> index of candidate */
    struct candidate *v;
    struct measure *measures;
    size_t cap, cap_measures;
};
/* Keeps the better of the one known and this one. */
void entities_offer(struct entities *e, struct str entity, const struct candidate *c, const struct measure *m);
void entities_free(struct entities *e);

#endif
