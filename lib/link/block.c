#include "link/block.h"

#include <stdlib.h>

#include "base/work.h"
#include "link/kind_own.h"

enum { MAX_BLOCK = BLOCK_LARGEST, NEIGHBOURS = 20, MAX_THREADS = 64 };

/* The keys of all values of a column, by value; [0] is 0. */
struct key_list {
    int column;
    enum key key;
    uint32_t *of;
};
struct key_set {
    struct key_list *lists;
    size_t n, cap;
};

static const uint32_t *keys_of(struct key_set *s, const struct table *t, struct rule_part part)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->lists[i].column == part.column && s->lists[i].key == part.key) return s->lists[i].of;
    const struct column *c = &t->columns[part.column];
    uint32_t *of = mem_zero(c->n_values + 1u, sizeof *of);
    for (uint32_t v = 1; v <= c->n_values; v++) {
        struct kept k = column_value(c, v);
        of[v] = kind_key(c->kind, part.key, &k, c->hash[v - 1]);
    }
    mem_grow(&s->lists, &s->cap, s->n + 1, sizeof *s->lists);
    s->lists[s->n++] = (struct key_list){part.column, part.key, of};
    return of;
}

static void key_set_free(struct key_set *s)
{
    for (size_t i = 0; i < s->n; i++) free(s->lists[i].of);
    free(s->lists);
}

struct bound_rule {
    const uint32_t *keys[RULE_PARTS];
    int column[RULE_PARTS];
    unsigned n;
    uint8_t *large; /* one bit a row: stood in a block that was split; NULL = none did */
};

static uint32_t part_of(const struct table *t, const struct bound_rule *r, unsigned p, uint32_t row)
{
    return r->keys[p][table_id(t, row, (size_t)r->column[p])];
}

/* All parts in 32 bits; 0 = not all are there. */
static uint32_t row_key(const struct table *t, const struct bound_rule *r, uint32_t row)
{
    uint64_t h = 0;
    for (unsigned p = 0; p < r->n; p++) {
        uint32_t k = part_of(t, r, p, row);
        if (!k) return 0;
        h = r->n == 1 ? (uint64_t)k << 32 : mix64(h + k);
    }
    uint32_t key = (uint32_t)(h >> 32);
    return key ? key : 1;
}

static bool is_large(const struct bound_rule *r, uint32_t row)
{
    return r->large && r->large[row >> 3] >> (row & 7) & 1;
}

/* Sorts by the upper half, stably, with three passes of 11 bits; returns the one of the two arrays that holds the result. */
uint64_t *blocking_sort(uint64_t *v, uint64_t *spare, size_t n)
{
    for (int shift = 32; shift < 64; shift += 11) {
        size_t at[2049] = {0};
        for (size_t i = 0; i < n; i++) at[(v[i] >> shift & 2047) + 1]++;
        for (size_t i = 0; i < 2048; i++) at[i + 1] += at[i];
        for (size_t i = 0; i < n; i++) spare[at[v[i] >> shift & 2047]++] = v[i];
        uint64_t *swap = v;
        v = spare;
        spare = swap;
    }
    return v;
}

struct made {
    uint32_t a, b;
    uint64_t code;
};
/* A share of a rule's blocks, worked by one thread. */
struct chunk {
    size_t from, to;
    struct made *made;
    size_t n, cap;
    struct rule_count count;
    uint32_t *large; /* rows of blocks that were split */
    size_t n_large, cap_large;
};
struct run {
    struct blocking *b;
    const struct model *m;
    const struct table *t;
    struct bound_rule rules[RULES];
    unsigned rule;
    const uint64_t *sorted;
    size_t n, next;
    double concentration[COMPARISONS]; /* probability that two rows have the same value */
    uint32_t *keys;                    /* of all rules, row after row: two rows meet where they have the same */
    unsigned n_rules;
    struct memo *memos[MAX_THREADS];
    bool repeated; /* a pair may have been made twice */
};

