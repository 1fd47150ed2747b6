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
    const char *ledger_name, *period, *by, *reason, *receipt, *unit;
    const char *month_meant; /* --period as it was given */
    bool cascade, run;
};

static const char *argument(const struct work *w, size_t i)
{
    return i + 1 < w->session.files.n ? w->session.files.v[i + 1] : NULL;
}

/* The one argument that an action needs, or a finding. */
static const char *needed(struct work *w, const char *example)
{
    if (!argument(w, 0)) diag_add(&w->session.diag, DIAG_STORE_NEEDS, NULL, w->session.files.v[0], example, NULL);
    else if (argument(w, 1)) diag_add(&w->session.diag, DIAG_ARGUMENT_EXTRA, NULL, argument(w, 1), NULL);
    else return argument(w, 0);
    return NULL;
}

static void write_rows(struct work *w, struct rows *r)
{
    struct out *o = r ? out_open(w->session.output, &w->session.diag) : NULL;
    struct copy_options c = {.format = w->session.to == TO_JSON ? ROWS_JSON : ROWS_CSV};
    bool ok = o && rows_copy(r, o, &c, NULL);
    if (o) out_close(o, ok, &w->session.diag);
    rows_close(r);
}

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
    write_rows(w, store_log_told(w->store, session_translate));
}

static void do_undo(struct work *w)
{
    int64_t *v = NULL;
    size_t n = 0;
    struct undone done;
    bool ok = true;
    for (size_t i = 0; ok && argument(w, i); i++) ok = store_batches(w->store, argument(w, i), w->run, &v, &n);
    if (ok && !n) diag_add(&w->session.diag, DIAG_STORE_NEEDS, NULL, "undo", "BATCH", NULL);
    if (ok && n && store_undo(w->store, v, n, w->cascade, &done)) {
        tell_number(w, DIAG_UNDO_WAS, done.away);
        tell_number(w, DIAG_REDO_WAS, done.back);
    }
    free(v);
}

/* What is fixed is what a report of the month shows now: nothing that came in for a later month is in it. */
static void do_freeze(struct work *w)
{
    struct arena memory = {0};
    const char *period = needed(w, "2026-11");
    struct place at = {.file = w->session.db};
    char batch[24];
    if (!period) return;
    struct moment m = moment_of(w->store, str_of(period), 0, &memory);
    int64_t state = m.as_of ? m.as_of : store_head(w->store, NULL);
    snprintf(batch, sizeof batch, "%lld", (long long)state);
    if (store_freeze(w->store, period, state, w->by ? w->by : session_who(), w->reason, w->session.share))
        diag_add(&w->session.diag, DIAG_FREEZE_DONE, &at, period, batch, NULL);
    arena_free(&memory);
}

static void do_backup(struct work *w)
{
    const char *to = needed(w, "copy.db");
    if (to) store_backup(w->store, to);
}

static void do_restore(struct work *w)
{
    const char *from = needed(w, "copy.db");
    if (from) store_restore(from, w->session.db, &w->options, &w->session.diag);
}

static void do_pack(struct work *w)
{
    struct session *s = &w->session;
    const char *to = argument(w, 0) || !s->output ? needed(w, "hand-over.zip") : s->output;
    const struct pack_options p = {.share = s->share, .unit = w->unit, .period = w->month_meant, .output = to};
    struct out *o = to ? out_open(to, &s->diag) : NULL;
    bool ok = o && store_pack(w->store, &p, o);
    if (o && out_close(o, ok, &s->diag) && ok) tell(w, DIAG_PACK_DONE, NULL);
}

static void do_unpack(struct work *w)
{
    struct session *s = &w->session;
    const char *from = needed(w, "hand-over.zip");
    struct out *o = from ? out_open(s->output, &s->diag) : NULL;
    struct buf receipt = {0};
    bool ok = o && store_unpack(w->store, s->share, from, &receipt);
    if (ok) out_write(o, buf_slice(&receipt));
    if (o) out_close(o, ok, &s->diag);
    if (!ok) store_discard(w->store);
    if (!ok) w->store = NULL;
    buf_free(&receipt);
}

static void do_erase(struct work *w)
{
    uint64_t rows;
    char text[24];
    const char *key = needed(w, "370124...");
    if (key && !w->reason) diag_add(&w->session.diag, DIAG_STORE_NEEDS, NULL, "erase", "--reason TEXT", NULL);
    if (!key || !w->reason || !store_erase(w->store, w->ledger, key, w->reason, &rows)) return;
    snprintf(text, sizeof text, "%llu", (unsigned long long)rows);
    tell(w, DIAG_ERASE_DONE, text);
}

enum opening { OPENS, MAKES, OPENS_NOTHING };
static const struct action {
    const char *name;
    enum store_mode mode;
    enum opening opening;
    void (*run)(struct work *);
} ACTIONS[] = {
    {"init", STORE_CREATE, MAKES, do_init},    {"info", STORE_READ, OPENS, do_info},
    {"verify", STORE_READ, OPENS, do_verify},  {"log", STORE_READ, OPENS, do_log},
    {"undo", STORE_WRITE, OPENS, do_undo},     {"freeze", STORE_WRITE, OPENS, do_freeze},
    {"backup", STORE_WRITE, OPENS, do_backup}, {"restore", STORE_READ, OPENS_NOTHING, do_restore},
    {"pack", STORE_WRITE, OPENS, do_pack},     {"unpack", STORE_CREATE, OPENS, do_unpack},
    {"erase", STORE_WRITE, OPENS, do_erase},
};

static const struct action *find_action(struct session *s)
{
    const char *word = s->files.n ? s->files.v[0] : NULL;
    struct buf all = {0};
    for (size_t i = 0; i < sizeof ACTIONS / sizeof *ACTIONS; i++) {
        if (word && strcmp(word, ACTIONS[i].name) == 0) {
            buf_free(&all);
            return &ACTIONS[i];
        }
        buf_printf(&all, "%s%s", i ? " " : "", ACTIONS[i].name);
    }
    diag_add(&s->diag, word ? DIAG_STORE_ACTION : DIAG_STORE_NO_ACTION, NULL, word ? word : buf_text(&all), buf_text(&all), NULL);
    buf_free(&all);
    return NULL;
}

/* A month, what the batches of this run say of themselves, the store. */
static bool open_store(struct work *w, const struct action *a)
{
    struct session *s = &w->session;
    struct str period;
    struct stat st;
    if (!s->db) {
        diag_add(&s->diag, DIAG_STORE_WANTED, NULL, "vet-store", NULL);
        return false;
    }
    if (a->opening == MAKES && stat(s->db, &st) == 0) {
        tell(w, DIAG_STORE_EXISTS, NULL);
        return false;
    }
    w->month_meant = w->period;
    if (a->run == do_freeze && argument(w, 0)) {
        w->period = argument(w, 0);
        if (!session_is_month(str_of(w->period))) {
            diag_add(&s->diag, DIAG_STORE_MONTH, NULL, "freeze", w->period, "2026-11", NULL);
            return false;
        }
    }
    if (!session_period(s, &w->period, &period)) return false;
    if (a->run == do_erase && argument(w, 0)) session_hide(s, argument(w, 0));
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
    const struct action *a;
    if (session_start(&w.session, own, sizeof own / sizeof *own, argc, argv) && (a = find_action(&w.session)) && open_store(&w, a))
        a->run(&w);
    store_close(w.store);
    units_free(w.units);
    schema_free(w.ledger);
    return session_end(&w.session);
}
