/* The receiving end of a hand-over (pack.h): everything is checked before anything is taken, and taken in one batch. */
#include "store/unpack.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/pack.h"
#include "store/pipe.h"
#include "store/receipt.h"
#include "store/settle.h"

bool unpack_refuse(struct unpacking *u, enum diag_code code, const char *a, const char *b, const char *c)
{
    struct place at = {.file = u->path};
    if (!u->s->failed) diag_add(u->s->diag, code, &at, a ? a : "", b ? b : "", c ? c : "", NULL);
    return false;
}

static const char *text_of(struct unpacking *u, struct str s)
{
    return arena_copy(&u->memory, s.s ? s.s : "", s.n);
}

/* ---- the manifest ---- */

static struct str ask_manifest(struct unpacking *u, const char *path)
{
    sqlite3_stmt *q = store_prepare(u->s, "SELECT json_extract(?1, ?2)");
    struct str v = {0};
    if (q) {
        sqlite3_bind_text(q, 1, u->manifest.s, (int)u->manifest.n, SQLITE_STATIC);
        sqlite3_bind_text(q, 2, path, -1, SQLITE_STATIC);
        if (sqlite3_step(q) == SQLITE_ROW) v = str_copy(&u->memory, column_str(q, 0));
    }
    sqlite3_finalize(q);
    return v;
}

static bool is_json(struct unpacking *u)
{
    sqlite3_stmt *q = store_prepare(u->s, "SELECT json_valid(?1) AND json_extract(?1, '$.package') = 1");
    bool valid = false;
    if (q) {
        sqlite3_bind_text(q, 1, u->manifest.s, (int)u->manifest.n, SQLITE_STATIC);
        valid = sqlite3_step(q) == SQLITE_ROW && sqlite3_column_int(q, 0) == 1;
    }
    sqlite3_finalize(q);
    return valid;
}

static bool is_hash(struct str h)
{
    for (size_t i = 0; i < h.n; i++)
        if (!((h.s[i] >= '0' && h.s[i] <= '9') || (h.s[i] >= 'a' && h.s[i] <= 'f'))) return false;
    return h.n == 64;
}

static bool read_manifest(struct unpacking *u)
{
    if (!bag_load(u->bag, "data/manifest.json", &u->manifest)) return false;
    if (!is_json(u)) return unpack_refuse(u, DIAG_UNPACK_NOT, "data/manifest.json", NULL, NULL);
    u->sender = ask_manifest(u, "$.sender");
    u->unit = ask_manifest(u, "$.unit");
    u->period = ask_manifest(u, "$.period");
    u->hash = ask_manifest(u, "$.head.hash");
    u->batch = strtoll(text_of(u, ask_manifest(u, "$.head.batch")), NULL, 10);
    bool whole = u->sender.n && u->batch > 0 && is_hash(u->hash);
    return whole ? true : unpack_refuse(u, DIAG_UNPACK_NOT, "data/manifest.json", NULL, NULL);
}

static bool good_ledger_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-')) return false;
    }
    return name.n > 0 && name.n < 60;
}

/* The ledger's file in the package is the version that the manifest states; ours may be another one, if it has all its fields. */
static bool open_ledger(struct unpacking *u, const char *share, struct str name, struct str version)
{
    struct buf part = {0}, text = {0};
    unsigned char d[32];
    char hex[65];
    if (!good_ledger_name(name)) return unpack_refuse(u, DIAG_UNPACK_NOT, "data/manifest.json", NULL, NULL);
    buf_printf(&part, "data/ledgers/%.*s.json", (int)name.n, name.s);
    bool ok = bag_load(u->bag, buf_text(&part), &text);
    if (ok) {
        image_digest(buf_slice(&text), d);
        hex_of(d, 32, hex);
        if (!str_is(version, hex)) ok = unpack_refuse(u, DIAG_UNPACK_BROKEN, part.s, NULL, NULL);
    }
    struct schema *l = ok ? schema_open(share, text_of(u, name), u->s->diag) : NULL;
    if (l) {
        u->ledgers[u->n_ledgers++] = l;
        if (!str_eq(l->digest, version)) unpack_refuse(u, DIAG_UNPACK_VERSION, text_of(u, l->title), NULL, NULL);
    }
    buf_free(&part);
    buf_free(&text);
    return l != NULL;
}

