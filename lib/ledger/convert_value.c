/* One cell, by the role of its field. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "ledger/codes.h"
#include "ledger/convert_own.h"
#include "ledger/phone.h"

enum { MISSING_LONGEST = 24, YOUNGEST_BIRTH = 10 };

/* ---- verdicts ---- */

struct verdict *convert_judge(struct converter *c, const struct field *f, enum diag_code code, struct str value)
{
    enum severity severity = diag_severity(code);
    if (severity == SEV_NOTICE && !c->options.notices) return NULL;
    if (severity == SEV_WARNING && c->options.strict) severity = SEV_PERSON;
    mem_grow(&c->verdicts, &c->cap, c->n + 1, sizeof *c->verdicts);
    struct verdict *v = &c->verdicts[c->n++];
    *v = (struct verdict){code, severity, f->index, NULL, value, {NULL, 0}};
    return v;
}

/* The value will not do: it stays as typed. */
static struct verdict *refuse(struct converter *c, const struct field *f, enum diag_code code, struct str text)
{
    c->values[f->index] = (struct str){NULL, 0};
    c->typed[f->index] = text;
    return convert_judge(c, f, code, text);
}

void verdict_hint(struct verdict *v, struct str text)
{
    if (v) v->hint = text;
}

struct str convert_keep(struct converter *c, struct str text)
{
    return str_copy(&c->row, text);
}

static struct str date_text(struct converter *c, struct date d)
{
    c->scratch.n = 0;
    date_write(&c->scratch, d);
    return convert_keep(c, buf_slice(&c->scratch));
}

/* ---- what an empty cell looks like ---- */

unsigned missing_slot(struct str t)
{
    uint32_t h = (unsigned char)t.s[0];
    if (t.n > 1) h |= (uint32_t)(unsigned char)t.s[1] << 8;
    if (t.n > 2) h |= (uint32_t)(unsigned char)t.s[2] << 16;
    return h * 2654435761u >> 20;
}

static bool is_missing(struct converter *c, struct str text)
{
    if (text.n > MISSING_LONGEST || !c->missing[missing_slot(text)]) return false;
    c->scratch.n = 0;
    text_heading_key(&c->scratch, text);
    return c->scratch.n == 0 || map_find(&c->s->missing_keys, buf_slice(&c->scratch));
}

/* Is it one of the words that mean "nothing to say" in this column alone? */
static bool is_missing_here(struct converter *c, const struct field *f, struct str text)
{
    if (!f->missing.n || text.n > MISSING_LONGEST) return false;
    c->scratch.n = 0;
    text_heading_key(&c->scratch, text);
    return map_find(&f->missing, buf_slice(&c->scratch)) != NULL;
}

/* ---- text ---- */

/* Nothing to fold: ASCII without controls, and the Han characters of everyday. */
static bool is_plain(struct str t)
{
    const unsigned char *p = (const unsigned char *)t.s, *end = p + t.n;
    while (p < end) {
        if (*p < 0x80) {
            if (*p < ' ' || *p == 0x7F) return false;
            p++;
        } else if (end - p >= 3 && ((*p >= 0xE5 && *p <= 0xE9) || (*p == 0xE4 && p[1] >= 0xB8))) {
            p += 3;
        } else {
            return false;
        }
    }
    return true;
}

/* Surely no blank of any kind at either end. */
static bool ends_plainly(struct str t)
{
    unsigned char first = (unsigned char)t.s[0], last = (unsigned char)t.s[t.n - 1];
    bool starts = (first > ' ' && first < 0x80) || (first >= 0xE4 && first <= 0xE9);
    return starts && last > ' ' && last != 0x80 && last != 0x8B && last != 0xA0 && last != 0xBF;
}

static bool is_all_han(struct str t)
{
    const unsigned char *p = (const unsigned char *)t.s;
    if (t.n % 3) return false;
    for (size_t i = 0; i < t.n; i += 3)
        if (!((p[i] >= 0xE5 && p[i] <= 0xE9) || (p[i] == 0xE4 && p[i + 1] >= 0xB8))) return false;
    return true;
}