static void make_pair(struct run *r, struct chunk *c, uint32_t a, uint32_t b, struct memo *memo)
{
    if (a > b) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    if ((r->b->touched && !r->b->touched[a] && !r->b->touched[b]) || (r->b->source && r->b->source[a] == r->b->source[b])) return;
    const uint32_t *x = r->keys + (size_t)a * r->n_rules, *y = r->keys + (size_t)b * r->n_rules;
    for (unsigned q = 0; q < r->rule; q++)
        if (x[q] == y[q] && x[q] && !is_large(&r->rules[q], a)) return; /* an earlier rule's */
    mem_grow(&c->made, &c->cap, c->n + 1, sizeof *c->made);
    c->made[c->n++] = (struct made){a, b, pair_code(r->m, r->t, a, b, memo)};
}

/* The column that splits a block of n rows best: the least selective that makes it small enough, else the most selective. */
static int splitting_column(const struct run *r, size_t n, unsigned used)
{
    int best = -1;
    bool enough = false;
    for (size_t k = 0; k < r->m->n; k++) {
        if (used >> k & 1) continue;
        double c = r->concentration[k];
        bool ok = c * (double)n <= MAX_BLOCK / 4.0;
        if (best < 0 || (ok && !enough) || (ok == enough && (ok ? c > r->concentration[best] : c < r->concentration[best]))) {
            best = (int)k;
            enough = ok;
        }
    }
    return best;
}

static int by_upper(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void make_block(struct run *r, struct chunk *c, const uint64_t *rows, size_t n, unsigned used, struct memo *memo)
{
    if (n < 2) return;
    int k = n <= MAX_BLOCK ? -1 : splitting_column(r, n, used);
    if (n <= MAX_BLOCK || k < 0) {
        size_t reach = n <= MAX_BLOCK ? n : NEIGHBOURS;
        if (reach < n) c->count.cut += (uint64_t)n * (n - 1) / 2 - (uint64_t)(n - reach) * reach - reach * (reach - 1) / 2;
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n && j - i <= reach; j++) make_pair(r, c, (uint32_t)rows[i], (uint32_t)rows[j], memo);
        return;
    }
    uint64_t *again = mem_alloc(n * sizeof *again);
    for (size_t i = 0; i < n; i++) {
        uint32_t row = (uint32_t)rows[i];
        again[i] = (uint64_t)table_id(r->t, row, (size_t)k) << 32 | row;
    }
    qsort(again, n, sizeof *again, by_upper);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && again[j] >> 32 == again[i] >> 32; j++) continue;
        make_block(r, c, again + i, j - i, used | 1u << k, memo);
    }
    free(again);
}

static void take_block(struct run *r, struct chunk *c, size_t i, size_t j, struct memo *memo)
{
    size_t n = j - i;
    c->count.blocks++;
    if (n > c->count.largest) c->count.largest = n;
    unsigned used = 0;
    for (unsigned p = 0; p < r->rules[r->rule].n; p++) used |= 1u << r->rules[r->rule].column[p];
    if (n > MAX_BLOCK) {
        c->count.split++;
        mem_grow(&c->large, &c->cap_large, c->n_large + n, sizeof *c->large);
        for (size_t k = i; k < j; k++) c->large[c->n_large++] = (uint32_t)r->sorted[k];
    }
    make_block(r, c, r->sorted + i, n, used, memo);
}

static int chunk_fetch(void *ctx, void *block)
{
    struct run *r = ctx;
    struct chunk *c = block;
    if (r->next >= r->n) return 0;
    bool all = r->rules[r->rule].n == 0;
    size_t step = all ? 32 : 16384;
    c->from = r->next;
    c->to = c->from + step < r->n ? c->from + step : r->n;
    if (!all)
        while (c->to < r->n && r->sorted[c->to] >> 32 == r->sorted[c->to - 1] >> 32) c->to++;
    r->next = c->to;
    c->n = c->n_large = 0;
    c->count = (struct rule_count){0};
    return 1;
}

