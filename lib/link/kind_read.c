/* Reading a cell into a value: folding away what carries no information. */
#include <stdlib.h>
#include <unicode/uchar.h>

#include "base/text.h"
#include "link/han.h"
#include "link/kind.h"
#include "link/kind_own.h"
#include "link/pinyin.h"

#define STR_OF(literal)                                                                                                            \
    {                                                                                                                              \
        literal, sizeof(literal) - 1                                                                                               \
    } /* STR of base/str.h, for a table that is const */

static bool says_nothing(struct str s)
{
    static const struct str WORDS[] = {STR_OF("无"),   STR_OF("不详"),    STR_OF("未知"),   STR_OF("不清楚"), STR_OF("无名氏"),
                                       STR_OF("没有"), STR_OF("n/a"),     STR_OF("N/A"),    STR_OF("na"),     STR_OF("NA"),
                                       STR_OF("null"), STR_OF("NULL"),    STR_OF("none"),   STR_OF("None"),   STR_OF("-"),
                                       STR_OF("--"),   STR_OF("/"),       STR_OF("?"),      STR_OF("nan"),    STR_OF("NaN"),
                                       STR_OF("NIL"),  STR_OF("unknown"), STR_OF("Unknown")};
    if (s.s[0] >= '0' && s.s[0] <= '9') return false;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (s.n == WORDS[i].n && s.s[0] == WORDS[i].s[0] && str_eq(s, WORDS[i])) return true;
    return false;
}

/* NFKC, small letters, Chinese characters in their one form, blanks made one, punctuation lost (or all blanks lost). */
static void fold_text(struct buf *out, struct str s, bool blanks)
{
    bool gap = false;
    size_t start = out->n;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        if (c < 0x80) {
            if (c >= 'A' && c <= 'Z') c += 32;
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
                gap = gap || c != '\'';
                continue;
            }
        } else if (han_is(c)) {
            c = han_fold(c);
        } else {
            if (!u_isalnum((UChar32)c)) {
                gap = true;
                continue;
            }
            c = (uint32_t)u_tolower((UChar32)c);
        }
        if (gap && blanks && out->n > start) buf_char(out, ' ');
        gap = false;
        buf_utf8(out, c);
    }
}

static struct str normal(struct str s, struct buf *scratch)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.s[i] >= 0x80) {
            scratch->n = 0;
            text_nfkc(scratch, s);
            return buf_slice(scratch);
        }
    return s;
}

/* ---- names ---- */
static bool is_lost(uint32_t c)
{
    return c == '?' || c == '*' || c == 0xFFFD || c == 0x25CB || c == 0x3007 || c == 0x25A1 || c == 0x25A0 || c == 0x2592 ||
           (c >= 0xE000 && c <= 0xF8FF);
}

static bool is_dot(uint32_t c)
{
    return c == 0xB7 || c == 0x2022 || c == 0x30FB || c == 0x2027 || c == 0x22C5 || c == 0x2219 || c == 0xFF65;
}

/* Letters between Chinese characters are a character typed by its sound: 王wei国. */
static unsigned spelt(struct str letters, uint16_t *slots, unsigned n)
{
    while (letters.n && n < NAME_SLOTS) {
        size_t took;
        uint16_t s = han_syllable(letters, &took);
        slots[n++] = s ? (uint16_t)(SLOT_SOUND + s) : SLOT_LOST;
        letters = str_from(letters, s ? took : letters.n);
    }
    return n;
}

