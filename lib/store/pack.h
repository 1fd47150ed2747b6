/* Hand-over to the level above: one file with all that a unit knows, proved on arrival, imported once, answered by a receipt.
 *
 * In the package (bag.h): data/records/LEDGER.csv, data/units.csv, data/returns.csv (what was handed in), data/links.csv (which
 * records are one person), data/rejects.csv (rows that nobody has corrected yet), data/decisions.csv (what people said of pairs),
 * data/ledgers/LEDGER.json, and data/manifest.json: ledger versions, row counts, totals by unit,
 * coverage, and the head of the sender's log.  The same store gives the same bytes. */
#ifndef VET_STORE_PACK_H
#define VET_STORE_PACK_H

#include "store/store.h"

struct pack_options {
    const char *share;  /* folder with the ledgers */
    const char *unit;   /* code of the unit handed over with all below it; NULL = all */
    const char *period; /* "2026-11": as the store was at the end of that month; NULL = now */
    const char *output; /* as the user named it, for the log */
};
/* Writes a package to `o` and a batch of kind "pack" that says so.  False after findings. */
bool store_pack(struct store *s, const struct pack_options *p, struct out *o);

/* Checks all of a package, then makes its records, units, returns, links, rejects and decisions those of the store for the units
 * handed over: one batch of kind "unpack", kept only when every total is the sender's.  The same package again changes nothing. The
 * receipt (JSON) is appended to `receipt`.  False after findings. */
bool store_unpack(struct store *s, const char *share, const char *path, struct buf *receipt);

/* Does the log still hold the batch that a receipt names, and do the records of then still add up to the totals that the level
 * above took?  False after findings. */
bool store_check_receipt(struct store *s, const char *path);

#endif
