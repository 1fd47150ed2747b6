#include "store/erase.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "store/blocks.h"
#include "store/own.h"
#include "store/pipe.h"

enum { ID_LENGTH = 15 };
enum who_kind { WHO_ID, WHO_NAME, WHO_PHONE };
struct who {
    enum who_kind kind;
    struct str text;
};
struct erasing {
    struct store *s;
    struct str reason;
    struct who *who; /* what tells who the person is, wherever it stands */
    size_t n, cap;
    uint64_t rows;
    struct arena memory;
};
struct ids {
    int64_t *v;
    size_t n, cap;
};

static struct str ledger_of(const struct table *t)
{
    return (struct str){t->name.s, t->name.n - 8}; /* less "_version" */
}

/* The numbers that a query gives. */
static bool numbers(struct erasing *e, struct buf *sql, struct ids *to)
{
    sqlite3_stmt *q = pipe_drain(e->s) ? store_prepare(e->s, buf_text(sql)) : NULL;
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        mem_grow(&to->v, &to->cap, to->n + 1, sizeof *to->v);
        to->v[to->n++] = sqlite3_column_int64(q, 0);
    }
    sqlite3_finalize(q);
    buf_free(sql);
    return q && (rc == SQLITE_DONE || store_fault(e->s, rc));
}

static bool run(struct erasing *e, struct buf *sql)
{
    bool ok = pipe_drain(e->s) && store_exec(e->s, buf_text(sql));
    buf_free(sql);
    return ok;
}

/* ---- the columns of a ledger, by the roles that the store keeps of them ---- */

struct names {
    struct str *v;
    size_t n, cap;
};

static bool columns_of(struct erasing *e, const struct table *t, const char *where, struct names *to)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT DISTINCT json_extract(f.value, '$.name') FROM vet_ledger l, json_each(l.fields) f WHERE l.name = ");
    buf_literal(&sql, ledger_of(t));
    buf_printf(&sql, " AND %s", where);
    sqlite3_stmt *q = pipe_drain(e->s) ? store_prepare(e->s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct str name = column_str(q, 0);
        if (table_column(t, name) < 0) continue;
        mem_grow(&to->v, &to->cap, to->n + 1, sizeof *to->v);
        to->v[to->n++] = str_copy(&e->memory, name);
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(e->s, rc));
}

static bool has_name(const struct names *v, struct str name)
{
    for (size_t i = 0; i < v->n; i++)
        if (str_eq(v->v[i], name)) return true;
    return false;
}

/* ---- who it is ---- */

static void remember(struct erasing *e, enum who_kind kind, struct str text)
{
    if (text.n < 6) return; /* one character names nobody */
    for (size_t i = 0; i < e->n; i++)
        if (str_eq(e->who[i].text, text)) return;
    mem_grow(&e->who, &e->cap, e->n + 1, sizeof *e->who);
    e->who[e->n++] = (struct who){kind, str_copy(&e->memory, text)};
}

static bool remember_column(struct erasing *e, const struct table *t, struct str column, enum who_kind kind)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT DISTINCT ");
    buf_name(&sql, column);
    buf_put(&sql, " FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " WHERE _record IN (SELECT record FROM temp.vet_erase WHERE ledger = ");
    buf_literal(&sql, ledger_of(t));
    buf_put(&sql, ")");
    sqlite3_stmt *q = pipe_drain(e->s) ? store_prepare(e->s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) remember(e, kind, column_str(q, 0));
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(e->s, rc));
}

static bool remember_all(struct erasing *e)
{
    static const char *const ROLES[] = {"json_extract(f.value, '$.role') = 'citizen_id'",
                                        "json_extract(f.value, '$.role') = 'name'", "json_extract(f.value, '$.role') = 'phone'"};
    bool ok = true;
    for (size_t i = T_SYSTEM; ok && i < e->s->n_tables; i++) {
        for (int k = WHO_ID; ok && k <= WHO_PHONE; k++) {
            struct names v = {0};
            ok = columns_of(e, &e->s->tables[i], ROLES[k], &v);
            for (size_t c = 0; ok && c < v.n; c++) ok = remember_column(e, &e->s->tables[i], v.v[c], (enum who_kind)k);
            free(v.v);
        }
    }
    return ok;
}

