/* What every target needs: memory that runs out, bytes as a file, and a check that stops the fuzzer. */
#ifndef VET_TESTS_FUZZ_H
#define VET_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "cells/cells.h"

#ifndef VET_TESTS_TAP_H /* a target that works with what the unit tests work with has theirs */
_Noreturn void mem_exhausted(size_t wanted)
{
    (void)wanted;
    abort();
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* An unlinked file of these bytes, and its path while `fd` is open. */
struct file_of_bytes {
    int fd;
    char path[64];
};
static inline struct file_of_bytes file_of_bytes(const void *bytes, size_t n)
{
    struct file_of_bytes f = {.fd = memfd_create("fuzz", 0)};
    if (f.fd < 0 || write(f.fd, bytes, n) != (ssize_t)n) abort();
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

/* A name for a file in memory, of this process alone. */
static inline void path_in_memory(char path[64], const char *what)
{
    snprintf(path, 64, "/dev/shm/vet-fuzz-%d-%s", (int)getpid(), what);
}

static inline void must(bool true_always, const char *what)
{
    if (true_always) return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

/* What holds of a row of any sheet; its cells as text when `out` is not NULL. */
static inline void check_row(const struct cell_block *b, const struct cell_row *r, struct buf *out)
{
    must(r->n <= CELL_MAX_COLUMNS && r->first + r->n <= b->n_cells, "a row's cells are there");
    if (out) buf_printf(out, "%u%s:", r->number, r->hidden ? "h" : "");
    for (uint32_t k = 0; k < r->n; k++) {
        const struct cell *c = &b->cells[r->first + k];
        size_t bad;
        must(text_valid(cell_str(c), &bad) && (!c->n || !memchr(c->s, 0, c->n)), "text is UTF-8 without NUL");
        if (!out) continue;
        buf_printf(out, "%d %d ", c->kind, c->flags);
        buf_str(out, cell_str(c));
        buf_char(out, '|');
    }
    if (out) buf_char(out, '\n');
}

/* What holds of every block that any reader of text gives. */
static inline void check_block(const struct cell_block *b, uint32_t *last_row)
{
    for (size_t i = 0; i < b->n_rows; i++) {
        must(b->rows[i].number == *last_row + 1, "rows are numbered without a gap");
        *last_row = b->rows[i].number;
        check_row(b, &b->rows[i], NULL);
    }
}

/* Reads all sheets of a file; the cells as text when `out` is not NULL.  The status. */
static inline int read_book(const char *path, const char *from, struct buf *out)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct book *b = book_open(path, &(struct book_options){.from = from}, &d);
    struct cell_block block = {0};
    struct sheet s;
    while (b && book_next_sheet(b, &s) == 1) {
        uint32_t last = 0;
        if (out) buf_printf(out, "[%s] %zu\n", s.name, s.n_merges);
        while (sheet_next(b, &block) == 1)
            for (size_t i = 0; i < block.n_rows; i++) {
                must(block.rows[i].number > last && block.rows[i].number <= CELL_MAX_ROWS, "rows go upwards");
                last = block.rows[i].number;
                check_row(&block, &block.rows[i], out);
            }
    }
    cell_block_free(&block);
    book_close(b);
    return d.status;
}
#endif
