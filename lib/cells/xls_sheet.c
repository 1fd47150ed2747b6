#include <stdlib.h>

#include "base/text.h"
#include "cells/decimal.h"
#include "cells/xls.h"

enum {
    BLOCK_CELLS = 16384,   /* a block is full after the row that passes this */
    FORMULAS_NAMED = 3,    /* formulas without a result that are named one by one in a sheet */
    BIFF_INTEGER = 0x0002, /* BIFF2 only */
};

/* ---- the first time over: where the cells are ---- */

static bool is_cell(const struct xls *x, uint32_t id)
{
    switch (id) {
    case BIFF_LABELSST:
    case BIFF_LABEL:
    case BIFF_RSTRING:
    case BIFF_NUMBER:
    case BIFF_RK:
    case BIFF_MULRK:
    case BIFF_FORMULA:
    case BIFF_BOOLERR: return true;
    case BIFF_INTEGER: return x->version == 2;
    default: return false;
    }
}

static xls_fault note_cell(struct xls *x, const struct biff_record *r)
{
    if (r->n < 6) return "CELL";
    mem_grow(&x->cells, &x->cap_cells, x->n_cells + 1, sizeof *x->cells);
    x->cells[x->n_cells++] = (uint64_t)get16(r->p) << 32 | (uint32_t)r->at;
    return NULL;
}

static void note_row(struct xls *x, const struct biff_record *r)
{
    enum { FLAGS = 12, HIDDEN = 0x20 };
    if (r->n < FLAGS + 2 || !(get16(r->p + FLAGS) & HIDDEN)) return;
    uint32_t row = get16(r->p);
    x->hidden[row / 8] |= (unsigned char)(1u << row % 8);
}

static void note_merges(struct xls *x, const struct biff_record *r)
{
    enum { RANGE = 8 };
    for (uint32_t at = 2; at + RANGE <= r->n && (at - 2) / RANGE < get16(r->p); at += RANGE) {
        const char *p = r->p + at;
        struct merge m = {get16(p) + 1, get16(p + 4) + 1, get16(p + 2) + 1, get16(p + 6) + 1};
        if (m.right > XLS_COLUMNS || m.top > m.bottom || m.left > m.right) continue;
        if (m.top == m.bottom && m.left == m.right) continue;
        mem_grow(&x->merges, &x->cap_merges, x->n_merges + 1, sizeof *x->merges);
        x->merges[x->n_merges++] = m;
    }
}

static int by_top_left(const void *a, const void *b)
{
    const struct merge *m = a, *n = b;
    if (m->top != n->top) return m->top < n->top ? -1 : 1;
    return m->left < n->left ? -1 : m->left > n->left;
}

static int by_row(const void *a, const void *b)
{
    uint64_t m, n;
    memcpy(&m, a, sizeof m);
    memcpy(&n, b, sizeof n);
    return m < n ? -1 : m > n;
}

/* Writers are free to give cells in any order; most give them by rows. */
static void order_cells(struct xls *x)
{
    size_t i = 1;
    while (i < x->n_cells && x->cells[i - 1] < x->cells[i]) i++;
    if (i < x->n_cells) qsort(x->cells, x->n_cells, sizeof *x->cells, by_row);
    if (x->n_merges) qsort(x->merges, x->n_merges, sizeof *x->merges, by_top_left);
}

static xls_fault note(struct xls *x, const struct biff_record *r, bool book_too)
{
    uint32_t id = biff_modern_id(r->id);
    if (is_cell(x, id)) return note_cell(x, r);
    if (id == BIFF_ROW) note_row(x, r);
    if (id == BIFF_MERGED && r->n >= 2) note_merges(x, r);
    return book_too ? xls_global(x, r) : NULL;
}

xls_fault xls_scan(struct xls *x, uint32_t offset)
{
    x->n_cells = x->next_cell = x->n_merges = x->next_merge = x->n_crossing = 0;
    x->no_result = 0;
    memset(x->hidden, 0, sizeof x->hidden);
    struct biff_record r;
    int got = biff_record(x->stream, offset, &r);
    if (got != 1 || biff_modern_id(r.id) != BIFF_BOF) return "BOF";
    /* Charts that stand in the sheet are streams of their own inside it. */
    for (int depth = 1; (got = biff_record(x->stream, r.next, &r)) == 1;) {
        uint32_t id = biff_modern_id(r.id);
        if (id == BIFF_BOF) depth++;
        if (id == BIFF_EOF && --depth == 0) break;
        xls_fault fault = depth == 1 ? note(x, &r, x->single) : NULL;
        if (fault) return fault;
    }
    if (got != 1) return "EOF";
    /* Honest sheets stand side by side; many names for one long sheet are a trap. */
    x->scanned += r.next - offset;
    if (x->scanned > 2 * x->stream.n) return "BOUNDSHEET: BOF";
    if (x->single) xls_styles(x);
    order_cells(x);
    return NULL;
}

