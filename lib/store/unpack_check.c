/* Is every value of a package one that its column can hold?  Looked at before anything is written, so that a package edited by
 * hand, its hashes made good, is told as what it is: with the part, the row and the column. */
#include <stdio.h>

#include "base/date.h"
#include "store/unpack.h"

enum shape {
    UNIT,         /* a code of data/units.csv */
    UNIT_OR_NONE, /* that, or empty */
    LEDGER,       /* a ledger of the manifest */
    COUNT,        /* a number from 0 */
    COUNT_OR_NONE,
    NUMBER,  /* a number from 1, of a record */
    NAMED,   /* #12 */
    NUMBERS, /* [12,13], or empty */
    SETS,    /* 7*2 9, or empty */
    TIMES,   /* phone=20261005 address=1, or empty */
    MONTH,   /* 2026-11, or empty */
    DAY,     /* a date of any precision, or empty */
    TEXTS,   /* a JSON array, or empty */
    SOMETHING,
    KIND,
    VERDICT
};
struct expectation {
    const char *column;
    enum shape shape;
};
static const struct expectation RETURNS[] = {{"unit", UNIT_OR_NONE}, {"ledger", LEDGER},  {"period", MONTH},   {"kind", KIND},
                                             {"survey_date", DAY},   {"accepted", COUNT}, {"rejected", COUNT}, {"seen", NUMBERS},
                                             {"asked", SETS},        {NULL, COUNT}};
static const struct expectation ASKED[] = {{"number", NUMBER}, {"ledger", LEDGER}, {NULL, COUNT}};
static const struct expectation LINKS[] = {
    {"unit", UNIT}, {"ledger", LEDGER}, {"record", NUMBER}, {"entity", SOMETHING}, {NULL, COUNT}};
static const struct expectation REJECTS[] = {{"ledger", LEDGER},  {"unit", UNIT_OR_NONE}, {"row", COUNT_OR_NONE},
                                             {"headings", TEXTS}, {"cells", TEXTS},       {NULL, COUNT}};
static const struct expectation DECISIONS[] = {{"ledger", LEDGER}, {"a", NAMED}, {"b", NAMED}, {"verdict", VERDICT}, {NULL, COUNT}};
static const struct expectation RECORDS[] = {
    {"unit", UNIT}, {"_row", COUNT_OR_NONE}, {"_record", NUMBER}, {"_asked", COUNT_OR_NONE}, {"_kept", TIMES}, {NULL, COUNT}};

struct checker {
    struct unpacking *u;
    const char *part;
    sqlite3_stmt *json;
};

/* A number that fits the store, with no sign and no zero before it. */
static bool is_count(struct str s)
{
    bool digits = s.n > 0 && s.n <= 18 && (s.n == 1 || s.s[0] != '0');
    for (size_t i = 0; i < s.n; i++) digits &= s.s[i] >= '0' && s.s[i] <= '9';
    return digits;
}

static bool is_numbers(struct str s)
{
    if (s.n < 3 || s.s[0] != '[' || s.s[s.n - 1] != ']') return false;
    for (size_t from = 1, to = 1; to < s.n; to++) {
        if (s.s[to] != ',' && to + 1 != s.n) continue;
        if (!is_count((struct str){s.s + from, to - from})) return false;
        from = to + 1;
    }
    return true;
}

/* Words joined by blanks, each of two parts with `between` between them: of numbers the second may be left out, else the first is a
 * name. */
static bool is_words(struct str s, char between)
{
    while (s.n) {
        size_t n, at = 0;
        if (!str_find(s, STR(" "), &n)) n = s.n;
        struct str one = str_head(s, n);
        while (at < one.n && one.s[at] != between) at++;
        struct str first = str_head(one, at), second = str_from(one, at + 1);
        if (between == '*' ? !is_count(first) || (at < one.n && !is_count(second)) : !first.n || !is_count(second)) return false;
        s = str_from(s, n + 1);
    }
    return true;
}

static bool is_one_of(struct str s, const char *const *words)
{
    for (; *words; words++)
        if (str_is(s, *words)) return true;
    return false;
}

static bool is_month(struct str s)
{
    struct date d;
    return s.n == 7 && date_iso(s, &d);
}

