/* Second pass over an .ods: rows and cells.  Repeated rows and cells are given out as many times as they stand for, empty
 * ones not at all, so the million empty rows at the end of a sheet cost nothing. */
#include <stdlib.h>

#include "cells/numfmt.h"
#include "cells/ods.h"

enum {
    PIECE = 64 * 1024,
    ENOUGH_CELLS = 32 * 1024,
    MOST_REPEATED = 16 << 20, /* cells that repetition adds to a file */
    LONGEST_TEXT = 8 * CELL_MAX_CHARS,
};
struct row_cell {
    uint32_t col, times;
    size_t at, n; /* in the row's text */
    uint8_t kind, flags;
};
struct ods_reader {
    struct book *book;
    struct zippart *part;
    struct zipxml *xml;
    struct zipbook_notes *notes;
    struct zipbook_rows rows;
    char *piece;
    bool fed_all, in_table, between; /* between: the start of the next table was reached and is not yet asked for */
    bool discard;                    /* rows of a table that nobody reads */
    /* the row being read, and how often it is still to be given out */
    struct row_cell *cells;
    size_t n_cells, cap_cells;
    struct buf text;
    uint32_t row, times, pending, col;
    bool hidden;
    uint64_t repeated;
    unsigned row_depth, cell_depth, text_depth, skip_depth; /* of the elements that we are in, or 0 */
    /* the cell being read */
    struct row_cell cell;
    struct buf value, typed; /* its paragraphs; the value of its attribute */
    unsigned paragraphs;
    size_t paragraph_at; /* where the paragraph starts in value */
    char type;           /* f float, d date, t time, b boolean, s string, e error, 0 none */
    bool has_typed, covered;
};

/* ---- text ---- */

/* Stands for a line end or tab of the XML until the paragraph ends; no XML holds this character. */
enum { LAYOUT = 1 };

static const struct {
    const char *local;
} SKIPPED[] = {{"annotation"}, {"note"}, {"ruby-text"}, {"frame"}, {"custom-shape"}, {"object"}, {"table"}};

static bool is_skipped(const char *local)
{
    for (size_t i = 0; i < sizeof SKIPPED / sizeof *SKIPPED; i++)
        if (strcmp(SKIPPED[i].local, local) == 0) return true;
    return false;
}

static void start_text(struct ods_reader *r, unsigned depth, const char *local, const char **attrs)
{
    if (depth == r->cell_depth + 1) {
        if (strcmp(local, "p") != 0 && strcmp(local, "h") != 0) {
            r->skip_depth = depth;
            return;
        }
        if (r->paragraphs++) buf_char(&r->value, '\n');
        r->text_depth = depth;
        r->paragraph_at = r->value.n;
        return;
    }
    if (is_skipped(local)) {
        r->skip_depth = depth;
        return;
    }
    bool spaces = strcmp(local, "s") == 0, tab = strcmp(local, "tab") == 0, line = strcmp(local, "line-break") == 0;
    if (!spaces && !tab && !line) return;
    uint32_t n = spaces ? ods_times(zipxml_attr(attrs, "c")) : 1;
    for (uint32_t i = 0; i < n && r->value.n <= LONGEST_TEXT; i++) buf_char(&r->value, spaces ? ' ' : tab ? '\t' : '\n');
}

static void ods_text(void *ctx, unsigned depth, const char *s, size_t n)
{
    struct ods_reader *r = ctx;
    (void)depth;
    if (!r->text_depth || r->skip_depth || r->covered || r->value.n > LONGEST_TEXT) return;
    for (size_t i = 0; i < n; i++) buf_char(&r->value, s[i] == '\n' || s[i] == '\t' || s[i] == '\r' ? LAYOUT : s[i]);
}

/* ---- cells ---- */

static char type_of(const char *value)
{
    static const char *const NAMES[] = {"float", "percentage", "currency", "date", "time", "boolean", "string", "error"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(value, NAMES[i]) == 0) return "fffdtbse"[i];
    return 0;
}

