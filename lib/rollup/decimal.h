/* Exact decimal sums: the same total whatever the order and the number of threads.
 *
 * A decimal is a whole number of billionths in 128 bits.  A value has at most 19 digits before the point and 9 after
 * it, so that ten thousand million of them cannot overflow a sum.  Not floating point, and not money formatting. */
#ifndef VET_ROLLUP_DECIMAL_H
#define VET_ROLLUP_DECIMAL_H

#include "base/str.h"

typedef __int128 decimal;

/* Reads "-12", "3.50", "+1", "1,234.5", "1.5e3".  False when s is no number, or not one that can be added exactly. */
bool decimal_parse(struct str s, decimal *out);
/* Appends without trailing zeros: "12", "-3.5". */
void decimal_format(struct buf *out, decimal v);
/* 100 * part / whole to one digit after the point, halves away from zero: "33.3"; nothing when whole is 0. */
void decimal_percent(struct buf *out, uint64_t part, uint64_t whole);

#endif
