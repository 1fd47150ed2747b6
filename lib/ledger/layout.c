#include "ledger/layout.h"

#include <stdlib.h>

#include "base/date.h"
#include "base/near.h"
#include "base/text.h"

/* Totals: the word alone, or followed by a number or a bracket. */
static const char *const TOTALS[] = {"合计",     "小计",   "总计",     "共计", "累计", "本页合计",
                                     "本页小计", "总人数", "合计人数", "总数", NULL};
/* Signatures and notes: the word alone, or followed by a colon. */
static const char *const SIGNATURES[] = {"填表人",     "制表人",     "制表",       "填报人",
                                         "审核人",     "审核",       "审批人",     "复核人",
                                         "复核",       "负责人",     "单位负责人", "主要负责人",
                                         "站长",       "分管领导",   "主管领导",   "领导签字",
                                         "楼长",       "楼长签字",   "楼栋长",     "网格长",
                                         "网格员",     "书记",       "社区书记",   "社区负责人",
                                         "经办人",     "经办",       "联系人",     "摸排人",
                                         "采集人",     "采集人姓名", "调查人",     "统计人",
                                         "登记人",     "报送人",     "签字",       "签名",
                                         "签章",       "盖章",       "单位盖章",   "公章",
                                         "填表人签字", "负责人签字", "审核人签字", "退役军人服务站站长",
                                         NULL};
/* These stand above the table as often as below it. */
static const char *const EITHER[] = {"联系电话", "电话",     "填表日期", "填报日期", "填表时间", "填报单位", "填表单位",
                                     "报送单位", "日期",     "时间",     "打印日期", "制表日期", "报送时间", "报送日期",
                                     "说明",     "填表说明", "备注",     "注",       "注意事项", NULL};
static const char *const SURVEY_DATES[] = {"填表日期", "填报日期", "填表时间", "填报时间", "摸排日期",
                                           "摸排时间", "采集日期", "采集时间", "登记日期", "调查日期",
                                           "制表日期", "上报日期", "报送日期", "填写日期", NULL};
static const char *const HINTS[] = {"必填", "选填", "填写", "格式", "例如", "示例", "样例", "请",   "下拉", "选择",     "真实姓名",
                                    "如:",  "例:",  "如：", "例：", "18位", "11位", "位数", "文本", "yyyy", "多个电话", NULL};
static const char *const STRONG_HINTS[] = {"必填", "选填", "请填", "填写",     "格式:",  "格式：",
                                           "例如", "示例", "样例", "真实姓名", "请输入", NULL};

/* The slot of a first character: three bytes of UTF-8 hold nearly all of them. */
static unsigned first_slot(const char *s, size_t n)
{
    unsigned char a = (unsigned char)s[0];
    if (a < 0x80) return (a >= 'A' && a <= 'Z' ? a + 32u : a);
    unsigned h = a * 0x9E3Du + (n > 1 ? (unsigned char)s[1] : 0u) * 0x85Bu + (n > 2 ? (unsigned char)s[2] : 0u) * 0x1Fu;
    return 128 + h % (65536 - 128);
}

static void mark(struct words *w, struct str s)
{
    if (!s.n) return;
    unsigned slot = first_slot(s.s, s.n);
    w->first[slot / 8] |= (unsigned char)(1u << slot % 8);
}

static bool marked(const struct words *w, const char *s, size_t n)
{
    unsigned slot = first_slot(s, n);
    return w->first[slot / 8] >> slot % 8 & 1;
}

static void mark_all(struct words *w, const char *const *list)
{
    for (; *list; list++) mark(w, str_of(*list));
}

void words_ready(struct words *w, const struct schema *s)
{
    memset(w, 0, sizeof *w);
    w->schema = s;
    w->name = UINT32_MAX;
    const struct field *name = schema_role(s, ROLE_NAME);
    for (size_t i = 0; !name && i < s->n_fields; i++)
        if (s->fields[i].required) name = &s->fields[i];
    if (name) w->name = name->index;
    const struct field *id = schema_role(s, ROLE_CITIZEN_ID);
    w->id = id ? id->index : UINT32_MAX;
    for (size_t i = 0; i < s->headings.n; i++) mark(w, s->headings.entries[i].key);
    struct buf key = {0};
    for (size_t i = 0; i < s->n_nil; i++) {
        key.n = 0;
        text_heading_key(&key, s->nil[i]);
        map_at(&w->nil, buf_slice(&key), NULL)->value = 1;
        mark(w, buf_slice(&key));
    }
    buf_free(&key);
    mark_all(w, TOTALS);
    mark_all(w, SIGNATURES);
    mark_all(w, EITHER);
    /* what may stand before any of these words, and what pages and notes begin with */
    static const char *const OTHERS[] = {"*",  "(",  "[",  " ",  "（", "【", "　", "\xC2\xA0", "\xEF\xBB\xBF",
                                         "《", "以", "共", "第", "本", "该", "无", "没",       "暂",
                                         "零", "0",  "０", "-",  "—",  "年", "村", "此",       NULL};
    mark_all(w, OTHERS);
}