/* Records, of any ledger, that ever bore the id. */
static bool find_by_id(struct erasing *e, struct str id)
{
    bool ok = true;
    for (size_t i = T_SYSTEM; ok && i < e->s->n_tables; i++) {
        const struct table *t = &e->s->tables[i];
        struct names v = {0};
        ok = columns_of(e, t, "json_extract(f.value, '$.role') = 'citizen_id'", &v);
        for (size_t c = 0; ok && c < v.n; c++) {
            struct buf sql = {0};
            buf_put(&sql, "INSERT OR IGNORE INTO temp.vet_erase SELECT ");
            buf_literal(&sql, ledger_of(t));
            buf_put(&sql, ", _record FROM ");
            buf_name(&sql, t->name);
            buf_put(&sql, " WHERE ");
            buf_name(&sql, v.v[c]);
            buf_put(&sql, " = ");
            buf_literal(&sql, id);
            if (id.n >= ID_LENGTH) { /* also in what was typed and would not do: a digit too many */
                buf_put(&sql, " OR instr(_typed, ");
                buf_literal(&sql, id);
                buf_put(&sql, ")");
            }
            ok = run(e, &sql);
        }
        free(v.v);
    }
    return ok;
}

static bool find_by_record(struct erasing *e, const struct schema *l, const char *key)
{
    struct buf sql = {0};
    if (strlen(key) > 12 || strspn(key, "0123456789") != strlen(key)) return true;
    buf_put(&sql, "INSERT OR IGNORE INTO temp.vet_erase SELECT ");
    buf_literal(&sql, l->name);
    buf_put(&sql, ", _record FROM ");
    buf_name(&sql, tables_ledger(e->s, l->name)->name);
    buf_printf(&sql, " WHERE _record = %s", key);
    return run(e, &sql);
}

/* Whoever is linked to them as one person is that person. */
static bool find_by_entity(struct erasing *e)
{
    struct buf sql = {0};
    buf_put(
        &sql,
        "INSERT OR IGNORE INTO temp.vet_erase SELECT b.ledger, b.record FROM temp.vet_erase x JOIN vet_link a ON a.record = "
        "x.record AND a.ledger = x.ledger AND a._out IS NULL JOIN vet_link b ON b.ledger = a.ledger AND b.entity = a.entity AND "
        "b._out IS NULL");
    return run(e, &sql);
}

static bool find_person(struct erasing *e, const struct schema *l, const char *key)
{
    struct buf sql = {0};
    buf_put(&sql, "CREATE TEMP TABLE IF NOT EXISTS vet_erase(ledger TEXT, record INTEGER, PRIMARY KEY(ledger, record));"
                  "CREATE TEMP TABLE IF NOT EXISTS vet_erase_sheet(id INTEGER PRIMARY KEY);"
                  "CREATE TEMP TABLE IF NOT EXISTS vet_erase_unit(id INTEGER PRIMARY KEY);"
                  "CREATE TEMP TABLE IF NOT EXISTS vet_erase_run(id INTEGER PRIMARY KEY);"
                  "CREATE TEMP TABLE IF NOT EXISTS vet_erase_batch(id INTEGER PRIMARY KEY); DELETE FROM temp.vet_erase_batch;"
                  "DELETE FROM temp.vet_erase; DELETE FROM temp.vet_erase_sheet; DELETE FROM temp.vet_erase_unit; DELETE FROM "
                  "temp.vet_erase_run");
    bool ok = run(e, &sql) && find_by_id(e, str_of(key)) && find_by_record(e, l, key) && find_by_entity(e) && remember_all(e);
    for (size_t i = 0, n = e->n; ok && i < n; i++)
        if (e->who[i].kind == WHO_ID) ok = find_by_id(e, e->who[i].text);
    return ok && remember_all(e);
}

