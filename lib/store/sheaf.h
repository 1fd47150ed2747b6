/* Many new rows of one table, put into it by the page.
 *
 * The rows are made into a little SQLite database in memory, in the documented file format, with the same table and indexes;
 * INSERT INTO table SELECT * FROM that one then moves whole records, which SQLite does without looking into them when the two
 * tables are made alike, and in its ordinary way else.  So a row costs a copy instead of a value bound for each column. */
#ifndef VET_STORE_SHEAF_H
#define VET_STORE_SHEAF_H

#include "store/own.h"

struct sheaf;
/* For a ledger's table; before the transaction, with foreign keys off.  NULL when the table is not as this program makes it. */
struct sheaf *sheaf_start(struct store *s, struct table *t);
bool sheaf_is_for(const struct sheaf *f, const struct table *t);
/* Takes a row whose _id is greater than all before; *taken is false when it is too long to be one of them.  An SQLite result. */
int sheaf_add(struct sheaf *f, int64_t id, struct str image, bool *taken);
void sheaf_close(struct sheaf *f, int64_t id); /* closes a version, its own or an older one, when it is flushed */
int sheaf_flush(struct sheaf *f);              /* all that was taken is done after this; an SQLite result */
void sheaf_forget(struct sheaf *f);            /* all that was taken since the last flush */
void sheaf_end(struct sheaf *f);               /* after the transaction */

#endif
