#include "flow/choose.h"

#include <pthread.h>
#include <stdlib.h>

#include "ledger/expr.h"

/* ---- any test ---- */

struct sieve {
    struct rows rows;
    struct rows *from;
    const struct row_test *test;
    void *own;
};

static int sieve_fetch(struct rows *r, struct row_block *b)
{
    struct sieve *s = r->own;
    return s->from->fetch(s->from, b);
}

static bool sieve_parse(struct rows *r, struct row_block *b)
{
    struct sieve *s = r->own;
    if (s->from->parse && !s->from->parse(s->from, b)) return false;
    void *state = s->test->begin ? s->test->begin(s->own) : NULL;
    if (s->test->begin && !state) return false;
    size_t n = r->columns.n, kept = 0;
    bool moves = n < s->from->columns.n;
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *v = row_of(b, &s->from->columns, i);
        if (!s->test->holds(s->own, state, v)) continue;
        if (moves || kept != i) memmove(row_of(b, &r->columns, kept), v, n * sizeof *v);
        kept++;
    }
    b->n_rows = kept;
    if (s->test->end) s->test->end(s->own, state);
    return true;
}

static bool sieve_verdict(struct rows *r, struct row_block *b)
{
    struct sieve *s = r->own;
    return !s->from->verdict || s->from->verdict(s->from, b);
}

static void sieve_close(struct rows *r)
{
    struct sieve *s = r->own;
    rows_close(s->from);
    s->test->free(s->own);
    free(s);
}

struct rows *rows_sieve(struct rows *from, size_t shown, const struct row_test *test, void *own)
{
    struct sieve *s = mem_zero(1, sizeof *s);
    *s = (struct sieve){.from = from, .test = test, .own = own};
    s->rows = (struct rows){.columns = {from->columns.names, shown ? shown : from->columns.n},
                            .name = from->name,
                            .fetch = sieve_fetch,
                            .parse = sieve_parse,
                            .verdict = sieve_verdict,
                            .close = sieve_close,
                            .diag = from->diag,
                            .own = s};
    return &s->rows;
}

/* ---- an expression ---- */

/* One thread uses an expression at a time: each takes one that lies idle, or compiles its own. */
struct choice {
    struct expr_env env;
    struct str where;
    size_t first; /* the column from which on it goes by them */
    struct diag *diag;
    pthread_mutex_t lock;
    struct expr **idle;
    size_t n, cap;
    struct arena memory;
};

static void *take(void *own)
{
    struct choice *c = own;
    pthread_mutex_lock(&c->lock);
    /* it has been compiled once: nothing is found now */
    struct expr *e = c->n ? c->idle[--c->n] : expr_compile(&c->env, c->where, c->diag);
    pthread_mutex_unlock(&c->lock);
    return e;
}

static void give_back(void *own, void *e)
{
    struct choice *c = own;
    pthread_mutex_lock(&c->lock);
    mem_grow(&c->idle, &c->cap, c->n + 1, sizeof *c->idle);
    c->idle[c->n++] = e;
    pthread_mutex_unlock(&c->lock);
}

static bool holds(const void *own, void *e, const struct str *v)
{
    return expr_matches(e, v + ((const struct choice *)own)->first);
}

static void free_choice(void *own)
{
    struct choice *c = own;
    for (size_t i = 0; i < c->n; i++) expr_free(c->idle[i]);
    free(c->idle);
    pthread_mutex_destroy(&c->lock);
    arena_free(&c->memory);
    free(c);
}

struct rows *rows_choose(struct rows *from, size_t shown, const char *where, const struct schema *types, struct str today)
{
    static const struct row_test TEST = {.begin = take, .end = give_back, .holds = holds, .free = free_choice};
    bool all = !where || !*where;
    if (!from || (all && !shown)) return from;
    struct choice *c = mem_zero(1, sizeof *c);
    *c = (struct choice){.first = shown, .diag = from->diag};
    c->where = str_copy(&c->memory, str_of(all ? "1" : where));
    c->env = (struct expr_env){from->columns.names + shown, from->columns.n - shown, types, str_copy(&c->memory, today)};
    pthread_mutex_init(&c->lock, NULL);
    struct rows *rows = rows_sieve(from, shown, &TEST, c);
    struct expr *e = take(c);
    if (e) {
        give_back(c, e);
        return rows;
    }
    rows_close(rows);
    return NULL;
}
