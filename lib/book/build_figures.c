#include <stdlib.h>

#include "book/build.h"
#include "rollup/coverage.h"
#include "store/store.h"

/* Key figures: how many, in how many units, the sums; from the store also coverage and what is open, against the month before. */

struct figures {
    struct building *b;
    struct result *r;
    bool compare; /* with the month before */
    struct coverage *now, *before;
    struct people_counts people, people_before;
    bool have_people;
};

static bool count_people(struct figures *f)
{
    if (f->have_people) return true;
    f->have_people = true;
    struct building *b = f->b;
    if (!station_people(b->source->of, b->source->of->as_of, &f->people)) return false;
    if (!f->compare) return true;
    return station_people(b->source->of, b->source->of->before_as_of, &f->people_before);
}

static bool make_coverage(struct figures *f)
{
    struct building *b = f->b;
    if (f->now) return true;
    f->now = station_coverage(b->source->of, b->source->of->period, b->source->of->as_of);
    if (f->now && f->compare) f->before = station_coverage(b->source->of, b->source->of->before, b->source->of->before_as_of);
    return f->now && (!f->compare || f->before);
}

static uint64_t covered(const struct coverage *c, struct str word)
{
    uint64_t n = 0;
    enum state state = STATE_COUNT;
    bool expected = str_is(word, "expected");
    if (!expected && !state_of(word, &state)) return 0;
    for (uint32_t i = 0; c && i < c->units->n; i++) n += c->v[i].expected && (expected || c->v[i].state == state);
    return n;
}

static bool open_rejects(struct building *b, int64_t as_of, uint64_t *n)
{
    *n = 0;
    struct rows *rows = store_rejects(b->source->of->store, as_of);
    if (!rows) return false;
    struct row_cursor c = {.rows = rows};
    while (rows_next(&c)) ++*n;
    bool ok = rows_done(&c);
    rows_close(rows);
    return ok;
}

/* "units LEVEL": how many units of the level have somebody.  *told: the input knows that level. */
static bool count_units(struct building *b, struct str word, struct str where, uint64_t *n, bool *told)
{
    enum level level;
    *n = 0;
    *told = level_of(word, &level) && (int)level <= b->finest && (b->source->units || (int)level == b->finest);
    if (!*told) return true;
    struct rollup *r = building_rollup(b, (int)level, NULL, 0, NULL, 0, where);
    for (size_t i = 0; r && i < r->n; i++) *n += r->rows[i].count > 0;
    rollup_free(r);
    return r != NULL;
}

static bool count_all(struct building *b, struct str where, uint64_t *n)
{
    struct rollup *all = building_rollup(b, ROLLUP_WHOLE, NULL, 0, NULL, 0, where);
    if (all) *n = rollup_total(all, ROLLUP_WHOLE, (struct str){0});
    rollup_free(all);
    return all != NULL;
}

/* The figure at the moment that the building looks at; `before`: the one of the month before. */
static bool value_of(struct figures *f, const struct figure_spec *s, bool before, uint64_t *n, bool *told)
{
    struct building *b = f->b;
    *told = true;
    if (str_starts(s->measure, STR("units "))) return count_units(b, str_from(s->measure, 6), s->where, n, told);
    if (!b->source->of || str_is(s->measure, "count")) return count_all(b, s->where, n);
    if (str_is(s->measure, "rejects")) return open_rejects(b, b->as_of, n);
    if (str_starts(s->measure, STR("covered "))) {
        if (!make_coverage(f)) return false;
        *n = covered(before ? f->before : f->now, str_from(s->measure, 8));
        return true;
    }
    if (!count_people(f)) return false;
    const struct people_counts *p = before ? &f->people_before : &f->people;
    *n = str_is(s->measure, "again") ? p->again : str_is(s->measure, "left") ? p->left : p->records;
    return true;
}

enum { TITLE, VALUE, BEFORE, CHANGE, RATE };

