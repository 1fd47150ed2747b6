#include "cells/numfmt.h"

#include <math.h>
#include <stdio.h>

#include "base/date.h"

enum numfmt numfmt_builtin(unsigned id)
{
    if (id >= 14 && id <= 17) return NUMFMT_DATE;
    if (id >= 18 && id <= 21) return NUMFMT_TIME;
    if (id == 22) return NUMFMT_DATE;
    if (id >= 32 && id <= 35) return NUMFMT_TIME; /* 时 分 秒, 上午/下午 */
    if (id >= 27 && id <= 36) return NUMFMT_DATE;
    if (id == 45 || id == 47) return NUMFMT_TIME;
    if (id == 46) return NUMFMT_ELAPSED;
    if (id == 55 || id == 56) return NUMFMT_TIME;
    if (id >= 50 && id <= 58) return NUMFMT_DATE;
    return NUMFMT_NUMBER;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool word_at(struct str s, size_t i, const char *word)
{
    size_t n = strlen(word);
    if (s.n - i < n) return false;
    for (size_t k = 0; k < n; k++)
        if (lower(s.s[i + k]) != word[k]) return false;
    return true;
}

/* "[h]" "[mm]" "[ss]": only letters of one time unit between the brackets. */
static bool elapsed_bracket(struct str inside)
{
    char first = inside.n ? lower(inside.s[0]) : 0;
    if (first != 'h' && first != 'm' && first != 's') return false;
    for (size_t i = 1; i < inside.n; i++)
        if (lower(inside.s[i]) != first) return false;
    return true;
}

/* The text from i that does not count: quoted, escaped, padded or bracketed.  0 when the character at i counts. */
static size_t passive(struct str code, size_t i, bool *elapsed)
{
    char c = code.s[i], close = c == '"' ? '"' : c == '[' ? ']' : 0;
    if (c == '\\' || c == '_' || c == '*') return 2; /* a longer character's other bytes are no letters */
    if (!close) return 0;
    const char *end = memchr(code.s + i + 1, close, code.n - i - 1);
    size_t n = end ? (size_t)(end - (code.s + i)) + 1 : code.n - i;
    if (c == '[' && end && elapsed_bracket((struct str){code.s + i + 1, n - 2})) *elapsed = true;
    return n;
}

enum numfmt numfmt_of_code(struct str code)
{
    bool day = false, time = false, month = false, elapsed = false;
    for (size_t i = 0; i < code.n && code.s[i] != ';';) {
        size_t skip = passive(code, i, &elapsed);
        if (skip) {
            i += skip;
            continue;
        }
        if (word_at(code, i, "general") || word_at(code, i, "g/")) return NUMFMT_NUMBER; /* G/通用格式 is General in Chinese */
        if (word_at(code, i, "am/pm") || word_at(code, i, "a/p")) {
            time = true;
            i += lower(code.s[i + 1]) == 'm' ? 5 : 3;
            continue;
        }
        char c = lower(code.s[i]), next = i + 1 < code.n ? code.s[i + 1] : 0;
        if (c == 'e' && (next == '+' || next == '-')) return NUMFMT_NUMBER;
        if (c == 'y' || c == 'd' || c == 'e' || c == 'g' || word_at(code, i, "aaa")) day = true;
        if (c == 'h' || c == 's') time = true;
        if (c == 'm') month = true;
        i++;
    }
    if (day) return NUMFMT_DATE;
    if (elapsed) return NUMFMT_ELAPSED;
    if (time) return NUMFMT_TIME;
    return month ? NUMFMT_DATE : NUMFMT_NUMBER;
}

/* Numbers are read without the locale: strtod would stop at the point in some. */
static bool number_of(struct str s, double *out)
{
    size_t i = 0;
    bool negative = s.n && s.s[0] == '-', any = false;
    long double m = 0;
    int scale = 0, exponent = 0;
    if (s.n && (s.s[0] == '-' || s.s[0] == '+')) i++;
    for (bool point = false; i < s.n; i++) {
        char c = s.s[i];
        if (c == '.' && !point) point = true;
        else if (c >= '0' && c <= '9') {
            any = true;
            m = m * 10 + (c - '0');
            scale += point;
        } else break;
    }
    if (i < s.n && lower(s.s[i]) == 'e') {
        bool down = ++i < s.n && s.s[i] == '-';
        if (i < s.n && (s.s[i] == '-' || s.s[i] == '+')) i++;
        for (; i < s.n && s.s[i] >= '0' && s.s[i] <= '9' && exponent < 10000; i++) exponent = exponent * 10 + (s.s[i] - '0');
        if (down) exponent = -exponent;
    }
    int power = exponent - scale; /* dividing is exact where multiplying by a fraction is not */
    *out = (double)(power < 0 ? m / powl(10.0L, -power) : m * powl(10.0L, power));
    if (negative) *out = -*out;
    return any && i == s.n && isfinite(*out);
}

size_t numfmt_shown(struct str digits, char out[NUMFMT_SHOWN_MAX])
{
    enum { SHOWN = 15 };
    const char *point = digits.n ? memchr(digits.s, '.', digits.n) : NULL;
    if (!point || digits.n >= NUMFMT_SHOWN_MAX) return 0;
    size_t n = 0, significant = 0, last = 0; /* `last`: the 15th significant digit */
    for (; n < digits.n; n++) {
        char c = digits.s[n];
        if ((c < '0' || c > '9') && c != '.' && !(c == '-' && n == 0)) return 0;
        if (c >= '0' && c <= '9' && (significant || c != '0') && ++significant == SHOWN) last = n;
    }
    size_t whole = (size_t)(point - digits.s);
    if (significant <= SHOWN || last <= whole || last + 1 >= n) return 0;
    memcpy(out, digits.s, last + 1);
    n = last + 1;
    if (digits.s[n] >= '5') { /* rounds up, as long as the carry stays in the fraction or ends in a digit of the whole */
        size_t i = n;
        while (i && (out[i - 1] == '9' || out[i - 1] == '.'))
            if (out[--i] != '.') out[i] = '0';
        if (!i || out[i - 1] == '-') return 0;
        out[i - 1]++;
    }
    while (out[n - 1] == '0') n--;
    if (out[n - 1] == '.') n--;
    double file, shown;
    return number_of(digits, &file) && number_of((struct str){out, n}, &shown) && file == shown ? n : 0;
}

static char *digits_put(char *p, unsigned v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10) p[i] = (char)('0' + v % 10);
    return p + width;
}

