/* Rows of workbooks that went home and came back: which record, or which rejected row, each of them puts right.
 *
 * The key of such a row is ROW/SHEET/FILE of the row as it was first sent (flow/home.h). */
#ifndef VET_STORE_ANSWERS_H
#define VET_STORE_ANSWERS_H

#include "store/own.h"

struct answers {
    struct table *table; /* of the ledger */
    struct str ledger;
    sqlite3_stmt *record, *reject;
};
struct answered {
    int64_t version, record, unit; /* version 0: there is none */
};
void answers_start(struct answers *a, struct table *t, struct str ledger);
void answers_free(struct answers *a);
/* The current record that the row `key` became, as of before the batch at work.  False after a finding. */
bool answers_record(struct answers *a, struct store *s, struct str key, struct answered *out);
/* The open rejected row that it is; *id is 0 when there is none. */
bool answers_reject(struct answers *a, struct store *s, struct str key, int64_t *id);

#endif
