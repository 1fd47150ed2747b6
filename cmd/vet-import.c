/* vet-import: sheets as people send them, to valid records, rejects and the store. */
#include "book/returns.h"
#include "flow/intake.h"
#include "session.h"
#include "store/store.h"

struct choice {
    const char *ledger, *place, *rejects, *survey_date, *sheet, *period, *returns;
    struct str month;
    struct opt_list maps;
    bool explain, strict, dry_run, cells;
    enum mask_profile mask;
};

static void progress(void *session, uint64_t done, uint64_t total)
{
    session_progress(session, "vet-import", done, total);
}

static bool write_stats(struct session *s, const struct account *account)
{
    struct out *o = out_open(s->stats, &s->diag);
    struct buf text = {0};
    account_json(&text, account);
    if (o) out_write(o, buf_slice(&text));
    buf_free(&text);
    return o && out_close(o, true, &s->diag);
}

/* Opens the outputs, runs, closes them. */
static void import(struct session *s, const struct choice *c, struct intake_options *o)
{
    static const char *const STDIN[] = {"-"};
    struct account account = {0};
    if (!c->dry_run && (!o->sink || s->output)) o->output = out_open(s->output, &s->diag);
    const char *templates[DIAG_COUNT];
    const struct returns_options home = {c->returns, o->schema, templates, str_head(str_of(session_now()), 10)};
    if (c->returns) session_home_templates(templates);
    struct returns *returns = c->returns ? returns_open(&home, &s->diag) : NULL;
    if (returns) o->home = returns_home(returns);
    if (c->rejects) o->rejects = out_open(c->rejects, &s->diag);
    bool open = s->diag.status == 0, named = s->files.n > 0;
    bool ok = open && intake_run(o, named ? s->files.v : STDIN, named ? s->files.n : 1, &account, &s->diag);
    returns_close(returns);
    if (ok && !account_sums(&account)) diag_add(&s->diag, DIAG_FATES_SUM, NULL, NULL);
    ok = ok && s->diag.status < 4;
    if (o->rejects) ok &= out_close(o->rejects, ok, &s->diag);
    if (o->output) ok &= out_close(o->output, ok, &s->diag);
    if (open && s->stats) write_stats(s, &account);
    account_free(&account);
}

/* The units: of the file, which a store is given too; else of the store.  False after findings. */
static bool open_units(struct session *s, const struct choice *c, struct store *st, struct units **units)
{
    *units = s->units ? units_open(s->units, &s->diag) : NULL;
    if (s->units && !*units) return false;
    if (!st) return true;
    if (*units && !c->dry_run && !store_units_load(st, *units)) return false;
    if (*units && c->dry_run) return true;
    units_free(*units);
    *units = store_has_units(st) ? store_units(st, 0) : NULL;
    return *units || !store_has_units(st);
}

static void run(struct session *s, const struct choice *c)
{
    struct schema *schema = schema_open(s->share, c->ledger, &s->diag);
    struct store *st = schema && s->db ? session_store(s, c->dry_run ? STORE_READ : STORE_CREATE, c->month) : NULL;
    struct units *units = NULL;
    char today[11] = {0};
    memcpy(today, session_now(), 10);
    if (schema && (st || !s->db) && open_units(s, c, st, &units)) {
        struct sink *sink = st && !c->dry_run ? store_sink(st, schema, units) : NULL;
        struct intake_options o = {
            .schema = schema,
            .units = units,
            .place = c->place,
            .maps = c->maps.v,
            .n_maps = c->maps.n,
            .survey_date = c->survey_date,
            .today = today,
            .from = s->from,
            .where = s->where,
            .strict = c->strict,
            .explain = c->explain,
            .english = !session_chinese(),
            .threads = (unsigned)s->threads,
            .format = s->to == TO_JSON ? ROWS_JSON : ROWS_CSV,
            .mask = c->mask,
            .rejects_format = s->to == TO_JSON || str_ends(str_of(c->rejects), STR(".json")) ? ROWS_JSON : ROWS_CSV,
            .sink = sink,
            .progress = progress,
            .progress_ctx = s,
        };
        if (sink || !st || c->dry_run) import(s, c, &o);
        if (sink) store_sink_free(sink);
    }
    if (st) store_close(st);
    units_free(units);
    schema_free(schema);
}

