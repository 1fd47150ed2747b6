/* A model for records of any kind: which columns are compared and how is guessed from headings and from values. */
#ifndef VET_LINK_GUESS_H
#define VET_LINK_GUESS_H

#include "link/model.h"
#include "link/sample.h"

/* False when nothing is usable.  Sets left_out[i], one for each column, of those that have values and are not compared all the
 * same: numbers of records, what another linking found, remarks, what is said by other columns, the least telling of too many. */
bool model_guess(struct model *m, const struct columns *c, const struct sample *s, bool *left_out);

#endif
