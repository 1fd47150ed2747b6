/* The shape of a store: its tables, indexes and views, as SQLite keeps their definitions (sqlite_schema.sql).
 *
 * What is asked of a view that leaves rows out, or done by a trigger, is none of the rows' own, so the chain over the rows does not
 * see it.  The store's own tables are compared with those that this program makes; a ledger's, which depend on a file that may be
 * gone, with the digest that the batch bears that made or changed them. */
#ifndef VET_STORE_SHAPE_H
#define VET_STORE_SHAPE_H

#include "store/own.h"

/* SHA-256, hexadecimal, of the definitions of a ledger's table with its indexes, and of its view.  False: the store failed. */
bool shape_digest(struct store *s, struct str ledger, char hex[65]);
/* Calls `found` with the name of each definition that is not as the commands make it, one too many, or missing; of those of
 * a ledger, with its name.  False: the store failed. */
bool shape_check(struct store *s, void *ctx, void (*found)(void *ctx, const char *name));

#endif
