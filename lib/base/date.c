#include "base/date.h"

#include <stdlib.h>

#include "base/number.h"
#include "base/text.h"

enum {
    FIRST_YEAR = 1850,
    LAST_YEAR = 2199,
    OLDEST_YEAR = 1800,
    FIRST_SERIAL = 3654,
    LAST_SERIAL = 73050,
    TWO_DIGITS_LATEST = 2029
};

static int days_in(int year, int month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month != 2) return days[month - 1];
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
}

bool date_valid(struct date d)
{
    if (d.year < OLDEST_YEAR || d.year > LAST_YEAR) return false;
    if (d.month == 0) return d.day == 0;
    return d.month <= 12 && (d.day == 0 || d.day <= days_in(d.year, d.month));
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year) return a.year < b.year ? -1 : 1;
    if (!a.month || !b.month || a.month == b.month) {
        if (!a.month || !b.month || !a.day || !b.day || a.day == b.day) return 0;
        return a.day < b.day ? -1 : 1;
    }
    return a.month < b.month ? -1 : 1;
}

int date_years(struct date a, struct date b)
{
    int years = b.year - a.year;
    struct date then = a;
    then.year = b.year;
    return date_compare(b, then) < 0 ? years - 1 : years;
}

/* Civil from days, after Howard Hinnant's algorithm: March is the first month, so that leap days come last. */
struct date date_of_serial(int32_t serial)
{
    struct date none = {0, 0, 0};
    if (serial < 1 || serial == 60 || serial > 2958465) return none;
    int z = serial - 25569 + (serial < 60) + 719468; /* 25569 is 1970-01-01 */
    int era = z / 146097;
    int of_era = z - era * 146097;
    int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int m = (5 * of_year + 2) / 153;
    int month = m < 10 ? m + 3 : m - 9;
    return (struct date){(int16_t)(year_of_era + era * 400 + (month <= 2)), (uint8_t)month,
                         (uint8_t)(of_year - (153 * m + 2) / 5 + 1)};
}

static void two(struct buf *out, int v)
{
    buf_char(out, (char)('0' + v / 10));
    buf_char(out, (char)('0' + v % 10));
}

