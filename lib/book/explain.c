#include <stdlib.h>

#include "book/build.h"
#include "book/places.h"
#include "book/print.h"
#include "ledger/expr.h"
#include "store/store.h"

/* Which records a number counts: those of a unit, with given values of the dimensions. */
struct behind {
    struct building *b;
    uint32_t unit;        /* UNIT_NONE: all */
    struct str unit_code; /* of rows that no unit's children are in; empty: go by `unit` */
    struct str *values;   /* wanted of each dimension; s NULL: any */
    const struct dim_spec *by;
    size_t n_by;
    struct str where;
};

/* A dimension as an expression: its own, or the column by its name. */
static void dim_text(struct buf *out, const struct dim_spec *dim)
{
    if (dim->dim.expression.n) {
        buf_str(out, dim->dim.expression);
        return;
    }
    buf_char(out, '"');
    buf_str(out, dim->dim.name);
    buf_char(out, '"');
}

static bool read_line(struct behind *h, const struct content_cell *cell)
{
    const struct result *r = cell->block->table;
    const struct result_line *line = &r->lines[cell->line];
    bool pivoted = cell->column >= cell->block->first_pivot && cell->column < cell->block->first_pivot + cell->block->n_pivot;
    if (!pivoted && !str_is(r->columns[cell->column].name, "count")) return false;
    for (size_t k = 0; k < h->n_by; k++) {
        struct str *want = &h->values[k];
        *want = (struct str){0};
        bool shown = false;
        for (size_t c = 0; c < r->n_columns && !shown; c++) {
            shown = (c < cell->block->first_pivot || c >= cell->block->first_pivot + cell->block->n_pivot) &&
                    str_eq(r->columns[c].name, h->by[k].dim.name);
            if (shown && line->kind != LINE_TOTAL) *want = str_is(line->values[c], "未填") ? STR("") : line->values[c];
        }
        if (!shown && pivoted) *want = str_is(r->columns[cell->column].name, "(none)") ? STR("") : r->columns[cell->column].name;
    }
    for (size_t c = 0; line->kind != LINE_TOTAL && c < r->n_columns; c++) {
        if (!str_is(r->columns[c].name, "unit") || !line->values[c].n) continue;
        h->unit = units_code(h->b->source->units, line->values[c]);
        if (h->unit == UNIT_NONE) h->unit_code = line->values[c];
    }
    h->where = cell->block->spec->where;
    return true;
}

static bool read_figure(struct behind *h, const struct content_cell *cell)
{
    const struct table_spec *t = cell->block->spec;
    const struct result *r = cell->block->table;
    if (!str_is(r->columns[cell->column].name, "value")) return false;
    for (size_t i = 0; i < t->n_figures; i++) {
        if (!str_eq(t->figures[i].title, r->lines[cell->line].values[0]) || !str_is(t->figures[i].measure, "count")) continue;
        h->where = t->figures[i].where;
        return true;
    }
    return false;
}

/* Whom the report counts first, then the dimensions. */
static struct expr *compile(struct behind *h, const struct columns *c)
{
    const char *where = building_where(h->b, h->where);
    struct buf *texts = mem_zero(h->n_by + 1, sizeof *texts);
    struct expr_source *sources = mem_zero(h->n_by + 1, sizeof *sources);
    buf_put(&texts[0], where ? where : "1");
    for (size_t k = 0; k < h->n_by; k++) dim_text(&texts[k + 1], &h->by[k]);
    for (size_t k = 0; k <= h->n_by; k++) sources[k].text = buf_slice(&texts[k]);
    struct expr_env env = {.columns = c->names, .n = c->n, .schema = h->b->source->schema, .today = str_of(h->b->month_end)};
    struct expr *e = expr_compile_all(&env, sources, h->n_by + 1, h->b->diag);
    for (size_t k = 0; k <= h->n_by; k++) buf_free(&texts[k]);
    free(texts);
    free(sources);
    return e;
}

static bool wanted(const struct behind *h, const struct expr *e, struct str code)
{
    if (h->unit_code.n && !str_eq(code, h->unit_code)) return false;
    if (h->unit != UNIT_NONE) {
        uint32_t unit = units_code(h->b->source->units, code);
        if (unit == UNIT_NONE || !units_inside(h->b->source->units, unit, h->unit)) return false;
    }
    for (size_t k = 0; k < h->n_by; k++)
        if (h->values[k].s && !str_eq(expr_text(e, k + 1), h->values[k])) return false;
    return true;
}

