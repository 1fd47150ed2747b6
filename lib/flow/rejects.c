#include "flow/rejects.h"

void rejects_ready(struct rejects *r, const struct schema *s, enum row_format format)
{
    static const char *const OWN[] = {"_other", "_file", "_sheet", "_row", "_reasons"};
    memset(r, 0, sizeof *r);
    r->schema = s;
    r->format = format;
    r->columns.names = arena_zero(&r->memory, s->n_fields + 5, sizeof *r->columns.names);
    for (size_t i = 0; i < s->n_fields; i++) r->columns.names[r->columns.n++] = s->fields[i].name;
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) r->columns.names[r->columns.n++] = str_of(OWN[i]);
}

void rejects_free(struct rejects *r)
{
    arena_free(&r->memory);
}

void rejects_header(const struct rejects *r, struct buf *out)
{
    rows_format_header(out, r->format, &r->columns);
}

void rejects_row(const struct rejects *r, struct buf *out, const struct rejected *one, const struct str *fields, struct str other,
                 struct str *v)
{
    char row[STR_DIGITS];
    size_t n = r->schema->n_fields;
    memcpy(v, fields, n * sizeof *v);
    v[n++] = other;
    v[n++] = str_of(one->at.file);
    v[n++] = str_of(one->at.sheet);
    v[n++] = str_digits(one->at.row, row);
    v[n++] = one->reasons;
    rows_format(out, r->format, &r->columns, v);
}
