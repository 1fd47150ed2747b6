/* vet-dedupe: which records are one entity. */
#include <libintl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "book/review.h"
#include "flow/choose.h"
#include "link/in_store.h"
#include "session.h"

struct request {
    const char *ledger, *split, *model, *train, *decisions;
    const char *source[2], *explain[2];
    struct opt_maybe pairs, review;
    bool one, full;
};

static bool is_file(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

/* A file that is there and that we did not write is the input, never to be written over.  A spreadsheet program may have saved ours
 * with a mark before it and with other commas. */
static bool is_ours(const char *path)
{
    static const char *const STARTS[] = {"decision", "row_a", "{\"decision\"", "{\"row_a\"", "PK"};
    char bytes[24] = "";
    FILE *f = fopen(path, "r");
    if (!f) return false;
    size_t n = fread(bytes, 1, sizeof bytes - 1, f);
    fclose(f);
    struct str start = {bytes, n};
    if (str_starts(start, STR("\xEF\xBB\xBF"))) start = str_from(start, 3);
    bool ours = n == 0;
    for (size_t i = 0; i < sizeof STARTS / sizeof *STARTS; i++) {
        struct str word = str_of(STARTS[i]);
        ours = ours || (str_starts(start, word) && (word.s[0] == 'P' || (word.n < start.n && strchr(",;\t:", start.s[word.n]))));
    }
    return ours;
}

static bool is_output(const char *path)
{
    return !is_file(path) || is_ours(path);
}

/* The model to start from: -m, or the file that --train is to improve, or the station's own when its columns are there. */
static bool open_model(struct session *s, const struct request *q, const struct rows *r, struct model *m, bool *guess)
{
    *guess = false;
    model_start(m);
    if (q->model) return model_open(m, s->share, q->model, &s->diag);
    if (q->train && is_file(q->train)) return model_open(m, s->share, q->train, &s->diag);
    if (columns_find(&r->columns, STR("id_number")) >= 0 && columns_find(&r->columns, STR("name")) >= 0)
        return model_open(m, s->share, "person", &s->diag);
    *guess = true;
    return true;
}

/* What leaves the program is masked as --mask says; on a terminal it is so unless told.  The log of a store says who takes `rows`
 * of it whole.  False after a finding. */
static bool show(struct session *s, const struct request *q, struct link *k, bool terminal, struct store *st, uint64_t rows,
                 const char *to)
{
    enum mask_profile mask;
    if (!session_mask(s, PROFILE_NONE, &mask)) return false;
    if (!s->mask && !terminal) mask = PROFILE_NONE;
    struct schema *l = mask == PROFILE_NONE ? NULL : schema_open(s->share, q->ledger, &s->diag);
    if (mask != PROFILE_NONE && !l) return false;
    link_show(k, l, mask);
    return !st || !rows || mask != PROFILE_NONE || session_unmasked(s, q->explain[0] ? NULL : st, rows, to);
}

static bool write_text(struct session *s, struct outs *all, const char *path, const struct buf *b)
{
    struct out *o = outs_open(all, path, &s->diag);
    if (o) out_write(o, buf_slice(b));
    return o && !out_failed(o);
}

static bool write_rows(struct session *s, struct outs *all, struct link *k, const char *path,
                       bool (*write)(struct link *, struct out *, enum row_format))
{
    struct out *o = outs_open(all, path, &s->diag);
    return o && write(k, o, s->to == TO_JSON ? ROWS_JSON : ROWS_CSV) && s->diag.status < 2;
}

static bool write_review(struct session *s, const struct request *q, struct outs *all, struct link *k, const char *path)
{
    if (!str_ends(str_of(q->review.value), STR(".xlsx"))) return write_rows(s, all, k, path, link_write_review);
    struct out *o = outs_open(all, path, &s->diag);
    return o && review_book(k, o, path, str_head(str_of(session_now()), 10), &s->diag);
}

static bool explain(struct session *s, struct outs *all, struct link *k, const char *const pair[2])
{
    struct buf text = {0};
    bool ok = link_explain(k, str_of(pair[0]), str_of(pair[1]), &text) && write_text(s, all, s->output, &text);
    buf_free(&text);
    return ok;
}

/* What goes to standard output (or -o): the explanation, the pairs, the review, or the records.  In the store the records stay
 * where they are, unless golden ones are asked for, or a file for them. */
static bool write_all(struct session *s, const struct request *q, struct outs *all, struct link *k, struct store *st)
{
    struct buf b = {0};
    bool pairs_out = q->pairs.value && strcmp(q->pairs.value, "-") == 0,
         review_out = q->review.value && strcmp(q->review.value, "-") == 0;
    bool ok = true;
    if (q->train) {
        model_write(k->model, &b);
        ok = write_text(s, all, q->train, &b);
    }
    if (ok && q->pairs.value) ok = write_rows(s, all, k, pairs_out ? s->output : q->pairs.value, link_write_pairs);
    ok = ok && show(s, q, k, review_out, st, q->review.value ? k->n_review : 0, review_out ? s->output : q->review.value);
    if (ok && q->review.value) ok = write_review(s, q, all, k, review_out ? s->output : q->review.value);
    if (ok && s->stats) {
        b.n = 0;
        link_stats(k, &b);
        ok = write_text(s, all, s->stats, &b);
    }
    bool records = !pairs_out && !review_out && (!st || q->one || s->output);
    ok = ok && show(s, q, k, true, st, q->explain[0] ? 2 : records ? k->table.n_rows : 0, s->output);
    if (ok && q->explain[0]) ok = explain(s, all, k, q->explain);
    else if (ok && records) ok = write_rows(s, all, k, s->output, q->one ? link_write_golden : link_write_records);
    buf_free(&b);
    return ok;
}

static void link_all(struct session *s, const struct request *q, struct rows *r, struct store *st, const struct schema *l,
                     struct model *m, struct link_options *o, const char *digest)
{
    struct store_blocks now;
    bool keep = st && !q->explain[0], index = keep && *digest && store_blocks_now(st, l, &now);
    struct link *k = link_run(r, m, o, &s->diag);
    struct outs all = {.n = 0};
    bool named = q->pairs.value || q->one || s->output;
    bool ok = k && (!st || !named || link_store_names(k, st, l)) && write_all(s, q, &all, k, st) &&
              (!keep || (link_keep_decisions(k, o->kept) && link_store_keep(k, st, l)));
    if (ok && keep) ok = index ? link_store_index(k, st, l, &now, digest) : store_blocks_forget(st, l);
    outs_close(&all, ok, &s->diag);
    link_free(k);
}

/* Nothing is asked for but the links of the store: what is new may be linked by itself. */
static bool only_links(const struct session *s, const struct request *q)
{
    return !q->full && !q->one && !q->train && !q->pairs.value && !q->review.value && !q->explain[0] && !q->decisions &&
           !q->split && !q->source[0] && !s->output && !s->stats;
}

static void link_rows(struct session *s, const struct request *q, struct rows *r, struct store *st, const struct schema *l)
{
    struct model *m = mem_alloc(sizeof *m);
    struct link_options o = {.threads = (unsigned)s->threads,
                             .train = q->train != NULL,
                             .decisions = str_of(q->decisions),
                             .translate = session_translate};
    if (open_model(s, q, r, m, &o.guess)) {
        char digest[64] = "";
        bool told = q->pairs.value || q->review.value || q->explain[0];
        struct schema *own = told && session_chinese() && !o.guess && !l ? schema_open(s->share, q->ledger, &s->diag) : NULL;
        o.titles = session_chinese() ? (l ? l : own) : NULL;
        if (q->source[0]) model_set_source(m, q->source[0], q->source[1]);
        if (st) o.kept = link_store_decisions(st, l, str_of(q->split));
        if (st && (q->train || o.guess || !link_store_digest(m, l, digest))) *digest = 0;
        enum link_new done = *digest && only_links(s, q) ? link_store_new(st, l, m, digest, &o, &s->diag) : NEW_FULL;
        if (done == NEW_FULL) link_all(s, q, r, st, l, m, &o, digest);
        if (st) link_store_decisions_free(o.kept);
        schema_free(own);
    }
    model_free(m);
    free(m);
}

static void run_stream(struct session *s, const struct request *q)
{
    struct schema *types = s->where ? schema_open(s->share, q->ledger, &s->diag) : NULL;
    struct rows *r = s->where && !types ? NULL : rows_open(s->files.v, s->files.n, s->from, &s->diag);
    r = rows_choose(r, 0, s->where, types, str_head(str_of(session_now()), 10));
    if (r) link_rows(s, q, r, NULL, NULL);
    rows_close(r);
    schema_free(types);
}

static void run_store(struct session *s, const struct request *q)
{
    const char *given = NULL;
    struct str period;
    if (!session_period(s, &given, &period)) return;
    struct schema *l = schema_open(s->share, q->ledger, &s->diag);
    struct store *st = l ? session_store(s, q->explain[0] ? STORE_READ : STORE_WRITE, period) : NULL;
    struct rows *r = st ? link_store_rows(st, l) : NULL;
    if (r) link_rows(s, q, r, st, l);
    rows_close(r);
    if (st) store_close(st);
    schema_free(l);
}

/* Records that are given, by name or by pipe where no store is, are linked as a stream; else those of the store. */
static void run(struct session *s, const struct request *q)
{
    if (q->explain[1] && !s->files.n && is_file(q->explain[1]))
        diag_add(&s->diag, DIAG_LINK_TWO_IDS, NULL, q->explain[0], q->explain[1], NULL);
    else if (s->db && !s->files.n && s->where) diag_add(&s->diag, DIAG_LINK_NO_STREAM, NULL, "--where", NULL);
    else if (s->db && !s->files.n) run_store(s, q);
    else if (q->split) diag_add(&s->diag, DIAG_LINK_NO_STORE, NULL, "--split", NULL);
    else run_stream(s, q);
}

int main(int argc, char **argv)
{
    struct request q = {.ledger = "person", .pairs.may_be = is_output, .review.may_be = is_output};
    static const char *const MODES[] = {"link", "dedupe", NULL};
    const struct opt own[] = {
        {OPT_HEADING, 0, NULL, NULL, NULL, "How to link:", NULL, 0, 0},
        {OPT_STRING, 'm', "model", &q.model, "MODEL", "a model file, or the name of one in share/models", NULL, 0, 0},
        {OPT_STRING, 0, "train", &q.train, "FILE", "learn from these records and write the model to FILE", NULL, 0, 0},
        {OPT_TWO, 0, "source", q.source, "COLUMN[:link|dedupe]",
         "the column that tells sources apart; link: each is free of duplicates", MODES, 0, 0},
        {OPT_STRING, 0, "decisions", &q.decisions, "FILE", "what people decided in a file that --review wrote", NULL, 0, 0},
        {OPT_STRING, 0, "split", &q.split, "ENTITY", "its records are different people: take the entity of the store apart", NULL,
         0, 0},
        {OPT_FLAG, 0, "full", &q.full, NULL, "in the store: compare all records again, not only those that changed", NULL, 0, 0},
        {OPT_STRING, 0, "ledger", &q.ledger, "NAME", "the ledger of the store; it also says how values are masked (person)", NULL,
         0, 0},
        {OPT_HEADING, 0, NULL, NULL, NULL, "What to write:", NULL, 0, 0},
        {OPT_FLAG, '1', "one", &q.one, NULL, "one golden record for each entity", NULL, 0, 0},
        {OPT_MAYBE, 0, "pairs", &q.pairs, "[FILE]", "pairs with weight, probability, levels and reasons", NULL, 0, 0},
        {OPT_MAYBE, 0, "review", &q.review, "[FILE]", "the undecided pairs side by side, most useful first", NULL, 0, 0},
        {OPT_TWO, 0, "explain", q.explain, "ID ID", "how two records weigh against each other", NULL, 0, 0},
    };
    struct session s = {
        .name = "vet-dedupe",
        .summary = "Says which records are one person: adds _entity, or writes pairs with reasons.",
        .usage = "[OPTION]... [FILE]...",
        .wants = WANT_DB | WANT_OUTPUT | WANT_FROM | WANT_TO | WANT_STATS | WANT_WHERE | WANT_MASK | WANT_THREADS,
    };
    mallopt(M_MMAP_THRESHOLD, 1 << 20); /* large tables go back to the system when they are freed */
    if (session_start(&s, own, sizeof own / sizeof *own, argc, argv)) run(&s, &q);
    return session_end(&s);
}
