/* What lib/link/in_store*.c share: names of entities, and the index. */
#ifndef VET_LINK_IN_STORE_OWN_H
#define VET_LINK_IN_STORE_OWN_H

#include "base/map.h"
#include "link/in_store.h"

struct naming {
    struct link *k;
    const int64_t *record;
    struct map old;   /* record -> its entity's name */
    struct map taken; /* names that are given */
    struct arena memory;
    struct store *store; /* not NULL: there are entities besides these, whose names are taken too */
    const struct schema *ledger;
};
/* Remembers the name that the entity of a record had. */
void naming_add(struct map *old, struct str record, struct str entity);
/* The links of all entities of two and more; v has room for all rows. */
size_t naming_links(struct naming *n, struct store_link *v);
void naming_free(struct naming *n);
/* The record number of every row, in the order of the stream. */
int64_t *link_record_numbers(struct link *k);

#endif
