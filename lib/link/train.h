/* Learning m and u with no labels: expectation and maximisation on the counts of patterns over all blocked pairs. */
#ifndef VET_LINK_TRAIN_H
#define VET_LINK_TRAIN_H

#include "link/lesson.h"

/* Sets the model's p and prior from the pairs that were made.  False after a finding when it does not settle. */
bool model_train(struct model *m, const struct blocking *b, const struct table *t, const struct label *labels, size_t n_labels,
                 struct diag *d);
/* Sets the probabilities of the class of strangers to those of any two rows; returns how many pairs of rows there are. */
double chance_measure(struct model *m, const struct table *t, const uint32_t *source, unsigned threads);

#endif
