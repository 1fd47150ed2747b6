/* Makes small .xls files of every generation, sound and unsound, for tests: records, strings, and the compound file around. */
#ifndef VET_TESTS_BIFF_MAKER_H
#define VET_TESTS_BIFF_MAKER_H

#include "base/str.h"

static inline void put_bytes(struct buf *b, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) buf_char(b, (char)(v >> 8 * i));
}
/* "bwdfsU": a byte, two, four, a double, the bytes of a C string, a C string of ASCII as UTF-16. */
static inline void put_fields(struct buf *b, const char *fields, va_list ap)
{
    for (const char *f = fields; *f; f++) {
        double d;
        uint64_t bits;
        const char *s;
        switch (*f) {
        case 'b': put_bytes(b, (unsigned)va_arg(ap, int), 1); break;
        case 'w': put_bytes(b, (unsigned)va_arg(ap, int), 2); break;
        case 'd': put_bytes(b, va_arg(ap, uint32_t), 4); break;
        case 'f':
            d = va_arg(ap, double);
            memcpy(&bits, &d, sizeof bits);
            put_bytes(b, bits, 8);
            break;
        case 's': buf_put(b, va_arg(ap, const char *)); break;
        default:
            for (s = va_arg(ap, const char *); *s; s++) put_bytes(b, (unsigned char)*s, 2);
            break;
        }
    }
}
/* Appends a record. */
static inline void record(struct buf *b, unsigned id, const char *fields, ...)
{
    struct buf body = {0};
    va_list ap;
    va_start(ap, fields);
    put_fields(&body, fields, ap);
    va_end(ap);
    put_bytes(b, id, 2);
    put_bytes(b, body.n, 2);
    buf_add(b, body.s, body.n);
    buf_free(&body);
}
struct made_sheet {
    const char *name;  /* ASCII */
    int state, type;   /* BOUNDSHEET's: 0 1 2 visible, hidden, very hidden; 0 1 2 worksheet, macros, chart */
    struct buf *cells; /* records of the sheet, without BOF and EOF */
};
/* A BIFF8 or (version 5) BIFF5 workbook stream with `globals` before its list of sheets. */
static inline void make_stream(struct buf *out, int version, const struct buf *globals, const struct made_sheet *sheets, size_t n)
{
    int stamp = version == 8 ? 0x0600 : 0x0500;
    size_t offsets[16];
    record(out, 0x0809, "wwww", stamp, 0x0005, 0, 0);
    if (globals) buf_add(out, globals->s, globals->n);
    for (size_t i = 0; i < n; i++) {
        offsets[i] = out->n + 4;
        if (version == 8)
            record(out, 0x0085, "dbbbbs", 0u, sheets[i].state, sheets[i].type, (int)strlen(sheets[i].name), 0, sheets[i].name);
        else record(out, 0x0085, "dbbbs", 0u, sheets[i].state, sheets[i].type, (int)strlen(sheets[i].name), sheets[i].name);
    }
    record(out, 0x000A, "");
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 4; k++) out->s[offsets[i] + (size_t)k] = (char)(out->n >> 8 * k);
        record(out, 0x0809, "wwww", stamp, sheets[i].type == 2 ? 0x0020 : 0x0010, 0, 0);
        if (sheets[i].cells) buf_add(out, sheets[i].cells->s, sheets[i].cells->n);
        record(out, 0x000A, "");
    }
}

