/* The last sheets of a restated report: what accounts for the difference. */
#include "book/difference.h"

#include <stdlib.h>

#include "book/restate.h"
#include "rollup/check.h"
#include "rollup/places.h"

/* Columns of movement_result. */
enum { M_LEVEL = 1, M_UNIT, M_NAME, M_OPENING, M_NEW, M_IN, M_OUT, M_DIED, M_CORRECTED, M_CLOSING, M_COLUMNS };

static bool has_change(const struct str *v)
{
    for (int k = M_NEW; k <= M_CORRECTED; k++)
        if (!str_is(v[k], "0")) return true;
    return str_is(v[M_LEVEL], "station");
}

static int64_t whole(struct str s)
{
    decimal v;
    return decimal_parse(s, &v) ? (int64_t)(v / 1000000000) : 0;
}

/* Reported + real events + corrections = as now known, for each unit where there is something; and what should have been
 * reported: without the events. */
static void put_balance(struct building *b, struct content_sheet *s, const struct movement *m)
{
    static const struct named_column COLUMNS[] = {{"level", "级别", COLUMN_CODE},
                                                  {"unit", "单位编码", COLUMN_CODE},
                                                  {"place", "单位", COLUMN_TEXT},
                                                  {"reported", "已报", COLUMN_COUNT},
                                                  {"new", "新增", COLUMN_COUNT},
                                                  {"moved_in", "迁入", COLUMN_COUNT},
                                                  {"moved_out", "迁出", COLUMN_COUNT},
                                                  {"died", "去世", COLUMN_COUNT},
                                                  {"corrected", "更正", COLUMN_CHANGE},
                                                  {"now", "现知", COLUMN_COUNT},
                                                  {"right", "更正后的本月数", COLUMN_COUNT}};
    struct result *from = movement_result(m, LEVEL_COUNT), *r = result_new();
    result_columns(r, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    for (size_t i = 0; i < from->n; i++) {
        const struct str *f = from->lines[i].values;
        enum level level;
        if (!has_change(f) || !level_of(f[M_LEVEL], &level)) continue;
        struct str *v = result_line(r, level == LEVEL_STATION ? LINE_SUBTOTAL : LINE_PLAIN),
                   place = places_text(r, b->source->units, f[M_UNIT]);
        v[0] = level_title(level);
        v[1] = result_text(r, f[M_UNIT]);
        v[2] = place.n ? place : result_text(r, f[M_NAME]);
        for (int k = M_OPENING; k <= M_CLOSING; k++) v[k - 1] = result_text(r, f[k]);
        v[10] = result_number(r, whole(f[M_OPENING]) + whole(f[M_CORRECTED]));
    }
    result_free(from);
    struct block *block = content_block(s, r);
    block->heading = STR("人数：已报＋真实变动＋更正＝现知");
    block_hide(block, "unit");
    block_note(
        b->content, block,
        STR("真实变动：报出以后发生或查到的（新增、迁移、去世、补交）；更正：报出的数本来就有错。更正后的本月数＝已报＋更正。"));
}

static bool check_balance(struct station *of, int64_t reported, const struct movement *m)
{
    struct result *proof = check_result();
    bool ok = station_balance(of, m, reported, of->as_of, proof) >= 0;
    result_free(proof);
    return ok;
}

static void put_list(struct content *c, struct content_sheet *s, struct result *list, struct difference_counts counts)
{
    struct block *block = content_block(s, list);
    struct buf text = {0};
    block->numbered = block->wrap = block->filter = true;
    block_hide(block, "record");
    buf_printf(&text, "真实变动 %zu 条，更正 %zu 条。", counts.events, counts.corrections);
    block_note(c, block, buf_slice(&text));
    buf_free(&text);
}

/* Headings of two lines stand on one here, and the share of a value bears its name. */
static struct str heading_here(struct result *r, const struct result_column *c)
{
    struct buf text = {0};
    struct str title = c->title.n ? c->title : c->name;
    if (c->pivoted && c->kind == COLUMN_PERCENT && c->of.n) {
        buf_str(&text, c->of);
        buf_char(&text, ' ');
    }
    for (size_t i = 0; i < title.n; i++) buf_char(&text, title.s[i] == '\n' ? ' ' : title.s[i]);
    struct str s = result_text(r, buf_slice(&text));
    buf_free(&text);
    return s;
}

static struct str label_of_line(struct result *r, const struct block *b, size_t line)
{
    struct buf text = {0};
    for (size_t k = 0; k < b->table->n_columns && b->table->columns[k].kind < COLUMN_COUNT; k++) {
        struct str v = b->table->lines[line].values[k];
        if (b->hidden[k] || !v.n || str_is(b->table->columns[k].name, "state")) continue;
        if (text.n) buf_char(&text, ' ');
        buf_str(&text, v);
    }
    struct str s = result_text(r, buf_slice(&text));
    buf_free(&text);
    return s;
}

static void put_marked(struct result *r, const struct content_sheet *s, const struct block *b, size_t i, size_t k, struct str was)
{
    struct str *v = result_line(r, LINE_PLAIN), now = b->table->lines[i].values[k];
    const struct result_column *c = &b->table->columns[k];
    decimal x = 0, y = 0;
    v[0] = result_text(r, s->name);
    v[1] = label_of_line(r, b, i);
    v[2] = heading_here(r, c);
    v[3] = result_text(r, was);
    v[4] = result_text(r, now);
    if ((now.n && !decimal_parse(now, &x)) || (was.n && !decimal_parse(was, &y))) return;
    struct buf text = {0};
    decimal_format(&text, x - y);
    if (c->kind == COLUMN_PERCENT && !memchr(text.s, '.', text.n)) buf_put(&text, ".0");
    v[5] = result_text(r, buf_slice(&text));
    buf_free(&text);
}

/* Every number with an r, in the order of the report: the counts and sums, and after them, in the digits that they have there, the
 * percentages. */
static void put_numbers(struct content *c, size_t n_sheets, struct content_sheet *to, bool percent)
{
    const enum column_kind kind = percent ? COLUMN_PERCENT : COLUMN_DECIMAL;
    const struct named_column columns[] = {{"in_sheet", "表", COLUMN_TEXT}, {"row", "行", COLUMN_TEXT},
                                           {"number", "列", COLUMN_TEXT},   {"reported", "已报", kind},
                                           {"now", "现知", kind},           {"difference", "差", percent ? kind : COLUMN_CHANGE}};
    struct result *r = result_new();
    result_columns(r, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < n_sheets; i++)
        for (size_t k = 0; k < c->sheets[i].n_blocks; k++) {
            const struct block *b = &c->sheets[i].blocks[k];
            for (size_t n = 0; b->was && n < b->table->n * b->table->n_columns; n++) {
                size_t at = n % b->table->n_columns;
                if (b->was[n].s && !b->hidden[at] && (b->table->columns[at].kind == COLUMN_PERCENT) == percent)
                    put_marked(r, &c->sheets[i], b, n / b->table->n_columns, at, b->was[n]);
            }
        }
    struct block *block = content_block(to, r);
    block->heading = percent ? STR("百分数") : STR("数");
    block->numbered = true;
    block->filter = !percent;
    if (!r->n) block_note(c, block, percent ? STR("没有与已报不同的百分数。") : STR("没有与已报数不同的数。"));
}

static bool make_sheets(struct building *b, int64_t reported)
{
    struct station *of = b->source->of;
    struct movement_spec spec;
    struct movement *m = station_movement(of, &spec, of->period, reported, of->period, of->as_of);
    struct difference_counts counts;
    struct result *list = m ? difference_list(b, reported, m, &counts) : NULL;
    bool ok = list && check_balance(of, reported, m);
    if (ok) {
        struct content *c = b->content;
        size_t n = c->n_sheets;
        put_balance(b, content_sheet(c, STR("与已报数的差异"), STR("与已报数的差异")), m);
        put_list(c, content_sheet(c, STR("差异逐条说明"), STR("与已报数的差异：逐条说明")), list, counts);
        struct content_sheet *numbers = content_sheet(c, STR("重报的数"), STR("与已报数的差异：带 r 的数"));
        put_numbers(c, n, numbers, false);
        put_numbers(c, n, numbers, true);
    } else {
        result_free(list);
    }
    movement_free(m);
    return ok;
}

static void set_subtitle(struct content *c, struct building *b)
{
    b->text.n = 0;
    buf_str(&b->text, c->subtitle);
    buf_put(&b->text, "　　重报：带 r 的数与已报数不同");
    c->subtitle = str_copy(&c->memory, buf_slice(&b->text));
}

bool report_restate(const struct report *r, const struct report_source *source, int64_t reported, struct content *now,
                    const struct content *then, struct diag *d)
{
    struct building b = {.report = r, .source = source, .content = now, .diag = d};
    content_restate(now, then);
    bool ok = building_start(&b);
    if (ok) set_subtitle(now, &b);
    ok = ok && make_sheets(&b, reported);
    buf_free(&b.text);
    return ok;
}
