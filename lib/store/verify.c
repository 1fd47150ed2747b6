/* Is the store what its batches wrote?  Every fault is a finding of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"
#include "store/shape.h"

/* What a batch says that it did to a table, and what is found. */
struct claim {
    int64_t batch, first, opened, closed;
    char opened_hash[65], closed_hash[65];
    struct sha256_ctx found;
    int64_t n_found, next; /* rows found, the _id expected next */
    int64_t *ended;
    size_t n_ended, cap_ended;
    bool told; /* a row of it was named already */
};
struct checking {
    struct store *store;
    struct place at;
    int64_t batches;
    uint64_t versions;
    bool well;
    struct claim *claims; /* of one table, by batch */
    size_t n, cap;
    struct map digests; /* of erased rows of the table: 8 bytes _id -> offset in `text` of 128 hex digits */
    uint64_t tombstones;
    struct buf text;
};

static void fault(struct checking *c, enum diag_code code, const char *a, const char *b, const char *d)
{
    c->well = false;
    diag_add(c->store->diag, code, &c->at, a, b, d, NULL);
}

static const char *number(char text[24], int64_t v)
{
    snprintf(text, 24, "%lld", (long long)v);
    return text;
}

/* ---- SQLite's own checks ---- */

static bool ask_sqlite(struct checking *c, const char *question)
{
    sqlite3_stmt *q = store_prepare(c->store, question);
    int rc = SQLITE_DONE;
    bool well = q != NULL;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(q, 0);
        if (!text || strcmp(text, "ok") == 0) continue;
        fault(c, DIAG_VERIFY_FILE, text, NULL, NULL);
        well = false;
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? well : store_fault(c->store, rc);
}

/* A file whose pages are damaged is not looked at any further; rows that point to nothing say more when the rest is read too. */
static bool check_file(struct checking *c)
{
    if (!ask_sqlite(c, "PRAGMA integrity_check(20)")) return false;
    ask_sqlite(c, "SELECT printf('%s row %s: %s', \"table\", rowid, parent) FROM pragma_foreign_key_check WHERE parent <> "
                  "'vet_batch' LIMIT 20");
    return !c->store->failed;
}

/* ---- tombstones ---- */

/* A tombstone's digests: of a row that of what was left, of a batch the hash that the chain goes on with, and that of what was
 * left. */
static bool load_tombstones(struct checking *c, struct str table)
{
    sqlite3_stmt *q = store_prepare(c->store, "SELECT row, digest FROM vet_tombstone WHERE tbl = ? ORDER BY _id");
    if (!q) return false;
    sqlite3_bind_text(q, 1, table.s, (int)table.n, SQLITE_STATIC);
    map_free(&c->digests);
    c->text.n = 0;
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(q, 0);
        map_at(&c->digests, (struct str){(const char *)&id, sizeof id}, NULL)->value = c->text.n;
        buf_str(&c->text, str_head(column_str(q, 1), 128));
        while (!c->text.n || c->text.n % 128) buf_char(&c->text, '0');
    }
    if (!str_is(table, "vet_batch")) c->tombstones += c->digests.n;
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? true : store_fault(c->store, rc);
}

/* The digests of what was erased, 128 hex digits; NULL when it was not. */
static const char *erased(const struct checking *c, int64_t id)
{
    const struct map_entry *e = c->digests.n ? map_find(&c->digests, (struct str){(const char *)&id, sizeof id}) : NULL;
    return e ? c->text.s + e->value : NULL;
}

static bool is_what_was_left(const char *erased, const unsigned char digest[32])
{
    char now[65];
    hex_of(digest, 32, now);
    return memcmp(erased, now, 64) == 0;
}

/* ---- the chain ---- */

static bool changes_of(struct checking *c, sqlite3_stmt *q, int64_t batch, struct buf *lines)
{
    lines->n = 0;
    sqlite3_bind_int64(q, 1, batch);
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW)
        batch_change_line(lines, column_str(q, 0), sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2), column_str(q, 3).s,
                          sqlite3_column_int64(q, 4), column_str(q, 5).s);
    sqlite3_reset(q);
    return rc == SQLITE_DONE ? true : store_fault(c->store, rc);
}

#define BATCH_COLUMNS "id, kind, who, at, command, source, source_hash, period, counts, undoes, run, previous, hash, salt"
static const char CHANGES[] =
    "SELECT tbl, first, opened, opened_hash, closed, closed_hash FROM vet_change WHERE batch = ? ORDER BY tbl";

