/* libFuzzer target: any bytes as an .xls file, read to the end. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cells/cells.h"

_Noreturn void mem_exhausted(size_t wanted)
{
    (void)wanted;
    abort();
}

/* Every byte of every cell is looked at, so that a sanitizer sees a slice that points astray. */
static uint64_t touch(const struct cell_block *block)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < block->n_cells; i++) sum += str_hash(cell_str(&block->cells[i]));
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    int fd = memfd_create("xls", 0);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct book *b = book_open(path, &(struct book_options){.from = "xls"}, &d);
    struct sheet s;
    struct cell_block block = {0};
    volatile uint64_t sum = 0;
    while (b && book_next_sheet(b, &s) == 1) {
        sum += str_hash(str_of(s.name));
        while (sheet_next(b, &block) == 1) sum += touch(&block);
    }
    cell_block_free(&block);
    book_close(b);
    close(fd);
    return 0;
}
