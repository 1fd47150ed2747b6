#include "ledger/expr.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/near.h"
#include "base/text.h"
#include "ledger/expr_clock.h"
#include "ledger/expr_plain.h"

enum { LONGEST_TEXT = 32 << 20, LONGEST_EXPRESSION = 100000 };

/* What answers one expression: itself, if it is plain, or a column of the statement. */
struct part {
    struct plain *plain;
    enum expr_truth truth; /* of a plain one, of the row at hand */
    int column;
};

/* The statement is SELECT (e1), (e2) ... FROM row, where `row` is a virtual table that never ends: each step is the
 * same row of other values.  So there is nothing to bind or reset, and only the columns that are used are touched. */
struct expr {
    sqlite3 *db;
    sqlite3_stmt *statement;
    struct expr_env env;
    uint32_t *used; /* columns of the table -> columns of the stream */
    size_t n_used;
    int birth; /* index of the birth date among the columns, or -1 */
    struct date today;
    struct expr_clock clock;
    const struct str *values; /* of the row at hand */
    struct part *parts;       /* n of them */
    size_t n;
    bool good;      /* the last step gave a row */
    bool asks_age;  /* age_on looks at the birth date unnamed */
    bool was_empty; /* the last row had nothing in any column used */
    unsigned cursors, selects;
    char denied[64];
    char failure[160];
};

/* ---- the table ---- */

struct row_table {
    sqlite3_vtab base;
    struct expr *expr;
};

static void quote_name(struct buf *out, struct str name)
{
    buf_char(out, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.s[i] == '"') buf_char(out, '"');
        buf_char(out, name.s[i]);
    }
    buf_char(out, '"');
}

/* Numbers compare as numbers.  Where nobody says what a column holds, they do so too if both sides look like numbers. */
static const char *affinity(const struct expr *e, struct str name)
{
    const struct field *f = e->env.schema ? schema_field(e->env.schema, name) : NULL;
    if (f && f->role != ROLE_MONEY && f->role != ROLE_NUMBER) return " TEXT";
    return " NUMERIC";
}

static int table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
    (void)argc, (void)argv, (void)message;
    struct expr *e = aux;
    struct buf sql = {0};
    buf_put(&sql, "CREATE TABLE x(");
    for (size_t i = 0; i < e->n_used; i++) {
        if (i) buf_char(&sql, ',');
        quote_name(&sql, e->env.columns[e->used[i]]);
        buf_put(&sql, affinity(e, e->env.columns[e->used[i]]));
    }
    if (!e->n_used) buf_put(&sql, "\"\"");
    buf_char(&sql, ')');
    int rc = sqlite3_declare_vtab(db, buf_text(&sql));
    buf_free(&sql);
    if (rc != SQLITE_OK) return rc;
    struct row_table *t = mem_zero(1, sizeof *t);
    t->expr = e;
    *out = &t->base;
    return SQLITE_OK;
}
static int table_disconnect(sqlite3_vtab *t)
{
    free(t);
    return SQLITE_OK;
}
static int table_best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
    (void)t;
    info->estimatedRows = 1;
    return SQLITE_OK;
}
static int cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
    struct expr *e = ((struct row_table *)t)->expr;
    if (e->cursors) return SQLITE_ERROR; /* a second one would never end */
    e->cursors++;
    *out = mem_zero(1, sizeof **out);
    return SQLITE_OK;
}
static int cursor_close(sqlite3_vtab_cursor *c)
{
    ((struct row_table *)c->pVtab)->expr->cursors--;
    free(c);
    return SQLITE_OK;
}
static int cursor_filter(sqlite3_vtab_cursor *c, int index, const char *name, int argc, sqlite3_value **argv)
{
    (void)c, (void)index, (void)name, (void)argc, (void)argv;
    return SQLITE_OK;
}
static int cursor_next(sqlite3_vtab_cursor *c)
{
    (void)c;
    return SQLITE_OK;
}
static int cursor_end(sqlite3_vtab_cursor *c)
{
    (void)c;
    return 0;
}
static int cursor_column(sqlite3_vtab_cursor *c, sqlite3_context *out, int i)
{
    const struct expr *e = ((struct row_table *)c->pVtab)->expr;
    if ((size_t)i >= e->n_used) return SQLITE_OK;
    struct str v = e->values[e->used[i]];
    if (v.n > LONGEST_TEXT) return SQLITE_TOOBIG;
    if (v.n) sqlite3_result_text(out, v.s, (int)v.n, SQLITE_STATIC);
    return SQLITE_OK;
}
static int cursor_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *out)
{
    (void)c;
    *out = 0;
    return SQLITE_OK;
}