static bool fits_length(struct converter *c, const struct field *f, struct str value, struct str text)
{
    if (f->min_length && text_length(value) < f->min_length) {
        verdict_hint(refuse(c, f, DIAG_FORMAT_INVALID, text), f->hint.n ? f->hint : STR("-"));
        return false;
    }
    if (!f->max_length || value.n <= f->max_length || text_length(value) <= f->max_length) return true;
    struct verdict *v = refuse(c, f, DIAG_TOO_LONG, text);
    if (v) {
        c->scratch.n = 0;
        buf_int(&c->scratch, f->max_length);
        verdict_hint(v, convert_keep(c, buf_slice(&c->scratch)));
    }
    return false;
}

static bool fits_pattern(struct converter *c, const struct field *f, struct str value, struct str text)
{
    if (!c->patterns[f->index]) return true;
    const char *z = arena_copy(&c->row, value.s, value.n);
    if (regexec(c->patterns[f->index], z, 0, NULL, 0) == 0) return true;
    verdict_hint(refuse(c, f, DIAG_FORMAT_INVALID, text), f->hint.n ? f->hint : f->pattern);
    return false;
}

static void set_text(struct converter *c, const struct field *f, struct str value, struct str text)
{
    if (fits_length(c, f, value, text) && fits_pattern(c, f, value, text)) c->values[f->index] = value;
}

/* A code of 1.0 is the 1 that a program wrote as a float. */
static struct str code_text(struct str text)
{
    bool is = str_ends(text, STR(".0")) && text.n > 2 && text.n <= 6;
    for (size_t i = 0; is && i + 2 < text.n; i++) is = text.s[i] >= '0' && text.s[i] <= '9';
    return is ? str_head(text, text.n - 2) : text;
}

/* A number cell of 5.0 in a column of text is a 5. */
static struct str cell_text(const struct cell *cell, struct str text)
{
    bool whole = cell->kind == CELL_NUMBER && text.n > 2 && str_ends(text, STR(".0")) && isdigit((unsigned char)text.s[text.n - 3]);
    return whole ? str_head(text, text.n - 2) : text;
}

/* Characters lost on the way: U+FFFD, or a question mark where a Han character was not in the old code. */
static bool has_lost(const struct cell *cell, struct str text, bool question)
{
    size_t at;
    if (cell->flags & CELL_LOST || str_find(text, STR("\xEF\xBF\xBD"), &at)) return true;
    return question && memchr(text.s, '?', text.n);
}

/* Marks that lists put before or behind a name: *张三, 张三★. */
static struct str without_marks(struct str s)
{
    static const char *const MARKS[] = {"*", "★", "☆", "△", "▲", "※", "●", "√", ",", "、", ";", ":", "。", NULL};
    for (const char *const *m = MARKS; *m;) {
        size_t n = strlen(*m);
        if (str_starts(s, str_of(*m))) s = str_from(s, n);
        else if (str_ends(s, str_of(*m))) s = str_head(s, s.n - n);
        else {
            m++;
            continue;
        }
        s = str_trim(s);
        m = MARKS;
    }
    return s;
}

/* The name before a remark in brackets: 张三(已故).  Where only a surname would be left, or parts of a character are described
 * (刘(日+韦)), the brackets are a part of the name. */
static struct str without_remark(struct str s)
{
    const char *open = s.n && s.s[s.n - 1] == ')' ? memchr(s.s, '(', s.n) : NULL;
    if (!open || memchr(s.s, '+', s.n)) return s;
    struct str name = str_trim(str_head(s, (size_t)(open - s.s)));
    return text_length(name) >= 2 ? name : s;
}

