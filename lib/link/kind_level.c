/* How alike two values of a kind are. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "link/han.h"
#include "link/kind_own.h"
#include "link/pinyin.h"
#include "link/spelling.h"

/* ---- names ---- */
unsigned name_surname(const uint64_t *f)
{
    static const uint16_t DOUBLE[][2] = {{0x6B27, 0x9633}, {0x53F8, 0x9A6C}, {0x4E0A, 0x5B98}, {0x8BF8, 0x845B}, {0x4E1C, 0x65B9},
                                         {0x7687, 0x752B}, {0x5C09, 0x8FDF}, {0x516C, 0x5B59}, {0x4EE4, 0x72D0}, {0x6155, 0x5BB9},
                                         {0x5B87, 0x6587}, {0x957F, 0x5B59}, {0x53F8, 0x5F92}, {0x53F8, 0x7A7A}, {0x590F, 0x4FAF},
                                         {0x8F69, 0x8F95}, {0x72EC, 0x5B64}, {0x5357, 0x5BAB}, {0x95FB, 0x4EBA}, {0x7AEF, 0x6728},
                                         {0x767E, 0x91CC}, {0x6FB9, 0x53F0}, {0x6DF3, 0x4E8E}, {0x7533, 0x5C60}, {0x5355, 0x4E8E}};
    if (name_length(f) >= 3)
        for (size_t i = 0; i < sizeof DOUBLE / sizeof *DOUBLE; i++)
            if (DOUBLE[i][0] == name_slot(f, 0) && DOUBLE[i][1] == name_slot(f, 1)) return 2;
    return 1;
}

enum name_level {
    NAME_OTHER = 1,
    NAME_GIVEN,
    NAME_SURNAME,
    NAME_BROTHERS,
    NAME_CHANGED,
    NAME_PART,
    NAME_SHAPE,
    NAME_SOUND,
    NAME_EXACT
};

static bool is_sound(unsigned c)
{
    return c >= SLOT_SOUND && c < SLOT_SOUND_END;
}

enum alike { ALIKE_NOT, ALIKE_SHAPE, ALIKE_SOUND, ALIKE_SAME };
static enum alike slot_alike(unsigned a, unsigned b)
{
    if (a == b) return ALIKE_SAME;
    if (a == SLOT_LOST || b == SLOT_LOST) return ALIKE_SHAPE;
    if (is_sound(a) && is_sound(b))
        return han_ears((uint16_t)(a - SLOT_SOUND)) == han_ears((uint16_t)(b - SLOT_SOUND)) ? ALIKE_SHAPE : ALIKE_NOT;
    if (is_sound(a) || is_sound(b)) {
        unsigned c = is_sound(a) ? b : a;
        uint16_t typed = (uint16_t)((is_sound(a) ? a : b) - SLOT_SOUND);
        return pinyin_is(c, typed) ? ALIKE_SOUND : han_sounds(c, typed) ? ALIKE_SHAPE : ALIKE_NOT;
    }
    if (han_same_sound(a, b)) return ALIKE_SOUND;
    if (han_same_surname(a, b) || han_look_alike(a, b) || han_near_sound(a, b)) return ALIKE_SHAPE;
    return ALIKE_NOT;
}

/* Is the shorter one the longer one without some characters, at least two being left, or without one of three? */
static bool is_part(const uint64_t *a, unsigned n, const uint64_t *b, unsigned m)
{
    unsigned k = 0;
    for (unsigned j = 0; j < m && k < n; j++) k += slot_alike(name_slot(a, k), name_slot(b, j)) >= ALIKE_SOUND;
    return k == n && n >= 2;
}

