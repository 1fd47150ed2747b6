/* What the readers of zipped workbooks have in common: building rows, merged ranges, and findings about single cells
 * that keep their order whatever the number of threads. */
#ifndef VET_CELLS_ZIPBOOK_H
#define VET_CELLS_ZIPBOOK_H

#include <pthread.h>

#include "cells/cells.h"

enum {
    BLOCK_CELLS = 4 << 20, /* of one block, empty ones between others counted: bounds a block's memory */
    SHEET_MERGES = 1 << 20,
};

struct zipbook_merges {
    struct merge *v;
    size_t n, cap;
};
void zipbook_merge_add(struct zipbook_merges *m, struct merge range); /* none of one cell; past SHEET_MERGES dropped */
void zipbook_merges_sort(struct zipbook_merges *m);

/* Which cells a merged range covers: a file may still hold what was typed there before, and no person sees it.
 * Zero-initialise with the sorted ranges; ask row by row, downwards. */
enum { ZIPBOOK_ACTIVE = 256 };
struct zipbook_cover {
    const struct zipbook_merges *merges;
    size_t next; /* the first range that starts below the row */
    uint32_t row;
    struct merge active[ZIPBOOK_ACTIVE]; /* those that the row crosses; more than fit only overlap, and are let be */
    size_t n;
};
bool zipbook_covered(struct zipbook_cover *c, uint32_t row, uint32_t col);

/* Warnings about cells, collected by any thread, told in order once the sheet has been parsed. */
enum { ZIPBOOK_NOTED = 20 };
struct zipbook_note {
    enum diag_code code;
    uint32_t row, col;
    char value[40];
};
struct zipbook_notes {
    pthread_mutex_t lock;
    struct zipbook_note first[ZIPBOOK_NOTED]; /* the topmost ones */
    size_t n;
    uint64_t without_result; /* formulas, all of them */
};
void zipbook_notes_init(struct zipbook_notes *n);
void zipbook_note(struct zipbook_notes *n, enum diag_code code, uint32_t row, uint32_t col, struct str value);
/* Adds them to the book's findings, for the current sheet, and forgets them. */
void zipbook_notes_tell(struct zipbook_notes *n, const struct book *b);

/* Rows being built in a block. */
struct zipbook_rows {
    const struct book *book;
    struct cell_block *block;
    uint32_t number; /* of the current or last row */
};
/* False after a finding: rows go upwards, up to CELL_MAX_ROWS. */
bool zipbook_row(struct zipbook_rows *r, uint32_t number, bool hidden);
/* The cell in column `col` of the current row, valid until the next call; NULL after a finding. */
struct cell *zipbook_cell(struct zipbook_rows *r, uint32_t col);
/* Gives the cell its text; false after a finding: too long.  `text` must live as long as the block. */
bool zipbook_set(const struct zipbook_rows *r, struct cell *c, uint32_t col, enum cell_kind kind, struct str text);
void zipbook_finding(const struct book *b, enum diag_code code, uint32_t row, uint32_t col, const char *arg);

#endif
