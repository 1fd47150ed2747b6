/* Patterns of levels: of a pair of rows, and the table of all that occur. */
#include <stdatomic.h>
#include <stdlib.h>

#include "link/block.h"
#include "link/kind_own.h"
#include "link/spelling.h"

enum { MADE_OF_GIVEN = 3 }; /* the best level of e-mail addresses that are alike because the given names are */
enum { MEMO = 1 << 13, SQUARE = 512, CACHED_ROWS = 10000 };
struct remembered {
    uint32_t a, b;
    uint8_t level;
};
typedef _Atomic(uint8_t) square_level;
struct memo {
    square_level *square[COMPARISONS];    /* of a column of few values: the level of every two, 0 = not yet known */
    struct remembered *last[COMPARISONS]; /* of many: what was asked last; neither: comparing is quicker than remembering */
    bool owner;                           /* of the squares, which threads share */
};

static bool is_slow(enum kind k)
{
    return k != KIND_DATE && k != KIND_PHONE && k != KIND_CATEGORY && k != KIND_NUMBER && k != KIND_ADDRESS && k != KIND_CITIZEN_ID;
}

struct memo *memo_new(const struct table *t, const struct memo *beside)
{
    struct memo *m = mem_zero(1, sizeof *m);
    m->owner = !beside;
    for (size_t k = 0; k < t->n_columns && k < COMPARISONS; k++) {
        size_t n = t->columns[k].n_values + 1u;
        if (!is_slow(t->columns[k].kind)) continue;
        if (n > SQUARE) m->last[k] = mem_zero(MEMO, sizeof *m->last[k]);
        else m->square[k] = beside ? beside->square[k] : mem_zero(n, n);
    }
    return m;
}

void memo_free(struct memo *m)
{
    for (size_t k = 0; m && k < COMPARISONS; k++) {
        if (m->owner) free(m->square[k]);
        free(m->last[k]);
    }
    free(m);
}

static unsigned level_of(const struct table *t, size_t k, uint32_t x, uint32_t y, struct memo *memo)
{
    if (!x || !y) return 0;
    if (x == y || !memo) return column_level(t, k, x, y);
    if (memo->square[k]) { /* both ways about: rows that meet one other after another stay in one line of the square */
        size_t n = t->columns[k].n_values + 1u;
        unsigned level = atomic_load_explicit(&memo->square[k][y * n + x], memory_order_relaxed);
        if (level) return level;
        level = column_level(t, k, x, y);
        atomic_store_explicit(&memo->square[k][y * n + x], (uint8_t)level, memory_order_relaxed);
        atomic_store_explicit(&memo->square[k][x * n + y], (uint8_t)level, memory_order_relaxed);
        return level;
    }
    if (!memo->last[k]) return column_level(t, k, x, y);
    uint32_t low = x < y ? x : y, high = x < y ? y : x;
    struct remembered *last = &memo->last[k][(low * 0x9E3779B1u ^ high * 0x85EBCA6Bu) >> 19];
    if (last->a != low || last->b != high) *last = (struct remembered){low, high, (uint8_t)column_level(t, k, low, high)};
    return last->level;
}

uint64_t row_content(const struct table *t, uint32_t row)
{
    uint64_t h = 0;
    for (size_t k = 0; k < t->n_columns; k++) {
        uint32_t v = table_id(t, row, k);
        h = mix64(h * 31 + (v ? t->columns[k].hash[v - 1] : 0));
    }
    return h;
}

bool pair_must_be_brought(const struct table *t)
{
    return t->n_rows > CACHED_ROWS;
}

void pair_bring_rows(const struct table *t, uint32_t a, uint32_t b)
{
    __builtin_prefetch(t->ids + (size_t)a * t->n_columns);
    __builtin_prefetch(t->ids + (size_t)b * t->n_columns);
}

static void bring_value(const struct column *c, uint32_t v)
{
    const struct kind_info *info = kind_info(c->kind);
    if (info->width) __builtin_prefetch(c->f + (size_t)(v - 1) * info->width);
    if (info->text) __builtin_prefetch(c->text_at + v - 1);
}

void pair_bring_values(const struct table *t, uint32_t a, uint32_t b)
{
    const uint32_t *x = t->ids + (size_t)a * t->n_columns, *y = t->ids + (size_t)b * t->n_columns;
    for (size_t k = 0; k < t->n_columns; k++) {
        const struct column *c = &t->columns[k];
        if (!x[k] || !y[k]) continue;
        bring_value(c, x[k]);
        if (x[k] == y[k]) __builtin_prefetch(c->count + x[k] - 1);
        else bring_value(c, y[k]);
    }
}

/* Does the one column of the one row hold what the other column of the other row does? */
static bool holds_other(const struct table *t, size_t k, size_t l, const uint32_t *x, const uint32_t *y)
{
    if (!x[k] || !y[l]) return false;
    struct kept a = column_value(&t->columns[k], x[k]), b = column_value(&t->columns[l], y[l]);
    return kind_is_alike(t->columns[k].kind, &a, &b);
}

/* Two columns that hold each other's values are level "swapped" in the first, and that is said once.  Of telephones one that stands
 * in the other column is enough, and none need be given beside it. */
