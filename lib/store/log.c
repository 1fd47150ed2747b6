/* The log, and what its batches did in words. */
#include "store/log.h"

#include <stdlib.h>

#include "store/pipe.h"

const char LOG_STORY[] =
    "WITH RECURSIVE chain(id, root, depth) AS (SELECT id, id, 0 FROM vet_batch WHERE undoes = 0 UNION ALL SELECT b.id, c.root, "
    "c.depth + 1 FROM chain c JOIN vet_batch b ON b.undoes = c.id WHERE b.undoes > 0 AND b.id > c.id),"
    " story(id, kind, root, root_kind) AS (SELECT b.id, CASE WHEN c.depth > 0 AND c.depth % 2 = 0 THEN 'redo' WHEN b.kind = "
    "'links' AND "
    "EXISTS (SELECT 1 FROM vet_batch d WHERE d.run = b.run AND d.kind = 'decisions') THEN 'judged' ELSE b.kind END, "
    "coalesce(c.root, b.id), coalesce(r.kind, b.kind) FROM vet_batch b LEFT JOIN chain c ON c.id = b.id LEFT JOIN vet_batch r ON "
    "r.id = c.root)";

struct rows *store_log(struct store *s)
{
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, "SELECT id AS batch, kind, at, who AS \"by\", command, source, source_hash, "
                                                       "period, counts, undoes, run, previous, hash FROM vet_batch ORDER BY id")
                                    : NULL;
    return rows_of_statement(s, "log", q);
}

/* ---- in words ---- */

/* Of each kind a sentence and a short name.  {1} is the source; of undo and redo {1} is the batch and {2} what that was; of
 * decisions {1} pairs are the same, {2} are not. */
static const char *const WORDS[][3] = {
    {"init", "the store was made", "the making of the store"},
    {"ledger", "tables for the ledger {1}", "tables for a ledger"},
    {"units", "the units were loaded", "loaded units"},
    {"import", "import of {1}", "an imported file"},
    {"links", "search for records of one person ({1})", "a search for records of one person"},
    {"judged", "records of one person as people decided ({1})", "records of one person as people decided"},
    {"decisions", "decisions of people: {1} pair{1: is|s are} the same person, {2} {2:is|are} different people",
     "decisions of people"},
    {"freeze", "the report of {1} was fixed", "a frozen month"},
    {"backup", "copied to {1}", "a backup"},
    {"restore", "restored from {1}", "a restored backup"},
    {"export", "whole personal data given out to {1}", "data given out"},
    {"pack", "packed for the level above: {1}", "a package handed over"},
    {"unpack", "taken over from {1}", "a package taken over"},
    {"erase", "the data of a person were removed for good", "a removed person"},
    {"undo", "takes back batch {1}: {2}", "an undo"},
    {"redo", "brings back batch {1}: {2}", "a batch brought back"},
};

static const char *words_of(struct str kind, int which)
{
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_is(kind, WORDS[i][0])) return WORDS[i][which];
    return "{1}";
}

struct telling {
    struct rows rows, *base;
    struct str *names;
    const char *(*translate)(const char *english);
};
enum { LOG_COLUMNS = 13, KIND = LOG_COLUMNS, ROOT, ROOT_KIND, ROOT_SOURCE, SAME, DIFFERENT };

static void tell(const struct telling *t, const struct str *v, struct buf *out)
{
    struct buf root = {0};
    bool decided = str_is(v[ROOT_KIND], "decisions"), back = str_is(v[KIND], "undo") || str_is(v[KIND], "redo");
    struct str args[DIAG_ARGS] = {decided ? v[SAME] : v[ROOT_SOURCE], v[DIFFERENT]};
    diag_expand(&root, t->translate(words_of(back ? v[ROOT_KIND] : v[KIND], 1)), args);
    struct str whole[DIAG_ARGS] = {v[ROOT], buf_slice(&root)};
    if (back) diag_expand(out, t->translate(words_of(v[KIND], 1)), whole);
    else buf_str(out, buf_slice(&root));
    buf_free(&root);
}

static void free_inner(void *own)
{
    row_block_free(own);
    free(own);
}

