#include <stdlib.h>

#include "book/build.h"
#include "book/print.h"
#include "rollup/coverage.h"
#include "rollup/shape.h"

/* Which number of the report a cell shows, and what is behind it (rollup/trace.h). */

struct asking {
    struct building *b;
    struct content_cell at;
    struct traced number;
    struct str *values; /* of the line */
    struct str cell;
};

/* No records stand behind the cell: then what it is. */
static struct result *nothing(struct asking *q)
{
    struct result *r = result_new();
    result_column(r, STR("cell"), STR("单元格"), COLUMN_TEXT);
    result_column(r, STR("what"), STR("是什么"), COLUMN_TEXT);
    result_column(r, STR("heading"), STR("表头"), COLUMN_TEXT);
    result_column(r, STR("text"), STR("内容"), COLUMN_TEXT);
    struct str *v = result_line(r, LINE_PLAIN);
    const struct content_cell *at = &q->at;
    bool value = at->block && at->line != SIZE_MAX && at->column < at->block->table->n_columns;
    bool number = value && at->block->table->columns[at->column].kind >= COLUMN_COUNT;
    v[0] = result_text(r, q->cell);
    v[1] = str_of(at->what ? at->what : number ? "由同一行、同一表的其他数算出" : "文字");
    if (at->block) v[2] = result_text(r, at->text);
    v[3] = value ? result_text(r, q->values[at->column]) : at->block ? (struct str){0} : result_text(r, at->text);
    return r;
}

/* A value of the line by the name of its column; s NULL when there is no such column. */
static struct str value_of(const struct asking *q, const char *column)
{
    const struct result *r = q->at.block->table;
    for (size_t k = 0; k < r->n_columns; k++)
        if (str_is(r->columns[k].name, column)) {
            struct str v = q->values[k];
            return v.s ? v : STR("");
        }
    return (struct str){0};
}

static bool is_total(const struct asking *q)
{
    return !q->at.block->lines && q->at.block->table->lines[q->at.line].kind == LINE_TOTAL;
}

/* Records of the report's ledger, read once more. */
static struct result *records(struct asking *q, const struct trace_spec *spec)
{
    struct building *b = q->b;
    const struct tracing t = {b->source->schema, b->source->units, b->source->mask, b->diag};
    struct rows *rows = building_records(b, false, true);
    struct result *r = rows ? trace_records(&t, spec, rows) : NULL;
    rows_close(rows);
    return r;
}

static struct result *of_rollup(struct asking *q)
{
    const struct block *block = q->at.block;
    struct building *b = q->b;
    struct rollup_dim *dims = mem_zero(block->n_by, sizeof *dims);
    for (size_t i = 0; i < block->n_by; i++) dims[i] = block->by[i].dim;
    struct trace_spec spec = {.number = &q->number,
                              .by = dims,
                              .n_by = block->n_by,
                              .where = building_where(b, block->where),
                              .today = str_of(b->month_end),
                              .which = building_events(b) ? TRACE_EVERY : TRACE_COUNTED};
    struct result *r = traced_read(block->table, q->at.line, q->at.column, dims, block->n_by, STR("未填"), &q->number)
                           ? records(q, &spec)
                           : nothing(q);
    free(dims);
    return r;
}

/* ---- key figures ---- */

static const struct figure_spec *figure_of(const struct asking *q)
{
    const struct table_spec *t = q->at.block->spec;
    for (size_t i = 0; i < t->n_figures; i++)
        if (str_eq(t->figures[i].title, value_of(q, "figure"))) return &t->figures[i];
    return NULL;
}

/* "units LEVEL": the units that have somebody. */
static struct result *units_counted(struct asking *q, struct str word, struct str where)
{
    enum level level;
    if (!level_of(word, &level)) return nothing(q);
    struct rollup *r = building_rollup(q->b, (int)level, NULL, 0, NULL, 0, where);
    const struct shape shape = {.percent = false};
    struct result *table = r ? rollup_shape(r, &shape, q->b->diag) : NULL;
    rollup_free(r);
    return table;
}

static struct result *covered(struct asking *q, struct str word)
{
    struct station *of = q->b->source->of;
    enum state state;
    q->number.column = state_of(word, &state) ? str_of(state_column(state)) : STR("expected");
    struct coverage *c = station_coverage(of, q->b->period, q->b->as_of);
    struct result *r = c ? station_trace_coverage(of, &q->number, c, q->b->as_of, q->b->source->mask) : NULL;
    coverage_free(c);
    return r;
}

