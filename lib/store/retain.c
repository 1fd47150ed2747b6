#include "store/retain.h"

#include <stdlib.h>

#include "store/keys.h"
#include "store/pipe.h"

void retain_start(struct retain *r, struct table *t, const struct schema *l, struct asked *a)
{
    *r = (struct retain){.ledger = l, .table = t, .asked = a};
    r->values = mem_zero(l->n_fields + 1, sizeof *r->values);
    r->typed = mem_zero(l->n_fields + 1, sizeof *r->typed);
    r->times = mem_zero(l->n_fields + 1, sizeof *r->times);
}

void retain_free(struct retain *r)
{
    sqlite3_finalize(r->load);
    free(r->values);
    free(r->typed);
    free(r->times);
    buf_free(&r->flags);
    buf_free(&r->kept);
    arena_free(&r->memory);
    *r = (struct retain){0};
}

enum { V_FLAGS, V_SHEET, V_ROW, V_ASKED, V_KEPT, V_SURVEY, V_FIELDS };

/* Where the version is from, then each field's value and what was typed there. */
static bool prepare(struct retain *r, struct store *s)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT v._flags, v._sheet, v._row, v._asked, v._kept, t.survey_date");
    for (size_t f = 0; f < r->ledger->n_fields; f++) {
        buf_put(&sql, ", v.");
        buf_name(&sql, r->ledger->fields[f].name);
        buf_put(&sql, ", ");
        buf_typed(&sql, "v", r->ledger->fields[f].name);
    }
    buf_put(&sql, " FROM ");
    buf_name(&sql, r->table->name);
    buf_put(&sql, " v LEFT JOIN vet_sheet t ON t._id = v._sheet WHERE v._id = ?");
    r->load = store_prepare(s, buf_text(&sql));
    buf_free(&sql);
    return r->load != NULL;
}

/* Flags of a place are of the row, as those of no field are: they stand after the others. */
static const struct field *field_of_flag(const struct retain *r, struct str flag)
{
    size_t colon;
    const struct field *f = schema_field(r->ledger, str_find(flag, STR(":"), &colon) ? str_head(flag, colon) : flag);
    return f && (f->role == ROLE_COMMUNITY || f->role == ROLE_GRID || f->role == ROLE_BUILDING) ? NULL : f;
}

/* Appends the flags of one field; of NULL, those of no field. */
static void add_flags(struct retain *r, struct str flags, const struct field *of)
{
    while (flags.n) {
        size_t n;
        if (!str_find(flags, STR(";"), &n)) n = flags.n;
        struct str flag = str_head(flags, n);
        bool wanted = field_of_flag(r, flag) == of;
        if (wanted && r->flags.n) buf_char(&r->flags, ';');
        if (wanted) buf_str(&r->flags, flag);
        flags = str_from(flags, n + 1);
    }
}

/* Each field and its flags are the row's or the version's. */
static void join(struct retain *r, const struct retain_row *row, const uint32_t *own, const uint32_t *before, bool newer)
{
    const struct record *one = row->record;
    const uint32_t *asked = asked_times(r->asked, row->asked);
    struct str old = column_str(r->load, V_FLAGS);
    arena_reset(&r->memory);
    r->flags.n = 0;
    for (size_t f = 0; f < r->ledger->n_fields; f++) {
        bool takes = before ? asked_takes(before[f], asked[f]) : asked[f] != ASKED_NEVER;
        r->times[f] = takes ? asked[f] : own[f];
        if (takes) {
            r->values[f] = one->values[f];
            r->typed[f] = one->typed ? one->typed[f] : (struct str){0};
        } else {
            r->values[f] = str_copy(&r->memory, column_str(r->load, (int)(V_FIELDS + 2 * f)));
            r->typed[f] = str_copy(&r->memory, column_str(r->load, (int)(V_FIELDS + 2 * f + 1)));
        }
        bool rows = takes || (own[f] == ASKED_NEVER && newer);
        if (old.n || one->flags.n) add_flags(r, rows ? one->flags : old, &r->ledger->fields[f]);
    }
    add_flags(r, newer ? one->flags : old, NULL);
}

bool retain_fill(struct retain *r, struct store *s, const struct retain_row *row, struct record *full, struct origin *origin)
{
    *full = *row->record;
    *origin = row->origin;
    if (!pipe_drain(s) || (!r->load && !prepare(r, s))) return false;
    sqlite3_bind_int64(r->load, 1, row->version);
    int rc = sqlite3_step(r->load);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE ? true : store_fault(s, rc);
    if (rc == SQLITE_ROW) {
        uint32_t survey = date_number(column_str(r->load, V_SURVEY)), own;
        bool newer = !survey || !row->survey || row->survey >= survey;
        struct origin theirs = {sqlite3_column_int64(r->load, V_SHEET),
                                sqlite3_column_int64(r->load, V_ROW),
                                sqlite3_column_int64(r->load, V_ASKED),
                                {0}};
        ok = asked_version(r->asked, s, theirs.asked, survey, column_str(r->load, V_KEPT), &own);
        if (ok)
            join(r, row, asked_times(r->asked, own), row->before == UINT32_MAX ? NULL : asked_times(r->asked, row->before), newer);
        uint32_t implied = row->asked;
        if (ok && !newer) {
            *origin = theirs;
            ok = asked_version(r->asked, s, theirs.asked, survey, (struct str){0}, &implied);
        }
        r->kept.n = 0;
        if (ok) asked_kept(r->asked, r->times, implied, &r->kept);
        origin->kept = buf_slice(&r->kept);
        full->values = r->values;
        full->typed = r->typed;
        full->flags = buf_slice(&r->flags);
    }
    sqlite3_reset(r->load);
    return ok;
}
