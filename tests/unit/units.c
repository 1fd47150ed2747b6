/* Units: the spellings of their names, and finding them. */
#include "ledger/units.h"

#include "ledger/spelling.h"
#include "tap.h"

static struct units *make(void)
{
    struct units *u = units_new();
    struct str none = {0};
    static const char *const ROWS[][5] = {
        {"S", "", "station", "榆山街道退役军人服务站", "榆山街道"},
        {"C1", "S", "community", "云翠社区", "云翠"},
        {"C2", "S", "community", "锦东社区", "锦东;锦东居委会"},
        {"G1", "C1", "grid", "第1网格", ""},
        {"G12", "C1", "grid", "第12网格", ""},
        {"B5", "G1", "building", "5号楼", ""},
        {"B6", "G1", "building", "6号楼", ""},
        {"B7", "G12", "building", "综合楼", ""},
        {"G21", "C2", "grid", "第1网格", ""},
        {"B25", "G21", "building", "5号楼", ""},
        {"BA", "G21", "building", "A座", ""},
        {"BU", "G21", "building", "9号楼1单元", ""},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        units_add(u, str_of(ROWS[i][0]), str_of(ROWS[i][1]), str_of(ROWS[i][2]), str_of(ROWS[i][3]), str_of(ROWS[i][4]), none, none,
                  none, none);
    units_add(u, STR("OLD"), STR("G1"), STR("building"), STR("8号楼"), none, none, none, none, STR("2020-06-30"));
    units_add(u, STR("NEW"), STR("G1"), STR("building"), STR("8号楼"), none, none, none, STR("2020-06-30"), none);
    return u;
}

static void check_find(const struct units *u, const char *within, enum level level, const char *name, const char *want)
{
    uint32_t at = *within ? units_code(u, str_of(within)) : UNIT_NONE;
    uint32_t i = units_find(u, at, level, str_of(name), (struct str){0}, NULL);
    CHECK_STR(i == UNIT_NONE ? STR("-") : u->v[i].code, want, "%s in %s is %s", name, *within ? within : "the station", want);
}

static void check_key(enum level level, const char *a, const char *b)
{
    struct buf folded = {0}, x = {0}, y = {0};
    spelling_fold(&folded, str_of(a));
    spelling_key(&x, level, buf_slice(&folded));
    folded.n = 0;
    spelling_fold(&folded, str_of(b));
    spelling_key(&y, level, buf_slice(&folded));
    buf_free(&folded);
    CHECK(str_eq(buf_slice(&x), buf_slice(&y)), "%s and %s are one spelling", a, b);
    buf_free(&x);
    buf_free(&y);
}

int main(void)
{
    struct diag d;
    diag_init(&d, NULL, NULL);
    struct str none = {0};
    struct units *u = make(), *again = units_new();
    CHECK(units_ready(u, "units.csv", &d), "sound units are accepted");
    static const char *const FIVE[] = {"5号楼",  "5#楼", "5#",      "5栋", "五幢", "5楼",  "５号楼", "05号楼", "第5栋",
                                       "五号楼", "楼5",  "5 号 楼", "5座", "5号",  "No.5", "NO 5",   "5-"};
    for (size_t i = 0; i < sizeof FIVE / sizeof *FIVE; i++) check_find(u, "G1", LEVEL_BUILDING, FIVE[i], "B5");
    static const char *const TWELVE[] = {"12网格", "第十二网格", "网格12", "012网格", "十二网格", "第１２网格", "12", "12号网格"};
    for (size_t i = 0; i < sizeof TWELVE / sizeof *TWELVE; i++) check_find(u, "C1", LEVEL_GRID, TWELVE[i], "G12");
    static const char *const CLOUD[] = {"云翠社区", "云翠", "云翠居委会", " 云翠社区 ", "云翠社区居委会", "C1"};
    for (size_t i = 0; i < sizeof CLOUD / sizeof *CLOUD; i++) check_find(u, "", LEVEL_COMMUNITY, CLOUD[i], "C1");
    check_find(u, "C1", LEVEL_BUILDING, "综合楼", "B7");
    check_find(u, "C2", LEVEL_BUILDING, "a栋", "BA");
    check_find(u, "C2", LEVEL_BUILDING, "9栋一单元", "BU");
    check_find(u, "", LEVEL_BUILDING, "5号楼", "-");
    check_find(u, "", LEVEL_GRID, "1网格", "-");
    check_find(u, "G1", LEVEL_BUILDING, "综合楼", "-");
    check_find(u, "G1", LEVEL_BUILDING, "50号楼", "-");
    check_key(LEVEL_BUILDING, "一百零三号楼", "103#");
    check_key(LEVEL_GRID, "第二十网格", "20网格");

    struct buf near = {0};
    units_find(u, UNIT_NONE, LEVEL_BUILDING, STR("5号楼"), (struct str){0}, &near);
    CHECK_STR(buf_slice(&near), "锦东社区第1网格5号楼、云翠社区第1网格5号楼",
              "a name that two grids have names both, with what lies above");
    near.n = 0;
    units_find(u, UNIT_NONE, LEVEL_COMMUNITY, STR("云萃社区"), (struct str){0}, &near);
    CHECK_STR(buf_slice(&near), "云翠社区", "an unknown community has a nearest name");
    uint32_t g1 = units_code(u, STR("G1"));
    near.n = 0;
    units_add(again, STR("C"), none, STR("community"), STR("云翠社区"), none, none, none, none, none);
    for (int i = 0; i < 4; i++) {
        const char grid[] = {(char)('1' + i), 0}, code[] = {'B', (char)('1' + i), 0};
        units_add(again, str_of(grid), STR("C"), STR("grid"), str_of(grid), none, none, none, none, none);
        units_add(again, str_of(code), str_of(grid), STR("building"), STR("5号楼"), none, none, none, none,
                  i < 2 ? STR("2020-01-01") : none);
    }
    units_ready(again, "units.csv", &d);
    units_find(again, UNIT_NONE, LEVEL_BUILDING, STR("5号楼"), STR("2026-11-30"), &near);
    CHECK_STR(buf_slice(&near), "云翠社区35号楼、云翠社区45号楼", "of several buildings of a name those that are open are named");
    units_free(again);
    uint32_t old = units_find(u, g1, LEVEL_BUILDING, STR("8栋"), STR("2020-05-01"), NULL);
    uint32_t young = units_find(u, g1, LEVEL_BUILDING, STR("8栋"), STR("2020-10-22"), NULL);
    CHECK(old == units_code(u, STR("OLD")) && young == units_code(u, STR("NEW")),
          "of two buildings of one name the one that was open counts");
    CHECK(units_up(u, units_code(u, STR("B5")), LEVEL_COMMUNITY) == units_code(u, STR("C1")), "a building knows its community");
    units_free(u);

    struct units *bad = units_new();
    units_add(bad, STR("A"), none, STR("grid"), STR("第1网格"), none, none, none, none, none);
    units_add(bad, STR("B"), STR("X"), STR("building"), STR("1号楼"), none, none, none, none, none);
    CHECK(!units_ready(bad, "units.csv", &d) && d.counts[DIAG_UNIT_PARENT] == 1, "a parent that is not there is an error");
    units_free(bad);
    bad = units_new();
    units_add(bad, STR("A"), none, STR("grid"), STR("第1网格"), none, none, none, none, none);
    units_add(bad, STR("A"), none, STR("grad"), STR("第2网格"), none, none, none, none, none);
    CHECK(!units_ready(bad, "units.csv", &d) && d.counts[DIAG_UNIT_TWICE] == 1 && d.counts[DIAG_UNIT_LEVEL] == 1,
          "all faults of a units file are told, not the first");
    units_free(bad);
    buf_free(&near);

    struct buf text = {0};
    spelling_numbers(&text, STR("云翠_第八网格_37号楼_采集表"));
    size_t from = 0;
    struct spelling_number n;
    CHECK(spelling_next(buf_slice(&text), &from, &n) && n.level == LEVEL_GRID && str_is(n.text, "8网格"),
          "a file's name has its grid");
    CHECK(spelling_next(buf_slice(&text), &from, &n) && n.level == LEVEL_BUILDING && str_is(n.text, "37号楼"), "and its building");
    CHECK(!spelling_next(buf_slice(&text), &from, &n), "and nothing more");
    buf_free(&text);
    return tap_end();
}
