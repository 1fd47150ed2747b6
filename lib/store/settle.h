/* Makes the current rows of a system table, as far as they are in question, those that are given one after another: what is there
 * already keeps its version, what is not is opened, and what was not given is closed at the end. */
#ifndef VET_STORE_SETTLE_H
#define VET_STORE_SETTLE_H

#include "base/map.h"
#include "store/own.h"

struct settling {
    struct store *s;
    struct table *table;
    struct map now; /* the columns of a current row, one after another -> its _id, 0 once it was given */
    struct buf sign;
};
/* `sql` asks for the current rows in question: _id and all columns of the table, in its order. */
bool settle_start(struct settling *x, struct store *s, enum system_table table, const char *sql);
bool settle_row(struct settling *x, const struct str *values); /* one value a column, {NULL,0} = null */
bool settle_end(struct settling *x, bool ok);                  /* closes the others if `ok`; frees; false after a finding or !ok */

#endif