/* 1.张三, 2、李四: a list numbered within the column of names. */
static struct str without_number(struct str s)
{
    size_t i = 0;
    while (i < s.n && i < 4 && s.s[i] >= '0' && s.s[i] <= '9') i++;
    if (!i || i == s.n) return s;
    size_t mark = s.s[i] == '.' || s.s[i] == ')'          ? 1
                  : str_starts(str_from(s, i), STR("、")) ? 3
                  : str_starts(str_from(s, i), STR("·"))  ? 2
                                                          : 0;
    struct str name = str_trim(str_from(s, i + mark));
    return mark && is_all_han(name) ? name : s;
}

static void convert_name(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    if (is_all_han(text)) {
        set_text(c, f, text, text);
        return;
    }
    c->scratch.n = 0;
    text_name(&c->scratch, text);
    struct str whole = without_marks(buf_slice(&c->scratch)), value = without_number(without_marks(without_remark(whole)));
    bool remark = value.n < whole.n;
    if (!str_eq(value, text)) {
        value = convert_keep(c, value);
        if (!value.n || is_missing(c, value)) return;
        convert_judge(c, f, DIAG_NAME_NORMALISED, value);
        if (remark && f->typed) c->typed[f->index] = text; /* what the brackets say is not lost */
    } else {
        value = text;
    }
    set_text(c, f, value, text);
    if (has_lost(cell, text, true)) convert_judge(c, f, DIAG_TEXT_LOST, text); /* but the name is all we have: it stays */
}

static void convert_text(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct str value = cell_text(cell, text);
    bool plain = is_plain(value);
    if (f->role != ROLE_TEXT && !plain) {
        c->scratch.n = 0;
        text_nfkc(&c->scratch, value);
        value = str_trim(convert_keep(c, buf_slice(&c->scratch)));
        if (!value.n || is_missing(c, value)) return;
    }
    set_text(c, f, value, text);
    if (!plain && has_lost(cell, text, false)) convert_judge(c, f, DIAG_TEXT_LOST, text);
}

/* ---- citizen ids ---- */

static void convert_id(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct citizen citizen;
    enum diag_code code = citizen_read(text, cell->kind == CELL_NUMBER, c->today, &citizen);
    if (code != DIAG_NONE) {
        if (code != DIAG_ID_LENGTH || !citizen_none(text)) refuse(c, f, code, text);
        return;
    }
    struct str value = {citizen.id, sizeof citizen.id};
    if (citizen.notices) {
        value = convert_keep(c, value);
        if (citizen.notices & CITIZEN_RAISED) convert_judge(c, f, DIAG_ID_RAISED, value);
        else convert_judge(c, f, citizen.notices & CITIZEN_LETTERS ? DIAG_ID_LETTERS : DIAG_ID_NORMALISED, value);
    } else {
        value = text;
    }
    c->values[f->index] = value;
    if ((int)f->index == c->id) {
        c->citizen = citizen;
        c->has_citizen = true;
    }
}

/* ---- dates ---- */

static void keep_date(struct converter *c, const struct field *f, const struct date_reading *r, struct str value)
{
    c->dates[f->index] = r->date;
    c->values[f->index] = value;
    if ((int)f->index == c->birth) c->birth_other = r->other;
    if (r->guessed) convert_judge(c, f, DIAG_DATE_GUESSED, value);
    else if (r->rewritten) convert_judge(c, f, DIAG_DATE_NORMALISED, value);
}

static void convert_date(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct date_reading r = {.rewritten = false};
    if (cell->kind == CELL_TEXT && text.n <= 10 && date_iso(text, &r.date) && r.date.year >= 1850 &&
        !(f->past && c->today.year && date_compare(r.date, c->today) > 0)) {
        c->dates[f->index] = r.date;
        c->values[f->index] = text;
        return;
    }
    /* 198512.0 and 19851201.0 were whole numbers before a program made floats of them */
    if ((text.n == 8 || text.n == 10) && str_ends(text, STR(".0")) && !memchr(text.s, '.', text.n - 2) &&
        !memchr(text.s, '-', text.n) && !memchr(text.s, '/', text.n))
        text.n -= 2;
    int latest = c->today.year;
    if (f->role == ROLE_BIRTH_DATE && latest) latest -= YOUNGEST_BIRTH;
    enum date_verdict v = cell->kind == CELL_NUMBER ? date_read_number(text, latest, &r) : date_read(text, latest, &r);
    if (v == DATE_NONE) return;
    if (v == DATE_BAD || (f->past && c->today.year && date_compare(r.date, c->today) > 0)) {
        refuse(c, f, DIAG_DATE_INVALID, text);
        return;
    }
    if (cell->kind == CELL_DATE) {
        r.rewritten = false;
        if ((int)f->index == c->birth) c->birth_is_month = r.date.day == 1;
    }
    struct date plain;
    bool as_typed = text.n <= 10 && date_iso(text, &plain);
    keep_date(c, f, &r, as_typed ? text : date_text(c, r.date));
}

