#include "ledger/layout.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/text.h"
#include "ledger/nobody.h"

static const char *const SURVEY_DATES[] = {"填表日期", "填报日期", "填表时间", "填报时间", "摸排日期",
                                           "摸排时间", "采集日期", "采集时间", "登记日期", "调查日期",
                                           "制表日期", "上报日期", "报送日期", "填写日期", NULL};
static const char *const HINTS[] = {"必填", "选填", "填写", "格式", "例如", "示例", "样例", "请",   "下拉", "选择",     "真实姓名",
                                    "如:",  "例:",  "如：", "例：", "18位", "11位", "位数", "文本", "yyyy", "多个电话", NULL};
static const char *const STRONG_HINTS[] = {"必填", "选填", "请填", "填写",     "格式:",  "格式：",
                                           "例如", "示例", "样例", "真实姓名", "请输入", NULL};

void layout_free(struct layout *l)
{
    if (!l) return;
    arena_free(&l->memory);
    free(l);
}

/* A page may repeat only the lower of two rows: 入伍时间 for 服役情况入伍时间. */
static bool same_heading(struct str a, struct str b)
{
    return a.n < b.n ? a.n && str_ends(b, a) : (b.n || !a.n) && str_ends(a, b);
}

bool layout_same(const struct layout *a, const struct layout *b)
{
    if (a->n != b->n) return false;
    for (uint32_t c = 0; c < a->n; c++)
        if (a->field[c] != b->field[c] || !same_heading(a->headings[c], b->headings[c])) return false;
    return true;
}

bool layout_of_people(const struct words *w, const struct layout *l)
{
    if (!w->has_name || l->column[w->name] != UINT32_MAX) return true;
    if (w->id < w->schema->n_fields && l->column[w->id] != UINT32_MAX) return true;
    bool sex = false, others = false;
    for (size_t f = 0; f < w->schema->n_fields; f++) {
        if (l->column[f] == UINT32_MAX) continue;
        enum role role = w->schema->fields[f].role;
        if (role == ROLE_BIRTH_DATE) return true;
        sex |= role == ROLE_SEX;
        others |= role != ROLE_SEX && role != ROLE_CODE;
    }
    return sex && others;
}

struct line line_of(const struct cell_block *b, size_t i)
{
    const struct cell_row *row = &b->rows[i];
    struct line l = {b->cells + row->first, row->n, row->number, row->hidden};
    while (l.n && !str_trim(cell_str(&l.cells[l.n - 1])).n) l.n--;
    return l;
}

unsigned line_headings(const struct words *w, const struct line *l)
{
    unsigned n = 0, seen = 0;
    for (uint32_t c = 0; c < l->n && seen < 12 && n < 2; c++) {
        const struct cell *cell = &l->cells[c];
        if (!cell->n) continue;
        seen++;
        if (cell->n > 120 || !words_may_begin(w, cell->s, cell->n)) continue;
        uint32_t field = words_heading(w, cell_str(cell));
        n += field != COLUMN_UNKNOWN && field != COLUMN_BLANK;
        size_t at;
        n += memchr(cell->s, ':', cell->n) || str_find(cell_str(cell), STR("："), &at) ? 2 : 0;
    }
    return n;
}

bool line_is_person(const struct line *l, uint32_t name, uint32_t id)
{
    if (name >= l->n || id >= l->n || !l->cells[name].n) return false;
    struct str s = cell_str(&l->cells[id]);
    if (s.n != 18 && s.n != 15) return false;
    for (size_t i = 0; i + 1 < s.n; i++)
        if (s.s[i] < '0' || s.s[i] > '9') return false;
    return true;
}

bool line_special(const struct words *w, const struct line *l)
{
    unsigned seen = 0;
    for (uint32_t c = 0; c < l->n && seen < 4; c++) {
        const struct cell *cell = &l->cells[c];
        if (!cell->n) continue;
        seen++;
        if (seen == 1 && cell->s[0] == '0') continue; /* 01网格 */
        if (words_may_begin(w, cell->s, cell->n)) return true;
    }
    return seen < 3;
}

static bool contains(struct str s, const char *const *words)
{
    size_t at;
    for (; *words; words++)
        if (str_find(s, str_of(*words), &at)) return true;
    return false;
}