static struct batch_text batch_of(sqlite3_stmt *q)
{
    return (struct batch_text){
        .id = sqlite3_column_int64(q, 0),
        .kind = column_str(q, 1),
        .by = column_str(q, 2),
        .at = column_str(q, 3),
        .command = column_str(q, 4),
        .source = column_str(q, 5),
        .source_hash = column_str(q, 6),
        .period = column_str(q, 7),
        .counts = column_str(q, 8),
        .undoes = sqlite3_column_int64(q, 9),
        .run = sqlite3_column_int64(q, 10),
        .previous = column_str(q, 11),
        .salt = column_str(q, 13),
    };
}

/* A batch whose text named an erased person: the hash that it bears is the old one, what is left has another, both are known. */
static bool batch_erased(const struct checking *c, int64_t id, struct str stated, const char *hash)
{
    const char *both = erased(c, id);
    return both && str_eq(stated, (struct str){both, 64}) && memcmp(both + 64, hash, 64) == 0;
}

static void check_link(struct checking *c, sqlite3_stmt *q, struct buf *lines, char last[65])
{
    char text[24], hash[65];
    struct batch_text t = batch_of(q);
    for (; c->batches + 1 < t.id; c->batches++) fault(c, DIAG_VERIFY_GAP, number(text, c->batches + 1), NULL, NULL);
    c->batches = t.id;
    if (!str_is(t.previous, last)) fault(c, DIAG_VERIFY_CHAIN, number(text, t.id), "previous", NULL);
    batch_hash(&t, buf_slice(lines), hash);
    struct str stated = column_str(q, 12);
    if (!str_is(stated, hash) && !batch_erased(c, t.id, stated, hash))
        fault(c, DIAG_VERIFY_CHAIN, number(text, t.id), "hash", NULL);
    snprintf(last, 65, "%.*s", (int)(stated.n < 64 ? stated.n : 64), stated.n ? stated.s : "");
}

bool batch_digest(struct store *s, int64_t id, char stated[65], char found[65])
{
    struct checking c = {.store = s};
    struct buf lines = {0};
    sqlite3_stmt *changes = store_prepare(s, CHANGES),
                 *q = store_prepare(s, "SELECT " BATCH_COLUMNS " FROM vet_batch WHERE id = ?");
    bool ok = changes && q && changes_of(&c, changes, id, &lines) && sqlite3_bind_int64(q, 1, id) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    if (ok) {
        struct batch_text t = batch_of(q);
        struct str hash = str_head(column_str(q, 12), 64);
        if (found) batch_hash(&t, buf_slice(&lines), found);
        if (stated) snprintf(stated, 65, "%.*s", (int)hash.n, hash.s ? hash.s : "");
    }
    sqlite3_finalize(q);
    sqlite3_finalize(changes);
    buf_free(&lines);
    return ok;
}

static bool check_chain(struct checking *c)
{
    sqlite3_stmt *q = load_tombstones(c, STR("vet_batch"))
                          ? store_prepare(c->store, "SELECT " BATCH_COLUMNS " FROM vet_batch ORDER BY id")
                          : NULL;
    sqlite3_stmt *changes = q ? store_prepare(c->store, CHANGES) : NULL;
    struct buf lines = {0};
    char last[65];
    memset(last, '0', 64);
    last[64] = 0;
    int rc = SQLITE_DONE;
    bool ok = changes != NULL;
    while (ok && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        ok = changes_of(c, changes, sqlite3_column_int64(q, 0), &lines);
        if (ok) check_link(c, q, &lines, last);
    }
    if (ok && rc != SQLITE_DONE) ok = store_fault(c->store, rc);
    sqlite3_finalize(q);
    sqlite3_finalize(changes);
    buf_free(&lines);
    return ok;
}

/* ---- the rows of a table ---- */

static struct claim *claim_of(struct checking *c, int64_t batch)
{
    size_t low = 0, high = c->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->claims[mid].batch < batch) low = mid + 1;
        else high = mid;
    }
    return low < c->n && c->claims[low].batch == batch ? &c->claims[low] : NULL;
}

