/* What an import leaves in the store. */
#include "store_fixture.h"

#define ID_A "370124195001011012"
#define ID_B "370124195211070029"

static struct str told(const struct buf *b)
{
    return buf_slice(b);
}

static void fresh(struct station *st)
{
    station_remove("t.db");
    station_start(st, "t.db");
    CHECK(station_open(st), "a store is made where there is none");
}

static void test_fates(void)
{
    struct station st;
    struct buf f = {0};
    fresh(&st);
    CHECK(IMPORT(&st, &f, .name = "a.xlsx",
                 PEOPLE({"b1", "张三", ID_A, "1950-01-01", "13800000001"}, {"b1", "李四", NULL, "1960-05", NULL})),
          "two people of a building are taken");
    CHECK_STR(told(&f), "new new", "both are new");
    IMPORT(&st, &f, .name = "a.xlsx",
           PEOPLE({"b1", "张三", ID_A, "1950-01-01", "13800000001"}, {"b1", "李四", NULL, "1960-05", NULL}));
    CHECK_STR(told(&f), "skipped", "the same bytes again are not even looked at");
    IMPORT(&st, &f, .name = "a2.xlsx",
           PEOPLE({"b1", "张三", ID_A, "1950-01-01", "13800000001"}, {"b1", "李四", NULL, "1960-05", "13800000002"}));
    CHECK_STR(told(&f), "unchanged updated", "a corrected sheet updates the one who changed");
    IMPORT(&st, &f, .name = "a3.xlsx",
           PEOPLE({"b1", "张三", ID_A, "1950-01-01", "13800000001"}, {"b1", "张三", ID_A, "1950-01-01", "13800000001"}));
    CHECK_STR(told(&f), "unchanged duplicate", "a person twice on one sheet is one person");
    IMPORT(&st, &f, .name = "b.xlsx", PEOPLE({"b2", "张三", ID_A, "1950-01-01", "13800000001"}));
    CHECK_STR(told(&f), "new", "the same person in another building is another record");
    IMPORT(&st, &f, .name = "c.xlsx", PEOPLE({"b3", "王五", NULL, NULL, "13800000003"}, {"b3", "王五", NULL, NULL, "13800000004"}));
    CHECK_STR(told(&f), "new new", "two of one name, of whom nothing tells that they are one, stay two");
    IMPORT(&st, &f, .name = "d.xlsx", PEOPLE({"b1", "张叁", ID_A, "1950-01-01", "13800000001"}));
    CHECK_STR(told(&f), "updated", "a name corrected under the same id is the same record");
    CHECK(store_count(st.store, st.ledger, 0) == 5, "nobody was lost and nobody counted twice");
    CHECK(store_verify(st.store), "verify finds nothing wrong");
    CHECK(station_close(&st), "all of it is on the disk");
    buf_free(&f);
    station_end(&st);
}

/* bad, then corrected = clean */
static void test_correction(void)
{
    static const struct person CLEAN[] = {{"b1", "张三", ID_A, "1950-01-01", "138"}, {"b1", "李四", NULL, "1952-11-07", NULL}};
    static const struct {
        const char *what;
        struct person bad;
    } BAD[] = {
        {"a damaged id", {"b1", "张三", NULL, "1950-01-01", "138", "id_number:id_checksum", "370124195001011013"}},
        {"a damaged id and no birth date", {"b1", "张三", NULL, NULL, "138", "id_number:id_precision_lost", "3.70E+17"}},
        {"a birth date of less precision and no id", {"b1", "张三", NULL, "1950", "138", "id_number:id_missing"}},
        {"a wrong name", {"b1", "章三", ID_A, "1950-01-01", "138"}},
        {"a wrong phone", {"b1", "张三", ID_A, "1950-01-01", NULL, "phone:phone_invalid"}},
    };
    struct buf want = {0}, got = {0};
    struct station st;
    fresh(&st);
    station_import(&st, &(struct file){.name = "clean.xlsx", .people = CLEAN, .n = 2}, NULL);
    station_dump(&st, 0, &want);
    station_end(&st);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        struct person people[2] = {BAD[i].bad, CLEAN[1]};
        fresh(&st);
        station_import(&st, &(struct file){.name = "bad.xlsx", .people = people, .n = 2}, NULL);
        station_dump(&st, 0, &got);
        CHECK(!str_eq(buf_slice(&want), buf_slice(&got)), "a sheet with %s gives another store", BAD[i].what);
        station_import(&st, &(struct file){.name = "corrected.xlsx", .people = CLEAN, .n = 2}, NULL);
        station_dump(&st, 0, &got);
        CHECK(str_eq(buf_slice(&want), buf_slice(&got)), "corrected after %s, the store equals that of the clean sheet",
              BAD[i].what);
        CHECK(store_verify(st.store), "and verifies");
        station_end(&st);
    }
    buf_free(&want);
    buf_free(&got);
}

