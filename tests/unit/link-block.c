/* Which records meet: every two that share a key, once, whatever the number of threads. */
#include "base/work.h"
#include "link/block.h"
#include "tap.h"

enum { ROWS = 3000, COLUMNS = 3 };

/* Rows made up from their numbers: a town of 40, a code of 700, a date of 365. */
struct made_up {
    struct rows rows;
    struct str names[COLUMNS];
    bool given;
};

static int give_all(struct rows *r, struct row_block *b)
{
    struct made_up *m = r->own;
    if (m->given) return 0;
    m->given = true;
    b->values = mem_zero(ROWS * COLUMNS, sizeof *b->values);
    b->n_rows = ROWS;
    for (unsigned i = 0; i < ROWS; i++) {
        char text[32];
        unsigned x = i * 2654435761u;
        snprintf(text, sizeof text, "town %c%c", 'a' + (x >> 8) % 8, 'a' + (x >> 12) % 5);
        b->values[i * COLUMNS] = (struct str){arena_string(&b->text, text), strlen(text)};
        snprintf(text, sizeof text, "c%u", (x >> 5) % 700);
        b->values[i * COLUMNS + 1] = (struct str){arena_string(&b->text, text), strlen(text)};
        snprintf(text, sizeof text, "19%02u-%02u-01", (x >> 16) % 30, 1 + (x >> 3) % 12);
        b->values[i * COLUMNS + 2] = (struct str){arena_string(&b->text, text), strlen(text)};
    }
    return 1;
}

static void load(struct table *t, struct diag *d)
{
    static const enum kind KINDS[COLUMNS] = {KIND_WORD, KIND_IDENTIFIER, KIND_DATE};
    struct made_up m = {.names = {STR("town"), STR("code"), STR("born")}};
    m.rows = (struct rows){.columns = {m.names, COLUMNS}, .name = "made up", .fetch = give_all, .diag = d, .own = &m};
    t->n_columns = COLUMNS;
    t->columns = mem_zero(COLUMNS, sizeof *t->columns);
    for (int k = 0; k < COLUMNS; k++) t->columns[k] = (struct column){.name = m.names[k], .at = k, .kind = KINDS[k]};
    CHECK(table_load(t, &m.rows, 1) && t->n_rows == ROWS, "%d records are read", ROWS);
}

static void give_columns(struct model *m)
{
    model_start(m);
    model_add(m, STR("town"), KIND_WORD);
    model_add(m, STR("code"), KIND_IDENTIFIER);
    model_add(m, STR("born"), KIND_DATE);
}

static void share(void *ctx, size_t from, size_t to)
{
    unsigned char *seen = ctx;
    for (size_t i = from; i < to; i++) seen[i]++;
}

static void all_shares_once(unsigned threads)
{
    static unsigned char seen[10007];
    memset(seen, 0, sizeof seen);
    work_split(sizeof seen, 100, threads, seen, share);
    bool once = true;
    for (size_t i = 0; i < sizeof seen; i++) once = once && seen[i] == 1;
    CHECK(once, "%u threads share the work: everything is done, and done once", threads);
}

static bool meet(const struct table *t, const struct blocking_rule *r, uint32_t a, uint32_t b)
{
    for (unsigned p = 0; p < r->n; p++)
        if (table_id(t, a, (size_t)r->parts[p].column) != table_id(t, b, (size_t)r->parts[p].column)) return false;
    return true;
}

/* Against the plain definition: every two rows that some rule lets meet. */
static void compare_with_plain(const struct table *t, const struct model *m, const struct blocking *b)
{
    unsigned char *made = mem_zero((size_t)ROWS * ROWS, 1);
    bool twice = false, missing = false, surplus = false;
    struct pair_cursor c = {.list = &b->pairs};
    for (struct pair p; pair_next(&c, &p);) twice = made[p.a * ROWS + p.b]++ || twice;
    for (uint32_t x = 0; x < ROWS; x++)
        for (uint32_t y = x + 1; y < ROWS; y++) {
            bool should = false;
            for (size_t r = 0; r < m->n_rules; r++) should = should || meet(t, &m->rules[r], x, y);
            missing = missing || (should && !made[x * ROWS + y]);
            surplus = surplus || (!should && made[x * ROWS + y]);
        }
    free(made);
    CHECK(!twice, "no two records meet twice, though several rules let them");
    CHECK(!missing, "all meet that a rule lets meet");
    CHECK(!surplus, "and no others");
}