/* Of a serial of the 1900 system.  Its 29 February 1900 is written as the sheet shows it; no calendar has it, and whoever checks
 * dates says so. */
static char *date_put(char *p, long serial)
{
    struct date d = serial == 60 ? (struct date){1900, 2, 29} : date_of_serial((int32_t)serial);
    p = digits_put(p, (unsigned)d.year, 4);
    *p++ = '-';
    p = digits_put(p, d.month, 2);
    *p++ = '-';
    return digits_put(p, d.day, 2);
}

static char *time_put(char *p, unsigned long seconds)
{
    unsigned long hours = seconds / 3600;
    p = hours < 100 ? digits_put(p, (unsigned)hours, 2) : p + sprintf(p, "%lu", hours);
    *p++ = ':';
    p = digits_put(p, (unsigned)(seconds / 60 % 60), 2);
    *p++ = ':';
    return digits_put(p, (unsigned)(seconds % 60), 2);
}

enum { DAY = 86400, LAST_DAY = 2958465, FIRST_1904 = 1462 }; /* 9999-12-31 and 1904-01-01 as serials */

size_t numfmt_iso_value(double serial, enum numfmt format, bool date1904, char out[NUMFMT_ISO_MAX])
{
    if (format == NUMFMT_NUMBER || !(serial >= 0) || serial >= LAST_DAY + 1.0) return 0;
    long day = (long)serial;
    unsigned long seconds = (unsigned long)llround((serial - (double)day) * DAY);
    char *p = out;
    if (format == NUMFMT_ELAPSED) return (size_t)(time_put(p, (unsigned long)day * DAY + seconds) - out);
    if (seconds == DAY) {
        day++;
        seconds = 0;
    }
    if (day == 0 && (format == NUMFMT_TIME || (seconds && !date1904))) return (size_t)(time_put(p, seconds) - out);
    if (date1904) day += FIRST_1904;
    if (day == 0 || day > LAST_DAY) return 0;
    p = date_put(p, day);
    if (seconds) {
        *p++ = 'T';
        p = time_put(p, seconds);
    }
    return (size_t)(p - out);
}

size_t numfmt_iso(struct str digits, enum numfmt format, bool date1904, char out[NUMFMT_ISO_MAX])
{
    double v;
    return format != NUMFMT_NUMBER && number_of(digits, &v) ? numfmt_iso_value(v, format, date1904, out) : 0;
}

/* Does s begin with the shape, where 0 stands for a digit? */
static bool shaped(struct str s, const char *shape)
{
    size_t n = strlen(shape);
    if (s.n < n) return false;
    for (size_t i = 0; i < n; i++)
        if (shape[i] == '0' ? s.s[i] < '0' || s.s[i] > '9' : s.s[i] != shape[i]) return false;
    return true;
}

size_t numfmt_iso_text(struct str text, char out[NUMFMT_ISO_MAX])
{
    size_t n = 0;
    struct str rest = text;
    if (shaped(rest, "0000-00-00")) {
        memcpy(out, rest.s, n = 10);
        rest = str_from(rest, 10);
        if (rest.n == 0) return n;
    }
    if (rest.n && rest.s[0] == 'T') rest = str_from(rest, 1);
    else if (n) return 0;
    if (!shaped(rest, "00:00")) return 0;
    char time[9] = "00:00:00";
    memcpy(time, rest.s, shaped(rest, "00:00:00") ? 8 : 5);
    rest = str_from(rest, shaped(rest, "00:00:00") ? 8 : 5);
    for (size_t i = 0; i < rest.n; i++) /* a fraction of a second, or the zone: a sheet's times are local */
        if (!strchr(".,0123456789Z+-:", rest.s[i])) return 0;
    if (n && memcmp(time, "00:00:00", 8) == 0) return n;
    if (n) out[n++] = 'T';
    memcpy(out + n, time, 8);
    return n + 8;
}