void date_write(struct buf *out, struct date d)
{
    if (!d.year) return;
    two(out, d.year / 100);
    two(out, d.year % 100);
    if (!d.month) return;
    buf_char(out, '-');
    two(out, d.month);
    if (!d.day) return;
    buf_char(out, '-');
    two(out, d.day);
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

static bool two_digits(const char *s, int *v)
{
    *v = (s[0] - '0') * 10 + (s[1] - '0');
    return is_digit(s[0]) && is_digit(s[1]);
}

bool date_iso(struct str t, struct date *out)
{
    if (t.n > 10 && (t.s[10] == 'T' || t.s[10] == ' ')) t.n = 10;
    if (t.n != 4 && t.n != 7 && t.n != 10) return false;
    int century, year, month = 0, day = 0;
    if (!two_digits(t.s, &century) || !two_digits(t.s + 2, &year)) return false;
    if (t.n >= 7 && (t.s[4] != '-' || !two_digits(t.s + 5, &month) || month == 0)) return false;
    if (t.n == 10 && (t.s[7] != '-' || !two_digits(t.s + 8, &day) || day == 0)) return false;
    *out = (struct date){(int16_t)(century * 100 + year), (uint8_t)month, (uint8_t)day};
    return date_valid(*out);
}

/* What a spelling is made of: up to three numbers with what follows each, and whether words were seen. */
enum mark { MARK_NONE, MARK_DOT, MARK_OTHER, MARK_YEAR, MARK_MONTH, MARK_DAY };
struct part {
    int64_t value;
    int digits;
    enum mark mark;
};
struct spelling {
    struct part parts[3];
    int n;
    int named; /* 1 + which part is a month by its English name, or 0 */
    bool guessed, republic, open, bad, chinese;
};

static const struct word {
    const char *text;
    enum { WORD_IDLE, WORD_VAGUE, WORD_REPUBLIC, WORD_OPEN, WORD_DOUBT } kind;
} WORDS[] = {
    {"民国", WORD_REPUBLIC}, {"至今", WORD_OPEN},   {"现在", WORD_OPEN},   {"目前", WORD_OPEN},    {"未退役", WORD_OPEN},
    {"服役中", WORD_OPEN},   {"现役", WORD_OPEN},   {"在役", WORD_OPEN},   {"上半年", WORD_VAGUE}, {"下半年", WORD_VAGUE},
    {"大约", WORD_VAGUE},    {"大概", WORD_VAGUE},  {"左右", WORD_VAGUE},  {"前后", WORD_VAGUE},   {"上旬", WORD_VAGUE},
    {"中旬", WORD_VAGUE},    {"下旬", WORD_VAGUE},  {"农历", WORD_VAGUE},  {"阴历", WORD_VAGUE},   {"约", WORD_VAGUE},
    {"春", WORD_VAGUE},      {"夏", WORD_VAGUE},    {"秋", WORD_VAGUE},    {"冬", WORD_VAGUE},     {"季", WORD_VAGUE},
    {"初", WORD_VAGUE},      {"底", WORD_VAGUE},    {"末", WORD_VAGUE},    {"公历", WORD_IDLE},    {"阳历", WORD_IDLE},
    {"公元", WORD_IDLE},     {"出生", WORD_IDLE},   {"入伍", WORD_IDLE},   {"参军", WORD_IDLE},    {"退伍", WORD_IDLE},
    {"退役", WORD_IDLE},     {"转业", WORD_IDLE},   {"复员", WORD_IDLE},   {"生于", WORD_IDLE},    {"生", WORD_IDLE},
    {"正月", WORD_VAGUE},    {"腊月", WORD_VAGUE},  {"实际", WORD_VAGUE},  {"档案", WORD_VAGUE},   {"星期一", WORD_IDLE},
    {"星期二", WORD_IDLE},   {"星期三", WORD_IDLE}, {"星期四", WORD_IDLE}, {"星期五", WORD_IDLE},  {"星期六", WORD_IDLE},
    {"星期日", WORD_IDLE},   {"星期天", WORD_IDLE}, {"不清", WORD_OPEN},   {"记不清", WORD_OPEN},  {"不记得", WORD_OPEN},
    {"忘记", WORD_OPEN},     {"忘了", WORD_OPEN},   {"不知", WORD_OPEN},   {"不明", WORD_OPEN},    {"待查", WORD_OPEN},
    {"待核", WORD_OPEN},     {"待补", WORD_OPEN},   {"了", WORD_IDLE},     {"实", WORD_IDLE},      {"？", WORD_DOUBT},
};

/* Takes a word off the front of `t`.  False when it is none that dates have. */
static bool take_word(struct spelling *s, struct str *t)
{
    if (t->s[0] == '?') {
        s->open = s->guessed = true;
        *t = str_from(*t, 1);
        return true;
    }
    if ((unsigned char)t->s[0] < 0x80) return false; /* no other word begins so */
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct str w = str_of(WORDS[i].text);
        if (!str_starts(*t, w)) continue;
        if (WORDS[i].kind == WORD_VAGUE || WORDS[i].kind == WORD_DOUBT) s->guessed = true;
        if (WORDS[i].kind == WORD_REPUBLIC) s->republic = true;
        if (WORDS[i].kind == WORD_OPEN || WORDS[i].kind == WORD_DOUBT) s->open = true;
        *t = str_from(*t, w.n);
        return true;
    }
    return false;
}

static int plain_digit(uint32_t c)
{
    if (c >= '0' && c <= '9') return (int)c - '0';
    if (c >= 0xFF10 && c <= 0xFF19) return (int)c - 0xFF10;
    return -1;
}

