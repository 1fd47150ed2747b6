/* Rejected rows as text: where they stood, why they were not taken, and the cells as typed, put under the ledger's own headings so
 * that the file can be mended and imported again.  Cells of columns that the ledger does not know stand in _other. */
#ifndef VET_FLOW_REJECTS_H
#define VET_FLOW_REJECTS_H

#include "flow/rows.h"
#include "flow/sink.h"

struct rejects {
    const struct schema *schema;
    struct columns columns; /* the fields, then _other, _file, _sheet, _row, _reasons */
    enum row_format format;
    struct arena memory;
};
void rejects_ready(struct rejects *r, const struct schema *s, enum row_format format);
void rejects_free(struct rejects *r);
void rejects_header(const struct rejects *r, struct buf *out);
/* `fields`: what stood in the columns of the ledger's fields, one a field; `other`: "heading=value; …".  `scratch` holds columns.n
 * slices. */
void rejects_row(const struct rejects *r, struct buf *out, const struct rejected *one, const struct str *fields, struct str other,
                 struct str *scratch);

#endif
