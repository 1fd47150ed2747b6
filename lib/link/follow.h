/* Categories that follow from other columns, as the sex does from the given name: where that agrees they agree too, in any two
 * records, and say nothing more. */
#ifndef VET_LINK_FOLLOW_H
#define VET_LINK_FOLLOW_H

#include "link/block.h"

/* Sets `unless` of the comparisons that follow from another one and have none yet, and `likelier` of those that go with one.  Words
 * from which the sex follows become given names, which are kept in the same way. */
void model_find_following(struct model *m, struct table *t);

#endif
