/* How the kinds of columns keep their values; for lib/link/kind_*.c alone. */
#ifndef VET_LINK_KIND_OWN_H
#define VET_LINK_KIND_OWN_H

#include "link/kind.h"

/* A short Chinese name is NAME_SLOTS characters of 16 bits, then their number; any other name is text, and that number is 0. */
enum { NAME_SLOTS = 7, SLOT_SOUND = 0xE000, SLOT_SOUND_END = 0xE800, SLOT_LOST = 0xFFFE };
static inline unsigned name_length(const uint64_t *f)
{
    return (unsigned)(f[1] >> 48);
}
static inline unsigned name_slot(const uint64_t *f, unsigned i)
{
    return (unsigned)(f[i >> 2] >> (16 * (i & 3))) & 0xFFFF;
}
/* Characters of the surname: 2 for 欧阳. */
unsigned name_surname(const uint64_t *f);

/* A date is days since 1970 (0 when impossible) << 32 | year << 16 | month << 8 | day. */
static inline int date_year(uint64_t f)
{
    return (int)(f >> 16 & 0xFFFF);
}
static inline int date_month(uint64_t f)
{
    return (int)(f >> 8 & 255);
}
static inline int date_day(uint64_t f)
{
    return (int)(f & 255);
}
static inline int32_t date_days(uint64_t f)
{
    return (int32_t)(uint32_t)(f >> 32);
}

/* Words and e-mail addresses: how often each of 32 sorts of characters occurs, f[0] the sorts up to 15: four bits a sort, as many
 * of them set as it occurs; all bits set where one occurs more often. */
void word_sign(struct str s, uint64_t *f);

/* A citizen id: f[0] the first 16 digits, 4 bits each; f[1] the other two, length << 8, valid << 16, masked << 17.  10 is X, 11
 * what is no digit, 12 a digit that is hidden. */
enum { ID_VALID = 1 << 16, ID_MASKED = 1 << 17, ID_HIDDEN = 12 };
void id_pack(uint64_t *f, uint8_t *digit, unsigned n); /* may raise 15 digits to 18 in `digit`, which has room for 19 */
unsigned id_digits(const uint64_t *f, uint8_t *digit);

static inline uint64_t mix64(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    return x ^ x >> 32;
}

#endif
