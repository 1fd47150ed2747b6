#include "store/undo.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/log.h"
#include "store/own.h"
#include "store/pipe.h"

/* Versions of one thing that a batch touched. */
struct touched {
    int64_t before;  /* the version that the batch closed, 0 = none */
    int64_t after;   /* the version that it opened and left, 0 = none */
    int64_t current; /* the version of the thing that is current now, 0 = none */
    int64_t unit;    /* of a ledger's record */
};
/* What the batch did to one table. */
struct touching {
    bool changed;
    int64_t first, opened; /* the versions that it opened stand in one row */
    struct touched *v;
    size_t n, cap;
};
struct undoing {
    struct store *s;
    int64_t batch;           /* the one to undo */
    int64_t *undone_by;      /* of every batch; 0 = in force */
    int64_t *undoes;         /* of every batch; 0 = it is no undo, or undone itself */
    struct touching *tables; /* of every table */
    int64_t n_batches;
    struct map dependents; /* 8 bytes of batch -> how many things; `what` has the first */
    struct buf what;
    struct table *t; /* the table at work */
    struct touching *x;
    struct map by_identity; /* of it */
    sqlite3_stmt *follow;
    struct buf key;
};

static struct str bytes_of(const int64_t *v)
{
    return (struct str){(const char *)v, sizeof *v};
}

/* ---- which batches are in force ---- */

static bool load_states(struct undoing *u)
{
    struct store *s = u->s;
    u->n_batches = s->head;
    u->undone_by = mem_zero((size_t)s->head + 1, sizeof *u->undone_by);
    u->undoes = mem_zero((size_t)s->head + 1, sizeof *u->undoes);
    sqlite3_stmt *q = store_prepare(s, "SELECT id, undoes FROM vet_batch WHERE undoes > 0 ORDER BY id DESC");
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(q, 0), undoes = sqlite3_column_int64(q, 1);
        if (id > s->head || undoes >= id || u->undone_by[id]) continue;
        u->undone_by[undoes] = id;
        u->undoes[id] = undoes;
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

/* An undone batch changes nothing any more, and neither does its undo: the two cancel. */
static bool counts_as_dependent(const struct undoing *u, int64_t batch)
{
    return batch > u->batch && batch <= u->n_batches && !u->undone_by[batch] && !u->undoes[batch];
}

/* `what` in words: why the later batch depends. */
static void depend(struct undoing *u, int64_t batch, const char *what)
{
    if (!counts_as_dependent(u, batch)) return;
    bool is_new;
    struct map_entry *e = map_at(&u->dependents, bytes_of(&batch), &is_new);
    if (is_new) {
        e->value = u->what.n;
        buf_put(&u->what, what);
        buf_char(&u->what, 0);
    }
}

/* ---- what the batch touched in a table ---- */

/* The entry of the thing that a row is a version of; its identity stands from column 3 of the query on. */
static struct touched *touched_at(struct undoing *u, sqlite3_stmt *q)
{
    u->key.n = 0;
    if (u->t->is_ledger) {
        int64_t record = sqlite3_column_int64(q, 4);
        buf_str(&u->key, bytes_of(&record));
    }
    for (int i = 4; !u->t->is_ledger && i < sqlite3_column_count(q); i++) {
        buf_str(&u->key, column_str(q, i));
        buf_char(&u->key, 0);
    }
    bool is_new;
    struct map_entry *e = map_at(&u->by_identity, buf_slice(&u->key), &is_new);
    if (is_new) {
        mem_grow(&u->x->v, &u->x->cap, u->x->n + 1, sizeof *u->x->v);
        u->x->v[u->x->n] = (struct touched){0};
        e->value = u->x->n++;
    }
    return &u->x->v[e->value];
}

/* Versions of the table: _id, _in, _out, the unit or 0, the columns of the identity. */
static sqlite3_stmt *prepare_versions(struct undoing *u, const char *where)
{
    struct buf sql = {0};
    buf_printf(&sql, "SELECT _id, _in, _out, %s", u->t->is_ledger ? "_unit" : "0");
    for (size_t i = 0; i < u->t->n_columns && u->t->identity >> i; i++) {
        if (!(u->t->identity >> i & 1)) continue;
        buf_put(&sql, ", ");
        buf_name(&sql, u->t->columns[i].name);
    }
    buf_put(&sql, " FROM ");
    buf_name(&sql, u->t->name);
    buf_printf(&sql, " WHERE %s ORDER BY _id", where);
    sqlite3_stmt *q = store_prepare(u->s, buf_text(&sql));
    buf_free(&sql);
    return q;
}

static bool load_versions(struct undoing *u, sqlite3_stmt *q)
{
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(q, 0), in = sqlite3_column_int64(q, 1), out = sqlite3_column_int64(q, 2);
        if (in == u->batch && out == u->batch) continue; /* came and went within the batch */
        struct touched *x = touched_at(u, q);
        x->unit = sqlite3_column_int64(q, 3);
        if (in != u->batch) x->before = id;
        else x->after = id;
        if (in == u->batch && sqlite3_column_type(q, 2) == SQLITE_NULL) x->current = id;
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(u->s, rc));
}

