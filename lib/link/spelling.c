/* Both work on sets of places, one bit a place: for every character of the one string, where the other one has it. */
#include "link/spelling.h"

#include "base/text.h"

enum { ASCII = 128, LONGEST = SPELLING_LONGEST };

/* Two strings, each character a small number: its own where all is ASCII, else the place where it was seen first. */
struct spelling {
    const uint8_t *a, *b;
    unsigned n, m;
    uint8_t room[2][LONGEST];
    uint64_t places[ASCII]; /* of each character, in b; only of those that a or b has */
};

/* Are the first characters, as many as count, ASCII? */
static bool is_ascii(struct str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.n && i < LONGEST; i++) all |= (unsigned char)s.s[i];
    return all < ASCII;
}

static unsigned characters(struct str s, uint32_t *out)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n && n < LONGEST;)
        out[n++] = (unsigned char)s.s[i] < ASCII ? (unsigned char)s.s[i++] : text_next(s, &i);
    return n;
}

/* Numbers the characters of a, then those of b that a does not have: at most 128 of them. */
static void number_characters(struct spelling *p, struct str a, struct str b)
{
    uint32_t x[2 * LONGEST];
    p->n = characters(a, x);
    p->m = characters(b, x + p->n);
    for (unsigned i = 0; i < p->n + p->m; i++) {
        unsigned first = 0;
        while (x[first] != x[i]) first++;
        if (i < p->n) p->room[0][i] = (uint8_t)first;
        else p->room[1][i - p->n] = (uint8_t)first;
    }
    p->a = p->room[0];
    p->b = p->room[1];
}

static void spell(struct spelling *p, struct str a, struct str b)
{
    if (is_ascii(a) && is_ascii(b)) {
        p->a = (const uint8_t *)a.s;
        p->b = (const uint8_t *)b.s;
        p->n = a.n < LONGEST ? (unsigned)a.n : LONGEST;
        p->m = b.n < LONGEST ? (unsigned)b.n : LONGEST;
    } else {
        number_characters(p, a, b);
    }
    for (unsigned i = 0; i < p->n; i++) p->places[p->a[i]] = 0;
    for (unsigned j = 0; j < p->m; j++) p->places[p->b[j]] = 0;
    for (unsigned j = 0; j < p->m; j++) p->places[p->b[j]] |= 1ull << j;
}

static double jaro(const struct spelling *p)
{
    unsigned n = p->n, m = p->m;
    if (!n || !m) return 0;
    unsigned longer = n > m ? n : m, reach = longer / 2 ? longer / 2 - 1 : 0, common = 0, swaps = 0;
    uint64_t used = 0, window = (2ull << reach) - 1; /* the places that are near enough */
    uint8_t in_order[LONGEST];
    for (unsigned i = 0; i < n; i++) {
        uint64_t there = p->places[p->a[i]] & window & ~used;
        in_order[common] = p->a[i];
        common += there != 0;
        used |= there & (0 - there);
        window = window << 1 | (i < reach);
    }
    if (!common) return 0;
    for (unsigned k = 0; used; k++, used &= used - 1) swaps += in_order[k] != p->b[__builtin_ctzll(used)];
    double c = common;
    return (c / n + c / m + (c - swaps / 2.0) / c) / 3;
}

double jaro_winkler(struct str a, struct str b)
{
    struct spelling p;
    unsigned prefix = 0;
    spell(&p, a, b);
    double j = jaro(&p);
    while (prefix < 4 && prefix < p.n && prefix < p.m && p.a[prefix] == p.b[prefix]) prefix++;
    return j > 0.7 ? j + prefix * 0.1 * (1 - j) : j;
}

/* After H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances" (2003): a column of the table of
 * distances as the places where it rises and falls by one. */
static unsigned distance(const struct spelling *p, unsigned limit)
{
    uint64_t rises = UINT64_MAX, falls = 0, same = 0, before = 0;
    unsigned d = p->m;
    if (!p->m) return p->n;
    for (unsigned i = 0; i < p->n; i++) {
        uint64_t here = p->places[p->a[i]], swap = (~same & here) << 1 & before;
        same = (((here & rises) + rises) ^ rises) | here | falls | swap;
        uint64_t more = falls | ~(same | rises), less = same & rises;
        d += more >> (p->m - 1) & 1;
        d -= less >> (p->m - 1) & 1;
        if (d > limit + (p->n - 1 - i)) return limit + 1;
        more = more << 1 | 1;
        less <<= 1;
        rises = less | ~(same | more);
        falls = more & same;
        before = here;
    }
    return d;
}

unsigned slips_between(struct str a, struct str b, unsigned limit)
{
    struct spelling p;
    spell(&p, a, b);
    if (p.n > p.m + limit || p.m > p.n + limit) return limit + 1;
    return distance(&p, limit);
}