void words_free(struct words *w)
{
    map_free(&w->mapped);
    map_free(&w->nil);
}

bool words_map(struct words *w, struct str heading, struct str field)
{
    const struct field *f = schema_field(w->schema, field);
    if (!f) return false;
    struct buf key = {0};
    text_heading_key(&key, heading);
    map_at(&w->mapped, buf_slice(&key), NULL)->value = f->index;
    mark(w, buf_slice(&key));
    buf_free(&key);
    return true;
}

static uint32_t find_key(const struct words *w, struct str key)
{
    struct map_entry *e = map_find(&w->mapped, key);
    if (!e) e = map_find(&w->schema->headings, key);
    if (e) return (uint32_t)e->value;
    /* our own columns, when records or rejects come back */
    bool own = str_starts(key, STR("_")) || str_is(key, "unit") || str_ends(key, STR("_typed"));
    return own ? COLUMN_IGNORED : COLUMN_UNKNOWN;
}

/* 村(社区): the word in brackets is a part of the heading, where it mostly is a hint. */
static uint32_t find_bracketed(const struct words *w, struct str heading)
{
    struct buf nfkc = {0}, open = {0}, key = {0};
    text_nfkc(&nfkc, heading);
    for (size_t i = 0; i < nfkc.n; i++)
        if (!strchr("()[]", nfkc.s[i])) buf_char(&open, nfkc.s[i]);
    uint32_t found = COLUMN_UNKNOWN;
    if (open.n < nfkc.n) {
        text_heading_key(&key, buf_slice(&open));
        found = find_key(w, buf_slice(&key));
    }
    buf_free(&nfkc);
    buf_free(&open);
    buf_free(&key);
    return found;
}

uint32_t words_heading(const struct words *w, struct str heading)
{
    if (!str_trim(heading).n) return COLUMN_BLANK;
    struct buf key = {0};
    text_heading_key(&key, heading);
    uint32_t found = find_key(w, buf_slice(&key));
    buf_free(&key);
    size_t at;
    bool bracket =
        found == COLUMN_UNKNOWN && heading.n <= 120 && (memchr(heading.s, '(', heading.n) || str_find(heading, STR("（"), &at));
    return bracket ? find_bracketed(w, heading) : found;
}

struct str words_nearest(const struct words *w, struct str heading)
{
    struct buf key = {0};
    text_heading_key(&key, heading);
    struct near near = near_start(buf_slice(&key));
    for (size_t i = 0; i < w->schema->headings.n; i++) near_try(&near, w->schema->headings.entries[i].key);
    struct str found = near.found;
    buf_free(&key);
    return found;
}

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
        if (cell->n > 120 || !marked(w, cell->s, cell->n)) continue;
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
        if (marked(w, cell->s, cell->n)) return true;
    }
    return seen < 3;
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

static size_t starts_with(struct str s, const char *const *words)
{
    size_t longest = 0;
    for (; *words; words++) {
        size_t n = strlen(*words);
        if (n > longest && str_starts(s, str_of(*words))) longest = n;
    }
    return longest;
}

static bool contains(struct str s, const char *const *words)
{
    size_t at;
    for (; *words; words++)
        if (str_find(s, str_of(*words), &at)) return true;
    return false;
}

static bool is_total(struct str s)
{
    size_t n = starts_with(s, TOTALS);
    if (!n) return false;
    if (n == s.n) return true;
    char c = s.s[n];
    return (c >= '0' && c <= '9') || c == ':' || c == '(' || c == ',' || str_starts(str_from(s, n), STR("人"));
}

static bool is_signature(struct str s, const char *const *words)
{
    size_t n = starts_with(s, words);
    if (!n) return false;
    struct str rest = str_from(s, n);
    if (str_starts(rest, STR("("))) { /* 填报单位(盖章):... */
        const char *end = memchr(rest.s, ')', rest.n);
        rest = end ? str_from(rest, (size_t)(end - rest.s) + 1) : (struct str){rest.s, 0};
    }
    return rest.n == 0 || rest.s[0] == ':';
}

