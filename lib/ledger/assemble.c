#include "ledger/assemble.h"

#include "base/number.h"
#include "base/text.h"
#include "ledger/codes.h"

/* The part that a heading means: 1 + its index in field->parts; *field is the field.  0 when it is none. */
static uint32_t part_of(const struct words *w, struct str heading, uint32_t *field)
{
    if (!w->schema->parts.n || heading.n > 60) return 0;
    struct buf key = {0};
    text_heading_key(&key, heading);
    struct map_entry *e = map_find(&w->schema->parts, buf_slice(&key));
    buf_free(&key);
    if (!e) return 0;
    *field = (uint32_t)(e->value >> 32);
    return (uint32_t)e->value + 1;
}

static uint32_t code_of(const struct field *f, struct str text)
{
    struct buf scratch = {0};
    uint32_t k = f->codes ? codes_find(f->codes, text, &scratch) : CODE_NONE;
    buf_free(&scratch);
    return k;
}

static bool is_date(const struct words *w, uint32_t field)
{
    if (field >= w->schema->n_fields) return false;
    enum role role = w->schema->fields[field].role;
    return role == ROLE_DATE || role == ROLE_BIRTH_DATE;
}

/* The part of a date with which a heading ends, 年, 月 or 日, or nothing; *rest is what stands before it. */
static struct str date_word(struct str heading, struct str *rest)
{
    static const struct {
        const char *end, *word;
    } ENDS[] = {{"年份", "年"}, {"年", "年"}, {"月份", "月"}, {"月", "月"}, {"日", "日"}};
    size_t close = str_ends(heading, STR(")")) ? 1 : str_ends(heading, STR("）")) ? 3 : 0; /* 出生（年） */
    heading.n -= close;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        if (!str_ends(heading, str_of(ENDS[i].end))) continue;
        *rest = str_head(heading, heading.n - strlen(ENDS[i].end));
        if (close) rest->n -= str_ends(*rest, STR("(")) ? 1 : str_ends(*rest, STR("（")) ? 3 : 0;
        return str_of(ENDS[i].word);
    }
    return (struct str){NULL, 0};
}

/* The date that a word such as 出生 or 退伍 means. */
static uint32_t date_called(const struct words *w, struct str word)
{
    static const char *const ENDS[] = {"", "日期", "时间", "年月", NULL};
    struct buf b = {0};
    uint32_t field = COLUMN_UNKNOWN;
    for (const char *const *end = ENDS; *end && !is_date(w, field); end++) {
        b.n = 0;
        buf_str(&b, word);
        buf_put(&b, *end);
        field = words_heading(w, buf_slice(&b));
    }
    buf_free(&b);
    return field;
}

/* 年 | 月 | 日 under 入伍时间, or 入伍年 | 入伍月: the word, and the field of which it is a part.  Nothing when it is none. */
static struct str date_part(const struct words *w, const struct column_name *name, uint32_t *field)
{
    struct str before, inner, word = date_word(str_trim(name->own), &before);
    bool whole = word.n && date_word(before, &inner).n; /* 出生年月 */
    *field = !word.n || whole ? COLUMN_UNKNOWN : before.n ? date_called(w, before) : name->group;
    return is_date(w, *field) ? word : (struct str){NULL, 0};
}

static bool is_label(const struct words *w, uint32_t field, struct str text)
{
    return field < w->schema->n_fields && code_of(&w->schema->fields[field], str_trim(text)) != CODE_NONE;
}

bool assemble_label(const struct words *w, uint32_t field, struct str text)
{
    struct str before;
    return is_label(w, field, text) || (is_date(w, field) && date_word(str_trim(text), &before).n && !before.n);
}

bool assemble_heading(const struct words *w, struct str heading)
{
    uint32_t field;
    struct column_name name = {str_trim(heading), COLUMN_BLANK};
    return str_is(name.own, "男") || str_is(name.own, "女") || part_of(w, name.own, &field) || date_part(w, &name, &field).n;
}

