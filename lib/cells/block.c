#include "cells/cells.h"

#include <stdlib.h>

void cell_block_clear(struct cell_block *b)
{
    b->n_cells = 0;
    b->n_rows = 0;
    b->raw.n = 0;
    arena_reset(&b->text);
}

void cell_block_free(struct cell_block *b)
{
    free(b->cells);
    free(b->rows);
    buf_free(&b->raw);
    arena_free(&b->text);
    free(b->own);
    *b = (struct cell_block){0};
}

struct cell *cell_block_add(struct cell_block *b, size_t n)
{
    mem_grow(&b->cells, &b->cap_cells, b->n_cells + n, sizeof *b->cells);
    struct cell *c = b->cells + b->n_cells;
    memset(c, 0, n * sizeof *c);
    b->n_cells += n;
    return c;
}

struct cell_row *cell_block_row(struct cell_block *b, uint32_t number)
{
    mem_grow(&b->rows, &b->cap_rows, b->n_rows + 1, sizeof *b->rows);
    struct cell_row *r = &b->rows[b->n_rows++];
    *r = (struct cell_row){.number = number, .first = (uint32_t)b->n_cells};
    return r;
}