/* ---- phones ---- */

static void convert_phone(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    if (phone_is_mobile(text)) {
        c->values[f->index] = text;
        return;
    }
    c->scratch.n = 0;
    enum phone_verdict v = phone_read(text, cell->kind == CELL_NUMBER, &c->scratch);
    if (v == PHONE_NONE) return;
    struct str value = buf_slice(&c->scratch);
    value = str_eq(value, text) ? text : convert_keep(c, value);
    if (v != PHONE_GOOD) refuse(c, f, DIAG_PHONE_INVALID, text);
    else if (value.s != text.s) convert_judge(c, f, DIAG_PHONE_NORMALISED, value);
    if (v != PHONE_BAD) c->values[f->index] = value; /* one bad number does not cost the good ones */
}

/* ---- code lists ---- */

static void set_several(struct converter *c, const struct field *f, const uint32_t *found, size_t n)
{
    if (n == 0) return;
    c->scratch.n = 0;
    for (size_t i = 0; i < n; i++) {
        if (i) buf_char(&c->scratch, ';');
        buf_str(&c->scratch, f->codes->codes[found[i]].label);
    }
    c->values[f->index] = convert_keep(c, buf_slice(&c->scratch));
}

static unsigned code_slot(struct str text)
{
    return ((unsigned char)text.s[text.n - 1] + (unsigned)text.n * 5u + (unsigned char)text.s[text.n / 2]) % CODE_MEMORY;
}

/* Was this very text, as a whole, not in the list before? */
static bool is_known_unknown(const struct converter *c, const struct field *f, struct str text)
{
    const struct unknown *u = &c->memory[f->index].unknown[code_slot(text)];
    return u->n == text.n && memcmp(u->text, text.s, text.n) == 0;
}

static void remember_unknown(struct converter *c, const struct field *f, struct str text)
{
    struct unknown *u = &c->memory[f->index].unknown[code_slot(text)];
    if (text.n > sizeof u->text) return;
    memcpy(u->text, text.s, text.n);
    u->n = text.n;
}

/* `unknown`: the part of the text that is in no list.  What is near it is looked for when somebody is told (verdict_finding). */
static void unknown_code(struct converter *c, const struct field *f, struct str text, struct str unknown)
{
    verdict_hint(refuse(c, f, DIAG_CODE_UNKNOWN, text), unknown);
}

static uint32_t find_code(struct converter *c, const struct field *f, struct str text)
{
    unsigned slot = code_slot(text);
    struct code_memory *m = &c->memory[f->index];
    if (m->text[slot].n == text.n && memcmp(m->text[slot].s, text.s, text.n) == 0) return m->index[slot];
    const struct map_entry *e = map_find(&f->codes->by_text, text);
    if (!e) return codes_find(f->codes, text, &c->scratch);
    m->text[slot] = e->key;
    m->index[slot] = (uint32_t)e->value;
    return m->index[slot];
}

