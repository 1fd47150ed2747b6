/* A person's data removed for good, after a legal request or at the end of its retention.
 *
 * What tells who a person is goes from every version of his records, and the rejected rows that hold his id or name lose their
 * cells; unit and coded values (a category, not a text) stay, so that totals of the past still add up.  The digest of each row
 * stays as its tombstone, so that the chain still verifies. */
#ifndef VET_STORE_ERASE_H
#define VET_STORE_ERASE_H

#include "store/store.h"

/* `key`: a citizen id or a record's number.  False after findings; *rows (may be NULL) counts the rows emptied. */
bool store_erase(struct store *s, const struct schema *l, const char *key, const char *reason, uint64_t *rows);

#endif
