/* A person's data removed for good, after a legal request or at the end of its retention.
 *
 * What tells who a person is goes from every version of his records, in all ledgers; rejected rows that are his lose their cells;
 * names of files, sheets and commands that name him lose that.  The unit and coded values (a category, not a text) stay, so that
 * totals of the past still add up.  Of each row that was emptied a tombstone keeps the digest from before and that of what is left,
 * so that the chain still verifies and the emptied row cannot be filled with something else.  The file is then rewritten,
 * as freed pages and the write-ahead log hold what was.  Leaders in the units file are no records and stay. */
#ifndef VET_STORE_ERASE_H
#define VET_STORE_ERASE_H

#include "store/store.h"

/* `key`: a citizen id or a number of a record of `l`.  Records linked to those as one entity go too.  Backups and packages that
 * hold the person are named.  False after findings: when nobody was found nothing is changed, but the file is rewritten
 * still, so that a run that was cut off there can be made again.  *rows (may be NULL) counts the rows emptied. */
bool store_erase(struct store *s, const struct schema *l, const char *key, const char *reason, uint64_t *rows);

#endif
