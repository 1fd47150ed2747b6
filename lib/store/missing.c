/* People whom their unit's newest sheet does not hold: nobody is deleted by an import, they are listed for follow-up. */
#include <stdlib.h>

#include "base/map.h"
#include "ledger/expr.h"
#include "store/own.h"
#include "store/pipe.h"

/* The newest sheets of a unit: those filled in last; where the last one that came bears no date, those of the last run. */
static const char HANDED[] =
    "WITH handed(unit, sheet, seen, survey, run, newest, last) AS MATERIALIZED (SELECT r.unit, r.sheet, r.seen, s.survey_date, "
    "b.run, "
    "max(s.survey_date) OVER unit, max(b.run) OVER unit FROM vet_return r JOIN vet_sheet s ON s._id = r.sheet JOIN vet_batch b ON "
    "b.id = r._in WHERE r.ledger = ?1 AND r.kind IN ('records', 'nil') AND r.unit IS NOT NULL AND ";
static const char NEWEST[] =
    " WINDOW unit AS (PARTITION BY r.unit)),"
    " newest(unit, survey, run, dated) AS MATERIALIZED (SELECT unit, newest, last, min(run <> last OR survey <> '') FROM handed "
    "GROUP "
    "BY unit),"
    " sheets(unit, sheet, seen, survey) AS MATERIALIZED (SELECT h.unit, h.sheet, h.seen, h.survey FROM handed h JOIN newest n ON "
    "n.unit = h.unit WHERE CASE WHEN n.dated THEN h.survey = n.survey ELSE h.run = n.run END),"
    " held(record) AS (SELECT e.value FROM sheets, json_each(sheets.seen) e WHERE sheets.seen <> '')";

/* Who of them stands on another newest sheet, of whatever unit: the same person under another record. */
static void put_found(struct buf *sql, const struct table *t, int64_t as_of)
{
    buf_put(sql, ", linked(record, entity) AS MATERIALIZED (SELECT k.record, k.entity FROM vet_link k WHERE k.ledger = ?1 AND ");
    buf_visible(sql, "k", as_of);
    buf_put(sql, "), present(entity, code) AS MATERIALIZED (SELECT DISTINCT k.entity, c.code FROM linked k JOIN ");
    buf_name(sql, t->name);
    buf_put(sql, " w ON w._record = k.record JOIN vet_code c ON c._id = w._unit WHERE (w._sheet IN (SELECT sheet FROM sheets) OR "
                 "w._record IN (SELECT record FROM held)) AND ");
    buf_visible(sql, "w", as_of);
    buf_put(sql,
            "), found(record, codes) AS MATERIALIZED (SELECT record, group_concat(code, ';') FROM (SELECT DISTINCT k.record AS "
            "record, p.code AS code FROM linked k JOIN present p ON p.entity = k.entity ORDER BY 1, 2) GROUP BY record)");
}

/* ---- those who count still ---- */

enum { SHOWN = 12 }; /* columns that are handed on; behind them stand the ledger's, for its stock to look at */

struct counting {
    struct rows rows;
    struct rows *from;
    struct expr *stock;
};

static int counting_fetch(struct rows *r, struct row_block *b)
{
    struct counting *c = r->own;
    return c->from->fetch(c->from, b);
}

static bool counting_parse(struct rows *r, struct row_block *b)
{
    struct counting *c = r->own;
    if (c->from->parse && !c->from->parse(c->from, b)) return false;
    size_t kept = 0;
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *v = row_of(b, &c->from->columns, i);
        if (c->stock && !expr_matches(c->stock, v + SHOWN)) continue;
        memmove(row_of(b, &r->columns, kept++), v, SHOWN * sizeof *v);
    }
    b->n_rows = kept;
    return true;
}

static void counting_close(struct rows *r)
{
    struct counting *c = r->own;
    expr_free(c->stock);
    rows_close(c->from);
    free(c);
}

static struct rows *those_who_count(struct rows *from, struct store *s, const struct schema *l)
{
    if (!from) return NULL;
    struct counting *c = mem_zero(1, sizeof *c);
    c->from = from;
    c->rows = (struct rows){.columns = {from->columns.names, SHOWN},
                            .name = from->name,
                            .fetch = counting_fetch,
                            .parse = counting_parse,
                            .close = counting_close,
                            .diag = from->diag,
                            .own = c};
    const struct expr_env env = {from->columns.names + SHOWN, from->columns.n - SHOWN, l, str_head(str_of(s->now), 10)};
    if (l->stock.n) c->stock = expr_compile(&env, l->stock, s->diag);
    if (!l->stock.n || c->stock) return &c->rows;
    rows_close(&c->rows);
    return NULL;
}

