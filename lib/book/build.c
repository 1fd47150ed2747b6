#include "book/build.h"

#include <stdlib.h>

#include "rollup/check.h"
#include "rollup/regroup.h"

/* The counts of other ledgers at the moment that is looked at.  NULL after findings. */
static const struct joined *joined_now(struct building *b)
{
    for (int i = 0; i < 2; i++)
        if (b->joined[i] && b->joined_as_of[i] == b->as_of) return b->joined[i];
    int slot = b->joined[0] ? 1 : 0;
    joined_free(b->joined[slot]);
    b->joined_as_of[slot] = b->as_of;
    b->joined[slot] =
        joined_make(b->source->of, b->source->share, b->report->joins, b->report->n_joins, b->as_of, str_of(b->month_end));
    return b->joined[slot];
}

struct rows *building_records(struct building *b, bool sorted, bool source)
{
    const struct report_source *from = b->source;
    if (!from->of) return rows_open(from->paths, from->n_paths, from->from, b->diag);
    bool joins = b->report->n_joins > 0;
    const struct store_query q = {.ledger = from->schema,
                                  .as_of = b->as_of,
                                  .sorted = sorted,
                                  .source = source,
                                  .record = source || joins,
                                  .batch = source,
                                  .seen = true};
    if (!joins) return store_rows(from->of->store, &q);
    const struct joined *j = joined_now(b);
    return j ? joined_rows(j, store_rows(from->of->store, &q)) : NULL;
}

struct rows *building_rows(struct building *b)
{
    return building_records(b, false, false);
}

void building_end(struct building *b)
{
    for (int i = 0; i < 2; i++) joined_free(b->joined[i]);
    buf_free(&b->text);
}

const char *building_where(const struct building *b, struct str more)
{
    const struct str stock = b->source->of ? b->source->schema->stock : (struct str){0};
    const struct str parts[] = {stock, b->rollups ? (struct str){0} : b->report->where, str_of(b->source->where), more};
    struct buf text = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].n) continue;
        if (text.n) buf_put(&text, " AND ");
        buf_char(&text, '(');
        buf_str(&text, parts[i]);
        buf_char(&text, ')');
    }
    const char *where = text.n ? arena_string(&b->content->memory, buf_text(&text)) : NULL;
    buf_free(&text);
    return where;
}

void building_before(struct building *b)
{
    b->as_of = b->source->of->before_as_of;
    b->period = b->source->of->before;
    rollup_month_end(b->period, b->month_end); /* ages are told as of the end of that month */
}

bool building_events(const struct building *b)
{
    return b->source->schema && b->source->schema->n_key > 0;
}

struct rollup *building_rollup(struct building *b, int level, const struct dim_spec *by, size_t n_by, const struct str *sum,
                               size_t n_sum, struct str where)
{
    struct rows *rows = building_rows(b);
    if (!rows) return NULL;
    struct rollup_dim *dims = mem_zero(n_by, sizeof *dims);
    for (size_t i = 0; i < n_by; i++) dims[i] = by[i].dim;
    struct rollup_spec spec = {
        .period = b->period,
        .level = level,
        .by = dims,
        .n_by = n_by,
        .sum = sum,
        .n_sum = n_sum,
        .where = building_where(b, where),
        .count = building_events(b) ? COUNT_RECORDS : COUNT_ENTITIES,
        .schema = b->source->schema,
        .today = str_of(b->month_end),
        .units = b->source->units,
        .threads = b->source->threads,
    };
    struct rollup *r = rollup_rows(rows, &spec, b->diag);
    free(dims);
    rows_close(rows);
    return r;
}

struct str building_title(const struct building *b, struct str field)
{
    const struct field *f = b->source->schema ? schema_field(b->source->schema, field) : NULL;
    for (size_t i = 0; !f && i < b->report->n_joins; i++)
        if (str_eq(b->report->joins[i].name, field) && b->report->joins[i].title.n) return b->report->joins[i].title;
    return f ? f->title : field;
}

struct str building_masked(struct building *b, struct result *r, const struct field *f, struct str value)
{
    if (!f || !value.n) return result_text(r, value);
    b->text.n = 0;
    mask_write(&b->text, b->source->mask, f->mask, value);
    return result_text(r, buf_slice(&b->text));
}

struct str month_title(struct arena *a, struct str period)
{
    if (period.n != 7) return str_copy(a, period);
    struct buf t = {0};
    buf_add(&t, period.s, 4);
    buf_put(&t, "年");
    buf_str(&t, str_from(period, period.s[5] == '0' ? 6 : 5));
    buf_put(&t, "月");
    struct str s = str_copy(a, buf_slice(&t));
    buf_free(&t);
    return s;
}

