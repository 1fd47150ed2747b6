/* CSV and TSV: a book of one sheet with an empty name.  A physical row is a record, a blank line too, numbered as a spreadsheet
 * program numbers them when it opens the file: a cell with line ends in it is still one row.
 *
 * csv_fetch cuts the text into pieces at record ends and has every complaint to make, so that complaints come in order; csv_parse
 * splits a piece into cells, on any thread. */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "cells/csv.h"
#include "cells/csv_record.h"
#include "cells/decode.h"
#include "cells/scan.h"

enum {
    PIECE = VET_PIECE,
    MAX_RECORD = 16 * 1024 * 1024, /* bytes; 16,384 cells of any usual length */
    MOST_TOLD = 10,                /* so many stray quotes are named one by one */
};
struct csv {
    struct decoder decoder;
    struct csv_form form;
    struct buf carry; /* the beginning of a record whose end has not come yet */
    bool ended, started, given;
    bool lost, lost_told;
    size_t lost_at; /* in carry, or in the piece at hand */
    uint32_t rows;  /* given away so far */
    uint64_t quote_faults;
};
/* What csv_fetch found out about a piece. */
struct piece {
    bool quotes, lost;
};

static void tell(struct book *b, enum diag_code code, uint32_t row, const char *arg)
{
    struct place at = {.file = b->path, .row = row};
    diag_add(b->diag, code, &at, arg, NULL);
}

/* Of a stream of records the comma is the delimiter; where the headings have none, and semicolons or tabs, as a spreadsheet saves
 * them, those are. */
static char delimiter_of_records(struct str text)
{
    bool quoted = false;
    char found = ',';
    size_t i = 0;
    while (i < text.n && (text.s[i] == '\n' || text.s[i] == '\r')) i++;
    for (; i < text.n && (quoted || (text.s[i] != '\n' && text.s[i] != '\r')); i++) {
        char c = text.s[i];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == ',') return ',';
        if (c == '\t' || (c == ';' && found == ',')) found = c;
    }
    return found;
}

static int csv_open(struct book *b)
{
    struct csv *c = mem_zero(1, sizeof *c);
    b->own = c;
    const char *encoding = b->options.encoding ? b->options.encoding : b->options.records ? "UTF-8" : NULL;
    if (!decoder_start(&c->decoder, b->source, encoding)) {
        tell(b, DIAG_ENCODING_UNKNOWN, 0, encoding);
        return -1;
    }
    struct buf head = {0};
    decode_head(&head, source_peek(b->source, SNIFF_BYTES), c->decoder.encoding == ENCODING_NAMED ? encoding : NULL);
    struct str text = buf_slice(&head);
    bool tabs = b->options.from && strcmp(b->options.from, "tsv") == 0;
    bool named =
        text.n > 5 && str_starts(text, STR("sep=")) && memchr(",;\t|", text.s[4], 4) && (text.s[5] == '\r' || text.s[5] == '\n');
    c->form.delimiter = b->options.delimiter ? b->options.delimiter
                        : tabs               ? '\t'
                        : named              ? text.s[4]
                        : b->options.records ? delimiter_of_records(text)
                                             : sniff_delimiter(text);
    c->form.newline = csv_newline(text);
    buf_free(&head);
    return 1;
}

static void csv_close(struct book *b)
{
    struct csv *c = b->own;
    if (!c) return;
    decoder_stop(&c->decoder);
    buf_free(&c->carry);
    free(c);
}

static int csv_next_sheet(struct book *b, struct sheet *out)
{
    struct csv *c = b->own;
    if (c->given) return 0;
    c->given = true;
    *out = (struct sheet){.name = ""};
    return 1;
}

static bool cell_fits(struct book *b, uint32_t row, const char *s, size_t n)
{
    if (n <= CELL_MAX_CHARS || text_length((struct str){s, n}) <= CELL_MAX_CHARS) return true;
    tell(b, DIAG_CELL_TOO_LONG, row, "32,767");
    return false;
}

/* A line so long that it may break a limit. */
static bool line_fits(struct book *b, uint32_t row, const char *s, size_t n)
{
    const struct csv *c = b->own;
    size_t cells = 0;
    for (size_t at = 0; at <= n;) {
        const char *p = at < n ? memchr(s + at, c->form.delimiter, n - at) : NULL;
        size_t end = p ? (size_t)(p - s) : n;
        if (!cell_fits(b, row, s + at, end - at)) return false;
        cells++;
        at = end + 1;
    }
    if (cells <= CELL_MAX_COLUMNS) return true;
    tell(b, DIAG_TOO_MANY_COLUMNS, row, "16,384");
    return false;
}

