/* A text where the name of a unit has to stand, looked for in all the ways in which it may be written. */
#include "base/text.h"
#include "ledger/place_own.h"
#include "ledger/spelling.h"

/* Reads what stands where a unit of that level has to: there 33号 is a building, which in running text it need not be. */
static void read_name(struct place_context *probe, const struct places *p, enum level level, struct str text, size_t *left)
{
    struct buf whole = {0};
    text = str_trim(text);
    buf_str(&whole, text);
    if (level == LEVEL_BUILDING && str_ends(text, STR("号"))) buf_put(&whole, "楼");
    place_read_all(probe, p, PLACE_TITLE, buf_slice(&whole), left);
    buf_free(&whole);
}

/* Whether the text of one level names, besides, units of the levels above it, and nothing else: 云翠社区3网格12号楼. */
static uint32_t find_spelled_out(const struct places *p, uint32_t within, enum level level, struct str text, struct str date)
{
    struct place_context *probe = mem_zero(1, sizeof *probe);
    size_t left;
    read_name(probe, p, level, text, &left);
    uint32_t unit = UNIT_NONE;
    const struct str *said = probe->said[PLACE_TITLE].text;
    if (left <= 3 && said[level].n) { /* a separator may remain */
        uint32_t cur = within;
        bool ok = true;
        for (int l = LEVEL_COMMUNITY; ok && l <= (int)level; l++) {
            if (!said[l].n) continue;
            /* 第3网格12号楼 where the sheet says grid 3 already: its grid is looked for from the community down */
            uint32_t above =
                cur != UNIT_NONE && (int)p->units->v[cur].level >= l ? units_up(p->units, cur, (enum level)(l - 1)) : cur;
            uint32_t next = units_find(p->units, l == LEVEL_COMMUNITY ? UNIT_NONE : above, (enum level)l, said[l], date, NULL);
            ok = next != UNIT_NONE &&
                 (within == UNIT_NONE || units_inside(p->units, next, within) || units_inside(p->units, within, next));
            cur = next;
        }
        if (ok) unit = cur;
    }
    place_context_free(probe);
    return unit;
}

static bool ends_with_any(struct str s, const char *const *words)
{
    for (; *words; words++)
        if (str_ends(s, str_of(*words))) return true;
    return false;
}

/* Is what stands before the name of a community only what lies above it: 平阴县榆山街道, 榆山-, 社区: ? */
static bool is_above(const struct places *p, struct str s)
{
    static const char *const MARKS[] = {"-", "/", ":", ",", "、", "·", "—", NULL};
    static const char *const ENDS[] = {"省", "市", "县", "区", "街道", "镇", "乡", "办事处", "街道办", "社区", "村居", NULL};
    while (s.n && ends_with_any(s, MARKS)) s.n -= (unsigned char)s.s[s.n - 1] < 0x80 ? 1 : str_ends(s, STR("·")) ? 2 : 3;
    if (!s.n || ends_with_any(s, ENDS)) return true;
    bool is = false;
    struct buf name = {0};
    const struct unit *root = p->root == UNIT_NONE ? NULL : &p->units->v[p->root];
    for (size_t k = 0; root && !is && k <= root->n_aliases; k++) {
        place_fold(&name, k ? root->aliases[k - 1] : root->name);
        is = str_eq(buf_slice(&name), s);
    }
    buf_free(&name);
    return is;
}

/* 云翠-3, 云翠社区三, 云翠/3网格: where a grid has to stand, the community and a bare number are its grid of that number. */
static uint32_t find_grid_after(const struct places *p, uint32_t within, struct str text, struct str date)
{
    static const char *const LINKS[] = {"社区", "-", "/", "_", "·", "—", "–", "第", ":", ",", ".", "、", NULL};
    struct buf b = {0};
    place_fold(&b, text);
    size_t at = 0, length = 0, n, digits = 0;
    uint32_t unit = UNIT_NONE, community = place_community(p, buf_slice(&b), &at, &length);
    struct str rest = community == UNIT_NONE ? (struct str){NULL, 0} : str_from(buf_slice(&b), at + length);
    while ((n = words_begin(rest, LINKS))) rest = str_from(rest, n);
    while (digits < rest.n && rest.s[digits] >= '0' && rest.s[digits] <= '9') digits++;
    struct str kind = str_from(rest, digits);
    if (digits && (!kind.n || str_is(kind, "号") || str_is(kind, "#") || str_is(kind, "格")) &&
        is_above(p, str_head(buf_slice(&b), at)) &&
        (within == UNIT_NONE || units_inside(p->units, community, within) || units_inside(p->units, within, community)))
        unit = units_find(p->units, community, LEVEL_GRID, str_head(rest, digits), date, NULL);
    buf_free(&b);
    return unit;
}

