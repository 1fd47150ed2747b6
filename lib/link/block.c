#include "link/block.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/work.h"
#include "link/block_own.h"

enum { MAX_BLOCK = BLOCK_LARGEST, NEIGHBOURS = 20, MAX_THREADS = 64, CHUNK_PAIRS = 4096, CHUNK_ROWS = 8192, KEY_SHARE = 4096 };

struct made {
    uint32_t a, b, pattern; /* of the chunk */
};
/* The rows of a rule that meet others, block after block; several threads work on it while the next rule is prepared. */
struct sorted {
    unsigned rule, used; /* columns in the rule's keys, as bits */
    uint32_t *rows;
    size_t *starts; /* n + 1 */
    size_t n;
    atomic_uint holders;
};
/* A share of a rule's blocks, worked by one thread. */
struct chunk {
    struct sorted *of;
    size_t from, to; /* blocks; of the rule that lets all meet all, rows */
    struct made *made;
    size_t n, cap;
    struct patterns patterns;
    struct rule_count count;
};
struct run {
    struct blocking *b;
    const struct model *m;
    const struct table *t;
    struct bound_rule rules[RULES];
    unsigned n_rules, next_rule;
    struct sorted *sorted; /* the rule that blocks are taken from */
    size_t next;
    uint64_t *room[2];                      /* for sorting */
    double concentration[COMPARISONS];      /* probability that two rows have the same value */
    uint32_t *keys;                         /* of all rules, row after row: two rows meet where they have the same */
    uint8_t *large[RULES];                  /* one bit a row: stands in a block that is split; NULL = none does */
    struct memo *memo, *memos[MAX_THREADS]; /* the first, and one a thread beside it */
};

static bool is_large(const struct run *r, unsigned rule, uint32_t row)
{
    return r->large[rule] && r->large[rule][row >> 3] >> (row & 7) & 1;
}

/* Is it a pair that is wanted, and not one that an earlier rule makes? */
static bool is_first(const struct run *r, unsigned rule, uint32_t a, uint32_t b)
{
    if ((r->b->touched && !r->b->touched[a] && !r->b->touched[b]) || (r->b->source && r->b->source[a] == r->b->source[b]))
        return false;
    const uint32_t *x = r->keys + (size_t)a * r->n_rules, *y = r->keys + (size_t)b * r->n_rules;
    for (unsigned q = 0; q < rule; q++)
        if (x[q] == y[q] && x[q] && !is_large(r, q, a)) return false;
    return true;
}

static void make_pair(struct run *r, struct chunk *c, uint32_t a, uint32_t b)
{
    if (!is_first(r, c->of->rule, a, b)) return;
    mem_grow(&c->made, &c->cap, c->n + 1, sizeof *c->made);
    c->made[c->n++] = a < b ? (struct made){a, b, 0} : (struct made){b, a, 0};
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

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

struct neighbour {
    uint64_t content;
    uint32_t row;
};

static int by_content(const void *a, const void *b)
{
    const struct neighbour *x = a, *y = b;
    if (x->content != y->content) return x->content < y->content ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* What is still too large is compared between neighbours, by what the rows say. */
static void make_neighbours(struct run *r, struct chunk *c, const uint32_t *rows, size_t n)
{
    struct neighbour *v = mem_alloc(n * sizeof *v);
    size_t reach = NEIGHBOURS;
    for (size_t i = 0; i < n; i++) v[i] = (struct neighbour){row_content(r->t, rows[i]), rows[i]};
    qsort(v, n, sizeof *v, by_content);
    c->count.cut += (uint64_t)n * (n - 1) / 2 - (uint64_t)(n - reach) * reach - reach * (reach - 1) / 2;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n && j - i <= reach; j++) make_pair(r, c, v[i].row, v[j].row);
    free(v);
}

static void make_block(struct run *r, struct chunk *c, const uint32_t *rows, size_t n, unsigned used)
{
    if (n < 2) return;
    int k = n <= MAX_BLOCK ? -1 : splitting_column(r, n, used);
    if (k < 0 && n > MAX_BLOCK) {
        make_neighbours(r, c, rows, n);
        return;
    }
    if (k < 0) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = i + 1; j < n; j++) make_pair(r, c, rows[i], rows[j]);
        return;
    }
    uint64_t *again = mem_alloc(n * sizeof *again);
    uint32_t *in_order = mem_alloc(n * sizeof *in_order);
    for (size_t i = 0; i < n; i++) again[i] = (uint64_t)table_id(r->t, rows[i], (size_t)k) << 32 | rows[i];
    qsort(again, n, sizeof *again, by_value);
    for (size_t i = 0; i < n; i++) in_order[i] = (uint32_t)again[i];
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && again[j] >> 32 == again[i] >> 32; j++) continue;
        make_block(r, c, in_order + i, j - i, used | 1u << k);
    }
    free(again);
    free(in_order);
}

