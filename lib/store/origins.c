/* Where the changes of records came from: the last batch that touched each, and the sheet that it stands in. */
#include "store/history.h"
#include "store/log.h"
#include "store/own.h"
#include "store/pipe.h"

/* Things touched in (?1, ?2], each with the last batch that did. */
static void touched(struct buf *sql, const char *record, struct str table, const char *more)
{
    buf_printf(
        sql,
        "SELECT %s AS record, max(max(CASE WHEN _in > ?1 AND _in <= ?2 THEN _in ELSE 0 END, CASE WHEN _out > ?1 AND _out <= ?2 "
        "THEN _out ELSE 0 END)) AS batch FROM ",
        record);
    buf_name(sql, table);
    buf_printf(sql, " WHERE ((_in > ?1 AND _in <= ?2) OR (_out > ?1 AND _out <= ?2))%s GROUP BY 1", more);
}

struct rows *store_origins(struct store *s, const struct schema *l, int64_t from, int64_t to)
{
    const struct table *t = store_ledger(s, l) ? tables_ledger(s, l->name) : NULL;
    struct buf sql = {0};
    if (!t) return NULL;
    buf_put(&sql, LOG_STORY);
    buf_put(&sql, ", changed AS MATERIALIZED (");
    touched(&sql, "_record", t->name, "");
    buf_put(&sql, "), linked AS MATERIALIZED (");
    touched(&sql, "record", STR("vet_link"), " AND ledger = ?3");
    buf_put(&sql, "), newest AS MATERIALIZED (SELECT _record AS record, max(_id) AS id FROM ");
    buf_name(&sql, t->name);
    buf_put(&sql,
            " WHERE _in <= ?2 AND _record IN (SELECT record FROM changed) GROUP BY 1)"
            " SELECT c.record, 'record' AS what, b.id AS batch, t.kind, t.root_kind, b.at, b.who AS \"by\", o.period, f.name AS "
            "file, s.name AS "
            "sheet, v._row AS row, s.survey_date, (SELECT r.kind FROM vet_return r WHERE r.sheet = v._sheet AND r.unit IS v._unit "
            "ORDER BY r._id DESC LIMIT 1) AS returned FROM changed c JOIN vet_batch b ON b.id = c.batch JOIN story t ON t.id = "
            "c.batch JOIN vet_batch o ON o.id = t.root LEFT JOIN newest n ON "
            "n.record = c.record LEFT JOIN ");
    buf_name(&sql, t->name);
    buf_put(&sql,
            " v ON v._id = n.id LEFT JOIN vet_sheet s ON s._id = v._sheet LEFT JOIN vet_file f ON f._id = s.file UNION ALL SELECT "
            "k.record, 'link', b.id, t.kind, t.root_kind, b.at, b.who, o.period, NULL, NULL, NULL, NULL, NULL FROM linked k JOIN "
            "vet_batch b ON "
            "b.id = k.batch JOIN story t ON t.id = k.batch JOIN vet_batch o ON o.id = t.root ORDER BY 1, 2");
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    if (q) {
        sqlite3_bind_int64(q, 1, from);
        sqlite3_bind_int64(q, 2, to > 0 ? to : s->head);
        sqlite3_bind_text(q, 3, l->name.s, (int)l->name.n, SQLITE_STATIC);
    }
    return rows_of_statement(s, "origins", q);
}
