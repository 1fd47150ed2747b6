/* The nearest of several names to one that was not found: "did you mean ...?" */
#ifndef VET_BASE_NEAR_H
#define VET_BASE_NEAR_H

#include "base/str.h"

struct near {
    struct str wanted;
    struct str found; /* empty while nothing is near enough */
    unsigned distance;
};
/* Start, try each candidate, read `found`.  Near enough is a distance of at most a third of the longer
 * of the two, at least 1.  Slices must outlive the struct. */
struct near near_start(struct str wanted);
void near_try(struct near *n, struct str candidate);
/* Optimal string alignment distance (Damerau 1964, restricted) in Unicode characters.
 * Stops counting past `limit` and returns limit + 1. */
unsigned near_distance(struct str a, struct str b, unsigned limit);

#endif
