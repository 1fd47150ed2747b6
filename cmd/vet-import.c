/* vet-import: sheets as people send them, to valid records, rejects and the store. */
#include <stdlib.h>

#include "flow/intake.h"
#include "session.h"

static const char *ledger = "person", *place, *rejects, *survey_date, *sheet;
static struct opt_list maps;
static bool explain, strict, dry_run, cells;

static const struct opt OPTIONS[] = {
    {OPT_HEADING, 0, NULL, NULL, NULL, "Options of vet-import:", NULL, 0, 0},
    {OPT_STRING, 0, "ledger", &ledger, "NAME", "the ledger that the sheets belong to (default: person)", NULL, 0, 0},
    {OPT_STRING, 0, "place", &place, "UNIT", "the unit, by code or name, where the sheets do not say it", NULL, 0, 0},
    {OPT_STRING, 0, "rejects", &rejects, "FILE", "write the rows that were not taken to FILE, as typed (.json: JSON)", NULL, 0, 0},
    {OPT_FLAG, 0, "explain", &explain, NULL, "say how each sheet was read", NULL, 0, 0},
    {OPT_LIST, 0, "map", &maps, "HEADING=FIELD", "read the column with that heading as that field", NULL, 0, 0},
    {OPT_FLAG, 0, "strict", &strict, NULL, "reject what would only be flagged", NULL, 0, 0},
    {OPT_FLAG, 0, "dry-run", &dry_run, NULL, "check everything, write no records", NULL, 0, 0},
    {OPT_STRING, 0, "survey-date", &survey_date, "DATE", "when the sheets were filled in, where they do not say it", NULL, 0, 0},
    {OPT_FLAG, 0, "cells", &cells, NULL, "write a sheet as plain CSV, just as it was read, and do nothing else", NULL, 0, 0},
    {OPT_STRING, 0, "sheet", &sheet, "NAME", "with --cells: which sheet (default: the first)", NULL, 0, 0},
};

static void progress(void *session, uint64_t done, uint64_t total)
{
    session_progress(session, "vet-import", done, total);
}

static bool write_stats(struct session *s, const struct account *account)
{
    struct out *o = out_open(s->stats, &s->diag);
    if (!o) return false;
    struct buf text = {0};
    account_json(&text, account);
    out_write(o, buf_slice(&text));
    buf_free(&text);
    return out_close(o, true, &s->diag);
}

static bool ends_in_json(const char *path)
{
    return str_ends(str_of(path), STR(".json")) || str_ends(str_of(path), STR(".jsonl"));
}

/* Opens the outputs, runs, closes them. */
static void import(struct session *s, struct intake_options *o)
{
    struct account account = {0};
    static const char *const STDIN[] = {"-"};
    if (!dry_run && (!s->db || s->output)) o->output = out_open(s->output, &s->diag);
    if (rejects) o->rejects = out_open(rejects, &s->diag);
    bool open = s->diag.status == 0,
         ok = open && intake_run(o, s->files.n ? s->files.v : STDIN, s->files.n ? s->files.n : 1, &account, &s->diag);
    if (ok && !account_sums(&account)) diag_add(&s->diag, DIAG_FATES_SUM, NULL, NULL);
    ok = ok && s->diag.status < 4;
    if (o->rejects) ok &= out_close(o->rejects, ok, &s->diag);
    if (o->output) ok &= out_close(o->output, ok, &s->diag);
    if (open && s->stats) write_stats(s, &account);
    account_free(&account);
}

static void write_cells(struct session *s)
{
    if (s->files.n > 1) {
        diag_add(&s->diag, DIAG_ARGUMENT_EXTRA, NULL, s->files.v[1], NULL);
        return;
    }
    struct out *o = out_open(s->output, &s->diag);
    if (!o) return;
    bool ok = intake_cells(s->files.n ? s->files.v[0] : "-", s->from, sheet, o, &s->diag);
    out_close(o, ok, &s->diag);
}

int main(int argc, char **argv)
{
    struct session s = {
        .name = "vet-import",
        .summary = "Takes sheets as people send them and writes their valid records.",
        .usage = "[OPTION]... [FILE]...",
        .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_FROM | WANT_TO | WANT_STATS | WANT_THREADS,
    };
    if (!session_start(&s, OPTIONS, sizeof OPTIONS / sizeof *OPTIONS, argc, argv)) return session_end(&s);
    if (cells) {
        write_cells(&s);
        return session_end(&s);
    }
    char today[11] = {0};
    memcpy(today, session_now(), 10);
    struct schema *schema = schema_open(s.share, ledger, &s.diag);
    struct units *units = s.units ? units_open(s.units, &s.diag) : NULL;
    if (schema && (units || !s.units)) {
        struct intake_options o = {
            .schema = schema,
            .units = units,
            .place = place,
            .maps = maps.v,
            .n_maps = maps.n,
            .survey_date = survey_date,
            .today = today,
            .from = s.from,
            .strict = strict,
            .explain = explain,
            .threads = (unsigned)s.threads,
            .format = s.to == TO_JSON ? ROWS_JSON : ROWS_CSV,
            .rejects_format = rejects && ends_in_json(rejects) ? ROWS_JSON : ROWS_CSV,
            .progress = progress,
            .progress_ctx = &s,
        };
        import(&s, &o);
    }
    units_free(units);
    schema_free(schema);
    opt_list_free(&maps);
    return session_end(&s);
}
