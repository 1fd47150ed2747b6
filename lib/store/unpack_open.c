/* What of a package waits for people or came from them: rejected rows that nobody has corrected yet, and decisions about pairs. */
#include <stdio.h>
#include <stdlib.h>

#include "store/settle.h"
#include "store/unpack.h"

/* The columns of a part by name; false after a finding. */
static bool find_columns(struct unpacking *u, const char *part, const struct rows *r, const char *const *names, int *at, int n)
{
    for (int i = 0; i < n; i++)
        if ((at[i] = columns_find(&r->columns, str_of(names[i]))) < 0) return unpack_refuse(u, DIAG_UNPACK_NOT, part, NULL, NULL);
    return true;
}

static bool known_ledger(const struct unpacking *u, struct str name, size_t *which)
{
    for (size_t i = 0; i < u->n_ledgers; i++) {
        *which = i;
        if (str_eq(u->ledgers[i]->name, name)) return true;
    }
    return false;
}

/* ---- rejected rows ---- */

enum { J_LEDGER, J_UNIT, J_FILE, J_SHEET, J_ROW, J_REASONS, J_HEADINGS, J_CELLS, J_COLUMNS };

/* Of those without a unit the sender's are those that his packages brought. */
void unpack_in_question(const struct unpacking *u, struct buf *sql)
{
    buf_put(sql, "(unit IN (SELECT unit FROM temp.vet_scope)");
    if (!u->unit.n) {
        buf_put(sql,
                " OR (unit IS NULL AND sheet IN (SELECT t._id FROM vet_sheet t JOIN vet_file f ON f._id = t.file JOIN vet_batch "
                "b ON b.id = f._in WHERE b.kind = 'unpack' AND json_valid(b.counts) AND json_extract(b.counts, '$.unit') = ");
        buf_literal(sql, u->sender);
        buf_put(sql, "))");
    }
    buf_put(sql, ")");
}

static bool start_rejects(struct unpacking *u, struct settling *x)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT _id, ledger, unit, sheet, row, reasons, headings, cells FROM vet_reject WHERE _out IS NULL AND ");
    unpack_in_question(u, &sql);
    bool ok = settle_start(x, u->s, T_REJECT, buf_text(&sql));
    buf_free(&sql);
    return ok;
}

static bool take_reject(struct unpacking *u, struct settling *x, const struct str *v, const int at[J_COLUMNS])
{
    char unit[24], sheet[24];
    size_t ledger;
    struct str code = v[at[J_UNIT]];
    bool known = known_ledger(u, v[at[J_LEDGER]], &ledger) && (code.n ? units_code(u->theirs, code) != UNIT_NONE : !u->unit.n);
    if (!known) return unpack_refuse(u, DIAG_UNPACK_NOT, "data/rejects.csv", NULL, NULL);
    int64_t number = code_number(u->s, code), place = unpack_sheet(u, v[at[J_FILE]], v[at[J_SHEET]]);
    if ((code.n && !number) || !place) return false;
    int n = snprintf(unit, sizeof unit, "%lld", (long long)number), m = snprintf(sheet, sizeof sheet, "%lld", (long long)place);
    const struct str values[] = {v[at[J_LEDGER]],
                                 code.n ? (struct str){unit, (size_t)n} : (struct str){0},
                                 {sheet, (size_t)m},
                                 v[at[J_ROW]],
                                 v[at[J_REASONS]].n ? v[at[J_REASONS]] : STR(""),
                                 v[at[J_HEADINGS]].n ? v[at[J_HEADINGS]] : STR(""),
                                 v[at[J_CELLS]].n ? v[at[J_CELLS]] : STR("")};
    u->rejects++;
    return settle_row(x, values);
}

bool unpack_rejects(struct unpacking *u)
{
    static const char PART[] = "data/rejects.csv";
    static const char *const NAMES[] = {"ledger", "unit", "file", "sheet", "row", "reasons", "headings", "cells"};
    struct settling x;
    int at[J_COLUMNS];
    bool ok = start_rejects(u, &x);
    struct rows *r = ok ? bag_rows(u->bag, PART) : NULL;
    struct row_cursor c = {.rows = r};
    const struct str *v;
    ok = r && find_columns(u, PART, r, NAMES, at, J_COLUMNS);
    while (ok && (v = rows_next(&c))) ok = take_reject(u, &x, v, at);
    if (r && !rows_done(&c)) ok = false;
    rows_close(r);
    return settle_end(&x, ok);
}

