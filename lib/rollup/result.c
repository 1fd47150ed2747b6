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

void result_insert(struct result *r, size_t at, const struct result_column *like)
{
    size_t after = r->n_columns - at;
    struct result_column c = *like;
    c.name = result_text(r, like->name);
    c.title = result_text(r, like->title);
    c.group = result_text(r, like->group);
    c.of = result_text(r, like->of);
    mem_grow(&r->columns, &r->cap_columns, r->n_columns + 1, sizeof *r->columns);
    memmove(r->columns + at + 1, r->columns + at, after * sizeof *r->columns);
    r->columns[at] = c;
    r->n_columns++;
    for (size_t i = 0; i < r->n; i++) {
        struct str *v = arena_zero(&r->memory, r->n_columns, sizeof *v);
        memcpy(v, r->lines[i].values, at * sizeof *v);
        memcpy(v + at + 1, r->lines[i].values + at, after * sizeof *v);
        r->lines[i].values = v;
    }
}

void result_columns(struct result *r, const struct named_column *c, size_t n)
{
    for (size_t k = 0; k < n; k++) result_column(r, str_of(c[k].name), str_of(c[k].title), c[k].kind);
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

static size_t digits_at(struct str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && s.s[i + n] >= '0' && s.s[i + n] <= '9') n++;
    return n;
}

/* RFC 8259, section 6, without exponents. */
static bool is_json_number(struct str s)
{
    size_t i = s.n && s.s[0] == '-', whole = digits_at(s, i);
    if (!whole || (whole > 1 && s.s[i] == '0')) return false;
    i += whole;
    if (i == s.n) return true;
    size_t after = s.s[i] == '.' ? digits_at(s, i + 1) : 0;
    return after && i + 1 + after == s.n;
}

void result_json(struct buf *out, const struct result_column *c, struct str v)
{
    if (c->kind >= COLUMN_COUNT && is_json_number(v)) buf_str(out, v);
    else json_quote(out, v);
}

void result_members(struct buf *out, const struct result *r, const struct result_line *line, char before)
{
    for (size_t i = 0; i < r->n_columns; i++) {
        struct str v = line->values[i];
        if (!v.n) continue;
        buf_char(out, before);
        before = ',';
        json_quote(out, r->columns[i].name);
        buf_char(out, ':');
        result_json(out, &r->columns[i], v);
    }
}

static void write_line(struct buf *out, enum row_format f, const struct columns *c, const struct result *r,
                       const struct result_line *line)
{
    if (f == ROWS_CSV) {
        rows_format(out, f, c, line->values);
        return;
    }
    size_t start = out->n;
    result_members(out, r, line, '{');
    if (out->n == start) buf_char(out, '{');
    buf_put(out, "}\n");
}

void result_write(struct out *o, enum row_format f, const struct result *r)
{
    struct columns c = {mem_zero(r->n_columns, sizeof(struct str)), r->n_columns};
    for (size_t i = 0; i < r->n_columns; i++) c.names[i] = r->columns[i].name;
    struct buf b = {0};
    rows_format_header(&b, f, &c);
    for (size_t i = 0; i < r->n && !out_failed(o); i++) {
        write_line(&b, f, &c, r, &r->lines[i]);
        if (b.n < 65536) continue;
        out_write(o, buf_slice(&b));
        b.n = 0;
    }
    out_write(o, buf_slice(&b));
    buf_free(&b);
    free(c.names);
}
