/* Rows on their way to the disk.
 *
 * Opening and closing versions is put down as operations in a block; a full block is carried out by a thread, so that
 * the next rows are read and checked meanwhile.  What is less than a block is carried out by the caller when he needs the
 * database for something else (pipe_drain).  The order of operations is kept.  At any moment one thread uses SQLite. */
#ifndef VET_STORE_PIPE_H
#define VET_STORE_PIPE_H

#include "store/own.h"

/* Where to append the image of a row that opens as version `id` of `t`; pipe_row_done follows. */
struct buf *pipe_row(struct store *s, struct table *t, int64_t id);
bool pipe_row_done(struct store *s);
bool pipe_close(struct store *s, struct table *t, int64_t id);
/* All that was put down is carried out, and the database is the caller's.  False after a finding. */
bool pipe_drain(struct store *s);
/* Waits, and forgets what was not carried out: before a rollback. */
/* Waits for the thread only, so that the caller may use the database; what was not handed over yet stays. */
bool pipe_wait(struct store *s);
void pipe_drop(struct store *s);
void pipe_free(struct store *s);

#endif
