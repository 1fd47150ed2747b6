/* Looking through bytes many at a time. */
#ifndef VET_CELLS_SCAN_H
#define VET_CELLS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCAN = 64 }; /* bytes looked at by one scan_mask */

/* Bit i is set where p[i] == c, of 64 bytes that must be readable. */
static inline uint64_t scan_mask(const char *p, char c);
/* Bit i is set where p[i] is one that CSV must quote: , " \n \r; of 16 bytes that must be there. */
static inline unsigned scan_special(const char *p);
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
static inline unsigned scan_special(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i a = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(',')), _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
    __m128i b = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\r')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(a, b));
}
#else
static inline unsigned scan_special(const char *p)
{
    unsigned mask = 0;
    for (int i = 0; i < 16; i++) mask |= (unsigned)(p[i] == ',' || p[i] == '"' || p[i] == '\n' || p[i] == '\r') << i;
    return mask;
}
static inline uint64_t scan_mask(const char *p, char c)
{
    uint64_t mask = 0;
    for (int i = 0; i < SCAN; i++) mask |= (uint64_t)(p[i] == c) << i;
    return mask;
}
#endif

#endif
