/* What is known of duplicates anywhere, whatever the columns are: bounds that keep the classes of pairs what they mean.  Left to
 * themselves they become whatever makes the patterns most likely: two kinds of strangers, say, or pairs of one person with a slip.
 */
#ifndef VET_LINK_BOUNDS_H
#define VET_LINK_BOUNDS_H

#include "link/model.h"

/* Brings what a round of learning made of the classes within the bounds; `first` is the model as learning began, `believed` the
 * share of the pairs of one entity that are not there but were believed in beforehand. */
void model_hold(struct model *m, const struct model *first, double believed);
/* Relatives of whom one has moved are like those of one household in what says who they are and which telephone they have, and like
 * those who moved in where they live. */
void model_live_apart(struct model *m);

#endif