/* ---- emptying ---- */

static bool digest_row(struct erasing *e, const struct table *t, int64_t id, unsigned char digest[32])
{
    struct buf sql = {0}, image = {0};
    buf_put(&sql, "SELECT * FROM ");
    buf_name(&sql, t->name);
    buf_printf(&sql, " WHERE _id = %lld", (long long)id);
    sqlite3_stmt *q = pipe_drain(e->s) ? store_prepare(e->s, buf_text(&sql)) : NULL;
    bool ok = q && sqlite3_step(q) == SQLITE_ROW;
    if (ok) image_of_row(&image, q, 3, t->n_columns);
    image_digest(buf_slice(&image), digest);
    sqlite3_finalize(q);
    buf_free(&sql);
    buf_free(&image);
    return ok;
}

static bool bury(struct erasing *e, struct str table, int64_t id, const char *digest)
{
    char row[24];
    snprintf(row, sizeof row, "%lld", (long long)id);
    const struct str values[] = {table, str_of(row), str_of(digest), e->reason};
    return table_open_row(e->s, &e->s->tables[T_TOMBSTONE], values) != 0;
}

static bool note_batch(struct erasing *e, int64_t id)
{
    struct buf sql = {0};
    buf_printf(&sql, "INSERT OR IGNORE INTO temp.vet_erase_batch VALUES(%lld)", (long long)id);
    return run(e, &sql);
}

/* Carries out UPDATE table SET `set` on one row, and keeps the digest of what is left.  That of what was there is not kept: anyone
 * could try out on it who it was. */
static bool empty_row(struct erasing *e, const struct table *t, int64_t id, const struct buf *set)
{
    struct buf sql = {0};
    unsigned char d[32];
    char left[65];
    buf_put(&sql, "UPDATE ");
    buf_name(&sql, t->name);
    buf_put(&sql, " SET ");
    buf_str(&sql, buf_slice(set));
    buf_printf(&sql, " WHERE _id = %lld", (long long)id);
    if (!run(e, &sql) || !digest_row(e, t, id, d)) return false;
    buf_put(&sql, "INSERT OR IGNORE INTO temp.vet_erase_batch SELECT _in FROM ");
    buf_name(&sql, t->name);
    buf_printf(&sql, " WHERE _id = %lld", (long long)id);
    hex_of(d, 32, left);
    e->rows++;
    return run(e, &sql) && bury(e, t->name, id, left);
}

/* Units and coded values say nothing of who it was, and are what totals count. */
static bool emptied_columns(struct erasing *e, const struct table *t, struct buf *set)
{
    struct names stay = {0};
    bool ok = columns_of(e, t,
                         "l._out IS NULL AND json_extract(f.value, '$.mask') = 0 AND json_extract(f.value, '$.role') IN ('sex', "
                         "'community', 'grid', 'building', 'code')",
                         &stay);
    buf_put(set, "_hash = 0, _flags = NULL, _typed = NULL");
    for (size_t i = L_FIELDS; ok && i < t->n_columns; i++) {
        if (has_name(&stay, t->columns[i].name)) continue;
        buf_put(set, ", ");
        buf_name(set, t->columns[i].name);
        buf_put(set, " = NULL");
    }
    free(stay.v);
    return ok;
}

static void versions_of(const struct table *t, struct buf *sql, const char *what, const char *more)
{
    buf_printf(sql, "SELECT %s FROM ", what);
    buf_name(sql, t->name);
    buf_put(sql, " v WHERE _record IN (SELECT record FROM temp.vet_erase WHERE ledger = ");
    buf_literal(sql, ledger_of(t));
    buf_printf(sql, ")%s", more);
}

