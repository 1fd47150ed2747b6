#include "base/text.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

uint32_t text_next(struct str s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.s + *i;
    size_t left = s.n - *i;
    uint32_t c = p[0];
    if (c < 0x80) {
        *i += 1;
        return c;
    }
    if (c >= 0xC2 && c <= 0xDF && left >= 2 && (p[1] & 0xC0) == 0x80) {
        *i += 2;
        return (c & 0x1F) << 6 | (p[1] & 0x3Fu);
    }
    if (c >= 0xE0 && c <= 0xEF && left >= 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
        uint32_t v = (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        if (v >= 0x800 && (v < 0xD800 || v > 0xDFFF)) {
            *i += 3;
            return v;
        }
    }
    if (c >= 0xF0 && c <= 0xF4 && left >= 4 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && (p[3] & 0xC0) == 0x80) {
        uint32_t v = (c & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
        if (v >= 0x10000 && v <= 0x10FFFF) {
            *i += 4;
            return v;
        }
    }
    *i += 1;
    return 0xFFFD;
}

size_t text_length(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; n++) text_next(s, &i);
    return n;
}

size_t text_width(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        int8_t kind = u_charType((UChar32)c);
        if (kind == U_NON_SPACING_MARK || kind == U_ENCLOSING_MARK || kind == U_FORMAT_CHAR || kind == U_CONTROL_CHAR) continue;
        int w = u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH);
        n += w == U_EA_WIDE || w == U_EA_FULLWIDTH ? 2 : 1;
    }
    return n;
}

bool text_valid(struct str s, size_t *bad)
{
    size_t i = 0;
    while (i < s.n) {
        uint64_t w;
        if (s.n - i >= 8 && (memcpy(&w, s.s + i, 8), (w & 0x8080808080808080u) == 0)) {
            i += 8;
            continue;
        }
        size_t start = i;
        if (text_next(s, &i) == 0xFFFD && i - start == 1) {
            *bad = start;
            return false;
        }
    }
    return true;
}

/* True where NFKC surely leaves the text as it is: ASCII, and the blocks of Han characters and CJK punctuation that have
 * no decompositions and do not combine. */
static bool plain(struct str s)
{
    for (size_t i = 0; i < s.n;) {
        if ((unsigned char)s.s[i] < 0x80) {
            i++;
            continue;
        }
        uint32_t c = text_next(s, &i);
        if (!((c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3001 && c <= 0x3029) || c == 0xB7)) return false;
    }
    return true;
}

static void normalise(struct buf *out, struct str s)
{
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&status);
    if (U_FAILURE(status) || s.n > INT32_MAX / 4) {
        buf_str(out, s);
        return;
    }
    int32_t n16 = 0, cap = (int32_t)s.n + 1;
    UChar *from = mem_alloc((size_t)cap * sizeof *from);
    u_strFromUTF8WithSub(from, cap, &n16, s.s, (int32_t)s.n, 0xFFFD, NULL, &status);
    int32_t room = n16 * 4 + 16;
    UChar *to = mem_alloc((size_t)room * sizeof *to);
    int32_t m16 = unorm2_normalize(nfkc, from, n16, to, room, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
        status = U_ZERO_ERROR;
        room = m16;
        to = mem_resize(to, (size_t)room, sizeof *to);
        m16 = unorm2_normalize(nfkc, from, n16, to, room, &status);
    }
    if (U_FAILURE(status)) buf_str(out, s);
    else
        for (int32_t i = 0; i < m16;) {
            UChar32 c;
            U16_NEXT(to, i, m16, c);
            buf_utf8(out, (uint32_t)c);
        }
    free(from);
    free(to);
}

void text_nfkc(struct buf *out, struct str s)
{
    if (plain(s)) buf_str(out, s);
    else normalise(out, s);
}

void text_nfkc_joined(struct buf *out, struct str s)
{
    size_t start = out->n;
    text_nfkc(out, s);
    if (plain(s)) return;
    struct str all = {out->s + start, out->n - start};
    size_t kept = start;
    bool carries = false; /* the character before may have a mark */
    for (size_t i = 0; i < all.n;) {
        size_t at = i;
        UChar32 c = (UChar32)text_next(all, &i);
        bool mark = c >= 0x300 && (c < 0x3400 || c > 0x9FFF) && u_getCombiningClass(c);
        if (mark && !carries) continue;
        carries = mark || u_isalnum(c);
        memmove(out->s + kept, all.s + at, i - at);
        kept += i - at;
    }
    out->n = kept;
}

static bool is_blank(uint32_t c)
{
    return c <= ' ' || c == 0x7F || c == 0xA0 || c == 0x3000 || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x2060;
}

static bool is_bracket(uint32_t c)
{
    return c == '(' || c == ')' || c == '[' || c == ']' || c == 0x3010 || c == 0x3011 || c == 0x3014 || c == 0x3015;
}

void text_heading_key(struct buf *out, struct str s)
{
    struct buf folded = {0};
    text_nfkc_joined(&folded, s);
    struct str f = buf_slice(&folded);
    size_t start = out->n;
    for (int pass = 0; pass < 2; pass++) {
        int depth = 0;
        for (size_t i = 0; i < f.n;) {
            size_t at = i;
            uint32_t c = text_next(f, &i);
            if (depth == 0 && c >= 0x4E00 && c <= 0x9FFF) { /* neither blank nor bracket, and has no case */
                buf_add(out, f.s + at, 3);
                continue;
            }
            if (pass == 0 && (c == '(' || c == '[' || c == 0x3010 || c == 0x3014)) depth++;
            else if (pass == 0 && (c == ')' || c == ']' || c == 0x3011 || c == 0x3015)) depth -= depth > 0;
            else if (depth == 0 && !is_blank(c) && c != '*' && c != ':' && !is_bracket(c))
                buf_utf8(out, (uint32_t)u_tolower((UChar32)c));
        }
        if (out->n > start) break; /* a heading that is all hint keeps its words */
    }
    buf_free(&folded);
}

static bool is_han(uint32_t c)
{
    return u_hasBinaryProperty((UChar32)c, UCHAR_IDEOGRAPHIC);
}

/* The next character at or after *i that a name keeps, or 0; *i moves past it. */
static uint32_t next_kept(struct str s, size_t *i)
{
    while (*i < s.n) {
        uint32_t c = text_next(s, i);
        if (!is_blank(c)) return c;
    }
    return 0;
}

void text_name(struct buf *out, struct str s)
{
    struct buf folded = {0};
    text_nfkc_joined(&folded, s);
    struct str f = buf_slice(&folded);
    uint32_t last = 0, next = 0;
    size_t ahead = 0; /* just past `next`, so that a run of blanks is looked over once */
    for (size_t i = 0; i < f.n;) {
        uint32_t c = text_next(f, &i);
        if (i >= ahead) {
            ahead = i;
            next = next_kept(f, &ahead);
        }
        if (c == 0x2022 || c == 0x30FB || c == 0x2027 || c == 0x22C5 || c == 0x2219 || c == 0x25CF || c == 0xFF65) c = 0xB7;
        else if ((c == '.' || c == 0x3002) && is_han(last) && is_han(next)) c = 0xB7;
        bool latin = last < 0x250 && last > ' ' && last != 0xB7 && next < 0x250 && next > ' ';
        if (is_blank(c) && !(c == ' ' && latin)) continue; /* "John Smith" keeps its space, 张 伟 does not */
        buf_utf8(out, c);
        last = c;
    }
    buf_free(&folded);
}
