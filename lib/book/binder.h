/* Binders: workbooks (.xlsx) in the making, of tabs with typed cells and a small fixed set of looks, for A4 and Chinese text.
 *
 * The only module that knows libxlsxwriter.  Rows of a tab are written in order, from 0; tabs may be written side by
 * side; memory does not grow with the rows.  Text is always text: a value that starts with = + - @ never becomes a
 * formula, and a number typed by a person stays as he typed it.  The same calls give the same bytes.
 *
 * Not here: what a report says (book/report.h). */
#ifndef VET_BOOK_BINDER_H
#define VET_BOOK_BINDER_H

#include "base/diag.h"
#include "base/out.h"
#include "base/str.h"

struct binder;
struct tab;
struct binder_info {
    struct str title, subject, author, comments;
    struct str created; /* ISO date, or YYYY-MM; it goes into the file, so it must not be the clock's */
};
/* `path` NULL or "-" is standard output.  The file appears whole or not at all.  NULL after a finding. */
struct binder *binder_open(const char *path, const struct binder_info *info, struct diag *d);
/* The same into an output of the caller's, who closes it after the binder; `shown` is its name for messages. */
struct binder *binder_open_on(struct out *o, const char *shown, const struct binder_info *info, struct diag *d);
/* Ends it, on `keep` with the file in its place.  False after a finding. */
bool binder_close(struct binder *w, bool keep);

/* The name is cut to 31 characters and freed of []:*?/\ and control characters; one that is taken gets a number.  Lives as long as
 * the workbook. */
struct tab *binder_tab(struct binder *w, struct str name, bool hidden);
struct str tab_name(const struct tab *t);

/* A cell's look is a face and the kind of its value. */
enum face {
    FACE_BODY,
    FACE_TITLE,    /* 黑体 18, across */
    FACE_SUBTITLE, /* 宋体, across */
    FACE_NOTE,     /* plain text with no border */
    FACE_CAPTION,  /* over a table */
    FACE_HEADING,  /* of a column */
    FACE_LABEL,    /* of a row: shaded, bold */
    FACE_SUBTOTAL,
    FACE_TOTAL,
    FACE_GOOD,
    FACE_WARN,
    FACE_BAD,
    FACE_INPUT, /* to be filled in: unlocked, pale */
    FACE_FIX,   /* to be put right: unlocked, red */
    FACE_COUNT
};
enum value_kind { VALUE_TEXT, VALUE_CODE, VALUE_COUNT, VALUE_DECIMAL, VALUE_PERCENT, VALUE_CHANGE, VALUE_KIND_COUNT };
struct look {
    enum face face;
    enum value_kind kind; /* text and codes stand in text cells (@), so that ids keep their digits when edited */
    bool wrap;
};
/* By look.kind: counts, decimals, percents (0..100) and changes become numbers when they are, all else text; an empty
 * value becomes an empty cell with the look.  Row and column from 0. */
void tab_put(struct tab *t, uint32_t row, uint16_t col, struct look look, struct str value);
/* A number that was reported otherwise: marked with an r that its format shows, coloured, with `reported` in a comment. */
void tab_restated(struct tab *t, uint32_t row, uint16_t col, struct look look, struct str value, struct str reported);
/* One text across several columns, centred over them; titles. */
void tab_across(struct tab *t, uint32_t row, uint16_t first, uint16_t last, struct look look, struct str value);
void tab_height(struct tab *t, uint32_t row, double points);                  /* before the row's cells */
void tab_comment(struct tab *t, uint32_t row, uint16_t col, struct str text); /* before the next row is begun */

struct area {
    uint32_t first_row, last_row;
    uint16_t first_col, last_col;
};
/* A drop-down; `strict` refuses other values, else they are asked about.  Choices of any length. */
void tab_choices(struct tab *t, struct area a, const struct str *choices, size_t n, bool strict);
void tab_hide_column(struct tab *t, uint16_t col);
/* Columns fit what was put, Han characters counting two, between these widths, unless one has a width of its own. */
void tab_widths(struct tab *t, double least, double most);
void tab_width(struct tab *t, uint16_t col, double width);
/* How many lines a text takes that is broken where its column can get no wider. */
unsigned tab_lines(const struct tab *t, struct str value);
/* A narrow table is spread to `total` characters, each column to at most twice what it needs. */
void tab_fill(struct tab *t, double total);
/* How wide the columns are so far, in the pixels that charts are measured in. */
unsigned tab_pixels(const struct tab *t);

/* Rows above `row` and columns before `col` stay in sight; the rows `first`..`last` stand on every page. */
void tab_freeze(struct tab *t, uint32_t row, uint16_t col);
void tab_repeat(struct tab *t, uint32_t first, uint32_t last);
void tab_filter(struct tab *t, struct area a);
struct page {
    bool portrait;
    struct str left, right; /* of the footer, beside 第 N 页 共 M 页 */
};
void tab_page(struct tab *t, const struct page *p); /* A4, one page wide */
/* Begins a new page with this row, so that a picture is not cut in two. */
void tab_break(struct tab *t, uint32_t row);
/* Only cells with FACE_INPUT or FACE_FIX can be changed.  No password: it guards against slips, not against people. */
void tab_protect(struct tab *t);

enum condition {
    CONDITION_BAR,      /* a bar in the cell */
    CONDITION_SCALE,    /* paler to darker */
    CONDITION_NOT_ZERO, /* red when not 0 */
    CONDITION_BELOW,    /* amber below the limit */
};
void tab_condition(struct tab *t, struct area a, enum condition c, double limit);

enum chart_kind { CHART_BAR, CHART_COLUMN, CHART_STACKED, CHART_PIE, CHART_LINE };
struct chart {
    enum chart_kind kind;
    struct str title;
    uint32_t first_row, last_row; /* of the data */
    uint32_t heading;             /* row with the names of the series */
    uint16_t categories;          /* column of the names */
    const uint16_t *series;       /* columns of numbers */
    size_t n_series;
    uint32_t at_row; /* top left corner */
    uint16_t at_col;
    unsigned width, height; /* pixels */
    double most;            /* end of the axis of values; 0: as they need */
};
void tab_chart(struct tab *t, const struct chart *c);

/* "B12" from row 11, column 1; and back, false when s is no cell. */
void cell_name(struct buf *out, uint32_t row, uint16_t col);
bool cell_parse(struct str s, uint32_t *row, uint16_t *col);

#endif