static void put_comparison(struct figures *f, struct str *v, uint64_t now, uint64_t before)
{
    int64_t change = (int64_t)now - (int64_t)before;
    v[BEFORE] = result_number(f->r, (int64_t)before);
    v[CHANGE] = result_number(f->r, change);
    if (!before) return;
    struct buf b = {0};
    if (change < 0) buf_char(&b, '-');
    decimal_percent(&b, (uint64_t)(change < 0 ? -change : change), before);
    v[RATE] = result_text(f->r, buf_slice(&b));
    buf_free(&b);
}

static struct str *put(struct figures *f, struct str title, struct str value, struct str unit, struct str note)
{
    struct str *v = result_line(f->r, LINE_PLAIN);
    v[TITLE] = result_text(f->r, title);
    v[VALUE] = value;
    v[f->r->n_columns - 2] = result_text(f->r, unit);
    v[f->r->n_columns - 1] = result_text(f->r, note);
    return v;
}

static bool one_figure(struct figures *f, const struct figure_spec *s)
{
    struct building *b = f->b;
    uint64_t now = 0, before = 0;
    bool told;
    if (!value_of(f, s, false, &now, &told)) return false;
    if (!told) return true;
    struct str *v = put(f, s->title, result_number(f->r, (int64_t)now), s->unit, s->note);
    if (!f->compare) return true;
    struct str period = b->period;
    char month_end[sizeof b->month_end];
    memcpy(month_end, b->month_end, sizeof month_end);
    building_before(b);
    bool ok = value_of(f, s, true, &before, &told);
    b->as_of = b->source->of->as_of;
    b->period = period;
    memcpy(b->month_end, month_end, sizeof month_end);
    if (ok) put_comparison(f, v, now, before);
    return ok;
}

/* The sums that a stream of rollups carries, each with its least and greatest. */
static bool all_sums(struct figures *f)
{
    struct building *b = f->b;
    struct rollup *all = building_rollup(b, ROLLUP_WHOLE, NULL, 0, b->sums, b->n_sums, (struct str){0});
    if (!all) return false;
    static const char *const WORDS[] = {"合计", "最小", "最大"};
    for (size_t k = 0; all->n && k < all->n_sums; k++) {
        const struct measure *m = &all->rows[all->n - 1].measures[k];
        const decimal values[] = {m->sum, m->least, m->most};
        for (size_t i = 0; m->any && i < 3; i++) {
            struct buf value = {0};
            decimal_format(&value, values[i]);
            b->text.n = 0;
            buf_str(&b->text, building_title(b, all->sums[k]));
            buf_put(&b->text, WORDS[i]);
            put(f, buf_slice(&b->text), result_text(f->r, buf_slice(&value)), (struct str){0}, (struct str){0});
            buf_free(&value);
        }
    }
    rollup_free(all);
    return true;
}

bool build_figures(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct figures f = {.b = b, .r = result_new(), .compare = b->source->of && b->source->of->has_before};
    result_column(f.r, STR("figure"), STR("指标"), COLUMN_TEXT);
    result_column(f.r, STR("value"), b->source->of ? STR("本月") : STR("数值"), COLUMN_DECIMAL);
    if (f.compare) {
        result_column(f.r, STR("before"), STR("上月"), COLUMN_DECIMAL);
        result_column(f.r, STR("change"), STR("增减"), COLUMN_CHANGE);
        result_column(f.r, STR("rate"), STR("增减率"), COLUMN_PERCENT);
    }
    result_column(f.r, STR("unit"), STR("单位"), COLUMN_CODE);
    result_column(f.r, STR("note"), STR("说明"), COLUMN_TEXT);
    bool ok = true;
    for (size_t i = 0; ok && i < t->n_figures; i++) ok = one_figure(&f, &t->figures[i]);
    if (ok && b->n_sums) ok = all_sums(&f);
    coverage_free(f.now);
    coverage_free(f.before);
    struct block *block = content_block(s, f.r);
    block->heading = t->heading;
    build_trimmings(b, block, t, 0, 0);
    if (b->source->of && !f.compare) block_note(b->content, block, STR("库中没有上月的数据，暂不列比较。"));
    return ok;
}
