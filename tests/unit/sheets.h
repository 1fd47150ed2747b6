/* For tests of readers: bytes into a file, a file into text, and what was found on the way. */
#ifndef VET_TESTS_SHEETS_H
#define VET_TESTS_SHEETS_H

#include <unistd.h>

#include "cells/cells.h"

struct findings {
    struct diag diag;
    struct buf text; /* one "code row arg;" for each finding */
};
static void findings_add(void *ctx, const struct finding *f)
{
    struct findings *fs = ctx;
    buf_put(&fs->text, diag_code_string(f->code));
    if (f->at.row) buf_printf(&fs->text, " %u", f->at.row);
    for (int i = 0; i < DIAG_ARGS && f->args[i].n; i++) {
        buf_char(&fs->text, ' ');
        buf_str(&fs->text, f->args[i]);
    }
    buf_char(&fs->text, ';');
}
static void findings_start(struct findings *fs)
{
    buf_free(&fs->text);
    diag_init(&fs->diag, findings_add, fs);
}

/* Overwrites the file. */
__attribute__((unused)) static const char *file_of(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(name, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0) abort();
    return name;
}

/* All sheets as text: cells joined by '|', each row ended by '\n' after its number and ':'.  "FAILED" at the end when it did not go
 * well. */
__attribute__((unused)) static void text_of_sheets(struct buf *out, const char *path, const struct book_options *o, struct diag *d)
{
    struct book *b = book_open(path, o, d);
    struct sheet sheet;
    struct cell_block block = {0};
    int got = b ? 1 : -1, sheets = 0;
    while (b && got >= 0 && (sheets = book_next_sheet(b, &sheet)) == 1)
        while ((got = sheet_next(b, &block)) == 1)
            for (size_t i = 0; i < block.n_rows; i++) {
                const struct cell_row *r = &block.rows[i];
                buf_printf(out, "%u:", r->number);
                for (uint32_t j = 0; j < r->n; j++) {
                    if (j) buf_char(out, '|');
                    buf_str(out, cell_str(&block.cells[r->first + j]));
                    if (block.cells[r->first + j].flags & CELL_LOST) buf_put(out, "(lost)");
                }
                buf_char(out, '\n');
            }
    if (got < 0 || sheets < 0) buf_put(out, "FAILED");
    cell_block_free(&block);
    book_close(b);
}
#endif
