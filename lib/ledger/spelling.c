#include "ledger/spelling.h"

#include "base/text.h"
#include "ledger/simplified.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_dropped(uint32_t c)
{
    return c <= ' ' || c == 0x7F || c == 0xA0 || c == 0x3000 || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) || c == '(' ||
           c == ')' || c == '[' || c == ']' || c == '*' || c == '"' || c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x201C ||
           c == 0x201D || c == 0x3010 || c == 0x3011 || c == 0x300A || c == 0x300B;
}

void spelling_fold(struct buf *out, struct str name)
{
    struct buf nfkc = {0};
    text_nfkc_joined(&nfkc, name);
    struct str f = buf_slice(&nfkc);
    for (size_t i = 0; i < f.n;) {
        size_t start = i;
        uint32_t c = text_next(f, &i);
        if (is_dropped(c)) continue;
        if (c < 0x80) buf_char(out, c >= 'A' && c <= 'Z' ? (char)(c + 32) : (char)c);
        else if (c < 0x3400 || simplified(c) == c) buf_add(out, f.s + start, i - start);
        else buf_utf8(out, simplified(c)); /* 雲翠社區 */
    }
    buf_free(&nfkc);
}

/* The value of a Chinese numeral character; 10 and 100 are 十 and 百; -1 for any other. */
static int numeral(uint32_t c)
{
    static const struct {
        uint32_t c;
        int value;
    } NUMERALS[] = {
        {0x3007, 0}, {0x96F6, 0}, {0x4E00, 1}, {0x58F9, 1},  {0x4E8C, 2},  {0x4E24, 2},   {0x8D30, 2},   {0x4E09, 3}, {0x53C1, 3},
        {0x56DB, 4}, {0x8086, 4}, {0x4E94, 5}, {0x4F0D, 5},  {0x516D, 6},  {0x9646, 6},   {0x4E03, 7},   {0x67D2, 7}, {0x516B, 8},
        {0x634C, 8}, {0x4E5D, 9}, {0x7396, 9}, {0x5341, 10}, {0x62FE, 10}, {0x767E, 100}, {0x4F70, 100},
    };
    for (size_t i = 0; i < sizeof NUMERALS / sizeof *NUMERALS; i++)
        if (NUMERALS[i].c == c) return NUMERALS[i].value;
    return -1;
}

/* Reads the run of Chinese numerals at *i: 十二 is 12, 一百零三 is 103, 一二 is 12. */
static uint64_t read_numerals(struct str s, size_t *i)
{
    uint64_t total = 0, digits = 0;
    bool any_digit = false;
    while (*i < s.n) {
        size_t j = *i;
        int v = numeral(text_next(s, &j));
        if (v < 0 || total > 100000 || digits > 100000) break;
        *i = j;
        if (v >= 10) {
            total += (any_digit && digits ? digits : 1) * (uint64_t)v;
            digits = 0;
            any_digit = false;
        } else {
            digits = digits * 10 + (uint64_t)v;
            any_digit = true;
        }
    }
    return total + digits;
}

void spelling_numbers(struct buf *out, struct str f)
{
    bool numerals = false; /* the last number was written in Chinese */
    for (size_t i = 0; i < f.n;) {
        if (is_digit(f.s[i])) {
            size_t start = i;
            if (numerals) buf_char(out, '.'); /* 王五 1号楼: the five is a man's name */
            while (i < f.n && is_digit(f.s[i])) i++;
            while (start + 1 < i && f.s[start] == '0') start++;
            buf_add(out, f.s + start, i - start);
            numerals = false;
            continue;
        }
        size_t j = i;
        numerals = numeral(text_next(f, &j)) >= 0;
        if (numerals) {
            uint64_t v = read_numerals(f, &i);
            buf_int(out, (int64_t)v);
        } else {
            buf_add(out, f.s + i, j - i);
            i = j;
        }
    }
}

struct str spelling_after_ordinal(struct str text, bool no_list)
{
    bool digits = false, numerals = false;
    struct str s = str_trim(text);
    for (size_t i = 0; i < s.n && i < 12;) {
        uint32_t c = text_next(s, &i);
        bool digit = c >= '0' && c <= '9', full_stop = c == '.' || c == 0xFF0E;
        if (full_stop || c == 0x3001) {
            bool ends = digits != numerals && (full_stop || numerals || no_list);
            return ends ? str_trim(str_from(s, i)) : s;
        }
        if (!digit && numeral(c) <= 0) return s;
        digits |= digit;
        numerals |= !digit;
    }
    return s;
}

/* The length of the first of the words with which s starts, or 0. */
static size_t starts_with(struct str s, const char *const *words)
{
    for (; *words && s.n; words++)
        if (**words == *s.s && str_starts(s, str_of(*words))) return strlen(*words);
    return 0;
}

