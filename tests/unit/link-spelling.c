/* The similarity of Jaro and Winkler and the distance in slips, beside the plain way to work them out. */
#include "base/text.h"
#include "link/han.h"
#include "link/spelling.h"
#include "tap.h"

enum { LONGEST = SPELLING_LONGEST };

static unsigned characters(struct str s, uint32_t *out)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n && n < LONGEST;) out[n++] = text_next(s, &i);
    return n;
}

static double plain_jaro(struct str a, struct str b)
{
    uint32_t x[LONGEST], y[LONGEST], in_order[LONGEST];
    unsigned n = characters(a, x), m = characters(b, y), longer = n > m ? n : m, common = 0, swaps = 0, prefix = 0;
    unsigned reach = longer / 2 ? longer / 2 - 1 : 0;
    bool used[LONGEST] = {false};
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < m; j++) {
            if (used[j] || x[i] != y[j] || j + reach < i || i + reach < j) continue;
            used[j] = true;
            in_order[common++] = x[i];
            break;
        }
    if (!common) return 0;
    for (unsigned j = 0, k = 0; j < m; j++)
        if (used[j]) swaps += in_order[k++] != y[j];
    double c = common, all = (c / n + c / m + (c - swaps / 2.0) / c) / 3;
    while (prefix < 4 && prefix < n && prefix < m && x[prefix] == y[prefix]) prefix++;
    return all > 0.7 ? all + prefix * 0.1 * (1 - all) : all;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned plain_slips(struct str a, struct str b)
{
    uint32_t x[LONGEST], y[LONGEST];
    static unsigned d[LONGEST + 1][LONGEST + 1];
    unsigned n = characters(a, x), m = characters(b, y);
    for (unsigned i = 0; i <= n; i++)
        for (unsigned j = 0; j <= m; j++) {
            d[i][j] = i && j ? d[i - 1][j - 1] + (x[i - 1] != y[j - 1]) : i + j;
            if (i && j) d[i][j] = least(d[i][j], least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

static unsigned drawn(uint64_t *state, unsigned n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((*state >> 33) % n);
}

/* Some text of few different characters, and another that is mostly the same with some slips. */
static void draw(uint64_t *state, struct buf *a, struct buf *b, unsigned longest, bool ascii)
{
    static const char *const WORDS[] = {"a", "b", "c", "7", "d", "e", "刘", "é", "张", "𠮷"};
    unsigned n = drawn(state, longest + 1), known = ascii ? 6 : 10, slips = drawn(state, 5);
    a->n = b->n = 0;
    for (unsigned i = 0; i < n; i++) {
        const char *x = WORDS[drawn(state, known)], *y = WORDS[drawn(state, known)];
        unsigned how = drawn(state, n) < slips ? drawn(state, 4) : 4;
        buf_put(a, x);
        if (how == 0) buf_put(a, y);
        if (how == 1) buf_put(b, y);
        if (how == 2) buf_put(a, y), buf_put(b, y);
        if (how != 3) buf_put(b, x);
    }
}

static void test_beside_the_plain_way(void)
{
    struct buf a = {0}, b = {0};
    uint64_t state = 1;
    unsigned jaro = 0, slips = 0;
    for (int i = 0; i < 40000; i++) {
        draw(&state, &a, &b, i % 2 ? 12 : 90, i % 3 != 0);
        struct str x = buf_slice(&a), y = buf_slice(&b);
        unsigned d = plain_slips(x, y), found = slips_between(x, y, 2);
        jaro += jaro_winkler(x, y) != plain_jaro(x, y);
        slips += d <= 2 ? found != d : found <= 2;
    }
    buf_free(&a);
    buf_free(&b);
    CHECK(jaro == 0, "the similarity of 40,000 pairs of texts is what the plain way gives, to the last bit: %u are not", jaro);
    CHECK(slips == 0, "so is the distance of theirs: %u are not", slips);
}

static void test_look_alikes(void)
{
    CHECK(han_look_alike(0x5DF1, 0x5DF2) && han_look_alike(0x6CE2, 0x5761), "己 looks like 已, 波 like 坡");
    CHECK(!han_look_alike(0x6CE2, 0x5DF2) && !han_look_alike(0x5F20, 0x738B), "波 does not look like 已, nor 张 like 王");
}

int main(void)
{
    test_beside_the_plain_way();
    test_look_alikes();
    return tap_end();
}