static bool load_claims(struct checking *c, const struct table *t)
{
    sqlite3_stmt *q = store_prepare(
        c->store, "SELECT batch, first, opened, opened_hash, closed, closed_hash FROM vet_change WHERE tbl = ? ORDER BY batch");
    if (!q) return false;
    sqlite3_bind_text(q, 1, t->name.s, (int)t->name.n, SQLITE_STATIC);
    int rc;
    c->n = 0;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        mem_grow(&c->claims, &c->cap, c->n + 1, sizeof *c->claims);
        struct claim *k = &c->claims[c->n++];
        *k = (struct claim){.batch = sqlite3_column_int64(q, 0),
                            .first = sqlite3_column_int64(q, 1),
                            .opened = sqlite3_column_int64(q, 2),
                            .closed = sqlite3_column_int64(q, 4)};
        k->next = k->first;
        snprintf(k->opened_hash, 65, "%s", (const char *)sqlite3_column_text(q, 3));
        snprintf(k->closed_hash, 65, "%s", (const char *)sqlite3_column_text(q, 5));
        sha256_init(&k->found);
        c->versions += (uint64_t)k->opened;
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? true : store_fault(c->store, rc);
}

/* The content's hash that a ledger's row carries names the very row that was changed. */
static bool content_changed(const struct table *t, sqlite3_stmt *q, struct buf *image)
{
    if (!t->is_ledger) return false;
    image->n = 0;
    return row_content_hash(t, q, 3, image) != (uint64_t)sqlite3_column_int64(q, 3 + L_HASH);
}

static void check_row(struct checking *c, const struct table *t, const char *name, sqlite3_stmt *q, struct buf *image)
{
    int64_t id = sqlite3_column_int64(q, 0), in = sqlite3_column_int64(q, 1), out = sqlite3_column_int64(q, 2);
    char a[24], b[24];
    struct claim *k = claim_of(c, in);
    if (!k || id < k->first || id >= k->first + k->opened) {
        fault(c, DIAG_VERIFY_INSERTED, name, number(a, id), number(b, in));
        if (k) k->told = true;
        return;
    }
    for (; k->next < id; k->next++) {
        fault(c, DIAG_VERIFY_REMOVED, name, number(a, k->next), number(b, in));
        k->told = true;
    }
    k->next = id + 1;
    k->n_found++;
    unsigned char digest[32];
    image->n = 0;
    image_of_row(image, q, 3, t->n_columns);
    image_digest(buf_slice(image), digest);
    const char *left = erased(c, id);
    if (left ? !is_what_was_left(left, digest) : content_changed(t, q, image)) {
        fault(c, DIAG_VERIFY_ROW, name, number(a, id), number(b, in));
        k->told = true;
    }
    hash_row(&k->found, id, digest);
    if (sqlite3_column_type(q, 2) == SQLITE_NULL) return;
    if (out < in) fault(c, DIAG_VERIFY_OPEN, name, number(a, id), NULL);
    struct claim *end = claim_of(c, out);
    if (!end) {
        fault(c, DIAG_VERIFY_CLOSED, name, number(b, out), NULL);
        return;
    }
    mem_grow(&end->ended, &end->cap_ended, end->n_ended + 1, sizeof *end->ended);
    end->ended[end->n_ended++] = id;
}

static void settle_claim(struct checking *c, struct claim *k, const char *name)
{
    char a[24], b[24], hash[65], range[64];
    unsigned char d[32];
    for (; k->opened && k->next < k->first + k->opened; k->next++) {
        fault(c, DIAG_VERIFY_REMOVED, name, number(a, k->next), number(b, k->batch));
        k->told = true;
    }
    sha256_digest(&k->found, 32, d);
    hex_of(d, 32, hash);
    if (strcmp(hash, k->opened_hash) != 0 && !k->told) {
        snprintf(range, sizeof range, k->opened == 1 ? "%lld" : "%lld-%lld", (long long)k->first,
                 (long long)(k->first + k->opened - 1));
        fault(c, DIAG_VERIFY_ROWS, name, range, number(b, k->batch));
    }
    hash_closed(k->ended, k->n_ended, hash); /* found in the order of _id */
    if (strcmp(hash, k->closed_hash) != 0 || (int64_t)k->n_ended != k->closed)
        fault(c, DIAG_VERIFY_CLOSED, name, number(b, k->batch), NULL);
    free(k->ended);
}

static bool scan_rows(struct checking *c, const struct table *t, const char *name)
{
    struct buf sql = {0}, image = {0};
    buf_put(&sql, "SELECT * FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " ORDER BY _id");
    sqlite3_stmt *q = store_prepare(c->store, buf_text(&sql));
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) check_row(c, t, name, q, &image);
    sqlite3_finalize(q);
    buf_free(&sql);
    buf_free(&image);
    for (size_t i = 0; i < c->n; i++) settle_claim(c, &c->claims[i], name);
    return q && (rc == SQLITE_DONE || store_fault(c->store, rc));
}

