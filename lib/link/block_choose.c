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

/* Candidates in the order in which they are tried: every column by itself, then every two, then every three. */
struct candidate {
    int columns[RULE_PARTS];
    unsigned n;
    bool found;
    struct blocking_rule rule;
    uint32_t *seen; /* of each slot: a key and, beside it, how many rows have it */
};
struct choice {
    struct model *m;
    const struct table *t;
    struct key_set *keys;
    uint64_t most, most_alone; /* pairs of a rule of two columns, and of one */
    size_t limit, n_slots;
    int next[RULE_PARTS]; /* columns of the next candidate */
    unsigned n;           /* columns of a candidate */
    size_t n_of_two;      /* rules there were before those of three columns */
    uint32_t alone;       /* columns that are a rule by themselves */
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

static bool has_values(const struct table *t, const struct blocking_rule *rule, uint32_t row)
{
    for (unsigned p = 0; p < rule->n; p++)
        if (!table_id(t, row, (size_t)rule->parts[p].column)) return false;
    return true;
}

/* Does a rule make no more pairs than it may?  Stops counting when it is known that it does not.  A key must be there in every
 * second row that has the values, or the rule would stand in the way of a tighter one: years have no day, and few addresses a
 * second number.  Numbers in a text must be in every third row, or if they are the whole key in nearly all. */
static bool is_selective(const struct choice *ch, const struct blocking_rule *rule, uint32_t *seen)
{
    const struct table *t = ch->t;
    const struct bound_rule r = rule_bind(ch->keys, rule);
    bool sampled = t->n_rows > SAMPLED_ROWS;
    uint64_t pairs = 0, keyed = 0, valued = 0, looked = 0, most = rule->n == 1 ? ch->most_alone : ch->most;
    if (sampled) most /= SHARE;
    size_t room = ch->n_slots - ch->n_slots / 8;
    uint32_t mask = (uint32_t)ch->n_slots - 1;
    memset(seen, 0, ch->n_slots * 2 * sizeof *seen);
    for (uint32_t i = 0; i < t->n_rows && pairs <= most && room; i++) {
        uint32_t key = row_key(t, &r, i);
        looked++;
        keyed += key != 0;
        valued += has_values(t, rule, i);
        if (!key || (sampled && (key * 0x9E3779B1u) >> 29)) continue;
        uint32_t s = key & mask;
        while (seen[2 * s] && seen[2 * s] != key) s = (s + 1) & mask;
        room -= !seen[2 * s];
        seen[2 * s] = key;
        pairs += seen[2 * s + 1]++;
    }
    uint64_t needed = !has_text_numbers(t, rule) ? 0 : rule->n > 1 ? looked / 3 : looked - looked / 10;
    return pairs <= most && keyed >= needed && keyed * 2 >= valued;
}

/* Moves on to the next columns, each n of them once. */
static void next_columns(struct choice *ch)
{
    int last = (int)ch->m->n, i = (int)ch->n - 1;
    while (i >= 0 && ch->next[i] == last - ((int)ch->n - i)) i--;
    if (i < 0) {
        ch->next[0] = last; /* no more */
        return;
    }
    ch->next[i]++;
    for (int k = i + 1; k < (int)ch->n; k++) ch->next[k] = ch->next[k - 1] + 1;
}

static int candidate_fetch(void *ctx, void *block)
{
    struct choice *ch = ctx;
    struct candidate *c = block;
    if (atomic_load(&ch->full) || ch->next[0] + (int)ch->n > (int)ch->m->n) return 0;
    memcpy(c->columns, ch->next, sizeof c->columns);
    c->n = ch->n;
    next_columns(ch);
    c->found = false;
    if (!c->seen) c->seen = mem_alloc(ch->n_slots * 2 * sizeof *c->seen);
    return 1;
}

static bool try_one(const struct choice *ch, struct candidate *c)
{
    int column = c->columns[0];
    enum kind kind = ch->t->columns[column].kind;
    c->rule = (struct blocking_rule){.parts = {{column, KEY_NUMBERS}}, .n = 1};
    if (kind == KIND_TEXT && is_selective(ch, &c->rule, c->seen)) return true;
    c->rule.parts[0].key = KEY_WHOLE;
    return is_decisive(kind) && is_selective(ch, &c->rule, c->seen);
}

/* The loosest keys that will do. */
static bool try_two(const struct choice *ch, struct candidate *c)
{
    int column = c->columns[0], other = c->columns[1];
    size_t n, n_other;
    const enum key *keys = tried_keys(ch->t->columns[column].kind, &n), *others = tried_keys(ch->t->columns[other].kind, &n_other);
    for (size_t i = 0; i < n + n_other - 1; i++)
        for (size_t x = 0; x <= i; x++) {
            if (x >= n || i - x >= n_other) continue;
            enum key key = keys[x], with = others[i - x];
            if ((key == KEY_WHOLE && ch->alone >> column & 1) || (with == KEY_WHOLE && ch->alone >> other & 1)) continue;
            c->rule = (struct blocking_rule){.parts = {{column, key}, {other, with}}, .n = 2};
            if (is_selective(ch, &c->rule, c->seen)) return true;
        }
    return false;
}

static bool is_among(int column, const struct candidate *c)
{
    for (unsigned i = 0; i < c->n; i++)
        if (c->columns[i] == column) return true;
    return false;
}

/* Three columns of which no two, and none alone, are a rule. */
static bool try_three(const struct choice *ch, struct candidate *c)
{
    for (size_t r = 0; r < ch->n_of_two; r++) {
        const struct blocking_rule *rule = &ch->m->rules[r];
        if (is_among(rule->parts[0].column, c) && (rule->n < 2 || is_among(rule->parts[1].column, c))) return false;
    }
    c->rule = (struct blocking_rule){.n = RULE_PARTS};
    for (unsigned i = 0; i < RULE_PARTS; i++) {
        size_t n;
        c->rule.parts[i] = (struct rule_part){c->columns[i], tried_keys(ch->t->columns[c->columns[i]].kind, &n)[0]};
    }
    return is_selective(ch, &c->rule, c->seen);
}

static bool candidate_run(void *ctx, void *block, unsigned thread)
{
    const struct choice *ch = ctx;
    struct candidate *c = block;
    (void)thread;
    c->found = c->n == 1 ? try_one(ch, c) : c->n == 2 ? try_two(ch, c) : try_three(ch, c);
    return true;
}

static bool candidate_hand_on(void *ctx, void *block)
{
    struct choice *ch = ctx;
    const struct candidate *c = block;
    if (c->found && ch->m->n_rules < ch->limit) {
        ch->m->rules[ch->m->n_rules++] = c->rule;
        if (c->n == 1 && c->rule.parts[0].key == KEY_WHOLE) ch->alone |= 1u << c->columns[0];
    }
    if (ch->m->n_rules >= ch->limit) atomic_store(&ch->full, true);
    return true;
}

static void candidate_release(void *block)
{
    free(((struct candidate *)block)->seen);
}

/* Every column by itself where that is selective, then every two columns with the loosest keys that make few enough pairs, and of a
 * long list every three of which no fewer will do. */
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
    ch.most_alone = n * 5 < ENOUGH ? n * 5 : 2 * n > ENOUGH ? 2 * n : ENOUGH; /* households meet, whoever is in them */
    while (ch.n_slots < 2 * (n > SAMPLED_ROWS ? n / SHARE + n / 64 : n)) ch.n_slots *= 2;
    for (size_t k = 0; k < m->n; k++) {
        size_t n_keys;
        const enum key *keys = tried_keys(t->columns[k].kind, &n_keys);
        key_set_want(b->keys, (int)k, KEY_WHOLE);
        for (size_t i = 0; i < n_keys; i++) key_set_want(b->keys, (int)k, keys[i]);
    }
    key_set_make(b->keys, t, threads);
    const struct work w = {&ch, sizeof(struct candidate), candidate_fetch, candidate_run, candidate_hand_on, candidate_release};
    for (ch.n = 1; ch.n <= (n > MIDDLE ? RULE_PARTS : 2u); ch.n++) {
        for (int i = 0; i < RULE_PARTS; i++) ch.next[i] = i;
        ch.n_of_two = m->n_rules;
        work_run(&w, threads);
    }
    if (!m->n_rules) /* nothing is selective: blocks are split by further columns as far as that goes */
        for (size_t k = 0; k < m->n && m->n_rules < 3; k++)
            m->rules[m->n_rules++] = (struct blocking_rule){.parts = {{(int)k, KEY_WHOLE}}, .n = 1};
    key_set_keep(b->keys, m);
}
