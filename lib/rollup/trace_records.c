#include <stdlib.h>

#include "ledger/expr.h"
#include "rollup/standing.h"
#include "rollup/trace_own.h"

/* The records behind a number of a rollup, by the same rule as the rollup: see rollup.h. */

struct kept {
    struct str *values; /* of the line */
    struct str unit;
    uint64_t row;
    int level; /* of rows of rollups */
    bool counts;
};
/* The record that stands for an entity so far. */
struct stander {
    struct standing standing;
    size_t kept; /* index, or SIZE_MAX: it is not of this number */
};
struct finding_records {
    const struct tracing *t;
    const struct trace_spec *spec;
    const struct columns *columns;
    struct expr *expr;
    size_t *dim_expr; /* the expression of a dimension, or 0: a column */
    int *dim_column;
    int unit, entity, record, seen, flags, level, period;
    bool rollups;
    struct record_lines lines;
    struct kept *v;
    size_t n, cap;
    struct map entities, codes;
    struct stander *standing;
    size_t cap_standing;
};

static bool compile(struct finding_records *g)
{
    const struct trace_spec *s = g->spec;
    struct expr_source *sources = mem_zero(s->n_by + 1, sizeof *sources);
    size_t n = 0;
    bool ok = true;
    sources[n++].text = s->where ? str_of(s->where) : STR("1");
    for (size_t k = 0; k < s->n_by; k++) {
        g->dim_column[k] = s->by[k].expression.n ? -1 : columns_find(g->columns, s->by[k].name);
        if (g->dim_column[k] >= 0) continue;
        g->dim_expr[k] = n;
        sources[n++].text = s->by[k].expression;
        ok = ok && s->by[k].expression.n;
    }
    struct expr_env env = {.columns = g->columns->names, .n = g->columns->n, .schema = g->t->schema, .today = s->today};
    g->expr = ok ? expr_compile_all(&env, sources, n, g->t->diag) : NULL;
    free(sources);
    return g->expr != NULL;
}

static bool start(struct finding_records *g, struct result *out)
{
    const struct columns *c = g->columns;
    g->rollups = rollup_recognised(c);
    g->unit = columns_find(c, STR("unit"));
    g->entity = columns_find(c, STR("_entity"));
    g->record = columns_find(c, STR("_record"));
    g->seen = columns_find(c, STR("_seen"));
    g->flags = columns_find(c, STR("_flags"));
    g->level = columns_find(c, STR("level"));
    g->period = columns_find(c, STR("period"));
    g->dim_expr = mem_zero(g->spec->n_by, sizeof *g->dim_expr);
    g->dim_column = mem_zero(g->spec->n_by, sizeof *g->dim_column);
    record_lines_start(&g->lines, g->t, out, c);
    return compile(g);
}

static bool has_flag(struct str flags, struct str wanted)
{
    size_t at;
    while (flags.n) {
        if (!str_find(flags, STR(";"), &at)) at = flags.n;
        if (str_eq(str_head(flags, at), wanted)) return true;
        flags = str_from(flags, at + 1);
    }
    return false;
}

/* Is the row, which is of the records at hand, one of this number? */
static bool wanted(const struct finding_records *g, const struct str *v, int *level)
{
    const struct trace_spec *s = g->spec;
    *level = ROLLUP_WHOLE;
    if (g->rollups) {
        enum level l;
        if (v[g->level].n && !level_of(v[g->level], &l)) return false; /* a total */
        if (v[g->level].n) *level = (int)l;
        if (g->period >= 0 && s->number->period.n && !str_eq(v[g->period], s->number->period)) return false;
    }
    if (g->unit >= 0 && !traced_here(g->t, s->number, v[g->unit])) return false;
    for (size_t k = 0; k < s->n_by; k++) {
        struct str value = g->dim_column[k] >= 0 ? v[g->dim_column[k]] : expr_text(g->expr, g->dim_expr[k]);
        if (s->number->values[k].s && !str_eq(value, s->number->values[k])) return false;
    }
    if (s->flag.n && (g->flags < 0 || !has_flag(v[g->flags], s->flag))) return false;
    if (s->record.n && (g->record < 0 || !str_eq(v[g->record], s->record))) return false;
    return !s->entity.n || (g->entity >= 0 && str_eq(v[g->entity], s->entity));
}

