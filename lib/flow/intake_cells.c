/* --cells: a sheet as the reader saw it, as plain CSV. */
#include <stdlib.h>

#include "cells/cells.h"
#include "flow/intake.h"
#include "ledger/words.h"

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

/* ---- masks ---- */

/* A sheet says what it holds by its headings, above or, on cards, at the left.  Those of the ledger are known, and shown; where
 * there is none, anything may stand, and little of it is shown. */
struct veil {
    struct words words;
    const struct cells_mask *mask;
    enum mask *below; /* of each column */
    struct buf text;
};

static void veil_ready(struct veil *v, const struct cells_mask *mask, uint32_t columns)
{
    *v = (struct veil){.mask = mask, .below = mem_zero(columns + 1, sizeof *v->below)};
    words_ready(&v->words, mask->ledger);
    for (uint32_t c = 0; c < columns; c++) v->below[c] = MASK_TEXT;
}

static void veil_free(struct veil *v)
{
    words_free(&v->words);
    free(v->below);
    buf_free(&v->text);
}

static bool is_field(const struct veil *v, struct str cell, enum mask *mask)
{
    uint32_t field = words_heading(&v->words, cell);
    bool is = field < v->mask->ledger->n_fields;
    if (is) *mask = v->mask->ledger->fields[field].mask;
    return is || field == COLUMN_IGNORED;
}

/* In the place of each cell what is shown of it, valid until the next row. */
static void veil_row(struct veil *v, struct str *cells, uint32_t n)
{
    enum mask kind;
    uint32_t headings = 0, filled = 0;
    v->text.n = 0;
    for (uint32_t c = 0; c < n; c++) {
        filled += cells[c].n > 0;
        headings += cells[c].n && is_field(v, cells[c], &kind);
    }
    bool beside = false;
    size_t *ends = mem_zero(n + 1, sizeof *ends);
    for (uint32_t c = 0; c < n; c++) {
        enum mask left = beside ? kind : v->below[c];
        kind = MASK_NONE;
        beside = headings > 1 && is_field(v, cells[c], &kind);   /* one alone may be somebody's name */
        if (beside && 2 * headings > filled) v->below[c] = kind; /* else they are labels, each with its value */
        mask_write(&v->text, v->mask->profile, beside ? MASK_NONE : left, cells[c]);
        ends[c + 1] = v->text.n;
    }
    for (uint32_t c = 0; c < n; c++) cells[c] = (struct str){v->text.s + ends[c], ends[c + 1] - ends[c]};
    free(ends);
}

/* ---- output ---- */

static void write_line(struct buf *line, const struct str *cells, uint32_t n, uint32_t widest)
{
    for (uint32_t c = 0; c < widest; c++) {
        if (c) buf_char(line, ',');
        if (c < n) csv_quote(line, cells[c]);
    }
    buf_char(line, '\n');
}

static void write_grid(const struct grid *g, const struct cells_mask *mask, struct out *output)
{
    struct buf line = {0};
    uint32_t number = 1;
    struct veil veil;
    if (mask) veil_ready(&veil, mask, g->widest);
    for (size_t i = 0; i < g->n && !out_failed(output); i++) {
        line.n = 0;
        for (; number < g->rows[i].number; number++) write_line(&line, NULL, 0, g->widest);
        if (mask) veil_row(&veil, g->rows[i].cells, g->rows[i].n);
        write_line(&line, g->rows[i].cells, g->rows[i].n, g->widest);
        number++;
        out_write(output, buf_slice(&line));
    }
    if (mask) veil_free(&veil);
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

bool intake_cells(const char *path, const char *from, const char *sheet, const struct cells_mask *mask, struct out *output,
                  struct diag *d)
{
    struct book_options o = {.from = from, .threads = 1};
    struct book *book = book_open(path, &o, d);
    if (!book) return false;
    struct grid g = {0};
    struct buf names = {0};
    int got = read_sheet(book, sheet, &g, &names);
    if (got == 1) write_grid(&g, mask, output);
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
