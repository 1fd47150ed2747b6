/* A file on its way out: findings, records and output, in the order of the files. */
#include <stdio.h>
#include <stdlib.h>

#include "flow/intake_run.h"

enum { HOLD = 8 * 1024 * 1024 }; /* bytes of output held back until a file proves readable to its end */

void leave_tell(struct leaving *f, const struct finding *one)
{
    struct run *run = f->run;
    if (one->code == DIAG_UNKNOWN_COLUMN) {
        bool is_new;
        map_at(&run->told, one->args[0], &is_new);
        if (!is_new) return;
    }
    if (++f->told[one->code] > MOST_TOLD && one->severity < SEV_INPUT) {
        if (f->enough) atomic_store_explicit(&f->enough[one->code], true, memory_order_relaxed);
        diag_raise(run->d, status_of(one->severity));
        return;
    }
    diag_add_finding(run->d, one);
}

void leave_tell_all(struct leaving *f, const struct take *t)
{
    for (size_t i = 0; i < t->n_findings; i++) leave_tell(f, &t->findings[i]);
    for (int c = 0; c < DIAG_COUNT; c++) f->told[c] += t->skipped[c];
}

static void tell_more(struct leaving *f)
{
    for (int c = 0; c < DIAG_COUNT; c++) {
        if (f->told[c] <= MOST_TOLD) continue;
        char n[24];
        snprintf(n, sizeof n, "%llu", (unsigned long long)f->told[c] - MOST_TOLD);
        struct place at = {.file = f->path};
        diag_add(f->run->d, DIAG_MORE_FINDINGS, &at, n, diag_code_string((enum diag_code)c), NULL);
    }
}

/* Output is held back until the file is read to its end, or is so long that it has to go out as it comes. */
static bool write_out(struct leaving *f, struct out *o, struct buf *held, struct str text, bool all)
{
    if (!o) return true;
    if (!all && held->n + text.n <= HOLD && !f->streaming) {
        buf_str(held, text);
        return true;
    }
    f->streaming = true;
    out_write(o, buf_slice(held));
    out_write(o, text);
    held->n = 0;
    if (out_failed(o)) f->run->stopped = true;
    return !f->run->stopped;
}

static bool to_sink(struct leaving *f, const struct event *e)
{
    const struct sink *s = f->run->o->sink;
    enum fate fate = FATE_NEW;
    switch (e->kind) {
    case EVENT_RECORD:
        if (!s->record(s->ctx, &e->record, &fate)) return false;
        f->tally.fates[FATE_NEW]--;
        f->tally.fates[fate]++;
        return true;
    case EVENT_REJECT: return s->reject(s->ctx, &e->rejected);
    case EVENT_NIL: return s->nil(s->ctx, e->sheet.unit, &e->sheet.at, e->sheet.survey_date);
    case EVENT_HANDED_IN: return s->handed_in(s->ctx, e->sheet.unit, &e->sheet.at, e->sheet.survey_date);
    }
    return true;
}

static bool all_to_sink(struct leaving *f, const struct take *t)
{
    enum { SOON = 6 };
    const struct sink *s = f->run->o->sink;
    for (size_t i = 0; s && !f->skip && i < t->n_events; i++) {
        const struct event *soon = i + SOON < t->n_events ? &t->events[i + SOON] : NULL;
        if (s->soon && soon && soon->kind == EVENT_RECORD) s->soon(s->ctx, &soon->record);
        if (!to_sink(f, &t->events[i])) return false;
    }
    return true;
}

bool leave_take(struct leaving *f, struct take *t)
{
    leave_tell_all(f, t);
    tally_add(&f->tally, &t->tally);
    f->sheets += t->sheets;
    f->tables += t->tables;
    if (!all_to_sink(f, t)) {
        f->run->stopped = true;
        return false;
    }
    const struct home *home = f->run->o->home;
    for (size_t i = 0; home && i < t->n_home; i++)
        if (!home->row(home->ctx, &t->home[i])) {
            f->run->stopped = true;
            return false;
        }
    return write_out(f, f->run->o->output, &f->out, buf_slice(&t->out), false) &&
           write_out(f, f->run->o->rejects, &f->rejects, buf_slice(&t->rejects), false);
}

/* What the command line says of how files are to be read, each with its name. */
static void told(const struct intake_options *o, struct buf *out)
{
    const struct {
        const char *name, *value;
    } said[] = {{"place", o->place}, {"survey-date", o->survey_date}, {"from", o->from}, {"strict", o->strict ? "yes" : NULL}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (said[i].value) buf_printf(out, "%s=%s\n", said[i].name, said[i].value);
    for (size_t i = 0; i < o->n_maps; i++) buf_printf(out, "map=%s\n", o->maps[i]);
}

bool leave_begin(struct leaving *f, const unsigned char digest[32])
{
    const struct sink *s = f->run->o->sink;
    if (!s) return true;
    struct sink_file file = {.name = f->name, .path = f->path};
    struct buf reading = {0};
    memcpy(file.digest, digest, sizeof file.digest);
    told(f->run->o, &reading);
    file.reading = buf_slice(&reading);
    f->begun = s->begin(s->ctx, &file, &f->skip);
    buf_free(&reading);
    if (!f->begun) f->run->stopped = true;
    return f->begun;
}

bool leave_end(struct leaving *f, bool ok)
{
    struct run *run = f->run;
    const struct sink *s = run->o->sink;
    if (ok && f->tables) leave_tell_all(f, &f->late);
    if (ok && !f->tables) {
        struct finding none = {.code = f->tally.rows ? DIAG_NO_TABLE : DIAG_FILE_EMPTY, .at = {.file = f->path}};
        none.severity = diag_severity(none.code);
        leave_tell(f, &none);
    }
    tell_more(f);
    if (f->begun && !s->end(s->ctx, ok && !run->stopped)) run->stopped = true;
    if (run->o->home && !run->o->home->end(run->o->home->ctx, ok && !run->stopped)) run->stopped = true;
    if (ok) {
        write_out(f, run->o->output, &f->out, (struct str){0}, true);
        write_out(f, run->o->rejects, &f->rejects, (struct str){0}, true);
        if (f->skip) {
            f->tally.fates[FATE_UNCHANGED] += f->tally.fates[FATE_NEW];
            f->tally.fates[FATE_NEW] = 0;
        }
    } else {
        f->tally = (struct tally){0};
    }
    account_file(run->account, f->name, f->sheets, &f->tally);
    take_free(&f->late);
    buf_free(&f->out);
    buf_free(&f->rejects);
    return !run->stopped;
}
