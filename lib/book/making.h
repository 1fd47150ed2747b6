/* Making a report: of which share files, from a stream or from the store, of which moment, restated or as it was.
 *
 * What a report looks like is in report.h, what a restated one says beside it in restate.h. */
#ifndef VET_BOOK_MAKING_H
#define VET_BOOK_MAKING_H

#include "book/report.h"
#include "flow/reread.h"
#include "rollup/station.h"

struct making {
    /* What is asked; strings live as long as the making. */
    const char *name, *ledger; /* the report, and of which ledger if it is of any (may be NULL) */
    const char *folder;        /* of share files */
    const char *file;          /* the store's, for messages */
    const char *as_of;         /* a moment of the store; NULL: that of the month */
    struct str deadline;
    bool restated;
    struct report_source source; /* from, station, date, where, threads, mask, month, period; the rest is found out */
    /* What came of it, for as long as the content is looked at. */
    struct report *report;
    struct schema *schema;
    struct share share;
    struct station of;
    struct units *units; /* of a stream */
    struct reread *input;
};
/* From files ("-" or none: standard input) of records or rollups, by these units (may be NULL), which making_end frees.  NULL after
 * findings. */
struct content *making_of_stream(struct making *m, struct units *units, const char *const *paths, size_t n, struct diag *d);
/* From the store, which the caller closes after making_end.  NULL after findings. */
struct content *making_of_store(struct making *m, struct store *s, struct diag *d);
void making_end(struct making *m);

#endif
