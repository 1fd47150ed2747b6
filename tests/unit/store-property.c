/* Random sequences of imports, corrections, links, decisions, units and undos; the same on every run for a seed.
 *   SEQUENCES=10000 SEED=1 build/tests/unit/store-property     a longer run, from the top of the checkout */
#include "store/undo.h"
#include "store_fixture.h"

enum { NAMES = 8, MAX_PEOPLE = 6, OPS = 10, A_STORE = 25 };
static const char *const NAME[NAMES] = {"张三", "李四", "王五", "赵六", "钱七", "孙八", "周九", "吴十"};
static const char *const ID[NAMES] = {"370124195001011012", "370124195211070029", "370124196002290038", "370124197812240053",
                                      "370124198506150011", "37012419991001004X", "440524188001010014", "110101199003072316"};
static const char *const BIRTH[NAMES] = {"1950-01-01", "1952-11-07", "1960-02-29", "1978-12-24",
                                         "1985-06-15", "1999-10-01", "1880-01-01", "1990-03-07"};
static const char *const UNIT[] = {"b1", "b2", "b3", "b4"};
static const char *const PHONE[] = {"13800000001", "13800000002", NULL};
static const char *const SURVEY[] = {NULL, "2026-10-05", "2026-11-05"};

static uint64_t state;
static unsigned pick(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((state >> 33) % n);
}

static void random_import(struct station *st, unsigned number)
{
    struct person people[MAX_PEOPLE];
    char name[40];
    struct file f = {
        .name = name, .people = people, .n = 1 + pick(MAX_PEOPLE), .survey = SURVEY[pick(3)], .throw_away = pick(12) == 0};
    snprintf(name, sizeof name, "%u.xlsx", pick(3) ? number : pick(5));
    for (size_t i = 0; i < f.n; i++) {
        unsigned who = pick(NAMES), damage = pick(6);
        people[i] =
            (struct person){.unit = UNIT[pick(4)], .name = NAME[who], .id = ID[who], .birth = BIRTH[who], .phone = PHONE[pick(3)]};
        if (damage == 0) people[i].id = NULL, people[i].typed_id = "3.70E+17", people[i].flags = "id_number:id_precision_lost";
        if (damage == 1) people[i].id = NULL, people[i].birth = pick(2) ? NULL : people[i].birth;
        if (damage == 2) people[i].name = NAME[pick(NAMES)];
    }
    if (pick(4) == 0) f.nil = UNIT[pick(4)];
    if (pick(3) == 0) {
        f.rejected_unit = pick(3) ? UNIT[pick(4)] : NULL;
        f.rejected_cells[0] = "1";
        f.rejected_cells[1] = ID[pick(NAMES)];
        f.rejected_cells[2] = PHONE[pick(2)];
    }
    struct sink *k = store_sink(st->store, st->ledger, st->units);
    station_import_by(st, k, &f, NULL);
    store_sink_free(k);
}

static void random_links(struct station *st)
{
    struct store_link v[8];
    char entity[8][8];
    size_t n = pick(8);
    for (size_t i = 0; i < n; i++) {
        snprintf(entity[i], sizeof entity[i], "E%u", pick(4));
        v[i] = (struct store_link){.record = (int64_t)i * 3 + 1 + pick(3), .entity = str_of(entity[i]), .how = STR("id")};
    }
    store_links_replace(st->store, st->ledger, v, n);
}

static void random_units(struct station *st)
{
    struct units *u = units_new();
    struct str none = STR("");
    station_units(u);
    units_add(u, STR("b9"), STR("s1a"), STR("building"), pick(2) ? STR("九号楼") : STR("9号楼"), none,
              pick(2) ? STR("甲") : STR("乙"), none, none, none);
    if (units_ready(u, "units", &st->diag)) store_units_load(st->store, u);
    units_free(u);
}

static void random_change(struct station *st, unsigned number)
{
    struct store_decision d = {
        .a = str_of(NAME[pick(3)]), .b = str_of(NAME[3 + pick(3)]), .verdict = pick(2) ? STR("same") : STR("different")};
    switch (pick(10)) {
    case 0: random_links(st); break;
    case 1: store_decisions_add(st->store, &d, 1); break;
    case 2: random_units(st); break;
    default: random_import(st, number); break;
    }
}

struct tries {
    unsigned undone, redone, as_of, rebuilt, wrong;
};

static bool dumps_as(struct station *st, int64_t as_of, const struct buf *want, struct tries *t)
{
    struct buf now = {0};
    station_dump(st, as_of, &now);
    bool same = str_eq(buf_slice(&now), buf_slice(want));
    if (!same && !t->wrong++) printf("# want:\n%s\n# got:\n%s\n", buf_text((struct buf *)want), buf_text(&now));
    buf_free(&now);
    return same;
}

static bool undo(struct station *st, int64_t batch)
{
    return store_undo(st->store, &batch, 1, false, NULL);
}