static unsigned short_names(const uint64_t *a, const uint64_t *b)
{
    unsigned n = name_length(a), m = name_length(b), sounds = 0, shapes = 0, others = 0, last_other = 0;
    if (n != m) {
        if (n < m ? is_part(a, n, b, m) : is_part(b, m, a, n)) return NAME_PART;
        return slot_alike(name_slot(a, 0), name_slot(b, 0)) >= ALIKE_SHAPE ? NAME_SURNAME : NAME_OTHER;
    }
    enum alike alike[NAME_SLOTS];
    for (unsigned i = 0; i < n; i++) {
        alike[i] = slot_alike(name_slot(a, i), name_slot(b, i));
        sounds += alike[i] == ALIKE_SOUND;
        shapes += alike[i] == ALIKE_SHAPE;
        if (alike[i] == ALIKE_NOT) others++, last_other = i;
    }
    if (!others) {
        if (sounds + shapes > 1 && sounds + shapes == n) return NAME_SURNAME; /* nothing written alike */
        return shapes ? (shapes > 1 ? NAME_CHANGED : NAME_SHAPE) : NAME_SOUND;
    }
    unsigned s = name_surname(a);
    if (n >= 3 && others == 2 && alike[n - 2] == ALIKE_NOT && alike[n - 1] == ALIKE_NOT &&
        name_slot(a, n - 2) == name_slot(b, n - 1) && name_slot(a, n - 1) == name_slot(b, n - 2))
        return NAME_PART;
    if (n > 1 && others == 1 && last_other == 0) return NAME_GIVEN;
    if (n >= 3 && others == 1 && last_other == n - 1 && n > s + 1) return NAME_BROTHERS;
    if (n >= 3 && others == 1 && last_other != n - 1) return NAME_CHANGED;
    return alike[0] >= ALIKE_SHAPE ? NAME_SURNAME : NAME_OTHER;
}

/* "a" or "a." beside "ann". */
static bool is_initial(struct str w, struct str of)
{
    return w.n && of.n && w.s[0] == of.s[0] && (w.n == 1 || (w.n == 2 && w.s[1] == '.'));
}

/* Names of several words: every word of the one with fewer has its like in the other, in any order. */
static unsigned long_names(struct str a, struct str b)
{
    double whole = jaro_winkler(a, b);
    if (whole >= 0.96) return NAME_SOUND;
    unsigned words = 0, found = 0, initials = 0;
    struct str s = a.n < b.n ? a : b, t = a.n < b.n ? b : a;
    for (size_t i = 0; i < s.n;) {
        size_t e = i;
        while (e < s.n && s.s[e] != ' ') e++;
        struct str w = {s.s + i, e - i};
        i = e + 1;
        if (!w.n) continue;
        words++;
        for (size_t j = 0; j < t.n;) {
            size_t f = j;
            while (f < t.n && t.s[f] != ' ') f++;
            struct str x = {t.s + j, f - j};
            j = f + 1;
            bool initial = is_initial(w, x) || is_initial(x, w);
            if (!x.n || (!initial && jaro_winkler(w, x) < 0.9)) continue;
            initials += initial;
            found++;
            break;
        }
    }
    if (words && found == words && initials < words) return words > 1 && !initials ? NAME_SHAPE : NAME_PART;
    if (whole >= 0.9) return NAME_SHAPE;
    if (whole >= 0.84) return NAME_PART;
    if (words > 1 && found * 2 >= words) return NAME_SURNAME;
    return NAME_OTHER;
}

/* A long name as the letters of a short one: 买买提艾力 beside 买买提·艾力 is told by the characters. */
static struct str spell(const struct kept *v, char *room)
{
    unsigned n = name_length(v->f);
    if (!n) return v->text;
    struct buf b = {.s = room, .n = 0, .cap = 4 * NAME_SLOTS + 8};
    for (unsigned i = 0; i < n; i++) buf_utf8(&b, name_slot(v->f, i));
    return buf_slice(&b);
}

static struct str without_blanks(struct str s, char *room, size_t size)
{
    size_t k = 0;
    for (size_t i = 0; i < s.n && k < size; i++)
        if (s.s[i] != ' ') room[k++] = s.s[i];
    return (struct str){room, k};
}

