#include "base/number.h"

#include <stdlib.h>

#include "base/text.h"

/* The value of a Chinese digit, or -1. */
static int han_digit(uint32_t c)
{
    switch (c) {
    case 0x3007:
    case 0x25CB:
    case 0x96F6: return 0; /* 〇 ○ 零 */
    case 0x4E00:
    case 0x58F9: return 1; /* 一 壹 */
    case 0x4E8C:
    case 0x4E24:
    case 0x8D30: return 2; /* 二 两 贰 */
    case 0x4E09:
    case 0x53C1: return 3; /* 三 叁 */
    case 0x56DB:
    case 0x8086: return 4; /* 四 肆 */
    case 0x4E94:
    case 0x4F0D: return 5; /* 五 伍 */
    case 0x516D:
    case 0x9646: return 6; /* 六 陆 */
    case 0x4E03:
    case 0x67D2: return 7; /* 七 柒 */
    case 0x516B:
    case 0x634C: return 8; /* 八 捌 */
    case 0x4E5D:
    case 0x7396: return 9; /* 九 玖 */
    default: return -1;
    }
}

/* The power of ten of a unit, or 0. */
static int unit_power(uint32_t c)
{
    switch (c) {
    case 0x5341:
    case 0x62FE: return 1; /* 十 拾 */
    case 0x767E:
    case 0x4F70: return 2; /* 百 佰 */
    case 0x5343:
    case 0x4EDF: return 3; /* 千 仟 */
    case 0x4E07: return 4; /* 万 */
    case 0x4EBF: return 8; /* 亿 */
    default: return 0;
    }
}

static int64_t power_of_ten(int n)
{
    int64_t v = 1;
    while (n-- > 0) v *= 10;
    return v;
}

/* Of a numeral: what has been read of it. */
struct numeral {
    int64_t total, section; /* whole myriads, and what stands below the next 万 or 亿 */
    int64_t digits;         /* since the last unit, as one number */
    int unit, least;        /* the power of the last unit, 0: there was none; of the section, where units fall: 千 百 十 */
    bool nought;            /* a 零 stands since the last unit: 一百零五 */
};

/* 十 百 千, or 万 亿.  False where no number has it: 三五百, 一百二百, 亿亿. */
static bool take_unit(struct numeral *m, int power)
{
    const int64_t most = 10000000000; /* so that a further 亿 leaves all within 63 bits */
    if (m->digits > 9) return false;
    if (power < 4) {
        if (m->least && power >= m->least) return false;
        m->section += (m->digits ? m->digits : 1) * power_of_ten(power);
        m->least = power;
    } else {
        int64_t whole = m->section + m->digits;
        bool myriads = power == 4; /* 三亿五千万: 万 is of what stands after 亿, and 亿 of all before it */
        if (!whole && !m->total) return false;
        if (myriads ? m->total % 100000000 : m->total + whole > most) return false;
        m->total = myriads ? m->total + whole * 10000 : (m->total + whole) * 100000000;
        m->section = m->least = 0;
    }
    m->unit = power;
    m->digits = 0;
    m->nought = false;
    return true;
}

/* Of 三万五 the last digit is of the next lower place; of 十五 and 一百零五 it is one of units. */
static int64_t value_of(const struct numeral *m)
{
    bool next_place = m->unit > 1 && !m->nought;
    return m->total + m->section + m->digits * (next_place ? power_of_ten(m->unit - 1) : 1);
}

size_t number_chinese(struct str t, int64_t *value, int *digits)
{
    struct numeral m = {0};
    int n = 0;
    size_t end = 0;
    for (size_t i = 0; i < t.n && n < 16; n++, end = i) {
        uint32_t c = text_next(t, &i);
        int d = han_digit(c), p = unit_power(c);
        if (d >= 0) {
            m.digits = m.digits * 10 + d;
            m.nought |= d == 0;
        } else if (!p || (p >= 4 && !n)) {
            break;
        } else if (!take_unit(&m, p)) {
            return 0;
        }
    }
    if (!n || (m.unit && m.digits > 9)) return 0; /* 十七八 */
    *value = value_of(&m);
    *digits = n;
    if (m.unit) {
        *digits = 0;
        for (int64_t v = *value; v; v /= 10) ++*digits;
    }
    return end;
}