/* ---- decisions ---- */

enum { D_LEDGER, D_A, D_B, D_VERDICT, D_BY, D_AT, D_NOTE, D_COLUMNS };

/* "#12", a record of the sender's, by our number; NULL,0 after a finding. */
static struct str our_name(struct unpacking *u, struct str theirs, const struct record_pairs *pairs, char text[24])
{
    int64_t v = 0;
    for (size_t i = 1; i < theirs.n && i < 18 && theirs.s[i] >= '0' && theirs.s[i] <= '9'; i++) v = v * 10 + (theirs.s[i] - '0');
    v = theirs.n && theirs.s[0] == '#' ? pair_of(pairs, v) : 0;
    if (!v) {
        unpack_refuse(u, DIAG_UNPACK_BROKEN, "data/decisions.csv", NULL, NULL);
        return (struct str){0};
    }
    int n = snprintf(text, 24, "#%lld", (long long)v);
    return (struct str){text, (size_t)n};
}

/* Who decided bears the sender's code before his name here: so it is known whose a decision is when he takes it back. */
static bool start_decisions(struct unpacking *u, struct settling *x)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT _id, a, b, verdict, who, at, note FROM vet_decision WHERE _out IS NULL AND instr(who, ");
    buf_literal(&sql, u->sender);
    buf_put(&sql, " || ':') = 1");
    bool ok = settle_start(x, u->s, T_DECISION, buf_text(&sql));
    buf_free(&sql);
    return ok;
}

/* What was decided here about the same pair stays. */
static bool decided_here(sqlite3_stmt *q, struct str a, struct str b, struct str sender)
{
    bool here = false;
    sqlite3_bind_text(q, 1, a.s, (int)a.n, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, b.s, (int)b.n, SQLITE_STATIC);
    while (sqlite3_step(q) == SQLITE_ROW) {
        struct str who = column_str(q, 0);
        if (!str_starts(who, sender) || who.n == sender.n || who.s[sender.n] != ':') here = true;
    }
    sqlite3_reset(q);
    return here;
}

static bool take_decision(struct unpacking *u, struct settling *x, sqlite3_stmt *find, const struct str *v, const int at[D_COLUMNS],
                          const struct record_pairs *pairs)
{
    char text[2][24];
    size_t ledger;
    if (!known_ledger(u, v[at[D_LEDGER]], &ledger)) return unpack_refuse(u, DIAG_UNPACK_NOT, "data/decisions.csv", NULL, NULL);
    struct str a = our_name(u, v[at[D_A]], &pairs[ledger], text[0]);
    struct str b = a.n ? our_name(u, v[at[D_B]], &pairs[ledger], text[1]) : a;
    if (!b.n) return false;
    u->decisions++;
    if (str_cmp(a, b) > 0) {
        struct str t = a;
        a = b, b = t;
    }
    if (decided_here(find, a, b, u->sender)) return true;
    struct buf who = {0};
    buf_str(&who, u->sender);
    buf_char(&who, ':');
    buf_str(&who, v[at[D_BY]]);
    const struct str values[] = {a, b, v[at[D_VERDICT]], buf_slice(&who), v[at[D_AT]], v[at[D_NOTE]].n ? v[at[D_NOTE]] : STR("")};
    bool ok = settle_row(x, values);
    buf_free(&who);
    return ok;
}

bool unpack_decisions(struct unpacking *u, const struct record_pairs *pairs)
{
    static const char PART[] = "data/decisions.csv";
    static const char *const NAMES[] = {"ledger", "a", "b", "verdict", "by", "at", "note"};
    struct settling x;
    int at[D_COLUMNS];
    bool ok = start_decisions(u, &x);
    sqlite3_stmt *find = ok ? store_prepare(u->s, "SELECT who FROM vet_decision WHERE a = ? AND b = ? AND _out IS NULL") : NULL;
    struct rows *r = find ? bag_rows(u->bag, PART) : NULL;
    struct row_cursor c = {.rows = r};
    const struct str *v;
    ok = r && find_columns(u, PART, r, NAMES, at, D_COLUMNS);
    while (ok && (v = rows_next(&c))) ok = take_decision(u, &x, find, v, at, pairs);
    if (r && !rows_done(&c)) ok = false;
    rows_close(r);
    sqlite3_finalize(find);
    return settle_end(&x, ok);
}
