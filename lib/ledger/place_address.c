/* The building in an address. */
#include "base/text.h"
#include "ledger/place_own.h"
#include "ledger/spelling.h"

static uint32_t numbered(const struct places *p, uint32_t within, struct str before, struct str number, struct str date)
{
    struct buf name = {0};
    buf_str(&name, before);
    buf_str(&name, number);
    buf_put(&name, "号楼");
    uint32_t unit = units_find(p->units, within, LEVEL_BUILDING, buf_slice(&name), date, NULL);
    buf_free(&name);
    return unit;
}

bool place_has_address(const struct places *p, struct str folded, struct str date)
{
    struct buf b = {0}, name = {0};
    spelling_numbers(&b, folded);
    struct str before, number = spelling_building(buf_slice(&b), &before);
    buf_str(&name, number);
    buf_put(&name, "号楼");
    bool may = number.n && units_named(p->units, UNIT_NONE, LEVEL_BUILDING, buf_slice(&name), date);
    buf_free(&b);
    buf_free(&name);
    return may;
}

uint32_t place_in_address(const struct places *p, uint32_t within, struct str text, struct str date)
{
    static const char *const OTHER[] = {"社区", "网格", "村", "街道", "居委会", NULL};
    struct buf b = {0};
    place_fold(&b, text);
    struct str before, number = spelling_building(buf_slice(&b), &before), none = {NULL, 0};
    uint32_t unit = UNIT_NONE;
    bool other = false;
    size_t at, length;
    for (size_t i = 0; i < before.n; i++) other |= (unsigned char)before.s[i] < 0x80;
    for (const char *const *w = OTHER; *w && !other; w++) other = str_find(before, str_of(*w), &at);
    if (number.n && !other) {
        uint32_t community = place_community(p, before, &at, &length);
        if (community == UNIT_NONE || within == UNIT_NONE || units_inside(p->units, within, community))
            unit = numbered(p, community != UNIT_NONE && within == UNIT_NONE ? community : within, none, number, date);
    }
    buf_free(&b);
    return unit;
}

/* ---- in a column of addresses ---- */

/* 平阴县榆山街道, or nothing at all: does the text say only of which station the place is? */
static bool is_ours(const struct places *p, struct str before, struct str date)
{
    return !before.n || place_station(p, before, date) != UNIT_NONE;
}

/* What follows the community's name, and all that may stand before it; without the name, what follows the station's.  False when
 * another community is named. */
static bool after_community(const struct places *p, uint32_t community, struct str *s, struct str date)
{
    static const char *const ENDS[] = {"社区居委会", "社区", "居委会", "小区", "村", NULL};
    static const char *const STATION[] = {"街道办事处", "街道办", "街道", "办事处", "镇", "乡", NULL};
    size_t at = 0, length = 0, past;
    uint32_t named = place_community(p, *s, &at, &length);
    if (named != UNIT_NONE) {
        struct str before = str_head(*s, at);
        *s = str_from(*s, at + length);
        *s = str_from(*s, words_begin(*s, ENDS));
        return named == community && is_ours(p, before, date);
    }
    for (const char *const *w = STATION; *w; w++) {
        if (!str_find(*s, str_of(*w), &past)) continue;
        struct str before = str_head(*s, past + strlen(*w));
        if (!is_ours(p, before, date)) return false;
        *s = str_from(*s, before.n);
        break;
    }
    return length == 0; /* else two communities are called so */
}

/* Is it surely a building, and no house of a street or a unit with a room: 12号楼, 12#, 12-3-201, but neither 12号 nor 3-201? */
static bool is_sure(struct str after)
{
    static const char *const BUILDING[] = {"号楼", "号栋", "号幢", "#", "楼栋", "栋", "幢", NULL};
    static const char *const MARKS[] = {"-", "/", NULL};
    if (words_begin(after, BUILDING)) return true;
    unsigned marks = 0;
    for (size_t i = 0; i < after.n; i++) marks += words_begin(str_from(after, i), MARKS) > 0;
    return words_begin(after, MARKS) && marks == 2;
}

uint32_t place_of_address(const struct places *p, uint32_t within, struct str address, struct str date)
{
    struct buf b = {0};
    uint32_t unit = UNIT_NONE, grid = within;
    uint32_t community = p->units && within != UNIT_NONE ? units_up(p->units, within, LEVEL_COMMUNITY) : UNIT_NONE;
    place_fold(&b, address);
    struct str s = buf_slice(&b), before;
    struct spelling_number number;
    size_t from = 0;
    if (community != UNIT_NONE && after_community(p, community, &s, date)) {
        if (spelling_next(s, &from, &number) && number.level == LEVEL_GRID && !number.begin) {
            grid = units_find(p->units, community, LEVEL_GRID, number.text, date, NULL);
            s = str_from(s, number.end);
        }
        struct str building = spelling_building(s, &before);
        bool inside = grid != UNIT_NONE && (units_inside(p->units, grid, within) || units_inside(p->units, within, grid));
        if (inside && building.n && is_sure(str_from(s, before.n + building.n))) unit = numbered(p, grid, before, building, date);
    }
    buf_free(&b);
    return unit != UNIT_NONE && units_inside(p->units, unit, within) ? unit : UNIT_NONE;
}
