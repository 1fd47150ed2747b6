#include "ledger/phone.h"

#include "base/number.h"
#include "base/text.h"

enum { GROUPS = 16, DIGITS = 32, LONGEST = 400, LONGEST_REMARK = 4 };

bool phone_is_mobile(struct str t)
{
    if (t.n != 11 || t.s[0] != '1' || t.s[1] < '3' || t.s[1] > '9') return false;
    for (size_t i = 2; i < 11; i++)
        if (t.s[i] < '0' || t.s[i] > '9') return false;
    return true;
}

/* A run of digits, and whether an extension mark (转, 分机) stands before it. */
struct group {
    char digits[DIGITS];
    size_t n;
    bool extension;
    bool remark; /* a word follows, and it is too short to be a number: 2楼邻居 */
};
/* What stands between two strong separators. */
struct piece {
    struct group groups[GROUPS];
    size_t n;
};

static bool landline(struct str t, struct buf *out)
{
    if (t.n < 10 || t.n > 12 || t.s[0] != '0') return false;
    size_t area = t.s[1] == '1' || t.s[1] == '2' ? 3 : 4;
    if (t.s[1] == '0' || (t.s[1] == '1' && t.s[2] != '0')) return false;
    size_t rest = t.n - area;
    if ((rest != 7 && rest != 8) || t.s[area] < '2') return false;
    buf_add(out, t.s, area);
    buf_char(out, '-');
    buf_add(out, t.s + area, rest);
    return true;
}

static bool one_number(struct str t, bool lost_nought, struct buf *out)
{
    if (str_starts(t, STR("0086"))) t = str_from(t, 4);
    else if (t.n >= 12 && str_starts(t, STR("86"))) t = str_from(t, 2), lost_nought = true;
    if (t.n == 12 && t.s[0] == '0' && phone_is_mobile(str_from(t, 1))) t = str_from(t, 1);
    bool service = t.n == 10 && (str_starts(t, STR("400")) || str_starts(t, STR("800")));
    bool local = (t.n == 7 || t.n == 8) && t.s[0] >= '2';
    if (phone_is_mobile(t) || service || local) {
        buf_str(out, t);
        return true;
    }
    if (landline(t, out)) return true;
    if (!lost_nought || t.n < 9 || t.n > 11) return false;
    char with[16] = "0";
    memcpy(with + 1, t.s, t.n);
    return landline((struct str){with, t.n + 1}, out);
}

/* Groups [from, to) as one number, perhaps with an extension last. */
static bool joined(const struct piece *p, size_t from, size_t to, bool lost_nought, struct buf *out)
{
    char all[DIGITS * 2];
    size_t n = 0, start = out->n;
    size_t body = to;
    const struct group *first = &p->groups[from], *last = &p->groups[to - 1];
    bool extended = to - from >= 2 && last->n <= 6 && (last->extension || first->digits[0] == '0');
    for (int attempt = 0; attempt < 2; attempt++) {
        if (attempt == 1) {
            if (!extended) return false;
            body = to - 1;
        }
        bool marked = false;
        n = 0;
        for (size_t i = from; i < body; i++) {
            if (n + p->groups[i].n > sizeof all) return false;
            memcpy(all + n, p->groups[i].digits, p->groups[i].n);
            n += p->groups[i].n;
            marked |= i > from && p->groups[i].extension;
        }
        out->n = start;
        if (marked || !one_number((struct str){all, n}, lost_nought, out)) continue;
        if (attempt == 1 && phone_is_mobile((struct str){out->s + start, out->n - start})) continue; /* mobiles have none */
        if (attempt == 1) {
            buf_put(out, "转");
            buf_add(out, p->groups[body].digits, p->groups[body].n);
        }
        return true;
    }
    out->n = start;
    return false;
}

/* Is `number` among those from `first` on? */
static bool known(const struct buf *out, size_t first, struct str number)
{
    struct str rest = str_from(buf_slice(out), first);
    while (rest.n) {
        const char *end = memchr(rest.s, ';', rest.n);
        struct str one = end ? str_head(rest, (size_t)(end - rest.s)) : rest;
        if (str_eq(one, number)) return true;
        rest = str_from(rest, one.n + 1);
    }
    return false;
}

static void append(struct buf *out, size_t first, struct str number)
{
    if (known(out, first, number)) return;
    if (out->n > first) buf_char(out, ';');
    buf_str(out, number);
}

/* 1380000000113900000002: two numbers that nothing keeps apart. */
static bool two_in_one(const struct piece *p, struct buf *found)
{
    enum { MOBILE = 11 };
    const struct group *g = &p->groups[0];
    struct str all = {g->digits, g->n}, first = str_head(all, MOBILE), second = str_from(all, MOBILE);
    if (p->n != 1 || g->n != 2 * MOBILE || !phone_is_mobile(first) || !phone_is_mobile(second)) return false;
    buf_str(found, first);
    buf_char(found, ';');
    buf_str(found, second);
    buf_char(found, ';');
    return true;
}

/* Splits a piece into numbers, as few as will do: 158 0370 8805 is one, 13800000000 13900000000 are two.  Appends each number
 * with a ';' after it.  False when the groups cannot all be used. */
