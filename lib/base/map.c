#include "base/map.h"

#include <stdlib.h>

static uint32_t *slot_of(const struct map *m, struct str key, uint64_t hash)
{
    size_t mask = m->n_slots - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &m->slots[i];
        if (!*slot) return slot;
        const struct map_entry *e = &m->entries[*slot - 1];
        if (e->hash == hash && str_eq(e->key, key)) return slot;
    }
}

static void widen(struct map *m)
{
    size_t n = m->n_slots ? m->n_slots * 2 : 16;
    free(m->slots);
    m->slots = mem_zero(n, sizeof *m->slots);
    m->n_slots = n;
    for (size_t i = 0; i < m->n; i++) *slot_of(m, m->entries[i].key, m->entries[i].hash) = (uint32_t)i + 1;
}

struct map_entry *map_find(const struct map *m, struct str key)
{
    if (!m->n) return NULL;
    uint32_t i = *slot_of(m, key, str_hash(key));
    return i ? &m->entries[i - 1] : NULL;
}

struct map_entry *map_at(struct map *m, struct str key, bool *is_new)
{
    if (m->n * 2 >= m->n_slots) widen(m);
    uint64_t hash = str_hash(key);
    uint32_t *slot = slot_of(m, key, hash);
    if (is_new) *is_new = !*slot;
    if (*slot) return &m->entries[*slot - 1];
    mem_grow(&m->entries, &m->cap, m->n + 1, sizeof *m->entries);
    struct map_entry *e = &m->entries[m->n++];
    *e = (struct map_entry){str_copy(&m->keys, key), 0, hash};
    *slot = (uint32_t)m->n;
    return e;
}

void map_free(struct map *m)
{
    free(m->entries);
    free(m->slots);
    arena_free(&m->keys);
    *m = (struct map){0};
}