static void convert_code(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct str plain = code_text(text);
    (void)cell;
    if (is_known_unknown(c, f, plain)) {
        unknown_code(c, f, text, plain);
        return;
    }
    uint32_t k = find_code(c, f, plain);
    if (k != CODE_NONE) {
        struct str label = f->codes->codes[k].label;
        c->values[f->index] = label;
        if (!str_eq(label, text)) convert_judge(c, f, DIAG_CODE_ALIAS, label);
        return;
    }
    if (is_missing(c, plain)) return;
    struct codes_several several;
    codes_read(f->codes, plain, &several, &c->scratch);
    if (several.boxes && !several.n && !several.unknown.n) return; /* nothing is ticked */
    bool may = f->multiple || (several.boxes && several.n == 1);
    if (several.unknown.n || !may) {
        struct str unknown = several.unknown.n ? several.unknown : plain;
        if (!several.n && unknown.n == plain.n) remember_unknown(c, f, plain);
        unknown_code(c, f, text, unknown);
    }
    if (may) set_several(c, f, several.found, several.n);
}

/* ---- numbers ---- */

static void out_of_range(struct converter *c, const struct field *f, struct str text)
{
    struct verdict *v = refuse(c, f, DIAG_NUMBER_RANGE, text);
    if (!v) return;
    c->scratch.n = 0;
    if (!isnan(f->minimum)) buf_printf(&c->scratch, ">= %.15g", f->minimum);
    if (!isnan(f->maximum)) buf_printf(&c->scratch, "%s<= %.15g", c->scratch.n ? ", " : "", f->maximum);
    v->hint = convert_keep(c, buf_slice(&c->scratch));
}

static void convert_number(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct number_reading r;
    (void)cell;
    bool good = f->measure ? duration_read(text, f->measure, &r) : number_read(text, &r);
    if (!good || (f->type == TYPE_INTEGER && memchr(r.text, '.', r.n))) {
        refuse(c, f, DIAG_NUMBER_INVALID, text);
        return;
    }
    struct str value = {r.text, r.n};
    if (!isnan(f->minimum) || !isnan(f->maximum)) {
        double x = number_value(value);
        if (x < f->minimum || x > f->maximum) {
            out_of_range(c, f, text);
            return;
        }
    }
    c->values[f->index] = r.rewritten ? convert_keep(c, value) : text;
    if (r.about) convert_judge(c, f, DIAG_NUMBER_ABOUT, c->values[f->index]);
    else if (r.rewritten) convert_judge(c, f, DIAG_NUMBER_NORMALISED, c->values[f->index]);
}

/* ---- one cell ---- */

typedef void convert_fn(struct converter *c, const struct field *f, const struct cell *cell, struct str text);
static convert_fn *const BY_ROLE[] = {
    [ROLE_NONE] = convert_text,        [ROLE_NAME] = convert_name,       [ROLE_CITIZEN_ID] = convert_id,
    [ROLE_SEX] = convert_code,         [ROLE_BIRTH_DATE] = convert_date, [ROLE_DATE] = convert_date,
    [ROLE_PHONE] = convert_phone,      [ROLE_ADDRESS] = convert_text,    [ROLE_COMMUNITY] = convert_text,
    [ROLE_GRID] = convert_text,        [ROLE_BUILDING] = convert_text,   [ROLE_CODE] = convert_code,
    [ROLE_MONEY] = convert_number,     [ROLE_NUMBER] = convert_number,   [ROLE_TEXT] = convert_text,
    [ROLE_SURVEY_DATE] = convert_date,
};

void convert_cell(struct converter *c, const struct field *f, const struct cell *cell)
{
    struct str text = cell_str(cell);
    if (!ends_plainly(text)) text = str_trim(text);
    if (!text.n) return;
    bool coded = f->role == ROLE_CODE || f->role == ROLE_SEX; /* there 无 may be an answer */
    if ((!coded && is_missing(c, text)) || is_missing_here(c, f, text)) return;
    if (cell->kind == CELL_ERROR) refuse(c, f, DIAG_FORMAT_INVALID, text);
    else BY_ROLE[f->role](c, f, cell, text);
}

bool converter_says_nothing(struct converter *c, uint32_t field, const struct cell *cell)
{
    struct str text = str_trim(cell_str(cell));
    return !text.n || is_missing(c, text) || is_missing_here(c, &c->s->fields[field], text);
}
