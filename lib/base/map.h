/* A map from byte strings to numbers: open addressing, insertion order kept.
 * Keys are copied into the map's arena.  Zero-initialise; free with map_free. */
#ifndef VET_BASE_MAP_H
#define VET_BASE_MAP_H

#include "base/str.h"

struct map_entry {
    struct str key;
    uint64_t value;
    uint64_t hash;
};
struct map {
    struct map_entry *entries; /* n of them, in the order they were first put */
    size_t n, cap;
    uint32_t *slots; /* entry index + 1; a power of two of them */
    size_t n_slots;
    struct arena keys;
};

/* The entry of `key`, or NULL.  Valid until the next map_at. */
struct map_entry *map_find(const struct map *m, struct str key);
/* The entry of `key`, made with value 0 when it was not there; *is_new (may be NULL) tells which. */
struct map_entry *map_at(struct map *m, struct str key, bool *is_new);
void map_free(struct map *m);

#endif