static const sqlite3_module ROW = {
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xDestroy = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_end,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

/* ---- functions ---- */

/* An argument's text, without the copy that a terminating NUL would cost. */
static struct str argument(sqlite3_value *v)
{
    if (sqlite3_value_type(v) == SQLITE_NULL) return (struct str){NULL, 0};
    if (sqlite3_value_type(v) != SQLITE_TEXT) return str_of((const char *)sqlite3_value_text(v));
    const char *s = sqlite3_value_blob(v);
    return (struct str){s, (size_t)sqlite3_value_bytes(v)};
}

static void f_age_on(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    const struct expr *e = sqlite3_user_data(out);
    struct date birth, on;
    if (!date_iso(e->values[e->birth], &birth) || !date_iso(argument(argv[0]), &on)) return;
    if (date_compare(birth, on) == 0) { /* of the birth date itself: the age on the reference date */
        if (!e->today.year) return;
        on = e->today;
    }
    sqlite3_result_int(out, date_years(birth, on));
}

static void f_years_between(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct date a, b;
    if (date_iso(argument(argv[0]), &a) && date_iso(argument(argv[1]), &b)) sqlite3_result_int(out, date_years(a, b));
}

static void f_not_after(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct date a, b;
    if (date_iso(argument(argv[0]), &a) && date_iso(argument(argv[1]), &b)) sqlite3_result_int(out, date_compare(a, b) <= 0);
}

static void f_has(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc;
    struct str set = argument(argv[0]), item = argument(argv[1]);
    if (!set.n || !item.n) return;
    int found = 0;
    while (set.n && !found) {
        const char *end = memchr(set.s, ';', set.n);
        struct str one = end ? str_head(set, (size_t)(end - set.s)) : set;
        found = str_eq(one, item);
        set = str_from(set, one.n + 1);
    }
    sqlite3_result_int(out, found);
}

/* What kind of thing it is, told from its shape, when nobody says. */
static enum mask guess_mask(struct str v)
{
    size_t digits = 0;
    for (size_t i = 0; i < v.n; i++) digits += v.s[i] >= '0' && v.s[i] <= '9';
    if (v.n == 18 && digits >= 17) return MASK_ID;
    return digits >= 7 && digits + 3 >= v.n ? MASK_PHONE : MASK_NAME;
}

static void f_mask(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct str v = argument(argv[0]);
    if (!v.n) return;
    enum mask m = guess_mask(v);
    if (argc == 2 && !mask_of(argument(argv[1]), &m)) {
        sqlite3_result_error(out, "mask: the kind is one of none name id phone address date text", -1);
        return;
    }
    struct buf b = {0};
    mask_write(&b, PROFILE_INTERNAL, m, v);
    sqlite3_result_text(out, b.s, (int)b.n, SQLITE_TRANSIENT);
    buf_free(&b);
}

static void f_today(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    (void)argc, (void)argv;
    const struct expr *e = sqlite3_user_data(out);
    if (e->env.today.n) sqlite3_result_text(out, e->env.today.s, (int)e->env.today.n, SQLITE_STATIC);
}

static void add_functions(struct expr *e)
{
    /* age_on looks at the row besides its argument, so it must not be taken for a constant. */
    enum { PLAIN = SQLITE_UTF8 | SQLITE_DETERMINISTIC };
    if (e->birth >= 0) sqlite3_create_function(e->db, "age_on", 1, SQLITE_UTF8, e, f_age_on, NULL, NULL);
    sqlite3_create_function(e->db, "years_between", 2, PLAIN, e, f_years_between, NULL, NULL);
    sqlite3_create_function(e->db, "not_after", 2, PLAIN, e, f_not_after, NULL, NULL);
    sqlite3_create_function(e->db, "has", 2, PLAIN, e, f_has, NULL, NULL);
    sqlite3_create_function(e->db, "mask", 1, PLAIN, e, f_mask, NULL, NULL);
    sqlite3_create_function(e->db, "mask", 2, PLAIN, e, f_mask, NULL, NULL);
    sqlite3_create_function(e->db, "today", 0, PLAIN, e, f_today, NULL, NULL);
    expr_clock_ready(&e->clock, e->db, e->env.today);
}

/* ---- what is allowed ---- */

static const char *const REFUSED[] = {"load_extension",
                                      "random",
                                      "randomblob",
                                      "changes",
                                      "total_changes",
                                      "last_insert_rowid",
                                      "readfile",
                                      "writefile",
                                      "edit",
                                      "current_date",
                                      "current_time",
                                      "current_timestamp",
                                      "fts3_tokenizer",
                                      "sqlite_version",
                                      "sqlite_source_id",
                                      "sqlite_log",
                                      "sqlite_offset",
                                      "sqlite_compileoption_get",
                                      "sqlite_compileoption_used",
                                      NULL};

static int deny(struct expr *e, const char *what)
{
    if (!e->denied[0]) snprintf(e->denied, sizeof e->denied, "%s", what);
    return SQLITE_DENY;
}

static int authorize(void *ctx, int action, const char *a, const char *b, const char *db, const char *inner)
{
    (void)db, (void)inner;
    struct expr *e = ctx;
    switch (action) {
    case SQLITE_SELECT: return e->selects++ ? deny(e, "SELECT") : SQLITE_OK;
    case SQLITE_READ: return a && strcmp(a, "row") == 0 ? SQLITE_OK : deny(e, a ? a : "table");
    case SQLITE_FUNCTION:
        for (const char *const *f = REFUSED; *f; f++)
            if (b && sqlite3_stricmp(b, *f) == 0) return deny(e, *f);
        return SQLITE_OK;
    default: return deny(e, "statement");
    }
}

/* Are brackets and quotes closed inside the text, and is it one expression?  What follows in SQL must not become part of it. */
static bool self_contained(struct str t, size_t *at)
{
    int depth = 0;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.s[i];
        *at = i;
        if (c == '\'' || c == '"' || c == '`' || c == '[') {
            const char *end = memchr(t.s + i + 1, c == '[' ? ']' : c, t.n - i - 1);
            if (!end) return false;
            i = (size_t)(end - t.s);
        } else if (c == '(') {
            depth++;
        } else if (c == ')') {
            if (--depth < 0) return false;
        } else if (c == ';' || c == 0 || (c == '-' && i + 1 < t.n && t.s[i + 1] == '-') ||
                   (c == '/' && i + 1 < t.n && t.s[i + 1] == '*') || (c == ',' && depth == 0)) {
            return false;
        }
    }
    *at = t.n;
    return depth == 0;
}