struct str building_level(int level)
{
    return level >= 0 && level < LEVEL_COUNT ? level_title((enum level)level) : STR("合计");
}

void build_trimmings(struct building *b, struct block *block, const struct table_spec *t, size_t first_pivot, size_t n_pivot)
{
    struct result *r = block->table;
    block->spec = t;
    for (size_t i = 0; i < t->n_text; i++) block_note(b->content, block, t->text[i]);
    size_t names = SIZE_MAX; /* what the bars of a chart are called: the unit, else the last column of words */
    for (size_t k = 0; r && k < r->n_columns; k++)
        if (!block->hidden[k] && str_is(r->columns[k].name, "name")) names = k;
    for (size_t k = 0; r && names == SIZE_MAX && k < r->n_columns && r->columns[k].kind < COLUMN_COUNT; k++)
        if (!block->hidden[k] && (k + 1 == r->n_columns || r->columns[k + 1].kind >= COLUMN_COUNT)) names = k;
    size_t *series = mem_zero(n_pivot + 1, sizeof *series);
    for (size_t i = 0; r && i < t->n_charts; i++) {
        size_t n = 0;
        bool pivot = str_is(t->charts[i].series, "pivot");
        for (size_t k = first_pivot; pivot && k < first_pivot + n_pivot; k++) /* shares are of another kind than counts */
            if (r->columns[k].kind == COLUMN_COUNT) series[n++] = k;
        for (size_t k = 0; !pivot && k < r->n_columns && !n; k++)
            if (str_eq(r->columns[k].name, t->charts[i].series)) series[n++] = k;
        if (n && names != SIZE_MAX)
            block_chart(b->content, block, t->charts[i].kind, t->charts[i].title.n ? t->charts[i].title : block->heading, names,
                        series, n);
    }
    free(series);
    for (size_t i = 0; r && i < t->n_conditions; i++) {
        bool pivot = str_is(t->conditions[i].column, "pivot");
        for (size_t k = 0; k < r->n_columns; k++)
            if (pivot ? k >= first_pivot && k < first_pivot + n_pivot : str_eq(r->columns[k].name, t->conditions[i].column))
                block_condition(block, k, t->conditions[i].kind, t->conditions[i].limit);
    }
}

static const char *const VERDICTS[][2] = {
    {"ok", "相符"},
    {"differs", "不符"},
    {"station", "服务站"},
    {"community", "社区"},
    {"grid", "网格"},
    {"building", "楼栋"},
    {"count", "人数"},
    {"total", "合计"},
    {"opening", "期初=上月在册"},
    {"closing", "期末=本月在册"},
    {"opening+new+moved_in-moved_out-died+corrected", "期初+新增+迁入-迁出-去世+更正=期末"},
    {"records=people+again+left", "登记记录=计数人数+重复登记+已减员"},
    {"records in the store", "库中现有记录"},
    {"records", "记录"},
    {"units", "楼栋"},
    {"expected=missing+returned+late+nil+handed_in", "应报=未交+退回+迟交+零报告+已交"},
};

/* Words of ours in a table for people. */
static void translate_words(struct result *r, size_t column)
{
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < sizeof VERDICTS / sizeof *VERDICTS; k++)
            if (str_is(r->lines[i].values[column], VERDICTS[k][0])) r->lines[i].values[column] = str_of(VERDICTS[k][1]);
}

static bool check_stream(struct building *b, const struct table_spec *t, struct result *proof)
{
    struct rows *rows = building_rows(b);
    if (!rows) return false;
    struct rollup_dim *dims = arena_zero(&b->content->memory, b->n_dims, sizeof *dims);
    for (size_t i = 0; i < b->n_dims; i++) dims[i].name = b->dims[i];
    struct rollup_spec spec = {.period = b->period,
                               .level = ROLLUP_ALL,
                               .by = dims,
                               .n_by = b->n_dims,
                               .where = building_where(b, t->where),
                               .schema = b->source->schema,
                               .today = str_of(b->month_end),
                               .units = b->source->units,
                               .threads = b->source->threads};
    if (!b->rollups && !spec.units) spec.level = ROLLUP_WHOLE;
    struct rollup *all = b->rollups || spec.units ? rollup_given(rows, &spec, b->diag) : rollup_rows(rows, &spec, b->diag);
    rows_close(rows);
    bool several = false;
    for (size_t i = 1; all && i < all->n; i++) several = several || all->rows[i].level != all->rows[0].level;
    if (several) check_rollup(all, spec.units, proof, b->diag);
    rollup_free(all);
    return all != NULL;
}