static bool open_ledgers(struct unpacking *u, const char *share)
{
    sqlite3_stmt *q = store_prepare(
        u->s, "SELECT json_extract(value, '$.name'), json_extract(value, '$.version') FROM json_each(?1, '$.ledgers')");
    bool ok = q != NULL;
    u->ledgers = mem_zero(BAG_PARTS, sizeof *u->ledgers);
    if (q) sqlite3_bind_text(q, 1, u->manifest.s, (int)u->manifest.n, SQLITE_STATIC);
    while (ok && sqlite3_step(q) == SQLITE_ROW) {
        if (u->n_ledgers == BAG_PARTS) ok = unpack_refuse(u, DIAG_UNPACK_LARGE, "data/manifest.json", NULL, NULL);
        else ok = open_ledger(u, share, column_str(q, 0), column_str(q, 1));
    }
    sqlite3_finalize(q);
    return ok;
}

/* Nothing is in the package but what its manifest speaks of. */
static bool check_parts(struct unpacking *u)
{
    static const char *const FIXED[] = {"data/manifest.json", "data/units.csv",   "data/asked.csv",    "data/returns.csv",
                                        "data/links.csv",     "data/rejects.csv", "data/decisions.csv"};
    const size_t n_fixed = sizeof FIXED / sizeof *FIXED;
    size_t data = 0;
    for (size_t i = 0; i < bag_count(u->bag); i++) data += strncmp(bag_name(u->bag, i), "data/", 5) == 0;
    for (size_t i = 0; i < n_fixed; i++) {
        bool there = false;
        for (size_t k = 0; k < bag_count(u->bag) && !there; k++) there = strcmp(bag_name(u->bag, k), FIXED[i]) == 0;
        if (!there) return unpack_refuse(u, DIAG_UNPACK_NOT, FIXED[i], NULL, NULL);
    }
    return data == n_fixed + 2 * u->n_ledgers ? true : unpack_refuse(u, DIAG_UNPACK_NOT, "data/", NULL, NULL);
}

/* ---- units ---- */

static struct units *read_units(struct unpacking *u)
{
    static const char *const NAMES[9] = {"code", "parent", "level", "name", "aliases", "leader", "phone", "opens", "closes"};
    struct rows *r = bag_rows(u->bag, "data/units.csv");
    struct units *all = units_new();
    struct row_cursor c = {.rows = r};
    const struct str *v;
    int at[9];
    bool ok = r != NULL;
    for (size_t i = 0; ok && i < 9; i++)
        if ((at[i] = columns_find(&r->columns, str_of(NAMES[i]))) < 0)
            ok = unpack_refuse(u, DIAG_UNPACK_NOT, "data/units.csv", NULL, NULL);
    while (ok && (v = rows_next(&c)))
        units_add(all, v[at[0]], v[at[1]], v[at[2]], v[at[3]], v[at[4]], v[at[5]], v[at[6]], v[at[7]], v[at[8]]);
    if (r && !rows_done(&c)) ok = false;
    rows_close(r);
    ok = ok && units_ready(all, u->path, u->s->diag);
    if (ok && (units_code(all, u->sender) == UNIT_NONE || (u->unit.n && !str_eq(u->unit, u->sender))))
        ok = unpack_refuse(u, DIAG_UNPACK_NOT, "data/units.csv", NULL, NULL);
    if (ok) return all;
    units_free(all);
    return NULL;
}

static uint32_t top_of(const struct units *u, uint32_t i)
{
    while (u->v[i].parent != UNIT_NONE) i = u->v[i].parent;
    return i;
}

