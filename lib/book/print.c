#include "book/print.h"

#include <stdlib.h>

#include "base/out.h"
#include "base/text.h"
#include "book/print_own.h"

/* ---- for programs ---- */

static size_t count_tables(const struct content *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n_sheets; i++)
        for (size_t k = 0; k < c->sheets[i].n_blocks; k++) n += c->sheets[i].blocks[k].table != NULL;
    return n;
}

struct printing {
    struct out *out;
    struct buf text; /* of what is being written */
};

static void flush(struct printing *p)
{
    out_write(p->out, buf_slice(&p->text));
    p->text.n = 0;
}

static void lines_as_rows(struct printing *p, const struct block *block)
{
    const struct result *r = block->table;
    struct columns c = {mem_zero(r->n_columns, sizeof(struct str)), r->n_columns};
    for (size_t i = 0; i < r->n_columns; i++) c.names[i] = r->columns[i].name;
    rows_format_header(&p->text, ROWS_CSV, &c);
    struct block_walk walk = {.block = block};
    for (const struct result_line *line; (line = block_next(&walk)); flush(p)) rows_format(&p->text, ROWS_CSV, &c, line->values);
    flush(p);
    free(c.names);
}

static void cells_as_csv(struct printing *p, const struct content *c, const struct content_sheet *s, size_t number,
                         const struct block *block)
{
    struct buf *b = &p->text;
    struct block_walk walk = {.block = block};
    for (const struct result_line *line; (line = block_next(&walk)); flush(p)) {
        for (size_t k = 0; k < block->table->n_columns; k++) {
            const struct str *was = block_was(block, walk.next - 1, k);
            csv_quote(b, s->name);
            buf_printf(b, ",%zu,%zu,", number, walk.next);
            csv_quote(b, block->table->columns[k].name);
            buf_char(b, ',');
            csv_quote(b, line->values[k]);
            if (c->restated) buf_put(b, was ? ",r," : ",,");
            if (was) csv_quote(b, *was);
            buf_char(b, '\n');
        }
    }
}

/* "_r":{"count":4}: what was reported in the place of the numbers that are restated. */
static void reported_as_json(struct buf *b, const struct block *block, size_t line)
{
    size_t n = 0;
    for (size_t k = 0; k < block->table->n_columns; k++) {
        const struct str *was = block_was(block, line, k);
        if (!was) continue;
        buf_put(b, n++ ? "," : ",\"_r\":{");
        json_quote(b, block->table->columns[k].name);
        buf_char(b, ':');
        result_json(b, &block->table->columns[k], *was);
    }
    if (n) buf_char(b, '}');
}

static void lines_as_json(struct printing *p, const struct content_sheet *s, size_t number, const struct block *block)
{
    struct buf *b = &p->text;
    struct block_walk walk = {.block = block};
    for (const struct result_line *line; (line = block_next(&walk)); flush(p)) {
        buf_put(b, "{\"sheet\":");
        json_quote(b, s->name);
        buf_printf(b, ",\"table\":%zu", number);
        result_members(b, block->table, line, ',');
        reported_as_json(b, block, walk.next - 1);
        buf_put(b, "}\n");
    }
}

/* ---- for a screen ---- */

static void pad(struct buf *b, struct str s, size_t width, bool right)
{
    size_t w = text_width(s);
    for (size_t i = w; right && i < width; i++) buf_char(b, ' ');
    for (size_t i = 0; i < s.n; i++) buf_char(b, s.s[i] == '\n' || s.s[i] == '\t' ? ' ' : s.s[i]);
    for (size_t i = w; !right && i < width; i++) buf_char(b, ' ');
}

/* The value as it is read, "123r" where it was reported otherwise. */
static struct str shown(struct buf *scratch, const struct block *block, const struct result_line *line, size_t i, size_t k)
{
    if (!block_was(block, i, k)) return line->values[k];
    scratch->n = 0;
    buf_str(scratch, line->values[k]);
    buf_char(scratch, 'r');
    return buf_slice(scratch);
}

