/* Entities from links: agglomeration by falling probability, refused where it would join what does not belong together. */
#ifndef VET_LINK_CLUSTER_H
#define VET_LINK_CLUSTER_H

#include "link/block.h"
#include "link/decide.h"

struct edge {
    uint32_t a, b;
    float weight;   /* logarithm of odds, in bits */
    uint32_t order; /* of edges of one weight: by what the rows say, not by where they stand */
};
/* Why two rows were not joined along an edge. */
enum refusal {
    REFUSED_NOT,
    REFUSED_APART,     /* people said that two of the records are different */
    REFUSED_ID,        /* two verified citizen ids */
    REFUSED_NAME,      /* one verified citizen id with two names, which people must judge */
    REFUSED_VALUE,     /* two values of a column of the model's veto */
    REFUSED_SOURCE,    /* two records of a source that is free of duplicates */
    REFUSED_AMBIGUOUS, /* a record without an id that fits two ids */
    REFUSED_WEAK       /* too weak a bridge */
};
struct refused {
    uint32_t a, b;
    enum refusal why;
    bool decided;  /* the edge is a person's decision */
    size_t column; /* REFUSED_ID, REFUSED_VALUE: the comparison that it is about */
    uint32_t x, y; /* and its two values */
};
struct clusters {
    uint32_t *of; /* of each row: its entity, numbered from 0 in the order of first rows */
    uint32_t n;
    uint64_t joined, refused_veto, refused_weak;
    struct refused *refused; /* by rows */
    size_t n_refused, cap_refused;
};
struct cluster_input {
    struct edge *edges; /* sorted in place, strongest first; an infinite weight is a person's decision */
    size_t n;
    const struct model *m;
    const struct table *t;
    const uint32_t *source; /* of each row: no entity has two records of one; NULL = they may */
    const struct decisions *decisions;
    unsigned threads;
};
void cluster(struct clusters *c, const struct cluster_input *in);
/* NULL when no edge of these two rows was refused. */
const struct refused *clusters_refused(const struct clusters *c, uint32_t a, uint32_t b);
void clusters_free(struct clusters *c);

#endif
