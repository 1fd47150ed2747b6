/* Buildings in short: what so few signs may mean in a community, and that nothing is guessed when they may mean two. */
#include "ledger/place.h"
#include "tap.h"

static void add(struct units *u, const char *code, const char *parent, const char *level, const char *name)
{
    struct str none = {0};
    units_add(u, str_of(code), str_of(parent), str_of(level), str_of(name), none, none, none, none, none);
}

/* C1: grids with buildings of their own; C2: numbers that grids share; C3: letters. */
static struct units *make(void)
{
    static const char *const ROWS[][4] = {
        {"S", "", "station", "榆山街道"},          {"C1", "S", "community", "云翠社区"},  {"G1", "C1", "grid", "第1网格"},
        {"1/2", "G1", "building", "2号楼"},        {"1/12", "G1", "building", "12号楼"},  {"1/28", "G1", "building", "28号楼"},
        {"G2", "C1", "grid", "第2网格"},           {"2/5", "G2", "building", "5号楼"},    {"2/17", "G2", "building", "17号楼"},
        {"G3", "C1", "grid", "第3网格"},           {"3/14", "G3", "building", "14号楼"},  {"C2", "S", "community", "锦东社区"},
        {"H1", "C2", "grid", "第1网格"},           {"h1/1", "H1", "building", "1号楼"},   {"h1/2", "H1", "building", "2号楼"},
        {"h1/8", "H1", "building", "8号楼"},       {"H2", "C2", "grid", "第2网格"},       {"h2/1", "H2", "building", "1号楼"},
        {"h2/8", "H2", "building", "8号楼"},       {"h2/9", "H2", "building", "9号楼"},   {"h2/28", "H2", "building", "28号楼"},
        {"C3", "S", "community", "翠屏社区"},      {"K1", "C3", "grid", "第1网格"},       {"c3/15A", "K1", "building", "15号楼A座"},
        {"c3/15B", "K1", "building", "15号楼B座"}, {"c3/12", "K1", "building", "12号楼"}, {"c3/A", "K1", "building", "A座"},
        {"c3/B7", "K1", "building", "B7栋"},
    };
    struct units *u = units_new();
    struct diag d;
    diag_init(&d, NULL, NULL);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) add(u, ROWS[i][0], ROWS[i][1], ROWS[i][2], ROWS[i][3]);
    CHECK(units_ready(u, "units.csv", &d), "the units are sound");
    return u;
}

static const struct {
    const char *sheet, *typed, *want; /* want: the building's code, or "-" */
    const char *why;
} SHORT[] = {
    {"C1", "网格28号楼", "1/28", "building 28; grid 2 has no building 8"},
    {"C1", "网格25号楼", "2/5", "grid 2, building 5; there is no building 25"},
    {"C1", "网格217号楼", "2/17", "grid 2, building 17"},
    {"C1", "网格19号楼", "-", "nothing of that kind"},
    {"C2", "网格28号楼", "-", "building 28, or building 8 of grid 2"},
    {"C2", "网格29号楼", "h2/9", "grid 2, building 9"},
    {"C2", "网格18栋", "h1/8", "whatever the buildings are called"},
    {"C1", "3-14", "3/14", "grid 3, building 14; there is no building 3"},
    {"C1", "3/14", "3/14", "with another mark"},
    {"C1", "3.14", "-", "a number, which may have lost a nought"},
    {"C1", "2-301", "1/2", "building 2, room 301; grid 2 has no building of that number"},
    {"C1", "2-5", "-", "building 5 of grid 2, or building 2 with a room"},
    {"G2", "2-5", "2/5", "in a sheet of grid 2 there is no building 2"},
    {"G1", "2-5", "1/2", "in one of grid 1 it is not of grid 2"},
    {"C1", "3-12", "-", "grid 3 has no building 12, and there is no building 3"},
    {"C2", "1-8", "-", "two buildings 1, each of which may have a room 8, and building 8 of grid 1"},
    {"C2", "2-1", "-", "building 1 of grid 2, or building 2 with a room"},
    {"C1", "5-2-301", "2/5", "three numbers are a building, its unit and a room"},
    {"C1", "2网格5", "2/5", "the grid is said"},
    {"C1", "网格2-5", "2/5", "before its number, too"},
    {"C1", "G2-5", "2/5", "or with a letter"},
    {"C1", "2网格12", "-", "that grid has no building 12"},
    {"C1", "11-13号楼", "-", "a range names none"},
    {"C1", "12号楼A座", "1/12", "a part of building 12"},
    {"C1", "12#A", "1/12", "in short"},
    {"C1", "B12", "1/12", "building 12, where no building has a letter"},
    {"C1", "A12", "-", "but A is no word for a building"},
    {"C3", "B12", "-", "where some have, B may be one of them"},
    {"C3", "12号楼A座", "-", "a part of 12, or A座"},
    {"C3", "12号楼C座", "c3/12", "a part of 12"},
    {"C3", "15A", "c3/15A", "the building of that number and letter"},
    {"C3", "15-b", "c3/15B", "in small letters, with a mark"},
    {"C3", "B15", "c3/15B", "the letter first"},
    {"C3", "A15", "-", "15号楼A座, or a room of A座"},
    {"C3", "15号楼C座", "-", "a part that 15 does not have"},
    {"C3", "7B", "c3/B7", "the other way round"},
    {"", "3-14", "-", "where nobody knows the community"},
};

