/* First pass over an .ods: which tables there are, and their merged ranges, before any row is read. */
#include <stdlib.h>

#include "base/map.h"
#include "cells/ods.h"

struct scan {
    struct ods_tables *out;
    struct map hidden_styles; /* of tables */
    struct buf style;         /* the table style that we are in */
    unsigned row_depth;       /* of the row that we are in, or 0 */
    uint32_t row, row_times, col;
    bool in_table;
};

uint32_t ods_times(const char *value)
{
    long n = value ? strtol(value, NULL, 10) : 1;
    return n < 1 ? 1 : n > CELL_MAX_ROWS ? CELL_MAX_ROWS : (uint32_t)n;
}

/* LibreOffice keeps the cells of other files as tables named 'file:///...'#$Sheet. */
static bool is_cache(const char *name)
{
    return strncmp(name, "'file:", 6) == 0 && strstr(name, "'#");
}

static void start_table(struct scan *s, const char **attrs)
{
    struct ods_tables *t = s->out;
    const char *name = zipxml_attr(attrs, "name"), *style = zipxml_attr(attrs, "style-name");
    mem_grow(&t->v, &t->cap, t->n + 1, sizeof *t->v);
    t->v[t->n++] = (struct ods_table){
        .name = arena_string(&t->memory, name ? name : ""),
        .hidden = style && map_find(&s->hidden_styles, str_of(style)),
        .skipped = name && is_cache(name),
    };
    s->row = 0;
    s->in_table = true;
}

static void start_style(struct scan *s, const char *local, const char **attrs)
{
    const char *name = zipxml_attr(attrs, "name"), *family = zipxml_attr(attrs, "family"), *shown = zipxml_attr(attrs, "display");
    if (strcmp(local, "style") == 0) {
        s->style.n = 0;
        if (name && family && strcmp(family, "table") == 0) buf_put(&s->style, name);
    } else if (strcmp(local, "table-properties") == 0 && s->style.n && shown && strcmp(shown, "false") == 0)
        map_at(&s->hidden_styles, buf_slice(&s->style), NULL);
}

static uint32_t up_to(uint64_t n, uint32_t most)
{
    return n < most ? (uint32_t)n : most;
}

static void start_cell(struct scan *s, const char **attrs)
{
    uint32_t columns = ods_times(zipxml_attr(attrs, "number-columns-spanned"));
    uint32_t rows = ods_times(zipxml_attr(attrs, "number-rows-spanned"));
    struct merge m = {.top = s->row + 1, .left = s->col + 1};
    m.bottom = up_to((uint64_t)s->row + rows, CELL_MAX_ROWS);
    m.right = up_to((uint64_t)s->col + columns, CELL_MAX_COLUMNS);
    if (m.top <= CELL_MAX_ROWS && m.left <= CELL_MAX_COLUMNS) zipbook_merge_add(&s->out->v[s->out->n - 1].merges, m);
    s->col = up_to((uint64_t)s->col + ods_times(zipxml_attr(attrs, "number-columns-repeated")), CELL_MAX_COLUMNS);
}

static void scan_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct scan *s = ctx;
    if (!s->in_table) {
        if (depth == ODS_TABLE_DEPTH && strcmp(local, "table") == 0) start_table(s, attrs);
        else start_style(s, local, attrs);
    } else if (!s->row_depth && strcmp(local, "table-row") == 0) {
        s->row_depth = depth;
        s->row_times = ods_times(zipxml_attr(attrs, "number-rows-repeated"));
        s->col = 0;
    } else if (s->row_depth && depth == s->row_depth + 1 &&
               (strcmp(local, "table-cell") == 0 || strcmp(local, "covered-table-cell") == 0))
        start_cell(s, attrs);
}

static void scan_end(void *ctx, unsigned depth, const char *local)
{
    struct scan *s = ctx;
    (void)local;
    if (depth == ODS_TABLE_DEPTH) s->in_table = false;
    if (!s->row_depth || depth != s->row_depth) return;
    s->row_depth = 0;
    s->row = up_to((uint64_t)s->row + s->row_times, CELL_MAX_ROWS);
}

bool ods_tables_read(struct zipfile *z, int64_t part, struct ods_tables *out)
{
    static const struct zipxml_handlers HANDLERS = {.start = scan_start, .end = scan_end, .root = "document-content"};
    struct scan s = {.out = out};
    bool ok = zipxml_read(z, part, &HANDLERS, &s);
    for (size_t i = 0; i < out->n; i++) zipbook_merges_sort(&out->v[i].merges);
    map_free(&s.hidden_styles);
    buf_free(&s.style);
    return ok;
}

void ods_tables_free(struct ods_tables *t)
{
    for (size_t i = 0; i < t->n; i++) free(t->v[i].merges.v);
    free(t->v);
    arena_free(&t->memory);
}
