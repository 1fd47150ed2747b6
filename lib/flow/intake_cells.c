/* --cells: a sheet as the reader saw it, as plain CSV. */
#include <stdlib.h>

#include "cells/cells.h"
#include "flow/intake.h"

/* The lines of a sheet, all as long as the widest: so the rows are held until the end. */
struct grid {
    struct arena text;
    struct {
        uint32_t number, n;
        struct str *cells;
    } * rows;
    size_t n, cap;
    uint32_t widest;
};

static void add_rows(struct grid *g, const struct cell_block *b)
{
    for (size_t i = 0; i < b->n_rows; i++) {
        const struct cell_row *row = &b->rows[i];
        uint32_t n = row->n;
        while (n && !b->cells[row->first + n - 1].n) n--;
        if (!n) continue;
        mem_grow(&g->rows, &g->cap, g->n + 1, sizeof *g->rows);
        struct str *cells = arena_alloc(&g->text, n * sizeof *cells);
        for (uint32_t c = 0; c < n; c++) cells[c] = str_copy(&g->text, cell_str(&b->cells[row->first + c]));
        g->rows[g->n].number = row->number;
        g->rows[g->n].n = n;
        g->rows[g->n++].cells = cells;
        if (n > g->widest) g->widest = n;
    }
}

static void write_line(struct buf *line, const struct str *cells, uint32_t n, uint32_t widest)
{
    for (uint32_t c = 0; c < widest; c++) {
        if (c) buf_char(line, ',');
        if (c < n) csv_quote(line, cells[c]);
    }
    buf_char(line, '\n');
}

static void write_grid(const struct grid *g, struct out *output)
{
    struct buf line = {0};
    uint32_t number = 1;
    for (size_t i = 0; i < g->n && !out_failed(output); i++) {
        line.n = 0;
        for (; number < g->rows[i].number; number++) write_line(&line, NULL, 0, g->widest);
        write_line(&line, g->rows[i].cells, g->rows[i].n, g->widest);
        number++;
        out_write(output, buf_slice(&line));
    }
    buf_free(&line);
}

static bool is_wanted(const struct sheet *s, const char *wanted)
{
    if (!wanted || strcmp(s->name, wanted) == 0) return true;
    char *end;
    unsigned long n = strtoul(wanted, &end, 10);
    return *end == 0 && n == s->index + 1UL;
}

/* Reads on to the end of the wanted sheet.  1 = read, 0 = there is none, -1 = failed. */
static int read_sheet(struct book *book, const char *wanted, struct grid *g, struct buf *names)
{
    struct sheet sheet;
    struct cell_block block = {0};
    int got;
    while ((got = book_next_sheet(book, &sheet)) == 1) {
        if (names->n) buf_put(names, "、");
        buf_put(names, sheet.name);
        bool mine = is_wanted(&sheet, wanted);
        while ((got = sheet_next(book, &block)) == 1)
            if (mine) add_rows(g, &block);
        if (mine || got < 0) break;
    }
    bool mine = got == 0 && (g->n || (names->n && is_wanted(&sheet, wanted)));
    cell_block_free(&block);
    return got < 0 ? -1 : mine || !wanted;
}

bool intake_cells(const char *path, const char *from, const char *sheet, struct out *output, struct diag *d)
{
    struct book_options o = {.from = from, .threads = 1};
    struct book *book = book_open(path, &o, d);
    if (!book) return false;
    struct grid g = {0};
    struct buf names = {0};
    int got = read_sheet(book, sheet, &g, &names);
    if (got == 1) write_grid(&g, output);
    if (got == 0) {
        struct place at = {.file = book_path(book)};
        diag_add(d, DIAG_SHEET_UNKNOWN, &at, sheet, buf_text(&names), NULL);
    }
    arena_free(&g.text);
    free(g.rows);
    buf_free(&names);
    book_close(book);
    return got == 1;
}