static const char *const GRID_AFTER[] = {"号网格", "#网格", "号格", "网格", "格", "#", "号", NULL};
static const char *const BUILDING_AFTER[] = {"号住宅楼", "号居民楼", "号公寓楼", "号楼栋", "号楼", "号栋", "号幢",
                                             "#楼栋",    "#楼",      "#栋",      "#",      "号",   "栋楼", "栋",
                                             "幢楼",     "幢",       "楼栋",     "楼",     "座",   NULL};
static const char *const BUILDING_BEFORE[] = {"楼栋号", "楼栋", "楼号", "楼", "栋", "幢", "no.", "no", NULL};
static const char *const COMMUNITY_END[] = {"社区居民委员会", "社区居委会", "居民委员会", "居委会", "村民委员会",
                                            "村委会",         "村社区",     "社区",       "村",     NULL};
static const char *const STATION_END[] = {"退役军人服务站", "服务站", "街道办事处", "街道办", "街道", NULL};

static void drop_end(struct buf *b, size_t start, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        /* two characters at least are left: 东村 stays 东村 */
        if (b->n - start >= n + 6 && memcmp(b->s + b->n - n, *words, n) == 0) {
            b->n -= n;
            return;
        }
    }
}

static struct str drop_ordinal(struct str s)
{
    struct str rest = str_from(s, 3);
    return str_starts(s, STR("第")) && rest.n && is_digit(rest.s[0]) ? rest : s;
}

/* G3, WG3: a letter or two for 网格 before the number. */
static struct str drop_letters(struct str s)
{
    size_t n = str_starts(s, STR("wg")) ? 2 : str_starts(s, STR("g")) ? 1 : 0;
    return n && n < s.n && is_digit(s.s[n]) ? str_from(s, n) : s;
}

/* Kind words after numbers go: 3号网格 and 网格3 become 3. */
static void grid_key(struct buf *out, struct str s)
{
    s = drop_letters(drop_ordinal(s));
    size_t start = out->n;
    for (size_t i = 0; i < s.n;) {
        struct str rest = str_from(s, i);
        bool number = out->n > start && (is_digit(out->s[out->n - 1]) || is_letter(out->s[out->n - 1]));
        size_t n = number ? starts_with(rest, GRID_AFTER) : str_starts(rest, STR("网格")) ? 6 : 0;
        if (n) {
            i += n;
            continue;
        }
        buf_char(out, s.s[i++]);
    }
    if (out->n == start) buf_str(out, s);
}

/* 5号楼1单元 and 五栋一单元 become 5~1单元; at the end the kind word goes altogether. */
static void building_key(struct buf *out, struct str s)
{
    s = drop_ordinal(s);
    while (s.n > 1 && s.s[s.n - 1] == '-' && is_digit(s.s[s.n - 2])) s.n--; /* 5-: the room was left out */
    size_t before = starts_with(s, BUILDING_BEFORE);
    if (before && before < s.n && is_digit(s.s[before])) s = str_from(s, before);
    size_t start = out->n;
    for (size_t i = 0; i < s.n;) {
        bool number = i && (is_digit(s.s[i - 1]) || (is_letter(s.s[i - 1]) && (i < 2 || !is_letter(s.s[i - 2]))));
        size_t n = number ? starts_with(str_from(s, i), BUILDING_AFTER) : 0;
        if (!n) {
            buf_char(out, s.s[i++]);
            continue;
        }
        i += n;
        if (i < s.n) buf_char(out, '~');
    }
    if (out->n == start) buf_str(out, s);
}

void spelling_key(struct buf *out, enum level level, struct str folded)
{
    struct buf numbered = {0};
    spelling_numbers(&numbered, folded);
    struct str s = buf_slice(&numbered);
    size_t start = out->n;
    switch (level) {
    case LEVEL_GRID: grid_key(out, s); break;
    case LEVEL_BUILDING: building_key(out, s); break;
    default:
        buf_str(out, s);
        drop_end(out, start, level == LEVEL_COMMUNITY ? COMMUNITY_END : STATION_END);
        break;
    }
    buf_free(&numbered);
}

static size_t grid_word(struct str rest)
{
    static const char *const WORDS[] = {"号网格", "网格", NULL};
    return starts_with(rest, WORDS);
}

