#include "rollup/check.h"

#include <stdlib.h>

#include "rollup/movement.h"
#include "rollup/regroup.h"

enum { PERIOD, LEVEL, UNIT, NAME, WHAT, CHILDREN, WHOLE, PARTS, DIFFERENCE, VERDICT };

struct result *check_result(void)
{
    static const struct named_column COLUMNS[] = {{"period", "月份", COLUMN_CODE},     {"level", "级别", COLUMN_CODE},
                                                  {"unit", "单位编码", COLUMN_CODE},   {"name", "单位", COLUMN_TEXT},
                                                  {"what", "核对项", COLUMN_TEXT},     {"parts_of", "下级", COLUMN_CODE},
                                                  {"whole", "本级", COLUMN_DECIMAL},   {"parts", "下级合计", COLUMN_DECIMAL},
                                                  {"difference", "差", COLUMN_CHANGE}, {"verdict", "结论", COLUMN_CODE}};
    struct result *r = result_new();
    result_columns(r, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS);
    return r;
}

struct checking {
    struct result *out;
    struct diag *diag;
    int whole, parts;    /* levels compared */
    enum diag_code code; /* of what differs */
    size_t bad;
};

static struct str decimal_of(struct result *r, decimal v)
{
    struct buf b = {0};
    decimal_format(&b, v);
    struct str s = result_text(r, buf_slice(&b));
    buf_free(&b);
    return s;
}

/* "count" or "sum_F", and the values that the row stands for. */
static struct str what_of(struct result *r, const struct rollup *of, const struct rollup_row *row, struct str measure)
{
    struct buf b = {0};
    buf_str(&b, measure);
    for (size_t k = 0; k < of->n_by; k++) {
        buf_char(&b, ' ');
        buf_str(&b, of->by[k]);
        buf_char(&b, '=');
        buf_str(&b, row->by[k]);
    }
    struct str s = result_text(r, buf_slice(&b));
    buf_free(&b);
    return s;
}

static void put(struct checking *c, const struct rollup_row *row, struct str what, decimal whole, decimal parts)
{
    struct result *r = c->out;
    bool ok = whole == parts;
    struct str *v = result_line(r, ok ? LINE_GOOD : LINE_BAD);
    v[PERIOD] = result_text(r, row->period);
    v[LEVEL] = str_of(rollup_level_name(c->whole));
    v[UNIT] = result_text(r, row->unit);
    v[NAME] = result_text(r, row->name);
    v[WHAT] = what;
    v[CHILDREN] = str_of(rollup_level_name(c->parts));
    v[WHOLE] = decimal_of(r, whole);
    v[PARTS] = decimal_of(r, parts);
    v[DIFFERENCE] = decimal_of(r, parts - whole);
    v[VERDICT] = ok ? STR("ok") : STR("differs");
    if (ok) return;
    c->bad++;
    struct buf unit = {0}, names[3] = {0};
    if (c->code == DIAG_MOVEMENT_DIFFERS) buf_printf(&unit, "%s ", rollup_level_name(c->whole));
    buf_str(&unit, row->unit.n ? row->unit : STR("-"));
    if (row->name.n) {
        buf_char(&unit, ' ');
        buf_str(&unit, row->name);
    }
    buf_str(&names[0], what);
    buf_str(&names[1], v[WHOLE]);
    buf_str(&names[2], v[PARTS]);
    diag_add(c->diag, c->code, NULL, buf_text(&unit), buf_text(&names[0]), buf_text(&names[1]), buf_text(&names[2]), NULL);
    buf_free(&unit);
    for (int i = 0; i < 3; i++) buf_free(&names[i]);
}

static const decimal BILLION = 1000000000;

/* Either may be missing: nobody is there. */
static void compare(struct checking *c, const struct rollup *of, const struct rollup_row *whole, const struct rollup_row *parts)
{
    const struct rollup_row *row = whole ? whole : parts;
    uint64_t a = whole ? whole->count : 0, b = parts ? parts->count : 0;
    if (a != b) put(c, row, what_of(c->out, of, row, STR("count")), (decimal)a * BILLION, (decimal)b * BILLION);
    struct buf name = {0};
    for (size_t k = 0; k < of->n_sums; k++) {
        decimal x = whole && whole->measures[k].any ? whole->measures[k].sum : 0,
                y = parts && parts->measures[k].any ? parts->measures[k].sum : 0;
        if (x == y) continue;
        name.n = 0;
        buf_put(&name, "sum_");
        buf_str(&name, of->sums[k]);
        put(c, row, what_of(c->out, of, row, buf_slice(&name)), x, y);
    }
    buf_free(&name);
}

