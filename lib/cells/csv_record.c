#include "cells/csv_record.h"

#include <csv.h>

#include "cells/scan.h"

enum quoted { QUOTED_CLOSED, QUOTED_STRAY, QUOTED_UNCLOSED, QUOTED_UNSURE };

static size_t line_end(const struct csv_form *f, const char *s, size_t n, size_t at)
{
    const char *p = memchr(s + at, f->newline, n - at);
    return p ? (size_t)(p - s) : n;
}

/* Does s[at] end a cell?  A '\r' does when the line end follows. */
static bool ends_cell(const struct csv_form *f, const char *s, size_t n, size_t at)
{
    if (at >= n || s[at] == f->delimiter || s[at] == f->newline) return true;
    return s[at] == '\r' && (at + 1 == n || s[at + 1] == '\n');
}

/* Where the cell whose opening quote stands before s[at] closes: *close is the place of the closing quote. */
static enum quoted quoted_end(const struct csv_form *f, const char *s, size_t n, size_t at, bool last, size_t *close)
{
    size_t limit = n - at > CSV_MAX_QUOTED ? at + CSV_MAX_QUOTED : n;
    for (size_t p = at;;) {
        const char *q = p < limit ? memchr(s + p, '"', limit - p) : NULL;
        if (!q) return limit < n || last ? QUOTED_UNCLOSED : QUOTED_UNSURE;
        p = (size_t)(q - s);
        if (!last && p + 2 >= n) return QUOTED_UNSURE;
        if (p + 1 < n && s[p + 1] == '"') {
            p += 2;
            continue;
        }
        *close = p;
        if (ends_cell(f, s, n, p + 1)) return QUOTED_CLOSED;
        return memchr(s + at, f->newline, p - at) ? QUOTED_UNCLOSED : QUOTED_STRAY;
    }
}

static size_t cell_end(const struct csv_form *f, const char *s, size_t n, size_t at)
{
    while (at < n && s[at] != f->delimiter && s[at] != f->newline) at++;
    return at;
}

static void set_end(const struct csv_form *f, const char *s, size_t n, size_t newline, struct csv_record *r)
{
    r->text_end = newline;
    r->end = newline < n ? newline + 1 : n;
    if (f->newline == '\n' && r->text_end > 0 && s[r->text_end - 1] == '\r') r->text_end--;
}

static void worse(struct csv_record *r, enum csv_fault fault)
{
    if (r->fault < fault) r->fault = fault;
}

bool csv_record_find(const struct csv_form *f, const char *s, size_t n, size_t at, bool last, struct csv_record *r)
{
    *r = (struct csv_record){0};
    size_t p = line_end(f, s, n, at);
    r->quoted = memchr(s + at, '"', p - at) != NULL;
    if (!r->quoted) {
        set_end(f, s, n, p, r);
        return p < n || last;
    }
    for (p = at;;) {
        size_t start = p, close = 0;
        if (p < n && s[p] == '"') switch (quoted_end(f, s, n, p + 1, last, &close)) {
            case QUOTED_UNSURE: return false;
            case QUOTED_STRAY: worse(r, CSV_STRAY); /* fall through */
            case QUOTED_CLOSED: p = close + 1; break;
            case QUOTED_UNCLOSED: worse(r, CSV_UNCLOSED); break;
            }
        p = cell_end(f, s, n, p);
        r->cells++;
        if (p - start > r->longest) r->longest = p - start;
        if (p == n && !last) return false;
        if (p < n && s[p] == f->delimiter) {
            p++;
            continue;
        }
        set_end(f, s, n, p, r);
        return true;
    }
}

/* The fast path.  On person rows in which no cell is quoted it takes a sixth of the time that libcsv takes to find the same cells
 * (it copies nothing and looks at 64 bytes at a time, where libcsv takes one), and most rows of most files have no quote. */