static int telling_fetch(struct rows *r, struct row_block *b)
{
    struct telling *t = r->own;
    if (!b->own) {
        b->own = mem_zero(1, sizeof(struct row_block));
        b->free_own = free_inner;
    }
    struct row_block *inner = b->own;
    int got = t->base->fetch(t->base, inner);
    if (got != 1) return got;
    struct buf what = {0};
    arena_reset(&b->text);
    b->first = inner->first;
    b->n_rows = inner->n_rows;
    mem_grow(&b->values, &b->cap, b->n_rows * r->columns.n, sizeof *b->values);
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *v = row_of(inner, &t->base->columns, i);
        struct str *to = b->values + i * r->columns.n;
        memcpy(to, v, LOG_COLUMNS * sizeof *to);
        what.n = 0;
        tell(t, v, &what);
        to[LOG_COLUMNS] = str_copy(&b->text, buf_slice(&what));
    }
    buf_free(&what);
    return 1;
}

static void telling_close(struct rows *r)
{
    struct telling *t = r->own;
    rows_close(t->base);
    free(t->names);
    free(t);
}

struct rows *store_log_told(struct store *s, const char *(*translate)(const char *english))
{
    struct buf sql = {0};
    buf_put(&sql, LOG_STORY);
    buf_put(
        &sql,
        " SELECT b.id AS batch, b.kind, b.at, b.who AS \"by\", b.command, b.source, b.source_hash, b.period, b.counts, b.undoes, "
        "b.run, b.previous, b.hash, t.kind, t.root, t.root_kind, r.source, (SELECT count(*) FROM vet_decision d WHERE "
        "t.root_kind = 'decisions' AND d._in = t.root AND d.verdict = 'same'), (SELECT count(*) FROM vet_decision d WHERE "
        "t.root_kind = 'decisions' AND d._in = t.root AND d.verdict = 'different') FROM vet_batch b JOIN story t ON t.id = b.id "
        "JOIN vet_batch r ON r.id = t.root ORDER BY b.id");
    struct rows *base = pipe_drain(s) ? rows_of_statement(s, "log", store_prepare(s, buf_text(&sql))) : NULL;
    buf_free(&sql);
    if (!base) return NULL;
    struct telling *t = mem_zero(1, sizeof *t);
    *t = (struct telling){.base = base, .names = mem_zero(LOG_COLUMNS + 1, sizeof *t->names), .translate = translate};
    memcpy(t->names, base->columns.names, LOG_COLUMNS * sizeof *t->names);
    t->names[LOG_COLUMNS] = STR("what");
    t->rows = (struct rows){.columns = {t->names, LOG_COLUMNS + 1},
                            .name = "log",
                            .fetch = telling_fetch,
                            .close = telling_close,
                            .diag = base->diag,
                            .own = t};
    return &t->rows;
}

/* How many undos stand on one another from the batch down to what they are about; 0: it is none. */
static unsigned undos(struct store *s, int64_t batch)
{
    sqlite3_stmt *q = store_prepare(s, "SELECT undoes FROM vet_batch WHERE id = ? AND undoes < id");
    unsigned depth = 0;
    for (; q; depth++) {
        sqlite3_bind_int64(q, 1, batch);
        batch = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
        sqlite3_reset(q);
        if (!batch) break;
    }
    sqlite3_finalize(q);
    return depth;
}

bool log_is_undo(struct store *s, int64_t batch)
{
    return undos(s, batch) % 2 == 1;
}

const char *log_name(struct store *s, int64_t batch, struct buf *source)
{
    const char *name = "";
    sqlite3_stmt *q =
        store_prepare(s, "SELECT CASE WHEN kind = 'links' AND EXISTS (SELECT 1 FROM vet_batch d WHERE d.run = b.run AND "
                         "d.kind = 'decisions') THEN 'judged' ELSE kind END, source FROM vet_batch b WHERE id = ?");
    if (q) sqlite3_bind_int64(q, 1, batch);
    if (q && sqlite3_step(q) == SQLITE_ROW) {
        struct str kind = column_str(q, 0);
        name = words_of(str_is(kind, "undo") && !log_is_undo(s, batch) ? STR("redo") : kind, 2);
        buf_str(source, column_str(q, 1));
    }
    sqlite3_finalize(q);
    return name;
}