/* Jun, June, SEP: the month, and how long its name is; 0 for any other word. */
static int english_month(struct str t, size_t *n)
{
    static const char MONTHS[] =
        "january  february march    april    may      june     july     august   septemberoctober  november december ";
    size_t letters = 0;
    while (letters < t.n && ((t.s[letters] | 32) >= 'a' && (t.s[letters] | 32) <= 'z')) letters++;
    *n = letters;
    if (letters < 3 || letters > 9) return 0;
    for (int m = 0; m < 12; m++) {
        size_t same = 0;
        while (same < letters && (t.s[same] | 32) == MONTHS[m * 9 + (int)same]) same++;
        bool whole = letters == 9 || MONTHS[m * 9 + (int)letters] == ' ';
        if (same == letters && (whole || letters == 3 || (letters == 4 && m == 8))) return m + 1;
    }
    return 0;
}

/* Takes the English name of a month, or 元月. */
static bool take_month(struct spelling *s, struct str *t)
{
    size_t n = 3;
    int month = str_starts(*t, STR("元月")) ? 1 : 0;
    bool english = !month && (month = english_month(*t, &n)) != 0;
    if (!month) return false;
    *t = str_from(*t, n);
    if (s->n == 3 || (english && s->named)) {
        s->bad = true;
        return true;
    }
    s->parts[s->n++] = (struct part){month, 1, english ? MARK_MONTH : MARK_NONE};
    if (english) s->named = s->n;
    return true;
}

/* Takes a remark in brackets that has no number in it: (档案), （冬季兵）. */
static bool take_bracket(struct spelling *s, struct str *t)
{
    size_t open = t->s[0] == '(' || t->s[0] == '[' ? 1 : str_starts(*t, STR("（")) || str_starts(*t, STR("【")) ? 3 : 0;
    if (!open) return false;
    for (size_t i = open; i < t->n;) {
        uint32_t c = text_next(*t, &i);
        if ((c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19)) return false;
        if (c != ')' && c != ']' && c != 0xFF09 && c != 0x3011) continue;
        s->guessed = true;
        *t = str_from(*t, i);
        return true;
    }
    return false;
}

/* Takes a number: Arabic digits of either width, or Chinese numerals. */
static bool take_number(struct spelling *s, struct str *t)
{
    struct part p = {0, 0, MARK_NONE};
    size_t i = 0, end = 0;
    while (i < t->n) {
        int d = plain_digit(text_next(*t, &i));
        if (d < 0) break;
        if (p.digits < 18) p.value = p.value * 10 + d;
        p.digits++;
        end = i;
    }
    if (!end) {
        end = number_chinese(*t, &p.value, &p.digits);
        if (!end) return false;
        s->chinese = true;
    }
    *t = str_from(*t, end);
    if (s->n == 3) s->bad = true;
    else s->parts[s->n++] = p;
    return true;
}

static enum mark mark_of(uint32_t c)
{
    switch (c) {
    case 0x5E74: return MARK_YEAR;  /* 年 */
    case 0x6708: return MARK_MONTH; /* 月 */
    case 0x65E5:
    case 0x53F7: return MARK_DAY; /* 日 号 */
    case '.':
    case 0xFF0E: return MARK_DOT;
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '-':
    case '/':
    case '\\':
    case ',':
    case '_':
    case '~':
    case '\'':
    case '`':
    case 0xA0:
    case 0xB7:
    case 0xD7:
    case 0x2018:
    case 0x2019:
    case 0x3000:
    case 0x3001:
    case 0x3002:
    case 0xFF0C:
    case 0xFF0F:
    case 0xFF3C:
    case 0x2022:
    case 0x30FB:
    case 0x4EFD: /* 份 */
    case 0x200B:
    case 0xFEFF: return MARK_OTHER;
    default: return text_is_dash(c) ? MARK_OTHER : MARK_NONE;
    }
}