static bool split(const struct piece *p, size_t from, bool lost_nought, struct buf *found)
{
    if (from == p->n) return true;
    for (size_t to = p->n; to > from; to--) {
        size_t start = found->n;
        if (joined(p, from, to, lost_nought, found)) {
            buf_char(found, ';');
            if (split(p, to, lost_nought, found)) return true;
        }
        found->n = start;
    }
    return false;
}

struct reading {
    struct buf *out;
    size_t first;
    struct buf found;
    bool good, bad, lost_nought;
};

static bool numbers_of(const struct piece *p, bool lost_nought, struct buf *found)
{
    enum { MOST_TO_SPLIT = 8 };
    if (p->n <= MOST_TO_SPLIT) return split(p, 0, lost_nought, found) || two_in_one(p, found);
    bool good = joined(p, 0, p->n, lost_nought, found); /* 1 3 8 0 0 ...: every digit by itself */
    if (good) buf_char(found, ';');
    return good;
}

static void end_piece(struct reading *r, struct piece *p)
{
    while (p->n && p->groups[p->n - 1].remark && !p->groups[p->n - 1].extension) p->n--;
    if (p->n == 0) return;
    r->found.n = 0;
    if (numbers_of(p, r->lost_nought, &r->found)) {
        r->good = true;
        for (struct str rest = buf_slice(&r->found); rest.n;) {
            struct str one = str_head(rest, (size_t)((const char *)memchr(rest.s, ';', rest.n) - rest.s));
            append(r->out, r->first, one);
            rest = str_from(rest, one.n + 1);
        }
    } else {
        r->bad = true;
    }
    p->n = 0;
}

enum kind { KIND_WEAK, KIND_STRONG, KIND_EXTENSION };
static enum kind kind_of(uint32_t c)
{
    switch (c) {
    case ' ':
    case '-':
    case '(':
    case ')':
    case '.':
    case '_':
    case '*':
    case '\t':
    case '\'':
    case 0xA0:
    case 0xB7:
    case 0x200B:
    case 0xFEFF:
    case 0x2018:
    case 0x2019:
    case 0x3000:
    case 0xFF08:
    case 0xFF09:
    case 0xFF0E: return KIND_WEAK;
    case 0x8F6C:
    case 'x':
    case 'X':
    case '#': return KIND_EXTENSION; /* 转 */
    default: return text_is_dash(c) ? KIND_WEAK : KIND_STRONG;
    }
}

/* O and l among digits are 0 and 1 that were mistyped. */
static uint32_t digit_of(uint32_t c, bool beside_digit)
{
    if (c >= 0xFF10 && c <= 0xFF19) return c - 0xFEE0;
    if (!beside_digit) return c;
    return c == 'O' || c == 'o' ? '0' : c == 'l' || c == 'I' || c == '|' ? '1' : c;
}

static bool digit_follows(struct str text, size_t i)
{
    if (i >= text.n) return false;
    uint32_t c = text_next(text, &i);
    return (c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19);
}

/* Of a word, and no full-width comma. */
static bool is_word(uint32_t c)
{
    return c >= 0x3400 && c < 0xF900;
}

static void read_all(struct reading *r, struct str text)
{
    struct piece p = {.n = 0};
    bool open = false, extension = false;
    for (size_t i = 0; i < text.n;) {
        uint32_t c = text_next(text, &i);
        c = digit_of(c, (c == 'O' || c == 'o' || c == 'l' || c == 'I') && digit_follows(text, i));
        if (c >= '0' && c <= '9') {
            if (!open) {
                if (p.n == GROUPS) {
                    r->bad = true;
                    return;
                }
                p.groups[p.n++] = (struct group){.extension = extension};
                extension = false;
                open = true;
            }
            struct group *g = &p.groups[p.n - 1];
            if (g->n < DIGITS) g->digits[g->n++] = (char)c;
            continue;
        }
        enum kind k = kind_of(c);
        if (open && k == KIND_STRONG && is_word(c)) p.groups[p.n - 1].remark = p.groups[p.n - 1].n <= LONGEST_REMARK;
        open = false;
        if (k == KIND_EXTENSION) extension = true;
        if (k == KIND_STRONG) end_piece(r, &p);
    }
    end_piece(r, &p);
}

static bool says_none(struct str text)
{
    size_t at;
    return str_find(text, STR("无"), &at) || str_find(text, STR("没"), &at) || str_find(text, STR("未"), &at);
}

enum phone_verdict phone_read(struct str text, bool number, struct buf *out)
{
    text = str_trim(text);
    if (phone_is_mobile(text)) {
        buf_str(out, text);
        return PHONE_GOOD;
    }
    if (text.n > LONGEST) return PHONE_BAD;
    struct number_reading plain;
    struct str digits = str_ends(text, STR(".0")) ? str_head(text, text.n - 2) : text;
    size_t at;
    /* 1.38E+10 in a text: the digits that it does not show are gone */
    if (!number && str_find(text, STR("E+"), &at) && at < 12) return PHONE_BAD;
    if (number || digits.n < text.n || (str_find(text, STR("E+"), &at) && at > 2)) {
        if (number_read(digits, &plain)) digits = (struct str){plain.text, plain.n};
    }
    struct reading r = {.out = out, .first = out->n, .lost_nought = number};
    read_all(&r, digits);
    buf_free(&r.found);
    if (r.good) return r.bad ? PHONE_SOME : PHONE_GOOD;
    return !r.bad && says_none(text) ? PHONE_NONE : PHONE_BAD;
}