/* Looks for lines that may break a limit without looking at all of them: hops from line end to line end, as far as a line that
 * is short enough can reach. */
static bool lines_fit(struct book *b, uint32_t first_row, const char *s, size_t n)
{
    const struct csv *c = b->own;
    for (size_t at = 0; n - at >= CELL_MAX_COLUMNS;) {
        const char *back = memrchr(s + at, c->form.newline, CELL_MAX_COLUMNS);
        if (back) {
            at = (size_t)(back - s) + 1;
            continue;
        }
        const char *p = memchr(s + at, c->form.newline, n - at);
        size_t end = p ? (size_t)(p - s) : n;
        if (!line_fits(b, first_row + (uint32_t)scan_count(s, at, c->form.newline), s + at, end - at)) return false;
        if (!p) break;
        at = end + 1;
    }
    return true;
}

/* The same for a record with quotes. */
static bool record_fits(struct book *b, uint32_t row, const char *s, size_t at, const struct csv_record *r)
{
    const struct csv *c = b->own;
    if (r->cells > CELL_MAX_COLUMNS) {
        tell(b, DIAG_TOO_MANY_COLUMNS, row, "16,384");
        return false;
    }
    if (r->longest <= CELL_MAX_CHARS) return true;
    struct cell_block block = {0};
    bool fits = true;
    csv_split(&c->form, &block, s + at, r->end - at, row, true);
    for (size_t i = 0; fits && i < block.n_cells; i++) fits = cell_fits(b, row, block.cells[i].s, block.cells[i].n);
    cell_block_free(&block);
    return fits;
}

static void tell_fault(struct book *b, uint32_t row, enum csv_fault fault)
{
    struct csv *c = b->own;
    if (c->quote_faults++ < MOST_TOLD) tell(b, fault == CSV_STRAY ? DIAG_QUOTE_STRAY : DIAG_QUOTE_UNCLOSED, row, NULL);
}

struct cut {
    size_t at; /* whole records end here */
    uint32_t rows;
    uint32_t lost_row; /* how many of them begin at or before what was lost */
    bool failed;
};

/* Text without quotes: a record is a line. */
static struct cut cut_lines(struct book *b, struct str text, bool last)
{
    struct csv *c = b->own;
    const char *end = memrchr(text.s, c->form.newline, text.n);
    struct cut cut = {.at = last ? text.n : end ? (size_t)(end - text.s) + 1 : 0};
    cut.rows = (uint32_t)scan_count(text.s, cut.at, c->form.newline);
    if (last && text.n && text.s[text.n - 1] != c->form.newline) cut.rows++;
    if (c->lost && c->lost_at < cut.at) cut.lost_row = 1 + (uint32_t)scan_count(text.s, c->lost_at, c->form.newline);
    cut.failed = !lines_fit(b, c->rows + 1, text.s, cut.at);
    return cut;
}

static bool other_record(struct book *b, struct cut *cut, const char *s, const struct csv_record *r)
{
    struct csv *c = b->own;
    uint32_t row = c->rows + ++cut->rows;
    if (r->fault != CSV_FINE) tell_fault(b, row, r->fault);
    if (c->lost && c->lost_at >= cut->at && c->lost_at < r->end) cut->lost_row = cut->rows;
    size_t length = r->text_end - cut->at;
    return length < CELL_MAX_COLUMNS || (r->quoted ? record_fits(b, row, s, cut->at, r) : line_fits(b, row, s + cut->at, length));
}

/* How many of the records of s[at..end) end before what was lost. */
static uint32_t records_before(const struct csv *c, const char *s, size_t at, size_t end)
{
    struct csv_record r;
    uint32_t n = 0;
    for (; csv_record_find(&c->form, s, end, at, true, &r) && r.end <= c->lost_at; at = r.end) n++;
    return n;
}

static struct cut cut_records(struct book *b, struct str text, bool last)
{
    struct csv *c = b->own;
    struct cut cut = {0};
    struct csv_record r;
    while (!cut.failed && cut.at < text.n) {
        uint32_t sound = 0;
        size_t end = csv_skip_sound(&c->form, text.s, text.n, cut.at, &sound);
        if (c->lost && !c->lost_told && c->lost_at >= cut.at && c->lost_at < end)
            cut.lost_row = cut.rows + 1 + records_before(c, text.s, cut.at, end);
        cut.rows += sound;
        cut.at = end;
        if (end == text.n || !csv_record_find(&c->form, text.s, text.n, end, last, &r)) break;
        cut.failed = !other_record(b, &cut, text.s, &r);
        cut.at = r.end;
    }
    return cut;
}

