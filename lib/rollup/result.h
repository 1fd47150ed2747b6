/* Results: tables made to be read or passed on, with columns that know what they hold.
 * What every rollup, coverage list, proof and report sheet becomes before it is written as CSV, JSON, text or a workbook. */
#ifndef VET_ROLLUP_RESULT_H
#define VET_ROLLUP_RESULT_H

#include "flow/rows.h"

enum column_kind {
    COLUMN_TEXT,
    COLUMN_CODE,    /* text that is not read as words: codes, dates, states; centred */
    COLUMN_COUNT,   /* whole numbers that add up */
    COLUMN_DECIMAL, /* sums */
    COLUMN_PERCENT, /* 0..100 with one digit after the point */
    COLUMN_CHANGE,  /* a signed difference */
};
enum line_kind { LINE_PLAIN, LINE_SUBTOTAL, LINE_TOTAL, LINE_GOOD, LINE_BAD };
struct result_column {
    struct str name;  /* in CSV and JSON */
    struct str title; /* on paper; empty: the name */
    struct str group; /* heading over several columns, or empty */
    enum column_kind kind;
    bool pivoted;  /* it is of one value of the dimension that was laid out in columns: */
    struct str of; /* that value, empty for none */
};
struct result_line {
    struct str *values;
    enum line_kind kind;
};
struct result {
    struct result_column *columns;
    size_t n_columns, cap_columns;
    struct result_line *lines;
    size_t n, cap;
    struct arena memory;
};
struct result *result_new(void);
void result_free(struct result *r);
/* Columns are added before the first line.  Strings are copied. */
size_t result_column(struct result *r, struct str name, struct str title, enum column_kind kind);
/* A column like that of another table, empty in every line, before column `at` or, at n_columns, last. */
void result_insert(struct result *r, size_t at, const struct result_column *like);
/* A column with its kind, for tables of columns. */
struct named_column {
    const char *name, *title;
    enum column_kind kind;
};
void result_columns(struct result *r, const struct named_column *c, size_t n);
/* A new line of empty values; valid until the next one.  Values are set to slices that live as long as the result. */
struct str *result_line(struct result *r, enum line_kind kind);
struct str result_text(struct result *r, struct str s); /* copied into the result's memory */
struct str result_number(struct result *r, int64_t v);
/* Appends a value of a column as JSON: what counts or measures is a number. */
void result_json(struct buf *out, const struct result_column *c, struct str v);
/* Appends the values of a line that are not empty as members of a JSON object, the first after `before`, the others after a comma.
 */
void result_members(struct buf *out, const struct result *r, const struct result_line *line, char before);
/* Writes all lines as records. */
void result_write(struct out *o, enum row_format f, const struct result *r);

#endif
