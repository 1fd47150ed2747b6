/* Undo: a batch that makes the store what it was before another batch.
 *
 * It closes what that batch opened and opens copies of what it closed.  A batch on which a later one depends is not undone,
 * unless the later ones are undone first (cascade).  A later batch depends when it is itself in force and
 *   - opened or closed a version of anything that the batch opened or closed;
 *   - holds a sheet that saw a record of it unchanged, links a record of it, or keeps records in a unit that came with it;
 *   - took over the key of a record that would come back. */
#ifndef VET_STORE_UNDO_H
#define VET_STORE_UNDO_H

#include "store/store.h"

struct undone {
    size_t away, back; /* batches that were undone, and those that came back because their undo was */
};
/* Undoes n batches, all or none, the last first; each undo is a batch of its own.  *done (may be NULL) counts the batches.
 * False after findings: those that depend, each with what depends in it. */
bool store_undo(struct store *s, const int64_t *batches, size_t n, bool cascade, struct undone *done);
/* Adds the batches that a word means, "17" or "17..20", to *v, n of them, freed by the caller; with `run` instead the files of the
 * run of 17, or its undos.  False after a finding: there are none. */
bool store_batches(struct store *s, const char *word, bool run, int64_t **v, size_t *n);

#endif
