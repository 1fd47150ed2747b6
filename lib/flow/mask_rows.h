/* Rows as an audience may see them: each value masked as the ledger says of its field (base/mask.h). */
#ifndef VET_FLOW_MASK_ROWS_H
#define VET_FLOW_MASK_ROWS_H

#include "base/mask.h"
#include "flow/rows.h"
#include "ledger/schema.h"

struct row_mask {
    enum mask_profile profile;
    enum mask *kinds; /* of each column */
    const struct schema *ledger;
    int field, before, after; /* columns of a change: what the two hold is told by the first; -1: there are none */
    struct str *shown;
    size_t n;
    struct buf text;
};
/* FIELD and FIELD_typed are masked as `l` says of FIELD; `before` and `after` as it says of the field that stands in `field`; the
 * cells of a rejected row, as typed, are not shown at all.  Columns that it does not know, and all when it is NULL, are shown
 * whole.  `l` has to outlive the mask and its copies. */
void row_mask_ready(struct row_mask *m, const struct columns *c, const struct schema *l, enum mask_profile profile);
/* The same for another thread. */
struct row_mask row_mask_copy(const struct row_mask *m);
void row_mask_free(struct row_mask *m);
/* The values as shown: `v` itself where nothing is masked.  Valid until the next call. */
const struct str *row_mask_row(struct row_mask *m, const struct str *v);
/* Appends one value of column `c`. */
void row_mask_value(const struct row_mask *m, size_t c, struct str value, struct buf *out);

#endif