static bool load_touched(struct undoing *u)
{
    char opened[96], closed[48];
    map_free(&u->by_identity);
    u->x->n = 0;
    snprintf(opened, sizeof opened, "_id BETWEEN %lld AND %lld", (long long)u->x->first,
             (long long)(u->x->first + u->x->opened - 1));
    snprintf(closed, sizeof closed, "_out = %lld", (long long)u->batch);
    return (!u->x->opened || load_versions(u, prepare_versions(u, opened))) && load_versions(u, prepare_versions(u, closed));
}

/* The identity equals that of version ?1. */
static void identity_condition(const struct undoing *u, struct buf *sql)
{
    for (size_t i = 0, n = 0; i < u->t->n_columns && u->t->identity >> i; i++) {
        if (!(u->t->identity >> i & 1)) continue;
        if (n++) buf_put(sql, " AND ");
        buf_put(sql, "x.");
        buf_name(sql, u->t->columns[i].name);
        buf_put(sql, " IS (SELECT y.");
        buf_name(sql, u->t->columns[i].name);
        buf_put(sql, " FROM ");
        buf_name(sql, u->t->name);
        buf_put(sql, " y WHERE y._id = ?1)");
    }
}

/* All versions of the thing that version ?1 is of. */
static sqlite3_stmt *prepare_follow(struct undoing *u)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT _id, _in, _out FROM ");
    buf_name(&sql, u->t->name);
    buf_put(&sql, " x WHERE ");
    if (u->t->is_ledger) { /* the first version of a record bears its number; the index holds the others */
        struct buf record = {0};
        buf_put(&record, "(SELECT _record FROM ");
        buf_name(&record, u->t->name);
        buf_put(&record, " WHERE _id = ?1)");
        buf_printf(&sql, "_id IN (SELECT %s UNION ALL SELECT _id FROM ", buf_text(&record));
        buf_name(&sql, u->t->name);
        buf_printf(&sql, " WHERE _record <> _id AND _record = %s)", buf_text(&record));
        buf_free(&record);
    } else {
        identity_condition(u, &sql);
    }
    sqlite3_stmt *q = store_prepare(u->s, buf_text(&sql));
    buf_free(&sql);
    return q;
}

/* Whoever in force opened or closed a version of the thing after the batch depends on it; which version is current? */
static bool follow(struct undoing *u, struct touched *x)
{
    if (!u->follow && !(u->follow = prepare_follow(u))) return false;
    sqlite3_bind_int64(u->follow, 1, x->after ? x->after : x->before);
    int rc;
    while ((rc = sqlite3_step(u->follow)) == SQLITE_ROW) {
        int64_t in = sqlite3_column_int64(u->follow, 1), out = sqlite3_column_int64(u->follow, 2);
        if (sqlite3_column_type(u->follow, 2) == SQLITE_NULL) x->current = sqlite3_column_int64(u->follow, 0);
        const char *what = u->t->is_ledger ? "it changed the same records" : "it changed the same entries";
        if (in > u->batch) depend(u, in, what);
        if (out > u->batch) depend(u, out, what);
    }
    sqlite3_reset(u->follow);
    return rc == SQLITE_DONE ? true : store_fault(u->s, rc);
}

/* ---- dependence that is not about the same thing ---- */

static struct touched *touched_record(const struct undoing *u, int64_t record)
{
    const struct map_entry *e = map_find(&u->by_identity, bytes_of(&record));
    return e ? &u->x->v[e->value] : NULL;
}