/* ---- the second time: their values ---- */

struct fill {
    struct book *book;
    struct xls *x;
    struct cell_block *block;
    size_t first; /* the row's first cell in the block */
    uint32_t row;
};

static struct cell *cell_at(const struct fill *f, uint32_t col)
{
    return &f->block->cells[f->first + col];
}

static void set_copy(const struct fill *f, uint32_t col, enum cell_kind kind, unsigned flags, struct str text)
{
    struct cell *c = cell_at(f, col);
    *c = (struct cell){.kind = (uint8_t)(text.n ? kind : CELL_EMPTY), .flags = (uint8_t)flags, .n = (uint32_t)text.n};
    if (text.n) c->s = arena_copy(&f->block->text, text.s, text.n);
}

static void set_fixed(const struct fill *f, uint32_t col, enum cell_kind kind, unsigned flags, const char *text)
{
    *cell_at(f, col) = (struct cell){text, (uint32_t)strlen(text), (uint8_t)kind, (uint8_t)flags, 0};
}

static enum numfmt style_of(const struct xls *x, const char *p)
{
    if (x->version == 2) { /* three bytes of attributes, the format among them */
        uint32_t format = get8(p + 5) & 0x3F;
        return format < x->n_formats ? x->formats[format].kind : NUMFMT_NUMBER;
    }
    uint32_t style = get16(p + 4);
    return style < x->n_xf ? x->style[style] : NUMFMT_NUMBER;
}

static void set_number(const struct fill *f, uint32_t col, enum numfmt style, unsigned flags, double value)
{
    char date[NUMFMT_ISO_MAX], digits[DECIMAL_MAX];
    size_t n = style == NUMFMT_NUMBER ? 0 : numfmt_iso_value(value, style, f->x->date_1904, date);
    if (n) {
        set_copy(f, col, CELL_DATE, flags, (struct str){date, n});
        return;
    }
    n = decimal_shortest(value, digits);
    if (n) set_copy(f, col, CELL_NUMBER, flags, (struct str){digits, n});
    else set_fixed(f, col, CELL_ERROR, flags, "#NUM!");
}

static void set_error(const struct fill *f, uint32_t col, unsigned flags, uint32_t code)
{
    const char *text = "#N/A";
    switch (code) {
    case 0x00: text = "#NULL!"; break;
    case 0x07: text = "#DIV/0!"; break;
    case 0x0F: text = "#VALUE!"; break;
    case 0x17: text = "#REF!"; break;
    case 0x1D: text = "#NAME?"; break;
    case 0x24: text = "#NUM!"; break;
    default: break;
    }
    set_fixed(f, col, CELL_ERROR, flags, text);
}

static double rk_value(uint32_t rk)
{
    enum { HUNDREDTHS = 1, INTEGER = 2 };
    double v;
    if (rk & INTEGER) {
        v = (double)((int32_t)rk >> 2);
    } else {
        uint64_t bits = (uint64_t)(rk & ~3u) << 32;
        memcpy(&v, &bits, sizeof v);
    }
    return rk & HUNDREDTHS ? v / 100 : v;
}

/* Text that the decoder has just read. */
static xls_fault set_decoded(const struct fill *f, uint32_t col, unsigned flags, bool read)
{
    struct str text = buf_slice(&f->x->decoder.out);
    if (!read) return "STRING";
    if (f->x->decoder.lost) flags |= CELL_LOST;
    set_copy(f, col, CELL_TEXT, flags, text);
    return NULL;
}

static xls_fault set_shared(const struct fill *f, uint32_t col, uint32_t index)
{
    if (index >= f->x->n_strings) return "SST";
    const struct xls_string *s = &f->x->strings[index];
    *cell_at(f, col) = (struct cell){s->s, s->n, s->n ? CELL_TEXT : CELL_EMPTY, s->lost ? CELL_LOST : 0, 0};
    return NULL;
}

/* `at`: where the text begins in the record. */
static xls_fault set_label(const struct fill *f, uint32_t col, const struct biff_record *r, uint32_t at, unsigned flags)
{
    struct biff_cursor c = biff_cursor(f->x->stream, r, at);
    struct biff_decoder *d = &f->x->decoder;
    if (f->x->version == 8) return set_decoded(f, col, flags, biff_unicode(d, &c, 2));
    return set_decoded(f, col, flags, biff_bytes(d, &c, f->x->version == 2 ? 1 : 2));
}