static struct result *figure(struct asking *q, const struct figure_spec *f)
{
    struct building *b = q->b;
    struct station *of = b->source->of;
    struct trace_spec spec = {.number = &q->number, .today = str_of(b->month_end)};
    if (str_starts(f->measure, STR("units "))) return units_counted(q, str_from(f->measure, 6), f->where);
    if (str_starts(f->measure, STR("covered "))) return of ? covered(q, str_from(f->measure, 8)) : nothing(q);
    if (str_is(f->measure, "rejects")) return of ? station_trace_rejects(of, &q->number, b->as_of, b->source->mask) : nothing(q);
    spec.where = of ? station_where(of) : NULL;
    if (str_is(f->measure, "records")) {
        spec.which = TRACE_EVERY;
        spec.where = NULL;
    } else if (str_is(f->measure, "again")) {
        spec.which = TRACE_AGAIN;
    } else if (str_is(f->measure, "left")) {
        spec.which = TRACE_OTHERS;
    } else if (str_is(f->measure, "count")) {
        spec.which = building_events(b) ? TRACE_EVERY : TRACE_COUNTED;
        spec.where = building_where(b, f->where);
    } else {
        return nothing(q);
    }
    return records(q, &spec);
}

static struct result *of_figure(struct asking *q)
{
    const struct figure_spec *f = figure_of(q);
    struct str column = q->at.block->table->columns[q->at.column].name;
    if (!f || !(str_is(column, "value") || str_is(column, "before"))) return nothing(q);
    if (str_is(column, "before")) building_before(q->b);
    q->number.period = q->b->period;
    return figure(q, f);
}

/* ---- tables of the store ---- */

/* In the list of units that lack something each line is a unit, whatever the column. */
static struct result *of_coverage(struct asking *q)
{
    struct building *b = q->b;
    bool number = traced_read(q->at.block->table, q->at.line, q->at.column, NULL, 0, (struct str){0}, &q->number);
    if (!number && q->at.block->spec->kind != TABLE_SILENT) return nothing(q);
    struct coverage *c = station_coverage(b->source->of, b->period, b->as_of);
    struct result *r = c ? station_trace_coverage(b->source->of, &q->number, c, b->as_of, b->source->mask) : NULL;
    coverage_free(c);
    return r;
}

/* A person of the list of movers, or a number of the table of movement. */
static struct result *of_movement(struct asking *q, bool person)
{
    struct building *b = q->b;
    struct station *of = b->source->of;
    struct movement_spec spec;
    if (!person && !traced_read(q->at.block->table, q->at.line, q->at.column, NULL, 0, (struct str){0}, &q->number))
        return nothing(q);
    struct movement *m = station_movement(of, &spec, of->before, of->before_as_of, of->period, of->as_of);
    struct result *r = NULL;
    if (m && person) r = station_trace_person(of, value_of(q, "record"), m, of->before_as_of, of->as_of, b->source->mask);
    else if (m) r = station_trace_movement(of, &q->number, m, of->before_as_of, of->as_of, b->source->mask);
    movement_free(m);
    return r;
}

/* A flag ("field:code") and a community: one is of the line and the other of the column. */
static struct result *of_quality(struct asking *q)
{
    const struct result_column *c = &q->at.block->table->columns[q->at.column];
    struct str line_unit = value_of(q, "unit"), of_column = c->pivoted ? c->of : STR("");
    bool by_unit = line_unit.s != NULL, all = by_unit ? is_total(q) : !c->pivoted;
    struct str unit = by_unit ? line_unit : of_column, flag = by_unit ? of_column : value_of(q, "flag");
    if (c->kind < COLUMN_COUNT || !flag.n || (!all && !unit.n)) return nothing(q);
    if (!all) {
        q->number.level = LEVEL_COMMUNITY;
        q->number.unit = unit;
    }
    const struct trace_spec spec = {.number = &q->number, .which = TRACE_EVERY, .flag = flag};
    return records(q, &spec);
}

static struct result *of_entity(struct asking *q)
{
    struct trace_spec spec = {.number = &q->number,
                              .where = building_where(q->b, (struct str){0}),
                              .today = str_of(q->b->month_end),
                              .which = TRACE_EVERY,
                              .entity = value_of(q, "entity")};
    return spec.entity.n ? records(q, &spec) : nothing(q);
}

static struct result *of_ledger(struct asking *q)
{
    struct building *b = q->b;
    struct str name = value_of(q, "name"), column = q->at.block->table->columns[q->at.column].name;
    if (!str_is(column, "count") && !str_is(column, "before")) return nothing(q);
    if (str_is(column, "before")) building_before(b);
    struct schema *l = schema_open_in(b->source->share, arena_copy(&b->content->memory, name.s, name.n), b->diag);
    struct station other = *b->source->of;
    const struct trace_spec spec = {.number = &q->number, .which = TRACE_EVERY};
    other.schema = l;
    struct result *r = l ? station_trace_records(&other, &spec, b->as_of, b->source->mask) : NULL;
    schema_free(l);
    return r;
}