/* A Chinese name beside one in Latin letters. */
static unsigned spelt_name(const uint64_t *f, struct str text)
{
    uint64_t syllables[2];
    unsigned surname;
    if (pinyin_spells(text, f)) return NAME_SOUND;
    if (!pinyin_read(text, syllables, &surname)) return NAME_OTHER;
    unsigned n = name_length(f), alike = 0;
    if (n == name_length(syllables))
        for (unsigned i = 0; i < n; i++) alike += slot_alike(name_slot(f, i), name_slot(syllables, i)) >= ALIKE_SHAPE;
    return alike == n ? NAME_SHAPE : short_names(f, syllables);
}

static unsigned name_level(const struct kept *a, const struct kept *b)
{
    if (name_length(a->f) && name_length(b->f)) return short_names(a->f, b->f);
    char x[64], y[64], p[200], q[200];
    struct str s = spell(a, x), t = spell(b, y);
    if (str_eq(without_blanks(s, p, sizeof p), without_blanks(t, q, sizeof q))) return NAME_SOUND;
    if (name_length(a->f) || name_length(b->f)) {
        unsigned spelt = name_length(a->f) ? spelt_name(a->f, t) : spelt_name(b->f, s);
        if (spelt > NAME_OTHER) return spelt;
    }
    return long_names(s, t);
}

/* ---- words ---- */
enum word_level { WORD_OTHER = 1, WORD_FAINT, WORD_NEAR, WORD_NEARER, WORD_ALMOST, WORD_SWAPPED, WORD_EXACT };

/* The number of bits in two numbers. */
static unsigned bits(uint64_t a, uint64_t b)
{
    const uint64_t twos = 0x5555555555555555u, fours = 0x3333333333333333u, eights = 0x0F0F0F0F0F0F0F0Fu;
    a -= a >> 1 & twos;
    b -= b >> 1 & twos;
    a = (a & fours) + (a >> 2 & fours) + (b & fours) + (b >> 2 & fours); /* up to 8 in 4 bits */
    a = (a & eights) + (a >> 4 & eights);
    return (unsigned)(a * 0x0101010101010101u >> 56);
}

/* At most how many characters two words may have in common, by their signs. */
struct common {
    unsigned n, m, both;
    bool known; /* lengths are told by the signs */
};
static struct common common_characters(const uint64_t *a, const uint64_t *b)
{
    struct common c = {bits(a[0], a[1]), bits(b[0], b[1]), bits(a[0] & b[0], a[1] & b[1]), true};
    c.known = c.n && c.m && c.n <= SPELLING_LONGEST && c.m <= SPELLING_LONGEST;
    return c;
}

static unsigned word_level(const struct kept *x, const struct kept *y)
{
    struct str a = x->text, b = y->text;
    struct common c = common_characters(x->f, y->f);
    if (c.known && (double)c.both / c.n + (double)c.both / c.m + 1 < 3 * 0.699) return WORD_OTHER;
    double j = jaro_winkler(a, b);
    if (j >= 0.94) return WORD_ALMOST;
    if (j >= 0.88) return WORD_NEARER;
    if (j >= 0.80) return WORD_NEAR;
    if (j >= 0.70) return WORD_FAINT;
    return WORD_OTHER;
}

/* ---- dates ---- */
enum date_level { DATE_OTHER = 1, DATE_DECADE, DATE_YEAR, DATE_NEAR, DATE_PARTIAL, DATE_MONTH, DATE_SLIP, DATE_EXACT };

static bool is_partial(uint64_t f)
{
    return (date_month(f) == 0 || (date_month(f) == 1 && date_day(f) == 1)) || date_day(f) == 0;
}