/* Where the person's versions came from: there his name may stand too. */
static bool note_origins(struct erasing *e, const struct table *t)
{
    static const char *const INTO[][2] = {
        {"INSERT OR IGNORE INTO temp.vet_erase_sheet ", "_sheet"},
        {"INSERT OR IGNORE INTO temp.vet_erase_unit ", "_unit"},
        {"INSERT OR IGNORE INTO temp.vet_erase_run ", "(SELECT run FROM vet_batch b WHERE b.id = v._in)"}};
    bool ok = true;
    for (size_t i = 0; ok && i < 3; i++) {
        struct buf sql = {0};
        buf_put(&sql, INTO[i][0]);
        versions_of(t, &sql, INTO[i][1], "");
        ok = run(e, &sql);
    }
    return ok;
}

static bool erase_versions(struct erasing *e, struct table *t)
{
    struct buf set = {0}, sql = {0}, current = {0};
    struct ids all = {0}, open = {0};
    versions_of(t, &sql, "_id", " AND _hash <> 0 ORDER BY _id");
    versions_of(t, &current, "_id", " AND _out IS NULL ORDER BY _id");
    bool ok = note_origins(e, t) && numbers(e, &sql, &all) && numbers(e, &current, &open) && emptied_columns(e, t, &set);
    for (size_t i = 0; ok && i < all.n; i++) ok = empty_row(e, t, all.v[i], &set);
    for (size_t i = 0; ok && i < open.n; i++) ok = table_close_row(e->s, t, open.v[i]);
    free(all.v);
    free(open.v);
    buf_free(&set);
    buf_free(&sql);
    buf_free(&current);
    return ok;
}

static bool close_links(struct erasing *e)
{
    struct buf sql = {0};
    struct ids v = {0};
    buf_put(&sql,
            "SELECT k._id FROM vet_link k JOIN temp.vet_erase x ON x.record = k.record AND x.ledger = k.ledger WHERE k._out IS "
            "NULL ORDER BY k._id");
    bool ok = numbers(e, &sql, &v);
    for (size_t i = 0; ok && i < v.n; i++) ok = table_close_row(e->s, &e->s->tables[T_LINK], v.v[i]);
    free(v.v);
    return ok;
}

/* ---- rejected rows ---- */

/* Is the cell his: his id is in it, or it is his name?  As typed: full-width, with blanks. */
static void judge_cell(const struct erasing *e, struct str cell, bool *id, bool *name)
{
    struct buf folded = {0}, plain = {0};
    size_t at;
    text_nfkc(&folded, cell);
    for (size_t i = 0; i < folded.n; i++)
        if (folded.s[i] != ' ' && folded.s[i] != '\'') buf_char(&plain, folded.s[i]);
    for (size_t i = 0; i < e->n; i++) {
        struct str text = e->who[i].text;
        if (e->who[i].kind == WHO_ID && str_find(buf_slice(&plain), text, &at)) *id = true;
        if (e->who[i].kind == WHO_NAME && str_eq(buf_slice(&plain), text)) *name = true;
    }
    buf_free(&folded);
    buf_free(&plain);
}

/* His are the rejected rows that hold his id, and those that hold his name and came from his units or from nowhere known. */
static bool erase_rejects(struct erasing *e)
{
    sqlite3_stmt *q = pipe_drain(e->s)
                          ? store_prepare(e->s, "SELECT j._id, j.unit IS NULL OR j.unit IN (SELECT id FROM "
                                                "temp.vet_erase_unit), c.value FROM vet_reject j, json_each(j.cells) c "
                                                "ORDER BY j._id")
                          : NULL;
    struct ids his = {0};
    int64_t last = 0;
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        bool id = false, name = false;
        int64_t row = sqlite3_column_int64(q, 0);
        if (row == last) continue;
        judge_cell(e, column_str(q, 2), &id, &name);
        if (!id && !(name && sqlite3_column_int(q, 1))) continue;
        mem_grow(&his.v, &his.cap, his.n + 1, sizeof *his.v);
        his.v[his.n++] = last = row;
    }
    sqlite3_finalize(q);
    bool ok = q && (rc == SQLITE_DONE || store_fault(e->s, rc));
    struct buf set = {0};
    buf_put(&set, "cells = '[]'");
    for (size_t i = 0; ok && i < his.n; i++) {
        struct buf sql = {0};
        ok = empty_row(e, &e->s->tables[T_REJECT], his.v[i], &set);
        buf_printf(&sql, "INSERT OR IGNORE INTO temp.vet_erase_sheet SELECT sheet FROM vet_reject WHERE _id = %lld",
                   (long long)his.v[i]);
        ok = ok && run(e, &sql);
        buf_printf(&sql,
                   "INSERT OR IGNORE INTO temp.vet_erase_run SELECT b.run FROM vet_reject j JOIN vet_batch b ON b.id = j._in "
                   "WHERE j._id = %lld",
                   (long long)his.v[i]);
        ok = ok && run(e, &sql);
    }
    buf_free(&set);
    free(his.v);
    return ok;
}

