#include "store/retain.h"

#include <stdlib.h>

#include "store/pipe.h"

void retain_start(struct retain *r, struct table *t, const struct schema *l)
{
    *r = (struct retain){.ledger = l, .table = t};
    r->values = mem_zero(l->n_fields + 1, sizeof *r->values);
    r->typed = mem_zero(l->n_fields + 1, sizeof *r->typed);
}

void retain_free(struct retain *r)
{
    sqlite3_finalize(r->load);
    free(r->values);
    free(r->typed);
    buf_free(&r->flags);
    arena_free(&r->memory);
    *r = (struct retain){0};
}

/* The flags of the version, each field's value and what was typed there. */
static bool prepare(struct retain *r, struct store *s)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT v._flags");
    for (size_t f = 0; f < r->ledger->n_fields; f++) {
        buf_put(&sql, ", v.");
        buf_name(&sql, r->ledger->fields[f].name);
        buf_put(&sql, ", ");
        buf_typed(&sql, "v", r->ledger->fields[f].name);
    }
    buf_put(&sql, " FROM ");
    buf_name(&sql, r->table->name);
    buf_put(&sql, " v WHERE v._id = ?");
    r->load = store_prepare(s, buf_text(&sql));
    buf_free(&sql);
    return r->load != NULL;
}

static bool is_asked(const struct retain *r, const struct record *one, struct str flag)
{
    size_t colon;
    struct str name = str_find(flag, STR(":"), &colon) ? str_head(flag, colon) : flag;
    const struct field *f = schema_field(r->ledger, name);
    return !f || one->asked[f->index];
}

static bool has_flag(struct str flags, struct str flag)
{
    while (flags.n) {
        size_t n;
        if (!str_find(flags, STR(";"), &n)) n = flags.n;
        if (str_eq(str_head(flags, n), flag)) return true;
        flags = str_from(flags, n + 1);
    }
    return false;
}

/* Appends those of `flags` that `other` has (or has not), or that are of fields not asked for. */
static void add_flags(struct retain *r, const struct record *one, struct str flags, struct str other, bool old)
{
    while (flags.n) {
        size_t n;
        if (!str_find(flags, STR(";"), &n)) n = flags.n;
        struct str flag = str_head(flags, n);
        bool wanted = old ? has_flag(other, flag) || !is_asked(r, one, flag) : !has_flag(other, flag);
        if (wanted && r->flags.n) buf_char(&r->flags, ';');
        if (wanted) buf_str(&r->flags, flag);
        flags = str_from(flags, n + 1);
    }
}

bool retain_fill(struct retain *r, struct store *s, const struct record *one, int64_t version, struct record *full)
{
    *full = *one;
    if (!pipe_drain(s) || (!r->load && !prepare(r, s))) return false;
    sqlite3_bind_int64(r->load, 1, version);
    int rc = sqlite3_step(r->load);
    if (rc == SQLITE_ROW) {
        arena_reset(&r->memory);
        r->flags.n = 0;
        struct str old = column_str(r->load, 0);
        add_flags(r, one, old, one->flags, true);
        add_flags(r, one, one->flags, old, false);
        for (size_t f = 0; f < r->ledger->n_fields; f++) {
            r->values[f] = one->values[f];
            r->typed[f] = one->typed ? one->typed[f] : (struct str){0};
            if (one->asked[f] || r->values[f].n || r->typed[f].n) continue;
            r->values[f] = str_copy(&r->memory, column_str(r->load, (int)(1 + 2 * f)));
            r->typed[f] = str_copy(&r->memory, column_str(r->load, (int)(2 + 2 * f)));
        }
        full->values = r->values;
        full->typed = r->typed;
        full->flags = buf_slice(&r->flags);
    }
    sqlite3_reset(r->load);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? true : store_fault(s, rc);
}
