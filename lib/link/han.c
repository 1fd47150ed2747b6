#include "link/han.h"

struct han {
    uint16_t readings[HAN_READINGS];
    uint16_t fold;
    uint32_t corner;  /* a leading 1, then the five digits of the four-corner code, 4 bits each; 0 = none */
    uint32_t cangjie; /* up to five letters, 5 bits each; 0 = none */
};
#include "link/han_data.inc"

enum { FIRST = 0x3400, LAST = 0x9FFF, N_SYLLABLES = sizeof HAN_EARS / sizeof *HAN_EARS };

static const struct han *find(uint32_t c)
{
    static const struct han NONE = {{0}, 0, 0, 0};
    return c >= FIRST && c <= LAST ? &HAN[c - FIRST] : &NONE;
}

uint32_t han_fold(uint32_t c)
{
    return c >= FIRST && c <= LAST ? HAN[c - FIRST].fold : c;
}

const uint16_t *han_readings(uint32_t c)
{
    return find(c)->readings;
}

uint16_t han_ears(uint16_t syllable)
{
    return syllable < N_SYLLABLES ? HAN_EARS[syllable] : 0;
}

uint16_t han_syllable(struct str letters, size_t *n)
{
    uint16_t best = 0;
    *n = 0;
    for (uint16_t i = 1; i < N_SYLLABLES; i++) {
        struct str s = str_of(HAN_SYLLABLES[i]);
        if (s.n <= *n || !str_starts(letters, s)) continue;
        best = i;
        *n = s.n;
    }
    return best;
}

const char *han_spelling(uint16_t syllable)
{
    return HAN_SYLLABLES[syllable < N_SYLLABLES ? syllable : 0];
}

size_t han_spelt(uint16_t syllable, struct str letters)
{
    size_t n = 0;
    for (const char *s = han_spelling(syllable); *s; s++, n++) {
        if (n < letters.n && letters.s[n] == *s) continue;
        if (*s != 'v') return 0;
        if (n + 1 < letters.n && letters.s[n] == 'y') n++;
        if (n == letters.n || letters.s[n] != 'u') return 0;
    }
    return n;
}

const uint16_t *han_syllables(char letter, size_t *n)
{
    bool is_letter = letter >= 'a' && letter <= 'z';
    *n = is_letter ? (size_t)(HAN_LETTERS[letter - 'a' + 1] - HAN_LETTERS[letter - 'a']) : 0;
    return HAN_IN_ORDER + (is_letter ? HAN_LETTERS[letter - 'a'] : 0);
}

uint16_t han_surname(uint32_t c)
{
    static const struct {
        uint16_t character;
        const char *spelt;
    } OTHERS[] = {{0x5355, "shan"},  {0x66FE, "zeng"}, {0x4EC7, "qiu"}, {0x89E3, "xie"}, {0x533A, "ou"},   {0x67E5, "zha"},
                  {0x6734, "piao"},  {0x7FDF, "zhai"}, {0x4E50, "yue"}, {0x8983, "qin"}, {0x76D6, "ge"},   {0x5458, "yun"},
                  {0x79CD, "chong"}, {0x6298, "she"},  {0x79D8, "bi"},  {0x9697, "wei"}, {0x7F2A, "miao"}, {0x535C, "bu"},
                  {0x53EC, "shao"},  {0x6D17, "xian"}, {0x961A, "kan"}, {0x90FD, "du"},  {0x90C7, "xun"},  {0x796D, "zhai"},
                  {0x7C98, "nian"},  {0x4E5C, "nie"},  {0x4E48, "yao"}, {0x8584, "bo"}};
    const uint16_t *readings = han_readings(c);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        for (int k = 0; OTHERS[i].character == c && k < HAN_READINGS && readings[k]; k++)
            if (strcmp(han_spelling(readings[k]), OTHERS[i].spelt) == 0) return readings[k];
    return readings[0];
}

static bool share(const uint16_t *a, const uint16_t *b, bool ears)
{
    for (int i = 0; i < HAN_READINGS && a[i]; i++)
        for (int k = 0; k < HAN_READINGS && b[k]; k++)
            if (a[i] == b[k] || (ears && HAN_EARS[a[i]] == HAN_EARS[b[k]])) return true;
    return false;
}

bool han_same_sound(uint32_t a, uint32_t b)
{
    return share(find(a)->readings, find(b)->readings, false);
}

bool han_near_sound(uint32_t a, uint32_t b)
{
    return share(find(a)->readings, find(b)->readings, true);
}

bool han_sounds(uint32_t c, uint16_t syllable)
{
    const uint16_t only[HAN_READINGS] = {syllable};
    return share(find(c)->readings, only, true);
}

/* How many of the five corners differ. */
static unsigned corners_apart(uint32_t a, uint32_t b)
{
    uint32_t differ = a ^ b;
    differ = (differ | differ >> 1 | differ >> 2 | differ >> 3) & 0x11111;
    return differ * 0x11111 >> 16 & 15;
}

/* Letters of a Cangjie code, from the first that is not 0. */
static unsigned letters_in(uint32_t code)
{
    return code ? (36u - (unsigned)__builtin_clz(code)) / 5 : 0;
}

/* Do two Cangjie codes, which spell the parts of a character from the outside in, differ in one letter at most: changed, or more or
 * less of one? */
static bool one_part_apart(uint32_t a, uint32_t b, unsigned *longer)
{
    unsigned n = letters_in(a), m = letters_in(b);
    *longer = n > m ? n : m;
    uint32_t differ = a ^ b;
    unsigned after = differ ? (unsigned)__builtin_ctz(differ) / 5 : n; /* so many last letters are the same */
    if (n == m) return letters_in(differ) <= after + 1;
    if (n > m + 1 || m > n + 1) return false;
    unsigned before = letters_in(n > m ? a >> 5 ^ b : a ^ b >> 5); /* from the first that differs on */
    return before <= after;
}

bool han_look_alike(uint32_t a, uint32_t b)
{
    const struct han *x = find(a), *y = find(b);
    if (a == b) return true;
    unsigned corners = x->corner && y->corner ? corners_apart(x->corner, y->corner) : 5, longer = 0;
    if (corners <= 1) return true;
    return x->cangjie && y->cangjie && one_part_apart(x->cangjie, y->cangjie, &longer) && (longer >= 3 || corners <= 3);
}

bool han_same_surname(uint32_t a, uint32_t b)
{
    static const uint32_t PAIRS[][2] = {{0x4ED8, 0x5085}, {0x8096, 0x8427}, {0x95EB, 0x960E}, {0x5170, 0x84DD}, {0x4E18, 0x90B1},
                                        {0x6234, 0x4EE3}, {0x4E8E, 0x65BC}, {0x6F58, 0x756A}, {0x8881, 0x8FDC}, {0x4F59, 0x4E8E},
                                        {0x8BB8, 0x6D52}, {0x5218, 0x6D4F}, {0x80E1, 0x4E4E}, {0x6BB5, 0x4FB8}, {0x5C39, 0x4F0A}};
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++)
        if ((PAIRS[i][0] == a && PAIRS[i][1] == b) || (PAIRS[i][0] == b && PAIRS[i][1] == a)) return true;
    return false;
}
