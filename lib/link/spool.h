/* Rows put aside until the end: small ones in memory, more in an unlinked temporary file (0600), so that records of any number
 * take no memory of their own. */
#ifndef VET_LINK_SPOOL_H
#define VET_LINK_SPOOL_H

#include "flow/rows.h"

struct spool;
struct spool *spool_new(struct diag *d);
void spool_free(struct spool *s);
/* Appends one row of n values in the form of spool_add. */
void spool_encode(struct buf *out, const struct str *values, size_t n);
/* Appends encoded rows.  False after a finding. */
bool spool_add(struct spool *s, struct str encoded, size_t rows);
bool spool_finish(struct spool *s); /* no more rows follow */

/* The rows in order, as a stream with those columns; to be closed before the spool is freed.  Several may be open at once. */
struct rows *spool_rows(struct spool *s, const struct columns *c);
/* One row by its number, into `room`.  The first call makes an index of all rows (8 bytes each). */
bool spool_row(struct spool *s, uint64_t row, struct buf *room, struct str *values, size_t n);

#endif