double number_value(struct str s)
{
    char text[NUMBER_ROOM + 1];
    if (s.n > NUMBER_ROOM) return 0;
    memcpy(text, s.s, s.n);
    text[s.n] = 0;
    return strtod(text, NULL);
}

enum { LONGEST = NUMBER_ROOM - 3 }; /* bytes of canonical text; what is longer is no number that anybody typed */

/* Writes digits with the decimal point `point` digits from their start, canonical. */
static bool write_decimal(struct number_reading *r, bool negative, const char *digits, int n, int point)
{
    while (n && digits[n - 1] == '0' && n > point) n--;
    while (n && *digits == '0' && point > 0) {
        digits++;
        n--;
        point--;
    }
    if (n == 0) { /* 0E19 is 0 */
        negative = false;
        point = 0;
    }
    int whole = point > 0 ? point : 1, after = n > point ? n - point : 0;
    if (negative + whole + (after > 0) + after > LONGEST) return false;
    char *p = r->text;
    if (negative) *p++ = '-';
    if (point <= 0) *p++ = '0';
    for (int i = 0; i < point; i++) *p++ = i < n ? digits[i] : '0';
    if (after > 0) {
        *p++ = '.';
        for (int i = point; i < n; i++) *p++ = i < 0 ? '0' : digits[i];
    }
    r->n = (size_t)(p - r->text);
    return true;
}

struct decimal {
    char digits[NUMBER_ROOM];
    int n, point; /* value = 0.digits × 10^point */
    bool negative;
};

static bool is_blank(uint32_t c)
{
    return c <= ' ' || c == 0xA0 || c == 0x3000 || c == 0x200B || c == 0xFEFF;
}

static uint32_t narrow(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
    return c == 0x2212 || c == 0x2013 ? '-' : c;
}

/* Takes an Arabic number, perhaps with commas or blanks before groups of three digits or of four, and an exponent: 3,5 is none. */
static bool take_arabic(struct str *t, struct decimal *d)
{
    size_t i = 0, end = 0;
    bool dot = false, any = false;
    int group = -1; /* its digits so far; -1: there are no groups */
    *d = (struct decimal){.n = 0};
    while (i < t->n) {
        uint32_t c = narrow(text_next(*t, &i));
        if (c >= '0' && c <= '9') {
            if (d->n >= NUMBER_ROOM - 2) return false;
            d->digits[d->n++] = (char)c;
            if (!dot) d->point++;
            if (!dot && group >= 0) group++;
            any = true;
            end = i;
        } else if (c == '.' && !dot && any) {
            dot = true;
        } else if ((c == ',' || is_blank(c)) && any && !dot) {
            if (group > 0 && group != 3 && group != 4) return false;
            group = 0;
        } else {
            break;
        }
    }
    if (!any || (group > 0 && group != 3 && group != 4)) return false;
    *t = str_from(*t, end);
    /* 1.5E+5: only where digits follow. */
    if (t->n >= 2 && (t->s[0] == 'E' || t->s[0] == 'e')) {
        size_t at = 1;
        bool less = t->s[1] == '-';
        if (t->s[1] == '+' || t->s[1] == '-') at++;
        int e = 0;
        size_t from = at;
        while (at < t->n && t->s[at] >= '0' && t->s[at] <= '9' && at - from < 3) e = e * 10 + (t->s[at++] - '0');
        if (at == from) return false;
        d->point += less ? -e : e;
        *t = str_from(*t, at);
    }
    return d->point <= 30 && d->point >= -30;
}

static void set_digits(struct decimal *d, int64_t v)
{
    char room[STR_DIGITS];
    struct str digits = str_digits((uint64_t)v, room);
    memcpy(d->digits, digits.s, digits.n);
    d->n = (int)digits.n;
}

static bool take_chinese(struct str *t, struct decimal *d)
{
    int64_t v;
    int digits;
    size_t n = number_chinese(*t, &v, &digits);
    if (!n) return false;
    *t = str_from(*t, n);
    *d = (struct decimal){.n = 0};
    set_digits(d, v);
    d->point = d->n;
    return true;
}

static bool take(struct str *t, const char *word)
{
    struct str w = str_of(word);
    if (!str_starts(*t, w)) return false;
    *t = str_from(*t, w.n);
    return true;
}

static bool take_any(struct str *t, const char *const *words)
{
    for (; *words; words++)
        if (take(t, *words)) return true;
    return false;
}