/* Later sheets of the units that saw a record of the batch as it left it. */
static bool who_saw(struct undoing *u)
{
    struct map units = {0};
    sqlite3_stmt *q = store_prepare(
        u->s, "SELECT _in, seen FROM vet_return WHERE unit IS ? AND ledger = ? AND _in > ? AND seen <> '' AND _out IS NULL");
    int rc = SQLITE_DONE;
    for (size_t i = 0; q && i < u->x->n && rc == SQLITE_DONE; i++) {
        bool is_new;
        map_at(&units, bytes_of(&u->x->v[i].unit), &is_new);
        if (!is_new) continue;
        if (u->x->v[i].unit) sqlite3_bind_int64(q, 1, u->x->v[i].unit);
        else sqlite3_bind_null(q, 1);
        sqlite3_bind_text(q, 2, u->t->name.s, (int)u->t->name.n - 8, SQLITE_STATIC);
        sqlite3_bind_int64(q, 3, u->batch);
        while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
            int64_t batch = sqlite3_column_int64(q, 0);
            const char *p = (const char *)sqlite3_column_text(q, 1);
            for (char *end; *p && counts_as_dependent(u, batch); p = end) {
                p += strspn(p, "[,]");
                int64_t record = strtoll(p, &end, 10);
                if (end == p) break;
                if (touched_record(u, record)) depend(u, batch, "its sheet has the same records, unchanged");
            }
        }
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    map_free(&units);
    return q && (rc == SQLITE_DONE || store_fault(u->s, rc));
}

static bool who_linked(struct undoing *u)
{
    if (store_number(u->s, "SELECT 1 FROM vet_link WHERE _out IS NULL LIMIT 1") != 1) return !u->s->failed;
    sqlite3_stmt *q = store_prepare(u->s, "SELECT _in FROM vet_link WHERE ledger = ? AND record = ? AND _out IS NULL");
    int rc = SQLITE_DONE;
    for (size_t i = 0; q && i < u->by_identity.n && rc == SQLITE_DONE; i++) {
        const struct map_entry *e = &u->by_identity.entries[i];
        int64_t record;
        if (u->x->v[e->value].before) continue; /* it stays a record */
        memcpy(&record, e->key.s, sizeof record);
        sqlite3_bind_text(q, 1, u->t->name.s, (int)u->t->name.n - 8, SQLITE_STATIC);
        sqlite3_bind_int64(q, 2, record);
        while ((rc = sqlite3_step(q)) == SQLITE_ROW)
            depend(u, sqlite3_column_int64(q, 0), "it says which of the records are one person");
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(u->s, rc));
}

/* Later batches that put records into a unit that came with the batch, or into the tables of a ledger that did. */
static bool who_lives_there(struct undoing *u, bool units)
{
    for (size_t k = T_SYSTEM; k < u->s->n_tables; k++) {
        struct buf sql = {0};
        struct table *t = &u->s->tables[k];
        buf_printf(&sql, "SELECT DISTINCT v._in FROM ");
        buf_name(&sql, t->name);
        if (units)
            buf_printf(&sql,
                       " v JOIN vet_code c ON c._id = v._unit JOIN vet_unit n ON n.code = c.code AND n._in = %lld WHERE NOT EXISTS"
                       " (SELECT 1 FROM vet_unit o WHERE o.code = n.code AND o._out = %lld) AND v._out IS NULL",
                       (long long)u->batch, (long long)u->batch);
        else
            buf_printf(&sql, " v WHERE EXISTS (SELECT 1 FROM vet_ledger l WHERE l._in = %lld AND l.name = '%.*s')",
                       (long long)u->batch, (int)t->name.n - 8, t->name.s);
        sqlite3_stmt *q = store_prepare(u->s, buf_text(&sql));
        buf_free(&sql);
        int rc = SQLITE_DONE;
        while (q && (rc = sqlite3_step(q)) == SQLITE_ROW)
            depend(u, sqlite3_column_int64(q, 0),
                   units ? "its people are counted in these units" : "it holds records of this ledger");
        sqlite3_finalize(q);
        if (!q) return false;
        if (rc != SQLITE_DONE) return store_fault(u->s, rc);
    }
    return true;
}

/* ---- undoing a table ---- */

static sqlite3_stmt *prepare_get(struct undoing *u)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT * FROM ");
    buf_name(&sql, u->t->name);
    buf_put(&sql, " WHERE _id = ?");
    sqlite3_stmt *q = store_prepare(u->s, buf_text(&sql));
    buf_free(&sql);
    return q;
}

