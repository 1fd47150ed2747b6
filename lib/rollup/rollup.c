#include "rollup/rollup.h"

#include <stdlib.h>

#include "base/work.h"
#include "rollup/bind.h"
#include "rollup/derive.h"
#include "rollup/groups.h"
#include "rollup/regroup.h"

enum { MOST_FINDINGS = 20 };

/* A code met in the stream, and the unit at the level asked for. */
struct target {
    struct str code; /* as met */
    uint32_t place;  /* the unit to count under, or UNIT_NONE */
};
/* A value or row that could not be taken. */
struct fault {
    uint64_t row;
    int column; /* -1: the row itself, `value` says why */
    struct str value;
};
struct worker {
    struct groups groups;
    struct entities entities;
    struct map codes; /* unit code -> index of target */
    struct target *targets;
    size_t cap_targets;
    uint32_t last; /* the target of the row before: sheets come sorted by unit */
    struct str last_code;
    struct buf key;
    struct measure *measures; /* of the row at hand */
    struct fault *faults;     /* the first MOST_FINDINGS of this thread's */
    size_t n_faults;
    uint64_t more_faults;
    struct arena memory;
    struct derive *derive;
};
struct rolling {
    const struct rollup_spec *spec;
    struct binding binding;
    struct worker *workers;
    unsigned n_workers;
};

const char *rollup_level_name(int level)
{
    return level >= 0 && level < LEVEL_COUNT ? level_name((enum level)level) : level == ROLLUP_WHOLE ? "" : "all";
}

static void fault(struct worker *w, uint64_t row, int column, struct str value)
{
    if (w->n_faults == MOST_FINDINGS) {
        w->more_faults++;
        return;
    }
    if (!w->faults) w->faults = arena_zero(&w->memory, MOST_FINDINGS, sizeof *w->faults);
    w->faults[w->n_faults++] = (struct fault){row, column, str_copy(&w->memory, value)};
}

/* At one level only the units of that level are told apart from the start; that keeps the groups few. */
static uint32_t place_of(const struct rolling *r, struct str code)
{
    const struct units *u = r->spec->units;
    uint32_t i = u ? units_code(u, code) : UNIT_NONE;
    if (i == UNIT_NONE || r->spec->level < 0 || r->spec->level >= LEVEL_COUNT) return i;
    uint32_t up = units_up(u, i, (enum level)r->spec->level);
    return up == UNIT_NONE ? i : up;
}

static const struct target *target_of(const struct rolling *r, struct worker *w, struct str code)
{
    if (w->codes.n && str_eq(code, w->last_code)) return &w->targets[w->last];
    bool fresh;
    struct map_entry *e = map_at(&w->codes, code, &fresh);
    if (fresh) {
        e->value = w->codes.n - 1;
        mem_grow(&w->targets, &w->cap_targets, w->codes.n, sizeof *w->targets);
        w->targets[e->value] = (struct target){e->key, place_of(r, code)};
    }
    w->last = (uint32_t)e->value;
    w->last_code = e->key;
    return &w->targets[w->last];
}

static void key_text(struct buf *key, struct str s)
{
    if (s.n < 255) {
        buf_char(key, (char)s.n);
    } else {
        uint32_t n = (uint32_t)s.n;
        buf_char(key, (char)255);
        buf_add(key, (const char *)&n, sizeof n);
    }
    buf_str(key, s);
}

static struct str key_take(struct str *key)
{
    uint32_t n = (unsigned char)key->s[0];
    *key = str_from(*key, 1);
    if (n == 255) {
        memcpy(&n, key->s, sizeof n);
        *key = str_from(*key, sizeof n);
    }
    struct str s = str_head(*key, n);
    *key = str_from(*key, n);
    return s;
}

/* Level, unit, period and values of a row as one key. */
static void make_key(const struct rolling *r, struct worker *w, const struct str *v, int level, const struct target *t)
{
    const struct binding *b = &r->binding;
    w->key.n = 0;
    buf_char(&w->key, (char)(level + 1));
    uint32_t place = t ? t->place : UNIT_NONE;
    buf_add(&w->key, (const char *)&place, sizeof place);
    if (place == UNIT_NONE) key_text(&w->key, t ? t->code : (struct str){0});
    if (b->rollups) key_text(&w->key, b->period >= 0 ? v[b->period] : (struct str){0});
    for (size_t i = 0; i < r->spec->n_by; i++) key_text(&w->key, b->by[i] >= 0 ? v[b->by[i]] : derive_value(w->derive, i));
}

