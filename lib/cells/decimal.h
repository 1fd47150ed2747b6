/* The digits of a number that a file holds in binary: the fewest that read back as the same number, as a person would write
 * them.  370124198110063000 stored as a double comes out as that, not as 3.7e17 and not with digits nobody typed. */
#ifndef VET_CELLS_DECIMAL_H
#define VET_CELLS_DECIMAL_H

#include <stddef.h>

enum { DECIMAL_MAX = 40 };
/* Plain digits from 1e-6 to below 1e21, else with an exponent ("1.5E-9").  -0 is 0.  Returns the length, no final NUL is
 * written; 0 for infinity and what is not a number. */
size_t decimal_shortest(double value, char out[DECIMAL_MAX]);

#endif
