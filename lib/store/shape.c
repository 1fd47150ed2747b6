#include "store/shape.h"

#include "base/map.h"
#include "store/blocks.h"

bool shape_digest(struct store *s, struct str ledger, char hex[65])
{
    struct buf text = {0};
    unsigned char d[32];
    sqlite3_stmt *q =
        store_prepare(s, "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ?1 || '_version' OR name = ?1 OR "
                         "tbl_name = ?1 ORDER BY type, name");
    if (!q) return false;
    sqlite3_bind_text(q, 1, ledger.s, (int)ledger.n, SQLITE_STATIC);
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW)
        for (int i = 0; i < 3; i++) {
            buf_str(&text, column_str(q, i));
            buf_char(&text, '\n');
        }
    sqlite3_finalize(q);
    image_digest(buf_slice(&text), d);
    hex_of(d, sizeof d, hex);
    buf_free(&text);
    return rc == SQLITE_DONE || store_fault(s, rc);
}

/* ---- the store's own ---- */

enum { MUST = 1, MAY = 2, SEEN = 4 };

/* Marks in `wanted` what the statements make; its keys are a name, the end of a line, the definition. */
static bool make_apart(struct store *s, const char *statements, uint64_t mark, struct map *wanted)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_open(":memory:", &db);
    if (rc == SQLITE_OK) rc = sqlite3_exec(db, statements, NULL, NULL, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(db, "SELECT name || char(10) || ifnull(sql, '') FROM sqlite_schema", -1, &q, NULL);
    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(q)) == SQLITE_ROW) map_at(wanted, column_str(q, 0), NULL)->value |= mark;
    sqlite3_finalize(q);
    sqlite3_close(db);
    return rc == SQLITE_DONE || store_fault(s, rc);
}

static bool want_own(struct store *s, struct map *wanted)
{
    struct buf sql = {0};
    tables_statements(&sql);
    bool ok = make_apart(s, buf_text(&sql), MUST, wanted);
    buf_put(&sql, STORE_BLOCKS_TABLES);
    ok = ok && make_apart(s, buf_text(&sql), MAY, wanted);
    buf_free(&sql);
    return ok;
}

/* Does the definition belong to the table of a ledger, or is it its view?  Those are told by their digest. */
static bool is_of_ledger(struct store *s, struct str table)
{
    size_t n;
    const struct str *names = store_ledgers(s, &n);
    for (size_t i = 0; i < n; i++)
        if (str_starts(table, names[i]) && (table.n == names[i].n || str_is(str_from(table, names[i].n), "_version"))) return true;
    return false;
}

static bool check_own(struct store *s, struct map *wanted, void *ctx, void (*found)(void *ctx, const char *name))
{
    sqlite3_stmt *q =
        store_prepare(s, "SELECT name || char(10) || ifnull(sql, ''), tbl_name, name FROM sqlite_schema ORDER BY name, type");
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct map_entry *e = map_find(wanted, column_str(q, 0));
        if (e) e->value |= SEEN;
        else if (!is_of_ledger(s, column_str(q, 1))) found(ctx, (const char *)sqlite3_column_text(q, 2));
    }
    sqlite3_finalize(q);
    struct buf name = {0};
    for (size_t i = 0; q && i < wanted->n; i++) {
        struct str key = wanted->entries[i].key;
        size_t end;
        if ((wanted->entries[i].value & (MUST | SEEN)) != MUST || !str_find(key, STR("\n"), &end)) continue;
        name.n = 0;
        buf_str(&name, str_head(key, end));
        found(ctx, buf_text(&name));
    }
    buf_free(&name);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

/* ---- those of the ledgers ---- */

static bool check_ledgers(struct store *s, void *ctx, void (*found)(void *ctx, const char *name))
{
    sqlite3_stmt *q =
        store_prepare(s, "SELECT source, json_extract(counts, '$.shape'), max(id) FROM vet_batch WHERE kind = 'ledger' "
                         "GROUP BY source ORDER BY source");
    int rc = SQLITE_DONE;
    char now[65];
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        if (!shape_digest(s, column_str(q, 0), now)) break;
        if (!str_is(column_str(q, 1), now)) found(ctx, (const char *)sqlite3_column_text(q, 0));
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

bool shape_check(struct store *s, void *ctx, void (*found)(void *ctx, const char *name))
{
    struct map wanted = {0};
    bool ok = want_own(s, &wanted) && check_own(s, &wanted, ctx, found) && check_ledgers(s, ctx, found);
    map_free(&wanted);
    return ok;
}
