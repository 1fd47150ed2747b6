/* vet-store: the store as a whole. */
#include <libintl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "flow/copy.h"
#include "session.h"
#include "store/backup.h"
#include "store/store.h"

struct work {
    struct session session;
    struct store *store;
    struct schema *ledger;
    const char *ledger_name;
    const char *period;
    const char *argument; /* what stands after the action */
    char month[8];
    struct store_options options;
};

static bool write_rows(struct work *w, struct rows *r)
{
    struct out *o = r ? out_open(w->session.output, &w->session.diag) : NULL;
    struct copy_options c = {.format = w->session.to == TO_JSON ? ROWS_JSON : ROWS_CSV};
    bool ok = o && rows_copy(r, o, &c, NULL);
    if (o) out_close(o, ok, &w->session.diag);
    rows_close(r);
    return ok;
}

/* A new store has the ledgers' tables, and the units when a units file is given. */
static void do_init(struct work *w)
{
    struct place at = {.file = w->session.db};
    struct units *u = w->session.units ? units_open(w->session.units, &w->session.diag) : NULL;
    bool ok = (!w->session.units || u) && store_ledger(w->store, w->ledger) && (!u || store_units_load(w->store, u));
    if (ok) diag_add(&w->session.diag, DIAG_STORE_MADE, &at, NULL);
    units_free(u);
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
    store_verify(w->store);
}

static void do_log(struct work *w)
{
    write_rows(w, store_log(w->store));
}

static void do_backup(struct work *w)
{
    store_backup(w->store, w->argument);
}

static void do_restore(struct work *w)
{
    store_restore(w->argument, w->session.db, &w->options, &w->session.diag);
}

enum opening { OPENS_READ = STORE_READ, OPENS_WRITE = STORE_WRITE, OPENS_NEW = STORE_CREATE, OPENS_NOT };
static const struct action {
    const char *name;
    enum opening opening;
    const char *argument; /* what it needs, NULL = nothing */
    void (*run)(struct work *);
} ACTIONS[] = {
    {"init", OPENS_NEW, NULL, do_init}, {"info", OPENS_READ, NULL, do_info},        {"verify", OPENS_READ, NULL, do_verify},
    {"log", OPENS_READ, NULL, do_log},  {"backup", OPENS_WRITE, "FILE", do_backup}, {"restore", OPENS_NOT, "FILE", do_restore},
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

/* One argument where the action needs one, and none too many. */
static bool take_argument(struct work *w, const struct action *a)
{
    struct session *s = &w->session;
    size_t want = a->argument ? 2 : 1;
    if (s->files.n < want) diag_add(&s->diag, DIAG_STORE_NEEDS, NULL, a->name, a->argument, NULL);
    else if (s->files.n > want) diag_add(&s->diag, DIAG_ARGUMENT_EXTRA, NULL, s->files.v[want], NULL);
    w->argument = s->files.n > 1 ? s->files.v[1] : NULL;
    return s->files.n == want;
}

static bool open_store(struct work *w, const struct action *a)
{
    struct session *s = &w->session;
    struct str period;
    struct stat st;
    if (!s->db) {
        diag_add(&s->diag, DIAG_OPTION_NEEDS, NULL, "vet-store", "--db FILE (VET_DB)", NULL);
        return false;
    }
    if (a->opening == OPENS_NEW && stat(s->db, &st) == 0) {
        struct place at = {.file = s->db};
        diag_add(&s->diag, DIAG_STORE_EXISTS, &at, NULL);
        return false;
    }
    if (!session_period(s, &w->period, &period)) return false;
    w->ledger = schema_open(s->share, w->ledger_name ? w->ledger_name : "person", &s->diag);
    if (!w->ledger) return false;
    snprintf(w->month, sizeof w->month, "%.*s", (int)period.n, period.s);
    w->options =
        (struct store_options){.by = session_who(), .now = session_now(), .command = buf_text(&s->command), .period = w->month};
    if (a->opening == OPENS_NOT) return true;
    w->store = store_open(s->db, (enum store_mode)a->opening, &w->options, &s->diag);
    return w->store != NULL;
}

int main(int argc, char **argv)
{
    struct work w = {.session = {.name = "vet-store",
                                 .summary = "Looks after the store: makes it, tells about it, checks it.",
                                 .usage = "[OPTION]... init|info|verify|log | backup FILE | restore FILE",
                                 .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_TO}};
    const struct opt own[] = {
        {OPT_STRING, 0, "ledger", &w.ledger_name, "NAME", "the ledger (default: person)", NULL, 0, 0},
        {OPT_STRING, 0, "period", &w.period, "YYYY-MM", "the month meant (default: this one, or VET_PERIOD)", NULL, 0, 0},
    };
    const struct action *a;
    if (session_start(&w.session, own, sizeof own / sizeof *own, argc, argv) && (a = find_action(&w.session)) &&
        take_argument(&w, a) && open_store(&w, a))
        a->run(&w);
    store_close(w.store);
    schema_free(w.ledger);
    return session_end(&w.session);
}