/* 第1页 共2页, 以下空白, -1- */
static bool is_page_or_end(struct str s)
{
    size_t at;
    if (str_starts(s, STR("以下")) || str_starts(s, STR("以上"))) return true;
    if ((str_starts(s, STR("第")) || str_starts(s, STR("共"))) && str_find(s, STR("页"), &at) && s.n <= 40) return true;
    return str_starts(s, STR("-")) && str_ends(s, STR("-")) && s.n <= 8;
}

static void squeeze(struct buf *out, struct str s)
{
    out->n = 0;
    struct buf nfkc = {0};
    text_nfkc(&nfkc, s);
    struct str f = buf_slice(&nfkc);
    for (size_t i = 0; i < f.n;) {
        size_t start = i;
        uint32_t c = text_next(f, &i);
        if (c <= ' ' || c == 0x3000 || c == 0xA0 || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) || c == '*') continue;
        buf_add(out, f.s + start, i - start);
    }
    buf_free(&nfkc);
}

/* The first cell with a value, squeezed. */
static struct str first_text(const struct line *l, struct buf *b, uint32_t *col)
{
    for (uint32_t c = 0; c < l->n; c++) {
        if (!l->cells[c].n) continue;
        squeeze(b, cell_str(&l->cells[c]));
        if (!b->n) continue;
        *col = c;
        return buf_slice(b);
    }
    *col = UINT32_MAX;
    return (struct str){NULL, 0};
}

bool line_is_footer(const struct line *l)
{
    struct buf b = {0};
    uint32_t col;
    struct str first = first_text(l, &b, &col);
    bool is = text_is_total(first) || text_is_signature(first);
    buf_free(&b);
    return is;
}

bool line_is_signed(const struct line *l)
{
    struct buf b = {0};
    uint32_t col;
    struct str first = first_text(l, &b, &col);
    bool is = text_is_signature(first) || text_is_sender(first);
    buf_free(&b);
    return is;
}

static unsigned digits_of(struct str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        n += (c >= '0' && c <= '9') || (c >= 0xFF10 && c <= 0xFF19);
    }
    return n;
}

bool line_total_is_none(const struct line *l)
{
    struct buf b = {0};
    uint32_t col;
    struct str first = first_text(l, &b, &col);
    bool total = text_is_total(first), zero = false, other = false;
    for (uint32_t c = 0; total && c < l->n; c++) {
        struct str s = line_at(l, c);
        for (size_t i = 0; i < s.n;) {
            uint32_t ch = text_next(s, &i);
            if (ch == '0' || ch == 0xFF10 || ch == 0x96F6) zero = true;
            else if ((ch >= '1' && ch <= '9') || (ch >= 0xFF11 && ch <= 0xFF19)) other = true;
        }
    }
    buf_free(&b);
    return total && zero && !other;
}

bool text_has_number(struct str s)
{
    unsigned n = s.n <= 80 ? digits_of(s) : 0;
    return n == 18 || n == 17 || n == 15 || (n == 11 && text_length(s) <= 14);
}

bool line_has_person(const struct line *l)
{
    for (uint32_t c = 0; c < l->n; c++)
        if (text_has_number(line_at(l, c))) return true;
    return false;
}

/* Told apart by length and first byte before anything is compared: this is asked of every short cell. */
bool text_is_ditto(struct str s)
{
    switch ((unsigned char)s.s[0]) {
    case '"': return str_is(s, "\"") || str_is(s, "\"\"");
    case '\'': return str_is(s, "''");
    case 'd': return str_is(s, "ditto");
    case 0xE3: return str_is(s, "〃") || str_is(s, "〞") || str_is(s, "〝") || str_is(s, "々");
    case 0xE2: return str_is(s, "″") || str_is(s, "“") || str_is(s, "”") || str_is(s, "’’") || str_is(s, "“”");
    case 0xE5: return s.n >= 6 && memcmp(s.s, "同", 3) == 0 && (str_is(s, "同上") || str_is(s, "同上行") || str_is(s, "同 上"));
    case 0xEF: return str_is(s, "＂");
    default: return false;
    }
}

