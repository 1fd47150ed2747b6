#include "ledger/convert.h"

#include <math.h>
#include <regex.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/number.h"
#include "base/text.h"
#include "ledger/citizen.h"
#include "ledger/codes.h"
#include "ledger/expr.h"
#include "ledger/phone.h"

enum { MISSING_FILTER = 4096, MISSING_LONGEST = 24, CODE_MEMORY = 16, UNKNOWN_LONGEST = 48, YOUNGEST_BIRTH = 10 };

/* Sheets say the same few words over and over: the last ones that were in the list, by their ends; and the last ones that were
 * not, with what the list has instead. */
struct code_memory {
    struct str text[CODE_MEMORY]; /* as in the list's own map */
    uint32_t index[CODE_MEMORY];
    struct unknown {
        char text[UNKNOWN_LONGEST];
        size_t n;
        struct str nearest;
    } unknown[CODE_MEMORY];
};

struct converter {
    const struct schema *s;
    struct convert_options options;
    struct date today;
    struct arena row; /* text of this row that stands in no cell */
    struct buf scratch;
    struct str *values, *typed;
    struct date *dates; /* as read, of date fields */
    struct verdict *verdicts;
    size_t n, cap;
    int id, sex, birth;     /* fields by role, or -1 */
    struct citizen citizen; /* of this row */
    bool has_citizen;
    struct date birth_other; /* what the birth date typed may mean besides */
    bool birth_is_month;     /* a date cell of the first of a month: spreadsheets make that of 1985-06 */
    regex_t **patterns;      /* one a field, or NULL */
    struct expr *rules, *derivations;
    uint32_t *derived; /* fields of the derivations */
    size_t n_derived;
    uint32_t *ruled; /* fields without which no rule can fail */
    size_t n_ruled;
    struct code_memory *memory;   /* one a field of codes */
    bool missing[MISSING_FILTER]; /* by the first bytes of the texts that mean an empty cell */
};

/* ---- verdicts ---- */

static struct verdict *judge(struct converter *c, const struct field *f, enum diag_code code, struct str value)
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
    return judge(c, f, code, text);
}

static void hint(struct verdict *v, struct str text)
{
    if (v) v->hint = text;
}

static struct str kept(struct converter *c, struct str text)
{
    return str_copy(&c->row, text);
}

static struct str date_text(struct converter *c, struct date d)
{
    c->scratch.n = 0;
    date_write(&c->scratch, d);
    return kept(c, buf_slice(&c->scratch));
}

/* ---- what an empty cell looks like ---- */

static unsigned first_bytes(struct str t)
{
    uint32_t h = (unsigned char)t.s[0];
    if (t.n > 1) h |= (uint32_t)(unsigned char)t.s[1] << 8;
    if (t.n > 2) h |= (uint32_t)(unsigned char)t.s[2] << 16;
    return h * 2654435761u >> 20;
}

static bool is_missing(struct converter *c, struct str text)
{
    if (text.n > MISSING_LONGEST || !c->missing[first_bytes(text)]) return false;
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
    if (!f->max_length || value.n <= f->max_length || text_length(value) <= f->max_length) return true;
    struct verdict *v = refuse(c, f, DIAG_TOO_LONG, text);
    if (v) {
        c->scratch.n = 0;
        buf_int(&c->scratch, f->max_length);
        hint(v, kept(c, buf_slice(&c->scratch)));
    }
    return false;
}

static bool fits_pattern(struct converter *c, const struct field *f, struct str value, struct str text)
{
    if (!c->patterns[f->index]) return true;
    const char *z = arena_copy(&c->row, value.s, value.n);
    if (regexec(c->patterns[f->index], z, 0, NULL, 0) == 0) return true;
    hint(refuse(c, f, DIAG_FORMAT_INVALID, text), f->hint.n ? f->hint : f->pattern);
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
    return cell->kind == CELL_NUMBER && text.n > 2 && str_ends(text, STR(".0")) ? str_head(text, text.n - 2) : text;
}

