#include "flow/emit.h"

void emit_ready(struct emit *e, const struct schema *s, enum row_format format, enum mask_profile mask)
{
    static const char *const OWN[] = {"unit", "_file", "_sheet", "_row", "_flags"};
    memset(e, 0, sizeof *e);
    e->schema = s;
    e->format = format;
    e->mask = mask;
    e->columns.names = arena_zero(&e->memory, s->n_fields * 2 + 5, sizeof *e->columns.names);
    e->masks = arena_zero(&e->memory, s->n_fields * 2, sizeof *e->masks);
    for (size_t i = 0; i < s->n_fields; i++) {
        e->masks[e->n_masks++] = s->fields[i].mask;
        e->columns.names[e->columns.n++] = s->fields[i].name;
    }
    for (size_t i = 0; i < s->n_fields; i++) {
        if (!s->fields[i].typed) continue;
        e->masks[e->n_masks++] = s->fields[i].mask;
        struct buf b = {0};
        buf_str(&b, s->fields[i].name);
        buf_put(&b, "_typed");
        e->columns.names[e->columns.n++] = str_copy(&e->memory, buf_slice(&b));
        buf_free(&b);
    }
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) e->columns.names[e->columns.n++] = str_of(OWN[i]);
}

void emit_free(struct emit *e)
{
    arena_free(&e->memory);
}

void emit_header(const struct emit *e, struct buf *out)
{
    rows_format_header(out, e->format, &e->columns);
}

/* Masks the values and the typed values, which begin v, into `text`. */
static void mask_values(const struct emit *e, struct str *v, struct buf *text)
{
    text->n = 0;
    for (size_t i = 0; i < e->n_masks; i++) {
        size_t at = text->n;
        mask_write(text, e->mask, e->masks[i], v[i]);
        v[i].n = text->n - at;
    }
    const char *s = buf_text(text); /* it stays where it is from here on */
    for (size_t i = 0; i < e->n_masks; s += v[i++].n) v[i].s = s;
}

void emit_record(const struct emit *e, struct buf *out, const struct record *r, struct expr *where, struct str *v, struct buf *text)
{
    const struct schema *s = e->schema;
    char row[STR_DIGITS];
    size_t n = s->n_fields;
    memcpy(v, r->values, n * sizeof *v);
    for (size_t i = 0; i < s->n_fields; i++)
        if (s->fields[i].typed) v[n++] = r->typed[i];
    v[n++] = r->unit_code;
    v[n++] = str_of(r->at.file);
    v[n++] = str_of(r->at.sheet);
    v[n++] = str_digits(r->at.row, row);
    v[n++] = r->flags;
    if (where && !expr_matches(where, v)) return;
    if (e->mask != PROFILE_NONE) mask_values(e, v, text);
    rows_format(out, e->format, &e->columns, v);
}
