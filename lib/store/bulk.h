/* The first great load of a ledger: what it costs to keep a second journal and to look at each value is saved.
 *
 * Used when a ledger has no versions yet and its file is large.  The load stays one transaction, before or after: it only uses
 * SQLite's rollback journal instead of the WAL, as new pages need no copy there, puts rows into the table by the page (sheaf.h),
 * and leaves the foreign keys, whose numbers this very run made, to store_verify. */
#ifndef VET_STORE_BULK_H
#define VET_STORE_BULK_H

#include "store/own.h"

/* Before the batch: is it one?  Whatever cannot be had (another program reads the store) is done without. */
void bulk_start(struct store *s, struct table *t, const char *path);
void bulk_end(struct store *s); /* after the batch, kept or not */

#endif
