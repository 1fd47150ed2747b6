/* Undo: exact, refused when something depends on it, and undone itself. */
#include "store/undo.h"
#include "store_fixture.h"

#define ID_A "370124195001011012"
#define ID_B "370124195211070029"

static int64_t head(struct station *st)
{
    return store_head(st->store, NULL);
}

static bool undo(struct station *st, int64_t batch, bool cascade)
{
    st->told.n = 0;
    return store_undo(st->store, &batch, 1, cascade, NULL);
}

static const char *english(const char *text)
{
    return text;
}

/* What the log says that a batch did; valid until the next call. */
static const char *told(struct station *st, int64_t batch)
{
    static char text[200];
    struct rows *log = store_log_told(st->store, english);
    struct row_cursor c = {.rows = log};
    int what = columns_find(&log->columns, STR("what"));
    int64_t n = 0;
    for (const struct str *v; (v = rows_next(&c));)
        if (++n == batch) snprintf(text, sizeof text, "%.*s", (int)v[what].n, v[what].s);
    rows_done(&c);
    rows_close(log);
    return text;
}

static void test_exact(void)
{
    struct station st;
    struct buf before = {0}, after = {0}, now = {0};
    station_remove("t.db");
    station_start(&st, "t.db");
    station_open(&st);
    IMPORT(&st, NULL, .name = "1.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}, {"b1", "李四", NULL, "1960", NULL}),
           .rejected_unit = "b1", .rejected_cells = {"1", "", ID_B});
    station_dump(&st, 0, &before);
    IMPORT(&st, NULL, .name = "2.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "2"}, {"b1", "新人", ID_B, "1952-11-07", NULL}));
    int64_t second = head(&st);
    station_dump(&st, 0, &after);
    CHECK(undo(&st, second, false), "the last file can be undone");
    station_dump(&st, 0, &now);
    CHECK(str_eq(buf_slice(&before), buf_slice(&now)), "then the store holds what it held before, the open error too");
    int64_t undone = head(&st);
    CHECK(undone == second + 1, "the undo is a batch of its own");
    CHECK(!undo(&st, second, false) && strstr(buf_text(&st.told), "undo_done"), "what is undone cannot be undone again");
    struct undone done;
    CHECK(store_undo(st.store, &undone, 1, false, &done), "but the undo can be undone");
    CHECK(done.away == 0 && done.back == 1, "which is told as bringing one batch back");
    station_dump(&st, 0, &now);
    CHECK(str_eq(buf_slice(&after), buf_slice(&now)), "then the store holds what it held with the file");
    int64_t redone = head(&st);
    CHECK(!undo(&st, undone, false) && strstr(buf_text(&st.told), "redo_done"), "not twice");
    CHECK(store_undo(st.store, &redone, 1, false, &done) && done.away == 1 && done.back == 0,
          "what was brought back is taken back by undoing that");
    CHECK(strstr(told(&st, head(&st)), "takes back batch") != NULL, "and the log says so");
    CHECK(strstr(told(&st, redone), "brings back batch") != NULL, "as it says what brought it back");
    redone = head(&st);
    store_undo(st.store, &redone, 1, false, NULL);
    station_dump(&st, 0, &now);
    CHECK(str_eq(buf_slice(&after), buf_slice(&now)), "and so on");
    station_dump(&st, second - 1, &now);
    CHECK(str_eq(buf_slice(&before), buf_slice(&now)), "what was so before can still be seen as of then");
    CHECK(store_verify(st.store), "the store verifies");
    station_end(&st);
    buf_free(&before);
    buf_free(&after);
    buf_free(&now);
}

static void test_dependents(void)
{
    struct station st;
    struct buf empty = {0}, now = {0};
    station_remove("t.db");
    station_start(&st, "t.db");
    station_open(&st);
    station_dump(&st, 0, &empty);
    IMPORT(&st, NULL, .name = "1.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}));
    int64_t first = head(&st);
    IMPORT(&st, NULL, .name = "2.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "2"}));
    IMPORT(&st, NULL, .name = "3.xlsx", PEOPLE({"b2", "李四", ID_B, "1952-11-07", NULL}));
    IMPORT(&st, NULL, .name = "4.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "2"}), .survey = "2026-11-20");
    int64_t last = head(&st);
    CHECK(!undo(&st, first, false), "a file whose people a later one changed is not undone alone");
    CHECK_STR(buf_slice(&st.told), "undo_depends undo_depends",
              "the one that changed a person and the one that saw him are named, and nobody else");
    CHECK(head(&st) == last, "and nothing was changed");
    CHECK(!undo(&st, first + 1, false), "a file that a later sheet confirmed is not undone alone either");
    CHECK(undo(&st, first, true), "with --cascade all three are undone");
    CHECK(store_count(st.store, st.ledger, 0) == 1, "and the one who has nothing to do with it stays");
    CHECK(undo(&st, first + 2, false), "he can be undone as well");
    station_dump(&st, 0, &now);
    CHECK(str_eq(buf_slice(&empty), buf_slice(&now)), "then the store holds what it held at first");
    struct buf fates = {0};
    IMPORT(&st, &fates, .name = "1.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}));
    CHECK_STR(buf_slice(&fates), "new", "an undone file can be imported again");
    int64_t again = head(&st);
    CHECK(!undo(&st, again - 2, false), "an undo is not undone when that would bring back someone who is there again");
    CHECK(store_verify(st.store), "the store verifies");
    station_end(&st);
    buf_free(&empty);
    buf_free(&now);
    buf_free(&fates);
}

static void test_links_and_units(void)
{
    struct station st;
    station_remove("t.db");
    station_start(&st, "t.db");
    station_open(&st);
    int64_t units = head(&st);
    IMPORT(&st, NULL, .name = "1.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}));
    int64_t file = head(&st);
    struct store_link link = {.record = 1, .entity = STR("E1"), .how = STR("id")};
    CHECK(store_links_replace(st.store, st.ledger, &link, 1) && head(&st) == file + 1, "links are a batch");
    CHECK(store_links_replace(st.store, st.ledger, &link, 1) && head(&st) == file + 1, "the same links again change nothing");
    CHECK(!undo(&st, file, false), "a file whose records are linked is not undone alone");
    CHECK(!undo(&st, units, false), "units in which people are counted are not undone alone");
    CHECK(!undo(&st, 1, false), "the making of the store is never undone");
    CHECK(undo(&st, file + 1, false) && undo(&st, file, false) && undo(&st, units, false),
          "from the last to the first all can be undone");
    CHECK(store_verify(st.store), "the store verifies");
    IMPORT(&st, NULL, .name = "1.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}));
    struct store_link two[] = {link, {.record = 1, .entity = STR("E2"), .how = STR("id")}};
    CHECK(store_links_replace(st.store, st.ledger, two, 2) && !store_verify(st.store),
          "one record in two entities does not verify");
    station_end(&st);
}

int main(void)
{
    test_exact();
    test_dependents();
    test_links_and_units();
    return tap_end();
}
