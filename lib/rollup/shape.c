#include "rollup/shape.h"

#include <stdlib.h>

#include "rollup/groups.h"

struct shaping {
    const struct rollup *r;
    const struct shape *s;
    struct result *out;
    int pivot;         /* dimension, or -1 */
    struct map values; /* of the pivot -> order of its column */
    size_t first_dim, first_value, count, first_measure;
    int total_level; /* whose rows make up the total */
    struct buf text;
};

static struct str decimal_text(struct shaping *p, decimal v)
{
    p->text.n = 0;
    decimal_format(&p->text, v);
    return result_text(p->out, buf_slice(&p->text));
}

static struct str percent_text(struct shaping *p, uint64_t part, uint64_t whole)
{
    p->text.n = 0;
    decimal_percent(&p->text, part, whole);
    return result_text(p->out, buf_slice(&p->text));
}

static size_t named(struct shaping *p, const char *prefix, struct str name, enum column_kind kind)
{
    p->text.n = 0;
    buf_put(&p->text, prefix);
    buf_str(&p->text, name);
    return result_column(p->out, buf_slice(&p->text), (struct str){0}, kind);
}

static void of_value(struct shaping *p, size_t column, struct str value)
{
    p->out->columns[column].pivoted = true;
    p->out->columns[column].of = result_text(p->out, value);
}

static int bytes_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* The values in their order: those named first, then the others by bytes, "no value" last. */
static void order_values(struct shaping *p)
{
    struct map met = {0};
    for (size_t i = 0; i < p->r->n; i++) map_at(&met, p->r->rows[i].by[p->pivot], NULL);
    for (size_t i = 0; i < p->s->n_order; i++)
        if (p->s->all_of_order || map_find(&met, p->s->order[i])) map_at(&p->values, p->s->order[i], NULL);
    struct str *rest = mem_zero(met.n, sizeof *rest);
    size_t n = 0;
    bool none = false;
    for (size_t i = 0; i < met.n; i++) {
        if (!met.entries[i].key.n) none = true;
        else if (!map_find(&p->values, met.entries[i].key)) rest[n++] = met.entries[i].key;
    }
    qsort(rest, n, sizeof *rest, bytes_order);
    for (size_t i = 0; i < n; i++) map_at(&p->values, rest[i], NULL);
    if (none) map_at(&p->values, (struct str){0}, NULL);
    for (size_t i = 0; i < p->values.n; i++) p->values.entries[i].value = i;
    free(rest);
    map_free(&met);
}

/* A pivot column is named by its value; "no value" is (none), and a value that is a column's name already gets a mark. */
static void pivot_columns(struct shaping *p)
{
    size_t step = p->s->percent ? 2 : 1;
    p->first_value = p->out->n_columns;
    for (size_t i = 0; i < p->values.n; i++) {
        struct str value = p->values.entries[i].key, shown = value.n ? value : STR("(none)");
        bool taken = str_is(shown, "count");
        for (size_t k = 0; k < p->out->n_columns; k++) taken = taken || str_eq(p->out->columns[k].name, shown);
        of_value(p, named(p, taken ? "=" : "", shown, COLUMN_COUNT), value);
        if (step == 2) of_value(p, named(p, "%", shown, COLUMN_PERCENT), value);
    }
}

static void make_columns(struct shaping *p)
{
    struct result *out = p->out;
    result_column(out, STR("period"), STR("月份"), COLUMN_CODE);
    result_column(out, STR("level"), STR("级别"), COLUMN_CODE);
    result_column(out, STR("unit"), STR("单位编码"), COLUMN_CODE);
    result_column(out, STR("name"), STR("单位"), COLUMN_TEXT);
    p->first_dim = out->n_columns;
    for (size_t k = 0; k < p->r->n_by; k++)
        if ((int)k != p->pivot) result_column(out, p->r->by[k], (struct str){0}, COLUMN_TEXT);
    if (p->pivot >= 0) pivot_columns(p);
    p->count = result_column(out, STR("count"), p->pivot >= 0 ? STR("合计") : STR("人数"), COLUMN_COUNT);
    if (p->pivot < 0 && p->s->percent) result_column(out, STR("percent"), STR("占比%"), COLUMN_PERCENT);
    p->first_measure = out->n_columns;
    for (size_t k = 0; k < p->r->n_sums; k++) {
        named(p, "sum_", p->r->sums[k], COLUMN_DECIMAL);
        named(p, "min_", p->r->sums[k], COLUMN_DECIMAL);
        named(p, "max_", p->r->sums[k], COLUMN_DECIMAL);
    }
}

/* One line: what it is of, its counts by value of the pivot, its whole. */
struct line {
    const struct rollup_row *first;
    uint64_t *by_value;
    uint64_t count;
    struct measure *measures;
};

static void put_measures(struct shaping *p, struct str *v, const struct measure *m)
{
    for (size_t k = 0; k < p->r->n_sums; k++, v += 3) {
        if (!m[k].any) continue;
        v[0] = decimal_text(p, m[k].sum);
        v[1] = decimal_text(p, m[k].least);
        v[2] = decimal_text(p, m[k].most);
    }
}

