#include "store/erase.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"

struct erasing {
    struct store *s;
    const struct schema *l;
    struct table *t;
    const char *reason;
    struct str *identifying; /* ids and names of the person, to find rejected rows */
    size_t n, cap;
    struct arena memory;
    uint64_t rows;
};

/* Units and coded values say nothing of who it was, and are what totals count. */
static bool stays(const struct schema *l, struct str column)
{
    const struct field *f = schema_field(l, column);
    return f && f->mask == MASK_NONE &&
           (f->codes || f->role == ROLE_SEX || f->role == ROLE_COMMUNITY || f->role == ROLE_GRID || f->role == ROLE_BUILDING);
}

static bool bury(struct erasing *e, struct str table, int64_t id, const unsigned char digest[32])
{
    char row[24], hex[65];
    snprintf(row, sizeof row, "%lld", (long long)id);
    hex_of(digest, 32, hex);
    const struct str values[] = {table, str_of(row), {hex, 64}, str_of(e->reason)};
    e->rows++;
    return table_open_row(e->s, &e->s->tables[T_TOMBSTONE], values) != 0;
}

static void remember(struct erasing *e, struct str text)
{
    if (!text.n) return;
    for (size_t i = 0; i < e->n; i++)
        if (str_eq(e->identifying[i], text)) return;
    mem_grow(&e->identifying, &e->cap, e->n + 1, sizeof *e->identifying);
    e->identifying[e->n++] = str_copy(&e->memory, text);
}

static bool empty_row(struct erasing *e, int64_t id)
{
    struct buf sql = {0};
    buf_put(&sql, "UPDATE ");
    buf_name(&sql, e->t->name);
    buf_put(&sql, " SET _hash = 0, _flags = NULL, _typed = NULL");
    for (size_t i = L_FIELDS; i < e->t->n_columns; i++) {
        if (stays(e->l, e->t->columns[i].name)) continue;
        buf_put(&sql, ", ");
        buf_name(&sql, e->t->columns[i].name);
        buf_put(&sql, " = NULL");
    }
    buf_printf(&sql, " WHERE _id = %lld", (long long)id);
    bool ok = store_exec(e->s, buf_text(&sql));
    buf_free(&sql);
    return ok;
}

/* The rows are read first and emptied after, as a statement must not change what it walks over. */
static bool erase_versions(struct erasing *e, const char *key)
{
    const struct field *id = schema_role(e->l, ROLE_CITIZEN_ID), *name = schema_role(e->l, ROLE_NAME);
    struct buf sql = {0}, image = {0};
    buf_put(&sql, "SELECT * FROM ");
    buf_name(&sql, e->t->name);
    buf_put(&sql, " WHERE _record IN (SELECT _record FROM ");
    buf_name(&sql, e->t->name);
    buf_put(&sql, " WHERE CAST(_record AS TEXT) = ?1");
    if (id) {
        buf_put(&sql, " OR ");
        buf_name(&sql, id->name);
        buf_put(&sql, " = ?1");
    }
    buf_put(&sql, ") AND _hash <> 0 ORDER BY _id");
    sqlite3_stmt *q = pipe_drain(e->s) ? store_prepare(e->s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    if (!q) return false;
    sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
    struct gone {
        int64_t id;
        bool current;
        unsigned char digest[32];
    } *v = NULL;
    size_t n = 0, cap = 0;
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        mem_grow(&v, &cap, n + 1, sizeof *v);
        v[n] = (struct gone){.id = sqlite3_column_int64(q, 0), .current = sqlite3_column_type(q, 2) == SQLITE_NULL};
        image.n = 0;
        image_of_row(&image, q, 3, e->t->n_columns);
        image_digest(buf_slice(&image), v[n++].digest);
        if (id) remember(e, column_str(q, 3 + table_column(e->t, id->name)));
        if (name) remember(e, column_str(q, 3 + table_column(e->t, name->name)));
    }
    sqlite3_finalize(q);
    bool ok = rc == SQLITE_DONE || store_fault(e->s, rc);
    for (size_t i = 0; ok && i < n; i++)
        ok = bury(e, e->t->name, v[i].id, v[i].digest) && (!v[i].current || table_close_row(e->s, e->t, v[i].id));
    ok = ok && pipe_drain(e->s);
    for (size_t i = 0; ok && i < n; i++) ok = empty_row(e, v[i].id);
    free(v);
    buf_free(&image);
    return ok;
}

