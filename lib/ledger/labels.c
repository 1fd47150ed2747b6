#include "ledger/labels.h"

#include "base/text.h"

/* 12号, 12#: what follows it is the kind of a number, and labels nothing. */
static bool ends_in_number(struct str s)
{
    return s.n && ((s.s[s.n - 1] >= '0' && s.s[s.n - 1] <= '9') || s.s[s.n - 1] == '#' || str_ends(s, STR("号")));
}

/* F 身份证号: a Latin letter before Han characters is the end of a value. */
static bool begins_in_letter(struct str s)
{
    return ((s.s[0] | 32) >= 'a' && (s.s[0] | 32) <= 'z') && (unsigned char)s.s[s.n - 1] >= 0x80;
}

/* The heading that stands after the last blank or mark of a text, if it is one by itself and has two characters: *at is where. */
static uint32_t after_mark(const struct words *w, struct str s, size_t *at)
{
    static const char *const MARKS[] = {" ", "　", ",", "，", ";", "；", "、", "|", NULL};
    size_t i = 0;
    for (size_t k = 0; k < s.n; k++) {
        size_t n = words_begin(str_from(s, k), MARKS);
        if (n) i = k + n;
    }
    struct str last = str_from(s, i);
    *at = i;
    uint32_t field = i && last.n >= 6 ? words_heading(w, last) : COLUMN_UNKNOWN;
    return field == COLUMN_BLANK ? COLUMN_UNKNOWN : field;
}

/* The longest end of the text before a colon that is a heading of the ledger: in 云翠社区网格:3 it is 网格. */
static uint32_t label_before(const struct words *w, struct str text, size_t *begin)
{
    size_t from = text.n, start[12];
    size_t n = 0;
    /* the beginnings of its last characters, nearest first */
    while (from > 0 && n < 12) {
        from--;
        while (from > 0 && ((unsigned char)text.s[from] & 0xC0) == 0x80) from--;
        if (text.s[from] == '(' || str_starts(str_from(text, from), STR("（"))) break; /* 12号楼（楼长：… labels no building */
        start[n++] = from;
    }
    for (size_t k = n; k-- > 0;) {
        struct str end = str_from(text, start[k]);
        if (end.s[0] == ' ' || begins_in_letter(end) || ends_in_number(str_head(text, start[k]))) continue;
        uint32_t field = words_heading(w, end);
        if (field == COLUMN_UNKNOWN || field == COLUMN_BLANK) continue;
        /* 社区：第一社区 网格：3 labels a grid; but 身 份 证 号 is one word */
        uint32_t shorter = after_mark(w, end, begin);
        if (shorter == COLUMN_UNKNOWN) *begin = 0;
        *begin += start[k];
        return shorter != COLUMN_UNKNOWN ? shorter : field;
    }
    return COLUMN_UNKNOWN;
}

static size_t colon_at(struct str s, size_t from, size_t *length)
{
    for (size_t i = from; i < s.n; i++) {
        if (s.s[i] == ':') {
            *length = 1;
            return i;
        }
        if (str_starts(str_from(s, i), STR("："))) {
            *length = 3;
            return i;
        }
    }
    *length = 0;
    return s.n;
}

/* Where the word before a colon begins: after the last blank.  0 when there is none, or when it is the hour of a time. */
static size_t word_before(struct str s)
{
    if (s.n && s.s[s.n - 1] >= '0' && s.s[s.n - 1] <= '9') return 0;
    size_t i = s.n;
    while (i > 0 && (unsigned char)s.s[i - 1] > ' ' && !str_ends(str_head(s, i), STR("　"))) i--;
    return i;
}

/* The bytes that the value at the start of `s` takes. */
static size_t value_length(const struct words *w, struct str s)
{
    size_t length, next = colon_at(s, 0, &length);
    for (; next < s.n; next = colon_at(s, next + length, &length)) {
        size_t begin = 0;
        struct str before = str_head(s, next);
        if (label_before(w, before, &begin) != COLUMN_UNKNOWN) return begin;
        if ((begin = word_before(before)) > 0) return begin;
    }
    return s.n;
}

bool labels_next(const struct words *w, struct str text, size_t *from, struct labelled *out)
{
    size_t length, at = colon_at(text, *from, &length), begin = 0;
    if (!length) return false;
    struct str before = {text.s + *from, at - *from};
    out->field = label_before(w, before, &begin);
    if (out->field == COLUMN_UNKNOWN) begin = word_before(before);
    out->label = str_trim(str_from(before, begin));
    struct str rest = str_from(text, at + length);
    size_t n = value_length(w, rest);
    out->value = str_trim(str_head(rest, n));
    *from = at + length + n;
    return true;
}
