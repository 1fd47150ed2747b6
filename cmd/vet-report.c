/* vet-report: a workbook for the level above, from a stream or from the store. */
#include "book/print.h"
#include "book/report.h"
#include "book/spool.h"
#include "rollup/station.h"
#include "session.h"

static const char *const FORMATS[] = {"xlsx", "csv", "json", "text", NULL};

struct request {
    const char *report, *period, *as_of, *deadline, *station, *date, *explain;
    int format;
};

static struct content *from_stream(struct session *s, const struct report *report, struct report_source *source)
{
    struct units *units = s->units ? units_open(s->units, &s->diag) : NULL;
    struct spool *input = s->units && !units ? NULL : spool_open(s->files.v, s->files.n, &s->diag);
    struct content *content = NULL;
    source->units = units;
    if (input) source->paths = spool_paths(input, &source->n_paths);
    if (input) content = report_build(report, source, &s->diag);
    spool_close(input);
    units_free(units);
    return content;
}

static void write_explanation(struct session *s, const struct request *q, struct result *records)
{
    struct out *o = records ? out_open(s->output, &s->diag) : NULL;
    if (o) {
        result_write(o, q->format == PRINT_JSON ? ROWS_JSON : ROWS_CSV, records);
        out_close(o, s->diag.status < 2, &s->diag);
    }
    result_free(records);
}

/* The report, or, with --explain, the records behind one of its numbers instead. */
static struct content *from_store(struct session *s, const struct request *q, const struct report *report,
                                  const struct report_source *given)
{
    struct report_source own = *given, *source = &own;
    struct store_options o = {.by = session_who(), .now = session_now(), .command = buf_text(&s->command)};
    struct store *st = store_open(s->db, STORE_READ, &o, &s->diag);
    struct station of = {.store = st,
                         .schema = source->schema,
                         .deadline = str_of(q->deadline),
                         .where = s->where,
                         .threads = source->threads,
                         .diag = &s->diag};
    struct content *content = NULL;
    if (st && station_open(&of, source->period, source->month, q->as_of)) {
        source->of = &of; /* both end here */
        source->units = of.units;
        source->period = of.period;
        content = report_build(report, source, &s->diag);
    }
    if (content && q->explain) {
        write_explanation(s, q, report_explain(report, source, content, str_of(q->explain), &s->diag));
        content_free(content);
        content = NULL;
    }
    station_close(&of);
    if (st) store_close(st);
    return content;
}

static bool options(struct session *s, struct request *q, struct report_source *source)
{
    if (!session_period(s, &q->period, &source->month)) return false;
    if (q->period) source->period = source->month;
    source->mask = PROFILE_INTERNAL;
    if (!s->mask || mask_profile_of(str_of(s->mask), &source->mask)) return true;
    diag_add(&s->diag, DIAG_OPTION_BAD, NULL, "--mask", s->mask, "none | internal | public", NULL);
    return false;
}

static void run(struct session *s, struct request *q)
{
    struct report_source source = {.from = s->from,
                                   .share = s->share,
                                   .station = str_of(q->station),
                                   .date = str_of(q->date),
                                   .where = s->where,
                                   .threads = (unsigned)s->threads};
    struct report *report = options(s, q, &source) ? report_open(s->share, q->report, &s->diag) : NULL;
    if (!report) return;
    if ((report->needs_store || q->explain) && (!s->db || s->files.n)) {
        diag_add(&s->diag, DIAG_REPORT_NEEDS_STORE, NULL, q->report, NULL);
        report_free(report);
        return;
    }
    struct schema *schema = report->ledger.n ? schema_open(s->share, report->ledger.s, &s->diag) : NULL;
    source.schema = schema;
    if (schema || !report->ledger.n) {
        struct content *content = s->db && !s->files.n ? from_store(s, q, report, &source) : from_stream(s, report, &source);
        if (content) content_print(content, (enum print_format)q->format, s->output, &s->diag);
        content_free(content);
    }
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
        {OPT_CHOICE, 't', "to", &q.format, "xlsx|csv|json|text", "the format of the output", FORMATS, 0, 0},
        {OPT_STRING, 'p', "period", &q.period, "YYYY-MM",
         "the month reported (or VET_PERIOD; default: that of the data, else this month)", NULL, 0, 0},
        {OPT_STRING, 0, "as-of", &q.as_of, "BATCH|DATE|MONTH", "from the store as it was then", NULL, 0, 0},
        {OPT_STRING, 0, "deadline", &q.deadline, "DATE", "the last day in time: what came later is late", NULL, 0, 0},
        {OPT_STRING, 0, "explain", &q.explain, "SHEET!CELL", "from the store: the records behind a number of the report, as CSV",
         NULL, 0, 0},
        {OPT_STRING, 0, "station", &q.station, "NAME", "who reports (default: the topmost unit)", NULL, 0, 0},
        {OPT_STRING, 0, "date", &q.date, "DATE", "the date on the signature line (default: left open for the pen)", NULL, 0, 0},
    };
    struct session s = {
        .name = "vet-report",
        .usage = "[OPTION]... [FILE]...",
        .summary = "A workbook for the level above, from rollups, from records or from the store.",
        .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_FROM | WANT_WHERE | WANT_MASK | WANT_THREADS,
    };
    if (session_start(&s, own, sizeof own / sizeof *own, argc, argv)) run(&s, &q);
    return session_end(&s);
}