static void same_for_any_threads(const struct table *t, const struct model *m, const struct blocking *one, unsigned threads)
{
    struct blocking b = {0};
    CHECK(blocking_run(&b, m, t, threads), "%u threads", threads);
    bool same = b.pairs.n == one->pairs.n && b.patterns.n == one->patterns.n;
    struct pair_cursor x = {.list = &b.pairs}, y = {.list = &one->pairs};
    for (struct pair p, q; same && pair_next(&x, &p) && pair_next(&y, &q);)
        same = p.a == q.a && p.b == q.b && p.pattern == q.pattern;
    for (size_t i = 0; same && i < b.patterns.n; i++)
        same = b.patterns.code[i] == one->patterns.code[i] && b.patterns.count[i] == one->patterns.count[i];
    CHECK(same, "make the same pairs in the same order, with the same patterns");
    blocking_free(&b);
}

static void rules_make_pairs(const struct table *t)
{
    struct model m;
    give_columns(&m);
    m.rules[m.n_rules++] = (struct blocking_rule){.parts = {{1, KEY_WHOLE}}, .n = 1};
    m.rules[m.n_rules++] = (struct blocking_rule){.parts = {{0, KEY_WHOLE}, {2, KEY_WHOLE}}, .n = 2};
    m.rules[m.n_rules++] = (struct blocking_rule){.parts = {{0, KEY_WHOLE}}, .n = 1};
    struct blocking b = {0};
    CHECK(blocking_run(&b, &m, t, 1), "three rules");
    compare_with_plain(t, &m, &b);
    same_for_any_threads(t, &m, &b, 2);
    same_for_any_threads(t, &m, &b, 7);
    blocking_free(&b);
    model_free(&m);
}

static void rules_are_chosen(const struct table *t)
{
    struct model one, many;
    struct blocking b[2] = {{.source = NULL}};
    give_columns(&one);
    give_columns(&many);
    blocking_choose(&b[0], &one, t, 1);
    blocking_choose(&b[1], &many, t, 5);
    bool same = one.n_rules == many.n_rules;
    for (size_t i = 0; same && i < one.n_rules; i++) {
        same = one.rules[i].n == many.rules[i].n;
        for (unsigned p = 0; same && p < one.rules[i].n; p++)
            same = one.rules[i].parts[p].column == many.rules[i].parts[p].column &&
                   one.rules[i].parts[p].key == many.rules[i].parts[p].key;
    }
    CHECK(one.n_rules > 1 && same, "five threads choose the rules that one does");
    CHECK(one.rules[0].n == 1 && one.rules[0].parts[0].column == 1, "the first is the selective column by itself");
    CHECK(blocking_run(&b[1], &many, t, 2) && b[1].pairs.n > 0, "they are worked with the keys made while choosing");
    uint64_t counted = 0;
    for (size_t i = 0; i < b[1].patterns.n; i++) counted += b[1].patterns.count[i];
    CHECK(counted == b[1].pairs.n, "every pair is counted in its pattern");
    for (int i = 0; i < 2; i++) blocking_free(&b[i]);
    model_free(&one);
    model_free(&many);
}

int main(void)
{
    struct diag d = {0};
    struct table t = {0};
    for (unsigned threads = 1; threads < 10; threads += 4) all_shares_once(threads);
    load(&t, &d);
    rules_make_pairs(&t);
    rules_are_chosen(&t);
    table_free(&t);
    return tap_end();
}
