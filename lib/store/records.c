/* Reading the records of a ledger, as they are or were. */
#include "store/own.h"
#include "store/pipe.h"

/* The expression of a column of store_rows; false when there is no such column. */
static bool column_expression(struct buf *sql, const struct table *t, const struct schema *l, struct str name)
{
    static const char *const FIXED[][2] = {{"unit", "c.code"},       {"_file", "f.name"},    {"_sheet", "s.name"},
                                           {"_row", "v._row"},       {"_flags", "v._flags"}, {"_entity", "k.entity"},
                                           {"_record", "v._record"}, {"_batch", "v._in"},    {"_asked", "v._asked"},
                                           {"_kept", "v._kept"},     {"_seen", "t.seen"}};
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

static void add_name(struct select *x, struct arena *a, struct str name)
{
    x->names[x->n++] = str_copy(a, name);
}

static void all_columns(struct select *x, struct arena *a, const struct store_query *q)
{
    const struct schema *l = q->ledger;
    for (size_t i = 0; i < l->n_fields; i++) add_name(x, a, l->fields[i].name);
    struct buf typed = {0};
    for (size_t i = 0; i < l->n_fields; i++) {
        if (!l->fields[i].typed) continue;
        typed.n = 0;
        buf_str(&typed, l->fields[i].name);
        buf_put(&typed, "_typed");
        add_name(x, a, buf_slice(&typed));
    }
    buf_free(&typed);
    const struct {
        bool wanted;
        struct str name;
    } more[] = {{true, STR("unit")},       {q->source, STR("_file")}, {q->source, STR("_sheet")},  {q->source, STR("_row")},
                {true, STR("_flags")},     {true, STR("_entity")},    {q->record, STR("_record")}, {q->batch, STR("_batch")},
                {q->asked, STR("_asked")}, {q->asked, STR("_kept")},  {q->seen, STR("_seen")}};
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].wanted) add_name(x, a, more[i].name);
}

/* What each of the names is; false after a finding. */
static bool find_columns(struct store *s, const struct store_query *q, struct select *x, struct arena *a)
{
    const struct table *t = tables_ledger(s, q->ledger->name);
    struct buf sql = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < x->n; i++) {
        sql.n = 0;
        ok = column_expression(&sql, t, q->ledger, x->names[i]);
        x->expressions[i] = str_copy(a, buf_slice(&sql));
        struct place at = {.file = s->path};
        if (!ok) diag_add(s->diag, DIAG_STORE_NO_COLUMN, &at, x->names[i].s, NULL);
    }
    buf_free(&sql);
    return ok;
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

/* When each record of a person who has several was handed in last: "2026-11-05", the day of survey of its own sheet, or of one that
 * had him there and changed nothing; "2026-11", the month that a sheet without a day was handed in for. */
static void select_times(struct buf *sql, const struct table *t, struct str ledger, int64_t as_of)
{
    buf_put(sql, "WITH again AS MATERIALIZED (SELECT record FROM (SELECT k.record, count(*) OVER (PARTITION BY k.entity) AS n FROM "
                 "vet_link k WHERE ");
    buf_visible(sql, "k", as_of);
    buf_put(sql, " AND k.ledger = ");
    buf_literal(sql, ledger);
    buf_put(sql, ") WHERE n > 1), several AS MATERIALIZED (SELECT v._record, v._unit, v._sheet FROM ");
    buf_name(sql, t->name);
    buf_put(sql, " v WHERE v._record IN (SELECT record FROM again) AND ");
    buf_visible(sql, "v", as_of);
    buf_put(sql, ") SELECT record, max(seen) FROM (SELECT v._record AS record, coalesce(nullif(s.survey_date, ''), (SELECT "
                 "max(h.period) FROM vet_return h WHERE h.sheet = s._id AND ");
    buf_visible(sql, "h", as_of);
    buf_put(sql,
            "), '') AS seen FROM several v LEFT JOIN vet_sheet s ON s._id = v._sheet UNION ALL SELECT e.value, "
            "coalesce(nullif(s.survey_date, ''), r.period) FROM vet_return r JOIN json_each(r.seen) e LEFT JOIN vet_sheet s ON "
            "s._id = r.sheet WHERE r.seen <> '' AND r.unit IN (SELECT _unit FROM several) AND e.value IN (SELECT record FROM "
            "again) AND r.ledger = ");
    buf_literal(sql, ledger);
    buf_put(sql, " AND ");
    buf_visible(sql, "r", as_of);
    buf_put(sql, ") GROUP BY record");
}