/* Is unit i of the package one that is handed over (and not one above, given for its place)? */
static bool is_theirs(const struct unpacking *u, uint32_t i)
{
    return !u->unit.n || units_inside(u->theirs, i, units_code(u->theirs, u->unit));
}

/* Two stations that use one code for two units would be mixed up. */
static bool check_clashes(struct unpacking *u, const struct units *ours)
{
    for (uint32_t i = 0; ours && i < u->theirs->n; i++) {
        const struct unit *a = &u->theirs->v[i];
        uint32_t k = units_code(ours, a->code);
        if (k == UNIT_NONE) continue;
        const struct unit *b = &ours->v[k], *top_a = &u->theirs->v[top_of(u->theirs, i)], *top_b = &ours->v[top_of(ours, k)];
        if (a->level == b->level && str_eq(top_a->code, top_b->code) && str_eq(top_a->name, top_b->name)) continue;
        return unpack_refuse(u, DIAG_UNPACK_CLASH, text_of(u, a->code), text_of(u, b->name), text_of(u, a->name));
    }
    return true;
}

static void add_unit(struct units *to, const struct units *from, uint32_t i)
{
    const struct unit *n = &from->v[i];
    struct buf aliases = {0};
    for (size_t k = 0; k < n->n_aliases; k++) {
        if (k) buf_char(&aliases, ';');
        buf_str(&aliases, n->aliases[k]);
    }
    units_add(to, n->code, n->parent == UNIT_NONE ? STR("") : from->v[n->parent].code, str_of(level_name(n->level)), n->name,
              buf_slice(&aliases), n->leader, n->phone, n->opens, n->closes);
    buf_free(&aliases);
}

/* Is unit i of the store below what is handed over? */
static bool is_covered(const struct unpacking *u, const struct units *ours, uint32_t i)
{
    if (u->unit.n) {
        uint32_t root = units_code(ours, u->unit);
        return root != UNIT_NONE && units_inside(ours, i, root);
    }
    return units_code(u->theirs, ours->v[top_of(ours, i)].code) != UNIT_NONE;
}

/* The store's units with those handed over in the place of what it knew of them. */
static struct units *merge_units(struct unpacking *u, const struct units *ours)
{
    struct units *all = units_new();
    for (uint32_t i = 0; i < u->theirs->n; i++)
        if (is_theirs(u, i) || !ours || units_code(ours, u->theirs->v[i].code) == UNIT_NONE) add_unit(all, u->theirs, i);
    for (uint32_t i = 0; ours && i < ours->n; i++)
        if (!is_covered(u, ours, i)) add_unit(all, ours, i);
    if (units_ready(all, u->path, u->s->diag)) return all;
    units_free(all);
    return NULL;
}

static bool scope_unit(struct unpacking *u, sqlite3_stmt *q, struct str code)
{
    int64_t number = code_number(u->s, code);
    if (!number || !pipe_drain(u->s)) return false;
    sqlite3_bind_int64(q, 1, number);
    return store_step_done(u->s, q);
}

/* temp.vet_scope: the numbers of the units whose records are the package's from now on. */
static bool make_scope(struct unpacking *u, const struct units *ours)
{
    sqlite3_stmt *q = pipe_drain(u->s) && store_exec(u->s, "CREATE TEMP TABLE IF NOT EXISTS vet_scope(unit INTEGER PRIMARY KEY);"
                                                           "DELETE FROM temp.vet_scope")
                          ? store_prepare(u->s, "INSERT OR IGNORE INTO temp.vet_scope VALUES(?)")
                          : NULL;
    bool ok = q != NULL;
    for (uint32_t i = 0; ok && i < u->theirs->n; i++)
        if (is_theirs(u, i)) ok = scope_unit(u, q, u->theirs->v[i].code);
    for (uint32_t i = 0; ok && ours && i < ours->n; i++)
        if (is_covered(u, ours, i)) ok = scope_unit(u, q, ours->v[i].code);
    sqlite3_finalize(q);
    return ok;
}

