/* Records from files: rows_open.  A file is a book of one sheet whose first row that is not blank is the header. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "cells/cells.h"
#include "flow/rows.h"

/* Values of one block.  Rows may be short, and each still gets a value for every column of the header: of a wide header and rows of
 * a byte or two a block of the reader would come to many gigabytes. */
enum { MOST_VALUES = 16 << 20 };

/* A file lives as long as a block of it is about: one thread may still parse its last block when another has gone on to the next.
 */
struct file {
    struct book *book;
    int *to; /* column of the file -> column of the stream */
    size_t n;
    bool same;       /* they are the same */
    uint32_t header; /* physical row of the header */
    atomic_uint holders;
};
struct stream {
    struct rows rows;
    char **paths;
    size_t n_paths, next;
    char *from;
    struct file *file;       /* the one being read; NULL between two */
    struct cell_block first; /* of it: holds the header, and is parsed already */
    bool first_waits;
    uint64_t n_rows; /* fetched so far */
    struct arena memory;
};
/* What a block of the stream owns. */
struct record_block {
    struct file *file;
    struct cell_block cells;
    bool parsed;
    enum diag_code wrong; /* what parse found, for the verdict */
    uint32_t wrong_row;
    size_t wrong_n;
};

static void file_drop(struct file *f)
{
    if (!f || atomic_fetch_sub(&f->holders, 1) != 1) return;
    book_close(f->book);
    free(f->to);
    free(f);
}

static void record_block_free(void *own)
{
    struct record_block *rb = own;
    if (!rb) return;
    cell_block_free(&rb->cells);
    file_drop(rb->file);
    free(rb);
}

static void complain(struct stream *s, enum diag_code code, uint32_t row, const char *a, const char *b)
{
    struct place at = {.file = s->file ? book_path(s->file->book) : s->rows.name, .row = row};
    diag_add(s->rows.diag, code, &at, a, b, NULL);
}

static void complain_of_name(struct stream *s, enum diag_code code, struct str name)
{
    char *text = arena_copy(&s->memory, name.s ? name.s : "", name.n);
    complain(s, code, s->file->header, text, NULL);
}

/* The first row that has cells, in s->first; NULL when there is none, *failed when it could not be read. */
static const struct cell_row *read_header(struct stream *s, bool *failed)
{
    for (;;) {
        int got = sheet_next(s->file->book, &s->first);
        *failed = got < 0;
        if (got != 1) return NULL;
        for (size_t i = 0; i < s->first.n_rows; i++)
            if (s->first.rows[i].n) return &s->first.rows[i];
    }
}

static bool take_names(struct stream *s, const struct cell *cells, size_t n)
{
    struct columns *c = &s->rows.columns;
    c->names = arena_zero(&s->memory, n ? n : 1, sizeof *c->names);
    for (size_t i = 0; i < n; i++) {
        struct str name = cell_str(&cells[i]);
        if (columns_find(c, name) >= 0) {
            complain_of_name(s, DIAG_COLUMN_TWICE, name);
            return false;
        }
        c->names[c->n++] = str_copy(&s->memory, name);
    }
    return true;
}

/* Which column of the stream each column of this file is. */
static bool map_columns(struct stream *s, const struct cell *cells, size_t n)
{
    struct file *f = s->file;
    const struct columns *c = &s->rows.columns;
    bool *seen = mem_zero(c->n, sizeof *seen);
    bool ok = true;
    f->to = mem_zero(n, sizeof *f->to);
    f->n = n;
    f->same = n == c->n;
    for (size_t i = 0; ok && i < n; i++) {
        int to = f->to[i] = columns_find(c, cell_str(&cells[i]));
        f->same = f->same && to == (int)i;
        ok = to >= 0 && !seen[to];
        if (ok) seen[to] = true;
        else complain_of_name(s, to >= 0 ? DIAG_COLUMN_TWICE : DIAG_COLUMN_ADDED, cell_str(&cells[i]));
    }
    for (size_t i = 0; ok && i < c->n; i++) {
        if (seen[i] || book_format(f->book) == BOOK_JSON) continue;
        complain_of_name(s, DIAG_COLUMN_LACKING, c->names[i]);
        ok = false;
    }
    free(seen);
    return ok;
}

static bool start_file(struct stream *s, const char *path)
{
    const struct book_options o = {.from = s->from, .records = true};
    struct book *book = book_open(path, &o, s->rows.diag);
    if (!book) return false;
    s->file = mem_zero(1, sizeof *s->file);
    s->file->book = book;
    atomic_init(&s->file->holders, 1);
    if (book_format(book) != BOOK_CSV && book_format(book) != BOOK_JSON) {
        complain(s, DIAG_RECORDS_EXPECTED, 0, "...", NULL);
        return false;
    }
    struct sheet sheet;
    if (book_next_sheet(book, &sheet) != 1) return false;
    bool failed;
    const struct cell_row *header = read_header(s, &failed);
    if (!header) {
        if (!failed) complain(s, DIAG_STREAM_EMPTY, 0, NULL, NULL);
        return false;
    }
    s->file->header = header->number;
    s->first_waits = true;
    const struct cell *cells = s->first.cells + header->first;
    bool is_first = s->rows.columns.names == NULL;
    return (!is_first || take_names(s, cells, header->n)) && map_columns(s, cells, header->n);
}