static const char *const BEFORE[] = {"人民币", "RMB", "CNY", "¥", "￥", "共计", "合计", "共", NULL};
static const char *const ABOUT[] = {"大约", "约", "近", "余", "多", "来", "左右", "上下", "以上", "以内", NULL};
static const char *const AFTER[] = {"元整", "块钱", "元", "块", "圆", "整", "平方米", "㎡", "m²", "m2", "平米", "小时", "分钟",
                                    "个月", "人次", "人", "次", "个", "户", "岁",     "年", "月", "天", "件",   "份",   "桶",
                                    "袋",   "套",   "斤", "名", "家", "批", "支",     "期", "项", "台", "间",   NULL};

static void skip_blanks(struct str *t)
{
    while (t->n) {
        size_t i = 0;
        if (!is_blank(text_next(*t, &i))) return;
        *t = str_from(*t, i);
    }
}

/* Units after a number, 万 亿 千 百 十: their power of ten. */
static int take_units(struct str *t)
{
    int power = 0;
    while (t->n) {
        size_t i = 0;
        int p = unit_power(text_next(*t, &i));
        if (!p) break;
        power += p;
        *t = str_from(*t, i);
    }
    return power;
}

/* Adds b to a, both not negative: for 1万5千. */
static bool add(struct decimal *a, const struct decimal *b)
{
    int64_t v[2] = {0, 0};
    const struct decimal *both[2] = {a, b};
    for (int k = 0; k < 2; k++) {
        if (both[k]->point > 14 || both[k]->n - both[k]->point > 2) return false;
        for (int i = 0; i < both[k]->point + 2; i++) v[k] = v[k] * 10 + (i < both[k]->n && i >= 0 ? both[k]->digits[i] - '0' : 0);
    }
    set_digits(a, v[0] + v[1]);
    a->point = a->n - 2;
    return true;
}

static bool read_words(struct str t, struct number_reading *out)
{
    struct decimal sum = {.n = 0};
    int parts = 0, last_power = 0;
    bool negative = false;
    skip_blanks(&t);
    while (take_any(&t, BEFORE) || (take_any(&t, ABOUT) && (out->about = true))) skip_blanks(&t);
    if (t.n) {
        size_t i = 0;
        uint32_t sign = narrow(text_next(t, &i));
        negative = sign == '-';
        if (negative || sign == '+') t = str_from(t, i);
    }
    while (t.n) {
        struct decimal d;
        skip_blanks(&t);
        bool nought = parts && (take(&t, "零") || take(&t, "〇")); /* 1万零5 */
        if (!take_arabic(&t, &d) && !take_chinese(&t, &d)) break;
        skip_blanks(&t);
        bool about = take_any(&t, ABOUT);
        int power = take_units(&t);
        if (parts && last_power <= power) return false;
        if (parts && !power && d.n == 1 && last_power > 1 && !nought) power = last_power - 1; /* 1万5 is 15000 */
        d.point += power;
        about |= take_any(&t, ABOUT);
        out->about |= about;
        if (parts++ && !add(&sum, &d)) return false;
        if (parts == 1) sum = d;
        last_power = power;
        if (!power) break;
    }
    if (!parts) return false;
    for (;;) {
        skip_blanks(&t);
        if (take_any(&t, ABOUT)) out->about = true;
        else if (!take_any(&t, AFTER)) break;
    }
    return t.n == 0 && write_decimal(out, negative, sum.digits, sum.n, sum.point);
}

/* Canonical already: -?digits[.digits] without needless noughts. */
static bool canonical(struct str t)
{
    size_t i = t.n && t.s[0] == '-';
    size_t whole = i;
    while (i < t.n && t.s[i] >= '0' && t.s[i] <= '9') i++;
    if (i == whole || (t.s[whole] == '0' && i > whole + 1)) return false;
    if (i == t.n) return !(t.s[0] == '-' && t.n == 2 && t.s[1] == '0');
    size_t point = i++;
    while (i < t.n && t.s[i] >= '0' && t.s[i] <= '9') i++;
    return t.s[point] == '.' && i == t.n && i > point + 1 && t.s[i - 1] != '0';
}

bool number_read(struct str t, struct number_reading *out)
{
    out->n = 0;
    out->rewritten = out->about = false;
    if (t.n <= LONGEST && canonical(t)) {
        memcpy(out->text, t.s, t.n);
        out->n = t.n;
        return true;
    }
    out->rewritten = true;
    return t.n <= 120 && read_words(t, out);
}
