#include "cells/zipbook.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

void zipbook_merge_add(struct zipbook_merges *m, struct merge range)
{
    if (range.top == range.bottom && range.left == range.right) return;
    if (m->n == SHEET_MERGES || range.top > range.bottom || range.left > range.right) return;
    mem_grow(&m->v, &m->cap, m->n + 1, sizeof *m->v);
    m->v[m->n++] = range;
}

static int merge_order(const void *a, const void *b)
{
    const struct merge *x = a, *y = b;
    if (x->top != y->top) return x->top < y->top ? -1 : 1;
    return x->left < y->left ? -1 : x->left > y->left;
}

void zipbook_merges_sort(struct zipbook_merges *m)
{
    if (m->n) qsort(m->v, m->n, sizeof *m->v, merge_order);
}

static void cover_row(struct zipbook_cover *c, uint32_t row)
{
    const struct zipbook_merges *m = c->merges;
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++)
        if (c->active[i].bottom >= row) c->active[kept++] = c->active[i];
    c->n = kept;
    for (; c->next < m->n && m->v[c->next].top <= row; c->next++)
        if (m->v[c->next].bottom >= row && c->n < ZIPBOOK_ACTIVE) c->active[c->n++] = m->v[c->next];
    c->row = row;
}

bool zipbook_covered(struct zipbook_cover *c, uint32_t row, uint32_t col)
{
    if (!c->merges || !c->merges->n) return false;
    if (c->row != row) cover_row(c, row);
    for (size_t i = 0; i < c->n; i++) {
        const struct merge *m = &c->active[i];
        if (col >= m->left && col <= m->right && (row != m->top || col != m->left)) return true;
    }
    return false;
}

void zipbook_notes_init(struct zipbook_notes *n)
{
    memset(n, 0, sizeof *n);
    pthread_mutex_init(&n->lock, NULL);
}

static bool note_before(const struct zipbook_note *a, uint32_t row, uint32_t col)
{
    return a->row < row || (a->row == row && a->col <= col);
}

void zipbook_note(struct zipbook_notes *n, enum diag_code code, uint32_t row, uint32_t col, struct str value)
{
    pthread_mutex_lock(&n->lock);
    if (code == DIAG_CELL_NO_RESULT) n->without_result++;
    size_t at = n->n;
    while (at && !note_before(&n->first[at - 1], row, col)) at--;
    if (at < ZIPBOOK_NOTED) {
        if (n->n < ZIPBOOK_NOTED) n->n++;
        memmove(n->first + at + 1, n->first + at, (n->n - 1 - at) * sizeof *n->first);
        struct zipbook_note *note = &n->first[at];
        *note = (struct zipbook_note){.code = code, .row = row, .col = col};
        snprintf(note->value, sizeof note->value, "%.*s", (int)(value.n < 30 ? value.n : 30), value.n ? value.s : "");
    }
    pthread_mutex_unlock(&n->lock);
}

void zipbook_notes_tell(struct zipbook_notes *n, const struct book *b)
{
    uint64_t told = 0;
    for (size_t i = 0; i < n->n; i++) {
        const struct zipbook_note *note = &n->first[i];
        zipbook_finding(b, note->code, note->row, note->col, note->value);
        told += note->code == DIAG_CELL_NO_RESULT;
    }
    if (n->without_result > told) {
        char more[24];
        snprintf(more, sizeof more, "%llu", (unsigned long long)(n->without_result - told));
        zipbook_finding(b, DIAG_CELLS_NO_RESULT, 0, 0, more);
    }
    n->n = 0;
    n->without_result = 0;
}

void zipbook_finding(const struct book *b, enum diag_code code, uint32_t row, uint32_t col, const char *arg)
{
    struct place at = {.file = b->path, .sheet = b->sheet.name, .row = row, .col = col};
    diag_add(b->diag, code, &at, arg ? arg : "", NULL);
}

bool zipbook_row(struct zipbook_rows *r, uint32_t number, bool hidden)
{
    if (number > CELL_MAX_ROWS) {
        zipbook_finding(r->book, DIAG_SHEET_TOO_LARGE, number, 0, NULL);
        return false;
    }
    if (number <= r->number) {
        zipbook_finding(r->book, DIAG_BOOK_DAMAGED, number, 0, "rows out of order");
        return false;
    }
    cell_block_row(r->block, number)->hidden = hidden;
    r->number = number;
    return true;
}

struct cell *zipbook_cell(struct zipbook_rows *r, uint32_t col)
{
    struct cell_block *b = r->block;
    struct cell_row *row = &b->rows[b->n_rows - 1];
    if (col > row->n) {
        size_t more = col - row->n;
        if (col > CELL_MAX_COLUMNS || b->n_cells + more > BLOCK_CELLS) {
            zipbook_finding(r->book, DIAG_SHEET_TOO_LARGE, row->number, col, NULL);
            return NULL;
        }
        cell_block_add(b, more);
        row->n = col;
    }
    return &b->cells[row->first + col - 1];
}

bool zipbook_set(const struct zipbook_rows *r, struct cell *c, uint32_t col, enum cell_kind kind, struct str text)
{
    if (text.n > CELL_MAX_CHARS && (text.n > 4 * CELL_MAX_CHARS || text_length(text) > CELL_MAX_CHARS)) {
        zipbook_finding(r->book, DIAG_CELL_TOO_LONG, r->number, col, "32767");
        return false;
    }
    c->s = text.s;
    c->n = (uint32_t)text.n;
    c->kind = (uint8_t)kind;
    return true;
}