/* A record has one current version at most, and is in one entity. */
static bool check_currents(struct checking *c, const struct table *t, const char *name)
{
    const char *record = t->is_ledger ? "_record" : "record";
    struct buf sql = {0};
    buf_printf(&sql, "SELECT %s, group_concat(_id, ' ') FROM ", record);
    buf_name(&sql, t->name);
    buf_printf(&sql, " WHERE _out IS NULL GROUP BY %s%s HAVING count(*) > 1", record, t->is_ledger ? "" : ", ledger");
    sqlite3_stmt *q = store_prepare(c->store, buf_text(&sql));
    buf_free(&sql);
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW)
        fault(c, DIAG_VERIFY_TWO, name, (const char *)sqlite3_column_text(q, 0), (const char *)sqlite3_column_text(q, 1));
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(c->store, rc));
}

static bool check_table(struct checking *c, const struct table *t)
{
    struct buf name = {0};
    buf_str(&name, t->name);
    bool ok = load_claims(c, t) && load_tombstones(c, t->name) && scan_rows(c, t, buf_text(&name));
    if (ok && (t->is_ledger || str_is(t->name, "vet_link"))) ok = check_currents(c, t, buf_text(&name));
    buf_free(&name);
    return ok;
}

/* A batch's last trace in the log is what it says that it did. */
static bool check_claims(struct checking *c)
{
    sqlite3_stmt *q =
        store_prepare(c->store, "SELECT DISTINCT batch FROM vet_change WHERE batch NOT IN (SELECT id FROM vet_batch) ORDER "
                                "BY batch LIMIT 20");
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW)
        fault(c, DIAG_VERIFY_GAP, (const char *)sqlite3_column_text(q, 0), NULL, NULL);
    sqlite3_finalize(q);
    if (!c->batches) fault(c, DIAG_VERIFY_GAP, "1", NULL, NULL);
    return q && (rc == SQLITE_DONE || store_fault(c->store, rc));
}

static void wrong_shape(void *ctx, const char *name)
{
    fault(ctx, DIAG_VERIFY_SHAPE, name, NULL, NULL);
}

/* Conservation: what an import accepted as new or updated is what versions it opened, and what it updated or merged it closed. */
static bool check_counts(struct checking *c)
{
    sqlite3_stmt *q = store_prepare(
        c->store, "SELECT b.id, n + u, ifnull(g.opened, 0), u + m, ifnull(g.closed, 0) FROM (SELECT id, "
                  "json_extract(counts, '$.ledger') AS ledger,"
                  " ifnull(json_extract(counts, '$.new'), 0) AS n, ifnull(json_extract(counts, "
                  "'$.updated'), 0) AS u, ifnull(json_extract(counts, '$.merged'), 0) AS m FROM vet_batch WHERE kind = 'import') b"
                  " LEFT JOIN vet_change g ON g.batch = b.id AND g.tbl = b.ledger || '_version' WHERE "
                  "n + u <> ifnull(g.opened, 0) OR u + m <> ifnull(g.closed, 0)");
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW)
        fault(c, DIAG_VERIFY_COUNTS, (const char *)sqlite3_column_text(q, 0), (const char *)sqlite3_column_text(q, 1),
              (const char *)sqlite3_column_text(q, 2));
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(c->store, rc));
}

static bool verify(struct store *s, bool tell)
{
    struct checking c = {.store = s, .at = {.file = s->path}, .well = true};
    char a[24], b[24];
    bool ok = pipe_drain(s) && check_file(&c) && shape_check(s, &c, wrong_shape) && check_chain(&c) && check_claims(&c);
    for (size_t i = 0; ok && i < s->n_tables; i++) ok = check_table(&c, &s->tables[i]);
    ok = ok && check_counts(&c);
    free(c.claims);
    map_free(&c.digests);
    buf_free(&c.text);
    if (!ok || !c.well) return false;
    const char *hash;
    store_head(s, &hash);
    char n[24];
    if (tell && c.tombstones) diag_add(s->diag, DIAG_VERIFY_TOMBSTONES, &c.at, number(n, (int64_t)c.tombstones), NULL);
    if (tell) diag_add(s->diag, DIAG_STORE_OK, &c.at, number(a, c.batches), number(b, (int64_t)c.versions), hash, NULL);
    return true;
}

bool store_verify(struct store *s)
{
    return verify(s, true);
}

bool store_verify_quietly(struct store *s)
{
    return verify(s, false);
}