/* ---- texts that name him ---- */

/* `text` without what tells who he is; in texts that are not of his own sheets only ids count, as others bear his name.
 * True when something was taken out. */
static bool scrub(const struct erasing *e, struct str text, bool his, struct buf *out)
{
    bool changed = false;
    out->n = 0;
    for (size_t i = 0; i < text.n;) {
        size_t hit = 0;
        for (size_t k = 0; k < e->n && !hit; k++)
            if ((his || e->who[k].kind == WHO_ID) && str_starts(str_from(text, i), e->who[k].text)) hit = e->who[k].text.n;
        if (hit) buf_put(out, "***");
        else buf_char(out, text.s[i]);
        i += hit ? hit : 1;
        if (hit) changed = true;
    }
    return changed;
}

struct scrubbed {
    int64_t id;
    struct buf set;
};

/* The assignments that scrub the text columns 2.. of a query whose first columns are the number and whether it is of his. */
static bool find_scrubbed(struct erasing *e, const char *sql, struct scrubbed **v, size_t *n)
{
    sqlite3_stmt *q = pipe_drain(e->s) ? store_prepare(e->s, sql) : NULL;
    struct buf text = {0};
    size_t cap = 0;
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct buf set = {0};
        for (int i = 2; i < sqlite3_column_count(q); i++) {
            if (!scrub(e, column_str(q, i), sqlite3_column_int(q, 1) != 0, &text)) continue;
            if (set.n) buf_put(&set, ", ");
            buf_name(&set, str_of(sqlite3_column_name(q, i)));
            buf_put(&set, " = ");
            buf_literal(&set, buf_slice(&text));
        }
        if (!set.n) continue;
        mem_grow(v, &cap, *n + 1, sizeof **v);
        (*v)[(*n)++] = (struct scrubbed){sqlite3_column_int64(q, 0), set};
    }
    sqlite3_finalize(q);
    buf_free(&text);
    return q && (rc == SQLITE_DONE || store_fault(e->s, rc));
}

static bool scrub_table(struct erasing *e, enum system_table table, const char *sql)
{
    struct scrubbed *v = NULL;
    size_t n = 0;
    bool ok = find_scrubbed(e, sql, &v, &n);
    for (size_t i = 0; i < n; i++) {
        ok = ok && empty_row(e, &e->s->tables[table], v[i].id, &v[i].set);
        buf_free(&v[i].set);
    }
    free(v);
    return ok;
}

static bool scrub_batch(struct erasing *e, int64_t id, const struct buf *set)
{
    struct buf sql = {0};
    buf_printf(&sql, "UPDATE vet_batch SET %.*s WHERE id = %lld", (int)set->n, set->s, (long long)id);
    e->rows++;
    return run(e, &sql) && note_batch(e, id);
}