/* The parts of field f, if it has no column of its own and at least two parts. */
static void take_parts(struct layout *l, const struct words *w, const struct column_name *names, uint32_t f)
{
    uint32_t parts = 0, own = 0, field;
    for (uint32_t c = 0; c < l->n; c++) {
        if (part_of(w, names[c].own, &field) && field == f) parts++;
        else own += l->field[c] == f;
    }
    if (own || parts < 2) return;
    l->column[f] = UINT32_MAX;
    for (uint32_t c = 0; c < l->n; c++) {
        uint32_t k = part_of(w, names[c].own, &field);
        if (!k || field != f) continue;
        l->use[c] = (struct column_use){USE_PART, f, w->schema->fields[f].parts[k - 1].word};
        if (l->field[c] == f || l->field[c] == COLUMN_UNKNOWN) l->field[c] = COLUMN_PART;
        if (l->column[f] == UINT32_MAX) l->column[f] = c;
        l->assembled = true;
    }
}

/* 男 | 女 under 性别: the field is that of the group. */
static bool is_tick(const struct words *w, const struct column_name *name, uint32_t field)
{
    return name->group == field && name->own.n && is_label(w, field, name->own);
}

static void take_ticks(struct layout *l, const struct words *w, const struct column_name *names, uint32_t f)
{
    uint32_t ticks = 0, own = 0;
    for (uint32_t c = 0; c < l->n; c++) {
        bool tick = is_tick(w, &names[c], f);
        ticks += tick;
        own += !tick && l->field[c] == f;
    }
    if (own || ticks < 2) return;
    l->column[f] = UINT32_MAX;
    for (uint32_t c = 0; c < l->n; c++) {
        if (!is_tick(w, &names[c], f)) continue;
        const struct field *field = &w->schema->fields[f];
        l->use[c] = (struct column_use){USE_TICK, f, field->codes->codes[code_of(field, names[c].own)].label};
        l->field[c] = COLUMN_PART;
        if (l->column[f] == UINT32_MAX) l->column[f] = c;
        l->assembled = true;
    }
}

/* A date whose year has a column, and its month another, and that has no column of its own. */
static void take_date(struct layout *l, const struct words *w, const struct column_name *names, uint32_t f)
{
    uint32_t years = 0, parts = 0, own = 0, field;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str word = date_part(w, &names[c], &field);
        bool part = word.n && field == f;
        parts += part;
        years += part && str_is(word, "年");
        own += !part && l->field[c] == f;
    }
    if (years != 1 || parts < 2 || own) return;
    l->column[f] = UINT32_MAX;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str word = date_part(w, &names[c], &field);
        if (!word.n || field != f) continue;
        l->use[c] = (struct column_use){USE_PART, f, word};
        l->field[c] = COLUMN_PART;
        if (l->column[f] == UINT32_MAX) l->column[f] = c;
        l->assembled = true;
    }
}

/* 男 | 女 with no group above: two neighbours that nobody knows as headings and that are labels of one list. */
static void find_groups(const struct layout *l, const struct words *w, struct column_name *names)
{
    const struct field *sex = schema_role(w->schema, ROLE_SEX);
    if (!sex || l->column[sex->index] != UINT32_MAX) return;
    for (uint32_t c = 0; c + 1 < l->n; c++) {
        bool both = l->field[c] == COLUMN_UNKNOWN && l->field[c + 1] == COLUMN_UNKNOWN;
        if (!both || code_of(sex, names[c].own) == CODE_NONE || code_of(sex, names[c + 1].own) == CODE_NONE) continue;
        names[c].group = names[c + 1].group = sex->index;
    }
}

static const char *const MONEY[] = {"亿元", "万元", "千元", "百元", NULL};

