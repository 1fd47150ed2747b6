/* Keys of rows under rules; for lib/link/block*.c alone. */
#ifndef VET_LINK_BLOCK_OWN_H
#define VET_LINK_BLOCK_OWN_H

#include "link/block.h"
#include "link/kind_own.h"

/* The keys of all values of a column, by value; [0] is 0. */
struct key_list {
    int column;
    enum key key;
    uint32_t *of;
};
struct key_set {
    struct key_list lists[COMPARISONS * KEY_COUNT];
    size_t n;
};
/* Adds a list, as long as it is not there; key_set_make fills in all that are new. */
void key_set_want(struct key_set *s, int column, enum key key);
void key_set_make(struct key_set *s, const struct table *t, unsigned threads);
/* Frees the lists that no rule of the model needs. */
void key_set_keep(struct key_set *s, const struct model *m);
void key_set_free(struct key_set *s);

/* A rule with its lists. */
struct bound_rule {
    const uint32_t *keys[RULE_PARTS];
    int column[RULE_PARTS];
    unsigned n;
};
/* The lists are made already. */
struct bound_rule rule_bind(const struct key_set *s, const struct blocking_rule *rule);
/* All parts in 32 bits; 0 = not all are there. */
static inline uint32_t row_key(const struct table *t, const struct bound_rule *r, uint32_t row)
{
    const uint32_t *ids = t->ids + (size_t)row * t->n_columns;
    uint64_t h = 0;
    for (unsigned p = 0; p < r->n; p++) {
        uint32_t k = r->keys[p][ids[r->column[p]]];
        if (!k) return 0;
        h = r->n == 1 ? (uint64_t)k << 32 : mix64(h + k);
    }
    uint32_t key = (uint32_t)(h >> 32);
    return key ? key : 1;
}

#endif