static bool take_number(struct worker *w, uint64_t row, int column, struct str text, decimal *to)
{
    if (text.n == 0) return false;
    if (decimal_parse(text, to)) return true;
    fault(w, row, column, text);
    return false;
}

static void take_measures(const struct rolling *r, struct worker *w, const struct str *v, uint64_t row)
{
    for (size_t i = 0; i < r->binding.n_sums; i++) {
        const struct sum_columns *c = &r->binding.sum_columns[i];
        struct measure *m = &w->measures[i];
        *m = (struct measure){0};
        m->any = take_number(w, row, c->sum, v[c->sum], &m->sum);
        if (!m->any) continue;
        m->least = m->most = m->sum;
        if (!r->binding.rollups) continue;
        take_number(w, row, c->least, v[c->least], &m->least);
        take_number(w, row, c->most, v[c->most], &m->most);
    }
}

static void take_record(const struct rolling *r, struct worker *w, const struct str *v, uint64_t row, unsigned thread)
{
    const struct binding *b = &r->binding;
    const struct target *t = b->unit >= 0 && r->spec->level != ROLLUP_WHOLE ? target_of(r, w, v[b->unit]) : NULL;
    make_key(r, w, v, ROLLUP_WHOLE, t);
    uint32_t g = groups_at(&w->groups, buf_slice(&w->key), NULL);
    if (b->n_sums) take_measures(r, w, v, row);
    if (b->entity < 0 || v[b->entity].n == 0) {
        groups_add(&w->groups, g, 1, w->measures);
        return;
    }
    /* Which of an entity's records counts does not depend on the level. */
    struct str code = b->unit >= 0 ? target_of(r, w, v[b->unit])->code : (struct str){0};
    struct str seen = b->seen >= 0 ? str_copy(&w->memory, v[b->seen]) : (struct str){0};
    struct candidate c = {{seen, code, row}, g, thread};
    entities_offer(&w->entities, v[b->entity], &c, w->measures);
}

static bool take_count(struct str s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.s[i] < '0' || s.s[i] > '9' || *out > UINT64_MAX / 20) return false;
        *out = *out * 10 + (uint64_t)(s.s[i] - '0');
    }
    return s.n > 0;
}

static void take_rollup(const struct rolling *r, struct worker *w, const struct str *v, uint64_t row)
{
    const struct binding *b = &r->binding;
    enum level level = LEVEL_STATION;
    uint64_t count;
    struct str word = v[b->level];
    if (str_eq(word, STR("total"))) return; /* a total is for people: its rows are there themselves */
    if (r->spec->period.n && b->period >= 0 && !str_eq(v[b->period], r->spec->period)) return;
    if ((word.n && !level_of(word, &level)) || !take_count(v[b->count], &count)) {
        fault(w, row, -1, word.n && !level_of(word, &level) ? word : v[b->count]);
        return;
    }
    bool fresh;
    make_key(r, w, v, word.n ? (int)level : ROLLUP_WHOLE, target_of(r, w, v[b->unit]));
    uint32_t g = groups_at(&w->groups, buf_slice(&w->key), &fresh);
    if (fresh && b->name >= 0) w->groups.v[g].name = str_copy(&w->memory, v[b->name]);
    if (b->n_sums) take_measures(r, w, v, row);
    groups_add(&w->groups, g, count, w->measures);
}

static bool work_block(void *ctx, struct rows *rows, struct row_block *block, unsigned thread)
{
    struct rolling *r = ctx;
    struct worker *w = &r->workers[thread];
    for (size_t i = 0; i < block->n_rows; i++) {
        const struct str *v = row_of(block, &rows->columns, i);
        if (w->derive && !derive_keep(w->derive, v)) continue;
        if (r->binding.rollups) take_rollup(r, w, v, block->first + i);
        else take_record(r, w, v, block->first + i, thread);
    }
    return true;
}

