/* What the traces share: a record as a line of an answer, and whether a code lies in the unit of a number.
 * Only trace*.c use it. */
#ifndef VET_ROLLUP_TRACE_OWN_H
#define VET_ROLLUP_TRACE_OWN_H

#include "rollup/trace.h"

/* Records of a stream as lines of a result, from column `first` on: where the unit lies, the fields of the ledger's form (of a
 * stream that it does not know: all columns), where it came from. */
struct record_lines {
    const struct tracing *t;
    struct result *out;
    size_t first, n;
    int *from;                   /* column of the input, one for each of the n after the places */
    const struct field **fields; /* of the ledger, or NULL */
    size_t places;               /* columns of where the unit lies: 3 or 0 */
    int unit;                    /* column of the input, or -1 */
    struct buf text;             /* scratch */
};
void record_lines_start(struct record_lines *l, const struct tracing *t, struct result *out, const struct columns *c);
void record_lines_put(struct record_lines *l, struct str *line, const struct str *values);
void record_lines_end(struct record_lines *l);

/* Does a record of this unit's code count under the number's unit, at its level? */
bool traced_here(const struct tracing *t, const struct traced *number, struct str code);
struct str trace_masked(struct result *r, struct buf *scratch, enum mask_profile p, enum mask m, struct str value);

#endif
