/* Intake: files as people send them to records, rejects and accounts.
 *
 * Each file is a book of sheets; each sheet is cut into blocks; blocks (of large files) and whole files (small ones) are worked on
 * by several threads and handed on in order, so that output, findings and accounts are the same for any number of threads. */
#ifndef VET_FLOW_INTAKE_H
#define VET_FLOW_INTAKE_H

#include "base/mask.h"
#include "base/out.h"
#include "flow/account.h"
#include "flow/home.h"
#include "flow/rows.h"
#include "flow/sink.h"
#include "ledger/schema.h"
#include "ledger/units.h"

struct intake_options {
    const struct schema *schema;
    const struct units *units; /* NULL: none; units are then left open */
    const char *place;         /* --place, or NULL */
    const char *const *maps;   /* --map HEADING=field */
    size_t n_maps;
    const char *survey_date; /* --survey-date, or NULL: of sheets that have none */
    const char *today;       /* ISO date: later dates are faults where the ledger says so; NULL: no limit */
    const char *from;        /* --from, or NULL */
    bool strict, explain;
    bool english;       /* the language of row rules' messages */
    unsigned threads;   /* 0: one a processor */
    struct out *output; /* records; NULL: none */
    const char *where;  /* --where: an expression over their columns, only for which they are written; NULL: all.  It decides over
                           nothing else: fates, findings, rejects and the sink are those of all rows. */
    enum row_format format;
    enum mask_profile mask; /* of the records on `output` */
    struct out *rejects;    /* rejected rows; NULL: none */
    enum row_format rejects_format;
    const struct home *home;                                    /* rows that go home; NULL: none */
    const struct sink *sink;                                    /* the store; NULL: none */
    void (*progress)(void *ctx, uint64_t done, uint64_t total); /* files; may be NULL */
    void *progress_ctx;
};
/* Takes the files in order ("-": standard input).  Findings and the status go to `d`.  False when the run had to stop: wrong
 * options or a sink or output that failed.  The account is filled in either case; sums are checked by the caller with account_sums.
 */
bool intake_run(const struct intake_options *o, const char *const *paths, size_t n, struct account *account, struct diag *d);

/* What is shown of cells, which have no fields: under and beside the headings of a ledger as it says of its fields, elsewhere
 * little. */
struct cells_mask {
    enum mask_profile profile;
    const struct schema *ledger;
};
/* --cells: the sheet named `sheet` (NULL: the first; an index from 1 will do) as plain CSV, one line for each physical row up to
 * the last that holds a value, every line as long as the widest row, masked unless `mask` is NULL.  False after a finding. */
bool intake_cells(const char *path, const char *from, const char *sheet, const struct cells_mask *mask, struct out *output,
                  struct diag *d);

#endif