static const struct {
    const char *sheet, *typed, *want, *why;
} ADDRESSES[] = {
    {"C1", "12号楼3单元201", "1/12", "the only building 12"},
    {"G1", "12#3-201", "1/12", "written otherwise"},
    {"C1", "榆山街道云翠社区12号楼3单元201", "1/12", "with what lies above it"},
    {"C1", "平阴县榆山街道12-3-201", "1/12", "of our street"},
    {"C1", "2网格5号楼1单元101", "2/5", "with its grid"},
    {"H2", "1号楼101", "h2/1", "in the grid of the sheet"},
    {"C2", "1号楼101", "-", "two buildings are called so"},
    {"C1", "幸福花园12号楼", "-", "anywhere"},
    {"C1", "锦东社区12号楼", "-", "of another community"},
    {"C1", "历下区千佛山街道12号楼", "-", "of another street"},
    {"C1", "云翠路12号楼", "-", "of a street"},
    {"C1", "12号", "-", "a house of a street"},
    {"C1", "2-301", "-", "unit 2 or building 2"},
    {"C1", "12号楼、5号楼", "-", "two"},
    {"G1", "5号楼1单元", "-", "of another grid than the sheet's"},
    {"S", "12号楼3单元201", "-", "where nobody knows the community"},
    {"C1", "", "-", "nothing"},
};

static void addresses(const struct units *u, const struct places *p)
{
    struct str none = {0};
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        uint32_t within = units_code(u, str_of(ADDRESSES[i].sheet));
        uint32_t unit = place_of_address(p, within, str_of(ADDRESSES[i].typed), none);
        CHECK_STR(unit == UNIT_NONE ? STR("-") : u->v[unit].code, ADDRESSES[i].want, "the address %s in %s: %s", ADDRESSES[i].typed,
                  ADDRESSES[i].sheet, ADDRESSES[i].why);
    }
}

int main(void)
{
    struct units *u = make();
    struct places p;
    places_ready(&p, u);
    for (size_t i = 0; i < sizeof SHORT / sizeof *SHORT; i++) {
        struct place_context c = {.unit = *SHORT[i].sheet ? units_code(u, str_of(SHORT[i].sheet)) : UNIT_NONE};
        struct place_memo memo = {0};
        struct place_found found;
        for (int again = 0; again < 2; again++) {
            const struct str typed[LEVEL_COUNT] = {[LEVEL_BUILDING] = str_of(SHORT[i].typed)};
            place_of_row(&p, &c, &memo, typed, &found);
        }
        bool known = found.unit != UNIT_NONE && u->v[found.unit].level == LEVEL_BUILDING;
        CHECK_STR(known ? u->v[found.unit].code : STR("-"), SHORT[i].want, "%s in %s: %s", SHORT[i].typed, SHORT[i].sheet,
                  SHORT[i].why);
        CHECK(known || found.unknown[LEVEL_BUILDING], "  and what is not known is said");
        place_memo_free(&memo);
    }
    struct place_context c = {.unit = units_code(u, STR("C1"))};
    struct place_memo memo = {0};
    struct place_found found;
    struct arena memory = {0};
    const struct str typed[LEVEL_COUNT] = {[LEVEL_BUILDING] = STR("2-5")};
    place_of_row(&p, &c, &memo, typed, &found);
    CHECK_STR(place_nearest(&p, &c, &found, LEVEL_BUILDING, &memory), "第2网格5号楼、第1网格2号楼",
              "both that may be meant are named");
    addresses(u, &p);
    place_memo_free(&memo);
    arena_free(&memory);
    places_free(&p);
    units_free(u);
    return tap_end();
}