static bool chunk_run(void *ctx, void *block, unsigned thread)
{
    struct run *r = ctx;
    struct chunk *c = block;
    if (!r->memos[thread]) r->memos[thread] = memo_new(r->t);
    struct memo *memo = r->memos[thread];
    if (r->rules[r->rule].n == 0) {
        for (size_t i = c->from; i < c->to; i++)
            for (size_t j = 0; j < i; j++) make_pair(r, c, (uint32_t)j, (uint32_t)i, memo);
        return true;
    }
    for (size_t i = c->from, j; i < c->to; i = j) {
        for (j = i + 1; j < c->to && r->sorted[j] >> 32 == r->sorted[i] >> 32; j++) continue;
        if (j - i > 1) take_block(r, c, i, j, memo);
    }
    return true;
}

static bool chunk_hand_on(void *ctx, void *block)
{
    struct run *r = ctx;
    struct chunk *c = block;
    struct blocking *b = r->b;
    struct rule_count *count = &b->counts[r->rule];
    count->blocks += c->count.blocks;
    if (c->count.largest > count->largest) count->largest = c->count.largest;
    count->split += c->count.split;
    count->cut += c->count.cut;
    count->pairs += c->n;
    mem_grow(&b->pairs, &b->cap, b->n + c->n + 1, sizeof *b->pairs);
    for (size_t i = 0; i < c->n; i++) {
        uint32_t p = pattern_at(&b->patterns, c->made[i].code);
        b->patterns.count[p]++;
        b->pairs[b->n++] = (struct pair){c->made[i].a, c->made[i].b, p};
    }
    struct bound_rule *rule = &r->rules[r->rule];
    if (c->n_large && !rule->large) rule->large = mem_zero((size_t)r->t->n_rows / 8 + 1, 1);
    for (size_t i = 0; i < c->n_large; i++) rule->large[c->large[i] >> 3] |= (uint8_t)(1u << (c->large[i] & 7));
    r->repeated = r->repeated || c->n_large;
    return true;
}

static void chunk_release(void *block)
{
    struct chunk *c = block;
    free(c->made);
    free(c->large);
}

/* The keys of every row under every rule, so that comparing two rows touches one line of memory each. */
static void make_keys(struct run *r)
{
    size_t n = (size_t)r->t->n_rows;
    r->n_rules = (unsigned)r->m->n_rules;
    r->keys = mem_zero(n * r->n_rules + 1, sizeof *r->keys);
    for (unsigned i = 0; i < r->n_rules; i++) {
        struct bound_rule *rule = &r->rules[i];
        struct key_set lists = {0};
        rule->n = r->m->rules[i].n;
        for (unsigned p = 0; p < rule->n; p++) {
            rule->keys[p] = keys_of(&lists, r->t, r->m->rules[i].parts[p]);
            rule->column[p] = r->m->rules[i].parts[p].column;
        }
        for (size_t row = 0; rule->n && row < n; row++) r->keys[row * r->n_rules + i] = row_key(r->t, rule, (uint32_t)row);
        key_set_free(&lists);
    }
}

static void measure(struct run *r)
{
    double n = (double)r->t->n_rows;
    for (size_t k = 0; k < r->m->n; k++) {
        const struct column *c = &r->t->columns[k];
        double sum = 0, none = n;
        for (uint32_t v = 0; v < c->n_values; v++) sum += (double)c->count[v] * c->count[v], none -= c->count[v];
        r->concentration[k] = (sum + none * none) / (n * n);
    }
}

size_t blocking_parts(const struct model *m, struct blocking_rule *parts)
{
    size_t n = m->n_rules;
    memcpy(parts, m->rules, n * sizeof *parts);
    for (size_t i = 0; i < n; i++)
        if (!parts[i].n) return 0;
    for (size_t k = 0; k < m->n; k++) {
        bool there = false;
        for (size_t i = 0; i < m->n_rules; i++)
            there = there || (parts[i].n == 1 && parts[i].parts[0].column == (int)k && parts[i].parts[0].key == KEY_WHOLE);
        if (there) continue;
        parts[n] = (struct blocking_rule){.parts = {{(int)k, KEY_WHOLE}}, .n = 1};
        n++;
    }
    return n;
}