static void set_typed(struct ods_reader *r, const char *value)
{
    r->has_typed = true;
    r->typed.n = 0;
    buf_put(&r->typed, value);
}

static void start_cell(struct ods_reader *r, const char *local, const char **attrs)
{
    r->cell = (struct row_cell){.col = r->col + 1, .times = 1};
    r->value.n = r->typed.n = 0;
    r->paragraphs = 0;
    r->type = 0;
    r->has_typed = false;
    r->covered = strcmp(local, "covered-table-cell") == 0;
    for (; attrs[0]; attrs += 2) {
        const char *name = zipxml_local(attrs[0]), *value = attrs[1];
        if (strcmp(name, "number-columns-repeated") == 0) r->cell.times = ods_times(value);
        else if (strcmp(name, "value-type") == 0) /* office: has the type, calcext: may say that it is an error */
            r->type = !r->type || strcmp(value, "error") == 0 ? type_of(value) : r->type;
        else if (strcmp(name, "value") == 0 || strcmp(name, "date-value") == 0 || strcmp(name, "time-value") == 0 ||
                 strcmp(name, "boolean-value") == 0 || strcmp(name, "string-value") == 0)
            set_typed(r, value);
        else if (strcmp(name, "formula") == 0) r->cell.flags = CELL_FORMULA;
    }
}

static bool take_digits(struct str *s, unsigned long *out)
{
    size_t i = 0;
    *out = 0;
    for (; i < s->n && s->s[i] >= '0' && s->s[i] <= '9' && *out < 1000000; i++) *out = *out * 10 + (unsigned long)(s->s[i] - '0');
    *s = str_from(*s, i);
    return i > 0;
}

/* PT08H30M00S (xsd:duration) as 08:30:00.  False when it is none. */
static bool put_time(struct buf *out, struct str s)
{
    unsigned long part[3] = {0}, n;
    if (!str_starts(s, STR("PT"))) return false;
    for (s = str_from(s, 2); s.n;) {
        if (!take_digits(&s, &n)) return false;
        if (s.n && (s.s[0] == '.' || s.s[0] == ',')) { /* a fraction of a second */
            unsigned long fraction;
            s = str_from(s, 1);
            while (take_digits(&s, &fraction)) continue;
        }
        const char *unit = s.n ? memchr("HMS", s.s[0], 3) : NULL;
        if (!unit) return false;
        part[unit - (const char *)memchr("HMS", 'H', 3)] = n;
        s = str_from(s, 1);
    }
    buf_printf(out, "%02lu:%02lu:%02lu", part[0], part[1], part[2]);
    return true;
}

/* Appends the cell's text to the row's and tells its kind. */
static enum cell_kind put_value(struct ods_reader *r)
{
    char iso[NUMFMT_ISO_MAX];
    struct str typed = buf_slice(&r->typed), shown = buf_slice(&r->value);
    size_t n = r->type == 'd' ? numfmt_iso_text(typed, iso) : 0;
    switch (r->type) {
    case 'f':
        if (!typed.n) break;
        buf_str(&r->text, typed);
        return CELL_NUMBER;
    case 'd':
        if (!n) break;
        buf_add(&r->text, iso, n);
        return CELL_DATE;
    case 't':
        if (!put_time(&r->text, typed)) break;
        return CELL_DATE;
    case 'b':
        if (!typed.n) break;
        buf_put(&r->text, str_is(typed, "true") ? "true" : "false");
        return CELL_BOOLEAN;
    case 'e': buf_str(&r->text, shown.n ? shown : typed); return shown.n || typed.n ? CELL_ERROR : CELL_EMPTY;
    default: break;
    }
    struct str text = r->type == 's' && r->has_typed && !shown.n ? typed : shown.n ? shown : typed;
    buf_str(&r->text, text);
    return text.n ? CELL_TEXT : CELL_EMPTY;
}