/* One change: undone, it leaves what was before; with the undo undone, what was after. */
static void try_change(struct station *st, unsigned number, struct buf *before, struct buf *after, struct tries *t)
{
    int64_t head = store_head(st->store, NULL);
    random_change(st, number);
    station_dump(st, 0, after);
    if (store_head(st->store, NULL) == head) {
        if (!str_eq(buf_slice(before), buf_slice(after))) t->wrong++;
        return;
    }
    if (pick(2) && store_head(st->store, NULL) == head + 1) {
        if (!undo(st, head + 1) || !dumps_as(st, 0, before, t)) t->wrong++;
        t->undone++;
        if (!undo(st, head + 2) || !dumps_as(st, 0, after, t)) t->wrong++;
        t->redone++;
    }
}

static void sequence(struct station *st, unsigned number, struct tries *t)
{
    struct buf dumps[OPS + 1] = {0};
    int64_t at[OPS + 1];
    station_dump(st, 0, &dumps[0]);
    at[0] = store_head(st->store, NULL);
    for (unsigned i = 1; i <= OPS; i++) {
        try_change(st, number * OPS + i, &dumps[i - 1], &dumps[i], t);
        at[i] = store_head(st->store, NULL);
    }
    for (unsigned i = 0; i <= OPS; i++, t->as_of++) dumps_as(st, at[i], &dumps[i], t);
    if (number % 2) { /* all of it, from the first on, with what depends on it */
        size_t n = (size_t)(at[OPS] - at[0]);
        int64_t all[OPS * 4 + 4];
        for (size_t i = 0; i < n; i++) all[i] = at[0] + 1 + (int64_t)i;
        if (!store_undo(st->store, all, n, true, NULL)) t->wrong++;
        dumps_as(st, 0, &dumps[0], t);
        t->rebuilt++;
    }
    for (unsigned i = 0; i <= OPS; i++) buf_free(&dumps[i]);
}

static void test_sequences(unsigned sequences)
{
    struct tries t = {0};
    unsigned bad_stores = 0;
    for (unsigned i = 0; i < sequences;) {
        struct station st;
        station_remove("p.db");
        station_start(&st, "p.db");
        if (!station_open(&st)) t.wrong++;
        for (unsigned k = 0; st.store && k < A_STORE && i < sequences; k++, i++) sequence(&st, i, &t);
        if (!store_verify(st.store)) bad_stores++;
        if (t.wrong || bad_stores) printf("# %s\n", buf_text(&st.told));
        station_end(&st);
        if (t.wrong || bad_stores) break;
    }
    CHECK(t.wrong == 0,
          "in %u sequences, %u undos and %u undos of undos each left exactly what was before; %u moments read as they were; %u "
          "rebuilt",
          sequences, t.undone, t.redone, t.as_of, t.rebuilt);
    CHECK(bad_stores == 0, "every store verifies at the end");
}

/* Files of different units in any order give the same store. */
static void test_orders(void)
{
    static const struct person PEOPLE[4][2] = {
        {{"b1", "张三", "370124195001011012", "1950-01-01", "1"}, {"b1", "李四", NULL, "1960", NULL}},
        {{"b2", "张三", "370124195001011012", "1950-01-01", "1"}, {"b2", "王五", NULL, NULL, "2"}},
        {{"b3", "赵六", NULL, "1978-12-24", NULL, "id_number:id_length", "3701"}, {"b3", "赵六", NULL, "1979-12-24", NULL}},
        {{"b4", "钱七", NULL, NULL, "3"}, {"b4", "钱七", NULL, NULL, "4"}},
    };
    struct buf want = {0}, got = {0};
    unsigned wrong = 0;
    for (unsigned order = 0; order < 24; order++) {
        struct station st;
        bool used[4] = {false};
        unsigned code = order;
        station_remove("p.db");
        station_start(&st, "p.db");
        station_open(&st);
        for (unsigned i = 4; i > 0; code /= i, i--) {
            unsigned k = code % i, f = 0;
            for (f = 0; used[f] || k-- > 0; f++) continue;
            used[f] = true;
            char name[20];
            snprintf(name, sizeof name, "%u.xlsx", f);
            station_import(&st, &(struct file){.name = name, .people = PEOPLE[f], .n = 2}, NULL);
        }
        station_dump(&st, 0, order ? &got : &want);
        if (order && !str_eq(buf_slice(&want), buf_slice(&got))) wrong++;
        station_end(&st);
    }
    CHECK(wrong == 0, "four files of four buildings in all 24 orders give the same store");
    buf_free(&want);
    buf_free(&got);
}

int main(void)
{
    const char *n = getenv("SEQUENCES"), *seed = getenv("SEED");
    state = seed ? strtoull(seed, NULL, 10) : 20261124;
    test_orders();
    test_sequences(n ? (unsigned)strtoul(n, NULL, 10) : 100);
    return tap_end();
}
