/* Headings: finding the rows that name the columns, in one row or two, and making a layout of them. */
#ifndef VET_LEDGER_HEADER_H
#define VET_LEDGER_HEADER_H

#include "ledger/layout.h"

/* What the cells of a row say when they are read as headings. */
struct header_fit {
    uint32_t fields; /* different fields of the ledger */
    uint32_t ignored, unknown, filled;
    uint32_t adjacent; /* known headings whose left neighbour is a known heading too */
    uint32_t valued;   /* known headings with something that is no heading to their right */
    bool required;     /* a field that a row must have is among them */
};
void header_fit(const struct words *w, const struct line *l, struct header_fit *fit);
/* Do the cells name the columns of a table?  A row of labels with their values does not. */
bool header_fits(const struct header_fit *fit);

enum header_verdict {
    HEADER_NONE,
    HEADER_FOUND,
    HEADER_TWICE,  /* two rows fit equally and contradict each other */
    HEADER_BESIDE, /* two tables stand side by side: *rows is set, *out is not */
};
/* Do headings begin at row `i` of the block?  On HEADER_FOUND *out is a new layout (layout_free) and *rows the number of heading
 * rows, 1 to 3, physical neighbours.  `sheet` is asked for merged cells. */
enum header_verdict header_at(const struct words *w, const struct cell_block *b, size_t i, const struct sheet *sheet,
                              struct layout **out, unsigned *rows);
/* The merged range that holds a cell (row and column from 1), or NULL. */
const struct merge *sheet_merge(const struct sheet *s, uint32_t row, uint32_t col);

#endif
