/* What the parts of intake share among themselves; nobody else includes it. */
#ifndef VET_FLOW_INTAKE_OWN_H
#define VET_FLOW_INTAKE_OWN_H

#include <stdatomic.h>

#include "cells/cells.h"
#include "flow/emit.h"
#include "flow/intake.h"
#include "flow/intake_take.h"
#include "flow/rejects.h"
#include "ledger/assemble.h"
#include "ledger/card.h"
#include "ledger/convert.h"
#include "ledger/expr.h"
#include "ledger/header.h"
#include "ledger/place.h"

enum { MOST_TOLD = 1000 }; /* findings of one code and file that are shown one by one */

/* Made ready once, const while threads work. */
struct intake {
    const struct intake_options *o;
    const struct schema *schema;
    struct words words;
    struct places places;
    struct emit emit;
    struct rejects rejects;
    uint32_t place_field[LEVEL_COUNT]; /* the fields with the roles of places, or UINT32_MAX */
    uint32_t address_field;            /* that locates people, or UINT32_MAX */
    struct convert_options convert;
    enum severity quiet_below; /* findings of less are not worth keeping */
};

/* One a thread: scratch memory, and what it remembers. */
struct hand {
    const struct intake *in;
    struct converter *converter;
    struct expr *stock;        /* of the ledger, compiled when it is first wanted */
    struct expr *where;        /* what records are written out for; NULL: all */
    struct cell *now, *before; /* one a field */
    uint32_t *cols;            /* one a field: where its cell stands, from 1 */
    uint32_t before_row;       /* the row that `before` is of; 0: none yet */
    bool wanted_before;        /* a row looked above the first row of the block */
    struct str *values, *typed, *slices;
    struct buf flags, text, other;
    struct place_memo memo;
    struct map places; /* place names of rows -> index of `found` + 1 */
    struct place_found *found;
    size_t n_found, cap_found;
    struct arena found_memory;
    const struct place_context *found_for;
    uint64_t found_in;         /* serial of the reading */
    struct arena own_memory;   /* lives as long as the hand */
    struct arena block_memory; /* of the cells of the block at hand */
    struct str last_typed[LEVEL_COUNT];
    struct place_found *last_found;
};
bool hand_ready(struct hand *h, const struct intake *in, struct diag *d);
void hand_free(struct hand *h);

/* Where in a sheet the reading stands; handed from block to block. */
struct standing {
    const struct layout *layout;         /* NULL: outside of a table */
    const struct place_context *context; /* of the table at hand */
    struct place_context *gathering;     /* preamble seen since, for the next table; or NULL */
    uint32_t last_row;                   /* the last that holds a value */
    bool has_rows, after_footer;
    bool after_card;        /* the rows above are of a card */
    bool relatives;         /* and these are a table of his relatives */
    enum diag_code refused; /* why the rows below are not taken, or DIAG_NONE */
    bool sheet_rows, headed, longer_told;
    uint32_t headless_row; /* the first that could not be read for want of headings, or 0 */
    uint32_t ticked_row;   /* where it is ticked that nobody is here, or 0 */
    bool people;           /* and yet there is somebody, who counts */
    uint32_t data_row;     /* the first row of data under the heading, or 0 */
    uint32_t hidden_rows;
};
/* A sheet being read: what stays the same over its blocks, and what is kept until its end. */
struct reading {
    const struct intake *in;
    struct sheet sheet;
    const char *file, *path, *name;    /* without folders; as given; of the sheet */
    uint64_t serial;                   /* no two sheets of a run have the same */
    bool guide, told;                  /* it only shows how to fill in the others; and has a table, which is to be told */
    bool other;                        /* one of several sheets, and its headings are not those of people */
    bool headless;                     /* no headings in its first block */
    const struct place_context *start; /* what the names of sheet and file say */
    atomic_bool *enough;               /* of a large file: codes of which no more findings are wanted, only their number; or NULL */
    struct standing now;
    struct cell *before; /* one a field: the last row's cells, in `memory` of the reading */
    uint32_t before_row;
    struct buf before_text;
};
/* What a block made that outlives it. */
struct kept {
    void *v;
    bool is_layout;
};
struct piece {
    struct cell_block cells;
    struct take *take;
    struct take own;
    struct standing end;
    struct kept *kept;
    size_t n_kept, cap_kept;
    struct cell *before;
    uint32_t before_row, first_value, last_value;
    bool wanted_before;
};

/* Turns the rows of a block into records, from `start` on; fills everything in `p` but its cells. */
void intake_block(const struct reading *r, struct hand *h, struct piece *p, const struct standing *start, const struct cell *before,
                  uint32_t before_row);

/* intake_row.c */
struct row_at {
    const struct reading *reading;
    const struct layout *layout; /* NULL for a card */
    const struct place_context *context;
    struct line line; /* the physical row; of a card, that of the name */
};
/* Puts the cells of a row of a table into h->now, with what fills down. */
void row_gather(struct hand *h, const struct row_at *at);
/* Makes a record of h->now: output, rejects, events, findings.  The fate: new or rejected. */
enum fate row_record(struct hand *h, struct take *t, const struct row_at *at);
/* Is the record that was just made one of somebody who is counted here still (vet:stock)? */
bool hand_counts(struct hand *h);
/* A row that says that nobody is here. */
enum fate row_nil(struct hand *h, struct take *t, const struct row_at *at);
/* A row that cannot be read because the sheet cannot. */
void row_refuse(struct hand *h, struct take *t, const struct row_at *at, enum diag_code code);
struct place_found *row_place(struct hand *h, const struct row_at *at);

/* intake_home.c: the row that was just judged goes home when findings from `first` on have something against it. */
void row_home(struct hand *h, struct take *t, const struct row_at *at, size_t first);

/* intake_explain.c: how a table was read, as findings. */
void explain_layout(const struct reading *r, struct take *t, const struct layout *l, const struct place_context *c);
void explain_context(const struct reading *r, struct take *t, uint32_t row, const struct place_context *c);

#endif
