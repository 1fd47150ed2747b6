/* How alike two strings are, character by character: the similarity of Jaro and Winkler, and the distance in slips of the pen.
 *
 * Only the first SPELLING_LONGEST characters count.  What levels the figures stand for is kind_level.c's to say. */
#ifndef VET_LINK_SPELLING_H
#define VET_LINK_SPELLING_H

#include "base/str.h"

enum { SPELLING_LONGEST = 64 };
/* Similarity of Jaro with Winkler's prefix bonus, in characters, from 0 to 1. */
double jaro_winkler(struct str a, struct str b);
/* Optimal string alignment: a substitution, insertion, deletion, or swap of neighbours costs 1.  Any number above `limit` stands
 * for all of them. */
unsigned slips_between(struct str a, struct str b, unsigned limit);

#endif
