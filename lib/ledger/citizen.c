#include "ledger/citizen.h"

#include "base/text.h"

enum { LONGEST_CELL = 96, LONGEST_TEXT = 300 };

char citizen_check(const char *body)
{
    static const uint8_t weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;
    for (int i = 0; i < 17; i++) sum += weights[i] * (unsigned)(body[i] - '0');
    return "10X98765432"[sum % 11];
}

static bool all_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)(s[i] - '0') > 9) return false;
    return true;
}

static int number(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) v = v * 10 + (s[i] - '0');
    return v;
}

static bool birth_of(const char *id, struct date today, struct date *out)
{
    *out = (struct date){(int16_t)number(id + 6, 4), (uint8_t)number(id + 10, 2), (uint8_t)number(id + 12, 2)};
    return out->month && out->day && date_valid(*out) && !(today.year && date_compare(*out, today) > 0);
}

/* Fifteen digits survive in a number cell and the rest becomes 000, which fits the checksum once in eleven times. */
static bool ends_lost(const char *id)
{
    return memcmp(id + 15, "000", 3) == 0;
}

/* `id` has 17 digits and a check character. */
static enum diag_code verify(const char *id, struct date today, struct citizen *out)
{
    memcpy(out->id, id, 18);
    out->male = (id[16] - '0') % 2 == 1;
    if (ends_lost(id)) return DIAG_ID_PRECISION_LOST;
    if (!birth_of(id, today, &out->birth)) return DIAG_ID_BIRTH_INVALID;
    return citizen_check(id) == id[17] ? DIAG_NONE : DIAG_ID_CHECKSUM;
}

/* GB 11643-1989: no century and no check.  Numbers 996 to 999 were kept for people over a hundred at the time of issue: nobody who
 * lives has one, so it is a slip, and no century is put before it. */
static enum diag_code raise_old(const char *old, struct date today, struct citizen *out)
{
    enum { OVER_A_HUNDRED = 996 };
    char id[18];
    if (number(old + 12, 3) >= OVER_A_HUNDRED) return DIAG_ID_BIRTH_INVALID;
    memcpy(id, old, 6);
    memcpy(id + 6, "19", 2);
    memcpy(id + 8, old + 6, 9);
    id[17] = citizen_check(id);
    out->notices |= CITIZEN_RAISED;
    memcpy(out->id, id, 18);
    out->male = (id[16] - '0') % 2 == 1;
    if (ends_lost(id)) return DIAG_ID_PRECISION_LOST; /* or it would be refused when it comes in again */
    return birth_of(id, today, &out->birth) ? DIAG_NONE : DIAG_ID_BIRTH_INVALID;
}

static bool is_mark(uint32_t c)
{
    switch (c) {
    case '\'':
    case '"':
    case '`':
    case '=':
    case '-':
    case '_':
    case ',':
    case 0xB4:
    case 0x2018:
    case 0x2019:
    case 0x201B:
    case 0x201C:
    case 0x201D:
    case 0x2032:
    case 0xFF07:
    case 0xFF0C:
    case 0x3001:
    case 0xAD: return true;
    default:
        return text_is_dash(c) || c <= ' ' || c == 0x7F || c == 0xA0 || c == 0x3000 || c == 0xFEFF ||
               (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202F) || c == 0x205F ||
               c == 0x2060;
    }
}

static bool is_cross(uint32_t c)
{
    return c == 0xD7 || c == '*' || c == 0x2715 || c == 0x2716 || c == 0x2A2F || c == 0x425 || c == 0x445 || c == 0x3A7 ||
           c == 0x3C7 || c == 0x2A09;
}

/* The characters that count, of one width: digits, X, '.', 'E', '+'; '?' for what cannot stand in an id. */
static size_t clean(struct str text, char out[LONGEST_CELL], unsigned *notices)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n;) {
        uint32_t c = text_next(text, &i);
        if (is_mark(c)) {
            *notices |= CITIZEN_CLEANED;
            continue;
        }
        if (c >= 0xFF01 && c <= 0xFF5E) {
            c -= 0xFEE0;
            *notices |= CITIZEN_CLEANED;
        }
        if (c == 'x') {
            c = 'X';
            *notices |= CITIZEN_CLEANED;
        } else if (is_cross(c)) {
            c = 'X';
            *notices |= CITIZEN_LETTERS;
        } else if (c == 'O' || c == 'o' || c == 'l' || c == 'I' || c == '|') {
            c = c == 'O' || c == 'o' ? '0' : '1';
            *notices |= CITIZEN_LETTERS;
        }
        if (n == LONGEST_CELL) return n + 1;
        out[n++] = c < 0x80 && (all_digits((char[]){(char)c}, 1) || strchr("X.E+e", (int)c)) ? (char)c : '?';
    }
    return n;
}

