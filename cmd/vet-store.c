/* vet-store: the store as a whole. */
#include <libintl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "flow/copy.h"
#include "session.h"
#include "store/store.h"

struct work {
    struct session session;
    struct store *store;
    struct schema *ledger;
    const char *ledger_name;
    const char *period;
    long last;
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

static const struct action {
    const char *name;
    enum store_mode mode;
    bool makes;
    void (*run)(struct work *);
} ACTIONS[] = {
    {"init", STORE_CREATE, true, do_init},
    {"info", STORE_READ, false, do_info},
    {"verify", STORE_READ, false, do_verify},
    {"log", STORE_READ, false, do_log},
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

static bool open_store(struct work *w, const struct action *a)
{
    struct session *s = &w->session;
    struct str period;
    struct stat st;
    if (!s->db) {
        diag_add(&s->diag, DIAG_OPTION_NEEDS, NULL, "vet-store", "--db FILE (VET_DB)", NULL);
        return false;
    }
    if (a->makes && stat(s->db, &st) == 0) {
        struct place at = {.file = s->db};
        diag_add(&s->diag, DIAG_STORE_EXISTS, &at, NULL);
        return false;
    }
    if (!session_period(s, &w->period, &period)) return false;
    w->ledger = schema_open(s->share, w->ledger_name ? w->ledger_name : "person", &s->diag);
    if (!w->ledger) return false;
    char month[8];
    snprintf(month, sizeof month, "%.*s", (int)period.n, period.s);
    struct store_options o = {.by = session_who(), .now = session_now(), .command = buf_text(&s->command), .period = month};
    w->store = store_open(s->db, a->mode, &o, &s->diag);
    return w->store != NULL;
}

int main(int argc, char **argv)
{
    struct work w = {.session = {.name = "vet-store",
                                 .summary = "Looks after the store: makes it, tells about it, checks it.",
                                 .usage = "[OPTION]... init|info|verify|log",
                                 .wants = WANT_DB | WANT_UNITS | WANT_OUTPUT | WANT_TO}};
    const struct opt own[] = {
        {OPT_STRING, 0, "ledger", &w.ledger_name, "NAME", "the ledger (default: person)", NULL, 0, 0},
        {OPT_STRING, 0, "period", &w.period, "YYYY-MM", "the month meant (default: this one, or VET_PERIOD)", NULL, 0, 0},
    };
    const struct action *a;
    if (session_start(&w.session, own, sizeof own / sizeof *own, argc, argv) && (a = find_action(&w.session)) && open_store(&w, a))
        a->run(&w);
    store_close(w.store);
    schema_free(w.ledger);
    return session_end(&w.session);
}