/* Slips of the pen in the eight digits: one digit, or two neighbours, or month and day changed about. */
static bool is_slip(uint64_t a, uint64_t b)
{
    uint64_t other = a ^ b;
    if (other & 0xFFFF0000 && other & 0xFF00 && other & 0xFF) return false; /* three digits at least */
    if (date_year(a) == date_year(b) && date_month(a) == date_day(b) && date_day(a) == date_month(b)) return true;
    uint8_t x[8] = {0}, y[8] = {0};
    for (int pass = 0; pass < 2; pass++) {
        uint64_t f = pass ? b : a;
        uint8_t *d = pass ? y : x;
        for (int i = 3, v = date_year(f); i >= 0; i--, v /= 10) d[i] = (uint8_t)(v % 10);
        d[4] = (uint8_t)(date_month(f) / 10), d[5] = (uint8_t)(date_month(f) % 10);
        d[6] = (uint8_t)(date_day(f) / 10), d[7] = (uint8_t)(date_day(f) % 10);
    }
    int differ = 0, first = -1;
    for (int i = 0; i < 8; i++)
        if (x[i] != y[i]) {
            if (first < 0) first = i;
            differ++;
        }
    return differ == 1 || (differ == 2 && first < 7 && x[first] == y[first + 1] && x[first + 1] == y[first]);
}

static unsigned date_level(uint64_t a, uint64_t b)
{
    int years = abs(date_year(a) - date_year(b));
    if (!date_month(a) && !date_month(b)) /* years alone: most have a digit in common, and one more or less is a slip */
        return years <= 1 ? DATE_SLIP : years <= 10 ? DATE_DECADE : DATE_OTHER;
    if (!years) {
        bool partial = is_partial(a) || is_partial(b);
        if (date_month(a) == 0 || date_month(b) == 0) return DATE_PARTIAL;
        if (date_month(a) == date_month(b)) return DATE_MONTH;
        if (partial) return DATE_PARTIAL;
    }
    if (is_slip(a, b)) return DATE_SLIP;
    if (date_days(a) && date_days(b) && abs(date_days(a) - date_days(b)) <= 60) return DATE_NEAR;
    if (!years) return DATE_YEAR;
    return years <= 10 ? DATE_DECADE : DATE_OTHER;
}

/* ---- citizen ids ---- */
enum id_level { ID_BOTH_VALID = 1, ID_OTHER, ID_TWINS, ID_TWO, ID_ONE, ID_EQUAL_BAD, ID_EXACT };

bool kind_id_valid(const uint64_t *f)
{
    return f[1] & ID_VALID;
}

unsigned id_digits(const uint64_t *f, uint8_t *digit)
{
    unsigned n = (unsigned)(f[1] >> 8 & 31);
    for (unsigned i = 0; i < n; i++) digit[i] = i < 16 ? f[0] >> (60 - 4 * i) & 15 : f[1] >> (4 - 4 * (i - 16)) & 15;
    return n;
}

bool kind_id_has_date(const uint64_t *id, const uint64_t *date)
{
    uint8_t d[18];
    if (id_digits(id, d) != 18) return false;
    int y = d[6] * 1000 + d[7] * 100 + d[8] * 10 + d[9], m = d[10] * 10 + d[11], day = d[12] * 10 + d[13];
    return y == date_year(*date) && m == date_month(*date) && day == date_day(*date);
}

static bool real_date(int y, int m, int d)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1850 || y > 2100 || m < 1 || m > 12) return false;
    int last = DAYS[m - 1] + (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
    return d >= 1 && d <= last;
}