static void take_mark(struct spelling *s, struct str *t)
{
    size_t i = 0;
    enum mark m = mark_of(text_next(*t, &i));
    if (m == MARK_NONE) {
        s->bad = true;
        return;
    }
    /* The first mark after a number counts, but 年 月 日 tell more than a blank. */
    if (s->n) {
        struct part *p = &s->parts[s->n - 1];
        if (p->mark == MARK_NONE || (m >= MARK_YEAR && p->mark < MARK_YEAR)) p->mark = m;
    } else if (m >= MARK_YEAR) {
        s->bad = true;
    }
    *t = str_from(*t, i);
}

/* The text before a time of day: "1985/6/1 0:00", "1985-06-01T08:30:00", "1985/6/1 上午12:00". */
static struct str without_time(struct str t)
{
    const char *colon = t.n ? memchr(t.s, ':', t.n) : NULL;
    if (!colon) return t;
    size_t end = (size_t)(colon - t.s);
    while (end && t.s[end - 1] >= '0' && t.s[end - 1] <= '9') end--;
    struct str before = str_head(t, end);
    if (str_ends(before, STR("上午")) || str_ends(before, STR("下午"))) end -= 6;
    if (end && (t.s[end - 1] == ' ' || t.s[end - 1] == 'T')) t.n = end - 1;
    return t;
}

static struct spelling spell(struct str t)
{
    struct spelling s = {0};
    t = without_time(t);
    while (t.n && !s.bad)
        if (!take_month(&s, &t) && !take_number(&s, &t) && !take_word(&s, &t) && !take_bracket(&s, &t)) take_mark(&s, &t);
    return s;
}

static int full_year(int64_t y, int latest)
{
    return (int)(2000 + y <= (latest ? latest : TWO_DIGITS_LATEST) ? 2000 + y : 1900 + y);
}

static bool is_year(int64_t y)
{
    return y >= FIRST_YEAR && y <= LAST_YEAR;
}

static enum date_verdict settle(struct date_reading *r, int64_t year, int64_t month, int64_t day)
{
    if (!is_year(year) || month < 0 || month > 12 || day < 0 || day > 31) return DATE_BAD;
    if (month == 0) day = 0; /* 1985.00.00: what is not known is typed as nought */
    r->date = (struct date){(int16_t)year, (uint8_t)month, (uint8_t)day};
    return date_valid(r->date) ? DATE_GOOD : DATE_BAD;
}

/* Month and day typed together, 615 or 0615: only if there is one way to read them. */
static enum date_verdict settle_together(struct date_reading *r, int64_t year, int64_t md, int digits)
{
    if (digits == 4) return settle(r, year, md / 100, md % 100);
    struct date_reading a = *r, b = *r;
    bool one = md / 100 > 0 && md % 100 > 0 && settle(&a, year, md / 100, md % 100) == DATE_GOOD;
    bool two_digit = md / 10 > 9 && md % 10 > 0 && settle(&b, year, md / 10, md % 10) == DATE_GOOD;
    if (one == two_digit) return DATE_BAD;
    r->date = one ? a.date : b.date;
    r->guessed = true;
    return DATE_GOOD;
}

static enum date_verdict settle_one(struct date_reading *r, const struct part *p, int latest)
{
    int64_t v = p->value;
    switch (p->digits) {
    case 14: return settle(r, v / 10000000000, v / 100000000 % 100, v / 1000000 % 100);
    case 8: return settle(r, v / 10000, v / 100 % 100, v % 100);
    case 7: return is_year(v / 1000) ? settle_together(r, v / 1000, v % 1000, 3) : DATE_BAD;
    case 6:
        if (is_year(v / 100) && v % 100 <= 12) return settle(r, v / 100, v % 100, 0);
        r->guessed = true;
        return settle(r, full_year(v / 10000, latest), v / 100 % 100, v % 100);
    case 5:
        if (v < FIRST_SERIAL || v > LAST_SERIAL) return DATE_BAD;
        r->date = date_of_serial((int32_t)v);
        if (is_year(v / 10) && v % 10) r->other = (struct date){(int16_t)(v / 10), (uint8_t)(v % 10), 0};
        return DATE_GOOD;
    case 4:
        if (is_year(v)) return settle(r, v, 0, 0);
        if (p->mark == MARK_YEAR || v % 100 < 1 || v % 100 > 12) return DATE_BAD;
        r->guessed = true;
        return settle(r, full_year(v / 100, latest), v % 100, 0);
    case 2:
        if (p->mark != MARK_YEAR) return DATE_BAD;
        r->guessed = true;
        return settle(r, full_year(v, latest), 0, 0);
    default: return DATE_BAD;
    }
}