bool text_like_name(struct str s)
{
    static const char *const NOT[] = {"表",   "日期", "人员", "军人", "签字",   "单位", "以上", "以下", "情况",
                                      "合计", "小计", "总计", "说明", "备注",   "审核", "填报", "填表", "社区",
                                      "网格", "号楼", "对象", "名单", "花名册", "台账", "士兵", "干部", NULL};
    if (!s.n || s.n > 90 || contains(s, NOT)) return false;
    size_t han = 0, dots = 0, latin = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        if (c == ' ' || c == 0x3000 || c == 0xA0) continue;
        if (c == 0xB7 || c == 0x2022 || c == 0x30FB || c == '.' || c == 0x2027 || c == 0xFF0E) dots++;
        else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '?' || c == 0xFFFD) latin++;
        else if (c >= 0x3400) han++;
        else return false;
        if (c == 0x3001 || c == 0x3002 || c == 0xFF0C || c == 0xFF1A || c == 0xFF1B || (c >= 0xFF10 && c <= 0xFF19)) return false;
    }
    return (han >= 1 && han <= 8) || (dots && han <= 25) || (latin >= 2 && !han);
}

/* How many cells hold what only a person's row holds: long numbers, dates. */
static unsigned strength_of(const struct words *w, const struct line *l, const struct layout *layout, uint32_t *mapped)
{
    unsigned strength = 0;
    *mapped = 0;
    for (uint32_t c = 0; c < l->n && c < layout->n; c++) {
        struct str s = line_at(l, c);
        if (!s.n || layout->field[c] >= w->schema->n_fields) continue;
        enum role role = w->schema->fields[layout->field[c]].role;
        if (role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING) continue;
        if (!str_trim(s).n) continue;
        (*mapped)++;
        if (layout->field[c] == w->name || memchr(s.s, ':', s.n)) continue;
        unsigned digits = digits_of(s);
        strength += digits >= 4 || (role == ROLE_SEX && (str_starts(s, STR("男")) || str_starts(s, STR("女"))));
    }
    return strength;
}

bool text_is_serial(struct str s)
{
    if (s.n > 12 || !digits_of(s)) return false;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        if (c >= 0x3400 && c < 0xFF00) return false;
    }
    return true;
}

/* Does the cell name only the place, or stand in a column that is not wanted? */
static bool is_beside_people(const struct words *w, uint32_t field, struct str s)
{
    if (field == COLUMN_IGNORED) return !text_says_nobody(w, s, true); /* 楼长 | 李四 */
    if (field >= w->schema->n_fields) return false;
    enum role role = w->schema->fields[field].role;
    return role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING;
}

/* A stroke where the name would stand, for nobody. */
static bool is_stroke(struct str s)
{
    static const char *const STROKES[] = {"/", "／", "\\", "-", "－", "—", "——", "--", "---", "×", "〇", NULL};
    for (const char *const *k = STROKES; *k; k++)
        if (str_eq(s, str_of(*k))) return true;
    return false;
}

/* Is there a citizen id, in its own column? */
static bool has_id(const struct words *w, const struct line *l, const struct layout *layout)
{
    uint32_t c = w->id < w->schema->n_fields ? layout->column[w->id] : UINT32_MAX;
    struct str s = c != UINT32_MAX ? str_trim(line_at(l, c)) : (struct str){0};
    return (s.n == 18 || s.n == 15) && digits_of(s) >= 15;
}

/* Is there what only a person has, in its own column: a sex in so many words, or a citizen id? */
static bool is_evident(const struct words *w, const struct line *l, const struct layout *layout)
{
    for (uint32_t c = 0; c < l->n && c < layout->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (!s.n || layout->field[c] >= w->schema->n_fields) continue;
        enum role role = w->schema->fields[layout->field[c]].role;
        if (role == ROLE_SEX &&
            (str_is(s, "男") || str_is(s, "女") || str_is(s, "男性") || str_is(s, "女性") || str_is(s, "M") || str_is(s, "F")))
            return true;
    }
    return has_id(w, l, layout);
}

/* A row says "nobody" in the column of names or with its only words; where a name stands, it never does. */
static bool is_nil(const struct words *w, const struct line *l, const struct line_where *where)
{
    const struct layout *layout = where->layout;
    if (is_evident(w, l, layout)) return false; /* 无名 is a name too */
    unsigned filled = 0;
    bool in_name = false, spelled_out = false, alone = false, only_strokes = true, stroke = false;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        uint32_t field = c < layout->n ? layout->field[c] : COLUMN_BLANK;
        if (!s.n || is_beside_people(w, field, s)) continue;
        filled++;
        stroke |= is_stroke(s) && (field == w->name || (filled == 1 && where->just_after_heading));
        only_strokes &= is_stroke(s) || text_says_nobody(w, s, true);
        if (field == w->name) {
            in_name = text_says_nobody(w, s, true);
            if (!in_name && text_like_name(s)) return false;
        } else if (digits_of(s) >= 6) {
            return false;
        } else {
            alone = text_says_nobody(w, s, filled == 1 && where->just_after_heading);
            spelled_out |= s.n > 6 && text_says_nobody(w, s, false);
        }
    }
    return in_name || (stroke && only_strokes) || (spelled_out && filled <= 3) || (alone && filled == 1);
}

