/* Decisions as they come back: the first sheet of any workbook, or CSV in any encoding. */
#include <stdlib.h>

#include "cells/cells.h"
#include "link/decide.h"

struct file {
    struct rows rows;
    struct book *book;
    struct cell_block block;
    size_t at; /* next row of the block */
    struct arena memory;
};

static bool is_blank(const struct file *f, const struct cell_row *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_trim(cell_str(&f->block.cells[r->first + i])).n) return false;
    return true;
}

static const struct cell_row *next_row(struct file *f, bool *failed)
{
    for (;;) {
        while (f->at < f->block.n_rows) {
            const struct cell_row *r = &f->block.rows[f->at++];
            if (!is_blank(f, r)) return r;
        }
        f->at = 0;
        f->block.n_rows = 0;
        int got = sheet_next(f->book, &f->block);
        *failed = got < 0;
        if (got != 1) return NULL;
    }
}

static int file_fetch(struct rows *r, struct row_block *b)
{
    struct file *f = r->own;
    bool failed = false;
    const struct cell_row *row = next_row(f, &failed);
    if (!row) return failed ? -1 : 0;
    mem_grow(&b->values, &b->cap, r->columns.n + 1, sizeof *b->values);
    for (size_t i = 0; i < r->columns.n; i++)
        b->values[i] = i < row->n ? cell_str(&f->block.cells[row->first + i]) : (struct str){"", 0};
    b->n_rows = 1;
    b->first = row->number;
    return 1;
}

static void file_close(struct rows *r)
{
    struct file *f = r->own;
    cell_block_free(&f->block);
    if (f->book) book_close(f->book);
    arena_free(&f->memory);
    free(f);
}

struct rows *decisions_open(const char *path, struct diag *d)
{
    struct file *f = mem_zero(1, sizeof *f);
    f->rows = (struct rows){.name = arena_string(&f->memory, path), .fetch = file_fetch, .close = file_close, .diag = d, .own = f};
    const struct book_options o = {0};
    struct sheet sheet;
    bool failed = false;
    f->book = book_open(path, &o, d);
    const struct cell_row *head = f->book && book_next_sheet(f->book, &sheet) == 1 ? next_row(f, &failed) : NULL;
    if (!head) {
        if (f->book && !failed) {
            struct place at = {.file = f->rows.name};
            diag_add(d, DIAG_LINK_DECISION_FORM, &at, "decision", NULL);
        }
        file_close(&f->rows);
        return NULL;
    }
    f->rows.columns.names = arena_zero(&f->memory, head->n + 1, sizeof *f->rows.columns.names);
    f->rows.columns.n = head->n;
    for (size_t i = 0; i < head->n; i++)
        f->rows.columns.names[i] = str_copy(&f->memory, cell_str(&f->block.cells[head->first + i]));
    return &f->rows;
}