/* 榆山街道云翠社区居委会: the community named in a text that says nothing else but what lies above it. */
static uint32_t find_below(const struct places *p, struct str text)
{
    static const char *const ENDS[] = {"社区",           "居委会", "居民委员会", "社区居委会", "社区居民委员会", "村委会", "服务站",
                                       "退役军人服务站", "村",     "小区",       NULL};
    struct buf b = {0};
    place_fold(&b, text);
    size_t at = 0, length = 0;
    uint32_t unit = place_community(p, buf_slice(&b), &at, &length);
    if (unit != UNIT_NONE) {
        struct str after = str_from(buf_slice(&b), at + length);
        bool good = !after.n;
        for (const char *const *w = ENDS; *w && !good; w++) good = str_is(after, *w);
        if (!good || !is_above(p, str_head(buf_slice(&b), at))) unit = UNIT_NONE;
    }
    buf_free(&b);
    return unit;
}

/* 榆山街道, 平阴县榆山街道办事处, where a community has to stand: no community, but nothing unknown either. */
uint32_t place_station(const struct places *p, struct str text, struct str date)
{
    static const char *const ABOVE[] = {"省", "市", "县", "区", NULL};
    uint32_t unit = units_find(p->units, UNIT_NONE, LEVEL_STATION, text, date, NULL);
    for (size_t i = 0; unit == UNIT_NONE && i < text.n;) {
        text_next(text, &i);
        if (ends_with_any(str_head(text, i), ABOVE))
            unit = units_find(p->units, UNIT_NONE, LEVEL_STATION, str_from(text, i), date, NULL);
    }
    return unit;
}

/* ---- a text, looked for ---- */

/* Ways of finding a text that lead to no unit, whichever it is looked for in; and what its column holds. */
enum { NEVER_PLAIN = 1, NEVER_SPELLED_OUT = 2, NEVER_ADDRESS = 4, TEXT_KNOWN = 8, WITH_ROOMS = 16 };

static bool spells_out(const struct places *p, enum level level, struct str text, struct str date)
{
    struct place_context *probe = mem_zero(1, sizeof *probe);
    size_t left;
    read_name(probe, p, level, text, &left);
    struct str said = probe->said[PLACE_TITLE].text[level];
    bool may = left <= 3 && said.n && units_named(p->units, UNIT_NONE, level, said, date);
    place_context_free(probe);
    return may;
}

bool place_names_unit(const struct places *p, enum level level, struct str text)
{
    struct str always = {NULL, 0};
    if (!p->units || !text.n) return false;
    return units_named(p->units, UNIT_NONE, level, text, always) || spells_out(p, level, text, always) ||
           (level == LEVEL_BUILDING && place_has_address(p, text, always));
}

static unsigned never_of(const struct places *p, struct place_memo *m, enum level level, struct str text, struct str date)
{
    enum { LONGEST = 200 };
    char key[LONGEST + 1];
    if (!m || text.n > LONGEST) return 0;
    key[0] = (char)level;
    memcpy(key + 1, text.s, text.n);
    struct map_entry *e = map_at(&m->texts, (struct str){key, text.n + 1}, NULL);
    if (e->value) return (unsigned)e->value;
    unsigned never = TEXT_KNOWN;
    struct buf folded = {0};
    spelling_fold(&folded, text);
    if (units_code(p->units, str_trim(text)) == UNIT_NONE && !units_named(p->units, UNIT_NONE, level, buf_slice(&folded), date))
        never |= NEVER_PLAIN;
    if ((never & NEVER_PLAIN) && !spells_out(p, level, text, date)) never |= NEVER_SPELLED_OUT;
    if ((never & NEVER_PLAIN) && level == LEVEL_BUILDING && !place_has_address(p, buf_slice(&folded), date) &&
        !place_is_short(buf_slice(&folded)))
        never |= NEVER_ADDRESS;
    buf_free(&folded);
    e->value = never;
    return never;
}

