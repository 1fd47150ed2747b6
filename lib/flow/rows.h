/* Rows: streams of records, and where they go.  Every stage pulls `rows` from the one before.
 *
 * A stream has named columns; a row is one value a column, UTF-8 text.  Values are slices into the block and
 * live until the block is fetched again.  fetch is called by one thread at a time; parse may run on several
 * threads, on different blocks (see cells.h); rows_run does so. */
#ifndef VET_FLOW_ROWS_H
#define VET_FLOW_ROWS_H

#include "base/diag.h"
#include "base/out.h"
#include "base/str.h"

struct columns {
    struct str *names;
    size_t n;
};
/* Index of a column, or -1. */
int columns_find(const struct columns *c, struct str name);
/* The nearest column name, for messages; empty when none is near. */
struct str columns_nearest(const struct columns *c, struct str name);

/* Marks a column, found or -1, in `wanted` (rows_narrow). */
static inline void column_want(bool *wanted, int column)
{
    if (column >= 0) wanted[column] = true;
}

struct row_block {
    struct str *values; /* n_rows * columns.n of them, row after row */
    size_t n_rows, cap;
    uint64_t first;    /* number of the first row in the stream, from 0, blank lines counted */
    struct arena text; /* for values that need room of their own */
    void *own;         /* the source's: e.g. a struct cell_block */
    void (*free_own)(void *);
};
static inline struct str *row_of(const struct row_block *b, const struct columns *c, size_t i)
{
    return b->values + i * c->n;
}
void row_block_free(struct row_block *b);

struct rows {
    struct columns columns;
    const char *name;                                     /* for messages */
    int (*fetch)(struct rows *r, struct row_block *b);    /* 1, 0 = end, -1 = failed after a finding */
    bool (*parse)(struct rows *r, struct row_block *b);   /* may be NULL */
    bool (*verdict)(struct rows *r, struct row_block *b); /* after parse, in order: says what parse found wrong; may be NULL */
    void (*narrow)(struct rows *r, const bool *wanted);   /* see rows_narrow; may be NULL: all columns are as cheap as a few */
    void (*close)(struct rows *r);
    struct diag *diag;
    void *own;
};
/* Records from files, one after another ("-" or none: standard input): CSV or JSON with one header row, UTF-8.  Where the header
 * has no comma, but semicolons or tabs, those delimit. All files must have the same columns in any order; a column that a later
 * file adds is an error that names it, and so is one that a later CSV file lacks (JSON leaves out what is empty).  A row may be
 * shorter than the header, but not longer; a last row that is shorter and has no line end means that the stream broke off, and is
 * an error, and so are far more short rows than a block of a header so wide has room for.  `from`: "csv", "tsv", "json", or NULL to
 * be told from the bytes.  A row of the stream has as many values as there are columns; blank lines are left out. */
struct rows *rows_open(const char *const *paths, size_t n, const char *from, struct diag *d);
void rows_close(struct rows *r);
/* Before the first fetch: only the columns that are wanted (columns.n of them) will be looked at; the others may come empty. */
void rows_narrow(struct rows *r, const bool *wanted);

/* Walk one by one: struct row_cursor c = {.rows = r}; while ((v = rows_next(&c))) ...; rows_done(&c) is false on failure. */
struct row_cursor {
    struct rows *rows;
    struct row_block block;
    size_t at;
    bool failed, ended;
};
struct str *rows_next(struct row_cursor *c);
bool rows_done(struct row_cursor *c); /* frees the cursor's block (not the rows) */

/* Over threads, in order: `work` runs on blocks side by side (thread = 0..threads-1), `hand_on` in order.  */
bool rows_run(struct rows *r, unsigned threads, void *ctx,
              bool (*work)(void *ctx, struct rows *r, struct row_block *b, unsigned thread),
              bool (*hand_on)(void *ctx, struct rows *r, struct row_block *b));

/* Writers: one row at a time as text.  CSV is RFC 4180 with \n; JSON is one object a line with every value a string,
 * empty values left out. */
enum row_format { ROWS_CSV, ROWS_JSON };
void rows_format_header(struct buf *out, enum row_format f, const struct columns *c);
void rows_format(struct buf *out, enum row_format f, const struct columns *c, const struct str *values);
void csv_quote(struct buf *out, struct str value); /* quotes only where RFC 4180 needs it */
void json_quote(struct buf *out, struct str value);

#endif