static int row_order(const struct rollup *r, const struct rollup_row *a, const struct rollup_row *b)
{
    int c = str_cmp(a->period, b->period);
    if (!c) c = str_cmp(a->unit, b->unit);
    for (size_t k = 0; !c && k < r->n_by; k++) c = str_cmp(a->by[k], b->by[k]);
    return c;
}

/* Two rollups of one level in one order, side by side. */
static void compare_all(struct checking *c, const struct rollup *whole, const struct rollup *parts)
{
    size_t i = 0, k = 0;
    while (i < whole->n || k < parts->n) {
        int order = i == whole->n ? 1 : k == parts->n ? -1 : row_order(whole, &whole->rows[i], &parts->rows[k]);
        compare(c, whole, order <= 0 ? &whole->rows[i] : NULL, order >= 0 ? &parts->rows[k] : NULL);
        if (order <= 0) i++;
        if (order >= 0) k++;
    }
}

static bool has_level(const struct rollup *r, int level)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->rows[i].level == level) return true;
    return false;
}

static void check_levels(struct checking *c, const struct rollup *r, const struct units *u)
{
    size_t *keep = mem_zero(r->n_by, sizeof *keep);
    for (size_t i = 0; i < r->n_by; i++) keep[i] = i;
    struct rollup *whole = rollup_up(r, c->whole, c->whole, keep, r->n_by, u);
    struct rollup *parts = rollup_up(r, c->parts, c->whole, keep, r->n_by, u);
    free(keep);
    rollup_finish(whole, u);
    rollup_finish(parts, u);
    size_t before = c->bad;
    compare_all(c, whole, parts);
    /* What adds up is said once for each period, with its total. */
    for (size_t i = 0; before == c->bad && i < whole->n; i++) {
        if (i && str_eq(whole->rows[i].period, whole->rows[i - 1].period)) continue;
        struct rollup_row all = {.period = whole->rows[i].period};
        put(c, &all, STR("count"), (decimal)rollup_total(whole, c->whole, all.period) * BILLION,
            (decimal)rollup_total(parts, c->whole, all.period) * BILLION);
    }
    rollup_free(whole);
    rollup_free(parts);
}

size_t check_rollup(const struct rollup *r, const struct units *u, struct result *out, struct diag *d)
{
    struct checking c = {.out = out, .diag = d, .code = DIAG_ROLLUP_DIFFERS};
    size_t pairs = 0;
    for (c.whole = ROLLUP_WHOLE; c.whole < LEVEL_COUNT; c.whole++) {
        if (!has_level(r, c.whole)) continue;
        c.parts = c.whole + 1;
        while (c.parts < LEVEL_COUNT && !has_level(r, c.parts)) c.parts++;
        if (c.parts == LEVEL_COUNT) break;
        if (!u && c.whole != ROLLUP_WHOLE) { /* which parts are whose? */
            diag_add(d, DIAG_ROLLUP_NEEDS_UNITS, NULL, rollup_level_name(c.whole), NULL);
            return c.bad;
        }
        check_levels(&c, r, u);
        pairs++;
    }
    if (!pairs) diag_add(d, DIAG_ROLLUP_NOTHING_TO_CHECK, NULL, NULL);
    return c.bad;
}

static uint64_t number(struct str s)
{
    decimal v;
    return decimal_parse(s, &v) && v > 0 ? (uint64_t)(v / BILLION) : 0;
}

static int64_t signed_number(struct str s)
{
    decimal v;
    return decimal_parse(s, &v) ? (int64_t)(v / BILLION) : 0;
}

static uint64_t count_at(const struct rollup *r, struct str level, struct str unit)
{
    uint64_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (str_is(level, rollup_level_name(r->rows[i].level)) && str_eq(r->rows[i].unit, unit)) n += r->rows[i].count;
    return n;
}

bool check_pair(struct result *out, struct str period, struct str what, struct str of, uint64_t whole, uint64_t parts,
                struct diag *d)
{
    struct checking c = {.out = out, .diag = d, .code = DIAG_ROLLUP_DIFFERS, .whole = ROLLUP_WHOLE, .parts = ROLLUP_WHOLE};
    struct rollup_row row = {.period = period};
    put(&c, &row, what, (decimal)whole * BILLION, (decimal)parts * BILLION);
    out->lines[out->n - 1].values[CHILDREN] = result_text(out, of);
    return whole == parts;
}

/* Columns of movement_result. */
enum { M_PERIOD, M_LEVEL, M_UNIT, M_NAME, M_OPENING, M_NEW, M_IN, M_OUT, M_DIED, M_CORRECTED, M_CLOSING };

