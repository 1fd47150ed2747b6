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
struct clusters {
    uint32_t *of; /* of each row: its entity, numbered from 0 in the order of first rows */
    uint32_t n;
    uint64_t joined, refused_veto, refused_weak;
    uint8_t *refused;       /* of each edge: 1 = by a veto, 2 = too weak a bridge */
    uint32_t *contradicted; /* first rows and second rows of edges that people decided, and decided against by way of others */
    size_t n_contradicted;  /* pairs of them */
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
void clusters_free(struct clusters *c);

#endif
