/* Reading: statements as sources of rows, and what each source asks. */
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"

enum { ROWS_A_BLOCK = 2048 };

struct reading {
    struct rows rows;
    struct store *store;
    sqlite3_stmt *q;
    struct str *names;
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
    while (!g->done && b->n_rows < ROWS_A_BLOCK) {
        int rc = sqlite3_step(g->q);
        g->done = rc != SQLITE_ROW;
        if (rc == SQLITE_DONE) break;
        if (rc != SQLITE_ROW) {
            store_fault(g->store, rc);
            return -1;
        }
        mem_grow(&b->values, &b->cap, (b->n_rows + 1) * n, sizeof *b->values);
        for (size_t i = 0; i < n; i++) b->values[b->n_rows * n + i] = str_copy(&b->text, column_str(g->q, (int)i));
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

struct rows *rows_of_statement(struct store *s, const char *name, sqlite3_stmt *q)
{
    if (!q) return NULL;
    struct reading *g = mem_zero(1, sizeof *g);
    size_t n = (size_t)sqlite3_column_count(q);
    g->names = arena_zero(&g->memory, n, sizeof *g->names);
    for (size_t i = 0; i < n; i++) g->names[i] = str_copy(&g->memory, str_of(sqlite3_column_name(q, (int)i)));
    g->store = s;
    g->q = q;
    g->rows = (struct rows){
        .columns = {g->names, n}, .name = name, .fetch = reading_fetch, .close = reading_close, .diag = s->diag, .own = g};
    return &g->rows;
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

/* ---- records ---- */

/* The expression of a column of store_rows; false when there is no such column. */
static bool column_expression(struct buf *sql, const struct table *t, const struct schema *l, struct str name)
{
    static const char *const FIXED[][2] = {{"unit", "c.code"},       {"_file", "f.name"},    {"_sheet", "s.name"},
                                           {"_row", "v._row"},       {"_flags", "v._flags"}, {"_entity", "k.entity"},
                                           {"_record", "v._record"}, {"_batch", "v._in"},    {"_seen", "t.seen"}};
    if (schema_field(l, name)) {
        if (table_column(t, name) < 0) {
            buf_put(sql, "NULL"); /* the store holds an older form of the ledger */
        } else {
            buf_put(sql, "v.");
            buf_name(sql, name);
        }
        return true;
    }
    for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++) {
        if (!str_is(name, FIXED[i][0])) continue;
        buf_put(sql, FIXED[i][1]);
        return true;
    }
    struct str field = str_head(name, name.n > 6 ? name.n - 6 : 0);
    if (str_ends(name, STR("_typed")) && schema_field(l, field)) {
        buf_typed(sql, "v", field);
        return true;
    }
    return false;
}

static void all_columns(struct buf *names, const struct store_query *q)
{
    const struct schema *l = q->ledger;
    for (size_t i = 0; i < l->n_fields; i++) {
        buf_str(names, l->fields[i].name);
        buf_char(names, 0);
    }
    for (size_t i = 0; i < l->n_fields; i++) {
        if (!l->fields[i].typed) continue;
        buf_str(names, l->fields[i].name);
        buf_add(names, "_typed", 7);
    }
    buf_add(names, "unit", 5);
    if (q->source) buf_add(names, "_file\0_sheet\0_row", 18);
    buf_add(names, "_flags\0_entity", 15);
    if (q->record) buf_add(names, "_record", 8);
    if (q->batch) buf_add(names, "_batch", 7);
    if (q->seen) buf_add(names, "_seen", 6);
}

static bool add_columns(struct buf *sql, struct store *s, const struct table *t, const struct store_query *q, struct str names)
{
    for (size_t i = 0; i < names.n;) {
        struct str name = str_of(names.s + i);
        if (i) buf_put(sql, ", ");
        if (!column_expression(sql, t, q->ledger, name)) {
            struct place at = {.file = s->path};
            diag_add(s->diag, DIAG_STORE_NO_COLUMN, &at, name.s, NULL);
            return false;
        }
        buf_put(sql, " AS ");
        buf_name(sql, name);
        i += name.n + 1;
    }
    return true;
}

static void add_order(struct buf *sql, const struct store_query *q)
{
    if (!q->sorted) {
        buf_put(sql, " ORDER BY v._id");
        return;
    }
    const struct field *first[] = {schema_role(q->ledger, ROLE_NAME), schema_role(q->ledger, ROLE_CITIZEN_ID)};
    buf_put(sql, " ORDER BY c.code");
    for (size_t i = 0; i < 2; i++) {
        if (!first[i]) continue;
        buf_put(sql, ", v.");
        buf_name(sql, first[i]->name);
    }
    for (size_t i = 0; i < q->ledger->n_key; i++) {
        buf_put(sql, ", v.");
        buf_name(sql, q->ledger->key[i]);
    }
    buf_put(sql, ", v._hash, f.name, s.name, v._row");
}

/* When each record of a person who has several was handed in last, "2026-11-05 0000000012": the survey and the batch of its own
 * sheet, or of one that had him there and changed nothing. */
static void with_seen(struct buf *sql, const struct table *t, const struct store_query *q)
{
    buf_put(sql, "WITH again AS MATERIALIZED (SELECT record FROM (SELECT k.record, count(*) OVER (PARTITION BY k.entity) AS n FROM "
                 "vet_link k WHERE ");
    buf_visible(sql, "k", q->as_of);
    buf_put(sql, " AND k.ledger = ");
    buf_literal(sql, q->ledger->name);
    buf_put(sql, ") WHERE n > 1), several AS MATERIALIZED (SELECT v._record, v._unit, v._sheet, v._in FROM ");
    buf_name(sql, t->name);
    buf_put(sql, " v WHERE v._record IN (SELECT record FROM again) AND ");
    buf_visible(sql, "v", q->as_of);
    buf_put(sql, "), times AS MATERIALIZED (SELECT record, max(seen) AS seen FROM (SELECT v._record AS record, "
                 "coalesce(s.survey_date, '') || printf(' %010d', v._in) AS seen FROM several v LEFT JOIN vet_sheet s ON s._id = "
                 "v._sheet UNION ALL SELECT e.value, coalesce(s.survey_date, '') || printf(' %010d', r._in) FROM vet_return r JOIN "
                 "json_each(r.seen) e LEFT JOIN vet_sheet s ON s._id = r.sheet WHERE r.seen <> '' AND r.unit IN (SELECT _unit "
                 "FROM several) AND e.value IN (SELECT record FROM again) AND r.ledger = ");
    buf_literal(sql, q->ledger->name);
    buf_put(sql, " AND ");
    buf_visible(sql, "r", q->as_of);
    buf_put(sql, ") GROUP BY record) ");
}

struct rows *store_rows(struct store *s, const struct store_query *q)
{
    if (!store_ledger(s, q->ledger)) return NULL;
    const struct table *t = tables_ledger(s, q->ledger->name);
    struct buf sql = {0}, names = {0};
    for (size_t i = 0; i < q->n_want; i++) {
        buf_str(&names, q->want[i]);
        buf_char(&names, 0);
    }
    if (!q->n_want) all_columns(&names, q);
    if (q->seen) with_seen(&sql, t, q);
    buf_put(&sql, "SELECT ");
    bool ok = add_columns(&sql, s, t, q, buf_slice(&names));
    buf_free(&names);
    buf_put(&sql, " FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " v LEFT JOIN vet_code c ON c._id = v._unit LEFT JOIN vet_sheet s ON s._id = v._sheet LEFT JOIN vet_file f ON "
                  "f._id = s.file"
                  " LEFT JOIN vet_link k ON k.record = v._record AND ");
    buf_visible(&sql, "k", q->as_of);
    buf_put(&sql, " AND k.ledger = ");
    buf_literal(&sql, q->ledger->name);
    if (q->seen) buf_put(&sql, " LEFT JOIN times t ON t.record = v._record");
    buf_put(&sql, " WHERE ");
    buf_visible(&sql, "v", q->as_of);
    add_order(&sql, q);
    if (!ok) {
        buf_free(&sql);
        return NULL;
    }
    return rows_of_statement(s, s->path, prepare_reading(s, &sql));
}

uint64_t store_count(struct store *s, const struct schema *l, int64_t as_of)
{
    struct table *t = tables_ledger(s, l->name);
    if (!t || !pipe_drain(s)) return 0;
    struct buf sql = {0};
    buf_put(&sql, "SELECT count(*) FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " v WHERE ");
    buf_visible(&sql, "v", as_of);
    int64_t n = store_number(s, buf_text(&sql));
    buf_free(&sql);
    return (uint64_t)n;
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

struct rows *store_log(struct store *s)
{
    struct buf sql = {0};
    buf_put(&sql,
            "SELECT id AS batch, kind, at, who AS \"by\", command, source, source_hash, period, counts, undoes, run, previous, hash"
            " FROM vet_batch ORDER BY id");
    return rows_of_statement(s, "log", prepare_reading(s, &sql));
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