/* A copy of an old version as the current one.  `values` have room for one a column. */
static bool reopen(struct undoing *u, sqlite3_stmt *get, const struct touched *x, struct str *values)
{
    struct table *t = u->t;
    char number[24];
    sqlite3_bind_int64(get, 1, x->before);
    int rc = sqlite3_step(get);
    for (size_t i = 0; rc == SQLITE_ROW && i < t->n_columns; i++)
        values[i] = sqlite3_column_type(get, 3 + (int)i) == SQLITE_NULL ? (struct str){0} : column_str(get, 3 + (int)i);
    if (t->is_ledger) {
        snprintf(number, sizeof number, "%lld", (long long)(x->current ? x->current : x->before));
        values[L_PREV] = str_of(number);
    }
    bool ok = rc == SQLITE_ROW ? table_open_row(u->s, t, values) != 0 : store_fault(u->s, rc == SQLITE_DONE ? SQLITE_CORRUPT : rc);
    sqlite3_reset(get);
    return ok;
}

static int by_current(const void *a, const void *b)
{
    const struct touched *x = a, *y = b;
    return (x->current > y->current) - (x->current < y->current);
}

static int by_before(const void *a, const void *b)
{
    const struct touched *x = a, *y = b;
    return (x->before > y->before) - (x->before < y->before);
}

/* First all that is closed, then all that is opened, each in the order of the file, so that its pages pass by once. */
static bool undo_table(struct undoing *u)
{
    struct touching *x = u->x;
    bool ok = true;
    if (x->n) qsort(x->v, x->n, sizeof *x->v, by_current);
    for (size_t i = 0; ok && i < x->n; i++)
        if (x->v[i].current) ok = table_close_row(u->s, u->t, x->v[i].current);
    if (x->n) qsort(x->v, x->n, sizeof *x->v, by_before);
    sqlite3_stmt *get = ok && pipe_drain(u->s) ? prepare_get(u) : NULL;
    struct str *values = mem_zero(u->t->n_columns + 1, sizeof *values);
    ok = get != NULL;
    for (size_t i = 0; ok && i < x->n; i++)
        if (x->v[i].before) ok = reopen(u, get, &x->v[i], values) && pipe_wait(u->s);
    sqlite3_finalize(get);
    free(values);
    return ok;
}

/* ---- who depends ---- */

/* The column of a role in the ledger as the store knows it. */
static bool role_column(struct undoing *u, const char *role, struct buf *column)
{
    sqlite3_stmt *q = store_prepare(
        u->s, "SELECT json_extract(e.value, '$.name') FROM vet_ledger l, json_each(l.fields) e WHERE l.name = ? AND l._out IS NULL"
              " AND json_extract(e.value, '$.role') = ? LIMIT 1");
    if (!q) return false;
    sqlite3_bind_text(q, 1, u->t->name.s, (int)u->t->name.n - 8, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, role, -1, SQLITE_STATIC);
    if (sqlite3_step(q) == SQLITE_ROW) buf_name(column, column_str(q, 0));
    sqlite3_finalize(q);
    return column->n > 0;
}

static sqlite3_stmt *prepare_same_key(struct undoing *u)
{
    struct buf id = {0}, name = {0}, birth = {0}, sql = {0};
    sqlite3_stmt *q = NULL;
    if (role_column(u, "citizen_id", &id) && role_column(u, "name", &name) && role_column(u, "birth_date", &birth)) {
        const char *i = buf_text(&id), *n = buf_text(&name), *b = buf_text(&birth);
        buf_put(&sql, "SELECT x._in FROM ");
        buf_name(&sql, u->t->name);
        buf_put(&sql, " y JOIN ");
        buf_name(&sql, u->t->name);
        buf_printf(&sql,
                   " x ON x._unit IS y._unit AND x._out IS NULL AND (x.%s = y.%s OR (x.%s = y.%s AND x.%s IS NULL AND y.%s IS NULL "
                   "AND x.%s IS y.%s)) WHERE y._id = ?",
                   i, i, n, n, i, i, b, b);
        q = store_prepare(u->s, buf_text(&sql));
    }
    buf_free(&id);
    buf_free(&name);
    buf_free(&birth);
    buf_free(&sql);
    return q;
}

