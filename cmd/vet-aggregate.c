/* vet-aggregate: rollups per unit and level of records, of rollups, or of the store; coverage, movement, proofs; and what is behind
 * their numbers. */
#include "ledger/share.h"
#include "rollup/aggregate.h"
#include "session.h"

static const char *const LEVELS[] = {"station", "community", "grid", "building", "all", NULL};
static const char *const COUNTS[] = {"entities", "records", NULL};

struct request {
    struct aggregate what;
    struct opt_list by, sum;
    const char *period, *pivot, *ledger, *as_of, *deadline, *require;
    int count;
    bool check, coverage, people;
};

static bool options(struct session *s, struct request *q)
{
    struct aggregate *a = &q->what;
    if (!session_period(s, &q->period, &a->month) || !session_mask(s, PROFILE_NONE, &a->mask)) return false;
    if (q->require && !state_of(str_of(q->require), &a->least))
        return session_refuse(s, DIAG_OPTION_BAD, "--require", q->require, "未交 退回 迟交 零报告 已交");
    a->require = q->require != NULL;
    a->month_given = q->period != NULL;
    a->count = q->count ? COUNT_RECORDS : COUNT_ENTITIES;
    a->kind = q->coverage || q->require ? AGGREGATE_COVERAGE
              : a->months               ? (q->people ? AGGREGATE_PEOPLE : AGGREGATE_MOVEMENT)
              : q->check                ? AGGREGATE_CHECK
                                        : AGGREGATE_ROLLUP;
    if (a->explain && a->kind == AGGREGATE_CHECK) return session_refuse(s, DIAG_TRACE_NOT_OF, "--check", NULL, NULL);
    if (a->explain && a->kind == AGGREGATE_PEOPLE) return session_refuse(s, DIAG_TRACE_NOT_OF, "--people", NULL, NULL);
    const char *of_store = q->coverage  ? "--coverage"
                           : q->require ? "--require"
                           : a->months  ? "--movement"
                           : q->as_of   ? "--as-of"
                                        : NULL;
    if (of_store && (!s->db || s->files.n)) return session_refuse(s, DIAG_STORE_WANTED, of_store, NULL, NULL);
    return aggregate_by(a, &q->by, &q->sum, q->pivot, &s->diag);
}

static struct result *from_stream(struct session *s, struct request *q)
{
    bool typed = aggregate_needs_schema(&q->what, s->where);
    struct schema *schema = typed ? schema_open(s->share, q->ledger, &s->diag) : NULL;
    if (typed && !schema) return NULL;
    struct units *units;
    bool ok = session_units(s, &units);
    const struct aggregate_input in = {
        s->files.v, s->files.n, s->from, schema, units, s->where, (unsigned)s->threads,
    };
    struct result *table = ok ? aggregate_stream(&q->what, &in, &s->diag) : NULL;
    units_free(units);
    schema_free(schema);
    return table;
}

/* The ledger as the month goes by it; the movement between two months goes by it as it is. */
static struct schema *schema_of(struct session *s, const struct request *q, struct station *of)
{
    struct share share = {.folder = s->share};
    bool ok = q->what.months || station_share(of, s->share, &share);
    return ok ? schema_open_in(&share, q->ledger, &s->diag) : NULL;
}

static struct result *from_store(struct session *s, struct request *q)
{
    struct station of = {.store = session_store(s, STORE_READ, (struct str){0}),
                         .deadline = str_of(q->deadline),
                         .where = s->where,
                         .threads = (unsigned)s->threads,
                         .diag = &s->diag};
    struct str given = q->period ? q->what.month : (struct str){0};
    bool ok = of.store && station_open(&of, given, q->what.month, q->as_of);
    struct schema *schema = ok ? schema_of(s, q, &of) : NULL;
    of.schema = schema;
    struct result *table = schema ? aggregate_station(&q->what, &of) : NULL;
    schema_free(schema);
    station_close(&of);
    store_close(of.store);
    return table;
}

static void run(struct session *s, struct request *q)
{
    if (!options(s, q)) return;
    bool of_store = s->db && !s->files.n;
    struct result *table = of_store ? from_store(s, q) : from_stream(s, q);
    bool people = q->what.explain || q->what.kind == AGGREGATE_PEOPLE || q->what.personal;
    if (table && of_store && people && q->what.mask == PROFILE_NONE && !session_unmasked(s, NULL, table->n, s->output)) {
        result_free(table);
        table = NULL;
    }
    session_write(s, s->to == TO_JSON ? ROWS_JSON : ROWS_CSV, table);
    if (table) session_stats(s, table->n, (struct str){0});
    result_free(table);
}

int main(int argc, char **argv)
{
    struct request q = {.what.level = AGGREGATE_LEVEL_FREE, .ledger = "person"};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "What to count:", NULL, 0, 0},
        {OPT_CHOICE, 'l', "level", &q.what.level, "LEVEL", "building, grid, community, station or all", LEVELS, 0, 0},
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
        {OPT_FLAG, 0, "percent", &q.what.percent, NULL, "also the share of the unit's count", NULL, 0, 0},
        {OPT_FLAG, 0, "total", &q.what.total, NULL, "also a last row with the total", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "Coverage, from the store:", NULL, 0, 0},
        {OPT_FLAG, 0, "coverage", &q.coverage, NULL, "the state of every unit: who has handed in for the month, and who has not",
         NULL, 0, 0},
        {OPT_STRING, 0, "deadline", &q.deadline, "DATE", "the last day in time: what came later is late", NULL, 0, 0},
        {OPT_STRING, 0, "require", &q.require, "STATE",
         "name each building in a worse state than 退回, 迟交, 零报告 or 已交; status 1 if there is one", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "Movement, from the store:", NULL, 0, 0},
        {OPT_STRING, 0, "movement", &q.what.months, "A..B", "who came, left and moved from month A to month B, for every unit",
         NULL, 0, 0},
        {OPT_FLAG, 0, "people", &q.people, NULL, "with --movement: the people behind the numbers", NULL, 0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "Proofs:", NULL, 0, 0},
        {OPT_STRING, 0, "explain", &q.what.explain, "ROW[,COLUMN]",
         "what is behind a number: the row by its number or as unit=CODE,FIELD=VALUE", NULL, 0, 0},
        {OPT_FLAG, 0, "check", &q.check, NULL, "do the parts add up to the whole at every unit? Status 1 where they do not", NULL,
         0, 0},
    };
    struct session s = {
        .name = "vet-aggregate",
        .usage = "[OPTION]... [FILE]...",
        .summary = "Counts and sums of records, of rollups or of the store, per unit and level.",
        .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_FROM | WANT_TO | WANT_STATS | WANT_WHERE | WANT_MASK | WANT_THREADS,
    };
    if (session_start(&s, own, sizeof own / sizeof *own, argc, argv)) run(&s, &q);
    aggregate_free(&q.what);
    opt_list_free(&q.by);
    opt_list_free(&q.sum);
    return session_end(&s);
}