/* ---- compiling ---- */

static void invalid(const struct expr_source *s, struct diag *d, const char *message, size_t at)
{
    struct finding f = {.code = DIAG_EXPR_INVALID, .severity = diag_severity(DIAG_EXPR_INVALID), .at = s->at};
    char position[24];
    snprintf(position, sizeof position, "%zu", text_length(str_head(s->text, at)) + 1);
    f.args[0] = s->text;
    f.args[1] = str_of(message);
    f.args[2] = str_of(position);
    diag_add_finding(d, &f);
}

static void no_column(const struct expr *e, const struct expr_source *s, struct diag *d, struct str name, size_t at)
{
    struct finding f = {.code = DIAG_EXPR_COLUMN, .severity = diag_severity(DIAG_EXPR_COLUMN), .at = s->at};
    char position[24];
    snprintf(position, sizeof position, "%zu", text_length(str_head(s->text, at)) + 1);
    struct near near = near_start(name);
    for (size_t i = 0; i < e->env.n; i++) near_try(&near, e->env.columns[i]);
    f.args[0] = s->text;
    f.args[1] = name;
    f.args[2] = str_of(position);
    f.args[3] = near.found.n ? near.found : e->env.n ? e->env.columns[0] : STR("-");
    diag_add_finding(d, &f);
}

static void explain(struct expr *e, const struct expr_source *s, struct diag *d, size_t prefix)
{
    const char *message = sqlite3_errmsg(e->db);
    int offset = sqlite3_error_offset(e->db);
    size_t at = offset < (int)prefix ? 0 : (size_t)offset - prefix;
    if (at > s->text.n) at = s->text.n;
    if (e->denied[0]) {
        struct finding f = {.code = DIAG_EXPR_DENIED,
                            .severity = diag_severity(DIAG_EXPR_DENIED),
                            .at = s->at,
                            .args = {s->text, str_of(e->denied)}};
        diag_add_finding(d, &f);
    } else if (strncmp(message, "no such column: ", 16) == 0) {
        no_column(e, s, d, str_of(message + 16), at);
    } else if (strstr(message, "age_on") && e->birth < 0) {
        invalid(s, d, "age_on needs a birth date, and there is no such column", at);
    } else {
        invalid(s, d, message, at);
    }
}

