/* Rows and cells of an .xlsx sheet: what a cell's type, style and value make of it, and expat's handlers. */
#include "cells/xlsx.h"

#include <stdlib.h>

uint32_t xlsx_number(struct str digits)
{
    uint64_t v = 0;
    for (size_t i = 0; i < digits.n && digits.s[i] >= '0' && digits.s[i] <= '9' && v <= UINT32_MAX; i++)
        v = v * 10 + (unsigned)(digits.s[i] - '0');
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

bool xlsx_reference(struct str ref, uint32_t *row, uint32_t *col)
{
    size_t i = 0;
    *col = 0;
    for (; i < ref.n; i++) {
        char c = ref.s[i] & ~0x20;
        if (ref.s[i] == '$') continue;
        if (c < 'A' || c > 'Z') break;
        if (*col <= CELL_MAX_COLUMNS) *col = *col * 26 + (uint32_t)(c - 'A' + 1);
    }
    if (i < ref.n && ref.s[i] == '$') i++;
    *row = xlsx_number(str_from(ref, i));
    return *col > 0;
}

char xlsx_cell_type(struct str t)
{
    if (t.n == 1 && strchr("nsbed", t.s[0])) return t.s[0];
    return str_is(t, "str") ? 't' : str_is(t, "inlineStr") ? 'i' : 'n';
}

/* Does it look like a number?  A cell may say so and hold something else. */
static bool is_number(struct str v)
{
    bool digit = false;
    for (size_t i = 0; i < v.n; i++) {
        if (v.s[i] >= '0' && v.s[i] <= '9') digit = true;
        else if (!strchr("+-.eE", v.s[i])) return false;
    }
    return digit;
}

static struct str lasting(struct xlsx_rows *r, const struct xlsx_cell *c, struct str v)
{
    return c->lasting || !v.n ? v : str_copy(&r->rows.block->text, v);
}

/* A number, or the date that its style makes of it. */
static bool put_number(struct xlsx_rows *r, const struct xlsx_cell *c, struct cell *to, struct str v)
{
    char iso[NUMFMT_ISO_MAX];
    const struct xlsx_styles *styles = &r->x->styles;
    enum numfmt format = c->style < styles->n ? (enum numfmt)styles->formats[c->style] : NUMFMT_NUMBER;
    size_t n = format == NUMFMT_NUMBER ? 0 : numfmt_iso(v, format, r->x->date1904, iso);
    if (n) return zipbook_set(&r->rows, to, c->col, CELL_DATE, str_copy(&r->rows.block->text, (struct str){iso, n}));
    char shown[NUMFMT_SHOWN_MAX];
    n = v.n > 15 ? numfmt_shown(v, shown) : 0;
    if (n) return zipbook_set(&r->rows, to, c->col, CELL_NUMBER, str_copy(&r->rows.block->text, (struct str){shown, n}));
    return zipbook_set(&r->rows, to, c->col, is_number(v) ? CELL_NUMBER : CELL_TEXT, lasting(r, c, v));
}

static bool put_text(struct xlsx_rows *r, const struct xlsx_cell *c, struct cell *to, struct str v)
{
    if (!xlsx_escaped(v)) return zipbook_set(&r->rows, to, c->col, CELL_TEXT, lasting(r, c, v));
    r->scratch.n = 0;
    xlsx_unescape(&r->scratch, v);
    return zipbook_set(&r->rows, to, c->col, CELL_TEXT, str_copy(&r->rows.block->text, buf_slice(&r->scratch)));
}

static bool put_shared(struct xlsx_rows *r, const struct xlsx_cell *c, struct cell *to, struct str v)
{
    const struct xlsx_strings *s = &r->x->strings;
    uint32_t i = xlsx_number(v);
    if (i >= s->n || v.s[0] < '0' || v.s[0] > '9') {
        zipbook_note(&r->x->notes, DIAG_CELL_UNREADABLE, r->rows.number, c->col, v);
        to->flags |= CELL_LOST;
        return true;
    }
    uint32_t from = i ? s->ends[i - 1] : 0;
    return s->ends[i] == from || zipbook_set(&r->rows, to, c->col, CELL_TEXT, (struct str){s->text.s + from, s->ends[i] - from});
}

static bool put_date(struct xlsx_rows *r, const struct xlsx_cell *c, struct cell *to, struct str v)
{
    char iso[NUMFMT_ISO_MAX];
    size_t n = numfmt_iso_text(v, iso);
    if (!n) return zipbook_set(&r->rows, to, c->col, CELL_TEXT, lasting(r, c, v));
    return zipbook_set(&r->rows, to, c->col, CELL_DATE, str_copy(&r->rows.block->text, (struct str){iso, n}));
}

bool xlsx_cell_put(struct xlsx_rows *r, const struct xlsx_cell *c)
{
    struct str v = c->type == 't' || c->type == 'i' ? c->value : str_trim(c->value);
    bool no_result = c->formula && !v.n && !(c->type == 't' && c->value.s);
    if (!v.n && !c->formula) return true; /* an empty cell, perhaps with a style */
    if (zipbook_covered(&r->cover, r->rows.number, c->col)) return true;
    struct cell *to = zipbook_cell(&r->rows, c->col);
    if (!to) return false;
    *to = (struct cell){.flags = c->formula ? CELL_FORMULA : 0};
    if (no_result) {
        to->flags |= CELL_NO_RESULT;
        zipbook_note(&r->x->notes, DIAG_CELL_NO_RESULT, r->rows.number, c->col, STR(""));
    }
    if (!v.n) return true;
    switch (c->type) {
    case 's': return put_shared(r, c, to, v);
    case 't':
    case 'i': return put_text(r, c, to, v);
    case 'd': return put_date(r, c, to, v);
    case 'e': return zipbook_set(&r->rows, to, c->col, CELL_ERROR, lasting(r, c, v));
    case 'b':
        return zipbook_set(&r->rows, to, c->col, CELL_BOOLEAN, str_is(v, "0") || str_is(v, "false") ? STR("false") : STR("true"));
    default: return put_number(r, c, to, v);
    }
}

enum { ENOUGH_CELLS = 32 * 1024 };
/* More is too long whatever it is made of; an escape takes seven bytes for a character. */
enum { LONGEST_VALUE = 8 * CELL_MAX_CHARS };

/* ---- expat's handlers: worksheet 1, sheetData 2, row 3, c 4, v f is 5 ---- */

/* The row's number is its own, or that of its first cell, or the next one. */
static void open_row(struct xlsx_parser *p, uint32_t of_cell)
{
    uint32_t next = p->rows.rows.number + 1, number = p->row ? p->row : of_cell > next ? of_cell : next;
    p->row_open = true;
    if (!zipbook_row(&p->rows.rows, number, p->hidden)) zipxml_stop(p->xml);
}

static void start_cell(struct xlsx_parser *p, const char **attrs)
{
    uint32_t row = 0, col;
    const char *ref = zipxml_attr(attrs, "r"), *type = zipxml_attr(attrs, "t"), *style = zipxml_attr(attrs, "s");
    if (!ref || !xlsx_reference(str_of(ref), &row, &col)) col = p->col + 1;
    if (!p->row_open) open_row(p, row);
    p->col = col;
    p->cell = (struct xlsx_cell){.col = col, .style = xlsx_number(str_of(style)), .type = xlsx_cell_type(str_of(type))};
    p->value.n = 0;
}

static void sheet_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct xlsx_parser *p = ctx;
    if (depth == 2) p->in_data = strcmp(local, "sheetData") == 0;
    if (depth < 3 || !p->in_data) return;
    if (depth == 3) {
        p->in_rows = strcmp(local, "row") == 0;
        if (!p->in_rows) return;
        p->row_open = false;
        p->col = 0;
        p->row = xlsx_number(str_of(zipxml_attr(attrs, "r")));
        p->hidden = zipxml_true(zipxml_attr(attrs, "hidden"));
        if (p->row) open_row(p, 0);
    } else if (depth == 4) {
        p->in_cell = p->in_rows && strcmp(local, "c") == 0;
        if (p->in_cell) start_cell(p, attrs);
    } else if (!p->in_cell) return;
    else if (depth == 5) {
        p->in_string = strcmp(local, "is") == 0;
        p->in_value = strcmp(local, "v") == 0;
        p->cell.formula = p->cell.formula || strcmp(local, "f") == 0;
        if (p->in_value || p->in_string) p->cell.value.s = "";
    } else if (p->in_string) {
        if (strcmp(local, "rPh") == 0 && !p->phonetic) p->phonetic = depth;
        p->in_value = strcmp(local, "t") == 0 && !p->phonetic;
    }
}