/* Characters lost on the way: U+FFFD, or a question mark where a Han character was not in the old code. */
static bool has_lost(const struct cell *cell, struct str text, bool question)
{
    size_t at;
    if (cell->flags & CELL_LOST || str_find(text, STR("\xEF\xBF\xBD"), &at)) return true;
    return question && memchr(text.s, '?', text.n);
}

static void convert_name(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    if (is_all_han(text)) {
        set_text(c, f, text, text);
        return;
    }
    c->scratch.n = 0;
    text_name(&c->scratch, text);
    struct str value = buf_slice(&c->scratch);
    if (!str_eq(value, text)) {
        value = kept(c, value);
        if (!value.n || is_missing(c, value)) return;
        judge(c, f, DIAG_NAME_NORMALISED, value);
    } else {
        value = text;
    }
    set_text(c, f, value, text);
    if (has_lost(cell, text, true)) judge(c, f, DIAG_TEXT_LOST, text); /* but the name is all we have: it stays */
}

static void convert_text(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct str value = cell_text(cell, text);
    bool plain = is_plain(value);
    if (f->role != ROLE_TEXT && !plain) {
        c->scratch.n = 0;
        text_nfkc(&c->scratch, value);
        value = str_trim(kept(c, buf_slice(&c->scratch)));
        if (!value.n || is_missing(c, value)) return;
    }
    set_text(c, f, value, text);
    if (!plain && has_lost(cell, text, false)) judge(c, f, DIAG_TEXT_LOST, text);
}

/* ---- citizen ids ---- */

