#include "rollup/groups.h"

#include <stdlib.h>

uint32_t groups_at(struct groups *g, struct str key, bool *is_new)
{
    bool fresh;
    struct map_entry *e = map_at(&g->keys, key, &fresh);
    if (fresh) {
        e->value = g->keys.n - 1;
        mem_grow(&g->v, &g->cap, g->keys.n, sizeof *g->v);
        g->v[e->value] = (struct group){0};
        mem_grow(&g->measures, &g->cap_measures, g->keys.n * g->n_sums, sizeof *g->measures);
        for (size_t i = 0; i < g->n_sums; i++) groups_measures(g, (uint32_t)e->value)[i] = (struct measure){0};
    }
    if (is_new) *is_new = fresh;
    return (uint32_t)e->value;
}

void measure_add(struct measure *to, const struct measure *m)
{
    if (!m->any) return;
    if (!to->any) {
        *to = *m;
        return;
    }
    to->sum += m->sum;
    if (m->least < to->least) to->least = m->least;
    if (m->most > to->most) to->most = m->most;
}

void groups_add(struct groups *g, uint32_t i, uint64_t count, const struct measure *m)
{
    g->v[i].count += count;
    struct measure *to = groups_measures(g, i);
    for (size_t k = 0; k < g->n_sums; k++) measure_add(&to[k], &m[k]);
}

void groups_free(struct groups *g)
{
    map_free(&g->keys);
    free(g->v);
    free(g->measures);
}

void entities_offer(struct entities *e, struct str entity, const struct candidate *c, const struct measure *m)
{
    bool fresh;
    struct map_entry *entry = map_at(&e->keys, entity, &fresh);
    if (fresh) {
        entry->value = e->keys.n - 1;
        mem_grow(&e->v, &e->cap, e->keys.n, sizeof *e->v);
        mem_grow(&e->measures, &e->cap_measures, e->keys.n * e->n_sums, sizeof *e->measures);
    } else if (standing_order(&c->standing, &e->v[entry->value].standing) >= 0) {
        return;
    }
    e->v[entry->value] = *c;
    if (e->n_sums) memcpy(e->measures + entry->value * e->n_sums, m, e->n_sums * sizeof *m);
}

void entities_free(struct entities *e)
{
    map_free(&e->keys);
    free(e->v);
    free(e->measures);
}
