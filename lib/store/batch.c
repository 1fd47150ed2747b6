/* Batches: one transaction, its versions opened and closed, and its place in the chain.
 *
 * What a batch's hash covers, as text lines: who did what when (batch_hash), and one line for each table that it changed
 * (batch_change_line) with the numbers and SHA-256 of the versions opened (8 bytes _id, 32 bytes digest of the row's image,
 * in the order of _id) and closed (8 bytes _id each, in order).  Numbers are big endian. */
#include <stdlib.h>
#include <sys/random.h>

#include "store/own.h"
#include "store/pipe.h"

static void line(struct buf *b, const char *name, struct str value)
{
    buf_printf(b, "%s: ", name);
    for (size_t i = 0; i < value.n; i++)
        if (value.s[i] == '\n') buf_put(b, "\\n");
        else if (value.s[i] == '\\') buf_put(b, "\\\\");
        else buf_char(b, value.s[i]);
    buf_char(b, '\n');
}

void batch_hash(const struct batch_text *t, struct str changes, char hex[65])
{
    struct buf b = {0};
    unsigned char d[32];
    buf_printf(&b, "vet-batch 1\nbatch: %lld\n", (long long)t->id);
    line(&b, "kind", t->kind);
    line(&b, "by", t->by);
    line(&b, "at", t->at);
    line(&b, "command", t->command);
    line(&b, "source", t->source);
    line(&b, "source_hash", t->source_hash);
    line(&b, "period", t->period);
    line(&b, "counts", t->counts);
    buf_printf(&b, "undoes: %lld\nrun: %lld\n", (long long)t->undoes, (long long)t->run);
    buf_str(&b, changes);
    if (t->salt.n) line(&b, "salt", t->salt);
    line(&b, "previous", t->previous);
    image_digest(buf_slice(&b), d);
    hex_of(d, 32, hex);
    buf_free(&b);
}

void batch_change_line(struct buf *out, struct str table, int64_t first, int64_t opened, const char *opened_hash, int64_t closed,
                       const char *closed_hash)
{
    buf_put(out, "change: ");
    buf_str(out, table);
    buf_printf(out, " %lld %lld %s %lld %s\n", (long long)first, (long long)opened, opened_hash, (long long)closed, closed_hash);
}

static sqlite3_stmt *kept(struct store *s, sqlite3_stmt **q, const char *sql)
{
    if (!*q) *q = store_prepare(s, sql);
    return *q;
}

static void bind_str(sqlite3_stmt *q, int i, struct str t)
{
    sqlite3_bind_text(q, i, t.s ? t.s : "", (int)t.n, SQLITE_STATIC);
}

/* Another process may have written since the last batch: whatever was remembered of the tables is asked again. */
static bool refresh(struct store *s)
{
    int64_t version = store_number(s, "PRAGMA data_version");
    if (s->failed) return false;
    if (version == s->data_version) return true;
    s->data_version = version;
    s->generation++;
    for (size_t i = 0; i < s->n_tables; i++) s->tables[i].next = 0;
    map_free(&s->codes);
    s->codes_loaded = false;
    sqlite3_stmt *q = store_prepare(s, "SELECT id, hash FROM vet_batch ORDER BY id DESC LIMIT 1");
    s->head = 0;
    memset(s->head_hash, '0', 64);
    if (q && sqlite3_step(q) == SQLITE_ROW) {
        s->head = sqlite3_column_int64(q, 0);
        struct str h = column_str(q, 1);
        if (h.n == 64) memcpy(s->head_hash, h.s, 64);
    }
    sqlite3_finalize(q);
    return !s->failed;
}

bool batch_refresh(struct store *s)
{
    s->data_version = -1;
    return refresh(s);
}

static bool make_salt(struct store *s)
{
    unsigned char random[16];
    s->batch.salt[0] = 0;
    if (!s->salted) return true;
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) return store_fault(s, SQLITE_IOERR);
    hex_of(random, sizeof random, s->batch.salt);
    return true;
}

static bool add_batch(struct store *s)
{
    if (!make_salt(s)) return false;
    sqlite3_stmt *q = kept(
        s, &s->add_batch,
        "INSERT INTO vet_batch(id, kind, who, at, command, source, source_hash, period, counts, undoes, run, previous, hash, salt) "
        "VALUES(?, ?, ?, ?, ?, '', '', ?, '', 0, ?, ?, '', ?)");
    if (!q) return false;
    sqlite3_bind_int64(q, 1, s->batch.id);
    bind_str(q, 2, buf_slice(&s->batch.kind));
    bind_str(q, 3, str_of(s->by));
    bind_str(q, 4, str_of(s->now));
    bind_str(q, 5, str_of(s->command));
    bind_str(q, 6, str_of(s->period));
    sqlite3_bind_int64(q, 7, s->run);
    sqlite3_bind_text(q, 8, s->head_hash, 64, SQLITE_STATIC);
    bind_str(q, 9, str_of(s->batch.salt));
    return store_step_done(s, q);
}