struct balancing {
    struct checking c;
    const struct movement *m;
    const struct rollup *opening, *closing;
    struct imbalances *open;
    struct map met;         /* level and unit of the lines of the movement */
    struct buf key;         /* scratch */
    uint64_t before, after; /* of the whole station */
};

void imbalances_free(struct imbalances *m)
{
    free(m->v);
    arena_free(&m->memory);
}

static void note_imbalance(struct balancing *b, struct str unit, bool closing)
{
    struct imbalances *open = b->open;
    mem_grow(&open->v, &open->cap, open->n + 1, sizeof *open->v);
    open->v[open->n++] = (struct imbalance){b->c.whole, str_copy(&open->memory, unit), closing};
}

static void at_level(struct balancing *b, struct str level)
{
    enum level l;
    b->c.whole = level_of(level, &l) ? (int)l : ROLLUP_WHOLE;
}

/* The records of one moment at a unit, against what the movement says of it. */
static void balance_side(struct balancing *b, const struct rollup_row *row, struct str level, bool closing, uint64_t moved)
{
    uint64_t counted = count_at(closing ? b->closing : b->opening, level, row->unit);
    if (str_is(level, "station")) *(closing ? &b->after : &b->before) += counted;
    if (counted == moved) return;
    put(&b->c, row, closing ? STR("closing") : STR("opening"), (decimal)counted * BILLION, (decimal)moved * BILLION);
    note_imbalance(b, row->unit, closing);
}

static struct str met_key(struct balancing *b, struct str level, struct str unit)
{
    b->key.n = 0;
    buf_str(&b->key, level);
    buf_char(&b->key, 0);
    buf_str(&b->key, unit);
    return buf_slice(&b->key);
}

static void balance_line(struct balancing *b, const struct str *v)
{
    struct rollup_row row = {.period = v[M_PERIOD], .unit = v[M_UNIT], .name = v[M_NAME]};
    int64_t now = signed_number(v[M_OPENING]) + signed_number(v[M_NEW]) + signed_number(v[M_IN]) - signed_number(v[M_OUT]) -
                  signed_number(v[M_DIED]) + signed_number(v[M_CORRECTED]);
    map_at(&b->met, met_key(b, v[M_LEVEL], v[M_UNIT]), NULL);
    at_level(b, v[M_LEVEL]);
    balance_side(b, &row, v[M_LEVEL], false, number(v[M_OPENING]));
    balance_side(b, &row, v[M_LEVEL], true, number(v[M_CLOSING]));
    if (now == signed_number(v[M_CLOSING])) return;
    put(&b->c, &row, STR("opening+new+moved_in-moved_out-died+corrected"), (decimal)signed_number(v[M_CLOSING]) * BILLION,
        (decimal)now * BILLION);
    note_imbalance(b, v[M_UNIT], true);
}

/* Units of which the records know, and the movement says nothing at all. */
static void balance_others(struct balancing *b, const struct rollup *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct str level = str_of(rollup_level_name(r->rows[i].level));
        bool fresh;
        map_at(&b->met, met_key(b, level, r->rows[i].unit), &fresh);
        if (!fresh || r->rows[i].level < 0) continue;
        const struct rollup_row row = {.period = b->m->spec->to, .unit = r->rows[i].unit, .name = r->rows[i].name};
        at_level(b, level);
        balance_side(b, &row, level, false, 0);
        balance_side(b, &row, level, true, 0);
    }
}

size_t check_movement(const struct movement *m, const struct rollup *opening, const struct rollup *closing, struct result *out,
                      struct imbalances *open, struct diag *d)
{
    struct balancing b = {.c = {.out = out, .diag = d, .code = DIAG_MOVEMENT_DIFFERS, .whole = ROLLUP_WHOLE, .parts = ROLLUP_WHOLE},
                          .m = m,
                          .opening = opening,
                          .closing = closing,
                          .open = open};
    struct result *by_unit = movement_result(m, LEVEL_COUNT);
    for (size_t i = 0; i < by_unit->n; i++) balance_line(&b, by_unit->lines[i].values);
    balance_others(&b, opening);
    balance_others(&b, closing);
    if (!b.c.bad) {
        struct rollup_row all = {.period = m->spec->to};
        b.c.whole = ROLLUP_WHOLE;
        put(&b.c, &all, STR("opening"), (decimal)b.before * BILLION, (decimal)b.before * BILLION);
        put(&b.c, &all, STR("opening+new+moved_in-moved_out-died+corrected"), (decimal)b.after * BILLION,
            (decimal)b.after * BILLION);
    }
    result_free(by_unit);
    map_free(&b.met);
    buf_free(&b.key);
    return b.c.bad;
}