/* Fills the block from the file at hand. */
static int fetch_some(struct stream *s, struct record_block *rb)
{
    file_drop(rb->file);
    rb->file = NULL;
    rb->wrong = DIAG_NONE;
    rb->parsed = s->first_waits;
    int got = 1;
    if (s->first_waits) {
        struct cell_block spare = rb->cells;
        rb->cells = s->first;
        s->first = spare;
        s->first_waits = false;
    } else {
        got = sheet_fetch(s->file->book, &rb->cells);
    }
    if (got != 1) return got;
    rb->file = s->file;
    atomic_fetch_add(&s->file->holders, 1);
    return 1;
}

static int stream_fetch(struct rows *r, struct row_block *b)
{
    struct stream *s = r->own;
    if (!b->own) {
        b->own = mem_zero(1, sizeof(struct record_block));
        b->free_own = record_block_free;
    }
    struct record_block *rb = b->own;
    for (;;) {
        if (!s->file && s->next == s->n_paths) return 0;
        if (!s->file && !start_file(s, s->paths[s->next++])) return -1;
        int got = fetch_some(s, rb);
        if (got < 0) return -1;
        if (got == 1) break;
        file_drop(s->file);
        s->file = NULL;
    }
    b->n_rows = 0;
    b->first = s->n_rows;
    s->n_rows += rb->parsed || !rb->cells.fetched_rows ? rb->cells.n_rows : rb->cells.fetched_rows;
    return 1;
}

static void set_wrong(struct record_block *rb, enum diag_code code, const struct cell_row *row)
{
    if (rb->wrong != DIAG_NONE) return;
    rb->wrong = code;
    rb->wrong_row = row->number;
    rb->wrong_n = row->n;
}

/* A row in the order of the stream's columns. */
static void put_row(struct record_block *rb, const struct cell_row *row, struct str *to, size_t n)
{
    const struct file *f = rb->file;
    const struct cell *cells = rb->cells.cells + row->first;
    size_t have = row->n < f->n ? row->n : f->n;
    if (f->same) {
        for (size_t i = 0; i < have; i++) to[i] = cell_str(&cells[i]);
        for (size_t i = have; i < n; i++) to[i] = (struct str){"", 0};
    } else {
        for (size_t i = 0; i < n; i++) to[i] = (struct str){"", 0};
        for (size_t i = 0; i < have; i++) to[f->to[i]] = cell_str(&cells[i]);
    }
    for (size_t i = f->n; i < row->n; i++)
        if (cells[i].n) set_wrong(rb, DIAG_ROW_TOO_LONG, row);
}

static bool stream_parse(struct rows *r, struct row_block *b)
{
    struct record_block *rb = b->own;
    if (!rb->parsed && !sheet_parse(rb->file->book, &rb->cells)) return false;
    size_t n = r->columns.n;
    if (n && rb->cells.n_rows > MOST_VALUES / n) {
        set_wrong(rb, DIAG_STREAM_SPARSE, &rb->cells.rows[0]);
        return true;
    }
    mem_grow(&b->values, &b->cap, rb->cells.n_rows * n + 1, sizeof *b->values);
    struct str *to = b->values;
    for (size_t i = 0; i < rb->cells.n_rows; i++) {
        const struct cell_row *row = &rb->cells.rows[i];
        if (!row->n || row->number <= rb->file->header) continue;
        put_row(rb, row, to, n);
        to += n;
    }
    b->n_rows = n ? (size_t)(to - b->values) / n : 0;
    const struct buf *raw = &rb->cells.raw;
    if (rb->cells.n_rows && raw->n && book_format(rb->file->book) == BOOK_CSV) {
        const struct cell_row *last = &rb->cells.rows[rb->cells.n_rows - 1];
        char end = raw->s[raw->n - 1];
        if (last->n < rb->file->n && end != '\n' && end != '\r') set_wrong(rb, DIAG_STREAM_BROKEN, last);
    }
    return true;
}

static bool stream_verdict(struct rows *r, struct row_block *b)
{
    const struct record_block *rb = b->own;
    if (rb->wrong == DIAG_NONE) return true;
    char has[24], wanted[24];
    snprintf(has, sizeof has, "%zu", rb->wrong_n);
    snprintf(wanted, sizeof wanted, "%zu", rb->file->n);
    struct place at = {.file = book_path(rb->file->book), .row = rb->wrong_row};
    diag_add(r->diag, rb->wrong, &at, has, wanted, NULL);
    return false;
}

static void stream_close(struct rows *r)
{
    struct stream *s = r->own;
    file_drop(s->file);
    cell_block_free(&s->first);
    for (size_t i = 0; i < s->n_paths; i++) free(s->paths[i]);
    free(s->paths);
    free(s->from);
    arena_free(&s->memory);
    free(s);
}

static char *copy(const char *text)
{
    char *c = strdup(text);
    if (!c) mem_exhausted(strlen(text));
    return c;
}

struct rows *rows_open(const char *const *paths, size_t n, const char *from, struct diag *d)
{
    struct stream *s = mem_zero(1, sizeof *s);
    s->n_paths = n ? n : 1;
    s->paths = mem_zero(s->n_paths, sizeof *s->paths);
    for (size_t i = 0; i < s->n_paths; i++) s->paths[i] = copy(n ? paths[i] : "-");
    s->from = from ? copy(from) : NULL;
    s->rows = (struct rows){
        .name = s->paths[0],
        .fetch = stream_fetch,
        .parse = stream_parse,
        .verdict = stream_verdict,
        .close = stream_close,
        .diag = d,
        .own = s,
    };
    if (start_file(s, s->paths[s->next++])) return &s->rows;
    rows_close(&s->rows);
    return NULL;
}
