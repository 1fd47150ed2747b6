/* People whom their unit's newest sheet does not hold: nobody is deleted by an import, they are listed for follow-up. */
#include <stdlib.h>

#include "base/map.h"
#include "flow/choose.h"
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

/* Of those, whoever counts still. */
struct rows *store_missing(struct store *s, const struct schema *l, int64_t as_of)
{
    enum { SHOWN = 12 }; /* columns that are handed on; behind them stand the ledger's, for its stock to look at */
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
    return rows_choose(rows_of_statement(s, "missing", q), SHOWN, l->stock.s, l, str_head(str_of(s->now), 10));
}

/* ---- those whom a unit's next sheet is to hold ---- */

struct gone {
    struct map records;
    int column;
};

static bool is_expected(const void *own, void *state, const struct str *v)
{
    const struct gone *g = own;
    (void)state;
    return !map_find(&g->records, v[g->column]);
}

static void free_gone(void *own)
{
    map_free(&((struct gone *)own)->records);
    free(own);
}

struct rows *store_expected(struct store *s, const struct schema *l)
{
    static const struct row_test TEST = {.holds = is_expected, .free = free_gone};
    struct rows *missing = store_missing(s, l, 0);
    if (!missing) return NULL;
    struct gone *g = mem_zero(1, sizeof *g);
    int found = columns_find(&missing->columns, STR("found_in")), record = columns_find(&missing->columns, STR("_record"));
    struct row_cursor cursor = {.rows = missing};
    for (const struct str *v; (v = rows_next(&cursor));)
        if (v[found].n) map_at(&g->records, v[record], NULL);
    bool ok = rows_done(&cursor);
    rows_close(missing);
    struct rows *all = ok ? store_rows(s, &(struct store_query){.ledger = l, .sorted = true, .record = true}) : NULL;
    if (all) {
        g->column = columns_find(&all->columns, STR("_record"));
        return rows_sieve(all, 0, &TEST, g);
    }
    free_gone(g);
    return NULL;
}
