/* The index of linkage: which records have which blocking keys, as of the last time that the ledger was linked.
 *
 * It is derived from the records like any index: no version, no part of the chain; lost or out of date, it is made again by the
 * next full run.  Entries are key << 32 | record, sorted, in runs: run 0 is made of all records, each later one of what was
 * linked since.  An entry may be of an older version of its record. */
#ifndef VET_STORE_BLOCKS_H
#define VET_STORE_BLOCKS_H

#include "store/store.h"

#define STORE_BLOCKS_TABLES                                                                                                        \
    "CREATE TABLE IF NOT EXISTS vet_block(ledger TEXT NOT NULL, run INTEGER NOT NULL, part INTEGER NOT NULL, bucket INTEGER NOT "  \
    "NULL, entries BLOB NOT NULL, PRIMARY KEY(ledger, run, part, bucket)) STRICT;"                                                 \
    "CREATE TABLE IF NOT EXISTS vet_block_state(ledger TEXT PRIMARY KEY, digest TEXT NOT NULL, batch INTEGER NOT NULL, run "       \
    "INTEGER NOT NULL, last INTEGER NOT NULL, records INTEGER NOT NULL, base INTEGER NOT NULL, bits BLOB NOT NULL) STRICT, "       \
    "WITHOUT "                                                                                                                     \
    "ROWID;"                                                                                                                       \
    "CREATE INDEX IF NOT EXISTS vet_link_entity ON vet_link(entity) WHERE _out IS NULL;"

enum { BLOCK_RUNS = 16 };
struct store_blocks {
    char digest[64];        /* of the model that the records were linked by */
    int64_t batch;          /* the records were read as of this batch */
    int64_t run;            /* the run of batches that linked them, 0 = it wrote none */
    int64_t last;           /* the last version of a record then */
    uint64_t records, base; /* records in all runs; in run 0 */
    uint32_t runs;
    uint8_t bits[BLOCK_RUNS]; /* so many bits of the key tell its bucket */
};
/* False when there is no index, or links or decisions have changed since it was made. */
bool store_blocks_state(struct store *s, const struct schema *l, struct store_blocks *out);
/* What a run that reads the records now has to remember: batch and last. */
bool store_blocks_now(struct store *s, const struct schema *l, struct store_blocks *out);
bool store_blocks_forget(struct store *s, const struct schema *l);
bool store_blocks_erase(struct store *s); /* of all ledgers, inside a batch */
/* Writes a run: begin, each part, end, which writes the state.  Run 0 replaces all that was there. */
bool store_blocks_begin(struct store *s, const struct schema *l, struct store_blocks *b, uint32_t run, size_t n);
bool store_blocks_add(struct store *s, const struct schema *l, const struct store_blocks *b, uint32_t run, unsigned part,
                      const uint64_t *entries, size_t n);
bool store_blocks_end(struct store *s, const struct schema *l, struct store_blocks *b, bool keep);
/* Calls `found` with every entry that has one of the keys, which are sorted. */
bool store_blocks_find(struct store *s, const struct schema *l, const struct store_blocks *b, unsigned part, const uint32_t *keys,
                       size_t n, void *ctx, void (*found)(void *ctx, uint64_t entry));

/* What is read between the two is of one moment, and reading much is cheaper.  Nothing may be written meanwhile. */
bool store_hold(struct store *s);
bool store_let_go(struct store *s);
/* Records that have changed since: new, another version, or gone; sorted; freed by the caller. */
bool store_blocks_changed(struct store *s, const struct schema *l, const struct store_blocks *b, uint32_t **records, size_t *n);
/* The versions of these records that were current as of a batch (0 = now): the columns wanted, which are fields or _file, _sheet
 * and _row, and _record. `want` and `records` live as long as the rows. */
struct rows *store_rows_by_record(struct store *s, const struct schema *l, const struct str *want, size_t n_want,
                                  const uint32_t *records, size_t n, int64_t as_of);
/* Calls `found` with every record that has one entity with one of these, themselves too, and the entity. */
bool store_links_mates(struct store *s, const struct schema *l, const uint32_t *records, size_t n, void *ctx,
                       void (*found)(void *ctx, uint32_t record, struct str entity));
bool store_links_taken(struct store *s, const struct schema *l, struct str entity);
/* Makes `v` the links of the records in `of` (sorted); other records keep theirs. */
bool store_links_change(struct store *s, const struct schema *l, const uint32_t *of, size_t n_of, const struct store_link *v,
                        size_t n);

#endif