static void end_cell(struct ods_reader *r)
{
    uint32_t times = r->cell.times;
    r->cell_depth = 0;
    r->col = times < CELL_MAX_COLUMNS - r->col ? r->col + times : CELL_MAX_COLUMNS;
    if (r->covered) return;
    r->cell.at = r->text.n;
    r->cell.kind = (uint8_t)put_value(r);
    r->cell.n = r->text.n - r->cell.at;
    if (r->cell.kind == CELL_EMPTY && r->cell.flags && !r->has_typed && r->type != 's') r->cell.flags |= CELL_NO_RESULT;
    if (r->cell.kind == CELL_EMPTY && !r->cell.flags) return;
    mem_grow(&r->cells, &r->cap_cells, r->n_cells + 1, sizeof *r->cells);
    r->cells[r->n_cells++] = r->cell;
}

/* ---- rows ---- */

static bool put_cell(struct ods_reader *r, const struct row_cell *c, const char *text)
{
    for (uint32_t k = 0; k < c->times; k++) {
        struct cell *to = zipbook_cell(&r->rows, c->col + k);
        if (!to) return false;
        *to = (struct cell){.flags = c->flags};
        if (c->kind && !zipbook_set(&r->rows, to, c->col + k, (enum cell_kind)c->kind, (struct str){text + c->at, c->n}))
            return false;
        if (c->flags & CELL_NO_RESULT) zipbook_note(r->notes, DIAG_CELL_NO_RESULT, r->rows.number, c->col + k, STR(""));
        if (k) r->repeated++;
    }
    return true;
}

static bool is_full(const struct ods_reader *r)
{
    const struct cell_block *b = r->rows.block;
    return b->n_cells + b->n_rows >= ENOUGH_CELLS;
}

/* Gives out the row as often as it is still due and the block has room for.  False after a finding. */
static bool give_out(struct ods_reader *r)
{
    if (!r->pending || is_full(r)) return true;
    const char *text = arena_copy(&r->rows.block->text, r->text.s ? r->text.s : "", r->text.n);
    for (; r->pending && !is_full(r); r->pending--) {
        if (!zipbook_row(&r->rows, r->row + 1 + (r->times - r->pending), r->hidden)) return false;
        for (size_t i = 0; i < r->n_cells; i++)
            if (!put_cell(r, &r->cells[i], text)) return false;
        if (r->pending < r->times) r->repeated += r->n_cells;
        if (r->repeated <= MOST_REPEATED) continue;
        zipbook_finding(r->book, DIAG_SHEET_TOO_LARGE, r->rows.number, 0, NULL);
        return false;
    }
    return true;
}

static void start_row(struct ods_reader *r, unsigned depth, const char **attrs)
{
    const char *visible = zipxml_attr(attrs, "visibility");
    r->row = CELL_MAX_ROWS - r->row < r->times ? CELL_MAX_ROWS : r->row + r->times;
    r->times = ods_times(zipxml_attr(attrs, "number-rows-repeated"));
    r->hidden = visible && strcmp(visible, "visible") != 0;
    r->row_depth = depth;
    r->col = 0;
    r->n_cells = 0;
    r->text.n = 0;
}

static void end_row(struct ods_reader *r)
{
    r->row_depth = 0;
    if (!r->n_cells || r->discard) return;
    r->pending = r->times;
    if (!give_out(r)) zipxml_stop(r->xml);
    else if (is_full(r)) zipxml_pause(r->xml);
}

static void start_table(struct ods_reader *r)
{
    r->in_table = r->between = true;
    r->row = r->times = 0;
    r->rows.number = 0;
    zipxml_pause(r->xml);
}

