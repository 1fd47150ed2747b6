#include "cells/scan.h"

#include <string.h>

#include "base/text.h"

#ifdef __SSE2__
/* A byte of each lane of 16 counts down its hits; before one can pass 255 they are added up. */
static size_t count_lanes(const char *s, size_t lanes, char c)
{
    __m128i want = _mm_set1_epi8(c), hits = _mm_setzero_si128();
    for (size_t i = 0; i < lanes; i++)
        hits = _mm_sub_epi8(hits, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)(s + 16 * i)), want));
    __m128i sums = _mm_sad_epu8(hits, _mm_setzero_si128());
    return (size_t)_mm_extract_epi16(sums, 0) + (size_t)_mm_extract_epi16(sums, 4);
}

size_t scan_count(const char *s, size_t n, char c)
{
    size_t count = 0;
    while (n >= 16) {
        size_t lanes = n / 16 < 255 ? n / 16 : 255;
        count += count_lanes(s, lanes, c);
        s += 16 * lanes;
        n -= 16 * lanes;
    }
    for (size_t i = 0; i < n; i++) count += s[i] == c;
    return count;
}
#else
size_t scan_count(const char *s, size_t n, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) count += s[i] == c;
    return count;
}
#endif

bool scan_high(const char *s, size_t n)
{
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        uint64_t w[4];
        memcpy(w, s + i, sizeof w);
        if ((w[0] | w[1] | w[2] | w[3]) & 0x8080808080808080u) return true;
    }
    for (; i < n; i++)
        if ((unsigned char)s[i] >= 0x80) return true;
    return false;
}

#ifdef __x86_64__
#include <tmmintrin.h>

/* The method of Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (Software: Practice and Experience 51,
 * 2021): three tables, looked up by the halves of a byte and by the upper half of the next, give the faults that each allows; a
 * fault is what all three allow.  That the third and fourth byte of long characters are where they must be is checked beside. */
enum fault {
    SHORT = 1, /* a leading byte without a continuation */
    LONG = 2,  /* a continuation after ASCII */
    OVER3 = 4, /* a character of two bytes written in three */
    LARGE = 8, /* beyond U+10FFFF */
    SURROGATE = 16,
    OVER2 = 32,        /* ASCII written in two */
    LARGE8_OVER4 = 64, /* beyond U+10FFFF, or of three bytes written in four, where the second byte is 8x */
    TWO = 128,         /* two continuations: right only in characters of three and four bytes */
    ANY = SHORT | LONG | TWO,
};
#define V16(...) _mm_setr_epi8(__VA_ARGS__)

__attribute__((target("ssse3"))) static inline __m128i upper_half(__m128i v)
{
    return _mm_and_si128(_mm_srli_epi16(v, 4), _mm_set1_epi8(15));
}

__attribute__((target("ssse3"))) static inline __m128i faults(__m128i now, __m128i before)
{
    const __m128i first_high = V16(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, (char)TWO, (char)TWO, (char)TWO, (char)TWO,
                                   SHORT | OVER2, SHORT, SHORT | OVER3 | SURROGATE, SHORT | LARGE | LARGE8_OVER4);
    enum { L = (signed char)(ANY | LARGE | LARGE8_OVER4) };
    const __m128i first_low = V16((char)(ANY | OVER3 | OVER2 | LARGE8_OVER4), (char)(ANY | OVER2), (char)ANY, (char)ANY,
                                  (char)(ANY | LARGE), L, L, L, L, L, L, L, L, (char)(L | SURROGATE), L, L);
    enum { C = LONG | OVER2 | TWO };
    const __m128i second_high =
        V16(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, (char)(C | OVER3 | LARGE8_OVER4), (char)(C | OVER3 | LARGE),
            (char)(C | SURROGATE | LARGE), (char)(C | SURROGATE | LARGE), SHORT, SHORT, SHORT, SHORT);
    __m128i one = _mm_alignr_epi8(now, before, 15);
    __m128i two = _mm_alignr_epi8(now, before, 14), three = _mm_alignr_epi8(now, before, 13);
    __m128i special = _mm_and_si128(_mm_shuffle_epi8(first_high, upper_half(one)),
                                    _mm_and_si128(_mm_shuffle_epi8(first_low, _mm_and_si128(one, _mm_set1_epi8(15))),
                                                  _mm_shuffle_epi8(second_high, upper_half(now))));
    __m128i third = _mm_subs_epu8(two, _mm_set1_epi8((char)(0xE0 - 0x80))),
            fourth = _mm_subs_epu8(three, _mm_set1_epi8((char)(0xF0 - 0x80)));
    __m128i must = _mm_and_si128(_mm_or_si128(third, fourth), _mm_set1_epi8((char)0x80));
    return _mm_xor_si128(must, special);
}

__attribute__((target("ssse3"))) static bool valid_by_lanes(const char *s, size_t n)
{
    __m128i bad = _mm_setzero_si128(), before = bad;
    for (; n >= 16; s += 16, n -= 16) {
        __m128i now = _mm_loadu_si128((const __m128i *)(const void *)s);
        bad = _mm_or_si128(bad, faults(now, before));
        before = now;
    }
    /* The rest with NULs behind it, so that a character cut off at the end shows. */
    char rest[32] = {0};
    memcpy(rest, s, n);
    for (int i = 0; i < 2; i++) {
        __m128i now = _mm_loadu_si128((const __m128i *)(const void *)(rest + 16 * i));
        bad = _mm_or_si128(bad, faults(now, before));
        before = now;
    }
    return _mm_movemask_epi8(_mm_cmpeq_epi8(bad, _mm_setzero_si128())) == 0xFFFF;
}
#endif

bool utf8_valid(const char *s, size_t n)
{
    size_t bad;
#ifdef __x86_64__
    if (__builtin_cpu_supports("ssse3")) return valid_by_lanes(s, n);
#endif
    return text_valid((struct str){s, n}, &bad);
}