static uint64_t with_swapped(const struct table *t, size_t k, size_t l, uint64_t code, const uint32_t *x, const uint32_t *y)
{
    const struct kind_info *info = kind_info(t->columns[k].kind);
    bool phone = t->columns[k].kind == KIND_PHONE;
    unsigned here = level_in(code, k), beside = level_in(code, l), near = phone ? info->exact : info->exact - 2u;
    if (here >= near || beside >= near || (!phone && (!here || !beside))) return code;
    bool one = holds_other(t, k, l, x, y);
    if (phone ? !one && !holds_other(t, l, k, x, y) : !one || !holds_other(t, l, k, x, y)) return code;
    return (code & ~(15ull << (4 * k)) & ~(15ull << (4 * l))) | (uint64_t)info->unordered << (4 * k);
}

/* Is one of two e-mail addresses that are only alike made of the name that both have?  Then they are different ones. */
static bool is_made_of(struct str email, struct str name)
{
    enum { SHORTEST = 3 };
    for (size_t i = 0, e; i < name.n; i = e + 1) {
        for (e = i; e < name.n && name.s[e] != ' '; e++) continue;
        size_t at;
        if (e - i >= SHORTEST && str_find(email, (struct str){name.s + i, e - i}, &at)) return true;
    }
    return false;
}

static bool told_by_name(const struct table *t, size_t email, size_t name, uint64_t code, const uint32_t *x, const uint32_t *y)
{
    unsigned l = level_in(code, email), alike = level_in(code, name), exact = kind_info(t->columns[name].kind)->exact;
    if (l < 2 || l >= kind_info(KIND_EMAIL)->exact || alike + 2u < exact) return false;
    struct str s = column_value(&t->columns[name], x[name]).text, r = column_value(&t->columns[name], y[name]).text;
    return is_made_of(column_value(&t->columns[email], x[email]).text, s) ||
           is_made_of(column_value(&t->columns[email], y[email]).text, r);
}

uint64_t pair_code(const struct model *m, const struct table *t, uint32_t a, uint32_t b, struct memo *memo)
{
    const uint32_t *x = t->ids + (size_t)a * t->n_columns, *y = t->ids + (size_t)b * t->n_columns;
    uint64_t code = 0;
    for (size_t k = 0; k < m->n; k++) code |= (uint64_t)level_of(t, k, x[k], y[k], memo) << (4 * k);
    for (size_t k = 0; k < m->n; k++) {
        const struct comparison *c = &m->comparisons[k];
        if (c->swaps > (int)k) code = with_swapped(t, k, (size_t)c->swaps, code, x, y);
        unsigned l = level_in(code, k);
        if (c->unless < 0 || l < 2) continue;
        if (c->kind == KIND_EMAIL) {
            size_t name = (size_t)c->unless;
            int given = l <= MADE_OF_GIVEN ? m->comparisons[name].swaps : -1;
            if (told_by_name(t, k, name, code, x, y) || (given >= 0 && told_by_name(t, k, (size_t)given, code, x, y)))
                code = (code & ~(15ull << (4 * k))) | 1ull << (4 * k);
        } else if (c->kind != KIND_DATE) {
            size_t other = (size_t)c->unless;
            if (l >= kind_info(c->kind)->exact && x[other] && x[other] == y[other]) code &= ~(15ull << (4 * k)); /* follows */
        } else if (l >= kind_info(c->kind)->exact) {
            size_t id = (size_t)c->unless;
            const struct kind_info *info = kind_info(KIND_CITIZEN_ID);
            if (level_in(code, id) + 3u < info->exact) continue; /* not even two slips apart */
            uint64_t date = column_value(&t->columns[k], x[k]).f[0];
            const uint64_t *f = column_value(&t->columns[id], x[id]).f, *g = column_value(&t->columns[id], y[id]).f;
            bool in_one = kind_id_has_date(f, &date), in_other = kind_id_has_date(g, &date);
            if ((f[1] | g[1]) & ID_MASKED ? in_one && in_other : in_one || in_other) code &= ~(15ull << (4 * k)); /* said already */
        }
    }
    return code;
}

uint32_t pattern_at(struct patterns *p, uint64_t code)
{
    if (p->n * 2 >= p->n_slots) {
        size_t n = p->n_slots ? p->n_slots * 2 : 1024;
        free(p->slots);
        p->slots = mem_zero(n, sizeof *p->slots);
        p->n_slots = n;
        for (size_t i = 0; i < p->n; i++) {
            size_t s = mix64(p->code[i]) & (n - 1);
            while (p->slots[s]) s = (s + 1) & (n - 1);
            p->slots[s] = (uint32_t)i + 1;
        }
    }
    size_t s = mix64(code) & (p->n_slots - 1);
    while (p->slots[s] && p->code[p->slots[s] - 1] != code) s = (s + 1) & (p->n_slots - 1);
    if (!p->slots[s]) {
        mem_grow(&p->code, &p->cap_code, p->n + 1, sizeof *p->code);
        mem_grow(&p->count, &p->cap_count, p->n + 1, sizeof *p->count);
        p->code[p->n] = code;
        p->count[p->n] = 0;
        p->slots[s] = (uint32_t)++p->n;
    }
    return p->slots[s] - 1;
}

void patterns_clear(struct patterns *p)
{
    p->n = 0;
    if (p->n_slots) memset(p->slots, 0, p->n_slots * sizeof *p->slots);
}

void patterns_free(struct patterns *p)
{
    free(p->code);
    free(p->count);
    free(p->slots);
    *p = (struct patterns){0};
}
