#include "store/blocks.h"

#include <endian.h>
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"

enum { IN_A_BUCKET = 256, MOST_BITS = 20 };

static bool has_tables(struct store *s)
{
    return pipe_drain(s) &&
           store_number(s, "SELECT count(*) FROM sqlite_schema WHERE name IN ('vet_block', 'vet_block_state')") == 2;
}

static void bind_ledger(sqlite3_stmt *q, const struct schema *l)
{
    sqlite3_bind_text(q, 1, l->name.s, (int)l->name.n, SQLITE_STATIC);
}

/* ---- the state ---- */
static bool links_changed(struct store *s, const struct store_blocks *b)
{
    sqlite3_stmt *q = store_prepare(
        s, "SELECT count(*) FROM vet_change c JOIN vet_batch b ON b.id = c.batch WHERE c.batch > ? AND b.run <> ? AND tbl IN "
           "('vet_link', 'vet_decision', 'vet_ledger')");
    if (!q) return true;
    sqlite3_bind_int64(q, 1, b->batch);
    sqlite3_bind_int64(q, 2, b->run);
    bool changed = sqlite3_step(q) != SQLITE_ROW || sqlite3_column_int64(q, 0) > 0;
    sqlite3_finalize(q);
    return changed;
}

bool store_blocks_state(struct store *s, const struct schema *l, struct store_blocks *out)
{
    *out = (struct store_blocks){0};
    sqlite3_stmt *q =
        has_tables(s)
            ? store_prepare(s, "SELECT digest, batch, run, last, records, base, bits FROM vet_block_state WHERE ledger = ?")
            : NULL;
    if (!q) return false;
    bind_ledger(q, l);
    bool there = sqlite3_step(q) == SQLITE_ROW;
    if (there) {
        struct str digest = column_str(q, 0);
        memcpy(out->digest, digest.s, digest.n < sizeof out->digest ? digest.n : sizeof out->digest - 1);
        out->batch = sqlite3_column_int64(q, 1);
        out->run = sqlite3_column_int64(q, 2);
        out->last = sqlite3_column_int64(q, 3);
        out->records = (uint64_t)sqlite3_column_int64(q, 4);
        out->base = (uint64_t)sqlite3_column_int64(q, 5);
        const void *bits = sqlite3_column_blob(q, 6);
        int n = sqlite3_column_bytes(q, 6);
        there = bits && n > 0 && n <= BLOCK_RUNS;
        if (there) memcpy(out->bits, bits, (size_t)n);
        out->runs = there ? (uint32_t)n : 0;
    }
    sqlite3_finalize(q);
    return there && tables_ledger(s, l->name) && !links_changed(s, out);
}

bool store_blocks_now(struct store *s, const struct schema *l, struct store_blocks *out)
{
    struct table *t = pipe_drain(s) ? tables_ledger(s, l->name) : NULL;
    *out = (struct store_blocks){0};
    if (!t) return false;
    struct buf sql = {0};
    buf_put(&sql, "SELECT max(_id) FROM ");
    buf_name(&sql, t->name);
    out->batch = store_head(s, NULL);
    out->last = store_number(s, buf_text(&sql));
    buf_free(&sql);
    return !s->failed;
}

static bool delete_of(struct store *s, const struct schema *l, const char *sql)
{
    sqlite3_stmt *q = store_prepare(s, sql);
    if (q) bind_ledger(q, l);
    bool ok = q && store_step_done(s, q);
    sqlite3_finalize(q);
    return ok;
}

