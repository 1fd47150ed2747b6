#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.s, b.s, n) : 0;
    if (c) return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool str_find(struct str hay, struct str needle, size_t *at)
{
    if (needle.n == 0) {
        *at = 0;
        return true;
    }
    if (hay.n < needle.n) return false;
    const char *p = memmem(hay.s, hay.n, needle.s, needle.n);
    if (!p) return false;
    *at = (size_t)(p - hay.s);
    return true;
}

/* Bytes of the blank character that starts at s, or 0. */
static size_t blank_at(const char *s, size_t n)
{
    unsigned char c = (unsigned char)s[0];
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    if (n >= 2 && memcmp(s, "\xC2\xA0", 2) == 0) return 2;
    if (n >= 3 && (memcmp(s, "\xE3\x80\x80", 3) == 0 || memcmp(s, "\xE2\x80\x8B", 3) == 0 || memcmp(s, "\xEF\xBB\xBF", 3) == 0))
        return 3;
    return 0;
}

struct str str_trim(struct str a)
{
    size_t k;
    while (a.n && (k = blank_at(a.s, a.n))) {
        a.s += k;
        a.n -= k;
    }
    for (;;) {
        if (a.n >= 1 && blank_at(a.s + a.n - 1, 1) == 1) a.n -= 1;
        else if (a.n >= 2 && blank_at(a.s + a.n - 2, 2) == 2) a.n -= 2;
        else if (a.n >= 3 && blank_at(a.s + a.n - 3, 3) == 3) a.n -= 3;
        else return a;
    }
}

struct str str_copy(struct arena *a, struct str s)
{
    return (struct str){arena_copy(a, s.s, s.n), s.n};
}

/* A multiply-and-fold hash over 8-byte words (after wyhash's mixing step): fast on short keys. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 u128;
    u128 r = (u128)a * b;
    return (uint64_t)r ^ (uint64_t)(r >> 64);
}

uint64_t str_hash(struct str s)
{
    uint64_t h = 0x9E3779B97F4A7C15u ^ s.n;
    const char *p = s.s;
    size_t n = s.n;
    while (n >= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        h = mix(h ^ w, 0xD6E8FEB86659FD93u);
        p += 8;
        n -= 8;
    }
    uint64_t w = 0;
    if (n) memcpy(&w, p, n);
    h = mix(h ^ w, 0xA0761D6478BD642Fu);
    return mix(h, 0xE7037ED1A0B428DBu);
}

struct str str_digits(uint64_t v, char room[STR_DIGITS])
{
    size_t i = STR_DIGITS;
    do {
        room[--i] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    return (struct str){room + i, STR_DIGITS - i};
}

void buf_reserve(struct buf *b, size_t more)
{
    if (b->cap - b->n < more) mem_grow(&b->s, &b->cap, b->n + more, 1);
}

void buf_add(struct buf *b, const char *s, size_t n)
{
    buf_reserve(b, n);
    if (n) memcpy(b->s + b->n, s, n);
    b->n += n;
}

void buf_str(struct buf *b, struct str s)
{
    buf_add(b, s.s, s.n);
}

void buf_put(struct buf *b, const char *z)
{
    buf_add(b, z, strlen(z));
}

void buf_char(struct buf *b, char c)
{
    buf_reserve(b, 1);
    b->s[b->n++] = c;
}

void buf_utf8(struct buf *b, uint32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
    char t[4];
    size_t n;
    if (c < 0x80) {
        t[0] = (char)c;
        n = 1;
    } else if (c < 0x800) {
        t[0] = (char)(0xC0 | c >> 6);
        t[1] = (char)(0x80 | (c & 0x3F));
        n = 2;
    } else if (c < 0x10000) {
        t[0] = (char)(0xE0 | c >> 12);
        t[1] = (char)(0x80 | (c >> 6 & 0x3F));
        t[2] = (char)(0x80 | (c & 0x3F));
        n = 3;
    } else {
        t[0] = (char)(0xF0 | c >> 18);
        t[1] = (char)(0x80 | (c >> 12 & 0x3F));
        t[2] = (char)(0x80 | (c >> 6 & 0x3F));
        t[3] = (char)(0x80 | (c & 0x3F));
        n = 4;
    }
    buf_add(b, t, n);
}

void buf_int(struct buf *b, int64_t v)
{
    char room[STR_DIGITS];
    if (v < 0) buf_char(b, '-');
    buf_str(b, str_digits(v < 0 ? 0 - (uint64_t)v : (uint64_t)v, room));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n > 0) {
        buf_reserve(b, (size_t)n + 1);
        vsnprintf(b->s + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

const char *buf_text(struct buf *b)
{
    buf_reserve(b, 1);
    b->s[b->n] = 0;
    return b->s;
}

void buf_free(struct buf *b)
{
    free(b->s);
    *b = (struct buf){0};
}
