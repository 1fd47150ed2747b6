/* Pairs of rows in the order in which they were made, each with the number of its pattern.
 *
 * A pair is kept as what it differs by from the one before, in a few bytes: it is memory that is touched for the first time which
 * costs most of making a pair. */
#ifndef VET_LINK_PAIR_LIST_H
#define VET_LINK_PAIR_LIST_H

#include "base/str.h"

struct pair {
    uint32_t a, b; /* rows, a < b */
    uint32_t pattern;
};
struct pair_list {
    struct buf bytes;
    struct pair last;
    size_t n;
};
void pair_list_reserve(struct pair_list *l, size_t more); /* before so many pairs are added */
void pair_list_add(struct pair_list *l, struct pair p);
void pair_list_free(struct pair_list *l);
/* One pair after another; starts as {.list = l}. */
struct pair_cursor {
    const struct pair_list *list;
    size_t at;
    struct pair last;
};
bool pair_next(struct pair_cursor *c, struct pair *out);

#endif
