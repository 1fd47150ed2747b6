/* Reading: statements as sources of rows, and what each source asks. */
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"

enum { ROWS_A_BLOCK = 2048 };

struct reading {
    struct rows rows;
    struct store *store;
    sqlite3_stmt *q; /* NULL: it could not be made */
    struct str *names;
    struct str *expressions, rest; /* of rows_of_select */
    bool *wanted;                  /* of the columns; NULL: all */
    struct arena memory;
    uint64_t next;
    bool done; /* stepping on would start again */
};

static int reading_fetch(struct rows *r, struct row_block *b)
{
    struct reading *g = r->own;
    size_t n = r->columns.n;
    arena_reset(&b->text);
    b->n_rows = 0;
    b->first = g->next;
    if (!g->q) return -1;
    while (!g->done && b->n_rows < ROWS_A_BLOCK) {
        int rc = sqlite3_step(g->q);
        g->done = rc != SQLITE_ROW;
        if (rc == SQLITE_DONE) break;
        if (rc != SQLITE_ROW) {
            store_fault(g->store, rc);
            return -1;
        }
        mem_grow(&b->values, &b->cap, (b->n_rows + 1) * n, sizeof *b->values);
        struct str *v = b->values + b->n_rows * n;
        for (size_t i = 0; i < n; i++)
            v[i] = !g->wanted || g->wanted[i] ? str_copy(&b->text, column_str(g->q, (int)i)) : (struct str){0};
        b->n_rows++;
    }
    g->next += b->n_rows;
    return b->n_rows > 0;
}

static void reading_close(struct rows *r)
{
    struct reading *g = r->own;
    sqlite3_finalize(g->q);
    arena_free(&g->memory);
    free(g);
}

static struct reading *reading_new(struct store *s, const char *name, size_t n)
{
    struct reading *g = mem_zero(1, sizeof *g);
    g->names = arena_zero(&g->memory, n, sizeof *g->names);
    g->store = s;
    g->rows = (struct rows){
        .columns = {g->names, n}, .name = name, .fetch = reading_fetch, .close = reading_close, .diag = s->diag, .own = g};
    return g;
}

struct rows *rows_of_statement(struct store *s, const char *name, sqlite3_stmt *q)
{
    if (!q) return NULL;
    struct reading *g = reading_new(s, name, (size_t)sqlite3_column_count(q));
    g->q = q;
    for (size_t i = 0; i < g->rows.columns.n; i++) g->names[i] = str_copy(&g->memory, str_of(sqlite3_column_name(q, (int)i)));
    return &g->rows;
}

/* Tables that no column is taken from any more are not looked at: SQLite leaves out a LEFT JOIN that changes nothing. */
static void select_narrow(struct rows *r, const bool *wanted)
{
    struct reading *g = r->own;
    struct buf sql = {0};
    if (wanted) {
        g->wanted = arena_zero(&g->memory, r->columns.n, sizeof *g->wanted);
        memcpy(g->wanted, wanted, r->columns.n * sizeof *wanted);
    }
    for (size_t i = 0; i < r->columns.n; i++) {
        buf_put(&sql, i ? ", " : "SELECT ");
        buf_str(&sql, !wanted || wanted[i] ? g->expressions[i] : STR("NULL"));
    }
    buf_str(&sql, g->rest);
    sqlite3_finalize(g->q);
    g->q = pipe_drain(g->store) ? store_prepare(g->store, buf_text(&sql)) : NULL;
    buf_free(&sql);
}

struct rows *rows_of_select(struct store *s, const char *name, const struct select *x)
{
    struct reading *g = reading_new(s, name, x->n);
    g->expressions = arena_zero(&g->memory, x->n, sizeof *g->expressions);
    for (size_t i = 0; i < x->n; i++) {
        g->names[i] = str_copy(&g->memory, x->names[i]);
        g->expressions[i] = str_copy(&g->memory, x->expressions[i]);
    }
    g->rest = str_copy(&g->memory, x->rest);
    g->rows.narrow = select_narrow;
    select_narrow(&g->rows, NULL);
    if (g->q) return &g->rows;
    rows_close(&g->rows);
    return NULL;
}

void buf_visible(struct buf *sql, const char *alias, int64_t as_of)
{
    if (as_of <= 0) buf_printf(sql, "%s._out IS NULL", alias);
    else
        buf_printf(sql, "(%s._in <= %lld AND (%s._out IS NULL OR %s._out > %lld))", alias, (long long)as_of, alias, alias,
                   (long long)as_of);
}

static sqlite3_stmt *prepare_reading(struct store *s, struct buf *sql)
{
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(sql)) : NULL;
    buf_free(sql);
    return q;
}

