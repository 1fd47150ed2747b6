/* A small .xls writer: BIFF8 records ([MS-XLS]) in an OLE2 compound file ([MS-CFB]) whose one stream is padded past the
 * mini-stream limit, so that the container needs no mini FAT. */
#include "sheet.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

static void u16(struct buf *b, unsigned v)
{
    buf_char(b, (char)(v & 0xFF));
    buf_char(b, (char)(v >> 8 & 0xFF));
}

static void u32(struct buf *b, uint32_t v)
{
    u16(b, v & 0xFFFF);
    u16(b, v >> 16);
}

/* Starts a record; its length is set by end_record. */
static size_t record(struct buf *b, unsigned type)
{
    u16(b, type);
    u16(b, 0);
    return b->n;
}

static void end_record(struct buf *b, size_t start)
{
    size_t n = b->n - start;
    b->s[start - 2] = (char)(n & 0xFF);
    b->s[start - 1] = (char)(n >> 8);
}

static void unicode(struct buf *b, const char *utf8, bool short_length)
{
    struct str s = str_of(utf8);
    struct buf wide = {0};
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        if (c > 0xFFFF) {
            c -= 0x10000;
            u16(&wide, 0xD800 + (c >> 10));
            u16(&wide, 0xDC00 + (c & 0x3FF));
        } else {
            u16(&wide, c);
        }
    }
    if (short_length) buf_char(b, (char)(wide.n / 2));
    else u16(b, (unsigned)(wide.n / 2));
    buf_char(b, 1); /* 16-bit characters */
    buf_str(b, buf_slice(&wide));
    buf_free(&wide);
}

static void bof(struct buf *b, unsigned kind)
{
    size_t r = record(b, 0x0809);
    u16(b, 0x0600);
    u16(b, kind);
    u16(b, 0x0DBB);
    u16(b, 0x07CC);
    u32(b, 0);
    u32(b, 6);
    end_record(b, r);
}

static void end_of_stream(struct buf *b)
{
    end_record(b, record(b, 0x000A));
}

static void extended_format(struct buf *b, unsigned number_format)
{
    size_t r = record(b, 0x00E0);
    u16(b, 0);
    u16(b, number_format);
    for (int i = 0; i < 8; i++) u16(b, i == 0 ? 0x0001 : 0);
    end_record(b, r);
}

static void cell_head(struct buf *b, size_t row, int col, unsigned format)
{
    u16(b, (unsigned)row);
    u16(b, (unsigned)col);
    u16(b, format);
}

static void real(struct buf *b, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    u32(b, (uint32_t)bits);
    u32(b, (uint32_t)(bits >> 32));
}

static void cell(struct buf *b, size_t row, int col, const struct value *v)
{
    size_t r;
    switch (v->kind) {
    case V_TEXT:
        r = record(b, 0x0204); /* LABEL */
        cell_head(b, row, col, 0);
        unicode(b, v->text, false);
        end_record(b, r);
        break;
    case V_NUMBER:
    case V_DATE:
        r = record(b, 0x0203); /* NUMBER */
        cell_head(b, row, col, v->kind == V_DATE ? 1 : 0);
        real(b, v->number);
        end_record(b, r);
        break;
    case V_FORMULA:
        r = record(b, 0x0006); /* FORMULA with its result and one tInt token */
        cell_head(b, row, col, 0);
        real(b, v->number);
        u16(b, 0);
        u32(b, 0);
        u16(b, 3);
        buf_char(b, 0x1E);
        u16(b, (unsigned)v->number);
        end_record(b, r);
        break;
    case V_EMPTY: break;
    }
}

static void worksheet(struct buf *b, const struct sheet_out *s)
{
    bof(b, 0x0010);
    size_t r = record(b, 0x0200); /* DIMENSIONS */
    u32(b, 0);
    u32(b, (uint32_t)s->n_rows);
    u16(b, 0);
    u16(b, SHEET_COLS);
    u16(b, 0);
    end_record(b, r);
    for (size_t i = 0; i < s->n_rows; i++)
        for (int c = 0; c < SHEET_COLS; c++) cell(b, i, c, &s->rows[i][c]);
    if (s->n_merges) {
        r = record(b, 0x00E5);
        u16(b, (unsigned)s->n_merges);
        for (int m = 0; m < s->n_merges; m++) {
            u16(b, (unsigned)s->merges[m].top);
            u16(b, (unsigned)s->merges[m].bottom);
            u16(b, (unsigned)s->merges[m].left);
            u16(b, (unsigned)s->merges[m].right);
        }
        end_record(b, r);
    }
    end_of_stream(b);
}

