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

struct near near_start(struct str wanted)
{
    return (struct near){wanted, {NULL, 0}, 0};
}

void near_try(struct near *n, struct str candidate)
{
    size_t longer = text_length(n->wanted), other = text_length(candidate);
    if (other > longer) longer = other;
    unsigned limit = longer / 3 ? (unsigned)(longer / 3) : 1;
    unsigned d = near_distance(n->wanted, candidate, limit);
    if (d <= limit && d < longer && (!n->found.n || d < n->distance)) {
        n->found = candidate;
        n->distance = d;
    }
}