static struct result *columns_of(const struct schema *l, const struct rows *rows, int *from)
{
    struct result *r = result_new();
    size_t n = 0;
    places_columns(r);
    for (size_t i = 0; i < l->n_fields; i++) {
        enum role role = l->fields[i].role;
        if (!l->fields[i].on_form || role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING) continue;
        from[n++] = columns_find(&rows->columns, l->fields[i].name);
        result_column(r, l->fields[i].name, l->fields[i].title, COLUMN_TEXT);
    }
    static const char *const SOURCE[] = {"_flags", "_entity", "_file", "_sheet", "_row", "_record"};
    for (size_t i = 0; i < sizeof SOURCE / sizeof *SOURCE; i++) {
        from[n++] = columns_find(&rows->columns, str_of(SOURCE[i]));
        result_column(r, str_of(SOURCE[i]), (struct str){0}, COLUMN_TEXT);
    }
    return r;
}

static void put_record(struct behind *h, struct result *r, const struct rows *rows, const int *from, const struct str *v,
                       struct str code)
{
    enum { PLACES = 3 };
    struct str *line = result_line(r, LINE_PLAIN);
    uint32_t unit = units_code(h->b->source->units, code);
    if (unit != UNIT_NONE) places_put(r, line, h->b->source->units, unit);
    for (size_t k = PLACES; k < r->n_columns; k++) {
        int c = from[k - PLACES];
        if (c >= 0) line[k] = building_masked(h->b, r, schema_field(h->b->source->schema, rows->columns.names[c]), v[c]);
    }
}

/* The records in the order of their units, of each entity the first: as the rollup counts them. */
static struct result *list(struct behind *h)
{
    struct building *b = h->b;
    const struct store_query q = {.ledger = b->source->schema, .as_of = b->as_of, .sorted = true, .source = true, .record = true};
    struct rows *rows = store_rows(b->source->of->store, &q);
    struct expr *e = rows ? compile(h, &rows->columns) : NULL;
    if (!e) {
        rows_close(rows);
        return NULL;
    }
    int *from = mem_zero(b->source->schema->n_fields + 8, sizeof *from);
    struct result *r = columns_of(b->source->schema, rows, from);
    int c_unit = columns_find(&rows->columns, STR("unit")), c_entity = columns_find(&rows->columns, STR("_entity"));
    struct map met = {0};
    struct row_cursor cursor = {.rows = rows};
    for (struct str *v; (v = rows_next(&cursor));) {
        expr_evaluate(e, v);
        bool fresh = true;
        if (expr_truth(e, 0) != EXPR_TRUE) continue;
        if (c_entity >= 0 && v[c_entity].n) map_at(&met, v[c_entity], &fresh);
        if (fresh && wanted(h, e, v[c_unit])) put_record(h, r, rows, from, v, v[c_unit]);
    }
    bool ok = rows_done(&cursor);
    map_free(&met);
    free(from);
    expr_free(e);
    rows_close(rows);
    if (ok) return r;
    result_free(r);
    return NULL;
}

static bool find_cell(const struct content *c, struct str cell, struct content_cell *out)
{
    size_t at = cell.n;
    while (at && cell.s[at - 1] != '!') at--;
    uint32_t row;
    uint16_t col;
    if (!at || !cell_parse(str_from(cell, at), &row, &col)) return false;
    struct str sheet = str_head(cell, at - 1);
    if (sheet.n > 1 && sheet.s[0] == '\'' && sheet.s[sheet.n - 1] == '\'') sheet = str_head(str_from(sheet, 1), sheet.n - 2);
    return content_at(c, sheet, row, col, out) && out->block->spec && out->line != SIZE_MAX;
}

struct result *report_explain(const struct report *r, const struct report_source *source, const struct content *c, struct str cell,
                              struct diag *d)
{
    struct building b = {.report = r, .source = source, .content = content_new(), .diag = d};
    struct behind h = {.b = &b, .unit = UNIT_NONE};
    struct content_cell at;
    bool ok = find_cell(c, cell, &at) && building_start(&b);
    if (ok) {
        h.by = at.block->by;
        h.n_by = at.block->n_by;
        h.values = mem_zero(h.n_by, sizeof *h.values);
        ok = at.block->spec->kind == TABLE_FIGURES ? read_figure(&h, &at) : read_line(&h, &at);
    }
    if (!ok) {
        struct buf name = {0};
        buf_str(&name, cell);
        diag_add(d, DIAG_REPORT_NO_CELL, NULL, buf_text(&name), "'社区人数!B4'", NULL);
        buf_free(&name);
    }
    struct result *result = ok ? list(&h) : NULL;
    free(h.values);
    buf_free(&b.text);
    content_free(b.content);
    return result;
}