bool batch_first(struct store *s)
{
    s->batch.id = s->run = 1;
    memset(s->head_hash, '0', 64);
    buf_put(&s->batch.kind, "init");
    return batch_end(s, add_batch(s));
}

static bool begin_transaction(struct store *s)
{
    return !s->failed && store_step_done(s, kept(s, &s->begin, "BEGIN IMMEDIATE"));
}

static void roll_back(struct store *s)
{
    pipe_drop(s);
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

bool batch_begin(struct store *s, const char *kind)
{
    if (s->failed || (!s->group && !begin_transaction(s))) return false;
    s->batch.id = -1; /* a transaction is open */
    s->batch.undoes = 0;
    s->batch.source.n = s->batch.source_hash.n = s->batch.counts.n = s->batch.kind.n = 0;
    buf_put(&s->batch.kind, kind);
    if (s->group || refresh(s)) {
        s->batch.id = s->head + 1;
        if (!s->run) s->run = s->batch.id;
        if (add_batch(s)) return true;
    }
    batch_end(s, false);
    return false;
}

bool group_begin(struct store *s)
{
    if (!begin_transaction(s)) return false;
    s->group = true;
    return refresh(s);
}

bool group_end(struct store *s, bool keep)
{
    bool ok = keep && !s->failed && !s->batch.id && store_step_done(s, kept(s, &s->commit, "COMMIT"));
    s->group = false;
    if (ok) return true;
    roll_back(s);
    s->batch.id = 0;
    s->run = 0;
    return !keep && batch_refresh(s);
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool add_change(struct store *s, struct table *t, struct buf *lines)
{
    char opened[65], closed[65];
    unsigned char d[32];
    if (!t->opened) sha256_init(&t->opened_hash);
    sha256_digest(&t->opened_hash, 32, d);
    hex_of(d, 32, opened);
    if (t->n_closed) qsort(t->closed, t->n_closed, sizeof *t->closed, by_number);
    hash_closed(t->closed, t->n_closed, closed);
    int64_t first = t->opened ? t->first : 0;
    batch_change_line(lines, t->name, first, (int64_t)t->opened, opened, (int64_t)t->n_closed, closed);
    sqlite3_stmt *q = kept(s, &s->add_change, "INSERT INTO vet_change VALUES(?, ?, ?, ?, ?, ?, ?)");
    if (!q) return false;
    sqlite3_bind_int64(q, 1, s->batch.id);
    bind_str(q, 2, t->name);
    sqlite3_bind_int64(q, 3, first);
    sqlite3_bind_int64(q, 4, (int64_t)t->opened);
    sqlite3_bind_text(q, 5, opened, 64, SQLITE_STATIC);
    sqlite3_bind_int64(q, 6, (int64_t)t->n_closed);
    sqlite3_bind_text(q, 7, closed, 64, SQLITE_STATIC);
    return store_step_done(s, q);
}

static int by_name(const void *a, const void *b)
{
    const struct table *const *x = a, *const *y = b;
    return str_cmp((*x)->name, (*y)->name);
}

static bool seal(struct store *s)
{
    struct buf lines = {0};
    struct table **changed = mem_zero(s->n_tables, sizeof *changed);
    size_t n = 0;
    for (size_t i = 0; i < s->n_tables; i++)
        if (s->tables[i].opened || s->tables[i].n_closed) changed[n++] = &s->tables[i];
    qsort(changed, n, sizeof *changed, by_name);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) ok = add_change(s, changed[i], &lines);
    free(changed);
    struct batch_text t = {
        .kind = buf_slice(&s->batch.kind),
        .by = str_of(s->by),
        .at = str_of(s->now),
        .command = str_of(s->command),
        .source = buf_slice(&s->batch.source),
        .source_hash = buf_slice(&s->batch.source_hash),
        .period = str_of(s->period),
        .counts = buf_slice(&s->batch.counts),
        .previous = {s->head_hash, 64},
        .salt = str_of(s->batch.salt),
        .id = s->batch.id,
        .undoes = s->batch.undoes,
        .run = s->run,
    };
    char hash[65];
    batch_hash(&t, buf_slice(&lines), hash);
    buf_free(&lines);
    sqlite3_stmt *q =
        ok ? kept(s, &s->seal_batch, "UPDATE vet_batch SET source=?, source_hash=?, counts=?, undoes=?, hash=? WHERE id=?") : NULL;
    if (!q) return false;
    bind_str(q, 1, t.source);
    bind_str(q, 2, t.source_hash);
    bind_str(q, 3, t.counts);
    sqlite3_bind_int64(q, 4, t.undoes);
    sqlite3_bind_text(q, 5, hash, 64, SQLITE_STATIC);
    sqlite3_bind_int64(q, 6, t.id);
    if (!store_step_done(s, q)) return false;
    memcpy(s->next_hash, hash, 65);
    return true;
}

static void forget(struct store *s, bool kept_all)
{
    for (size_t i = 0; i < s->n_tables; i++) {
        struct table *t = &s->tables[i];
        if (!kept_all && t->opened) t->next = t->first;
        t->opened = 0;
        t->n_closed = 0;
    }
    if (kept_all) return;
    map_free(&s->codes);
    s->codes_loaded = false;
    s->generation++;
}

bool batch_end(struct store *s, bool keep)
{
    bool ok = keep && !s->failed && pipe_drain(s) && seal(s) && (s->group || store_step_done(s, kept(s, &s->commit, "COMMIT")));
    if (ok) {
        s->head = s->batch.id;
        memcpy(s->head_hash, s->next_hash, 65);
        s->dirty = true;
    } else {
        if (s->batch.id == s->run) s->run = 0;
        if (s->group) pipe_drop(s);
        else roll_back(s);
    }
    s->batch.id = 0;
    forget(s, ok);
    return keep ? ok : !s->failed;
}

int64_t table_next(struct store *s, struct table *t)
{
    if (t->next) return t->next;
    struct buf sql = {0};
    buf_put(&sql, "SELECT max(_id) FROM ");
    buf_name(&sql, t->name);
    t->next = store_number(s, buf_text(&sql)) + 1;
    buf_free(&sql);
    return t->next;
}

static bool statements(struct store *s, struct table *t)
{
    struct buf sql = {0};
    buf_put(&sql, "INSERT INTO ");
    buf_name(&sql, t->name);
    buf_put(&sql, "(_id, _in");
    for (size_t i = 0; i < t->n_columns; i++) {
        buf_put(&sql, ", ");
        buf_name(&sql, t->columns[i].name);
    }
    buf_put(&sql, ") VALUES(?, ?");
    for (size_t i = 0; i < t->n_columns; i++) buf_put(&sql, ", ?");
    buf_put(&sql, ")");
    t->insert = store_prepare(s, buf_text(&sql));
    free(t->bound);
    t->bound = mem_zero(t->n_columns + 1, sizeof *t->bound);
    sql.n = 0;
    buf_put(&sql, "UPDATE ");
    buf_name(&sql, t->name);
    buf_put(&sql, " SET _out = ? WHERE _id = ? AND _out IS NULL");
    t->close = t->insert ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    return t->close != NULL;
}

int64_t table_open_row(struct store *s, struct table *t, const struct str *values)
{
    return table_open_row_with(s, t, values, t->n_columns, (struct str){0});
}

int64_t table_open_row_with(struct store *s, struct table *t, const struct str *values, size_t n, struct str rest)
{
    if (s->failed || (!t->insert && (!pipe_drain(s) || !statements(s, t)))) return 0;
    if (!t->next && (!pipe_drain(s) || !table_next(s, t))) return 0;
    int64_t id = t->next++;
    if (!t->opened++) {
        t->first = id;
        sha256_init(&t->opened_hash);
    }
    struct buf *image = pipe_row(s, t, id);
    image_of_values(image, values, n);
    buf_str(image, rest);
    return pipe_row_done(s) ? id : 0;
}

bool table_close_row(struct store *s, struct table *t, int64_t id)
{
    if (s->failed || (!t->insert && (!pipe_drain(s) || !statements(s, t)))) return false;
    mem_grow(&t->closed, &t->cap_closed, t->n_closed + 1, sizeof *t->closed);
    t->closed[t->n_closed++] = id;
    return pipe_close(s, t, id);
}

static bool load_codes(struct store *s)
{
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, "SELECT _id, code FROM vet_code") : NULL;
    if (!q) return false;
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW)
        map_at(&s->codes, column_str(q, 1), NULL)->value = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    s->codes_loaded = rc == SQLITE_DONE;
    return s->codes_loaded ? true : store_fault(s, rc);
}

int64_t code_number(struct store *s, struct str code)
{
    if (!code.n || (!s->codes_loaded && !load_codes(s))) return 0;
    bool is_new;
    struct map_entry *e = map_at(&s->codes, code, &is_new);
    if (is_new) e->value = (uint64_t)table_open_row(s, &s->tables[T_CODE], &code);
    return (int64_t)e->value;
}
