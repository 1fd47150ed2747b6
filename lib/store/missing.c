/* People whom their unit's newest sheet does not hold: nobody is deleted by an import, they are listed for follow-up. */
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

struct rows *store_missing(struct store *s, const struct schema *l, int64_t as_of)
{
    struct table *t = store_ledger(s, l) ? tables_ledger(s, l->name) : NULL;
    const struct field *name = schema_role(l, ROLE_NAME);
    if (!t) return NULL;
    struct buf sql = {0};
    buf_put(&sql, HANDED);
    buf_visible(&sql, "r", as_of);
    buf_put(&sql, NEWEST);
    buf_put(&sql, " SELECT c.code AS unit, u.name AS place, ");
    if (name) {
        buf_put(&sql, "v.");
        buf_name(&sql, name->name);
    } else {
        buf_put(&sql, "''");
    }
    buf_put(&sql, " AS name, u.leader, u.phone AS leader_phone, f.name AS last_file, s.name AS last_sheet, v._row AS last_row, "
                  "s.survey_date AS last_survey,"
                  " (SELECT max(survey) FROM sheets x WHERE x.unit = v._unit) AS newest_survey, v._record FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql, " v JOIN vet_code c ON c._id = v._unit LEFT JOIN vet_unit u ON u.code = c.code AND ");
    buf_visible(&sql, "u", as_of);
    buf_put(&sql, " LEFT JOIN vet_sheet s ON s._id = v._sheet LEFT JOIN vet_file f ON f._id = s.file WHERE ");
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
    return rows_of_statement(s, "missing", q);
}
