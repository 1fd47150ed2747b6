#include "rollup/regroup.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "rollup/groups.h"

struct rollup *rollup_like(const struct rollup_dim *by, size_t n_by, const struct str *sums, size_t n_sums)
{
    struct rollup *r = mem_zero(1, sizeof *r);
    r->by = arena_zero(&r->memory, n_by, sizeof *r->by);
    r->sums = arena_zero(&r->memory, n_sums, sizeof *r->sums);
    r->n_by = n_by;
    r->n_sums = n_sums;
    for (size_t i = 0; i < n_by; i++) r->by[i] = str_copy(&r->memory, by[i].name);
    for (size_t i = 0; i < n_sums; i++) r->sums[i] = str_copy(&r->memory, sums[i]);
    return r;
}

void rollup_free(struct rollup *r)
{
    if (!r) return;
    free(r->rows);
    arena_free(&r->memory);
    free(r);
}

/* qsort has no context: the number of dimensions goes with each element. */
struct sortable {
    struct rollup_row row;
    size_t n_by;
};

static int in_order(const void *a, const void *b)
{
    const struct rollup_row *x = &((const struct sortable *)a)->row, *y = &((const struct sortable *)b)->row;
    int c = str_cmp(x->period, y->period);
    if (!c) c = (x->level > y->level) - (x->level < y->level);
    if (!c) c = str_cmp(x->unit, y->unit);
    for (size_t i = 0; !c && i < ((const struct sortable *)a)->n_by; i++) c = str_cmp(x->by[i], y->by[i]);
    return c;
}

void rollup_sort(struct rollup *r)
{
    struct sortable *s = mem_zero(r->n, sizeof *s);
    for (size_t i = 0; i < r->n; i++) s[i] = (struct sortable){r->rows[i], r->n_by};
    qsort(s, r->n, sizeof *s, in_order);
    for (size_t i = 0; i < r->n; i++) r->rows[i] = s[i].row;
    free(s);
}

struct str rollup_month_end(struct str period, char out[11])
{
    struct date last;
    if (period.n != 7 || !date_iso(period, &last)) return (struct str){0};
    for (last.day = 31; !date_valid(last);) last.day--;
    snprintf(out, 11, "%.7s-%02u", period.s, last.day % 100u);
    return (struct str){out, 10};
}

int rollup_finest(const struct rollup *r)
{
    int finest = ROLLUP_WHOLE;
    for (size_t i = 0; i < r->n; i++)
        if (r->rows[i].level > finest) finest = r->rows[i].level;
    return finest;
}

uint64_t rollup_total(const struct rollup *r, int level, struct str period)
{
    uint64_t total = 0;
    for (size_t i = 0; i < r->n; i++)
        if (r->rows[i].level == level && (!period.n || str_eq(r->rows[i].period, period))) total += r->rows[i].count;
    return total;
}

/* The row as it stands one or more levels up; its dimensions are still those of `from`. */
static struct rollup_row lifted(const struct rollup_row *from, int to, const struct units *u)
{
    struct rollup_row row = *from;
    row.level = to;
    if (to == ROLLUP_WHOLE) {
        row.unit = row.name = (struct str){0};
        row.place = UNIT_NONE;
    } else if (u && row.place != UNIT_NONE) {
        uint32_t up = units_up(u, row.place, (enum level)to);
        if (up != UNIT_NONE) row.place = up;
        row.unit = u->v[row.place].code;
    }
    return row;
}

static void key_part(struct buf *key, struct str s)
{
    buf_add(key, (const char *)&s.n, sizeof s.n);
    buf_str(key, s);
}

struct rollup *rollup_up(const struct rollup *r, int from, int to, const size_t *keep, size_t n_keep, const struct units *u)
{
    struct rollup_dim *dims = mem_zero(n_keep, sizeof *dims);
    for (size_t k = 0; k < n_keep; k++) dims[k].name = r->by[keep[k]];
    struct rollup *out = rollup_like(dims, n_keep, r->sums, r->n_sums);
    free(dims);
    struct map keys = {0};
    struct buf key = {0};
    for (size_t i = 0; i < r->n; i++) {
        if (r->rows[i].level != from) continue;
        struct rollup_row row = lifted(&r->rows[i], to, u);
        key.n = 0;
        key_part(&key, row.period);
        key_part(&key, row.unit);
        for (size_t k = 0; k < n_keep; k++) key_part(&key, row.by[keep[k]]);
        bool fresh;
        struct map_entry *e = map_at(&keys, buf_slice(&key), &fresh);
        if (!fresh) {
            struct rollup_row *known = &out->rows[e->value];
            known->count += row.count;
            for (size_t k = 0; k < r->n_sums; k++) measure_add(&known->measures[k], &row.measures[k]);
            continue;
        }
        struct str *by = arena_alloc(&out->memory, n_keep * sizeof *by);
        for (size_t k = 0; k < n_keep; k++) by[k] = str_copy(&out->memory, row.by[keep[k]]);
        struct measure *measures = arena_alloc(&out->memory, r->n_sums * sizeof *measures);
        if (r->n_sums) memcpy(measures, row.measures, r->n_sums * sizeof *measures);
        row.by = by;
        row.measures = measures;
        row.period = str_copy(&out->memory, row.period);
        row.unit = str_copy(&out->memory, row.unit);
        row.name = str_copy(&out->memory, row.name);
        e->value = out->n;
        mem_grow(&out->rows, &out->cap, out->n + 1, sizeof *out->rows);
        out->rows[out->n++] = row;
    }
    map_free(&keys);
    buf_free(&key);
    return out;
}

