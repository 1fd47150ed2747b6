#include "ledger/words.h"

#include "base/near.h"
#include "base/text.h"
#include "ledger/simplified.h"

/* Totals: the word alone, or followed by a number or a bracket. */
static const char *const TOTALS[] = {"合计",   "小计",     "总计",     "共计",   "累计", "本页合计", "本页小计",
                                     "总人数", "合计人数", "人数合计", "总户数", "总数", NULL};
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

bool words_may_begin(const struct words *w, const char *s, size_t n)
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
    w->has_name = name && name->role == ROLE_NAME;
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
    static const char *const OTHERS[] = {
        "*",  "(",  "[", " ",  "（", "【", "　", "\xC2\xA0", "\xEF\xBB\xBF", "《", "以", "共", "第", "本", "该", "无", "没",
        "暂", "零", "0", "０", "-",  "—",  "年", "村",       "此",           "/",  "／", "\\", "－", "×",  "〇", NULL};
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

/* The key without what some put around a heading: its number (1.姓名, 二、姓名), and its English name (姓名 Name). */
static struct str bare_key(struct buf *out, struct str key, bool *first)
{
    size_t i = 0;
    out->n = 0;
    while (i < key.n && key.s[i] >= '0' && key.s[i] <= '9') i++;
    if (i && i < key.n && (key.s[i] == '.' || key.s[i] == ')')) key = str_from(key, i + 1);
    else if (i && str_starts(str_from(key, i), STR("、"))) key = str_from(key, i + 3);
    while (key.n && (unsigned char)key.s[0] >= 0xE0 && str_find(key, STR("、"), &i) && i <= 6) key = str_from(key, i + 3);
    *first = key.n > 6 && key.s[key.n - 1] == '1' && (unsigned char)key.s[key.n - 2] >= 0x80; /* 身份证号1, the first of two */
    key.n -= *first;
    for (i = 0; i < key.n; i++)
        if (!((key.s[i] | 32) >= 'a' && (key.s[i] | 32) <= 'z') && key.s[i] != '.') buf_char(out, key.s[i]);
    return buf_slice(out);
}

static bool is_place(const struct words *w, uint32_t field)
{
    if (field >= w->schema->n_fields) return false;
    enum role role = w->schema->fields[field].role;
    return role == ROLE_COMMUNITY || role == ROLE_GRID || role == ROLE_BUILDING;
}

static bool is_address_part(const struct words *w, struct str part)
{
    uint32_t field = find_key(w, part);
    if (map_find(&w->schema->parts, part)) return true;
    return field < w->schema->n_fields && w->schema->fields[field].role == ROLE_ADDRESS;
}

/* 退役/转业时间, 手机、固话: words of one kind joined by marks are the first of them; so is 楼栋-单元-房号. */
static uint32_t find_joined(const struct words *w, struct str key)
{
    static const char *const MARKS[] = {"/", "-", "、", ",", "或", "及", "和", NULL};
    uint32_t found = COLUMN_UNKNOWN, parts = 0;
    for (size_t from = 0, i = 0; i <= key.n; i++) {
        size_t mark = i < key.n ? words_begin(str_from(key, i), MARKS) : 1;
        if (!mark) continue;
        struct str part = {key.s + from, i - from};
        uint32_t field = find_key(w, part);
        if (!parts++) found = field;
        if (found >= w->schema->n_fields) return COLUMN_UNKNOWN;
        enum role role = w->schema->fields[found].role;
        if (is_place(w, found) && is_place(w, field)) { /* 社区、网格、楼栋: the innermost */
            if (w->schema->fields[field].role > role) found = field;
            from = i + mark;
            i = from - 1;
            continue;
        }
        bool same = field < w->schema->n_fields && w->schema->fields[field].role == role && role != ROLE_TEXT && role != ROLE_CODE;
        if (!same && field != found && !(role == ROLE_BUILDING && is_address_part(w, part))) return COLUMN_UNKNOWN;
        from = i + mark;
        i = from - 1;
    }
    return parts > 1 ? found : COLUMN_UNKNOWN;
}

/* Headings that nobody knows as they stand: simplified, and without what stands around them. */
static uint32_t find_relaxed(const struct words *w, struct str key)
{
    struct buf plain = {0}, bare = {0};
    uint32_t found = COLUMN_UNKNOWN;
    bool han = false, first = false;
    for (size_t i = 0; i < key.n; i++) han |= (unsigned char)key.s[i] >= 0xE3;
    if (han && simplified_text(&plain, key)) found = find_key(w, buf_slice(&plain));
    if (han && found == COLUMN_UNKNOWN) found = find_joined(w, buf_slice(&plain));
    if (han && found == COLUMN_UNKNOWN) {
        struct str s = bare_key(&bare, buf_slice(&plain), &first);
        if (s.n && s.n < key.n) found = find_key(w, s);
        if (first && is_place(w, found)) found = COLUMN_UNKNOWN; /* 网格1 is a grid */
    }
    buf_free(&plain);
    buf_free(&bare);
    return found;
}

/* Does something follow a colon, as in 类别：1 and 性别：F? */
static bool has_value(struct str heading)
{
    struct str s = str_trim(heading);
    size_t at;
    if (str_find(s, STR(":"), &at)) return at + 1 < s.n;
    return str_find(s, STR("："), &at) && at + 3 < s.n;
}

uint32_t words_heading(const struct words *w, struct str heading)
{
    if (!str_trim(heading).n) return COLUMN_BLANK;
    struct buf key = {0};
    text_heading_key(&key, heading);
    uint32_t found = find_key(w, buf_slice(&key));
    size_t at;
    if (found == COLUMN_UNKNOWN && heading.n <= 120) {
        if (memchr(heading.s, '(', heading.n) || str_find(heading, STR("（"), &at)) found = find_bracketed(w, heading);
        if (found == COLUMN_UNKNOWN && !has_value(heading)) found = find_relaxed(w, buf_slice(&key));
    }
    buf_free(&key);
    return found;
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

size_t words_begin(struct str s, const char *const *list)
{
    size_t longest = 0;
    for (; *list; list++) {
        size_t n = strlen(*list);
        if (n > longest && str_starts(s, str_of(*list))) longest = n;
    }
    return longest;
}

bool text_is_total(struct str s)
{
    size_t n = words_begin(s, TOTALS);
    if (!n) return false;
    if (n == s.n) return true;
    char c = s.s[n];
    return (c >= '0' && c <= '9') || c == ':' || c == '(' || c == ',' || str_starts(str_from(s, n), STR("人"));
}

bool words_label(struct str s, const char *const *list)
{
    size_t n = words_begin(s, list);
    if (!n) return false;
    struct str rest = str_from(s, n);
    if (str_starts(rest, STR("("))) { /* 填报单位(盖章):... */
        const char *end = memchr(rest.s, ')', rest.n);
        rest = end ? str_from(rest, (size_t)(end - rest.s) + 1) : (struct str){rest.s, 0};
    }
    return rest.n == 0 || rest.s[0] == ':';
}

bool text_is_sender(struct str s)
{
    static const char *const SENDERS[] = {"填报单位", "填表单位", "报送单位", "上报单位", "填报社区", "填报楼栋", NULL};
    return words_label(s, SENDERS);
}

bool text_is_signature(struct str s)
{
    return words_label(s, SIGNATURES);
}

bool text_is_note(struct str s)
{
    return words_label(s, EITHER);
}

bool text_begins_signature(struct str s)
{
    return words_begin(s, SIGNATURES) || words_begin(s, EITHER);
}