/* What the heading says that the numbers below it count: 金额（万元）, 期限（年）.  Empty: nothing that matters. */
static struct str measure_of(const struct field *f, struct str heading)
{
    static const char *const MONTHS[] = {"年", NULL}, *const HOURS[] = {"分钟", "分", NULL};
    const char *const *words = f->role == ROLE_MONEY ? MONEY : f->measure == DURATION_MONTHS ? MONTHS : HOURS;
    size_t open, close;
    if (f->role != ROLE_MONEY && !f->measure) return (struct str){NULL, 0};
    if (!str_find(heading, STR("（"), &open) && !str_find(heading, STR("("), &open)) return (struct str){NULL, 0};
    struct str inside = str_from(heading, open + (heading.s[open] == '(' ? 1 : strlen("（")));
    if (!str_find(inside, STR("）"), &close) && !str_find(inside, STR(")"), &close)) close = inside.n;
    inside = str_head(inside, close);
    static const char *const BEFORE[] = {"单位", "：", ":", "按", "以"};
    for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++)
        if (str_starts(inside, str_of(BEFORE[i]))) inside = str_from(inside, strlen(BEFORE[i]));
    for (inside = str_trim(inside); *words; words++)
        if (str_is(inside, *words)) return str_of(*words);
    return (struct str){NULL, 0};
}

static void take_measure(struct layout *l, const struct words *w, const struct column_name *name, uint32_t c)
{
    uint32_t f = l->field[c];
    struct str word = f < w->schema->n_fields ? measure_of(&w->schema->fields[f], name->own) : (struct str){NULL, 0};
    if (!word.n) return;
    l->use[c] = (struct column_use){USE_MEASURE, f, word};
    l->assembled = true;
}

/* 单位：万元, 金额单位:万元, 单位：人、万元 */
static struct str money_said(struct str text)
{
    enum { NEAR = 30 }; /* bytes behind the colon */
    size_t at, word;
    if (!str_find(text, STR("单位"), &at)) return (struct str){NULL, 0};
    text = str_from(text, at + strlen("单位"));
    if (!str_starts(text, STR("：")) && !str_starts(text, STR(":"))) return (struct str){NULL, 0};
    text = str_head(text, text.n < NEAR ? text.n : NEAR);
    for (const char *const *m = MONEY; *m; m++)
        if (str_find(text, str_of(*m), &word)) return str_of(*m);
    return (struct str){NULL, 0};
}

static bool is_money(const struct words *w, const struct layout *l, uint32_t c)
{
    return l->field[c] < w->schema->n_fields && w->schema->fields[l->field[c]].role == ROLE_MONEY;
}

void assemble_money(struct layout *l, const struct words *w, const struct cell_block *b, size_t i)
{
    enum { ABOVE = 8 }; /* rows */
    bool any = false;
    struct str word = {NULL, 0};
    for (uint32_t c = 0; c < l->n && !any; c++) any = is_money(w, l, c);
    for (size_t k = i; any && !word.n && k > 0 && i - k < ABOVE; k--) {
        struct line line = line_of(b, k - 1);
        for (uint32_t c = 0; c < line.n && !word.n; c++) word = money_said(line_at(&line, c));
    }
    for (uint32_t c = 0; word.n && c < l->n; c++) {
        size_t at;
        bool own = l->use[c].kind != USE_ALONE || str_find(l->headings[c], STR("元"), &at); /* 金额（元） */
        if (own || !is_money(w, l, c)) continue;
        l->use[c] = (struct column_use){USE_MEASURE, l->field[c], word};
        l->assembled = true;
    }
}

void assemble_ready(struct layout *l, const struct words *w, const struct column_name *given)
{
    struct arena a = {0};
    struct column_name *names = arena_alloc(&a, (l->n + 1) * sizeof *names);
    memcpy(names, given, l->n * sizeof *names);
    find_groups(l, w, names);
    for (uint32_t c = 0; c < l->n; c++) {
        uint32_t field;
        if (l->use[c].kind != USE_ALONE) continue;
        if (part_of(w, names[c].own, &field)) take_parts(l, w, names, field);
        if (l->use[c].kind == USE_ALONE && names[c].group < w->schema->n_fields) take_ticks(l, w, names, names[c].group);
        if (l->use[c].kind == USE_ALONE && date_part(w, &names[c], &field).n) take_date(l, w, names, field);
        if (l->use[c].kind == USE_ALONE) take_measure(l, w, &names[c], c);
    }
    arena_free(&a);
}

