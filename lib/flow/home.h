/* Rows that go home: those of an import that were rejected, or hold a value that will not do, with what is wrong.
 *
 * Intake makes them when it is asked to (intake_options.home), in the order of files, sheets and rows; lib/book/returns.h
 * writes them into workbooks for their senders.  Not here: how such a workbook looks. */
#ifndef VET_FLOW_HOME_H
#define VET_FLOW_HOME_H

#include "base/diag.h"
#include "ledger/units.h"

/* Before the key of a row in a workbook that went home: the heading of a hidden column.  A key is ROW/SHEET/FILE. */
#define HOME_KEY "_return"

struct home_row {
    struct place at;              /* file (without folders), sheet, row */
    const void *layout, *context; /* rows with both the same stand in one table */
    const struct str *headings;   /* n of them, as typed */
    const uint32_t *fields;       /* what they mean: an index of the ledger's fields, or no field (ledger/layout.h) */
    const struct str *cells;      /* n, as typed; 同上 and merged cells filled in, because the row now stands alone */
    uint32_t n;
    struct str place[LEVEL_COUNT]; /* names of units that stand above the table; empty: not said */
    bool unknown[LEVEL_COUNT];     /* and are no unit's */
    struct str survey_date;        /* of the table, ISO, or empty */
    const struct finding *faults;  /* at.col counts from 1 over the columns here; 0: of the row, or of its place */
    size_t n_faults;
};
/* Where they go.  Calls come from one thread at a time; slices live until the call returns.  A false return means that the
 * output failed, after a finding. */
struct home {
    void *ctx;
    bool (*row)(void *ctx, const struct home_row *r);
    bool (*end)(void *ctx, bool keep); /* the end of a file; keep is false when nothing of it was taken */
};

#endif