static void set_without_result(const struct fill *f, uint32_t col)
{
    *cell_at(f, col) = (struct cell){.kind = CELL_EMPTY, .flags = CELL_FORMULA | CELL_NO_RESULT};
    struct place at = {.file = f->book->path, .sheet = f->book->sheet.name, .row = f->row + 1, .col = col + 1};
    if (f->x->no_result++ < FORMULAS_NAMED) diag_add(f->book->diag, DIAG_CELL_NO_RESULT, &at, (const char *)NULL);
}

/* The text of a formula stands in a STRING record after it, perhaps with the formula's shared or array form between. */
static xls_fault set_formula_text(const struct fill *f, uint32_t col, const struct biff_record *formula)
{
    struct biff_record r = *formula;
    while (biff_record(f->x->stream, r.next, &r) == 1) {
        switch (biff_modern_id(r.id)) {
        case BIFF_STRING: return set_label(f, col, &r, 0, CELL_FORMULA);
        case BIFF_SHARED:
        case BIFF_ARRAY:
        case BIFF_TABLE:
        case BIFF_CONTINUE: continue;
        default: break;
        }
        break;
    }
    set_without_result(f, col);
    return NULL;
}

static xls_fault set_formula(const struct fill *f, uint32_t col, const struct biff_record *r, uint32_t at)
{
    enum { TEXT, BOOLEAN, ERROR, EMPTY, CALCULATE_ON_LOAD = 2 };
    if (r->n < at + 8) return "FORMULA";
    const char *p = r->p + at;
    if (get16(p + 6) != 0xFFFF) {
        set_number(f, col, style_of(f->x, r->p), CELL_FORMULA, get_double(p));
        return NULL;
    }
    switch (get8(p)) {
    case TEXT: return set_formula_text(f, col, r);
    case BOOLEAN: set_fixed(f, col, CELL_BOOLEAN, CELL_FORMULA, get8(p + 2) ? "true" : "false"); return NULL;
    case ERROR: set_error(f, col, CELL_FORMULA, get8(p + 2)); return NULL;
    case EMPTY:
        /* Programs that cannot calculate leave this and the wish that the reader calculate. */
        if (r->n >= at + 10 && get16(p + 8) & CALCULATE_ON_LOAD) set_without_result(f, col);
        else *cell_at(f, col) = (struct cell){.kind = CELL_EMPTY, .flags = CELL_FORMULA};
        return NULL;
    default: return "FORMULA";
    }
}

static xls_fault set_multiple(const struct fill *f, uint32_t col, const struct biff_record *r)
{
    enum { ONE = 6 };
    for (uint32_t at = 4; at + ONE + 2 <= r->n; at += ONE, col++) {
        uint32_t style = get16(r->p + at);
        set_number(f, col, style < f->x->n_xf ? f->x->style[style] : NUMFMT_NUMBER, 0, rk_value(get32(r->p + at + 2)));
    }
    return NULL;
}

static xls_fault set_cell(const struct fill *f, const struct biff_record *r)
{
    uint32_t col = get16(r->p + 2), at = f->x->version == 2 ? 7 : 6, id = biff_modern_id(r->id);
    /* How long the rest of the record must be, so that each case may read it. */
    uint32_t needs = id == BIFF_NUMBER                      ? 8
                     : id == BIFF_RK || id == BIFF_LABELSST ? 4
                     : id == BIFF_MULRK                     ? 0
                     : id == BIFF_LABEL                     ? 1
                                                            : 2;
    if (r->n < at + needs) return "CELL";
    switch (id) {
    case BIFF_LABELSST: return set_shared(f, col, get32(r->p + at));
    case BIFF_LABEL:
    case BIFF_RSTRING: return set_label(f, col, r, at, 0);
    case BIFF_NUMBER: set_number(f, col, style_of(f->x, r->p), 0, get_double(r->p + at)); return NULL;
    case BIFF_INTEGER: set_number(f, col, style_of(f->x, r->p), 0, get16(r->p + at)); return NULL;
    case BIFF_RK: set_number(f, col, style_of(f->x, r->p), 0, rk_value(get32(r->p + at))); return NULL;
    case BIFF_MULRK: return set_multiple(f, col, r);
    case BIFF_FORMULA: return set_formula(f, col, r, at);
    default:
        if (get8(r->p + at + 1)) set_error(f, col, 0, get8(r->p + at));
        else set_fixed(f, col, CELL_BOOLEAN, 0, get8(r->p + at) ? "true" : "false");
        return NULL;
    }
}

