/* Learning m and u with no labels: expectation and maximisation on the counts of patterns over all blocked pairs. */
#ifndef VET_LINK_TRAIN_H
#define VET_LINK_TRAIN_H

#include "link/lesson.h"

/* Sets the model's p and prior from the pairs that were made.  False after a finding when it does not settle. */
bool model_train(struct model *m, const struct blocking *b, const struct table *t, const struct label *labels, size_t n_labels,
                 struct diag *d);
/* Sets the probabilities of the class of strangers to those of any two rows; returns how many pairs of rows there are. */
double chance_measure(struct model *m, const struct table *t, const uint32_t *source, unsigned threads);
/* Probabilities of the classes of a pattern. */
void model_classes(const struct model *m, uint64_t code, double out[CLASSES]);
/* Probability that a pair of this pattern is one entity; *weight (may be NULL) is its logarithm of odds, in bits. */
double model_probability(const struct model *m, uint64_t code, double *weight);
/* Probability of a level in pairs of one entity. */
double model_m(const struct model *m, size_t comparison, unsigned level);
/* Evidence of one comparison at a level, in bits: log2 of m over what the other classes say together. */
double model_weight(const struct model *m, size_t comparison, unsigned level);

#endif
