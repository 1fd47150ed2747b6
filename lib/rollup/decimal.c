#include "rollup/decimal.h"

enum { FRACTION = 9, WHOLE = 19 };

static const decimal ONE = 1000000000;

/* The digits of s as one number, and where its point stands, counted from the end. */
struct digits {
    decimal value;
    int after_point, significant;
    bool any, point;
};

static bool take_digits(struct str s, size_t *at, struct digits *d)
{
    for (; *at < s.n; ++*at) {
        char c = s.s[*at];
        if (c >= '0' && c <= '9') {
            d->any = true;
            if (d->significant || c != '0') d->significant++;
            if (d->significant > WHOLE + FRACTION) return false;
            d->value = d->value * 10 + (c - '0');
            if (d->point) d->after_point++;
        } else if (c == '.' && !d->point) {
            d->point = true;
        } else if (!(c == ',' && d->any && !d->point)) {
            break;
        }
    }
    return d->any;
}

static bool take_exponent(struct str s, size_t *at, int *exponent)
{
    *exponent = 0;
    if (*at >= s.n || (s.s[*at] != 'e' && s.s[*at] != 'E')) return true;
    size_t i = *at + 1;
    bool negative = i < s.n && s.s[i] == '-', any = false;
    if (i < s.n && (s.s[i] == '-' || s.s[i] == '+')) i++;
    for (; i < s.n && s.s[i] >= '0' && s.s[i] <= '9' && *exponent < 100; i++) {
        *exponent = *exponent * 10 + (s.s[i] - '0');
        any = true;
    }
    if (negative) *exponent = -*exponent;
    *at = i;
    return any;
}

bool decimal_parse(struct str s, decimal *out)
{
    s = str_trim(s);
    size_t at = 0;
    bool negative = s.n && s.s[0] == '-';
    if (s.n && (s.s[0] == '-' || s.s[0] == '+')) at++;
    struct digits d = {0};
    int exponent;
    if (!take_digits(s, &at, &d) || !take_exponent(s, &at, &exponent) || at != s.n) return false;
    int scale = FRACTION - d.after_point + exponent; /* what the digits are to be multiplied by, as a power of ten */
    for (; scale < 0; scale++) {
        if (d.value % 10) return false;
        d.value /= 10;
    }
    const decimal limit = (decimal)10000000000000000000u * ONE;
    for (; scale > 0 && d.value; scale--) {
        if (d.value >= limit / 10) return false;
        d.value *= 10;
    }
    if (d.value >= limit) return false;
    *out = negative ? -d.value : d.value;
    return true;
}

static void whole_digits(struct buf *out, unsigned __int128 v)
{
    char digits[40];
    size_t n = 0;
    do digits[n++] = (char)('0' + (int)(v % 10));
    while ((v /= 10) != 0);
    while (n) buf_char(out, digits[--n]);
}

void decimal_format(struct buf *out, decimal v)
{
    unsigned __int128 u = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
    if (v < 0) buf_char(out, '-');
    whole_digits(out, u / (unsigned __int128)ONE);
    unsigned fraction = (unsigned)(u % (unsigned __int128)ONE);
    if (!fraction) return;
    char digits[FRACTION];
    int n = FRACTION;
    for (int i = FRACTION; i--; fraction /= 10) digits[i] = (char)('0' + fraction % 10);
    while (digits[n - 1] == '0') n--;
    buf_char(out, '.');
    buf_add(out, digits, (size_t)n);
}

void decimal_percent(struct buf *out, uint64_t part, uint64_t whole)
{
    if (!whole) return;
    unsigned __int128 tenths = ((unsigned __int128)part * 2000 + whole) / ((unsigned __int128)whole * 2);
    whole_digits(out, tenths / 10);
    buf_char(out, '.');
    buf_char(out, (char)('0' + (int)(tenths % 10)));
}
