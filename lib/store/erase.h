/* A person's data removed for good, after a legal request or at the end of its retention.
 *
 * What tells who a person is goes from every version of his records, in all ledgers; rejected rows that are his lose their cells;
 * names of files, sheets and commands that name him lose that.  The unit and coded values (a category, not a text) stay, so that
 * totals of the past still add up.  Of each row that was emptied a tombstone keeps the digest of what is left, so that it cannot be
 * filled with something else; none of what was there, on which anyone could try out whom it named.  For the same reason the batch
 * that brought the row loses its salt and states its rows anew: its hash, with which the chain goes on, tells nothing any more, and
 * its tombstone has the hash of what is left, under the chain of the erasing.  So that this covers up nothing, a store that does
 * not verify is refused.  The file is then rewritten, as freed pages and the write-ahead log hold what was.  What remains is the
 * digest of each whole file taken in, by which the same file is known again.  Leaders in the units file are no records and stay. */
#ifndef VET_STORE_ERASE_H
#define VET_STORE_ERASE_H

#include "store/store.h"

/* `key`: a citizen id or a number of a record of `l`.  Records linked to those as one entity go too.  Backups and packages that
 * hold the person are named.  False after findings: when nobody was found nothing is changed, but the file is rewritten
 * still, so that a run that was cut off there can be made again.  *rows (may be NULL) counts the rows emptied. */
bool store_erase(struct store *s, const struct schema *l, const char *key, const char *reason, uint64_t *rows);

#endif
