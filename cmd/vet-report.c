/* vet-report: a workbook for the level above, from a stream or from the store. */
#include <stdio.h>

#include "book/print.h"
#include "book/report.h"
#include "book/restate.h"
#include "flow/reread.h"
#include "rollup/station.h"
#include "session.h"

static const char *const FORMATS[] = {"xlsx", "csv", "json", "text", NULL};

struct request {
    const char *report, *ledger, *period, *as_of, *deadline, *station, *date, *explain;
    int format;
    bool restated;
};

/* How many lines each sheet has. */
static void account(struct session *s, const struct content *c)
{
    struct buf parts = {0};
    uint64_t all = 0;
    buf_put(&parts, "\"sheets\": [");
    for (size_t i = 0; i < c->n_sheets; i++) {
        uint64_t lines = 0;
        for (size_t k = 0; k < c->sheets[i].n_blocks; k++) lines += block_lines(&c->sheets[i].blocks[k]);
        all += lines;
        buf_put(&parts, i ? ", {\"name\": " : "{\"name\": ");
        json_quote(&parts, c->sheets[i].name);
        buf_printf(&parts, ", \"rows\": %llu}", (unsigned long long)lines);
    }
    buf_put(&parts, "], ");
    session_stats(s, all, buf_slice(&parts));
    buf_free(&parts);
}

/* The report, or, with --explain, what is behind one of its numbers.  Ends the content. */
static void write_report(struct session *s, const struct request *q, const struct report *report, const struct report_source *from,
                         struct content *content)
{
    if (content && q->explain) {
        struct result *behind = report_explain(report, from, content, str_of(q->explain), &s->diag);
        session_write(s, q->format == PRINT_JSON ? ROWS_JSON : ROWS_CSV, behind);
        result_free(behind);
    } else if (content) {
        content_print(content, (enum print_format)q->format, s->output, &s->diag);
        account(s, content);
    }
    content_free(content);
}

static void from_stream(struct session *s, const struct request *q, const struct report *report, struct report_source *source)
{
    struct units *units = s->units ? units_open(s->units, &s->diag) : NULL;
    struct reread *input = s->units && !units ? NULL : reread_open(s->files.v, s->files.n, &s->diag);
    source->units = units;
    if (input) source->paths = reread_paths(input, &source->n_paths);
    if (input) write_report(s, q, report, source, report_build(report, source, &s->diag));
    reread_close(input);
    units_free(units);
}

/* The station as a report of the month looks at it; false after findings. */
static bool look_at(struct session *s, struct report_source *source, struct station *of, const char *deadline, const char *as_of)
{
    of->schema = source->schema;
    of->deadline = str_of(deadline);
    of->where = s->where;
    of->threads = source->threads;
    of->diag = &s->diag;
    if (!station_open(of, source->period, source->month, as_of)) return false;
    source->of = of;
    source->units = of->units;
    source->period = of->period;
    return true;
}

/* The frozen month as it is now known (or at --as-of), with what differs from the report that went out. */
static struct content *restated(struct session *s, const struct request *q, const struct report *report,
                                struct report_source *source, struct station *of)
{
    struct report_source reported = *source;
    struct station then = {.store = of->store};
    struct content *now = NULL, *was = NULL;
    char head[24];
    bool ok = look_at(s, &reported, &then, q->deadline, NULL);
    if (ok && !then.frozen) {
        struct place at = {.file = s->db};
        diag_add(&s->diag, DIAG_REPORT_NOT_FROZEN, &at, then.period.s, NULL);
        ok = false;
    }
    snprintf(head, sizeof head, "%lld", (long long)store_head(of->store, NULL));
    source->period = then.period;
    ok = ok && look_at(s, source, of, q->deadline, q->as_of ? q->as_of : head);
    if (ok) was = report_build(report, &reported, &s->diag);
    if (was) now = report_build(report, source, &s->diag);
    if (now && !report_restate(report, source, then.frozen, now, was, &s->diag)) {
        content_free(now);
        now = NULL;
    }
    content_free(was);
    station_close(&then);
    return now;
}

