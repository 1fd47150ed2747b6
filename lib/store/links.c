/* Links of records to entities, and what people decided about pairs: versions like all else. */
#include <stdio.h>
#include <stdlib.h>

#include "store/blocks.h"
#include "store/own.h"
#include "store/pipe.h"

struct rows *store_links(struct store *s, const struct schema *l, int64_t as_of)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT record, entity, how FROM vet_link k WHERE ");
    buf_visible(&sql, "k", as_of);
    buf_put(&sql, " AND ledger = ");
    buf_literal(&sql, l->name);
    buf_put(&sql, " ORDER BY record");
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    return rows_of_statement(s, "links", q);
}

/* A link that is there: which row, and whether the new ones hold it too. */
struct old_link {
    int64_t record, id;
    uint64_t hash;
};

static uint64_t link_hash(struct str entity, struct str how)
{
    return str_hash(entity) * 31 + str_hash(how);
}

static bool load_old(struct store *s, const struct schema *l, struct old_link **v, size_t *n)
{
    sqlite3_stmt *q =
        pipe_drain(s)
            ? store_prepare(s, "SELECT record, _id, entity, how FROM vet_link WHERE ledger = ? AND _out IS NULL ORDER BY record")
            : NULL;
    if (!q) return false;
    sqlite3_bind_text(q, 1, l->name.s, (int)l->name.n, SQLITE_STATIC);
    size_t cap = 0;
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) {
        mem_grow(v, &cap, *n + 1, sizeof **v);
        (*v)[(*n)++] = (struct old_link){sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
                                         link_hash(column_str(q, 2), column_str(q, 3))};
    }
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? true : store_fault(s, rc);
}

static int by_record(const void *a, const void *b)
{
    const struct store_link *const *x = a, *const *y = b;
    return ((*x)->record > (*y)->record) - ((*x)->record < (*y)->record);
}

struct link_change {
    struct store *s;
    const struct schema *l;
    uint64_t opened, closed;
};

/* The batch begins with the first difference, so that no difference means no batch. */
static bool begin(struct link_change *c)
{
    return c->s->batch.id || batch_begin(c->s, "links");
}

static bool open_link(struct link_change *c, const struct store_link *k)
{
    char record[24];
    int n = snprintf(record, sizeof record, "%lld", (long long)k->record);
    const struct str values[] = {c->l->name, {record, (size_t)n}, k->entity, k->how.n ? k->how : STR("")};
    c->opened++;
    return begin(c) && table_open_row(c->s, &c->s->tables[T_LINK], values);
}

static bool close_link(struct link_change *c, int64_t id)
{
    c->closed++;
    return begin(c) && table_close_row(c->s, &c->s->tables[T_LINK], id);
}

/* Old and new links, both in the order of records: closes and opens what differs. */
static bool change_links(struct link_change *c, const struct old_link *old, size_t n_old, const struct store_link *v, size_t n)
{
    const struct store_link **order = mem_zero(n + 1, sizeof *order);
    for (size_t k = 0; k < n; k++) order[k] = &v[k];
    qsort(order, n, sizeof *order, by_record);
    bool ok = true;
    size_t i = 0, j = 0;
    while (ok && (i < n_old || j < n)) {
        if (j == n || (i < n_old && old[i].record < order[j]->record)) {
            ok = close_link(c, old[i++].id);
        } else if (i == n_old || order[j]->record < old[i].record) {
            ok = open_link(c, order[j++]);
        } else {
            if (old[i].hash != link_hash(order[j]->entity, order[j]->how)) ok = close_link(c, old[i].id) && open_link(c, order[j]);
            i++, j++;
        }
    }
    free(order);
    struct store *s = c->s;
    if (s->batch.id) {
        buf_str(&s->batch.source, c->l->name);
        buf_printf(&s->batch.counts, "{\"opened\":%llu,\"closed\":%llu}", (unsigned long long)c->opened,
                   (unsigned long long)c->closed);
        if (!batch_end(s, ok)) ok = false;
    }
    return ok;
}

bool store_links_replace(struct store *s, const struct schema *l, const struct store_link *v, size_t n)
{
    struct link_change c = {.s = s, .l = l};
    struct old_link *old = NULL;
    size_t n_old = 0;
    bool ok = store_ledger(s, l) && load_old(s, l, &old, &n_old) && change_links(&c, old, n_old, v, n);
    free(old);
    return ok;
}