static bool take_units(struct unpacking *u, const struct units *ours)
{
    struct units *all = merge_units(u, ours);
    bool ok = all && units_apply(u->s, all) && make_scope(u, ours);
    units_free(all);
    return ok;
}

/* ---- sheets and returns ---- */

void unpack_sheet_name(struct buf *b, struct str file, struct str sheet)
{
    buf_str(b, file);
    if (!sheet.n) return;
    buf_char(b, '[');
    buf_str(b, sheet);
    buf_char(b, ']');
}

static struct map_entry *sheet_entry(struct unpacking *u, struct str name, struct str survey, bool *is_new)
{
    struct buf key = {0};
    buf_str(&key, name);
    buf_char(&key, 0);
    buf_str(&key, survey);
    struct map_entry *e = map_at(&u->sheets, buf_slice(&key), is_new);
    buf_free(&key);
    return e;
}

int64_t unpack_sheet(struct unpacking *u, struct str file, struct str sheet)
{
    struct buf name = {0};
    char number[24];
    bool is_new;
    unpack_sheet_name(&name, file, sheet);
    const struct map_entry *known = map_find(&u->survey, buf_slice(&name));
    struct str survey = known ? str_of(u->text.s + known->value) : STR("");
    struct map_entry *e = sheet_entry(u, buf_slice(&name), survey, &is_new);
    if (is_new) {
        int n = snprintf(number, sizeof number, "%lld", (long long)u->file);
        const struct str values[] = {{number, (size_t)n}, name.n ? buf_slice(&name) : STR(""), survey};
        e->value = (uint64_t)table_open_row(u->s, &u->s->tables[T_SHEET], values);
    }
    buf_free(&name);
    return (int64_t)e->value;
}

/* Sheets that earlier packages of these units brought keep their numbers. */
static bool load_sheets(struct unpacking *u)
{
    struct buf sql = {0};
    buf_put(&sql,
            "SELECT _id, name, survey_date FROM vet_sheet WHERE _id IN (SELECT sheet FROM vet_return WHERE _out IS NULL AND ");
    unpack_in_question(u, &sql);
    for (size_t i = 0; i < u->n_ledgers; i++) {
        buf_put(&sql, " UNION SELECT _sheet FROM ");
        buf_name(&sql, tables_ledger(u->s, u->ledgers[i]->name)->name);
        buf_put(&sql, " WHERE _out IS NULL AND _unit IN (SELECT unit FROM temp.vet_scope)");
    }
    buf_put(&sql, " UNION SELECT sheet FROM vet_reject WHERE _out IS NULL AND ");
    unpack_in_question(u, &sql);
    buf_put(&sql, ") ORDER BY _id");
    sqlite3_stmt *q = pipe_drain(u->s) ? store_prepare(u->s, buf_text(&sql)) : NULL;
    buf_free(&sql);
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW)
        sheet_entry(u, column_str(q, 1), column_str(q, 2), NULL)->value = (uint64_t)sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return q && (rc == SQLITE_DONE || store_fault(u->s, rc));
}

enum { R_UNIT, R_LEDGER, R_PERIOD, R_KIND, R_SURVEY, R_FILE, R_SHEET, R_ACCEPTED, R_REJECTED, R_SEEN, R_ASKED, R_COLUMNS };

static bool return_columns(struct unpacking *u, const struct columns *c, int at[R_COLUMNS])
{
    static const char *const NAMES[] = {"unit",  "ledger",   "period",   "kind", "survey_date", "file",
                                        "sheet", "accepted", "rejected", "seen", "asked"};
    for (int i = 0; i < R_COLUMNS; i++)
        if ((at[i] = columns_find(c, str_of(NAMES[i]))) < 0)
            return unpack_refuse(u, DIAG_UNPACK_NOT, "data/returns.csv", NULL, NULL);
    return true;
}