static bool is_texts(struct checker *c, struct str s)
{
    sqlite3_bind_text(c->json, 1, s.s, (int)s.n, SQLITE_STATIC);
    bool is = sqlite3_step(c->json) == SQLITE_ROW && sqlite3_column_int(c->json, 0) == 1;
    sqlite3_reset(c->json);
    return is;
}

static bool is_ledger(const struct unpacking *u, struct str s)
{
    for (size_t i = 0; i < u->n_ledgers; i++)
        if (str_eq(u->ledgers[i]->name, s)) return true;
    return false;
}

static bool fits(struct checker *c, enum shape shape, struct str s)
{
    static const char *const KINDS[] = {"records", "nil", "rejected", "correction", "empty", NULL}, *const VERDICTS[] = {
                                                                                                        "same", "different",
                                                                                                        "later", NULL};
    struct date d;
    switch (shape) {
    case UNIT: return units_code(c->u->theirs, s) != UNIT_NONE;
    case UNIT_OR_NONE: return !s.n || units_code(c->u->theirs, s) != UNIT_NONE;
    case LEDGER: return is_ledger(c->u, s);
    case COUNT: return is_count(s);
    case COUNT_OR_NONE: return !s.n || is_count(s);
    case NUMBER: return is_count(s) && s.s[0] != '0';
    case NAMED: return s.n > 1 && s.s[0] == '#' && is_count(str_from(s, 1)) && s.s[1] != '0';
    case NUMBERS: return !s.n || is_numbers(s);
    case SETS: return is_words(s, '*');
    case TIMES: return is_words(s, '=');
    case MONTH: return !s.n || is_month(s);
    case DAY: return !s.n || date_iso(s, &d);
    case TEXTS: return !s.n || is_texts(c, s);
    case SOMETHING: return s.n > 0;
    case KIND: return is_one_of(s, KINDS);
    case VERDICT: return is_one_of(s, VERDICTS);
    }
    return false;
}

static bool check_part(struct checker *c, const struct expectation *e)
{
    enum { MOST = 10 };
    int at[MOST];
    struct rows *r = bag_rows(c->u->bag, c->part);
    struct row_cursor w = {.rows = r};
    const struct str *v;
    char number[24];
    bool ok = r != NULL;
    for (size_t i = 0; ok && e[i].column; i++)
        if ((at[i] = columns_find(&r->columns, str_of(e[i].column))) < 0)
            ok = unpack_refuse(c->u, DIAG_UNPACK_NOT, c->part, NULL, NULL);
    for (unsigned long row = 2; ok && (v = rows_next(&w)); row++)
        for (size_t i = 0; ok && e[i].column; i++) {
            if (fits(c, e[i].shape, v[at[i]])) continue;
            snprintf(number, sizeof number, "%lu", row);
            ok = unpack_refuse(c->u, DIAG_UNPACK_VALUE, c->part, number, e[i].column);
        }
    if (r && !rows_done(&w)) ok = false;
    rows_close(r);
    return ok;
}

bool unpack_check(struct unpacking *u)
{
    static const struct {
        const char *part;
        const struct expectation *columns;
    } PARTS[] = {{"data/asked.csv", ASKED},
                 {"data/returns.csv", RETURNS},
                 {"data/links.csv", LINKS},
                 {"data/rejects.csv", REJECTS},
                 {"data/decisions.csv", DECISIONS}};
    struct checker c = {.u = u,
                        .json = store_prepare(u->s, "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = 'array' ELSE 0 END")};
    struct buf part = {0};
    bool ok = c.json != NULL;
    for (size_t i = 0; ok && i < sizeof PARTS / sizeof *PARTS; i++) {
        c.part = PARTS[i].part;
        ok = check_part(&c, PARTS[i].columns);
    }
    for (size_t i = 0; ok && i < u->n_ledgers; i++) {
        part.n = 0;
        buf_printf(&part, "data/records/%.*s.csv", (int)u->ledgers[i]->name.n, u->ledgers[i]->name.s);
        c.part = buf_text(&part);
        ok = check_part(&c, RECORDS);
    }
    sqlite3_finalize(c.json);
    buf_free(&part);
    return ok;
}
