/* Where imported records go: the output stream, the store, both.  lib/store implements one; cmd/vet-import joins them. */
#ifndef VET_FLOW_SINK_H
#define VET_FLOW_SINK_H

#include "flow/account.h"
#include "ledger/schema.h"
#include "ledger/units.h"

/* A record as import made it.  Slices live until the call returns. */
struct record {
    const struct str *values; /* one a schema field, canonical; empty = none */
    const struct str *typed;  /* one a schema field: what stood there and would not do, else empty */
    uint32_t unit;            /* index into units, the deepest known, or UNIT_NONE (no units file was given) */
    struct str unit_code;
    struct str flags;       /* "id_number:id_checksum;phone:phone_invalid" */
    struct place at;        /* file, sheet, row */
    struct str survey_date; /* of its sheet (填表日期), ISO, or empty */
    const bool *asked;      /* one a schema field: was there a column (on a card: a label) for it?  What a sheet does not ask for
                             * stays as it is in the store.  NULL: the row says all there is to say */
    bool correction;        /* of a workbook that went home: a part of what its unit handed in before */
    struct str answers;     /* ROW/SHEET/FILE of the row that it puts right, or empty */
};
struct rejected {
    struct place at;
    const struct str *cells; /* as typed */
    size_t n_cells;
    const struct str *headings; /* of its sheet, as typed; may be fewer or none */
    size_t n_headings;
    bool correction; /* as above */
    struct str answers;
    struct str reasons;     /* "field:code;field:code" */
    struct str survey_date; /* of its sheet, as above */
    uint32_t unit;
};
struct sink_file {
    const char *name; /* file name without folders */
    const char *path;
    unsigned char digest[32]; /* SHA-256 of its bytes */
    struct str reading;       /* how the command was told to read it (--place, --map ...): told otherwise, the same bytes are read
                                 otherwise; empty: it was told nothing */
};
/* All calls come from one thread at a time, in the order of files, sheets and rows.  begin/end bracket one file = one
 * transaction = one batch.  A false return means the sink failed (after a finding): the run ends with status 4. */
struct sink {
    void *ctx;
    /* *skip = true: these very bytes, read like this, were taken before; the file is read for its accounts only, all its records
     * count as unchanged, and nothing else is called but end. */
    bool (*begin)(void *ctx, const struct sink_file *f, bool *skip);
    /* This record comes in a moment: what the sink has in memory of it may be brought near.  May be NULL. */
    void (*soon)(void *ctx, const struct record *r);
    bool (*record)(void *ctx, const struct record *r, enum fate *fate); /* sets new updated unchanged duplicate */
    bool (*reject)(void *ctx, const struct rejected *r);
    bool (*nil)(void *ctx, uint32_t unit, const struct place *at, struct str survey_date);
    /* A sheet of a unit was seen (also one with records): for coverage. */
    bool (*handed_in)(void *ctx, uint32_t unit, const struct place *at, struct str survey_date);
    bool (*end)(void *ctx, bool keep);
};
#endif