static void test_rejects(void)
{
    struct station st;
    struct buf clean = {0}, got = {0};
    fresh(&st);
    IMPORT(&st, NULL, .name = "ok.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "13800000001"}));
    station_dump(&st, 0, &clean);
    station_end(&st);

    fresh(&st);
    IMPORT(&st, NULL, .name = "bad.xlsx", .rejected_unit = "b1", .rejected_cells = {"1", "", "3701241950 01011012", "138"});
    IMPORT(&st, NULL, .name = "other.xlsx", .rejected_unit = "b2", .rejected_cells = {"1", "", ID_B});
    struct store_info info;
    store_info(st.store, &info);
    CHECK(info.rejects == 2, "two rejected rows wait for correction");
    IMPORT(&st, NULL, .name = "good.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "13800000001"}));
    store_info(st.store, &info);
    CHECK(info.rejects == 1, "the corrected row closes its own error and no other");
    IMPORT(&st, NULL, .name = "other.xlsx", .nil = "b2");
    station_dump(&st, 0, &got);
    CHECK(str_eq(buf_slice(&clean), buf_slice(&got)), "a file of the same name for the same building closes what it had");
    CHECK(store_verify(st.store), "the store verifies");
    station_end(&st);
    buf_free(&clean);
    buf_free(&got);
}

/* What a newer sheet settled stays so when an older one comes late, and what it left open too. */
static void test_rejects_by_survey(void)
{
    static const struct person GOOD[] = {{"b1", "张三", ID_A, "1950-01-01", "13800000001"}};
    const struct file old_bad = {
        .name = "old.xlsx", .survey = "2026-10-05", .rejected_unit = "b1", .rejected_cells = {"1", "", ID_A, "137"}};
    const struct file new_good = {.name = "new.xlsx", .survey = "2026-11-05", .people = GOOD, .n = 1};
    const struct file new_bad = {
        .name = "new.xlsx", .survey = "2026-11-05", .rejected_unit = "b1", .rejected_cells = {"1", "", ID_A, "137"}};
    const struct file old_good = {.name = "old.xlsx", .survey = "2026-10-05", .people = GOOD, .n = 1};
    const struct file old_other = {
        .name = "old.xlsx", .survey = "2026-10-05", .rejected_unit = "b1", .rejected_cells = {"1", "", ID_B, "139"}};
    const struct file same_name = {
        .name = "new.xlsx", .survey = "2026-10-05", .rejected_unit = "b1", .rejected_cells = {"1", "", ID_B, "139"}};
    const struct {
        const struct file *first, *then;
        unsigned open;
        const char *what;
    } V[] = {
        {&old_bad, &new_good, 0, "a newer sheet closes what an older one left open"},
        {&new_good, &old_bad, 0, "an older sheet that comes late opens nothing that the newer one has settled"},
        {&old_good, &new_bad, 1, "a row that is wrong on the newer sheet is open"},
        {&new_bad, &old_good, 1, "and stays so when an older sheet comes that had it right"},
        {&new_good, &old_other, 1, "a row of an older sheet of which the newer one says nothing is open"},
        {&new_good, &same_name, 0, "but not where the newer sheet is that very file, sent again"},
    };
    for (size_t i = 0; i < sizeof V / sizeof *V; i++) {
        struct station st;
        struct store_info info;
        fresh(&st);
        station_import(&st, V[i].first, NULL);
        station_import(&st, V[i].then, NULL);
        store_info(st.store, &info);
        CHECK(info.rejects == V[i].open, "%s (%u open)", V[i].what, (unsigned)info.rejects);
        CHECK(store_verify(st.store), "and the store verifies");
        station_end(&st);
    }
}

static void test_surveyed_later_wins(void)
{
    struct station st;
    struct buf a = {0}, b = {0}, f = {0};
    struct file old = {.name = "old.xlsx",
                       .survey = "2026-10-05",
                       PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}, {"b1", "李四", ID_B, "1952-11-07", "1"})};
    struct file new = {.name = "new.xlsx", .survey = "2026-11-05", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "2"})};
    fresh(&st);
    station_import(&st, &old, NULL);
    station_import(&st, &new, NULL);
    station_dump(&st, 0, &a);
    struct buf missing = {0};
    dump_rows(&missing, store_missing(st.store, st.ledger, 0));
    CHECK(missing.n && strstr(buf_text(&missing), "李四") && !strstr(missing.s, "张三"),
          "whom the newest sheet does not hold is listed for follow-up, and only he");
    CHECK(strstr(buf_text(&missing), "王楼长") != NULL, "with the building leader who knows him");
    station_end(&st);
    fresh(&st);
    station_import(&st, &new, NULL);
    station_import(&st, &old, &f);
    CHECK_STR(told(&f), "unchanged new", "an older sheet that comes later changes nobody, and adds whom it alone has");
    station_dump(&st, 0, &b);
    CHECK(str_eq(buf_slice(&a), buf_slice(&b)), "of two sheets of a building the one surveyed later wins, whichever comes first");
    missing.n = 0;
    dump_rows(&missing, store_missing(st.store, st.ledger, 0));
    CHECK(strstr(buf_text(&missing), "李四") != NULL, "and the one for follow-up is the same");
    station_end(&st);
    buf_free(&a);
    buf_free(&b);
    buf_free(&f);
    buf_free(&missing);
}

static void test_thrown_away(void)
{
    struct station st;
    struct buf before = {0}, after = {0}, f = {0};
    fresh(&st);
    IMPORT(&st, NULL, .name = "a.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}));
    station_dump(&st, 0, &before);
    struct sink *k = store_sink(st.store, st.ledger, st.units);
    struct file bad = {
        .name = "b.xlsx", .throw_away = true, PEOPLE({"b1", "张三", ID_A, "1950-01-01", "2"}, {"b2", "新人", NULL, "1970", NULL})};
    station_import_by(&st, k, &bad, NULL);
    station_dump(&st, 0, &after);
    CHECK(str_eq(buf_slice(&before), buf_slice(&after)), "a file that could not be read to its end leaves nothing");
    bad.throw_away = false;
    station_import_by(&st, k, &bad, &f);
    CHECK_STR(told(&f), "updated new", "and is taken whole when it is given again in the same run");
    store_sink_free(k);
    CHECK(store_verify(st.store), "the store verifies");
    station_end(&st);
    buf_free(&before);
    buf_free(&after);
    buf_free(&f);
}

int main(void)
{
    test_fates();
    test_correction();
    test_rejects();
    test_rejects_by_survey();
    test_surveyed_later_wins();
    test_thrown_away();
    return tap_end();
}
