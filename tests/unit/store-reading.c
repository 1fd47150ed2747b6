/* Reading records: only the columns that are wanted, when people were seen last, and what it costs to find those missing. */
#include <sqlite3.h>

#include "store/own.h"
#include "store_fixture.h"

#define ID_A "370124195001011012"
#define ID_B "370124195211070029"

static void start(struct station *st)
{
    station_remove("t.db");
    station_start(st, "t.db");
    station_open(st);
}

static void test_narrow(void)
{
    struct station st;
    struct buf few = {0};
    start(&st);
    IMPORT(&st, NULL, .name = "1.xlsx", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}, {"b2", "李四", ID_B, "1952-11-07", "2"}));
    struct rows *r = store_rows(st.store, &(struct store_query){.ledger = st.ledger, .source = true, .record = true, .seen = true});
    bool *wanted = mem_zero(r->columns.n, sizeof *wanted);
    static const char *const WANTED[] = {"phone", "unit", "_row", "_record"};
    for (size_t i = 0; i < sizeof WANTED / sizeof *WANTED; i++) column_want(wanted, columns_find(&r->columns, str_of(WANTED[i])));
    rows_narrow(r, wanted);
    struct row_cursor c = {.rows = r};
    size_t others = 0;
    for (const struct str *v; (v = rows_next(&c));) {
        for (size_t i = 0; i < r->columns.n; i++)
            if (!wanted[i]) others += v[i].n;
            else if (v[i].n) buf_printf(&few, "%.*s ", (int)v[i].n, v[i].s);
    }
    CHECK(rows_done(&c), "records are read");
    CHECK_STR(buf_slice(&few), "1 b1 2 1 2 b2 3 2 ", "the columns that are wanted come, in their places and in the same order");
    CHECK(others == 0, "nothing of the others is read");
    rows_close(r);
    free(wanted);
    station_end(&st);
    buf_free(&few);
}

static struct buf seen_as_of(struct station *st, int64_t as_of)
{
    static const char *const WANT[] = {"unit", "_seen"};
    const struct str want[] = {str_of(WANT[0]), str_of(WANT[1])};
    struct buf out = {0};
    dump_rows(&out, store_rows(st->store, &(struct store_query){
                                              .ledger = st->ledger, .as_of = as_of, .seen = true, .want = want, .n_want = 2}));
    return out;
}

static void check_seen(struct station *st, int64_t as_of, const char *want, const char *what)
{
    struct buf out = seen_as_of(st, as_of);
    CHECK_STR(buf_slice(&out), want, "%s", what);
    buf_free(&out);
}

/* One who is on the sheets of two buildings, and when each had him last. */
static void test_seen(void)
{
    struct station st;
    start(&st);
    IMPORT(&st, NULL, .name = "1.xlsx", .survey = "2026-10-05", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}));
    IMPORT(&st, NULL, .name = "2.xlsx", .survey = "2026-10-06",
           PEOPLE({"b2", "张三", ID_A, "1950-01-01", "1"}, {"b2", "李四", ID_B, "1952-11-07", "2"}));
    check_seen(&st, 0, "b1,\nb2,\nb2,\n", "of those who have one record nobody asks when they were seen");
    const struct store_link links[] = {{1, STR("E1"), STR("id")}, {2, STR("E1"), STR("id")}, {3, STR("E2"), STR("id")}};
    store_links_replace(st.store, st.ledger, links, 3);
    int64_t linked = store_head(st.store, NULL);
    const char *first = "b1,2026-10-05\nb2,2026-10-06\nb2,\n";
    check_seen(&st, 0, first, "of one who has several, each bears the day of survey that it came with");
    IMPORT(&st, NULL, .name = "3.xlsx", .survey = "2026-11-07", PEOPLE({"b1", "张三", ID_A, "1950-01-01", "1"}));
    const char *later = "b1,2026-11-07\nb2,2026-10-06\nb2,\n";
    check_seen(&st, 0, later, "a later sheet that has him there unchanged counts at once");
    check_seen(&st, linked, first, "and as of the moment before it is told as it was then");
    check_seen(&st, 0, later, "whichever is asked first");
    station_close(&st);
    station_open_as(&st, STORE_READ);
    check_seen(&st, 0, later, "who only reads is told the same");
    struct units *none = units_new();
    CHECK(!store_units_load(st.store, none), "and still may not write");
    units_free(none);
    station_end(&st);
}

static int count_steps(void *ctx)
{
    (*(uint64_t *)ctx)++;
    return 0;
}

/* In hundreds of steps of the database, what it takes to find whom the newest sheets of `n` buildings lack. */
static uint64_t missing_takes(unsigned n)
{
    struct station st;
    start(&st);
    units_free(st.units);
    st.units = units_new();
    station_units(st.units);
    char code[16];
    for (unsigned i = 0; i < n; i++) {
        snprintf(code, sizeof code, "n%u", i);
        units_add(st.units, str_of(code), STR("s1a"), STR("building"), str_of(code), STR(""), STR(""), STR(""), STR(""), STR(""));
    }
    units_ready(st.units, "units", &st.diag);
    store_units_load(st.store, st.units);
    struct sink *k = store_sink(st.store, st.ledger, st.units);
    struct sink_file f = {.name = "nobody.xlsx", .path = "nobody.xlsx"};
    const struct place at = {.file = "nobody.xlsx", .sheet = "摸排表", .row = 2};
    bool skip;
    k->begin(k->ctx, &f, &skip);
    for (uint32_t i = 0; i < st.units->n; i++)
        if (st.units->v[i].level == LEVEL_BUILDING) k->nil(k->ctx, i, &at, STR("2026-11-01"));
    k->end(k->ctx, true);
    store_sink_free(k);
    uint64_t steps = 0;
    struct buf out = {0};
    sqlite3_progress_handler(st.store->db, 100, count_steps, &steps);
    dump_rows(&out, store_missing(st.store, st.ledger, 0));
    sqlite3_progress_handler(st.store->db, 0, NULL, NULL);
    buf_free(&out);
    station_end(&st);
    return steps;
}

static void test_missing_is_linear(void)
{
    uint64_t few = missing_takes(500), many = missing_takes(4000);
    CHECK(few > 0 && many < 16 * few, "eight times the buildings cost eight times as much, not sixty-four times (%.1f)",
          (double)many / (double)few);
}

int main(void)
{
    test_narrow();
    test_seen();
    test_missing_is_linear();
    return tap_end();
}
