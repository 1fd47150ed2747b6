/* vet-aggregate: rollups per unit and level of records, of rollups, or of the store; coverage, movement, proofs. */
#include <stdlib.h>

#include "base/mask.h"
#include "rollup/check.h"
#include "rollup/coverage.h"
#include "rollup/moment.h"
#include "rollup/shape.h"
#include "rollup/station.h"
#include "session.h"

static const char *const LEVELS[] = {"station", "community", "grid", "building", "all", NULL};
static const char *const COUNTS[] = {"entities", "records", NULL};

struct request {
    int level, count;
    struct opt_list by, sum;
    const char *period, *pivot, *ledger, *as_of, *deadline, *require, *movement;
    bool percent, total, check, coverage, people;
    /* Worked out of these. */
    struct str month; /* of records that do not say */
    enum state least; /* --require */
    enum mask_profile mask;
    struct rollup_dim *dims;
    struct str *sums;
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

static struct result *shaped(const struct request *q, const struct rollup *r, struct diag *d)
{
    struct shape shape = {.pivot = str_of(q->pivot), .percent = q->percent, .total = q->total};
    return r ? rollup_shape(r, &shape, d) : NULL;
}

static struct result *of_stream(struct session *s, const struct request *q, struct rollup_spec *spec, struct rows *rows)
{
    if (q->check) {
        struct rollup *all = rollup_given(rows, spec, &s->diag);
        struct result *proof = all ? check_result() : NULL;
        if (all) check_rollup(all, spec->units, proof, &s->diag);
        rollup_free(all);
        return proof;
    }
    struct rollup *r = rollup_rows(rows, spec, &s->diag);
    struct result *result = shaped(q, r, &s->diag);
    rollup_free(r);
    return result;
}

/* Is an expression of SQL asked for?  Then the ledger's types are wanted. */
static bool has_expressions(const struct session *s, const struct rollup_spec *spec)
{
    bool any = s->where != NULL;
    for (size_t i = 0; i < spec->n_by; i++) any = any || spec->by[i].expression.n;
    return any;
}

static struct result *from_stream(struct session *s, struct request *q, struct rollup_spec *spec)
{
    struct units *units = s->units ? units_open(s->units, &s->diag) : NULL;
    struct schema *schema = has_expressions(s, spec) ? schema_open(s->share, q->ledger, &s->diag) : NULL;
    bool ok = (units || !s->units) && (schema || !has_expressions(s, spec));
    struct rows *rows = ok ? rows_open(s->files.v, s->files.n, s->from, &s->diag) : NULL;
    struct result *result = NULL;
    if (rows) {
        char today[11];
        bool rollups = rollup_recognised(&rows->columns);
        if (q->check && !spec->n_by && rollups) spec->n_by = all_dimensions(&q->dims, &rows->columns);
        spec->by = q->dims;
        spec->schema = schema;
        spec->units = units;
        spec->where = s->where;
        spec->period = q->month;
        spec->today = rollup_month_end(q->month, today);
        if (rollups && !q->period) spec->period = (struct str){0}; /* rollups know theirs */
        if (q->level < 0) spec->level = units ? LEVEL_STATION : ROLLUP_WHOLE;
        result = of_stream(s, q, spec, rows);
    }
    rows_close(rows);
    units_free(units);
    schema_free(schema);
    return result;
}

/* ---- the store ---- */

static struct result *coverage_of(struct station *of, const struct request *q, int level)
{
    struct coverage *c = station_coverage(of, of->period, of->as_of);
    if (!c) return NULL;
    struct result *r = coverage_result(c, (enum level)level);
    if (q->require) coverage_require(c, q->least, of->diag);
    coverage_free(c);
    return r;
}

/* "2026-10..2026-11" */
static bool two_months(struct station *of, const char *text, struct moment *from, struct moment *to)
{
    size_t at;
    struct str both = str_of(text);
    if (str_find(both, STR(".."), &at) && at == 7 && both.n == 16) {
        *to = moment_of(of->store, str_from(both, 9), 0, &of->memory);
        *from = moment_of(of->store, str_head(both, 7), to->as_of, &of->memory);
        if (from->known && to->known && from->as_of >= 0 && to->as_of >= 0) return true;
        diag_add(of->diag, DIAG_MOVEMENT_UNKNOWN, NULL, from->known ? to->period.s : from->period.s, NULL);
        return false;
    }
    diag_add(of->diag, DIAG_OPTION_BAD, NULL, "--movement", text, "YYYY-MM..YYYY-MM", NULL);
    return false;
}

static void mask_names(struct result *r, enum mask_profile mask)
{
    struct buf b = {0};
    for (size_t k = 0; mask != PROFILE_NONE && k < r->n_columns; k++) {
        if (!str_is(r->columns[k].name, "name")) continue;
        for (size_t i = 0; i < r->n; i++) {
            b.n = 0;
            mask_write(&b, mask, MASK_NAME, r->lines[i].values[k]);
            r->lines[i].values[k] = result_text(r, buf_slice(&b));
        }
    }
    buf_free(&b);
}

static struct result *movement_of(struct station *of, const struct request *q, int level)
{
    struct moment from, to;
    struct movement_spec spec;
    if (!two_months(of, q->movement, &from, &to)) return NULL;
    struct movement *m = station_movement(of, &spec, from.period, from.as_of, to.period, to.as_of);
    struct result *r = !m ? NULL : q->people ? movement_people(m) : movement_result(m, (enum level)level);
    movement_free(m);
    if (r && q->people) mask_names(r, q->mask);
    return r;
}

static struct result *of_station(struct station *of, struct request *q, struct rollup_spec *spec)
{
    int level = q->level < 0 || q->level == ROLLUP_ALL ? LEVEL_COUNT : q->level; /* of coverage and movement: all unless told */
    if (q->coverage || q->require) return coverage_of(of, q, level);
    if (q->movement) return movement_of(of, q, level);
    if (q->check) {
        struct result *proof = check_result();
        if (station_check(of, proof) >= 0) return proof;
        result_free(proof);
        return NULL;
    }
    if (q->level < 0) spec->level = LEVEL_STATION;
    if (of->schema->n_key) spec->count = COUNT_RECORDS; /* a ledger of events: a person's events all count */
    struct rollup *r = station_rollup(of, spec, of->as_of, of->period);
    struct result *result = shaped(q, r, of->diag);
    rollup_free(r);
    return result;
}

static struct result *from_store(struct session *s, struct request *q, struct rollup_spec *spec)
{
    struct store_options o = {.by = session_who(), .now = session_now(), .command = buf_text(&s->command)};
    struct schema *schema = schema_open(s->share, q->ledger, &s->diag);
    struct store *st = schema ? store_open(s->db, STORE_READ, &o, &s->diag) : NULL;
    struct station of = {.store = st,
                         .schema = schema,
                         .deadline = str_of(q->deadline),
                         .where = s->where,
                         .threads = (unsigned)s->threads,
                         .diag = &s->diag};
    struct str given = q->period ? q->month : (struct str){0};
    struct result *result = st && station_open(&of, given, q->month, q->as_of) ? of_station(&of, q, spec) : NULL;
    station_close(&of);
    if (st) store_close(st);
    schema_free(schema);
    return result;
}

static bool bad(struct session *s, const char *option, const char *value, const char *wanted)
{
    diag_add(&s->diag, DIAG_OPTION_BAD, NULL, option, value, wanted, NULL);
    return false;
}

static bool options(struct session *s, struct request *q)
{
    if (!session_period(s, &q->period, &q->month)) return false;
    if (q->require && !state_of(str_of(q->require), &q->least))
        return bad(s, "--require", q->require, "未交 退回 迟交 零报告 已交");
    q->mask = s->stdout_is_terminal && !s->output ? PROFILE_INTERNAL : PROFILE_NONE;
    if (s->mask && !mask_profile_of(str_of(s->mask), &q->mask)) return bad(s, "--mask", s->mask, "none | internal | public");
    const char *of_store = q->coverage   ? "--coverage"
                           : q->require  ? "--require"
                           : q->movement ? "--movement"
                           : q->as_of    ? "--as-of"
                                         : NULL;
    if (!of_store || (s->db && !s->files.n)) return true;
    diag_add(&s->diag, DIAG_OPTION_NEEDS, NULL, of_store, "--db FILE (VET_DB)", NULL);
    return false;
}

static void run(struct session *s, struct request *q)
{
    if (!options(s, q)) return;
    struct rollup_dim *sums;
    size_t n_by = split(&q->by, &q->dims), n_sums = split(&q->sum, &sums);
    n_by = with_pivot(&q->dims, n_by, q->pivot);
    q->sums = mem_zero(n_sums, sizeof *q->sums);
    for (size_t i = 0; i < n_sums; i++) q->sums[i] = sums[i].name;
    free(sums);
    struct rollup_spec spec = {.level = q->level,
                               .by = q->dims,
                               .n_by = n_by,
                               .sum = q->sums,
                               .n_sum = n_sums,
                               .count = q->count ? COUNT_RECORDS : COUNT_ENTITIES,
                               .threads = (unsigned)s->threads};
    struct result *result = s->db && !s->files.n ? from_store(s, q, &spec) : from_stream(s, q, &spec);
    struct out *o = result ? out_open(s->output, &s->diag) : NULL;
    if (o) {
        result_write(o, s->to == TO_JSON ? ROWS_JSON : ROWS_CSV, result);
        out_close(o, s->diag.status < 2, &s->diag);
    }
    result_free(result);
    free(q->dims);
    free(q->sums);
}

int main(int argc, char **argv)
{
    struct request q = {.level = -1, .ledger = "person"};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "What to count:", NULL, 0, 0},
        {OPT_CHOICE, 'l', "level", &q.level, "LEVEL", "building, grid, community, station or all", LEVELS, 0, 0},
        {OPT_LIST, 'b', "by", &q.by, "FIELDS", "also by these fields: a,b or name=SQL expression", NULL, 0, 0},
        {OPT_LIST, 's', "sum", &q.sum, "FIELDS", "add up these fields: sum_, min_ and max_ columns", NULL, 0, 0},
        {OPT_STRING, 'p', "period", &q.period, "YYYY-MM",
         "the month of the records (or VET_PERIOD; default: the newest of the store, else this month)", NULL, 0, 0},
        {OPT_CHOICE, 0, "count", &q.count, "entities|records",
         "a person with several records counts once (entities, the default) or each time", COUNTS, 0, 0},
        {OPT_STRING, 0, "ledger", &q.ledger, "NAME",
         "the ledger to take from the store, and whose types expressions go by (person)", NULL, 0, 0},
        {OPT_STRING, 0, "as-of", &q.as_of, "BATCH|DATE|MONTH", "from the store as it was then", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "How to show it:", NULL, 0, 0},
        {OPT_STRING, 0, "pivot", &q.pivot, "FIELD", "one column for each value of the field", NULL, 0, 0},
        {OPT_FLAG, 0, "percent", &q.percent, NULL, "also the share of the unit's count", NULL, 0, 0},
        {OPT_FLAG, 0, "total", &q.total, NULL, "also a last row with the total", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "Coverage, from the store:", NULL, 0, 0},
        {OPT_FLAG, 0, "coverage", &q.coverage, NULL, "the state of every unit: who has handed in for the month, and who has not",
         NULL, 0, 0},
        {OPT_STRING, 0, "deadline", &q.deadline, "DATE", "the last day in time: what came later is late", NULL, 0, 0},
        {OPT_STRING, 0, "require", &q.require, "STATE",
         "name each building in a worse state than 退回, 迟交, 零报告 or 已交; status 1 if there is one", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "Movement, from the store:", NULL, 0, 0},
        {OPT_STRING, 0, "movement", &q.movement, "A..B", "who came, left and moved from month A to month B, for every unit", NULL,
         0, 0},
        {OPT_FLAG, 0, "people", &q.people, NULL, "with --movement: the people behind the numbers", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "Proofs:", NULL, 0, 0},
        {OPT_FLAG, 0, "check", &q.check, NULL, "do the parts add up to the whole at every unit? Status 1 where they do not", NULL,
         0, 0},
    };
    struct session s = {
        .name = "vet-aggregate",
        .usage = "[OPTION]... [FILE]...",
        .summary = "Counts and sums of records, of rollups or of the store, per unit and level.",
        .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_FROM | WANT_TO | WANT_WHERE | WANT_MASK | WANT_THREADS,
    };
    if (session_start(&s, own, sizeof own / sizeof *own, argc, argv)) run(&s, &q);
    opt_list_free(&q.by);
    opt_list_free(&q.sum);
    return session_end(&s);
}
