/* Moments of the store: batch numbers, dates and months as people write them. */
#include <stdio.h>
#include <stdlib.h>

#include "store/own.h"
#include "store/pipe.h"

static int64_t bad_moment(struct store *s, const char *text, enum diag_code code)
{
    struct place at = {.file = s->path};
    diag_add(s->diag, code, &at, text, NULL);
    return -1;
}

/* 2026-11, 2026-11-30, 2026-11-30T12:00:00: digits where digits belong. */
static bool is_moment(const char *t)
{
    static const char FORM[] = "0000-00-00T00:00:00";
    size_t n = strlen(t);
    if (n != 7 && n != 10 && n != 16 && n != 19) return false;
    for (size_t i = 0; i < n; i++) {
        bool digit = t[i] >= '0' && t[i] <= '9';
        if (FORM[i] == '0' ? !digit : t[i] != FORM[i] && !(FORM[i] == 'T' && t[i] == ' ')) return false;
    }
    return true;
}

static int64_t ask(struct store *s, const char *sql, const char *text)
{
    sqlite3_stmt *q = pipe_drain(s) ? store_prepare(s, sql) : NULL;
    int64_t v = 0;
    if (q) sqlite3_bind_text(q, 1, text, -1, SQLITE_STATIC);
    if (q && sqlite3_step(q) == SQLITE_ROW) v = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return v;
}

static int64_t too_early(struct store *s, const char *text)
{
    struct place at = {.file = s->path};
    sqlite3_stmt *q = store_prepare(s, "SELECT at FROM vet_batch ORDER BY id LIMIT 1");
    const char *first = q && sqlite3_step(q) == SQLITE_ROW ? (const char *)sqlite3_column_text(q, 0) : "";
    diag_add(s->diag, DIAG_STORE_TOO_EARLY, &at, text, first, NULL);
    sqlite3_finalize(q);
    return -1;
}

int64_t store_as_of(struct store *s, const char *text)
{
    if (!text) return 0;
    if (*text && text[strspn(text, "0123456789")] == 0) {
        int64_t batch = strtoll(text, NULL, 10);
        return batch >= 1 && batch <= s->head ? batch : bad_moment(s, text, DIAG_STORE_NO_BATCH);
    }
    if (!is_moment(text)) return bad_moment(s, text, DIAG_STORE_BAD_MOMENT);
    int64_t frozen = strlen(text) == 7
                         ? ask(s, "SELECT state FROM vet_freeze WHERE period = ? AND _out IS NULL ORDER BY _id DESC LIMIT 1", text)
                         : 0;
    if (frozen) return frozen;
    /* "2026-11" and everything that starts with it: the moment with '~' behind it sorts after them all. */
    char until[24];
    snprintf(until, sizeof until, "%s~", text);
    if (strlen(text) > 10) until[10] = 'T';
    int64_t batch = ask(s, "SELECT max(id) FROM vet_batch WHERE at <= ?", until);
    return batch ? batch : too_early(s, text);
}
