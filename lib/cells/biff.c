#include "cells/biff.h"

#include <stdio.h>
#include <unicode/ucnv.h>

enum { HEADER = 4, WIDE = 1, PHONETIC = 4, RICH = 8 };

int biff_record(struct str stream, size_t at, struct biff_record *r)
{
    if (at >= stream.n) return 0;
    if (stream.n - at < HEADER) return -1;
    const char *p = stream.s + at;
    *r = (struct biff_record){.id = get16(p), .n = get16(p + 2), .p = p + HEADER, .at = at};
    if (stream.n - at - HEADER < r->n) return -1;
    r->next = at + HEADER + r->n;
    return 1;
}

uint32_t biff_modern_id(uint32_t id)
{
    switch (id) {
    case 0x0003: return BIFF_NUMBER;
    case 0x0004: return BIFF_LABEL;
    case 0x0005: return BIFF_BOOLERR;
    case 0x0007: return BIFF_STRING;
    case 0x0206:
    case 0x0406: return BIFF_FORMULA;
    case 0x001E: return BIFF_FORMAT;
    case 0x0043:
    case 0x0243:
    case 0x0443: return BIFF_XF;
    case 0x0009:
    case 0x0209:
    case 0x0409: return BIFF_BOF;
    case 0x0021: return BIFF_ARRAY;
    case 0x0036: return BIFF_TABLE;
    default: return id;
    }
}

struct biff_cursor biff_cursor(struct str stream, const struct biff_record *r, uint32_t skip)
{
    if (skip > r->n) skip = r->n;
    return (struct biff_cursor){stream, r->p + skip, r->p + r->n, r->next};
}

/* Into the CONTINUE record that follows, if one does. */
static bool go_on(struct biff_cursor *c)
{
    struct biff_record r;
    do {
        if (biff_record(c->stream, c->next, &r) != 1 || r.id != BIFF_CONTINUE) return false;
        *c = biff_cursor(c->stream, &r, 0);
    } while (c->p == c->end);
    return true;
}

static bool take(struct biff_cursor *c, unsigned bytes, uint32_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        if (c->p == c->end && !go_on(c)) return false;
        *value |= get8(c->p++) << 8 * i;
    }
    return true;
}

static bool skip(struct biff_cursor *c, uint64_t bytes)
{
    while (bytes > 0) {
        if (c->p == c->end && !go_on(c)) return false;
        size_t left = (size_t)(c->end - c->p), n = bytes < left ? (size_t)bytes : left;
        c->p += n;
        bytes -= n;
    }
    return true;
}

static void begin(struct biff_decoder *d)
{
    d->out.n = 0;
    d->lost = false;
    d->high = 0;
}

static void put(struct biff_decoder *d, uint32_t character)
{
    buf_utf8(&d->out, character);
    if (character == 0xFFFD) d->lost = true;
}

/* One UTF-16 unit.  Half of a pair alone is a character lost; so is a NUL, which is no character of a sheet. */
static void put_unit(struct biff_decoder *d, uint32_t unit)
{
    if (d->high) {
        uint32_t high = d->high;
        d->high = 0;
        if (unit >= 0xDC00 && unit < 0xE000) {
            put(d, 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00));
            return;
        }
        put(d, 0xFFFD);
    }
    if (unit >= 0xD800 && unit < 0xDC00) d->high = unit;
    else put(d, !unit || (unit >= 0xDC00 && unit < 0xE000) ? 0xFFFD : unit);
}

static void finish(struct biff_decoder *d)
{
    if (d->high) put(d, 0xFFFD);
    d->high = 0;
}

/* The characters of a string, from record to record. */
static bool take_units(struct biff_decoder *d, struct biff_cursor *c, uint32_t count, uint32_t flags)
{
    while (count > 0) {
        if (c->p == c->end) {
            if (!go_on(c)) return false;
            flags = get8(c->p++);
        }
        uint32_t width = flags & WIDE ? 2 : 1, held = (uint32_t)(c->end - c->p) / width, n = count < held ? count : held;
        /* A character is never cut in two; a lone byte at the end of a record is filling. */
        if (held == 0) c->p = c->end;
        for (uint32_t i = 0; i < n; i++, c->p += width) put_unit(d, width == 2 ? get16(c->p) : get8(c->p));
        count -= n;
    }
    return true;
}

bool biff_unicode(struct biff_decoder *d, struct biff_cursor *c, unsigned length_bytes)
{
    uint32_t count, flags, runs = 0, phonetic = 0;
    begin(d);
    if (!take(c, length_bytes, &count)) return false;
    if (!take(c, 1, &flags)) return count == 0; /* some writers leave the flags of an empty string out */
    if (flags & RICH && !take(c, 2, &runs)) return false;
    if (flags & PHONETIC && !take(c, 4, &phonetic)) return false;
    if (!take_units(d, c, count, flags)) return false;
    finish(d);
    return skip(c, 4 * (uint64_t)runs + phonetic);
}

bool biff_bytes(struct biff_decoder *d, struct biff_cursor *c, unsigned length_bytes)
{
    uint32_t count;
    begin(d);
    if (!take(c, length_bytes, &count)) return false;
    if ((size_t)(c->end - c->p) < count) {
        if (c->p != c->end || !go_on(c) || (size_t)(c->end - c->p) < count) return false;
    }
    const char *from = c->p, *end = c->p + count;
    c->p = end;
    if (!d->converter) biff_decoder_set(d, 1252, NULL);
    ucnv_resetToUnicode(d->converter);
    UChar units[256];
    UErrorCode e;
    do {
        UChar *to = units;
        e = U_ZERO_ERROR;
        ucnv_toUnicode(d->converter, &to, units + sizeof units / sizeof *units, &from, end, NULL, true, &e);
        for (const UChar *u = units; u < to; u++) put_unit(d, *u);
    } while (e == U_BUFFER_OVERFLOW_ERROR);
    finish(d);
    return true;
}

/* GB18030 reads all that code page 936 holds, and what people's writers put there in spite of it. */
static const char *codepage_name(unsigned codepage, char name[32])
{
    switch (codepage) {
    case 936: return "gb18030";
    case 367: return "US-ASCII";
    case 10000:
    case 0x8000: return "macintosh";
    case 0x8001: return "windows-1252";
    case 1200: return "UTF-16LE";
    default: break;
    }
    snprintf(name, 32, codepage >= 1250 && codepage <= 1258 ? "windows-%u" : "cp%u", codepage);
    return name;
}

bool biff_decoder_set(struct biff_decoder *d, unsigned codepage, const char *name)
{
    char text[32];
    UErrorCode e = U_ZERO_ERROR;
    UConverter *made = ucnv_open(name ? name : codepage_name(codepage, text), &e);
    bool known = U_SUCCESS(e);
    if (!known) {
        e = U_ZERO_ERROR;
        made = ucnv_open("windows-1252", &e);
        if (U_FAILURE(e)) mem_exhausted(sizeof text);
    }
    if (d->converter) ucnv_close(d->converter);
    d->converter = made;
    return known;
}

void biff_decoder_close(struct biff_decoder *d)
{
    if (d->converter) ucnv_close(d->converter);
    buf_free(&d->out);
    *d = (struct biff_decoder){0};
}
