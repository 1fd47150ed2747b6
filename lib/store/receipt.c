#include "store/receipt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "store/pack.h"
#include "store/pipe.h"

enum { RECEIPT_MIB = 64 };

/* ---- totals ---- */

static bool count_records(struct store *s, const struct table *t, int64_t as_of, const char *scope, struct map *found)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT c.code, count(*) FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " v JOIN vet_code c ON c._id = v._unit WHERE ");
    buf_visible(&sql, "v", as_of);
    if (scope) buf_printf(&sql, " AND v._unit %s", scope);
    buf_put(&sql, " GROUP BY 1");
    sqlite3_stmt *q = store_prepare(s, buf_text(&sql));
    buf_free(&sql);
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW)
        map_at(found, column_str(q, 0), NULL)->value = (uint64_t)sqlite3_column_int64(q, 1);
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

static bool differs(struct store *s, const char *file, enum diag_code code, struct str ledger, struct str unit, int64_t want,
                    uint64_t found)
{
    struct place at = {.file = file};
    struct buf l = {0}, n = {0};
    char a[24], b[24];
    buf_str(&l, ledger);
    buf_str(&n, unit);
    snprintf(a, sizeof a, "%lld", (long long)want);
    snprintf(b, sizeof b, "%llu", (unsigned long long)found);
    diag_add(s->diag, code, &at, buf_text(&l), buf_text(&n), a, b, NULL);
    buf_free(&l);
    buf_free(&n);
    return false;
}

/* Of one ledger: every unit stated is met; with a scope, every unit met is stated. */
static bool ledger_agrees(struct store *s, struct str ledger, struct str units, int64_t stated, int64_t as_of, const char *scope,
                          const char *file, enum diag_code code)
{
    const struct table *t = tables_ledger(s, ledger);
    struct map found = {0};
    if (!t) return stated == 0 ? true : differs(s, file, code, ledger, STR(""), stated, 0);
    bool ok = count_records(s, t, as_of, scope, &found);
    sqlite3_stmt *q = ok ? store_prepare(s, "SELECT key, value FROM json_each(?)") : NULL;
    int64_t sum = 0;
    if (q) sqlite3_bind_text(q, 1, units.s, (int)units.n, SQLITE_STATIC);
    ok = q != NULL;
    while (ok && sqlite3_step(q) == SQLITE_ROW) {
        struct map_entry *e = map_find(&found, column_str(q, 0));
        int64_t want = sqlite3_column_int64(q, 1);
        sum += want;
        if (!e || e->value != (uint64_t)want) ok = differs(s, file, code, ledger, column_str(q, 0), want, e ? e->value : 0);
        if (e) e->value = 0;
    }
    sqlite3_finalize(q);
    for (size_t i = 0; ok && scope && i < found.n; i++)
        if (found.entries[i].value) ok = differs(s, file, code, ledger, found.entries[i].key, 0, found.entries[i].value);
    if (ok && sum != stated) ok = differs(s, file, code, ledger, STR(""), stated, (uint64_t)sum);
    map_free(&found);
    return ok;
}

bool totals_agree(struct store *s, const struct buf *json, int64_t as_of, const char *scope, const char *file, enum diag_code code)
{
    sqlite3_stmt *q = store_prepare(s, "SELECT json_extract(value, '$.name'), json_extract(value, '$.units'), json_extract(value, "
                                       "'$.records') FROM json_each(?1, '$.ledgers')");
    bool ok = q != NULL;
    if (q) sqlite3_bind_text(q, 1, json->s, (int)json->n, SQLITE_STATIC);
    while (ok && sqlite3_step(q) == SQLITE_ROW)
        ok = ledger_agrees(s, column_str(q, 0), column_str(q, 1), sqlite3_column_int64(q, 2), as_of, scope, file, code);
    sqlite3_finalize(q);
    return ok && !s->failed;
}

/* ---- the receipt ---- */

bool receipt_write(struct unpacking *u, int64_t batch, struct buf *out)
{
    sqlite3_stmt *q =
        store_prepare(u->s, "SELECT b.source, b.hash, b.at, b.who, json_extract(?2, '$.ledgers') FROM vet_batch b WHERE id = ?1");
    bool ok = q != NULL;
    if (q) sqlite3_bind_int64(q, 1, batch);
    if (q) sqlite3_bind_text(q, 2, u->manifest.s, (int)u->manifest.n, SQLITE_STATIC);
    ok = q && sqlite3_step(q) == SQLITE_ROW;
    if (ok) {
        buf_put(out, "{\n \"receipt\":1,\n \"package\":{\"file\":");
        json_quote(out, column_str(q, 0));
        buf_printf(out, ",\"sha256\":\"%s\"},\n \"sender\":{\"unit\":", bag_digest(u->bag));
        json_quote(out, u->sender);
        buf_put(out, ",\"period\":");
        json_quote(out, u->period);
        buf_printf(out, ",\"batch\":%lld,\"hash\":\"%.*s\"},\n \"ledgers\":", (long long)u->batch, (int)u->hash.n, u->hash.s);
        buf_str(out, column_str(q, 4));
        buf_printf(out, ",\n \"receiver\":{\"batch\":%lld,\"hash\":\"%s\",\"at\":", (long long)batch,
                   (const char *)sqlite3_column_text(q, 1));
        json_quote(out, column_str(q, 2));
        buf_put(out, ",\"by\":");
        json_quote(out, column_str(q, 3));
        buf_put(out, "}\n}\n");
    }
    sqlite3_finalize(q);
    return ok;
}