/* When each sheet was filled in, before the first record needs it. */
static bool load_surveys(struct unpacking *u)
{
    struct rows *r = bag_rows(u->bag, "data/returns.csv");
    struct row_cursor c = {.rows = r};
    const struct str *v;
    struct buf name = {0};
    int at[R_COLUMNS];
    bool ok = r && return_columns(u, &r->columns, at);
    while (ok && (v = rows_next(&c))) {
        name.n = 0;
        unpack_sheet_name(&name, v[at[R_FILE]], v[at[R_SHEET]]);
        map_at(&u->survey, buf_slice(&name), NULL)->value = u->text.n;
        buf_str(&u->text, v[at[R_SURVEY]]);
        buf_char(&u->text, 0);
    }
    if (r && !rows_done(&c)) ok = false;
    rows_close(r);
    buf_free(&name);
    return ok;
}

static const struct record_pairs *pairs_of(const struct unpacking *u, const struct record_pairs *pairs, struct str ledger)
{
    for (size_t i = 0; i < u->n_ledgers; i++)
        if (str_eq(u->ledgers[i]->name, ledger)) return &pairs[i];
    return NULL;
}

static bool take_return(struct unpacking *u, struct settling *x, const struct str *v, const int at[R_COLUMNS],
                        const struct record_pairs *pairs)
{
    struct buf seen = {0}, asked = {0};
    char unit[24], sheet[24];
    const struct record_pairs *of = pairs_of(u, pairs, v[at[R_LEDGER]]);
    struct str code = v[at[R_UNIT]];
    if (!of || (!code.n && u->unit.n)) return unpack_refuse(u, DIAG_UNPACK_NOT, "data/returns.csv", NULL, NULL);
    int64_t number = code_number(u->s, code), sheet_id = unpack_sheet(u, v[at[R_FILE]], v[at[R_SHEET]]);
    if ((code.n && !number) || !sheet_id) return false;
    int n = snprintf(unit, sizeof unit, "%lld", (long long)number), m = snprintf(sheet, sizeof sheet, "%lld", (long long)sheet_id);
    bool ok = unpack_seen(u, of, v[at[R_SEEN]], v[at[R_ASKED]], &seen, &asked) ||
              unpack_refuse(u, DIAG_UNPACK_BROKEN, "data/returns.csv", NULL, NULL);
    const struct str values[] = {v[at[R_LEDGER]],
                                 code.n ? (struct str){unit, (size_t)n} : (struct str){0},
                                 {sheet, (size_t)m},
                                 v[at[R_KIND]],
                                 v[at[R_PERIOD]],
                                 v[at[R_ACCEPTED]],
                                 v[at[R_REJECTED]],
                                 seen.n ? buf_slice(&seen) : STR(""),
                                 asked.n ? buf_slice(&asked) : STR("")};
    ok = ok && settle_row(x, values);
    buf_free(&seen);
    buf_free(&asked);
    return ok;
}

static bool take_returns(struct unpacking *u, const struct record_pairs *pairs)
{
    struct settling x;
    struct buf sql = {0};
    buf_put(&sql,
            "SELECT _id, ledger, unit, sheet, kind, period, accepted, rejected, seen, asked FROM vet_return WHERE _out IS NULL "
            "AND ");
    unpack_in_question(u, &sql);
    bool ok = settle_start(&x, u->s, T_RETURN, buf_text(&sql));
    buf_free(&sql);
    struct rows *r = ok ? bag_rows(u->bag, "data/returns.csv") : NULL;
    struct row_cursor c = {.rows = r};
    const struct str *v;
    int at[R_COLUMNS];
    ok = r && return_columns(u, &r->columns, at);
    while (ok && (v = rows_next(&c))) ok = take_return(u, &x, v, at, pairs);
    if (r && !rows_done(&c)) ok = false;
    rows_close(r);
    return settle_end(&x, ok);
}

/* ---- links ---- */

struct old_link {
    int64_t record, id;
    bool sent; /* by this sender: not made here by comparing stations */
    struct str entity, how;
};