/* 1 2 3 4 ... under the headings: numbers of the columns. */
static bool is_numbering(const struct line *l)
{
    unsigned last = 0, n = 0;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (!s.n) continue;
        if (str_is(s, "甲") || str_is(s, "乙") || str_is(s, "栏次") || str_is(s, "丙")) continue;
        unsigned v = 0;
        for (size_t i = 0; i < s.n; i++) {
            if (s.s[i] < '0' || s.s[i] > '9' || i > 2) return false;
            v = v * 10 + (unsigned)(s.s[i] - '0');
        }
        if (v != last + 1) return false;
        last = v;
        n++;
    }
    return n >= 3;
}

/* 例, （示例）, 例1: what stands in the column of numbers before an example. */
static bool is_example_word(struct str text)
{
    static const char *const WORDS[] = {"例",       "如",       "例如",     "例子",     "示例", "样例", "范例", "举例",
                                        "填写示例", "填写样例", "参考样例", "填写说明", "说明", "示范", "参考", NULL};
    struct buf b = {0}, bare = {0};
    squeeze(&b, text);
    for (size_t i = 0; i < b.n; i++)
        if (!strchr("()[]:.0123456789", b.s[i])) buf_char(&bare, b.s[i]);
    bool is = false;
    for (const char *const *w = WORDS; *w && !is; w++) is = str_is(buf_slice(&bare), *w);
    buf_free(&b);
    buf_free(&bare);
    return is;
}

/* How many of the letters and crosses that stand for digits: 37012419XXXXXXXXXX. */
static unsigned crosses_of(struct str s)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        n += c == 'X' || c == 'x' || c == 0xD7 || c == '*' || c == 0xFF38 || c == 0xFF0A;
    }
    return n;
}

bool text_is_hint(struct str s)
{
    return contains(s, STRONG_HINTS);
}

/* A name that shows where a name goes: 例：张三, 张三（示例）, 张某某. */
static bool is_example_name(struct str name, bool crossed)
{
    static const char *const MARKS[] = {"例:",    "例：",     "(例)",  "（例）", "(示例)", "（示例）",
                                        "(样例)", "（样例）", "示例:", "示例：", NULL};
    static const char *const NOBODY[] = {"某", "张三", "李四", "王五", "××", "XX", "xx", NULL};
    return contains(name, MARKS) || contains(name, STRONG_HINTS) || (crossed && contains(name, NOBODY));
}

/* Does a text say nothing that its column could hold: no digits for an id, no sex?  0 = it may be right, 1 = nothing of the kind,
 * -1 = the column holds anything. */
static int is_absurd(enum role role, struct str s)
{
    switch (role) {
    case ROLE_CITIZEN_ID:
    case ROLE_PHONE:
    case ROLE_BIRTH_DATE:
    case ROLE_DATE:
        return digits_of(s) < 2 && !str_starts(s, STR("无")) && !text_is_ditto(s) && s.n > 1 ? 1 : digits_of(s) ? 0 : -1;
    case ROLE_SEX: return str_find(s, STR("男"), &(size_t){0}) != str_find(s, STR("女"), &(size_t){0}) ? 0 : 1;
    default: return -1;
    }
}

/* A row of words where only numbers and sexes can stand: 汉字 | 1男2女 | X大写 | 手机. */
static bool is_description(const struct words *w, const struct line *l, const struct layout *layout)
{
    unsigned absurd = 0;
    bool letters = true;
    for (uint32_t c = 0; c < l->n && c < layout->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (!s.n) continue;
        letters &= s.n == 1 && s.s[0] >= 'A' && s.s[0] <= 'Z';
        if (layout->field[c] >= w->schema->n_fields) continue;
        int is = is_absurd(w->schema->fields[layout->field[c]].role, s);
        if (is == 0) return false;
        absurd += is > 0;
    }
    return absurd >= 3 || (letters && l->n >= 3);
}