bool store_links_change(struct store *s, const struct schema *l, const uint32_t *of, size_t n_of, const struct store_link *v,
                        size_t n)
{
    struct link_change c = {.s = s, .l = l};
    struct old_link *old = mem_alloc((n_of + 1) * sizeof *old);
    size_t n_old = 0;
    sqlite3_stmt *q =
        pipe_drain(s) ? store_prepare(s, "SELECT _id, entity, how FROM vet_link WHERE ledger = ? AND record = ? AND _out IS NULL")
                      : NULL;
    bool ok = q != NULL;
    for (size_t i = 0; ok && i < n_of; i++) {
        sqlite3_bind_text(q, 1, l->name.s, (int)l->name.n, SQLITE_STATIC);
        sqlite3_bind_int64(q, 2, of[i]);
        int rc = sqlite3_step(q);
        if (rc == SQLITE_ROW)
            old[n_old++] = (struct old_link){of[i], sqlite3_column_int64(q, 0), link_hash(column_str(q, 1), column_str(q, 2))};
        sqlite3_reset(q);
        ok = rc == SQLITE_ROW || rc == SQLITE_DONE || store_fault(s, rc);
    }
    sqlite3_finalize(q);
    ok = store_let_go(s) && ok && change_links(&c, old, n_old, v, n);
    free(old);
    return ok;
}

bool store_links_mates(struct store *s, const struct schema *l, const uint32_t *records, size_t n, void *ctx,
                       void (*found)(void *ctx, uint32_t record, struct str entity))
{
    sqlite3_stmt *q = pipe_drain(s)
                          ? store_prepare(s, "SELECT k.record, k.entity FROM vet_link o JOIN vet_link k ON k.entity = o.entity AND "
                                             "k.ledger = o.ledger AND k._out IS NULL WHERE o.ledger = ? AND o.record = ? AND "
                                             "o._out IS NULL")
                          : NULL;
    bool ok = q != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        sqlite3_bind_text(q, 1, l->name.s, (int)l->name.n, SQLITE_STATIC);
        sqlite3_bind_int64(q, 2, records[i]);
        int rc;
        while ((rc = sqlite3_step(q)) == SQLITE_ROW) found(ctx, (uint32_t)sqlite3_column_int64(q, 0), column_str(q, 1));
        sqlite3_reset(q);
        ok = rc == SQLITE_DONE || store_fault(s, rc);
    }
    sqlite3_finalize(q);
    return ok;
}

bool store_links_taken(struct store *s, const struct schema *l, struct str entity)
{
    sqlite3_stmt *q = store_prepare(s, "SELECT 1 FROM vet_link WHERE entity = ? AND ledger = ? AND _out IS NULL LIMIT 1");
    if (!q) return false;
    sqlite3_bind_text(q, 1, entity.s, (int)entity.n, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, l->name.s, (int)l->name.n, SQLITE_STATIC);
    bool taken = sqlite3_step(q) == SQLITE_ROW;
    sqlite3_finalize(q);
    return taken;
}

struct rows *store_decisions(struct store *s, int64_t as_of)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT a, b, verdict, who AS \"by\", at, note FROM vet_decision d WHERE ");
    buf_visible(&sql, "d", as_of);
    buf_put(&sql, " ORDER BY at, a, b");
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    return rows_of_statement(s, "decisions", q);
}

/* A decision about a pair replaces the one before it; the very same again changes nothing. */
static bool add_decision(struct store *s, sqlite3_stmt *find, const struct store_decision *d)
{
    struct str a = str_cmp(d->a, d->b) <= 0 ? d->a : d->b, b = str_cmp(d->a, d->b) <= 0 ? d->b : d->a;
    if (!pipe_drain(s)) return false;
    sqlite3_bind_text(find, 1, a.s, (int)a.n, SQLITE_STATIC);
    sqlite3_bind_text(find, 2, b.s, (int)b.n, SQLITE_STATIC);
    int rc = sqlite3_step(find);
    int64_t old = rc == SQLITE_ROW ? sqlite3_column_int64(find, 0) : 0;
    bool same = old && str_eq(column_str(find, 1), d->verdict) && str_eq(column_str(find, 2), d->note);
    sqlite3_reset(find);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return store_fault(s, rc);
    if (same) return true;
    if (!s->batch.id && !batch_begin(s, "decisions")) return false;
    struct table *t = &s->tables[T_DECISION];
    const struct str values[] = {
        a, b, d->verdict, d->by.n ? d->by : str_of(s->by), d->at.n ? d->at : str_of(s->now), d->note.n ? d->note : STR("")};
    return (!old || table_close_row(s, t, old)) && table_open_row(s, t, values);
}

bool store_decisions_add(struct store *s, const struct store_decision *v, size_t n)
{
    sqlite3_stmt *find = store_prepare(s, "SELECT _id, verdict, note FROM vet_decision WHERE a = ? AND b = ? AND _out IS NULL");
    bool ok = find != NULL;
    for (size_t i = 0; ok && i < n; i++) ok = add_decision(s, find, &v[i]);
    sqlite3_finalize(find);
    if (s->batch.id && !batch_end(s, ok)) ok = false;
    return ok;
}
