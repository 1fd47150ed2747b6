/* The state of an open .xls workbook, shared by the files xls*.c.  Other modules see only xls_reader (cells.h).
 *
 * The stream of the workbook is held in memory.  xls.c finds it and is the reader; xls_globals.c reads what belongs to the
 * whole book: strings, formats, tabs; xls_sheet.c reads the cells of a sheet. */
#ifndef VET_CELLS_XLS_H
#define VET_CELLS_XLS_H

#include "cells/biff.h"
#include "cells/cells.h"
#include "cells/numfmt.h"
#include "cells/ole.h"

enum {
    XLS_ROWS = 65536,
    XLS_COLUMNS = 256,
    XLS_CROSSING = XLS_COLUMNS / 2, /* no more can stand side by side; those past it overlap */
    XLS_TABS = 4096,                /* no honest book has more */
    XLS_FILE = 512 << 20,           /* bytes; the fullest sheet people make is a tenth of it */
};
/* A string of the shared table. */
struct xls_string {
    const char *s;
    uint32_t n;
    bool lost; /* see CELL_LOST */
};
struct xls_format {
    uint32_t id;
    enum numfmt kind;
};
struct xls_tab {
    const char *name;
    uint32_t offset; /* of its BOF record */
    uint32_t index;  /* among all tabs */
    bool hidden;
};
struct xls {
    struct buf image; /* the file */
    struct buf copy;  /* the workbook's stream, when it lies in the image in pieces */
    struct str stream;
    unsigned version; /* 2, 3, 4, 5 or 8 */
    struct biff_decoder decoder;
    bool codepage_fixed; /* told by the user: the file's own is not asked */
    bool single;         /* one sheet only, with the records of the book among its own: BIFF2 to BIFF4 */
    bool date_1904;
    struct arena text;
    struct xls_string *strings;
    size_t n_strings, cap_strings;
    struct xls_format *formats; /* as the file defines them, besides the built-in ones */
    size_t n_formats, cap_formats;
    uint16_t *xf; /* the format of each cell style */
    size_t n_xf, cap_xf;
    enum numfmt *style; /* and its kind, once all formats are known */
    struct xls_tab *tabs;
    size_t n_tabs, cap_tabs, next_tab;
    size_t scanned; /* bytes of the stream gone over for sheets so far: sheets never overlap */
    /* The current sheet: its cell records as row << 32 | offset, in order of rows. */
    uint64_t *cells;
    size_t n_cells, cap_cells, next_cell;
    struct merge *merges;
    size_t n_merges, cap_merges, next_merge;
    struct merge crossing[XLS_CROSSING]; /* the merged ranges that the current row crosses */
    size_t n_crossing;
    unsigned char hidden[XLS_ROWS / 8];
    uint32_t no_result; /* formulas without a stored result in this sheet so far */
};

/* What of a workbook could not be read: the name of a record, in no language, as the argument of the finding BOOK_DAMAGED;
 * NULL when all could. */
typedef const char *xls_fault;

/* xls_globals.c: takes one record that concerns the book; others are passed over. */
xls_fault xls_global(struct xls *x, const struct biff_record *r);
/* Everything up to the EOF of the workbook's globals, from the BOF at offset 0. */
xls_fault xls_globals(struct xls *x);
/* Works out the kind of every cell style, after the last XF and FORMAT. */
void xls_styles(struct xls *x);

/* xls_sheet.c: goes over the sheet whose BOF is at `offset` and notes its cells, merges and hidden rows. */
xls_fault xls_scan(struct xls *x, uint32_t offset);
/* The next rows of the sheet scanned: 1, 0 at its end, -1 after a finding. */
int xls_rows(struct book *b, struct xls *x, struct cell_block *block);

#endif
