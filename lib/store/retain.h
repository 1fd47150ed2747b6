/* What a sheet does not ask for stays as it is: the row takes the other values from the record that it updates.  The other way
 * about, what an older sheet alone asked for is added to what a newer one told. */
#ifndef VET_STORE_RETAIN_H
#define VET_STORE_RETAIN_H

#include "store/asked.h"

/* Where a version comes from: the sheet that was filled in last of those that it has values from. */
struct origin {
    int64_t sheet, row, asked; /* asked: a number in vet_asked */
    struct str kept;           /* when fields were asked for that other sheets told (asked.h) */
};
struct retain {
    const struct schema *ledger;
    struct table *table;
    struct asked *asked;
    sqlite3_stmt *load;
    struct str *values, *typed; /* of the row at work */
    uint32_t *times;
    struct buf flags, kept;
    struct arena memory;
};
void retain_start(struct retain *r, struct table *t, const struct schema *l, struct asked *a);
void retain_free(struct retain *r);
/* A row that is about to be joined with a version of its record.  `survey` as a number, `asked` its times. */
struct retain_row {
    const struct record *record;
    struct origin origin;
    uint32_t survey, asked, before; /* before: the record's times as they are known; UINT32_MAX = the row's word counts */
    int64_t version;
};
/* Makes *full of both, and *origin; they live until the next call.  False after a finding. */
bool retain_fill(struct retain *r, struct store *s, const struct retain_row *row, struct record *full, struct origin *origin);

#endif
