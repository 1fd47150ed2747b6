/* Workbooks in the making: what the parts of the binder share.  Only binder*.c use it. */
#ifndef VET_BOOK_BINDER_OWN_H
#define VET_BOOK_BINDER_OWN_H

#include <xlsxwriter.h>

#include "base/map.h"
#include "book/binder.h"

/* Limits of the format that the library would otherwise print about. */
#define MARGIN 0.5 /* inches, left and right */

enum { NAME_LENGTH = 31, CELL_LENGTH = 32767 };

struct choice_list {
    struct str *v;
    size_t n;
};
struct tab {
    struct binder *w;
    lxw_worksheet *sheet;
    bool detached; /* the sheet is no part of the workbook, which has failed */
    struct str name;
    double *fitted, *fixed; /* widths by column; fixed 0 = none */
    bool *hidden;
    size_t n_columns, cap_fitted, cap_fixed, cap_hidden;
    double least, most, total;
    bool portrait, paged;
    lxw_row_t *breaks; /* first rows of pages */
    size_t n_breaks, cap_breaks;
    uint16_t chart_col; /* where the charts begin, and how wide the widest is in pixels */
    unsigned chart_width;
};
struct binder {
    lxw_workbook *book;
    struct out *out;
    bool lent;         /* the output is the caller's */
    int fd;            /* where the library writes: the output's file, or when it has none, */
    bool own;          /* one of our own, which is copied to it at the end */
    struct buf path;   /* the name by which the library opens it */
    const char *shown; /* for messages */
    struct diag *diag;
    lxw_format *formats[FACE_COUNT][VALUE_KIND_COUNT][2], *restated[FACE_COUNT][VALUE_KIND_COUNT], *bad, *amber;
    struct tab **tabs;
    size_t n_tabs, cap_tabs;
    struct map names;
    struct choice_list *lists; /* drop-downs too long for a validation of their own: columns of a hidden sheet */
    size_t n_lists, cap_lists;
    struct buf text; /* scratch */
    struct arena memory;
    lxw_error error;
};

void binder_note(struct binder *w, lxw_error e);          /* keeps the first error */
const char *binder_clean(struct binder *w, struct str s); /* what the format can hold of a text; valid until the next call */
/* The same for what is no cell, a title or a comment: only cells have a form for control characters, which are blanks here but for
 * line ends. */
const char *binder_plain(struct binder *w, struct str s);
lxw_format *binder_format(struct binder *w, struct look look); /* made when first asked for */
lxw_format *binder_restated_format(struct binder *w, struct look look);
void binder_write_lists(struct binder *w); /* the hidden sheet of drop-downs */
void tab_know_column(struct tab *t, uint16_t col);
void tab_fit(struct tab *t, uint16_t col, struct look look, struct str value);
void tab_set_widths(struct tab *t); /* of columns, and the scale of the page */

#endif
