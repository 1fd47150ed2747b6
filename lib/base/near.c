#include "base/near.h"

#include "base/text.h"

enum { LONGEST = 64 };

static size_t characters(struct str s, uint32_t out[LONGEST])
{
    size_t n = 0, i = 0;
    while (i < s.n && n < LONGEST) out[n++] = text_next(s, &i);
    return n;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned near_distance(struct str sa, struct str sb, unsigned limit)
{
    uint32_t a[LONGEST], b[LONGEST];
    size_t n = characters(sa, a), m = characters(sb, b);
    unsigned rows[3][LONGEST + 1];
    for (size_t j = 0; j <= m; j++) rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        unsigned best = now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned v = last[j - 1] + (a[i - 1] != b[j - 1]);
            v = least(v, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) v = least(v, before[j - 2] + 1);
            now[j] = v;
            best = least(best, v);
        }
        if (best > limit) return limit + 1;
    }
    return least(rows[n % 3][m], limit + 1);
}

uint32_t near_slips(uint32_t longer)
{
    return longer / 3 ? longer / 3 : 1;
}

struct near_shape near_shape_of(struct str s)
{
    struct near_shape shape = {0, 0};
    for (size_t i = 0; i < s.n; shape.length++) shape.classes |= (uint64_t)1 << (text_next(s, &i) * 2654435761u >> 26);
    return shape;
}

static uint32_t bits(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    return (uint32_t)(((x + (x >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
}

/* Each slip makes a difference of one in length at most, and changes at most two classes of characters. */
bool near_may(struct near_shape a, struct near_shape b, uint32_t slips)
{
    uint32_t apart = a.length > b.length ? a.length - b.length : b.length - a.length;
    return apart <= slips && bits(a.classes ^ b.classes) <= 2 * slips;
}

struct near near_start(struct str wanted)
{
    return (struct near){wanted, near_shape_of(wanted), {NULL, 0}, 0};
}

void near_try_shape(struct near *n, struct str candidate, struct near_shape shape)
{
    uint32_t longer = shape.length > n->shape.length ? shape.length : n->shape.length, slips = near_slips(longer);
    if (!near_may(n->shape, shape, slips)) return;
    unsigned d = near_distance(n->wanted, candidate, slips);
    if (d <= slips && d < longer && (!n->found.n || d < n->distance)) {
        n->found = candidate;
        n->distance = d;
    }
}

void near_try(struct near *n, struct str candidate)
{
    near_try_shape(n, candidate, near_shape_of(candidate));
}
