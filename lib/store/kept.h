/* What a frozen month's report was made from, besides its rows: ledgers, code lists and report files, as they were.
 *
 * A text is kept once, under its SHA-256, however many months use it (vet_text); which file held which text when a month was frozen
 * is a row of vet_kept, which comes and goes with the freeze.  Texts stay, as codes of units do: no person is named in them. */
#ifndef VET_STORE_KEPT_H
#define VET_STORE_KEPT_H

#include "ledger/share.h"
#include "store/store.h"

/* Within the batch that freezes the month.  False after a finding. */
bool kept_put(struct store *s, const char *period, const struct share_text *files, size_t n);
/* The files of `folder` as they were when the month was frozen, as far as batch `as_of` (0 = now) knows; those that were not there
 * then are the folder's, which is told as they are read.  Lives as long as the store.  False after a finding. */
bool store_kept(struct store *s, const char *period, int64_t as_of, const char *folder, struct share *out);
/* Appends the names of those files that are otherwise now, or gone, joined by blanks. */
void store_kept_changed(struct store *s, const struct share *kept, struct buf *names);

#endif
