/* Who is in the store: the keys of current records, in memory, a unit at a time.
 *
 * The key of a person's record is its unit with its verified id, or without one its folded name and birth date; that of any
 * other record is its unit and the ledger's primary key.  An import asks here instead of an index on the disk: the keys of a
 * unit are read when its first row comes.  Keys are 64-bit hashes. */
#ifndef VET_STORE_KEYS_H
#define VET_STORE_KEYS_H

#include "store/asked.h"

struct known {
    uint64_t id_key;   /* 0: no verified id */
    uint64_t name_key; /* 0: none */
    uint64_t hash;     /* of the content */
    uint32_t version;  /* 0: the row was taken back */
    uint32_t record;
    uint32_t birth; /* 19850615; 19850600 and 19850000 as precisely as it is known; 0 = unknown */
    uint32_t asked; /* when its fields were last asked for: a number of the keys' `asked` */
    uint32_t seen;  /* the batch that saw it last, of this run; 0 = none */
    uint32_t next;  /* index + 1 of the next one of the same name; 0 = the last */
};
struct keys {
    const struct schema *ledger;
    const struct field *id, *name, *birth; /* NULL where the ledger has none, or goes by primary key */
    struct known *v;
    size_t n, cap;
    uint32_t *slots; /* 0, or index + 1 with bits of the key above it, which spare a look at most of the others */
    size_t n_slots, used;
    struct map units; /* numbers of units whose keys are here (8 bytes) */
    bool all_known;   /* the table was empty at first: nothing is to be read */
    uint64_t generation;
    sqlite3_stmt *load, *load_seen;
    struct asked asked;
};

bool keys_start(struct keys *k, struct store *s, const struct schema *l);
void keys_free(struct keys *k);
/* The keys of a unit's current records are in memory after this. */
bool keys_load(struct keys *k, struct store *s, int64_t unit);
/* The key members of a row.  `values` one a field of the ledger. */
void keys_of(const struct keys *k, const struct str *values, int64_t unit, struct known *out);
/* The current record that a row of batch `batch` is, or NULL. */
struct known *keys_find(struct keys *k, const struct known *row, uint32_t batch);
/* The row comes in a moment: has what keys_find looks at brought into the cache. */
void keys_soon(const struct keys *k, const struct known *row);
struct known *keys_add(struct keys *k, const struct known *row);
/* The record whose current version this is, among those in memory; or NULL. */
struct known *keys_version(struct keys *k, uint32_t version);
/* Makes `row` what is known of the record from now on; where it is then. */
struct known *keys_change(struct keys *k, struct known *e, const struct known *row);
void keys_drop(struct keys *k, struct known *e);
uint32_t date_number(struct str iso);

#endif
