/* What every target needs: memory that runs out, bytes as a file, and a check that stops the fuzzer. */
#ifndef VET_TESTS_FUZZ_H
#define VET_TESTS_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "cells/cells.h"

_Noreturn void mem_exhausted(size_t wanted)
{
    (void)wanted;
    abort();
}

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

static inline void must(bool true_always, const char *what)
{
    if (true_always) return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

/* What holds of every block that any reader of text gives. */
static inline void check_block(const struct cell_block *b, uint32_t *last_row)
{
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct cell_row *r = &b->rows[i];
        must(r->number == *last_row + 1, "rows are numbered without a gap");
        must(r->n <= CELL_MAX_COLUMNS && r->first + r->n <= b->n_cells, "a row's cells are there");
        *last_row = r->number;
        for (uint32_t k = 0; k < r->n; k++) {
            struct str text = cell_str(&b->cells[r->first + k]);
            size_t bad;
            must(text_valid(text, &bad) && !memchr(text.s ? text.s : "", 0, text.n), "text is UTF-8 without NUL");
        }
    }
}
#endif
