/* A ledger's first great load has its own way into the store; what it leaves there is what the ordinary way leaves. */
#include <sqlite3.h>

#include "store_fixture.h"

enum { ROWS = 9000 }; /* of some 300 bytes: they fill several sheaves */

static sqlite3_int64 ask(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    sqlite3_int64 n = -1;
    sqlite3_open("bulk.db", &db);
    sqlite3_exec(db, "ATTACH 'rows.db' AS other", NULL, NULL, NULL);
    if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW) n = sqlite3_column_int64(q, 0);
    else printf("# %s\n", sqlite3_errmsg(db));
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

/* Numbers at the borders of SQLite's sizes, texts that only look like numbers, texts that are very long, and nothing. */
static struct str odd_value(size_t i, struct buf *text)
{
    static const char *const NUMBERS[] = {"0",
                                          "1",
                                          "-1",
                                          "127",
                                          "128",
                                          "-128",
                                          "-129",
                                          "32767",
                                          "32768",
                                          "-32769",
                                          "8388607",
                                          "8388608",
                                          "2147483647",
                                          "-2147483649",
                                          "140737488355327",
                                          "140737488355328",
                                          "9223372036854775807",
                                          "-9223372036854775807",
                                          "12.5",
                                          "-0.25",
                                          "3.0",
                                          "1e5",
                                          "007",
                                          "-0",
                                          "12.50",
                                          "99999999999999999999",
                                          "5817.28",
                                          "无"};
    static const size_t LONG[] = {57, 58, 1000, 8180, 16300, 59000, 61000, 70000};
    enum { N = sizeof NUMBERS / sizeof *NUMBERS, M = sizeof LONG / sizeof *LONG };
    text->n = 0;
    if (i % 61 == 7) {
        for (size_t n = LONG[i / 61 % M]; text->n < n;) buf_put(text, "x");
        return buf_slice(text);
    }
    return i % 3 == 1 ? (struct str){0} : str_of(NUMBERS[i % N]);
}

/* Rows of six units and of none, mixed; some come twice and differ, so that a version is closed soon or long after it came. */
static bool feed(struct station *st, struct sink *k, size_t *updated)
{
    bool ok = true;
    struct buf id = {0}, odd = {0};
    struct str *v = mem_zero(st->ledger->n_fields, sizeof *v);
    *updated = 0;
    for (size_t i = 0; ok && i < ROWS; i++) {
        size_t person = i % 50 == 49 ? i - 1 : i % 50 == 48 && i > 4000 ? i - 4000 : i, unit = person % 7;
        char code[24];
        snprintf(code, sizeof code, "b%zu", unit);
        memset(v, 0, st->ledger->n_fields * sizeof *v);
        for (size_t f = 0; f < st->ledger->n_fields; f++)
            if (st->ledger->fields[f].type == TYPE_NUMBER || f % 5 == 0 || i % 11 == 0) v[f] = odd_value(i + f, &odd);
        id.n = 0;
        buf_printf(&id, "%zu", person);
        for (size_t f = 0; f < st->ledger->n_key; f++) v[schema_field(st->ledger, st->ledger->key[f])->index] = buf_slice(&id);
        struct record r = {.values = v,
                           .unit = unit ? units_code(st->units, str_of(code)) : UNIT_NONE,
                           .unit_code = unit ? str_of(code) : (struct str){0},
                           .at = {.file = "large.csv", .sheet = i % 3 ? "a" : "b", .row = (uint32_t)i + 2}};
        enum fate fate;
        ok = k->record(k->ctx, &r, &fate);
        *updated += fate == FATE_UPDATED;
    }
    free(v);
    buf_free(&id);
    buf_free(&odd);
    return ok;
}

static void load(const char *store, const char *path, bool keep)
{
    struct station st;
    size_t updated = 0;
    bool skip;
    station_start(&st, store);
    schema_free(st.ledger);
    struct buf share = {0};
    buf_printf(&share, "%s/share", getenv("TOP") ? getenv("TOP") : ".");
    st.ledger = schema_open(buf_text(&share), "loan", &st.diag);
    buf_free(&share);
    CHECK(st.ledger && station_open(&st), "a store is opened");
    struct sink *k = store_sink(st.store, st.ledger, st.units);
    struct sink_file f = {.name = "large.csv", .path = path, .digest = {1}};
    bool ok = k->begin(k->ctx, &f, &skip) && !skip && feed(&st, k, &updated);
    CHECK(ok && updated > 100, "the rows are taken, %zu of them in the place of earlier ones", updated);
    CHECK(k->end(k->ctx, keep), "the file ends");
    store_sink_free(k);
    CHECK(store_verify(st.store), "the store verifies");
    station_end(&st);
}

int main(void)
{
    FILE *f = fopen("large.csv", "wb");
    CHECK(f && ftruncate(fileno(f), 20 << 20) == 0 && fclose(f) == 0, "a file counts as large by its size");
    station_remove("bulk.db");
    station_remove("rows.db");
    load("bulk.db", "large.csv", false);
    CHECK(ask("SELECT count(*) FROM loan_version") == 0, "a large file that could not be read to its end leaves nothing");
    load("bulk.db", "large.csv", true);
    load("rows.db", "small.csv", false);
    load("rows.db", "small.csv", true);
    CHECK(ask("SELECT count(*) FROM loan_version") == ROWS, "every row is a version");
    CHECK(ask("SELECT count(*) FROM (SELECT * FROM main.loan_version EXCEPT SELECT * FROM other.loan_version)") == 0 &&
              ask("SELECT count(*) FROM (SELECT * FROM other.loan_version EXCEPT SELECT * FROM main.loan_version)") == 0,
          "the versions of a large file are those of the same rows in a small one, value for value and type for type");
    CHECK(ask("SELECT sum(typeof(amount) <> 'text') > 0 AND sum(typeof(amount) = 'text') > 0 FROM loan_version") == 1,
          "some amounts are numbers and some are not");
    CHECK(ask("SELECT count(*) FROM main.vet_change a JOIN other.vet_change b USING(batch, tbl, opened_hash, closed_hash)") ==
              ask("SELECT count(*) FROM main.vet_change"),
          "so are their hashes");
    CHECK(ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1, "indexes and pages are sound");
    CHECK(ask("SELECT count(*) FROM loan_version INDEXED BY loan_version_unit WHERE _unit IS NULL AND _out IS NULL") > 1000,
          "rows of no unit are found by the index");
    CHECK(ask("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'") == 1, "the store goes on with its WAL");
    return tap_end();
}