/* 第1页 共2页, 以下空白, -1- */
static bool is_page_or_end(struct str s)
{
    size_t at;
    if (str_starts(s, STR("以下")) || str_starts(s, STR("以上"))) return true;
    if ((str_starts(s, STR("第")) || str_starts(s, STR("共"))) && str_find(s, STR("页"), &at) && s.n <= 40) return true;
    return str_starts(s, STR("-")) && str_ends(s, STR("-")) && s.n <= 8;
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
    bool is = is_total(first) || is_signature(first, SIGNATURES);
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
    bool total = is_total(first), zero = false, other = false;
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

bool line_has_person(const struct line *l)
{
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = line_at(l, c);
        unsigned n = s.n <= 80 ? digits_of(s) : 0;
        if (n == 18 || n == 17 || n == 15 || (n == 11 && text_length(s) <= 14)) return true;
    }
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
    static const char *const NOT[] = {"表",   "日期", "人员", "军人", "签字", "单位", "以上", "以下", "情况", "合计", "小计",
                                      "总计", "说明", "备注", "审核", "填报", "填表", "社区", "网格", "号楼", NULL};
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

static bool is_nobody(const struct words *w, struct str typed, bool alone)
{
    struct buf b = {0};
    bool is = false;
    text_heading_key(&b, typed);
    struct str s = buf_slice(&b);
    if (s.n && map_find(&w->nil, s)) {
        buf_free(&b);
        return true;
    }
    while (s.n && (str_ends(s, STR("。")) || str_ends(s, STR(".")) || str_ends(s, STR("!")))) s.n -= str_ends(s, STR("。")) ? 3 : 1;
    static const char *const WHERE[] = {"本",   "该",   "此",   "我", "楼栋",   "楼",     "栋", "幢", "单元", "网格",
                                        "社区", "片区", "小区", "内", "里",     "目前",   "现", "均", "暂时", "暂",
                                        "尚",   "居民", "住户", "中", "经摸排", "经排查", ",",  "，", NULL};
    static const char *const NONE[] = {"没有",     "无",     "未发现", "零",     "0",      "查无", "未摸排到",
                                       "未排查到", "未摸到", "未查到", "不存在", "未涉及", NULL};
    static const char *const WHO[] = {"退役军人", "退伍军人", "退役士兵", "退役", "退伍", "优抚对象", "优抚", "军人", "此类",
                                      "该类",     "相关",     "符合条件", "符合", "人员", "人",       "对象", "情况", "报告",
                                      "报",       "的",       "及",       "和",   "、",   "居住",     "信息", "名",   "其他",
                                      "重点",     "士兵",     "此",       "类",   "登记", "变动",     "摸排", "排查", "统计",
                                      "数量",     "人数",     "家属",     "现役", NULL};
    size_t n;
    bool negated = false;
    if (s.n && s.n <= 90) {
        while ((n = starts_with(s, WHERE))) s = str_from(s, n);
        if ((n = starts_with(s, NONE))) {
            negated = true;
            s = str_from(s, n);
        }
        bool who = false;
        while (negated && (n = starts_with(s, WHO))) {
            who = true;
            s = str_from(s, n);
        }
        is = negated && s.n == 0 && (who || alone);
        /* 本楼退役军人:无 */
        while (!negated && (n = starts_with(s, WHO))) {
            who = true;
            s = str_from(s, n);
        }
        if (!negated && who && (n = starts_with(s, NONE))) {
            s = str_from(s, n);
            is = s.n == 0 || str_is(s, "人") || str_is(s, "名") || str_is(s, "报告");
        }
    }
    buf_free(&b);
    return is;
}

bool text_is_nobody(const struct words *w, struct str typed)
{
    return is_nobody(w, typed, true);
}

bool line_says_nobody(const struct words *w, const struct line *l)
{
    unsigned filled = 0;
    bool nobody = false;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = line_at(l, c);
        if (!str_trim(s).n) continue;
        filled++;
        nobody |= s.n > 6 && is_nobody(w, s, false);
    }
    return nobody && filled <= 2;
}