/* The characters of a short Chinese name; 0 when it is another kind of name (long, with a dot, or not Chinese). */
static unsigned name_slots(struct str s, uint16_t *slots)
{
    unsigned n = 0;
    bool han = false;
    for (size_t i = 0; i < s.n;) {
        size_t start = i;
        uint32_t c = text_next(s, &i);
        if (c == ' ' || c == 0x3000) continue;
        if (is_dot(c) || n == NAME_SLOTS) return 0;
        if (han_is(c)) {
            uint32_t f = han_fold(c);
            slots[n++] = f <= 0xFFFF ? (uint16_t)f : (uint16_t)(0xD800 | (f & 0x7FF));
            han = true;
        } else if (is_lost(c)) {
            slots[n++] = SLOT_LOST;
        } else if (pinyin_letter(c)) {
            char letters[40];
            size_t k = 0;
            for (size_t at = i = start; at < s.n && k < sizeof letters; i = at) {
                char letter = pinyin_letter(text_next(s, &at));
                if (!letter) break;
                letters[k++] = letter;
            }
            n = spelt((struct str){letters, k}, slots, n);
        } else {
            return 0;
        }
    }
    return han ? n : 0;
}

static bool read_name(struct str s, struct buf *scratch, struct value *v)
{
    uint16_t slots[NAME_SLOTS + 1] = {0};
    unsigned n = name_slots(s, slots);
    if (n) {
        slots[NAME_SLOTS] = (uint16_t)n;
        memcpy(v->f, slots, sizeof slots);
        v->hash = mix64(v->f[0] + mix64(v->f[1]));
        return true;
    }
    scratch->n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t start = i;
        uint32_t c = text_next(s, &i);
        if (is_dot(c) || c == '.' || c == ',') buf_char(scratch, ' ');
        else fold_text(scratch, (struct str){s.s + start, i - start}, false), (void)(c == ' ' && (buf_char(scratch, ' '), 0));
    }
    v->text = str_trim(buf_slice(scratch));
    v->hash = str_hash(v->text);
    return v->text.n > 0;
}

/* ---- dates ---- */
static int64_t days_of(int y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400), doy = (unsigned)((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1);
    return era * 146097 + (int64_t)(yoe * 365 + yoe / 4 - yoe / 100 + doy) - 719468;
}

/* The month that a word is the beginning of: "Jun", "septiembre"; 0 = none. */
static int month_of(struct str word)
{
    static const struct {
        const char *name;
        int month;
    } MONTHS[] = {{"january", 1},   {"januar", 1},    {"janvier", 1},    {"enero", 1},      {"gennaio", 1},    {"februar", 2},
                  {"february", 2},  {"février", 2},   {"fevrier", 2},    {"febrero", 2},    {"febbraio", 2},   {"march", 3},
                  {"märz", 3},      {"maerz", 3},     {"mars", 3},       {"marzo", 3},      {"maart", 3},      {"april", 4},
                  {"avril", 4},     {"abril", 4},     {"aprile", 4},     {"may", 5},        {"mai", 5},        {"mayo", 5},
                  {"maggio", 5},    {"mei", 5},       {"june", 6},       {"juni", 6},       {"juin", 6},       {"junio", 6},
                  {"giugno", 6},    {"july", 7},      {"juli", 7},       {"juillet", 7},    {"julio", 7},      {"luglio", 7},
                  {"august", 8},    {"août", 8},      {"aout", 8},       {"agosto", 8},     {"augustus", 8},   {"september", 9},
                  {"septembre", 9}, {"settembre", 9}, {"septiembre", 9}, {"october", 10},   {"oktober", 10},   {"octobre", 10},
                  {"octubre", 10},  {"ottobre", 10},  {"november", 11},  {"novembre", 11},  {"noviembre", 11}, {"december", 12},
                  {"dezember", 12}, {"décembre", 12}, {"decembre", 12},  {"diciembre", 12}, {"dicembre", 12}};
    enum { SHORTEST = 3 };
    for (size_t i = 0; word.n >= SHORTEST && i < sizeof MONTHS / sizeof *MONTHS; i++)
        if (str_starts(str_of(MONTHS[i].name), word)) return MONTHS[i].month;
    return 0;
}