static void write_cells(struct session *s, const struct choice *c)
{
    bool masked = c->mask != PROFILE_NONE;
    struct schema *ledger = masked ? schema_open(s->share, c->ledger, &s->diag) : NULL;
    const struct cells_mask mask = {c->mask, ledger};
    struct out *o = ledger || !masked ? out_open(s->output, &s->diag) : NULL;
    bool ok = o && intake_cells(s->files.n ? s->files.v[0] : "-", s->from, c->sheet, masked ? &mask : NULL, o, &s->diag);
    if (o) out_close(o, ok, &s->diag);
    schema_free(ledger);
}

int main(int argc, char **argv)
{
    struct session s = {
        .name = "vet-import",
        .summary = "Takes sheets as people send them and writes their valid records.",
        .usage = "[OPTION]... [FILE]...",
        .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_FROM | WANT_TO | WANT_STATS | WANT_WHERE | WANT_THREADS | WANT_MASK,
    };
    struct choice c = {.ledger = "person"};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "Options of vet-import:", NULL, 0, 0},
        {OPT_STRING, 0, "ledger", &c.ledger, "NAME", "the ledger that the sheets belong to (default: person)", NULL, 0, 0},
        {OPT_STRING, 0, "place", &c.place, "UNIT", "the unit, by code or name, where the sheets do not say it", NULL, 0, 0},
        {OPT_STRING, 0, "rejects", &c.rejects, "FILE", "write the rows that were not taken to FILE, as typed (.json: JSON)", NULL,
         0, 0},
        {OPT_STRING, 'p', "period", &c.period, "YYYY-MM", "the month meant (default: this one, or VET_PERIOD)", NULL, 0, 0},
        {OPT_STRING, 0, "returns", &c.returns, "DIR",
         "write a workbook for each sender with the rows that he has to put right into DIR", NULL, 0, 0},
        {OPT_FLAG, 0, "explain", &c.explain, NULL, "say how each sheet was read", NULL, 0, 0},
        {OPT_LIST, 0, "map", &c.maps, "HEADING=FIELD", "read the column with that heading as that field", NULL, 0, 0},
        {OPT_FLAG, 0, "strict", &c.strict, NULL, "reject what would only be flagged", NULL, 0, 0},
        {OPT_FLAG, 0, "dry-run", &c.dry_run, NULL, "check everything, write no records", NULL, 0, 0},
        {OPT_STRING, 0, "survey-date", &c.survey_date, "DATE", "when the sheets were filled in, where they do not say it", NULL, 0,
         0},
        {OPT_FLAG, 0, "cells", &c.cells, NULL, "write a sheet as plain CSV, just as it was read, and do nothing else", NULL, 0, 0},
        {OPT_STRING, 0, "sheet", &c.sheet, "NAME", "with --cells: which sheet (default: the first)", NULL, 0, 0},
    };
    if (!session_start(&s, own, sizeof own / sizeof *own, argc, argv)) return session_end(&s);
    if (!session_mask(&s, PROFILE_NONE, &c.mask)) return session_end(&s);
    if (c.cells && s.files.n > 1) diag_add(&s.diag, DIAG_ARGUMENT_EXTRA, NULL, s.files.v[1], NULL);
    else if (s.where && s.db && !s.output) diag_add(&s.diag, DIAG_OPTION_NEEDS, NULL, "--where", "--output", NULL);
    else if (c.cells) write_cells(&s, &c);
    else if (session_period(&s, &c.period, &c.month)) run(&s, &c);
    opt_list_free(&c.maps);
    return session_end(&s);
}
