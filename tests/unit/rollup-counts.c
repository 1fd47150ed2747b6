/* Rollups: whatever the way up, the same people; each counted once; every number with its records behind it. */
#include "tap.h"

#include "rollup/rollup.h"

#include "rollup/decimal.h"
#include "rollup/shape.h"
#include "rollup/trace.h"
#include "sheets.h"

enum { COMMUNITIES = 3, RECORDS = 400, PEOPLE = 260 };
static struct findings found;
static struct units *units;

static uint32_t roll(uint32_t n)
{
    static uint64_t state = 20261124;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static void add(struct units *u, const char *code, const char *parent, const char *level)
{
    struct str none = {0};
    units_add(u, str_of(code), str_of(parent), str_of(level), str_of(code), none, none, none, none, none);
}

/* S, three communities, two or three grids in each, two buildings in each. */
static struct units *make_units(void)
{
    struct units *u = units_new();
    char c[16], g[24], b[32];
    add(u, "S", "", "station");
    for (int i = 0; i < COMMUNITIES; i++) {
        snprintf(c, sizeof c, "S%d", i);
        add(u, c, "S", "community");
        for (int j = 0; j < 2 + i % 2; j++) {
            snprintf(g, sizeof g, "%s%d", c, j);
            add(u, g, c, "grid");
            for (int k = 0; k < 2; k++) {
                snprintf(b, sizeof b, "%s%d", g, k);
                add(u, b, g, "building");
            }
        }
    }
    units_ready(u, "units", &found.diag);
    return u;
}

/* Some are known to their grid only, some have no amount, some no entity. */
static void make_records(struct buf *out)
{
    static const char *const CATEGORIES[] = {"退役士兵", "烈士遗属", "残疾军人", ""};
    buf_put(out, "name,category,sex,amount,unit,_entity\n");
    for (int i = 0; i < RECORDS; i++) {
        uint32_t c = roll(COMMUNITIES), g = roll(2 + c % 2);
        buf_printf(out, "n%d,%s,%s,", i, CATEGORIES[roll(4)], roll(2) ? "男" : "女");
        if (roll(5)) buf_printf(out, "%s%u.%02u", roll(4) ? "" : "-", roll(1000), roll(100));
        buf_printf(out, ",S%u%u", c, g);
        if (roll(10)) buf_printf(out, "%u", roll(2));
        buf_char(out, ',');
        if (roll(8)) buf_printf(out, "e%u", roll(PEOPLE));
        buf_char(out, '\n');
    }
}

static const struct rollup_dim BY[] = {{{(char *)(uintptr_t) "category", 8}, {0}}, {{(char *)(uintptr_t) "sex", 3}, {0}}};
static const struct str SUM[] = {{(char *)(uintptr_t) "amount", 6}};

static struct rollup_spec spec_of(int level, size_t n_by)
{
    return (struct rollup_spec){
        .period = STR("2026-11"), .level = level, .by = BY, .n_by = n_by, .sum = SUM, .n_sum = 1, .units = units, .threads = 1};
}

static struct rollup *roll_up(const char *path, const struct rollup_spec *spec)
{
    struct rows *rows = rows_open(&path, 1, NULL, &found.diag);
    struct rollup *r = rows ? rollup_rows(rows, spec, &found.diag) : NULL;
    rows_close(rows);
    return r;
}

/* As a file of rows, which can be rolled up again. */
static void write_file(const char *path, const struct rollup *r)
{
    static const struct shape plain;
    struct result *t = rollup_shape(r, &plain, &found.diag);
    struct out *o = out_open(path, &found.diag);
    result_write(o, ROWS_CSV, t);
    out_close(o, true, &found.diag);
    result_free(t);
}

static bool same_file(const char *a, const char *b)
{
    char command[200];
    snprintf(command, sizeof command, "cmp -s %s %s", a, b);
    return system(command) == 0; /* NOLINT */
}

static void ways_up(void)
{
    for (size_t n_by = 0; n_by <= 2; n_by++)
        for (int from = LEVEL_BUILDING; from >= LEVEL_STATION; from--)
            for (int to = from; to >= LEVEL_STATION; to--) {
                struct rollup_spec fine = spec_of(from, 2), coarse = spec_of(to, n_by);
                struct rollup *first = roll_up("people.csv", &fine), *direct = roll_up("people.csv", &coarse);
                write_file("first.csv", first);
                struct rollup *again = roll_up("first.csv", &coarse);
                write_file("again.csv", again);
                write_file("direct.csv", direct);
                CHECK(same_file("again.csv", "direct.csv"),
                      "%zu dimensions of the rollup by %s rolled up by %s are those of the records, with sums, least and greatest",
                      n_by, level_name((enum level)from), level_name((enum level)to));
                rollup_free(first);
                rollup_free(again);
                rollup_free(direct);
            }
}

/* Each entity and each record without one. */
static uint64_t people_in(const char *path)
{
    struct rows *rows = rows_open(&path, 1, NULL, &found.diag);
    struct row_cursor c = {.rows = rows};
    struct map entities = {0};
    uint64_t alone = 0;
    for (struct str *v; (v = rows_next(&c));) {
        if (v[5].n) map_at(&entities, v[5], NULL);
        else alone++;
    }
    rows_done(&c);
    rows_close(rows);
    uint64_t n = alone + entities.n;
    map_free(&entities);
    return n;
}

static void once_each(void)
{
    uint64_t people = people_in("people.csv");
    for (int level = LEVEL_STATION; level < LEVEL_COUNT; level++) {
        struct rollup_spec spec = spec_of(level, 2);
        struct rollup *r = roll_up("people.csv", &spec);
        CHECK(rollup_total(r, level, (struct str){0}) == people, "by %s the counts add up to the people",
              level_name((enum level)level));
        rollup_free(r);
        spec.count = COUNT_RECORDS;
        r = roll_up("people.csv", &spec);
        CHECK(rollup_total(r, level, (struct str){0}) == RECORDS, "by %s, counting records, to the records",
              level_name((enum level)level));
        rollup_free(r);
    }
    struct rollup_spec one = spec_of(ROLLUP_ALL, 2);
    struct rollup *r = roll_up("people.csv", &one);
    write_file("one.csv", r);
    rollup_free(r);
    for (unsigned n = 2; n < 6; n++) {
        one.threads = n;
        r = roll_up("people.csv", &one);
        write_file("many.csv", r);
        CHECK(same_file("one.csv", "many.csv"), "%u threads give the bytes of one", n);
        rollup_free(r);
    }
}

static int64_t number(struct str s)
{
    decimal v = 0;
    decimal_parse(s, &v);
    return (int64_t)(v / 1000000000);
}

static size_t column(const struct result *t, const char *name)
{
    size_t k = 0;
    while (k < t->n_columns && !str_is(t->columns[k].name, name)) k++;
    return k;
}

static void pivots(void)
{
    const struct shape shape = {.pivot = STR("category"), .percent = true, .total = true};
    struct rollup_spec spec = spec_of(LEVEL_GRID, 2);
    struct rollup *r = roll_up("people.csv", &spec);
    struct result *t = rollup_shape(r, &shape, &found.diag);
    size_t count = column(t, "count"), bad = 0, bad_percent = 0;
    int64_t total = 0, sums = 0;
    for (size_t i = 0; i < t->n; i++) {
        int64_t of_values = 0;
        decimal percent = 0, one;
        for (size_t k = 0; k < t->n_columns; k++) {
            if (!t->columns[k].pivoted) continue;
            if (t->columns[k].kind == COLUMN_COUNT) of_values += number(t->lines[i].values[k]);
            else if (decimal_parse(t->lines[i].values[k], &one)) percent += one;
        }
        bad += of_values != number(t->lines[i].values[count]);
        bad_percent += percent < 99 * (decimal)1000000000 || percent > 101 * (decimal)1000000000;
        if (t->lines[i].kind == LINE_TOTAL) total = number(t->lines[i].values[count]);
        else sums += number(t->lines[i].values[count]);
    }
    CHECK(t->n > 10 && !bad, "the values of a pivot add up to its count in each line");
    CHECK(!bad_percent, "and their shares to a hundred");
    CHECK(total == sums, "the total is the sum of the lines above it");
    CHECK(column(t, "(none)") < t->n_columns, "who has no category has a column of his own");
    result_free(t);
    const struct shape wrong = {.pivot = STR("colour")};
    CHECK(!rollup_shape(r, &wrong, &found.diag), "a pivot that is no dimension is refused");
    rollup_free(r);
}

/* Behind every number of every line stand as many records as it says. */
static void traced(enum rollup_count how, int level, struct str pivot)
{
    const struct shape shape = {.pivot = pivot, .total = true};
    struct rollup_spec spec = spec_of(level, 2);
    spec.count = how;
    struct rollup *r = roll_up("people.csv", &spec);
    struct result *t = rollup_shape(r, &shape, &found.diag);
    const struct tracing tracing = {NULL, units, PROFILE_NONE, &found.diag};
    size_t numbers = 0, bad = 0;
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < t->n_columns; k++) {
            if (t->columns[k].kind != COLUMN_COUNT) continue;
            struct traced number_of;
            const char *path = "people.csv";
            bool known = traced_read(t, i, k, BY, 2, (struct str){0}, &number_of);
            struct trace_spec trace = {
                .number = &number_of, .by = BY, .n_by = 2, .which = how == COUNT_RECORDS ? TRACE_EVERY : TRACE_COUNTED};
            struct rows *rows = rows_open(&path, 1, NULL, &found.diag);
            struct result *behind = known ? trace_records(&tracing, &trace, rows) : NULL;
            bad += !behind || (int64_t)behind->n != number(t->lines[i].values[k]);
            numbers++;
            result_free(behind);
            rows_close(rows);
        }
    CHECK(numbers >= t->n && !bad, "behind each of %zu numbers by %s stand as many %s as it says", numbers,
          rollup_level_name(level), how == COUNT_RECORDS ? "records" : "people");
    result_free(t);
    rollup_free(r);
}

