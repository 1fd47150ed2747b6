/* Looking through bytes many at a time. */
#ifndef VET_CELLS_SCAN_H
#define VET_CELLS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCAN = 64 }; /* bytes looked at by one scan_mask */

/* Bit i is set where p[i] == c, of 64 bytes that must be readable. */
static inline uint64_t scan_mask(const char *p, char c);
/* How many of 16 * blocks bytes are such as CSV must quote: , " \n \r. */
static inline size_t scan_count_special(const char *p, size_t blocks);
size_t scan_count(const char *s, size_t n, char c);
bool scan_high(const char *s, size_t n);  /* is any byte not ASCII? */
bool utf8_valid(const char *s, size_t n); /* RFC 3629 */

#ifdef __SSE2__ /* every x86-64 has it */
#include <emmintrin.h>
static inline uint64_t scan_mask(const char *p, char c)
{
    __m128i want = _mm_set1_epi8(c);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, want)) << (16 * i);
    }
    return mask;
}
static inline size_t scan_count_special(const char *p, size_t blocks)
{
    __m128i total = _mm_setzero_si128();
    while (blocks) {
        __m128i sums = _mm_setzero_si128(); /* one a byte, so not for more than 255 blocks */
        for (size_t i = blocks < 255 ? blocks : 255; i; i--, blocks--, p += 16) {
            __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
            __m128i a = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(',')), _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
            __m128i b = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
            sums = _mm_sub_epi8(sums, _mm_or_si128(a, b));
        }
        total = _mm_add_epi64(total, _mm_sad_epu8(sums, _mm_setzero_si128()));
    }
    return (size_t)(_mm_cvtsi128_si32(total) + _mm_cvtsi128_si32(_mm_unpackhi_epi64(total, total)));
}
#else
static inline size_t scan_count_special(const char *p, size_t blocks)
{
    size_t n = 0;
    for (size_t i = 0; i < 16 * blocks; i++) n += p[i] == ',' || p[i] == '"' || p[i] == '\n' || p[i] == '\r';
    return n;
}
static inline uint64_t scan_mask(const char *p, char c)
{
    uint64_t mask = 0;
    for (int i = 0; i < SCAN; i++) mask |= (uint64_t)(p[i] == c) << i;
    return mask;
}
#endif

#endif
