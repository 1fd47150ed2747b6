/* The first great load of a ledger: what it costs to keep indexes and a second journal is paid once at its end.
 *
 * Used when a ledger has no versions yet and its file is large.  The load stays one transaction, before or after: it only uses
 * SQLite's rollback journal instead of the WAL, as new pages need no copy there, makes the index by unit after the rows, and
 * leaves the foreign keys, whose numbers this very run made, to store_verify. */
#ifndef VET_STORE_BULK_H
#define VET_STORE_BULK_H

#include "store/own.h"

struct bulk {
    bool on;
    struct table *table;
};
/* Before the batch: is it one?  Whatever cannot be had (another program reads the store) is done without. */
void bulk_prepare(struct bulk *b, struct store *s, struct table *t, const char *path);
bool bulk_start(struct bulk *b, struct store *s);  /* inside the batch */
bool bulk_finish(struct bulk *b, struct store *s); /* inside the batch, after the rows */
void bulk_end(struct bulk *b, struct store *s);    /* after the batch, kept or not */

#endif