static bool scrub_texts(struct erasing *e)
{
    struct scrubbed *v = NULL;
    size_t n = 0;
    char sql[256];
    bool ok = scrub_table(e, T_FILE,
                          "SELECT _id, _id IN (SELECT file FROM vet_sheet WHERE _id IN (SELECT id FROM "
                          "temp.vet_erase_sheet)), name FROM vet_file ORDER BY 1") &&
              scrub_table(e, T_SHEET, "SELECT _id, _id IN (SELECT id FROM temp.vet_erase_sheet), name FROM vet_sheet ORDER BY 1") &&
              scrub_table(e, T_DECISION, "SELECT _id, 0, a, b, note FROM vet_decision ORDER BY 1");
    snprintf(sql, sizeof sql,
             "SELECT id, run IN (SELECT id FROM temp.vet_erase_run), command, source FROM vet_batch WHERE id < %lld ORDER BY 1",
             (long long)e->s->batch.id);
    ok = ok && find_scrubbed(e, sql, &v, &n);
    for (size_t i = 0; i < n; i++) {
        ok = ok && scrub_batch(e, v[i].id, &v[i].set);
        buf_free(&v[i].set);
    }
    free(v);
    return ok;
}

/* ---- the batches that held it ---- */

static const struct table *table_named(const struct store *s, struct str name)
{
    for (size_t i = 0; i < s->n_tables; i++)
        if (str_eq(s->tables[i].name, name)) return &s->tables[i];
    return NULL;
}

/* The hash of the rows that a batch opened in a table, as they are now. */
static bool hash_again(struct erasing *e, const struct table *t, int64_t first, int64_t opened, char hex[65])
{
    struct buf sql = {0}, image = {0};
    struct sha256_ctx c;
    unsigned char d[32];
    buf_put(&sql, "SELECT * FROM ");
    buf_name(&sql, t->name);
    buf_printf(&sql, " WHERE _id BETWEEN %lld AND %lld ORDER BY _id", (long long)first, (long long)(first + opened - 1));
    sqlite3_stmt *q = store_prepare(e->s, buf_text(&sql));
    int rc = SQLITE_DONE;
    sha256_init(&c);
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        image.n = 0;
        image_of_row(&image, q, 3, t->n_columns);
        image_digest(buf_slice(&image), d);
        hash_row(&c, sqlite3_column_int64(q, 0), d);
    }
    sqlite3_finalize(q);
    sha256_digest(&c, 32, d);
    hex_of(d, 32, hex);
    buf_free(&sql);
    buf_free(&image);
    return q && (rc == SQLITE_DONE || store_fault(e->s, rc));
}

/* What the batch says of its rows is said of what is left of them. */
static bool state_again(struct erasing *e, int64_t batch)
{
    sqlite3_stmt *q = store_prepare(e->s, "SELECT tbl, first, opened FROM vet_change WHERE batch = ? AND opened > 0"),
                 *set = q ? store_prepare(e->s, "UPDATE vet_change SET opened_hash = ? WHERE batch = ? AND tbl = ?") : NULL;
    int rc = SQLITE_DONE;
    bool ok = set != NULL;
    if (q) sqlite3_bind_int64(q, 1, batch);
    while (ok && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        char hex[65];
        const struct table *t = table_named(e->s, column_str(q, 0));
        if (!t) continue;
        ok = hash_again(e, t, sqlite3_column_int64(q, 1), sqlite3_column_int64(q, 2), hex);
        sqlite3_bind_text(set, 1, hex, 64, SQLITE_TRANSIENT);
        sqlite3_bind_int64(set, 2, batch);
        sqlite3_bind_text(set, 3, t->name.s, (int)t->name.n, SQLITE_STATIC);
        ok = ok && store_step_done(e->s, set);
    }
    sqlite3_finalize(q);
    sqlite3_finalize(set);
    return ok && (rc == SQLITE_DONE || rc == SQLITE_ROW || store_fault(e->s, rc));
}

/* The chain goes on with the hash that the batch bears.  Its salt is destroyed, so that nobody can try out on that hash what stood
 * in the batch; the tombstone, which the chain of this erasing holds, has the hash of what is left. */
