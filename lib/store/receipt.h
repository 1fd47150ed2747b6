/* Receipts of hand-over, and the totals that both ends hold each other to.  Inside lib/store. */
#ifndef VET_STORE_RECEIPT_H
#define VET_STORE_RECEIPT_H

#include "store/unpack.h"

/* Do the records of the store as of a batch (0 = now), in units that are `scope` ("IN (...)"; NULL = all), add up to the
 * totals of `ledgers` in a manifest or receipt?  With a scope, units that are not named have none.  False after a
 * finding `code` ({1} ledger, {2} unit, {3} stated, {4} found) at `file`. */
bool totals_agree(struct store *s, const struct buf *json, int64_t as_of, const char *scope, const char *file, enum diag_code code);
/* The receipt for a package that batch `batch` took. */
bool receipt_write(struct unpacking *u, int64_t batch, struct buf *receipt);

#endif