/* A building's kind word in running text: bare 号 is too common, and 楼长 楼道 楼栋长 are no buildings. */
static size_t building_word(struct str rest)
{
    static const char *const WORDS[] = {"号楼栋", "号楼", "号栋", "号幢", "#楼", "#", "栋", "幢", "楼", "座", NULL};
    static const char *const NOT[] = {"长", "道", "层", "上", "下", NULL};
    size_t n = starts_with(rest, WORDS);
    bool storey = str_ends(str_head(rest, n), STR("楼")); /* 3楼上 is a floor, 3栋上报 a building that reports */
    if (n && (storey ? starts_with(str_from(rest, n), NOT) > 0 : str_starts(str_from(rest, n), STR("长")))) {
        /* 12号楼长:… names the leader of building 12 */
        return str_starts(rest, STR("号楼")) || str_starts(rest, STR("#楼")) ? n : 0;
    }
    return n;
}

/* Does the number at `start` end a list or a range, 11-13号楼, 1、2网格?  Then it is not the one that is meant. */
static bool is_listed(struct str s, size_t start)
{
    static const char *const JOINTS[] = {"-", "~", ",", "、", "—", "–", "至", "到", "和", "及", NULL};
    for (const char *const *j = JOINTS; *j; j++) {
        size_t n = strlen(*j);
        if (start <= n || !is_digit(s.s[start - n - 1]) || !str_ends(str_head(s, start), str_of(*j))) continue;
        size_t before = start - n;
        while (before && is_digit(s.s[before - 1])) before--;
        bool grid = str_ends(str_head(s, before), STR("网格"));
        return !grid || (before > 6 && is_digit(s.s[before - 7])); /* 网格3-5号楼 is a grid and a building, 3网格4-5号楼 a range */
    }
    return false;
}

bool spelling_next(struct str s, size_t *from, struct spelling_number *out)
{
    for (size_t i = *from; i < s.n;) {
        if (str_starts(str_from(s, i), STR("网格")) && i + 6 < s.n && is_digit(s.s[i + 6])) {
            size_t end = i + 6;
            while (end < s.n && is_digit(s.s[end])) end++;
            /* 网格5号楼 is a building after the bare word 网格 */
            if (!building_word(str_from(s, end)) && !grid_word(str_from(s, end))) {
                *out = (struct spelling_number){LEVEL_GRID, {s.s + i, end - i}, i, end};
                *from = end;
                return true;
            }
            i += 6;
            continue;
        }
        if (!is_digit(s.s[i])) {
            i++;
            continue;
        }
        size_t start = i;
        while (i < s.n && is_digit(s.s[i])) i++;
        size_t grid = grid_word(str_from(s, i)), building = grid ? 0 : building_word(str_from(s, i));
        if ((!grid && !building) || is_listed(s, start)) continue;
        size_t end = i + (grid ? grid : building);
        size_t begin = start >= 3 && memcmp(s.s + start - 3, "第", 3) == 0 ? start - 3 : start;
        if (building && start >= 1 && is_letter(s.s[start - 1])) begin = --start; /* a3号楼 */
        *out = (struct spelling_number){grid ? LEVEL_GRID : LEVEL_BUILDING, {s.s + start, end - start}, begin, end};
        *from = end;
        return true;
    }
    return false;
}

/* Is it all of a unit, a floor and a room: 2单元301室, 2-301, 东户? */
static bool is_room(struct str s)
{
    static const char *const WORDS[] = {"单元", "室", "号", "户", "层", "楼", "门", "东", "西",
                                        "南",   "北", "中", "#",  "-",  "~",  ".",  "/",  NULL};
    while (s.n) {
        size_t n = is_digit(s.s[0]) || is_letter(s.s[0]) ? 1 : starts_with(s, WORDS);
        if (!n) return false;
        s = str_from(s, n);
    }
    return true;
}

struct str spelling_building(struct str s, struct str *before)
{
    static const char *const AFTER[] = {"号楼栋", "号楼", "号栋", "号幢", "#楼栋", "#楼", "#栋", "#", "栋楼",
                                        "栋",     "幢楼", "幢",   "楼栋", "楼",    "座",  "号",  NULL};
    size_t i = 0;
    while (i < s.n && !is_digit(s.s[i])) i++;
    size_t start = i;
    while (i < s.n && is_digit(s.s[i])) i++;
    struct str number = {s.s + start, i - start}, rest = str_from(s, i), none = {NULL, 0};
    *before = str_head(s, start);
    if (!number.n) return none;
    size_t word = starts_with(rest, AFTER);
    bool dashed = !word && rest.n > 1 && (rest.s[0] == '-' || rest.s[0] == '/') && is_digit(rest.s[1]); /* 5-2-301 */
    if (!word && !dashed) return none;
    if (dashed && (str_ends(rest, STR("号楼")) || str_ends(rest, STR("栋")) || str_ends(rest, STR("幢"))))
        return none; /* 11-12号楼 */
    return is_room(str_from(rest, word)) ? number : none;
}
