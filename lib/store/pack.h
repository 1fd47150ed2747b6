/* Hand-over to the level above: one file with all that a station knows now, proved on arrival, imported once.
 *
 * The file is a zip in BagIt layout (RFC 8493): bagit.txt, bag-info.txt, manifest-sha256.txt, tagmanifest-sha256.txt, and in data/
 * units.csv, coverage.csv (what was handed in), totals.csv (records by ledger and unit) and LEDGER.csv for each ledger.
 * bag-info.txt bears the ledgers' versions, the row counts and the head of the sender's log.  Same store, same bytes. */
#ifndef VET_STORE_PACK_H
#define VET_STORE_PACK_H

#include "store/store.h"

/* Writes the package of the given ledgers to `o`.  False after findings. */
bool store_pack(struct store *s, const struct schema *const *ledgers, size_t n, struct out *o);

/* Checks all of a package and imports it: units beside those that are there, records as batches.  The same package again changes
 * nothing.  The receipt (JSON, for the sender) is appended to `receipt`.  False after findings. */
bool store_unpack(struct store *s, const char *share, const char *path, struct buf *receipt);

/* Does the log still hold what a receipt says that it held?  False after findings. */
bool store_check_receipt(struct store *s, const char *path);

#endif
