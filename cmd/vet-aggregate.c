/* vet-aggregate: rollups per unit and level of records or rollups. */
#include <stdlib.h>

#include "rollup/check.h"
#include "rollup/shape.h"
#include "session.h"

static const char *const LEVELS[] = {"station", "community", "grid", "building", "all", NULL};
static const char *const COUNTS[] = {"entities", "records", NULL};

struct request {
    int level, count;
    struct opt_list by, sum;
    const char *period, *pivot, *ledger;
    bool percent, total, check;
};

/* "a,b" and repeated options alike; "name=expression" is taken whole, for an expression has commas of its own. */
static size_t split(const struct opt_list *given, struct rollup_dim **out)
{
    size_t n = 0, cap = 0;
    *out = NULL;
    for (size_t i = 0; i < given->n; i++) {
        struct str left = str_of(given->v[i]), name;
        size_t at;
        if (str_find(left, STR("="), &at)) {
            mem_grow(out, &cap, n + 1, sizeof **out);
            (*out)[n++] = (struct rollup_dim){str_head(left, at), str_from(left, at + 1)};
            continue;
        }
        while (left.n) {
            if (!str_find(left, STR(","), &at)) at = left.n;
            name = str_trim(str_head(left, at));
            left = str_from(left, at + 1);
            if (!name.n) continue;
            mem_grow(out, &cap, n + 1, sizeof **out);
            (*out)[n++] = (struct rollup_dim){name, {0}};
        }
    }
    return n;
}

/* Adds the pivot to the dimensions when it is not among them. */
static size_t with_pivot(struct rollup_dim **by, size_t n, const char *pivot)
{
    if (!pivot) return n;
    for (size_t i = 0; i < n; i++)
        if (str_is((*by)[i].name, pivot)) return n;
    *by = mem_resize(*by, n + 1, sizeof **by);
    (*by)[n] = (struct rollup_dim){str_of(pivot), {0}};
    return n + 1;
}

/* Rollups are compared in all that they tell apart. */
static size_t all_dimensions(struct rollup_dim **by, const struct columns *c)
{
    struct str *dims = mem_zero(c->n, sizeof *dims), *sums = mem_zero(c->n, sizeof *sums);
    size_t n, n_sums;
    rollup_columns(c, dims, &n, sums, &n_sums);
    *by = mem_resize(*by, n, sizeof **by);
    for (size_t i = 0; i < n; i++) (*by)[i] = (struct rollup_dim){dims[i], {0}};
    free(dims);
    free(sums);
    return n;
}

static struct result *aggregate(const struct request *q, struct rollup_spec *spec, struct rows *rows, struct diag *d)
{
    if (q->check) {
        struct rollup *all = rollup_given(rows, spec, d);
        struct result *proof = all ? check_result() : NULL;
        if (all) check_rollup(all, spec->units, proof, d);
        rollup_free(all);
        return proof;
    }
    struct rollup *r = rollup_rows(rows, spec, d);
    struct shape shape = {.pivot = str_of(q->pivot), .percent = q->percent, .total = q->total};
    struct result *result = r ? rollup_shape(r, &shape, d) : NULL;
    rollup_free(r);
    return result;
}

static void run(struct session *s, struct request *q)
{
    struct str period;
    if (!session_period(s, q->period, &period)) return;
    struct units *units = s->units ? units_open(s->units, &s->diag) : NULL;
    if (s->units && !units) return;
    struct rows *rows = rows_open(s->files.v, s->files.n, s->from, &s->diag);
    struct rollup_dim *by, *sums;
    size_t n_by = split(&q->by, &by), n_sums = split(&q->sum, &sums);
    n_by = with_pivot(&by, n_by, q->pivot);
    if (q->check && !n_by && rows && rollup_recognised(&rows->columns)) n_by = all_dimensions(&by, &rows->columns);
    struct str *sum = mem_zero(n_sums, sizeof *sum);
    for (size_t i = 0; i < n_sums; i++) sum[i] = sums[i].name;
    char today[11];
    bool expressions = s->where != NULL;
    for (size_t i = 0; i < n_by; i++) expressions = expressions || by[i].expression.n;
    struct schema *schema = expressions ? schema_open(s->share, q->ledger, &s->diag) : NULL;
    struct rollup_spec spec = {
        .schema = schema,
        .today = rollup_month_end(period, today),
        .period = period,
        .level = q->level,
        .by = by,
        .n_by = n_by,
        .sum = sum,
        .n_sum = n_sums,
        .where = s->where,
        .count = q->count ? COUNT_RECORDS : COUNT_ENTITIES,
        .units = units,
        .threads = (unsigned)s->threads,
    };
    if (rows && !q->period && rollup_recognised(&rows->columns)) spec.period = (struct str){0}; /* rollups know theirs */
    if (q->level < 0) spec.level = units ? LEVEL_STATION : ROLLUP_WHOLE;
    struct result *result = rows && (schema || !expressions) ? aggregate(q, &spec, rows, &s->diag) : NULL;
    if (result) {
        struct out *o = out_open(s->output, &s->diag);
        if (o) result_write(o, s->to == TO_JSON ? ROWS_JSON : ROWS_CSV, result);
        if (o) out_close(o, s->diag.status < 2, &s->diag);
    }
    result_free(result);
    rows_close(rows);
    units_free(units);
    schema_free(schema);
    free(by);
    free(sums);
    free(sum);
}

int main(int argc, char **argv)
{
    struct request q = {.level = -1, .ledger = "person"};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "What to count:", NULL, 0, 0},
        {OPT_CHOICE, 'l', "level", &q.level, "LEVEL", "building, grid, community, station or all", LEVELS, 0, 0},
        {OPT_LIST, 'b', "by", &q.by, "FIELDS", "also by these fields: a,b or name=SQL expression", NULL, 0, 0},
        {OPT_LIST, 's', "sum", &q.sum, "FIELDS", "add up these fields: sum_, min_ and max_ columns", NULL, 0, 0},
        {OPT_STRING, 'p', "period", &q.period, "YYYY-MM", "the month of the records (or VET_PERIOD; default: this month)", NULL, 0,
         0},
        {OPT_CHOICE, 0, "count", &q.count, "entities|records",
         "a person with several records counts once (entities, the default) or each time", COUNTS, 0, 0},
        {OPT_STRING, 0, "ledger", &q.ledger, "NAME", "the ledger whose types expressions go by (person)", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "How to show it:", NULL, 0, 0},
        {OPT_STRING, 0, "pivot", &q.pivot, "FIELD", "one column for each value of the field", NULL, 0, 0},
        {OPT_FLAG, 0, "percent", &q.percent, NULL, "also the share of the unit's count", NULL, 0, 0},
        {OPT_FLAG, 0, "total", &q.total, NULL, "also a last row with the total", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "Proofs:", NULL, 0, 0},
        {OPT_FLAG, 0, "check", &q.check, NULL, "do the parts add up to the whole at every unit? Status 1 where they do not", NULL,
         0, 0},
    };
    struct session s = {
        .name = "vet-aggregate",
        .usage = "[OPTION]... [FILE]...",
        .summary = "Counts and sums of records, or of rollups, per unit and level.",
        .wants = WANT_UNITS | WANT_OUTPUT | WANT_FROM | WANT_TO | WANT_WHERE | WANT_THREADS,
    };
    if (session_start(&s, own, sizeof own / sizeof *own, argc, argv)) run(&s, &q);
    opt_list_free(&q.by);
    opt_list_free(&q.sum);
    return session_end(&s);
}