/* These times are worked out once for each moment, and kept beside the store in a table of this connection, whose name goes into
 * `name`.  What is seen now is what is seen as of the head. */
static bool keep_times(struct store *s, const struct store_query *q, struct buf *name)
{
    const struct table *t = tables_ledger(s, q->ledger->name);
    int64_t as_of = q->as_of > 0 ? q->as_of : store_head(s, NULL);
    buf_printf(name, "times %lld ", (long long)as_of);
    buf_str(name, q->ledger->name);
    struct buf sql = {0};
    buf_put(&sql, "SELECT count(*) FROM temp.sqlite_schema WHERE name = ");
    buf_literal(&sql, buf_slice(name));
    bool there = pipe_drain(s) && store_number(s, buf_text(&sql)) > 0;
    sql.n = 0;
    buf_put(&sql, "PRAGMA query_only=OFF; CREATE TEMP TABLE ");
    buf_name(&sql, buf_slice(name));
    buf_put(&sql, "(record INTEGER PRIMARY KEY, seen TEXT); INSERT INTO temp.");
    buf_name(&sql, buf_slice(name));
    buf_char(&sql, ' ');
    select_times(&sql, t, q->ledger->name, as_of);
    if (s->mode == STORE_READ) buf_put(&sql, "; PRAGMA query_only=ON");
    bool ok = there || store_exec(s, buf_text(&sql));
    buf_free(&sql);
    return ok;
}

static void add_tables(struct buf *sql, const struct table *t, const struct store_query *q, struct str times)
{
    buf_put(sql, " FROM ");
    buf_name(sql, t->name);
    buf_put(sql, " v LEFT JOIN vet_code c ON c._id = v._unit LEFT JOIN vet_sheet s ON s._id = v._sheet LEFT JOIN vet_file f ON "
                 "f._id = s.file LEFT JOIN vet_link k ON k.record = v._record AND ");
    buf_visible(sql, "k", q->as_of);
    buf_put(sql, " AND k.ledger = ");
    buf_literal(sql, q->ledger->name);
    if (times.n) {
        buf_put(sql, " LEFT JOIN temp.");
        buf_name(sql, times);
        buf_put(sql, " t ON t.record = v._record");
    }
    buf_put(sql, " WHERE ");
    buf_visible(sql, "v", q->as_of);
}

struct rows *store_rows(struct store *s, const struct store_query *q)
{
    enum { OURS = 11 }; /* columns beside the fields and what was typed in them */
    if (!store_ledger(s, q->ledger)) return NULL;
    struct arena memory = {0};
    struct buf sql = {0}, times = {0};
    struct rows *rows = NULL;
    size_t most = q->n_want + 2 * q->ledger->n_fields + OURS;
    struct select x = {.names = arena_zero(&memory, most, sizeof *x.names),
                       .expressions = arena_zero(&memory, most, sizeof *x.expressions)};
    for (size_t i = 0; i < q->n_want; i++) add_name(&x, &memory, q->want[i]);
    if (!q->n_want) all_columns(&x, &memory, q);
    if (find_columns(s, q, &x, &memory) && (!q->seen || keep_times(s, q, &times))) {
        add_tables(&sql, tables_ledger(s, q->ledger->name), q, buf_slice(&times));
        add_order(&sql, q);
        x.rest = buf_slice(&sql);
        rows = rows_of_select(s, s->path, &x);
    }
    buf_free(&sql);
    buf_free(&times);
    arena_free(&memory);
    return rows;
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