void csv_split_plain(const struct csv_form *f, struct cell_block *b, const char *s, size_t n, uint32_t number)
{
    char padded[SCAN];
    size_t start = 0, k = b->n_cells, first = k;
    const char cr = f->newline == '\n' ? '\r' : f->newline;
    for (size_t i = 0; i < n; i += SCAN) {
        const char *p = s + i;
        if (n - i < SCAN) {
            memset(padded, f->newline == 'x' ? 'y' : 'x', sizeof padded);
            memcpy(padded, p, n - i);
            p = padded;
        }
        mem_grow(&b->cells, &b->cap_cells, k + SCAN + 1, sizeof *b->cells);
        mem_grow(&b->rows, &b->cap_rows, b->n_rows + SCAN + 1, sizeof *b->rows);
        uint64_t lines = scan_mask(p, f->newline), marks = lines | scan_mask(p, f->delimiter);
        while (marks) {
            unsigned bit = (unsigned)__builtin_ctzll(marks);
            marks &= marks - 1;
            size_t at = i + bit, length = at - start;
            bool ends = lines >> bit & 1;
            if (ends && length && s[at - 1] == cr) length--;
            b->cells[k++] = (struct cell){s + start, (uint32_t)length, length ? CELL_TEXT : CELL_EMPTY, 0, 0};
            start = at + 1;
            if (!ends) continue;
            if (k == first + 1 && !length) k = first; /* a blank line: no cell at all */
            b->rows[b->n_rows++] = (struct cell_row){number++, (uint32_t)first, (uint32_t)(k - first), false};
            first = k;
        }
    }
    if (start < n || k > first) { /* the last line of a file may lack its end */
        size_t length = n - start;
        if (length && s[n - 1] == cr) length--;
        mem_grow(&b->cells, &b->cap_cells, k + 1, sizeof *b->cells);
        b->cells[k++] = (struct cell){s + start, (uint32_t)length, length ? CELL_TEXT : CELL_EMPTY, 0, 0};
        if (k == first + 1 && !length) k = first;
        b->n_cells = k;
        struct cell_row *r = cell_block_row(b, number);
        r->first = (uint32_t)first;
        r->n = (uint32_t)(k - first);
    }
    b->n_cells = k;
}

static void add_text(struct cell_block *b, const char *s, size_t n)
{
    struct cell *c = cell_block_add(b, 1);
    c->kind = n ? CELL_TEXT : CELL_EMPTY;
    c->n = (uint32_t)n;
    c->s = s;
}

static void on_cell(void *text, size_t n, void *block)
{
    struct cell_block *b = block;
    add_text(b, n ? arena_copy(&b->text, text, n) : "", n);
}

static int never(unsigned char c)
{
    (void)c;
    return 0;
}

/* libcsv on one record whose extent is known.  It is told that nothing is a blank or a line end, since it would trim blanks and end
 * records at a lone '\r'; and to be strict, since it would otherwise swallow what follows a stray quote and report success. */
static bool split_by_libcsv(const struct csv_form *f, struct cell_block *b, const char *s, size_t n)
{
    struct csv_parser parser;
    size_t before = b->n_cells;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) mem_exhausted(sizeof parser);
    csv_set_delim(&parser, (unsigned char)f->delimiter);
    csv_set_space_func(&parser, never);
    csv_set_term_func(&parser, never);
    bool ok = csv_parse(&parser, s, n, on_cell, NULL, b) == n && csv_fini(&parser, on_cell, NULL, b) == 0;
    if (csv_error(&parser) == CSV_ENOMEM) mem_exhausted(n);
    csv_free(&parser);
    if (!ok) b->n_cells = before;
    return ok;
}

/* Of a cell that begins with a quote: what is quoted, with its doubled quotes made single, then what stands after. */
static void add_quoted(struct cell_block *b, const char *s, size_t at, size_t close, size_t end)
{
    char *text = arena_alloc(&b->text, end - at + 1);
    size_t n = 0;
    for (size_t i = at; i < close; i++) {
        text[n++] = s[i];
        if (s[i] == '"') i++;
    }
    memcpy(text + n, s + close + 1, end - close - 1);
    add_text(b, text, n + end - close - 1);
}

static void split_leniently(const struct csv_form *f, struct cell_block *b, const char *s, size_t at, const struct csv_record *r)
{
    for (size_t p = at;;) {
        size_t start = p, close = 0;
        bool opened = p < r->text_end && s[p] == '"';
        /* r->end, so that what follows the last cell is seen as it was when the record was found */
        if (opened) opened = quoted_end(f, s, r->end, p + 1, true, &close) <= QUOTED_STRAY && close < r->text_end;
        size_t end = cell_end(f, s, r->text_end, opened ? close + 1 : p);
        if (opened) add_quoted(b, s, start + 1, close, end);
        else add_text(b, s + start, end - start);
        if (end >= r->text_end) return;
        p = end + 1;
    }
}

void csv_split_quoted(const struct csv_form *f, struct cell_block *b, const char *s, size_t at, const struct csv_record *r,
                      uint32_t number)
{
    struct cell_row *row = cell_block_row(b, number);
    if (r->fault != CSV_FINE || !split_by_libcsv(f, b, s + at, r->text_end - at)) split_leniently(f, b, s, at, r);
    row->n = (uint32_t)(b->n_cells - row->first);
}