/* One past the last column that the record fills. */
static uint32_t columns(const struct biff_record *r)
{
    uint32_t col = get16(r->p + 2);
    return col + (biff_modern_id(r->id) == BIFF_MULRK ? (r->n - 6) / 6 : 1);
}

static struct biff_record record_of(const struct xls *x, uint64_t cell)
{
    struct biff_record r;
    biff_record(x->stream, (uint32_t)cell, &r);
    return r;
}

/* What was typed in cells before they were merged may still be there; no person sees it, and it is not read. */
static void clear_covered(const struct fill *f, uint32_t width)
{
    struct xls *x = f->x;
    uint32_t row = f->row + 1;
    size_t kept = 0;
    for (size_t i = 0; i < x->n_crossing; i++)
        if (x->crossing[i].bottom >= row) x->crossing[kept++] = x->crossing[i];
    for (; x->next_merge < x->n_merges && x->merges[x->next_merge].top <= row; x->next_merge++)
        if (x->merges[x->next_merge].bottom >= row && kept < XLS_CROSSING) x->crossing[kept++] = x->merges[x->next_merge];
    x->n_crossing = kept;
    for (size_t i = 0; i < kept; i++) {
        const struct merge *m = &x->crossing[i];
        uint32_t from = m->top == row ? m->left : m->left - 1;
        for (uint32_t col = from; col < m->right && col < width; col++) *cell_at(f, col) = (struct cell){0};
    }
}

static xls_fault read_row(struct fill *f)
{
    struct xls *x = f->x;
    size_t end = x->next_cell;
    uint32_t width = 0;
    f->row = (uint32_t)(x->cells[end] >> 32);
    for (; end < x->n_cells && x->cells[end] >> 32 == f->row; end++) {
        struct biff_record r = record_of(x, x->cells[end]);
        uint32_t n = columns(&r);
        if (n > width) width = n;
    }
    if (width > XLS_COLUMNS) return "CELL > IV";
    struct cell_row *row = cell_block_row(f->block, f->row + 1);
    row->n = width;
    row->hidden = x->hidden[f->row / 8] >> f->row % 8 & 1;
    f->first = f->block->n_cells;
    cell_block_add(f->block, width);
    for (; x->next_cell < end; x->next_cell++) {
        struct biff_record r = record_of(x, x->cells[x->next_cell]);
        xls_fault fault = set_cell(f, &r);
        if (fault) return fault;
    }
    clear_covered(f, width);
    return NULL;
}

/* Excel itself holds no longer text; see CELL_MAX_CHARS. */
static bool length_allowed(const struct fill *f)
{
    for (size_t i = f->first; i < f->block->n_cells; i++) {
        const struct cell *c = &f->block->cells[i];
        if (c->n <= CELL_MAX_CHARS || text_length(cell_str(c)) <= CELL_MAX_CHARS) continue;
        struct place at = {
            .file = f->book->path, .sheet = f->book->sheet.name, .row = f->row + 1, .col = (uint32_t)(i - f->first) + 1};
        diag_add(f->book->diag, DIAG_CELL_TOO_LONG, &at, "32767", (const char *)NULL);
        return false;
    }
    return true;
}

static void tell_without_result(struct book *b, const struct xls *x)
{
    if (x->no_result <= FORMULAS_NAMED) return;
    struct buf more = {0};
    buf_int(&more, x->no_result - FORMULAS_NAMED);
    diag_add(b->diag, DIAG_CELLS_NO_RESULT, &(struct place){.file = b->path, .sheet = b->sheet.name}, buf_text(&more),
             (const char *)NULL);
    buf_free(&more);
}

int xls_rows(struct book *b, struct xls *x, struct cell_block *block)
{
    struct fill f = {.book = b, .x = x, .block = block};
    if (x->next_cell >= x->n_cells) return 0;
    while (x->next_cell < x->n_cells && block->n_cells < BLOCK_CELLS) {
        xls_fault fault = read_row(&f);
        if (fault) {
            struct place at = {.file = b->path, .sheet = b->sheet.name, .row = f.row + 1};
            diag_add(b->diag, DIAG_BOOK_DAMAGED, &at, fault, (const char *)NULL);
            return -1;
        }
        if (!length_allowed(&f)) return -1;
    }
    if (x->next_cell >= x->n_cells) tell_without_result(b, x);
    return 1;
}
