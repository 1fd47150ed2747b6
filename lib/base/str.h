/* Slices and growable buffers of bytes.  All text inside the library is UTF-8. */
#ifndef VET_BASE_STR_H
#define VET_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

/* A slice: n bytes at s, not owned, not NUL-terminated.  {NULL, 0} is "no value". */
struct str {
    const char *s;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
static inline struct str str_of(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}
static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}
static inline bool str_is(struct str a, const char *z)
{
    return str_eq(a, str_of(z));
}
static inline bool str_starts(struct str a, struct str prefix)
{
    return a.n >= prefix.n && (prefix.n == 0 || memcmp(a.s, prefix.s, prefix.n) == 0);
}
static inline bool str_ends(struct str a, struct str suffix)
{
    return a.n >= suffix.n && (suffix.n == 0 || memcmp(a.s + a.n - suffix.n, suffix.s, suffix.n) == 0);
}
static inline struct str str_from(struct str a, size_t skip)
{
    if (skip > a.n) skip = a.n;
    return skip ? (struct str){a.s + skip, a.n - skip} : a;
}
static inline struct str str_head(struct str a, size_t n)
{
    return (struct str){a.s, n < a.n ? n : a.n};
}
int str_cmp(struct str a, struct str b); /* by bytes, shorter first on a tie: memcmp order */
bool str_find(struct str hay, struct str needle, size_t *at);
struct str str_trim(struct str a);                  /* ASCII blanks, U+00A0, U+3000, U+200B, U+FEFF off both ends */
struct str str_copy(struct arena *a, struct str s); /* lives as long as the arena; NUL follows */
uint64_t str_hash(struct str s);                    /* 64 bits, the same on every run and machine */

/* The decimal digits of v, which stand at the end of `room`. */
enum { STR_DIGITS = 20 };
struct str str_digits(uint64_t v, char room[STR_DIGITS]);

/* A growable buffer.  Zero-initialise; free with buf_free.  b->s is NUL-terminated after buf_text(). */
struct buf {
    char *s;
    size_t n, cap;
};
void buf_reserve(struct buf *b, size_t more); /* room for `more` bytes past n */
void buf_add(struct buf *b, const char *s, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_put(struct buf *b, const char *z);
void buf_char(struct buf *b, char c);
void buf_utf8(struct buf *b, uint32_t code_point); /* anything not a scalar value becomes U+FFFD */
void buf_int(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *buf_text(struct buf *b); /* NUL-terminated view, valid until the next change */
static inline struct str buf_slice(const struct buf *b)
{
    return (struct str){b->s, b->n};
}
void buf_free(struct buf *b);

#endif