/* A word of letters from *i on, which moves past it. */
static int read_month(struct str s, size_t *i)
{
    char room[40];
    struct buf word = {.s = room, .cap = sizeof room};
    for (size_t next = *i; next < s.n; *i = next) {
        UChar32 c = (UChar32)text_next(s, &next);
        if (!u_isalpha(c)) break;
        if (word.n + 5 < word.cap) buf_utf8(&word, (uint32_t)u_tolower(c));
    }
    return month_of(buf_slice(&word));
}

/* Two digits are a year from 1930 to 2029. */
static int whole_year(int y)
{
    enum { FIRST = 30 };
    return y >= FIRST ? 1900 + y : 2000 + y;
}

static bool read_date(struct str s, struct value *v)
{
    int groups[3] = {0}, width[3] = {0}, n = 0, month = 0;
    for (size_t i = 0; i < s.n && n < 3;) {
        if (s.s[i] < '0' || s.s[i] > '9') {
            bool letter = (s.s[i] | 32) >= 'a' && (s.s[i] | 32) <= 'z';
            int named = letter ? read_month(s, &i) : 0;
            if (named) month = named;
            i += !letter;
            continue;
        }
        for (; i < s.n && s.s[i] >= '0' && s.s[i] <= '9' && width[n] < 8; i++, width[n]++)
            groups[n] = groups[n] * 10 + (s.s[i] - '0');
        n++;
        if (width[n - 1] == 8 || (n == 1 && width[0] == 6)) break;
    }
    int y = groups[0], m = groups[1], d = groups[2];
    if (month && n && n < 3) { /* 3 Jan 1960, January 3, 60, Jan 1960 */
        bool first = width[0] > 2 || n == 1;
        y = groups[first ? 0 : 1], m = month, d = groups[first ? 1 : 0] * (n > 1);
        if (width[first ? 0 : 1] <= 2) y = whole_year(y);
    } else if (width[0] == 8) {
        y = groups[0] / 10000, m = groups[0] / 100 % 100, d = groups[0] % 100;
    } else if (n == 1 && width[0] == 6) {
        y = groups[0] / 100, m = groups[0] % 100, d = 0;
    } else if (n == 3 && width[0] <= 2 && (width[2] == 4 || width[2] <= 2)) {
        bool first = width[2] <= 2 && groups[0] > 31; /* 60/1/3 */
        y = groups[first ? 0 : 2], d = groups[first ? 2 : 0];
        if (width[2] <= 2) y = whole_year(y);
        if (!first && groups[1] > 12) m = groups[0], d = groups[1];
    } else if (width[0] != 4) {
        return false;
    }
    bool possible = m >= 1 && m <= 12 && d >= 1 && d <= 31;
    v->f[0] = (uint64_t)(uint16_t)y << 16 | (uint64_t)(m & 255) << 8 | (uint64_t)(d & 255);
    if (possible) v->f[0] |= (uint64_t)(uint32_t)(int32_t)days_of(y, m, d) << 32;
    v->hash = mix64(v->f[0] + 1);
    return true;
}

/* ---- numbers of people ---- */
/* What a spreadsheet leaves of an id that it took for a number: 3.70124E+17. */
static bool is_number_in_short(struct str s)
{
    size_t i = 0, marks = 0;
    for (; i < s.n && ((s.s[i] >= '0' && s.s[i] <= '9') || s.s[i] == '.'); i++) marks += s.s[i] == '.';
    if (!i || i == s.n || (s.s[i] | 32) != 'e') return false;
    for (i++; i < s.n && ((s.s[i] >= '0' && s.s[i] <= '9') || s.s[i] == '+'); i++) marks += s.s[i] == '+';
    return i == s.n && marks;
}

enum { ID_CHECK = 10, ID_OTHER = 11, MOST_TYPED = 32 };

static uint8_t id_digit(uint32_t c)
{
    if (c >= '0' && c <= '9') return (uint8_t)(c - '0');
    if (c == 'x' || c == 'X' || c == 0xD7) return ID_CHECK;
    if (c == 'O' || c == 'o') return 0;
    if (c == 'l' || c == 'I') return 1;
    return is_lost(c) || c == '#' || c == 0x2022 || c == 0x25CF ? ID_HIDDEN : ID_OTHER;
}