/* ---- back at the sender's ---- */

static bool load(const char *path, struct buf *text, struct diag *d)
{
    struct place at = {.file = path};
    FILE *f = fopen(path, "rbe");
    size_t n;
    if (!f) {
        diag_add(d, DIAG_OPEN_FAILED, &at, strerror(errno), NULL);
        return false;
    }
    do {
        buf_reserve(text, 1 << 16);
        n = fread(text->s + text->n, 1, 1 << 16, f);
        text->n += n;
    } while (n && text->n < (size_t)RECEIPT_MIB << 20);
    bool ok = !ferror(f);
    if (!ok) diag_add(d, DIAG_READ_FAILED, &at, strerror(errno), NULL);
    fclose(f);
    return ok;
}

struct receipt {
    int64_t batch, theirs;
    struct str hash, at;
    bool valid;
};

static struct receipt parse(struct store *s, const struct buf *text, struct arena *memory)
{
    static const char SQL[] = "SELECT json_valid(?1), CASE WHEN json_valid(?1) THEN json_extract(?1, '$.receipt') END, CASE WHEN "
                              "json_valid(?1) THEN json_extract(?1, '$.sender.batch') END, CASE WHEN json_valid(?1) THEN "
                              "json_extract(?1, '$.sender.hash') END, CASE WHEN json_valid(?1) THEN json_extract(?1, "
                              "'$.receiver.batch') END, CASE WHEN json_valid(?1) THEN json_extract(?1, '$.receiver.at') END";
    struct receipt r = {0};
    sqlite3_stmt *q = store_prepare(s, SQL);
    if (q) sqlite3_bind_text(q, 1, text->s ? text->s : "", (int)text->n, SQLITE_STATIC);
    if (q && sqlite3_step(q) == SQLITE_ROW) {
        r.batch = sqlite3_column_int64(q, 2);
        r.hash = str_copy(memory, column_str(q, 3));
        r.theirs = sqlite3_column_int64(q, 4);
        r.at = str_copy(memory, column_str(q, 5));
        r.valid = sqlite3_column_int(q, 0) == 1 && sqlite3_column_int(q, 1) == 1 && r.batch > 0 && r.hash.n == 64;
    }
    sqlite3_finalize(q);
    return r;
}

static bool is_in_log(struct store *s, const struct receipt *r)
{
    sqlite3_stmt *q = store_prepare(s, "SELECT 1 FROM vet_batch WHERE id = ? AND hash = ?");
    if (q) sqlite3_bind_int64(q, 1, r->batch);
    if (q) sqlite3_bind_text(q, 2, r->hash.s, (int)r->hash.n, SQLITE_STATIC);
    bool there = q && sqlite3_step(q) == SQLITE_ROW;
    sqlite3_finalize(q);
    return there;
}

bool store_check_receipt(struct store *s, const char *path)
{
    struct buf text = {0};
    struct arena memory = {0};
    struct place at = {.file = path};
    char batch[24], theirs[24];
    bool ok = pipe_drain(s) && load(path, &text, s->diag);
    struct receipt r = {0};
    if (ok) {
        r = parse(s, &text, &memory);
        snprintf(batch, sizeof batch, "%lld", (long long)r.batch);
        snprintf(theirs, sizeof theirs, "%lld", (long long)r.theirs);
        ok = r.valid;
        if (!ok) diag_add(s->diag, DIAG_RECEIPT_NOT, &at, NULL);
    }
    if (ok && !is_in_log(s, &r)) {
        diag_add(s->diag, DIAG_RECEIPT_CHAIN, &at, batch, NULL);
        ok = false;
    }
    ok = ok && totals_agree(s, &text, r.batch, NULL, path, DIAG_RECEIPT_TOTALS);
    if (ok) diag_add(s->diag, DIAG_RECEIPT_OK, &at, batch, theirs, r.at.s ? r.at.s : "", NULL);
    buf_free(&text);
    arena_free(&memory);
    return ok;
}