static int by_record(const void *a, const void *b)
{
    const struct old_link *x = a, *y = b;
    return (x->record > y->record) - (x->record < y->record);
}

static bool load_links(struct unpacking *u, const struct schema *l, struct old_link **v, size_t *n)
{
    struct buf sql = {0}, prefix = {0};
    size_t cap = 0;
    buf_str(&prefix, u->sender);
    buf_char(&prefix, ':');
    /* Also those of records that this batch closed. */
    buf_put(&sql, "SELECT record, _id, entity, how FROM vet_link WHERE _out IS NULL AND ledger = ");
    buf_literal(&sql, l->name);
    buf_put(&sql, " AND record IN (SELECT _record FROM ");
    buf_name(&sql, tables_ledger(u->s, l->name)->name);
    buf_printf(&sql, " WHERE _unit IN (SELECT unit FROM temp.vet_scope) AND (_out IS NULL OR _out = %lld))",
               (long long)u->s->batch.id);
    sqlite3_stmt *q = pipe_drain(u->s) ? store_prepare(u->s, buf_text(&sql)) : NULL;
    int rc = SQLITE_DONE;
    while (q && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        mem_grow(v, &cap, *n + 1, sizeof **v);
        struct str entity = str_copy(&u->memory, column_str(q, 2));
        (*v)[(*n)++] = (struct old_link){.record = sqlite3_column_int64(q, 0),
                                         .id = sqlite3_column_int64(q, 1),
                                         .sent = str_starts(entity, buf_slice(&prefix)),
                                         .entity = entity,
                                         .how = str_copy(&u->memory, column_str(q, 3))};
    }
    sqlite3_finalize(q);
    if (*n) qsort(*v, *n, sizeof **v, by_record);
    buf_free(&sql);
    buf_free(&prefix);
    return q && (rc == SQLITE_DONE || store_fault(u->s, rc));
}

static struct old_link *find_link(struct old_link *v, size_t n, int64_t record)
{
    struct old_link key = {.record = record};
    return n ? bsearch(&key, v, n, sizeof key, by_record) : NULL;
}

/* An entity of the sender's bears his code here, as another station may use the same name for another person.  What was linked
 * here, across stations, stays. */
static bool take_link(struct unpacking *u, const struct schema *l, int64_t record, struct str entity, struct str how,
                      struct old_link *old)
{
    struct buf name = {0};
    char number[24];
    bool ok = true;
    buf_str(&name, u->sender);
    buf_char(&name, ':');
    buf_str(&name, entity);
    bool same = old && (!old->sent || (str_eq(old->entity, buf_slice(&name)) && str_eq(old->how, how)));
    if (!same) {
        int n = snprintf(number, sizeof number, "%lld", (long long)record);
        const struct str values[] = {l->name, {number, (size_t)n}, buf_slice(&name), how.n ? how : STR("")};
        ok = (!old || table_close_row(u->s, &u->s->tables[T_LINK], old->id)) && table_open_row(u->s, &u->s->tables[T_LINK], values);
    }
    if (old) old->id = 0; /* dealt with */
    buf_free(&name);
    return ok;
}

