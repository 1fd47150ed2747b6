#include "flow/copy.h"

#include "flow/mask_rows.h"

enum { FLUSH_BYTES = 256 * 1024 };

bool rows_copy(struct rows *r, struct out *o, const struct copy_options *c, uint64_t *written)
{
    struct row_mask mask;
    struct row_cursor cursor = {.rows = r};
    struct buf line = {0};
    const struct str *v;
    uint64_t n = 0;
    row_mask_ready(&mask, &r->columns, c->ledger, c->mask);
    rows_format_header(&line, c->format, &r->columns);
    while (!out_failed(o) && (v = rows_next(&cursor))) {
        rows_format(&line, c->format, &r->columns, row_mask_row(&mask, v));
        n++;
        if (line.n < FLUSH_BYTES) continue;
        out_write(o, buf_slice(&line));
        line.n = 0;
    }
    bool ok = rows_done(&cursor);
    out_write(o, buf_slice(&line));
    if (written) *written = n;
    buf_free(&line);
    row_mask_free(&mask);
    return ok && !out_failed(o);
}