struct rows *store_missing(struct store *s, const struct schema *l, int64_t as_of)
{
    struct table *t = store_ledger(s, l) ? tables_ledger(s, l->name) : NULL;
    const struct field *name = schema_role(l, ROLE_NAME);
    if (!t) return NULL;
    struct buf sql = {0};
    buf_put(&sql, HANDED);
    buf_visible(&sql, "r", as_of);
    buf_put(&sql, NEWEST);
    put_found(&sql, t, as_of);
    buf_put(&sql, " SELECT c.code AS unit, u.name AS place, ");
    if (name) {
        buf_put(&sql, "v.");
        buf_name(&sql, name->name);
    } else {
        buf_put(&sql, "''");
    }
    buf_put(&sql, " AS name, u.leader, u.phone AS leader_phone, f.name AS last_file, s.name AS last_sheet, v._row AS last_row, "
                  "s.survey_date AS last_survey,"
                  " (SELECT max(survey) FROM sheets x WHERE x.unit = v._unit) AS newest_survey, n.codes AS found_in, v._record");
    for (size_t i = 0; i < l->n_fields; i++) {
        buf_put(&sql, ", v.");
        buf_name(&sql, l->fields[i].name);
    }
    buf_put(&sql, " FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " v JOIN vet_code c ON c._id = v._unit LEFT JOIN vet_unit u ON u.code = c.code AND ");
    buf_visible(&sql, "u", as_of);
    buf_put(&sql, " LEFT JOIN vet_sheet s ON s._id = v._sheet LEFT JOIN vet_file f ON f._id = s.file LEFT JOIN found n ON "
                  "n.record = v._record WHERE ");
    buf_visible(&sql, "v", as_of);
    buf_put(&sql,
            " AND v._unit IN (SELECT unit FROM newest) AND v._sheet NOT IN (SELECT sheet FROM sheets) AND NOT EXISTS (SELECT 1 "
            "FROM vet_return r JOIN vet_batch b ON b.id = r._in JOIN newest n ON n.unit = r.unit WHERE r.sheet = v._sheet AND "
            "r.kind = 'correction' AND b.run >= n.run AND ");
    buf_visible(&sql, "r", as_of);
    buf_put(&sql, ") AND v._record NOT IN (SELECT record FROM held) ORDER BY c.code, name, v._record");
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    if (q) sqlite3_bind_text(q, 1, l->name.s, (int)l->name.n, SQLITE_STATIC);
    return those_who_count(rows_of_statement(s, "missing", q), s, l);
}

/* ---- those whom a unit's next sheet is to hold ---- */

struct expecting {
    struct rows rows;
    struct rows *from;
    struct map gone; /* numbers of records */
    int record;
};

static int expecting_fetch(struct rows *r, struct row_block *b)
{
    struct expecting *e = r->own;
    return e->from->fetch(e->from, b);
}

static bool expecting_parse(struct rows *r, struct row_block *b)
{
    struct expecting *e = r->own;
    if (e->from->parse && !e->from->parse(e->from, b)) return false;
    size_t n = r->columns.n, kept = 0;
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct str *v = row_of(b, &r->columns, i);
        if (map_find(&e->gone, v[e->record])) continue;
        if (kept != i) memcpy(row_of(b, &r->columns, kept), v, n * sizeof *v);
        kept++;
    }
    b->n_rows = kept;
    return true;
}

static void expecting_close(struct rows *r)
{
    struct expecting *e = r->own;
    rows_close(e->from);
    map_free(&e->gone);
    free(e);
}

struct rows *store_expected(struct store *s, const struct schema *l)
{
    struct rows *missing = store_missing(s, l, 0);
    if (!missing) return NULL;
    struct expecting *e = mem_zero(1, sizeof *e);
    int found = columns_find(&missing->columns, STR("found_in")), record = columns_find(&missing->columns, STR("_record"));
    struct row_cursor cursor = {.rows = missing};
    for (const struct str *v; (v = rows_next(&cursor));)
        if (v[found].n) map_at(&e->gone, v[record], NULL);
    bool ok = rows_done(&cursor);
    rows_close(missing);
    e->from = ok ? store_rows(s, &(struct store_query){.ledger = l, .sorted = true, .record = true}) : NULL;
    if (!e->from) {
        map_free(&e->gone);
        free(e);
        return NULL;
    }
    e->record = columns_find(&e->from->columns, STR("_record"));
    e->rows = (struct rows){.columns = e->from->columns,
                            .name = e->from->name,
                            .fetch = expecting_fetch,
                            .parse = expecting_parse,
                            .close = expecting_close,
                            .diag = e->from->diag,
                            .own = e};
    return &e->rows;
}
