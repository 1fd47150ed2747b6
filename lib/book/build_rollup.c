#include <stdlib.h>

#include "book/build.h"
#include "rollup/places.h"
#include "rollup/regroup.h"
#include "rollup/shape.h"

/* A rollup as a table for people: names instead of codes, the higher units before the lower, values in the order of
 * their list. */

/* Units of the level that nobody was counted in stand with 0: a table with gaps looks like one that is not finished. */
static void add_empty_units(struct building *b, struct rollup *r, int level)
{
    const struct units *u = b->source->units;
    if (!u || level < 0 || level >= LEVEL_COUNT || !r->n || r->n_by > 1) return;
    struct map seen = {0};
    for (size_t i = 0; i < r->n; i++) map_at(&seen, r->rows[i].unit, NULL);
    const struct rollup_row like = r->rows[0];
    for (uint32_t i = 0; i < u->n; i++) {
        if ((int)u->v[i].level != level || !units_open_on(u, i, str_of(b->month_end)) || map_find(&seen, u->v[i].code)) continue;
        struct rollup_row row = {
            .period = like.period, .unit = u->v[i].code, .name = u->v[i].name, .level = level, .place = i, .by = like.by};
        row.measures = arena_zero(&r->memory, r->n_sums, sizeof *row.measures);
        mem_grow(&r->rows, &r->cap, r->n + 1, sizeof *r->rows);
        r->rows[r->n++] = row;
    }
    map_free(&seen);
}

static const struct str *order_of(const struct building *b, const struct dim_spec *dim, struct arena *a, size_t *n)
{
    *n = dim->n_order;
    if (dim->n_order) return dim->order;
    const struct field *f = b->source->schema && !dim->dim.expression.n ? schema_field(b->source->schema, dim->dim.name) : NULL;
    if (!f || !f->codes) return NULL;
    struct str *order = arena_zero(a, f->codes->n, sizeof *order);
    for (size_t i = 0; i < f->codes->n; i++) order[i] = f->codes->codes[i].label;
    *n = f->codes->n;
    return order;
}

/* The rows of each unit in the order of the values' list: qsort by (unit, rank, bytes) over what is sorted by unit. */
struct ranked {
    struct result_line line;
    size_t unit, rank, was;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->unit != y->unit) return x->unit < y->unit ? -1 : 1;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    return x->was < y->was ? -1 : x->was > y->was;
}

static void order_lines(struct result *r, size_t column, const struct str *order, size_t n)
{
    struct ranked *v = mem_zero(r->n, sizeof *v);
    size_t unit = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (i && !str_eq(r->lines[i].values[2], r->lines[i - 1].values[2])) unit++;
        v[i] = (struct ranked){r->lines[i], r->lines[i].kind == LINE_TOTAL ? SIZE_MAX : unit, n, i};
        for (size_t k = 0; k < n; k++)
            if (str_eq(order[k], r->lines[i].values[column])) v[i].rank = k;
        if (!r->lines[i].values[column].n) v[i].rank = n + 1;
    }
    qsort(v, r->n, sizeof *v, by_rank);
    for (size_t i = 0; i < r->n; i++) r->lines[i] = v[i].line;
    free(v);
}

static void set_titles(struct building *b, struct result *r, int level, const struct dim_spec *by, size_t n_by, size_t first_pivot,
                       size_t n_pivot)
{
    for (size_t k = 0; k < r->n_columns; k++) {
        struct result_column *c = &r->columns[k];
        if (str_is(c->name, "name")) c->title = building_level(level);
        if (str_is(c->name, "count") && building_events(b) && str_is(c->title, "人数")) c->title = STR("记录数");
        for (size_t i = 0; i < n_by; i++)
            if (str_eq(c->name, by[i].dim.name))
                c->title = result_text(r, by[i].title.n ? by[i].title : building_title(b, by[i].dim.name));
        bool value = k >= first_pivot && k < first_pivot + n_pivot;
        if (value && str_is(c->name, "(none)")) c->title = STR("未填");
        if (value && str_starts(c->name, STR("%"))) c->title = STR("占比");
        if (c->title.n || c->name.n < 5 || c->name.s[3] != '_') continue;
        b->text.n = 0;
        if (str_starts(c->name, STR("sum_"))) buf_str(&b->text, building_title(b, str_from(c->name, 4)));
        else if (str_starts(c->name, STR("min_"))) buf_put(&b->text, "最小");
        else if (str_starts(c->name, STR("max_"))) buf_put(&b->text, "最大");
        c->title = result_text(r, buf_slice(&b->text));
    }
}

static void fill_blanks(struct result *r, const struct dim_spec *by, size_t n_by)
{
    for (size_t k = 0; k < r->n_columns; k++)
        for (size_t i = 0; i < n_by; i++)
            for (size_t l = 0; str_eq(r->columns[k].name, by[i].dim.name) && l < r->n; l++)
                if (!r->lines[l].values[k].n && r->lines[l].kind == LINE_PLAIN) r->lines[l].values[k] = STR("未填");
}

static void hide_machine_columns(struct block *block, int level)
{
    static const char *const HIDDEN[] = {"period", "level", "unit"};
    for (size_t i = 0; i < sizeof HIDDEN / sizeof *HIDDEN; i++) block_hide(block, HIDDEN[i]);
    if (level == ROLLUP_WHOLE) block_hide(block, "name");
    for (size_t k = 0; k < block->table->n_columns; k++)
        if (str_starts(block->table->columns[k].name, STR("min_")) || str_starts(block->table->columns[k].name, STR("max_")))
            block->hidden[k] = true;
}

