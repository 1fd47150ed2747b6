/* Which tables there are: the store's own, and two for each ledger (versions, and a view of the current ones). */
#include <stdlib.h>

#include "store/own.h"
#include "store/shape.h"

#define TEXT(n)                                                                                                                    \
    {                                                                                                                              \
        STR(n), KIND_TEXT                                                                                                          \
    }
#define INTEGER(n)                                                                                                                 \
    {                                                                                                                              \
        STR(n), KIND_INTEGER                                                                                                       \
    }

/* A system table's columns end with an empty name.  `more` is what the versions' common columns do not say: indexes. */
static const struct {
    const char *name;
    struct column columns[12];
    uint32_t identity; /* see struct table */
    const char *more;
} SYSTEM[T_SYSTEM] = {
    [T_CODE] = {"vet_code", {TEXT("code")}, 0, "CREATE UNIQUE INDEX vet_code_code ON vet_code(code);"},
    [T_LEDGER] = {"vet_ledger", {TEXT("name"), TEXT("title"), TEXT("digest"), TEXT("fields")}, 1, ""},
    [T_UNIT] = {"vet_unit",
                {TEXT("code"), TEXT("parent"), TEXT("level"), TEXT("name"), TEXT("aliases"), TEXT("leader"), TEXT("phone"),
                 TEXT("opens"), TEXT("closes")},
                1,
                "CREATE INDEX vet_unit_code ON vet_unit(code);"},
    [T_FILE] = {"vet_file",
                {TEXT("name"), TEXT("digest"), TEXT("context")},
                1 | 2,
                "CREATE INDEX vet_file_digest ON vet_file(digest); CREATE INDEX vet_file_name ON vet_file(name);"},
    [T_SHEET] = {"vet_sheet",
                 {INTEGER("file"), TEXT("name"), TEXT("survey_date")},
                 0,
                 "CREATE INDEX vet_sheet_file ON vet_sheet(file);"},
    [T_RETURN] = {"vet_return",
                  {TEXT("ledger"), INTEGER("unit"), INTEGER("sheet"), TEXT("kind"), TEXT("period"), INTEGER("accepted"),
                   INTEGER("rejected"), TEXT("seen"), TEXT("asked")},
                  1 | 2 | 4,
                  "CREATE INDEX vet_return_unit ON vet_return(unit) WHERE _out IS NULL; CREATE INDEX vet_return_sheet ON "
                  "vet_return(sheet);"},
    [T_REJECT] = {"vet_reject",
                  {TEXT("ledger"), INTEGER("unit"), INTEGER("sheet"), INTEGER("row"), TEXT("reasons"), TEXT("headings"),
                   TEXT("cells")},
                  4 | 8,
                  "CREATE INDEX vet_reject_unit ON vet_reject(unit) WHERE _out IS NULL; CREATE INDEX vet_reject_sheet ON "
                  "vet_reject(sheet, row);"},
    [T_LINK] = {"vet_link",
                {TEXT("ledger"), INTEGER("record"), TEXT("entity"), TEXT("how")},
                1 | 2,
                "CREATE INDEX vet_link_record ON vet_link(record, ledger);"},
    [T_DECISION] = {"vet_decision",
                    {TEXT("a"), TEXT("b"), TEXT("verdict"), TEXT("who"), TEXT("at"), TEXT("note")},
                    1 | 2,
                    "CREATE INDEX vet_decision_a ON vet_decision(a);"},
    [T_FREEZE] = {"vet_freeze", {TEXT("period"), INTEGER("state"), TEXT("who"), TEXT("note")}, 1, ""},
    [T_TOMBSTONE] = {"vet_tombstone",
                     {TEXT("tbl"), INTEGER("row"), TEXT("digest"), TEXT("reason")},
                     0,
                     "CREATE INDEX vet_tombstone_row ON vet_tombstone(tbl, row);"},
    [T_ASKED] = {"vet_asked", {TEXT("ledger"), TEXT("fields")}, 0, ""},
    [T_TEXT] = {"vet_text", {TEXT("digest"), TEXT("text")}, 0, "CREATE UNIQUE INDEX vet_text_digest ON vet_text(digest);"},
    [T_KEPT] = {"vet_kept", {TEXT("period"), TEXT("name"), INTEGER("text")}, 1 | 2, ""},
};