void id_pack(uint64_t *f, uint8_t *digit, unsigned n)
{
    static const int WEIGHT[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const uint8_t CHECK[11] = {1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    uint64_t flags = 0;
    bool digits = true, raised = false;
    for (unsigned i = 0; i < n && i < 17; i++) digits = digits && digit[i] < 10;
    if (n == 15 && digits && real_date(1900 + digit[6] * 10 + digit[7], digit[8] * 10 + digit[9], digit[10] * 10 + digit[11])) {
        memmove(digit + 8, digit + 6, 9);
        digit[6] = 1, digit[7] = 9;
        n = 17;
        raised = true;
    }
    int sum = 0;
    if (digits && n >= 17)
        for (int i = 0; i < 17; i++) sum += digit[i] * WEIGHT[i];
    if (raised) digit[n++] = CHECK[sum % 11];
    if (digits && n == 18 && digit[17] == CHECK[sum % 11] && !(digit[15] == 0 && digit[16] == 0 && digit[17] == 0) &&
        real_date(digit[6] * 1000 + digit[7] * 100 + digit[8] * 10 + digit[9], digit[10] * 10 + digit[11],
                  digit[12] * 10 + digit[13]))
        flags |= ID_VALID;
    f[0] = f[1] = 0;
    for (unsigned i = 0; i < n; i++) {
        if (digit[i] == ID_HIDDEN) flags |= ID_MASKED;
        if (i < 16) f[0] |= (uint64_t)digit[i] << (60 - 4 * i);
        else f[1] |= (uint64_t)digit[i] << (4 - 4 * (i - 16));
    }
    f[1] |= (uint64_t)n << 8 | flags;
}

/* Where digits are hidden the others are compared; 0 = too few of them are shown by both.  Place and date alone, however many
 * digits they are, are those of twins too, and the date says so by itself: nothing is said by them where the person's number is
 * hidden. */
static unsigned masked_level(const uint8_t *p, unsigned n, const uint8_t *q, unsigned m)
{
    enum { MANY = 14, FEW = 8, NUMBER = 14, CHECK = 17 };
    unsigned same = 0, of_number = 0;
    if (n != m) return 0;
    for (unsigned i = 0; i < n; i++) {
        if (p[i] == ID_HIDDEN || q[i] == ID_HIDDEN) continue;
        if (p[i] != q[i]) return ID_OTHER;
        same++;
        of_number += i >= NUMBER && i < CHECK;
    }
    if (same < FEW || of_number < CHECK - NUMBER) return 0;
    return same >= MANY ? ID_ONE : ID_TWO;
}

static unsigned citizen_level(const uint64_t *a, const uint64_t *b)
{
    bool both = kind_id_valid(a) && kind_id_valid(b);
    if (both) return (a[0] >> 8) == (b[0] >> 8) ? ID_TWINS : ID_BOTH_VALID;
    uint8_t p[19], q[19];
    unsigned n = id_digits(a, p), m = id_digits(b, q);
    if ((a[1] | b[1]) & ID_MASKED) return masked_level(p, n, q, m);
    if (n >= 12 && m >= 12) {
        unsigned d = slips_between((struct str){(const char *)p, n}, (struct str){(const char *)q, m}, 2);
        if (d <= 1) return ID_ONE;
        if (d == 2) return ID_TWO;
    }
    return ID_OTHER;
}

/* ---- digits ---- */
enum phone_level { PHONE_OTHER = 1, PHONE_SLIP, PHONE_SWAPPED, PHONE_EXACT };

/* A number with its area code and without. */
static bool is_phone_end(uint64_t end, uint64_t of)
{
    int digits = (63 - __builtin_clzll(end)) / 4; /* there is a 1 before the first */
    uint64_t mask = (1ull << (4 * digits)) - 1;
    return digits >= 7 && (of & mask) == (end & mask);
}

static unsigned phone_level(uint64_t a, uint64_t b)
{
    uint64_t differ = a ^ b;
    if (a < b ? is_phone_end(a, b) : is_phone_end(b, a)) return PHONE_SLIP;
    differ = (differ | differ >> 1 | differ >> 2 | differ >> 3) & 0x1111111111111111u;
    if (differ && !(differ & (differ - 1))) return PHONE_SLIP;
    if (bits(differ, 0) != 2) return PHONE_OTHER;
    int low = __builtin_ctzll(differ);
    if (differ >> low != 0x11) return PHONE_OTHER;
    uint64_t x = a >> low & 0xFF, y = b >> low & 0xFF;
    return (x >> 4 | (x & 15) << 4) == y ? PHONE_SLIP : PHONE_OTHER;
}

enum identifier_level { IDENTIFIER_OTHER = 1, IDENTIFIER_TWO, IDENTIFIER_ONE, IDENTIFIER_EXACT };

static unsigned identifier_level(struct str a, struct str b)
{
    unsigned d = slips_between(a, b, 2);
    size_t shorter = a.n < b.n ? a.n : b.n;
    if (d <= 1 && shorter >= 3) return IDENTIFIER_ONE;
    return d == 2 && shorter >= 6 ? IDENTIFIER_TWO : IDENTIFIER_OTHER;
}

/* ---- longer text ---- */
enum text_level { TEXT_OTHER = 1, TEXT_FAINT, TEXT_HALF, TEXT_MOST, TEXT_ALMOST, TEXT_EXACT };
enum address_level {
    ADDRESS_OTHER = 1,
    ADDRESS_FAINT,
    ADDRESS_HALF,
    ADDRESS_MOST,
    ADDRESS_NUMBERS,
    ADDRESS_DOOR,
    ADDRESS_SWAPPED,
    ADDRESS_EXACT
};

/* Share of the pairs of characters of the shorter one that the other has too: one of two addresses often lacks the province. */
static double overlap(const uint64_t *a, const uint64_t *b)
{
    unsigned x = bits(a[0], a[1]), y = bits(b[0], b[1]), both = bits(a[0] & b[0], a[1] & b[1]);
    unsigned least = x < y ? x : y;
    if (least < 3) return x + y ? 2.0 * both / (x + y) : 0;
    return (double)both / least;
}

/* Share of the pairs of characters that both have, of those that either has (Dice). */
static double dice(const uint64_t *a, const uint64_t *b)
{
    unsigned x = bits(a[0], a[1]), y = bits(b[0], b[1]), both = bits(a[0] & b[0], a[1] & b[1]);
    return x + y ? 2.0 * both / (x + y) : 0;
}

static unsigned text_level(const struct kept *a, const struct kept *b)
{
    double j = jaro_winkler(a->text, b->text), o = overlap(a->f, b->f), d = dice(a->f, b->f);
    bool numbers = a->f[2] == b->f[2];
    if (numbers && (j >= 0.97 || d >= 0.92)) return TEXT_ALMOST;
    if ((numbers && (j >= 0.94 || (a->f[2] && o >= 0.8))) || d >= 0.8) return TEXT_MOST;
    if (j >= 0.9 || o >= 0.85 || d >= 0.65) return TEXT_HALF;
    return o >= 0.5 || j >= 0.75 ? TEXT_FAINT : TEXT_OTHER;
}

/* The last numbers of an address are the door; that one of two names it and the other does not says nothing against it. */
static unsigned address_level(const struct kept *a, const struct kept *b)
{
    double o = overlap(a->f, b->f);
    uint64_t x = a->f[2], y = b->f[2];
    bool numbers = x && (x & 0xFFFFFFFF) == (y & 0xFFFFFFFF);
    if (numbers && o >= 0.8) return ADDRESS_DOOR;
    if (numbers && o >= 0.4) return ADDRESS_NUMBERS;
    if (o >= 0.8) return ADDRESS_MOST;
    if (o >= 0.6) return ADDRESS_HALF;
    return o >= 0.4 ? ADDRESS_FAINT : ADDRESS_OTHER;
}

enum email_level { EMAIL_OTHER = 1, EMAIL_FAINT, EMAIL_NEAR, EMAIL_LOCAL, EMAIL_ALMOST, EMAIL_EXACT };

static struct str local_part(struct str s)
{
    const char *at = memchr(s.s, '@', s.n);
    return at ? str_head(s, (size_t)(at - s.s)) : s;
}

static unsigned email_level(const struct kept *v, const struct kept *w)
{
    struct str a = v->text, b = w->text, x = local_part(a), y = local_part(b);
    struct common c = common_characters(v->f, w->f);
    bool far = c.known && (c.n > c.m ? c.n : c.m) > c.both + 2;
    if (x.n && str_eq(x, y)) return EMAIL_LOCAL;
    if (!far && slips_between(a, b, 2) <= 2) return EMAIL_ALMOST;
    if (x.n && y.n) {
        double j = jaro_winkler(x, y);
        if (j >= 0.88) return EMAIL_NEAR;
        if (j >= 0.75) return EMAIL_FAINT;
    }
    return EMAIL_OTHER;
}

enum number_level { NUMBER_OTHER = 1, NUMBER_TENTH, NUMBER_NEAR, NUMBER_EXACT };

static unsigned number_level(uint64_t a, uint64_t b)
{
    static const double OLDEST = 130; /* whole numbers up to it may be ages, a year apart */
    double x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    double larger = fmax(fabs(x), fabs(y)), d = fabs(x - y);
    if (d <= larger * 0.01 || (d <= 1 && larger <= OLDEST && x == floor(x) && y == floor(y))) return NUMBER_NEAR;
    return d <= larger * 0.1 ? NUMBER_TENTH : NUMBER_OTHER;
}

enum code_level { CODE_OTHER = 1, CODE_START, CODE_SLIP, CODE_EXACT };

static unsigned code_level(struct str a, struct str b)
{
    size_t shorter = a.n < b.n ? a.n : b.n, same = 0;
    if (slips_between(a, b, 1) <= 1 && shorter >= 3) return CODE_SLIP;
    while (same < shorter && a.s[same] == b.s[same]) same++;
    return same * 2 >= shorter && same ? CODE_START : CODE_OTHER;
}

/* Comparing goes by parts of the one that are found in the other, so which is the one must not depend on which row came first. */
static bool comes_first(const struct kept *a, const struct kept *b)
{
    if (a->f[0] != b->f[0]) return a->f[0] < b->f[0];
    if (a->f[1] != b->f[1]) return a->f[1] < b->f[1];
    return str_cmp(a->text, b->text) < 0;
}

unsigned kind_level(enum kind k, const struct kept *a, const struct kept *b)
{
    if (kind_info(k)->text && kind_info(k)->width > 1 && !comes_first(a, b)) {
        const struct kept *swap = a;
        a = b;
        b = swap;
    }
    switch (k) {
    case KIND_NAME: return name_level(a, b);
    case KIND_SURNAME:
    case KIND_GIVEN:
    case KIND_WORD: return word_level(a, b);
    case KIND_TEXT: return text_level(a, b);
    case KIND_ADDRESS: return address_level(a, b);
    case KIND_DATE: return date_level(a->f[0], b->f[0]);
    case KIND_CITIZEN_ID: return citizen_level(a->f, b->f);
    case KIND_IDENTIFIER: return identifier_level(a->text, b->text);
    case KIND_PHONE: return phone_level(a->f[0], b->f[0]);
    case KIND_EMAIL: return email_level(a, b);
    case KIND_NUMBER: return number_level(a->f[0], b->f[0]);
    case KIND_CODE: return code_level(a->text, b->text);
    case KIND_CATEGORY:
    case KIND_COUNT: break;
    }
    return 1;
}

static bool is_word(enum kind k)
{
    return k == KIND_SURNAME || k == KIND_GIVEN || k == KIND_WORD;
}

bool kind_swaps(enum kind k, enum kind other)
{
    return (is_word(k) && is_word(other)) || (k == other && (k == KIND_ADDRESS || k == KIND_PHONE));
}

bool kind_is_alike(enum kind k, const struct kept *a, const struct kept *b)
{
    static const double ALIKE = 0.92;
    if (k == KIND_PHONE) return a->f[0] == b->f[0];
    return is_word(k) ? jaro_winkler(a->text, b->text) >= ALIKE : kind_level(k, a, b) >= ADDRESS_MOST;
}
