/* Little-endian numbers in the bytes of a file, wherever they lie.  The caller has checked that the bytes are there. */
#ifndef VET_CELLS_BYTES_H
#define VET_CELLS_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint32_t get8(const char *p)
{
    return (unsigned char)p[0];
}
static inline uint32_t get16(const char *p)
{
    return get8(p) | get8(p + 1) << 8;
}
static inline uint32_t get32(const char *p)
{
    return get16(p) | get16(p + 2) << 16;
}
/* An IEEE 754 double. */
static inline double get_double(const char *p)
{
    uint64_t bits = get32(p) | (uint64_t)get32(p + 4) << 32;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

#endif
