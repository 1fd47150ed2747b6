/* vet-report: a workbook for the level above, from a stream or from the store. */
#include <stdio.h>

#include "book/print.h"
#include "book/report.h"
#include "book/restate.h"
#include "flow/reread.h"
#include "rollup/station.h"
#include "session.h"
#include "store/kept.h"

static const char *const FORMATS[] = {"xlsx", "csv", "json", "text", NULL};

struct request {
    const char *name, *ledger, *period, *as_of, *deadline, *station, *date, *explain;
    int format;
    bool restated;
    struct report *report; /* opened when it is known which share files it is made from */
    struct schema *schema;
};

/* May it be shown?  A stream's records are whoever's holds them; of the store's the log says who takes them whole. */
static bool may_show(struct session *s, const struct report_source *from, uint64_t rows)
{
    return !from->of || from->mask != PROFILE_NONE || session_unmasked(s, NULL, rows, s->output);
}

static uint64_t sheet_lines(const struct content_sheet *s)
{
    uint64_t lines = 0;
    for (size_t k = 0; k < s->n_blocks; k++) lines += block_lines(&s->blocks[k]);
    return lines;
}

static uint64_t lines_of(const struct content *c)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < c->n_sheets; i++) lines += sheet_lines(&c->sheets[i]);
    return lines;
}

/* How many lines each sheet has. */
static void account(struct session *s, const struct content *c)
{
    struct buf parts = {0};
    buf_put(&parts, "\"sheets\": [");
    for (size_t i = 0; i < c->n_sheets; i++) {
        buf_put(&parts, i ? ", {\"name\": " : "{\"name\": ");
        json_quote(&parts, c->sheets[i].name);
        buf_printf(&parts, ", \"rows\": %llu}", (unsigned long long)sheet_lines(&c->sheets[i]));
    }
    buf_put(&parts, "], ");
    session_stats(s, lines_of(c), buf_slice(&parts));
    buf_free(&parts);
}

/* The report and its ledger, of these share files. */
static bool open_report(struct session *s, struct request *q, const struct share *share, struct report_source *source)
{
    q->report = report_open(share, q->name, &s->diag);
    if (!q->report || !report_ledger(q->report, q->ledger, &s->diag)) return false;
    if (q->report->ledger.n) q->schema = schema_open_in(share, q->report->ledger.s, &s->diag);
    source->share = share;
    source->schema = q->schema;
    return q->schema || !q->report->ledger.n;
}

/* The report, or, with --explain, what is behind one of its numbers.  Ends the content. */
static void write_report(struct session *s, const struct request *q, const struct report_source *from, struct content *content)
{
    if (content && q->explain) {
        struct result *behind = report_explain(q->report, from, content, str_of(q->explain), &s->diag);
        if (behind && may_show(s, from, behind->n)) session_write(s, q->format == PRINT_JSON ? ROWS_JSON : ROWS_CSV, behind);
        result_free(behind);
    } else if (content && may_show(s, from, lines_of(content))) {
        content_print(content, (enum print_format)q->format, s->output, &s->diag);
        account(s, content);
    }
    content_free(content);
}

static void from_stream(struct session *s, struct request *q, struct report_source *source)
{
    const struct share share = {.folder = s->share};
    bool ok = open_report(s, q, &share, source);
    if (ok && (q->report->needs_store || q->restated)) {
        diag_add(&s->diag, DIAG_REPORT_NEEDS_STORE, NULL, q->name, NULL);
        ok = false;
    }
    struct units *units = NULL;
    struct reread *input = ok && session_units(s, &units) ? reread_open(s->files.v, s->files.n, &s->diag) : NULL;
    source->units = units;
    if (input) source->paths = reread_paths(input, &source->n_paths);
    if (input) write_report(s, q, source, report_build(q->report, source, &s->diag));
    reread_close(input);
    units_free(units);
}

/* Which moment of the store a report of the month looks at; false after findings. */
static bool look_at(struct session *s, const struct request *q, struct report_source *source, struct station *of, const char *as_of)
{
    of->deadline = str_of(q->deadline);
    of->where = s->where;
    of->threads = source->threads;
    of->diag = &s->diag;
    if (!station_look(of, source->period, source->month, as_of)) return false;
    source->of = of;
    source->period = of->period;
    return true;
}

static struct content *built(struct session *s, struct request *q, struct report_source *source)
{
    source->of->schema = source->schema;
    if (!station_load_units(source->of)) return NULL;
    source->units = source->of->units;
    return report_build(q->report, source, &s->diag);
}

static bool is_frozen(struct session *s, const struct station *then)
{
    struct place at = {.file = s->db};
    if (!then->frozen) diag_add(&s->diag, DIAG_REPORT_NOT_FROZEN, &at, then->period.s, NULL);
    return then->frozen != 0;
}

/* Both sides of the difference are made with the share files as they are, so that only records make one. */
static bool tell_changes(struct session *s, struct station *then)
{
    struct share kept;
    struct buf names = {0};
    bool ok = station_share(then, s->share, &kept);
    if (ok) store_kept_changed(then->store, &kept, &names);
    if (names.n) diag_add(&s->diag, DIAG_REPORT_OTHER_SHARE, NULL, then->period.s, buf_text(&names), NULL);
    buf_free(&names);
    return ok;
}

/* The frozen month as it is now known (or at --as-of), with what differs from the report that went out. */
static struct content *restated(struct session *s, struct request *q, struct report_source *source, struct station *of)
{
    struct report_source reported = *source;
    struct station then = {.store = of->store};
    struct content *now = NULL, *was = NULL;
    char head[24];
    bool ok = look_at(s, q, &reported, &then, NULL) && is_frozen(s, &then) && tell_changes(s, &then);
    snprintf(head, sizeof head, "%lld", (long long)store_head(of->store, NULL));
    source->period = then.period;
    ok = ok && look_at(s, q, source, of, q->as_of ? q->as_of : head);
    if (ok) was = built(s, q, &reported);
    if (was) now = built(s, q, source);
    if (now && !report_restate(q->report, source, then.frozen, now, was, &s->diag)) {
        content_free(now);
        now = NULL;
    }
    content_free(was);
    station_close(&then);
    return now;
}

static void from_store(struct session *s, struct request *q, struct report_source *source)
{
    struct station of = {.store = session_store(s, STORE_READ, (struct str){0})};
    struct share share = {.folder = s->share};
    struct content *content = NULL;
    if (of.store && q->restated) {
        if (open_report(s, q, &share, source)) content = restated(s, q, source, &of);
    } else if (of.store && look_at(s, q, source, &of, q->as_of) && station_share(&of, s->share, &share)) {
        if (open_report(s, q, &share, source)) content = built(s, q, source);
    }
    write_report(s, q, source, content);
    station_close(&of);
    store_close(of.store);
}

static void run(struct session *s, struct request *q)
{
    struct report_source source = {.from = s->from,
                                   .station = str_of(q->station),
                                   .date = str_of(q->date),
                                   .where = s->where,
                                   .threads = (unsigned)s->threads};
    if (!session_period(s, &q->period, &source.month) || !session_mask(s, PROFILE_INTERNAL, &source.mask)) return;
    if (q->period) source.period = source.month;
    if (s->db && !s->files.n) from_store(s, q, &source);
    else from_stream(s, q, &source);
    schema_free(q->schema);
    report_free(q->report);
}

int main(int argc, char **argv)
{
    struct request q = {.name = "summary"};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "The report:", NULL, 0, 0},
        {OPT_STRING, 'r', "report", &q.name, "NAME", "summary (the default) or another of share/reports, or a file of your own",
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
