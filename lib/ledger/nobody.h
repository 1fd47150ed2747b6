/* The ways in which a sheet says that nobody is here: 无, 本楼无退役军人, a tick behind such words. */
#ifndef VET_LEDGER_NOBODY_H
#define VET_LEDGER_NOBODY_H

#include "ledger/layout.h"

/* Does a text say so?  Unless it is `alone`, as in the place of a name, a bare 无 or 没有 is not enough: it must name whom there is
 * none of. */
bool text_says_nobody(const struct words *w, struct str typed, bool alone);
/* Does a row outside of any table say that nobody is here? */
bool line_says_nobody(const struct words *w, const struct line *l);
/* Is a tick set behind words that say so: 本楼无退役军人的，请打√: [√]? */
bool line_ticks_nobody(const struct words *w, const struct line *l);

#endif