enum { OLE_SECTOR = 512, OLE_END = -2, OLE_FAT = -3, OLE_DIFAT = -4, OLE_FREE = -1 };
static inline void pad(struct buf *b, size_t to)
{
    while (b->n % to) buf_char(b, 0);
}
static inline void dir_entry(struct buf *b, const char *name, int type, int32_t child, int32_t first, uint32_t size)
{
    size_t at = b->n, n = strlen(name);
    for (size_t i = 0; i < n; i++) put_bytes(b, (unsigned char)name[i], 2);
    while (b->n < at + 64) buf_char(b, 0);
    put_bytes(b, n ? 2 * n + 2 : 0, 2);
    put_bytes(b, (unsigned)type, 1);
    put_bytes(b, 1, 1);
    put_bytes(b, 0xFFFFFFFF, 4);
    put_bytes(b, 0xFFFFFFFF, 4);
    put_bytes(b, (uint32_t)child, 4);
    while (b->n < at + 116) buf_char(b, 0);
    put_bytes(b, (uint32_t)first, 4);
    put_bytes(b, size, 4);
    put_bytes(b, 0, 4);
}
/* A compound file with one stream.  Under 4,096 bytes it lies in the mini stream.  `scattered`: its sectors run backwards. */
static inline void make_ole(struct buf *out, const char *name, const struct buf *stream, bool scattered)
{
    bool mini = stream->n < 4096;
    struct buf body = {0}; /* sectors 0.. : the stream, the list of the mini stream, the directory, then FAT and DIFAT */
    buf_add(&body, stream->s, stream->n);
    pad(&body, OLE_SECTOR);
    size_t data = body.n / OLE_SECTOR, small = (stream->n + 63) / 64, n;
    if (scattered && !mini)
        for (size_t i = 0; i < data / 2; i++)
            for (size_t k = 0; k < OLE_SECTOR; k++) {
                char *a = body.s + i * OLE_SECTOR + k, *z = body.s + (data - 1 - i) * OLE_SECTOR + k, t = *a;
                *a = *z;
                *z = t;
            }
    if (mini)
        for (size_t i = 0; i < OLE_SECTOR / 4; i++)
            put_bytes(&body, i + 1 < small ? i + 1 : i + 1 == small ? (uint32_t)OLE_END : (uint32_t)OLE_FREE, 4);
    size_t directory = body.n / OLE_SECTOR;
    dir_entry(&body, "Root Entry", 5, 1, mini ? 0 : OLE_END, mini ? (uint32_t)(small * 64) : 0);
    dir_entry(&body, name, 2, -1, mini ? 0 : scattered ? (int32_t)data - 1 : 0, (uint32_t)stream->n);
    dir_entry(&body, "", 0, -1, 0, 0);
    dir_entry(&body, "", 0, -1, 0, 0);
    n = directory + 1;
    size_t fats = 1, difats = 0;
    while (fats * 128 < n + fats + difats) {
        fats++;
        difats = fats > 109 ? (fats - 109 + 126) / 127 : 0;
    }
    /* FAT sectors follow the directory, DIFAT sectors follow them. */
    for (size_t i = 0; i < fats * 128; i++) {
        int64_t next = OLE_FREE;
        if (i < data) next = scattered && !mini ? (i ? (int64_t)i - 1 : OLE_END) : i + 1 < data ? (int64_t)i + 1 : OLE_END;
        else if (i < n) next = OLE_END;
        else if (i < n + fats) next = OLE_FAT;
        else if (i < n + fats + difats) next = OLE_DIFAT;
        put_bytes(&body, (uint32_t)next, 4);
    }
    for (size_t d = 0; d < difats; d++) {
        for (size_t k = 0; k < 127; k++) put_bytes(&body, 109 + d * 127 + k < fats ? n + 109 + d * 127 + k : (uint32_t)OLE_FREE, 4);
        put_bytes(&body, d + 1 < difats ? n + fats + d + 1 : (uint32_t)OLE_END, 4);
    }
    buf_add(out, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    put_bytes(out, 0, 8);
    put_bytes(out, 0, 8);
    put_bytes(out, 0x3E, 2);
    put_bytes(out, 3, 2);
    put_bytes(out, 0xFFFE, 2);
    put_bytes(out, 9, 2);
    put_bytes(out, 6, 2);
    put_bytes(out, 0, 8);
    put_bytes(out, 0, 2);
    put_bytes(out, fats, 4);
    put_bytes(out, directory, 4);
    put_bytes(out, 0, 4);
    put_bytes(out, 4096, 4);
    put_bytes(out, mini ? data : (uint32_t)OLE_END, 4);
    put_bytes(out, mini, 4);
    put_bytes(out, difats ? n + fats : (uint32_t)OLE_END, 4);
    put_bytes(out, difats, 4);
    for (size_t i = 0; i < 109; i++) put_bytes(out, i < fats ? n + i : (uint32_t)OLE_FREE, 4);
    buf_add(out, body.s, body.n);
    buf_free(&body);
}
#endif
