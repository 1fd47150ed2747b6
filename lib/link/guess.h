/* A model for records of any kind: which columns are compared and how is guessed from headings and from values. */
#ifndef VET_LINK_GUESS_H
#define VET_LINK_GUESS_H

#include "link/model.h"
#include "link/sample.h"

/* False when nothing is usable. */
bool model_guess(struct model *m, const struct columns *c, const struct sample *s);

#endif