/* Proofs of a whole level name no unit; only those that fail do. */
static void hide_unnamed(struct block *b, const char *column)
{
    const struct result *r = b->table;
    for (size_t k = 0; k < r->n_columns; k++) {
        bool named = !str_is(r->columns[k].name, column);
        for (size_t i = 0; i < r->n && !named; i++) named = r->lines[i].values[k].n > 0;
        if (!named) b->hidden[k] = true;
    }
}

static bool build_check(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct result *proof = check_result();
    bool ok = b->source->of ? station_check(b->source->of, proof) >= 0 : check_stream(b, t, proof);
    struct block *block = content_block(s, proof);
    for (size_t k = 0; k < proof->n_columns; k++) translate_words(proof, k);
    block_hide(block, "period");
    hide_unnamed(block, "unit");
    hide_unnamed(block, "name");
    if (!proof->n) block_note(b->content, block, STR("本表只有一级数据，没有上下级可以核对。"));
    build_trimmings(b, block, t, 0, 0);
    return ok;
}

/* A stream of rollups row by row, as it came. */
static bool build_rows(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct rows *rows = b->rollups ? building_rows(b) : NULL;
    if (!rows) return !b->rollups;
    struct result *r = result_new();
    static const char *const OURS[][2] = {
        {"period", "月份"}, {"level", "级别"}, {"unit", "单位编码"}, {"name", "单位"}, {"count", "人数"}};
    size_t level = 0;
    for (size_t k = 0; k < rows->columns.n; k++) {
        struct str name = rows->columns.names[k], title = {0};
        enum column_kind kind = str_is(name, "count") ? COLUMN_COUNT
                                : str_starts(name, STR("sum_")) || str_starts(name, STR("min_")) || str_starts(name, STR("max_"))
                                    ? COLUMN_DECIMAL
                                    : COLUMN_TEXT;
        for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++)
            if (str_is(name, OURS[i][0])) title = str_of(OURS[i][1]);
        if (!title.n && kind == COLUMN_TEXT) title = building_title(b, name);
        b->text.n = 0;
        if (!title.n) {
            buf_str(&b->text, building_title(b, str_from(name, 4)));
            buf_put(&b->text, name.s[0] == 's' ? "合计" : name.s[1] == 'i' ? "最小" : "最大");
            title = buf_slice(&b->text);
        }
        if (str_is(name, "level")) level = k;
        result_column(r, name, title, str_is(name, "period") || str_is(name, "level") || str_is(name, "unit") ? COLUMN_CODE : kind);
    }
    struct row_cursor c = {.rows = rows};
    for (struct str *v; (v = rows_next(&c));) {
        struct str *line = result_line(r, str_is(v[level], "total") ? LINE_TOTAL : LINE_PLAIN);
        for (size_t k = 0; k < rows->columns.n; k++) line[k] = result_text(r, v[k]);
    }
    bool ok = rows_done(&c);
    rows_close(rows);
    translate_words(r, level);
    struct block *block = content_block(s, r);
    block->filter = true;
    build_trimmings(b, block, t, 0, 0);
    return ok;
}

static bool build_table(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    switch (t->kind) {
    case TABLE_FIGURES: return build_figures(b, s, t);
    case TABLE_ROLLUP: return build_rollup(b, s, t);
    case TABLE_ROWS: return build_rows(b, s, t);
    case TABLE_LIST: return build_list(b, s, t);
    case TABLE_CHECK: return build_check(b, s, t);
    case TABLE_TEXT: {
        struct block *block = content_block(s, NULL);
        block->heading = t->heading;
        build_trimmings(b, block, t, 0, 0);
        return true;
    }
    default: return build_store_table(b, s, t);
    }
}