void blocking_keys(const struct table *t, const struct blocking_rule *part, uint32_t from, uint32_t *keys)
{
    struct bound_rule rule = {.n = part->n};
    struct key_set lists = {0};
    for (unsigned p = 0; p < rule.n; p++) {
        rule.keys[p] = keys_of(&lists, t, part->parts[p]);
        rule.column[p] = part->parts[p].column;
    }
    for (uint32_t row = from; row < t->n_rows; row++) keys[row - from] = row_key(t, &rule, row);
    key_set_free(&lists);
}

static int by_rows(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* A row of a block that was split may meet another again under a later rule. */
static void drop_repeated(struct blocking *b)
{
    qsort(b->pairs, b->n, sizeof *b->pairs, by_rows);
    size_t k = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (k && b->pairs[k - 1].a == b->pairs[i].a && b->pairs[k - 1].b == b->pairs[i].b) {
            b->patterns.count[b->pairs[i].pattern]--;
            continue;
        }
        b->pairs[k++] = b->pairs[i];
    }
    b->n = k;
}

bool blocking_run(struct blocking *b, const struct model *m, const struct table *t, unsigned threads)
{
    struct run *r = mem_zero(1, sizeof *r);
    size_t n = (size_t)t->n_rows;
    uint64_t *v = mem_alloc((n + 1) * sizeof *v), *spare = mem_alloc((n + 1) * sizeof *spare);
    bool ok = true;
    *r = (struct run){.b = b, .m = m, .t = t};
    make_keys(r);
    measure(r);
    for (r->rule = 0; ok && r->rule < m->n_rules; r->rule++) {
        size_t k = 0;
        if (r->rules[r->rule].n == 0) {
            k = n;
        } else {
            for (size_t i = 0; i < n; i++) {
                uint32_t key = r->keys[i * r->n_rules + r->rule];
                if (key) v[k++] = (uint64_t)key << 32 | (uint32_t)i;
            }
            r->sorted = blocking_sort(v, spare, k);
        }
        r->n = k;
        r->next = 0;
        const struct work w = {r, sizeof(struct chunk), chunk_fetch, chunk_run, chunk_hand_on, chunk_release};
        ok = work_run(&w, k < 2000 && r->rules[r->rule].n ? 1 : threads);
    }
    if (ok && r->repeated) drop_repeated(b);
    for (size_t i = 0; i < RULES; i++) free(r->rules[i].large);
    for (size_t i = 0; i < MAX_THREADS; i++) memo_free(r->memos[i]);
    free(r->keys);
    free(v);
    free(spare);
    free(r);
    return ok;
}

void blocking_free(struct blocking *b)
{
    free(b->pairs);
    patterns_free(&b->patterns);
    *b = (struct blocking){0};
}

/* ---- choosing rules ---- */
/* How many pairs a rule would make; of many rows, by an eighth of the keys. */
static uint64_t pairs_of(const struct table *t, struct key_set *keys, const struct blocking_rule *rule, uint64_t *v,
                         uint64_t *spare)
{
    struct bound_rule r = {.n = rule->n};
    for (unsigned p = 0; p < rule->n; p++) {
        r.keys[p] = keys_of(keys, t, rule->parts[p]);
        r.column[p] = rule->parts[p].column;
    }
    enum { MANY = 100000, SHARE = 8 };
    bool sampled = t->n_rows > MANY;
    size_t k = 0;
    for (size_t i = 0; i < t->n_rows; i++) {
        uint32_t key = row_key(t, &r, (uint32_t)i);
        if (key && (!sampled || (key * 0x9E3779B1u) >> 29 == 0)) v[k++] = (uint64_t)key << 32 | (uint32_t)i;
    }
    const uint64_t *s = blocking_sort(v, spare, k);
    uint64_t pairs = 0;
    for (size_t i = 0, j; i < k; i = j) {
        for (j = i + 1; j < k && s[j] >> 32 == s[i] >> 32; j++) continue;
        pairs += (uint64_t)(j - i) * (j - i - 1) / 2;
    }
    return sampled ? pairs * SHARE : pairs;
}