static const struct column LEDGER[L_FIELDS] = {
    [L_RECORD] = INTEGER("_record"), [L_PREV] = INTEGER("_prev"),   [L_UNIT] = INTEGER("_unit"), [L_SHEET] = INTEGER("_sheet"),
    [L_ROW] = INTEGER("_row"),       [L_ASKED] = INTEGER("_asked"), [L_KEPT] = TEXT("_kept"),    [L_HASH] = INTEGER("_hash"),
    [L_FLAGS] = TEXT("_flags"),      [L_TYPED] = TEXT("_typed"),
};

static const char *const KINDS[] = {[KIND_TEXT] = "TEXT", [KIND_INTEGER] = "INTEGER", [KIND_ANY] = "ANY"};

static const char BATCH[] =
    "CREATE TABLE vet_batch(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, command TEXT NOT NULL,"
    " source TEXT NOT NULL, source_hash TEXT NOT NULL, period TEXT NOT NULL, counts TEXT NOT NULL, undoes INTEGER NOT NULL,"
    " run INTEGER NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL, salt TEXT NOT NULL) STRICT;"
    "CREATE INDEX vet_batch_undoes ON vet_batch(undoes) WHERE undoes > 0; CREATE INDEX vet_batch_run ON vet_batch(run);"
    "CREATE TABLE vet_change(batch INTEGER NOT NULL REFERENCES vet_batch(id), tbl TEXT NOT NULL, first INTEGER NOT NULL, opened "
    "INTEGER NOT NULL,"
    " opened_hash TEXT NOT NULL, closed INTEGER NOT NULL, closed_hash TEXT NOT NULL, PRIMARY KEY(batch, tbl)) STRICT, WITHOUT "
    "ROWID;";

void buf_name(struct buf *b, struct str name)
{
    buf_char(b, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.s[i] == '"') buf_char(b, '"');
        buf_char(b, name.s[i]);
    }
    buf_char(b, '"');
}

void buf_literal(struct buf *b, struct str text)
{
    buf_char(b, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.s[i] == '\'') buf_char(b, '\'');
        if (text.s[i]) buf_char(b, text.s[i]);
    }
    buf_char(b, '\'');
}

static void column_definition(struct buf *sql, const struct column *c, const char *references)
{
    buf_put(sql, ", ");
    buf_name(sql, c->name);
    buf_printf(sql, " %s%s", KINDS[c->kind], references);
}

static void start_table(struct buf *sql, struct str name)
{
    buf_put(sql, "CREATE TABLE ");
    buf_name(sql, name);
    buf_put(sql, "(_id INTEGER PRIMARY KEY, _in INTEGER NOT NULL REFERENCES vet_batch(id), _out INTEGER REFERENCES vet_batch(id)");
}

static void create_system(struct buf *sql, size_t k)
{
    start_table(sql, str_of(SYSTEM[k].name));
    for (const struct column *c = SYSTEM[k].columns; c->name.n; c++) column_definition(sql, c, "");
    buf_put(sql, ") STRICT;");
    buf_put(sql, SYSTEM[k].more);
    buf_printf(sql, "CREATE INDEX %s_out ON %s(_out) WHERE _out IS NOT NULL;", SYSTEM[k].name, SYSTEM[k].name);
}

static struct table *add_table(struct store *s, struct str name)
{
    mem_grow(&s->tables, &s->cap_tables, s->n_tables + 1, sizeof *s->tables);
    struct table *t = &s->tables[s->n_tables];
    *t = (struct table){.name = str_copy(&s->memory, name), .number = s->n_tables};
    s->n_tables++;
    return t;
}