/* A record would come back, while a later batch has given its key to another. */
static bool who_took_key(struct undoing *u, sqlite3_stmt **q, const struct touched *x)
{
    if (!*q && !(*q = prepare_same_key(u))) return !u->s->failed;
    sqlite3_bind_int64(*q, 1, x->before);
    int rc;
    while ((rc = sqlite3_step(*q)) == SQLITE_ROW)
        depend(u, sqlite3_column_int64(*q, 0), "it has given the key of a record to another");
    sqlite3_reset(*q);
    return rc == SQLITE_DONE ? true : store_fault(u->s, rc);
}

/* Loads what the batch touched in the table at work, and what has become of it since. */
static bool find_in_table(struct undoing *u)
{
    sqlite3_stmt *same_key = NULL;
    bool ok = load_touched(u);
    for (size_t i = 0; ok && i < u->x->n; i++) {
        struct touched *x = &u->x->v[i];
        if (x->current) continue;
        ok = follow(u, x);
        if (ok && !x->current && x->before && u->t->is_ledger) ok = who_took_key(u, &same_key, x);
    }
    sqlite3_finalize(same_key);
    if (ok && u->x->n && u->t->is_ledger) ok = who_saw(u) && who_linked(u);
    sqlite3_finalize(u->follow);
    u->follow = NULL;
    map_free(&u->by_identity);
    return ok;
}

static void at_table(struct undoing *u, size_t k)
{
    u->t = &u->s->tables[k];
    u->x = &u->tables[k];
}

static bool find_dependents(struct undoing *u)
{
    bool ok = pipe_drain(u->s);
    for (size_t k = 0; ok && k < u->s->n_tables; k++) {
        at_table(u, k);
        if (!u->t->identity || !u->x->changed) continue;
        ok = find_in_table(u);
        if (ok && u->x->n && (k == T_UNIT || k == T_LEDGER)) ok = who_lives_there(u, k == T_UNIT);
    }
    return ok;
}

/* Which tables the batch changed at all: most change few. */
static bool load_changed(struct undoing *u)
{
    struct store *s = u->s;
    u->tables = mem_zero(s->n_tables, sizeof *u->tables);
    sqlite3_stmt *q = store_prepare(s, "SELECT tbl, first, opened FROM vet_change WHERE batch = ?");
    int rc = SQLITE_DONE;
    if (q) sqlite3_bind_int64(q, 1, u->batch);
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW)
        for (size_t k = 0; k < s->n_tables; k++)
            if (str_eq(s->tables[k].name, column_str(q, 0)))
                u->tables[k] =
                    (struct touching){.changed = true, .first = sqlite3_column_int64(q, 1), .opened = sqlite3_column_int64(q, 2)};
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

static int descending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static size_t take_dependents(struct undoing *u, int64_t **out)
{
    size_t n = u->dependents.n;
    *out = mem_zero(n + 1, sizeof **out);
    for (size_t i = 0; i < n; i++) memcpy(*out + i, u->dependents.entries[i].key.s, sizeof **out);
    qsort(*out, n, sizeof **out, descending);
    return n;
}

static void tell_dependents(struct undoing *u, const int64_t *v, size_t n)
{
    struct place at = {.file = u->s->path};
    for (size_t i = n; i-- > 0;) {
        char batch[24], later[24];
        snprintf(batch, sizeof batch, "%lld", (long long)u->batch);
        snprintf(later, sizeof later, "%lld", (long long)v[i]);
        struct buf source = {0};
        const char *name = log_name(u->s, v[i], &source);
        const struct map_entry *e = map_find(&u->dependents, bytes_of(&v[i]));
        diag_add(u->s->diag, DIAG_UNDO_DEPENDS, &at, batch, later, name, e ? u->what.s + e->value : "", buf_text(&source), NULL);
        buf_free(&source);
    }
}

static void undoing_free(struct undoing *u)
{
    free(u->undone_by);
    free(u->undoes);
    for (size_t k = 0; u->tables && k < u->s->n_tables; k++) free(u->tables[k].v);
    free(u->tables);
    sqlite3_finalize(u->follow);
    map_free(&u->dependents);
    map_free(&u->by_identity);
    buf_free(&u->what);
    buf_free(&u->key);
}

static bool refuse(struct store *s, enum diag_code code, int64_t batch, int64_t by)
{
    char a[24], b[24];
    struct place at = {.file = s->path};
    snprintf(a, sizeof a, "%lld", (long long)batch);
    snprintf(b, sizeof b, "%lld", (long long)by);
    diag_add(s->diag, code, &at, a, b, NULL);
    return false;
}

