/* The nearest of several names to one that was not found: "did you mean ...?" */
#ifndef VET_BASE_NEAR_H
#define VET_BASE_NEAR_H

#include "base/str.h"

/* Which characters a text has, 64 classes of them, and how many: tells most texts apart at a glance. */
struct near_shape {
    uint64_t classes;
    uint32_t length;
};
struct near {
    struct str wanted;
    struct near_shape shape; /* of it */
    struct str found;        /* empty while nothing is near enough */
    unsigned distance;
};
/* Start, try each candidate, read `found`.  Near enough is a distance of at most a third of the longer
 * of the two, at least 1.  Slices must outlive the struct. */
struct near near_start(struct str wanted);
void near_try(struct near *n, struct str candidate);
/* The same, for a candidate whose shape is kept. */
void near_try_shape(struct near *n, struct str candidate, struct near_shape shape);
struct near_shape near_shape_of(struct str s);
/* May two texts of these shapes be within so many slips of each other?  True too often rather than too seldom. */
bool near_may(struct near_shape a, struct near_shape b, uint32_t slips);
/* How many slips are still near enough, the longer of two texts having so many characters. */
uint32_t near_slips(uint32_t longer);
/* Optimal string alignment distance (Damerau 1964, restricted) in Unicode characters.
 * Stops counting past `limit` and returns limit + 1.  Only the first 64 characters of each are looked at. */
unsigned near_distance(struct str a, struct str b, unsigned limit);

#endif