/* Excel's own first line, sep=; which it does not show and does not count.  And the end-of-file mark of DOS. */
static void drop_marks(struct csv *c, struct buf *raw)
{
    if (c->ended && raw->n && raw->s[raw->n - 1] == 0x1A) raw->n--;
    if (c->started) return;
    c->started = true;
    size_t n = 0;
    if (raw->n > 6 && memcmp(raw->s, "sep=", 4) == 0 && memchr(",;\t|", raw->s[4], 4))
        n = raw->s[5] == '\r' && raw->s[6] == '\n' ? 7 : raw->s[5] == c->form.newline ? 6 : 0;
    memmove(raw->s, raw->s + n, raw->n - n);
    raw->n -= n;
    if (c->lost) c->lost_at -= n;
}

static bool read_piece(struct csv *c, struct buf *raw)
{
    struct decoded how = {0};
    int got = decoder_read(&c->decoder, raw, PIECE, &how);
    if (got < 0) return false;
    if (how.lost && !c->lost) {
        c->lost = true;
        c->lost_at = how.lost_at;
    }
    c->ended = got == 0 || c->decoder.ended;
    drop_marks(c, raw);
    return true;
}

static void finish(struct book *b, struct cell_block *block, struct piece *piece, const struct cut *cut)
{
    struct csv *c = b->own;
    block->first_row = c->rows + 1;
    block->fetched_rows = cut->rows;
    piece->lost = c->lost;
    if (c->lost && cut->lost_row && !c->lost_told) {
        tell(b, DIAG_BYTES_LOST, c->rows + cut->lost_row, *c->decoder.name ? c->decoder.name : "?");
        c->lost_told = true;
    }
    buf_add(&c->carry, block->raw.s + cut->at, block->raw.n - cut->at);
    if (c->lost && c->lost_at >= cut->at) c->lost_at -= cut->at;
    else c->lost = c->lost && c->carry.n > 0 && memmem(c->carry.s, c->carry.n, "\xEF\xBF\xBD", 3);
    if (c->lost && c->lost_told) c->lost_at = 0;
    block->raw.n = cut->at;
    c->rows += cut->rows;
}

static int csv_fetch(struct book *b, struct cell_block *block)
{
    struct csv *c = b->own;
    free(block->own); /* the block may have come from another reader */
    struct piece *piece = block->own = mem_zero(1, sizeof *piece);
    struct cut cut;
    buf_str(&block->raw, buf_slice(&c->carry));
    c->carry.n = 0;
    do {
        if (block->raw.n > MAX_RECORD) {
            tell(b, DIAG_RECORD_TOO_LONG, c->rows + 1, "16");
            return -1;
        }
        if (!c->ended && !read_piece(c, &block->raw)) return -1;
        struct str text = {block->raw.s ? block->raw.s : "", block->raw.n};
        piece->quotes = memchr(text.s, '"', text.n) != NULL;
        cut = piece->quotes ? cut_records(b, text, c->ended) : cut_lines(b, text, c->ended);
        if (cut.failed) return -1;
    } while (!cut.at && !c->ended);
    finish(b, block, piece, &cut);
    if (block->raw.n) return 1;
    if (c->quote_faults > MOST_TOLD) {
        char text[24];
        snprintf(text, sizeof text, "%llu", (unsigned long long)c->quote_faults - MOST_TOLD);
        tell(b, DIAG_QUOTE_MORE, 0, text);
        c->quote_faults = 0;
    }
    return 0;
}

static void mark_lost(struct cell_block *block)
{
    for (size_t i = 0; i < block->n_cells; i++) {
        struct cell *cell = &block->cells[i];
        if (cell->n >= 3 && memmem(cell->s, cell->n, "\xEF\xBF\xBD", 3)) cell->flags |= CELL_LOST;
    }
}

static bool csv_parse_block(struct book *b, struct cell_block *block)
{
    const struct csv *c = b->own;
    const struct piece *piece = block->own;
    csv_split(&c->form, block, block->raw.s, block->raw.n, block->first_row, piece->quotes);
    if (piece->lost) mark_lost(block);
    return true;
}

const struct book_reader csv_reader = {
    .format = BOOK_CSV,
    .name = "csv",
    .open = csv_open,
    .next_sheet = csv_next_sheet,
    .fetch = csv_fetch,
    .parse = csv_parse_block,
    .close = csv_close,
};

const char *csv_encoding(const struct book *b)
{
    const struct csv *c = b->own;
    return c ? c->decoder.name : "";
}