/* A line of the table; NULL: its headings. */
static void put_line(struct printing *p, const struct block *block, const size_t *width, const struct result_line *line, size_t i)
{
    const struct result *r = block->table;
    struct buf *b = &p->text, cell = {0};
    for (size_t k = 0; k < r->n_columns; k++) {
        if (block->hidden[k]) continue;
        if (b->n) buf_put(b, "  ");
        pad(b, line ? shown(&cell, block, line, i, k) : heading_of(&r->columns[k]), width[k], r->columns[k].kind >= COLUMN_COUNT);
    }
    while (b->n && b->s[b->n - 1] == ' ') b->n--;
    buf_char(b, '\n');
    buf_free(&cell);
    flush(p);
}

static void table_as_text(struct printing *p, const struct block *block)
{
    const struct result *r = block->table;
    size_t *width = mem_zero(r->n_columns, sizeof *width);
    struct buf cell = {0};
    for (size_t k = 0; k < r->n_columns; k++) width[k] = text_width(heading_of(&r->columns[k]));
    struct block_walk measure = {.block = block}, walk = {.block = block};
    for (const struct result_line *line; (line = block_next(&measure));)
        for (size_t k = 0; k < r->n_columns; k++) {
            size_t w = text_width(shown(&cell, block, line, measure.next - 1, k));
            if (w > width[k]) width[k] = w;
        }
    put_line(p, block, width, NULL, 0);
    for (const struct result_line *line; (line = block_next(&walk));) put_line(p, block, width, line, walk.next - 1);
    buf_free(&cell);
    free(width);
}

static void block_as_text(struct printing *p, const struct block *block)
{
    if (block->heading.n) {
        buf_str(&p->text, block->heading);
        buf_char(&p->text, '\n');
    }
    flush(p);
    if (block->table) table_as_text(p, block);
    for (size_t i = 0; i < block->n_notes; i++) {
        buf_str(&p->text, block->notes[i]);
        buf_char(&p->text, '\n');
    }
    buf_char(&p->text, '\n');
    flush(p);
}

static void print_text(struct printing *p, const struct content *c)
{
    for (size_t i = 0; i < c->n_sheets; i++) {
        const struct content_sheet *s = &c->sheets[i];
        buf_str(&p->text, s->title);
        buf_char(&p->text, '\n');
        buf_str(&p->text, c->subtitle);
        buf_put(&p->text, "\n\n");
        flush(p);
        for (size_t k = 0; k < s->n_blocks; k++) block_as_text(p, &s->blocks[k]);
    }
}

static void print_tables(struct printing *p, const struct content *c, enum print_format f)
{
    bool one = count_tables(c) == 1;
    if (f == PRINT_CSV && !one)
        out_write(p->out,
                  c->restated ? STR("sheet,table,line,column,value,flag,reported\n") : STR("sheet,table,line,column,value\n"));
    for (size_t i = 0; i < c->n_sheets; i++) {
        size_t number = 0;
        for (size_t k = 0; k < c->sheets[i].n_blocks; k++) {
            const struct block *block = &c->sheets[i].blocks[k];
            if (!block->table) continue;
            number++;
            if (f == PRINT_JSON) lines_as_json(p, &c->sheets[i], number, block);
            else if (one) lines_as_rows(p, block);
            else cells_as_csv(p, c, &c->sheets[i], number, block);
        }
    }
}

bool content_print(const struct content *c, enum print_format f, const char *path, struct diag *d)
{
    if (f == PRINT_XLSX) return print_workbook(c, path, d);
    struct printing p = {.out = out_open(path, d)};
    if (!p.out) return false;
    if (f == PRINT_TEXT) print_text(&p, c);
    else print_tables(&p, c, f);
    buf_free(&p.text);
    bool whole = !content_failed(c);
    return out_close(p.out, whole, d) && whole;
}
