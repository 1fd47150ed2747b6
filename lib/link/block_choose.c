/* Choosing rules for a model that has none. */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/work.h"
#include "link/block_own.h"

enum { SMALL = 1500, MIDDLE = 50000, ENOUGH = 500000, FEW_RULES = 12 }; /* ENOUGH: pairs of a rule, for most lists */
enum { SAMPLED_ROWS = 100000, SHARE = 8 };                              /* of more rows, an eighth of the keys is counted */

/* Keys by which a column is tried, the loosest first. */
static const enum key *tried_keys(enum kind k, size_t *n)
{
    static const enum key NAME[] = {KEY_SURNAME, KEY_GIVEN, KEY_SOUND}, WORD[] = {KEY_SOUND, KEY_WHOLE},
                          DATE[] = {KEY_YEAR, KEY_MONTH_DAY, KEY_WHOLE}, CITIZEN[] = {KEY_BIRTH, KEY_END, KEY_WHOLE},
                          END[] = {KEY_END, KEY_WHOLE}, START[] = {KEY_START, KEY_WHOLE}, ADDRESS[] = {KEY_NUMBERS, KEY_WHOLE},
                          TEXT[] = {KEY_START, KEY_NUMBERS, KEY_END, KEY_WHOLE}, WHOLE[] = {KEY_WHOLE};
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
    case KIND_TEXT: return TRIED(TEXT);
    case KIND_EMAIL: return TRIED(START);
    case KIND_ADDRESS: return TRIED(ADDRESS);
    default: return TRIED(WHOLE);
    }
#undef TRIED
}

static bool is_decisive(enum kind k)
{
    return k == KIND_CITIZEN_ID || k == KIND_IDENTIFIER || k == KIND_PHONE || k == KIND_EMAIL || k == KIND_ADDRESS ||
           k == KIND_TEXT || k == KIND_NAME || k == KIND_DATE;
}

/* Candidates in the order in which they are tried: every column by itself, then every two. */
struct candidate {
    int column, other; /* other = -1: none */
    bool found;
    struct blocking_rule rule;
    uint32_t *seen; /* of each slot: a key and, beside it, how many rows have it */
};
struct choice {
    struct model *m;
    const struct table *t;
    struct key_set *keys;
    uint64_t most;
    size_t limit, n_slots;
    int next, next_other;
    bool pairs;     /* of columns */
    uint32_t alone; /* columns that are a rule by themselves */
    atomic_bool full;
};

/* Numbers in a text are a key where most of the texts have some. */
static bool has_text_numbers(const struct table *t, const struct blocking_rule *rule)
{
    bool has = false;
    for (unsigned p = 0; p < rule->n; p++)
        has = has || (rule->parts[p].key == KEY_NUMBERS && t->columns[rule->parts[p].column].kind == KIND_TEXT);
    return has;
}

/* Does a rule make no more pairs than it may?  Stops counting when it is known that it does not.  Numbers in a text must be in
 * every third, or if they are the whole key in nearly all. */
static bool is_selective(const struct choice *ch, const struct blocking_rule *rule, uint32_t *seen)
{
    const struct table *t = ch->t;
    const struct bound_rule r = rule_bind(ch->keys, rule);
    bool sampled = t->n_rows > SAMPLED_ROWS;
    uint64_t pairs = 0, keyed = 0, looked = 0, most = sampled ? ch->most / SHARE : ch->most;
    size_t room = ch->n_slots - ch->n_slots / 8;
    uint32_t mask = (uint32_t)ch->n_slots - 1;
    memset(seen, 0, ch->n_slots * 2 * sizeof *seen);
    for (uint32_t i = 0; i < t->n_rows && pairs <= most && room; i++) {
        uint32_t key = row_key(t, &r, i);
        looked++;
        keyed += key != 0;
        if (!key || (sampled && (key * 0x9E3779B1u) >> 29)) continue;
        uint32_t s = key & mask;
        while (seen[2 * s] && seen[2 * s] != key) s = (s + 1) & mask;
        room -= !seen[2 * s];
        seen[2 * s] = key;
        pairs += seen[2 * s + 1]++;
    }
    uint64_t needed = !has_text_numbers(t, rule) ? 0 : rule->n > 1 ? looked / 3 : looked - looked / 10;
    return pairs <= most && keyed >= needed;
}