static void again(void)
{
    const struct traced all = {.level = ROLLUP_WHOLE};
    const struct tracing tracing = {NULL, units, PROFILE_NONE, &found.diag};
    size_t n[3];
    static const enum trace_which WHICH[] = {TRACE_EVERY, TRACE_COUNTED, TRACE_AGAIN};
    for (int i = 0; i < 3; i++) {
        const char *path = "people.csv";
        struct trace_spec trace = {.number = &all, .which = WHICH[i]};
        struct rows *rows = rows_open(&path, 1, NULL, &found.diag);
        struct result *t = trace_records(&tracing, &trace, rows);
        n[i] = t->n;
        result_free(t);
        rows_close(rows);
    }
    CHECK(n[0] == RECORDS && n[1] + n[2] == n[0] && n[2] > 20, "each record counts, or is one of somebody who counts by another");
}

int main(void)
{
    struct buf people = {0};
    findings_start(&found);
    units = make_units();
    make_records(&people);
    file_of("people.csv", people.s, people.n);
    ways_up();
    once_each();
    CHECK(found.text.n == 0, "none of which needs a finding");
    pivots();
    traced(COUNT_ENTITIES, LEVEL_BUILDING, STR("category"));
    traced(COUNT_ENTITIES, LEVEL_COMMUNITY, STR("sex"));
    traced(COUNT_RECORDS, LEVEL_GRID, STR("category"));
    traced(COUNT_ENTITIES, ROLLUP_ALL, (struct str){0});
    again();
    units_free(units);
    buf_free(&people);
    buf_free(&found.text);
    return tap_end();
}