static enum date_verdict settle_two(struct date_reading *r, const struct part *a, const struct part *b, int latest)
{
    if (a->mark == MARK_MONTH || (b->mark == MARK_DAY && b->digits <= 2) || b->mark == MARK_YEAR) {
        if (!(b->digits == 4 && is_year(b->value) && a->value <= 12)) return DATE_BAD;
    }
    if (is_year(a->value) && a->digits == 4) {
        if (b->digits > 2) return b->digits <= 4 ? settle_together(r, a->value, b->value, b->digits) : DATE_BAD;
        if (a->mark == MARK_DOT && b->digits == 1 && b->value == 1 && b->mark == MARK_NONE)
            r->other = (struct date){(int16_t)a->value, 10, 0}; /* a spreadsheet makes 1985.1 of 1985.10 */
        return settle(r, a->value, b->value, 0);
    }
    r->guessed = true;
    if (b->digits == 4 && is_year(b->value) && a->digits <= 2) return a->value ? settle(r, b->value, a->value, 0) : DATE_BAD;
    if (a->digits == 2 && b->digits <= 2 && (a->value > 12 || a->mark == MARK_YEAR))
        return settle(r, full_year(a->value, latest), b->value, 0);
    return DATE_BAD;
}

static enum date_verdict settle_three(struct date_reading *r, const struct part p[3], int latest)
{
    if (p[1].digits > 2) return DATE_BAD;
    if (p[0].digits == 4) return is_year(p[0].value) && p[2].digits <= 2 ? settle(r, p[0].value, p[1].value, p[2].value) : DATE_BAD;
    if (p[0].digits > 2) return DATE_BAD;
    r->guessed = true;
    int64_t a = p[0].value, b = p[1].value, year = p[2].value;
    bool last_is_year = (p[2].digits == 4 && is_year(year)) || (p[2].digits == 2 && year > 31);
    if (last_is_year) {
        if (p[2].digits == 2) year = full_year(year, latest);
        if (a == 0 || b == 0) return DATE_BAD;
        if (a > 12) return settle(r, year, b, a);
        return b > 12 || a == b ? settle(r, year, a, b) : DATE_BAD; /* 3/4/1985 may be either */
    }
    if (p[0].digits != 2 || p[2].digits > 2) return DATE_BAD;
    return settle(r, full_year(a, latest), b, p[2].value);
}

/* Jun-85, 15-Jun-1985, Jun 1, 1985: the month is sure; of two other numbers the year is the longer one, else the last. */
static enum date_verdict settle_named(struct date_reading *r, const struct spelling *s, int latest)
{
    int month = s->named - 1, other[2], n = 0;
    for (int i = 0; i < s->n; i++)
        if (i != month && n < 2) other[n++] = i;
    if (!n) return DATE_BAD;
    const struct part *year = &s->parts[other[n - 1]], *day = n == 2 ? &s->parts[other[0]] : NULL;
    if (day && day->digits == 4) {
        const struct part *swap = year;
        year = day;
        day = swap;
    }
    if ((year->digits != 4 && year->digits != 2) || (day && day->digits > 2)) return DATE_BAD;
    r->guessed |= year->digits == 2;
    return settle(r, year->digits == 4 ? year->value : full_year(year->value, latest), s->parts[month].value, day ? day->value : 0);
}