static bool is_hint(const struct words *w, const struct line *l, const struct layout *layout)
{
    if (is_numbering(l) || is_description(w, l, layout)) return true;
    unsigned filled = 0, hints = 0;
    bool strong = false, crossed = false;
    for (uint32_t c = 0; c < l->n && c < layout->n; c++)
        crossed |= layout->field[c] == w->id && w->id != UINT32_MAX && crosses_of(line_at(l, c)) >= 4;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (!s.n) continue;
        filled++;
        hints += contains(s, HINTS);
        uint32_t field = c < layout->n ? layout->field[c] : COLUMN_BLANK;
        if (field == w->name) strong |= is_example_name(s, crossed);
        if (field == COLUMN_IGNORED) strong |= is_example_word(s);
    }
    return strong || (filled >= 2 && hints * 2 >= filled) || (filled == 1 && hints && !line_has_person(l));
}

/* The rows whose cells are all of columns that are not wanted (prefilled numbers), or name only the place. */
static bool holds_nothing(const struct words *w, const struct line *l, const struct layout *layout)
{
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (!s.n) continue;
        uint32_t field = c < layout->n ? layout->field[c] : COLUMN_BLANK;
        if (field == COLUMN_IGNORED && text_is_serial(s)) continue;
        if (field == COLUMN_IGNORED && l->cells[c].flags & CELL_FORMULA) continue;
        if (field >= w->schema->n_fields) return false;
        enum role role = w->schema->fields[field].role;
        if (role != ROLE_COMMUNITY && role != ROLE_GRID && role != ROLE_BUILDING) return false;
        if (memchr(s.s, ':', s.n) || text_is_total(s)) return false;
    }
    return true;
}

static bool is_place(const struct words *w, struct str heading)
{
    uint32_t field = words_heading(w, heading);
    if (field >= w->schema->n_fields) return false;
    enum role role = w->schema->fields[field].role;
    return role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING;
}

bool line_names_place(const struct words *w, const struct line *l)
{
    struct buf b = {0};
    uint32_t col;
    struct str first = first_text(l, &b, &col);
    size_t at = first.n;
    bool colon = str_find(first, STR(":"), &at), is = first.n && at <= 45 && is_place(w, str_head(first, at));
    if (is && (!colon || at + 1 == first.n)) {
        /* the next cell must not be another heading */
        struct str next = str_trim(line_at(l, col + 1));
        is = next.n && words_heading(w, next) == COLUMN_UNKNOWN;
    }
    buf_free(&b);
    return is;
}

/* What stands in the place of a name and is none: a count, 以下空白, the end of a word that was typed over two cells (备 | 注:无).
 */
static bool is_no_name(struct str name, struct buf *b)
{
    squeeze(b, name);
    struct str s = buf_slice(b);
    return s.n && (text_is_serial(s) || is_page_or_end(s) || (memchr(s.s, ':', s.n) && text_is_note(s)));
}

static bool ends_total(struct str s)
{
    return str_ends(s, STR("小计")) || str_ends(s, STR("合计")) || str_ends(s, STR("总计"));
}

/* 时间 in the column of names: 时 is a surname.  It is the label that it may be when a date or another label stands beside it, or
 * nothing at all in a list that has more than names. */
static bool is_named_so(const struct words *w, const struct line *l, const struct layout *layout, uint32_t col, struct str first)
{
    if (!w->has_name || col >= layout->n || layout->field[col] != w->name || !str_is(first, "时间")) return false;
    unsigned others = 0, columns = 0;
    bool dated = false;
    struct buf b = {0};
    for (uint32_t c = 0; c < layout->n; c++) columns += layout->field[c] < w->schema->n_fields;
    for (uint32_t c = 0; c < l->n; c++) {
        struct date_reading r = {0};
        struct str s = str_trim(line_at(l, c));
        if (!s.n || c <= col) continue;
        squeeze(&b, s);
        dated |= (b.n && memchr(b.s, ':', b.n)) || text_is_note(buf_slice(&b)) || text_is_signature(buf_slice(&b)) ||
                 (!others && date_read(s, 0, &r) == DATE_GOOD);
        others++;
    }
    buf_free(&b);
    return others ? !dated : columns == 1;
}