/* A line that is of one record, whatever the column. */
static struct result *of_record(struct asking *q)
{
    const struct trace_spec spec = {.number = &q->number, .which = TRACE_EVERY, .record = value_of(q, "record")};
    return spec.record.n ? records(q, &spec) : nothing(q);
}

static struct str column_value(const struct result *r, size_t line, const char *name)
{
    for (size_t k = 0; k < r->n_columns; k++)
        if (str_is(r->columns[k].name, name)) return r->lines[line].values[k];
    return (struct str){0};
}

/* A row that has to go back, by where it stands. */
static struct result *of_reject(struct asking *q)
{
    static const char *const PARTS[][2] = {{"_file", "file"}, {"_sheet", "sheet"}, {"_row", "row"}};
    struct result *r = station_trace_rejects(q->b->source->of, &q->number, q->b->as_of, q->b->source->mask);
    size_t n = 0;
    for (size_t i = 0; r && i < r->n; i++) {
        bool same = true;
        for (int k = 0; k < 3; k++) same = same && str_eq(column_value(r, i, PARTS[k][0]), value_of(q, PARTS[k][1]));
        if (same) r->lines[n++] = r->lines[i];
    }
    if (r) r->n = n;
    return r;
}

/* Both sides of a proof are sums of the people of a unit; of the whole, of all. */
static struct result *of_proof(struct asking *q)
{
    struct str column = q->at.block->table->columns[q->at.column].name, unit = value_of(q, "unit");
    const struct units *u = q->b->source->units;
    uint32_t i = u && unit.n ? units_code(u, unit) : UNIT_NONE;
    bool people = str_starts(value_of(q, "what"), STR("人数")) || i != UNIT_NONE;
    if (!people || !(str_is(column, "whole") || str_is(column, "parts"))) return nothing(q);
    if (i != UNIT_NONE) q->number.level = (int)u->v[i].level;
    if (i != UNIT_NONE) q->number.unit = unit;
    const struct trace_spec spec = {.number = &q->number,
                                    .where = building_where(q->b, (struct str){0}),
                                    .today = str_of(q->b->month_end),
                                    .which = building_events(q->b) ? TRACE_EVERY : TRACE_COUNTED};
    return records(q, &spec);
}

static struct result *answer(struct asking *q)
{
    if (!q->at.block || q->at.line == SIZE_MAX) return nothing(q);
    if (!q->at.block->spec) return of_record(q); /* of the last sheets of a restated report */
    switch (q->at.block->spec->kind) {
    case TABLE_FIGURES: return of_figure(q);
    case TABLE_ROLLUP: return of_rollup(q);
    case TABLE_COVERAGE:
    case TABLE_SILENT: return of_coverage(q);
    case TABLE_MOVEMENT: return of_movement(q, false);
    case TABLE_MOVERS: return of_movement(q, true);
    case TABLE_QUALITY: return of_quality(q);
    case TABLE_DUPLICATES: return of_entity(q);
    case TABLE_LEDGERS: return of_ledger(q);
    case TABLE_LIST:
    case TABLE_CONFLICTS:
    case TABLE_FOLLOW_UP: return of_record(q);
    case TABLE_REJECTS: return of_reject(q);
    case TABLE_CHECK: return of_proof(q);
    default: return nothing(q);
    }
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
    return content_at(c, sheet, row, col, out);
}

/* The values of the line; of a long list it is read up to there. */
static bool read_line(struct asking *q)
{
    const struct block *b = q->at.block;
    if (!b || q->at.line == SIZE_MAX) return true;
    struct block_walk walk = {.block = b};
    const struct result_line *line = NULL;
    for (size_t i = 0; i <= q->at.line && (line = block_next(&walk)); i++) continue;
    if (line) q->values = line->values;
    return line != NULL;
}

struct result *report_explain(const struct report *r, const struct report_source *source, const struct content *c, struct str cell,
                              struct diag *d)
{
    struct building b = {.report = r, .source = source, .content = content_new(), .diag = d};
    struct asking q = {.b = &b, .number.level = ROLLUP_WHOLE, .cell = cell};
    struct result *result = NULL;
    if (find_cell(c, cell, &q.at)) {
        if (read_line(&q) && building_start(&b)) result = answer(&q);
    } else {
        struct buf name = {0};
        buf_str(&name, cell);
        diag_add(d, DIAG_REPORT_NO_CELL, NULL, buf_text(&name), "'社区人数!B4'", NULL);
        buf_free(&name);
    }
    building_end(&b);
    content_free(b.content);
    return result;
}