static void add_column(struct store *s, struct table *t, struct str name, enum column_kind kind)
{
    struct column *more = arena_alloc(&s->memory, (t->n_columns + 1) * sizeof *more);
    if (t->n_columns) memcpy(more, t->columns, t->n_columns * sizeof *more);
    more[t->n_columns] = (struct column){str_copy(&s->memory, name), kind};
    t->columns = more;
    t->n_columns++;
}

static void know_system(struct store *s)
{
    if (s->n_tables) return;
    for (size_t k = 0; k < T_SYSTEM; k++) {
        struct table *t = add_table(s, str_of(SYSTEM[k].name));
        for (const struct column *c = SYSTEM[k].columns; c->name.n; c++) add_column(s, t, c->name, c->kind);
        t->identity = SYSTEM[k].identity;
    }
}

void tables_statements(struct buf *sql)
{
    buf_put(sql, BATCH);
    for (size_t k = 0; k < T_SYSTEM; k++) create_system(sql, k);
}

/* Everything of a new store comes to be in one transaction with its first batch, so that half a store cannot exist. */
bool tables_make(struct store *s)
{
    struct buf sql = {0};
    buf_printf(&sql, "BEGIN IMMEDIATE; PRAGMA application_id=%d; PRAGMA user_version=%d;", STORE_APPLICATION, STORE_FORMAT);
    tables_statements(&sql);
    bool ok = store_exec(s, buf_text(&sql));
    buf_free(&sql);
    if (ok) {
        know_system(s);
        ok = batch_first(s);
    }
    if (!ok && s->db && !sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

static enum column_kind kind_of(struct str type)
{
    for (enum column_kind k = KIND_TEXT; k <= KIND_ANY; k++)
        if (str_is(type, KINDS[k])) return k;
    return KIND_TEXT;
}

static bool load_ledger_table(struct store *s, struct str table)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT name, type FROM pragma_table_info(");
    buf_literal(&sql, table);
    buf_put(&sql, ") WHERE cid >= 3 ORDER BY cid");
    sqlite3_stmt *q = store_prepare(s, buf_text(&sql));
    buf_free(&sql);
    if (!q) return false;
    struct table *t = add_table(s, table);
    t->is_ledger = true;
    t->identity = 1u << L_RECORD;
    int rc;
    while ((rc = sqlite3_step(q)) == SQLITE_ROW) add_column(s, t, column_str(q, 0), kind_of(column_str(q, 1)));
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? true : store_fault(s, rc);
}

/* ---- is all there that this program works with? ---- */

static bool can_read(struct store *s, const char *columns, struct str table)
{
    struct buf sql = {0};
    sqlite3_stmt *q = NULL;
    buf_printf(&sql, "SELECT %s FROM ", columns);
    buf_name(&sql, table);
    int rc = sqlite3_prepare_v2(s->db, buf_text(&sql), -1, &q, NULL);
    sqlite3_finalize(q);
    buf_free(&sql);
    return (rc & 0xff) != SQLITE_ERROR;
}

static void add_missing(struct buf *missing, struct str table)
{
    if (missing->n) buf_char(missing, ' ');
    buf_str(missing, table);
}

static bool nothing_missing(struct store *s, struct buf *missing)
{
    struct place at = {.file = s->path};
    if (missing->n) diag_add(s->diag, DIAG_STORE_SHAPE, &at, buf_text(missing), NULL);
    bool all = !missing->n;
    if (!all) s->failed = true;
    buf_free(missing);
    return all;
}

/* What is more than that, verify finds. */
static bool check_system(struct store *s)
{
    struct buf missing = {0}, columns = {0};
    if (!can_read(s, "id, kind, who, at, command, source, source_hash, period, counts, undoes, run, previous, hash, salt",
                  STR("vet_batch")))
        add_missing(&missing, STR("vet_batch"));
    if (!can_read(s, "batch, tbl, first, opened, opened_hash, closed, closed_hash", STR("vet_change")))
        add_missing(&missing, STR("vet_change"));
    for (size_t k = 0; k < T_SYSTEM; k++) {
        columns.n = 0;
        buf_put(&columns, "_id, _in, _out");
        for (const struct column *c = SYSTEM[k].columns; c->name.n; c++) buf_printf(&columns, ", %s", c->name.s);
        if (!can_read(s, buf_text(&columns), str_of(SYSTEM[k].name))) add_missing(&missing, str_of(SYSTEM[k].name));
    }
    buf_free(&columns);
    return nothing_missing(s, &missing);
}

static bool check_ledgers(struct store *s)
{
    struct buf missing = {0};
    for (size_t i = T_SYSTEM; i < s->n_tables; i++) {
        const struct table *t = &s->tables[i];
        bool same = t->n_columns >= L_FIELDS;
        for (size_t k = 0; same && k < L_FIELDS; k++) same = str_eq(t->columns[k].name, LEDGER[k].name);
        if (!same) add_missing(&missing, t->name);
    }
    return nothing_missing(s, &missing);
}

bool tables_load(struct store *s)
{
    know_system(s);
    if (!check_system(s) || !batch_refresh(s)) return false;
    sqlite3_stmt *q = store_prepare(s, "SELECT name || '_version' FROM vet_ledger GROUP BY name ORDER BY min(_id)");
    int rc = SQLITE_DONE;
    bool ok = q != NULL;
    while (ok && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        struct buf name = {0};
        buf_str(&name, column_str(q, 0));
        ok = load_ledger_table(s, buf_slice(&name));
        buf_free(&name);
    }
    sqlite3_finalize(q);
    return ok && (rc == SQLITE_DONE || store_fault(s, rc)) && check_ledgers(s);
}

static void free_from(struct store *s, size_t first)
{
    for (size_t i = first; i < s->n_tables; i++) {
        sqlite3_finalize(s->tables[i].insert);
        sqlite3_finalize(s->tables[i].close);
        sqlite3_finalize(s->tables[i].get);
        free(s->tables[i].closed);
        free(s->tables[i].bound);
    }
    if (s->n_tables > first) s->n_tables = first;
}

bool tables_forget(struct store *s)
{
    free_from(s, T_SYSTEM);
    return tables_load(s);
}

void tables_free(struct store *s)
{
    free_from(s, 0);
    free(s->tables);
    sqlite3_stmt *const OWN[] = {s->begin, s->commit, s->rollback, s->add_batch, s->seal_batch, s->add_change};
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) sqlite3_finalize(OWN[i]);
}

struct table *tables_ledger(struct store *s, struct str name)
{
    for (size_t i = T_SYSTEM; i < s->n_tables; i++) {
        struct str t = s->tables[i].name;
        if (t.n == name.n + 8 && str_starts(t, name)) return &s->tables[i];
    }
    return NULL;
}

int table_column(const struct table *t, struct str name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (str_eq(t->columns[i].name, name)) return (int)i;
    return -1;
}

const struct str *store_ledgers(struct store *s, size_t *n)
{
    *n = s->n_tables - T_SYSTEM;
    s->names = mem_resize(s->names, *n + 1, sizeof *s->names);
    for (size_t i = 0; i < *n; i++) {
        struct str t = s->tables[T_SYSTEM + i].name;
        s->names[i] = (struct str){t.s, t.n - 8};
    }
    return s->names;
}

bool store_had_ledger(struct store *s, struct str name, int64_t as_of)
{
    struct buf sql = {0};
    buf_put(&sql, "SELECT 1 FROM vet_ledger WHERE name = ");
    buf_literal(&sql, name);
    if (as_of > 0) buf_printf(&sql, " AND _in <= %lld", (long long)as_of);
    bool had = store_number(s, buf_text(&sql)) == 1;
    buf_free(&sql);
    return had;
}

/* ---- a ledger's tables ---- */

static enum column_kind kind_of_field(const struct field *f)
{
    return f->type == TYPE_INTEGER || f->type == TYPE_NUMBER ? KIND_ANY : KIND_TEXT;
}

/* sheaf.c knows these. */
static void table_index(struct buf *sql, struct str table, const char *column, const char *where)
{
    struct buf name = {0};
    buf_str(&name, table);
    buf_put(&name, column);
    buf_put(sql, "CREATE INDEX ");
    buf_name(sql, buf_slice(&name));
    buf_put(sql, " ON ");
    buf_name(sql, table);
    buf_printf(sql, "(%s) WHERE %s;", column, where);
    buf_free(&name);
}

static void create_ledger(struct buf *sql, const struct schema *l, struct str table)
{
    static const char *const REFERENCES[L_FIELDS] = {[L_RECORD] = " NOT NULL",
                                                     [L_UNIT] = " REFERENCES vet_code(_id)",
                                                     [L_SHEET] = " REFERENCES vet_sheet(_id)",
                                                     [L_ASKED] = " REFERENCES vet_asked(_id)",
                                                     [L_HASH] = " NOT NULL"};
    start_table(sql, table);
    for (size_t i = 0; i < L_FIELDS; i++) column_definition(sql, &LEDGER[i], REFERENCES[i] ? REFERENCES[i] : "");
    for (size_t i = 0; i < l->n_fields; i++)
        column_definition(sql, &(struct column){l->fields[i].name, kind_of_field(&l->fields[i])}, "");
    buf_put(sql, ") STRICT;");
    table_index(sql, table, "_unit", "_out IS NULL");
    table_index(sql, table, "_record", "_record <> _id");
    table_index(sql, table, "_out", "_out IS NOT NULL");
}

/* Fields that the ledger gained become columns at the end, so that the images of older rows stay what they were. */
static void add_fields(struct store *s, struct buf *sql, const struct schema *l, struct table *t)
{
    for (size_t i = 0; i < l->n_fields; i++) {
        const struct field *f = &l->fields[i];
        if (table_column(t, f->name) >= 0) continue;
        if (sql) {
            buf_put(sql, "ALTER TABLE ");
            buf_name(sql, t->name);
            buf_put(sql, " ADD COLUMN ");
            buf_name(sql, f->name);
            buf_printf(sql, " %s;", KINDS[kind_of_field(f)]);
        } else {
            add_column(s, t, f->name, kind_of_field(f));
        }
    }
}

void buf_typed(struct buf *sql, const char *alias, struct str field)
{
    struct buf path = {0};
    buf_put(&path, "$.\"");
    buf_str(&path, field);
    buf_put(&path, "\"");
    buf_printf(sql, "json_extract(%s._typed, ", alias);
    buf_literal(sql, buf_slice(&path));
    buf_put(sql, ")");
    buf_free(&path);
}

static void create_view(struct buf *sql, const struct schema *l, struct str table)
{
    buf_put(sql, "DROP VIEW IF EXISTS ");
    buf_name(sql, l->name);
    buf_put(sql, ";CREATE VIEW ");
    buf_name(sql, l->name);
    buf_put(sql, " AS SELECT ");
    for (size_t i = 0; i < l->n_fields; i++) {
        buf_put(sql, "v.");
        buf_name(sql, l->fields[i].name);
        buf_put(sql, ", ");
    }
    for (size_t i = 0; i < l->n_fields; i++) {
        if (!l->fields[i].typed) continue;
        struct buf name = {0};
        buf_str(&name, l->fields[i].name);
        buf_put(&name, "_typed");
        buf_typed(sql, "v", l->fields[i].name);
        buf_put(sql, " AS ");
        buf_name(sql, buf_slice(&name));
        buf_put(sql, ", ");
        buf_free(&name);
    }
    buf_put(sql, "c.code AS unit, f.name AS _file, s.name AS _sheet, v._row, v._flags, k.entity AS _entity, v._record, v._in AS "
                 "_batch FROM ");
    buf_name(sql, table);
    buf_put(sql, " v LEFT JOIN vet_code c ON c._id = v._unit LEFT JOIN vet_sheet s ON s._id = v._sheet LEFT JOIN vet_file f ON "
                 "f._id = s.file"
                 " LEFT JOIN vet_link k ON k.record = v._record AND k._out IS NULL AND k.ledger = ");
    buf_literal(sql, l->name);
    buf_put(sql, " WHERE v._out IS NULL;");
}

/* The row of vet_ledger: what the ledger looked like, so that old versions can be read when its file is gone. */
static bool note_ledger(struct store *s, const struct schema *l, int64_t old)
{
    struct buf fields = {0};
    buf_char(&fields, '[');
    for (size_t i = 0; i < l->n_fields; i++) {
        buf_put(&fields, i ? ",{\"name\":" : "{\"name\":");
        json_quote(&fields, l->fields[i].name);
        buf_put(&fields, ",\"title\":");
        json_quote(&fields, l->fields[i].title);
        buf_printf(&fields, ",\"role\":\"%s\",\"mask\":%d}", role_name(l->fields[i].role), (int)l->fields[i].mask);
    }
    buf_char(&fields, ']');
    struct str values[] = {l->name, l->title, l->digest, buf_slice(&fields)};
    struct table *t = &s->tables[T_LEDGER];
    bool ok = (!old || table_close_row(s, t, old)) && table_open_row(s, t, values);
    buf_free(&fields);
    return ok;
}

static bool change_ledger(struct store *s, const struct schema *l, int64_t old)
{
    struct buf sql = {0}, name = {0};
    buf_str(&name, l->name);
    buf_put(&name, "_version");
    struct table *t = tables_ledger(s, l->name);
    if (t) add_fields(s, &sql, l, t);
    else create_ledger(&sql, l, buf_slice(&name));
    create_view(&sql, l, buf_slice(&name));
    bool ok = batch_begin(s, "ledger") && store_exec(s, buf_text(&sql)) && note_ledger(s, l, old);
    if (ok) buf_str(&s->batch.source, l->name);
    if (ok) buf_str(&s->batch.source_hash, l->digest);
    char shape[65];
    ok = ok && shape_digest(s, l->name, shape);
    if (ok) buf_printf(&s->batch.counts, "{\"shape\":\"%s\"}", shape);
    if (s->batch.id && !batch_end(s, ok)) ok = false;
    if (ok && t) add_fields(s, NULL, l, t);
    else if (ok) ok = load_ledger_table(s, buf_slice(&name));
    if (ok && t) { /* its statements name the old columns */
        sqlite3_finalize(t->insert);
        sqlite3_finalize(t->close);
        t->insert = t->close = NULL;
    }
    buf_free(&sql);
    buf_free(&name);
    return ok;
}

static bool same_view(struct store *s, const struct schema *l, int64_t *old)
{
    sqlite3_stmt *q = store_prepare(s, "SELECT _id, digest FROM vet_ledger WHERE name = ? AND _out IS NULL");
    bool same = false;
    if (!q) return false;
    sqlite3_bind_text(q, 1, l->name.s, (int)l->name.n, SQLITE_STATIC);
    if (sqlite3_step(q) == SQLITE_ROW) {
        *old = sqlite3_column_int64(q, 0);
        same = str_eq(column_str(q, 1), l->digest);
    }
    sqlite3_finalize(q);
    return same;
}

bool store_ledger(struct store *s, const struct schema *l)
{
    int64_t old = 0;
    if (s->failed) return false;
    if (same_view(s, l, &old) && tables_ledger(s, l->name)) return true;
    if (s->failed) return false;
    if (s->mode != STORE_READ) return change_ledger(s, l, old);
    if (tables_ledger(s, l->name)) return true; /* an older form of it: its columns are read as far as they are there */
    struct place at = {.file = s->path};
    struct buf name = {0};
    buf_str(&name, l->name);
    diag_add(s->diag, DIAG_STORE_NO_LEDGER, &at, buf_text(&name), NULL);
    buf_free(&name);
    return false;
}