/* All groups of all threads in one set; the numbers of a thread's groups in it are returned in *to. */
static void merge_groups(const struct rolling *r, struct groups *all, uint32_t **to)
{
    for (unsigned t = 0; t < r->n_workers; t++) {
        struct groups *g = &r->workers[t].groups;
        to[t] = mem_alloc(g->keys.n * sizeof **to);
        for (size_t i = 0; i < g->keys.n; i++) {
            to[t][i] = groups_at(all, g->keys.entries[i].key, NULL);
            if (!all->v[to[t][i]].name.n) all->v[to[t][i]].name = g->v[i].name;
            groups_add(all, to[t][i], g->v[i].count, groups_measures(g, (uint32_t)i));
        }
    }
}

static void merge_entities(const struct rolling *r, struct groups *all, uint32_t **to)
{
    struct entities best = {.n_sums = all->n_sums};
    for (unsigned t = 0; t < r->n_workers; t++) {
        const struct entities *e = &r->workers[t].entities;
        for (size_t i = 0; i < e->keys.n; i++)
            entities_offer(&best, e->keys.entries[i].key, &e->v[e->keys.entries[i].value],
                           e->measures + e->keys.entries[i].value * e->n_sums);
    }
    for (size_t i = 0; i < best.keys.n; i++)
        groups_add(all, to[best.v[i].thread][best.v[i].group], 1, best.measures + i * best.n_sums);
    entities_free(&best);
}

static void decode(const struct rolling *r, struct rollup *out, const struct groups *g, uint32_t i)
{
    const struct rollup_spec *spec = r->spec;
    struct str key = g->keys.entries[i].key;
    struct rollup_row row = {.period = spec->period, .level = key.s[0] - 1, .count = g->v[i].count};
    memcpy(&row.place, key.s + 1, sizeof row.place);
    key = str_from(key, 1 + sizeof row.place);
    if (row.place == UNIT_NONE) row.unit = str_copy(&out->memory, key_take(&key));
    if (r->binding.rollups) row.period = key_take(&key);
    row.period = str_copy(&out->memory, row.period);
    row.name = str_copy(&out->memory, g->v[i].name);
    row.by = arena_alloc(&out->memory, spec->n_by * sizeof *row.by);
    for (size_t k = 0; k < spec->n_by; k++) row.by[k] = str_copy(&out->memory, key_take(&key));
    row.measures = arena_alloc(&out->memory, out->n_sums * sizeof *row.measures);
    if (out->n_sums) memcpy(row.measures, groups_measures(g, i), out->n_sums * sizeof *row.measures);
    mem_grow(&out->rows, &out->cap, out->n + 1, sizeof *out->rows);
    out->rows[out->n++] = row;
}

static struct rollup *base_rollup(const struct rolling *r)
{
    struct groups all = {.n_sums = r->binding.n_sums};
    uint32_t **to = mem_zero(r->n_workers, sizeof *to);
    merge_groups(r, &all, to);
    merge_entities(r, &all, to);
    for (unsigned t = 0; t < r->n_workers; t++) free(to[t]);
    free(to);
    struct rollup *out = rollup_like(r->spec->by, r->spec->n_by, r->binding.sums, r->binding.n_sums);
    for (uint32_t i = 0; i < all.keys.n; i++)
        if (all.v[i].count || r->binding.rollups) decode(r, out, &all, i);
    groups_free(&all);
    return out;
}

static int by_row(const void *a, const void *b)
{
    const struct fault *x = a, *y = b;
    return x->row != y->row ? (x->row < y->row ? -1 : 1) : x->column - y->column;
}

/* An expression that fails on a row gives no value there: it is said once. */
static void report_failure(const struct rolling *r, struct diag *d)
{
    for (unsigned t = 0; t < r->n_workers; t++) {
        struct str why = r->workers[t].derive ? derive_failure(r->workers[t].derive) : (struct str){0};
        if (!why.n) continue;
        struct buf b = {0};
        buf_str(&b, why);
        diag_add(d, DIAG_ROLLUP_EXPRESSION, NULL, buf_text(&b), NULL);
        buf_free(&b);
        return;
    }
}