/* The first column to be read says what the last line is. */
static void name_total(struct block *block)
{
    struct result *r = block->table;
    for (size_t k = 0; k < r->n_columns; k++) {
        if (block->hidden[k]) continue;
        for (size_t i = 0; i < r->n; i++)
            if (r->lines[i].kind == LINE_TOTAL && r->columns[k].kind < COLUMN_COUNT) r->lines[i].values[k] = STR("合计");
        return;
    }
}

/* What is asked for in a table: the spec's own, or one of several that it stands for. */
struct asked {
    const struct dim_spec *by;
    size_t n_by;
    const struct str *sum;
    size_t n_sum;
    struct str pivot, heading, where;
};

static bool one_table(struct building *b, struct content_sheet *s, const struct table_spec *t, const struct asked *q)
{
    const struct dim_spec *by = q->by;
    size_t n_by = q->n_by;
    struct str pivot = q->pivot;
    int level = t->level != LEVEL_GIVEN ? t->level : b->rollups ? b->finest : b->source->units ? LEVEL_COMMUNITY : ROLLUP_WHOLE;
    struct rollup *r = building_rollup(b, level, by, n_by, q->sum, q->n_sum, q->where);
    if (!r) return false;
    if (t->zeros && (n_by == 0 || pivot.n)) {
        add_empty_units(b, r, level);
        rollup_sort(r);
    }
    struct shape shape = {.pivot = pivot, .percent = t->percent, .total = t->total};
    for (size_t i = 0; i < n_by; i++)
        if (str_eq(by[i].dim.name, pivot)) shape.order = order_of(b, &by[i], &b->content->memory, &shape.n_order);
    struct result *table = rollup_shape(r, &shape, b->diag);
    rollup_free(r);
    if (!table) return false;
    for (size_t i = 0; !pivot.n && n_by == 1 && i < n_by; i++) {
        size_t n;
        const struct str *order = order_of(b, &by[i], &b->content->memory, &n);
        if (order) order_lines(table, 4, order, n);
    }
    size_t first = table->n_columns, n_values = 0; /* of the pivot: between the dimensions and the count */
    for (size_t k = 0; pivot.n && k < table->n_columns; k++) {
        if (str_is(table->columns[k].name, "count")) {
            if (first > k) first = k; /* no record, so no value to pivot by */
            n_values = k - first;
            break;
        }
        if (first == table->n_columns && table->columns[k].kind == COLUMN_COUNT) first = k;
    }
    set_titles(b, table, level, by, n_by, first, n_values);
    fill_blanks(table, by, n_by);
    first += places_before(table, 3, 2, b->source->units, level);
    struct block *block = content_block(s, table);
    block->heading = q->heading;
    block->where = q->where;
    hide_machine_columns(block, level);
    name_total(block);
    struct dim_spec *dims = arena_zero(&b->content->memory, n_by, sizeof *dims);
    if (n_by) memcpy(dims, by, n_by * sizeof *dims);
    block->by = dims;
    block->n_by = n_by;
    build_trimmings(b, block, t, first, n_values);
    return true;
}

/* Is every field that the table asks for in the input? */
static bool available(struct building *b, const struct table_spec *t, const struct dim_spec *by, size_t n_by)
{
    if (t->level > b->finest && t->level != ROLLUP_ALL) return false;
    if (t->level != LEVEL_GIVEN && t->level != ROLLUP_WHOLE && t->level != b->finest && !b->source->units) return false;
    struct rows *rows = building_rows(b);
    if (!rows) return false;
    bool all = true;
    for (size_t i = 0; i < n_by; i++) all = all && (by[i].dim.expression.n || columns_find(&rows->columns, by[i].dim.name) >= 0);
    rows_close(rows);
    return all;
}

static struct str heading_by(struct building *b, const struct dim_spec *dim)
{
    b->text.n = 0;
    buf_put(&b->text, "按");
    buf_str(&b->text, dim->title.n ? dim->title : building_title(b, dim->dim.name));
    buf_put(&b->text, "统计");
    return str_copy(&b->content->memory, buf_slice(&b->text));
}

/* `by: each`: a table for every dimension of the rollups; of records, for every field with a code list that is filled. */
static bool each_table(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    bool ok = true;
    for (size_t i = 0; ok && i < b->n_dims; i++) {
        struct dim_spec dim = {.dim.name = b->dims[i]};
        struct asked q = {&dim, 1, t->sum, t->n_sum, t->pivot.n ? dim.dim.name : (struct str){0}, heading_by(b, &dim), t->where};
        ok = one_table(b, s, t, &q);
    }
    return ok;
}

/* `by: usual`: a table for every rollup that the ledger names. */
static bool usual_tables(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    const struct schema *l = b->source->schema;
    bool ok = true;
    for (size_t i = 0; ok && l && i < l->n_rollups; i++) {
        const struct rollup_default *r = &l->rollups[i];
        struct dim_spec *by = arena_zero(&b->content->memory, r->n_by, sizeof *by);
        for (size_t k = 0; k < r->n_by; k++) by[k].dim.name = r->by[k];
        b->text.n = 0;
        buf_put(&b->text, r->n_by ? "按" : "");
        buf_str(&b->text, r->title);
        buf_put(&b->text, r->n_by ? "统计" : "");
        struct asked q = {by, r->n_by, r->sum, r->n_sum, {0}, str_copy(&b->content->memory, buf_slice(&b->text)), r->where};
        ok = one_table(b, s, t, &q);
    }
    return ok;
}

bool build_rollup(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    if (t->optional && !available(b, t, t->by, t->n_by)) return true;
    if (t->each) return each_table(b, s, t);
    if (t->usual) return usual_tables(b, s, t);
    struct asked q = {t->by, t->n_by, t->sum, t->n_sum, t->pivot, t->heading, t->where};
    return one_table(b, s, t, &q);
}
