/* vet-export: the records of the store, as they are, masked for an audience. */
#include "base/mask.h"
#include "flow/copy.h"
#include "session.h"
#include "store/store.h"

struct choice {
    const char *ledger, *as_of;
    bool missing, rejects, source;
};

static struct rows *open_rows(struct store *st, const struct schema *l, const struct choice *c)
{
    int64_t as_of = store_as_of(st, c->as_of);
    if (as_of < 0) return NULL;
    if (c->missing) return store_missing(st, l);
    if (c->rejects) return store_rejects(st, as_of);
    return store_rows(st, &(struct store_query){.ledger = l, .as_of = as_of, .sorted = true, .source = c->source});
}

static void export(struct session *s, const struct choice *c, enum mask_profile mask)
{
    struct store_options o = {.by = session_who(), .now = session_now(), .command = buf_text(&s->command)};
    struct schema *l = schema_open(s->share, c->ledger ? c->ledger : "person", &s->diag);
    struct store *st = l ? store_open(s->db, STORE_READ, &o, &s->diag) : NULL;
    struct rows *r = st ? open_rows(st, l, c) : NULL;
    struct out *out = r ? out_open(s->output, &s->diag) : NULL;
    struct copy_options how = {.format = s->to == TO_JSON ? ROWS_JSON : ROWS_CSV,
                               .where = s->where,
                               .ledger = l,
                               .mask = mask,
                               .today = str_head(str_of(session_now()), 10)};
    bool ok = out && rows_copy(r, out, &how, NULL);
    if (out) out_close(out, ok, &s->diag);
    rows_close(r);
    store_close(st);
    schema_free(l);
}

int main(int argc, char **argv)
{
    struct session s = {.name = "vet-export",
                        .summary = "Writes the records of the store.",
                        .usage = "[OPTION]...",
                        .wants = WANT_DB | WANT_OUTPUT | WANT_TO | WANT_WHERE | WANT_MASK};
    struct choice c = {0};
    const struct opt own[] = {
        {OPT_STRING, 0, "ledger", &c.ledger, "NAME", "the ledger (default: person)", NULL, 0, 0},
        {OPT_FLAG, 0, "source", &c.source, NULL, "also the file, sheet and row that each record came from", NULL, 0, 0},
        {OPT_FLAG, 0, "missing", &c.missing, NULL, "people whom their building's newest sheet does not hold", NULL, 0, 0},
        {OPT_FLAG, 0, "rejects", &c.rejects, NULL, "rejected rows that are still open", NULL, 0, 0},
        {OPT_STRING, 0, "as-of", &c.as_of, "BATCH|DATE|MONTH", "as the store was after that batch, day or month", NULL, 0, 0},
    };
    enum mask_profile mask = PROFILE_NONE;
    if (!session_start(&s, own, sizeof own / sizeof *own, argc, argv)) return session_end(&s);
    if (!s.mask && s.stdout_is_terminal && !s.output) mask = PROFILE_INTERNAL;
    if (s.mask && !mask_profile_of(str_of(s.mask), &mask))
        diag_add(&s.diag, DIAG_OPTION_BAD, NULL, "--mask", s.mask, "none, internal, public", NULL);
    else if (!s.db) diag_add(&s.diag, DIAG_OPTION_NEEDS, NULL, "vet-export", "--db FILE (VET_DB)", NULL);
    else if (s.files.n) diag_add(&s.diag, DIAG_ARGUMENT_EXTRA, NULL, s.files.v[0], NULL);
    else export(&s, &c, mask);
    return session_end(&s);
}