/* ---- what was handed in, and what is still to be put right ---- */

struct rows *store_returns(struct store *s, const char *period, int64_t as_of)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT c.code AS unit, r.period, r.kind, s.survey_date, b.at, r._in AS batch, b.who AS \"by\", f.name AS file, "
                  "s.name AS sheet,"
                  " r.accepted, r.rejected, (SELECT count(*) FROM vet_reject j WHERE j.sheet = r.sheet AND j.unit IS r.unit AND ");
    buf_visible(&sql, "j", as_of);
    buf_put(&sql, ") AS open FROM vet_return r LEFT JOIN vet_code c ON c._id = r.unit LEFT JOIN vet_sheet s ON s._id = r.sheet"
                  " LEFT JOIN vet_file f ON f._id = s.file LEFT JOIN vet_batch b ON b.id = r._in WHERE ");
    buf_visible(&sql, "r", as_of);
    if (period) {
        buf_put(&sql, " AND r.period = ");
        buf_literal(&sql, str_of(period));
    }
    buf_put(&sql, " ORDER BY c.code, r._id");
    return rows_of_statement(s, "returns", prepare_reading(s, &sql));
}

struct rows *store_rejects(struct store *s, int64_t as_of)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT c.code AS unit, f.name AS file, s.name AS sheet, j.row, j.reasons, j._in AS batch, j.headings, j.cells "
                  "FROM vet_reject j"
                  " LEFT JOIN vet_code c ON c._id = j.unit LEFT JOIN vet_sheet s ON s._id = j.sheet LEFT JOIN vet_file f ON f._id "
                  "= s.file WHERE ");
    buf_visible(&sql, "j", as_of);
    buf_put(&sql, " ORDER BY c.code, f.name, s.name, j.row, j.cells, j._id");
    return rows_of_statement(s, "rejects", prepare_reading(s, &sql));
}

struct rows *store_codes(struct store *s, const struct schema *l, int64_t as_of)
{
    struct table *t = store_ledger(s, l) ? tables_ledger(s, l->name) : NULL;
    if (!t) return NULL;
    struct buf sql = {0};
    /* "a:x;b:y" becomes the JSON array ["a:x","b:y"]; the flags hold no quotes. */
    buf_put(&sql, "SELECT c.code AS unit, substr(e.value, 1, instr(e.value, ':') - 1) AS field, substr(e.value, instr(e.value, "
                  "':') + 1) AS code,"
                  " count(*) AS count FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " v JOIN json_each('[\"' || replace(v._flags, ';', '\",\"') || '\"]') e LEFT JOIN vet_code c ON c._id = v._unit "
                  "WHERE v._flags <> '' AND ");
    buf_visible(&sql, "v", as_of);
    buf_put(&sql, " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
    return rows_of_statement(s, "codes", prepare_reading(s, &sql));
}

int64_t store_head(struct store *s, const char **hash)
{
    if (!s->batch.id) batch_refresh(s);
    if (hash) *hash = s->head_hash;
    return s->head;
}

int64_t store_state(struct store *s, int64_t as_of, char hash[65])
{
    sqlite3_stmt *q =
        pipe_drain(s)
            ? store_prepare(s, "SELECT id, hash FROM vet_batch WHERE id <= ? AND kind NOT IN ('backup', 'pack', 'export') "
                               "ORDER BY id DESC LIMIT 1")
            : NULL;
    int64_t id = 0;
    if (q) sqlite3_bind_int64(q, 1, as_of > 0 ? as_of : INT64_MAX);
    if (q && sqlite3_step(q) == SQLITE_ROW) {
        struct str h = str_head(column_str(q, 1), 64);
        id = sqlite3_column_int64(q, 0);
        if (h.n) memcpy(hash, h.s, h.n);
        hash[h.n] = 0;
    }
    sqlite3_finalize(q);
    return id;
}

bool store_info(struct store *s, struct store_info *o)
{
    *o = (struct store_info){
        .batches = store_number(s, "SELECT max(id) FROM vet_batch"),
        .bytes = store_number(s, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"),
        .units = (uint64_t)store_number(s, "SELECT count(*) FROM vet_unit WHERE _out IS NULL"),
        .files = (uint64_t)store_number(s, "SELECT count(*) FROM vet_file WHERE _out IS NULL"),
        .rejects = (uint64_t)store_number(s, "SELECT count(*) FROM vet_reject WHERE _out IS NULL"),
        .versions = (uint64_t)store_number(s, "SELECT sum(opened) FROM vet_change"),
    };
    return !s->failed;
}