/* Could these 18 digits have come through a binary double?  Its neighbours lie 16 to 128 apart there. */
static bool is_double(const char *digits)
{
    uint64_t v = 0;
    for (int i = 0; i < 18; i++) v = v * 10 + (uint64_t)(digits[i] - '0');
    return (uint64_t)(double)v == v;
}

/* 3.70124850615001E+14 holds all of 15 digits; 3.70E+17 (or E+017, as LibreOffice writes it) does not hold 18.  True when `s` is in
 * that notation. */
static bool expand(char *s, size_t *n, bool *lost)
{
    char *e = memchr(s, 'E', *n);
    if (!e) e = memchr(s, 'e', *n);
    if (!e || e == s) return false;
    size_t mantissa = (size_t)(e - s);
    char *power = e + 1;
    if (power < s + *n && *power == '+') power++;
    size_t width = (size_t)(s + *n - power);
    if (width == 0 || width > 3 || !all_digits(power, width)) return false;
    int exponent = number(power, (int)width);
    char digits[LONGEST_CELL] = "";
    size_t k = 0;
    for (size_t i = 0; i < mantissa; i++) {
        if (i == 1 && s[i] == '.') continue;
        if (!all_digits(s + i, 1)) return false;
        digits[k++] = s[i];
    }
    *lost = exponent != 14 || k != 15;
    memcpy(s, digits, k);
    *n = k;
    return true;
}

static enum diag_code read_slow(struct str text, bool is_number, struct date today, struct citizen *out)
{
    char s[LONGEST_CELL];
    size_t n = clean(text, s, &out->notices);
    bool commas = memchr(text.s, ',', text.n) != NULL, lost = false, decimal = false;
    if (n > LONGEST_CELL) return DIAG_ID_LENGTH;
    if (expand(s, &n, &lost) && lost) return DIAG_ID_PRECISION_LOST;
    if (n > 2 && s[n - 1] == '0' && s[n - 2] == '.') {
        n -= 2;
        decimal = true;
        out->notices |= CITIZEN_CLEANED;
    }
    if (n == 15 && all_digits(s, 15)) return raise_old(s, today, out);
    if (n != 18 || !all_digits(s, 17) || !(s[17] == 'X' || all_digits(s + 17, 1))) return DIAG_ID_LENGTH;
    if (s[17] != 'X') {
        if (is_number) return DIAG_ID_PRECISION_LOST;
        /* Thousands commas and .0 are the marks of a number; it is believed only where no double can be it. */
        if ((commas || decimal) && is_double(s)) return DIAG_ID_PRECISION_LOST;
    }
    return verify(s, today, out);
}

/* The only number of 18 (or 15) characters among words: 身份证号:370…, 370…(本人).  False when there is none, or more than one. */
static bool only_number(struct str text, char out[18], size_t *n)
{
    bool words = false, found = false;
    char run[19];
    size_t k = 0;
    for (size_t i = 0; i <= text.n;) {
        uint32_t c = i < text.n ? text_next(text, &i) : (i++, ' ');
        if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
        if (c == 'x' || is_cross(c)) c = 'X';
        if ((c >= '0' && c <= '9') || (c == 'X' && k == 17)) {
            if (k < sizeof run) run[k++] = (char)c;
            continue;
        }
        if (k == 18 || k == 15) {
            if (found) return false;
            found = true;
            memcpy(out, run, *n = k);
        } else if (k > 11) {
            return false;
        }
        k = 0;
        words |= c > ' ' && !is_mark(c);
    }
    return found && words;
}

/* Words that say that there is none, or none yet. */
bool citizen_none(struct str text)
{
    static const char *const NONE[] = {"无", "没",   "未", "不",     "拒",     "丢",   "遗失", "忘",
                                       "待", "后补", "缺", "办理中", "正在办", "补办", NULL};
    if (text.n > LONGEST_CELL) return false;
    for (size_t i = 0; i < text.n;) {
        uint32_t c = text_next(text, &i);
        if (c < 0x80 ? c != ' ' && c != '(' && c != ')' : c >= 0xFF10 && c <= 0xFF5A) return false;
    }
    size_t at;
    for (const char *const *w = NONE; *w; w++)
        if (str_find(text, str_of(*w), &at)) return true;
    return false;
}

enum diag_code citizen_read(struct str text, bool is_number, struct date today, struct citizen *out)
{
    out->notices = 0;
    if (text.n == 18 && !is_number && all_digits(text.s, 17) && (text.s[17] == 'X' || all_digits(text.s + 17, 1)))
        return verify(text.s, today, out);
    enum diag_code code = read_slow(text, is_number, today, out);
    char only[18];
    size_t n = 0;
    if (code != DIAG_ID_LENGTH || is_number || text.n > LONGEST_TEXT || !only_number(text, only, &n)) return code;
    out->notices = CITIZEN_CLEANED;
    return n == 15 ? raise_old(only, today, out) : verify(only, today, out);
}