static bool may_be_undone(struct undoing *u, bool *already)
{
    *already = false;
    if (u->batch < 1 || u->batch > u->s->head) return refuse(u->s, DIAG_STORE_NO_BATCH, u->batch, 0);
    if (u->undone_by[u->batch]) {
        *already = true;
        return true;
    }
    char sql[96];
    snprintf(sql, sizeof sql, "SELECT kind IN ('init', 'erase', 'export') FROM vet_batch WHERE id = %lld", (long long)u->batch);
    return store_number(u->s, sql) ? refuse(u->s, DIAG_UNDO_NEVER, u->batch, 0) : !u->s->failed;
}

static bool undo_one(struct store *s, int64_t batch, bool cascade, bool told, struct undone *done)
{
    struct undoing u = {.s = s, .batch = batch};
    bool already, ok = load_states(&u) && may_be_undone(&u, &already) && load_changed(&u);
    if (ok && already) {
        if (told) ok = refuse(s, log_is_undo(s, batch) ? DIAG_REDO_DONE : DIAG_UNDO_DONE, batch, u.undone_by[batch]);
        undoing_free(&u);
        return ok;
    }
    int64_t *later = NULL;
    size_t n = ok && (ok = find_dependents(&u)) ? take_dependents(&u, &later) : 0;
    if (ok && n && !cascade) {
        tell_dependents(&u, later, n);
        ok = false;
    }
    for (size_t i = 0; ok && i < n; i++) ok = undo_one(s, later[i], true, false, done);
    if (ok && n) ok = find_dependents(&u); /* what was current has changed */
    if (ok) ok = batch_begin(s, "undo");
    if (ok) s->batch.undoes = batch;
    for (size_t k = 0; ok && k < s->n_tables; k++) {
        at_table(&u, k);
        if (u.x->n) ok = undo_table(&u);
    }
    if (s->batch.id && !batch_end(s, ok)) ok = false;
    if (ok && log_is_undo(s, batch)) done->back++;
    else if (ok) done->away++;
    free(later);
    undoing_free(&u);
    return ok;
}

bool store_undo(struct store *s, const int64_t *batches, size_t n, bool cascade, struct undone *done)
{
    struct undone count = {0};
    int64_t *order = mem_alloc((n + 1) * sizeof *order);
    if (n) memcpy(order, batches, n * sizeof *order);
    qsort(order, n, sizeof *order, descending);
    bool ok = group_begin(s);
    for (size_t i = 0; ok && i < n; i++) ok = undo_one(s, order[i], cascade, n == 1, &count);
    if (!group_end(s, ok)) ok = false;
    free(order);
    if (done) *done = ok ? count : (struct undone){0};
    return ok;
}

static void add_batch(int64_t **v, size_t *n, int64_t batch)
{
    *v = mem_resize(*v, *n + 1, sizeof **v);
    (*v)[(*n)++] = batch;
}

static bool add_run(struct store *s, int64_t batch, int64_t **v, size_t *n)
{
    size_t before = *n;
    sqlite3_stmt *q = store_prepare(s, "SELECT id FROM vet_batch WHERE run = (SELECT run FROM vet_batch WHERE id = ?) AND kind IN "
                                       "('import', 'undo') ORDER BY id");
    if (q) sqlite3_bind_int64(q, 1, batch);
    while (q && sqlite3_step(q) == SQLITE_ROW) add_batch(v, n, sqlite3_column_int64(q, 0));
    sqlite3_finalize(q);
    return *n > before ? true : refuse(s, DIAG_STORE_NO_BATCH, batch, 0);
}

bool store_batches(struct store *s, const char *word, bool run, int64_t **v, size_t *n)
{
    char *end;
    int64_t from = strtoll(word, &end, 10), to = from;
    if (end[0] == '.' && end[1] == '.') to = strtoll(end + 2, &end, 10);
    if (end == word || *end || to < from || to > s->head) {
        struct place at = {.file = s->path};
        diag_add(s->diag, DIAG_STORE_NO_BATCH, &at, word, NULL);
        return false;
    }
    if (run) return add_run(s, from, v, n);
    for (int64_t batch = from; batch <= to; batch++) add_batch(v, n, batch);
    return true;
}
