#include "store/history.h"

#include <stdio.h>
#include <stdlib.h>

#include "ledger/share.h"
#include "store/kept.h"
#include "store/own.h"
#include "store/pipe.h"

static sqlite3_stmt *prepared(struct store *s, struct buf *sql)
{
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(sql)) : NULL;
    buf_free(sql);
    return q;
}

static void same_as_key(struct buf *sql, const struct schema *l, enum role role)
{
    const struct field *f = schema_role(l, role);
    if (!f) return;
    buf_put(sql, " OR ");
    buf_name(sql, f->name);
    buf_put(sql, " = ?1");
}

struct rows *store_history(struct store *s, const struct schema *l, const char *key)
{
    const struct table *t = store_ledger(s, l) ? tables_ledger(s, l->name) : NULL;
    if (!t) return NULL;
    struct buf sql = {0};
    buf_put(&sql, "SELECT v._record, v._in AS _batch, v._out AS _ended, b.at AS _at, b.who AS _by, b.kind AS _kind, c.code AS "
                  "unit, f.name AS _file,"
                  " s.name AS _sheet, v._row, v._flags");
    for (size_t i = 0; i < l->n_fields; i++) {
        if (table_column(t, l->fields[i].name) < 0) continue;
        buf_put(&sql, ", v.");
        buf_name(&sql, l->fields[i].name);
    }
    buf_put(&sql, " FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql,
            " v JOIN vet_batch b ON b.id = v._in LEFT JOIN vet_code c ON c._id = v._unit LEFT JOIN vet_sheet s ON s._id = v._sheet"
            " LEFT JOIN vet_file f ON f._id = s.file WHERE v._record IN (SELECT _record FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " WHERE CAST(_record AS TEXT) = ?1");
    same_as_key(&sql, l, ROLE_CITIZEN_ID);
    same_as_key(&sql, l, ROLE_NAME);
    buf_put(&sql, ") ORDER BY v._record, v._id");
    sqlite3_stmt *q = prepared(s, &sql);
    if (q) sqlite3_bind_text(q, 1, key, -1, SQLITE_TRANSIENT);
    return rows_of_statement(s, "history", q);
}

/* ---- changes ---- */

enum { CHANGE_COLUMNS = 9 };
struct comparing {
    struct rows rows;
    struct store *store;
    sqlite3_stmt *q;
    struct str names[CHANGE_COLUMNS];
    struct str *fields;
    size_t n_fields;
    struct arena memory;
    uint64_t next;
    bool done;
};
enum compared { C_RECORD, C_UNIT, C_BEFORE, C_AFTER, C_NAME_BEFORE, C_NAME_AFTER, C_BATCH, C_KIND, C_FIELDS };

static void add_change(struct comparing *g, struct row_block *b, const char *change, struct str field, struct str before,
                       struct str after)
{
    bool gone = strcmp(change, "gone") == 0;
    const struct str v[CHANGE_COLUMNS] = {
        str_of(change),
        column_str(g->q, C_UNIT),
        column_str(g->q, C_RECORD),
        column_str(g->q, gone ? C_NAME_BEFORE : C_NAME_AFTER),
        field,
        before,
        after,
        column_str(g->q, C_BATCH),
        column_str(g->q, C_KIND),
    };
    mem_grow(&b->values, &b->cap, (b->n_rows + 1) * CHANGE_COLUMNS, sizeof *b->values);
    for (size_t i = 0; i < CHANGE_COLUMNS; i++) b->values[b->n_rows * CHANGE_COLUMNS + i] = str_copy(&b->text, v[i]);
    b->n_rows++;
}

static void compare_record(struct comparing *g, struct row_block *b)
{
    struct str none = {0};
    bool was = sqlite3_column_type(g->q, C_BEFORE) != SQLITE_NULL, is = sqlite3_column_type(g->q, C_AFTER) != SQLITE_NULL;
    if (!was || !is) {
        if (was || is) add_change(g, b, is ? "new" : "gone", none, none, none);
        return;
    }
    for (size_t i = 0; i < g->n_fields; i++) {
        struct str before = column_str(g->q, C_FIELDS + 2 * (int)i), after = column_str(g->q, C_FIELDS + 2 * (int)i + 1);
        if (!str_eq(before, after)) add_change(g, b, "changed", g->fields[i], before, after);
    }
}

static int comparing_fetch(struct rows *r, struct row_block *b)
{
    struct comparing *g = r->own;
    arena_reset(&b->text);
    b->n_rows = 0;
    b->first = g->next;
    while (!g->done && b->n_rows < 1000) {
        int rc = sqlite3_step(g->q);
        g->done = rc != SQLITE_ROW;
        if (rc == SQLITE_DONE) break;
        if (rc != SQLITE_ROW) {
            store_fault(g->store, rc);
            return -1;
        }
        compare_record(g, b);
    }
    g->next += b->n_rows;
    return b->n_rows > 0;
}

static void comparing_close(struct rows *r)
{
    struct comparing *g = r->own;
    sqlite3_finalize(g->q);
    arena_free(&g->memory);
    free(g);
}

static void side(struct buf *sql, const struct table *t, const char *alias, int64_t as_of)
{
    buf_printf(sql, ", %s AS MATERIALIZED (SELECT * FROM ", alias);
    buf_name(sql, t->name);
    buf_put(sql, " v WHERE ");
    buf_visible(sql, "v", as_of);
    buf_put(sql, " AND v._record IN (SELECT record FROM touched))");
}

static void name_of(struct buf *sql, const struct schema *l, const char *alias)
{
    const struct field *name = schema_role(l, ROLE_NAME);
    buf_put(sql, ", ");
    if (name) {
        buf_printf(sql, "%s.", alias);
        buf_name(sql, name->name);
    } else {
        buf_put(sql, "NULL");
    }
}

static void compare_sql(struct buf *sql, const struct table *t, const struct schema *l, int64_t from, int64_t to)
{
    buf_put(sql, "WITH touched(record, batch) AS MATERIALIZED (SELECT _record, max(max(CASE WHEN _in <= ?2 THEN _in ELSE 0 END, "
                 "CASE WHEN _out <= ?2 THEN _out"
                 " ELSE 0 END)) FROM ");
    buf_name(sql, t->name);
    buf_put(sql, " WHERE (_in > ?1 AND _in <= ?2) OR (_out > ?1 AND _out <= ?2) GROUP BY _record)");
    side(sql, t, "a", from);
    side(sql, t, "b", to);
    buf_put(sql, " SELECT x.record, c.code, a._id, b._id");
    name_of(sql, l, "a");
    name_of(sql, l, "b");
    buf_put(sql, ", x.batch, k.kind");
    for (size_t i = L_FLAGS; i < t->n_columns; i++) {
        for (const char *side_name = "a"; side_name; side_name = *side_name == 'a' ? "b" : NULL) {
            buf_printf(sql, ", %s.", side_name);
            buf_name(sql, t->columns[i].name);
        }
    }
    buf_put(sql,
            " FROM touched x LEFT JOIN a ON a._record = x.record LEFT JOIN b ON b._record = x.record LEFT JOIN vet_batch k ON k.id "
            "= x.batch"
            " LEFT JOIN vet_code c ON c._id = coalesce(b._unit, a._unit) WHERE a._hash IS NOT b._hash ORDER BY c.code, x.record");
}

struct rows *store_changes(struct store *s, const struct schema *l, int64_t from, int64_t to)
{
    static const char *const NAMES[CHANGE_COLUMNS] = {"change", "unit",  "_record", "name", "field",
                                                      "before", "after", "_batch",  "_kind"};
    const struct table *t = store_ledger(s, l) ? tables_ledger(s, l->name) : NULL;
    if (!t) return NULL;
    if (to <= 0) to = s->head;
    struct buf sql = {0};
    compare_sql(&sql, t, l, from, to);
    sqlite3_stmt *q = prepared(s, &sql);
    if (!q) return NULL;
    sqlite3_bind_int64(q, 1, from);
    sqlite3_bind_int64(q, 2, to);
    struct comparing *g = mem_zero(1, sizeof *g);
    for (size_t i = 0; i < CHANGE_COLUMNS; i++) g->names[i] = str_of(NAMES[i]);
    g->n_fields = t->n_columns - L_FLAGS;
    g->fields = arena_zero(&g->memory, g->n_fields, sizeof *g->fields);
    for (size_t i = 0; i < g->n_fields; i++) g->fields[i] = t->columns[L_FLAGS + i].name;
    g->store = s;
    g->q = q;
    g->rows = (struct rows){.columns = {g->names, CHANGE_COLUMNS},
                            .name = "changes",
                            .fetch = comparing_fetch,
                            .close = comparing_close,
                            .diag = s->diag,
                            .own = g};
    return &g->rows;
}

/* ---- freezing, notes ---- */

static bool frozen_already(struct store *s, const char *period)
{
    sqlite3_stmt *q = store_prepare(s, "SELECT _in, who FROM vet_freeze WHERE period = ? AND _out IS NULL");
    if (!q) return true;
    sqlite3_bind_text(q, 1, period, -1, SQLITE_STATIC);
    bool is = sqlite3_step(q) == SQLITE_ROW;
    struct place at = {.file = s->path};
    if (is)
        diag_add(s->diag, DIAG_FREEZE_IS, &at, period, (const char *)sqlite3_column_text(q, 1),
                 (const char *)sqlite3_column_text(q, 0), NULL);
    sqlite3_finalize(q);
    return is;
}

bool store_freeze(struct store *s, const char *period, int64_t as_of, const char *by, const char *note, const char *folder)
{
    char state[24];
    struct arena memory = {0};
    struct share_text *files;
    size_t n;
    bool ok = share_everything(folder, &memory, &files, &n, s->diag) && pipe_drain(s) && !frozen_already(s, period) &&
              batch_begin(s, "freeze");
    if (!ok) {
        arena_free(&memory);
        return false;
    }
    snprintf(state, sizeof state, "%lld", (long long)(as_of > 0 ? as_of : s->head));
    buf_put(&s->batch.source, period);
    const struct str values[] = {str_of(period), str_of(state), by ? str_of(by) : str_of(s->by), note ? str_of(note) : STR("")};
    ok = table_open_row(s, &s->tables[T_FREEZE], values) != 0 && kept_put(s, period, files, n);
    arena_free(&memory);
    return batch_end(s, ok) && ok;
}

struct rows *store_freezes(struct store *s, int64_t as_of)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT z.period, z.state, z.who AS \"by\", z.note, b.at, z._in AS batch, h.hash FROM vet_freeze z JOIN "
                  "vet_batch b ON b.id = z._in"
                  " JOIN vet_batch h ON h.id = z.state WHERE ");
    buf_visible(&sql, "z", as_of);
    buf_put(&sql, " ORDER BY z.period");
    return rows_of_statement(s, "freezes", prepared(s, &sql));
}

bool store_note(struct store *s, const char *kind, const char *source, const char *counts)
{
    if (!batch_begin(s, kind)) return false;
    buf_put(&s->batch.source, source);
    buf_put(&s->batch.counts, counts);
    return batch_end(s, true);
}
