/* vet-store: the store as a whole. */
#include <libintl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "flow/copy.h"
#include "rollup/moment.h"
#include "session.h"
#include "store/backup.h"
#include "store/erase.h"
#include "store/history.h"
#include "store/pack.h"
#include "store/store.h"
#include "store/undo.h"

struct work {
    struct session session;
    struct store_options options;
    struct store *store;
    struct schema *ledger;
    struct units *units; /* those to make a store with */
    const char *what;    /* the first argument of the action */
    const char *ledger_name, *period, *by, *reason, *receipt, *unit;
    const char *month_meant; /* --period as it was given */
    bool cascade, run;
};

static void tell(struct work *w, enum diag_code code, const char *a)
{
    struct place at = {.file = w->session.db};
    diag_add(&w->session.diag, code, &at, a, NULL);
}

static void tell_number(struct work *w, enum diag_code code, size_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", n);
    if (n) tell(w, code, text);
}

/* A new store has the ledger's tables, and the units when a units file is given. */
static void do_init(struct work *w)
{
    if (store_ledger(w->store, w->ledger) && (!w->units || store_units_load(w->store, w->units))) tell(w, DIAG_STORE_MADE, NULL);
}

static void do_info(struct work *w)
{
    struct store_info i;
    const char *hash;
    if (!store_info(w->store, &i)) return;
    int64_t head = store_head(w->store, &hash);
    printf("%s: %s\n", gettext("store"), w->session.db);
    printf("%s: %lld\n", gettext("batches"), (long long)head);
    printf("%s: %s\n", gettext("head"), hash);
    printf("%s: %llu\n", gettext("units"), (unsigned long long)i.units);
    printf("%s: %llu\n", gettext("files taken"), (unsigned long long)i.files);
    printf("%s: %llu\n", gettext("records"), (unsigned long long)store_count(w->store, w->ledger, 0));
    printf("%s: %llu\n", gettext("rejected rows still open"), (unsigned long long)i.rejects);
    printf("%s: %lld\n", gettext("bytes"), (long long)i.bytes);
}

static void do_verify(struct work *w)
{
    if (store_verify(w->store) && w->receipt) store_check_receipt(w->store, w->receipt);
}

static void do_log(struct work *w)
{
    struct session *s = &w->session;
    struct rows *r = store_log_told(w->store, session_translate);
    struct out *o = r ? out_open(s->output, &s->diag) : NULL;
    bool ok = o && rows_copy(r, o, &(struct copy_options){.format = s->to == TO_JSON ? ROWS_JSON : ROWS_CSV}, NULL);
    if (o) out_close(o, ok, &s->diag);
    rows_close(r);
}

static void do_undo(struct work *w)
{
    int64_t *v = NULL;
    size_t n = 0;
    struct undone done;
    bool ok = true;
    for (size_t i = 1; ok && i < w->session.files.n; i++) ok = store_batches(w->store, w->session.files.v[i], w->run, &v, &n);
    if (ok && store_undo(w->store, v, n, w->cascade, &done)) {
        tell_number(w, DIAG_UNDO_WAS, done.away);
        tell_number(w, DIAG_REDO_WAS, done.back);
    }
    free(v);
}

/* What is fixed is what a report of the month shows now: nothing that came in for a later month is in it. */
static void do_freeze(struct work *w)
{
    struct arena memory = {0};
    struct place at = {.file = w->session.db};
    char batch[24];
    struct moment m = moment_of(w->store, str_of(w->what), 0, &memory);
    int64_t state = m.as_of ? m.as_of : store_head(w->store, NULL);
    snprintf(batch, sizeof batch, "%lld", (long long)state);
    if (store_freeze(w->store, w->what, state, w->by ? w->by : session_who(), w->reason, w->session.share))
        diag_add(&w->session.diag, DIAG_FREEZE_DONE, &at, w->what, batch, NULL);
    arena_free(&memory);
}

static void do_backup(struct work *w)
{
    store_backup(w->store, w->what);
}

static void do_restore(struct work *w)
{
    store_restore(w->what, w->session.db, &w->options, &w->session.diag);
}

static void do_pack(struct work *w)
{
    struct session *s = &w->session;
    const struct pack_options p = {.share = s->share, .unit = w->unit, .period = w->month_meant, .output = w->what};
    struct out *o = out_open(w->what, &s->diag);
    bool ok = o && store_pack(w->store, &p, o);
    if (o && out_close(o, ok, &s->diag) && ok) tell(w, DIAG_PACK_DONE, NULL);
}

static void do_unpack(struct work *w)
{
    struct session *s = &w->session;
    struct out *o = out_open(s->output, &s->diag);
    struct buf receipt = {0};
    bool ok = o && store_unpack(w->store, s->share, w->what, &receipt);
    if (ok) out_write(o, buf_slice(&receipt));
    if (o) out_close(o, ok, &s->diag);
    if (!ok) store_discard(w->store);
    if (!ok) w->store = NULL;
    buf_free(&receipt);
}

static void do_erase(struct work *w)
{
    uint64_t rows;
    if (!w->reason) diag_add(&w->session.diag, DIAG_STORE_NEEDS, NULL, "erase", "--reason TEXT", NULL);
    else if (store_erase(w->store, w->ledger, w->what, w->reason, &rows)) tell_number(w, DIAG_ERASE_DONE, (size_t)rows);
}