static void from_store(struct session *s, const struct request *q, const struct report *report, struct report_source *source)
{
    struct station of = {.store = session_store(s, STORE_READ, (struct str){0})};
    struct content *content = NULL;
    if (of.store && q->restated) content = restated(s, q, report, source, &of);
    else if (of.store && look_at(s, source, &of, q->deadline, q->as_of)) content = report_build(report, source, &s->diag);
    write_report(s, q, report, source, content);
    station_close(&of);
    store_close(of.store);
}

static void run(struct session *s, struct request *q)
{
    struct report_source source = {.from = s->from,
                                   .share = s->share,
                                   .station = str_of(q->station),
                                   .date = str_of(q->date),
                                   .where = s->where,
                                   .threads = (unsigned)s->threads};
    if (!session_period(s, &q->period, &source.month) || !session_mask(s, PROFILE_INTERNAL, &source.mask)) return;
    if (q->period) source.period = source.month;
    struct report *report = report_open(s->share, q->report, &s->diag);
    bool of_store = s->db && !s->files.n, ok = report && report_ledger(report, q->ledger, &s->diag);
    struct schema *schema = ok && report->ledger.n ? schema_open(s->share, report->ledger.s, &s->diag) : NULL;
    ok = ok && (schema || !report->ledger.n);
    source.schema = schema;
    if (ok && (report->needs_store || q->restated) && !of_store) diag_add(&s->diag, DIAG_REPORT_NEEDS_STORE, NULL, q->report, NULL);
    else if (ok && of_store) from_store(s, q, report, &source);
    else if (ok) from_stream(s, q, report, &source);
    schema_free(schema);
    report_free(report);
}

int main(int argc, char **argv)
{
    struct request q = {.report = "summary"};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "The report:", NULL, 0, 0},
        {OPT_STRING, 'r', "report", &q.report, "NAME", "summary (the default) or another of share/reports, or a file of your own",
         NULL, 0, 0},
        {OPT_STRING, 0, "ledger", &q.ledger, "NAME", "with -r ledger: which one (default: person)", NULL, 0, 0},
        {OPT_CHOICE, 't', "to", &q.format, "xlsx|csv|json|text", "the format of the output", FORMATS, 0, 0},
        {OPT_STRING, 'p', "period", &q.period, "YYYY-MM",
         "the month reported (or VET_PERIOD; default: that of the data, else this month)", NULL, 0, 0},
        {OPT_STRING, 0, "as-of", &q.as_of, "BATCH|DATE|MONTH", "from the store as it was then", NULL, 0, 0},
        {OPT_STRING, 0, "deadline", &q.deadline, "DATE", "the last day in time: what came later is late", NULL, 0, 0},
        {OPT_FLAG, 0, "restated", &q.restated, NULL,
         "a frozen month as it is now known: numbers that were reported otherwise bear an r, the last sheets say why", NULL, 0, 0},
        {OPT_STRING, 0, "explain", &q.explain, "SHEET!CELL", "instead of the report what is behind one of its numbers, as CSV",
         NULL, 0, 0},
        {OPT_STRING, 0, "station", &q.station, "NAME", "who reports (default: the topmost unit)", NULL, 0, 0},
        {OPT_STRING, 0, "date", &q.date, "DATE", "the date on the signature line (default: left open for the pen)", NULL, 0, 0},
    };
    struct session s = {
        .name = "vet-report",
        .usage = "[OPTION]... [FILE]...",
        .summary = "A workbook for the level above, from rollups, from records or from the store.",
        .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_FROM | WANT_STATS | WANT_WHERE | WANT_MASK | WANT_THREADS,
    };
    if (session_start(&s, own, sizeof own / sizeof *own, argc, argv)) run(&s, &q);
    return session_end(&s);
}