static bool finish(struct store *s, bool ok)
{
    if (ok && store_exec(s, "COMMIT")) {
        s->dirty = true;
        return true;
    }
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool store_blocks_forget(struct store *s, const struct schema *l)
{
    if (!has_tables(s)) return !s->failed;
    return store_exec(s, "BEGIN IMMEDIATE") && finish(s, delete_of(s, l, "DELETE FROM vet_block WHERE ledger = ?") &&
                                                             delete_of(s, l, "DELETE FROM vet_block_state WHERE ledger = ?"));
}

bool store_blocks_erase(struct store *s)
{
    return has_tables(s) ? store_exec(s, "DELETE FROM vet_block; DELETE FROM vet_block_state") : !s->failed;
}

bool store_hold(struct store *s)
{
    return pipe_drain(s) && store_exec(s, "BEGIN");
}

bool store_let_go(struct store *s)
{
    return sqlite3_get_autocommit(s->db) || store_exec(s, "COMMIT");
}

/* ---- runs ---- */
bool store_blocks_begin(struct store *s, const struct schema *l, struct store_blocks *b, uint32_t run, size_t n)
{
    uint8_t bits = 0;
    while (bits < MOST_BITS && n >> bits > IN_A_BUCKET) bits++;
    b->bits[run] = bits;
    b->runs = run + 1;
    if (!pipe_drain(s) || !store_exec(s, "BEGIN IMMEDIATE")) return false;
    if (store_exec(s, STORE_BLOCKS_TABLES) && (run || delete_of(s, l, "DELETE FROM vet_block WHERE ledger = ?"))) return true;
    return finish(s, false);
}

static uint32_t bucket_of(uint32_t key, unsigned bits)
{
    return bits ? key >> (32 - bits) : 0;
}

bool store_blocks_add(struct store *s, const struct schema *l, const struct store_blocks *b, uint32_t run, unsigned part,
                      const uint64_t *entries, size_t n)
{
    sqlite3_stmt *q = store_prepare(s, "INSERT INTO vet_block VALUES(?, ?, ?, ?, ?)");
    bool ok = q != NULL;
    struct buf room = {0};
    for (size_t i = 0, j; ok && i < n; i = j) {
        uint32_t bucket = bucket_of((uint32_t)(entries[i] >> 32), b->bits[run]);
        room.n = 0;
        for (j = i; j < n && bucket_of((uint32_t)(entries[j] >> 32), b->bits[run]) == bucket; j++) {
            uint64_t e = htole64(entries[j]);
            buf_add(&room, (const char *)&e, sizeof e);
        }
        bind_ledger(q, l);
        sqlite3_bind_int64(q, 2, run);
        sqlite3_bind_int64(q, 3, part);
        sqlite3_bind_int64(q, 4, bucket);
        sqlite3_bind_blob64(q, 5, room.s, room.n, SQLITE_STATIC);
        ok = store_step_done(s, q);
    }
    sqlite3_finalize(q);
    buf_free(&room);
    return ok;
}

static bool write_state(struct store *s, const struct schema *l, const struct store_blocks *b)
{
    sqlite3_stmt *q = store_prepare(s, "INSERT OR REPLACE INTO vet_block_state VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    if (!q) return false;
    bind_ledger(q, l);
    sqlite3_bind_text(q, 2, b->digest, -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 3, b->batch);
    sqlite3_bind_int64(q, 4, s->run);
    sqlite3_bind_int64(q, 5, b->last);
    sqlite3_bind_int64(q, 6, (int64_t)b->records);
    sqlite3_bind_int64(q, 7, (int64_t)b->base);
    sqlite3_bind_blob(q, 8, b->bits, (int)b->runs, SQLITE_STATIC);
    bool ok = store_step_done(s, q);
    sqlite3_finalize(q);
    return ok;
}

bool store_blocks_end(struct store *s, const struct schema *l, struct store_blocks *b, bool keep)
{
    return finish(s, keep && write_state(s, l, b));
}

bool store_blocks_find(struct store *s, const struct schema *l, const struct store_blocks *b, unsigned part, const uint32_t *keys,
                       size_t n, void *ctx, void (*found)(void *ctx, uint64_t entry))
{
    sqlite3_stmt *q = store_prepare(s, "SELECT entries FROM vet_block WHERE ledger = ? AND run = ? AND part = ? AND bucket = ?");
    bool ok = q != NULL;
    for (uint32_t run = 0; ok && run < b->runs; run++)
        for (size_t i = 0, j; ok && i < n; i = j) {
            uint32_t bucket = bucket_of(keys[i], b->bits[run]);
            for (j = i + 1; j < n && bucket_of(keys[j], b->bits[run]) == bucket; j++) continue;
            bind_ledger(q, l);
            sqlite3_bind_int64(q, 2, run);
            sqlite3_bind_int64(q, 3, part);
            sqlite3_bind_int64(q, 4, bucket);
            int rc = sqlite3_step(q);
            const char *p = rc == SQLITE_ROW ? sqlite3_column_blob(q, 0) : NULL;
            size_t m = p ? (size_t)sqlite3_column_bytes(q, 0) / 8 : 0, k = i;
            for (size_t e = 0; e < m; e++) {
                uint64_t entry;
                memcpy(&entry, p + e * 8, 8);
                entry = le64toh(entry);
                while (k < j && keys[k] < entry >> 32) k++;
                if (k == j) break;
                if (keys[k] == entry >> 32) found(ctx, entry);
            }
            sqlite3_reset(q);
            ok = rc == SQLITE_ROW || rc == SQLITE_DONE || store_fault(s, rc);
        }
    sqlite3_finalize(q);
    return ok;
}

/* ---- records ---- */
bool store_blocks_changed(struct store *s, const struct schema *l, const struct store_blocks *b, uint32_t **records, size_t *n)
{
    struct table *t = tables_ledger(s, l->name);
    struct buf sql = {0};
    size_t cap = 0;
    *records = NULL;
    *n = 0;
    buf_put(&sql, "SELECT _record FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " WHERE _id > ?1 UNION SELECT _record FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " WHERE _out > ?2 ORDER BY 1");
    sqlite3_stmt *q = store_prepare(s, buf_text(&sql));
    buf_free(&sql);
    if (!q) return false;
    sqlite3_bind_int64(q, 1, b->last);
    sqlite3_bind_int64(q, 2, b->batch);
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        mem_grow(records, &cap, *n + 1, sizeof **records);
        (*records)[(*n)++] = (uint32_t)sqlite3_column_int64(q, 0);
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? true : store_fault(s, rc);
}

/* A record's first version has its number; later ones have an index. */
struct by_record {
    struct rows rows;
    struct store *store;
    sqlite3_stmt *first, *later;
    const uint32_t *records;
    size_t n, next;
    struct str *names;
};

static int by_record_fetch(struct rows *r, struct row_block *b)
{
    enum { ROWS_A_BLOCK = 2048 };
    struct by_record *g = r->own;
    size_t n = r->columns.n;
    arena_reset(&b->text);
    b->n_rows = 0;
    for (; g->next < g->n && b->n_rows < ROWS_A_BLOCK; g->next++) {
        sqlite3_stmt *q = g->first;
        sqlite3_bind_int64(q, 1, g->records[g->next]);
        int rc = sqlite3_step(q);
        if (rc == SQLITE_DONE) {
            sqlite3_reset(q);
            q = g->later;
            sqlite3_bind_int64(q, 1, g->records[g->next]);
            rc = sqlite3_step(q);
        }
        if (rc == SQLITE_ROW) {
            mem_grow(&b->values, &b->cap, (b->n_rows + 1) * n, sizeof *b->values);
            for (size_t i = 0; i < n; i++) b->values[b->n_rows * n + i] = str_copy(&b->text, column_str(q, (int)i));
            b->n_rows++;
        }
        sqlite3_reset(q);
        if (rc == SQLITE_ROW || rc == SQLITE_DONE) continue;
        store_fault(g->store, rc);
        return -1;
    }
    return b->n_rows > 0;
}

static void by_record_close(struct rows *r)
{
    struct by_record *g = r->own;
    sqlite3_finalize(g->first);
    sqlite3_finalize(g->later);
    free(g->names);
    free(g);
}

struct rows *store_rows_by_record(struct store *s, const struct schema *l, const struct str *want, size_t n_want,
                                  const uint32_t *records, size_t n, int64_t as_of)
{
    static const char *const WHERE[] = {" WHERE v._id = ? AND v._record = v._id AND ",
                                        " WHERE v._record = ? AND v._record <> v._id AND "};
    const struct table *t = tables_ledger(s, l->name);
    struct by_record *g = mem_zero(1, sizeof *g);
    sqlite3_stmt **q[] = {&g->first, &g->later};
    for (int way = 0; way < 2; way++) {
        struct buf sql = {0};
        bool sources = false;
        buf_put(&sql, "SELECT ");
        for (size_t i = 0; i < n_want; i++) {
            bool file = str_is(want[i], "_file"), sheet = str_is(want[i], "_sheet");
            if (file || sheet) buf_put(&sql, file ? "f.name" : "s.name"), sources = true;
            else if (table_column(t, want[i]) >= 0 || str_is(want[i], "_row")) buf_put(&sql, "v."), buf_name(&sql, want[i]);
            else buf_put(&sql, "NULL");
            buf_put(&sql, ", ");
        }
        buf_put(&sql, "v._record FROM ");
        buf_name(&sql, t->name);
        buf_put(&sql, " v");
        if (sources) buf_put(&sql, " LEFT JOIN vet_sheet s ON s._id = v._sheet LEFT JOIN vet_file f ON f._id = s.file");
        buf_put(&sql, WHERE[way]);
        buf_visible(&sql, "v", as_of);
        *q[way] = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
        buf_free(&sql);
    }
    g->names = mem_zero(n_want + 1, sizeof *g->names);
    memcpy(g->names, want, n_want * sizeof *want);
    g->names[n_want] = STR("_record");
    g->store = s;
    g->records = records;
    g->n = n;
    g->rows = (struct rows){.columns = {g->names, n_want + 1},
                            .name = s->path,
                            .fetch = by_record_fetch,
                            .close = by_record_close,
                            .diag = s->diag,
                            .own = g};
    if (g->later) return &g->rows;
    by_record_close(&g->rows);
    return NULL;
}
