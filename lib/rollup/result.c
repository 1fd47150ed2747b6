#include "rollup/result.h"

#include <stdlib.h>

struct result *result_new(void)
{
    return mem_zero(1, sizeof(struct result));
}

void result_free(struct result *r)
{
    if (!r) return;
    free(r->columns);
    free(r->lines);
    arena_free(&r->memory);
    free(r);
}

size_t result_column(struct result *r, struct str name, struct str title, enum column_kind kind)
{
    mem_grow(&r->columns, &r->cap_columns, r->n_columns + 1, sizeof *r->columns);
    r->columns[r->n_columns] = (struct result_column){.name = result_text(r, name), .title = result_text(r, title), .kind = kind};
    return r->n_columns++;
}

struct str *result_line(struct result *r, enum line_kind kind)
{
    mem_grow(&r->lines, &r->cap, r->n + 1, sizeof *r->lines);
    r->lines[r->n] = (struct result_line){arena_zero(&r->memory, r->n_columns, sizeof(struct str)), kind};
    return r->lines[r->n++].values;
}

struct str result_text(struct result *r, struct str s)
{
    return s.n ? str_copy(&r->memory, s) : (struct str){0};
}

struct str result_number(struct result *r, int64_t v)
{
    struct buf b = {0};
    buf_int(&b, v);
    struct str s = str_copy(&r->memory, buf_slice(&b));
    buf_free(&b);
    return s;
}

void result_write(struct out *o, enum row_format f, const struct result *r)
{
    struct columns c = {mem_zero(r->n_columns, sizeof(struct str)), r->n_columns};
    for (size_t i = 0; i < r->n_columns; i++) c.names[i] = r->columns[i].name;
    struct buf b = {0};
    rows_format_header(&b, f, &c);
    for (size_t i = 0; i < r->n && !out_failed(o); i++) {
        rows_format(&b, f, &c, r->lines[i].values);
        if (b.n < 65536) continue;
        out_write(o, buf_slice(&b));
        b.n = 0;
    }
    out_write(o, buf_slice(&b));
    buf_free(&b);
    free(c.names);
}