static uint32_t look_for_text(const struct places *p, uint32_t within, enum level level, struct str text, struct str date,
                              struct buf *nearest, unsigned never)
{
    uint32_t unit = UNIT_NONE;
    if (nearest || !(never & NEVER_PLAIN)) unit = units_find(p->units, within, level, text, date, nearest);
    if (unit == UNIT_NONE && !(never & NEVER_SPELLED_OUT)) unit = find_spelled_out(p, within, level, text, date);
    if (unit == UNIT_NONE && level == LEVEL_COMMUNITY) {
        unit = find_below(p, text);
        if (unit != UNIT_NONE && !(units_inside(p->units, unit, within) && units_open_on(p->units, unit, date))) unit = UNIT_NONE;
        if (unit == UNIT_NONE) unit = place_station(p, text, date);
    }
    if (unit == UNIT_NONE && level == LEVEL_GRID) unit = find_grid_after(p, within, text, date);
    if (unit != UNIT_NONE || level != LEVEL_BUILDING || (never & NEVER_ADDRESS)) return unit;
    if (place_short(p, within, never & WITH_ROOMS, text, date, &unit, NULL)) return unit;
    return place_in_address(p, within, text, date);
}

/* Without what people write around a name: 楼号：12, 12号楼（共48户）, 3网格 王某, 12.0. */
static struct str plainer(struct str text)
{
    struct str s = str_trim(text);
    size_t at;
    if (str_find(s, STR("："), &at)) s = str_trim(str_from(s, at + 3));
    else if (str_find(s, STR(":"), &at)) s = str_trim(str_from(s, at + 1));
    for (size_t i = 3; i < s.n; i++) {
        struct str rest = str_from(s, i);
        bool blank = rest.s[0] == ' ' || str_starts(rest, STR("　"));
        bool number = false;
        for (size_t k = 0; k < rest.n; k++) number |= rest.s[k] >= '0' && rest.s[k] <= '9';
        if (!(rest.s[0] == '(' || str_starts(rest, STR("（")) || (blank && !number))) continue;
        s = str_trim(str_head(s, i));
        break;
    }
    return str_ends(s, STR(".0")) && s.n > 2 ? str_head(s, s.n - 2) : s;
}

static uint32_t look_for(const struct places *p, uint32_t within, enum level level, struct str text, struct str date,
                         struct buf *nearest, unsigned never)
{
    uint32_t unit = look_for_text(p, within, level, text, date, nearest, never);
    struct str plain = unit == UNIT_NONE ? plainer(text) : text;
    if (plain.n && plain.n < text.n) unit = look_for_text(p, within, level, plain, date, NULL, never & WITH_ROOMS);
    return unit;
}

uint32_t place_find(const struct places *p, struct place_memo *m, uint32_t within, enum level level, struct str text,
                    struct str date, struct buf *nearest)
{
    enum { LONGEST = 200, MOST = 4096 };
    char key[LONGEST + sizeof within + 1];
    unsigned rooms = m && m->rooms ? WITH_ROOMS : 0;
    if (!m || text.n > LONGEST) return look_for(p, within, level, text, date, nearest, rooms);
    if (m->within.n >= MOST || m->texts.n >= MOST) place_memo_free(m);
    memcpy(key, &within, sizeof within);
    key[sizeof within] = (char)level;
    memcpy(key + sizeof within + 1, text.s, text.n);
    bool is_new;
    struct map_entry *e = map_at(&m->within, (struct str){key, text.n + sizeof within + 1}, &is_new);
    if (!is_new) return (uint32_t)e->value - 1;
    uint32_t unit = look_for(p, within, level, text, date, nearest, never_of(p, m, level, text, date) | rooms);
    e->value = (uint32_t)(unit + 1);
    return unit;
}

void place_memo_free(struct place_memo *m)
{
    map_free(&m->within);
    map_free(&m->texts);
}