/* The mark in the cell after the words. A cross is a tick to some and a "no" to others: it is none here. */
static bool is_tick(struct str s)
{
    static const char *const TICKS[] = {"√", "✓", "✔", "☑", "☒", "■", "●", "是", "对", "v", "V", "1", "y", "Y", NULL};
    s = str_trim(s);
    for (const char *const *t = TICKS; *t; t++)
        if (str_is(s, *t)) return true;
    return false;
}

bool line_ticks_nobody(const struct words *w, const struct line *l)
{
    static const char *const ASKS[] = {"的，请", "的,请", "，请", ",请", "请打√", "请打勾", "请勾选", "请在", NULL};
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (s.n < 12 || s.n > 120) continue;
        size_t at, end = s.n;
        for (const char *const *ask = ASKS; *ask; ask++)
            if (str_find(s, str_of(*ask), &at) && at < end) end = at;
        if (end == s.n || !is_nobody(w, str_head(s, end), false)) continue;
        for (uint32_t next = c + 1; next < l->n; next++)
            if (str_trim(line_at(l, next)).n) return is_tick(line_at(l, next));
    }
    return false;
}

static bool is_place_or_number(const struct words *w, uint32_t field, struct str s)
{
    if (field == COLUMN_IGNORED) return s.n <= 8 && digits_of(s); /* its number in the list */
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

/* A row says "nobody" in the column of names or with its only words; where a name stands, it never does. */
static bool is_nil(const struct words *w, const struct line *l, const struct layout *layout)
{
    unsigned filled = 0;
    bool in_name = false, spelled_out = false, alone = false, only_strokes = true, stroke = false;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        uint32_t field = c < layout->n ? layout->field[c] : COLUMN_BLANK;
        if (!s.n || is_place_or_number(w, field, s)) continue;
        filled++;
        stroke |= field == w->name && is_stroke(s);
        only_strokes &= is_stroke(s) || is_nobody(w, s, true);
        if (field == w->name) {
            in_name = is_nobody(w, s, true);
            if (!in_name && text_like_name(s)) return false;
        } else if (digits_of(s) >= 6) {
            return false;
        } else {
            alone = is_nobody(w, s, false);
            spelled_out |= alone && s.n > 6;
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

static bool is_hint(const struct words *w, const struct line *l, const struct layout *layout)
{
    if (is_numbering(l)) return true;
    unsigned filled = 0, hints = 0;
    bool strong = false;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = str_trim(line_at(l, c));
        if (!s.n) continue;
        filled++;
        hints += contains(s, HINTS);
        uint32_t field = c < layout->n ? layout->field[c] : COLUMN_BLANK;
        if (field == w->name) strong |= contains(s, STRONG_HINTS);
        if (field == COLUMN_IGNORED)
            strong |= str_is(s, "例") || str_is(s, "示例") || str_is(s, "样例") || str_is(s, "填写说明") || str_is(s, "说明");
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
        if (field == COLUMN_IGNORED && s.n <= 8 && digits_of(s)) continue;
        if (field == COLUMN_IGNORED && l->cells[c].flags & CELL_FORMULA) continue;
        if (field >= w->schema->n_fields) return false;
        enum role role = w->schema->fields[field].role;
        if (role != ROLE_COMMUNITY && role != ROLE_GRID && role != ROLE_BUILDING) return false;
        if (memchr(s.s, ':', s.n) || is_total(s)) return false;
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
    bool is;
    if (is_total(first) || is_signature(first, SIGNATURES)) is = !(named && strength >= 3);
    else if (is_signature(first, EITHER) || is_signature(first, SURVEY_DATES) || is_page_or_end(first))
        is = !(named && strength >= 1);
    else if (strength >= 2) is = false;
    else if (where->after_footer) is = !(text_like_name(name) && (strength >= 1 || mapped >= 3));
    else if (filled == 1) is = !(col == name_col && text_like_name(first)) && !line_has_person(l);
    else {
        size_t at;
        /* a label and a colon begins the row: 备  注：以上情况属实 */
        is = strength == 0 && str_find(first, STR(":"), &at) && at <= 30 && !text_like_name(name);
    }
    buf_free(&b);
    return is;
}

enum line_kind line_kind(const struct words *w, const struct line *l, const struct line_where *where)
{
    if (!l->n || holds_nothing(w, l, where->layout)) return LINE_BLANK;
    if (where->just_after_heading && is_hint(w, l, where->layout)) return LINE_HINT;
    if (!line_is_footer(l) && is_nil(w, l, where->layout)) return LINE_NIL; /* 合计 0人 only sums up */
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