static void make_blocks(struct run *r, struct chunk *c)
{
    enum { AHEAD = 12 };
    const struct sorted *s = c->of;
    size_t last = s->starts[c->to];
    for (size_t i = c->from; i < c->to; i++) {
        size_t at = s->starts[i], n = s->starts[i + 1] - at;
        for (size_t k = at + AHEAD; k < at + n + AHEAD && k < last; k++)
            __builtin_prefetch(r->keys + (size_t)s->rows[k] * r->n_rules);
        c->count.blocks++;
        if (n > c->count.largest) c->count.largest = n;
        c->count.split += n > MAX_BLOCK;
        make_block(r, c, s->rows + at, n, s->used);
    }
}

/* The pairs' patterns; what they need is asked of memory well before. */
static void compare(struct run *r, struct chunk *c, struct memo *memo)
{
    enum { ROWS_AHEAD = 24, VALUES_AHEAD = 10 };
    bool bring = pair_must_be_brought(r->t);
    for (size_t i = 0; i < c->n; i++) {
        if (bring && i + ROWS_AHEAD < c->n) pair_bring_rows(r->t, c->made[i + ROWS_AHEAD].a, c->made[i + ROWS_AHEAD].b);
        if (bring && i + VALUES_AHEAD < c->n) pair_bring_values(r->t, c->made[i + VALUES_AHEAD].a, c->made[i + VALUES_AHEAD].b);
        struct made *x = &c->made[i];
        x->pattern = pattern_at(&c->patterns, pair_code(r->m, r->t, x->a, x->b, memo));
        c->patterns.count[x->pattern]++;
    }
}

static void sorted_drop(struct sorted *s)
{
    if (!s || atomic_fetch_sub(&s->holders, 1) != 1) return;
    free(s->rows);
    free(s->starts);
    free(s);
}

static void mark_large(struct run *r, unsigned rule, const uint32_t *rows, size_t n)
{
    if (!r->large[rule]) r->large[rule] = mem_zero((size_t)r->t->n_rows / 8 + 1, 1);
    for (size_t i = 0; i < n; i++) r->large[rule][rows[i] >> 3] |= (uint8_t)(1u << (rows[i] & 7));
}

/* The blocks of a rule that hold two rows or more. */
static struct sorted *sort_rule(struct run *r, unsigned rule)
{
    struct sorted *s = mem_zero(1, sizeof *s);
    size_t rows = (size_t)r->t->n_rows, n = 0, blocks = 0, held = 0;
    atomic_init(&s->holders, 1);
    s->rule = rule;
    for (unsigned p = 0; p < r->rules[rule].n; p++) s->used |= 1u << r->rules[rule].column[p];
    if (!r->rules[rule].n) {
        s->n = rows;
        return s;
    }
    for (size_t i = 0; i < rows; i++) {
        uint32_t key = r->keys[i * r->n_rules + rule];
        if (key) r->room[0][n++] = (uint64_t)key << 32 | (uint32_t)i;
    }
    const uint64_t *v = blocking_sort(r->room[0], r->room[1], n);
    for (size_t i = 1; i < n; i++) {
        bool meets = v[i] >> 32 == v[i - 1] >> 32, met = i > 1 && v[i - 1] >> 32 == v[i - 2] >> 32;
        blocks += meets && !met;
        held += meets + (meets && !met);
    }
    s->rows = mem_alloc((held + 1) * sizeof *s->rows);
    s->starts = mem_alloc((blocks + 1) * sizeof *s->starts);
    held = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && v[j] >> 32 == v[i] >> 32; j++) continue;
        if (j == i + 1) continue;
        s->starts[s->n++] = held;
        for (size_t k = i; k < j; k++) s->rows[held++] = (uint32_t)v[k];
        if (j - i > MAX_BLOCK) mark_large(r, rule, s->rows + held - (j - i), j - i);
    }
    s->starts[s->n] = held;
    return s;
}

static int chunk_fetch(void *ctx, void *block)
{
    struct run *r = ctx;
    struct chunk *c = block;
    while (!r->sorted || r->next == r->sorted->n) {
        sorted_drop(r->sorted);
        r->sorted = NULL;
        if (r->next_rule == r->n_rules) return 0;
        r->sorted = sort_rule(r, r->next_rule++);
        r->next = 0;
    }
    sorted_drop(c->of);
    struct sorted *s = c->of = r->sorted;
    atomic_fetch_add(&s->holders, 1);
    c->from = r->next;
    size_t pairs = 0, to = r->next;
    while (to < s->n && pairs < CHUNK_PAIRS && (!s->starts || s->starts[to] - s->starts[c->from] < CHUNK_ROWS)) {
        size_t n = s->starts ? s->starts[to + 1] - s->starts[to] : 0;
        pairs += s->starts ? n * (n - 1) / 2 : to;
        to++;
    }
    r->next = c->to = to;
    c->n = 0;
    c->count = (struct rule_count){0};
    patterns_clear(&c->patterns);
    return 1;
}

