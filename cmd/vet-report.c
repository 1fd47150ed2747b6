/* vet-report: a workbook for the level above, from a stream or from the store. */
#include "book/making.h"
#include "book/print.h"
#include "session.h"

static const char *const FORMATS[] = {"xlsx", "csv", "json", "text", NULL};

struct request {
    struct making making;
    const char *period, *deadline, *station, *date, *explain;
    int format;
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

/* The report, or, with --explain, what is behind one of its numbers. */
static void write_report(struct session *s, const struct request *q, struct content *content)
{
    const struct report_source *from = &q->making.source;
    if (content && q->explain) {
        struct result *behind = report_explain(q->making.report, from, content, str_of(q->explain), &s->diag);
        if (behind && may_show(s, from, behind->n)) session_write(s, q->format == PRINT_JSON ? ROWS_JSON : ROWS_CSV, behind);
        result_free(behind);
    } else if (content && may_show(s, from, lines_of(content))) {
        content_print(content, (enum print_format)q->format, s->output, &s->diag);
        account(s, content);
    }
}

static void run(struct session *s, struct request *q)
{
    struct making *m = &q->making;
    struct report_source *from = &m->source;
    *from = (struct report_source){.from = s->from,
                                   .station = str_of(q->station),
                                   .date = str_of(q->date),
                                   .where = s->where,
                                   .threads = (unsigned)s->threads};
    if (!session_period(s, &q->period, &from->month) || !session_mask(s, PROFILE_INTERNAL, &from->mask)) return;
    if (q->period) from->period = from->month;
    m->folder = s->share;
    m->file = s->db;
    m->deadline = str_of(q->deadline);
    bool stored = s->db && !s->files.n;
    struct store *store = stored ? session_store(s, STORE_READ, (struct str){0}) : NULL;
    struct units *units = NULL;
    struct content *content = NULL;
    if (store) content = making_of_store(m, store, &s->diag);
    else if (!stored && session_units(s, &units)) content = making_of_stream(m, units, s->files.v, s->files.n, &s->diag);
    write_report(s, q, content);
    content_free(content);
    making_end(m);
    store_close(store);
}

int main(int argc, char **argv)
{
    struct request q = {.making = {.name = "summary"}};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "The report:", NULL, 0, 0},
        {OPT_STRING, 'r', "report", &q.making.name, "NAME",
         "summary (the default) or another of share/reports, or a file of your own", NULL, 0, 0},
        {OPT_STRING, 0, "ledger", &q.making.ledger, "NAME", "with -r ledger: which one (default: person)", NULL, 0, 0},
        {OPT_CHOICE, 't', "to", &q.format, "xlsx|csv|json|text", "the format of the output", FORMATS, 0, 0},
        {OPT_STRING, 'p', "period", &q.period, "YYYY-MM",
         "the month reported (or VET_PERIOD; default: that of the data, else this month)", NULL, 0, 0},
        {OPT_STRING, 0, "as-of", &q.making.as_of, "BATCH|DATE|MONTH", "from the store as it was then", NULL, 0, 0},
        {OPT_STRING, 0, "deadline", &q.deadline, "DATE", "the last day in time: what came later is late", NULL, 0, 0},
        {OPT_FLAG, 0, "restated", &q.making.restated, NULL,
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
