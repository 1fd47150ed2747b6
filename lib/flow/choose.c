#include "flow/choose.h"

#include <pthread.h>
#include <stdlib.h>

#include "ledger/expr.h"

/* One thread uses an expression at a time: each takes one that lies idle, or compiles its own. */
struct choice {
    struct rows rows;
    struct rows *from;
    struct expr_env env;
    struct str where;
    pthread_mutex_t lock;
    struct expr **idle;
    size_t n, cap;
    struct arena memory;
};

static struct expr *take(struct choice *c)
{
    struct expr *e = NULL;
    pthread_mutex_lock(&c->lock);
    if (c->n) e = c->idle[--c->n];
    else e = expr_compile(&c->env, c->where, c->rows.diag); /* it has been compiled once: nothing is found now */
    pthread_mutex_unlock(&c->lock);
    return e;
}

static void give_back(struct choice *c, struct expr *e)
{
    pthread_mutex_lock(&c->lock);
    mem_grow(&c->idle, &c->cap, c->n + 1, sizeof *c->idle);
    c->idle[c->n++] = e;
    pthread_mutex_unlock(&c->lock);
}

static int choose_fetch(struct rows *r, struct row_block *b)
{
    struct choice *c = r->own;
    return c->from->fetch(c->from, b);
}

static bool choose_parse(struct rows *r, struct row_block *b)
{
    struct choice *c = r->own;
    if (c->from->parse && !c->from->parse(c->from, b)) return false;
    struct expr *e = take(c);
    if (!e) return false;
    size_t n = r->columns.n, kept = 0;
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *v = row_of(b, &r->columns, i);
        if (!expr_matches(e, v)) continue;
        if (kept != i) memcpy(row_of(b, &r->columns, kept), v, n * sizeof *v);
        kept++;
    }
    b->n_rows = kept;
    give_back(c, e);
    return true;
}

static bool choose_verdict(struct rows *r, struct row_block *b)
{
    struct choice *c = r->own;
    return !c->from->verdict || c->from->verdict(c->from, b);
}

static void choose_close(struct rows *r)
{
    struct choice *c = r->own;
    for (size_t i = 0; i < c->n; i++) expr_free(c->idle[i]);
    free(c->idle);
    rows_close(c->from);
    pthread_mutex_destroy(&c->lock);
    arena_free(&c->memory);
    free(c);
}

struct rows *rows_choose(struct rows *from, const char *where, const struct schema *types, struct str today)
{
    if (!from || !where) return from;
    struct choice *c = mem_zero(1, sizeof *c);
    c->from = from;
    c->where = str_copy(&c->memory, str_of(where));
    c->env = (struct expr_env){
        .columns = from->columns.names, .n = from->columns.n, .schema = types, .today = str_copy(&c->memory, today)};
    c->rows = (struct rows){.columns = from->columns,
                            .name = from->name,
                            .fetch = choose_fetch,
                            .parse = choose_parse,
                            .verdict = choose_verdict,
                            .close = choose_close,
                            .diag = from->diag,
                            .own = c};
    pthread_mutex_init(&c->lock, NULL);
    struct expr *e = take(c);
    if (e) {
        give_back(c, e);
        return &c->rows;
    }
    rows_close(&c->rows);
    return NULL;
}
