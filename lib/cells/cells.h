/* Bytes to cells: any sheet that people send, as rows of cells.
 *
 * A file is opened as a book; a book has sheets; a sheet has physical rows, counted from 1, in order; rows
 * that the file does not hold are simply missing.  The format is told from the bytes, never from the name.
 * CSV and JSON are books of one sheet with an empty name.
 *
 * Reading a sheet is split in two so that threads can share it: sheet_fetch (one thread at a time, in order)
 * fills a block with the next rows' bytes; sheet_parse (any thread, on different blocks at once) turns them into
 * cells.  Readers that are not worth splitting do all in sheet_fetch and sheet_parse does nothing. */
#ifndef VET_CELLS_CELLS_H
#define VET_CELLS_CELLS_H

#include "base/diag.h"
#include "base/str.h"

enum cell_kind {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_NUMBER,  /* text = the digits that the file holds ("370124198110063000", "3.70124E+17") */
    CELL_DATE,    /* text = ISO 8601: 1985-06-15, 1985-06-15T08:30:00, or 08:30:00 for a time alone */
    CELL_BOOLEAN, /* text = "true" or "false" */
    CELL_ERROR,   /* text = "#N/A" and the like */
};
enum cell_flag {
    CELL_FORMULA = 1,   /* the value is a formula's stored result */
    CELL_NO_RESULT = 2, /* a formula without a stored result: kind is CELL_EMPTY; a finding names the cell */
    CELL_LOST = 4,      /* bytes of it could not be decoded and stand as U+FFFD */
};
/* Text is UTF-8, valid as long as the block that it stands in. */
struct cell {
    const char *s;
    uint32_t n;
    uint8_t kind, flags;
    uint16_t spare;
};
static inline struct str cell_str(const struct cell *c)
{
    return (struct str){c->s, c->n};
}
/* Cells of a row start at block->cells[first]; trailing empty cells may be left out. */
struct cell_row {
    uint32_t number;   /* physical row, from 1 */
    uint32_t first, n; /* n <= 16,384 */
    bool hidden;
};
struct cell_block {
    struct cell *cells;
    size_t n_cells, cap_cells;
    struct cell_row *rows;
    size_t n_rows, cap_rows;
    struct buf raw;        /* bytes as fetched */
    struct arena text;     /* text that does not stand in raw */
    uint32_t first_row;    /* number of the first row, for a parser that counts from it */
    uint32_t fetched_rows; /* how many rows were fetched, for a reader that leaves them to sheet_parse */
    void *own;             /* a reader's own per-block state, freed with free() */
};
void cell_block_clear(struct cell_block *b); /* keeps the memory */
void cell_block_free(struct cell_block *b);
struct cell *cell_block_add(struct cell_block *b, size_t n); /* n new empty cells at the end */
/* A new row at the end, without cells yet: its `first` is where the next cell will be.  Valid until the next call. */
struct cell_row *cell_block_row(struct cell_block *b, uint32_t number);
/* What any sheet may hold, its rows those of a workbook; more is refused. */
enum { CELL_MAX_COLUMNS = 16384, CELL_MAX_CHARS = 32767, CELL_MAX_ROWS = 1048576 };

/* A merged range, rows and columns from 1, inclusive.  The value is in the top left cell; the others are empty. */
struct merge {
    uint32_t top, left, bottom, right;
};
struct sheet {
    const char *name; /* "" for CSV and JSON; valid until the book is closed */
    uint32_t index;   /* from 0, in the order of the tabs */
    bool hidden;
    bool only;                  /* the book has no other */
    const struct merge *merges; /* all of them, known before the first row; sorted by top, left */
    size_t n_merges;
};

enum book_format { BOOK_CSV, BOOK_JSON, BOOK_XLSX, BOOK_XLS, BOOK_ODS };
struct book_options {
    const char *from;     /* --from: csv tsv json xlsx xls ods, or NULL: tell from the bytes */
    const char *encoding; /* an ICU converter name, or NULL: tell from the bytes */
    char delimiter;       /* 0: tell from the bytes */
    bool records;         /* a stream of records of our own: UTF-8 is assumed, the headings tell the delimiter, no digest */
    unsigned threads;     /* 0 = one a processor */
};
struct book;
/* Opens `path` ("-" or NULL: standard input).  Findings name `path`.  NULL after a finding (status 3). */
struct book *book_open(const char *path, const struct book_options *o, struct diag *d);
void book_close(struct book *b);
enum book_format book_format(const struct book *b);
const char *book_path(const struct book *b);
/* For CSV: the encoding found, for --explain.  "" otherwise. */
const char *book_encoding(const struct book *b);
/* SHA-256 of the bytes of the file, 32 bytes.  May be asked for at any time, except that of a stream of records (options.records)
 * from a pipe, which is not hashed.  A file is read once more for it; a pipe is hashed as it passes, or spooled when nothing was
 * read of it yet. */
void book_digest(struct book *b, unsigned char digest[32]);

/* Moves to the next sheet and tells of it.  1 = a sheet, 0 = no more, -1 = failed after a finding: also
 * when the file was changed while it was being read. */
int book_next_sheet(struct book *b, struct sheet *out);
/* Fills the block with the next rows of the current sheet (about 1 MiB of them).  1, 0 = end of sheet, -1 = failed. */
int sheet_fetch(struct book *b, struct cell_block *block);
/* Turns what was fetched into cells.  False when that cannot be; of the blocks of which it cannot, the finding is about the first,
 * and may come with book_close, so that it is the same for any number of threads. */
bool sheet_parse(struct book *b, struct cell_block *block);
/* Both, for a reader that needs no threads. */
int sheet_next(struct book *b, struct cell_block *block);

/* Each reader is one of these; book.c asks each in turn whether the bytes are its own. */
struct book_reader {
    enum book_format format;
    const char *name;
    int (*open)(struct book *b); /* after the bytes were told to be ours */
    int (*next_sheet)(struct book *b, struct sheet *out);
    int (*fetch)(struct book *b, struct cell_block *block);
    bool (*parse)(struct book *b, struct cell_block *block); /* may be NULL */
    void (*close)(struct book *b);
};
extern const struct book_reader csv_reader, json_reader, xlsx_reader, xls_reader, ods_reader;

/* What a reader sees of the book it belongs to. */
struct source;
struct book {
    const struct book_reader *reader;
    struct book_options options;
    struct source *source;
    struct diag *diag;
    char *path;
    struct sheet sheet; /* the current one */
    void *own;          /* the reader's state */
};

#endif
