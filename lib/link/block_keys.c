/* Keys of values and rows, and sorting by them. */
#include <stdlib.h>

#include "base/work.h"
#include "link/block_own.h"

enum { SHARE = 8192 };

static const struct key_list *find(const struct key_set *s, int column, enum key key)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->lists[i].column == column && s->lists[i].key == key) return &s->lists[i];
    return NULL;
}

void key_set_want(struct key_set *s, int column, enum key key)
{
    if (!find(s, column, key)) s->lists[s->n++] = (struct key_list){column, key, NULL};
}

/* The values of the new lists, one list after another. */
struct making {
    const struct table *t;
    struct key_list *lists;
    size_t n;
};

static void make_share(void *ctx, size_t from, size_t to)
{
    const struct making *m = ctx;
    size_t start = 0;
    for (size_t i = 0; i < m->n && start < to; i++) {
        const struct column *c = &m->t->columns[m->lists[i].column];
        size_t end = start + c->n_values;
        for (size_t x = from > start ? from : start; x < to && x < end; x++) {
            uint32_t v = (uint32_t)(x - start) + 1;
            struct kept k = column_value(c, v);
            m->lists[i].of[v] = kind_key(c->kind, m->lists[i].key, &k, c->hash[v - 1]);
        }
        start = end;
    }
}

void key_set_make(struct key_set *s, const struct table *t, unsigned threads)
{
    size_t made = 0, values = 0;
    while (made < s->n && s->lists[made].of) made++;
    for (size_t i = made; i < s->n; i++) {
        size_t n = t->columns[s->lists[i].column].n_values;
        s->lists[i].of = mem_alloc((n + 1) * sizeof *s->lists[i].of);
        s->lists[i].of[0] = 0;
        values += n;
    }
    struct making m = {t, s->lists + made, s->n - made};
    work_split(values, SHARE, threads, &m, make_share);
}

static bool is_needed(const struct model *m, const struct key_list *l)
{
    for (size_t i = 0; i < m->n_rules; i++)
        for (unsigned p = 0; p < m->rules[i].n; p++)
            if (m->rules[i].parts[p].column == l->column && m->rules[i].parts[p].key == l->key) return true;
    return false;
}

void key_set_keep(struct key_set *s, const struct model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (is_needed(m, &s->lists[i])) s->lists[n++] = s->lists[i];
        else free(s->lists[i].of);
    }
    s->n = n;
}

void key_set_free(struct key_set *s)
{
    for (size_t i = 0; i < s->n; i++) free(s->lists[i].of);
    s->n = 0;
}

struct bound_rule rule_bind(const struct key_set *s, const struct blocking_rule *rule)
{
    struct bound_rule r = {.n = rule->n};
    for (unsigned p = 0; p < rule->n; p++) {
        r.keys[p] = find(s, rule->parts[p].column, rule->parts[p].key)->of;
        r.column[p] = rule->parts[p].column;
    }
    return r;
}

/* Three passes of 11 bits. */
uint64_t *blocking_sort(uint64_t *v, uint64_t *spare, size_t n)
{
    uint32_t at[3][2048] = {{0}};
    for (size_t i = 0; i < n; i++)
        for (int p = 0; p < 3; p++) at[p][v[i] >> (32 + 11 * p) & 2047]++;
    for (int p = 0; p < 3; p++) {
        uint32_t before = 0;
        for (size_t i = 0; i < 2048; i++) {
            uint32_t here = at[p][i];
            at[p][i] = before;
            before += here;
        }
        for (size_t i = 0; i < n; i++) spare[at[p][v[i] >> (32 + 11 * p) & 2047]++] = v[i];
        uint64_t *swap = v;
        v = spare;
        spare = swap;
    }
    return v;
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
    struct key_set lists = {.n = 0};
    for (unsigned p = 0; p < part->n; p++) key_set_want(&lists, part->parts[p].column, part->parts[p].key);
    key_set_make(&lists, t, 1);
    struct bound_rule rule = rule_bind(&lists, part);
    for (uint32_t row = from; row < t->n_rows; row++) keys[row - from] = row_key(t, &rule, row);
    key_set_free(&lists);
}