static void end_row(struct xlsx_parser *p)
{
    const struct cell_block *b = p->rows.rows.block;
    p->in_rows = false;
    if (p->pauses && b->n_cells + b->n_rows >= ENOUGH_CELLS) zipxml_pause(p->xml);
}

static void sheet_end(void *ctx, unsigned depth, const char *local)
{
    struct xlsx_parser *p = ctx;
    (void)local;
    p->in_value = false;
    if (depth == p->phonetic) p->phonetic = 0;
    if (depth == 5) p->in_string = false;
    if (depth == 2) p->in_data = false;
    if (depth == 3 && p->in_rows && !p->row_open) open_row(p, 0);
    if (depth == 3) end_row(p);
    if (depth != 4 || !p->in_cell) return;
    p->in_cell = false;
    if (p->value.n) p->cell.value = buf_slice(&p->value);
    if (!xlsx_cell_put(&p->rows, &p->cell)) zipxml_stop(p->xml);
}

static void sheet_text(void *ctx, unsigned depth, const char *s, size_t n)
{
    struct xlsx_parser *p = ctx;
    (void)depth;
    if (p->in_value && p->value.n <= LONGEST_VALUE) buf_add(&p->value, s, n);
}

const struct zipxml_handlers xlsx_sheet_handlers = {
    .start = sheet_start, .end = sheet_end, .text = sheet_text, .root = "worksheet"};

void xlsx_parser_free(struct xlsx_parser *p)
{
    buf_free(&p->value);
    buf_free(&p->rows.scratch);
}
