/* What a form does not ask for stays as it is: a row of one takes the other values from the record that it updates. */
#ifndef VET_STORE_RETAIN_H
#define VET_STORE_RETAIN_H

#include "store/own.h"

struct retain {
    const struct schema *ledger;
    struct table *table;
    sqlite3_stmt *load;
    struct str *values, *typed; /* of the row at work */
    struct buf flags;
    struct arena memory;
};
void retain_start(struct retain *r, struct table *t, const struct schema *l);
void retain_free(struct retain *r);
/* Makes *full of the row `one` and version `version` of its record; *full lives until the next call.  False after a finding. */
bool retain_fill(struct retain *r, struct store *s, const struct record *one, int64_t version, struct record *full);

#endif
