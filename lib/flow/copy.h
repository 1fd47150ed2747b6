/* From a source of rows to an output: the last stage of a command that passes records on. */
#ifndef VET_FLOW_COPY_H
#define VET_FLOW_COPY_H

#include "base/mask.h"
#include "flow/rows.h"
#include "ledger/schema.h"

struct copy_options {
    enum row_format format;
    const struct schema *ledger; /* masks of the columns by name; may be NULL: all is shown */
    enum mask_profile mask;
};
/* Writes the header and every row; closes neither.  *written (may be NULL) counts rows.
 * False after a finding, or when the output failed (out_close says so). */
bool rows_copy(struct rows *r, struct out *o, const struct copy_options *c, uint64_t *written);

#endif
