/* Records as text: the columns of vet-import's output and the lines of it. */
#ifndef VET_FLOW_EMIT_H
#define VET_FLOW_EMIT_H

#include "base/mask.h"
#include "flow/rows.h"
#include "flow/sink.h"
#include "ledger/expr.h"

/* The ledger's fields, FIELD_typed of those that may have one, unit, _file, _sheet, _row, _flags. */
struct emit {
    const struct schema *schema;
    struct columns columns;
    enum row_format format;
    enum mask_profile mask;
    enum mask *masks; /* of the fields and of the FIELD_typed, n_masks of them */
    size_t n_masks;
    struct arena memory;
};
void emit_ready(struct emit *e, const struct schema *s, enum row_format format, enum mask_profile mask);
void emit_free(struct emit *e);
void emit_header(const struct emit *e, struct buf *out);
/* Writes the record, if `where` (compiled over e->columns, or NULL for all) holds for it as it is before masking.  `scratch` holds
 * columns.n slices; `text` is for masked values. */
void emit_record(const struct emit *e, struct buf *out, const struct record *r, struct expr *where, struct str *scratch,
                 struct buf *text);

#endif