bool building_start(struct building *b)
{
    b->as_of = b->source->of ? b->source->of->as_of : 0;
    rollup_month_end(b->source->period.n ? b->source->period : b->source->month, b->month_end);
    struct rows *rows = building_rows(b);
    if (!rows) return false;
    b->rollups = rollup_recognised(&rows->columns);
    b->dims = arena_zero(&b->content->memory, rows->columns.n, sizeof *b->dims);
    b->sums = arena_zero(&b->content->memory, rows->columns.n, sizeof *b->sums);
    if (b->rollups) rollup_columns(&rows->columns, b->dims, &b->n_dims, b->sums, &b->n_sums);
    for (size_t k = 0; k < b->n_dims; k++) b->dims[k] = str_copy(&b->content->memory, b->dims[k]);
    for (size_t k = 0; k < b->n_sums; k++) b->sums[k] = str_copy(&b->content->memory, b->sums[k]);
    struct rollup_spec spec = {
        .period = b->source->period, .level = ROLLUP_ALL, .units = b->source->units, .threads = b->source->threads};
    bool ok = true;
    b->finest = b->source->units ? LEVEL_BUILDING : ROLLUP_WHOLE;
    b->period = b->source->period.n || b->rollups ? b->source->period : b->source->month;
    if (b->rollups) {
        struct rollup *all = rollup_given(rows, &spec, b->diag);
        ok = all != NULL;
        b->finest = ok ? rollup_finest(all) : ROLLUP_WHOLE;
        if (ok && all->n && !b->period.n) b->period = str_copy(&b->content->memory, all->rows[all->n - 1].period); /* the newest */
        if (ok && !all->n) diag_add(b->diag, DIAG_REPORT_EMPTY, NULL, NULL);
        rollup_free(all);
    }
    rows_close(rows);
    rollup_month_end(b->period, b->month_end);
    return ok;
}

/* {ledger} in a title is the title of the ledger reported. */
static struct str with_ledger(struct building *b, struct str title)
{
    size_t at;
    struct str word = STR("{ledger}");
    if (!b->source->schema || !str_find(title, word, &at)) return title;
    b->text.n = 0;
    buf_str(&b->text, str_head(title, at));
    buf_str(&b->text, b->source->schema->title);
    buf_str(&b->text, str_from(title, at + word.n));
    return str_copy(&b->content->memory, buf_slice(&b->text));
}

static void set_titles(struct building *b)
{
    struct content *c = b->content;
    const struct units *u = b->source->units;
    c->station = b->source->station;
    for (size_t i = 0; u && !c->station.n && i < u->n; i++)
        if (u->v[i].level == LEVEL_STATION) c->station = str_copy(&c->memory, u->v[i].name);
    c->period = str_copy(&c->memory, b->period);
    c->title = with_ledger(b, b->report->title);
    b->text.n = 0;
    if (c->station.n) {
        buf_put(&b->text, "填报单位：");
        buf_str(&b->text, c->station);
        buf_put(&b->text, "　　");
    }
    buf_put(&b->text, "统计月份：");
    buf_str(&b->text, month_title(&c->memory, b->period));
    c->subtitle = str_copy(&c->memory, buf_slice(&b->text));
    c->sign = b->report->sign;
    c->n_sign = b->report->n_sign;
    c->sign_station = c->station;
    c->sign_date = b->source->date;
}

/* Passes a finding on the first time that it is met. */
struct once {
    struct diag *to;
    struct map seen;
};

static void add_once(void *ctx, const struct finding *f)
{
    struct once *o = ctx;
    struct buf key = {0};
    buf_put(&key, diag_code_string(f->code));
    for (int i = 0; i < DIAG_ARGS; i++) {
        buf_char(&key, 0);
        buf_str(&key, f->args[i]);
    }
    bool fresh;
    map_at(&o->seen, buf_slice(&key), &fresh);
    buf_free(&key);
    if (fresh) diag_add_finding(o->to, f);
}

struct content *report_build(const struct report *r, const struct report_source *source, struct diag *d)
{
    struct once once = {.to = d};
    struct diag filter;
    diag_init(&filter, add_once, &once);
    filter.quiet_below = SEV_NOTICE;
    struct building b = {.report = r, .source = source, .content = content_new(), .diag = &filter};
    bool ok = building_start(&b);
    if (ok) set_titles(&b);
    for (size_t i = 0; ok && i < r->n_sheets; i++) {
        const struct sheet_spec *spec = &r->sheets[i];
        struct content_sheet *s = content_sheet(b.content, spec->name, with_ledger(&b, spec->title.n ? spec->title : spec->name));
        s->unit_of_count = spec->unit;
        s->portrait = spec->portrait;
        for (size_t k = 0; ok && k < spec->n_tables; k++) ok = build_table(&b, s, &spec->tables[k]);
        if (!s->n_blocks) b.content->n_sheets--; /* all its tables were optional, and not to be had */
    }
    building_end(&b);
    map_free(&once.seen);
    diag_raise(d, filter.status);
    if (ok) return b.content;
    content_free(b.content);
    return NULL;
}