static bool is_footer_here(const struct words *w, const struct line *l, const struct line_where *where, unsigned strength,
                           uint32_t mapped)
{
    struct buf b = {0};
    uint32_t col;
    struct str first = first_text(l, &b, &col);
    uint32_t name_col = w->name < w->schema->n_fields ? where->layout->column[w->name] : UINT32_MAX;
    struct str name = name_col != UINT32_MAX ? line_at(l, name_col) : (struct str){0};
    unsigned filled = 0;
    for (uint32_t c = 0; c < l->n; c++) filled += str_trim(line_at(l, c)).n > 0;
    bool named = text_like_name(name) && col != name_col;
    bool in_list = col < where->layout->n && where->layout->field[col] == COLUMN_IGNORED;
    bool is;
    struct buf squeezed = {0};
    if (is_named_so(w, l, where->layout, col, first)) {
        is = false;
    } else if (str_trim(name).n && !(first.n && memchr(first.s, ':', first.n)) &&
               (text_is_total(first) ? has_id(w, l, where->layout) : is_evident(w, l, where->layout))) {
        is = false; /* a man who is called 王制表, or even 合计 */
    } else if (w->has_name && strength == 0 && name_col != UINT32_MAX && is_no_name(name, &squeezed)) {
        is = true;
    } else if (strength == 0 && ends_total(first) && !text_like_name(name)) {
        is = true; /* 云翠社区小计 | 2人 */
    } else if (text_is_total(first) || text_is_signature(first)) is = !(named && strength >= 3);
    else if (text_is_note(first) || words_label(first, SURVEY_DATES) || is_page_or_end(first)) is = !(named && strength >= 1);
    else if (strength >= 2) is = false;
    else if (where->after_footer) is = !(text_like_name(name) && (strength >= 1 || mapped >= 3));
    else if (filled == 1) is = !(col == name_col && text_like_name(first)) && !line_has_person(l);
    else {
        size_t at;
        /* a label and a colon begins the row: 备  注：以上情况属实 */
        is = strength == 0 && str_find(first, STR(":"), &at) && at <= 30 && (!text_like_name(name) || in_list);
    }
    buf_free(&squeezed);
    buf_free(&b);
    return is;
}

enum line_kind line_kind(const struct words *w, const struct line *l, const struct line_where *where)
{
    if (!l->n || holds_nothing(w, l, where->layout)) return LINE_BLANK;
    if (where->just_after_heading && is_hint(w, l, where->layout)) return LINE_HINT;
    if (!line_is_footer(l) && is_nil(w, l, where)) return LINE_NIL; /* 合计 0人 only sums up */
    uint32_t mapped;
    unsigned strength = strength_of(w, l, where->layout, &mapped);
    return is_footer_here(w, l, where, strength, mapped) ? LINE_FOOTER : LINE_DATA;
}

static bool take_date(struct str s, struct buf *out)
{
    struct str t = str_trim(s);
    while (t.n && (t.s[0] == ':' || t.s[0] == ' ')) t = str_trim(str_from(t, 1));
    /* the date ends where the next word begins */
    size_t n = 0;
    while (n < t.n) {
        size_t j = n;
        uint32_t c = text_next(t, &j);
        bool part = (c >= '0' && c <= '9') || c == '-' || c == '/' || c == '.' || c == 0x5E74 || c == 0x6708 || c == 0x65E5 ||
                    (c >= 0xFF10 && c <= 0xFF19);
        if (!part) break;
        n = j;
    }
    struct date_reading r = {0};
    if (!n || date_read(str_head(t, n), 0, &r) != DATE_GOOD || !r.date.year) return false;
    date_write(out, r.date);
    return true;
}

bool line_survey_date(const struct line *l, struct buf *out)
{
    struct buf b = {0};
    bool found = false;
    for (uint32_t c = 0; c < l->n && !found; c++) {
        if (l->cells[c].n < 12) continue;
        squeeze(&b, cell_str(&l->cells[c]));
        struct str s = buf_slice(&b);
        for (const char *const *word = SURVEY_DATES; *word && !found; word++) {
            size_t at;
            if (!str_find(s, str_of(*word), &at)) continue;
            struct str rest = str_from(s, at + strlen(*word));
            while (rest.n && rest.s[0] == ':') rest = str_from(rest, 1); /* a label alone: the date is in the next cell */
            if (rest.n) found = take_date(rest, out);
            for (uint32_t next = c + 1; !rest.n && !found && next < l->n && next <= c + 3; next++)
                if (str_trim(line_at(l, next)).n) {
                    found = take_date(line_at(l, next), out);
                    break;
                }
        }
    }
    buf_free(&b);
    return found;
}