enum opening { OPENS, MAKES, OPENS_NOTHING };
static const struct action {
    const char *name;
    enum store_mode mode;
    enum opening opening;
    const char *example; /* of the argument that it needs, or NULL */
    void (*run)(struct work *);
} ACTIONS[] = {
    {"init", STORE_CREATE, MAKES, NULL, do_init},
    {"info", STORE_READ, OPENS, NULL, do_info},
    {"verify", STORE_READ, OPENS, NULL, do_verify},
    {"log", STORE_READ, OPENS, NULL, do_log},
    {"undo", STORE_WRITE, OPENS, "BATCH", do_undo}, /* or several */
    {"freeze", STORE_WRITE, OPENS, "2026-11", do_freeze},
    {"backup", STORE_WRITE, OPENS, "copy.db", do_backup},
    {"restore", STORE_READ, OPENS_NOTHING, "copy.db", do_restore},
    {"pack", STORE_WRITE, OPENS, "hand-over.zip", do_pack},
    {"unpack", STORE_CREATE, OPENS, "hand-over.zip", do_unpack},
    {"erase", STORE_WRITE, OPENS, "370124...", do_erase},
};

static const struct action *find_action(struct work *w)
{
    const char *word = w->session.files.n ? w->session.files.v[0] : NULL;
    const struct action *found = NULL;
    struct buf all = {0};
    for (const struct action *a = ACTIONS; a < ACTIONS + sizeof ACTIONS / sizeof *ACTIONS; a++) {
        if (word && strcmp(word, a->name) == 0) found = a;
        buf_printf(&all, "%s%s", all.n ? " " : "", a->name);
    }
    const char *names = buf_text(&all);
    if (!found) session_refuse(&w->session, word ? DIAG_STORE_ACTION : DIAG_STORE_NO_ACTION, word ? word : names, names, NULL);
    buf_free(&all);
    return found;
}

static bool read_arguments(struct work *w, const struct action *a)
{
    struct session *s = &w->session;
    size_t n = s->files.n, most = a->run == do_undo ? n : a->example ? 2 : 1;
    if (n > most) return session_refuse(&w->session, DIAG_ARGUMENT_EXTRA, s->files.v[most], NULL, NULL);
    w->what = n > 1 ? s->files.v[1] : a->run == do_pack ? s->output : NULL;
    if (a->example && !w->what) return session_refuse(&w->session, DIAG_STORE_NEEDS, a->name, a->example, NULL);
    w->month_meant = w->period;
    if (a->run != do_freeze) return true;
    w->period = w->what;
    return session_is_month(str_of(w->what)) || session_refuse(&w->session, DIAG_STORE_MONTH, a->name, w->what, a->example);
}

/* A month, what the batches of this run say of themselves, the store. */
static bool open_store(struct work *w, const struct action *a)
{
    struct session *s = &w->session;
    struct str period;
    struct stat st;
    if (!s->db) return session_refuse(&w->session, DIAG_STORE_WANTED, "vet-store", NULL, NULL);
    if (a->opening == MAKES && stat(s->db, &st) == 0) {
        tell(w, DIAG_STORE_EXISTS, NULL);
        return false;
    }
    if (!session_period(s, &w->period, &period)) return false;
    if (a->run == do_erase) session_hide(s, w->what);
    if (a->run == do_erase) s->by = w->by;
    w->options = session_options(s, period);
    if (a->opening == OPENS_NOTHING) return true;
    /* The units are read first: where they cannot be, no store is made. */
    if (a->opening == MAKES && s->units && !(w->units = units_open(s->units, &s->diag))) return false;
    w->ledger = schema_open(s->share, w->ledger_name ? w->ledger_name : "person", &s->diag);
    w->store = w->ledger ? store_open(s->db, a->mode, &w->options, &s->diag) : NULL;
    return w->store != NULL;
}

int main(int argc, char **argv)
{
    struct work w = {
        .session = {.name = "vet-store",
                    .summary = "Looks after the store: makes it, checks it, undoes, freezes, copies and hands it over.",
                    .usage = "[OPTION]... init|info|verify|log|undo|freeze|backup|restore|pack|unpack|erase [ARGUMENT]...",
                    .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_TO}};
    const struct opt own[] = {
        {OPT_STRING, 0, "ledger", &w.ledger_name, "NAME", "the ledger (default: person)", NULL, 0, 0},
        {OPT_STRING, 0, "period", &w.period, "YYYY-MM", "the month meant (default: this one, or VET_PERIOD)", NULL, 0, 0},
        {OPT_FLAG, 0, "cascade", &w.cascade, NULL, "undo: first undo what depends on it", NULL, 0, 0},
        {OPT_FLAG, 0, "run", &w.run, NULL, "undo: all files of the run that the batch belongs to", NULL, 0, 0},
        {OPT_STRING, 0, "by", &w.by, "NAME", "freeze, erase: who answers for it", NULL, 0, 0},
        {OPT_STRING, 0, "reason", &w.reason, "TEXT", "erase, freeze: why", NULL, 0, 0},
        {OPT_STRING, 0, "unit", &w.unit, "CODE", "the unit to hand over, with all below it (default: all)", NULL, 0, 0},
        {OPT_STRING, 0, "receipt", &w.receipt, "FILE", "verify: does the log still hold what the receipt says?", NULL, 0, 0},
    };
    bool started = session_start(&w.session, own, sizeof own / sizeof *own, argc, argv);
    const struct action *a = started ? find_action(&w) : NULL;
    if (a && read_arguments(&w, a) && open_store(&w, a)) a->run(&w);
    store_close(w.store);
    units_free(w.units);
    schema_free(w.ledger);
    return session_end(&w.session);
}