static size_t keep(struct finding_records *g, const struct str *v, uint64_t row, int level)
{
    struct str code = g->unit >= 0 ? map_at(&g->codes, v[g->unit], NULL)->key : (struct str){0};
    struct str *line = result_line(g->lines.out, LINE_PLAIN);
    record_lines_put(&g->lines, line, v);
    mem_grow(&g->v, &g->cap, g->n + 1, sizeof *g->v);
    g->v[g->n] = (struct kept){line, code, row, level, true};
    return g->n++;
}

static void take_of_entity(struct finding_records *g, const struct str *v, uint64_t row, size_t index)
{
    bool fresh;
    struct map_entry *e = map_at(&g->entities, v[g->entity], &fresh);
    struct standing now = {g->seen >= 0 ? result_text(g->lines.out, v[g->seen]) : (struct str){0},
                           g->unit >= 0 ? map_at(&g->codes, v[g->unit], NULL)->key : (struct str){0}, row};
    if (fresh) {
        e->value = g->entities.n - 1;
        mem_grow(&g->standing, &g->cap_standing, g->entities.n, sizeof *g->standing);
        g->standing[e->value] = (struct stander){now, index};
        return;
    }
    struct stander *known = &g->standing[e->value];
    size_t loser = index;
    if (standing_order(&now, &known->standing) < 0) {
        loser = known->kept;
        *known = (struct stander){now, index};
    }
    if (loser != SIZE_MAX) g->v[loser].counts = false;
}

static void take(struct finding_records *g, const struct str *v, uint64_t row)
{
    enum trace_which which = g->spec->which;
    int level;
    expr_evaluate(g->expr, v);
    if ((expr_truth(g->expr, 0) == EXPR_TRUE) == (which == TRACE_OTHERS)) return;
    size_t index = wanted(g, v, &level) ? keep(g, v, row, level) : SIZE_MAX;
    bool once = which == TRACE_COUNTED || which == TRACE_AGAIN;
    if (once && !g->rollups && g->entity >= 0 && v[g->entity].n) take_of_entity(g, v, row, index);
}

static int in_order(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    int c = str_cmp(x->unit, y->unit);
    return c ? c : (x->row > y->row) - (x->row < y->row);
}

/* What counts, in the order of the units; of rollups the finest level, as the others hold the same people again. */
static void settle(struct finding_records *g)
{
    struct result *out = g->lines.out;
    int finest = ROLLUP_WHOLE;
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if (g->v[i].level > finest) finest = g->v[i].level;
    for (size_t i = 0; i < g->n; i++)
        if (g->v[i].counts == (g->spec->which != TRACE_AGAIN) && (!g->rollups || g->v[i].level == finest)) g->v[n++] = g->v[i];
    if (n) qsort(g->v, n, sizeof *g->v, in_order);
    for (size_t i = 0; i < n; i++) out->lines[i].values = g->v[i].values;
    out->n = n;
}

struct result *trace_records(const struct tracing *t, const struct trace_spec *spec, struct rows *rows)
{
    struct finding_records g = {.t = t, .spec = spec, .columns = &rows->columns};
    struct result *out = result_new();
    bool ok = start(&g, out);
    struct row_cursor cursor = {.rows = rows};
    uint64_t row = 0;
    for (struct str *v; ok && (v = rows_next(&cursor));) take(&g, v, row++);
    ok = rows_done(&cursor) && ok;
    if (ok) settle(&g);
    record_lines_end(&g.lines);
    expr_free(g.expr);
    free(g.dim_expr);
    free(g.dim_column);
    free(g.v);
    free(g.standing);
    map_free(&g.entities);
    map_free(&g.codes);
    if (ok) return out;
    result_free(out);
    return NULL;
}
