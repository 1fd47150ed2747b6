/* vet-export: the records of the store, as they are, masked for an audience. */
#include "base/mask.h"
#include "flow/choose.h"
#include "flow/copy.h"
#include "session.h"
#include "store/history.h"
#include "store/store.h"

struct choice {
    const char *ledger, *as_of, *history, *changes;
    bool missing, rejects, source;
};

/* "A..B": two moments; B may be left out for now. */
static struct rows *open_changes(struct store *st, const struct schema *l, const char *range)
{
    const char *dots = strstr(range, "..");
    struct buf from = {0};
    buf_add(&from, range, dots ? (size_t)(dots - range) : strlen(range));
    int64_t a = store_as_of(st, buf_text(&from));
    int64_t b = a < 0 || !dots || !dots[2] ? 0 : store_as_of(st, dots + 2);
    buf_free(&from);
    return a < 0 || b < 0 ? NULL : store_changes(st, l, a, b);
}

static struct rows *open_rows(struct store *st, const struct schema *l, const struct choice *c)
{
    if (c->changes) return open_changes(st, l, c->changes);
    if (c->history) return store_history(st, l, c->history);
    int64_t as_of = store_as_of(st, c->as_of);
    if (as_of < 0) return NULL;
    if (c->missing) return store_missing(st, l, as_of);
    if (c->rejects) return store_rejects(st, as_of);
    return store_rows(st,
                      &(struct store_query){.ledger = l, .as_of = as_of, .sorted = true, .source = c->source, .seen = c->source});
}

static struct rows *chosen_rows(struct session *s, struct store *st, const struct schema *l, const struct choice *c)
{
    return rows_choose(open_rows(st, l, c), 0, s->where, l, str_head(str_of(session_now()), 10));
}

/* What is whole is held back until the log says who takes how many rows. */
static void export_rows(struct session *s, const struct choice *c, enum mask_profile mask)
{
    if (c->history) session_hide(s, c->history);
    struct schema *l = schema_open(s->share, c->ledger ? c->ledger : "person", &s->diag);
    struct store *st = l ? session_store(s, STORE_READ, (struct str){0}) : NULL;
    struct rows *r = st ? chosen_rows(s, st, l, c) : NULL;
    bool whole = mask == PROFILE_NONE;
    struct out *out = !r ? NULL : whole ? out_hold(s->output, &s->diag) : out_open(s->output, &s->diag);
    struct copy_options how = {.format = s->to == TO_JSON ? ROWS_JSON : ROWS_CSV, .ledger = l, .mask = mask};
    uint64_t n = 0;
    bool ok = out && rows_copy(r, out, &how, &n);
    rows_close(r);
    store_close(st);
    if (ok && whole) ok = session_unmasked(s, NULL, n, s->output);
    if (out && !out_close(out, ok, &s->diag)) ok = false;
    if (ok) session_stats(s, n, (struct str){0});
    schema_free(l);
}

int main(int argc, char **argv)
{
    struct session s = {.name = "vet-export",
                        .summary = "Writes the records of the store.",
                        .usage = "[OPTION]...",
                        .wants = WANT_DB | WANT_OUTPUT | WANT_TO | WANT_STATS | WANT_WHERE | WANT_MASK};
    struct choice c = {0};
    const struct opt own[] = {
        {OPT_STRING, 0, "ledger", &c.ledger, "NAME", "the ledger (default: person)", NULL, 0, 0},
        {OPT_FLAG, 0, "source", &c.source, NULL, "also the file, sheet and row that each record came from", NULL, 0, 0},
        {OPT_FLAG, 0, "missing", &c.missing, NULL, "people whom their building's newest sheet does not hold", NULL, 0, 0},
        {OPT_FLAG, 0, "rejects", &c.rejects, NULL, "rejected rows that are still open", NULL, 0, 0},
        {OPT_STRING, 0, "history", &c.history, "KEY", "every version of the records with this id, name or record number", NULL, 0,
         0},
        {OPT_STRING, 0, "changes", &c.changes, "A..B", "what is new, changed or gone from batch, day or month A to B", NULL, 0, 0},
        {OPT_STRING, 0, "as-of", &c.as_of, "BATCH|DATE|MONTH", "as the store was after that batch, day or month", NULL, 0, 0},
    };
    enum mask_profile mask;
    if (!session_start(&s, own, sizeof own / sizeof *own, argc, argv) || !session_mask(&s, PROFILE_NONE, &mask))
        return session_end(&s);
    if (!s.db) diag_add(&s.diag, DIAG_STORE_WANTED, NULL, "vet-export", NULL);
    else if (s.files.n) diag_add(&s.diag, DIAG_ARGUMENT_EXTRA, NULL, s.files.v[0], NULL);
    else export_rows(&s, &c, mask);
    return session_end(&s);
}