static void put_line(struct shaping *p, const struct line *l, uint64_t whole, bool total)
{
    struct str *v = result_line(p->out, total ? LINE_TOTAL : LINE_PLAIN);
    v[0] = result_text(p->out, l->first->period);
    v[1] = total ? STR("total") : str_of(rollup_level_name(l->first->level));
    if (!total) v[2] = result_text(p->out, l->first->unit);
    v[3] = total ? STR("合计") : result_text(p->out, l->first->name);
    size_t at = p->first_dim;
    for (size_t k = 0; k < p->r->n_by; k++)
        if ((int)k != p->pivot) v[at++] = total ? (struct str){0} : result_text(p->out, l->first->by[k]);
    size_t step = p->s->percent ? 2 : 1;
    for (size_t i = 0; i < p->values.n; i++) {
        v[p->first_value + i * step] = result_number(p->out, (int64_t)l->by_value[i]);
        if (step == 2) v[p->first_value + i * step + 1] = percent_text(p, l->by_value[i], l->count);
    }
    v[p->count] = result_number(p->out, (int64_t)l->count);
    if (p->pivot < 0 && p->s->percent) v[p->count + 1] = percent_text(p, l->count, whole);
    put_measures(p, v + p->first_measure, l->measures);
}

static void line_clear(const struct shaping *p, struct line *l, const struct rollup_row *first)
{
    l->first = first;
    l->count = 0;
    memset(l->by_value, 0, p->values.n * sizeof *l->by_value);
    memset(l->measures, 0, p->r->n_sums * sizeof *l->measures);
}

static void line_add(const struct shaping *p, struct line *l, const struct rollup_row *row)
{
    l->count += row->count;
    if (p->pivot >= 0) l->by_value[map_find(&p->values, row->by[p->pivot])->value] += row->count;
    for (size_t k = 0; k < p->r->n_sums; k++) measure_add(&l->measures[k], &row->measures[k]);
}

static bool same_unit(const struct rollup_row *a, const struct rollup_row *b)
{
    return a->level == b->level && str_eq(a->period, b->period) && str_eq(a->unit, b->unit);
}

/* Without a pivot each row is a line. */
static void shape_rows(struct shaping *p, size_t from, size_t to, uint64_t whole, struct line *line)
{
    for (size_t i = from; i < to; i++) {
        line_clear(p, line, &p->r->rows[i]);
        line_add(p, line, &p->r->rows[i]);
        put_line(p, line, whole, false);
    }
}

/* The dimensions besides the pivot as one key. */
static struct str line_key(struct shaping *p, const struct rollup_row *row)
{
    p->text.n = 0;
    for (size_t k = 0; k < p->r->n_by; k++) {
        if ((int)k == p->pivot) continue;
        buf_add(&p->text, (const char *)&row->by[k].n, sizeof row->by[k].n);
        buf_str(&p->text, row->by[k]);
    }
    return buf_slice(&p->text);
}

/* The rows of one unit [from, to): lines of equal other dimensions, in order of their first row. */
static void shape_lines(struct shaping *p, size_t from, size_t to, uint64_t whole, struct line *line)
{
    struct map lines = {0}; /* key -> the last row of the line, as its number in the unit */
    size_t *next = mem_zero(to - from, sizeof *next), *first = mem_zero(to - from, sizeof *first);
    for (size_t i = 0; i < to - from; i++) { /* rows of a line: a chain that ends in itself */
        bool is_new;
        struct map_entry *e = map_at(&lines, line_key(p, &p->r->rows[from + i]), &is_new);
        next[i] = i;
        if (is_new) first[lines.n - 1] = i;
        else next[e->value] = i;
        e->value = i;
    }
    for (size_t k = 0; k < lines.n; k++) {
        const struct rollup_row *rows = p->r->rows + from;
        size_t i = first[k];
        line_clear(p, line, &rows[i]);
        for (line_add(p, line, &rows[i]); next[i] != i; line_add(p, line, &rows[i])) i = next[i];
        put_line(p, line, whole, false);
    }
    map_free(&lines);
    free(next);
    free(first);
}

static void shape_unit(struct shaping *p, size_t from, size_t to, struct line *line)
{
    uint64_t whole = 0;
    for (size_t i = from; i < to; i++) whole += p->r->rows[i].count;
    (p->pivot < 0 ? shape_rows : shape_lines)(p, from, to, whole, line);
}

static void shape_total(struct shaping *p, size_t from, size_t to, struct line *total)
{
    line_clear(p, total, &p->r->rows[from]);
    for (size_t i = from; i < to; i++)
        if (p->r->rows[i].level == p->total_level) line_add(p, total, &p->r->rows[i]);
    put_line(p, total, total->count, true);
}

static bool find_pivot(struct shaping *p, struct diag *d)
{
    p->pivot = -1;
    if (!p->s->pivot.n) return true;
    struct columns dims = {p->r->by, p->r->n_by};
    p->pivot = columns_find(&dims, p->s->pivot);
    if (p->pivot >= 0) return true;
    struct buf b = {0};
    buf_str(&b, p->s->pivot);
    diag_add(d, DIAG_OPTION_BAD, NULL, "--pivot", buf_text(&b), "--by", NULL);
    buf_free(&b);
    return false;
}

struct result *rollup_shape(const struct rollup *r, const struct shape *s, struct diag *d)
{
    struct shaping p = {.r = r, .s = s, .total_level = rollup_finest(r)};
    if (!find_pivot(&p, d)) return NULL;
    p.out = result_new();
    if (p.pivot >= 0) order_values(&p);
    make_columns(&p);
    struct line line = {.by_value = mem_zero(p.values.n, sizeof(uint64_t)),
                        .measures = mem_zero(r->n_sums, sizeof(struct measure))};
    for (size_t i = 0, period = 0; i < r->n;) {
        size_t end = i + 1;
        while (end < r->n && same_unit(&r->rows[i], &r->rows[end])) end++;
        shape_unit(&p, i, end, &line);
        i = end;
        if (i < r->n && str_eq(r->rows[i].period, r->rows[period].period)) continue;
        if (s->total) shape_total(&p, period, i, &line);
        period = i;
    }
    free(line.by_value);
    free(line.measures);
    map_free(&p.values);
    buf_free(&p.text);
    return p.out;
}
