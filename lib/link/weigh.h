/* What a model says of a pair (Fellegi and Sunter 1969), by the levels in its pattern. */
#ifndef VET_LINK_WEIGH_H
#define VET_LINK_WEIGH_H

#include "link/model.h"

/* Probabilities of the classes of a pattern. */
void model_classes(const struct model *m, uint64_t code, double out[CLASSES]);
/* Probability that a pair of this pattern is one entity; *weight (may be NULL) is its logarithm of odds, in bits. */
double model_probability(const struct model *m, uint64_t code, double *weight);
/* Probability of a level in pairs of one entity, and in all others. */
double model_m(const struct model *m, size_t comparison, unsigned level);
double model_u(const struct model *m, size_t comparison, unsigned level);
/* Evidence of one comparison at a level, in bits: log2 of m over u. */
double model_weight(const struct model *m, size_t comparison, unsigned level);

#endif