/* Puts `wanted` hidden digits where there are `had`. */
static unsigned set_run(uint8_t *digit, unsigned n, unsigned at, unsigned had, unsigned wanted)
{
    memmove(digit + at + wanted, digit + at + had, n - at - had);
    memset(digit + at, ID_HIDDEN, wanted);
    return n - had + wanted;
}

/* Of an id in which digits are hidden each stands in its place of 18, whatever number of stars stands for the others.  Several X
 * are stars, and one star at the end is an X.  False when too little is shown. */
static bool unmask(uint8_t *digit, unsigned *n)
{
    enum { LEAST_SHOWN = 8, LONG = 18, SHORT = 15, CENTURY = 6 };
    unsigned runs = 0, at = 0, length = 0, hidden = 0;
    for (unsigned i = 0, e; i < *n; i = e) {
        for (e = i + 1; e < *n && digit[e] == digit[i]; e++) continue;
        if (digit[i] == ID_HIDDEN && i + 1 == *n) digit[i] = ID_CHECK;
        if (digit[i] != ID_HIDDEN && (digit[i] != ID_CHECK || e - i < 2)) continue;
        memset(digit + i, ID_HIDDEN, e - i);
        runs++, at = i, length = e - i, hidden += length;
    }
    if (!runs) return *n <= LONG;
    if (*n - hidden < LEAST_SHOWN || *n - hidden >= LONG) return false;
    if (*n == SHORT) *n = set_run(digit, set_run(digit, SHORT, CENTURY, 0, 2), SHORT + 2, 0, 1);
    else if (runs == 1) *n = set_run(digit, *n, at, length, LONG - (*n - hidden));
    return *n <= LONG;
}

static bool read_citizen(struct str s, struct value *v)
{
    uint8_t digit[MOST_TYPED + 1];
    unsigned n = 0;
    if (is_number_in_short(s)) return false;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        if (c == ' ' || c == '-' || c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x3000) continue;
        if (n == MOST_TYPED) return false;
        digit[n++] = id_digit(c);
    }
    if (n == 0 || !unmask(digit, &n)) return false;
    if (n == 18 && !digit[15] && !digit[16] && !digit[17]) return false; /* a number of a spreadsheet has 15 digits */
    id_pack(v->f, digit, n);
    v->hash = mix64(v->f[0] + mix64(v->f[1]));
    return true;
}

static bool read_phone(struct str s, struct value *v)
{
    uint64_t packed = 1;
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.s[i];
        if (c >= '0' && c <= '9' && n < 15) packed = packed << 4 | (uint64_t)(c - '0'), n++;
        else if (n >= 7 && (c == ';' || c == ',' || c == '/' || (unsigned char)c >= 0x80)) break; /* the first of several */
    }
    if (n == 13 && packed >> 44 == 0x186) packed = (packed & ((1ull << 44) - 1)) | 1ull << 44, n = 11; /* +86 */
    if (n < 3) return false;
    v->f[0] = packed;
    v->hash = mix64(packed);
    return true;
}

/* ---- longer text ---- */
/* Pairs of neighbouring characters as 128 bits, and the numbers in it, the last one lowest. */
static void sign_text(struct str s, struct value *v)
{
    uint32_t before = 0;
    uint64_t numbers = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        if (c == ' ') continue;
        if (c >= '0' && c <= '9') {
            uint32_t number = c - '0';
            for (; i < s.n && s.s[i] >= '0' && s.s[i] <= '9'; i++) number = number * 10 + (uint32_t)(s.s[i] - '0');
            numbers = numbers << 16 | (number & 0x7FFF) | 0x8000;
            before = 0;
            continue;
        }
        if (before) {
            uint64_t h = mix64((uint64_t)before << 32 | c);
            v->f[h >> 6 & 1] |= 1ull << (h & 63);
        }
        before = c;
    }
    v->f[2] = numbers;
}