static bool take_links(struct unpacking *u, const struct schema *l, const struct record_pairs *pairs)
{
    struct old_link *old = NULL;
    size_t n = 0;
    bool ok = load_links(u, l, &old, &n);
    struct rows *r = ok ? bag_rows(u->bag, "data/links.csv") : NULL;
    struct row_cursor c = {.rows = r};
    const struct str *v;
    static const char *const NAMES[] = {"ledger", "record", "entity", "how"};
    int at[4];
    ok = r != NULL;
    for (int i = 0; ok && i < 4; i++)
        if ((at[i] = columns_find(&r->columns, str_of(NAMES[i]))) < 0)
            ok = unpack_refuse(u, DIAG_UNPACK_NOT, "data/links.csv", NULL, NULL);
    while (ok && (v = rows_next(&c))) {
        if (!str_eq(v[at[0]], l->name)) continue;
        int64_t record = pair_of(pairs, strtoll(text_of(u, v[at[1]]), NULL, 10));
        if (!record) ok = unpack_refuse(u, DIAG_UNPACK_BROKEN, "data/links.csv", NULL, NULL);
        else ok = take_link(u, l, record, v[at[2]], v[at[3]], find_link(old, n, record));
    }
    if (r && !rows_done(&c)) ok = false;
    rows_close(r);
    /* Links that the sender no longer has, and any of records that are gone. */
    for (size_t i = 0; i < pairs->n_gone; i++) {
        struct old_link *k = find_link(old, n, pairs->gone[i]);
        if (k) k->sent = true;
    }
    for (size_t i = 0; ok && i < n; i++)
        if (old[i].id && old[i].sent) ok = table_close_row(u->s, &u->s->tables[T_LINK], old[i].id);
    free(old);
    return ok;
}

/* ---- the whole ---- */

/* The number of the batch that took this very package, 0 when none did (or that was undone). */
static int64_t taken_before(struct unpacking *u)
{
    sqlite3_stmt *q =
        store_prepare(u->s, "SELECT max(b.id) FROM vet_batch b JOIN vet_file f ON f._in = b.id AND f._out IS NULL WHERE "
                            "b.kind = 'unpack' AND b.source_hash = ?");
    int64_t id = 0;
    if (q) sqlite3_bind_text(q, 1, bag_digest(u->bag), 64, SQLITE_STATIC);
    if (q && sqlite3_step(q) == SQLITE_ROW) id = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return id;
}

/* What was taken from this sender last must not be put back to what was before it. */
static bool check_newest(struct unpacking *u)
{
    sqlite3_stmt *q =
        store_prepare(u->s, "SELECT max(json_extract(b.counts, '$.batch')), b.source FROM vet_batch b JOIN vet_file f ON "
                            "f._in = b.id AND f._out IS NULL WHERE b.kind = 'unpack' AND json_extract(b.counts, '$.unit') = ?");
    bool ok = q != NULL;
    if (q) sqlite3_bind_text(q, 1, u->sender.s, (int)u->sender.n, SQLITE_STATIC);
    if (q && sqlite3_step(q) == SQLITE_ROW && sqlite3_column_int64(q, 0) > u->batch)
        ok = unpack_refuse(u, DIAG_UNPACK_OLDER, text_of(u, column_str(q, 1)), NULL, NULL);
    sqlite3_finalize(q);
    return ok;
}

static bool open_file_row(struct unpacking *u)
{
    const struct str values[] = {str_of(u->base), {bag_digest(u->bag), 64}, STR("")};
    u->file = table_open_row(u->s, &u->s->tables[T_FILE], values);
    return u->file != 0;
}

/* How many of a thing the manifest states, and how many came. */
static bool count_agrees(struct unpacking *u, const char *path, const char *what, uint64_t found)
{
    char text[24];
    struct str stated = ask_manifest(u, path);
    snprintf(text, sizeof text, "%llu", (unsigned long long)found);
    if (str_is(stated, text)) return true;
    struct place at = {.file = u->path};
    diag_add(u->s->diag, DIAG_UNPACK_TOTALS, &at, what, "", text_of(u, stated), text, NULL);
    return false;
}

static bool counts_agree(struct unpacking *u)
{
    return count_agrees(u, "$.rejects", "data/rejects.csv", u->rejects) &&
           count_agrees(u, "$.decisions", "data/decisions.csv", u->decisions);
}