/* Prepares one expression where neither aggregates nor windows may stand, to find its faults. */
static bool check(struct expr *e, const struct expr_source *s, struct diag *d)
{
    static const char before[] = "SELECT 1 FROM row WHERE (";
    size_t at;
    if (s->text.n == 0 || s->text.n > LONGEST_EXPRESSION || !self_contained(s->text, &at)) {
        invalid(s, d,
                s->text.n == 0                   ? "it is empty"
                : s->text.n > LONGEST_EXPRESSION ? "it is too long"
                                                 : "brackets or quotes are not closed, or it is more than one expression",
                s->text.n && s->text.n <= LONGEST_EXPRESSION ? at : 0);
        return false;
    }
    struct buf sql = {0};
    buf_put(&sql, before);
    buf_str(&sql, s->text);
    buf_char(&sql, ')');
    sqlite3_stmt *statement = NULL;
    e->selects = 0;
    e->denied[0] = 0;
    bool ok = sqlite3_prepare_v2(e->db, buf_text(&sql), (int)sql.n, &statement, NULL) == SQLITE_OK;
    if (!ok) {
        explain(e, s, d, sizeof before - 1);
    } else if (sqlite3_bind_parameter_count(statement)) {
        invalid(s, d, "there are no parameters here", 0);
        ok = false;
    }
    sqlite3_finalize(statement);
    buf_free(&sql);
    return ok;
}

/* Only columns whose name occurs in a text are declared: SQLite allows 2,000, and a stream may have more. */
static void choose_columns(struct expr *e, const struct expr_source *sources, size_t n)
{
    e->used = mem_zero(e->env.n, sizeof *e->used);
    for (size_t c = 0; c < e->env.n; c++) {
        struct str name = e->env.columns[c];
        bool wanted = false, twice = false;
        for (size_t i = 0; i < n && !wanted; i++)
            for (size_t at = 0; name.n && at + name.n <= sources[i].text.n && !wanted; at++)
                wanted = sqlite3_strnicmp(sources[i].text.s + at, name.s, (int)name.n) == 0;
        for (size_t k = 0; k < e->n_used && wanted && !twice; k++) {
            struct str other = e->env.columns[e->used[k]];
            twice = other.n == name.n && sqlite3_strnicmp(other.s, name.s, (int)name.n) == 0;
        }
        if (wanted && !twice) e->used[e->n_used++] = (uint32_t)c;
    }
}

static void find_birth(struct expr *e)
{
    const struct field *f = e->env.schema ? schema_role(e->env.schema, ROLE_BIRTH_DATE) : NULL;
    for (size_t i = 0; f && i < e->env.n && e->birth < 0; i++)
        if (str_eq(e->env.columns[i], f->name)) e->birth = (int)i;
}

