/* What is learnt from: patterns with their numbers, and the two sums over all of them that every round of learning takes.
 *
 * Patterns are sorted, so that neighbours have most of their leading levels in common: what those contribute is worked out once. */
#ifndef VET_LINK_LESSON_H
#define VET_LINK_LESSON_H

#include "link/block.h"

/* A pattern that people have decided, as a weight on its class. */
struct label {
    uint64_t code;
    bool match;
};
/* All patterns, or when they are very many those that may be matches and a sample of the rest that stands for them. */
struct lesson {
    uint64_t *code;
    double *count;
    double *share[CLASSES];
    size_t n, n_free; /* from n_free on people have decided */
    const struct label *labels;
    double total;
};
typedef double level_sums[COMPARISONS][LEVELS][CLASSES];

/* Sorts what is there so far. */
void lesson_sort(struct lesson *s);
/* Sets the shares of the classes in the patterns up to n_free; returns the logarithm of the likelihood. */
double lesson_expect(struct lesson *s, const struct model *m);
/* How much of each class there is, in all and by level of each comparison. */
void lesson_sum(const struct lesson *s, const struct model *m, double total[CLASSES], level_sums sums);
void lesson_free(struct lesson *s);

#endif
