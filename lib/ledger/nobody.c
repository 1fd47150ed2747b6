#include "ledger/nobody.h"

#include "base/text.h"

/* The words of such a sentence, in their order: 本楼 没有 退役军人. */
static const char *const WHERE[] = {"本",   "该",   "此",   "我",       "楼栋",     "楼",     "栋", "幢", "单元", "网格",
                                    "社区", "片区", "小区", "内",       "里",       "目前",   "现", "均", "暂时", "暂",
                                    "尚",   "居民", "住户", "中",       "经摸排",   "经排查", ",",  "，", "全",   "经入户摸排",
                                    "经",   "入户", "本月", "截至目前", "截止目前", "“",      "\"", NULL};
static const char *const NONE[] = {"没有",     "无",     "未发现", "零",     "0",      "查无",   "未摸排到",
                                   "未排查到", "未摸到", "未查到", "不存在", "未涉及", "不涉及", NULL};
static const char *const WHO[] = {"退役军人", "退伍军人", "退役士兵", "退役", "退伍", "优抚对象", "优抚", "军人", "此类", "该类",
                                  "相关",     "符合条件", "符合",     "人员", "人",   "对象",     "情况", "报告", "报",   "的",
                                  "及",       "和",       "、",       "居住", "信息", "名",       "其他", "重点", "士兵", "此",
                                  "类",       "登记",     "变动",     "摸排", "排查", "统计",     "数量", "人数", "家属", "现役",
                                  "上报",     "住户",     "居民",     "常住", "入住", "”",        "\"",   NULL};

/* Takes words of the list off the front of a text.  Was there any? */
static bool take_words(struct str *s, const char *const *list)
{
    size_t n, before = s->n;
    while ((n = words_begin(*s, list))) *s = str_from(*s, n);
    return s->n < before;
}

static bool take_one(struct str *s, const char *const *list)
{
    size_t n = words_begin(*s, list);
    *s = str_from(*s, n);
    return n > 0;
}

static bool is_clause(struct str s, bool alone)
{
    while (s.n && (str_ends(s, STR("。")) || str_ends(s, STR(".")) || str_ends(s, STR("!")))) s.n -= str_ends(s, STR("。")) ? 3 : 1;
    if (!s.n || s.n > 90) return false;
    take_words(&s, WHERE);
    if (take_one(&s, NONE)) {
        bool who = take_words(&s, WHO);
        return s.n == 0 && (who || alone);
    }
    /* 本楼退役军人:无 */
    if (!take_words(&s, WHO) || !take_one(&s, NONE)) return false;
    return s.n == 0 || str_is(s, "人") || str_is(s, "名") || str_is(s, "报告");
}

/* The sentence, or what its last clause says: 本楼为商业楼，无退役军人. */
static bool is_sentence(struct str s, bool alone)
{
    if (is_clause(s, alone)) return true;
    size_t last = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = text_next(s, &i);
        if (c == ',' || c == ';' || c == 0x3002) last = i < s.n ? i : last;
    }
    return last && is_clause(str_from(s, last), false);
}

bool text_says_nobody(const struct words *w, struct str typed, bool alone)
{
    struct buf key = {0};
    text_heading_key(&key, typed);
    struct str s = buf_slice(&key);
    bool is = s.n && (map_find(&w->nil, s) || is_sentence(s, alone));
    buf_free(&key);
    return is;
}

bool line_says_nobody(const struct words *w, const struct line *l)
{
    unsigned filled = 0;
    bool nobody = false;
    for (uint32_t c = 0; c < l->n; c++) {
        struct str s = line_at(l, c);
        if (!str_trim(s).n) continue;
        filled++;
        nobody |= s.n > 6 && text_says_nobody(w, s, false);
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
        if (end == s.n || !text_says_nobody(w, str_head(s, end), false)) continue;
        for (uint32_t next = c + 1; next < l->n; next++)
            if (str_trim(line_at(l, next)).n) return is_tick(line_at(l, next));
    }
    return false;
}