static bool bury_batch(struct erasing *e, int64_t id)
{
    char borne[65], left[65];
    struct buf sql = {0}, both = {0};
    buf_printf(&sql, "UPDATE vet_batch SET salt = '' WHERE id = %lld", (long long)id);
    bool ok = state_again(e, id) && run(e, &sql) && batch_digest(e->s, id, borne, left);
    if (ok) buf_printf(&both, "%s%s", borne, left);
    ok = ok && bury(e, STR("vet_batch"), id, buf_text(&both));
    buf_free(&both);
    return ok;
}

static bool bury_batches(struct erasing *e)
{
    struct buf sql = {0};
    struct ids v = {0};
    buf_put(&sql, "SELECT id FROM temp.vet_erase_batch ORDER BY id");
    bool ok = numbers(e, &sql, &v);
    for (size_t i = 0; ok && i < v.n; i++) ok = bury_batch(e, v.v[i]);
    free(v.v);
    return ok;
}

/* ---- the whole ---- */

/* Copies that were made since his first record came. */
static void tell_copies(struct erasing *e)
{
    struct place at = {.file = e->s->path};
    sqlite3_stmt *q =
        store_prepare(e->s, "SELECT kind, source, at FROM vet_batch WHERE kind IN ('backup', 'restore', 'pack') AND id > (SELECT "
                            "min(id) FROM temp.vet_erase_run) ORDER BY id");
    while (q && sqlite3_step(q) == SQLITE_ROW)
        diag_add(e->s->diag, str_is(column_str(q, 0), "pack") ? DIAG_ERASE_PACK : DIAG_ERASE_BACKUP, &at,
                 (const char *)sqlite3_column_text(q, 1), (const char *)sqlite3_column_text(q, 2), NULL);
    sqlite3_finalize(q);
}

/* The person is not to come back by the log of the erasing: the command and the reason in his own words. */
static void scrub_own(struct erasing *e, const char *reason)
{
    struct buf text = {0};
    scrub(e, str_of(reason), true, &text);
    e->reason = str_copy(&e->memory, buf_slice(&text));
    scrub(e, str_of(e->s->command), true, &text);
    e->s->command = arena_copy(&e->s->memory, text.s ? text.s : "", text.n);
    buf_free(&text);
}

static bool take_away(struct erasing *e)
{
    bool ok = true;
    for (size_t i = T_SYSTEM; ok && i < e->s->n_tables; i++) ok = erase_versions(e, &e->s->tables[i]);
    return ok && close_links(e) && erase_rejects(e) && scrub_texts(e) && bury_batches(e) && store_blocks_erase(e->s);
}

/* Freed pages, the gaps in pages and the write-ahead log hold what was: the file is written anew. */
static bool rewrite(struct store *s)
{
    return store_exec(s, "PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)") &&
           store_number(s, "PRAGMA wal_checkpoint(TRUNCATE)") == 0;
}

bool store_erase(struct store *s, const struct schema *l, const char *key, const char *reason, uint64_t *rows)
{
    struct erasing e = {.s = s};
    struct place at = {.file = s->path};
    bool ok = store_ledger(s, l) && store_exec(s, "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY");
    /* The batches that held the data are stated anew: what somebody changed by hand must not be covered up by that. */
    ok = ok && store_verify_quietly(s) && find_person(&e, l, key);
    if (ok) scrub_own(&e, reason);
    if (ok && (ok = batch_begin(s, "erase"))) {
        ok = take_away(&e);
        if (ok) buf_printf(&s->batch.counts, "{\"rows\":%llu}", (unsigned long long)e.rows);
        bool found = ok && e.rows > 0;
        if (!batch_end(s, found)) ok = false;
        if (!s->failed && !found) {
            diag_add(s->diag, DIAG_ERASE_NONE, &at, NULL);
            rewrite(s);
            ok = false;
        } else if (ok && !rewrite(s)) {
            diag_add(s->diag, DIAG_ERASE_REMAINS, &at, NULL);
            ok = false;
        }
    }
    if (ok) tell_copies(&e);
    if (rows) *rows = e.rows;
    free(e.who);
    arena_free(&e.memory);
    return ok;
}
