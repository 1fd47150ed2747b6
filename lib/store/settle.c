#include "store/settle.h"

#include "store/pipe.h"

static struct str signature(struct settling *x, const struct str *values)
{
    x->sign.n = 0;
    image_of_values(&x->sign, values, x->table->n_columns);
    return buf_slice(&x->sign);
}

bool settle_start(struct settling *x, struct store *s, enum system_table table, const char *sql)
{
    enum { MOST = 12 };
    *x = (struct settling){.s = s, .table = &s->tables[table]};
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, sql) : NULL;
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct str v[MOST];
        for (size_t i = 0; i < x->table->n_columns; i++)
            v[i] = sqlite3_column_type(q, (int)i + 1) == SQLITE_NULL ? (struct str){0} : column_str(q, (int)i + 1);
        map_at(&x->now, signature(x, v), NULL)->value = (uint64_t)sqlite3_column_int64(q, 0);
    }
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(s, rc));
}

bool settle_row(struct settling *x, const struct str *values)
{
    struct map_entry *e = map_find(&x->now, signature(x, values));
    if (!e || !e->value) return table_open_row(x->s, x->table, values) != 0;
    e->value = 0;
    return true;
}

bool settle_end(struct settling *x, bool ok)
{
    for (size_t i = 0; ok && i < x->now.n; i++)
        if (x->now.entries[i].value) ok = table_close_row(x->s, x->table, (int64_t)x->now.entries[i].value);
    map_free(&x->now);
    buf_free(&x->sign);
    return ok;
}