/* 1900-01-00, 1900/1/0: a nought, or a blank, in a cell of dates. */
static bool is_nought(const struct spelling *s)
{
    const struct part *p = s->parts;
    return s->n == 3 && p[0].value == 1900 && p[1].value <= 1 && p[2].value == 0 && p[2].digits;
}

enum date_verdict date_read(struct str text, int latest, struct date_reading *out)
{
    *out = (struct date_reading){{0, 0, 0}, {0, 0, 0}, false, false};
    text = str_trim(text);
    if (date_iso(text, &out->date)) {
        out->rewritten = text.n > 10;
        return is_year(out->date.year) ? DATE_GOOD : DATE_BAD;
    }
    out->date = out->other;
    if (text.n == 0 || text.n > 96) return DATE_BAD;
    struct spelling s = spell(text);
    if (s.bad) return DATE_BAD;
    out->rewritten = true;
    if (s.n == 0) return s.open ? DATE_NONE : DATE_BAD;
    if (is_nought(&s)) return DATE_NONE;
    if (s.republic && s.parts[0].value < 200) {
        s.parts[0].value += 1911;
        s.parts[0].digits = 4;
    }
    out->guessed = s.guessed;
    enum date_verdict v = s.named    ? settle_named(out, &s, latest)
                          : s.n == 1 ? settle_one(out, &s.parts[0], latest)
                          : s.n == 2 ? settle_two(out, &s.parts[0], &s.parts[1], latest)
                                     : settle_three(out, s.parts, latest);
    if (v == DATE_GOOD && !is_year(out->date.year)) v = DATE_BAD;
    if (v == DATE_BAD) out->date = out->other = (struct date){0, 0, 0};
    return v;
}

/* 1985.06, 1985.6, 1985.12, 1985.0615 as a binary fraction. */
static enum date_verdict read_fraction(double v, struct date_reading *r)
{
    int year = (int)v;
    double hundredths = (v - year) * 100;
    int m = (int)(hundredths + 0.5);
    double off = hundredths - m;
    if (off > 1e-4 || off < -1e-4) {
        int md = (int)((v - year) * 10000 + 0.5);
        double rest = (v - year) * 10000 - md;
        return rest < 1e-2 && rest > -1e-2 && md >= 100 ? settle(r, year, md / 100, md % 100) : DATE_BAD;
    }
    if (m == 10) { /* .1: January, or October without its nought.  Only the year is sure. */
        r->guessed = true;
        return settle(r, year, 0, 0);
    }
    return settle(r, year, m % 10 == 0 ? m / 10 : m, 0);
}

enum date_verdict date_read_number(struct str digits, int latest, struct date_reading *out)
{
    *out = (struct date_reading){{0, 0, 0}, {0, 0, 0}, true, false};
    char text[40];
    digits = str_trim(digits);
    if (digits.n == 0 || digits.n >= sizeof text) return DATE_BAD;
    memcpy(text, digits.s, digits.n);
    text[digits.n] = 0;
    char *end;
    double v = strtod(text, &end);
    if (end != text + digits.n || !(v > 0 && v < 1e15)) return DATE_BAD;
    int64_t whole = (int64_t)(v + 1e-9);
    bool is_whole = v - (double)whole < 1e-9;
    if (is_whole) {
        struct part p = {whole, 0, MARK_NONE};
        for (int64_t w = whole; w; w /= 10) p.digits++;
        enum date_verdict verdict = settle_one(out, &p, latest);
        if (whole < 10000) out->rewritten = false;
        return verdict;
    }
    if (v >= FIRST_YEAR && v < LAST_YEAR + 1) return read_fraction(v, out);
    if (v >= FIRST_SERIAL && v <= LAST_SERIAL) {
        out->date = date_of_serial((int32_t)whole);
        return DATE_GOOD;
    }
    if (v >= 13 && v < 100) {
        out->guessed = true;
        return read_fraction(full_year(whole, latest) + (v - (double)whole), out);
    }
    return DATE_BAD;
}