static void append(struct rollup *to, const struct rollup *from)
{
    for (size_t i = 0; i < from->n; i++) {
        struct rollup_row row = from->rows[i];
        row.by = arena_alloc(&to->memory, to->n_by * sizeof *row.by);
        for (size_t k = 0; k < to->n_by; k++) row.by[k] = str_copy(&to->memory, from->rows[i].by[k]);
        row.measures = arena_alloc(&to->memory, to->n_sums * sizeof *row.measures);
        if (to->n_sums) memcpy(row.measures, from->rows[i].measures, to->n_sums * sizeof *row.measures);
        row.period = str_copy(&to->memory, row.period);
        row.unit = str_copy(&to->memory, row.unit);
        row.name = str_copy(&to->memory, row.name);
        mem_grow(&to->rows, &to->cap, to->n + 1, sizeof *to->rows);
        to->rows[to->n++] = row;
    }
}

/* What is known only to a higher unit is named after it: 第3网格（楼栋不明）. */
static void name_rows(struct rollup *r, const struct units *u)
{
    static const char *const UNPLACED[LEVEL_COUNT] = {"（站点不明）", "（社区不明）", "（网格不明）", "（楼栋不明）"};
    struct buf b = {0};
    for (size_t i = 0; u && i < r->n; i++) {
        struct rollup_row *row = &r->rows[i];
        if (row->place == UNIT_NONE) continue;
        const struct unit *unit = &u->v[row->place];
        row->unit = str_copy(&r->memory, unit->code);
        b.n = 0;
        buf_str(&b, unit->name);
        if (row->level >= 0 && (int)unit->level != row->level) buf_put(&b, UNPLACED[row->level]);
        row->name = str_copy(&r->memory, buf_slice(&b));
    }
    buf_free(&b);
}

void rollup_finish(struct rollup *r, const struct units *u)
{
    name_rows(r, u);
    rollup_sort(r);
}

/* Codes that the units do not have, each once. */
static void report_unknown(const struct rollup *r, int level, struct diag *d)
{
    struct map codes = {0};
    for (size_t i = 0; i < r->n; i++)
        if (r->rows[i].level == level && r->rows[i].place == UNIT_NONE)
            map_at(&codes, r->rows[i].unit, NULL)->value += r->rows[i].count;
    for (size_t i = 0; i < codes.n; i++) {
        struct buf code = {0}, count = {0};
        if (codes.entries[i].key.n) buf_str(&code, codes.entries[i].key);
        else buf_put(&code, "\"\"");
        buf_int(&count, (int64_t)codes.entries[i].value);
        diag_add(d, DIAG_ROLLUP_UNIT_UNKNOWN, NULL, buf_text(&code), buf_text(&count), NULL);
        buf_free(&code);
        buf_free(&count);
    }
    map_free(&codes);
}

/* Every level of a rollup holds all the people; where two do not, adding up the finer one would lose some. */
static void compare_levels(const struct rollup *r, int finest, struct diag *d)
{
    uint64_t want = rollup_total(r, finest, (struct str){0});
    for (int level = ROLLUP_WHOLE; level < finest; level++) {
        bool any = false;
        for (size_t i = 0; i < r->n && !any; i++) any = r->rows[i].level == level;
        uint64_t got = any ? rollup_total(r, level, (struct str){0}) : want;
        if (got == want) continue;
        struct buf a = {0}, b = {0};
        buf_int(&a, (int64_t)want);
        buf_int(&b, (int64_t)got);
        diag_add(d, DIAG_ROLLUP_LEVELS_DIFFER, NULL, rollup_level_name(finest), buf_text(&a),
                 level < 0 ? "\"\"" : rollup_level_name(level), buf_text(&b), NULL);
        buf_free(&a);
        buf_free(&b);
    }
}

/* Can rows of level `from` be told by level `to`? */
static bool reachable(int from, int to, const struct units *u, struct diag *d)
{
    if (to > from) {
        diag_add(d, DIAG_ROLLUP_TOO_FINE, NULL, from < 0 ? "\"\"" : rollup_level_name(from), rollup_level_name(to), NULL);
        return false;
    }
    if (to != from && to != ROLLUP_WHOLE && !u) {
        diag_add(d, DIAG_ROLLUP_NEEDS_UNITS, NULL, rollup_level_name(to), NULL);
        return false;
    }
    return true;
}

struct rollup *rollup_arrange(const struct rollup *base, const struct rollup_spec *spec, bool rollups, struct diag *d)
{
    const struct units *u = spec->units;
    int from = rollups ? rollup_finest(base) : ROLLUP_WHOLE;
    int first = spec->level, last = spec->level;
    if (spec->level == ROLLUP_ALL) {
        first = LEVEL_STATION;
        last = rollups ? from : LEVEL_COUNT - 1;
    }
    if (rollups) {
        compare_levels(base, from, d);
        for (int level = first; base->n && level <= last; level++)
            if (!reachable(from, level, u, d)) return NULL;
    }
    size_t *keep = mem_zero(base->n_by, sizeof *keep);
    for (size_t i = 0; i < base->n_by; i++) keep[i] = i;
    struct rollup *out = rollup_up(base, from, first, keep, base->n_by, u);
    for (int level = first + 1; level <= last; level++) {
        struct rollup *next = rollup_up(base, from, level, keep, base->n_by, u);
        append(out, next);
        rollup_free(next);
    }
    free(keep);
    rollup_finish(out, u);
    if (u && first != ROLLUP_WHOLE) report_unknown(out, first, d);
    return out;
}