static void workbook(struct buf *b, const struct book_out *book)
{
    size_t positions[BOOK_SHEETS], r;
    bof(b, 0x0005);
    r = record(b, 0x0042); /* CODEPAGE: UTF-16 */
    u16(b, 1200);
    end_record(b, r);
    extended_format(b, 0);
    extended_format(b, 14); /* m/d/yyyy */
    for (int i = 0; i < book->n; i++) {
        r = record(b, 0x0085); /* BOUNDSHEET */
        positions[i] = b->n;
        u32(b, 0);
        u16(b, 0);
        unicode(b, book->sheets[i].name, true);
        end_record(b, r);
    }
    end_of_stream(b);
    for (int i = 0; i < book->n; i++) {
        for (int k = 0; k < 4; k++) b->s[positions[i] + (size_t)k] = (char)(b->n >> (8 * k) & 0xFF);
        worksheet(b, &book->sheets[i]);
    }
}

static void directory_entry(struct buf *b, const char *name, unsigned type, uint32_t child, uint32_t start, uint32_t size)
{
    size_t at = b->n;
    for (const char *p = name; *p; p++) u16(b, (unsigned char)*p);
    while (b->n < at + 64) buf_char(b, 0);
    u16(b, (unsigned)(*name ? strlen(name) * 2 + 2 : 0));
    buf_char(b, (char)type);
    buf_char(b, 1);
    u32(b, 0xFFFFFFFF);
    u32(b, 0xFFFFFFFF);
    u32(b, child);
    while (b->n < at + 116) buf_char(b, 0);
    u32(b, start);
    u32(b, size);
    u32(b, 0);
}

bool write_xls(const struct book_out *book, const char *path)
{
    enum { SECTOR = 512, FREE = -1, END = -2, FAT = -3 };
    struct buf stream = {0}, file = {0};
    workbook(&stream, book);
    while (stream.n < 4096 || stream.n % SECTOR) buf_char(&stream, 0);
    uint32_t data = (uint32_t)(stream.n / SECTOR), total = data + 1, fats = 1;
    while (fats * (SECTOR / 4) < total + fats) fats++;
    /* Header: data sectors come first, then the directory, then the FAT. */
    buf_add(&file, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    for (int i = 0; i < 16; i++) buf_char(&file, 0);
    u16(&file, 0x3E);
    u16(&file, 3);
    u16(&file, 0xFFFE);
    u16(&file, 9);
    u16(&file, 6);
    for (int i = 0; i < 10; i++) buf_char(&file, 0);
    u32(&file, fats);
    u32(&file, data); /* the directory's sector */
    u32(&file, 0);
    u32(&file, 4096);
    u32(&file, (uint32_t)END);
    u32(&file, 0);
    u32(&file, (uint32_t)END);
    u32(&file, 0);
    for (uint32_t i = 0; i < 109; i++) u32(&file, i < fats ? data + 1 + i : (uint32_t)FREE);
    buf_str(&file, buf_slice(&stream));
    directory_entry(&file, "Root Entry", 5, 1, (uint32_t)END, 0);
    directory_entry(&file, "Workbook", 2, 0xFFFFFFFF, 0, (uint32_t)stream.n);
    directory_entry(&file, "", 0, 0xFFFFFFFF, 0, 0);
    directory_entry(&file, "", 0, 0xFFFFFFFF, 0, 0);
    for (uint32_t i = 0; i < fats * (SECTOR / 4); i++) {
        uint32_t next = i + 1 < data ? i + 1 : i <= data ? (uint32_t)END : i < total + fats ? (uint32_t)FAT : (uint32_t)FREE;
        u32(&file, next);
    }
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(file.s, 1, file.n, f) == file.n;
    if (f && fclose(f) != 0) ok = false;
    buf_free(&stream);
    buf_free(&file);
    return ok;
}
