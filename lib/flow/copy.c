#include "flow/copy.h"

#include <stdlib.h>

#include "ledger/expr.h"

enum { FLUSH_BYTES = 256 * 1024 };

/* How each column is masked: FIELD and FIELD_typed as the ledger says of FIELD. */
static enum mask *masks_of(const struct columns *c, const struct schema *l)
{
    enum mask *m = mem_zero(c->n + 1, sizeof *m);
    for (size_t i = 0; l && i < c->n; i++) {
        const struct field *f = schema_field(l, c->names[i]);
        if (!f && str_ends(c->names[i], STR("_typed"))) f = schema_field(l, str_head(c->names[i], c->names[i].n - 6));
        if (f) m[i] = f->mask;
    }
    return m;
}

static void mask_row(struct buf *text, struct str *to, const struct str *from, const enum mask *masks, size_t n,
                     enum mask_profile profile)
{
    text->n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = text->n;
        if (masks[i] && from[i].n) mask_write(text, profile, masks[i], from[i]);
        to[i] = (struct str){NULL, text->n - at};
    }
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (masks[i] && from[i].n) to[i].s = text->s + at;
        else to[i] = from[i];
        if (masks[i] && from[i].n) at += to[i].n;
    }
}

bool rows_copy(struct rows *r, struct out *o, const struct copy_options *c, uint64_t *written)
{
    struct expr_env env = {.columns = r->columns.names, .n = r->columns.n, .schema = c->ledger, .today = c->today};
    struct expr *where = c->where ? expr_compile(&env, str_of(c->where), r->diag) : NULL;
    if (c->where && !where) return false;
    enum mask *masks = masks_of(&r->columns, c->ledger);
    struct str *masked = mem_zero(r->columns.n + 1, sizeof *masked);
    struct row_cursor cursor = {.rows = r};
    struct buf line = {0}, text = {0};
    const struct str *v;
    uint64_t n = 0;
    rows_format_header(&line, c->format, &r->columns);
    while (!out_failed(o) && (v = rows_next(&cursor))) {
        if (where && !expr_matches(where, v)) continue;
        if (c->mask != PROFILE_NONE) {
            mask_row(&text, masked, v, masks, r->columns.n, c->mask);
            v = masked;
        }
        rows_format(&line, c->format, &r->columns, v);
        n++;
        if (line.n < FLUSH_BYTES) continue;
        out_write(o, buf_slice(&line));
        line.n = 0;
    }
    bool ok = rows_done(&cursor);
    out_write(o, buf_slice(&line));
    if (written) *written = n;
    buf_free(&line);
    buf_free(&text);
    free(masks);
    free(masked);
    expr_free(where);
    return ok && !out_failed(o);
}