static bool open_database(struct expr *e)
{
    if (sqlite3_open_v2(":memory:", &e->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return false;
    sqlite3_db_config(e->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL); /* "x" is a column, never a string */
    sqlite3_db_config(e->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    sqlite3_limit(e->db, SQLITE_LIMIT_LENGTH, LONGEST_TEXT);
    sqlite3_limit(e->db, SQLITE_LIMIT_EXPR_DEPTH, 500);
    sqlite3_limit(e->db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000);
    sqlite3_limit(e->db, SQLITE_LIMIT_ATTACHED, 0);
    add_functions(e);
    if (sqlite3_create_module_v2(e->db, "row", &ROW, e, NULL) != SQLITE_OK) return false;
    /* The table declares itself when it is first named, before the authorizer refuses all declarations. */
    sqlite3_stmt *first = NULL;
    bool ok = sqlite3_prepare_v2(e->db, "SELECT 1 FROM row", -1, &first, NULL) == SQLITE_OK;
    sqlite3_finalize(first);
    return ok && sqlite3_set_authorizer(e->db, authorize, e) == SQLITE_OK;
}

/* Columns that SQLite would make numbers of are not for plain expressions. */
static bool text_column(const void *ctx, struct str name, uint32_t *index)
{
    const struct expr *e = ctx;
    for (size_t i = 0; i < e->n_used; i++) {
        *index = e->used[i];
        if (str_eq(e->env.columns[*index], name)) return strcmp(affinity(e, name), " TEXT") == 0;
    }
    return false;
}

/* One statement for all that are not plain; none when all are. */
static bool prepare(struct expr *e, const struct expr_source *sources, struct diag *d)
{
    const struct plain_columns columns = {e, text_column};
    struct buf sql = {0};
    int n = 0;
    for (size_t i = 0; i < e->n; i++) {
        e->parts[i].plain = plain_read(sources[i].text, &columns);
        if (e->parts[i].plain) continue;
        buf_put(&sql, n ? ", (" : "SELECT (");
        buf_str(&sql, sources[i].text);
        buf_char(&sql, ')');
        e->parts[i].column = n++;
    }
    e->good = true;
    if (!n) return true;
    buf_put(&sql, " FROM row");
    e->selects = 0;
    bool ok = sqlite3_prepare_v3(e->db, buf_text(&sql), (int)sql.n, SQLITE_PREPARE_PERSISTENT, &e->statement, NULL) == SQLITE_OK &&
              sqlite3_column_count(e->statement) == n;
    if (!ok) explain(e, &sources[0], d, 0);
    buf_free(&sql);
    return ok;
}

struct expr *expr_compile_all(const struct expr_env *env, const struct expr_source *sources, size_t n, struct diag *d)
{
    struct expr *e = mem_zero(1, sizeof *e);
    e->env = *env;
    e->n = n;
    e->parts = mem_zero(n + 1, sizeof *e->parts);
    e->birth = -1;
    if (!date_iso(env->today, &e->today)) e->today = (struct date){0, 0, 0};
    choose_columns(e, sources, n);
    find_birth(e);
    bool ok = open_database(e);
    if (!ok) mem_exhausted(0); /* nothing else makes a database in memory fail */
    for (size_t i = 0; i < n; i++) {
        ok &= check(e, &sources[i], d);
        for (size_t at = 0; at + 6 <= sources[i].text.n; at++)
            e->asks_age |= sqlite3_strnicmp(sources[i].text.s + at, "age_on", 6) == 0;
    }
    ok = ok && prepare(e, sources, d);
    if (ok) return e;
    expr_free(e);
    return NULL;
}

struct expr *expr_compile(const struct expr_env *env, struct str text, struct diag *d)
{
    struct expr_source s = {.text = text};
    return expr_compile_all(env, &s, 1, d);
}

void expr_free(struct expr *e)
{
    if (!e) return;
    sqlite3_finalize(e->statement);
    sqlite3_close(e->db);
    expr_clock_free(&e->clock);
    for (size_t i = 0; i < e->n; i++) plain_free(e->parts[i].plain);
    free(e->parts);
    free(e->used);
    free(e);
}

void expr_columns(const struct expr *e, bool *wanted)
{
    for (size_t i = 0; i < e->n_used; i++) wanted[e->used[i]] = true;
    if (e->asks_age && e->birth >= 0) wanted[e->birth] = true;
}

/* ---- evaluating ---- */

void expr_evaluate(struct expr *e, const struct str *values)
{
    e->values = values;
    bool empty = !e->asks_age;
    for (size_t i = 0; i < e->n_used && empty; i++) empty = !values[e->used[i]].n;
    if (empty && e->was_empty && e->good) return; /* of nothing follows the same as before */
    e->was_empty = empty;
    for (size_t i = 0; i < e->n; i++)
        if (e->parts[i].plain) e->parts[i].truth = plain_answer(e->parts[i].plain, values);
    if (!e->statement) return;
    e->good = sqlite3_step(e->statement) == SQLITE_ROW;
    if (e->good) return;
    if (!e->failure[0]) snprintf(e->failure, sizeof e->failure, "%s", sqlite3_errmsg(e->db));
    sqlite3_reset(e->statement);
}

enum expr_truth expr_truth(const struct expr *e, size_t i)
{
    const struct part *p = &e->parts[i];
    if (p->plain) return p->truth;
    if (!e->good || sqlite3_column_type(e->statement, p->column) == SQLITE_NULL) return EXPR_NULL;
    return sqlite3_column_double(e->statement, p->column) != 0 ? EXPR_TRUE : EXPR_FALSE;
}

struct str expr_text(const struct expr *e, size_t i)
{
    const struct part *p = &e->parts[i];
    if (p->plain) return p->truth == EXPR_NULL ? (struct str){NULL, 0} : p->truth == EXPR_TRUE ? STR("1") : STR("0");
    if (!e->good) return (struct str){NULL, 0};
    int type = sqlite3_column_type(e->statement, p->column);
    if (type == SQLITE_NULL) return (struct str){NULL, 0};
    if (type != SQLITE_TEXT) return str_of((const char *)sqlite3_column_text(e->statement, p->column));
    const char *s = sqlite3_column_blob(e->statement, p->column);
    return (struct str){s, (size_t)sqlite3_column_bytes(e->statement, p->column)};
}

bool expr_matches(struct expr *e, const struct str *values)
{
    expr_evaluate(e, values);
    return expr_truth(e, 0) == EXPR_TRUE;
}

struct str expr_failure(const struct expr *e)
{
    return str_of(e->failure);
}