static void convert_id(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct citizen citizen;
    enum diag_code code = citizen_read(text, cell->kind == CELL_NUMBER, c->today, &citizen);
    if (code != DIAG_NONE) {
        refuse(c, f, code, text);
        return;
    }
    struct str value = {citizen.id, sizeof citizen.id};
    if (citizen.notices) {
        value = kept(c, value);
        if (citizen.notices & CITIZEN_RAISED) judge(c, f, DIAG_ID_RAISED, value);
        else judge(c, f, citizen.notices & CITIZEN_LETTERS ? DIAG_ID_LETTERS : DIAG_ID_NORMALISED, value);
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
    if (r->guessed) judge(c, f, DIAG_DATE_GUESSED, value);
    else if (r->rewritten) judge(c, f, DIAG_DATE_NORMALISED, value);
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
    value = str_eq(value, text) ? text : kept(c, value);
    if (v != PHONE_GOOD) refuse(c, f, DIAG_PHONE_INVALID, text);
    else if (value.s != text.s) judge(c, f, DIAG_PHONE_NORMALISED, value);
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
    c->values[f->index] = kept(c, buf_slice(&c->scratch));
}

static unsigned code_slot(struct str text)
{
    return ((unsigned char)text.s[text.n - 1] + (unsigned)text.n * 5u + (unsigned char)text.s[text.n / 2]) % CODE_MEMORY;
}

/* Was this very text, as a whole, not in the list before? */
static const struct unknown *known_unknown(const struct converter *c, const struct field *f, struct str text)
{
    const struct unknown *u = &c->memory[f->index].unknown[code_slot(text)];
    return u->n == text.n && memcmp(u->text, text.s, text.n) == 0 ? u : NULL;
}

static void remember_unknown(struct converter *c, const struct field *f, struct str text, struct str nearest)
{
    struct unknown *u = &c->memory[f->index].unknown[code_slot(text)];
    if (text.n > sizeof u->text) return;
    memcpy(u->text, text.s, text.n);
    u->n = text.n;
    u->nearest = nearest;
}

/* `nearest` to what is unknown in it; it lives as long as the list. */
static void unknown_code(struct converter *c, const struct field *f, struct str text, struct str nearest)
{
    struct verdict *v = refuse(c, f, DIAG_CODE_UNKNOWN, text);
    if (!v) return;
    v->hint = nearest;
    if (v->hint.n) return;
    c->scratch.n = 0; /* nothing is near: the first few of the list */
    for (size_t i = 0; i < f->codes->n && i < 4; i++) {
        if (i) buf_put(&c->scratch, "、");
        buf_str(&c->scratch, f->codes->codes[i].label);
    }
    v->hint = kept(c, buf_slice(&c->scratch));
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
    const struct unknown *u = known_unknown(c, f, plain);
    if (u) {
        unknown_code(c, f, text, u->nearest);
        return;
    }
    uint32_t k = find_code(c, f, plain);
    if (k != CODE_NONE) {
        struct str label = f->codes->codes[k].label;
        c->values[f->index] = label;
        if (!str_eq(label, text)) judge(c, f, DIAG_CODE_ALIAS, label);
        return;
    }
    if (is_missing(c, plain)) return;
    struct codes_several several;
    codes_read(f->codes, plain, &several, &c->scratch);
    if (several.boxes && !several.n && !several.unknown.n) return; /* nothing is ticked */
    bool may = f->multiple || (several.boxes && several.n == 1);
    if (several.unknown.n || !may) {
        struct str nearest = codes_nearest(f->codes, several.unknown.n ? several.unknown : plain);
        if (!several.n) remember_unknown(c, f, plain, nearest);
        unknown_code(c, f, text, nearest);
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
    v->hint = kept(c, buf_slice(&c->scratch));
}

static void convert_number(struct converter *c, const struct field *f, const struct cell *cell, struct str text)
{
    struct number_reading r;
    (void)cell;
    bool good = number_read(text, &r);
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
    c->values[f->index] = r.rewritten ? kept(c, value) : text;
    if (r.about) judge(c, f, DIAG_NUMBER_ABOUT, c->values[f->index]);
    else if (r.rewritten) judge(c, f, DIAG_NUMBER_NORMALISED, c->values[f->index]);
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

static void convert_cell(struct converter *c, const struct field *f, const struct cell *cell)
{
    struct str text = cell_str(cell);
    if (!ends_plainly(text)) text = str_trim(text);
    if (!text.n) return;
    bool coded = f->role == ROLE_CODE || f->role == ROLE_SEX; /* there 无 may be an answer */
    if ((!coded && is_missing(c, text)) || is_missing_here(c, f, text)) return;
    if (cell->kind == CELL_ERROR) refuse(c, f, DIAG_FORMAT_INVALID, text);
    else BY_ROLE[f->role](c, f, cell, text);
}

/* ---- the row as a whole ---- */

static void check_sex(struct converter *c)
{
    const struct field *f = &c->s->fields[c->sex];
    const struct code_list *list = f->codes;
    struct str code = c->citizen.male ? STR("1") : STR("2"); /* GB/T 2261.1 */
    uint32_t k = codes_find(list, code, &c->scratch);
    if (k == CODE_NONE) return;
    struct str label = list->codes[k].label, typed = c->values[f->index];
    if (str_eq(typed, label)) return;
    c->values[f->index] = label;
    if (typed.n) {
        c->typed[f->index] = typed;
        hint(judge(c, f, DIAG_SEX_MISMATCH, typed), label);
    } else if (!c->typed[f->index].n) {
        judge(c, f, DIAG_VALUE_DERIVED, label);
    }
}

static bool same_month(struct date a, struct date b)
{
    return a.year == b.year && a.month == b.month;
}

static void check_birth(struct converter *c)
{
    const struct field *f = &c->s->fields[c->birth];
    struct date typed = c->dates[f->index], born = c->citizen.birth;
    struct str text = c->values[f->index];
    if (text.n == 10 && date_compare(typed, born) == 0) return;
    struct str id = c->values[c->id];
    char *s = arena_alloc(&c->row, 10);
    memcpy(s, id.s + 6, 4);
    memcpy(s + 5, id.s + 10, 2);
    memcpy(s + 8, id.s + 12, 2);
    s[4] = s[7] = '-';
    struct str full = {s, 10};
    c->values[f->index] = full;
    c->dates[f->index] = born;
    bool agrees = !typed.year || date_compare(typed, born) == 0 ||
                  (c->birth_other.year && date_compare(c->birth_other, born) == 0) ||
                  (c->birth_is_month && same_month(typed, born));
    if (agrees) {
        if (!c->typed[f->index].n) judge(c, f, DIAG_VALUE_DERIVED, full);
        return;
    }
    c->typed[f->index] = text;
    hint(judge(c, f, DIAG_BIRTH_MISMATCH, text), full);
}

static void derive(struct converter *c)
{
    bool wanted = false;
    for (size_t i = 0; i < c->n_derived && !wanted; i++) wanted = !c->values[c->derived[i]].n && !c->typed[c->derived[i]].n;
    if (!wanted) return;
    expr_evaluate(c->derivations, c->values);
    for (size_t i = 0; i < c->n_derived; i++) {
        uint32_t k = c->derived[i];
        if (c->values[k].n || c->typed[k].n) continue;
        struct str text = expr_text(c->derivations, i);
        if (!text.n) continue;
        /* What was worked out is held to the same form as what was typed. */
        struct cell cell = {.kind = CELL_TEXT};
        text = kept(c, text);
        cell.s = text.s;
        cell.n = (uint32_t)text.n;
        convert_cell(c, &c->s->fields[k], &cell);
        if (c->values[k].n) judge(c, &c->s->fields[k], DIAG_VALUE_DERIVED, c->values[k]);
    }
}

static void apply_rules(struct converter *c)
{
    bool any = false;
    for (size_t i = 0; i < c->n_ruled && !any; i++) any = c->values[c->ruled[i]].n != 0;
    if (!any) return;
    expr_evaluate(c->rules, c->values);
    for (size_t i = 0; i < c->s->n_rules; i++) {
        if (expr_truth(c->rules, i) != EXPR_FALSE) continue;
        const struct rule *r = &c->s->rules[i];
        struct verdict *v = judge(c, &c->s->fields[r->index], r->code, c->values[r->index]);
        if (v) v->rule = r;
    }
}

static void check_row(struct converter *c)
{
    if (c->has_citizen && c->sex >= 0) check_sex(c);
    if (c->has_citizen && c->birth >= 0) check_birth(c);
    if (c->n_derived) derive(c);
    for (size_t i = 0; i < c->s->n_fields; i++) {
        const struct field *f = &c->s->fields[i];
        if (f->required && !c->values[i].n && !c->typed[i].n) judge(c, f, DIAG_MISSING_REQUIRED, (struct str){NULL, 0});
    }
    if (c->id >= 0 && !c->values[c->id].n && !c->typed[c->id].n && !c->s->fields[c->id].required)
        judge(c, &c->s->fields[c->id], DIAG_ID_MISSING, (struct str){NULL, 0});
    if (c->rules) apply_rules(c);
}

void converter_row(struct converter *c, const struct cell *cells, struct converted *out)
{
    size_t n = c->s->n_fields;
    if (c->row.head) arena_reset(&c->row);
    memset(c->values, 0, n * sizeof *c->values);
    memset(c->typed, 0, n * sizeof *c->typed);
    c->n = 0;
    c->has_citizen = c->birth_is_month = false;
    c->birth_other = (struct date){0, 0, 0};
    if (c->birth >= 0) c->dates[c->birth] = c->birth_other;
    for (size_t i = 0; i < n; i++)
        if (cells[i].n && cells[i].kind != CELL_EMPTY) convert_cell(c, &c->s->fields[i], &cells[i]);
    check_row(c);
    *out = (struct converted){c->values, c->typed, c->verdicts, c->n, false, false};
    for (size_t i = 0; i < c->n; i++) {
        out->flagged |= c->verdicts[i].severity >= SEV_WARNING;
        out->reject |= c->verdicts[i].severity >= SEV_PERSON;
    }
}

/* ---- making and freeing ---- */

static int index_of(const struct schema *s, enum role role)
{
    const struct field *f = schema_role(s, role);
    return f ? (int)f->index : -1;
}

static bool compile_patterns(struct converter *c, struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < c->s->n_fields; i++) {
        const struct field *f = &c->s->fields[i];
        if (!f->pattern.n) continue;
        struct buf whole = {0};
        buf_printf(&whole, "^(%.*s)$", (int)f->pattern.n, f->pattern.s);
        regex_t *r = mem_zero(1, sizeof *r);
        int rc = regcomp(r, buf_text(&whole), REG_EXTENDED | REG_NOSUB);
        buf_free(&whole);
        if (rc == 0) {
            c->patterns[i] = r;
            continue;
        }
        char message[128];
        regerror(rc, r, message, sizeof message);
        free(r);
        struct place at = {.file = c->s->path.s};
        diag_add(d, DIAG_LEDGER_VALUE, &at, "pattern", f->pattern.s, message, NULL);
        ok = false;
    }
    return ok;
}

/* A rule can only fail where one of its columns holds something; rows that have none of them are not asked. */
static void find_ruled(struct converter *c)
{
    c->ruled = mem_zero(c->s->n_fields, sizeof *c->ruled);
    for (size_t k = 0; k < c->s->n_fields; k++) {
        size_t at;
        bool named = false;
        for (size_t i = 0; i < c->s->n_rules && !named; i++) named = str_find(c->s->rules[i].check, c->s->fields[k].name, &at);
        if (named) c->ruled[c->n_ruled++] = (uint32_t)k;
    }
}

static bool compile_expressions(struct converter *c, struct diag *d)
{
    const struct schema *s = c->s;
    struct str *names = arena_alloc(&c->row, (s->n_fields + 1) * sizeof *names);
    struct expr_source *sources = arena_zero(&c->row, s->n_rules + s->n_fields + 1, sizeof *sources);
    for (size_t i = 0; i < s->n_fields; i++) names[i] = s->fields[i].name;
    struct expr_env env = {names, s->n_fields, s, c->options.today};
    for (size_t i = 0; i < s->n_rules; i++)
        sources[i] = (struct expr_source){s->rules[i].check, {s->path.s, NULL, s->rules[i].line, s->rules[i].col}};
    if (s->n_rules && !(c->rules = expr_compile_all(&env, sources, s->n_rules, d))) return false;
    c->derived = mem_zero(s->n_fields, sizeof *c->derived);
    for (size_t i = 0; i < s->n_fields; i++) {
        const struct field *f = &s->fields[i];
        if (!f->derive.n) continue;
        sources[c->n_derived] = (struct expr_source){f->derive, {s->path.s, NULL, f->line, f->col}};
        c->derived[c->n_derived++] = (uint32_t)i;
    }
    return !c->n_derived || (c->derivations = expr_compile_all(&env, sources, c->n_derived, d));
}

struct converter *converter_new(const struct schema *s, const struct convert_options *o, struct diag *d)
{
    struct converter *c = mem_zero(1, sizeof *c);
    c->s = s;
    c->options = *o;
    if (!date_iso(o->today, &c->today)) c->today = (struct date){0, 0, 0};
    c->values = mem_zero(s->n_fields, sizeof *c->values);
    c->typed = mem_zero(s->n_fields, sizeof *c->typed);
    c->dates = mem_zero(s->n_fields, sizeof *c->dates);
    c->patterns = mem_zero(s->n_fields, sizeof(regex_t *));
    c->memory = mem_zero(s->n_fields, sizeof *c->memory);
    c->id = index_of(s, ROLE_CITIZEN_ID);
    c->sex = index_of(s, ROLE_SEX);
    c->birth = index_of(s, ROLE_BIRTH_DATE);
    for (size_t i = 0; i < s->n_missing; i++)
        if (s->missing[i].n) c->missing[first_bytes(s->missing[i])] = true;
    find_ruled(c);
    if (compile_patterns(c, d) && compile_expressions(c, d)) return c;
    converter_free(c);
    return NULL;
}

void converter_free(struct converter *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->s->n_fields; i++) {
        if (!c->patterns[i]) continue;
        regfree(c->patterns[i]);
        free(c->patterns[i]);
    }
    expr_free(c->rules);
    expr_free(c->derivations);
    free(c->derived);
    free(c->ruled);
    free(c->patterns);
    free(c->memory);
    free(c->values);
    free(c->typed);
    free(c->dates);
    free(c->verdicts);
    buf_free(&c->scratch);
    arena_free(&c->row);
    free(c);
}
