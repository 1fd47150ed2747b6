/* Batches in words.  Inside the store only. */
#ifndef VET_STORE_LOG_H
#define VET_STORE_LOG_H

#include "store/own.h"

/* A query's WITH clause, "WITH RECURSIVE story(...) AS (...)", one row a batch:
 *   id; kind: the batch's, but `redo` of an undo that brings back, and `judged` of links that follow people's decisions;
 *   root, root_kind: of an undo the batch that it takes or brings back, else the batch itself. */
extern const char LOG_STORY[];
/* What to call the batch in a message ("an imported file", English, translated where it is printed); appends its source. */
const char *log_name(struct store *s, int64_t batch, struct buf *source);
/* Does the batch take something back?  Undoing it brings it back. */
bool log_is_undo(struct store *s, int64_t batch);

#endif
