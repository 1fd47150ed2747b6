#include "ledger/expr_clock.h"

static sqlite3_stmt *statement_of(struct clock_call *call, int n)
{
    struct expr_clock *c = call->clock;
    if (call->statements[n]) return call->statements[n];
    if (!c->db && sqlite3_open_v2(":memory:", &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, NULL))
        return NULL;
    struct buf sql = {0};
    buf_printf(&sql, "SELECT %s(", call->name);
    for (int i = 0; i < n; i++) buf_put(&sql, i ? ",?" : "?");
    buf_char(&sql, ')');
    sqlite3_prepare_v3(c->db, buf_text(&sql), (int)sql.n, SQLITE_PREPARE_PERSISTENT, &call->statements[n], NULL);
    buf_free(&sql);
    return call->statements[n];
}

static bool is_now(sqlite3_value *v)
{
    return sqlite3_value_type(v) == SQLITE_TEXT && sqlite3_stricmp((const char *)sqlite3_value_text(v), "now") == 0;
}

/* The reference date has no zone: what the machine's is must not make another day of it. */
static bool is_zone(sqlite3_value *v)
{
    if (sqlite3_value_type(v) != SQLITE_TEXT) return false;
    const char *word = (const char *)sqlite3_value_text(v);
    return sqlite3_stricmp(word, "localtime") == 0 || sqlite3_stricmp(word, "utc") == 0;
}

/* What the function is asked: strftime has its format first; without a date after it, and for 'now', it means the reference date
 * (NULL here).  How many, or -1. */
static int arguments(const struct clock_call *call, int argc, sqlite3_value **argv, sqlite3_value *asked[CLOCK_ARGUMENTS])
{
    int first = call->name[0] == 's' ? 1 : 0, n = 0;
    for (int i = 0; i < argc; i++) {
        if (i > first && is_zone(argv[i])) continue;
        if (n == CLOCK_ARGUMENTS) return -1;
        asked[n++] = is_now(argv[i]) ? NULL : argv[i];
    }
    if (n == first) asked[n++] = NULL;
    return n > first ? n : -1;
}

static void f_call(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    struct clock_call *call = sqlite3_user_data(out);
    const struct expr_clock *c = call->clock;
    sqlite3_value *asked[CLOCK_ARGUMENTS];
    int n = arguments(call, argc, argv, asked);
    if (n < 0) {
        sqlite3_result_error(out, "too few or too many arguments", -1);
        return;
    }
    sqlite3_stmt *s = statement_of(call, n);
    if (!s) {
        sqlite3_result_error_nomem(out);
        return;
    }
    for (int i = 0; i < n; i++) {
        if (asked[i]) sqlite3_bind_value(s, i + 1, asked[i]);
        else if (c->today.n) sqlite3_bind_text(s, i + 1, c->today.s, (int)c->today.n, SQLITE_STATIC);
        else sqlite3_bind_null(s, i + 1);
    }
    if (sqlite3_step(s) == SQLITE_ROW) sqlite3_result_value(out, sqlite3_column_value(s, 0));
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
}

void expr_clock_ready(struct expr_clock *c, sqlite3 *db, struct str today)
{
    static const char *const NAMES[CLOCK_CALLS] = {"date", "time", "datetime", "julianday", "unixepoch", "strftime"};
    c->today = today;
    for (int i = 0; i < CLOCK_CALLS; i++) {
        c->calls[i].clock = c;
        c->calls[i].name = NAMES[i];
        sqlite3_create_function(db, NAMES[i], -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, &c->calls[i], f_call, NULL, NULL);
    }
}

void expr_clock_free(struct expr_clock *c)
{
    for (int i = 0; i < CLOCK_CALLS; i++)
        for (int n = 0; n <= CLOCK_ARGUMENTS; n++) sqlite3_finalize(c->calls[i].statements[n]);
    sqlite3_close(c->db);
}