static int candidate_fetch(void *ctx, void *block)
{
    struct choice *ch = ctx;
    struct candidate *c = block;
    int n = (int)ch->m->n;
    if (atomic_load(&ch->full)) return 0;
    if (ch->pairs && ch->next_other == n) ch->next_other = ++ch->next + 1;
    if (ch->next + ch->pairs >= n) return 0;
    c->column = ch->pairs ? ch->next : ch->next++;
    c->other = ch->pairs ? ch->next_other++ : -1;
    c->found = false;
    if (!c->seen) c->seen = mem_alloc(ch->n_slots * 2 * sizeof *c->seen);
    return 1;
}

static bool candidate_run(void *ctx, void *block, unsigned thread)
{
    const struct choice *ch = ctx;
    struct candidate *c = block;
    (void)thread;
    if (c->other < 0) {
        enum kind kind = ch->t->columns[c->column].kind;
        c->rule = (struct blocking_rule){.parts = {{c->column, KEY_NUMBERS}}, .n = 1};
        if (kind == KIND_TEXT && is_selective(ch, &c->rule, c->seen)) return c->found = true;
        c->rule.parts[0].key = KEY_WHOLE;
        c->found = is_decisive(kind) && is_selective(ch, &c->rule, c->seen);
        return true;
    }
    size_t n, n_other;
    const enum key *keys = tried_keys(ch->t->columns[c->column].kind, &n),
                   *others = tried_keys(ch->t->columns[c->other].kind, &n_other);
    for (size_t i = 0; i < n + n_other - 1 && !c->found; i++)
        for (size_t x = 0; x <= i && !c->found; x++) {
            if (x >= n || i - x >= n_other) continue;
            enum key key = keys[x], other = others[i - x];
            if ((key == KEY_WHOLE && ch->alone >> c->column & 1) || (other == KEY_WHOLE && ch->alone >> c->other & 1)) continue;
            c->rule = (struct blocking_rule){.parts = {{c->column, key}, {c->other, other}}, .n = 2};
            c->found = is_selective(ch, &c->rule, c->seen);
        }
    return true;
}

static bool candidate_hand_on(void *ctx, void *block)
{
    struct choice *ch = ctx;
    const struct candidate *c = block;
    if (c->found && ch->m->n_rules < ch->limit) {
        ch->m->rules[ch->m->n_rules++] = c->rule;
        if (c->other < 0 && c->rule.parts[0].key == KEY_WHOLE) ch->alone |= 1u << c->column;
    }
    if (ch->m->n_rules >= ch->limit) atomic_store(&ch->full, true);
    return true;
}

static void candidate_release(void *block)
{
    free(((struct candidate *)block)->seen);
}

/* Every column by itself where that is selective, then every two columns with the loosest keys that make few enough pairs. */
void blocking_choose(struct blocking *b, struct model *m, const struct table *t, unsigned threads)
{
    if (m->n_rules) return;
    if (t->n_rows <= SMALL) {
        m->rules[m->n_rules++] = (struct blocking_rule){.n = 0};
        return;
    }
    if (!b->keys) b->keys = mem_zero(1, sizeof *b->keys);
    size_t n = (size_t)t->n_rows;
    struct choice ch = {.m = m, .t = t, .keys = b->keys, .limit = n <= MIDDLE ? RULES : FEW_RULES, .n_slots = 1024};
    ch.most = n * 5 < ENOUGH ? n * 5 : n / 2 > ENOUGH ? n / 2 : ENOUGH;
    while (ch.n_slots < 2 * (n > SAMPLED_ROWS ? n / SHARE + n / 64 : n)) ch.n_slots *= 2;
    for (size_t k = 0; k < m->n; k++) {
        size_t n_keys;
        const enum key *keys = tried_keys(t->columns[k].kind, &n_keys);
        key_set_want(b->keys, (int)k, KEY_WHOLE);
        for (size_t i = 0; i < n_keys; i++) key_set_want(b->keys, (int)k, keys[i]);
    }
    key_set_make(b->keys, t, threads);
    const struct work w = {&ch, sizeof(struct candidate), candidate_fetch, candidate_run, candidate_hand_on, candidate_release};
    work_run(&w, threads);
    ch.pairs = true;
    ch.next = 0;
    ch.next_other = 1;
    work_run(&w, threads);
    if (!m->n_rules) /* nothing is selective: blocks are split by further columns as far as that goes */
        for (size_t k = 0; k < m->n && m->n_rules < 3; k++)
            m->rules[m->n_rules++] = (struct blocking_rule){.parts = {{(int)k, KEY_WHOLE}}, .n = 1};
    key_set_keep(b->keys, m);
}