static bool take_all(struct unpacking *u, const struct units *ours, struct record_pairs *pairs)
{
    bool ok = open_file_row(u) && take_units(u, ours) && load_sheets(u) && load_surveys(u) && unpack_asked(u);
    for (size_t i = 0; ok && i < u->n_ledgers; i++) ok = unpack_records(u, u->ledgers[i], &pairs[i]);
    ok = ok && take_returns(u, pairs);
    for (size_t i = 0; ok && i < u->n_ledgers; i++) ok = take_links(u, u->ledgers[i], &pairs[i]);
    return ok && unpack_rejects(u) && unpack_decisions(u, pairs) && pipe_drain(u->s) && counts_agree(u) &&
           totals_agree(u->s, &u->manifest, 0, "IN (SELECT unit FROM temp.vet_scope)", u->path, DIAG_UNPACK_TOTALS);
}

static bool take_package(struct unpacking *u)
{
    struct units *ours = store_has_units(u->s) ? store_units(u->s, 0) : NULL;
    struct record_pairs *pairs = mem_zero(u->n_ledgers + 1, sizeof *pairs);
    bool ok = check_clashes(u, ours) && group_begin(u->s); /* the tables that it needs come with it or not at all */
    for (size_t i = 0; ok && i < u->n_ledgers; i++) ok = store_ledger(u->s, u->ledgers[i]);
    if (ok && (ok = batch_begin(u->s, "unpack"))) {
        ok = take_all(u, ours, pairs);
        buf_put(&u->s->batch.source, u->base);
        buf_put(&u->s->batch.source_hash, bag_digest(u->bag));
        buf_put(&u->s->batch.counts, "{\"unit\":");
        json_quote(&u->s->batch.counts, u->sender);
        buf_printf(&u->s->batch.counts, ",\"batch\":%lld,\"new\":%llu,\"updated\":%llu,\"unchanged\":%llu,\"gone\":%llu}",
                   (long long)u->batch, (unsigned long long)u->fresh, (unsigned long long)u->updated,
                   (unsigned long long)u->unchanged, (unsigned long long)u->gone);
        if (!batch_end(u->s, ok)) ok = false;
    }
    if (u->s->group && !group_end(u->s, ok)) ok = false;
    if (!ok) tables_forget(u->s);
    for (size_t i = 0; i < u->n_ledgers; i++) {
        free(pairs[i].v);
        free(pairs[i].gone);
    }
    free(pairs);
    units_free(ours);
    return ok;
}

static bool check_package(struct unpacking *u, const char *share)
{
    return read_manifest(u) && open_ledgers(u, share) && check_parts(u) && (u->theirs = read_units(u)) != NULL && unpack_check(u);
}

static void say_taken(struct unpacking *u)
{
    struct place at = {.file = u->path};
    char n[4][24];
    const uint64_t counts[] = {u->fresh, u->updated, u->unchanged, u->gone};
    for (int i = 0; i < 4; i++) snprintf(n[i], sizeof n[i], "%llu", (unsigned long long)counts[i]);
    diag_add(u->s->diag, DIAG_UNPACK_DONE, &at, n[0], n[1], n[2], n[3], NULL);
}

bool store_unpack(struct store *s, const char *share, const char *path, struct buf *receipt)
{
    const char *slash = strrchr(path, '/');
    struct unpacking u = {.s = s, .path = path, .base = slash ? slash + 1 : path, .bag = bag_open(path, s->diag)};
    bool ok = u.bag && pipe_drain(s) && check_package(&u, share);
    int64_t batch = ok ? taken_before(&u) : 0;
    if (batch) {
        unpack_refuse(&u, DIAG_UNPACK_AGAIN, NULL, NULL, NULL);
    } else if (ok) {
        ok = check_newest(&u) && take_package(&u);
        if (ok) say_taken(&u);
        batch = s->head;
    }
    if (ok) ok = receipt_write(&u, batch, receipt);
    units_free(u.theirs);
    for (size_t i = 0; i < u.n_ledgers; i++) schema_free(u.ledgers[i]);
    free(u.ledgers);
    map_free(&u.sheets);
    map_free(&u.asked);
    map_free(&u.survey);
    buf_free(&u.text);
    buf_free(&u.manifest);
    bag_free(u.bag);
    arena_free(&u.memory);
    return ok;
}