void word_sign(struct str s, uint64_t *f)
{
    f[0] = f[1] = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = (unsigned char)s.s[i] < 0x80 ? (unsigned char)s.s[i++] : text_next(s, &i);
        uint64_t *to = &f[c >> 4 & 1], mine = *to >> (4 * (c & 15)) & 15;
        if (mine == 15) {
            f[0] = f[1] = UINT64_MAX;
            return;
        }
        *to |= (mine + 1) << (4 * (c & 15));
    }
}

static bool read_text(struct str s, struct buf *scratch, struct value *v, bool blanks)
{
    scratch->n = 0;
    fold_text(scratch, s, blanks);
    v->text = buf_slice(scratch);
    v->hash = str_hash(v->text);
    return v->text.n > 0;
}

static bool read_number(struct str s, struct value *v)
{
    char text[64];
    size_t k = 0;
    for (size_t i = 0; i < s.n && k < sizeof text - 5;) {
        size_t at = i;
        UChar32 c = (UChar32)text_next(s, &i);
        bool unit = c == 0x5143 || c == 0x5C81 || c == 0x6B72 || c == 0x5468;             /* 1200元, 62岁, 62周岁 */
        if (c == ',' || c == ' ' || unit || u_charType(c) == U_CURRENCY_SYMBOL) continue; /* $1,200 */
        while (at < i) text[k++] = s.s[at++];
    }
    text[k] = 0;
    char *end;
    double d = strtod(text, &end);
    if (end == text || *end) return false;
    if (d == 0) d = 0; /* -0 */
    memcpy(v->f, &d, sizeof d);
    v->hash = mix64(v->f[0] + 3);
    return true;
}

/* Only letters and digits, in capitals. */
static bool read_code(struct str s, struct buf *scratch, struct value *v)
{
    scratch->n = 0;
    fold_text(scratch, s, false);
    v->text = buf_slice(scratch);
    v->hash = str_hash(v->text);
    return v->text.n > 0;
}

static bool read_email(struct str s, struct buf *scratch, struct value *v)
{
    scratch->n = 0;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.s[i] > ' ') buf_char(scratch, s.s[i] >= 'A' && s.s[i] <= 'Z' ? (char)(s.s[i] + 32) : s.s[i]);
    v->text = buf_slice(scratch);
    v->hash = str_hash(v->text);
    return v->text.n > 0;
}

bool kind_read(enum kind k, struct str cell, struct buf scratch[2], struct value *v)
{
    memset(v, 0, sizeof *v);
    cell = str_trim(cell);
    if (!cell.n || (cell.n < 12 && says_nothing(cell))) return false;
    enum { LONGEST = 4096 }; /* what is longer tells nothing more */
    struct str s = normal(str_head(cell, LONGEST), &scratch[0]);
    switch (k) {
    case KIND_NAME: return read_name(s, &scratch[1], v);
    case KIND_SURNAME:
    case KIND_GIVEN:
    case KIND_WORD:
        if (!read_text(s, &scratch[1], v, true)) return false;
        word_sign(v->text, v->f);
        return true;
    case KIND_TEXT:
    case KIND_ADDRESS:
        if (!read_text(s, &scratch[1], v, true)) return false;
        sign_text(v->text, v);
        return true;
    case KIND_DATE: return read_date(s, v);
    case KIND_CITIZEN_ID: return read_citizen(s, v);
    case KIND_IDENTIFIER:
    case KIND_CODE:
    case KIND_CATEGORY: return read_code(s, &scratch[1], v);
    case KIND_PHONE: return read_phone(s, v);
    case KIND_EMAIL:
        if (!read_email(s, &scratch[1], v)) return false;
        word_sign(v->text, v->f);
        return true;
    case KIND_NUMBER: return read_number(s, v);
    case KIND_COUNT: break;
    }
    return false;
}