/* Rejected rows, open or not, whose cells hold the id or the name. */
static bool erase_rejects(struct erasing *e)
{
    struct table *t = &e->s->tables[T_REJECT];
    sqlite3_stmt *q = store_prepare(
        e->s, "SELECT * FROM vet_reject WHERE EXISTS (SELECT 1 FROM json_each(cells) c WHERE replace(c.value, ' ', '') = ?)");
    struct buf image = {0};
    bool ok = q != NULL;
    for (size_t i = 0; ok && i < e->n; i++) {
        int64_t ids[256];
        size_t n = 0;
        sqlite3_bind_text(q, 1, e->identifying[i].s, (int)e->identifying[i].n, SQLITE_STATIC);
        int rc = SQLITE_DONE;
        while (ok && n < 256 && (rc = sqlite3_step(q)) == SQLITE_ROW) {
            unsigned char digest[32];
            ids[n] = sqlite3_column_int64(q, 0);
            image.n = 0;
            image_of_row(&image, q, 3, t->n_columns);
            image_digest(buf_slice(&image), digest);
            ok = bury(e, t->name, ids[n++], digest);
        }
        sqlite3_reset(q);
        ok = ok && pipe_drain(e->s) && (rc == SQLITE_DONE || rc == SQLITE_ROW || store_fault(e->s, rc));
        for (size_t k = 0; ok && k < n; k++) {
            char sql[96];
            snprintf(sql, sizeof sql, "UPDATE vet_reject SET cells = '[]' WHERE _id = %lld", (long long)ids[k]);
            ok = store_exec(e->s, sql);
        }
        if (n == 256) i--; /* there may be more */
    }
    sqlite3_finalize(q);
    buf_free(&image);
    return ok;
}

static void tell_backups(struct store *s)
{
    struct place at = {.file = s->path};
    sqlite3_stmt *q = store_prepare(s, "SELECT source, at FROM vet_batch WHERE kind IN ('backup', 'restore') ORDER BY id");
    while (q && sqlite3_step(q) == SQLITE_ROW)
        diag_add(s->diag, DIAG_ERASE_BACKUP, &at, (const char *)sqlite3_column_text(q, 0), (const char *)sqlite3_column_text(q, 1),
                 NULL);
    sqlite3_finalize(q);
}

bool store_erase(struct store *s, const struct schema *l, const char *key, const char *reason, uint64_t *rows)
{
    struct erasing e = {.s = s, .l = l, .reason = reason};
    struct place at = {.file = s->path};
    bool ok = store_ledger(s, l) && store_exec(s, "PRAGMA secure_delete=ON") && batch_begin(s, "erase");
    if (ok) {
        e.t = tables_ledger(s, l->name);
        ok = erase_versions(&e, key) && erase_rejects(&e);
        if (ok) buf_printf(&s->batch.counts, "{\"rows\":%llu}", (unsigned long long)e.rows);
        bool found = e.rows > 0;
        if (!batch_end(s, ok && found)) ok = false;
        if (ok && !found) {
            diag_add(s->diag, DIAG_ERASE_NONE, &at, NULL);
            ok = false;
        }
    }
    /* What was overwritten must not survive in the write-ahead log. */
    if (ok) ok = store_exec(s, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (ok) tell_backups(s);
    if (rows) *rows = e.rows;
    free(e.identifying);
    arena_free(&e.memory);
    return ok;
}
