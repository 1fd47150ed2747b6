#include <stdlib.h>

#include "book/build.h"

/* Key figures of a stream: how many, in how many units, and the sums. */

enum { TITLE, VALUE, UNIT, NOTE };

static void put(struct result *r, struct str title, struct str value, struct str unit, struct str note)
{
    struct str *v = result_line(r, LINE_PLAIN);
    v[TITLE] = result_text(r, title);
    v[VALUE] = value;
    v[UNIT] = result_text(r, unit);
    v[NOTE] = result_text(r, note);
}

/* "units LEVEL": how many units of the level have somebody; empty when the input does not tell. */
static bool count_units(struct building *b, struct str word, struct str where, uint64_t *n)
{
    enum level level;
    *n = 0;
    if (!level_of(word, &level) || (int)level > b->finest || (!b->source->units && (int)level != b->finest)) return false;
    struct rollup *r = building_rollup(b, (int)level, NULL, 0, NULL, 0, where);
    for (size_t i = 0; r && i < r->n; i++) *n += r->rows[i].count > 0;
    rollup_free(r);
    return r != NULL;
}

static bool one_figure(struct building *b, struct result *r, const struct figure_spec *f)
{
    uint64_t n;
    if (str_starts(f->measure, STR("units "))) {
        if (count_units(b, str_from(f->measure, 6), f->where, &n)) put(r, f->title, result_number(r, (int64_t)n), f->unit, f->note);
        return true;
    }
    struct rollup *all = building_rollup(b, ROLLUP_WHOLE, NULL, 0, NULL, 0, f->where);
    if (!all) return false;
    put(r, f->title, result_number(r, (int64_t)rollup_total(all, ROLLUP_WHOLE, b->period)), f->unit, f->note);
    rollup_free(all);
    return true;
}

/* The sums that a stream of rollups carries, each with its least and greatest. */
static bool all_sums(struct building *b, struct result *r)
{
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
            put(r, buf_slice(&b->text), result_text(r, buf_slice(&value)), (struct str){0}, (struct str){0});
            buf_free(&value);
        }
    }
    rollup_free(all);
    return true;
}

bool build_figures(struct building *b, struct content_sheet *s, const struct table_spec *t)
{
    struct result *r = result_new();
    result_column(r, STR("figure"), STR("指标"), COLUMN_TEXT);
    result_column(r, STR("value"), STR("数值"), COLUMN_DECIMAL);
    result_column(r, STR("unit"), STR("单位"), COLUMN_CODE);
    result_column(r, STR("note"), STR("说明"), COLUMN_TEXT);
    bool ok = true;
    for (size_t i = 0; ok && i < t->n_figures; i++) ok = one_figure(b, r, &t->figures[i]);
    if (ok && b->n_sums) ok = all_sums(b, r);
    struct block *block = content_block(s, r);
    block->heading = t->heading;
    build_trimmings(b, block, t, 0, 0);
    return ok;
}