static bool chunk_run(void *ctx, void *block, unsigned thread)
{
    struct run *r = ctx;
    struct chunk *c = block;
    if (!r->memos[thread]) r->memos[thread] = memo_new(r->t, r->memo);
    if (c->of->starts) make_blocks(r, c);
    for (size_t i = c->from; !c->of->starts && i < c->to; i++)
        for (size_t j = 0; j < i; j++) make_pair(r, c, (uint32_t)j, (uint32_t)i);
    compare(r, c, r->memos[thread]);
    return true;
}

static bool chunk_hand_on(void *ctx, void *block)
{
    struct run *r = ctx;
    struct chunk *c = block;
    struct blocking *b = r->b;
    struct rule_count *count = &b->counts[c->of->rule];
    count->blocks += c->count.blocks;
    if (c->count.largest > count->largest) count->largest = c->count.largest;
    count->split += c->count.split;
    count->cut += c->count.cut;
    count->pairs += c->n;
    pair_list_reserve(&b->pairs, c->n);
    uint32_t *of = mem_alloc((c->patterns.n + 1) * sizeof *of);
    for (size_t i = 0; i < c->patterns.n; i++) {
        of[i] = pattern_at(&b->patterns, c->patterns.code[i]);
        b->patterns.count[of[i]] += c->patterns.count[i];
    }
    for (size_t i = 0; i < c->n; i++) pair_list_add(&b->pairs, (struct pair){c->made[i].a, c->made[i].b, of[c->made[i].pattern]});
    free(of);
    return true;
}

static void chunk_release(void *block)
{
    struct chunk *c = block;
    sorted_drop(c->of);
    patterns_free(&c->patterns);
    free(c->made);
}

/* The keys of every row under every rule, so that comparing two rows touches one line of memory each. */
static void key_share(void *ctx, size_t from, size_t to)
{
    const struct run *r = ctx;
    for (size_t row = from; row < to; row++)
        for (unsigned i = 0; i < r->n_rules; i++)
            r->keys[row * r->n_rules + i] = r->rules[i].n ? row_key(r->t, &r->rules[i], (uint32_t)row) : 0;
}

static void make_keys(struct run *r, unsigned threads)
{
    struct key_set mine = {.n = 0}, *set = r->b->keys ? r->b->keys : &mine;
    r->n_rules = (unsigned)r->m->n_rules;
    for (unsigned i = 0; i < r->n_rules; i++)
        for (unsigned p = 0; p < r->m->rules[i].n; p++)
            key_set_want(set, r->m->rules[i].parts[p].column, r->m->rules[i].parts[p].key);
    key_set_make(set, r->t, threads);
    for (unsigned i = 0; i < r->n_rules; i++) r->rules[i] = rule_bind(set, &r->m->rules[i]);
    r->keys = mem_alloc(((size_t)r->t->n_rows * r->n_rules + 1) * sizeof *r->keys);
    work_split((size_t)r->t->n_rows, KEY_SHARE, threads, r, key_share);
    key_set_free(set);
    free(r->b->keys);
    r->b->keys = NULL;
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

static int by_rows(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->a != y->a) return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

/* A row of a block that was split may meet another again under a later rule. */
static void drop_repeated(struct blocking *b)
{
    size_t n = 0;
    struct pair *v = mem_alloc((b->pairs.n + 1) * sizeof *v);
    struct pair_cursor c = {.list = &b->pairs};
    while (pair_next(&c, &v[n])) n++;
    qsort(v, n, sizeof *v, by_rows);
    pair_list_free(&b->pairs);
    pair_list_reserve(&b->pairs, n);
    for (size_t i = 0; i < n; i++) {
        if (i && v[i - 1].a == v[i].a && v[i - 1].b == v[i].b) b->patterns.count[v[i].pattern]--;
        else pair_list_add(&b->pairs, v[i]);
    }
    free(v);
}

bool blocking_run(struct blocking *b, const struct model *m, const struct table *t, unsigned threads)
{
    struct run *r = mem_zero(1, sizeof *r);
    size_t n = (size_t)t->n_rows;
    *r = (struct run){.b = b, .m = m, .t = t};
    b->threads = threads;
    make_keys(r, threads);
    measure(r);
    r->memo = memo_new(t, NULL);
    for (int i = 0; i < 2; i++) r->room[i] = mem_alloc((n + 1) * sizeof *r->room[i]);
    const struct work w = {r, sizeof(struct chunk), chunk_fetch, chunk_run, chunk_hand_on, chunk_release};
    bool ok = work_run(&w, threads), split = false;
    for (size_t i = 0; i < RULES; i++) {
        split = split || r->large[i];
        free(r->large[i]);
    }
    if (ok && split) drop_repeated(b);
    sorted_drop(r->sorted);
    for (size_t i = 0; i < MAX_THREADS; i++) memo_free(r->memos[i]);
    memo_free(r->memo);
    for (int i = 0; i < 2; i++) free(r->room[i]);
    free(r->keys);
    free(r);
    return ok;
}

void blocking_free(struct blocking *b)
{
    if (b->keys) key_set_free(b->keys);
    free(b->keys);
    pair_list_free(&b->pairs);
    patterns_free(&b->patterns);
    *b = (struct blocking){0};
}
