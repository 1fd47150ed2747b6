#include "store/answers.h"

#include "store/pipe.h"

void answers_start(struct answers *a, struct table *t, struct str ledger)
{
    *a = (struct answers){.table = t, .ledger = ledger};
}

void answers_free(struct answers *a)
{
    sqlite3_finalize(a->record);
    sqlite3_finalize(a->reject);
    *a = (struct answers){0};
}

/* ROW/SHEET/FILE: a sheet's name may hold a slash, a file's cannot. */
static bool take_apart(struct str key, int64_t *row, struct str *sheet, struct str *file)
{
    size_t i = 0, last = key.n;
    *row = 0;
    for (; i < key.n && i < 10 && key.s[i] >= '0' && key.s[i] <= '9'; i++) *row = *row * 10 + (key.s[i] - '0');
    if (!i || i >= key.n || key.s[i] != '/') return false;
    while (last > i && key.s[last - 1] != '/') last--;
    if (last <= i + 1) return false;
    *sheet = (struct str){key.s + i + 1, last - i - 2};
    *file = str_from(key, last);
    return true;
}

/* Binds the key's parts as ?1 row, ?2 sheet, ?3 file, ?4 the batch at work, and steps.  1 a row, 0 none, -1 after a finding. */
static int ask(struct store *s, sqlite3_stmt *q, struct str key)
{
    int64_t row;
    struct str sheet, file;
    if (!q || !pipe_drain(s)) return -1;
    if (!take_apart(key, &row, &sheet, &file)) return 0;
    sqlite3_reset(q);
    sqlite3_bind_int64(q, 1, row);
    sqlite3_bind_text(q, 2, sheet.n ? sheet.s : "", (int)sheet.n, SQLITE_TRANSIENT);
    sqlite3_bind_text(q, 3, file.n ? file.s : "", (int)file.n, SQLITE_TRANSIENT);
    sqlite3_bind_int64(q, 4, s->batch.id);
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW) return 1;
    return rc == SQLITE_DONE ? 0 : store_fault(s, rc) - 1;
}

bool answers_record(struct answers *a, struct store *s, struct str key, struct answered *out)
{
    *out = (struct answered){0};
    if (!a->record) {
        struct buf sql = {0};
        buf_put(&sql, "SELECT v._id, v._record, coalesce(v._unit, 0) FROM ");
        buf_name(&sql, a->table->name);
        buf_put(&sql, " v WHERE v._row = ?1 AND v._out IS NULL AND v._in < ?4 AND v._sheet IN (SELECT t._id FROM vet_sheet t JOIN"
                      " vet_file f ON f._id = t.file WHERE t.name = ?2 AND f.name = ?3) ORDER BY v._id DESC LIMIT 1");
        a->record = store_prepare(s, buf_text(&sql));
        buf_free(&sql);
    }
    int found = ask(s, a->record, key);
    if (found == 1)
        *out = (struct answered){sqlite3_column_int64(a->record, 0), sqlite3_column_int64(a->record, 1),
                                 sqlite3_column_int64(a->record, 2)};
    if (a->record) sqlite3_reset(a->record);
    return found >= 0;
}

bool answers_reject(struct answers *a, struct store *s, struct str key, int64_t *id)
{
    *id = 0;
    if (!a->reject)
        a->reject = store_prepare(
            s, "SELECT j._id FROM vet_reject j JOIN vet_sheet t ON t._id = j.sheet JOIN vet_file f ON f._id = t.file"
               " WHERE j.row = ?1 AND t.name = ?2 AND f.name = ?3 AND j._out IS NULL AND j._in < ?4 AND j.ledger = ?5");
    if (a->reject) sqlite3_bind_text(a->reject, 5, a->ledger.s, (int)a->ledger.n, SQLITE_STATIC);
    int found = ask(s, a->reject, key);
    if (found == 1) *id = sqlite3_column_int64(a->reject, 0);
    if (a->reject) sqlite3_reset(a->reject);
    return found >= 0;
}
