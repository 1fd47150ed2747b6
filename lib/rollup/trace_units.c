#include <stdlib.h>

#include "rollup/places.h"
#include "rollup/trace_own.h"

/* The units behind a number of coverage, each with what it handed in; and the rows that have to go back. */

enum { PLACES = 3 };

struct column_from {
    const char *name, *title, *from;
};

static void answer_columns(struct result *out, const struct column_from *c, size_t n, const struct columns *in, int *from)
{
    for (size_t k = 0; k < n; k++) {
        result_column(out, str_of(c[k].name), str_of(c[k].title), COLUMN_TEXT);
        from[k] = c[k].from ? columns_find(in, str_of(c[k].from)) : -1;
    }
}

static void put_values(struct result *out, struct str *line, const int *from, size_t n, const struct str *v)
{
    for (size_t k = 0; k < n; k++)
        if (from[k] >= 0) line[k] = result_text(out, v[from[k]]);
}

/* Which of the expected units a column of coverage_result counts. */
static bool counted(const struct covered *v, struct str column)
{
    if (!v->expected) return false;
    for (int s = 0; s < STATE_COUNT; s++)
        if (str_is(column, state_column((enum state)s))) return (int)v->state == s;
    if (str_is(column, "records")) return v->accepted > 0;
    return true;
}

static const struct column_from UNIT_COLUMNS[] = {
    {"unit", "单位编码", NULL},  {"state", "状态", NULL},          {"leader", "负责人", NULL},
    {"phone", "联系电话", NULL}, {"kind", "上报", "kind"},         {"survey_date", "填表日期", "survey_date"},
    {"at", "收到", "at"},        {"accepted", "收下", "accepted"}, {"rejected", "退回", "rejected"},
    {"open", "待改", "open"},    {"_file", "文件", "file"},        {"_sheet", "工作表", "sheet"},
    {"_batch", "批次", "batch"}};
enum { N_UNIT_COLUMNS = sizeof UNIT_COLUMNS / sizeof *UNIT_COLUMNS };

/* The unit itself; what it handed in stands in further lines. */
static struct str *put_unit(struct result *out, const struct coverage *c, uint32_t i)
{
    struct str *line = result_line(out, LINE_PLAIN);
    const struct unit *u = &c->units->v[i];
    places_put(out, line, c->units, i);
    line[PLACES] = result_text(out, u->code);
    line[PLACES + 1] = str_of(state_name(c->v[i].state));
    line[PLACES + 2] = result_text(out, u->leader);
    line[PLACES + 3] = result_text(out, u->phone);
    return line + PLACES;
}

struct handed_in {
    uint32_t unit;
    size_t order;
    struct str *line;
};

static int by_unit(const void *a, const void *b)
{
    const struct handed_in *x = a, *y = b;
    if (x->unit != y->unit) return x->unit < y->unit ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

struct result *trace_coverage(const struct tracing *t, const struct traced *number, const struct coverage *c, struct rows *returns)
{
    struct result *out = result_new();
    int from[N_UNIT_COLUMNS], c_unit = columns_find(&returns->columns, STR("unit"));
    places_columns(out);
    answer_columns(out, UNIT_COLUMNS, N_UNIT_COLUMNS, &returns->columns, from);
    bool *told = mem_zero(c->units->n, sizeof *told);
    struct handed_in *v = NULL;
    size_t n = 0, cap = 0;
    struct row_cursor cursor = {.rows = returns};
    for (struct str *row; (row = rows_next(&cursor));) {
        uint32_t i = units_code(c->units, row[c_unit]);
        if (i == UNIT_NONE || !counted(&c->v[i], number->column) || !traced_here(t, number, row[c_unit])) continue;
        put_values(out, put_unit(out, c, i), from, N_UNIT_COLUMNS, row);
        mem_grow(&v, &cap, n + 1, sizeof *v);
        v[n] = (struct handed_in){i, n, out->lines[out->n - 1].values};
        n++;
        told[i] = true;
    }
    for (uint32_t i = 0; i < c->units->n; i++) { /* those of which nothing has come */
        if (told[i] || !counted(&c->v[i], number->column) || !traced_here(t, number, c->units->v[i].code)) continue;
        put_unit(out, c, i);
        mem_grow(&v, &cap, n + 1, sizeof *v);
        v[n] = (struct handed_in){i, n, out->lines[out->n - 1].values};
        n++;
    }
    if (n) qsort(v, n, sizeof *v, by_unit);
    for (size_t i = 0; i < n; i++) out->lines[i].values = v[i].line;
    bool ok = rows_done(&cursor);
    free(v);
    free(told);
    if (ok) return out;
    result_free(out);
    return NULL;
}

/* A sheet and unit as a key. */
static struct str sheet_key(struct buf *b, const struct columns *c, const struct str *v)
{
    static const char *const PARTS[] = {"unit", "file", "sheet"};
    b->n = 0;
    for (int k = 0; k < 3; k++) {
        int at = columns_find(c, str_of(PARTS[k]));
        if (at >= 0) buf_str(b, v[at]);
        buf_char(b, 0);
    }
    return buf_slice(b);
}

static bool read_sheets(struct map *sheets, struct buf *key, struct rows *returns)
{
    struct row_cursor cursor = {.rows = returns};
    for (struct str *v; (v = rows_next(&cursor));) map_at(sheets, sheet_key(key, &returns->columns, v), NULL);
    return rows_done(&cursor);
}

struct result *trace_rejects(const struct tracing *t, const struct traced *number, struct rows *rejects, struct rows *returns)
{
    static const struct column_from COLUMNS[] = {{"unit", "单位编码", "unit"}, {"reasons", "原因", "reasons"},
                                                 {"_file", "文件", "file"},    {"_sheet", "工作表", "sheet"},
                                                 {"_row", "行", "row"},        {"_batch", "批次", "batch"}};
    enum { N = sizeof COLUMNS / sizeof *COLUMNS };
    struct result *out = result_new();
    int from[N], c_unit = columns_find(&rejects->columns, STR("unit"));
    places_columns(out);
    answer_columns(out, COLUMNS, N, &rejects->columns, from);
    struct map sheets = {0};
    struct buf key = {0};
    bool ok = !returns || read_sheets(&sheets, &key, returns);
    struct row_cursor cursor = {.rows = rejects};
    for (struct str *v; ok && (v = rows_next(&cursor));) {
        if (!traced_here(t, number, v[c_unit])) continue;
        if (returns && !map_find(&sheets, sheet_key(&key, &rejects->columns, v))) continue;
        struct str *line = result_line(out, LINE_PLAIN);
        uint32_t i = t->units ? units_code(t->units, v[c_unit]) : UNIT_NONE;
        if (i != UNIT_NONE) places_put(out, line, t->units, i);
        put_values(out, line + PLACES, from, N, v);
    }
    ok = rows_done(&cursor) && ok;
    map_free(&sheets);
    buf_free(&key);
    if (ok) return out;
    result_free(out);
    return NULL;
}