/* Threads meet faults in any order; they are told in the order of the rows. */
static void report_faults(const struct rolling *r, const struct columns *c, struct diag *d)
{
    struct fault *all = mem_zero((size_t)r->n_workers * MOST_FINDINGS, sizeof *all);
    size_t n = 0;
    uint64_t more = 0;
    for (unsigned t = 0; t < r->n_workers; t++) {
        const struct worker *w = &r->workers[t];
        if (w->n_faults) memcpy(all + n, w->faults, w->n_faults * sizeof *all);
        n += w->n_faults;
        more += w->more_faults;
    }
    qsort(all, n, sizeof *all, by_row);
    if (n > MOST_FINDINGS) more += n - MOST_FINDINGS;
    for (size_t i = 0; i < n && i < MOST_FINDINGS; i++) {
        struct buf row = {0}, value = {0}, name = {0};
        buf_int(&row, (int64_t)all[i].row + 2); /* from 1, after the heading */
        buf_str(&value, str_head(all[i].value, 40));
        if (all[i].column >= 0) buf_str(&name, c->names[all[i].column]);
        if (all[i].column >= 0) diag_add(d, DIAG_ROLLUP_NOT_NUMBER, NULL, buf_text(&row), buf_text(&value), buf_text(&name), NULL);
        else diag_add(d, DIAG_ROLLUP_ROW, NULL, buf_text(&row), buf_text(&value), NULL);
        buf_free(&row);
        buf_free(&value);
        buf_free(&name);
    }
    if (more) {
        struct buf b = {0};
        buf_int(&b, (int64_t)more);
        diag_add(d, DIAG_ROLLUP_NOT_NUMBER_MORE, NULL, buf_text(&b), NULL);
        buf_free(&b);
    }
    free(all);
}

static void rolling_free(struct rolling *r)
{
    for (unsigned t = 0; t < r->n_workers; t++) {
        struct worker *w = &r->workers[t];
        groups_free(&w->groups);
        entities_free(&w->entities);
        map_free(&w->codes);
        free(w->targets);
        buf_free(&w->key);
        arena_free(&w->memory);
        derive_free(w->derive);
    }
    free(r->workers);
    binding_free(&r->binding);
}

/* Of all the columns only those that are looked at. */
static void narrow(const struct rolling *r, struct rows *rows)
{
    bool *wanted = mem_zero(rows->columns.n, sizeof *wanted);
    binding_columns(&r->binding, wanted);
    if (r->workers[0].derive) derive_columns(r->workers[0].derive, wanted);
    rows_narrow(rows, wanted);
    free(wanted);
}

static bool start(struct rolling *r, struct rows *rows, struct diag *d)
{
    const struct rollup_spec *spec = r->spec;
    if (!binding_make(&r->binding, spec, &rows->columns, d)) return false;
    r->n_workers = work_threads(spec->threads);
    r->workers = mem_zero(r->n_workers, sizeof *r->workers);
    for (unsigned t = 0; t < r->n_workers; t++) {
        struct worker *w = &r->workers[t];
        w->groups.n_sums = w->entities.n_sums = r->binding.n_sums;
        w->measures = arena_zero(&w->memory, r->binding.n_sums, sizeof *w->measures);
        if (!derive_needed(spec)) continue;
        w->derive = derive_new(&rows->columns, spec, d);
        if (!w->derive) return false;
    }
    narrow(r, rows);
    return true;
}

static struct rollup *run(struct rows *rows, const struct rollup_spec *spec, bool as_given, struct diag *d)
{
    struct rolling r = {.spec = spec};
    struct rollup *out = NULL;
    if (start(&r, rows, d) && rows_run(rows, r.n_workers, &r, work_block, NULL)) {
        report_faults(&r, &rows->columns, d);
        report_failure(&r, d);
        struct rollup *base = base_rollup(&r);
        if (as_given && r.binding.rollups) {
            rollup_finish(base, spec->units);
            out = base;
        } else {
            out = rollup_arrange(base, spec, r.binding.rollups, d);
            rollup_free(base);
        }
    }
    rolling_free(&r);
    return out;
}

struct rollup *rollup_rows(struct rows *rows, const struct rollup_spec *spec, struct diag *d)
{
    return run(rows, spec, false, d);
}

struct rollup *rollup_given(struct rows *rows, const struct rollup_spec *spec, struct diag *d)
{
    struct rollup_spec all = *spec;
    all.level = ROLLUP_ALL;
    return run(rows, &all, true, d);
}
