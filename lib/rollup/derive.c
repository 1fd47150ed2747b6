#include "rollup/derive.h"

#include <stdlib.h>

#include "ledger/expr.h"

/* All expressions of a rollup are evaluated together: --where first, when there is one, then the dimensions. */
struct derive {
    struct expr *all;
    bool where;
    size_t *which; /* dimension -> number among the expressions */
};

bool derive_needed(const struct rollup_spec *spec)
{
    bool needed = spec->where != NULL;
    for (size_t i = 0; i < spec->n_by; i++) needed = needed || spec->by[i].expression.n;
    return needed;
}

struct derive *derive_new(const struct columns *c, const struct rollup_spec *spec, struct diag *d)
{
    struct derive *x = mem_zero(1, sizeof *x);
    struct expr_source *sources = mem_zero(spec->n_by + 1, sizeof *sources);
    size_t n = 0;
    x->where = spec->where != NULL;
    x->which = mem_zero(spec->n_by, sizeof *x->which);
    if (x->where) sources[n++].text = str_of(spec->where);
    for (size_t i = 0; i < spec->n_by; i++) {
        if (!spec->by[i].expression.n) continue;
        x->which[i] = n;
        sources[n++].text = spec->by[i].expression;
    }
    struct expr_env env = {.columns = c->names, .n = c->n, .schema = spec->schema, .today = spec->today};
    x->all = expr_compile_all(&env, sources, n, d);
    free(sources);
    if (x->all) return x;
    derive_free(x);
    return NULL;
}

void derive_columns(const struct derive *x, bool *wanted)
{
    expr_columns(x->all, wanted);
}

bool derive_keep(struct derive *x, const struct str *row)
{
    expr_evaluate(x->all, row);
    return !x->where || expr_truth(x->all, 0) == EXPR_TRUE;
}

struct str derive_value(const struct derive *x, size_t dim)
{
    return expr_text(x->all, x->which[dim]);
}

struct str derive_failure(const struct derive *x)
{
    return expr_failure(x->all);
}

void derive_free(struct derive *x)
{
    if (!x) return;
    expr_free(x->all);
    free(x->which);
    free(x);
}