static void ods_start(void *ctx, unsigned depth, const char *local, const char **attrs)
{
    struct ods_reader *r = ctx;
    if (r->skip_depth) return;
    if (r->cell_depth) start_text(r, depth, local, attrs);
    else if (r->row_depth) {
        if (strcmp(local, "table-cell") != 0 && strcmp(local, "covered-table-cell") != 0) return;
        r->cell_depth = depth;
        start_cell(r, local, attrs);
    } else if (r->in_table) {
        if (strcmp(local, "table-row") == 0) start_row(r, depth, attrs);
        else if (strcmp(local, "shapes") == 0) r->skip_depth = depth;
    } else if (depth == ODS_TABLE_DEPTH && strcmp(local, "table") == 0) start_table(r);
}

/* Line ends and tabs of the XML itself are layout: with the blanks around them they are one blank, and none at the paragraph's
 * ends.  Blanks alone are kept as they are, as LibreOffice writes and reads them. */
static void end_paragraph(struct ods_reader *r)
{
    char *text = r->value.s;
    size_t to = r->paragraph_at;
    r->text_depth = 0;
    if (r->value.n == to || !memchr(text + to, LAYOUT, r->value.n - to)) return;
    for (size_t i = to; i < r->value.n;) {
        size_t run = i;
        bool layout = false;
        for (; run < r->value.n && (text[run] == ' ' || text[run] == LAYOUT); run++) layout = layout || text[run] == LAYOUT;
        if (layout) {
            if (to > r->paragraph_at && run < r->value.n) text[to++] = ' ';
            i = run;
        } else text[to++] = text[i++];
    }
    r->value.n = to;
}

static void ods_end(void *ctx, unsigned depth, const char *local)
{
    struct ods_reader *r = ctx;
    (void)local;
    if (r->skip_depth) {
        if (depth == r->skip_depth) r->skip_depth = 0;
    } else if (r->text_depth && depth == r->text_depth) end_paragraph(r);
    else if (r->cell_depth && depth == r->cell_depth) end_cell(r);
    else if (r->row_depth && depth == r->row_depth) end_row(r);
    else if (r->in_table && depth == ODS_TABLE_DEPTH) {
        r->in_table = false;
        zipxml_pause(r->xml);
    }
}

/* ---- the reader ---- */

static const struct zipxml_handlers HANDLERS = {.start = ods_start, .end = ods_end, .text = ods_text, .root = "document-content"};

struct ods_reader *ods_reader_open(struct book *b, struct zipfile *z, int64_t part, struct zipbook_notes *notes)
{
    struct zippart *p = zippart_open(z, part);
    if (!p) return NULL;
    struct ods_reader *r = mem_zero(1, sizeof *r);
    *r = (struct ods_reader){.book = b, .part = p, .notes = notes, .rows = {.book = b}, .piece = mem_alloc(PIECE)};
    r->xml = zipxml_new(z, part, &HANDLERS, r);
    return r;
}

void ods_reader_close(struct ods_reader *r)
{
    if (!r) return;
    zipxml_free(r->xml);
    zippart_close(r->part);
    buf_free(&r->text);
    buf_free(&r->value);
    buf_free(&r->typed);
    free(r->cells);
    free(r->piece);
    free(r);
}

/* Parses on until something pauses it.  False after a finding. */
static bool go_on(struct ods_reader *r)
{
    if (zipxml_paused(r->xml)) return zipxml_resume(r->xml);
    ssize_t n = zippart_read(r->part, r->piece, PIECE);
    r->fed_all = n < PIECE;
    return n >= 0 && zipxml_feed(r->xml, r->piece, (size_t)n, r->fed_all);
}

bool ods_reader_table(struct ods_reader *r)
{
    r->discard = true;
    r->pending = 0;
    while (!r->between && !(r->fed_all && !zipxml_paused(r->xml)))
        if (!go_on(r)) return false;
    r->between = r->discard = false;
    return true;
}

int ods_reader_fetch(struct ods_reader *r, struct cell_block *block)
{
    r->rows.block = block;
    if (!give_out(r)) return -1;
    while (r->in_table && !r->between && !is_full(r))
        if (!go_on(r)) return -1;
    return block->n_rows > 0;
}