static bool is_bare_number(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.s[i] < '0' || s.s[i] > '9') return false;
    return s.n > 0;
}

/* Is it a mark that says no: a cell of a column to tick that is not ticked? */
static bool says_no(struct str s)
{
    static const char *const NO[] = {"×", "x", "X", "✗", "✘", "否", "无", "0", "-", "/", "—", "□", "○", NULL};
    for (const char *const *n = NO; *n; n++)
        if (str_is(s, *n)) return true;
    return false;
}

static bool says_yes(struct str s)
{
    static const char *const YES[] = {"√", "✓", "✔", "☑", "☒", "■", "●", "是", "有", "对", "v", "V", "1", "y", "Y", "勾", NULL};
    for (const char *const *y = YES; *y; y++)
        if (str_is(s, *y)) return true;
    return false;
}

/* Adds what one column says.  Is it more than a column besides says, such as that of the building? */
static bool add_use(const struct column_use *use, struct str s, struct buf *out)
{
    if (use->kind == USE_PART) {
        if (str_ends(s, STR(".0"))) s.n -= 2;
        buf_str(out, s);
        if (is_bare_number(s)) buf_str(out, use->word);
        return true;
    }
    if (says_no(s)) return false;
    if (out->n) buf_char(out, ';');
    buf_str(out, says_yes(s) ? use->word : s);
    return true;
}

/* Does it say itself what it counts: 5000元, 2万, 36个月? */
static bool has_measure(struct str s)
{
    static const char *const WORDS[] = {"元", "块", "圆", "万", "亿", "年", "月", "天", "时", "分", NULL};
    size_t at;
    for (const char *const *w = WORDS; *w; w++)
        if (str_find(s, str_of(*w), &at)) return true;
    return false;
}

/* A bare number under 金额（万元） is one of 万元. */
static void add_measure(const struct column_use *use, struct str s, struct cell *cell, struct arena *a)
{
    struct number_reading r;
    if (has_measure(s) || !number_read(s, &r)) return;
    struct buf text = {0};
    buf_str(&text, s);
    buf_str(&text, use->word);
    *cell = (struct cell){.s = arena_copy(a, text.s, text.n), .n = (uint32_t)text.n, .kind = CELL_TEXT};
    buf_free(&text);
}

void assemble_row(const struct layout *l, const struct words *w, const struct line *line, struct cell *now, struct arena *a)
{
    struct buf text = {0};
    for (uint32_t c = 0; c < l->n; c++) {
        uint32_t f = l->use[c].field;
        if (l->use[c].kind == USE_MEASURE && l->column[f] == c) add_measure(&l->use[c], str_trim(line_at(line, c)), &now[f], a);
        if (l->use[c].kind == USE_ALONE || l->use[c].kind == USE_MEASURE || l->column[f] != c)
            continue;     /* once a field, at its first column */
        bool own = false; /* a building alone is no address */
        text.n = 0;
        for (uint32_t k = c; k < l->n; k++) {
            struct str s = str_trim(line_at(line, k));
            if (l->use[k].kind == USE_ALONE || l->use[k].kind == USE_MEASURE || l->use[k].field != f || !s.n) continue;
            bool added = add_use(&l->use[k], s, &text);
            own |= added && l->field[k] >= w->schema->n_fields;
        }
        if (!own) continue;
        now[f] = (struct cell){.s = arena_copy(a, text.s, text.n), .n = (uint32_t)text.n, .kind = CELL_TEXT};
    }
    buf_free(&text);
}