/* Keys by which a column is tried, the loosest first. */
static const enum key *tried_keys(enum kind k, size_t *n)
{
    static const enum key NAME[] = {KEY_SURNAME, KEY_GIVEN, KEY_SOUND}, WORD[] = {KEY_SOUND, KEY_WHOLE},
                          DATE[] = {KEY_YEAR, KEY_MONTH_DAY, KEY_WHOLE}, CITIZEN[] = {KEY_BIRTH, KEY_END, KEY_WHOLE},
                          END[] = {KEY_END, KEY_WHOLE}, START[] = {KEY_START, KEY_WHOLE}, ADDRESS[] = {KEY_NUMBERS, KEY_WHOLE},
                          WHOLE[] = {KEY_WHOLE};
#define TRIED(a) (*n = sizeof(a) / sizeof *(a), (a))
    switch (k) {
    case KIND_NAME: return TRIED(NAME);
    case KIND_SURNAME:
    case KIND_GIVEN:
    case KIND_WORD: return TRIED(WORD);
    case KIND_DATE: return TRIED(DATE);
    case KIND_CITIZEN_ID: return TRIED(CITIZEN);
    case KIND_IDENTIFIER:
    case KIND_PHONE: return TRIED(END);
    case KIND_TEXT:
    case KIND_EMAIL: return TRIED(START);
    case KIND_ADDRESS: return TRIED(ADDRESS);
    default: return TRIED(WHOLE);
    }
#undef TRIED
}

static bool is_decisive(enum kind k)
{
    return k == KIND_CITIZEN_ID || k == KIND_IDENTIFIER || k == KIND_PHONE || k == KIND_EMAIL || k == KIND_ADDRESS ||
           k == KIND_TEXT || k == KIND_NAME;
}

/* Every column by itself where that is selective, then every two columns with the loosest keys that make few enough pairs. */
void blocking_choose(struct model *m, const struct table *t)
{
    enum { SMALL = 1500, MIDDLE = 50000, MANY = 300000, FEW_RULES = 12 };
    if (m->n_rules) return;
    if (t->n_rows <= SMALL) {
        m->rules[m->n_rules++] = (struct blocking_rule){.n = 0};
        return;
    }
    struct key_set keys = {0};
    size_t n = (size_t)t->n_rows, limit = n <= MIDDLE ? RULES : FEW_RULES;
    uint64_t *v = mem_alloc((n + 1) * sizeof *v), *spare = mem_alloc((n + 1) * sizeof *spare),
             most = n <= MIDDLE ? 3 * (uint64_t)n
                    : n <= MANY ? n
                                : n / 2;
    uint32_t alone = 0; /* columns that are a rule by themselves */
    for (size_t k = 0; k < m->n && m->n_rules < limit; k++) {
        struct blocking_rule rule = {.parts = {{(int)k, KEY_WHOLE}}, .n = 1};
        if (!is_decisive(t->columns[k].kind) || pairs_of(t, &keys, &rule, v, spare) > most) continue;
        m->rules[m->n_rules++] = rule;
        alone |= 1u << k;
    }
    for (size_t k = 0; k < m->n; k++)
        for (size_t l = k + 1; l < m->n && m->n_rules < limit; l++) {
            size_t n_k, n_l;
            const enum key *tk = tried_keys(t->columns[k].kind, &n_k), *tl = tried_keys(t->columns[l].kind, &n_l);
            bool found = false;
            for (size_t i = 0; i < n_k + n_l - 1 && !found; i++)
                for (size_t x = 0; x <= i && !found; x++) {
                    if (x >= n_k || i - x >= n_l) continue;
                    if ((tk[x] == KEY_WHOLE && alone >> k & 1) || (tl[i - x] == KEY_WHOLE && alone >> l & 1)) continue;
                    struct blocking_rule rule = {.parts = {{(int)k, tk[x]}, {(int)l, tl[i - x]}}, .n = 2};
                    if (pairs_of(t, &keys, &rule, v, spare) > most) continue;
                    m->rules[m->n_rules++] = rule;
                    found = true;
                }
        }
    if (!m->n_rules) /* nothing is selective: blocks are split by further columns as far as that goes */
        for (size_t k = 0; k < m->n && m->n_rules < 3; k++)
            m->rules[m->n_rules++] = (struct blocking_rule){.parts = {{(int)k, KEY_WHOLE}}, .n = 1};
    key_set_free(&keys);
    free(v);
    free(spare);
}
