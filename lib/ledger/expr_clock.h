/* SQLite's functions of dates without a clock and without a zone: 'now' is the reference date, at midnight, and 'localtime' and
 * 'utc' change nothing.
 *
 * A second database answers what they are asked, with 'now', and no argument at all, taken for the date.  Inside expr.c; not for
 * others. */
#ifndef VET_LEDGER_EXPR_CLOCK_H
#define VET_LEDGER_EXPR_CLOCK_H

#include <sqlite3.h>

#include "base/str.h"

enum { CLOCK_CALLS = 6, CLOCK_ARGUMENTS = 8 };
struct expr_clock {
    struct str today; /* ISO, or empty: 'now' is then NULL */
    sqlite3 *db;      /* opened when it is first wanted */
    struct clock_call {
        struct expr_clock *clock;
        const char *name;
        sqlite3_stmt *statements[CLOCK_ARGUMENTS + 1]; /* by the number of arguments */
    } calls[CLOCK_CALLS];
};
/* Puts them in the place of SQLite's own in `db`. */
void expr_clock_ready(struct expr_clock *c, sqlite3 *db, struct str today);
void expr_clock_free(struct expr_clock *c);

#endif
